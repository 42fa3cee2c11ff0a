"""A boundary that a reader loads for a what-if: five formats in, one shape in degrees out, or a sentence that says why not.

The bytes come from a stranger. They are read in memory, told apart by what they begin with, never by their name, and held to limits
before anything is unpacked or parsed; XML is read without a document type, so it can name neither entities nor files. Nothing is kept.
"""

from __future__ import annotations

import io
import json
import math
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, shape
from shapely.geometry.base import BaseGeometry

TYPES = ("geojson", "json", "kml", "kmz", "gpx", "zip", "gpkg")
MAX_BYTES = 5_000_000
MAX_UNPACKED = 25_000_000
MAX_MEMBERS = 60
MAX_RATIO = 200  # a member that grows more than this is a bomb, not a map
MAX_POINTS = 50_000
MAX_SPAN = 6.0  # degrees; a zone is not a country
MAX_LATITUDE = 85.0
MAX_FEATURES = 2_000
SQL_STEPS = 2_000_000  # virtual machine steps that a GeoPackage may cost
ENDS_MEET = 0.05  # a walked line whose ends are this near, in shares of its length, goes around something


class BadBoundary(ValueError):
    """Why a file was not taken: the key of the sentence and what fills its blanks."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class Boundary:
    """A shape in (lon, lat): an area, or a line where the file holds no area; in which format it came, how many points it has.

    `mended`: a ring of it crossed itself, and was taken apart where it does.
    """

    shape: BaseGeometry
    kind: str
    points: int
    mended: bool = False

    @property
    def is_area(self) -> bool:
        """True if something can lie inside it."""
        return self.shape.area > 0


def read(content: bytes) -> Boundary:
    """Read a file of any of the formats.

    Raises:
        BadBoundary: with the key of a sentence for the reader.
    """
    if not content:
        raise BadBoundary("empty")
    if len(content) > MAX_BYTES:
        raise BadBoundary("large", mb=MAX_BYTES // 1_000_000)
    kind, shapes = _parts(content)
    try:
        return _checked(kind, shapes)
    except shapely.errors.ShapelyError:
        raise BadBoundary("unreadable") from None


def drawn(corners: list[Any]) -> Boundary:
    """A boundary from corners (lat, lon) that were drawn on the map.

    Raises:
        BadBoundary: as for a file.
    """
    try:
        ring = [(float(lon), float(lat)) for lat, lon in corners[:200]]
    except (TypeError, ValueError):
        raise BadBoundary("unreadable") from None
    if len(ring) < 3:
        raise BadBoundary("nothing")
    return _checked("drawn", [Polygon(ring)])


def _parts(content: bytes) -> tuple[str, list[BaseGeometry]]:
    head = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith(b"SQLite format 3\x00"):
        return "gpkg", list(_gpkg(content))
    if content.startswith(b"PK\x03\x04"):
        return _zip(content)
    if head.startswith(b"<"):
        return _xml(content)
    if head.startswith(b"{"):
        return "geojson", list(_geojson(content))
    raise BadBoundary("unknown")


def _checked(kind: str, shapes: list[BaseGeometry]) -> Boundary:
    """Areas if there are any, else lines; inside all limits, mended where a ring crosses itself."""
    shapes = [one for one in shapes if one is not None and not one.is_empty]
    points = sum(shapely.get_num_coordinates(one) for one in shapes)
    if points > MAX_POINTS:
        raise BadBoundary("points", n=MAX_POINTS)
    flat = [shapely.force_2d(one) for one in shapes]
    # Not the bounds: they pass over a corner that is no number.
    if not all(np.isfinite(shapely.get_coordinates(one)).all() for one in flat):
        raise BadBoundary("degrees")
    areas = [one for one in map(_area, flat) if one is not None]
    lines = [one for one in flat if one.geom_type in {"LineString", "MultiLineString", "LinearRing"}]
    whole = shapely.union_all([shapely.make_valid(one) for one in areas]) if areas else shapely.union_all(lines)
    if whole.is_empty or (areas and whole.area == 0):
        raise BadBoundary("nothing")
    west, south, east, north = whole.bounds
    if not (-180 <= west <= east <= 180 and -MAX_LATITUDE <= south <= north <= MAX_LATITUDE):
        raise BadBoundary("degrees")
    if east - west > MAX_SPAN or north - south > MAX_SPAN:
        raise BadBoundary("wide", n=int(MAX_SPAN))
    return Boundary(whole, kind, points, mended=not all(one.is_valid for one in areas))


def _area(one: BaseGeometry) -> BaseGeometry | None:
    """An area: as it is, of the areas in a collection, or what a line goes around."""
    if one.geom_type in {"Polygon", "MultiPolygon"}:
        return one
    if one.geom_type == "GeometryCollection":
        inside = [part for part in map(_area, one.geoms) if part is not None]
        return shapely.union_all(inside) if inside else None
    if one.geom_type == "LineString" and len(one.coords) >= 4:
        gap = math.dist(one.coords[0], one.coords[-1])
        return Polygon(one.coords) if gap <= one.length * ENDS_MEET else None
    return None


# ── GeoJSON ──────────────────────────────────────────────────────────────────────────────────────
def _geojson(content: bytes) -> Iterator[BaseGeometry]:
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise BadBoundary("unreadable") from None
    # RFC 7946 knows degrees only; a file of the older kind that names another system would be read wrongly.
    properties = data["crs"].get("properties") if isinstance(data.get("crs"), dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not name.upper().endswith(("CRS84", "EPSG::4326", "EPSG:4326")):
        raise BadBoundary("system", name=name[:60])
    features = data.get("features", []) if data.get("type") == "FeatureCollection" else [data]
    if not isinstance(features, list) or len(features) > MAX_FEATURES:
        raise BadBoundary("unreadable")
    for feature in features:
        geometry = feature.get("geometry") if isinstance(feature, dict) and feature.get("type") == "Feature" else feature
        if geometry is None:
            continue
        try:
            yield shape(geometry)
        except Exception as problem:
            raise BadBoundary("unreadable") from problem


# ── KML and GPX ──────────────────────────────────────────────────────────────────────────────────
def _xml(content: bytes) -> tuple[str, list[BaseGeometry]]:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise BadBoundary("entities") from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise BadBoundary("unreadable") from None
    kind = _local(root)
    if kind == "kml":
        return "kml", list(_kml(root))
    if kind == "gpx":
        return "gpx", list(_gpx(root))
    raise BadBoundary("unknown")


def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""


def _kml(root: Any) -> Iterator[BaseGeometry]:
    rings: set[int] = set()
    for node in root.iter():
        if _local(node) == "Polygon":
            outer, inner = [], []
            for part in node.iter():
                if _local(part) in {"outerBoundaryIs", "innerBoundaryIs"}:
                    found = [(leaf, _coordinates(leaf.text)) for leaf in part.iter() if _local(leaf) == "coordinates"]
                    rings |= {id(leaf) for leaf, _ in found}
                    (outer if _local(part) == "outerBoundaryIs" else inner).extend(ring for _, ring in found)
            for ring in outer:
                yield _polygon(ring, inner)
    for node in root.iter():
        if _local(node) in {"LineString", "LinearRing"}:
            for leaf in node.iter():
                if _local(leaf) == "coordinates" and id(leaf) not in rings and len(ring := _coordinates(leaf.text)) >= 2:
                    yield LineString(ring)


def _polygon(ring: list[tuple[float, float]], holes: list[list[tuple[float, float]]]) -> BaseGeometry:
    try:
        return Polygon(ring, [hole for hole in holes if len(hole) >= 3])
    except ValueError:
        raise BadBoundary("unreadable") from None


def _coordinates(text: str | None) -> list[tuple[float, float]]:
    points = []
    for part in (text or "").split():
        try:
            lon, lat = part.split(",")[:2]
            points.append((float(lon), float(lat)))
        except ValueError:
            raise BadBoundary("unreadable") from None
        if len(points) > MAX_POINTS:
            raise BadBoundary("points", n=MAX_POINTS)
    return points


def _gpx(root: Any) -> Iterator[BaseGeometry]:
    for node in root.iter():
        if _local(node) in {"trkseg", "rte"}:
            points = []
            for leaf in node:
                if _local(leaf) in {"trkpt", "rtept"}:
                    try:
                        points.append((float(leaf.get("lon", "")), float(leaf.get("lat", ""))))
                    except ValueError:
                        raise BadBoundary("unreadable") from None
            if not all(map(math.isfinite, chain.from_iterable(points))):
                raise BadBoundary("degrees")
            if len(points) >= 2:
                yield LineString(points)


# ── zipped: a Shapefile or a KMZ ─────────────────────────────────────────────────────────────────
def _zip(content: bytes) -> tuple[str, list[BaseGeometry]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise BadBoundary("unreadable") from None
    if len(members) > MAX_MEMBERS:
        raise BadBoundary("bomb")
    for member in members:
        if member.flag_bits & 1:
            raise BadBoundary("locked")
        if member.file_size > MAX_UNPACKED or (
            member.file_size > MAX_RATIO * max(member.compress_size, 1) and member.file_size > 1_000_000
        ):
            raise BadBoundary("bomb")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise BadBoundary("bomb")
    by_end: dict[str, list[zipfile.ZipInfo]] = {}
    for member in members:
        by_end.setdefault(member.filename.lower().rpartition(".")[2], []).append(member)
    if kml := by_end.get("kml"):
        return "kmz", _xml(_unpack(archive, kml[0]))[1]
    if len(shp := by_end.get("shp", [])) == 1:
        return "shapefile", _shapefile(archive, shp[0], members)
    raise BadBoundary("archive" if not shp else "several")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member; `zipfile` reads no further than the length it was held to above."""
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, RuntimeError, EOFError, NotImplementedError, OSError, ValueError, zlib.error):
        raise BadBoundary("unreadable") from None


