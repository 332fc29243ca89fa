"""Recording: the one way in which anything enters the journal.

Entries, the records that they change and the totals of figures are stored together.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, cast

from segmentation.campaigns import HeldBackContact
from segmentation.columns import Columns
from segmentation.fields import Record, RecordT, key_of
from segmentation.interactions import Interaction
from segmentation.journal import (
    Canceled,
    Change,
    ConsentRecorded,
    Deleted,
    Done,
    Entry,
    Happening,
    Known,
    Stamp,
    Uncanceled,
    changes,
    make_entries,
    numbers_in,
)
from segmentation.operations.followers import FOLLOWERS
from segmentation.protocols import FindsMany, Records, Store


def record(
    store: Store, happenings: Iterable[Happening | Columns[Interaction]], stamp: Stamp
) -> range:
    """Record what happened, in one transaction.

    Args:
        store: Where everything is kept.
        happenings: What happened, in order; a later one may speak of an earlier one.
            Interactions that are alike may come together, at least one of them.
        stamp: When and by whom it is recorded.

    Returns:
        The numbers of the entries, in the same order.

    Raises:
        Conflict: Somebody else recorded something at the same moment; nothing is recorded.
    """
    happened = list(happenings)
    with store.transaction():
        head = store.log.head()
        *firsts, end = accumulate(map(_size, happened), initial=head.number + 1)
        noted: list[Entry] = []
        for block in make_entries(happened, after=head, stamp=stamp):
            store.log.append(block)
            noted += _those(block, firsts)
        keep_state(store, zip(noted, happened, strict=True))
    return range(head.number + 1, end)


def next_entry_no(store: Store) -> int:
    """The number that the next entry will have; ask inside the transaction that records it."""
    return store.log.head().number + 1


def _those(block: Columns[Entry], numbers: Sequence[int]) -> Iterable[Entry]:
    """The entries of a block that have some of these numbers, which ascend."""
    start, stop = block[0].number, block[0].number + len(block)
    some = numbers[bisect_left(numbers, start) : bisect_left(numbers, stop)]
    return block.taken([number - start for number in some])


def _size(happened: Happening | Columns[Interaction]) -> int:
    return len(happened) if isinstance(happened, Columns) else 1


def keep_state(
    store: Store, entries: Iterable[tuple[Entry, Happening | Columns[Interaction]]]
) -> None:
    """Change the records that entries speak of, and all that follows from them."""
    done = _apply(store.records, entries)
    for follow in FOLLOWERS:
        follow(store, done)


class _ReadAhead:
    """Records of which some were read together; the others are asked for."""

    def __init__(self, records: Records, read: Iterable[Record]) -> None:
        self._records = records
        self._read = {(type(each), *key_of(each)): each for each in read}

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""
        return cast("RecordT | None", self._read.get((kind, *key))) or self._records.find(
            kind, *key
        )

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """The records of a kind whose fields have these values, in the order of their keys."""
        return self._records.all(kind, **equal)


def _known(records: Records, happening: Happening) -> Known:
    """The records, those interactions read together that are canceled or deleted together."""
    match happening:
        case Canceled() | Uncanceled() | Deleted() if isinstance(records, FindsMany):
            keys = [(number,) for number in numbers_in(happening.interactions)]
            return _ReadAhead(records, records.find_many(Interaction, keys))
        case _:
            return records


def _apply(
    records: Records, entries: Iterable[tuple[Entry, Happening | Columns[Interaction]]]
) -> list[Done]:
    """Change the records as the entries say; those made one after another go in together."""
    done: list[Done] = []
    made: list[Record] = []
    for entry, happening in entries:
        if (
            isinstance(happening, Interaction | HeldBackContact)
            and happening.entry_no == entry.number
        ):
            made.append(happening)  # as `changes` would; there may be very many of these
            done.append(Change(None, happening))
            continue
        if isinstance(happening, ConsentRecorded):  # of these too, and each makes a record
            new = list(changes(entry, happening, records))
            made += (change.after for change in new if change.after is not None)
            done += new
            continue
        records.put(made)  # the entry may speak of what was made just before
        made = []
        if isinstance(happening, Columns):
            numbers = range(entry.number, entry.number + len(happening))
            numbered = happening.with_columns(entry_no=numbers)
            records.put(numbered)
            done.append(numbered)
            continue
        found = list(changes(entry, happening, _known(records, happening)))
        records.put([change.after for change in found if change.after is not None])
        records.remove([each.before for each in found if each.after is None and each.before])
        done += found
    records.put(made)
    return done
