"""Where things are, how far apart, and which rule was in force on a day."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from evidence import zones
from evidence.geo import (
    LASTING_YEARS,
    STAGES,
    area_km2,
    circle,
    context_layers,
    distance_m,
    flare_years,
    in_force,
    nearest_flare,
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


def zone(status: str = "in_force", since: str | None = None, until: str | None = None) -> dict:
    """A zone's rule, from its first day to the day after its last."""
    return {
        "status": status,
        "valid_from_start": pd.Timestamp(since) if since else pd.NaT,
        "valid_to_end": pd.Timestamp(until) if until else pd.NaT,
    }


def test_a_degree_of_latitude_at_the_equator_is_110_574_metres():
    assert distance_m(0, 0, np.array([1.0, 0.0]), np.array([0.0, 0.0])) == pytest.approx([110_574, 0], abs=1)


def test_berezovka_lies_eight_kilometres_from_the_nearest_lasting_flare(bundle):
    berezovka = bundle.row("places", "S01")
    flare_id, metres = nearest_flare(bundle, berezovka["lat"], berezovka["lon"], LASTING_YEARS)
    assert metres == pytest.approx(8_300, abs=100)
    assert bundle.has("flare_sites", flare_id)


def test_a_flare_must_have_lasted_as_long_as_asked(bundle, tiny):
    near, far = flare(bundle, "F-1", "51.28", "53.05"), flare(bundle, "F-2", "51.40", "53.05")
    volumes = [{"flare_id": key, "year": year, "volume_mm3": "1"} for key, year in (("F-1", "2012"), ("F-2", "2012"), ("F-2", "2013"))]
    small = tiny(flare_sites=[near, far], flare_volumes=volumes)
    assert nearest_flare(small, 51.27, 53.05)[0] == "F-1"
    assert nearest_flare(small, 51.27, 53.05, lasting_years=2)[0] == "F-2"
    assert nearest_flare(small, 51.27, 53.05, lasting_years=3) is None
    assert flare_years(small) == (2012, 2013)


def test_a_year_in_which_a_flare_burned_nothing_is_no_year_of_it(bundle, tiny):
    volumes = [{"flare_id": "F-1", "year": year, "volume_mm3": volume} for year, volume in (("2012", "1"), ("2013", "0"))]
    small = tiny(flare_sites=[flare(bundle, "F-1", "51.28", "53.05")], flare_volumes=volumes)
    assert nearest_flare(small, 51.27, 53.05, lasting_years=1)[0] == "F-1"
    assert nearest_flare(small, 51.27, 53.05, lasting_years=2) is None


def test_an_area_is_geodesic_and_a_hole_is_taken_out_of_it_however_it_is_drawn():
    square, hole = shapely.box(53, 51, 53.1, 51.1), shapely.box(53.02, 51.02, 53.04, 51.04)
    assert area_km2(square) == pytest.approx(78.0, abs=0.1)  # 7.01 km by 11.13 km
    for ring in (hole.exterior.coords, hole.reverse().exterior.coords):
        assert area_km2(shapely.Polygon(square.exterior.coords, [ring])) == pytest.approx(area_km2(square) - area_km2(hole))


def test_a_circle_lies_as_far_off_as_asked():
    ring = np.array(circle(51.27, 53.05, 5_000).exterior.coords)
    assert distance_m(51.27, 53.05, ring[:, 1], ring[:, 0]) == pytest.approx(5_000, abs=0.01)
    assert circle(51.27, 53.05, 0).is_empty


def test_a_flare_shown_for_comparison_only_is_not_the_nearest(bundle, tiny):
    near, far = flare(bundle, "F-1", "51.28", "53.05") | {"background": "true"}, flare(bundle, "F-2", "51.40", "53.05")
    volumes = [{"flare_id": key, "year": "2012", "volume_mm3": "1"} for key in ("F-1", "F-2")]
    assert nearest_flare(tiny(flare_sites=[near, far], flare_volumes=volumes), 51.27, 53.05)[0] == "F-2"


def test_the_card_and_the_resettlement_page_name_the_same_nearest_flare(bundle):
    for place in bundle["places"].dropna(subset=["lat"]).to_dict("records"):
        for lasting, years in ((True, LASTING_YEARS), (False, 1)):
            one, other = zones.to_flare(bundle, place, lasting=lasting), nearest_flare(bundle, place["lat"], place["lon"], years)
            assert (one[0], one[1].metres) == other, place["place_id"]


def test_a_bundle_without_flares_has_none_near(tiny):
    assert nearest_flare(tiny(), 51, 53) is None
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


# ── zones ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (zone(since="2019-01-01"), True),
        (zone(since="2019-05-07", until="2019-05-08"), True),
        (zone(since="2019-05-08"), False),
        (zone(since="2010-01-01", until="2019-05-07"), False),
        (zone(until="2019-05-08"), True),
        (zone(), False),
        (zone("proposed", since="2010-01-01"), False),
        (zone("annulled", since="2010-01-01"), False),
    ],
)
def test_a_zone_is_in_force_from_its_beginning_to_its_end(rule, expected):
    assert in_force(rule, date(2019, 5, 7)) is expected


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
