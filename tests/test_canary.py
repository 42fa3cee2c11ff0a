"""No file of any kind holds a value that the selection or the rule of publication leaves out: each act of a test bundle sings its own name.

A new kind of file is added to EXPORTERS; whoever adds one need not write a test.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from importlib import import_module

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as some
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from evidence import load, plates, report, select, server, stories
from evidence.model import LANGUAGES, Bundle, Selection, split
from evidence.report import archive, briefing_parts, dossier, dossier_docx, dossier_pdf, sheets, tables, views
from evidence.report.briefing import briefing
from evidence.report.geopackage import geopackage
from evidence.report.progress import quiet
from evidence.report.published import Rows
from evidence.report.related import related
from evidence.report.slides import slides
from evidence.stories import Story
from evidence.words import Words

TYPES = ("detention_short", "killing", "arrest_criminal", "criminal_case", "threat")
ACTS = [(f"I-{at}", TYPES[at % len(TYPES)], 2010 + at) for at in range(7)]
# What an act brings into the bundle; each of these says the act's own word.
PARTS = ("ACT", "VIC", "CASE", "SRC", "BUR", "UPD", "RSP", "NAME", "WHO")
# The modules themselves: a section of a page has the name of its module.
ui_briefing, ui_handover, ui_plates = (import_module(f"evidence.ui.{name}") for name in ("briefing", "handover", "plates"))
Export = Callable[[Bundle, Words, Selection], bytes]
SHIPPED = load.load(load.ROOT)


# The tables that an address gives by incidents.
SUNG = ("incidents", "cases", "sources", "people", "burdens", "status_updates", "places", "responses")


def canary(part: str, at: int) -> str:
    return f"{part}canary{at}z"


@pytest.fixture(scope="module")
def singing(tiny) -> Bundle:
    """Seven acts, each with a case, a source, a person, a burden, a later state and a response of its own."""

    def texts(stem: str, part: str, at: int) -> dict[str, str]:
        return {f"{stem}_{code}": f"{canary(part, at)} {code}" for code in LANGUAGES}

    numbers = range(len(ACTS))
    return tiny(
        sources=[{"source_id": "S-1"}, *({"source_id": f"S-1{at}", "title": canary("SRC", at), "url": f"https://example.org/{canary('SRC', at)}"} for at in numbers)],
        # Every second one is known by name, by a basis that allows it.
        people=[{"person_id": f"P-10{at}", "pseudonym": canary("WHO", at), "source_ids": f"S-1{at}"} | ({} if at % 2 else {"name_en": canary("NAME", at), "name_ru": canary("NAME", at), "name_basis": "public_figure"}) for at in numbers],
        cases=[{"case_id": f"C-1{at}", **texts("title", "CASE", at), **texts("summary", "CASE", at), "source_ids": f"S-1{at}"} for at in numbers],
        incidents=[
            {
                "incident_id": key, "case_id": f"C-1{at}", "types": kind, "period": f"{year}-05-07", "people_ids": f"P-10{at}",
                **{f"text_{code}": f"{{P-10{at}}}: {canary('ACT', at)}" for code in LANGUAGES}, **texts("victims", "VIC", at), "source_ids": f"S-1{at}",
            }
            for at, (key, kind, year) in enumerate(ACTS)
        ],
        burdens=[{"burden_id": f"B-{at}", "incident_id": f"I-{at}", "kind": "hours_held", "value_min": "3", "unit": "hours", **texts("text", "BUR", at), "confidence": "B", "source_ids": f"S-1{at}"} for at in numbers],
        status_updates=[{"update_id": f"U-{at}", "record_id": f"I-{at}", "period": "2020", "status": "open", **texts("text", "UPD", at), "confidence": "B", "source_ids": f"S-1{at}"} for at in numbers],
        responses=[{"response_id": f"R-{at}", "case_id": f"C-1{at}", "period": "2020", "period_basis": "printed", "mechanism": "prosecutor_local", "kind": "domestic_complaint", "against_kind": "state", "stage": "filed", "response_type": "not_known", "country": "KZ", **texts("mechanism_name", "RSP", at), **texts("subject", "RSP", at), "confidence": "B", "source_ids": f"S-1{at}"} for at in numbers],
    )  # fmt: skip


def chosen(bundle: Bundle, selection: Selection) -> Rows:
    selected = select.select(bundle, selection)
    return Rows("incidents", select.index(bundle).order[selected.at], {"grade": selected.frame["grade"].to_numpy()})


def packed(bundle: Bundle, words: Words, selection: Selection) -> bytes:
    said = select.in_words(select.select(bundle, selection), words)
    return archive.archive(bundle, words, [chosen(bundle, selection)], archive.Taken("T", said, "https://example.org/", "F", "2026-11-24"))


def briefed(write: Callable[..., bytes]) -> Export:
    def make(bundle: Bundle, words: Words, selection: Selection) -> bytes:
        frame = select.select(bundle, selection).frame
        if frame.empty:
            return b""
        parts = briefing_parts.gather(bundle, words, frame, selection="S", cases=())
        return write(bundle, words, parts, address="https://example.org/", today="2026-11-24")

    return make


def served(path: str, **said: str) -> Export:
    def make(bundle: Bundle, words: Words, selection: Selection) -> bytes:
        query = {word: ",".join(values) for word, values in select.to_query(selection).items()} | said
        client = TestClient(Starlette(routes=server.routes()))
        answer = client.get(path, params={**query, "lang": words.language})
        assert answer.status_code == 200, answer.text
        return answer.content

    return make


def cited(write: Callable[..., bytes]) -> Export:
    def make(bundle: Bundle, words: Words, selection: Selection) -> bytes:
        keys = {key for cell in select.select(bundle, selection).frame["source_ids"] for key in split(cell)}
        rows = bundle["sources"]
        return write(rows[rows["source_id"].isin(keys)].to_dict("records"), words, bundle.version)

    return make


def filed(kind: str, second: str, write: Callable[[dossier.Dossier], bytes]) -> Export:
    """A dossier of the first case selected, laid out by a shipped form, in one language or in two."""

    def make(bundle: Bundle, words: Words, selection: Selection) -> bytes:
        cases = select.select(bundle, selection).frame["case_id"].tolist()
        forms = {name: SHIPPED[name] for name in ("forms", "form_items")}
        lent = replace(bundle, tables={**bundle.tables, **forms})
        languages = tuple(dict.fromkeys([words.language, second or words.language]))
        return write(dossier.gather(lent, cases[0], kind, languages)) if cases else b""

    return make


def as_told(made: dossier.Dossier) -> bytes:
    """A PDF is packed; this is all that goes into it."""
    return dossier_pdf.told(made).encode()


def opened(key: str, selection: Selection, language: str, **said: str) -> AppTest:
    """A page with its panels open, as a reader with this link sees it."""
    page = AppTest.from_file(str(ROOT / "pages" / f"{key}.py"), default_timeout=60)
    page.session_state["take"] = page.session_state["briefing"] = True
    for word, values in {**select.to_query(selection), "lang": [language], **{word: [value] for word, value in said.items()}}.items():
        page.query_params[word] = values
    page.run()
    assert not page.exception, page.exception
    return page


def taken(key: str, **said: str) -> Export:
    """Every file that the buttons of a page make, but for the archive of everything: tables, archives, pictures, briefings."""

    def make(bundle: Bundle, words: Words, selection: Selection) -> bytes:
        makers: dict[str, Callable[..., bytes]] = {}
        with pytest.MonkeyPatch.context() as patch:
            for module in (ui_briefing, ui_handover, ui_plates):
                patch.setattr(module, "file_button", lambda page, key, label, file, media, make, **look: makers.update({key: make}))
            opened(key, selection, words.language, **said)
        makers.pop("take_all", None)
        return b"\n".join(texts_of(made(quiet)).encode() for name, made in sorted(makers.items()) if not name.endswith("_png"))

    return make


def panel(key: str) -> Export:
    """What a page offers to be copied: addresses, citations in words, as BibTeX and CSL-JSON, the id, lines for another site."""

    def make(bundle: Bundle, words: Words, selection: Selection) -> bytes:
        return "\n".join(unescape(html.proto.body) for html in opened(key, selection, words.language).get("html")[-2:]).encode()

    return make


def pinned(bundle: Bundle, words: Words, selection: Selection) -> bytes:
    """The story file of a view that a reader pinned."""
    page = opened("map", selection, words.language)
    page.button(key="pin_view").click().run()
    steps = tuple(pin.step for pin in page.session_state["pins"])
    return stories.write(Story("mine", {words.language: "Mine"}, {}, "reader", steps)).encode()


def reference(bundle: Bundle, words: Words, selection: Selection) -> bytes:
    """A view cited in words, as BibTeX and as CSL-JSON."""
    key = str(views.view(bundle, "map", select.to_query(selection)))
    said = {
        "title": select.in_words(select.select(bundle, selection), words),
        "key": key,
        "address": "https://example.org/",
        "today": "2026-11-24",
    }
    cited = report.citation(bundle, words, **said)
    return "\n".join([cited, *(write(bundle, **said, language=words.language) for write in (report.bibtex, report.csl_item))]).encode()


def drawn(draw: Callable[..., str]) -> Export:
    """A picture as SVG, and as PNG whatever that says beside its pixels."""

    def make(bundle: Bundle, words: Words, selection: Selection) -> bytes:
        svg = draw(bundle, words, select.select(bundle, selection).frame)
        return svg.encode() + b"\n" + plates.png(svg, width=120)

    return make


FORMS = ("un_communication", "aarhus_defenders", "oecd_ncp", "case_file")


EXPORTERS: dict[str, Export] = {
    "csv": lambda b, w, s: tables.csv_file(b, chosen(b, s)),
    "json": lambda b, w, s: b"".join(tables.json_stream(b, chosen(b, s), "")),
    "geojson": lambda b, w, s: tables.geojson_file(b, chosen(b, s), ""),
    "geopackage": lambda b, w, s: geopackage(b, [chosen(b, s)]),
    "xlsx": lambda b, w, s: sheets.workbook(b, w, related(b, [chosen(b, s)]), ["about"]),
    "zip": packed,
    "csl": cited(report.csl),
    "ris": cited(report.ris),
    "briefing": briefed(briefing),
    "slides": briefed(slides),
    **{f"dossier {kind} docx {second}".rstrip(): filed(kind, second, dossier_docx.docx) for kind in FORMS for second in ("", "ru")},
    **{f"dossier {kind} pdf {second}".rstrip(): filed(kind, second, as_told) for kind in FORMS for second in ("", "ru")},
    "map picture": drawn(plates.map_svg),
    "timeline picture": drawn(lambda b, w, frame: plates.timeline_svg(w, frame)),
    "files of the overview": taken("overview"),
    "files of the map": taken("map"),
    "files of the lanes": taken("pressure"),
    "files of the trend": taken("pressure", show="trend"),
    "files of the answers": taken("answers"),
    "story": pinned,
    "citation": reference,
    "panel of the map": panel("map"),
    **{f"/embed/{kind}": served(f"/embed/{kind}") for kind in ("map", "timeline", "chart")},
    **{f"/data/{name}.{kind}": served(f"/data/{name}.{kind}") for name in SUNG for kind in ("csv", "json", "xlsx")},
    "/data/responses.csv of a page": served("/data/responses.csv", page="answers"),
    **{f"/data/{name}.geojson": served(f"/data/{name}.geojson") for name in ("incidents", "places")},
}
# What surely holds the text of an act: there a canary that stays silent would mean that nothing is tested.
TELLING = {
    *("csv", "json", "geojson", "geopackage", "xlsx", "zip", "/data/incidents.csv", "/data/incidents.json", "/data/incidents.xlsx"),
    *("files of the overview", "files of the map", "files of the lanes", "files of the trend"),
}


def texts_of(content: bytes) -> str:
    """All that a file says, unpacked as deep as it is packed."""
    if content[:2] == b"PK":
        whole = zipfile.ZipFile(io.BytesIO(content))
        return "\n".join(texts_of(whole.read(name)) for name in whole.namelist())
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        # A picture or a font: what it says stands in runs of letters; an "R-1" among packed pixels is chance.
        text = "\n".join(run.decode() for run in re.findall(rb"[\x20-\x7e]{8,}", content))
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


asked = some.builds(
    Selection,
    type=some.lists(some.sampled_from(TYPES), max_size=3, unique=True).map(tuple),
    since=some.none() | some.dates(date(2009, 1, 1), date(2016, 1, 1)),
    case=some.lists(some.sampled_from([f"C-1{at}" for at in range(7)]), max_size=2, unique=True).map(tuple),
)


def wanted(selection: Selection) -> set[int]:
    """The acts that a selection asks for, by the list above: what the program finds would be wrong together with its files."""
    return {
        at
        for at, (_, kind, year) in enumerate(ACTS)
        if (not selection.type or kind in selection.type)
        and (not selection.case or f"C-1{at}" in selection.case)
        and (selection.since is None or selection.since <= date(year, 5, 7))
    }


@pytest.mark.parametrize("name", EXPORTERS)
@settings(max_examples=6)
@given(selection=asked, language=some.sampled_from(LANGUAGES))
def test_only_what_was_selected_sings(singing, name, selection, language):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "opened", lambda: singing)
        said = texts_of(EXPORTERS[name](singing, Words(singing, language), selection))
    shown = wanted(selection)
    for at in set(range(len(ACTS))) - shown:
        # A case that the reader asked for is named in the selection's own words, whether an act of it fits or not.
        named = f"C-1{at}" in selection.case
        silent = [part for part in PARTS if canary(part, at) in said and not (named and part == "CASE")]
        assert not silent, f"{name} holds {silent} of an act that was not selected"
        # "I-1" is also the end of "P-I-1"; an id stands between signs that are no part of an id.
        assert not re.search(rf"(?<![\w-])(I-{at}|P-10{at}|S-1{at}|C-1{at}|B-{at}|U-{at}|R-{at})(?![\w-])", said) or named
    for at in shown if name in TELLING else ():
        assert canary("ACT", at) in said, f"{name} does not hold what was selected"


@pytest.mark.parametrize("name", [name for name in EXPORTERS if name.startswith("dossier")])
def test_a_dossier_names_nobody_unless_the_reader_says_so(singing, name):
    assert not re.search(r"NAMEcanary\d", texts_of(EXPORTERS[name](singing, Words(singing, "en"), Selection(case=("C-10",)))))


@pytest.mark.parametrize("name", EXPORTERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_stands_under_the_pseudonym_and_never_as_a_mark(singing, monkeypatch, name, language):
    monkeypatch.setattr(load, "opened", lambda: singing)
    words = Words(singing, language)
    said = texts_of(EXPORTERS[name](singing, words, Selection()))
    assert "{P-" not in said
    if name in {"csv", "zip", "xlsx"}:
        # As the table of people has it: a name where there is a basis for one, else the pseudonym.
        assert canary("NAME", 2) in said and canary("WHO", 3) in said
