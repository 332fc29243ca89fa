"""Links of other kinds than ours: what a host's table may be joined by."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from dateutil.tz import tzoffset

from segmentation.adapters.sqlalchemy import MappedTable, SqlStore, join_store, open_store
from segmentation.adapters.sqlalchemy._dialects import PostgresqlDialect
from segmentation.adapters.sqlalchemy._faults import legible
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    ContactType,
    ItemEntry,
    LinkToTable,
)
from segmentation.criteria import (
    AsOf,
    Aspect,
    Criteria,
    Followed,
    Link,
    Measure,
    Part,
    bind,
)
from segmentation.errors import InvalidValue, StoreError
from segmentation.interactions import Interaction
from segmentation.memory import MemoryContacts
from segmentation.segments import Options, contact_schema
from support.databases import Database
from support.truth import figure, part, seen

CUSTOMER = LinkToTable.CUSTOMER
RECORDS = (
    Contact(no="C1", company_no="C1"),
    Contact(no="P1", type=ContactType.PERSON, company_no="C1", minor=True),
    Contact(no="P2", type=ContactType.PERSON, company_no="C1"),
    ContactBusinessRelation(
        contact_no="C1", business_relation_code="CUST", link_to_table=CUSTOMER, no="10000"
    ),
    ItemEntry(entry_no=1, source_type=CUSTOMER, source_no="10000", contact_no="P2"),
    Interaction(entry_no=1, contact_no="P2", attempt_failed=True),
    AlternativeAddress(contact_no="P2", code="HOME"),
    AlternativeAddress(contact_no="P2", code="WORK"),
)


@pytest.mark.parametrize(
    ("table", "link", "expected"),
    [
        ("item_entries", {"unless": None}, ["P2"]),
        ("item_entries", {"only": None, "unless": None}, ["C1", "P1", "P2"]),
        ("item_entries", {"only": None}, ["C1", "P1", "P2"]),
        ("interactions", {"on": (("attempt_failed", "minor"),)}, ["P1"]),
        ("interactions", {"on": (("contact_no", "no"), ("date", "last_modified"))}, ["P2"]),
        ("interactions", {"on": (("date", "last_modified"), ("contact_no", "no"))}, []),
        (
            "interactions",
            {
                "on": (("contact_no", "contact_no"), ("date", "starting_date")),
                "through": "alternative_addresses",
            },
            ["P2"],
        ),
    ],
)
def test_rows_belong_to_those_whom_the_link_says(
    database: Database, table: str, link: dict[str, Any], expected: list[str]
) -> None:
    store = database.open()
    for record in RECORDS:
        store.records.put([record])
    ours = contact_schema().table(table)
    assert ours.link is not None
    linked = attrs.evolve(ours, link=attrs.evolve(ours.link, **link))
    schema, as_of = contact_schema().with_tables(linked), AsOf(date(2026, 11, 22))
    for criteria in (Part(table), figure(Measure.COUNT, "", Part(table), ">0")):
        bound = bind(criteria, schema, as_of)
        assert MemoryContacts(store.records, store.segments).matching(bound) == expected
        assert list(store.contacts.matching(bound)) == expected


@pytest.mark.parametrize(
    ("named", "text"), [("item_no", "<''"), ("source_type", "<>(''..employee)")]
)
def test_rows_that_no_value_can_pass_are_asked_for_without_a_warning(
    database: Database, named: str, text: str
) -> None:
    store = database.open()
    for record in RECORDS:
        store.records.put([record])
    nothing = part("item_entries", **{named: text})
    for criteria in (nothing, figure(Measure.COUNT, "", nothing, ">0")):
        bound = bind(criteria, contact_schema(), AsOf(date(2026, 11, 22)))
        assert list(store.contacts.matching(bound)) == []


def test_rows_may_be_led_to_by_a_date(database: Database) -> None:
    store, day = database.open(), date(2026, 11, 22)
    for record in RECORDS:
        store.records.put([record])
    talk = Interaction(entry_no=2, contact_no="C1", contact_company_no="C1", date=day)
    store.records.put([talk, ItemEntry(entry_no=2, posting_date=day)])
    sold = contact_schema().table("item_entries")
    link = Link(on=(("posting_date", "date"),), through="interaction_log_entry")
    schema = contact_schema().with_tables(attrs.evolve(sold, link=link))
    for criteria in (Part("item_entries"), figure(Measure.COUNT, "", Part("item_entries"), ">0")):
        bound = bind(criteria, schema, AsOf(day))
        assert MemoryContacts(store.records, store.segments).matching(bound) == ["C1"]
        assert list(store.contacts.matching(bound)) == ["C1"]


def plan_of(store: SqlStore, engine: sa.Engine, criteria: Criteria) -> str:
    """What SQLite would do to answer."""
    bound = bind(criteria, contact_schema(), AsOf(date(2026, 11, 22)))
    with engine.connect() as connection:
        statement = store.contacts.statement(bound, connection.dialect)
        text = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
        return "\n".join(
            row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")
        )


SOLD = part("item_entries", item_no="LAMP")
"""FromTable that belong to contacts through rows of another table."""


@pytest.mark.parametrize("criteria", [SOLD, figure(Measure.COUNT, "", SOLD, ">1")])
def test_rows_that_others_lead_to_are_looked_up_and_not_gone_through_for_each_contact(
    tmp_path: Path, criteria: Criteria
) -> None:
    store = open_store(str(tmp_path / "crm.db"))
    engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
    plan = plan_of(store, engine, criteria)
    assert "SCAN value_entry" not in plan
    assert "SEARCH value_entry" in plan
    assert "SEARCH contact_business_relation" in plan
    engine.dispose()
    store.close()


@pytest.mark.parametrize("criteria", [SOLD, part("mailing_groups", mailing_group_code="NEWS")])
def test_rows_of_a_host_are_looked_up_though_it_has_no_index_for_them(
    tmp_path: Path, criteria: Criteria
) -> None:
    host = sa.table("host", *map(sa.column, ("no", "company", "kind", "item", "group")))
    columns = host.c
    mapped = {
        "contact_mailing_group": MappedTable(
            host, {"contact_no": columns.no, "mailing_group_code": columns.group}
        ),
        "contact_business_relation": MappedTable(
            host, {"contact_no": columns.company, "link_to_table": columns.kind, "no": columns.no}
        ),
        "value_entry": MappedTable(
            host, {"source_no": columns.no, "source_type": columns.kind, "item_no": columns.item}
        ),
    }
    engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE TABLE host (no, company, kind, item, "group")')
        store = join_store(connection, prefix="crm_", mapped=mapped)
    plan = plan_of(store, engine, criteria)
    made, _, looked_up = plan.rpartition("SCAN host")
    assert made.count("MATERIALIZE") == looked_up.count("USING AUTOMATIC")
    engine.dispose()


SALE = sa.Table(
    "sale",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer", sa.Text),
    sa.Column("person", sa.Text),
    sa.Column("amount", sa.Integer),
)
SALES = ((1, "10000", "P2", 3), (2, "10000", "", 4), (3, "10000", "C1", 5), (4, "", "P1", 6))


@pytest.mark.parametrize("link", [{}, {"only": None, "unless": None}, {"unless": None}])
@pytest.mark.parametrize(
    "asked",
    [(Measure.COUNT, "", ">0"), (Measure.COUNT, "", "0"), (Measure.SUM, "quantity", ">=12")],
)
def test_figures_of_a_hosts_rows_count_each_row_once_for_a_contact(
    database: Database, link: dict[str, Any], asked: tuple[Measure, str, str]
) -> None:
    """A customer is so by two relations, of which either leads to its sales."""
    database.own_address()
    engine = database.engine()
    mapped = {
        "value_entry": MappedTable(
            SALE,
            {
                "entry_no": SALE.c.id,
                "source_type": "customer",
                "source_no": SALE.c.customer,
                "contact_no": SALE.c.person,
                "quantity": SALE.c.amount,
            },
        )
    }
    with engine.begin() as connection:
        SALE.create(connection)
        names = SALE.c.keys()
        connection.execute(sa.insert(SALE), [dict(zip(names, row, strict=True)) for row in SALES])
        store = join_store(connection, prefix="crm_", mapped=mapped)
        for record in RECORDS:
            if not isinstance(record, ItemEntry):
                store.records.put([record])
        store.records.put([attrs.evolve(RECORDS[3], business_relation_code="SHOP")])
        ours = contact_schema().table("item_entries")
        assert ours.link is not None
        linked = attrs.evolve(ours, link=attrs.evolve(ours.link, **link))
        schema = contact_schema().with_tables(linked)
        measure, field, passing = asked
        for rows in (Part("item_entries"), part("item_entries", contact_no="<>*")):  # all, none
            sought = figure(measure, field, rows, passing)
            bound = bind(sought, schema, AsOf(date(2026, 11, 22)))
            expected = MemoryContacts(store.records, store.segments).matching(bound)
            assert list(store.contacts.matching(bound)) == expected
    engine.dispose()


def test_a_field_that_a_host_does_not_map_is_blank_in_rows_that_follow_each_other() -> None:
    engine = sa.create_engine("sqlite://")
    spoken = sa.table("spoken", *map(sa.column, ("who", "day")))
    names = {
        "contact_no": spoken.c.who,
        "contact_company_no": sa.literal("C1"),
        "date": sa.type_coerce(spoken.c.day, sa.Date),
    }
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE spoken (who, day)")
        connection.exec_driver_sql(
            "INSERT INTO spoken VALUES ('P1', '2026-11-22'), ('P2', '2026-11-20'),"
            " ('P2', '2026-11-20')"
        )
        mapped = {"interaction_log_entry": MappedTable(spoken, names)}
        store = join_store(connection, prefix="crm_", mapped=mapped)
        store.records.put([each for each in RECORDS if isinstance(each, Contact)])
        for text, expected in (("no", ["P2"]), ("yes", [])):
            of_talks = part("interactions", attempt_failed=text)
            criteria = Followed("date", of_talks, of_talks)
            bound = bind(criteria, contact_schema(), AsOf(date(2026, 11, 22)))
            assert list(store.contacts.matching(bound)) == expected
    engine.dispose()


def test_days_of_times_are_told_in_a_zone_that_no_database_knows(database: Database) -> None:
    store = database.open()
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # a Saturday, and elsewhere a Sunday
    store.records.put([Contact(no="C1", last_modified=late)])
    as_of = AsOf(date(2026, 11, 22), zone=tzoffset(None, 3600))
    anybody = Part("contact")
    for criteria, expected in (
        (seen("contact", "last_modified", Aspect.WEEKDAY, "sunday"), ["C1"]),
        (seen("contact", "last_modified", Aspect.WEEKDAY, "saturday"), []),
        (~Followed("last_modified", anybody, anybody), ["C1"]),
    ):
        bound = bind(criteria, contact_schema(), as_of)
        assert list(store.contacts.matching(bound)) == expected
        assert len(store.contacts.candidates(bound, Options()).who.nos) == len(expected)


def test_a_hosts_time_without_a_zone_is_taken_for_utc_on_postgresql() -> None:
    dialect = PostgresqlDialect.__new__(PostgresqlDialect)
    naive = dialect.moment(sa.literal(datetime(2026, 11, 22, 12), sa.DateTime()))  # noqa: DTZ001
    assert isinstance(naive.type, sa.DateTime)
    assert naive.type.timezone
    zoned = sa.column("at", sa.DateTime(timezone=True))
    assert dialect.moment(zoned) is zoned


def test_numbers_beyond_what_a_database_holds_part_those_that_it_holds(database: Database) -> None:
    store = database.open()
    for record in RECORDS:
        store.records.put([record])
    for entry_no, expected in (
        (f">-{2**63 - 1}", ["C1", "P2"]),
        (f"<-{2**63 - 1}", []),
        (f"<{2**63 - 1}", ["C1", "P2"]),
        (f">{2**63 - 1}", []),
    ):
        criteria = part("item_entries", entry_no=entry_no)
        bound = bind(criteria, contact_schema(), AsOf(date(2026, 11, 22)))
        assert MemoryContacts(store.records, store.segments).matching(bound) == expected
        assert list(store.contacts.matching(bound)) == expected


def test_errors_of_ours_are_told_as_they_are_where_a_hosts_rows_are_read() -> None:
    with pytest.raises(InvalidValue, match="is no code"), legible("contact"):
        raise InvalidValue("no", "x", "is no code")
    unread = pytest.raises(StoreError, match=r"holds what cannot be read: .*soon")
    with unread, legible("contact"):
        date.fromisoformat("soon")
