"""Zones on the Resettlement page: the history of an asset's rules, what each says of a settlement on a day, and the what-if.

The what-if is a fragment: a change of radius or of what is measured from redraws the map's ring and the lists beside it, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from html import escape
from typing import Any

import pandas as pd
import shapely
import streamlit as st

from evidence import boundary, geo, plates, report, resettlement, surroundings, zones
from evidence.charts import resettlement as drawn
from evidence.ui.asked import pictures, take_tables
from evidence.ui.land import (
    account,
    bounds,
    cites,
    draw_map,
    from_to,
    kilometres,
    km,
    note,
    table,
    title,
    village_link,
)
from evidence.ui.page import Page, extra, foot, here, md, say, set_extra, take_choice, tell_html, write_link
from evidence.ui.plates import keep, land_plate
from evidence.ui.upload import upload
from evidence.words import Words, brief, lower
from evidence.zones import Far, Origin, Verdict

Row = Mapping[str, Any]
MEASURES = ("lasting", "listed", "chosen", "point", "drawn", "loaded")
EVERYWHERE = "all"
DEFAULT_KM = 5.0
MOST_FLARES = 14  # so many ids fit into a link
MAP_HEIGHT = 560
SPARE_MB = 15
ASTRAY = 100_000.0  # metres: a boundary farther than this from every settlement is asked about
LOOKS = {"in_force": "bar", "replaced": "bar", "proposed": "bar proposed", "annulled": "bar struck", "unclear": "bar unsure"}


# ── a rule in words ──────────────────────────────────────────────────────────────────────────────
def width(words: Words, rule: Row) -> str:
    """A rule's radius or range in kilometres."""
    low, high = rule["radius_min_m"], rule["radius_max_m"]
    known = [value for value in (low, high) if pd.notna(value)]
    if not known:
        return words("zones.no_width")
    if min(known) == max(known):
        return kilometres(words, known[0])
    return words("zones.range", low=words.number(min(known) / 1000), high=words.number(max(known) / 1000))


def _dates(words: Words, rule: Row) -> str:
    """From when to when, by all accounts where they differ."""
    since = rule.get("valid_from_accounts") or rule["valid_from"]
    until = rule.get("valid_to_accounts") or rule["valid_to"]
    begun = words("zones.begun", date=words.date(since)) if since else words("zones.begun_unknown")
    return f"{begun}; {words('zones.ended', date=words.date(until)) if until else words('zones.stands')}"


def _verdict(words: Words, found: Verdict) -> str:
    who = words.text(found.account, "asserted_by").words if found.account is not None else ""
    said = words(f"zones.verdict_{found.code}", who=who)
    why = ""
    if found.code == "cannot_say" or found.account is None:
        why = words(f"zones.why_{found.why}")
    elif pd.notna(found.account["distance_m"]):
        why = words("zones.from_edge", n=found.account["distance_m"])
    return f'<b class="t-verdict {found.code}">{escape(said)}</b>' + (f"<br><small>{escape(why)}</small>" if why else "")


def verdict_line(page: Page, place: Row, rule: Row) -> list[str]:
    """A rule and what it says of a settlement, as the cells of a table."""
    words = page.words
    found = zones.verdict(page.bundle, place, rule)
    sources = found.account["source_ids"] if found.account is not None else rule["source_ids"]
    name = f"<b>{escape(width(words, rule))}</b><br><small>{escape(words.name('assets', rule['asset_id']))}; {escape(_measured_from(words, rule))}</small>"
    status = f"{escape(_dates(words, rule))}<br><small>{escape(words.label('zone_status', rule['status']))}</small>"
    return [name, status, _verdict(words, found), cites(page, sources)]


def _measured_from(words: Words, rule: Row) -> str:
    if rule["measured_from"] == "not_stated":
        return words("zones.measured_from_unstated")
    return words("zones.measured_from", what=lower(words.label("measured_from", rule["measured_from"])))


