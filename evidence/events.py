"""An event beside the measurements of its days: what is on record around it, in order, each as claimed by whom. Order is not cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from evidence.model import Bundle, parse_period, split

Row = Mapping[str, Any]
# What may stand in a sequence, and the column with its key; a table whose rows say when, where and who says so.
TABLES = {"measurements": "measurement_id", "incidents": "incident_id", "responses": "response_id"}


@dataclass(frozen=True)
class Step:
    """One thing on record: `table` and `row`; `later` if it is outside the days shown and only spoken of in them."""

    table: str
    key: str
    row: Row
    start: pd.Timestamp
    end: pd.Timestamp
    later: bool


def topics(event: Row) -> tuple[str, ...]:
    """The topics of claims about an event: the positions on the cause first."""
    return (event["topic"], *split(event["other_topics"]))


def events(bundle: Bundle) -> list[Row]:
    """The events that have a sequence, latest first."""
    return bundle["events"].sort_values("period_start", ascending=False).to_dict("records")


@lru_cache(maxsize=16)
def sequence(bundle: Bundle, key: str) -> tuple[Step, ...]:
    """Everything on record about the event's place, assets and organisations in its days, dated to a month or better, in order of time.

    After them what the positions on it refer to, whenever that was.
    """
    event = bundle.row("events", key) or {}
    window = parse_period(event["window"])
    first, after = pd.Timestamp(window.start), pd.Timestamp(window.end)
    about = {event["place_id"], *split(event["asset_ids"]), *split(event["organisation_ids"]), *split(event["case_ids"])} - {""}
    named = {row["record_id"] for row in claims(bundle, topics(event))}
    steps = []
    for table, column in TABLES.items():
        for row in bundle[table].dropna(subset=["period_start", "period_end"]).to_dict("records"):
            exact = (row["period_end"] - row["period_start"]).days <= 31
            inside = row["period_start"] < after and row["period_end"] > first
            if inside and exact and about & _subjects(table, row):
                steps.append(Step(table, row[column], row, row["period_start"], row["period_end"], later=False))
            elif row[column] in named and not inside:
                steps.append(Step(table, row[column], row, row["period_start"], row["period_end"], later=True))
    # What is dated to a month follows what is dated to a day of it: it may have been any day.
    return tuple(
        sorted(steps, key=lambda step: (step.later, step.end if (step.end - step.start).days > 7 else step.start, step.end, step.key))
    )


def _subjects(table: str, row: Row) -> set[str]:
    """The ids a row is about."""
    if table == "measurements":
        return {row["place_id"], *split(row["subject_ids"])} - {""}
    if table == "incidents":
        return {row["place_id"], row["case_id"], *split(row["asset_ids"])} - {""}
    return {row["case_id"]}


@lru_cache(maxsize=64)
def claims(bundle: Bundle, topics: tuple[str, ...]) -> tuple[Row, ...]:
    """The claims on some topics, in order of time, the undated last."""
    frame = bundle["claims"]
    found = frame[frame["topic"].isin(topics)].sort_values("as_of_start", kind="stable", na_position="last")
    return tuple(found.to_dict("records"))
