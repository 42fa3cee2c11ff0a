"""A mechanism's own conditions held against a case: met, not met, not known; never a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from evidence import eligibility
from evidence.eligibility import TESTS, Facts
from evidence.model import parse_period

ACT = {
    "incident_id": "I-1",
    "period": "2019-05-07",
    "country": "KZ",
    "place_id": "S01",
    "types": "detention_short",
    "people_ids": "P-1",
    "victim_type": "individual",
    "defender_types": "ngo_staff",
    "perpetrator_types": "police",
    "company_ids": "O-1",
}
BEGAN = {"valid_from_start": pd.Timestamp("2001-10-30"), "countries": "KZ"}


def result(test: str, *acts: dict, row: dict | None = None, home: tuple[str, ...] = (), unread: frozenset[str] = frozenset()) -> str:
    """What one test says of a case with these acts, on 24 November 2026."""
    frame = pd.DataFrame([{**ACT, **act} for act in acts], columns=list(ACT))
    for side in ("start", "end"):
        frame[f"period_{side}"] = pd.to_datetime([getattr(parse_period(p), side) if p else None for p in frame["period"]])
    return TESTS[test](Facts(frame, home, unread, date(2026, 11, 24)), {**BEGAN, **(row or {})})[0]


@pytest.mark.parametrize(
    ("test", "act", "said"),
    [
        ("party", {}, "met"),
        ("party", {"country": "TM"}, "unknown"),
        ("country", {}, "met"),
        ("country", {"country": "AZ"}, "unmet"),
        ("acts_since", {}, "met"),
        ("acts_since", {"period": "2000"}, "unmet"),
        ("acts_since", {"period": "2001-10-29"}, "unmet"),
        ("acts_since", {"period": "2001-10-30"}, "met"),
        ("acts_since", {"period": "2001"}, "unknown"),
        ("acts_since", {"country": "AZ"}, "unknown"),
        ("person", {}, "met"),
        ("person", {"people_ids": ""}, "unknown"),
        ("victim", {}, "met"),
        ("defender", {}, "met"),
        ("defender", {"defender_types": ""}, "unknown"),
        ("perpetrator", {}, "met"),
        ("perpetrator", {"perpetrator_types": "unknown"}, "unknown"),
        ("company", {}, "met"),
        ("company", {"company_ids": ""}, "unmet"),
        ("custody", {}, "met"),
        ("custody", {"types": "threat"}, "unmet"),
        ("dated_placed", {}, "met"),
        ("dated_placed", {"place_id": ""}, "unknown"),
        ("dated_placed", {"period": "../2026"}, "unknown"),
    ],
)
def test_each_condition_says_yes_and_says_no(test, act, said):
    assert result(test, act) == said


def test_one_act_in_another_country_leaves_it_open():
    assert result("country", {}, {"incident_id": "I-2", "country": "AZ"}) == "unknown"
    assert result("party", {}, {"incident_id": "I-2", "country": "AZ"}) == "unknown"


def test_a_mechanism_that_is_not_there_yet_cannot_be_met():
    assert result("in_office", {}, row={"valid_from_start": pd.Timestamp("2022-06-01")}) == "met"
    assert result("in_office", {}, row={"valid_from_start": pd.Timestamp("2027-06-01")}) == "unmet"
    assert result("in_office", {}, row={"valid_from_start": pd.NaT}) == "unknown"


def test_that_no_complaint_at_home_is_recorded_does_not_mean_that_there_was_none():
    assert result("domestic", {}) == "unknown"
    assert result("domestic", {}, home=("R-1",)) == "met"


def test_help_is_no_complaint_at_home(tiny):
    sent = {
        "period": "2019", "period_basis": "printed", "mechanism": "prosecutor_local", "mechanism_name_en": "P.", "mechanism_name_ru": "П.", "mechanism_name_kk": "П.",
        "against_kind": "state", "subject_en": "S.", "subject_ru": "С.", "stage": "filed", "response_type": "not_known", "country": "KZ", "confidence": "B", "source_ids": "S-1", "case_id": "C-1",
    }  # fmt: skip
    bundle = tiny(
        responses=[{**sent, "response_id": "R-1", "kind": "domestic_complaint"}, {**sent, "response_id": "R-2", "kind": "support"}]
    )
    assert eligibility.facts(bundle, "C-1").complaints_at_home == ("R-1",)


def test_an_act_without_a_source_that_was_read_leaves_the_evidence_open():
    assert result("sourced", {}) == "met"
    assert result("sourced", {}, unread=frozenset({"I-1"})) == "unknown"


@pytest.mark.parametrize("test", sorted(set(TESTS) - {"always", "in_office", "domestic"}))
def test_of_a_case_without_acts_nothing_is_known(test):
    assert result(test) == "unknown"


@pytest.mark.parametrize("test", ["filer", "outside", "unread"])
def test_what_only_the_filer_or_the_rest_of_the_rule_could_tell_stays_unknown(test):
    assert result(test, {}) == "unknown"


# ── the shipped bundle ───────────────────────────────────────────────────────────────────────────
def test_every_test_of_the_vocabulary_exists_and_is_explained(english):
    assert set(english.codes("condition_test")) == set(TESTS)
    assert all(english.definition("condition_test", test) for test in TESTS)


def test_a_condition_that_was_not_verified_is_not_used(bundle):
    table = bundle["conditions"]
    doubtful = table.assign(confidence=["C", *table["confidence"].astype(str)[1:]])
    made = replace(bundle, tables={**bundle.tables, "conditions": doubtful})
    assert len(eligibility.check(made, "C-001")) == len(eligibility.check(bundle, "C-001")) - 1


def test_no_mechanism_is_ever_said_to_be_wholly_met_where_its_rule_was_not_wholly_read(bundle):
    findings = pd.DataFrame(eligibility.check(bundle, "C-001"))
    unread = bundle["conditions"].query("test == 'unread'")["mechanism"].astype(str)
    assert set(unread) <= set(findings.loc[findings["result"] == "unknown", "mechanism"])


def test_the_case_knows_where_it_already_went(bundle):
    assert eligibility.used(bundle, "C-001", "un_hrd_rapporteur") == ("R-BZ-02",)
    assert eligibility.used(bundle, "C-001", "oecd_ncp") == ()


def test_every_condition_names_the_rule_it_comes_from(bundle):
    for row in bundle["conditions"].itertuples():
        tables = [name for name in ("forms", "deadlines", "responses") if bundle.has(name, row.rule_id)]
        assert len(tables) == 1, row.condition_id
        assert set(row.source_ids.split(";")) & set(bundle.row(tables[0], row.rule_id)["source_ids"].split(";")), row.condition_id
