"""Figures of days: how one is to be seen, and what all of them are made of: soft boxes, dates along the axis, names over lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from html import escape
from typing import Any

from evidence.charts.ink import INK, RULE, fade, tone, year_step
from evidence.lanes import day as day_number
from evidence.words import Words

LABEL = 20  # pixels that the name of a lane takes above it
DAY_MS = 86_400_000  # what Plotly counts in
STILL = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}  # a click on one mark does not fade the others


@dataclass(frozen=True)
class Look:
    """How a figure of lanes is to be seen: the days it spans, the day the bundle speaks of, light or dark.

    `width` in pixels is a guess: a server does not know a reader's screen, and only the packing of glyphs depends on it.
    """

    since: date
    until: date
    published: date
    dark: bool
    width: int = 760

    @cached_property
    def left(self) -> float:
        """The first moment drawn, in days since 1970."""
        return day_number(self.since) - self._margin

    @cached_property
    def right(self) -> float:
        """The last moment drawn."""
        return day_number(self.until) + 1 + self._margin

    @property
    def _margin(self) -> float:
        return (day_number(self.until) + 1 - day_number(self.since)) * 0.012

    @cached_property
    def pixels(self) -> float:
        """Pixels a day."""
        return self.width / (self.right - self.left)

    @property
    def ink(self) -> str:
        """The colour of what is written."""
        return INK[self.dark]

    @property
    def faint(self) -> str:
        """The colour of what only carries the rest."""
        return "#8F8A80" if self.dark else "#77726A"

    @property
    def rule(self) -> str:
        """The colour of thin lines between things."""
        return RULE[self.dark]

    def tone(self, colour: str) -> str:
        """A vocabulary's colour, lightened where the ground is dark."""
        return tone(colour, self.dark)


class Boxes:
    """Rectangles of a figure, drawn as one bar trace: soft edges are nested boxes, each a little paler."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.base: list[float] = []
        self.length: list[float] = []
        self.middle: list[float] = []
        self.thickness: list[float] = []
        self.colour: list[str] = []
        self.said: list[str] = []
        self.key: list[str] = []

    def add(self, start: float, end: float, y: float, thickness: float, colour: str, said: str, key: str = "") -> None:
        """One rectangle from `start` to `end` (days since 1970) at a height and of a thickness in pixels; nothing outside the figure."""
        start, end = max(start, self._look.left), min(end, self._look.right)
        if end > start:
            self.base.append(start * DAY_MS)
            self.length.append((end - start) * DAY_MS)
            self.middle.append(y)
            self.thickness.append(thickness)
            self.colour.append(colour)
            self.said.append(said)
            self.key.append(key)

    def soft(
        self, when: tuple[float, float, float, float], y: float, thickness: float, colour: str, strength: float, said: str, key: str
    ) -> None:
        """A span whose edges fade over what is not known of them."""
        a, b, c, d = max(when[0], self._look.left - 1), when[1], when[2], min(when[3], self._look.right + 1)
        b, c = min(max(a, b), d), max(min(c, d), a)
        edge = max(b - a, d - c) * self._look.pixels
        levels = 10 if edge > 40 else 5 if edge > 5 else 1
        for level in range(levels):
            part = (level + 0.5) / levels
            self.add(a + (b - a) * part, d - (d - c) * part, y, thickness, fade(colour, strength / levels), said, key)

    def trace(self, **more: Any) -> dict[str, Any]:
        """All of them as Plotly's plain data; `more` says what differs."""
        return {
            "type": "bar", "orientation": "h", "base": self.base, "x": self.length, "y": self.middle, "width": self.thickness,
            "marker": {"color": self.colour, "line": {"width": 0}, **more.pop("marker", {})}, "hovertext": self.said, "hoverinfo": "text",
            "customdata": self.key, "showlegend": False, **STILL, **more,
        }  # fmt: skip


def layout(look: Look, words: Words, height: float) -> dict[str, Any]:
    """The layout that figures over time share."""
    values, texts = ticks(look, words)
    return {
        "margin": {"l": 4, "r": 4, "t": 4, "b": 26}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": look.ink, "size": 13}, "hoverlabel": {"align": "left"}, "dragmode": False, "barmode": "overlay", "showlegend": False, "hovermode": "closest",
        "xaxis": {
            "type": "date", "range": [look.left * DAY_MS, look.right * DAY_MS], "tickvals": values, "ticktext": texts, "tickangle": 0,
            "showgrid": True, "gridcolor": look.rule, "zeroline": False, "fixedrange": True,
        },
        "yaxis": {"range": [height, 0], "showgrid": True, "gridcolor": look.rule, "zeroline": False, "fixedrange": True, "ticks": "", "showticklabels": False},
    }  # fmt: skip


def ticks(look: Look, words: Words) -> tuple[list[float], list[str]]:
    """At most seven dates along the axis, named in the reader's language (Plotly itself speaks only English here)."""
    days = (look.until - look.since).days + 1
    if days > 3 * 365:
        step = year_step(days / 365, 7)
        chosen, unit = [date(year, 1, 1) for year in range(look.since.year, look.until.year + 1) if year % step == 0], "year"
    elif days > 75:
        step = next(step for step in (1, 2, 3, 6) if days / 30.4 / step <= 6.5 or step == 6)
        months = range(look.since.year * 12 + look.since.month - 1, look.until.year * 12 + look.until.month)
        chosen, unit = [date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0], "month"
    else:
        step = next(step for step in (1, 2, 5, 7, 14) if days / step <= 7 or step == 14)
        chosen, unit = [look.since + timedelta(days=n) for n in range(0, days, step)], "day"
    return [day_number(when) * DAY_MS for when in chosen], [words.tick(when, unit) for when in chosen]


def names_over(labels: Sequence[str], tops: Sequence[float], look: Look, left: float | None = None) -> dict[str, Any]:
    """The names of the lanes, each over its lane at the left edge."""
    return {
        "type": "scatter", "mode": "text", "x": [look.left * DAY_MS if left is None else left] * len(labels), "y": [top + 11 for top in tops], "text": list(labels),
        "textposition": "middle right", "textfont": {"size": 13, "color": look.ink}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def heading(text: str, top: float, look: Look) -> dict[str, Any]:
    """A line of text at the left edge, where a lane would have its name."""
    return {
        "type": "scatter", "mode": "text", "x": [look.left * DAY_MS], "y": [top + 11], "text": [f"<i>{escape(text)}</i>"], "textposition": "middle right",
        "textfont": {"size": 12, "color": look.faint}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
