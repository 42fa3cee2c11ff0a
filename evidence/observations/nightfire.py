"""EOG VIIRS Nightfire: yearly flare volumes, as CSV or XLSX, one year a file or many years in the column names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from evidence.observations.block import Answer, Block, Layout, Reject, Source, UnknownFormat, blocks, rows_as_block
from evidence.observations.kinds import year_seconds

NAME, KIND = "EOG VIIRS Nightfire", "flare"
SHEET_ROWS = 20_000  # rows of a spreadsheet taken at once

_VOLUME = re.compile(r"(?:bcm|flared? volume|volume)[ _]*\(?(?:bcm)?\)?[ _]*((?:19|20)\d\d)")
_FREQUENCY = re.compile(r"(?:detection|det\.?)[ _]*freq(?:uency|\.)?[ _]*((?:19|20)\d\d)?")
_CATALOGUE = re.compile(r"(?:catalog(?:ue)?[ _]*id|id[ _]*(?:19|20)\d\d|id|flare[ _]*id)")
_TEMPERATURE = re.compile(r"avg\.?[ _]*temp.*")
_CLEAR = re.compile(r"clear[ _]*obs.*")


@dataclass(frozen=True)
class _Columns:
    """Which column is which."""

    volumes: dict[int, str]
    frequencies: dict[int | None, str]
    identity: str | None
    temperature: str | None
    clear: str | None

    @classmethod
    def of(cls, names: Sequence[str]) -> _Columns:
        def first(pattern: re.Pattern[str]) -> str | None:
            return next((name for name in names if pattern.fullmatch(name)), None)

        return cls(
            volumes={int(found[1]): name for name in names if (found := _VOLUME.fullmatch(name))},
            frequencies={int(found[1]) if found[1] else None: name for name in names if (found := _FREQUENCY.match(name))},
            identity=next((name for name in names if re.fullmatch(r"catalog(ue)?[ _]*id", name)), None) or first(_CATALOGUE),
            temperature=first(_TEMPERATURE),
            clear=first(_CLEAR),
        )

    def wanted(self, names: Sequence[str]) -> list[str]:
        other = [name for name in (self.identity, self.temperature, self.clear, "country", "iso code", "type") if name in names]
        return list(dict.fromkeys(["latitude", "longitude", *self.volumes.values(), *self.frequencies.values(), *other]))


def knows(about: Layout) -> bool:
    """True for a header with a position and a volume a year."""
    return {"latitude", "longitude"} <= set(about.plain) and bool(_Columns.of(about.plain).volumes)


def read(source: Source, about: Layout) -> Answer:
    """The site-years of a delimited file. It is passed over twice: the first time only to see how frequencies are written."""
    columns = _Columns.of(about.plain)
    wanted = columns.wanted(about.plain)

    def passes() -> Iterator[tuple[Block, list[Reject]]]:
        with source.open() as stream:
            yield from blocks(stream, about, wanted)

    scale = _scales(columns, (block for block, _ in passes()))
    for block, ragged in passes():
        yield from _years(columns, scale, block, ragged)


def read_workbook(path: Path) -> Answer:
    """The site-years of every sheet of a workbook that has a position and a volume a year; the other sheets are summaries."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, KeyError, ValueError) as error:
        raise UnknownFormat(f"this workbook cannot be opened ({error})") from None
    read_any = False
    for sheet in book.worksheets:
        names = tuple(str(cell or "").strip().lower() for cell in next(sheet.iter_rows(values_only=True), ()))
        columns = _Columns.of(names)
        if not columns.volumes or not {"latitude", "longitude"} <= set(names):
            continue
        read_any = True
        scale = _scales(columns, _sheet_blocks(sheet, names, columns.wanted(names)))
        for block in _sheet_blocks(sheet, names, columns.wanted(names)):
            yield from _years(columns, scale, block, [])
    book.close()
    if not read_any:
        raise UnknownFormat("no sheet has the columns Latitude, Longitude and BCM with a year")


def _sheet_blocks(sheet, names: tuple[str, ...], wanted: list[str]) -> Iterator[Block]:
    at, rows, lines = [names.index(name) for name in wanted], [], []
    for line, cells in enumerate(sheet.iter_rows(min_row=2, values_only=True), 2):
        row = [cells[i] if i < len(cells) else None for i in at]
        if any(cell not in {None, ""} for cell in row):
            rows.append(row)
            lines.append(line)
        if len(rows) == SHEET_ROWS:
            yield rows_as_block(wanted, rows, lines)
            rows, lines = [], []
    if rows:
        yield rows_as_block(wanted, rows, lines)


def _scales(columns: _Columns, read: Iterator[Block]) -> dict[str, float]:
    """By what each frequency column is multiplied to be a percentage: 100 if nothing in it is above 1, else 1."""
    highest = dict.fromkeys(columns.frequencies.values(), 0.0)
    for block in read if highest else ():
        probe = Block(block.columns, block.lines)  # what is wrong with a cell is said in the second pass
        for name in highest:
            values = probe.number(name, -np.inf, np.inf, empty=True)
            highest[name] = max(highest[name], np.nanmax(values, initial=0.0))
    return {name: 100.0 if top <= 1 else 1.0 for name, top in highest.items()}


def _years(columns: _Columns, scale: dict[str, float], block: Block, ragged: list[Reject]) -> Answer:
    """One answer a year: a site without a volume in that year has no row in it, and that is no mistake."""
    for year, volume in sorted(columns.volumes.items()):
        present = block.columns[volume].is_valid()
        part = Block({name: cells.filter(present) for name, cells in block.columns.items()}, block.lines[present.to_numpy(False)])
        frequency = columns.frequencies.get(year) or (columns.frequencies.get(None) if len(columns.volumes) == 1 else None)
        bcm = part.number(volume, 0, 100)
        stated = part.number(frequency, 0, 100, empty=True) * scale[frequency] if frequency else None
        yield (
            {
                "time": np.full(len(part), np.datetime64(f"{year}-01-01", "s")),
                "lat": part.number("latitude", -90, 90),
                "lon": part.number("longitude", -180, 180),
                "series": _sites(part, columns.identity),
                "indicator": "flared_volume",
                "value": bcm * 1e3,
                "unit": "mm3",
                "seconds": np.full(len(part), year_seconds(year), np.int32),
                "raw_value": bcm,
                "raw_unit": "bcm",
                "country": part.text("iso code") if "iso code" in part else part.text("country") if "country" in part else None,
                "flare_type": part.text("type") if "type" in part else None,
                "frequency_percent": stated,
                # These describe the one year of a yearly file; a file of many years does not say of which.
                "clear_observations": part.number(columns.clear, 0, 1e6, empty=True)
                if columns.clear and len(columns.volumes) == 1
                else None,
                "temperature_k": part.number(columns.temperature, 0, 5000, empty=True)
                if columns.temperature and len(columns.volumes) == 1
                else None,
            },
            part,
            ragged,
        )
        ragged = []


def _sites(block: Block, identity: str | None) -> pa.Array:
    """What to call a site: the catalogue's number under the column's name (numbers restart with each release), else its position."""
    import pyarrow.compute as pc

    position = pc.binary_join_element_wise(
        block.columns["latitude"], block.columns["longitude"], " ", null_handling="replace", null_replacement=""
    )
    if identity is None:
        return position
    named = pc.binary_join_element_wise(f"{identity} ", pc.utf8_trim_whitespace(block.columns[identity]), "")
    return pc.if_else(block.columns[identity].is_valid(), named, position)
