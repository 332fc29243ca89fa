"""What indexes are made of: contacts by position, columns, linked rows, and what has changed.

Each contact has a position, in the order of numbers; one that comes later goes behind the
last. Columns and linked rows are made when first asked for. Contacts that have changed since
are remembered as stale; once there are many, everything is better made anew.
"""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from collections.abc import Set as AbstractSet
from typing import Any, Protocol, TypeAlias

from segmentation.bitmaps import from_positions, full, to_positions, without
from segmentation.criteria import BoundWhere, InShare, Link, Row, Schema, Table
from segmentation.fields import Field, FieldType
from segmentation.segments import Others

from ._index_columns import Column, Dictionary, Shares, Unsortable, encode, reader
from ._index_links import LinkedTable, link_rows
from ._index_positions import Positions
from ._rosters import IndexedRoster

_KEY_TYPES = frozenset([FieldType.CODE, FieldType.TEXT, FieldType.INTEGER])
_PART = 4
"""With fewer contacts than one in so many, a table is at first linked to them alone."""
_STALE = 50
"""If more than one contact in so many has changed, indexes are made anew."""
_ALWAYS_KEPT = 1000
_SEEDS = 8
"""Of so many seeds the shares are remembered."""


class Tables(Protocol):
    """What an index is made from."""

    def all(self, table: str) -> Iterable[Row]:
        """All records of a table, in the order of their keys."""

    def segment_rosters(self, segment_no: str) -> Iterable[Others]:
        """Who is on the lines of a segment: the same object as long as they are the same."""

    def logged_members(self, entry_no: int) -> Collection[str]:
        """The contacts that were logged with a logged segment."""


