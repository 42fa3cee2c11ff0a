"""Heat spots that satellites saw, beside the flares of the same area: counted in the dataset by year, and by month of the chosen year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from html import escape
from pathlib import Path
from threading import Thread

import pandas as pd
import streamlit as st

from evidence import charts, flaring, observations, plates, report
from evidence.model import Bundle
from evidence.observations import Known, Window
from evidence.ui.environment import short, table
from evidence.ui.page import Page, extra, here
from evidence.ui.plates import keep
from evidence.ui.stage import span
from evidence.words import Words

KIND = "detection"
MARGIN = 0.03  # degrees around the outermost flares of an area: two to three kilometres
CONFIDENCE = ("low", "nominal", "high")
LARGE = 10_000  # numbers from here on are written as thousands above their columns
FILES = 3  # names of files in the source line
Box = tuple[float, float, float, float]


def observations_section(page: Page) -> None:
    """The section, for the area and the year that the flaring above it shows; nothing where the bundle has no observations."""
    known = observations.about(page.bundle.path, KIND)
    if known is None:
        return
    _foreseen(page.bundle, known)
    words, chosen = page.words, page.selection
    key = st.session_state.get("area", "")  # as the flaring above it resolved it
    area = flaring.areas(page.bundle).get(key)
    box = _box(page.bundle, key) if area else None
    since, until = max(chosen.since or known.since, known.since), min(chosen.until or known.until, known.until)
    name = str(words.text(area.row, "area")) if area and box else words("observations.everywhere")
    months = _seen(page.bundle.path, known, box, since, until) if since <= until else {}
    years = _by_year(months)
    if not years:
        st.info(words("observations.none", name=name))
        return
    total, period = sum(map(sum, years.values())), span(words, since, until)
    year = _year(page, years)
    title = words("observations.title", name=name, n=total, period=period)
    notes = [
        words("observations.box") if box else "",
        words("map.detections_note"),
        words("observations.clouds"),
        source_line(known, words),
    ]
    columns, missing = _columns(page, years, since, until, year), words("observations.missing")
    what, told = words("observations.by_thousand" if _large(years) else "observations.by_year"), " ".join(note for note in notes if note)
    keep(page, title, what, total, lambda: plates.years_drawing(columns, alt=title, missing=missing), told)
    st.html(
        f'<figure class="t-figure-rows"><figcaption><h2>{escape(title)}</h2><p>{escape(what)}</p></figcaption>'
        f"{charts.columns(columns, alt=title, missing=missing)}"
        f'<p class="t-small">{escape(told)}</p>{_table(words, years)}</figure>'
    )
    _months(page, months, max(since, date(year, 1, 1)), min(until, date(year, 12, 31)))
    st.download_button(
        words("download.rows", n=len(years)),
        lambda: _csv(page, years),
        f"tamshy-{page.bundle.version}-heat-spots.csv",
        "text/csv",
        on_click="ignore",
        key="download_observations",
    )


def _year(page: Page, years: dict[int, tuple[int, ...]]) -> int:
    """The year told by month: the one of the link, else the one that the flares above are ranked by, else the last."""
    asked, ranked = extra("year"), flaring.years(page.bundle)[-1:]
    wanted = [int(asked)] if asked.isdigit() else list(ranked)
    return next((year for year in wanted if year in years), max(years))


@lru_cache(maxsize=64)
def _box(bundle: Bundle, key: str) -> Box | None:
    """Around the flares of an area, with a margin; None if none of them has a position."""
    flares = flaring.stacks(bundle, key, 0)[["lat", "lon"]].dropna()
    if flares.empty:
        return None
    (south, west), (north, east) = flares.min() - MARGIN, flares.max() + MARGIN
    return float(west), float(south), float(east), float(north)


# ── what is asked ────────────────────────────────────────────────────────────────────────────────
Months = dict[tuple[int, int], tuple[int, ...]]  # by year and month: low, nominal, high


@lru_cache(maxsize=128)
def _asked(bundle: Path, known: Known, window: Window) -> Months:
    """How many a month, by confidence."""
    found = observations.by_time(observations.opened(bundle), window, "month", by=("confidence",))
    counts: dict[tuple[int, int], dict[str, int]] = {}
    for at, confidence, n in zip(found["time"], found["confidence"], found["n"], strict=True):
        counts.setdefault((at.year, at.month), {})[confidence] = int(n)
    return {at: tuple(of.get(name, 0) for name in CONFIDENCE) for at, of in counts.items()}


def _seen(bundle: Path, known: Known, box: Box | None, since: date, until: date) -> Months:
    """How many a month of `[since, until]`. A place is asked once, for all its months: whole months of them need no further question."""
    after = until + timedelta(days=1)
    if (since == known.since or since.day == 1) and (until == known.until or after.day == 1):
        everything = _asked(bundle, known, Window(KIND, box=box))
        return {at: n for at, n in everything.items() if (since.year, since.month) <= at <= (until.year, until.month)}
    return _asked(bundle, known, Window(KIND, since, after, box))


@lru_cache(maxsize=2)
def _foreseen(bundle: Bundle, known: Known) -> None:
    """Count the other places too, beside the first reader: there are a dozen, and each is a walk through all the rows."""
    boxes = dict.fromkeys(_box(bundle, key) for key in flaring.areas(bundle))

    def count() -> None:
        for box in boxes:
            _asked(bundle.path, known, Window(KIND, box=box))

    Thread(target=count, daemon=True).start()


def _by_year(months: Months) -> dict[int, tuple[int, ...]]:
    years: dict[int, tuple[int, ...]] = {}
    for (year, _), counts in months.items():
        years[year] = tuple(map(sum, zip(years.get(year, (0,) * len(counts)), counts, strict=True)))
    return years


# ── what is drawn ────────────────────────────────────────────────────────────────────────────────
def _columns(page: Page, years: dict[int, tuple[int, ...]], since: date, until: date, chosen: int) -> list[charts.Column]:
    """A column a year; a year without a heat spot is missing, not zero: nobody knows whether its file was added."""
    words, cells, unit, link = page.words, [], 1000 if _large(years) else 1, here(page, year="YEAR")
    for at in range(since.year, until.year + 1):
        n = sum(years[at]) if at in years else None
        text, title = ("", words("observations.missing")) if n is None else (short(n / unit, words), words.number(n))
        cells.append(charts.Column(at, n, text, f"{at}: {title}", link.replace("YEAR", str(at)) if n is not None else "", at == chosen))
    return cells


def _large(years: dict[int, tuple[int, ...]]) -> bool:
    """Whether numbers above the columns would run into each other on a phone: then they are thousands."""
    return max(map(sum, years.values())) >= LARGE


def _months(page: Page, months: Months, since: date, until: date) -> None:
    """The chosen year month by month."""
    words = page.words
    seen = {(year, month): sum(counts) for (year, month), counts in months.items() if year == since.year}
    large, missing = max(seen.values(), default=0) >= LARGE, words("observations.missing")
    title = words("observations.by_month_thousand" if large else "observations.by_month", year=str(since.year))
    columns, lines = [], []
    for at in pd.period_range(since, until, freq="M"):
        n, when = seen.get((at.year, at.month)), words.date(str(at))
        said = missing if n is None else words.number(n)
        name = words.tick(at.start_time.date(), "month_of_year")
        columns.append(
            charts.Column(at.month, n, "" if n is None else short(n / (1000 if large else 1), words), f"{when}: {said}", name=name)
        )
        lines.append((escape(when), escape(said)))
    keep(page, title, words("observations.number"), sum(seen.values()), lambda: plates.years_drawing(columns, alt=title, missing=missing))
    full = table(words("rows.open", n=len(lines)), [words("rows.when"), words("observations.number")], lines, numbers=(1,))
    st.html(
        f'<figure class="t-figure-rows"><figcaption><p>{escape(title)}</p></figcaption>{charts.columns(columns, alt=title, missing=missing)}{full}</figure>'
    )


def _table(words: Words, years: dict[int, tuple[int, ...]]) -> str:
    """The years as a table, with how sure the satellite's own procedure was."""
    head = [words("rows.when"), words("observations.number"), *(words(f"observations.{name}") for name in CONFIDENCE)]
    lines = [(str(at), *(words.number(n) for n in (sum(counts), *counts))) for at, counts in years.items()]
    return table(words("rows.open", n=len(lines)), head, lines, numbers=(1, 2, 3, 4))


def source_line(known: Known, words: Words) -> str:
    """Which files they came from."""
    if not known.files:
        return ""
    more = f", +{len(known.files) - FILES}" if len(known.files) > FILES else ""
    return words("observations.source", files=", ".join(known.files[:FILES]) + more)


def _csv(page: Page, years: dict[int, tuple[int, ...]]) -> bytes:
    frame = pd.DataFrame([(at, sum(counts), *counts) for at, counts in years.items()], columns=["year", "n", *CONFIDENCE])
    return report.csv(frame, page.bundle, page.words)
