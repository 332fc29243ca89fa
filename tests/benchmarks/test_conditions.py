"""Conditions on dates and on rows one after the other, against the same by hand.

Run with ``python -m pytest tests/benchmarks/test_conditions.py -s``; prints medians and ratios,
side by side on the same rows: in memory and in polars against polars, in databases against SQL.
``SEGMENTATION_BENCHMARK_CONTACTS`` sets how many contacts there are (50,000, with ten orders each).
Nothing fails for being slow.
"""

# ruff: noqa: S608 - names and constants of the benchmark itself
import os
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from statistics import median
from time import perf_counter
from typing import Any

import attrs
import polars as pl
import pytest
import sqlalchemy as sa

from segmentation.adapters.narwhals import FrameContacts
from segmentation.adapters.sqlalchemy import MappedTable
from segmentation.criteria import (
    AsOf,
    Link,
    Schema,
    Selection,
    Table,
    at_least,
    bind,
    fields,
    followed,
    make_table,
)
from segmentation.fields import Field, FieldType
from segmentation.memory._index import ContactIndex
from support.databases import Database

COUNT = int(os.environ.get("SEGMENTATION_BENCHMARK_CONTACTS", "50000"))
TODAY = date(2026, 11, 22)
PEOPLE = make_table("contact", [Field("no", FieldType.CODE), Field("born", FieldType.DATE)])
ORDERS = make_table(
    "orders",
    [
        Field("contact_no", FieldType.CODE),
        Field("date", FieldType.DATE),
        Field("article", FieldType.CODE),
    ],
    link=Link((("contact_no", "no"),)),
)
SCHEMA = Schema("contact", "no", {"contact": PEOPLE}).with_tables(ORDERS)
the = fields(SCHEMA)
BORN, DAY, ARTICLE = the["contact"]["born"], the["orders"]["date"], the["orders"]["article"]

ASKED: Mapping[str, Selection] = {
    "birthday": BORN.day_of_year.between(0, 7),
    "distinct": at_least(6, distinct=ARTICLE),
    "sequence": followed(ARTICLE == "A1", by=ARTICLE == "A2", on=DAY, within=30),
    "sequence, none between": followed(
        ARTICLE == "A1", by=ARTICLE == "A2", on=DAY, within=90, without=ARTICLE == "A3"
    ),
}

Rows = tuple[list[dict[str, Any]], list[dict[str, Any]]]


@cache
def rows() -> Rows:
    dice = random.Random(1)
    born = date(1940, 1, 1)
    people = [
        {"no": f"C{n:06}", "born": born + timedelta(dice.randrange(25_000))} for n in range(COUNT)
    ]
    orders = [
        {
            "contact_no": f"C{dice.randrange(COUNT):06}",
            "date": TODAY - timedelta(dice.randrange(730)),
            "article": f"A{dice.randrange(10)}",
        }
        for _ in range(10 * COUNT)
    ]
    return people, orders


def compared(what: str, ours: Callable[[], Sequence[str]], theirs: Callable[[], Any]) -> None:
    """Print medians of runs that take turns, and their ratio. Both find the same."""
    assert list(ours()) == list(theirs())
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(5):
        for step, taken in zip((ours, theirs), times, strict=True):
            start = perf_counter()
            step()
            taken.append(perf_counter() - start)
    mine, hand = map(median, times)
    print(f"\n{what}: {mine * 1000:.1f} ms, by hand {hand * 1000:.1f}, ratio {mine / hand:.2f}")


@cache
def frames() -> tuple[pl.DataFrame, pl.DataFrame]:
    return pl.DataFrame(rows()[0]), pl.DataFrame(rows()[1])


def by_polars(name: str) -> list[str]:
    """The answer as somebody who knows polars would ask for it."""
    people, orders = (frame.lazy() for frame in frames())
    article, day = pl.col("article"), pl.col("date")
    if name == "birthday":
        number = pl.col("born").dt.month().cast(pl.Int32) * 100 + pl.col("born").dt.day()
        found = people.filter(number.is_between(1122, 1129)).select("no")
    elif name == "distinct":
        found = orders.group_by("contact_no").agg(article.n_unique()).filter(article >= 6)
    else:
        first = orders.filter(article == "A1").select("contact_no", "date", first="date")
        then = orders.filter(article == "A2").sort("date")
        days = 30 if name == "sequence" else 90
        found = then.join_asof(first.sort("date"), on="date", by="contact_no")
        found = found.filter(day - pl.col("first") <= timedelta(days))
        if name != "sequence":
            other = orders.filter(article == "A3").select("contact_no", "date", other="date")
            found = found.sort("date").join_asof(other.sort("date"), on="date", by="contact_no")
            free = pl.col("other").is_null() | (pl.col("other") < pl.col("first"))
            found = found.filter(free)
    return found.select(pl.first()).unique().collect().to_series().sort().to_list()


