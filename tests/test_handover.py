"""The panel of every page hands out what the page shows: the same rows, the address that sends them, an id that can be checked."""

import re
from html import unescape

import pytest
import streamlit as st
from conftest import ROOT
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from evidence import select, server
from evidence.model import LANGUAGES, Selection
from evidence.report import verify, views
from evidence.report import verify as check
from evidence.report.published import positions
from evidence.resettlement import differing
from evidence.ui.handover import snippet
from evidence.words import Words

PAGES = ("overview", "map", "pressure", "case", "answers", "resettlement", "environment", "sources")


def opened(key: str, **query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / f"{key}.py"), default_timeout=60)
    page.session_state["take"] = True
    for word, value in query.items():
        page.query_params[word] = value
    page.run()
    assert not page.exception, page.exception
    return page


def panel(page: AppTest) -> str:
    (found,) = [html.proto.body for html in page.get("html") if "t-take" in html.proto.body]
    return unescape(found)


@pytest.mark.parametrize("key", PAGES)
def test_every_page_has_the_panel_and_its_figure_is_the_same_when_verified(bundle, key):
    view = views.read(panel(opened(key)))
    assert (view.page, view.version) == (key, bundle.version)
    assert verify.text(bundle, str(view)).state == "same"


@pytest.mark.parametrize("key", PAGES)
def test_the_panel_is_made_only_when_it_is_opened(key):
    page = AppTest.from_file(str(ROOT / "pages" / f"{key}.py"), default_timeout=60).run()
    assert not [html for html in page.get("html") if "t-take" in html.proto.body]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rows_of_the_files_are_those_of_the_caption(bundle, language):
    page = opened("map", type="detention_short", lang=language)
    n = select.select(bundle, Selection(type=("detention_short",))).n
    labels = [button.proto.label for button in page.get("download_button")]
    words = Words(bundle, language)
    assert words("take.csv", n=n) in labels and words("take.all") in [button.label for button in page.button]
    assert select.in_words(select.select(bundle, Selection(type=("detention_short",), language=language)), words).split(":")[0] in " ".join(
        m.value for m in page.markdown
    ).replace("\\", "")


@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("map", {"type": "detention_short", "from": "2019"}),
        ("case", {"case": "C-001"}),
        ("answers", {}),
        ("answers", {"case": "C-001"}),
        ("environment", {}),
        ("environment", {"show": "figures", "topic": "fines", "from": "2015"}),
        ("resettlement", {"place": "S01"}),
        ("answers", {"state": "answered"}),
        ("sources", {"kind": "media"}),
        ("sources", {"show": "counted", "rows": "claims"}),
    ],
)
def test_an_address_of_the_panel_sends_as_many_rows_as_it_says(key, query):
    client = TestClient(Starlette(routes=server.routes()))
    lines = re.findall(r"<p>[^<]*: rows ([\d,]+)</p><div class=\"t-copy\"><code>([^<]*)</code>", panel(opened(key, **query)))
    assert lines
    for n, address in lines:
        assert client.get(address).headers["x-rows"] == n.replace(",", "")


def test_the_address_of_a_page_of_tables_says_the_words_of_its_link():
    assert "/data/measurements.csv?show=figures&topic=fines&page=environment" in panel(opened("environment", show="figures", topic="fines"))


# What a page of tables shows, and what it says of it: the link, the table, where the page has the number.
NARROWED = [
    ("environment", {"show": "figures", "topic": "fines", "from": "2015", "to": "2020"}, "measurements", "download_fines"),
    ("environment", {"show": "figures", "topic": "fines", "subject": "O-002"}, "measurements", "download_fines"),
    ("environment", {"show": "figures", "topic": "accidents", "unverified": "1"}, "measurements", "download_accidents"),
    # The map draws the flares of all areas of a year, the download under the table those of one.
    ("environment", {"area": "F02", "year": "2019"}, "flare_sites", ""),
    ("environment", {"show": "event"}, "measurements", "download_event-"),
    ("resettlement", {"place": "S01"}, "resettlement", "download_resettlement"),
    ("resettlement", {"place": "S01"}, "commitments", "download_commitments"),
    ("resettlement", {"show": "zones"}, "zones", "download_zones"),
    ("resettlement", {"show": "nearness", "radius": "9"}, "places", "download_within"),
    ("sources", {"kind": "media", "find": "berezovka"}, "sources", "caption"),
]


@pytest.mark.parametrize(("key", "query", "table", "where"), NARROWED)
def test_the_files_of_a_page_of_tables_hold_what_it_shows(bundle, key, query, table, where):
    page = opened(key, **query)
    rows = {one.name: len(one) for one in views.shown(bundle, key, *asked_of(bundle, query))}
    assert key != "sources" or rows[table] < len(bundle[table])
    captions = " ".join(m.value for m in page.markdown).replace("\\", "")
    assert f": {rows[table]:,} of {len(bundle[table]):,} rows" in captions
    said = [b.proto.label for b in page.get("download_button") if where in b.proto.id] or [c.value for c in page.caption]
    assert not where or any(re.search(rf"(?<!\d){rows[table]}(?!\d)", line) for line in said), (rows, said)


def asked_of(bundle, query):
    """The selection, and what the link says beside it."""
    lists = {word: [value] for word, value in query.items()}
    return select.from_query(lists, bundle)[0], views.beside(lists)


