"""The sheets of a workbook, read as plain values."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from segmentation.errors import BadDocument, Message
from segmentation.operations.data import Cell, Sheet, Unread

from ._escapes import unescaped
from ._merged import Range, merged_ranges, without_covered

_MOST_BYTES = 1024 * 1024 * 1024
"""To how much a workbook may grow when it is unpacked."""

_AT_ONCE = 1024 * 1024


def read_workbook(name: str, content: bytes) -> Sequence[Sheet]:
    """The sheets of a workbook, hidden ones aside.

    A formula counts as the value that is kept with it.

    Args:
        name: The file, for errors.
        content: What it holds.

    Raises:
        BadDocument: It is no workbook that can be read, or grows beyond all measure when it is
            unpacked; what is wrong within a sheet is found when its rows are gone through.
    """
    try:
        formulas = _has_formulas(name, content)
        values = _opened(content, data_only=True)
        asked = _opened(content, data_only=False) if formulas else values
        return [
            Sheet(
                sheet.title,
                _SheetRows(name, content, sheet, asked[sheet.title] if formulas else None),
            )
            for sheet in values.worksheets
            if sheet.sheet_state == "visible"
        ]
    except BadDocument:
        raise
    except Exception as error:  # whatever openpyxl makes of what is none
        raise _unread(name) from error


def _unread(name: str) -> BadDocument:
    return BadDocument(name, "is no workbook that can be read; save it as XLSX")


@attrs.frozen(eq=False)
class _SheetRows:
    """The rows of a sheet, read whenever they are gone through.

    Attributes:
        name: The file.
        content: What it holds.
        sheet: The sheet with its values.
        asked: The sheet with its formulas; ``None`` if it has none.
    """

    name: str
    content: bytes
    sheet: Any
    asked: Any

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        """Go through them.

        Raises:
            BadDocument: They cannot be read.
        """
        try:
            merged = _merged(self.content, self.sheet)
            yield from without_covered(_rows(self.sheet, self.asked), merged)
        except Exception as error:  # whatever openpyxl makes of what is none
            raise _unread(self.name) from error


def _opened(content: bytes, *, data_only: bool) -> Any:  # noqa: ANN401 - openpyxl has no types
    return load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)


def _has_formulas(name: str, content: bytes) -> bool:
    """Whether any sheet has a formula; seen before openpyxl unpacks anything."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > _MOST_BYTES:
            reason = Message("is too large: {size} bytes when it is unpacked", size=size)
            raise BadDocument(name, reason)
        sheets = [each for each in archive.namelist() if each.startswith("xl/worksheets/")]
        return any(_holds(archive, sheet, b"<f") for sheet in sheets)


def _holds(archive: zipfile.ZipFile, member: str, wanted: bytes) -> bool:
    with archive.open(member) as file:
        before = b""
        while piece := file.read(_AT_ONCE):
            if wanted in before + piece:
                return True
            before = piece[-len(wanted) :]
    return False


def _merged(content: bytes, sheet: Any) -> Sequence[Range]:  # noqa: ANN401 - openpyxl has no types
    """The merged cells of a sheet; its XML is read as a whole only if it has any."""
    path = sheet._worksheet_path.lstrip("/")  # noqa: SLF001 - it has no other name
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return merged_ranges(archive.read(path)) if _holds(archive, path, b"mergeCell ") else ()


def _rows(sheet: Any, asked: Any) -> Iterator[Sequence[Cell]]:  # noqa: ANN401 - openpyxl has no types
    """The cells of each row; of a sheet with formulas with those that have no value."""
    sheet.reset_dimensions()
    if asked is None:
        yield from ([_value(cell) for cell in row] for row in sheet.iter_rows())
        return
    asked.reset_dimensions()
    for row, formulas in zip(sheet.iter_rows(), asked.iter_rows(), strict=True):
        yield [_worked_out(cell, formula) for cell, formula in zip(row, formulas, strict=True)]


def _worked_out(cell: Any, formula: Any) -> Cell:  # noqa: ANN401 - openpyxl has no types
    if formula.data_type == "f" and cell.value is None:
        return Unread(_place(formula))
    return _value(cell)


def _value(cell: Any) -> Cell:  # noqa: ANN401 - openpyxl has no types
    value = cell.value
    if cell.data_type == "e":
        return Unread(_place(cell), str(value))
    if isinstance(value, str):
        return unescaped(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, timedelta):  # no field holds a length of time
        return str(value)
    return value  # type: ignore[no-any-return]  # numbers, dates, yes and no, or nothing


def _place(cell: Any) -> str:  # noqa: ANN401 - openpyxl has no types
    return f"{get_column_letter(cell.column)}{cell.row}"
