"""Air readings beside limits: a figure is compared with a limit of the same substance and the same averaging time, or not at all.

What a sensor says all year in one and the same number is not a reading; how many of the days have one is always told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from evidence.model import Bundle
from evidence.series import UNVERIFIED, Record, by_time, factor, slug

CONSTANT_DAYS = 30  # so many days of one and the same value cannot be air
ROUNDING = 0.005  # the figures are printed to two decimals
DAY, MONTH, YEAR = "h24", "month", "year"
GUIDELINES = frozenset({"who", "eu"})  # who recommends; the others legislate


@lru_cache(maxsize=2)
def readings(bundle: Bundle) -> tuple[Record, ...]:
    """The concentrations of air posts in order of time: with `site` (place id, or the name as a word), `constant`, `expected` days."""
    found = []
    for row in by_time(bundle["air_readings"].to_dict("records")):
        codes = {name: str(row[name]) for name in ("pollutant", "averaging_time", "unit", "kind", "confidence", "indicator")}
        if codes["pollutant"]:
            site = row["place_id"] or row["subject_ids"] or slug(row["subject_en"])
            constant = is_constant(row["value"], row["highest_day"], row["days_valid"])
            expected = (row["period_end"] - row["period_start"]).days
            found.append(MappingProxyType({**row, **codes, "site": site, "constant": constant, "expected": expected}))
    return tuple(found)


def first_site(rows: Iterable[Record]) -> str:
    """The place with most readings that are verified and not constant; of several the first by its English name, in every language."""
    sizes: dict[str, int] = {}
    names: dict[str, str] = {}
    for row in rows:
        usable = not row["constant"] and row["confidence"] != UNVERIFIED
        sizes[row["site"]] = sizes.get(row["site"], 0) + usable
        names.setdefault(row["site"], row["subject_en"])
    return min(sizes, key=lambda key: (-sizes[key], names[key]))


def is_constant(mean: float, highest: float, days: float) -> bool:
    """True if the highest day equals the mean over a month of days or more: then every day said the same, which air does not.

    The mean of values that are all equal is that value; if any day were lower, the mean would be below the highest.
    """
    if pd.isna(mean) or pd.isna(highest) or pd.isna(days):
        return False
    return bool(days >= CONSTANT_DAYS and abs(highest - mean) <= ROUNDING)


@dataclass(frozen=True)
class Limit:
    """A limit as a line on an axis: its value in the axis' unit, whose it is, and whether it binds."""

    key: str
    value: float
    jurisdiction: str
    binding: bool
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """The limits a figure may be compared with; if there are none, why: `averaging` (only limits of other times), `absent`, `later`."""

    limits: tuple[Limit, ...]
    why: str = ""
    others: tuple[str, ...] = ()  # averaging times for which a limit is registered


@lru_cache(maxsize=512)
def comparable(bundle: Bundle, pollutant: str, averaging: str, unit: str, start: Any, end: Any, unverified: bool = False) -> Verdict:
    """The limits for a substance over this averaging time that were in force by the end of `[start, end)`, in `unit`."""
    table = bundle["limits"]
    table = table[(table["pollutant"].astype(str) == pollutant) & table["value"].notna()]
    if not unverified:
        table = table[table["confidence"].astype(str) != UNVERIFIED]
    if table.empty:
        return Verdict((), "absent")
    same = table[table["averaging_time"].astype(str) == averaging]
    if same.empty:
        return Verdict((), "averaging", tuple(dict.fromkeys(table["averaging_time"].astype(str))))
    begun = same["valid_from_start"].isna() | (same["valid_from_start"] < end)
    going = same["valid_to_end"].isna() | (same["valid_to_end"] > start)
    limits = tuple(
        Limit(
            row["limit_id"],
            row["value"] * factor(str(row["unit"]), unit),
            str(row["jurisdiction"]),
            str(row["jurisdiction"]) not in GUIDELINES,
            row,
        )
        for row in same[begun & going].to_dict("records")
    )
    return Verdict(limits, "" if limits else "later")


def counted_against(reading: Mapping[str, Any], verdict: Verdict) -> Limit | None:
    """The limit that a reading's days above were counted against, if it is one for daily means: else the count compares unlike things."""
    value = reading["days_above_of"]
    return next((limit for limit in verdict.limits if pd.notna(value) and abs(limit.value - value) < 1e-9), None)


@lru_cache(maxsize=2)
def registry(bundle: Bundle, unit: str = "ug_m3") -> tuple[Record, ...]:
    """All limits, with their value in one unit where they are concentrations (`shown`, else NaN)."""
    found = []
    for row in bundle["limits"].to_dict("records"):
        own = str(row["unit"])
        shown = row["value"] * factor(own, unit) if own in {"ug_m3", "mg_m3"} and pd.notna(row["value"]) else float("nan")
        found.append(MappingProxyType({**row, "confidence": str(row["confidence"]), "shown": shown}))
    return tuple(found)


def measured(bundle: Bundle) -> Mapping[str, Mapping[str, tuple[int, int]]]:
    """For each site the substances on record, with their first and last year."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for row in readings(bundle):
        first, last = row["period_start"].year, (row["period_end"] - pd.Timedelta(days=1)).year
        spans = found.setdefault(row["site"], {})
        low, high = spans.get(row["pollutant"], (first, last))
        spans[row["pollutant"]] = (min(low, first), max(high, last))
    return found
