"""Each page alone, as a deep link opens it: no exception, the question as title, the link's selection, the reader's language."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs

import pytest
from conftest import ROOT, follow, rows_of
from streamlit.testing.v1 import AppTest

from evidence import load, select
from evidence.model import LANGUAGES, Bundle, Selection
from evidence.ui.page import CARDS, PAGES
from evidence.words import Words

KEYS = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
INCIDENTS = ("overview", "map", "pressure")  # pages that draw the selected incidents under one caption


def open_page(key: str, **query: str) -> AppTest:
    """Run a page as a link would open it; an exception on it fails the test."""
    page = AppTest.from_file(str(ROOT / "pages" / f"{key}.py"), default_timeout=60)
    for word, value in query.items():
        page.query_params[word] = value
    page.run()
    assert not page.exception, page.exception
    return page


def spoken(page: AppTest) -> str:
    """All that a page says, as its reader sees it (Markdown's escapes taken out)."""
    parts = [
        element.value for kind in ("title", "subheader", "markdown", "caption", "info", "warning", "error") for element in page.get(kind)
    ]
    parts += [button.label for button in page.button]
    parts += [unescape(re.sub(r"<[^>]+>", "\n", html.proto.body)) for html in page.get("html")]
    return re.sub(r"\\([^\w\s])", r"\1", "\n".join(parts))


@pytest.fixture
def shows(monkeypatch):
    """Make the pages show another bundle."""

    def show(bundle: Bundle) -> Bundle:
        monkeypatch.setattr(load, "opened", lambda: bundle)
        return bundle

    return show


def test_the_navigation_has_every_page():
    assert sorted(PAGES) == KEYS


def question(page: AppTest) -> str:
    """The page's only heading of the first rank."""
    (asked,) = re.findall(r"<h1>(.*?)</h1>", "".join(html.proto.body for html in page.get("html")))
    return unescape(asked)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_a_page_asks_its_question_in_the_readers_language_and_shows_no_code(bundle, key, language):
    page = open_page(key, lang=language)
    assert question(page) == Words(bundle, language)(f"question.{key}")
    assert not page.warning and not page.error
    said = spoken(page)
    assert not re.search(r"\{[A-Za-z0-9_:-]+\}|\bNone\b(?! of)|\bnan\b|\bNaT\b", said)
    assert "г.." not in said


@pytest.mark.parametrize("key", INCIDENTS)
def test_a_link_filters_and_the_caption_counts_what_select_counts(bundle, key):
    selection = Selection(type=("detention_short", "killing"), language="ru")
    caption = select.in_words(select.select(bundle, selection), Words(bundle, "ru"))
    assert caption in spoken(open_page(key, type="detention_short,killing", lang="ru"))


@pytest.mark.parametrize("key", INCIDENTS)
def test_a_word_of_a_link_that_means_nothing_is_said_and_the_rest_is_kept(bundle, key):
    page = open_page(key, type="detenton_short", country="KZ", colour="red")
    (warning,) = [re.sub(r"\\(.)", r"\1", element.value) for element in page.warning]
    assert "type=detenton_short" in warning and "colour=red" in warning and "country" not in warning
    assert select.in_words(select.select(bundle, Selection(country=("KZ",))), Words(bundle, "en")) in spoken(page)


WAYS = [
    ("overview", "figure"), ("map", "show"), ("pressure", "lane"), ("pressure", "more"), ("pressure", "show"), ("case", "figure"), ("case", "show"),
    ("answers", "state"), ("answers", "mechanism"), ("answers", "check"), ("sources", "kind"), ("sources", "rests"), ("environment", "show"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "word"), WAYS)
def test_a_way_to_show_a_page_that_means_nothing_is_said_until_the_view_is_another(key, word):
    page = open_page(key, **{word: "no-such-thing"})
    assert f"{word}=no-such-thing" in " ".join(warning.value for warning in page.warning).replace("\\", "")
    page.query_params["from"] = "2015"
    page.query_params.pop(word, None)
    page.run()
    assert not page.warning


def test_an_article_that_is_none_is_said_and_not_taken_for_another():
    page = open_page("case", show="ledger", article="no-such-article")
    assert "no-such-article" in " ".join(warning.value for warning in page.warning).replace("\\", "")


@pytest.mark.parametrize("key", INCIDENTS)
def test_a_selection_of_nothing_is_a_sentence(english, key):
    assert "0 of " in (said := spoken(open_page(key, q="zzzzzz")))
    assert key == "overview" or english("list.empty") in said or english("map.click_hint") in said


@pytest.mark.parametrize("key", KEYS)
def test_synthetic_data_is_announced_on_every_page(tiny, shows, key):
    bundle = shows(tiny({"synthetic": True}))
    assert [error.value for error in open_page(key).error] == [Words(bundle, "en")("synthetic.banner")]


@pytest.mark.parametrize("key", INCIDENTS)
def test_a_bundle_without_incidents_says_so(tiny, shows, key):
    shows(tiny(incidents=[]))
    assert "0 of 0" in spoken(open_page(key))


@pytest.mark.parametrize("tables", [{"incidents": []}, {"incidents": [], "cases": []}, {}], ids=["no incident", "no case", "one incident"])
@pytest.mark.parametrize("key", KEYS)
def test_a_page_of_a_bundle_with_almost_nothing_opens(tiny, shows, key, tables):
    bundle = shows(tiny(**tables))
    assert question(open_page(key)) == Words(bundle, "en")(f"question.{key}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CARDS)
def test_a_record_of_every_kind_has_its_card(bundle, kind, language):
    key = bundle[CARDS[kind]].iloc[0, 0]
    page = open_page("map", id=key, lang=language)
    assert page.session_state["picked"] == (kind, key)
    said = spoken(page)
    assert Words(bundle, language)("card.close") in said
    assert not re.search(r"\{P-|\bnan\b|\bNaT\b", said)


def test_the_card_of_a_step_of_the_berezovka_case_says_who_asserts_it_and_on_what_ground(bundle, english):
    said = spoken(open_page("map", id="I-BZ-03"))
    for part in ("7 May 2019", "ecological zone where photography is prohibited", english.label("asserted_by", "victim"), "15–20 minutes"):
        assert part in said
    assert "BHRRC-INTERVIEW-2021" in said


def test_a_record_that_is_not_there_is_said(bundle):
    (warning,) = open_page("map", id="I-NONE").warning
    assert "I\\-NONE" in warning.value


def test_a_link_of_another_version_says_that_numbers_may_differ(bundle):
    (info,) = [element for element in open_page("map", v="0123456789ab").info if "0123456789ab" in element.value]
    assert bundle.version in info.value


# ── what a reader does ───────────────────────────────────────────────────────────────────────────
def test_a_chip_removes_its_part_and_reset_removes_all(bundle):
    page = open_page("map", type="killing", country="KZ", lang="ru")
    chips = next(html.proto.body for html in page.get("html") if "t-chips" in html.proto.body)
    without, _, reset = (unescape(address) for address in re.findall(r'href="([^"]+)"', chips))
    assert parse_qs(without.partition("?")[2]) == {"country": ["KZ"], "lang": ["ru"]}
    assert parse_qs(reset.partition("?")[2]) == {"lang": ["ru"]}
    assert not page.exception


def test_what_a_reader_searches_for_narrows_the_page_and_enters_the_link(bundle, english):
    page = open_page("map")
    page.text_input(key="text").set_value("Beryozovka").run()
    assert page.query_params["q"] == "Beryozovka"
    assert select.in_words(select.select(bundle, Selection(text="Beryozovka")), english) in spoken(page)


def test_years_chosen_below_the_histogram_enter_the_link(bundle):
    page = open_page("map")
    page.slider(key="years").set_value((2015, select.extent(bundle)[1])).run()
    assert page.session_state["selection"].since.year == 2015 and page.session_state["selection"].until is None
    assert page.query_params["from"] == "2015" and "to" not in page.query_params


def test_a_row_of_the_list_opens_its_card_and_the_cross_closes_it(bundle):
    page = open_page("map", case="C-001", show="list")
    assert "I-BZ-02" in rows_of(page, "list")
    follow(page, id="I-BZ-02")
    assert page.session_state["picked"] == ("incident", "I-BZ-02")
    assert page.query_params["id"] == "I-BZ-02"
    page.button(key="close_card").click().run()
    assert page.session_state["picked"] is None and "id" not in page.query_params


def test_the_list_instead_of_the_map_stands_in_the_link(bundle):
    page = open_page("map", case="C-001")
    page.segmented_control(key="view").set_value("list").run()
    assert page.query_params["show"] == "list" and rows_of(page, "list")


def test_the_rows_behind_a_key_figure_open(bundle, english):
    page = open_page("overview", type="detention_short")
    follow(page, figure="incidents")
    assert not page.exception
    n = select.select(bundle, Selection(type=("detention_short",))).n
    assert english.count(n, "incident") in spoken(page)
