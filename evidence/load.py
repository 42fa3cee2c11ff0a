"""A bundle's files in, a `Bundle` out; or `InvalidData`, naming every bad cell in a sentence.

The schema is `datapackage.json` beside the package (Frictionless Data Package). Beyond Table Schema each field may say
`meaning` (edtf, label, text, url, record), `vocabulary` (a list of vocabulary.csv), `references` (a table) and
`separator` (the cell is a list). Data are checked once, here; after that, functions trust their input.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
import os
import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import shapely
import shapely.geometry

from evidence import stories
from evidence.model import LANGUAGES, LIST_SEPARATOR, Bundle, parse_period

ROOT = Path(__file__).resolve().parent.parent
STORIES = "data/stories"
DOCUMENTS = {"left_out": "data/LEFT_OUT.md"}  # Markdown that a bundle may bring, shown beside its tables
MAX_CELL = 20_000  # characters; a longer cell is a pasted document, not a value
SMALL = 3_000  # rows up to which a plain dictionary finds distinct values sooner than pandas does
# A gazetteer point or a year outside these is a typing error, not evidence.
YEARS = (1850, 2100)
_PERSON = re.compile(r"\{(P-[^{}]*)\}")
# The csv module refuses cells longer than this; ours are refused by MAX_CELL, with a sentence.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, said so that the person who typed it can mend it."""

    file: str
    line: int | None
    row: str
    column: str
    value: str
    allowed: str

    def __str__(self) -> str:
        where = self.file
        if self.line is not None:
            where += f", line {self.line}"
        if self.row:
            where += f", {self.row}"
        if self.column:
            where += f", column {self.column[:60]}"
        if self.value:
            shown = self.value if len(self.value) <= 60 else f"{self.value[:57]}… ({len(self.value):,} characters)"
            where += f": {shown!r}"
        return f"{where}: {self.allowed}"


class InvalidData(Exception):
    """The bundle cannot be opened; `problems` says all that is wrong with it."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"{path}: {count}", *map(str, problems)]))


def bundle_path() -> Path:
    """The folder to open: `TAMSHY_BUNDLE`, or the repository itself."""
    return Path(os.environ.get("TAMSHY_BUNDLE") or ROOT).resolve()


@lru_cache(maxsize=1)
def opened() -> Bundle:
    """The bundle this process shows: read once, shared by every visitor and by the routes."""
    return load(bundle_path())


def load(path: Path | None = None) -> Bundle:
    """Read and check a bundle folder.

    Raises:
        InvalidData: with every problem of every file; nothing is half-loaded.
    """
    path = path or bundle_path()
    check = _Check(path)
    schema = check.read_json("datapackage.json", ROOT / "datapackage.json")
    own = schema if path == ROOT else check.read_json("datapackage.json")
    if schema is None or own is None:
        raise InvalidData(path, check.problems)
    extent = check.description(own)
    frames, layers = {}, {}
    for resource in schema["resources"]:
        if "schema" in resource:
            frames[resource["name"]] = check.read_table(resource)
        elif not is_story(resource):
            layers[resource["name"]] = check.read_layer(resource)
    check.texts(frames)
    told, documents = check.read_stories(own, frames), check.read_documents()
    check.values(schema, frames, extent)
    if check.problems:
        raise InvalidData(path, check.problems)
    return Bundle(
        path=path,
        version=check.version(),
        title=str(own.get("title", "")),
        published=str(own.get("created", ""))[:10],
        synthetic=bool(own.get("synthetic", False)),
        tables=MappingProxyType({name: _with_intervals(frame, schema, name) for name, frame in frames.items()}),
        layers=MappingProxyType(layers),
        schema=MappingProxyType({**own, "resources": [r for r in schema["resources"] if not is_story(r)] + _stories_of(own)}),
        stories=MappingProxyType(told),
        documents=MappingProxyType(documents),
    )


def is_story(resource: Any) -> bool:
    """True for a story among a bundle's resources."""
    return isinstance(resource, dict) and re.fullmatch(rf"{STORIES}/[\w-]+\.md", str(resource.get("path", ""))) is not None


def _stories_of(own: Mapping[str, Any]) -> list[dict[str, Any]]:
    resources = own.get("resources")
    return list(filter(is_story, resources)) if isinstance(resources, list) else []


