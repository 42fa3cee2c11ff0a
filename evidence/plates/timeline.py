"""Acts in time: a row an act where they are few, a lane a family where they are many, bubbles a year where they are thousands."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import date, timedelta

import numpy as np
import pandas as pd

from evidence import lanes
from evidence.lanes import Span
from evidence.model import day_of
from evidence.plates import letters
from evidence.plates.drawing import ACT, DIM, GRID, INK, PAPER, RULE, Drawing, circle, glyph, line, path, rect, tag, text
from evidence.words import Words

ROWS = 22  # so many acts have a row each, with their date and name
MANY = 2_000  # above it, the acts of a year are one mark
_PITCH, _DEEP = 13.0, 7  # pixels a glyph takes in a lane; rows deep a lane may be


class Axis:
    """Days since 1970 to pixels, with its ticks."""

    def __init__(self, first: float, last: float, left: float, right: float) -> None:
        spare = max((last - first) * 0.015, 0.6)
        self.first, self.last, self.left, self.right = first - spare, last + spare, left, right

    def x(self, day: float) -> float:
        """The pixel of a day; what is open on a side ends at the edge."""
        share = (min(max(day, self.first), self.last) - self.first) / (self.last - self.first)
        return self.left + share * (self.right - self.left)

    def ticks(self) -> list[tuple[float, date, str]]:
        """(day, date, unit) of each tick: years, months or days, as many as can be read."""
        span, room = self.last - self.first, max(int((self.right - self.left) / 74), 2)
        start, end = day_of(self.first), day_of(math.ceil(self.last))
        if span > 730:
            step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 500) if span / 365.25 / step <= room)
            days = [(date(year, 1, 1), "year") for year in range(start.year, end.year + 1) if year % step == 0]
        elif span > 45:
            step = next(step for step in (1, 2, 3, 6, 12) if span / 30.4 / step <= room)
            months = range(start.year * 12 + start.month - 1, end.year * 12 + end.month)
            days = [(date(month // 12, month % 12 + 1, 1), "month") for month in months if month % 12 % step == 0]
        else:
            step = next(step for step in (1, 2, 5, 7, 14, 31) if span / step <= room)
            days = [(start + timedelta(days=n), "day") for n in range(0, math.ceil(span) + 1, step)]
        ticks = ((lanes.day(day), day, unit) for day, unit in days)
        return [tick for tick in ticks if self.first <= tick[0] <= self.last]


def axis_marks(axis: Axis, top: float, bottom: float, words: Words) -> str:
    """Thin lines down from each tick, and its name under them."""
    drawn = []
    for day, when, unit in axis.ticks():
        x = axis.x(day)
        label = words.tick(when, unit)
        half = letters.width(label, 13.5) / 2
        at = min(max(x, half), axis.right + 14 - half)
        drawn += [line(x, top, x, bottom, GRID), text(at, bottom + 18, label, size=13.5, fill=DIM, anchor="middle")]
    return "".join(drawn)


def timeline_drawing(
    words: Words, frame: pd.DataFrame, *, width: float = 1136.0, highlight: Collection[str] = (), rows: int = ROWS
) -> Drawing:
    """Acts in time. A full glyph is a day, a hollow one and its soft bar are as exact as the source is. See the package for the arguments."""
    table = frame[["incident_id", "period", "kind"]].assign(when=[lanes.span(edtf) for edtf in frame["period"]])
    undated = int(table["when"].isna().sum())
    dated = table[table["when"].notna()].reset_index(drop=True)
    if dated.empty:
        note = words("timeline.alt_empty") if not undated else words("plate.undated", n=undated)
        return Drawing(width, 40, text(0, 24, note, fill=DIM), note)
    spans: list[Span] = dated["when"].tolist()
    bounds = [b for span in spans for b in (span.a, span.d) if math.isfinite(b)]
    first, last = min(bounds), max(bounds)
    chosen = set(highlight)
    if len(dated) <= rows:
        body, height = _list(words, dated, spans, first, last, width, chosen)
    elif len(dated) <= MANY:
        body, height = _lanes(words, dated, spans, first, last, width, chosen)
    else:
        body, height = _bubbles(words, dated, spans, first, last, width)
    legend, deep = _legend(words, dated, spans, width, few=len(dated) <= rows, many=len(dated) > MANY)
    body += tag("g", legend, transform=f"translate(0 {height:g})")
    if undated:
        body += text(0, height + deep + 14, words("plate.undated", n=undated), size=14, fill=DIM)
        deep += 24
    years = words("plate.years", since=_year(first), until=_year(last - 1))
    return Drawing(width, height + deep, body, words("plate.timeline_alt", n=len(dated), years=years))


def _year(day: float) -> str:
    return str(day_of(day).year)


def _look(words: Words, kind: str) -> tuple[str, str]:
    term = words.term("act_type", kind)
    return term.get("glyph") or "circle", term.get("colour") or ACT


def _soft(span: Span, axis: Axis, y: float, thick: float, colour: str, opacity: float) -> str:
    """What may be: from the earliest to the latest day. What surely was, darker inside; an arrow where it is open."""
    a, d = axis.x(span.a), axis.x(span.d)
    drawn = [rect(a, y - thick / 2, max(d - a, 2), thick, colour, fill_opacity=0.22 * opacity, rx=2)]
    if math.isfinite(span.b) and math.isfinite(span.c) and span.c - span.b > 1:
        drawn.append(rect(axis.x(span.b), y - thick / 2, axis.x(span.c) - axis.x(span.b), thick, colour, fill_opacity=0.4 * opacity, rx=2))
    for open_end, x, turn in ((math.isinf(span.d), d, 1), (math.isinf(span.a), a, -1)):
        if open_end:
            drawn.append(path([[(x, y - 5), (x + 7 * turn, y), (x, y + 5)]], closed=True, fill=colour, fill_opacity=0.6 * opacity))
    return "".join(drawn)


def _middle(span: Span, axis: Axis) -> float:
    if math.isinf(span.a):
        return axis.x(span.d)
    return axis.x(span.a) if math.isinf(span.d) else axis.x((span.a + span.d) / 2)


def _list(
    words: Words, dated: pd.DataFrame, spans: list[Span], first: float, last: float, width: float, chosen: set[str]
) -> tuple[str, float]:
    """A row an act: when, what, and where it stands in time."""
    names = [words.label("act_type", kind) for kind in dated["kind"]]
    whens = [words.date(edtf) for edtf in dated["period"]]
    size = 14.5
    date_wide = min(max(letters.width(when, size) for when in whens), 230.0) + 16
    name_wide = min(max(letters.width(name, size, 600) for name in names), max(width * 0.52 - date_wide, width - date_wide - 250, 120)) + 18
    axis = Axis(first, last, date_wide + name_wide, width - 14)
    told = [letters.wrap(name, name_wide - 14, size, 600, limit=2) for name in names]
    dates = [letters.wrap(when, date_wide - 12, size, limit=2) for when in whens]
    high, drawn = 25.0 + 16 * (max(map(len, [*told, *dates])) - 1), []
    bottom = 6 + high * len(dated)
    drawn.append(axis_marks(axis, 0, bottom + 4, words))
    for at, (key, kind, span, name, when) in enumerate(zip(dated["incident_id"], dated["kind"], spans, told, dates, strict=True)):
        y = 6 + high * (at + 0.5)
        opacity = 0.5 if chosen and key not in chosen else 1.0
        shape, colour = _look(words, kind)
        if at % 2 == 0:
            drawn.append(rect(0, y - high / 2, width, high, "#F3EEE3", fill_opacity=0.55))
        fill = INK if opacity == 1 else DIM
        drawn += [text(0, y + 5 - 8 * (len(when) - 1) + 16 * n, part, size=size, fill=DIM) for n, part in enumerate(when)]
        first_line = y + 5 - 8 * (len(name) - 1)
        drawn += [text(date_wide, first_line + 16 * n, part, size=size, weight=600, fill=fill) for n, part in enumerate(name)]
        x = _middle(span, axis)
        if not span.exact:
            drawn.append(_soft(span, axis, y, 9, colour, opacity))
        drawn.append(line(axis.left - 4, y, x - 9, y, GRID) if x - 9 > axis.left else "")
        drawn.append(
            glyph(
                shape if span.exact else f"{shape}-open",
                x,
                y,
                6.5,
                colour,
                width=1.2,
                opacity=opacity if opacity < 1 else None,
                data_ids=key,
            )
        )
    return "".join(drawn), bottom + 34


def _families(words: Words, dated: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """The families present, in the vocabulary's order, each with the positions of its acts; a type of no family stands last."""
    of = dated["kind"].map({kind: words.term("act_type", kind).get("parent", "") for kind in dated["kind"].unique()}).to_numpy()
    order = [*words.codes("act_family"), ""]
    return [(family, np.flatnonzero(of == family)) for family in order if (of == family).any()]


