"""What a dossier is made of: texts in each language of the file, lines, facts, tables, pictures, items, sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Row = Mapping[str, Any]

LACKING = frozenset({"missing", "consent"})


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


NOBODY = Consent()  # is named by who was not asked


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
