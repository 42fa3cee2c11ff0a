"""Every published number: its unit, its rows, its interval, and what may be said about it.

Counts are of *records*, not of what happened. Intervals are exact Poisson (Garwood 1936, by the gamma quantile); two periods are
compared by the exact conditional test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

CONFIDENCE = 0.95
SMALL = 5  # no percentage change where either side is under this
LIST_ONLY = 10  # under this many records nothing is compared, only listed
TREND_MINIMUM = 20  # no trend line under this many records


@dataclass(frozen=True)
class Figure:
    """A number with what it counts: `noun` is a key of words.csv (noun.*), `ids` are its rows.

    `low` and `high` bound the rate of recording that could well have given this count; None where the number
    is not a count of events.
    """

    value: int
    noun: str
    ids: tuple[str, ...]
    low: float | None = None
    high: float | None = None


def poisson_interval(n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact two-sided interval of a Poisson mean after `n` events."""
    if n < 0:
        raise ValueError(f"a count cannot be negative, and this one is {n}")
    tail = (1 - confidence) / 2
    low = 0.0 if n == 0 else float(gammaincinv(n, tail))
    return low, float(gammaincinv(n + 1, 1 - tail))


def events(frame: pd.DataFrame, key: str, noun: str) -> Figure:
    """Count a frame's rows as events, each id once."""
    ids = tuple(dict.fromkeys(frame[key]))
    low, high = poisson_interval(len(ids))
    return Figure(len(ids), noun, ids, low, high)


def things(ids: list[str], noun: str) -> Figure:
    """Count distinct things that are not events (sources, cases): no interval, for nothing was sampled."""
    unique = tuple(dict.fromkeys(ids))
    return Figure(len(unique), noun, unique)


# ── counts over time ─────────────────────────────────────────────────────────────────────────────
UNITS = ("year", "quarter")
_PER = {"year": 1, "quarter": 4}


@dataclass(frozen=True)
class Series:
    """Records per year or quarter. `table`: `start` (first day), `certain` (dated wholly inside), `shared` (shares of those dated
    across several), `low` and `high` of `certain`. All certain and shared, with `outside`, sum to the records with two known bounds.
    """

    table: pd.DataFrame
    n: int  # records with two known bounds
    imprecise: int  # of them, those that are not surely in one year or quarter
    outside: float  # what lies outside the years shown
    undated: int  # records without two known bounds: counted nowhere else


def per_period(frame: pd.DataFrame, unit: str, first: int, last: int) -> Series:
    """Count records per year or quarter of `first` to `last` (years, both included); imprecise dates are spread evenly."""
    if unit not in UNITS:
        raise ValueError(f"records are counted per {' or '.join(UNITS)}, not per {unit!r}")
    dated = frame.dropna(subset=["period_start", "period_end"])
    low, high = _slot(dated["period_start"], unit), _slot(dated["period_end"] - pd.Timedelta(days=1), unit)
    origin = int(min(low.min(), first * _PER[unit])) if len(low) else first * _PER[unit]
    beyond = int(max(high.max(), (last + 1) * _PER[unit] - 1)) if len(high) else (last + 1) * _PER[unit] - 1
    size = beyond - origin + 1
    inside = low == high
    certain = np.bincount(low[inside] - origin, minlength=size)
    steps = np.zeros(size + 1)
    share = 1 / (high[~inside] - low[~inside] + 1)
    np.add.at(steps, low[~inside] - origin, share)
    np.add.at(steps, high[~inside] - origin + 1, -share)
    # Sums of fractions leave crumbs of 1e-17, which are no share of anything.
    shared = np.where((summed := np.cumsum(steps)[:size]) > 1e-9, summed, 0.0)
    shown = slice(first * _PER[unit] - origin, (last + 1) * _PER[unit] - origin)
    slots = np.arange(first * _PER[unit], (last + 1) * _PER[unit])
    table = pd.DataFrame(
        {
            "start": pd.to_datetime([f"{slot // _PER[unit]}-{slot % _PER[unit] * 3 + 1:02d}-01" for slot in slots]),
            "certain": certain[shown],
            "shared": shared[shown],
        }
    )
    bounds = {n: poisson_interval(n) for n in set(table["certain"].tolist())}
    table["low"], table["high"] = ([bounds[n][side] for n in table["certain"]] for side in (0, 1))
    outside = float(certain.sum() + shared.sum() - table["certain"].sum() - table["shared"].sum())
    return Series(table, len(dated), int((~inside).sum()), max(outside, 0.0), len(frame) - len(dated))


