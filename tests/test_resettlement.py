"""Resettlement from rows: stages, counts that differ, where to, how many lived near; nothing chosen silently."""

from __future__ import annotations

from datetime import date

import pytest

from evidence import resettlement

ROW = {"resettlement_id": "RS-1", "place_ids": "L-1", "period": "2015", "stage": "announced", "asserted_by_en": "A", "asserted_by_ru": "А", "text_en": "Told.", "text_ru": "Сказано.", "confidence": "B", "source_ids": "S-1"}  # fmt: skip


def rows(*changes):
    return [{**ROW, "resettlement_id": f"RS-{at}", **change} for at, change in enumerate(changes)]


def test_stages_stand_in_order_and_a_year_after_its_months(tiny):
    bundle = tiny(resettlement=rows({"period": "2017", "stage": "completed"}, {"period": "2017-08", "stage": "moving"}, {"period": ""}))
    (cohort,) = resettlement.cohorts(bundle)
    assert [stage.row["period"] for stage in cohort.stages] == ["2017-08", "2017", ""]


def test_a_last_stage_that_promises_more_is_open_and_one_after_an_end_is_not(tiny):
    (waiting,) = resettlement.cohorts(tiny(resettlement=rows({"stage": "awaiting"})))
    assert [stage.open for stage in waiting.stages] == [True]
    (ended,) = resettlement.cohorts(tiny(resettlement=rows({"stage": "awaiting"}, {"period": "2017", "stage": "completed"})))
    assert not any(stage.open for stage in ended.stages)


def test_counts_of_the_same_people_that_differ_are_contested_and_make_a_range(tiny):
    bundle = tiny(resettlement=rows({"persons": "2138"}, {"persons": "1808", "period": "2016"}, {"households": "469"}))
    people, families = resettlement.figures_of(bundle, bundle["resettlement"])[::-1]
    assert people.differ and (people.low, people.high) == (1808, 2138)
    assert not families.differ
    (cohort,) = resettlement.cohorts(bundle)
    assert [stage.contested for stage in cohort.stages] == [True, False, True]


def test_parts_that_moved_by_different_roads_do_not_contradict_each_other(tiny):
    bundle = tiny(resettlement=rows({"stage": "moved", "households": "151"}, {"stage": "moved", "households": "28"}))
    (moved,) = resettlement.figures_of(bundle, bundle["resettlement"])
    assert not moved.differ


def test_berezovkas_counts_stand_side_by_side(bundle):
    people = next(
        one for one in resettlement.figures_of(bundle, bundle["resettlement"]) if one.key == "to_be_moved" and one.unit == "persons"
    )
    assert [(figure.value, figure.as_of) for figure in people.figures] == [(2138, "2015-08"), (1808, "2016-01-05"), (1675, "2017-02-07")]
    assert (people.low, people.high) == (1675, 2138)
    assert all(figure.row["source_ids"] for figure in people.figures)
    families = [
        one for one in resettlement.figures_of(bundle, bundle["resettlement"]) if one.unit == "families" and one.key == "to_be_moved"
    ]
    assert {figure.value for one in families for figure in one.figures} == {469, 423}


def test_a_count_of_one_village_is_no_rival_of_the_count_of_two_on_the_page_of_the_other(bundle):
    rows = bundle["resettlement"]
    rows = rows[rows["place_ids"].str.split(";").map(lambda keys: "S02" in keys)]
    families = [one for one in resettlement.figures_of(bundle, rows) if one.key == "to_be_moved" and one.unit == "families"]
    assert [[figure.value for figure in one.figures] for one in families] == [[469]]


def test_what_sources_say_differently_of_a_village_is_on_its_page_but_not_what_stands_elsewhere(bundle):
    topics = {row["topic"] for rows in resettlement.differing(bundle, "S01") for row in rows}
    assert topics == {"distance-berezovka-field"}
    assert {row["topic"] for rows in resettlement.differing(bundle, "S03") for row in rows} == {"distance-berezovka-tungush"}


@pytest.mark.parametrize(
    ("place", "stages"),
    [("S01", {"survey", "petitioned", "refused", "announced", "moved", "awaiting", "moving", "housing_built", "compensation_rule", "completed"}),
     ("S02", {"refused", "announced", "moved", "completed", "dissolved"}), ("S03", {"moved"}), ("S16", {"dissolved"})],
)  # fmt: skip
def test_the_four_villages_have_the_stages_of_the_facts(bundle, place, stages):
    found = {stage.row["stage"] for cohort in resettlement.of_places(bundle, [place]) for stage in cohort.stages}
    assert stages <= found


