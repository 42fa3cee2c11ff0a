"""Lanes of acts, states and context as one Plotly figure, from twenty-five years down to the steps of one day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evidence.charts.ink import ACT, ANSWER, MAX_POINTS, fade, mix
from evidence.lanes import Lanes, Span, bins, moments, pack, span
from evidence.lanes import day as day_number
from evidence.model import split
from evidence.words import Words, brief

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Heights are in pixels, so that five lanes and sixty are equally legible.
_LABEL, _ROW, _GAP, _GLYPH = 20, 15, 9, 12
_ROWS = 9  # so many rows deep may a lane be before its glyphs overlap
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Look:
    """How a figure of lanes is to be seen: the days it spans, the day the bundle speaks of, what is picked, light or dark.

    `width` in pixels is a guess: a server does not know a reader's screen, and only the packing of glyphs depends on it.
    """

    since: date
    until: date
    published: date
    picked: str | None
    dark: bool
    width: int = 760

    @property
    def left(self) -> float:
        """The first moment drawn, in days since 1970."""
        return day_number(self.since) - self._margin

    @property
    def right(self) -> float:
        """The last moment drawn."""
        return day_number(self.until) + 1 + self._margin

    @property
    def _margin(self) -> float:
        return (day_number(self.until) + 1 - day_number(self.since)) * 0.012

    @property
    def pixels(self) -> float:
        """Pixels a day."""
        return self.width / (self.right - self.left)

    @property
    def ink(self) -> str:
        """The colour of what is written."""
        return "#ECE7DC" if self.dark else "#1C1B19"

    @property
    def faint(self) -> str:
        """The colour of what only carries the rest."""
        return "#8F8A80" if self.dark else "#77726A"

    @property
    def rule(self) -> str:
        """The colour of thin lines between things."""
        return "#33373C" if self.dark else "#E4DDCE"

    def tone(self, colour: str) -> str:
        """A vocabulary's colour, lightened where the ground is dark."""
        return mix(colour, "#FFFFFF", 0.42) if self.dark else colour


class _Boxes:
    """Rectangles of a figure, drawn as one bar trace: soft edges are nested boxes, each a little paler."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.base: list[float] = []
        self.length: list[float] = []
        self.middle: list[float] = []
        self.thickness: list[float] = []
        self.colour: list[str] = []
        self.said: list[str] = []
        self.key: list[str] = []

    def add(self, start: float, end: float, y: float, thickness: float, colour: str, said: str, key: str = "") -> None:
        start, end = max(start, self._look.left), min(end, self._look.right)
        if end > start:
            self.base.append(start * _DAY_MS)
            self.length.append((end - start) * _DAY_MS)
            self.middle.append(y)
            self.thickness.append(thickness)
            self.colour.append(colour)
            self.said.append(said)
            self.key.append(key)

    def soft(
        self, when: tuple[float, float, float, float], y: float, thickness: float, colour: str, strength: float, said: str, key: str
    ) -> None:
        """A span whose edges fade over what is not known of them."""
        a, b, c, d = max(when[0], self._look.left - 1), when[1], when[2], min(when[3], self._look.right + 1)
        b, c = min(max(a, b), d), max(min(c, d), a)
        edge = max(b - a, d - c) * self._look.pixels
        levels = 10 if edge > 40 else 5 if edge > 5 else 1
        for level in range(levels):
            part = (level + 0.5) / levels
            self.add(a + (b - a) * part, d - (d - c) * part, y, thickness, fade(colour, strength / levels), said, key)

    def trace(self, **more: Any) -> dict[str, Any]:
        return {
            "type": "bar", "orientation": "h", "base": self.base, "x": self.length, "y": self.middle, "width": self.thickness,
            "marker": {"color": self.colour, "line": {"width": 0}, **more.pop("marker", {})}, "hovertext": self.said, "hoverinfo": "text",
            "customdata": self.key, "showlegend": False, "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}, **more,
        }  # fmt: skip


def lanes(
    sorted_acts: Lanes, shown: Sequence[str], frame: pd.DataFrame, words: Words, look: Look, *, names: Mapping[str, str],
    states: pd.DataFrame, unknowing: pd.DataFrame, context: pd.DataFrame | None = None, looked: Mapping[int, int] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Acts in lanes over time: a full glyph for a day, a soft span and a hollow glyph for what is dated less exactly, a bar for what lasted.

    Every mark of an act carries its id in `customdata`; a mark that stands for many carries "@since/until" instead.
    The figure comes as the plain `data` and `layout` that Plotly knows: to have thousands of marks checked one by one costs
    as much as to draw them.

    Args:
        sorted_acts: all lanes of the selection.
        shown: the lanes to draw, in order.
        frame: the incidents the lanes were made of.
        words: the reader's language.
        look: the days, the picked act, the theme.
        names: what a reader calls a lane.
        states: as from `lanes.states`.
        unknowing: as from `lanes.unknowing`.
        context: events to lay above, or None.
        looked: sources by year, for the strip below, or None.
    """
    standing = sorted_acts.members[sorted_acts.members["lane"].isin(list(shown))]
    traces: list[dict[str, Any]] = []
    traces.append(_years_above(words, look))
    top = 18.0
    if context is not None and len(context):
        drawn, top = _context_track(context, words, look, top)
        traces += drawn
    edges = [top]
    if len(standing) > MAX_POINTS:
        drawn, edges = _crowd(standing, shown, frame, words, look, top)
        traces += drawn
    else:
        drawn, edges = _acts(sorted_acts, standing, shown, frame, words, look, states, unknowing, top)
        traces += drawn
    bottom = edges[-1]
    if looked:
        drawn, bottom = _looked(looked, words, look, bottom)
        traces += drawn
    counts = dict(zip(sorted_acts.summary["lane"], sorted_acts.summary["n"], strict=True))
    labels = [f"<b>{escape(brief(names[lane], 54))}</b>  {words.number(int(counts[lane]))}" for lane in shown]
    traces.append(_names(labels, edges[:-1], look))
    layout = _frame(look, words, bottom)
    axis = {**layout["yaxis"], "tickvals": edges[:-1], "range": [bottom, 0]}
    return {"data": traces, "layout": {**layout, "yaxis": axis, "height": int(bottom + 32)}}


