"""Corroboration counts independent sources that were read, and nothing else."""

import pandas as pd
import pytest

from evidence.rules import Source, corroboration, grade, independent, primary_types, state_bodies


def source(key: str, publisher: str = "", **more) -> Source:
    values = {"connection": "", "is_primary": False, "is_read": True, "origins": frozenset(), **more}
    return Source(key, publisher or key, **values)


PAPER, WIRE, COURT = source("S-1"), source("S-2"), source("S-3", is_primary=True)


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ([], "C0"),
        ([source("S-9", is_read=False)], "C0"),
        ([PAPER], "C1"),
        ([PAPER, source("S-9", is_read=False)], "C1"),
        ([COURT], "C1"),
        ([PAPER, source("S-9", publisher="S-1")], "C2"),
        ([PAPER, WIRE], "C3"),
        ([PAPER, COURT], "C4"),
        ([PAPER, source("S-9", publisher="S-1"), COURT], "C4"),
    ],
)
def test_a_grade_is_what_its_sources_make_it(cited, expected):
    assert grade(cited) == expected


def test_two_sources_of_different_publishers_are_independent():
    assert independent(PAPER, WIRE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (source("S-1", publisher="same"), source("S-2", publisher="same")),
        (source("S-1", origins=frozenset({"S-2"})), source("S-2")),
        (source("S-1", origins=frozenset({"S-0"})), source("S-2", origins=frozenset({"S-0"}))),
        (source("S-1", connection="victim"), source("S-2", connection="victim")),
    ],
)
def test_sources_that_speak_with_one_voice_are_not_independent(one, other):
    assert not independent(one, other)
    assert not independent(other, one)


def test_a_cell_of_sources_is_graded_by_what_the_bundle_says_of_them(tiny):
    rows = [
        {"source_id": "S-1"},
        {"source_id": "S-2", "publisher": "Court", "type": "court_record"},
        {"source_id": "S-3", "read_extent": "snippet"},
    ]
    bundle = tiny(sources=rows)
    assert list(corroboration(pd.Series(["S-1;S-2", "S-1", "S-3", "S-1;S-1"]), bundle)) == ["C4", "C1", "C0", "C2"]


def test_the_same_paper_written_large_is_the_same_publisher(tiny):
    bundle = tiny(sources=[{"source_id": "S-1", "publisher": "The Paper"}, {"source_id": "S-2", "publisher": "THE PAPER"}])
    assert list(corroboration(pd.Series(["S-1;S-2"]), bundle)) == ["C2"]


def test_a_report_of_a_report_is_no_second_voice(tiny):
    rows = [
        {"source_id": "S-1", "publisher": "Witness"},
        {"source_id": "S-2", "publisher": "Paper", "derived_from": "S-1"},
        {"source_id": "S-3", "publisher": "Wire", "derived_from": "S-2"},
        {"source_id": "S-4", "publisher": "Radio", "derived_from": "S-4"},
    ]
    bundle = tiny(sources=rows)
    assert list(corroboration(pd.Series(["S-1;S-3", "S-2;S-3", "S-3;S-4"]), bundle)) == ["C2", "C2", "C3"]


def test_what_speaks_for_itself_and_who_is_the_state_are_terms_of_the_vocabulary(bundle):
    assert "court_record" in primary_types(bundle) and not {"media", "ngo_release", "government_release"} & primary_types(bundle)
    assert "police" in state_bodies(bundle) and not {"company_staff", "national_company", "unknown"} & state_bodies(bundle)
