"""Acts in time, a lane a family of pressure: the Overview's Plotly figure and its sentence for who does not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evidence.charts.ink import ACT, FONT, GROUND, INK, MAX_POINTS, RULE, tone
from evidence.charts.marks import spoken
from evidence.words import Words

if TYPE_CHECKING:
    import plotly.graph_objects as go


def timeline(shown: pd.DataFrame, words: Words, *, dark: bool, highlight: str | None = None, height: int = 430) -> go.Figure:
    """Acts as glyphs on lanes of their family, spans as bars: a point for a day, a soft bar for what is dated less exactly.

    `highlight` is a case whose acts stand out. Every mark carries its incident id in `customdata`.
    """
    import plotly.graph_objects as go

    families = words.codes("act_family")
    parents = {code: words.term("act_type", code).get("parent", "") for code in words.codes("act_type")}
    dated = shown.dropna(subset=["period_start", "period_end"])
    dated = dated.assign(family=dated["kind"].map(parents))
    present = [family for family in families if (dated["family"] == family).any()]
    lane = {family: len(present) - 1 - at for at, family in enumerate(present)}
    figure = go.Figure()
    for family in present:
        rows = dated[dated["family"] == family]
        colour = tone(words.term("act_family", family).get("colour") or ACT, dark)
        if len(dated) > MAX_POINTS:
            figure.add_trace(_year_marks(rows, lane[family], colour, words))
            continue
        for row in rows[(rows["period_end"] - rows["period_start"]).dt.days > 31].itertuples():
            figure.add_shape(
                type="rect", x0=row.period_start, x1=row.period_end, y0=lane[family] - 0.1, y1=lane[family] + 0.1, fillcolor=colour, opacity=0.18, line_width=0, layer="below",
            )  # fmt: skip
        figure.add_trace(_acts(rows, family, lane[family], colour, words, dark=dark, highlight=highlight))
    first, last = (dated["period_start"].min(), dated["period_end"].max()) if len(dated) else (pd.Timestamp("2000"), pd.Timestamp("2001"))
    spare = max((last - first) * 0.03, pd.Timedelta(days=20))
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 8, "b": 28}, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", font={"color": INK[dark], "size": 13, "family": FONT},
        hoverlabel={"align": "left"}, dragmode=False,
        xaxis={"gridcolor": RULE[dark], "zeroline": False, "type": "date", "range": [first - spare, last + spare], "fixedrange": True, "tickformat": "%Y"},
        yaxis={"tickvals": [lane[f] + 0.42 for f in present], "ticktext": [words.label("act_family", f) for f in present], "ticklabelposition": "inside", "tickfont": {"color": INK[dark]}, "showgrid": False, "zeroline": False, "range": [-0.6, len(present) - 0.2], "fixedrange": True},
    )  # fmt: skip
    return figure


def _acts(rows: pd.DataFrame, family: str, lane: int, colour: str, words: Words, *, dark: bool, highlight: str | None) -> go.Scatter:
    """A glyph an act of one family, at the middle of its period."""
    import plotly.graph_objects as go

    emphasis = rows["case_id"].eq(highlight) if highlight else pd.Series(False, index=rows.index)
    return go.Scatter(
        x=rows["period_start"] + (rows["period_end"] - rows["period_start"]) / 2, y=lane + _spread(rows), mode="markers", name=words.label("act_family", family),
        marker={
            "symbol": [words.term("act_type", kind).get("glyph") or "circle" for kind in rows["kind"]],
            "color": colour, "size": np.where(emphasis, 13, 9), "opacity": np.where(emphasis | (highlight is None), 0.95, 0.62),
            "line": {"width": np.where(emphasis, 2, 0.6), "color": [INK[dark] if e else GROUND[dark] for e in emphasis]},
        },
        customdata=rows["incident_id"], hovertext=[spoken(row.kind, row.period, row.place_id, words) for row in rows.itertuples()], hoverinfo="text", showlegend=False,
    )  # fmt: skip


def _spread(rows: pd.DataFrame) -> np.ndarray:
    """A small, deterministic vertical offset for acts within 45 days of one another, so that glyphs do not hide each other."""
    offsets, last, depth = [], None, 0
    for start in rows["period_start"]:
        depth = depth + 1 if last is not None and (start - last).days < 45 else 0
        last = start
        offsets.append(((depth + 1) // 2) * (0.11 if depth % 2 else -0.11) if depth < 6 else 0)
    return np.array(offsets)


def _year_marks(rows: pd.DataFrame, lane: int, colour: str, words: Words) -> go.Scatter:
    """One mark a year, its area the number of acts: what thousands of acts become on a screen of a thousand pixels."""
    import plotly.graph_objects as go

    years = (rows["period_start"] + (rows["period_end"] - rows["period_start"]) / 2).dt.year.value_counts().sort_index()
    return go.Scatter(
        x=pd.to_datetime(years.index.astype(str) + "-07-01"), y=[lane] * len(years), mode="markers", showlegend=False,
        marker={"color": colour, "size": 4 + 22 * np.sqrt(years / years.max()), "opacity": 0.8},
        hovertext=[f"{year}: {words.count(int(n), 'incident')}" for year, n in years.items()], hoverinfo="text",
    )  # fmt: skip


def timeline_alt(shown: pd.DataFrame, words: Words) -> str:
    """What the timeline shows, in a sentence, for who does not see it."""
    if shown.empty:
        return words("timeline.alt_empty")
    first = shown["kind"].value_counts()
    return words(
        "timeline.alt",
        n=len(shown),
        since=words.date(shown["period"].iloc[0]),
        until=words.date(shown["period"].iloc[-1]),
        top=words.label("act_type", str(first.index[0])),
        most=int(first.iloc[0]),
    )
