"""Segments follow tables of the host, by a column that says when a row was written last."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import MappedTable
from segmentation.criteria import Concern, Link, total
from segmentation.errors import Rejected
from segmentation.fields import Field
from support.databases import Database
from support.fair import TODAY
from support.live import Live, counted, people, prepare, where

BEGIN = dt.datetime(2026, 11, 20, 10, 0, 0)  # noqa: DTZ001 - as the host writes it
FIELDS = (Field("id", "integer"), Field("buyer", "code"), Field("amount", "integer"))


class Shop:
    """A host's orders, and a workspace that asks for them.

    Args:
        database: Where both are.
        stamp: The type of the column of last change; ``None`` for a table without one.
    """

    def __init__(self, database: Database, stamp: Any = sa.DateTime) -> None:  # noqa: ANN401 - a type
        self.database = database
        columns = [sa.Column("written", stamp)] if stamp else []
        self.orders = sa.Table(
            "shop_orders",
            sa.MetaData(),
            sa.Column("id", sa.Integer),
            sa.Column("buyer", sa.String(20)),
            sa.Column("amount", sa.Integer),
            *columns,
            schema=database.schema,
        )
        self.engine = database.engine()
        database.own_address()
        with self.engine.begin() as connection:
            self.orders.metadata.create_all(connection)
        c = self.orders.c
        self.mapped = MappedTable(
            self.orders,
            {"id": c.id, "buyer": c.buyer, "amount": c.amount},
            fields=FIELDS,
            key=("id",),
            link=Link((("buyer", "no"),)),
            changed=c.written if stamp else None,
        )

    def open(self, **other: Any) -> seg.Workspace:  # noqa: ANN401 - of the mapping
        mapped = attrs.evolve(self.mapped, **other)
        store = self.database.open(prefix="crm_", mapped={"shop_orders": mapped})
        return seg.Workspace.open(store, user="ANNA", today=TODAY)

    def run(self, statement: Any, rows: Any = None) -> None:  # noqa: ANN401 - of SQLAlchemy
        with self.engine.begin() as connection:
            connection.execute(statement, rows)

    def insert(self, *rows: tuple[int, str, int, Any]) -> None:
        names = ("id", "buyer", "amount", "written")
        self.run(sa.insert(self.orders), [dict(zip(names, row, strict=True)) for row in rows])

    def change(self, no: int, **values: Any) -> None:  # noqa: ANN401 - of any column
        self.run(sa.update(self.orders).where(self.orders.c.id == no).values(values))

    def delete(self, no: int) -> None:
        self.run(sa.delete(self.orders).where(self.orders.c.id == no))


def at(seconds: int) -> dt.datetime:
    return BEGIN + dt.timedelta(seconds=seconds)


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


@pytest.fixture
def crm(shop: Shop) -> Iterator[seg.Workspace]:
    with shop.open() as crm:
        prepare(crm)
        crm.add(*people("DK", *"ABCD"))
        yield crm


ASKED = where(shop_orders={"amount": "5"})


@pytest.mark.parametrize("seconds", [0, 1])
def test_of_a_thousand_rows_those_are_read_that_changed(
    shop: Shop, crm: seg.Workspace, seconds: int
) -> None:
    """LIV-23; rows written in one second are told apart by what stands in them."""
    crm.add(*people("DK", *(f"P{n}" for n in range(1_000))))
    shop.insert(*((n, f"P{n}", 5, at(n * seconds)) for n in range(1_000)))
    live = Live(crm, ASKED)
    assert crm.check(ASKED) == ()
    assert len(live.nos.split()) == 1_000
    shop.change(7, amount=4, written=at(2_000))
    shop.change(8, amount=6, written=at(2_001))
    shop.change(9, buyer="P9", written=at(2_001))
    assert counted(crm, lambda: live.sheet().refresh()) <= 3
    assert "P7 " not in live.nos
    assert live.refresh() == ""


def test_a_row_of_the_second_of_the_last_refresh_is_read(shop: Shop, crm: seg.Workspace) -> None:
    """LIV-23."""
    shop.insert((1, "A", 5, at(0)), (2, "B", 4, at(9)))
    live = Live(crm, ASKED)
    assert live.first == "+A"
    shop.change(2, amount=5)
    assert live.refresh() == "+B"
    shop.insert((3, "C", 5, at(9)))
    assert live.refresh() == "+C"
    shop.change(2, amount=4, written=None)
    assert live.refresh() == "-B"
    shop.change(2, amount=5)
    assert live.refresh() == "+B"


def test_rows_that_move_or_go(shop: Shop, crm: seg.Workspace) -> None:
    """LIV-23; what is gone leaves no moment behind, but the table has fewer rows."""
    shop.insert(*((n, who, 5, at(n)) for n, who in enumerate("ABC")))
    live = Live(crm, ASKED)
    shop.change(0, buyer="D", written=at(10))
    assert live.refresh() == "+D -A"
    shop.delete(1)
    assert live.refresh() == "-B"
    shop.delete(2)
    shop.insert((7, "B", 5, at(12)))
    assert live.refresh() == "+B -C"
    shop.insert((8, "A", 5, at(3)))
    assert live.refresh() == "+A"
    shop.insert((8, "C", 5, at(3)))
    assert live.refresh() == "+C"
    assert live.refresh() == ""


def test_sums_over_rows_of_the_host(shop: Shop, crm: seg.Workspace) -> None:
    """LIV-23, as LIV-07."""
    shop.insert((1, "A", 60, at(0)), (2, "A", 40, at(0)), (3, "B", 99, at(0)))
    live = Live(crm, total(crm.fields["shop_orders"]["amount"]) >= 100)
    assert live.first == "+A"
    shop.insert((4, "B", 1, at(5)))
    assert live.refresh() == "+B"
    shop.change(2, amount=39, written=at(6))
    assert live.refresh() == "-A"
    shop.delete(4)
    assert live.refresh() == "-B"


def test_many_rows_at_once_and_another_mapping(shop: Shop, crm: seg.Workspace) -> None:
    live = Live(crm, ASKED)
    assert live.first == ""
    shop.insert(*((n, f"X{n}", 5, at(n)) for n in range(1_100)), (2_000, "A", 5, at(1)))
    assert live.refresh() == "+A"
    with shop.open(values={**shop.mapped.values, "amount": sa.literal(5)}) as other:
        shop.insert((2_001, "B", 7, at(2_000)))
        assert sorted(other.segment(live.no).refresh().entered) == ["B"]


def test_after_an_erasure_no_row_is_kept(shop: Shop, crm: seg.Workspace) -> None:
    shop.insert((1, "A", 5, at(0)), (2, "B", 5, at(0)))
    live = Live(crm, ASKED)
    crm.contacts.erase("C")
    store: Any = crm.store
    with store.reading() as connection:
        assert connection.execute(sa.select(store.tables.host_rows)).all() == []
    shop.change(2, amount=4, written=at(1))
    assert live.refresh() == "-B"


@pytest.mark.parametrize(
    ("stamp", "moments"),
    [
        (sa.Date, [dt.date(2026, 11, 20), dt.date(2026, 11, 21)]),
        (sa.DateTime(timezone=True), [at(0).replace(tzinfo=dt.UTC), at(1).replace(tzinfo=dt.UTC)]),
        (sa.Integer, [1, 2]),
        (sa.Numeric(10, 2), [Decimal("1.25"), Decimal("1.50")]),
        (sa.Float, [1.25, 1.5]),
        (sa.String(20), ["2026-11-20", "2026-11-21"]),
    ],
    ids=["date", "datetime", "integer", "decimal", "float", "text"],
)
def test_what_may_stand_in_the_column(database: Database, stamp: Any, moments: list[Any]) -> None:  # noqa: ANN401 - a type
    shop = Shop(database, stamp)
    with shop.open() as crm:
        prepare(crm)
        crm.add(*people("DK", "A", "B"))
        shop.insert((1, "A", 5, moments[0]), (2, "B", 4, moments[0]))
        live = Live(crm, ASKED)
        for moment in moments:
            shop.change(2, amount=5, written=moment)
            assert live.refresh() == "+B"
            shop.change(2, amount=4, written=moment)
            assert live.refresh() == "-B"


def test_the_contacts_of_a_host(database: Database) -> None:
    """LIV-23, where contacts themselves and rows without a key are the host's."""
    people_of = sa.Table(
        "shop_people",
        sa.MetaData(),
        sa.Column("ref", sa.String(20)),
        sa.Column("city", sa.String(20)),
        sa.Column("news", sa.String(20)),
        sa.Column("written", sa.Integer),
        schema=database.schema,
    )
    engine = database.engine()
    database.own_address()
    c = people_of.c
    values: Mapping[str, Any] = {"no": c.ref, "city": c.city, "type": "person"}
    mapped = {
        "contact": MappedTable(people_of, values, changed=c.written),
        "contact_mailing_group": MappedTable(
            people_of, {"contact_no": c.ref, "mailing_group_code": c.news}, changed=c.written
        ),
    }

    def put(no: str, city: str, news: str, written: int) -> None:
        with engine.begin() as connection:
            connection.execute(sa.delete(people_of).where(c.ref == no))
            row = {"ref": no, "city": city, "news": news, "written": written}
            connection.execute(sa.insert(people_of), row)

    with engine.begin() as connection:
        people_of.metadata.create_all(connection)
    put("A", "Bern", "NEWS", 1)
    put("B", "Basel", "NEWS", 2)
    store = database.open(prefix="crm_", mapped=mapped)
    with seg.Workspace.open(store, user="ANNA", today=TODAY) as crm:
        prepare(crm)
        asked = where(contact={"city": "Bern"}, mailing_groups={"mailing_group_code": "NEWS"})
        live = Live(crm, asked)
        assert (live.first, crm.check(asked)) == ("+A", ())
        put("B", "Bern", "NEWS", 3)
        assert live.refresh() == "+B"
        put("A", "Bern", "FAIR", 3)
        assert live.refresh() == "-A"
        with engine.begin() as connection:
            connection.execute(sa.delete(people_of).where(c.ref == "B"))
        assert live.refresh() == "-B"


def test_without_the_column_check_names_the_table(database: Database) -> None:
    """LIV-23."""
    with Shop(database, None).open() as crm:
        (remark,) = crm.check(ASKED)
        assert (remark.concern, remark.place) == (Concern.NOT_FOLLOWED, "shop_orders")


def test_a_column_that_is_not_there_is_a_fault(shop: Shop) -> None:
    """All ways in which it can be wrong are told before any row is read."""
    elsewhere = sa.table("elsewhere", sa.column("written")).c.written
    told = {
        "written": "the source has no such column: written",
        elsewhere: "the source has no table 'elsewhere', which holds the column",
        sa.column("moment"): "the source has no such column: moment",
    }
    for changed, reason in told.items():
        with pytest.raises(Rejected) as caught:
            shop.open(changed=changed)
        assert [(each.field, str(each.reason)) for each in caught.value.faults] == [
            ("changed", reason)
        ]
