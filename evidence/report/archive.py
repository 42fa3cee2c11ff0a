"""A ZIP that stands alone: tables as CSV and Excel, places for maps, codebook, sources, and a README that says what this is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evidence.model import Bundle
from evidence.report import bibliography
from evidence.report.citations import bibtex, citation, csl_item, whole_citation
from evidence.report.codebook import codes_csv, columns_csv, package
from evidence.report.dense import Dense, files_csv, newest
from evidence.report.geopackage import geopackage
from evidence.report.progress import Tell, course, quiet
from evidence.report.published import Rows, key_columns, whole
from evidence.report.related import related
from evidence.report.sheets import workbook
from evidence.report.tables import csv_file, geojson_file, has_places, licence_of
from evidence.words import Words

_CSV, _SHEET, _POINT, _LAYER, _REST = 1.0, 5.0, 3.0, 5.0, 2_000.0
QUIET = frozenset({"words"})  # texts of the program, not evidence


@dataclass(frozen=True)
class Taken:
    """What is taken, in words: a title, the selection, the address of the view (with its version), the figure's id, the day."""

    title: str
    selection: str
    address: str
    figure: str
    today: str
    whole: bool = False  # everything, whatever was selected


def everything(bundle: Bundle) -> list[Rows]:
    """Every table of the evidence."""
    return [whole(bundle, name) for name in bundle.tables if name not in QUIET]


def archive(bundle: Bundle, words: Words, rows: Sequence[Rows], taken: Taken, tell: Tell = quiet) -> bytes:
    """The ZIP of some rows and what belongs to them; of all, where the rows are `everything`. `tell` is called with how far it is."""
    parts = list(rows) if taken.whole else related(bundle, rows)
    names = [one.name for one in parts]
    placed = [one for one in parts if has_places(bundle, one.name) and len(one)]
    # What a row costs in each kind of file, by the clock, and the rest as so many rows.
    sizes, points = sum(map(len, parts)), sum(map(len, placed))
    step = course(sizes * (_CSV + _SHEET) + points * (_POINT + _LAYER) + _REST, tell)
    series = newest(bundle) if taken.whole else []
    files: dict[str, bytes] = {f"data/{one.name}.csv": csv_file(bundle, one, lambda n: step(n * _CSV)) for one in parts}
    shown = parts if taken.whole else list(rows)
    counts = {one.name: len(one) for one in parts}
    about = readme(bundle, words, taken, counts, {one.name for one in shown}, series)
    files["README.md"] = "\n".join(about).encode()
    plain = [line.lstrip("#* ").replace("`", "") for line in about if line]
    files["tamshy.xlsx"] = workbook(bundle, words, parts, plain, lambda n: step(n * _SHEET))
    for one in placed:
        files[f"places/{one.name}.geojson"] = geojson_file(bundle, one, taken.selection, lambda n: step(n * _POINT))
    if layers := geopackage(bundle, placed, lambda n: step(n * _LAYER)):
        files["places/tamshy.gpkg"] = layers
    files |= {f"observations/{one.kind}.csv": one.content for one in series}
    if series and (listed := files_csv(bundle)):
        files["observations/files.csv"] = listed
    step(_REST / 2)
    files["codebook/columns.csv"], files["codebook/codes.csv"] = columns_csv(bundle, words, names), codes_csv(bundle, words, names)
    added = {one.name: list(one.added) for one in parts}
    files["datapackage.json"] = package(bundle, names, lambda name: f"data/{name}.csv", complete=taken.whole, added=added)
    if cited := next((one for one in parts if one.name == "sources"), None):
        found = bundle["sources"].iloc[np.asarray(cited.at)].to_dict("records")
        files["sources/sources.json"] = bibliography.csl(found, words, bundle.version)
        files["sources/sources.ris"] = bibliography.ris(found, words, bundle.version)
    said = {
        "title": taken.title,
        "key": "" if taken.whole else taken.figure,
        "address": taken.address,
        "today": taken.today,
        "language": words.language,
    }
    files["citation/citation.bib"] = bibtex(bundle, **said).encode()
    files["citation/citation.json"] = csl_item(bundle, **said).encode()
    files["citation/citation.txt"] = (cite(bundle, words, taken) + "\n").encode()
    if text := bundle.documents.get("left_out", ""):
        files["LEFT_OUT.md"] = text.encode()
    made = _zip(bundle, files)
    tell(1.0)
    return made


def cite(bundle: Bundle, words: Words, taken: Taken) -> str:
    """The sentence to cite this by."""
    if taken.whole:
        return whole_citation(bundle, words, address=taken.address, today=taken.today)
    return citation(bundle, words, title=taken.title, key=taken.figure, address=taken.address, today=taken.today)


def readme(
    bundle: Bundle, words: Words, taken: Taken, counts: dict[str, int], shown: set[str], series: Sequence[Dense] = ()
) -> list[str]:  # fmt: skip
    """What this is: the selection in words, the version, the licence, the citation, what was withheld, how to check a row."""
    lines = [f"# {taken.title}", "", taken.selection, ""]
    lines += [words("zip.version", title=words.title, version=bundle.version, date=words.date(bundle.published)), ""]
    lines += [f"## {words('zip.files')}", ""]
    for name, n in counts.items():
        why = "" if name in shown else f" {words('zip.belongs').strip()}"
        keys = ", ".join(f"`{key}`" for key in key_columns(bundle, name))
        lines.append("* " + words("zip.table", name=name, rows=n, keys=keys, licence=licence_of(bundle, name)) + why)
    if series:
        lines += [
            "* " + words("zip.dense", kind=one.kind, label=words(f"zip.dense_{one.kind}"), rows=one.rows, total=one.total, since=one.since.isoformat())
            for one in series
        ]  # fmt: skip
        lines += ["", words("zip.dense_columns"), *([words("zip.dense_left")] if any(one.rows < one.total for one in series) else [])]
    lines += ["", words("zip.other_files"), ""]
    lines += [f"## {words('zip.cite')}", "", cite(bundle, words, taken), ""]
    lines += [f"## {words('zip.licence')}", "", words("zip.licence_text"), ""]
    lines += [f"## {words('zip.withheld')}", "", words("zip.withheld_people")]
    lines += [words("zip.withheld_places")]
    if not taken.whole:
        lines += [words("zip.withheld_selection", n=sum(counts[name] for name in shown), total=sum(len(bundle[name]) for name in shown))]
    if "left_out" in bundle.documents:
        lines += [words("zip.withheld_document")]
    lines += ["", f"## {words('zip.check')}", "", words("zip.check_text")]
    return [*lines, "", *([words("zip.figure", key=taken.figure), ""] if taken.figure else [])]


def _zip(bundle: Bundle, files: dict[str, bytes]) -> bytes:
    """The files packed, dated by the day of the data: the same content is the same archive."""
    out = io.BytesIO()
    year, month, day = (int(part) for part in bundle.published.split("-"))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as packed:
        for name, content in files.items():
            packed.writestr(
                zipfile.ZipInfo(name, (year, month, day, 0, 0, 0)),
                content,
                zipfile.ZIP_STORED if name.endswith(".xlsx") else zipfile.ZIP_DEFLATED,
                5,
            )
    return out.getvalue()
