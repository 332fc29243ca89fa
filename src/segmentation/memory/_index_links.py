"""The rows of a table linked to contacts: to which group each row belongs, whom a group stands for.

Groups are contacts where the link goes by the contact's number, or else the values of the link,
say companies.
"""

from array import array
from collections.abc import Container, Iterable, Iterator, Sequence
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

    def among(self, firsts: Container[Any], records: Iterable[Row]) -> list[Row]:
        """Those records whose key begins with one of these values."""
        found: list[Row] = []
        left = iter(records)
        while block := list(islice(left, _BLOCK)):
            # All are read before one is looked for, so that the ways to memory overlap.
            firsts_read = list(self.values(0, block))
            found += compress(block, map(firsts.__contains__, firsts_read))
        return found


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
    some = linking.concerned(rows)
    return linking.by_contact(some) if linking.goes_by_contact else linking.by_value(some)


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
        self._contacts = list(map(positions.contacts.__getitem__, self._places))
        self.goes_by_contact = positions.key in self._names

    def concerned(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that can belong to the contacts."""
        if len(self._places) == self._size:
            return list(rows)
        return self._key.among(frozenset(filter(None, self._firsts())), rows)

    def by_contact(self, rows: Sequence[Row]) -> LinkedTable:
        """With the positions of contacts for groups: looked up by number, the rest compared."""
        at = self._names.index(self._positions.key)
        nos = zip(self._own.values(at, self._contacts), self._places, strict=True)
        known = dict(compress(nos, self._firsts()))
        groups = array("I", map(known.get, self._key.values(at, rows), repeat(self._size)))
        for other in range(len(self._names)):
            if other != at:
                self._compare(other, rows, groups)
        made = LinkedRows(rows, groups, self._size, self._key, self._position)
        return LinkedTable(made, None, len(self._names), self._covered)

    def by_value(self, rows: Sequence[Row]) -> LinkedTable:
        """With the values of contacts for groups."""
        filled = compress(self._own.of_all(self._contacts), self._firsts())
        known = dict(zip(dict.fromkeys(filled), count(), strict=False))
        none = repeat(len(known))
        of_contacts = array("I", [len(known)]) * self._size
        found = map(known.get, self._own.of_all(self._contacts), none)
        for at, group in zip(self._places, found, strict=True):
            of_contacts[at] = group
        groups = array("I", map(known.get, self._key.of_all(rows), none))
        made = LinkedRows(rows, groups, len(known), self._key, known.get)
        return LinkedTable(made, of_contacts, len(self._names), self._covered)

    def _firsts(self) -> Iterator[Any]:
        return self._own.values(0, self._contacts)

    def _compare(self, at: int, rows: Sequence[Row], groups: "array[int]") -> None:
        """Take rows from contacts who have another value there."""
        held: list[Any] = [None] * (self._size + 1)
        for place, value in zip(self._places, self._own.values(at, self._contacts), strict=True):
            held[place] = value
        others = map(ne, map(held.__getitem__, groups), self._key.values(at, rows))
        for row in compress(count(), others):
            groups[row] = self._size

    def _position(self, key: Any) -> int | None:  # noqa: ANN401
        """The position of the contact with a key; other values than the number are not compared."""
        no = key if len(self._names) == 1 else key[self._names.index(self._positions.key)]
        return self._positions.position(no)
