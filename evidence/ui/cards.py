"""The card of a record: the same everywhere, whatever opened it. What, when and where as exactly as known, by whom as asserted by whom, and how we know.

What a card says is gathered and drawn in as few pieces as its links allow: a reader waits for each piece that a browser draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import pandas as pd
import streamlit as st

from evidence import casefile, geo, ledger, report, rules, select, zones
from evidence.model import split
from evidence.ui.lists import citation, day_shown, listing, openers, zone_html
from evidence.ui.page import CARDS, Page, href, md, page_link, tell, unpick
from evidence.words import Words

Row = Mapping[str, Any]


def card(page: Page, kind: str, key: str) -> None:
    """Draw the card of a record; a button closes it."""
    words = page.words
    row = page.bundle.row(CARDS[kind], key)
    st.button(words("card.close"), key="close_card", on_click=unpick, type="tertiary")
    if row is None:
        st.info(words("card.missing"))
        return
    _SHEET.set([])
    _DRAW[kind](page, row)
    _draw()
    citation(page, title_of(page, kind, row), key)


def title_of(page: Page, kind: str, row: Row) -> str:
    """A record in a line: what its card is called in a citation or a list."""
    words = page.words
    if kind == "incident":
        kinds = ", ".join(words.label("act_type", code) for code in split(row["types"]))
        return f"{kinds}, {words.date(row['period'])}"
    if kind == "flare":
        return words("flare.title", id=row["flare_id"])
    if kind == "source":
        return report.source_line(row, words).rstrip(".")
    return words.name(
        {"response": "responses", "place": "places", "asset": "assets", "station": "stations", "case": "cases"}[kind],
        next(iter(row.values())),
    )


_SHEET: ContextVar[list[str]] = ContextVar("sheet")


def _put(line: str) -> None:
    """A paragraph or an item of a list, to be drawn with those before and after it."""
    _SHEET.get().append(line)


def _draw() -> None:
    """Draw what was put, before something that is not text."""
    text, before = "", ""
    for line in _SHEET.get():
        text += ("\n" if line.startswith("- ") and before.startswith("- ") else "\n\n") + line
        before = line
    if text:
        st.markdown(text)
    _SHEET.get().clear()


# ── parts that cards share ───────────────────────────────────────────────────────────────────────
def _head(title: str, under: str) -> None:
    _draw()
    st.subheader(md(title), anchor=False)
    if under:
        _put(md(under))


def _fact(words: Words, key: str, value: str, fallback: str = "") -> None:
    """A labelled line; nothing is drawn for what is not known unless `fallback` says so."""
    if value or fallback:
        _put(f"**{words(key)}:** {md(value or fallback)}")


def _text(words: Words, row: Row, stem: str, key: str = "") -> None:
    """A text of the record, marked if it is not in the reader's language."""
    text = words.text(row, stem)
    if not text.words:
        return
    _put((f"**{words(key)}:** " if key else "") + tell(words, text))


def _sources(page: Page, cell: str) -> None:
    """Each source: what it is, how far it was read, where it lies."""
    words = page.words
    _put(f"**{words('card.sources')}**")
    for key in split(cell):
        row = page.bundle.row("sources", key)
        if row is None:
            continue
        _source(words, row)


def _source(words: Words, row: Row) -> None:
    _put(source_item(words, row))


def source_item(words: Words, row: Row) -> str:
    """A source as an item of a list: what it is, how far it was read, where it lies."""
    line = md(report.source_line(row, words))
    places = [f"[{words('source.open')}]({href(row['url'])})"] if row["url"] else [md(words("source.no_address"))]
    places.append(f"[{words('source.archive')}]({href(row['archive_url'])})" if row["archive_url"] else md(words("source.no_archive")))
    how = f"{words.label('source_type', row['type'])}; {words.label('read_extent', row['read_extent'])}"
    return f"- {line} {' · '.join(places)}  \n  :gray[{md(how)} · {md(row['source_id'])}]"


