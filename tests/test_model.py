"""A date is an interval and a selection is a value."""

import calendar
from datetime import date, timedelta

import numpy as np
import pytest
from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException
from hypothesis import assume, given
from hypothesis import strategies as st

from evidence.model import Period, Selection, day_number, intervals, parse_period, split, splits

PLAIN = st.one_of(
    st.dates(date(1850, 1, 1), date(2099, 12, 31)).map(date.isoformat),
    st.dates(date(1850, 1, 1), date(2099, 12, 31)).map(lambda day: day.isoformat()[:7]),
    st.integers(1850, 2099).map(str),
)
MARKED = st.builds(str.__add__, PLAIN, st.sampled_from(["", "?", "~", "%"]))
INTERVALS = st.one_of(st.builds("{}/{}".format, MARKED, MARKED), MARKED.map("{}/..".format), MARKED.map("../{}".format))


def day(struct) -> date:
    """A day of the `edtf` package, which speaks in time.struct_time."""
    return date(*struct[:3])


@given(MARKED)
def test_a_date_means_the_interval_that_the_edtf_package_gives(text):
    ours, theirs = parse_period(text), parse_edtf(text)
    assert (ours.start, ours.end) == (day(theirs.lower_strict()), day(theirs.upper_strict()) + timedelta(days=1))


@given(MARKED)
def test_marks_of_doubt_are_read_as_the_edtf_package_reads_them(text):
    ours, theirs = parse_period(text), getattr(parse_edtf(text), "ua", None)
    both = getattr(theirs, "is_uncertain_and_approximate", False)
    assert ours.uncertain == bool(both or getattr(theirs, "is_uncertain", False))
    assert ours.approximate == bool(both or getattr(theirs, "is_approximate", False))


@given(INTERVALS)
def test_an_interval_runs_from_its_first_day_to_its_last_as_the_edtf_package_has_it(text):
    left, right = text.split("/")
    theirs = parse_edtf(text)
    start = None if left == ".." else day(theirs.lower.lower_strict())
    end = None if right == ".." else day(theirs.upper.upper_strict()) + timedelta(days=1)
    assume(start is None or end is None or start < end)
    assert (parse_period(text).start, parse_period(text).end) == (start, end)


@given(st.integers(1850, 2099), st.integers(1, 12))
def test_a_month_has_the_days_of_the_calendar_and_no_more(year, month):
    last = calendar.monthrange(year, month)[1]
    assert parse_period(f"{year}-{month:02d}-{last}").end == parse_period(f"{year}-{month:02d}").end
    with pytest.raises(ValueError, match="no day"):
        parse_period(f"{year}-{month:02d}-{last + 1}")


@pytest.mark.parametrize("text", ["2019-13", "may 2019", "2019-5-7", "19", "2019-05-07T10:00", "2019 ", "", "2019-05-07/x"])
def test_what_is_not_a_date_is_refused_as_the_edtf_package_refuses_it(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_period(text)
    # The package reads times of day and lengthens years; a table of days must not.
    if text not in {"2019-05-07T10:00", "2019 "}:
        with pytest.raises(EDTFParseException):
            parse_edtf(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2019-04-31", "no day 2019-04-31"),
        ("2019-02-29", "no day 2019-02-29"),
        ("2019-13", "no month 13"),
        ("0019", "year 19 is outside"),
        ("2019/2018", "ends before it begins"),
        ("../..", "open on both sides"),
        ("31.04.2019", "not a date like"),
    ],
)
def test_a_bad_date_says_what_is_wrong_with_it(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse_period(text)


def test_a_leap_day_is_a_day():
    assert parse_period("2020-02-29") == Period(date(2020, 2, 29), date(2020, 3, 1), "2020-02-29")
    assert parse_period("2020-02-29").is_day


def test_a_winter_ends_in_the_next_year():
    assert parse_period("2019-24").start == date(2019, 12, 1)
    assert parse_period("2019-24").end == date(2020, 3, 1)


def test_a_year_only_incident_is_inside_its_year_but_not_inside_a_month():
    year = parse_period("2019")
    assert year.within(date(2019, 1, 1), date(2020, 1, 1))
    assert not year.within(date(2019, 5, 1), date(2019, 6, 1))
    assert not year.within(date(2019, 1, 1), date(2019, 6, 1))
    assert year.overlaps(date(2019, 5, 1), date(2019, 6, 1))


def test_intervals_are_half_open():
    may = parse_period("2019-05")
    assert may.end == date(2019, 6, 1)
    assert not may.overlaps(date(2019, 6, 1), date(2019, 7, 1))


def test_an_open_period_overlaps_all_that_follows_and_is_surely_within_nothing():
    since = parse_period("2017-01/..")
    assert since.overlaps(date(2090, 1, 1), date(2090, 1, 2))
    assert not since.overlaps(date(2016, 1, 1), date(2017, 1, 1))
    assert not since.within(date(1900, 1, 1), date(2100, 1, 1))


def test_a_column_of_dates_has_its_first_days_and_the_days_after_its_last():
    first, after = intervals(["2019-05", "", "2017/.."])
    assert [str(day) for day in first.astype("datetime64[D]")] == ["2019-05-01", "NaT", "2017-01-01"]
    assert [str(day) for day in after.astype("datetime64[D]")] == ["2019-06-01", "NaT", "NaT"]
    assert [len(side) for side in intervals([])] == [0, 0]


@given(st.dates())
def test_days_are_numbered_as_numpy_numbers_them(when):
    assert day_number(when) == np.datetime64(when, "D").astype(int)


def test_an_empty_cell_has_no_parts():
    assert split("") == []
    assert split("a;b") == ["a", "b"]
    assert list(splits(["a;b", "", "c"])) == [(0, "a"), (0, "b"), (2, "c")]


def test_a_selection_in_another_language_is_still_the_default():
    assert Selection(language="kk").is_default()
    assert not Selection().but(type=("slapp",)).is_default()
