"""A reader's own presentation: any view pinned, put in order, captioned, taken along as a story file, and loaded back.

It lives in the visit and in the file; the server keeps nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

import streamlit as st

from evidence import deck as decks
from evidence import stories
from evidence.select import in_words, select
from evidence.stories import Sentence, Step, Story
from evidence.ui.cards import title_of
from evidence.ui.page import CARDS, PAGES, Page, link, md, page_link, say
from evidence.ui.upload import upload
from evidence.words import Words, brief

MINE = "mine"
MOST = stories.MOST_STEPS
LONGEST_CAPTION = 1_500


@dataclass(frozen=True)
class Pin:
    """One pinned view: the step it will be, and a number of its own so that a widget keeps its text when the order changes."""

    number: int
    step: Step


def pins() -> list[Pin]:
    """What the reader has pinned in this visit, in their order."""
    return st.session_state.setdefault("pins", [])


def mine(page: Page) -> Story | None:
    """The reader's presentation as a story, or None if nothing is pinned."""
    kept = pins()
    if not kept:
        return None
    title = st.session_state.get("pins_title") or page.words("pins.title")
    steps = tuple(replace(pin.step, key=f"step-{at}") for at, pin in enumerate(kept, 1))
    return Story(MINE, {page.words.language: stories.one_line(title)}, {}, "reader", steps)


# ── on every page ────────────────────────────────────────────────────────────────────────────────
def offer(page: Page) -> None:
    """Under every page: keep this view for the reader's presentation, and the way to it."""
    words, kept = page.words, pins()
    if page.key == "present":
        return
    with st.container(horizontal=True, vertical_alignment="center", key="pin"):
        st.button(
            words("pins.add"),
            key="pin_view",
            on_click=_pin,
            args=(page,),
            disabled=len(kept) >= MOST,
            type="tertiary",
            icon=":material/add:",
        )
        if kept:
            said = {} if words.language == "en" else {"lang": words.language}
            page_link("present", words("pins.open", n=len(kept)), said)


def _pin(page: Page) -> None:
    """Keep what the link says now. A callback: the view may have changed since it was drawn."""
    query = {word: values for word, values in link().items() if word not in {"lang", "v"}}
    asked = urlencode(query, doseq=True)
    words = page.words
    picked = st.session_state.get("picked")
    title = words(f"page.{page.key}")
    if picked:
        row = page.bundle.row(CARDS[picked[0]], picked[1])
        title = brief(title_of(page, picked[0], row), 120) if row is not None else title
    else:
        chosen = in_words(select(page.bundle, st.session_state["selection"]), words)
        title = f"{title}: {brief(chosen, 120)}"
    step = Step("", page.key, asked, (picked[1],) if picked else (), {words.language: stories.one_line(title)}, {})
    kept = pins()
    if len(kept) < MOST:
        number = st.session_state["pins_made"] = st.session_state.get("pins_made", 0) + 1
        st.session_state["pins"] = [*kept, Pin(number, step)]
        st.toast(words("pins.added", n=len(kept) + 1))


# ── the list ─────────────────────────────────────────────────────────────────────────────────────
def my_presentation(page: Page) -> None:
    """What the reader pinned: order, titles, captions, take away, show, take along, load back."""
    words, kept = page.words, pins()
    st.subheader(words("pins.mine"), anchor="mine")
    say(words("pins.where"))
    for sentence in st.session_state.pop("pins_told", []):
        st.warning(sentence)
    if kept:
        st.session_state.setdefault("pins_title", words("pins.title"))
        st.text_input(words("pins.name"), key="pins_title", max_chars=120)
        for at, pin in enumerate(kept):
            _edit(page, pin, at, len(kept))
        file = _written(page)
        with st.container(horizontal=True, key="pins_out"):
            said = {"story": MINE} | ({} if words.language == "en" else {"lang": words.language})
            page_link("present", words("pins.show"), said)
            st.download_button(
                words("pins.export"), lambda: file["text"], "tamshy-story.md", "text/markdown", on_click="ignore", key="pins_export"
            )
            st.button(words("pins.clear"), key="pins_clear", on_click=_clear, type="tertiary")
    else:
        st.info(words("pins.empty"))
    upload(words, words("pins.load"), ("md",), 1, f"pins_file_{st.session_state.get('pins_loads', 0)}", on_change=_load, args=(page,))


def _written(page: Page) -> dict[str, str]:
    """The story file as it stands, in a box that is filled again at every change: who clicks right after typing gets what was typed."""
    file: dict[str, str] = st.session_state.setdefault("pins_file", {})
    story = mine(page)
    file["text"] = stories.write(story) if story else ""
    return file


