"""Gas flared as a satellite saw it: stacks, areas and their years, with how sure it is that a flare belongs to a field.

Volumes are estimates in million cubic metres a year. In a year of the file, an area without a listed flare has 0 *listed*, which
does not prove that nothing burned; outside the years of the file there is no figure at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from evidence.geo import LASTING_YEARS
from evidence.model import Bundle, split
from evidence.series import Record, by_time, records, slug

TOPIC = "flaring"
VOLUME = "gas_flared"


@dataclass(frozen=True)
class Area:
    """Flares that are counted together: a field, a group of plants, what lies across a border, or what belongs to nobody known."""

    key: str
    row: Mapping[str, Any]  # a flare of it, for its name
    asset: str
    grade: str  # the weakest assignment among its flares; empty where none was assigned
    background: bool
    assigned: bool


@lru_cache(maxsize=2)
def areas(bundle: Bundle) -> Mapping[str, Area]:
    """The areas by their key: the asset's id, or the name as a word."""
    found: dict[str, Area] = {}
    for row in bundle["flare_sites"].to_dict("records"):
        key = row["asset_id"] or slug(row["area_en"]) or "unassigned"
        assigned = str(row["assignment_basis"]) != "none"
        grade = str(row["assignment_confidence"]) if assigned else ""
        before = found.get(key)
        found[key] = Area(key, row, row["asset_id"], max(grade, before.grade if before else ""), bool(row["background"]), assigned)
    return found


@lru_cache(maxsize=2)
def _keys(bundle: Bundle) -> Mapping[str, str]:
    sites = bundle["flare_sites"]
    return {
        flare: asset or slug(area) or "unassigned"
        for flare, asset, area in zip(sites["flare_id"], sites["asset_id"], sites["area_en"], strict=True)
    }


@lru_cache(maxsize=2)
def _listed(bundle: Bundle) -> pd.DataFrame:
    """The yearly volumes with the area of each flare."""
    volumes = bundle["flare_volumes"]
    return volumes.assign(area=volumes["flare_id"].map(_keys(bundle)))


@lru_cache(maxsize=2)
def years(bundle: Bundle) -> tuple[int, ...]:
    """The years of the file, without a hole."""
    listed = bundle["flare_volumes"]["year"]
    return () if listed.empty else tuple(range(int(listed.min()), int(listed.max()) + 1))


@lru_cache(maxsize=2)
def by_area(bundle: Bundle) -> pd.DataFrame:
    """`area`, `year`, `volume` (million m³), `n` flares listed: every area in every year of the file, 0 where none was listed."""
    listed, every = _listed(bundle), years(bundle)
    if not every:
        return pd.DataFrame({"area": [], "year": [], "volume": [], "n": []})
    sums = listed.groupby(["area", "year"])["volume_mm3"].agg(["sum", "size"])
    whole = pd.MultiIndex.from_product([list(areas(bundle)), every], names=["area", "year"])
    table = sums.reindex(whole).fillna(0).reset_index()
    return table.rename(columns={"sum": "volume", "size": "n"}).astype({"n": int, "year": int})


@lru_cache(maxsize=32)
def ranking(bundle: Bundle, year: int) -> pd.DataFrame:
    """The areas in order of what was flared in a year: assigned ones first, then what belongs to nobody known, last the background."""
    table = by_area(bundle)
    known = areas(bundle)
    table = table[table["year"] == year]
    place = [2 if known[key].background else 0 if known[key].assigned else 1 for key in table["area"]]
    return table.assign(place=place).sort_values(["place", "volume", "area"], ascending=[True, False, True], ignore_index=True)


@lru_cache(maxsize=128)
def stacks(bundle: Bundle, key: str, year: int) -> pd.DataFrame:
    """The flares of an area: first and last year, in how many years listed, whether lasting, and the volume in `year` (NaN: not listed)."""
    listed = _listed(bundle)
    listed = listed[listed["area"] == key]
    counts = listed.groupby("flare_id").size()
    now = listed[listed["year"] == year].set_index("flare_id")["volume_mm3"]
    sites = bundle["flare_sites"]
    sites = sites[[_keys(bundle)[flare] == key for flare in sites["flare_id"]]]
    table = sites.assign(years=sites["flare_id"].map(counts).fillna(0).astype(int), volume=sites["flare_id"].map(now))
    return table.assign(lasting=table["years"] >= LASTING_YEARS).sort_values(
        ["volume", "years"], ascending=False, na_position="last", ignore_index=True
    )


@lru_cache(maxsize=2)
def countries(bundle: Bundle) -> Mapping[str, tuple[Record, ...]]:
    """The yearly volumes of whole countries by whoever gives them, in order of time, by the subject's word."""
    found: dict[str, list[Record]] = {}
    for row in by_time(records(bundle)):
        if row["indicator"] == VOLUME and row["subject_type"] == "country" and pd.notna(row["value"]):
            found.setdefault(row["subject"], []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


@lru_cache(maxsize=64)
def statements(bundle: Bundle, assets: tuple[str, ...]) -> tuple[Record, ...]:
    """What is said of flaring at these assets by others than the satellite: companies, inspectors, prosecutors; in order of time."""
    owners = {row["operator_id"] for key in assets if (row := bundle.row("assets", key)) is not None} - {""}
    about = {*assets, *owners}
    return tuple(
        row
        for row in by_time(records(bundle))
        if row["topic"] == TOPIC
        and row["subject_type"] != "country"
        and row["kind"] != "estimate"
        and about & set(split(row["subject_ids"]))
    )


@lru_cache(maxsize=64)
def accounts(bundle: Bundle, about: frozenset[str]) -> tuple[Record, ...]:
    """Claims on the topics of these records: what stands against what. A field told year by year is a series, not an account."""
    claims = bundle["claims"]
    topics = set(claims.loc[claims["record_id"].isin(about), "topic"])
    found = claims[claims["topic"].isin(topics)]
    return tuple(found[found.groupby(["topic", "field"])["claim_id"].transform("size") <= 3].to_dict("records"))
