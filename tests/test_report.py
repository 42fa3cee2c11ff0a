"""A download holds the rows that were shown, says which version they are of, runs in no spreadsheet, and can be checked row by row."""

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace

import geopandas
import numpy as np
import openpyxl
import pandas as pd
import pytest
from office import needs_office, opened

from evidence import report, select
from evidence.model import LANGUAGES, Selection
from evidence.report import archive, sheets, tables, verify, views
from evidence.report.geopackage import geopackage
from evidence.report.published import Rows, fields, sha_of, shas, whole
from evidence.report.related import related
from evidence.words import Words


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def acts(bundle, **chosen) -> Rows:
    return Rows("incidents", select.index(bundle).order[select.select(bundle, Selection(**chosen)).at])


def taken(**said) -> archive.Taken:
    return archive.Taken(
        **{"title": "T", "selection": "S", "address": "https://example.org/", "figure": "F", "today": "2026-11-24", **said}
    )


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────
def test_the_csv_has_the_rows_shown_in_their_order_and_the_version(bundle):
    rows = acts(bundle, type=("detention_short",))
    content = tables.csv_file(bundle, rows)
    assert content.startswith(b"\xef\xbb\xbf") and content.endswith(b"\r\n")
    assert [row["incident_id"] for row in read(content)] == list(bundle["incidents"]["incident_id"].to_numpy()[rows.at])
    assert {row["bundle_version"] for row in read(content)} == {bundle.version}


@pytest.mark.parametrize("name", ["assets", "flare_volumes", "vocabulary"])
def test_the_csv_is_the_table_and_two_columns_more(bundle, name):
    assert list(read(tables.csv_file(bundle, whole(bundle, name)))[0]) == [spec["name"] for spec in fields(bundle, name)] + [
        "row_sha",
        "bundle_version",
    ]


def test_the_csv_says_what_the_bundles_own_file_says(bundle):
    with (bundle.path / "data/flare_sites.csv").open(encoding="utf-8", newline="") as file:
        own = list(csv.DictReader(file))
    ours = [{name: row[name] for name in own[0]} for row in read(tables.csv_file(bundle, whole(bundle, "flare_sites")))]
    numbers = {spec["name"] for spec in fields(bundle, "flare_sites") if spec["type"] in {"integer", "number"}}
    for one, other in zip(ours, own, strict=True):
        assert {k: float(v) if k in numbers and v else v for k, v in one.items()} == {
            k: float(v) if k in numbers and v else v for k, v in other.items()
        }


def test_a_long_table_is_written_in_parts_that_join_without_a_seam(bundle, monkeypatch):
    once = tables.csv_file(bundle, whole(bundle, "flare_volumes"))
    monkeypatch.setattr("evidence.report.published.tables.__defaults__", (7,))
    assert tables.csv_file(bundle, whole(bundle, "flare_volumes")) == once


def test_a_person_is_named_by_the_bundles_rule_in_the_language_of_the_column(tiny):
    bundle = tiny(incidents=[{"text_en": "{P-001} was held.", "text_ru": "{P-001} задержан."}])
    (row,) = read(tables.csv_file(bundle, whole(bundle, "incidents")))
    assert row["text_en"] == "Defender A was held."
    assert row["text_ru"] == f"{Words(bundle, 'ru').person('P-001')} задержан."


def test_quotes_and_commas_survive(tiny):
    bundle = tiny(incidents=[{"text_en": 'He said "no", and left.'}])
    assert read(tables.csv_file(bundle, whole(bundle, "incidents")))[0]["text_en"] == 'He said "no", and left.'


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_is_defused(text):
    assert report.defuse(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-5", "+3.2", "plain", "", 5, None])
def test_what_is_no_formula_stays_as_it_is(value):
    assert report.defuse(value) == value


def test_a_frame_that_a_page_made_is_written_too(bundle, english):
    frame = pd.DataFrame({"n": [3.0, None, 2.5], "word": ["a", "=1", "ё"]})
    assert [(row["n"], row["word"]) for row in read(report.csv(frame, bundle, english))] == [("3", "a"), ("", "'=1"), ("2.5", "ё")]


def test_anybody_can_make_the_hash_of_a_row_again(bundle):
    row = read(tables.csv_file(bundle, whole(bundle, "assets")))[4]
    cells = [row[spec["name"]] for spec in fields(bundle, "assets")]
    assert row["row_sha"] == hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:16] == sha_of(cells) == shas(bundle, "assets")[4]


