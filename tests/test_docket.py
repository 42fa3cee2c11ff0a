"""Clocks, states and waits of the docket: each rule says yes once and no once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from conftest import follow
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from evidence import docket, report
from evidence.docket import Days, days_between, due_day
from evidence.load import ROOT
from evidence.model import Bundle, intervals, parse_period
from evidence.ui.docket import whole
from evidence.words import Words

LAW = {
    "deadline_id": "DL01", "mechanism": "state_body", "country": "KZ", "length_max": "15", "unit": "working_days", "starts": "receipt_confirmed",
    "awaits": "replied", "valid_from": "2021-07-01", "confidence": "A",
}  # fmt: skip
SENT = {
    "response_id": "R-1", "case_id": "C-1", "mechanism": "prosecutor_local", "kind": "domestic_complaint", "against_kind": "state", "stage": "filed",
    "response_type": "not_known", "country": "KZ", "source_ids": "",
}  # fmt: skip


def step(when: str, stage: str, response: str = "R-1") -> dict[str, str]:
    """A dated stage of a response."""
    return {"response_id": response, "period": when, "stage": stage, "source_ids": ""}


def small(bundle: Bundle, responses: list[dict[str, str]], steps: Iterable[dict[str, str]], *law: dict[str, str], today: str) -> Bundle:
    """The shipped vocabulary with other responses, stages and rules, published on a day."""
    rules = pd.DataFrame([{**dict.fromkeys(bundle["deadlines"].columns, ""), **one} for one in law]).astype({"length_max": float})
    for name in ("valid_from", "valid_to"):
        rules[f"{name}_start"], rules[f"{name}_end"] = intervals(rules[name])
    tables = {
        "responses": pd.DataFrame(responses),
        "response_events": pd.DataFrame(list(steps), columns=["response_id", "period", "stage", "source_ids"]),
        "deadlines": rules,
        "incidents": pd.DataFrame({"case_id": ["C-1"]}),
    }
    return replace(bundle, published=today, tables={**bundle.tables, **tables})


@pytest.fixture
def row(bundle: Bundle) -> Callable[..., pd.Series]:
    """The docket's row of one complaint with these stages, seen on a day."""

    def make(*steps: dict[str, str], today: str = "2026-11-24", law: dict[str, str] | None = None, **changes: str) -> pd.Series:
        return docket.docket(small(bundle, [{**SENT, **changes}], steps, {**LAW, **(law or {})}, today=today)).iloc[0]

    return make


# ── days ─────────────────────────────────────────────────────────────────────────────────────────
PERIODS = st.sampled_from(["2019", "2019-05", "2019-05-07", "2017~", "2018-12/2019-02", "2019-21", "2020-02-29"]).map(parse_period)


@given(PERIODS, PERIODS, st.data())
def test_no_pair_of_days_lies_outside_the_range(first, last, data):
    days = days_between(first, last)
    one, other = (data.draw(st.dates(p.start, date.fromordinal(p.end.toordinal() - 1))) for p in (first, last))
    if one <= other:
        assert days is not None and days.low <= (other - one).days <= days.high


def test_a_date_without_an_end_gives_no_days():
    assert days_between(parse_period("2019/.."), parse_period("2020-01-01")) is None


def test_what_came_before_it_was_asked_gives_no_days():
    assert days_between(parse_period("2020"), parse_period("2019-05-07")) is None


# ── due days ─────────────────────────────────────────────────────────────────────────────────────
def test_fifteen_working_days_leave_out_weekends():
    assert due_day(date(2021, 9, 6), 15, "working_days", "KZ") == date(2021, 9, 27)


def test_a_holiday_moves_the_due_day_and_a_working_saturday_moves_it_back():
    # 3 July 2021 was made a working Saturday; 5, 6 and 20 July were days off.
    assert due_day(date(2021, 7, 1), 1, "working_days", "KZ") == date(2021, 7, 2)
    assert due_day(date(2021, 7, 1), 2, "working_days", "KZ") == date(2021, 7, 3)
    assert due_day(date(2021, 7, 1), 15, "working_days", "KZ") == date(2021, 7, 26)


def test_a_month_ends_with_the_month_it_falls_into():
    assert due_day(date(2021, 1, 31), 1, "months", "KZ") == date(2021, 2, 28)


def test_a_clock_in_hours_has_no_due_day():
    with pytest.raises(ValueError, match="hours"):
        due_day(date(2021, 1, 31), 3, "hours", "KZ")


def test_the_rule_gives_a_due_date_from_its_first_day_on(row):
    assert row(step("2021-07-01", "filed"))["due_last"] == date(2021, 7, 26)


