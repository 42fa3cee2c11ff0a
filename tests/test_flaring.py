"""Flares: areas with their assignment, years without a flare, what lasts, what is only for comparison."""

from __future__ import annotations

import pytest

from evidence import flaring

SITE = {
    "country": "KZ", "lat": "51.3", "lon": "53.2", "location_precision": "locality", "location_radius_m": "200", "kind": "upstream", "first_year": "2012", "last_year": "2020",
    "assignment_basis": "distance_to_field", "assignment_confidence": "A", "background": "false", "source_ids": "S-1",
}  # fmt: skip


@pytest.fixture
def three(tiny):
    sites = [
        SITE | {"flare_id": "FL1", "area_en": "North field", "area_ru": "Северное"},
        SITE | {"flare_id": "FL2", "area_en": "North field", "area_ru": "Северное", "assignment_confidence": "C"},
        SITE
        | {
            "flare_id": "FL3",
            "area_en": "Over the border",
            "area_ru": "За границей",
            "country": "RU",
            "lat": "52.1",
            "lon": "55.1",
            "background": "true",
        },
    ]
    volumes = [("FL1", year, 2) for year in range(2012, 2018)] + [("FL2", 2012, 5), ("FL3", 2012, 90), ("FL3", 2019, 90)]
    return tiny(flare_sites=sites, flare_volumes=[{"flare_id": f, "year": str(y), "volume_mm3": str(v)} for f, y, v in volumes])


def test_an_area_is_as_sure_as_its_weakest_flare(three):
    assert flaring.areas(three)["north-field"].grade == "C"


def test_a_year_of_the_file_without_a_listed_flare_is_zero_listed_and_not_missing(three):
    table = flaring.by_area(three).set_index(["area", "year"])
    assert table.loc[("north-field", 2018)].tolist() == [0, 0] and table.loc[("north-field", 2012)].tolist() == [7, 2]
    assert flaring.years(three) == tuple(range(2012, 2020))


def test_what_lies_across_the_border_is_not_ranked_however_large(three):
    assert flaring.ranking(three, 2012)["area"].tolist() == ["north-field", "over-the-border"]


def test_a_flare_lasts_from_six_listed_years_on(three):
    rows = flaring.stacks(three, "north-field", 2012).set_index("flare_id")
    assert rows["lasting"].to_dict() == {"FL1": True, "FL2": False} and rows["years"].to_dict() == {"FL1": 6, "FL2": 1}


def test_the_areas_of_the_shipped_bundle_add_up_to_its_stacks(bundle):
    assert flaring.by_area(bundle)["volume"].sum() == pytest.approx(bundle["flare_volumes"]["volume_mm3"].sum())


def test_sums_of_the_shipped_stacks_agree_with_the_published_area_figures(bundle):
    table = flaring.by_area(bundle).set_index(["area", "year"])["volume"]
    figures = bundle["measurements"]
    figures = figures[(figures["indicator"] == "gas_flared") & (figures["subject_type"] == "field") & (figures["subject_ids"] != "")]
    assert len(figures) > 80
    for row in figures.itertuples():
        assert table[(row.subject_ids, int(row.period))] == pytest.approx(row.value, abs=1.0)


def test_company_statements_stand_beside_and_satellite_figures_are_not_among_them(bundle):
    rows = flaring.statements(bundle, ("F02",))
    assert {"claim", "limit_value"} <= {row["kind"] for row in rows} and "estimate" not in {row["kind"] for row in rows}
    assert any("2009" in claim["text_en"] for claim in flaring.accounts(bundle, frozenset(row["measurement_id"] for row in rows)))


def test_the_map_draws_lasting_flares_by_the_same_rule():
    from conftest import ROOT

    script = (ROOT / "evidence" / "static" / "map.js").read_text(encoding="utf-8")
    assert f"const LASTING_YEARS = {flaring.LASTING_YEARS};" in script
