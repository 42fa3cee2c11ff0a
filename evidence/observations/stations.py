"""What stations measured: OpenAQ (CSV exports and v3 JSON), wide tables of state posts, and any long table through a mapping."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evidence.observations import kinds
from evidence.observations.block import Block, Layout, Reject, Source, UnknownFormat, blocks, rows_as_block, text_stream

KIND = "reading"
Columns = dict[str, "pa.Array | np.ndarray | str | None"]
Answer = Iterator[tuple[Columns, Block, list[Reject]]]
_LARGEST = 1e9  # no pollutant, pressure or temperature is larger in any unit; a larger number is a sentinel or a slip
_FIRST = np.datetime64("1970-01-01T00:00:00", "s")
_JSON_ROWS = 50_000


# ── a mapping: which column is what ──────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Recipe:
    """How to read a long table. A name is a column; `=text` is the same for all rows.

    `position` is one column with "lat, lon". `averaging` is seconds, or 20min, 1h, 8h, 1d; empty if it is not known. `marks`
    says whether a time is the `start` or the `end` of what was averaged.
    """

    time: str
    value: str
    series: str
    indicator: str
    unit: str
    clock: str = ""
    place: str = ""
    lat: str = ""
    lon: str = ""
    position: str = ""
    averaging: str = ""
    marks: str = "start"
    utc_offset_hours: float | None = None

    def __post_init__(self) -> None:
        if self.marks not in {"start", "end"}:
            raise ValueError(f"marks is {self.marks!r}; it must be start or end")
        seconds(self.averaging)

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a mapping from JSON.

        Raises:
            ValueError: naming the entry that is missing or not known.
        """
        said = json.loads(path.read_text(encoding="utf-8"))
        known = [field.name for field in fields(cls)]
        if unknown := set(said) - set(known):
            raise ValueError(f"{path}: {', '.join(sorted(unknown))} is not an entry of a mapping; known are {', '.join(known)}")
        if missing := {"time", "value", "series", "indicator", "unit"} - set(said):
            raise ValueError(f"{path}: {', '.join(sorted(missing))} must be in a mapping")
        return cls(**said)

    def columns(self) -> list[str]:
        """The columns it names, plain."""
        named = (self.time, self.clock, self.value, self.series, self.indicator, self.unit, self.place, self.lat, self.lon, self.position)
        return list(dict.fromkeys(name.strip().lower() for name in named if name and not name.startswith("=")))


def seconds(averaging: str) -> int | None:
    """`20min`, `1h`, `1d`, `3600` as seconds; None for nothing.

    Raises:
        ValueError: if it is none of these.
    """
    found = re.fullmatch(r"\s*(\d+)\s*(s|sec|min|h|d)?\s*", averaging)
    if averaging and not found:
        raise ValueError(f"{averaging!r} is not a length of time like 20min, 1h, 8h or 1d")
    return int(found[1]) * {"min": 60, "h": kinds.HOUR, "d": kinds.DAY}.get(found[2] or "s", 1) if found else None


@dataclass(frozen=True)
class Asked:
    """What whoever adds a file says about it beyond what it says itself."""

    mapping: Recipe | None = None
    averaging: str = ""
    utc_offset_hours: float = 5.0  # state posts; Kazakhstan has one zone since 2024, its west had it before
    series: str = ""
    position: tuple[float, float] | None = None


def read_mapped(source: Source, about: Layout, mapping: Recipe) -> Answer:
    """A long table, block by block."""
    if absent := [name for name in mapping.columns() if name not in about.plain]:
        raise UnknownFormat(f"the mapping names {', '.join(absent)}; the file has {', '.join(about.plain)}")
    with source.open() as stream:
        for block, ragged in blocks(stream, about, mapping.columns()):
            yield _long(block, mapping), block, ragged


