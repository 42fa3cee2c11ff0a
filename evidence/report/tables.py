"""Frames in, tables out: CSV and GeoJSON that say which version they are of.

A cell that a spreadsheet would run as a formula is defused with a leading apostrophe, as OWASP advises for CSV injection.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd

from evidence.model import Bundle, split
from evidence.words import Words, clean

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
DERIVED = ("_start", "_end")


def defuse(value: Any) -> Any:
    """A text that no spreadsheet will run."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value) else value


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def csv(frame: pd.DataFrame, bundle: Bundle, words: Words) -> bytes:
    """The rows as they are in the bundle, UTF-8 with BOM so that Excel reads Cyrillic, people by the bundle's rule, a `bundle_version` column."""
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
    """The located incidents as GeoJSON points, each with the radius its place is good to."""
    places = bundle["places"].set_index("place_id")
    features = []
    for row in frame[frame["located"]].to_dict("records"):
        place = places.loc[row["place_id"]]
        features.append(
            {
                "type": "Feature",
                "id": row["incident_id"],
                "geometry": {"type": "Point", "coordinates": [place["lon"], place["lat"]]},
                "properties": {
                    "period": row["period"],
                    "types": split(row["types"]),
                    "place": words.name("places", row["place_id"]),
                    "location_precision": place["location_precision"],
                    "location_radius_m": place["location_radius_m"],
                    "text": str(words.text(row, "text")),
                    "source_ids": split(row["source_ids"]),
                },
            }
        )
    whole = {
        "type": "FeatureCollection",
        "features": features,
        "description": caption,
        "bundle_version": bundle.version,
        "licence": "CC BY 4.0",
    }
    return json.dumps(whole, ensure_ascii=False, default=str).encode()