def _claims(page: Page, key: str) -> None:
    """What other sources say of the same fact: side by side, none chosen."""
    words = page.words
    claims = page.bundle["claims"]
    about = claims[claims["record_id"] == key]
    topics = set(about["topic"])
    about = claims[claims["topic"].isin(topics)] if topics else about
    if about.empty:
        return
    _put(f"**{words('card.claims')}**")
    for row in about.to_dict("records"):
        value = tell(words, words.text(row, "text"))
        who = words.text(row, "asserted_by").words
        when = f", {words.date(row['as_of'])}" if row["as_of"] else ""
        stance = words.label("stance", row["stance"])
        _put(f"- {value}  \n  :gray[{md(stance)}{': ' + md(who) if who else ''}{md(when)} · {md(row['source_ids'].replace(';', ', '))}]")


def _corrections(page: Page, key: str) -> None:
    rows = page.bundle["corrections"]
    for row in rows[rows["record_id"] == key].to_dict("records"):
        _put(f":gray[{page.words('card.corrected', date=page.words.date(row['date']), why=tell(page.words, page.words.text(row, 'why')))}]")


def _updates(page: Page, key: str) -> None:
    """The latest dated state first: never a status without its day."""
    words = page.words
    rows = page.bundle["status_updates"]
    rows = rows[rows["record_id"] == key].sort_values("period_start", ascending=False, na_position="last")
    if rows.empty:
        return
    _put(f"**{words('card.status')}**")
    for row in rows.to_dict("records"):
        as_of = words("card.as_of", date=words.date(row["period"])) if row["period"] else words("card.undated")
        _put(f"- {md(words.label('status', row['status']))} ({md(as_of)}): {tell(words, words.text(row, 'text'))}")


def _linked(page: Page, label: str, items: list[tuple[str, str]]) -> None:
    """Links that open the cards of linked records: (id, what it is)."""
    if not items:
        return
    _put(f"**{page.words(label)}**")
    _draw()
    openers(page, items)


def _names(page: Page, table: str, cell: str) -> str:
    return ", ".join(page.words.name(table, key) for key in split(cell))


# ── one card a kind ──────────────────────────────────────────────────────────────────────────────
def _incident(page: Page, row: Row) -> None:
    words, bundle = page.words, page.bundle
    place = bundle.row("places", row["place_id"]) if row["place_id"] else None
    kinds = [words.label("act_type", code) for code in split(row["types"])]
    _head(", ".join(kinds), words.date(row["period"]))
    _corrections(page, row["incident_id"])
    if row["contested"]:
        _put(f"**{words('card.contested')}**")
    if row["relation"] != "direct":
        _put(f"*{md(words.label('relation', row['relation']))}. {md(words.definition('relation', row['relation']))}*")
    _text(words, row, "text")
    if row["period_basis"] != "printed" or words.text(row, "period_note").words:
        note = words.text(row, "period_note").words or words.definition("period_basis", row["period_basis"])
        _fact(words, "card.date_basis", f"{words.label('period_basis', row['period_basis'])}. {note}")
    if row["learned"]:
        _fact(words, "card.learned", words.date(row["learned"]))
    _fact(words, "card.place", _place_line(page, place, row), words("card.no_place", country=words.label("country", row["country"])))
    _text(words, row, "victims", "card.who")
    detail = "; ".join(
        part for part in (words.text(row, "perpetrator").words, _names(page, "organisations", row["organisation_ids"])) if part
    )
    _fact(words, "card.by_whom", casefile.actors(words, row, detail))
    _fact(
        words,
        "card.asserted_by",
        f"{words.label('asserted_by', row['asserted_by'])}; {words('card.involvement')}: {words.label('involvement', row['involvement'])}",
    )
    _text(words, row, "reason_given", "card.reason")
    if row["company_ids"]:
        link = words.label("company_link", row["company_link"]) if row["company_link"] else ""
        role = words.text(row, "company_role").words
        _fact(
            words,
            "card.company",
            f"{_names(page, 'organisations', row['company_ids'])} ({'; '.join(part for part in (link, role) if part)})",
        )
        answer = row["company_answer"] or "unknown"
        said = words.label("company_answer", answer)
        _fact(
            words,
            "card.company_answer",
            words("card.as_of_said", said=said, date=words.date(bundle.published))
            if answer in {"no_reply_found", "unknown", "not_asked"}
            else said,
        )
    for column in ledger.RELATIONS.values():
        for key in split(row[column]):
            _norm(page, key, f"card.{column}")
    _text(words, row, "norms_account", "card.norms_account")
    if row["articles_as_printed"] and not (row["norms_invoked"] or row["norms_breached"]):
        _fact(words, "card.articles", row["articles_as_printed"])
    _text(words, row, "caveat", "card.caveat")
    _updates(page, row["incident_id"])
    _claims(page, row["incident_id"])
    responses = bundle["responses"]
    answers = responses.loc[[row["incident_id"] in split(cell) for cell in responses["incident_ids"]]]
    _linked(
        page,
        "card.responses",
        [(r.response_id, f"{words.date(r.period)}: {words.name('responses', r.response_id)}") for r in answers.itertuples()],
    )
    grade = rules.grade([rules.sources(bundle)[key] for key in split(row["source_ids"])])
    _fact(words, "card.grade", words.label("corroboration", grade))
    _fact(words, "card.confidence", f"{row['confidence']}: {words.label('confidence', row['confidence'])}")
    _sources(page, row["source_ids"])
    _linked(page, "card.case", [(row["case_id"], words.name("cases", row["case_id"]))])


