"""The dataset on disk: which files were added, their rows as Parquet by kind and year, and how a file gets in whole or not at all.

    observations/
      manifest.json                                   what was added, and which parts hold it: the dataset is what this file lists
      kind=detection/year=2021/3f2a9c01d2e4-0.parquet
      rejects/NAME-3f2a9c01d2e4.csv                   rows that were not taken, with line and reason

A file is read into a hidden folder; then its parts are moved to their places and, last, the manifest is replaced. Killed
anywhere before that, the dataset is what it was: parts that no manifest lists are swept when the next file is added.
"""

from __future__ import annotations

import csv
import fcntl
import gzip
import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import numpy as np

from evidence.observations import firms, nightfire, openaq, posts, readings
from evidence.observations.block import Answer, Columns, Source, UnknownFormat, layout, sources
from evidence.observations.known import without_known
from evidence.observations.parts import Part, RejectsFile, Writer
from evidence.observations.readings import Asked

_MANIFEST, _STAGING, _LOCK, _REJECTS = "manifest.json", ".adding", ".lock", "rejects"


@dataclass(frozen=True)
class Added:
    """One file that was added, and how its rows fared: kept, known before (some with another value), rejected."""

    id: str
    name: str
    sha256: str
    format: str
    kind: str
    added: str
    kept: int
    known: int
    differing: int
    rejected: int
    parts: tuple[Part, ...]
    rejects: str = ""
    reasons: Mapping[str, int] = field(default_factory=dict)
    again: bool = False  # it was there already and nothing was done


class Busy(Exception):
    """Another process is adding to this dataset."""


# ── what is there ────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Dataset:
    """A folder of observations. Reading needs only the manifest; an absent folder is an empty dataset."""

    path: Path

    def files(self) -> tuple[Added, ...]:
        """The files that were added, first to last."""
        try:
            there = (self.path / _MANIFEST).stat()
        except FileNotFoundError:
            return ()
        return _listed(self.path / _MANIFEST, there.st_mtime_ns, there.st_size, there.st_ino)

    def version(self) -> str:
        """A word that changes whenever the dataset does."""
        ids = " ".join(file.sha256 for file in self.files())
        return hashlib.sha256(ids.encode()).hexdigest()[:12] if ids else ""

    def parts(self, kind: str, since: np.datetime64 | None = None, until: np.datetime64 | None = None) -> list[Part]:
        """The parts of a kind that may hold moments of `[since, until)`."""
        return [
            part
            for file in self.files()
            for part in file.parts
            if part.kind == kind
            and (since is None or np.datetime64(part.until) >= since)
            and (until is None or np.datetime64(part.since) < until)
        ]

    def count(self, kind: str) -> int:
        """How many rows of a kind there are."""
        return sum(part.rows for part in self.parts(kind))


@lru_cache(maxsize=8)
def _listed(manifest: Path, *changed: int) -> tuple[Added, ...]:
    """What a manifest says, read once as long as it does not change."""
    listed = json.loads(manifest.read_text(encoding="utf-8"))
    return tuple(Added(**{**file, "parts": tuple(Part(**part) for part in file["parts"])}) for file in listed["files"])


# What archives, workbooks and texts that are cut off or something else raise; a parser's complaint about XML is a `SyntaxError`.
BROKEN = (UnicodeDecodeError, csv.Error, zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error, SyntaxError)


# ── adding ───────────────────────────────────────────────────────────────────────────────────────
def add(dataset: Dataset, file: Path, asked: Asked | None = None, tell: Callable[[int, int], None] = lambda bytes_, rows: None) -> Added:
    """Read a file into the dataset; what was added before adds nothing. `tell` hears bytes read and rows taken so far.

    Raises:
        UnknownFormat: if no reader knows the file, or it breaks off; the dataset is as it was.
        Busy: if another process is adding.
    """
    digest = _sha256(file)
    with _alone(dataset.path):
        before = dataset.files()
        if there := next((known for known in before if known.sha256 == digest), None):
            return replace(there, again=True)
        _sweep(dataset.path, before)
        staging = dataset.path / _STAGING / digest[:12]
        staging.mkdir(parents=True)
        try:
            added = _stage(dataset, file, digest, asked or Asked(), staging, tell)
            _publish(dataset.path, staging, before, added)
        except BROKEN as error:
            raise UnknownFormat(f"the file is broken, or not what its name says ({error})") from None
        finally:
            shutil.rmtree(dataset.path / _STAGING, ignore_errors=True)
        return added


