"""The library of sources: which records rest on each, which rest on one alone, and how to find a document among them.

A record *rests on* a source that its `source_ids` name. "On one alone" says what the bundle cites, not what exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from evidence.model import Bundle, split
from evidence.words import fold

# Tables that describe how the collection is made; they are not evidence that rests on anything.
_NOT_EVIDENCE = frozenset({"sources", "vocabulary", "words", "corrections"})
RESTS = ("alone", "any", "none")


@dataclass(frozen=True)
class Use:
    """A record that names a source; `alone` if it names no other."""

    table: str
    key: str
    alone: bool


@lru_cache(maxsize=2)
def uses(bundle: Bundle) -> Mapping[str, tuple[Use, ...]]:
    """For every source of the bundle the records that rest on it, table by table in the order of the schema."""
    found: dict[str, list[Use]] = {key: [] for key in bundle["sources"]["source_id"]}
    for name, table in evidence_tables(bundle).items():
        for record, cell in zip(table.iloc[:, 0].tolist(), table["source_ids"].tolist(), strict=True):
            cited = split(cell)
            for source in cited:
                if source in found:
                    found[source].append(Use(name, record, len(cited) == 1))
    return {key: tuple(rows) for key, rows in found.items()}


def evidence_tables(bundle: Bundle) -> Mapping[str, pd.DataFrame]:
    """The tables whose rows name the sources they rest on."""
    return {name: table for name, table in bundle.tables.items() if name not in _NOT_EVIDENCE and "source_ids" in table.columns}


@lru_cache(maxsize=2)
def alone(bundle: Bundle) -> pd.DataFrame:
    """For every table of evidence: `table`, `rows`, how many name `one` source only, how many name `none`."""
    counted = []
    for name, table in evidence_tables(bundle).items():
        cells = table["source_ids"].astype(str)
        several, empty = cells.str.contains(";", regex=False), cells == ""
        counted.append((name, len(cells), int((~several & ~empty).sum()), int(empty.sum())))
    return pd.DataFrame(counted, columns=["table", "rows", "one", "none"])


@lru_cache(maxsize=2)
def on_one(bundle: Bundle) -> pd.DataFrame:
    """Every record that names one source only: `table`, `record`, `source_id`, in the order of the schema."""
    found = []
    for name, table in evidence_tables(bundle).items():
        cells = table["source_ids"].astype(str)
        one = ((cells != "") & ~cells.str.contains(";", regex=False)).to_numpy()
        found.append(pd.DataFrame({"table": name, "record": table.iloc[:, 0].to_numpy()[one], "source_id": cells.to_numpy()[one]}))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["table", "record", "source_id"])


@lru_cache(maxsize=2)
def shelf(bundle: Bundle) -> pd.DataFrame:
    """The sources in order of how much rests on them: the bundle's columns, `records`, `alone` and `year` (0 without a date)."""
    rows = bundle["sources"]
    used = uses(bundle)
    resting = [used[key] for key in rows["source_id"]]
    years = rows["date_start"].dt.year.fillna(rows["date_end"].dt.year).fillna(0).astype(int)
    found = rows.assign(records=[len(one) for one in resting], alone=[sum(use.alone for use in one) for one in resting], year=years)
    return found.sort_values(["records", "source_id"], ascending=[False, True], kind="stable").reset_index(drop=True)


@lru_cache(maxsize=2)
def _haystack(bundle: Bundle) -> np.ndarray:
    """What a search looks through, folded, in the order of the shelf."""
    columns = [c for c in ("source_id", "title", "publisher", "author", "url") if c in bundle["sources"].columns]
    return shelf(bundle)[columns].astype(str).agg(" ".join, axis=1).map(fold).to_numpy(dtype=object)


def find(
    bundle: Bundle, *, text: str = "", kind: str = "", language: str = "", publisher: str = "", read: str = "", rests: str = ""
) -> pd.DataFrame:
    """The sources that match everything asked; what is empty narrows nothing.

    Args:
        text: words to be found in id, title, publisher, author or address, in any spelling.
        kind: a code of `source_type`.
        language: a code of `language`.
        publisher: the publisher as it stands in the table.
        read: a code of `read_extent`.
        rests: "alone" (some record rests on it and nothing else), "any" (some record does), "none" (no record does).
    """
    rows = shelf(bundle)
    keep = np.ones(len(rows), dtype=bool)
    for column, value in (("type", kind), ("publisher", publisher), ("read_extent", read)):
        if value:
            keep &= (rows[column].astype(str) == value).to_numpy()
    if language:
        keep &= np.array([language in split(cell) for cell in rows["languages"]], dtype=bool)
    if rests:
        wanted = {"alone": rows["alone"] > 0, "any": rows["records"] > 0, "none": rows["records"] == 0}[rests]
        keep &= wanted.to_numpy()
    for word in fold(text).split():
        keep &= np.array([word in straw for straw in _haystack(bundle)], dtype=bool)
    return rows[keep]


@lru_cache(maxsize=2)
def choices(bundle: Bundle) -> Mapping[str, Mapping[str, int]]:
    """What each filter offers, most frequent first: `kind`, `language`, `publisher`, `read`, each value with its number of sources."""
    rows = bundle["sources"]
    languages = pd.Series([code for cell in rows["languages"] for code in split(cell)], dtype=object)
    columns = {
        "kind": rows["type"].astype(str),
        "language": languages,
        "publisher": rows["publisher"].astype(str),
        "read": rows["read_extent"].astype(str),
    }
    return {name: {str(value): int(n) for value, n in cells[cells != ""].value_counts().items()} for name, cells in columns.items()}


def by_year(bundle: Bundle) -> pd.DataFrame:
    """`year`, `sources` dated in it, `incidents` that surely lie in it: what was read beside what was recorded."""
    acts = bundle["incidents"]
    starts, ends = acts["period_start"].dt.year, (acts["period_end"] - pd.Timedelta(days=1)).dt.year
    recorded = starts[(starts == ends).to_numpy()].value_counts()
    dated = shelf(bundle)["year"]
    dated = dated[dated > 0].value_counts()
    years = sorted({int(year) for year in (*recorded.index, *dated.index)})
    if not years:
        return pd.DataFrame({"year": [], "sources": [], "incidents": []}, dtype="int64")
    span = pd.RangeIndex(years[0], years[-1] + 1)
    counts = {"sources": dated, "incidents": recorded}
    return pd.DataFrame({"year": span, **{name: n.reindex(span).fillna(0).astype(int).to_numpy() for name, n in counts.items()}})


def coverage(bundle: Bundle) -> Mapping[str, int]:
    """What is missing from the records, counted: each a key of a sentence and how many rows it is true of."""
    acts, sources = bundle["incidents"], bundle["sources"]
    placed = set(bundle["places"].loc[bundle["places"]["lat"].notna(), "place_id"])
    kazakh = [c for c in acts.columns if c.endswith("_kk") and c.removesuffix("kk") + "en" in acts.columns and c.startswith("text")]
    return {
        "incidents": len(acts),
        "open_date": int((acts["period_start"].isna() | acts["period_end"].isna()).sum()),
        "no_place": int((~acts["place_id"].isin(placed)).sum()),
        "one_source": int((~acts["source_ids"].astype(str).str.contains(";", regex=False)).sum()),
        "no_kazakh": int((acts[kazakh] == "").all(axis=1).sum()) if kazakh else 0,
        "sources": len(sources),
        "no_archive": int((sources["archive_url"] == "").sum()),
        "no_address": int((sources["url"] == "").sum()),
        "not_whole": int((~sources["read_extent"].isin(["full", "data_file"])).sum()),
    }
