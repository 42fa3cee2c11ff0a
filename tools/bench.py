"""How fast the dashboard is in a reader's browser, beside an empty Streamlit app measured in the same run.

    python tools/bench.py                  # everything, writes BENCHMARKS.md; about 15 minutes
    python tools/bench.py --only map-10k   # one measure, prints only
    python tools/bench.py --quick          # two runs, shipped bundle and 10,000 incidents, prints only

Every run opens a new Chromium with an empty profile. Times are taken inside the page: a probe in every frame notes, after the
paint that follows, each change of the document and each drawing on a canvas that falls into a region (map, histogram, caption,
card …). A measure is the *last* such paint before the page fell silent, counted from navigation or from the key or pointer
event itself. A blank map is fast, so every visit also proves that the map holds as many incidents as the caption says, that
its canvas has ink and its marks are in view; the screenshots of the first run are in build/bench/ to be looked at.

F is the time of the empty app from navigation to its first element, f the round trip of its button; budgets are multiples of
them. Apps are measured in turn within each run, so that all share the machine's moods; run 0 (a server's first visitor) is
told apart from the median.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "bench"
TABLE = ROOT / "BENCHMARKS.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-unsafe-swiftshader", "--disable-features=Translate,MediaRouter,OptimizationHints", "--mute-audio", "--js-flags=--max-old-space-size=4096",
]  # fmt: skip
VIEWPORT = {"width": 1360, "height": 900}
QUIET = 800  # ms without a paint after which a page has fallen silent
PATIENCE = 30  # seconds for a page to get there at all
SIZES = {"10k": 10_000, "100k": 100_000}
VISITORS = 10
WARMING = 3  # visitors after whom the allocator has stopped growing

REGIONS = {
    "map": ".st-key-map",
    "histogram": ".t-histogram",
    "timeline": ".st-key-timeline",
    "lanes": ".st-key-lanes",
    "caption": "[data-testid='stCaptionContainer']",
    "facets": "[data-testid='stPopoverBody']",
    "card": ".st-key-card",
    "heading": "h1",
    "main": "[data-testid='stMain']",
}
PROBE = r"""(() => {
  let host; try { host = window.top; void host.document; } catch { return; }
  const now = () => performance.timeOrigin + performance.now();
  if (window === host) host.__bench = { regions: REGIONS, last: {}, waiting: 0, zero: null, armed: false };
  const bench = host.__bench; if (!bench) return;
  for (const kind of ["pointerdown", "keydown"])
    addEventListener(kind, (e) => { if (bench.armed) { bench.armed = false; bench.zero = performance.timeOrigin + e.timeStamp; } }, true);
  const hit = (node) => {
    const found = new Set();
    let at = node.nodeType === 1 ? node : node.parentElement;
    while (at) {
      for (const [name, selector] of Object.entries(bench.regions)) if (at.closest(selector)) found.add(name);
      const view = at.ownerDocument.defaultView;
      at = view && view !== host ? view.frameElement : null;
    }
    return found;
  };
  const pending = new Set(), channel = new MessageChannel(), queue = [];
  channel.port1.onmessage = () => { for (const done of queue.splice(0)) done(); };
  // A frame can be taken away before it paints; the page around it cannot.
  const afterPaint = host.__bench.afterPaint ??= (done) => {
    bench.waiting++;
    let once = false;
    const go = () => { if (once) return; once = true; queue.push(() => { bench.waiting--; done(); }); channel.port2.postMessage(0); };
    requestAnimationFrame(go); setTimeout(go, 500);
  };
  const note = (names) => {
    const fresh = [...names].filter((name) => !pending.has(name));
    if (!fresh.length) return;
    fresh.forEach((name) => pending.add(name));
    afterPaint(() => { const at = now(); for (const name of fresh) { pending.delete(name); bench.last[name] = at; } });
  };
  const watcher = new MutationObserver((records) => {
    const seen = new Set(records.map((r) => r.target)), found = new Set();
    for (const target of seen) hit(target).forEach((name) => found.add(name));
    // A region that has just been put in: its parent changed, not itself.
    for (const { addedNodes } of records) for (const node of addedNodes) if (node.nodeType === 1) {
      for (const [name, selector] of Object.entries(bench.regions)) if (!found.has(name) && (node.matches(selector) || node.querySelector(selector))) found.add(name);
      for (const frame of node.matches("iframe") ? [node] : node.querySelectorAll("iframe")) frame.addEventListener("load", () => watch(frame.contentDocument));
    }
    note(found);
  });
  // A frame's document is watched from here, once it is there: the one that a frame begins with is thrown away.
  const watch = (inside) => { if (inside) watcher.observe(inside, { subtree: true, childList: true, attributes: true, characterData: true }); };
  if (window === host) watch(document);
  const drawn = new WeakSet();
  for (const name of ["fill", "stroke", "drawImage", "fillRect", "putImageData", "fillText"]) {
    const original = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      const canvas = this.canvas;
      if (canvas.isConnected && !drawn.has(canvas)) { drawn.add(canvas); afterPaint(() => drawn.delete(canvas)); note(hit(canvas)); }
      return original.apply(this, given);
    };
  }
})();"""
# What the page claims; `view` proves it.
STATE = r"""() => {
  const frame = document.querySelector(".st-key-map iframe"), inside = frame && frame.contentDocument;
  const told = inside?.documentElement?.dataset ?? {};
  const captions = [...document.querySelectorAll("[data-testid='stCaptionContainer']")].map((e) => e.innerText);
  return {
    idle: document.querySelector("[data-test-script-state]")?.dataset.testScriptState === "notRunning",
    map: told.basemap === "painted" && told.context === "painted" && told.view === "painted" && !!inside.querySelector("canvas"),
    incidents: Number(told.incidents ?? -1),
    caption: captions.find((text) => /^[\d,]+ of [\d,]+\s+incident/.test(text)) || "",
    bars: document.querySelectorAll(".t-bars > span").length,
    points: document.querySelectorAll(".t-plotly .points path, .stPlotlyChart .points path").length,
    lanes: document.querySelectorAll(".st-key-lanes svg").length,
    card: document.querySelector(".st-key-card")?.innerText || "",
    heading: document.querySelector("h1")?.innerText || "",
    text: document.querySelector("[data-testid='stMain']")?.innerText || "",
  };
}"""
INK = r"""() => {
  const inside = document.querySelector(".st-key-map iframe").contentDocument;
  const ink = [...inside.querySelectorAll("canvas")].map((c) => {
    const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
    let n = 0; for (let at = 3; at < data.length; at += 4) n += data[at] > 0;
    return n / (data.length / 4);
  });
  const box = inside.body.getBoundingClientRect();
  const marks = [...inside.querySelectorAll(".mark, .cluster, .asset")].filter((m) => { const b = m.getBoundingClientRect(); return b.width && b.left >= 0 && b.right <= box.width && b.top >= 0; });
  return { ink: Math.max(0, ...ink), marks: marks.length };
}"""
# The middle of a feature that nothing covers: an incident's own mark if one is free, else an asset's.
FREE = r"""() => {
  const frame = document.querySelector(".st-key-map iframe"), inside = frame.contentDocument, at = frame.getBoundingClientRect();
  for (const m of inside.querySelectorAll(".mark:not(.picked), .asset")) {
    const b = m.getBoundingClientRect(), x = b.left + b.width / 2, y = b.top + b.height / 2;
    if (x > 20 && y > 20 && at.top + y < innerHeight - 20 && m.contains(inside.elementFromPoint(x, y))) return [at.left + x, at.top + y];
  }
  return null;
}"""


# ── servers ──────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Server:
    """A running app: its address, its process, and how long it took to answer."""

    url: str
    process: psutil.Process
    started: float

    def memory(self) -> float:
        """Resident memory of the server and its children, in MB of 2**20 bytes."""
        return sum(p.memory_info().rss for p in [self.process, *self.process.children(recursive=True)]) / 2**20


@contextmanager
def serve(script: str, bundle: Path | None = None, answers: str = "/health") -> Iterator[Server]:
    """Run an app until the block ends; its log is build/bench/server-*.log.

    It runs in the folder of its script: the empty app does not find our configuration and is Streamlit as it comes.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / script), "--server.port", str(port), "--server.address", "127.0.0.1"]
    command += ["--server.headless", "true", "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false"]
    environment = {k: v for k, v in os.environ.items() if k != "TAMSHY_BUNDLE"} | ({"TAMSHY_BUNDLE": str(bundle)} if bundle else {})
    url = f"http://127.0.0.1:{port}"
    with (OUT / f"server-{port}.log").open("w") as log:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=(ROOT / script).parent, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            while not _answers(url + answers):
                if process.poll() is not None or time.perf_counter() - begun > PATIENCE:
                    raise SystemExit(f"The server of {script} did not start; see {log.name}.")
                time.sleep(0.02)
            yield Server(url, psutil.Process(process.pid), time.perf_counter() - begun)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