def _lanes(
    words: Words, dated: pd.DataFrame, spans: list[Span], first: float, last: float, width: float, chosen: set[str]
) -> tuple[str, float]:
    """A lane a family; glyphs stand side by side in it, none on another while there is room."""
    families = _families(words, dated)
    label = min(max(letters.width(_family(words, family), 15, 600) for family, _ in families), width * 0.26) + 18
    axis = Axis(first, last, label, width - 14)
    keys, kinds = dated["incident_id"].tolist(), dated["kind"].tolist()
    drawn, lines, y = [], [], 2.0
    for family, at in families:
        middles = np.array([_middle(spans[i], axis) for i in at])
        rows = lanes.pack(middles - _PITCH / 2, middles + _PITCH / 2, _DEEP)
        deep = max(int(rows.max()) + 1, 2)
        name = letters.wrap(_family(words, family), label - 16, 15, 600, limit=2 if width > 480 else 4)
        extra = len(name) * 17
        high = max(deep * _PITCH + 12, 19 + extra + 10)
        lines.append(line(0, y + high, width, y + high, RULE))
        drawn += [text(0, y + 19 + at_line * 17, part, size=15, weight=600) for at_line, part in enumerate(name)]
        drawn.append(text(0, y + 19 + extra, words.number(len(at)), size=13.5, fill=DIM))
        for i, x, row in zip(at, middles, rows, strict=True):
            centre = y + 6 + (row + 0.5) * _PITCH
            shape, colour = _look(words, kinds[i])
            standing_out = keys[i] in chosen
            opacity = 0.55 if chosen and not standing_out else 1.0
            if not spans[i].exact and axis.x(spans[i].d) - axis.x(spans[i].a) > 9:
                drawn.append(_soft(spans[i], axis, centre, 6, colour, opacity))
            drawn.append(
                glyph(
                    shape if spans[i].exact else f"{shape}-open", x, centre, 6.4 if standing_out else 5.2, colour,
                    stroke=INK if standing_out else PAPER, width=1.6 if standing_out else 0.8, opacity=opacity if opacity < 1 else None, data_ids=keys[i],
                )
            )  # fmt: skip
        y += high
    return axis_marks(axis, 2, y, words) + "".join(lines + drawn), y + 32


