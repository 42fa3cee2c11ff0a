"""The shipped evidence: complete, sourced, contradictory where its sources are, and silent where people must not be named."""

from __future__ import annotations

import ast
import csv
import re
import string
from collections.abc import Iterator

import pandas as pd
import pytest
from conftest import ROOT, SCHEMA, TABLES

from evidence import geo, rules, select
from evidence.model import LANGUAGES, split

UNSOURCED = {
    "sources",
    "vocabulary",
    "words",
    "flare_volumes",
    "form_items",
}  # a volume stands on its flare's sources, an item on its form's
BEREZOVKA = "C-001"


def read(file: str) -> list[dict[str, str]]:
    with (ROOT / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


WORDS = {row["key"]: row for row in read("data/words.csv")}
TERMS = read("data/vocabulary.csv")


# ── the bundle ───────────────────────────────────────────────────────────────────────────────────
def test_the_shipped_bundle_opens(bundle):
    assert not bundle.synthetic
    assert len(bundle["incidents"]) >= 209 and len(bundle["sources"]) >= 550


def test_anyones_validator_accepts_the_data_package(monkeypatch):
    from frictionless import validate  # imported here: it takes a second, and only this test wants it

    monkeypatch.chdir(ROOT)
    report = validate("datapackage.json")
    assert report.valid, report.flatten(["taskName", "rowNumber", "fieldName", "note"])
    assert {task.name for task in report.tasks} == {resource["name"] for resource in SCHEMA["resources"]}


def test_every_resource_has_a_licence_and_every_field_a_type():
    assert all(resource.get("licenses") for resource in SCHEMA["resources"])
    assert all(
        field["type"] in {"string", "integer", "number", "boolean"} for table in TABLES.values() for field in table["schema"]["fields"]
    )


@pytest.mark.parametrize("table", sorted(set(TABLES) - UNSOURCED))
def test_every_record_has_a_source(bundle, table):
    rows = bundle[table]
    if table == "forms":  # the parts of our own general file are nobody's form
        rows = rows[rows["mechanism"] != ""]
    assert (rows["source_ids"] != "").all()


def test_every_source_is_cited_or_says_something_else_is_derived_from_it(bundle):
    cited = {key for table in TABLES if table not in UNSOURCED for cell in bundle[table]["source_ids"] for key in split(cell)}
    assert cited <= set(bundle["sources"]["source_id"])
    assert len(cited) > 400


def test_no_table_holds_a_line_nobody_can_reach():
    ids = [row[TABLES[name]["schema"]["primaryKey"][0]] for name in TABLES for row in read(TABLES[name]["path"]) if name not in {"vocabulary", "words", "flare_volumes", "thermal_anomalies"}]  # fmt: skip
    assert len(ids) == len(set(ids)), "an id names one record in the whole bundle, so that a link can open it"


# ── people ───────────────────────────────────────────────────────────────────────────────────────
def test_nobody_under_pseudonym_has_a_name(bundle):
    hidden = bundle["people"][bundle["people"]["name_basis"] == "pseudonym_only"]
    assert len(hidden) > 0
    assert (hidden[["name_en", "name_ru", "name_kk", "aliases"]] == "").all(axis=None)


def test_whoever_is_named_has_names_for_readers_of_english_and_russian(bundle):
    named = bundle["people"][bundle["people"]["name_basis"] != "pseudonym_only"]
    assert (named[["name_en", "name_ru"]] != "").all(axis=None)


def test_no_code_of_a_person_is_written_out_in_a_text():
    """`{P-003}` becomes a name or a pseudonym; a bare P-003 would reach the screen."""
    for name, table in TABLES.items():
        columns = [field["name"] for field in table["schema"]["fields"] if field.get("meaning") in {"text", "label"}]
        for row in read(table["path"]):
            assert not [cell for column in columns if re.search(r"(?<!\{)\bP-\d{3}\b", cell := row[column])], (name, row)


def test_no_name_of_the_table_of_people_stands_in_a_text_without_its_braces(bundle):
    people = bundle["people"]
    names = {name for column in ("name_en", "name_ru") for name in people[column] if " " in name}
    assert names
    for row in bundle["incidents"].to_dict("records"):
        told = " ".join(row[f"{stem}_{code}"] for stem in ("text", "victims") for code in LANGUAGES)
        assert not [name for name in names if name in told], row["incident_id"]


# ── the 2019 Berezovka case ──────────────────────────────────────────────────────────────────────
def test_the_steps_of_the_berezovka_case_stand_in_their_order(bundle):
    steps = select.index(bundle).frame
    steps = steps[steps["case_id"] == BEREZOVKA]
    told = steps[["types", "period", "learned", "place_id", "perpetrator_types", "victim_type", "asserted_by"]]
    assert list(told.itertuples(index=False, name=None)) == [
        ("criminal_case", "2017~", "2019-05-07", "S12", "police", "group", "victim"),
        ("company_stop", "2019-05-07", "", "S01", "company_staff", "family", "victim"),
        ("detention_short", "2019-05-07", "", "S01", "police", "family", "victim"),
        ("detention_short", "2019-05-07", "", "S12", "police", "family", "victim"),
        ("summons_interrogation", "2019-05-07", "", "S12", "police;investigator", "individual", "victim"),
        ("summons_interrogation", "2019-05-07", "", "S12", "police", "individual", "relative"),
        ("summons_interrogation", "2019-05-07", "", "S12", "police;investigator", "individual", "victim"),
        ("summons_interrogation", "2019-05-08", "", "S12", "police;investigator", "individual", "victim"),
        ("case_step", "2019-05~", "", "S12", "police;investigator", "individual", "victim"),
    ]


def test_the_case_was_opened_in_2017_and_learned_of_on_7_may_2019(bundle):
    opened = bundle.row("incidents", "I-BZ-01")
    assert str(opened["learned_start"])[:10] == "2019-05-07"
    assert {bundle.row("norms", key)["article"] for key in split(opened["norms_invoked"])} == {"274"}


@pytest.mark.parametrize(
    ("incident", "said"),
    [
        ("I-BZ-02", ["15 minutes", "badge", "KPO"]),
        ("I-BZ-03", ["15–20 minutes", "police", "another part of the village"]),
        ("I-BZ-03a", ["Aksai", "interrogation in a criminal case"]),
        ("I-BZ-04", ["he had never heard", "beginning of 2017", "274", "without a lawyer"]),
        ("I-BZ-05", ["wife", "Berezovka"]),
        ("I-BZ-04a", ["summons", "next day", "150 km"]),
        ("I-BZ-06", ["lawyer", "children of Berezovka"]),
        ("I-BZ-07", ["not been proven", "suspended"]),
    ],
)
def test_each_step_says_what_was_told(bundle, incident, said):
    text = bundle.row("incidents", incident)["text_en"]
    assert [part for part in said if part not in text] == []


def test_the_reason_given_is_the_one_the_police_gave(bundle):
    assert "ecological zone where photography is prohibited" in bundle.row("incidents", "I-BZ-03")["reason_given_en"]


def test_no_answer_of_the_company_to_the_berezovka_case_was_found(bundle):
    steps = bundle["incidents"][bundle["incidents"]["case_id"] == BEREZOVKA]
    assert set(steps["company_answer"]) == {"no_reply_found"}


def test_the_complaints_of_the_berezovka_case_stand_in_their_order(bundle):
    sent = bundle["responses"][bundle["responses"]["case_id"] == BEREZOVKA].sort_values("response_id")
    assert list(sent[["mechanism", "period", "stage"]].itertuples(index=False, name=None)) == [
        ("prosecutor_local", "2019-05-07", "filed"),
        ("un_hrd_rapporteur", "2019-06~", "accepted"),
        ("aarhus_secretariat", "2019-06~", "accepted"),
        ("prosecutor_local", "2019", "filed"),
        ("prosecutor_general", "2019", "filed"),
        ("ngo_and_media", "2019", "given"),
    ]
    aarhus = bundle.row("responses", "R-BZ-03")
    assert {bundle.row("norms", key)["article"] for key in split(aarhus["norm_ids"])} == {"3(8)"}


# ── contradictions: every value stays ────────────────────────────────────────────────────────────
CONTRADICTIONS = [
    ("zone-2018-in-force", {"2018-01-01", "2019-01-01"}),
    ("zone-cut-date", {"2003", "2003-12-25", "2004-01-16", "2004"}),
    ("zone-cut-radius", {"3", "3000–3840"}),
    ("zone-cut-legality", {"illegal; 5 km restored"}),
    ("resettlement-berezovka-bestau-count", {"469", "2138", "1808", "1675"}),
    ("berezovka-28-nov-2014-affected", {"19", "3", "25", "4"}),
    (
        "berezovka-28-nov-2014-cause",
        {"gas emissions above the limits before the event", "no link with hydrogen sulphide", "boiler of the school", "toxic encephalopathy, likely hydrocarbons", "denied", "not proven"},
    ),
    ("zhanaozen-2011-deaths", {"11", "15", "16", "17"}),
    ("astana-april-2023-detained", {"80", "100", "130"}),
    ("arrest-day-i-19", {"2017-01-20", "2017-01-21"}),
    ("arrest-day-i-04", {"2011-05-24", "2011-05-25"}),
    ("detention-day-i2-041", {"2019-02-26", "2019-02-27"}),
    ("bracelet-day-i2-086", {"2024-05-04", "2024-05-05"}),
    ("arrest-day-i2-052", {"2020-09-05", "2020-09-07"}),
    ("first-sentence-i-22", {"2018-10", "2019-10"}),
    ("verdict-day-i2-096", {"2025-06-20", "2025-06-23"}),
    ("kazakhstan-flaring-2012", {"3.9592", "2.496"}),
    ("kazakhstan-flaring-2013", {"3.7637", "3.659"}),
    ("tengiz-t37-start", {"1985-06-25", "1985-07-23"}),
    ("karaturun-name", {"South", "East"}),
    ("karaturun-fine", {"350000000", "500000000"}),
    ("kashagan-sulphur", {"the limit", "the amount above the limit"}),
    ("soyudlu-injured", {"10", "15"}),
    ("position-karachaganak", {"51.353452, 53.211079", "6–254"}),
    ("position-kashagan", {"46.167, 51.583", "46.43417, 52.27123"}),
    ("distance-berezovka-tungush", {"2", "10.8"}),
    ("distance-burlin-field", {"70", "36–44"}),
    ("position-post-yanvartsevo", {"Yanvartsevo", "Burlin"}),
    ("emissions-west-kazakhstan-2016", {"42.5", "63.3"}),
    ("emissions-west-kazakhstan-2017", {"41.5", "63.167"}),
    ("emissions-west-kazakhstan-2018", {"48.2", "62.8"}),
    ("emissions-atyrau-2018", {"172.3", "180"}),
    ("emissions-aktobe-2018", {"158.1", "185"}),
    ("tengiz-routine-flaring", {"eliminated by end of 2009", "167.7", "78.65"}),
    ("karachaganak-gas-utilisation", {"99.92", "14", "53.87"}),
    ("atyrau-251-times", {"251.25", "the city of Atyrau"}),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "values"), CONTRADICTIONS, ids=[topic for topic, _ in CONTRADICTIONS])
