"""Questions about dense series, asked the same way of every engine: bins in time and space, coverage, percentiles, exceedances.

A `Window` says which rows; a question builds one Ibis expression over them and gives back a small frame, sorted, empty where
nothing was observed. Bins are UTC. A bin without rows has no row in the answer: nothing seen is not the same as zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evidence.observations.engines import Engine
from evidence.observations.kinds import CELLS_PER_DEGREE, DAY, HOUR, KINDS

if TYPE_CHECKING:
    import ibis

EVERY = ("hour", "day", "week", "month", "quarter", "year")
UNSTATED = -1  # instead of an averaging time: the source does not say it
FINEST = int(math.log2(CELLS_PER_DEGREE))
_GROUPS = ("series", "indicator", "confidence", "daynight", "product", "surface", "country", "flare_type")


@dataclass(frozen=True)
class Window:
    """Which rows: a kind, `[since, until)` in UTC, a box, and what else must hold. What is not said is not asked.

    `box` is west, south, east, north in degrees, edges included; west may be greater than east, across the antimeridian. `seconds` is the
    averaging time of readings, `UNSTATED` of those whose source does not say it.
    """

    kind: str
    since: date | datetime | None = None
    until: date | datetime | None = None
    box: tuple[float, float, float, float] | None = None
    series: tuple[str, ...] = ()
    indicator: str = ""
    unit: str = ""
    confidence: tuple[str, ...] = ()
    seconds: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not a kind of observation; there are {', '.join(KINDS)}")
        if self.confidence and self.kind != "detection":
            raise ValueError("only detections have a confidence")

    @property
    def start(self) -> np.datetime64 | None:
        """The first moment."""
        return None if self.since is None else np.datetime64(self.since, "s")

    @property
    def end(self) -> np.datetime64 | None:
        """The moment after the last."""
        return None if self.until is None else np.datetime64(self.until, "s")


# ── the rows ─────────────────────────────────────────────────────────────────────────────────────
def _rows(engine: Engine, window: Window) -> ibis.Table | None:
    """The rows of the window, or None if the dataset can have none."""
    table = engine.table(window.kind, window.start, window.end)
    if table is None:
        return None
    wanted = []
    if window.start is not None:
        column, first = _clock(table, window.start)
        wanted.append(column >= first)
    if window.end is not None:
        column, after = _clock(table, window.end)
        wanted.append(column < after)
    if window.box is not None:
        west, south, east, north = map(float, window.box)
        wanted += [table.lat >= south, table.lat <= north]
        inside = (table.lon >= west, table.lon <= east)
        wanted += inside if west <= east else [inside[0] | inside[1]]
    for column in ("series", "confidence"):
        if chosen := getattr(window, column):
            wanted.append(table[column].isin(chosen))
    for column in ("indicator", "unit"):
        if chosen := getattr(window, column):
            wanted.append(table[column] == chosen)
    if window.seconds is not None:
        wanted.append(table.seconds.isnull() if window.seconds == UNSTATED else table.seconds == window.seconds)
    return table.filter(wanted) if wanted else table


def _clock(table: ibis.Table, moment: np.datetime64) -> tuple[ibis.Value, Any]:
    """What to compare with a moment: whole months or hours where it is the first of one (they are far cheaper to read), else the time."""
    if moment == moment.astype("datetime64[M]"):
        return table.month, int(moment.astype("datetime64[M]").astype(int))
    if moment == moment.astype("datetime64[h]"):
        return table.hour, int(moment.astype("datetime64[h]").astype(int))
    return table.time, moment.item()


def _one_unit(window: Window) -> None:
    """Values of several substances or units are never added, averaged or ranked together."""
    if window.kind == "reading" and not (window.indicator and window.unit):
        raise ValueError("a question about the values of readings must name their indicator and their unit")


def _bin(table: ibis.Table, every: str) -> ibis.Value:
    """The number of the hour, day, week (from Mondays), month, quarter or year since 1970."""
    day = table.hour // 24
    bins = {
        "hour": lambda: table.hour,
        "day": lambda: day,
        "week": lambda: (day + 3) // 7,
        "month": lambda: table.month,
        "quarter": lambda: table.month // 3,
        "year": lambda: table.month // 12,
    }
    return bins[every]().cast("int32")


def _starts(bins: pd.Series, every: str) -> np.ndarray:
    """The first moments of numbered bins."""
    count = bins.to_numpy(np.int64)
    if every == "week":
        days = count * 7 - 3
        return days.astype("datetime64[D]").astype("datetime64[s]")
    units = {"hour": (1, "h"), "day": (1, "D"), "month": (1, "M"), "quarter": (3, "M"), "year": (1, "Y")}
    times, unit = units[every]
    return (count * times).astype(f"datetime64[{unit}]").astype("datetime64[s]")


def _keys(table: ibis.Table, every: str | None, by: Sequence[str]) -> dict[str, ibis.Value]:
    if every is not None and every not in EVERY:
        raise ValueError(f"{every!r} is not a bin of time; there are {', '.join(EVERY)}")
    for column in by:
        if column not in _GROUPS or column not in table.columns:
            raise ValueError(f"{column!r} is not something to group by here")
    return ({"bin": _bin(table, every)} if every else {}) | {column: table[column] for column in by}


def _asked(engine: Engine, grouped: ibis.Table, keys: Sequence[str], every: str | None) -> pd.DataFrame:
    """The answer, sorted by its groups, with `time` for the number of the bin."""
    frame = engine.run(grouped)
    if keys and len(frame) > 1:
        frame = frame.sort_values(list(keys), ignore_index=True)
    if every:
        frame.isetitem(0, _starts(frame["bin"], every))
        frame.columns = ["time", *frame.columns[1:]]
    return frame


def _nothing(every: str | None, by: Sequence[str], *columns: str) -> pd.DataFrame:
    kinds = {"time": "datetime64[s]"} if every else {}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "float64")) for name in [*kinds, *by, *columns]})


# ── questions ────────────────────────────────────────────────────────────────────────────────────
def count(engine: Engine, window: Window) -> int:
    """How many observations."""
    rows = _rows(engine, window)
    return 0 if rows is None else int(engine.run(rows.aggregate(n=rows.count()))["n"].iloc[0])


def span(engine: Engine, window: Window) -> tuple[datetime, datetime] | None:
    """The first and the last moment observed, or None."""
    rows = _rows(engine, window)
    if rows is None:
        return None
    first, last = engine.run(rows.aggregate(first=rows.time.min(), last=rows.time.max())).iloc[0]
    return None if pd.isna(first) else (pd.Timestamp(first).to_pydatetime(), pd.Timestamp(last).to_pydatetime())


def posts(engine: Engine, window: Window) -> pd.DataFrame:
    """What stations there are: per series, indicator, unit and averaging time (`UNSTATED` where the source is silent) `n`, `first`, `last`, `place`."""
    if window.kind != "reading":
        raise ValueError("only readings come from posts")
    columns = ("indicator", "unit", "seconds", "series")
    rows = _rows(engine, window)
    if rows is None:
        return _nothing(None, columns, "n", "first", "last", "place")
    rows = rows.filter(rows.value.notnull())
    keys = {"indicator": rows.indicator, "unit": rows.unit, "seconds": rows.seconds.fill_null(UNSTATED), "series": rows.series}
    grouped = rows.group_by(**keys).aggregate(n=rows.count(), first=rows.time.min(), last=rows.time.max(), place=rows.place.max())
    return _asked(engine, grouped, columns, None)


def observations(engine: Engine, window: Window, limit: int, *, newest: bool = False) -> pd.DataFrame:
    """The rows themselves, by time; at most `limit`, so that nobody draws millions: the first of them, or the `newest`."""
    rows = _rows(engine, window)
    if rows is None:
        return pd.DataFrame(columns=KINDS[window.kind].names)
    order = [column for column in ("time", "series", "indicator", "lat", "lon", "value", "file") if column in rows.columns]
    if not newest:
        return engine.run(rows.order_by(order).limit(limit))
    latest = engine.run(rows.order_by([rows[column].desc() for column in order]).limit(limit))
    return latest.iloc[::-1].reset_index(drop=True)


def by_time(engine: Engine, window: Window, every: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """Per bin of time: `n` observations, and total, mean, low and high of their values."""
    _one_unit(window)
    rows = _rows(engine, window)
    if rows is None:
        return _nothing(every, by, "n", "total", "mean", "low", "high")
    keys = _keys(rows, every, by)
    value = rows.value
    grouped = rows.group_by(**keys).aggregate(n=rows.count(), total=value.sum(), mean=value.mean(), low=value.min(), high=value.max())
    return _asked(engine, grouped, list(keys), every)


def by_cell(engine: Engine, window: Window, level: int) -> pd.DataFrame:
    """Per cell of 1/2^level degree (0 to 6): its centre, `n` observations, total and high of their values."""
    _one_unit(window)
    if not 0 <= level <= FINEST:
        raise ValueError(f"level is {level}; cells have levels 0 (one degree) to {FINEST}")
    rows = _rows(engine, window)
    if rows is None:
        return _nothing(None, (), "lon", "lat", "n", "total", "high")
    if window.kind == "reading":
        rows = rows.filter(rows.x.notnull())
    shift = FINEST - level
    keys = {"x": rows.x >> shift, "y": rows.y >> shift} if shift else {"x": rows.x, "y": rows.y}
    frame = _asked(engine, rows.group_by(**keys).aggregate(n=rows.count(), total=rows.value.sum(), high=rows.value.max()), ["x", "y"], None)
    size = 2.0**-level
    lon, lat = ((frame.pop(axis).to_numpy() + 0.5) * size - origin for axis, origin in (("x", 180), ("y", 90)))
    frame.insert(0, "lat", lat)
    frame.insert(0, "lon", lon)
    return frame


def block(engine: Engine, window: Window, level: int, west: int, south: int, columns: int, rows: int) -> pd.DataFrame:
    """How many observations (`n`) lie in each cell (`x`, `y`) of a block of cells of 1/2^level degree, counted from 180° W and 90° S.

    Made for maps: nothing but three small numbers a row is read, however many rows there are.
    """
    if not 0 <= level <= FINEST:
        raise ValueError(f"level is {level}; cells have levels 0 (one degree) to {FINEST}")
    table = _rows(engine, window)
    if table is None:
        return _nothing(None, (), "x", "y", "n")
    shift = FINEST - level
    edges = [(table.x, west, columns), (table.y, south, rows)]
    # The world's own edges are no condition; the others must fit the column's sixteen bits.
    inside = [axis >= first << shift for axis, first, _ in edges if first > 0]
    inside += [axis < (first + count) << shift for axis, first, count in edges if (first + count) << shift < 1 << 15]
    table = table.filter(inside + [table.x.notnull()] * (window.kind == "reading"))
    keys = {"x": table.x >> shift, "y": table.y >> shift} if shift else {"x": table.x, "y": table.y}
    return _asked(engine, table.group_by(**keys).aggregate(n=table.count()), ["x", "y"], None)


def percentiles(engine: Engine, window: Window, at: Sequence[float], every: str | None = None, by: Sequence[str] = ()) -> pd.DataFrame:
    """Per group: `n` values and their percentiles (0 to 100), interpolated between neighbours; a column `p98` for 98."""
    _one_unit(window)
    names = {f"p{share:g}": share / 100 for share in at}
    rows = _rows(engine, window)
    if rows is None:
        return _nothing(every, by, "n", *names)
    rows = rows.filter(rows.value.notnull())
    keys = _keys(rows, every, by)
    measures = {"n": rows.count(), **{name: rows.value.quantile(share) for name, share in names.items()}}
    return _asked(engine, rows.group_by(**keys).aggregate(**measures) if keys else rows.aggregate(**measures), list(keys), every)


def exceedances(engine: Engine, window: Window, limit: float, every: str | None = None, by: Sequence[str] = ("series",)) -> pd.DataFrame:
    """Per group: `n` readings, `over` the limit, `days` with at least one of these, and the `high`est reading.

    The window must name the averaging time: a reading is compared only with a limit of the same averaging time.
    """
    _one_unit(window)
    if window.seconds is None or window.seconds == UNSTATED:
        raise ValueError("an exceedance needs the averaging time: a reading is compared only with a limit of the same averaging time")
    rows = _rows(engine, window)
    if rows is None:
        return _nothing(every, by, "n", "over", "days", "high")
    rows = rows.filter(rows.value.notnull())
    keys = _keys(rows, every, by)
    over = rows.value > float(limit)
    measures = {
        "n": rows.count(),
        "over": rows.count(where=over),
        "days": _bin(rows, "day").nunique(where=over),
        "high": rows.value.max(),
    }
    return _asked(engine, rows.group_by(**keys).aggregate(**measures) if keys else rows.aggregate(**measures), list(keys), every)


def coverage(engine: Engine, window: Window, every: str | None = None) -> pd.DataFrame:
    """Per series (and bin): `valid` hours with a value, of all `hours` in the window, their `share`, and low and high of the values.

    A reading of less than an hour covers its hour; one of a day covers 24. A series that never reported has no row. Where low equals
    high over many hours, a sensor reports a constant, which is no measurement.
    """
    _one_unit(window)
    if window.start is None or window.end is None:
        raise ValueError("coverage needs a window with both ends: hours of how many hours?")
    rows = _rows(engine, window)
    if rows is None:
        return _nothing(every, ("series",), "valid", "low", "high", "hours", "share")
    rows = rows.filter(rows.value.notnull())
    length = rows.seconds.fill_null(HOUR)
    hour = rows.group_by(series=rows.series, hour=rows.hour, month=rows.month).aggregate(
        length=length.max(), low=rows.value.min(), high=rows.value.max()
    )
    keys = _keys(hour, every, ("series",))
    covered = (hour.length > HOUR).ifelse(hour.length // HOUR, 1).cast("int64")
    grouped = hour.group_by(**keys).aggregate(valid=covered.sum(), low=hour.low.min(), high=hour.high.max())
    frame = _asked(engine, grouped, list(keys), every)
    frame["hours"] = _hours(frame, window, every)
    frame["share"] = frame["valid"] / frame["hours"]
    return frame


def _hours(frame: pd.DataFrame, window: Window, every: str | None) -> np.ndarray:
    """How many hours of the window lie in each row's bin."""
    if every is None:
        return np.full(len(frame), int((window.end - window.start) / np.timedelta64(HOUR, "s")), np.int64)
    starts = frame["time"].to_numpy("datetime64[s]")
    steps = {"hour": HOUR, "day": DAY, "week": 7 * DAY}
    if every in steps:
        ends = starts + np.timedelta64(steps[every], "s")
    else:
        months = {"month": 1, "quarter": 3, "year": 12}[every]
        ends = (starts.astype("datetime64[M]") + months).astype("datetime64[s]")
    return ((np.minimum(ends, window.end) - np.maximum(starts, window.start)) / np.timedelta64(HOUR, "s")).astype(np.int64)
