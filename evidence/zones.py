"""Protection zones: which rule stood on a day, what it says of a settlement, and what lies within a distance of anything chosen.

A zone is a rule with dates, not a shape: no outline of one was published. So a verdict has three answers and a reason, the distance keeps
the precision of the point it starts from, and what a text says of a settlement is kept as that text's account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from evidence import geo
from evidence.geo import LASTING_YEARS
from evidence.model import Bundle, split

Row = Mapping[str, Any]
MAX_RADIUS_KM = 15.0
SETTLEMENTS = ("village", "town", "city")
# Measured from these, whatever the rule starts from encloses the flares: what lies that near to a flare is inside.
ENCLOSING = ("field_boundary", "outermost_sources")
# How a rule stood on a day.
STANDINGS = ("in_force", "unsure", "proposed", "struck", "ended", "not_yet")
VERDICTS = ("inside", "inside_by_account", "outside", "outside_by_account", "cannot_say")


# ── rules ────────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=2)
def every_rule(bundle: Bundle) -> tuple[Row, ...]:
    """The rules of all zones, in the order in which they began; those of unknown beginning come first."""
    return tuple(bundle["zones"].sort_values(["valid_from_start", "zone_id"], na_position="first").to_dict("records"))


def rules(bundle: Bundle, asset_id: str) -> list[Row]:
    """The same of one asset."""
    return [rule for rule in every_rule(bundle) if rule["asset_id"] == asset_id]


def assets(bundle: Bundle) -> list[str]:
    """The assets that have rules, those with most of them first."""
    return list(bundle["zones"]["asset_id"].value_counts(sort=True).index)


def _bounds(zone: Row, which: str) -> tuple[date | None, date | None]:
    """(first, last) day on which a rule may have begun or ended, over all accounts; None where it is not known."""
    starts = [zone.get(f"{name}_start") for name in (which, f"{which}_accounts")]
    ends = [zone.get(f"{name}_end") for name in (which, f"{which}_accounts")]
    known = [value.date() for value in starts if value is not None and pd.notna(value)]
    later = [value.date() - timedelta(days=1) for value in ends if value is not None and pd.notna(value)]
    return min(known, default=None), max(later, default=None)


def standing(zone: Row, day: date) -> str:
    """How a rule stood on a day: one of `STANDINGS`. `unsure` where the accounts of its dates leave both open."""
    begun, surely_begun = _bounds(zone, "valid_from")
    ended, surely_ended = _bounds(zone, "valid_to")
    if begun is not None and day < begun:
        return "not_yet"
    if surely_ended is not None and day > surely_ended:
        return "ended"
    if begun is None and ended is None:
        return "unsure"
    if (surely_begun is not None and begun != surely_begun and day < surely_begun) or (
        ended is not None and ended != surely_ended and day >= ended
    ):
        return "unsure"
    return {"proposed": "proposed", "annulled": "struck", "unclear": "unsure"}.get(str(zone["status"]), "in_force")


def span(zone: Row, first: date, last: date) -> tuple[date, date, date, date]:
    """(may begin, surely begun, may end, surely ended) of a rule inside a window of days, for drawing."""
    begun, surely_begun = _bounds(zone, "valid_from")
    ended, surely_ended = _bounds(zone, "valid_to")
    a, b = begun or first, surely_begun or begun or first
    c, d = ended or last, surely_ended or ended or last
    cut = [min(max(day, first), last) for day in (a, b, c, d)]
    return cut[0], max(cut[0], cut[1]), max(cut[1], cut[2]), max(cut[1], cut[2], cut[3])


def first_day(zone: Row) -> date | None:
    """The first day on which a rule may have begun, or, of one whose beginning is not known, may have ended."""
    return _bounds(zone, "valid_from")[0] or _bounds(zone, "valid_to")[0]


def radii_m(bundle: Bundle, asset_id: str | None = None) -> list[int]:
    """The distances that rules name, once each, in order: the ticks of a what-if."""
    zones = bundle["zones"]
    zones = zones if asset_id is None else zones[zones["asset_id"] == asset_id]
    named = pd.concat([zones["radius_min_m"], zones["radius_max_m"]]).dropna()
    return sorted({int(value) for value in named if 0 < value <= MAX_RADIUS_KM * 1000})


# ── verdicts ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Verdict:
    """What a rule says of a settlement: one of `VERDICTS`, why (a key of the sentence), and the text it rests on, if it rests on one."""

    code: str
    why: str
    account: Row | None = None


@dataclass(frozen=True)
class Far:
    """A distance in metres and what it is good to: 8.3 ± 0.8 km."""

    metres: float
    error: float

    def judge(self, radius_m: float) -> str:
        """ "inside" or "outside" where the precision leaves no doubt, else "touches"."""
        if self.metres + self.error <= radius_m:
            return "inside"
        return "outside" if self.metres - self.error > radius_m else "touches"


def accounts(bundle: Bundle, place_id: str) -> list[Row]:
    """What texts say of a settlement and any zone."""
    rows = bundle["zone_relations"]
    return rows[rows["place_id"] == place_id].to_dict("records")


def verdict(bundle: Bundle, place: Row, zone: Row) -> Verdict:
    """Whether a settlement lies inside a rule's zone: by a text first, by geometry only where it cannot be otherwise."""
    told = [row for row in accounts(bundle, place["place_id"]) if row["zone_id"] == zone["zone_id"]]
    said = {str(row["relation"]) for row in told}
    if len(said) > 1:
        return Verdict("cannot_say", "accounts_differ", told[0])
    if told:
        return Verdict(f"{told[0]['relation']}_by_account", "account", told[0])
    if pd.isna(place["lat"]):
        return Verdict("cannot_say", "no_point")
    if pd.isna(zone["radius_min_m"]) and pd.isna(zone["radius_max_m"]):
        return Verdict("cannot_say", "no_width")
    low, high = (float(np.nanmin(pair)) if side == 0 else float(np.nanmax(pair)) for side, pair in enumerate([_widths(zone)] * 2))
    asset = bundle.row("assets", zone["asset_id"])
    edge = to_edge(asset, place)
    if edge is not None and edge.judge(high) == "outside" and edge.metres > 0:
        return Verdict("outside", "beyond")
    near = to_flare(bundle, place, str(zone["asset_id"]))
    if near is not None and zone["measured_from"] in ENCLOSING and near[1].judge(low) == "inside":
        return Verdict("inside", "near_source")
    return Verdict("cannot_say", "no_outline" if zone["measured_from"] == "not_stated" else "no_line")


