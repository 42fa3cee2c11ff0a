"""The rows that the pages of land, environment and sources draw, from the words of their link alone: what was filtered out is not among them.

A page draws what this gives and no more; a test holds both against each other. A boundary that a reader drew or loaded is in no link:
there the settlements are given whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from evidence import air, events, flaring, library, resettlement, select, series, zones
from evidence.model import Bundle, Selection, split
from evidence.report.published import Rows, positions, rows_of, whole

Asked = Callable[..., str]  # a word of the link, its default, what is allowed
Found = dict[str, list[str]]  # table: keys of rows

# The views of each page, first the one it opens with, and the words of a link that count in it.
VIEWS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "resettlement": {"stages": (), "zones": ("field", "day"), "nearness": ("field", "measure", "flares", "radius", "against")},
    "environment": {
        "flaring": ("area", "year"),
        "figures": ("topic", "subject", "unverified"),
        "air": ("pollutant", "site", "unverified", "post"),
        "event": ("event",),
    },
    "sources": {
        "library": ("find", "kind", "written", "publisher", "read", "rests"),
        "counted": ("rows",),
        "terms": ("terms",),
        "holes": (),
        "codebook": ("columns_of",),
    },
}
PAGES = tuple(VIEWS)
OWN_BOUNDARY = ("drawn", "loaded")
TOPICS = ("emissions", "fines", "accidents", "exceedances", "spending", "production")
MEASURES = ("lasting", "listed", "chosen", "point", *OWN_BOUNDARY)
DEFAULT_KM = 5.0


def page_of(words: Mapping[str, str]) -> str:
    """The page whose link says these words beside the selection; "" where they do not tell it from another's."""
    found = [
        page
        for page, views in VIEWS.items()
        if words
        and words.keys() <= {"show", *(word for own in views.values() for word in own)}
        and words.get("show", next(iter(views))) in views
    ]
    return found[0] if len(found) == 1 else ""


def shown(bundle: Bundle, page: str, selection: Selection, words: Mapping[str, str], strange: list[str] | None = None) -> list[Rows]:
    """The rows a page of tables shows, a table each.

    Args:
        bundle: the evidence.
        page: one of PAGES.
        selection: what was selected.
        words: what its link says beside the selection. A value that means nothing counts as not said, as on the page.
        strange: is given the words whose value means nothing.
    """

    def asked(word: str, default: str = "", allowed: Iterable[str] | None = None) -> str:
        value = words.get(word, default)[:120]
        if allowed is None or value in set(allowed):
            return value
        if value and word in words and strange is not None:
            strange.append(f"{word}={value}")
        return default

    views = {"resettlement": _land, "environment": _environment, "sources": _sources}
    found = views[page](bundle, selection, asked)
    if isinstance(found, list):
        return found
    return [rows for name, keys in found.items() if name in bundle.tables and (rows := _rows(bundle, name, keys)) is not None]


def _view(page: str, asked: Asked) -> str:
    return asked("show", next(iter(VIEWS[page])), VIEWS[page])


def _rows(bundle: Bundle, name: str, keys: Collection[str]) -> Rows | None:
    """Rows by their keys, each once, in the order of the table."""
    at = positions(bundle, name).get_indexer(list(dict.fromkeys(keys)))
    at = np.sort(at[at >= 0])
    if not len(at):
        return None
    return Rows(name, at, grades(bundle, at) if name == "incidents" else {})


def grades(bundle: Bundle, at: np.ndarray) -> dict[str, list[str]]:
    """The grade of some incidents, by their position in the table, as a column added to them."""
    table = select.index(bundle)
    grades = dict(zip(table.order.tolist(), table.frame["grade"].astype(str).tolist(), strict=True))
    return {"grade": [grades.get(row, "") for row in at.tolist()]}


# ── environment ──────────────────────────────────────────────────────────────────────────────────
def _environment(bundle: Bundle, selection: Selection, asked: Asked) -> Found:
    show = _view("environment", asked)
    return {"flaring": _flaring, "figures": _figures, "air": _air, "event": _event}[show](bundle, selection, asked)


def _measured(rows: Iterable[series.Record]) -> list[str]:
    return [row["measurement_id"] for row in rows]


