"""Rosters on the index: a roster is a set of positions, and what two rosters share is an *and*.

A roster shows its contacts as they were when it was made. Contacts that were stale at that time
are kept in the roster itself. All others are read from their position in the index.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Self, cast

import attrs

from segmentation.bitmaps import EMPTY, Bitmap, to_flags, to_positions
from segmentation.contacts import ORDERED_BY, Contact, segment_key
from segmentation.criteria import Row
from segmentation.segments import Joiner, Joining, Listed, Others, nos_in_order, nos_of
from segmentation.showing import shown_by

from ._index_positions import Ordering, Positions

_ORDERING = Ordering(ORDERED_BY, segment_key)


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
        self._changed = changed or {}

    @classmethod
    def now(cls, positions: Positions, everyone: Bitmap) -> Self:
        """The roster of contacts as they are now."""
        return cls(positions, everyone, positions.changed_within(everyone))

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
        return self._positions.reads([field.name for field in attrs.fields(Joiner)])

    def only(self, places: Bitmap) -> Self:
        """The roster of the contacts at these places."""
        return type(self)(self._positions, self.everyone & places, self._changed)

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
        return Listed.of(map(self.at, self.in_order(self.everyone)))
