"""A file that takes seconds, in a real Chromium: the reader sees how far it is, stops it, and saves it when it is made."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import ROOT, chromium, serve, settle, watch
from playwright.sync_api import Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        chromium() is None and not os.environ.get("CI"), reason="NO CHROMIUM: install Debian's package `chromium` to run the browser tests"
    ),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard of so many incidents that their archive takes seconds on any machine."""
    folder = tmp_path_factory.mktemp("many")
    command = [sys.executable, str(ROOT / "tools" / "make_synthetic_bundle.py"), "--incidents", "4000", "--out", str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    with serve(folder) as found:
        yield found


def test_an_archive_says_how_far_it_is_is_stopped_by_a_button_and_saved_when_it_is_made(page: Page, address: str, tmp_path: Path) -> None:
    seen = watch(page, address)
    page.goto(f"{address}/map")
    settle(page)
    page.locator(".st-key-take summary").click()
    page.locator(".st-key-take_all button").click(timeout=30_000)
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator(".st-key-making_take_all")).to_contain_text("%")
    page.locator(".st-key-take_all_stop button").click()
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=5_000)
    expect(page.locator(".st-key-take_all button")).to_be_visible()
    assert page.locator(".st-key-take_all_save").count() == 0
    page.locator(".st-key-take_zip button").click()
    with page.expect_download(timeout=90_000) as taken:
        page.locator(".st-key-take_zip_save button").click(timeout=90_000)
    taken.value.save_as(tmp_path / "taken.zip")
    assert "README.md" in zipfile.ZipFile(tmp_path / "taken.zip").namelist()
    assert seen.foreign == [] and seen.errors == []
