"""The same questions on DuckDB, PostgreSQL and Spark: each must say what pandas says of the same rows, to the last integer."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from evidence import observations as ask
from evidence.observations import dataset as files
from evidence.observations import engines, query
from evidence.observations.dataset import Dataset
from evidence.observations.kinds import level_for_zoom
from evidence.observations.readings import Asked, ColumnMap

pytestmark = pytest.mark.xdist_group("observations")  # one Spark, one PostgreSQL
COUNT = 6_000
BOX = (50.5, 44.0, 56.25, 51.5)
SPRING = ask.Window("detection", date(2019, 3, 1), date(2020, 6, 15), BOX)
SPRING_EVERYWHERE = ask.Window("detection", date(2019, 3, 1), date(2020, 6, 15))
SULPHUR = ask.Window("reading", date(2021, 1, 1), date(2021, 4, 1), indicator="so2", unit="ug_m3", seconds=3600)


def total(values: pd.Series) -> float:
    """A sum that is missing, and not zero, where nothing was measured."""
    return values.sum(min_count=1)


# ── the rows ─────────────────────────────────────────────────────────────────────────────────────
def detections(path: Path) -> Path:
    """Invented detections of 2018 to 2020, some without a power."""
    random = np.random.default_rng(7)
    moments = np.datetime64("2018-01-01", "m") + random.integers(0, 3 * 365 * 1440, COUNT)
    text = np.datetime_as_string(moments)
    frame = pd.DataFrame({"latitude": random.uniform(43, 52, COUNT).round(5), "longitude": random.uniform(50, 57, COUNT).round(5)})
    frame["acq_date"], frame["acq_time"] = [t[:10] for t in text], [t[11:13] + t[14:] for t in text]
    frame["satellite"], frame["confidence"] = random.choice(["T", "N", "N20"], COUNT), random.choice(["l", "n", "h", "77"], COUNT)
    frame["version"], frame["daynight"] = random.choice(["2", "2.0NRT"], COUNT), random.choice(["D", "N"], COUNT)
    frame["frp"] = np.where(random.random(COUNT) < 0.05, "", random.gamma(1, 5, COUNT).round(2).astype(str))
    frame.to_csv(path, index=False)
    return path


def readings(path: Path) -> Path:
    """Invented hourly readings of two posts with gaps, one of which repeats itself, and daily means of a third."""
    random = np.random.default_rng(8)
    hours = pd.date_range("2020-12-31", "2021-04-02", freq="h", inclusive="left")
    one = pd.DataFrame({"time": hours, "post": "one", "so2": random.gamma(2, 20, len(hours)).round(1)})[random.random(len(hours)) < 0.4]
    two = pd.DataFrame({"time": hours[:500], "post": "two", "so2": 0.0})
    frame = pd.concat([one, two])
    frame["time"] = frame["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A small dataset of two kinds in several parts."""
    folder = tmp_path_factory.mktemp("observations")
    made = Dataset(folder / "o")
    files.add(made, detections(folder / "a.csv"))
    hourly = ColumnMap("time", "so2", "post", "=so2", "=ug/m3", lat="=51.17", lon="=52.99", averaging="1h")
    files.add(made, readings(folder / "b.csv"), Asked(mapping=hourly))
    days = pd.DataFrame(
        {"time": ["2021-02-01T00:00:00Z", "2021-02-02T00:00:00Z", "2021-02-02T06:00:00Z"], "post": "daily", "so2": [10, 20, 30]}
    )
    days[:2].to_csv(folder / "c.csv", index=False)
    files.add(made, folder / "c.csv", Asked(mapping=ColumnMap("time", "so2", "post", "=so2", "=ug/m3", averaging="1d")))
    return made


@pytest.fixture(scope="module")
def seen(dataset: Dataset) -> dict[str, pd.DataFrame]:
    """The same rows in pandas."""
    return {
        kind: pd.concat([pq.read_table(dataset.path / p.path).to_pandas() for p in dataset.parts(kind)])
        for kind in ("detection", "reading")
    }


