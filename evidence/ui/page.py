"""A page opened: the bundle, the words, and the selection that the link or the reader's filters ask for.

The link is the state: `open_page` reads it when it is new, everything the reader does is written back to it (`write_link`),
in codes, and only what differs from the default.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from evidence import load, select
from evidence.model import LANGUAGES, Bundle, Selection
from evidence.words import LANGUAGE_NAMES, Text, Words

PAGES = ("overview", "map", "pressure", "case", "resettlement", "environment", "answers", "sources", "present", "verify")
# Reached by a link at the foot of every page; the menu is for what readers come for.
UNLISTED = frozenset({"verify"})
_FOLDER = load.ROOT / "pages"
# Tables whose rows have a card of their own, in the order an id is looked up.
CARDS = {
    "incident": "incidents",
    "response": "responses",
    "place": "places",
    "asset": "assets",
    "flare": "flare_sites",
    "station": "stations",
    "source": "sources",
    "case": "cases",
}


# What a link may say beyond the selection: how a page shows it (lanes by place, a comparison). Each page keeps its own values.
EXTRAS = frozenset(
    {
        "lane",
        "list",
        "show",
        "sort",
        "more",
        "context",
        "by",
        "unit",
        "compare",
        "first",
        "second",
        "around",
        "window",
        "rows",
        "columns",
        "cell",
        "state",
        "mechanism",
        "check",
        "article",
        "scope",
        "figure",
        "form",
        # The Environment page: subject, topic, country or area, year, substance, place, event, what is not verified.
        "topic",
        "subject",
        "area",
        "year",
        "pollutant",
        "site",
        "post",
        "event",
        "unverified",
        # The Resettlement page: a day, what is measured from and how far, the rule it is held against.
        "day",
        "field",
        "measure",
        "flares",
        "radius",
        "against",
        # The library of sources, its terms and tables.
        "find",
        "kind",
        "written",
        "publisher",
        "read",
        "rests",
        "terms",
        "columns_of",
        # A story and its step on the screen.
        "story",
        "step",
    }
)


@dataclass(frozen=True)
class Page:
    """What a page works with. `picked` is the record whose card is open: (kind, id), or None."""

    key: str
    bundle: Bundle
    words: Words
    selection: Selection
    picked: tuple[str, str] | None


@lru_cache(maxsize=6)
def speak(bundle: Bundle, language: str) -> Words:
    """The words of a bundle in a language, made once."""
    return Words(bundle, language)


def md(text: Any) -> str:
    """Text from data, made harmless and literal inside Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", str(text).replace("\n", " "))


def href(url: str) -> str:
    """An address from data that cannot break out of a Markdown link."""
    return url.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E").replace('"', "%22")


def navigation(streamlit: ModuleType) -> Any:
    """The pages in their order, named in the reader's language."""
    bundle = load.opened()
    words = speak(bundle, _language())
    seen = {key: "hidden" if key in UNLISTED else "visible" for key in PAGES}
    pages = [
        st.Page(page_file(key), title=words(f"page.{key}"), url_path=key, default=key == PAGES[0], visibility=seen[key]) for key in PAGES
    ]
    return streamlit.navigation(pages, position="top")


def _language() -> str:
    """The language of the link, else the one the reader chose: which page is being opened is not known yet."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    kept = st.session_state.get("selection")
    return kept.language if kept else LANGUAGES[0]


def open_page(key: str) -> Page:
    """Begin a page: settle the selection, write its head (the question, the language), and return what it works with.

    Stands alone: a deep link as the first request after a start runs the page without the navigation.
    """
    page = settle(key)
    bundle, words = page.bundle, page.words
    st.session_state["kept_figures"] = []
    st.set_page_config(page_title=f"{words(f'page.{key}')} · Tamshy", layout="wide", initial_sidebar_state="collapsed")
    if bundle.synthetic:
        st.error(words("synthetic.banner"))
    _head(page)
    st.session_state["place_left_out"] = (st.empty(), [])
    _tell_left_out(words, *st.session_state.get("unknown", ()))
    if (version := st.session_state.get("link_version")) and version != bundle.version:
        from evidence.ui.handover import changed_since  # told by the panel that hands out such links, and only then

        changed_since(bundle, words, version)
    write_link()
    return page


def _head(page: Page) -> None:
    """The page's question, and the languages, each a link to the same view; one piece for the browser, since all else waits below it."""
    words, address, current = page.words, selecting(page), ' aria-current="true"'
    languages = "".join(
        f'<a href="{escape(address(page.selection.but(language=code)))}" lang="{code}" hreflang="{code}"'
        f"{current if code == words.language else ''}>{LANGUAGE_NAMES[code]}</a>"
        for code in LANGUAGES
    )
    st.html(
        f'<div class="t-head"><h1>{escape(words(f"question.{page.key}"))}</h1>'
        f'<nav class="t-languages" aria-label="{escape(words("language.label"))}">{languages}</nav></div>'
    )


