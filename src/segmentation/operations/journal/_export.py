"""Taking in an exported journal: verified first, then stored with all that it adds up to."""

from collections.abc import Iterable

from segmentation.errors import Refused
from segmentation.journal import Entry, Head, from_line, happening_of, verify
from segmentation.operations.context import Context

from ._record import keep_state


def read_export(lines: Iterable[str]) -> Iterable[Entry]:
    """The entries of an exported journal; blank lines are passed over.

    Raises:
        JournalBroken: A line is no entry.
    """
    filled = (line for line in lines if line.strip())
    return (from_line(line, number) for number, line in enumerate(filled, start=1))


def import_entries(context: Context, lines: Iterable[str]) -> Head:
    """Take in an exported journal.

    Its entries are stored as they are, under their numbers and hashes; interactions, logged
    segments, campaign entries and figures are worked out from them again. Contents of
    attachments are not part of an export.

    Args:
        context: Its store's journal must be empty.
        lines: The export, one entry for each line.

    Raises:
        JournalBroken: The chain does not hold; the error names the first entry that does not
            fit. Nothing is taken in.
        Refused: The store's journal has entries already.
    """
    store = context.store
    entries = list(read_export(lines))
    head = verify(entries)
    with store.transaction():
        if store.log.head() != Head():
            raise Refused(
                "import a journal", "the store's own journal is not empty; use an empty store"
            )
        store.log.append(entries)
        keep_state(store, ((entry, happening_of(entry)) for entry in entries))
    return head
