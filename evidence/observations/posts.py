"""Wide tables of state posts: a row a moment and post, a column a pollutant, the posts' own clock, mg/m³ unless said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from evidence.observations import kinds
from evidence.observations.block import Answer, Block, Layout, Source, UnknownFormat, blocks
from evidence.observations.readings import Asked, ColumnMap, long_table

_WHEN = ("дата и время", "дата/время", "datetime", "date_time", "дата", "date", "күні", "время наблюдения", "time")
_CLOCK = ("время", "time", "уақыты", "час", "hour", "срок")
_POST = ("station_id", "station", "post", "пост", "номер поста", "№ поста", "бекет", "пнз")
# Where a header names no unit: weather in its own, pressure (hPa? mmHg?) in none, all else in mg/m³ as the posts' bulletins give it.
_USUAL_UNITS = {"humidity": "%", "temperature": "c", "wind_speed": "m/s", "wind_direction": "deg", "pressure": None}
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
    """`so2`, `диоксид серы, мг/м3`, `h2s (mg/m3)` as a code and a unit; None for a column that is not read."""
    bare = re.fullmatch(r"(.*?)[\s,]*[(\[]?\s*(м(?:к)?г/м[³3]|(?:u|µ|μ|m)g/m[³3]|ppb|ppm)?\s*[)\]]?\s*", header)
    code = kinds.indicator(bare[1]) if bare else None
    unit = (bare[2] or _USUAL_UNITS.get(code, "mg/m3")) if code else None
    return (code, unit) if unit else None


def knows(about: Layout) -> bool:
    """True for a table with a time, a post and columns named after pollutants."""
    wide = _Wide.of(about)
    return bool(wide.when and wide.measured) and not {"parameter", "value"} <= set(about.plain)


def read(source: Source, about: Layout, asked: Asked) -> Answer:
    """A wide table in the posts' own time, an answer a pollutant. An empty cell is no reading, and no mistake."""
    wide = _Wide.of(about)
    series = wide.post or f"={asked.series}"
    if series == "=":
        raise UnknownFormat("the table has no column for the post; name it with --series")
    where = {"lat": wide.lat, "lon": wide.lon}
    if asked.position:
        where = {"lat": f"={asked.position[0]}", "lon": f"={asked.position[1]}"}
    common = ColumnMap(
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
                yield long_table(part, replace(common, value=column, indicator=f"={code}", unit=f"={unit}")), part, ragged
                ragged = []