# ── history ──────────────────────────────────────────────────────────────────────────────────────
def zone_history(page: Page) -> None:
    """The rules of a zone as a timeline, and on the chosen day what each says of every settlement around."""
    words, bundle = page.words, page.bundle
    fields = zones.assets(bundle)
    if not fields:
        st.info(words("zones.none"))
        return
    asset, day = _choose_asset(page, fields), _choose_day(page)
    rules = zones.rules(bundle, asset)
    st.html(_history(page, asset, rules, day))
    st.html(_on_that_day(page, asset, rules, day))
    st.html(_rule_table(page, rules))
    with st.container(horizontal=True, key="downloads"):
        for name, rows in (("zones", bundle["zones"]), ("zone_relations", bundle["zone_relations"])):
            ids = {rule["zone_id"] for rule in rules}
            rows = rows[rows["zone_id"].isin(ids)]
            st.download_button(
                words("land.download", rows=words.count(len(rows), "record")) + f" ({words(f'zones.{name}')})",
                lambda rows=rows: report.csv(rows, bundle, words), f"tamshy-{bundle.version}-{name}.csv", "text/csv", on_click="ignore", key=f"download_{name}",
            )  # fmt: skip


def _choose_asset(page: Page, fields: Sequence[str]) -> str:
    asset = extra("field", next((key for key in page.selection.asset if key in fields), fields[0]), fields)
    if len(fields) > 1:
        st.session_state["zone_asset"] = asset
        st.selectbox(
            page.words("zones.asset"),
            fields,
            format_func=lambda key: page.words.name("assets", key),
            key="zone_asset",
            on_change=take_choice,
            args=("zone_asset", "field"),
            width=420,
        )
    return asset


def _choose_day(page: Page) -> date:
    """The day a verdict is asked for: the link's, else that of the bundle."""
    last = date.fromisoformat(page.bundle.published) if page.bundle.published else date.today()
    asked = extra("day")
    try:
        day = date.fromisoformat(asked) if asked else last
    except ValueError:
        st.warning(page.words("link.unknown", words=f"“{md(f'day={asked[:40]}')}”"))
        day = last
    day = min(max(day, date(1950, 1, 1)), last)
    st.session_state["zone_day"] = day
    st.date_input(
        page.words("zones.day"),
        key="zone_day",
        min_value=date(1950, 1, 1),
        max_value=last,
        format="YYYY-MM-DD",
        on_change=_take_day,
        args=(last,),
        width=260,
    )
    return day


def _take_day(last: date) -> None:
    day = st.session_state["zone_day"]
    set_extra(day="" if day is None or day == last else day.isoformat())


def _history(page: Page, asset: str, rules: Sequence[Row], day: date) -> str:
    words = page.words
    chain = [width(words, rule) for rule in rules if rule["status"] != "proposed" and pd.notna(rule["radius_min_m"])]
    said = words("zones.title", asset=words.name("assets", asset), n=len(rules), chain=" → ".join(chain)) if chain else words("zones.title_plain", asset=words.name("assets", asset), n=len(rules))  # fmt: skip
    last = max(date.fromisoformat(page.bundle.published) if page.bundle.published else date.today(), day) + timedelta(days=200)
    first = min([moment for rule in rules if (moment := zones.first_day(rule))] + [day])
    first = date(first.year - 3, 1, 1)  # a rule of unknown beginning is seen to come from before
    lanes = []
    for rule in rules:
        may_begin, begun, may_end, ended = zones.span(rule, first, last)
        how = zones.standing(rule, day)
        head = f"<b>{escape(width(words, rule))}</b><small>{escape(_measured_from(words, rule))}</small>"
        text = words.text(rule, "act")
        notes = [words.label("zone_status", rule["status"])]
        notes += [words("zones.disputed")] if rule["disputed"] else []
        mark = drawn.Span(
            may_begin,
            ended,
            text.words,
            words.term("zone_status", rule["status"]).get("colour") or "#5E7A66",
            look=LOOKS.get(str(rule["status"]), "bar") + (" now" if how in {"in_force", "unsure", "struck"} else ""),
            surely_since=begun,
            may_end=may_end,
            note=" · ".join([_dates(words, rule), *notes]),
        )
        lanes.append(drawn.Lane(head, (mark,)))
    alt = words(
        "zones.alt", asset=words.name("assets", asset), rules="; ".join(f"{width(words, rule)}, {_dates(words, rule)}" for rule in rules)
    )
    draw = partial(plates.spans_drawing, lanes, first, last, alt=alt, day=day)
    keep(page, said, words("plate.unit_zones", date=words.date(day)), len(rules), draw, words("zones.note"))
    days = _turning_days(page, rules)
    return f'<section class="t-zones">{title(said)}{drawn.timeline_of(lanes, first, last, words, alt=alt, kind="zones", day=day)}{note(words("zones.note"))}{days}</section>'