def test_accounts_that_differ_all_stay(bundle, topic, values):
    rows = bundle["claims"][bundle["claims"]["topic"] == topic]
    told = list(rows["value"] + " " + rows["value_text_en"])
    assert len(told) >= 2
    assert [value for value in values if not any(re.search(rf"(?<![\w.]){re.escape(value)}(?![\w.])", claim) for claim in told)] == []


def test_the_value_of_a_claim_is_in_no_language(bundle):
    """What is said in words stands in value_text, in each language; value holds numbers, dates, articles and positions."""
    values = bundle["claims"]["value"]
    assert values[~values.str.fullmatch(r"[\d.,()\- –?~/]*")].tolist() == []


def test_no_text_of_a_record_prints_the_id_of_a_record_of_a_case(bundle):
    """A reader is told what is meant; the way there is a link of the card."""
    pattern = r"\b(?:I|I2|I3|I-BZ|R|R2|R-BZ)-\d+"
    for table in ("incidents", "status_updates", "responses", "response_events", "corrections", "cases", "claims"):
        for name in (name for name in bundle[table].columns if name.endswith(("_en", "_ru", "_kk"))):
            cells = bundle[table][name]
            assert cells[cells.str.contains(pattern)].tolist() == [], (table, name)


def test_an_act_of_which_only_a_search_extract_was_seen_says_so(bundle):
    glimpsed = set(bundle["sources"].loc[bundle["sources"]["read_extent"].isin(["snippet", "not_opened"]), "source_id"])
    acts = bundle["incidents"]
    only = acts[[set(cell.split(";")) <= glimpsed for cell in acts["source_ids"]]]
    assert len(only) and only["caveat_en"].str.contains("Only a summary of the source was read").all()