# ── the engines ──────────────────────────────────────────────────────────────────────────────────
def skipped(why: str) -> None:
    """Skip, and be heard: in CI both engines are there, so a skip there is a fault."""
    assert not os.environ.get("CI"), f"CI must have it: {why}"
    warnings.warn(f"NOT PROVEN on this machine: {why}", stacklevel=2)
    pytest.skip(why)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own that lives as long as these tests."""
    binaries = [
        folder for folder in ("", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))) if shutil.which("initdb", path=folder or None)
    ]
    if not binaries:
        skipped("no initdb: apt-get install postgresql")
    # PostgreSQL refuses to run as root, so it gets the user that its package made, and a folder beside pytest's, which are root's alone.
    home = Path(tempfile.mkdtemp(prefix="tamshy-postgres-"))
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(home, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(name: str, *arguments: str) -> None:
        command = [shutil.which(name, path=binaries[0] or None), "-D", str(home / "data"), *arguments]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, **user)

    run("initdb", "-U", "tamshy", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
    run("pg_ctl", "-w", "-l", str(home / "log"), "-o", f"-k {home} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off", "start")
    yield f"postgresql://tamshy@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module", params=["duckdb", "postgresql", "spark"])
def engine(request: pytest.FixtureRequest, dataset: Dataset) -> Iterator[ask.Engine]:
    """Each engine over the same rows."""
    if request.param == "duckdb":
        yield ask.connect(dataset.path)
    elif request.param == "postgresql":
        pytest.importorskip("psycopg")
        address = request.getfixturevalue("postgres")
        assert engines.copy(dataset, address)["detection"] == COUNT
        yield ask.connect(address)
    else:
        if not shutil.which("java"):
            skipped("no java: apt-get install default-jre-headless")
        pytest.importorskip("pyspark")
        spark = ask.connect(
            f"spark://local-cluster[2,1,1024]?path={dataset.path}&spark.sql.shuffle.partitions=2&spark.driver.host=127.0.0.1"
        )
        yield spark
        spark.close()


def same(answer: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Equal in every integer and text, and in floats to 1e-9."""
    pd.testing.assert_frame_equal(
        answer.reset_index(drop=True), expected.reset_index(drop=True)[list(answer.columns)], rtol=1e-9, atol=0, check_dtype=False
    )


def inside(seen: dict[str, pd.DataFrame], window: ask.Window) -> pd.DataFrame:
    """The rows of a window, picked by pandas."""
    rows = seen[window.kind]
    keep = (rows["time"] >= pd.Timestamp(window.since)) & (rows["time"] < pd.Timestamp(window.until))
    if window.box:
        west, south, east, north = window.box
        keep &= rows["lon"].between(west, east) & rows["lat"].between(south, north)
    if window.seconds:
        keep &= rows["seconds"] == window.seconds
    return rows[keep]


# ── the questions ────────────────────────────────────────────────────────────────────────────────
def test_a_window_is_counted_alike(engine, seen):
    assert ask.count(engine, SPRING) == len(inside(seen, SPRING)) > 1_000
    assert ask.count(engine, ask.Window("detection")) == COUNT


def test_a_window_takes_its_first_moment_and_leaves_its_last(engine, seen):
    moment = seen["detection"]["time"].iloc[0].to_pydatetime()
    for since, until, found in ((moment, moment.replace(year=2099), True), (datetime(2018, 1, 1), moment, False)):
        window = ask.Window("detection", since, until)
        first, last = ask.span(engine, window)
        assert (first == moment) is found or first < moment
        assert (last == moment) is False


