"""How fast dense series are: our questions beside the same SQL by hand, files added, the map's cells; on request Spark beside DuckDB.

    python tools/bench_observations.py            # about six minutes; writes its part of BENCHMARKS.md
    python tools/bench_observations.py --page     # the Environment page only; prints
    python tools/bench_observations.py --spark    # 100,000,000 rows on Spark and on DuckDB; needs Java, 6 GB of disk, half an hour

All rows are SYNTHETIC and lie in build/bench/. D is the same aggregate as SQL written by hand, in DuckDB, on the same files, in the same
process, in turn with ours; medians. What is added is a CSV in the layout of NASA FIRMS, by the command that people use, in a process of
its own; its peak memory is the kernel's. The map's cells are asked of a running server, and the layer is switched on in a browser.

On the Environment page a browser moves the period by a key, chooses another place, and moves the year, each to what no reader saw
before (the first visit, not counted, lets the server count the places it knows); the time ends with the last paint of anything on the
page. f is the round trip of a button of an empty app, in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.csv

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
import make_synthetic_bundle as synthetic  # noqa: E402

from evidence import observations as ask  # noqa: E402
from evidence.observations.dataset import Dataset, put  # noqa: E402

OUT, TABLE = ROOT / "build" / "bench", ROOT / "BENCHMARKS.md"
SIZES = (1_000_000, 20_000_000)
FILES = (2_000_000, 10_000_000)  # rows of the CSV files added
RUNS = 15
RATE, MEMORY, RATIO, COLD, SEEN = 250_000, 600, 1.3, 400, 50  # the budgets
STEPS = {0: 4, 1_000_000: 5, 20_000_000: 8}  # f, by rows of observations beside the shipped bundle
VISITS = 6  # to the Environment page; the first is not counted


# ── what is asked ────────────────────────────────────────────────────────────────────────────────
BOX, SINCE, UNTIL = (52.0, 50.0, 54.0, 52.0), date(2018, 1, 1), date(2023, 1, 1)
PLACE = ask.Window("detection", SINCE, UNTIL, BOX)
ALL = ask.Window("detection")
SURE = ask.Window("detection", SINCE, UNTIL, confidence=("nominal", "high"))
_TIME = "time >= timestamp '2018-01-01' and time < timestamp '2023-01-01'"
_INSIDE = "lat >= 50 and lat <= 52 and lon >= 52 and lon <= 54"
_MEASURES = "count(*) n, sum(value) total, avg(value) mean, min(value) low, max(value) high"


@dataclass(frozen=True)
class Question:
    """A question, and the same by hand; `{rows}` stands for the files."""

    what: str
    ours: Callable[[ask.Engine], Any]
    sql: str


QUESTIONS = (
    Question(
        "months of five years in a box of 2°",
        lambda e: ask.by_time(e, PLACE, "month"),
        f"select month, {_MEASURES} from {{rows}} where {_TIME} and {_INSIDE} group by month order by month",
    ),
    Question(
        "months of everything",
        lambda e: ask.by_time(e, ALL, "month"),
        f"select month, {_MEASURES} from {{rows}} group by month order by month",
    ),
    Question(
        "days by confidence, five years",
        lambda e: ask.by_time(e, SURE, "day", by=("confidence",)),
        f"select hour // 24 as day, confidence, {_MEASURES} from {{rows}} where {_TIME} and confidence in ('nominal', 'high') "
        "group by day, confidence order by day, confidence",
    ),
    Question(
        "cells of 1/16°, five years",
        lambda e: ask.by_cell(e, ask.Window("detection", SINCE, UNTIL), 4),
        f"select x >> 2 as cx, y >> 2 as cy, count(*) n, sum(value) total, max(value) high from {{rows}} where {_TIME} "
        "group by cx, cy order by cx, cy",
    ),
    Question(
        "the map's cells, 192 × 128 of 1/16°",
        lambda e: ask.block(e, ALL, 4, 3712, 2176, 192, 128),
        "select x >> 2 as cx, y >> 2 as cy, count(*) n from {rows} where x >= 3712 * 4 and x < 3904 * 4 and y >= 2176 * 4 and y < 2304 * 4 "
        "group by cx, cy order by cx, cy",
    ),
    Question(
        "median and 98th percentile by year, five years",
        lambda e: ask.percentiles(e, ask.Window("detection", SINCE, UNTIL), (50, 98), "year"),
        f"select month // 12 as year, count(*) n, quantile_cont(value, 0.5) p50, quantile_cont(value, 0.98) p98 from {{rows}} "
        f"where {_TIME} and value is not null group by year order by year",
    ),
)


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────
def blocks(count: int) -> Iterator[dict[str, Any]]:
    """Invented detections around the shipped bundle's flares."""
    flares = pd.read_csv(ROOT / "data/flare_sites.csv", usecols=["lat", "lon"]).dropna()
    extent = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))["extent"]
    return synthetic.detections(flares, extent, count, np.random.default_rng(1))


