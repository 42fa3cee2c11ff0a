"""The layer of detections in a real Chromium: one canvas however many there are, their number in view and its period said."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, map_frame, serve, settle, watch
from playwright.sync_api import Page, expect
from test_tiles import COUNT, invented

from evidence import observations
from evidence.observations import dataset as files

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        chromium() is None and not os.environ.get("CI"), reason="NO CHROMIUM: install Debian's package `chromium` to run the browser tests"
    ),
]


SWITCH = 2  # of the legend: which layer is that of detections


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard with observations beside the shipped bundle."""
    folder, patch = tmp_path_factory.mktemp("observed"), pytest.MonkeyPatch()
    files.put(observations.Dataset(folder), "invented", "detection", [invented()], datetime(2024, 1, 1, tzinfo=UTC))
    patch.setenv("TAMSHY_OBSERVATIONS", str(folder))
    with serve() as found:
        yield found
    patch.undo()


def layer(page: Page, address: str, query: str = "") -> Any:
    """The map's document with the layer switched on."""
    page.goto(f"{address}/map{query}")
    settle(page)
    frame = map_frame(page)
    frame.get_by_label("Heat spots, by satellite").check()
    frame.locator("html[data-cells=painted]").wait_for(state="attached", timeout=20_000)
    return frame


def in_view(frame: Any) -> int:
    return int(re.search(r"in view: ([\d,]+)", frame.locator(".strip").inner_text())[1].replace(",", ""))


def test_the_layer_is_one_canvas_and_its_number_and_period_are_said(page: Page, address: str) -> None:
    seen = watch(page, address)
    frame = layer(page, address)
    assert in_view(frame) == COUNT - 4  # those in the corners of the world are out of view
    expect(frame.locator(".strip")).to_contain_text(re.compile(r"1 January 2018 to \d+ December 2021|2018 to 2021"))
    assert frame.locator(".leaflet-cells-pane canvas").count() == 1
    assert frame.locator(".leaflet-cells-pane *").count() == 1
    assert seen.foreign == [] and seen.errors == []


def test_a_nearer_view_holds_fewer_and_the_layer_goes_when_it_is_switched_off(page: Page, address: str) -> None:
    frame = layer(page, address)
    for width in ("14", "6.9", "3.5"):
        frame.locator(".leaflet-control-zoom-in").click()
        expect(frame.locator(".strip")).to_contain_text(f"about {width} km across")
    assert 0 < in_view(frame) < COUNT - 4
    frame.get_by_label("Heat spots, by satellite").uncheck()
    expect(frame.locator(".strip")).to_be_hidden()
    assert frame.locator(".leaflet-cells-pane canvas").count() == 0


def test_the_period_of_the_link_is_the_period_of_the_layer(page: Page, address: str) -> None:
    frame = layer(page, address, "?from=2019&to=2019")
    days = invented()["time"].astype("datetime64[Y]").astype(str)[4:]
    assert in_view(frame) == (days == "2019").sum()
    expect(frame.locator(".strip")).to_contain_text("2019")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "kk"])
def test_the_layer_is_accessible_and_its_swatches_stay_in_one_line_on_a_phone(page: Page, address: str, scheme: str, language: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"{address}/map?lang={language}")
    settle(page)
    frame = map_frame(page)
    frame.locator(".legend summary").click()
    frame.locator(".legend .switch input").nth(SWITCH).check()
    frame.locator("html[data-cells=painted]").wait_for(state="attached", timeout=20_000)
    tops = frame.locator(".strip .ramp i").evaluate_all("(boxes) => boxes.map((box) => Math.round(box.getBoundingClientRect().top))")
    assert len(tops) == 5 and len(set(tops)) == 1
    sizes = frame.locator(".legend .switch svg").evaluate_all(
        "(all) => all.map((one) => [one.getBoundingClientRect().width, one.getBoundingClientRect().left])"
    )
    assert len({tuple(map(round, size)) for size in sizes}) == 1
    document = next(one for one in page.frames if one.query_selector(".legend"))
    for where in (page, document):
        found = Axe().run(where, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response["violations"]
        # The viewport that Folium writes into its frame is without effect there: only that of the page around it scales.
        found = [violation for violation in found if where is page or violation["id"] != "meta-viewport"]
        assert [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]] == []
