"""English, Russian and Kazakh for readers: texts, labels, names, dates and numbers.

Texts of the interface are rows of `words.csv`, labels rows of `vocabulary.csv`, dates and plurals those of CLDR
(through Babel). Codes never reach a screen; what a bundle lacks in a language is shown in another and marked.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from evidence.model import LANGUAGES, Bundle, Period, parse_period

LANGUAGE_NAMES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
# Day before month: this is evidence for UN bodies, not for one country.
_LOCALES = {"en": "en_GB", "ru": "ru", "kk": "kk"}
# Where a text is missing in the reader's language: Russian first, which most readers of Kazakh know, too.
_FALLBACKS = ("ru", "en", "kk")
# Which plural form of "noun.*" (separated by |) a CLDR category takes.
_FORMS = {"en": {"one": 0}, "ru": {"one": 0, "few": 1, "many": 2, "other": 1}, "kk": {}}
_STEMS = ("name", "title", "label", "mechanism_name", "subject")  # what a record is called, the first that its table has
_CALLED = re.compile(rf"({'|'.join(_STEMS)})(_\w+)?$")
_PERSON = re.compile(r"\{(P-\d+)\}")
WHOLE_ACT = "—"  # the article of a law or treaty that is cited as a whole
# Bidirectional overrides and other invisible controls may reorder what stands beside them; they carry no evidence.
_INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Text:
    """A text and the language it is really in."""

    words: str
    language: str
    is_fallback: bool

    def __str__(self) -> str:
        return self.words


class Words:
    """Everything a page says, in one language, for one bundle."""

    def __init__(self, bundle: Bundle, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
        self.language = language
        self.locale = Locale.parse(_LOCALES[language])
        self._bundle = bundle
        # Beside `title`, which is cited, a bundle may give `titles` by language.
        self.title = str((bundle.schema.get("titles") or {}).get(language) or bundle.title)
        frame = bundle["words"]
        self._texts = dict(zip(frame["key"], frame[language], strict=True))
        terms = bundle["vocabulary"]
        self._terms: Mapping[tuple[str, str], dict[str, Any]] = {(row["list"], row["code"]): row for row in terms.to_dict("records")}
        self._formatter = _Formatter(self)
        self._names: dict[tuple[str, str], str] = {}

    def __call__(self, key: str, /, **values: Any) -> str:
        """The text of `key`, its blanks filled: `{n:incident}` counts, `{x:number}`, `{when:date}`, `{name}`; `{n:part}`, `{n:part_in}`: of, in so many of them.

        Raises:
            KeyError: if words.csv has no such key.
        """
        return self._formatter.vformat(self._texts[key], (), values)

    def has(self, key: str) -> bool:
        """True if words.csv has this key."""
        return key in self._texts

    def norm(self, row: Mapping[str, Any]) -> str:
        """An article as it is called: instrument, number, title; an act that is cited as a whole has no number."""
        title = row[f"title_{self.language}"] or row["title_ru"] or row["title_en"]
        instrument = self.text(row, "instrument").words
        named = instrument if row["article"] == WHOLE_ACT else self("norm.line", instrument=instrument, article=row["article"])
        return named + (f" {self('norm.titled', title=title)}" if title else "")

    # ── terms ────────────────────────────────────────────────────────────────────────────────────
    def label(self, terms: str, code: str) -> str:
        """The reader's word for a code."""
        term = self._terms.get((terms, code))
        return clean(term[f"label_{self.language}"]) if term else code

    def definition(self, terms: str, code: str) -> str:
        """One sentence that says what a code means, or an empty text."""
        term = self._terms.get((terms, code))
        return str(self.text(term, "definition")) if term else ""

    def term(self, terms: str, code: str) -> Mapping[str, Any]:
        """The whole vocabulary row of a code (colour, glyph, order, crosswalks)."""
        return self._terms.get((terms, code), {})

    def codes(self, terms: str) -> list[str]:
        """The codes of a list, in its own order."""
        rows = [row for (name, _), row in self._terms.items() if name == terms]
        return [row["code"] for row in sorted(rows, key=lambda row: (row["order"], row["code"]))]

    # ── texts of records ─────────────────────────────────────────────────────────────────────────
    def text(self, row: Mapping[str, Any], stem: str) -> Text:
        """`stem_xx` of a record in the reader's language, else in another, said so. People are named by the bundle's rule."""
        for code in (self.language, *(code for code in _FALLBACKS if code != self.language)):
            words = row.get(f"{stem}_{code}", "")
            if isinstance(words, str) and words:
                return Text(self.people_in(clean(words)), code, code != self.language)
        return Text("", self.language, False)

    def name(self, table: str, key: str) -> str:
        """What a reader calls a record: the name of a place, asset, organisation; the title of a case or source."""
        if (table, key) not in self._names:
            self._names[table, key] = self._name(table, key)
        return self._names[table, key]

    def _name(self, table: str, key: str) -> str:
        row = self._called(table).get(key)
        if row is None:
            return key
        if table == "people":
            return self.person(key)
        for stem in _STEMS:
            if f"{stem}_en" in row:
                return str(self.text(row, stem)) or key
        return clean(str(row.get("title", key))) or key

    @lru_cache(maxsize=64)  # noqa: B019 — words live as long as their bundle
    def _called(self, table: str) -> Mapping[str, Mapping[str, Any]]:
        """What each row of a table is called, and nothing else of it: to read whole rows of thousands of places for a map takes seconds."""
        frame = self._bundle[table]
        columns = [name for name in frame.columns if name == frame.columns[0] or _CALLED.match(name)]
        return {row[columns[0]]: row for row in frame[columns].to_dict("records")}

    def person(self, key: str) -> str:
        """A person's published name, or the pseudonym."""
        row = self._bundle.row("people", key)
        if row is None:
            return key
        name = row[f"name_{self.language}"] or row["name_en"]
        return clean(name) or self("person.pseudonym", code=row["pseudonym"])

    def people_in(self, words: str) -> str:
        """Put names or pseudonyms where a text says `{P-003}`."""
        return _PERSON.sub(lambda match: self.person(match[1]), words) if "{P-" in words else words

    # ── numbers and dates ────────────────────────────────────────────────────────────────────────
    def number(self, value: float, digits: int | None = None) -> str:
        """A number with the language's marks; `digits` decimals, or as many as it has (at most three)."""
        if digits is not None:
            return _decimal(round(value, digits), "#,##0" + ("." + "0" * digits if digits else ""), self.locale)
        return _decimal(round(value, 3), "#,##0.###", self.locale)

    def count(self, n: float, noun: str) -> str:
        """ "41 incidents": the number and its noun in the right form."""
        forms = self._texts[f"noun.{noun}"].split("|")
        form = _FORMS[self.language].get(self.locale.plural_form(abs(n)), len(forms) - 1)
        return f"{self.number(n)}\u00a0{forms[min(form, len(forms) - 1)]}"

    def date(self, when: str | Period | Any) -> str:
        """A date as precise as it is: "7 May 2019", "May 2019", "about 2017", "from 2017, open".

        Takes EDTF text, a Period, or a `date`.
        """
        if isinstance(when, str):
            if not when:
                return self("date.unknown")
            return _date(self, when)
        if isinstance(when, Period):
            return _date(self, when.edtf)
        return _without_dot(format_date(when, "long", locale=self.locale))

    def tick(self, when: date, unit: str) -> str:
        """A date as short as an axis needs it: "2019", "May 2019", "7 May"; of months in one year, "May"."""
        skeletons = {"month": "yMMM", "month_of_year": "MMM", "day": "dMMM"}
        return str(when.year) if unit == "year" else format_skeleton(skeletons[unit], when, locale=self.locale)

    def all_of(self, parts: Iterable[str]) -> str:
        """ "a, b and c"."""
        return format_list([str(p) for p in parts], locale=self.locale)

    def any_of(self, parts: Iterable[str]) -> str:
        """ "a, b or c"."""
        return format_list([str(p) for p in parts], style="or", locale=self.locale)


