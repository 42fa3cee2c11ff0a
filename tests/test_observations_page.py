"""Observations on the pages: offered only where a bundle has them, counted by year and month, as a layer of the map."""

from __future__ import annotations

import importlib
import io
import re
import zipfile
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from streamlit.testing.v1 import AppTest
from test_tiles import COUNT, invented

from evidence import maps, observations
from evidence.model import Selection
from evidence.observations import dataset as files
from evidence.report import archive, dense, verify
from evidence.ui import stage
from evidence.ui.page import Page
from evidence.words import Words

pytestmark = pytest.mark.xdist_group("observations")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invented detections of 2018 to 2021."""
    made = tmp_path_factory.mktemp("observed")
    files.put(observations.Dataset(made), "invented.csv", "detection", [invented()], datetime(2024, 1, 1, tzinfo=UTC))
    return made


def page(key: str, **query: str) -> str:
    """What a page writes, without tags."""
    opened = AppTest.from_file(str(ROOT / "pages" / f"{key}.py"), default_timeout=60)
    for word, value in query.items():
        opened.query_params[word] = value
    opened.run()
    assert not opened.exception, opened.exception
    said = [html.proto.body for html in opened.get("html")] + [info.value for info in opened.info]
    return unescape(re.sub(r"<[^>]+>", "\n", "\n".join(said)))


def test_the_shipped_bundle_has_no_observations_and_says_nothing_of_them(monkeypatch):
    monkeypatch.delenv("TAMSHY_OBSERVATIONS", raising=False)
    assert "eat spots" not in page("environment")


def test_the_archive_of_everything_holds_the_newest_rows_and_says_what_it_leaves(folder, bundle, english, monkeypatch):
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(folder))
    monkeypatch.setattr(archive, "newest", lambda bundle: dense.newest(bundle, 1_000))
    taken = archive.Taken("T", "S", "https://example.org/", "", "2026-11-24", whole=True)
    made = archive.archive(bundle, english, archive.everything(bundle), taken)
    packed = zipfile.ZipFile(io.BytesIO(made))
    days = sorted(np.datetime_as_string(invented()["time"], unit="s"))[-1_000:]
    assert [row.split(",")[0] for row in packed.read("observations/detection.csv").decode("utf-8-sig").split("\r\n")[1:-1]] == [
        f"{day}Z" for day in days
    ]
    assert b"invented.csv" in packed.read("observations/files.csv")
    said = packed.read("README.md").decode()
    assert f"the newest 1,000 of {COUNT:,} rows" in said and "observations add" in said
    assert not [one for one in verify.file(bundle, "x.zip", made) if one.outcome != "same"]


def test_an_archive_without_dense_series_says_nothing_of_them(bundle, english, monkeypatch):
    monkeypatch.delenv("TAMSHY_OBSERVATIONS", raising=False)
    assert dense.newest(bundle) == [] and dense.files_csv(bundle) == b""


def test_heat_spots_are_counted_by_year_with_their_period_and_file(folder, monkeypatch):
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(folder))
    said = page("environment")
    days = invented()["time"].astype("datetime64[D]").astype(str)
    assert f"all places in the files: {COUNT:,}" in said and "From the files: invented.csv." in said
    assert f"{sum(day[:4] == '2021' for day in days):,}" in said and "by month, 2021" in said


@pytest.mark.parametrize(("language", "word"), [("ru", "Тепловые точки"), ("kk", "жылу нүктелері")])
def test_the_chosen_year_is_told_month_by_month_in_the_readers_language(folder, monkeypatch, language, word):
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(folder))
    said = page("environment", year="2019", lang=language)
    days = invented()["time"].astype("datetime64[M]").astype(str)
    assert word in said and re.search(r"(по месяцам|Айлар бойынша)[^\n]*, 2019", said)
    assert f"\n{(days == '2019-02').sum()}\n" in said


def test_a_download_of_counts_opens_right_in_a_spreadsheet_and_names_its_version(bundle, english):
    made = importlib.import_module("evidence.ui.observations")._csv(
        Page("environment", bundle, english, Selection(), None), {2019: (1, 2, 3)}
    )
    assert made.decode("utf-8-sig").splitlines()[1] == f"2019,6,1,2,3,{bundle.version}" and made.startswith(b"\xef\xbb\xbf")


def test_years_and_months_can_both_be_taken_as_pictures(folder, monkeypatch):
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(folder))
    opened = AppTest.from_file(str(ROOT / "pages" / "environment.py"), default_timeout=60)
    opened.query_params["year"] = "2019"
    opened.run()
    (months,) = [kept for kept in opened.session_state["kept_figures"] if "by month, 2019" in kept.title]
    assert "Feb" in months.draw().body


def test_the_period_of_the_link_bounds_what_is_counted(folder, monkeypatch):
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(folder))
    days = invented()["time"].astype("datetime64[D]").astype(str)
    told = ((days >= "2019-01-01") & (days <= "2020-12-31")).sum()
    assert f"all places in the files: {told:,}, 2019 to 2020" in page("environment", **{"from": "2019", "to": "2020"})
    assert "No heat spots in the files" in page("environment", **{"from": "2002", "to": "2003"})


def test_the_map_offers_the_layer_only_where_there_is_something_to_draw(folder, bundle, english, monkeypatch):
    shown = Page("map", bundle, english, Selection(), None)
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(folder / "none"))
    assert stage._detections(shown) is None
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(folder))
    offered = stage._detections(shown)
    assert offered["url"].startswith("/observations/block?v=") and "2021" in offered["period"]


def test_the_legend_has_the_switch_and_the_caption_its_places_for_number_and_period(bundle):
    for language in ("en", "ru", "kk"):
        drawn = maps.base_map(
            Words(bundle, language), assets=dict.fromkeys(("script", "style", "basemap", "context"), "/x"), theme="light", home=[], centre=(48, 53), zoom=5,
            detections=True,
        )  # fmt: skip
        (script,) = [child for child in drawn._children.values() if isinstance(child, maps._Script)]
        assert '["detections","square"' in script.source
        assert "{n}" in script.source and "{period}" in script.source and "{km}" in script.source
