"""The Overview's parts: the cover that is the method in brief, three doors, key figures with their rows, what is new.

Written as HTML, because a browser that must read Markdown first shows the map of a first visit that much later.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlencode

import streamlit as st

from evidence import counts, docket, select
from evidence.counts import Figure
from evidence.model import split
from evidence.select import Selected
from evidence.ui.cards import card, title_of
from evidence.ui.lists import listing, openers
from evidence.ui.page import CARDS, PAGES, Page, extra, find, here, sheet, tell_html
from evidence.words import brief

CUSTODY = ("detention_short", "arrest_admin", "arrest_criminal")
NEWEST, CORRECTED = 8, 3  # acts and corrections on the Overview: as much room each


def cover(page: Page) -> None:
    """Four sentences: what this is, what it is not, how it is checked, as of when. Then a door for each reader."""
    words, bundle = page.words, page.bundle
    first, last = select.extent(bundle)
    when = words(
        "cover.when", date=words.date(bundle.published), version=bundle.version, sources=len(bundle["sources"]), incidents=len(bundle["incidents"]), since=str(first), until=str(last)
    )  # fmt: skip
    said = "".join(f"<p>{_strong(text)}</p>" for text in (words("cover.is"), words("cover.how"), words("cover.not"), when))
    st.html(f'<div class="t-cover">{said}</div><div class="t-doors">{"".join(_doors(page))}</div>')


def _strong(text: str) -> str:
    """A text of ours as HTML; what stands between two pairs of asterisks is strong."""
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))


def _doors(page: Page) -> list[str]:
    words, bundle = page.words, page.bundle
    flagship = bundle.schema.get("flagship_case")
    doors = [("journalist", PAGES[1], {}, ""), ("board", "pressure", {"show": "trend"}, "")]
    if flagship and bundle.has("cases", flagship):
        doors.insert(0, ("advocate", "case", {"case": flagship}, words.name("cases", flagship)))
    language = {"lang": page.selection.language} if page.selection.language != "en" else {}
    return [
        f'<div class="t-door"><p><a href="{escape(f"{key}?{urlencode({**query, **language})}")}"><strong>{escape(words(f"door.{reader}"))}</strong></a></p>'
        f"<p>{escape(words(f'door.{reader}_text', title=title) if title else words(f'door.{reader}_text'))}</p></div>"
        for reader, key, query, title in doors
    ]


def _figures(page: Page, selected: Selected) -> dict[str, Figure]:
    bundle, shown = page.bundle, selected.frame
    custody = shown.loc[[any(code in CUSTODY for code in split(cell)) for cell in shown["types"]]]
    cases = list(shown["case_id"])
    responses = bundle["responses"]
    concerned = responses[responses["case_id"].isin(cases) & (responses["kind"] != "support")]
    states = docket.docket(bundle)
    waiting = set(states.loc[states["state"].isin(docket.WAITING), "response_id"])
    return {
        "incidents": counts.events(shown, "incident_id", "incident"),
        "custody": counts.events(custody, "incident_id", "incident"),
        "cases": counts.things(cases, "case"),
        "responses": counts.things(list(concerned["response_id"]), "response"),
        "unanswered": counts.things([key for key in concerned["response_id"] if key in waiting], "response"),
    }


def key_figures(page: Page, selected: Selected) -> None:
    """At most five numbers of the selection: unit, period, interval where it counts events, and a click to the rows."""
    words = page.words
    first, last = select.extent(page.bundle)
    since = str(page.selection.since.year if page.selection.since else first)
    until = str(page.selection.until.year if page.selection.until else last)
    found = _figures(page, selected)
    blocks = []
    for key, figure in found.items():
        interval = figure.low is not None and figure.high is not None
        sure = words("figures.interval", low=round(figure.low, 1), high=round(figure.high, 1)) if interval else words("figures.no_interval")
        rows = f'<p><a href="{escape(here(page, figure=key))}">{escape(words("figures.rows"))}</a></p>' if figure.value else ""
        blocks.append(
            f'<div class="t-figure t-figure-{key}"><div class="t-number"><p>{words.number(figure.value)}</p></div>'
            f"<p>{escape(words(f'figures.{key}'))}</p><p><small>{escape(sure)}</small></p>{rows}</div>"
        )
    title = escape(words("figures.title", since=since, until=until))
    st.html(f'<h2 class="t-head2" id="figures">{title}</h2><div class="t-figures">{"".join(blocks)}</div>')
    if (key := extra("figure", "", ["", *found])) in found:
        _rows(page, key, found[key])


def _rows(page: Page, key: str, figure: Figure) -> None:
    words, bundle = page.words, page.bundle
    with st.container(border=True, key="figure_rows"):
        st.markdown(f"**{words.count(figure.value, figure.noun)}: {words(f'figures.{key}')}**")
        sheet(f"[{words('figures.hide')}]({here(page, figure='')})")
        if figure.noun == "incident":
            rows = select.index(bundle).frame
            listing(page, rows[rows["incident_id"].isin(figure.ids)], key="figure", size=20)
            return
        table = {"case": "cases", "response": "responses"}[figure.noun]
        lines = []
        for record in figure.ids:
            when = f"{words.date(bundle.row(table, record)['period'])}: " if table == "responses" else ""
            lines.append((record, f"{when}{words.name(table, record)}"))
        openers(page, lines)


def picked_card(page: Page) -> None:
    """The card of what was clicked on map, timeline or list."""
    if picked := st.session_state.get("picked"):
        with st.container(key="card", gap="xsmall"):
            card(page, *picked)


def news(page: Page) -> None:
    """The most recent acts of the collection, and its corrections."""
    words, bundle = page.words, page.bundle
    left, right = st.columns(2, gap="large")
    with left:
        st.html(f'<h2 class="t-head2">{escape(words("news.records"))}</h2>')
        frame = select.index(bundle).frame
        listing(
            page, frame[frame["relation"] != "context"].dropna(subset=["period_start"]).tail(NEWEST).iloc[::-1], key="newest", size=NEWEST
        )
    with right:
        blocks = []
        for row in bundle["corrections"].sort_values("date", ascending=False).head(CORRECTED).to_dict("records"):
            about = find(bundle, row["record_id"])
            title = title_of(page, about[0], bundle.row(CARDS[about[0]], about[1])) if about else ""
            opened = f'<p><a href="{escape(here(page, id=row["record_id"]))}">{escape(brief(title))}</a></p>' if about else ""
            blocks.append(f'<div class="t-gap">{opened}<p>{tell_html(words, words.text(row, "why"))}</p></div>')
        note = escape(words("news.corrections_note", date=words.date(bundle.published)))
        st.html(f'<h2 class="t-head2">{escape(words("news.corrections"))}</h2><p class="t-dim">{note}</p>{"".join(blocks)}')