def _turning_days(page: Page, rules: Sequence[Row]) -> str:
    """Links to the first day of each rule: where a verdict may change."""
    words = page.words
    starts = sorted({rule["valid_from_start"].date() for rule in rules if pd.notna(rule["valid_from_start"])})
    links = ", ".join(
        f'<a class="t-open" href="{escape(here(page, day=when.isoformat()))}">{escape(words.date(when))}</a>' for when in starts
    )
    return f'<p class="t-small">{escape(words("zones.turning"))} {links}</p>' if links else ""


def _on_that_day(page: Page, asset: str, rules: Sequence[Row], day: date) -> str:
    words, bundle = page.words, page.bundle
    standing = [(rule, how) for rule in rules if (how := zones.standing(rule, day)) in {"in_force", "unsure", "struck", "proposed"}]
    if not standing:
        return title(words("zones.day_none", date=words.date(day)))
    places = {key: bundle.row("places", key) or {} for key in zones.around(bundle, asset)}
    verdicts = {key: [zones.verdict(bundle, place, rule) for rule, _ in standing] for key, place in places.items()}
    ruling = [at for at, (_, how) in enumerate(standing) if how != "proposed"] or [len(standing) - 1]
    codes = [{found[at].code for at in ruling} for found in verdicts.values()]
    inside = sum(bool(found & {"inside", "inside_by_account"}) for found in codes)
    outside = sum(found <= {"outside", "outside_by_account"} for found in codes)
    said = words("zones.day_title", date=words.date(day), inside=inside, outside=outside, unknown=len(places) - inside - outside)
    heads = [words("zones.settlement"), words("zones.lasting"), words("zones.listed")]
    heads += [f"{width(words, rule)}: {words(f'zones.standing_{how}')}" for rule, how in standing]
    rows = []
    for key, place in places.items():
        cells = [village_link(page, key)]
        for lasting in (True, False):
            near = zones.to_flare(bundle, place, asset, lasting=lasting)
            cells.append(escape(km(words, near[1])) + f" <small>{escape(near[0])}</small>" if near else escape(words("zones.no_distance")))
        rows.append([*cells, *(_verdict(words, found) for found in verdicts[key])])
    return title(said) + table(heads, rows) + note(words("zones.precision"))


def _rule_table(page: Page, rules: Sequence[Row]) -> str:
    words = page.words
    rows = [
        [
            f"<b>{escape(width(words, rule))}</b><br><small>{escape(_measured_from(words, rule))}</small>",
            escape(_dates(words, rule)),
            f"{escape(words.label('zone_status', rule['status']))}{'<br>' + escape(words('zones.disputed')) if rule['disputed'] else ''}",
            f"{tell_html(words, words.text(rule, 'act'))}<br><small>{tell_html(words, words.text(rule, 'note'))}</small>",
            account(words, rule),
            cites(page, rule["source_ids"]),
        ]
        for rule in rules
    ]
    heads = [words(f"zones.{key}") for key in ("rule", "dates", "status", "act")] + [words("land.account"), words("land.sources")]
    return f'<details class="t-more"><summary>{escape(words("zones.table", n=len(rules)))}</summary>{table(heads, rows)}</details>'


