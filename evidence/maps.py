"""Frames and layers in, a Folium map out.

The map is built in two parts. The *base* (basemap, context, legend) is the same for every selection, so Streamlit keeps it
alive; it fetches its geometry from our own `/assets`. The *view* (incidents of the selection, years of flaring, what is
picked) is a small script that the living map runs again on every change: data, not one snippet of code a marker.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import branca.element
import folium
import numpy as np
import pandas as pd
from branca.element import MacroElement
from jinja2 import Template

from evidence.words import Words

# A map compiles the same dozen templates each time it is made, which was half of its cost; a compiled template never changes.
branca.element.Template = lru_cache(maxsize=64)(Template)
# More incidents than this at one place are one mark with their number: a fan of a hundred glyphs shows nothing.
FAN_LIMIT = 40
# More marks than this on one map are drawn a place at a time: what is drawn is bounded by the screen, not by the rows.
MARK_LIMIT = 1_500
STACK = "#8A3413"
Layer = folium.FeatureGroup  # what is drawn over the base and changes with the selection
LAYERS = ("incidents", "flares", "places", "assets", "stations", "names")


class _Script(MacroElement):
    """A line of script with data, safe inside a page: JSON cannot close a tag or a comment."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.source }}{% endmacro %}")

    def __init__(self, call: str, data: Mapping[str, Any]) -> None:
        super().__init__()
        self._name = "script"
        # st_folium pulls Folium's "_<id>" endings out of the script; underscores in data would be taken for them.
        text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), default=float)
        for mark in "<>&_":
            text = text.replace(mark, f"\\u{ord(mark):04x}")
        self.source = f"{call}(map_div, {text});"


def base_map(
    words: Words,
    *,
    assets: Mapping[str, str],
    theme: str,
    home: list[str],
    centre: tuple[float, float],
    zoom: int,
    visible: Mapping[str, bool] | None = None,
    detections: bool = False,
) -> folium.Map:
    """The map before any incident: our script and styles instead of Folium's CDN lists, no tiles.

    Args:
        words: whose language the legend speaks.
        assets: addresses of `script`, `style`, `basemap` and `context`.
        theme: "light" or "dark".
        home: country codes (ISO 3166 alpha-3) drawn as the foreground.
        centre: latitude, longitude of the first view.
        zoom: Leaflet zoom of the first view.
        visible: layers switched on or off at first.
        detections: whether there is a layer of satellite detections to offer.
    """
    drawn = folium.Map(
        location=centre, zoom_start=zoom, tiles=None, control_scale=False, minZoom=3, maxZoom=14, prefer_canvas=True, trackResize=False
    )
    drawn.default_js = [("tamshy_js", assets["script"])]
    drawn.default_css = [("tamshy_css", assets["style"])]
    options = start_options(words, assets=assets, theme=theme, home=home, visible=visible, detections=detections)
    _Script("window.tamshy.start", options).add_to(drawn)
    return drawn


def start_options(
    words: Words,
    *,
    assets: Mapping[str, str],
    theme: str,
    home: list[str],
    visible: Mapping[str, bool] | None = None,
    detections: bool = False,
) -> dict[str, Any]:
    """What our script starts a map with, on a page of ours or inside a page of others."""
    texts = {key: words(f"map.{key}") for key in ("map", "legend", "precision", "north", "credit", "mm3", *LAYERS)}
    switches = [
        ["incidents", "circle", "#B8431B"],
        ["flares", "circle", "#D99A1C"],
        ["places", "circle", "#5E7A66"],
        ["assets", "diamond", "var(--ink)"],
        ["stations", "square", "#55717D"],
        ["names", "hexagon", "#8A8272"],
    ]
    if detections:
        switches.insert(2, ["detections", "square", "#C9622B"])
        texts |= {key: words(f"map.{key}") for key in ("detections", "detections_failed", "detections_note")}
        texts["detections_in_view"] = words("map.detections_in_view", n="{n}", period="{period}")
        texts["detections_square"] = words("map.detections_square", km="{km}")
    return {
        "language": words.language,
        "theme": theme,
        "basemap": assets["basemap"],
        "context": assets["context"],
        "home": home,
        "texts": texts,
        "switches": switches,
        "visible": dict(visible or {}),
    }


def view(
    shown: pd.DataFrame,
    words: Words,
    *,
    years: tuple[int, int] | None,
    picked: str | None,
    look: Mapping[str, Any] | None = None,
    detections: Mapping[str, str] | None = None,
) -> Layer:
    """What changes with the selection: the incidents that have a public position, the years of flaring, the days of detections.

    The `n` of all marks add up to the number of located incidents in `shown`.
    """
    group = folium.FeatureGroup(name="view", control=False)
    _Script("window.tamshy.show", view_data(shown, words, years=years, picked=picked, look=look, detections=detections)).add_to(group)
    return group


def view_data(
    shown: pd.DataFrame,
    words: Words,
    *,
    years: tuple[int, int] | None,
    picked: str | None,
    look: Mapping[str, Any] | None = None,
    detections: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The same as data for our script."""
    stacks, single = _stacks(shown)
    return {
        "things": marks(shown, single, words),
        "stacks": stacks,
        "stackColour": STACK,
        "kinds": kinds(shown, words),
        "years": years,
        "picked": picked,
        "look": look,
        "detections": detections,
    }


def _stacks(shown: pd.DataFrame) -> tuple[list[list[int]], np.ndarray]:
    """([spot, n] for each place drawn as one number, which rows of `shown` get a mark of their own)."""
    spot = shown["spot"].to_numpy()
    counts = np.bincount(spot[spot >= 0], minlength=1)
    crowded = counts > FAN_LIMIT
    if np.minimum(counts, FAN_LIMIT).sum() > MARK_LIMIT:
        crowded = counts > 0
    single = (spot >= 0) & ~crowded[np.maximum(spot, 0)]
    return [[int(at), int(counts[at])] for at in np.flatnonzero(crowded)], single


def marks(shown: pd.DataFrame, single: np.ndarray, words: Words) -> list[list[Any]]:
    """[lat, lon, radius in m, glyph, colour, kind, id, title, n] for each incident with a mark of its own."""
    columns = [shown[name].to_numpy()[single].tolist() for name in ("incident_id", "kind", "period", "lat", "lon", "radius_m")]
    looks = {kind: _look(words, kind) for kind in set(columns[1])}
    return [
        [lat, lon, radius, *looks[kind][:2], "incident", key, f"{looks[kind][2]}, {words.date(period)}", 1]
        for key, kind, period, lat, lon, radius in zip(*columns, strict=True)
    ]


def _look(words: Words, kind: str) -> tuple[str, str, str]:
    """Glyph, colour and label of a type of act."""
    term = words.term("act_type", kind)
    return term.get("glyph") or "circle", term.get("colour") or STACK, words.label("act_type", kind)


def kinds(shown: pd.DataFrame, words: Words) -> list[list[Any]]:
    """[glyph, colour, label, n] for each first type among the located incidents, most frequent first: the legend."""
    codes, names = pd.factorize(shown["kind"].to_numpy()[shown["located"].to_numpy()])
    counts = np.bincount(codes, minlength=len(names))
    return [[*_look(words, names[at]), int(counts[at])] for at in np.argsort(-counts, kind="stable")]


def land(data: Mapping[str, Any]) -> Layer:
    """What the Resettlement page draws over the base map: ring, boundary, settlements, arcs, as plain data for land.js."""
    group = folium.FeatureGroup(name="view", control=False)
    _Script("window.tamshy.land", data).add_to(group)
    return group
