"""Tables in, one Excel workbook out: ids and dates stay text, numbers are numbers, nothing is a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from evidence.model import Bundle
from evidence.report.progress import Step, quiet
from evidence.report.published import Rows, fields, tables
from evidence.words import Words

_ROWS = 1_048_575  # that a sheet can hold under its header
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NARROW, _WIDE = 14, 44
_TOLD = 500


def workbook(bundle: Bundle, words: Words, parts: Sequence[Rows], about: Sequence[str], step: Step = quiet) -> bytes:
    """A sheet that says what this is, then a sheet a table.

    Args:
        bundle: whose rows these are.
        words: the reader's language, for the first sheet.
        parts: the tables.
        about: lines of the first sheet.
        step: told of every row, some hundreds at a time.

    Raises:
        ValueError: if a table is longer than a sheet; CSV has no such bound.
    """
    import xlsxwriter  # imported here: most pages never make a workbook

    if (longest := max((len(rows) for rows in parts), default=0)) > _ROWS:
        raise ValueError(f"an Excel sheet holds {_ROWS:,} rows, this table has {longest:,}")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": bundle.title, "comments": f"Tamshy {bundle.version}", "created": datetime.fromisoformat(bundle.published)}
    )
    plain, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    # Text that begins like a formula keeps an apostrophe's property, so that editing the cell does not run it.
    quoted, wrapped = book.add_format({"num_format": "@", "quote_prefix": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(words("zip.sheet_about"))
    sheet.set_column(0, 0, 110)
    for at, line in enumerate(about):
        sheet.write_string(at, 0, line, wrapped)
    for rows in parts:
        sheet = book.add_worksheet(rows.name[:31])
        numeric = {spec["name"] for spec in fields(bundle, rows.name) if spec["type"] in {"integer", "number"}}
        sheet.freeze_panes(1, 1)
        line = 1
        for at, table in enumerate(tables(bundle, rows)):
            names = table.column_names
            if at == 0:
                for column, name in enumerate(names):
                    long = name.rpartition("_")[2] in {"en", "ru", "kk"}
                    sheet.set_column(column, column, _WIDE if long else _NARROW, None if name in numeric else plain)
                    sheet.write_string(0, column, name, head)
                sheet.autofilter(0, 0, len(rows), len(names) - 1)
            kinds = [name in numeric for name in names]
            for cells in zip(*(column.to_pylist() for column in table.columns), strict=True):
                for column, cell in enumerate(cells):
                    if not cell:
                        continue
                    if kinds[column]:
                        sheet.write_number(line, column, float(cell))
                    else:
                        sheet.write_string(line, column, cell, quoted if cell.startswith(_RISKY) else plain)
                line += 1
                if line % _TOLD == 0:
                    step(_TOLD)
    book.close()
    return out.getvalue()
