"""Some rows of a file as text: read in blocks, checked a column at a time, and what is wrong with a row said in a sentence.

A reader of a format asks a block for its columns (`number`, `coded`, `moment` …); each answer has a value for every row, and
rows whose cell could not be taken are noted with the first reason found. What is left when the reader is done is kept.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

BLOCK = 4 << 20  # bytes of text read at once: some 200,000 rows
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


class UnknownFormat(Exception):
    """A file that no reader knows, or that is not what its name says; the message says what to do."""


@dataclass(frozen=True)
class Reject:
    """A row, or one value of it, that was not taken."""

    line: int
    column: str
    value: str
    reason: str
    row: str = ""


# ── a block ──────────────────────────────────────────────────────────────────────────────────────
class Block:
    """Rows of text under lower-case column names. `lines` are their line numbers in the file."""

    def __init__(self, columns: Mapping[str, pa.Array], lines: np.ndarray) -> None:
        self.columns, self.lines = columns, lines
        self._reasons: list[tuple[str, str]] = [("", "")]
        self._bad = np.zeros(len(lines), np.int16)

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    @property
    def good(self) -> np.ndarray:
        """True for the rows nothing was said against."""
        return self._bad == 0

    def put(self, column: str, cells: pa.Array) -> None:
        """Other cells for a column; what was refused stays refused."""
        self.columns = {**self.columns, column: cells}

    def refuse(self, mask: np.ndarray, column: str, reason: str) -> None:
        """Note a reason against rows; a row keeps the first."""
        fresh = np.asarray(mask) & (self._bad == 0)
        if fresh.any():
            self._reasons.append((column, reason))
            self._bad[fresh] = len(self._reasons) - 1

    def rejects(self) -> Iterator[Reject]:
        """The rows refused, in the order of the file."""
        for at in np.flatnonzero(self._bad):
            column, reason = self._reasons[self._bad[at]]
            cells = [self.columns[name][int(at)].as_py() or "" for name in self.columns]
            value = self.columns[column][int(at)].as_py() or "" if column in self.columns else ""
            yield Reject(int(self.lines[at]), column, value, reason, ",".join(cells))

    def text(self, column: str) -> pa.Array:
        """The cells without outer blanks; null where empty."""
        cells = pc.utf8_trim_whitespace(self.columns[column])
        return pc.if_else(pc.equal(cells, ""), None, cells)

    def number(self, column: str, low: float, high: float, *, empty: bool = False) -> np.ndarray:
        """The cells as numbers from `low` to `high`; NaN where empty (refused unless `empty`)."""
        cells = self.columns[column]
        try:
            parsed = pc.cast(cells, pa.float64())
        except pa.ArrowInvalid:
            parsed = self._odd_numbers(column)
        values = parsed.to_numpy(zero_copy_only=False)
        present = cells.is_valid().to_numpy(zero_copy_only=False) if cells.null_count else np.ones(len(cells), bool)
        if not empty:
            self.refuse(~present, column, "the cell is empty")
        self.refuse(present & ~np.isfinite(values), column, "this is not a number")
        with np.errstate(invalid="ignore"):
            self.refuse(present & ((values < low) | (values > high)), column, f"outside {low:g} to {high:g}")
        return values

    def _odd_numbers(self, column: str) -> pa.Array:
        """Numbers among cells of which some are not: blanks around, a comma for the point, words."""
        cells = pc.utf8_trim_whitespace(pc.replace_substring(self.columns[column], "\u00a0", ""))
        cells = pc.if_else(pc.match_substring_regex(cells, r"^[+-]?\d+,\d+$"), pc.replace_substring(cells, ",", "."), cells)
        return pc.cast(pc.if_else(pc.match_substring_regex(cells, _NUMBER), cells, None), pa.float64())

    def coded(self, column: str, codes: Mapping[str, str] | Callable[[str], str | None], *, empty: str | None = None) -> pa.Array:
        """The cells' codes, looked up once a spelling; refused where there is none. `empty` is the code of an empty cell."""
        words = pc.dictionary_encode(self.columns[column])
        look = codes if callable(codes) else lambda word: codes.get(word.strip().lower())
        known = [look(word) for word in words.dictionary.to_pylist()]
        found = pa.array(known, pa.string()).take(words.indices)
        missing = found.is_null().to_numpy(zero_copy_only=False)
        blank = self.columns[column].is_null().to_numpy(zero_copy_only=False)
        if empty is None:
            self.refuse(blank, column, "the cell is empty")
        self.refuse(missing & ~blank, column, "this is not one of the words this reader knows")
        return found if empty is None else pc.fill_null(found, empty)

    def days(self, column: str) -> np.ndarray:
        """The cells as days (2019-05-07, also 2019/05/07 and 07.05.2019)."""
        words = pc.dictionary_encode(self.columns[column])
        read = np.array([_day(word) for word in words.dictionary.to_pylist()], "datetime64[D]")
        return self._taken(column, words, read, "this is not a day like 2019-05-07")

    def moments(self, column: str, offset_hours: float | None) -> np.ndarray:
        """The cells as moments in UTC. A cell that names its own zone is believed; the others are `offset_hours` ahead of UTC."""
        words = pc.dictionary_encode(self.columns[column])
        read = np.array([_moment(word, offset_hours) for word in words.dictionary.to_pylist()], "datetime64[s]")
        zone = "" if offset_hours is not None else " with its zone (a clock without one: utc_offset_hours in a mapping)"
        return self._taken(column, words, read, f"this is not a date and time{zone}")

    def _taken(self, column: str, words: pa.DictionaryArray, read: np.ndarray, reason: str) -> np.ndarray:
        blank = words.is_null().to_numpy(zero_copy_only=False)
        self.refuse(blank, column, "the cell is empty")
        at = words.indices.fill_null(0).to_numpy(zero_copy_only=False)
        taken = read[at] if len(read) else np.full(len(self), np.datetime64("NaT"))
        taken = np.where(blank, np.datetime64("NaT"), taken)
        self.refuse(np.isnat(taken), column, reason)
        return taken


