"""A download holds the rows that were shown, says which version they are of, and runs in no spreadsheet."""

import csv
import io
import json

import pandas as pd
import pytest

from evidence import report, select
from evidence.model import Selection
from evidence.words import Words


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_csv_has_the_rows_shown_and_the_version(bundle, english):
    selected = select.select(bundle, Selection(type=("detention_short",)))
    content = report.csv(selected.whole, bundle, english)
    rows = read(content)
    assert content.startswith(b"\xef\xbb\xbf")
    assert [row["incident_id"] for row in rows] == list(selected.frame["incident_id"])
    assert {row["bundle_version"] for row in rows} == {bundle.version}


def test_the_csv_has_every_column_of_the_table_and_no_derived_one(bundle, english):
    columns = list(read(report.csv(bundle["assets"], bundle, english))[0])
    fields = next(resource for resource in bundle.schema["resources"] if resource["name"] == "assets")["schema"]["fields"]
    assert columns == [*(field["name"] for field in fields), "bundle_version"]


def test_a_person_is_named_in_the_csv_by_the_bundles_rule(tiny):
    bundle = tiny(incidents=[{"text_en": "{P-001} was held."}])
    (row,) = read(report.csv(select.select(bundle, Selection()).whole, bundle, Words(bundle, "en")))
    assert row["text_en"] == "Defender A was held."


def test_numbers_and_missing_values_are_plain(bundle, english):
    frame = pd.DataFrame({"n": [3.0, None, 2.5], "word": ["a", "", "ё"]})
    rows = read(report.csv(frame, bundle, english))
    assert [row["n"] for row in rows] == ["3", "", "2.5"]
    assert [row["word"] for row in rows] == ["a", "", "ё"]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_is_defused(text):
    assert report.defuse(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-5", "+3.2", "plain", "", 5, None])
def test_what_is_no_formula_stays_as_it_is(value):
    assert report.defuse(value) == value


def test_the_geojson_has_every_located_incident_with_its_radius_and_no_other(bundle, english):
    selected = select.select(bundle, Selection())
    whole = json.loads(report.geojson(selected.whole, bundle, english, "caption"))
    assert [feature["id"] for feature in whole["features"]] == list(selected.frame.loc[selected.frame["located"], "incident_id"])
    assert (whole["bundle_version"], whole["description"]) == (bundle.version, "caption")
    assert all(feature["properties"]["location_radius_m"] > 0 and feature["properties"]["source_ids"] for feature in whole["features"])


def test_the_geojson_is_strict_json_with_longitude_first(tiny):
    bundle = tiny()
    content = report.geojson(select.select(bundle, Selection()).whole, bundle, Words(bundle, "ru"), "")
    (feature,) = json.loads(content, parse_constant=pytest.fail)["features"]
    assert feature["geometry"]["coordinates"] == [53.05, 51.27]
    assert feature["properties"]["place"] == "Берёзовка"


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_citation_names_the_record_the_version_and_the_day_it_was_read(bundle, language):
    words = Words(bundle, language)
    cited = report.citation(bundle, words, title="A title", key="I-1", address="https://example.org/map?id=I-1", today="2026-11-24")
    for part in ("A title", "I-1", bundle.version, bundle.title, "https://example.org/map?id=I-1", words.date("2026-11-24")):
        assert part in cited


def test_a_source_is_written_as_a_bibliography_has_it(english):
    row = {"title": "A report.", "publisher": "Paper", "date": "2019-05"}
    assert report.source_line(row, english) == "A report. Paper. May 2019."
    assert report.source_line({**row, "date": ""}, english) == "A report. Paper."
