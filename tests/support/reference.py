"""The rows of the table of truth as sources of the reference predicate."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from segmentation.criteria import BoundSelection, Criteria, Table, bind, cut, to_predicate
from segmentation.fields import Value
from support import truth

Row: TypeAlias = Any
"""A mapping or a record, as the source has it."""


class MappingRows:
    """The rows of the table of truth, or others of its schema, as they stand there."""

    tables: Container[str] = frozenset(truth.ROWS)

    def __init__(self, rows: Mapping[str, Sequence[Mapping[str, Any]]] = truth.ROWS) -> None:
        self._rows = rows
        self._by_key: dict[str, dict[tuple[Any, ...], list[Any]]] = {}

    def all(self, table: str) -> Iterable[Any]:
        return self._rows[table]

    def value(self, row: Row, field: str) -> Value:
        found: Value = row[field]
        return found

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        assert table.link is not None
        if table.name not in self._by_key:
            by_key = self._by_key[table.name] = {}
            names = [name for name, _ in table.link.on]
            for row in self.all(table.name):
                found = tuple(self.value(row, name) or "" for name in names)
                by_key.setdefault(found, []).append(row)
        return self._by_key[table.name].get(key, ())

    def segment_members(self, segment_no: str) -> Collection[str]:
        return truth.MEMBERS[segment_no]

    def logged_members(self, entry_no: int) -> Collection[str]:
        return truth.LOGGED[entry_no]


class RecordRows(MappingRows):
    """The same rows as frozen objects, extra fields as pairs."""

    tables: Container[str] = ()

    def __init__(self, rows: Mapping[str, Sequence[Mapping[str, Any]]] = truth.ROWS) -> None:
        super().__init__(rows)
        self._records = {
            name: _records(truth.SCHEMA.tables[name], of_table) for name, of_table in rows.items()
        }

    def all(self, table: str) -> Iterable[Any]:
        return self._records[table]

    def read(self, table: Table) -> Iterable[Any]:
        """What an index asks for in place of all."""
        return self._records[table.name]

    def with_value(self, _table: Table, _field: str, _value: object) -> None:
        """What an index asks for in place of all, for one contact; nothing is looked up."""

    def segment_rosters(self, no: str) -> Iterable[frozenset[str]]:
        """What an index asks for in place of members."""
        return [frozenset(self.segment_members(no))]

    def value(self, row: Row, field: str) -> Value:
        found: Value = getattr(row, field)
        return found


def _records(table: Table, rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    own = [name for name, field in table.fields.items() if not field.extra]
    extra = [name for name, field in table.fields.items() if field.extra]
    cls = attrs.make_class(table.name, [*own, "extra"], frozen=True, slots=True)
    return [
        cls(
            **{name: row[name] for name in own},
            extra=tuple((name, row[name]) for name in extra if row[name] is not None),
        )
        for row in rows
    ]


def numbers(bound: BoundSelection, source: MappingRows) -> list[str]:
    """The numbers that the reference predicate and a cut find."""
    passes = to_predicate(bound, source, items=source.tables)
    matches = [row for row in source.all("contact") if passes(row)]
    pairs = [(str(source.value(row, "no")), row) for row in matches]
    return cut(bound, pairs, items=source.tables)


def found(criteria: Criteria | None, source: MappingRows) -> str:
    """The same as the table of truth writes it."""
    return " ".join(numbers(bind(criteria, truth.SCHEMA, truth.AS_OF), source))
