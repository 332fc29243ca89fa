"""What an engine cannot do exactly, worked out in Python by the reference."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from segmentation.criteria import BoundNode, BoundSelection, Table, to_predicate

from ._frames import Column, Frame, Frames, collected, narrowed, plain_values
from ._nodes import fields_read


def passing_values(frame: Frame, column: Column, passes: Callable[[Any], bool]) -> Sequence[Any]:
    """Of the different values in a column, missing ones apart, those that pass."""
    values = collected(narrowed(frame, [column.name]).unique())[column.name]
    pairs = zip(values.to_list(), plain_values(values, column.field, column.zone), strict=True)
    return [value for value, plain in pairs if plain is not None and passes(plain)]


def passing_numbers(
    node: BoundNode, bound: BoundSelection, frames: Frames, among: Frame
) -> Sequence[str]:
    """The numbers of the contacts in a frame that pass a node.

    Raises:
        UnknownName: It needs a frame or a column that is not there.
    """
    base = bound.schema.table(bound.schema.base)
    read: dict[str, list[str]] = {}
    for table, field in fields_read(node, bound.schema):
        frames.column(table, field)
        read.setdefault(table.name, []).append(field)
    source = _PlainRows(lambda table: frames.plain_rows(frames.of(table), table, read[table.name]))
    alone = BoundSelection(bound.schema, bound.as_of, node)
    passes = to_predicate(alone, source, items=read)
    rows = frames.plain_rows(among, base, read[base.name])
    return [row[bound.schema.key] for row in rows if passes(row)]


class _PlainRows:
    """Rows at hand as a source of the reference predicate."""

    def __init__(self, load: Callable[[Table], list[dict[str, Any]]]) -> None:
        self._load = load
        self._tables: dict[str, dict[tuple[Any, ...], list[dict[str, Any]]]] = {}

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[dict[str, Any]]:
        """The rows of a linked table whose link fields equal the key."""
        if table.name not in self._tables:
            by_key = self._tables[table.name] = {}
            fields = [table.field(name) for name, _ in table.link.on] if table.link else []
            for row in self._load(table):
                values = [(field.blank, row[field.name]) for field in fields]
                found = tuple(blank if value is None else value for blank, value in values)
                by_key.setdefault(found, []).append(row)
        return self._tables[table.name].get(key, ())

    def segment_members(self, segment_no: str) -> Collection[str]:
        """Members are looked up elsewhere; only parts and shares get here."""
        raise NotImplementedError(segment_no)  # pragma: no cover - what the docstring says

    def logged_members(self, entry_no: int) -> Collection[str]:
        """Members are looked up elsewhere; only parts and shares get here."""
        raise NotImplementedError(entry_no)  # pragma: no cover - what the docstring says
