"""Linking a table to contacts: the group of each row, and the contacts of each group.

If the link compares the contact's number, each contact is a group. Otherwise each value of the
link is one, for example each company.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress, count, islice, repeat
from operator import attrgetter, ne
from typing import Any

from segmentation.bitmaps import (
    Bitmap,
    from_flags,
    from_positions,
    full,
    to_flags,
    to_positions,
)
from segmentation.criteria import Row, Table
from segmentation.fields import Field, FieldType

from ._index_positions import Positions
from ._index_rows import LinkedRows, Rows
from ._remembered import Remembered
from ._sources import Some, Source
from ._with_numpy import Keys

_FEW = 16
"""Fewer than one in this many contacts are looked up one by one."""
_KNOWN = 10_000
"""So many contacts have their rows of a table remembered."""
_BLOCK = 512
"""How many rows are read together."""


class LinkKey:
    """The function from a record to its key: one value, or a tuple of several.

    A missing value counts as blank, except the first: a row or contact without it has no link.

    Args:
        names: The fields that the link compares.
        blanks: The blank of each field.
    """

    def __init__(self, names: Sequence[str], blanks: Sequence[Any]) -> None:
        self._reads = tuple(map(attrgetter, names))
        self._blanks = blanks

    def __call__(self, record: Row) -> Any:  # noqa: ANN401
        """The key of a record."""
        first, *others = (read(record) for read in self._reads)
        if not others:
            return first
        blanks = self._blanks[1:]
        return first, *(b if v is None else v for v, b in zip(others, blanks, strict=True))


class KnownRows:
    """The rows of single contacts that were looked up. It has to be told of each change.

    Args:
        table: The table of the rows.
    """

    def __init__(self, table: Table) -> None:
        names = [name for name, _ in table.link.on] if table.link else []
        self._single = len(names) == 1
        self._key = LinkKey(names, [table.field(name).blank for name in names])
        self._rows: dict[Any, Sequence[Row]] = {}

    def find(self, key: tuple[Any, ...]) -> Sequence[Row] | None:
        """The rows with a key, ``None`` if they were not looked up."""
        return self._rows.get(key[0] if self._single else key)

    def remember(self, key: tuple[Any, ...], rows: Iterable[Row]) -> Sequence[Row]:
        """Remember the rows with a key."""
        if len(self._rows) >= _KNOWN:
            self._rows.clear()
        found = self._rows[key[0] if self._single else key] = list(rows)
        return found

    def forget(self, *changed: Row | None) -> None:
        """Forget the rows whose key is that of a row which has changed."""
        for row in changed:
            if row is not None:
                self._rows.pop(self._key(row), None)


class LinkedTable:
    """The rows of a linked table by group, and the contacts of each group.

    Args:
        table: The table.
        rows: The rows by group.
        groups: The group of each contact, the number of groups for none. ``None`` if each contact
            is a group.
        covered: The contacts whose rows are included.
        is_partial: Whether other contacts' rows may be left out.
    """

    def __init__(
        self,
        table: Table,
        rows: LinkedRows,
        groups: "array[int] | None",
        covered: Bitmap,
        *,
        is_partial: bool,
    ) -> None:
        self.table = table
        self.rows = rows
        self.covered = covered
        self.is_partial = is_partial
        self._groups = groups
        self._single = table.link is not None and len(table.link.on) == 1
        self.remembered: Remembered[Hashable] = Remembered()
        """Whom questions about the rows find, groups that have changed aside."""

    def find(self, key: tuple[Any, ...]) -> Sequence[Row]:
        """The rows that belong to a contact with these values in the link's fields."""
        return self.rows.of(key[0] if self._single else key)

    def on_row_changed(self, old: Row | None, new: Row | None) -> None:
        """Record that a row was added (``old`` is ``None``), changed or removed."""
        if self.is_partial:
            old = old if old is not None and old in self.rows.like(old) else None
            new = new if new is not None and self._is_covered(new) else None
        self.rows.on_row_changed(old, new)

    def _is_covered(self, row: Row) -> bool:
        """Whether the rows of the same contacts are included."""
        group = self.rows.group(row)
        if group is None or self._groups is not None:
            return group is not None
        return bool(self._covers[group >> 3] >> (group & 7) & 1)

    @cached_property
    def _covers(self) -> bytes:
        """A bit for each contact that is covered."""
        return self.covered.to_bytes(self.rows.size // 8 + 1, "little")

    def groups(self, within: Bitmap) -> Bitmap:
        """The groups that a set of contacts may belong to."""
        return within if self._groups is None else full(self.rows.size)

    def contacts(self, groups: Bitmap, within: Bitmap) -> Bitmap:
        """The contacts of a set whose group is in a set of groups."""
        if self._groups is None or not groups:
            return within & groups
        flags = to_flags(groups, self.rows.size) + b"\0"
        if within.bit_count() * _FEW < len(self._groups):
            places = list(to_positions(within))
            passing = map(flags.__getitem__, map(self._groups.__getitem__, places))
            return from_positions(compress(places, passing), len(self._groups))
        return within & from_flags(bytes(map(flags.__getitem__, self._groups)))


def link_rows(table: Table, source: Source, positions: Positions, covered: Bitmap) -> LinkedTable:
    """Link the rows of a table to a set of contacts. Other contacts' rows may be left out."""
    linking = _Linking(table, source, positions, covered)
    linked = linking.by_contact() if linking.compares_number else linking.by_value()
    for at, row in source.changed.items():
        linked.on_row_changed(source[at], row)
    return linked


class _Linking:
    """Links the rows of one table to a set of contacts."""

    def __init__(self, table: Table, source: Source, positions: Positions, covered: Bitmap) -> None:
        on = table.link.on if table.link else ()
        self._table = table
        self._fields = [table.field(name) for name, _ in on]
        self._own_fields = [Field(name, FieldType.CODE) for _, name in on]
        self._key = LinkKey([name for name, _ in on], [each.blank for each in self._fields])
        self._source = source
        self._positions = positions
        self._size = positions.size
        self._places = array("I", to_positions(covered))
        self._covered = covered
        self.compares_number = positions.key in [name for _, name in on]

    def _own(self, at: int) -> Iterator[Any]:
        """The value at one place of the key of each contact."""
        whole = len(self._places) == self._size
        values = self._positions.source.values(
            self._own_fields[at], None if whole else self._places
        )
        return self._meant(at, values)

    def _read(self, at: int, places: "array[int] | None" = None) -> Iterator[Any]:
        """The value at one place of the key of each row."""
        return self._meant(at, self._source.values(self._fields[at], places))

    def _meant(self, at: int, values: Iterable[Any]) -> Iterator[Any]:
        if at == 0:
            return iter(values)
        blank = self._fields[at].blank
        return (blank if value is None else value for value in values)

    def _numbers_of(self, at: int) -> tuple[Keys | None, Keys | None]:
        """The values at one place of the key of all contacts, and of all rows, as numbers."""
        blank = self._fields[at].blank if at else None
        own = self._positions.source.keys(self._own_fields[at], blank)
        return own, own and self._source.keys(self._fields[at], blank)

    def _keys(self, read: Callable[[int], Iterator[Any]]) -> Iterator[Any]:
        """Whole keys, one at a time, to save memory."""
        parts = [read(at) for at in range(len(self._fields))]
        return parts[0] if len(parts) == 1 else zip(*parts, strict=True)

    def by_contact(self) -> LinkedTable:
        """Make each contact a group: find it by its number, then compare the other fields."""
        names = [field.name for field in self._own_fields]
        at = names.index(self._positions.key)
        kept, groups = self._by_numbers(at) or self._by_known(at)
        for other in range(len(names)):
            if other != at:
                self._compare(other, kept, groups)
        position = _position_by(self._positions, at, len(names))
        made = LinkedRows(self._rows(kept), groups, self._size, self._key, position)
        return self._linked(made, None)

    def _by_known(self, at: int) -> "tuple[array[int] | None, array[int]]":
        """The rows of covered contacts, and their groups, looked up one by one."""
        nos = list(map(self._positions.nos.__getitem__, self._places))
        firsts = nos if at == 0 else list(self._own(0))
        known = _Known(list(compress(nos, firsts)), array("I", compress(self._places, firsts)))
        return self._grouped(self._read(at), known, self._size)

    def _by_numbers(self, at: int) -> "tuple[None, array[int]] | None":
        """The same for all contacts at once, ``None`` if that cannot be."""
        if at or len(self._places) < self._size:
            return None
        known, keys = self._numbers_of(0)
        groups = keys.places_in(known) if known and keys else None
        return None if groups is None else (None, groups)

    def by_value(self) -> LinkedTable:
        """Make each value of the link a group."""
        return self._by_different_numbers() or self._by_different_values()

    def _by_different_numbers(self) -> LinkedTable | None:
        """The same for all contacts at once, ``None`` if that cannot be."""
        if len(self._fields) > 1 or len(self._places) < self._size:
            return None
        own, keys = self._numbers_of(0)
        if own is None or keys is None:
            return None
        different, of_contacts = own.different()
        groups = keys.places_in(different)
        if groups is None:
            return None
        texts = different.texts()
        group_of = dict(zip(texts, count(), strict=False)).get
        made = LinkedRows(self._source, groups, len(texts), self._key, group_of)
        return self._linked(made, of_contacts)

    def _by_different_values(self) -> LinkedTable:
        values = list(self._keys(self._own))
        different = sorted(set(compress(values, self._own(0))))
        none = len(different)
        known = _Known(different, range(none))
        kept, groups = self._grouped(self._keys(self._read), known, none)
        of_contacts = array("I", [none]) * self._size
        found = map(known.all.get, values, repeat(none))
        for at, group in zip(self._places, found, strict=True):
            of_contacts[at] = group
        made = LinkedRows(self._rows(kept), groups, none, self._key, known.all.get)
        return self._linked(made, of_contacts)

    def _linked(self, rows: LinkedRows, groups: "array[int] | None") -> LinkedTable:
        partial = len(self._places) < self._size
        return LinkedTable(self._table, rows, groups, self._covered, is_partial=partial)

    def _rows(self, kept: "array[int] | None") -> Rows:
        return self._source if kept is None else Some(self._source, kept)

    def _grouped(
        self, keys: Iterator[Any], known: "_Known", none: int
    ) -> "tuple[array[int] | None, array[int]]":
        """The rows of covered contacts, ``None`` for all rows, and their groups.

        All keys of a block are read before any is looked up, so that waits for memory overlap.
        """
        whole = len(self._places) == self._size
        kept, groups = array("I"), array("I")
        start = 0
        while block := list(islice(keys, _BLOCK)):
            some, group_of = known.among(block)
            if whole:
                groups.extend(map(group_of.get, block, repeat(none)))
            else:
                there = list(map(some.__contains__, block))
                kept.extend(compress(count(start), there))
                groups.extend(map(group_of.get, compress(block, there), repeat(none)))
            start += len(block)
        return None if whole else kept, groups

    def _compare(self, at: int, kept: "array[int] | None", groups: "array[int]") -> None:
        """Take rows away from contacts that have another value at one place of the key."""
        if kept is None:
            own, keys = self._numbers_of(at)
            rows = keys.differing(own, groups) if own and keys else None
            if rows is not None:
                for row in rows:
                    groups[row] = self._size
                return
        held: list[Any] = [None] * (self._size + 1)
        for place, value in zip(self._places, self._own(at), strict=True):
            held[place] = value
        others = map(ne, map(held.__getitem__, groups), self._read(at, kept))
        for row in compress(count(), others):
            groups[row] = self._size


def _position_by(positions: Positions, at: int, fields: int) -> Callable[[Any], int | None]:
    """The function from a key to the position of the contact whose number it holds."""
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
        """The keys. A set finds out faster than a dictionary that a key is missing."""
        return frozenset(self._keys)

    def among(self, sought: list[Any]) -> tuple[Container[Any], dict[Any, int]]:
        """The known keys and their groups: at least those that are sought.

        Tables often come in the order of their keys. The keys of a block are then neighbours, and
        a small dictionary of these neighbours stays in the processor's cache.
        """
        neighbours = self._neighbours(sought) if self._in_order else None
        self._in_order = neighbours is not None
        return (self._set, self.all) if neighbours is None else (neighbours, neighbours)

    def _neighbours(self, sought: list[Any]) -> dict[Any, int] | None:
        """The groups of all keys from the first sought to the last, ``None`` if out of order."""
        try:
            if sought != sorted(sought):
                return None
            start = bisect_left(self._keys, sought[0])
            stop = bisect_right(self._keys, sought[-1], start)
        except TypeError:  # some values are None
            return None
        return dict(zip(self._keys[start:stop], self._groups[start:stop], strict=True))
