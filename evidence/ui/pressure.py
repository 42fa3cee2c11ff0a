"""The Pressure page: acts in lanes over time, one day in its order, the card and the small map of what is picked."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from evidence import charts, lanes, select
from evidence.model import Bundle, Selection, parse_period, split
from evidence.select import Selected
from evidence.ui.cards import card
from evidence.ui.figures import drawn, small_map
from evidence.ui.lists import listing, openers
from evidence.ui.page import Page, box, change, extra, left_out, md, opens, pick, say, set_extra, sheet, take_choice, tell
from evidence.ui.plates import caption, figure_plate, lanes_plate, plate_buttons
from evidence.ui.stage import theme
from evidence.words import Text, Words, brief

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

SHOWS = ("lanes", "trend", "table")
MORE = 25  # lanes on a screen; "more" shows as many again
MOST = 100
YEARS_COMPARED = 3  # a bar for one year says nothing
STEP_LIMIT = 40  # acts of one day that are told one by one; the rest are in the list


def choose(page: Page, word: str, options: Sequence[str], default: str, *, texts: str, label: str = "") -> str:
    """One of a few ways to show something, kept in the link under `word`; `texts` begins the key of each option's name."""
    st.session_state[f"choose_{word}"] = value = extra(word, default, options)
    st.segmented_control(
        page.words(label or f"{texts}.label"), options, format_func=lambda code: page.words(f"{texts}.{code}"), key=f"choose_{word}", required=True,
        on_change=take_choice, args=(f"choose_{word}", word, default), label_visibility="visible" if label else "collapsed",
    )  # fmt: skip
    return value


def choose_show(page: Page) -> str:
    """Lanes, trend or table."""
    return choose(page, "show", SHOWS, SHOWS[0], texts="show")


def families(words: Words) -> dict[str, str]:
    """Each act type's family."""
    return {code: words.term("act_type", code).get("parent", "") for code in words.codes("act_type")}


def name_of(mode: lanes.Mode, code: str, words: Words) -> str:
    """What a reader calls a lane, a row or a column."""
    if code == "":
        return words(f"lanes.none_{mode.key}" if words.has(f"lanes.none_{mode.key}") else "lanes.none")
    if code == lanes.MIXED:
        return words("lanes.mixed")
    if mode.terms:
        return words.label(mode.terms, code)
    return words.name(mode.table, code) if mode.table else code


# ── lanes ────────────────────────────────────────────────────────────────────────────────────────
def lanes_and_card(page: Page, selected: Selected) -> None:
    """The acts in lanes; beside them the record that is picked, with its place, or how to read the figure."""
    words = page.words
    with st.container(horizontal=True, vertical_alignment="bottom", key="lane_controls"):
        mode = lanes.MODES[choose(page, "lane", tuple(lanes.MODES), "case", texts="lane", label="lane.label")]
        order = choose(page, "sort", lanes.ORDERS, "latest", texts="sort", label="sort.label")
    if not selected.n:
        st.info(words("list.empty"))
        return
    left, right = st.columns([2.1, 1], gap="large")
    # What was asked for comes first: the card before the figure that marks it, the map last of all.
    with right:
        place = _beside(page, selected)
    with left:
        if (day := _one_day(selected)) is not None:
            _day(page, selected, mode, day)
        else:
            _lanes(page, selected, mode, order)
    if place is not None and page.picked:
        act = page.bundle.row("incidents", page.picked[1])
        at = page.bundle.row("places", act["place_id"]) if act is not None else None
        if at is not None and pd.notna(at["lat"]):
            with place:
                small_map(page, at=(float(at["lat"]), float(at["lon"])), key=page.picked[1])


def _one_day(selected: Selected) -> date | None:
    """The day, if the reader asked for a single one."""
    since, until = selected.selection.since, selected.selection.until
    return since if since is not None and since == until else None