def test_the_day_before_the_rule_began_has_no_verified_clock_and_says_since_when(row):
    found = row(step("2021-06-30", "filed"))
    assert (found["deadline_id"], found["no_due"], found["no_due_since"]) == ("", "before", date(2021, 7, 1))


def test_a_rule_that_has_ended_gives_no_due_date(row):
    assert row(step("2021-09-06", "filed"), law={"valid_to": "2021-08-31"})["no_due"] == "none"


@pytest.mark.parametrize(
    "law", [{"confidence": "C"}, {"valid_from": ""}, {"awaits": "transmitted"}, {"country": ""}, {"country": "international"}]
)
def test_a_rule_that_is_not_verified_or_not_for_an_answer_gives_no_due_date(row, law):
    assert row(step("2021-09-06", "filed"), law=law)["no_due"] == "none"


def test_a_rule_without_a_country_binds_none(bundle):
    rules = [LAW, {**LAW, "country": "", "unit": "days"}]
    assert [rule["country"] for rule in docket.answer_rules(small(bundle, [SENT], [], *rules, today="2026-11-24"))] == ["KZ"]


def test_working_days_of_a_country_whose_holidays_are_not_known_are_not_counted(bundle):
    rules = [{**LAW, "country": "XX"}, {**LAW, "country": "XX", "unit": "days", "deadline_id": "DL02"}]
    assert [rule["deadline_id"] for rule in docket.answer_rules(small(bundle, [SENT], [], *rules, today="2026-11-24"))] == ["DL02"]


def test_a_mechanisms_own_rule_goes_before_the_general_one(bundle):
    own = {**LAW, "deadline_id": "DL09", "mechanism": "prosecutor_local", "length_max": "5"}
    made = small(bundle, [SENT], [step("2021-09-06", "filed")], LAW, own, today="2026-11-24")
    assert docket.docket(made).iloc[0][["deadline_id", "due_last"]].tolist() == ["DL09", date(2021, 9, 13)]


def test_a_rule_of_one_country_does_not_bind_another(row):
    assert row(step("2021-09-06", "filed"), country="AZ")["no_due"] == "none"


def test_a_court_is_not_held_to_the_clock_of_an_authority(row):
    assert row(step("2021-09-06", "filed"), mechanism="court", kind="lawsuit")["no_due"] == "none"


def test_a_filing_known_to_a_month_has_a_range_of_due_days(row):
    found = row(step("2021-09", "filed"))
    assert (found["due_first"], found["due_last"]) == (date(2021, 9, 22), date(2021, 10, 21))


# ── states ───────────────────────────────────────────────────────────────────────────────────────
def test_on_the_due_day_it_is_open_and_a_day_later_overdue(row):
    assert row(step("2021-09-06", "filed"), today="2021-09-27")["state"] == "open"
    late = row(step("2021-09-06", "filed"), today="2021-09-28")
    assert (late["state"], late["late_days"]) == ("overdue", 1)


def test_an_imprecise_filing_is_overdue_only_when_every_day_of_it_would_be(row):
    assert row(step("2021-09", "filed"), today="2021-10-20")["state"] == "open"
    assert row(step("2021-09", "filed"), today="2021-10-22")["state"] == "overdue"


def test_a_state_without_a_verified_clock_is_silent_for_so_many_days(row):
    found = row(step("2019-05-07", "filed"))
    assert (found["state"], found["days_min"], found["days_max"]) == ("silent", 2758, 2758)


def test_an_international_body_is_open_and_never_late(row):
    found = row(step("2012-01-01", "filed"), mechanism="un_hrd_rapporteur", kind="un_complaint")
    assert (found["state"], found["asked"], found["no_due"]) == ("open", "international", "")


def test_a_letter_of_the_un_asks_the_state(row):
    found = row(step("2012-01-13", "transmitted"), mechanism="un_special_procedure", kind="urgent_appeal", stage="no_reply")
    assert (found["asked"], found["state"]) == ("state", "silent")


def test_a_company_is_asked_by_its_own_desk(row):
    assert row(step("2012-01-13", "filed"), mechanism="company_grievance", against_kind="company")["asked"] == "company"


def test_an_answer_ends_the_days_even_if_it_refuses(row):
    found = row(step("2021-09-06", "filed"), step("2021-10-06", "decision_against"), stage="decision_against")
    assert (found["state"], found["days_max"], found["late_days"]) == ("answered", 30, 9)


def test_what_came_before_the_filing_answers_something_else(row):
    found = row(step("2021-09-06", "filed"), step("2020-05-01", "replied"))
    assert (found["state"], found["came"]) == ("overdue", "")


