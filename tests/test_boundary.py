"""A boundary from a reader's file: five formats read alike, every attack met with a sentence."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile

import geopandas
import pytest
import shapely
from shapely.geometry import Polygon, box

from evidence import boundary
from evidence.boundary import BadBoundary

SQUARE = box(53.1, 51.2, 53.4, 51.4)
RING = [(53.1, 51.2), (53.4, 51.2), (53.4, 51.4), (53.1, 51.4), (53.1, 51.2)]


def geojson(geometry=None, **more):
    return json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": geometry or shapely.geometry.mapping(SQUARE)}], **more}).encode()  # fmt: skip


def kml(body=""):
    text = " ".join(f"{lon},{lat},0" for lon, lat in RING)
    inside = body or f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{text}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    return f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>{inside}</Placemark></Document></kml>'.encode()


def gpx():
    points = "".join(f'<trkpt lat="{lat}" lon="{lon}"/>' for lon, lat in RING)
    return f'<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>'.encode()


def shapefile(folder, crs="EPSG:4326", drop=()):
    geopandas.GeoSeries([SQUARE], crs="EPSG:4326").to_crs(crs).to_frame("geometry").to_file(folder / "zone.shp")
    return zipped({path.name: path.read_bytes() for path in folder.glob("zone.*") if path.suffix not in drop})


def gpkg(folder, crs="EPSG:4326"):
    geopandas.GeoSeries([SQUARE], crs="EPSG:4326").to_crs(crs).to_frame("geometry").to_file(folder / "zone.gpkg", driver="GPKG")
    return (folder / "zone.gpkg").read_bytes()


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)
    return buffer.getvalue()


def refused(content):
    with pytest.raises(BadBoundary) as caught:
        boundary.read(content)
    return caught.value.key


# ── formats ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("geojson", lambda folder: geojson()),
        ("kml", lambda folder: kml()),
        ("kmz", lambda folder: zipped({"doc.kml": kml()})),
        ("gpx", lambda folder: gpx()),
        ("shapefile", shapefile),
        ("shapefile", lambda folder: shapefile(folder, crs="EPSG:32639")),
        ("gpkg", gpkg),
        ("gpkg", lambda folder: gpkg(folder, crs="EPSG:3857")),
    ],
)
def test_the_same_square_comes_out_of_every_format(tmp_path, kind, make):
    found = boundary.read(make(tmp_path))
    assert found.kind == kind and found.is_area
    assert found.shape.symmetric_difference(SQUARE).area < 1e-6


def test_a_bare_geometry_and_a_byte_order_mark_are_read():
    assert boundary.read(b"\xef\xbb\xbf" + json.dumps(shapely.geometry.mapping(SQUARE)).encode()).is_area


def test_a_system_that_is_named_in_no_known_way_is_taken_for_degrees():
    assert boundary.read(geojson(crs={"type": "name", "properties": ["CRS84"]})).is_area


def test_a_hole_stays_a_hole():
    holed = Polygon(SQUARE.exterior, [box(53.2, 51.25, 53.3, 51.35).exterior])
    assert boundary.read(geojson(shapely.geometry.mapping(holed))).shape.area == pytest.approx(holed.area)


def test_a_ring_that_crosses_itself_is_mended():
    bow = {"type": "Polygon", "coordinates": [[[53, 51], [53.2, 51.2], [53.2, 51], [53, 51.2], [53, 51]]]}
    found = boundary.read(geojson(bow))
    assert found.shape.is_valid and found.mended and not boundary.read(geojson()).mended


def test_an_open_line_is_measured_from_and_a_walk_that_closes_goes_around():
    line = {"type": "LineString", "coordinates": [[53, 51], [53.2, 51], [53.4, 51.1]]}
    assert not boundary.read(geojson(line)).is_area
    assert boundary.read(gpx()).is_area


def test_corners_drawn_on_the_map_become_a_boundary():
    assert boundary.drawn([[51.2, 53.1], [51.2, 53.4], [51.4, 53.4], [51.4, 53.1]]).shape.symmetric_difference(SQUARE).area < 1e-9
    with pytest.raises(BadBoundary):
        boundary.drawn([[51.2, 53.1], ["x", None]])


# ── attacks and mistakes ─────────────────────────────────────────────────────────────────────────
def test_entities_of_xml_are_not_read():
    laughs = b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><kml><name>&b;</name></kml>'
    outside = b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><name>&x;</name></kml>'
    empty = b'<?xml version="1.0"?><!DOCTYPE gpx SYSTEM "http://127.0.0.1/x.dtd"><gpx/>'
    assert [refused(one) for one in (laughs, outside, empty)] == ["entities"] * 3


def test_a_network_link_in_a_kml_is_not_followed():
    assert refused(kml("<NetworkLink><Link><href>http://127.0.0.1/other.kml</href></Link></NetworkLink>")) == "nothing"


def test_an_archive_that_grows_too_large_is_not_unpacked():
    assert refused(zipped({"zone.shp": b"\0" * 30_000_000})) == "bomb"
    assert refused(zipped({"zone.shp": b"\0" * 4_000_000})) == "bomb"
    assert refused(zipped({f"{at}.txt": b"x" for at in range(100)})) == "bomb"


def test_an_archive_that_lies_about_its_length_is_unreadable():
    content = bytearray(zipped({"doc.kml": kml()}))
    central = content.rindex(b"PK\x01\x02")
    content[central + 24 : central + 28] = (10).to_bytes(4, "little")
    assert refused(bytes(content)) == "unreadable"


def test_only_the_one_layer_of_an_archive_reaches_the_reader(tmp_path):
    files = {
        "zone.vrt": b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    }
    assert refused(zipped(files)) == "archive"
    whole = {**{info: zipfile.ZipFile(io.BytesIO(shapefile(tmp_path))).read(info) for info in ("zone.shp", "zone.shx", "zone.dbf", "zone.prj")}, **files, "../../evil.shx": b"x"}  # fmt: skip
    assert boundary.read(zipped(whole)).is_area


def test_a_shapefile_that_is_not_whole_says_what_it_lacks(tmp_path):
    assert refused(shapefile(tmp_path, drop={".prj"})) == "no_system"
    assert refused(shapefile(tmp_path, drop={".shx"})) == "parts"
    assert refused(zipped({"a.shp": b"x", "b.shp": b"y"})) == "several"
    assert refused(zipped({"a.shp": b"x" * 200, "a.shx": b"y", "a.dbf": b"z", "a.prj": b"w"})) == "unreadable"


def test_a_geopackage_cannot_hide_a_query_without_end(tmp_path):
    path = tmp_path / "evil.gpkg"
    database = sqlite3.connect(path)
    database.executescript(
        "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);"
        "CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER);"
        "INSERT INTO gpkg_geometry_columns VALUES ('trap', 'g', 4326);"
        "CREATE VIEW trap AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS g FROM c;"
    )
    database.close()
    assert refused(path.read_bytes()) == "nothing"


def test_a_view_in_the_place_of_the_list_of_layers_is_stopped(tmp_path):
    path = tmp_path / "evil.gpkg"
    database = sqlite3.connect(path)
    database.executescript(
        "CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER);"
        "CREATE VIEW gpkg_geometry_columns AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
        " SELECT 'a' AS table_name, 'g' AS column_name, x AS srs_id FROM c WHERE x < 0;"
    )
    database.close()
    assert refused(path.read_bytes()) == "unreadable"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "empty"),
        (b"x" * (boundary.MAX_BYTES + 1), "large"),
        (b"just words", "unknown"),
        (b"<html></html>", "unknown"),
        (b"<kml", "unreadable"),
        (b"{", "unreadable"),
        (b'{"type": "FeatureCollection", "features": [' + b"[" * 100_000, "unreadable"),
        (b"SQLite format 3\x00" + b"\xff" * 4000, "unreadable"),
        (b"PK\x03\x04" + b"\xff" * 400, "unreadable"),
        (geojson({"type": "Point", "coordinates": [53, 51]}), "nothing"),
        (geojson({"type": "Polygon", "coordinates": [[[500000, 5000000], [500100, 5000000], [500100, 5000100], [500000, 5000000]]]}), "degrees"),
        (geojson({"type": "Polygon", "coordinates": [[[0, 0], [40, 0], [40, 40], [0, 0]]]}), "wide"),
        (geojson({"type": "Polygon", "coordinates": "no"}), "unreadable"),
        (geojson({"type": "Polygon", "coordinates": [[[float("nan"), 0], [1, 0], [1, 1], [float("nan"), 0]]]}), "unreadable"),
        (geojson(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32639"}}), "system"),
        (b'<gpx><trk><trkseg><trkpt lat="nan" lon="53"/><trkpt lat="51" lon="53"/></trkseg></trk></gpx>', "degrees"),
        (geojson({"type": "LineString", "coordinates": [[53 + at / 1e6, 51] for at in range(boundary.MAX_POINTS + 1)]}), "points"),
        (kml("<LineString><coordinates>1,2 x,y</coordinates></LineString>"), "unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_taken_is_met_with_a_sentence(english, content, key):
    with pytest.raises(BadBoundary) as caught:
        boundary.read(content)
    assert caught.value.key == key
    assert english(f"boundary.bad_{key}", **caught.value.values)


def test_every_refusal_has_its_sentence_in_three_languages(bundle):
    import re

    from conftest import ROOT

    keys = set(re.findall(r'BadBoundary\("(\w+)"', (ROOT / "evidence" / "boundary.py").read_text(encoding="utf-8"))) | {
        "archive",
        "several",
    }
    texts = bundle["words"].set_index("key")
    assert all(texts.loc[f"boundary.bad_{key}", ["en", "ru", "kk"]].all() for key in keys)
