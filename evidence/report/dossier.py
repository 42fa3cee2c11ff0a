"""A dossier: one case laid out in the parts that a mechanism's own form asks for, whatever file it becomes.

The parts and what they ask for are rows of `forms` and `form_items`; here is only how each kind of content is made from what the
bundle records. A name is printed where the bundle's basis for that person allows it *and* the reader said so for this kind of file;
else the pseudonym stands, also inside titles and addresses of sources. What nobody recorded is left blank and listed as missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from evidence.model import LANGUAGES, Bundle, split
from evidence.report.dossier_contents import CONTENT
from evidence.report.dossier_desk import Desk, yes
from evidence.report.dossier_names import sound
from evidence.report.dossier_parts import LACKING, NOBODY, Block, Consent, Dossier, Facts, Item, Line, Row, Said, Section, Texts
from evidence.words import Words

# What only a person can write: a field is offered for it, and it stays blank else.
WRITTEN = frozenset({"asked", "consent"})
# These are asked for in any case; a form that only says "if it applies" is not incomplete without them.
OPTIONAL = frozenset({"if_applicable", "if_known", "as_possible"})


# ── which dossiers there are ─────────────────────────────────────────────────────────────────────
def kinds(bundle: Bundle, words: Words) -> list[str]:
    """The dossiers that the bundle's forms lay out."""
    used = {code for cell in bundle["forms"]["dossiers"] for code in split(cell)}
    return [code for code in words.codes("dossier") if code in used]


@lru_cache(maxsize=2)
def _items(bundle: Bundle) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in bundle["form_items"].to_dict("records"):
        found.setdefault(row["form_field_id"], []).append(row)
    return found


def rows_of(bundle: Bundle, kind: str) -> list[Row]:
    """The sections and notes of a kind of dossier, in the order of the table."""
    return [row for row in bundle["forms"].to_dict("records") if kind in split(row["dossiers"])]


# ── putting one together ─────────────────────────────────────────────────────────────────────────
def gather(
    bundle: Bundle,
    case_id: str,
    kind: str,
    languages: Sequence[str],
    consent: Consent = NOBODY,
    typed: Mapping[str, str] | None = None,
    *,
    pictures: bool = True,
) -> Dossier:
    """Lay a case out as a dossier.

    Args:
        bundle: the evidence.
        case_id: the case.
        kind: a code of the list dossier.
        languages: one, or two for two columns; the first is the main one.
        consent: the reader's answers.
        typed: what the reader wrote, by form_item_id. Goes into this file and nowhere else.
        pictures: False leaves map and timeline out, where only what is missing is asked.
    """
    known = tuple(dict.fromkeys(languages))[:2]
    if not known or set(known) - set(LANGUAGES):
        raise ValueError(f"languages must be one or two of {', '.join(LANGUAGES)}, not {languages!r}")
    desk = Desk.begin(bundle, case_id, kind, known, consent, pictures)
    written = {key: sound(text).strip() for key, text in (typed or {}).items()}
    rows = rows_of(bundle, kind)
    sections = tuple(_section(desk, row, written) for row in rows if row["part"] == "section")
    of_form = list(dict.fromkeys(key for row in rows for key in split(row["source_ids"])))
    guidance = [_guidance(desk, row) for row in rows if row["part"] == "guidance"]
    made = Dossier(
        kind, case_id, known, desk.each(lambda w: w.label("dossier", kind)), desk.each(lambda w: w.name("cases", case_id)),
        desk.each(lambda w: w("dossier.draft")), desk.each(lambda w: w("dossier.page", page="{page}", pages="{pages}")), desk.each(lambda w: w("dossier.before")), bundle.version, bundle.published, (), tuple(guidance), sections,
    )  # fmt: skip
    about = _about(desk, made, [row for row in rows if row["mechanism"]], of_form)
    return replace(made, about=tuple(about), sections=tuple(_with_sources(desk, section) for section in sections))


