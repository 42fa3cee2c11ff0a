"""The basemap: its features with their shapes, and the same as a browser draws it, in whole numbers of the map's own plane.

A browser that is given degrees makes an object of each point, projects it and cuts it, a tenth of a second of its one thread before the
first mark. Here that is done once for all readers; what is left is to add up steps along each line.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from evidence.model import LANGUAGES, Bundle

UNIT = 4096  # parts of a pixel of the world at zoom 0 (256 pixels wide): 38 m at the equator, finer than the shapes are known
_SHAPES = ("countries", "regions", "water", "rivers")
# Of each layer whose features have names: what kind of name, its rank, and the zoom from which it is written.
_NAMES = {
    "countries": ("country", lambda _: 1, lambda _: 4),
    "region_labels": ("region", lambda _: 6, lambda _: 6),
    "water": ("water", lambda p: 1 + p["rank"], lambda p: {1: 4, 2: 6}.get(p["rank"], 8)),
    "towns": ("town", lambda p: 2 + p["rank"], lambda p: {1: 5, 2: 6, 3: 7, 4: 9}.get(p["rank"], 9)),
}


@lru_cache(maxsize=2)
def layers(bundle: Bundle) -> dict[str, list[tuple[dict[str, Any], Any]]]:
    """Each layer's features, (properties, shape in degrees, WGS 84), read once."""
    found = {}
    for name, file in bundle.layers.items():
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        found[name] = [(feature["properties"], shapely.geometry.shape(feature["geometry"])) for feature in features]
    return found


def drawn(bundle: Bundle) -> dict[str, Any]:
    """What map.js draws, ready for JSON.

    Returns:
        `unit`: UNIT; for each layer of shapes a list of [id, lines], a line being x, y of its first point and then the steps from point
        to point, in parts of a pixel of Web Mercator's world at zoom 0 (x to the east, y to the south); `names`: [latitude, longitude,
        kind, rank, zoom, {language: name}].
    """
    shapes = {
        name: [[properties.get("id", ""), [_steps(line) for line in _lines(shape)]] for properties, shape in layers(bundle).get(name, [])]
        for name in _SHAPES
    }
    names = [
        [*_middle(shape), kind, rank(properties), zoom(properties), _named(properties)]
        for layer, (kind, rank, zoom) in _NAMES.items()
        for properties, shape in layers(bundle).get(layer, [])
        if not shape.is_empty and _named(properties)
    ]
    return {"unit": UNIT, **shapes, "names": names}


def plane(points: np.ndarray) -> np.ndarray:
    """Longitudes and latitudes in degrees, (n, 2), to whole parts of a pixel of the world at zoom 0 in Web Mercator (EPSG:3857), (n, 2)."""
    lon, lat = points[:, 0], np.clip(points[:, 1], -85.0511, 85.0511)
    down = 1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi
    return np.rint(np.column_stack([(lon + 180) / 360, down / 2]) * 256 * UNIT).astype(int)


def _steps(line: np.ndarray) -> list[int]:
    """The first point and then the steps, without those that go nowhere."""
    points = plane(line)
    steps = np.diff(points, axis=0)
    return [*points[0].tolist(), *steps[steps.any(axis=1)].ravel().tolist()]


def _lines(shape: Any) -> list[np.ndarray]:
    """The points of each ring or line of a shape."""
    parts = shapely.get_parts(shape)
    lines = [ring for part in parts for ring in ([part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part])]
    return [shapely.get_coordinates(line) for line in lines if line.geom_type in {"LineString", "LinearRing"} and not line.is_empty]


def _middle(shape: Any) -> tuple[float, float]:
    """Latitude and longitude of a point, or of the middle of a shape's largest part: good enough to hang a name on."""
    largest = max(shapely.get_parts(shape), key=lambda part: shapely.box(*part.bounds).area)
    west, south, east, north = largest.bounds
    return round((south + north) / 2, 4), round((west + east) / 2, 4)


def _named(properties: dict[str, Any]) -> dict[str, str]:
    return {code: name for code in LANGUAGES if (name := properties.get(f"name_{code}"))}
