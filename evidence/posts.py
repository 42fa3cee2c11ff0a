"""Dense readings of posts, month by month: how much of the time each reported, whether it repeats one number, how often it was above a limit.

A reading is held against a limit of its own averaging time or against none. Days are means of hours where most of the day has readings;
only they may be held against a daily limit. Bins are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd

from evidence import air, observations
from evidence.air import Verdict
from evidence.model import Bundle
from evidence.observations import Known, Window

KIND = "reading"
HOUR, DAY = 3_600, 86_400
# Limits whose averaging time is that of a reading; Kazakhstan's "one-time" limit is taken over 20 to 30 minutes.
AVERAGING = {600: ("min10",), 1200: ("one_time",), 1800: ("one_time", "min30"), HOUR: ("h1",), 8 * HOUR: ("h8",), DAY: ("h24",)}
CONSTANT_HOURS = 480  # twenty days of hours with one and the same number, in whole months, cannot be air
MOST_OF_A_DAY = 0.75  # of its readings; a day with fewer has no mean


@dataclass(frozen=True)
class Measure:
    """Readings of one substance in one unit over one averaging time: what can be compared at all. `posts` are their names in the files."""

    pollutant: str
    unit: str
    seconds: int
    count: int
    since: date
    until: date
    posts: tuple[tuple[str, str], ...]

    @property
    def averaging(self) -> tuple[str, ...]:
        """The averaging times, as codes of the vocabulary, of limits that it may be held against."""
        return AVERAGING.get(self.seconds, ())

    @property
    def in_a_day(self) -> float:
        """How many readings a day has; 0 where days cannot be made of them."""
        return DAY / self.seconds if 0 < self.seconds <= HOUR else 0.0


def known(bundle: Bundle) -> Known | None:
    """What there is of readings, or None."""
    return observations.about(bundle.path, KIND)


@lru_cache(maxsize=2)
def measures(bundle: Bundle, there: Known | None) -> tuple[Measure, ...]:
    """The measures on record, those of hours and minutes first, of a kind the ones with most readings first."""
    if there is None:
        return ()
    table = observations.posts(observations.opened(bundle.path), Window(KIND))
    found = []
    for (pollutant, unit, seconds), rows in table.groupby(["indicator", "unit", "seconds"], sort=True):
        posts = tuple(zip(rows["series"].astype(str), rows["place"].fillna("").astype(str), strict=True))
        found.append(
            Measure(
                str(pollutant), str(unit), int(seconds), int(rows["n"].sum()), rows["first"].min().date(), rows["last"].max().date(), posts
            )
        )
    return tuple(sorted(found, key=lambda one: (one.seconds >= DAY or one.seconds < 0, -one.count)))


def verdict(bundle: Bundle, measure: Measure, averaging: tuple[str, ...], unverified: bool) -> Verdict:
    """The limits of these averaging times for the substance, in the unit of the readings; else why there is none to hold them against."""
    if measure.unit not in {"ug_m3", "mg_m3"}:
        return Verdict((), "unit")
    if not averaging:
        return Verdict((), "unstated" if measure.seconds == observations.UNSTATED else "odd")
    start, end = pd.Timestamp(measure.since), pd.Timestamp(measure.until) + pd.Timedelta(days=1)
    said = [air.comparable(bundle, measure.pollutant, code, measure.unit, start, end, unverified) for code in averaging]
    limits = tuple(limit for one in said for limit in one.limits)
    return Verdict(limits) if limits else said[0]


@lru_cache(maxsize=32)
def monthly(
    bundle: Bundle, there: Known, measure: Measure, since: date, until: date, limit: float | None, daily: float | None
) -> pd.DataFrame:
    """Each post's months of `[since, until]`: `series`, `time`, `valid` hours of `hours`, `n`, `mean`, `high`, `over` the limit,
    `days` with most of their readings, `day_high`, `day_over` the daily limit, and whether it repeats one number (`constant`).
    """  # fmt: skip
    engine = observations.opened(bundle.path)
    window = Window(KIND, since, until + timedelta(days=1), indicator=measure.pollutant, unit=measure.unit, seconds=measure.seconds)
    keys = ["series", "time"]
    table = observations.coverage(engine, window, "month")
    means = observations.by_time(engine, window, "month", by=("series",))
    table = table.merge(means[[*keys, "n", "mean"]], on=keys, how="left")
    if limit is not None:
        over = observations.exceedances(engine, window, limit, "month")
        table = table.merge(over[[*keys, "over"]], on=keys, how="left")
    else:
        table["over"] = 0
    table = table.merge(_days(engine, window, measure, daily), on=keys, how="left") if measure.in_a_day else table.assign(**NO_DAYS)
    table = table.fillna({"over": 0, "days": 0, "day_over": 0}).astype({"over": int, "days": int, "day_over": int, "series": str})
    table = table.sort_values(keys, ignore_index=True)
    return table.assign(constant=_constant(table))


NO_DAYS: dict[str, Any] = {"days": 0, "day_high": float("nan"), "day_over": 0}


def _days(engine: observations.Engine, window: Window, measure: Measure, limit: float | None) -> pd.DataFrame:
    """By post and month: days with most of their readings, the highest of their means, how many were above the limit."""
    days = observations.by_time(engine, window, "day", by=("series",))
    days = days[days["n"] >= MOST_OF_A_DAY * measure.in_a_day]
    days = days.assign(
        time=days["time"].to_numpy().astype("datetime64[M]").astype("datetime64[s]"),
        above=days["mean"] > (float("inf") if limit is None else limit),
    )
    grouped = days.groupby(["series", "time"], observed=True)
    return grouped.agg(days=("mean", "size"), day_high=("mean", "max"), day_over=("above", "sum")).reset_index()


def _constant(table: pd.DataFrame) -> pd.Series:
    """True for months in a row in which a post said one and the same number, if they have `CONSTANT_HOURS` of it."""
    flat = (table["high"] - table["low"]).abs() <= air.ROUNDING
    number = table["time"].dt.year * 12 + table["time"].dt.month
    goes_on = (
        flat & flat.shift(fill_value=False) & (table["series"] == table["series"].shift()) & (number.diff() == 1) & (table["low"].diff().abs() <= air.ROUNDING)
    )  # fmt: skip
    hours = table["valid"].groupby((~goes_on).cumsum()).transform("sum")
    return flat & (hours >= CONSTANT_HOURS)


def years(table: pd.DataFrame, since: date, until: date) -> pd.DataFrame:
    """The months added up by `series` and `year`; `mean` and what is above a limit without the months that repeat one number.

    `hours` are all of the year that lie in `[since, until]`, those of months without a reading too.
    """
    table = table.assign(year=table["time"].dt.year)
    sums = table.groupby(["series", "year"]).agg(
        valid=("valid", "sum"), months=("time", "size"), constant=("constant", "sum"), low=("low", "min")
    )
    real = table[~table["constant"]].assign(total=table["mean"] * table["n"])
    used = real.groupby(["series", "year"]).agg(
        n=("n", "sum"), total=("total", "sum"), high=("high", "max"), over=("over", "sum"), days=("days", "sum"),
        day_high=("day_high", "max"), day_over=("day_over", "sum"),
    )  # fmt: skip
    joined = sums.join(used, how="left").fillna({"n": 0, "over": 0, "days": 0, "day_over": 0})
    joined = joined.astype({"n": int, "over": int, "days": int, "day_over": int}).reset_index()
    spans = {year: min(until, date(year, 12, 31)) - max(since, date(year, 1, 1)) for year in joined["year"].unique()}
    mean = joined["total"] / joined["n"].where(joined["n"] > 0)
    return joined.assign(mean=mean, hours=[(spans[year].days + 1) * 24 for year in joined["year"]]).drop(columns="total")