# ── a visit ──────────────────────────────────────────────────────────────────────────────────────
class NotShown(Exception):
    """The page never showed what it should; the number would be a lie."""


class Paints(dict[str, float]):
    """The last paint of each region, in ms."""

    def last(self, *regions: str) -> float:
        """When the last of these was painted; `NotShown` if one never was."""
        if missing := [name for name in regions if name not in self]:
            raise NotShown(f"not painted: {', '.join(missing)}")
        return max(self[name] for name in regions)


@dataclass
class Traffic:
    """Bytes that came over the wire: answers as sent (compressed), and messages of the WebSocket."""

    ours: float = 0
    streamlit: float = 0
    messages: float = 0
    plain: float = 0

    @property
    def total(self) -> float:
        return self.ours + self.streamlit + self.messages


class Visit:
    """A fresh browser on a page, and the stopwatch inside it."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.pages[0] if context.pages else context.new_page()
        self.page.add_init_script(PROBE.replace("REGIONS", json.dumps(REGIONS), 1))
        self.traffic = Traffic()
        self._urls: dict[str, str] = {}
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        network = context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", lambda e: self._urls.__setitem__(e["requestId"], e["request"]["url"]))
        network.on("Network.loadingFinished", self._received)
        network.on("Network.webSocketFrameReceived", self._message)

    def _received(self, event: dict[str, Any]) -> None:
        kind = "streamlit" if "/static/" in self._urls.get(event["requestId"], "") else "ours"
        setattr(self.traffic, kind, getattr(self.traffic, kind) + event["encodedDataLength"])

    def _message(self, event: dict[str, Any]) -> None:
        text = event["response"]["payloadData"].encode()
        self.traffic.plain += len(text) * (1 if event["response"]["opcode"] == 1 else 0.75)
        self.traffic.messages = self.traffic.plain

    def state(self) -> dict[str, Any]:
        return self.page.evaluate(STATE)

    def until(self, ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until the page shows what it should and has then been silent; return its state.

        Raises:
            NotShown: with what was seen instead.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            silent = self.page.evaluate(
                f"() => !__bench.waiting && performance.timeOrigin + performance.now() - Math.max(0, ...Object.values(__bench.last)) > {QUIET}"
            )
            if silent and (seen := self.state())["idle"] and ready(seen):
                return seen
            self.page.wait_for_timeout(100)
        seen = self.state()
        raise NotShown(f"not shown in {PATIENCE} s: " + ", ".join(f"{k}={str(v)[:60]!r}" for k, v in seen.items() if k != "text"))

    def open(self, url: str, ready: Callable[[dict[str, Any]], bool]) -> tuple[dict[str, Any], Paints]:
        """Navigate; the state, and for each region the time of its last paint in ms from navigation."""
        self.page.goto(url, wait_until="commit")
        seen = self.until(ready)
        return seen, self._since("performance.timeOrigin")

    def act(self, action: Callable[[], None], ready: Callable[[dict[str, Any]], bool]) -> tuple[dict[str, Any], Paints]:
        """Do something by pointer or key; the state after it, and the last paints in ms from the event."""
        self.page.evaluate("() => { __bench.last = {}; __bench.zero = null; __bench.armed = true; }")
        action()
        seen = self.until(ready)
        return seen, self._since("__bench.zero")

    def _since(self, zero: str) -> Paints:
        return Paints(self.page.evaluate(f"() => Object.fromEntries(Object.entries(__bench.last).map(([k, t]) => [k, t - {zero}]))"))

    def prove_map(self) -> None:
        """Raise `NotShown` unless the map has ink, marks in view, and the caption's number of incidents."""
        found = self.page.evaluate(INK)
        if found["ink"] < 0.02 or found["marks"] < 1:
            raise NotShown(f"the map is blank: {found}")

    def shoot(self, name: str) -> None:
        self.page.screenshot(path=OUT / f"{name}.png")