def settle(key: str) -> Page:
    """What the page `key` works with, by the link or by what the reader chose; nothing is drawn, and to ask again changes nothing."""
    bundle = load.opened()
    st.session_state["page"] = key
    selection = _read_link(bundle, opening=True)
    return Page(key, bundle, speak(bundle, selection.language), selection, st.session_state.get("picked"))


def change(**fields: Any) -> None:
    """Change the selection, as a widget's callback; the page that follows shows it."""
    st.session_state["selection"] = st.session_state["selection"].but(**fields)


def pick(kind: str, key: str) -> None:
    """Open the card of a record."""
    st.session_state["picked"] = (kind, key)


def unpick() -> None:
    """Close the card."""
    st.session_state["picked"] = None


def extra(word: str, default: str = "", allowed: Iterable[str] | None = None) -> str:
    """What this page's link says beyond the selection, or `default`; a value that is not `allowed` counts as not said, and that is told."""
    value = st.session_state.get("extra", {}).get(st.session_state.get("page"), {}).get(word, default)
    if allowed is None or value in set(allowed):
        return str(value)
    left_out(word)
    return default


def left_out(word: str) -> None:
    """Tell that this word of the link means nothing here, while the view is still the one that the link opened."""
    state = st.session_state
    value = state.get("extra", {}).get(state.get("page"), {}).get(word)
    if value and state.get("opened_by") == state.get("link"):
        _tell_left_out(speak(load.opened(), state["selection"].language), f"{word}={value}")


def _tell_left_out(words: Words, *said: str) -> None:
    """One sentence under the head for all that the link says and nobody understands."""
    place, told = st.session_state.get("place_left_out") or (None, [])
    if place is not None and (new := [word for word in said if word not in told]):
        told.extend(new)
        place.warning(words("link.unknown", words=words.all_of(f"“{md(word[:60])}”" for word in told)))


def set_extra(**values: str) -> None:
    """Keep how this page shows the selection, so that its link says it too; an empty value is the default and not said."""
    state = st.session_state
    page = state["page"]
    said = {**state.get("extra", {}).get(page, {}), **values}
    state["extra"] = {**state.get("extra", {}), page: {word: value for word, value in said.items() if value}}


def take_choice(widget: str, word: str, default: str = "", **also: str) -> None:
    """Keep what a widget now says as a word of this page's link, and other words with it: the widget's callback."""
    value = str(st.session_state[widget] or "")
    set_extra(**{word: "" if value == default else value, **also})


def _read_link(bundle: Bundle, *, opening: bool = False) -> Selection:
    """The selection the reader has, or the one of a link that is new; `opening` a page also takes the page's own words from it."""
    state = st.session_state
    query = {key: st.query_params.get_all(key) for key in st.query_params}
    page = state.get("page")
    moved = page != state.get("link_page")
    # A bare address on a page just reached comes from the menu, which drops the query; on the same page it is the Back button.
    if "selection" not in state or (query != state.get("link") and (query or not moved)):
        known = {"id", "v", *EXTRAS}
        selection, unknown = select.from_query({key: values for key, values in query.items() if key not in known}, bundle)
        known |= {facet.key for facet in select.FACETS} | {*select.OTHER_WORDS, "embed", "embed_options"}
        unknown += [f"{key}={','.join(values)}" for key, values in query.items() if key not in known]
        picked = find(bundle, query["id"][-1]) if query.get("id") else None
        if query.get("id") and picked is None:
            unknown.append(f"id={query['id'][-1]}")
        if opening:
            state["extra"] = {**state.get("extra", {}), page: {word: query[word][-1][:120] for word in EXTRAS & query.keys()}}
        state.update(selection=selection, unknown=unknown, picked=picked, link_version=query.get("v", [None])[-1], opened_by=None)
    return state["selection"]


def find(bundle: Bundle, key: str) -> tuple[str, str] | None:
    """(kind, id) of the record with this id, among those that have a card."""
    return next(((kind, key) for kind, table in CARDS.items() if bundle.has(table, key)), None)


def link(*, version: bool = False) -> dict[str, list[str]]:
    """What a link must say to show this view again."""
    query = select.to_query(st.session_state["selection"])
    if picked := st.session_state.get("picked"):
        query["id"] = [picked[1]]
    query |= {word: [value] for word, value in sorted(st.session_state.get("extra", {}).get(st.session_state.get("page"), {}).items())}
    if version:
        query["v"] = [load.opened().version]
    return query


