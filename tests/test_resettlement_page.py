"""The Resettlement page: its three views, any village's own page, links that restore the view, a file that stays in its visit."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
import shapely
from conftest import ROOT, follow
from shapely.geometry import box
from streamlit.testing.v1 import AppTest

from evidence import boundary
from evidence.model import LANGUAGES
from evidence.words import Words

SQUARE = box(53.1, 51.2, 53.4, 51.4)


def open_page(**query):
    page = AppTest.from_file(str(ROOT / "pages" / "resettlement.py"), default_timeout=60)
    for word, value in query.items():
        page.query_params[word] = value
    page.run()
    assert not page.exception, page.exception
    return page


def said(page):
    parts = [element.value for kind in ("title", "markdown", "caption", "info", "warning", "error") for element in page.get(kind)]
    parts += [unescape(re.sub(r"<[^>]+>", " ", html.proto.body)) for html in page.get("html")]
    return " ".join(re.sub(r"\\([^\w\s])", r"\1", "\n".join(parts)).replace("\xa0", " ").split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"show": "zones", "day": "2005-06-01"},
        {"show": "nearness", "field": "all", "radius": "9.44", "against": "5000"},
        {"place": "S01"},
        {"place": "S12"},
    ],
    ids=str,
)
def test_every_view_speaks_the_readers_language_and_shows_no_code(query, language):
    text = said(open_page(lang=language, **query))
    assert not re.search(r"\{[A-Za-z0-9_:-]+\}|\bnan\b|\bNaT\b|_by_account|cannot_say|to_be_moved|not_stated", text)


def test_one_answer_to_several_promises_is_told_once(bundle):
    text = said(open_page(lang="ru"))
    answer = " ".join(str(bundle.row("commitments", "CM01")["delivery_account_ru"]).split())
    assert text.count(answer) == 1 and text.count(Words(bundle, "ru")("promises.same")) > 2


def test_a_source_is_named_in_full(bundle):
    assert bundle.row("sources", "CA-20150120")["publisher"] in said(open_page())


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_rule_measured_from_nothing_stated_says_so_in_a_sentence(bundle, language):
    words = Words(bundle, language)
    text = said(open_page(show="zones", lang=language))
    assert words("zones.measured_from_unstated") in text and f": {words.label('measured_from', 'not_stated')}" not in text


def test_counts_that_differ_stand_side_by_side_and_the_total_is_a_range():
    text = said(open_page())
    for count in ("469 families", "2,138 people", "1,808 people", "1,675 people", "1,675 to 2,138 people"):
        assert count in text


@pytest.mark.parametrize(
    ("place", "parts"),
    [
        ("S01", ["Берёзовка", "Beryozovka", "1,300", "1,357", "1,580", "82 families", "469 families to be moved", "8.3 ± 0.8 km", "School of Berezovka", "inside, by the account of: Company (KPO)"]),
        ("S02", ["Нижний Бистау", "Settlement dissolved", "2019", "inside, by the account of: Company (KPO)"]),
        ("S03", ["Тунгуш", "151 families", "28 families", "Oral (Uralsk)", "inside, by the account of: Local newspapers"]),
        ("S16", ["Сарыкамыс", "dissolved as environmentally hazardous", "Karaton", "Atyrau"]),
        ("S05", ["No stage of resettlement is recorded here", "2,887 m from the edge of the zone", "Қарасу"]),
    ],
)  # fmt: skip
def test_a_village_has_its_own_page_from_the_facts(place, parts):
    text = said(open_page(place=place))
    assert [part for part in parts if part not in text] == []


def test_every_settlement_of_the_bundle_has_a_page(bundle):
    places = bundle["places"]
    for place in places.loc[places["kind"].isin(["village", "town", "city", "site"]), "place_id"].iloc[::6]:
        assert Words(bundle, "en").name("places", place) in said(open_page(place=place))


def test_an_unknown_number_is_not_nobody_and_context_is_no_incident_of_a_place():
    text = said(open_page(show="nearness", field="F01", radius="15"))
    assert "in 2026 nobody counted; 4 settlements not counted" in text and "in 2026 0 people" not in text
    assert "0 incidents recorded here" in said(open_page(place="S19"))


def test_a_village_leads_to_its_days_its_cases_and_its_air_post():
    page = open_page(place="S01")
    text = said(page)
    assert (
        "Berezovka, 28 November 2014" in text and "Berezovka, state post in the village" in text and "Where sources differ about it" in text
    )
    links = " ".join(html.proto.body for html in page.get("html"))
    assert "environment?show=event&amp;event=EV1" in links and "case?case=" in links


def test_any_village_on_the_board_is_a_link_to_its_page():
    board = next(html.proto.body for html in open_page().get("html") if "t-board" in html.proto.body)
    assert {"S01", "S02", "S03", "S16", "S05"} <= set(re.findall(r"place=(S\d+)", board))


def test_the_day_of_a_link_decides_which_rule_is_asked(bundle):
    assert "3–3.84 km: applied then, later found unlawful" in said(open_page(show="zones", day="2005-06-01"))
    text = said(open_page(show="zones", day="2018-06-01"))
    assert "perhaps in force, accounts differ" in text and "1 January 2018 to 1 January 2019" in text


def test_a_day_that_is_none_is_said():
    assert open_page(show="zones", day="2005-66-01").warning


def test_the_what_if_of_a_link_is_restored_and_says_what_it_is():
    page = open_page(show="nearness", field="all", radius="3", against="5000")
    text = said(page)
    assert "A what-if, not the legal zone." in text and "Nearness, not dose." in text
    assert "Outside at 3 km, inside by the earlier 5 km: 1 settlement Shubarshi , 4.5 ± 1.5 km" in text
    assert page.slider(key="radius").value == 3.0


def test_a_moved_radius_enters_the_link_and_the_list(bundle):
    page = open_page(show="nearness")
    page.slider(key="radius").set_value(9.5).run()
    assert page.query_params["radius"] == ["9.5"] or page.query_params["radius"] == "9.5"
    assert "Berezovka , 8.3 ± 0.8 km" in said(page)


def test_flares_can_be_chosen_and_the_link_says_which():
    page = open_page(show="nearness", measure="chosen", flares="FL054", radius="9.5")
    assert "1 flare chosen" in said(page) and "Berezovka , 8.3 ± 0.8 km" in said(page)


def test_a_loaded_boundary_is_measured_from_and_stays_out_of_the_link():
    page = open_page(show="nearness", measure="loaded", radius="3")
    page.file_uploader(key="boundary_file").upload(
        "zone.geojson", json.dumps(shapely.geometry.mapping(SQUARE)).encode(), "application/json"
    ).run()
    assert not page.exception and not page.error
    text = said(page)
    assert "Loaded: 5 points" in text and "Berezovka" in text
    assert not any("53.1" in str(value) for value in dict(page.query_params).values())


def test_a_boundary_with_its_axes_exchanged_is_asked_about():
    page = open_page(show="nearness", measure="loaded", radius="3")
    turned = shapely.transform(SQUARE, lambda corners: corners[:, ::-1])
    page.file_uploader(key="boundary_file").upload(
        "zone.geojson", json.dumps(shapely.geometry.mapping(turned)).encode(), "application/json"
    ).run()
    assert not page.exception and "longitude and latitude exchanged it would lie 0 km" in page.warning[0].value


def test_a_bad_file_is_met_with_a_sentence():
    page = open_page(show="nearness", measure="loaded")
    evil = b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><name>&x;</name></kml>'
    page.file_uploader(key="boundary_file").upload("zone.kml", evil, "application/xml").run()
    assert "declares XML entities" in page.error[0].value and "Nothing to measure from yet" in said(page)


def test_a_drawn_boundary_is_measured_from():
    page = open_page(show="nearness", measure="drawn", radius="3")
    assert "Draw a boundary" in page.info[0].value
    page.session_state["drawn_boundary"] = boundary.drawn([[51.2, 53.1], [51.2, 53.4], [51.4, 53.4]])
    assert "Berezovka" in said(page.run())


def test_a_source_of_a_row_opens_as_a_card(bundle):
    page = open_page()
    follow(page, id="AZATTYQ-27211683")
    assert page.session_state["picked"] == ("source", "AZATTYQ-27211683") and not page.exception


def test_a_region_narrows_the_board_to_its_villages():
    text = said(open_page(place="S48"))
    assert "Sarykamys" in text and "Tungush" not in text
