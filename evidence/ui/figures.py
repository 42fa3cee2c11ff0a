"""Figures under one caption: the map with its card, the timeline, the list that says the same, the downloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from evidence import charts, maps, select, server, zones
from evidence.model import Bundle, Selection
from evidence.select import Selected
from evidence.ui.cards import card
from evidence.ui.lists import day_shown, listing, zone_html
from evidence.ui.page import Page, extra, here, md, opener, take_choice
from evidence.ui.plates import map_plate, plate_buttons, timeline_plate
from evidence.ui.stage import MAP_VIEWS, REGION, draw, flare_years, incidents, theme
from evidence.words import Words

PHONE_ROWS = 5
STOOD = {"in_force", "unsure", "struck"}  # rules that were applied on a day, or may have been
BRACKET = "\ue000"
HEAVY = 120_000  # letters of a drawing above which a second one is not worth its time
SCREEN, PHONE = 800, 330  # widths that a figure is drawn for, in pixels


def under_map(page: Page, selected: Selected) -> None:
    """Under the large map: the pictures of it to take away."""
    plate_buttons(page, "map", map_plate(page, selected, _where(selected, page.words), years=flare_years(page)))


def map_title(page: Page, selected: Selected) -> None:
    """The large map in a sentence, over it."""
    st.markdown(f"**{md(_where(selected, page.words))}**")


def beside_map(page: Page, selected: Selected) -> None:
    """The card of the record that is open, or what the map cannot show."""
    with st.container(key="card", gap="xsmall"):
        if page.picked:
            card(page, *page.picked)
        else:
            _beside(page, selected)


def phone_list(page: Page, selected: Selected) -> None:
    """On a phone the list comes before the map: its first rows, the rest on further pages."""
    listing(page, selected.frame, key="phone", size=PHONE_ROWS)


def small_map(page: Page, *, at: tuple[float, float], key: str, height: int = 260) -> None:
    """The map of a selection beside something else, looking at one record's place."""
    layer = incidents(page, {"key": key, "at": list(at), "zoom": REGION})
    with st.container(key="map_small"):
        draw(page, layer, key="small_map", height=height, visible={"flares": False, "stations": False})


def flare_map(page: Page, *, years: tuple[int, int], key: str, look: dict[str, Any] | None, height: int) -> None:
    """The flares of some years and no incidents."""
    nothing = select.select(page.bundle, page.selection).frame.iloc[:0]
    layer = maps.view(nothing, page.words, years=years, picked=page.picked[1] if page.picked else None, look=look)
    with st.container(key="map_flares"):
        draw(page, layer, key=key, height=height, visible={"incidents": False, "stations": False})


def choose_view(page: Page) -> str:
    """Map, or the same records as a list: "map" or "list"."""
    words = page.words
    st.session_state["view"] = shown = extra("show", MAP_VIEWS[0], MAP_VIEWS)
    st.segmented_control(
        words("map.view"),
        MAP_VIEWS,
        format_func=lambda code: words(f"map.view_{code}"),
        key="view",
        on_change=take_choice,
        args=("view", "show", MAP_VIEWS[0]),
        required=True,
        label_visibility="collapsed",
    )
    return shown


def _beside(page: Page, selected: Selected) -> None:
    """What a map cannot show: zones without published geometry, incidents without a position."""
    words = page.words
    day, rules = day_shown(page), zones.every_rule(page.bundle)
    said = [f"<p>{escape(words('map.click_hint'))}</p>"]
    if rules:
        said += [
            f"<h3>{escape(words('map.zones'))}</h3>",
            f'<p class="t-small">{escape(words("map.zones_note", date=words.date(day)))}</p>',
        ]
        stood = [rule for rule in rules if zones.standing(rule, day) in STOOD]
        others = [zone_html(rule, day, words) for rule in rules if rule not in stood]
        said += [zone_html(rule, day, words) for rule in stood]
        if others:
            said.append(f"<details><summary>{escape(words('map.zones_other', n=len(others)))}</summary>{''.join(others)}</details>")
    if len(selected.unlocated):
        said.append(f"<h3>{escape(words('map.unlocated', n=len(selected.unlocated)))}</h3>")
    st.html(f'<div class="t-beside">{"".join(said)}</div>')
    if len(selected.unlocated):
        listing(page, selected.unlocated, key="unlocated", size=8)


def _where(selected: Selected, words: Words) -> str:
    """The map in a sentence."""
    places = selected.frame.loc[selected.frame["located"].to_numpy(), "place_id"]
    if places.empty:
        return words("where.title_none")
    top = places.value_counts()
    return words("where.title", located=len(places), n=selected.n, place=words.name("places", top.index[0]), most=int(top.iloc[0]))


