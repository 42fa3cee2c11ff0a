"""How fast evidence leaves the screen: tables over HTTP, archives, and what is filed and handed over.

    python tools/bench_handover.py            # everything; writes the section of BENCHMARKS.md between its marks
    python tools/bench_handover.py --quick    # the shipped bundle only, prints only

The server runs as for a reader and is asked over HTTP. Memory is that of its process: streaming a table must not make it grow, so it is
read while a table of 100,000 incidents is sent a second time. A measure is the median of its runs.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script

from tools.bench import Server, serve  # noqa: E402

OUT = ROOT / "build" / "bench"
TABLE = ROOT / "BENCHMARKS.md"
BEGIN, END = "<!-- handover: begin -->", "<!-- handover: end -->"
RUNS = 5
ROWS: list[tuple[str, str, str, bool]] = []


def note(what: str, budget: str, shown: str, met: bool) -> None:
    """A line of the table, printed at once."""
    ROWS.append((what, budget, shown, met))
    print(f"| {what} | {budget} | {shown} | {'' if met else '**missed**'} |", flush=True)


def timed(job: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Seconds of each run."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        job()
        found.append(time.perf_counter() - start)
    return found


def spread(values: list[float], unit: str, scale: float = 1.0) -> str:
    shown = [value * scale for value in values]
    return f"{statistics.median(shown):.1f} {unit} [{min(shown):.1f}–{max(shown):.1f}]"


def connection(server: Server) -> http.client.HTTPConnection:
    host = server.url.removeprefix("http://").rstrip("/")
    return http.client.HTTPConnection(host, timeout=120)


def fetched(link: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None) -> tuple[int, int, str]:
    """(status, bytes, ETag) of an answer, read to its end without being kept."""
    link.request("GET", path, headers=headers or {})
    answer, size = link.getresponse(), 0
    while part := answer.read(1 << 20):
        size += len(part)
    return answer.status, size, answer.headers.get("ETag", "")


def streaming(server: Server) -> None:
    """A table of 100,000 incidents."""
    link, path = connection(server), "/data/incidents.csv?relation=all"
    for _ in range(3):  # the first reader waits for the table to be laid out; after a third the allocator has stopped growing
        fetched(link, path)
    before, start = server.memory(), time.perf_counter()
    rates = []
    for _ in range(RUNS):
        start = time.perf_counter()
        status, size, tag = fetched(link, path)
        assert status == 200, status
        rates.append(size / 1e6 / (time.perf_counter() - start))
    rate = statistics.median(rates)
    note(f"`/data/incidents.csv`, 100,000 incidents ({size / 1e6:.0f} MB), over HTTP", "≥ 50 MB/s", spread(rates, "MB/s"), rate >= 50)
    grown = server.memory() - before
    note("the same: memory the server gained in five more readings", "≤ 60 MB", f"{grown:.0f} MB", grown <= 60)
    again = timed(lambda: fetched(link, path, {"If-None-Match": tag}), 50)
    note("the same, unchanged: answered 304", "≤ 5 ms", spread(again, "ms", 1e3), statistics.median(again) <= 0.005)


def shipped(server: Server) -> None:
    """What one reader takes from the shipped bundle."""
    link = connection(server)
    for path, budget in (
        ("/data/incidents.csv", 0.2),
        ("/data/incidents.xlsx", 1.0),
        ("/data/incidents.geojson", 0.5),
        ("/embed/map", 0.5),
        ("/embed/timeline", 0.5),
    ):
        fetched(link, path)
        times = timed(lambda path=path: fetched(link, path))
        note(f"`{path}`, shipped bundle", f"≤ {budget * 1e3:.0f} ms", spread(times, "ms", 1e3), statistics.median(times) <= budget)


def turning(server: Server) -> None:
    """A story on the screen: from the key to the frame that shows the next step, map and timeline with it."""
    from playwright.sync_api import sync_playwright

    from tools.bench import browser

    turn = """async () => {
        const start = performance.now();
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "PageDown", bubbles: true, cancelable: true }));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return performance.now() - start;
    }"""
    with sync_playwright() as playwright, browser(playwright) as visit:
        page = visit.page
        for story in ("seven-may", "five-three-five"):
            page.goto(f"{server.url.rstrip('/')}/present?story={story}")
            page.wait_for_selector(".t-deck[data-ready]", timeout=60_000)
            page.wait_for_selector(".t-deck-map[data-basemap=painted]", timeout=60_000)
            times = [page.evaluate(turn) / 1e3 for _ in range(page.locator(".t-step").count() - 1)]
            note(
                f"a step of the story `{story}` turned, {len(times)} steps, slowest counts",
                "≤ 3 f (240 ms)",
                spread(times, "ms", 1e3),
                max(times) <= 0.24,
            )


def files() -> None:
    """Files made in the process, as the panel's buttons make them."""
    from evidence import load
    from evidence.report import archive
    from evidence.words import Words

    bundle = load.load(ROOT)
    words = Words(bundle, "en")
    taken = archive.Taken("Everything", "", "https://example.org/", "", "2026-11-24", whole=True)
    made = archive.archive(bundle, words, archive.everything(bundle), taken)
    times = timed(lambda: archive.archive(bundle, words, archive.everything(bundle), taken))
    note(f"ZIP of everything ({len(made) / 1e6:.1f} MB), shipped bundle", "≤ 3 s", spread(times, "s"), statistics.median(times) <= 3)


