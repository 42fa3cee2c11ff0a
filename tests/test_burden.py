"""Figures of burden come from dated acts and sources only; what is not known is not nought."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from evidence import burden
from evidence.burden import Burden
from evidence.model import Bundle, parse_period
from evidence.words import Words

ACT = {
    "incident_id": "I-1",
    "case_id": "C-1",
    "types": "detention_short",
    "period": "2019-05-07",
    "learned": "",
    "people_ids": "P-1",
    "source_ids": "S-1",
}
ROW = {
    "burden_id": "B-1",
    "incident_id": "I-1",
    "kind": "hours_held",
    "people_ids": "P-1",
    "persons": None,
    "value_min": 2.5,
    "value_max": 2.5,
    "unit": "hours",
    "since": "",
    "until": "",
    "source_ids": "S-1",
}


def figures(bundle: Bundle, acts: list[dict], rows: list[dict] = (), updates: list[tuple[str, str, str]] = ()) -> list[Burden]:
    """The figures of case C-1 made of these acts, told figures, and dated states (record, period, status)."""
    states = pd.DataFrame(list(updates), columns=["record_id", "period", "status"])
    states["period_start"] = pd.to_datetime([parse_period(p).start if p else None for p in states["period"]])
    tables = {
        "incidents": pd.DataFrame([{**ACT, **act} for act in acts]),
        "burdens": pd.DataFrame([{**ROW, **row} for row in rows], columns=list(ROW)),
        "status_updates": states.assign(source_ids="S-2"),
    }
    return burden.of_case(replace(bundle, tables={**bundle.tables, **tables}), "C-1")


def test_hours_of_the_same_person_are_added(bundle):
    (found,) = figures(bundle, [{}], [{}, {"burden_id": "B-2", "value_min": 3, "value_max": 4}])
    assert (found.low, found.high, found.burden_ids) == (5.5, 6.5, ("B-1", "B-2"))


@pytest.mark.parametrize("other", [{"people_ids": "P-2"}, {"unit": "days"}, {"kind": "summons"}])
def test_other_people_kinds_and_currencies_are_never_added(bundle, other):
    assert len(figures(bundle, [{}], [{}, {"burden_id": "B-2", **other}])) == 2


def test_people_who_are_not_named_may_be_different_people(bundle):
    nameless = {"people_ids": ""}
    assert len(figures(bundle, [{}], [nameless, {"burden_id": "B-2", **nameless}])) == 2


def test_a_figure_without_a_number_is_not_known_and_not_nought(bundle, english):
    (found,) = figures(bundle, [{}], [{"value_min": None, "value_max": None}])
    assert found.low is None
    assert burden.amount(found, english) == "not known"


def test_one_unknown_part_makes_the_sum_a_least(bundle, english):
    (found,) = figures(bundle, [{}], [{}, {"burden_id": "B-2", "value_min": None, "value_max": None}])
    assert burden.amount(found, english) == "at least 2.5\u00a0hours"


def test_days_held_run_from_the_arrest_to_the_release(bundle):
    dates = {"kind": "days_held", "unit": "days", "value_min": None, "value_max": None, "since": "2016-05-17", "until": "2018-04-28"}
    (found,) = figures(bundle, [{}], [dates])
    assert (found.low, found.high) == (711, 711)


def test_days_held_without_a_dated_release_are_not_known(bundle):
    dates = {"kind": "days_held", "unit": "days", "value_min": None, "value_max": None, "since": "2016-05-17"}
    (found,) = figures(bundle, [{}], [dates])
    assert found.low is None


def test_days_under_a_case_end_with_its_first_dated_end(bundle):
    case = {"types": "criminal_case", "period": "2019-01-01"}
    ends = [("I-1", "2019-01-31", "suspended"), ("I-1", "2019-03-01", "dropped")]
    (found,) = figures(bundle, [case], updates=ends)
    assert (found.kind, found.low, found.ended, found.source_ids) == ("days_under_case", 30, "suspended", ("S-1", "S-2"))


def test_a_case_that_a_court_quashed_has_ended(bundle):
    (found,) = figures(bundle, [{"types": "criminal_case", "period": "2019-01-01"}], updates=[("I-1", "2019-01-11", "quashed")])
    assert (found.low, found.ended) == (10, "quashed")


@pytest.mark.parametrize("state", [("I-1", "", "dropped"), ("I-1", "2019-03-01", "pending"), ("I-2", "2019-03-01", "dropped")])
def test_a_case_without_a_dated_end_of_its_own_has_no_known_days(bundle, state):
    (found,) = figures(bundle, [{"types": "criminal_case"}], updates=[state])
    assert (found.low, found.ended) == (None, "")


def test_a_case_opened_in_some_month_has_a_range_of_days(bundle, english):
    case = {"types": "detention_short;criminal_case", "period": "2019-01"}
    (found,) = figures(bundle, [case], updates=[("I-1", "2019-02-28", "closed")])
    assert burden.amount(found, english) == "28–58\u00a0days"


@pytest.mark.parametrize(("period", "low"), [("2019-01-01/2019-06", 30), ("../2019-06", None), ("/2019-06", None)])
def test_days_run_from_the_beginning_of_what_lasted_if_it_is_known(bundle, period, low):
    (found,) = figures(bundle, [{"types": "criminal_case", "period": period}], updates=[("I-1", "2019-01-31", "closed")])
    assert (found.low, found.ended) == (low, "closed")


def test_days_unaware_need_the_day_the_person_learned_of_it(bundle):
    (found,) = figures(bundle, [{"period": "2019-05-01", "learned": "2019-05-07"}])
    assert (found.kind, found.low, found.high) == ("days_unaware", 6, 6)
    assert figures(bundle, [{}]) == []


def test_the_case_of_2019_costs_what_its_sources_say(bundle, english):
    found = {figure.kind: burden.amount(figure, english) for figure in burden.of_case(bundle, "C-001")}
    assert found["hours_held"] == "2.5\u00a0hours"
    assert found["km_compelled"] == "150\u00a0km"
    assert (found["interrogation"], found["summons"], found["relatives_questioned"]) == ("2", "1", "1")
    assert "fine" not in found


def test_every_told_figure_is_of_its_act(bundle):
    acts = {row.incident_id: set(row.people_ids.split(";")) for row in bundle["incidents"].itertuples()}
    for row in bundle["burdens"].itertuples():
        assert set(row.people_ids.split(";")) - {""} <= acts[row.incident_id], row.burden_id


def test_amounts_are_said_in_every_language(bundle):
    figure = Burden("days_held", 2, 21, "days", (), (), ())
    said = [burden.amount(figure, Words(bundle, language)) for language in ("en", "ru", "kk")]
    assert said == ["2–21\u00a0days", "2–21\u00a0день", "2–21\u00a0күн"]
