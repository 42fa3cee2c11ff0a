"""How a case stands against the conditions that a mechanism itself states: met, not met, or not known. Never a verdict.

Pure. The conditions are rows of `conditions`, each with the rule it comes from; here is only how each kind of test is made from
what the bundle records. What a bundle does not hold is not known: that nothing is recorded does not mean that nothing was done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from evidence import rules
from evidence.docket import VERIFIED, as_of, docket
from evidence.model import Bundle, split

CUSTODY = frozenset({"detention_short", "arrest_admin", "arrest_criminal"})


@dataclass(frozen=True)
class Finding:
    """One condition held against one case: "met", "unmet" or "unknown", and the records it rests on (or that lack something)."""

    condition_id: str
    mechanism: str
    result: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Facts:
    """What a bundle records of a case."""

    acts: pd.DataFrame
    complaints_at_home: tuple[str, ...]  # responses that went to an authority or a court
    unread: frozenset[str]  # acts without any source that was read
    today: date


Result = tuple[str, tuple[str, ...]]
UNKNOWN: Result = ("unknown", ())


def facts(bundle: Bundle, case_id: str) -> Facts:
    """Gather what the tests look at."""
    incidents, rows = bundle["incidents"], docket(bundle)
    acts = incidents[incidents["case_id"] == case_id]
    home = rows[(rows["case_id"] == case_id) & rows["family"].isin(["authority", "court"]) & (rows["role"] == "complaint")]
    grades = rules.corroboration(acts["source_ids"], bundle) if len(acts) else pd.Series(dtype="str")
    return Facts(acts, tuple(home["response_id"]), frozenset(acts.loc[(grades == "C0").to_numpy(), "incident_id"]), as_of(bundle))


def check(bundle: Bundle, case_id: str) -> list[Finding]:
    """Every condition of every mechanism, in the order of the table. Only conditions graded A or B are used."""
    known = facts(bundle, case_id)
    table = bundle["conditions"]
    findings = []
    for row in table[table["confidence"].isin(VERIFIED)].to_dict("records"):
        result, ids = TESTS[row["test"]](known, row)
        findings.append(Finding(row["condition_id"], row["mechanism"], result, ids))
    return findings


def used(bundle: Bundle, case_id: str, mechanism: str) -> tuple[str, ...]:
    """The responses in which this case already went to that mechanism."""
    rows = docket(bundle)
    return tuple(rows.loc[(rows["case_id"] == case_id) & (rows["mechanism"] == mechanism), "response_id"])


# ── tests: what each looks at is told to the reader in the list condition_test ───────────────────────
def _always(known: Facts, row: Mapping[str, Any]) -> Result:
    return "met", ()


def _nobody_knows(known: Facts, row: Mapping[str, Any]) -> Result:
    return UNKNOWN


def _in_office(known: Facts, row: Mapping[str, Any]) -> Result:
    began = row["valid_from_start"]
    return UNKNOWN if pd.isna(began) else ("met" if began <= pd.Timestamp(known.today) else "unmet", ())


def _party(known: Facts, row: Mapping[str, Any]) -> Result:
    countries = set(known.acts["country"].astype(str))
    return ("met", ()) if countries and countries <= set(split(row["countries"])) else UNKNOWN


def _country(known: Facts, row: Mapping[str, Any]) -> Result:
    countries, wanted = set(known.acts["country"].astype(str)), set(split(row["countries"]))
    if not countries or (countries & wanted and countries - wanted):
        return UNKNOWN
    return ("met" if countries <= wanted else "unmet"), ()


def _acts_since(known: Facts, row: Mapping[str, Any]) -> Result:
    acts, begins = known.acts, row["valid_from_start"]
    if acts.empty or _party(known, row)[0] != "met":
        return UNKNOWN
    if (acts["period_start"] >= begins).all():
        return "met", tuple(acts["incident_id"])
    return ("unmet", tuple(acts["incident_id"])) if (acts["period_end"] <= begins).all() else UNKNOWN


def _some(known: Facts, row: Mapping[str, Any], *, column: str, otherwise: str) -> Result:
    """Met if some act says something in that column."""
    ids = tuple(key for key, cell in zip(known.acts["incident_id"], known.acts[column], strict=True) if set(split(cell)) - {"unknown"})
    if ids:
        return "met", ids
    return (otherwise, ()) if len(known.acts) else UNKNOWN


def _custody(known: Facts, row: Mapping[str, Any]) -> Result:
    ids = tuple(key for key, cell in zip(known.acts["incident_id"], known.acts["types"], strict=True) if CUSTODY & set(split(cell)))
    if ids:
        return "met", ids
    return ("unmet", ()) if len(known.acts) else UNKNOWN


def _dated_placed(known: Facts, row: Mapping[str, Any]) -> Result:
    acts = known.acts
    lacking = acts[acts["period_start"].isna() | acts["period_end"].isna() | (acts["place_id"] == "")]
    return ("met", tuple(acts["incident_id"])) if len(acts) and lacking.empty else ("unknown", tuple(lacking["incident_id"]))


def _domestic(known: Facts, row: Mapping[str, Any]) -> Result:
    return ("met", known.complaints_at_home) if known.complaints_at_home else UNKNOWN


def _sourced(known: Facts, row: Mapping[str, Any]) -> Result:
    met = len(known.acts) and not known.unread
    return ("met", tuple(known.acts["incident_id"])) if met else ("unknown", tuple(sorted(known.unread)))


TESTS: dict[str, Callable[[Facts, Mapping[str, Any]], Result]] = {
    "always": _always,
    "filer": _nobody_knows,
    "outside": _nobody_knows,
    "unread": _nobody_knows,
    "in_office": _in_office,
    "party": _party,
    "country": _country,
    "acts_since": _acts_since,
    "victim": partial(_some, column="victim_type", otherwise="unknown"),
    "person": partial(_some, column="people_ids", otherwise="unknown"),
    "defender": partial(_some, column="defender_types", otherwise="unknown"),
    "perpetrator": partial(_some, column="perpetrator_types", otherwise="unknown"),
    "company": partial(_some, column="company_ids", otherwise="unmet"),
    "custody": _custody,
    "dated_placed": _dated_placed,
    "domestic": _domestic,
    "sourced": _sourced,
}
