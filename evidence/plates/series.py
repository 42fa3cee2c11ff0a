"""Figures of the Environment and Resettlement pages on paper: lines with gaps, dated bars, years, strips of days, spans, flows, shares.

They are drawn from the same small rows as on the screen (evidence/charts/series.py and resettlement.py); what is named here of a row is
all that is asked of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from evidence.plates import letters
from evidence.plates.drawing import ACCENT, ACT, DIM, GRID, INK, PAPER, RULE, Drawing, glyph, line, path, rect, tag, text
from evidence.plates.plotted import plain
from evidence.words import Words

COLOURS = ("#0b5a63", "#8f6200", "#6a4c93", "#4f6b2a", "#55717d", "#7a4a2a")
AMBER, QUIET, MOVED = "#c08a1a", "#a8a294", "#4F6E5A"
_HIGH = 300.0


def hatch(x: float, y: float, wide: float, high: float, colour: str, step: float = 5.0) -> str:
    """Slanting strokes inside a box: what is not known, or not yet."""
    strokes = []
    for at in range(int((wide + high) / step) + 1):
        start = at * step
        x1, y1 = (x + start, y + high) if start <= wide else (x + wide, y + high - (start - wide))
        x2, y2 = (x, y + high - start) if start <= high else (x + start - high, y)
        strokes.append([(x1, y1), (x2, y2)])
    return path(strokes, closed=False, fill="none", stroke=colour, stroke_width=1.0)


def ticks(top: float, most: int = 5) -> list[float]:
    """Round numbers from 0 to `top`."""
    if top <= 0:
        return [0.0]
    size = 10 ** math.floor(math.log10(top / most))
    step = next(size * lead for lead in (1, 2, 2.5, 5, 10) if size * lead >= top / most * 0.999)
    return [step * n for n in range(int(top / step + 1e-9) + 1)]


def _mark(shape: str, x: float, y: float, colour: str, hollow: bool) -> str:
    name = {"diamond": "diamond", "square": "square"}.get(shape, "circle")
    return glyph(f"{name}-open" if hollow else name, x, y, 5.4, colour, width=1.8 if hollow else 1.0)


def lines_drawing(
    lines: Sequence[Any], words: Words, *, first: float, last: float, alt: str, rules: Sequence[Any] = (), width: float = 1136.0
) -> Drawing:
    """Lines over the years `first` to `last` (fractions of years); what is apart in time is not joined; limits as levels with their names."""
    highest = max([mark.value for each in lines for mark in each.marks] + [rule.value for rule in rules], default=0) or 1.0
    values = ticks(highest)
    gutter = max(letters.width(words.number(value), 13.5) for value in values) + 10
    named = [each for each in lines if each.name and each.marks]
    aside = min(max((letters.width(each.name, 14) for each in named), default=0) + 26, 260.0)
    left, right, foot = gutter, width - aside - 10, 26.0 + _HIGH
    scale = _HIGH / (highest * 1.04)

    def at(mark: Any) -> tuple[float, float]:
        return left + mark.at * (right - left), foot - mark.value * scale

    drawn = []
    for value in values:
        y = foot - value * scale
        drawn += [
            line(left, y, right, y, INK if value == 0 else GRID),
            text(left - 7, y + 4.5, words.number(value), size=13.5, fill=DIM, anchor="end"),
        ]
    years = range(math.ceil(first), math.floor(last - 0.001) + 1) or [math.floor(first)]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if len(years) / step <= 12)
    for year in (year for year in years if year % step == 0):
        x = left + max(year - first, 0) / (last - first) * (right - left)
        drawn += [line(x, foot, x, foot + 5, INK), text(x, foot + 20, str(year), size=13.5, fill=DIM, anchor="middle")]
    for rule in rules:
        y = foot - rule.value * scale
        drawn.append(line(left, y, right, y, ACT if rule.firm else DIM, 1.6, None if rule.firm and not rule.hollow else "6 4"))
        name = letters.shorten(rule.name, right - left, 13.5)
        wide = letters.width(name, 13.5)
        spots = [at(mark) for each in lines for mark in each.marks]
        # The name stands at the right end of its level, or at the left where marks are in its way.
        crowded = [any(abs(dot_y - y + 10) < 18 and low - 8 < dot_x < high + 8 for dot_x, dot_y in spots) for low, high in ((right - wide, right), (left, left + wide))]  # fmt: skip
        at_left = crowded[0] and not crowded[1]
        drawn.append(text(left + 4 if at_left else right, y - 5, name, size=13.5, fill=ACT if rule.firm else DIM, anchor="start" if at_left else "end", halo=PAPER))  # fmt: skip
    for each in lines:
        colour = COLOURS[each.colour % len(COLOURS)]
        runs = [[at(each.marks[n]) for n in run] for run in each.runs if len(run) > 1]
        drawn.append(
            path(
                runs,
                closed=False,
                fill="none",
                stroke=colour,
                stroke_width=2.4,
                stroke_dasharray="7 5" if each.dashed else None,
                stroke_linejoin="round",
            )
        )
        drawn += [_mark(mark.shape, *at(mark), colour, mark.hollow) for mark in each.marks]
    floor = -math.inf
    for each in sorted(named, key=lambda one: at(one.marks[-1])[1]):
        parts = letters.wrap(each.name, aside - 22, 14, limit=4)
        y = max(at(each.marks[-1])[1], floor)
        colour = COLOURS[each.colour % len(COLOURS)]
        drawn.append(_mark(each.marks[-1].shape, right + 14, y, colour, each.marks[-1].hollow))
        drawn += [text(right + 24, y + 5 + n * 17, part, size=14, fill=colour) for n, part in enumerate(parts)]
        floor = y + len(parts) * 17 + 6
    return Drawing(width, max(foot + 32, floor + 8 if floor > 0 else 0), "".join(drawn), alt)


def bars_drawing(rows: Sequence[Any], *, alt: str, colour: str = AMBER, width: float = 1136.0) -> Drawing:
    """Figures one under another, each with its bar and its number; hollow is not verified, hatched a plan, grey for comparison."""
    top = max((row.value for row in rows), default=0) or 1.0
    name_wide = min(width * 0.42, 470.0)
    number_wide = max((letters.width(row.text, 14.5, 600) for row in rows), default=0) + 14
    left, room = name_wide + 16, width - name_wide - 16 - number_wide
    drawn, y = [], 4.0
    for row in rows:
        names = letters.wrap(plain(row.name), name_wide, 14.5, 600 if row.chosen else 400, limit=2)
        notes = letters.wrap(row.note, name_wide, 13, limit=2) if row.note else []
        high = max(len(names) * 18 + len(notes) * 16 + 10, 30)
        drawn += [text(0, y + 17 + n * 18, part, size=14.5, weight=600 if row.chosen else 400) for n, part in enumerate(names)]
        drawn += [text(0, y + 16 + len(names) * 18 + n * 16, part, size=13, fill=DIM) for n, part in enumerate(notes)]
        wide, middle = max(row.value, 0) / top * room, y + high / 2
        if row.value > 0:
            drawn.append(_bar(left, middle - 8, max(wide, 2), 16, row.look, colour))
        drawn.append(text(left + (wide + 8 if row.value > 0 else 0), middle + 5, row.text, size=14.5, weight=600))
        y += high
        drawn.append(line(0, y, width, y, GRID))
    return Drawing(width, y + 6, "".join(drawn), alt)


def _bar(x: float, y: float, wide: float, high: float, look: str, colour: str) -> str:
    if look == "hollow":
        return rect(x + 1, y + 1, wide - 2, high - 2, "none", stroke=colour, stroke_width=2.0)
    if look == "plan":
        return hatch(x, y, wide, high, colour) + rect(x + 0.5, y + 0.5, wide - 1, high - 1, "none", stroke=colour)
    return rect(x, y, wide, high, QUIET if look == "quiet" else colour, fill_opacity=0.55 if look == "claim" else None)


def years_drawing(years: Sequence[Any], *, alt: str, missing: str, hollow: bool = False, width: float = 1136.0) -> Drawing:
    """A column a year (or another step with a name) with its number above it; what others say as diamonds. A missing one is a hatch, not a zero."""
    highest = max([year.value or 0 for year in years] + [mark.value for year in years for mark in year.others], default=0) or 1.0
    slot, foot, high = width / max(len(years), 1), 30 + _HIGH * 0.8, _HIGH * 0.8
    pad = min(slot * 0.1, 8)
    step = next(step for step in (1, 2, 5, 10) if slot * step >= 46)
    drawn, lacking = [line(0, foot, width, foot, INK)], False
    for n, year in enumerate(years):
        x = n * slot
        if year.value is None:
            lacking = True
            drawn.append(hatch(x + pad, foot - 28, slot - 2 * pad, 28, QUIET))
        else:
            tall = year.value / highest * high
            drawn.append(_bar(x + pad, foot - tall, slot - 2 * pad, tall, "hollow" if hollow and tall > 4 else "", AMBER))
            drawn.append(text(x + slot / 2, foot - tall - 6, year.text, size=min(13.5, slot / 3.1), fill=INK, anchor="middle"))
        drawn += [glyph("diamond-open", x + slot / 2, foot - mark.value / highest * high, 5.2, INK, width=1.8) for mark in year.others]
        if year.year % step == 0:
            drawn.append(text(x + slot / 2, foot + 19, year.label, size=13.5, fill=DIM, anchor="middle"))
    if lacking:
        drawn.append(hatch(0, foot + 36, 22, 13, QUIET) + text(30, foot + 47, missing, size=14, fill=DIM))
    return Drawing(width, foot + (58 if lacking else 30), "".join(drawn), alt)


def strip_drawing(
    lanes: Sequence[Any], ticks_at: Sequence[tuple[float, str]], *, day: float, day_name: str, alt: str, width: float = 1136.0
) -> Drawing:
    """Lanes over days: a dot a day, a bar for what is known less exactly, a rule through the day of the event."""
    name_wide = min(width * 0.3, 320.0)
    left, right = name_wide + 14, width - 12
    high, top = 34.0, 26.0
    drawn = []
    for n, lane in enumerate(lanes):
        y = top + n * high
        drawn.append(line(0, y + high, width, y + high, GRID))
        parts = letters.wrap(lane.name, name_wide, 13.5, limit=2)
        drawn += [text(0, y + high / 2 + 5 - (len(parts) - 1) * 8 + k * 16, part, size=13.5) for k, part in enumerate(parts)]
        colour = COLOURS[lane.colour % len(COLOURS)]
        for start, end, _, hollow in lane.marks:
            a, b, middle = left + start * (right - left), left + end * (right - left), y + high / 2
            if end - start > 0.03:
                drawn.append(rect(a, middle - 4, b - a, 8, colour, fill_opacity=0.35 if hollow else 0.75))
            else:
                drawn.append(_mark("dot", (a + b) / 2, middle, colour, hollow))
    foot, x = top + len(lanes) * high, left + day * (right - left)
    half = letters.width(day_name, 14, 600) / 2
    drawn.append(line(x, top - 4, x, foot, ACT, 1.6))
    drawn.append(text(min(max(x, half), width - half), top - 9, day_name, size=14, weight=600, fill=ACT, anchor="middle"))
    for share, name in ticks_at:
        at, half = left + share * (right - left), letters.width(name, 13.5) / 2
        drawn.append(text(min(at, width - half), foot + 19, name, size=13.5, fill=DIM, anchor="middle"))
    return Drawing(width, foot + 30, "".join(drawn), alt)


def spans_drawing(lanes: Sequence[Any], first: date, last: date, *, alt: str, day: date | None = None, width: float = 1136.0) -> Drawing:
    """Headed lanes of marks on one scale of time, each mark on a line of its own with its words beside it; `day` is marked on all."""
    name_wide = min(width * 0.24, 270.0)
    left, right = name_wide + 16, width - 6
    share = _share(first, last)

    def x(when: date | None, otherwise: float) -> float:
        return otherwise if when is None else left + share(when) * (right - left)

    drawn, y = [], 6.0
    for lane in lanes:
        head = letters.wrap(plain(lane.head.replace("<small>", " · ")), name_wide, 14.5, 600, limit=4)
        top = y
        drawn += [text(0, y + 18 + n * 18, part, size=14.5, weight=600) for n, part in enumerate(head)]
        for mark in lane.marks:
            looks = mark.look.split()
            dated = mark.since is not None or mark.until is not None
            a = x(mark.since, left)
            b = right if "open" in looks else x(mark.until, right)
            a, b = (a, max(b, a + 4)) if dated else (left, left)
            over = "bar" in looks
            said = mark.label + (f" · {mark.note}" if mark.note else "")
            turned = a > left + (right - left) * 0.55
            room = (b if over else a) - left - 8 if turned else right - (a if over else b) - 10
            parts = letters.wrap(said, max(room, 180), 13.5, limit=3)
            high = len(parts) * 17 + (22 if over else 8)
            bar_y = y + 4 + (len(parts) * 17 if over else (high - 8) / 2 - 6)
            if dated:
                drawn.append(rect(a, bar_y, b - a, 11, mark.colour, fill_opacity=0.3 if "proposed" not in looks else 0.12, stroke=mark.colour if {"contested", "proposed"} & set(looks) else None, stroke_dasharray="3 3" if {"contested", "proposed"} & set(looks) else None))  # fmt: skip
                sure_a, sure_b = x(mark.surely_since, a), x(mark.may_end, b)
                if over and sure_b > sure_a and "proposed" not in looks:
                    drawn.append(rect(sure_a, bar_y, sure_b - sure_a, 11, mark.colour, fill_opacity=0.75))
                elif not over:
                    drawn.append(rect(a, bar_y, max(min(b - a, 7), 4), 11, mark.colour))
                if "struck" in looks:
                    drawn.append(hatch(a, bar_y, b - a, 11, PAPER))  # as the note says: hatched is what was found unlawful
            at, anchor = ((b if over else a - 8), "end") if turned else ((a if over else b + 8) if dated else left, "start")
            drawn += [text(at, y + 15 + n * 17, part, size=13.5, anchor=anchor, halo=PAPER) for n, part in enumerate(parts)]
            y += high
        y = max(y, top + len(head) * 18 + 10) + 4
        drawn.append(line(0, y, width, y, RULE))
        y += 4
    grid = []
    years = range(first.year + 1, last.year + 1)
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if len(years) / step <= 10)
    for year in (year for year in years if year % step == 0):
        at = x(date(year, 1, 1), left)
        grid += [line(at, 0, at, y, GRID), text(min(at, width - 16), y + 16, str(year), size=13.5, fill=DIM, anchor="middle")]
    if day is not None:
        grid.append(line(x(day, left), 0, x(day, left), y, ACT, 1.6))
    return Drawing(width, y + 26, "".join(grid + drawn), alt)


def _share(first: date, last: date) -> Callable[[date], float]:
    days = max((last - first).days, 1)
    return lambda when: min(max((when - first).days / days, 0.0), 1.0)


def flows_drawing(ribbons: Sequence[Any], *, alt: str, width: float = 1136.0) -> Drawing:
    """From where to where: width is what a source counts, a thin grey thread where nobody does; the count stands on the ribbon."""
    most = max([ribbon.value or 0 for ribbon in ribbons] + [1.0])
    thick = [max((ribbon.value or most * 0.06) / most * 40, 3.0) for ribbon in ribbons]
    sides = []
    for names in ([ribbon.start for ribbon in ribbons], [ribbon.end for ribbon in ribbons]):
        places, y = {}, 10.0
        for name in dict.fromkeys(names):
            places[name] = y
            inside = sum(wide for wide, own in zip(thick, names, strict=True) if own == name)
            y += max(inside, len(letters.wrap(plain(name), 290, 14, 600, limit=3)) * 18.0) + 18
        sides.append((places, y))
    (starts, tall), (ends, taller) = sides
    left, right = 316.0, width - 316.0
    used = {("from", name): y for name, y in starts.items()} | {("to", name): y for name, y in ends.items()}
    drawn = []
    for ribbon, wide in zip(ribbons, thick, strict=True):
        a, b = used["from", ribbon.start], used["to", ribbon.end]
        used["from", ribbon.start] += wide
        used["to", ribbon.end] += wide
        middle = (left + right) / 2
        shape = f"M{left} {a:.1f}C{middle} {a:.1f} {middle} {b:.1f} {right} {b:.1f}V{b + wide:.1f}C{middle} {b + wide:.1f} {middle} {a + wide:.1f} {left} {a + wide:.1f}Z"
        drawn.append(tag("path", d=shape, fill=MOVED if ribbon.value else QUIET, fill_opacity=0.6 if ribbon.value else 0.5))
    for (places, _), at, anchor in ((sides[0], left - 10, "end"), (sides[1], right + 10, "start")):
        for name, y in places.items():
            drawn += [
                text(at, y + 14 + n * 18, part, size=14, weight=600, anchor=anchor)
                for n, part in enumerate(letters.wrap(plain(name), 290, 14, 600, limit=3))
            ]
            drawn.append(
                rect(left - 4 if anchor == "end" else right, y, 4, max(used["from" if anchor == "end" else "to", name] - y, 3), INK)
            )
    y = max(tall, taller) + 6
    for ribbon in ribbons:
        for part in letters.wrap(plain(ribbon.told), width, 13.5):
            y += 18
            drawn.append(text(0, y, part, size=13.5, fill=INK if ribbon.value else DIM))
    return Drawing(width, y + 10, "".join(drawn), alt)


def shares_drawing(head: Sequence[str], rows: Sequence[tuple[str, Sequence[Any]]], *, alt: str, width: float = 1136.0) -> Drawing:
    """Places by years: each cell a bar of a share of days with its words; a constant sensor is hatched, no row says so."""
    name_wide = min(width * 0.2, 220.0)
    wide = (width - name_wide - 10) / max(len(head) - 1, 1)
    drawn = [text(0, 16, head[0], size=13.5, weight=600)]
    drawn += [text(name_wide + 10 + n * wide, 16, name, size=13.5, weight=600) for n, name in enumerate(head[1:])]
    drawn.append(line(0, 24, width, 24, INK))
    y = 26.0
    for name, cells in rows:
        words = [letters.wrap(cell.text, wide - 12, 12.5, limit=4) for cell in cells]
        names = letters.wrap(plain(name), name_wide, 14, 600, limit=3)
        high = max(max((len(part) for part in words), default=1) * 15 + 28, len(names) * 17 + 14)
        drawn += [text(0, y + 20 + n * 17, part, size=14, weight=600) for n, part in enumerate(names)]
        for n, (cell, parts) in enumerate(zip(cells, words, strict=True)):
            x = name_wide + 10 + n * wide
            if cell.look == "constant":
                drawn.append(hatch(x, y + 8, wide - 12, 9, QUIET, 4.0))
            elif cell.share is not None:
                drawn.append(rect(x, y + 8, wide - 12, 9, GRID))
                drawn.append(_bar(x, y + 8, max(cell.share * (wide - 12), 1), 9, cell.look, ACCENT))
            fill = DIM if cell.look in {"none", "constant"} else INK
            drawn += [text(x, y + 32 + k * 15, part, size=12.5, fill=fill) for k, part in enumerate(parts)]
        y += high
        drawn.append(line(0, y, width, y, GRID))
    return Drawing(width, y + 6, "".join(drawn), alt)


def people_drawing(years: Sequence[Any], words: Words, *, alt: str, width: float = 1136.0) -> Drawing:
    """People near by year: dark to the lowest count, pale up to the highest; "–" where nobody lives there, "?" where nobody counts."""
    top = max([1.0, *(year.high for year in years)])
    values = ticks(top)
    left = max(letters.width(words.number(value), 13.5) for value in values) + 10
    foot, high = 20 + _HIGH * 0.7, _HIGH * 0.7
    slot = (width - left) / max(len(years), 1)
    step = next(step for step in (1, 2, 5, 10, 20) if slot * step >= 46)
    drawn = []
    for value in values:
        y = foot - value / top * high
        drawn += [
            line(left, y, width, y, INK if value == 0 else GRID),
            text(left - 7, y + 4.5, words.number(value), size=13.5, fill=DIM, anchor="end"),
        ]
    for n, year in enumerate(years):
        x = left + n * slot
        if year.counted:
            low, tall = year.low / top * high, year.high / top * high
            drawn.append(rect(x + slot * 0.1, foot - tall, slot * 0.8, tall - low, ACCENT, fill_opacity=0.35))
            drawn.append(rect(x + slot * 0.1, foot - low, slot * 0.8, low, ACCENT))
        else:
            drawn.append(text(x + slot / 2, foot - 5, "?" if year.uncounted else "–", size=13, fill=DIM, anchor="middle"))
        if year.year % step == 0:
            drawn.append(text(x + slot / 2, foot + 19, str(year.year), size=13.5, fill=DIM, anchor="middle"))
    return Drawing(width, foot + 30, "".join(drawn), alt)


def sides_drawing(groups: Sequence[tuple[str, str, Sequence[Any]]], *, alt: str, width: float = 1136.0) -> Drawing:
    """Counts of the same thing side by side: (heading, range in words, bars) each, one under another."""
    drawn, y = [], 0.0
    for head, span, bars in groups:
        for part in letters.wrap(plain(head), width, 16, 600):
            y += 21
            drawn.append(text(0, y, part, size=16, weight=600))
        if span:
            y += 20
            drawn.append(text(0, y, span, size=14.5, fill=ACT))
        inside = bars_drawing(bars, alt="", colour=MOVED, width=width)
        drawn.append(tag("g", inside.body, transform=f"translate(0 {y + 4:.1f})"))
        y += inside.height + 16
    return Drawing(width, y, "".join(drawn), alt)
