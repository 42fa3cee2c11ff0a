"""Figures over time in plain HTML: lines that stop where figures stop, dated bars, columns of years.

Each mark is an element with its number in its title; names stand beside the last mark, the unit stands once above. Plain HTML,
because a first Plotly chart costs a reader a second and a second figure of it another tenth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import pairwise

from evidence.charts.ink import year_step
from evidence.words import Words

HEIGHT = 230  # pixels of a plot
WIDTH = 560  # pixels of a plot, as far as can be guessed
RULE_NAME = 17  # pixels the name of a limit takes above its line
STROKE = 2.4  # pixels of a line
NAME_LINE, NAME_LETTERS = 17, 25  # pixels a line of a name beside a line takes, letters it surely holds
COLOURS = 6  # t-c0 … t-c5 in app.css
TOP = 1.06  # the room above the highest mark


@dataclass(frozen=True)
class Mark:
    """One figure: where on the axis of time (a share of the width), how high, what it says when pointed at.

    `hollow` is for what is not verified, `shape` (dot, diamond, square) for what it is: colour alone says nothing.
    """

    at: float
    value: float
    title: str
    hollow: bool = False
    shape: str = "dot"


@dataclass(frozen=True)
class Line:
    """The figures of one who counts: marks in order of time, and which of them a line may join."""

    name: str
    marks: tuple[Mark, ...]
    runs: tuple[tuple[int, ...], ...]
    colour: int = 0
    dashed: bool = False


@dataclass(frozen=True)
class Rule:
    """A level across the whole figure: a limit, with its name. `firm` if it binds, dashed if it only recommends."""

    value: float
    name: str
    firm: bool
    hollow: bool = False


def ticks(top: float, most: int = 4) -> list[float]:
    """Round numbers from 0 up to `top`, no more than `most` of them besides 0."""
    if top <= 0:
        return [0.0]
    raw = top / most
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * lead for lead in (1, 2, 2.5, 5, 10) if size * lead >= raw * 0.999)
    return [step * n for n in range(int(top / step + 1e-9) + 1)]


def _dates(first: float, last: float, words: Words) -> list[tuple[float, str]]:
    """What to print under an axis from `first` to `last`, both fractions of years: years, or months where there is hardly a year."""
    if last - first <= 1.5:
        months = range(math.ceil(first * 12 - 0.01), math.floor(last * 12 - 0.01) + 1)
        every = max(1, math.ceil(len(months) / 4))
        return [(month / 12, words.tick(date(month // 12, month % 12 + 1, 1), "month")) for month in months[::every]]
    low, high = math.ceil(first), math.floor(last)
    every = year_step(high - low, 7)
    return [(year, str(year)) for year in range(low, high + 1) if year % every == 0]


def _tick(at: float, said: str) -> str:
    """A date under an axis; a long one near the end stands to the left of its place."""
    place = f"right:{1 - at:.2%}" if at > 0.82 and len(said) > 4 else f"left:{at:.2%}"
    return f'<span style="{place}">{escape(said)}</span>'


def plot(lines: Sequence[Line], words: Words, *, first: float, last: float, alt: str, rules: Sequence[Rule] = ()) -> str:
    """Lines over the years `first` to `last` (fractions of years), as HTML; what is apart in time is not joined."""
    highest = max([mark.value for line in lines for mark in line.marks] + [rule.value for rule in rules], default=0)
    top = highest * TOP or 1.0
    grid = "".join(
        f'<hr style="bottom:{tick / top:.2%}"><span class="tick" style="bottom:{tick / top:.2%}">{escape(words.number(tick))}</span>'
        for tick in ticks(highest)
    )
    levels = "".join(_level(rule, rules, top) for rule in rules)
    drawn = "".join(_line(line, top) for line in lines)
    span = last - first
    axis = "".join(_tick((at - first) / span, said) for at, said in _dates(first, last - 0.001, words))
    return (
        f'<div class="t-plot"><div role="img" aria-label="{escape(alt)}"><div class="plot" style="height:{HEIGHT}px">{grid}{levels}{drawn}</div>'
        f'<div class="axis">{axis}</div></div>{_names(lines, top)}</div>'
    )


def _level(rule: Rule, rules: Sequence[Rule], top: float) -> str:
    """A limit across the figure; its name hangs under it where the next limit above leaves no room."""
    crowded = any(0 < (other.value - rule.value) / top * HEIGHT < RULE_NAME for other in rules)
    look = " ".join(["firm" if rule.firm else "soft", *(["hollow"] if rule.hollow else []), *(["under"] if crowded else [])])
    return f'<u class="{look}" style="bottom:{rule.value / top:.2%}"><em>{escape(rule.name)}</em></u>'


def _line(line: Line, top: float) -> str:
    """Segments between neighbours in time, then the marks above them. A segment is a box cut to a stroke, so that it needs no script."""
    parts = []
    for run in line.runs:
        for one, two in pairwise(run):
            a, b = line.marks[one], line.marks[two]
            low, high = sorted((a.value / top, b.value / top))
            # A stroke is as thick across a steep line as along a flat one: its upright cut grows with the slope.
            rise, run_px = (high - low) * HEIGHT, max((b.at - a.at) * WIDTH, 1.0)
            cut = min(STROKE * math.hypot(1.0, rise / run_px), 14.0)
            shape = (
                f"0 calc(100% - {cut:.1f}px),100% 0,100% {cut:.1f}px,0 100%"
                if b.value >= a.value
                else f"0 0,100% calc(100% - {cut:.1f}px),100% 100%,0 {cut:.1f}px"
            )
            parts.append(
                f'<b class="t-c{line.colour}{" dashed" if line.dashed else ""}" style="left:{a.at:.2%};width:{b.at - a.at:.2%};'
                f'bottom:calc({low:.2%} - {cut / 2:.1f}px);height:calc({high - low:.2%} + {cut:.1f}px);clip-path:polygon({shape})"></b>'
            )
    parts += [
        f'<i class="{mark.shape} t-c{line.colour}{" hollow" if mark.hollow else ""}" style="left:{mark.at:.2%};bottom:{mark.value / top:.2%}" title="{escape(mark.title)}"></i>'
        for mark in line.marks
    ]
    return "".join(parts)


def _names(lines: Sequence[Line], top: float) -> str:
    """Each line's name at the height of its last mark, moved only as far as its neighbours need."""
    ends = sorted(((line.marks[-1].value / top * HEIGHT, line) for line in lines if line.marks and line.name), key=lambda end: end[0])
    tall = [NAME_LINE * math.ceil(len(line.name) / NAME_LETTERS) for _, line in ends]
    apart = [0.0, *((one + two) / 2 for one, two in pairwise(tall))]
    levels, floor = [], float("-inf")
    for (height, _), room in zip(ends, apart, strict=False):
        floor = max(height, floor + room)
        levels.append(floor)
    # What was pushed beyond the top comes down again, and pushes what is below it.
    ceiling = float(HEIGHT)
    for at in reversed(range(len(levels))):
        levels[at] = min(levels[at], ceiling)
        ceiling = levels[at] - apart[at]
    spans = []
    for at, (_, line) in zip(levels, ends, strict=True):
        mark = line.marks[-1]
        spans.append(
            f'<span class="t-c{line.colour}" style="bottom:{at:.0f}px"><i class="{mark.shape}{" hollow" if mark.hollow else ""}"></i>{escape(line.name)}</span>'
        )
    return f'<div class="ends" aria-hidden="true">{"".join(reversed(spans))}</div>'


