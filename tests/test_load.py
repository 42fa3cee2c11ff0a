"""A bundle that is wrong is refused, and every bad cell is named in a sentence; nothing is half-loaded, nothing is a traceback."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, SCHEMA, SOUND, TABLES, as_csv, link_bundle, put, write_bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.__main__ import main
from evidence.load import MAX_CELL, InvalidData, load
from evidence.words import Words

INCIDENTS, PLACES, PEOPLE = "data/incidents.csv", "data/places.csv", "data/people.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small sound bundle, to be broken."""
    return write_bundle(tmp_path)


def refuse(folder: Path) -> list[str]:
    """What the loader says of a bundle it will not open, a sentence each."""
    with pytest.raises(InvalidData) as refused:
        load(folder)
    assert str(refused.value).splitlines()[1:] == [str(problem) for problem in refused.value.problems]
    return [str(problem) for problem in refused.value.problems]


def rewrite(folder: Path, file: str, *changes: tuple[str, str]) -> None:
    """Put a table back with some of its text replaced."""
    text = (folder / file).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    put(folder, file, text)


def cells(folder: Path, file: str, **values: str) -> list[str]:
    """Set cells of a table's first row, and hear what is said."""
    header, first, *others = csv.reader(io.StringIO((folder / file).read_text(encoding="utf-8")))
    for column, value in values.items():
        first[header.index(column)] = value
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([header, first, *others])
    put(folder, file, buffer.getvalue())
    return refuse(folder)


def test_a_sound_bundle_opens(folder):
    bundle = load(folder)
    assert list(bundle["incidents"]["incident_id"]) == ["I-1"]
    assert len(bundle.version) == 12


def test_the_same_files_have_the_same_version_wherever_they_lie(folder, tmp_path, tiny):
    assert load(folder).version == tiny().version
    assert tiny().version != tiny(people=[{"pseudonym": "B"}]).version


def test_an_imprecise_date_gets_its_interval(tiny):
    row = tiny(incidents=[{"period": "2019", "learned": "2019-05/.."}])["incidents"].iloc[0]
    assert (str(row["period_start"])[:10], str(row["period_end"])[:10]) == ("2019-01-01", "2020-01-01")
    assert str(row["learned_start"])[:10] == "2019-05-01"
    assert row["learned_end"] is pd.NaT


def test_a_bundle_says_itself_where_its_map_begins(tiny):
    bundle = tiny({"view": {"lat": 1, "lon": 2, "zoom": 3}, "extent": None, "flagship_case": "C-1", "synthetic": True})
    assert bundle.schema["view"] == {"lat": 1, "lon": 2, "zoom": 3}
    assert bundle.schema["flagship_case"] == "C-1"
    assert bundle.synthetic


# ── files ────────────────────────────────────────────────────────────────────────────────────────
def test_windows_1251_is_named_with_its_line(folder):
    put(folder, PLACES, (folder / PLACES).read_text(encoding="utf-8").encode("cp1251"))
    (said,) = refuse(folder)
    assert re.fullmatch(r"data/places.csv, line 2: byte \d+ is not UTF-8 \(perhaps Windows-1251\); save the file as UTF-8", said)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_utf_16_is_refused_in_a_sentence(folder, encoding):
    put(folder, PLACES, (folder / PLACES).read_text(encoding="utf-8").encode(encoding))
    (said,) = refuse(folder)
    assert said.startswith("data/places.csv") and ("UTF-16" in said or "UTF-8" in said or "NUL" in said)


def test_a_byte_order_mark_is_named(folder):
    put(folder, PLACES, b"\xef\xbb\xbf" + (folder / PLACES).read_bytes())
    assert refuse(folder) == ["data/places.csv: the file begins with a byte-order mark; save it as UTF-8 without BOM"]


def test_windows_line_ends_are_named(folder):
    put(folder, PLACES, (folder / PLACES).read_bytes().replace(b"\n", b"\r\n"))
    assert refuse(folder) == ["data/places.csv, line 1: lines end with CR or CRLF (Windows); save the file with LF line ends"]


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_semicolons_and_tabs_between_columns_are_named(folder, mark, name):
    put(folder, PLACES, (folder / PLACES).read_text(encoding="utf-8").replace(",", mark))
    (said,) = refuse(folder)
    assert said.startswith("data/places.csv, line 1: 'place_id") and said.endswith(f"the columns are separated by {name}; use commas")