def _place_line(page: Page, place: Row | None, row: Row) -> str:
    words = page.words
    detail = words.text(row, "place_detail").words
    if place is None:
        return detail
    name = words.name("places", place["place_id"])
    return "; ".join(part for part in (name, detail, precision(words, place)) if part)


def precision(words: Words, row: Row) -> str:
    """ "known to the settlement, within 800 m": how exactly a position is known."""
    label = words.label("location_precision", row["location_precision"])
    radius = row.get("location_radius_m")
    if pd.isna(row.get("lat")):
        return words("precision.none")
    return words("precision.within", label=label, radius=words.number(radius)) if radius and pd.notna(radius) else label


def _norm(page: Page, key: str, label: str) -> None:
    words = page.words
    row = page.bundle.row("norms", key)
    if row is None:
        return
    named = norm_line(words, row)
    status = words.label("title_status", row["title_status"])
    _put(f"**{words(label)}:** {md(named)} :gray[({md(status)})]  \n{tell(words, words.text(row, 'duty'))}")


def norm_line(words: Words, row: Row) -> str:
    """An article as it is called: instrument, number, title."""
    return words.norm(row)


def _response(page: Page, row: Row) -> None:
    words, bundle = page.words, page.bundle
    _head(str(words.text(row, "mechanism_name")), words.date(row["period"]))
    _corrections(page, row["response_id"])
    _fact(words, "response.kind", words.label("response_kind", row["kind"]))
    _text(words, row, "subject")
    _text(words, row, "submitted_by", "response.by")
    _text(words, row, "against", "response.against")
    _fact(words, "response.reference", row["reference"])
    for key in split(row["norm_ids"]):
        _norm(page, key, "response.basis")
    if row["legal_basis_as_printed"] and not row["norm_ids"]:
        _fact(words, "response.basis", row["legal_basis_as_printed"])
    events = bundle["response_events"]
    events = events[events["response_id"] == row["response_id"]].sort_values("period_start")
    if len(events):
        _put(f"**{words('response.stages')}**")
        for event in events.to_dict("records"):
            _put(
                f"- {md(words.date(event['period']))}: {md(words.label('response_stage', event['stage']))}. {tell(words, words.text(event, 'text'))}"
            )
    _fact(words, "response.came_back", words.label("response_type", row["response_type"]))
    _text(words, row, "outcome", "response.outcome")
    _updates(page, row["response_id"])
    _claims(page, row["response_id"])
    _linked(
        page,
        "response.incidents",
        [
            (key, title_of(page, "incident", incident))
            for key in split(row["incident_ids"])
            if (incident := bundle.row("incidents", key)) is not None
        ],
    )
    _sources(page, row["source_ids"])


