"""Cells that are merged: what is shown over all of them stands in the first alone.

The others would pass for blank, and a blank mark for "no".
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from openpyxl.utils import get_column_letter, range_boundaries

from segmentation.operations.data import Cell, Unread

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell [^>]*?ref=[\"']([A-Z]+[0-9]+:[A-Z]+[0-9]+)[\"']")

Range = tuple[int, int, int, int]
"""The first row and column, the last row and column."""


def merged_ranges(sheet: bytes) -> list[Range]:
    """The ranges of merged cells of a sheet, from its XML, by their first rows."""
    found = (range_boundaries(each.decode()) for each in _MERGED.findall(sheet))
    return sorted((top, left, bottom, right) for left, top, right, bottom in found)


def without_covered(
    rows: Iterable[Sequence[Cell]], ranges: Sequence[Range]
) -> Iterator[Sequence[Cell]]:
    """Rows whose covered cells are told as unread; rows without any value stay as they are."""
    waiting = [*reversed(ranges)]
    open_now: list[Range] = []
    for number, row in enumerate(rows, start=1):
        while waiting and waiting[-1][0] <= number:
            open_now.append(waiting.pop())
        open_now = [each for each in open_now if each[2] >= number]
        yield _told(number, row, open_now) if any(cell is not None for cell in row) else row


def _told(number: int, row: Sequence[Cell], ranges: Iterable[Range]) -> Sequence[Cell]:
    cells = [*row]
    for top, left, _, right in ranges:
        cells += [None] * (right - len(cells))
        first = f"{get_column_letter(left)}{top}"
        for column in range(left, right + 1):
            if (number, column) != (top, left):
                cell = f"{get_column_letter(column)}{number}"
                cells[column - 1] = Unread(cell, merged_with=first)
    return cells
