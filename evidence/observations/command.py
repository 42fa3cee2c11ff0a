"""The command line of observations: add files, ask the public APIs, list, remove, copy into a database."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from evidence.observations import dataset as files
from evidence.observations.block import UnknownFormat
from evidence.observations.dataset import Added, Busy, Dataset
from evidence.observations.readings import Asked, ColumnMap


def arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands and what they take."""
    commands = parser.add_subparsers(dest="task", required=True)

    def command(name: str, help_: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_)
        made.add_argument(
            "--to", type=Path, metavar="FOLDER", help="the dataset (default: TAMSHY_OBSERVATIONS, or observations/ in the bundle)"
        )
        return made

    add = command("add", "read files in the formats people have; a file added before adds nothing")
    add.add_argument("files", nargs="+", type=Path, metavar="FILE")
    add.add_argument("--mapping", type=Path, metavar="JSON", help="which column is what, for a long table no reader knows")
    add.add_argument(
        "--averaging", default="", metavar="TIME", help="how long each reading was averaged (20min, 1h, 1d), where the file does not say"
    )
    add.add_argument(
        "--utc-offset",
        type=float,
        default=5.0,
        metavar="HOURS",
        help="how far the posts' clock is ahead of UTC, in wide tables (default: 5)",
    )
    add.add_argument("--series", default="", metavar="NAME", help="the station, where the file does not name it")
    add.add_argument("--at", type=_position, metavar="LAT,LON", help="where the station is, where the file does not say")
    fetch = commands.add_parser("fetch", help="ask a public API and add its answer").add_subparsers(dest="api", required=True)
    firms = fetch.add_parser("firms", help="NASA FIRMS; the key is in FIRMS_MAP_KEY")
    firms.add_argument("--source", default="VIIRS_SNPP_NRT", help="VIIRS_SNPP_SP, VIIRS_NOAA20_NRT, MODIS_SP … (default: VIIRS_SNPP_NRT)")
    firms.add_argument("--box", type=_box, required=True, metavar="W,S,E,N", help="degrees; write --box=-10,… if it begins with a minus")
    openaq = fetch.add_parser("openaq", help="OpenAQ; the key is in OPENAQ_API_KEY")
    openaq.add_argument("--location", type=int, nargs="+", required=True, metavar="ID")
    for api in (firms, openaq):
        api.add_argument("--to", type=Path, metavar="FOLDER", help="the dataset")
        api.add_argument("--since", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        api.add_argument("--until", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD", help="the day after the last")
        api.add_argument("--keep", type=Path, metavar="FOLDER", help="keep what was downloaded there")
        api.add_argument("--server", help=argparse.SUPPRESS)
    command("list", "what was added")
    command("remove", "take a file out again").add_argument("name", help="its name or id, as `list` shows it")
    command("copy", "write the whole dataset into PostgreSQL").add_argument("address", metavar="postgresql://…")


def run(asked: argparse.Namespace, default: str) -> int:
    """Do it; 0 if all went well. `default` is where the dataset is if --to does not say."""
    where = str(asked.to or default)
    if "://" in where:
        print(
            f"{where.partition('://')[0]}:// holds copies; files are added to a folder. Give it with --to, then `observations copy`.",
            file=sys.stderr,
        )
        return 1
    dataset = Dataset(Path(where))
    try:
        return {"add": _add, "fetch": _fetch, "list": _list, "remove": _remove, "copy": _copy}[asked.task](dataset, asked)
    except (Busy, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _add(dataset: Dataset, asked: argparse.Namespace) -> int:
    about = Asked(
        mapping=ColumnMap.load(asked.mapping) if asked.mapping else None,
        averaging=asked.averaging,
        utc_offset_hours=asked.utc_offset,
        series=asked.series,
        position=asked.at,
    )
    return max(_add_one(dataset, file, about) for file in asked.files)


def _add_one(dataset: Dataset, file: Path, about: Asked) -> int:
    bar = Bar(file)
    begun = time.perf_counter()
    try:
        added = files.add(dataset, file, about, bar.show)
    except UnknownFormat as error:
        bar.clear()
        print(f"{file}: nothing was added: {error}", file=sys.stderr)
        return 1
    bar.clear()
    print(told(dataset, added, time.perf_counter() - begun))
    return 0


def told(dataset: Dataset, added: Added, seconds: float) -> str:
    """How the rows of a file fared, in sentences."""
    if added.again:
        return f"{added.name}: added before, on {added.added[:10]}; nothing to do."
    said = f"{added.name}: {added.format}. {added.kept:,} rows kept, {added.rejected:,} rejected, {added.known:,} known before"
    if added.differing:
        said += f" ({added.differing:,} of them with another value than the one kept)"
    said += f". {seconds:.1f} s, {(added.kept + added.known) / max(seconds, 1e-3):,.0f} rows a second."
    reasons = [f"\n  {count:,} × {reason}" for reason, count in added.reasons.items()]
    return said + "".join(reasons) + (f"\n  The rejected rows are in {dataset.path / added.rejects}" if added.rejects else "")


def _fetch(dataset: Dataset, asked: argparse.Namespace) -> int:
    from evidence.observations import fetch

    if asked.since >= asked.until:
        raise ValueError("--until must be after --since")
    server = {"server": asked.server} if asked.server else {}
    with tempfile.TemporaryDirectory() as scratch:
        into = asked.keep or Path(scratch)
        into.mkdir(parents=True, exist_ok=True)
        try:
            if asked.api == "firms":
                saved = [fetch.firms(into, asked.source, asked.box, asked.since, asked.until, **server)]
            else:
                saved = [file for place in asked.location for file in fetch.openaq(into, place, asked.since, asked.until, **server)]
        except fetch.NoAnswer as error:
            print(f"nothing was added: {error}", file=sys.stderr)
            return 1
        if not saved:
            print("The API has no readings of these days.")
        return max((_add_one(dataset, file, Asked()) for file in saved), default=0)


def _list(dataset: Dataset, asked: argparse.Namespace) -> int:
    for file in dataset.files():
        print(f"{file.id}  {file.added[:10]}  {file.kind:9}  {file.kept:>12,} rows  {file.name} ({file.format})")
    print(f"{dataset.path}: {sum(file.kept for file in dataset.files()):,} rows from {len(dataset.files()):,} files.")
    return 0


def _remove(dataset: Dataset, asked: argparse.Namespace) -> int:
    gone = files.remove(dataset, asked.name)
    for file in gone:
        print(f"{file.name}: {file.kept:,} rows taken out.")
    if not gone:
        print(f"No file was added under the name or id {asked.name!r}.", file=sys.stderr)
    return 0 if gone else 1


def _copy(dataset: Dataset, asked: argparse.Namespace) -> int:
    from evidence.observations import engines

    for kind, count in engines.copy(dataset, asked.address).items():
        print(f"{kind}: {count:,} rows copied.")
    return 0


class Bar:
    """A progress bar on a terminal; silent elsewhere."""

    WIDTH = 30

    def __init__(self, file: Path, out: Callable[[str], object] | None = None) -> None:
        self._name, self._size = file.name, max(file.stat().st_size if file.is_file() else 1, 1)
        self._out = out or (self._print if sys.stderr.isatty() else None)
        self._begun, self._shown = time.perf_counter(), 0.0

    @staticmethod
    def _print(text: str) -> None:
        print(text, end="", file=sys.stderr, flush=True)

    def show(self, seen: int, rows: int) -> None:
        """Draw it, at most ten times a second."""
        now = time.perf_counter()
        if self._out is None or now - self._shown < 0.1:
            return
        self._shown = now
        share = min(seen / self._size, 1.0)
        full = round(share * self.WIDTH)
        rate = rows / max(now - self._begun, 1e-3)
        self._out(f"\r{self._name[:40]} [{'█' * full}{'·' * (self.WIDTH - full)}] {share:4.0%} {rows:,} rows, {rate:,.0f}/s\x1b[K")

    def clear(self) -> None:
        """Take it away."""
        if self._out is not None and self._shown:
            self._out("\r\x1b[K")


def _numbers(text: str, count: int) -> tuple[float, ...]:
    parts = tuple(float(part) for part in text.split(","))
    if len(parts) != count:
        raise argparse.ArgumentTypeError(f"{text!r} should be {count} numbers with commas between")
    return parts


def _box(text: str) -> tuple[float, ...]:
    west, south, east, north = box = _numbers(text, 4)
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
        raise argparse.ArgumentTypeError(f"{text!r} is not west, south, east, north in degrees")
    return box


def _position(text: str) -> tuple[float, ...]:
    lat, lon = position = _numbers(text, 2)
    if abs(lat) > 90 or abs(lon) > 180:
        raise argparse.ArgumentTypeError(f"{text!r} is not a latitude and a longitude")
    return position
