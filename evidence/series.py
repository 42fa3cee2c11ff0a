"""Sparse figures as series that cannot mix units: one quantity and one time base a figure, gaps kept, a plan apart from what was.

A figure a year, a fine, a plan: each row of `measurements` keeps its unit. Rows meet on one axis only if Pint can convert one unit
into the other, and a time base is a dimension of its own here: tonnes a quarter are not a quarter of tonnes a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from evidence.model import Bundle

Record = Mapping[str, Any]
UNVERIFIED = "C"  # the grade of what was not read at its source: off unless the reader asks
LINE_MINIMUM = 4  # figures in a row, without a gap, that make a line worth drawing; else each is a bar of its own
PLANNED = ("plan", "limit_value")
# Only units that have relatives. Any other code of the vocabulary is a dimension of its own and meets nobody.
UNITS: Mapping[str, str] = {
    "ug_m3": "1e-6 gram / metre**3", "mg_m3": "1e-3 gram / metre**3",
    "m": "metre", "km": "1e3 metre", "m2": "metre**2", "ha": "1e4 metre**2", "km2": "1e6 metre**2",
    "mm3": "1e6 metre**3", "bcm": "1e9 metre**3", "mm3_year": "1e6 metre**3 * a_year", "bcm_year": "1e9 metre**3 * a_year",
    "t": "1e6 gram", "kt": "1e9 gram", "mt": "1e12 gram",
    "kt_year": "1e9 gram * a_year", "mt_year": "1e12 gram * a_year", "t_quarter": "1e6 gram * a_quarter", "t_h": "1e6 gram * an_hour",
    "kt_co2e": "1e9 gram_co2e", "mt_co2e": "1e12 gram_co2e",
    "kzt": "tenge", "kzt_m": "1e6 tenge", "kzt_bn": "1e9 tenge",
    "usd": "dollar", "usd_m": "1e6 dollar", "usd_bn": "1e9 dollar", "usd_m_year": "1e6 dollar * a_year",
    "times": "multiple", "x_mpc": "multiple", "hours": "hour", "days": "24 hour",
}  # fmt: skip
_BASES = ("gram", "metre", "gram_co2e", "tenge", "dollar", "multiple", "hour", "a_year", "a_quarter", "an_hour")


# ── units ────────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=1)
def _registry() -> Any:
    """Pint, taught our units and no others: its own 1,000 definitions cost half a second and a year that is 365.25 days."""
    import pint

    registry = pint.UnitRegistry(None)
    for base in _BASES:
        registry.define(f"{base} = [{base}]")
    return registry


@lru_cache(maxsize=256)
def _quantity(unit: str) -> Any:
    registry = _registry()
    if unit in UNITS:
        return registry.Quantity(1, "dimensionless") * registry.parse_expression(UNITS[unit])
    if f"own_{unit}" not in registry:
        registry.define(f"own_{unit} = [own_{unit}]")
    return registry.Quantity(1, f"own_{unit}")


@lru_cache(maxsize=1024)
def factor(unit: str, to: str) -> float:
    """What a number in `unit` is multiplied by to be a number in `to`.

    Raises:
        pint.DimensionalityError: if the two measure different things or over different times.
    """
    return 1.0 if unit == to else float(_quantity(unit).to(_quantity(to).units).magnitude / _quantity(to).magnitude)


@lru_cache(maxsize=256)
def axis(unit: str) -> str:
    """What a unit measures: units with the same answer may share an axis, others may not."""
    return str(_quantity(unit).dimensionality)


def best_unit(units: Iterable[str], values: Iterable[float]) -> str:
    """Of the units that measure the same, the largest in which the middle value is at least one: "543 million", not "543,000,000".

    Raises:
        ValueError: if the units do not share an axis.
    """
    pairs = list(zip(units, values, strict=True))
    if len({axis(unit) for unit, _ in pairs}) != 1:
        raise ValueError("these figures have no axis in common: " + ", ".join(sorted({unit for unit, _ in pairs})))
    first = pairs[0][0]
    sizes = sorted(abs(value) * factor(unit, first) for unit, value in pairs if value) or [1.0]
    middle = sizes[len(sizes) // 2]
    known = {unit for unit, _ in pairs}
    family = sorted(
        {*known, *(code for code in UNITS if axis(code) == axis(first))}, key=lambda code: (factor(code, first), code not in known)
    )
    large = [code for code in family if middle / factor(code, first) >= 1]
    return large[-1] if large else family[0]


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────
def slug(text: str) -> str:
    """A name as a word of a link, for a subject that has no id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@lru_cache(maxsize=2)
