"""CSV as spreadsheets and other systems save it: separators, titles above the header.

Rows are counted from the top of the file, titles and empty rows included.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias

import attrs

from segmentation.column_names import may_exclude
from segmentation.errors import Fault, Identifier, Message

from ._raw import Block, RawRow, RawTable, RowsAnew, malformed, row_place

Lines: TypeAlias = Callable[[], Iterator[str]]
"""Gives the lines of a text with their ends, from its first on, whenever it is asked."""

IsHeader: TypeAlias = Callable[[Sequence[str]], bool]
"""Whether cells are the names of columns."""

_SEPARATORS = ",;\t|"

_ABOVE = 20
"""In how many rows the header is looked for."""

_TOLD = "sep="


@attrs.frozen
class _Layout:
    """How a file is laid out.

    Attributes:
        separator: What stands between cells.
        header: The number of the header's row.
        start: The number of the first row that is read: 2 behind a line that tells the separator.
    """

    separator: str
    header: int = 1
    start: int = 1


def read_csv(
    name: str, lines: Lines, is_header: IsHeader | None = None
) -> tuple[RawTable, list[Fault]]:
    """The rows of a CSV file, and what is wrong with its form.

    Args:
        name: The file, for errors.
        lines: What it holds.
        is_header: Finds the header below titles; the first row is the header if none is found.
    """
    layout = _layout(lines, is_header)
    reader = _reader(lines, layout)
    number, filled, needed = layout.start - 1, 0, 0
    header: Sequence[str] = []
    faults: list[Fault] = []
    try:
        for number, cells in enumerate(reader, start=layout.start):
            if number < layout.header:
                continue
            if number == layout.header:
                header = cells
                faults += _header_faults(name, number, header)
                needed = _needed(header)
            elif len(cells) > len(header) or (any(cells) and len(cells) < needed):
                reason = Message(
                    "has {cells} cells under {columns} columns",
                    cells=len(cells),
                    columns=len(header),
                )
                faults.append(malformed(row_place(name, number), reason))
            elif any(cells):
                filled += 1
    except csv.Error:
        reason = Message(
            "is not CSV in line {line}: a quote has no partner, or a cell is too long",
            line=reader.line_num + layout.start - 1,
        )
        return RawTable(), [malformed(row_place(name, number + 1), reason)]
    if number < layout.header:
        empty = Message("is empty; its first row must name the columns")
        faults.append(malformed(Identifier(name), empty))
    rows = _Rows(name, lines, layout, tuple(header), filled)
    return RawTable(tuple(filter(str.strip, header)), rows), faults


def _needed(header: Sequence[str]) -> int:
    """How many cells a row must have, so that none is cut off that may exclude somebody."""
    return max((at for at, name in enumerate(header, start=1) if may_exclude(name)), default=0)


def _reader(lines: Lines, layout: _Layout) -> Any:  # noqa: ANN401 - csv names its type nowhere
    return csv.reader(
        islice(lines(), layout.start - 1, None), delimiter=layout.separator, strict=True
    )


class _Rows(RowsAnew):
    """The rows of a text that was found sound; each is made when it is asked for, and not kept."""

    def __init__(
        self, name: str, lines: Lines, layout: _Layout, header: tuple[str, ...], count: int
    ) -> None:
        super().__init__(self._rows, count)
        self._name = name
        self._lines = lines
        self._layout = layout
        self._header = header

    def _rows(self) -> Iterator[RawRow]:
        for block in self.blocks(_AT_ONCE):
            yield from block.rows()

    def blocks(self, size: int) -> Iterator[Block]:
        """The rows in blocks."""
        layout, width = self._layout, len(self._header)
        filled = (
            (number, cells)
            for number, cells in enumerate(_reader(self._lines, layout), start=layout.start)
            if number > layout.header and any(cells) and len(cells) <= width
        )
        while some := list(islice(filled, size)):
            numbers, cells = zip(*some, strict=True)
            yield Block(self._name, self._header, numbers, cells)


_AT_ONCE = 1_000
"""How many rows are cut into cells at a time."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text with their ends, one at a time."""
    return (found[0] for found in _LINE.finditer(text))


def _layout(lines: Lines, is_header: IsHeader | None) -> _Layout:
    """How a file is laid out; a line that tells the separator is none of its rows."""
    first = next(lines(), "")
    told = first.rstrip("\r\n").strip('"')
    if told[:-1].lower() == _TOLD:
        return _header_below(lines, told[-1], is_header, start=2) or _Layout(told[-1], 2, 2)
    for separator in sorted(_SEPARATORS, key=first.count, reverse=True):
        found = _header_below(lines, separator, is_header)
        if found is not None:
            return found
    return _Layout(max(_SEPARATORS, key=first.count))


def _header_below(
    lines: Lines, separator: str, is_header: IsHeader | None, start: int = 1
) -> _Layout | None:
    """The layout in which a header is found."""
    if is_header is None:
        return None
    shown = islice(lines(), start - 1, None)
    try:
        top = list(islice(csv.reader(shown, delimiter=separator), _ABOVE))
    except csv.Error:
        return None
    place = header_place(top, is_header)
    return None if place is None else _Layout(separator, start + place, start)


def header_place(rows: Sequence[Sequence[str]], is_header: IsHeader) -> int | None:
    """Where the header is among the first rows, counted from 0; titles may stand above it.

    Titles are of few cells, or an empty row sets them off. A row of data is no header, though a
    cell of it says "No".
    """
    above = 0
    for place, cells in enumerate(rows):
        filled = _filled(cells)
        if is_header(cells) and 2 * above <= filled:
            return place
        above = max(above, filled) if filled else 0
    return None


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _header_faults(name: str, number: int, header: Sequence[str]) -> Iterator[Fault]:
    if not header:
        yield malformed(Identifier(name), Message("is empty; its first row must name the columns"))
    for place, column in enumerate(header, start=1):
        if not column.strip():
            reason = Message("column {number} has no name", number=place)
            yield malformed(row_place(name, number), reason)