def _widths(zone: Row) -> np.ndarray:
    return np.array([zone["radius_min_m"], zone["radius_max_m"]], dtype=float)


def _radius(row: Row) -> float:
    value = row.get("location_radius_m")
    return float(value) if value is not None and pd.notna(value) else 0.0


def to_edge(asset: Row | None, place: Row) -> Far | None:
    """From a settlement to the edge of the disc an asset is known to lie in: the least that any distance from its sources can be."""
    if asset is None or pd.isna(asset["lat"]) or pd.isna(place["lat"]):
        return None
    metres = float(geo.distance_m(place["lat"], place["lon"], np.array([asset["lat"]]), np.array([asset["lon"]]))[0])
    return Far(max(metres - _radius(asset), 0.0), _radius(place))


@lru_cache(maxsize=512)
def _flare_distance(bundle: Bundle, place_id: str, asset_id: str, lasting: bool) -> tuple[str, Far] | None:
    place, chosen = bundle.row("places", place_id), flares(bundle, asset_id, lasting=lasting)
    if place is None or pd.isna(place["lat"]) or chosen.empty:
        return None
    metres = geo.distance_m(place["lat"], place["lon"], chosen["lat"].to_numpy(), chosen["lon"].to_numpy())
    at = int(np.argmin(metres))
    return str(chosen["flare_id"].iloc[at]), Far(float(metres[at]), _radius(place))


def to_flare(bundle: Bundle, place: Row, asset_id: str = "", *, lasting: bool = False) -> tuple[str, Far] | None:
    """(flare, how far) of the nearest flare, of an asset or of all; `lasting`: among those listed in `LASTING_YEARS` years or more."""
    return _flare_distance(bundle, str(place["place_id"]), asset_id, lasting)


