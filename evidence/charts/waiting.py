"""How long an answer took, or has been awaited: one line a request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evidence.charts.ink import ACCENT, INK, RULE
from evidence.words import Words

if TYPE_CHECKING:
    import plotly.graph_objects as go

WAITS_DRAWN = 40  # lines that can be read on one figure; the docket lists all
_WAIT_ROW = 38  # pixels a line with its name takes


def waits(rows: pd.DataFrame, names: Mapping[str, str], words: Words, *, dark: bool, today: date) -> go.Figure:
    """One line a request, from its filing to the first answer or to `today`; what is dated to a month or a year is pale.

    Args:
        rows: rows of the docket with a known filing, at least one, in the order to draw, top first.
        names: for each response_id, what stands above its line.
        words: the reader's language.
        dark: whether the ground is dark.
        today: the day of the data, where open lines end.
    """
    import plotly.graph_objects as go

    ink, rule, accent, faint = INK[dark], RULE[dark], ACCENT[dark], "#B9B3A6" if dark else "#57524A"
    end = pd.Timestamp(today)
    open_ends = ~rows["state"].isin(["answered", "closed"]).to_numpy()
    day = pd.Timedelta(days=1)
    filed = (rows["filed_start"].to_numpy(), (rows["filed_end"] - day).to_numpy())
    came = (np.where(open_ends, end, rows["came_start"]), np.where(open_ends, end, rows["came_end"] - day))
    level = -np.arange(len(rows), dtype=float)

    def segments(starts: np.ndarray, ends: np.ndarray, keep: np.ndarray) -> tuple[list[Any], list[Any]]:
        across = [value for left, right in zip(starts[keep], ends[keep], strict=True) for value in (left, right, None)]
        return across, [value for y in level[keep] for value in (y, y, None)]

    # A hairline carries the eye from a name to its line, however late that begins.
    across, along = segments(np.full(len(rows), filed[0].min()), filed[0], np.ones(len(rows), dtype=bool))
    lines = [go.Scatter(x=across, y=along, mode="lines", line={"color": rule, "width": 1}, hoverinfo="skip")]
    for keep, colour, dash in ((~open_ends, accent, "solid"), (open_ends, faint, "dot")):
        across, along = segments(filed[1], np.maximum(came[0], filed[1]), keep)
        lines.append(go.Scatter(x=across, y=along, mode="lines", line={"color": colour, "width": 2, "dash": dash}, hoverinfo="skip"))
        for bounds in (filed, came):
            pale = keep & (bounds[0] != bounds[1])
            across, along = segments(bounds[0], bounds[1], pale)
            lines.append(go.Scatter(x=across, y=along, mode="lines", line={"color": colour, "width": 7}, opacity=0.3, hoverinfo="skip"))
    said = [names[key] for key in rows["response_id"]]
    for keep, symbol, colour in ((~open_ends, "circle", accent), (open_ends, "circle-open", faint)):
        middle = came[0][keep] + (came[1][keep] - came[0][keep]) / 2
        shown = [escape(text) for text, kept in zip(said, keep, strict=True) if kept]
        marker = {"symbol": symbol, "size": 10, "color": colour, "line": {"width": 2, "color": colour}}
        lines.append(
            go.Scatter(
                x=middle,
                y=level[keep],
                mode="markers",
                marker=marker,
                customdata=rows["response_id"].to_numpy()[keep],
                hovertext=shown,
                hoverinfo="text",
                selected={"marker": {"size": 14}},
                unselected={"marker": {"opacity": 1}},
            )
        )
    first = pd.Timestamp(filed[0].min())
    room = (end - first) * 0.028  # for half a mark on a narrow screen
    labels = [
        {"x": 0, "xref": "paper", "y": y + 0.12, "text": escape(text), "showarrow": False, "xanchor": "left", "yanchor": "bottom", "align": "left", "font": {"size": 13, "color": ink}}
        for y, text in zip(level, said, strict=True)
    ]  # fmt: skip
    figure = go.Figure(lines)
    figure.update_layout(
        height=46 + _WAIT_ROW * len(rows), margin={"l": 4, "r": 12, "t": 4, "b": 28}, showlegend=False, dragmode=False, annotations=labels,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", font={"color": ink, "size": 13}, hoverlabel={"align": "left"},
        xaxis={"type": "date", "range": [first - room, end + room], "gridcolor": rule, "zeroline": False, "fixedrange": True, "tickformat": "%Y", "nticks": 8},
        yaxis={"visible": False, "range": [level.min() - 0.5, 0.85], "fixedrange": True},
    )  # fmt: skip
    return figure
