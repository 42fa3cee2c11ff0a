"""One day's acts in lanes, side by side in the order they came: the steps of a day of which no hour is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from evidence.charts.ink import ACT, ANSWER, GROUND
from evidence.charts.marks import glyph_of, spoken
from evidence.charts.timeaxis import LABEL, STILL, Look, layout, names_over
from evidence.lanes import Lanes
from evidence.model import split
from evidence.words import Words, brief

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Answer:
    """A complaint made on the day that is drawn: a step of its case, after the acts it answers. `order` 0: its place is not known."""

    key: str
    case_id: str
    order: int
    label: str


@dataclass(frozen=True)
class _Step:
    """One mark of the day: the lane it stands in, its place in it from the left, what it shows and says. An act is round, an answer square."""

    key: str
    lane: str
    place: int
    number: str
    label: str
    said: str
    colour: str
    shape: str


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
        shown: the lanes to draw, at least one, in order.
        steps: as from `lanes.steps`.
        words: the reader's language.
        look: the theme and the width; its days are not used.
        names: what a reader calls a lane.
        made: complaints of the day, drawn where a lane is a case.
    """
    import plotly.graph_objects as go

    answers = [answer for answer in made if answer.case_id in shown] if sorted_acts.mode.key == "case" else []
    marks = [*_acts(sorted_acts, shown, steps, words, look), *_answers(answers, steps, look)]
    # Where a lane is a type its name says it already; on a phone the list below does.
    widest = int(steps.groupby("case_id").size().max()) + len(answers) if len(steps) else 1
    named = sorted_acts.mode.key != "type" and look.width / widest > 78
    written = [*(words.label("act_type", split(cell)[0]) for cell in steps["types"]), *(answer.label for answer in answers)]
    lines = max((_wrap(label, 16).count("<br>") + 1 for label in written), default=1) if named else 0
    height = LABEL + 48 + 15 * lines
    tops = [height * at for at in range(len(shown))]
    y = [tops[shown.index(mark.lane)] + LABEL + 26 for mark in marks]
    marker = {
        "symbol": [mark.shape for mark in marks], "size": 27, "color": [mark.colour for mark in marks], "opacity": 1,
        "line": {"width": 0},
    }  # fmt: skip
    figure = go.Figure(
        data=[
            {
                **STILL, "type": "scatter", "mode": "markers+text", "x": [mark.place for mark in marks], "y": y, "marker": marker, "showlegend": False, "cliponaxis": False,
                "text": [mark.number for mark in marks], "textfont": {"color": GROUND[1] if look.dark else "#FFFFFF", "size": 14}, "textposition": "middle center",
                "hovertext": [mark.said for mark in marks], "hoverinfo": "text", "customdata": [mark.key for mark in marks],
            },
            names_over([f"<b>{escape(brief(names[lane], 54))}</b>" for lane in shown], tops, look, 0.4),
        ],
        layout=layout(look, words, height * len(shown)),
    )  # fmt: skip
    figure.update_layout(
        annotations=[
            {"x": mark.place, "y": high + 18, "text": _wrap(mark.label, 16), "showarrow": False, "yanchor": "top", "font": {"size": 12, "color": look.ink}}
            for mark, high in zip(marks, y, strict=True)
            if named
        ],
        xaxis={"type": "linear", "range": [0.4, max([*(mark.place for mark in marks), 5]) + 0.6], "tickvals": [], "ticktext": [], "showgrid": False},
        yaxis={"tickvals": tops, "range": [height * len(shown), 0]},
        height=height * len(shown) + 8, margin={"b": 4},
    )  # fmt: skip
    return figure


def _acts(sorted_acts: Lanes, shown: Sequence[str], steps: pd.DataFrame, words: Words, look: Look) -> list[_Step]:
    """A mark for each standing of an act in a lane. Where an order is recorded it is the place; what has none stands after, without a number."""
    columns = (steps[name].tolist() for name in ("incident_id", "types", "period", "place_id", "order"))
    acts = list(zip(*columns, steps.groupby("case_id").cumcount() + 1, strict=True))
    found = []
    for row, lane in sorted_acts.members[["row", "lane"]].itertuples(index=False, name=None):
        if lane in shown:
            key, types, edtf, place_id, order, place = acts[row]
            kind = glyph_of(types, lane, sorted_acts, words)
            label, colour = words.label("act_type", kind), look.tone(words.term("act_type", kind).get("colour") or ACT)
            found.append(_Step(key, lane, place, _number(order), label, spoken(types, edtf, place_id, words), colour, "circle"))
    return found


def _answers(answers: Sequence[Answer], steps: pd.DataFrame, look: Look) -> list[_Step]:
    """A mark for each complaint, after the acts of its case."""
    last, found = steps.groupby("case_id").size().to_dict(), []
    for answer in answers:
        last[answer.case_id] = place = last.get(answer.case_id, 0) + 1
        said = escape(answer.label)
        found.append(_Step(answer.key, answer.case_id, place, _number(answer.order), answer.label, said, look.tone(ANSWER), "square"))
    return found


def _number(order: int) -> str:
    return f"<b>{order}</b>" if order else "·"


def _wrap(text: str, width: int) -> str:
    """A label on lines of about so many letters."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(escape(line) for line in lines)
