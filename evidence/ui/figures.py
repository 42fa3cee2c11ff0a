"""Figures under one caption: the map with its card, the timeline, the list that says the same, the downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from evidence import charts, geo, maps, select, server, tiles
from evidence.model import Bundle
from evidence.select import Selected
from evidence.ui.cards import card
from evidence.ui.lists import listing, zone_html
from evidence.ui.page import CARDS, Page, here, md, opener, pick, write_link
from evidence.ui.plates import map_plate, plate_buttons, timeline_plate
from evidence.words import Words

# On a phone the list comes before the map: its first rows, the rest on further pages.
PHONE_ROWS = 5
BRACKET = "\ue000"
HEAVY = 120_000  # letters of a drawing above which a second one is not worth its time
SCREEN, PHONE = 800, 330  # widths that a figure is drawn for, in pixels
CLOSE = 8  # the zoom at which a village and its field are on one map


def theme() -> str:
    """The reader's theme: "dark" or "light"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _draw_map(
    page: Page, selected: Selected, *, key: str, height: int, look: dict[str, Any] | None = None, visible: dict[str, bool] | None = None
) -> dict[str, Any]:
    """The map of a selection through st_folium; what was clicked on it, if anything."""
    # Imported here: registering the component needs a running server, which dashboard.py does not have yet.
    from streamlit_folium import st_folium

    words, bundle = page.words, page.bundle
    assets = {
        "script": server.asset_url(bundle, "map.js"),
        "style": server.asset_url(bundle, "map.css"),
        "basemap": server.asset_url(bundle, "basemap.json"),
        "context": server.asset_url(bundle, f"context-{words.language}.json"),
    }
    centre, zoom = home_view(bundle)
    detections = _detections(page) if key == "map" else None
    base = maps.base_map(
        words, assets=assets, theme=theme(), home=["KAZ"], centre=centre, zoom=zoom, visible=visible, detections=detections is not None
    )
    picked = page.picked[1] if page.picked else None
    look = look or _look_at(page)
    view = maps.view(selected.frame, words, years=_flare_years(page), picked=picked, look=look, detections=detections)
    value = st_folium(base, key=key, height=height, width=None, use_container_width=True, returned_objects=[], feature_group_to_add=view)
    return value or {}


def _detections(page: Page) -> dict[str, str] | None:
    """Where the map asks for satellite detections and of which days, in the link's form and in words; None if the bundle has none."""
    known, chosen = tiles.offered(page.bundle.path), page.selection
    if known is None:
        return None
    since, until = max(chosen.since or known.since, known.since), min(chosen.until or known.until, known.until)
    if since > until:
        since, until = chosen.since or known.since, chosen.until or known.until
    return {
        "url": f"{server.base_path()}/observations/block?v={known.version}",
        "days": f"&from={since}&to={until}",
        "period": span(page.words, since, until),
    }


def span(words: Words, since: date, until: date) -> str:
    """The days in words; whole years as years."""
    whole = (since.month, since.day, until.month, until.day) == (1, 1, 12, 31)
    return words.date(f"{since.year}/{until.year}" if whole else f"{since}/{until}")


def _look_at(page: Page) -> dict[str, Any] | None:
    """Where to turn the map to when a record was opened by a link or a list: a click on the map itself never moves it."""
    if page.picked is None or st.session_state.get("picked_on_map") == page.picked:
        return None
    kind, key = page.picked
    row = page.bundle.row(CARDS[kind], key)
    if row is not None and "lat" not in row and row.get("place_id"):
        row = page.bundle.row("places", row["place_id"])
    if row is None or pd.isna(row.get("lat")):
        return None
    return {"key": key, "at": [row["lat"], row["lon"]], "zoom": CLOSE}


def home_view(bundle: Bundle) -> tuple[tuple[float, float], int]:
    """Where a newcomer's map begins: the bundle's own word (datapackage `view`), else the middle of its extent."""
    view = bundle.schema.get("view") or {}
    return (view.get("lat", 47.5), view.get("lon", 53.0)), int(view.get("zoom", 5))


def _flare_years(page: Page) -> tuple[int, int] | None:
    known = geo.flare_years(page.bundle)
    if known is None:
        return None
    since = page.selection.since.year if page.selection.since else known[0]
    until = page.selection.until.year if page.selection.until else known[1]
    return max(since, known[0]), min(until, known[1])


