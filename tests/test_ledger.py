"""The ledger of norms counts acts once an article, says by whom, and lays no ending at the door of one article among several."""

from __future__ import annotations

import pytest
from conftest import ROOT
from streamlit.testing.v1 import AppTest

from evidence import ledger, select
from evidence.casefile import Status
from evidence.model import Selection

NORM = {
    "jurisdiction": "KZ", "instrument_en": "Code", "instrument_ru": "Кодекс", "instrument_kk": "Кодекс", "article": "274", "title_status": "verified", "duty_en": "D.", "duty_ru": "Д.",
    "bound": "anyone", "confidence": "A", "source_ids": "S-1",
}  # fmt: skip
NORMS = [{**NORM, "norm_id": "N-1"}, {**NORM, "norm_id": "N-2", "article": "174"}]


def made(tiny, acts, updates=()):
    cases = [{"case_id": key} for key in dict.fromkeys(row.get("case_id", "C-1") for row in acts)]
    state = {"text_en": "So.", "text_ru": "Так.", "confidence": "B", "source_ids": "S-1"}
    bundle = tiny(
        norms=NORMS,
        cases=cases,
        incidents=acts,
        status_updates=[{**state, "update_id": f"U-{at}", **row} for at, row in enumerate(updates)],
    )
    frame = select.select(bundle, Selection(relation=())).frame
    return bundle, frame, ledger.entries(frame)


def test_an_article_is_counted_by_act_and_by_case(tiny):
    acts = [
        {"incident_id": "I-1", "case_id": "C-1", "period": "2019", "norms_invoked": "N-1;N-2"},
        {"incident_id": "I-2", "case_id": "C-1", "period": "2020", "norms_invoked": "N-1", "norms_breached": "N-2"},
        {"incident_id": "I-3", "case_id": "C-2", "period": "2021", "norms_invoked": "N-1"},
        {"incident_id": "I-4", "case_id": "C-2", "period": "2021"},
    ]
    _, _, found = made(tiny, acts)
    table = ledger.by_article(found).set_index("norm_id")
    assert table.loc["N-1"].to_dict() == {"invoked": 3, "cases": 2, "breached": 0, "acts": 3}
    assert table.loc["N-2"].to_dict() == {"invoked": 1, "cases": 1, "breached": 1, "acts": 2}


def test_a_norm_kept_or_disputed_stands_beside_the_act_and_is_not_counted_as_used_or_breached(tiny):
    acts = [
        {"incident_id": "I-1", "period": "2019", "norms_invoked": "N-1", "norms_disputed": "N-1", "norms_complied": "N-2"},
    ]
    _, _, found = made(tiny, acts)
    assert set(zip(found["norm_id"], found["relation"], strict=True)) == {("N-1", "invoked"), ("N-1", "disputed"), ("N-2", "complied")}
    table = ledger.by_article(found).set_index("norm_id")
    assert table.loc["N-1"].to_dict() == {"invoked": 1, "cases": 1, "breached": 0, "acts": 1}
    assert table.loc["N-2"].to_dict() == {"invoked": 0, "cases": 0, "breached": 0, "acts": 1}


def test_acts_that_name_no_article_make_an_empty_ledger(tiny):
    _, _, found = made(tiny, [{"incident_id": "I-1", "period": "2019"}])
    assert found.empty
    assert ledger.by_article(found).empty


def test_the_ending_is_the_latest_dated_state_of_the_acts_that_name_the_article(tiny):
    acts = [
        {"incident_id": "I-1", "case_id": "C-1", "period": "2019", "norms_invoked": "N-1"},
        {"incident_id": "I-2", "case_id": "C-1", "period": "2020"},
        {"incident_id": "I-3", "case_id": "C-2", "period": "2021", "norms_invoked": "N-1"},
    ]
    updates = [
        {"record_id": "I-1", "period": "2019-05", "status": "suspended"},
        {"record_id": "I-2", "period": "2021-01-01", "status": "convicted"},
        {"record_id": "I-3", "period": "", "status": "released"},
    ]
    bundle, frame, found = made(tiny, acts, updates)
    uses = ledger.uses(bundle, frame, found, "N-1")
    assert [(use.case_id, use.ended.code if use.ended else "") for use in uses] == [("C-1", "suspended"), ("C-2", "")]
    assert ledger.endings(uses) == {"suspended": 1, "": 1}


