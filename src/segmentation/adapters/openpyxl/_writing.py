"""Sheets written as a workbook, row after row."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from segmentation.errors import Identifier, InvalidValue, Message
from segmentation.operations.data import Cell, Sheet

from ._escapes import escaped

_LONGEST_TITLE = 31
_LONGEST_TEXT = 32_767
_MOST_ROWS = 1_048_576
_NO_TITLE = re.compile(r"[\\/*?:\[\]]")


def write_workbook(file: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """Write sheets as a workbook; their rows are taken one after the other.

    Args:
        file: Where it is written.
        sheets: The sheets, at least one; the first row of each is set off as a header.

    Raises:
        InvalidValue: There is no sheet; a title, a text or a sheet is longer than a workbook
            can hold.
    """
    book = Workbook(write_only=True)
    try:
        for sheet in sheets:
            made = book.create_sheet(_title(sheet.title))
            made.freeze_panes = "A2"
            for row in _rows(sheet):
                made.append([_cell(made, cell) for cell in row])
    except BaseException:
        _give_up(book)
        raise
    if not book.worksheets:
        raise InvalidValue("sheets", "", Message("is empty; give at least one"))
    book.save(file)


def _give_up(book: Workbook) -> None:
    """Close the sheets that were begun; each is written into a file of its own until the end."""
    for sheet in book.worksheets:
        with suppress(Exception):
            sheet.close()


def _title(title: str) -> str:
    if len(title) > _LONGEST_TITLE:
        reason = Message(
            "has {count} characters, {most} at most", count=len(title), most=_LONGEST_TITLE
        )
        raise InvalidValue("sheet", title, reason)
    return _NO_TITLE.sub(" ", title)


def _rows(sheet: Sheet) -> Iterator[Sequence[Cell]]:
    for number, row in enumerate(sheet.rows, start=1):
        if number > _MOST_ROWS:
            reason = Message("has more rows than a sheet can hold; write CSV or JSON")
            raise InvalidValue("sheet", Identifier(sheet.title), reason)
        yield row


def _cell(sheet: Any, value: Cell) -> Any:  # noqa: ANN401 - openpyxl has no types
    if isinstance(value, str):
        return _text(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _text(sheet: Any, value: str) -> Any:  # noqa: ANN401 - openpyxl has no types
    """A cell of type text, whatever the text begins with."""
    text = escaped(value)
    if len(text) > _LONGEST_TEXT:
        reason = Message(
            "has more characters than a cell of a sheet can hold ({most}); write CSV or JSON",
            most=_LONGEST_TEXT,
        )
        raise InvalidValue("sheet", f"{value[:20]}...", reason)
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if text.startswith("="):
        cell.quotePrefix = True
    return cell
