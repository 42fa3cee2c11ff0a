"""A Selection: apply it, count its options, say it in words, to a link, from a link.

One table of facets drives all five: a facet knows its key (the link's word), where its codes stand and how they are named.
Everything a page draws comes from one `Selected`, so a map, a chart, a table and a download cannot disagree.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from evidence import geo, rules
from evidence.model import (
    BY_KEY,  # noqa: F401 — who speaks of links asks `select` for them
    FACETS,
    LANGUAGES,
    SELECTION_DEFAULTS,
    Bundle,
    Facet,
    Period,
    Selection,
    day_number,
    parse_period,
    splits,
)
from evidence.words import Words, fold

OTHER_WORDS = ("from", "to", "q", "lang")  # of a link, beside the facets


# ── an index, once a bundle ──────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, eq=False)
class _Codes:
    """Which rows have which code: parallel arrays of row and code positions."""

    names: list[str]
    rows: np.ndarray
    at: np.ndarray

    def mask(self, chosen: Iterable[str], n: int) -> np.ndarray:
        wanted = np.isin(np.array(self.names, dtype=object), list(chosen)) if self.names else np.zeros(0, dtype=bool)
        mask = np.zeros(n, dtype=bool)
        mask[self.rows[wanted[self.at]]] = True
        return mask

    def counts(self, mask: np.ndarray) -> np.ndarray:
        return np.bincount(self.at[mask[self.rows]], minlength=len(self.names))


@dataclass(frozen=True, eq=False)
class Index:
    """The incidents of a bundle, ready to be narrowed."""

    frame: pd.DataFrame  # incidents in order of their period without their texts; with kind, grade, located, lat, lon, radius_m, spot
    order: np.ndarray  # for each row of `frame`, its position in the bundle's table
    codes: Mapping[str, _Codes]
    start: np.ndarray  # days since 1970, -inf where open
    end: np.ndarray
    first_year: np.ndarray  # the years its period begins and (its last day) ends in; NaN where open
    last_year: np.ndarray
    located: np.ndarray


def _encode(cells: pd.Series) -> _Codes:
    if not any(";" in c for c in cells.unique()):
        at, names = pd.factorize(cells)
        filled = np.array([name != "" for name in names], dtype=bool)
        keep = np.flatnonzero(filled[at]) if len(names) else np.array([], dtype=int)
        return _Codes(list(names), keep, at[keep])
    pairs = list(splits(cells))
    rows = np.fromiter((row for row, _ in pairs), dtype=np.int64, count=len(pairs))
    at, names = pd.factorize(np.array([part for _, part in pairs], dtype=object))
    return _Codes(list(names), rows, at)


def _days(values: pd.Series, otherwise: float) -> np.ndarray:
    days = values.to_numpy("datetime64[D]").astype("int64").astype("float64")
    days[values.isna().to_numpy()] = otherwise
    return days


@lru_cache(maxsize=2)
def index(bundle: Bundle) -> Index:
    """Prepare a bundle's incidents for selecting; kept as long as the bundle is."""
    whole = _in_order(bundle["incidents"])
    places = bundle["places"].set_index("place_id")
    # Texts stay in the bundle: a reader's every click takes rows of this frame, and forty columns of prose would be most of its cost.
    lean = whole[[name for name in whole.columns if name.rpartition("_")[2] not in LANGUAGES]].reset_index(drop=True)
    texts = [name for name in lean.columns if not pd.api.types.is_numeric_dtype(lean[name]) and "datetime" not in str(lean[name].dtype)]
    lean = lean.astype(dict.fromkeys(texts, object))
    where = lean["place_id"]
    frame = lean.assign(
        kind=lean["types"].map({cell: cell.partition(";")[0] for cell in lean["types"].unique()}).astype(object),
        grade=rules.corroboration(whole["source_ids"], bundle).to_numpy(),
        lat=where.map(places["lat"]).astype("float64"),
        lon=where.map(places["lon"]).astype("float64"),
        radius_m=where.map(places["location_radius_m"]).astype("float64"),
    )
    frame = frame.assign(located=frame["lat"].notna(), spot=geo.spots(bundle).get_indexer(frame["place_id"]))
    columns = {facet.key: frame[facet.column].astype(str) for facet in FACETS}
    # A region holds the incidents of its towns.
    lineage = _lineage(places["parent_id"])
    columns["place"] = columns["place"].map({p: ";".join(lineage[p]) for p in columns["place"].unique() if p in lineage} | {"": ""})
    return Index(
        frame=frame,
        codes={key: _encode(cells) for key, cells in columns.items()},
        start=_days(frame["period_start"], -np.inf),
        end=_days(frame["period_end"], np.inf),
        first_year=frame["period_start"].dt.year.to_numpy(dtype="float64", na_value=np.nan),
        last_year=(frame["period_end"] - pd.Timedelta(days=1)).dt.year.to_numpy(dtype="float64", na_value=np.nan),
        located=frame["located"].to_numpy(),
        order=bundle["incidents"].index.get_indexer(whole.index),
    )