class _Check:
    """Reads the files of one bundle and collects what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._hashes: dict[str, str] = {}
        self._ragged: dict[str, set[int]] = {}  # records left out of a table's frame, counted from 1 at its header
        self._lines: dict[str, list[int]] = {}
        self._kept: dict[str, list[int]] = {}
        self._unread: set[str] = set()  # tables of which not every row could be read: what refers to them cannot be judged
        self._outlines: dict[str, shapely.Geometry] = {}

    def add(self, file: str, allowed: str, *, line: int | None = None, row: str = "", column: str = "", value: str = "") -> None:
        self.problems.append(Problem(file, line, row, column, value, allowed))

    def version(self) -> str:
        """A hash of all files: the same content has the same version wherever it lies."""
        listing = "\n".join(f"{name} {digest}" for name, digest in sorted(self._hashes.items()))
        return hashlib.sha256(listing.encode()).hexdigest()[:12]

    # ── files ────────────────────────────────────────────────────────────────────────────────────
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
        """Check what the bundle says of itself beside its tables (extent, the map's first view, the first case); give the extent."""
        extent, view = own.get("extent"), own.get("view", {})
        if extent is not None and not (isinstance(extent, list) and len(extent) == 4 and all(map(_is_number, extent))):
            self.add("datapackage.json", "must be four numbers: west, south, east, north", column="extent", value=str(extent))
            extent = None
        if not (isinstance(view, dict) and all(_is_number(view.get(key, 0)) for key in ("lat", "lon", "zoom"))):
            self.add("datapackage.json", "must be an object with the numbers lat, lon and zoom", column="view", value=str(view))
        if not isinstance(own.get("flagship_case", ""), str):
            self.add("datapackage.json", "must be the id of a case", column="flagship_case", value=str(own["flagship_case"]))
        return extent

    def read_layer(self, resource: Mapping[str, Any]) -> Path:
        file = resource["path"]
        layer = self.read_json(file)
        if layer is not None and (layer.get("type") != "FeatureCollection" or not isinstance(layer.get("features"), list)):
            self.add(file, "a layer must be a GeoJSON FeatureCollection")
        elif layer is not None and resource["name"] == "countries":
            self._outlines = _outlines(layer["features"])
        return self.path / file

    def read_stories(self, own: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> dict[str, stories.Story]:
        """The bundle's own stories by key, in their order, held against its tables: what a step shows must be there."""
        listed = {str(resource["path"]) for resource in _stories_of(own)}
        there = {f"{STORIES}/{path.name}" for path in (self.path / STORIES).glob("*.md")}
        for file in sorted(there - listed):
            self.add("datapackage.json", f"{file} lies in the bundle and is not among its resources", column="resources")
        terms = {str(name): set(rows["code"]) for name, rows in frames["vocabulary"].groupby("list")}
        keys = {name: set(frame.iloc[:, 0]) for name, frame in frames.items()}
        pages = frozenset(path.stem for path in (ROOT / "pages").glob("*.py"))
        known = stories.Known(keys, terms, pages, frozenset(self._unread))
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
            self._unread.add(resource["name"])
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
            guess = _did_you_mean(name, unknown, "found ")
            self.add(file, f"this column is missing{guess}", line=1, column=name)
        for name in unknown:
            guess = _did_you_mean(name, missing)
            self.add(file, f"this column is not in the schema{guess}", line=1, column=name)
        for name in sorted({name for name in header if header.count(name) > 1}):
            self.add(file, "this column stands twice in the header", line=1, column=name)
        return not missing and not unknown and len(header) == len(set(header))

    # ── what the interface says ──────────────────────────────────────────────────────────────────
    def texts(self, frames: dict[str, pd.DataFrame]) -> None:
        """Check the blanks of a bundle's own texts; for texts and whole lists of terms that it leaves out, use the shipped ones."""
        own = self.path == ROOT
        words, terms = frames["words"], frames["vocabulary"]
        ours = (
            frames
            if own
            else {name: pd.read_csv(ROOT / f"data/{name}.csv", dtype=str, keep_default_na=False) for name in ("words", "vocabulary")}
        )
        spoken = dict(zip(ours["words"]["key"], ours["words"][list(LANGUAGES)].to_numpy().tolist(), strict=True))
        for at, (key, *texts) in enumerate(words[["key", *LANGUAGES]].to_numpy().tolist()):
            for language, text in zip(LANGUAGES, texts, strict=True):
                if ("{" in text or "}" in text) and (flaw := _blanks_flaw(text, spoken.get(key))):
                    self.add("data/words.csv", flaw, line=self.line("data/words.csv", at), row=key[:60], column=language, value=text)
        if not own:
            lacking = {"words": ~ours["words"]["key"].isin(words["key"]), "vocabulary": ~ours["vocabulary"]["list"].isin(terms["list"])}
            for name, missing in lacking.items():
                added = ours[name].loc[missing, list(frames[name].columns)].astype(frames[name].dtypes.to_dict())
                frames[name] = pd.concat([frames[name], added], ignore_index=True)

    # ── cells ────────────────────────────────────────────────────────────────────────────────────
    def values(self, schema: Mapping[str, Any], frames: dict[str, pd.DataFrame], extent: list[float] | None) -> None:
        """Check and convert every cell of every table, in place of the text frames."""
        tables = [r for r in schema["resources"] if "schema" in r]
        vocabulary = frames["vocabulary"]
        known = _Known(
            keys={r["name"]: set(frames[r["name"]][r["schema"]["primaryKey"][0]]) for r in tables},
            terms={name: set(rows["code"]) for name, rows in vocabulary.groupby("list")},
            unread=frozenset(self._unread),
        )
        named = vocabulary[vocabulary["list"] == "country"]
        outlines = {
            code: self._outlines[name] for code, name in zip(named["code"], named["label_en"], strict=True) if name in self._outlines
        }
        for resource in tables:
            name = resource["name"]
            sheet = _Sheet(self, resource, frames[name])
            sheet.key()
            for spec in resource["schema"]["fields"]:
                sheet.column(spec, known)
            sheet.across(extent, outlines)
            frames[name] = sheet.converted()


@dataclass(frozen=True)
class _Known:
    """What cells may refer to: the ids of each table, the codes of each list; and the tables that could not be read in full."""

    keys: Mapping[str, set[str]]
    terms: Mapping[str, set[str]]
    unread: frozenset[str]

    def records(self) -> set[str]:
        """Every id of every table."""
        return set().union(*(ids for name, ids in self.keys.items() if name not in {"words", "vocabulary"}))


class _Sheet:
    """One table under check: knows how to name a cell of it."""

    def __init__(self, check: _Check, resource: Mapping[str, Any], frame: pd.DataFrame) -> None:
        self.check, self.file, self.frame = check, resource["path"], frame
        self.fields = resource["schema"]["fields"]
        self.primary = resource["schema"]["primaryKey"]
        self.new: dict[str, pd.Series] = {}
        self.filled: dict[str, np.ndarray] = {}

    def bad(self, at: int, column: str, allowed: str) -> None:
        row = " ".join(str(self.frame[k].iloc[at])[:60] for k in self.primary)
        line = self.check.line(self.file, at)
        self.check.add(self.file, allowed, line=line, row=row, column=column, value=str(self.frame[column].iloc[at]))

    def bad_where(self, mask: np.ndarray | pd.Series, column: str, allowed: str | Callable[[str], str]) -> None:
        for at in np.flatnonzero(np.asarray(mask, dtype=bool)):
            self.bad(int(at), column, allowed if isinstance(allowed, str) else allowed(str(self.frame[column].iloc[at])))

    def key(self) -> None:
        if len(self.primary) == 1 and self.frame[self.primary[0]].is_unique:
            return
        rows = self.frame[self.primary]
        twice = rows.duplicated(keep="first") & (rows[self.primary[0]] != "")
        self.bad_where(twice, self.primary[-1], "this id stands on an earlier line; ids are unique and never reused")

    def column(self, spec: Mapping[str, Any], known: _Known) -> None:
        name, cells = spec["name"], self.frame[spec["name"]]
        codes, uniques = _distinct(cells)
        self.filled[name] = codes != uniques.index("") if "" in uniques else np.ones(len(cells), dtype=bool)
        if spec.get("constraints", {}).get("required"):
            self.bad_where(~self.filled[name], name, "this cell must be filled")
        rule = _rule(spec, known)
        wrong = {i: sentence for i, value in enumerate(uniques) if value != "" and (sentence := rule(value))}
        if wrong:
            for at in np.flatnonzero(np.isin(codes, list(wrong))):
                self.bad(int(at), name, wrong[codes[at]])
        self.new[name] = cells if wrong else _convert(spec, cells, codes, uniques)

    def across(self, extent: list[float] | None, outlines: Mapping[str, shapely.Geometry]) -> None:
        """Rules that need two cells of a row."""
        columns = set(self.frame.columns)
        for name in sorted(columns):
            stem, _, language = name.rpartition("_")
            if language == "en" and f"{stem}_ru" in columns and f"{stem}_kk" in columns:
                english, russian, kazakh = (self.filled[f"{stem}_{code}"] for code in ("en", "ru", "kk"))
                if stem != "title":
                    self.bad_where(english & ~russian, f"{stem}_ru", f"{stem}_en is filled, so the Russian must be too")
                if stem not in {"title", "name"}:
                    said = "another language is filled, so the English must be too"
                    self.bad_where((russian | kazakh) & ~english, f"{stem}_en", said)
        if {"lat", "lon"} <= columns:
            self._position(extent, outlines)
        for low, high in (("radius_min_m", "radius_max_m"), ("victims_min", "victims_max"), ("length_min", "length_max")):
            if {low, high} <= columns:
                self.bad_where(self._numbers(low) > self._numbers(high), high, f"must not be smaller than {low}")
        if {"value", "value_text_en"} <= columns:
            self.bad_where(~self.filled["value"] & ~self.filled["value_text_en"], "value", "either the value or its text must be filled")
        if "name_basis" in columns:
            # The rule that keeps people safe: no name leaves without the reason it may.
            named = np.logical_or.reduce([self.filled[name] for name in ("name_en", "name_ru", "name_kk", "aliases")])
            self.bad_where(
                named & (self.frame["name_basis"] == "pseudonym_only"),
                "name_basis",
                "a name or alias is filled, but the basis says pseudonym only: empty it or state the basis",
            )

    def _numbers(self, name: str) -> pd.Series:
        """A column as numbers, also where some of its cells are none: one bad cell must not hide the next."""
        column = self.new[name]
        return column if pd.api.types.is_numeric_dtype(column) else pd.to_numeric(self.frame[name].astype(object), errors="coerce")

    def _position(self, extent: list[float] | None, outlines: Mapping[str, shapely.Geometry]) -> None:
        lat, lon = self.filled["lat"], self.filled["lon"]
        self.bad_where(~lat & lon, "lat", "lon is filled, so lat must be too")
        self.bad_where(~lon & lat, "lon", "lat is filled, so lon must be too")
        if "location_precision" in self.frame.columns:
            self.bad_where(
                lat & self.frame["location_precision"].isin(["unlocated", "country"]),
                "location_precision",
                "a position is given, so its precision must be said",
            )
            if "location_radius_m" in self.frame.columns:
                self.bad_where(
                    lat & ~self.filled["location_radius_m"],
                    "location_radius_m",
                    "a position is given, so the radius it is good to must be said, in metres",
                )
        y, x = self._numbers("lat"), self._numbers("lon")
        y, x = y.where(y.between(-90, 90)), x.where(x.between(-180, 180))
        swapped = self._abroad(y, x, outlines)
        if extent is not None:
            west, south, east, north = extent
            outside = y.notna() & x.notna() & ~(x.between(west, east) & y.between(south, north))
            swapped |= outside & y.between(west, east) & x.between(south, north)
            outside &= ~swapped
            self.bad_where(outside, "lat", f"the point lies outside this bundle's extent ({west} to {east} E, {south} to {north} N)")
        self.bad_where(swapped, "lat", "latitude and longitude look swapped")

    def _abroad(self, y: pd.Series, x: pd.Series, outlines: Mapping[str, shapely.Geometry]) -> pd.Series:
        """Rows whose point lies outside their own country, but inside it once latitude and longitude change places."""
        found = pd.Series(False, index=self.frame.index)
        countries = self.frame["country"] if "country" in self.frame.columns else pd.Series("", index=self.frame.index)
        for country in countries.unique():
            rows = (countries == country) & y.notna() & x.notna()
            if country in outlines and rows.any():
                lat, lon = y[rows].to_numpy(), x[rows].to_numpy()
                found[rows] = ~shapely.contains_xy(outlines[country], lon, lat) & shapely.contains_xy(outlines[country], lat, lon)
        return found

    def converted(self) -> pd.DataFrame:
        # Arrays, not Series: they need not be held against an index that is the same for all.
        return pd.DataFrame({name: column.array for name, column in self.new.items()}, index=self.frame.index, copy=False)


# ── what one value must be ───────────────────────────────────────────────────────────────────────
Rule = Callable[[str], str | None]


def _rule(spec: Mapping[str, Any], known: _Known) -> Rule:
    """A function from a value to the sentence that says what is wrong with it, or None."""
    if spec["type"] in {"integer", "number"}:
        return _number_rule(spec)
    if spec["type"] == "boolean":
        return lambda value: None if value in {"true", "false"} else "must be true or false"
    one: Rule = lambda value: None  # noqa: E731 — the neutral rule
    if _asks(spec, known) & known.unread:
        pass  # one broken file must not accuse every row that refers to it
    elif "vocabulary" in spec:
        one = _member_rule(known.terms.get(spec["vocabulary"], set()), f"not a term of the list {spec['vocabulary']} in vocabulary.csv")
    elif "references" in spec:
        one = _member_rule(known.keys[spec["references"]], f"no such row in {spec['references']}.csv")
    elif spec.get("meaning") == "record":
        one = _member_rule(known.records(), "no table has a row with this id")
    elif spec.get("meaning") in {"text", "label"}:
        one = _people_rule(known.keys["people"])
    elif spec.get("meaning") == "edtf":
        one = _period_rule
    elif spec.get("meaning") == "url":
        one = _address_rule
    if "separator" in spec:
        return lambda value: _plain(value) or _list_rule(value, one)
    return lambda value: _plain(value) or one(value)


def _plain(value: str) -> str | None:
    if len(value) > MAX_CELL:
        return f"the cell holds {len(value):,} characters; at most {MAX_CELL:,} are allowed"
    if "\n" in value or "\t" in value:
        return "the cell holds a line break or a tab; write it on one line"
    if value != value.strip():
        return "the cell begins or ends with a space"
    return None


@lru_cache(maxsize=4096)
def _blanks(text: str) -> frozenset[tuple[str, str]]:
    """The blanks of a text of the interface: (name, what is put there)."""
    return frozenset((name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name is not None)


def _blanks_flaw(text: str, known: Iterable[str] | None) -> str | None:
    """What is wrong with the blanks of a text; `known` is what is shipped under the same key, in each language."""
    try:
        blanks = _blanks(text)
    except ValueError:
        return "a brace is opened or closed alone; a brace that is meant is written twice"
    if known is None:
        return None
    allowed = set().union(*map(_blanks, known))
    for name, spec in sorted(blanks):
        if (name, spec) not in allowed:
            written = "{" + name + (f":{spec}" if spec else "") + "}"
            offered = ", ".join("{" + n + (f":{s}" if s else "") + "}" for n, s in sorted(allowed)) or "none"
            return f"{written} is no blank of this text (it has: {offered})"
    return None


def _list_rule(value: str, one: Rule) -> str | None:
    parts = value.split(LIST_SEPARATOR)
    if "" in parts:
        return "an entry of the list is empty; separate entries by one semicolon"
    if len(set(parts)) < len(parts):
        return "an entry stands twice in the list"
    for part in parts:
        if part != part.strip():
            return f"{part!r} begins or ends with a space"
        if sentence := one(part):
            return sentence if len(parts) == 1 else f"{part!r}: {sentence}"
    return None


def _member_rule(allowed: set[str], otherwise: str) -> Rule:

    def rule(value: str) -> str | None:
        if value in allowed:
            return None
        if (same := next((term for term in sorted(allowed) if term.casefold() == value.casefold()), None)) is not None:
            return f"{otherwise} (did you mean {same}? case matters)"
        return otherwise + _did_you_mean(value, allowed)

    return rule


def _address_rule(value: str) -> str | None:
    if value.startswith(("https://", "http://")) and " " not in value:
        return None
    return "must be an address that begins with https:// or http://"


def _asks(spec: Mapping[str, Any], known: _Known) -> set[str]:
    """The tables that a cell of this column is checked against."""
    if "vocabulary" in spec:
        return {"vocabulary"}
    if "references" in spec:
        return {spec["references"]}
    if spec.get("meaning") == "record":
        return set(known.keys)
    return {"people"} if spec.get("meaning") in {"text", "label"} else set()


def _people_rule(people: set[str]) -> Rule:
    """A text names a person as {P-001}; a reader must never be shown the bare id of nobody."""

    def rule(value: str) -> str | None:
        unknown = [key for key in _PERSON.findall(value) if key not in people] if "{P-" in value else []
        return f"{unknown[0]}: no such row in people.csv{_did_you_mean(unknown[0], people)}" if unknown else None

    return rule


def _period_rule(value: str) -> str | None:
    try:
        period = parse_period(value)
    except ValueError as error:
        return str(error)
    for bound in (period.start, period.end):
        if bound is not None and not YEARS[0] <= bound.year <= YEARS[1]:
            return f"the year {bound.year} is outside {YEARS[0]} to {YEARS[1]}"
    return None


def _number_rule(spec: Mapping[str, Any]) -> Rule:
    convert = int if spec["type"] == "integer" else float
    word = "a whole number" if spec["type"] == "integer" else "a number"
    low, high = (spec.get("constraints", {}).get(side) for side in ("minimum", "maximum"))

    def rule(value: str) -> str | None:
        # float() also reads "1_000", " 1", "nan", "inf" and Arabic digits; a table must not.
        if not value.isascii() or set(value) - set("0123456789+-.eE"):
            return f"must be {word}, with a point as decimal mark"
        try:
            number = convert(value)
        except ValueError:
            return f"must be {word}, with a point as decimal mark"
        if (low is not None and number < low) or (high is not None and number > high):
            return f"must lie between {low} and {high}"
        return None if abs(number) < 1e15 else "is too large to be a value"

    return rule


def _did_you_mean(value: str, allowed: Iterable[str], lead: str = "did you mean ") -> str:
    if len(value) > 100:
        return ""  # nobody mistypes a page of text for a code
    pool = sorted(term for term in allowed if len(term) <= 100)
    close = difflib.get_close_matches(value, pool[:5000], n=1, cutoff=0.6)
    return f" ({lead}{close[0]}{'?' if lead.startswith('did') else ''})" if close else ""


def _convert(spec: Mapping[str, Any], cells: pd.Series, codes: np.ndarray, uniques: list[str]) -> pd.Series:
    if spec["type"] in {"integer", "number"}:
        values = np.array([float(value) if value != "" else np.nan for value in uniques], dtype="float64")
        return pd.Series(values[codes] if len(uniques) else np.array([], dtype="float64"), index=cells.index)
    if spec["type"] == "boolean":
        return cells == "true"
    if "vocabulary" in spec and "separator" not in spec:
        order = sorted(range(len(uniques)), key=uniques.__getitem__)
        place = np.empty(len(uniques), dtype=np.intp)
        place[order] = np.arange(len(uniques))
        kind = pd.CategoricalDtype(pd.Index([uniques[at] for at in order], dtype=cells.dtype))
        return pd.Series(pd.Categorical.from_codes(place[codes], dtype=kind), index=cells.index)
    return cells


def _distinct(cells: pd.Series) -> tuple[np.ndarray, list[str]]:
    """For each cell the place of its value among the distinct ones, and those in order of appearance."""
    if len(cells) > SMALL:
        codes, uniques = pd.factorize(cells)
        return codes, list(uniques)
    # A dictionary is done with a column of a hundred cells before pandas has begun.
    seen: dict[str, int] = {}
    codes = [seen.setdefault(value, len(seen)) for value in cells.to_numpy(dtype=object)]
    return np.array(codes, dtype=np.intp), list(seen)


def _with_intervals(frame: pd.DataFrame, schema: Mapping[str, Any], name: str) -> pd.DataFrame:
    """Add `x_start` and `x_end` for every EDTF column `x`."""
    fields = next(r["schema"]["fields"] for r in schema["resources"] if r["name"] == name)
    extra = {}
    for spec in fields:
        if spec.get("meaning") == "edtf":
            codes, uniques = _distinct(frame[spec["name"]])
            periods = [parse_period(value) if value else None for value in uniques]
            for side in ("start", "end"):
                days = np.array([getattr(p, side) if p else None for p in periods], dtype="datetime64[s]")
                extra[f"{spec['name']}_{side}"] = days[codes] if len(uniques) else np.array([], dtype="datetime64[s]")
    return frame.assign(**extra)


def _rows(text: str) -> Any:
    """The records of comma-separated text, and `line_num`."""
    return csv.reader(io.StringIO(text))


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