def _frame(look: Look, words: Words, height: float) -> dict[str, Any]:
    """The layout that figures over time share."""
    values, texts = _ticks(look, words)
    return {
        "margin": {"l": 4, "r": 4, "t": 4, "b": 26}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": look.ink, "size": 13}, "hoverlabel": {"align": "left"}, "dragmode": False, "barmode": "overlay", "showlegend": False, "hovermode": "closest",
        "xaxis": {
            "type": "date", "range": [look.left * _DAY_MS, look.right * _DAY_MS], "tickvals": values, "ticktext": texts, "tickangle": 0,
            "showgrid": True, "gridcolor": look.rule, "zeroline": False, "fixedrange": True,
        },
        "yaxis": {"range": [height, 0], "showgrid": True, "gridcolor": look.rule, "zeroline": False, "fixedrange": True, "ticks": "", "showticklabels": False},
    }  # fmt: skip


def _ticks(look: Look, words: Words) -> tuple[list[float], list[str]]:
    """At most seven dates along the axis, named in the reader's language (Plotly itself speaks only English here)."""
    days = (look.until - look.since).days + 1
    if days > 3 * 365:
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if days / 365 / step <= 7)
        chosen, unit = [date(year, 1, 1) for year in range(look.since.year, look.until.year + 1) if year % step == 0], "year"
    elif days > 75:
        step = next(step for step in (1, 2, 3, 6) if days / 30.4 / step <= 6.5 or step == 6)
        months = range(look.since.year * 12 + look.since.month - 1, look.until.year * 12 + look.until.month)
        chosen, unit = [date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0], "month"
    else:
        step = next(step for step in (1, 2, 5, 7, 14) if days / step <= 7 or step == 14)
        chosen, unit = [look.since + timedelta(days=n) for n in range(0, days, step)], "day"
    return [day_number(when) * _DAY_MS for when in chosen], [words.tick(when, unit) for when in chosen]