# ── Excel, GeoJSON, GeoPackage ───────────────────────────────────────────────────────────────────
def test_in_the_workbook_ids_and_dates_are_text_and_numbers_are_numbers(bundle, english):
    book = openpyxl.load_workbook(io.BytesIO(sheets.workbook(bundle, english, [whole(bundle, "assets")], ["about"])))
    head, first, *rest = book["assets"].iter_rows()
    at = {cell.value: cell.column - 1 for cell in head}
    assert len(rest) + 1 == len(bundle["assets"])
    assert (first[at["asset_id"]].data_type, first[at["asset_id"]].number_format) == ("s", "@")
    assert all(row[at["production_start"]].data_type == "s" for row in rest if row[at["production_start"]].value)
    assert all(row[at["lat"]].data_type == "n" for row in rest)


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(tiny):
    bundle = tiny(incidents=[{"text_en": "=HYPERLINK(1)", "text_ru": "https://example.org"}])
    book = openpyxl.load_workbook(io.BytesIO(sheets.workbook(bundle, Words(bundle, "en"), [whole(bundle, "incidents")], ["=1+1"])))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    (risky,) = [cell for cell in cells if cell.value == "=HYPERLINK(1)"]
    assert risky.quotePrefix


def test_the_geojson_has_every_located_incident_with_its_radius_and_no_other(bundle):
    selected = select.select(bundle, Selection())
    whole_file = json.loads(tables.geojson_file(bundle, acts(bundle), "caption"))
    assert [feature["id"] for feature in whole_file["features"]] == list(selected.frame.loc[selected.frame["located"], "incident_id"])
    assert len(whole_file["features"]) == tables.count_located(bundle, acts(bundle))
    assert (whole_file["bundle_version"], whole_file["description"]) == (bundle.version, "caption")
    assert all(feature["properties"]["location_radius_m"] > 0 and feature["properties"]["source_ids"] for feature in whole_file["features"])


def test_the_geojson_is_strict_json_with_longitude_first(tiny):
    bundle = tiny()
    (feature,) = json.loads(tables.geojson_file(bundle, whole(bundle, "incidents"), ""), parse_constant=pytest.fail)["features"]
    assert feature["geometry"]["coordinates"] == [53.05, 51.27]
    assert feature["properties"]["place_ru"] == "Берёзовка"


def test_the_geopackage_opens_with_a_layer_a_table(bundle):
    content = geopackage(bundle, [whole(bundle, "stations"), acts(bundle)])
    assert content == geopackage(bundle, [whole(bundle, "stations"), acts(bundle)])
    layer = geopandas.read_file(io.BytesIO(content), layer="incidents")
    assert len(layer) == select.select(bundle, Selection()).frame["located"].sum()
    assert layer.crs.to_epsg() == 4326 and set(layer.geom_type) == {"Point"}


# ── ZIP ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_archive_says_what_it_is_and_counts_what_it_holds(bundle, language):
    rows = acts(bundle, type=("detention_short",))
    packed = zipfile.ZipFile(io.BytesIO(archive.archive(bundle, Words(bundle, language), [rows], taken(selection="41 of 140"))))
    told = packed.read("README.md").decode()
    for part in ("41 of 140", bundle.version, "CC-BY-4.0", "https://example.org/", "row_sha", str(len(rows))):
        assert part in told
    assert len(read(packed.read("data/incidents.csv"))) == len(rows)
    for name in (
        "tamshy.xlsx",
        "places/incidents.geojson",
        "places/tamshy.gpkg",
        "codebook/columns.csv",
        "codebook/codes.csv",
        "sources/sources.ris",
        "citation/citation.bib",
    ):
        assert packed.read(name)
    assert json.loads(packed.read("datapackage.json"))["version"] == bundle.version