@lru_cache(maxsize=20_000)
def _decimal(value: float, pattern: str, locale: Locale) -> str:
    # CLDR's minus is the hyphen of a keyboard, too short beside digits; `+ 0`, so that nothing is less than nothing.
    return format_decimal(value + 0, format=pattern, locale=locale).replace("-", "−")


class _Formatter(string.Formatter):
    """str.format, but `{n:incident}` is a count with its noun and `{x:number}`, `{d:date}` speak the language."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def format_field(self, value: Any, spec: str) -> str:
        if spec == "number":
            return self._words.number(value)
        if spec == "date":
            return self._words.date(value)
        if spec in {"part", "part_in"}:
            return self._words.number(value) + (kazakh_part(int(value), inside=spec == "part_in") if self._words.language == "kk" else "")
        if spec and self._words.has(f"noun.{spec}"):
            return self._words.count(value, spec)
        return super().format_field(value, spec)


# The ending "of them" of a Kazakh number, by how its last word sounds: бірі, екісі, алтысы, оны, жиырмасы, жүзі, мыңы.
_PARTS = {1: "і", 2: "сі", 3: "і", 4: "і", 5: "і", 6: "сы", 7: "сі", 8: "і", 9: "ы", 10: "ы", 20: "сы", 30: "ы", 40: "ы", 50: "і", 60: "ы", 70: "і", 80: "і", 90: "ы"}  # fmt: skip


def kazakh_part(n: int, *, inside: bool = False) -> str:
    """What follows a number in "209 оқиғаның 139-ы" (so many of them), or, `inside`, in "139-ында" (in so many of them)."""
    last = n % 10 or n % 100
    ending = _PARTS.get(last) or ("ы" if n and n % 1000 == 0 else "і")
    return f"-{ending}" + (("нда" if ending.endswith("ы") else "нде") if inside else "")


@lru_cache(maxsize=50_000)
def _format_one(language: str, text: str) -> str:
    """One EDTF date (no slash) in words, without its marks."""
    bare = text.rstrip("?~%")
    period = parse_period(bare)
    locale = Locale.parse(_LOCALES[language])
    if len(bare) == 4:
        return bare
    if len(bare) == 7 and bare[5] == "2":
        return f"season:{bare[5:]}:{bare[:4]}"
    if len(bare) == 7:
        return _without_dot(format_skeleton("yMMMM", period.start, locale=locale))
    return _without_dot(format_date(period.start, "long", locale=locale))


def _without_dot(text: str) -> str:
    """A Russian date in full words: its "г." would stand before the full stop of a sentence as a second one."""
    return re.sub(r"\s?г\.$", "\u00a0года", text)


@lru_cache(maxsize=50_000)
def _date(words: Words, text: str) -> str:
    def one(part: str) -> str:
        shown = _format_one(words.language, part)
        if shown.startswith("season:"):
            _, season, year = shown.split(":")
            shown = words(f"date.season_{season}", year=year)
        if part.endswith("~") or part.endswith("%"):
            shown = words("date.about", date=shown)
        if part.endswith("?") or part.endswith("%"):
            shown = words("date.perhaps", date=shown)
        return shown

    left, slash, right = text.partition("/")
    if not slash:
        return one(left)
    if right in {"..", ""}:
        return words("date.since", date=one(left))
    if left in {"..", ""}:
        return words("date.until", date=one(right))
    return words("date.span", since=one(left), until=one(right))


def clean(text: str) -> str:
    """Text from data, without invisible controls that could reorder or hide what stands beside it."""
    return _INVISIBLE.sub("", text) if isinstance(text, str) else ""


def brief(text: str, limit: int = 90) -> str:
    """The beginning of a text where a line has no room for all of it; the card shows the whole."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def lower(text: str) -> str:
    """A label inside a sentence: its first letter small, unless it begins an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def enumerated(labels: Iterable[str]) -> str:
    """Labels as one phrase: "Conviction, torture or ill-treatment"."""
    return ", ".join(lower(label) if at else label for at, label in enumerate(labels))


# ── searching across scripts ─────────────────────────────────────────────────────────────────────
_LATIN = {
    **dict(
        zip(
            "абвгдезиклмнопрстуфхцъыьэ",
            ["a", "b", "v", "g", "d", "e", "z", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "h", "c", "", "y", "", "e"],
            strict=True,
        )
    ),
    "ё": "e",
    "ж": "j",
    "й": "i",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ю": "u",
    "я": "a",
    "ә": "a",
    "ғ": "g",
    "қ": "k",
    "ң": "n",
    "ө": "o",
    "ұ": "u",
    "ү": "u",
    "һ": "h",
    "і": "i",
    "ə": "a",
    "ı": "i",
}
_CYRILLIC = str.maketrans(_LATIN)
_SAME = [
    ("zh", "j"),
    ("dj", "j"),
    ("kh", "h"),
    ("ts", "c"),
    ("yo", "e"),
    ("io", "e"),
    ("ya", "a"),
    ("ia", "a"),
    ("yu", "u"),
    ("iu", "u"),
    ("ye", "e"),
    ("ie", "e"),
    ("gh", "g"),
    ("q", "k"),
    ("w", "v"),
    ("x", "ks"),
    ("y", "i"),
    ("'", ""),
    ("’", ""),
    ("`", ""),
    ("ii", "i"),
    ("-", " "),
]


def fold(text: str) -> str:
    """A spelling-blind form: "Берёзовка", "Березовка", "Berezovka" and "Beryozovka" fold alike.

    A skeleton for searching only: Cyrillic is written in Latin and sounds that transliterations disagree on fall together.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_CYRILLIC)
    folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    for written, skeleton in _SAME:
        folded = folded.replace(written, skeleton)
    return " ".join(folded.split())
