"""The index of contacts: answers selections by operations on sets of positions.

Each node of a selection is evaluated within a set of contacts and returns the contacts of that
set that pass. What the index cannot answer exactly is left to the reference predicate, for as few
contacts as possible: contacts that have changed, links through other tables, values without an
order.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import compress, islice
from types import SimpleNamespace
from typing import Any, assert_never
from weakref import WeakSet

from segmentation.bitmaps import EMPTY, Bitmap, from_positions, picked, to_positions, without
from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Not,
    Row,
    Table,
    cut,
    to_predicate,
)
from segmentation.fields import Field

from ._index_columns import Unsortable
from ._index_data import STALE_ANYWAY, IndexData, Tables
from ._index_figures import having_figure
from ._index_following import having_followed
from ._index_links import LinkedTable
from ._index_positions import Positions
from ._rosters import IndexedRoster
from ._with_numpy import places


class ContactIndex:
    """Answers bound selections. It has to be told of each record that changes.

    Args:
        tables: Where to read records.
        base: The table of the contacts.
        key: The field that holds their number.
        anyway: So many changes never discard what is built, however few contacts there are.
    """

    def __init__(
        self, tables: Tables, base: Table, key: str = "no", anyway: int = STALE_ANYWAY
    ) -> None:
        self._anyway = anyway
        self._tables = tables
        self._base = base
        self._key = key
        self._data: IndexData | None = None
        self._read: WeakSet[Positions] = WeakSet()
        """The positions of this and earlier indexes, as far as rosters still read them."""

    def on_record_changed(self, table: str, old: Row | None, new: Row | None) -> None:
        """Record that a record was added (``old`` is ``None``), changed or removed.

        Args:
            table: The table of the record.
            old: The record before.
            new: The record now, ``None`` if it was removed; if there was none before either, the
                table was defined anew.
        """
        if self._data is None:
            return
        is_new_table = old is None and new is None
        if is_new_table:
            self._data = None
        elif not self._data.on_record_changed(table, old, new):
            self._discard(self._data)

    def on_records_added(self, table: str, records: Iterable[Row]) -> None:
        """Record that records were added."""
        for record in records if self._data else ():
            self.on_record_changed(table, None, record)

    def on_forgotten(self, records: Collection[tuple[str, Any, Row | None]]) -> None:
        """Forget what records were before: all is built anew, and rosters on it forget too."""
        for table, key, record in records:
            if table == self._base.name:
                for positions in self._read:
                    positions.forget(key, record)
        if records and self._data:
            self._data.forget_questions()
            self._discard(self._data)

    def _discard(self, data: IndexData) -> None:
        """Build the index anew, or leave that to the next question if there was none meanwhile."""
        self._data = data.anew() if data.was_asked else None
        if self._data:
            self._read.add(self._data.positions)

    def __len__(self) -> int:
        """How many positions there are."""
        return len(self._ready().nos)

    def matching(self, bound: BoundSelection) -> list[str]:
        """The numbers of the contacts that pass, ascending, or in the order of the cut."""
        data = self._ready()
        found = _matching_bitmap(bound, data)
        if bound.cut is None:
            numbers = _listed(data.nos, found)
            return numbers if len(data.nos) == data.size else sorted(numbers)
        if isinstance(bound.cut, First):
            found = _top_n(bound.cut, found, bound, data)
        return cut(bound, ((data.nos[at], data.contacts[at]) for at in to_positions(found)))

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass. The cut is ignored."""
        return _matching_bitmap(bound, self._ready()).bit_count()

    def matching_bitmap(self, bound: BoundSelection) -> Bitmap:
        """The contacts that pass. The cut is ignored."""
        return _matching_bitmap(bound, self._ready())

    def bitmap_of(self, nos: Collection[str]) -> Bitmap:
        """The contacts with these numbers. Unknown numbers are skipped."""
        data = self._ready()
        removed = from_positions(data.positions.removed, len(data.nos))
        return without(data.positions.bitmap_of(nos), removed)

    def with_value_in(self, values: AbstractSet[str], field: Field) -> Bitmap:
        """The contacts that have one of many values in a code field of ours."""
        return self._ready().with_value_in(values, field)

    def values(self, field: Field, bitmap: Bitmap) -> Iterator[Any]:
        """The values of a field of ours of the contacts in a set."""
        return self._ready().positions.values(field, bitmap)

    def contacts(self, bitmap: Bitmap) -> Iterable[Row]:
        """The contacts in a set, in the order of their positions."""
        return map(self._ready().contacts.__getitem__, to_positions(bitmap))

    def roster(self, bitmap: Bitmap) -> IndexedRoster:
        """The contacts in a set as they are now, as a roster for a segment."""
        return IndexedRoster.now(self._ready().positions, bitmap)

    def _ready(self) -> IndexData:
        if self._data is None:
            self._data = IndexData(self._tables, self._base, self._key, self._anyway)
            self._read.add(self._data.positions)
        self._data.was_asked = True
        return self._data


