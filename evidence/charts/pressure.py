"""Lanes of acts, states and context as one Plotly figure, over twenty-five years or a few days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from evidence.charts.ink import ACT, GROUND, MAX_POINTS, fade
from evidence.charts.marks import glyph_of, spoken
from evidence.charts.timeaxis import DAY_MS, LABEL, STILL, Boxes, Look, heading, layout, names_over, ticks
from evidence.lanes import Lanes, Span, bins, moments, pack, span
from evidence.lanes import day as day_number
from evidence.words import Words, brief

# Heights are in pixels, so that five lanes and sixty are equally legible.
_ROW, _GAP, _GLYPH = 15, 9, 12
_CONTEXT_ROWS = 14  # deep enough for the names of a law or two a year
_ROWS = 9  # so many rows deep may a lane be before its glyphs overlap


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
        look: the days, the theme, the width.
        names: what a reader calls a lane.
        states: as from `lanes.states`.
        unknowing: as from `lanes.unknowing`.
        context: events to lay above, or None.
        looked: sources by year, for the strip below, or None.
    """
    standing = sorted_acts.members[sorted_acts.members["lane"].isin(list(shown))]
    traces = [_years_above(words, look)]
    top = 18.0
    if context is not None and len(context):
        drawn, top = _context_track(context, words, look, top)
        traces += drawn
    if len(standing) > MAX_POINTS:
        drawn, edges = _crowd(standing, shown, frame, words, look, top)
    else:
        drawn, edges = _acts(sorted_acts, standing, shown, frame, words, look, states, unknowing, top)
    traces += drawn
    bottom = edges[-1]
    if looked:
        drawn, bottom = _looked(looked, words, look, bottom)
        traces += drawn
    counts = dict(zip(sorted_acts.summary["lane"], sorted_acts.summary["n"], strict=True))
    labels = [
        f"<b>{escape(brief(names[lane], min(54, int(look.width / 7.2) - 3)))}</b>  {words.number(int(counts[lane]))}" for lane in shown
    ]
    traces.append(names_over(labels, edges[:-1], look))
    base = layout(look, words, bottom)
    axis = {**base["yaxis"], "tickvals": edges[:-1], "range": [bottom, 0]}
    return {"data": traces, "layout": {**base, "yaxis": axis, "height": int(bottom + 32)}}


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
    began = [lasting.get((ids[row], lane if apart else None), ()) for row, lane in zip(rows, codes, strict=True)]
    reach = [_reach(*known, look) for known in zip(at, spans, began, strict=True)]
    left, right = np.array(reach, dtype=float).reshape(-1, 2).T
    unaware = {row.incident_id: row for row in unknowing.itertuples(index=False)}
    marks = _Marks(look, words)
    edges = [top]
    for lane in shown:
        inside = np.flatnonzero((codes == lane) & ~np.isnan(at))
        depth = pack(left[inside], right[inside] + 1 / look.pixels, _ROWS)
        for n, row_at in zip(inside, depth, strict=True):
            row, y = rows[n], edges[-1] + LABEL + _ROW * (row_at + 0.5)
            term = words.term("act_type", glyph_of(types[row], lane, sorted_acts, words))
            act = _Act(
                ids[row], at[n], y, spans[n], term.get("glyph") or "circle", look.tone(term.get("colour") or ACT),
                spoken(types[row], edtf[row], places[row], words),
            )  # fmt: skip
            marks.add(act, began[n], unaware.get(act.key))
        deepest = int(depth.max()) + 1 if len(inside) else 1
        edges.append(edges[-1] + LABEL + _ROW * deepest + _GAP)
    return marks.traces(), edges