def map_and_card(page: Page, selected: Selected, *, height: int = 620) -> None:
    """The map; beside it (on a phone: under it) the card of what was clicked, or what the map cannot show."""
    listing(page, selected.frame, key="phone", size=PHONE_ROWS)
    left, right = st.columns([2.1, 1], gap="medium")
    with left, st.container(key="map"):
        value = _draw_map(page, selected, key="map", height=height)
    clicks = value.get("clicks", 0)
    if clicks and clicks != st.session_state.get("clicks"):
        st.session_state["clicks"] = clicks
        pick(value["picked"]["kind"], value["picked"]["id"])
        st.session_state["picked_on_map"] = st.session_state["picked"]
        write_link()
    picked = st.session_state.get("picked")
    with right, st.container(key="card", gap="xsmall"):
        if picked:
            card(page, *picked)
        else:
            _beside(page, selected)
    with left:
        plate_buttons(page, "map", map_plate(page, selected, _where(selected, page.words), years=_flare_years(page)))


def small_map(page: Page, selected: Selected, *, at: tuple[float, float], key: str, height: int = 260) -> None:
    """The map of a selection beside something else, looking at one record's place; a click on it opens what was clicked."""
    look = {"key": key, "at": list(at), "zoom": 6}
    with st.container(key="map_small"):
        value = _draw_map(page, selected, key="small_map", height=height, look=look, visible={"flares": False, "stations": False})
    clicks = value.get("clicks", 0)
    if clicks and clicks != st.session_state.get("clicks_small"):
        st.session_state["clicks_small"] = clicks
        pick(value["picked"]["kind"], value["picked"]["id"])
        st.rerun()


def flare_map(page: Page, *, years: tuple[int, int], key: str, look: dict[str, Any] | None, height: int) -> None:
    """The flares of some years and no incidents; a click on one opens its card."""
    since, until = (date(year, month, day) for year, month, day in ((years[0], 1, 1), (years[1], 12, 31)))
    shown = replace(page, selection=page.selection.but(since=since, until=until))
    selected = select.select(page.bundle, page.selection)
    nothing = replace(selected, at=selected.at[:0])
    with st.container(key="map_flares"):
        value = _draw_map(shown, nothing, key=key, height=height, look=look, visible={"incidents": False, "stations": False})
    clicks = value.get("clicks", 0)
    if clicks and clicks != st.session_state.get(f"clicks_{key}"):
        st.session_state[f"clicks_{key}"] = clicks
        pick(value["picked"]["kind"], value["picked"]["id"])
        st.rerun()


def choose_view(page: Page) -> str:
    """Map, or the same records as a list: "map" or "list"."""
    words = page.words
    st.session_state["view"] = st.session_state.get("view", "map")
    return st.segmented_control(
        words("map.view"),
        ("map", "list"),
        format_func=lambda code: words(f"map.view_{code}"),
        key="view",
        required=True,
        label_visibility="collapsed",
    )


def list_and_card(page: Page, selected: Selected) -> None:
    """What the map shows and what it cannot, as a list; beside it the card of the record that was opened."""
    left, right = st.columns([2.1, 1], gap="medium")
    with left:
        listing(page, selected.frame, key="list")
    with right, st.container(key="card", gap="xsmall"):
        if picked := st.session_state.get("picked"):
            card(page, *picked)
        else:
            _beside(page, selected)


@lru_cache(maxsize=2)
def _zones(bundle: Bundle) -> list[dict[str, Any]]:
    return bundle["zones"].to_dict("records")


def _beside(page: Page, selected: Selected) -> None:
    """What a map cannot show: zones without published geometry, incidents without a position."""
    words = page.words
    zones = _zones(page.bundle)
    day = page.selection.until or date.today()
    said = [f"<p>{escape(words('map.click_hint'))}</p>"]
    if zones:
        said += [
            f"<h3>{escape(words('map.zones'))}</h3>",
            f'<p class="t-small">{escape(words("map.zones_note", date=words.date(day)))}</p>',
        ]
        now = [zone_html(zone, day, words) for zone in zones if geo.in_force(zone, day)]
        others = [zone_html(zone, day, words) for zone in zones if not geo.in_force(zone, day)]
        said += now
        if others:
            said.append(f"<details><summary>{escape(words('map.zones_other', n=len(others)))}</summary>{''.join(others)}</details>")
    if len(selected.unlocated):
        said.append(f"<h3>{escape(words('map.unlocated', n=len(selected.unlocated)))}</h3>")
    st.html(f'<div class="t-beside">{"".join(said)}</div>')
    if len(selected.unlocated):
        listing(page, selected.unlocated, key="unlocated", size=8)


