"""Ask the public APIs of NASA FIRMS and OpenAQ and save their answers as files that `add` reads.

Called from the command line where a network and a key exist; no page calls it. Keys come from the environment
(`FIRMS_MAP_KEY`, `OPENAQ_API_KEY`) and never reach a file, a message or a log.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

FIRMS, OPENAQ = "https://firms.modaps.eosdis.nasa.gov", "https://api.openaq.org"
FIRMS_DAYS = 5  # the most days one question may cover
PAGE = 1_000  # the most results one OpenAQ page may hold
TRIES, PATIENCE, LONGEST_WAIT = 5, 60, 120  # times; seconds for an answer; seconds between two tries


class NoAnswer(Exception):
    """The API gave no usable answer; the message says what it said."""


def firms(
    into: Path,
    source: str,
    box: tuple[float, float, float, float],
    since: date,
    until: date,
    *,
    server: str = FIRMS,
    wait: Callable[[float], None] = time.sleep,
) -> Path:
    """Save the detections of `[since, until)` in a box (west, south, east, north) as one CSV file.

    Raises:
        NoAnswer: if a part of the days could not be had; nothing is left half saved.
    """
    key, area = _key("FIRMS_MAP_KEY"), ",".join(f"{edge:g}" for edge in box)
    target = into / f"firms-{source}-{area}-{since}-{until}.csv"
    part, header = target.with_suffix(".part"), b""
    with part.open("wb") as out:
        day = since
        while day < until:
            days = min(FIRMS_DAYS, (until - day).days)
            lines = _lines(f"{server}/api/area/csv/{quote(key)}/{quote(source)}/{area}/{days}/{day}", {}, wait)
            first = next(lines, b"").strip()
            if not first.lower().startswith((b"latitude,", b"country_id,")):
                raise NoAnswer(
                    f"FIRMS did not answer with detections for {day}: {first[:200].decode(errors='replace').replace(key, '…')!r}"
                )
            if header and first != header:
                raise NoAnswer(f"FIRMS changed its columns between {since} and {day}; ask for the days before and after apart")
            if not header:
                out.write(first + b"\n")
            header = first
            for line in lines:
                out.write(line)
            day += timedelta(days=days)
    part.replace(target)
    return target


def openaq(
    into: Path, location: int, since: date, until: date, *, server: str = OPENAQ, wait: Callable[[float], None] = time.sleep
) -> list[Path]:
    """Save the hourly readings of `[since, until)` of every sensor of a location, a JSON file a sensor.

    Raises:
        NoAnswer: if a sensor's readings could not be had.
    """
    headers = {"X-API-Key": _key("OPENAQ_API_KEY")}
    found = _json(f"{server}/v3/locations/{location}", headers, wait).get("results") or []
    if not found:
        raise NoAnswer(f"OpenAQ knows no location {location}")
    place = {name: found[0].get(name) for name in ("id", "name", "coordinates")}
    saved = []
    for sensor in found[0].get("sensors") or []:
        target = into / f"openaq-{location}-sensor-{sensor['id']}-{since}-{until}.json"
        part = target.with_suffix(".part")
        with part.open("w", encoding="utf-8") as out:
            about = {"location": place, "sensor": {"id": sensor["id"], "parameter": sensor.get("parameter")}}
            out.write(json.dumps(about, ensure_ascii=False)[:-1] + ', "results": [\n')
            count = 0
            for result in _pages(f"{server}/v3/sensors/{sensor['id']}/hours", since, until, headers, wait):
                out.write((",\n" if count else "") + json.dumps(result, ensure_ascii=False))
                count += 1
            out.write("\n]}\n")
        if count:
            part.replace(target)
            saved.append(target)
        else:
            part.unlink()
    return saved


def _pages(
    address: str, since: date, until: date, headers: Mapping[str, str], wait: Callable[[float], None]
) -> Iterator[Mapping[str, Any]]:
    page = 1
    while True:
        asked = {"datetime_from": f"{since}T00:00:00Z", "datetime_to": f"{until}T00:00:00Z", "limit": PAGE, "page": page}
        results = _json(f"{address}?{urlencode(asked)}", headers, wait).get("results") or []
        yield from results
        if len(results) < PAGE:
            return
        page += 1


def _json(address: str, headers: Mapping[str, str], wait: Callable[[float], None]) -> Mapping[str, Any]:
    text = b"".join(_lines(address, headers, wait))
    try:
        answer = json.loads(text)
    except json.JSONDecodeError:
        raise NoAnswer(f"OpenAQ did not answer with JSON: {text[:200].decode(errors='replace')!r}") from None
    if not isinstance(answer, Mapping):
        raise NoAnswer("OpenAQ's answer is not an object with results")
    return answer


def _lines(address: str, headers: Mapping[str, str], wait: Callable[[float], None]) -> Iterator[bytes]:
    """The lines of an answer. Too many questions, or a server out of order, is asked again after a pause, a few times."""
    for attempt in range(1, TRIES + 1):
        pause = min(LONGEST_WAIT, 2.0**attempt)
        try:
            with urllib.request.urlopen(urllib.request.Request(address, headers=dict(headers)), timeout=PATIENCE) as answer:
                yield from answer
                return
        except urllib.error.HTTPError as error:
            said = error.read(200).decode(errors="replace").strip()
            if error.code != 429 and error.code < 500:
                raise NoAnswer(f"the server refused (HTTP {error.code}): {said}") from None
            reason = f"HTTP {error.code}: {said}"
            asked = error.headers.get("Retry-After") or error.headers.get("x-ratelimit-reset") or ""
            pause = min(LONGEST_WAIT, float(asked)) if asked.isdigit() else pause
        except (urllib.error.URLError, TimeoutError) as error:
            reason = str(getattr(error, "reason", error))
        if attempt < TRIES:
            wait(pause)
    raise NoAnswer(f"no answer after {TRIES} tries ({reason})")


def _key(name: str) -> str:
    key = os.environ.get(name, "").strip()
    if not key:
        raise NoAnswer(f"set {name} to your key; both APIs give one for an e-mail address")
    return key