def test_a_title_is_verified_only_if_the_title_itself_was_read(bundle):
    norms = bundle["norms"]
    verified = norms[norms["title_status"] == "verified"]
    assert verified[verified["wording_note_en"].str.contains("not shown|not read")].empty


def test_context_names_no_company_as_an_employer(bundle):
    rows = bundle["incidents"]
    assert rows[(rows["relation"] == "context") & (rows["company_link"] == "employer")].empty


def test_a_topic_is_told_by_more_than_one_claim(bundle):
    """A single point of a field may stand alone: it says that no other was found."""
    told = bundle["claims"]["topic"].value_counts()
    assert [topic for topic in told[told < 2].index if not topic.startswith("position-")] == []


def test_every_claim_belongs_to_a_record_that_shows_it(bundle):
    claims = bundle["claims"]
    shown = claims.groupby("topic")["record_id"].apply(lambda ids: (ids != "").any())
    assert shown.all(), list(shown[~shown].index)


# ── handled with care ────────────────────────────────────────────────────────────────────────────
def test_kashagan_stands_where_the_satellite_sees_its_flare(bundle):
    kashagan = bundle.row("assets", "F04")
    assert geo.distance_m(kashagan["lat"], kashagan["lon"], [46.434], [52.272])[0] < 5_000


