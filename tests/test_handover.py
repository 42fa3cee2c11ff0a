"""The panel of every page hands out what the page shows: the same rows, the address that sends them, an id that can be checked."""

import re
from html import unescape

import pytest
from conftest import ROOT
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from evidence import select, server
from evidence.model import LANGUAGES, Selection
from evidence.report import verify, views
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
    assert words("take.csv", n=n) in labels and words("take.all") in labels
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
    ],
)
def test_an_address_of_the_panel_sends_as_many_rows_as_it_says(key, query):
    client = TestClient(Starlette(routes=server.routes()))
    lines = re.findall(r"<p>[^<]*: rows ([\d,]+)</p><div class=\"t-copy\"><code>([^<]*)</code>", panel(opened(key, **query)))
    assert lines
    for n, address in lines:
        assert client.get(address).headers["x-rows"] == n.replace(",", "")


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
