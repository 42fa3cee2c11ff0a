"""Figures in units: one quantity an axis, gaps kept, a plan apart from what was, what is not verified apart from the rest."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pint
import pytest

from evidence import series


def row(value: float | None = 1.0, unit: str = "kt_year", year: int = 2020, **others) -> dict:
    start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
    return {
        "value": float("nan") if value is None else value, "unit": unit, "axis": series.axis(unit), "indicator": "air_emissions", "series": "a|air_emissions|x|actual",
        "subject": "a", "kind": "actual", "confidence": "B", "period_start": start, "period_end": end, "period": str(year), **others,
    }  # fmt: skip


def test_no_figure_of_the_shipped_bundle_has_two_units_on_its_axis(bundle):
    made = series.figures(series.records(bundle))
    assert len(made) > 40
    for figure in made:
        assert {row["axis"] for row in figure.rows} == {series.axis(figure.unit)}
        for found in figure.rows:
            assert found["shown"] == pytest.approx(found["value"] * series.factor(found["unit"], figure.unit))


def test_figures_of_unlike_units_become_figures_of_their_own():
    made = series.figures([row(25_000, "t_quarter"), row(6.3, "kt_year"), row(91, "kt"), row(7_000_000, "kzt")])
    assert len(made) == 4 and {len(figure.rows) for figure in made} == {1}


def test_figures_that_measure_the_same_share_an_axis_in_the_readable_unit():
    (figure,) = series.figures([row(543_000_000, "kzt"), row(2_800, "kzt_m"), row(4.8, "kzt_bn")])
    assert figure.unit == "kzt_bn" and [found["shown"] for found in figure.rows] == pytest.approx([0.543, 2.8, 4.8])


@pytest.mark.parametrize(
    ("unit", "to"),
    [("t_quarter", "kt_year"), ("t_h", "t"), ("kzt", "usd"), ("persons", "children"), ("cases_week", "cases"), ("kt", "kt_co2e")],
)
def test_what_measures_another_thing_or_time_is_not_converted(unit, to):
    with pytest.raises(pint.DimensionalityError):
        series.factor(unit, to)


@pytest.mark.parametrize(("unit", "to", "times"), [("mg_m3", "ug_m3", 1000), ("bcm_year", "mm3_year", 1000), ("kzt_bn", "kzt", 1e9), ("km", "m", 1000), ("t", "kt", 0.001)])  # fmt: skip
def test_a_conversion_is_exact(unit, to, times):
    assert series.factor(unit, to) == pytest.approx(times, rel=1e-12)


def test_every_unit_of_the_vocabulary_has_an_axis_and_only_relatives_share_one(english):
    axes: dict[str, set[str]] = {}
    for code in english.codes("unit"):
        axes.setdefault(series.axis(code), set()).add(code)
    assert all(len(codes) == 1 or codes <= set(series.UNITS) for codes in axes.values())


def test_a_common_unit_is_refused_where_there_is_none():
    with pytest.raises(ValueError, match="no axis in common"):
        series.best_unit(["kzt", "usd"], [1, 1])


def test_a_year_without_a_figure_breaks_the_line():
    assert series.runs([row(year=2018), row(year=2019), row(year=2021), row(year=2022)]) == [[0, 1], [2, 3]]


def test_a_zero_is_a_figure_and_a_sentence_is_none():
    rows = [row(0.0), row(None)]
    (figure,) = series.figures(rows)
    assert [found["shown"] for found in figure.rows] == [0.0] and series.told(rows) == rows[1:]


def test_a_plan_and_what_was_are_never_one_series(bundle):
    kinds: dict[str, set[str]] = {}
    for found in series.records(bundle):
        kinds.setdefault(found["series"], set()).add(found["kind"])
    assert "plan" in set().union(*kinds.values()) and all(len(kind) == 1 for kind in kinds.values())


def test_few_figures_in_a_row_are_bars_and_enough_are_a_line():
    (few,) = series.figures([row(year=year) for year in (2018, 2019, 2020)])
    (enough,) = series.figures([row(year=year) for year in (2018, 2019, 2020, 2021)])
    (scattered,) = series.figures([row(year=year) for year in (2012, 2014, 2016, 2018, 2020)])
    assert (few.is_line, enough.is_line, scattered.is_line) == (False, True, False)


def test_an_undated_figure_is_shown_only_where_no_days_are_chosen():
    undated = row() | {"period_start": pd.NaT, "period_end": pd.NaT}
    assert series.during([undated], None, None) == [undated]
    assert series.during([undated, row(year=2019)], date(2019, 1, 1), date(2019, 12, 31)) == [row(year=2019)]


def test_a_change_from_nothing_has_no_percentage():
    assert series.change(0, 5) is None and series.change(4, 1) == -75


def test_every_indicator_belongs_to_a_topic_that_exists(bundle, english):
    topics = set(english.codes("indicator_topic"))
    assert {row["topic"] for row in series.records(bundle)} <= topics