def _flaring(bundle: Bundle, selection: Selection, asked: Asked) -> Found:
    countries, areas, years = flaring.countries(bundle), flaring.areas(bundle), flaring.years(bundle)
    options = [*sorted(countries, key=lambda key: (-len(countries[key]), key)), *_by_volume(bundle)]
    if not options:
        return {}
    key = asked("area", options[0], options)
    year = int(asked("year", str(years[-1]), map(str, years))) if years else 0
    since, until = selection.since, selection.until
    measured: list[str] = []
    listed = bundle["flare_volumes"]
    keep = (listed["year"] == year).to_numpy() if years else np.zeros(len(listed), dtype=bool)
    if key in countries:
        found = series.during(countries[key], since, until)
        measured += _measured(found)
        assets = tuple(area.asset for area in areas.values() if area.asset and not area.background) if found else None
    else:
        table = flaring.by_area(bundle)
        first, last = since.year if since else 0, until.year if until else 9999
        seen = ((table["area"] == key) & table["year"].between(first, last)).any()
        assets = ((areas[key].asset,) if areas[key].asset else ()) if seen else None
        own = set(flaring.stacks(bundle, key, year)["flare_id"])
        keep = keep | (listed["flare_id"].isin(own) & listed["year"].between(first, last)).to_numpy()
    statements = series.during(flaring.statements(bundle, assets), since, until) if assets else []
    claims = flaring.accounts(bundle, frozenset(row["measurement_id"] for row in statements))
    measured += _measured(statements)
    drawn = listed[keep]
    sites = list(drawn["flare_id"])
    if key in areas and years:
        sites += list(flaring.stacks(bundle, key, year)["flare_id"])
    volumes = list(positions(bundle, "flare_volumes")[keep])
    return {"measurements": measured, "flare_volumes": volumes, "flare_sites": sites, "claims": [row["claim_id"] for row in claims]}


def _by_volume(bundle: Bundle) -> list[str]:
    """The areas as the page offers them."""
    areas = flaring.areas(bundle)
    sums = flaring.by_area(bundle).groupby("area")["volume"].sum()
    return sorted(sums.index, key=lambda key: (areas[key].background, not areas[key].assigned, -sums[key]))


def _figures(bundle: Bundle, selection: Selection, asked: Asked) -> Found:
    topic = asked("topic", TOPICS[0], TOPICS)
    rows = [row for row in series.records(bundle) if row["topic"] == topic]
    subject = asked("subject", "", {row["subject"] for row in rows})
    rows = [row for row in series.during(rows, selection.since, selection.until) if subject in ("", row["subject"])]
    return {"measurements": _measured(row for row in rows if asked("unverified") or row["confidence"] != series.UNVERIFIED)}


def _air(bundle: Bundle, selection: Selection, asked: Asked) -> Found:
    readings, unverified = air.readings(bundle), bool(asked("unverified"))
    kept: list[str] = []
    if readings:
        codes = [code for code in _terms(bundle, "pollutant") if code in {row["pollutant"] for row in readings}]
        # A substance may be read by posts only, whose dense readings are no rows of a table.
        pollutant = asked("pollutant", "no2" if "no2" in codes else codes[0], _terms(bundle, "pollutant"))
        own = [row for row in readings if row["pollutant"] == pollutant]
        site = asked("site", air.first_site(own), {row["site"] for row in own}) if own else ""
        for row in series.during(own, selection.since, selection.until):
            hidden = row["confidence"] == series.UNVERIFIED and not row["constant"] and not unverified
            if not hidden and (row["averaging_time"] == air.YEAR or row["site"] == site):
                kept.append(row["measurement_id"])
    limits = [row["limit_id"] for row in air.registry(bundle) if unverified or row["confidence"] != series.UNVERIFIED]
    said = _measured(row for row in series.records(bundle) if row["topic"] == "monitoring")
    return {
        "air_readings": kept,
        "limits": limits if readings else [],
        "stations": list(bundle["stations"]["station_id"]),
        "measurements": said,
    }


def _terms(bundle: Bundle, name: str) -> list[str]:
    terms = bundle["vocabulary"]
    return list(terms.loc[terms["list"] == name].sort_values(["order", "code"])["code"])


def _event(bundle: Bundle, selection: Selection, asked: Asked) -> Found:
    known = {row["event_id"]: row for row in events.events(bundle)}
    if not known:
        return {}
    key = asked("event", next(iter(known)), known)
    found: Found = {"events": [key]}
    for step in events.sequence(bundle, key):
        found.setdefault(step.table, []).append(step.key)
    topics = [rows for topic in split(known[key]["other_topics"]) if len(rows := events.claims(bundle, (topic,))) > 1]
    found["claims"] = [row["claim_id"] for rows in (events.claims(bundle, (known[key]["topic"],)), *topics) for row in rows]
    return found


