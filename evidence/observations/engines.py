"""Where questions are answered: DuckDB over the Parquet parts (the default), PostgreSQL, or Spark over the same parts.

`TAMSHY_OBSERVATIONS` says which:

    (unset)                                  the bundle's `observations/` folder, DuckDB
    /data/observations                       another folder, DuckDB
    postgresql://user@host/database          tables that `python -m evidence observations copy` filled, in the schema `observations`
    spark://host:7077?path=/data/observations   a cluster that sees that folder;  spark://local[2]?path=…  runs in this process

Ibis, DuckDB, psycopg and PySpark are imported when a question is asked, not before: a page that asks nothing costs nothing.
"""

from __future__ import annotations

import os
import re
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pyarrow as pa

from evidence.observations.dataset import Dataset
from evidence.observations.kinds import KINDS

if TYPE_CHECKING:
    import ibis

SCHEMA = "observations"  # of PostgreSQL
MEMORY = "2GB"  # what DuckDB may use for questions before it spills to disk


class Engine(Protocol):
    """Answers questions about one dataset."""

    def table(self, kind: str, since: np.datetime64 | None, until: np.datetime64 | None) -> ibis.Table | None:
        """The rows of a kind, at least those of `[since, until)`; None if there are none."""

    def run(self, question: ibis.Table) -> pd.DataFrame:
        """The answer."""

    def version(self) -> str:
        """A word that changes whenever the rows do."""


def connect(where: str | Path) -> Engine:
    """The engine for a folder or an address.

    Raises:
        ValueError: if the address is of no engine known here.
    """
    text = str(where)
    if text.startswith(("postgres://", "postgresql://")):
        return Postgres(text)
    if text.startswith("spark://"):
        return Spark(text)
    if re.match(r"[a-z][a-z0-9+.-]+://", text):
        raise ValueError(f"TAMSHY_OBSERVATIONS is {text!r}: it must be a folder, postgresql://… or spark://…")
    return DuckDB(Dataset(Path(text)))


def place(bundle: Path) -> str:
    """Where a bundle's observations are: `TAMSHY_OBSERVATIONS`, or the folder in the bundle."""
    return os.environ.get("TAMSHY_OBSERVATIONS") or str(bundle / "observations")


def is_folder(where: str) -> bool:
    """True for a folder of Parquet parts on this machine, whose manifest can be read."""
    return "://" not in where


def _tidy(answer: pa.Table) -> pd.DataFrame:
    """The same frame from every engine: 64-bit numbers (an integer with gaps becomes a float), texts, times in microseconds."""
    columns = {}
    for name, column in zip(answer.column_names, answer.columns, strict=True):
        kind = column.type
        if pa.types.is_integer(kind):
            kind = pa.float64() if column.null_count else pa.int64()
        elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            kind = pa.float64()
        elif pa.types.is_timestamp(kind):
            kind = pa.timestamp("us")
        elif pa.types.is_dictionary(kind):
            kind = pa.string()
        columns[name] = (column if column.type == kind else column.cast(kind)).to_pandas()
    return pd.DataFrame(columns, copy=False)


# ── Parquet parts, this machine ──────────────────────────────────────────────────────────────────
class DuckDB:
    """DuckDB over the parts that the manifest lists. Safe for many visitors at once: each question has its own cursor."""

    def __init__(self, dataset: Dataset) -> None:
        import ibis

        self._dataset = dataset
        self._ibis = ibis.duckdb.connect(memory_limit=MEMORY)
        self._ibis.con.execute("set parquet_metadata_cache = true; set preserve_insertion_order = false")
        self._tables: dict[tuple[str, ...], ibis.Table] = {}
        self._lock = threading.Lock()
        # A question asked before is not written anew as SQL: over a million rows that is a fifth of its cost.
        self._compiled = lru_cache(maxsize=512)(lambda question: self._ibis.compile(question.to_expr()))

    def table(self, kind: str, since: np.datetime64 | None, until: np.datetime64 | None) -> ibis.Table | None:
        paths = tuple(str(self._dataset.path / part.path) for part in self._dataset.parts(kind, since, until))
        if not paths:
            return None
        with self._lock:
            if paths not in self._tables:
                name, listed = f"{kind}_{len(self._tables)}", ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
                # A view of our own: those Ibis makes are seen by one cursor only.
                self._ibis.con.execute(f"create view {name} as select * from read_parquet([{listed}], hive_partitioning = false)")
                self._tables[paths] = self._ibis.table(name)
            return self._tables[paths]

    def version(self) -> str:
        return self._dataset.version()

    def run(self, question: ibis.Table) -> pd.DataFrame:
        sql = self._compiled(question.op())
        cursor = self._ibis.con.cursor()
        try:
            return _tidy(cursor.sql(sql).to_arrow_table())
        finally:
            cursor.close()