@contextmanager
def browser(pw: Any) -> Iterator[Visit]:
    """A new Chromium with an empty profile."""
    profile = tempfile.mkdtemp(prefix="tamshy-bench-")
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    context = pw.chromium.launch_persistent_context(profile, executable_path=chromium, headless=True, args=FLAGS, viewport=VIEWPORT)
    try:
        yield Visit(context)
    finally:
        context.close()
        shutil.rmtree(profile, ignore_errors=True)


# ── what is ready ────────────────────────────────────────────────────────────────────────────────
def numbers(caption: str) -> tuple[int, int]:
    """(shown, located) as the caption says them."""
    shown = int(re.match(r"[\d,]+", caption)[0].replace(",", ""))
    without = re.search(r"([\d,]+) without a public location", caption)
    return shown, shown - (int(without[1].replace(",", "")) if without else 0)


def map_shown(seen: dict[str, Any]) -> bool:
    """The map is drawn and holds the located incidents of the caption."""
    return bool(seen["map"] and seen["caption"]) and seen["incidents"] == numbers(seen["caption"])[1]


def map_page(seen: dict[str, Any]) -> bool:
    """The Map page is there: the map and its histogram."""
    return map_shown(seen) and seen["bars"] > 1


def overview_page(seen: dict[str, Any]) -> bool:
    """The Overview is there: the map and its timeline."""
    return map_shown(seen) and seen["points"] > 1


