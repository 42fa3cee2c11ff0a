"""Frames in, figures out: what is light as plain HTML, everything else as Plotly."""

from evidence.charts.acts import timeline, timeline_alt
from evidence.charts.bars import histogram
from evidence.charts.ink import ACT, FONT, MAX_POINTS
from evidence.charts.multiples import small_multiples
from evidence.charts.oneday import Answer, day
from evidence.charts.pressure import lanes, lanes_legend
from evidence.charts.series import COLOURS, Bar, Cell, Column, Dated, Line, Mark, Rule, bars, columns, plot, shares, strip
from evidence.charts.timeaxis import Look
from evidence.charts.waiting import WAITS_DRAWN, waits

__all__ = [
    "ACT",
    "COLOURS",
    "FONT",
    "MAX_POINTS",
    "WAITS_DRAWN",
    "Answer",
    "Bar",
    "Cell",
    "Column",
    "Dated",
    "Line",
    "Look",
    "Mark",
    "Rule",
    "bars",
    "columns",
    "day",
    "histogram",
    "lanes",
    "lanes_legend",
    "plot",
    "shares",
    "small_multiples",
    "strip",
    "timeline",
    "timeline_alt",
    "waits",
]  # fmt: skip