def _section(desk: Desk, row: Row, written: Mapping[str, str]) -> Section:
    own = bool(row["mechanism"])
    origin = (
        desk.each(
            lambda w: w("dossier.origin", form=w.text(row, "form_name").words, part=row["section"], required=_required(w, row["required"]))
        )
        if own
        else ()
    )
    items = tuple(
        _item(desk, row, item, written.get(item["form_item_id"], "")) for item in _items(desk.bundle).get(row["form_field_id"], [])
    )
    return Section(
        row["form_field_id"], row["section"], _title(desk, row), desk.texts(row, "fields"), origin,
        desk.texts(row, "note") if row["note_en"] else (), own, items,
    )  # fmt: skip


def _title(desk: Desk, row: Row) -> Texts:
    """The section's title; of an annex with its letter."""
    title = desk.texts(row, "section_title")
    if row["mechanism"] or not row["section"].isalpha():
        return title
    return tuple(
        Said(w("dossier.annex", code=row["section"], title=said.text), said.language) for w, said in zip(desk.voices, title, strict=True)
    )


def _required(words: Words, code: str) -> str:
    return words.label("form_required", code or "unknown")


def _guidance(desk: Desk, row: Row) -> Line:
    return Line(desk.each(lambda w: f"{w.told(row, 'section_title')}: {w.told(row, 'fields')}"))


def _item(desk: Desk, form: Row, row: Row, typed: str) -> Item:
    content, required = row["content"], row["required"]
    blocks, state = CONTENT[content](desk, form) if content not in WRITTEN else ([], "consent" if content == "consent" else "missing")
    if typed:
        blocks, state = [*blocks, Line(tuple(Said(typed, code) for code in desk.languages[:1]))], "typed"
    elif state in LACKING and not blocks and required in OPTIONAL:
        state = "open"
    if not typed and state != "given" and not blocks:
        key = {"consent": "dossier.blank_consent", "open": "dossier.blank_open"}.get(state, "dossier.blank")
        blocks = [Line(desk.each(lambda w: w(key)), look="blank")]
    elif not typed and state == "consent":
        blocks = [*blocks, Line(desk.each(lambda w: w("dossier.pseudonym_left")), look="blank")]
    return Item(row["form_item_id"], desk.texts(row, "title"), content, required, state, tuple(blocks))


def _about(desk: Desk, made: Dossier, forms: Sequence[Row], of_form: Sequence[str]) -> list[Block]:
    """The first page: what this is, from which data, what is missing, what waits for consent."""
    bundle = desk.bundle
    facts = [
        ("dossier.fact_data", lambda w: w("dossier.data", title=w.title, version=bundle.version, date=w.date(bundle.published))),
        ("dossier.fact_case", lambda w: desk.case_id),
        *((f"dossier.fact_{key}", yes(getattr(desk.consent, key))) for key in ("government", "public")),
    ]
    names = [row for at, row in enumerate(forms) if row["form_name_en"] not in {other["form_name_en"] for other in forms[:at]}]
    if names:
        facts.append(("dossier.fact_form", lambda w: "; ".join(w.text(row, "form_name").words for row in names)))
    blocks: list[Block] = [
        Line(desk.each(lambda w: w("dossier.lead")), look="note"),
        Facts(tuple((desk.each(lambda w, key=key: w(key)), desk.each(value)) for key, value in facts)),
    ]
    if of_form:
        blocks.append(Line(desk.each(lambda w: w("dossier.form_read")), desk.cite(";".join(of_form)), "note"))
    if definition := desk.definition("dossier", desk.kind):
        blocks.append(Line(definition, look="note"))
    lacking = made.lacking
    blocks.append(Line(desk.each(lambda w: w("dossier.missing", n=len(lacking), of=len(made.counted))), look="strong"))
    for state in ("missing", "consent"):
        items = [item for item in lacking if item.state == state]
        if items:
            blocks.append(Line(desk.joined(f"dossier.list_{state}", [item.title for item in items])))
    return blocks


def _with_sources(desk: Desk, section: Section) -> Section:
    """The list of sources can be written only when everything else has cited."""
    if not any(item.content == "sources" for item in section.items):
        return section
    items = tuple(replace(item, blocks=tuple(desk.source_list())) if item.content == "sources" else item for item in section.items)
    return replace(section, items=items)