def _reach(at: float, when: Span | None, states: Sequence[Any], look: Look) -> tuple[float, float]:
    """The days (since 1970) from which to which an act and what it began take up their row: nothing else is drawn there."""
    half = (_GLYPH / 2 + 0.5) / look.pixels
    starts, ends = [at - half], [at + half]
    if when is not None and not when.exact:
        starts.append(when.a)
        ends.append(when.d)
    for state in states:
        ends.append(day_number(look.published) if state.end == "open" else state.d + (14 / look.pixels if state.end == "silent" else 0))
    return min(starts), max(ends)


def _by_act(states: pd.DataFrame, sorted_acts: Lanes, words: Words) -> dict[tuple[str, str | None], list[Any]]:
    """(incident, lane) to the states it opened there: where lanes are types or families a state stands only where it belongs, else (lane None) in all."""
    lane_of = {"type": lambda code: code, "family": lambda code: words.term("act_type", code).get("parent", "")}.get(sorted_acts.mode.key)
    found: dict[tuple[str, str | None], list[Any]] = {}
    for state in states.itertuples(index=False):
        found.setdefault((state.incident_id, lane_of(state.opened_by) if lane_of else None), []).append(state)
    return found


def _state_in_words(state: Any, published: date, words: Words) -> str:
    """ "Case open; suspended (May 2019); no end found as of 24 November 2026": what lasted, how it stands, as of when."""
    said = [words(f"state.{state.kind}")]
    if state.status:
        label = words.label("status" if words.term("status", state.status) else "act_type", state.status)
        said.append(words("card.as_of_said", said=label, date=words.date(state.when) if state.when else words("card.undated")))
    if state.end in {"open", "silent"}:
        said.append(words(f"lanes.{state.end}", date=words.date(published)))
    return "; ".join(said)


@dataclass(frozen=True)
class _Act:
    """An act as it is drawn: where, when, and what it shows and says."""

    key: str
    at: float
    y: float
    when: Span | None
    glyph: str
    colour: str
    said: str

    @property
    def exact(self) -> bool:
        """True for a single day that the source states without a doubt: drawn full; all others hollow."""
        return self.when is not None and self.when.exact


