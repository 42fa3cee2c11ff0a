"""The Resettlement page: stages by village and time, counts that differ side by side, where to, what was promised; a village's own page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from evidence import charts, geo, plates, report, resettlement, zones
from evidence.charts import resettlement as drawn
from evidence.model import Bundle, split
from evidence.resettlement import Cohort, Figure, Figures, Flow, Stage
from evidence.ui.cards import precision, source_item
from evidence.ui.environment import claim_item, sentence
from evidence.ui.land import (
    account,
    at,
    bounds,
    cites,
    draw_map,
    from_to,
    km,
    note,
    people_names,
    table,
    title,
    village_link,
    village_links,
)
from evidence.ui.lists import listing
from evidence.ui.page import Page, here, tell_html
from evidence.ui.plates import keep, land_plate
from evidence.ui.pressure import choose
from evidence.ui.stage import theme
from evidence.ui.zones import verdict_line
from evidence.words import Words

SHOWS = ("stages", "zones", "nearness")
COHORTS_DRAWN = 40  # further ones are reached by choosing a village
WIDEST = 9.0  # pixels of an arc with the most households
APART = 250_000.0  # metres: moves farther from one another than this are not shown in one view
LONG = 120  # letters of an account that are not told again under one another
NOUNS = {"families": "family", "persons": "person", "dwellings": "dwelling"}


def choose_land_view(page: Page) -> str:
    """Stages, the history of zones, or what lies near."""
    with st.container(key="land_show"):
        return choose(page, "show", SHOWS, SHOWS[0], texts="land.show")


def chosen_village(page: Page) -> str:
    """The settlement whose page is asked for: the one place of the link, if it is one."""
    asked = page.selection.place
    row = page.bundle.row("places", asked[0]) if len(asked) == 1 else None
    return asked[0] if row is not None and row["kind"] in resettlement.SETTLEMENTS else ""


def _asked(page: Page) -> tuple[str, ...]:
    """The settlements that a selection of places narrows to; a region stands for the settlements in it."""
    asked = set(page.selection.place)
    if not asked:
        return ()
    places = page.bundle["places"]
    inside = set(places.loc[places["place_id"].isin(asked) | places["parent_id"].isin(asked), "place_id"])
    return tuple(inside | set(places.loc[places["parent_id"].isin(inside), "place_id"]))


# ── the board ────────────────────────────────────────────────────────────────────────────────────
def stage_board(page: Page) -> None:
    """Settlements by time with every dated stage; which have none recorded; the same as a table."""
    words, bundle = page.words, page.bundle
    asked = _asked(page)
    groups = resettlement.of_places(bundle, asked) if asked else resettlement.cohorts(bundle)
    silent = [place for place in resettlement.without_stage(bundle) if not asked or place in asked]
    if not groups and not silent:
        st.info(words("land.none"))
        return
    html = []
    if groups:
        said = _board_title(page, groups)
        html = [title(said), _board(page, groups[:COHORTS_DRAWN], said), note(words("board.note"))]
        if len(groups) > COHORTS_DRAWN:
            html.append(note(words("board.left", n=len(groups) - COHORTS_DRAWN)))
    if silent:
        shown = ", ".join(village_link(page, place) for place in silent[:60])
        html.append(f'<p class="t-silent"><b>{escape(words("board.silent", n=len(silent)))}</b> {shown}</p>')
    if groups:
        html.append(_details(words("board.table", n=sum(len(one.stages) for one in groups)), _stage_table(page, groups)))
    st.html("".join(html))


def _board_title(page: Page, groups: Sequence[Cohort]) -> str:
    words = page.words
    ids = {place for one in groups for place in one.place_ids}
    ended = {place for one in groups for stage in one.stages if stage.row["stage"] in resettlement.ENDED for place in one.place_ids}
    return words("board.title", n=len(ids), stages=sum(len(one.stages) for one in groups), ended=len(ended))


def _details(summary: str, inside: str) -> str:
    return f'<details class="t-more"><summary>{escape(summary)}</summary>{inside}</details>'


def _window(rows: Sequence[Stage]) -> tuple[date, date]:
    starts = [stage.row["period_start"].date() for stage in rows if pd.notna(stage.row["period_start"])]
    ends = [stage.row["period_end"].date() for stage in rows if pd.notna(stage.row["period_end"])]
    first, last = min(starts, default=date(2000, 1, 1)), max(ends, default=date.today())
    room = 1 if last.year - first.year < 4 else 0  # a single year would fill the line and say nothing of when it was
    return date(first.year - room, 1, 1), date(last.year + 1 + room, 1, 1)


def _board(page: Page, groups: Sequence[Cohort], said: str) -> str:
    """The stages in time; `said` is the title of its picture."""
    words = page.words
    first, last = _window([stage for one in groups for stage in one.stages])
    lanes = [drawn.Lane(village_links(page, one.place_ids), tuple(_spans(page, one))) for one in groups]
    n = sum(len(one.stages) for one in groups)
    alt = words("board.alt", n=n, groups=len(groups), since=str(first.year), until=str(last.year - 1))
    keep(page, said, words("plate.unit_board"), n, lambda: plates.spans_drawing(lanes, first, last, alt=alt), words("board.note"))
    return drawn.timeline_of(lanes, first, last, words, alt=alt, kind="board")


def _spans(page: Page, group: Cohort) -> Iterable[drawn.Span]:
    """The stages of a cohort, those of one kind and date together: "announced: 469 families, 2,138 people"."""
    words = page.words
    together: dict[tuple[str, str, str], list[Stage]] = {}
    for stage in group.stages:
        where = stage.row["destination_ids"] if stage.row["stage"] == "housing_built" else ""
        together.setdefault((stage.row["stage"], stage.row["period"], where), []).append(stage)
    for (code, when, _), stages in together.items():
        row = stages[0].row
        counts = _counts(words, [stage.row for stage in stages])
        label = words.label("resettlement_stage", code) + (f": {counts}" if counts else "")
        contested, still = any(stage.contested for stage in stages), any(stage.open for stage in stages)
        notes = [words.date(when)]
        notes += [words("board.contested")] if contested else []
        notes += [words("board.open")] if still else []
        yield drawn.Span(
            since=row["period_start"].date() if pd.notna(row["period_start"]) else None,
            until=row["period_end"].date() if pd.notna(row["period_end"]) else None,
            label=label,
            colour=words.term("resettlement_stage", code).get("colour") or "#8A8F86",
            look=" ".join(["point", *(["contested"] if contested else []), *(["open"] if still else [])]),
            note=" · ".join(notes),
        )


def _counts(words: Words, rows: Sequence[resettlement.Row]) -> str:
    """What rows of one stage count, each number once, those that differ with "or"."""
    said = []
    for column, noun in (("households", "family"), ("persons", "person"), ("dwellings", "dwelling")):
        values = list(dict.fromkeys(float(row[column]) for row in rows if pd.notna(row[column])))
        if len(values) > 1 and rows[0]["stage"] in resettlement.LEFT:
            said.append(" + ".join(words.number(value) for value in values[:-1]) + " + " + words.count(values[-1], noun))
        elif values:
            said.append(words.any_of([*(words.number(value) for value in values[:-1]), words.count(values[-1], noun)]))
    return ", ".join(said)


def _stage_table(page: Page, groups: Sequence[Cohort], *, name: bool = True) -> str:
    """Every stage with its text, by whose account, its sources."""
    words = page.words
    rows = []
    for one in groups:
        for stage in one.stages:
            row = stage.row
            marks = [words(f"board.{mark}") for mark, on in (("contested", stage.contested), ("open", stage.open)) if on]
            phase = words.label("resettlement_phase", row["phase"]) if row["phase"] else ""
            kind = "<br>".join(
                escape(part) for part in (words.label("resettlement_stage", row["stage"]), phase, _counts(words, [row]), *marks) if part
            )
            where = ", ".join(village_link(page, place) for place in split(row["destination_ids"]))
            text = tell_html(words, words.text(row, "text")) + (f"<br>{escape(words('land.to'))}: {where}" if where else "")
            cells = [escape(words.date(row["period"])), kind, text, account(words, row), cites(page, row["source_ids"])]
            rows.append(([village_links(page, one.place_ids)] if name else []) + cells)
    heads = [words(f"land.{key}") for key in ((("who",) if name else ()) + ("when", "stage", "told", "account", "sources"))]
    return table(heads, rows)


# ── figures ──────────────────────────────────────────────────────────────────────────────────────
def figures_side_by_side(page: Page, place: str = "") -> None:
    """Counts of the same people, each as its source gives it; a total is a range."""
    rows = page.bundle["resettlement"]
    asked = {place} if place else set(_asked(page))
    if asked:
        rows = rows.loc[[bool(asked & set(split(cell))) for cell in rows["place_ids"]]]
    groups = resettlement.figures_of(page.bundle, rows)
    words = page.words
    if groups:
        said = _figures_title(page, groups)
        st.html(title(said) + _figures(page, groups))
        n = sum(len(one.figures) for one in groups)
        keep(page, said, words("plate.unit_sides"), n, lambda: _sides(page, groups, said))


def _figures_title(page: Page, groups: Sequence[Figures]) -> str:
    words = page.words
    differ = [one for one in groups if one.differ]
    if not differ:
        return words("side.title_same", n=sum(len(one.figures) for one in groups))
    widest = max(differ, key=lambda one: (one.unit == "persons", len(one.figures)))
    return words(
        "side.title", what=words(f"side.{widest.key}_title"), who=people_names(words, widest.place_ids),
        low=words.number(widest.low), high=words.count(widest.high, NOUNS[widest.unit]), n=len(widest.figures),
    )  # fmt: skip


def _in_order(groups: Sequence[Figures]) -> list[Figures]:
    """Those to be moved first, people and families beside each other; then what else differs."""
    return sorted(groups, key=lambda one: (one.key != "to_be_moved", not one.differ))


def _sides(page: Page, groups: Sequence[Figures], said: str) -> plates.Drawing:
    """The same counts on paper: each with who says so and when."""
    words = page.words
    drawn = []
    for one in _in_order(groups):
        span = from_to(words, one.low, one.high, NOUNS[one.unit]) if one.differ else ""
        rows = [
            charts.Bar(
                words.date(figure.as_of), figure.value, words.count(figure.value, NOUNS[figure.unit]),
                plates.plain(account(words, figure.row)) if figure.table != "populations" else words.text(figure.row, "note").words,
            )
            for figure in one.figures
        ]  # fmt: skip
        drawn.append((f"{words(f'side.{one.key}')}: {people_names(words, one.place_ids)}", span, rows))
    return plates.sides_drawing(drawn, alt=said)


def _figures(page: Page, groups: Sequence[Figures]) -> str:
    words = page.words
    blocks = []
    for one in _in_order(groups):
        top = max(one.high, 1)
        place = f" ({escape(people_names(words, one.where))})" if one.where else ""
        head = f"{escape(words(f'side.{one.key}'))}{place}<br><span>{village_links(page, one.place_ids)}</span>"
        total = ""
        if one.differ:
            total = f'<p class="t-range">{escape(from_to(words, one.low, one.high, NOUNS[one.unit]))}</p>'
        bars = "".join(f"<li>{_bar(page, figure, top)}</li>" for figure in one.figures)
        blocks.append(f"<section{' class=differ' if one.differ else ''}><h3>{head}</h3>{total}<ol>{bars}</ol></section>")
    return f'<div class="t-side">{"".join(blocks)}</div>'


def _bar(page: Page, figure: Figure, top: float) -> str:
    words = page.words
    who = account(words, figure.row) if figure.table != "populations" else tell_html(words, words.text(figure.row, "note"))
    return (
        f'<p><b>{escape(words.count(figure.value, NOUNS[figure.unit]))}</b> · {escape(words.date(figure.as_of))}</p><i style="width:{figure.value / top:.1%}"></i>'
        f'<p class="t-small">{who}<br>{cites(page, figure.row["source_ids"])}</p>'
    )


# ── where to ─────────────────────────────────────────────────────────────────────────────────────
def destinations(page: Page, place: str = "") -> None:
    """From where to where: arcs on the map, a Sankey, the table."""
    words, bundle = page.words, page.bundle
    flows = resettlement.flows(bundle, [place] if place else _asked(page))
    if place:
        flows += [flow for flow in resettlement.flows(bundle) if flow.to == place]
    if not flows:
        return
    counted, n = sum(flow.households is not None for flow in flows), len({flow.to for flow in flows if flow.to})
    said = words("flows.title", n=n, counted=counted, all=len(flows))
    st.html(title(said) + note(words("flows.note")))
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        _arcs(page, flows, said, key="arcs_village" if place else "arcs")
    with right:
        ribbons = [
            drawn.Ribbon(
                people_names(words, flow.place_ids),
                _to(words, flow),
                flow.households[1] if flow.households else None,
                _told(words, flow),
                _households(words, flow) if flow.households else "",
            )
            for flow in flows
        ]
        keep(page, said, words("plate.unit_flows"), len(flows), lambda: plates.flows_drawing(ribbons, alt=said), words("flows.note"))
        st.plotly_chart(
            drawn.sankey(ribbons, dark=theme() == "dark"), key="sankey_village" if place else "sankey",
            alt=words("flows.alt", flows="; ".join(ribbon.told for ribbon in ribbons)), config={"displayModeBar": False}, theme=None,
        )  # fmt: skip
    st.html(_flow_table(page, flows))


def _to(words: Words, flow: Flow) -> str:
    return words.name("places", flow.to) if flow.to else words("flows.elsewhere")


def _households(words: Words, flow: Flow) -> str:
    return words("flows.unknown") if flow.households is None else from_to(words, *flow.households, "family")


def _told(words: Words, flow: Flow) -> str:
    return words("flows.line", origin=people_names(words, flow.place_ids), to=_to(words, flow), households=_households(words, flow))


def _arcs(page: Page, flows: Sequence[Flow], said: str, *, key: str) -> None:
    words, bundle = page.words, page.bundle
    most = max([flow.households[1] for flow in flows if flow.households] + [1.0])
    arcs, drawn = [], []
    for flow in flows:
        end = at(bundle, flow.to) if flow.to else None
        for start in (at(bundle, place) for place in flow.place_ids):
            if start and end:
                weight = 2 + (WIDEST - 2) * flow.households[1] / most if flow.households else 0
                arcs.append([list(start), list(end), weight, _told(words, flow)])
                drawn.append(flow)
    if not arcs:
        return
    groups = geo.together([(tuple(start), tuple(end)) for start, end, _, _ in arcs], APART)
    # A map of places 600 km apart shows none of them: it opens on the group with most moves, and says what lies beyond.
    view = max(groups, key=lambda group: (sum(arcs[at][2] for at in group), len(group)))
    fit = bounds(point for at in view for point in arcs[at][:2])
    data = {"key": key, "years": None, "ring": None, "earlier": None, "boundary": None, "settlements": [], "arcs": arcs, "fit": fit}
    keep(page, said, words("plate.unit_arcs"), len(flows), land_plate(page, data), words("flows.note"), words("map.credit"))
    draw_map(page, data, key=key, height=360)
    beyond = dict.fromkeys(place for group in groups if group is not view for at in group for place in drawn[at].place_ids)
    if beyond:
        st.html(f'<p class="t-small">{escape(words("flows.beyond"))} {village_links(page, beyond)}</p>')


def _flow_table(page: Page, flows: Sequence[Flow]) -> str:
    words, bundle = page.words, page.bundle
    rows = []
    for flow in flows:
        kept = [bundle.row("resettlement", key) or {} for key in flow.record_ids]
        basis = "<br>".join(
            f"{escape(words.date(row['period']))}: {escape(words.label('resettlement_stage', row['stage']))}" for row in kept
        )
        counted = escape(_households(words, flow)) + (f"<br><small>{escape(words('flows.shared'))}</small>" if flow.shared else "")
        source_ids = ";".join(resettlement.sources(kept))
        target = village_link(page, flow.to) if flow.to else escape(words("flows.elsewhere"))
        rows.append([village_links(page, flow.place_ids), target, counted, basis, cites(page, source_ids)])
    return table([words(f"land.{key}") for key in ("from", "to", "households", "stage", "sources")], rows)


# ── promises ─────────────────────────────────────────────────────────────────────────────────────
def promises(page: Page, place: str = "") -> None:
    """What was promised, by when, and what is known of its delivery: by whose account."""
    words = page.words
    rows = resettlement.promises(page.bundle, [place] if place else _asked(page))
    if not rows:
        return
    kept = sum(row["delivery"] == "delivered" for row in rows)
    unknown = sum(row["delivery"] == "unknown" for row in rows)
    lines, before = [], None
    for row in rows:
        due = words("promises.due", date=words.date(row["due"])) if row["due"] else words("promises.no_due")
        made = escape(words.date(row["promised"])) + f"<br>{tell_html(words, words.text(row, 'promised_by'))}"
        state = f'<b class="t-delivery {escape(row["delivery"])}">{escape(words.label("delivery", row["delivery"]))}</b>'
        told = tell_html(words, words.text(row, "delivery_account"))
        # What one source says at length of several promises together is told once.
        state += f"<br>{escape(words('promises.same')) if told == before and len(told) > LONG else told}"
        before = told
        lines.append(
            [
                f"{tell_html(words, words.text(row, 'promise'))}<br><small>{village_links(page, split(row['place_ids']))}</small>",
                made,
                escape(due),
                state,
                cites(page, row["source_ids"]),
            ]
        )
    heads = [words(f"promises.{key}") for key in ("promise", "by", "when", "delivery")] + [words("land.sources")]
    st.html(title(words("promises.title", n=len(rows), kept=kept, unknown=unknown)) + table(heads, lines))


# ── a village ────────────────────────────────────────────────────────────────────────────────────
def village(page: Page, place: str) -> None:
    """All that is recorded of one settlement: names, people, decisions, where to, promises, zones, acts, what was measured, sources."""
    words, bundle = page.words, page.bundle
    row = bundle.row("places", place) or {}
    groups = resettlement.of_places(bundle, [place])
    st.html(_who(page, place) + _village_stages(page, groups))
    figures_side_by_side(page, place)
    st.html(_people(page, place))
    destinations(page, place)
    promises(page, place)
    st.html(_near(page, place) + _measured(page, place) + _told_otherwise(page, place) + _elsewhere(page, place))
    there, hidden = resettlement.acts(bundle, place)
    more = note(sentence(words("caption.context_hidden", n=hidden))) if hidden else ""
    st.html(title(words("village.incidents", n=len(there))) + more)
    if len(there):
        listing(page, there, key="village", size=20)
    cells = [row["source_ids"], *(stage.row["source_ids"] for one in groups for stage in one.stages)]
    cells += [figure.row["source_ids"] for figure in resettlement.populations(bundle, place)]
    cells += [one["source_ids"] for one in resettlement.promises(bundle, [place])] + [
        one["source_ids"] for one in zones.accounts(bundle, place)
    ]
    cells += [
        *_measurements(bundle, place)["source_ids"],
        *(one["source_ids"] for told in resettlement.differing(bundle, place) for one in told),
    ]
    keys = list(dict.fromkeys(key for cell in cells for key in split(cell)))
    st.html(title(words("village.sources", n=len(keys))))
    with st.container(key="case_sources"):
        st.markdown("\n".join(source_item(words, source) for key in keys if (source := bundle.row("sources", key)) is not None))


def _who(page: Page, place: str) -> str:
    words, bundle = page.words, page.bundle
    row = bundle.row("places", place) or {}
    names = list(dict.fromkeys([row["name_en"], row["name_ru"], row["name_kk"], *split(row["aliases"])]))
    parent = words.name("places", row["parent_id"]) if row["parent_id"] else words.label("country", row["country"])
    facts = [
        (words("village.kind"), f"{words.label('place_kind', row['kind'])}, {parent}"),
        (words("place.aliases"), ", ".join(name for name in names if name)),
        (words("place.until"), words.date(row["exists_to"]) if row["exists_to"] else ""),
        (words("card.position"), precision(words, row)),
        (words("village.schools"), ", ".join(words.name("places", key) for key in resettlement.schools(bundle, place))),
    ]
    lines = "".join(f"<p><b>{escape(label)}:</b> {escape(value)}</p>" for label, value in facts if value)
    told = words.text(row, "note")
    back = f'<p><a class="t-open" href="{escape(here(page, place="", id="", list=""))}">← {escape(words("village.all"))}</a></p>'
    return f"{back}{title(words.name('places', place))}<div class=t-village>{lines}{f'<p>{tell_html(words, told)}</p>' if told.words else ''}</div>"


def _village_stages(page: Page, groups: Sequence[Cohort]) -> str:
    words = page.words
    if not groups:
        return title(words("village.no_stage")) + note(words("village.no_stage_note"))
    n = sum(len(one.stages) for one in groups)
    board = _board(page, groups, _board_title(page, groups))
    return title(words("village.stages", n=n)) + board + _details(words("board.table", n=n), _stage_table(page, groups))


def _people(page: Page, place: str) -> str:
    words = page.words
    claims = resettlement.populations(page.bundle, place)
    if not claims:
        return title(words("village.no_people"))
    low, high = min(claim.value for claim in claims), max(claim.value for claim in claims)
    said = words("village.people", n=len(claims), people=from_to(words, low, high, "person"))
    bars = "".join(f"<li>{_bar(page, claim, max(high, 1))}</li>" for claim in claims)
    years = resettlement.exposure(page.bundle, [place], *resettlement.window(page.bundle))
    chart = f'<section class="t-exposure">{drawn.people_by_year(years, words, alt=said)}{note(words("village.people_years"))}</section>'
    return f'{title(said)}<div class="t-side"><section><ol>{bars}</ol></section></div>{chart}'


def _near(page: Page, place: str) -> str:
    """Exposure: how far the flares are, which rules say what of the settlement, by whose account."""
    words, bundle = page.words, page.bundle
    row = bundle.row("places", place) or {}
    parts = []
    for key, lasting in (("village.lasting", True), ("village.listed", False)):
        found = zones.to_flare(bundle, row, lasting=lasting)
        if found:
            link = f'<a class="t-open" href="{escape(here(page, id=found[0]))}">{escape(found[0])}</a>'
            parts.append(f"<p>{escape(words(key, far=km(words, found[1]), years=zones.LASTING_YEARS))} ({link})</p>")
    posts = bundle["stations"]
    posts = posts.loc[posts["place_id"] == place, "station_id"]
    if len(posts):
        named = ", ".join(
            f'<a class="t-open" href="{escape(here(page, id=key))}">{escape(words.name("stations", key))}</a>' for key in posts
        )
        parts.append(f"<p>{escape(words('village.posts'))} {named}</p>")
    told = zones.accounts(bundle, place)
    assets = list(dict.fromkeys([*split(row["nearest_asset_ids"]), *(bundle.row("zones", one["zone_id"])["asset_id"] for one in told)]))
    lines = []
    for asset in assets:
        for rule in zones.rules(bundle, asset):
            lines.append(verdict_line(page, row, rule))
    html = title(words("village.near")) + "".join(parts)
    if lines:
        heads = [*(words(f"zones.{key}") for key in ("rule", "dates", "verdict")), words("land.sources")]
        html += table(heads, lines)
    elif not parts:
        html += note(words("village.near_none"))
    return html + note(words("exposure.not_dose"))


def _measurements(bundle: Bundle, place: str) -> pd.DataFrame:
    """What was measured or counted of a settlement or in it, in order of time."""
    rows = bundle["measurements"]
    mine = [place in split(cell) or place == at_place for cell, at_place in zip(rows["subject_ids"], rows["place_id"], strict=True)]
    return rows.loc[mine].sort_values("period_start", na_position="last")


def _measured(page: Page, place: str) -> str:
    words = page.words
    rows = _measurements(page.bundle, place)
    if rows.empty:
        return ""
    lines = []
    for row in rows.head(60).to_dict("records"):
        value = f"{words.number(row['value'])} {words.label('unit', row['unit'])}" if pd.notna(row["value"]) else ""
        note_text = "; ".join(
            part for part in (tell_html(words, words.text(row, "comparator")), tell_html(words, words.text(row, "note"))) if part
        )
        lines.append(
            [
                escape(words.date(row["period"])),
                escape(words.label("indicator", row["indicator"])),
                escape(value) + (f"<br><small>{note_text}</small>" if note_text else ""),
                tell_html(words, words.text(row, "reporter")),
                cites(page, row["source_ids"]),
            ]
        )
    heads = [words(f"land.{key}") for key in ("when", "measured", "value", "account", "sources")]
    return _details(words("village.measured", n=len(rows)), table(heads, lines))


def _told_otherwise(page: Page, place: str) -> str:
    """What sources say differently of it: distances, positions, dates."""
    groups = resettlement.differing(page.bundle, place)
    if not groups:
        return ""
    items = "".join(claim_item(page, row) for rows in groups for row in rows)
    return f'{title(page.words("village.differ"))}<ul class="t-told">{items}</ul>'


def _elsewhere(page: Page, place: str) -> str:
    """Where else it is spoken of: the weeks of an event here, the cases of what happened here."""
    words, bundle = page.words, page.bundle
    events = bundle["events"]
    events = events[events["place_id"] == place].to_dict("records")
    cases = dict.fromkeys([*(key for row in events for key in split(row["case_ids"])), *resettlement.acts(bundle, place)[0]["case_id"]])
    links = [
        (words("village.weeks", title=str(words.text(row, "title"))), "environment", {"show": "event", "event": row["event_id"]})
        for row in events
    ]
    links += [(words("village.case", name=words.name("cases", key)), "case", {"case": key}) for key in cases if key]
    lines = "".join(
        f'<p><a class="t-open" href="{key}?{escape(urlencode({**query, "lang": words.language}))}">{escape(label)}</a></p>'
        for label, key, query in links
    )
    return f'{title(words("village.elsewhere"))}<div class="t-village">{lines}</div>' if lines else ""


# ── downloads ────────────────────────────────────────────────────────────────────────────────────
def resettlement_download(page: Page, place: str = "") -> None:
    """The stages and promises shown, as CSV."""
    words, bundle = page.words, page.bundle
    asked = {place} if place else set(_asked(page))
    with st.container(horizontal=True, key="downloads"):
        for name, noun in (("resettlement", "stage"), ("commitments", "promise")):
            rows = _of(bundle, name, asked)
            if len(rows):
                st.download_button(
                    words("land.download", rows=words.count(len(rows), noun)), lambda rows=rows, name=name: report.csv_file(bundle, report.rows_of(bundle, name, rows)),
                    f"tamshy-{bundle.version}-{name}.csv", "text/csv", on_click="ignore", key=f"download_{name}",
                )  # fmt: skip


def _of(bundle: Bundle, name: str, asked: set[str]) -> pd.DataFrame:
    rows = bundle[name]
    return rows.loc[[bool(asked & set(split(cell))) for cell in rows["place_ids"]]] if asked else rows
