"""Write a bundle of any size that is labelled SYNTHETIC and checks without a problem: for load tests and screenshots.

    python tools/make_synthetic_bundle.py --incidents 10000 --observations 0 --seed 1 --out build/synthetic-10k
    TAMSHY_BUNDLE=build/synthetic-10k streamlit run dashboard.py

The tables are made from the schema (datapackage.json): what a column means decides how it is filled, and a few columns that
carry the shape of real evidence (dates, places, who did what) are filled by name. The codes of an incident are drawn together
from a row of the repository's own incidents, so that they meet as often as they do there; nothing else of those rows is used.
Vocabulary, words and basemap are the repository's. The same arguments on the same repository give the same bytes.

`--observations M` adds a dataset of dense series as `python -m evidence observations add` writes it (evidence/observations): nineteen of
twenty rows are detections of satellites, most of them near the bundle's flares, the others hourly readings of its stations.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
import shapely.geometry

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from evidence.observations.dataset import Dataset, put  # noqa: E402

COPIED = ("vocabulary", "words")
MARK = "SYNTHETIC"
FIRST, LAST = np.datetime64("2000-01-01"), np.datetime64("2025-12-31")
MAX_PLACES = 2_000
REGIONS = 20  # the first places are regions; the others lie in one
PREFIX = {
    "sources": "SRC", "places": "S", "organisations": "O", "people": "P", "assets": "F", "stakes": "K", "zones": "Z", "cases": "C", "incidents": "I",
    "responses": "R", "norms": "N", "flare_sites": "FL", "stations": "ST",
}  # fmt: skip
# Columns of an incident that only make sense together.
TOGETHER = (
    "types", "perpetrator_types", "defender_types", "victim_type", "involvement", "asserted_by", "company_link", "company_answer", "relation",
    "confidence", "contested",
)  # fmt: skip
SENTENCES = (
    ("{who} says that two men in uniform stopped the car and asked for papers.", "{who} говорит, что двое в форме остановили машину и потребовали документы."),
    ("{who} was called to an office and kept there until the evening.", "{who} вызвали в отдел и держали там до вечера."),
    ("A court heard the case in one day; {who} was not told in advance.", "Суд рассмотрел дело за один день; {who} заранее не известили."),
    ("{who} had photographed the flare and refused to delete the pictures.", "{who} снимал факел и отказался удалить снимки."),
    ("The request of {who} for measurements was left without an answer.", "Запрос {who} о замерах остался без ответа."),
    ("After the meeting in the village {who} lost the job without a reason given.", "После схода в селе {who} лишился работы без объяснения причин."),
)  # fmt: skip
KIND_OF_DATE = (
    "day", "month", "year", "about_month", "perhaps_day", "perhaps_about_year", "season", "days", "months", "since", "until",
)  # fmt: skip
SHARE_OF_DATE = (0.62, 0.12, 0.06, 0.04, 0.03, 0.01, 0.02, 0.05, 0.03, 0.01, 0.01)


def sizes(incidents: int) -> dict[str, int]:
    """How many rows each table gets; those not named get 40."""
    return {
        "incidents": incidents,
        "places": min(MAX_PLACES, incidents),
        "cases": -(-incidents // 4),
        "sources": max(3, -(-incidents // 3)),
        "people": max(5, -(-incidents // 5)),
        "organisations": 150,
        "assets": 20,
        "zones": 8,
        "flare_sites": 60,
        "flare_volumes": 60 * 12,
        "thermal_anomalies": 60 * 6,
        "norms": 80,
        "responses": max(4, incidents // 20),
        "response_events": max(8, incidents // 10),
        "status_updates": max(4, incidents // 20),
        "corrections": 10,
    }


# ── dates ────────────────────────────────────────────────────────────────────────────────────────
def edtf(days: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """EDTF texts of every kind a bundle may hold, each containing (or near) its day."""
    kind = random.choice(len(KIND_OF_DATE), len(days), p=SHARE_OF_DATE)
    spans = random.integers(2, 400, len(days))
    day = days.astype("datetime64[D]").astype(str)
    later = (days.astype("datetime64[D]") + spans.astype("timedelta64[D]")).astype(str)
    result = []
    for one, end, which, span in zip(day.tolist(), later.tolist(), kind.tolist(), spans.tolist(), strict=True):
        year, month = one[:4], one[:7]
        match KIND_OF_DATE[which]:
            case "day":
                result.append(one)
            case "month":
                result.append(month)
            case "year":
                result.append(year)
            case "about_month":
                result.append(f"{month}~")
            case "perhaps_day":
                result.append(f"{one}?")
            case "perhaps_about_year":
                result.append(f"{year}%")
            case "season":
                result.append(f"{year}-{21 + span % 4}")
            case "days":
                result.append(f"{one}/{end}")
            case "months":
                result.append(f"{month}/{end[:7]}")
            case "since":
                result.append(f"{month}/..")
            case _:
                result.append(f"../{one}")
    return np.array(result, dtype=object)


# ── tables ───────────────────────────────────────────────────────────────────────────────────────
class Maker:
    """Fills the tables of a schema. Ids are known beforehand, so that any table may refer to any other."""

    def __init__(self, schema: dict[str, Any], incidents: int, seed: int) -> None:
        self.schema = schema
        self.rows = sizes(incidents)
        self.random = np.random.default_rng(seed)
        self.terms = pd.read_csv(ROOT / "data/vocabulary.csv", dtype=str, keep_default_na=False).groupby("list")["code"].agg(list).to_dict()
        self._ids: dict[str, np.ndarray] = {}

    def count(self, table: str) -> int:
        """How many rows a table gets."""
        return self.rows.get(table, 40)

    def ids(self, table: str) -> np.ndarray:
        """The ids of a table, whether it is made already or not."""
        if table not in self._ids:
            prefix = PREFIX.get(table, "".join(word[0] for word in table.split("_")).upper() * 2)
            n = self.count(table)
            width = max(3, len(str(n)))
            self._ids[table] = np.array([f"{prefix}-{at:0{width}d}" for at in range(1, n + 1)], dtype=object)
            if table == "cases":
                # The case that the Overview puts forward is there too, so that it is drawn as it is in a real bundle.
                self._ids[table][0] = self.schema.get("flagship_case", self._ids[table][0])
        return self._ids[table]

    def table(self, resource: dict[str, Any]) -> pd.DataFrame:
        """One table: each column by what the schema says of it, then those that have a shape of their own."""
        name, n = resource["name"], self.count(resource["name"])
        primary = resource["schema"]["primaryKey"]
        columns = {}
        for spec in resource["schema"]["fields"]:
            columns[spec["name"]] = self.ids(name) if primary == [spec["name"]] else self.column(name, spec, n)
        special: Callable[[dict[str, np.ndarray], int], dict[str, Any]] = getattr(self, f"_{name}", lambda columns, n: {})
        return pd.DataFrame(columns | special(columns, n))

    # ── a column by what the schema says of it ───────────────────────────────────────────────────
    def column(self, table: str, spec: dict[str, Any], n: int) -> np.ndarray:
        """A column of `n` cells; what need not be filled is empty in six of ten."""
        required = spec.get("constraints", {}).get("required", False)
        whole = self._whole(table, spec, n)
        stem, _, language = spec["name"].rpartition("_")
        if required or spec.get("meaning") == "label":
            return whole
        if spec.get("meaning") == "text":
            # One language without the other is a problem; Kazakh texts fall back.
            return np.full(n, "", dtype=object) if language == "kk" or hash_free(stem) % 3 else whole
        return np.where(self.random.random(n) < 0.4, whole, "")

    def _whole(self, table: str, spec: dict[str, Any], n: int) -> np.ndarray:
        if spec["type"] == "boolean":
            return np.where(self.random.random(n) < 0.1, "true", "false").astype(object)
        if spec["type"] in {"integer", "number"}:
            numbers = self.random.gamma(2.0, 40.0, n)
            return (
                numbers.astype(int).astype(str).astype(object) if spec["type"] == "integer" else numbers.round(1).astype(str).astype(object)
            )
        if "vocabulary" in spec:
            return self._some(np.array(self.terms[spec["vocabulary"]], dtype=object), n, spec)
        if "references" in spec:
            return self._some(self.ids(spec["references"]), n, spec)
        match spec.get("meaning"):
            case "record":
                return self._some(self.ids("incidents"), n, spec)
            case "edtf":
                return edtf(self._days(n), self.random)
            case "url":
                return np.array([f"https://example.org/synthetic/{table}/{at}" for at in range(1, n + 1)], dtype=object)
        words = {"ru": "запись", "kk": "жазба"}.get(spec.get("language", ""), "record")
        return np.array([f"{MARK} {words} {at}, {table}.{spec['name']}" for at in range(1, n + 1)], dtype=object)

    def _some(self, pool: np.ndarray, n: int, spec: dict[str, Any]) -> np.ndarray:
        first = self.random.integers(len(pool), size=n)
        if "separator" not in spec or len(pool) == 1:
            return pool[first]
        second = (first + self.random.integers(1, len(pool), n)) % len(pool)
        return np.where(self.random.random(n) < 0.3, pool[first] + ";" + pool[second], pool[first])

    def _days(self, n: int) -> np.ndarray:
        """Days between FIRST and LAST, more of them recent."""
        return FIRST + ((LAST - FIRST).astype(int) * self.random.beta(1.8, 1.0, n)).astype("timedelta64[D]")

    # ── columns that carry the shape of evidence ─────────────────────────────────────────────────
    def _sources(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        ids = self.ids("sources")
        older = ids[(np.arange(n) * self.random.random(n)).astype(int)]
        publishers = np.array([f"{MARK} publisher {at}" for at in range(1, 81)], dtype=object)
        return {
            "title": [f"{MARK} source {at}: a generated report" for at in range(1, n + 1)],
            "publisher": publishers[(80 * self.random.random(n) ** 2).astype(int)],
            "date": edtf(self._days(n), self.random),
            "derived_from": np.where((older != ids) & (self.random.random(n) < 0.05), older, ""),
            "author": "",
            "archive_url": "",
        }

    def _in_country(self, countries: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """Which points lie inside the outline of their country; True where no outline is known."""
        names = (
            pd.read_csv(ROOT / "data/vocabulary.csv", dtype=str, keep_default_na=False)
            .query("list == 'country'")
            .set_index("code")["label_en"]
        )
        features = json.loads((ROOT / "geo/countries.geojson").read_text(encoding="utf-8"))["features"]
        outlines = {f["properties"]["name_en"]: shapely.geometry.shape(f["geometry"]) for f in features}
        inside = np.ones(len(lat), dtype=bool)
        for code in np.unique(countries):
            rows = countries == code
            if (outline := outlines.get(names.get(code, ""))) is not None:
                inside[rows] = shapely.contains_xy(outline, lon[rows], lat[rows])
        return inside

    def _places(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        towns = json.loads((ROOT / "geo/towns.geojson").read_text(encoding="utf-8"))["features"]
        known = set(self.terms["country"])
        towns = [(*t["geometry"]["coordinates"], t["properties"]["country"]) for t in towns if t["properties"]["country"] in known]
        home = np.array([12.0 if code == "KZ" and lon < 62 else 3.0 if code == "KZ" else 1.0 for lon, _, code in towns])
        west, south, east, north = self.schema["extent"]
        near = self.random.choice(len(towns), n, p=home / home.sum())
        town_lon, town_lat, country = (np.array([towns[at][part] for at in near]) for part in range(3))
        lon = np.clip(town_lon + self.random.normal(0, 0.25, n), west + 0.1, east - 0.1)
        lat = np.clip(town_lat + self.random.normal(0, 0.18, n), south + 0.1, north - 0.1)
        # A place that its scatter took over the border goes back to its town: the loader would think its coordinates swapped.
        at_home = self._in_country(country, lat, lon)
        lat, lon = np.where(at_home, lat, town_lat), np.where(at_home, lon, town_lon)
        precision = np.array(["exact", "vicinity", "locality", "settlement", "district"], dtype=object)
        radius = np.array([50, 1_000, 2_000, 3_000, 40_000])
        how = self.random.choice(5, n, p=[0.1, 0.2, 0.2, 0.45, 0.05])
        hidden = self.random.random(n) < 0.03
        hidden[0] = False
        is_region = np.arange(n) < min(REGIONS, n // 10)
        regions = self.ids("places")[: max(1, int(is_region.sum()))]
        return {
            **names("place", "место", "орын", n),
            "aliases": "",
            "country": np.array([towns[at][2] for at in near], dtype=object),
            "kind": np.where(is_region, "region", np.where(self.random.random(n) < 0.6, "village", "town")),
            "parent_id": np.where(is_region | (n < 10), "", regions[self.random.integers(len(regions), size=n)]),
            "lat": np.where(hidden, "", lat.round(4).astype(str)),
            "lon": np.where(hidden, "", lon.round(4).astype(str)),
            "location_precision": np.where(hidden, "unlocated", precision[how]),
            "location_radius_m": np.where(hidden, "", radius[how].astype(str)),
            "exists_from": "",
            "exists_to": "",
        }

    def _organisations(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        return {**names("organisation", "организация", "ұйым", n), "aliases": ""}

    def _people(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        return {
            "pseudonym": self.ids("people"),
            **dict.fromkeys(("name_en", "name_ru", "name_kk", "aliases"), ""),
            "name_basis": "pseudonym_only",
        }

    def _point(self, n: int, radius: int) -> dict[str, Any]:
        """Beside a located place."""
        places = self.made["places"]
        places = places[places["lat"] != ""].sample(n, replace=True, random_state=int(self.random.integers(2**31)))
        west, south, east, north = self.schema["extent"]
        place_lat, place_lon = (places[side].astype(float).to_numpy() for side in ("lat", "lon"))
        lat = np.clip(place_lat + self.random.normal(0, 0.08, n), south, north).round(4)
        lon = np.clip(place_lon + self.random.normal(0, 0.1, n), west, east).round(4)
        at_home = self._in_country(places["country"].to_numpy(), lat, lon)
        lat, lon = np.where(at_home, lat, place_lat), np.where(at_home, lon, place_lon)
        return {
            "lat": lat.astype(str),
            "lon": lon.astype(str),
            "location_precision": "vicinity",
            "location_radius_m": str(radius),
            "country": places["country"].to_numpy(),
        }

    def _assets(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        return {**self._point(n, 5_000), **names("field", "месторождение", "кен орны", n), "aliases": ""}

    def _stations(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        point = self._point(n, 500)
        del point["country"]
        return {**point, **names("station", "пост", "бекет", n)}

    def _zones(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        low = self.random.choice([1_000, 3_000, 5_000], n)
        return {
            "radius_min_m": low.astype(str),
            "radius_max_m": (low + self.random.choice([0, 2_000], n)).astype(str),
            "valid_from": "2005",
            "valid_to": "",
        }

    def _flare_sites(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        return {**self._point(n, 750), "first_year": "2012", "last_year": "2023", "frequency_year": "", "detection_frequency_percent": ""}

    def _flare_volumes(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        sites = self.ids("flare_sites")
        years = np.arange(2012, 2012 + n // len(sites))
        return {"flare_id": np.repeat(sites, len(years)), "year": np.tile(years, len(sites)).astype(str)}

    def _thermal_anomalies(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        sites = self.ids("flare_sites")
        months = np.array([f"2025-{month:02d}" for month in range(1, n // len(sites) + 1)], dtype=object)
        return {"flare_id": np.repeat(sites, len(months)), "month": np.tile(months, len(sites))}

    def _cases(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        return {
            **{key.replace("name", "title"): value for key, value in names("case", "дело", "іс", n).items()},
            "summary_en": [f"{MARK}. Generated case {at}; nothing of it happened." for at in range(1, n + 1)],
            "summary_ru": [f"{MARK}. Дело {at} создано программой; ничего этого не было." for at in range(1, n + 1)],
        }

    def _deadlines(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        low = self.random.integers(1, 60, n)
        return {"length_min": low.astype(str), "length_max": (low + self.random.integers(0, 30, n)).astype(str)}

    def _incidents(self, columns: dict[str, np.ndarray], n: int) -> dict[str, Any]:
        random, cases = self.random, self.count("cases")
        # A case has a place, a beginning and a few acts; its acts follow one another.
        case = np.sort(np.concatenate([np.arange(min(cases, n)), random.integers(cases, size=max(0, n - cases))]))
        places = self.made["places"]
        weight = 1 / (1 + np.arange(len(places))) ** 0.55
        at = random.choice(len(places), cases, p=weight / weight.sum())[case]
        at[case == 0] = 0
        days = self._days(cases)[case] + np.minimum(random.exponential(150, n), 1500).astype("timedelta64[D]")
        unknown = (random.random(n) < 0.02) & (case > 0)
        real = pd.read_csv(ROOT / "data/incidents.csv", dtype=str, keep_default_na=False, usecols=list(TOGETHER))
        codes = real.iloc[random.integers(len(real), size=n)].reset_index(drop=True)
        people = self.ids("people")
        person = people[(case * len(people) // cases + random.integers(0, 2, n)) % len(people)]
        sources = self.ids("sources")
        extra = [random.integers(1, 5, n), random.integers(5, 9, n)]
        cite = (case * len(sources) // cases).astype(int)
        cited = sources[cite % len(sources)]
        for step, share in zip(extra, (0.55, 0.25), strict=True):
            more = sources[(cite + step) % len(sources)]
            fresh = (random.random(n) < share) & ((cite + step) % len(sources) != cite % len(sources))
            cited = np.where(fresh & (len(sources) > 9), cited + ";" + more, cited)
        first, second = random.integers(len(SENTENCES), size=(2, n))
        texts: dict[str, list[str]] = {}
        for column, language, word in (("text_en", 0, "Generated incident"), ("text_ru", 1, "Инцидент, созданный программой,")):
            pair = [sentence[language] for sentence in SENTENCES]
            texts[column] = [
                f"{MARK}. {word} {row + 1}. {pair[a]} {pair[b]}".replace("{who}", f"{{{who}}}")
                for row, (a, b, who) in enumerate(zip(first.tolist(), second.tolist(), person.tolist(), strict=True))
            ]
        count = random.geometric(0.6, n)
        has_company = (codes["company_link"] != "").to_numpy()
        company = self._some(self.ids("organisations")[:60], n, {})
        return {
            **{name: codes[name].to_numpy() for name in TOGETHER},
            **texts,
            "case_id": self.ids("cases")[case],
            "sequence": "",
            "period": edtf(np.minimum(days, LAST), random),
            "place_id": np.where(unknown, "", places["place_id"].to_numpy()[at]),
            "country": places["country"].to_numpy()[at],
            "people_ids": np.where(random.random(n) < 0.76, person, ""),
            "victims_en": [f"{MARK}: {{{who}}} and others" for who in person],
            "victims_ru": [f"{MARK}: {{{who}}} и другие" for who in person],
            "victims_min": count.astype(str),
            "victims_max": (count + random.integers(0, 2, n)).astype(str),
            "company_ids": np.where(has_company, company, ""),
            "asset_ids": np.where(random.random(n) < 0.35, self._some(self.ids("assets"), n, {}), ""),
            "learned": "",
            "articles_as_printed": np.where(random.random(n) < 0.35, f"{MARK} art. 274", ""),
            "source_ids": cited,
        }

    def all_tables(self) -> dict[str, pd.DataFrame]:
        """Every table that is not copied, in the order of the schema."""
        self.made: dict[str, pd.DataFrame] = {}
        for resource in self.schema["resources"]:
            if "schema" in resource and resource["name"] not in COPIED:
                self.made[resource["name"]] = self.table(resource)
        return self.made


def names(english: str, russian: str, kazakh: str, n: int) -> dict[str, list[str]]:
    """The three name columns of a table of things."""
    words = {"name_en": english, "name_ru": russian, "name_kk": kazakh}
    return {column: [f"{MARK} {word} {at}" for at in range(1, n + 1)] for column, word in words.items()}


def hash_free(text: str) -> int:
    """A small number that depends on a text alone; Python's own hash differs from run to run."""
    return sum(text.encode())


