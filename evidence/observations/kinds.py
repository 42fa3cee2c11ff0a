"""The kinds of dense series and their columns; units and names of what is measured.

Three kinds: `detection` (a hot pixel a satellite saw at an instant), `flare` (one flare site's gas volume in one year) and
`reading` (what a station measured). Every row has the same core, so that one query serves all; a kind adds a few columns.

Time is UTC, without a zone, at the start of what was averaged. `hour` and `month` count from 1970, `x` and `y` count cells of
1/64 degree from the south-west corner of the world: whole numbers computed once, when a file is added, so that every engine
bins by the same integers. A value is in one of the units below; where the source used another, `raw_value` and `raw_unit`
keep what it said, else they are null. `seconds` is the averaging time: 0 for an instant, null where the source does not say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa

CELLS_PER_DEGREE = 64
HOUR, DAY = 3_600, 86_400

_WORD = pa.dictionary(pa.int32(), pa.string())
CORE = (
    ("time", pa.timestamp("us")),
    ("hour", pa.int32()),
    ("month", pa.int16()),
    ("lat", pa.float64()),
    ("lon", pa.float64()),
    ("x", pa.int16()),
    ("y", pa.int16()),
    ("series", _WORD),
    ("indicator", _WORD),
    ("value", pa.float64()),
    ("unit", _WORD),
    ("seconds", pa.int32()),
    ("raw_value", pa.float64()),
    ("raw_unit", _WORD),
    ("file", _WORD),
)
KINDS: Mapping[str, pa.Schema] = MappingProxyType(
    {
        "detection": pa.schema(
            [
                *CORE,
                ("confidence", _WORD),  # low, nominal, high
                ("confidence_percent", pa.int16()),  # where the source gives a number (MODIS)
                ("daynight", _WORD),  # day, night
                ("product", _WORD),  # standard (archive) or nrt (near real time, later replaced)
                ("brightness_k", pa.float64()),
                ("surface", pa.int8()),  # archive only: 0 vegetation fire, 1 volcano, 2 other static source on land, 3 offshore
            ]
        ),
        "flare": pa.schema(
            [
                *CORE,
                ("country", _WORD),
                ("flare_type", _WORD),
                ("frequency_percent", pa.float64()),
                ("clear_observations", pa.int32()),
                ("temperature_k", pa.float64()),
            ]
        ),
        "reading": pa.schema([*CORE, ("place", _WORD)]),
    }
)
# Two rows that agree in these are one observation, however many files bring it.
KEY = ("time", "series", "indicator", "unit", "lat", "lon", "seconds")


# ── units ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Unit:
    """A spelling of a unit: the unit it is stored in, and by how much to multiply."""

    stored: str
    factor: float = 1.0


# A share of volume (ppm) is never turned into a mass (µg/m³): that needs a temperature and a pressure nobody told us.
_UNITS = {
    "ug/m3": Unit("ug_m3"), "mcg/m3": Unit("ug_m3"), "мкг/м3": Unit("ug_m3"), "ugm3": Unit("ug_m3"), "ug_m3": Unit("ug_m3"),
    "mg/m3": Unit("ug_m3", 1e3), "мг/м3": Unit("ug_m3", 1e3), "mg_m3": Unit("ug_m3", 1e3), "ng/m3": Unit("ug_m3", 1e-3),
    "нг/м3": Unit("ug_m3", 1e-3), "g/m3": Unit("ug_m3", 1e6),
    "ppb": Unit("ppb"), "ppbv": Unit("ppb"), "ppm": Unit("ppb", 1e3), "ppmv": Unit("ppb", 1e3), "ppt": Unit("ppb", 1e-3),
    "%": Unit("percent"), "percent": Unit("percent"), "c": Unit("celsius"), "°c": Unit("celsius"), "celsius": Unit("celsius"),
    "hpa": Unit("hpa"), "mb": Unit("hpa"), "mbar": Unit("hpa"), "гпа": Unit("hpa"), "pa": Unit("hpa", 1e-2), "m/s": Unit("m_s"),
    "м/с": Unit("m_s"), "deg": Unit("degrees"), "degrees": Unit("degrees"), "particles/cm3": Unit("particles_cm3"),
    "mw": Unit("mw"), "bcm": Unit("mm3", 1e3), "mm3": Unit("mm3"),
}  # fmt: skip
CONCENTRATIONS = frozenset({"ug_m3", "ppb", "particles_cm3"})
NO_VALUE = (-999.0, -9999.0, -99999.0, -999.9, -9999.9)  # what loggers write for "nothing was measured"


def unit(text: str) -> Unit | None:
    """The unit a spelling means, or None: µg/m³, ug/m3, мкг/м3, "МГ/М³", ppb, % …"""
    plain = re.sub(r"[\s*·^()]", "", text).lower().replace("³", "3").replace("µ", "u").replace("μ", "u").replace("куб.м", "м3")
    return _UNITS.get(plain.replace("/м.3", "/м3").replace("**", ""))


# ── names ────────────────────────────────────────────────────────────────────────────────────────
_NAMES = (
    ("pm25", r"pm_?2[._, ]?5|взвешенные частицы [рp][мm] ?-?2[.,]5|рм-?2[.,]5"),
    ("pm10", r"pm_?10|взвешенные частицы [рp][мm] ?-?10|рм-?10"),
    ("pm1", r"pm_?1(\.0)?"),
    ("h2s", r"h2s|сероводород|hydrogen sulphide|hydrogen sulfide|күкіртсутек|күкіртті сутегі"),
    ("so2", r"so2|диоксид серы|двуокись серы|sulphur dioxide|sulfur dioxide|күкірт диоксиді"),
    ("no2", r"no2|диоксид азота|двуокись азота|nitrogen dioxide|азот диоксиді"),
    ("nox", r"nox|оксиды азота"),
    ("no", r"no|оксид азота|nitric oxide|азот оксиді"),
    ("co", r"co|оксид углерода|carbon monoxide|көміртегі оксиді|көміртек оксиді"),
    ("o3", r"o3|озон.*|ozone"),
    ("nh3", r"nh3|аммиак|ammonia"),
    ("ch4", r"ch4|метан|methane"),
    ("bc", r"bc|black carbon"),
    ("dust", r"dust|tsp|взвешенные вещества.*|қалқыма заттар.*"),
    ("benzene", r"benzene|бензол"),
    ("toluene", r"toluene|толуол"),
    ("xylene", r"xylene|ксилол"),
    ("ethylbenzene", r"ethylbenzene|этилбензол"),
    ("phenol", r"phenol|фенол"),
    ("formaldehyde", r"formaldehyde|формальдегид"),
    ("mercaptans", r"mercaptans?|меркаптан(ы|дар)?"),
    ("soot", r"soot|сажа|күйе"),
    ("temperature", r"temperature|temp|температура( воздуха)?"),
    ("humidity", r"relativehumidity|relative_humidity|humidity|rh|(относительная )?влажность( воздуха)?"),
    ("pressure", r"pressure|давление"),
    ("wind_speed", r"wind_?speed|скорость ветра"),
    ("wind_direction", r"wind_?direction|направление ветра"),
)
_PATTERNS = tuple((code, re.compile(pattern)) for code, pattern in _NAMES)


def indicator(text: str) -> str | None:
    """The code of what was measured (h2s, pm25 …), in whichever of the usual spellings; None if it is not known here."""
    plain = " ".join(text.strip().lower().replace("₂", "2").replace("₃", "3").replace("₄", "4").split())
    return next((code for code, pattern in _PATTERNS if pattern.fullmatch(plain)), None)


# ── derived columns ──────────────────────────────────────────────────────────────────────────────
def hours(time: np.ndarray) -> np.ndarray:
    """Whole hours since 1970."""
    return time.astype("datetime64[h]").astype(np.int32)


def months(time: np.ndarray) -> np.ndarray:
    """Whole months since January 1970."""
    return time.astype("datetime64[M]").astype(np.int16)


def cells(degrees: np.ndarray, origin: int) -> np.ndarray:
    """Which cell of 1/64 degree, counted from -180 (longitude) or -90 (latitude); the eastern and northern edge count inwards."""
    counted = np.floor((degrees + origin) * CELLS_PER_DEGREE)
    return np.minimum(counted, 2 * origin * CELLS_PER_DEGREE - 1)


def year_seconds(year: int) -> int:
    """How long a calendar year is."""
    return (366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365) * DAY


def level_for_zoom(zoom: float) -> int:
    """Which cells to draw at a web map's zoom: level n has cells of 1/2^n degree, about six pixels wide, 0 (1°) to 6 (1/64°)."""
    return max(0, min(6, math.floor(zoom) - 3))
