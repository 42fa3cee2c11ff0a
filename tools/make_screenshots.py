"""Makes the pictures of the README: `python tools/make_screenshots.py` starts the server and looks at it with a real Chromium.

A page that is added gets a line in SHOTS. The pictures are cut to what fits on one screen and reduced to a palette, so that they weigh little.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs"
WIDTH = 1400
CASE = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))["flagship_case"]
# (name of the picture, address, the element it ends below)
SHOTS = (
    ("overview", "", ".st-key-map"),
    ("map", f"map?case={CASE}&id={CASE}", ".st-key-map"),
)
MARGIN = 28  # pixels below that element
QUIET = "document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale=true]')"
# The map is a frame of its own; it is there when its marks are.
DRAWN = ".leaflet-marker-icon, .leaflet-interactive"


@contextmanager
def served() -> Iterator[str]:
    """The dashboard on a free port of this machine; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(port), "--server.address", "127.0.0.1"]
    environment = {name: value for name, value in os.environ.items() if name != "TAMSHY_BUNDLE"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(server, f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(240):
        if server.poll() is not None:
            sys.exit("The server did not start; `make check-data` may say why.")
        try:
            urllib.request.urlopen(address, timeout=1)
        except OSError:
            time.sleep(0.25)
        else:
            return
    sys.exit("The server did not answer within a minute.")


def shoot(browser: Browser, address: str, last: str) -> bytes:
    """One page down to the element `last` as PNG, when its script is still and its map is drawn."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 2000}, color_scheme="light", locale="en-GB")
    page.goto(address)
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_function(QUIET, timeout=60_000)
    page.frame_locator("iframe").first.locator(DRAWN).first.wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(3_000)  # marks fade in, charts settle
    box = page.locator(last).first.bounding_box()
    if box is None:
        sys.exit(f"{address} shows nothing at {last}")
    picture = page.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": box["y"] + box["height"] + MARGIN})
    page.close()
    return picture


def reduced(picture: bytes) -> bytes:
    """The same picture with a palette, half the weight: the 200 commonest colours as they are, so that paper stays paper, and 56 for the rare marks."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    common = [colour for _, colour in sorted(image.getcolors(image.width * image.height), reverse=True)[:200]]
    rare = image.quantize(56, method=Image.Quantize.MAXCOVERAGE).getpalette()[: 56 * 3]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for colour in common for part in colour), *rare])
    small = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def main() -> None:
    """Make every picture of SHOTS."""
    OUT.mkdir(exist_ok=True)
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if root else [])
        for name, link, last in SHOTS:
            path = OUT / f"{name}.png"
            path.write_bytes(reduced(shoot(browser, f"{address}/{link}", last)))
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")
        browser.close()


if __name__ == "__main__":
    main()