# ── what-if ──────────────────────────────────────────────────────────────────────────────────────
@st.fragment
def what_if(page: Page) -> None:
    """A distance from something chosen: what lies inside, who lived there and when. Not the legal zone."""
    words, bundle = page.words, page.bundle
    asset, what = _choose_origin(page)
    start = _origin(page, what, asset)
    radius_m, earlier_m = _choose_radius(page, asset)
    write_link()
    st.session_state["kept_figures"] = []  # this part runs alone: `open_page` does not forget the figures of its last run
    st.html(f'<p class="t-whatif"><b>{escape(words("whatif.label"))}</b> {escape(words("whatif.label_text"))}</p>')
    found = zones.within(bundle, start, radius_m, earlier_m)
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        data = _map_data(page, start, found, radius_m, earlier_m, what)
        drawn = draw_map(page, data, key="whatif", height=MAP_HEIGHT)
        keep(
            page,
            _whatif_title(page, start, found, radius_m, what, asset),
            words("plate.unit_whatif"),
            len(found),
            land_plate(page, data),
            words("whatif.label_text"),
            words("map.credit"),
        )
    with right:
        st.html(_answers(page, start, found, radius_m, earlier_m, what, asset))
    if below := _exposure(page, found, radius_m) + _inside_table(page, start, found, max(radius_m, earlier_m or 0.0)):
        st.html(below)
    _whatif_end(page, found)
    if drawn:
        _take_drawn(page, drawn)


def _choose_origin(page: Page) -> tuple[str, str]:
    words, bundle = page.words, page.bundle
    fields = [key for key in bundle["flare_sites"]["asset_id"].drop_duplicates() if key]
    with_point = [key for key in bundle["assets"].loc[bundle["assets"]["lat"].notna(), "asset_id"] if key not in fields]
    options = [EVERYWHERE, *sorted([*fields, *with_point], key=lambda key: words.name("assets", key))]
    first = next((key for key in (*page.selection.asset, *zones.assets(bundle)) if key in options), EVERYWHERE)
    asset = extra("field", first, options)
    what = extra("measure", MEASURES[0], MEASURES)
    st.session_state["whatif_asset"], st.session_state["measure"] = asset, what
    with st.container(horizontal=True, vertical_alignment="bottom", key="whatif_controls"):
        st.selectbox(
            words("whatif.asset"), options, key="whatif_asset", width=330, on_change=take_choice, args=("whatif_asset", "field"),
            format_func=lambda key: words("whatif.everywhere") if key == EVERYWHERE else brief(words.name("assets", key), 60),
        )  # fmt: skip
        st.pills(
            words("whatif.measure"), MEASURES, format_func=lambda code: words(f"whatif.measure_{code}", years=zones.LASTING_YEARS), key="measure",
            required=True, on_change=take_choice, args=("measure", "measure", MEASURES[0]), wrap=True,
        )  # fmt: skip
    return ("" if asset == EVERYWHERE else asset), what


def _origin(page: Page, what: str, asset: str) -> Origin:
    """What is measured from, with the controls it needs."""
    words, bundle = page.words, page.bundle
    if what == "chosen":
        sites = zones.flares(bundle, asset).sort_values("years", ascending=False)
        names = {row.flare_id: words("whatif.flare", id=row.flare_id, n=int(row.years)) for row in sites.itertuples()}
        asked = [key for key in extra("flares").split(",") if key in names]
        st.session_state["flares"] = asked or list(names)[:1]
        chosen = st.multiselect(
            words("whatif.flares"), list(names), format_func=names.get, key="flares", max_selections=MOST_FLARES, on_change=_take_flares
        )
        return zones.origin(bundle, what, asset, tuple(chosen))
    if what == "loaded":
        return _loaded(page)
    if what == "drawn":
        held = st.session_state.get("drawn_boundary")
        if held is None:
            st.info(words("boundary.draw_hint"))
            return Origin()
        return _held("drawn", held.shape)
    return zones.origin(bundle, what, asset)


