"""A host's rows that its relations link to contacts: what all rows share is compared beforehand."""

import datetime as dt
import gc
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from segmentation.adapters.sqlalchemy import MappedTable, SqlStore, check_mapping, join_store
from segmentation.adapters.sqlalchemy._dialect_parts import materialized
from segmentation.adapters.sqlalchemy._predicates import compares_whole
from segmentation.adapters.sqlalchemy._types import ExactDecimal, WholeSum
from segmentation.contacts import ItemEntry
from segmentation.criteria import (
    AsOf,
    Compare,
    Criteria,
    FitsPattern,
    Measure,
    Not,
    Operand,
    Operator,
    Part,
    Where,
    Wild,
    bind,
)
from segmentation.memory import MemoryContacts
from segmentation.segments import contact_schema
from support.databases import Database
from support.truth import figure, part

CODE = (
    sa.Text()
    .with_variant(sa.Text(collation="C"), "postgresql")
    .with_variant(sa.String(20, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)
HOST = sa.MetaData()
PERSON = sa.Table(
    "person", HOST, sa.Column("no", CODE, primary_key=True), sa.Column("town", sa.Text)
)
RELATION = sa.Table(
    "relation",
    HOST,
    sa.Column("person", CODE, primary_key=True),
    sa.Column("customer", CODE, nullable=False),
)
MANY = sa.Table(
    "many_relations", HOST, sa.Column("person", CODE), sa.Column("customer", CODE, nullable=False)
)
SALE = sa.Table(
    "sale",
    HOST,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer", CODE, nullable=False, index=True),
    sa.Column("item", CODE, nullable=False),
    sa.Column("amount", sa.Integer),
)
RELATED = [("P1", "C1"), ("P2", "C2"), ("P3", ""), ("GONE", "C4")]
TWICE = [*RELATED, ("P1", "C1"), ("P1", "C2")]
SALES = [("C1", "I1", 3), ("C1", "I2", 4), ("C2", "I1", None), ("", "I1", 9), ("C4", "I1", 9)]


def mapped(
    relation: sa.Table = RELATION,
    *,
    clean: bool = True,
    **values: Any,  # noqa: ANN401 - columns and constants
) -> Mapping[str, MappedTable]:
    """The host's tables, with further values by the names of their fields."""
    contact: dict[str, Any] = {"no": PERSON.c.no, "company_no": PERSON.c.no, "city": PERSON.c.town}
    related: dict[str, Any] = {"contact_no": relation.c.person, "no": relation.c.customer}
    sold: dict[str, Any] = {
        "source_no": SALE.c.customer,
        "item_no": SALE.c.item,
        "quantity": SALE.c.amount,
    }
    given = {"type": "company", "link_to_table": "customer", "source_type": "customer", **values}
    contact["type"] = given["type"]
    related |= {"business_relation_code": "cust", "link_to_table": given["link_to_table"]}
    sold |= {"entry_no": SALE.c.id, "source_type": given["source_type"]}
    if "contact_no" in values:
        sold["contact_no"] = values["contact_no"]
    as_they_are = {"no", "company_no", "contact_no", "source_no", "item_no"} if clean else set()
    return {
        name: MappedTable(table, columns, clean=as_they_are & columns.keys())
        for name, table, columns in (
            ("contact", PERSON, contact),
            ("contact_business_relation", relation, related),
            ("value_entry", SALE, sold),
        )
    }


@pytest.fixture
def connection(every_database: Database) -> Iterator[sa.Connection]:
    database = every_database
    database.own_address()
    if database.is_mariadb:
        database.open(prefix="crm_").close()  # it makes no tables in a transaction
    with database.engine().connect() as made:
        HOST.create_all(made)
        towns = {"P1": "Bern", "P2": "", "P3": None, "P4": "Basel"}
        rows = [{"no": no, "town": town} for no, town in towns.items()]
        made.execute(sa.insert(PERSON), rows)
        for table, pairs in ((RELATION, RELATED), (MANY, TWICE)):
            made.execute(sa.insert(table), [{"person": a, "customer": b} for a, b in pairs])
        names = ("customer", "item", "amount")
        made.execute(sa.insert(SALE), [dict(zip(names, row, strict=True)) for row in SALES])
        yield made


SOLD = Part("item_entries")
ASKED: tuple[Criteria, ...] = (
    SOLD,
    part("item_entries", item_no="I1"),
    part("item_entries", source_type="customer", item_no="I2"),
    part("item_entries", source_type="vendor"),
    Part("item_entries", (Where("item_no", Compare(Operator.EQUAL, Operand("I\ud800"))),)),
    part("business_relations", business_relation_code="CUST"),
    part("business_relations", business_relation_code="<>C*"),
    figure(Measure.COUNT, "", SOLD, "2"),
    figure(Measure.COUNT, "", SOLD, "0"),
    figure(Measure.COUNT, "", part("item_entries", item_no="I1"), ">0"),
    figure(Measure.COUNT, "", part("business_relations", link_to_table="customer"), ">0"),
    figure(Measure.SUM, "quantity", SOLD, ">6.5"),
    figure(Measure.SUM, "quantity", SOLD, "7|0"),
    figure(Measure.SUM, "quantity", SOLD, "<>7"),
    figure(Measure.SUM, "quantity", SOLD, "..4503599627370497.5"),
    figure(Measure.SUM, "quantity", SOLD, "<=9223372036854775808"),
)
"""What is asked of rows behind relations; the last two of sums that SQLite cannot compare."""


def found(store: SqlStore, criteria: Criteria) -> tuple[list[str], list[str]]:
    """What the database answers, and the reference predicate."""
    bound = bind(criteria, contact_schema(), AsOf(dt.date(2026, 11, 22)))
    expected = MemoryContacts(store.records, store.segments).matching(bound)
    return list(store.contacts.matching(bound)), list(expected)


VALUES: tuple[dict[str, Any], ...] = (
    {"link_to_table": "vendor"},
    {"type": "person"},
    {"type": "person", "contact_no": "P1"},
    {"contact_no": SALE.c.customer},
)
"""What the host's rows have in common; `mapped` says what else."""


def test_constants_of_a_mapping_decide_as_rows_would(connection: sa.Connection) -> None:
    every = ((RELATION, True), (MANY, True), (MANY, False))
    ways: list[tuple[dict[str, Any], sa.Table, bool, tuple[Criteria, ...]]]
    ways = [({}, *way, ASKED) for way in every]
    ways += [(values, RELATION, True, ASKED[::3]) for values in VALUES]
    for values, relation, clean, asked in ways:
        host = mapped(relation, clean=clean, **values)
        store = join_store(connection, prefix="crm_", mapped=host)
        for criteria in asked:
            answer, expected = found(store, criteria)
            assert answer == expected, (criteria, relation.name, values)


TEXTS = ("Bern", "<>Bern", "''", "<>''", "B*", "<>B*", "@bern|''", "A..Bz", "*", "..B")


def test_a_text_that_is_missing_is_blank_however_it_is_asked_for(
    connection: sa.Connection,
) -> None:
    store = join_store(connection, prefix="crm_", mapped=mapped())
    for text in TEXTS:
        for criteria in (part("contact", city=text), Not(part("contact", city=text))):
            answer, expected = found(store, criteria)
            assert answer == expected, text


QUICK = [
    (part("item_entries", item_no="I1"), "SEARCH sale USING INDEX ix_sale_customer"),
    (figure(Measure.SUM, "quantity", SOLD, ">6"), "SEARCH sale USING INDEX ix_sale_customer"),
]


@pytest.mark.parametrize(("criteria", "looked_up"), QUICK, ids=["rows", "figure"])
def test_clean_columns_are_found_by_the_hosts_indexes(criteria: Criteria, looked_up: str) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        HOST.create_all(connection)
        store = join_store(connection, prefix="crm_", mapped=mapped())
        bound = bind(criteria, contact_schema(), AsOf(dt.date(2026, 11, 22)))
        statement = store.contacts.statement(bound, connection.dialect)
        text = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")
        plan = "\n".join(row[-1] for row in rows)
    assert looked_up in plan
    assert plan.count("MATERIALIZE") == 1  # the persons, of whom some might not be read safely
    assert "segmentation_sum" not in text
    engine.dispose()


def test_what_is_no_whole_number_in_a_column_of_them_is_told() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        HOST.create_all(connection)
        connection.exec_driver_sql("INSERT INTO sale VALUES (1, 'C1', 'I1', 2.5)")
        store = join_store(connection, prefix="crm_", mapped=mapped())
        told = [fault for fault in check_mapping(store) if fault.field == "quantity"]
        assert len(told) == 1
    engine.dispose()


def test_whole_numbers_are_read_as_decimals(connection: sa.Connection) -> None:
    store = join_store(connection, prefix="crm_", mapped=mapped())
    entries = store.records.all(ItemEntry)
    assert [entry.quantity for entry in entries] == [*map(Decimal, (3, 4, 0, 9, 9))]


def test_a_sum_of_whole_numbers_is_compared_with_what_it_can_be() -> None:
    dialect = sqlite.dialect()
    sums = (None, Decimal(3), Decimal("2.25"))
    written = [WholeSum().process_bind_param(each, dialect) for each in sums]
    assert written == [None, 3, 2.5]
    assert ExactDecimal().process_result_value(None, dialect) is None
    assert not compares_whole(FitsPattern((Wild.ANY_RUN,)))


def test_rows_that_are_found_once_have_names_of_their_own() -> None:
    """Also where what they were copied from would have been thrown away meanwhile."""
    rows = []
    for _ in range(4):
        rows.append(materialized(sa.select(PERSON.c.no)))
        gc.collect()
    statement = sa.select(*(each.c.no for each in rows))
    assert str(statement.compile(dialect=sqlite.dialect())).count("AS MATERIALIZED") == 4
