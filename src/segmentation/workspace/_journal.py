"""The journal of a store, to read, verify and export."""

from collections.abc import Iterable, Iterator

from segmentation.journal import Entry, Head, from_line, to_line, verify
from segmentation.protocols import Store


class Journal:
    """The journal of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Entry]:
        return self._store.log.read()

    @property
    def head(self) -> Head:
        """The last entry's number and hash."""
        return self._store.log.head()

    def verify(self, *, after: Head | None = None) -> Head:
        """Walk the chain, from the beginning or from a known head on; returns its head.

        Raises:
            JournalBroken: An entry does not fit; the error names the first.
        """
        return verify(self._store.log.read(after.number + 1 if after else 1), after=after)

    def export(self) -> Iterable[str]:
        """The journal as lines of JSON, which can be verified without this library."""
        return map(to_line, self._store.log.read())


def verify_export(lines: Iterable[str]) -> Head:
    """Verify an exported journal, line by line.

    Raises:
        JournalBroken: A line is no entry, or does not fit; the error names the first.
    """
    filled = (line for line in lines if line.strip())
    return verify(from_line(line, number) for number, line in enumerate(filled, start=1))
