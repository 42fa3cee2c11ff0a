"""The desk a dossier is put together at: one case, its voices, its numbered sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from evidence import casefile, rules
from evidence.model import Bundle, split
from evidence.report.dossier_names import Mask, Voice, mask, mask_of_all, sound, voice
from evidence.report.dossier_parts import Block, Consent, Line, Row, Said, Source, Sources, Table, Texts
from evidence.words import Text, Words, lower


def yes(answer: bool) -> Callable[[Words], str]:
    """Says an answer in words."""
    return lambda w: w("dossier.yes" if answer else "dossier.no")


def naming(words: Words, kind: str) -> str:
    """The question that decides whether this kind of file may name people: "government" or "public"."""
    return str(words.term("dossier", kind).get("parent") or "public")


@dataclass
class Desk:
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
    def begin(cls, bundle: Bundle, case_id: str, kind: str, languages: tuple[str, ...], consent: Consent, pictures: bool) -> Desk:
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
        """The numbers of the sources in a cell, smallest first."""
        keys = [key for key in dict.fromkeys(split(cell)) if self.bundle.has("sources", key)]
        return tuple(sorted([self.numbers.setdefault(key, len(self.numbers) + 1) for key in keys]))

    def source_list(self) -> list[Block]:
        """Every source cited, with its address, archive copy and how far it was read."""
        rows = []
        known, everybody = rules.sources(self.bundle), mask_of_all(self.bundle, self.named)
        acts = [(split(row["source_ids"]), at) for at, row in enumerate(self.acts, 1)]
        for key, number in self.numbers.items():
            row = self.bundle.row("sources", key)
            if row is None:
                continue
            of = [at for keys, at in acts if key in keys]
            grade = rules.grade([known[key]])
            rows.append(
                Source(
                    number, key, Said(everybody(self.mask(sound(_line(row, self.voices[0])))), _first(row["languages"])), self._address(row["url"]),
                    self._address(row["archive_url"]), self.each(lambda w, row=row, of=of, grade=grade: everybody(_source_note(w, row, of, grade))),
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
        if url and mask_of_all(self.bundle, self.named).names(url):
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
