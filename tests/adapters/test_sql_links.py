"""Links of other kinds than ours: what a host's table may be joined by."""

from datetime import date, datetime
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

from databases import Database
from segmentation.adapters.sqlalchemy._words import PostgresqlWords
from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactType,
    ItemEntry,
    LinkToTable,
)
from segmentation.criteria import AsOf, Part, bind
from segmentation.interactions import Interaction
from segmentation.memory import MemoryContacts
from segmentation.segments import contact_schema

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
    bound = bind(Part(table), contact_schema().with_tables(linked), AsOf(date(2026, 11, 22)))
    assert MemoryContacts(store.records, store.segments).matching(bound) == expected
    assert list(store.contacts.matching(bound)) == expected


def test_a_hosts_time_without_a_zone_is_taken_for_utc_on_postgresql() -> None:
    words = PostgresqlWords.__new__(PostgresqlWords)
    naive = words.moment(sa.literal(datetime(2026, 11, 22, 12), sa.DateTime()))  # noqa: DTZ001
    assert "timezone" in str(naive)
    zoned = sa.column("at", sa.DateTime(timezone=True))
    assert words.moment(zoned) is zoned
