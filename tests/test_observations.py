"""Dense series: what is read of the files people have, what is refused and why, and that a file gets in whole or not at all."""

from __future__ import annotations

import csv
import gzip
import json
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from conftest import ROOT

from evidence.__main__ import main
from evidence.observations import dataset as files
from evidence.observations import kinds
from evidence.observations.block import UnknownFormat
from evidence.observations.command import Bar
from evidence.observations.dataset import Dataset
from evidence.observations.readings import Asked, ColumnMap

SAMPLES = Path(__file__).parent / "data"
FIRMS = "latitude,longitude,bright_ti4,acq_date,acq_time,satellite,confidence,version,frp,daynight"


def rows(dataset: Dataset, kind: str) -> pd.DataFrame:
    """All rows of a kind, by time."""
    tables = [pq.read_table(dataset.path / part.path).to_pandas() for part in dataset.parts(kind)]
    return pd.concat(tables).sort_values(["time", "indicator", "value"], ignore_index=True)


def rejected(dataset: Dataset) -> list[dict[str, str]]:
    """The rows of every rejects file."""
    found = []
    for file in dataset.files():
        if file.rejects:
            with (dataset.path / file.rejects).open(encoding="utf-8") as stream:
                found += csv.DictReader(stream)
    return found


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """An empty dataset."""
    return Dataset(tmp_path / "observations")


@pytest.fixture
def added(dataset: Dataset) -> Callable[..., Dataset]:
    """Add a sample and give the dataset: `added("firms_modis_archive.csv")`."""

    def add(name: str, **asked: object) -> Dataset:
        files.add(dataset, SAMPLES / f"synthetic_{name}", Asked(**asked))
        return dataset

    return add


def firms_file(path: Path, *lines: str) -> Path:
    """A small file of FIRMS."""
    path.write_text("\n".join([FIRMS, *lines]) + "\n", encoding="utf-8")
    return path


def many(path: Path, count: int) -> Path:
    """A file of FIRMS with that many different detections of 2020."""
    moments = np.datetime64("2020-01-01", "m") + np.arange(count) % 500_000
    days, clock = np.datetime_as_string(moments, unit="D"), [text[11:13] + text[14:] for text in np.datetime_as_string(moments)]
    columns = {
        "latitude": 45 + np.arange(count) % 997 / 100,
        "longitude": (50 + np.arange(count) / 1e5).round(5),
        "bright_ti4": np.full(count, 300),
    }
    columns |= {"acq_date": days, "acq_time": clock, "satellite": ["N"] * count, "confidence": ["n"] * count, "version": ["2.0"] * count}
    columns |= {"frp": np.full(count, 1.5), "daynight": ["N"] * count}
    pyarrow.csv.write_csv(pa.table(columns), path)
    return path


# ── NASA FIRMS ───────────────────────────────────────────────────────────────────────────────────
def test_a_modis_percentage_keeps_its_number_and_gets_its_class(added):
    shown = rows(added("firms_modis_archive.csv"), "detection")
    assert list(shown["confidence"]) == ["low", "high", "nominal"]
    assert list(shown["confidence_percent"]) == [29, 80, 79]


def test_a_viirs_letter_is_a_class_without_a_number(added):
    shown = rows(added("firms_viirs_nrt.csv"), "detection")
    assert list(shown["confidence"]) == ["nominal", "high", "low"]
    assert shown["confidence_percent"].isna().all()


def test_leading_zeros_that_a_spreadsheet_ate_are_put_back(added):
    shown = rows(added("firms_viirs_nrt.csv"), "detection")
    assert [str(time) for time in shown["time"]] == ["2024-02-29 00:05:00", "2024-02-29 09:55:00", "2024-03-01 12:00:00"]


def test_satellites_have_one_name_each_whatever_the_product_calls_them(added):
    added("firms_viirs_nrt.csv")
    shown = rows(added("firms_viirs_api.csv"), "detection")
    assert set(shown["series"]) == {"viirs_snpp", "viirs_noaa20", "viirs_noaa21"}


