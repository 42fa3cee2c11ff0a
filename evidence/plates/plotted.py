"""A figure of Plotly's drawn again as SVG: the marks, lines, bars and words that our charts use, where they stand on the screen.

Plotly itself draws only in a browser. What a figure says lies in its data, so a picture needs none: `drawing` reads the figure as
plain dictionaries and knows the parts our charts are made of. What it does not know it refuses, so that nothing is lost unseen.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from evidence.plates import letters
from evidence.plates.drawing import DIM, GRID, INK, PAPER, Drawing, glyph, line, path, rect, said, tag, text
from evidence.words import Words

_TAG = re.compile(r"<[^>]*>")
_RGBA = re.compile(r"rgba?\((\d+),\s*(\d+),\s*(\d+)(?:,\s*([\d.]+))?\)")
_DASHES = {"solid": None, "dot": "2 4", "dash": "8 5", "dashdot": "8 4 2 4"}
_GROW = 1.12  # a plate is read on paper and from afar: its letters are larger than a screen's
BOTTOM = 30.0


class _Axis:
    """Values of an axis to pixels."""

    def __init__(self, layout: Mapping[str, Any], values: Sequence[Any], start: float, end: float, *, dated: bool) -> None:
        self.dated = dated
        known = [float(v) for part in values for v in self.numbers(part) if np.isfinite(v)]
        asked = layout.get("range")
        low, high = self.numbers(asked) if asked is not None else (min(known, default=0.0), max(known, default=1.0))
        self.low, self.high = float(low), float(high) if high != low else float(low) + 1
        self.start, self.end = start, end

    def numbers(self, values: Any) -> np.ndarray:
        """Numbers of an axis; days as milliseconds since 1970, None as a gap."""
        if values is None:
            return np.array([])
        values = unpacked(values)
        array = np.asarray(list(values) if not isinstance(values, np.ndarray) else values)
        if array.dtype.kind in "iuf":
            return array.astype(float)
        if not self.dated:
            return np.array([np.nan if v is None else float(v) for v in array])
        if array.dtype.kind == "M":
            return array.astype("datetime64[ms]").astype("int64").astype(float)
        return np.array(
            [
                np.nan if v is None or v is pd.NaT else float(v) if isinstance(v, int | float) else pd.Timestamp(v).timestamp() * 1000
                for v in array
            ]
        )

    def at(self, values: Any) -> np.ndarray:
        """Pixels of values."""
        return self.start + (self.numbers(values) - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True)
class Screen:
    """What a figure on a page has that a plate has not: a ground of the theme's colour, letters of the page's size, marks that open.

    `opens` gives the address that a mark's `customdata` leads to, or "" for none.
    """

    ground: str
    opens: Callable[[str], str]


def drawing(figure: Any, words: Words, *, width: float, alt: str, screen: Screen | None = None) -> Drawing:
    """A Plotly figure, or its plain `data` and `layout`, as a drawing `width` pixels wide, as high as its layout says.

    Raises:
        ValueError: for a kind of trace or axis that is not known here.
    """
    whole = figure if isinstance(figure, Mapping) else figure.to_plotly_json()
    data, layout = whole["data"], whole["layout"]
    margin = {"l": 4, "r": 4, "t": 4, "b": 26, **layout.get("margin", {})}
    height = float(layout.get("height", 430))
    across, down = layout.get("xaxis", {}), layout.get("yaxis", {})
    if any(trace.get("xaxis", "x") != "x" or trace.get("yaxis", "y") != "y" for trace in data) or "log" in {
        across.get("type"),
        down.get("type"),
    }:
        raise ValueError("a plate draws figures with one plain pair of axes")
    bottom = height - min(float(margin["b"]), 26)
    x = _Axis(
        across,
        [values for trace in data for values in _across(trace)],
        float(margin["l"]),
        width - float(margin["r"]),
        dated=across.get("type") == "date",
    )
    y = _Axis(down, [trace.get("y") for trace in data], bottom, float(margin["t"]), dated=False)
    dim = str(layout.get("font", {}).get("color", DIM)) if screen else DIM
    drawn = [_grid(across, x, float(margin["t"]), bottom, dim), _levels(down, y, x)]
    drawn += [_trace(trace, x, y, screen) for trace in data]
    drawn += [_note(note, x, y, 1.0 if screen else _GROW) for note in layout.get("annotations", [])]
    return Drawing(width, height + 6, "".join(drawn), alt)


def _across(trace: Mapping[str, Any]) -> list[Any]:
    """The values along the axis of time that a trace reaches: of a bar its two ends, for its `x` is a length."""
    if trace.get("base") is None:
        return [trace.get("x")]
    base = np.asarray(unpacked(trace["base"]), dtype=float)
    return [base, base + np.asarray(unpacked(trace["x"]), dtype=float)]


def _grid(layout: Mapping[str, Any], axis: _Axis, top: float, bottom: float, dim: str) -> str:
    """Lines down from each tick of the axis of time, with its name."""
    values, names = layout.get("tickvals"), layout.get("ticktext")
    if values is None:
        if not axis.dated:
            return ""
        first, last = (pd.Timestamp(v, unit="ms").year for v in (axis.low, axis.high))
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if (last - first) / step <= 9)
        days = [pd.Timestamp(year, 1, 1) for year in range(first, last + 1) if year % step == 0]
        values, names = days, [str(day.year) for day in days]
    drawn = []
    for at, name in zip(axis.at(values), names or [""] * len(values), strict=True):
        if axis.start - 1 <= at <= axis.end + 1:
            label, half = plain(str(name)), letters.width(plain(str(name)), 13.5) / 2
            drawn.append(line(at, top, at, bottom, layout.get("gridcolor", GRID)))
            drawn.append(text(min(max(at, axis.start + half), axis.end - half), bottom + 19, label, size=13.5, fill=dim, anchor="middle"))
    return "".join(drawn)


def _levels(layout: Mapping[str, Any], y: _Axis, x: _Axis) -> str:
    """Lines between lanes, where the figure asks for them by name."""
    if layout.get("visible") is False or layout.get("tickvals") is None:
        return ""
    return "".join(line(x.start, at, x.end, at, layout.get("gridcolor", GRID)) for at in y.at(layout["tickvals"]))


def _trace(trace: Mapping[str, Any], x: _Axis, y: _Axis, screen: Screen | None) -> str:
    opacity = trace.get("opacity")
    kind = trace.get("type", "scatter")
    if kind == "bar" and trace.get("orientation") == "h" and trace.get("base") is not None:
        drawn = _bars(trace, x, y, screen)
    elif kind == "scatter":
        mode = trace.get("mode", "lines")
        drawn = (_lines(trace, x, y) if "lines" in mode else "") + (_marks(trace, x, y, screen) if "markers" in mode else "")
        drawn += _texts(trace, x, y, 1.0 if screen else _GROW) if "text" in mode else ""
    else:
        raise ValueError(f"a plate cannot draw a {kind} trace")
    return tag("g", drawn, opacity=float(opacity)) if opacity is not None and drawn else drawn


def _bars(trace: Mapping[str, Any], x: _Axis, y: _Axis, screen: Screen | None) -> str:
    base, length = x.numbers(trace["base"]), x.numbers(trace["x"])
    middle, thick = y.numbers(trace["y"]), y.numbers(trace["width"])
    colours = _each(trace["marker"]["color"], len(base))
    hatched = "pattern" in trace["marker"]
    levels = np.sort([y.at(middle - thick / 2), y.at(middle + thick / 2)], axis=0)
    drawn: list[str] = []
    edges = (values.tolist() for values in (x.at(base), x.at(base + length), *levels))
    for left, right, upper, lower, colour in zip(*edges, colours, strict=True):
        fill, alpha = ink(colour)
        if not right > left:
            drawn.append("")
        elif hatched:
            strokes = [[(at, lower), (min(at + (lower - upper), right), upper)] for at in np.arange(left, right, 5.0)]
            drawn.append(path(strokes, closed=False, fill="none", stroke=fill, stroke_width=1.3))
        else:
            drawn.append(rect(left, upper, right - left, lower - upper, fill, fill_opacity=alpha))
    return _opening(drawn, trace, screen)


def _opening(drawn: Sequence[str], trace: Mapping[str, Any], screen: Screen | None) -> str:
    """Marks one after the other; on a screen those of one record together are a link that says what they are."""
    if screen is None:
        return "".join(drawn)
    keys, told = _each(trace.get("customdata"), len(drawn)), _each(trace.get("hovertext"), len(drawn))
    whole = []
    for (key, hover), marks in groupby(zip(keys, told, drawn, strict=True), key=lambda mark: mark[:2]):
        body = "".join(mark[2] for mark in marks)
        if not body:
            continue
        title = tag("title", said(plain(str(hover).replace("<br>", ". ")))) if hover else ""
        address = screen.opens(str(key)) if key else ""
        whole.append(tag("a", title + body, href=address, tabindex="-1") if address else tag("g", title + body) if title else body)
    return "".join(whole)


def _lines(trace: Mapping[str, Any], x: _Axis, y: _Axis) -> str:
    look = trace.get("line", {})
    runs: list[list[tuple[float, float]]] = [[]]
    for px, py in zip(x.at(trace["x"]), y.at(trace["y"]), strict=True):
        if np.isnan(px) or np.isnan(py):
            runs.append([])
        else:
            runs[-1].append((float(px), float(py)))
    stroke, alpha = ink(look.get("color", INK))
    dash = str(look.get("dash", "solid"))
    dashes = _DASHES[dash] if dash in _DASHES else dash.replace("px", "").replace(",", " ")
    return path([run for run in runs if len(run) > 1], closed=False, fill="none", stroke=stroke, stroke_width=float(look.get("width", 2)), stroke_opacity=alpha, stroke_dasharray=dashes)  # fmt: skip


def _marks(trace: Mapping[str, Any], x: _Axis, y: _Axis, screen: Screen | None) -> str:
    marker, n = trace.get("marker", {}), len(trace["x"])
    edge = marker.get("line", {})
    look = (_each(marker.get(name, default), n) for name, default in (("symbol", "circle"), ("size", 6), ("color", INK), ("opacity", None)))
    edges = (_each(edge.get(name, default), n) for name, default in (("width", 0), ("color", INK)))
    drawn = []
    for px, py, symbol, size, colour, opacity, wide, rim in zip(
        x.at(trace["x"]).tolist(), y.at(trace["y"]).tolist(), *look, *edges, strict=True
    ):
        if px != px or py != py:  # not a number: no place
            drawn.append("")
            continue
        if symbol.startswith("line-ns"):
            drawn.append(line(px, py - size, px, py + size, ink(rim)[0], max(float(wide), 1)))
            continue
        fill, alpha = ink(colour)
        more = {"opacity": float(opacity)} if opacity not in (None, 1) else {"opacity": alpha}
        if symbol.endswith("-open"):
            drawn.append(
                glyph(symbol, px, py, float(size) / 2, fill, width=float(wide) or 1.4, ground=screen.ground if screen else PAPER, **more)
            )
        else:
            drawn.append(glyph(symbol, px, py, float(size) / 2 * 1.06, fill, stroke=ink(rim)[0], width=float(wide), **more))
    return _opening(drawn, trace, screen)


def _texts(trace: Mapping[str, Any], x: _Axis, y: _Axis, grow: float) -> str:
    look, position = trace.get("textfont", {}), trace.get("textposition", "middle center")
    size = float(look.get("size", 13)) * grow
    anchor = "start" if "right" in position else "end" if "left" in position else "middle"
    drawn = []
    for px, py, words in zip(x.at(trace["x"]), y.at(trace["y"]), _each(trace.get("text", ""), len(trace["x"])), strict=True):
        if words and not np.isnan(px) and not np.isnan(py):
            lift = -size * 0.5 if position.startswith("top") else size * 1.1 if position.startswith("bottom") else size * 0.34
            # Two spaces are how a figure keeps a name off its mark.
            x_of = px + (8 if words.startswith("  ") else 0)
            drawn.append(_rich(x_of, py + lift, str(words), size, str(look.get("color", INK)), anchor))
    return "".join(drawn)


def _note(note: Mapping[str, Any], x: _Axis, y: _Axis, grow: float) -> str:
    look = note.get("font", {})
    size = float(look.get("size", 13)) * grow
    px = x.start + float(note["x"]) * (x.end - x.start) if note.get("xref") == "paper" else float(x.at([note["x"]])[0])
    py = y.start + float(note["y"]) * (y.end - y.start) if note.get("yref") == "paper" else float(y.at([note["y"]])[0])
    anchor = {"left": "start", "right": "end"}.get(str(note.get("xanchor")), "middle")
    lines = str(note.get("text", "")).split("<br>")
    first = {"bottom": -3 - size * 1.2 * (len(lines) - 1), "top": size}.get(str(note.get("yanchor")), size * 0.34)
    return "".join(
        _rich(px, py + first + at * size * 1.2, part, size, str(look.get("color", INK)), anchor) for at, part in enumerate(lines)
    )


def _rich(x: float, y: float, words: str, size: float, fill: str, anchor: str) -> str:
    """A line of text with bold parts, as Plotly reads a little HTML."""
    parts = re.split(r"(<b>.*?</b>)", words)
    if len([part for part in parts if part]) < 2 or anchor != "start":
        return text(x, y, plain(words).strip(), size=size, weight=600 if "<b>" in words else 400, fill=ink(fill)[0], anchor=anchor)
    drawn, at = [], x
    for part in parts:
        if shown := plain(part).strip():
            weight = 600 if part.startswith("<b>") else 400
            drawn.append(text(at, y, shown, size=size, weight=weight, fill=ink(fill)[0]))
            at += letters.width(shown, size, weight) + 8
    return "".join(drawn)


def plain(words: str) -> str:
    """A text without its tags and entities."""
    return unescape(_TAG.sub("", words))


def _each(value: Any, n: int) -> list[Any]:
    """One value a mark, whether the figure gives one for all or a list."""
    value = unpacked(value)
    if isinstance(value, str) or value is None or np.isscalar(value):
        return [value] * n
    return list(value)


def unpacked(value: Any) -> Any:
    """An array that Plotly keeps as bytes, as an array again."""
    if not isinstance(value, Mapping):
        return value
    return np.frombuffer(base64.b64decode(value["bdata"]), dtype=np.dtype(value["dtype"]))


@lru_cache(maxsize=1024)
def ink(colour: Any) -> tuple[str, float]:
    """A colour without its transparency, and its transparency."""
    if match := _RGBA.match(str(colour)):
        return "#" + "".join(f"{int(part):02X}" for part in match.groups()[:3]), float(match[4] or 1)
    return str(colour), 1.0
