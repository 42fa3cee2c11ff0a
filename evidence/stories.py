"""Stories: a Markdown file is a list of steps, each a view of the evidence with what to say about it and what that rests on.

One grammar for what is shipped in `data/stories/` and for what a reader pins together and takes along:

    ---                                  the head: `story` (its key), `title_en` …, `about_en` …, `told_by`
    story: seven-may
    told_by: sources
    title_en: Seven May
    ---
    ---                                  a step: `step` (its key), `page`, `link`, `highlight`, `title_en` …
    step: village
    page: case
    link: case=C-001&from=2019-05&to=2019-05
    highlight: I-BZ-02;I-BZ-03
    title_en: In the village
    ---
    ## en
    One sentence a line, and at its end what it rests on. [^BHRRC-INTERVIEW-2021] [^I-BZ-02]

`told_by: sources` promises that every sentence names a source or a record; `told_by: reader` says that the captions are somebody's own.
Nothing here reads a file: text in, a `Story` out, or what is wrong with it, each with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from urllib.parse import parse_qsl

from evidence.model import LANGUAGES, LIST_SEPARATOR, Bundle, parse_period

TOLD_BY = ("sources", "reader")
MOST_STEPS = 60
LONGEST_LINE = 2_000
LONGEST_FILE = 400_000  # characters
# What a link may say of the selection, and where its values stand: the same as select.FACETS, held together by a test.
LINK = {
    "type": ("vocabulary", "act_type"),
    "perpetrator": ("vocabulary", "perpetrator_type"),
    "defender": ("vocabulary", "defender_type"),
    "company": ("table", "organisations"),
    "asset": ("table", "assets"),
    "place": ("table", "places"),
    "country": ("vocabulary", "country"),
    "case": ("table", "cases"),
    "relation": ("vocabulary", "relation"),
    "grade": ("vocabulary", "corroboration"),
}
_HEAD = {"story", "order", "told_by", *(f"{stem}_{code}" for stem in ("title", "about") for code in LANGUAGES)}
_STEP = {"step", "page", "link", "highlight", *(f"title_{code}" for code in LANGUAGES)}
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_WORD = re.compile(r"[a-z_]{1,24}\Z")
_RESTS = re.compile(r"((?:\s*\[\^[^\[\]^\s]+\])+)\s*\Z")
_REF = re.compile(r"\[\^([^\[\]^\s]+)\]")
_PERSON = re.compile(r"\{(P-[^{}]*)\}")


@dataclass(frozen=True)
class Sentence:
    """What is said, and the ids of the sources and records it rests on."""

    words: str
    rests: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Step:
    """One view and what to say about it. `link` is an address's query without language and version."""

    key: str
    page: str
    link: str
    highlight: tuple[str, ...]
    titles: Mapping[str, str]
    texts: Mapping[str, tuple[Sentence, ...]]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Story:
    """A guided narrative. `told_by` says whether its sentences rest on sources or are a reader's own."""

    key: str
    titles: Mapping[str, str]
    abouts: Mapping[str, str]
    told_by: str
    steps: tuple[Step, ...]
    order: int = 0


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong with a story: where, what stands there, what is allowed."""

    line: int
    step: str
    field: str
    value: str
    allowed: str


@dataclass(frozen=True)
class Known:
    """What a story may refer to: the ids of each table, the codes of each list, the pages; `unread` tables cannot be judged."""

    keys: Mapping[str, set[str]]
    terms: Mapping[str, set[str]]
    pages: frozenset[str]
    unread: frozenset[str] = frozenset()

    def record(self, key: str) -> bool:
        """True if some table has a row with this id, or one may be in a table that could not be read."""
        return bool(self.unread) or any(key in ids for name, ids in self.keys.items() if name not in {"words", "vocabulary"})


def known(bundle: Bundle, pages: Iterable[str]) -> Known:
    """What a story told over this bundle may refer to."""
    terms = {str(name): set(rows["code"]) for name, rows in bundle["vocabulary"].groupby("list", observed=True)}
    return Known({name: set(table.iloc[:, 0]) for name, table in bundle.tables.items()}, terms, frozenset(pages))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────
@dataclass
class _Block:
    """A front matter with the lines that follow it."""

    line: int
    fields: dict[str, str]
    lines: dict[str, int]
    body: list[tuple[int, str]]


def read(text: str) -> tuple[Story | None, list[Flaw]]:
    """A story from the text of its file, and what is wrong with its form; without a head there is no story."""
    flaws: list[Flaw] = []
    if len(text) > LONGEST_FILE:
        return None, [Flaw(1, "", "", "", f"the file holds {len(text):,} characters; a story has at most {LONGEST_FILE:,}")]
    blocks = _blocks(text, flaws)
    if not blocks or "story" not in blocks[0].fields:
        flaws.append(
            Flaw(1, "", "story", "", "a story begins with a head between two lines of ---, and its first word is `story: its-key`")
        )
        return None, flaws
    head, *rest = blocks
    _fields(head, _HEAD, "", flaws)
    if len(rest) > MOST_STEPS:
        flaws.append(Flaw(rest[MOST_STEPS].line, "", "", "", f"there are {len(rest)} steps; a story has at most {MOST_STEPS}"))
        rest = rest[:MOST_STEPS]
    order = head.fields.get("order", "0")
    if not order.isascii() or not order.isdigit():
        flaws.append(Flaw(head.lines["order"], "", "order", order, "must be a whole number"))
        order = "0"
    said = {
        stem: {code: head.fields[f"{stem}_{code}"] for code in LANGUAGES if head.fields.get(f"{stem}_{code}")}
        for stem in ("title", "about")
    }
    steps = tuple(_step(block, flaws) for block in rest)
    story = Story(head.fields["story"], said["title"], said["about"], head.fields.get("told_by", "sources"), steps, int(order[:6]))
    return story, flaws


def _blocks(text: str, flaws: list[Flaw]) -> list[_Block]:
    blocks: list[_Block] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            flaws.append(Flaw(number, "", "", line[:60], f"the line holds {len(line):,} characters; at most {LONGEST_LINE:,} are allowed"))
            line = line[:LONGEST_LINE]
        if line.rstrip() == "---":
            if not inside:
                blocks.append(_Block(number, {}, {}, []))
            inside = not inside
        elif inside:
            name, colon, value = line.partition(":")
            name, value = name.strip(), value.strip()
            if not line.strip():
                continue
            if not colon:
                flaws.append(Flaw(number, "", "", line[:60], "between two lines of --- every line is `name: value`"))
            elif name in blocks[-1].fields:
                flaws.append(Flaw(number, "", name, value, "this field stands twice in its block"))
            else:
                blocks[-1].fields[name], blocks[-1].lines[name] = value, number
        elif blocks:
            blocks[-1].body.append((number, line))
        elif line.strip():
            flaws.append(Flaw(number, "", "", line[:60], "a story begins with a line of ---"))
    if inside:
        flaws.append(Flaw(blocks[-1].line, "", "", "", "this block is opened with --- and never closed"))
    return blocks


def _fields(block: _Block, allowed: set[str], step: str, flaws: list[Flaw]) -> None:
    for name in block.fields:
        if name not in allowed:
            flaws.append(
                Flaw(
                    block.lines[name],
                    step,
                    name,
                    block.fields[name],
                    f"no such field{_did_you_mean(name, allowed)}; allowed: {', '.join(sorted(allowed))}",
                )
            )


def _step(block: _Block, flaws: list[Flaw]) -> Step:
    given = block.fields
    key = given.get("step", "")
    _fields(block, _STEP, key, flaws)
    texts: dict[str, list[Sentence]] = {}
    language = ""
    for number, line in block.body:
        if line.startswith("## "):
            language = line[3:].strip()
            if language not in LANGUAGES:
                flaws.append(
                    Flaw(
                        number,
                        key,
                        "",
                        line,
                        f"a heading names the language of the text below it: {', '.join(f'## {code}' for code in LANGUAGES)}",
                    )
                )
            elif language in texts:
                flaws.append(Flaw(number, key, "", line, "this language has its text already"))
            texts.setdefault(language, [])
        elif line.strip():
            if not language:
                flaws.append(Flaw(number, key, "", line[:60], "say the language of the text first, as in `## en`"))
            else:
                texts[language].append(_sentence(line, number))
    titles = {code: given[f"title_{code}"] for code in LANGUAGES if given.get(f"title_{code}")}
    marked = tuple(part.strip() for part in given.get("highlight", "").split(LIST_SEPARATOR) if part.strip())
    spoken = {code: tuple(texts[code]) for code in LANGUAGES if texts.get(code)}
    return Step(key, given.get("page", ""), given.get("link", "").removeprefix("?"), marked, titles, spoken, block.line)


def _sentence(line: str, number: int) -> Sentence:
    line = line.strip()
    found = _RESTS.search(line)
    words = line[: found.start()] if found else line
    words = words.removeprefix("\\") if words.startswith(("\\---", "\\## ", "\\\\")) else words
    return Sentence(words.replace("[\\^", "[^"), tuple(dict.fromkeys(_REF.findall(found[1]))) if found else (), number)


# ── checking ─────────────────────────────────────────────────────────────────────────────────────
def check(story: Story, known: Known) -> list[Flaw]:
    """What a story refers to that is not there, and what it leaves unsaid."""
    flaws = []
    if not _KEY.match(story.key):
        flaws.append(Flaw(1, "", "story", story.key, "a key has small Latin letters, digits and hyphens, like seven-may"))
    if story.told_by not in TOLD_BY:
        flaws.append(Flaw(1, "", "told_by", story.told_by, f"must be one of {', '.join(TOLD_BY)}"))
    flaws += _languages(1, "", "title", story.titles, story.told_by)
    if not story.steps:
        flaws.append(Flaw(1, "", "", "", "a story has at least one step"))
    seen: set[str] = set()
    for step in story.steps:
        flaws += _check_step(step, story.told_by, known)
        if step.key in seen:
            flaws.append(Flaw(step.line, step.key, "step", step.key, "an earlier step has this key"))
        seen.add(step.key)
    return flaws


def _languages(line: int, step: str, name: str, said: Mapping[str, object], told_by: str) -> list[Flaw]:
    """English and Russian both, where sources tell; any one language where a reader does."""
    if told_by == "reader":
        return [] if said else [Flaw(line, step, name, "", "must be said in at least one language")]
    return [
        Flaw(line, step, f"{name}_{code}", "", "must be filled: a story that is published speaks English and Russian")
        for code in ("en", "ru")
        if not said.get(code)
    ]


def _check_step(step: Step, told_by: str, known: Known) -> list[Flaw]:
    flaws = []

    def flaw(name: str, value: str, allowed: str, line: int = step.line) -> None:
        flaws.append(Flaw(line, step.key, name, value, allowed))

    if not _KEY.match(step.key):
        flaw("step", step.key, "a key has small Latin letters, digits and hyphens, like in-the-village")
    if step.page not in known.pages:
        flaw("page", step.page, f"no such page{_did_you_mean(step.page, known.pages)}; pages are {', '.join(sorted(known.pages))}")
    for word, value in parse_qsl(step.link, keep_blank_values=True):
        if sentence := link_flaw(word, value, known):
            flaw("link", f"{word}={value}", sentence)
    for key in step.highlight:
        if not known.record(key):
            flaw("highlight", key, f"no table has a row with this id{_did_you_mean(key, set().union(*known.keys.values()))}")
    flaws += _languages(step.line, step.key, "title", step.titles, told_by)
    if told_by == "sources":
        flaws += _languages(step.line, step.key, "text", step.texts, told_by)
    for sentences in step.texts.values():
        for sentence in sentences:
            if not sentence.rests and told_by == "sources":
                flaw("", sentence.words[:60], "every sentence says at its end what it rests on, as in [^SOURCE-ID]", sentence.line)
            for key in sentence.rests:
                if not known.record(key):
                    flaw("", key, f"no table has a row with this id{_did_you_mean(key, known.keys.get('sources', set()))}", sentence.line)
            for person in _PERSON.findall(sentence.words):
                if person not in known.keys.get("people", set()) and "people" not in known.unread:
                    flaw("", person, "no such row in people.csv", sentence.line)
    return flaws


def link_flaw(word: str, value: str, known: Known) -> str:
    """What is wrong with one word of a link, or an empty text. Words of a page's own are checked by their form."""
    if word in {"from", "to"}:
        try:
            period = parse_period(value)
        except ValueError as error:
            return str(error)
        return "" if period.start and period.end else "must be a year, a month or a day"
    if word in {"lang", "v"}:
        return "a step says neither language nor version: the reader's holds"
    if word == "id":
        return "" if known.record(value) else "no table has a row with this id"
    if word not in LINK:
        return (
            ""
            if (word == "q" or _WORD.match(word)) and len(value) <= 200
            else "a word of a link has small Latin letters, and its value at most 200 characters"
        )
    kind, name = LINK[word]
    if name in known.unread or kind in known.unread:
        return ""
    allowed = known.terms.get(name, set()) if kind == "vocabulary" else known.keys.get(name, set())
    wrong = [code for code in value.split(",") if code and code not in allowed and value != "all"]
    where = f"not a term of the list {name} in vocabulary.csv" if kind == "vocabulary" else f"no such row in {name}.csv"
    return f"{wrong[0]}: {where}{_did_you_mean(wrong[0], allowed)}" if wrong else ""