def _edit(page: Page, pin: Pin, at: int, n: int) -> None:
    words = page.words
    with st.container(border=True, key=f"pin_{pin.number}"):
        left, right = st.columns([5, 1.6], vertical_alignment="top")
        title, _ = decks.in_language(pin.step.titles, words)
        caption = "\n".join(sentence.words for sentence in decks.in_language(pin.step.texts, words)[0] or ())
        with left:
            st.session_state.setdefault(f"pin_title_{pin.number}", title)
            st.session_state.setdefault(f"pin_caption_{pin.number}", caption)
            st.text_input(
                words("pins.step_title", at=at + 1), key=f"pin_title_{pin.number}", max_chars=200, on_change=_said, args=(page, pin.number)
            )
            st.text_area(
                words("pins.caption"),
                key=f"pin_caption_{pin.number}",
                max_chars=LONGEST_CAPTION,
                height=90,
                on_change=_said,
                args=(page, pin.number),
            )
            st.caption(
                md(words("pins.is", page=words(f"page.{pin.step.page}"), what=in_words(decks.selected(page.bundle, pin.step), words)))
            )
        with right, st.container(horizontal=True):
            for name, act, off in (("up", -1, at == 0), ("down", 1, at == n - 1)):
                st.button(
                    words(f"pins.{name}"), key=f"pin_{name}_{pin.number}", on_click=_move, args=(at, act), disabled=off, type="tertiary"
                )
            st.button(words("pins.remove"), key=f"pin_remove_{pin.number}", on_click=_remove, args=(at,), type="tertiary")


def _said(page: Page, number: int) -> None:
    """Keep the title and the caption as they now stand, one sentence a line; what a loaded story rests on stays with it."""
    state, language = st.session_state, page.words.language
    title = stories.one_line(state[f"pin_title_{number}"])
    changed = []
    for pin in pins():
        if pin.number != number:
            changed.append(pin)
            continue
        step = pin.step
        before = {sentence.words: sentence for sentence in step.texts.get(language, ())}
        lines = [stories.one_line(line) for line in state[f"pin_caption_{number}"].splitlines() if line.strip()]
        sentences = tuple(before.get(line, Sentence(line)) for line in lines)
        texts = {**{code: said for code, said in step.texts.items() if code != language}, **({language: sentences} if sentences else {})}
        titles = {**step.titles, language: title} if title else step.titles
        changed.append(replace(pin, step=replace(step, titles=titles, texts=texts)))
    state["pins"] = changed
    _written(page)


def _move(at: int, by: int) -> None:
    kept = list(pins())
    kept[at], kept[at + by] = kept[at + by], kept[at]
    st.session_state["pins"] = kept


def _remove(at: int) -> None:
    st.session_state["pins"] = [pin for index, pin in enumerate(pins()) if index != at]


def _clear() -> None:
    st.session_state["pins"] = []
    st.session_state.pop("pins_title", None)


# ── a file loaded for this visit ─────────────────────────────────────────────────────────────────
def _load(page: Page) -> None:
    """Take a story file for this visit: checked by the loader's rules, its steps become pins."""
    state, words = st.session_state, page.words
    file = state.get(f"pins_file_{state.get('pins_loads', 0)}")
    if file is None:
        return
    state["pins_loads"] = state.get("pins_loads", 0) + 1
    steps, title, told = taken(page, file.getvalue())
    state["pins_told"] = told
    if steps is None:
        return
    made = state.get("pins_made", 0)
    state["pins"] = [Pin(made + at, step) for at, step in enumerate(steps, 1)]
    state["pins_made"] = made + len(steps)
    state["pins_title"] = title or words("pins.title")


def taken(page: Page, content: bytes) -> tuple[tuple[Step, ...] | None, str, list[str]]:
    """(the steps of a story file, its title, what must be said of it); no steps if the file is wrong."""
    words = page.words
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, "", [words("pins.not_text")]
    story, flaws = stories.read(text.replace("\r\n", "\n"))
    if story is not None:
        flaws += stories.check(story, stories.known(page.bundle, PAGES))
    if story is None or flaws:
        return None, "", [words("pins.wrong", n=len(flaws)), *(_flaw(words, flaw) for flaw in flaws[:8])]
    return story.steps, decks.in_language(story.titles, words)[0], []


def _flaw(words: Words, flaw: stories.Flaw) -> str:
    where = " · ".join(part for part in (flaw.step, flaw.field, flaw.value[:60]) if part)
    return md(words("pins.flaw", line=flaw.line, where=where, allowed=flaw.allowed))
