"""A view and its id: what a page's link shows, as rows, and a name for it that can be checked again.

An id reads `tamshy:map?type=detention_short@316a17243c98#0f3c5a9b21`: the page, what was asked, the version of the data, and ten digits
made of the hashes of all rows shown. Nothing is kept anywhere: who has the id has all that is needed to make the digits again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qs, urlencode

import numpy as np

from evidence import docket, select
from evidence.model import Bundle, Selection
from evidence.report import shown as tables_shown
from evidence.report.progress import Tell, course, quiet
from evidence.report.published import Rows, rows_of, shas

INCIDENTS = ("overview", "map", "pressure", "case", "answers")
# Words of a link that say how a page shows its rows, not which.
HOW = frozenset(
    {
        *("lane", "list", "show", "sort", "more", "context", "by", "unit", "compare", "first", "second", "around", "window", "rows"),
        *("columns", "cell", "check", "article", "scope", "figure", "form", "story", "step"),
    }
)
DOCKET = ("state", "mechanism")  # words of the page of answers that choose rows
_ID = re.compile(r"tamshy:([a-z]+)(?:\?([^\s@#]*))?@([0-9a-f]{12})#([0-9a-f]{10})")
Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class View:
    """A view as an id names it."""

    page: str
    query: str
    version: str
    digits: str

    def __str__(self) -> str:
        return f"tamshy:{self.page}{'?' + self.query if self.query else ''}@{self.version}#{self.digits}"

    @property
    def asked(self) -> dict[str, list[str]]:
        """The words of its link."""
        return parse_qs(self.query)


def shown(
    bundle: Bundle, page: str, selection: Selection, words: Mapping[str, str] = MappingProxyType({}), strange: list[str] | None = None
) -> list[Rows]:
    """The rows that a page shows; `words` is what its link says beside the selection, `strange` is given those that mean nothing."""
    if page in tables_shown.PAGES:
        return tables_shown.shown(bundle, page, selection, words, strange)
    if page not in INCIDENTS:
        return []
    if page == "case":
        case = next(iter(selection.case), "") or bundle.schema.get("flagship_case", "")
        selection = Selection(case=(case,), relation=())
    selected = select.select(bundle, selection)
    acts = Rows("incidents", select.index(bundle).order[selected.at])
    if page not in {"answers", "case"}:
        return [acts]
    cases = [*selected.frame["case_id"], *selection.case] if page == "case" else selected.frame["case_id"]
    found = docket.chosen(bundle, cases, unfiltered=page == "answers" and selection.is_default())
    if page == "answers":
        said = {word: words.get(word, "") for word in DOCKET}
        known = docket.asked_of(found, **said)
        if strange is not None:
            strange += [f"{word}={value}" for word, value in said.items() if value not in known]
        return [rows_of(bundle, "responses", docket.narrowed(found, *known))]
    return [acts, rows_of(bundle, "responses", found)]


def beside(query: Query) -> dict[str, str]:
    """The words of a link that are no part of the selection."""
    return {word: values[-1] for word, values in query.items() if values and word not in {*select.BY_KEY, *select.OTHER_WORDS}}


def view(bundle: Bundle, page: str, query: Query, tell: Tell = quiet) -> View:
    """The id of what a link shows with this data, and how far it is. The language and the version of a link are no part of it."""
    said = sorted((word, value) for word, values in query.items() if word not in {"lang", "v"} for value in values)
    asked = urlencode(said, safe=",:")
    selection, _ = select.from_query(query, bundle)
    digits = hashlib.sha256(f"{page}?{asked}@{bundle.version}".encode())
    found = shown(bundle, page, selection.but(language="en"), beside(query))
    step = course(sum(len(bundle[rows.name]) for rows in found), tell)
    for rows in found:
        digits.update(rows.name.encode())
        digits.update("".join(sorted(shas(bundle, rows.name, step)[np.asarray(rows.at)])).encode())
    return View(page, asked, bundle.version, digits.hexdigest()[:10])


def read(text: str) -> View | None:
    """The first id in a text, if there is one: a pasted citation will do."""
    found = _ID.search(text)
    return View(found[1], found[2] or "", found[3], found[4]) if found else None
