"""Writes data/README.md, the codebook, from datapackage.json and vocabulary.csv: `python tools/make_codebook.py`.

A codebook written by hand forgets a column sooner or later; this one cannot, and a test compares it with what this file makes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CODEBOOK = ROOT / "data" / "README.md"
LANGUAGES = ("en", "ru", "kk")
CROSSWALKS = {"huridocs": "HURIDOCS", "sdg": "SDG 16.10.1", "bhrrc": "BHRRC", "forumasia": "FORUM-ASIA", "acled": "ACLED"}
TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
MEANINGS = {
    "edtf": "date or period (EDTF)",
    "label": "name",
    "text": "sentence",
    "url": "address",
    "record": "id of a row of any table",
}

HEAD = """# Codebook of the bundle

Made from `datapackage.json` and `data/vocabulary.csv` by `tools/make_codebook.py`. Do not edit it by hand: `make docs` writes it again.
What the collection leaves out, and why, is in [LEFT_OUT.md](LEFT_OUT.md); licences in [LICENSE-DATA.md](../LICENSE-DATA.md).

## How to read a cell

- Files are CSV, UTF-8 without byte-order mark, comma-separated, lines end with LF, one row per observation. An empty cell means missing; `0` means zero.
- Ids never change meaning and are never used again. The number in an id says nothing.
- A *code* is a term of a list of `vocabulary.csv` (below); case matters. A *list* holds several codes or ids, separated by `;` without spaces.
- Dates are [EDTF](https://www.loc.gov/standards/datetime/) level 1 and mean a whole interval: `2019` is all of 2019, `2019-05` all of May, `2019-05-07` one day,
  `2019?` uncertain, `2019~` about, `2004/2006` a span, `2017-01/..` open. A page never shows one as more exact than it is.
- Columns that end in `_en`, `_ru`, `_kk` are one text in English, Russian and Kazakh. Where English is filled, Russian must be; where Kazakh is empty, the page
  shows another language, marked.
- Coordinates are WGS 84 (EPSG:4326), in decimal degrees, and are good to `location_radius_m` metres, no better.
- `confidence` is the grade of a fact: A two independent sources or a primary document, B one credible source, C not read, shown as unverified.
- `{P-001}` inside a text stands for that person: the page prints the name where `people.csv` has one, else the pseudonym.
"""


def codebook(package: Mapping[str, Any], terms: Iterable[Mapping[str, str]]) -> str:
    """The whole codebook as Markdown: the same schema and terms give the same text."""
    tables = [r for r in package["resources"] if "schema" in r]
    layers = [r for r in package["resources"] if "schema" not in r and r.get("format") != "md"]
    stories = [r for r in package["resources"] if r.get("format") == "md"]
    used = _used(tables)
    parts = [HEAD, "## Tables\n", *_contents(tables), *(_table(r) for r in tables)]
    parts += ["## Layers\n", "Their making, dates and limits: [geo/README.md](../geo/README.md).\n", *_contents(layers)]
    if stories:
        parts += ["## Stories\n", "Guided narratives: their form is told in `evidence/stories.py`, and in CONTRIBUTING.\n"]
        parts += [*(f"- `{r['path']}`: {r['title']}" for r in stories), ""]
    parts += ["## Vocabulary\n", *(_list(name, rows, used.get(name, [])) for name, rows in _lists(terms).items())]
    return "\n".join(parts).rstrip() + "\n"


def _contents(resources: list[Mapping[str, Any]]) -> list[str]:
    rows = []
    for r in resources:
        name = f"[{r['name']}](#{r['name']})" if "schema" in r else f"`{r['path']}`"
        licences = ", ".join(f"[{x['name']}]({x['path']})" for x in r["licenses"])
        rows.append([name, _cell(r["title"]), licences, *([] if "schema" in r else [r["crs"]])])
    head = ["table", "one row is", "licence"] if "schema" in resources[0] else ["layer", "what", "licence", "coordinates"]
    return [_markdown(head, rows), ""]


def _table(resource: Mapping[str, Any]) -> str:
    schema = resource["schema"]
    licences = ", ".join(x["title"] for x in resource["licenses"])
    key = ", ".join(f"`{name}`" for name in schema["primaryKey"])
    rows = [[" ".join(f"`{f['name']}`" for f in group), _kind(group[0]), _must(group)] for group in _groups(schema["fields"])]
    lines = [
        f"### {resource['name']}\n",
        f"{_cell(resource['title'])}. `{resource['path']}`; key: {key}; licence: {licences}.\n",
        _markdown(["column", "holds", "must be filled"], rows),
    ]
    return "\n".join([*lines, ""])


def _groups(fields: list[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Columns in their order; the three languages of one text together."""
    groups: list[list[Mapping[str, Any]]] = []
    for field in fields:
        stem = field["name"].rpartition("_")[0]
        if "language" in field and groups and "language" in groups[-1][0] and groups[-1][0]["name"].rpartition("_")[0] == stem:
            groups[-1].append(field)
        else:
            groups.append([field])
    return groups


def _kind(field: Mapping[str, Any]) -> str:
    if "vocabulary" in field:
        name = f"[{field['vocabulary']}](#{field['vocabulary']})"
        return f"list of codes of {name}" if "separator" in field else f"code of {name}"
    if "references" in field:
        name = f"[{field['references']}](#{field['references']})"
        return f"list of ids of {name}" if "separator" in field else f"id of {name}"
    if field.get("constraints", {}).get("unique"):
        return "id of the row"
    said = MEANINGS.get(field.get("meaning", ""), TYPES[field["type"]])
    if "separator" in field:
        said = "list of spellings" if field["name"] == "aliases" else f"list: {said}"
    limits = field.get("constraints", {})
    bounds = f" ({limits['minimum']} to {limits['maximum']})" if "minimum" in limits and "maximum" in limits else ""
    return f"{said}{bounds}" + (f", {field['unit']}" if "unit" in field else "")


def _must(group: list[Mapping[str, Any]]) -> str:
    """ "yes", "" or the languages that must be there; a filled English asks for the Russian in any case."""
    required = [f for f in group if f.get("constraints", {}).get("required")]
    if not required or len(group) == 1 or len(required) == len(group):
        return "yes" if required else ""
    return ", ".join(f["language"] for f in required)


def _used(tables: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    """For each vocabulary list, the columns that take their codes from it."""
    used: dict[str, list[str]] = {}
    for table in tables:
        for field in table["schema"]["fields"]:
            if "vocabulary" in field:
                used.setdefault(field["vocabulary"], []).append(f"`{table['name']}.{field['name']}`")
    return used


def _lists(terms: Iterable[Mapping[str, str]]) -> dict[str, list[Mapping[str, str]]]:
    lists: dict[str, list[Mapping[str, str]]] = {}
    for row in terms:
        lists.setdefault(row["list"], []).append(row)
    return {name: sorted(lists[name], key=lambda row: (int(row["order"]), row["code"])) for name in sorted(lists)}


def _list(name: str, terms: list[Mapping[str, str]], columns: list[str]) -> str:
    extra = {"parent": "family"} if any(term["parent"] for term in terms) else {}
    crossed = any(term[key] for term in terms for key in CROSSWALKS)
    head = ["code", "English", "Русский", "Қазақша", "definition", *extra.values(), *(["in other vocabularies"] if crossed else [])]
    rows = []
    for term in terms:
        definition = "<br>".join(_cell(text) for code in LANGUAGES if (text := term[f"definition_{code}"]))
        row = [f"`{term['code']}`", *(_cell(term[f"label_{code}"]) for code in LANGUAGES), definition]
        row += [f"`{term[key]}`" if term[key] else "" for key in extra]
        if crossed:
            row.append("; ".join(f"{title}: {_cell(term[key])}" for key, title in CROSSWALKS.items() if term[key]))
        rows.append(row)
    where = f"Used by {', '.join(columns)}.\n" if columns else "Used by the program, not by a column.\n"
    return "\n".join([f"### {name}\n", where, _markdown(head, rows), ""])


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    """Text that stays inside its cell and is read as it is written."""
    for mark in ("\\", "|", "<", "*", "`"):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", " ")


def made() -> str:
    """The codebook of this repository as it should be now."""
    package = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
    with (ROOT / "data" / "vocabulary.csv").open(encoding="utf-8", newline="") as file:
        return codebook(package, list(csv.DictReader(file)))


if __name__ == "__main__":
    CODEBOOK.write_text(made(), encoding="utf-8", newline="\n")
    print(f"{CODEBOOK.relative_to(ROOT)} written")
