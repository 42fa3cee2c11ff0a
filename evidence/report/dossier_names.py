"""Who is named in a dossier: people by the rule of consent, in our texts and in the titles and addresses of sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from evidence.model import Bundle, split
from evidence.report.dossier_parts import Row
from evidence.words import Words, clean, fold

PUBLISHABLE = frozenset({"self_published", "public_figure"})
# What no XML file may hold, in whatever way it is written.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOKEN = re.compile(r"[^\W\d_]+")
SOMEBODY = "…"  # a first name that several people bear


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

    stems: Mapping[str, str]  # folded beginning of a part of a name, at least four letters: pseudonym
    spelled: Mapping[str, str] = field(default_factory=dict)  # shorter ones as they are written: folded, "Гияс" would be "gas"

    def hit(self, token: str) -> str:
        """The pseudonym of whoever this word names, with an ending of up to four letters; `SOMEBODY` if several bear the name; else ""."""
        folded = _folded(token)
        beginnings = (folded[: len(folded) - ending] for ending in range(min(5, len(folded))))
        return self.spelled.get(token.casefold()) or next((self.stems[stem] for stem in beginnings if stem in self.stems), "")

    def names(self, text: str) -> bool:
        """True if a word of the text, or of an address written in one, names somebody."""
        return bool(self.stems or self.spelled) and any(self.hit(token) for token in _TOKEN.findall(text))

    def __call__(self, text: str) -> str:
        """The text with pseudonyms for names; the parts of one name become one pseudonym. A name begins with a capital letter."""
        if not self.names(text):
            return text
        masked = _TOKEN.sub(lambda match: f"[{code}]" if match[0][0].isupper() and (code := self.hit(match[0])) else match[0], text)
        # A first name that several bear is part of the name beside it.
        masked = re.sub(rf"\[{SOMEBODY}\][\s.]+(?=\[)|(?<=\])[\s.]+\[{SOMEBODY}\]", "", masked)
        return re.sub(r"(\[[^\[\]]+\])(?:[\s.]+\1)+", r"\1", masked)


def mask(bundle: Bundle, people: Iterable[str], named: bool) -> Mask:
    """What must not be readable in a file: the names of these people, unless it may name them."""
    stems: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for row in (bundle.row("people", key) for key in people):
        if row is None or (named and row["name_basis"] in PUBLISHABLE):
            continue
        for cell in (row["name_en"], row["name_ru"], row["name_kk"], *split(row["aliases"])):
            for token in _TOKEN.findall(cell):
                folded = _folded(token)
                stem = folded.rstrip("aeiou") if len(folded.rstrip("aeiou")) >= 4 else folded
                found, part = (stems, stem) if len(stem) >= 4 else (spelled, token.casefold())
                if len(token) >= 3:
                    found[part] = row["pseudonym"] if found.get(part, row["pseudonym"]) == row["pseudonym"] else SOMEBODY
    return Mask(stems, spelled)


@lru_cache(maxsize=4)
def mask_of_all(bundle: Bundle, named: bool) -> Mask:
    """The names of everybody the bundle knows: the title of a source may name people of another case."""
    return mask(bundle, bundle["people"]["person_id"], named)
