"""Figures under one caption: the map with its card, the timeline, the list that says the same, the downloads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from evidence import charts, geo, maps, report, select, server
from evidence.model import Bundle
from evidence.select import Selected
from evidence.ui.cards import card
from evidence.ui.lists import listing, zone_html
from evidence.ui.page import CARDS, Page, md, pick, write_link
from evidence.words import Words

# On a phone the list comes before the map: its first rows, the rest on further pages.
PHONE_ROWS = 5
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
    base = maps.base_map(words, assets=assets, theme=theme(), home=["KAZ"], centre=centre, zoom=zoom, visible=visible)
    picked = page.picked[1] if page.picked else None
    look = look or _look_at(page)
    view = maps.view(selected.frame, words, years=_flare_years(page), picked=picked, look=look)
    value = st_folium(base, key=key, height=height, width=None, use_container_width=True, returned_objects=[], feature_group_to_add=view)
    return value or {}


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
        event = st.plotly_chart(
            figure,
            key="timeline_chart",
            on_select="rerun",
            selection_mode="points",
            alt=charts.timeline_alt(selected.frame, page.words),
            config={"displayModeBar": False},
            theme=None,
        )
    points = (event or {}).get("selection", {}).get("points", [])
    chosen = points[0].get("customdata") if points else None
    chosen = chosen[0] if isinstance(chosen, list) else chosen
    if chosen and chosen != st.session_state.get("timeline_pick"):
        pick("incident", chosen)
        write_link()
    st.session_state["timeline_pick"] = chosen


def download(page: Page, selected: Selected) -> None:
    """The rows behind what is shown, as CSV and GeoJSON, made only when asked for."""
    words, bundle = page.words, page.bundle
    caption = select.in_words(selected, words)
    name = f"tamshy-{bundle.version}"
    with st.container(horizontal=True, key="downloads"):
        st.download_button(
            words("download.csv", n=selected.n),
            lambda: report.csv(selected.whole, bundle, words),
            f"{name}-incidents.csv",
            "text/csv",
            on_click="ignore",
        )
        st.download_button(
            words("download.geojson", n=int(selected.frame["located"].sum())),
            lambda: report.geojson(selected.whole, bundle, words, caption),
            f"{name}-incidents.geojson",
            "application/geo+json",
            on_click="ignore",
        )
