"""Resettlement as it is recorded: who, when, which stage, by whose count; where to; what was promised; who lived near, and when.

Counts that differ stay side by side and make a range; nothing here chooses between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from evidence.model import Bundle, split

Row = Mapping[str, Any]
SETTLEMENTS = ("village", "town", "city", "site")
# Stages that count the same people: who was to be moved, who had moved, who was waiting.
TO_BE_MOVED = ("announced", "decision_adopted")
LEFT = ("moved", "moving")
ENDED = ("completed", "dissolved")
# Stages after which something is still to come, if nothing later is recorded.
OPEN = (
    "inside_no_decision",
    "petitioned",
    "survey",
    "announced",
    "decision_adopted",
    "compensation_rule",
    "housing_built",
    "awaiting",
    "moving",
)
UNITS = ("families", "persons", "dwellings")
LATEST_YEARS = 10
# The order in which a resettlement goes; a place is drawn by the furthest dated stage that is recorded for it.
STAGES = (
    "unknown",
    "inside_no_decision",
    "petitioned",
    "survey",
    "refused",
    "announced",
    "decision_adopted",
    "compensation_rule",
    "housing_built",
    "awaiting",
    "moving",
    "moved",
    "completed",
    "dissolved",
)


# ── stages ───────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Stage:
    """A dated stage of a cohort: its row, whether others count the same differently, whether it is the last and leaves something open."""

    row: Row
    contested: bool
    open: bool


@dataclass(frozen=True)
class Cohort:
    """Settlements whose resettlement is told together, and their stages in order of time."""

    place_ids: tuple[str, ...]
    stages: tuple[Stage, ...]


@lru_cache(maxsize=4)
def cohorts(bundle: Bundle) -> tuple[Cohort, ...]:
    """The cohorts of a bundle, those with most stages first; within a cohort in order of time, undated last."""
    # A year stands after the months in it: "completed in 2017" is not said to come before a move in August of it.
    rows = bundle["resettlement"].sort_values(["period_end", "period_start", "resettlement_id"], na_position="last")
    contested = _contested(bundle)
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows.to_dict("records"):
        found.setdefault(tuple(split(row["place_ids"])), []).append(row)
    ended = {place for row in rows.to_dict("records") if row["stage"] in ENDED for place in split(row["place_ids"])}
    made = []
    for places, own in found.items():
        last = own[-1]["resettlement_id"] if not ended & set(places) else None
        stages = tuple(
            Stage(row, row["resettlement_id"] in contested, row["resettlement_id"] == last and row["stage"] in OPEN) for row in own
        )
        made.append(Cohort(places, stages))
    return tuple(sorted(made, key=lambda cohort: (-len(cohort.stages), cohort.place_ids)))


def of_places(bundle: Bundle, place_ids: Iterable[str]) -> tuple[Cohort, ...]:
    """The cohorts that hold any of these settlements."""
    asked = set(place_ids)
    return tuple(cohort for cohort in cohorts(bundle) if asked & set(cohort.place_ids))


def _contested(bundle: Bundle) -> set[str]:
    """Rows whose count another source gives differently for the same people or the same houses."""
    found: set[str] = set()
    for figures in figures_of(bundle, bundle["resettlement"]):
        if figures.differ:
            found |= {figure.record for figure in figures.figures}
    return found


def without_stage(bundle: Bundle) -> list[str]:
    """Settlements beside an asset, or with a text on a zone, of which no stage is recorded: not known, which is not "none"."""
    told = {place for cell in bundle["resettlement"]["place_ids"] for place in split(cell)}
    related = set(bundle["zone_relations"]["place_id"])
    destinations = {place for cell in bundle["resettlement"]["destination_ids"] for place in split(cell)}
    places = bundle["places"]
    near = places["kind"].isin(SETTLEMENTS) & ((places["nearest_asset_ids"] != "") | places["place_id"].isin(related))
    return [place for place in places.loc[near, "place_id"] if place not in told | destinations]


@lru_cache(maxsize=2)
def stages(bundle: Bundle) -> Mapping[str, str]:
    """The furthest stage of resettlement recorded for each place that has one."""
    rows = bundle["resettlement"]
    found: dict[str, str] = {}
    for places, stage in zip(rows["place_ids"].tolist(), rows["stage"].astype(str).tolist(), strict=True):
        for place in split(places):
            found[place] = max(found.get(place, stage), stage, key=lambda code: STAGES.index(code) if code in STAGES else 0)
    return found


# ── figures ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Figure:
    """A count as one source gives it: value, unit, as of when, by whom (a record whose text and sources say the rest)."""

    value: float
    unit: str
    as_of: str
    record: str
    table: str  # resettlement, claims, populations
    row: Row


@dataclass(frozen=True)
class Figures:
    """Counts of the same people, side by side: the key says of whom (`to_be_moved`, `left`, `waiting`, `dwellings`), with their range."""

    key: str
    unit: str
    place_ids: tuple[str, ...]
    figures: tuple[Figure, ...]
    where: tuple[str, ...] = ()  # for dwellings: where they stand

    @property
    def differ(self) -> bool:
        """True if these are different counts of one thing; people who left by different roads are parts of it, not contradictions."""
        return self.key not in {"left", "waiting"} and len({figure.value for figure in self.figures}) > 1

    @property
    def low(self) -> float:
        """The lowest of them."""
        return min(figure.value for figure in self.figures)

    @property
    def high(self) -> float:
        """The highest of them."""
        return max(figure.value for figure in self.figures)


_GROUPS = {**dict.fromkeys(TO_BE_MOVED, "to_be_moved"), **dict.fromkeys(LEFT, "left"), "awaiting": "waiting", "housing_built": "dwellings"}


def figures_of(bundle: Bundle, rows: pd.DataFrame) -> list[Figures]:
    """Every count in these resettlement rows, grouped by whom it counts; claims of the same topic that are no row of their own are added."""
    found: dict[tuple[str, str, tuple[str, ...], tuple[str, ...], str], list[Figure]] = {}
    for row in rows.sort_values(["period_start", "resettlement_id"]).to_dict("records"):
        group = _GROUPS.get(str(row["stage"]))
        if group is None:
            continue
        places = tuple(split(row["place_ids"]))
        for unit, column in (("families", "households"), ("persons", "persons"), ("dwellings", "dwellings")):
            value = row[column]
            if pd.notna(value):
                figure = Figure(float(value), unit, row["period"], row["resettlement_id"], "resettlement", row)
                # Houses in another place or of another year are other houses.
                key = (group, unit, places, (), "") if unit != "dwellings" else ("dwellings", unit, places, tuple(split(row["destination_ids"])), row["period"])  # fmt: skip
                found.setdefault(key, []).append(figure)
    for figure, places in _claimed(bundle, rows):
        found.setdefault(("to_be_moved", figure.unit, places, (), ""), []).append(figure)
    order = {"to_be_moved": 0, "left": 1, "waiting": 2, "dwellings": 3}
    made = [Figures(key, unit, places, tuple(figures), where) for (key, unit, places, where, _), figures in found.items()]
    return sorted(made, key=lambda one: (order[one.key], -len(one.place_ids), UNITS.index(one.unit)))


def _counted(rows: pd.DataFrame) -> dict[tuple[float, str, tuple[str, ...]], tuple[str, ...]]:
    """What rows of resettlement count, and of which settlements: (value, unit, sources) to the ids of places."""
    return {
        (float(row[column]), unit, tuple(split(row["source_ids"]))): tuple(split(row["place_ids"]))
        for row in rows.to_dict("records")
        for unit, column in (("families", "households"), ("persons", "persons"))
        if pd.notna(row[column])
    }


def _claimed(bundle: Bundle, rows: pd.DataFrame) -> list[tuple[Figure, tuple[str, ...]]]:
    """Claims of people or families in a topic that also holds one of these counts, but are no row of resettlement, shown here or not."""
    shown, every = _counted(rows), _counted(bundle["resettlement"])
    claims = bundle["claims"]
    claims = claims[claims["unit"].isin(["families", "persons"])]
    said: dict[str, list[tuple[Figure, Any]]] = {}
    for row in claims.to_dict("records"):
        try:
            value = float(row["value"])
        except (TypeError, ValueError):
            continue
        figure = Figure(value, str(row["unit"]), row["as_of"], row["claim_id"], "claims", row)
        said.setdefault(row["topic"], []).append((figure, (value, row["unit"], tuple(split(row["source_ids"])))))
    added = []
    for figures in said.values():
        widest = max((shown[key] for _, key in figures if key in shown), key=len, default=())
        added += [(figure, widest) for figure, key in figures if key not in every and widest]
    return added


def differing(bundle: Bundle, place_id: str) -> list[list[Row]]:
    """What sources say differently of a settlement, by topic: counts of those to be moved and positions on an event stand elsewhere."""
    claims, elsewhere = bundle["claims"], set()
    for event in bundle["events"].to_dict("records"):
        elsewhere |= {event["topic"], *split(event["other_topics"])}
    counts = claims.groupby("topic")["unit"].agg(lambda units: set(units) <= {"families", "persons"})
    topics = dict.fromkeys(claims.loc[claims["record_id"] == place_id, "topic"])
    asked = [topic for topic in topics if topic not in elsewhere and not counts[topic]]
    told = [claims[claims["topic"] == topic].to_dict("records") for topic in asked]
    return [rows for rows in told if len(rows) > 1]


# ── destinations ─────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Flow:
    """From settlements to one destination: households where any source counts them, the rows it rests on; None is a count nobody gives."""

    place_ids: tuple[str, ...]
    to: str  # a place; empty where the text names none
    households: tuple[float, float] | None
    record_ids: tuple[str, ...]
    shared: bool  # one count was given for several destinations together


def flows(bundle: Bundle, place_ids: Iterable[str] = ()) -> list[Flow]:
    """Where people went or were to go, by row: only what a row says of households; dwellings built are not households."""
    asked = set(place_ids)
    found: dict[tuple[tuple[str, ...], str], list[Row]] = {}
    for row in bundle["resettlement"].to_dict("records"):
        places = tuple(split(row["place_ids"]))
        if asked and not asked & set(places):
            continue
        counted = row["stage"] in LEFT and pd.notna(row["households"])
        for to in split(row["destination_ids"]) or ([""] if counted and not _told_elsewhere(bundle, row) else []):
            found.setdefault((places, to), []).append(row)
    made = []
    for (places, to), rows in found.items():
        counts = [float(row["households"]) for row in rows if row["stage"] in LEFT and pd.notna(row["households"]) and len(split(row["destination_ids"])) <= 1]  # fmt: skip
        shared = any(len(split(row["destination_ids"])) > 1 for row in rows)
        made.append(Flow(places, to, (min(counts), max(counts)) if counts else None, tuple(row["resettlement_id"] for row in rows), shared))
    return sorted(made, key=lambda flow: (-len(flow.place_ids), flow.place_ids, -(flow.households or (0, 0))[1], flow.to))


def _told_elsewhere(bundle: Bundle, row: Row) -> bool:
    """True if another row of the same people and month names a destination and counts the same households."""
    rows = bundle["resettlement"]
    same = rows[(rows["place_ids"] == row["place_ids"]) & (rows["period"] == row["period"]) & (rows["stage"] == row["stage"])]
    return bool(((same["destination_ids"] != "") & (same["households"] == row["households"])).any())


# ── people and time ──────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class People:
    """How many lived in a settlement on a day, as a range of claims; None if no source counts them. `state` says why it is what it is."""

    low: float | None
    high: float | None
    state: str  # living, moving, gone, unknown, unborn


@lru_cache(maxsize=8192)
def populations(bundle: Bundle, place_id: str) -> tuple[Figure, ...]:
    """What sources say of a settlement's inhabitants, in order of time, undated last."""
    rows = bundle["populations"]
    rows = rows[rows["place_id"] == place_id]
    counted = [
        Figure(float(row["persons"]), "persons", row["period"], row["population_id"], "populations", row) for row in rows.to_dict("records")
    ]
    known, claims = {(figure.value, figure.as_of) for figure in counted}, bundle["claims"]
    for row in claims[claims["record_id"].isin(rows["population_id"]) & (claims["unit"] == "persons")].to_dict("records"):
        value = pd.to_numeric(row["value"], errors="coerce")
        if pd.notna(value) and (float(value), row["as_of"]) not in known:
            told = {**row, "period_start": row["as_of_start"], "period_end": row["as_of_end"]}
            counted.append(Figure(float(value), "persons", row["as_of"], row["claim_id"], "claims", told))
    return tuple(sorted(counted, key=lambda figure: (pd.isna(figure.row["period_start"]), str(figure.row["period_start"]))))


