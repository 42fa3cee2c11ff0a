"""Is this still what was published? For an id of a figure, a record, a hash, and for every row of a file of ours.

A cell is held against today's data; where it differs, the row's own hash tells whether the row was changed after it left here
or the data have changed since.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from evidence.model import LIST_SEPARATOR, Bundle
from evidence.report import shown, views
from evidence.report.progress import Tell, quiet
from evidence.report.published import SHA, VERSION, Rows, fields, key_columns, positions, sha_of, shas, tables, undefused

MOST_BYTES = 200_000_000  # of a packed file, once unpacked
MOST_CELL = 1_000_000
_TOLD = 500  # rows between two words of how far it is
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Change:
    """A row that is not as published today. How: "edited" (it does not fit its own hash, or left here with this version),
    "since" (whole in itself, the data have changed), "gone" (no longer here) or "foreign" (never from here, as far as can be told)."""

    key: str
    how: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What became of one table of a file. `missing` are columns that the file lacks."""

    file: str
    table: str
    version: str
    rows: int
    same: int
    changes: tuple[Change, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """The whole in a word: same, changed, or foreign where not one row is ours."""
        if not self.table or (self.rows and all(change.how == "foreign" for change in self.changes) and not self.same):
            return "foreign"
        return "same" if not self.changes and not self.missing else "changed"


@dataclass(frozen=True)
class Found:
    """What a pasted text names. Kind: figure, record, hash; state: same, changed, since, gone, foreign."""

    kind: str
    state: str
    key: str
    table: str = ""
    version: str = ""
    keys: tuple[str, ...] = field(default=())


# ── a text that was pasted ───────────────────────────────────────────────────────────────────────
def text(bundle: Bundle, pasted: str) -> Found | None:
    """What a text says of our data: an id of a figure (alone or inside a citation), a hash of a row, an id of a record; None if nothing."""
    pasted = pasted.strip()
    if view := views.read(pasted):
        return _figure(bundle, view)
    word = pasted.split()[0].strip(".,;:()«»“”\"'") if pasted else ""
    if len(word) == 16 and set(word) <= set("0123456789abcdef"):
        return _hash(bundle, word)
    for name in bundle.tables:
        if name not in {"words", "vocabulary"} and word in positions(bundle, name):
            return Found("record", "same", word, name, bundle.version)
    return Found("record", "foreign", word) if word else None


def _figure(bundle: Bundle, view: views.View) -> Found:
    if view.page not in {*views.INCIDENTS, *shown.PAGES}:
        return Found("figure", "foreign", str(view), version=view.version)
    if view.version != bundle.version:
        return Found("figure", "since", str(view), version=view.version)
    again = views.view(bundle, view.page, view.asked)
    return Found("figure", "same" if again.digits == view.digits else "foreign", str(view), version=view.version)


def _hash(bundle: Bundle, sha: str) -> Found:
    for name in bundle.tables:
        if name in {"words", "vocabulary"}:
            continue
        if len(at := np.flatnonzero(shas(bundle, name) == sha)):
            return Found("hash", "same", str(positions(bundle, name)[at[0]]), name, bundle.version)
    return Found("hash", "foreign", sha)


# ── a file that was dropped ──────────────────────────────────────────────────────────────────────
def file(bundle: Bundle, name: str, content: bytes, tell: Tell = quiet) -> list[Verdict]:
    """What became of each table of a file: CSV, XLSX, GeoJSON, JSON, or a ZIP of them. `tell` is called with how far it is.

    Raises:
        ValueError: if it is none of these, or too large when unpacked.
    """
    found = []
    # How many tables there are is not known before the last is read: each takes half of what seems left.
    left = 1.0
    for inner, rows in _read(name, content):
        tell(1 - left)
        verdict = _judge(bundle, inner, rows, lambda share, left=left: tell(1 - left + share * left / 2))
        left /= 2
        if verdict is not None:
            found.append(verdict)
    return found


def _read(name: str, content: bytes) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(name, rows) of each table in a file."""
    if content[:2] == b"PK":
        try:
            packed = zipfile.ZipFile(io.BytesIO(content))
        except zipfile.BadZipFile:
            raise ValueError("broken") from None
        if sum(one.file_size for one in packed.infolist()) > MOST_BYTES or len(packed.infolist()) > 2_000:
            raise ValueError("large")
        inside = packed.namelist()
        if "xl/workbook.xml" in inside:
            yield from _workbook(name, content)
            return
        for inner in inside:
            # In our archives the CSV are the tables; what else holds them says the same again.
            if inner.endswith(".csv") and not inner.startswith(("codebook/", "observations/")):
                yield from _read(inner, packed.read(inner))
        return
    said = _decoded(content)
    if said.lstrip()[:1] == "{":
        try:
            whole = json.loads(said)
        except (ValueError, RecursionError):
            raise ValueError("broken") from None
        rows = (
            [one.get("properties") for one in whole.get("features", []) if isinstance(one, dict)]
            if "features" in whole
            else whole.get("rows")
        )
        yield name, [row for row in rows or [] if isinstance(row, dict)]
        return
    head = said.partition("\n")[0]
    mark = max((",", ";", "\t"), key=head.count)
    yield name, [dict(row) for row in csv.DictReader(io.StringIO(said, newline=""), delimiter=mark)]


def _decoded(content: bytes) -> str:
    """Text as spreadsheets save it: UTF-8, UTF-16, or the old Cyrillic of Windows."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _workbook(name: str, content: bytes) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    import openpyxl  # imported here: most pages never read a workbook

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except Exception:  # whatever a file of somebody breaks in the reader
        raise ValueError("broken") from None
    for sheet in book.worksheets:
        lines = sheet.iter_rows(values_only=True)
        head = [str(cell) if cell is not None else "" for cell in next(lines, ())]
        if SHA in head:
            yield f"{name}: {sheet.title}", [dict(zip(head, line, strict=False)) for line in lines]


def _table_of(bundle: Bundle, rows: Sequence[Mapping[str, Any]]) -> str:
    """The table whose columns these are: it has their key and most of them, and of two alike the keys; empty if there is none."""
    there = set(rows[0]) if rows else set()

    def keys(name: str) -> int:
        sample = ["/".join(_cell(row.get(part)) for part in key_columns(bundle, name)) for row in rows[:200]]
        return int((positions(bundle, name).get_indexer(sample) >= 0).sum())

    fits = [
        (len(there & {spec["name"] for spec in fields(bundle, name)}) / len(fields(bundle, name)), keys(name), name)
        for name in bundle.tables
        if set(key_columns(bundle, name)) <= there
    ]
    share, _, name = max(fits, default=(0.0, 0, ""))
    return name if share >= 0.5 else ""


def _judge(bundle: Bundle, file_name: str, rows: Sequence[Mapping[str, Any]], tell: Tell) -> Verdict | None:
    columns = list(rows[0]) if rows else []
    name = _table_of(bundle, rows)
    if not name:
        return Verdict(file_name, "", "", len(rows), 0)
    versions = {str(row.get(VERSION) or "") for row in rows} - {""}
    names = [spec["name"] for spec in fields(bundle, name)]
    known = [column for column in names if column in columns]
    published, keys = _published(bundle, name), positions(bundle, name)
    same, changes = 0, []
    for line, row in enumerate(rows):
        if line % _TOLD == 0:
            tell(line / len(rows))
        said = {column: _cell(row.get(column)) for column in known}
        key = "/".join(said[part] for part in key_columns(bundle, name))
        sha, version = str(row.get(SHA) or ""), str(row.get(VERSION) or "")
        # Whole in itself: the row says what its own hash was made of.
        sound = len(known) == len(names) and bool(sha) and sha_of([said[column] for column in names]) == sha
        at = int(keys.get_indexer([key])[0])
        if at < 0:
            changes.append(Change(key, "gone" if sound and version not in {"", bundle.version} else "foreign"))
            continue
        now = published[at]
        differs = tuple(column for column in known if not _alike(said[column], now[column]))
        if not differs:
            same += 1
        else:
            # A number that a spreadsheet wrote otherwise breaks the hash too: what counts is whether the row could have left here so.
            left_here = version == bundle.version or not sound
            changes.append(Change(key, "edited" if left_here else "since", differs))
    missing = tuple(column for column in names if column not in columns)
    return Verdict(file_name, name, ", ".join(sorted(versions)), len(rows), same, tuple(changes), missing)


@lru_cache(maxsize=64)
def _published(bundle: Bundle, name: str) -> list[dict[str, str]]:
    """Every row of a table as it is published."""
    names = [spec["name"] for spec in fields(bundle, name)]
    parts = tables(bundle, Rows(name, np.arange(len(bundle[name]))))
    return [
        dict(zip(names, cells, strict=True))
        for part in parts
        for cells in zip(*(part.column(column).to_pylist() for column in names), strict=True)
    ]


def _cell(value: Any) -> str:
    """A cell of any of our files as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return LIST_SEPARATOR.join(map(str, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return undefused(str(value)[:MOST_CELL])


def _alike(one: str, other: str) -> bool:
    """The same cell, however a spreadsheet wrote it: line ends, spaces around, TRUE for true, 51,27 for 51.27."""
    if one == other:
        return True
    one, other = one.replace("\r\n", "\n").strip(), other.replace("\r\n", "\n").strip()
    if one == other or (one.lower() == other and other in {"true", "false"}):
        return True
    try:
        return float(one.replace(",", ".")) == float(other)
    except ValueError:
        return False