def put(dataset: Dataset, name: str, kind: str, blocks: Iterable[Columns], when: datetime) -> Added:
    """Put in rows that a program has made (`name` says which), as one file of the dataset; nothing of them is checked."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    with _alone(dataset.path):
        before = dataset.files()
        staging = dataset.path / _STAGING / digest[:12]
        staging.mkdir(parents=True)
        try:
            writer = Writer(kind, digest[:12], staging)
            for columns in blocks:
                writer.take(columns, np.ones(len(columns["time"]), bool))
            parts = tuple(writer.close())
            moment = when.isoformat(timespec="seconds")
            added = Added(digest[:12], name, digest, "made by a program", kind, moment, writer.rows, 0, 0, 0, parts)
            _publish(dataset.path, staging, before, added)
        finally:
            shutil.rmtree(dataset.path / _STAGING, ignore_errors=True)
        return added


def remove(dataset: Dataset, name: str) -> list[Added]:
    """Take out every file of that name or id: the manifest first, then the parts."""
    with _alone(dataset.path):
        files = dataset.files()
        gone = [file for file in files if name in {file.name, file.id}]
        kept = tuple(file for file in files if file not in gone)
        if gone:
            _write_manifest(dataset.path, kept)
            _sweep(dataset.path, kept)
        return gone


def _stage(dataset: Dataset, file: Path, digest: str, asked: Asked, staging: Path, tell: Callable[[int, int], None]) -> Added:
    """Read, check and write a file in the hidden folder."""
    seen = [0]

    def heard(count: int) -> None:
        seen[0] += count

    name, kind, answers = _reader(file, asked, heard)
    writer = Writer(kind, digest[:12], staging)
    with RejectsFile(staging / "rejects.csv") as refused:
        for columns, block, ragged in answers:
            good = block.good
            writer.take(columns, good)
            refused.write(ragged)
            if not good.all():
                refused.write(block.rejects())
            tell(seen[0], writer.rows)
    parts = writer.close()
    rejects = f"{_REJECTS}/{file.name}-{digest[:12]}.csv" if refused.count else ""
    if refused.count and not writer.rows:
        # Nothing to keep: the reasons are left where they can be read, the dataset stays as it is.
        _move(staging / "rejects.csv", dataset.path / rejects)
        why = "; ".join(f"{count:,} × {reason}" for reason, count in refused.reasons.most_common(3))
        raise UnknownFormat(f"none of its {refused.count:,} rows could be taken ({why}); they are in {dataset.path / rejects}")
    parts, known, differing = without_known(dataset.path, dataset.parts(kind), parts, staging)
    return Added(
        id=digest[:12],
        name=file.name,
        sha256=digest,
        format=name,
        kind=kind,
        added=datetime.now(UTC).isoformat(timespec="seconds"),
        kept=sum(part.rows for part in parts),
        known=known,
        differing=differing,
        rejected=refused.count,
        parts=tuple(parts),
        rejects=rejects,
        reasons=dict(refused.reasons.most_common(10)),
    )


def _reader(file: Path, asked: Asked, tell: Callable[[int], None]) -> tuple[str, str, Answer]:
    """Who reads this file: the format's name, the kind of its rows, and the rows.

    Raises:
        UnknownFormat: naming the formats there are.
    """
    if not file.is_file():
        raise UnknownFormat("there is no such file")
    if file.suffix.lower() in {".xlsx", ".xlsm"}:
        return nightfire.NAME, nightfire.KIND, nightfire.read_workbook(file)
    inside = sources(file, tell)
    readers = [_reader_of(source, asked) for source in inside]
    if len({(name, kind) for name, kind, _ in readers}) > 1:
        raise UnknownFormat("the archive mixes formats; unpack it and add its files one by one")
    return *readers[0][:2], (answer for _, _, answers in readers for answer in answers)


def _reader_of(source: Source, asked: Asked) -> tuple[str, str, Answer]:
    if source.name.lower().endswith((".json", ".jsonl")):
        return "OpenAQ v3 JSON", readings.KIND, openaq.read_json(source, asked)
    about = layout(source)
    if asked.mapping:
        return "long table", readings.KIND, readings.read(source, about, asked.mapping)
    if firms.knows(about):
        return firms.NAME, firms.KIND, firms.read(source, about)
    if nightfire.knows(about):
        return nightfire.NAME, nightfire.KIND, nightfire.read(source, about)
    if mapping := openaq.mapping_of(about, asked):
        return "OpenAQ CSV", readings.KIND, readings.read(source, about, mapping)
    if posts.knows(about):
        return "wide table of posts", readings.KIND, posts.read(source, about, asked)
    raise UnknownFormat(
        f"no reader knows the columns {', '.join(about.plain)[:300]}. Known are NASA FIRMS, EOG VIIRS Nightfire, OpenAQ, wide tables of "
        "posts (date, post, pollutants); for any other long table write a mapping and give it with --mapping"
    )


# ── all or nothing ───────────────────────────────────────────────────────────────────────────────
def _publish(root: Path, staging: Path, before: tuple[Added, ...], added: Added) -> None:
    """Move the parts to their places and, last, replace the manifest: from that moment the file is in the dataset."""
    for part in added.parts:
        _move(staging / part.path, root / part.path)
    if added.rejects:
        _move(staging / "rejects.csv", root / added.rejects)
    _write_manifest(root, (*before, added))


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _write_manifest(root: Path, files: tuple[Added, ...]) -> None:
    listed = [{key: value for key, value in asdict(file).items() if key != "again"} for file in files]
    fresh = root / f"{_MANIFEST}.fresh"
    with fresh.open("w", encoding="utf-8") as stream:
        json.dump({"version": 1, "files": listed}, stream, ensure_ascii=False, indent=1)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(root / _MANIFEST)


def _sweep(root: Path, files: tuple[Added, ...]) -> None:
    """Remove what an addition that was killed left behind: hidden folders, and parts that no manifest lists."""
    shutil.rmtree(root / _STAGING, ignore_errors=True)
    listed = {part.path for file in files for part in file.parts}
    for path in root.glob("kind=*/year=*/*.parquet"):
        if path.relative_to(root).as_posix() not in listed:
            path.unlink()


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Nobody else adds meanwhile. The lock dies with its process, so a killed one blocks nobody."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another process is adding to {root}; wait until it is done") from None
        yield


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        raise UnknownFormat("there is no such file") from None
