"""The rows of a table linked to contacts: to which group each row belongs, whom a group stands for.

Groups are contacts where the link goes by the contact's number, or else the values of the link,
say companies.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import compress, count, islice, repeat
from operator import attrgetter, ne
from typing import Any

from segmentation.bitmaps import from_flags, from_positions, full, to_flags, to_positions
from segmentation.criteria import Row, Table

from ._index_positions import Positions
from ._index_rows import LinkedRows

_FEW = 16
"""With fewer contacts than one in so many, each is looked up for itself."""
_BLOCK = 512
"""So many rows are read together."""


class LinkKey:
    """From a record to what its group goes by: a value, or a tuple of several.

    Behind the first, a value that is missing is its blank.

    Args:
        names: The fields that a link compares.
        blanks: The blank of each.
    """

    def __init__(self, names: Sequence[str], blanks: Sequence[Any]) -> None:
        self._reads = tuple(map(attrgetter, names))
        self._blanks = blanks

    def __call__(self, record: Row) -> Any:  # noqa: ANN401
        """The key of a record."""
        return next(self.of_all([record]))

    def of_all(self, records: Sequence[Row]) -> Iterator[Any]:
        """The keys of many records, one after the other: none is kept waiting in memory."""
        if len(self._reads) == 1:
            return self.values(0, records)
        return zip(*(self.values(at, records) for at in range(len(self._reads))), strict=True)

    def values(self, at: int, records: Sequence[Row]) -> Iterator[Any]:
        """What stands at one place of many keys; a blank at the first links nothing."""
        read = self._reads[at]
        if at == 0:
            return map(read, records)
        return map({None: self._blanks[at]}.get, map(read, records), map(read, records))


class LinkedTable:
    """The rows of a linked table, and which contacts each group of them stands for.

    Args:
        rows: The rows by group.
        groups: The group of each contact, the one behind the last for none; ``None`` if groups
            are contacts.
        fields: How many fields the link compares.
        covered: The contacts whose rows are there.
    """

    def __init__(
        self, rows: LinkedRows, groups: "array[int] | None", fields: int, covered: int
    ) -> None:
        self.rows = rows
        self.covered = covered
        self._groups = groups
        self._single = fields == 1

    def find(self, key: tuple[Any, ...]) -> Sequence[Row]:
        """The rows that belong to a contact with these values in the link's fields."""
        return self.rows.of(key[0] if self._single else key)

    def groups(self, within: int) -> int:
        """The groups to look at for a set of contacts."""
        return within if self._groups is None else full(self.rows.size)

    def contacts(self, groups: int, within: int) -> int:
        """Those contacts of a set whose group is in a set of groups."""
        if self._groups is None or not groups:
            return within & groups
        flags = to_flags(groups, self.rows.size) + b"\0"
        if within.bit_count() * _FEW < len(self._groups):
            places = list(to_positions(within))
            passing = map(flags.__getitem__, map(self._groups.__getitem__, places))
            return from_positions(compress(places, passing), len(self._groups))
        return within & from_flags(bytes(map(flags.__getitem__, self._groups)))


def link_rows(table: Table, rows: Iterable[Row], positions: Positions, covered: int) -> LinkedTable:
    """The rows of a table by group, at least those that belong to a set of contacts."""
    linking = _Linking(table, positions, covered)
    return linking.by_contact(rows) if linking.goes_by_contact else linking.by_value(rows)


