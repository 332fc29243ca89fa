"""Rows as a file holds them, before their values are read."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from segmentation.errors import Fault, Message
from segmentation.frozen import freeze_within
from segmentation.showing import shown_by


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
    """

    columns: tuple[str, ...] = ()
    rows: Sequence[RawRow] = ()
    next_link: str = ""

    def __len__(self) -> int:
        return len(self.rows)


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