def test_the_same_rows_make_the_same_archive(bundle, english):
    made = [archive.archive(bundle, english, [acts(bundle, case=("C-001",))], taken()) for _ in range(2)]
    assert made[0] == made[1]


def test_everything_is_every_table_of_the_evidence_and_valid_for_anybody(bundle, english, tmp_path):
    import frictionless

    packed = zipfile.ZipFile(io.BytesIO(archive.archive(bundle, english, archive.everything(bundle), taken(whole=True, figure=""))))
    packed.extractall(tmp_path)
    for name in set(bundle.tables) - archive.QUIET:
        assert len(read(packed.read(f"data/{name}.csv"))) == len(bundle[name])
    report_ = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report_.valid, report_.flatten(["rowNumber", "fieldName", "note"])[:5]


def test_what_belongs_to_rows_is_one_step_away_and_cited(bundle):
    rows = acts(bundle, case=("C-001",))
    parts = {one.name: one for one in related(bundle, [rows])}
    cases = bundle["cases"]["case_id"].to_numpy()[parts["cases"].at]
    assert list(cases) == ["C-001"]
    named = set(bundle["burdens"]["incident_id"].to_numpy()[parts["burdens"].at])
    assert named <= set(bundle["incidents"]["incident_id"].to_numpy()[rows.at])
    assert len(parts["sources"]) < len(bundle["sources"])


# ── citations and ids ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_citation_names_the_record_the_version_and_the_day_it_was_read(bundle, language):
    words = Words(bundle, language)
    cited = report.citation(bundle, words, title="A title", key="I-1", address="https://example.org/map?id=I-1", today="2026-11-24")
    for part in ("A title", "I-1", bundle.version, bundle.title, "https://example.org/map?id=I-1", words.date("2026-11-24")):
        assert part in cited
    assert bundle.version in report.whole_citation(bundle, words, address="x", today="2026-11-24")


def test_a_citation_for_reference_managers_says_the_same(bundle):
    said = {"title": "50% {of} it", "key": "I-1", "address": "https://example.org/?a=1&b=2", "today": "2026-11-24", "language": "kk"}
    (item,) = json.loads(report.csl_item(bundle, **said))
    assert (item["version"], item["URL"], item["number"]) == (bundle.version, said["address"], "I-1")
    tex = report.bibtex(bundle, **said)
    assert tex.startswith("@misc{tamshy-") and r"50\% \{of\} it" in tex and tex.count("{") == tex.count("}")


def test_a_source_is_written_as_a_bibliography_has_it(english):
    row = {"title": "A report.", "publisher": "Paper", "date": "2019-05"}
    assert report.source_line(row, english) == "A report. Paper. May 2019."
    assert report.source_line({**row, "date": ""}, english) == "A report. Paper."


def test_the_id_of_a_view_is_the_same_in_every_language_and_another_for_other_rows(bundle):
    ids = {str(views.view(bundle, "map", {"type": ["detention_short"], "lang": [code], "v": ["x"]})) for code in LANGUAGES}
    assert len(ids) == 1 and views.view(bundle, "map", {}).digits != views.read(ids.pop()).digits


def test_the_digits_of_an_id_are_made_of_the_rows(tiny):
    one, other = (replace(tiny(incidents=[{"text_en": said}]), version="0" * 12) for said in ("Held.", "Free."))
    assert views.view(one, "map", {}).digits != views.view(other, "map", {}).digits


def test_an_id_inside_a_sentence_is_read_again(bundle):
    made = views.view(bundle, "pressure", {"from": ["2019"], "q": ["жер мен су"]})
    assert views.read(f"“Title” ({made}). In: …") == made
    assert verify.text(bundle, f"see {made}, please").state == "same"


