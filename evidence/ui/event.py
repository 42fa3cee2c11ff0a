"""An event beside the measurements of its days: a strip of days by who speaks, the sequence in order, the positions on the cause side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd
import streamlit as st

from evidence import charts, events, plates
from evidence.events import Step
from evidence.model import parse_period, split
from evidence.ui.environment import amount, rows_download, sentence, sources_html
from evidence.ui.page import Page, extra, here, md, say, take_choice, tell_html
from evidence.ui.plates import keep
from evidence.words import brief, lower

Row = Mapping[str, Any]


def event_section(page: Page) -> None:
    """The whole section, for the event of the link."""
    words, bundle = page.words, page.bundle
    known = {row["event_id"]: row for row in events.events(bundle)}
    if not known:
        st.info(words("event.none"))
        return
    options = list(known)
    st.session_state["event"] = key = extra("event", options[0], options)
    if len(options) > 1:
        st.selectbox(
            words("event.choose"),
            options,
            format_func=lambda code: str(words.text(known[code], "title")),
            key="event",
            width=620,
            on_change=take_choice,
            args=("event", "event", options[0]),
        )
    event = known[key]
    steps = events.sequence(bundle, key)
    st.header(md(str(words.text(event, "title"))), anchor=False)
    say(words("event.order"))
    _strip(page, event, [step for step in steps if not step.later])
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        _sequence(page, event, steps)
    with right:
        _others(page, event)
    _positions(page, event)
    measured = [step.key for step in steps if step.table == "measurements"]
    rows_download(page, "measurements", measured, f"event-{key}")
    rows_download(
        page, "claims", (row["claim_id"] for row in events.claims(bundle, events.topics(event))), f"positions-{key}", "download.positions"
    )


def who(page: Page, step: Step) -> str:
    """Who says so."""
    words, row = page.words, step.row
    if step.table == "measurements":
        return str(words.text(row, "reporter"))
    if step.table == "incidents":
        return words.label("asserted_by", str(row["asserted_by"]))
    return str(words.text(row, "mechanism_name"))


def what(page: Page, step: Step) -> str:
    """What is on record, in a line."""
    words, row = page.words, step.row
    if step.table == "measurements":
        label, said = words.label("indicator", str(row["indicator"])), amount(row, words)
        return label if said.casefold() == label.casefold() else f"{label}: {said}"
    if step.table == "incidents":
        return ", ".join(words.label("act_type", code) for code in split(row["types"]))
    subject = words.text(row, "subject").words
    return words.label("response_kind", str(row["kind"])) + (f": {subject}" if subject else "")


def _strip(page: Page, event: Row, steps: Sequence[Step]) -> None:
    """The days of the window, a lane for each who speaks of them."""
    words = page.words
    window = parse_period(event["window"])
    if window.start is None or window.end is None or not steps:
        return
    days = (window.end - window.start).days

    def share(when: pd.Timestamp) -> float:
        return min(max((when.date() - window.start).days / days, 0.0), 1.0)

    lanes: dict[str, list[tuple[float, float, str, bool]]] = {}
    for step in steps:
        claim = step.table == "measurements" and str(step.row["kind"]) == "claim"
        lanes.setdefault(who(page, step), []).append(
            (share(step.start), share(step.end), f"{words.date(step.row['period'])}: {what(page, step)}", claim)
        )
    ordered = sorted(lanes.items(), key=lambda item: min(mark[0] for mark in item[1]))
    marks = [window.start + timedelta(days=7 * n) for n in range(days // 7 + 1)]
    ticks = [((when - window.start).days / days, words.tick(when, "day")) for when in marks[:: 2 if len(marks) > 7 else 1]]
    day = parse_period(event["period"])
    middle = ((day.start - window.start).days + 0.5) / days if day.start else 0.0
    alt = words("event.alt", n=len(steps), lanes=len(ordered), since=window.start, until=window.end - timedelta(days=1))
    dated = [charts.Dated(brief(name, 110), tuple(found)) for name, found in ordered]
    draw = partial(plates.strip_drawing, dated, ticks, day=middle, day_name=words.date(event["period"]), alt=alt)
    keep(page, str(words.text(event, "title")), words("event.strip"), len(steps), draw, words("event.order"))
    st.html(
        f'<figure class="t-figure-rows"><figcaption><p>{escape(words("event.strip"))}</p></figcaption>'
        + charts.strip(dated, ticks, day=middle, day_name=words.date(event["period"]), alt=alt)
        + "</figure>"
    )


def _sequence(page: Page, event: Row, steps: Sequence[Step]) -> None:
    """Everything in order under its dates; what lies outside the days follows under a heading of its own."""
    words = page.words
    parts = [f"<h2>{escape(words('event.sequence', n=sum(not step.later for step in steps)))}</h2>"]
    last, later = "", False
    for told, same in _alike(page, steps):
        if same[0].later and not later:
            parts.append(f"<h2>{escape(words('event.later'))}</h2>")
            later, last = True, ""
        days = list(dict.fromkeys(step.row["period"] for step in same))
        when = words.all_of(words.date(day) for day in days)
        if when != last:
            mark = ' class="the-day"' if event["period"] in days else ""
            parts.append(f"<h3{mark}>{escape(when)}</h3>")
            last = when
        parts.append(told)
    st.html(f'<section class="t-sequence">{"".join(parts)}</section>')


def _alike(page: Page, steps: Sequence[Step]) -> Iterator[tuple[str, list[Step]]]:
    """Steps told as HTML, in order; those that follow one another and say the same of different days are told once."""
    for (_, told), same in groupby(steps, key=lambda step: (step.later, _step(page, step))):
        yield told, list(same)


def _step(page: Page, step: Step) -> str:
    words, row = page.words, step.row
    head = escape(what(page, step))
    if step.table != "measurements":
        head = f'<a class="t-open" href="{escape(here(page, id=step.key))}">{head}</a>'
    said = words("event.says", who=who(page, step))
    stems = {"measurements": ("comparator", "note"), "incidents": ("text",), "responses": ("outcome",)}[step.table]
    more = [sentence(tell_html(words, words.text(row, stem))) for stem in stems if words.text(row, stem).words]
    kind = (
        f" · <em>{escape(lower(words.label('measurement_kind', str(row['kind']))))}</em>"
        if step.table == "measurements" and str(row["kind"]) == "claim"
        else ""
    )
    body = "".join(f"<p>{text}</p>" for text in more)
    return f'<div class="step"><p><b>{head}</b></p><p class="t-small">{escape(said)}{kind} · {sources_html(page, row["source_ids"])}</p>{body}</div>'


def _others(page: Page, event: Row) -> None:
    """Where accounts of the same days differ, topic by topic."""
    words = page.words
    parts = []
    for topic in split(event["other_topics"]):
        rows = events.claims(page.bundle, (topic,))
        if len(rows) > 1:
            parts.append(f'<div class="topic">{"".join(_position(page, row) for row in rows)}</div>')
    if parts:
        st.html(f'<section class="t-sequence"><h2>{escape(words("event.differ"))}</h2>{"".join(parts)}</section>')


def _positions(page: Page, event: Row) -> None:
    """The positions on the cause beside one another, in order of time; none is ours."""
    words = page.words
    rows = events.claims(page.bundle, (event["topic"],))
    cards = "".join(_position(page, row) for row in rows)
    st.html(
        f'<section class="t-sequence"><h2>{escape(words("event.positions", n=len(rows)))}</h2><p class="t-small">{escape(words("event.positions_note"))}</p>'
        f'<div class="t-positions">{cards}</div></section>'
    )


def _position(page: Page, row: Row) -> str:
    words = page.words
    when = escape(words.date(row["as_of"])) if row["as_of"] else ""
    stance = escape(lower(words.label("stance", str(row["stance"]))))
    return (
        f'<article class="position"><p><b>{tell_html(words, words.text(row, "asserted_by"))}</b> <small>{stance}{", " + when if when else ""}</small></p>'
        f'<p>{tell_html(words, words.text(row, "text"))}</p><p class="t-small">{words.label("confidence", str(row["confidence"]))} · {sources_html(page, row["source_ids"])}</p></article>'
    )
