"""The parts of the index: contacts by position, columns, linked rows, and what has changed.

Columns and linked rows are built when first needed. Contacts that change later are recorded as
stale. Once too many are stale, the whole index is discarded and built again.
"""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, TypeAlias

from segmentation.bitmaps import EMPTY, Bitmap, from_positions, full, to_positions, without
from segmentation.criteria import BoundFilter, BoundWhere, InShare, Link, Row, Schema, Table
from segmentation.errors import NotFound
from segmentation.fields import Field, FieldType
from segmentation.segments import Others

from ._index_columns import Column, Dictionary, Shares, Unsortable
from ._index_links import KnownRows, LinkedTable, LinkKey, link_rows
from ._index_positions import Positions
from ._index_texts import TextColumn
from ._remembered import Remembered
from ._rosters import IndexedRoster, Members
from ._sources import RowsByKey, source_of

_KEY_TYPES = frozenset([FieldType.CODE, FieldType.TEXT, FieldType.INTEGER])
_TEXTS = frozenset([FieldType.CODE, FieldType.TEXT])
_PART = 4
"""For fewer than one in this many contacts, a table is first linked to these contacts alone."""
_STALE = 200
"""The index is built again once more than one in this many contacts has changed."""
STALE_ANYWAY = 5000
"""So many changes never discard an index, however few contacts there are."""
_LOGGED = "logged_segment_entry_no"
"""The field of interactions that names the logged segment."""
_SEEDS = 8
"""How many seeds have their shares cached."""


class Tables(Protocol):
    """Where the index reads records and members of segments."""

    def read(self, table: Table) -> Iterable[Row]:
        """All records of a table, in the order of their keys."""

    def with_value(self, table: Table, field: str, value: object) -> Iterable[Row] | None:
        """The rows that have a value in a field, ``None`` if they cannot be looked up."""

    def segment_rosters(self, segment_no: str) -> Iterable[Others]:
        """The contacts on the lines of a segment; the same object as long as they are the same."""

    def logged_members(self, entry_no: int) -> Collection[str]:
        """The contacts that were logged with a logged segment."""


Linkage: TypeAlias = tuple[str, Link | None]
"""Identifies an index of linked rows."""