def _shapefile(archive: zipfile.ZipFile, shp: zipfile.ZipInfo, members: list[zipfile.ZipInfo]) -> list[BaseGeometry]:
    """Read through pyogrio from an archive of our own that holds this one layer and nothing else it could be led to."""
    import pyogrio

    stem = shp.filename[:-4].lower()
    clean = io.BytesIO()
    known = {}
    with zipfile.ZipFile(clean, "w") as out:
        for member in members:
            name, _, end = member.filename.lower().rpartition(".")
            if name == stem and end in {"shp", "shx", "dbf", "prj"}:
                known[end] = _unpack(archive, member)
                out.writestr(f"layer.{end}", known[end])
    if not {"shp", "shx", "dbf"} <= known.keys():
        raise BadBoundary("parts")
    if "prj" not in known:
        raise BadBoundary("no_system")
    try:
        frame = pyogrio.read_dataframe(clean.getvalue(), max_features=MAX_FEATURES, columns=[])
        frame = frame.to_crs(4326) if frame.crs is not None else frame
    except Exception as problem:
        raise BadBoundary("unreadable") from problem
    if frame.crs is None:
        raise BadBoundary("no_system")
    return list(frame.geometry)


# ── GeoPackage ───────────────────────────────────────────────────────────────────────────────────
def _gpkg(content: bytes) -> Iterator[BaseGeometry]:
    """Read with SQLite itself, in memory: no extension, no trust in what the file defines, and a bound on what a query may cost."""
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(content)
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA query_only = ON")
        spent = iter(range(SQL_STEPS // 1000))
        database.set_progress_handler(lambda: 0 if next(spent, None) is not None else 1, 1000)
        layers = database.execute(
            "SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id FROM gpkg_geometry_columns g"
            " LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id LIMIT 20"
        ).fetchall()
        # A view may hide a query without end; a layer that is no plain table is not read.
        tables = {
            row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
        }
        for table, column, organisation, code in layers:
            if table not in tables:
                continue
            quoted = [str(name).replace('"', '""') for name in (column, table)]
            rows = database.execute(f'SELECT "{quoted[0]}" FROM "{quoted[1]}" LIMIT {MAX_FEATURES}').fetchall()
            yield from _in_degrees([_blob(row[0]) for row in rows if isinstance(row[0], bytes)], organisation, code)
    except (sqlite3.Error, UnicodeDecodeError):
        raise BadBoundary("unreadable") from None
    finally:
        database.close()


def _blob(blob: bytes) -> BaseGeometry:
    """A geometry of a GeoPackage: a header of known length, then well-known binary."""
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}.get((blob[3] >> 1) & 7) if len(blob) > 8 and blob[:2] == b"GP" else None
    if envelope is None:
        raise BadBoundary("unreadable")
    try:
        return shapely.from_wkb(blob[8 + envelope :])
    except shapely.errors.ShapelyError:
        raise BadBoundary("unreadable") from None


def _in_degrees(shapes: list[BaseGeometry], organisation: Any, code: Any) -> list[BaseGeometry]:
    if str(organisation).upper() == "EPSG" and code == 4326:
        return shapes
    if str(organisation).upper() != "EPSG" or not isinstance(code, int):
        raise BadBoundary("no_system")
    import geopandas

    try:
        return list(geopandas.GeoSeries(shapes, crs=f"EPSG:{code}").to_crs(4326))
    except Exception as problem:
        raise BadBoundary("no_system") from problem
