"""The Overview's parts: the cover that is the method in brief, three doors, key figures with their rows, what is new."""

from __future__ import annotations

import streamlit as st

from evidence import counts, select
from evidence.counts import Figure
from evidence.model import split
from evidence.select import Selected
from evidence.ui.cards import card, title_of
from evidence.ui.lists import listing
from evidence.ui.page import CARDS, PAGES, Page, find, md, page_link, pick, tell
from evidence.words import brief

CUSTODY = ("detention_short", "arrest_admin", "arrest_criminal")
NEWEST = 5


def cover(page: Page) -> None:
    """Four sentences: what this is, what it is not, how it is checked, as of when. Then a door for each reader."""
    words, bundle = page.words, page.bundle
    first, last = select.extent(bundle)
    left, right = st.columns(2, gap="large")
    left.markdown(words("cover.is"))
    left.markdown(words("cover.not"))
    right.markdown(words("cover.how"))
    right.markdown(
        words("cover.when", date=words.date(bundle.published), version=bundle.version, sources=len(bundle["sources"]), incidents=len(bundle["incidents"]), since=str(first), until=str(last))
    )  # fmt: skip
    _doors(page)


def _doors(page: Page) -> None:
    words, bundle = page.words, page.bundle
    flagship = bundle.schema.get("flagship_case")
    advocate, journalist, board = st.columns(3, gap="medium")
    language = {"lang": page.selection.language} if page.selection.language != "en" else {}
    with advocate:
        if flagship and bundle.has("cases", flagship):
            page_link("case", f"**{words('door.advocate')}**", {"case": flagship, **language})
            st.markdown(words("door.advocate_text", title=md(words.name("cases", flagship))))
    with journalist:
        page_link(PAGES[1], f"**{words('door.journalist')}**", language)
        st.markdown(words("door.journalist_text"))
    with board:
        page_link("pressure", f"**{words('door.board')}**", {"show": "trend", **language})
        st.markdown(words("door.board_text"))


def _figures(page: Page, selected: Selected) -> dict[str, Figure]:
    bundle, shown = page.bundle, selected.frame
    custody = shown.loc[[any(code in CUSTODY for code in split(cell)) for cell in shown["types"]]]
    cases = list(shown["case_id"])
    responses = bundle["responses"]
    concerned = responses[responses["case_id"].isin(cases) & (responses["kind"] != "support")]
    silent = concerned[concerned["response_type"] == "no_response"]
    return {
        "incidents": counts.events(shown, "incident_id", "incident"),
        "custody": counts.events(custody, "incident_id", "incident"),
        "cases": counts.things(cases, "case"),
        "responses": counts.things(list(concerned["response_id"]), "response"),
        "unanswered": counts.things(list(silent["response_id"]), "response"),
    }


def key_figures(page: Page, selected: Selected) -> None:
    """At most five numbers of the selection: unit, period, interval where it counts events, and a click to the rows."""
    words = page.words
    first, last = select.extent(page.bundle)
    since = str(page.selection.since.year if page.selection.since else first)
    until = str(page.selection.until.year if page.selection.until else last)
    st.subheader(words("figures.title", since=since, until=until), anchor="figures")
    found = _figures(page, selected)
    with st.container(key="figures"):
        columns = st.columns(len(found), gap="medium")
    for column, (key, figure) in zip(columns, found.items(), strict=True):
        with column:
            st.markdown(f"### {words.number(figure.value)}")
            st.markdown(words(f"figures.{key}"))
            if figure.low is not None and figure.high is not None:
                st.caption(words("figures.interval", low=round(figure.low, 1), high=round(figure.high, 1)))
            else:
                st.caption(words("figures.no_interval"))
            st.button(
                words("figures.rows"), key=f"rows_{key}", on_click=_open_rows, args=(key,), disabled=figure.value == 0, type="tertiary"
            )
    if (key := st.session_state.get("rows")) in found:
        _rows(page, key, found[key])


def _open_rows(key: str | None) -> None:
    st.session_state["rows"] = key


def _rows(page: Page, key: str, figure: Figure) -> None:
    words, bundle = page.words, page.bundle
    with st.container(border=True, key="figure_rows"):
        st.markdown(f"**{words.count(figure.value, figure.noun)}: {words(f'figures.{key}')}**")
        st.button(words("figures.hide"), key="rows_close", on_click=_open_rows, args=(None,), type="tertiary")
        if figure.noun == "incident":
            rows = select.index(bundle).frame
            listing(page, rows[rows["incident_id"].isin(figure.ids)], key="figure", size=20)
            return
        kind, table = {"case": ("case", "cases"), "response": ("response", "responses")}[figure.noun]
        for record in figure.ids:
            row = bundle.row(table, record)
            when = f"{words.date(row['period'])}: " if kind == "response" else ""
            st.button(md(f"{when}{words.name(table, record)}"), key=f"figure_{record}", on_click=pick, args=(kind, record), type="tertiary")


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
        st.subheader(words("news.records"), anchor=False)
        frame = select.index(bundle).frame
        listing(
            page, frame[frame["relation"] != "context"].dropna(subset=["period_start"]).tail(NEWEST).iloc[::-1], key="newest", size=NEWEST
        )
    with right:
        st.subheader(words("news.corrections"), anchor=False)
        st.caption(words("news.corrections_note", date=words.date(bundle.published)))
        for row in bundle["corrections"].sort_values("date", ascending=False).head(NEWEST).to_dict("records"):
            about = find(bundle, row["record_id"])
            if about:
                record = bundle.row(CARDS[about[0]], about[1])
                label = f"{md(brief(title_of(page, about[0], record)))}"
                st.button(label, key=f"go_correction_{row['correction_id']}", on_click=pick, args=about, type="tertiary", wrap=True)
            st.markdown(tell(words, words.text(row, "why")))
