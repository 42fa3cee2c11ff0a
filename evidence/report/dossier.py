"""A dossier: one case laid out in the parts that a mechanism's own form asks for, whatever file it becomes.

The parts and what they ask for are rows of `forms` and `form_items`; here is only how each kind of content is made from what the
bundle records. A name is printed where the bundle's basis for that person allows it *and* the reader said so for this kind of file;
else the pseudonym stands, also inside titles and addresses of sources. What nobody recorded is left blank and listed as missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

from evidence import burden, casefile, eligibility, rules
from evidence.docket import docket
from evidence.model import LANGUAGES, Bundle, split
from evidence.words import Text, Words, clean, fold

Row = Mapping[str, Any]

PUBLISHABLE = frozenset({"self_published", "public_figure"})
# What only a person can write: a field is offered for it, and it stays blank else.
WRITTEN = frozenset({"asked", "consent"})
LACKING = frozenset({"missing", "consent"})
# These are asked for in any case; a form that only says "if it applies" is not incomplete without them.
OPTIONAL = frozenset({"if_applicable", "if_known", "as_possible"})
# What no XML file may hold, in whatever way it is written.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOKEN = re.compile(r"[^\W\d_]+")


# ── what a file is made of ───────────────────────────────────────────────────────────────────────
class Said(NamedTuple):
    """A text and the language it is in."""

    text: str
    language: str


Texts = tuple[Said, ...]  # one for each language of the file


@dataclass(frozen=True)
class Line:
    """A paragraph. `look` is "body", "note" (small), "strong", or "blank" (to be filled in by hand)."""

    text: Texts
    cited: tuple[int, ...] = ()
    look: str = "body"


@dataclass(frozen=True)
class Facts:
    """Labelled values."""

    rows: tuple[tuple[Texts, Texts], ...]


@dataclass(frozen=True)
class Entry:
    """One numbered statement: its heading, its text, its sources, its facts."""

    number: int
    head: Texts
    lines: tuple[Line, ...]
    facts: Facts


@dataclass(frozen=True)
class Table:
    """Rows under a header; `shares` are the widths of the columns; `cited` holds the sources of each row."""

    heads: tuple[Texts, ...]
    rows: tuple[tuple[Texts, ...], ...]
    shares: tuple[float, ...]
    cited: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A figure as SVG with what it shows in a sentence for who does not see it."""

    key: str
    svg: str
    alt: Texts
    caption: Texts


@dataclass(frozen=True)
class Source:
    """An entry of the list of sources."""

    number: int
    key: str
    line: Said
    address: str
    archive: str
    notes: Texts


@dataclass(frozen=True)
class Sources:
    """The list of sources; `labels` name the address and the archive copy."""

    rows: tuple[Source, ...]
    labels: Mapping[str, Texts]


Block = Line | Facts | Entry | Table | Picture | Sources


@dataclass(frozen=True)
class Item:
    """One thing a section asks for. `state` is a code of the list item_state."""

    key: str
    title: Texts
    content: str
    required: str
    state: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Section:
    """A section of the form: its title, what it asks for and by whose form."""

    key: str
    code: str
    title: Texts
    asks: Texts
    origin: Texts
    note: Texts
    own: bool  # of the mechanism's form, not an annex of ours
    items: tuple[Item, ...]

    def is_plain(self, item: Item) -> bool:
        """True for an item that needs no heading of its own: the only one of its section, or called like it."""
        return len(self.items) == 1 or item.title == self.title


@dataclass(frozen=True)
class Consent:
    """What the reader answered: may people be named to a Government, and in public? No, unless they said yes."""

    government: bool = False
    public: bool = False


@dataclass(frozen=True)
class Dossier:
    """A whole file, ready to be written as PDF or DOCX."""

    code: str
    case_id: str
    languages: tuple[str, ...]
    title: Texts
    case: Texts
    draft: Texts
    page: Texts  # with {page} and {pages} to be filled in by what counts them
    before: Texts
    version: str
    published: str
    about: tuple[Block, ...]
    guidance: tuple[Block, ...]
    sections: tuple[Section, ...]

    @property
    def counted(self) -> tuple[Item, ...]:
        """The items that the mechanism's own form asks for; of a file without a form, all of them."""
        own = [section for section in self.sections if section.own] or self.sections
        return tuple(item for section in own for item in section.items)

    @property
    def lacking(self) -> tuple[Item, ...]:
        """Those of them that are not there."""
        return tuple(item for item in self.counted if item.state in LACKING)


