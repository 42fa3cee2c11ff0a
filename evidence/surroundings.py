"""What stands around the incidents on a map: places, assets, stations, flares, each with position, name and id, ready for JSON."""

from __future__ import annotations

from typing import Any

from evidence.model import Bundle
from evidence.resettlement import SETTLEMENTS, stages
from evidence.words import Words, brief


def context_layers(bundle: Bundle, words: Words) -> dict[str, list[dict[str, Any]]]:
    """What stands around the incidents: places, assets, stations, flares, each with position, name and id, ready for JSON.

    Only what has a public position; `radius` is what it is good to, in metres.
    """
    return {
        "places": _settlements(bundle, words),
        "assets": _assets(bundle, words),
        "stations": _stations(bundle, words),
        "flares": _flares(bundle, words),
        "spots": _spots(bundle, words),
    }


def _located(bundle: Bundle, table: str) -> list[dict[str, Any]]:
    rows = bundle[table]
    return rows[rows["lat"].notna()].to_dict("records")


def _settlements(bundle: Bundle, words: Words) -> list[dict[str, Any]]:
    settlements = []
    for row in _located(bundle, "places"):
        stage = stages(bundle).get(row["place_id"])
        if row["kind"] not in SETTLEMENTS or (stage is None and not row["nearest_asset_ids"]):
            continue  # a town that is only where an incident was; the incident itself stands there
        label = words.label("resettlement_stage", stage) if stage else words("map.no_stage")
        name = brief(words.name("places", row["place_id"]), 40)
        settlements.append(
            {
                "id": row["place_id"],
                "at": [row["lat"], row["lon"]],
                "radius": row["location_radius_m"],
                "name": name,
                "title": f"{name}: {label}",
                "colour": words.term("resettlement_stage", stage).get("colour") if stage else "#8A8F86",
                "key": stage is not None,
            }
        )
    return settlements


def _assets(bundle: Bundle, words: Words) -> list[dict[str, Any]]:
    assets = []
    for row in _located(bundle, "assets"):
        name = words.name("assets", row["asset_id"])
        title = f"{brief(name)}: {words.label('asset_kind', row['kind'])}"
        assets.append({"id": row["asset_id"], "at": [row["lat"], row["lon"]], "name": brief(name, 40), "title": title})
    return assets


def _stations(bundle: Bundle, words: Words) -> list[dict[str, Any]]:
    stations = []
    for row in _located(bundle, "stations"):
        place = words.name("places", row["place_id"]) if row["place_id"] else ""
        title = ", ".join(brief(part) for part in (words.name("stations", row["station_id"]), place) if part)
        stations.append({"id": row["station_id"], "at": [row["lat"], row["lon"]], "title": title})
    return stations


def _spots(bundle: Bundle, words: Words) -> list[list[Any]]:
    """[id, lat, lon, radius in m, name] of every spot, so that a changed selection need only send how many stand where."""
    return [
        [row["place_id"], row["lat"], row["lon"], row["location_radius_m"], brief(words.name("places", row["place_id"]))]
        for row in _located(bundle, "places")
    ]


def _flares(bundle: Bundle, words: Words) -> list[dict[str, Any]]:
    volumes = bundle["flare_volumes"]
    if volumes.empty:
        return []
    first, last = int(volumes["year"].min()), int(volumes["year"].max())
    table = volumes.pivot(index="flare_id", columns="year", values="volume_mm3").reindex(columns=range(first, last + 1)).fillna(0)
    flares = []
    for row in bundle["flare_sites"].to_dict("records"):
        if row["flare_id"] not in table.index:
            continue
        area = brief(str(words.text(row, "area")))
        flares.append(
            {
                "id": row["flare_id"],
                "at": [row["lat"], row["lon"]],
                "title": words("flare.title", id=row["flare_id"]) + (f", {area}" if area else ""),
                "background": bool(row["background"]),
                "first": first,
                "volumes": [round(float(v), 2) for v in table.loc[row["flare_id"]]],
            }
        )
    return flares


def flare_years(bundle: Bundle) -> tuple[int, int] | None:
    """First and last year of the flare volumes, or None without any."""
    years = bundle["flare_volumes"]["year"]
    return None if years.empty else (int(years.min()), int(years.max()))