# ── land ─────────────────────────────────────────────────────────────────────────────────────────
def _land(bundle: Bundle, selection: Selection, asked: Asked) -> Found:
    show = _view("resettlement", asked)
    if show == "nearness":
        return _near(bundle, selection, asked)
    if show == "zones":
        return _zones(bundle, selection, asked)
    place = village(bundle, selection)
    return _village(bundle, place) if place else _stages(bundle, places(bundle, selection))


def village(bundle: Bundle, selection: Selection) -> str:
    """The settlement whose own page is asked for: the one place of the selection, if it is one."""
    row = bundle.row("places", selection.place[0]) if len(selection.place) == 1 else None
    return selection.place[0] if row is not None and row["kind"] in resettlement.SETTLEMENTS else ""


def places(bundle: Bundle, selection: Selection) -> tuple[str, ...]:
    """The settlements that a selection of places narrows to; a region stands for those in it."""
    asked = set(selection.place)
    if not asked:
        return ()
    table = bundle["places"]
    inside = set(table.loc[table["place_id"].isin(asked) | table["parent_id"].isin(asked), "place_id"])
    return tuple(inside | set(table.loc[table["parent_id"].isin(inside), "place_id"]))


def _stages(bundle: Bundle, asked: tuple[str, ...]) -> Found:
    groups = resettlement.of_places(bundle, asked) if asked else resettlement.cohorts(bundle)
    found = _moved(bundle, groups, set(asked), resettlement.flows(bundle, asked))
    found["commitments"] = [row["commitment_id"] for row in resettlement.promises(bundle, asked)]
    found["places"] += [place for place in resettlement.without_stage(bundle) if not asked or place in asked]
    return found


def _moved(bundle: Bundle, groups: Iterable[resettlement.Cohort], asked: set[str], flows: Iterable[resettlement.Flow]) -> Found:
    """Stages, counts beside one another, and where to."""
    rows = bundle["resettlement"]
    if asked:
        rows = rows.loc[[bool(asked & set(split(cell))) for cell in rows["place_ids"]]]
    found: Found = {"resettlement": [], "claims": [], "populations": [], "places": []}
    for group in groups:
        found["resettlement"] += [stage.row["resettlement_id"] for stage in group.stages]
        found["places"] += group.place_ids
    for figures in resettlement.figures_of(bundle, rows):
        for figure in figures.figures:
            found[figure.table].append(figure.record)
    for flow in flows:
        found["resettlement"] += flow.record_ids
        found["places"] += [*flow.place_ids, flow.to]
    return found


def _village(bundle: Bundle, place: str) -> Found:
    flows = resettlement.flows(bundle, [place])
    flows += [flow for flow in resettlement.flows(bundle) if flow.to == place]
    found = _moved(bundle, resettlement.of_places(bundle, [place]), {place}, flows)
    row = bundle.row("places", place) or {}
    own = {place, *resettlement.schools(bundle, place)}
    found["places"] += own
    found["commitments"] = [one["commitment_id"] for one in resettlement.promises(bundle, [place])]
    found["populations"] += [claim.record for claim in resettlement.populations(bundle, place)]
    found["claims"] += [claim["claim_id"] for topic in resettlement.differing(bundle, place) for claim in topic]
    told = zones.accounts(bundle, place)
    assets = dict.fromkeys([*split(row["nearest_asset_ids"]), *(bundle.row("zones", one["zone_id"])["asset_id"] for one in told)])
    found["zones"] = [rule["zone_id"] for asset in assets for rule in zones.rules(bundle, asset)]
    found["zone_relations"] = [one["relation_id"] for one in told]
    found["flare_sites"] = [near[0] for lasting in (True, False) if (near := zones.to_flare(bundle, row, lasting=lasting))]
    measured = bundle["measurements"]
    mine = [place in split(cell) or place == at for cell, at in zip(measured["subject_ids"], measured["place_id"], strict=True)]
    found["measurements"] = list(measured.loc[mine].sort_values("period_start", na_position="last")["measurement_id"])[:60]
    incidents = bundle["incidents"]
    found["incidents"] = list(incidents.loc[incidents["place_id"].isin(own), "incident_id"])
    return found


