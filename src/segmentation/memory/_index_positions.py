"""Contacts by position, as they are now and as they were when they were counted.

Positions go by number; who comes later goes behind the last. A position belongs to one number
for good, so sets of positions stay sets of contacts whatever changes.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from operator import attrgetter
from typing import Any

from segmentation.bitmaps import from_flags, from_positions, to_positions, without
from segmentation.criteria import Row

from ._index_columns import Order

_FEW = 16
"""With fewer contacts than one in so many, each is looked up for itself."""
_NOTHING: Mapping[int, Row] = {}


class Positions:
    """Who stands where, and since when.

    Args:
        contacts: All contacts, in the order of their numbers.
        key: Their field that is the number.
    """

    def __init__(self, contacts: Iterable[Row], key: str) -> None:
        self.key = key
        self.contacts: list[Row] = list(contacts)
        """The contact at each position; that of one which is gone stays."""
        self.nos: list[str] = list(map(attrgetter(key), self.contacts))
        self.size = len(self.nos)
        """The number of positions that were counted at first."""
        self.stale: set[int] = set()
        """Positions of contacts that have come or changed since."""
        self.gone: set[int] = set()
        self._later: dict[str, int] = {}
        self._first: dict[int, Row] = {}
        self._orders: dict[Callable[[Row], Any], Order] = {}
        self._sorted: Counter[Callable[[Row], Any]] = Counter()

    def position(self, no: str) -> int | None:
        """The position of a contact; ``None`` for one that never was here."""
        at = bisect_left(self.nos, no, hi=self.size)
        return at if at < self.size and self.nos[at] == no else self._later.get(no)

    def those(self, nos: Collection[str]) -> int:
        """The positions of these contacts, as far as they ever were here."""
        if isinstance(nos, AbstractSet) and len(nos) * _FEW > self.size:
            return from_flags(bytes(map(nos.__contains__, self.nos)))
        found = map(self.position, nos)
        return from_positions((at for at in found if at is not None), len(self.nos))

    def first(self, at: int) -> Row:
        """The contact at a position as it was when it was counted."""
        return self._first.get(at) or self.contacts[at]

    def changed(self, old: Row | None, new: Row | None) -> None:
        """Take note of a contact that came (no old one), changed, or went (no new one)."""
        no = getattr(old if new is None else new, self.key)
        at = self.position(no)
        if at is None:
            at = self._later[no] = len(self.nos)
            self.nos.append(no)
            self.contacts.append(new)
        self._first.setdefault(at, self.contacts[at])
        if new is None:
            self.gone.add(at)
        else:
            self.contacts[at] = new
            self.gone.discard(at)
            self.stale.add(at)

    def changed_among(self, bits: int) -> Mapping[int, Row]:
        """Those of a set who have come or changed since, as they are now."""
        if not self.stale:
            return _NOTHING
        found = to_positions(bits & from_positions(self.stale, len(self.nos)))
        return {at: self.contacts[at] for at in found}

    def in_order(
        self, bits: int, key: Callable[[Row], Any], changed: Mapping[int, Row] = _NOTHING
    ) -> list[int]:
        """The positions of a set in an order.

        Args:
            bits: The positions.
            key: From a contact to what it is ordered by, which is another for each contact. The
                order of all is kept under this function once as many have been sorted as there
                are, so it should be the same one at each call.
            changed: Contacts that are not as they were when they were counted.
        """

        def placed(at: int) -> Any:  # noqa: ANN401
            return key(changed.get(at) or self.first(at))

        apart = bits & from_positions(changed, len(self.nos)) if changed else 0
        rest = without(bits, apart)
        found = self._ordered(rest, key)
        if found is None:
            return sorted(to_positions(bits), key=placed)
        for at in to_positions(apart):
            insort(found, at, key=placed)
        return found

    def _ordered(self, bits: int, key: Callable[[Row], Any]) -> list[int] | None:
        """Positions by an order of all; ``None`` as long as that is not worth making."""
        if key not in self._orders:
            self._sorted[key] += bits.bit_count()
            if self._sorted[key] <= self.size:
                return None
            self._orders[key] = Order(list(map(key, map(self.first, range(self.size)))))
        return self._orders[key].of(bits)