def _held(name: str, shape: shapely.Geometry) -> Origin:
    """The origin of a reader's own boundary, kept in this visit with what was measured from it."""
    known = st.session_state.get(f"origin_{name}")
    if known is None or known.boundary is not shape:
        known = st.session_state[f"origin_{name}"] = Origin(boundary=shape)
    return known


def _take_flares() -> None:
    set_extra(flares=",".join(st.session_state["flares"]))


def _loaded(page: Page) -> Origin:
    """A boundary from the reader's own file: read in memory, kept in this visit, never written anywhere."""
    words = page.words
    # A file that is a little too large is met with our sentence, not with the widget's English one.
    most = boundary.MAX_BYTES // 1_000_000
    file = upload(words, words("boundary.upload", mb=most), boundary.TYPES, most, "boundary_file", spare_mb=SPARE_MB)
    say(words("boundary.promise"))
    if file is None:
        st.session_state.pop("loaded_boundary", None)
        st.session_state.pop("origin_loaded", None)
        st.info(words("boundary.upload_hint"))
        return Origin()
    known = st.session_state.get("loaded_boundary")
    if known is None or known[0] != file.file_id:
        try:
            known = (file.file_id, boundary.read(file.getvalue()), "")
        except boundary.BadBoundary as problem:
            known = (
                file.file_id,
                None,
                words(f"boundary.bad_{problem.key}", **{k: md(v) if isinstance(v, str) else v for k, v in problem.values.items()}),
            )
        st.session_state["loaded_boundary"] = known
    _, held, sentence = known
    if held is None:
        st.error(sentence)
        return Origin()
    size = geo.area_km2(held.shape) if held.is_area else 0
    if far := _astray(page, held.shape):
        st.warning(far)
    say(words("boundary.loaded" if held.is_area else "boundary.loaded_line", points=held.points, km2=words.number(round(size, 1))))
    if held.mended:
        say(words("boundary.mended"))
    return _held("loaded", held.shape)


def _astray(page: Page, shape: shapely.Geometry) -> str:
    """That a boundary lies far from all that is on record, and whether its longitudes and latitudes seem exchanged; else nothing."""
    near, turned = zones.astray(page.bundle, shape)
    if not ASTRAY < near < float("inf"):
        return ""
    said = page.words("boundary.astray", km=round(near / 1000))
    return f"{said} {page.words('boundary.swapped', km=round(turned / 1000))}" if turned <= ASTRAY else said


def _take_drawn(page: Page, corners: list[Any]) -> None:
    try:
        st.session_state["drawn_boundary"] = boundary.drawn(corners)
    except boundary.BadBoundary as problem:
        st.error(page.words(f"boundary.bad_{problem.key}", **problem.values))
        return
    set_extra(measure="drawn")
    st.rerun()


def _choose_radius(page: Page, asset: str) -> tuple[float, float | None]:
    """The radius in metres, and the earlier rule it is held against."""
    words = page.words
    named = zones.radii_m(page.bundle, asset or None) or zones.radii_m(page.bundle)
    radius = _number(extra("radius"), DEFAULT_KM)
    earlier = extra("against", "", [str(value) for value in named])
    st.session_state["radius"] = radius
    with st.container(horizontal=True, vertical_alignment="bottom", key="whatif_radius"):
        with st.container(key="radius_and_ticks", width=560):
            st.slider(words("whatif.radius"), 0.0, zones.MAX_RADIUS_KM, key="radius", step=0.1, format="localized", on_change=_take_radius)
            st.html(_radius_ticks(page, named))
        if named:
            st.session_state["against"] = earlier
            st.segmented_control(
                words("whatif.against"), ["", *(str(value) for value in named)], key="against", required=True, on_change=take_choice, args=("against", "against"),
                format_func=lambda code: kilometres(words, int(code)) if code else words("whatif.against_none"),
            )  # fmt: skip
    return radius * 1000, float(earlier) if earlier else None


