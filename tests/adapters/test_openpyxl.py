"""Workbooks written and read: texts stay texts, and nothing is left of one that was given up."""

import gc
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from openpyxl import Workbook

from segmentation.adapters.openpyxl import _writing, read_workbook, write_workbook
from segmentation.errors import InvalidValue
from segmentation.operations.data import Cell, Sheet


def written(*sheets: Sheet) -> bytes:
    file = io.BytesIO()
    write_workbook(file, sheets)
    return file.getvalue()


def test_what_was_written_is_read_as_it_was() -> None:
    rows: list[list[Cell]] = [
        ["=1+1", "a\r\nb", "_x0041_", "\x0b", " x ", None],
        [True, 7, Decimal("0.1"), date(2026, 11, 30), "2026-11-30", "-5"],
    ]
    (sheet,) = read_workbook("a.xlsx", written(Sheet("One", rows)))
    assert sheet.title == "One"
    first, second = sheet.rows
    assert list(first) == rows[0][: len(first)]
    assert list(second[:3]) == [True, 7, Decimal("0.1")]
    assert [str(cell) for cell in second[3:]] == ["2026-11-30 00:00:00", "2026-11-30", "-5"]


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ([], "is empty; give at least one"),
        ([Sheet("x" * 32, [])], "has 32 characters, 31 at most"),
        ([Sheet("a", [["x" * 32_768]])], "more characters than a cell of a sheet can hold"),
    ],
)
def test_what_no_workbook_can_hold_is_refused(sheets: Sequence[Sheet], said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        written(*sheets)


def test_more_rows_than_a_sheet_can_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_writing, "_MOST_ROWS", 2)
    assert written(Sheet("Whole", [["head"], ["row"]]))
    with pytest.raises(InvalidValue, match="'Long' has more rows than a sheet can hold"):
        written(Sheet("Long", [["head"], ["row"], ["row"]]))


def test_a_length_of_time_is_read_as_a_text() -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append([timedelta(hours=1, minutes=30)])
    book.save(file)
    (sheet,) = read_workbook("a.xlsx", file.getvalue())
    assert [list(row) for row in sheet.rows] == [["1:30:00"]]


def give_up() -> None:
    def rows() -> Iterator[list[Cell]]:
        yield ["first"]
        raise KeyError

    with suppress(KeyError):
        written(Sheet("One", [["whole"]]), Sheet("Two", rows()))


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_nothing_is_left_of_a_workbook_that_was_given_up() -> None:
    give_up()
    gc.collect()
