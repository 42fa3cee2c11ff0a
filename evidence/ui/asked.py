"""The end of a page of tables: its pictures and its files, captioned by what the link asks for, for the page does not stand beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from evidence import flaring, select, zones
from evidence.model import Bundle
from evidence.report import views
from evidence.report.published import Rows
from evidence.report.shown import OWN_BOUNDARY, VIEWS
from evidence.ui.air import site_names
from evidence.ui.environment import subject_names
from evidence.ui.handover import Shown, table_name, take
from evidence.ui.page import Page, link
from evidence.ui.plates import kept_figures
from evidence.words import Words, brief

# Which parts of the selection a page of tables follows; the others are for pages of incidents.
FOLLOWED = {"environment": {"period"}, "resettlement": {"place", "asset"}, "sources": frozenset[str]()}
SHOWS = {"environment": "environment.show", "resettlement": "land.show", "sources": "sources_show"}
# Where a word of the link counts: what belongs to another view of the same page is not said.
OF = {view: words for views in VIEWS.values() for view, words in views.items()}
# What the value of a word is called, and how it reads; the label is that of the control on the page.
NAMED: Mapping[str, tuple[str, Callable[[Page, str], str]]] = {
    "area": ("flaring.area", lambda page, code: _area(page.bundle, page.words, code)),
    "year": ("flaring.year", lambda page, code: code),
    "topic": ("figures.topic", lambda page, code: page.words.label("indicator_topic", code)),
    "subject": ("figures.subject", lambda page, code: subject_names(page.bundle, page.words.language).get(code, code)),
    "pollutant": ("air.pollutant", lambda page, code: page.words.label("pollutant", code)),
    "site": ("air.site", lambda page, code: site_names(page.bundle, page.words.language).get(code, code)),
    "event": ("event.choose", lambda page, code: str(page.words.text(page.bundle.row("events", code) or {}, "title"))),
    "field": ("zones.asset", lambda page, code: page.words("whatif.everywhere") if code == "all" else page.words.name("assets", code)),
    "day": ("zones.day", lambda page, code: page.words.date(code)),
    "measure": ("whatif.measure", lambda page, code: page.words(f"whatif.measure_{code}", years=zones.LASTING_YEARS)),
    "flares": ("whatif.flares", lambda page, code: code.replace(",", ", ")),
    "radius": ("whatif.radius", lambda page, code: page.words.number(float(code))),
    "against": ("whatif.against", lambda page, code: page.words("land.radius", km=page.words.number(float(code) / 1000))),
    "find": ("sources.find", lambda page, code: f"“{code}”"),
    "kind": ("sources.kind", lambda page, code: page.words.label("source_type", code)),
    "written": ("sources.written", lambda page, code: page.words.label("language", code)),
    "publisher": ("sources.publisher", lambda page, code: brief(code, 60)),
    "read": ("sources.read", lambda page, code: page.words.label("read_extent", code)),
    "rests": ("sources.rests", lambda page, code: page.words(f"sources.rests_{code}")),
    "rows": ("counted.table", lambda page, code: table_name(page.bundle, page.words, code)),
    "terms": ("terms.choose", lambda page, code: page.words(f"terms.{code}")),
    "columns_of": ("codebook.choose", lambda page, code: table_name(page.bundle, page.words, code)),
}


def pictures(page: Page) -> None:
    """Any figure of this page as a picture. For pages whose figures are many and small."""
    # What the link says is read now: the thread that draws knows no reader.
    kept_figures(page, "; ".join(view_in_words(page, views.beside(link()))) + ".")


def take_tables(page: Page) -> None:
    """The panel of a page that shows other tables than the incidents: of each the rows that its link asks for."""

    def made() -> Shown:
        said = views.beside(link())
        rows = views.shown(page.bundle, page.key, page.selection, said)
        return rows, in_words(page, rows, said)

    take(page, made)


def in_words(page: Page, rows: Sequence[Rows], said: Mapping[str, str]) -> str:
    """Which view of the page, what it was narrowed to, and how many rows of which tables that shows."""
    words, bundle = page.words, page.bundle
    counts = [words("take.rows_of", table=table_name(bundle, words, one.name), n=len(one), total=len(bundle[one.name])) for one in rows]
    return ". ".join(part for part in ("; ".join(view_in_words(page, said)), "; ".join(counts)) if part) + "."


def view_in_words(page: Page, said: Mapping[str, str]) -> list[str]:
    """Which view of the page, and each thing it was narrowed to."""
    words = page.words
    text, shows = SHOWS[page.key], VIEWS[page.key]
    show = said["show"] if said.get("show") in shows else next(iter(shows))
    phrases = [phrase for key, _, phrase in select.parts_in_words(page.selection, words) if key in FOLLOWED[page.key]]
    for word in shows[show]:
        if word == "unverified" and said.get(word):
            phrases.append(words("figures.unverified"))
        elif said.get(word) and word in NAMED:
            label, name = NAMED[word]
            phrases.append(f"{words(label)}: {_named(page, name, said[word])}")
    if show == "nearness" and said.get("measure") in OWN_BOUNDARY:
        phrases.append(words("take.own_boundary"))
    return [words(f"{text}.{show}"), *phrases]


def _named(page: Page, name: Callable[[Page, str], str], code: str) -> str:
    """How a value reads; a link may say anything, and what has no name is said as it stands."""
    try:
        return name(page, code)
    except (KeyError, ValueError):
        return brief(code, 60)


def _area(bundle: Bundle, words: Words, code: str) -> str:
    if rows := flaring.countries(bundle).get(code):
        return str(words.text(rows[0], "subject"))
    area = flaring.areas(bundle).get(code)
    return (str(words.text(area.row, "area")) or words("flare.unassigned")) if area else code
