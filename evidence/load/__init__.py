"""A bundle's files in, a `Bundle` out; or `InvalidData`, naming every bad cell in a sentence.

The schema is `datapackage.json` beside the package (Frictionless Data Package). Beyond Table Schema each field may say
`meaning` (edtf, label, text, url, record), `vocabulary` (a list of vocabulary.csv), `references` (a table) and
`separator` (the cell is a list). Data are checked once, here; after that, functions trust their input.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from evidence.load.cells import MAX_CELL
from evidence.load.files import DOCUMENTS, ROOT, STORIES, Files, is_story, stories_of
from evidence.load.problems import InvalidData, Problem
from evidence.load.sheets import check_tables, with_intervals
from evidence.load.texts import check_texts
from evidence.model import Bundle

__all__ = ["DOCUMENTS", "MAX_CELL", "ROOT", "STORIES", "InvalidData", "Problem", "bundle_path", "is_story", "load", "opened"]


def bundle_path() -> Path:
    """The folder to open: `TAMSHY_BUNDLE`, or the repository itself."""
    return Path(os.environ.get("TAMSHY_BUNDLE") or ROOT).resolve()


@lru_cache(maxsize=1)
def opened() -> Bundle:
    """The bundle this process shows: read once, shared by every visitor and by the routes."""
    return load(bundle_path())


def load(path: Path | None = None) -> Bundle:
    """Read and check a bundle folder.

    Raises:
        InvalidData: with every problem of every file; nothing is half-loaded.
    """
    path = path or bundle_path()
    files = Files(path)
    schema = files.read_json("datapackage.json", ROOT / "datapackage.json")
    own = schema if path == ROOT else files.read_json("datapackage.json")
    if schema is None or own is None:
        raise InvalidData(path, files.problems)
    extent = files.description(own)
    frames, layers = {}, {}
    for resource in schema["resources"]:
        if "schema" in resource:
            frames[resource["name"]] = files.read_table(resource)
        elif not is_story(resource):
            layers[resource["name"]] = files.read_layer(resource)
    check_texts(files, frames)
    told, documents = files.read_stories(own, frames), files.read_documents()
    check_tables(files, schema, frames, extent)
    if files.problems:
        raise InvalidData(path, files.problems)
    return Bundle(
        path=path,
        version=files.version(),
        title=str(own.get("title", "")),
        published=str(own.get("created", ""))[:10],
        synthetic=bool(own.get("synthetic", False)),
        tables=MappingProxyType({name: with_intervals(frame, schema, name) for name, frame in frames.items()}),
        layers=MappingProxyType(layers),
        schema=MappingProxyType({**own, "resources": [r for r in schema["resources"] if not is_story(r)] + stories_of(own)}),
        stories=MappingProxyType(told),
        documents=MappingProxyType(documents),
    )
