"""How to read a figure, under it: the marks of the lanes beside their sentences, then the colours of the kinds of pressure."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.plates.drawing import ACT, DIM, INK, PAPER, Drawing, circle, glyph, line, path, rect, tag
from evidence.plates.timeline import flow


def _mark(key: str) -> str:
    if key == "exact":
        return glyph("circle", 9, -5, 5.5, ACT)
    if key == "soft":
        return rect(-2, -10, 22, 10, ACT, fill_opacity=0.3, rx=2) + circle(9, -5, 4.6, PAPER, stroke=ACT, stroke_width=1.7)
    if key == "bar":
        return rect(-2, -8, 20, 6, ACT, fill_opacity=0.62) + line(18, -10, 18, 0, INK, 1.6)
    if key == "open":
        return rect(-2, -8, 9, 6, ACT, fill_opacity=0.62) + line(8, -5, 16, -5, DIM, 1.2, "2 3") + glyph("triangle-right", 18, -5, 3.6, DIM)
    if key == "silent":
        return glyph("circle", 4, -5, 5.5, ACT) + glyph("triangle-right-open", 17, -5, 3.4, DIM, width=1.0)
    if key == "unknowing":
        return path([[(at, 1), (at + 12, -11)] for at in range(-4, 14, 5)], closed=False, fill="none", stroke=ACT, stroke_width=1.3)
    return rect(4, -10, 10, 10, key)  # a colour of its own


def with_legend(drawing: Drawing, entries: Sequence[tuple[str, str]]) -> Drawing:
    """A drawing with a legend under it: (mark or colour, sentence) each."""
    legend, deep = flow([(_mark(key), words, "") for key, words in entries], drawing.width)
    body = drawing.body + tag("g", legend, transform=f"translate(0 {drawing.height + 6:g})")
    return Drawing(drawing.width, drawing.height + deep + 6, body, drawing.alt)
