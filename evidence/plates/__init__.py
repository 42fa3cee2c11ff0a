"""Plates: charts and maps as self-contained SVG and PNG, drawn on the server from the same frames as the page, without a network.

    told = plates.about(bundle, words, title=…, unit=…, selection=select.in_words(selected, words), sources=n, credit=…)
    svg = plates.map_svg(bundle, words, frame, told)        # frame: rows as from select.index (lat, lon, radius_m, kind, located)
    svg = plates.timeline_svg(words, frame, told)
    png = plates.png(svg)                                   # or plates.png(svg, width=2400)

With `told=None` the figure comes without its frame (title, unit, caption, source, version, credit), for a document that has its own
captions; `fonts=False` then leaves the fonts out (they lie in `plates.font_files()`: Tamshy Sans 400 and 600, Tamshy Serif 600).
`width` (and for a map `height`) are pixels: text is 13 to 15 pixels high, so a figure for half a page wants about 620.
`highlight` holds incident ids that stand out while the rest steps back; `box` is (west, south, east, north) in degrees, else the map
turns to the incidents and is never closer than 100 km across. A place's precision is drawn as a disc of its true radius as soon as it is
larger than its mark; what lies beyond the map or has no date is said under the figure, never dropped.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from evidence.model import Bundle
from evidence.plates.bars import columns_drawing
from evidence.plates.drawing import Drawing
from evidence.plates.frame import INNER, WIDTH, About, about, bare, frame, png
from evidence.plates.legend import with_legend
from evidence.plates.letters import css as font_css
from evidence.plates.letters import data as font_bytes
from evidence.plates.letters import files as font_files
from evidence.plates.places import map_drawing
from evidence.plates.plotted import Screen, plain
from evidence.plates.plotted import drawing as plotted
from evidence.plates.series import (
    bars_drawing,
    flows_drawing,
    lines_drawing,
    people_drawing,
    shares_drawing,
    sides_drawing,
    spans_drawing,
    strip_drawing,
    years_drawing,
)
from evidence.plates.timeline import timeline_drawing
from evidence.words import Words

__all__ = [
    "INNER",
    "WIDTH",
    "About",
    "Drawing",
    "Screen",
    "about",
    "bare",
    "bars_drawing",
    "columns_drawing",
    "flows_drawing",
    "font_bytes",
    "font_css",
    "font_files",
    "frame",
    "lines_drawing",
    "map_drawing",
    "map_svg",
    "people_drawing",
    "plain",
    "plate",
    "plotted",
    "png",
    "shares_drawing",
    "sides_drawing",
    "spans_drawing",
    "strip_drawing",
    "timeline_drawing",
    "timeline_svg",
    "with_legend",
    "years_drawing",
]  # fmt: skip


def plate(drawing: Drawing, told: About | None, language: str, *, fonts: bool = True) -> str:
    """A drawing as SVG: in its frame, or bare where `told` is None."""
    return bare(drawing, language, fonts=fonts) if told is None else frame(drawing, told, language)


def map_svg(
    bundle: Bundle,
    words: Words,
    shown: pd.DataFrame,
    told: About | None = None,
    *,
    width: float = INNER,
    height: float = 600.0,
    box: tuple[float, float, float, float] | None = None,
    years: tuple[int, int] | None = None,
    highlight: Collection[str] = (),
    fonts: bool = True,
) -> str:
    """The map of incidents as SVG. `years` are those whose flaring is drawn."""
    drawing = map_drawing(bundle, words, shown, width=width, height=height, box=box, years=years, highlight=highlight)
    return plate(drawing, told, words.language, fonts=fonts)


def timeline_svg(
    words: Words,
    shown: pd.DataFrame,
    told: About | None = None,
    *,
    width: float = INNER,
    highlight: Collection[str] = (),
    fonts: bool = True,
) -> str:
    """The timeline of incidents as SVG: a row an act up to 22 of them, lanes of families beyond."""
    return plate(timeline_drawing(words, shown, width=width, highlight=highlight), told, words.language, fonts=fonts)
