"""Heat spots that satellites saw, beside the flares of the same area: counted in the dataset by year, and by month of the chosen year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from evidence import charts, flaring, observations
from evidence.model import Bundle
from evidence.observations import Known, Window
from evidence.ui.environment import short, table
from evidence.ui.figures import span
from evidence.ui.page import Page, extra, here
from evidence.words import Words

KIND = "detection"
MARGIN = 0.03  # degrees around the outermost flares of an area: two to three kilometres
CONFIDENCE = ("low", "nominal", "high")
FILES = 3  # names of files in the source line
Box = tuple[float, float, float, float]


def observations_section(page: Page) -> None:
    """The section, for the area and the year that the flaring above it shows; nothing where the bundle has no observations."""
    known = observations.about(page.bundle.path, KIND)
    if known is None:
        return
    words, chosen = page.words, page.selection
    key = st.session_state.get("area", "")  # as the flaring above it resolved it
    area = flaring.areas(page.bundle).get(key)
    box = _box(page.bundle, key) if area else None
    since, until = max(chosen.since or known.since, known.since), min(chosen.until or known.until, known.until)
    name = str(words.text(area.row, "area")) if area and box else words("observations.everywhere")
    years = _years(page.bundle.path, known, Window(KIND, since, until + timedelta(days=1), box)) if since <= until else {}
    if not years:
        st.info(words("observations.none", name=name))
        return
    total, period = sum(map(sum, years.values())), span(words, since, until)
    asked = extra("year")
    year = int(asked) if asked.isdigit() and int(asked) in years else max(years)
    title = words("observations.title", name=name, n=total, period=period)
    notes = [words("observations.box") if box else "", words("map.detections_note"), words("observations.clouds"), _source(known, words)]
    st.html(
        f'<figure class="t-figure-rows"><figcaption><h2>{escape(title)}</h2><p>{escape(words("observations.by_thousand" if _large(years) else "observations.by_year"))}</p></figcaption>'
        f"{_columns(page, years, since, until, year, title)}"
        f'<p class="t-small">{escape(" ".join(note for note in notes if note))}</p>{_table(words, years)}</figure>'
    )
    _months(page, known, box, max(since, date(year, 1, 1)), min(until, date(year, 12, 31)))
    st.download_button(
        words("download.rows", n=len(years)),
        lambda: _csv(years),
        f"tamshy-{page.bundle.version}-heat-spots.csv",
        "text/csv",
        on_click="ignore",
        key="download_observations",
    )


@lru_cache(maxsize=64)
def _box(bundle: Bundle, key: str) -> Box | None:
    """Around the flares of an area, with a margin; None if none of them has a position."""
    flares = flaring.stacks(bundle, key, 0)[["lat", "lon"]].dropna()
    if flares.empty:
        return None
    (south, west), (north, east) = flares.min() - MARGIN, flares.max() + MARGIN
    return float(west), float(south), float(east), float(north)


# ── what is asked; answers are kept by the dataset's version and the window ──────────────────────
@lru_cache(maxsize=256)
def _years(bundle: Path, known: Known, window: Window) -> dict[int, tuple[int, ...]]:
    """How many a year, by confidence: low, nominal, high."""
    found = observations.by_time(observations.opened(bundle), window, "year", by=("confidence",))
    counts = found.assign(year=found["time"].dt.year).pivot_table(
        index="year", columns="confidence", values="n", aggfunc="sum", fill_value=0
    )
    return {int(at): tuple(int(row.get(name, 0)) for name in CONFIDENCE) for at, row in counts.iterrows()}


@lru_cache(maxsize=256)
def _by_month(bundle: Path, known: Known, window: Window) -> tuple[tuple[str, int], ...]:
    """How many a month: "2021-03" and the number."""
    found = observations.by_time(observations.opened(bundle), window, "month")
    return tuple(zip(found["time"].dt.strftime("%Y-%m"), found["n"].astype(int).tolist(), strict=True))


# ── what is drawn ────────────────────────────────────────────────────────────────────────────────
def _columns(page: Page, years: dict[int, tuple[int, ...]], since: date, until: date, chosen: int, alt: str) -> str:
    """A column a year; a year without a heat spot is missing, not zero: nobody knows whether its file was added."""
    words, cells, unit = page.words, [], 1000 if _large(years) else 1
    for at in range(since.year, until.year + 1):
        n = sum(years[at]) if at in years else None
        text, title = ("", words("observations.missing")) if n is None else (short(n / unit, words), words.number(n))
        cells.append(charts.Column(at, n, text, f"{at}: {title}", here(page, year=str(at)) if n is not None else "", at == chosen))
    return charts.columns(cells, alt=alt, missing=words("observations.missing"))


def _large(years: dict[int, tuple[int, ...]]) -> bool:
    """Whether numbers above the columns would run into each other on a phone: then they are thousands."""
    return max(map(sum, years.values())) >= 10_000


def _months(page: Page, known: Known, box: Box | None, since: date, until: date) -> None:
    """The chosen year month by month."""
    words = page.words
    months = _by_month(page.bundle.path, known, Window(KIND, since, until + timedelta(days=1), box))
    title = words("observations.by_month", year=str(since.year))
    bars = [charts.Bar(words.date(month), n, words.number(n)) for month, n in months]
    st.html(f'<figure class="t-figure-rows"><figcaption><p>{escape(title)}</p></figcaption>{charts.bars(bars, alt=title)}</figure>')


def _table(words: Words, years: dict[int, tuple[int, ...]]) -> str:
    """The years as a table, with how sure the satellite's own procedure was."""
    head = [words("rows.when"), words("observations.number"), *(words(f"observations.{name}") for name in CONFIDENCE)]
    lines = [(str(at), *(words.number(n) for n in (sum(counts), *counts))) for at, counts in years.items()]
    return table(words("rows.open", n=len(lines)), head, lines, numbers=(1, 2, 3, 4))


def _source(known: Known, words: Words) -> str:
    """Which files they came from."""
    if not known.files:
        return ""
    more = "…" if len(known.files) > FILES else ""
    return words("observations.source", files=", ".join(known.files[:FILES]) + more)


def _csv(years: dict[int, tuple[int, ...]]) -> str:
    frame = pd.DataFrame([(at, sum(counts), *counts) for at, counts in years.items()], columns=["year", "n", *CONFIDENCE])
    return frame.to_csv(index=False, lineterminator="\n")
