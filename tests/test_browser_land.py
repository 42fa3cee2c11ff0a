"""Errands of the Resettlement page in a real browser: the journalist's, the advocate's, and a boundary drawn by hand."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from browser import chromium, settle, watch
from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        chromium() is None and not os.environ.get("CI"), reason="NO CHROMIUM: install Debian's package `chromium` to run the browser tests"
    ),
]


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()


def ring(page, key):
    """The map's document, once it has drawn this what-if."""
    frame = page.frame_locator("iframe[title*=folium]").first
    frame.locator(f'html[data-land^="{key}"][data-basemap=painted]').wait_for(state="attached", timeout=60_000)
    return frame


def test_journalist_finds_the_villages_within_five_but_not_three_kilometres_and_takes_the_link_away(tab, browser, address):
    seen = watch(tab, address)
    tab.goto(f"{address}/resettlement?show=nearness&field=all")
    settle(tab)
    tab.get_by_role("link", name="3", exact=True).click()
    settle(tab)
    tab.locator(".st-key-against").get_by_text("5 km", exact=True).click()
    tab.locator(".t-between").wait_for(timeout=30_000)
    between = tab.locator(".t-between").inner_text()
    assert "Outside at 3 km, inside by the earlier 5 km" in between and "Shubarshi" in between
    assert "± 1.5 km" in between and "no count in the sources read" in between
    ring(tab, "lasting-3000")
    settle(tab)
    link = tab.locator(".t-foot code").inner_text()
    other = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    other.goto(f"{address}/resettlement?{link.partition('?')[2]}")
    settle(other)
    assert other.locator(".t-between").inner_text() == between
    other.context.close()
    assert not seen.foreign and not [text for text in seen.errors if "Unrecognized feature" not in text]


def test_advocate_sees_the_history_of_the_karachaganak_zone_on_one_screen(tab, address):
    tab.goto(f"{address}/resettlement?show=zones&day=2014-11-28")
    settle(tab)
    top, bottom = tab.evaluate(
        "(() => { const b = document.querySelector('.t-zones .t-lines').getBoundingClientRect(); return [b.top, b.bottom]; })()"
    )
    assert bottom - top < 620
    assert tab.locator(".t-zones .lane").count() == 6
    text = tab.locator("section.t-zones").inner_text()
    assert "5 km → 3–3.84 km → 5 km → 5–9.44 km" in text
    assert "28 November 2014, by the rules of that day" in tab.locator(".stMainBlockContainer").inner_text()


def test_a_village_opens_from_the_board_and_back_returns_to_it(tab, address):
    tab.goto(f"{address}/resettlement")
    settle(tab)
    tab.locator(".t-board .head").get_by_role("link", name="Berezovka").first.click()
    tab.get_by_role("heading", name="Berezovka", exact=True).wait_for(timeout=30_000)
    assert re.search(r"place=S01", tab.url)
    tab.go_back()
    tab.locator(".t-board").wait_for(timeout=30_000)


def test_a_radius_moved_by_keyboard_moves_ring_and_list_at_once(tab, address):
    tab.goto(f"{address}/resettlement?show=nearness&radius=9.4")
    settle(tab)
    ring(tab, "lasting-9400")
    tab.locator(".st-key-radius input[type=range]").focus()
    tab.keyboard.press("ArrowRight")
    ring(tab, "lasting-9500")
    tab.wait_for_function("document.querySelector('.t-answers').innerText.includes('Within 9.5 km')", timeout=20_000)
    assert "radius=9.5" in tab.url


def test_a_boundary_drawn_by_hand_is_what_is_measured_from(tab, address):
    tab.goto(f"{address}/resettlement?show=nearness")
    settle(tab)
    frame = ring(tab, "lasting-5000")
    frame.get_by_role("button", name="Draw a boundary").click()
    frame.locator(".leaflet-container").scroll_into_view_if_needed()
    box = frame.locator(".leaflet-container").bounding_box()
    for x, y in ((0.35, 0.35), (0.65, 0.35), (0.65, 0.65), (0.35, 0.65)):
        tab.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    frame.get_by_role("button", name="Done").click()
    tab.wait_for_function("document.querySelector('.t-answers')?.innerText.includes('the boundary you drew')", timeout=30_000)
    assert "measure=drawn" in tab.url and "53." not in tab.url