def _listed(nos: Sequence[str], found: Bitmap) -> list[str]:
    """The numbers at the positions in a set."""
    at = places(found, len(nos))
    return list(picked(nos, found) if at is None else map(nos.__getitem__, at))


def _matching_bitmap(bound: BoundSelection, data: IndexData) -> Bitmap:
    """The contacts that pass: the fresh ones by the index, the stale ones by the predicate."""
    fresh = data.fresh()
    found = fresh if bound.node is None else _Evaluation(bound, data).evaluate(bound.node, fresh)
    stale = data.stale()
    if not stale:
        return found
    passes = to_predicate(bound, data)
    passing = (at for at in stale if passes(data.contacts[at]))
    return found | from_positions(passing, len(data.nos))


def _top_n(first: First, found: Bitmap, bound: BoundSelection, data: IndexData) -> Bitmap:
    """The contacts of a set that come first in an order, and all stale ones of the set.

    The result holds every contact that the cut takes, and few others.
    """
    base = bound.schema.table(bound.schema.base)
    changed = found & from_positions(data.stale(), len(data.nos))
    taken, tied, missing = changed, without(found, changed), first.count
    try:
        for each in first.order:
            field = base.field(each.field)
            sure, tied = data.top_n(field, tied, missing, descending=each.descending)
            taken |= sure
            missing -= sure.bit_count()
    except Unsortable:
        return found
    return taken | from_positions(islice(to_positions(tied), missing), len(data.nos))