def made(count: int) -> Path:
    """A dataset of that many rows, made once."""
    folder = OUT / f"observations-{count}"
    if Dataset(folder).count("detection") != count:
        print(f"making {count:,} rows …", flush=True)
        put(Dataset(folder), f"SYNTHETIC {count}", "detection", blocks(count), datetime(2026, 1, 1, tzinfo=UTC))
    return folder


def firms_file(count: int) -> Path:
    """The same rows as a CSV of FIRMS."""
    path = OUT / f"synthetic-firms-{count}.csv"
    names = [
        "latitude",
        "longitude",
        "bright_ti4",
        "scan",
        "track",
        "acq_date",
        "acq_time",
        "satellite",
        "instrument",
        "confidence",
        "version",
    ]
    names += ["bright_ti5", "frp", "daynight", "type"]
    schema = pa.schema([(name, pa.string() if name[:3] in {"acq", "sat", "ins", "con", "ver", "day"} else pa.float64()) for name in names])
    with pyarrow.csv.CSVWriter(path, schema, write_options=pyarrow.csv.WriteOptions(quoting_style="none")) as writer:
        for block in blocks(count):
            n = len(block["time"])
            text = np.datetime_as_string(block["time"], unit="m")
            clock = pa.array(np.char.add(text.astype("U16").view("U1").reshape(n, 16)[:, 11:13].copy().view("U2")[:, 0],
                                         text.astype("U16").view("U1").reshape(n, 16)[:, 14:16].copy().view("U2")[:, 0]))  # fmt: skip
            same = {"scan": 0.4, "track": 0.4, "bright_ti5": 290.0, "type": 2.0}
            columns = {
                "latitude": block["lat"], "longitude": block["lon"], "bright_ti4": block["brightness_k"], "frp": block["value"],
                "acq_date": pa.array(block["time"].astype("datetime64[D]").astype(str)), "acq_time": clock,
                "satellite": pa.array(np.full(n, "N")), "instrument": pa.array(np.full(n, "VIIRS")), "version": pa.array(np.full(n, "2")),
                "confidence": pa.array(np.array(["l", "n", "h"])[np.arange(n) % 3]), "daynight": pa.array(np.full(n, "N")),
                **{name: np.full(n, value) for name, value in same.items()},
            }  # fmt: skip
            writer.write_table(pa.table([pa.array(columns[name], schema.field(name).type) for name in names], schema=schema))
    return path