def _acts(
    sorted_acts: Lanes, standing: pd.DataFrame, shown: Sequence[str], frame: pd.DataFrame, words: Words, look: Look,
    states: pd.DataFrame, unknowing: pd.DataFrame, top: float,
) -> tuple[list[dict[str, Any]], list[float]]:  # fmt: skip
    """The traces of single acts, and the upper edges of the lanes with the lowest edge last."""
    ids, types, edtf, places = (frame[name].to_numpy(dtype=object) for name in ("incident_id", "types", "period", "place_id"))
    rows, codes = standing["row"].to_numpy(), standing["lane"].to_numpy(dtype=object)
    spans: list[Span | None] = [span(edtf[row]) for row in rows]
    at = moments(spans, codes)
    lasting = _by_act(states, sorted_acts, words)
    apart = sorted_acts.mode.key in {"type", "family"}
    unaware = {row.incident_id: row for row in unknowing.itertuples(index=False)}
    left, right = np.empty(len(rows)), np.empty(len(rows))
    for n, (row, lane, when) in enumerate(zip(rows, codes, spans, strict=True)):
        starts, ends = [at[n] - 6.5 / look.pixels], [at[n] + 6.5 / look.pixels]
        if when is not None and not when.exact:
            starts.append(when.a)
            ends.append(when.d)
        for state in lasting.get((ids[row], lane if apart else None), ()):
            ends.append(day_number(look.published) if state.end == "open" else state.d + (14 / look.pixels if state.end == "silent" else 0))
        left[n], right[n] = min(starts), max(ends)
    boxes, hatched, glyphs = _Boxes(look), _Boxes(look), _Glyphs(look)
    tails: list[tuple[float, float, float]] = []
    edges = [top]
    for lane in shown:
        inside = np.flatnonzero((codes == lane) & ~np.isnan(at))
        depth = pack(left[inside], right[inside] + 1 / look.pixels, _ROWS)
        for n, row_at in zip(inside, depth, strict=True):
            row, when = rows[n], spans[n]
            y = edges[-1] + _LABEL + _ROW * (row_at + 0.5)
            kind = _glyph_of(types[row], lane, sorted_acts, words)
            term = words.term("act_type", kind)
            colour = look.tone(term.get("colour") or ACT)
            said = _said(types[row], edtf[row], places[row], words)
            key = ids[row]
            if when is not None and not when.exact:
                boxes.soft((when.a, when.b, when.c, when.d), y, 10, colour, 0.5, said, key)
            side_by_side = lasting.get((key, lane if apart else None), ())
            for nth, state in enumerate(side_by_side):
                level, thickness = (y, 6) if len(side_by_side) == 1 else (y - 4 + 8 * nth / (len(side_by_side) - 1), 4)
                told = said + "<br>" + escape(state_in_words(state, look.published, words))
                # What the person did not know of yet is hatched, not barred.
                since = (unaware[key].c, unaware[key].d) if key in unaware else (state.a, state.b)
                if state.end != "silent" or state.c > state.b:
                    boxes.soft((*since, state.c, state.d), level, thickness, _of_state(state, look, words), 0.62, told, key)
                if state.end != "silent" or not any(other.end == "silent" for other in side_by_side[:nth]):
                    glyphs.end(state, y if state.end == "silent" else level, look, told, key)
                if state.end == "open":
                    tails.append((state.d, day_number(look.published), level))
            if key in unaware:
                gap = unaware[key]
                told = said + "<br>" + escape(words("lanes.unknowing_until", date=words.date(gap.learned)))
                hatched.add(gap.a, gap.d, y, 12, colour, told, key)
            glyphs.act(at[n], y, term.get("glyph") or "circle", colour, when is not None and when.exact, said, key)
        deepest = int(depth.max()) + 1 if len(inside) else 1
        edges.append(edges[-1] + _LABEL + _ROW * deepest + _GAP)
    traces = [boxes.trace()]
    if hatched.base:
        ground = "#15171A" if look.dark else "#FAF7F1"
        traces.append(
            hatched.trace(marker={"pattern": {"shape": "/", "size": 5, "solidity": 0.28, "bgcolor": ground, "fillmode": "replace"}})
        )
    if tails:
        traces.append(_tails(tails, look))
    return [*traces, *glyphs.traces()], edges


def _of_state(state: Any, look: Look, words: Words) -> str:
    """The colour of what opened a state."""
    return look.tone(words.term("act_type", state.opened_by).get("colour") or ACT)


def _glyph_of(types: str, lane: str, sorted_acts: Lanes, words: Words) -> str:
    """Which of an act's types its glyph shows: the lane's own where lanes are types or families, else the first."""
    codes = split(types)
    if sorted_acts.mode.key == "type" and lane in codes:
        return lane
    if sorted_acts.mode.key == "family":
        return next((code for code in codes if words.term("act_type", code).get("parent") == lane), codes[0])
    return codes[0]


