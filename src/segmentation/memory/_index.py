"""Selections answered from indexes: and, or, not as operations on sets of positions.

What no index can answer exactly is narrowed as far as indexes can and left to the reference
predicate: contacts that have changed, links through other tables, values without an order.
"""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import assert_never

from segmentation.bitmaps import from_positions, to_positions, without
from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
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
    cut,
    to_predicate,
)
from segmentation.fields import Field

from ._index_columns import Unsortable
from ._index_data import IndexData, Tables
from ._index_figures import having_figure
from ._index_links import LinkedTable
from ._rosters import IndexedRoster


class ContactIndex:
    """Answers bound selections over records that it is told of when they change.

    Args:
        tables: Where the records are.
        base: The table whose rows are chosen.
        key: Its field that is the number.
    """

    def __init__(self, tables: Tables, base: str = "contact", key: str = "no") -> None:
        self._tables = tables
        self._base = base
        self._key = key
        self._data: IndexData | None = None

    def changed(self, table: str, old: Row | None, new: Row | None) -> None:
        """Take note of a record that came (no old one), changed, or went (no new one)."""
        if self._data is not None and not self._data.changed(table, old, new):
            self._data = None

    def __len__(self) -> int:
        """How many positions there are."""
        return len(self._ready().nos)

    def matching(self, bound: BoundSelection) -> list[str]:
        """The numbers of the contacts that pass, ascending; of a cut in its order."""
        data = self._ready()
        found = _passing(bound, data)
        if bound.cut is None:
            numbers = map(data.nos.__getitem__, to_positions(found))
            return list(numbers) if len(data.nos) == data.size else sorted(numbers)
        if isinstance(bound.cut, First):
            found = _foremost(bound.cut, found, bound, data)
        return cut(bound, ((data.nos[at], data.contacts[at]) for at in to_positions(found)))

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass; a cut is not made."""
        return _passing(bound, self._ready()).bit_count()

    def bits(self, bound: BoundSelection) -> int:
        """The contacts that pass, as a set of positions; a cut is not made."""
        return _passing(bound, self._ready())

    def those(self, nos: Collection[str]) -> int:
        """The contacts with these numbers, as a set of positions."""
        data = self._ready()
        gone = from_positions(data.positions.gone, len(data.nos))
        return without(data.positions.those(nos), gone)

    def valued(self, field: Field, values: AbstractSet[str]) -> int:
        """The contacts who have one of many values in a code field of ours."""
        return self._ready().valued(field, values)

    def contacts(self, bits: int) -> Iterable[Row]:
        """The contacts at a set of positions."""
        return map(self._ready().contacts.__getitem__, to_positions(bits))

    def roster(self, bits: int) -> IndexedRoster:
        """The contacts at a set of positions as they are now, to join a segment."""
        return IndexedRoster.now(self._ready().positions, bits)

    def _ready(self) -> IndexData:
        if self._data is None:
            self._data = IndexData(self._tables, self._base, self._key)
        return self._data


def _passing(bound: BoundSelection, data: IndexData) -> int:
    """The positions of all contacts that pass."""
    clean = data.clean()
    found = clean if bound.node is None else _Evaluation(bound, data).those(bound.node, clean)
    stale = data.stale_now()
    if not stale:
        return found
    passes = to_predicate(bound, data)
    later = (at for at in stale if passes(data.contacts[at]))
    return found | from_positions(later, len(data.nos))


def _foremost(first: First, found: int, bound: BoundSelection, data: IndexData) -> int:
    """Those of a set of contacts who come first, and whoever has changed."""
    base = bound.schema.table(bound.schema.base)
    changed = found & from_positions(data.stale_now(), len(data.nos))
    taken, tied, missing = changed, without(found, changed), first.count
    try:
        for each in first.order:
            field = base.field(each.field)
            sure, tied = data.foremost(field, tied, missing, descending=each.descending)
            taken |= sure
            missing -= sure.bit_count()
    except Unsortable:
        return found
    return taken | from_positions(islice(to_positions(tied), missing), len(data.nos))


class _Evaluation:
    """Answers the nodes of one selection; each answer is a part of the set it is asked within."""

    def __init__(self, bound: BoundSelection, data: IndexData) -> None:
        self._schema = bound.schema
        self._as_of = bound.as_of
        self._data = data

    def those(self, node: BoundNode, within: int) -> int:
        """Those contacts of a set that pass a node."""
        if not within:
            return 0
        try:
            return self._indexed(node, within)
        except Unsortable:
            return self._each(node, within)

    def _indexed(self, node: BoundNode, within: int) -> int:
        match node:
            case BoundPart(table, conditions) if table.link is None:
                return self._meeting(conditions, within)
            case BoundPart():
                return self._part(node, within)
            case BoundFigure():
                return self._figure(node, within)
            case InSegment(segment_no):
                return self._data.on_lines(segment_no, within)
            case InLoggedSegment(entry_no):
                return self._data.logged(entry_no, within)
            case InShare():
                return self._data.shared(node, within)
            case Not(item):
                return within ^ self.those(item, within)
            case AllOf(items):
                return self._all_of(items, within)
            case AnyOf(items):
                return self._any_of(items, within)
            case _:
                assert_never(node)

    def _all_of(self, items: Iterable[BoundNode], within: int) -> int:
        for item in sorted(items, key=self._cost):
            within = self.those(item, within)
        return within

    def _any_of(self, items: Iterable[BoundNode], within: int) -> int:
        found = 0
        for item in sorted(items, key=self._cost):
            found |= self.those(item, without(within, found))
        return found

    def _cost(self, node: BoundNode) -> int:
        """What comes first: the cheaper, so that the dearer has fewer contacts to look at."""
        match node:
            case BoundPart(table, _) if table.link is None:
                return 0
            case BoundPart(table, _) if self._data.is_plain(table, self._schema):
                on = table.link.on if table.link else ()
                return 1 if any(own == self._schema.key for _, own in on) else 3
            case BoundPart():
                return 9
            case InSegment() | InLoggedSegment():
                return 2
            case BoundFigure(part=part):
                return 4 + self._cost(part)
            case InShare():
                return 8
            case Not(item):
                return self._cost(item)
            case AllOf(items) | AnyOf(items):
                return max(self._cost(item) for item in items)
            case _:
                assert_never(node)

    def _each(self, node: BoundNode, within: int) -> int:
        """Those contacts of a set that pass, by the reference predicate."""
        if not within:
            return 0
        passes = to_predicate(BoundSelection(self._schema, self._as_of, node), self._data)
        contacts = self._data.contacts
        found = (at for at in to_positions(within) if passes(contacts[at]))
        return from_positions(found, self._data.size)

    def _meeting(self, conditions: Iterable[BoundWhere], within: int) -> int:
        """Those contacts of a set whose own fields meet all conditions."""
        for where in conditions:
            within = self._data.those(where, within)
        return within

    # -- linked rows ------------------------------------------------------------------------

    def _part(self, part: BoundPart, within: int) -> int:
        """Those contacts of a set that have a row which meets the conditions."""
        if not self._data.is_plain(part.table, self._schema):
            return self._each(part, within)
        linked = self._data.linked(part.table, within)
        closed, opened = _divided(linked, within)
        return _having(linked, part, closed) | self._each(part, opened)

    def _figure(self, figure: BoundFigure, within: int) -> int:
        """Those contacts of a set whose figure passes."""
        if not self._data.is_plain(figure.part.table, self._schema):
            return self._each(figure, within)
        linked = self._data.linked(figure.part.table, within)
        closed, opened = _divided(linked, within)
        return having_figure(figure, linked, closed) | self._each(figure, opened)


def _divided(linked: LinkedTable, within: int) -> tuple[int, int]:
    """A set of contacts in two: whose rows the index knows, and whose it does not."""
    opened = linked.contacts(linked.rows.undecided, within)
    return within ^ opened, opened


def _having(linked: LinkedTable, part: BoundPart, within: int) -> int:
    """Those contacts of a set that have a row which meets the conditions, by the index."""
    found = 0
    for layer in linked.rows.meeting(part.conditions, linked.groups(within)):
        found |= layer
    return linked.contacts(found, within)