def _in_order(incidents: pd.DataFrame) -> pd.DataFrame:
    """By period, but no step of a case before one that is said to come earlier: "2019-05" stands after 8 May if it is the next step."""
    steps = incidents[incidents["sequence"].notna()].sort_values(["case_id", "sequence"], kind="stable")
    latest = steps.groupby("case_id")[["period_start", "period_end"]].cummax()
    bounds = incidents[["period_start", "period_end"]].where(incidents["sequence"].isna(), latest)
    keys = bounds.assign(sequence=incidents["sequence"], incident_id=incidents["incident_id"])
    return incidents.loc[keys.sort_values(list(keys), kind="stable", na_position="first").index]


def _lineage(parents: pd.Series) -> dict[str, list[str]]:
    lines = {}
    for place in parents.index:
        line, at = [], place
        while at and at in parents.index and at not in line:
            line.append(at)
            at = parents[at]
        lines[place] = line
    return lines


@lru_cache(maxsize=2)
def _haystack(bundle: Bundle) -> pd.Series:
    """What a text search looks through, folded: texts, names and aliases of all that the incident touches, articles, sources.

    In the order of the index. Made when somebody first searches: of 100,000 texts it takes seconds that no other page should wait for.
    """
    frame = bundle["incidents"].take(index(bundle).order).reset_index(drop=True)
    own = [
        c
        for c in frame.columns
        if c.rpartition("_")[2] in LANGUAGES
        and c.rpartition("_")[0] in {"text", "victims", "perpetrator", "place_detail", "reason_given", "caveat"}
    ]
    parts = [frame["incident_id"], frame["articles_as_printed"], *(frame[c] for c in own)]
    article = ["instrument_en", "instrument_ru", "article", "title_en", "title_ru"]
    names = [
        ("places", "place_id", ["name_en", "name_ru", "name_kk", "aliases"]),
        ("cases", "case_id", ["title_en", "title_ru", "title_kk"]),
        ("people", "people_ids", ["name_en", "name_ru", "name_kk", "aliases", "pseudonym"]),
        ("organisations", "company_ids", ["name_en", "name_ru", "name_kk", "aliases"]),
        ("assets", "asset_ids", ["name_en", "name_ru", "name_kk", "aliases"]),
        ("sources", "source_ids", ["source_id", "title", "publisher"]),
        ("organisations", "organisation_ids", ["name_en", "name_ru", "name_kk", "aliases"]),
        *(("norms", f"norms_{relation}", article) for relation in ("invoked", "breached", "complied", "disputed")),
    ]
    for table, column, fields in names:
        whole = bundle[table]
        known = dict(zip(whole.iloc[:, 0], whole[fields].agg(" ".join, axis=1) if len(whole) else [], strict=True))
        cells = frame[column].astype(str)
        spoken = {cell: " ".join(known.get(part, "") for part in cell.split(";")) for cell in cells.unique()}
        parts.append(cells.map(spoken))
    # "Article 274" and "ст. 274" find what 274 finds.
    ways = " ".join(Words(bundle, language)("search.article") for language in LANGUAGES)
    parts.append(frame["articles_as_printed"].astype(str).map(lambda cell: ways if cell else ""))
    joined = parts[0].astype(object)
    for part in parts[1:]:
        joined = joined + " · " + part.astype(object)
    folded = {text: fold(text) for text in joined.unique()}
    return joined.map(folded).astype(object)  # of no incident pandas would make numbers, which no word is found in


