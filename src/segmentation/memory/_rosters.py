"""Rosters on the index: a roster is a set of positions, and what two rosters share is an *and*.

A roster shows its contacts as they were when it was made. Contacts that were stale at that time
are kept in the roster itself. All others are read from their position in the index.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import starmap
from typing import Any, Self, cast

import attrs

from segmentation.bitmaps import EMPTY, Bitmap, from_positions, full, to_flags, to_positions
from segmentation.contacts import ORDERED_BY, Contact, segment_key
from segmentation.criteria import Row
from segmentation.segments import Joiner, Joining, Listed, Others, nos_in_order, nos_of
from segmentation.showing import shown_by

from ._index_positions import Ordering, Positions

_ORDERING = Ordering(ORDERED_BY, segment_key)
_TAKEN = tuple(field.name for field in attrs.fields(Joiner))
"""The fields of a contact that a line takes."""


@shown_by("count")
class IndexedRoster:
    """Contacts of an index, each at its position there.

    Args:
        positions: The positions of the index.
        everyone: The contacts on the roster.
        changed: Those of them that were stale when the roster was made, by position.
    """

    def __init__(
        self, positions: Positions, everyone: Bitmap, changed: Mapping[int, Row] | None = None
    ) -> None:
        self.everyone = everyone
        self._positions = positions
        self._changed = dict(changed or ())
        if self._changed:
            positions.shown.add(self)

    @classmethod
    def now(cls, positions: Positions, everyone: Bitmap) -> Self:
        """The roster of contacts as they are now."""
        return cls(positions, everyone, positions.changed_within(everyone))

    def forget(self, at: int, contact: Row | None) -> None:
        """Forget what the contact at a position was; ``None`` if it was removed."""
        if self._changed.pop(at, None) is not None and contact is not None:
            self._changed[at] = contact

    @property
    def count(self) -> int:
        """How many contacts there are."""
        return self.everyone.bit_count()

    def _plain_(self) -> Mapping[str, object]:
        return {"count": self.count, "contact_nos": nos_in_order(self)}

    @property
    def nos(self) -> frozenset[str]:
        """All numbers of contacts."""
        return frozenset(self.contact_nos(to_positions(self.everyone)))

    def __contains__(self, no: object) -> bool:
        at = self._positions.position(str(no))
        return at is not None and at < len(self._flags) and bool(self._flags[at])

    @cached_property
    def _flags(self) -> bytes:
        return to_flags(self.everyone, self.everyone.bit_length())

    def in_order(self, places: Bitmap) -> list[int]:
        """The places of a set, in the order of a segment's lines."""
        return self._positions.in_order(places, _ORDERING, self._changed)

    def contact_nos(self, places: Iterable[int]) -> Iterator[str]:
        """The numbers of the contacts at these places."""
        return map(self._positions.nos.__getitem__, places)

    def at(self, place: int) -> Joining:
        """The contact at a place, as it was when the roster was made."""
        changed = self._changed.get(place)
        return cast("Contact", changed) if changed else Joiner(*self._read(place))

    @cached_property
    def _read(self) -> Callable[[int], tuple[Any, ...]]:
        """The function from a place to the values that a line takes."""
        return self._positions.reads(_TAKEN)

    def only(self, places: Bitmap) -> Self:
        """The roster of the contacts at these places."""
        some, changed = self.everyone & places, self._changed
        if changed:
            kept = some & from_positions(changed, len(self._positions.nos))
            changed = {at: changed[at] for at in to_positions(kept)}
        return type(self)(self._positions, some, changed)

    def shared(self, *others: Others) -> Bitmap:
        """The places of the contacts that are also in one of these others."""
        found = EMPTY
        for each in others:
            if isinstance(each, IndexedRoster) and each._positions is self._positions:  # noqa: SLF001 - of this class
                found |= each.everyone
            else:
                found |= self._positions.bitmap_of(nos_of(each))
        return self.everyone & found

    def listed(self) -> Listed:
        """The roster as a list, without the index."""
        places = list(to_positions(self.everyone))
        rows = self._positions.rows(_TAKEN, places)
        joining: dict[int, Joining] = dict(zip(places, starmap(Joiner, rows), strict=True))
        joining |= cast("Mapping[int, Contact]", self._changed)
        return Listed.of(map(joining.__getitem__, self.in_order(self.everyone)))


class Members:
    """The contacts of an index that are on some rosters, also those who come to the index later.

    Args:
        positions: The positions of the index.
        members: The rosters.
    """

    def __init__(self, positions: Positions, members: Iterable[Others]) -> None:
        self.members = members
        self._positions = positions
        self._count = len(positions.nos)
        everyone = IndexedRoster(positions, full(self._count))
        self._everyone = everyone.shared(*members)

    def everyone(self) -> Bitmap:
        """The places of all of them."""
        nos = self._positions.nos
        for at in range(self._count, len(nos)):
            if any(nos[at] in each for each in self.members):
                self._everyone |= Bitmap(1 << at)
        self._count = len(nos)
        return self._everyone