class _Marks:
    """The marks of a figure: acts, what they began and how it ended, what was not known yet."""

    def __init__(self, look: Look, words: Words) -> None:
        self._look, self._words = look, words
        self._boxes, self._hatched = Boxes(look), Boxes(look)
        self._tails: list[tuple[float, float, float]] = []
        self._acts: list[_Act] = []
        self._ends: list[tuple[float, float, str, str, str]] = []

    def add(self, act: _Act, states: Sequence[Any], gap: Any | None) -> None:
        """One act with the states it began and, as `gap`, the time in which the person did not know of it."""
        if act.when is not None and not act.exact:
            self._boxes.soft((act.when.a, act.when.b, act.when.c, act.when.d), act.y, 10, act.colour, 0.5, act.said, act.key)
        for nth, state in enumerate(states):
            level, thickness = (act.y, 6) if len(states) == 1 else (act.y - 4 + 8 * nth / (len(states) - 1), 4)
            # Several that are silent alike need one arrow.
            self._state(act, state, gap, level, thickness, first=not any(other.end == "silent" for other in states[:nth]))
        if gap is not None:
            told = act.said + "<br>" + escape(self._words("lanes.unknowing_until", date=self._words.date(gap.learned)))
            self._hatched.add(gap.a, gap.d, act.y, 12, act.colour, told, act.key)
        self._acts.append(act)

    def _state(self, act: _Act, state: Any, gap: Any | None, level: float, thickness: float, *, first: bool) -> None:
        """A bar for what lasted; a bar across where it ended, an arrow where no end is known."""
        look, published = self._look, day_number(self._look.published)
        told = act.said + "<br>" + escape(_state_in_words(state, look.published, self._words))
        colour = look.tone(self._words.term("act_type", state.opened_by).get("colour") or ACT)
        # What the person did not know of yet is hatched, not barred.
        since = (state.a, state.b) if gap is None else (gap.c, gap.d)
        if state.end != "silent" or state.c > state.b:
            self._boxes.soft((*since, state.c, state.d), level, thickness, colour, 0.62, told, act.key)
        if state.end == "ended":
            self._ends.append(((state.c + state.d) / 2, level, "line-ns", told, act.key))
        elif state.end == "open":
            self._ends.append((published, level, "triangle-right", told, act.key))
            self._tails.append((state.d, published, level))
        elif state.end == "silent" and first:
            self._ends.append((state.d + 9 / look.pixels, act.y, "triangle-right-open", told, act.key))

    def traces(self) -> list[dict[str, Any]]:
        """All of them as Plotly's plain data, the acts last so that they lie on top."""
        look, ground = self._look, GROUND[self._look.dark]
        common = {"type": "scatter", "mode": "markers", "hoverinfo": "text", "showlegend": False, "cliponaxis": False}
        hatch = {"pattern": {"shape": "/", "size": 5, "solidity": 0.28, "bgcolor": ground, "fillmode": "replace"}}
        ends = [end for end in self._ends if look.left <= end[0] <= look.right]
        acts = [act for act in self._acts if look.left <= act.at <= look.right]
        return [
            self._boxes.trace(),
            *([self._hatched.trace(marker=hatch)] if self._hatched.base else []),
            *([_tails(self._tails, look)] if self._tails else []),
            {
                **common, **STILL, "x": [end[0] * DAY_MS for end in ends], "y": [end[1] for end in ends], "hovertext": [end[3] for end in ends], "customdata": [end[4] for end in ends],
                "marker": {"symbol": [end[2] for end in ends], "size": [9 if end[2] == "line-ns" else 6 for end in ends], "color": look.faint, "line": {"width": [1.6 if end[2] == "line-ns" else 0.8 for end in ends], "color": look.ink}},
            },
            {
                **common, **STILL, "x": [act.at * DAY_MS for act in acts], "y": [act.y for act in acts], "hovertext": [act.said for act in acts], "customdata": [act.key for act in acts],
                "marker": {
                    "symbol": [act.glyph for act in acts], "size": _GLYPH - 2, "color": [act.colour if act.exact else ground for act in acts],
                    "opacity": 1, "line": {"width": [0.8 if act.exact else 1.7 for act in acts], "color": [ground if act.exact else act.colour for act in acts]},
                },
            },
        ]  # fmt: skip