def _did_you_mean(value: str, allowed: Iterable[str]) -> str:
    close = get_close_matches(value, sorted(allowed)[:5000], n=1, cutoff=0.6) if 0 < len(value) <= 100 else []
    return f" (did you mean {close[0]}?)" if close else ""


# ── writing ──────────────────────────────────────────────────────────────────────────────────────
def write(story: Story) -> str:
    """The text of a story's file; `read` gives the same story back."""
    head = {"story": story.key, "order": str(story.order) if story.order else "", "told_by": story.told_by}
    head |= {f"title_{code}": words for code, words in story.titles.items()} | {
        f"about_{code}": words for code, words in story.abouts.items()
    }
    parts = [_front(head)]
    for step in story.steps:
        said = {"step": step.key, "page": step.page, "link": step.link, "highlight": LIST_SEPARATOR.join(step.highlight)}
        parts.append(_front(said | {f"title_{code}": words for code, words in step.titles.items()}))
        for code, sentences in step.texts.items():
            parts.append("\n".join([f"## {code}", *map(_line, sentences)]) + "\n")
    return "\n".join(parts)


def _front(fields: Mapping[str, str]) -> str:
    return "\n".join(["---", *(f"{name}: {one_line(value)}" for name, value in fields.items() if value), "---\n"])


def one_line(text: str) -> str:
    """A text without line breaks, as a field or a sentence must be."""
    return " ".join(text.split())


def _line(sentence: Sentence) -> str:
    words = one_line(sentence.words).replace("[^", "[\\^")
    words = f"\\{words}" if words.startswith(("---", "## ", "\\")) else words
    return " ".join([words, *(f"[^{key}]" for key in sentence.rests)])