def test_an_answer_in_time_is_not_late(row):
    found = row(step("2021-09-06", "filed"), step("2021-09-20", "replied"), stage="replied")
    assert found["state"] == "answered" and pd.isna(found["late_days"])


def test_an_answer_dated_to_a_month_took_a_range_of_days(row):
    found = row(step("2021-09-06", "filed"), step("2021-10", "replied"), stage="replied")
    assert (found["days_min"], found["days_max"]) == (25, 55)


def test_a_review_under_way_is_not_yet_an_answer(row):
    assert row(step("2019-05-07", "filed"), step("2019-06-07", "under_review"), stage="under_review")["state"] == "silent"


def test_an_answer_that_is_not_dated_is_an_answer_without_days(row):
    found = row(step("2019-05-07", "filed"), stage="replied")
    assert found["state"] == "answered" and pd.isna(found["days_min"])


def test_what_is_closed_is_closed_also_after_an_answer(row):
    found = row(step("2019-05-07", "filed"), step("2019-06-07", "replied"), step("2019-07-07", "closed"), stage="closed")
    assert (found["state"], found["days_max"]) == ("closed", 31)


def test_an_answer_without_a_known_filing_has_no_days(row):
    found = row(step("2017", "opinion_adopted"), mechanism="un_wgad", kind="opinion", stage="opinion_adopted")
    assert found["state"] == "answered" and pd.isna(found["days_min"])


@pytest.mark.parametrize("changes", [{"kind": "support"}, {"kind": "country_visit"}, {"mechanism": "ngo_appeal", "kind": "urgent_appeal"}])
def test_support_visits_and_public_appeals_ask_for_no_answer(row, changes):
    assert row(step("2019-05-07", "published"), stage="published", **changes)["state"] == "not_asked"


# ── steps of one matter, selections ──────────────────────────────────────────────────────────────
def two(bundle: Bundle, *steps: dict[str, str], **changes: str) -> pd.DataFrame:
    """The docket of two responses of one case to one mechanism."""
    first = {**SENT, "mechanism": "oecd_ncp", "kind": "specific_instance"}
    second = {**first, "response_id": "R-2", "stage": "partly_accepted", **changes}
    return docket.docket(small(bundle, [first, second], steps, LAW, today="2026-11-24")).set_index("response_id")


def test_a_later_step_without_a_filing_of_its_own_answers_the_earlier_filing(bundle):
    found = two(bundle, step("2013-06-17", "filed"), step("2013-11-17", "partly_accepted", "R-2"))
    assert found.loc["R-2", "step_of"] == "R-1"
    assert (found.loc["R-1", "state"], found.loc["R-1", "days_max"]) == ("answered", 153)
    assert docket.waits(found.reset_index()).answered == (Days(153, 153),)


def test_a_second_complaint_does_not_answer_the_first(bundle):
    found = two(bundle, step("2013-06-17", "filed"), step("2013-10-01", "filed", "R-2"), step("2013-11-17", "partly_accepted", "R-2"))
    assert found.loc["R-1", "state"] == "open" and found.loc["R-2", "step_of"] == ""


def test_a_step_with_another_mechanism_answers_nothing(bundle):
    found = two(bundle, step("2013-06-17", "filed"), step("2013-11-17", "partly_accepted", "R-2"), mechanism="un_wgad")
    assert found.loc["R-1", "state"] == "open"


def test_cases_without_an_act_are_shown_only_to_who_filters_nothing(bundle):
    made = small(bundle, [SENT, {**SENT, "response_id": "R-2", "case_id": "C-2"}], [], LAW, today="2026-11-24")
    assert list(docket.chosen(made, ["C-1"], unfiltered=False)["response_id"]) == ["R-1"]
    assert set(docket.chosen(made, ["C-1"], unfiltered=True)["response_id"]) == {"R-1", "R-2"}


# ── waits ────────────────────────────────────────────────────────────────────────────────────────
def rows_of(answered: list[int], waiting: list[int]) -> pd.DataFrame:
    """Rows as `waits` reads them."""
    days = [*answered, *waiting]
    states = ["answered"] * len(answered) + ["silent"] * len(waiting)
    return pd.DataFrame({"step_of": "", "state": states, "days_min": days, "days_max": days})


def test_four_answers_give_no_median_and_five_do():
    assert docket.waits(rows_of([10, 20, 30, 40], [])).median is None
    assert docket.waits(rows_of([10, 20, 30, 40, 50], [])).median == 30


def test_who_still_waits_counts_as_waiting_at_least_so_long():
    # Without the five that wait, half had an answer after 30 days; with them, five of ten only after 50.
    assert docket.waits(rows_of([10, 20, 30, 40, 50], [900] * 5)).median == 50
    assert docket.waits(rows_of([10, 20, 30, 40, 50], [900] * 6)).median is None