BY_HAND: Mapping[str, str | Mapping[str, str]] = {
    "birthday": {
        "sqlite": "substr(c.born, 6) BETWEEN '11-22' AND '11-29'",
        "postgresql": "to_char(c.born, 'MM-DD') BETWEEN '11-22' AND '11-29'",
    },
    "distinct": """c.no IN (SELECT contact_no FROM orders
        GROUP BY contact_no HAVING count(DISTINCT article) >= 6)""",
    "sequence": """EXISTS (SELECT 1 FROM orders a JOIN orders b ON b.contact_no = a.contact_no
        WHERE a.contact_no = c.no AND a.article = 'A1' AND b.article = 'A2'
        AND b.date >= a.date AND {b} - {a} <= 30)""",
    "sequence, none between": """EXISTS (SELECT 1 FROM orders a
        JOIN orders b ON b.contact_no = a.contact_no
        WHERE a.contact_no = c.no AND a.article = 'A1' AND b.article = 'A2'
        AND b.date >= a.date AND {b} - {a} <= 90 AND NOT EXISTS (SELECT 1 FROM orders o
            WHERE o.contact_no = c.no AND o.article = 'A3'
            AND o.date BETWEEN a.date AND b.date))""",
}


def by_sql(name: str, dialect: str) -> str:
    """The statement as somebody who knows the database would write it."""
    test = BY_HAND[name]
    if not isinstance(test, str):
        test = test[dialect]
    days = {"a": "a.date", "b": "b.date"}
    if dialect == "sqlite":
        days = {place: f"julianday({each})" for place, each in days.items()}
    return f"SELECT c.no FROM contact c WHERE {test.format(**days)} ORDER BY c.no"


class _Records:
    """The rows as records, to an index."""

    def __init__(self) -> None:
        self._records: dict[str, list[Any]] = {}
        for table, of_table in zip((PEOPLE, ORDERS), rows(), strict=True):
            made = attrs.make_class(table.name, list(table.fields), frozen=True, slots=True)
            self._records[table.name] = [made(**row) for row in of_table]

    def read(self, table: Table) -> Sequence[Any]:
        return self._records[table.name]

    def with_value(self, _table: Table, _field: str, _value: object) -> None:
        """Rows are not looked up."""

    def segment_rosters(self, _segment_no: str) -> Iterable[frozenset[str]]:
        return []

    def logged_members(self, _entry_no: int) -> Collection[str]:
        return []


def test_in_memory_against_polars() -> None:
    index = ContactIndex(_Records(), PEOPLE)
    for name, criteria in ASKED.items():
        bound = bind(criteria, SCHEMA, AsOf(TODAY))
        start = perf_counter()
        index.matching(bound)
        first = (perf_counter() - start) * 1000
        compared(
            f"{name} in memory ({first:.0f} ms at first)",
            lambda bound=bound: index.matching(bound),  # type: ignore[misc]
            lambda name=name: by_polars(name),  # type: ignore[misc]
        )


def test_in_polars_against_polars() -> None:
    people, orders = frames()
    source = FrameContacts(people, {"orders": orders})
    for name, criteria in ASKED.items():
        bound = bind(criteria, SCHEMA, AsOf(TODAY))
        compared(
            f"{name} in polars",
            lambda bound=bound: source.matching(bound),  # type: ignore[misc]
            lambda name=name: by_polars(name),  # type: ignore[misc]
        )


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_in_a_database_against_sql(
    dialect: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if dialect == "sqlite":
        database = Database(str(tmp_path_factory.mktemp("sql") / "shop.db"))
    else:
        database = Database(request.getfixturevalue("postgresql"), "benchmark_conditions")
    by_code_point = None if dialect == "sqlite" else "C"  # so that indexes serve
    kinds: Mapping[FieldType, Any] = {
        FieldType.CODE: sa.Text(collation=by_code_point),
        FieldType.DATE: sa.Date(),
    }
    made = {
        table.name: sa.Table(
            table.name,
            sa.MetaData(),
            *(sa.Column(f.name, kinds[f.type], nullable=False) for f in table.fields.values()),
        )
        for table in (PEOPLE, ORDERS)
    }
    sa.Index("orders_by_contact", made["orders"].c.contact_no, made["orders"].c.article)
    mapped = {
        n: MappedTable(table, dict(table.c), list(table.c.keys())) for n, table in made.items()
    }
    store = database.open(prefix="beside_", mapped=mapped)
    engine = database.engine()
    with engine.begin() as connection:
        for table, of_table in zip(made.values(), rows(), strict=True):
            table.create(connection)
            connection.execute(sa.insert(table), of_table)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        for table in made.values():
            table.schema = database.schema
        for name, criteria in ASKED.items():
            bound = bind(criteria, SCHEMA, AsOf(TODAY))
            hand = sa.text(by_sql(name, dialect))
            compared(
                f"{name} in {dialect}",
                lambda bound=bound: store.contacts.matching(bound),  # type: ignore[misc]
                lambda hand=hand: connection.scalars(hand).all(),  # type: ignore[misc]
            )
    engine.dispose()
    database.drop()