# ── selecting ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, eq=False)
class Selected:
    """The incidents a selection shows, and what must be said about those it shows."""

    bundle: Bundle
    at: np.ndarray  # positions in index(bundle).frame
    selection: Selection
    total: int  # incidents in the bundle
    context_hidden: int  # would match, but are context rows that were not asked for
    overhanging: int  # shown, but their period may lie partly outside the chosen one

    @property
    def n(self) -> int:
        """How many incidents are shown."""
        return len(self.at)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Their rows in order of time, without texts: what map, timeline and list draw."""
        return index(self.bundle).frame.take(self.at)

    @cached_property
    def whole(self) -> pd.DataFrame:
        """The same rows in the same order with all the bundle's columns, for downloads."""
        rows = self.bundle["incidents"].take(index(self.bundle).order[self.at])
        return rows.assign(grade=self.frame["grade"].to_numpy(), located=self.frame["located"].to_numpy())

    @cached_property
    def unlocated(self) -> pd.DataFrame:
        """Those without a public position: listed, never lost."""
        table = index(self.bundle)
        return table.frame.take(self.at[~table.located[self.at]])


def _asked_words(text: str) -> list[str]:
    """The words of a search, folded; marks between them are not looked for, unless there is nothing else."""
    folded = fold(text)
    return [word for word in re.split(r"[\s.,;:!?\"«»“”„]+", folded) if word] or folded.split()


def _masks(bundle: Bundle, selection: Selection) -> dict[str, np.ndarray]:
    """For each part of the selection that narrows: which incidents pass it."""
    table = index(bundle)
    n = len(table.frame)
    masks = {facet.key: table.codes[facet.key].mask(chosen, n) for facet in FACETS if (chosen := getattr(selection, facet.key))}
    if selection.since is not None:
        masks["since"] = table.end > day_number(selection.since)
    if selection.until is not None:
        masks["until"] = table.start <= day_number(selection.until)
    if words := _asked_words(selection.text):
        found = np.ones(n, dtype=bool)
        for word in words:
            found &= _haystack(bundle).str.contains(word, regex=False).to_numpy(dtype=bool)
        masks["text"] = found
    return masks


def _all(masks: Iterable[np.ndarray], n: int) -> np.ndarray:
    both = np.ones(n, dtype=bool)
    for mask in masks:
        both &= mask
    return both


def select(bundle: Bundle, selection: Selection) -> Selected:
    """Apply a selection. An incident whose period may touch the chosen one is in, and counted as overhanging if it may also lie outside."""
    table = index(bundle)
    n = len(table.frame)
    masks = _masks(bundle, selection)
    shown = _all(masks.values(), n)
    hidden = 0
    if selection.relation and "context" not in selection.relation:
        others = _all((mask for key, mask in masks.items() if key != "relation"), n)
        hidden = int((others & (table.frame["relation"] == "context").to_numpy()).sum())
    before = table.start < day_number(selection.since) if selection.since else np.zeros(n, dtype=bool)
    after = table.end > day_number(selection.until) + 1 if selection.until else np.zeros(n, dtype=bool)
    return Selected(bundle, np.flatnonzero(shown), selection, n, hidden, int((shown & (before | after)).sum()))


