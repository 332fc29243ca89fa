"""The cells of a sheet read into raw rows: titles above the header, numbers as texts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from decimal import Decimal
from itertools import islice

import attrs

from segmentation.errors import Fault, Identifier, Message

from ._csv_files import IsHeader, header_place
from ._raw import Numeral, RawRow, RawTable, RowsAnew, malformed, row_place
from ._sheets import Cell, Unread


def read_grid(
    name: str, grid: Iterable[Sequence[Cell]], is_header: IsHeader | None = None
) -> tuple[RawTable, list[Fault]]:
    """The rows of a sheet, and what is wrong with its form.

    Args:
        name: The file and the sheet, for errors.
        grid: The cells, row by row, as often as they are asked for.
        is_header: Finds the header below titles; the first row that says something is the header
            if none is found.
    """
    texts = [[_text(cell) for cell in row] for row in islice(grid, _ABOVE)]
    filled = next((at for at, row in enumerate(texts) if any(row)), 0)
    found = None if is_header is None else header_place(texts, is_header)
    at = filled if found is None else found
    below = _Below(name, grid, at, texts[at])
    count = 0
    nameless: set[int] = set()
    for _, values in below.filled():
        count += 1
        nameless.update(
            place
            for place, value in enumerate(values)
            if value is not None and not _is_covered(value) and not _in(below.header, place)
        )
    faults = [
        malformed(Identifier(name), Message("column {number} has no name", number=place + 1))
        for place in sorted(nameless)
    ]
    return RawTable(tuple(filter(None, below.header)), RowsAnew(below.rows, count)), faults


@attrs.frozen(eq=False)
class _Below:
    """The rows below a header.

    Attributes:
        name: The file and the sheet.
        grid: The cells, row by row.
        at: The place of the header.
        header: The names of the columns.
    """

    name: str
    grid: Iterable[Sequence[Cell]]
    at: int
    header: Sequence[str]

    def filled(self) -> Iterator[tuple[int, Sequence[object]]]:
        """The number and the values of each row that says something."""
        for number, cells in enumerate(islice(self.grid, self.at + 1, None), start=self.at + 2):
            values = [_value(cell) for cell in cells]
            if any(value is not None for value in values):
                yield number, values

    def rows(self) -> Iterator[RawRow]:
        """The rows that say something."""
        for number, values in self.filled():
            named = zip(self.header, values, strict=False)
            yield RawRow(
                row_place(self.name, number), {title: value for title, value in named if title}
            )


_ABOVE = 20
"""In how many rows the header is looked for."""


def _in(header: Sequence[str], place: int) -> bool:
    return place < len(header) and bool(header[place])


def _is_covered(value: object) -> bool:
    return isinstance(value, Unread) and bool(value.merged_with)


def _text(cell: Cell) -> str:
    return "" if isinstance(cell, Unread) else str(_value(cell) or "").strip()


def _value(cell: Cell) -> object:
    """A cell as its row has it: numbers and dates as texts, which any field may hold."""
    match cell:
        case None | "":
            return None
        case bool() | str() | Unread():
            return cell
        case int():
            return Numeral(cell)
        case Decimal():
            whole = cell == cell.to_integral_value()
            return Numeral(int(cell) if whole else format(cell, "f"))
        case datetime():
            midnight = cell.time() == time()
            return cell.date().isoformat() if midnight else cell.isoformat()
        case _:
            return cell.isoformat()