def _slot(days: pd.Series, unit: str) -> np.ndarray:
    years = days.dt.year.to_numpy(dtype=np.int64)
    return years if unit == "year" else years * 4 + (days.dt.quarter.to_numpy(dtype=np.int64) - 1)


def trend(certain: pd.Series, shared: pd.Series) -> np.ndarray | None:
    """The mean of each period and its two neighbours, or None under 20 records: a line through fewer would be drawn from chance."""
    values = (certain + shared).to_numpy(dtype=float)
    if values.sum() < TREND_MINIMUM or len(values) < 3:
        return None
    return np.convolve(np.pad(values, 1, mode="edge"), np.ones(3) / 3, mode="valid")


# ── two periods ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Comparison:
    """Two counts over two stretches of time, and what may be said of them.

    `ratio` is the second rate over the first; `low` and `high` its exact 95% interval, `p` the exact two-sided test that the
    rates are equal. All are None under ten records together; `percent` also where either count is under five.
    """

    first: int
    second: int
    first_days: float
    second_days: float
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    percent: float | None = None


def compare(first: int, second: int, first_days: float, second_days: float) -> Comparison:
    """Compare two Poisson counts by the conditional test (Przyborowski and Wilenski 1940): of all records, how many fell in the second period?

    Under equal rates that number is binomial with the second period's share of the time. The interval is Clopper and Pearson's,
    turned into a ratio of rates.

    Raises:
        ValueError: if a count is negative or a period has no days.
    """
    from scipy.stats import binomtest  # imported here: it takes as long to import as a page takes to draw

    if first < 0 or second < 0:
        raise ValueError("a count cannot be negative")
    if first_days <= 0 or second_days <= 0:
        raise ValueError("both periods need at least a day")
    if first + second < LIST_ONLY:
        return Comparison(first, second, first_days, second_days)
    test = binomtest(second, first + second, second_days / (first_days + second_days))
    share = test.proportion_ci(CONFIDENCE, "exact")
    scale = first_days / second_days
    ratio, low, high = (_odds(part) * scale for part in (second / (first + second), share.low, share.high))
    percent = (ratio - 1) * 100 if min(first, second) >= SMALL else None
    return Comparison(first, second, first_days, second_days, ratio, low, high, float(test.pvalue), percent)


def _odds(share: float) -> float:
    return math.inf if share >= 1 else float(share / (1 - share))


def within(frame: pd.DataFrame, since: date, until: date) -> tuple[pd.DataFrame, int]:
    """The records surely inside `[since, until)`, and how many may lie partly inside: those are in no comparison."""
    start, end = pd.Timestamp(since), pd.Timestamp(until)
    inside = (frame["period_start"] >= start) & (frame["period_end"] <= end)
    touching = (frame["period_start"].isna() | (frame["period_start"] < end)) & (frame["period_end"].isna() | (frame["period_end"] > start))
    return frame[inside], int((touching & ~inside).sum())


# ── two dimensions ───────────────────────────────────────────────────────────────────────────────
def cross(rows: pd.DataFrame, columns: pd.DataFrame) -> pd.DataFrame:
    """How many records stand in each row and column: `row`, `column`, `n`, each record once a cell.

    Args:
        rows: (`row`, `lane`) pairs, a record in each of its codes.
        columns: the same for the other dimension.
    """
    pairs = rows.merge(columns, on="row", suffixes=("_row", "_column")).drop_duplicates()
    return (
        pairs.groupby(["lane_row", "lane_column"])
        .size()
        .rename("n")
        .reset_index()
        .rename(columns={"lane_row": "row", "lane_column": "column"})
    )
