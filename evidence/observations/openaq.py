"""OpenAQ: CSV exports of several generations, and the answers of the API, version 3, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from evidence.observations import kinds
from evidence.observations.block import Answer, Block, Columns, Layout, Reject, Source, UnknownFormat, rows_as_block, text_stream
from evidence.observations.readings import Asked, ColumnMap, long_table, seconds

_JSON_ROWS = 50_000
_NEXT = re.compile(r"[\s,]*")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
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
# Sensors and locations are numbered apart; a name stands for itself.
_PREFIX = {name: "openaq " if "sensor" in name else "openaq location " if "id" in name else "" for name in _COLUMNS["series"]}


def mapping_of(about: Layout, asked: Asked) -> ColumnMap | None:
    """How to read an OpenAQ export with these columns; None if it is none."""
    found = {entry: next((name for name in names if name in about.plain), "") for entry, names in _COLUMNS.items()}
    if not all(found[entry] for entry in ("time", "value", "series", "indicator", "unit")):
        return None
    if found["lat"] and found["lon"]:
        found["position"] = ""
    # A time that does not name its zone is UTC in the columns that say so, and unreadable in the others.
    offset = 0.0 if "utc" in found["time"] else None
    mapping = ColumnMap(**found, prefix=_PREFIX[found["series"]], averaging=asked.averaging, utc_offset_hours=offset)
    return replace(mapping, series=f"={asked.series}") if asked.series else mapping


_NAMES = ("time", "value", "series", "indicator", "unit", "place", "lat", "lon", "seconds")


def read_json(source: Source, asked: Asked) -> Answer:
    """OpenAQ v3 answers: one object with `results`, or one result a line. Read piece by piece, whatever the size."""
    mapping = ColumnMap("time", "value", "series", "indicator", "unit", place="place", lat="lat", lon="lon", utc_offset_hours=None)
    rows: list[list[str | None]] = []
    numbers: list[int] = []

    def block() -> tuple[Columns, Block, list[Reject]]:
        made = rows_as_block(_NAMES, rows, numbers)
        lengths = made.number("seconds", 0, kinds.year_seconds(2000), empty=True)
        return {**long_table(made, mapping), "seconds": lengths}, made, []

    for number, (result, about) in enumerate(_results(source), 1):
        rows.append(_flat(result, about, asked, source.name))
        numbers.append(number)
        if len(rows) == _JSON_ROWS:
            yield block()
            rows, numbers = [], []
    if rows:
        yield block()


def _flat(result: Mapping[str, Any], about: Mapping[str, Any], asked: Asked, name: str) -> list[str | None]:
    """One result's values in the order of `_NAMES`; what it leaves out is taken from what stands around it."""
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
        for key in ("sensor", "location") if start else ():
            if found := re.search(rf'"{key}"\s*:\s*(?={{)', text[: start.start()]):
                about[key] = decoder.raw_decode(text, found.end())[0]
        at = start.end() if start else len(text) - len(text.lstrip().removeprefix("["))
        while True:
            at = _NEXT.match(text, at).end()
            if text.startswith("]", at):
                return
            try:
                result, at = decoder.raw_decode(text, at)
            except json.JSONDecodeError as error:
                fresh = stream.read(1 << 20)
                if not fresh and at < len(text):
                    raise UnknownFormat(f"the JSON breaks off or is wrong ({error.msg}): {text[at : at + 60]!r}") from None
                if not fresh:
                    return
                text, at = text[at:] + fresh, 0
                continue
            if not isinstance(result, Mapping):
                raise UnknownFormat(f"a result should be an object, this is {str(result)[:60]!r}")
            yield result, about