def around(bundle: Bundle, asset: str) -> list[str]:
    """The settlements a zone's rules are asked about: those beside the asset, and those that a text relates to one of its rules."""
    ids = {rule["zone_id"] for rule in rules(bundle, asset)}
    told = bundle["zone_relations"]
    named = dict.fromkeys(told.loc[told["zone_id"].isin(ids), "place_id"])
    places = bundle["places"]
    beside = [asset in split(cell) for cell in places["nearest_asset_ids"]]
    found = dict.fromkeys([*named, *places.loc[beside, "place_id"]])

    def far(key: str) -> float:
        near = to_flare(bundle, bundle.row("places", key) or {}, asset)
        return near[1].metres if near else float("inf")

    return sorted(found, key=far)


# ── what lies within a distance of … ─────────────────────────────────────────────────────────────
@lru_cache(maxsize=4)
def _years_listed(bundle: Bundle) -> pd.Series:
    volumes = bundle["flare_volumes"]
    return volumes[volumes["volume_mm3"] > 0].groupby("flare_id").size()


@lru_cache(maxsize=64)
def flares(bundle: Bundle, asset_id: str = "", *, lasting: bool = False) -> pd.DataFrame:
    """The flares of an asset (of the whole bundle without one) with `years`, in how many yearly lists each stands; no background ones."""
    sites = bundle["flare_sites"]
    sites = sites[~sites["background"].astype(bool)]
    sites = sites[sites["asset_id"] == asset_id] if asset_id else sites
    sites = sites.assign(years=sites["flare_id"].map(_years_listed(bundle)).fillna(0).astype(int))
    return sites[sites["years"] >= (LASTING_YEARS if lasting else 1)]


@dataclass(frozen=True)
class Origin:
    """What a what-if measures from: points (lat, lon) with the ids of what stands there, or a boundary in (lon, lat)."""

    points: tuple[tuple[float, float], ...] = ()
    names: tuple[str, ...] = ()
    boundary: BaseGeometry | None = None
    # What was measured from a reader's own boundary is kept with it, in their visit, never in what all visits share.
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def is_empty(self) -> bool:
        """True if there is nothing to measure from."""
        return not self.points and self.boundary is None


def origin(bundle: Bundle, what: str, asset_id: str = "", chosen: tuple[str, ...] = (), boundary: BaseGeometry | None = None) -> Origin:
    """What is measured from: `lasting` or `listed` flares, `chosen` ones, the `point` of a field, a `drawn` or `loaded` boundary."""
    if what in {"drawn", "loaded"}:
        return Origin(boundary=boundary)
    if what == "point":
        rows = bundle["assets"]
        rows = rows[rows["lat"].notna() & ((rows["asset_id"] == asset_id) if asset_id else True)]
        return Origin(_points(rows), tuple(rows["asset_id"]))
    rows = flares(bundle, asset_id, lasting=what == "lasting")
    if what == "chosen":
        rows = flares(bundle)
        rows = rows[rows["flare_id"].isin(chosen)]
    return Origin(_points(rows), tuple(rows["flare_id"]))


def _points(rows: pd.DataFrame) -> tuple[tuple[float, float], ...]:
    return tuple(zip(rows["lat"].astype(float).tolist(), rows["lon"].astype(float).tolist(), strict=True))


@lru_cache(maxsize=4)
def settlements(bundle: Bundle) -> pd.DataFrame:
    """The settlements of a bundle that have a point."""
    places = bundle["places"]
    return places[places["kind"].isin(SETTLEMENTS) & places["lat"].notna()].reset_index(drop=True)


_DISTANCES: dict[Any, tuple[np.ndarray, np.ndarray]] = {}


def distances(bundle: Bundle, start: Origin, rows: pd.DataFrame, kind: str = "settlements") -> tuple[np.ndarray, np.ndarray]:
    """(metres from each row's point to the nearest part of what is measured from, which of its points that is; -1 for a boundary).

    Kept per bundle and origin: moving a radius measures nothing anew.
    """
    kept = _DISTANCES if start.boundary is None else start.kept
    key = (bundle.version, kind, len(rows), start.points)
    if key not in kept:
        if len(kept) > 64:
            kept.clear()
        kept[key] = _measure(start, rows["lat"].to_numpy(dtype=float), rows["lon"].to_numpy(dtype=float))
    return kept[key]


