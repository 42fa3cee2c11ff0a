"""Rows that are in the dataset already: two files of overlapping days must not count a flame twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.observations.kinds import KEY
from evidence.observations.parts import ROW_GROUP, Part

if TYPE_CHECKING:
    import duckdb

MEMORY = "200MB"  # what the engine that looks for known rows may use; it spills to disk beyond


def without_known(root: Path, there: Sequence[Part], parts: Sequence[Part], staging: Path) -> tuple[list[Part], int, int]:
    """The staged parts without rows that stand twice in them or are `there`; how many those were, how many said another value.

    A quick look at hashes says of nearly every part that nothing is doubled; only else is it compared cell by cell and written anew.
    """
    import duckdb

    kept, known, differing = [], 0, 0
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2, "temp_directory": str(staging / "spill")}) as engine:
        for part in parts:
            path = staging / part.path
            others = [str(root / o.path) for o in there if o.year == part.year and o.since <= part.until and part.since <= o.until]
            if not _suspect(engine, path, others):
                kept.append(part)
                continue
            doubled, other_value = _rewrite(engine, path, others)
            known, differing = known + doubled, differing + other_value
            if doubled < part.rows:
                kept.append(replace(part, rows=part.rows - doubled))
            else:
                path.unlink()
    return kept, known, differing


def _suspect(engine: duckdb.DuckDBPyConnection, path: Path, others: list[str]) -> bool:
    """True if the hash of a row is met twice in the part, or once in the others."""
    key = f"hash({', '.join(KEY)})"
    inside = engine.execute(f"select count(*) - count(distinct {key}) from read_parquet(?)", [str(path)]).fetchone()[0]
    if inside or not others:
        return bool(inside)
    met = f"select 1 from read_parquet($new) where {key} in (select {key} from read_parquet($old)) limit 1"
    return engine.execute(met, {"new": str(path), "old": others}).fetchone() is not None


def _rewrite(engine: duckdb.DuckDBPyConnection, path: Path, others: list[str]) -> tuple[int, int]:
    """Write a part without its doubled rows; the first of equals stays. How many went, and how many of them said another value."""
    same = " and ".join(f"o.{column} is not distinct from n.{column}" for column in KEY)
    first = f"first_value(value) over (partition by {', '.join(KEY)} order by nr)"
    engine.execute("create or replace temp table doubled (nr bigint, differs boolean)")
    engine.execute(
        f"""insert into doubled select nr, said is distinct from value from (select nr, value, {first} as said,
            row_number() over (partition by {", ".join(KEY)} order by nr) as nth
            from (select *, file_row_number as nr from read_parquet(?, file_row_number = true))) where nth > 1""",
        [str(path)],
    )
    if others:
        engine.execute(
            f"""insert into doubled select n.file_row_number, bool_and(o.value is distinct from n.value)
                from read_parquet($new, file_row_number = true) n join read_parquet($old) o on {same}
                where n.file_row_number not in (select nr from doubled) group by 1""",
            {"new": str(path), "old": others},
        )
    gone, other_value = engine.execute("select count(*), count(*) filter (differs) from doubled").fetchone()
    fresh = path.with_suffix(".fresh")
    engine.execute(
        f"""copy (select * exclude (file_row_number) from read_parquet('{_quoted(path)}', file_row_number = true)
            where file_row_number not in (select nr from doubled) order by file_row_number)
            to '{_quoted(fresh)}' (format parquet, compression zstd, row_group_size {ROW_GROUP})"""
    )
    fresh.replace(path)
    return gone, other_value


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
