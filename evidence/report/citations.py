"""How a record, a view and a source are cited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence.model import Bundle
from evidence.words import Words, clean


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


def source_line(row: Mapping[str, Any], words: Words) -> str:
    """A source as a bibliography has it: title, publisher, date."""
    parts = [clean(row["title"]), clean(row["publisher"])]
    if row["date"]:
        parts.append(words.date(row["date"]))
    return ". ".join(part.rstrip(".") for part in parts if part) + "."