def test_an_implausible_figure_is_left_out(bundle):
    assert not bundle.has("measurements", "M0525")


def test_what_rests_on_one_side_alone_is_shown_as_contested(bundle):
    for key in ("I-07", "I3-027", "I3-035", "I3-036"):
        row = bundle.row("incidents", key)
        assert row is None or row["contested"], key
    assert not bundle.has("incidents", "I2-004"), "it is the event of I-01"
    assert bundle.row("incidents", "I-01")["period"] == "2004-12-11"


@pytest.mark.parametrize("key", ["I3-011", "I3-012", "I3-016", "I3-037", "I3-042", "I3-043", "I3-044", "I3-052"])
def test_a_year_that_was_worked_out_says_so(bundle, key):
    row = bundle.row("incidents", key)
    assert row["period_basis"] != "printed" and re.search("[?~%]", row["period"])


def test_context_rows_suggest_no_act_of_a_company(bundle):
    context = bundle["incidents"][bundle["incidents"]["relation"] == "context"]
    assert set(context["company_link"]) <= {"", "employer"}
    assert not context["perpetrator_types"].str.contains("company").any()


def test_a_fact_graded_a_rests_on_something_that_was_read(bundle):
    known = rules.sources(bundle)
    for table in ("incidents", "responses", "zones", "resettlement"):
        for row in bundle[table][bundle[table]["confidence"] == "A"].to_dict("records"):
            assert any(known[key].is_read for key in split(row["source_ids"])), (table, row[bundle[table].columns[0]])


def test_readings_of_another_licence_are_kept_apart(bundle):
    licence = {resource["name"]: resource["licenses"][0]["name"] for resource in SCHEMA["resources"]}
    assert licence["air_readings"] == licence["stations"] == "CC-BY-NC-4.0"
    others = [table for table in ("measurements", "incidents", "claims") if licence[table] == "CC-BY-4.0"]
    assert len(others) == 3
    assert not bundle["measurements"]["source_ids"].str.contains("AIRDATA-KZ").any()


def test_no_outline_of_a_zone_is_drawn():
    assert not [resource["name"] for resource in SCHEMA["resources"] if "zone" in resource["name"] and "schema" not in resource]