def pressure_page(seen: dict[str, Any]) -> bool:
    """The Pressure page is there: its lanes."""
    return bool(seen["caption"]) and seen["lanes"] > 0 and seen["bars"] > 1


# ── measures ─────────────────────────────────────────────────────────────────────────────────────
Times = dict[str, list[float]]


@dataclass
class Bench:
    """Everything measured: by name, a list with one value a run; run 0 apart."""

    runs: int
    values: Times = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: float, run: int) -> None:
        if run == 0:
            self.first.setdefault(name, value)
        else:
            self.values.setdefault(name, []).append(value)

    def median(self, name: str) -> float | None:
        return statistics.median(self.values[name]) if self.values.get(name) else None


def floor(bench: Bench, visit: Visit, url: str, run: int) -> None:
    """The empty app: F, f, and its bytes."""
    _, at = visit.open(url, lambda seen: "number 0" in seen["text"])
    bench.add("F", at.last("main"), run)
    bench.add("floor bytes", visit.traffic.total, run)
    for n in (1, 2, 3):
        _, at = visit.act(lambda: visit.page.get_by_role("button", name="go").click(), lambda seen, n=n: f"number {n}" in seen["text"])
        bench.add("f", at.last("main"), run)


def map_load(bench: Bench, visit: Visit, url: str, run: int, size: str) -> None:
    """Map page in a fresh browser: map and histogram."""
    _, at = visit.open(f"{url}/map", map_page)
    visit.prove_map()
    if run <= 1:
        visit.shoot(f"map-{size}")
    bench.add(f"map {size}", at.last("map", "histogram"), run)
    bench.add(f"map {size}: histogram", at.last("histogram"), run)
    bench.add(f"map {size}: map", at.last("map"), run)
    if size == "shipped":
        traffic = visit.traffic
        bench.add("bytes", traffic.total, run)
        bench.notes["bytes"] = (
            f"our files {traffic.ours / 1e3:.0f} kB, messages {traffic.messages / 1e3:.0f} kB, Streamlit's files {traffic.streamlit / 1e3:.0f} kB"
        )


def filters(bench: Bench, visit: Visit, run: int, size: str) -> None:
    """On an open Map page: an option of a facet, then a step of the period by keyboard."""
    page, told = visit.page, ("histogram", "caption")

    def updated(at: Paints, was: dict[str, Any], seen: dict[str, Any]) -> tuple[str, ...]:
        """What had to be painted: a map whose marks are all the same after a change has nothing to paint."""
        return told if "map" not in at and was["incidents"] == seen["incidents"] else ("map", *told)

    was = visit.state()
    page.get_by_role("button", name=re.compile("^What happened")).click()
    option = page.locator("[data-testid='stPopoverBody'] .t-options a").filter(has_text=re.compile(r"\d"))
    option.first.wait_for()
    visit.until(map_page)
    seen, at = visit.act(lambda: option.nth(1).click(), lambda seen: map_page(seen) and seen["caption"] != was["caption"])
    painted = (*updated(at, was, seen), "facets")
    bench.add(f"filter {size}", at.last(*painted), run)
    for name in painted:
        bench.add(f"filter {size}: {name}", at.last(name), run)
    visit.prove_map()
    if run <= 1:
        visit.shoot(f"filter-{size}")
    was = seen
    page.keyboard.press("Escape")
    visit.until(map_page)
    thumb = page.get_by_role("slider").first
    thumb.focus()
    seen, at = visit.act(lambda: page.keyboard.press("ArrowRight"), lambda seen: map_page(seen) and seen["caption"] != was["caption"])
    painted = updated(at, was, seen)
    bench.add(f"period {size}", at.last(*painted), run)
    for name in painted:
        bench.add(f"period {size}: {name}", at.last(name), run)
    if run <= 1:
        visit.shoot(f"period-{size}")