def _lanes(page: Page, selected: Selected, mode: lanes.Mode, order: str) -> None:
    words, frame = page.words, selected.frame
    sorted_acts = _sorted(page.bundle, selected.selection, words, mode, order)
    summary = sorted_acts.summary
    more = extra("more")
    if more and not more.isdigit():
        left_out("more")
    size = min(max(int(more), MORE) if more.isdigit() else MORE, MOST)
    shown, own = tuple(summary["lane"][:size]), _own_lane(page, sorted_acts, frame, size)

    def made(lanes_shown: tuple[str, ...], *, context: bool) -> _Figure:
        return _figure(page.bundle, selected.selection, words, mode, order, lanes_shown, context, theme() == "dark")

    figure = made(shown, context=bool(extra("context")))
    alone = made(own, context=False) if own else None
    if alone:
        look = _look((min(figure.days[0], alone.days[0]), max(figure.days[1], alone.days[1])), selected.selection, figure.look)
        # The figure is drawn anew only where the record lies outside its days.
        figure = figure if look == figure.look else figure.over(look, page.bundle)
        alone = replace(alone.over(look, page.bundle), looked={})
    look = figure.look
    title, alt = _title(sorted_acts, words), _alt(sorted_acts, figure.names, words)
    st.markdown(f"**{md(title)}**")
    with st.container(key="lanes"):
        drawn(page, figure.at, alt=alt)
        if alone:
            say(words("lanes.own"))
            drawn(page, alone.at, alt=words("lanes.title_one", n=alone.acts, name=brief(alone.names[own[0]])))
    with st.container(horizontal=True, key="lane_more"):
        if len(summary) > size and size < MOST:
            st.button(
                words("lanes.more", n=min(MORE, len(summary) - size), left=len(summary) - size),
                on_click=set_extra,
                kwargs={"more": str(size + MORE)},
            )
        if size > MORE:
            st.button(words("lanes.fewer", n=MORE), on_click=set_extra, kwargs={"more": ""}, type="tertiary")
        st.session_state["show_context"] = bool(extra("context"))
        st.toggle(words("lanes.context"), key="show_context", on_change=_take_context)
    notes = [
        words("lanes.left_out", n=len(summary) - size, acts=int(summary["n"][size:].sum())) if len(summary) > size >= MOST else "",
        words("lanes.repeated", n=sorted_acts.repeated) if sorted_acts.repeated else "",
        words("lanes.crowded", n=figure.acts) if figure.acts > charts.MAX_POINTS else "",
        words("lanes.undated", n=int((frame["period"] == "").sum())) if (frame["period"] == "").any() else "",
        words("lanes.looked_note") if figure.looked else "",
    ]
    told = " ".join(note for note in notes if note)
    say(told)
    if len(summary) > size:
        told = words("plate.lanes_shown", shown=len(shown + own), lanes=len(summary)) + f" {told}"

    def draw(look: charts.Look) -> Any:
        return made(shown + own, context=bool(extra("context"))).draw(look)

    plate_buttons(page, "lanes", lanes_plate(page, selected, title, look, draw, alt=alt, notes=told))
    if extra("context"):
        _context(page, look)
    st.html(charts.lanes_legend(words, dark=look.dark, published=look.published))


def _own_lane(page: Page, sorted_acts: lanes.Lanes, frame: pd.DataFrame, size: int) -> tuple[str, ...]:
    """The lane of the record that is open, if it is not among the first `size`: it is drawn below them, so that they stay as they are."""
    hit = np.flatnonzero(frame["incident_id"].to_numpy() == page.picked[1]) if page.picked else ()
    if not len(hit):
        return ()
    own = sorted_acts.members.loc[sorted_acts.members["row"] == hit[0], "lane"]
    return () if set(own) & set(sorted_acts.summary["lane"][:size]) else tuple(own)[:1]


@lru_cache(maxsize=16)
def _sorted(bundle: Bundle, selection: Selection, words: Words, mode: lanes.Mode, order: str) -> lanes.Lanes:
    """The lanes of a selection; kept, as the figure is, because the next record that is opened leaves them as they are."""
    return lanes.lanes(select.select(bundle, selection).frame, mode, families(words), lambda lane: name_of(mode, lane, words), order)


