"""The Environment page in a real Chromium: did flaring fall, by whose numbers; the weeks of an event; nobody else is asked."""

from __future__ import annotations

import csv
import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, map_frame, settle, watch
from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(chromium() is None and not os.environ.get("CI"), reason="NO CHROMIUM: install Debian's package `chromium` to run the browser tests"),
]  # fmt: skip


def said(page: Page) -> str:
    return page.inner_text("body").replace("\u00a0", " ")


def test_the_board_learns_whether_flaring_fell_and_by_whose_numbers(page: Page, address: str) -> None:
    """From the menu to an answer, to a field, to its rows, to a link that shows the same."""
    seen = watch(page, address)
    page.goto(f"{address}/overview")
    settle(page)
    page.get_by_role("link", name="Environment").first.click()
    page.wait_for_function("location.pathname.endsWith('environment')")
    page.wait_for_selector(".t-columns")
    settle(page)
    text = said(page)
    assert "Kazakhstan: 74% less gas flared in 2023 than in 2012, by World Bank" in text
    whose = page.locator(".t-whose").inner_text()
    assert "World Bank" in whose and "Energy Institute" in whose and "2.50" in whose
    page.locator(".t-hbars a", has_text="Karachaganak").click()
    page.wait_for_function("location.search.includes('area=F01')")
    page.get_by_role("heading", name="Karachaganak: 42%").wait_for()
    settle(page)
    assert "Karachaganak: 42% less gas flared in 2023 than in 2012, by satellite" in said(page) and "99.92%" in said(page)
    page.locator(".t-columns a", has_text="2014").click()
    page.wait_for_function("location.search.includes('year=2014')")
    page.get_by_role("heading", name="113 flares listed in 2014").wait_for()
    settle(page)
    assert "113 flares listed in 2014" in said(page)
    map_frame(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download these rows").last.click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 26 and {row["asset_id"] for row in rows} == {"F01"}
    link = page.url
    page.goto(link.replace("environment?", "environment?lang=ru&"))
    settle(page)
    assert "Карачаганак: в 2023 году сожгли на 42" in said(page) and "113 факелов в файле за 2014 год" in said(page)
    assert seen.foreign == []


def test_the_weeks_of_an_event_read_as_one_sequence_with_the_positions_beside(page: Page, address: str) -> None:
    page.goto(f"{address}/environment?show=event")
    settle(page)
    text = said(page)
    order = [
        "17 November 2014",
        "14:19 and 18:30",
        "Persons taken to hospital: 22",
        "Commission: Causes of the poisoning",
        "toxic encephalopathy",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert page.locator(".t-positions .position").count() == 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "query", ["show=figures", "show=figures&topic=fines&unverified=1", "show=air&unverified=1", "show=event", "area=F12"]
)
def test_every_section_is_accessible_and_fits_a_phone(query: str, scheme: str, browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 780}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/environment?{query}")
    settle(page)
    for summary in page.locator("details.t-more summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    serious = [violation for violation in found.response["violations"] if violation["impact"] in {"serious", "critical"}]
    assert serious == [], "\n".join(f"{v['id']}: {[n['html'][:160] for n in v['nodes'][:3]]}" for v in serious)
    context.close()


@pytest.mark.parametrize(
    ("motion", "language", "label"), [("no-preference", "ru", "Показать год за годом"), ("reduce", "kk", "Келесі жыл")]
)
def test_years_are_played_one_request_at_a_time_and_stop_at_a_key(
    motion: str, language: str, label: str, browser: Browser, address: str
) -> None:
    """Who wants no motion goes on by one year a press; the link says the year either way."""
    context = browser.new_context(reduced_motion=motion)
    page = context.new_page()
    page.goto(f"{address}/environment?lang={language}&year=2014")
    settle(page)
    button = page.locator(".t-play button")
    assert button.inner_text() == label
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('year=2015')")
    if motion == "reduce":
        page.wait_for_timeout(2500)
        assert "year=2015" in page.url
    else:
        page.wait_for_function("location.search.includes('year=2016')", timeout=10_000)
        assert button.inner_text() == "Стоп"
        page.keyboard.press("Enter")
        settle(page)
        page.wait_for_timeout(2000)
        assert "year=2016" in page.url and button.inner_text() == label
    context.close()