def test_a_nul_character_is_named_with_its_line(folder):
    rewrite(folder, PLACES, ("Berezovka", "Bere\0zovka"))
    assert refuse(folder) == ["data/places.csv, line 2: there is a NUL character; remove it"]


@pytest.mark.parametrize("content", ["", "\n\n", " \n"])
def test_an_empty_file_is_named(folder, content):
    put(folder, PLACES, content)
    assert refuse(folder) == ["data/places.csv: this file is empty; at least the header line must be there"]


def test_a_header_alone_is_a_table_without_rows(tiny):
    assert tiny(incidents=[])["incidents"].empty


def test_a_header_alone_orphans_what_refers_to_it(folder):
    put(folder, PLACES, (folder / PLACES).read_text(encoding="utf-8").splitlines()[0] + "\n")
    assert refuse(folder) == ["data/incidents.csv, line 2, I-1, column place_id: 'L-1': no such row in places.csv"]


@pytest.mark.parametrize("file", [PLACES, "datapackage.json", "geo/towns.geojson"])
def test_a_missing_file_is_named_and_accuses_no_other(folder, file):
    (folder / file).unlink()
    assert refuse(folder) == [f"{file}: this file is missing; a bundle needs it"]


def test_a_folder_in_place_of_a_file_is_named(folder):
    (folder / PLACES).unlink()
    (folder / PLACES).mkdir()
    assert refuse(folder) == ["data/places.csv: this file cannot be read (Is a directory)"]


def test_a_path_that_is_no_bundle_is_refused(tmp_path):
    assert refuse(tmp_path / "nowhere") == ["datapackage.json: this file is missing; a bundle needs it"]


# ── headers and rows ─────────────────────────────────────────────────────────────────────────────
def test_a_missing_column_is_named_with_what_was_found_instead(folder):
    rewrite(folder, PLACES, ("location_precision", "location_precison"))
    assert refuse(folder) == [
        "data/places.csv, line 1, column location_precision: this column is missing (found location_precison)",
        "data/places.csv, line 1, column location_precison: this column is not in the schema (did you mean location_precision?)",
    ]


def test_an_extra_column_is_named(folder):
    lines = (folder / PEOPLE).read_text(encoding="utf-8").splitlines()
    put(folder, PEOPLE, "\n".join(f"{line},{cell}" for line, cell in zip(lines, ["phone", "1"], strict=True)) + "\n")
    assert refuse(folder) == ["data/people.csv, line 1, column phone: this column is not in the schema"]


def test_a_column_that_stands_twice_is_named(folder):
    rewrite(folder, PEOPLE, ("name_ru", "name_en"))
    assert "data/people.csv, line 1, column name_en: this column stands twice in the header" in refuse(folder)


@pytest.mark.parametrize(("row", "n"), [("P-002,B", 2), ("P-002,B" + "," * 20, 22)])
def test_a_row_with_too_few_or_too_many_cells_is_named(folder, row, n):
    put(folder, PEOPLE, (folder / PEOPLE).read_text(encoding="utf-8") + row + "\n")
    assert refuse(folder) == [f"data/people.csv, line 3, P-002: the row has {n} cells, the header 10; quote a cell that holds a comma"]


def test_a_quotation_mark_never_closed_is_named(folder):
    put(folder, PEOPLE, (folder / PEOPLE).read_text(encoding="utf-8") + '"P-002,B\nP-003,C\n')
    assert refuse(folder) == ["data/people.csv, line 3, P-002,B: a quotation mark is opened in this row and never closed"]


def test_a_row_that_cannot_be_read_does_not_orphan_what_refers_to_it(folder):
    put(folder, PLACES, (folder / PLACES).read_text(encoding="utf-8").replace("L-1,", "L-1,,"))
    assert refuse(folder) == ["data/places.csv, line 2, L-1: the row has 28 cells, the header 27; quote a cell that holds a comma"]


def test_a_line_break_inside_a_cell_is_named_and_later_lines_keep_their_numbers(tmp_path):
    people = [{"aliases": ""}, {"person_id": "P-002", "pseudonym": "B\nC"}, {"person_id": "P-003", "country": "XX"}]
    assert refuse(write_bundle(tmp_path, people=people)) == [
        "data/people.csv, line 3, P-002, column pseudonym: 'B\\nC': the cell holds a line break or a tab; write it on one line",
        "data/people.csv, line 5, P-003, column country: 'XX': not a term of the list country in vocabulary.csv",
    ]


