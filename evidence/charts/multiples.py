"""Small multiples of records per year or quarter, in plain HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from evidence.counts import Series
from evidence.words import Words

if TYPE_CHECKING:
    pass


def small_multiples(panels: Sequence[tuple[str, Series, np.ndarray | None]], words: Words, *, unit: str) -> str:
    """Records per year or quarter, a small chart each, as HTML that puts as many side by side as fit.

    The first panel is of all records and has its own scale; the others share one, so that they can be compared.

    Solid bars are records surely in the period, pale ones shares of those dated less exactly, thin lines the exact 95% interval;
    steps over the bars are drawn only where a trend was given.
    """
    first, rest = panels[:1], panels[1:]
    drawn = [_panel(*panel, _top([panel]), words, unit) for panel in first] + [_panel(*panel, _top(rest), words, unit) for panel in rest]
    return f'<div class="t-multiples">{"".join(drawn)}</div>'


def _top(panels: Sequence[tuple[str, Series, np.ndarray | None]]) -> float:
    """The highest thing drawn in these panels."""
    top = 1.0
    for _, series, line in panels:
        table = series.table
        top = max([top, *table.loc[table["certain"] > 0, "high"], *(table["certain"] + table["shared"]), *([] if line is None else line)])
    return top


def _panel(title: str, series: Series, line: np.ndarray | None, top: float, words: Words, unit: str) -> str:
    bars = []
    for at, row in enumerate(series.table.itertuples(index=False)):
        label = (
            str(row.start.year) if unit == "year" else words("trend.quarter", quarter=(row.start.month + 2) // 3, year=str(row.start.year))
        )
        told = words("trend.bar", period=label, n=int(row.certain), low=round(float(row.low), 1), high=round(float(row.high), 1))
        told += "; " + words("histogram.shared", n=round(float(row.shared), 1)) if row.shared else ""
        inside = f'<i class="shared" style="height:{row.shared / top:.2%}"></i>' if row.shared else ""
        inside += f'<i style="height:{row.certain / top:.2%}"></i>' if row.certain else ""
        inside += f'<u style="bottom:{row.low / top:.2%};height:{(row.high - row.low) / top:.2%}"></u>' if row.certain else ""
        inside += f'<s style="bottom:{line[at] / top:.2%}"></s>' if line is not None else ""
        bars.append(f'<span title="{escape(told)}">{inside}</span>')
    years = sorted({int(when.year) for when in series.table["start"]})
    first, last = (str(years[0]), str(years[-1])) if years else ("", "")
    spoken = words("trend.alt", title=title, n=series.n, since=first, until=last)
    return (
        f"<figure><figcaption><b>{escape(title)}</b> {escape(words.count(series.n, 'incident'))}</figcaption>"
        f'<div class="bars" role="img" aria-label="{escape(spoken)}">{"".join(bars)}</div>'
        f'<p aria-hidden="true"><span>{first}</span><span>{escape(words("trend.top", n=words.number(round(top))))}</span><span>{last}</span></p></figure>'
    )