class IndexData:
    """The indexes built so far, and what has changed since.

    Args:
        tables: Where to read records.
        base: The table of the contacts.
        key: The field that holds their number.
        anyway: So many changes never discard an index, however few contacts there are.
    """

    def __init__(self, tables: Tables, base: Table, key: str, anyway: int) -> None:
        self._tables = tables
        self._base = base
        self.was_asked = False
        """Whether there was a question since it was built."""
        self._key = key
        source = source_of(tables.read(base), ordered=True)
        self.positions = Positions(source, base.field(key))
        self.contacts = self.positions.contacts
        self.nos = self.positions.nos
        self.size = self.positions.size
        self._max_changes = max(self.size // _STALE, anyway)
        self._anyway = anyway
        self._columns: dict[Field, tuple[Dictionary, Column | None] | None] = {}
        self._texts: dict[Field, TextColumn] = {}
        self._remembered: Remembered[tuple[Field, BoundFilter]] = Remembered()
        self._linked: dict[Linkage, LinkedTable] = {}
        self._built_before: set[Linkage] = set()
        self._known: dict[Linkage, KnownRows] = {}
        self._fresh: Bitmap | None = None
        self._comparable: dict[Linkage, bool] = {}
        self._by_key: dict[Linkage, RowsByKey] = {}
        self._segments: dict[str, Members] = {}
        self._logged: dict[int, Members] = {}
        self._shares: dict[str, Shares] = {}

    def fresh(self) -> Bitmap:
        """The contacts that have not changed since the index was built."""
        if self._fresh is None:
            changed = self.positions.stale | self.positions.removed
            self._fresh = without(full(self.size), from_positions(changed, len(self.nos)))
        return self._fresh

    def stale(self) -> Collection[int]:
        """The positions of the contacts that were added or changed since."""
        return self.positions.stale - self.positions.removed

    # -- fields of contacts -----------------------------------------------------------------

    def meeting(self, where: BoundWhere, within: Bitmap) -> Bitmap:
        """The contacts of a set whose field meets a condition.

        Raises:
            Unsortable: The field cannot be indexed.
        """
        return within & self._everyone_meeting(where.field, where.filter)

    def _everyone_meeting(self, field: Field, item: BoundFilter) -> Bitmap:
        """All contacts that are indexed whose field passes a filter."""
        return self._remembered.get((field, item), lambda: self._find_meeting(field, item))

    def _find_meeting(self, field: Field, item: BoundFilter) -> Bitmap:
        if self._is_long(field):
            if field not in self._texts:
                values = partial(self.positions.source.values, field)
                self._texts[field] = TextColumn(field, values, self.size)
            found = self._texts[field].passing(item)
            if found is not None:
                return found
        dictionary, column = self._indexed(field)
        ranks = dictionary.passing(item)
        return column.with_rank_in(ranks, full(self.size)) if column else ranks

    def _is_long(self, field: Field) -> bool:
        """Whether a field holds texts of which most differ."""
        is_text = field.type in _TEXTS and not field.extra and field.name != self._key
        return is_text and self.positions.source.differ(field)

    def top_n(
        self, field: Field, within: Bitmap, count: int, *, descending: bool
    ) -> tuple[Bitmap, Bitmap]:
        """The first ``count`` contacts of a set in the order of a field.

        Returns:
            The contacts before the last value, and all contacts that tie at the last value. The
            caller chooses among the second as many as are still missing.

        Raises:
            Unsortable: The field cannot be indexed.
        """
        _, column = self._indexed(field)
        if column is not None:
            return column.top_n(within, count, descending=descending)
        positions = list(to_positions(within))
        some = positions[max(len(positions) - count, 0) :] if descending else positions[:count]
        return from_positions(some, self.size), EMPTY

    def in_share(self, share: InShare, within: Bitmap) -> Bitmap:
        """The contacts of a set that are in a share of all contacts."""
        if share.seed not in self._shares:
            if len(self._shares) == _SEEDS:
                del self._shares[next(iter(self._shares))]
            self._shares[share.seed] = Shares(share.seed, self.nos[: self.size])
        return self._shares[share.seed].between(share.start, share.stop, within)

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
            dictionary, ranks = self.positions.source.encoded(field)
        except Unsortable:
            return None
        return dictionary, Column(dictionary, ranks)

    def with_value_in(self, values: AbstractSet[str], field: Field) -> Bitmap:
        """All contacts that have one of many values in a code field of ours."""
        dictionary, column = self._indexed(field)
        ranks = dictionary.ranks_in(values)
        found = column.with_rank_in(ranks, self.fresh()) if column else self.fresh() & ranks
        later = (at for at in self.stale() if getattr(self.contacts[at], field.name) in values)
        return found | from_positions(later, len(self.nos))

    # -- linked rows ------------------------------------------------------------------------

    def is_indexable(self, table: Table, schema: Schema) -> bool:
        """Whether an index can tell which rows of a table are linked to which contacts."""
        linkage = table.name, table.link
        if linkage not in self._comparable:
            self._comparable[linkage] = _is_indexable(table, schema)
        return self._comparable[linkage]

    def linked(self, table: Table, within: Bitmap) -> LinkedTable:
        """The rows of an indexable table by group, at least those of a set of contacts.

        If the first question about a table is about few contacts, the rows of these alone are
        indexed, which takes a fraction of the time. The rows of all contacts are indexed once
        other contacts are asked about.
        """
        linkage = table.name, table.link
        found = self._linked.get(linkage)
        if found is None or without(within, found.covered):
            source = source_of(self._tables.read(table))
            few = linkage not in self._built_before and within.bit_count() * _PART < self.size
            covered = within if few else full(self.size)
            found = self._linked[linkage] = link_rows(table, source, self.positions, covered)
            self._built_before.add(linkage)
        return found

    def link_keys(self, table: Table, places: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """The values of contacts' link fields for a linked table, as the index first held them."""
        own = [name for _, name in table.link.on] if table.link else []
        columns = [
            self.positions.source.values(Field(name, FieldType.CODE), places) for name in own
        ]
        return zip(*columns, strict=True)

    # -- for the reference predicate ---------------------------------------------------------

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Row]:
        """The rows of a linked table whose link fields equal a key, as they are now."""
        linkage = table.name, table.link
        if not self._comparable.get(linkage):
            return self._rows_by_key(table).rows(key)
        if linkage not in self._known:
            self._known[linkage] = KnownRows(table)
        known = self._known[linkage].find(key)
        if known is None:
            linked = self._linked.get(linkage)
            whole = linked is not None and not linked.is_partial
            found = linked.find(key) if linked and whole else self._looked_up(table, key)
            known = self._known[linkage].remember(key, found)
        return known

    def _look_up_all(self, contact: Row) -> None:
        """Look up the rows of a contact that has changed, so that no question waits for it."""
        for linked in self._linked.values():
            on = linked.table.link.on if linked.table.link else ()
            key = tuple([getattr(contact, name) for _, name in on])
            if key[0]:
                self.rows(linked.table, key)

    def _rows_by_key(self, table: Table) -> RowsByKey:
        linkage = table.name, table.link
        if linkage not in self._by_key:
            self._by_key[linkage] = RowsByKey(table, source_of(self._tables.read(table)))
        return self._by_key[linkage]

    def _looked_up(self, table: Table, key: tuple[Any, ...]) -> Iterable[Row]:
        """The rows of one contact, found without an index of all."""
        on = table.link.on if table.link else ()
        names = [name for name, _ in on]
        rows = self._tables.with_value(table, names[0], key[0])
        if rows is None:
            return self.linked(table, full(self.size)).find(key)
        if len(key) == 1:
            return rows
        key_of = LinkKey(names, [table.field(name).blank for name in names])
        return [row for row in rows if key_of(row) == key]

    def segment_members(self, segment_no: str) -> Container[str]:
        """The contacts on the lines of a segment."""
        everyone = full(len(self.nos))
        return IndexedRoster(self.positions, self.in_segment(segment_no, everyone))

    def logged_members(self, entry_no: int) -> Container[str]:
        """The contacts that were logged with a logged segment."""
        everyone = full(len(self.nos))
        return IndexedRoster(self.positions, self.in_logged_segment(entry_no, everyone))

    def in_segment(self, segment_no: str, within: Bitmap) -> Bitmap:
        """The contacts of a set that are on the lines of a segment."""
        rosters = self._tables.segment_rosters(segment_no)
        known = self._segments.get(segment_no)
        if known is None or known.members is not rosters:
            known = self._segments[segment_no] = Members(self.positions, rosters)
        return within & known.everyone()

    def in_logged_segment(self, entry_no: int, within: Bitmap) -> Bitmap:
        """The contacts of a set that were logged with a logged segment."""
        if entry_no not in self._logged:
            members = frozenset(self._tables.logged_members(entry_no))
            self._logged[entry_no] = Members(self.positions, (members,))
        return within & self._logged[entry_no].everyone()

    # -- changes ----------------------------------------------------------------------------

    def on_record_changed(self, table: str, old: Row | None, new: Row | None) -> bool:
        """Record a change. Returns ``False`` if so much has changed that building anew is better.

        Args:
            table: The table of the record.
            old: The record before, ``None`` if it was added.
            new: The record now, ``None`` if it was removed.
        """
        if table == self._base.name:
            self.positions.on_contact_changed(old, new)
            self._fresh = None
            if new is not None:
                self._look_up_all(new)
            return len(self.positions.stale) + len(self.positions.removed) <= self._max_changes
        for each in (old, new):
            self._logged.pop(getattr(each, _LOGGED, 0), None)
        for (name, _), known in self._known.items():
            if name == table:
                known.forget(old, new)
        self._tell_rows(table, old, new)
        return True

    def _tell_rows(self, table: str, old: Row | None, new: Row | None) -> None:
        """Tell the indexes of a table that a row has changed."""
        for linkage, by_key in list(self._by_key.items()):
            if linkage[0] == table:
                by_key.on_row_changed(old, new)
                if by_key.changes > self._max_changes:
                    del self._by_key[linkage]
                    self._build_if_asked(partial(self._rows_by_key, by_key.table))
        for linkage, linked in list(self._linked.items()):
            if linkage[0] == table:
                linked.on_row_changed(old, new)
                if linked.rows.changes > self._max_changes:
                    del self._linked[linkage]
                    self._build_if_asked(partial(self._link_like, linked))

    def _build_if_asked(self, build: Callable[[], object]) -> None:
        """Build a part anew, or leave that to a question if there was none for so many changes."""
        if self.was_asked:
            build()
        self.was_asked = False

    def _link_like(self, old: LinkedTable) -> None:
        self.linked(old.table, full(self.size)).rows.build(old.rows.asked)

    def forget_questions(self) -> None:
        """Forget what was asked: it may say whom a question was about."""
        self._remembered = Remembered()

    def anew(self) -> "IndexData":
        """The index of everything as it is now, with all that was asked for."""
        made = IndexData(self._tables, self._base, self._key, self._anyway)
        for field in self._columns:
            made._columns[field] = made._column(field)
        for field, item in self._remembered.asked:
            with suppress(Unsortable):
                made._everyone_meeting(field, item)
        for old in self._linked.values():
            made._link_like(old)
        for by_key in self._by_key.values():
            made._rows_by_key(by_key.table)
        for entry_no in self._logged:
            made.in_logged_segment(entry_no, EMPTY)
        for segment_no in self._segments:
            with suppress(NotFound):
                made.in_segment(segment_no, EMPTY)
        return made


def _is_indexable(table: Table, schema: Schema) -> bool:
    """Whether a link only compares codes, texts or whole numbers, and no extra fields."""
    link = table.link
    if link is None or link.through or link.only:
        return False
    base = schema.table(schema.base)
    fields = [field for row, own in link.on for field in (table.field(row), base.field(own))]
    return all(field.type in _KEY_TYPES and not field.extra for field in fields)
