"""A case file says what is recorded, in order, with dates on every status, and names what is not there."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest
from conftest import ROOT, follow, rows_of
from streamlit.testing.v1 import AppTest

from evidence import casefile
from evidence.words import Words


def act(key: str, period: str, **more: str) -> dict[str, str]:
    return {"incident_id": key, "case_id": "C-1", "period": period, **more}


RESPONSE = {
    "period_basis": "printed", "mechanism": "prosecutor_local", "mechanism_name_en": "Prosecutor", "mechanism_name_ru": "Прокурор", "mechanism_name_kk": "Прокурор",
    "kind": "domestic_complaint", "against_kind": "state", "subject_en": "S.", "subject_ru": "С.", "stage": "filed", "response_type": "not_known",
    "country": "KZ", "confidence": "B", "source_ids": "S-1",
}  # fmt: skip


def asked(key: str, period: str, **more: str) -> dict[str, str]:
    return {**RESPONSE, "response_id": key, "case_id": "C-1", "period": period, **more}


def state(record: str, period: str, status: str, key: str = "U-1") -> dict[str, str]:
    return {
        "update_id": key,
        "record_id": record,
        "period": period,
        "status": status,
        "text_en": "So.",
        "text_ru": "Так.",
        "confidence": "B",
        "source_ids": "S-1",
    }


def keys(bundle) -> list[str]:
    return [link.key for link in casefile.chain(bundle, "C-1")]


def test_a_complaint_of_the_same_day_follows_the_acts_of_that_day(tiny):
    bundle = tiny(
        incidents=[act("I-1", "2019-05-07", sequence="1"), act("I-2", "2019-05-08", sequence="2")], responses=[asked("R-1", "2019-05-07")]
    )
    assert keys(bundle) == ["I-1", "R-1", "I-2"]


def test_a_complaint_dated_to_a_year_does_not_stand_before_the_acts_of_that_year(tiny):
    bundle = tiny(incidents=[act("I-1", "2019-05-07")], responses=[asked("R-1", "2019"), asked("R-2", "2018")])
    assert keys(bundle) == ["R-2", "I-1", "R-1"]


def test_a_later_step_known_only_to_its_month_stays_behind_the_earlier_one(tiny):
    bundle = tiny(
        incidents=[act("I-2", "2019-05", sequence="2"), act("I-1", "2019-05-08", sequence="1")], responses=[asked("R-1", "2019-05-08")]
    )
    assert keys(bundle) == ["I-1", "I-2", "R-1"]


def test_support_is_told_apart_and_not_lost(tiny):
    bundle = tiny(incidents=[act("I-1", "2019")], responses=[asked("R-1", "2019", kind="support"), asked("R-2", "2019")])
    assert keys(bundle) == ["I-1", "R-2"]
    assert [row["response_id"] for row in casefile.support(bundle, "C-1")] == ["R-1"]


def test_every_act_and_response_of_every_case_is_told_once(bundle):
    for case in bundle["cases"]["case_id"]:
        told = [link.key for link in casefile.chain(bundle, case)] + [row["response_id"] for row in casefile.support(bundle, case)]
        rows = [
            *bundle["incidents"].query("case_id == @case")["incident_id"],
            *bundle["responses"].query("case_id == @case")["response_id"],
        ]
        assert sorted(told) == sorted(rows)


def test_the_status_is_the_latest_dated_state_and_carries_its_day(tiny):
    bundle = tiny(
        incidents=[act("I-1", "2017")],
        status_updates=[state("I-1", "2018-03-01", "detained"), state("I-1", "2019-05~", "suspended", "U-2")],
    )
    found = casefile.status(bundle, "C-1")
    assert (found.code, found.day) == ("suspended", date(2019, 5, 31))
    assert casefile.in_words(found, Words(bundle, "en")) == "Suspended (as of 31 May 2019)"


@pytest.mark.parametrize(
    ("period", "status"), [("", "released"), ("2019-05-07", "other"), ("2019-05-07", "not_found"), ("2019/..", "open")]
)
def test_what_has_no_day_or_names_no_state_is_no_status(tiny, period, status):
    bundle = tiny(incidents=[act("I-1", "2017")], status_updates=[state("I-1", period, status)])
    assert casefile.status(bundle, "C-1") is None


def test_a_year_is_not_made_into_its_last_day(tiny):
    bundle = tiny(incidents=[act("I-1", "2017")], status_updates=[state("I-1", "2022", "released")])
    assert casefile.in_words(casefile.status(bundle, "C-1"), Words(bundle, "en")) == "Released (as of 2022)"


def test_what_is_missing_is_named_with_its_records(tiny):
    bundle = tiny(
        sources=[{"read_extent": "excerpt"}],
        incidents=[act("I-1", "2019-05-07"), act("I-2", "2019-05")],
        status_updates=[state("I-1", "", "not_found")],
    )
    gaps = {gap.key: gap.ids for gap in casefile.missing(bundle, "C-1")}
    assert gaps == {
        "status": ("I-2", "I-1"),
        "outcome": ("I-1",),
        "document": ("S-1",),
        "date": ("I-2",),
        "excerpt": ("S-1",),
        "archive": ("S-1",),
    }


def test_what_is_there_is_not_called_missing(tiny):
    bundle = tiny(
        sources=[{"type": "court_record", "archive_url": "https://web.archive.org/web/2020/https://example.org"}],
        incidents=[act("I-1", "2019-05-07")],
        status_updates=[state("I-1", "2019-06-01", "released")],
    )
    assert casefile.missing(bundle, "C-1") == ()


def test_a_denial_is_an_answer_and_an_unanswered_complaint_is_not(bundle):
    denied = casefile.answers(bundle, bundle.row("incidents", casefile.acts(bundle, "C-009")["incident_id"].iloc[0]))
    waiting = casefile.answers(bundle, bundle.row("incidents", "I-BZ-03"))
    assert denied.denials
    assert not waiting.denials
    assert not waiting.replies
    assert set(waiting.waiting) >= {"R-BZ-01"}


def test_a_company_that_is_not_named_owes_no_answer(tiny):
    bundle = tiny(incidents=[act("I-1", "2019")])
    assert casefile.answers(bundle, bundle.row("incidents", "I-1")).company == ""


def test_the_case_asked_for_stands_on_top_and_then_those_with_the_latest_act():
    acts = pd.DataFrame({"case_id": ["C-1", "C-2", "", "C-1", "C-3"]})
    assert casefile.matching(acts, "C-1") == ["C-1", "C-3", "C-2"]
    assert casefile.matching(acts, "C-9") == ["C-3", "C-1", "C-2"]


def test_claims_stand_side_by_side(bundle):
    found = casefile.contradictions(bundle, "C-009")
    assert {claim["stance"] for rows in found.values() for claim in rows} >= {"asserts", "denies"}


def test_a_claim_that_nobody_answers_contradicts_nothing(tiny):
    claim = {
        "claim_id": "K-1",
        "topic": "day",
        "record_id": "I-1",
        "field": "arrest_day",
        "stance": "asserts",
        "text_en": "T.",
        "text_ru": "Т.",
    }
    bundle = tiny(incidents=[act("I-1", "2019")], claims=[{**claim, "value": "7", "confidence": "B", "source_ids": "S-1"}])
    assert casefile.contradictions(bundle, "C-1") == {}


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages/case.py"), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_advocate_sees_the_day_in_order_its_source_and_that_he_did_not_know(language, bundle):
    words = Words(bundle, language)
    page = open_page(case="C-001", lang=language)
    assert not page.exception
    texts = [text.value.replace("\\", "") for text in page.markdown]
    day = words.date("2019-05-07")
    assert any(day in text and words("card.learned") in text for text in texts)
    assert any("https://" in text and words.label("read_extent", "full")[1:] in text for text in texts)
    (chain,) = [text for text in texts if "t-act t-incident" in text]
    assert re.findall(r"\[\*\*(\d)\. ", chain)[:7] == list("1234567")
    assert "id=I-BZ-03" in chain
    follow(page, id="I-BZ-03")
    assert page.query_params["id"] == "I-BZ-03"


def test_a_figure_of_burden_opens_its_rows_and_its_link_says_so():
    page = open_page(case="C-001")
    assert any("figure=0" in text.value for text in page.markdown)
    follow(page, figure="0")
    assert rows_of(page, "burden") == ["I-BZ-03"]


def test_a_kind_of_actor_that_the_source_names_itself_is_not_said_twice(bundle):
    words, row = Words(bundle, "en"), {"perpetrator_types": "court;prison"}
    assert casefile.actors(words, row, "A district court") == "Prison authority. A district court"
    assert casefile.actors(words, row, "") == "Court, prison authority"
    assert casefile.actors(words, row, "Courtiers") == "Court, prison authority. Courtiers"