_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CLOCK = re.compile(r"(?:[T ]\s*(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?", re.IGNORECASE)


def _day(word: str | None) -> np.datetime64:
    found = _YEAR_FIRST.fullmatch(word.strip()) if word else None
    if found is None and word and (swapped := _DAY_FIRST.fullmatch(word.strip())):
        return _date(swapped[3], swapped[2], swapped[1])
    return _date(*found.groups()) if found else np.datetime64("NaT", "D")


def _date(year: str, month: str, day: str) -> np.datetime64:
    try:
        return np.datetime64(f"{year}-{int(month):02}-{int(day):02}", "D")
    except ValueError:
        return np.datetime64("NaT", "D")


def _moment(word: str | None, offset_hours: float | None) -> np.datetime64:
    """A moment in whole seconds of UTC. Midnight may be written 24:00."""
    never = np.datetime64("NaT", "s")
    text = (word or "").strip()
    found = _YEAR_FIRST.match(text) or _DAY_FIRST.match(text)
    clock = _CLOCK.fullmatch(text, found.end()) if found else None
    if clock is None or np.isnat(day := _day(found[0])):
        return never
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return never
    if zone := clock[4]:
        digits = zone[1:].replace(":", "")
        ahead = 0 if zone.upper() in {"Z", "UTC"} else (1 if zone[0] == "+" else -1) * (int(digits[:2]) * 60 + int(digits[2:] or 0))
    elif offset_hours is None:
        return never
    else:
        ahead = round(offset_hours * 60)
    return day.astype("datetime64[s]") + np.timedelta64(hour * 3600 + (minute - ahead) * 60 + second, "s")


# What a reader gives for each block: the columns of its kind (one value for all rows, or one a row; None if the format has none),
# the block, which knows the good rows, and the rows that could not even be taken apart.
Columns = dict[str, "pa.Array | np.ndarray | str | None"]
Answer = Iterator[tuple[Columns, Block, list[Reject]]]


# ── a file as text ───────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Source:
    """One table inside a file that was given: the file itself, unpacked if it is .gz, or a member of a .zip."""

    name: str
    open: Callable[[], BinaryIO]


class _Metered(io.FileIO):
    """A file that tells how many bytes were read of it."""

    def __init__(self, path: Path, tell: Callable[[int], None]) -> None:
        super().__init__(path)
        self._tell = tell

    def readinto(self, buffer: bytearray | memoryview) -> int | None:
        count = super().readinto(buffer)
        self._tell(count or 0)
        return count


def sources(path: Path, tell: Callable[[int], None] = lambda _: None) -> list[Source]:
    """What there is to read in a file; `tell` hears of every byte read."""

    def opened() -> BinaryIO:
        return io.BufferedReader(_Metered(path, tell), 1 << 20)

    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.lower().endswith((".csv", ".json", ".jsonl", ".txt")) and "readme" not in n.lower()]
        if not names:
            raise UnknownFormat("the archive holds no CSV or JSON file")
        return [Source(name, lambda name=name: zipfile.ZipFile(opened()).open(name)) for name in names]
    if path.suffix.lower() == ".gz":
        return [Source(path.stem, lambda: gzip.GzipFile(fileobj=opened()))]
    return [Source(path.name, opened)]