def _said(types: str, edtf: str, place: str, words: Words) -> str:
    kinds = ", ".join(words.label("act_type", code) for code in split(types))
    parts = (kinds, words.date(edtf), brief(words.name("places", place)) if place else "")
    return "<br>".join(escape(part) for part in parts if part)


def _by_act(states: pd.DataFrame, sorted_acts: Lanes, words: Words) -> dict[tuple[str, str | None], list[Any]]:
    """(incident, lane) to the states it opened there: where lanes are types or families a state stands only where it belongs, else (lane None) in all."""
    lane_of = {"type": lambda code: code, "family": lambda code: words.term("act_type", code).get("parent", "")}.get(sorted_acts.mode.key)
    found: dict[tuple[str, str | None], list[Any]] = {}
    for state in states.itertuples(index=False):
        found.setdefault((state.incident_id, lane_of(state.opened_by) if lane_of else None), []).append(state)
    return found


def state_in_words(state: Any, published: date, words: Words) -> str:
    """ "Case open; suspended (May 2019); no end found as of 24 November 2026": what lasted, how it stands, as of when."""
    said = [words(f"state.{state.kind}")]
    if state.status:
        label = words.label("status" if words.term("status", state.status) else "act_type", state.status)
        said.append(words("card.as_of_said", said=label, date=words.date(state.when) if state.when else words("card.undated")))
    if state.end in {"open", "silent"}:
        said.append(words(f"lanes.{state.end}", date=words.date(published)))
    return "; ".join(said)


