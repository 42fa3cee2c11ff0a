"""The reader's filters: search, facets with live counts, chips, the period with its histogram.

Each option says how many incidents it has under the *other* filters; those with none are greyed, never hidden.
"""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from evidence import charts, select
from evidence.model import SELECTION_DEFAULTS, Selection
from evidence.select import BY_KEY, Facet, Selected
from evidence.ui.page import Page, change, selecting
from evidence.words import brief

# Facets by the question they answer: four controls are one line on a screen, ten are not.
GROUPS = {"what": ("type", "relation", "grade"), "who": ("perpetrator", "defender", "company"), "where": ("place", "asset", "country"), "case": ("case",)}  # fmt: skip
# So many options can be read; the rest are found by searching.
OPTIONS_SHOWN = 60


def filters(page: Page) -> Selected:
    """Draw search, facets and chips; return what the selection shows."""
    words = page.words
    selected = select.select(page.bundle, page.selection)
    st.session_state["text"] = page.selection.text
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filters"):
        st.text_input(
            words("filter.text"),
            key="text",
            on_change=_take_text,
            placeholder=words("filter.text_hint"),
            max_chars=200,
            width=290,
            label_visibility="collapsed",
        )
        # A constant label: one that counted what is chosen would make it another popover, and close it at each choice.
        opened = {group: st.popover(words(f"filter.group_{group}"), on_change="rerun", key=f"open_{group}") for group in GROUPS}
        days = st.popover(words("filter.days"), on_change="rerun", key="open_days")
    if any(popover.open for popover in opened.values()):
        counts = select.options(page.bundle, page.selection)
        for group, keys in GROUPS.items():
            if opened[group].open:
                opened[group].html(f'<div class="t-facets">{"".join(_options(BY_KEY[key], counts[key], page) for key in keys)}</div>')
    if days.open:
        with days:
            _days(page)
    chips(page)
    return selected


def _options(facet: Facet, counts: pd.DataFrame, page: Page) -> str:
    """The options of a facet as one piece of HTML, each a link that chooses it or takes it back.

    Fifty of Streamlit's own pills take a browser a tenth of a second to draw anew at every choice.
    """
    words, chosen = page.words, getattr(page.selection, facet.key)
    numbers = dict(zip(counts["code"], counts["n"], strict=True))
    order = {code: at for at, code in enumerate(words.codes(facet.terms))} if facet.terms else {}
    # The order does not follow what is chosen: an option that jumps away from the pointer is hard to take back.
    codes = sorted(numbers, key=lambda code: (order.get(code, 0), 0 if facet.terms else -numbers[code], code))
    shown = codes[:OPTIONS_SHOWN] + [code for code in codes[OPTIONS_SHOWN:] if code in chosen]
    parts, address = [], selecting(page)
    for code in shown:
        left = tuple(other for other in chosen if other != code) if code in chosen else (*chosen, code)
        parts.append(
            f'<a role="checkbox" aria-checked="{str(code in chosen).lower()}"{"" if numbers[code] else " class=none"} '
            f'data-keep="{escape(f"{facet.key}.{code}")}" href="{escape(address(page.selection.but(**{facet.key: left})))}">'
            f"{escape(brief(select.name_of(facet, code, words), 60))} <b>{escape(words.number(numbers[code]))}</b></a>"
        )
    more = f"<p>{escape(words('filter.more', n=len(codes) - len(shown)))}</p>" if len(codes) > len(shown) else ""
    name = words(f"filter.{facet.key}")
    return (
        f"<p><b>{escape(name)}.</b> {escape(words(f'filter.{facet.key}_help'))}</p>"
        f'<div class="t-options" role="group" aria-label="{escape(name)}">{"".join(parts)}</div>{more}'
    )


def _take_text() -> None:
    change(text=st.session_state["text"].strip())


def chips(page: Page) -> None:
    """What the reader asked for, each part a link that removes it; and one that removes all."""
    words, selection = page.words, page.selection
    parts, address = [], selecting(page)
    for key, code, phrase in select.parts_in_words(selection, words):
        if key == "period":
            without: dict[str, Any] = {"since": None, "until": None}
        elif key == "text":
            without = {"text": ""}
        else:
            without = {key: tuple(other for other in getattr(selection, key) if other != code) or SELECTION_DEFAULTS[key]}
        said = f"{words('filter.remove')}: {phrase}"
        parts.append(
            f'<a title="{escape(said)}" href="{escape(address(selection.but(**without)))}">{escape(brief(phrase, 70))} <span aria-hidden="true">✕</span></a>'
        )
    if parts:
        parts.append(f'<a class="all" href="{escape(address(Selection(language=selection.language)))}">{escape(words("filter.reset"))}</a>')
    # The row is there even when it is empty: a control below it that appeared anew would lose the keyboard's focus.
    st.html(f'<div class="t-chips">{"".join(parts)}</div>')


def period(page: Page) -> None:
    """The period: a histogram of recorded incidents, and a range of years under it."""
    words, selection = page.words, page.selection
    years = select.by_year(page.bundle, selection)
    first, last = int(years["year"].iloc[0]), int(years["year"].iloc[-1])
    since = selection.since.year if selection.since else first
    until = selection.until.year if selection.until else last
    st.html(charts.histogram(years, (since, until), words))
    if first == last:
        return
    years_slider(page, words("filter.years"), first, last, key="years", label_visibility="collapsed")


def years_slider(page: Page, label: str, first: int, last: int, *, key: str, **look: Any) -> None:
    """A range of years, the period of the link; all of them are no condition."""
    since = page.selection.since.year if page.selection.since else first
    until = page.selection.until.year if page.selection.until else last
    st.session_state[key] = (min(max(since, first), last), max(min(until, last), first))
    st.slider(label, first, last, key=key, on_change=_take_years, args=(key, first, last), **look)


def _days(page: Page) -> None:
    """The first and the last day of the period, for who needs them exactly."""
    first, last = select.extent(page.bundle)
    bounds = {"min_value": date(first, 1, 1), "max_value": date(last, 12, 31), "format": "YYYY-MM-DD"}
    for name in ("since", "until"):
        value = getattr(page.selection, name)
        st.session_state[f"day_{name}"] = min(max(value, bounds["min_value"]), bounds["max_value"]) if value else None
        st.date_input(page.words(f"filter.{name}"), key=f"day_{name}", on_change=_take_day, args=(name,), **bounds)


def _take_years(key: str, first: int, last: int) -> None:
    low, high = st.session_state[key]
    change(since=date(low, 1, 1) if low > first else None, until=date(high, 12, 31) if high < last else None)


def _take_day(name: str) -> None:
    day = st.session_state[f"day_{name}"]
    selection: Selection = st.session_state["selection"]
    other = selection.until if name == "since" else selection.since
    if day and other and ((name == "since") == (day > other)):
        # The other bound gives way by a day's room, rather than showing nothing without a word.
        change(**{name: day, "until" if name == "since" else "since": day + timedelta(days=0)})
    else:
        change(**{name: day})