@dataclass(frozen=True)
class Layout:
    """How a delimited text is written: its header's names, as they stand, and what separates them."""

    names: tuple[str, ...]
    delimiter: str
    encoding: str

    @property
    def plain(self) -> tuple[str, ...]:
        """The names in lower case without outer blanks: what readers look for."""
        return tuple(name.strip().lower() for name in self.names)


def layout(source: Source) -> Layout:
    """Look at the first line."""
    with source.open() as stream:
        head = stream.read(1 << 16)
    if head[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raise UnknownFormat("the file is UTF-16; save it as UTF-8")
    encoding = "utf8"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        encoding = "cp1251"
    line = head.decode(encoding, "ignore").removeprefix("\ufeff").partition("\n")[0].rstrip("\r")
    delimiter = max(",;\t|", key=line.count)
    names = next(csv.reader([line], delimiter=delimiter), [])
    if not any(name.strip() for name in names):
        raise UnknownFormat("the first line, which should name the columns, is empty")
    return Layout(tuple(names), delimiter, encoding)


def blocks(stream: BinaryIO, about: Layout, wanted: Sequence[str]) -> Iterator[tuple[Block, list[Reject]]]:
    """A delimited text, block by block: the rows, and those with too few or too many cells.

    `wanted` are plain names that are in the header. Line numbers count rows: a quoted line break would shift them.
    """
    plain = about.plain
    numbered = [str(at) for at in range(len(plain))]  # headers may repeat a name; the first of each is read
    places = [numbered[plain.index(name)] for name in wanted]
    ragged: list[tuple[int, int, str]] = []

    def note(row: pa.csv.InvalidRow) -> str:
        ragged.append((row.number, row.actual_columns, row.text))
        return "skip"

    try:
        reader = pa.csv.open_csv(
            stream,
            read_options=pa.csv.ReadOptions(
                block_size=BLOCK, use_threads=False, column_names=numbered, skip_rows_after_names=1, encoding=about.encoding
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=about.delimiter, newlines_in_values=True, invalid_row_handler=note, ignore_empty_lines=False
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()), include_columns=places, strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid as error:
        raise UnknownFormat(f"this is not delimited text ({str(error).splitlines()[0][:200]})") from None
    line = 2
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            batch = None
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise UnknownFormat(f"after line {line:,}: {str(error).splitlines()[0][:200]}") from None
        odd, ragged[:] = list(ragged), []
        count = (len(batch) if batch is not None else 0) + len(odd)
        lines = np.setdiff1d(np.arange(line, line + count), [number for number, _, _ in odd], assume_unique=True)
        rejects = [Reject(n, "", "", f"the row has {cells} cells, the header {len(plain)}", text) for n, cells, text in odd if text.strip()]
        if batch is None:
            if rejects:
                yield Block(dict.fromkeys(wanted, pa.array([], pa.string())), np.array([], np.int64)), rejects
            return
        line += count
        yield _without_blank_lines(Block(dict(zip(wanted, batch.columns, strict=True)), lines[: len(batch)])), rejects


def _without_blank_lines(block: Block) -> Block:
    """Rows in which every cell read is empty say nothing, and nothing is said of them."""
    nulls = [column.null_count for column in block.columns.values()]
    if not len(block) or not min(nulls):
        return block
    filled = np.zeros(len(block), bool)
    for column in block.columns.values():
        filled |= column.is_valid().to_numpy(zero_copy_only=False)
    kept = pa.array(filled)
    return Block({name: column.filter(kept) for name, column in block.columns.items()}, block.lines[filled])


def rows_as_block(names: Sequence[str], rows: Sequence[Sequence[str | None]], lines: Sequence[int]) -> Block:
    """A block from rows already taken apart (a spreadsheet, JSON)."""
    columns = zip(*rows, strict=True) if rows else [[] for _ in names]
    texts = [pa.array([None if cell in {None, ""} else str(cell) for cell in column], pa.string()) for column in columns]
    return Block(dict(zip(names, texts, strict=True)), np.asarray(lines, np.int64))


def text_stream(source: Source) -> io.TextIOWrapper:
    """A source as UTF-8 text."""
    return io.TextIOWrapper(source.open(), encoding="utf-8-sig")