def _tails(tails: Sequence[tuple[float, float, float]], look: Look) -> dict[str, Any]:
    """From the last thing known of what still runs to the day the bundle speaks of."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for start, end, y in tails:
        xs += [max(start, look.left) * DAY_MS, min(end, look.right) * DAY_MS, None]
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
    edges = [top + at * (LABEL + 24 + _GAP) for at in range(len(shown) + 1)]
    place = {lane: edges[at] + LABEL + 12 for at, lane in enumerate(shown)}
    colours = {
        lane: look.tone(next((colour for terms in ("act_type", "act_family") if (colour := words.term(terms, lane).get("colour"))), ACT))
        for lane in shown
    }
    width = (look.right - look.left) / columns
    epoch = date(1970, 1, 1)
    bounds = [(epoch + timedelta(days=int(at - width / 2)), epoch + timedelta(days=int(at + width / 2))) for at in many["at"]]
    trace = {
        "type": "scatter", "mode": "markers", "x": (many["at"] * DAY_MS).tolist(), "y": [place[lane] for lane in many["lane"]], "showlegend": False, "hoverinfo": "text",
        "hovertext": [f"{words.count(int(n), 'incident')}<br>{words.date(a)} – {words.date(b)}" for n, (a, b) in zip(many["n"], bounds, strict=True)],
        "customdata": [f"@{a.isoformat()}/{b.isoformat()}" for a, b in bounds],
        "marker": {"color": [colours[lane] for lane in many["lane"]], "opacity": 0.75, "size": (3 + 19 * np.sqrt(many["n"] / many["n"].max())).tolist(), "line": {"width": 0}},
        "selected": {"marker": {"opacity": 0.75}}, "unselected": {"marker": {"opacity": 0.75}},
    }  # fmt: skip
    return [trace], edges


def _context_track(context: pd.DataFrame, words: Words, look: Look, top: float) -> tuple[list[dict[str, Any]], float]:
    """Laws, contracts, elections and the like, apart from the acts: grey marks with their names where there is room."""
    boxes, xs, ys, texts, said = Boxes(look), [], [], [], []
    events = [
        (when, row)
        for row in context.to_dict("records")
        if (when := span(row["period"])) is not None and when.d > look.left and when.a < look.right
    ]
    if not events:
        return [], top
    starts = np.array([max(when.a, look.left) for when, _ in events])
    names = [brief(str(words.text(row, "title")), 34) for _, row in events]
    room = np.array([len(name) * 5.8 + 16 for name in names]) / look.pixels
    depth = pack(starts, starts + room, _CONTEXT_ROWS)
    for (when, row), start, name, row_at, width in zip(events, starts, names, depth, room, strict=True):
        y = top + LABEL + 15 * (row_at + 0.5)
        told = "<br>".join(
            escape(part) for part in (words.label("context_kind", row["kind"]), str(words.text(row, "title")), words.date(row["period"]))
        )
        boxes.soft((when.a, when.b, when.c, when.d), y, 13, look.faint, 0.22, told, "")
        # A name that would run over the next mark of its row or out of the figure is left to the pointer and the list.
        beside = starts[(depth == row_at) & (starts >= start)]
        fits = start + width <= min([look.right, *np.sort(beside)[1:2]])
        xs.append(start * DAY_MS)
        ys.append(y)
        texts.append(f"  {escape(name)}" if fits else "")
        said.append(told)
    bottom = top + LABEL + 15 * (int(depth.max()) + 1) + _GAP
    marks = {
        "type": "scatter", "mode": "markers+text", "x": xs, "y": ys, "text": texts, "textposition": "middle right", "hovertext": said, "hoverinfo": "text", "showlegend": False,
        "textfont": {"size": 11.5, "color": look.faint}, "marker": {"symbol": "diamond-tall", "size": 8, "color": look.faint, "line": {"width": 0}},
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}, "textfont": {"color": look.faint}},
    }  # fmt: skip
    return [boxes.trace(), heading(words("lanes.context_track"), top, look), marks], bottom


def _years_above(words: Words, look: Look) -> dict[str, Any]:
    """The dates of the axis once more at the top: with many lanes, the axis itself is off the screen."""
    values, texts = ticks(look, words)
    return {
        "type": "scatter", "mode": "text", "x": values, "y": [8] * len(values), "text": texts, "textfont": {"size": 11.5, "color": look.faint},
        "hoverinfo": "skip", "showlegend": False, "cliponaxis": False,
    }  # fmt: skip


def _looked(looked: Mapping[int, int], words: Words, look: Look, top: float) -> tuple[list[dict[str, Any]], float]:
    """Sources by their year under the lanes: a proxy for how much was looked at, in grey, on a scale of its own."""
    boxes, tallest = Boxes(look), 30
    most = max(looked.values())
    foot = top + LABEL + tallest + 4
    for year, n in sorted(looked.items()):
        start, end = day_number(date(year, 1, 1)), day_number(date(year + 1, 1, 1))
        height = tallest * n / most
        pad = (end - start) * 0.06
        boxes.add(start + pad, end - pad, foot - height / 2, height, fade(look.faint, 0.55), f"{year}: {escape(words.count(n, 'source'))}")
    return [boxes.trace(), heading(words("lanes.looked"), top, look)], foot + 4


def lanes_legend(words: Words, *, dark: bool, published: date) -> str:
    """How to read the lanes, as HTML: each mark drawn beside its sentence, then the kinds of pressure in their colours."""
    look = Look(published, published, published, dark)
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
