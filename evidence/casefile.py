"""A case as a file tells it: acts and responses in one sequence, its dated status, who answered, and what is missing.

Pure. Nothing is added up and nothing is guessed: what is not dated is not a status, and what a bundle lacks is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd

from evidence import rules, select
from evidence.docket import docket
from evidence.model import Bundle, parse_period, split
from evidence.words import Words, enumerated

Row = Mapping[str, Any]

# Updates that tell something, but name no state that a case is in.
NO_STATE = frozenset({"other", "not_found", "unknown"})
NOT_READ_WHOLE = rules.UNREAD | {"excerpt"}
SUPPORT = "support"
CASES_KEPT = 64  # readers open the same few cases; what is kept is never written into


def actors(words: Words, row: Row, detail: str) -> str:
    """The kinds of those who acted, then what a source calls them; a kind that this already names is not said twice."""
    labels = [words.label("perpetrator_type", code) for code in split(row["perpetrator_types"])]
    kinds = enumerated(label for label in labels if not re.search(rf"\b{re.escape(label)}\b", detail, re.IGNORECASE))
    return ". ".join(part for part in (kinds, detail) if part)


# ── rows of a case, found without reading whole tables again ─────────────────────────────────────
@lru_cache(maxsize=32)
def _places(bundle: Bundle, table: str, column: str) -> Mapping[str, list[int]]:
    """For each value (or part of a list) of a column: the positions of its rows."""
    found: dict[str, list[int]] = {}
    for at, cell in enumerate(bundle[table][column]):
        for part in split(cell):
            found.setdefault(part, []).append(at)
    return found


def rows_about(bundle: Bundle, table: str, column: str, keys: Iterable[str]) -> list[Row]:
    """The rows of a table whose column is (or lists) one of the keys, in the order of the table, each once."""
    places = _places(bundle, table, column)
    at = sorted({position for key in keys for position in places.get(key, [])})
    return bundle[table].take(at).to_dict("records") if at else []


@lru_cache(maxsize=2)
def _acts_by_case(bundle: Bundle) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, case in enumerate(select.index(bundle).frame["case_id"]):
        found.setdefault(case, []).append(at)
    return found


@lru_cache(maxsize=CASES_KEPT)
def acts(bundle: Bundle, case_id: str) -> pd.DataFrame:
    """The acts of a case in their order, with their grade, without texts."""
    return select.index(bundle).frame.take(_acts_by_case(bundle).get(case_id, []))


# ── the chain ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Link:
    """One entry of the chain: `kind` is "incident" or "response"; `stages` are a response's dated stages in order."""

    kind: str
    key: str
    row: Row
    grade: str = ""
    stages: tuple[Row, ...] = ()


@lru_cache(maxsize=CASES_KEPT)
def chain(bundle: Bundle, case_id: str) -> tuple[Link, ...]:
    """Acts and responses in one sequence; support is told apart (see `support`).

    Acts keep their order; of a response dated only to a month or a year nothing is known but that it was made by the end of it,
    so it stands there. On the same day it comes after the acts that it answers; without a date it comes last.
    """
    frame = acts(bundle, case_id)
    latest: pd.Timestamp | None = None
    found: list[tuple[tuple[Any, ...], Link]] = []
    for place, (key, start, grade) in enumerate(zip(frame["incident_id"], frame["period_start"], frame["grade"], strict=True)):
        if not pd.isna(start):
            latest = start if latest is None else max(latest, start)
        row = bundle.row("incidents", key)
        found.append(((latest or pd.Timestamp.min, 0, place), Link("incident", key, row or {}, str(grade))))
    for place, row in enumerate(_responses(bundle, case_id)):
        if row["kind"] != SUPPORT:
            stages = _stages(bundle, row["response_id"])
            grade = rules.grade([rules.sources(bundle)[key] for key in split(row["source_ids"])])
            found.append(((_made_by(row), 1, place), Link("response", row["response_id"], row, grade, stages)))
    return tuple(link for _, link in sorted(found, key=lambda entry: entry[0]))


def support(bundle: Bundle, case_id: str) -> list[Row]:
    """Who helped: lawyers, organisations, media."""
    return [row for row in _responses(bundle, case_id) if row["kind"] == SUPPORT]


