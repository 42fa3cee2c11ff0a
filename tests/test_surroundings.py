"""What a map shows around the incidents: JSON without holes, nothing without a public position."""

import json

import pytest

from evidence.geo import spots
from evidence.surroundings import context_layers, flare_years
from evidence.words import Words


def flare(bundle, key: str, lat: str, lon: str) -> dict[str, str]:
    """A flare, in codes that the shipped vocabulary has."""
    terms = bundle["vocabulary"].groupby("list")["code"].first()
    return {
        "flare_id": key, "country": "KZ", "lat": lat, "lon": lon, "location_precision": terms["location_precision"], "location_radius_m": "750",
        "kind": terms["flare_kind"], "first_year": "2012", "last_year": "2014", "assignment_basis": terms["assignment_basis"],
        "assignment_confidence": "B", "background": "false", "source_ids": "S-1",
    }  # fmt: skip


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


def test_a_bundle_without_flares_has_no_years_of_them(tiny):
    assert flare_years(tiny()) is None