def card(bench: Bench, visit: Visit, run: int) -> None:
    """On an open Map page: click on a feature, until its card is shown."""
    spot = visit.page.evaluate(FREE)
    if spot is None:
        raise NotShown("no feature of the map is free to be clicked")
    before = visit.state()["card"]
    _, at = visit.act(lambda: visit.page.mouse.click(*spot), lambda seen: len(seen["card"]) > 40 and seen["card"] != before)
    bench.add("card", at.last("card"), run)
    if run <= 1:
        visit.shoot("card")


def overview(bench: Bench, visit: Visit, url: str, run: int) -> None:
    """The Overview in a fresh browser: the map, and with it the timeline."""
    _, at = visit.open(f"{url}/overview", overview_page)
    visit.prove_map()
    if run <= 1:
        visit.page.locator(".st-key-map").scroll_into_view_if_needed()
        visit.page.wait_for_timeout(300)
        visit.shoot("overview")
    bench.add("overview", at.last("map", "timeline"), run)
    bench.add("overview map", at.last("map"), run)


def switches(bench: Bench, visit: Visit, run: int) -> None:
    """From the Overview to the Map and back, all seen before: until the new page's figures are painted."""
    link = {key: visit.page.locator("[data-testid='stTopNavLink']").filter(has_text=re.compile(f"^{key}$")) for key in ("Map", "Overview")}
    visit.act(link["Map"].click, map_page)
    visit.act(link["Overview"].click, overview_page)
    _, at = visit.act(link["Map"].click, map_page)
    bench.add("switch to map", at.last("map", "histogram"), run)
    bench.add("switch: heading", at.last("heading"), run)
    if run <= 1:
        visit.shoot("switch-map")
    _, at = visit.act(link["Overview"].click, overview_page)
    bench.add("switch to overview", at.last("map", "timeline"), run)
    bench.add("switch", max(bench_last(bench, "switch to map", run), bench_last(bench, "switch to overview", run)), run)


def case_file(bench: Bench, visit: Visit, run: int) -> None:
    """From the Overview to the Case page, both seen before; then an act of its chain, until its card is shown."""
    link = {key: visit.page.locator("[data-testid='stTopNavLink']").filter(has_text=re.compile(f"^{key}$")) for key in ("Case", "Overview")}
    entry = visit.page.locator(".t-act a:has(> strong)")

    def there(seen: dict[str, Any]) -> bool:
        return "in order" in seen["text"] and entry.count() > 1

    visit.act(link["Case"].click, there)
    visit.act(link["Overview"].click, overview_page)
    _, at = visit.act(link["Case"].click, there)
    bench.add("case", at.last("main"), run)
    _, at = visit.act(lambda: entry.nth(1).click(), lambda seen: there(seen) and len(seen["card"]) > 40)
    bench.add("case act", at.last("card"), run)
    if run <= 1:
        visit.shoot("case")


def pressure(bench: Bench, visit: Visit, url: str, run: int, size: str) -> None:
    """The Pressure page: lanes by place, a step of the period by keyboard, the next act with its card."""
    page = visit.page
    visit.open(f"{url}/pressure", pressure_page)
    if size == "shipped":
        traffic = visit.traffic
        bench.add("pressure bytes", traffic.ours + traffic.messages, run)
        bench.notes["pressure bytes"] = f"Streamlit's own files {traffic.streamlit / 1e3:.0f} kB, its Plotly among them"
    before = visit.state()["text"]
    _, at = visit.act(
        page.locator(".st-key-lane_controls button", has_text=re.compile("^Place$")).click,
        lambda seen: pressure_page(seen) and seen["text"] != before,
    )
    bench.add(f"lanes {size}", at.last("lanes"), run)
    if run <= 1:
        visit.shoot(f"pressure-{size}")
    before = visit.state()["caption"]
    page.get_by_role("slider").first.focus()
    _, at = visit.act(lambda: page.keyboard.press("ArrowRight"), lambda seen: pressure_page(seen) and seen["caption"] != before)
    bench.add(f"brush {size}", at.last("lanes", "histogram", "caption"), run)
    step = page.locator(".st-key-walk button").last
    visit.act(step.click, lambda seen: pressure_page(seen) and len(seen["card"]) > 40)
    before = visit.state()["card"]
    _, at = visit.act(step.click, lambda seen: pressure_page(seen) and len(seen["card"]) > 40 and seen["card"] != before)
    bench.add(f"act {size}", at.last("lanes", "card"), run)
    if run <= 1:
        visit.shoot(f"act-{size}")


