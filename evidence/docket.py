"""The docket: what was asked, of whom, since when, by when an answer was due, and what came back.

Pure, and as of the day the bundle was published, so that the same bundle always says the same. A due date is never guessed:
it is that of a row of `deadlines` graded A or B which was in force when the clock began, or there is none and the reason is
said. Days are ranges, because most dates are: a complaint of "2019" may be 365 days younger than it looks.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from evidence.model import Bundle, Period, intervals, parse_period, split

# States in the order a reader looks for them; each has its words in the list docket_state of vocabulary.csv.
STATES = ("overdue", "silent", "open", "answered", "closed", "not_asked")
WAITING = frozenset({"overdue", "silent", "open"})
# Only a State or a company is held to a clock; for the UN, treaty bodies and ombudsmen days are counted without blame.
CLOCKED = frozenset({"state", "company"})
VERIFIED = frozenset({"A", "B"})
EVENTS_MINIMUM = 5  # no median under this many answers
GENERAL_RULE = "state_body"  # a rule for state bodies in general holds for every authority


# ── days and clocks ──────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, order=True)
class Days:
    """A number of days as exactly as the dates allow."""

    low: int
    high: int

    @property
    def middle(self) -> float:
        """What a median takes for the number of days."""
        return (self.low + self.high) / 2


def days_between(first: Period, last: Period) -> Days | None:
    """The least and the most days that may lie between two dates; None if a bound is open or the order is impossible."""
    if first.start is None or first.end is None or last.start is None or last.end is None:
        return None
    high = (last.end - timedelta(days=1) - first.start).days
    return None if high < 0 else Days(max((last.start - (first.end - timedelta(days=1))).days, 0), high)


def one_day(day: date) -> Period:
    """A day as a period."""
    return parse_period(day.isoformat())


@lru_cache(maxsize=16)
def _calendar(country: str) -> Any:
    # Imported here: the calendars are wanted by one page only.
    import holidays

    return holidays.country_holidays(country)


@lru_cache(maxsize=64)
def _has_calendar(country: str) -> bool:
    from holidays.utils import list_supported_countries

    return country in list_supported_countries()


def due_day(start: date, length: int, unit: str, country: str) -> date:
    """The last day of a clock that begins to run the day after `start`.

    Working days leave out the country's weekends and public holidays and count the Saturdays that it made working days.
    """
    if unit == "working_days":
        return _calendar(country).get_nth_working_day(start, length)
    if unit in {"days", "calendar_days"}:
        return start + timedelta(days=length)
    if unit == "weeks":
        return start + timedelta(weeks=length)
    if unit == "months":
        return (pd.Timestamp(start) + pd.DateOffset(months=length)).date()
    raise ValueError(f"a clock in {unit} has no due day")


@dataclass(frozen=True)
class Clock:
    """When an answer was due: the rule and the day (a range where the filing is known to a month or a year).

    Without a due date `why` says so: "before" (the verified rule begins only on `since`), "none" (no verified rule), "undated".
    """

    deadline_id: str = ""
    first: date | None = None
    last: date | None = None
    why: str = ""
    since: date | None = None


def clock(rules: Iterable[Mapping[str, Any]], mechanism: str, family: str, country: str, filed: Period | None) -> Clock:
    """The due date that a verified rule in force gives to what was filed then with that mechanism."""
    if filed is None or filed.start is None or filed.end is None:
        return Clock(why="undated")
    later = []
    for rule in rules:
        if rule["country"] != country or not (
            rule["mechanism"] == mechanism or (rule["mechanism"] == GENERAL_RULE and family == "authority")
        ):
            continue
        begins, ends = rule["valid_from_start"], rule["valid_to_end"]
        if pd.Timestamp(filed.start) < begins:
            later.append(begins.date())
        elif pd.isna(ends) or pd.Timestamp(filed.end) <= ends:
            length = int(rule["length_max"])
            days = [due_day(day, length, rule["unit"], country) for day in (filed.start, filed.end - timedelta(days=1))]
            return Clock(rule["deadline_id"], days[0], days[1])
    return Clock(why="before", since=min(later)) if later else Clock(why="none")


def answer_rules(bundle: Bundle) -> list[dict[str, Any]]:
    """The rules that set a date for an answer and may be relied on: graded A or B, with a length and a known first day of force."""
    rules = bundle["deadlines"]
    units = {"working_days", "calendar_days", "days", "weeks", "months"}
    sound = (
        rules["confidence"].isin(VERIFIED)
        & (rules["awaits"] == "replied")
        & rules["unit"].isin(units)
        & rules["length_max"].notna()
        & rules["valid_from_start"].notna()
        & (rules["country"] != "")
    )
    # A clock in working days needs the calendar of its country.
    sound &= (rules["unit"] != "working_days") | rules["country"].map(_has_calendar).astype(bool)
    exact = rules[sound].sort_values("mechanism", key=lambda codes: codes == GENERAL_RULE)  # a mechanism's own rule goes first
    return exact.to_dict("records")


# ── the docket ───────────────────────────────────────────────────────────────────────────────────
def as_of(bundle: Bundle) -> date:
    """The day on which everything here is said."""
    return date.fromisoformat(bundle.published)


def who_is_asked(family: str, role: str, against_kind: str) -> str:
    """Who would answer: "state", "company", "international", or "none" where nobody is bound to.

    A complaint asks the body it was sent to; a letter of a mechanism asks the State or the company it was written to.
    """
    if role == "act" or family == "civil":
        return "none"
    if role == "communication":
        return {"state": "state", "party": "state", "company": "company"}.get(against_kind, "international")
    return {"authority": "state", "court": "state", "company": "company"}.get(family, "international")


def state_of(asked: str, stage: str, came: Period | None, due: Clock, today: date) -> str:
    """One of `STATES`; `stage` is the group of the latest stage (stage_group), `came` the first answer or end."""
    if asked == "none":
        return "not_asked"
    if stage == "end":
        return "closed"
    if came is not None or stage == "answer":
        return "answered"
    if due.last is not None:
        return "overdue" if today > due.last else "open"
    return "silent" if asked in CLOCKED else "open"


@lru_cache(maxsize=2)
def docket(bundle: Bundle) -> pd.DataFrame:
    """Every response of the bundle with its clock: one row each, in the order of the bundle; kept as long as the bundle is.

    Columns: response_id, case_id, mechanism, family, kind, role, asked, stage, state, filed and came (EDTF, with `_start`, `_end`),
    step_of (the response whose later step this is), days_min, days_max (from filing to what came, or to the day of the bundle),
    deadline_id, due_first, due_last, late_days (surely over the due day), no_due, no_due_since, response_type, country, newest_source.
    """
    today, rules = as_of(bundle), answer_rules(bundle)
    parents = {(row.list, row.code): row.parent for row in bundle["vocabulary"].itertuples()}
    steps = _steps(bundle, parents)
    step_of = _step_of(bundle["responses"], steps)
    told = {child: steps[child].came for child in step_of if steps[child].came}
    rows = []
    for row in bundle["responses"].to_dict("records"):
        key, mechanism = row["response_id"], row["mechanism"]
        family, role = parents.get(("mechanism", mechanism), ""), parents.get(("response_kind", row["kind"]), "act")
        own = steps[key]
        filed = own.filed or (steps[step_of[key]].filed if key in step_of else None)
        later = [came for child, parent in step_of.items() if parent == key and (came := told.get(child))]
        came = own.came or min(later, key=lambda period: period.start or date.min, default=None)
        asked = who_is_asked(family, role, row["against_kind"])
        due = clock(rules, mechanism, family, row["country"], filed) if asked in CLOCKED else Clock()
        state = state_of(asked, parents.get(("response_stage", row["stage"]), ""), came, due, today)
        until = came if state in {"answered", "closed"} else one_day(today) if state in WAITING else None
        days = days_between(filed, until) if filed and until else None
        over = days_between(one_day(due.last), until) if due.last and until else None
        rows.append(
            {
                "response_id": key, "case_id": row["case_id"], "mechanism": mechanism, "family": family, "kind": row["kind"], "role": role,
                "asked": asked, "stage": row["stage"], "state": state, "filed": filed.edtf if filed else "", "came": came.edtf if came else "",
                "step_of": step_of.get(key, ""), "days_min": days.low if days else None, "days_max": days.high if days else None,
                "deadline_id": due.deadline_id, "due_first": due.first, "due_last": due.last, "late_days": over.low if over else None,
                "no_due": due.why, "no_due_since": due.since, "response_type": row["response_type"], "country": row["country"],
                "newest_source": own.newest,
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(("days_min", "days_max", "late_days"), "Int64"))
    # Codes as plain objects: looking many of them up in a set is several times faster than in Arrow text.
    frame = frame.astype({name: object for name in COLUMNS if frame[name].dtype == "str"})
    for name in ("filed", "came"):
        frame[f"{name}_start"], frame[f"{name}_end"] = intervals(frame[name])
    return frame


COLUMNS = [
    "response_id", "case_id", "mechanism", "family", "kind", "role", "asked", "stage", "state", "filed", "came", "step_of", "days_min", "days_max",
    "deadline_id", "due_first", "due_last", "late_days", "no_due", "no_due_since", "response_type", "country", "newest_source",
]  # fmt: skip


@dataclass(frozen=True)
class _Steps:
    """What the dated stages of one response say: when it was sent, when the first answer or the end came, its newest source."""

    filed: Period | None
    came: Period | None
    newest: str


def _steps(bundle: Bundle, parents: Mapping[tuple[str, str], str]) -> dict[str, _Steps]:
    events: dict[str, list[tuple[Period, str, str]]] = {}
    table = bundle["response_events"]
    for key, when, stage, cited in zip(*(table[name] for name in ("response_id", "period", "stage", "source_ids")), strict=True):
        events.setdefault(key, []).append((parse_period(when), parents.get(("response_stage", stage), ""), cited))
    sources = bundle["sources"]
    dates = {key: text for key, text in zip(sources["source_id"], sources["date"], strict=True) if text}

    def first(of: list[tuple[Period, str, str]], *groups: str) -> Period | None:
        found = [period for period, group, _ in of if group in groups]
        return min(found, key=lambda period: (period.start or date.min, period.end or date.max), default=None)

    result = {}
    for key, cited in zip(bundle["responses"]["response_id"], bundle["responses"]["source_ids"], strict=True):
        mine = events.get(key, [])
        filed = first(mine, "start")
        # What is dated surely before the filing answers something else.
        after = [event for event in mine if filed is None or filed.start is None or event[0].end is None or event[0].end > filed.start]
        read = [dates[source] for cell in (cited, *(event[2] for event in mine)) for source in split(cell) if source in dates]
        newest = max(read, key=lambda text: parse_period(text).start or date.min, default="")
        result[key] = _Steps(filed, first(after, "answer") or first(after, "end"), newest)
    return result


def _step_of(responses: pd.DataFrame, steps: Mapping[str, _Steps]) -> dict[str, str]:
    """For each response without a filing of its own: the earlier filing of the same case, mechanism and kind that it continues."""
    filings: dict[tuple[str, str, str], list[str]] = {}
    rows = list(zip(*(responses[name] for name in ("response_id", "case_id", "mechanism", "kind")), strict=True))
    for key, *same in rows:
        if steps[key].filed:
            filings.setdefault(tuple(same), []).append(key)
    result = {}
    for key, *same in rows:
        mine = steps[key]
        if mine.filed or mine.came is None:
            continue
        earlier = [other for other in filings.get(tuple(same), []) if days_between(steps[other].filed, mine.came)]  # type: ignore[arg-type]
        if earlier:
            result[key] = max(earlier, key=lambda other: steps[other].filed.start)  # type: ignore[union-attr]
    return result


@lru_cache(maxsize=2)
def _cases_with_acts(bundle: Bundle) -> frozenset[str]:
    return frozenset(bundle["incidents"]["case_id"])


def chosen(bundle: Bundle, case_ids: Iterable[str], *, unfiltered: bool) -> pd.DataFrame:
    """The rows of the docket that belong to these cases; and, if the reader filtered nothing, those of cases without any act.

    What a reader looks for first stands first: by state, the longest wait on top.
    """
    frame = docket(bundle)
    keep = frame["case_id"].isin(set(case_ids))
    if unfiltered:
        keep |= ~frame["case_id"].isin(_cases_with_acts(bundle))
    rank = frame["state"].map({state: at for at, state in enumerate(STATES)})
    order = (
        frame.assign(rank=rank, wait=-frame["days_max"].fillna(-1))[keep].sort_values(["rank", "wait", "response_id"], kind="stable").index
    )
    return frame.loc[order].reset_index(drop=True)


def asked_of(rows: pd.DataFrame, state: str, mechanism: str) -> tuple[str, str]:
    """The state and the mechanism that a link asks for, as far as any row has them."""
    return state if (rows["state"] == state).any() else "", mechanism if (rows["mechanism"].astype(str) == mechanism).any() else ""


def narrowed(rows: pd.DataFrame, state: str, mechanism: str) -> pd.DataFrame:
    """The rows in one state and to one mechanism; an empty word asks for all."""
    keep = (rows["state"] == state) | (state == "")
    return rows[keep & ((rows["mechanism"].astype(str) == mechanism) | (mechanism == ""))]


# ── by mechanism ─────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Waits:
    """How long answers took. `median` (Kaplan–Meier: those still waiting count as at least so long) only from `EVENTS_MINIMUM` answers on.

    `low` and `high` bound the median at 95%; None where the waits do not bound it.
    """

    answered: tuple[Days, ...]
    waiting: tuple[Days, ...]
    median: float | None = None
    low: float | None = None
    high: float | None = None


def waits(rows: pd.DataFrame) -> Waits:
    """The waits of rows with a known filing; a later step of the same matter is not a second wait."""
    columns = (rows[name].tolist() for name in ("step_of", "state", "days_min", "days_max"))
    spans = [
        (Days(int(low), int(high)), state in WAITING) for step, state, low, high in zip(*columns, strict=True) if not step and pd.notna(low)
    ]
    answered = tuple(sorted(days for days, still in spans if not still))
    waiting = tuple(sorted(days for days, still in spans if still))
    if len(answered) < EVENTS_MINIMUM:
        return Waits(answered, waiting)
    # Imported here: scipy.stats takes a second that pages without a median do not have.
    from scipy.stats import CensoredData, ecdf

    survival = ecdf(CensoredData(uncensored=[days.middle for days in answered], right=[days.middle for days in waiting])).sf
    with warnings.catch_warnings():
        # Where all or none are left the bounds are not defined; `_half` passes over them.
        warnings.simplefilter("ignore", RuntimeWarning)
        bounds = survival.confidence_interval(method="log-log")
    return Waits(answered, waiting, _half(survival), _half(bounds.low), _half(bounds.high))


def _half(survival: Any) -> float | None:
    """The first time at which at most half are still waiting; None if it never comes to that."""
    # A product of fractions that is exactly a half may come out a hair above it.
    passed = np.flatnonzero(survival.probabilities <= 0.5 + 1e-9)
    return float(survival.quantiles[passed[0]]) if len(passed) else None


@dataclass(frozen=True)
class Group:
    """What is recorded of one mechanism, one family of them, or one kind of addressee. `ids` are its rows."""

    code: str
    ids: tuple[str, ...]
    asks: int  # ask for an answer
    answered: int  # answered or closed
    waits: Waits
    came_back: tuple[tuple[str, int], ...]  # (response_type, how many), of those that ask for an answer


def groups(rows: pd.DataFrame, column: str) -> list[Group]:
    """The rows by any column of codes ("mechanism", "family", "asked"), the fullest group first."""
    found = []
    lean = rows[["response_id", "asked", "state", "step_of", "days_min", "days_max", "response_type"]]
    for code, part in lean.groupby(rows[column].astype(str), sort=False):
        asking = part[part["asked"] != "none"]
        kinds = asking["response_type"].astype(str).value_counts()
        found.append(
            Group(
                str(code),
                tuple(part["response_id"]),
                len(asking),
                int(asking["state"].isin(["answered", "closed"]).sum()),
                waits(part),
                tuple((str(kind), int(n)) for kind, n in kinds.items() if kind != "not_applicable"),
            )
        )
    return sorted(found, key=lambda group: (-len(group.ids), group.code))
