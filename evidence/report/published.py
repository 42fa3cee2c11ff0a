"""A table as it leaves the house: every cell a text, people by the bundle's rule, each row with a hash of what it says.

The same whatever the reader's language is: a text in Russian names people as Russian does. `row_sha` can be made again by anybody:
SHA-256 over the row's cells in the order of the schema, joined by U+001F, in UTF-8; its first sixteen hexadecimal digits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evidence.model import LANGUAGES, Bundle
from evidence.report.progress import Step, quiet
from evidence.words import Words, clean

CHUNK = 8_192  # rows written at a time: a table of any size passes through the same few megabytes
SHA, VERSION = "row_sha", "bundle_version"
_JOIN = "\x1f"
# What words.clean takes out, as RE2 writes it, and a person's mark: only cells that match are looked at one by one.
_INVISIBLE = r"[\x{0}-\x{8}\x{b}-\x{1f}\x{7f}-\x{9f}\x{61c}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}]"
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_PERSON = re.compile(r"\{(P-\d+)\}")
_DEFUSED = re.compile(r"'[=+\-@\t\r]")


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a table, by their position; `added` are columns that the page made of them, in the same order."""

    name: str
    at: np.ndarray
    added: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.at)


def rows_of(bundle: Bundle, name: str, frame: pd.DataFrame, added: Sequence[str] = ()) -> Rows:
    """The rows of a frame that a page took from a table (and perhaps widened): found by their keys, in the frame's order."""
    at = positions(bundle, name).get_indexer(pd.Index(keys_in(bundle, name, frame), dtype=object))
    return Rows(name, at[at >= 0], {column: list(frame[column].to_numpy()[at >= 0]) for column in added})


def whole(bundle: Bundle, name: str) -> Rows:
    """Every row of a table."""
    return Rows(name, np.arange(len(bundle[name])))


@lru_cache(maxsize=128)
def resource(bundle: Bundle, name: str) -> Mapping[str, Any]:
    """What datapackage.json says of a table."""
    return next(one for one in bundle.schema["resources"] if one["name"] == name and "schema" in one)


def fields(bundle: Bundle, name: str) -> list[Mapping[str, Any]]:
    """The columns of a table, as the schema has them."""
    return list(resource(bundle, name)["schema"]["fields"])


def key_columns(bundle: Bundle, name: str) -> list[str]:
    """The columns that name a row."""
    return list(resource(bundle, name)["schema"].get("primaryKey") or [fields(bundle, name)[0]["name"]])


def keys_in(bundle: Bundle, name: str, frame: pd.DataFrame) -> list[str]:
    """The key of each row of a frame, its parts joined by a slash."""
    columns = [frame[column].tolist() for column in key_columns(bundle, name)]
    return ["/".join(_plain(part) for part in parts) for parts in zip(*columns, strict=True)]


@lru_cache(maxsize=128)
def positions(bundle: Bundle, name: str) -> pd.Index:
    """Where the row of a key stands."""
    return pd.Index(keys_in(bundle, name, bundle[name]), dtype=object)


def _plain(value: Any) -> str:
    """A number without the ".0" that a column with gaps gives it."""
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.15g}"
    return str(value)


# ── cells ────────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=64)
def _arrow(bundle: Bundle, name: str) -> pa.Table:
    """The frame's own memory as Arrow."""
    return pa.Table.from_pandas(bundle[name][[spec["name"] for spec in fields(bundle, name)]], preserve_index=False)


