"""The library of sources: what rests on each, what rests on one alone, and a bibliography other programs read."""

from __future__ import annotations

import json

import pytest

from evidence import library, report
from evidence.model import split
from evidence.words import Words


def test_every_record_that_names_a_source_is_counted_under_it(bundle):
    found = {(use.table, use.key, source) for source, used in library.uses(bundle).items() for use in used}
    named = {
        (name, row.iloc[0], source)
        for name, table in library.evidence_tables(bundle).items()
        for _, row in table.iterrows()
        for source in split(row["source_ids"])
    }
    assert found == named


def test_a_record_rests_on_one_source_alone_if_it_names_no_other(tiny):
    bundle = tiny(
        sources=[{}, {"source_id": "S-2"}], incidents=[{"place_id": ""}, {"incident_id": "I-2", "place_id": "", "source_ids": "S-1;S-2"}], places=[], people=[], cases=[{}]
    )  # fmt: skip
    by_key = {(use.table, use.key): use.alone for use in library.uses(bundle)["S-1"]}
    assert by_key == {("cases", "C-1"): True, ("incidents", "I-1"): True, ("incidents", "I-2"): False}
    assert [(use.key, use.alone) for use in library.uses(bundle)["S-2"]] == [("I-2", False)]
    assert library.on_one(bundle)[["table", "record", "source_id"]].to_numpy().tolist() == [
        ["cases", "C-1", "S-1"],
        ["incidents", "I-1", "S-1"],
    ]
    counts = library.alone(bundle).set_index("table")
    assert tuple(counts.loc["incidents", ["rows", "one", "none"]]) == (2, 1, 0)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"text": "berezovka triangle"}, "KPO-PRIURALE-2006"),
        ({"text": "KPO-SPZ-A"}, "KPO-SPZ-A"),
        ({"kind": "satellite_product"}, "EOG-VNF"),
        ({"language": "kk"}, "KPO-SPZ-KK"),
        ({"read": "full"}, "BHRRC-INTERVIEW-2021"),
        ({"rests": "alone"}, "BHRRC-INTERVIEW-2021"),
    ],
)
def test_a_source_is_found_by_what_is_known_of_it(bundle, asked, wanted):
    found = library.find(bundle, **asked)
    assert wanted in set(found["source_id"]) and len(found) < len(bundle["sources"])


def test_filters_narrow_together_and_nothing_asked_is_everything(bundle):
    assert len(library.find(bundle)) == len(bundle["sources"])
    both = library.find(bundle, kind="media", language="ru")
    assert set(both["type"].astype(str)) == {"media"} and all("ru" in split(cell) for cell in both["languages"])
    none = library.find(bundle, rests="none")
    assert not len(none[none["records"] > 0]) and len(none) + len(library.find(bundle, rests="any")) == len(bundle["sources"])


def test_choices_add_up_to_the_sources(bundle):
    offered = library.choices(bundle)
    assert sum(offered["kind"].values()) == sum(offered["read"].values()) == sum(offered["publisher"].values()) == len(bundle["sources"])


def test_years_of_looking_cover_every_year_without_a_gap(bundle):
    years = library.by_year(bundle)
    assert list(years["year"]) == list(range(years["year"].iloc[0], years["year"].iloc[-1] + 1))
    assert years["sources"].sum() == (library.shelf(bundle)["year"] > 0).sum()


def test_a_bundle_with_almost_nothing_has_a_library(tiny):
    bundle = tiny(incidents=[], cases=[], places=[], people=[])
    assert list(library.shelf(bundle)["records"]) == [0]
    assert library.coverage(bundle)["incidents"] == 0 and library.by_year(bundle).empty


# ── a bibliography ───────────────────────────────────────────────────────────────────────────────
def test_csl_json_says_what_each_source_is_and_no_more_than_is_known(bundle, english):
    items = json.loads(report.csl(bundle["sources"].to_dict("records"), english, bundle.version))
    assert [item["id"] for item in items] == list(bundle["sources"]["source_id"])
    assert all(item["title"] and item["type"] and bundle.version in item["note"] and "accessed" not in item for item in items)
    by_id = {item["id"]: item for item in items}
    assert by_id["KPO-PRIURALE-2006"]["issued"] == {"date-parts": [[2006, 1, 28]]}
    assert by_id["KPO-SPZ-A"]["issued"] == {"date-parts": [[2019]], "circa": True}
    assert "issued" not in by_id["CA-CAMPAIGN"]
    assert by_id["AZATTYQ-H2S-BEREZ"]["issued"]["date-parts"] == [[2015]]  # spring: a year, not a month


def test_ris_has_one_closed_reference_a_source(bundle, english):
    text = report.ris(bundle["sources"].to_dict("records"), english, bundle.version).decode()
    assert text.count("\r\nER  - \r\n") == text.count("TY  - ") == len(bundle["sources"])
    assert all(line == "" or line[2:6] == "  - " for line in text.split("\r\n"))
    assert "DA  - 2006/01/28" in text


def test_a_title_with_a_line_break_or_a_hidden_control_opens_no_tag_of_its_own(bundle, english):
    row = {**bundle["sources"].iloc[0].to_dict(), "title": "A\r\nER  - \r\nTY  - BOOK\u202e"}
    text = report.ris([row], english, "v").decode()
    assert text.count("\r\nER  - ") == 1 and "\u202e" not in text


def test_a_bibliography_speaks_the_readers_language(bundle):
    words = Words(bundle, "ru")
    assert words("source.read") in json.loads(report.csl([bundle["sources"].iloc[0].to_dict()], words, "v"))[0]["note"]
