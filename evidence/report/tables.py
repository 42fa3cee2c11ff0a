"""Rows in, files out, a few thousand rows at a time: CSV, JSON and GeoJSON that say which version they are of.

CSV is UTF-8 with a byte-order mark, so that Excel reads Cyrillic; lines end with CRLF, as RFC 4180 has it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evidence.model import LANGUAGES, LIST_SEPARATOR, Bundle
from evidence.report.progress import Step, quiet
from evidence.report.published import CHUNK, VERSION, Rows, defuse, defused, fields, key_columns, resource, rows_of, tables
from evidence.words import Words, clean

LICENCE = "CC-BY-4.0"


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────
def csv_stream(bundle: Bundle, rows: Rows) -> Iterator[bytes]:
    """A table as CSV, a part at a time."""
    for at, table in enumerate(tables(bundle, rows)):
        if at == 0:
            yield "\ufeff".encode() + ",".join(table.column_names).encode() + b"\r\n"
        if len(table):
            yield _lines(table)


def _lines(table: pa.Table) -> bytes:
    cells = [_written(column.combine_chunks()) for column in table.columns]
    lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*cells, ","), "", "\r\n")
    # The lines lie one after another in the array's own memory: that is the file.
    offsets, data = lines.buffers()[1], lines.buffers()[2]
    end = memoryview(offsets).cast("i")[len(lines)]
    return bytes(memoryview(data)[:end])


def _written(cells: pa.Array) -> pa.Array:
    """Cells as CSV has them; of a column whose cells repeat, each different one is made once."""
    if pa.types.is_dictionary(cells.type):
        return _quoted(defused(cells.dictionary)).take(cells.indices)
    return _quoted(defused(cells))


def _quoted(cells: pa.Array) -> pa.Array:
    needy = pc.match_substring_regex(cells, '[",\r\n]')
    if not pc.any(needy).as_py():
        return cells
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.if_else(needy, pc.binary_join_element_wise(pa.scalar('"'), doubled, pa.scalar('"'), ""), cells)


def csv_file(bundle: Bundle, rows: Rows, step: Step = quiet) -> bytes:
    """A table as CSV; `step` is told of every row, some thousands at a time."""
    made = []
    for part in csv_stream(bundle, rows):
        made.append(part)
        step(min(CHUNK, len(rows)))
    return b"".join(made)


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────
def typed(bundle: Bundle, rows: Rows) -> Iterator[dict[str, Any]]:
    """Each row with numbers as numbers, lists as lists, what is missing as None."""
    readers = {spec["name"]: _reader(spec) for spec in fields(bundle, rows.name)}
    for table in tables(bundle, rows):
        names = table.column_names
        for cells in zip(*(column.to_pylist() for column in table.columns), strict=True):
            yield {name: readers[name](cell) if name in readers else cell for name, cell in zip(names, cells, strict=True)}


def _reader(spec: Mapping[str, Any]) -> Callable[[str], Any]:
    if "separator" in spec:
        return lambda cell: cell.split(LIST_SEPARATOR) if cell else []
    if spec["type"] in {"integer", "number"}:
        return lambda cell: _number(cell) if cell else None
    if spec["type"] == "boolean":
        return lambda cell: cell == "true"
    return lambda cell: cell or None


def _number(cell: str) -> float | int:
    value = float(cell)
    return int(value) if value.is_integer() else value


def json_stream(bundle: Bundle, rows: Rows, caption: str) -> Iterator[bytes]:
    """A table as JSON: what it is, then `rows`, each as an object."""
    head = {"table": rows.name, VERSION: bundle.version, "published": bundle.published, "selection": caption, "n": len(rows)}
    yield json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "rows": ['
    yield from _joined(json.dumps(row, ensure_ascii=False).encode() for row in typed(bundle, rows))
    yield b"\n]}\n"


_HELD = 500  # lines sent, or told of, at a time


def _joined(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts with commas between them, some hundred at a time."""
    held, first = [], True
    for part in parts:
        held.append((b"\n" if first else b",\n") + part)
        first = False
        if len(held) == _HELD:
            yield b"".join(held)
            held = []
    yield b"".join(held)


# ── GeoJSON ──────────────────────────────────────────────────────────────────────────────────────
def has_places(bundle: Bundle, name: str) -> bool:
    """True if the rows of a table have a position: their own, or that of the one place they name."""
    return bool({"lat", "place_id"} & {spec["name"] for spec in fields(bundle, name)})


