"""How the whole, a view, a record and a source are cited: in words, as BibTeX, as CSL-JSON, always with the version."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from evidence.model import Bundle
from evidence.words import Words, clean

# What BibTeX reads as a command; a letter of any script stays as it is (biber and every manager read UTF-8).
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
    "~": r"\textasciitilde{}",
    "^": r"\^{}",
}


def citation(bundle: Bundle, words: Words, *, title: str, key: str, address: str, today: str) -> str:
    """How to cite a record or a view: what, from which version, where, read when."""
    return words(
        "citation.text",
        title=title,
        key=key,
        bundle=bundle.title,
        version=bundle.version,
        published=words.date(bundle.published),
        address=address,
        today=words.date(today),
    )


def whole_citation(bundle: Bundle, words: Words, *, address: str, today: str) -> str:
    """How to cite all of it."""
    published, read = words.date(bundle.published), words.date(today)
    return words("citation.whole", bundle=bundle.title, version=bundle.version, published=published, address=address, today=read)


def bibtex(bundle: Bundle, *, title: str, key: str, address: str, today: str, language: str) -> str:
    """A view, a record or (with an empty `key`) the whole, as BibTeX."""
    said = {
        "title": _tex(title or bundle.title),
        "author": "{Tamshy}",
        "booktitle": _tex(bundle.title) if key else "",
        "year": bundle.published[:4],
        "date": bundle.published,
        "version": bundle.version,
        "url": re.sub(r"[{}\\]", "", address),
        "urldate": today,
        "langid": {"en": "english", "ru": "russian", "kk": "kazakh"}[language],
        "note": _tex(f"{key}, version {bundle.version}" if key else f"Version {bundle.version}"),
    }
    name = re.sub(r"[^\w-]+", "-", f"tamshy-{bundle.version}-{key}").strip("-")
    lines = ",\n".join(f"  {field} = {{{value}}}" for field, value in said.items() if value)
    return f"@misc{{{name},\n{lines}\n}}\n"


def csl_item(bundle: Bundle, *, title: str, key: str, address: str, today: str, language: str) -> str:
    """The same as CSL-JSON."""
    item: dict[str, Any] = {
        "id": f"tamshy-{bundle.version}{'-' + key if key else ''}",
        "type": "dataset",
        "title": clean(title or bundle.title),
        "author": [{"literal": "Tamshy"}],
        "issued": {"date-parts": [[int(part) for part in bundle.published.split("-")]]},
        "accessed": {"date-parts": [[int(part) for part in today.split("-")]]},
        "version": bundle.version,
        "URL": address,
        "language": language,
    }
    if key:
        item |= {"container-title": clean(bundle.title), "number": key}
    return json.dumps([item], ensure_ascii=False, indent=1) + "\n"


def _tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in clean(text))


def source_line(row: Mapping[str, Any], words: Words) -> str:
    """A source as a bibliography has it: title, publisher, date."""
    parts = [clean(row["title"]), clean(row["publisher"])]
    if row["date"]:
        parts.append(words.date(row["date"]))
    return ". ".join(part.rstrip(".") for part in parts if part) + "."