def test_blank_lines_and_ragged_rows_do_not_shift_the_lines_named_after_them(folder):
    put(folder, PEOPLE, (folder / PEOPLE).read_text(encoding="utf-8") + "\nP-002,B\n\nP-003,C,,,,,nobody,,,S-1\n")
    assert [said.partition(":")[0] for said in refuse(folder)] == [
        "data/people.csv, line 4, P-002",
        "data/people.csv, line 6, P-003, column name_basis",
    ]


def test_a_cell_of_50_mb_is_named_and_shown_by_its_beginning(folder):
    (said,) = cells(folder, PLACES, note_en="x" * 50_000_000, note_ru="текст")
    assert said.startswith("data/places.csv, line 2, L-1, column note_en: 'xxx")
    assert said.endswith("(50,000,000 characters)': the cell holds 50,000,000 characters; at most 20,000 are allowed")


@pytest.mark.parametrize("text", ["x" * 50_000_000, '"' + "x" * 1_000_000, "place_id\n" + "x," * 500_000])
def test_a_file_that_is_one_enormous_line_is_refused_in_a_sentence(folder, text):
    put(folder, PLACES, text)
    assert all(said.startswith("data/places.csv") for said in refuse(folder))


# ── cells ────────────────────────────────────────────────────────────────────────────────────────
BAD_CELLS = [
    ("period", "2019-04-31", "there is no day 2019-04-31 in the calendar"),
    ("period", "31.04.2019", "'31.04.2019' is not a date like 2019-05-07, 2019-05, 2019, 2019?, 2004/2006 or 2017-01/.."),
    ("period", "1019", "the year 1019 is outside 1850 to 2100"),
    ("period", "2019/2018", "'2019/2018' ends before it begins"),
    ("period", "", "this cell must be filled"),
    ("types", "Detention_short", "not a term of the list act_type in vocabulary.csv (did you mean detention_short? case matters)"),
    ("types", "detenton_short", "not a term of the list act_type in vocabulary.csv (did you mean detention_short?)"),
    ("types", "killing;zzz", "'zzz': not a term of the list act_type in vocabulary.csv"),
    ("types", "killing;killing", "an entry stands twice in the list"),
    ("types", "killing; slapp", "' slapp' begins or ends with a space"),
    ("types", "killing;;civil_suit", "an entry of the list is empty; separate entries by one semicolon"),
    ("place_id", "L-2", "no such row in places.csv (did you mean L-1?)"),
    ("source_ids", "S-1;S-9", "'S-9': no such row in sources.csv (did you mean S-1?)"),
    ("people_ids", "P-777", "no such row in people.csv"),
    ("victims_max", "12,5", "must be a whole number, with a point as decimal mark"),
    ("victims_max", "٣", "must be a whole number, with a point as decimal mark"),
    ("victims_max", "9" * 5000, "must be a whole number, with a point as decimal mark"),
    ("contested", "True", "must be true or false"),
    ("place_detail_en", " by the road", "the cell begins or ends with a space"),
    ("text_en", "{P-404} was held.", "P-404: no such row in people.csv (did you mean P-001?)"),
    ("text_ru", "", "text_en is filled, so the Russian must be too"),
]


def test_a_bad_cell_is_named_with_what_is_allowed(tmp_path):
    rows = [{"incident_id": f"I-{at}", column: value} for at, (column, value, _) in enumerate(BAD_CELLS)]
    said = refuse(write_bundle(tmp_path, incidents=rows))
    for at, (column, _, sentence) in enumerate(BAD_CELLS):
        where = f"data/incidents.csv, line {at + 2}, I-{at}, column {column}"
        assert any(line.startswith(where) and line.endswith(sentence) for line in said), (where, sentence)
    assert {line.split(", ")[2] for line in said} == {row["incident_id"] for row in rows}


@pytest.mark.parametrize(
    ("table", "low", "high"), [("zones", "radius_min_m", "radius_max_m"), ("incidents", "victims_min", "victims_max"), ("deadlines", "length_min", "length_max")]
)  # fmt: skip
def test_a_least_that_is_more_than_its_most_is_named(tmp_path, table, low, high):
    (said,) = cells(link_bundle(tmp_path), f"data/{table}.csv", **{low: "90", high: "80"})
    assert said.endswith(f"column {high}: '80': must not be smaller than {low}")