@dataclass(frozen=True, eq=False)
class _Figure:
    """All that the figure of the lanes is made of; `days` are the first and last of what it shows, `look` gives them room."""

    sorted_acts: lanes.Lanes
    shown: tuple[str, ...]
    frame: pd.DataFrame
    words: Words
    days: tuple[date, date]
    look: charts.Look
    names: dict[str, str]
    acts: int
    states: pd.DataFrame
    unknowing: pd.DataFrame
    context: pd.DataFrame | None
    looked: dict[int, int]

    def draw(self, look: charts.Look) -> Any:
        """The figure as it is to be seen: on a screen, on paper."""
        return charts.lanes(
            self.sorted_acts, self.shown, self.frame, self.words, look, names=self.names, states=self.states, unknowing=self.unknowing,
            context=self.context, looked=self.looked,
        )  # fmt: skip

    def at(self, width: int) -> Any:
        """The figure on a screen, so many pixels wide."""
        return self.draw(replace(self.look, width=width))

    def over(self, look: charts.Look, bundle: Bundle) -> _Figure:
        """The same acts over other days."""
        return replace(self, look=look, looked=_looked(bundle, look) if self.looked else {})


@lru_cache(maxsize=16)
def _figure(
    bundle: Bundle, selection: Selection, words: Words, mode: lanes.Mode, order: str, shown: tuple[str, ...], context: bool, dark: bool
) -> _Figure:
    """The figure of the lanes `shown`."""
    sorted_acts, frame = _sorted(bundle, selection, words, mode, order), select.select(bundle, selection).frame
    standing = sorted_acts.members["row"][sorted_acts.members["lane"].isin(shown)].unique()
    single = frame.iloc[standing] if len(standing) <= charts.MAX_POINTS else frame.iloc[:0]
    states = lanes.states(single, select.index(bundle).frame, bundle["status_updates"])
    published = date.fromisoformat(bundle.published)
    days = _days(frame.iloc[standing], states, selection, published)
    look = _look(days, selection, charts.Look(*days, published, dark))
    return _Figure(
        sorted_acts, shown, frame, words, days, look, {lane: name_of(mode, lane, words) for lane in shown}, len(standing), states,
        lanes.unknowing(single), bundle["context"] if context else None, _looked(bundle, look),
    )  # fmt: skip


def _title(sorted_acts: lanes.Lanes, words: Words) -> str:
    """The figure in a sentence: how many lanes, and which holds most."""
    named = sorted_acts.summary[sorted_acts.summary["lane"] != ""]
    if named.empty:
        return words("lanes.title_none", n=sorted_acts.acts)
    if len(sorted_acts.summary) == 1:
        return words("lanes.title_one", n=sorted_acts.acts, name=brief(name_of(sorted_acts.mode, str(named["lane"].iloc[0]), words)))
    most = named.loc[named["n"].idxmax()]
    return words(
        f"lanes.title_{sorted_acts.mode.key}", n=sorted_acts.acts, lanes=len(named), most=int(most["n"]),
        name=brief(name_of(sorted_acts.mode, str(most["lane"]), words)),
    )  # fmt: skip


def _alt(sorted_acts: lanes.Lanes, names: dict[str, str], words: Words) -> str:
    numbers = dict(zip(sorted_acts.summary["lane"], sorted_acts.summary["n"], strict=True))
    first = "; ".join(f"{name}: {words.number(int(numbers[lane]))}" for lane, name in list(names.items())[:5])
    return words("lanes.alt", n=sorted_acts.acts, lanes=len(sorted_acts.summary), first=first)


def _days(drawn: pd.DataFrame, states: pd.DataFrame, asked: Selection, published: date) -> tuple[date, date]:
    """The days of a figure: the chosen ones, else those of the acts in the lanes shown, and on to the bundle's day while a state runs."""
    starts, ends = drawn["period_start"].dropna(), drawn["period_end"].dropna()
    since = asked.since or (starts.min().date() if len(starts) else published - timedelta(days=365))
    until = asked.until or max(ends.max().date() - timedelta(days=1) if len(ends) else since, since)
    return since, max(until, published) if asked.until is None and (states["end"] == "open").any() else until


def _look(days: tuple[date, date], asked: Selection, look: charts.Look) -> charts.Look:
    """The days with room around them, otherwise as `look`."""
    since, until = days
    if asked.since is None and (until - since).days > 3 * 365:
        since = date(since.year, 1, 1)
    # A few days alone would give each act a third of the screen.
    spare = max(0, 20 - (until - since).days) // 2 if asked.since is None and asked.until is None else 0
    return replace(look, since=since - timedelta(days=spare), until=until + timedelta(days=spare))


