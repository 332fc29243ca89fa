"""The records of one kind as they were at one moment, whatever changes afterwards."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from segmentation.fields import Field, Value, is_value_of

from ._columns import Coded
from ._index_columns import Dictionary, Ranks, encode, encode_codes
from ._layout import SAME, Layout
from ._stored_keys import keys_of
from ._with_numpy import Keys


class Snapshot:
    """Records at one moment. What lies in columns never changes, so it is not copied.

    Args:
        layout: The records.
        ordered: Whether positions must follow the order of keys. Records that came out of order
            then have none.

    Attributes:
        size: How many positions there are.
        changed: The records that were changed since they came, by position; ``None`` for those that
            were removed.
    """

    def __init__(self, layout: Layout, *, ordered: bool = False) -> None:
        self._layout = layout
        self._whole = len(layout)
        self.size = layout.ordered if ordered else self._whole
        self.changed: dict[int, Any] = dict(layout.changed)

    def __iter__(self) -> Iterator[Any]:
        return self.records()

    def in_order(self) -> "Snapshot":
        """The same records, with positions in the order of their keys."""
        return Snapshot(self._layout, ordered=True)

    # -- records ----------------------------------------------------------------------------

    def __getitem__(self, at: int) -> Any:  # noqa: ANN401
        """The record at a position, as it came first."""
        return self._layout.original(at)

    def records(self) -> Iterator[Any]:
        """All records in the order of their keys."""
        changed = self.changed
        for places in self._layout.in_order(self._whole):
            if not changed:
                yield from self._layout.originals(places)
                continue
            for at, original in zip(places, self._layout.originals(places), strict=True):
                record = changed.get(at, SAME)
                if record is SAME:
                    yield original
                elif record is not None:
                    yield record

    def at(self, places: Iterable[int]) -> Iterator[Any]:
        """The records at some positions; those that were removed are passed over."""
        for at in places:
            record = self.changed.get(at, SAME)
            if record is SAME:
                yield self._layout.original(at)
            elif record is not None:
                yield record

    def behind(self) -> Iterator[Any]:
        """The records without a position."""
        return self.at(range(self.size, self._whole))

    def forget(self, at: int) -> None:
        """Forget as what the record at a position was changed."""
        self.changed.pop(at, None)

    # -- values -----------------------------------------------------------------------------

    def values(self, field: Field, places: Sequence[int] | None = None) -> Iterable[Any]:
        """The stored values of a field as records came first.

        Args:
            field: The field.
            places: The positions, ascending; by default all.
        """
        column, laid, rest = self._layout.parted(field, self.size)
        if places is None:
            found = column.part(0, laid)
        else:
            cut = bisect_left(places, laid)
            found, rest = column.taken(places[:cut]), [rest[at - laid] for at in places[cut:]]
        return chain(map(_stored(field), found) if field.extra else found, rest)

    def encoded(self, field: Field) -> tuple[Dictionary, Ranks]:
        """The dictionary of a field, and the rank at each position."""
        column, laid, rest = self._layout.parted(field, self.size)
        if not isinstance(column, Coded):
            return encode(field, list(self.values(field)))
        values = list(map(_stored(field), column.values)) if field.extra else column.values
        return encode_codes(field, values, column.first(laid), rest)

    def keys(self, field: Field, blank: Value | None) -> Keys | None:
        """All values of a field as numbers, ``None`` if they do not suit."""
        return None if field.extra else keys_of(*self._layout.parted(field, self.size), blank)

    def differ(self, field: Field) -> bool:
        """Whether there are many values in a field, most of them different."""
        return not isinstance(self._layout.parted(field, self.size)[0], Coded)

    def reads(self, names: Sequence[str]) -> Callable[[int], tuple[Any, ...]]:
        """The function from a position to the values of some fields, two at least."""
        return self._layout.reads(names)


def _stored(field: Field) -> Callable[[Any], Any]:
    """The function from what lies in the column of an own field to its value."""
    return lambda value: value if is_value_of(field.type, value) else None
