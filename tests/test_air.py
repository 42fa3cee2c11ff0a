"""Air: like is compared with like, a constant is no reading, and who recommends does not bind."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from evidence import air

YEAR = (pd.Timestamp(2025, 1, 1), pd.Timestamp(2026, 1, 1))


@pytest.mark.parametrize(
    ("mean", "highest", "days", "constant"),
    [
        (0.0, 0.0, 327, True),
        (201.4, 201.4, 200, True),
        (0.0, 0.0, 20, False),
        (1.2, 4.9, 300, False),
        (0.0, 0.2, 300, False),
        (math.nan, 1.0, 300, False),
    ],
)
def test_a_sensor_that_says_one_number_for_a_month_reports_a_constant(mean, highest, days, constant):
    assert air.is_constant(mean, highest, days) is constant


def test_the_constants_of_the_shipped_bundle_are_found_by_the_rule(bundle):
    found = {(row["site"], row["period"], row["pollutant"]) for row in air.readings(bundle) if row["constant"]}
    assert {("S12", "2025", "h2s"), ("S12", "2025", "so2"), ("S12", "2025", "no2"), ("S18", "2022", "h2s"), ("S18", "2025", "h2s")} <= found
    noted = {row["measurement_id"] for row in air.readings(bundle) if "constant" in row["note_en"]}
    assert noted == {row["measurement_id"] for row in air.readings(bundle) if row["constant"]}


def test_a_daily_mean_is_compared_with_daily_limits_in_one_unit(bundle):
    verdict = air.comparable(bundle, "so2", air.DAY, "ug_m3", *YEAR)
    assert {(limit.jurisdiction, round(limit.value), limit.binding) for limit in verdict.limits} == {("KZ", 50, True), ("who", 40, False)}


def test_a_daily_mean_is_not_compared_with_a_one_time_limit_and_the_reason_is_named(bundle):
    verdict = air.comparable(bundle, "h2s", air.DAY, "ug_m3", *YEAR)
    assert (verdict.limits, verdict.why, verdict.others) == ((), "averaging", ("one_time",))


def test_no_limit_of_another_averaging_time_is_ever_returned(bundle):
    for averaging in (air.DAY, air.MONTH, air.YEAR):
        for pollutant in ("h2s", "so2", "no2"):
            verdict = air.comparable(bundle, pollutant, averaging, "ug_m3", *YEAR, True)
            assert {str(limit.row["averaging_time"]) for limit in verdict.limits} <= {averaging}
            assert verdict.limits or verdict.why


def test_a_limit_that_is_not_verified_is_used_only_on_request(bundle):
    assert air.comparable(bundle, "h2s", air.DAY, "ug_m3", *YEAR).limits == ()
    asked = air.comparable(bundle, "h2s", air.DAY, "ug_m3", *YEAR, True)
    assert [str(limit.row["confidence"]) for limit in asked.limits] == ["C"]


def test_a_limit_of_later_years_is_not_held_against_earlier_ones(bundle):
    verdict = air.comparable(bundle, "so2", air.DAY, "ug_m3", pd.Timestamp(2010, 1, 1), pd.Timestamp(2011, 1, 1))
    assert (verdict.limits, verdict.why) == ((), "later")


def test_days_above_a_yardstick_that_is_no_daily_limit_are_not_shown_as_days_above_a_limit(bundle):
    rows = {row["pollutant"]: row for row in air.readings(bundle) if row["period"] == "2025" and row["averaging_time"] == air.YEAR}
    for pollutant, compared in (("h2s", False), ("so2", True), ("no2", True)):
        verdict = air.comparable(bundle, pollutant, air.DAY, "ug_m3", *YEAR)
        assert (air.counted_against(rows[pollutant], verdict) is not None) is compared
    verdict = air.comparable(bundle, "so2", air.DAY, "ug_m3", *YEAR)
    assert air.counted_against(rows["h2s"], verdict) is None


def test_coverage_is_never_more_than_the_days_of_the_period(bundle):
    assert all(0 < row["days_valid"] <= row["expected"] for row in air.readings(bundle))


def test_the_numbers_taken_out_of_the_sentences_are_those_of_the_sentences(bundle):
    for row in air.readings(bundle):
        assert f"highest day {row['highest_day']:.2f}" in row["comparator_en"]
        if row["days_above"] == row["days_above"]:
            assert f"days over {row['days_above_of']:.0f}: {row['days_above']:.0f} of {row['days_valid']:.0f}" in row["comparator_en"]


def test_the_line_of_a_limit_says_whose_it_is_in_few_letters_and_that_it_is_not_verified(bundle, english):
    from evidence.ui.posts import rule_name

    (who,) = air.comparable(bundle, "h2s", "h24", "ug_m3", *YEAR, unverified=True).limits
    assert rule_name(english, who).startswith("WHO: recommends 150 (") and "not verified" in rule_name(english, who)
    norm = next(one for one in air.comparable(bundle, "no2", "h24", "ug_m3", *YEAR).limits if one.binding)
    assert rule_name(english, norm) == "Kazakhstan: limit 40"