BAD_POSITIONS = [
    ({"lat": "53.05", "lon": "51.27"}, "lat", "latitude and longitude look swapped"),
    ({"lat": "77.5", "lon": "43.2"}, "lat", "latitude and longitude look swapped"),
    ({"lat": "10", "lon": "10"}, "lat", "the point lies outside this bundle's extent (26.0 to 90.0 E, 34.0 to 60.0 N)"),
    ({"lon": ""}, "lon", "lat is filled, so lon must be too"),
    ({"lat": ""}, "lat", "lon is filled, so lat must be too"),
    ({"location_radius_m": ""}, "location_radius_m", "a position is given, so the radius it is good to must be said, in metres"),
    ({"location_precision": "unlocated"}, "location_precision", "a position is given, so its precision must be said"),
]
BAD_NUMBERS = [
    ("95", "must lie between -90 and 90"),
    ("nan", "must be a number, with a point as decimal mark"),
    ("1e999", "must lie between -90 and 90"),
]


def test_an_impossible_position_is_named(tmp_path):
    rows = [{}, *({"place_id": f"L-{at}", **values} for at, (values, _, _) in enumerate(BAD_POSITIONS, 2))]
    said = refuse(write_bundle(tmp_path, places=rows))
    for at, (_, column, sentence) in enumerate(BAD_POSITIONS, 2):
        where = f"data/places.csv, line {at + 1}, L-{at}, column {column}"
        assert any(line.startswith(where) and line.endswith(sentence) for line in said), (where, sentence)
    assert len(said) == len(BAD_POSITIONS)


def test_a_position_that_is_no_number_does_not_hide_one_that_is_swapped(tmp_path):
    rows = [{"place_id": "L-1"}, {"place_id": "L-2", "lat": "north"}, {"place_id": "L-3", "lat": "53.05", "lon": "51.27"}]
    assert refuse(write_bundle(tmp_path, places=rows)) == [
        "data/places.csv, line 3, L-2, column lat: 'north': must be a number, with a point as decimal mark",
        "data/places.csv, line 4, L-3, column lat: '53.05': latitude and longitude look swapped",
    ]


def test_a_position_that_is_no_position_is_named(tmp_path):
    rows = [{}, *({"place_id": f"L-{at}", "lat": value} for at, (value, _) in enumerate(BAD_NUMBERS, 2))]
    said = refuse(write_bundle(tmp_path, places=rows))
    assert [line.rpartition(": ")[2] for line in said] == [sentence for _, sentence in BAD_NUMBERS]


def test_a_point_at_sea_or_across_a_border_is_not_taken_for_swapped(tiny):
    sea, border = {"lat": "46.43", "lon": "52.27"}, {"place_id": "L-2", "country": "RU", "lat": "51.6", "lon": "53.4"}
    assert len(tiny(places=[sea, border])["places"]) == 2


def test_an_address_must_be_one(tmp_path):
    (said,) = refuse(write_bundle(tmp_path, sources=[{"url": "javascript:alert(1)"}]))
    assert said.endswith("column url: 'javascript:alert(1)': must be an address that begins with https:// or http://")


def test_a_name_beside_pseudonym_only_is_refused(tmp_path):
    rows = [{}, *({"person_id": f"P-{column}", column: "A Name"} for column in ("name_en", "name_ru", "name_kk", "aliases"))]
    where = "data/people.csv, line {}, P-{}, column name_basis: 'pseudonym_only'"
    said = refuse(write_bundle(tmp_path, people=rows))
    for line, column in enumerate(("name_en", "name_ru", "name_kk", "aliases"), 3):
        assert any(one.startswith(where.format(line, column)) for one in said), column


def test_an_id_used_twice_is_named_where_it_stands_the_second_time(tmp_path):
    assert refuse(write_bundle(tmp_path, people=[{}, {"pseudonym": "B"}])) == [
        "data/people.csv, line 3, P-001, column person_id: 'P-001': this id stands on an earlier line; ids are unique and never reused"
    ]