def land_and_air(bench: Bench, visit: Visit, url: str, run: int) -> None:
    """A step of the what-if's radius, and of the year on the Environment page, by keyboard: until all that follows is painted."""
    for page, name, key in (("resettlement?show=nearness", "what-if", "ArrowRight"), ("environment", "environment", "ArrowLeft")):
        visit.open(f"{url}/{page}", lambda seen: "km" in seen["text"] or "m³" in seen["text"])
        within = visit.page.locator(".st-key-flare_year") if name == "environment" else visit.page
        slider = within.get_by_role("slider").first
        for at in range(2):  # the first step of a visit also fills what the server keeps
            before = visit.state()["text"]
            slider.focus()
            _, seen_at = visit.act(lambda key=key: visit.page.keyboard.press(key), lambda seen, before=before: seen["text"] != before)
            if at:
                bench.add(name, seen_at.last("main"), run)
        if run <= 1:
            visit.shoot(name)


def bench_last(bench: Bench, name: str, run: int) -> float:
    """The value just added."""
    return bench.first[name] if run == 0 else bench.values[name][-1]


def memory(bench: Bench, pw: Any, run: int) -> None:
    """A new server with one visitor on the Map page; then, when a few have warmed it, ten more who leave theirs open."""
    with serve("dashboard.py") as server:
        bench.add("start", server.started, max(run, 1))
        with browser(pw) as visit:
            visit.open(f"{server.url}/map", map_page)
            time.sleep(3)
            alone = server.memory()
            bench.add("memory", alone, max(run, 1))
            before = alone
            for n in range(VISITORS + WARMING):
                if n == WARMING:
                    time.sleep(3)
                    before = server.memory()
                other = visit.page.context.new_page()
                other.goto(f"{server.url}/map")
                other.wait_for_function(
                    "() => document.querySelector('.st-key-map iframe')?.contentDocument?.documentElement?.dataset.view === 'painted'",
                    timeout=PATIENCE * 1000,
                )
            time.sleep(3)
            bench.add("memory a visitor", (server.memory() - before) / VISITORS, max(run, 1))


LOAD = """
import json, resource, sys, time
from pathlib import Path
from evidence import load
begun, busy = time.perf_counter(), time.process_time()
load.load(Path(sys.argv[1]))
print(json.dumps([time.perf_counter() - begun, time.process_time() - busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def loading(bench: Bench, path: Path, name: str, run: int) -> None:
    """`load` (which checks) in a process of its own: seconds, and peak memory."""
    done = subprocess.run([sys.executable, "-c", LOAD, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, busy, peak = json.loads(done.stdout)
    bench.add(f"load {name}", seconds, run)
    bench.add(f"load {name}: ms of processor time", busy * 1000, run)
    bench.add(f"load {name}: memory", peak, run)


# ── the table ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Line:
    """One line of the table: what is measured, its budget, and in what."""

    name: str
    what: str
    budget: float
    unit: str  # "F", "f": multiples of the floor; else the unit itself

    def measured(self, bench: Bench) -> float | None:
        """The median in the budget's unit."""
        value = bench.median(self.name)
        if value is None:
            return None
        scale = {"F": bench.median("F"), "f": bench.median("f"), "kB": 1000, "s": 1, "MB": 1, "ms": 1}[self.unit]
        return value / scale if scale else None

    def absolute(self, bench: Bench) -> str:
        """Median and range of what the clock said, for multiples of the floor."""
        values = bench.values.get(self.name, [])
        if not values or self.unit not in {"F", "f"}:
            return ""
        return f"{statistics.median(values):.0f} ms [{min(values):.0f}–{max(values):.0f}]"


