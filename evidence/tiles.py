"""Detections on the map: a block of cells with how many lie in each, counted on the server and kept; never a mark a detection.

The map asks for the cells of what it shows and a margin, on a grid of `STEP` cells, so that small moves ask nothing new and the same
view asks the same. An address names the dataset's version, so its answer may be kept for ever, here and in the reader's browser.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np

from evidence import observations
from evidence.observations import Known, Window

KIND = "detection"
STEP = 32  # cells: what is asked for begins and ends at multiples of it
LARGEST = 512 * 512  # cells in one answer: four screens full
KEPT = 512  # answers, some 20 kB each
FIRST, LAST = date(1970, 1, 1), date(2100, 1, 1)
WHOLE = 3  # cells of 1/8°: what a map shows up to zoom 6
_ONCE = threading.Lock()
_TURN = threading.Semaphore(2)  # many readers at once wait for one another, not for a crowd of questions on two cores


@dataclass(frozen=True)
class Asked:
    """A block of cells of 1/2^level degree, counted from 180° W and 90° S, and the days `[since, until]` that count."""

    version: str
    level: int
    west: int
    south: int
    columns: int
    rows: int
    since: date | None
    until: date | None

    def fitted(self, known: Known) -> Asked:
        """The same of this version; days that leave nothing out are no condition, so that one answer serves all of them."""
        since = self.since if self.since and self.since > known.since else None
        until = self.until if self.until and self.until < known.until else None
        return replace(self, version=known.version, since=since, until=until)

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Asked:
        """From the words of an address.

        Raises:
            ValueError: if it means nothing, or asks for more than a screen can show.
        """
        level, west, south, columns, rows = (int(said.get(name, "")) for name in ("level", "west", "south", "columns", "rows"))
        since, until = (date.fromisoformat(said[name]) if said.get(name) else None for name in ("from", "to"))
        if any(day and not FIRST <= day <= LAST for day in (since, until)):
            raise ValueError(f"days lie between {FIRST} and {LAST}")
        size = 1 << max(0, min(level, 6))
        if not (0 <= level <= 6 and west >= 0 and south >= 0 and columns > 0 and rows > 0):
            raise ValueError("there are levels 0 to 6, and blocks inside the world")
        if west + columns > 360 * size or south + rows > 180 * size or columns * rows > LARGEST:
            raise ValueError("the block is larger than the world or than a screen")
        return cls(said.get("v", ""), level, west, south, columns, rows, since, until)


def offered(bundle: Path) -> Known | None:
    """What there is to draw, or None: then the map offers no such layer."""
    return observations.about(bundle, KIND)


@lru_cache(maxsize=KEPT)
def counted(bundle: Path, asked: Asked) -> bytes:
    """The answer, packed: `cells` is west-most first [x, y, n, x, y, n …], `n` their sum."""
    if asked.since is None and asked.until is None and asked.level <= WHOLE:
        cells = _cut(bundle, asked)
    else:
        until = asked.until + timedelta(days=1) if asked.until else None
        block = asked.level, asked.west, asked.south, asked.columns, asked.rows
        with _TURN:
            found = observations.block(observations.opened(bundle), Window(KIND, asked.since, until), *block)
        cells = found[["x", "y", "n"]].to_numpy("int64")
    answer = {"n": int(cells[:, 2].sum()), "cells": cells.ravel().tolist()}
    return gzip.compress(json.dumps(answer, separators=(",", ":")).encode(), 1, mtime=0)


@lru_cache(maxsize=2)
def _whole(bundle: Path, version: str) -> np.ndarray:
    """Every cell of level `WHOLE` that has any: x, y, n. The far views, which hold the most rows, are cut from it."""
    size = 1 << WHOLE
    found = observations.block(observations.opened(bundle), Window(KIND), WHOLE, 0, 0, 360 * size, 180 * size)
    return found[["x", "y", "n"]].to_numpy("int64")


def _cut(bundle: Path, asked: Asked) -> np.ndarray:
    """A block of everything, at a level up to `WHOLE`."""
    with _ONCE:
        x, y, n = _whole(bundle, asked.version).T
    shift = WHOLE - asked.level
    x, y = x >> shift, y >> shift
    inside = (x >= asked.west) & (x < asked.west + asked.columns) & (y >= asked.south) & (y < asked.south + asked.rows)
    flat = (x[inside] - asked.west) * asked.rows + y[inside] - asked.south
    sums = np.bincount(flat, n[inside], asked.columns * asked.rows).astype("int64")
    at = np.flatnonzero(sums)
    return np.column_stack([at // asked.rows + asked.west, at % asked.rows + asked.south, sums[at]])


def warm(bundle: Path) -> None:
    """Load what the first question needs, and the far views, so that no reader waits for it."""
    if known := offered(bundle):
        with _ONCE:
            _whole(bundle, known.version)