# ── what the interface says ──────────────────────────────────────────────────────────────────────
def test_a_bundle_that_leaves_out_texts_and_terms_speaks_with_ours(folder):
    keep = ["key,en,ru,kk", "page.map,Chart,Карта,Карта"]
    put(folder, "data/words.csv", "\n".join(keep) + "\n")
    lines = (ROOT / "data/vocabulary.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    put(folder, "data/vocabulary.csv", "".join(line for line in lines if not line.startswith("stance,")))
    words = Words(load(folder), "en")
    assert words("page.map") == "Chart"
    assert (words("page.case"), words.label("stance", "denies")) == ("Case", "Denies")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Show {n.__class__}", "{n.__class__} is no blank of this text (it has: {left:number}, {n:number})"),
        ("Show {m:number} more", "{m:number} is no blank of this text (it has: {left:number}, {n:number})"),
        ("Show {n:number more", "a brace is opened or closed alone; a brace that is meant is written twice"),
        ("Show } more", "a brace is opened or closed alone; a brace that is meant is written twice"),
    ],
)
def test_a_text_with_a_blank_that_nobody_fills_is_named(folder, text, sentence):
    put(folder, "data/words.csv", f"key,en,ru,kk\nlanes.more,{text},Ещё,Тағы\n")
    assert refuse(folder) == [f"data/words.csv, line 2, lanes.more, column en: {text!r}: {sentence}"]


def test_a_claim_without_a_value_is_named(folder):
    claim = {
        "claim_id": "CL-1",
        "topic": "t",
        "field": "cause",
        "stance": "asserts",
        "text_en": "x",
        "text_ru": "x",
        "confidence": "B",
        "source_ids": "S-1",
    }
    put(folder, "data/claims.csv", as_csv([field["name"] for field in TABLES["claims"]["schema"]["fields"]], [claim]))
    assert refuse(folder) == ["data/claims.csv, line 2, CL-1, column value: either the value or its text must be filled"]


def test_all_problems_are_told_at_once(folder):
    put(folder, "geo/towns.geojson", "{")
    put(folder, "data/zones.csv", b"\xff")
    rewrite(folder, INCIDENTS, ("2019-05-07", "2019-05-32"), ("L-1", "L-9"))
    rewrite(folder, PLACES, ("51.27", "north"))
    rewrite(folder, PEOPLE, ("pseudonym_only", "none"))
    said = refuse(folder)
    for file in ("geo/towns.geojson", "data/zones.csv", INCIDENTS, PLACES, PEOPLE):
        assert any(line.startswith(file) for line in said), file
    assert len(said) == 6


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"type": "FeatureCollection",', "geo/towns.geojson, line 1: this is not JSON: Expecting property name enclosed in double quotes"),
        ("[" * 200_000, "geo/towns.geojson: this JSON is nested too deeply to be a description or a layer"),
        ('{"type": "Feature", "geometry": null}', "geo/towns.geojson: a layer must be a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": {}}', "geo/towns.geojson: a layer must be a GeoJSON FeatureCollection"),
        ("[]", "geo/towns.geojson: the file must hold one JSON object"),
        ('{"a": NaN}', "geo/towns.geojson: this JSON holds a number that no reader can use (NaN is not a JSON number)"),
        ('{"a": ' + "9" * 5000 + "}", "geo/towns.geojson: this JSON holds a number that no reader can use"),
        ("", "geo/towns.geojson: this file is empty"),
    ],
)
def test_a_broken_layer_is_named(folder, content, sentence):
    put(folder, "geo/towns.geojson", content)
    (said,) = refuse(folder)
    assert said.startswith(sentence)


@pytest.mark.parametrize(
    ("about", "column"),
    [({"extent": [1, 2, 3]}, "extent"), ({"extent": ["a", "b", "c", "d"]}, "extent"), ({"view": [1]}, "view"), ({"flagship_case": 1}, "flagship_case"),
     ({"created": ""}, "created"), ({"created": "2026"}, "created"), ({"created": "2026-02-30"}, "created"), ({"created": None}, "created")],
)  # fmt: skip
def test_a_description_that_makes_no_sense_is_named(tmp_path, about, column):
    (said,) = refuse(write_bundle(tmp_path, about))
    assert said.startswith(f"datapackage.json, column {column}: ")


def test_outlines_of_countries_that_are_no_outlines_are_no_traceback(folder):
    odd = [
        {},
        None,
        {"geometry": None},
        {"geometry": {"type": "Polygon", "coordinates": [[["a", 1]]]}, "properties": {"name_en": "Kazakhstan"}},
    ]
    put(folder, "geo/countries.geojson", json.dumps({"type": "FeatureCollection", "features": odd}))
    assert load(folder)["places"]["lat"].notna().all()


# ── the command ──────────────────────────────────────────────────────────────────────────────────
def test_check_exits_with_0_for_a_sound_bundle(folder, capsys):
    assert main(["check", str(folder)]) == 0
    assert "no problem found" in capsys.readouterr().out


