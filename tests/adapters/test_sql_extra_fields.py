"""Fields that a host added are filtered in a database as they are in memory."""

import datetime as dt
from decimal import Decimal

import pytest

import segmentation as seg
from databases import Database
from segmentation.contacts import ItemEntry
from segmentation.criteria import parse, total
from segmentation.fields import FieldType, Value
from segmentation.memory import MemoryStore
from segmentation.protocols import Store
from segmentation.setup import ExtraField

TODAY = dt.date(2026, 11, 22)
TYPES = {
    "shelf": FieldType.CODE,
    "motto": FieldType.TEXT,
    "lamps": FieldType.INTEGER,
    "rate": FieldType.DECIMAL,
    "vip": FieldType.BOOLEAN,
    "since": FieldType.DATE,
    "seen": FieldType.DATETIME,
    "opens": FieldType.TIME,
}
SEEN = dt.datetime(2026, 11, 22, 8, 30, tzinfo=dt.UTC)
ROWS: dict[str, dict[str, Value]] = {
    "A": {
        "shelf": "A1",
        "motto": "Ærligt lys",
        "lamps": 12,
        "rate": Decimal("1.50"),
        "vip": True,
        "since": dt.date(2020, 1, 31),
        "seen": SEEN,
        "opens": dt.time(9, 0),
    },
    "B": {"shelf": "b2", "lamps": -3, "rate": Decimal(-2), "vip": False, "opens": dt.time(17, 30)},
    "C": {"motto": "lys", "seen": SEEN - dt.timedelta(days=1), "since": TODAY},
    "D": {},
}
FILTERS = {
    "shelf": ["a1", "''", "<>a1", "A..B2", "b*"],
    "motto": ["lys", "*lys", "@ærligt*", "''", ">M"],
    "lamps": ["12", "<0", "0", "-3..12", "<>0"],
    "rate": ["1.5", "''", ">-1", "..0"],
    "vip": ["yes", "no"],
    "since": ["''", "t", "..2020-01-31", "-CY.."],
    "seen": ["t", "''", "2026-11-21", ">2026-11-21"],
    "opens": ["09:00:00", "''", ">12:00:00"],
}


def filled(store: Store) -> seg.Workspace:
    crm = seg.Workspace(store, today=TODAY)
    with store.transaction():
        store.records.put(
            ExtraField(table="contact", name=name, type=str(typed)) for name, typed in TYPES.items()
        )
    crm.add(*(seg.Contact(no=no, extra=extra) for no, extra in ROWS.items()))  # type: ignore[arg-type]
    return crm


@pytest.fixture(scope="module")
def in_database(kept_database: Database) -> seg.Workspace:
    return filled(kept_database.open())


@pytest.fixture(scope="module")
def in_memory() -> seg.Workspace:
    return filled(MemoryStore())


@pytest.mark.parametrize("field", FILTERS)
def test_a_database_finds_by_extra_fields_what_memory_finds(
    in_database: seg.Workspace, in_memory: seg.Workspace, field: str
) -> None:
    for text in FILTERS[field]:
        selection = {field: parse(text) or ""}
        assert in_database.select(contact=selection) == in_memory.select(contact=selection), text


def test_a_sum_in_a_database_is_exact(in_database: seg.Workspace) -> None:
    in_database.add(
        seg.ContactBusinessRelation(
            contact_no="A",
            business_relation_code="CUST",
            link_to_table="customer",  # type: ignore[arg-type]
            no="10",
        ),
        *(
            ItemEntry(entry_no=n, source_type="customer", source_no="10", amount=Decimal("0.1"))  # type: ignore[arg-type]
            for n in range(1, 4)
        ),
    )
    the = in_database.fields
    exact = total(the.value_entry.amount) == Decimal("0.3")
    assert list(in_database.select(exact)) == ["A"]
