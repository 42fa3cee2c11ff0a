"""Which rule stood when, what it says of a settlement, and what lies within a distance: never surer than the dates and points are."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from evidence import geo, zones
from evidence.zones import Far

FIELD = {
    "asset_id": "F-1", "name_en": "Field", "name_ru": "Поле", "name_kk": "Кен", "kind": "oil_field", "status": "operating", "country": "KZ", "lat": "51.35",
    "lon": "53.2", "location_precision": "locality", "location_radius_m": "15000", "confidence": "B", "source_ids": "S-1",
}  # fmt: skip
RULE = {
    "zone_id": "Z-1", "asset_id": "F-1", "radius_min_m": "5000", "radius_max_m": "5000", "measured_from": "not_stated", "act_en": "Act.", "act_ru": "Акт.",
    "status": "in_force", "disputed": "false", "confidence": "B", "source_ids": "S-1",
}  # fmt: skip
FLARE = {
    "flare_id": "FL-1", "asset_id": "F-1", "area_en": "A", "area_ru": "А", "country": "KZ", "lat": "51.27", "lon": "53.07", "location_precision": "locality",
    "location_radius_m": "200", "kind": "upstream", "assignment_basis": "distance_to_field", "assignment_confidence": "A", "background": "false", "first_year": "2012", "last_year": "2023", "source_ids": "S-1",
}  # fmt: skip


# ── distances ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        # One degree of a meridian at the equator and at 51° N, and of the equator, on WGS 84; Flinders Peak to Buninyong as on the GRS 80 sheet of Geoscience Australia.
        ((0, 0), (1, 0), 110_574.4),
        ((51, 53), (52, 53), 111_257.6),
        ((0, 0), (0, 1), 111_319.5),
        ((-37.951033417, 144.424867889), (-37.652821139, 143.926495528), 54_972.271),
    ],
)
def test_distances_agree_with_known_pairs_to_a_thousandth(one, other, metres):
    found = float(geo.distance_m(*one, np.array([other[0]]), np.array([other[1]]))[0])
    assert found == pytest.approx(metres, rel=1e-3)


def test_berezovka_lies_as_far_from_the_nearest_lasting_flare_as_the_facts_say(bundle):
    flare, far = zones.to_flare(bundle, bundle.row("places", "S01"), "F01", lasting=True)
    assert (flare, round(far.metres / 1000, 1), far.error) == ("FL054", 8.3, 800)


def test_a_boundary_is_as_far_as_its_nearest_edge_and_nothing_from_inside():
    square = box(53.1, 51.2, 53.4, 51.4)
    inside, north, east = geo.to_boundary_m(square, np.array([51.3, 51.5, 51.3]), np.array([53.2, 53.2, 53.5]))
    assert inside == pytest.approx(0, abs=1e-3)
    assert north == pytest.approx(float(geo.distance_m(51.5, 53.2, np.array([51.4]), np.array([53.2]))[0]), rel=1e-3)
    assert east == pytest.approx(float(geo.distance_m(51.3, 53.5, np.array([51.3]), np.array([53.4]))[0]), rel=1e-3)


def listed(*flares: tuple[str, str, int], zero: str = "") -> dict:
    """Flares (id, latitude, years listed from 2012 on) and a village at 51.27 N, 53.05 E; in its last year `zero` burned nothing."""
    village = {
        "place_id": "L-1", "name_en": "V", "name_ru": "В", "name_kk": "Ауыл", "kind": "village", "country": "KZ", "lat": "51.27", "lon": "53.05",
        "location_precision": "settlement", "location_radius_m": "800", "source_ids": "S-1",
    }  # fmt: skip
    volumes = [
        {"flare_id": key, "year": str(2012 + at), "volume_mm3": "0" if key == zero and at == years - 1 else "1"}
        for key, _, years in flares
        for at in range(years)
    ]
    sites = [{**FLARE, "flare_id": key, "asset_id": "", "lat": lat, "lon": "53.05"} for key, lat, _ in flares]
    return {"places": [village], "flare_sites": sites, "flare_volumes": volumes}


def test_a_flare_must_have_lasted_to_be_the_nearest_lasting_one(tiny):
    small = tiny(**listed(("F-8", "51.28", 5), ("F-9", "51.40", 6)))
    place = small.row("places", "L-1")
    assert [zones.to_flare(small, place, lasting=lasting)[0] for lasting in (False, True)] == ["F-8", "F-9"]


def test_a_year_in_which_a_flare_burned_nothing_is_no_year_of_it(tiny):
    small = tiny(**listed(("F-8", "51.28", 6), zero="F-8"))
    place = small.row("places", "L-1")
    assert zones.to_flare(small, place)[0] == "F-8"
    assert zones.to_flare(small, place, lasting=True) is None


def test_a_flare_shown_for_comparison_only_is_not_the_nearest(tiny):
    tables = listed(("F-8", "51.28", 1), ("F-9", "51.40", 1))
    tables["flare_sites"][0]["background"] = "true"
    small = tiny(**tables)
    assert zones.to_flare(small, small.row("places", "L-1"))[0] == "F-9"


def test_a_place_without_flares_is_near_none(tiny):
    small = tiny(**listed())
    assert zones.to_flare(small, small.row("places", "L-1")) is None


def test_a_ring_holds_what_is_nearer_and_leaves_out_what_is_farther():
    ring = geo.reach([(51.3, 53.2)], None, 5000)
    from shapely.geometry import Point

    assert ring.contains(Point(53.2, 51.344)) and not ring.contains(Point(53.2, 51.346))
    around = geo.reach([], box(53.1, 51.2, 53.4, 51.4), 5000)
    assert around.contains(Point(53.2, 51.444)) and not around.contains(Point(53.2, 51.446))


def test_a_line_can_be_measured_from_though_nothing_is_inside_it():
    assert geo.to_boundary_m(LineString([(53.1, 51.2), (53.4, 51.2)]), np.array([51.3]), np.array([53.2]))[0] > 11_000


# ── which rule stood ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("dates", "day", "standing"),
    [
        ({"valid_from": "2006", "valid_to": "2018-01-01"}, date(2010, 1, 1), "in_force"),
        ({"valid_from": "2006", "valid_to": "2018-01-01"}, date(2006, 6, 1), "unsure"),
        ({"valid_from": "2006", "valid_to": "2018-01-01"}, date(2005, 12, 31), "not_yet"),
        ({"valid_from": "2006", "valid_to": "2018-01-01"}, date(2019, 1, 1), "ended"),
        ({"valid_from": "2018-01-01", "valid_from_accounts": "2018-01-01/2019-01-01"}, date(2018, 6, 1), "unsure"),
        ({"valid_from": "2018-01-01", "valid_from_accounts": "2018-01-01/2019-01-01"}, date(2019, 1, 1), "in_force"),
        ({"valid_from": "2004", "status": "annulled"}, date(2005, 6, 1), "struck"),
        ({"valid_from": "2004", "status": "proposed"}, date(2005, 6, 1), "proposed"),
        ({}, date(2005, 6, 1), "unsure"),
        ({"valid_from": "2019-01-01"}, date(2019, 5, 7), "in_force"),
        ({"valid_from": "2019-05-07", "valid_to": "2019-05-07"}, date(2019, 5, 7), "in_force"),
        ({"valid_from": "2019-05-08"}, date(2019, 5, 7), "not_yet"),
        ({"valid_from": "2010-01-01", "valid_to": "2019-05-06"}, date(2019, 5, 7), "ended"),
        ({"valid_to": "2019-05-07"}, date(2019, 5, 7), "in_force"),
    ],
)
def test_a_rule_stands_only_where_its_dates_leave_no_doubt(tiny, dates, day, standing):
    bundle = tiny(assets=[FIELD], zones=[{**RULE, **dates}])
    assert zones.standing(zones.rules(bundle, "F-1")[0], day) == standing


def test_the_zone_of_karachaganak_was_five_then_three_then_five(bundle):
    standing = {
        day: [
            rule["zone_id"]
            for rule in zones.rules(bundle, "F01")
            if zones.standing(rule, date.fromisoformat(day)) in {"in_force", "struck"}
        ]
        for day in ("2002-01-01", "2005-06-01", "2014-11-28", "2020-01-01")
    }
    assert standing == {"2002-01-01": ["Z01"], "2005-06-01": ["Z03"], "2014-11-28": ["Z04"], "2020-01-01": ["Z06"]}
    assert {zones.standing(rule, date(2018, 6, 1)) for rule in zones.rules(bundle, "F01")[-3:]} == {"unsure"}


# ── verdicts ─────────────────────────────────────────────────────────────────────────────────────
def verdict(bundle, place="L-1"):
    found = zones.verdict(bundle, bundle.row("places", place), zones.rules(bundle, "F-1")[0])
    return found.code, found.why


def test_a_text_that_puts_a_village_inside_is_that_texts_account(tiny):
    told = [{"relation_id": "ZR-1", "zone_id": "Z-1", "place_id": "L-1", "relation": "inside", "asserted_by_en": "Company", "asserted_by_ru": "Компания", "confidence": "B", "source_ids": "S-1"}]  # fmt: skip
    bundle = tiny(assets=[FIELD], zones=[RULE], zone_relations=told)
    assert verdict(bundle) == ("inside_by_account", "account")
    assert verdict(tiny(assets=[FIELD], zones=[RULE])) == ("cannot_say", "no_outline")


def test_texts_that_contradict_each_other_decide_nothing(tiny):
    both = [
        {"relation_id": f"ZR-{relation}", "zone_id": "Z-1", "place_id": "L-1", "relation": relation, "asserted_by_en": "A", "asserted_by_ru": "А", "confidence": "B", "source_ids": "S-1"}
        for relation in ("inside", "outside")
    ]  # fmt: skip
    assert verdict(tiny(assets=[FIELD], zones=[RULE], zone_relations=both)) == ("cannot_say", "accounts_differ")


def test_geometry_says_outside_only_beyond_the_edge_of_the_field(tiny):
    far, near = ({"lat": lat, "lon": "53.2"} for lat in ("51.0", "51.2"))
    assert verdict(tiny(assets=[FIELD], zones=[RULE], places=[far])) == ("outside", "beyond")
    assert verdict(tiny(assets=[FIELD], zones=[RULE], places=[near])) == ("cannot_say", "no_outline")


def test_geometry_says_inside_only_where_the_rule_encloses_its_sources(tiny):
    volume = {"flare_id": "FL-1", "year": "2020", "volume_mm3": "1"}
    said = {
        measured: verdict(tiny(assets=[FIELD], zones=[{**RULE, "measured_from": measured}], flare_sites=[FLARE], flare_volumes=[volume]))
        for measured in ("outermost_sources", "plant", "not_stated")
    }
    assert said == {
        "outermost_sources": ("inside", "near_source"),
        "plant": ("cannot_say", "no_line"),
        "not_stated": ("cannot_say", "no_outline"),
    }


def test_a_village_without_a_point_or_a_rule_without_a_width_cannot_be_judged(tiny):
    nowhere = {"lat": "", "lon": "", "location_precision": "unlocated", "location_radius_m": ""}
    assert verdict(tiny(assets=[FIELD], zones=[RULE], places=[nowhere])) == ("cannot_say", "no_point")
    assert verdict(tiny(assets=[FIELD], zones=[{**RULE, "radius_min_m": "", "radius_max_m": ""}])) == ("cannot_say", "no_width")


def test_the_company_puts_berezovka_and_bestau_inside_its_zone_of_2018(bundle):
    rule = zones.rules(bundle, "F01")[-1]
    for place in ("S01", "S02"):
        found = zones.verdict(bundle, bundle.row("places", place), rule)
        assert (found.code, found.account["asserted_by_en"]) == ("inside_by_account", "Company (KPO)")


# ── what-if ──────────────────────────────────────────────────────────────────────────────────────
@given(st.floats(0, 20_000), st.floats(0, 5_000), st.floats(0, 15_000))
def test_a_judgement_is_sure_only_where_the_whole_disc_is_on_one_side(metres, error, radius):
    judged = Far(metres, error).judge(radius)
    assert (judged == "inside") == (metres + error <= radius)
    assert (judged == "outside") == (metres - error > radius)


def test_a_wider_ring_holds_all_that_a_narrower_held(bundle):
    start = zones.origin(bundle, "lasting", "F01")
    held = [set(zones.within(bundle, start, radius)["place_id"]) for radius in (1_000, 5_000, 9_440, 15_000)]
    assert all(narrow <= wide for narrow, wide in pairwise(held))
    assert "S01" in held[2] and "S01" not in held[1]


def test_between_is_what_the_smaller_leaves_out_and_the_larger_holds(bundle):
    start = zones.origin(bundle, "lasting")
    rows = zones.between(zones.within(bundle, start, 3_000, 5_000), 3_000, 5_000)
    assert list(rows["place_id"]) == ["S40"]  # Shubarshi: 4.5 ± 1.5 km
    assert not rows["sure"].any()
    assert zones.between(zones.within(bundle, start, 5_000, 3_000), 5_000, 3_000).empty


def test_what_is_measured_from_is_what_was_chosen(bundle):
    assert zones.origin(bundle, "chosen", "F01", ("FL054", "no such flare")).names == ("FL054",)
    assert zones.origin(bundle, "point", "F01").names == ("F01",)
    lasting, listed = (zones.origin(bundle, what, "F01") for what in ("lasting", "listed"))
    assert set(lasting.names) < set(listed.names)
    assert zones.origin(bundle, "drawn").is_empty() and zones.within(bundle, zones.origin(bundle, "drawn"), 5_000).empty


def test_what_is_measured_from_a_readers_boundary_stays_with_it_and_not_in_what_visits_share(bundle):
    before = dict(zones._DISTANCES)
    mine = zones.Origin(boundary=box(53.1, 51.2, 53.4, 51.4))
    assert "S03" in set(zones.within(bundle, mine, 1_000)["place_id"])
    assert mine.kept and before.keys() == zones._DISTANCES.keys()


def test_flares_across_the_border_are_not_measured_from(bundle):
    background = set(bundle["flare_sites"].loc[bundle["flare_sites"]["background"].astype(bool), "flare_id"])
    assert background and not background & set(zones.origin(bundle, "listed").names)


def test_the_ticks_are_the_distances_that_rules_name(bundle):
    assert zones.radii_m(bundle, "F01") == [3000, 3840, 5000, 9440]


def test_a_boundary_far_from_everything_is_told_apart_from_one_with_its_axes_exchanged(bundle):
    near, turned = zones.astray(bundle, box(53.1, 51.2, 53.4, 51.4))
    assert near == 0 and turned > 100_000
    far, right = zones.astray(bundle, box(51.2, 53.1, 51.4, 53.4))
    assert far > 100_000 and right == 0


def test_what_the_precision_leaves_open_is_named_beside_what_the_points_say(bundle):
    lasting = zones.origin(bundle, "lasting")
    found = zones.within(bundle, lasting, 3000, 5000)
    by_point, perhaps = zones.between(found, 3000, 5000), zones.perhaps_between(found, 3000, 5000)
    assert list(by_point["name_en"]) == ["Shubarshi"]
    assert {"Rozhkovo", "Prorva", "Tungush"} <= set(perhaps["name_en"]) and not set(by_point["place_id"]) & set(perhaps["place_id"])
