"""What an import tells: what was taken in, and what was done with each column."""

from datetime import datetime

import attrs

from segmentation.column_names import ColumnUse
from segmentation.markup import to_table
from segmentation.operations.consents import HeldConsent
from segmentation.showing import shown_by

from ._departures import RowGone, RowKept
from ._marks import HeldMark
from ._updates import RowChange


@shown_by("file", "name", "use", "field")
@attrs.frozen(kw_only=True)
class ImportedColumn:
    """What was done with a column of a file.

    Attributes:
        file: The file, or the first of several pages.
        name: The column as the file calls it.
        use: What was done with it.
        field: The field that it filled; empty if it filled none.
    """

    file: str
    name: str
    use: ColumnUse
    field: str = ""


@shown_by("rows", "gone", "kept", "held", "skipped_files", "dry_run")
@attrs.frozen(kw_only=True)
class Imported:
    """What was taken in, or, by a dry run, would be.

    Attributes:
        counts: Number of rows by table, in the order of the files; of interactions those that
            were not taken in before.
        new: How many records were not there before.
        changes: The fields of records that changed, in the order of the rows.
        same: How many rows changed nothing.
        gone: The records that went.
        kept: Records that should have gone and stay, with the reason.
        held: What was decided here of contacting somebody, which the rows would have taken back.
        held_consents: Consents in the rows that do not lift a withdrawal, since it is not older.
        columns: What was done with each column of the files.
        latest_change: The latest time of a change that the rows name, for the next file of what
            changed since.
        skipped_files: Files whose name is none of our tables.
        normalized: Number of texts by field that were brought to Unicode's normal form C.
        dry_run: Whether nothing was stored.
    """

    counts: tuple[tuple[str, int], ...]
    new: int = 0
    changes: tuple[RowChange, ...] = ()
    same: int = 0
    gone: tuple[RowGone, ...] = ()
    kept: tuple[RowKept, ...] = ()
    held: tuple[HeldMark, ...] = ()
    held_consents: tuple[HeldConsent, ...] = ()
    columns: tuple[ImportedColumn, ...] = ()
    latest_change: datetime | None = None
    skipped_files: tuple[str, ...] = ()
    normalized: tuple[tuple[str, int], ...] = ()
    dry_run: bool = False

    @property
    def rows(self) -> int:
        """How many rows were taken in, over all tables."""
        return sum(count for _, count in self.counts)

    @property
    def changed(self) -> int:
        """How many records were changed."""
        return len({(change.table, change.key) for change in self.changes})

    def _repr_html_(self) -> str:
        """How many rows each table got."""
        return to_table(["table", "rows"], list(map(list, self.counts)), caption=repr(self))
