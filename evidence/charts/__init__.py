"""Frames in, figures out: what is light as plain HTML, everything else as Plotly."""

from evidence.charts.acts import families_in, timeline, timeline_alt
from evidence.charts.bars import histogram
from evidence.charts.ink import ACT, FONT, MAX_POINTS
from evidence.charts.multiples import small_multiples
from evidence.charts.pressure import Look, day, lanes, lanes_legend, state_in_words
from evidence.charts.waiting import WAITS_DRAWN, waits

__all__ = [
    "ACT", "FONT", "MAX_POINTS", "WAITS_DRAWN", "Look", "day", "families_in", "histogram", "lanes", "lanes_legend", "small_multiples", "state_in_words",
    "timeline", "timeline_alt", "waits",
]  # fmt: skip
