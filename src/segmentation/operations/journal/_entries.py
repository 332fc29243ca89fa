"""Reading the journal: entries by their number, the past, and the proof that nothing changed."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice

from segmentation.errors import JournalBroken, NotFound
from segmentation.fields import GREATEST
from segmentation.journal import Entry, EntryKind, Head, State, fold, head_of, to_line, verify
from segmentation.protocols import Store

from ._export import read_export


def find_entry(store: Store, number: int | Entry) -> Entry | None:
    """The entry with this number, or ``None``."""
    asked = _number_of(number)
    if not isinstance(asked, int) or not 0 < asked <= GREATEST:
        return None
    with _reading(store.log.read(asked)) as entries:
        found = next(entries, None)
    return found if found is not None and found.number == asked else None


def get_entry(store: Store, number: int | Entry) -> Entry:
    """The entry with this number.

    Raises:
        NotFound: There is none.
    """
    found = find_entry(store, number)
    if found is None:
        raise NotFound("journal entry", str(_number_of(number)))
    return found


def get_entries(store: Store, numbers: Iterable[int | Entry]) -> Sequence[Entry]:
    """The entries with these numbers, in the order asked; the journal is read once.

    Raises:
        NotFound: Some are not there; the error names all of them.
    """
    asked = [_number_of(number) for number in numbers]
    found: dict[object, Entry] = {entry.number: entry for entry in _entries(store, asked)}
    missing = [str(number) for number in asked if number not in found]
    if missing:
        raise NotFound("journal entry", ", ".join(missing))
    return [found[number] for number in asked]


def entries_where(
    store: Store,
    *,
    number: int | Entry | None = None,
    at: datetime | None = None,
    user: str | None = None,
    kind: EntryKind | str | None = None,
) -> Sequence[Entry]:
    """The entries that have all that is given, in their order; all entries if nothing is.

    Args:
        store: Where the journal is.
        number: The number.
        at: The moment of recording.
        user: Who recorded it.
        kind: What it records.

    Raises:
        InvalidValue: There is no such kind of entry.
    """
    asked = {"at": at, "user": user, "kind": None if kind is None else EntryKind(kind)}
    wanted = {name: value for name, value in asked.items() if value is not None}
    entries = store.log.read() if number is None else _entries(store, [_number_of(number)])
    return [
        entry
        for entry in entries
        if all(getattr(entry, name) == value for name, value in wanted.items())
    ]


def last_entries(store: Store, count: int) -> Sequence[Entry]:
    """The last entries, in their order.

    Args:
        store: Where the journal is.
        count: How many at most.
    """
    return list(store.log.read(max(1, store.log.head().number - count + 1)))


def _number_of(number: object) -> object:
    return number.number if isinstance(number, Entry) else number


def _entries(store: Store, numbers: Iterable[object]) -> Iterator[Entry]:
    """The entries with some of these numbers; what is no number is passed over."""
    every = range(1, store.log.head().number + 1)
    there = {each for each in numbers if isinstance(each, int) and each in every}
    if not there:
        return
    first, last = min(there), max(there)
    for entry in islice(store.log.read(first), last - first + 1):
        if entry.number in there:
            yield entry


def verify_journal(store: Store, *, after: Head | None = None, kept: Head | None = None) -> Head:
    """Walk the chain, from the beginning or from a known head on; return its head.

    Args:
        store: Where the journal is.
        after: Where to begin: a head up to which the journal was verified before.
        kept: A head kept elsewhere, which the journal must still contain.

    Raises:
        JournalBroken: An entry does not fit; the error names the first.
    """
    if after is None or after == Head():
        with _reading(store.log.read()) as entries:
            return verify(entries, kept=kept)
    with _reading(store.log.read(after.number)) as entries:
        first = next(entries, None)
        if first is None:
            raise JournalBroken(after.number, "is missing, and the head to begin at names it")
        if head_of(first) != after:
            raise JournalBroken(after.number, "has another hash than the head to begin at")
        return verify(entries, after=after, kept=kept)


@contextmanager
def _reading(entries: Iterator[Entry]) -> Iterator[Iterator[Entry]]:
    """Entries that may not be read to their end, so that a store gives its connection back."""
    try:
        yield entries
    finally:
        if isinstance(entries, Generator):
            entries.close()


def verify_export(lines: Iterable[str], *, kept: Head | None = None) -> Head:
    """Verify an exported journal, line by line; return its head.

    Args:
        lines: The export; blank lines are passed over.
        kept: A head kept elsewhere, which the export must contain.

    Raises:
        JournalBroken: A line is no entry, or does not fit; the error names the first.
    """
    return verify(read_export(lines), kept=kept)


def state_as_of(store: Store, *, entry_no: int | None = None, at: datetime | None = None) -> State:
    """What the journal added up to at one of its entries, or at a time; now if neither is given.

    Args:
        store: Where the journal is.
        entry_no: Number of the last entry that counts; 0 for the state before the first.
        at: The moment up to which entries count; zone-aware.

    Raises:
        NotFound: The journal has no such entry.
        InvalidValue: The time has no zone.
        JournalBroken: An entry cannot be read, or speaks of what is not there.
    """
    if entry_no is not None and entry_no != 0:
        get_entry(store, entry_no)
    return fold(store.log.read(), number=entry_no, at=at)


def export_journal(store: Store) -> Iterator[str]:
    """The journal as lines of JSON, which can be verified without this library."""
    return map(to_line, store.log.read())