def latest(claims: Sequence[Figure]) -> list[Figure]:
    """Those of the last ten years that anybody counted in, and the undated: a town's census of 1959 says nothing of who lives there."""
    days = [figure.row["period_start"] for figure in claims if pd.notna(figure.row["period_start"])]
    since = max(days) - pd.DateOffset(years=LATEST_YEARS) if days else None
    return [figure for figure in claims if since is None or pd.isna(figure.row["period_start"]) or figure.row["period_start"] >= since]


@lru_cache(maxsize=4)
def _ends(bundle: Bundle) -> Mapping[str, tuple[date | None, date | None]]:
    """(first day on which people are recorded as leaving, first day on which all are recorded as gone) of each settlement."""
    found: dict[str, tuple[date | None, date | None]] = {}
    for row in bundle["resettlement"].to_dict("records"):
        if pd.isna(row["period_start"]):
            continue
        for place in split(row["place_ids"]):
            leaving, gone = found.get(place, (None, None))
            if row["stage"] in LEFT:
                leaving = min(filter(None, (leaving, row["period_start"].date())))
            if row["stage"] in ENDED and pd.notna(row["period_end"]):
                gone = min(filter(None, (gone, row["period_end"].date())))
            found[place] = leaving, gone
    return found


def people_on(bundle: Bundle, place_id: str, day: date) -> People:
    """The inhabitants of a settlement on a day: the claims nearest before and after it, and the undated, as a range.

    While people are recorded as moving, anything from nobody to the highest claim; once a source says that all have gone, nobody.
    """
    place = bundle.row("places", place_id)
    leaving, gone = _ends(bundle).get(place_id, (None, None))
    if place is not None and pd.notna(place.get("exists_to_end")):
        until = place["exists_to_end"].date()
        gone = min(filter(None, (gone, until)))
    if place is not None and pd.notna(place.get("exists_from_start")) and day < place["exists_from_start"].date():
        return People(0, 0, "unborn")
    if gone is not None and day >= gone:
        return People(0, 0, "gone")
    claims = populations(bundle, place_id)
    dated = [claim for claim in claims if pd.notna(claim.row["period_start"])]
    starts = [claim.row["period_start"] for claim in dated]
    # All of a day stand for it: two counts of one year may differ.
    past, future = [start for start in starts if start.date() <= day], [start for start in starts if start.date() > day]
    before = [claim for claim in dated if past and claim.row["period_start"] == past[-1]]
    after = [claim for claim in dated if future and claim.row["period_start"] == future[0]]
    values = [claim.value for claim in (*before, *after, *(claim for claim in claims if pd.isna(claim.row["period_start"])))]
    if not values:
        return People(None, None, "unknown")
    if leaving is not None and day >= leaving:
        return People(0, max(values), "moving")
    return People(min(values), max(values), "living")