@pytest.mark.parametrize(("answered", "waiting"), [(12, 12), (13, 11), (20, 4), (5, 0)])
def test_the_median_is_the_day_on_which_half_had_an_answer(answered, waiting):
    days = [10 * (at + 1) for at in range(answered)]
    assert docket.waits(rows_of(days, [9_999] * waiting)).median == days[-(-(answered + waiting) // 2) - 1]


def test_the_bounds_of_the_median_lie_around_it():
    found = docket.waits(rows_of(list(range(10, 210, 10)), [15, 25]))
    assert found.low < found.median < found.high


def test_every_response_stands_in_one_mechanism(bundle):
    rows = docket.docket(bundle)
    ids = [key for group in docket.groups(rows, "mechanism") for key in group.ids]
    assert sorted(ids) == sorted(rows["response_id"])


# ── the shipped bundle ───────────────────────────────────────────────────────────────────────────
def test_every_mechanism_kind_and_stage_of_the_vocabulary_has_its_group(bundle, english):
    groups = {"mechanism": "mechanism_family", "response_kind": "response_role", "response_stage": "stage_group"}
    for terms, parents in groups.items():
        assert {english.term(terms, code)["parent"] for code in english.codes(terms)} <= set(english.codes(parents))


def test_every_state_has_its_words(bundle):
    for language in ("en", "ru", "kk"):
        words = Words(bundle, language)
        assert set(words.codes("docket_state")) == set(docket.STATES)
        assert all(words.definition("docket_state", state) for state in docket.STATES)


def test_the_complaints_of_2019_have_no_due_date_and_the_page_can_say_why(bundle):
    rows = docket.docket(bundle).set_index("response_id")
    first = rows.loc["R-BZ-01"]
    assert (first["state"], first["deadline_id"], first["no_due_since"]) == ("silent", "", date(2021, 7, 1))
    assert first["days_min"] == (docket.as_of(bundle) - date(2019, 5, 7)).days


def test_only_the_rule_that_was_verified_sets_a_clock(bundle):
    assert [rule["deadline_id"] for rule in docket.answer_rules(bundle)] == ["DL01"]


# ── the page ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def opened() -> Callable[..., AppTest]:
    """The Answers page as a link opens it."""

    def make(**query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "pages" / "answers.py"), default_timeout=60)
        for word, value in query.items():
            app.query_params[word] = value
        app.run()
        assert not app.exception
        return app

    return make


def rows_on(app: AppTest) -> list[str]:
    """The responses of the docket's rows on the screen."""
    return [key for text in app.markdown if "t-row" in text.value for key in re.findall(r"[?&]id=([\w-]+)\)", text.value)]


def test_the_link_says_which_state_is_shown(opened, bundle):
    assert set(rows_on(opened(case="C-001", state="silent"))) == {"R-BZ-01", "R-BZ-04", "R-BZ-05"}


def test_a_state_that_is_not_there_shows_everything(opened):
    assert len(rows_on(opened(case="C-001", state="overdue"))) == 6


def test_a_row_opens_the_card_of_its_response_and_the_link_says_so(opened):
    app = opened(case="C-001")
    assert "R-BZ-02" in rows_on(app)
    follow(app, id="R-BZ-02")
    assert app.session_state["picked"] == ("response", "R-BZ-02")
    assert "R-BZ-02" in app.query_params["id"]


def test_a_mechanism_opens_into_its_rows(opened):
    app = opened(case="C-001")
    assert any("mechanism=prosecutor_local" in text.value for text in app.markdown)
    follow(app, mechanism="prosecutor_local")
    assert set(rows_on(app)) == {"R-BZ-01", "R-BZ-04"}


def test_a_selection_without_responses_says_so_and_still_helps(opened, english):
    app = opened(case="C-005")
    assert english("answers.empty") in [info.value for info in app.info]
    assert english("eligibility.title") in [head.value for head in app.subheader]


def test_the_helper_always_sends_the_reader_to_a_lawyer(opened, bundle):
    for language, said in (("en", "lawyer"), ("ru", "юрист"), ("kk", "заңгер")):
        app = opened(case="C-001", lang=language)
        assert any(said in text.value for text in (*app.markdown, *app.caption))


def test_the_download_holds_the_rows_shown_with_their_days(bundle, english):
    rows = docket.chosen(bundle, ["C-001"], unfiltered=False)
    text = report.csv(whole(bundle, rows), bundle, english).decode("utf-8-sig")
    assert text.count("\r\n") == len(rows) + 1
    assert {"days_min", "state", "no_due", "outcome_en"} <= set(text.splitlines()[0].split(","))
