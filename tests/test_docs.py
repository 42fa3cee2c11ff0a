"""What the documents promise is what the program does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from conftest import ROOT, TABLES

from evidence import select
from evidence.model import Bundle
from evidence.ui.page import EXTRAS

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {word for line in re.findall(r"^([a-z][a-z -]*):", MAKEFILE, re.MULTILINE) for word in line.split()} - {"all"}
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "data").glob("*.md")), *sorted((ROOT / "geo").glob("*.md"))]
PARAMETERS = re.findall(r"^\| (`[a-z_`, ]+`) \| .* \| (.*) \|$", README, re.MULTILINE)
CODEBOOK = runpy.run_path(str(ROOT / "tools" / "make_codebook.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ── the codebook ─────────────────────────────────────────────────────────────────────────────────
def test_codebook_is_what_the_tool_makes_now():
    assert (ROOT / "data" / "README.md").read_text(encoding="utf-8") == CODEBOOK["made"](), "run `make docs`"


@pytest.mark.parametrize("table", TABLES)
def test_codebook_has_every_column(table):
    section = CODEBOOK["made"]().partition(f"\n### {table}\n")[2].partition("\n### ")[0].partition("| --- |")[2]
    assert [name for field in TABLES[table]["schema"]["fields"] if f"`{(name := field['name'])}`" not in section] == []


def test_codebook_keeps_a_bar_inside_its_cell():
    assert CODEBOOK["_cell"]("a|b <c>") == r"a\|b \<c>"


def test_codebook_orders_terms_by_their_order_whatever_the_file_does():
    rows = [{"list": "x", "code": code, "order": order} for code, order in (("late", "10"), ("early", "9"))]
    assert [row["code"] for row in CODEBOOK["_lists"](rows)["x"]] == ["early", "late"]


# ── make ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_readme_says_what_each_make_word_is(target):
    assert re.search(rf"make {target}\b(?!-)", README)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_documents_name_only_make_words_that_exist(document):
    said = re.findall(r"(?:`|^)make ([a-z][a-z-]*)", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(said) <= TARGETS


def test_make_words_are_phony():
    assert set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()) == TARGETS | {"all"}


# ── environment, links ───────────────────────────────────────────────────────────────────────────
def test_readme_lists_every_environment_variable_and_no_other():
    code = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "dashboard.py", *(ROOT / "evidence").rglob("*.py")])
    assert set(re.findall(r"^\| `(TAMSHY_\w+)` \|", README, re.MULTILINE)) == set(re.findall(r"environ[^\n]*?(TAMSHY_[A-Z_]+)", code))


def test_readme_lists_every_link_parameter():
    listed = {name for names, _ in PARAMETERS for name in re.findall(r"`([a-z_]+)`", names)}
    assert {facet.key for facet in select.FACETS} | {*select.OTHER_WORDS, "id", "v"} <= listed


def test_readme_lists_every_word_by_which_a_page_shows_a_view():
    table = README.partition("How a page shows it")[2].partition("Codes and ids")[0]
    listed = {name for line in re.findall(r"^\|[^|]*\|([^|]*)\|", table, re.MULTILINE) for name in re.findall(r"`([a-z_]+)`", line)}
    assert listed == EXTRAS


def test_example_links_of_the_readme_mean_something(bundle: Bundle):
    own = {"id", "v", "embed"}  # the page reads these itself
    examples = re.findall(r"`(?:/\w*\?)?([a-z]+=[^`]+)`", README)
    assert len(examples) > len(select.FACETS)
    for example in examples:
        query = {key: values for key, values in parse_qs(example).items() if key not in own | EXTRAS}
        assert set(query) <= {*select.BY_KEY, *select.OTHER_WORDS}, example
        assert select.from_query(query, bundle)[1] == [], example


def test_what_the_errands_of_the_readme_tell_to_press_stands_on_the_pages(bundle: Bundle):
    errands = README.partition("## Three errands")[2].partition("\n## ")[0]
    told = re.findall(r"(?<!\*)\*([^*\n]+?)(?:: [^*\n]+)?\*(?!\*)", errands)
    spoken = "\n".join(bundle["words"]["en"])
    assert len(told) > 15 and [text for text in told if text not in spoken] == []


def test_example_records_of_the_readme_exist(bundle: Bundle):
    assert all(bundle.has("incidents", key) for key in re.findall(r"`id=([^`]+)`", README))


# ── documents ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_between_documents_lead_somewhere(document):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_left_out_points_to_rows_that_exist(bundle: Bundle):
    text = (ROOT / "data" / "LEFT_OUT.md").read_text(encoding="utf-8")
    named_rows = {
        "norms": r"\bN-\d{3}\b",
        "claims": r"\bCL\d{3}\b",
        "corrections": r"\bCR\d{3}\b",
        "assets": r"\bF\d{2}\b",
        "places": r"\bS\d{2}\b",
    }
    for table, pattern in named_rows.items():
        found = set(re.findall(pattern, text))
        assert found and [key for key in found if not bundle.has(table, key)] == []


def test_left_out_rows_are_out(bundle: Bundle):
    assert not bundle.has("measurements", "M0525")
    assert not any(bundle.has(table, key) for table, key in (("incidents", "I2-004"), ("limits", "LM16"), ("limits", "LM31")))


def test_licence_file_names_every_licence_that_is_not_the_usual_one():
    text = (ROOT / "LICENSE-DATA.md").read_text(encoding="utf-8")
    others = [r["path"] for r in TABLES.values() if r["licenses"][0]["name"] != "CC-BY-4.0"]
    assert others and [path for path in others if f"`{path}`" not in text] == []
