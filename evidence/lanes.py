"""Incidents into lanes: who stands where, what lasted, what was not known yet, and the order inside a day.

Everything here is dates and sets; nothing draws. A day is a float: days since 1970, so that halves of a day can be said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from evidence.model import BY_KEY, Facet, Period, day_number, parse_period, split

# ── lanes ────────────────────────────────────────────────────────────────────────────────────────
Mode = Facet  # one way to sort acts into lanes
# As one filters; but a lane of a defender is a person's, and the kinds of defender are called victim here.
MODES = {
    mode.key: mode
    for mode in (
        BY_KEY["case"],
        Mode("defender", "people_ids", table="people"),
        BY_KEY["type"],
        Mode("family", "types", terms="act_family"),
        BY_KEY["perpetrator"],
        BY_KEY["place"],
        BY_KEY["company"],
    )
}
# Further ways to count, which make no lanes.
DIMENSIONS = MODES | {
    mode.key: mode
    for mode in (
        Mode("victim", "defender_types", terms="defender_type"),
        *(BY_KEY[key] for key in ("country", "relation", "grade")),
        Mode("year", "period"),
    )
}
ORDERS = ("latest", "count", "name")
MIXED = "mixed"  # the year of an act that may have been in one of several


@dataclass(frozen=True, eq=False)
class Lanes:
    """Acts in lanes. `members` holds each standing of an act in a lane (`row` in the frame, `lane`); the lane "" is of those without one.

    `summary` is one row a lane: `lane`, `n` acts, `latest` day (since 1970), in the order asked for, the lane "" last.
    """

    mode: Mode
    acts: int
    members: pd.DataFrame
    summary: pd.DataFrame

    @property
    def repeated(self) -> int:
        """How many acts stand in more than one lane."""
        return int((self.members["row"].value_counts() > 1).sum())


def members(frame: pd.DataFrame, mode: Mode, families: Mapping[str, str]) -> pd.DataFrame:
    """(`row`, `lane`) for each lane an act stands in: every act at least once, in no lane twice.

    Args:
        frame: incidents.
        mode: what the lanes are.
        families: act type to its family.
    """
    if mode.key == "year":
        starts, ends = frame["period_start"], frame["period_end"] - pd.Timedelta(days=1)
        years = starts.dt.year.astype("Int64").astype(str).where(starts.dt.year == ends.dt.year, MIXED)
        return pd.DataFrame({"row": np.arange(len(frame)), "lane": years.where(starts.notna() & ends.notna(), "").to_numpy(dtype=object)})
    cells = frame[mode.column].astype(str).reset_index(drop=True)
    if mode.key == "family":
        cells = cells.map({cell: ";".join(families.get(code, "") for code in split(cell)) for cell in cells.unique()})
    at, cells = pd.factorize(cells)
    parts = [list(dict.fromkeys(split(cell))) or [""] for cell in cells]
    sizes = np.array([len(codes) for codes in parts], dtype=np.int64)
    codes = np.array([code for codes in parts for code in codes], dtype=object)
    # Each act's codes lie in `codes` from where its cell's begin.
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)[at] if len(sizes) else at
    of_act = sizes[at] if len(sizes) else at
    rows = np.repeat(np.arange(len(at)), of_act)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(of_act) - of_act, of_act)
    return pd.DataFrame({"row": rows, "lane": codes[np.repeat(first, of_act) + within] if len(rows) else codes})


def lanes(frame: pd.DataFrame, mode: Mode, families: Mapping[str, str], name: Callable[[str], str], order: str = "latest") -> Lanes:
    """Sort incidents into the lanes of a mode; no lane is empty. `name` is what a reader calls a lane."""
    if order not in ORDERS:
        raise ValueError(f"lanes are ordered by {', '.join(ORDERS)}, not by {order!r}")
    standing = members(frame, mode, families)
    latest = frame["period_start"].fillna(frame["period_end"]).to_numpy("datetime64[D]").astype("int64")
    at, codes = pd.factorize(standing["lane"])
    last = np.full(len(codes), np.iinfo(np.int64).min)
    np.maximum.at(last, at, latest[standing["row"].to_numpy()])
    summary = pd.DataFrame({"lane": codes.astype(object), "n": np.bincount(at, minlength=len(codes)), "latest": last})
    # A lane of those without one comes last whatever the order; ties fall by code, so that the order is the same each time.
    keys = {
        "latest": lambda: [-summary["latest"], -summary["n"]],
        "count": lambda: [-summary["n"], -summary["latest"]],
        "name": lambda: [summary["lane"].map(lambda lane: name(lane).casefold())],
    }[order]()
    by = pd.DataFrame({"none": summary["lane"] == "", **{f"key{n}": key for n, key in enumerate(keys)}, "lane": summary["lane"]})
    return Lanes(mode, len(frame), standing, summary.loc[by.sort_values(list(by.columns), kind="stable").index].reset_index(drop=True))


# ── spans ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Span:
    """When: begins between `a` and `b`, surely lasts from `b` to `c`, ends between `c` and `d`; infinite where open.

    `exact` is a single day that the source states without a doubt.
    """

    a: float
    b: float
    c: float
    d: float
    exact: bool


def day(when: date) -> float:
    """A date as days since 1970."""
    return float(day_number(when))


def _bounds(period: Period) -> tuple[float, float]:
    return (-math.inf if period.start is None else day(period.start)), (math.inf if period.end is None else day(period.end))


@lru_cache(maxsize=200_000)
def span(edtf: str) -> Span | None:
    """The span of an EDTF date. `x/y` lasts from x to y; a date without a slash is once, somewhere inside. None if there is no date."""
    if not edtf:
        return None
    period = parse_period(edtf)
    a, d = _bounds(period)
    if "/" not in edtf:
        if period.is_day:
            return Span(a, a, d, d, not (period.approximate or period.uncertain))
        middle = (a + d) / 2
        return Span(a, middle, middle, d, False)
    left, _, right = edtf.partition("/")
    b = a if left in {"", ".."} else _bounds(parse_period(left))[1]
    c = d if right in {"", ".."} else _bounds(parse_period(right))[0]
    left_day, right_day = left[:10].count("-") == 2, right[:10].count("-") == 2
    # A side given to the day has no soft edge, unless its source doubts it.
    b = a if left_day and not left.endswith(("~", "?", "%")) else b
    c = d if right_day and not right.endswith(("~", "?", "%")) else c
    if b > c:
        b = c = (max(a, c) + min(b, d)) / 2
    return Span(a, b, c, d, False)


# ── states with duration ─────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Kind:
    """A state that lasts: the acts that open it, the statuses that say it runs or has ended, the later acts that end it."""

    key: str
    opens: frozenset[str]
    runs: frozenset[str]
    ends: frozenset[str]
    ended_by: frozenset[str] = frozenset()


KINDS = (
    Kind(
        "custody",
        frozenset({"arrest_criminal", "arrest_admin"}),
        frozenset({"detained", "serving_sentence"}),
        frozenset({"released", "released_early"}),
        frozenset({"conditional_release"}),
    ),
    Kind(
        "case",
        frozenset({"criminal_case"}),
        frozenset({"open", "pending", "suspended", "upheld"}),
        frozenset({"dropped", "closed", "convicted", "acquitted", "quashed"}),
        frozenset({"conviction"}),
    ),
    Kind("suit", frozenset({"civil_suit"}), frozenset({"open", "pending", "suspended", "upheld", "reduced"}), frozenset({"dropped", "closed", "quashed"})),
    Kind(
        "ban",
        frozenset({"travel_restriction", "restriction_order"}),
        frozenset({"open", "upheld", "reduced"}),
        frozenset({"dropped", "closed", "quashed", "expired"}),
    ),
    Kind("suspension", frozenset({"org_restriction"}), frozenset({"open", "pending", "suspended", "upheld"}), frozenset({"dropped", "quashed", "expired"})),
    Kind("freeze", frozenset({"asset_freeze"}), frozenset({"open", "pending", "upheld"}), frozenset({"dropped", "closed", "quashed"})),
)  # fmt: skip
# Said of a record that opened several states, these do not tell which of them was meant.
VAGUE = frozenset({"upheld", "reduced"})
# A conviction is custody only if a dated or undated status says that the person was held or let go.
HELD = frozenset({"detained", "serving_sentence", "released", "released_early"})
STATE_COLUMNS = ["incident_id", "kind", "opened_by", "a", "b", "c", "d", "end", "status", "when"]


@dataclass(frozen=True)
class Act:
    """What states need to know of an incident."""

    key: str
    case: str
    types: tuple[str, ...]
    people: frozenset[str]
    edtf: str
    when: Span | None


@dataclass(frozen=True)
class Said:
    """A dated (or undated) word about a state: a status, or the type of a later act."""

    status: str
    edtf: str
    when: Span | None


def states(shown: pd.DataFrame, whole: pd.DataFrame, updates: pd.DataFrame) -> pd.DataFrame:
    """What the acts of `shown` began and how long it is known to have lasted.

    `end` says how it stands: "ended" (on a date), "undated" (ended, the source does not say when), "open" (the last dated
    word, `status` of `when`, is that it runs), "silent" (nothing later tells). `a` to `d` are as in Span, up to the last
    thing known; a state is never longer than its sources say.

    Args:
        shown: the incidents whose states are wanted.
        whole: all incidents, so that an end does not depend on what is filtered out.
        updates: status_updates.
    """
    opening = frozenset().union(*(kind.opens for kind in KINDS)) | {"conviction"}
    opens = np.array([bool(opening & set(split(cell))) for cell in shown["types"]], dtype=bool)
    candidates = _acts(shown[opens])
    own: dict[str, list[Said]] = {act.key: [] for act in candidates}
    for row in updates[updates["record_id"].isin(own)][["record_id", "status", "period"]].itertuples(index=False):
        own[row.record_id].append(Said(str(row.status), row.period, span(row.period)))
    chains: dict[str, list[Act]] = {}
    for act in _acts(whole[whole["case_id"].isin({act.case for act in candidates} - {""})]):
        chains.setdefault(act.case, []).append(act)
    found = []
    for act in candidates:
        if act.when is None:
            continue
        # What is dated before the act is about something else.
        said = [word for word in own[act.key] if word.when is None or word.when.d > act.when.a]
        opened = {kind: code for kind in KINDS if (code := next((code for code in act.types if code in kind.opens), ""))}
        if "conviction" in act.types and KINDS[0] not in opened and any(word.status in HELD for word in said):
            opened[KINDS[0]] = "conviction"
        if len(opened) > 1:
            said = [word for word in said if word.status not in VAGUE]
        for kind, code in opened.items():
            found.append((act.key, kind.key, code, *_lasting(act, act.when, kind, said, chains.get(act.case, []))))
    return pd.DataFrame(found, columns=STATE_COLUMNS)


def _acts(frame: pd.DataFrame) -> list[Act]:
    columns = frame[["incident_id", "case_id", "types", "people_ids", "period"]]
    return [
        Act(key, case, tuple(split(types)), frozenset(split(people)), edtf, span(edtf))
        for key, case, types, people, edtf in columns.itertuples(index=False, name=None)
    ]


def _lasting(act: Act, begins: Span, kind: Kind, said: list[Said], chain: list[Act]) -> tuple[float, float, float, float, str, str, str]:
    """a, b, c, d, end, status, when: as in `states`."""
    ranged = "/" in act.edtf
    a, b = (begins.a, begins.b) if ranged else (begins.a, begins.a if begins.exact else begins.d)
    # A later act of the case speaks for this state only if it concerns all the people of this one.
    later = [
        Said(code, other.edtf, other.when)
        for other in chain
        if other.key != act.key and act.people and act.people <= other.people and other.when is not None and other.when.c >= begins.a
        for code in other.types
    ]
    steps = kind.runs | ({"case_step"} if kind.key == "case" else set())
    ends = [word for word in said if word.status in kind.ends] + [word for word in later if word.status in kind.ended_by]
    runs = [word for word in said if word.status in kind.runs] + [word for word in later if word.status in steps]
    if ranged and math.isfinite(begins.d):
        runs.append(Said("", act.edtf, begins))
    end, last = _last(ends), _last(runs)
    if end is not None and end.when is not None:
        c = min(b, end.when.c)
        return a, c, max(end.when.a, c), end.when.d, "ended", end.status, end.edtf
    if last is not None and last.when is not None:
        # After a later word that fits no status, nobody can say that the state still runs.
        unclear = any(word.status == "other" and word.when is not None and word.when.d > last.when.d for word in said)
        how = "ended" if not last.status else "silent" if unclear else "open"
        c = min(b, last.when.c)
        return a, c, max(last.when.a if last.status else last.when.c, c), last.when.d, how, last.status, last.edtf
    undated = next((word.status for word in ends), "")
    return a, b, b, begins.d, "undated" if undated else "silent", undated, ""


def _last(words: list[Said]) -> Said | None:
    """The latest dated word."""
    return max((word for word in words if word.when is not None), key=lambda word: word.when.d if word.when else -math.inf, default=None)


def unknowing(shown: pd.DataFrame) -> pd.DataFrame:
    """For each act the person learned of only later: `incident_id`, the span `a`–`d` of not knowing, and `learned` as dated."""
    found = []
    for row in shown[shown["learned"] != ""][["incident_id", "period", "learned"]].itertuples(index=False):
        act, learned = span(row.period), span(row.learned)
        if act is not None and learned is not None and learned.a > act.a:
            begun = min(act.a if act.exact else act.d, learned.a)
            found.append((row.incident_id, act.a, begun, learned.a, learned.a if learned.exact else learned.d, row.learned))
    return pd.DataFrame(found, columns=["incident_id", "a", "b", "c", "d", "learned"])


# ── places in a lane ─────────────────────────────────────────────────────────────────────────────
def moments(spans: Collection[Span | None], lane_of: Collection[str]) -> np.ndarray:
    """Where each act's glyph stands: the middle of its span; acts of one lane on one day share the day in their order.

    Not a time of day: inside a day only the order is known.
    """
    middles = np.array([math.nan if s is None else _middle(s) for s in spans])
    days: dict[tuple[str, float], list[int]] = {}
    for at, (lane, s) in enumerate(zip(lane_of, spans, strict=True)):
        if s is not None and s.d - s.a == 1:
            days.setdefault((lane, s.a), []).append(at)
    for (_, start), acts in days.items():
        for order, at in enumerate(acts):
            middles[at] = start + (order + 0.5) / len(acts)
    return middles


def _middle(when: Span) -> float:
    if math.isinf(when.a):
        return when.d
    return when.a if math.isinf(when.d) else (when.a + when.d) / 2


def pack(left: np.ndarray, right: np.ndarray, limit: int) -> np.ndarray:
    """A row for each interval, so that none overlaps another in its row; at most `limit` rows, the fullest of which then overlap."""
    rows = np.zeros(len(left), dtype=int)
    free: list[float] = []
    for at in np.argsort(left, kind="stable"):
        open_rows = [row for row, until in enumerate(free) if until <= left[at]]
        if open_rows:
            row = open_rows[0]
        elif len(free) < limit:
            row = len(free)
            free.append(-math.inf)
        else:
            row = int(np.argmin(free))
        free[row] = max(free[row], right[at])
        rows[at] = row
    return rows


def bins(moment: np.ndarray, lane: np.ndarray, since: float, until: float, columns: int) -> pd.DataFrame:
    """Acts a lane and slice of time: `lane`, `at` (the middle of the slice), `n`. What many acts become on a screen of so many columns."""
    width = (until - since) / columns
    slot = np.clip(np.floor((moment - since) / width), 0, columns - 1)
    keep = ~np.isnan(slot)
    counted = pd.DataFrame({"lane": lane[keep], "slot": slot[keep].astype(int)}).value_counts(sort=False).rename("n").reset_index()
    return counted.assign(at=since + (counted["slot"] + 0.5) * width)


def steps(frame: pd.DataFrame, when: date) -> pd.DataFrame:
    """The acts dated to exactly this day, case by case; `order` counts from 1 inside a case, and is 0 where no order is recorded."""
    that = pd.Timestamp(when)
    on_day = frame[(frame["period_start"] == that) & (frame["period_end"] == that + pd.Timedelta(days=1))]
    ordered = on_day.sort_values(["case_id", "sequence", "incident_id"], kind="stable", na_position="last")
    alone = ordered.groupby("case_id")["incident_id"].transform("size") == 1
    rank = ordered.groupby("case_id").cumcount() + 1
    return ordered.assign(order=rank.where(ordered["sequence"].notna() | alone, 0).astype(int))
