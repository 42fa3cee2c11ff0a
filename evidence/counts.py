"""Every published number: its unit, its rows, its interval, and what may be said about it.

Counts are of *records*, not of what happened. Intervals are exact Poisson (Garwood 1936, by the gamma quantile).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from scipy.special import gammaincinv

CONFIDENCE = 0.95
SMALL = 5  # no percentage change where either side is under this
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
