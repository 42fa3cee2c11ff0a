"""The stage: the parts a page is made of, and the one large map that stays alive while pages change around it.

A map's frame costs a browser a third of a second to set up. When a reader turns to another page Streamlit takes away what the page
drew and keeps what the shell drew; so the map belongs to the shell, which puts it into its part before the page fills the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from evidence import maps, select, server, surroundings, tiles
from evidence.model import Bundle
from evidence.ui.page import CARDS, Page, extra, settle
from evidence.words import Words

# In the order they are read and tabbed through; on a wide screen `aside` stands beside `over` and `map` (app.css).
PARTS = ("head", "over", "map", "aside", "rest")
HEIGHTS = {"overview": 430, "map": 620}  # of the large map, in pixels, on the pages that have it
MAP_VIEWS = ("map", "list")  # how the Map page shows its records; the first needs no word in a link
VILLAGE, REGION = 8, 6  # the zoom at which a village and its field are on one map; a case and what is around it


def set_up(key: str) -> Any:
    """Lay out the parts, draw the large map if the page `key` has it, and return the part in which the page begins."""
    parts = {name: st.container(key=name) for name in PARTS}
    st.session_state["parts"] = parts
    if key in HEIGHTS:
        page = settle(key)
        look = _flagship(page.bundle) if key == "overview" else _picked(page)
        if key != "map" or extra("show", MAP_VIEWS[0], MAP_VIEWS) == "map":
            with parts["map"]:
                draw(page, incidents(page, look), key="large_map", height=HEIGHTS[key], detections=True)
    return parts["head"]


def part(name: str) -> Any:
    """A part of the page, to be filled; a block of its own where a page runs without the shell."""
    parts = st.session_state.get("parts")
    return parts[name] if parts else st.container(key=name)


def incidents(page: Page, look: Mapping[str, Any] | None) -> maps.Layer:
    """What the selection shows, with the flares and the detections of its period; `look` is where to turn the map to."""
    return maps.view(
        select.select(page.bundle, page.selection).frame,
        page.words,
        years=flare_years(page),
        picked=page.picked[1] if page.picked else None,
        look=look,
        detections=_detections(page),
    )


def draw(
    page: Page, layer: maps.Layer, *, key: str, height: int, visible: Mapping[str, bool] | None = None, detections: bool = False
) -> dict[str, Any]:
    """A map through st_folium: the base stays as it is, the layer changes. What was told by it (a boundary drawn), if anything.

    A click on a mark opens its record by the link, as a line of a list does (boot.js).
    """
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
    offered = detections and tiles.offered(bundle.path) is not None
    base = maps.base_map(words, assets=assets, theme=theme(), home=["KAZ"], centre=centre, zoom=zoom, visible=visible, detections=offered)
    value = st_folium(base, key=key, height=height, width=None, use_container_width=True, returned_objects=[], feature_group_to_add=layer)
    return value or {}


def theme() -> str:
    """The reader's theme: "dark" or "light"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def home_view(bundle: Bundle) -> tuple[tuple[float, float], int]:
    """Where a newcomer's map begins: the bundle's own word (datapackage `view`), else the middle of its extent."""
    view = bundle.schema.get("view") or {}
    return (view.get("lat", 47.5), view.get("lon", 53.0)), int(view.get("zoom", 5))


def flare_years(page: Page) -> tuple[int, int] | None:
    """The years of the selection's period for which flaring is listed."""
    known = surroundings.flare_years(page.bundle)
    if known is None:
        return None
    since = page.selection.since.year if page.selection.since else known[0]
    until = page.selection.until.year if page.selection.until else known[1]
    return max(since, known[0]), min(until, known[1])


def _picked(page: Page) -> dict[str, Any] | None:
    """Where the record that is open lies. The map does not move to a mark that was clicked on it (map.js)."""
    if page.picked is None:
        return None
    kind, key = page.picked
    row = page.bundle.row(CARDS[kind], key)
    if row is not None and "lat" not in row and row.get("place_id"):
        row = page.bundle.row("places", row["place_id"])
    if row is None or pd.isna(row.get("lat")):
        return None
    return {"key": key, "at": [row["lat"], row["lon"]], "zoom": VILLAGE}


def _flagship(bundle: Bundle) -> dict[str, Any] | None:
    """Where the flagship case happened."""
    case, rows = bundle.schema.get("flagship_case"), bundle["incidents"]
    for place_id in rows.loc[rows["case_id"] == case, "place_id"] if case else ():
        place = bundle.row("places", place_id) if place_id else None
        if place is not None and pd.notna(place["lat"]):
            return {"key": "flagship", "at": [place["lat"], place["lon"]], "zoom": REGION}
    return None


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