# ── words under the rule of consent ──────────────────────────────────────────────────────────────
class Voice(Words):
    """The words of a file: people are named only if the file may name and the bundle's basis for the person allows it."""

    def __init__(self, bundle: Bundle, language: str, named: bool) -> None:
        super().__init__(bundle, language)
        self.named = named

    def person(self, key: str) -> str:
        """The name, where both allow it; else the pseudonym."""
        row = self._bundle.row("people", key)
        if row is None:
            return key
        if self.named and row["name_basis"] in PUBLISHABLE:
            return super().person(key)
        return self("person.pseudonym", code=row["pseudonym"])

    def told(self, row: Row, stem: str) -> str:
        """A record's text, marked if it is in another language."""
        text = self.text(row, stem)
        return f"{text.words} ({self(f'text.in_{text.language}')})" if text.is_fallback and text.words else text.words


@lru_cache(maxsize=16)
def voice(bundle: Bundle, language: str, named: bool) -> Voice:
    """A voice, made once."""
    return Voice(bundle, language, named)


def sound(text: str) -> str:
    """A text as every kind of file may hold it."""
    return _FORBIDDEN.sub("", clean(text.replace("\r\n", "\n")))


@lru_cache(maxsize=50_000)
def _folded(token: str) -> str:
    return fold(token)


@dataclass(frozen=True)
class Mask:
    """Hides the names of people, in any script and case, in texts that are not ours: titles and addresses of sources."""

    stems: tuple[tuple[str, str], ...]  # (folded beginning of a part of a name, pseudonym)

    def hit(self, token: str) -> str:
        """The pseudonym of whoever this word names, or ""."""
        folded = _folded(token)
        return next(
            (
                code
                for stem, code in self.stems
                if folded == stem or (len(stem) >= 4 and folded.startswith(stem) and len(folded) - len(stem) <= 4)
            ),
            "",
        )

    def names(self, text: str) -> bool:
        """True if a word of the text, or of an address written in one, names somebody."""
        return bool(self.stems) and any(self.hit(token) for token in _TOKEN.findall(text))

    def __call__(self, text: str) -> str:
        """The text with pseudonyms for names; two parts of one name become one pseudonym."""
        if not self.names(text):
            return text
        masked = _TOKEN.sub(lambda match: f"[{code}]" if (code := self.hit(match[0])) else match[0], text)
        return re.sub(r"(\[[^\[\]]+\])(?:[\s.]+\1)+", r"\1", masked)


def mask(bundle: Bundle, people: Iterable[str], named: bool) -> Mask:
    """What must not be readable in a file: the names of these people, unless it may name them."""
    stems: dict[str, str] = {}
    for row in (bundle.row("people", key) for key in people):
        if row is None or (named and row["name_basis"] in PUBLISHABLE):
            continue
        for cell in (row["name_en"], row["name_ru"], row["name_kk"], *split(row["aliases"])):
            for token in _TOKEN.findall(cell):
                folded = _folded(token)
                # What is shorter than four letters without its ending is too much like other words: it hides only itself.
                stem = folded.rstrip("aeiou") if len(folded.rstrip("aeiou")) >= 4 else folded
                if len(folded) >= 3:
                    stems[stem] = row["pseudonym"]
    return Mask(tuple(sorted(stems.items(), key=lambda pair: -len(pair[0]))))


# ── which dossiers there are ─────────────────────────────────────────────────────────────────────
def kinds(bundle: Bundle, words: Words) -> list[str]:
    """The dossiers that the bundle's forms lay out."""
    used = {code for cell in bundle["forms"]["dossiers"] for code in split(cell)}
    return [code for code in words.codes("dossier") if code in used]


def naming(words: Words, kind: str) -> str:
    """The question that decides whether this kind of file may name people: "government" or "public"."""
    return str(words.term("dossier", kind).get("parent") or "public")


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
    consent: Consent = Consent(),
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
    desk = _Desk.begin(bundle, case_id, kind, known, consent, pictures)
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