class _Evaluation:
    """Evaluates the nodes of one selection, each within a set of contacts."""

    def __init__(self, bound: BoundSelection, data: IndexData) -> None:
        self._schema = bound.schema
        self._as_of = bound.as_of
        self._data = data

    def evaluate(self, node: BoundNode, within: Bitmap) -> Bitmap:
        """The contacts of a set that pass a node."""
        if not within:
            return EMPTY
        try:
            return self._by_index(node, within)
        except Unsortable:
            return self._scan(node, within)

    def _by_index(self, node: BoundNode, within: Bitmap) -> Bitmap:
        match node:
            case BoundPart(table, conditions) if table.link is None:
                return self._own_fields(conditions, within)
            case BoundPart():
                return self._part(node, within)
            case BoundFigure():
                return self._figure(node, within)
            case BoundFollowed():
                return self._followed(node, within)
            case InSegment(segment_no):
                return self._data.in_segment(segment_no, within)
            case InLoggedSegment(entry_no):
                return self._data.in_logged_segment(entry_no, within)
            case InShare():
                return self._data.in_share(node, within)
            case Not(item):
                return within ^ self.evaluate(item, within)
            case AllOf(items):
                return self._all_of(items, within)
            case AnyOf(items):
                return self._any_of(items, within)
            case _:
                assert_never(node)

    def _all_of(self, items: Iterable[BoundNode], within: Bitmap) -> Bitmap:
        for item in sorted(items, key=self._cost):
            within = self.evaluate(item, within)
        return within

    def _any_of(self, items: Iterable[BoundNode], within: Bitmap) -> Bitmap:
        found = EMPTY
        for item in sorted(items, key=self._cost):
            found |= self.evaluate(item, without(within, found))
        return found

    def _cost(self, node: BoundNode) -> int:
        """A rank by cost. Cheap nodes come first, so that costly ones see fewer contacts."""
        match node:
            case BoundPart(table, _) if table.link is None:
                return 0
            case BoundPart(table, _) if self._data.is_indexable(table, self._schema):
                on = table.link.on if table.link else ()
                return 1 if any(own == self._schema.key for _, own in on) else 3
            case BoundPart():
                return 9
            case InSegment() | InLoggedSegment():
                return 2
            case BoundFigure(part=part):
                return 4 + self._cost(part)
            case BoundFollowed(first=part):
                return 5 + self._cost(part)
            case InShare():
                return 8
            case Not(item):
                return self._cost(item)
            case AllOf(items) | AnyOf(items):
                return max(self._cost(item) for item in items)
            case _:
                assert_never(node)

    def _scan(self, node: BoundNode, within: Bitmap) -> Bitmap:
        """The contacts of a set that pass, found by the reference predicate one by one."""
        if not within:
            return EMPTY
        passes = to_predicate(BoundSelection(self._schema, self._as_of, node), self._data)
        contacts = self._data.contacts
        found = (at for at in to_positions(within) if passes(contacts[at]))
        return from_positions(found, self._data.size)

    def _own_fields(self, conditions: Iterable[BoundWhere], within: Bitmap) -> Bitmap:
        """The contacts of a set whose own fields meet all conditions."""
        for where in conditions:
            within = self._data.meeting(where, within)
        return within

    # -- linked rows ------------------------------------------------------------------------

    def _part(self, part: BoundPart, within: Bitmap) -> Bitmap:
        """The contacts of a set that have a row which meets the conditions."""

        def having_row(linked: LinkedTable, within: Bitmap) -> Bitmap:
            return _having_row(linked, part, within)

        return self._of_rows(part, part.table, _asked(part), having_row, within)

    def _figure(self, figure: BoundFigure, within: Bitmap) -> Bitmap:
        """The contacts of a set whose figure passes."""

        def having(linked: LinkedTable, within: Bitmap) -> Bitmap:
            return having_figure(figure, linked, within)

        asked = figure.measure, figure.field, figure.filter, _asked(figure.part)
        return self._of_rows(figure, figure.part.table, asked, having, within)

    def _followed(self, followed: BoundFollowed, within: Bitmap) -> Bitmap:
        """The contacts of a set that have rows one after the other."""

        def having(linked: LinkedTable, within: Bitmap) -> Bitmap:
            for part in (followed.first, followed.then):
                within = self.evaluate(part, within)
            return having_followed(followed, linked, within)

        return self._of_rows(followed, followed.table, followed, having, within)

    def _of_rows(
        self,
        node: BoundNode,
        table: Table,
        asked: Hashable,
        having: Callable[[LinkedTable, Bitmap], Bitmap],
        within: Bitmap,
    ) -> Bitmap:
        """The contacts of a set whose rows of a table pass a node.

        Whom the index finds is remembered. Contacts whose rows have changed since are asked anew.

        Args:
            node: The node.
            table: The table.
            asked: What the node asks of rows.
            having: Finds the contacts of a set by the index.
            within: The set.
        """
        if not self._data.is_indexable(table, self._schema):
            return self._scan(node, within)
        linked = self._data.linked(table, within)
        changed = linked.contacts(linked.rows.changed, within)

        def find() -> Bitmap:
            deep = linked.contacts(linked.rows.deep, linked.covered)
            return having(linked, linked.covered ^ deep) | self._scan_rows(
                node, table, without(deep, changed)
            )

        found = linked.remembered.get(asked, find)
        return (found & (within ^ changed)) | self._scan_rows(node, table, changed)

    def _scan_rows(self, node: BoundNode, table: Table, within: Bitmap) -> Bitmap:
        """The contacts of a set that pass a node about rows of a table, found by their keys.

        Contacts with the same key have the same rows, and nothing else of a contact is asked.
        """
        if not within:
            return EMPTY
        passes = to_predicate(BoundSelection(self._schema, self._as_of, node), self._data)
        names = [name for _, name in table.link.on] if table.link else []
        places = list(to_positions(within))
        contact = SimpleNamespace()
        answers: dict[tuple[Any, ...], bool] = {}
        for key in self._data.link_keys(table, places):
            if key not in answers:
                vars(contact).update(zip(names, key, strict=True))
                answers[key] = passes(contact)
        keys = self._data.link_keys(table, places)
        found = compress(places, map(answers.__getitem__, keys))
        return from_positions(found, self._data.size)


def _asked(part: BoundPart) -> Hashable:
    return tuple((where.field, where.filter) for where in part.conditions)


def _having_row(linked: LinkedTable, part: BoundPart, within: Bitmap) -> Bitmap:
    """The contacts of a set that have a row which meets the conditions, found by the index."""
    found = EMPTY
    for layer in linked.rows.meeting(part.conditions, linked.groups(within)):
        found |= layer
    return linked.contacts(found, within)
