"""The nouns everything else speaks in: Period, Selection, Bundle.

Nothing here reads a file, draws or knows Streamlit; nothing here imports another module of ours.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

LANGUAGES = ("en", "ru", "kk")
LIST_SEPARATOR = ";"

# ── Period ───────────────────────────────────────────────────────────────────────────────────────
# EDTF level 1 as far as evidence needs it. The `edtf` package reads the same grammar but takes about
# a millisecond a date; a table of 100,000 incidents cannot wait for it. tests/ hold the two together.
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?([?~%]?)\Z")
# Level 1 seasons, as the quarters a reader in the northern hemisphere expects.
_SEASONS = {21: (3, 6), 22: (6, 9), 23: (9, 12), 24: (12, 15)}
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A dated thing's interval `[start, end)` in whole days; `None` is an open or unknown bound.

    "2019-05" is the whole of May 2019, not its first day: the interval says what may be true and no more.
    """

    start: date | None
    end: date | None
    edtf: str
    approximate: bool = False
    uncertain: bool = False

    @property
    def is_day(self) -> bool:
        """True if the period is exactly one day."""
        return self.start is not None and self.end is not None and (self.end - self.start).days == 1

    def within(self, start: date, end: date) -> bool:
        """True if the whole period surely lies inside `[start, end)`."""
        return self.start is not None and self.end is not None and start <= self.start and self.end <= end

    def overlaps(self, start: date, end: date) -> bool:
        """True if the period may touch `[start, end)`."""
        return (self.start is None or self.start < end) and (self.end is None or self.end > start)


