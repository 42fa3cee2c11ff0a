"""What a briefing holds, whatever file it becomes: figures, acts in order, cases told, who answered, numbered sources.

A page of HTML (briefing.py) and slides (slides.py) are made from the same parts, so they cannot tell different things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evidence import casefile, counts, docket
from evidence.counts import Series
from evidence.model import Bundle, split
from evidence.report.citations import source_line
from evidence.report.progress import Tell, course, quiet
from evidence.words import Words, clean, enumerated, lower

TOLD = 3  # so many cases are told in full without being asked for
MOST = 1_500  # acts in the table; the rest is counted and said, for a file must open on any machine
CUSTODY = frozenset({"detention_short", "arrest_admin", "arrest_criminal"})
# Under so many acts dated to one year each a chart of years says less than the list.
CHARTED = counts.LIST_ONLY

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Number:
    """A key figure: the number, what it counts, and how sure it is."""

    value: str
    label: str
    note: str


@dataclass(frozen=True)
class Entry:
    """An act or an answer, each part in the reader's words; `cited` are numbers in the list of sources."""

    key: str
    kind: str  # "incident" or "response"
    when: str
    what: str
    where: str
    who: str
    by: str
    text: str
    state: str
    grade: str
    contested: bool
    cited: tuple[int, ...]


