"""The Present page: the stories to choose from, and one of them full screen, its steps turned in the browser."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from evidence import deck as decks
from evidence import report, server
from evidence.deck import Scene
from evidence.model import LANGUAGES, split
from evidence.stories import Sentence, Step, Story
from evidence.ui.page import Page, box, extra, md, say, sheet
from evidence.ui.pins import MINE, mine
from evidence.ui.stage import home_view, theme
from evidence.words import Words

SAFE = ("https://", "http://")


def asked_story(page: Page) -> Story | None:
    """The story that the link names: one of the bundle's, or the reader's own of this visit."""
    key = extra("story")
    if not key:
        return None
    found = mine(page) if key == MINE else page.bundle.stories.get(key)
    if found is None or not found.steps:
        st.info(page.words("present.no_mine" if key == MINE else "present.no_story"))
        return None
    return found


def choose_story(page: Page) -> None:
    """The stories of the bundle: what each tells, in how many steps, and the link that opens it."""
    words = page.words
    if not page.bundle.stories:
        say(words("present.none"))
        return
    blocks = []
    for story in page.bundle.stories.values():
        title, about = (decks.in_language(said, words) for said in (story.titles, story.abouts))
        blocks.append(
            box(
                "t-door",
                f"[**{md(decks.spoken(title[0], words))}**]({address(page, story=story.key)})",
                md(decks.spoken(about[0], words)) + _marked(words, about[1]),
                f":gray[{md(words('present.steps', n=len(story.steps)))}]",
            )
        )
    sheet(box("t-doors", *blocks))
    say(words("present.keys"))


def _marked(words: Words, language: str) -> str:
    return "" if language == words.language else f" :gray[({words(f'text.in_{language}')})]"


def address(page: Page, **said: str) -> str:
    """The address of a story, in the reader's language."""
    query = {**said, "lang": page.words.language if page.words.language != "en" else ""}
    return f"present?{urlencode({word: value for word, value in query.items() if value})}"


# ── the deck ─────────────────────────────────────────────────────────────────────────────────────
def deck(page: Page, story: Story) -> None:
    """The whole story as one piece of HTML that covers the page: every step's text and sources, and what each shows as data."""
    words, bundle = page.words, page.bundle
    scenes = decks.scenes(bundle, story, words)
    centre, zoom = home_view(bundle)
    options = {
        "language": words.language,
        "theme": theme(),
        "basemap": server.asset_url(bundle, "basemap.json"),
        "home": ["KAZ"],
        "centre": centre,
        "zoom": zoom,
        "credit": words("map.credit"),
        "timeline": words("present.timeline"),
        "assets": decks.landmarks(bundle, words),
    }
    ready = [{**scene.ready(), "note": _note(words, scene), "address": _view(page, scene)} for scene in scenes]
    title, _ = decks.in_language(story.titles, words)
    steps = "".join(_step(page, story, step) for step in story.steps)
    st.html(
        f'<div class="t-deck" data-theme="{theme()}" data-scenes="{escape(json.dumps(ready, ensure_ascii=False, default=float))}" '
        f'data-options="{escape(json.dumps(options, ensure_ascii=False))}">'
        f'<div class="t-deck-text" tabindex="0" role="region" aria-label="{escape(decks.spoken(title, words))}">{steps}</div>'
        f'<div class="t-deck-stage"><div class="t-deck-map" role="img" aria-label="{escape(words("map.map"))}"></div>'
        f'<p class="t-deck-unplaced"></p><div class="t-deck-time"></div></div>'
        f"{_list(page, story)}{_bar(page, story, decks.spoken(title, words))}"
        '<div class="t-deck-say" aria-live="polite"></div></div>'
    )


def _note(words: Words, scene: Scene) -> str:
    """What the map and the timeline of a step do not show."""
    notes = [
        words("present.unplaced", n=scene.unplaced) if scene.unplaced else "",
        words("present.more", n=scene.more) if scene.more else "",
    ]
    notes.append(words("present.disc") if any(spot.radius for spot in scene.hot) else "")
    pointed = scene.hot or scene.bars
    notes.append(words("present.around", caption=scene.caption) if scene.quiet and pointed else "" if pointed else scene.caption)
    return " ".join(note for note in notes if note)


def _view(page: Page, scene: Scene) -> str:
    """The address of the page that a step is a view of."""
    query = [(word, value) for word, value in parse_qsl(scene.link) if word != "lang"]
    query += [("lang", page.words.language)] if page.words.language != "en" else []
    return f"{'.' if scene.page == 'overview' else scene.page}?{urlencode(query)}"