def _measure(start: Origin, lats: np.ndarray, lons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if start.boundary is not None:
        return geo.to_boundary_m(start.boundary, lats, lons), np.full(len(lats), -1)
    if not start.points:
        return np.full(len(lats), np.inf), np.full(len(lats), -1)
    from_lat, from_lon = (np.array(side) for side in zip(*start.points, strict=True))
    table = np.array([geo.distance_m(lat, lon, from_lat, from_lon) for lat, lon in zip(lats, lons, strict=True)]).reshape(len(lats), -1)
    nearest = table.argmin(axis=1) if len(table) else np.zeros(0, dtype=int)
    return table[np.arange(len(table)), nearest], nearest


def astray(bundle: Bundle, boundary: BaseGeometry) -> tuple[float, float]:
    """Metres from a boundary to the nearest settlement, and the same were its longitudes and latitudes exchanged."""
    rows = settlements(bundle)
    lats, lons = rows["lat"].to_numpy(dtype=float), rows["lon"].to_numpy(dtype=float)
    turned = shapely.transform(boundary, lambda corners: corners[:, ::-1])
    found = [
        float(geo.to_boundary_m(shape, lats, lons).min()) if len(rows) and max(map(abs, shape.bounds[1::2])) <= 85 else float("inf")
        for shape in (boundary, turned)
    ]
    return found[0], found[1]


def within(bundle: Bundle, start: Origin, radius_m: float, earlier_m: float | None = None) -> pd.DataFrame:
    """The settlements that a radius touches, or an earlier one did: nearest first, with `metres`, `error`, `judged`, `earlier`, `nearest`.

    `judged` is inside, touches (the precision of the point leaves it open) or outside; `by_point` says what the bare point would say.
    """
    rows = settlements(bundle)
    metres, nearest = distances(bundle, start, rows)
    error = rows["location_radius_m"].fillna(0).to_numpy(dtype=float)
    widest = max(radius_m, earlier_m or 0.0)
    near = metres - error <= widest
    judge = [Far(m, e).judge(radius_m) for m, e in zip(metres[near], error[near], strict=True)]
    before = [Far(m, e).judge(earlier_m) if earlier_m else "" for m, e in zip(metres[near], error[near], strict=True)]
    found = rows.loc[near].assign(
        metres=metres[near], error=error[near], judged=judge, earlier=before, nearest=nearest[near], by_point=metres[near] <= radius_m
    )
    return found.sort_values("metres")


def between(found: pd.DataFrame, radius_m: float, earlier_m: float | None) -> pd.DataFrame:
    """Those outside by the chosen radius and inside by an earlier, wider one, by their points; `sure` where the precision leaves no doubt."""
    if not earlier_m or earlier_m <= radius_m:
        return found.iloc[:0].assign(sure=pd.Series(dtype=bool))
    rows = found[(found["metres"] > radius_m) & (found["metres"] <= earlier_m)]
    return rows.assign(sure=((rows["judged"] == "outside") & (rows["earlier"] == "inside")).to_numpy(dtype=bool))


def perhaps_between(found: pd.DataFrame, radius_m: float, earlier_m: float | None) -> pd.DataFrame:
    """Those that `between` leaves out by their points, though the precision of the points leaves it open."""
    if not earlier_m or earlier_m <= radius_m:
        return found.iloc[:0]
    by_point = (found["metres"] > radius_m) & (found["metres"] <= earlier_m)
    return found[~by_point & (found["metres"] + found["error"] > radius_m) & (found["metres"] - found["error"] <= earlier_m)]


def inside_ids(bundle: Bundle, table: str, start: Origin, radius_m: float) -> list[str]:
    """The ids of stations or other rows with a position of their own that lie within the radius, nearest first."""
    rows = bundle[table]
    rows = rows[rows["lat"].notna()]
    metres, _ = distances(bundle, start, rows, table)
    order = np.argsort(metres, kind="stable")
    return [str(rows.iloc[at, 0]) for at in order if metres[at] <= radius_m]