class _Linking:
    """What is known while the rows of one table are linked to a set of contacts."""

    def __init__(self, table: Table, positions: Positions, covered: int) -> None:
        on = table.link.on if table.link else ()
        blanks = [table.field(name).blank for name, _ in on]
        self._names = [name for _, name in on]
        self._own = LinkKey(self._names, blanks)
        self._key = LinkKey([name for name, _ in on], blanks)
        self._positions = positions
        self._size = positions.size
        self._covered = covered
        self._places = list(to_positions(covered))
        self.goes_by_contact = positions.key in self._names

    @cached_property
    def _contacts(self) -> list[Row]:
        """The contacts themselves; where the link is their number alone, nobody looks at them."""
        return list(map(self._positions.contacts.__getitem__, self._places))

    def by_contact(self, rows: Iterable[Row]) -> LinkedTable:
        """With the positions of contacts for groups: looked up by number, the rest compared."""
        at = self._names.index(self._positions.key)
        nos = list(map(self._positions.nos.__getitem__, self._places))
        firsts = nos if at == 0 else list(self._own.values(0, self._contacts))
        known = _Known(list(compress(nos, firsts)), list(compress(self._places, firsts)))
        kept, groups = self._grouped(rows, partial(self._key.values, at), known, self._size)
        for other in range(len(self._names)):
            if other != at:
                self._compare(other, kept, groups)
        position = _position_by(self._positions, at, len(self._names))
        made = LinkedRows(kept, groups, self._size, self._key, position)
        return LinkedTable(made, None, len(self._names), self._covered)

    def by_value(self, rows: Iterable[Row]) -> LinkedTable:
        """With the values of contacts for groups."""
        values = list(self._own.of_all(self._contacts))
        different = sorted(set(compress(values, self._own.values(0, self._contacts))))
        none = len(different)
        known = _Known(different, range(none))
        kept, groups = self._grouped(rows, self._key.of_all, known, none)
        of_contacts = array("I", [none]) * self._size
        found = map(known.all.get, values, repeat(none))
        for at, group in zip(self._places, found, strict=True):
            of_contacts[at] = group
        made = LinkedRows(kept, groups, none, self._key, known.all.get)
        return LinkedTable(made, of_contacts, len(self._names), self._covered)

    def _grouped(
        self,
        rows: Iterable[Row],
        read: Callable[[Sequence[Row]], Iterable[Any]],
        known: "_Known",
        none: int,
    ) -> "tuple[list[Row], array[int]]":
        """The rows, each with its group; those without one only if all contacts are asked for.

        All keys of a block are read before one is looked for: their ways to memory overlap.
        """
        whole = len(self._places) == self._size
        kept: list[Row] = []
        groups = array("I")
        left = iter(rows)
        while block := list(islice(left, _BLOCK)):
            keys = list(read(block))
            some, group_of = known.among(keys)
            if not whole:
                there = list(map(some.__contains__, keys))
                block, keys = list(compress(block, there)), list(compress(keys, there))
            kept += block
            groups.extend(map(group_of.get, keys, repeat(none)))
        return kept, groups

    def _compare(self, at: int, rows: Sequence[Row], groups: "array[int]") -> None:
        """Take rows from contacts who have another value there."""
        held: list[Any] = [None] * (self._size + 1)
        for place, value in zip(self._places, self._own.values(at, self._contacts), strict=True):
            held[place] = value
        others = map(ne, map(held.__getitem__, groups), self._key.values(at, rows))
        for row in compress(count(), others):
            groups[row] = self._size


def _position_by(positions: Positions, at: int, fields: int) -> Callable[[Any], int | None]:
    """From a key to the position of the contact whose number stands there in it."""
    if fields == 1:
        return positions.position
    return lambda key: positions.position(key[at])


class _Known:
    """The groups of keys.

    Args:
        keys: Keys, ascending.
        groups: The group of each.
    """

    def __init__(self, keys: Sequence[Any], groups: Sequence[int]) -> None:
        self._keys = keys
        self._groups = groups
        self._in_order = True

    @cached_property
    def all(self) -> dict[Any, int]:
        """The group of each key."""
        return dict(zip(self._keys, self._groups, strict=True))

    @cached_property
    def _set(self) -> frozenset[Any]:
        """The keys: a set knows sooner what is not in it."""
        return frozenset(self._keys)

    def among(self, sought: list[Any]) -> tuple[Container[Any], dict[Any, int]]:
        """Those of some keys that are known, and their groups; of others perhaps, too.

        Tables often come in the order of their keys. What a block of them asks for then stands
        together, in a dictionary so small that no way to it is long.
        """
        stretch = self._stretch(sought) if self._in_order else None
        self._in_order = stretch is not None
        return (self._set, self.all) if stretch is None else (stretch, stretch)

    def _stretch(self, sought: list[Any]) -> dict[Any, int] | None:
        """The groups of the keys from the first sought to the last, if they come in order."""
        try:
            if sought != sorted(sought):
                return None
            start = bisect_left(self._keys, sought[0])
            stop = bisect_right(self._keys, sought[-1], start)
        except TypeError:  # some are missing
            return None
        return dict(zip(self._keys[start:stop], self._groups[start:stop], strict=True))
