"""How far an import has come, for whoever wants to know."""

from collections.abc import Iterable
from typing import Protocol

import attrs

from segmentation.showing import shown_by

from ._pages import SourceTable


@shown_by("done", "of")
@attrs.frozen
class ImportProgress:
    """How far an import has come.

    Attributes:
        done: How many rows it is through with; each counts when it was read, and again when all
            are stored.
        of: Twice the number of rows.
    """

    done: int
    of: int


class OnImportProgress(Protocol):
    """Is called now and then; any function of one argument will do."""

    def __call__(self, progress: ImportProgress, /) -> object:
        """Say how far the import has come."""


class Teller:
    """Counts rows for whoever wants to know."""

    def __init__(self, told: OnImportProgress | None, tables: Iterable[SourceTable]) -> None:
        self._told = told
        self._done = 0
        self._of = 2 * sum(len(table.rows) for table in tables)

    def add(self, rows: int) -> None:
        """So many rows more were read."""
        self._done += rows
        self._tell()

    def end(self) -> None:
        """All rows are stored."""
        self._done = self._of
        self._tell()

    def _tell(self) -> None:
        if self._told is not None:
            self._told(ImportProgress(self._done, self._of))
