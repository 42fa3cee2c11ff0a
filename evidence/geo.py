"""Where things are, and how exactly: distances, precision, what lies near. The only module with a coordinate system.

Positions are WGS 84 (EPSG:4326), latitude and longitude in degrees; distances are geodesic metres on its ellipsoid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod, Transformer
from pyproj.enums import TransformDirection
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points, transform, unary_union

from evidence.model import Bundle, split
from evidence.words import Words, brief

GEOD = Geod(ellps="WGS84")
LASTING_YEARS = 6  # a flare listed in so many of the yearly files is called lasting; one of fewer may have come and gone
SETTLEMENTS = frozenset({"village", "town", "city", "site"})  # kinds of places that people live in
# The order in which a resettlement goes; a place is drawn by the furthest dated stage that is recorded for it.
STAGES = (
    "unknown",
    "inside_no_decision",
    "petitioned",
    "survey",
    "refused",
    "announced",
    "decision_adopted",
    "compensation_rule",
    "housing_built",
    "awaiting",
    "moving",
    "moved",
    "completed",
    "dissolved",
)


def distance_m(lat: float, lon: float, lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
    """Geodesic distance in metres from one point to many."""
    n = len(lats)
    return np.asarray(GEOD.inv(np.full(n, lon), np.full(n, lat), np.asarray(lons), np.asarray(lats))[2])


@lru_cache(maxsize=64)
def conic(west: float, south: float, east: float, north: float) -> Callable[..., Any]:
    """(lon, lat) to metres on a Lambert conformal conic plane made for this window: shapes keep their form, so a circle stays one."""
    height = north - south
    plane = f"+proj=lcc +lon_0={(west + east) / 2} +lat_0={(south + north) / 2} +lat_1={south + height / 6} +lat_2={north - height / 6}"
    return Transformer.from_crs("EPSG:4326", f"{plane} +datum=WGS84 +units=m +type=crs", always_xy=True).transform


@lru_cache(maxsize=2)
def stages(bundle: Bundle) -> Mapping[str, str]:
    """The furthest stage of resettlement recorded for each place that has one."""
    rows = bundle["resettlement"]
    found: dict[str, str] = {}
    for places, stage in zip(rows["place_ids"].tolist(), rows["stage"].astype(str).tolist(), strict=True):
        for place in split(places):
            found[place] = max(found.get(place, stage), stage, key=lambda code: STAGES.index(code) if code in STAGES else 0)
    return found


def context_layers(bundle: Bundle, words: Words) -> dict[str, list[dict[str, Any]]]:
    """What stands around the incidents: places, assets, stations, flares, each with position, name and id, ready for JSON.

    Only what has a public position; `radius` is what it is good to, in metres.
    """
    return {
        "places": _settlements(bundle, words),
        "assets": _assets(bundle, words),
        "stations": _stations(bundle, words),
        "flares": _flares(bundle, words),
        "spots": _spots(bundle, words),
    }


def _located(bundle: Bundle, table: str) -> list[dict[str, Any]]:
    rows = bundle[table]
    return rows[rows["lat"].notna()].to_dict("records")


def _settlements(bundle: Bundle, words: Words) -> list[dict[str, Any]]:
    settlements = []
    for row in _located(bundle, "places"):
        stage = stages(bundle).get(row["place_id"])
        if row["kind"] not in SETTLEMENTS or (stage is None and not row["nearest_asset_ids"]):
            continue  # a town that is only where an incident was; the incident itself stands there
        label = words.label("resettlement_stage", stage) if stage else words("map.no_stage")
        name = brief(words.name("places", row["place_id"]), 40)
        settlements.append(
            {
                "id": row["place_id"],
                "at": [row["lat"], row["lon"]],
                "radius": row["location_radius_m"],
                "name": name,
                "title": f"{name}: {label}",
                "colour": words.term("resettlement_stage", stage).get("colour") if stage else "#8A8F86",
                "key": stage is not None,
            }
        )
    return settlements


def _assets(bundle: Bundle, words: Words) -> list[dict[str, Any]]:
    assets = []
    for row in _located(bundle, "assets"):
        name = words.name("assets", row["asset_id"])
        title = f"{brief(name)}: {words.label('asset_kind', row['kind'])}"
        assets.append({"id": row["asset_id"], "at": [row["lat"], row["lon"]], "name": brief(name, 40), "title": title})
    return assets


def _stations(bundle: Bundle, words: Words) -> list[dict[str, Any]]:
    stations = []
    for row in _located(bundle, "stations"):
        place = words.name("places", row["place_id"]) if row["place_id"] else ""
        title = ", ".join(brief(part) for part in (words.name("stations", row["station_id"]), place) if part)
        stations.append({"id": row["station_id"], "at": [row["lat"], row["lon"]], "title": title})
    return stations


def spots(bundle: Bundle) -> pd.Index:
    """The ids of all places with a public position, in the bundle's order: where a mark may stand."""
    places = bundle["places"]
    return pd.Index(places.loc[places["lat"].notna(), "place_id"].astype(object))


