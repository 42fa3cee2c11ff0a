"""Sources in, a bibliography out: CSL-JSON and RIS, which reference managers read.

What a citation needs is there; what was not recorded (a day of access, a page) is left out and not invented.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from evidence.model import parse_period, split
from evidence.words import Words, clean

# A kind of source to the nearest kind of CSL 1.0.2 and of RIS; what is not here is a web page.
_KINDS = {
    "media": ("article-newspaper", "NEWS"),
    "media_interview": ("interview", "NEWS"),
    "translation": ("article-newspaper", "NEWS"),
    "tv_radio": ("broadcast", "VIDEO"),
    "video": ("motion_picture", "VIDEO"),
    "photo": ("graphic", "ART"),
    "law_act": ("legislation", "STAT"),
    "legal_database": ("legislation", "STAT"),
    "court_record": ("legal_case", "CASE"),
    "official_letter": ("personal_communication", "PCOMM"),
    "un_document": ("report", "RPRT"),
    "treaty_body_document": ("report", "RPRT"),
    "accountability_mechanism": ("report", "RPRT"),
    "company_document": ("report", "RPRT"),
    "academic": ("article-journal", "JOUR"),
    "encyclopedia": ("entry-encyclopedia", "ENCYC"),
    "government_statistics": ("dataset", "DATA"),
    "station_data": ("dataset", "DATA"),
    "satellite_product": ("dataset", "DATA"),
    "dataset": ("dataset", "DATA"),
    "gazetteer": ("dataset", "DATA"),
    "ngo_database": ("dataset", "DATA"),
}


def csl(rows: Iterable[Mapping[str, Any]], words: Words, version: str) -> bytes:
    """CSL-JSON (the input of citeproc, Zotero, pandoc): one item a source, its id the bundle's id."""
    items = []
    for row in rows:
        item: dict[str, Any] = {
            "id": row["source_id"],
            "type": _KINDS.get(str(row["type"]), ("webpage", "ELEC"))[0],
            "title": clean(row["title"]),
        }
        for name, column in (("publisher", "publisher"), ("URL", "url"), ("archive_location", "archive_url")):
            if row[column]:
                item[name] = clean(row[column])
        if row.get("author"):
            item["author"] = [{"literal": clean(row["author"])}]
        if row["date"]:
            item["issued"] = _issued(row["date"])
        if language := _language(row):
            item["language"] = language
        item["note"] = _note(row, words, version)
        items.append(item)
    return (json.dumps(items, ensure_ascii=False, indent=1) + "\n").encode()


def _issued(edtf: str) -> dict[str, Any]:
    """A date as CSL has it: no more exact than it is, "circa" where it is about or in doubt."""
    period = parse_period(edtf)
    parts = [_parts(side) for side in edtf.split("/") if side not in {"", ".."}]
    issued: dict[str, Any] = {"date-parts": parts}
    if period.approximate or period.uncertain:
        issued["circa"] = True
    return issued


def _parts(date: str) -> list[int]:
    """[2019, 5, 7], [2019, 5] or [2019]; a season has no month."""
    parts = [int(part) for part in date.rstrip("?~%").split("-")]
    return parts[:1] if len(parts) > 1 and parts[1] > 12 else parts


def _language(row: Mapping[str, Any]) -> str:
    """The first language of a document, as ISO 639 has it; "other" is none."""
    first = next(iter(split(row["languages"])), "")
    return "" if first == "other" else first


def _note(row: Mapping[str, Any], words: Words, version: str) -> str:
    read = f"{words('source.read')}: {words.label('read_extent', row['read_extent'])}"
    return f"{words.label('source_type', row['type'])}. {read}. Tamshy {version}, {row['source_id']}."


def ris(rows: Iterable[Mapping[str, Any]], words: Words, version: str) -> bytes:
    """RIS, UTF-8 with CRLF line ends: one reference a source."""
    lines = []
    for row in rows:
        lines.append(f"TY  - {_KINDS.get(str(row['type']), ('webpage', 'ELEC'))[1]}")
        said = {
            "ID": row["source_id"],
            "TI": row["title"],
            "AU": row.get("author", ""),
            "PB": row["publisher"],
            "UR": row["url"],
            "L2": row["archive_url"],
        }
        lines += [f"{tag}  - {_line(value)}" for tag, value in said.items() if value]
        if row["date"]:
            first = next(side for side in row["date"].split("/") if side not in {"", ".."})
            year, *rest = _parts(first)
            lines += [f"PY  - {year:04d}", "DA  - " + "/".join([f"{year:04d}", *(f"{n:02d}" for n in rest), *[""] * (3 - len(rest))])]
        lines += [f"LA  - {language}"] if (language := _language(row)) else []
        lines += [f"N1  - {_line(_note(row, words, version))}", "ER  - ", ""]
    return "\r\n".join(lines).encode()


def _line(value: str) -> str:
    """A value on one line: a line break would begin a tag of its own."""
    return " ".join(clean(value).split())
