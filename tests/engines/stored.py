"""Databases as engines: rows in tables of ours, and in those of a host that stand in for them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from segmentation.adapters.sqlalchemy import MappedTable, SqlStore
from segmentation.codes import Option
from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundNode,
    BoundPart,
    BoundSelection,
    Not,
    Schema,
    Table,
)
from segmentation.fields import Extra, Field, FieldType, Record, with_converters
from segmentation.interactions import Interaction
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from support import truth
from support.databases import Database

Rows: TypeAlias = Mapping[str, Sequence[truth.Row]]

MARIADB = ("mariadb", "mysql")

PLAIN: Mapping[FieldType, tuple[Any, Any]] = {
    FieldType.CODE: (Annotated[str, FieldType.CODE], sa.Text()),
    FieldType.TEXT: (str, sa.Text()),
    FieldType.INTEGER: (int, sa.BigInteger()),
    FieldType.DECIMAL: (Decimal, sa.Numeric(20, 4)),
    FieldType.BOOLEAN: (bool, sa.Boolean()),
    FieldType.OPTION: (str, sa.String(20)),
    FieldType.DATE: (date | None, sa.Date()),
    FieldType.DATETIME: (
        datetime | None,
        sa.DateTime().with_variant(mysql.DATETIME(fsp=6), *MARIADB),
    ),
    FieldType.TIME: (time | None, sa.Time().with_variant(mysql.TIME(fsp=6), *MARIADB)),
}
"""For each type: as a record of ours declares it, and as a host's table does."""

BASE = attrs.evolve(truth.CONTACT, name="person")
"""The base under another name, since the library has a table of contacts."""

SCHEMA = Schema(
    "person",
    truth.SCHEMA.key,
    {"person": BASE, **{t.name: t for t in truth.SCHEMA.tables.values() if t.link}},
)


class Stored(ABC):
    """A database as an engine; it holds the rows that it was asked about last."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._held: Rows = {}
        for no, members in truth.MEMBERS.items():
            lines = [
                SegmentLine(segment_no=no, line_no=place, contact_no=member)
                for place, member in enumerate(sorted(members), start=1)
            ]
            store.segments.put(Segment(header=SegmentHeader(no=no), lines=tuple(lines)))
        for entry_no, members in truth.LOGGED.items():
            store.records.put(
                Interaction(entry_no=place, contact_no=member, logged_segment_entry_no=entry_no)
                for place, member in enumerate(sorted(members), start=1)
            )

    def __call__(self, rows: Rows) -> Callable[[BoundSelection], Sequence[str]]:
        def answer(bound: BoundSelection) -> Sequence[str]:
            if self._held is not rows:
                self._hold(rows)
                self._held = rows
            return self._ask(bound)

        return answer

    @abstractmethod
    def _hold(self, rows: Rows) -> None:
        """Put rows in place of those that are there."""

    def _ask(self, bound: BoundSelection) -> Sequence[str]:
        found = self._store.contacts.matching(bound)
        if bound.cut is None:
            assert self._store.contacts.count(bound) == len(found)
        return found


class InOurTables(Stored):
    """Rows as records of ours: values filled, codes as codes, extra fields as JSON."""

    def __init__(self, database: Database) -> None:
        database.empty()
        super().__init__(database.open(prefix="own_"))
        self._kinds = {name: _kind_of(table) for name, table in SCHEMA.tables.items()}

    def _hold(self, rows: Rows) -> None:
        records = self._store.records
        with self._store.transaction():
            for name, table in SCHEMA.tables.items():
                kind = self._kinds[name]
                records.remove(list(records.all(kind)))
                of_table = rows["contact" if table is BASE else name]
                records.put(_record(kind, table, *each) for each in enumerate(of_table))

    def _ask(self, bound: BoundSelection) -> Sequence[str]:
        node = None if bound.node is None else _of_persons(bound.node)
        return super()._ask(attrs.evolve(bound, schema=SCHEMA, node=node))


def _of_persons(node: BoundNode) -> BoundNode:
    """The same, asked of the base under its other name."""
    match node:
        case BoundFigure(part=BoundPart(table=Table(link=None))):
            return attrs.evolve(node, part=attrs.evolve(node.part, table=BASE))
        case Not(item):
            return Not(_of_persons(item))
        case AllOf(items) | AnyOf(items):
            return type(node)(tuple(map(_of_persons, items)))
        case _:
            return node


def _kind_of(table: Table) -> Any:  # noqa: ANN401 - a new class
    """A table of the truth as a record class of ours; its rows get a number as their key."""
    types = {f.name: _annotation(f) for f in table.fields.values() if not f.extra}
    body = {"__annotations__": {"row": int, **types, "extra": Extra}, "extra": ()}
    made = type(table.name, (Record,), body, table=table.name, key=("row",))
    return attrs.frozen(made, kw_only=True, field_transformer=with_converters)


def _annotation(field: Field) -> object:
    if field.type is not FieldType.OPTION:
        return PLAIN[field.type][0]
    return Option("Choice", {name.upper() or "BLANK": name for name in field.options})  # type: ignore[call-arg]  # a new class


def _record(kind: Any, table: Table, number: int, row: truth.Row) -> Any:  # noqa: ANN401
    filled = {f.name: _filled(f, row[f.name]) for f in table.fields.values() if not f.extra}
    extra = {n: row[n] for n, f in table.fields.items() if f.extra and row[n] is not None}
    return kind(row=number, **filled, extra=extra)


def _filled(field: Field, value: object) -> object:
    return field.blank if value is None else value


class InTablesOfAHost(Stored):
    """Rows as they stand: values missing, codes as typed, extra fields as columns."""

    def __init__(self, database: Database) -> None:
        database.empty()
        self._made = {
            name: sa.Table(f"host_{name}", sa.MetaData(), *map(_column, table.fields.values()))
            for name, table in truth.SCHEMA.tables.items()
        }
        mapped = {name: MappedTable(table, dict(table.c)) for name, table in self._made.items()}
        store = database.open(prefix="beside_", mapped=mapped)
        self._engine = database.engine()
        for table in self._made.values():
            table.create(self._engine, checkfirst=True)
            table.schema = database.schema
        super().__init__(store)

    def _hold(self, rows: Rows) -> None:
        with self._engine.begin() as connection:
            for name, table in self._made.items():
                connection.execute(sa.delete(table))
                if rows[name]:
                    connection.execute(sa.insert(table), [_naive(row) for row in rows[name]])


def _column(field: Field) -> sa.Column[Any]:
    return sa.Column(field.name, PLAIN[field.type][1])


def _naive(row: truth.Row) -> dict[str, Any]:
    return {
        name: value.replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in row.items()
    }
