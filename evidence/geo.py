"""Where things are, and how exactly: distances, precision, what lies near. The only module with a coordinate system.

Positions are WGS 84 (EPSG:4326), latitude and longitude in degrees; distances are geodesic metres on its ellipsoid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

from evidence.model import Bundle

GEOD = Geod(ellps="WGS84")
LASTING_YEARS = 6  # a flare listed in so many of the yearly files is called lasting; one of fewer may have come and gone


def distance_m(lat: float, lon: float, lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
    """Geodesic distance in metres from one point to many."""
    n = len(lats)
    return np.asarray(GEOD.inv(np.full(n, lon), np.full(n, lat), np.asarray(lons), np.asarray(lats))[2])


def together(lines: Sequence[tuple[tuple[float, float], tuple[float, float]]], metres: float) -> list[list[int]]:
    """Lines between points (lat, lon) in groups whose ends lie at most so far from one another, directly or by way of others."""
    groups: list[list[int]] = []
    for at, line in enumerate(lines):
        near, apart = [at], []
        for group in groups:
            ends = np.array([end for other in group for end in lines[other]])
            if min(distance_m(*end, ends[:, 0], ends[:, 1]).min() for end in line) <= metres:
                near += group
            else:
                apart.append(group)
        groups = [*apart, sorted(near)]
    return sorted(groups)


@lru_cache(maxsize=64)
def conic(west: float, south: float, east: float, north: float) -> Callable[..., Any]:
    """(lon, lat) to metres on a Lambert conformal conic plane made for this window: shapes keep their form, so a circle stays one."""
    height = north - south
    plane = f"+proj=lcc +lon_0={(west + east) / 2} +lat_0={(south + north) / 2} +lat_1={south + height / 6} +lat_2={north - height / 6}"
    return Transformer.from_crs("EPSG:4326", f"{plane} +datum=WGS84 +units=m +type=crs", always_xy=True).transform


def spots(bundle: Bundle) -> pd.Index:
    """The ids of all places with a public position, in the bundle's order: where a mark may stand."""
    places = bundle["places"]
    return pd.Index(places.loc[places["lat"].notna(), "place_id"].astype(object))


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