def count_located(bundle: Bundle, rows: Rows) -> int:
    """How many of the rows have a public position."""
    frame, there = bundle[rows.name], np.zeros(len(bundle[rows.name]), dtype=bool)
    if "lat" in frame:
        there |= frame["lat"].notna().to_numpy()
    if "place_id" in frame:
        places = bundle["places"]
        there |= frame["place_id"].isin(set(places.loc[places["lat"].notna(), "place_id"])).to_numpy()
    return int(there[rows.at].sum())


def located(bundle: Bundle, rows: Rows, step: Step = quiet) -> Iterator[tuple[dict[str, Any], tuple[float, float]]]:
    """(row, (longitude, latitude)) for each row with a public position; the row carries how exact the position is and what the place is called."""
    for at, row in enumerate(typed(bundle, rows), 1):
        if at % _HELD == 0:
            step(_HELD)
        place = bundle.row("places", row["place_id"]) if row.get("place_id") else None
        own = row.get("lat") is not None
        at = (row["lon"], row["lat"]) if own else (place["lon"], place["lat"]) if place is not None and pd.notna(place["lat"]) else None
        if at is None:
            continue
        if place is not None:
            row |= {f"place_{code}": place[f"name_{code}"] or None for code in LANGUAGES}
            if not own:
                # A table with positions of its own keeps what it says; beside it stands how exact the place is.
                stem = "place" if "location_precision" in row else "location"
                row |= {f"{stem}_precision": place["location_precision"], f"{stem}_radius_m": _number(str(place["location_radius_m"]))}
        yield row, (float(at[0]), float(at[1]))


def geojson_stream(bundle: Bundle, rows: Rows, caption: str, step: Step = quiet) -> Iterator[bytes]:
    """The rows with a public position as GeoJSON points, each with the radius its place is good to."""
    head = {
        "type": "FeatureCollection",
        "name": rows.name,
        "description": caption,
        VERSION: bundle.version,
        "licence": licence_of(bundle, rows.name),
    }
    keys = key_columns(bundle, rows.name)
    yield json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "features": ['
    yield from _joined(
        json.dumps(
            {
                "type": "Feature",
                "id": "/".join(str(row[key]) for key in keys),
                "geometry": {"type": "Point", "coordinates": list(at)},
                "properties": row,
            },
            ensure_ascii=False,
        ).encode()
        for row, at in located(bundle, rows, step)
    )
    yield b"\n]}\n"


def geojson_file(bundle: Bundle, rows: Rows, caption: str, step: Step = quiet) -> bytes:
    """The same in one piece."""
    return b"".join(geojson_stream(bundle, rows, caption, step))


def licence_of(bundle: Bundle, name: str) -> str:
    """Under which licence a table is given."""
    return next((one["name"] for one in resource(bundle, name).get("licenses", [])), LICENCE)


# ── frames that a page made ──────────────────────────────────────────────────────────────────────
DERIVED = ("_start", "_end")


def csv(frame: pd.DataFrame, bundle: Bundle, words: Words) -> bytes:
    """A frame of a page as CSV, people by the bundle's rule, a `bundle_version` column."""
    plain = frame[[c for c in frame.columns if c != "located" and not _is_derived(c, frame)]].astype(object)
    for column in plain.columns:
        plain[column] = [
            defuse(words.people_in(clean(v))) if isinstance(v, str) else ("" if pd.isna(v) else _short(v)) for v in plain[column]
        ]
    plain["bundle_version"] = bundle.version
    buffer = io.StringIO()
    plain.to_csv(buffer, index=False, lineterminator="\r\n")
    return buffer.getvalue().encode("utf-8-sig")


def _is_derived(column: str, frame: pd.DataFrame) -> bool:
    """True for the bounds that the loader adds to a date, not for a column that only ends like one (`production_start`)."""
    return any(column.endswith(end) and column.removesuffix(end) in frame.columns for end in DERIVED)


def _short(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def geojson(frame: pd.DataFrame, bundle: Bundle, words: Words, caption: str) -> bytes:
    """The located incidents of a frame as GeoJSON."""
    return geojson_file(bundle, rows_of(bundle, "incidents", frame), caption)