def _radius_ticks(page: Page, named: Sequence[int]) -> str:
    """The distances that rules named, as ticks under the slider; each is a link to that radius."""
    words = page.words
    ticks = "".join(
        f'<a class="t-open" style="left:{value / 10 / zones.MAX_RADIUS_KM:.2f}%" href="{escape(here(page, radius=f"{value / 1000:g}"))}">{escape(words.number(value / 1000))}</a>'
        for value in named
    )
    return f'<div class="t-ticks"><nav aria-label="{escape(words("whatif.ticks"))}">{ticks}</nav></div>'


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return min(max(value, 0.0), zones.MAX_RADIUS_KM) if value == value else default


def _take_radius() -> None:
    value = round(float(st.session_state["radius"]), 2)
    set_extra(radius="" if value == DEFAULT_KM else f"{value:g}")


@lru_cache(maxsize=256)
def _ring(points: tuple[tuple[float, float], ...], radius_m: float) -> dict[str, Any] | None:
    return _shape(geo.reach(points, None, radius_m))


def _shape(shape: shapely.Geometry) -> dict[str, Any] | None:
    """A shape for the map, to 20 m: less than a pixel of any view of it."""
    return None if shape.is_empty else shapely.geometry.mapping(shapely.set_precision(shape.simplify(0.0002), 0.0001))


def _reach(start: Origin, radius_m: float | None) -> dict[str, Any] | None:
    """The ring; one around a reader's own boundary is made anew, so that nothing of it stays in what visits share."""
    if start.is_empty() or not radius_m:
        return None
    return _ring(start.points, radius_m) if start.boundary is None else _shape(geo.reach((), start.boundary, radius_m))


def _map_data(page: Page, start: Origin, found: pd.DataFrame, radius_m: float, earlier_m: float | None, what: str) -> dict[str, Any]:
    words = page.words
    settlements = []
    for row in found.to_dict("records"):
        look = row["judged"] if row["judged"] != "outside" else "between"
        far = Far(row["metres"], row["error"])
        judged = row["judged"]
        name = f"{words.name('places', row['place_id'])}: {km(words, far)}, {words(f'whatif.judged_{judged}')}"
        settlements.append([row["lat"], row["lon"], row["error"] or 300, look, name, row["place_id"]])
    points = list(start.points)
    if start.boundary is not None:
        west, south, east, north = start.boundary.bounds
        points = [(south, west), (north, east)]
    texts = {key: words(f"boundary.{key}") for key in ("begin", "finish", "stop")} | {"how": words("boundary.how", n="{n}")}
    return {
        "key": f"{what}-{radius_m:g}-{len(found)}", "years": surroundings.flare_years(page.bundle), "arcs": [], "settlements": settlements, "draw": texts,
        "ring": _reach(start, radius_m), "earlier": _reach(start, earlier_m),
        "boundary": shapely.geometry.mapping(start.boundary) if start.boundary is not None else None, "fit": bounds(points, 0.14),
    }  # fmt: skip


def _people(page: Page, place_id: str) -> str:
    """A settlement's inhabitants by the latest claims, with their dates; that nobody counts them is said."""
    words = page.words
    claims = resettlement.latest(resettlement.populations(page.bundle, place_id))
    if not claims:
        return words("whatif.people_unknown")
    low, high = min(claim.value for claim in claims), max(claim.value for claim in claims)
    whole = from_to(words, low, high, "person")
    years = sorted({claim.as_of[:4] for claim in claims if claim.as_of})
    return f"{whole} ({words('whatif.as_of', years='–'.join(dict.fromkeys([years[0], years[-1]])))})" if years else whole


