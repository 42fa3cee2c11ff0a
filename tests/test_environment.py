"""The Environment page alone, as links open it: each section, what is off by default, what a link restores."""

from __future__ import annotations

import re

import pytest
from conftest import follow
from test_pages import open_page, shows, spoken  # noqa: F401 — a fixture is used by its name

from evidence.model import LANGUAGES
from evidence.ui.environment import SUBJECTS, TOPICS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("show", SUBJECTS)
def test_each_section_opens_in_each_language_and_shows_no_code(bundle, show, language):
    said = spoken(open_page("environment", show=show, lang=language))
    assert not re.search(r"\{[A-Za-z0-9_:-]+\}|\bnan\b|\bNaT\b|\bkt_year\b|\bug_m3\b|\bair_emissions\b", said)


@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_opens(bundle, english, topic):
    assert english("rows.by") in spoken(open_page("environment", show="figures", topic=topic))


def test_the_page_says_whether_flaring_fell_and_by_whose_numbers(bundle, english):
    page = open_page("environment")
    assert "Kazakhstan: 74% less gas flared in 2023 than in 2012" in page.subheader[0].value
    said = spoken(page)
    assert "World Bank" in said and "Energy Institute" in said and "2.50" in said and "−91%" in said


def test_a_title_compares_first_and_last_names_stand_whole_and_a_unit_once(bundle, english):
    said = spoken(open_page("environment", show="figures"))
    assert "West Kazakhstan Region: 66% less in 2022 than in 2005, 25.8 after 76.4" in said
    assert "West Kazakhstan Region, Regional natural-resources department" in said
    assert "limit, cases, cases" not in spoken(open_page("environment", show="figures", topic="exceedances"))


def test_an_area_whose_flares_are_not_known_to_be_its_own_is_not_called_the_largest_without_saying_so(bundle, english):
    assert "plants), 346; that these flares belong there is not verified" in spoken(open_page("environment"))


def test_days_before_a_limit_began_are_said_to_be_held_against_it(bundle, english):
    assert "came into force on 2 August 2022; the days of 2022 before it" in spoken(open_page("environment", show="air", pollutant="no2"))


def test_a_link_restores_area_and_year(bundle):
    page = open_page("environment", area="F01", year="2014")
    assert page.selectbox(key="area").value == "F01" and page.slider(key="flare_year").value == 2014
    assert page.query_params["area"] == "F01" and page.query_params["year"] == "2014"
    page.slider(key="flare_year").set_value(2016).run()
    assert page.query_params["year"] == "2016" and not page.exception


def test_what_is_not_verified_is_off_until_asked_for(bundle, english):
    plain = spoken(open_page("environment", show="air", pollutant="h2s", site="S19"))
    asked = spoken(open_page("environment", show="air", pollutant="h2s", site="S19", unverified="1"))
    assert english("air.poor") in plain and english("air.poor") not in asked and "81.76" in asked and "81.76" not in plain


def test_a_figure_that_is_not_verified_is_hollow_when_asked_for_and_absent_before(bundle, english):
    plain, asked = (
        "".join(html.proto.body for html in open_page("environment", show="figures", **more).get("html"))
        for more in ({}, {"unverified": "1"})
    )
    name = str(english.text(bundle.row("measurements", "E0246"), "subject"))[:30]
    assert name not in plain and name in asked and '<i class="hollow"' in asked and '<i class="hollow"' not in plain


def test_a_constant_is_said_to_be_no_data(bundle, english):
    page = open_page("environment", show="air", pollutant="h2s", site="S12")
    said = spoken(page)
    (table,) = [html.proto.body for html in page.get("html") if "t-shares" in html.proto.body]
    assert table.count(f">{english('air.constant')}") == table.count('<td class="constant"') == 3
    assert "No limit line" in said and "1,322 of 1,461" in said


def test_the_period_of_the_link_narrows_the_figures(bundle, english):
    page = open_page("environment", show="figures", topic="fines", **{"from": "2025", "to": "2026"})
    said = spoken(page)
    assert "739.6" in said or "740" in said
    assert "2020" not in page.get("html")[0].proto.body
    page.button(key="all_years").click().run()
    assert "from" not in page.query_params and not page.exception


def test_a_source_of_a_figure_opens_beside_it(bundle, english):
    page = open_page("environment", show="figures", topic="spending")
    follow(page, id="BNS-EMIS")
    assert page.session_state["picked"] == ("source", "BNS-EMIS") and english("card.close") in spoken(page)


def test_a_bundle_without_figures_says_so(tiny, shows, english):  # noqa: F811
    shows(tiny())
    for show, key in (("flaring", "flaring.none"), ("figures", "figures.none"), ("air", "air.none"), ("event", "event.none")):
        assert english(key) in spoken(open_page("environment", show=show))
