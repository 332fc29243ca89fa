"""What an engine cannot do exactly, worked out in Python by the reference."""

from collections.abc import Callable, Collection, Container, Iterable, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from segmentation.criteria import BoundNode, BoundSelection, Table, to_predicate

from ._frames import Column, Frame, Frames, collected, narrowed
from ._members import Members, listed
from ._nodes import Linked, fields_read, part_of


def passing_values(frame: Frame, column: Column, passes: Callable[[Any], bool]) -> Sequence[Any]:
    """Of the different values in a column, missing ones apart, those that pass."""
    values = collected(narrowed(frame, [column.name]).unique())[column.name]
    pairs = zip(values.to_list(), column.values(values), strict=True)
    return [value for value, plain in pairs if plain is not None and passes(plain)]


def passing_numbers(
    node: BoundNode, bound: BoundSelection, frames: Frames, among: Frame, members: Members
) -> Sequence[str]:
    """The numbers of the contacts in a frame that pass a node.

    Raises:
        UnknownName: It needs a frame or a column that is not there.
    """
    base = bound.schema.table(bound.schema.base)
    read: dict[str, list[str]] = {}
    for table, field in fields_read(node, bound.schema):
        if not frames.is_stored(table):
            frames.column(table, field)
            read.setdefault(table.name, []).append(field)

    def load(table: Table) -> Iterable[Any]:
        if frames.is_stored(table):
            return frames.stored_rows(table)
        return frames.plain_rows(frames.of(table), table, read[table.name])

    alone = BoundSelection(bound.schema, bound.as_of, node)
    passes = to_predicate(alone, _PlainRows(load, read, members), items=read)
    rows = frames.plain_rows(among, base, read[base.name])
    return [row[bound.schema.key] for row in rows if passes(row)]


def deciding_keys(
    node: Linked, bound: BoundSelection, frames: Frames
) -> tuple[Collection[tuple[Any, ...]], bool]:
    """What rows in the store say of contacts, by the fields that link them.

    Returns:
        The keys that decide otherwise than no row at all, and what no row at all decides.
    """
    table = part_of(node).table
    own = [name for _, name in table.link.on] if table.link else []
    source = _PlainRows(frames.stored_rows, (), Members())
    alone = BoundSelection(bound.schema, bound.as_of, node)
    passes = to_predicate(alone, source, items=[bound.schema.base])
    without = passes(dict.fromkeys(own))
    keys = (key for key in source.keys(table) if key[0])
    return [key for key in keys if passes(dict(zip(own, key, strict=True))) != without], without


class _PlainRows:
    """Rows at hand as a source of the reference predicate."""

    def __init__(
        self, load: Callable[[Table], Iterable[Any]], items: Container[str], members: Members
    ) -> None:
        self._load = load
        self._items = items
        self._tables: dict[str, dict[tuple[Any, ...], list[Any]]] = {}
        self._members = members

    def segment_members(self, segment_no: str) -> Collection[str]:
        """The contacts on the lines of a segment."""
        return listed(self._members.of_segment(segment_no))

    def logged_members(self, entry_no: int) -> Collection[str]:
        """The contacts of a logged segment."""
        return listed(self._members.of_logged(entry_no))

    def keys(self, table: Table) -> Iterable[tuple[Any, ...]]:
        """The different values of the fields that link the rows of a table."""
        return self._by_key(table)

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        """The rows of a linked table whose link fields equal the key."""
        return self._by_key(table).get(key, ())

    def _by_key(self, table: Table) -> dict[tuple[Any, ...], list[Any]]:
        if table.name not in self._tables:
            by_key = self._tables[table.name] = {}
            read = itemgetter if table.name in self._items else attrgetter
            fields = [table.field(name) for name, _ in table.link.on] if table.link else []
            readers = [(read(field.name), field.blank) for field in fields]
            for row in self._load(table):
                values = [(value_of(row), blank) for value_of, blank in readers]
                found = tuple(blank if value is None else value for value, blank in values)
                by_key.setdefault(found, []).append(row)
        return self._tables[table.name]