def _section(desk: _Desk, row: Row, written: Mapping[str, str]) -> Section:
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


def _title(desk: _Desk, row: Row) -> Texts:
    """The section's title; of an annex with its letter."""
    title = desk.texts(row, "section_title")
    if row["mechanism"] or not row["section"].isalpha():
        return title
    return tuple(
        Said(w("dossier.annex", code=row["section"], title=said.text), said.language) for w, said in zip(desk.voices, title, strict=True)
    )


def _required(words: Words, code: str) -> str:
    return words.label("form_required", code or "unknown")


def _guidance(desk: _Desk, row: Row) -> Line:
    return Line(desk.each(lambda w: f"{w.told(row, 'section_title')}: {w.told(row, 'fields')}"))


def _item(desk: _Desk, form: Row, row: Row, typed: str) -> Item:
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


def _about(desk: _Desk, made: Dossier, forms: Sequence[Row], of_form: Sequence[str]) -> list[Block]:
    """The first page: what this is, from which data, what is missing, what waits for consent."""
    bundle = desk.bundle
    facts = [
        ("dossier.fact_data", lambda w: w("dossier.data", title=w.title, version=bundle.version, date=w.date(bundle.published))),
        ("dossier.fact_case", lambda w: desk.case_id),
        *((f"dossier.fact_{key}", _yes(getattr(desk.consent, key))) for key in ("government", "public")),
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


def _yes(answer: bool) -> Callable[[Words], str]:
    return lambda w: w("dossier.yes" if answer else "dossier.no")


def _with_sources(desk: _Desk, section: Section) -> Section:
    """The list of sources can be written only when everything else has cited."""
    if not any(item.content == "sources" for item in section.items):
        return section
    items = tuple(replace(item, blocks=tuple(desk.source_list())) if item.content == "sources" else item for item in section.items)
    return replace(section, items=items)


# ── the desk: one case, its voices, its numbered sources ─────────────────────────────────────────
@dataclass
class _Desk:
    """What all contents share while a dossier is put together."""

    bundle: Bundle
    case_id: str
    kind: str
    languages: tuple[str, ...]
    voices: tuple[Voice, ...]
    consent: Consent
    named: bool
    pictures: bool
    mask: Mask
    frame: pd.DataFrame
    acts: list[Row]
    links: tuple[casefile.Link, ...]
    people: list[str]
    numbers: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, bundle: Bundle, case_id: str, kind: str, languages: tuple[str, ...], consent: Consent, pictures: bool) -> _Desk:
        question = naming(voice(bundle, languages[0], False), kind)
        named = bool(getattr(consent, question, False))
        voices = tuple(voice(bundle, code, named) for code in languages)
        frame = casefile.acts(bundle, case_id)
        acts = [row for key in frame["incident_id"] if (row := bundle.row("incidents", key)) is not None]
        links = casefile.chain(bundle, case_id)
        people = list(dict.fromkeys(key for row in acts for key in split(row["people_ids"])))
        told = [bundle.row("cases", case_id) or {}, *acts, *(link.row for link in links), *casefile.support(bundle, case_id)]
        spoken = {
            key
            for row in told
            for cell in row.values()
            if isinstance(cell, str) and "{P-" in cell
            for key in re.findall(r"\{(P-\d+)\}", cell)
        }
        hidden = mask(bundle, [*people, *sorted(spoken - set(people))], named)
        desk = cls(bundle, case_id, kind, languages, voices, consent, named, pictures, hidden, frame, acts, links, people)
        # Sources keep their number whatever the form asks first: by the order of acts and answers.
        desk.cite(";".join(key for link in desk.links for key in split(link.row["source_ids"])))
        return desk

    # texts
    def each(self, make: Callable[[Voice], str]) -> Texts:
        """A text in each language of the file."""
        return tuple(Said(self.mask(sound(str(make(w)))), w.language) for w in self.voices)

    def texts(self, row: Row, stem: str) -> Texts:
        """A record's text in each language; another one is marked."""
        return tuple(self._said(w, row, stem) for w in self.voices)

    def _said(self, w: Voice, row: Row, stem: str) -> Said:
        text: Text = w.text(row, stem)
        if text.is_fallback and text.language in self.languages:
            # Beside a column in that language: the same once, as that column says it.
            w = self.voices[self.languages.index(text.language)]
            text = w.text(row, stem)
        shown = self.mask(sound(text.words))
        mark = f" ({w(f'text.in_{text.language}')})" if text.is_fallback and shown else ""
        return Said(shown + mark, text.language)

    def definition(self, terms: str, code: str) -> Texts:
        """What a code means, in each language; () if nothing says so."""
        found = self.each(lambda w: w.definition(terms, code))
        return found if any(said.text for said in found) else ()

    def joined(self, key: str, parts: Sequence[Texts], separator: str = "; ") -> Texts:
        """A list in a sentence: `key` has a blank {list}."""
        return tuple(Said(w(key, list=separator.join(part[at].text for part in parts)), w.language) for at, w in enumerate(self.voices))

    # sources
    def cite(self, cell: str) -> tuple[int, ...]:
        """The numbers of the sources in a cell, in order."""
        return tuple(
            self.numbers.setdefault(key, len(self.numbers) + 1) for key in dict.fromkeys(split(cell)) if self.bundle.has("sources", key)
        )

    def source_list(self) -> list[Block]:
        """Every source cited, with its address, archive copy and how far it was read."""
        rows = []
        known = rules.sources(self.bundle)
        acts = [(split(row["source_ids"]), at) for at, row in enumerate(self.acts, 1)]
        for key, number in self.numbers.items():
            row = self.bundle.row("sources", key)
            if row is None:
                continue
            of = [at for keys, at in acts if key in keys]
            grade = rules.grade([known[key]])
            rows.append(
                Source(
                    number, key, Said(self.mask(sound(_line(row, self.voices[0]))), _first(row["languages"])), self._address(row["url"]),
                    self._address(row["archive_url"]), self.each(lambda w, row=row, of=of, grade=grade: _source_note(w, row, of, grade)),
                )
            )  # fmt: skip
        told = {
            "address": "dossier.address",
            "archive": "dossier.archive",
            "no_archive": "dossier.no_archive",
            "kept_back": "dossier.kept_back",
        }
        labels = {name: self.each(lambda w, key=key: w(key)) for name, key in told.items()}
        note = [] if self.named else [Line(self.each(lambda w: w("dossier.sources_masked", case=self.case_id)), look="note")]
        return [*note, Sources(tuple(rows), labels)]

    def _address(self, url: str) -> str:
        """The address; "-" where it spells the name of somebody whom this file may not name."""
        if url and self.mask.names(url):
            return "-"
        return sound(url) if url.startswith(("https://", "http://")) else ""

    def numbered(self, ids: Iterable[str]) -> str:
        """ "1, 3": the numbers of acts in this file."""
        wanted = set(ids)
        return ", ".join(str(at) for at, row in enumerate(self.acts, 1) if row["incident_id"] in wanted)

    def table(
        self, heads: Sequence[str], rows: Iterable[tuple[tuple[Texts, ...], tuple[int, ...]]], shares: Sequence[float]
    ) -> list[Block]:
        """A table with its rows' sources as its last column; none without rows."""
        made = list(rows)
        if not made:
            return []
        titles = tuple(self.each(lambda w, key=key: w(key)) for key in (*heads, "dossier.head_sources"))
        return [Table(titles, tuple(cells for cells, _ in made), tuple(shares), tuple(cited for _, cited in made))]