@lru_cache(maxsize=CASES_KEPT)
def _responses(bundle: Bundle, case_id: str) -> list[Row]:
    return rows_about(bundle, "responses", "case_id", [case_id])


def _stages(bundle: Bundle, response_id: str) -> tuple[Row, ...]:
    return tuple(sorted(rows_about(bundle, "response_events", "response_id", [response_id]), key=_made_by))


def _made_by(row: Row) -> pd.Timestamp:
    """The last day by which something that has one day was done; the beginning of a span; the end of all days if undated."""
    if "/" in row["period"] or pd.isna(row["period_end"]):
        return pd.Timestamp.max if pd.isna(row["period_start"]) else row["period_start"]
    return row["period_end"] - pd.Timedelta(days=1)


# ── status ───────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Status:
    """A state and the update that says so. `day` is the day it stands for; None if the update is known to a year or less."""

    code: str
    period: str
    day: date | None
    record_id: str
    update_id: str


@lru_cache(maxsize=CASES_KEPT)
def status(bundle: Bundle, case_id: str) -> Status | None:
    """The state of a case: that of the latest dated update of any of its acts; None without one, for a status without a day is none."""
    return status_of(bundle, acts(bundle, case_id)["incident_id"])


def status_of(bundle: Bundle, incident_ids: Iterable[str]) -> Status | None:
    """The latest dated state among these acts. Of several of the same day the last in the table stands."""
    dated = [
        row
        for row in rows_about(bundle, "status_updates", "record_id", incident_ids)
        if row["period"] and row["status"] not in NO_STATE and not pd.isna(row["period_end"])
    ]
    if not dated:
        return None
    row = max(enumerate(dated), key=lambda entry: (entry[1]["period_end"], entry[1]["period_start"], entry[0]))[1]
    return Status(row["status"], row["period"], day_of(row["period"]), row["record_id"], row["update_id"])


def day_of(edtf: str) -> date | None:
    """The day a dated update speaks for: itself, or the last day of its month; None where it is less exact than a month."""
    period = parse_period(edtf)
    if period.start is None or period.end is None or (period.end - period.start).days > 31:
        return None
    return period.end - timedelta(days=1)


def in_words(found: Status, words: Words) -> str:
    """ "suspended (as of 31 May 2019)": never without its date."""
    when = words.date(found.day) if found.day else words.date(found.period)
    return words("case.status_as_of", status=words.label("status", found.code), date=when)


# ── answers ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Answers:
    """What the accused side said of an act. `company` is a code of the list company_answer, or "" if no company is named.

    `denials` are claims that deny or correct what is said of the act; `replies` and `waiting` the complaints about it that a State
    or court answered, and those it did not; `state` says whether a State body is named as the one who did it.
    """

    company: str
    state: bool
    denials: tuple[Row, ...]
    replies: tuple[str, ...]
    waiting: tuple[str, ...]


def answers(bundle: Bundle, row: Row) -> Answers:
    """The answers to one act."""
    key = row["incident_id"]
    claims = rows_about(bundle, "claims", "record_id", [key])
    states = _states(bundle)
    about = [states[r["response_id"]] for r in rows_about(bundle, "responses", "incident_ids", [key]) if r["response_id"] in states]
    asked = [(response, state) for response, state, who in about if who == "state"]
    return Answers(
        (row["company_answer"] or "unknown") if row["company_ids"] else "",
        bool(rules.state_bodies(bundle) & set(split(row["perpetrator_types"]))),
        tuple(claim for claim in claims if claim["stance"] in {"denies", "corrects"}),
        tuple(response for response, state in asked if state in {"answered", "closed"}),
        tuple(response for response, state in asked if state not in {"answered", "closed"}),
    )


@lru_cache(maxsize=2)
def _states(bundle: Bundle) -> Mapping[str, tuple[str, str, str]]:
    frame = docket(bundle)
    columns = (frame[name] for name in ("response_id", "state", "asked"))
    return {key: (key, state, asked) for key, state, asked in zip(*columns, strict=True)}


# ── claims that differ ───────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=CASES_KEPT)
def contradictions(bundle: Bundle, case_id: str) -> dict[str, list[Row]]:
    """By topic: every claim about something in this case of which sources say more than one thing."""
    keys = [case_id, *acts(bundle, case_id)["incident_id"], *(row["response_id"] for row in _responses(bundle, case_id))]
    topics = dict.fromkeys(row["topic"] for row in rows_about(bundle, "claims", "record_id", keys))
    told = {topic: rows_about(bundle, "claims", "topic", [topic]) for topic in topics}
    return {topic: rows for topic, rows in told.items() if len(rows) > 1}


