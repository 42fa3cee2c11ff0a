"""The dossier in a real Chromium: for every eye, on a phone, taken away as a file, and told to nobody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, settle, watch
from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        chromium() is None and not os.environ.get("CI"), reason="NO CHROMIUM: install Debian's package `chromium` to run the browser tests"
    ),
]
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
SENDER = "A sender whom nobody keeps"


@pytest.mark.parametrize(("theme", "language", "width"), [("light", "en", 1400), ("dark", "ru", 1400), ("dark", "kk", 360)])
def test_every_eye_can_read_it(theme: str, language: str, width: int, browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{address}/case?show=dossier&lang={language}")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, context="[class*='st-key-dossier']", options=AXE).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    context.close()


def test_a_reader_writes_a_name_takes_the_file_and_nobody_else_hears_of_it(browser: Browser, address: str, tmp_path: Path) -> None:
    from pypdf import PdfReader

    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    page = context.new_page()
    seen = watch(page, address)
    page.goto(f"{address}/case?show=dossier")
    settle(page)
    page.locator(".st-key-dossier_write summary").click()
    page.get_by_label("Name of the sender").fill(SENDER)
    page.locator(".st-key-dossier_prepare button").click()
    with page.expect_download(timeout=60_000) as taken:
        page.locator(".st-key-dossier_take_PDF button").click(timeout=60_000)
    file = tmp_path / "dossier.pdf"
    taken.value.save_as(file)
    text = " ".join(" ".join(part.extract_text().split()) for part in PdfReader(file).pages)
    assert SENDER in text and "Draft for review by a human and a lawyer" in text
    assert "sender" not in page.url and seen.foreign == [] and seen.errors == []
    context.close()