def test_destinations_carry_households_only_where_a_row_counts_them(bundle):
    found = {(flow.place_ids, flow.to): flow.households for flow in resettlement.flows(bundle)}
    assert found[("S03",), "S15"] == (151, 151) and found[("S03",), ""] == (28, 28)
    assert found[("S01", "S02"), "S12"] == (82, 82) and found[("S01", "S02"), "S13"] is None
    assert found[("S16",), "S17"] is None and found[("S16",), "S19"] is None


def test_a_settlement_without_a_stage_is_named_not_left_out(bundle):
    silent = resettlement.without_stage(bundle)
    assert {"S04", "S05"} <= set(silent) and not {"S01", "S12"} & set(silent)


# ── people ───────────────────────────────────────────────────────────────────────────────────────
def claims(*pairs):
    return [{"population_id": f"PO-{at}", "place_id": "L-1", "period": period, "persons": str(n), "confidence": "B", "source_ids": "S-1"} for at, (period, n) in enumerate(pairs)]  # fmt: skip


def test_people_on_a_day_are_the_range_of_the_claims_around_it(tiny):
    bundle = tiny(populations=claims(("2000", 900), ("2008", 1300), ("2014", 1500), ("", 1357)))
    people = resettlement.people_on(bundle, "L-1", date(2010, 7, 1))
    assert (people.low, people.high, people.state) == (1300, 1500, "living")


def test_a_count_that_only_a_claim_gives_stands_among_the_others(bundle):
    counts = [(figure.value, figure.as_of) for figure in resettlement.populations(bundle, "S12") if figure.as_of == "2009"]
    assert sorted(counts) == [(32873, "2009"), (42000, "2009")]
    assert resettlement.people_on(bundle, "S12", date(2009, 7, 1)).high == 42000


def test_who_lives_in_a_town_is_not_told_by_a_census_of_sixty_years_ago(bundle):
    found = resettlement.latest(resettlement.populations(bundle, "S12"))
    assert {figure.as_of[:4] for figure in found} == {"2019", "2021"}
    assert len(resettlement.latest(resettlement.populations(bundle, "S01"))) == 4


def test_people_nobody_counts_are_unknown_and_not_none(tiny):
    people = resettlement.people_on(tiny(), "L-1", date(2010, 7, 1))
    assert (people.low, people.high, people.state) == (None, None, "unknown")


def test_while_people_move_anything_down_to_nobody_is_possible_and_after_the_end_nobody(tiny):
    moved = rows({"period": "2015-12", "stage": "moved"}, {"period": "2017", "stage": "completed"})
    bundle = tiny(populations=claims(("2014", 1500)), resettlement=moved)
    states = {year: resettlement.people_on(bundle, "L-1", date(year, 7, 1)) for year in (2015, 2016, 2018)}
    assert {year: (one.low, one.high, one.state) for year, one in states.items()} == {
        2015: (1500, 1500, "living"),
        2016: (0, 1500, "moving"),
        2018: (0, 0, "gone"),
    }


def test_exposure_adds_the_counted_and_names_the_uncounted(bundle):
    years = {one.year: one for one in resettlement.exposure(bundle, ["S01", "S02"], 2014, 2018)}
    assert (years[2014].low, years[2014].high, years[2014].uncounted) == (1300, 1500, ("S02",))
    assert (years[2018].low, years[2018].high, years[2018].uncounted) == (0, 0, ())


def test_the_school_of_berezovka_is_known_and_of_others_none_is_named(bundle):
    assert resettlement.schools(bundle, "S01") == ["S99"] and resettlement.schools(bundle, "S04") == []


def test_a_promise_is_told_with_its_delivery_and_by_whose_account(bundle):
    promised = resettlement.promises(bundle, ["S01"])
    assert {row["delivery"] for row in promised} >= {"delivered", "partly", "not_delivered", "unknown"}
    assert all(row["delivery_account_en"] for row in promised)


def test_records_of_context_are_not_counted_among_a_settlements_incidents(tiny):
    bundle = tiny(incidents=[{"incident_id": "I-1", "relation": "direct"}, {"incident_id": "I-2", "relation": "context"}])
    there, hidden = resettlement.acts(bundle, "L-1")
    assert (list(there["incident_id"]), hidden) == (["I-1"], 1)


def test_a_place_stands_at_its_furthest_stage(tiny):
    stage = {"place_ids": "L-1", "text_en": "x", "text_ru": "x", "confidence": "B", "source_ids": "S-1"}
    small = tiny(
        resettlement=[{**stage, "resettlement_id": "R-1", "stage": "moving"}, {**stage, "resettlement_id": "R-2", "stage": "announced"}]
    )
    assert resettlement.stages(small)["L-1"] == "moving"
    assert "L-2" not in resettlement.stages(small)


def test_every_stage_of_the_vocabulary_has_its_place_in_the_order(bundle):
    terms = bundle["vocabulary"]
    assert set(terms.loc[terms["list"] == "resettlement_stage", "code"]) == set(resettlement.STAGES)
