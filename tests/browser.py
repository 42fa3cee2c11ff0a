"""What browser tests share: a server of a bundle on a free port, and a real Chromium that cannot reach anybody else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip
QUIET = "document.querySelector('h1') && document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale=true]')"

STILL = f"""() => {{
    const seen = (window.stillness ??= {{ parts: -1, since: 0 }}), parts = document.querySelectorAll('*').length, now = performance.now();
    if (parts !== seen.parts || !({QUIET})) Object.assign(seen, {{ parts, since: now }});
    return now - seen.since >= 500;
}}"""


def chromium() -> str | None:
    """The system's Chromium, or None."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return found or (str(mac) if mac.exists() else None)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS)


@contextmanager
def serve(bundle: Path | None = None) -> Iterator[str]:
    """The dashboard on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "TAMSHY_BUNDLE": str(bundle or ROOT)}
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(port), "--server.address", "127.0.0.1"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            if server.poll() is not None:
                raise AssertionError(f"the server did not start:\n{server.stdout.read()}")
            try:
                urllib.request.urlopen(f"{address}/health", timeout=1)
                break
            except OSError:
                time.sleep(0.25)
        else:
            raise AssertionError("the server did not answer within a minute")
        yield address
    finally:
        server.terminate()
        server.wait(20)


@dataclass
class Watch:
    """What a page asked for and complained of."""

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


def watch(page: Page, address: str) -> Watch:
    """Record every request to anybody else, every error in the console, every dialog."""
    seen = Watch()

    def request(asked: Any) -> None:
        if not asked.url.startswith((address, address.replace("http", "ws"), "data:", "blob:", "about:")):
            seen.foreign.append(asked.url)

    def dialog(shown: Any) -> None:
        seen.dialogs.append(shown.message)
        shown.dismiss()

    page.on("request", request)
    page.on("console", lambda said: seen.errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("dialog", dialog)
    return seen


def settle(page: Page) -> None:
    """Wait until the script has run, nothing is stale and no element has come or gone for half a second.

    The server can be done while the browser still mounts what it was sent, above all on a busy machine.
    """
    page.wait_for_selector("h1", timeout=60_000)
    page.evaluate("window.stillness = undefined")  # what was still before what the test just did says nothing
    page.wait_for_function(STILL, timeout=60_000, polling=100)


def map_frame(page: Page) -> Any:
    """The map's own document, once its basemap, context and incidents are painted."""
    page.wait_for_selector("iframe[title*=folium]", timeout=60_000)
    frame = page.frame_locator("iframe[title*=folium]").first
    frame.locator("html[data-basemap=painted][data-view=painted][data-context=painted]").wait_for(state="attached", timeout=60_000)
    return frame