class _Glyphs:
    """The marks of a figure: acts, ends of what lasted, and the ring around what is picked."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._acts: list[tuple[float, float, str, str, bool, str, str]] = []
        self._ends: list[tuple[float, float, str, str, str]] = []

    def act(self, at: float, y: float, shape: str, colour: str, exact: bool, said: str, key: str) -> None:
        self._acts.append((at, y, shape, colour, exact, said, key))

    def end(self, state: Any, y: float, look: Look, said: str, key: str) -> None:
        """A bar across where it ended, an arrow where no end is known."""
        if state.end == "ended":
            self._ends.append(((state.c + state.d) / 2, y, "line-ns", said, key))
        elif state.end == "open":
            self._ends.append((day_number(look.published), y, "triangle-right", said, key))
        elif state.end == "silent":
            self._ends.append((state.d + 9 / look.pixels, y, "triangle-right-open", said, key))

    def traces(self) -> list[dict[str, Any]]:
        look, quiet = self._look, {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
        common = {"type": "scatter", "mode": "markers", "hoverinfo": "text", "showlegend": False, "cliponaxis": False}
        ground = "#15171A" if look.dark else "#FAF7F1"
        ends = [end for end in self._ends if look.left <= end[0] <= look.right]
        acts = [act for act in self._acts if look.left <= act[0] <= look.right]
        ring = [act for act in acts if act[6] == look.picked]
        return [
            {
                **common, **quiet, "x": [end[0] * _DAY_MS for end in ends], "y": [end[1] for end in ends], "hovertext": [end[3] for end in ends], "customdata": [end[4] for end in ends],
                "marker": {"symbol": [end[2] for end in ends], "size": [9 if end[2] == "line-ns" else 6 for end in ends], "color": look.faint, "line": {"width": [1.6 if end[2] == "line-ns" else 0.8 for end in ends], "color": look.ink}},
            },
            {
                **common, "hoverinfo": "skip", "x": [act[0] * _DAY_MS for act in ring], "y": [act[1] for act in ring],
                "marker": {"symbol": "circle-open", "size": 22, "color": look.ink, "line": {"width": 2}},
            },
            {
                **common, **quiet, "x": [act[0] * _DAY_MS for act in acts], "y": [act[1] for act in acts], "hovertext": [act[5] for act in acts], "customdata": [act[6] for act in acts],
                "marker": {
                    "symbol": [act[2] for act in acts], "size": _GLYPH - 2, "color": [act[3] if act[4] else ground for act in acts],
                    "opacity": 1, "line": {"width": [0.8 if act[4] else 1.7 for act in acts], "color": [ground if act[4] else act[3] for act in acts]},
                },
            },
        ]  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """A complaint made on the day that is drawn: a step of its case, after the acts it answers. `order` 0: its place is not known."""

    key: str
    case_id: str
    order: int
    label: str


def day(
    sorted_acts: Lanes,
    shown: Sequence[str],
    steps: pd.DataFrame,
    words: Words,
    look: Look,
    *,
    names: Mapping[str, str],
    made: Sequence[Answer] = (),
) -> go.Figure:
    """One day's acts in lanes, side by side in their order: the number in each glyph is its place, for no hour is known.

    Args:
        sorted_acts: lanes of `steps`.
        shown: the lanes to draw, in order.
        steps: as from `lanes.steps`.
        words: the reader's language.
        look: the picked act and the theme; its days are not used.
        names: what a reader calls a lane.
        made: complaints of the day, drawn where a lane is a case.
    """
    import plotly.graph_objects as go

    ids, types, edtf, places, orders = (
        steps[name].to_numpy(dtype=object) for name in ("incident_id", "types", "period", "place_id", "order")
    )
    # Where an order is recorded it is the position; what has none stands after, without a number.
    slots = steps.groupby("case_id").cumcount().to_numpy() + 1
    row_of = {lane: at for at, lane in enumerate(shown)}
    answers = [answer for answer in made if answer.case_id in row_of] if sorted_acts.mode.key == "case" else []
    widest = int(max(slots, default=1)) + len(answers)
    # Where a lane is a type its name says it already; on a phone the list below does.
    named = sorted_acts.mode.key != "type" and look.width / widest > 78
    written = [*(words.label("act_type", split(cell)[0]) for cell in types), *(answer.label for answer in answers)]
    lines = max((_wrap(label, 16).count("<br>") + 1 for label in written), default=1) if named else 0
    height = _LABEL + 48 + 15 * lines
    standing = sorted_acts.members[sorted_acts.members["lane"].isin(list(shown))]
    marks = [(int(row), str(lane)) for row, lane in standing.itertuples(index=False, name=None)]
    x = [int(slots[row]) for row, _ in marks]
    y = [height * row_of[lane] + _LABEL + 26 for _, lane in marks]
    kinds = [_glyph_of(types[row], lane, sorted_acts, words) for row, lane in marks]
    colours = [look.tone(words.term("act_type", kind).get("colour") or ACT) for kind in kinds]
    hidden: dict[str, Any] = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}, "showlegend": False}
    said = [_said(types[row], edtf[row], places[row], words) for row, _ in marks]
    keys = [ids[row] for row, _ in marks]
    marker = {
        "symbol": "circle",
        "size": 27,
        "color": colours,
        "opacity": 1,
        "line": {"width": [3 if key == look.picked else 0 for key in keys], "color": look.ink},
    }
    numbers = [f"<b>{orders[row]}</b>" if orders[row] else "·" for row, _ in marks]
    under = [words.label("act_type", kind) for kind in kinds]
    last = steps.groupby("case_id").size().to_dict()
    for answer in answers:
        last[answer.case_id] = at = last.get(answer.case_id, 0) + 1
        x.append(at)
        y.append(height * row_of[answer.case_id] + _LABEL + 26)
        numbers.append(f"<b>{answer.order}</b>" if answer.order else "·")
        under.append(answer.label)
        said.append(escape(answer.label))
        keys.append(answer.key)
        colours.append(look.tone(ANSWER))
        marker["line"]["width"].append(3 if answer.key == look.picked else 0)
    marker["symbol"] = ["circle"] * len(marks) + ["square"] * len(answers)
    ground = "#15171A" if look.dark else "#FFFFFF"
    figure = go.Figure(
        data=[
            {
                **hidden, "type": "scatter", "mode": "markers+text", "x": x, "y": y, "text": numbers, "textfont": {"color": ground, "size": 14}, "textposition": "middle center",
                "marker": marker, "hovertext": said, "hoverinfo": "text", "customdata": keys, "cliponaxis": False,
            },
        ],
        layout=_frame(look, words, height * len(shown)),
    )  # fmt: skip
    slots_shown = max([*x, 5])
    figure.add_trace(
        _names([f"<b>{escape(brief(names[lane], 54))}</b>" for lane in shown], [height * at for at in range(len(shown))], look, 0.4)
    )
    # Names under the numbers, where a screen is wide enough.
    figure.update_layout(
        annotations=[
            {"x": at, "y": high + 18, "text": _wrap(label, 16), "showarrow": False, "yanchor": "top", "font": {"size": 12, "color": look.ink}}
            for at, high, label in zip(x, y, under, strict=True)
            if named
        ],
        xaxis={"type": "linear", "range": [0.4, slots_shown + 0.6], "tickvals": [], "ticktext": [], "showgrid": False},
        yaxis={"tickvals": [height * at for at in range(len(shown))], "range": [height * len(shown), 0]},
        height=height * len(shown) + 8, margin={"b": 4},
    )  # fmt: skip
    return figure


def _wrap(text: str, width: int) -> str:
    """A label on lines of about so many letters."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(escape(line) for line in lines)


