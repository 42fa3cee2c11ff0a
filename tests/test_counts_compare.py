"""What the shipped data may be made to say about two periods, and that a table's edges agree with its cells."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from evidence import counts, lanes, select
from evidence.model import Selection


@pytest.fixture
def shown(bundle):
    return select.select(bundle, Selection()).frame


def test_the_board_may_not_say_that_2020_to_2025_is_worse_than_2015_to_2019(shown):
    first, _ = counts.within(shown, date(2015, 1, 1), date(2020, 1, 1))
    second, _ = counts.within(shown, date(2020, 1, 1), date(2026, 1, 1))
    found = counts.compare(len(first), len(second), 1826, 2192)
    assert found.ratio > 1
    assert found.low < 1 < found.high and found.p > 0.05


def test_no_record_is_in_both_periods(shown):
    first, _ = counts.within(shown, date(2015, 1, 1), date(2020, 1, 1))
    second, _ = counts.within(shown, date(2020, 1, 1), date(2026, 1, 1))
    assert not set(first["incident_id"]) & set(second["incident_id"])


def test_the_test_is_symmetric():
    one, other = counts.compare(12, 30, 100, 150), counts.compare(30, 12, 150, 100)
    assert one.p == pytest.approx(other.p)
    assert (one.ratio, one.low, one.high) == pytest.approx((1 / other.ratio, 1 / other.high, 1 / other.low))


def test_equal_rates_are_not_told_apart_and_very_different_ones_are():
    assert counts.compare(20, 20, 100, 100).p > 0.9
    assert counts.compare(5, 60, 100, 100).p < 0.001


def test_a_curve_is_the_mean_of_a_bar_and_its_neighbours():
    line = counts.trend(pd.Series([10.0, 0, 20]), pd.Series([0.0, 0, 0]))
    assert list(line) == pytest.approx([20 / 3, 10, 40 / 3])


@pytest.mark.parametrize(("rows", "columns"), [("family", "perpetrator"), ("case", "year"), ("type", "country")])
def test_the_rows_of_a_table_hold_every_record(shown, english, rows, columns):
    families = {code: english.term("act_type", code).get("parent", "") for code in english.codes("act_type")}
    left, right = (lanes.members(shown, lanes.DIMENSIONS[key], families) for key in (rows, columns))
    cells = counts.cross(left, right)
    sizes = left["lane"].value_counts()
    assert all(n >= cells.loc[cells["row"] == row, "n"].max() for row, n in sizes.items())
    assert set(left["row"]) == set(right["row"]) == set(np.arange(len(shown)))