@pytest.mark.parametrize(("key", "query", "_table", "_where"), NARROWED)
def test_what_a_link_leaves_out_is_not_given_and_changes_the_id(bundle, key, query, _table, _where):
    lists, plain = {word: [value] for word, value in query.items()}, {word: [query[word]] for word in query if word == "show"}
    narrow = views.shown(bundle, key, *asked_of(bundle, query))
    assert all(len(set(one.at.tolist())) == len(one) for one in narrow), "a row twice"
    if lists != plain:
        assert str(views.view(bundle, key, lists)).partition("#")[2] != str(views.view(bundle, key, plain)).partition("#")[2]
        whole_page = {one.name: len(one) for one in views.shown(bundle, key, *asked_of(bundle, {word: query[word] for word in plain}))}
        assert any(len(one) != whole_page.get(one.name) for one in narrow)


def test_what_sources_say_differently_of_a_village_is_in_its_files(bundle):
    said = {claim["claim_id"] for place in ("S01", "S02", "S03") for topic in differing(bundle, place) for claim in topic}
    given = [views.shown(bundle, "resettlement", *asked_of(bundle, {"place": place})) for place in ("S01", "S02", "S03")]
    assert said and said <= {
        key for rows in given for one in rows if one.name == "claims" for key in positions(bundle, "claims").take(one.at)
    }


def test_a_boundary_of_the_readers_own_is_in_no_file(bundle):
    (rows,) = views.shown(bundle, "resettlement", *asked_of(bundle, {"show": "nearness", "measure": "drawn"}))
    assert rows.name == "places" and "own" in " ".join(m.value for m in opened("resettlement", show="nearness", measure="drawn").markdown)


@pytest.mark.parametrize(
    ("url", "prefix", "address"),
    [
        ("https://example.org/map?lang=ru", "", "https://example.org/data/incidents.csv?type=detention_short"),
        ("https://example.org/tamshy/map", "/tamshy", "https://example.org/tamshy/data/incidents.csv?type=detention_short"),
        (
            None,
            "",
            "/data/incidents.csv?type=detention_short",
        ),  # no browser told where this server stands: the path alone, which is true anywhere
        ("", "/tamshy", "/tamshy/data/incidents.csv?type=detention_short"),
    ],
)
def test_an_address_begins_where_the_readers_browser_found_us_and_else_with_the_path(monkeypatch, url, prefix, address):
    monkeypatch.setattr(type(st.context), "url", property(lambda context: url))
    for where in (server.assets, server):
        monkeypatch.setattr(where, "base_path", lambda: prefix)
    said = panel(opened("map", type="detention_short"))
    assert f"<code>{address}</code>" in said
    assert f"{address.partition('/data')[0]}/map?type=detention_short" in said


def test_the_panel_of_a_map_has_lines_for_another_site_and_that_of_a_table_has_none():
    assert panel(opened("map", type="detention_short", lang="ru")).count("/embed/") == 3
    assert "/embed/" not in panel(opened("answers"))


def test_lines_for_another_site_cannot_be_broken_out_of():
    assert '"><script' not in snippet('https://x/embed/map?q="><script>', '"><script>', 100).split("</iframe>")[0]


def test_a_citation_carries_the_version_and_the_link_that_shows_it_again(bundle):
    said = panel(opened("map", type="detention_short"))
    assert f"v={bundle.version}" in said and "@misc{" in said and '"container-title"' in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_verify_answers_what_is_pasted(bundle, language):
    words = Words(bundle, language)
    page = AppTest.from_file(str(ROOT / "pages/verify.py"), default_timeout=60)
    page.query_params["lang"] = language
    page.run()
    page.text_input(key="verify_text").set_value(str(views.view(bundle, "map", {}))).run()
    assert [said.value for said in page.success] == [words("verify.figure_same", version=bundle.version)]
    page.text_input(key="verify_text").set_value("<b>I-NONE</b>").run()
    assert not page.exception and len(page.warning) == 1 and "<b>" not in page.warning[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_archive_that_is_verified_gets_one_answer_and_the_tables_under_it(bundle, monkeypatch, language):
    words, good = Words(bundle, language), check.Verdict("data/a.csv", "cases", bundle.version, 7, 7)
    bad = check.Verdict("data/b.csv", "incidents", bundle.version, 9, 8, (check.Change("I-1", "edited", ("types",)),))
    page = AppTest.from_file(str(ROOT / "pages/verify.py"), default_timeout=60)
    page.query_params["lang"] = language
    page.run()
    for found, box in (([good, good], "success"), ([good, bad, good], "warning")):
        monkeypatch.setattr(check, "file", lambda *args, found=found: found)
        page.get("file_uploader")[0].upload("x.zip", b"PK", "application/zip").run()
        (said,) = getattr(page, box)
        n, same = len(found), sum(one is good for one in found)
        expected = words("verify.all" if box == "success" else "verify.some", same=same, n=n, rows=sum(one.rows for one in found))
        assert said.value.replace("\\", "") == expected and len(page.success) + len(page.warning) == 1
        told = "".join(html.proto.body for html in page.get("html"))
        assert words("verify.which_same", n=same) in told and ("I-1" in told) == (box == "warning")
