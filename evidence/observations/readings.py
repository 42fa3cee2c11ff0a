"""Readings in long tables, a row a reading: which column is what is said by a mapping; units are converted, sentinels refused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evidence.observations import kinds
from evidence.observations.block import Answer, Block, Columns, Layout, Source, UnknownFormat, blocks

KIND = "reading"
_LARGEST = 1e9  # no pollutant, pressure or temperature is larger in any unit; a larger number is a sentinel or a slip
_FIRST = np.datetime64("1970-01-01T00:00:00", "s")


# ── a mapping: which column is what ──────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class ColumnMap:
    """How to read a long table. A name is a column; `=text` is the same for all rows.

    `prefix` is put before the cells of `series`, so that two networks may both have a station 41.
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
    prefix: str = ""
    averaging: str = ""
    marks: str = "start"
    utc_offset_hours: float | None = None

    def __post_init__(self) -> None:
        if self.marks not in {"start", "end"}:
            raise ValueError(f"marks is {self.marks!r}; it must be start or end")
        seconds(self.averaging)

    @classmethod
    def load(cls, path: Path) -> ColumnMap:
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

    mapping: ColumnMap | None = None
    averaging: str = ""
    utc_offset_hours: float = 5.0  # state posts; Kazakhstan has one zone since 2024, its west had it before
    series: str = ""
    position: tuple[float, float] | None = None


def read(source: Source, about: Layout, mapping: ColumnMap) -> Answer:
    """A long table, block by block."""
    if absent := [name for name in mapping.columns() if name not in about.plain]:
        raise UnknownFormat(f"the mapping names {', '.join(absent)}; the file has {', '.join(about.plain)}")
    with source.open() as stream:
        for block, ragged in blocks(stream, about, mapping.columns()):
            yield long_table(block, mapping), block, ragged


def long_table(block: Block, mapping: ColumnMap) -> Columns:
    """The readings of a long table's block."""

    def name(entry: str) -> str:
        return entry.strip().lower()

    def words(entry: str) -> pa.Array | str | None:
        return entry[1:] if entry.startswith("=") else block.text(name(entry)) if entry else None

    if mapping.clock:
        joined = pc.binary_join_element_wise(block.columns[name(mapping.time)], block.columns[name(mapping.clock)], " ")
        block.put(name(mapping.time), joined)
    time = block.moments(name(mapping.time), mapping.utc_offset_hours)
    averaged = seconds(mapping.averaging)
    if mapping.marks == "end" and averaged:
        time = time - np.timedelta64(averaged, "s")
    block.refuse(
        (time < _FIRST) | (time > np.datetime64("now", "s") + np.timedelta64(2, "D")), name(mapping.time), "before 1970 or in the future"
    )
    lat, lon = _position(block, mapping)
    raw = block.number(name(mapping.value), -_LARGEST, _LARGEST)
    value, unit, raw_unit, raw = _converted(block, name(mapping.value), raw, mapping.unit)
    series = words(mapping.series)
    if isinstance(series, pa.Array):
        series = pc.binary_join_element_wise(mapping.prefix, series, "") if mapping.prefix else series
        block.refuse(series.is_null().to_numpy(zero_copy_only=False), name(mapping.series), "no station is named; say which with --series")
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


def _indicator(block: Block, entry: str) -> pa.Array | str:
    if entry.startswith("="):
        code = kinds.indicator(entry[1:])
        if code is None:
            raise UnknownFormat(f"{entry[1:]!r} is not a pollutant or quantity known here")
        return code
    return block.coded(entry.strip().lower(), kinds.indicator)


def _position(block: Block, mapping: ColumnMap) -> tuple[Any, Any]:
    """Latitude and longitude, from two columns or from one cell with both; null where the file has none."""
    if mapping.position:
        column = mapping.position.strip().lower()
        parts = pc.extract_regex(
            block.columns[column], r"^\s*[(\[]?\s*(?P<lat>[-+]?\d+(?:\.\d+)?)\s*[,;]\s*(?P<lon>[-+]?\d+(?:\.\d+)?)\s*[)\]]?\s*$"
        )
        present = block.columns[column].is_valid().to_numpy(zero_copy_only=False)
        block.refuse(present & parts.is_null().to_numpy(zero_copy_only=False), column, "this is not a latitude and a longitude")
        lat, lon = (pc.cast(pc.struct_field(parts, part), pa.float64()).to_numpy(zero_copy_only=False) for part in ("lat", "lon"))
        with np.errstate(invalid="ignore"):
            block.refuse((np.abs(lat) > 90) | (np.abs(lon) > 180), column, "outside -90 to 90 or -180 to 180")
        return lat, lon
    if not mapping.lat or not mapping.lon:
        return None, None
    return _degrees(block, mapping.lat, 90), _degrees(block, mapping.lon, 180)


def _degrees(block: Block, entry: str, most: float) -> np.ndarray:
    if entry.startswith("="):
        return np.full(len(block), float(entry[1:]))
    return block.number(entry.strip().lower(), -most, most, empty=True)


def _converted(block: Block, column: str, raw: np.ndarray, entry: str) -> tuple[np.ndarray, pa.Array | str, pa.Array | str, np.ndarray]:
    """Values in the unit they are stored in; what the source said where that is another number."""
    _sentinels(block, column, raw)
    if entry.startswith("="):
        found = kinds.unit(entry[1:])
        if found is None:
            raise UnknownFormat(f"{entry[1:]!r} is not a unit known here")
        _below_zero(block, column, raw, np.full(len(raw), found.stored in kinds.CONCENTRATIONS))
        return (
            raw * found.factor,
            found.stored,
            entry[1:] if found.factor != 1 else None,
            raw if found.factor != 1 else np.full(len(raw), np.nan),
        )
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