def options(bundle: Bundle, selection: Selection) -> dict[str, pd.DataFrame]:
    """For every facet: each code that occurs in the bundle and `n`, its incidents under the *other* filters."""
    table = index(bundle)
    n = len(table.frame)
    masks = _masks(bundle, selection)
    whole = _all(masks.values(), n)
    result = {}
    for facet in FACETS:
        codes = table.codes[facet.key]
        others = _all((m for key, m in masks.items() if key != facet.key), n) if facet.key in masks else whole
        result[facet.key] = pd.DataFrame({"code": codes.names, "n": codes.counts(others)})
    return result


def extent(bundle: Bundle) -> tuple[int, int]:
    """First and last year that an incident of the bundle surely touches."""
    table = index(bundle)
    known = np.concatenate([table.first_year, table.last_year])
    known = known[~np.isnan(known)]
    return (int(known.min()), int(known.max())) if len(known) else (2000, 2000)


def by_year(bundle: Bundle, selection: Selection) -> pd.DataFrame:
    """Incidents per year under all filters but the period: `year`, `certain` (wholly inside it), `shared` (its share of spans).

    The sums of certain and shared over all years are the number of incidents with two known bounds.
    """
    table = index(bundle)
    masks = _masks(bundle, selection.but(since=None, until=None))
    keep = _all(masks.values(), len(table.frame)) & ~np.isnan(table.first_year) & ~np.isnan(table.last_year)
    first, last = extent(bundle)
    start, end = ((years[keep] - first).astype(int) for years in (table.first_year, table.last_year))
    inside = start == end
    certain = np.bincount(start[inside], minlength=last - first + 1)
    # Each span adds its share from its first year on and takes it away after its last: one running sum spreads them all.
    low, high = start[~inside], end[~inside]
    share = 1 / (high - low + 1)
    steps = np.bincount(low, share, last - first + 2) - np.bincount(high + 1, share, last - first + 2)
    shared = np.clip(np.cumsum(steps)[:-1], 0, None).round(9)
    return pd.DataFrame({"year": np.arange(first, last + 1), "certain": certain, "shared": shared})


# ── saying it ────────────────────────────────────────────────────────────────────────────────────
def name_of(facet: Facet, code: str, words: Words) -> str:
    """What a reader calls an option of a facet."""
    return words.label(facet.terms, code) if facet.terms else words.name(facet.table, code)


def parts_in_words(selection: Selection, words: Words) -> list[tuple[str, str, str]]:
    """(facet key, code, phrase) for each thing the reader asked for; what is default is not said."""
    parts = []
    since = _shown(selection.since, words) if selection.since else ""
    until = _shown(selection.until, words, last=True) if selection.until else ""
    if since and since == until:
        parts.append(("period", "", words("filter.period_only", when=since)))
    elif since and until:
        parts.append(("period", "", words("filter.period_both", since=since, until=until)))
    elif since:
        parts.append(("period", "", words("filter.period_since", since=since)))
    elif until:
        parts.append(("period", "", words("filter.period_until", until=until)))
    for facet in FACETS:
        chosen = getattr(selection, facet.key)
        if chosen == SELECTION_DEFAULTS[facet.key]:
            continue
        parts += [(facet.key, code, f"{words(f'filter.{facet.key}')}: {name_of(facet, code, words)}") for code in chosen]
        if not chosen:
            parts.append((facet.key, "", words(f"filter.{facet.key}_all")))
    if selection.text:
        parts.append(("text", "", words("filter.text_is", text=selection.text)))
    return parts


def in_words(selected: Selected, words: Words) -> str:
    """ "41 of 140 incidents: type: Detention; from 2015 to 2019. 9 without a public position …": the caption of everything drawn."""
    phrases = [phrase for _, _, phrase in parts_in_words(selected.selection, words)]
    said = words("caption.shown", n=selected.n, total=selected.total)
    if phrases:
        said += ": " + "; ".join(phrases)
    notes = [
        words("caption.unlocated", n=len(selected.unlocated)) if len(selected.unlocated) else "",
        words("caption.overhanging", n=selected.overhanging) if selected.overhanging else "",
        words("caption.context_hidden", n=selected.context_hidden) if selected.context_hidden else "",
    ]
    return ". ".join([said, *(note for note in notes if note)]) + "."