@dataclass(frozen=True)
class Bar:
    """A dated figure, or one of a ranking: what it is, its number, how it is written, and what kind of number it is."""

    name: str
    value: float
    text: str
    note: str = ""
    look: str = ""  # "", "hollow" (not verified), "plan" (not what happened), "quiet" (for comparison)
    link: str = ""
    chosen: bool = False


def bars(rows: Sequence[Bar], *, alt: str) -> str:
    """Figures one under another, each with its bar and its number, as HTML; a zero has a number and no bar."""
    top = max((row.value for row in rows), default=0) or 1.0
    lines = []
    for row in rows:
        name = escape(row.name)
        name = f'<a class="t-open" href="{escape(row.link)}">{name}</a>' if row.link else name
        note = f"<small>{escape(row.note)}</small>" if row.note else ""
        width = max(0.0, row.value) / top
        bar = f'<i class="{row.look}" style="width:{width:.2%}"></i>' if row.value > 0 else ""
        lines.append(
            f'<li{" class=chosen" if row.chosen else ""}><span>{name}{note}</span><span class="bar">{bar}<b>{escape(row.text)}</b></span></li>'
        )
    return f'<ul class="t-hbars" aria-label="{escape(alt)}">{"".join(lines)}</ul>'


@dataclass(frozen=True)
class Column:
    """A year (or another step, if it has a `name`) of a series: its number or None where there is none, and what others give for it."""

    year: int
    value: float | None
    text: str
    title: str
    link: str = ""
    chosen: bool = False
    others: tuple[Mark, ...] = ()
    name: str = ""

    @property
    def label(self) -> str:
        """What is written under it."""
        return self.name or str(self.year)


