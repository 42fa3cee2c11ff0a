"""Stages and zone rules on lines of time, people near by year, all in plain HTML; where people went as a Sankey."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from evidence.charts.ink import FONT, GROUND, INK, fade, year_step
from evidence.charts.series import ticks
from evidence.words import Words

if TYPE_CHECKING:
    import plotly.graph_objects as go

# A label stands to the right of its mark unless the mark begins beyond this share of the line.
TURN = 0.55
LEAST = 0.4  # per cent of the line: a day is still seen


@dataclass(frozen=True)
class Span:
    """Something on a line of time: when it surely or perhaps was, in which look, what it is called."""

    since: date | None
    until: date | None
    label: str
    colour: str
    look: str = ""  # words for the style sheet: contested, open, unsure, proposed, struck
    surely_since: date | None = None
    may_end: date | None = None
    href: str = ""
    note: str = ""


@dataclass(frozen=True)
class Lane:
    """Marks that belong together under a heading, which is HTML."""

    head: str
    marks: tuple[Span, ...]


def timeline_of(lanes: Sequence[Lane], first: date, last: date, words: Words, *, alt: str, kind: str, day: date | None = None) -> str:
    """Lanes of marks on one scale of time: every mark on a line of its own with its words beside it; `day` is marked on all of them."""
    share = _scale(first, last)
    ticks = _ticks(first, last)
    axis = "".join(f'<span style="left:{share(date(year, 1, 1)):.2f}%">{year}</span>' for year in ticks)
    lines = "".join(f'<u style="left:{share(date(year, 1, 1)):.2f}%"></u>' for year in ticks)
    if day is not None:
        lines += f'<u class="day" style="left:{share(day):.2f}%"></u>'
    groups = []
    for lane in lanes:
        items = "".join(f"<li>{_drawn(mark, share)}</li>" for mark in lane.marks)
        groups.append(f'<div class="lane"><div class="head">{lane.head}</div><ol>{lines and f"<li aria-hidden=true class=grid>{lines}</li>"}{items}</ol></div>')  # fmt: skip
    return (
        f'<div class="t-lines t-{kind}"><p class="t-hidden">{escape(alt)}</p><div class="axis" aria-hidden="true"><div class="scale">{axis}</div></div>'
        f"{''.join(groups)}</div>"
    )


def _scale(first: date, last: date) -> Callable[[date], float]:
    days = max((last - first).days, 1)
    return lambda when: min(max((when - first).days / days, 0.0), 1.0) * 100


def _ticks(first: date, last: date) -> list[int]:
    """Round years, at most nine of them."""
    years = range(first.year + 1, last.year + 1)
    step = year_step(len(years), 9)
    return [year for year in years if year % step == 0]


def _drawn(mark: Span, share: Callable[[date], float]) -> str:
    """A bar from its first to its last possible day, solid where it surely was; its words to the side that has room."""
    dated = mark.since is not None or mark.until is not None
    left = share(mark.since) if mark.since else 0.0
    right = 100.0 if "open" in mark.look.split() else share(mark.until) if mark.until else 100.0
    if not dated:
        left = right = 0.0
    right = max(right, left + LEAST)
    solid_left = share(mark.surely_since) if mark.surely_since else left
    solid_right = share(mark.may_end) if mark.may_end else right
    over = "bar" in mark.look.split()
    turned = left > TURN * 100
    bar = ""
    if dated:
        bar = f'<i class="soft {escape(mark.look)}" style="left:{left:.2f}%;width:{right - left:.2f}%;--ink:{escape(mark.colour)}"></i>'
    if dated and over and solid_right > solid_left:
        bar += f'<i class="{escape(mark.look)}" style="left:{solid_left:.2f}%;width:{solid_right - solid_left:.2f}%;--ink:{escape(mark.colour)}"></i>'
    # Words beside a mark begin where it ends; above a bar they begin where it begins. Past the middle they end there instead.
    room = (100 - right if over else 100 - left) if turned else (left if over else right)
    side = f"margin-right:{max(room, 0):.2f}%" if turned else f"margin-left:{min(room, 78):.2f}%"
    words = escape(mark.label)
    words = f'<a class="t-open" href="{escape(mark.href)}">{words}</a>' if mark.href else words
    note = f" <small>{escape(mark.note)}</small>" if mark.note else ""
    return f'{bar}<span class="said{" turned" if turned else ""}{" over" if over else ""}" style="{side}">{words}{note}</span>'


# ── people by year ───────────────────────────────────────────────────────────────────────────────
def people_by_year(years: Sequence[Any], words: Words, *, alt: str) -> str:
    """A column a year: dark to the lowest count, pale up to the highest; a dash where nobody lives there, a question mark where nobody counts."""
    top = max([1.0, *(year.high for year in years)])
    grid = "".join(
        f'<hr style="bottom:{tick / top:.2%}"><em style="bottom:{tick / top:.2%}">{escape(words.number(tick))}</em>'
        for tick in ticks(top, 3)
    )
    columns = []
    for year in years:
        told = words("exposure.bar", year=str(year.year), low=words.number(year.low), high=words.number(year.high))
        told += f"; {words('exposure.uncounted', n=len(year.uncounted))}" if year.uncounted else ""
        if year.counted:
            inside = f'<i class="shared" style="height:{(year.high - year.low) / top:.2%}"></i><i style="height:{year.low / top:.2%}"></i>'
        else:
            inside = f"<b>{'?' if year.uncounted else '–'}</b>"
        columns.append(f'<span title="{escape(told)}">{inside}</span>')
    step = year_step(len(years), 9)
    labels = "".join(f"<span>{year.year if year.year % step == 0 else ''}</span>" for year in years)
    return (
        f'<div class="t-people" role="img" aria-label="{escape(alt)}"><div class="t-bars" aria-hidden="true">{grid}{"".join(columns)}</div>'
        f'<div class="t-years" aria-hidden="true">{labels}</div></div>'
    )


# ── where to ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Ribbon:
    """A flow from one name to another; `value` None is a count that nobody gives: drawn thin and grey."""

    start: str
    end: str
    value: float | None
    told: str
    count: str = ""  # the value in words, for the label of a destination that one flow alone leads to


def sankey(ribbons: Sequence[Ribbon], *, dark: bool) -> go.Figure:
    """Where people went: width is households where a source counts them, else a thin grey thread."""
    import plotly.graph_objects as go

    ink, pale = INK[dark], "#6E747A" if dark else "#9A9384"
    halo = ", ".join(f"{x}px {y}px 1px {GROUND[dark]}" for x in (-1, 0, 1) for y in (-1, 0, 1))  # a thread would strike a name through
    moved = "#7FA58B" if dark else "#4F6E5A"
    names = list(dict.fromkeys([*(("from", ribbon.start) for ribbon in ribbons), *(("to", ribbon.end) for ribbon in ribbons)]))
    alone = {end: [ribbon for ribbon in ribbons if ribbon.end == end] for _, end in names}
    labels = [f"{name}, {alone[name][0].count}" if side == "to" and len(alone[name]) == 1 and alone[name][0].count else name for side, name in names]  # fmt: skip
    most = max([ribbon.value or 0 for ribbon in ribbons] + [1.0])
    thread = most * 0.06
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            node={
                "label": labels, "pad": 26, "thickness": 9, "color": ink, "line": {"width": 0},
                "hovertemplate": "%{label}<extra></extra>",
            },
            link={
                "source": [names.index(("from", ribbon.start)) for ribbon in ribbons],
                "target": [names.index(("to", ribbon.end)) for ribbon in ribbons],
                "value": [ribbon.value or thread for ribbon in ribbons],
                "color": [fade(moved, 0.62) if ribbon.value else fade(pale, 0.45) for ribbon in ribbons],
                "customdata": [ribbon.told for ribbon in ribbons],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            textfont={"color": ink, "size": 14, "family": FONT, "shadow": halo},
        )
    )  # fmt: skip
    figure.update_layout(
        height=90 + 46 * len(ribbons), margin={"l": 4, "r": 4, "t": 8, "b": 12}, paper_bgcolor="rgba(0,0,0,0)", font={"color": ink, "family": FONT},
    )  # fmt: skip
    return figure
