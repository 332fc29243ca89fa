"""What indexes are made of: contacts by position, columns, linked rows, and what has changed.

Each contact has a position, in the order of numbers; one that comes later goes behind the
last. Columns and linked rows are made when first asked for. Contacts that have changed since
are remembered as stale; once there are many, everything is better made anew.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import repeat
from operator import attrgetter, eq
from typing import Any, Protocol

from segmentation.bitmaps import from_flags, from_positions, full, to_flags, to_positions, without
from segmentation.criteria import BoundWhere, Link, Row, Schema, Table
from segmentation.fields import Field, FieldType
from segmentation.segments import Others

from ._index_columns import Column, Dictionary, Unsortable, reader
from ._index_positions import Positions
from ._index_rows import LinkedRows
from ._rosters import IndexedRoster

_KEY_TYPES = frozenset([FieldType.CODE, FieldType.TEXT, FieldType.INTEGER])
_FEW = 16
"""With fewer contacts than one in so many, each is looked up for itself."""
_STALE = 50
"""If more than one contact in so many has changed, indexes are made anew."""
_ALWAYS_KEPT = 1000


class Tables(Protocol):
    """What an index is made from."""

    def all(self, table: str) -> Iterable[Row]:
        """All records of a table, in the order of their keys."""

    def segment_rosters(self, segment_no: str) -> Iterable[Others]:
        """Who is on the lines of a segment."""

    def logged_members(self, entry_no: int) -> Collection[str]:
        """The contacts that were logged with a logged segment."""


class _Never:
    """Equal to no value: stands for a blank, which no row is linked by."""


class LinkedTable:
    """The rows of a linked table, and which contacts each group of them stands for.

    Args:
        rows: The rows by group.
        groups: The group of each contact, -1 for none; ``None`` if groups are contacts.
        find: The rows that belong to a contact with these values in the link's fields.
    """

    def __init__(
        self,
        rows: LinkedRows,
        groups: "array[int] | None",
        find: Callable[[tuple[Any, ...]], Iterable[Row]],
    ) -> None:
        self.rows = rows
        self.find = find
        self._groups = groups

    @property
    def by_contact(self) -> bool:
        """Whether each contact is a group of its own."""
        return self._groups is None

    def groups(self, within: int) -> int:
        """The groups to look at for a set of contacts."""
        return within if self._groups is None else full(self.rows.size)

    def contacts(self, groups: int, within: int) -> int:
        """Those contacts of a set whose group is in a set of groups."""
        if self._groups is None or not groups:
            return within & groups
        flags = to_flags(groups, self.rows.size) + b"\0"  # -1, no group, is the last
        if within.bit_count() * _FEW < len(self._groups):
            group = self._groups
            found = (at for at in to_positions(within) if flags[group[at]])
            return from_positions(found, len(group))
        return within & from_flags(bytes(map(flags.__getitem__, self._groups)))


class IndexData:
    """The indexes that have been made so far, and what has changed since.

    Args:
        tables: Where the records are.
        base: The table whose rows are chosen.
        key: Its field that is the number.
    """

    def __init__(self, tables: Tables, base: str, key: str) -> None:
        self._tables = tables
        self._base = base
        self._key = key
        self.positions = Positions(tables.all(base), key)
        self.contacts = self.positions.contacts
        self.nos = self.positions.nos
        self.size = self.positions.size
        self._columns: dict[Field, tuple[Dictionary, Column | None] | None] = {}
        self._linked: dict[tuple[str, Link], LinkedTable | None] = {}
        self._by_key: dict[str, dict[tuple[Any, ...], list[Row]]] = {}

    def clean(self) -> int:
        """The contacts that indexes know as they are now."""
        changed = self.positions.stale | self.positions.gone
        return without(full(self.size), from_positions(changed, len(self.nos)))

    def stale_now(self) -> Collection[int]:
        """The positions of those contacts that indexes do not know as they are now."""
        return self.positions.stale - self.positions.gone

    # -- fields of contacts -----------------------------------------------------------------

    def those(self, where: BoundWhere, within: int) -> int:
        """Those contacts of a set whose field meets a condition.

        Raises:
            Unsortable: The field cannot be indexed.
        """
        field = where.field
        if field not in self._columns:
            self._columns[field] = self._column(field)
        found = self._columns[field]
        if found is None:
            raise Unsortable
        dictionary, column = found
        ranks = dictionary.passing(where.filter)
        return column.those(ranks, within) if column else within & ranks

    def _column(self, field: Field) -> tuple[Dictionary, Column | None] | None:
        if field.name == self._key and not field.extra:
            return Dictionary.of_sorted(field, self.nos[: self.size]), None
        stored = list(map(reader(field), self.contacts[: self.size]))
        try:
            dictionary = Dictionary(field, stored)
        except Unsortable:
            return None
        return dictionary, Column(dictionary, dictionary.ranks(stored))

    def valued(self, field: Field, values: AbstractSet[str]) -> int:
        """All contacts who have one of many values in a code field of ours."""
        if field not in self._columns:
            self._columns[field] = self._column(field)
        dictionary, column = self._columns[field] or (None, None)
        found = 0
        if dictionary and column:
            ranks = (dictionary.rank_of[value] for value in values if value in dictionary.rank_of)
            found = column.those(from_positions(ranks, len(dictionary)), self.clean())
        later = (at for at in self.stale_now() if getattr(self.contacts[at], field.name) in values)
        return found | from_positions(later, len(self.nos))

    # -- linked rows ------------------------------------------------------------------------

    def linked(self, table: Table, schema: Schema) -> LinkedTable | None:
        """The rows of a linked table by group; ``None`` if its link is not of the plain kind."""
        if table.link is None or not _is_plain(table, table.link, schema):
            return None
        place = table.name, table.link
        if place not in self._linked:
            make = self._by_number if self._own(table.link) else self._by_value
            self._linked[place] = make(table, table.link)
        return self._linked[place]

    def _own(self, link: Link) -> str | None:
        """The field of the row that bears the contact's number, if there is one."""
        return next((row for row, own in link.on if own == self._key), None)

    def _by_number(self, table: Table, link: Link) -> LinkedTable:
        own = self._own(link) or self._key
        others = [pair for pair in link.on if pair[0] != own]
        getters = [attrgetter(row) for row, _ in others]
        wanted = [
            [value or _Never for value in map(attrgetter(name), self.contacts[: self.size])]
            for _, name in others
        ]

        def fits(rows: Sequence[Row], groups: Sequence[int]) -> Iterable[bool]:
            equal = [
                map(eq, map(get, rows), map([*values, _Never].__getitem__, groups))
                for get, values in zip(getters, wanted, strict=True)
            ]
            return equal[0] if len(equal) == 1 else map(all, zip(*equal, strict=True))

        rows = LinkedRows(
            self._tables.all(table.name),
            attrgetter(own),
            {no: at for at, no in enumerate(self.nos[: self.size]) if no},
            self.positions.position,
            self.size,
            fits if others else None,
        )
        names = [name for name, _ in link.on]
        own_at = names.index(own)

        def find(key: tuple[Any, ...]) -> Iterable[Row]:
            for row in rows.of(key[own_at]):
                if not others or all(map(eq, key, map(row.__getattribute__, names))):
                    yield row

        return LinkedTable(rows, None, find)

    def _by_value(self, table: Table, link: Link) -> LinkedTable:
        single = len(link.on) == 1
        keys = list(map(attrgetter(*(own for _, own in link.on)), self.contacts[: self.size]))
        known = [key for key in dict.fromkeys(keys) if (key if single else all(key))]
        group_of = {key: group for group, key in enumerate(known)}
        rows = LinkedRows(
            self._tables.all(table.name),
            attrgetter(*(row for row, _ in link.on)),
            group_of,
            group_of.get,
            len(known),
        )
        groups = array("i", map(group_of.get, keys, repeat(-1)))
        return LinkedTable(rows, groups, lambda key: rows.of(key[0] if single else key))

    # -- what the reference predicate asks --------------------------------------------------

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Row]:
        """The rows of a linked table whose link fields equal the key, as they are now."""
        linked = self._linked.get((table.name, table.link)) if table.link else None
        if linked is not None:
            return linked.find(key)
        if table.name not in self._by_key:
            self._by_key[table.name] = self._keyed(table)
        return self._by_key[table.name].get(key, ())

    def _keyed(self, table: Table) -> dict[tuple[Any, ...], list[Row]]:
        found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        fields = [reader(table.field(name)) for name, _ in table.link.on] if table.link else []
        for row in self._tables.all(table.name):
            found[tuple(read(row) for read in fields)].append(row)
        return found

    def segment_members(self, segment_no: str) -> Container[str]:
        """The contacts on the lines of a segment."""
        everyone = full(len(self.nos))
        return IndexedRoster(self.positions, self.on_lines(segment_no, everyone))

    def logged_members(self, entry_no: int) -> Container[str]:
        """The contacts that were logged with a logged segment."""
        return self._tables.logged_members(entry_no)

    def on_lines(self, segment_no: str, within: int) -> int:
        """Those contacts of a set who are on the lines of a segment."""
        rosters = self._tables.segment_rosters(segment_no)
        return IndexedRoster(self.positions, within).shared(*rosters)

    def logged(self, entry_no: int, within: int) -> int:
        """Those contacts of a set who were logged with a logged segment."""
        members = self._tables.logged_members(entry_no)
        return IndexedRoster(self.positions, within).shared(frozenset(members))

    # -- changes ----------------------------------------------------------------------------

    def changed(self, table: str, old: Row | None, new: Row | None) -> bool:
        """Take note of a change; returns whether it is still worth to keep all this."""
        if table == self._base:
            self.positions.changed(old, new)
            changes = len(self.positions.stale) + len(self.positions.gone)
            return changes <= max(self.size // _STALE, _ALWAYS_KEPT)
        self._by_key.pop(table, None)
        for place, linked in list(self._linked.items()):
            if linked is not None and place[0] == table:
                linked.rows.replace(old, new)
                if len(linked.rows.stale) > max(linked.rows.size // _STALE, _ALWAYS_KEPT):
                    del self._linked[place]
        return True


def _is_plain(table: Table, link: Link, schema: Schema) -> bool:
    """Whether a link does nothing but compare codes, texts or whole numbers of records."""
    base = schema.table(schema.base)
    fields = [(table.field(row), base.field(own)) for row, own in link.on if not link.through]
    return not (link.through or link.only) and all(
        field.type in _KEY_TYPES and not field.extra for pair in fields for field in pair
    )