# ── observations ─────────────────────────────────────────────────────────────────────────────────
YEARS = range(2012, 2026)
BLOCK = 250_000  # rows made at once
SATELLITES = np.array(["viirs_snpp", "viirs_noaa20", "modis_terra", "modis_aqua"])
CONFIDENCE = np.array(["low", "nominal", "high"])


def write_observations(folder: Path, made: dict[str, pd.DataFrame], extent: list[float], count: int, random: np.random.Generator) -> None:
    """The dataset: detections, then readings, each as one file of a program."""
    target, when = Dataset(folder), datetime(2026, 1, 1, tzinfo=UTC)
    readings = count // 20
    put(target, f"{MARK} detections", "detection", detections(made["flare_sites"], extent, count - readings, random), when)
    if readings:
        put(target, f"{MARK} readings", "reading", hourly(made["stations"], readings, random), when)


def detections(flares: pd.DataFrame, extent: list[float], count: int, random: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Blocks of detections, year by year and by time: seven of ten near a flare, the others anywhere, as grass fires are."""
    west, south, east, north = extent
    lats, lons = flares["lat"].astype(float).to_numpy(), flares["lon"].astype(float).to_numpy()
    share = random.multinomial(count, np.full(len(YEARS), 1 / len(YEARS)))
    for year, rows in zip(YEARS, share.tolist(), strict=True):
        start, end = (np.datetime64(f"{y}-01-01", "s").astype("int64") for y in (year, year + 1))
        moments = np.sort(random.integers(start, end, rows)) // 60 * 60
        for first in range(0, rows, BLOCK):
            time = moments[first : first + BLOCK].astype("datetime64[s]")
            n = len(time)
            at, fire = random.integers(len(lats), size=n), random.random(n) < 0.3
            lat = np.where(fire, random.uniform(south, north, n), lats[at] + random.normal(0, 0.004, n))
            lon = np.where(fire, random.uniform(west, east, n), lons[at] + random.normal(0, 0.005, n))
            yield {
                "time": time,
                "lat": lat.round(5),
                "lon": lon.round(5),
                "series": pa.array(SATELLITES[random.integers(len(SATELLITES), size=n)]),
                "indicator": "frp",
                "value": random.gamma(1.5, 4.0, n).round(2),
                "unit": "mw",
                "seconds": np.zeros(n, np.int32),
                "confidence": pa.array(CONFIDENCE[random.integers(len(CONFIDENCE), size=n)]),
                "daynight": pa.array(np.where(random.random(n) < 0.5, "day", "night")),
                "product": "standard",
                "brightness_k": random.normal(330, 12, n).round(1),
            }


def hourly(stations: pd.DataFrame, count: int, random: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Blocks of hourly readings, a station after the other, each from the beginning of 2018 and without a gap."""
    each = -(-count // len(stations))
    for at, (key, lat, lon) in enumerate(stations[["station_id", "lat", "lon"]].itertuples(index=False)):
        n = min(each, count - at * each)
        for first in range(0, n, BLOCK):
            hours = np.arange(first, min(first + BLOCK, n))
            yield {
                "time": np.datetime64("2018-01-01", "s") + hours.astype("timedelta64[h]"),
                "lat": np.full(len(hours), float(lat)),
                "lon": np.full(len(hours), float(lon)),
                "series": str(key),
                "indicator": "so2",
                "value": random.gamma(2.0, 10.0, len(hours)).round(1),
                "unit": "ug_m3",
                "seconds": np.full(len(hours), 3600, np.int32),
            }


# ── the bundle ───────────────────────────────────────────────────────────────────────────────────
def make(incidents: int, observations: int, seed: int, out: Path) -> Path:
    """Write the bundle; returns its folder.

    Raises:
        FileExistsError: if `out` holds something that is not a synthetic bundle.
    """
    if incidents < 1 or observations < 0:
        raise ValueError("a bundle has at least one incident, and no fewer than zero observations")
    if out.exists() and any(out.iterdir()):
        told = out / "datapackage.json"
        if not (told.is_file() and json.loads(told.read_text(encoding="utf-8")).get("synthetic") is True):
            raise FileExistsError(f"{out} is not empty and not a synthetic bundle; name another folder")
        shutil.rmtree(out)
    schema = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
    # The shipped stories tell of the shipped records.
    schema["resources"] = [resource for resource in schema["resources"] if resource.get("format") != "md"]
    maker = Maker(schema, incidents, seed)
    made = maker.all_tables()
    for resource in schema["resources"]:
        target = out / resource["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        if resource["name"] in made:
            made[resource["name"]].to_csv(target, index=False, lineterminator="\n", encoding="utf-8")
        else:
            shutil.copyfile(ROOT / resource["path"], target)
    if observations:
        write_observations(out / "observations", made, schema["extent"], observations, maker.random)
    own = schema | {
        "name": "synthetic",
        "title": f"{MARK} bundle of {incidents:,} incidents (seed {seed})",
        "description": f"{MARK}: generated to test the program. Nothing in it happened; no place, person or organisation in it is meant.",
        "synthetic": True,
    }
    (out / "datapackage.json").write_text(json.dumps(own, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return out


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 if the bundle was written."""
    parser = argparse.ArgumentParser(description="Write a labelled synthetic bundle.")
    parser.add_argument("--incidents", type=int, required=True, help="rows of incidents.csv")
    parser.add_argument("--observations", type=int, default=0, help="rows under observations/ (Parquet); 0 writes none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="the folder to write; must be new, empty or a synthetic bundle")
    asked = parser.parse_args(arguments)
    try:
        out = make(asked.incidents, asked.observations, asked.seed, asked.out)
    except (FileExistsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{out}: {asked.incidents:,} incidents, {asked.observations:,} observations, all SYNTHETIC.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