class _Names(dict[str, str]):
    """What each person is called in a language, by the bundle's rule, looked up when a text first names them."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, key: str) -> str:
        self[key] = name = self._words.person(key)
        return name


@lru_cache(maxsize=12)
def _names(bundle: Bundle, language: str) -> _Names:
    return _Names(Words(bundle, language))


@lru_cache(maxsize=4_096)
def _risks(bundle: Bundle, name: str, column: str) -> tuple[bool, bool]:
    """(whether any cell of a column holds what hides, whether any names a person): most columns never do, and are not looked at again."""
    cells = _arrow(bundle, name).column(column)
    if pa.types.is_dictionary(cells.type):
        cells = cells.combine_chunks().dictionary
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
        return False, False
    return bool(pc.any(pc.match_substring_regex(cells, _INVISIBLE)).as_py()), bool(pc.any(pc.match_substring(cells, "{P-")).as_py())


def _text(cells: pa.ChunkedArray, bundle: Bundle, name: str, column: str) -> pa.DictionaryArray:
    """A column as it is published: text, without what hides, people named by the bundle's rule. Each different cell is looked at once."""
    whole_column = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    coded = whole_column if pa.types.is_dictionary(whole_column.type) else whole_column.dictionary_encode()
    said = coded.dictionary
    if pa.types.is_floating(said.type):
        said = pa.array([_plain(value) for value in said.to_pylist()], pa.string())
    elif not pa.types.is_string(said.type):
        said = said.cast(pa.string())
    at = coded.indices
    if at.null_count:
        said, at = pa.concat_arrays([said, pa.array([""])]), pc.fill_null(at, pa.scalar(len(said), at.type))
    hides, names_people = _risks(bundle, name, column)
    if hides:
        hidden = pc.match_substring_regex(said, _INVISIBLE)
        said = pc.replace_with_mask(said, hidden, pa.array([clean(text) for text in said.filter(hidden).to_pylist()], pa.string()))
    # What hid inside a mark is gone now: a mark can only have come to light where something hid.
    if names_people or hides:
        marked = pc.match_substring(said, "{P-")
        end = column.rpartition("_")[2]
        names = _names(bundle, end if end in LANGUAGES else LANGUAGES[0])
        mended = [_PERSON.sub(lambda found: names[found[1]], text) for text in said.filter(marked).to_pylist()]
        said = pc.replace_with_mask(said, marked, pa.array(mended, pa.string()))
    return pa.DictionaryArray.from_arrays(at, said)


def tables(bundle: Bundle, rows: Rows, size: int = CHUNK) -> Iterator[pa.Table]:
    """The rows, some at a time, with `row_sha`, what was added, and `bundle_version`; at least one table, even if empty."""
    whole_table, names = _arrow(bundle, rows.name), [spec["name"] for spec in fields(bundle, rows.name)]
    for first in range(0, max(len(rows), 1), size):
        part = whole_table.take(pa.array(rows.at[first : first + size], pa.int64()))
        cells = [_text(part.column(name), bundle, rows.name, name) for name in names]
        made = {name: _added(values[first : first + size]) for name, values in rows.added.items()}
        sha = pa.array(
            [
                _sha(line)
                for line in pc.binary_join_element_wise(*(part.dictionary_decode() for part in cells), _JOIN).cast(pa.binary()).to_pylist()
            ],
            pa.string(),
        )
        version = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(part), dtype=np.int8)), [bundle.version])
        yield pa.table([*cells, *made.values(), sha, version], names=[*names, *made, SHA, VERSION])


def _added(values: Sequence[Any]) -> pa.Array:
    said = ["" if value is None or value is pd.NaT or value != value else value for value in values]
    return pa.array([_plain(v).lower() if isinstance(v, bool | np.bool_) else clean(_plain(v)) for v in said], pa.string())


def _sha(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:16]


def sha_of(cells: Sequence[str]) -> str:
    """The hash of a row's cells."""
    return _sha(_JOIN.join(cells).encode())


@lru_cache(maxsize=4)
def _kept_shas(bundle: Bundle) -> dict[str, np.ndarray]:
    return {}


def shas(bundle: Bundle, name: str, step: Step = quiet) -> np.ndarray:
    """The hash of every row of a table, in its order; made once."""
    kept = _kept_shas(bundle)
    if name not in kept:
        found: list[str] = []
        for table in tables(bundle, whole(bundle, name)):
            found += table.column(SHA).to_pylist()
            step(len(table))
        kept[name] = np.array(found, dtype=object)
    return kept[name]


# ── cells that a spreadsheet would run ───────────────────────────────────────────────────────────
def defused(cells: pa.Array) -> pa.Array:
    """The cells, those that a spreadsheet would run as a formula with an apostrophe before them, as OWASP advises."""
    risky = pc.match_substring_regex(cells, _FORMULA)
    if not pc.any(risky).as_py():
        return cells
    risky = pc.and_(risky, pc.invert(pc.match_substring_regex(cells, _NUMBER)))
    return pc.if_else(risky, pc.binary_join_element_wise(pa.scalar("'"), cells, ""), cells)


def defuse(value: Any) -> Any:
    """A text that no spreadsheet will run."""
    return defused(pa.array([value], pa.string()))[0].as_py() if isinstance(value, str) and value else value


def undefused(value: str) -> str:
    """A cell of one of our files as it was published."""
    return value[1:] if _DEFUSED.match(value) else value
