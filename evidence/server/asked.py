"""What an address asks for: the words of a page's link in, rows of a table out, or a sentence that says which word means nothing.

The words are those of the page's link; `page=` names the page where they do not tell it. A word that means nothing is an error here, for
half an answer would be a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

import numpy as np

from evidence import select
from evidence.model import Bundle, Selection
from evidence.report import published, shown, views
from evidence.report.related import belonging
from evidence.server import assets
from evidence.words import Words

_SELECTING = frozenset({facet.key for facet in select.FACETS} | {"from", "to", "q"})
_ANYWHERE = frozenset({"lang", "id", "v", "page"})
_PAGES = (*views.INCIDENTS, *shown.PAGES)


class NotAsked(Exception):
    """An address that cannot be answered: a status, and a sentence for a person."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Asked:
    """A table, its rows, and the selection in words."""

    rows: published.Rows
    caption: str
    words: Words


def asked(bundle: Bundle, name: str, query: Mapping[str, list[str]]) -> Asked:
    """Read the words of an address.

    Raises:
        NotAsked: with a sentence that says which word means nothing, and what is known.
    """
    version = query.get("v", [bundle.version])[-1]
    if version != bundle.version:
        raise NotAsked(
            409,
            f"This address asks for version {version[:40]} of the data; this server shows version {bundle.version}. Leave out v= to read it.",
        )
    page = page_of(query)
    own = {word for words in shown.VIEWS.get(page, {}).values() for word in words} | (set(views.DOCKET) if page == "answers" else set())
    known = {*_SELECTING, *_ANYWHERE, *views.HOW, *own}
    if strange := sorted(set(query) - known):
        raise NotAsked(400, f"{strange[0][:40]}= means nothing here. Known words: {', '.join(sorted(known - views.HOW))}.")
    selection, unknown = select.from_query({word: values for word, values in query.items() if word in _SELECTING | {"lang"}}, bundle)
    if unknown:
        raise NotAsked(
            400, f"{unknown[0][:120]} means nothing in this data: nothing was sent, because half an answer would be a wrong one."
        )
    words = _words(bundle, selection.language)
    if page:
        rows, caption = _of_page(bundle, page, name, selection, query)
        return Asked(_named(bundle, rows, query), caption, words)
    selected = select.select(bundle, selection)
    acts = published.Rows("incidents", select.index(bundle).order[selected.at], {"grade": selected.frame["grade"].to_numpy()})
    caption = select.in_words(selected, words)
    if name == "incidents" and not ("id" in query and not _SELECTING & query.keys()):
        rows = acts
    elif _SELECTING & query.keys():
        found = belonging(bundle, acts, name)
        if found is None:
            word = sorted(_SELECTING & query.keys())[0]
            pages = " or ".join(f"page={page}" for page in shown.PAGES)
            raise NotAsked(
                400,
                f"{word}= chooses incidents, and {name} do not belong to incidents. Ask for {name} without it, or for those of a page: {pages}.",
            )
        rows = found
    else:
        rows, caption = published.whole(bundle, name), ""
        if name == "incidents":
            rows = published.Rows(name, select.index(bundle).order, {"grade": select.index(bundle).frame["grade"].to_numpy()})
    return Asked(_named(bundle, rows, query), caption, words)


def page_of(query: Mapping[str, list[str]]) -> str:
    """The page whose rows an address asks for: the one it names, or whose own words it says; "" if it asks by incidents alone."""
    named = query.get("page", [""])[-1]
    if named and named not in _PAGES:
        raise NotAsked(400, f"page={named[:40]} means nothing here. Pages: {', '.join(_PAGES)}.")
    said = {word: value for word, value in views.beside(query).items() if word not in {*_ANYWHERE, "list"}}
    if not named:
        return "answers" if said and said.keys() <= {*views.DOCKET} else shown.page_of(said)
    return "" if named in {"overview", "map", "pressure"} else named  # these show the incidents of the selection


def _of_page(
    bundle: Bundle, page: str, name: str, selection: Selection, query: Mapping[str, list[str]]
) -> tuple[published.Rows, str]:  # fmt: skip
    """The rows of a table that a page shows for this link, and the id of that view."""
    of_view = shown.VIEWS.get(page, {})
    if of_view and "show" not in query:
        # The link of a page may still carry words of its other views; here they would be passed over in silence.
        for word in views.beside(query).keys() - {*_ANYWHERE, *views.HOW, *next(iter(of_view.values()))}:
            shows = " or ".join(f"show={view}" for view, words in of_view.items() if word in words)
            raise NotAsked(400, f"{word}= counts on the page {page} where it says {shows}. Say which view is meant.")
    strange: list[str] = []
    found = views.shown(bundle, page, selection, views.beside(query), strange)
    if strange:
        raise NotAsked(
            400, f"{strange[0][:120]} means nothing on the page {page}: nothing was sent, because half an answer would be a wrong one."
        )
    rows = next((one for one in found if one.name == name), None)
    if rows is None:
        there = ", ".join(one.name for one in found) or "no table"
        raise NotAsked(400, f"The page {page} shows no {name} for this link. It shows: {there}.")
    if name == "incidents":
        rows = replace(rows, added=shown.grades(bundle, np.asarray(rows.at)))
    return rows, str(views.view(bundle, page, {word: values for word, values in query.items() if word not in {"id", "page"}}))


def _named(bundle: Bundle, rows: published.Rows, query: Mapping[str, list[str]]) -> published.Rows:
    """Of these rows those that the address names, if it names any."""
    wanted = [key for value in query.get("id", []) for key in value.split(",") if key]
    if not wanted:
        return rows
    keys = published.positions(bundle, rows.name)
    if missing := [key for key in wanted if key not in keys]:
        raise NotAsked(400, f"There is no {missing[0][:60]} in {rows.name}.")
    keep = np.isin(rows.at, keys.get_indexer(wanted))
    added = {column: np.asarray(values, dtype=object)[keep] for column, values in rows.added.items()}
    return published.Rows(rows.name, np.asarray(rows.at)[keep], added)


@lru_cache(maxsize=6)
def _words(bundle: Bundle, language: str) -> Words:
    return Words(bundle, language)


def rows_at(bundle: Bundle, name: str, query: Mapping[str, list[str]]) -> int:
    """How many rows the address of this selection sends; -1 if it sends none but a sentence."""
    try:
        return len(asked(bundle, name, _choosing(query)).rows)
    except NotAsked:
        return -1


def _choosing(query: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The words of a link that choose rows, on the page that it names."""
    if page_of(query) in shown.PAGES:
        return {word: values for word, values in query.items() if word not in {"lang", "v", "list"}}
    return {word: values for word, values in query.items() if word in {*_SELECTING, *views.DOCKET}}


def address(name: str, kind: str, query: Mapping[str, list[str]]) -> str:
    """Where a table of this selection lies."""
    said = urlencode([(word, value) for word, values in _choosing(query).items() for value in values], safe=",:")
    return f"{assets.base_path()}/data/{name}.{kind}" + (f"?{said}" if said else "")
