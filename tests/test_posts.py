"""Dense readings of posts: coverage in hours of hours or days of days, a constant is no reading, like is compared with like."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_pages import open_page, spoken

from evidence import observations, posts
from evidence.observations import dataset as files

pytestmark = pytest.mark.xdist_group("observations")


def block(pollutant: str, post: str, time: np.ndarray, value: np.ndarray, seconds: int | None, unit: str = "ug_m3") -> dict[str, object]:
    """Invented readings of one post."""
    columns = {"time": time.astype("datetime64[s]"), "lat": None, "lon": None, "series": post, "indicator": pollutant, "value": value}
    none = {"raw_value": np.full(len(time), np.nan), "raw_unit": None, "place": None}
    return {**columns, "unit": unit, "seconds": None if seconds is None else np.full(len(time), seconds, np.int32), **none}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hours of 2024: a post that measures with holes, one that is stuck in March and April, one that says 0; minutes; days; ppb."""
    made, random = tmp_path_factory.mktemp("posts"), np.random.default_rng(5)
    hours = np.arange(np.datetime64("2024-01-01"), np.datetime64("2025-01-01"), np.timedelta64(1, "h"))
    kept = hours[random.random(len(hours)) < 0.8]
    stuck = np.where(
        (hours >= np.datetime64("2024-03-01")) & (hours < np.datetime64("2024-05-01")), 41.0, random.uniform(50, 90, len(hours)).round(1)
    )
    minutes = np.arange(np.datetime64("2024-02-01"), np.datetime64("2024-03-01"), np.timedelta64(20, "m"))
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-12-31"), np.timedelta64(2, "D"))
    blocks = [
        block("no2", "kgmt_41", kept, random.uniform(10, 60, len(kept)).round(1), 3600),
        block("no2", "stuck", hours, stuck, 3600),
        block("no2", "silent", hours, np.zeros(len(hours)), 3600),
        block("h2s", "kgmt_41", minutes, np.where(np.arange(len(minutes)) % 100 == 0, 9.5, 2.5), 1200),
        block("pm25", "kgmt_82", days, random.uniform(5, 50, len(days)).round(1), 86_400),
        block("o3", "kgmt_82", hours, random.uniform(5, 50, len(hours)).round(1), None, "ppb"),
    ]
    files.put(observations.Dataset(made), "INVENTED.csv", "reading", blocks, datetime(2025, 1, 2, tzinfo=UTC))
    return made


@pytest.fixture
def measure(bundle, folder, monkeypatch):
    """The measure of a substance, and its months under the limits that the page would hold it against."""
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(folder))

    def of(pollutant: str, limit: float | None = None, daily: float | None = None) -> tuple[posts.Measure, pd.DataFrame]:
        there = posts.known(bundle)
        (found,) = [one for one in posts.measures(bundle, there) if one.pollutant == pollutant]
        return found, posts.monthly(bundle, there, found, found.since, found.until, limit, daily)

    return of


def text(page) -> str:
    return unescape(re.sub(r"<[^>]+>", "\n", spoken(page))).replace("\u00a0", " ")


def test_coverage_is_valid_hours_of_all_hours_of_the_year(measure):
    _, months = measure("no2")
    years = posts.years(months, date(2024, 1, 1), date(2024, 12, 31)).set_index("series")
    assert (years["hours"] == 366 * 24).all() and years.loc["silent", "valid"] == 366 * 24
    assert 0.78 < years.loc["kgmt_41", "valid"] / 8784 < 0.82 and years.loc["kgmt_41", "n"] == years.loc["kgmt_41", "valid"]


def test_a_month_without_a_reading_counts_against_its_year():
    months = pd.DataFrame({
        "series": "a", "time": pd.to_datetime(["2024-01-01"]), "valid": 700, "hours": 744, "low": 1.0, "high": 2.0, "n": 700, "mean": 1.5,
        "over": 0, "days": 31, "day_high": 1.8, "day_over": 0, "constant": False,
    })  # fmt: skip
    assert posts.years(months, date(2024, 1, 1), date(2024, 3, 31))["hours"].tolist() == [91 * 24]


def test_months_of_one_and_the_same_number_are_no_data_and_leave_the_counts(measure):
    _, months = measure("no2", 40.0)
    stuck = months[months["series"] == "stuck"].set_index("time")
    assert stuck["constant"].sum() == 2 and stuck.loc["2024-03-01", "constant"] and stuck.loc["2024-04-01", "constant"]
    years = posts.years(months, date(2024, 1, 1), date(2024, 12, 31)).set_index("series")
    assert years.loc["stuck", "over"] == years.loc["stuck", "n"] == (366 - 61) * 24 and years.loc["stuck", "mean"] > 50
    assert years.loc["silent", "constant"] == 12 and years.loc["silent", "n"] == 0


def test_a_reading_is_held_against_limits_of_its_own_averaging_time_only(bundle, measure):
    for pollutant, averaging, own in (("h2s", "one_time", True), ("pm25", "h24", True), ("o3", "", False)):
        one, _ = measure(pollutant)
        verdict = posts.verdict(bundle, one, one.averaging, False)
        assert bool(verdict.limits) is own and {str(limit.row["averaging_time"]) for limit in verdict.limits} <= {averaging}
    assert posts.verdict(bundle, measure("o3")[0], (), False).why == "unit"
    hourly, _ = measure("no2")
    assert "one_time" not in hourly.averaging and {str(limit.row["averaging_time"]) for limit in posts.verdict(bundle, hourly, ("h24",), False).limits} == {"h24"}  # fmt: skip


def test_a_day_is_a_mean_only_where_most_of_its_readings_are(measure):
    _, months = measure("no2", None, 30.0)
    rows = months[months["series"] == "kgmt_41"]
    assert 0 < rows["days"].sum() < 366 and (rows["day_over"] <= rows["days"]).all() and rows["day_over"].sum() > 0
    assert (rows["day_high"] < rows["high"]).all()


def test_the_page_prints_hours_of_hours_and_days_of_days_and_says_why_nothing_is_compared(bundle, measure):
    page = open_page("environment", show="air", pollutant="no2", post="stuck")
    said = text(page)
    assert not page.exception and "8,784 of 8,784 hours with a value" in said and "of a constant left out" in said
    assert "days above the daily limit (Kazakhstan)" in said and "reports a constant (41)" in said
    assert "183 of 365 days with a value" in text(open_page("environment", show="air", pollutant="pm25"))
    minutes = text(open_page("environment", show="air", pollutant="h2s"))
    assert "mean of 20 minutes: most often above the limit (Kazakhstan) at Aksai, post No. 7, 21 of 2,088 readings in 2024" in minutes
    assert "a share of volume, which is not converted" in text(open_page("environment", show="air", pollutant="o3"))


@pytest.mark.parametrize(("language", "word"), [("ru", "часов с данными: 8 784 из 8 784"), ("kk", "дерегі бар сағат: 8 784 / 8 784")])
def test_the_same_in_the_readers_language(measure, language, word):
    assert word in text(open_page("environment", show="air", pollutant="no2", lang=language))


def test_without_readings_in_the_files_nothing_is_said_of_them(bundle, monkeypatch, tmp_path):
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(tmp_path))
    assert posts.known(bundle) is None and "hours with a value" not in text(open_page("environment", show="air"))