@dataclass(frozen=True)
class Exposure:
    """People near, on the first day of July of a year: a range over the settlements that somebody counts, and those that nobody does."""

    year: int
    low: float
    high: float
    counted: int  # settlements with a count and inhabitants
    uncounted: tuple[str, ...]  # settlements whose inhabitants no source counts
    moving: tuple[str, ...]
    gone: tuple[str, ...]


def exposure(bundle: Bundle, place_ids: Sequence[str], first: int, last: int) -> list[Exposure]:
    """How many people lived in these settlements year by year, before and after relocation. Nearness, not dose."""
    years = []
    for year in range(first, last + 1):
        states = {place: people_on(bundle, place, date(year, 7, 1)) for place in place_ids}
        counted = [people for people in states.values() if people.low is not None and people.state in {"living", "moving"}]
        years.append(
            Exposure(
                year,
                sum(people.low or 0 for people in counted),
                sum(people.high or 0 for people in counted),
                len(counted),
                tuple(place for place, people in states.items() if people.state == "unknown"),
                tuple(place for place, people in states.items() if people.state == "moving"),
                tuple(place for place, people in states.items() if people.state == "gone"),
            )
        )
    return years


def window(bundle: Bundle) -> tuple[int, int]:
    """First and last year of the exposure: from the earliest dated stage or rule (at most 25 years back) to the year of the bundle."""
    last = int(bundle.published[:4]) if bundle.published[:4].isdigit() else date.today().year
    dated = pd.concat([bundle["resettlement"]["period_start"], bundle["zones"]["valid_from_start"]]).dropna()
    first = int(dated.min().year) if len(dated) else last - 10
    return max(min(first, last), last - 25), last


