"""Definitions of own fields and tables: what may be defined, changed, and in which order."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

import segmentation as seg
from segmentation.code_tables import MailingGroup
from segmentation.contacts import Contact
from segmentation.criteria import Link, make_table
from segmentation.definitions import OwnField, OwnTable, extended, row_kind
from segmentation.errors import InvalidValue, Refused, Rejected
from segmentation.fields import Field
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.operations.context import Context
from segmentation.operations.schema import schema_of
from segmentation.operations.segments import change_header, change_line
from segmentation.operations.tables import (
    add_records,
    change_field,
    define,
    define_schema,
    definition_faults,
    definitions_version,
    look_over,
)
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    SavedCriteria,
    SegmentHeader,
    SegmentLine,
    actions_from_json,
    actions_to_json,
    contact_schema,
)
from support.desk import make_desk, segment_of
from support.fair import context, make_store


@pytest.fixture
def store() -> MemoryStore:
    return make_store()


@pytest.fixture
def at_work(store: MemoryStore) -> Context:
    return context(store)


def test_a_table_that_criteria_cannot_name_takes_own_fields_too(at_work: Context) -> None:
    table = define(at_work, MailingGroup, [Field("since", "date")])
    assert [*table.fields] == ["code", "description", "since"]
    assert table.key == ("code",)


def test_what_is_defined_already_changes_nothing(at_work: Context) -> None:
    for _ in range(2):
        define(at_work, "contact", [Field("points", "integer")])
    define_schema(at_work, schema_of(at_work.store), allowed=False)
    assert definitions_version(at_work.store) == 1


def test_tables_of_a_schema_are_defined_with_it(at_work: Context) -> None:
    orders = make_table(
        "orders",
        [Field("order_no", "code"), Field("contact_no", "code")],
        link=Link((("contact_no", "no"),)),
        key=("order_no",),
    )
    wanted = contact_schema().with_tables(orders)
    with pytest.raises(Rejected) as caught:
        define_schema(at_work, wanted, allowed=False)
    assert [fault.place for fault in caught.value.faults] == ["orders"]
    define_schema(at_work, wanted, allowed=True)
    assert schema_of(at_work.store).table("orders") == orders
    more = contact_schema().with_tables(orders.with_fields(Field("colour", "code")))
    define_schema(at_work, more, allowed=True)
    assert [*schema_of(at_work.store).table("orders").fields] == [
        "order_no",
        "contact_no",
        "colour",
    ]


def test_a_link_is_kept_with_all_that_it_says() -> None:
    link = Link(
        (("source_no", "no"), ("source_type", "link_to_table")),
        through="contact_business_relation",
        only=("contact_no", "no"),
        unless=("type", "company"),
    )
    table = make_table("sales", [Field("no", "code")], link=link, key=("no",))
    kept = OwnTable.of(table).with_fields([OwnField.of("sales", Field("no", "code"))])
    assert kept == table
    bare = make_table("sales", [Field("no", "code")], key=("no",))
    assert OwnTable.of(bare).with_fields([OwnField.of("sales", Field("no", "code"))]) == bare


def test_tables_that_are_linked_in_a_circle_are_an_error() -> None:
    fields = [OwnField.of(table, Field("no", "code")) for table in ("one", "two")]
    tables = [
        OwnTable.of(make_table(name, [], link=Link((("no", "no"),), through=other), key=("no",)))
        for name, other in (("one", "two"), ("two", "one"))
    ]
    with pytest.raises((InvalidValue, seg.UnknownName)):
        extended(contact_schema(), tables, fields)


def test_fields_of_a_table_that_nobody_defined_are_left_out() -> None:
    fields = [OwnField.of("kontakt", Field("no", "code"))]
    assert extended(contact_schema(), [], fields) == contact_schema()


@pytest.mark.parametrize(
    ("before", "value", "after", "expected"),
    [
        (Field("x", "integer"), 5, Field("x", "text"), "5"),
        (Field("x", "boolean"), True, Field("x", "text"), "yes"),
        (Field("x", "boolean"), False, Field("x", "code"), ""),
        (Field("x", "date"), dt.date(2026, 1, 2), Field("x", "text"), "2026-01-02"),
        (Field("x", "text"), "2026-01-02", Field("x", "date"), dt.date(2026, 1, 2)),
        (Field("x", "integer"), 5, Field("x", "decimal"), 5),
        (Field("x", "decimal"), Decimal(7), Field("x", "integer"), 7),
        (Field("x", "date"), None, Field("x", "text"), None),
    ],
    ids=["number", "yes", "no", "date", "text", "same", "whole", "none"],
)
def test_values_become_those_of_another_type(
    at_work: Context, before: Field, value: object, after: Field, expected: object
) -> None:
    define(at_work, "contact", [before])
    given: dict[str, Any] = {"x": value}
    at_work.store.records.put([Contact(no="X", company_no="X", extra=given)])
    change_field(at_work, "contact", after)
    found = at_work.store.records.find(Contact, "X")
    assert found is not None
    assert dict(found.extra) == {"x": expected}


def test_values_on_segments_at_work_are_converted_too() -> None:
    crm = make_desk()
    segment_of(crm, "MILL")
    at_work, store = crm.context, crm.store
    no = next(iter(crm.segments)).no
    define(at_work, SegmentHeader, [Field("wave", "integer")])
    define(at_work, SegmentLine, [Field("seat", "text")])
    change_header(at_work, no, extra={"wave": 2})
    change_line(at_work, no, 10_000, extra={"seat": "7"})
    change_field(at_work, SegmentHeader, Field("wave", "text"))
    change_field(at_work, SegmentLine, Field("seat", "integer"))
    segment = store.segments.get(no)
    assert dict(segment.header.extra) == {"wave": "2"}
    assert [dict(line.extra) for line in segment.lines] == [{"seat": 7}]


def test_a_definition_that_is_wrong_changes_no_field(at_work: Context) -> None:
    define(at_work, "contact", [Field("points", "integer")])
    with pytest.raises(Rejected, match="no options"):
        change_field(at_work, "contact", Field("points", "option"))
    assert schema_of(at_work.store).table("contact").field("points").type == "integer"


def test_what_the_journal_recorded_keeps_its_type(at_work: Context) -> None:
    define(at_work, Interaction, [Field("mood", "text")])
    with pytest.raises(Refused, match="the journal recorded its values"):
        change_field(at_work, Interaction, Field("mood", "code"))


def test_records_of_a_table_as_it_was_defined_before_are_no_records_of_it(
    at_work: Context,
) -> None:
    define(
        at_work,
        "orders",
        [Field("order_no", "integer"), Field("contact_no", "code")],
        key="order_no",
        link="contact_no",
    )
    old: Any = row_kind(schema_of(at_work.store).table("orders"))
    define(at_work, "orders", [Field("colour", "code")])
    new = row_kind(schema_of(at_work.store).table("orders"))
    assert old is not new
    with pytest.raises(InvalidValue, match="no record of the table orders"):
        add_records(at_work, new, [old(order_no=1)])


def test_a_store_whose_definitions_are_sound_is_told_nothing_of(store: MemoryStore) -> None:
    store.records.put([OwnField(table="contact", name="points", type="integer")])
    for _ in range(2):
        look_over(store)
    assert definitions_version(store) == 1


def test_an_own_table_may_have_options(at_work: Context) -> None:
    kinds = Field("kind", "option", options=("", "web", "shop"))
    fields = [Field("no", "code"), Field("contact_no", "code"), kinds]
    table = define(at_work, "orders", fields, key="no", link="contact_no")
    kind: Any = row_kind(table)
    made = kind(no="1", kind="shop")
    assert (made.kind, made.kind.position, kind(no="2").kind) == ("shop", 2, "")


def test_a_link_names_fields_of_both_tables(at_work: Context) -> None:
    link = Link((("no", "number"),))
    with pytest.raises(Rejected, match="contact has no field 'number'"):
        define(at_work, "orders", [Field("no", "code")], key="no", link=link)


def test_another_length_is_another_definition(at_work: Context) -> None:
    define(at_work, "contact", [Field("nick", "text", length=10)])
    with pytest.raises(Rejected, match="another length or other options"):
        define(at_work, "contact", [Field("nick", "text", length=20)])


def test_worksheets_without_the_field_stay_as_they_are() -> None:
    crm = make_desk()
    segment_of(crm, "MILL")
    define(crm.context, SegmentLine, [Field("seat", "text")])
    no = next(iter(crm.segments)).no
    before = crm.store.segments.get(no)
    change_field(crm.context, SegmentLine, Field("seat", "code"))
    assert crm.store.segments.get(no) is before


def test_own_tables_hold_what_was_checked_when_it_came(at_work: Context) -> None:
    fields = [Field("no", "code"), Field("contact_no", "code")]
    define(at_work, "orders", fields, key="no", link="contact_no")
    define(at_work, "contact", [Field("points", "integer")])
    assert definition_faults(at_work.store) == []


@pytest.mark.parametrize(
    ("fields", "given", "said"),
    [
        ([], {}, "fields"),
        ([Field("points", "integer")], {"alias": "people"}, "alias"),
        ([Field("points", "integer")], {"called": ["People"]}, "called"),
    ],
    ids=["no field", "alias", "caption"],
)
def test_what_a_definition_would_not_do_is_refused(
    at_work: Context, fields: list[Field], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        define(at_work, "contact", fields, **given)
    assert caught.value.field == said
    assert definitions_version(at_work.store) == 0


def test_a_field_that_no_type_fits_hinders_no_other(at_work: Context) -> None:
    at_work.store.records.put([OwnField(table="mailing_group", name="old", type="int")])
    table = define(at_work, MailingGroup, [Field("since", "date")])
    assert [*table.fields] == ["code", "description", "since"]


def test_what_is_logged_keeps_the_own_fields_of_criteria_that_it_was_refreshed_from() -> None:
    crm = make_desk()
    crm.tables.define("contact", Field("tier", "text"), Field("points", "integer"))
    crm.saved_criteria.save("X", seg.make_selection(contact={"tier": "''", "no": "MILL"}))
    sheet = segment_of(crm, template="TALK").follow_criteria("X")
    sheet.refresh()
    gone = CriteriaAction(kind=ActionKind.ADD, criteria=seg.make_selection(contact={"shoe": "5"}))
    kept = crm.store.records.find(SavedCriteria, "X")
    assert kept is not None
    actions = (*actions_from_json(kept.actions), gone)
    crm.store.records.put([SavedCriteria(code="X", actions=actions_to_json(actions))])
    assert sheet.log().segment.own_fields.fields == (("contact", "tier", "text"),)
