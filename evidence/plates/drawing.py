"""A drawing and its strokes: SVG written by hand, every text escaped, every number short."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from itertools import pairwise

from evidence.plates import letters

INK, DIM, RULE, PAPER, ACCENT, ACT = "#1C1B19", "#57524A", "#D9D2C3", "#FAF7F1", "#0B5A63", "#B8431B"
GRID = "#E9E3D6"
# What no XML file may hold, in whatever way it is written.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Drawing:
    """A figure without its frame: its size in pixels, its strokes, and what it shows in a sentence for who does not see it."""

    width: float
    height: float
    body: str
    alt: str


def said(text: object) -> str:
    """A text as XML may hold it."""
    return escape(_FORBIDDEN.sub("", str(text)))


_repeated = lru_cache(maxsize=4096)(said)  # colours, addresses, joins: few, and each on hundreds of marks


def number(value: float) -> str:
    """A coordinate in as few letters as a screen can tell apart."""
    return f"{value:.1f}".removesuffix(".0") if math.isfinite(value) else "0"


@cache
def _hyphenated(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def tag(name: str, content: str = "", **attributes: object) -> str:
    """An element; `content` is markup, attributes are plain: `stroke_width` is `stroke-width`, None is left out."""
    given = "".join(
        [
            f' {_hyphenated(key)}="{number(value) if isinstance(value, float) else _repeated(value)}"'
            for key, value in attributes.items()
            if value is not None
        ]
    )
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 14,
    weight: int = 400,
    fill: str = INK,
    anchor: str = "start",
    family: str = "sans",
    halo: str | None = None,
    **more: object,
) -> str:
    """A line of text; `halo` is the colour that keeps it apart from what lies under it."""
    edge = {"stroke": halo, "stroke_width": 3.0, "paint_order": "stroke", "stroke_linejoin": "round"} if halo else {}
    return tag(
        "text", said(words) or " ", x=float(x), y=float(y), font_size=float(size), font_weight=None if weight == 400 else weight, fill=fill,
        text_anchor=None if anchor == "start" else anchor, font_family=None if family == "sans" else letters.FAMILIES[family], **edge, **more,
    )  # fmt: skip


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = RULE, width: float = 1.0, dash: str | None = None) -> str:
    """A straight line."""
    return tag(
        "line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), stroke=stroke, stroke_width=float(width), stroke_dasharray=dash
    )


def rect(x: float, y: float, wide: float, high: float, fill: str, **more: object) -> str:
    """A filled rectangle; one that would be turned inside out has no width."""
    return tag("rect", x=float(x), y=float(y), width=float(max(wide, 0)), height=float(max(high, 0)), fill=fill, **more)


def circle(x: float, y: float, r: float, fill: str, **more: object) -> str:
    """A disc."""
    return tag("circle", cx=float(x), cy=float(y), r=float(r), fill=fill, **more)


def path(points: Iterable[Sequence[tuple[float, float]]], *, closed: bool, **attributes: object) -> str:
    """Lines or rings as one element, their steps relative: half the letters."""
    steps = []
    for ring in points:
        rounded = [(round(x, 1), round(y, 1)) for x, y in ring]
        moves = [(x - px, y - py) for (px, py), (x, y) in pairwise(rounded) if (px, py) != (x, y)]
        if moves:  # what is smaller than a tenth of a pixel has no shape
            steps.append(f"M{number(rounded[0][0])} {number(rounded[0][1])}l")
            steps += [f"{number(dx)} {number(dy)} " for dx, dy in moves]
            steps.append("z" if closed else "")
    return tag("path", d="".join(steps), **attributes) if steps else ""


# ── glyphs: the same names and shapes as on the map and in the charts ────────────────────────────
def _regular(n: int, r: float, first: float) -> list[tuple[float, float]]:
    return [(r * math.cos(a), r * math.sin(a)) for a in (math.radians(first + 360 / n * at) for at in range(n))]


def _starred(n: int, far: float, near: float) -> list[tuple[float, float]]:
    corners = ((near if at % 2 else far, math.radians(-90 + 180 / n * at)) for at in range(2 * n))
    return [(r * math.cos(a), r * math.sin(a)) for r, a in corners]


_PLUS = [(-0.36, -1.1), (0.36, -1.1), (0.36, -0.36), (1.1, -0.36), (1.1, 0.36), (0.36, 0.36), (0.36, 1.1), (-0.36, 1.1), (-0.36, 0.36), (-1.1, 0.36), (-1.1, -0.36), (-0.36, -0.36)]  # fmt: skip
_POLYGONS = {
    "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
    "diamond": [(0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0)],
    "triangle-up": [(0, -1.1), (1.05, 0.8), (-1.05, 0.8)],
    "triangle-down": [(0, 1.1), (1.05, -0.8), (-1.05, -0.8)],
    "triangle-left": [(-1.1, 0), (0.8, -1.05), (0.8, 1.05)],
    "triangle-right": [(1.1, 0), (-0.8, -1.05), (-0.8, 1.05)],
    "pentagon": _regular(5, 1.1, -90),
    "hexagon": _regular(6, 1.1, 0),
    "star": _starred(5, 1.25, 0.52),
    "hexagram": _starred(6, 1.2, 0.66),
    "hourglass": [(-0.9, -1), (0.9, -1), (-0.9, 1), (0.9, 1)],
    "bowtie": [(-1, -0.9), (-1, 0.9), (1, -0.9), (1, 0.9)],
    "cross": _PLUS,
    "x": [((x - y) * math.sqrt(0.5), (x + y) * math.sqrt(0.5)) for x, y in _PLUS],
}


def glyph(
    name: str, x: float, y: float, r: float, fill: str, *, stroke: str = PAPER, width: float = 1.0, ground: str = PAPER, **more: object
) -> str:
    """A glyph in a circle of radius `r`; an "-open" one is hollow, an unknown one a disc."""
    bare = name.removesuffix("-open").removesuffix("-dot")
    if name.endswith("-open"):
        fill, stroke, width = ground, fill, max(width, 1.8)
    look = {"fill": fill, "stroke": stroke, "stroke_width": float(width), "stroke_linejoin": "round", **more}
    if bare not in _POLYGONS:
        return tag("circle", cx=float(x), cy=float(y), r=float(r), **look)
    return tag("polygon", points=_corners(bare, r), transform=f"translate({number(x)} {number(y)})", **look)


@lru_cache(maxsize=256)
def _corners(name: str, r: float) -> str:
    return " ".join(f"{number(r * x)},{number(r * y)}" for x, y in _POLYGONS[name])