def _tails(tails: Sequence[tuple[float, float, float]], look: Look) -> dict[str, Any]:
    """From the last thing known of what still runs to the day the bundle speaks of."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for start, end, y in tails:
        xs += [max(start, look.left) * _DAY_MS, min(end, look.right) * _DAY_MS, None]
        ys += [y, y, None]
    return {
        "type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": {"color": look.faint, "width": 1.2, "dash": "2px,3px"},
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def _crowd(
    standing: pd.DataFrame, shown: Sequence[str], frame: pd.DataFrame, words: Words, look: Look, top: float
) -> tuple[list[dict[str, Any]], list[float]]:
    """More acts than a screen can show apart: a circle a lane and slice of time, its area their number. A click on it goes closer."""
    rows, codes = standing["row"].to_numpy(), standing["lane"].to_numpy(dtype=object)
    begins, ends = (frame[name].to_numpy("datetime64[D]").astype("int64").astype(float)[rows] for name in ("period_start", "period_end"))
    for name, days in (("period_start", begins), ("period_end", ends)):
        days[frame[name].isna().to_numpy()[rows]] = np.nan
    known = np.where(np.isnan(begins), ends, np.where(np.isnan(ends), begins, (begins + ends) / 2))
    middle = np.where((known >= look.left) & (known <= look.right), known, np.nan)
    columns = int(max(12, min(96, MAX_POINTS // len(shown))))
    many = bins(middle, codes, look.left, look.right, columns)
    edges = [top + at * (_LABEL + 24 + _GAP) for at in range(len(shown) + 1)]
    place = {lane: edges[at] + _LABEL + 12 for at, lane in enumerate(shown)}
    colours = {
        lane: look.tone(next((colour for terms in ("act_type", "act_family") if (colour := words.term(terms, lane).get("colour"))), ACT))
        for lane in shown
    }
    width = (look.right - look.left) / columns
    epoch = date(1970, 1, 1)
    bounds = [(epoch + timedelta(days=int(at - width / 2)), epoch + timedelta(days=int(at + width / 2))) for at in many["at"]]
    trace = {
        "type": "scatter", "mode": "markers", "x": (many["at"] * _DAY_MS).tolist(), "y": [place[lane] for lane in many["lane"]], "showlegend": False, "hoverinfo": "text",
        "hovertext": [f"{words.count(int(n), 'incident')}<br>{words.date(a)} – {words.date(b)}" for n, (a, b) in zip(many["n"], bounds, strict=True)],
        "customdata": [f"@{a.isoformat()}/{b.isoformat()}" for a, b in bounds],
        "marker": {"color": [colours[lane] for lane in many["lane"]], "opacity": 0.75, "size": (3 + 19 * np.sqrt(many["n"] / many["n"].max())).tolist(), "line": {"width": 0}},
        "selected": {"marker": {"opacity": 0.75}}, "unselected": {"marker": {"opacity": 0.75}},
    }  # fmt: skip
    return [trace], edges


def _context_track(context: pd.DataFrame, words: Words, look: Look, top: float) -> tuple[list[dict[str, Any]], float]:
    """Laws, contracts, elections and the like, apart from the acts: grey marks with their names where there is room."""
    boxes, xs, ys, texts, said = _Boxes(look), [], [], [], []
    events = [
        (when, row)
        for row in context.to_dict("records")
        if (when := span(row["period"])) is not None and when.d > look.left and when.a < look.right
    ]
    if not events:
        return [], top
    starts = np.array([max(when.a, look.left) for when, _ in events])
    names = [brief(str(words.text(row, "title")), 40) for _, row in events]
    room = np.array([len(name) * 6.6 + 16 for name in names]) / look.pixels
    depth = pack(starts, starts + room, 5)
    taken: dict[int, float] = {}
    for (when, row), start, name, row_at, width in zip(events, starts, names, depth, room, strict=True):
        y = top + _LABEL + 15 * (row_at + 0.5)
        told = "<br>".join(
            escape(part) for part in (words.label("context_kind", row["kind"]), str(words.text(row, "title")), words.date(row["period"]))
        )
        boxes.soft((when.a, when.b, when.c, when.d), y, 13, look.faint, 0.22, told, "")
        # A name that would run over its neighbour or out of the figure is left to the pointer and the list.
        fits = taken.get(row_at, -np.inf) <= start and start + width <= look.right
        taken[row_at] = start + width if fits else taken.get(row_at, -np.inf)
        xs.append(start * _DAY_MS)
        ys.append(y)
        texts.append(f"  {escape(name)}" if fits else "")
        said.append(told)
    bottom = top + _LABEL + 15 * (int(depth.max()) + 1) + _GAP
    marks = {
        "type": "scatter", "mode": "markers+text", "x": xs, "y": ys, "text": texts, "textposition": "middle right", "hovertext": said, "hoverinfo": "text", "showlegend": False,
        "textfont": {"size": 11.5, "color": look.faint}, "marker": {"symbol": "diamond-tall", "size": 8, "color": look.faint, "line": {"width": 0}},
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}, "textfont": {"color": look.faint}},
    }  # fmt: skip
    return [boxes.trace(), _heading(words("lanes.context_track"), top, look), marks], bottom


def _names(labels: Sequence[str], tops: Sequence[float], look: Look, left: float | None = None) -> dict[str, Any]:
    """The names of the lanes, each over its lane at the left edge."""
    return {
        "type": "scatter", "mode": "text", "x": [look.left * _DAY_MS if left is None else left] * len(labels), "y": [top + 11 for top in tops], "text": list(labels),
        "textposition": "middle right", "textfont": {"size": 13, "color": look.ink}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def _heading(text: str, top: float, look: Look) -> dict[str, Any]:
    """A line of text at the left edge, where a lane would have its name."""
    return {
        "type": "scatter", "mode": "text", "x": [look.left * _DAY_MS], "y": [top + 11], "text": [f"<i>{escape(text)}</i>"], "textposition": "middle right",
        "textfont": {"size": 12, "color": look.faint}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def _years_above(words: Words, look: Look) -> dict[str, Any]:
    """The dates of the axis once more at the top: with many lanes, the axis itself is off the screen."""
    values, texts = _ticks(look, words)
    return {
        "type": "scatter", "mode": "text", "x": values, "y": [8] * len(values), "text": texts, "textfont": {"size": 11.5, "color": look.faint},
        "hoverinfo": "skip", "showlegend": False, "cliponaxis": False,
    }  # fmt: skip


def _looked(looked: Mapping[int, int], words: Words, look: Look, top: float) -> tuple[list[dict[str, Any]], float]:
    """Sources by their year under the lanes: a proxy for how much was looked at, in grey, on a scale of its own."""
    boxes, tallest = _Boxes(look), 30
    most = max(looked.values())
    foot = top + _LABEL + tallest + 4
    for year, n in sorted(looked.items()):
        start, end = day_number(date(year, 1, 1)), day_number(date(year + 1, 1, 1))
        height = tallest * n / most
        pad = (end - start) * 0.06
        boxes.add(start + pad, end - pad, foot - height / 2, height, fade(look.faint, 0.55), f"{year}: {escape(words.count(n, 'source'))}")
    return [boxes.trace(), _heading(words("lanes.looked"), top, look)], foot + 4


def lanes_legend(words: Words, *, dark: bool, published: date) -> str:
    """How to read the lanes, as HTML: each mark drawn beside its sentence, then the kinds of pressure in their colours."""
    look = Look(published, published, published, None, dark)
    act = look.tone(ACT)
    marks = "".join(
        f'<li><i class="{key}" style="--act:{act}"></i>{escape(words(f"legend.{key}", date=words.date(published)))}</li>'
        for key in ("exact", "soft", "bar", "open", "silent", "unknowing")
    )
    colours = "".join(
        f'<li><i class="exact" style="--act:{look.tone(words.term("act_family", code).get("colour") or ACT)}"></i>{escape(words.label("act_family", code))}</li>'
        for code in words.codes("act_family")
    )
    return f'<div class="t-legend"><ul>{marks}</ul><ul class="colours">{colours}</ul></div>'