def _place(page: Page, row: Row) -> None:
    words, bundle = page.words, page.bundle
    key = row["place_id"]
    parent = words.name("places", row["parent_id"]) if row["parent_id"] else words.label("country", row["country"])
    _head(words.name("places", key), f"{words.label('place_kind', row['kind'])}, {parent}")
    _corrections(page, key)
    _fact(words, "place.aliases", ", ".join(split(row["aliases"])))
    _fact(words, "card.position", precision(words, row))
    _text(words, row, "location_basis")
    if row["exists_to"]:
        _fact(words, "place.until", words.date(row["exists_to"]))
    _text(words, row, "zone_relation", "place.zone")
    if pd.notna(row["distance_from_zone_m"]):
        _fact(words, "place.from_zone", words("place.metres", n=row["distance_from_zone_m"]))
    if nearest := zones.to_flare(bundle, row, lasting=True):
        flare, far = nearest
        said = words("place.flare_line", km=round(far.metres / 1000, 1), error=round(far.error / 1000, 1), id=flare)
        _put(f"**{words('place.flare', years=geo.LASTING_YEARS)}:** {md(said)}")
    _text(words, row, "note")
    stages = bundle["resettlement"]
    stages = stages.loc[[key in split(cell) for cell in stages["place_ids"]]].sort_values("period_start", na_position="last")
    if len(stages):
        _put(f"**{words('place.resettlement')}**")
        for stage in stages.to_dict("records"):
            who = words.text(stage, "asserted_by").words
            _put(
                f"- {md(words.date(stage['period']))}: {md(words.label('resettlement_stage', stage['stage']))}. {tell(words, words.text(stage, 'text'))}"
                + (f" :gray[({md(who)})]" if who else "")
            )
    counts = bundle["populations"]
    counts = counts[counts["place_id"] == key].sort_values("period_start", na_position="last")
    if len(counts):
        _put(f"**{words('place.population')}**")
        for count in counts.to_dict("records"):
            _put(
                f"- {md(words.date(count['period']))}: {md(words.count(count['persons'], 'person'))} :gray[({md(count['source_ids'].replace(';', ', '))})]"
            )
    _claims(page, key)
    incidents = bundle["incidents"]
    here = incidents[incidents["place_id"] == key].sort_values("period_start")
    if len(here):
        _put(f"**{words('place.incidents', n=len(here))}**")
        _draw()
        listing(page, here, key="place", size=12)
    _sources(page, row["source_ids"])


def _asset(page: Page, row: Row) -> None:
    words, bundle = page.words, page.bundle
    key = row["asset_id"]
    _head(words.name("assets", key), f"{words.label('asset_kind', row['kind'])}, {words.label('country', row['country'])}")
    _corrections(page, key)
    _fact(words, "asset.status", words.label("asset_status", row["status"]))
    _fact(
        words,
        "asset.operator",
        words.name("organisations", row["operator_id"]) if row["operator_id"] else "",
        words("asset.operator_unknown"),
    )
    _text(words, row, "operator_note")
    stakes = bundle["stakes"]
    stakes = stakes[stakes["asset_id"] == key].sort_values("percent", ascending=False)
    if len(stakes):
        _put(f"**{words('asset.owners')}**")
        for stake in stakes.to_dict("records"):
            dates = " · ".join(words.date(stake[c]) for c in ("valid_from", "valid_to") if stake[c])
            _put(f"- {md(words.name('organisations', stake['owner_id']))}: {md(words.number(stake['percent']))} % {md(dates)}")
    _fact(words, "card.position", precision(words, row))
    _text(words, row, "location_basis")
    for column in ("discovered", "production_start"):
        _fact(words, f"asset.{column}", words.date(row[column]) if row[column] else "")
    if standing := zones.rules(bundle, key):
        _put(f"**{words('map.zones')}**")
        _draw()
        st.html("".join(zone_html(rule, day_shown(page), words) for rule in standing))
    _text(words, row, "note")
    _claims(page, key)
    _sources(page, row["source_ids"])


