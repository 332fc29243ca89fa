"""Sheets of workbooks, as adapters read and write them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import BinaryIO, TypeAlias

import attrs

from segmentation.showing import shown_by


@shown_by("cell")
@attrs.frozen
class Unread:
    """A cell whose value is not known: an error, a formula that nobody worked out, a merged cell.

    Attributes:
        cell: The cell: "D2".
        error: What stands there for a value ("#N/A"); empty if nothing does.
        merged_with: The cell whose value is shown over this one, too; empty if there is none.
    """

    cell: str
    error: str = ""
    merged_with: str = ""


Cell: TypeAlias = str | int | Decimal | bool | date | datetime | time | Unread | None
"""What stands in a cell; ``None`` in an empty one."""


@shown_by("title")
@attrs.frozen(eq=False)
class Sheet:
    """A sheet of a workbook.

    Attributes:
        title: What stands on its tab.
        rows: The cells of each row, from the first row and the first column on.
    """

    title: str
    rows: Iterable[Sequence[Cell]]


ReadWorkbook: TypeAlias = Callable[[str, bytes], Sequence[Sheet]]
"""Reads the sheets of a workbook, given by its name and its content."""

WriteWorkbook: TypeAlias = Callable[[BinaryIO, Iterable[Sheet]], None]
"""Writes sheets as a workbook."""