def _whatif_title(page: Page, start: Origin, found: pd.DataFrame, radius_m: float, what: str, asset: str) -> str:
    """How far from what, and how many settlements lie inside."""
    words = page.words
    if start.is_empty():
        return words("whatif.nothing")
    name = words.name("assets", asset) if asset else words("whatif.everywhere_in")
    origin = words(f"whatif.from_{what}", name=name, years=zones.LASTING_YEARS, n=len(start.points))
    sure, maybe = ((found["judged"] == judged).sum() for judged in ("inside", "touches"))
    return words("whatif.title", radius=kilometres(words, radius_m), origin=origin, n=int(sure), maybe=int(maybe))


def _answers(page: Page, start: Origin, found: pd.DataFrame, radius_m: float, earlier_m: float | None, what: str, asset: str) -> str:
    words, bundle = page.words, page.bundle
    if start.is_empty():
        return title(words("whatif.nothing"))
    sure, open_ = found[found["judged"] == "inside"], found[found["judged"] == "touches"]
    parts = [title(_whatif_title(page, start, found, radius_m, what, asset))]
    for rows, key in ((sure, "inside"), (open_, "touches")):
        if len(rows):
            parts.append(f"<h3>{escape(words(f'whatif.list_{key}', n=len(rows)))}</h3>{_list(page, rows, start)}")
    if earlier_m and earlier_m > radius_m:
        rows = zones.between(found, radius_m, earlier_m)
        head = words("whatif.between", n=len(rows), low=kilometres(words, radius_m), high=kilometres(words, earlier_m))
        perhaps = zones.perhaps_between(found, radius_m, earlier_m)
        listed = ", ".join(
            f"{village_link(page, row['place_id'])} ({escape(km(words, Far(row['metres'], row['error'])))})"
            for row in perhaps.to_dict("records")
        )
        also = f'<p class="t-small">{escape(words("whatif.between_open"))} {listed}</p>' if listed else ""
        parts.append(f'<section class="t-between"><h3>{escape(head)}</h3>{_list(page, rows, start, sure=True)}{also}</section>')
    elif earlier_m:
        parts.append(note(words("whatif.not_wider", high=kilometres(words, earlier_m))))
    stations = zones.inside_ids(bundle, "stations", start, radius_m)
    named = ", ".join(
        f'<a class="t-open" href="{escape(here(page, id=key))}">{escape(words.name("stations", key))}</a>' for key in stations[:12]
    )
    parts.append(f"<p>{escape(words('whatif.stations', n=len(stations)))} {named}</p>")
    return f'<div class="t-answers">{"".join(parts)}</div>'


def _list(page: Page, rows: pd.DataFrame, start: Origin, *, sure: bool = False) -> str:
    words = page.words
    items = []
    for row in rows.to_dict("records"):
        far = km(words, Far(row["metres"], row["error"]))
        hedge = f" {escape(words('whatif.sure' if row['sure'] else 'whatif.unsure'))}" if sure else ""
        items.append(
            f"<li>{village_link(page, row['place_id'])}, {escape(far)}{_from(page, row, start)}.{hedge}<br><small>{escape(words('whatif.lived'))} {escape(_people(page, row['place_id']))}</small></li>"
        )
    return f'<ul class="t-near">{"".join(items)}</ul>' if items else note(words("whatif.none"))


def _from(page: Page, row: Row, start: Origin) -> str:
    """From which of the points a distance is measured."""
    at = int(row["nearest"])
    if at < 0 or at >= len(start.names):
        return ""
    key = start.names[at]
    label = page.words.name("assets", key) if page.bundle.has("assets", key) else key
    return f' ({page.words("whatif.from")} <a class="t-open" href="{escape(here(page, id=key))}">{escape(label)}</a>)'