def records(bundle: Bundle) -> tuple[Record, ...]:
    """The measurements as plain rows, made once, with what a figure needs: `topic`, `subject` (ids, or the name as a word), `axis`, `series`."""
    terms = bundle["vocabulary"]
    terms = terms[terms["list"] == "indicator"]
    topics = dict(zip(terms["code"], terms["parent"], strict=True))
    found = []
    for row in bundle["measurements"].to_dict("records"):
        codes = {name: str(row[name]) for name in ("indicator", "unit", "kind", "confidence", "subject_type")}
        subject = row["subject_ids"] or slug(row["subject_en"])
        # A plan, a limit and a finished figure are never one series, nor are the numbers of two who count.
        key = "|".join((subject, codes["indicator"], row["reporter_en"], codes["kind"]))
        added = {"topic": topics.get(codes["indicator"], ""), "subject": subject, "axis": axis(codes["unit"]), "series": key}
        found.append(MappingProxyType({**row, **codes, **added}))
    return tuple(found)


def by_time(rows: Iterable[Record]) -> list[Record]:
    """Rows in order of time, the undated last."""
    return sorted(
        rows, key=lambda row: (pd.isna(row["period_start"]), row["period_start"] if pd.notna(row["period_start"]) else pd.Timestamp(0))
    )


def during(rows: Iterable[Record], since: date | None, until: date | None) -> list[Record]:
    """The rows whose period may touch the chosen days (both included); an undated row only where no days are chosen."""
    rows = list(rows)
    if since is None and until is None:
        return rows
    first, last = (None if day is None else pd.Timestamp(day) for day in (since, until))
    return [
        row
        for row in rows
        if not (pd.isna(row["period_start"]) and pd.isna(row["period_end"]))
        and (first is None or pd.isna(row["period_end"]) or row["period_end"] > first)
        and (last is None or pd.isna(row["period_start"]) or row["period_start"] <= last)
    ]


def by_series(rows: Iterable[Record]) -> dict[str, list[Record]]:
    """The rows of each series, in their order."""
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row["series"], []).append(row)
    return found


def in_unit(rows: Sequence[Record]) -> tuple[str, list[Record]]:
    """(the unit that suits these figures, the rows with their number in it as `shown`).

    Raises:
        ValueError: if the rows do not share an axis.
    """
    unit = best_unit([row["unit"] for row in rows], [row["value"] for row in rows])
    return unit, [{**row, "shown": float(row["value"]) * factor(row["unit"], unit)} for row in rows]


@dataclass(frozen=True, eq=False)
class Figure:
    """One quantity on one axis: rows with numbers in `unit` (as `shown`), in order of time."""

    indicator: str
    unit: str
    rows: tuple[Record, ...]

    @cached_property
    def is_line(self) -> bool:
        """True if some series has enough figures in a row to be read as a line."""
        return any(len(run) >= LINE_MINIMUM for group in by_series(self.rows).values() for run in runs(group))


def figures(rows: Iterable[Record]) -> list[Figure]:
    """Rows with numbers, a figure for each quantity and time base, the fullest first. Two units on one axis cannot come out of this."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for row in rows:
        if pd.notna(row["value"]):
            groups.setdefault((row["indicator"], row["axis"]), []).append(row)
    made = []
    for (indicator, _), group in groups.items():
        unit, shown = in_unit(group)
        made.append(Figure(indicator, unit, tuple(by_time(shown))))
    return sorted(made, key=lambda figure: (not figure.is_line, -len(figure.rows)))


def told(rows: Iterable[Record]) -> list[Record]:
    """Rows without a single number: a range or a sentence, which belongs in a list and on no axis."""
    return [row for row in rows if pd.isna(row["value"])]


def runs(rows: Iterable[Record]) -> list[list[int]]:
    """Positions that a line may join: each period begins where the one before it ends. A year without a figure breaks the line."""
    found: list[list[int]] = []
    last = None
    for at, row in enumerate(rows):
        start, end = row["period_start"], row["period_end"]
        if pd.isna(start) or pd.isna(end):
            continue
        if last is not None and start == last:
            found[-1].append(at)
        else:
            found.append([at])
        last = end
    return found


def change(first: float, last: float) -> float | None:
    """The change from one figure to a later one in percent, or None from nothing."""
    return None if not first else (last - first) / first * 100
