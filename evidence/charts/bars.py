"""Records per year as a row of bars in plain HTML, because a first Plotly chart costs a reader a second that bars do not deserve."""

from __future__ import annotations

from html import escape

import pandas as pd

from evidence.charts.ink import year_step
from evidence.words import Words


def histogram(years: pd.DataFrame, chosen: tuple[int, int], words: Words) -> str:
    """Incidents per year as HTML: solid for those surely in the year, pale for shares of longer spans, faint outside `chosen`.

    Args:
        years: `year`, `certain`, `shared` as from `select.by_year`.
        chosen: first and last year of the selection, both included.
        words: the reader's language.
    """
    top = max(float((years["certain"] + years["shared"]).max()), 1.0)
    bars = []
    for year, certain, shared in zip(years["year"], years["certain"], years["shared"], strict=True):
        title = words("histogram.bar", year=str(year), n=int(certain))
        title += " " + words("histogram.shared", n=round(float(shared), 1)) if shared else ""
        outside = "" if chosen[0] <= year <= chosen[1] else ' class="out"'
        bars.append(
            f'<span{outside} title="{escape(title)}"><i class="shared" style="height:{shared / top * 94:.1f}%"></i>'
            f'<i style="height:{certain / top * 94:.1f}%"></i></span>'
        )
    every = year_step(len(years), 9)
    labels = "".join(f"<span>{year if year % every == 0 else ''}</span>" for year in years["year"])
    inside = years["year"].between(*chosen)
    busiest = int((years["certain"] + years["shared"]).argmax())
    spoken = words(
        "histogram.alt", since=str(chosen[0]), until=str(chosen[1]), n=int(years.loc[inside, "certain"].sum()), top=str(int(years["year"].iloc[busiest])), most=int(years["certain"].iloc[busiest])
    )  # fmt: skip
    return (
        f'<div class="t-histogram" role="img" aria-label="{escape(spoken)}"><div class="t-bars" aria-hidden="true">{"".join(bars)}</div>'
        f'<div class="t-years" aria-hidden="true">{labels}</div></div>'
    )