def _shown(day: date, words: Words, last: bool = False) -> str:
    return words.date(_short(day, last))


# ── links ────────────────────────────────────────────────────────────────────────────────────────
def to_query(selection: Selection) -> dict[str, list[str]]:
    """What a link must say to show this selection again: codes, and only what differs from the default."""
    query: dict[str, list[str]] = {}
    if selection.since:
        query["from"] = [_short(selection.since, last=False)]
    if selection.until:
        query["to"] = [_short(selection.until, last=True)]
    for facet in FACETS:
        chosen = getattr(selection, facet.key)
        if chosen != SELECTION_DEFAULTS[facet.key]:
            query[facet.key] = list(chosen) or ["all"]
    if selection.text:
        query["q"] = [selection.text]
    if selection.language != SELECTION_DEFAULTS["language"]:
        query["lang"] = [selection.language]
    return query


def from_query(query: Mapping[str, list[str]], bundle: Bundle) -> tuple[Selection, list[str]]:
    """Read a link: the selection, and the words in it that mean nothing here."""
    changes: dict[str, object] = {}
    unknown: list[str] = []
    for word, bound in (("from", "since"), ("to", "until")):
        for value in query.get(word, [])[-1:]:
            period = _read_day(value)
            if period is None or period.start is None or period.end is None:
                unknown.append(f"{word}={value}")
            else:
                changes[bound] = period.start if bound == "since" else period.end - timedelta(days=1)
    if changes.get("since") and changes.get("until") and changes["since"] > changes["until"]:
        unknown.append(f"from={query['from'][-1]}&to={query['to'][-1]}")
        del changes["since"], changes["until"]
    for facet in FACETS:
        asked = [code for value in query.get(facet.key, []) for code in value.split(",") if code]
        if not asked:
            continue
        if asked == ["all"]:
            changes[facet.key] = ()
            continue
        meant = {code: _meant(facet, code, bundle) for code in asked}
        known = tuple(dict.fromkeys(code for code in meant.values() if code))
        unknown += [f"{facet.key}={said}" for said, code in meant.items() if not code]
        if known:
            changes[facet.key] = known
    if text := " ".join(query.get("q", [])[-1:]).strip()[:200]:
        changes["text"] = text
    for language in query.get("lang", [])[-1:]:
        if language in LANGUAGES:
            changes["language"] = language
        else:
            unknown.append(f"lang={language}")
    return Selection(**changes), unknown  # type: ignore[arg-type]


def _meant(facet: Facet, said: str, bundle: Bundle) -> str:
    """The code or id that a link names: itself, or the only code that begins so (`detention` is `detention_short`); "" for none."""
    if facet.table:
        return said if bundle.has(facet.table, said) else ""
    codes = _codes(bundle, facet.terms)
    begun = [code for code in codes if code.startswith(f"{said}_")]
    return said if said in codes else begun[0] if len(begun) == 1 else ""


@lru_cache(maxsize=64)
def _codes(bundle: Bundle, terms: str) -> frozenset[str]:
    """The codes of one of the bundle's lists."""
    vocabulary = bundle["vocabulary"]
    return frozenset(vocabulary.loc[vocabulary["list"] == terms, "code"])


def _read_day(value: str) -> Period | None:
    try:
        return parse_period(value)
    except ValueError:
        return None


def _short(day: date, last: bool) -> str:
    """The shortest date that means the same bound: 2015 for 1 January (or, as a last day, 31 December) 2015."""
    if (day.month, day.day) == ((12, 31) if last else (1, 1)):
        return f"{day.year:04d}"
    if day.day == (calendar.monthrange(day.year, day.month)[1] if last else 1):
        return f"{day.year:04d}-{day.month:02d}"
    return day.isoformat()