def dossiers() -> None:
    """Every form of the fullest case, two languages side by side: gathered, drawn and written, each once, the first with its libraries."""
    from evidence import load
    from evidence.report import dossier, dossier_docx, dossier_pdf
    from evidence.words import Words

    bundle = load.load(ROOT)
    case = str(bundle["incidents"]["case_id"].value_counts().idxmax())
    writers: dict[str, Callable[[dossier.Dossier], bytes]] = {"PDF": dossier_pdf.pdf, "DOCX": dossier_docx.docx}
    for kind, writer in writers.items():
        times = []
        for code in dossier.kinds(bundle, Words(bundle, "en")):
            times += timed(lambda code=code, writer=writer: writer(dossier.gather(bundle, case, code, ("en", "ru"))), 1)
        note(f"dossier as {kind}, each of its {len(times)} forms, slowest counts", "≤ 2 s", spread(times, "s"), max(times) <= 2)


def briefings() -> None:
    """The briefing of the shipped selection as a page and as slides, its parts gathered each time."""
    from evidence import load, select
    from evidence.model import Selection
    from evidence.report import briefing_parts
    from evidence.report.briefing import briefing
    from evidence.report.slides import slides
    from evidence.words import Words

    bundle = load.load(ROOT)
    words, selected = Words(bundle, "ru"), select.select(bundle, Selection())
    for kind, write_file in (("one page (HTML)", briefing), ("slides (PPTX)", slides)):

        def make(write_file: Callable[..., bytes] = write_file) -> bytes:
            parts = briefing_parts.gather(bundle, words, selected.frame, selection=select.in_words(selected, words))
            return write_file(bundle, words, parts, address="https://example.org/", today="2026-11-24")

        size = len(make())
        times = timed(make)
        budget, met = ("≤ 3 s, ≤ 5 MB", size <= 5_000_000) if write_file is briefing else ("≤ 3 s", True)
        note(
            f"briefing of the shipped selection, {kind}, {size / 1e6:.1f} MB",
            budget,
            spread(times, "s"),
            met and statistics.median(times) <= 3,
        )


def pictures() -> None:
    """A map and a timeline of the shipped selection, as SVG and as PNG with its SVG drawn anew."""
    from evidence import load, plates, select
    from evidence.model import Selection
    from evidence.words import Words

    bundle = load.load(ROOT)
    words, selected = Words(bundle, "kk"), select.select(bundle, Selection())
    told = plates.about(
        bundle, words, title="T", unit="U", selection=select.in_words(selected, words), sources=1, credit=words("map.credit")
    )
    draw: dict[str, Callable[[], str]] = {
        "map": lambda: plates.map_svg(bundle, words, selected.frame, told),
        "timeline": lambda: plates.timeline_svg(words, selected.frame, told),
    }
    for figure, svg in draw.items():
        svg()  # what is read once is read now
        for kind, make in (("SVG", svg), ("PNG, 1,800 pixels wide", lambda svg=svg: plates.png(svg()))):
            times = timed(make)
            note(f"{figure} of the shipped selection as {kind}", "≤ 1 s", spread(times, "s"), statistics.median(times) <= 1)


def section() -> str:
    """The table with what it was measured on."""
    memory = psutil.virtual_memory().total / 2**30
    head = (
        f"Measured on {date.today().isoformat()}: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}. Load average at the end: {os.getloadavg()[1]:.1f} (above the number of cores, others were at work)."
    )
    lines = [f"| {what} | {budget} | {shown} | {'' if met else '**missed**'} |" for what, budget, shown, met in ROWS]
    return "\n".join([head, "", "| what | budget | measured | |", "|---|--:|--:|---|", *lines])


def write(text: str) -> None:
    """Put the section between its marks; a page without them gets them at its end."""
    page = TABLE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    if not rest:
        head, rest = f"{page.rstrip()}\n\n## Handing over\n\n", f"{END}\n"
    TABLE.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; a missed budget is said, not punished."""
    parser = argparse.ArgumentParser(description="Measure what leaves the screen.")
    parser.add_argument("--quick", action="store_true", help="without 100,000 incidents; prints, does not write")
    asked = parser.parse_args(arguments)
    OUT.mkdir(parents=True, exist_ok=True)
    files()
    dossiers()
    briefings()
    pictures()
    with serve("dashboard.py") as server:
        shipped(server)
        turning(server)
    if asked.quick:
        return 0
    large = OUT / "bundle-100k"
    make = [sys.executable, str(ROOT / "tools/make_synthetic_bundle.py"), "--incidents", "100000", "--seed", "1", "--out", str(large)]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    with serve("dashboard.py", large) as server:
        streaming(server)
    write(section())
    return 0


if __name__ == "__main__":
    sys.exit(main())
