"""What the mark of an act shows and says: which of its types its glyph is, and its words when it is pointed at."""

from __future__ import annotations

from html import escape

from evidence.lanes import Lanes
from evidence.model import split
from evidence.words import Words, brief


def glyph_of(types: str, lane: str, sorted_acts: Lanes, words: Words) -> str:
    """Which of an act's types its glyph shows: the lane's own where lanes are types or families, else the first."""
    codes = split(types)
    if sorted_acts.mode.key == "type" and lane in codes:
        return lane
    if sorted_acts.mode.key == "family":
        return next((code for code in codes if words.term("act_type", code).get("parent") == lane), codes[0])
    return codes[0]


def spoken(types: str, edtf: str, place: str, words: Words) -> str:
    """What a mark says when it is pointed at: types, date, place, a line each; Plotly reads a little HTML, so data is escaped."""
    kinds = ", ".join(words.label("act_type", code) for code in split(types))
    parts = (kinds, words.date(edtf), brief(words.name("places", place)) if place else "")
    return "<br>".join(escape(part) for part in parts if part)
