"""What belongs to some rows: the records they name, the records that say something of them, and the sources of all.

One step and no further, so that taking a few acts never takes the acts beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from evidence.model import LIST_SEPARATOR, Bundle, splits
from evidence.report.published import Rows, fields, positions

_QUIET = ("vocabulary", "words", "sources")


def related(bundle: Bundle, rows: Sequence[Rows]) -> list[Rows]:
    """The rows given, then of every other table those that belong to them, sources last."""
    given = {one.name for one in rows}
    keys = {one.name: set(positions(bundle, one.name).take(one.at)) for one in rows}
    for one in rows:
        # What was asked and answered belongs to a case, and so to its acts.
        if one.name == "incidents":
            keys["cases"] = _named(bundle, "incidents", "case_id", one.at)
    found: dict[str, set[int]] = {}
    for one in rows:
        for spec in fields(bundle, one.name):
            if (table := spec.get("references")) and table not in {*given, *_QUIET}:
                found.setdefault(table, set()).update(_at(bundle, table, _named(bundle, one.name, spec["name"], one.at)))
    for name in bundle.tables:
        if name in given or name in _QUIET:
            continue
        for spec in fields(bundle, name):
            about = keys.get(spec.get("references", "")) or (set().union(*keys.values()) if spec.get("meaning") == "record" else set())
            if about:
                found.setdefault(name, set()).update(_saying(bundle, name, spec["name"], about))
    parts = [*rows, *(Rows(name, np.array(sorted(at), dtype=np.int64)) for name, at in found.items() if at)]
    if "sources" in given:
        return parts
    cited = [_named(bundle, one.name, "source_ids", one.at) for one in parts if "source_ids" in bundle[one.name].columns]
    sources = sorted({at for ids in cited for at in _at(bundle, "sources", ids)})
    return [*parts, Rows("sources", np.array(sources, dtype=np.int64))] if sources else parts


def belonging(bundle: Bundle, incidents: Rows, name: str) -> Rows | None:
    """The rows of a table that belong to some incidents; None if that table has nothing to do with incidents."""
    if name == incidents.name:
        return incidents
    found = next((one for one in related(bundle, [incidents]) if one.name == name), None)
    if found is not None:
        return found
    tied = {spec.get("references") for spec in fields(bundle, "incidents")} | {"sources"}
    ties = any(spec.get("references") == "incidents" or spec.get("meaning") == "record" for spec in fields(bundle, name))
    return Rows(name, np.array([], dtype=np.int64)) if ties or name in tied else None


def _named(bundle: Bundle, name: str, column: str, at: np.ndarray) -> set[str]:
    """The ids in a column of some rows."""
    cells = set(bundle[name][column].astype(str).to_numpy()[at])
    return {part for cell in cells if cell for part in cell.split(LIST_SEPARATOR)}


def _at(bundle: Bundle, name: str, keys: Iterable[str]) -> list[int]:
    found = positions(bundle, name).get_indexer(list(keys))
    return [int(at) for at in found if at >= 0]


def _saying(bundle: Bundle, name: str, column: str, about: set[str]) -> set[int]:
    """The rows whose column names one of these records."""
    return {at for at, part in splits(bundle[name][column].astype(str)) if part in about}