def _zones(bundle: Bundle, selection: Selection, asked: Asked) -> Found:
    fields = zones.assets(bundle)
    if not fields:
        return {}
    asset = asked("field", next((key for key in selection.asset if key in fields), fields[0]), fields)
    ids = [rule["zone_id"] for rule in zones.rules(bundle, asset)]
    told = bundle["zone_relations"]
    told = told[told["zone_id"].isin(ids)]
    around = zones.around(bundle, asset)
    places = [bundle.row("places", key) or {} for key in around]
    near = [zones.to_flare(bundle, place, asset, lasting=lasting) for place in places for lasting in (True, False)]
    return {"zones": ids, "zone_relations": list(told["relation_id"]), "places": around, "flare_sites": [one[0] for one in near if one]}


def _near(bundle: Bundle, selection: Selection, asked: Asked) -> Found:
    fields = [key for key in bundle["flare_sites"]["asset_id"].drop_duplicates() if key]
    options = {"all", *fields, *bundle["assets"].loc[bundle["assets"]["lat"].notna(), "asset_id"]}
    asset = asked("field", next((key for key in (*selection.asset, *zones.assets(bundle)) if key in options), "all"), options)
    asset = "" if asset == "all" else asset
    what = asked("measure", MEASURES[0], MEASURES)
    if what in OWN_BOUNDARY:
        return {"places": list(zones.settlements(bundle)["place_id"])}
    sites = list(zones.flares(bundle, asset).sort_values("years", ascending=False)["flare_id"]) if what == "chosen" else []
    chosen = [key for key in asked("flares").split(",") if key in sites] or sites[:1]
    start = zones.origin(bundle, what, asset, tuple(chosen))
    named = zones.radii_m(bundle, asset or None) or zones.radii_m(bundle)
    earlier = asked("against", "", [str(value) for value in named])
    radius = _kilometres(asked("radius", f"{DEFAULT_KM:g}", filter(_is_number, [asked("radius")]))) * 1000
    inside = list(zones.within(bundle, start, radius, float(earlier) if earlier else None)["place_id"])
    populations, incidents = bundle["populations"], bundle["incidents"]
    own = {*inside, *(school for key in inside for school in resettlement.schools(bundle, key))}
    return {
        "places": inside,
        "populations": list(populations.loc[populations["place_id"].isin(inside), "population_id"]),
        "assets" if what == "point" else "flare_sites": list(start.names),
        "stations": zones.inside_ids(bundle, "stations", start, radius),
        "incidents": list(incidents.loc[incidents["place_id"].isin(own), "incident_id"]),
    }


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _kilometres(text: str) -> float:
    return min(max(float(text), 0.0), zones.MAX_RADIUS_KM)


# ── sources ──────────────────────────────────────────────────────────────────────────────────────
def _sources(bundle: Bundle, selection: Selection, asked: Asked) -> Found | list[Rows]:
    show = _view("sources", asked)
    if show == "library":
        return [rows_of(bundle, "sources", documents(bundle, asked), ("records", "alone"))]
    if show == "counted":
        frame = select.index(bundle).frame
        graded = frame.loc[(frame["relation"] != "context").to_numpy(), "incident_id"]
        every = library.on_one(bundle)
        table = asked("rows", "", set(every["table"]))
        rest = list(every.loc[every["table"] == table, "record"])
        # Of incidents both are the same table: those of the grades hold those that rest on one source, but for what is context.
        return {"incidents": [*graded, *(rest if table == "incidents" else [])]} | ({table: rest} if table not in {"", "incidents"} else {})
    if show == "terms":
        lists = list(bundle["vocabulary"]["list"].drop_duplicates())
        chosen = asked("terms", "act_type" if "act_type" in lists else (lists or [""])[0], lists)
        return {"vocabulary": [f"{chosen}/{code}" for code in _terms(bundle, chosen)]}
    if show == "holes":
        return {"corrections": list(positions(bundle, "corrections")), "incidents": list(positions(bundle, "incidents")), "sources": list(positions(bundle, "sources"))}  # fmt: skip
    names = [one["name"] for one in bundle.schema["resources"] if one["name"] in bundle.tables]
    return [whole(bundle, asked("columns_of", names[0], names))]


def documents(bundle: Bundle, asked: Asked) -> pd.DataFrame:
    """The sources that a link asks for."""
    offered = library.choices(bundle)
    return library.find(
        bundle, text=asked("find"), kind=asked("kind", "", offered["kind"]), language=asked("written", "", offered["language"]),
        publisher=asked("publisher", "", offered["publisher"]), read=asked("read", "", offered["read"]), rests=asked("rests", "", library.RESTS),
    )  # fmt: skip