# ── promises ─────────────────────────────────────────────────────────────────────────────────────
def promises(bundle: Bundle, place_ids: Iterable[str] = ()) -> list[Row]:
    """What was promised to these settlements (all without any), in order of the promise."""
    asked = set(place_ids)
    rows = bundle["commitments"].sort_values(["promised_start", "commitment_id"], na_position="last")
    return [row for row in rows.to_dict("records") if not asked or asked & set(split(row["place_ids"]))]


def schools(bundle: Bundle, place_id: str) -> list[str]:
    """The schools recorded in a settlement. None recorded does not mean that there was none."""
    places = bundle["places"]
    return list(places.loc[(places["kind"] == "school") & (places["parent_id"] == place_id), "place_id"])


def acts(bundle: Bundle, place_id: str) -> tuple[pd.DataFrame, int]:
    """(the incidents recorded in a settlement or its schools in order of time, how many more there are of context only)."""
    incidents = bundle["incidents"]
    there = incidents[incidents["place_id"].isin({place_id, *schools(bundle, place_id)})].sort_values("period_start")
    context = there["relation"].astype(str) == "context"
    return there[~context], int(context.sum())


def sources(rows: Iterable[Row]) -> list[str]:
    """The ids of the sources of rows, once each, in order."""
    return list(dict.fromkeys(key for row in rows for key in split(row["source_ids"])))
