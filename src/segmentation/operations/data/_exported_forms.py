"""The forms of exported tables: lines of CSV, lines of JSON, cells of sheets."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain

from segmentation.fields import Field, FieldType, Value

from ._exported_tables import ExportTable
from ._guard import guarded
from ._sheets import Cell, Sheet

_TEXTS = (FieldType.TEXT, FieldType.CODE)


def csv_lines(table: ExportTable, *, raw: bool) -> Iterator[str]:
    """The header and the rows of a table as CSV.

    Args:
        table: The table.
        raw: Write texts as they are, also those that a spreadsheet would run.
    """
    rows = (
        [csv_cell(column.field, value, raw=raw) for column, value in row] for row in table.rows()
    )
    return lines_of_cells(chain([table.header], rows))


_END = "\r\n"
"""Ends a line for the writer, so that it puts both signs into quotes; a line feed is written."""


def lines_of_cells(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    r"""Rows as lines of CSV; no text of a cell makes a row of its own.

    >>> list(lines_of_cells([["no", "name"], ["C1", "a\rC2,b"]]))
    ['no,name\n', 'C1,"a\rC2,b"\n']
    """
    line = io.StringIO()
    writer = csv.writer(line, lineterminator=_END)
    for row in rows:
        writer.writerow(row)
        yield f"{line.getvalue().removesuffix(_END)}\n"
        line.seek(0)
        line.truncate()


def csv_cell(field: Field, value: Value, *, raw: bool = False) -> str:
    """A value of a field as a cell of CSV; a text that a spreadsheet would run is kept from it."""
    text = plain_text(value)
    return text if raw or field.type not in _TEXTS else guarded(field, text)


def plain_text(value: Value) -> str:
    """A value as import reads it: dates in ISO form, numbers with a point."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def json_lines(table: ExportTable) -> Iterator[str]:
    """A table as a JSON array of objects, each on a line."""
    names = [json.dumps(name, ensure_ascii=False) for name in table.header]
    before = "[\n"
    for row in table.rows():
        values = (_json(value) for _, value in row)
        pairs = ", ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
        yield f"{before}{{{pairs}}}"
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _json(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool() | Decimal():
            return plain_text(value)
        case date() | time():
            return json.dumps(value.isoformat())
        case _:
            return json.dumps(value, ensure_ascii=False)


def sheet_of(table: ExportTable) -> Sheet:
    """A table as a sheet, whose rows are read when they are written."""
    return Sheet(table.name, _sheet_rows(table))


def _sheet_rows(table: ExportTable) -> Iterator[Sequence[Cell]]:
    yield table.header
    for row in table.rows():
        yield [sheet_cell(value) for _, value in row]


_FIRST_DAY = date(1900, 3, 1)
"""Before this day spreadsheets and calendars do not agree."""

_MOST = 10**15
"""Whole numbers from here on lose their last digits in a spreadsheet."""


def sheet_cell(value: Value) -> Cell:
    """A value as a cell, in a type that gives it back unchanged; else as its text."""
    match value:
        case None | "":
            return None
        case bool():
            return value
        case str():
            return str(value)
        case int():
            return value if abs(value) < _MOST else str(value)
        case Decimal():
            return value if Decimal(repr(float(value))) == value else plain_text(value)
        case datetime() | time():
            return value.isoformat()
        case _:
            return value if value >= _FIRST_DAY else value.isoformat()