def _inside_table(page: Page, start: Origin, found: pd.DataFrame, widest_m: float) -> str:
    """The same settlements with all that is recorded of them."""
    words, bundle = page.words, page.bundle
    if found.empty:
        return ""
    stages = resettlement.stages(bundle)
    rows = []
    for row in found.to_dict("records"):
        key = row["place_id"]
        schools = resettlement.schools(bundle, key)
        stage = stages.get(key)
        acts, context = resettlement.acts(bundle, key)
        rows.append(
            [
                village_link(page, key),
                escape(km(words, Far(row["metres"], row["error"]))) + _from(page, row, start),
                escape(words(f"whatif.judged_{row['judged']}")),
                escape(_people(page, key)),
                escape(words.label("resettlement_stage", stage) if stage else words("whatif.no_stage")),
                escape(", ".join(words.name("places", school) for school in schools) or words("whatif.no_school")),
                escape(words.count(len(acts), "incident"))
                + (f"<br><small>{escape(words('whatif.context', n=context))}</small>" if context else ""),
            ]
        )
    heads = [words(f"whatif.{head}") for head in ("settlement", "distance", "judged", "people", "stage", "schools", "incidents")]
    return f'<details class="t-more" open><summary>{escape(words("whatif.table", n=len(rows), radius=kilometres(words, widest_m)))}</summary>{table(heads, rows)}</details>'


def _exposure(page: Page, found: pd.DataFrame, radius_m: float) -> str:
    """People within the radius by year: a range of claims, before and after relocation."""
    words, bundle = page.words, page.bundle
    inside = found[found["by_point"]]
    if inside.empty:
        return ""
    years = resettlement.exposure(bundle, list(inside["place_id"]), *resettlement.window(bundle))
    top = max(years, key=lambda year: (year.high, year.low))
    last = years[-1]
    radius = kilometres(words, radius_m)
    if not top.high:
        said = words("exposure.title_unknown", n=len(inside), radius=radius)
    else:
        gone, year = not last.high and not last.uncounted, str(last.year)
        now = words("exposure.now_none", year=year) if gone else words("exposure.now_uncounted", year=year) if not last.counted else words("exposure.now", people=from_to(words, last.low, last.high, "person"), year=year)  # fmt: skip
        said = words("exposure.title", people=from_to(words, top.low, top.high, "person"), radius=radius, year=str(top.year), last=now)
        said += f"; {words('exposure.uncounted', n=len(top.uncounted))}" if top.uncounted else ""
    alt = f"{said} {words('exposure.not_dose')}"
    rows = []
    for year in years:
        count = from_to(words, year.low, year.high, "person") if year.counted else words("exposure.nobody")
        rows.append(
            [
                str(year.year),
                escape(count),
                ", ".join(village_link(page, key) for key in year.uncounted),
                ", ".join(village_link(page, key) for key in year.moving),
                ", ".join(village_link(page, key) for key in year.gone),
            ]
        )
    heads = [words(f"exposure.{head}") for head in ("year", "people", "uncounted_head", "moving", "gone")]
    details = f'<details class="t-more"><summary>{escape(words("exposure.table"))}</summary>{table(heads, rows)}</details>'
    chart = drawn.people_by_year(years, words, alt=alt) if top.high else ""
    if chart:
        keep(
            page,
            said,
            words("plate.unit_people"),
            len(years),
            partial(plates.people_drawing, years, words, alt=alt),
            words("exposure.note"),
        )
    return f'<section class="t-exposure">{title(said)}{chart}<p><b>{escape(words("exposure.not_dose"))}</b> {escape(words("exposure.note"))}</p>{details}</section>'


def _whatif_end(page: Page, found: pd.DataFrame) -> None:
    """Download, how it was counted, and the foot with the link to exactly this view."""
    words, bundle = page.words, page.bundle
    if len(found):
        columns = [
            "place_id",
            "name_en",
            "name_ru",
            "name_kk",
            "lat",
            "lon",
            "location_radius_m",
            "metres",
            "error",
            "judged",
            "source_ids",
        ]
        st.download_button(
            words("land.download", rows=words.count(len(found), "settlement")), lambda: report.csv(found[columns].round(1), bundle, words),
            f"tamshy-{bundle.version}-within.csv", "text/csv", on_click="ignore", key="download_within",
        )  # fmt: skip
    pictures(page)
    st.markdown(words("land.method_nearness"))
    take_tables(page)
    foot(page)
