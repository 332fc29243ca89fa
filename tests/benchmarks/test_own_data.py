"""Own tables in databases against SQL by hand: 50,000 customers with ten orders each.

Run with ``python -m pytest tests/benchmarks/test_own_data.py -s``; prints medians and ratios, side
by side on the same database. Nothing fails for being slow.
"""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

import segmentation as seg
from benchmarks.test_sql import compared
from segmentation.contacts import Contact
from segmentation.criteria import at_least, bind, none
from support import shop
from support.databases import Database

CONTACTS, ORDERS_EACH, ORDERS_A_DAY = 50_000, 10, 100
LAST = shop.TODAY

# Orders run back from the last day, 100 a day; 7919 spreads a contact's orders over the years.
BY_HAND = """
    SELECT c.no FROM contact c
    WHERE (SELECT count(*) FROM own_orders o
        WHERE o.contact_no = c.no AND o.date >= '2026-08-24' AND o.date <= '2026-11-22') >= 3
    AND NOT EXISTS (SELECT 1 FROM own_orders o
        WHERE o.contact_no = c.no AND o.date >= '2026-11-08' AND o.date <= '2026-11-22')
    ORDER BY c.no
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(str(tmp_path_factory.mktemp("own") / "crm.db"))
    else:
        made = Database(request.getfixturevalue("postgresql"), "own_orders")
    store = made.open()
    crm = seg.Workspace.open(store, today=shop.TODAY)
    shop.define(crm)
    order = crm.tables["orders"].kind
    store.records.put(Contact(no=f"C{n:05}") for n in range(CONTACTS))
    store.records.put(
        order(
            order_no=n,
            contact_no=f"C{n * 7919 % CONTACTS // 5 * 5 + n % 5 if n % 3 else n % 977:05}",
            date=LAST - dt.timedelta(days=n // ORDERS_A_DAY),
            article=("TENT", "LAMP", "MAP")[n % 3],
        )
        for n in range(CONTACTS * ORDERS_EACH)
    )
    engine = made.engine()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    yield made
    made.drop()


def test_own_orders_against_the_query_by_hand(database: Database) -> None:
    """OWN-22."""
    store, engine = database.open(), database.engine()
    crm = seg.Workspace.open(store, today=shop.TODAY)
    day = crm.fields["orders"]["date"]
    wanted = at_least(3, day >= "-90D", day <= "t") & none(day >= "-14D", day <= "t")
    bound = bind(wanted, crm.schema, crm.context.day)
    with engine.connect() as connection:

        def by_hand() -> list[str]:
            return [row[0] for row in connection.execute(sa.text(BY_HAND))]

        found = by_hand()
        assert 0 < len(found) < CONTACTS
        assert list(store.contacts.matching(bound)) == found
        name, runs = engine.dialect.name, 5
        compared(
            f"{len(found)} of {CONTACTS} by orders, {name}",
            lambda: store.contacts.matching(bound),
            by_hand,
            runs=runs,
        )
    engine.dispose()
