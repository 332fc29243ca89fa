"""The rows of the table of truth as sources of the reference predicate."""

from collections.abc import Container, Iterable, Mapping
from typing import Any, TypeAlias

import attrs

import truth
from segmentation.criteria import BoundSelection, Criteria, Table, bind, cut, to_predicate
from segmentation.fields import Value

Row: TypeAlias = Any
"""A mapping or a record, as the source has it."""


class MappingRows:
    """The rows of the table of truth, as they stand there."""

    tables: Container[str] = frozenset(truth.ROWS)

    def all(self, table: str) -> Iterable[Any]:
        return truth.ROWS[table]

    def value(self, row: Row, field: str) -> Value:
        found: Value = row[field]
        return found

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        assert table.link is not None
        names = [name for name, _ in table.link.on]
        for row in self.all(table.name):
            if tuple(self.value(row, name) or "" for name in names) == key:
                yield row

    def segment_members(self, segment_no: str) -> Container[str]:
        return truth.MEMBERS[segment_no]

    def logged_members(self, entry_no: int) -> Container[str]:
        return truth.LOGGED[entry_no]


class RecordRows(MappingRows):
    """The same rows as frozen objects, extra fields as pairs."""

    tables: Container[str] = ()

    def __init__(self) -> None:
        self._records = {
            name: [_record(truth.SCHEMA.tables[name], row) for row in rows]
            for name, rows in truth.ROWS.items()
        }

    def all(self, table: str) -> Iterable[Any]:
        return self._records[table]

    def value(self, row: Row, field: str) -> Value:
        found: Value = getattr(row, field)
        return found


def _record(table: Table, row: Mapping[str, Any]) -> Row:
    own = [name for name, field in table.fields.items() if not field.extra]
    cls = attrs.make_class(table.name, [*own, "extra"], frozen=True, slots=True)
    extra = [(name, row[name]) for name, field in table.fields.items() if field.extra]
    given = [(name, value) for name, value in extra if value is not None]
    return cls(**{name: row[name] for name in own}, extra=tuple(given))


def numbers(bound: BoundSelection, source: MappingRows) -> list[str]:
    """The numbers that the reference predicate and a cut find."""
    passes = to_predicate(bound, source, items=source.tables)
    matches = [row for row in source.all("contact") if passes(row)]
    pairs = [(str(source.value(row, "no")), row) for row in matches]
    return cut(bound, pairs, items=source.tables)


def found(criteria: Criteria | None, source: MappingRows) -> str:
    """The same as the table of truth writes it."""
    return " ".join(numbers(bind(criteria, truth.SCHEMA, truth.AS_OF), source))