def test_what_no_ending_was_found_for_comes_last_however_many_they_are():
    def use(state: str) -> ledger.Use:
        ended = Status(state, "2019", None, "I-1", "U-1") if state else None
        return ledger.Use("C-1", (), (), (), (), ended, ())

    told = [use(state) for state in ("", "", "", "convicted", "suspended", "suspended")]
    assert list(ledger.endings(told).items()) == [("suspended", 2), ("convicted", 1), ("", 3)]


def test_other_articles_of_the_same_acts_are_said(tiny):
    bundle, frame, found = made(tiny, [{"incident_id": "I-1", "period": "2019", "norms_invoked": "N-1;N-2"}])
    assert [use.also for use in ledger.uses(bundle, frame, found, "N-1")] == [("N-2",)]


@pytest.mark.parametrize(
    "selection", [Selection(), Selection(relation=()), Selection(case=("C-001",)), Selection(text="no such word at all")]
)
def test_the_ledger_neither_loses_nor_doubles_a_mention(bundle, selection):
    frame = select.select(bundle, selection).frame
    mentions = sum(len(cell.split(";")) for column in ledger.RELATIONS.values() for cell in frame[column] if cell)
    assert len(ledger.entries(frame)) == mentions


def test_an_article_leads_to_the_complaints_that_rest_on_it_and_to_no_others(bundle):
    assert ledger.resting(bundle, ["R-BZ-01", "R-13"])["N-024"] == ["R-BZ-01"]
    assert "N-024" not in ledger.resting(bundle, ["R-13"])


def test_what_is_kept_or_disputed_is_told_with_who_says_so(bundle):
    table = ledger.entries(bundle["incidents"])
    told = table[table["relation"].isin([ledger.COMPLIED, ledger.DISPUTED])]
    kept = told[told["relation"] == ledger.COMPLIED]
    assert set(kept["incident_id"]) == {"I2-062", "I-BZ-02"}
    assert all(bundle.row("incidents", key)[f"norms_account_{language}"] for key in told["incident_id"] for language in ("en", "ru", "kk"))


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"article": "N-074", "relation": "all"}, "Opinion adopted. "),
        ({"article": "N-062"}, "found not liable"),
        ({"article": "N-001", "relation": "all"}, "The expert review, which found no incitement"),
        ({"article": "N-045"}, "Law of Kazakhstan on trade unions, 2014 :gray"),
    ],
)
def test_the_ledger_says_what_a_body_found_and_who_says_a_norm_was_kept(link, said):
    page = AppTest.from_file(str(ROOT / "pages/case.py"), default_timeout=60)
    for name, value in {"show": "ledger", **link}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    assert said in " ".join([text.value for text in page.markdown] + [button.label for button in page.button]).replace("\\", "")


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_journalist_sees_how_often_against_whom_and_with_what_outcome(language):
    page = AppTest.from_file(str(ROOT / "pages/case.py"), default_timeout=60)
    for name, value in {"show": "ledger", "article": "N-002", "lang": language}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    assert "274" in page.header[0].value
    assert "10" in page.header[0].value
    table = next(text.value for text in page.markdown if text.value.startswith("| ") and "2019" in text.value)
    assert "31" in table.splitlines()[2]
    assert page.query_params["article"] == "N-002"


def test_a_chosen_article_is_in_the_link_and_a_case_opens_from_it():
    page = AppTest.from_file(str(ROOT / "pages/case.py"), default_timeout=60)
    page.query_params["show"] = "ledger"
    page.run()
    page.selectbox(key="chosen_article").set_value("N-048").run()
    assert page.query_params["article"] == "N-048"
    opener = next(button for button in page.button if button.key.startswith("go_case_"))
    opener.click().run()
    assert page.query_params["case"] == opener.key.removeprefix("go_case_")
    assert "show" not in page.query_params
