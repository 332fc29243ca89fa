"""The position of each contact, and which contacts have changed since the index was built.

Positions follow the order of the contacts' numbers. A contact that is added later gets the next
free position. A position is never given to another number, so a set of positions stands for the
same contacts whatever changes.
"""

from array import array
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, starmap
from operator import attrgetter
from typing import Any, NamedTuple, Protocol
from weakref import WeakSet

from segmentation.bitmaps import EMPTY, Bitmap, from_flags, from_positions, to_positions, without
from segmentation.criteria import Row
from segmentation.fields import Field, FieldType

from ._index_columns import Order
from ._sources import Source

_FEW = 16
"""Fewer than one in this many contacts are looked up one by one."""
_UNCHANGED: Mapping[int, Row] = {}


class Ordering(NamedTuple):
    """What contacts are sorted by; no two have the same key.

    Attributes:
        names: Fields of a contact, two at least.
        key: The function from their values to the sort key.
    """

    names: tuple[str, ...]
    key: Callable[..., str]

    @property
    def read(self) -> Callable[[Row], tuple[Any, ...]]:
        """The function from a contact to the values of the fields."""
        return attrgetter(*self.names)


class Contacts:
    """The contact at each position as it is now. A removed contact stays at its position.

    Args:
        source: The contacts as they were when the index was built.
        changed: Those that have changed since, by position.
    """

    def __init__(self, source: Source, changed: Mapping[int, Row]) -> None:
        self._source = source
        self._changed = changed

    def __getitem__(self, at: int) -> Row:
        return self._changed.get(at) or self._source[at]


class Shown(Protocol):
    """A roster that keeps contacts as they were."""

    def forget(self, at: int, contact: Row | None) -> None:
        """Forget what the contact at a position was; ``None`` if it was removed."""