# ── words ────────────────────────────────────────────────────────────────────────────────────────
def blanks(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def test_every_text_has_the_same_blanks_in_three_languages():
    assert [key for key, row in WORDS.items() if not all(row[language].strip() for language in LANGUAGES)] == []
    assert [key for key, row in WORDS.items() if len({frozenset(blanks(row[language])) for language in LANGUAGES}) > 1] == []


def test_a_noun_has_the_forms_its_language_needs():
    forms = {key: [row[language].count("|") + 1 for language in LANGUAGES] for key, row in WORDS.items() if key.startswith("noun.")}
    assert {key: found for key, found in forms.items() if found != [2, 3, 1]} == {}


def test_a_number_in_a_text_is_counted_by_a_noun_that_exists():
    specs = {spec for row in WORDS.values() for language in LANGUAGES for _, _, spec, _ in string.Formatter().parse(row[language]) if spec}
    assert {spec for spec in specs if spec not in {"number", "date", "part", "part_in"} and f"noun.{spec}" not in WORDS} == set()


def test_every_term_has_its_label_in_three_languages():
    assert [term["code"] for term in TERMS for language in LANGUAGES if not term[f"label_{language}"].strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_is_defined_in_the_language_of_its_reader(language):
    assert [(term["list"], term["code"]) for term in TERMS if term["definition_en"] and not term[f"definition_{language}"]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_terms_of_a_list_are_called_the_same(language):
    terms = pd.DataFrame(TERMS)
    same = terms[terms.duplicated(["list", f"label_{language}"], keep=False)]
    assert same[["list", "code"]].to_dict("records") == []


def test_no_two_types_of_act_look_the_same():
    looks = [(term["colour"], term["glyph"]) for term in TERMS if term["list"] == "act_type"]
    assert all(colour and glyph for colour, glyph in looks)
    assert len(looks) == len(set(looks))


def test_every_type_of_act_belongs_to_a_family():
    families = {term["code"] for term in TERMS if term["list"] == "act_family"}
    assert {term["parent"] for term in TERMS if term["list"] == "act_type"} <= families


# ── the words that the code says ─────────────────────────────────────────────────────────────────
def trees() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted([*(ROOT / "evidence").rglob("*.py"), *(ROOT / "pages").glob("*.py")]):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def pattern(node: ast.JoinedStr) -> str:
    """An f-string as an expression: what is put in may be anything."""
    return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values)


def said() -> Iterator[tuple[str, ast.AST]]:
    """(where, first argument) of every `words(…)`, `page.words(…)` and, inside Words, `self(…)`."""
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"words", "self"}:
                yield f"{file}, line {node.lineno}", node.args[0]


def written() -> set[str]:
    """The keys that a template of a file says."""
    return {
        key
        for path in (ROOT / "evidence").rglob("*.html")
        for key in re.findall(r"""words\(['"]([\w.]+)['"]""", path.read_text(encoding="utf-8"))
    }


def test_every_key_that_a_template_says_exists():
    assert written()
    assert written() <= set(WORDS)


def test_every_key_that_the_code_says_exists():
    for where, key in said():
        if isinstance(key, ast.Constant):
            assert key.value in WORDS, where
        if isinstance(key, ast.JoinedStr):
            assert any(re.fullmatch(pattern(key), known) for known in WORDS), (where, pattern(key))


def test_every_text_of_the_code_that_looks_like_a_key_is_one():
    groups = {key.partition(".")[0] for key in WORDS}
    for file, tree in trees():
        if "words(" not in (ROOT / file).read_text(encoding="utf-8"):
            continue
        inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node not in inside and re.fullmatch(r"[a-z]+\.(?!js$|css$)[a-z0-9_]+", str(node.value)):
                begins = any(key.startswith(f"{node.value}.") for key in WORDS)  # the stem of a choice: its options are keys
                assert node.value in WORDS or begins or node.value.partition(".")[0] not in groups, (file, node.value)


def test_no_key_is_unused():
    literals, patterns = written(), set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            elif isinstance(node, ast.JoinedStr) and re.match(r"[a-z_]+\\\.", pattern(node)):
                patterns.add(pattern(node))
            elif isinstance(node, ast.keyword) and node.arg == "texts" and isinstance(node.value, ast.Constant):
                patterns.add(rf"{node.value.value}\..+")
    counted = {spec for row in WORDS.values() for _, _, spec, _ in string.Formatter().parse(row["en"])} | literals
    unused = [key for key in WORDS if key not in literals and not any(re.fullmatch(one, key) for one in patterns)]
    assert [key for key in unused if not (key.startswith("noun.") and key.removeprefix("noun.") in counted)] == []