# ── measures ─────────────────────────────────────────────────────────────────────────────────────
def clock(job: Callable[[], Any]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    job()
    return (time.perf_counter() - begun) * 1e3


def beside_sql(folder: Path) -> list[tuple[str, float, float]]:
    """(question, ms of ours, ms by hand): medians of runs in turn, after one of each that is not counted."""
    import duckdb

    engine, by_hand = ask.connect(folder), duckdb.connect()
    by_hand.execute("set parquet_metadata_cache = true; set preserve_insertion_order = false; set memory_limit = '2GB'")
    listed = ", ".join(f"'{folder / part.path}'" for part in Dataset(folder).parts("detection"))
    by_hand.execute(f"create view rows as select * from read_parquet([{listed}], hive_partitioning = false)")
    found = []
    for question in QUESTIONS:
        ours, theirs = [], []
        for run in range(RUNS + 1):
            times = clock(lambda q=question: q.ours(engine)), clock(lambda q=question: by_hand.sql(q.sql.format(rows="rows")).df())
            if run:
                ours.append(times[0])
                theirs.append(times[1])
        found.append((question.what, statistics.median(ours), statistics.median(theirs)))
    return found


def added(count: int) -> tuple[float, float, int]:
    """(rows a second, peak MB, bytes of the file) of adding a CSV by the command, its start included."""
    file, folder = firms_file(count), OUT / f"added-{count}"
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    measured = (
        "import sys, resource; from evidence.__main__ import main; code = main(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); sys.exit(code)"
    )
    begun = time.perf_counter()
    said = subprocess.run(
        [sys.executable, "-c", measured, "observations", "add", str(file), "--to", str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout  # fmt: skip
    seconds, size = time.perf_counter() - begun, file.stat().st_size
    kept = Dataset(folder).count("detection")
    print(said.splitlines()[0], flush=True)
    subprocess.run(["rm", "-rf", str(folder), str(file)], check=True)
    return (count if kept else 0) / seconds, int(said.split()[-1]) / 1024, size


VIEWS = [  # level, west, south, columns, rows: what a map of 900 × 620 pixels asks for, from the whole region to one field
    (2, 832, 480, 256, 96), (3, 1824, 1056, 256, 128), (4, 3712, 2176, 192, 128), (4, 3648, 2208, 192, 128),
    (5, 7424, 4416, 192, 128), (5, 7552, 4480, 192, 128), (6, 14848, 8832, 192, 128), (6, 15008, 8896, 192, 128),
]  # fmt: skip


def layer(folder: Path) -> dict[str, list[float]]:
    """ms of the map's cells, asked of a running server: `cold` at first, `seen` again; and in a browser, until painted."""
    from bench import browser, serve
    from playwright.sync_api import sync_playwright

    os.environ["TAMSHY_OBSERVATIONS"] = str(folder)
    found: dict[str, list[float]] = {"cold": [], "seen": [], "painted cold": [], "painted seen": []}
    try:
        with serve("dashboard.py") as server:
            time.sleep(4)  # the server warms itself beside its start
            for name in ("cold", "seen"):
                for view in VIEWS:
                    query = "&".join(
                        f"{key}={value}" for key, value in zip(("level", "west", "south", "columns", "rows"), view, strict=True)
                    )
                    asked = urllib.request.Request(f"{server.url}/observations/block?{query}", headers={"Accept-Encoding": "gzip"})
                    found[name].append(clock(lambda asked=asked: urllib.request.urlopen(asked).read()))
        for _ in range(3):
            with serve("dashboard.py") as server, sync_playwright() as pw, browser(pw) as visit:
                visit.page.goto(f"{server.url}/map", wait_until="commit")
                visit.until(lambda seen: seen["map"])
                frame = visit.page.frames[-1]
                for name in ("painted cold", "painted seen"):
                    found[name].append(frame.evaluate(SWITCH))
                    frame.evaluate("() => { document.querySelectorAll('.legend .switch input')[2].click(); }")
    finally:
        del os.environ["TAMSHY_OBSERVATIONS"]
    return found


# Click the layer's switch; ms until its cells stand on the map and the number in view is said.
SWITCH = r"""async () => {
  const html = document.documentElement, begun = performance.now();
  delete html.dataset.cells;
  document.querySelectorAll(".legend .switch input")[2].click();
  while (!(html.dataset.cells === "painted" && document.querySelector(".leaflet-cells-pane canvas"))) {
    await new Promise((done) => setTimeout(done, 2));
    if (performance.now() - begun > 20000) throw new Error("the cells were not painted");
  }
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - begun;
}"""


# ── the Environment page ─────────────────────────────────────────────────────────────────────────
@dataclass
class Steps:
    """A reader's steps on the Environment page beside `rows` observations, and how long each was, in ms."""

    rows: int
    url: str
    areas: list[str]
    times: dict[str, list[float]]

    def visit(self, visit: Any, run: int) -> None:
        """The period, the place, the year: each new to the server, each proven by what the page says after it."""
        page, area = visit.page, self.areas[run]
        visit.open(f"{self.url}/environment?area={area}&from={2012 + run % 2}", self._ready)
        low = page.locator(".st-key-flaring_years").get_by_role("slider").first
        low.focus()
        self._step("period", visit, run, lambda: page.keyboard.press("ArrowRight"))
        place = page.locator(".st-key-area input")
        place.click()
        page.locator("[role=listbox] [role=option]").first.wait_for()
        page.keyboard.press("ArrowDown")
        visit.until(self._ready)
        self._step("place", visit, run, lambda: page.keyboard.press("Enter"))
        page.locator(".st-key-flare_year").get_by_role("slider").focus()
        self._step("year", visit, run, lambda: page.keyboard.press("ArrowLeft"))
        if run == 1:
            visit.shoot(f"environment-{self.rows}")

    def _step(self, name: str, visit: Any, run: int, action: Callable[[], None]) -> None:
        before = self._said(visit.state())
        _, painted = visit.act(action, lambda seen: self._ready(seen) and self._said(seen) != before)
        if run:
            self.times.setdefault(name, []).append(painted.last("main"))

    def _ready(self, seen: dict[str, Any]) -> bool:
        return "m³" in seen["text"] and (not self.rows or bool(re.search(r"Heat spots seen by satellites, .+: [\d,]+, ", seen["text"])))

    def _said(self, seen: dict[str, Any]) -> str:
        """What must change: with observations their number and their months, else the page."""
        text = seen["text"]
        return text[text.index("Heat spots seen") :] if self.rows else text


def environment(sizes: list[int]) -> list[str]:
    """Lines for the Environment page: its steps beside so many observations, in multiples of f."""
    import bench
    from playwright.sync_api import sync_playwright

    from evidence import flaring, load

    areas = [key for key, area in flaring.areas(load.opened()).items() if not area.background]
    floor, kept = bench.Bench(VISITS), os.environ.get("TAMSHY_OBSERVATIONS")
    with ExitStack() as stack:
        empty = stack.enter_context(bench.serve("tools/bench_floor_app.py", answers="/_stcore/health"))
        readers = []
        for size in sizes:
            os.environ["TAMSHY_OBSERVATIONS"] = str(made(size) if size else OUT / "none")
            readers.append(Steps(size, stack.enter_context(bench.serve("dashboard.py")).url, areas, {}))
        os.environ.pop("TAMSHY_OBSERVATIONS")
        if kept is not None:
            os.environ["TAMSHY_OBSERVATIONS"] = kept
        pw = stack.enter_context(sync_playwright())
        for run in range(VISITS):
            with bench.browser(pw) as visit:
                bench.floor(floor, visit, empty.url, run)
            for reader in readers:
                with bench.browser(pw) as visit:
                    reader.visit(visit, run)
            print(f"Environment page: visit {run} of {VISITS - 1} done", flush=True)
    f, lines = floor.median("f"), []
    for reader in readers:
        beside = f"{reader.rows:,} detections" if reader.rows else "the shipped bundle"
        for name, what in (("period", "a step of the period"), ("place", "a place"), ("year", "a step of the year")):
            values, budget = reader.times[name], STEPS[reader.rows]
            ratio = statistics.median(values) / f
            shown = f"{ratio:.2f} f ({statistics.median(values):.0f} ms [{min(values):.0f}–{max(values):.0f}])"
            lines.append(row(f"Environment page, {what} not seen before: {beside}", f"≤ {budget} f", shown, ratio <= budget))
    lines.append(row("f: the round trip of a button of an empty Streamlit app, in turn with these", "", f"{f:.0f} ms", True))
    return lines


# ── Spark beside DuckDB ──────────────────────────────────────────────────────────────────────────
@contextmanager
def watched() -> Iterator[list[float]]:
    """The peak resident memory in MB of this process and its children (Spark's Java is one), looked at five times a second."""
    peak, stop, me = [0.0], threading.Event(), psutil.Process()

    def look() -> None:
        while not stop.wait(0.2):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], total / 2**20)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield peak
    stop.set()
    thread.join()


def suite(engine: str, folder: str) -> None:
    """In a process of its own: open the engine, ask everything twice; print what it took as JSON."""
    where = f"spark://local[*]?path={folder}&spark.driver.memory=6g&spark.driver.host=127.0.0.1" if engine == "spark" else folder
    with watched() as peak:
        opened: list[ask.Engine] = []
        start = clock(lambda: opened.append(ask.connect(where)))
        times = {question.what: [clock(lambda q=question: q.ours(opened[0])) for _ in range(2)] for question in QUESTIONS}
    print(json.dumps({"start": start, "times": times, "memory": peak[0]}))


def beside_spark(sizes: list[int]) -> str:
    """Ask both engines at these sizes; the table holds earlier runs at other sizes too (build/bench/spark.json)."""
    kept = OUT / "spark.json"
    known = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for size in sizes:
        folder = made(size)
        said: dict[str, Any] = {"disk": sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 2**20}
        for engine in ("duckdb", "spark"):
            command = [sys.executable, str(Path(__file__)), "--suite", engine, str(folder)]
            said[engine] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
            print(size, engine, said[engine], flush=True)
        known[str(size)] = said
        kept.write_text(json.dumps(known, indent=1), encoding="utf-8")
    rows = ["| rows | question | DuckDB, first / again | Spark, first / again | Spark : DuckDB |", "|--:|---|--:|--:|--:|"]
    notes = []
    for size, said in sorted(known.items(), key=lambda item: int(item[0])):
        for question in QUESTIONS:
            one, two = (said[engine]["times"][question.what] for engine in ("duckdb", "spark"))
            pairs = [f"{first:,.0f} / {again:,.0f} ms" for first, again in (one, two)]
            rows.append(f"| {int(size):,} | {question.what} | {pairs[0]} | {pairs[1]} | {two[1] / one[1]:.1f} |")
        notes.append(
            f"{int(size):,} rows ({said['disk']:,.0f} MB of Parquet): peak memory DuckDB {said['duckdb']['memory']:,.0f} MB, Spark "
            f"{said['spark']['memory']:,.0f} MB; before the first question DuckDB needs {said['duckdb']['start'] / 1e3:.1f} s, Spark "
            f"{said['spark']['start'] / 1e3:.1f} s."
        )
    return "\n".join(rows) + "\n\n" + "\n".join(f"* {note}" for note in notes)


# ── the report ───────────────────────────────────────────────────────────────────────────────────
def machine() -> str:
    """What it was measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "ibis-framework", "pyarrow"))
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"Measured on {date.today().isoformat()}: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, {packages}. Load average at the end: {os.getloadavg()[1]:.1f} (above the number of cores, others were at work)."
    )


def row(what: str, budget: str, measured: str, met: bool) -> str:
    return f"| {what} | {budget} | {measured} | {'' if met else '**missed**'} |"


def usual(sizes: tuple[int, ...], files: tuple[int, ...]) -> str:
    """Everything but Spark, as Markdown."""
    rows = ["| what | budget | measured | |", "|---|--:|--:|---|"]
    for size in sizes:
        for what, ours, theirs in beside_sql(made(size)):
            ratio = ours / theirs
            shown = f"{ratio:.2f} D ({ours:.0f} ms, by hand {theirs:.0f} ms)"
            rows.append(row(f"{what}: {size:,} rows", f"≤ {RATIO} D", shown, ratio <= RATIO))
            print(rows[-1], flush=True)
    for count in files:
        rate, memory, size = added(count)
        what = f"adding a FIRMS CSV of {count:,} rows ({size / 1e6:,.0f} MB)"
        rows.append(row(what, f"≥ {RATE:,} rows/s", f"{rate:,.0f} rows/s", rate >= RATE))
        rows.append(row("the same: peak memory", f"≤ {MEMORY} MB", f"{memory:,.0f} MB", memory <= MEMORY))
        print(*rows[-2:], sep="\n", flush=True)
    found = layer(made(sizes[-1]))
    for name, what in (
        ("", "answered by the server"),
        ("painted ", "in a browser, from the click on the layer's switch to its cells painted"),
    ):
        for state, budget in (("cold", COLD), ("seen", SEEN)):
            values = found[name + state]
            shown = f"{statistics.median(values):.0f} ms [{min(values):.0f}–{max(values):.0f}]"
            label = "asked for the first time" if state == "cold" else "seen before"
            rows.append(
                row(f"the map's layer of {sizes[-1]:,} rows, {what}, {label}", f"≤ {budget} ms", shown, statistics.median(values) <= budget)
            )
            print(rows[-1], flush=True)
    rows += environment([0, *sizes])
    return "\n".join(rows)


def write(mark: str, text: str) -> None:
    """Put a text between the marks of BENCHMARKS.md; a page without them gets them before the last heading."""
    page, begin, end = TABLE.read_text(encoding="utf-8"), f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    head, _, rest = page.partition(begin)
    tail = rest.partition(end)[2]
    if not rest:
        raise SystemExit(f"{TABLE} has no marks {begin} and {end}")
    TABLE.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; a missed budget is said, not punished."""
    parser = argparse.ArgumentParser(description="Measure dense series.")
    parser.add_argument("--spark", action="store_true", help="Spark beside DuckDB instead of the usual measures")
    parser.add_argument("--page", action="store_true", help="the Environment page only; prints, does not write")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 20_000_000, 100_000_000], help="sizes for --spark")
    parser.add_argument("--quick", action="store_true", help="1,000,000 rows only; prints, does not write")
    parser.add_argument("--suite", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    OUT.mkdir(parents=True, exist_ok=True)
    if asked.suite:
        suite(*asked.suite)
        return 0
    if asked.page:
        print(*environment(list(STEPS)), sep="\n")
        return 0
    if asked.spark:
        text = beside_spark(asked.rows)
        mark = "observations spark"
    else:
        text = usual(SIZES[:1], (500_000,)) if asked.quick else usual(SIZES, FILES)
        mark = "observations"
    text = f"{machine()}\n\n{text}"
    print(text)
    if not asked.quick:
        write(mark, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