def _long(block: Block, mapping: Recipe) -> Columns:
    """The readings of a long table's block."""
    def name(entry: str) -> str:
        return entry.strip().lower()

    def words(entry: str) -> pa.Array | str | None:
        return entry[1:] if entry.startswith("=") else block.text(name(entry)) if entry else None

    if mapping.clock:
        joined = pc.binary_join_element_wise(block.columns[name(mapping.time)], block.columns[name(mapping.clock)], " ")
        block = _with(block, name(mapping.time), joined)
    time = block.moments(name(mapping.time), mapping.utc_offset_hours)
    averaged = seconds(mapping.averaging)
    if mapping.marks == "end" and averaged:
        time = time - np.timedelta64(averaged, "s")
    block.refuse((time < _FIRST) | (time > np.datetime64("now", "s") + np.timedelta64(2, "D")), name(mapping.time), "before 1970 or in the future")
    lat, lon = _position(block, mapping)
    raw = block.number(name(mapping.value), -_LARGEST, _LARGEST)
    value, unit, raw_unit, raw = _converted(block, name(mapping.value), raw, mapping.unit)
    series = words(mapping.series)
    if isinstance(series, pa.Array):
        block.refuse(series.is_null().to_numpy(zero_copy_only=False), name(mapping.series), "the cell is empty")
    return {
        "time": time,
        "lat": lat,
        "lon": lon,
        "series": series,
        "indicator": _indicator(block, mapping.indicator),
        "value": value,
        "unit": unit,
        "seconds": None if averaged is None else np.full(len(block), averaged, np.int32),
        "raw_value": raw,
        "raw_unit": raw_unit,
        "place": words(mapping.place),
    }


def _with(block: Block, column: str, cells: pa.Array) -> Block:
    """The block with other cells in a column; what was refused stays refused."""
    block.columns = {**block.columns, column: cells}
    return block


def _indicator(block: Block, entry: str) -> pa.Array | str:
    if entry.startswith("="):
        code = kinds.indicator(entry[1:])
        if code is None:
            raise UnknownFormat(f"{entry[1:]!r} is not a pollutant or quantity known here")
        return code
    return block.coded(entry.strip().lower(), kinds.indicator)


def _position(block: Block, mapping: Recipe) -> tuple[Any, Any]:
    """Latitude and longitude, from two columns or from one cell with both; null where the file has none."""
    if mapping.position:
        column = mapping.position.strip().lower()
        parts = pc.extract_regex(block.columns[column], r"^\s*[(\[]?\s*(?P<lat>[-+]?\d+(\.\d+)?)\s*[,;]\s*(?P<lon>[-+]?\d+(\.\d+)?)\s*[)\]]?\s*$")
        present = block.columns[column].is_valid().to_numpy(zero_copy_only=False)
        block.refuse(present & parts.is_null().to_numpy(zero_copy_only=False), column, "this is not a latitude and a longitude")
        lat, lon = (pc.cast(pc.struct_field(parts, part), pa.float64()).to_numpy(zero_copy_only=False) for part in ("lat", "lon"))
        with np.errstate(invalid="ignore"):
            block.refuse((np.abs(lat) > 90) | (np.abs(lon) > 180), column, "outside -90 to 90 or -180 to 180")
        return lat, lon
    if not mapping.lat or not mapping.lon:
        return None, None
    return (
        np.full(len(block), float(mapping.lat[1:])) if mapping.lat.startswith("=") else block.number(mapping.lat.strip().lower(), -90, 90, empty=True),
        np.full(len(block), float(mapping.lon[1:])) if mapping.lon.startswith("=") else block.number(mapping.lon.strip().lower(), -180, 180, empty=True),
    )


def _converted(block: Block, column: str, raw: np.ndarray, entry: str) -> tuple[np.ndarray, pa.Array | str, pa.Array | str, np.ndarray]:
    """Values in the unit they are stored in; what the source said where that is another number."""
    _sentinels(block, column, raw)
    if entry.startswith("="):
        found = kinds.unit(entry[1:])
        if found is None:
            raise UnknownFormat(f"{entry[1:]!r} is not a unit known here")
        _below_zero(block, column, raw, np.full(len(raw), found.stored in kinds.CONCENTRATIONS))
        return raw * found.factor, found.stored, entry[1:] if found.factor != 1 else None, raw if found.factor != 1 else np.full(len(raw), np.nan)
    spelt = entry.strip().lower()
    stored = block.coded(spelt, lambda word: found.stored if (found := kinds.unit(word)) else None)
    words = pc.dictionary_encode(block.columns[spelt])
    factors = np.array([found.factor if (found := kinds.unit(word)) else 1.0 for word in words.dictionary.to_pylist()] or [1.0])
    factor = factors[words.indices.fill_null(0).to_numpy(zero_copy_only=False)]
    _below_zero(block, column, raw, pc.is_in(stored, pa.array(sorted(kinds.CONCENTRATIONS))).to_numpy(zero_copy_only=False))
    same = factor == 1
    return raw * factor, stored, pc.if_else(pa.array(same), None, block.columns[spelt]), np.where(same, np.nan, raw)