# ── what is missing ──────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Gap:
    """Something a reader would look for and not find: what (a word of the interface), how often, and the records it concerns."""

    key: str
    ids: tuple[str, ...]
    of: int


@lru_cache(maxsize=CASES_KEPT)
def missing(bundle: Bundle, case_id: str) -> tuple[Gap, ...]:
    """What this file lacks, in the order a lawyer would ask."""
    frame = acts(bundle, case_id)
    responses = _responses(bundle, case_id)
    cited = cited_sources(bundle, case_id)
    sources = [row for key in cited if (row := bundle.row("sources", key)) is not None]
    # A register that a complaint cites is no document of what was done.
    told = [row for key in dict.fromkeys(k for cell in frame["source_ids"] for k in split(cell)) if (row := bundle.row("sources", key))]
    open_ended = [
        row["record_id"] for row in rows_about(bundle, "status_updates", "record_id", frame["incident_id"]) if row["status"] == "not_found"
    ]
    inexact = [
        key
        for key, start, end in zip(frame["incident_id"], frame["period_start"], frame["period_end"], strict=True)
        if not _is_day(start, end)
    ]
    inexact += [row["response_id"] for row in responses if not _is_day(row["period_start"], row["period_end"])]
    silent = frame.loc[
        (frame["company_ids"] != "") & frame["company_answer"].isin(["no_reply_found", "unknown", "not_asked", ""]), "incident_id"
    ]
    gaps = [
        Gap("status", () if status(bundle, case_id) else tuple(frame["incident_id"]), len(frame)),
        Gap("outcome", tuple(dict.fromkeys(open_ended)), len(frame)),
        Gap(
            "document",
            () if any(row["type"] in rules.primary_types(bundle) for row in told) else tuple(row["source_id"] for row in told),
            len(told),
        ),
        Gap("company", tuple(silent), len(frame)),
        Gap("date", tuple(inexact), len(frame) + len(responses)),
        Gap("excerpt", tuple(row["source_id"] for row in sources if row["read_extent"] in NOT_READ_WHOLE), len(sources)),
        Gap("archive", tuple(row["source_id"] for row in sources if not row["archive_url"]), len(sources)),
    ]
    return tuple(gap for gap in gaps if gap.ids)


def _is_day(start: Any, end: Any) -> bool:
    return not (pd.isna(start) or pd.isna(end)) and (end - start).days == 1


@lru_cache(maxsize=CASES_KEPT)
def cited_sources(bundle: Bundle, case_id: str) -> list[str]:
    """Every source that the case, its acts, responses, stages and updates cite, each once."""
    frame, responses = acts(bundle, case_id), _responses(bundle, case_id)
    case = bundle.row("cases", case_id)
    keys = [row["response_id"] for row in responses]
    rows = [
        *([case] if case else []),
        *responses,
        *rows_about(bundle, "response_events", "response_id", keys),
        *rows_about(bundle, "status_updates", "record_id", [*frame["incident_id"], *keys]),
    ]
    cells = [*frame["source_ids"], *(row["source_ids"] for row in rows)]
    return list(dict.fromkeys(key for cell in cells for key in split(cell)))


# ── how sure ─────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=CASES_KEPT)
def grades(bundle: Bundle, case_id: str) -> dict[str, tuple[str, ...]]:
    """The acts of a case by grade of corroboration, the best grade first."""
    frame = acts(bundle, case_id)
    found: dict[str, list[str]] = {}
    for key, grade in zip(frame["incident_id"], frame["grade"].astype(str), strict=True):
        found.setdefault(grade, []).append(key)
    return {grade: tuple(found[grade]) for grade in sorted(found, reverse=True)}


# ── which cases ──────────────────────────────────────────────────────────────────────────────────
def matching(frame: pd.DataFrame, first: str) -> list[str]:
    """The cases of these acts (in order of time), `first` on top if it is among them, then those with the latest act."""
    latest = list(dict.fromkeys(reversed(frame["case_id"].tolist())))
    return sorted((case for case in latest if case), key=lambda case: case != first)