class Positions:
    """The contacts of an index by position.

    Args:
        source: All contacts, in the order of their numbers.
        key: The field that holds the number.
    """

    def __init__(self, source: Source, key: Field) -> None:
        self.key = key.name
        self.source = source
        self._changed: dict[int, Row] = {}
        self.contacts = Contacts(source, self._changed)
        self.nos: list[str] = list(source.values(key))
        self.size = len(self.nos)
        """How many contacts there were when the index was built."""
        self.stale: set[int] = set()
        """Positions of contacts that were added or changed since then."""
        self.removed: set[int] = set()
        """Positions of contacts that were removed since then."""
        self.shown: WeakSet[Shown] = WeakSet()
        """Rosters that keep contacts as they were when these had changed."""
        self._added: dict[str, int] = {}
        self._first: dict[int, Row] = {}
        self._orders: dict[Ordering, Order] = {}
        self._sorted: Counter[Ordering] = Counter()
        for at, contact in source.changed.items():
            if at < self.size:
                self.on_contact_changed(source[at], contact)
        for contact in source.behind():
            self.on_contact_changed(None, contact)

    def position(self, no: str) -> int | None:
        """The position of a contact, or ``None`` if the index has never held it."""
        at = bisect_left(self.nos, no, hi=self.size)
        return at if at < self.size and self.nos[at] == no else self._added.get(no)

    def bitmap_of(self, nos: Collection[str]) -> Bitmap:
        """The positions of these contacts. Unknown numbers are skipped."""
        if isinstance(nos, AbstractSet) and len(nos) * _FEW > self.size:
            return from_flags(bytes(map(nos.__contains__, self.nos)))
        found = map(self.position, nos)
        return from_positions((at for at in found if at is not None), len(self.nos))

    def original(self, at: int) -> Row:
        """The contact at a position as it was when the index first held it."""
        return self._first[at] if at >= self.size else self.source[at]

    def on_contact_changed(self, old: Row | None, new: Row | None) -> None:
        """Record that a contact was added (``old`` is ``None``), changed or removed.

        Args:
            old: The contact before.
            new: The contact now, ``None`` if it was removed.
        """
        no = getattr(old if new is None else new, self.key)
        at = self.position(no)
        if at is None:
            at = self._added[no] = len(self.nos)
            self.nos.append(no)
            self._first[at] = new
        if new is None:
            self.removed.add(at)
        else:
            self._changed[at] = new
            self.removed.discard(at)
            self.stale.add(at)

    def forget(self, no: str, contact: Row | None) -> None:
        """Forget what a contact was, for rosters that show it as it was.

        Args:
            no: Its number.
            contact: The contact as it is now, ``None`` if it was removed.
        """
        at = self.position(no)
        if at is not None:
            self.source.forget(at)
            for held in (self._changed, self._first):
                if held.pop(at, None) is not None and contact is not None:
                    held[at] = contact
            for roster in self.shown:
                roster.forget(at, contact)

    def changed_within(self, bitmap: Bitmap) -> Mapping[int, Row]:
        """The stale contacts of a set by position, as they are now."""
        if not self.stale:
            return _UNCHANGED
        found = to_positions(bitmap & from_positions(self.stale, len(self.nos)))
        return {at: self.contacts[at] for at in found}

    def in_order(
        self, bitmap: Bitmap, order: Ordering, changed: Mapping[int, Row] = _UNCHANGED
    ) -> list[int]:
        """The positions of a set, sorted.

        Args:
            bitmap: The positions.
            order: What to sort by. The order of all contacts is cached once as many positions have
                been sorted as there are contacts.
            changed: The contacts to take in place of the original ones, by position.
        """
        apart = bitmap & from_positions(changed, len(self.nos)) if changed else EMPTY
        rest = without(bitmap, apart)
        found = self._ordered(rest, order)
        if found is None:
            places = list(to_positions(bitmap))
            keys = starmap(order.key, self.rows(order.names, places, changed))
            return [at for _, at in sorted(zip(keys, places, strict=True))]
        read = self.reads(order.names)

        def key_at(at: int) -> str:
            return order.key(*(order.read(changed[at]) if at in changed else read(at)))

        for at in to_positions(apart):
            insort(found, at, key=key_at)
        return found

    def rows(
        self, names: Sequence[str], places: Sequence[int], changed: Mapping[int, Row] = _UNCHANGED
    ) -> Iterable[tuple[Any, ...]]:
        """The values of some fields of many contacts, as the index first held them.

        Args:
            names: The fields, two at least.
            places: The positions, ascending.
            changed: The contacts to take in place of the original ones, by position.
        """
        cut = bisect_left(places, self.size)
        columns = [self.source.values(Field(name, FieldType.TEXT), places[:cut]) for name in names]
        read = attrgetter(*names)
        later = (read(self._first[at]) for at in places[cut:])
        found = chain(zip(*columns, strict=True), later)
        if not changed:
            return found
        return (
            read(changed[at]) if at in changed else row
            for at, row in zip(places, found, strict=True)
        )

    def values(self, field: Field, bitmap: Bitmap) -> Iterator[Any]:
        """The values of a field of ours of the contacts in a set, as they are now."""
        changed = bitmap & from_positions(self._changed, len(self.nos))
        yield from self.source.values(field, array("I", to_positions(without(bitmap, changed))))
        yield from (getattr(self._changed[at], field.name) for at in to_positions(changed))

    def reads(self, names: Sequence[str]) -> Callable[[int], tuple[Any, ...]]:
        """The function from a position to values of the contact as the index first held it."""
        read, first = self.source.reads(names), attrgetter(*names)
        return lambda at: read(at) if at < self.size else first(self._first[at])

    def _ordered(self, bitmap: Bitmap, order: Ordering) -> list[int] | None:
        """The positions by the cached order of all, ``None`` if caching is not worth it yet."""
        if order not in self._orders:
            self._sorted[order] += bitmap.bit_count()
            if self._sorted[order] <= self.size:
                return None
            columns = [self.source.values(Field(name, FieldType.TEXT)) for name in order.names]
            self._orders[order] = Order(list(map(order.key, *columns)))
        return self._orders[order].of(bitmap)
