"""What acts cost a person, in figures that dates and sources give: hours held, days under a case, kilometres, fines.

Pure. Each figure keeps the rows it was made from. Figures of different kinds, people or currencies are never added up, and what
is not known is said to be not known: it is not nought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evidence.docket import Days, days_between
from evidence.lanes import KINDS
from evidence.model import Bundle, Period, parse_period, split
from evidence.words import Words

# A dated state after which the days under a criminal case are no longer counted: its end, or its suspension, which is told apart.
CASE_ENDS = next(kind.ends for kind in KINDS if kind.key == "case") | {"suspended"}
NOUNS = {"hours": "hour", "days": "day"}


@dataclass(frozen=True)
class Burden:
    """One figure: `low` to `high` of `unit` (a code of the list unit; "" for a number of times or people).

    `low` without `high` is "at least"; neither is "not known". `each` says the figure is per person; `ended` is the state that closed
    the days under a case ("suspended" is not closed for good).
    """

    kind: str
    low: float | None
    high: float | None
    unit: str
    people_ids: tuple[str, ...]
    incident_ids: tuple[str, ...]
    source_ids: tuple[str, ...]
    burden_ids: tuple[str, ...] = ()
    persons: int | None = None
    ended: str = ""


def of_case(bundle: Bundle, case_id: str) -> list[Burden]:
    """The figures of a case in the order of the vocabulary; a kind without any figure is not known."""
    incidents = bundle["incidents"]
    acts = incidents[incidents["case_id"] == case_id]
    order = {row.code: row.order for row in bundle["vocabulary"].itertuples() if row.list == "burden_kind"}
    found = [*_told(bundle, acts), *_under_case(bundle, acts), *_unaware(acts)]
    return sorted(found, key=lambda burden: (order.get(burden.kind, 0), burden.unit, burden.people_ids))


def _told(bundle: Bundle, acts: pd.DataFrame) -> list[Burden]:
    """Figures that a source prints or whose two dates it gives; those of the same people and unit are added."""
    table = bundle["burdens"]
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in table[table["incident_id"].isin(set(acts["incident_id"]))].to_dict("records"):
        # Of people who are not named it is not known whether they are the same.
        same = row["people_ids"] or row["burden_id"]
        groups.setdefault((row["kind"], row["unit"], same), []).append(row)
    return [_added(rows) for rows in groups.values()]


def _added(rows: list[Mapping[str, Any]]) -> Burden:
    spans = [_span(row) for row in rows]
    lows = [low for low, _ in spans if low is not None]
    highs = [high for _, high in spans if high is not None]
    first = rows[0]
    return Burden(
        first["kind"],
        sum(lows) if lows else None,
        sum(highs) if len(highs) == len(rows) else None,
        first["unit"],
        tuple(split(first["people_ids"])),
        _unique(row["incident_id"] for row in rows),
        _unique(source for row in rows for source in split(row["source_ids"])),
        tuple(row["burden_id"] for row in rows),
        None if pd.isna(first["persons"]) else int(first["persons"]),
    )


def _span(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    if row["since"] and row["until"]:
        days = days_between(parse_period(row["since"]), parse_period(row["until"]))
        return (days.low, days.high) if days else (None, None)
    low, high = (None if pd.isna(row[name]) else float(row[name]) for name in ("value_min", "value_max"))
    return low, high


def _under_case(bundle: Bundle, acts: pd.DataFrame) -> list[Burden]:
    """Days from the opening of a criminal case to the first dated state that ends or suspends it; without one, not known."""
    updates = bundle["status_updates"]
    ends = updates[updates["status"].isin(CASE_ENDS) & (updates["period"] != "")].sort_values("period_start", kind="stable")
    first = ends.drop_duplicates("record_id").set_index("record_id")
    found = []
    for act in acts.to_dict("records"):
        if "criminal_case" not in split(act["types"]):
            continue
        key, sources, ended, days = act["incident_id"], split(act["source_ids"]), "", None
        if key in first.index:
            end = first.loc[key]
            days, ended = days_between(_beginning(act["period"]), parse_period(end["period"])), str(end["status"])
            sources = [*sources, *split(end["source_ids"])]
        found.append(_days("days_under_case", act, days, sources, ended))
    return found


def _unaware(acts: pd.DataFrame) -> list[Burden]:
    """Days from an act to the day the person learned of it, for acts with both dates."""
    told = acts[acts["learned"] != ""].to_dict("records")
    return [
        _days("days_unaware", act, days_between(_beginning(act["period"]), parse_period(act["learned"])), split(act["source_ids"]))
        for act in told
    ]


def _days(kind: str, act: Mapping[str, Any], days: Days | None, sources: Iterable[str], ended: str = "") -> Burden:
    low, high = (days.low, days.high) if days else (None, None)
    return Burden(kind, low, high, "days", tuple(split(act["people_ids"])), (act["incident_id"],), _unique(sources), ended=ended)


def _beginning(edtf: str) -> Period:
    """When something that lasts began: the left side of a span, as exactly as it is dated."""
    return parse_period(edtf.partition("/")[0] if "/" in edtf and not edtf.startswith((".", "/")) else edtf)


def _unique(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))


# ── in words ─────────────────────────────────────────────────────────────────────────────────────
def amount(burden: Burden, words: Words) -> str:
    """ "486–880 days", "at least 1", "150 km", "not known": the figure as a reader reads it."""
    if burden.low is None:
        return words("burden.not_known")
    if burden.high is None:
        return words("burden.at_least", amount=_number(burden.low, burden.unit, words))
    said = _number(burden.high, burden.unit, words)
    return said if burden.low == burden.high else f"{words.number(burden.low)}–{said}"


def _number(value: float, unit: str, words: Words) -> str:
    if unit in NOUNS:
        return words.count(int(value) if float(value).is_integer() else value, NOUNS[unit])
    return words.number(value) if not unit else f"{words.number(value)}\u00a0{words.label('unit', unit)}"