def columns(years: Sequence[Column], *, alt: str, missing: str, hollow: bool = False) -> str:
    """A column a year with its number above it, what others say as diamonds, as HTML. A zero is a foot, a missing year is a hatch."""
    highest = max([year.value or 0 for year in years] + [mark.value for year in years for mark in year.others], default=0) or 1.0
    cells = []
    for year in years:
        share = (year.value or 0) / highest
        inside = (
            f'<s title="{escape(missing)}"></s>'
            if year.value is None
            else f'<i class="{"hollow" if hollow else ""}" style="height:{share:.2%}"></i>'
        )
        number = "" if year.value is None else f'<b style="bottom:{share:.2%}">{escape(year.text)}</b>'
        others = "".join(f'<u style="bottom:{mark.value / highest:.2%}" title="{escape(mark.title)}"></u>' for mark in year.others)
        label = f'<a class="t-open" href="{escape(year.link)}">{escape(year.label)}</a>' if year.link else escape(year.label)
        cells.append(
            f'<div{" class=chosen" if year.chosen else ""}><span title="{escape(year.title)}">{inside}{number}{others}</span><small>{label}</small></div>'
        )
    return f'<div class="t-columns" role="group" aria-label="{escape(alt)}">{"".join(cells)}</div>'


@dataclass(frozen=True)
class Cell:
    """A share of days: `share` 0–1 or None, what is written, and how: "", "hollow", "constant", "none"."""

    share: float | None
    text: str
    look: str = ""
    title: str = ""


def shares(head: Sequence[str], rows: Sequence[tuple[str, Sequence[Cell]]], *, caption: str) -> str:
    """A table whose cells are bars of a share with their words: places by years."""
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head[1:])
    body = "".join(f'<tr><th scope="row">{name}</th>{"".join(_share(cell) for cell in cells)}</tr>' for name, cells in rows)
    return (
        f'<div class="t-scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="t-table t-shares"><caption>{escape(caption)}</caption><thead><tr><th scope="col">{escape(head[0])}</th>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _share(cell: Cell) -> str:
    bar = f'<i class="{cell.look}" style="width:{cell.share:.2%}"></i>' if cell.share else ""
    title = f' title="{escape(cell.title)}"' if cell.title else ""
    ground = f"<span>{bar}</span>" if cell.share is not None or cell.look == "constant" else ""
    return f'<td class="{cell.look}"{title}>{ground}{escape(cell.text)}</td>'


@dataclass(frozen=True)
class Dated:
    """A lane of a strip of days: its name, and its marks as (start share, end share, title, hollow)."""

    name: str
    marks: tuple[tuple[float, float, str, bool], ...]
    colour: int = 0


def strip(lanes: Sequence[Dated], ticks_at: Sequence[tuple[float, str]], *, day: float, day_name: str, alt: str) -> str:
    """Lanes over days, as HTML: a dot a day, a bar for what is known less exactly, a rule through the day of the event."""
    rows = "".join(
        f'<div class="lane"><span>{escape(lane.name)}</span><div>{"".join(_dated(lane.colour, mark) for mark in lane.marks)}</div></div>'
        for lane in lanes
    )
    axis = "".join(f'<span style="left:{at:.2%}">{escape(text)}</span>' for at, text in ticks_at)
    return (
        f'<div class="t-strip" role="img" aria-label="{escape(alt)}"><div class="over"><u style="left:{day:.2%}"><em>{escape(day_name)}</em></u></div>{rows}'
        f'<div class="lane days"><span></span><div>{axis}</div></div></div>'
    )


def _dated(colour: int, mark: tuple[float, float, str, bool]) -> str:
    start, end, title, hollow = mark
    look = f"t-c{colour}{' hollow' if hollow else ''}"
    if end - start > 0.03:
        return f'<b class="{look}" style="left:{start:.2%};width:{end - start:.2%}" title="{escape(title)}"></b>'
    return f'<i class="{look}" style="left:{(start + end) / 2:.2%}" title="{escape(title)}"></i>'