def _step(page: Page, story: Story, step: Step) -> str:
    words = page.words
    (title, title_language), (sentences, language) = decks.in_language(step.titles, words), decks.in_language(step.texts, words)
    named = decks.rests(sentences or ())
    shown = named or _behind(page, step)
    told = "".join(_sentence(page, sentence, named) for sentence in sentences or ())
    mark = f' <small class="own">({escape(words(f"text.in_{language}"))})</small>' if sentences and language != words.language else ""
    own = f'<p class="own">{escape(words("present.own_captions"))}</p>' if story.told_by == "reader" else ""
    items = "".join(f"<li>{_rests_on(page, key)}</li>" for key in shown)
    listed = f"<ol>{items}</ol>" if items else f"<p>{escape(words('present.no_sources'))}</p>"
    return (
        f'<section class="t-step" data-step="{escape(step.key)}" hidden><h2 lang="{title_language}">{escape(decks.spoken(title, words))}</h2>'
        f'<div lang="{language}">{told}{mark}</div>{own}'
        f'<aside class="t-deck-panel" tabindex="0" aria-label="{escape(words("card.sources"))}"><h3>{escape(words("card.sources"))}</h3>{listed}</aside></section>'
    )


def _sentence(page: Page, sentence: Sentence, named: list[str]) -> str:
    """A sentence with small numbers that lead to what it rests on."""
    marks = "".join(f'<a href="#">{named.index(key) + 1}</a>' for key in sentence.rests)
    return f"<p>{escape(decks.spoken(sentence.words, page.words))}{f'<sup>{marks}</sup>' if marks else ''}</p>"


def _behind(page: Page, step: Step) -> list[str]:
    """The sources of the records that a step without cited sentences points to."""
    found: dict[str, None] = {}
    for key in decks.pointed_to(step):
        table = decks.table_of(page.bundle, key)
        row = page.bundle.row(table, key) if table else None
        found |= dict.fromkeys([key] if table == "sources" else split((row or {}).get("source_ids") or ""))
    return list(found)


def _rests_on(page: Page, key: str) -> str:
    """A source with its address, or a record with the sources it rests on."""
    words, bundle = page.words, page.bundle
    row = bundle.row("sources", key)
    if row is not None:
        places = "".join(
            f' <a href="{escape(row[c])}">{escape(words(name))}</a>'
            for c, name in (("url", "source.open"), ("archive_url", "source.archive"))
            if row[c].startswith(SAFE)
        )
        how = f"{words.label('source_type', row['type'])}; {words.label('read_extent', row['read_extent'])} · {key}"
        return f"{escape(report.source_line(row, words))}{places}<small>{escape(how)}</small>"
    table = decks.table_of(bundle, key)
    row = bundle.row(table, key) if table else None
    if row is None:
        return escape(key)
    behind = ", ".join(split(row.get("source_ids") or ""))
    return f"{escape(words('present.record', what=decks.label(bundle, words, table, row)))}<small>{escape(f'{key}: {behind}')}</small>"


def _list(page: Page, story: Story) -> str:
    """The steps by their titles, and what the keys do."""
    words = page.words
    data = words("foot.data", title=words.title, version=page.bundle.version, date=words.date(page.bundle.published))
    items = "".join(
        f'<li><a class="t-deck-go" href="{escape(address(page, story=story.key, step=step.key))}" data-at="{at}">{escape(decks.spoken(decks.in_language(step.titles, words)[0], words))}</a></li>'
        for at, step in enumerate(story.steps)
    )
    return f'<nav class="t-deck-panel t-deck-list" aria-label="{escape(words("present.list"))}"><h3>{escape(words("present.list"))}</h3><ol>{items}</ol><small>{escape(words("present.keys"))}</small><small>{escape(data)}</small></nav>'


def _bar(page: Page, story: Story, title: str) -> str:
    words, bundle = page.words, page.bundle
    languages = "".join(
        f'<a data-keeps="yes" href="{escape(to)}" hreflang="{code}"{current}>{code.upper()}</a>'
        for code in LANGUAGES
        for to in ["present?" + urlencode({"story": story.key, "lang": code})]
        for current in [' aria-current="true"' if code == words.language else ""]
    )
    notices = [words("synthetic.banner")] if bundle.synthetic else []
    if (version := st.session_state.get("link_version")) and version != bundle.version:
        notices.append(words("link.other_version", then=version[:12], now=bundle.version))
    notice = f'<p class="t-deck-notice">{escape(" ".join(notices))}</p>' if notices else ""
    turns = (
        f'<button type="button" data-turn="-1" aria-label="{escape(words("present.back"))}">←</button><span class="t-deck-n"></span>'
        f'<button type="button" data-turn="1" aria-label="{escape(words("present.next"))}">→</button>'
    )
    panels = "".join(
        f'<button type="button" data-toggle="{name}" aria-expanded="false">{escape(words(key))} <kbd>{letter}</kbd></button>'
        for name, key, letter in (("sources", "present.sources", "S"), ("steps", "present.list", "L"))
    )
    return (
        f'<div class="t-deck-bar">{notice}<span class="t-deck-title">{escape(title)}</span>{turns}{panels}'
        f'<a class="t-deck-view" href="{escape(address(page))}">{escape(words("present.view"))}</a>'
        f'<button type="button" class="t-deck-full" data-full="yes">{escape(words("present.full"))} <kbd>F</kbd></button>{languages}'
        f'<a href="{escape(address(page))}">{escape(words("present.leave"))}</a></div>'
    )
