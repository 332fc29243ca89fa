"""Fields that a host added are filtered in a database as they are in memory."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore
from segmentation.contacts import ItemEntry
from segmentation.criteria import (
    AnyOf,
    Compare,
    Criteria,
    Link,
    Not,
    Operand,
    Operator,
    Part,
    Schema,
    Selection,
    Where,
    make_table,
    parse,
    total,
)
from segmentation.definitions import OwnField
from segmentation.fields import Field, FieldType, Value
from segmentation.memory import MemoryStore
from segmentation.protocols import Store
from support.databases import Database

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
    crm = seg.Workspace.open(store, today=TODAY)
    with store.transaction():
        store.records.put(
            OwnField(table="contact", name=name, type=str(typed)) for name, typed in TYPES.items()
        )
    crm.add(*(seg.Contact(no=no, extra=extra) for no, extra in ROWS.items()))
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
        selection = {field: text}
        assert in_database.select(contact=selection) == in_memory.select(contact=selection), text


def test_a_sum_in_a_database_is_exact(in_database: seg.Workspace) -> None:
    in_database.add(
        seg.ContactBusinessRelation(
            contact_no="A",
            business_relation_code="CUST",
            link_to_table="customer",
            no="10",
        ),
        *(
            ItemEntry(entry_no=n, source_type="customer", source_no="10", amount=Decimal("0.1"))
            for n in range(1, 4)
        ),
    )
    the = in_database.fields
    exact = total(the.value_entry.amount) == Decimal("0.3")
    assert list(in_database.select(exact)) == ["A"]


def same(one: seg.Workspace, other: seg.Workspace, criteria: Criteria, schema: Schema) -> list[str]:
    """What a selection finds, the same in both stores."""
    found = [
        list(crm.store.contacts.matching(seg.bind(criteria, schema, crm.context.day)))
        for crm in (one, other)
    ]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("row_field", "contact_field", "found"),
    [("entry_no", "lamps", ["A"]), ("posting_date", "since", ["C"])],
)
def test_a_host_may_link_rows_by_numbers_and_dates(
    in_database: seg.Workspace,
    in_memory: seg.Workspace,
    row_field: str,
    contact_field: str,
    found: list[str],
) -> None:
    for crm in (in_database, in_memory):
        crm.add(ItemEntry(entry_no=12), ItemEntry(entry_no=13, posting_date=TODAY))
    schema = in_database.schema
    linked = attrs.evolve(schema.table("value_entry"), link=Link(((row_field, contact_field),)))
    changed = schema.with_tables(linked)
    assert same(in_database, in_memory, Part("value_entry"), changed) == found


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        (Operator.GREATER, "l\ud800"),
        (Operator.LESS, "l\udfff"),
        (Operator.AT_LEAST, ""),
    ],
)
def test_ends_that_no_database_can_hold_part_texts_as_in_memory(
    in_database: seg.Workspace, in_memory: seg.Workspace, operator: Operator, text: str
) -> None:
    part = Part("contact", (Where("motto", Compare(operator, Operand(text))),))
    same(in_database, in_memory, part, in_database.schema)


@pytest.mark.parametrize("text", ["*", "\U0010ffff*", "\ud7ff*", "?*"])
def test_patterns_fit_as_in_memory(
    in_database: seg.Workspace, in_memory: seg.Workspace, text: str
) -> None:
    fits = parse(text)
    assert fits is not None
    part = Part("contact", (Where("motto", fits),))
    same(in_database, in_memory, part, in_database.schema)


def test_a_table_that_the_database_does_not_keep_is_unknown(in_database: seg.Workspace) -> None:
    rows = make_table(
        "orders", [Field("contact_no", FieldType.CODE)], link=Link((("contact_no", "no"),))
    )
    bound = seg.bind(Part("orders"), in_database.schema.with_tables(rows), in_database.context.day)
    with pytest.raises(seg.UnknownName, match="orders"):
        in_database.store.contacts.matching(bound)


def test_a_selection_too_large_for_one_statement_is_counted_too(
    in_database: seg.Workspace,
) -> None:
    store = in_database.store
    assert isinstance(store, SqlStore)
    nos = ["A", *(f"N{n}" for n in range(4_900))]
    parts: list[Selection] = [
        Part("contact", (Where("no", Compare(Operator.EQUAL, Operand(no))),)) for no in nos
    ]
    many: AnyOf[Selection] = AnyOf(tuple(parts))
    bound = seg.bind(many, in_database.schema, in_database.context.day)
    assert store.contacts.count(bound) == 1


def test_rows_that_nobody_can_have_are_nobodys(
    in_database: seg.Workspace, in_memory: seg.Workspace
) -> None:
    unheld = Compare(Operator.EQUAL, Operand("l\ud800"))
    rows = Part("contact_mailing_group", (Where("mailing_group_code", unheld),))
    for criteria in (rows, Not(rows), Part("alternative_addresses", (Where("city", unheld),))):
        same(in_database, in_memory, criteria, in_database.schema)
