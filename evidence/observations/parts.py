"""Writing what a file holds: rows sorted so that neighbours in place and time lie together, one Parquet part a year."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evidence.observations import kinds
from evidence.observations.block import Columns, Reject
from evidence.observations.kinds import KINDS

SLAB = 300_000  # rows held before they are sorted and written
ROW_GROUP = 65_536  # rows: small enough that a village's rows lie in few groups
_PLAIN_COLUMNS = ("time", "lat", "lon", "raw_value")  # nearly every value differs: a dictionary of them is only weight


@dataclass(frozen=True)
class Part:
    """One Parquet file; `since` and `until` are the first and last moment in it."""

    path: str
    kind: str
    year: int
    rows: int
    since: str
    until: str


class Writer:
    """Collects rows and writes them as one sorted part a year."""

    def __init__(self, kind: str, stem: str, staging: Path) -> None:
        self.kind, self.stem, self.staging, self.rows = kind, stem, staging, 0
        self._held: list[pa.Table] = []
        self._writers: dict[int, pq.ParquetWriter] = {}
        self._spans: dict[int, tuple[int, np.datetime64, np.datetime64]] = {}

    def take(self, columns: Columns, good: np.ndarray) -> None:
        """The good rows of a block."""
        table = _table(self.kind, {**columns, "file": self.stem}, good)
        self.rows += len(table)
        self._held.append(table)
        if sum(map(len, self._held)) >= SLAB:
            self._flush()

    def _flush(self) -> None:
        if not self._held or not sum(map(len, self._held)):
            return
        table = pa.concat_tables(self._held).unify_dictionaries().combine_chunks()
        self._held = []
        years = 1970 + table["month"].to_numpy() // 12
        order = np.argsort(_near_together(self.kind, table, years), kind="stable")
        table, years = table.take(pa.array(order)), years[order]
        starts = np.flatnonzero(np.r_[True, years[1:] != years[:-1]])
        for start, end in zip(starts, np.r_[starts[1:], len(years)], strict=True):
            self._write(int(years[start]), table.slice(start, end - start))

    def _write(self, year: int, rows: pa.Table) -> None:
        if year not in self._writers:
            path = self._path(year)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers[year] = pq.ParquetWriter(
                path,
                KINDS[self.kind],
                compression="zstd",
                compression_level=1,
                use_dictionary=[name for name in KINDS[self.kind].names if name not in _PLAIN_COLUMNS],
                store_schema=False,
            )
        self._writers[year].write_table(rows, row_group_size=ROW_GROUP)
        count, first, last = self._spans.get(year, (0, np.datetime64("9999"), np.datetime64("0000")))
        bounds = pc.min_max(rows["time"]).as_py()
        self._spans[year] = (count + len(rows), min(first, np.datetime64(bounds["min"], "s")), max(last, np.datetime64(bounds["max"], "s")))

    def _path(self, year: int) -> Path:
        return self.staging / f"kind={self.kind}" / f"year={year}" / f"{self.stem}-0.parquet"

    def close(self) -> list[Part]:
        """Write what is held; the parts, paths relative to the hidden folder."""
        self._flush()
        for writer in self._writers.values():
            writer.close()
        return [
            Part(str(self._path(year).relative_to(self.staging)), self.kind, year, rows, str(first), str(last))
            for year, (rows, first, last) in sorted(self._spans.items())
        ]


def _table(kind: str, columns: Columns, good: np.ndarray) -> pa.Table:
    """The good rows with every column of the kind; a column the format does not have is null."""
    count, mask = int(good.sum()), None if good.all() else pa.array(good)
    time = np.asarray(columns["time"])[good].astype("datetime64[us]")
    derived = {"time": time, "hour": kinds.hours(time), "month": kinds.months(time)}
    for name, axis, origin in (("lon", "x", 180), ("lat", "y", 90)):
        if columns[name] is not None:
            degrees = np.asarray(columns[name], float)[good]
            counted = kinds.cells(degrees, origin)
            derived[name] = degrees
            derived[axis] = pa.array(np.nan_to_num(counted).astype(np.int16), mask=np.isnan(counted))
    arrays = []
    for column in KINDS[kind]:
        given = derived.get(column.name, columns.get(column.name))
        if given is None:
            arrays.append(pa.nulls(count, column.type))
        elif isinstance(given, str):
            arrays.append(pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([given])))
        else:
            array = given if isinstance(given, pa.Array) else pa.array(given, from_pandas=True)
            array = array if column.name in derived or mask is None else array.filter(mask)
            if pa.types.is_dictionary(column.type):
                array = pc.dictionary_encode(pc.if_else(pc.equal(array, ""), None, array))
            arrays.append(array if array.type == column.type else pc.cast(array, column.type))
    return pa.table(arrays, schema=KINDS[kind])


def _near_together(kind: str, table: pa.Table, years: np.ndarray) -> np.ndarray:
    """A number by which rows are sorted: the year, then half-degree cells (stations: the series), then time."""
    if kind == "reading":
        place = table["series"].chunk(0).indices.to_numpy(zero_copy_only=False).astype(np.int64)
    else:
        x, y = (table[axis].fill_null(0).to_numpy().astype(np.int64) >> 5 for axis in ("x", "y"))
        place = y * 1024 + x
    return (years.astype(np.int64) << 44) + (place << 20) + table["hour"].to_numpy()


class RejectsFile:
    """Rows that were not taken, as CSV."""

    def __init__(self, path: Path) -> None:
        self._path, self.count = path, 0
        self.reasons: Counter[str] = Counter()

    def __enter__(self) -> RejectsFile:
        self._file = self._path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(["line", "column", "value", "reason", "row"])
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, rejects: Sequence[Reject] | Iterator[Reject]) -> None:
        for reject in rejects:
            self.count += 1
            self.reasons[f"{reject.column}: {reject.reason}" if reject.column else reject.reason] += 1
            self._writer.writerow([reject.line, reject.column, reject.value, reject.reason, reject.row])
