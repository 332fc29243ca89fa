"""A shop with tables of its own, as the scenarios have it, on every engine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import duckdb
import polars as pl
import sqlalchemy as sa

from segmentation.adapters.narwhals import FrameContacts
from segmentation.adapters.sqlalchemy import MappedTable
from segmentation.criteria import (
    AsOf,
    BoundSelection,
    Criteria,
    Link,
    Schema,
    Table,
    bind,
    make_table,
    to_predicate,
)
from segmentation.fields import Field, FieldType
from segmentation.memory._index import ContactIndex
from support.databases import Database

CONTACT = make_table(
    "contact",
    [
        Field("no", FieldType.CODE),
        Field("name", FieldType.TEXT),
        Field("points", FieldType.INTEGER),
        Field("born", FieldType.DATE),
    ],
)
ORDERS = make_table(
    "orders",
    [
        Field("order_no", FieldType.CODE),
        Field("contact_no", FieldType.CODE),
        Field("date", FieldType.DATE),
        Field("article", FieldType.CODE),
        Field("amount", FieldType.DECIMAL),
    ],
    link=Link((("contact_no", "no"),)),
)
SCHEMA = Schema("contact", "no", {"contact": CONTACT}).with_tables(ORDERS)
TODAY = date(2026, 11, 22)

_PEOPLE = """
A Anna 120 1990-11-24 | B Bo - 1984-02-29 | C Cleo 15 1975-12-31 | D Dag -5 2001-01-01
E Eva 120 - | F Finn 7 1964-11-22 | G Gro 50 2000-11-29 | H Hal - 1999-11-30
"""
_SOLD = """
A 2026-11-22 TENT | A 2026-11-01 LAMP | A 2026-08-24 TENT | A 2026-08-23 LAMP
B 2026-10-01 TENT | B 2026-10-31 LAMP | C 2026-10-01 TENT | C 2026-11-01 LAMP
D 2026-10-01 TENT | D 2026-10-01 LAMP | E 2026-12-01 TENT | F 2026-09-25 LAMP
F 2026-10-01 TENT | G 2026-10-01 TENT | G 2026-10-10 MAP | G 2026-10-20 LAMP
"""
_PRICES = {"TENT": Decimal(100), "LAMP": Decimal(20), "MAP": Decimal("5.50")}

Row = Mapping[str, Any]
Answer = Callable[[BoundSelection], Sequence[str]]
Engine = Callable[[Sequence[Row]], Answer]
"""Takes the orders of the shop in."""


def _cells(text: str) -> Iterable[list[str | None]]:
    for line in text.strip().replace("\n", " | ").split(" | "):
        yield [None if cell == "-" else cell for cell in line.split()]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


CONTACTS: Sequence[Row] = [
    {"no": no, "name": name, "points": int(points) if points else None, "born": _day(born)}
    for no, name, points, born in _cells(_PEOPLE)
]
SOLD: Sequence[Row] = [
    {
        "order_no": str(number),
        "contact_no": contact,
        "date": _day(day),
        "article": article,
        "amount": _PRICES[article or ""],
    }
    for number, (contact, day, article) in enumerate(_cells(_SOLD), start=1)
]


class Rows:
    """The rows of the shop, as mappings, to the reference predicate."""

    def __init__(self, orders: Sequence[Row] = SOLD) -> None:
        self._orders = orders

    def rows(self, _table: Table, key: tuple[Any, ...]) -> Iterable[Row]:
        return [row for row in self._orders if (row["contact_no"],) == key]

    def segment_members(self, _segment_no: str) -> frozenset[str]:
        return frozenset()

    def logged_members(self, _entry_no: int) -> frozenset[str]:
        return frozenset()


def bound_to(criteria: Criteria, today: date = TODAY) -> BoundSelection:
    return bind(criteria, SCHEMA, AsOf(today))


def by_reference(orders: Sequence[Row]) -> Answer:
    def answer(bound: BoundSelection) -> Sequence[str]:
        passes = to_predicate(bound, Rows(orders), items=SCHEMA.tables)
        return [row["no"] for row in CONTACTS if passes(row)]

    return answer


class _Records:
    """The rows as records, to an index."""

    def __init__(self, orders: Sequence[Row]) -> None:
        self._records = {
            table.name: [_record_class(table)(**row) for row in rows]
            for table, rows in ((CONTACT, CONTACTS), (ORDERS, orders))
        }

    def read(self, table: Table) -> Iterable[Any]:
        return self._records[table.name]

    def with_value(self, _table: Table, _field: str, _value: object) -> None:
        """Rows are not looked up."""

    def segment_rosters(self, _segment_no: str) -> Iterable[frozenset[str]]:
        return []

    def logged_members(self, _entry_no: int) -> frozenset[str]:
        return frozenset()


def _record_class(table: Table) -> Any:  # noqa: ANN401 - a new class
    return attrs.make_class(table.name, list(table.fields), frozen=True, slots=True)


def by_index(orders: Sequence[Row]) -> Answer:
    codes = [{**row, "article": (row["article"] or "").upper()} for row in orders]
    return ContactIndex(_Records(codes), CONTACT).matching


_POLARS = {
    FieldType.CODE: pl.String(),
    FieldType.TEXT: pl.String(),
    FieldType.INTEGER: pl.Int64(),
    FieldType.DECIMAL: pl.Decimal(18, 2),
    FieldType.DATE: pl.Date(),
}


def _frames(orders: Sequence[Row], make: Callable[[pl.DataFrame], Any]) -> Answer:
    made = [
        make(pl.DataFrame(rows, {f.name: _POLARS[f.type] for f in table.fields.values()}))
        for table, rows in ((CONTACT, CONTACTS), (ORDERS, orders))
    ]
    return FrameContacts(made[0], {"orders": made[1]}).matching


def by_polars(orders: Sequence[Row]) -> Answer:
    return _frames(orders, lambda frame: frame)


def by_pandas(orders: Sequence[Row]) -> Answer:
    return _frames(orders, lambda frame: frame.to_pandas())


def by_pyarrow(orders: Sequence[Row]) -> Answer:
    return _frames(orders, lambda frame: frame.to_arrow())


def by_duckdb(orders: Sequence[Row]) -> Answer:
    connection = duckdb.connect()

    def made(frame: pl.DataFrame) -> Any:  # noqa: ANN401
        name = frame.columns[0]
        connection.register("arriving", frame.to_arrow())
        connection.execute(f"CREATE TABLE of_{name} AS SELECT * FROM arriving")  # noqa: S608
        return connection.table(f"of_{name}")

    answer = _frames(orders, made)

    def connected(bound: BoundSelection) -> Sequence[str]:
        with connection.cursor():  # a relation does not keep its connection in every version
            return answer(bound)

    return connected


_SQL: Mapping[FieldType, Any] = {
    FieldType.CODE: sa.Text(),
    FieldType.TEXT: sa.Text(),
    FieldType.INTEGER: sa.Integer(),
    FieldType.DECIMAL: sa.Numeric(12, 2),
    FieldType.DATE: sa.Date(),
}


class InDatabase:
    """The shop in tables of a host, mapped."""

    def __init__(self, database: Database) -> None:
        database.empty()
        self._made = {
            table.name: sa.Table(
                f"shop_{table.name}",
                sa.MetaData(),
                *(sa.Column(field.name, _SQL[field.type]) for field in table.fields.values()),
            )
            for table in (CONTACT, ORDERS)
        }
        mapped = {name: MappedTable(table, dict(table.c)) for name, table in self._made.items()}
        self._store = database.open(prefix="beside_", mapped=mapped)
        self._engine = database.engine()
        for table in self._made.values():
            table.create(self._engine)
            table.schema = database.schema

    def __call__(self, orders: Sequence[Row]) -> Answer:
        with self._engine.begin() as connection:
            for name, rows in (("contact", CONTACTS), ("orders", orders)):
                connection.execute(sa.delete(self._made[name]))
                connection.execute(sa.insert(self._made[name]), list(rows))
        return self._store.contacts.matching


ENGINES: Mapping[str, Engine] = {
    "reference": by_reference,
    "index": by_index,
    "polars": by_polars,
    "pandas": by_pandas,
    "pyarrow": by_pyarrow,
    "duckdb": by_duckdb,
}
"""The engines that hold the rows themselves."""
