"""A number says what it counts and how sure it is; where it cannot, it says nothing."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from evidence.counts import compare, cross, events, per_period, poisson_interval, things, trend, within
from evidence.model import parse_period


def dated(*periods: str) -> pd.DataFrame:
    """Records with these EDTF dates, as the loader gives them."""
    spans = [parse_period(text) for text in periods]
    days = {f"period_{side}": pd.to_datetime([getattr(span, side) for span in spans]) for side in ("start", "end")}
    return pd.DataFrame({"incident_id": [f"I-{at}" for at in range(len(periods))], **days})


# ── one number ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("n", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (100, 81.36, 121.63)]
)
def test_the_interval_is_the_one_of_the_tables(n, low, high):
    assert poisson_interval(n) == pytest.approx((low, high), abs=0.005)


@given(st.integers(0, 2000))
def test_the_interval_holds_the_count_and_leaves_the_tails_it_promises(n):
    low, high = poisson_interval(n)
    assert low <= n <= high
    assert poisson.cdf(n, high) == pytest.approx(0.025, abs=1e-6)
    assert n == 0 or poisson.sf(n - 1, low) == pytest.approx(0.025, abs=1e-6)


def test_a_negative_count_is_a_mistake():
    with pytest.raises(ValueError, match="-1"):
        poisson_interval(-1)


def test_events_are_counted_once_each_with_their_rows():
    figure = events(pd.DataFrame({"incident_id": ["I-1", "I-2", "I-1"]}), "incident_id", "incident")
    assert (figure.value, figure.ids, figure.noun) == (2, ("I-1", "I-2"), "incident")
    assert (figure.low, figure.high) == poisson_interval(2)


def test_things_that_are_no_events_have_no_interval():
    figure = things(["C-1", "C-2", "C-1"], "case")
    assert (figure.value, figure.ids, figure.low, figure.high) == (2, ("C-1", "C-2"), None, None)


# ── over time ────────────────────────────────────────────────────────────────────────────────────
def test_a_record_dated_across_years_is_shared_between_them():
    series = per_period(dated("2019", "2019/2020", "2019-05-07"), "year", 2019, 2020)
    assert series.table["certain"].tolist() == [2, 0]
    assert series.table["shared"].tolist() == [0.5, 0.5]
    assert (series.n, series.imprecise, series.undated, series.outside) == (3, 1, 0, 0)


def test_a_year_only_record_is_in_no_quarter_for_sure():
    series = per_period(dated("2019", "2019-05"), "quarter", 2019, 2019)
    assert series.table["certain"].tolist() == [0, 1, 0, 0]
    assert series.table["shared"].tolist() == [0.25] * 4


def test_what_has_no_end_is_said_to_be_undated_and_what_lies_beyond_to_be_outside():
    series = per_period(dated("2017/..", "2010-03"), "year", 2019, 2020)
    assert (series.n, series.undated, series.outside) == (1, 1, 1)


@given(st.lists(st.tuples(st.integers(1990, 2029), st.integers(0, 5)), max_size=20), st.sampled_from(["year", "quarter"]))
def test_no_record_is_lost_between_the_periods(spans, unit):
    series = per_period(dated(*(f"{year}/{year + length}" for year, length in spans)), unit, 2000, 2010)
    assert series.table[["certain", "shared"]].to_numpy().sum() + series.outside == pytest.approx(len(spans), abs=1e-6)


def test_no_trend_is_drawn_under_20_records():
    assert trend(pd.Series([6, 6, 7]), pd.Series([0, 0, 0])) is None
    assert trend(pd.Series([6, 8, 7]), pd.Series([0.0, 0, 0])).tolist() == pytest.approx([20 / 3, 7, 22 / 3])


# ── two periods ──────────────────────────────────────────────────────────────────────────────────
def test_under_ten_records_nothing_is_compared():
    assert compare(3, 6, 365, 365).ratio is None
    assert compare(4, 6, 365, 365).ratio == pytest.approx(1.5)


def test_no_percentage_where_either_side_is_under_five():
    assert compare(4, 40, 365, 365).percent is None
    assert compare(5, 40, 365, 365).percent == pytest.approx(700)


def test_a_period_twice_as_long_is_expected_to_hold_twice_as_many():
    same = compare(10, 20, 365, 730)
    assert same.ratio == pytest.approx(1)
    assert same.p == pytest.approx(1)
    assert same.low < 1 < same.high


def test_the_interval_and_the_test_agree():
    clear, doubtful = compare(10, 40, 365, 365), compare(20, 22, 365, 365)
    assert clear.p < 0.05 and clear.low > 1
    assert doubtful.p > 0.05 and doubtful.low < 1 < doubtful.high


@pytest.mark.parametrize("wrong", [(-1, 5, 10, 10), (5, 5, 0, 10)])
def test_a_comparison_of_nothing_is_a_mistake(wrong):
    with pytest.raises(ValueError, match=r"negative|at least a day"):
        compare(*wrong)


def test_only_what_lies_surely_inside_a_period_is_compared():
    inside, doubtful = within(dated("2019-05-07", "2019", "2018/2020", "2021"), date(2019, 1, 1), date(2020, 1, 1))
    assert (list(inside["incident_id"]), doubtful) == (["I-0", "I-1"], 1)


def test_a_record_stands_once_in_a_cell():
    rows = pd.DataFrame({"row": [0, 0, 1], "lane": ["a", "a", "b"]})
    columns = pd.DataFrame({"row": [0, 1], "lane": ["x", "x"]})
    assert cross(rows, columns).to_dict("records") == [{"row": "a", "column": "x", "n": 1}, {"row": "b", "column": "x", "n": 1}]