# ── a database ───────────────────────────────────────────────────────────────────────────────────
class Postgres:
    """PostgreSQL; the tables are filled by `copy`."""

    def __init__(self, address: str) -> None:
        import ibis

        self._ibis = ibis.connect(address.replace("postgresql://", "postgres://", 1))
        self._lock = threading.Lock()  # one connection, one question at a time
        self._present = set(self._ibis.list_tables(database=SCHEMA)) if SCHEMA in self._ibis.list_databases() else set()

    def table(self, kind: str, since: np.datetime64 | None, until: np.datetime64 | None) -> ibis.Table | None:
        return self._ibis.table(kind, database=SCHEMA) if kind in self._present else None

    def version(self) -> str:
        with self._lock:
            said = self._ibis.to_pyarrow(self._ibis.sql(f"select obj_description(to_regnamespace('{SCHEMA}')) as version"))
        return said["version"][0].as_py() or ""

    def run(self, question: ibis.Table) -> pd.DataFrame:
        with self._lock:
            return _tidy(self._ibis.to_pyarrow(question))


# ── a cluster ────────────────────────────────────────────────────────────────────────────────────
class Spark:
    """Spark over the parts that the manifest lists; the cluster must see the folder under the same path."""

    def __init__(self, address: str) -> None:
        import ibis
        from pyspark.sql import SparkSession

        host, _, query = address.removeprefix("spark://").partition("?")
        said = {key: values[-1] for key, values in parse_qs(query).items()}
        if "path" not in said:
            raise ValueError(f"{address!r} does not say where the parts are: spark://host:7077?path=/data/observations")
        self._dataset = Dataset(Path(said.pop("path")))
        master = host if host.startswith("local") else f"spark://{host}"
        builder = SparkSession.builder.master(master).appName("Tamshy")
        settings: dict[str, Any] = {
            "spark.sql.session.timeZone": "UTC",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.adaptive.enabled": "true",
            **said,
        }
        for name, value in settings.items():
            builder = builder.config(name, value)
        self._session = builder.getOrCreate()
        self._session.sparkContext.setLogLevel("ERROR")
        self._ibis = ibis.pyspark.connect(self._session)
        self._tables: dict[tuple[str, ...], ibis.Table] = {}

    def table(self, kind: str, since: np.datetime64 | None, until: np.datetime64 | None) -> ibis.Table | None:
        paths = tuple(str(self._dataset.path / part.path) for part in self._dataset.parts(kind, since, until))
        if not paths:
            return None
        if paths not in self._tables:
            name = f"{kind}_{len(self._tables)}"
            self._session.read.parquet(*paths).createOrReplaceTempView(name)
            self._tables[paths] = self._ibis.table(name)
        return self._tables[paths]

    def version(self) -> str:
        return self._dataset.version()

    def run(self, question: ibis.Table) -> pd.DataFrame:
        return _tidy(self._ibis.to_pyarrow(question))

    def close(self) -> None:
        """Let the cluster go."""
        self._session.stop()


# ── filling a database ───────────────────────────────────────────────────────────────────────────
_TYPES = {"timestamp[us]": "timestamp", "int8": "smallint", "int16": "smallint", "int32": "integer", "double": "double precision"}


def copy(dataset: Dataset, address: str) -> dict[str, int]:
    """Write every row of a dataset into PostgreSQL, in place of what was there: all or nothing. Rows by kind."""
    import psycopg
    import pyarrow.csv
    import pyarrow.parquet as pq

    counts = {}
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(f"create schema if not exists {SCHEMA}")
        for kind, schema in KINDS.items():
            columns = ", ".join(f"{field.name} {_TYPES.get(str(field.type), 'text')}" for field in schema)
            cursor.execute(f"drop table if exists {SCHEMA}.{kind}")
            cursor.execute(f"create table {SCHEMA}.{kind} ({columns})")
            names = ", ".join(schema.names)
            counts[kind] = 0
            with cursor.copy(f"copy {SCHEMA}.{kind} ({names}) from stdin (format csv)") as stream:
                for part in dataset.parts(kind):
                    for batch in pq.ParquetFile(dataset.path / part.path).iter_batches(65_536):
                        text = pyarrow.BufferOutputStream()
                        pyarrow.csv.write_csv(batch, text, pyarrow.csv.WriteOptions(include_header=False))
                        stream.write(text.getvalue().to_pybytes())
                        counts[kind] += len(batch)
            # Rows lie by time and place, so a small index of blocks finds a window.
            cursor.execute(f"create index on {SCHEMA}.{kind} using brin (time, month, hour, lat, lon, x, y)")
            cursor.execute(f"analyze {SCHEMA}.{kind}")
        cursor.execute(f"comment on schema {SCHEMA} is '{dataset.version()}'")
    return counts