def _flare(page: Page, row: Row) -> None:
    words, bundle = page.words, page.bundle
    area = words.text(row, "area").words
    _head(words("flare.title", id=row["flare_id"]), area or words("flare.unassigned"))
    _fact(words, "flare.assignment", f"{words.label('assignment_basis', row['assignment_basis'])} ({row['assignment_confidence']})")
    if row["background"]:
        _put(f"*{words('flare.background')}*")
    volumes = bundle["flare_volumes"]
    volumes = volumes[volumes["flare_id"] == row["flare_id"]].sort_values("year")
    _put(f"**{words('flare.volumes')}**")
    lines = [f"| {words('flare.year')} | {words('map.mm3')} |", "|---|---:|"]
    lines += [f"| {int(v.year)} | {md(words.number(v.volume_mm3, 1))} |" for v in volumes.itertuples()]
    _put("\n".join(lines))
    _put(f":small[{words('flare.caveat')}]")
    if pd.notna(row["detection_frequency_percent"]):
        _fact(
            words,
            "flare.frequency",
            f"{words.number(row['detection_frequency_percent'], 0)} % ({int(row['frequency_year'])})"
            if pd.notna(row["frequency_year"])
            else f"{words.number(row['detection_frequency_percent'], 0)} %",
        )
    if row["nearest_settlement"] and pd.notna(row["nearest_settlement_km"]):
        _fact(words, "flare.nearest", f"{row['nearest_settlement']}, {words.number(row['nearest_settlement_km'], 1)} km")
    _fact(words, "card.position", precision(words, row))
    _text(words, row, "note")
    _sources(page, row["source_ids"])


def _station(page: Page, row: Row) -> None:
    words = page.words
    place = words.name("places", row["place_id"]) if row["place_id"] else ""
    _head(words.name("stations", row["station_id"]), place)
    _fact(words, "station.kind", words.label("station_kind", row["kind"]))
    _fact(words, "station.active", words.label("station_active", row["active"]))
    _fact(words, "asset.operator", words.name("organisations", row["operator_id"]) if row["operator_id"] else "")
    _fact(words, "card.position", precision(words, row))
    _text(words, row, "note")
    readings = page.bundle["air_readings"]
    readings = readings.loc[[row["station_id"] in split(cell) for cell in readings["subject_ids"]]]
    for reading in readings.sort_values("period_start").head(40).to_dict("records"):
        value = words.number(reading["value"]) if pd.notna(reading["value"]) else words.text(reading, "value_text").words
        _put(
            f"- {md(words.date(reading['period']))}: {md(words.label('indicator', reading['indicator']))} {md(value)} {md(words.label('unit', reading['unit']))}"
        )
    _sources(page, row["source_ids"])


def _source_card(page: Page, row: Row) -> None:
    words, bundle = page.words, page.bundle
    _head(row["title"], row["publisher"])
    _source(words, row)
    _fact(words, "source.type", words.label("source_type", row["type"]) + (f" ({row['type_note']})" if row["type_note"] else ""))
    _fact(words, "source.read", words.label("read_extent", row["read_extent"]) + (f" ({row['read_note']})" if row["read_note"] else ""))
    _fact(words, "source.languages", ", ".join(words.label("language", code) for code in split(row["languages"])))
    _fact(words, "source.derived", _names(page, "sources", row["derived_from"]))
    incidents = bundle["incidents"]
    resting = incidents.loc[[row["source_id"] in split(cell) for cell in incidents["source_ids"]]]
    _put(f"**{words('source.supports', n=len(resting))}**")
    if len(resting):
        _draw()
        listing(page, resting, key="source", size=12)


def _case(page: Page, row: Row) -> None:
    words, bundle = page.words, page.bundle
    _head(words.name("cases", row["case_id"]), words.label("country", row["country"]))
    _text(words, row, "summary")
    if page.key != "case":
        language = {} if words.language == "en" else {"lang": words.language}
        _draw()
        page_link("case", words("card.case_file"), {"case": row["case_id"], **language})
    incidents = select.index(bundle).frame
    chain = incidents[incidents["case_id"] == row["case_id"]]
    _put(f"**{words('case.incidents', n=len(chain))}**")
    if len(chain):
        _draw()
        listing(page, chain, key="case", size=30)
    responses = bundle["responses"]
    responses = responses[responses["case_id"] == row["case_id"]].sort_values("period_start")
    _linked(
        page,
        "card.responses",
        [(r.response_id, f"{words.date(r.period)}: {words.name('responses', r.response_id)}") for r in responses.itertuples()],
    )
    _sources(page, row["source_ids"])


_DRAW: dict[str, Callable[[Page, Row], None]] = {
    "incident": _incident, "response": _response, "place": _place, "asset": _asset, "flare": _flare, "station": _station, "source": _source_card, "case": _case,
}  # fmt: skip
