"""Rows as a file holds them, before their values are read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Protocol, overload, runtime_checkable

import attrs

from segmentation.errors import Fault, Message
from segmentation.frozen import freeze_within
from segmentation.showing import shown_by

from ._guard import unguarded


@shown_by("place", "values")
@attrs.frozen(field_transformer=freeze_within)
class RawRow:
    """A row before its values were read.

    Attributes:
        place: File and row, for errors. JSON rows count from 1; in CSV the header is row 1.
        values: Values by column; from CSV texts, or ``None`` of a blank
            cell; from JSON what it holds.
    """

    place: str
    values: Mapping[str, Any]


@shown_by("columns", "next_link", count="rows")
@attrs.frozen(field_transformer=freeze_within)
class RawTable:
    """What a file holds.

    Attributes:
        columns: The columns as the file calls them, in the order in which they come up; one that
            the header names twice stands there twice.
        rows: The rows.
        next_link: The address of the page that follows, if the file names one.
        count: How many rows the file says that there are on all pages; 0 if it does not say.
    """

    columns: tuple[str, ...] = ()
    rows: Sequence[RawRow] = ()
    next_link: str = ""
    count: int = 0

    def __len__(self) -> int:
        return len(self.rows)


@attrs.frozen(field_transformer=freeze_within)
class Block:
    """Some rows of CSV as they were cut into cells; blank rows are not among them.

    Attributes:
        name: The file.
        header: The names of its columns.
        numbers: The number of each row in the file.
        cells: The cells of each row, as long as the header or shorter.
    """

    name: str
    header: tuple[str, ...]
    numbers: Sequence[int]
    cells: Sequence[Sequence[str]]

    def __len__(self) -> int:
        return len(self.numbers)

    def rows(self) -> Iterator[RawRow]:
        """The rows, each with its place."""
        for number, cells in zip(self.numbers, self.cells, strict=True):
            values = dict(zip(self.header, map(_value, cells), strict=False))
            yield RawRow(row_place(self.name, number), values)

    def taken(self, places: Sequence[int]) -> "Block":
        """The rows at these places."""
        numbers = [self.numbers[place] for place in places]
        cells = [self.cells[place] for place in places]
        return attrs.evolve(self, numbers=numbers, cells=cells)


def _value(cell: str) -> str | None:
    """What a cell says; a blank one says nothing."""
    return (unguarded(cell) if cell[0] == "'" else cell) if cell else None


@runtime_checkable
class InBlocks(Protocol):
    """Rows that are read anew each time, and can be had in blocks of cells."""

    def blocks(self, size: int) -> Iterator[Block]:
        """The rows, so many at a time."""


class RowsAnew(Sequence[RawRow]):
    """Rows that are made anew whenever they are gone through, and not kept.

    Args:
        make: Makes them.
        count: How many there are.
    """

    def __init__(self, make: Callable[[], Iterator[RawRow]], count: int) -> None:
        self._make = make
        self._count = count

    def __iter__(self) -> Iterator[RawRow]:
        return self._make()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> RawRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RawRow]: ...
    def __getitem__(self, index: int | slice) -> RawRow | Sequence[RawRow]:
        return list(self)[index]


class Pages(Sequence[RawRow]):
    """The rows of several files, one after another; they are not kept."""

    def __init__(self, parts: Iterable[Sequence[RawRow]]) -> None:
        flat = (part.parts if isinstance(part, Pages) else (part,) for part in parts)
        self.parts: tuple[Sequence[RawRow], ...] = tuple(chain.from_iterable(flat))

    def __iter__(self) -> Iterator[RawRow]:
        return chain.from_iterable(self.parts)

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    @overload
    def __getitem__(self, index: int) -> RawRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RawRow]: ...
    def __getitem__(self, index: int | slice) -> RawRow | Sequence[RawRow]:
        return list(self)[index]


def blocks_of(rows: Sequence[RawRow], size: int) -> Iterator[Block | Sequence[RawRow]]:
    """Rows so many at a time: as blocks of cells where that can be."""
    parts = rows.parts if isinstance(rows, Pages) else (rows,)
    for part in parts:
        if isinstance(part, InBlocks):
            yield from part.blocks(size)
        else:
            waiting = iter(part)
            while some := list(islice(waiting, size)):
                yield some


class ProgramText(str):
    """A text that a program wrote for another: numbers have a point, options may be places."""

    __slots__ = ()


class Numeral(str):
    """A number of a sheet as text, for fields of any type; it has a point before decimals."""

    __slots__ = ()


def row_place(name: str, number: int) -> Message:
    """The place of a row in a file."""
    return Message("{file} row {number}", file=name, number=number)


def malformed(place: str, reason: Message) -> Fault:
    """A fault of a file's form."""
    return Fault(place, "", reason, "malformed")