def _when(selected: Selected, words: Words) -> str:
    """The timeline in a sentence: the year most records surely fall into."""
    start, end = selected.frame["period_start"], selected.frame["period_end"] - pd.Timedelta(days=1)
    years = start[(start.dt.year == end.dt.year).to_numpy()].dt.year.value_counts()
    if years.empty:
        return words("when.title_none")
    top = sorted(years.items(), key=lambda item: (-item[1], item[0]))[0]
    return words(
        "when.title",
        n=selected.n,
        since=str(int(start.min().year)),
        until=str(int(end.max().year)),
        year=str(int(top[0])),
        most=int(top[1]),
    )


def timeline(page: Page, selected: Selected, *, height: int = 430) -> None:
    """The acts of the selection over time, with the flagship case standing out."""
    st.markdown(f"**{md(_when(selected, page.words))}**")
    figure = _timeline(page.bundle, page.selection, page.words, theme() == "dark", height)
    with st.container(key="timeline"):
        plot(page, figure, key="timeline", alt=charts.timeline_alt(selected.frame, page.words), height=height)
    plate_buttons(page, "timeline", timeline_plate(page, selected, _when(selected, page.words)))


@lru_cache(maxsize=32)
def _timeline(bundle: Bundle, selection: Selection, words: Words, dark: bool, height: int) -> str:
    """The figure as Plotly's JSON; kept, because to check its marks takes longer than all the rest of the page."""
    shown = select.select(bundle, selection).frame
    return charts.timeline(shown, words, dark=dark, highlight=bundle.schema.get("flagship_case"), height=height).to_json()


def plot(page: Page, figure: str, *, key: str, alt: str, height: int) -> None:
    """A Plotly figure, as JSON, that the reader's browser draws with Plotly's small build; a mark's `customdata` opens its record.

    Streamlit's own chart brings all of Plotly, four fifths of a second of work for a browser before the first mark.
    """
    st.html(
        f'<div class="t-plotly" role="img" aria-label="{escape(alt)}" style="height:{height}px" data-key="{key}" '
        f'data-src="{escape(server.asset_url(page.bundle, "plotly.js"))}" data-opens="{escape(opener(page))}" '
        f'data-figure="{escape(figure)}"></div>'
    )


def drawn(page: Page, make: Callable[[int], Any], *, alt: str, spans_days: bool = True) -> None:
    """A Plotly figure drawn here, as SVG whose marks are links, for a wide screen and for a phone; a mouse can draw a period over it.

    Nothing of Plotly reaches the browser: a change of lanes costs a reader the time to draw one picture. Which record is open is not
    in the drawing (boot.js rings its mark), so that the next record leaves the drawing as it is.

    Args:
        page: the page.
        make: gives the figure for a width in pixels; the same callable again finds what was drawn before.
        alt: what the figure shows, in a sentence.
        spans_days: whether the axis is time, so that a period can be drawn.
    """
    ground = "#15171A" if theme() == "dark" else "#FAF7F1"
    period = here(page, id="", **{"from": "SINCE", "to": "UNTIL"})
    kinds = [("wide", SCREEN), ("narrow", PHONE)]
    if "Mobi" in str(st.context.headers.get("User-Agent", "")):
        kinds.reverse()
    for kind, width in kinds:
        span, svg = _drawing(make, page.words, width, alt, ground, opener(page), period)
        # Of a figure of thousands of marks only the one for this browser's kind is made; in a narrow window it can be moved sideways.
        heavy = len(svg) > HEAVY
        look = f"t-{kind}" if not heavy else "t-any" if kind == "wide" else ""
        brush = f' data-span="{span}" data-brush="{escape(period)}"' if spans_days else ""
        st.html(f'<div class="t-drawn {look}" role="group" aria-label="{escape(alt)}"{brush} data-svg=\'{svg}\'></div>')
        if heavy:
            break


@lru_cache(maxsize=16)
def _drawing(make: Callable[[int], Any], words: Words, width: int, alt: str, ground: str, base: str, period: str) -> tuple[str, str]:
    """The days that a figure spans, in milliseconds, and its SVG as an attribute may hold it. `base` and `period` are where marks lead."""
    from evidence import plates

    def leads(key: str) -> str:
        """To a record, or, from a mark that stands for many ("@since/until"), to their days."""
        if key.startswith("@"):
            since, _, until = key[1:].partition("/")
            return period.replace("SINCE", since).replace("UNTIL", until)
        return base + quote(key) if key else ""

    figure = make(width)
    drawing = plates.plotted(figure, words, width=width, alt=alt, screen=plates.Screen(ground, leads))
    first, last = figure["layout"]["xaxis"]["range"]
    # Streamlit's cleaner drops an attribute that holds a closing tag, so the brackets travel as a letter that no text may hold.
    body = f'<svg viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}" font-family="inherit">{drawing.body}</svg>'
    return f"{first:.0f} {last:.0f}", escape(body.replace(BRACKET, "").replace("<", BRACKET), quote=False).replace("'", "&#39;")