def write_link() -> None:
    """Put the view into the address, so that a copy of it, Back and reload show the same."""
    state = st.session_state
    state["link_page"] = state.get("page")
    query = link()
    if query != state.get("link") or query != {key: st.query_params.get_all(key) for key in st.query_params}:
        st.query_params.from_dict(query)
    state["link"] = query
    state["opened_by"] = query if state.get("opened_by") is None else state["opened_by"]


def tell(words: Words, text: Text) -> str:
    """A record's text for Markdown, marked if it is not in the reader's language."""
    return md(text.words) + (f" :gray[({words(f'text.in_{text.language}')})]" if text.is_fallback and text.words else "")


def tell_html(words: Words, text: Text) -> str:
    """The same as HTML."""
    mark = f' <span class="t-dim">({escape(words(f"text.in_{text.language}"))})</span>' if text.is_fallback and text.words else ""
    return escape(text.words) + mark


def here(page: Page, **said: str) -> str:
    """The address of this view with words of its link changed; an empty one is left out."""
    query = {**link(), **{word: [value] for word, value in said.items()}}
    asked = urlencode([(word, value) for word, values in query.items() for value in values if value])
    return f"{'.' if page.key == PAGES[0] else page.key}?{asked}"


def selecting(page: Page) -> Callable[[Selection], str]:
    """Gives the address of this view with another selection."""
    # Without `list`: page 3 of another list is nowhere.
    kept = {word: said for word, said in link().items() if word == "id" or word in EXTRAS - {"list"}}

    def address(selection: Selection) -> str:
        query = {**select.to_query(selection), **kept}
        asked = urlencode([(word, value) for word, values in query.items() for value in values])
        return f"{'.' if page.key == PAGES[0] else page.key}?{asked}"

    return address


def opener(page: Page) -> str:
    """The address of this view up to the id of a record to be opened."""
    base = here(page, id="")
    return f"{base}{'' if base.endswith('?') else '&'}id="


def opens(page: Page, record: str, label: str) -> str:
    """A link, as Markdown, that opens the card of a record in this view; `label` is harmless Markdown."""
    return f"[{label}]({here(page, id=record)})"


def box(kind: str, *lines: str) -> str:
    """Markdown inside a block of its own look: one piece for the browser where a container and its parts would be many."""
    return f'<div class="{kind}">\n\n' + "\n\n".join(line for line in lines if line) + "\n\n</div>"


def sheet(*blocks: str) -> None:
    """Draw Markdown in which `box` was used. What comes from data went through `md`, which leaves no HTML."""
    st.markdown("\n\n".join(blocks), unsafe_allow_html=True)


def say(text: str) -> None:
    """A caption under a figure."""
    st.caption(md(text))


def foot(page: Page) -> None:
    """The end of every page: what data this is, since when, under which licence, and the link to this view."""
    from evidence.ui.pins import offer  # a page is what is pinned: pins know pages, and a page knows them only here

    offer(page)
    words = page.words
    query = urlencode([(key, value) for key, values in link(version=True).items() for value in values])
    base = str(st.context.url or "").split("?")[0] or f"/{page.key}"
    data = words("foot.data", title=words.title, version=page.bundle.version, date=words.date(page.bundle.published))
    st.html(
        f'<footer class="t-foot"><div><p>{escape(data)}</p><p>{escape(words("foot.method"))}</p>'
        f'<p><a class="t-open" href="{escape(f"verify?lang={words.language}")}">{escape(words("foot.verify"))}</a></p></div>'
        f"<div>{escape(words('foot.link'))}{copyable(words, f'{base}?{query}')}</div></footer>"
    )


def copyable(words: Words, text: str) -> str:
    """A text with a button that copies it, as HTML: `st.code` would bring a highlighter of 1.5 MB for a line without code."""
    return (
        f'<div class="t-copy"><code>{escape(text)}</code>'
        f'<button type="button" data-copied="{escape(words("copy.done"))}">{escape(words("copy.copy"))}</button></div>'
    )


def page_link(key: str, label: str, query: Mapping[str, str]) -> None:
    """A link to another page; a plain one where this page runs alone, without the navigation."""
    try:
        st.page_link(page_file(key), label=label, query_params=dict(query) or None)
    except StreamlitPageNotFoundError:
        st.markdown(f"[{label}]({key}?{urlencode(query)})")


def page_file(key: str) -> Path:
    """The file of a page, as Streamlit's navigation wants it."""
    return _FOLDER / f"{key}.py"