def _sentinels(block: Block, column: str, values: np.ndarray) -> None:
    block.refuse(np.isin(values, kinds.NO_VALUE), column, "this number stands for 'nothing was measured'")


def _below_zero(block: Block, column: str, values: np.ndarray, concentration: np.ndarray) -> None:
    with np.errstate(invalid="ignore"):
        block.refuse(concentration & (values < 0), column, "a concentration cannot be below zero")


# ── OpenAQ ───────────────────────────────────────────────────────────────────────────────────────
_OPENAQ: Mapping[str, tuple[str, ...]] = {
    "time": ("datetimeutc", "datetime", "utc", "date_utc", "date.utc", "last updated", "lastupdated", "timestamp"),
    "value": ("value",),
    "series": ("sensors_id", "sensor_id", "location_id", "locationid", "locationsid", "location", "location_name"),
    "indicator": ("parameter", "pollutant"),
    "unit": ("units", "unit"),
    "place": ("location", "location_name", "location name"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude"),
    "position": ("coordinates",),
}


def openaq_mapping(about: Layout, asked: Asked) -> Recipe | None:
    """How to read an OpenAQ export with these columns; None if it is none."""
    found = {entry: next((name for name in names if name in about.plain), "") for entry, names in _OPENAQ.items()}
    if not all(found[entry] for entry in ("time", "value", "series", "indicator", "unit")):
        return None
    if found["lat"] and found["lon"]:
        found["position"] = ""
    # A time that does not name its zone is UTC in the columns that say so, and unreadable in the others.
    offset = 0.0 if "utc" in found["time"] else None
    mapping = Recipe(**found, averaging=asked.averaging, utc_offset_hours=offset)
    return replace(mapping, series=f"={asked.series}") if asked.series else mapping


_JSON_NAMES = ("time", "value", "series", "indicator", "unit", "place", "lat", "lon", "seconds")


def read_openaq_json(source: Source, asked: Asked) -> Answer:
    """OpenAQ v3 answers: one object with `results`, or one result a line. Read piece by piece, whatever the size."""
    mapping = Recipe("time", "value", "series", "indicator", "unit", place="place", lat="lat", lon="lon", utc_offset_hours=None)
    rows: list[list[str | None]] = []
    numbers: list[int] = []

    def block() -> tuple[Columns, Block, list[Reject]]:
        made = rows_as_block(_JSON_NAMES, rows, numbers)
        lengths = made.number("seconds", 0, kinds.year_seconds(2000), empty=True)
        return {**_long(made, mapping), "seconds": lengths}, made, []

    for number, (result, about) in enumerate(_results(source), 1):
        rows.append(_flat(result, about, asked, source.name))
        numbers.append(number)
        if len(rows) == _JSON_ROWS:
            yield block()
            rows, numbers = [], []
    if rows:
        yield block()


def _flat(result: Mapping[str, Any], about: Mapping[str, Any], asked: Asked, name: str) -> list[str | None]:
    """One result's values in the order of `_JSON_NAMES`; what it leaves out is taken from what stands around it."""
    sensor, location = about.get("sensor") or {}, about.get("location") or {}
    parameter = result.get("parameter") or sensor.get("parameter") or {}
    if isinstance(parameter, str):
        parameter = {"name": parameter, "units": result.get("unit") or result.get("units")}
    period = result.get("period") or {}
    start = period.get("datetimeFrom") or result.get("datetime") or result.get("date") or {}
    place = result.get("coordinates") or location.get("coordinates") or {}
    lat, lon = asked.position or (place.get("latitude"), place.get("longitude"))
    series = asked.series or result.get("sensorsId") or sensor.get("id") or _sensor_in(name)
    length = _interval(period.get("interval")) if period else seconds(asked.averaging)
    return [
        str(cell) if cell is not None else None
        for cell in (
            start.get("utc") if isinstance(start, Mapping) else start,
            result.get("value"),
            f"openaq {series}" if series and not asked.series else series,
            parameter.get("name"),
            parameter.get("units"),
            location.get("name") or result.get("location"),
            lat,
            lon,
            length,
        )
    ]


def _sensor_in(name: str) -> str | None:
    found = re.search(r"sensors?[-_/]?(\d+)", name)
    return found[1] if found else None


def _interval(text: str | None) -> int | None:
    """`01:00:00` as seconds."""
    found = re.fullmatch(r"(\d+):(\d{2}):(\d{2})", text or "")
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]) if found else None


