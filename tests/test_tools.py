"""The tools: a synthetic bundle is sound, labelled and repeatable; the benchmark reads what a page says and notes what it paints."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from conftest import ROOT

from evidence import observations
from evidence.load import load
from evidence.model import parse_period


def tool(name: str) -> ModuleType:
    """A program of tools/, as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


synthetic, bench = tool("make_synthetic_bundle"), tool("bench")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic bundle with observations."""
    return synthetic.make(400, 300, seed=1, out=tmp_path_factory.mktemp("made") / "bundle")


# ── a synthetic bundle ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("incidents", [1, 2, 9, 57])
def test_a_synthetic_bundle_of_any_size_is_sound(incidents: int, tmp_path: Path) -> None:
    bundle = load(synthetic.make(incidents, 0, seed=incidents, out=tmp_path / "bundle"))
    assert len(bundle["incidents"]) == incidents
    assert bundle.synthetic


def test_every_text_of_a_synthetic_incident_says_so(made: Path) -> None:
    incidents = pd.read_csv(made / "data/incidents.csv", dtype=str, keep_default_na=False)
    for column in ("text_en", "text_ru", "victims_en", "victims_ru", "caveat_en", "caveat_ru"):
        filled = incidents.loc[incidents[column] != "", column]
        assert filled.str.contains("SYNTHETIC").all(), column
    assert load(made).title.startswith("SYNTHETIC")


def test_a_synthetic_bundle_names_nobody_and_no_place_of_the_real_one(made: Path, bundle) -> None:
    names = [column for column in bundle["people"] if column.startswith("name_e")]
    assert (pd.read_csv(made / "data/people.csv", dtype=str, keep_default_na=False)[names] == "").all(axis=None)
    for table in ("places", "organisations", "assets", "cases"):
        label = "title_en" if table == "cases" else "name_en"
        assert not set(load(made)[table][label]) & set(bundle[table][label])


def test_a_synthetic_bundle_has_dates_of_every_kind(made: Path) -> None:
    periods = [parse_period(text) for text in pd.read_csv(made / "data/incidents.csv", dtype=str)["period"]]
    assert {len(p.edtf) for p in periods} >= {4, 7, 10}
    assert any(p.approximate for p in periods) and any(p.uncertain for p in periods)
    assert any(p.start is None for p in periods) and any(p.end is None for p in periods)
    assert any(p.edtf[5:7] in {"21", "22", "23", "24"} for p in periods)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(made: Path, tmp_path: Path) -> None:
    assert content(synthetic.make(400, 300, seed=1, out=tmp_path / "again")) == content(made)
    other = content(synthetic.make(400, 300, seed=2, out=tmp_path / "other"))
    assert other["data/incidents.csv"] != content(made)["data/incidents.csv"]


def test_a_synthetic_bundle_has_the_dataset_that_pages_ask(made: Path, tmp_path: Path) -> None:
    known = {kind: observations.about(made, kind) for kind in observations.KINDS}
    assert (known["detection"].count, known["reading"].count, known["flare"]) == (285, 15, None)
    months = observations.by_time(observations.connect(made / "observations"), observations.Window("detection"), "month")
    assert months["n"].sum() == 285 and months["time"].dt.year.between(2012, 2025).all()
    assert load(made).version == load(synthetic.make(400, 0, seed=1, out=tmp_path / "without")).version


def test_a_folder_that_is_not_a_synthetic_bundle_is_not_written_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "evidence.csv").write_text("precious")
    assert synthetic.main(["--incidents", "5", "--out", str(tmp_path)]) == 1
    assert "not a synthetic bundle" in capsys.readouterr().err
    assert content(tmp_path) == {"evidence.csv": b"precious"}


def test_a_real_bundle_is_not_overwritten_either(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text(json.dumps({"synthetic": False}))
    with pytest.raises(FileExistsError):
        synthetic.make(5, 0, seed=1, out=tmp_path)


# ── the benchmark ────────────────────────────────────────────────────────────────────────────────
def test_the_benchmark_reads_how_many_incidents_the_map_must_hold() -> None:
    assert bench.numbers("1,039 of 2,209 incidents. 27 without a public location: listed beside the map.") == (1039, 1012)
    assert bench.numbers("6 of 209 incidents: Type of act: Detention.") == (6, 6)


@pytest.mark.parametrize(("incidents", "shown"), [(1012, True), (0, False), (1039, False)])
def test_a_map_that_holds_another_number_than_the_caption_says_is_not_shown(incidents: int, shown: bool) -> None:
    caption = "1,039 of 2,209 incidents. 27 without a public location: listed beside the map."
    assert bench.map_shown({"map": True, "caption": caption, "incidents": incidents}) is shown


def test_a_blank_map_is_never_shown() -> None:
    assert not bench.map_shown({"map": False, "caption": "6 of 209 incidents.", "incidents": 6})


def test_a_line_over_its_budget_says_missed_and_the_median_decides() -> None:
    results = bench.Bench(3, values={"F": [1000.0, 900.0, 5000.0], "map shipped": [1700.0, 1750.0, 9000.0]})
    assert "| 1.75 F |" in bench.table(results) and "missed" not in bench.table(results)
    results.values["map shipped"] = [1700.0, 1850.0, 1900.0]
    assert "**missed**" in bench.table(results)


def test_what_was_never_shown_has_no_number() -> None:
    results = bench.Bench(3, values={"F": [1000.0]}, failed={"map 10k": "the map is blank"})
    assert "| – |" in bench.table(results) and "not shown" in bench.table(results)


def test_only_what_stands_between_the_markers_is_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "BENCHMARKS.md"
    page.write_text(f"before\n{bench.BEGIN}\nold\n{bench.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(bench, "TABLE", page)
    bench.write(bench.Bench(1, values={"F": [1000.0]}))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith(f"{bench.END}\nafter\n")
    assert "old" not in text and "F = 1000 ms" in text


@pytest.mark.browser
def test_the_probe_notes_a_region_that_is_put_in_changed_or_drawn_in_a_frame() -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    OUT = (
        '<main data-testid="stMain"><div id="hole"></div><div class="st-key-map"><iframe srcdoc="<canvas></canvas>"></iframe></div></main>'
    )
    with sync_api.sync_playwright() as pw, bench.browser(pw) as visit:
        page = visit.page
        page.goto("data:text/html,<title>empty</title>")
        page.goto("about:blank")
        page.set_content(OUT)
        page.wait_for_timeout(300)
        noted = []
        for action in (
            "hole.innerHTML = '<figure class=\"t-histogram\">bars</figure>'",
            "document.querySelector('.t-histogram').textContent = 'other bars'",
            "document.querySelector('iframe').contentDocument.querySelector('canvas').getContext('2d').fillRect(0, 0, 9, 9)",
        ):
            page.evaluate("__bench.last = {}")
            page.evaluate(f"() => {{ const hole = document.getElementById('hole'); {action}; }}")
            page.wait_for_timeout(300)
            noted.append(set(page.evaluate("__bench.last")) - {"main"})
        assert noted == [{"histogram"}, {"histogram"}, {"map"}]