def overview_map(page: Page, selected: Selected, *, height: int = 430) -> None:
    """The map of the Overview: the same map, quieter; a click opens the Map page's card below."""
    st.markdown(f"**{md(_where(selected, page.words))}**")
    flagship = page.bundle.schema.get("flagship_case")
    place = _place_of_case(page.bundle, flagship)
    look = {"key": "flagship", "at": [place["lat"], place["lon"]], "zoom": 6} if place is not None else None
    with st.container(key="map"):
        value = _draw_map(page, selected, key="overview_map", height=height, look=look)
    plate_buttons(page, "map", map_plate(page, selected, _where(selected, page.words), years=_flare_years(page)))
    clicks = value.get("clicks", 0)
    if clicks and clicks != st.session_state.get("clicks_overview"):
        st.session_state["clicks_overview"] = clicks
        pick(value["picked"]["kind"], value["picked"]["id"])
        write_link()


def _place_of_case(bundle: Bundle, case_id: str | None) -> Mapping[str, Any] | None:
    rows = bundle["incidents"]
    rows = rows[rows["case_id"] == case_id] if case_id else rows.iloc[:0]
    for place_id in rows["place_id"]:
        place = bundle.row("places", place_id) if place_id else None
        if place is not None and pd.notna(place["lat"]):
            return place
    return None


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
    figure = charts.timeline(
        selected.frame, page.bundle, page.words, dark=theme() == "dark", highlight=page.bundle.schema.get("flagship_case"), height=height
    )
    with st.container(key="timeline"):
        plot(page, figure, key="timeline", alt=charts.timeline_alt(selected.frame, page.words), height=height)
    plate_buttons(page, "timeline", timeline_plate(page, selected, _when(selected, page.words)))


def plot(page: Page, figure: Any, *, key: str, alt: str, height: int) -> None:
    """A Plotly figure that the reader's browser draws with Plotly's small build; a mark's `customdata` opens its record.

    Streamlit's own chart brings all of Plotly, four fifths of a second of work for a browser before the first mark.
    """
    st.html(
        f'<div class="t-plotly" role="img" aria-label="{escape(alt)}" style="height:{height}px" data-key="{key}" '
        f'data-src="{escape(server.asset_url(page.bundle, "plotly.js"))}" data-opens="{escape(opener(page))}" '
        f'data-figure="{escape(figure.to_json())}"></div>'
    )


def drawn(page: Page, make: Callable[[int], Any], *, alt: str, spans_days: bool = True) -> None:
    """A Plotly figure drawn here, as SVG whose marks are links, for a wide screen and for a phone; a mouse can draw a period over it.

    Nothing of Plotly reaches the browser: a change of lanes costs a reader the time to draw one picture.

    Args:
        page: the page.
        make: gives the figure for a width in pixels.
        alt: what the figure shows, in a sentence.
        spans_days: whether the axis is time, so that a period can be drawn.
    """
    from evidence import plates

    ground = "#15171A" if theme() == "dark" else "#FAF7F1"
    base = opener(page)
    kinds = [("wide", SCREEN), ("narrow", PHONE)]
    if "Mobi" in str(st.context.headers.get("User-Agent", "")):
        kinds.reverse()
    for kind, width in kinds:
        figure = make(width)
        drawing = plates.plotted(
            figure, page.words, width=width, alt=alt, screen=plates.Screen(ground, lambda key: _leads(page, base, key))
        )
        brush = ""
        if spans_days:
            first, last = figure["layout"]["xaxis"]["range"]
            brush = f' data-span="{first:.0f} {last:.0f}" data-brush="{escape(here(page, **{"from": "SINCE", "to": "UNTIL"}))}"'
        # Streamlit's cleaner drops an attribute that holds a closing tag, so the brackets travel as a letter that no text may hold.
        body = f'<svg viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}" font-family="inherit">{drawing.body}</svg>'
        svg = escape(body.replace(BRACKET, "").replace("<", BRACKET), quote=False).replace("'", "&#39;")
        # Of a figure of thousands of marks only the one for this browser's kind is made; in a narrow window it can be moved sideways.
        heavy = len(body) > HEAVY
        look = f"t-{kind}" if not heavy else "t-any" if kind == "wide" else ""
        st.html(f'<div class="t-drawn {look}" role="group" aria-label="{escape(alt)}"{brush} data-svg=\'{svg}\'></div>')
        if heavy:
            break


def _leads(page: Page, base: str, key: str) -> str:
    """Where a mark leads: to its record, or, for one that stands for many ("@since/until"), to their days."""
    if key.startswith("@"):
        since, _, until = key[1:].partition("/")
        return here(page, **{"from": since, "to": until})
    return base + quote(key) if key else ""