def _results(source: Source) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every result of a JSON or JSON Lines file, and what the file says of sensor and location before its results."""
    decoder, about = json.JSONDecoder(), {}
    with text_stream(source) as stream:
        text = stream.read(1 << 20)
        start = re.search(r'"results"\s*:\s*\[', text)
        if start:
            for key in ("sensor", "location"):
                if found := re.search(rf'"{key}"\s*:\s*(?={{)', text[: start.start()]):
                    about[key] = decoder.raw_decode(text, found.end())[0]
        text = text[start.end() :] if start else text.lstrip().removeprefix("[")
        more = True
        while True:
            text = text.lstrip(" \t\r\n,")
            if text.startswith("]"):
                return
            try:
                result, end = decoder.raw_decode(text)
            except json.JSONDecodeError as error:
                fresh = stream.read(1 << 20) if more else ""
                more = bool(fresh)
                if not fresh:
                    if text:
                        raise UnknownFormat(f"the JSON breaks off or is wrong: {error.msg}: {text[:60]!r}") from None
                    return
                text += fresh
                continue
            if not isinstance(result, Mapping):
                raise UnknownFormat(f"a result should be an object, this is {str(result)[:60]!r}")
            yield result, about
            text = text[end:]


# ── wide tables of state posts ───────────────────────────────────────────────────────────────────
_WHEN = ("дата и время", "дата/время", "datetime", "date_time", "дата", "date", "күні", "время наблюдения", "time")
_CLOCK = ("время", "time", "уақыты", "час", "hour", "срок")
_POST = ("station_id", "station", "post", "пост", "номер поста", "№ поста", "бекет", "пнз")
_LAT, _LON = ("lat", "latitude", "широта"), ("lon", "lng", "longitude", "долгота")


@dataclass(frozen=True)
class _Wide:
    """The columns of a wide table: when, where, and a column a pollutant with its unit."""

    when: str
    clock: str
    post: str
    lat: str
    lon: str
    measured: Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, about: Layout) -> _Wide:
        def first(names: tuple[str, ...], other: str = "") -> str:
            return next((name for name in names if name in about.plain and name != other), "")

        when = first(_WHEN)
        taken = {when, clock := first(_CLOCK, when), post := first(_POST), lat := first(_LAT), lon := first(_LON)}
        return cls(when, clock, post, lat, lon, {name: found for name in about.plain if name not in taken and (found := _pollutant(name))})


def _pollutant(header: str) -> tuple[str, str] | None:
    """`so2`, `диоксид серы, мг/м3`, `h2s (mg/m3)` as a code and a unit; mg/m³ where the header names none."""
    bare = re.fullmatch(r"(.*?)[\s,]*[(\[]?\s*(м(?:к)?г/м[³3]|(?:u|µ|μ|m)g/m[³3]|ppb|ppm)?\s*[)\]]?\s*", header)
    code = kinds.indicator(bare[1]) if bare else None
    return (code, bare[2] or "mg/m3") if code else None


def knows_wide(about: Layout) -> bool:
    """True for a table with a time, a post and columns named after pollutants."""
    wide = _Wide.of(about)
    return bool(wide.when and wide.measured) and not {"parameter", "value"} <= set(about.plain)


def read_wide(source: Source, about: Layout, asked: Asked) -> Answer:
    """A wide table in the posts' own time, an answer a pollutant. An empty cell is no reading, and no mistake."""
    wide = _Wide.of(about)
    series = wide.post or f"={asked.series}"
    if series == "=":
        raise UnknownFormat("the table has no column for the post; name it with --series")
    where = {"lat": wide.lat, "lon": wide.lon}
    if asked.position:
        where = {"lat": f"={asked.position[0]}", "lon": f"={asked.position[1]}"}
    common = Recipe(
        time=wide.when, clock=wide.clock, value="", series=series, indicator="", unit="", **where,
        averaging=asked.averaging, utc_offset_hours=asked.utc_offset_hours,
    )  # fmt: skip
    wanted = [*common.columns(), *wide.measured]
    with source.open() as stream:
        for block, ragged in blocks(stream, about, wanted):
            for column, (code, unit) in wide.measured.items():
                present = block.columns[column].is_valid()
                kept = [*common.columns(), column]
                part = Block({name: block.columns[name].filter(present) for name in kept}, block.lines[present.to_numpy(False)])
                yield _long(part, replace(common, value=column, indicator=f"={code}", unit=f"={unit}")), part, ragged
                ragged = []