def _spots(bundle: Bundle, words: Words) -> list[list[Any]]:
    """[id, lat, lon, radius in m, name] of every spot, so that a changed selection need only send how many stand where."""
    return [
        [row["place_id"], row["lat"], row["lon"], row["location_radius_m"], brief(words.name("places", row["place_id"]))]
        for row in _located(bundle, "places")
    ]


def _flares(bundle: Bundle, words: Words) -> list[dict[str, Any]]:
    volumes = bundle["flare_volumes"]
    if volumes.empty:
        return []
    first, last = int(volumes["year"].min()), int(volumes["year"].max())
    table = volumes.pivot(index="flare_id", columns="year", values="volume_mm3").reindex(columns=range(first, last + 1)).fillna(0)
    flares = []
    for row in bundle["flare_sites"].to_dict("records"):
        if row["flare_id"] not in table.index:
            continue
        area = brief(str(words.text(row, "area")))
        flares.append(
            {
                "id": row["flare_id"],
                "at": [row["lat"], row["lon"]],
                "title": words("flare.title", id=row["flare_id"]) + (f", {area}" if area else ""),
                "background": bool(row["background"]),
                "first": first,
                "volumes": [round(float(v), 2) for v in table.loc[row["flare_id"]]],
            }
        )
    return flares


def flare_years(bundle: Bundle) -> tuple[int, int] | None:
    """First and last year of the flare volumes, or None without any."""
    years = bundle["flare_volumes"]["year"]
    return None if years.empty else (int(years.min()), int(years.max()))


# ── reach ────────────────────────────────────────────────────────────────────────────────────────
CIRCLE_POINTS = 72
COARSE = 0.0002  # degrees, some 20 m: finer than any map draws a ring
EDGE = 0.005  # degrees; an edge is straight in longitude and latitude (RFC 7946), which a plane bends if it is long


def circle(lat: float, lon: float, radius_m: float) -> Polygon:
    """The points that lie `radius_m` from one, as a polygon of geodesic ends in (lon, lat)."""
    if radius_m <= 0:
        return Polygon()
    bearings = np.linspace(0, 360, CIRCLE_POINTS, endpoint=False)
    n = len(bearings)
    lons, lats, _ = GEOD.fwd(np.full(n, lon), np.full(n, lat), bearings, np.full(n, radius_m))
    return Polygon(zip(lons, lats, strict=True))


def reach(points: Sequence[tuple[float, float]], boundary: BaseGeometry | None, radius_m: float) -> BaseGeometry:
    """All that lies within `radius_m` of points (lat, lon) or of a boundary (lon, lat), as a shape in (lon, lat)."""
    if boundary is None:
        return unary_union([circle(lat, lon, radius_m) for lat, lon in points])
    plane, back = _plane_of(boundary)
    ring = transform(plane, shapely.segmentize(boundary, EDGE)).buffer(radius_m, quad_segs=CIRCLE_POINTS // 4)
    return transform(back, ring).simplify(COARSE)


def to_boundary_m(boundary: BaseGeometry, lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
    """Geodesic metres from each point to the nearest point of a boundary; 0 inside it."""
    plane, back = _plane_of(boundary)
    drawn = transform(plane, shapely.segmentize(boundary, EDGE))
    distances = []
    for lat, lon in zip(lats, lons, strict=True):
        here = Point(plane(lon, lat))
        nearest = nearest_points(drawn, here)[0]
        near_lon, near_lat = back(nearest.x, nearest.y)
        distances.append(float(GEOD.inv(lon, lat, near_lon, near_lat)[2]))
    return np.array(distances)


def area_km2(boundary: BaseGeometry) -> float:
    """The geodesic area of a shape in (lon, lat), in square kilometres."""
    return abs(float(GEOD.geometry_area_perimeter(shapely.orient_polygons(boundary))[0])) / 1e6


def _plane_of(shape: BaseGeometry) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """(lon, lat) to metres on a plane around a shape, and back."""
    west, south, east, north = (round(float(side), 4) for side in shape.bounds)
    # A shape of no height would give the cone two equal parallels, which is a tangent cone and fine; the equator would not be.
    south, north = (south, north) if north - south > 0.01 else (south - 0.01, north + 0.01)
    onto = conic(west, south, east, north)
    return onto, lambda x, y: onto(x, y, direction=TransformDirection.INVERSE)
