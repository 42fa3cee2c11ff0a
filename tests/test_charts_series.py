"""Figures as HTML: no line across a gap, a zero with its number, a missing year that is no zero, names that do not overlap."""

from __future__ import annotations

import re
from itertools import pairwise

from evidence import charts
from evidence.charts.resettlement import people_by_year
from evidence.resettlement import Exposure


def line(*values: float, runs=None, **others) -> charts.Line:
    marks = tuple(charts.Mark(at / 10, value, f"n {value}") for at, value in enumerate(values))
    return charts.Line(others.pop("name", "A"), marks, runs or (tuple(range(len(values))),), **others)


def test_no_line_is_drawn_across_a_gap(english):
    whole = charts.plot([line(1, 2, 3, 4)], english, first=2018, last=2022, alt="x")
    broken = charts.plot([line(1, 2, 3, 4, runs=((0, 1), (2, 3)))], english, first=2018, last=2022, alt="x")
    assert (whole.count("<b "), broken.count("<b ")) == (3, 2) and broken.count('<i class="dot') == 4 + 1


def test_what_is_not_verified_is_hollow(english):
    marks = (charts.Mark(0.5, 1, "x", hollow=True, shape="diamond"),)
    assert 'class="diamond t-c0 hollow"' in charts.plot([charts.Line("", marks, ((0,),))], english, first=2018, last=2022, alt="x")


def test_names_of_lines_that_end_together_do_not_overlap(english):
    drawn = charts.plot([line(1, 9.9, name=str(n)) for n in range(6)], english, first=2018, last=2022, alt="x")
    levels = sorted(int(px) for px in re.findall(r'class="t-c\d" style="bottom:(-?\d+)px"', drawn))
    assert len(levels) == 6 and min(b - a for a, b in pairwise(levels)) >= 16 and levels[-1] <= 230


def test_a_long_name_is_whole_and_has_the_room_of_its_lines(english):
    long = "West Kazakhstan Region, Regional natural-resources department"
    drawn = charts.plot([line(1, 5, name=long), line(1, 5, name=long + " 2")], english, first=2018, last=2022, alt="x")
    low, high = sorted(int(px) for px in re.findall(r'class="t-c\d" style="bottom:(-?\d+)px"', drawn))
    assert long in drawn and "…" not in drawn and high - low >= 3 * 16


def test_a_limit_that_only_recommends_is_told_apart_from_one_that_binds(english):
    rules = [charts.Rule(40, "law", firm=True), charts.Rule(25, "advice", firm=False)]
    drawn = charts.plot([line(1, 2)], english, first=2018, last=2022, alt="x", rules=rules)
    assert 'class="firm"' in drawn and 'class="soft"' in drawn and "law" in drawn and "advice" in drawn


def test_a_zero_has_a_number_and_a_missing_year_a_hatch_and_no_number():
    drawn = charts.columns([charts.Column(2018, 0.0, "0", "2018: 0"), charts.Column(2019, None, "", "2019")], alt="x", missing="no figure")
    zero, missing = drawn.split("<div>")[1:]
    assert ">0</b>" in zero and "<s " not in zero
    assert '<s title="no figure">' in missing and "<b" not in missing


def test_a_bar_of_zero_has_its_number_and_no_bar():
    drawn = charts.bars([charts.Bar("a", 0, "0"), charts.Bar("b", 4, "4", look="plan")], alt="x")
    assert drawn.count('<i class="') == 1 and ">0</b>" in drawn and 'class="plan"' in drawn


def test_a_constant_is_words_and_no_bar():
    drawn = charts.shares(["Place", "2025"], [("x", [charts.Cell(None, "reports a constant: no data", "constant")])], caption="c")
    assert "reports a constant: no data" in drawn and "<i" not in drawn


def test_what_data_says_cannot_become_markup(english):
    hostile = '<img src=x onerror="alert(1)">'
    drawn = charts.bars([charts.Bar(hostile, 1, hostile, hostile)], alt=hostile) + charts.plot(
        [line(1, 2, name=hostile)], english, first=1, last=5, alt=hostile
    )
    assert "<img" not in drawn


def test_ticks_are_round_and_reach_the_top():
    from evidence.charts.series import ticks

    assert ticks(217) == [0, 100, 200] and ticks(3.96) == [0, 1, 2, 3] and ticks(0) == [0.0]


def test_people_by_year_have_a_scale_and_a_century_of_them_can_be_drawn(english):
    century = [Exposure(year, 1300, 1580, 1, (), (), ()) for year in range(1900, 2021)]
    drawn = people_by_year(century, english, alt="x")
    assert ">1,000</em>" in drawn and drawn.count('title="') == 121 and ">1920</span>" in drawn and ">1930</span>" not in drawn
