"""Detections on the map: blocks of cells that add up, whatever is asked for, and nothing but what a screen can hold."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from evidence import load, observations, server, tiles
from evidence.observations import dataset as files

pytestmark = pytest.mark.xdist_group("observations")
COUNT = 5_000
WORLD = {"level": "0", "west": "0", "south": "0", "columns": "360", "rows": "180"}


def invented(count: int = COUNT) -> dict:
    """Detections around the Caspian, 2018 to 2021, and one in each corner of the world."""
    random = np.random.default_rng(3)
    lat, lon = random.uniform(44, 52, count), random.uniform(50, 57, count)
    lat[:4], lon[:4] = (-90, 90, -90, 90), (-180, -180, 180, 180)
    seconds = np.datetime64("2018-01-01", "s") + random.integers(0, 4 * 365 * 86_400, count)
    same = {"series": "viirs_snpp", "indicator": "frp", "unit": "mw", "confidence": "nominal", "daynight": "night", "product": "standard"}
    absent = dict.fromkeys(("confidence_percent", "brightness_k", "surface"))
    return {"time": seconds, "lat": lat, "lon": lon, "value": np.ones(count), "seconds": np.zeros(count, np.int32), **same, **absent}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle's folder with observations."""
    made = tmp_path_factory.mktemp("bundle")
    files.put(observations.Dataset(made / "observations"), "invented", "detection", [invented()], datetime(2024, 1, 1, tzinfo=UTC))
    return made


def answer(folder: Path, **said: str) -> dict:
    return json.loads(gzip.decompress(tiles.counted(folder, tiles.Asked.read({**WORLD, **said}))))


@pytest.mark.parametrize("level", range(5))
def test_blocks_that_cover_the_world_hold_every_detection_once(folder, level):
    wide, high, step = 360 << level, 180 << level, 512
    corners = [(west, south) for west in range(0, wide, step) for south in range(0, high, step)]
    found = [
        answer(folder, level=str(level), west=str(w), south=str(s), columns=str(min(step, wide - w)), rows=str(min(step, high - s)))
        for w, s in corners
    ]
    assert sum(block["n"] for block in found) == sum(sum(block["cells"][2::3]) for block in found) == COUNT


@pytest.mark.parametrize("level", range(tiles.WHOLE + 1))
def test_a_far_view_cut_from_what_is_kept_is_the_one_that_would_be_asked(folder, level):
    west, south, columns, rows = 231 << level, 133 << level, 5 << level, 6 << level
    cut = answer(folder, level=str(level), west=str(west), south=str(south), columns=str(columns), rows=str(rows))
    asked = observations.block(observations.opened(folder), observations.Window("detection"), level, west, south, columns, rows)
    assert cut["cells"] == asked[["x", "y", "n"]].to_numpy().ravel().tolist() and cut["n"] > 1_000


def test_days_that_leave_nothing_out_are_the_same_question(folder):
    known = tiles.offered(folder)
    all_days = tiles.Asked.read({**WORLD, "from": "1999-01-01", "to": str(known.until)}).fitted(known)
    assert all_days == tiles.Asked.read(WORLD).fitted(known) and all_days.version == known.version
    some = tiles.Asked.read({**WORLD, "from": "2019-01-01"}).fitted(known)
    assert (some.since, some.until) == (date(2019, 1, 1), None)


def test_a_cell_lies_where_its_detections_lie(folder):
    rows = invented()
    x, y, n = answer(folder, level="4", west="3680", south="2144", columns="64", rows="64")["cells"][:3]
    inside = (np.floor((rows["lon"] + 180) * 16) == x) & (np.floor((rows["lat"] + 90) * 16) == y)
    assert n == inside.sum() > 0


def test_days_are_counted_from_the_first_to_the_last_of_them(folder):
    days = invented()["time"].astype("datetime64[D]")
    told = ((days >= np.datetime64("2019-03-05")) & (days <= np.datetime64("2020-02-29"))).sum()
    assert answer(folder, **{"from": "2019-03-05", "to": "2020-02-29"})["n"] == told


@pytest.mark.parametrize(
    "wrong",
    [{"level": "7"}, {"level": "-1"}, {"level": ""}, {"west": "-1"}, {"columns": "361"}, {"rows": "0"}, {"from": "yesterday"}, {"to": "9999-12-31"},
     {"level": "6", "columns": "2000", "rows": "2000"}],
)  # fmt: skip
def test_what_no_map_asks_for_is_refused(wrong):
    with pytest.raises(ValueError):
        tiles.Asked.read({**WORLD, **wrong})


def test_a_bundle_without_observations_offers_no_layer(tmp_path, monkeypatch):
    monkeypatch.delenv("TAMSHY_OBSERVATIONS", raising=False)
    assert tiles.offered(tmp_path) is None
    known = tiles.offered(tmp_path / "none")
    assert known is None and not (tmp_path / "none").exists()


def test_what_is_offered_is_told_by_number_and_days(folder):
    known = tiles.offered(folder)
    assert (known.count, known.since.year, known.until.year) == (COUNT, 2018, 2021)
    assert known.until <= date(2021, 12, 31) and known.version


# ── over the wire ────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def client(folder, monkeypatch) -> TestClient:
    """Our routes over a bundle with observations."""
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(folder / "observations"))
    load.opened()
    return TestClient(Starlette(routes=server.routes()))


def test_the_block_of_this_version_may_be_kept_for_ever_and_of_another_not(client, folder):
    version = tiles.offered(folder).version
    mine = client.get("/observations/block", params={**WORLD, "v": version})
    assert mine.json()["n"] == COUNT and "immutable" in mine.headers["cache-control"]
    other = client.get("/observations/block", params={**WORLD, "v": "else"})
    assert other.json()["n"] == COUNT and other.headers["cache-control"] == "no-cache"
    plain = client.get("/observations/block", params=WORLD, headers={"accept-encoding": "identity"})
    assert plain.json()["n"] == COUNT and "content-encoding" not in plain.headers


def test_a_block_that_means_nothing_is_refused_and_without_observations_there_is_none(client, tmp_path, monkeypatch):
    assert client.get("/observations/block", params={**WORLD, "level": "12"}).status_code == 400
    monkeypatch.setenv("TAMSHY_OBSERVATIONS", str(tmp_path / "none"))
    assert client.get("/observations/block", params=WORLD).status_code == 404