LINES = (
    Line("map shipped", "Map page, fresh browser, shipped bundle: map and histogram painted", 1.8, "F"),
    Line("map 10k", "the same, 10,000 incidents", 2.2, "F"),
    Line("map 100k", "the same, 100,000 incidents", 2.2, "F"),
    Line("overview", "Overview, fresh browser: map and Plotly timeline", 2.4, "F"),
    Line("overview map", "Overview: the map alone", 1.6, "F"),
    Line("filter shipped", "an option of a facet, shipped bundle: map, histogram, caption and facets updated", 2.5, "f"),
    Line("filter 10k", "the same, 10,000 incidents", 2.5, "f"),
    Line("filter 100k", "the same, 100,000 incidents", 3.5, "f"),
    Line("period shipped", "a step of the period by keyboard, shipped bundle", 2.5, "f"),
    Line("period 10k", "the same, 10,000 incidents", 2.5, "f"),
    Line("period 100k", "the same, 100,000 incidents", 3.5, "f"),
    Line("card", "click on a feature of the map: its card shown", 2.5, "f"),
    Line("switch", "page switch, session warm: the new page's map and figure painted", 3.0, "f"),
    Line("case", "Case page, session warm: the whole file painted", 3.0, "f"),
    Line("case act", "an act of the chain: its card shown beside it", 3.0, "f"),
    *(
        Line(f"{name} {size}", f"Pressure, {what}, {label}", 6 if size == "100k" else 4, "f")
        for name, what in (
            ("lanes", "lanes by place instead of by case"),
            ("brush", "a step of the period"),
            ("act", "the next act, with its card and map"),
        )
        for size, label in (("shipped", "shipped bundle"), ("10k", "10,000 acts"), ("100k", "100,000 acts"))
    ),
    Line("what-if", "Resettlement, a step of the what-if's radius: ring, list and table", 3, "f"),
    Line("environment", "Environment, a step of the year: chart, ranking and map", 4, "f"),
    Line("pressure bytes", "Pressure, first load: our files and messages (Streamlit's own parts apart)", 200, "kB"),
    Line("bytes added", "bytes of the Map page beyond the empty app's, as sent", 700, "kB"),
    Line("memory", "server memory, shipped bundle, one visitor", 350, "MB"),
    Line("memory a visitor", "each further idle visitor", 6, "MB"),
    Line("start", "server start to the first answer of /health", 4, "s"),
    Line("load shipped", "`load` (with its checks) of the shipped bundle", 0.3, "s"),
    Line("load 100k", "`load` (with its checks) of 100,000 incidents", 6, "s"),
    Line("load 100k: memory", "the same: peak memory", 1000, "MB"),
)


def table(bench: Bench) -> str:
    """The lines as a Markdown table; a line that misses its budget says so."""
    rows = ["| what | budget | measured | median [range] | first visitor | |", "|---|--:|--:|--:|--:|---|"]
    for line in LINES:
        value = line.measured(bench)
        if value is None and line.name not in bench.failed:
            continue
        shown = "–" if value is None else f"{value:.{0 if value >= 100 else 2}f} {line.unit}"
        verdict = "not shown" if value is None else "" if value <= line.budget else "**missed**"
        first = f"{bench.first[line.name]:.0f} ms" if line.unit in {"F", "f"} and line.name in bench.first else ""
        first = first or ("not shown" if f"{line.name}, first visitor" in bench.failed else "")
        rows.append(f"| {line.what} | ≤ {line.budget:g} {line.unit} | {shown} | {line.absolute(bench)} | {first} | {verdict} |")
    return "\n".join(rows)


def details(bench: Bench) -> str:
    """What the lines are made of: every part that was measured."""
    named = {line.name for line in LINES}
    rows = [
        f"{name}: {statistics.median(values):.0f} [{min(values):.0f}–{max(values):.0f}]"
        for name, values in sorted(bench.values.items())
        if name not in named
    ]
    return "\n".join(
        rows + [f"{name}: {note}" for name, note in bench.notes.items()] + [f"NOT SHOWN {k}: {v}" for k, v in bench.failed.items()]
    )


