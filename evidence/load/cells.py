"""What one cell must be, by its column of the schema: a rule gives the sentence that says what is wrong; what is right is converted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evidence.model import LIST_SEPARATOR, parse_period

MAX_CELL = 20_000  # characters; a longer cell is a pasted document, not a value
SMALL = 3_000  # rows up to which a plain dictionary finds distinct values sooner than pandas does
# A gazetteer point or a year outside these is a typing error, not evidence.
YEARS = (1850, 2100)
_PERSON = re.compile(r"\{(P-[^{}]*)\}")


@dataclass(frozen=True)
class Known:
    """What cells may refer to: the ids of each table, the codes of each list; and the tables that could not be read in full."""

    keys: Mapping[str, set[str]]
    terms: Mapping[str, set[str]]
    unread: frozenset[str]

    def records(self) -> set[str]:
        """Every id of every table."""
        return set().union(*(ids for name, ids in self.keys.items() if name not in {"words", "vocabulary"}))


Rule = Callable[[str], str | None]


def rule_of(spec: Mapping[str, Any], known: Known) -> Rule:
    """A function from a value to the sentence that says what is wrong with it, or None."""
    if spec["type"] in {"integer", "number"}:
        return _number_rule(spec)
    if spec["type"] == "boolean":
        return lambda value: None if value in {"true", "false"} else "must be true or false"
    one = _meaning_rule(spec, known)
    if "separator" in spec:
        return lambda value: _plain(value) or _list_rule(value, one)
    return lambda value: _plain(value) or one(value)


def _meaning_rule(spec: Mapping[str, Any], known: Known) -> Rule:
    """What a text, or each entry of a list, must be by its meaning."""
    if _asks(spec, known) & known.unread:
        return _anything  # one broken file must not accuse every row that refers to it
    if "vocabulary" in spec:
        return _member_rule(known.terms.get(spec["vocabulary"], set()), f"not a term of the list {spec['vocabulary']} in vocabulary.csv")
    if "references" in spec:
        return _member_rule(known.keys[spec["references"]], f"no such row in {spec['references']}.csv")
    match spec.get("meaning"):
        case "record":
            return _member_rule(known.records(), "no table has a row with this id")
        case "text" | "label":
            return _people_rule(known.keys["people"])
        case "edtf":
            return _period_rule
        case "url":
            return _address_rule
    return _anything


def _anything(value: str) -> str | None:
    return None


def _plain(value: str) -> str | None:
    if len(value) > MAX_CELL:
        return f"the cell holds {len(value):,} characters; at most {MAX_CELL:,} are allowed"
    if "\n" in value or "\t" in value:
        return "the cell holds a line break or a tab; write it on one line"
    if value != value.strip():
        return "the cell begins or ends with a space"
    return None


def _list_rule(value: str, one: Rule) -> str | None:
    parts = value.split(LIST_SEPARATOR)
    if "" in parts:
        return "an entry of the list is empty; separate entries by one semicolon"
    if len(set(parts)) < len(parts):
        return "an entry stands twice in the list"
    for part in parts:
        if part != part.strip():
            return f"{part!r} begins or ends with a space"
        if sentence := one(part):
            return sentence if len(parts) == 1 else f"{part!r}: {sentence}"
    return None


def _member_rule(allowed: set[str], otherwise: str) -> Rule:

    def rule(value: str) -> str | None:
        if value in allowed:
            return None
        if (same := next((term for term in sorted(allowed) if term.casefold() == value.casefold()), None)) is not None:
            return f"{otherwise} (did you mean {same}? case matters)"
        return otherwise + did_you_mean(value, allowed)

    return rule


def _address_rule(value: str) -> str | None:
    if value.startswith(("https://", "http://")) and " " not in value:
        return None
    return "must be an address that begins with https:// or http://"


def _asks(spec: Mapping[str, Any], known: Known) -> set[str]:
    """The tables that a cell of this column is checked against."""
    if "vocabulary" in spec:
        return {"vocabulary"}
    if "references" in spec:
        return {spec["references"]}
    if spec.get("meaning") == "record":
        return set(known.keys)
    return {"people"} if spec.get("meaning") in {"text", "label"} else set()


def _people_rule(people: set[str]) -> Rule:
    """A text names a person as {P-001}; a reader must never be shown the bare id of nobody."""

    def rule(value: str) -> str | None:
        unknown = [key for key in _PERSON.findall(value) if key not in people] if "{P-" in value else []
        return f"{unknown[0]}: no such row in people.csv{did_you_mean(unknown[0], people)}" if unknown else None

    return rule


def _period_rule(value: str) -> str | None:
    try:
        period = parse_period(value)
    except ValueError as error:
        return str(error)
    for bound in (period.start, period.end):
        if bound is not None and not YEARS[0] <= bound.year <= YEARS[1]:
            return f"the year {bound.year} is outside {YEARS[0]} to {YEARS[1]}"
    return None


def _number_rule(spec: Mapping[str, Any]) -> Rule:
    convert = int if spec["type"] == "integer" else float
    word = "a whole number" if spec["type"] == "integer" else "a number"
    low, high = (spec.get("constraints", {}).get(side) for side in ("minimum", "maximum"))

    def rule(value: str) -> str | None:
        # float() also reads "1_000", " 1", "nan", "inf" and Arabic digits; a table must not.
        if not value.isascii() or set(value) - set("0123456789+-.eE"):
            return f"must be {word}, with a point as decimal mark"
        try:
            number = convert(value)
        except ValueError:
            return f"must be {word}, with a point as decimal mark"
        if (low is not None and number < low) or (high is not None and number > high):
            return f"must lie between {low} and {high}"
        return None if abs(number) < 1e15 else "is too large to be a value"

    return rule


def did_you_mean(value: str, allowed: Iterable[str], lead: str = "did you mean ") -> str:
    """ " (did you mean detention_short?)", or nothing where nothing is like it."""
    if len(value) > 100:
        return ""  # nobody mistypes a page of text for a code
    pool = sorted(term for term in allowed if len(term) <= 100)
    close = difflib.get_close_matches(value, pool[:5000], n=1, cutoff=0.6)
    return f" ({lead}{close[0]}{'?' if lead.startswith('did') else ''})" if close else ""


def convert(spec: Mapping[str, Any], cells: pd.Series, codes: np.ndarray, uniques: list[str]) -> pd.Series:
    """A sound column as the schema's type: numbers (NaN where missing), truth, categories of codes; all else stays text."""
    if spec["type"] in {"integer", "number"}:
        values = np.array([float(value) if value != "" else np.nan for value in uniques], dtype="float64")
        return pd.Series(values[codes] if len(uniques) else np.array([], dtype="float64"), index=cells.index)
    if spec["type"] == "boolean":
        return cells == "true"
    if "vocabulary" in spec and "separator" not in spec:
        order = sorted(range(len(uniques)), key=uniques.__getitem__)
        place = np.empty(len(uniques), dtype=np.intp)
        place[order] = np.arange(len(uniques))
        kind = pd.CategoricalDtype(pd.Index([uniques[at] for at in order], dtype=cells.dtype))
        return pd.Series(pd.Categorical.from_codes(place[codes], dtype=kind), index=cells.index)
    return cells


def distinct(cells: pd.Series) -> tuple[np.ndarray, list[str]]:
    """For each cell the place of its value among the distinct ones, and those in order of appearance."""
    if len(cells) > SMALL:
        codes, uniques = pd.factorize(cells)
        return codes, list(uniques)
    # A dictionary is done with a column of a hundred cells before pandas has begun.
    seen: dict[str, int] = {}
    codes = [seen.setdefault(value, len(seen)) for value in cells.to_numpy(dtype=object)]
    return np.array(codes, dtype=np.intp), list(seen)