@pytest.mark.parametrize("every", query.EVERY)
def test_bins_of_time_are_those_of_the_calendar(engine, seen, every):
    rows = inside(seen, SPRING)
    frequency = {"hour": "h", "day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}[every]
    rows = rows.assign(time=rows["time"].dt.to_period(frequency).dt.start_time)
    told = rows.groupby(["time", "confidence"], observed=True)["value"].agg(["size", total, "mean", "min", "max"]).reset_index()
    told.columns = ["time", "confidence", "n", "total", "mean", "low", "high"]
    same(ask.by_time(engine, SPRING, every, by=("confidence",)), told)


@pytest.mark.parametrize("level", [0, 2, 6])
def test_bins_of_space_are_cells_of_a_power_of_two(engine, seen, level):
    rows, size = inside(seen, SPRING), 2.0**-level
    rows = rows.assign(lon=(np.floor(rows["lon"] / size) + 0.5) * size, lat=(np.floor(rows["lat"] / size) + 0.5) * size)
    told = rows.groupby(["lon", "lat"])["value"].agg(["size", total, "max"]).reset_index()
    told.columns = ["lon", "lat", "n", "total", "high"]
    same(ask.by_cell(engine, SPRING, level), told)


def test_percentiles_are_interpolated_alike(engine, seen):
    rows = inside(seen, SPRING).dropna(subset="value")
    told = rows.groupby("series", observed=True)["value"].quantile([0.02, 0.5, 0.98]).unstack().reset_index()
    told.columns = ["series", "p2", "p50", "p98"]
    told["n"] = rows.groupby("series", observed=True).size().to_numpy()
    same(ask.percentiles(engine, SPRING, (2, 50, 98), by=("series",)), told)
    assert ask.percentiles(engine, SPRING, (50,))["n"].tolist() == [len(rows)]


def test_exceedances_are_readings_over_and_days_with_one(engine, seen):
    rows = inside(seen, SULPHUR)
    over = rows[rows["value"] > 60]
    answer = ask.exceedances(engine, SULPHUR, 60).set_index("series")
    assert answer.loc["one", "n"] == (rows["series"] == "one").sum() and answer.loc["one", "over"] == len(over) > 50
    assert answer.loc["one", "days"] == over["time"].dt.date.nunique()
    assert answer.loc["two"].tolist() == [476, 0, 0, 0.0]


def test_coverage_is_valid_hours_of_all_hours(engine, seen):
    rows = inside(seen, SULPHUR)
    answer = ask.coverage(engine, SULPHUR, "month")
    assert set(answer["hours"]) == {31 * 24, 28 * 24}
    told = rows.assign(time=rows["time"].dt.to_period("M").dt.start_time).groupby(["time", "series"], observed=True).size()
    assert answer["valid"].tolist() == told.tolist() and (answer["share"] == answer["valid"] / answer["hours"]).all()
    whole = ask.coverage(engine, SULPHUR).set_index("series")
    assert whole.loc["two", ["low", "high", "hours"]].tolist() == [0, 0, 90 * 24]  # a sensor that repeats itself


def test_a_daily_mean_covers_its_day(engine):
    window = ask.Window("reading", date(2021, 2, 1), date(2021, 2, 5), indicator="so2", unit="ug_m3", seconds=86_400)
    assert ask.coverage(engine, window)[["series", "valid", "hours"]].to_numpy().tolist() == [["daily", 48, 96]]


def test_posts_are_listed_with_what_they_measure_over_which_time(engine, seen):
    rows = seen["reading"]
    told = rows.groupby(["indicator", "unit", "seconds", "series"], observed=True)["time"].agg(["size", "min", "max"]).reset_index()
    told.columns = ["indicator", "unit", "seconds", "series", "n", "first", "last"]
    answer = ask.posts(engine, ask.Window("reading"))
    same(answer.drop(columns="place"), told)
    assert set(answer["seconds"]) == {3600, 86_400} and answer["place"].isna().all()
    assert ask.count(engine, ask.Window("reading", seconds=ask.UNSTATED)) == 0


def test_the_rows_themselves_are_given_by_time_and_no_more_than_asked(engine, seen):
    answer = ask.observations(engine, SPRING, 20)
    told = inside(seen, SPRING).sort_values(["time", "series", "lat", "lon"]).head(20)
    same(answer[["time", "lat", "lon", "value", "hour", "x", "y"]], told)
    assert answer["raw_unit"].isna().all() and answer["seconds"].tolist() == [0] * 20


@pytest.mark.parametrize("level", [0, 4, 6])
def test_a_block_of_cells_is_counted_alike(engine, seen, level):
    size, shift = 1 << level, 6 - level
    west, south, columns, rows = 231 * size, 134 * size, 4 * size, 5 * size
    found = inside(seen, SPRING_EVERYWHERE)
    found = found.assign(x=found["x"].astype(int).to_numpy() >> shift, y=found["y"].astype(int).to_numpy() >> shift)
    found = found[found["x"].between(west, west + columns - 1) & found["y"].between(south, south + rows - 1)]
    answer = ask.block(engine, SPRING_EVERYWHERE, level, west, south, columns, rows)
    same(answer, found.groupby(["x", "y"]).size().rename("n").reset_index())
    assert answer["n"].sum() > 100


@pytest.mark.parametrize("since", [datetime(2019, 3, 1), datetime(2019, 3, 7, 5), datetime(2019, 3, 7, 5, 17)])
def test_a_window_begins_at_its_month_its_hour_or_its_minute(engine, seen, since):
    window = ask.Window("detection", since, datetime(2020, 2, 2, 13, 30))
    assert ask.count(engine, window) == len(inside(seen, window)) > 0


def test_an_engine_tells_a_version_that_its_rows_have(engine, dataset):
    assert engine.version() == dataset.version() != ""


@pytest.mark.parametrize("engine", ["spark"], indirect=True)
def test_the_spark_of_these_tests_has_two_workers(engine):
    context = engine._session.sparkContext
    assert context.master.startswith("local-cluster[2,")
    # The driver is one of those the tracker knows.
    assert len(context._jsc.sc().statusTracker().getExecutorInfos()) == 3


def test_filters_by_series_and_confidence_are_those_of_pandas(engine, seen):
    window = ask.Window("detection", date(2019, 3, 1), date(2020, 6, 15), series=("modis_terra",), confidence=("low", "high"))
    rows = inside(seen, window)
    assert ask.count(engine, window) == ((rows["series"] == "modis_terra") & rows["confidence"].isin(["low", "high"])).sum()


def test_a_box_may_cross_the_antimeridian(engine, seen):
    around = ask.Window("detection", box=(56.0, -90, 51.0, 90))
    assert ask.count(engine, around) == (~seen["detection"]["lon"].between(51, 56, inclusive="neither")).sum()


def test_nothing_observed_is_an_empty_answer_and_not_a_zero(engine):
    window = ask.Window("detection", date(2030, 1, 1), date(2031, 1, 1))
    assert ask.count(engine, window) == 0 and ask.span(engine, window) is None
    assert ask.by_time(engine, window, "month").empty and ask.by_cell(engine, window, 2).empty
    assert ask.observations(engine, ask.Window("flare"), 5).empty


# ── what may be asked ────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def default(dataset: Dataset) -> ask.Engine:
    """The default engine."""
    return ask.connect(dataset.path)


def test_values_of_two_substances_are_never_added(default):
    with pytest.raises(ValueError, match="indicator and their unit"):
        ask.by_time(default, ask.Window("reading", date(2021, 1, 1), date(2021, 4, 1)), "month")


def test_a_reading_is_only_compared_with_a_limit_of_its_averaging_time(default):
    with pytest.raises(ValueError, match="averaging time"):
        ask.exceedances(default, ask.Window("reading", indicator="so2", unit="ug_m3"), 125)


def test_coverage_without_an_end_is_no_question(default):
    with pytest.raises(ValueError, match="hours of how many"):
        ask.coverage(default, ask.Window("reading", date(2021, 1, 1), indicator="so2", unit="ug_m3"))


@pytest.mark.parametrize("wrong", [{"kind": "rumour"}, {"kind": "reading", "confidence": ("high",)}])
def test_a_window_that_means_nothing_is_refused(wrong):
    with pytest.raises(ValueError):
        ask.Window(**wrong)


def test_text_in_a_window_is_data_and_never_code(default):
    window = ask.Window("detection", series=("x' or 1=1 --",))
    assert ask.count(default, window) == 0


def test_an_absent_folder_is_an_empty_dataset(tmp_path):
    empty = ask.connect(tmp_path / "none")
    assert ask.count(empty, SPRING) == 0 and ask.coverage(empty, SULPHUR).empty


def test_a_file_added_later_is_seen(tmp_path):
    growing = Dataset(tmp_path / "o")
    engine = ask.connect(growing.path)
    assert ask.count(engine, ask.Window("detection")) == 0
    files.add(growing, detections(tmp_path / "a.csv"))
    assert ask.count(engine, ask.Window("detection")) == COUNT


def test_an_address_of_no_engine_is_answered_in_a_sentence():
    with pytest.raises(ValueError, match="must be a folder, postgresql"):
        ask.connect("mysql://host/db")


def test_cells_become_finer_as_a_reader_comes_nearer():
    assert [level_for_zoom(zoom) for zoom in (0, 3, 5, 7.5, 9, 14)] == [0, 0, 2, 4, 6, 6]
