"""Rows of a host's that are linked through a table of relations, against SQL by hand.

Run with ``python -m pytest tests/benchmarks/test_relations.py -s``; prints medians and ratios, side
by side on the same database. ``SEGMENTATION_BENCHMARK_CONTACTS`` sets how many contacts, relations
and rows there are of each (100,000). Nothing fails for being slow.
"""

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import MappedTable, join_store
from segmentation.criteria import AsOf, Selection, bind, make_selection, total
from support.databases import Database

COUNT = int(os.environ.get("SEGMENTATION_BENCHMARK_CONTACTS", "100000"))
AS_OF = AsOf(dt.date(2026, 12, 31))
CODE = sa.Text(collation="C")


def make_tables(kind: type[sa.Text] | sa.Text) -> Mapping[str, sa.Table]:
    """The host's tables: persons, the numbers that they are customers under, and sales to these."""
    metadata = sa.MetaData()
    return {
        "person": sa.Table(
            "person", metadata, sa.Column("no", kind, primary_key=True), sa.Column("town", sa.Text)
        ),
        "relation": sa.Table(
            "relation",
            metadata,
            sa.Column("person", kind, primary_key=True),
            sa.Column("kind", sa.Text, nullable=False),
            sa.Column("customer", kind, nullable=False, index=True),
        ),
        "sale": sa.Table(
            "sale",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("customer", kind, nullable=False, index=True),
            sa.Column("item", kind, nullable=False),
            sa.Column("amount", sa.Integer, nullable=False),
        ),
    }


def mapped(tables: Mapping[str, sa.Table], *, clean: bool) -> Mapping[str, MappedTable]:
    person, relation, sale = tables["person"].c, tables["relation"].c, tables["sale"].c

    def names(*fields: str) -> tuple[str, ...]:
        return fields if clean else ()

    return {
        "contact": MappedTable(
            tables["person"],
            {"no": person.no, "company_no": person.no, "type": "company", "city": person.town},
            clean=names("no", "company_no"),
        ),
        "contact_business_relation": MappedTable(
            tables["relation"],
            {
                "contact_no": relation.person,
                "business_relation_code": "CUST",
                "link_to_table": "customer",
                "no": relation.customer,
            },
            clean=names("contact_no", "no"),
        ),
        "value_entry": MappedTable(
            tables["sale"],
            {
                "entry_no": sale.id,
                "source_type": "customer",
                "source_no": sale.customer,
                "item_no": sale.item,
                "quantity": sale.amount,
            },
            clean=names("source_no", "item_no"),
        ),
    }


QUESTIONS: Mapping[str, tuple[Callable[[seg.Workspace], Selection | None], str]] = {
    "has rows": (
        lambda _: make_selection(contact={"city": "Bern"}, item_entries={"item_no": "I7"}),
        """
        SELECT p.no FROM person p WHERE p.town = 'Bern' AND EXISTS (SELECT 1 FROM relation r
            JOIN sale s ON s.customer = r.customer WHERE r.person = p.no AND s.item = 'I7')
        ORDER BY p.no
        """,
    ),
    "figure": (
        lambda crm: total(crm.fields.item_entries.quantity) > 190,
        """
        SELECT r.person FROM relation r JOIN sale s ON s.customer = r.customer
        GROUP BY r.person HAVING sum(s.amount) > 190 ORDER BY r.person
        """,
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(str(tmp_path_factory.mktemp("sql") / "crm.db"))
    else:
        made = Database(request.getfixturevalue("postgresql"), "relations")
    made.own_address()
    yield made
    made.drop()


def filled(engine: sa.Engine) -> Mapping[str, sa.Table]:
    tables = make_tables(CODE if engine.dialect.name == "postgresql" else sa.Text())
    towns = ("Bern", "Basel", "Chur")
    numbers = range(COUNT)
    with engine.begin() as connection:
        tables["person"].metadata.create_all(connection)
        made: dict[str, list[dict[str, Any]]] = {
            "person": [{"no": f"P{n:07}", "town": towns[n % 3]} for n in numbers],
            "relation": [
                {"person": f"P{n:07}", "kind": "C", "customer": f"C{n:07}"} for n in numbers
            ],
            "sale": [
                {
                    "customer": f"C{n * 7919 % COUNT:07}",
                    "item": f"I{n % 100}",
                    "amount": n % 200,
                }
                for n in numbers
            ],
        }
        for name, rows in made.items():
            connection.execute(sa.insert(tables[name]), rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return tables


def compared(what: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    """Print medians of runs that take turns, and their ratio."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(7):
        for step, taken in zip((ours, theirs), times, strict=True):
            start = perf_counter()
            step()
            taken.append(perf_counter() - start)
    mine, hand = map(median, times)
    print(f"\n{what}: {mine * 1000:.1f} ms, by hand {hand * 1000:.1f} ms, {mine / hand:.2f}")


def test_rows_behind_relations_against_the_query_by_hand(database: Database) -> None:
    engine = database.engine()
    tables = filled(engine)
    for clean in (True, False):
        with engine.begin() as connection:
            store = join_store(connection, prefix="crm_", mapped=mapped(tables, clean=clean))
            crm = seg.Workspace.open(store)
            for name, (made, sql) in QUESTIONS.items():
                bound = bind(made(crm), crm.schema, AS_OF)

                def by_hand(sql: str = sql) -> list[str]:
                    return [row[0] for row in connection.exec_driver_sql(sql)]

                start = perf_counter()
                found = list(store.contacts.matching(bound))
                print(f"\n{name}: first answer {perf_counter() - start:.2f} s")
                assert found == by_hand()
                compared(
                    f"{engine.dialect.name}, {COUNT} rows, {name}, clean {clean}",
                    partial(store.contacts.matching, bound),
                    by_hand,
                )
    engine.dispose()