def test_near_real_time_is_told_apart_from_the_standard_product(added):
    added("firms_viirs_nrt.csv")
    shown = rows(added("firms_viirs_api.csv"), "detection").groupby("product", observed=True).size()
    assert dict(shown) == {"nrt": 3, "standard": 2}


def test_a_detection_without_a_power_is_still_a_detection(added):
    shown = rows(added("firms_modis_archive.csv"), "detection")
    assert len(shown) == 3 and np.isnan(shown["value"].iloc[2])
    assert list(shown["surface"]) == [2, 0, 3]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("5", "latitude", "outside -90 to 90"),
        ("6", "acq_time", "HHMM"),
        ("7", "acq_date", "not a day"),
        ("8", "confidence", "neither 0 to 100"),
        ("9", "satellite", "not one of the words"),
        ("10", "", "3 cells, the header 15"),
        ("11", "frp", "not a number"),
        ("12", "acq_date", "before 2000-02-24"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_a_reason(added, line, column, reason):
    found = {row["line"]: row for row in rejected(added("firms_modis_archive.csv"))}
    assert len(found) == 8
    assert found[line]["column"] == column and reason in found[line]["reason"]


@pytest.mark.parametrize("head", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_byte_order_mark_line_ends_capitals_and_blank_lines_do_not_matter(tmp_path, dataset, head, end):
    row = "51.36,53.22,330,2020-01-01,0005,N,n,2.0,1.5,N"
    (tmp_path / "a.csv").write_bytes((head + end.join([FIRMS.upper(), row, "", row.replace("0005", "0006"), ""])).encode())
    counted = files.add(dataset, tmp_path / "a.csv")
    assert (counted.kept, counted.rejected) == (2, 0)


def test_packed_files_are_read_as_they_are(tmp_path, dataset):
    text = (SAMPLES / "synthetic_firms_viirs_nrt.csv").read_bytes()
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("Readme.txt", "words")
        archive.writestr("fire_nrt.csv", text.replace(b"2024-", b"2023-").replace(b"02-29", b"02-28"))
    assert files.add(dataset, tmp_path / "a.csv.gz").kept == files.add(dataset, tmp_path / "b.zip").kept == 3


def test_cells_are_whole_numbers_that_contain_their_row(added):
    shown = rows(added("firms_viirs_nrt.csv"), "detection")
    assert ((shown["x"] / 64 - 180 <= shown["lon"]) & (shown["lon"] < (shown["x"] + 1) / 64 - 180)).all()
    assert list(kinds.cells(np.array([-180.0, 179.999, 180.0]), 180)) == [0, 23039, 23039]


# ── EOG VIIRS Nightfire ──────────────────────────────────────────────────────────────────────────
def test_a_yearly_file_gives_million_cubic_metres_and_a_percentage(added):
    shown = rows(added("nightfire_2022.csv"), "flare")
    assert list(shown["value"]) == [40.5, 120.0] and list(shown["raw_value"]) == [0.0405, 0.12]
    assert list(shown["frequency_percent"]) == [98.1, 25.0]
    assert list(shown["temperature_k"]) == [1720, 1650]


def test_years_in_the_column_names_are_rows_of_their_year(added):
    shown = rows(added("nightfire_years.csv"), "flare").set_index("series")
    assert [(str(t)[:4], v) for t, v in zip(shown["time"], shown["value"], strict=True)] == [
        ("2012", 1.0),
        ("2012", 405.0),
        ("2013", 487.0),
    ]
    assert list(shown["seconds"]) == [366 * 86_400, 366 * 86_400, 365 * 86_400]


def test_a_small_percentage_is_not_mistaken_for_a_share(added):
    shown = rows(added("nightfire_years.csv"), "flare")
    assert shown["frequency_percent"].tolist() == [1.0, 98.1, 80.0]  # 2013 has nothing above 1, so its 0.8 is a share


def test_a_year_without_a_volume_is_no_row_and_no_mistake(added):
    shown = added("nightfire_years.csv")
    assert len(rows(shown, "flare")) == 3 and shown.files()[0].rejected == 0


def test_a_workbook_is_read_sheet_by_sheet_and_its_summaries_are_left(tmp_path, dataset):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for site, title, volume in ((1, "flare upstream", 0.0405), (2, "flare oil downstream", 0.01)):
        sheet = book.create_sheet(title)
        sheet.append(
            ["Country", "ISO Code", "ID 2023", "Latitude", "Longitude", "BCM 2023", "Avg temp., K", "Detection freq. 2023", "Type"]
        )
        sheet.append(["Nowhere", "KAZ", site, 51.36, 53.22, volume, 1700, 0.5, title])
    book.create_sheet("countries upstream").append(["Country", "ISO Code", "BCM 2023", "Flare count 2023"])
    book.save(tmp_path / "synthetic.xlsx")
    files.add(dataset, tmp_path / "synthetic.xlsx")
    assert sorted(rows(dataset, "flare")["value"]) == [10.0, 40.5]


# ── stations ─────────────────────────────────────────────────────────────────────────────────────
def test_mass_units_become_one_and_a_share_of_volume_stays_one(added):
    shown = rows(added("openaq_archive.csv"), "reading").set_index("indicator")
    assert list(shown.loc["pm10", "value"]) == [45.0, 46.0] and set(shown.loc["pm10", "unit"]) == {"ug_m3"}
    assert (shown.loc["h2s", "value"], shown.loc["h2s", "unit"]) == (4.0, "ppb")
    assert (shown.loc["h2s", "raw_value"], shown.loc["h2s", "raw_unit"]) == (0.004, "ppm")


def test_a_sentinel_a_strange_unit_a_negative_and_a_zoneless_time_are_refused(added):
    reasons = [row["reason"] for row in rejected(added("openaq_archive.csv"))]
    for part, reason in zip(["nothing was measured", "words this reader knows", "below zero", "with its zone"], reasons, strict=True):
        assert part in reason


def test_latitude_and_longitude_in_one_cell_are_taken_apart(added):
    shown = added("openaq_coordinates.csv")
    assert rows(shown, "reading")["lat"].tolist()[0] == 51.17 and rows(shown, "reading")["lon"].isna().tolist() == [False, True]
    assert [row["column"] for row in rejected(shown)] == ["value", "coordinates"]


def test_frost_is_no_negative_concentration(added):
    shown = rows(added("openaq_explorer.csv"), "reading").set_index("indicator")
    assert shown.loc["temperature", "value"] == -12.5 and shown.loc["pm25", "place"] == "Invented, street"


def test_answers_of_the_api_know_their_hour_and_take_their_place_from_around(added):
    shown = rows(added("openaq_v3.json"), "reading")
    assert list(shown["seconds"]) == [3600, 3600] and list(shown["lat"]) == [51.17, 51.171]
    assert set(shown["series"]) == {"openaq 3919"} and list(shown["value"]) == [21.0, 19.0]


def test_json_is_read_piece_by_piece_across_the_ends_of_pieces(tmp_path, dataset):
    result = {"value": 1.5, "parameter": {"name": "so2", "units": "ppb"}, "sensorsId": 7, "note": "x" * 700}
    lines = [{**result, "datetime": {"utc": f"2024-01-01T{n // 60 % 24:02}:{n % 60:02}:00Z"}, "sensorsId": 1 + n} for n in range(4_000)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert (tmp_path / "a.jsonl").stat().st_size > 2 << 20
    assert files.add(dataset, tmp_path / "a.jsonl").kept == 4_000


def test_json_that_breaks_off_adds_nothing(tmp_path, dataset):
    (tmp_path / "a.json").write_text((SAMPLES / "synthetic_openaq_v3.json").read_text(encoding="utf-8")[:-200], encoding="utf-8")
    with pytest.raises(UnknownFormat, match="breaks off"):
        files.add(dataset, tmp_path / "a.json")
    assert dataset.files() == () and not list(dataset.path.rglob("*.parquet"))


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.zip", "a.xlsx", "a.json"])
def test_a_file_that_is_not_what_its_name_says_is_refused_in_a_sentence(tmp_path, dataset, name):
    (tmp_path / name).write_bytes(bytes([29, 162, 13, 34, 7]) * 400)
    with pytest.raises(UnknownFormat, match="broken, or not what its name says"):
        files.add(dataset, tmp_path / name)
    assert dataset.files() == () and not (dataset.path / ".adding").exists()


def test_an_answer_of_the_api_without_its_station_says_how_to_name_it(tmp_path, dataset):
    result = {
        "value": 1,
        "parameter": {"name": "so2", "units": "ppm"},
        "period": {"interval": "01:00:00", "datetimeFrom": {"utc": "2024-01-01T00:00:00Z"}},
    }
    (tmp_path / "a.json").write_text(json.dumps({"results": [result]}), encoding="utf-8")
    with pytest.raises(UnknownFormat, match="1 × series: no station is named; say which with --series"):
        files.add(dataset, tmp_path / "a.json")


def test_a_wide_table_of_posts_is_in_local_time_milligrams_and_commas(added):
    shown = rows(added("posts_wide.csv", averaging="20min"), "reading")
    sulphur = shown[shown["indicator"] == "so2"]
    assert list(sulphur["value"]) == [51.0, 49.0] and list(sulphur["raw_unit"]) == ["мг/м3", "мг/м3"]
    assert [str(time) for time in sulphur["time"]] == ["2014-11-27 20:00:00", "2014-11-28 19:00:00"]  # UTC+5; 24:00 is the next day's 0:00
    assert set(shown["series"]) == {"Вымышленный № 7"} and set(shown["seconds"]) == {1200}


def test_each_column_of_a_wide_table_has_its_own_unit(added):
    shown = rows(added("posts_wide.csv"), "reading")
    assert {(row.indicator, row.unit) for row in shown.itertuples()} == {
        ("so2", "ug_m3"),
        ("h2s", "ug_m3"),
        ("pm25", "ug_m3"),
        ("humidity", "percent"),
    }
    assert [(row["column"], row["value"]) for row in rejected(added("posts_wide.csv"))] == [
        ("диоксид серы, мг/м3", "нет"),
        ("pm2.5 (мкг/м3)", "-999"),
    ]


def test_any_long_table_is_read_through_a_mapping(added):
    mapping = ColumnMap.load(SAMPLES / "synthetic_long_mapping.json")
    shown = rows(added("long.csv", mapping=mapping), "reading")
    assert [str(time) for time in shown["time"]] == ["2015-01-02 01:00:00", "2015-01-02 01:20:00"]  # marked at the end of 20 minutes
    assert list(shown["value"]) == [12.0, 10.0]


def test_a_mapping_that_names_what_is_not_there_is_answered_in_a_sentence(tmp_path, dataset):
    (tmp_path / "m.json").write_text('{"time": "when", "colour": "red"}', encoding="utf-8")
    with pytest.raises(ValueError, match="colour is not an entry"):
        ColumnMap.load(tmp_path / "m.json")
    wrong = ColumnMap("time", "value", "station", "what", "=mg/m3")
    with pytest.raises(UnknownFormat, match="the mapping names time, value, station; the file has when"):
        files.add(dataset, SAMPLES / "synthetic_long.csv", Asked(mapping=wrong))


@pytest.mark.parametrize("spelt", ["µg/m³", "μg/m3", "ug/m3", "мкг/м3", "мкг/м³", "UG/M3", "ug/m^3"])
def test_a_microgram_is_a_microgram_in_every_spelling(spelt):
    assert kinds.unit(spelt) == kinds.Unit("ug_m3", 1.0)


@pytest.mark.parametrize(
    ("name", "code"), [("PM2.5", "pm25"), ("РМ-2,5", "pm25"), ("Сероводород", "h2s"), ("NO₂", "no2"), ("NO", "no"), ("CO2", None)]
)
def test_a_substance_is_known_by_its_usual_names_and_not_by_a_likeness(name, code):
    assert kinds.indicator(name) == code


# ── what gets in ─────────────────────────────────────────────────────────────────────────────────
def test_a_file_no_reader_knows_is_refused_with_what_to_do(tmp_path, dataset):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UnknownFormat, match=r"no reader knows the columns a, b\..*--mapping"):
        files.add(dataset, tmp_path / "a.csv")


def test_the_same_content_adds_nothing_under_any_name(tmp_path, dataset):
    first = firms_file(tmp_path / "a.csv", "51.36,53.22,330,2020-01-01,5,N,n,2.0,1.5,N")
    files.add(dataset, first)
    before = (dataset.path / "manifest.json").read_bytes()
    (tmp_path / "b.csv").write_bytes(first.read_bytes())
    assert files.add(dataset, tmp_path / "b.csv").again
    assert (dataset.path / "manifest.json").read_bytes() == before


def test_a_row_that_another_file_brought_is_not_counted_twice(tmp_path, dataset):
    one, two, three = (f"51.3{n},53.22,330,2020-01-01,5,N,n,2.0,1.5,N" for n in range(3))
    files.add(dataset, firms_file(tmp_path / "a.csv", one, two))
    second = files.add(dataset, firms_file(tmp_path / "b.csv", two, three, three))
    assert (second.kept, second.known, second.differing) == (1, 2, 0)
    assert sorted(rows(dataset, "detection")["lat"]) == [51.30, 51.31, 51.32]


def test_another_value_for_the_same_moment_is_told_and_the_first_stays(tmp_path, dataset):
    files.add(dataset, firms_file(tmp_path / "a.csv", "51.36,53.22,330,2020-01-01,5,N,n,2.0,1.5,N"))
    second = files.add(dataset, firms_file(tmp_path / "b.csv", "51.36,53.22,330,2020-01-01,5,N,n,2.0,9.5,N"))
    assert (second.kept, second.known, second.differing) == (0, 1, 1)
    assert list(rows(dataset, "detection")["value"]) == [1.5]


def test_rows_lie_by_kind_and_year(added):
    shown = added("firms_viirs_nrt.csv")
    added("firms_modis_archive.csv")
    folders = {str(path.parent.relative_to(shown.path)) for path in shown.path.rglob("*.parquet")}
    assert folders == {"kind=detection/year=2019", "kind=detection/year=2024"}


def test_only_parts_of_the_years_asked_for_are_opened(added):
    shown = added("firms_viirs_nrt.csv")
    added("firms_modis_archive.csv")
    assert [part.year for part in shown.parts("detection", np.datetime64("2020-01-01"), None)] == [2024]
    assert [part.year for part in shown.parts("detection", None, np.datetime64("2024-01-01"))] == [2019]


def test_a_file_taken_out_leaves_the_dataset_as_before_it(added):
    shown = added("firms_viirs_nrt.csv")
    before = shown.version()
    added("firms_modis_archive.csv")
    files.remove(shown, "synthetic_firms_modis_archive.csv")
    assert shown.version() == before and shown.count("detection") == 3
    assert len(list(shown.path.rglob("*.parquet"))) == 1


def test_two_additions_at_once_are_one_too_many(dataset):
    with files._alone(dataset.path), pytest.raises(files.Busy, match="another process"):
        files.add(dataset, SAMPLES / "synthetic_firms_viirs_nrt.csv")


# ── killed half-way ──────────────────────────────────────────────────────────────────────────────
def state(dataset: Dataset) -> tuple[bytes, int]:
    """What a reader sees."""
    return (dataset.path / "manifest.json").read_bytes(), len(rows(dataset, "detection"))


def test_an_addition_killed_while_it_reads_leaves_everything_as_it_was(tmp_path, added):
    shown, big = added("firms_viirs_nrt.csv"), many(tmp_path / "big.csv", 700_000)
    before = state(shown)
    command = [sys.executable, "-m", "evidence", "observations", "add", str(big), "--to", str(shown.path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not list((shown.path / ".adding").glob("*/kind=*/year=*/*.parquet")) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it was done before it could be killed"
    assert state(shown) == before
    assert files.add(shown, firms_file(tmp_path / "c.csv", "51.36,53.22,330,2020-01-01,5,N,n,2.0,1.5,N")).kept == 1
    assert not (shown.path / ".adding").exists()


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_an_addition_killed_while_it_moves_its_parts_leaves_everything_as_it_was(moves, added):
    shown, other = added("firms_viirs_nrt.csv"), SAMPLES / "synthetic_firms_modis_archive.csv"
    before = state(shown)
    dying = (
        "import os, sys; from pathlib import Path; from evidence.observations import dataset as d\n"
        "move, left = d._move, [int(sys.argv[3])]\n"
        "def dying(a, b):\n    left[0] or os._exit(9)\n    left[0] -= 1\n    move(a, b)\n"
        "d._move, d._write_manifest = dying, lambda *_: os._exit(9)\n"
        "d.add(d.Dataset(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    assert subprocess.run([sys.executable, "-c", dying, str(shown.path), str(other), str(moves)], cwd=ROOT).returncode == 9
    assert state(shown) == before
    assert files.add(shown, other).kept == 3
    assert len(list(shown.path.rglob("*.parquet"))) == len(shown.parts("detection")) == 2


# ── bounds ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_memory_does_not_grow_with_the_file(tmp_path):
    peaks = []
    for count in (200_000, 1_600_000):
        file = many(tmp_path / f"{count}.csv", count)
        measured = "import sys; from evidence.__main__ import main; assert main(sys.argv[1:]) == 0; print(open('/proc/self/status').read())"
        command = [sys.executable, "-c", measured, "observations", "add", str(file), "--to", str(tmp_path / str(count))]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        peaks.append(int(said.partition("VmHWM:")[2].split()[0]) // 1024)
    assert peaks[1] <= 600, f"{peaks} MB"


def test_importing_the_interface_loads_no_engine():
    code = "import sys; import evidence.ui, evidence.observations; print({'ibis', 'duckdb', 'pyspark', 'psycopg', 'openpyxl'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip() == "set()"


# ── the command line ─────────────────────────────────────────────────────────────────────────────
def test_the_command_prints_what_was_kept_and_what_was_rejected_and_why(tmp_path, capsys):
    to = ["--to", str(tmp_path / "o")]
    assert main(["observations", "add", str(SAMPLES / "synthetic_firms_modis_archive.csv"), *to]) == 0
    said = capsys.readouterr().out
    assert "NASA FIRMS. 3 rows kept, 8 rejected, 0 known before" in said
    assert "1 × latitude: outside -90 to 90" in said and "rejects/synthetic_firms_modis_archive.csv-" in said
    assert main(["observations", "add", str(SAMPLES / "synthetic_firms_modis_archive.csv"), *to]) == 0
    assert "added before" in capsys.readouterr().out


def test_one_bad_file_among_many_fails_the_command_and_not_the_others(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    asked = ["observations", "add", str(tmp_path / "a.csv"), str(SAMPLES / "synthetic_firms_viirs_nrt.csv"), "--to", str(tmp_path / "o")]
    assert main(asked) == 1
    said = capsys.readouterr()
    assert "nothing was added" in said.err and "3 rows kept" in said.out


def test_the_environment_says_where_the_dataset_is(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(tmp_path / "elsewhere"))
    assert main(["observations", "add", str(SAMPLES / "synthetic_firms_viirs_nrt.csv")]) == 0
    assert main(["observations", "list"]) == 0
    assert f"{tmp_path / 'elsewhere'}: 3 rows from 1 files" in capsys.readouterr().out
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", "postgresql://nobody@nowhere/x")
    assert main(["observations", "list"]) == 1


def test_a_progress_bar_fills_and_goes_away(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"x" * 1000)
    drawn: list[str] = []
    bar = Bar(tmp_path / "a.csv", drawn.append)
    bar.show(500, 10)
    bar.clear()
    assert " 50% 10 rows" in drawn[0] and "█" * 15 + "·" * 15 in drawn[0]
    assert drawn[1] == "\r\x1b[K"


def test_file_modes_let_a_server_of_another_user_read(added):
    shown = added("firms_viirs_nrt.csv")
    assert all(path.stat().st_mode & 0o044 for path in shown.path.rglob("*.parquet"))
