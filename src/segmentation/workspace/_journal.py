"""The journal of a workspace: to read, verify, ask of the past, and export."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from segmentation.errors import JournalBroken
from segmentation.journal import (
    Entry,
    Head,
    Membership,
    State,
    explain_membership,
    fold,
    head_of,
    rebuilt_segment,
    to_line,
    verify,
)
from segmentation.operations.context import Context
from segmentation.operations.journal import Difference, audit, import_journal, read_export
from segmentation.segments import Segment


class Journal:
    """The journal of a workspace."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def __iter__(self) -> Iterator[Entry]:
        return self._store.log.read()

    @property
    def head(self) -> Head:
        """The last entry's number and hash: kept elsewhere, it proves later what was there."""
        return self._store.log.head()

    def verify(self, *, after: Head | None = None, kept: Head | None = None) -> Head:
        """Walk the chain, from the beginning or from a known head on; returns its head.

        Args:
            after: Where to begin: a head up to which the journal was verified before.
            kept: A head kept elsewhere, which the journal must still contain.

        Raises:
            JournalBroken: An entry does not fit; the error names the first.
        """
        if after is None or after == Head():
            return verify(self._store.log.read(), kept=kept)
        entries = self._store.log.read(after.number)
        first = next(entries, None)
        if first is None:
            raise JournalBroken(after.number, "is missing, and the head to begin at names it")
        if head_of(first) != after:
            raise JournalBroken(after.number, "has another hash than the head to begin at")
        return verify(entries, after=after, kept=kept)

    def audit(self) -> Sequence[Difference]:
        """What is kept otherwise than the entries say: records changed behind their back."""
        return audit(self._store)

    def as_of(self, number: int | None = None, *, at: datetime | None = None) -> State:
        """What the journal added up to at one of its entries, or at a time; now if not given."""
        return fold(self._store.log.read(), number=number, at=at)

    def explain(self, logged_segment_no: int, contact_no: str) -> Membership:
        """Why a contact was or was not logged with a segment, from the journal alone.

        Args:
            logged_segment_no: The logged segment's entry number.
            contact_no: The contact; it need not exist any more.
        """
        return explain_membership(self._store.records, logged_segment_no, contact_no)

    def rebuild(self, logged_segment_no: int) -> Segment:
        """The worksheet of a logged segment, as far as the journal keeps it."""
        return rebuilt_segment(self._store.records, logged_segment_no)

    def export(self) -> Iterable[str]:
        """The journal as lines of JSON, which can be verified without this library."""
        return map(to_line, self._store.log.read())

    def import_records(self, lines: Iterable[str]) -> Head:
        """Take in an exported journal; this one must be empty.

        Raises:
            JournalBroken: The chain does not hold; nothing is taken in.
            Refused: This journal has entries already.
        """
        return import_journal(self._store, lines)


def verify_export(lines: Iterable[str], *, kept: Head | None = None) -> Head:
    """Verify an exported journal, line by line.

    Args:
        lines: The export; blank lines are passed over.
        kept: A head kept elsewhere, which the export must contain.

    Raises:
        JournalBroken: A line is no entry, or does not fit; the error names the first.
    """
    return verify(read_export(lines), kept=kept)
