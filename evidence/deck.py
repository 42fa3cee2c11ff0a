"""A story as a deck: what each step shows on the map and on the timeline, ready for the browser that turns the pages.

Everything of a step is decided here, once: positions with the radius they are good to, days with what is open or unsure,
labels, the ticks of the axis. The browser draws and turns; it asks for nothing between two steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import pandas as pd

from evidence import select
from evidence.model import LANGUAGES, Bundle, day_number, day_of, parse_period, split
from evidence.select import Selected
from evidence.stories import Sentence, Step, Story
from evidence.words import Words, brief, clean

Row = Mapping[str, Any]
QUIET_SPOTS = 400  # places of the selection drawn behind what a step points to
ROWS = 9  # records of a step on its timeline; more would not be read from a chair
LABEL = 70
# Where a table says when: the column of its period, or of its beginning and its end.
_WHEN = {
    "zones": ("valid_from", "valid_to"),
    "commitments": ("promised", "due"),
    "claims": ("as_of", ""),
    "stakes": ("valid_from", "valid_to"),
    "norms": ("valid_from", "valid_to"),
}
# Columns that lead from a record to places; each holds ids of the table.
_WHERE = (("place_id", "places"), ("place_ids", "places"), ("destination_ids", "places"), ("asset_id", "assets"), ("asset_ids", "assets"))
_FIRST = ("incidents", "responses", "places", "assets", "flare_sites", "stations", "sources", "cases")
ACCENT, EARTH, PLAIN = "#0B5A63", "#8A5A00", "#8A8F86"


@dataclass(frozen=True)
class Spot:
    """A place on a step's map: where, how exactly, what it is called; `quiet` if the step does not point to it."""

    at: tuple[float, float]
    radius: float
    name: str
    glyph: str
    colour: str


@dataclass(frozen=True)
class Bar:
    """A record on a step's timeline, in days since 1970; `open` if it has no end, `unsure` if its date is about or in doubt.

    `unaware`: the first day on which the person knew of it, where that came later.
    """

    key: str
    start: int
    end: int
    open: bool
    unsure: bool
    unaware: int | None
    date: str
    label: str
    glyph: str
    colour: str


@dataclass(frozen=True)
class Scene:
    """What one step shows beside its text."""

    key: str
    page: str
    link: str
    caption: str
    hot: tuple[Spot, ...]
    quiet: tuple[tuple[float, float], ...]
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[int, str], ...]
    span: tuple[int, int]
    around: tuple[int, ...]
    unplaced: int
    more: int

    def ready(self) -> dict[str, Any]:
        """The scene as JSON has it."""
        return asdict(self)


def in_language(said: Mapping[str, Any], words: Words) -> tuple[Any, str]:
    """A step's or story's text in the reader's language, or in another, and which."""
    order = [words.language, *(code for code in (("ru", "en", "kk") if words.language == "kk" else LANGUAGES) if code != words.language)]
    return next(((said[code], code) for code in order if said.get(code)), ("", words.language))


def spoken(text: str, words: Words) -> str:
    """A text of a story as a reader sees it: people by the bundle's rule, no invisible controls."""
    return words.people_in(clean(text))


def rests(sentences: Iterable[Sentence]) -> list[str]:
    """What a step's text rests on, each once, in the order of its first mention."""
    return list(dict.fromkeys(key for sentence in sentences for key in sentence.rests))


def table_of(bundle: Bundle, key: str) -> str:
    """The table that has a row with this id, or an empty text."""
    others = [name for name in bundle.tables if name not in {*_FIRST, "words", "vocabulary"}]
    return next((name for name in (*_FIRST, *others) if name in bundle.tables and bundle.has(name, key)), "")


def selected(bundle: Bundle, step: Step) -> Selected:
    """The incidents that a step's link asks for."""
    query = {
        word: values
        for word, values in parse_qs(step.link, keep_blank_values=True).items()
        if word in select.BY_KEY or word in select.OTHER_WORDS
    }
    return select.select(bundle, select.from_query(query, bundle)[0])


def pointed_to(step: Step) -> list[str]:
    """The ids a step highlights; without any, the record whose card its link opens."""
    return list(step.highlight) or parse_qs(step.link).get("id", [])[-1:]


def _told(shown: Selected, step: Step) -> list[str]:
    """The records a step tells of: what it points to, else the few that its link selects."""
    pointed = pointed_to(step)
    return pointed or (shown.frame["incident_id"].tolist() if shown.n <= ROWS and step.link else [])


@lru_cache(maxsize=6)
def landmarks(bundle: Bundle, words: Words) -> list[dict[str, Any]]:
    """Fields and plants with a public position: what a reader finds their way by on every step's map."""
    rows = bundle["assets"]
    rows = rows[rows["lat"].notna()]
    return [
        {"at": [lat, lon], "name": brief(words.name("assets", key), 40)}
        for key, lat, lon in zip(rows["asset_id"].tolist(), rows["lat"].tolist(), rows["lon"].tolist(), strict=True)
    ]