def _family(words: Words, family: str) -> str:
    return words.label("act_family", family) if family else words("plate.other_kinds")


def _bubbles(words: Words, dated: pd.DataFrame, spans: list[Span], first: float, last: float, width: float) -> tuple[str, float]:
    """A disc a family and year, its area the number of acts: what thousands of acts become on a page."""
    families = _families(words, dated)
    label = min(max(letters.width(_family(words, family), 15, 600) for family, _ in families), width * 0.26) + 18
    axis = Axis(first, last, label, width - 14)
    middles = np.array([_day_of(span) for span in spans])
    years = (middles.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970).astype(int)
    most = max(np.bincount(years[at] - years.min()).max() for _, at in families)
    high, drawn, y = 56.0 if width > 480 else 72.0, [], 2.0
    for family, at in families:
        colour = words.term("act_family", family).get("colour") or ACT
        drawn.append(line(0, y + high, width, y + high, RULE))
        name = letters.wrap(_family(words, family), label - 12, 15, 600, limit=2 if width > 480 else 3)
        drawn += [text(0, y + 17 + at_line * 16, part, size=15, weight=600) for at_line, part in enumerate(name)]
        drawn.append(text(0, y + 18 + len(name) * 16, words.number(len(at)), size=13.5, fill=DIM))
        found, counts = np.unique(years[at], return_counts=True)
        for year, n in zip(found, counts, strict=True):
            drawn.append(
                circle(axis.x(lanes.day(date(int(year), 7, 1))), y + high / 2, 2 + 20 * math.sqrt(n / most), colour, fill_opacity=0.75)
            )
        y += high
    return axis_marks(axis, 2, y, words) + "".join(drawn), y + 32


def _day_of(span: Span) -> int:
    if math.isinf(span.a):
        return int(span.d) - 1
    return int(span.a) if math.isinf(span.d) else int((span.a + span.d) // 2)


def _legend(words: Words, dated: pd.DataFrame, spans: list[Span], width: float, *, few: bool, many: bool) -> tuple[str, float]:
    """What a full and a hollow glyph mean, and the glyphs of the types where these are not written beside them."""
    entries: list[tuple[str, str, str]] = []
    if many:
        entries.append((circle(9, -5, 7, DIM, fill_opacity=0.6), words("plate.bubble"), ""))
    else:
        if any(span.exact for span in spans):
            entries.append((glyph("circle", 9, -5, 6, ACT), words("plate.exact"), ""))
        if not all(span.exact for span in spans):
            soft = rect(-2, -9, 22, 7, ACT, fill_opacity=0.22, rx=2) + glyph("circle-open", 9, -5, 5.5, ACT)
            entries.append((soft, words("plate.soft"), ""))
        if not few:
            for kind, n in dated["kind"].value_counts().head(16).items():
                entries.append(
                    (
                        glyph(_look(words, str(kind))[0], 9, -5, 6, _look(words, str(kind))[1]),
                        words.label("act_type", str(kind)),
                        words.number(int(n)),
                    )
                )
    return flow(entries, width)


def flow(entries: Collection[tuple[str, str, str]], width: float, size: float = 14.0) -> tuple[str, float]:
    """Legend entries (mark, label, number) one after another, a new line where there is no room; with their height; a label longer than a line is broken."""
    drawn, x, y = [], 0.0, 20.0
    for mark, label, n in entries:
        name = letters.wrap(label, width - 25 - (7 + letters.width(n, size, 600) if n else 0), size)
        last = letters.width(name[-1], size)
        long = (
            25 + max(letters.width(part, size) for part in name[:-1])
            if len(name) > 1
            else 25 + last + (7 + letters.width(n, size, 600) if n else 0)
        )
        long += 26
        if x and x + long - 26 > width:
            x, y = 0.0, y + 23
        lines = "".join(text(25, 17 * at, part, size=size, fill=INK if n else DIM) for at, part in enumerate(name))
        number = text(32 + last, 17 * (len(name) - 1), n, size=size, weight=600) if n else ""
        drawn.append(tag("g", mark + lines + number, transform=f"translate({x:.0f} {y:.0f})"))
        x, y = x + long, y + 17 * (len(name) - 1)
    return "".join(drawn), y + 10
