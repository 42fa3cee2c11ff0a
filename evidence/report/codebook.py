"""The schema in, a codebook out: every column, every code, and a datapackage.json that any Frictionless tool can hold files against."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from evidence.model import LANGUAGES, Bundle
from evidence.report.published import SHA, VERSION, fields, resource
from evidence.report.tables import csv
from evidence.words import Words


def columns_csv(bundle: Bundle, words: Words, names: Collection[str]) -> bytes:
    """Each column of these tables: what it holds, which list or table its values come from, whether it must be filled."""
    rows = [
        {
            "table": name,
            "table_is": resource(bundle, name).get("title", ""),
            "column": spec["name"],
            "type": spec.get("meaning", spec["type"]),
            "list": spec.get("vocabulary", ""),
            "references": spec.get("references", ""),
            "separator": spec.get("separator", ""),
            "required": str(bool(spec.get("constraints", {}).get("required"))).lower(),
            "licence": next((one["name"] for one in resource(bundle, name).get("licenses", [])), ""),
        }
        for name in names
        for spec in fields(bundle, name)
    ]
    return csv(pd.DataFrame(rows), bundle, words)


def codes_csv(bundle: Bundle, words: Words, names: Collection[str]) -> bytes:
    """Each code that a column of these tables may hold: its label and definition in three languages."""
    lists = {spec["vocabulary"] for name in names for spec in fields(bundle, name) if "vocabulary" in spec}
    terms = bundle["vocabulary"]
    columns = ["list", "code", *(f"{stem}_{code}" for stem in ("label", "definition") for code in LANGUAGES)]
    return csv(terms.loc[terms["list"].isin(lists), columns], bundle, words)


def package(
    bundle: Bundle, names: Sequence[str], path: Callable[[str], str], *, complete: bool, added: Mapping[str, Sequence[str]]
) -> bytes:
    """datapackage.json of the files we write: the bundle's schema with the columns that a download adds.

    Args:
        bundle: the bundle.
        names: its tables.
        path: where a table lies, from the file itself.
        complete: whether every row is there, so that a reference to another table must be met.
        added: columns a page made, a table.
    """
    own = {"$schema", "name", "title", "description", "created", "licenses"}
    whole = {key: value for key, value in bundle.schema.items() if key in own} | {"version": bundle.version}
    whole["resources"] = [_resource(bundle, name, path(name), set(names), complete, added.get(name, ())) for name in names]
    return (json.dumps(whole, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def _resource(bundle: Bundle, name: str, path: str, there: set[str], complete: bool, added: Sequence[str]) -> dict[str, Any]:
    known = resource(bundle, name)
    schema = {key: value for key, value in known["schema"].items() if key != "foreignKeys"}
    schema["fields"] = [
        *known["schema"]["fields"],
        *({"name": column, "type": "string"} for column in added),
        {
            "name": SHA,
            "type": "string",
            "description": "SHA-256 of the row's cells in this order, joined by U+001F, in UTF-8; its first 16 digits",
        },
        {"name": VERSION, "type": "string", "description": "The version of the data"},
    ]
    keys = [key for key in known["schema"].get("foreignKeys", []) if complete and (key["reference"]["resource"] or name) in there]
    return {**known, "path": path, "schema": {**schema, **({"foreignKeys": keys} if keys else {})}}
