"""Judgements as rules: each a key, a sentence for the reader (in vocabulary.csv) and a predicate.

Corroboration follows the standard of OHCHR for SDG indicator 16.10.1 (two or more independent sources) on *declared*
sources only: it measures what the bundle cites, never what is true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from evidence.model import Bundle, split

UNREAD = frozenset({"snippet", "not_opened"})


@dataclass(frozen=True)
class Source:
    """What corroboration needs to know of a source."""

    key: str
    publisher: str
    connection: str
    is_primary: bool
    is_read: bool
    origins: frozenset[str]  # all that it derives from, also through others


@lru_cache(maxsize=4)
def _under(bundle: Bundle, terms: str, parent: str) -> frozenset[str]:
    vocabulary = bundle["vocabulary"]
    return frozenset(vocabulary.loc[(vocabulary["list"] == terms) & (vocabulary["parent"] == parent), "code"])


def primary_types(bundle: Bundle) -> frozenset[str]:
    """Papers and instruments that speak for themselves; everything else is somebody's account."""
    return _under(bundle, "source_type", "primary")


def state_bodies(bundle: Bundle) -> frozenset[str]:
    """Those among who acts that are the State."""
    return _under(bundle, "perpetrator_type", "state")


@lru_cache(maxsize=2)
def sources(bundle: Bundle) -> Mapping[str, Source]:
    """Every source of the bundle by id."""
    table, primary = bundle["sources"], primary_types(bundle)
    parents = {key: split(cell) for key, cell in zip(table["source_id"], table["derived_from"], strict=True)}
    return {
        row.source_id: Source(
            row.source_id,
            row.publisher.casefold(),
            str(row.connection),
            row.type in primary,
            row.read_extent not in UNREAD,
            _origins(row.source_id, parents),
        )
        for row in table.itertuples()
    }


def _origins(key: str, parents: Mapping[str, list[str]]) -> frozenset[str]:
    """What a source derives from, at any remove: a report of a report of an interview is that interview once more."""
    found: set[str] = set()
    left = list(parents[key])
    while left:
        origin = left.pop()
        if origin not in found:
            found.add(origin)
            left += parents.get(origin, [])
    return frozenset(found)


def independent(one: Source, other: Source) -> bool:
    """True if neither source derives from the other, they share no origin, publisher, or (both) the victim as witness."""
    if other.key in one.origins or one.key in other.origins or one.origins & other.origins:
        return False
    if one.connection == other.connection == "victim":
        return False
    return one.publisher != other.publisher


def grade(cited: list[Source]) -> str:
    """C0 none read · C1 one source · C2 several, not independent · C3 two independent · C4 C3 and a primary document."""
    read = [source for source in cited if source.is_read]
    if not read:
        return "C0"
    if len(read) == 1:
        return "C1"
    if not any(independent(a, b) for i, a in enumerate(read) for b in read[i + 1 :]):
        return "C2"
    return "C4" if any(source.is_primary for source in read) else "C3"


def corroboration(source_ids: pd.Series, bundle: Bundle) -> pd.Series:
    """The grade of each cell of source ids, as a category."""
    known = sources(bundle)
    grades = {cell: grade([known[key] for key in split(cell) if key in known]) for cell in source_ids.unique()}
    return source_ids.map(grades).astype("category")