# ── one step ─────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=400)
def _scene(bundle: Bundle, words: Words, key: str, page: str, link: str, highlight: tuple[str, ...]) -> Scene:
    step = Step(key, page, link, highlight, {}, {})
    shown = selected(bundle, step)
    records = [(table, row) for one in _told(shown, step) if (table := table_of(bundle, one)) and (row := bundle.row(table, one))]
    spots: dict[tuple[float, float], Spot] = {}
    unplaced = 0
    for table, row in records:
        found = list(_spots(bundle, words, table, row))
        unplaced += not found and table not in {"sources", "norms"}
        for spot in found:
            spots.setdefault(spot.at, spot)
            if spots[spot.at].glyph == "" and spot.glyph:
                spots[spot.at] = spot
    dated = [(bar, row) for table, row in records if (bar := _bar(bundle, words, table, row))]
    # In order of time; on one day in the order in which the case tells its steps.
    bars = [bar for bar, _ in sorted(dated, key=lambda pair: (pair[0].start, _sequence(pair[1])))]
    frame = shown.frame
    quiet = frame.loc[frame["located"].to_numpy(), ["lat", "lon"]].drop_duplicates().head(QUIET_SPOTS)
    whole = not step.link or not records
    dates = frame["period_start"].dropna()
    around = tuple(int(day) for day in dates.to_numpy("datetime64[D]").astype("int64").tolist()[:2000])
    span = _span(bundle, bars, around if whole else (), shown)
    return Scene(
        key=key,
        page=page,
        link=link,
        caption=_caption(shown, words),
        hot=tuple(spots.values()),
        quiet=tuple((float(lat), float(lon)) for lat, lon in quiet.itertuples(index=False) if (lat, lon) not in spots),
        bars=tuple(bars[:ROWS]),
        ticks=tuple(_ticks(span, words)),
        span=span,
        around=tuple(sorted({day for day in around if span[0] <= day <= span[1]})),
        unplaced=unplaced,
        more=max(0, len(bars) - ROWS),
    )


def _caption(shown: Selected, words: Words) -> str:
    """How many incidents stand behind a step, and which: without what only a list can show."""
    phrases = [phrase for _, _, phrase in select.parts_in_words(shown.selection, words)]
    said = words("caption.shown", n=shown.n, total=shown.total)
    return f"{said}: {'; '.join(phrases)}." if phrases else f"{said}."


def _sequence(row: Row) -> float:
    at = row.get("sequence")
    return float(at) if at is not None and pd.notna(at) else 0.0


def scenes(bundle: Bundle, story: Story, words: Words) -> list[Scene]:
    """What each step of a story shows."""
    return [_scene(bundle, words, step.key, step.page, step.link, step.highlight) for step in story.steps]


def _spots(bundle: Bundle, words: Words, table: str, row: Row) -> Iterable[Spot]:
    """Where a record is: its own point, or the points of the places and fields it names."""
    glyph, colour = _look(words, table, row)
    if "lat" in row:
        if pd.notna(row["lat"]):
            key = next(iter(row.values()))
            name = words.name(table, key) if table in {"places", "assets", "stations"} else key
            yield Spot((float(row["lat"]), float(row["lon"])), float(row.get("location_radius_m") or 0), brief(name, 40), glyph, colour)
        return
    for column, other in _WHERE:
        for key in split(row.get(column) or ""):
            place = bundle.row(other, key)
            if place is not None and pd.notna(place["lat"]):
                shape = "diamond" if other == "assets" else glyph
                yield Spot(
                    (float(place["lat"]), float(place["lon"])),
                    float(place["location_radius_m"] or 0),
                    brief(words.name(other, key), 40),
                    shape,
                    colour,
                )
        if column == "place_id" and row.get("place_id"):
            return


def _look(words: Words, table: str, row: Row) -> tuple[str, str]:
    """The glyph and colour of a record: the vocabulary's, as on every map and timeline."""
    if table == "incidents":
        term = words.term("act_type", next(iter(split(row["types"])), ""))
        return str(term.get("glyph") or "circle"), str(term.get("colour") or PLAIN)
    if table == "resettlement":
        return "square", str(words.term("resettlement_stage", row["stage"]).get("colour") or PLAIN)
    looks = {
        "assets": ("diamond", "#4C5A68"),
        "places": ("", "#5E7A66"),
        "responses": ("triangle-right", ACCENT),
        "zones": ("square", ACCENT),
    }
    return looks.get(table, ("circle", EARTH))


