"""The ledger of norms: which article stands beside which act (used against a person, reported as breached, kept or disputed), and how it ended.

Pure; works on any selection of acts. Nothing here says that a norm *was* breached: it says who reported it, and who answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evidence.casefile import Status, status_of
from evidence.model import Bundle, split, splits

INVOKED, BREACHED, COMPLIED, DISPUTED = "invoked", "breached", "complied", "disputed"
RELATIONS = {name: f"norms_{name}" for name in (INVOKED, BREACHED, COMPLIED, DISPUTED)}


def entries(frame: pd.DataFrame) -> pd.DataFrame:
    """Article by act: a row for each norm that an act names, in the order of the acts.

    Columns: norm_id, relation ("invoked" against the person; "breached", "complied" with or "disputed", as reported), incident_id, case_id, asserted_by, contested,
    company_answer ("" where no company is named), at (position in `frame`).
    """
    rows, norms, relations = [], [], []
    for relation, column in RELATIONS.items():
        for at, norm in splits(frame[column]):
            rows.append(at)
            norms.append(norm)
            relations.append(relation)
    at = np.array(rows, dtype=np.int64)
    chosen = frame.take(at)
    columns = ["incident_id", "case_id", "asserted_by", "contested", "company_answer"]
    found = pd.DataFrame({"norm_id": norms, "relation": relations, **{name: chosen[name].to_numpy() for name in columns}, "at": at})
    return found.sort_values("at", kind="stable", ignore_index=True)


def by_article(found: pd.DataFrame) -> pd.DataFrame:
    """Each article of the entries: in how many acts and cases it was used against someone, in how many it was reported as breached.

    An act counts once an article and column; the most used first. Columns: norm_id, invoked, cases, breached, acts.
    """
    if found.empty:
        return pd.DataFrame({"norm_id": [], "invoked": [], "cases": [], "breached": [], "acts": []})
    used = found["relation"] == INVOKED
    table = pd.DataFrame(
        {
            "invoked": found[used].groupby("norm_id")["incident_id"].nunique(),
            "cases": found[used].groupby("norm_id")["case_id"].nunique(),
            "breached": found[found["relation"] == BREACHED].groupby("norm_id")["incident_id"].nunique(),
            "acts": found.groupby("norm_id")["incident_id"].nunique(),
        }
    )
    whole = table.fillna(0).astype(int).rename_axis("norm_id").reset_index()
    return whole.sort_values(["invoked", "breached", "norm_id"], ascending=[False, False, True], ignore_index=True)


@dataclass(frozen=True)
class Use:
    """One article in one case: the acts that name it, against whom, and the latest dated state of those acts (None: not found).

    `also` are the other articles used in the same acts: an ending cannot be laid at the door of one of them.
    """

    case_id: str
    incident_ids: tuple[str, ...]
    people_ids: tuple[str, ...]
    defender_types: tuple[str, ...]
    also: tuple[str, ...]
    ended: Status | None
    periods: tuple[str, ...]


def uses(bundle: Bundle, frame: pd.DataFrame, found: pd.DataFrame, norm_id: str, relation: str = INVOKED) -> list[Use]:
    """How an article was used, case by case, in order of time."""
    chosen = found[(found["norm_id"] == norm_id) & (found["relation"] == relation)]
    result = []
    for case, part in chosen.groupby("case_id", sort=False):
        acts = frame.take(part["at"])
        others = dict.fromkeys(norm for cell in acts[RELATIONS[relation]] for norm in split(cell) if norm != norm_id)
        result.append(
            Use(
                str(case), tuple(acts["incident_id"]), _parts(acts["people_ids"]), _parts(acts["defender_types"]), tuple(others),
                status_of(bundle, acts["incident_id"]), tuple(acts["period"]),
            )
        )  # fmt: skip
    return result


def resting(bundle: Bundle, response_ids: Iterable[str]) -> dict[str, list[str]]:
    """Each article that these responses rest on, with those responses: what was claimed of it before somebody, and decided."""
    found: dict[str, list[str]] = {}
    for key in response_ids:
        for norm in split((bundle.row("responses", key) or {}).get("norm_ids", "")):
            found.setdefault(norm, []).append(key)
    return found


def endings(told: Iterable[Use]) -> dict[str, int]:
    """Cases by the state they ended in, "" where none was found; the most frequent first."""
    codes = [use.ended.code if use.ended else "" for use in told]
    return {code: codes.count(code) for code in sorted(dict.fromkeys(codes), key=lambda code: (code == "", -codes.count(code)))}


def _parts(cells: pd.Series) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for cell in cells for part in split(cell)))