def _looked(bundle: Bundle, look: charts.Look) -> dict[int, int]:
    """Sources by the year of their date: all that says how much was looked at."""
    years = bundle["sources"]["date"].str[:4].value_counts()
    shown = {int(year): int(n) for year, n in years.items() if year.isdigit() and look.since.year <= int(year) <= look.until.year}
    return shown if len(shown) >= YEARS_COMPARED else {}


def _context(page: Page, look: charts.Look) -> None:
    """The events above the lanes, in words."""
    words, events = page.words, page.bundle["context"]
    shown = events[(events["period_end"] > pd.Timestamp(look.since)) & (events["period_start"] <= pd.Timestamp(look.until))].sort_values(
        "period_start"
    )
    with st.expander(words("lanes.context_list", n=len(shown))):
        for row in shown.to_dict("records"):
            st.markdown(
                f"- {md(words.date(row['period']))}: **{md(words.text(row, 'title'))}** ({md(words.label('context_kind', row['kind']))}). {tell(words, words.text(row, 'text'))}"
            )


def _take_context() -> None:
    set_extra(context="1" if st.session_state["show_context"] else "")


# ── one day ──────────────────────────────────────────────────────────────────────────────────────
def _day(page: Page, selected: Selected, mode: lanes.Mode, when: date) -> None:
    """One day: its acts by their order, drawn and told; then what else is known of it."""
    words = page.words
    steps = lanes.steps(selected.frame, when)
    ids = set(steps["incident_id"])
    made = _made(page, steps, when)
    title = words("day.title_made" if made else "day.title", n=len(steps), made=len(made), date=words.date(when))
    st.markdown(f"**{md(title)}**")
    if len(steps):
        sorted_acts = lanes.lanes(steps, mode, families(words), lambda lane: name_of(mode, lane, words))
        shown = list(sorted_acts.summary["lane"][:MORE])
        names = {lane: name_of(mode, lane, words) for lane in shown}
        look = charts.Look(when, when, when, theme() == "dark")
        alt = words("day.alt", n=len(steps), date=words.date(when))

        def draw(look: charts.Look) -> Any:
            return charts.day(sorted_acts, shown, steps, words, look, names=names, made=made)

        with st.container(key="lanes_day"):
            drawn(page, lambda width: draw(replace(look, width=width)), alt=alt, spans_days=False)
        say(words("day.order"))
        plate_buttons(
            page, "day",
            figure_plate(
                page, lambda: draw(replace(look, dark=False)), title=title, unit=words("plate.unit_day"),
                selection=lambda: caption(selected, words), alt=alt, notes=words("day.order"),
            ),
        )  # fmt: skip
        _steps(page, steps, made)
    _also(page, steps, when)
    unsure = selected.frame[~selected.frame["incident_id"].isin(ids)]
    if len(unsure):
        with st.expander(words("day.unsure", n=len(unsure)), expanded=not len(steps)):
            listing(page, unsure, key="unsure", size=12)
    with st.container(horizontal=True, key="day_zoom"):
        _zoom_buttons(page, when, day=False, key="around")


def _steps(page: Page, steps: pd.DataFrame, made: Sequence[charts.Answer]) -> None:
    """The day told: each act by its number, then the complaints made on it, which no source places before them."""
    words = page.words
    several = steps["case_id"].nunique() > 1
    blocks, last = [], None
    for row in steps.head(STEP_LIMIT).to_dict("records"):
        if several and row["case_id"] != last:
            last = row["case_id"]
            blocks.append(f"**{md(words.name('cases', last))}**")
        kinds = ", ".join(words.label("act_type", code) for code in split(row["types"]))
        whole = page.bundle.row("incidents", row["incident_id"])
        text = tell(words, _beginning(words.text(whole, "text"))) if whole is not None else ""
        blocks.append(box("t-act t-step", opens(page, row["incident_id"], f"**{md(_numbered(row['order'], kinds))}**"), text))
    for answer in made:
        row = page.bundle.row("responses", answer.key) or {}
        label = words("day.response", kind=answer.label, to=str(words.text(row, "mechanism_name")))
        text = tell(words, _beginning(words.text(row, "subject")))
        blocks.append(box("t-act t-response t-step", opens(page, answer.key, f"**{md(_numbered(answer.order, label))}**"), text))
    sheet(*blocks)