def _bar(bundle: Bundle, words: Words, table: str, row: Row) -> Bar | None:
    """A record's days, if it has any."""
    begin, finish = _WHEN.get(table, ("period", ""))
    since, until = row.get(begin) or "", (row.get(finish) or "") if finish else ""
    if not since and not until:
        return None
    first, last = (parse_period(since) if since else None), (parse_period(until) if until else None)
    if finish:
        # A rule holds from the first day of its beginning to the end of what is said of its end.
        start, end = first.start if first else None, (last.end if last else None)
        shown = (
            words("zone.dates", since=words.date(since), until=words.date(until) if until else words("zone.open"))
            if table == "zones"
            else words.date(since)
        )
        if table == "zones" and not since:
            shown = words("present.until", date=words.date(until))
    else:
        start, end, shown = first.start, first.end, words.date(since)
    known = parse_period(row["learned"]).start if row.get("learned") else None
    edge = _day(bundle.published)
    glyph, colour = _look(words, table, row)
    low = day_number(start) if start else (day_number(end) - 365 * 8 if end else edge)
    high = day_number(end) if end else max(edge, low + 1)
    unsure = any(period is not None and (period.approximate or period.uncertain) for period in (first, last))
    return Bar(
        key=str(next(iter(row.values()))),
        start=low,
        end=high,
        open=bool(finish and end is None),
        unsure=unsure or start is None or row.get("status") in {"proposed", "annulled"},
        unaware=day_number(known) if known and day_number(known) > low else None,
        date=shown.rstrip("."),
        label=brief(label(bundle, words, table, row), LABEL),
        glyph=glyph or "circle",
        colour=colour,
    )


def label(bundle: Bundle, words: Words, table: str, row: Row) -> str:
    """What a record is called on a timeline or in a list, in a few words."""
    key = next(iter(row.values()))
    if table == "incidents":
        return ", ".join(words.label("act_type", code) for code in split(row["types"]))
    if table == "zones":
        low, high = row["radius_min_m"], row["radius_max_m"]
        if pd.isna(low):
            return f"{words.label('zone_status', row['status'])}: {words('zone.radius_unknown')}"
        said = words("zone.radius", km=low / 1000) if pd.isna(high) or low == high else words("zone.range", low=low, high=high)
        return f"{said} ({words.label('zone_status', row['status']).lower()})"
    if table == "resettlement":
        counts = [
            words.count(row[column], noun)
            for column, noun in (("households", "household"), ("persons", "person"), ("dwellings", "dwelling"))
            if pd.notna(row[column])
        ]
        return ": ".join([words.label("resettlement_stage", row["stage"]), *([", ".join(counts)] if counts else [])])
    if table in {"measurements", "air_readings"}:
        value = words.number(row["value"]) if pd.notna(row["value"]) else words.text(row, "value_text").words
        return f"{words.label('indicator', row['indicator'])}: {value}"
    for stem in ("text", "promise", "clock", "instrument", "act", "subject"):
        if f"{stem}_en" in row and table not in {"responses", "cases"} and (said := words.text(row, stem).words):
            return said
    return words.name(table, key)


# ── the axis ─────────────────────────────────────────────────────────────────────────────────────
def _day(iso: str) -> int:
    return day_number(date.fromisoformat(iso)) if iso else 0


def _span(bundle: Bundle, bars: list[Bar], around: tuple[int, ...], shown: Selected) -> tuple[int, int]:
    """First and last day of the axis: what the step points to, else what its link asks for, with some air on both sides."""
    low = [bar.start for bar in bars] or list(around)
    high = [max(bar.unaware or 0, min(bar.end, _day(bundle.published) or bar.end)) for bar in bars] or list(around)
    if shown.selection.since and not bars:
        low = [day_number(shown.selection.since)]
    if shown.selection.until and not bars:
        high = [day_number(shown.selection.until)]
    if not low or not high:
        first, last = select.extent(bundle)
        return day_number(date(first, 1, 1)), day_number(date(last + 1, 1, 1))
    first, last = min(low), max(high)
    air = max(10, round((last - first) * 0.06))
    return first - air, max(last, first) + air


def _ticks(span: tuple[int, int], words: Words) -> Iterable[tuple[int, str]]:
    """At most eight ticks with their labels: days, months or years, whichever the span holds."""
    first, last = (day_of(day) for day in span)
    days = span[1] - span[0]
    if days <= 60:
        step = max(1, -(-days // 6))
        for day in range(span[0] + step // 2, span[1], step):
            yield day, words.tick(day_of(day), "day")
    elif days <= 800:
        months = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]
        inside = [month for month in months if first <= month <= last]
        for month in inside[:: max(1, -(-len(inside) // 6))]:
            yield day_number(month), words.tick(month, "month")
    else:
        years = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
        for year in years[:: max(1, -(-len(years) // 8))]:
            yield day_number(year), words.tick(year, "year")