def test_check_exits_with_1_and_names_the_cell(folder, capsys):
    rewrite(folder, INCIDENTS, ("2019-05-07", "2019-04-31"))
    assert main(["check", str(folder)]) == 1
    said = capsys.readouterr().err
    assert "1 problem\n" in said
    assert "data/incidents.csv, line 2, I-1, column period: '2019-04-31': there is no day 2019-04-31 in the calendar" in said


def test_check_reads_the_bundle_of_the_environment(folder, capsys, monkeypatch):
    monkeypatch.setenv("TAMSHY_BUNDLE", str(folder))
    assert main(["check"]) == 0
    assert str(folder) in capsys.readouterr().out


# ── any cell of the shipped bundle ───────────────────────────────────────────────────────────────
WRONG = {
    "edtf": ["2019-04-31", "31.04.2019", "2019-13", "May 2019", "3019", "2019/2018", "../..", "2019-5"],
    "integer": ["12,5", "1.5", "many", "nan", "1e3", "٣", "--1", "9" * 400],
    "number": ["12,5", "north", "nan", "inf", "1e400", "٣", "1_000", "--1"],
    "boolean": ["yes", "True", "0"],
    "code": ["no_such_code", "zzz", "a b"],
    "id": ["NO-SUCH-ID", "?", "l 1"],
    "url": ["www.example.org", "javascript:alert(1)", "https://a b"],
    "text": ["two\nlines", "a\ttab", "x" * (MAX_CELL + 1), " leading", "trailing "],
}


def kind_of(field: dict) -> str:
    """Which of the wrong values a column must refuse."""
    if field["type"] != "string":
        return field["type"]
    if "vocabulary" in field:
        return "code"
    if "references" in field or field.get("meaning") == "record":
        return "id"
    return field.get("meaning") if field.get("meaning") in WRONG else "text"


@pytest.fixture(scope="module")
def shipped() -> dict[str, list[list[str]]]:
    """Every table of the repository as rows of text."""
    return {name: list(csv.reader(io.StringIO((ROOT / resource["path"]).read_text(encoding="utf-8")))) for name, resource in TABLES.items()}


def corrupt(rows: list[list[str]], resource: dict, draw) -> tuple[int, str, str]:
    """Spoil one random cell of a table in place; give its row, its column and what now stands there."""
    fields = resource["schema"]["fields"]
    at, column = draw(st.integers(1, len(rows) - 1)), draw(st.integers(0, len(fields) - 1))
    choices = ["wrong", "text"]
    if fields[column].get("constraints", {}).get("required"):
        choices.append("empty")
    if fields[column]["name"] in resource["schema"]["primaryKey"] and len(resource["schema"]["primaryKey"]) == 1 and at > 1:
        choices.append("twice")
    how = draw(st.sampled_from(choices))
    value = {"empty": "", "twice": rows[1][column]}.get(how) if how in {"empty", "twice"} else None
    if value is None:
        value = draw(st.sampled_from(WRONG["text" if how == "text" else kind_of(fields[column])]))
    rows[at][column] = value
    return at, fields[column]["name"], value


@settings(max_examples=10)  # each loads the whole bundle, so each spoils many tables
@given(data=st.data())
def test_a_spoilt_cell_of_the_shipped_bundle_is_named(data, shipped, tmp_path_factory):
    folder = link_bundle(tmp_path_factory.mktemp("bundle"))
    spoilt = []
    for name in data.draw(st.lists(st.sampled_from(sorted(TABLES)), min_size=15, max_size=15, unique=True)):
        resource, rows = TABLES[name], [list(row) for row in shipped[name]]
        at, column, value = corrupt(rows, resource, data.draw)
        key = " ".join(rows[at][rows[0].index(part)][:60] for part in resource["schema"]["primaryKey"])
        spoilt.append((resource["path"], key, column, value))
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(rows)
        put(folder, resource["path"], buffer.getvalue())
    with pytest.raises(InvalidData) as refused:
        load(folder)
    named = {(problem.file, problem.row, problem.column, problem.value) for problem in refused.value.problems}
    assert named >= set(spoilt)


def test_every_column_of_the_schema_has_wrong_values_to_try():
    assert {kind_of(field) for resource in TABLES.values() for field in resource["schema"]["fields"]} <= set(WRONG)
    assert set(SOUND) <= set(TABLES) and SCHEMA["resources"]