def _numbered(number: float, label: str) -> str:
    return f"{int(number)}. {label}" if number else f"· {label}"


def _made(page: Page, steps: pd.DataFrame, when: date) -> list[charts.Answer]:
    """The complaints of the same cases made on this very day, numbered on from the acts where those have an order."""
    rows = page.bundle["responses"]
    rows = rows[rows["case_id"].isin(set(steps["case_id"])) & (rows["period"] == when.isoformat()) & (rows["kind"] != "support")]
    reached = steps.groupby("case_id")["order"].max().to_dict()
    found = []
    for key, case, kind in zip(rows["response_id"], rows["case_id"], rows["kind"], strict=True):
        order = int(reached[case])
        reached[case] = order + 1 if order else 0
        found.append(charts.Answer(key, case, reached[case], page.words.label("response_kind", kind)))
    return found


def _beginning(text: Text, limit: int = 600) -> Text:
    """The first words of a text; the card has the rest."""
    said = text.words
    return text if len(said) <= limit else replace(text, words=said[:limit].rpartition(" ")[0].rstrip(" ,;:—–-") + "…")


def _also(page: Page, steps: pd.DataFrame, when: date) -> None:
    """Older acts of which the person learned on that day."""
    words, acts = page.words, page.bundle["incidents"]
    learned = acts[(acts["learned"] == when.isoformat()) & acts["case_id"].isin(set(steps["case_id"]))]
    if learned.empty:
        return
    st.markdown(f"**{words('day.also')}**")
    openers(
        page,
        [
            (row["incident_id"], words("day.learned", kind=words.label("act_type", split(row["types"])[0]), date=words.date(row["period"])))
            for row in learned.to_dict("records")
        ],
    )


# ── beside the figure ────────────────────────────────────────────────────────────────────────────
def _beside(page: Page, selected: Selected) -> DeltaGenerator | None:
    """The record that is picked, with the way to the next and room for its map, which is returned; else the acts as a list."""
    words, picked = page.words, page.picked
    ids = selected.frame["incident_id"].tolist()
    at = ids.index(picked[1]) if picked and picked[1] in ids else None
    with st.container(horizontal=True, vertical_alignment="center", key="walk"):
        before = ids[at - 1] if at else (ids[-1] if at is None and ids else None)
        after = ids[at + 1] if at is not None and at + 1 < len(ids) else (ids[0] if at is None and ids else None)
        for key, target, label in (("Left", before, "walk.previous"), ("Right", after, "walk.next")):
            st.button(
                words(label),
                key=label.replace(".", "_"),
                on_click=pick,
                args=("incident", target or ""),
                disabled=target is None,
                shortcut=key,
            )
        st.caption(words("walk.at", at=at + 1, n=len(ids)) if at is not None else words("walk.none", n=len(ids)))
    if not picked:
        st.caption(words("walk.hint"))
        listing(page, selected.frame[["incident_id", "period", "types", "place_id", "country"]].iloc[::-1], key="acts", size=14)
        return None
    room = None
    if at is not None:
        act = selected.frame.iloc[at]
        with st.container(horizontal=True, key="act_zoom"):
            period = parse_period(act["period"]) if act["period"] else None
            if period is not None and period.start is not None:
                _zoom_buttons(page, period.start, day=period.is_day, key="act")
        room = st.container()
    with st.container(key="card", gap="xsmall"):
        card(page, *picked)
    return room


def _zoom_buttons(page: Page, when: date, *, day: bool, key: str) -> None:
    """From all years to the year, the month and the day of an act, and back."""
    words, selection = page.words, page.selection
    last = calendar.monthrange(when.year, when.month)[1]
    spans = {
        "day": (when, when),
        "month": (when.replace(day=1), when.replace(day=last)),
        "year": (date(when.year, 1, 1), date(when.year, 12, 31)),
        "all": (None, None),
    }
    for name, (since, until) in spans.items():
        if (name == "day" and not day) or (selection.since, selection.until) == (since, until):
            continue
        st.button(
            words(f"zoom.{name}"), key=f"zoom_{key}_{name}", on_click=change, kwargs={"since": since, "until": until}, type="tertiary"
        )
