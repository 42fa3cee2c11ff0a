"""What each kind of content says of a case: blocks, and whether there was anything to say. `CONTENT` is keyed by the code of `form_items`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd

from evidence import burden, casefile, eligibility, rules
from evidence.docket import docket
from evidence.model import Bundle, split
from evidence.report.dossier_desk import Desk, yes
from evidence.report.dossier_names import PUBLISHABLE, Voice, sound
from evidence.report.dossier_parts import Block, Entry, Facts, Line, Picture, Row, Said
from evidence.words import Words, enumerated, lower

Made = tuple[list[Block], str]


def _made(blocks: list[Block]) -> Made:
    return blocks, "given" if blocks else "missing"


def _names(desk: Desk, form: Row) -> Made:
    """Who suffered: names where allowed, else pseudonyms; those whom no source names, as the source describes them."""
    rows = []
    hidden = not desk.people
    for key in desk.people:
        row = desk.bundle.row("people", key)
        if row is None:
            continue
        named = desk.named and row["name_basis"] in PUBLISHABLE
        hidden |= not named
        why = "dossier.named" if named else "dossier.not_named" if row["name_basis"] in PUBLISHABLE else "dossier.never_named"
        rows.append(
            (
                desk.each(lambda w, key=key: w.person(key)),
                desk.each(lambda w, row=row, why=why: w(why, basis=lower(w.label("name_basis", row["name_basis"])))),
            )
        )
    blocks: list[Block] = [Facts(tuple(rows))] if rows else []
    others = [row for row in desk.acts if not row["people_ids"]]
    seen = dict.fromkeys(row["victims_en"] for row in others)
    for told in seen:
        row = next(row for row in others if row["victims_en"] == told)
        blocks.append(Line(desk.texts(row, "victims"), desk.cite(row["source_ids"])))
    return blocks, "consent" if hidden else "given"


def _defender_work(desk: Desk, form: Row) -> Made:
    codes = dict.fromkeys(code for row in desk.acts for code in split(row["defender_types"]))
    if not codes:
        return [], "missing"
    cited = desk.cite(";".join(row["source_ids"] for row in desk.acts if row["defender_types"]))
    return [Line(desk.each(lambda w: "; ".join(w.label("defender_type", code) for code in codes) + "."), cited)], "given"


def _work_places(desk: Desk, form: Row) -> Made:
    places = list(dict.fromkeys(row["place_id"] for row in desk.acts if row["place_id"]))
    countries = list(dict.fromkeys(row["country"] for row in desk.acts if row["country"]))
    if not places and not countries:
        return [], "missing"
    return [
        Line(
            desk.each(
                lambda w: w("dossier.places_of_acts", list="; ".join([*(w.name("places", key) for key in places), *(w.label("country", code) for code in countries)]))
            )
        )
    ], "given"  # fmt: skip


def _allegations(desk: Desk, form: Row) -> Made:
    return _made([_entry(desk, at, row) for at, row in enumerate(desk.acts, 1)])


def _entry(desk: Desk, number: int, row: Row) -> Entry:
    """An act: what its sources say, who says it, how sure it is."""
    cited = desk.cite(row["source_ids"])
    lines = [Line(desk.texts(row, "text"), cited)]
    for update in casefile.rows_about(desk.bundle, "status_updates", "record_id", [row["incident_id"]]):
        if update["text_en"]:
            lines.append(Line(desk.each(lambda w, update=update: _update(w, update)), desk.cite(update["source_ids"])))
    if row["contested"]:
        lines.append(Line(desk.each(lambda w: w("dossier.contested")), look="strong"))
        claims = casefile.answers(desk.bundle, row).denials
        lines += [
            Line(desk.each(lambda w, claim=claim: f"{w('case.denied')}: {w.told(claim, 'text')}"), desk.cite(claim["source_ids"]))
            for claim in claims
        ]
    known = rules.sources(desk.bundle)
    grade = rules.grade([known[key] for key in split(row["source_ids"]) if key in known])
    facts: list[tuple[str, Callable[[Voice], str]]] = [
        ("card.place", lambda w: _where(desk.bundle, w, row)),
        ("card.who", lambda w: w.told(row, "victims")),
        ("card.by_whom", lambda w: _by_whom(w, row)),
        ("card.learned", lambda w: w.date(row["learned"]) if row["learned"] else ""),
        ("card.reason", lambda w: w.told(row, "reason_given")),
        ("card.norms_invoked", lambda w: _norm_lines(desk.bundle, w, row["norms_invoked"])),
        ("card.norms_breached", lambda w: _norm_lines(desk.bundle, w, row["norms_breached"])),
        ("card.norms_complied", lambda w: _norm_lines(desk.bundle, w, row["norms_complied"])),
        ("card.norms_disputed", lambda w: _norm_lines(desk.bundle, w, row["norms_disputed"])),
        ("card.norms_account", lambda w: w.told(row, "norms_account")),
        ("card.date_basis", lambda w: w.label("period_basis", row["period_basis"])),
        ("card.caveat", lambda w: w.told(row, "caveat")),
        ("card.grade", lambda w: f"{grade}, {lower(w.label('corroboration', grade))}"),
    ]
    told = [(desk.each(lambda w, key=key: w(key)), desk.each(make)) for key, make in facts]
    head = desk.each(lambda w: f"{w.date(row['period'])}. {enumerated(w.label('act_type', code) for code in split(row['types']))}")
    return Entry(number, head, tuple(lines), Facts(tuple(pair for pair in told if any(said.text for said in pair[1]))))


def _update(words: Voice, update: Row) -> str:
    when = words.date(update["period"]) if update["period"] else words("card.undated")
    return f"{words('case.followed')} ({when}): {words.told(update, 'text')}"


def _where(bundle: Bundle, words: Voice, row: Row) -> str:
    """A place with how exactly it is known."""
    detail = words.told(row, "place_detail")
    if not row["place_id"]:
        return detail or words("card.no_place", country=words.label("country", row["country"]))
    place = bundle.row("places", row["place_id"])
    name = words.name("places", row["place_id"])
    return "; ".join(part for part in (f"{name} ({_precision(words, place)})" if place is not None else name, detail) if part)


def _precision(words: Words, place: Row) -> str:
    known = lower(words.label("location_precision", place["location_precision"]))
    radius = place["location_radius_m"]
    return known if pd.isna(radius) or not radius else words("dossier.within", known=known, km=float(radius) / 1000)


def _by_whom(words: Voice, row: Row) -> str:
    said = words("case.asserted", who=lower(words.label("asserted_by", row["asserted_by"])))
    return (
        f"{casefile.actors(words, row, words.told(row, 'perpetrator'))} ({said}; {lower(words.label('involvement', row['involvement']))})"
    )


def _norm_line(words: Words, row: Row) -> str:
    """An article as it is called: instrument, number, title."""
    return words.norm(row)


def _norm_lines(bundle: Bundle, words: Words, cell: str) -> str:
    rows = [row for key in split(cell) if (row := bundle.row("norms", key)) is not None]
    return "; ".join(f"{_norm_line(words, row)} ({lower(words.label('title_status', row['title_status']))})" for row in rows)


def _places(desk: Desk, form: Row) -> Made:
    by_place: dict[str, list[str]] = {}
    for row in desk.acts:
        if row["place_id"]:
            by_place.setdefault(row["place_id"], []).append(row["incident_id"])
    rows = []
    for key, ids in by_place.items():
        place = desk.bundle.row("places", key)
        if place is not None:
            cells = (
                desk.each(lambda w, key=key, place=place: f"{w.name('places', key)}, {w.label('country', place['country'])}"),
                desk.each(lambda w, place=place: _precision(w, place)),
                desk.each(lambda w, ids=ids: desk.numbered(ids)),
            )
            rows.append((cells, desk.cite(place["source_ids"])))
    blocks = desk.table(("card.place", "dossier.head_precision", "dossier.head_statements"), rows, (2.2, 2.4, 1.3, 1.15))
    without = [row["incident_id"] for row in desk.acts if not row["place_id"]]
    if without:
        blocks.append(Line(desk.each(lambda w: w("dossier.without_place", list=desk.numbered(without))), look="note"))
    return _made(blocks)


def _dates(desk: Desk, form: Row) -> Made:
    rows = [
        (
            (desk.each(lambda w, at=at: str(at)), desk.each(lambda w, row=row: w.date(row["period"])), desk.each(lambda w, row=row: w.label("period_basis", row["period_basis"]))),
            desk.cite(row["source_ids"]),
        )
        for at, row in enumerate(desk.acts, 1)
    ]  # fmt: skip
    return _made(desk.table(("dossier.head_statements", "dossier.head_when", "card.date_basis"), rows, (1.3, 2, 2.4, 1.15)))


def _situation(desk: Desk, form: Row) -> Made:
    found = casefile.status(desk.bundle, desk.case_id)
    if found is None:
        return [Line(desk.each(lambda w: w("case.status_none", date=w.date(desk.bundle.published))), look="note")], "missing"
    update = next(
        row
        for row in casefile.rows_about(desk.bundle, "status_updates", "record_id", [found.record_id])
        if row["update_id"] == found.update_id
    )
    told = desk.each(lambda w: f"{casefile.in_words(found, w)}. {w.told(update, 'text')}".strip())
    return [Line(told, desk.cite(update["source_ids"]))], "given"


def _chronology(desk: Desk, form: Row) -> Made:
    """Acts and answers by date: what, and where or to whom."""
    places = {row["incident_id"]: at for at, row in enumerate(desk.acts, 1)}
    rows = []
    for link in desk.links:
        row = link.row
        if link.kind == "incident":
            number = places.get(link.key)
            what = desk.each(
                lambda w, row=row, number=number: f"({number}) " + enumerated(w.label("act_type", code) for code in split(row["types"]))
            )
            where = desk.each(lambda w, row=row: w.name("places", row["place_id"]) if row["place_id"] else w.told(row, "place_detail"))
        else:
            what = desk.each(lambda w, row=row: f"{w.label('response_kind', row['kind'])}: {w.told(row, 'subject')}")
            where = desk.texts(row, "mechanism_name")
        rows.append(((desk.each(lambda w, row=row: w.date(row["period"])), what, where), desk.cite(row["source_ids"])))
    return _made(desk.table(("dossier.head_when", "dossier.head_what", "dossier.head_where"), rows, (1.8, 2.9, 1.9, 1.05)))


def _norm_blocks(desk: Desk, columns: Sequence[tuple[str, str]], jurisdiction: str = "") -> Made:
    """A table of articles: as which they are named, in which statements, and whether the title was checked."""
    found: dict[tuple[str, str], list[str]] = {}
    for column, label in columns:
        for row in desk.acts:
            for key in split(row[column]):
                found.setdefault((key, label), []).append(row["incident_id"])
    rows = []
    for (key, label), ids in found.items():
        norm = desk.bundle.row("norms", key)
        if norm is None or (jurisdiction and norm["jurisdiction"] != jurisdiction):
            continue
        cells = (
            desk.each(lambda w, norm=norm: _norm_line(w, norm)),
            desk.each(lambda w, norm=norm: w.label("title_status", norm["title_status"])),
            desk.each(lambda w, label=label: w(label)),
            desk.each(lambda w, ids=ids: desk.numbered(ids)),
        )
        rows.append((cells, desk.cite(norm["source_ids"])))
    heads = ("dossier.head_article", "dossier.head_title", "dossier.head_role", "dossier.head_statements")
    return _made(desk.table(heads, rows, (3, 1.5, 1.5, 1.3, 1.15)))


INVOKED, BREACHED, COMPLIED, DISPUTED = (
    (name, f"card.{name}") for name in ("norms_invoked", "norms_breached", "norms_complied", "norms_disputed")
)


def _charges(desk: Desk, form: Row) -> Made:
    return _norm_blocks(desk, (INVOKED,))


def _breached(desk: Desk, form: Row) -> Made:
    return _norm_blocks(desk, (BREACHED,))


def _norms(desk: Desk, form: Row) -> Made:
    return _norm_blocks(desk, (INVOKED, BREACHED, COMPLIED, DISPUTED))


def _oecd(desk: Desk, form: Row) -> Made:
    return _norm_blocks(desk, (BREACHED,), "oecd")


def _perpetrators(desk: Desk, form: Row) -> Made:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in desk.acts:
        key = (row["perpetrator_types"], row["perpetrator_en"], row["asserted_by"], row["involvement"])
        if set(split(row["perpetrator_types"])) - {"unknown"} or row["perpetrator_en"]:
            groups.setdefault(key, []).append(row)
    rows = []
    for acts in groups.values():
        row = acts[0]
        cells = (
            desk.each(lambda w, row=row: casefile.actors(w, row, w.told(row, "perpetrator"))),
            desk.each(lambda w, row=row: w.label("asserted_by", row["asserted_by"])),
            desk.each(lambda w, row=row: w.label("involvement", row["involvement"])),
            desk.each(lambda w, acts=acts: desk.numbered(act["incident_id"] for act in acts)),
        )  # fmt: skip
        rows.append((cells, desk.cite(";".join(act["source_ids"] for act in acts))))
    return _made(
        desk.table(("card.by_whom", "card.asserted_by", "dossier.head_role", "dossier.head_statements"), rows, (2.6, 1.6, 1.6, 1.3, 1.15))
    )


def _state(desk: Desk, form: Row) -> Made:
    state = rules.state_bodies(desk.bundle)
    acts = [row for row in desk.acts if state & set(split(row["perpetrator_types"]))]
    if not acts:
        return [], "missing"
    codes = dict.fromkeys(code for row in acts for code in split(row["perpetrator_types"]) if code in state)
    numbers = desk.numbered(row["incident_id"] for row in acts)
    told = desk.each(
        lambda w: w("dossier.state_named", list=", ".join(lower(w.label("perpetrator_type", code)) for code in codes), numbers=numbers)
    )
    return [Line(told, desk.cite(";".join(row["source_ids"] for row in acts)))], "given"


def _by_company(desk: Desk) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in desk.acts:
        for key in split(row["company_ids"]):
            found.setdefault(key, []).append(row)
    return found


def _company(desk: Desk, form: Row) -> Made:
    """Each company with its part as told and its answer, or that none was found, with the day."""
    rows = []
    for key, acts in _by_company(desk).items():
        links = dict.fromkeys(row["company_link"] for row in acts if row["company_link"])
        told = dict.fromkeys(row["company_role_en"] for row in acts if row["company_role_en"])
        spoken = [next(row for row in acts if row["company_role_en"] == text) for text in told]
        answers = dict.fromkeys(row["company_answer"] or "unknown" for row in acts)
        cells = (
            desk.each(lambda w, key=key: w.name("organisations", key)),
            desk.each(lambda w, links=links, spoken=spoken: _sentences([*(w.label("company_link", code) for code in links), *(w.told(row, "company_role") for row in spoken)])),
            desk.each(lambda w, answers=answers: "; ".join(_answer(w, code, desk.bundle.published) for code in answers)),
            desk.each(lambda w, acts=acts: desk.numbered(row["incident_id"] for row in acts)),
        )  # fmt: skip
        rows.append((cells, desk.cite(";".join(row["source_ids"] for row in acts))))
    return _made(
        desk.table(("card.company", "dossier.head_role", "card.company_answer", "dossier.head_statements"), rows, (1.4, 3.4, 1.4, 1.3, 1))
    )


def _sentences(parts: Iterable[str]) -> str:
    """Remarks one after another, each a sentence, each once."""
    said = dict.fromkeys(part.strip().rstrip(".") for part in parts)
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in said if part)


def _answer(words: Words, code: str, published: str) -> str:
    if code == "no_reply_found":
        return words("case.no_answer", date=words.date(published))
    return lower(words.label("company_answer", code))


def _companies(desk: Desk, form: Row) -> Made:
    found = list(_by_company(desk))
    return _made([Line(desk.each(lambda w: "; ".join(w.name("organisations", key) for key in found) + "."))] if found else [])


def _stakes(desk: Desk, form: Row) -> Made:
    assets = list(dict.fromkeys(key for row in desk.acts for key in split(row["asset_ids"])))
    rows = []
    for stake in casefile.rows_about(desk.bundle, "stakes", "asset_id", assets):
        cells = (
            desk.each(lambda w, stake=stake: w.name("assets", stake["asset_id"])),
            desk.each(lambda w, stake=stake: w.name("organisations", stake["owner_id"])),
            desk.each(
                lambda w, stake=stake: (
                    w("dossier.percent", value=stake["percent"]) if not pd.isna(stake["percent"]) else w("burden.not_known")
                )
            ),
            desk.each(lambda w, stake=stake: _valid(w, stake)),
        )
        rows.append((cells, desk.cite(stake["source_ids"])))
    return _made(
        desk.table(("dossier.head_asset", "dossier.head_owner", "dossier.head_share", "dossier.head_when"), rows, (2, 2, 1, 1.4, 1.15))
    )


def _valid(words: Words, row: Row) -> str:
    if row["valid_from"] and row["valid_to"]:
        return words("date.span", since=words.date(row["valid_from"]), until=words.date(row["valid_to"]))
    if row["valid_from"]:
        return words("date.since", date=words.date(row["valid_from"]))
    return words("date.until", date=words.date(row["valid_to"])) if row["valid_to"] else words("card.undated")


def _states(desk: Desk, form: Row) -> Made:
    hosts = list(dict.fromkeys(row["country"] for row in desk.acts if row["country"]))
    assets = list(dict.fromkeys(key for row in desk.acts for key in split(row["asset_ids"])))
    owners = [stake["owner_id"] for stake in casefile.rows_about(desk.bundle, "stakes", "asset_id", assets)] + list(_by_company(desk))
    found = (desk.bundle.row("organisations", key) for key in dict.fromkeys(owners))
    homes = list(dict.fromkeys(row["country"] for row in found if row is not None and row["country"]))
    if not hosts:
        return [], "missing"
    rows = [(desk.each(lambda w: w("dossier.host")), desk.each(lambda w: ", ".join(w.label("country", code) for code in hosts)))]
    if homes:
        rows.append((desk.each(lambda w: w("dossier.home")), desk.each(lambda w: ", ".join(w.label("country", code) for code in homes))))
    return [Facts(tuple(rows))], "given"


def _conditions(desk: Desk, form: Row) -> Made:
    rows = []
    for finding in eligibility.check(desk.bundle, desk.case_id):
        row = desk.bundle.row("conditions", finding.condition_id)
        if finding.mechanism == form["mechanism"] and row is not None:
            cells = (desk.texts(row, "text"), desk.each(lambda w, finding=finding: w.label("condition_result", finding.result)))
            rows.append((cells, desk.cite(row["source_ids"])))
    return _made(desk.table(("dossier.head_condition", "dossier.head_result"), rows, (4, 1.4, 1.15)))


def _burdens(desk: Desk, form: Row) -> Made:
    rows = []
    for figure in burden.of_case(desk.bundle, desk.case_id):
        cells = (
            desk.each(lambda w, figure=figure: w.label("burden_kind", figure.kind)),
            desk.each(lambda w, figure=figure: burden.amount(figure, w)),
            desk.each(lambda w, figure=figure: desk.numbered(figure.incident_ids)),
        )
        rows.append((cells, desk.cite(";".join(figure.source_ids))))
    return _made(desk.table(("dossier.head_burden", "dossier.head_amount", "dossier.head_statements"), rows, (3, 2, 1.3, 1.15)))


def _answered(desk: Desk, families: frozenset[str]) -> list[Block]:
    """Complaints to these kinds of body: when, to whom, about what, what came back."""
    known = docket(desk.bundle)
    family = dict(zip(known["response_id"], known["family"].astype(str), strict=True))
    rows = []
    for link in desk.links:
        row = link.row
        if link.kind != "response" or (families and family.get(link.key) not in families):
            continue
        cells = (
            desk.each(lambda w, row=row: w.date(row["period"])),
            desk.texts(row, "mechanism_name"),
            desk.texts(row, "subject"),
            desk.each(lambda w, row=row: _sentences([w.label("response_type", row["response_type"]), w.told(row, "outcome")])),
        )  # fmt: skip
        rows.append((cells, desk.cite(row["source_ids"])))
    return desk.table(
        ("dossier.head_when", "dossier.head_body", "dossier.head_about", "response.came_back"), rows, (1.3, 1.7, 2.2, 2.2, 1.15)
    )


def _to(*families: str) -> Callable[[Desk, Row], Made]:
    return lambda desk, form: _made(_answered(desk, frozenset(families)))


def _support(desk: Desk, form: Row) -> Made:
    rows = []
    for row in casefile.support(desk.bundle, desk.case_id):
        cells = (desk.each(lambda w, row=row: w.date(row["period"])), desk.texts(row, "mechanism_name"), desk.texts(row, "subject"))
        rows.append((cells, desk.cite(row["source_ids"])))
    return _made(desk.table(("dossier.head_when", "dossier.head_who", "dossier.head_about"), rows, (1.3, 2, 3, 1.15)))


def _summary(desk: Desk, form: Row) -> Made:
    row = desk.bundle.row("cases", desk.case_id)
    if row is None or not row["summary_en"]:
        return [], "missing"
    return [Line(desk.texts(row, "summary"), desk.cite(row["source_ids"]))], "given"


def _problems(desk: Desk, form: Row) -> Made:
    kinds_of: dict[str, int] = {}
    for row in desk.acts:
        for code in split(row["types"]):
            kinds_of[code] = kinds_of.get(code, 0) + 1
    if not kinds_of:
        return [], "missing"
    return [
        Line(desk.each(lambda w: "; ".join(f"{w.label('act_type', code)}: {w.count(n, 'incident')}" for code, n in kinds_of.items()) + "."))
    ], "given"


def _documents(desk: Desk, form: Row) -> Made:
    keys = casefile.cited_sources(desk.bundle, desk.case_id)
    kept = [key for key in keys if (row := desk.bundle.row("sources", key)) is not None and row["archive_url"]]
    return _made([Line(desk.each(lambda w: w("dossier.documents", n=len(keys), kept=len(kept))))] if keys else [])


def _claims(desk: Desk, form: Row) -> Made:
    rows = []
    for topic in casefile.contradictions(desk.bundle, desk.case_id).values():
        for claim in topic:
            cells = (
                desk.texts(claim, "asserted_by"),
                desk.each(
                    lambda w, claim=claim: w.label("stance", claim["stance"]) + (f", {w.date(claim['as_of'])}" if claim["as_of"] else "")
                ),
                desk.texts(claim, "text"),
            )
            rows.append((cells, desk.cite(claim["source_ids"])))
    return _made(desk.table(("dossier.head_who", "dossier.head_says", "dossier.head_account"), rows, (1.6, 1.5, 3.6, 1.15)))


def _confidentiality(desk: Desk, form: Row) -> Made:
    """What may be told to whom, as the reader answered; and how each person stands in this file."""
    rows = [
        (desk.each(lambda w, key=key: w(f"dossier.fact_{key}")), desk.each(yes(getattr(desk.consent, key))))
        for key in ("government", "public")
    ]
    rows += [
        (desk.each(lambda w, key=key: w.person(key)), desk.each(lambda w, key=key: w("dossier.keep_name" if not desk.consent.public else "dossier.may_name")))
        for key in desk.people
    ]  # fmt: skip
    return [Facts(tuple(rows)), Line(desk.each(lambda w: w("dossier.keep_sources")), look="note")], "given"


def _map(desk: Desk, form: Row) -> Made:
    located = desk.frame[desk.frame["located"]] if "located" in desk.frame else desk.frame
    if located.empty:
        return [Line(desk.each(lambda w: w("dossier.no_map")), look="note")], "missing"
    if not desk.pictures:
        return [], "given"
    from evidence import plates  # imported here: a page that only asks what is missing draws nothing

    voice_ = desk.voices[0]
    drawing = plates.map_drawing(desk.bundle, voice_, desk.frame, width=640, height=380)
    caption = desk.each(lambda w: w("dossier.map_caption", n=len(located), of=len(desk.frame)))
    return [
        Picture("map", plates.bare(drawing, voice_.language, fonts=False), (Said(sound(drawing.alt), voice_.language),), caption)
    ], "given"


def _timeline(desk: Desk, form: Row) -> Made:
    if desk.frame["period_start"].isna().all() and desk.frame["period_end"].isna().all():
        return [], "missing"
    if not desk.pictures:
        return [], "given"
    from evidence import plates

    voice_ = desk.voices[0]
    drawing = plates.timeline_drawing(voice_, desk.frame, width=640)
    caption = desk.each(lambda w: w("dossier.timeline_caption", n=len(desk.frame)))
    return [
        Picture("timeline", plates.bare(drawing, voice_.language, fonts=False), (Said(sound(drawing.alt), voice_.language),), caption)
    ], "given"


def _sources(desk: Desk, form: Row) -> Made:
    return [], "given"  # written last, by _with_sources


CONTENT: Mapping[str, Callable[[Desk, Row], Made]] = {
    "names": _names, "defender_work": _defender_work, "work_places": _work_places, "allegations": _allegations, "places": _places, "dates": _dates,
    "situation": _situation, "chronology": _chronology, "charges": _charges, "breached": _breached, "norms": _norms, "oecd": _oecd,
    "perpetrators": _perpetrators, "state": _state, "company": _company, "companies": _companies, "stakes": _stakes, "states": _states,
    "conditions": _conditions, "burdens": _burdens, "responses": _to(), "remedies": _to("authority", "court", "ombudsman"),
    "procedures": _to("international"), "company_contacts": _to("company"), "support": _support, "summary": _summary, "problems": _problems,
    "documents": _documents, "claims": _claims, "confidentiality": _confidentiality, "map": _map, "timeline": _timeline, "sources": _sources,
}  # fmt: skip
