"""Where things are, how far apart, and which rule was in force on a day."""

import json

import numpy as np
import pytest
import shapely

from evidence.geo import (
    STAGES,
    area_km2,
    circle,
    context_layers,
    distance_m,
    flare_years,
    spots,
    stages,
)
from evidence.words import Words


def flare(bundle, key: str, lat: str, lon: str) -> dict[str, str]:
    """A flare, in codes that the shipped vocabulary has."""
    terms = bundle["vocabulary"].groupby("list")["code"].first()
    return {
        "flare_id": key, "country": "KZ", "lat": lat, "lon": lon, "location_precision": terms["location_precision"], "location_radius_m": "750",
        "kind": terms["flare_kind"], "first_year": "2012", "last_year": "2014", "assignment_basis": terms["assignment_basis"],
        "assignment_confidence": "B", "background": "false", "source_ids": "S-1",
    }  # fmt: skip


def test_a_degree_of_latitude_at_the_equator_is_110_574_metres():
    assert distance_m(0, 0, np.array([1.0, 0.0]), np.array([0.0, 0.0])) == pytest.approx([110_574, 0], abs=1)


def test_an_area_is_geodesic_and_a_hole_is_taken_out_of_it_however_it_is_drawn():
    square, hole = shapely.box(53, 51, 53.1, 51.1), shapely.box(53.02, 51.02, 53.04, 51.04)
    assert area_km2(square) == pytest.approx(78.0, abs=0.1)  # 7.01 km by 11.13 km
    for ring in (hole.exterior.coords, hole.reverse().exterior.coords):
        assert area_km2(shapely.Polygon(square.exterior.coords, [ring])) == pytest.approx(area_km2(square) - area_km2(hole))


def test_a_circle_lies_as_far_off_as_asked():
    ring = np.array(circle(51.27, 53.05, 5_000).exterior.coords)
    assert distance_m(51.27, 53.05, ring[:, 1], ring[:, 0]) == pytest.approx(5_000, abs=0.01)
    assert circle(51.27, 53.05, 0).is_empty


def test_a_bundle_without_flares_has_no_years_of_them(tiny):
    assert flare_years(tiny()) is None


def test_a_place_stands_at_its_furthest_stage(tiny):
    stage = {"place_ids": "L-1", "text_en": "x", "text_ru": "x", "confidence": "B", "source_ids": "S-1"}
    small = tiny(
        resettlement=[{**stage, "resettlement_id": "R-1", "stage": "moving"}, {**stage, "resettlement_id": "R-2", "stage": "announced"}]
    )
    assert stages(small)["L-1"] == "moving"
    assert "L-2" not in stages(small)


def test_every_stage_of_the_vocabulary_has_its_place_in_the_order(bundle):
    terms = bundle["vocabulary"]
    assert set(terms.loc[terms["list"] == "resettlement_stage", "code"]) == set(STAGES)


# ── what the map shows around ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_layers_are_json_without_holes(bundle, language):
    layers = context_layers(bundle, Words(bundle, language))
    assert json.loads(json.dumps(layers, allow_nan=False)).keys() == layers.keys()
    for name in ("places", "assets", "stations", "flares"):
        assert layers[name] and all(thing["title"] and thing["id"] and None not in thing["at"] for thing in layers[name])


def test_every_place_is_drawn_with_the_radius_it_is_good_to(bundle, english):
    layers = context_layers(bundle, english)
    assert all(place["radius"] > 0 for place in layers["places"])
    assert [spot[0] for spot in layers["spots"]] == list(spots(bundle))
    assert all(radius > 0 for _, _, _, radius, _ in layers["spots"])


def test_what_has_no_public_position_is_not_drawn(tiny):
    small = tiny(places=[{"lat": "", "lon": "", "location_radius_m": "", "location_precision": "unlocated"}])
    assert list(spots(small)) == []
    assert context_layers(small, Words(small, "en"))["spots"] == []


def test_a_flare_not_listed_in_a_year_is_drawn_with_nothing_that_year(bundle, tiny):
    volumes = [{"flare_id": "F-1", "year": year, "volume_mm3": "2.5"} for year in ("2012", "2014")]
    small = tiny(flare_sites=[flare(bundle, "F-1", "51.28", "53.05")], flare_volumes=volumes)
    (drawn,) = context_layers(small, Words(small, "en"))["flares"]
    assert (drawn["first"], drawn["volumes"]) == (2012, [2.5, 0, 2.5])
