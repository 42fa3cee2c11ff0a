"""NASA FIRMS: hot pixels of MODIS and VIIRS, as the archive, the near-real-time downloads and the API write them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evidence.observations.block import Answer, Block, Columns, Layout, Source, blocks

NAME, KIND = "NASA FIRMS", "detection"
FIRST_LIGHT = np.datetime64("2000-02-24")  # MODIS on Terra; nothing older can be a FIRMS detection

_SATELLITES = {
    "t": "modis_terra", "terra": "modis_terra", "a": "modis_aqua", "aqua": "modis_aqua",
    "n": "viirs_snpp", "suomi npp": "viirs_snpp", "suomi-npp": "viirs_snpp", "s-npp": "viirs_snpp", "snpp": "viirs_snpp",
    "1": "viirs_noaa20", "n20": "viirs_noaa20", "noaa-20": "viirs_noaa20", "j1": "viirs_noaa20",
    "2": "viirs_noaa21", "n21": "viirs_noaa21", "noaa-21": "viirs_noaa21", "j2": "viirs_noaa21",
}  # fmt: skip
_CLASSES = {"l": "low", "n": "nominal", "h": "high", "low": "low", "nominal": "nominal", "high": "high"}
# The classes NASA gives for MODIS's percentage: below 30 low, from 80 high.
_NOMINAL, _HIGH = 30, 80


def knows(about: Layout) -> bool:
    """True for a header of FIRMS."""
    return {"latitude", "longitude", "acq_date", "acq_time", "satellite", "confidence"} <= set(about.plain)


def read(source: Source, about: Layout) -> Answer:
    """The detections of a file, block by block: columns of the kind, the block that says which rows are good, ragged rows."""
    named = set(about.plain)
    optional = [c for c in ("frp", "daynight", "version", "type", "bright_ti4", "brightness") if c in named]
    wanted = ["latitude", "longitude", "acq_date", "acq_time", "satellite", "confidence", *optional]
    with source.open() as stream:
        for block, ragged in blocks(stream, about, wanted):
            yield _columns(block), block, ragged


def _columns(block: Block) -> Columns:
    count = len(block)
    series = block.coded("satellite", _SATELLITES)
    time = _time(block)
    confidence, percent = _confidence(block)
    brightness = next((name for name in ("bright_ti4", "brightness") if name in block), None)
    return {
        "time": time,
        "lat": block.number("latitude", -90, 90),
        "lon": block.number("longitude", -180, 180),
        "series": series,
        "indicator": "frp",
        "value": block.number("frp", 0, 1e5, empty=True) if "frp" in block else np.full(count, np.nan),
        "unit": "mw",
        "seconds": np.zeros(count, np.int32),
        "confidence": confidence,
        "confidence_percent": percent,
        "daynight": _daynight(block),
        "product": block.coded("version", _product, empty="standard") if "version" in block else None,
        "brightness_k": block.number(brightness, 200, 1000, empty=True) if brightness else None,
        "surface": block.number("type", 0, 3, empty=True) if "type" in block else None,
    }


def _time(block: Block) -> np.ndarray:
    """Day and HHMM together. Spreadsheets lose leading zeros (5 is 00:05), some files write 00:05."""
    days = block.days("acq_date")
    clock = pc.dictionary_encode(block.columns["acq_time"])
    minutes = np.array([_minutes(word) for word in clock.dictionary.to_pylist()] or [-1], np.int64)
    minute = minutes[clock.indices.fill_null(0).to_numpy(zero_copy_only=False)]
    minute = np.where(clock.is_null().to_numpy(zero_copy_only=False), -1, minute)
    block.refuse(minute < 0, "acq_time", "this is not a time like 0005 (HHMM)")
    # A clock that runs ahead is tomorrow at most; what is later is a typing error.
    tomorrow = np.datetime64("now", "D") + 2
    block.refuse(
        (days < FIRST_LIGHT) | (days >= tomorrow),
        "acq_date",
        f"before {FIRST_LIGHT}, when the first of these satellites saw light, or in the future",
    )
    return days.astype("datetime64[s]") + minute.astype("timedelta64[m]")


def _daynight(block: Block) -> pa.Array | None:
    names = {"d": "day", "n": "night", "day": "day", "night": "night"}
    return block.coded("daynight", names, empty="") if "daynight" in block else None


def _minutes(word: str | None) -> int:
    """Minutes since midnight, or -1."""
    text = (word or "").strip().removesuffix(".0")
    hour, _, minute = text.partition(":") if ":" in text else (text[:-2] or "0", "", text[-2:])
    if not (hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit()) or len(text) > 5:
        return -1
    return int(hour) * 60 + int(minute) if int(hour) < 24 and int(minute) < 60 else -1


def _confidence(block: Block) -> tuple[pa.Array, pa.Array]:
    """The class of every row, and the percentage where the file gives one."""
    words = pc.dictionary_encode(block.columns["confidence"])
    spelt = [word.strip().lower() for word in words.dictionary.to_pylist()]
    percents = [int(float(word)) if _is_percent(word) else None for word in spelt]
    names = [
        _CLASSES.get(word) if percent is None else "low" if percent < _NOMINAL else "nominal" if percent < _HIGH else "high"
        for word, percent in zip(spelt, percents, strict=True)
    ]
    classes = pa.array(names, pa.string()).take(words.indices)
    block.refuse(classes.is_null().to_numpy(zero_copy_only=False), "confidence", "this is neither 0 to 100 nor one of l, n, h")
    return classes, pa.array(percents, pa.int16()).take(words.indices)


def _is_percent(word: str) -> bool:
    return word.replace(".", "", 1).isdigit() and word.isascii() and float(word) <= 100


def _product(version: str) -> str:
    """`6.1NRT`, `2.0URT` and `2.0RT` are replaced months later by the standard product (`6.1`, `61.03`, `2`)."""
    return "nrt" if version.strip().upper().endswith("RT") else "standard"