@dataclass(frozen=True)
class Told:
    """A case told in full."""

    key: str
    title: str
    summary: str
    status: str
    chain: tuple[Entry, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A source in the list: its number, how a bibliography has it, where it lies, how far it was read."""

    number: int
    key: str
    line: str
    address: str
    archive: str
    read: str


@dataclass(frozen=True, eq=False)
class Brief:
    """All that a briefing says. `left_out` acts of the selection are counted but not in the table."""

    title: str
    selection: str
    frame: pd.DataFrame
    numbers: tuple[Number, ...]
    years: Series | None
    acts: tuple[Entry, ...]
    left_out: int
    cases: tuple[Told, ...]
    answers: tuple[Entry, ...]
    sources: tuple[Source, ...]
    unlocated: int


class _Cited:
    """Sources by the order in which they are first cited."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, cell: str) -> tuple[int, ...]:
        return tuple(self.numbers.setdefault(key, len(self.numbers) + 1) for key in split(cell))


def gather(
    bundle: Bundle, words: Words, frame: pd.DataFrame, *, selection: str, cases: Sequence[str] = (), title: str = "", tell: Tell = quiet
) -> Brief:  # fmt: skip
    """Put a briefing together.

    Args:
        bundle: the evidence.
        words: the language of the briefing.
        frame: the acts, rows as from `select.index`, in order.
        selection: the selection in words, with n.
        cases: those to tell in full; without any, those of the acts if they are few.
        title: a sentence above all; made from the data if empty.
        tell: called with how far it is, at every case, act and answer.
    """
    cited = _Cited()
    own = list(dict.fromkeys(key for key in frame["case_id"] if key))
    told = list(cases) or (own if len(own) <= TOLD else [])
    told = [key for key in told if bundle.has("cases", key)]
    # A case that nobody asked for is told only as far as the selection reaches: what was filtered out is in no file.
    shown = None if cases else frozenset(frame["incident_id"])
    rows = docket.chosen(bundle, own, unfiltered=False)
    rows = rows[rows["asked"] != "none"]
    step = course(len(told) + min(len(frame), MOST) + len(rows), tell)

    def done(entry: Any) -> Any:
        step(1)
        return entry

    in_full = tuple(done(_told(bundle, words, key, cited, shown)) for key in told)
    acts = tuple(
        done(_act(bundle, words, key, grade, cited)) for key, grade in zip(frame["incident_id"][:MOST], frame["grade"][:MOST], strict=True)
    )
    answers = tuple(done(_answer(bundle, words, row, cited)) for row in rows.to_dict("records"))
    return Brief(
        title=title or _title(words, frame, told),
        selection=selection,
        frame=frame,
        numbers=_numbers(words, frame, own, rows, bundle),
        years=_years(frame),
        acts=acts,
        left_out=max(len(frame) - MOST, 0),
        cases=in_full,
        answers=answers,
        sources=tuple(_source(bundle, words, key, number) for key, number in cited.numbers.items()),
        unlocated=int((~frame["located"].astype(bool)).sum()),
    )


def span(frame: pd.DataFrame) -> tuple[str, str] | None:
    """First and last year of the acts, or None where none is dated."""
    starts, ends = frame["period_start"].dropna(), frame["period_end"].dropna()
    if starts.empty or ends.empty:
        return None
    return str(starts.min().year), str((ends.max() - pd.Timedelta(days=1)).year)


def _title(words: Words, frame: pd.DataFrame, told: Sequence[str]) -> str:
    if len(told) == 1:
        return words.name("cases", told[0])
    years = span(frame)
    if years is None:
        return words("brief.title_none")
    return words("brief.title", n=len(frame), since=years[0], until=years[1])


def _numbers(words: Words, frame: pd.DataFrame, cases: Sequence[str], rows: pd.DataFrame, bundle: Bundle) -> tuple[Number, ...]:
    """Five figures, with their intervals where they count events; the last is what the docket says of the requests."""
    custody = [bool(CUSTODY & set(split(cell))) for cell in frame["types"]]
    responses = bundle["responses"]
    concerned = responses[responses["case_id"].isin(cases) & (responses["kind"] != casefile.SUPPORT)]
    figures = {
        "incidents": counts.events(frame, "incident_id", "incident"),
        "custody": counts.events(frame[custody], "incident_id", "incident"),
        "cases": counts.things(list(cases), "case"),
        "responses": counts.things(list(concerned["response_id"]), "response"),
        "waiting": counts.things(list(rows.loc[rows["state"].isin(docket.WAITING), "response_id"]), "response"),
    }
    found = []
    for key, figure in figures.items():
        if figure.low is not None and figure.high is not None:
            note = words("figures.interval", low=round(figure.low, 1), high=round(figure.high, 1))
        else:
            note = words("figures.no_interval")
        found.append(Number(words.number(figure.value), words("brief.waiting") if key == "waiting" else words(f"figures.{key}"), note))
    return tuple(found)


def _years(frame: pd.DataFrame) -> Series | None:
    """Acts per year, where there are enough for a chart."""
    years = span(frame)
    if years is None or len(frame) < CHARTED:
        return None
    return counts.per_period(frame[["period_start", "period_end"]], "year", int(years[0]), int(years[1]))


def _said(words: Words, row: Row, stem: str) -> str:
    """A record's text, marked if it is not in the reader's language."""
    text = words.text(row, stem)
    return f"{text.words} ({words(f'text.in_{text.language}')})" if text.is_fallback and text.words else text.words


def _stopped(text: str) -> str:
    """A sentence with its full stop."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _act(bundle: Bundle, words: Words, key: str, grade: str, cited: _Cited) -> Entry:
    row = bundle.row("incidents", key) or {}
    place = words.name("places", row["place_id"]) if row["place_id"] else ""
    where = "; ".join(part for part in (place, words.text(row, "place_detail").words) if part)
    actors = casefile.actors(words, row, words.text(row, "perpetrator").words)
    asserted = words("case.asserted", who=lower(words.label("asserted_by", row["asserted_by"])))
    return Entry(
        key=key,
        kind="incident",
        when=words.date(row["period"]),
        what=enumerated(words.label("act_type", code) for code in split(row["types"])),
        where=where or words("card.no_place", country=words.label("country", row["country"])),
        who=_said(words, row, "victims"),
        by=f"{actors} ({asserted})",
        text=_said(words, row, "text"),
        state="",
        grade=words.label("corroboration", str(grade)),
        contested=bool(row["contested"]),
        cited=cited(row["source_ids"]),
    )


def _answer(bundle: Bundle, words: Words, row: Row, cited: _Cited) -> Entry:
    """A request that wants an answer: of whom, against whom, how long it has taken, what came back."""
    record = bundle.row("responses", row["response_id"]) or {}
    filed = words("docket.filed", date=words.date(row["filed"])) if row["filed"] else words("docket.filed_unknown")
    days = ""
    if pd.notna(row["days_min"]):
        low, high = int(row["days_min"]), int(row["days_max"])
        days = words.count(low, "day") if low == high else words("docket.days_range", low=low, high=high)
    state = words.label("docket_state", row["state"])
    return Entry(
        key=row["response_id"],
        kind="response",
        when=filed if row["filed"] else f"{words.date(record['period'])}. {filed}",
        what=f"{words.label('response_kind', record['kind'])}: {words.text(record, 'mechanism_name')}",
        where="",
        who=words.text(record, "against").words,
        by=words.text(record, "submitted_by").words,
        text=" ".join(_stopped(part) for part in (_said(words, record, "subject"), _said(words, record, "outcome")) if part),
        state=f"{state}: {days}" if days else state,
        grade="",
        contested=False,
        cited=cited(record["source_ids"]),
    )


def _told(bundle: Bundle, words: Words, key: str, cited: _Cited, shown: frozenset[str] | None) -> Told:
    """A case with its chain; of its acts only those `shown`, or all where that is None."""
    row = bundle.row("cases", key) or {}
    cited(row.get("source_ids", ""))
    chain = []
    docketed = {entry["response_id"]: entry for entry in docket.docket(bundle).to_dict("records")}
    for link in casefile.chain(bundle, key):
        if link.kind == "incident" and (shown is None or link.key in shown):
            chain.append(_act(bundle, words, link.key, link.grade, cited))
        elif link.kind == "response" and link.key in docketed:
            chain.append(_answer(bundle, words, docketed[link.key], cited))
    state = casefile.status(bundle, key)
    published = words.date(bundle.published)
    status = casefile.in_words(state, words) if state else words("case.status_none", date=published)
    missing = tuple(words(f"case.gap_{gap.key}", n=len(gap.ids), of=gap.of) for gap in casefile.missing(bundle, key))
    return Told(key, words.name("cases", key), _said(words, row, "summary"), status, tuple(chain), missing)


def _source(bundle: Bundle, words: Words, key: str, number: int) -> Source:
    row = bundle.row("sources", key) or {}
    read = words.label("read_extent", row["read_extent"]) if row["read_extent"] else ""
    return Source(number, key, source_line(row, words), clean(row["url"]), clean(row["archive_url"]), read)
