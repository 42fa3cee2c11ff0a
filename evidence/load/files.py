"""The files of a bundle, read without trusting them: bytes, text, JSON, layers, stories, documents, and tables of text."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import shapely
import shapely.geometry

from evidence import stories
from evidence.load.cells import did_you_mean
from evidence.load.problems import Problem

ROOT = Path(__file__).resolve().parents[2]
STORIES = "data/stories"
DOCUMENTS = {"left_out": "data/LEFT_OUT.md"}  # Markdown that a bundle may bring, shown beside its tables
# The csv module refuses cells longer than this; ours are refused by MAX_CELL, with a sentence.
csv.field_size_limit(2**31 - 1)


def is_story(resource: Any) -> bool:
    """True for a story among a bundle's resources."""
    return isinstance(resource, dict) and re.fullmatch(rf"{STORIES}/[\w-]+\.md", str(resource.get("path", ""))) is not None


def stories_of(own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stories that a bundle lists among its resources."""
    resources = own.get("resources")
    return list(filter(is_story, resources)) if isinstance(resources, list) else []


class Files:
    """The files of one bundle, and what is wrong with them as far as they were read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._hashes: dict[str, str] = {}
        self._ragged: dict[str, set[int]] = {}  # records left out of a table's frame, counted from 1 at its header
        self._lines: dict[str, list[int]] = {}
        self._kept: dict[str, list[int]] = {}
        self.unread: set[str] = set()  # tables of which not every row could be read: what refers to them cannot be judged
        self.outlines: dict[str, shapely.Geometry] = {}

    def add(self, file: str, allowed: str, *, line: int | None = None, row: str = "", column: str = "", value: str = "") -> None:
        """Note one thing that is wrong."""
        self.problems.append(Problem(file, line, row, column, value, allowed))

    def version(self) -> str:
        """A hash of all files: the same content has the same version wherever it lies."""
        listing = "\n".join(f"{name} {digest}" for name, digest in sorted(self._hashes.items()))
        return hashlib.sha256(listing.encode()).hexdigest()[:12]

    def _bytes(self, file: str, path: Path | None = None) -> bytes | None:
        try:
            content = (path or self.path / file).read_bytes()
        except FileNotFoundError:
            self.add(file, "this file is missing; a bundle needs it")
            return None
        except OSError as error:
            self.add(file, f"this file cannot be read ({error.strerror})")
            return None
        if path is None or path == self.path / file:
            self._hashes[file] = hashlib.sha256(content).hexdigest()
        return content

    def _text(self, file: str, content: bytes) -> bool:
        """True if the bytes are UTF-8 without traps; else the problem is noted."""
        if not content.strip():
            self.add(file, "this file is empty; at least the header line must be there")
            return False
        if content.startswith(b"\xef\xbb\xbf"):
            self.add(file, "the file begins with a byte-order mark; save it as UTF-8 without BOM")
            return False
        if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            self.add(file, "the file is UTF-16; save it as UTF-8")
            return False
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self.add(file, f"byte {error.start} is not UTF-8 (perhaps Windows-1251); save the file as UTF-8", line=line)
            return False
        if b"\r" in content:
            line = content[: content.index(b"\r")].count(b"\n") + 1
            self.add(file, "lines end with CR or CRLF (Windows); save the file with LF line ends", line=line)
            return False
        if b"\x00" in content:
            line = content[: content.index(b"\x00")].count(b"\n") + 1
            self.add(file, "there is a NUL character; remove it", line=line)
            return False
        return True

    def read_json(self, file: str, path: Path | None = None) -> dict[str, Any] | None:
        """The object that a file of the bundle (or, at `path`, of another place) holds; None, and a problem noted, if it holds none."""
        content = self._bytes(file, path)
        if content is None or not self._text(file, content):
            return None
        try:
            value = json.loads(content, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            self.add(file, f"this is not JSON: {error.msg}", line=error.lineno)
            return None
        except RecursionError:
            self.add(file, "this JSON is nested too deeply to be a description or a layer")
            return None
        except ValueError as error:
            self.add(file, f"this JSON holds a number that no reader can use ({str(error)[:80]})")
            return None
        if not isinstance(value, dict):
            self.add(file, "the file must hold one JSON object")
            return None
        return value

    def description(self, own: Mapping[str, Any]) -> list[float] | None:
        """Check what the bundle says of itself beside its tables (its day, extent, the map's first view, the first case); give the extent."""
        extent, view = own.get("extent"), own.get("view", {})
        if not _is_day(str(own.get("created", ""))[:10]):
            said = "must be the day the bundle was made, like 2026-11-24: waits and open ends are counted up to it"
            self.add("datapackage.json", said, column="created", value=str(own.get("created", "")))
        if extent is not None and not (isinstance(extent, list) and len(extent) == 4 and all(map(_is_number, extent))):
            self.add("datapackage.json", "must be four numbers: west, south, east, north", column="extent", value=str(extent))
            extent = None
        if not (isinstance(view, dict) and all(_is_number(view.get(key, 0)) for key in ("lat", "lon", "zoom"))):
            self.add("datapackage.json", "must be an object with the numbers lat, lon and zoom", column="view", value=str(view))
        if not isinstance(own.get("flagship_case", ""), str):
            self.add("datapackage.json", "must be the id of a case", column="flagship_case", value=str(own["flagship_case"]))
        return extent

    def read_layer(self, resource: Mapping[str, Any]) -> Path:
        """Where a layer lies: it is served as it is; of the countries the outlines are kept, to find swapped coordinates."""
        file = resource["path"]
        layer = self.read_json(file)
        if layer is not None and (layer.get("type") != "FeatureCollection" or not isinstance(layer.get("features"), list)):
            self.add(file, "a layer must be a GeoJSON FeatureCollection")
        elif layer is not None and resource["name"] == "countries":
            self.outlines = _outlines(layer["features"])
        return self.path / file

    def read_stories(self, own: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> dict[str, stories.Story]:
        """The bundle's own stories by key, in their order, held against its tables: what a step shows must be there."""
        listed = {str(resource["path"]) for resource in stories_of(own)}
        there = {f"{STORIES}/{path.name}" for path in (self.path / STORIES).glob("*.md")}
        for file in sorted(there - listed):
            self.add("datapackage.json", f"{file} lies in the bundle and is not among its resources", column="resources")
        terms = {str(name): set(rows["code"]) for name, rows in frames["vocabulary"].groupby("list")}
        keys = {name: set(frame.iloc[:, 0]) for name, frame in frames.items()}
        pages = frozenset(path.stem for path in (ROOT / "pages").glob("*.py"))
        known = stories.Known(keys, terms, pages, frozenset(self.unread))
        found: dict[str, stories.Story] = {}
        for file in sorted(listed | there):
            content = self._bytes(file)
            if content is None or not self._text(file, content):
                continue
            story, flaws = stories.read(content.decode("utf-8"))
            flaws += stories.check(story, known) if story else []
            for flaw in flaws:
                self.add(file, flaw.allowed, line=flaw.line, row=flaw.step, column=flaw.field, value=flaw.value)
            if story and story.key in found:
                self.add(file, "another story has this key", column="story", value=story.key)
            if story:
                found[story.key] = story
        return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))

    def read_documents(self) -> dict[str, str]:
        """What a bundle tells beside its tables; none of it must be there."""
        found = {}
        for name, file in DOCUMENTS.items():
            if (self.path / file).is_file() and (content := self._bytes(file)) is not None:
                found[name] = content.decode("utf-8", errors="replace")
        return found

    def read_table(self, resource: Mapping[str, Any]) -> pd.DataFrame:
        """One CSV as text: every cell a string, an empty cell an empty string."""
        file, expected = resource["path"], [f["name"] for f in resource["schema"]["fields"]]
        content = self._bytes(file)
        table = self._table(file, content, expected) if content is not None and self._text(file, content) else None
        if table is None or file in self._ragged:
            self.unread.add(resource["name"])
        if table is None:
            return pd.DataFrame({name: pd.Series(dtype="str") for name in expected})
        return table.select(expected).to_pandas(types_mapper={pa.string(): pd.StringDtype("pyarrow", na_value=np.nan)}.get)

    def _table(self, file: str, content: bytes, expected: list[str]) -> pa.Table | None:
        header = next(iter(_rows(content[: content.find(b"\n") + 1 or None].decode("utf-8"))), [])
        if not self._header(file, header, expected):
            return None
        ragged: list[pa.csv.InvalidRow] = []

        def note(bad: pa.csv.InvalidRow) -> str:
            ragged.append(bad)
            return "skip"

        try:
            table = pa.csv.read_csv(
                io.BytesIO(content),
                read_options=pa.csv.ReadOptions(use_threads=False, block_size=max(len(content) + 1, 1 << 20)),
                parse_options=pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
                convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False),
            )
        except (pa.ArrowInvalid, pa.ArrowException) as error:
            self.add(file, f"this is not comma-separated text ({str(error).splitlines()[0][:200]})")
            return None
        for bad in ragged:
            self._ragged.setdefault(file, set()).add(bad.number)
            why = f"the row has {bad.actual_columns} cells, the header {len(header)}; quote a cell that holds a comma"
            if bad.text.count('"') % 2:
                why = "a quotation mark is opened in this row and never closed"
            first = next(iter(_rows(bad.text)), [""])[0]
            self.add(file, why, line=self._record_lines(file)[bad.number - 1], row=first.partition("\n")[0][:60])
        return table

    def _record_lines(self, file: str) -> list[int]:
        """The line each record begins on, the header first: quoted line breaks and blank lines shift a mere count."""
        if file not in self._lines:
            reader, before, lines = _rows((self.path / file).read_text(encoding="utf-8")), 0, []
            for record in reader:
                if record:
                    lines.append(before + 1)
                before = reader.line_num
            self._lines[file] = lines
        return self._lines[file]

    def line(self, file: str, at: int) -> int:
        """The line that row `at` of a table's frame begins on."""
        if file not in self._kept:
            left_out = self._ragged.get(file, set())
            self._kept[file] = [line for number, line in enumerate(self._record_lines(file), 1) if number not in left_out]
        return self._kept[file][at + 1]

    def _header(self, file: str, header: list[str], expected: list[str]) -> bool:
        if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
            mark = "semicolons" if ";" in header[0] else "tabs"
            self.add(file, f"the columns are separated by {mark}; use commas", line=1, value=header[0])
            return False
        missing = [name for name in expected if name not in header]
        unknown = [name for name in header if name not in expected]
        for name in missing:
            guess = did_you_mean(name, unknown, "found ")
            self.add(file, f"this column is missing{guess}", line=1, column=name)
        for name in unknown:
            guess = did_you_mean(name, missing)
            self.add(file, f"this column is not in the schema{guess}", line=1, column=name)
        for name in sorted({name for name in header if header.count(name) > 1}):
            self.add(file, "this column stands twice in the header", line=1, column=name)
        return not missing and not unknown and len(header) == len(set(header))


def _rows(text: str) -> Any:
    """The records of comma-separated text, and `line_num`."""
    return csv.reader(io.StringIO(text))


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


# ── outlines of countries ────────────────────────────────────────────────────────────────────────
def _outlines(features: list[Any]) -> dict[str, shapely.Geometry]:
    """The outline of each country by its English name; what is not a polygon is left out."""
    found: dict[str, shapely.Geometry] = {}
    for feature in features:
        try:
            name, outline = str(feature["properties"]["name_en"]), shapely.geometry.shape(feature["geometry"])
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, shapely.errors.ShapelyError):
            continue
        if outline.geom_type in {"Polygon", "MultiPolygon"}:
            shapely.prepare(outline)
            found[name] = outline
    return found