Place: TypeAlias = tuple[str, Link | None]
"""What an index of linked rows is known by."""


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
        self._bearable = max(self.size // _STALE, _ALWAYS_KEPT)
        self._columns: dict[Field, tuple[Dictionary, Column | None] | None] = {}
        self._linked: dict[Place, LinkedTable] = {}
        self._begun: set[Place] = set()
        self._partial: set[Place] = set()
        self._plain: dict[Place, bool] = {}
        self._by_key: dict[str, dict[tuple[Any, ...], list[Row]]] = {}
        self._on_lines: dict[str, tuple[Iterable[Others], int, int]] = {}
        self._logged: dict[int, int] = {}
        self._shares: dict[str, Shares] = {}

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
        dictionary, column = self._indexed(where.field)
        ranks = dictionary.passing(where.filter)
        return column.those(ranks, within) if column else within & ranks

    def foremost(
        self, field: Field, within: int, count: int, *, descending: bool
    ) -> tuple[int, int]:
        """The first so many of a set of contacts in the order of a field.

        Returns those who are surely among them, and those who share the last place, of whom as
        many as are missing are to be taken.

        Raises:
            Unsortable: The field cannot be indexed.
        """
        _, column = self._indexed(field)
        if column is not None:
            return column.foremost(within, count, descending=descending)
        places = list(to_positions(within))
        some = places[max(len(places) - count, 0) :] if descending else places[:count]
        return from_positions(some, self.size), 0

    def shared(self, share: InShare, within: int) -> int:
        """Those contacts of a set who are in a share of all."""
        if share.seed not in self._shares:
            if len(self._shares) == _SEEDS:
                del self._shares[next(iter(self._shares))]
            self._shares[share.seed] = Shares(share.seed, self.nos[: self.size])
        return self._shares[share.seed].those(share.start, share.stop, within)

    def _indexed(self, field: Field) -> tuple[Dictionary, Column | None]:
        if field not in self._columns:
            self._columns[field] = self._column(field)
        found = self._columns[field]
        if found is None:
            raise Unsortable
        return found

    def _column(self, field: Field) -> tuple[Dictionary, Column | None] | None:
        if field.name == self._key and not field.extra:
            return Dictionary(field, self.nos[: self.size]), None
        try:
            dictionary, ranks = encode(field, list(map(reader(field), self.contacts[: self.size])))
        except Unsortable:
            return None
        return dictionary, Column(dictionary, ranks)

    def valued(self, field: Field, values: AbstractSet[str]) -> int:
        """All contacts who have one of many values in a code field of ours."""
        dictionary, column = self._indexed(field)
        ranks = dictionary.among(values)
        found = column.those(ranks, self.clean()) if column else self.clean() & ranks
        later = (at for at in self.stale_now() if getattr(self.contacts[at], field.name) in values)
        return found | from_positions(later, len(self.nos))

    # -- linked rows ------------------------------------------------------------------------

    def is_plain(self, table: Table, schema: Schema) -> bool:
        """Whether indexes know which rows of a table are linked to which contacts."""
        place = table.name, table.link
        if place not in self._plain:
            self._plain[place] = _is_plain(table, schema)
        return self._plain[place]

    def linked(self, table: Table, within: int) -> LinkedTable:
        """The rows of a table whose link is plain, by group; at least those of some contacts.

        An index that is asked for the first time, about few contacts, is made for these alone,
        which takes a fraction of the time; for all, if others are asked about or rows change.
        """
        place = table.name, table.link
        found = self._linked.get(place)
        if found is None or without(within, found.covered):
            few = place not in self._begun and within.bit_count() * _PART < self.size
            rows, covered = self._tables.all(table.name), within if few else full(self.size)
            found = self._linked[place] = link_rows(table, rows, self.positions, covered)
            self._begun.add(place)
            if few:
                self._partial.add(place)
            else:
                self._partial.discard(place)
        return found

    # -- what the reference predicate asks --------------------------------------------------

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Row]:
        """The rows of a linked table whose link fields equal the key, as they are now."""
        place = table.name, table.link
        if self._plain.get(place):
            found = self._linked[place].find(key) if place in self._linked else ()
            return found or self.linked(table, full(self.size)).find(key)
        if table.name not in self._by_key:
            self._by_key[table.name] = self._keyed(table)
        return self._by_key[table.name].get(key, ())

    def _keyed(self, table: Table) -> dict[tuple[Any, ...], list[Row]]:
        found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        linked = [table.field(name) for name, _ in table.link.on] if table.link else []
        fields = [(field.blank, reader(field)) for field in linked]
        for row in self._tables.all(table.name):
            values = [(blank, read(row)) for blank, read in fields]
            found[tuple(blank if value is None else value for blank, value in values)].append(row)
        return found

    def segment_members(self, segment_no: str) -> Container[str]:
        """The contacts on the lines of a segment."""
        everyone = full(len(self.nos))
        return IndexedRoster(self.positions, self.on_lines(segment_no, everyone))

    def logged_members(self, entry_no: int) -> Container[str]:
        """The contacts that were logged with a logged segment."""
        everyone = full(len(self.nos))
        return IndexedRoster(self.positions, self.logged(entry_no, everyone))

    def on_lines(self, segment_no: str, within: int) -> int:
        """Those contacts of a set who are on the lines of a segment."""
        rosters, count = self._tables.segment_rosters(segment_no), len(self.nos)
        known = self._on_lines.get(segment_no)
        if known is None or known[0] is not rosters or known[1] != count:
            found = IndexedRoster(self.positions, full(count)).shared(*rosters)
            known = self._on_lines[segment_no] = rosters, count, found
        return within & known[2]

    def logged(self, entry_no: int, within: int) -> int:
        """Those contacts of a set who were logged with a logged segment."""
        if entry_no not in self._logged:
            members = frozenset(self._tables.logged_members(entry_no))
            everyone = IndexedRoster(self.positions, full(len(self.nos)))
            self._logged[entry_no] = everyone.shared(members)
        return within & self._logged[entry_no]

    # -- changes ----------------------------------------------------------------------------

    def changed(self, table: str, old: Row | None, new: Row | None) -> bool:
        """Take note of a change; returns whether it is still worth to keep all this."""
        self._logged.clear()
        if table == self._base:
            self.positions.changed(old, new)
            return len(self.positions.stale) + len(self.positions.gone) <= self._bearable
        self._by_key.pop(table, None)
        for place, linked in list(self._linked.items()):
            if place[0] == table:
                if place in self._partial or linked.rows.changes > self._bearable:
                    del self._linked[place]
                else:
                    linked.rows.replace(old, new)
        return True


def _is_plain(table: Table, schema: Schema) -> bool:
    """Whether a link does nothing but compare codes, texts or whole numbers of records."""
    link = table.link
    if link is None or link.through or link.only:
        return False
    base = schema.table(schema.base)
    fields = [field for row, own in link.on for field in (table.field(row), base.field(own))]
    return all(field.type in _KEY_TYPES and not field.extra for field in fields)
