"""What a figure shows is what its frame holds, and what it says aloud is the same."""

import re
from datetime import date

import pandas as pd
import pytest

from evidence import charts, select
from evidence.charts.ink import year_step
from evidence.model import Selection, intervals
from evidence.words import Words


@pytest.fixture(scope="module")
def shown(bundle) -> pd.DataFrame:
    return select.select(bundle, Selection()).frame


def years(*rows: tuple[int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["year", "certain", "shared"])


def acts(tiny, *incidents: dict[str, str]) -> tuple:
    bundle = tiny(incidents=list(incidents))
    return select.select(bundle, Selection()).frame, Words(bundle, "en")


# ── the histogram ────────────────────────────────────────────────────────────────────────────────
def test_the_histogram_has_a_bar_a_year_and_the_tallest_fills_it(english):
    drawn = charts.histogram(years((2018, 2, 0.0), (2019, 4, 0.0), (2020, 0, 0.5)), (2018, 2020), english)
    assert re.findall(r'height:([\d.]+)%"></i></span>', drawn) == ["47.0", "94.0", "0.0"]
    assert re.findall(r'class="shared" style="height:([\d.]+)%', drawn) == ["0.0", "0.0", "11.8"]


def test_years_outside_the_selection_are_faint_not_gone(english):
    drawn = charts.histogram(years((2018, 2, 0), (2019, 4, 0), (2020, 1, 0)), (2019, 2019), english)
    assert drawn.count('<span class="out" title=') == 2


def test_the_histogram_says_aloud_what_it_shows(english):
    drawn = charts.histogram(years((2018, 2, 0), (2019, 4, 0), (2020, 1, 0)), (2018, 2019), english)
    spoken = re.search('aria-label="([^"]*)"', drawn)[1]
    assert "6\xa0incidents" in spoken and "2019" in spoken


@pytest.mark.parametrize("length", [1, 2, 30, 150])
def test_the_years_named_under_the_histogram_can_be_read_apart(english, length):
    drawn = charts.histogram(years(*((1900 + at, 1, 0) for at in range(length))), (1900, 2050), english)
    assert 0 <= len(re.findall(r"<span>\d{4}</span>", drawn)) <= 10


def test_a_histogram_of_nothing_is_drawn(english):
    assert "t-histogram" in charts.histogram(years((2018, 0, 0)), (2018, 2018), english)


@pytest.mark.parametrize(("years", "step"), [(1, 1), (9, 1), (10, 2), (18, 2), (19, 5), (90, 10), (250, 50), (10_000, 1000)])
def test_an_axis_names_round_years_and_no_more_than_it_has_room_for(years, step):
    assert year_step(years, 9) == step


# ── waits ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("came", "pale"), [("2019-06-07", 0), ("2019-06", 1)])
def test_only_what_is_dated_to_a_month_or_a_year_is_pale(english, came, pale):
    rows = pd.DataFrame({"response_id": ["R-1"], "state": ["answered"]})
    for name, cell in (("filed", "2019-05-07"), ("came", came)):
        first, after = intervals([cell])
        rows = rows.assign(**{f"{name}_start": first, f"{name}_end": after})
    figure = charts.waits(rows, {"R-1": "R"}, english, dark=False, today=date(2026, 11, 24))
    assert sum(len(trace.x) > 0 for trace in figure.data if trace.opacity == 0.3) == pale


# ── the timeline ─────────────────────────────────────────────────────────────────────────────────
def test_every_dated_incident_has_one_mark_with_its_id(shown, bundle, english):
    figure = charts.timeline(shown, english, dark=False)
    drawn = [key for trace in figure.data for key in trace.customdata]
    assert sorted(drawn) == sorted(shown.dropna(subset=["period_start", "period_end"])["incident_id"])


def test_a_year_is_drawn_as_a_span_and_a_day_is_not(tiny):
    frame, words = acts(tiny, {"period": "2019"}, {"incident_id": "I-2", "period": "2019-05-07"})
    figure = charts.timeline(frame, words, dark=False)
    (span,) = figure.layout.shapes
    assert (str(span.x0)[:10], str(span.x1)[:10]) == ("2019-01-01", "2020-01-01")


def test_acts_of_one_week_are_spread_inside_their_lane(tiny):
    frame, words = acts(tiny, *({"incident_id": f"I-{at}", "period": f"2019-05-0{at}"} for at in range(1, 10)))
    (trace,) = charts.timeline(frame, words, dark=False).data
    assert len(set(trace.y)) > 4 and max(abs(y) for y in trace.y) < 0.5


def test_a_case_that_is_highlighted_stands_out(tiny):
    frame, words = acts(tiny, {}, {"incident_id": "I-2", "case_id": "C-1"})
    sizes = [charts.timeline(frame, words, dark=False, highlight=case).data[0].marker.size for case in ("C-1", "C-2")]
    assert min(sizes[0]) > max(sizes[1])


def test_a_thousand_acts_become_marks_that_still_add_up(tiny, monkeypatch):
    monkeypatch.setattr("evidence.charts.acts.MAX_POINTS", 2)
    frame, words = acts(tiny, {"incident_id": "I-1"}, {"incident_id": "I-2"}, {"incident_id": "I-3", "period": "2020"})
    said = [text for trace in charts.timeline(frame, words, dark=True).data for text in trace.hovertext]
    assert said == ["2019: 2\xa0incidents", "2020: 1\xa0incident"]


def test_a_timeline_of_nothing_is_a_figure_and_a_sentence(shown, bundle, english):
    assert charts.timeline(shown.iloc[:0], english, dark=False).data == ()
    assert charts.timeline_alt(shown.iloc[:0], english) == "Timeline: no incident matches."


def test_a_timeline_of_open_periods_alone_is_a_figure(tiny):
    frame, words = acts(tiny, {"period": "2017/.."})
    assert charts.timeline(frame, words, dark=False).data == ()
    assert "1\xa0incident" in charts.timeline_alt(frame, words)


def test_what_a_mark_says_cannot_be_markup(tiny):
    bundle = tiny(places=[{"name_en": "<img src=x onerror=alert(1)>"}])
    (said,) = charts.timeline(select.select(bundle, Selection()).frame, Words(bundle, "en"), dark=False).data[0].hovertext
    assert "<img" not in said and "&lt;img" in said