# ── verify ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["incidents", "air_readings", "measurements", "flare_volumes", "people"])
def test_a_file_as_it_left_here_is_the_same(bundle, name):
    (one,) = verify.file(bundle, "x.csv", tables.csv_file(bundle, whole(bundle, name)))
    assert (one.table, one.outcome, one.rows, one.same) == (name, "same", len(bundle[name]), len(bundle[name]))


def test_an_archive_a_workbook_and_a_geojson_are_the_same_too(bundle, english):
    rows = acts(bundle, case=("C-001",))
    for name, content in (
        ("x.zip", archive.archive(bundle, english, [rows], taken())),
        ("x.xlsx", sheets.workbook(bundle, english, related(bundle, [rows]), ["about"])),
        ("x.geojson", tables.geojson_file(bundle, rows, "")),
        ("x.json", b"".join(tables.json_stream(bundle, rows, ""))),
    ):
        found = verify.file(bundle, name, content)
        assert found and {one.outcome for one in found} == {"same"}, (name, found)


def test_a_cell_that_was_changed_is_found_and_named(bundle):
    content = tables.csv_file(bundle, whole(bundle, "assets")).decode("utf-8-sig")
    (one,) = verify.file(bundle, "x.csv", content.replace("Karachaganak", "Nowhere", 1).encode())
    assert (one.outcome, one.same) == ("changed", one.rows - 1)
    assert [(change.how, change.columns) for change in one.changes] == [("edited", ("name_en",))]


def test_a_row_of_an_earlier_version_is_told_from_one_that_was_edited(tiny):
    then, now = tiny(incidents=[{"text_en": "Held."}]), tiny(incidents=[{"text_en": "Held for an hour."}])
    (one,) = verify.file(now, "x.csv", tables.csv_file(then, whole(then, "incidents")))
    assert [(change.how, change.columns) for change in one.changes] == [("since", ("text_en",))]
    (one,) = verify.file(now, "x.csv", tables.csv_file(then, whole(then, "incidents")).replace(b"Held.", b"Free."))
    assert one.changes[0].how == "edited"


def test_a_row_that_was_never_here_is_foreign_and_so_is_another_file(bundle, tiny):
    (one,) = verify.file(tiny(), "x.csv", tables.csv_file(bundle, Rows("sources", np.array([0]))).replace(bundle.version.encode(), b""))
    assert one.outcome == "foreign"
    (one,) = verify.file(bundle, "x.csv", b"a,b\n1,2\n")
    assert one.outcome == "foreign"


@pytest.mark.parametrize("content", [b"PK\x03\x04nothing", b"{not json"])
def test_a_broken_file_is_a_sentence(bundle, content):
    with pytest.raises(ValueError, match="broken"):
        verify.file(bundle, "x", content)


@pytest.mark.parametrize(("pasted", "kind", "state"), [("I-BZ-03", "record", "same"), ("I-NONE", "record", "foreign"), ("0123456789abcdef", "hash", "foreign"), ("tamshy:map@000000000000#0123456789", "figure", "since")])  # fmt: skip
def test_what_is_pasted_is_told_apart(bundle, pasted, kind, state):
    found = verify.text(bundle, pasted)
    assert (found.kind, found.state) == (kind, state)


@needs_office("sheets")
def test_libreoffice_reads_in_the_workbook_what_the_csv_says(bundle, english, tmp_path):
    rows = whole(bundle, "context")
    (tmp_path / "x.xlsx").write_bytes(sheets.workbook(bundle, english, [rows], ["about"]))
    second_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
    made = opened(tmp_path / "x.xlsx", second_sheet)
    theirs = list(csv.DictReader(io.StringIO(made.read_text(encoding="utf-8"), newline="")))
    ours = read(tables.csv_file(bundle, rows))
    assert [(row["context_id"], row["period"], row["text_ru"]) for row in theirs] == [
        (row["context_id"], row["period"], row["text_ru"]) for row in ours
    ]
