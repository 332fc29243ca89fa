"""The position of each contact, and which contacts have changed since the index was built.

Positions follow the order of the contacts' numbers. A contact that is added later gets the next
free position. A position is never given to another number, so a set of positions stands for the
same contacts whatever changes.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from operator import attrgetter
from typing import Any

from segmentation.bitmaps import EMPTY, Bitmap, from_flags, from_positions, to_positions, without
from segmentation.criteria import Row

from ._index_columns import Order

_FEW = 16
"""Fewer than one in this many contacts are looked up one by one."""
_UNCHANGED: Mapping[int, Row] = {}


class Positions:
    """The contacts of an index by position.

    Args:
        contacts: All contacts, in the order of their numbers.
        key: The field that holds the number.
    """

    def __init__(self, contacts: Iterable[Row], key: str) -> None:
        self.key = key
        self.contacts: list[Row] = list(contacts)
        """The contact at each position as it is now. A removed contact stays at its position."""
        self.nos: list[str] = list(map(attrgetter(key), self.contacts))
        self.size = len(self.nos)
        """How many contacts there were when the index was built."""
        self.stale: set[int] = set()
        """Positions of contacts that were added or changed since then."""
        self.removed: set[int] = set()
        """Positions of contacts that were removed since then."""
        self._added: dict[str, int] = {}
        self._original: dict[int, Row] = {}
        self._orders: dict[Callable[[Row], Any], Order] = {}
        self._sorted: Counter[Callable[[Row], Any]] = Counter()

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
        return self._original.get(at) or self.contacts[at]

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
            self.contacts.append(new)
        self._original.setdefault(at, self.contacts[at])
        if new is None:
            self.removed.add(at)
        else:
            self.contacts[at] = new
            self.removed.discard(at)
            self.stale.add(at)

    def changed_within(self, bitmap: Bitmap) -> Mapping[int, Row]:
        """The stale contacts of a set by position, as they are now."""
        if not self.stale:
            return _UNCHANGED
        found = to_positions(bitmap & from_positions(self.stale, len(self.nos)))
        return {at: self.contacts[at] for at in found}

    def in_order(
        self, bitmap: Bitmap, key: Callable[[Row], Any], changed: Mapping[int, Row] = _UNCHANGED
    ) -> list[int]:
        """The positions of a set, sorted.

        Args:
            bitmap: The positions.
            key: The function from a contact to its sort key. No two contacts have the same key.
                Pass the same function at each call: the order of all contacts is cached under it
                once as many positions have been sorted as there are contacts.
            changed: The contacts to take in place of the original ones, by position.
        """

        def key_at(at: int) -> Any:  # noqa: ANN401
            return key(changed.get(at) or self.original(at))

        apart = bitmap & from_positions(changed, len(self.nos)) if changed else EMPTY
        rest = without(bitmap, apart)
        found = self._ordered(rest, key)
        if found is None:
            return sorted(to_positions(bitmap), key=key_at)
        for at in to_positions(apart):
            insort(found, at, key=key_at)
        return found

    def _ordered(self, bitmap: Bitmap, key: Callable[[Row], Any]) -> list[int] | None:
        """The positions by the cached order of all, ``None`` if caching is not worth it yet."""
        if key not in self._orders:
            self._sorted[key] += bitmap.bit_count()
            if self._sorted[key] <= self.size:
                return None
            self._orders[key] = Order(list(map(key, map(self.original, range(self.size)))))
        return self._orders[key].of(bitmap)