def _line(row: Row, words: Words) -> str:
    parts = [row["title"], row["publisher"], words.date(row["date"]) if row["date"] else ""]
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def _first(cell: str) -> str:
    return next(iter(split(cell)), "en")


def _source_note(words: Words, row: Row, of: Sequence[int], grade: str) -> str:
    notes = [
        words.label("source_type", row["type"]),
        words("dossier.read", how=lower(words.label("read_extent", row["read_extent"]))),
        words("dossier.alone_unread") if grade == "C0" else "",
        words("dossier.supports", list=", ".join(map(str, of))) if of else "",
        row["source_id"],
    ]
    return " · ".join(note for note in notes if note)


def lower(text: str) -> str:
    """A label inside a sentence: its first letter small, unless it begins an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


# ── contents: each gives blocks and a state ──────────────────────────────────────────────────────
Made = tuple[list[Block], str]


def _made(blocks: list[Block]) -> Made:
    return blocks, "given" if blocks else "missing"


def _names(desk: _Desk, form: Row) -> Made:
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


def _defender_work(desk: _Desk, form: Row) -> Made:
    codes = dict.fromkeys(code for row in desk.acts for code in split(row["defender_types"]))
    if not codes:
        return [], "missing"
    cited = desk.cite(";".join(row["source_ids"] for row in desk.acts if row["defender_types"]))
    return [Line(desk.each(lambda w: "; ".join(w.label("defender_type", code) for code in codes) + "."), cited)], "given"


def _work_places(desk: _Desk, form: Row) -> Made:
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


def _allegations(desk: _Desk, form: Row) -> Made:
    return _made([_entry(desk, at, row) for at, row in enumerate(desk.acts, 1)])


def _entry(desk: _Desk, number: int, row: Row) -> Entry:
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
        ("card.date_basis", lambda w: w.label("period_basis", row["period_basis"])),
        ("card.caveat", lambda w: w.told(row, "caveat")),
        ("card.grade", lambda w: f"{grade}, {lower(w.label('corroboration', grade))}"),
    ]
    told = [(desk.each(lambda w, key=key: w(key)), desk.each(make)) for key, make in facts]
    head = desk.each(lambda w: f"{w.date(row['period'])}. {', '.join(w.label('act_type', code) for code in split(row['types']))}")
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
    return f"{_actors(words, row)} ({said}; {lower(words.label('involvement', row['involvement']))})"


def _actors(words: Voice, row: Row) -> str:
    """The kinds of actor and who they were; a kind that the description already begins with is not said twice."""
    kinds_of = ", ".join(words.label("perpetrator_type", code) for code in split(row["perpetrator_types"]))
    detail = words.told(row, "perpetrator")
    return detail if detail.casefold().startswith(kinds_of.casefold()) else f"{kinds_of}. {detail}" if detail else kinds_of


def _norm_line(words: Words, row: Row) -> str:
    title = row[f"title_{words.language}"] or row["title_ru"] or row["title_en"]
    return words("norm.line", instrument=words.text(row, "instrument").words, article=row["article"]) + (
        f" {words('norm.titled', title=title)}" if title else ""
    )


def _norm_lines(bundle: Bundle, words: Words, cell: str) -> str:
    rows = [row for key in split(cell) if (row := bundle.row("norms", key)) is not None]
    return "; ".join(f"{_norm_line(words, row)} ({lower(words.label('title_status', row['title_status']))})" for row in rows)


def _places(desk: _Desk, form: Row) -> Made:
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


def _dates(desk: _Desk, form: Row) -> Made:
    rows = [
        (
            (desk.each(lambda w, at=at: str(at)), desk.each(lambda w, row=row: w.date(row["period"])), desk.each(lambda w, row=row: w.label("period_basis", row["period_basis"]))),
            desk.cite(row["source_ids"]),
        )
        for at, row in enumerate(desk.acts, 1)
    ]  # fmt: skip
    return _made(desk.table(("dossier.head_statements", "dossier.head_when", "card.date_basis"), rows, (1.3, 2, 2.4, 1.15)))


def _situation(desk: _Desk, form: Row) -> Made:
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


def _chronology(desk: _Desk, form: Row) -> Made:
    """Acts and answers by date: what, and where or to whom."""
    places = {row["incident_id"]: at for at, row in enumerate(desk.acts, 1)}
    rows = []
    for link in desk.links:
        row = link.row
        if link.kind == "incident":
            number = places.get(link.key)
            what = desk.each(
                lambda w, row=row, number=number: f"({number}) " + ", ".join(w.label("act_type", code) for code in split(row["types"]))
            )
            where = desk.each(lambda w, row=row: w.name("places", row["place_id"]) if row["place_id"] else w.told(row, "place_detail"))
        else:
            what = desk.each(lambda w, row=row: f"{w.label('response_kind', row['kind'])}: {w.told(row, 'subject')}")
            where = desk.texts(row, "mechanism_name")
        rows.append(((desk.each(lambda w, row=row: w.date(row["period"])), what, where), desk.cite(row["source_ids"])))
    return _made(desk.table(("dossier.head_when", "dossier.head_what", "dossier.head_where"), rows, (1.5, 3, 2, 1.15)))


def _norm_blocks(desk: _Desk, columns: Sequence[tuple[str, str]], jurisdiction: str = "") -> Made:
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


INVOKED, BREACHED = ("norms_invoked", "card.norms_invoked"), ("norms_breached", "card.norms_breached")


def _charges(desk: _Desk, form: Row) -> Made:
    return _norm_blocks(desk, (INVOKED,))


def _breached(desk: _Desk, form: Row) -> Made:
    return _norm_blocks(desk, (BREACHED,))


def _norms(desk: _Desk, form: Row) -> Made:
    return _norm_blocks(desk, (INVOKED, BREACHED))


def _oecd(desk: _Desk, form: Row) -> Made:
    return _norm_blocks(desk, (BREACHED,), "oecd")


def _perpetrators(desk: _Desk, form: Row) -> Made:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in desk.acts:
        key = (row["perpetrator_types"], row["perpetrator_en"], row["asserted_by"], row["involvement"])
        if set(split(row["perpetrator_types"])) - {"unknown"} or row["perpetrator_en"]:
            groups.setdefault(key, []).append(row)
    rows = []
    for acts in groups.values():
        row = acts[0]
        cells = (
            desk.each(lambda w, row=row: _actors(w, row)),
            desk.each(lambda w, row=row: w.label("asserted_by", row["asserted_by"])),
            desk.each(lambda w, row=row: w.label("involvement", row["involvement"])),
            desk.each(lambda w, acts=acts: desk.numbered(act["incident_id"] for act in acts)),
        )  # fmt: skip
        rows.append((cells, desk.cite(";".join(act["source_ids"] for act in acts))))
    return _made(
        desk.table(("card.by_whom", "card.asserted_by", "dossier.head_role", "dossier.head_statements"), rows, (2.6, 1.6, 1.6, 1.3, 1.15))
    )


def _state(desk: _Desk, form: Row) -> Made:
    acts = [row for row in desk.acts if casefile.STATE_BODIES & set(split(row["perpetrator_types"]))]
    if not acts:
        return [], "missing"
    codes = dict.fromkeys(code for row in acts for code in split(row["perpetrator_types"]) if code in casefile.STATE_BODIES)
    numbers = desk.numbered(row["incident_id"] for row in acts)
    told = desk.each(
        lambda w: w("dossier.state_named", list=", ".join(lower(w.label("perpetrator_type", code)) for code in codes), numbers=numbers)
    )
    return [Line(told, desk.cite(";".join(row["source_ids"] for row in acts)))], "given"


def _by_company(desk: _Desk) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in desk.acts:
        for key in split(row["company_ids"]):
            found.setdefault(key, []).append(row)
    return found


def _company(desk: _Desk, form: Row) -> Made:
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


def _companies(desk: _Desk, form: Row) -> Made:
    found = list(_by_company(desk))
    return _made([Line(desk.each(lambda w: "; ".join(w.name("organisations", key) for key in found) + "."))] if found else [])


def _stakes(desk: _Desk, form: Row) -> Made:
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


def _states(desk: _Desk, form: Row) -> Made:
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


def _conditions(desk: _Desk, form: Row) -> Made:
    rows = []
    for finding in eligibility.check(desk.bundle, desk.case_id):
        row = desk.bundle.row("conditions", finding.condition_id)
        if finding.mechanism == form["mechanism"] and row is not None:
            cells = (desk.texts(row, "text"), desk.each(lambda w, finding=finding: w.label("condition_result", finding.result)))
            rows.append((cells, desk.cite(row["source_ids"])))
    return _made(desk.table(("dossier.head_condition", "dossier.head_result"), rows, (4, 1.4, 1.15)))


def _burdens(desk: _Desk, form: Row) -> Made:
    rows = []
    for figure in burden.of_case(desk.bundle, desk.case_id):
        cells = (
            desk.each(lambda w, figure=figure: w.label("burden_kind", figure.kind)),
            desk.each(lambda w, figure=figure: burden.amount(figure, w)),
            desk.each(lambda w, figure=figure: desk.numbered(figure.incident_ids)),
        )
        rows.append((cells, desk.cite(";".join(figure.source_ids))))
    return _made(desk.table(("dossier.head_burden", "dossier.head_amount", "dossier.head_statements"), rows, (3, 2, 1.3, 1.15)))


def _answered(desk: _Desk, families: frozenset[str]) -> list[Block]:
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
            desk.each(lambda w, row=row: "; ".join(part for part in (lower(w.label("response_type", row["response_type"])), w.told(row, "outcome")) if part)),
        )  # fmt: skip
        rows.append((cells, desk.cite(row["source_ids"])))
    return desk.table(
        ("dossier.head_when", "dossier.head_body", "dossier.head_about", "response.came_back"), rows, (1.3, 1.7, 2.2, 2.2, 1.15)
    )


def _to(*families: str) -> Callable[[_Desk, Row], Made]:
    return lambda desk, form: _made(_answered(desk, frozenset(families)))


def _support(desk: _Desk, form: Row) -> Made:
    rows = []
    for row in casefile.support(desk.bundle, desk.case_id):
        cells = (desk.each(lambda w, row=row: w.date(row["period"])), desk.texts(row, "mechanism_name"), desk.texts(row, "subject"))
        rows.append((cells, desk.cite(row["source_ids"])))
    return _made(desk.table(("dossier.head_when", "dossier.head_who", "dossier.head_about"), rows, (1.3, 2, 3, 1.15)))


def _summary(desk: _Desk, form: Row) -> Made:
    row = desk.bundle.row("cases", desk.case_id)
    if row is None or not row["summary_en"]:
        return [], "missing"
    return [Line(desk.texts(row, "summary"), desk.cite(row["source_ids"]))], "given"


def _problems(desk: _Desk, form: Row) -> Made:
    kinds_of: dict[str, int] = {}
    for row in desk.acts:
        for code in split(row["types"]):
            kinds_of[code] = kinds_of.get(code, 0) + 1
    if not kinds_of:
        return [], "missing"
    return [
        Line(
            desk.each(
                lambda w: "; ".join(f"{lower(w.label('act_type', code))}: {w.count(n, 'incident')}" for code, n in kinds_of.items()) + "."
            )
        )
    ], "given"


def _documents(desk: _Desk, form: Row) -> Made:
    keys = casefile.cited_sources(desk.bundle, desk.case_id)
    kept = [key for key in keys if (row := desk.bundle.row("sources", key)) is not None and row["archive_url"]]
    return _made([Line(desk.each(lambda w: w("dossier.documents", n=len(keys), kept=len(kept))))] if keys else [])


def _claims(desk: _Desk, form: Row) -> Made:
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


def _confidentiality(desk: _Desk, form: Row) -> Made:
    """What may be told to whom, as the reader answered; and how each person stands in this file."""
    rows = [
        (desk.each(lambda w, key=key: w(f"dossier.fact_{key}")), desk.each(_yes(getattr(desk.consent, key))))
        for key in ("government", "public")
    ]
    rows += [
        (desk.each(lambda w, key=key: w.person(key)), desk.each(lambda w, key=key: w("dossier.keep_name" if not desk.consent.public else "dossier.may_name")))
        for key in desk.people
    ]  # fmt: skip
    return [Facts(tuple(rows)), Line(desk.each(lambda w: w("dossier.keep_sources")), look="note")], "given"


def _map(desk: _Desk, form: Row) -> Made:
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


def _timeline(desk: _Desk, form: Row) -> Made:
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


def _sources(desk: _Desk, form: Row) -> Made:
    return [], "given"  # written last, by _with_sources


CONTENT: Mapping[str, Callable[[_Desk, Row], Made]] = {
    "names": _names, "defender_work": _defender_work, "work_places": _work_places, "allegations": _allegations, "places": _places, "dates": _dates,
    "situation": _situation, "chronology": _chronology, "charges": _charges, "breached": _breached, "norms": _norms, "oecd": _oecd,
    "perpetrators": _perpetrators, "state": _state, "company": _company, "companies": _companies, "stakes": _stakes, "states": _states,
    "conditions": _conditions, "burdens": _burdens, "responses": _to(), "remedies": _to("authority", "court", "ombudsman"),
    "procedures": _to("international"), "company_contacts": _to("company"), "support": _support, "summary": _summary, "problems": _problems,
    "documents": _documents, "claims": _claims, "confidentiality": _confidentiality, "map": _map, "timeline": _timeline, "sources": _sources,
}  # fmt: skip