def _bounds(text: str) -> tuple[date, date, str]:
    match = _DATE.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date like 2019-05-07, 2019-05, 2019, 2019?, 2004/2006 or 2017-01/..")
    year, month, day, mark = int(match[1]), match[2], match[3], match[4]
    if not 1000 <= year <= 2999:
        raise ValueError(f"the year {year} is outside 1000 to 2999")
    if month is None:
        return date(year, 1, 1), date(year + 1, 1, 1), mark
    number = int(month)
    if number in _SEASONS and day is None:
        first, after = _SEASONS[number]
        ends = date(year + 1, after - 12, 1) if after > 12 else date(year, after, 1)
        return date(year, first, 1), ends, mark
    if not 1 <= number <= 12:
        raise ValueError(f"there is no month {month}")
    if day is None:
        return date(year, number, 1), date(year + number // 12, number % 12 + 1, 1), mark
    try:
        start = date(year, number, int(day))
    except ValueError:
        raise ValueError(f"there is no day {text[:10]} in the calendar") from None
    return start, date.fromordinal(start.toordinal() + 1), mark


@lru_cache(maxsize=200_000)
def parse_period(text: str) -> Period:
    """Read an EDTF level 1 date or interval.

    Raises:
        ValueError: with a sentence that says what is wrong with `text`.
    """
    if "/" not in text:
        start, end, mark = _bounds(text)
        return Period(start, end, text, mark in {"~", "%"}, mark in {"?", "%"})
    left, _, right = text.partition("/")
    if left in {"..", ""} and right in {"..", ""}:
        raise ValueError(f"{text!r} is open on both sides: it says nothing")
    start, marks = None, ""
    if left not in {"..", ""}:
        start, _, marks = _bounds(left)
    end = None
    if right not in {"..", ""}:
        _, end, mark = _bounds(right)
        marks += mark
    if start is not None and end is not None and start >= end:
        raise ValueError(f"{text!r} ends before it begins")
    return Period(start, end, text, bool(set(marks) & {"~", "%"}), bool(set(marks) & {"?", "%"}))


def intervals(cells: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """The first day of each EDTF cell and the day after its last (naive, no time zone); NaT where a bound is open or the cell empty."""
    periods = [parse_period(cell) if cell else None for cell in cells]
    first, after = (np.array([getattr(p, side) if p else None for p in periods], dtype="datetime64[s]") for side in ("start", "end"))
    return first, after


def day_number(day: date) -> int:
    """Days since 1 January 1970, as NumPy counts them."""
    return day.toordinal() - _EPOCH


def day_of(number: float) -> date:
    """The day of such a number; of half a day, the day it is half of."""
    return date.fromordinal(math.floor(number) + _EPOCH)


# ── Selection ────────────────────────────────────────────────────────────────────────────────────
# Rows marked context say nothing about a company; a reader asks for them, they do not ask for the reader.
DEFAULT_RELATIONS = ("direct", "mining_nuclear", "contested")


@dataclass(frozen=True)
class Selection:
    """What the reader asked to see. Codes and ids only; an empty tuple asks for everything.

    `since` and `until` are inclusive days. `language` is part of the link, not of the evidence.
    """

    since: date | None = None
    until: date | None = None
    type: tuple[str, ...] = ()
    perpetrator: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    asset: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    defender: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    case: tuple[str, ...] = ()
    relation: tuple[str, ...] = DEFAULT_RELATIONS
    grade: tuple[str, ...] = ()
    text: str = ""
    language: str = "en"

    def but(self, **changes: Any) -> Selection:
        """The same selection with some fields changed."""
        return replace(self, **changes)

    def is_default(self) -> bool:
        """True if nothing but the language differs from what a newcomer sees."""
        return self.but(language="en") == Selection()


SELECTION_DEFAULTS = MappingProxyType({f.name: f.default for f in fields(Selection)})


@dataclass(frozen=True)
class Facet:
    """One way to tell incidents apart: its key in links and in `Selection`, its column in incidents, and what its codes are."""

    key: str
    column: str
    terms: str = ""  # a list of vocabulary.csv …
    table: str = ""  # … or a table whose ids the codes are


FACETS = (
    Facet("type", "types", terms="act_type"),
    Facet("perpetrator", "perpetrator_types", terms="perpetrator_type"),
    Facet("defender", "defender_types", terms="defender_type"),
    Facet("company", "company_ids", table="organisations"),
    Facet("asset", "asset_ids", table="assets"),
    Facet("place", "place_id", table="places"),
    Facet("country", "country", terms="country"),
    Facet("case", "case_id", table="cases"),
    Facet("relation", "relation", terms="relation"),
    Facet("grade", "grade", terms="corroboration"),
)
BY_KEY = MappingProxyType({facet.key: facet for facet in FACETS})


# ── Bundle ───────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, eq=False)
class Bundle:
    """One published, immutable set of tables and layers.

    Tables are frames with the schema's columns; each EDTF column `x` also has `x_start` and `x_end`
    (naive days, `NaT` where open). Frames are shared by all readers: never write into one.
    """

    path: Path
    version: str
    title: str
    published: str
    synthetic: bool
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    layers: Mapping[str, Path] = field(repr=False)
    schema: Mapping[str, Any] = field(repr=False)
    stories: Mapping[str, Any] = field(default_factory=dict, repr=False)  # by key, in their order: stories.Story
    documents: Mapping[str, str] = field(default_factory=dict, repr=False)  # Markdown beside the tables: what was left out

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    @lru_cache(maxsize=20_000)  # noqa: B019 — one bundle lives as long as the server
    def row(self, table: str, key: str) -> Mapping[str, Any] | None:
        """One row of a table by its key, as a mapping; None if there is none."""
        at = self._keys(table).get(key)
        if at is None:
            return None
        frame = self.tables[table]
        return MappingProxyType({name: frame[name].array[at] for name in frame.columns})

    def has(self, table: str, key: str) -> bool:
        """True if the table holds that key."""
        return key in self._keys(table)

    @lru_cache(maxsize=64)  # noqa: B019 — one bundle lives as long as the server
    def _keys(self, table: str) -> Mapping[str, int]:
        frame = self.tables[table]
        return {key: at for at, key in enumerate(frame[frame.columns[0]])}


def split(cell: str) -> list[str]:
    """The parts of a `;` list cell; an empty cell has none."""
    return cell.split(LIST_SEPARATOR) if cell else []


def splits(cells: pd.Series) -> Iterator[tuple[int, str]]:
    """(position, part) for every part of every cell, in order."""
    for at, cell in enumerate(cells):
        if cell:
            for part in cell.split(LIST_SEPARATOR):
                yield at, part
