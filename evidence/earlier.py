"""Earlier versions of the data: found by their version in the archive folder, held against the data of today, row by row.

Of an earlier version only ids and names of columns come out, never a value: what was taken out since was taken out for a reason.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from evidence.model import Bundle

_SILENT = frozenset({"words", "vocabulary"})  # how things are called, not what is recorded
DOCUMENT = "data/LEFT_OUT.md"


@dataclass(frozen=True)
class Difference:
    """A record that is not as it was: "new", "gone" or "changed", and in which columns."""

    table: str
    key: str
    how: str
    columns: tuple[str, ...] = ()


def archive_folder() -> Path | None:
    """Where earlier bundles lie, each in a folder of its own: `TAMSHY_ARCHIVE`."""
    named = os.environ.get("TAMSHY_ARCHIVE", "")
    return Path(named) if named and Path(named).is_dir() else None


def _resources(folder: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads((folder / "datapackage.json").read_text(encoding="utf-8")).get("resources", [])
        return [one for one in found if isinstance(one.get("path"), str)]
    except (OSError, ValueError, AttributeError, TypeError):
        return []


@lru_cache(maxsize=256)
def version_of(folder: Path) -> str:
    """The version of a bundle in a folder: the same hash of its files that the loader makes; empty if a file is missing."""
    listed = {"datapackage.json", *(one["path"] for one in _resources(folder))}
    listed |= {DOCUMENT} if (folder / DOCUMENT).is_file() else set()
    try:
        lines = [f"{name} {hashlib.sha256((folder / name).read_bytes()).hexdigest()}" for name in sorted(listed)]
    except OSError:
        return ""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def find(version: str) -> Path | None:
    """The folder of an earlier bundle with this version, whatever it is called."""
    archive = archive_folder()
    folders = sorted(path.parent for path in archive.glob("*/datapackage.json")) if archive else []
    return next((folder for folder in folders if version_of(folder) == version), None)


def _tables(folder: Path) -> Iterator[tuple[str, list[str], dict[str, dict[str, str]]]]:
    """(name, key columns, rows by key) of each table of a bundle, as its files have them."""
    for one in _resources(folder):
        if "schema" not in one or one["name"] in _SILENT:
            continue
        keys = one["schema"].get("primaryKey") or [one["schema"]["fields"][0]["name"]]
        with (folder / one["path"]).open(encoding="utf-8-sig", newline="") as file:
            yield one["name"], keys, {"/".join(row.get(key) or "" for key in keys): row for row in csv.DictReader(file)}


@lru_cache(maxsize=4)
def _kept(bundle: Bundle) -> dict[Path, tuple[Difference, ...]]:
    return {}


def differences(bundle: Bundle, folder: Path, tell: Callable[[float], None] = lambda share: None) -> tuple[Difference, ...]:
    """What differs between an earlier bundle and this one, in the order of its tables; `tell` is called with how far the comparison is.

    A column only one of them has is no change of a record.
    """
    kept = _kept(bundle)
    if folder not in kept:
        kept[folder] = _compared(bundle, folder, tell)
    return kept[folder]


def _compared(bundle: Bundle, folder: Path, tell: Callable[[float], None]) -> tuple[Difference, ...]:
    whole = len(_resources(folder)) + len(bundle.tables) + 1
    before = {}
    for name, _, rows in _tables(folder):
        before[name] = rows
        tell(len(before) / whole)
    found: list[Difference] = []
    for at, (name, _, now) in enumerate(_tables(bundle.path), len(before) + 1):
        tell(min(at / whole, 1.0))
        then = before.pop(name, {})
        for key, row in now.items():
            if key not in then:
                found.append(Difference(name, key, "new"))
            elif columns := tuple(column for column, value in row.items() if column in then[key] and then[key][column] != value):
                found.append(Difference(name, key, "changed", columns))
        found += [Difference(name, key, "gone") for key in then if key not in now]
    return (*found, *(Difference(name, key, "gone") for name, rows in before.items() for key in rows))
