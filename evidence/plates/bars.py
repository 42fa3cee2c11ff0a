"""Records per year or quarter as columns: one chart, or small ones side by side that share a scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from evidence.counts import Series
from evidence.plates import letters
from evidence.plates.drawing import ACT, DIM, GRID, INK, Drawing, line, rect, tag, text
from evidence.plates.timeline import flow
from evidence.words import Words

Panel = tuple[str, Series, "np.ndarray | None"]
_HIGH, _FIRST = 150.0, 230.0  # of a small panel's plot, and of the first one's


def columns_drawing(panels: Sequence[Panel], words: Words, *, width: float = 1136.0) -> Drawing:
    """Small multiples: the first panel (all records) large and on its own scale, the others in columns sharing one.

    Solid columns are records surely in the period, pale ones shares of those dated less exactly, thin lines the exact 95% interval;
    strokes above are the mean of a column and its neighbours where there are enough records for one.
    """
    drawn = [_panel(*panels[0], width, _FIRST, _top(panels[:1]), words)]
    y = _FIRST + 62
    rest = panels[1:]
    across = 1 if width < 480 else 2 if width < 760 else 3
    wide = (width - 36 * (across - 1)) / across
    for at, panel in enumerate(rest):
        place = f"translate({at % across * (wide + 36):.1f} {y + at // across * (_HIGH + 74):.1f})"
        drawn.append(tag("g", _panel(*panel, wide, _HIGH, _top(rest), words), transform=place))
    y += math.ceil(len(rest) / across) * (_HIGH + 74)
    legend, deep = _legend(panels, words, width)
    drawn.append(tag("g", legend, transform=f"translate(0 {y:g})"))
    first = panels[0][1]
    years = (str(first.table["start"].iloc[0].year), str(first.table["start"].iloc[-1].year))
    alt = words("trend.alt", title=panels[0][0], n=first.n, since=years[0], until=years[1])
    return Drawing(width, y + deep, "".join(drawn), alt)


def _top(panels: Sequence[Panel]) -> float:
    """The highest thing drawn in these panels."""
    top = 1.0
    for _, series, mean in panels:
        table = series.table
        top = max([top, *table.loc[table["certain"] > 0, "high"], *(table["certain"] + table["shared"]), *([] if mean is None else mean)])
    return top


def steps(top: float) -> list[int]:
    """Whole numbers to print along an axis of counts."""
    step = next(step for n in range(9) for step in (10**n, 2 * 10**n, 5 * 10**n) if top / step <= 4.5)
    return list(range(0, int(top) + 1, step))


def _panel(title: str, series: Series, mean: np.ndarray | None, wide: float, high: float, top: float, words: Words) -> str:
    n = words.count(series.n, "incident")
    room = wide - letters.width(n, 14) - 14
    drawn = [text(0, 15, letters.shorten(title, room, 16, 600), size=16, weight=600)]
    drawn.append(text(letters.width(letters.shorten(title, room, 16, 600), 16, 600) + 10, 15, n, size=14, fill=DIM))
    gutter = letters.width(words.number(max(steps(top))), 13) + 8
    left, foot, head = gutter, high + 28, 28.0
    scale = (foot - head) / (top * 1.04)  # a stroke that ends at the top would look cut off
    for value in steps(top):
        y = foot - value * scale
        drawn += [
            line(left, y, wide, y, INK if value == 0 else GRID),
            text(left - 6, y + 4.5, words.number(value), size=13, fill=DIM, anchor="end"),
        ]
    table = series.table
    slot = (wide - left) / max(len(table), 1)
    pad = min(slot * 0.14, 6)
    for at, row in enumerate(table.itertuples(index=False)):
        x = left + at * slot
        if row.certain:
            drawn.append(rect(x + pad, foot - row.certain * scale, slot - 2 * pad, row.certain * scale, ACT))
        if row.shared:
            drawn.append(
                rect(x + pad, foot - (row.certain + row.shared) * scale, slot - 2 * pad, row.shared * scale, ACT, fill_opacity=0.4)
            )
        if row.certain:
            drawn.append(line(x + slot / 2, foot - row.low * scale, x + slot / 2, foot - row.high * scale, INK, 0.9))
        if mean is not None:
            drawn.append(line(x, foot - mean[at] * scale, x + slot, foot - mean[at] * scale, INK, 1.8))
    drawn.append(_years(table["start"], left, slot, foot, wide))
    return "".join(drawn)


def _years(starts: pd.Series, left: float, slot: float, foot: float, wide: float) -> str:
    """Years under the columns, as many as have room."""
    firsts = {int(start.year): at for at, start in reversed(list(enumerate(starts)))}
    per = slot * (len(starts) / max(len(firsts), 1))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if per * step >= 42)
    drawn = []
    for year, at in sorted(firsts.items()):
        if year % step == 0:
            x = left + at * slot + per / 2
            drawn.append(text(min(x, wide - 16), foot + 18, str(year), size=13, fill=DIM, anchor="middle"))
    return "".join(drawn)


def _legend(panels: Sequence[Panel], words: Words, width: float) -> tuple[str, float]:
    entries = [(rect(4, -12, 10, 12, ACT), words("plate.certain"), "")]
    if any(series.table["shared"].any() for _, series, _ in panels):
        entries.append((rect(4, -12, 10, 12, ACT, fill_opacity=0.4), words("plate.shared"), ""))
    entries.append((line(9, -14, 9, 1, INK, 1.1), words("plate.interval"), ""))
    if any(mean is not None for _, _, mean in panels):
        entries.append((line(1, -5, 17, -5, INK, 1.8), words("plate.mean"), ""))
    return flow(entries, width)
