"""Dense series (satellite detections, yearly flare volumes, station readings): one dataset, one way to ask, any engine.

    known = observations.about(bundle.path, "detection")           # None: the bundle has none, offer nothing
    known.count, known.since, known.until                          # how many, of which days (the first and the last)
    engine = observations.opened(bundle.path)
    window = observations.Window("detection", since=date(2021, 1, 1), until=date(2022, 1, 1), box=(52, 50.5, 54, 52))
    observations.by_time(engine, window, "month")                  # time, n, total, mean, low, high: bins of hour … year
    observations.by_cell(engine, window, level_for_zoom(7))        # lon, lat, n, total, high: cells of 1° … 1/64°
    observations.coverage(engine, window, "month")                 # series, valid hours of hours, share, low, high
    observations.percentiles(engine, window, (50, 98), "year")     # n, p50, p98
    observations.exceedances(engine, window, limit, "year")        # n, over, days, high
    observations.posts(engine, window)                             # series, indicator, unit, seconds, n, first, last, place

Every answer is a small frame; a bin without observations has no row (nothing seen is not zero). An engine may be asked by many
visitors at once; answers are worth keeping by `(engine.version(), window, …)`, for a `Window` is a key. `kinds` says what a row
is, `dataset` keeps the files and takes new ones in, `engines` says where questions are answered, `query` has the questions.
Importing this loads neither Ibis nor DuckDB: they come with the first question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from evidence.observations.dataset import Dataset
from evidence.observations.engines import Engine, connect, is_folder, place
from evidence.observations.kinds import KINDS, level_for_zoom
from evidence.observations.query import (
    UNSTATED,
    Window,
    block,
    by_cell,
    by_time,
    count,
    coverage,
    exceedances,
    observations,
    percentiles,
    posts,
    span,
)

__all__ = [
    "KINDS", "UNSTATED", "Dataset", "Engine", "Known", "Window", "about", "block", "by_cell", "by_time", "connect", "count", "coverage", "exceedances",
    "is_folder", "level_for_zoom", "observations", "opened", "percentiles", "place", "posts", "span",
]  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What there is of a kind: how many rows, of which days, a word that changes with them, and from which files."""

    count: int
    since: date
    until: date
    version: str
    files: tuple[str, ...] = ()


@lru_cache(maxsize=2)
def _engine(where: str) -> Engine:
    return connect(where)


def opened(bundle: Path) -> Engine:
    """The engine of a bundle's observations: one a process, shared by every visitor."""
    return _engine(place(bundle))


def about(bundle: Path, kind: str) -> Known | None:
    """What a bundle has of a kind, or None. Of a folder its manifest tells, without a question; of a database its first answer."""
    where = place(bundle)
    if not is_folder(where):
        return _asked(where, kind, opened(bundle).version())
    dataset = Dataset(Path(where))
    parts = dataset.parts(kind)
    if not parts:
        return None
    first, last = min(part.since for part in parts), max(part.until for part in parts)
    files = tuple(dict.fromkeys(file.name for file in dataset.files() if file.kind == kind and file.parts))
    return Known(sum(part.rows for part in parts), date.fromisoformat(first[:10]), date.fromisoformat(last[:10]), dataset.version(), files)


@lru_cache(maxsize=8)
def _asked(where: str, kind: str, version: str) -> Known | None:
    engine, window = _engine(where), Window(kind)
    days = span(engine, window)
    return Known(count(engine, window), days[0].date(), days[1].date(), version) if days else None