def report(bench: Bench) -> str:
    """The part of BENCHMARKS.md that this program writes."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "streamlit-folium", "folium", "plotly", "pandas", "geopandas"))
    floor_line = " · ".join(
        f"{name} = {statistics.median(v):.0f} ms [{min(v):.0f}–{max(v):.0f}]" for name in ("F", "f") if (v := bench.values.get(name))
    )
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()} {platform.machine()}"
    return "\n\n".join(
        [
            f"Measured on {date.today().isoformat()}: {machine}; Chromium {bench.notes.get('chromium', '')}, Python {platform.python_version()}, {packages}. "
            f"Median of {bench.runs} runs. {floor_line}. Load average at the end: {os.getloadavg()[1]:.1f} (above the number of cores, others were at work).",
            table(bench),
            "```text\n" + details(bench) + "\n```",
        ]
    )


def write(bench: Bench) -> None:
    """Put the report between the markers of BENCHMARKS.md."""
    text = TABLE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    TABLE.write_text(f"{head}{BEGIN}\n{report(bench)}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


# ── the run ──────────────────────────────────────────────────────────────────────────────────────
def synthetic(size: str) -> Path:
    """A synthetic bundle of this size, made anew so that it follows the schema."""
    out = OUT / f"bundle-{size}"
    make = [sys.executable, str(ROOT / "tools/make_synthetic_bundle.py"), "--incidents", str(SIZES[size]), "--seed", "1", "--out", str(out)]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    return out


def measure(bench: Bench, sizes: list[str], only: str | None) -> None:
    """All measures, in turn within each run."""

    def asked(name: str) -> bool:
        return only is None or name.startswith(only) or only.startswith(name)

    run = 0

    def attempt(name: str, job: Callable[..., None], *given: Any) -> bool:
        try:
            job(bench, *given)
        except (NotShown, BrowserError) as error:
            label = name if run else f"{name}, first visitor"
            bench.failed[label] = str(error).splitlines()[0]
            print(f"  {label}: {bench.failed[label]}", flush=True)
            return False
        return True

    bundles = {
        size: synthetic(size) for size in sizes if size != "shipped" and any(asked(f"{what} {size}") for what in ("map", "lanes", "load"))
    }
    with sync_playwright() as pw:
        for run in range(bench.runs + 1):
            if asked("load"):
                loading(bench, ROOT, "shipped", run)
            if "100k" in bundles and asked("load 100k"):
                loading(bench, bundles["100k"], "100k", run)
            if run and asked("memory"):
                attempt("memory", memory, pw, run)
        if only and not asked("map") and not asked("overview") and not asked("lanes"):
            return
        with ExitStack() as stack:
            empty = stack.enter_context(serve("tools/bench_floor_app.py", answers="/_stcore/health"))
            ours = {
                size: stack.enter_context(serve("dashboard.py", bundles.get(size)))
                for size in sizes
                if asked(f"map {size}") or asked(f"lanes {size}") or (size == "shipped" and asked("overview"))
            }
            for run in range(bench.runs + 1):
                with browser(pw) as visit:
                    bench.notes["chromium"] = visit.page.context.browser.version
                    attempt("F", floor, visit, empty.url, run)
                for size, server in ours.items():
                    if asked(f"map {size}"):
                        with browser(pw) as visit:
                            there = attempt(f"map {size}", map_load, visit, server.url, run, size)
                            there = there and attempt(f"filter {size}", filters, visit, run, size)
                            if there and size == "shipped":
                                attempt("card", card, visit, run)
                    if asked(f"lanes {size}"):
                        with browser(pw) as visit:
                            attempt(f"lanes {size}", pressure, visit, server.url, run, size)
                    if size == "shipped" and asked("what-if"):
                        with browser(pw) as visit:
                            attempt("what-if", land_and_air, visit, server.url, run)
                    if size == "shipped" and asked("overview"):
                        with browser(pw) as visit:
                            if attempt("overview", overview, visit, server.url, run):
                                attempt("switch", switches, visit, run)
                                attempt("case", case_file, visit, run)
                print(f"run {run} of {bench.runs} done", flush=True)
    if bytes_ours := bench.median("bytes"):
        bench.values["bytes added"] = [bytes_ours - (bench.median("floor bytes") or 0)]


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 0 if every line was measured (missed budgets are said, not punished)."""
    parser = argparse.ArgumentParser(description="Measure the dashboard in a browser, beside an empty Streamlit app.")
    parser.add_argument("--only", help="measure only what begins so: map, 'map 10k', overview, load, memory …; prints, does not write")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="two runs, without 100,000 incidents; prints, does not write")
    asked = parser.parse_args(arguments)
    OUT.mkdir(parents=True, exist_ok=True)
    bench = Bench(2 if asked.quick else asked.runs)
    sizes = ["shipped", "10k"] if asked.quick else ["shipped", *SIZES]
    measure(bench, sizes, asked.only)
    (OUT / "results.json").write_text(
        json.dumps({"values": bench.values, "first": bench.first, "failed": bench.failed, "notes": bench.notes}, indent=1), encoding="utf-8"
    )
    print(report(bench))
    if not (asked.only or asked.quick):
        write(bench)
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
