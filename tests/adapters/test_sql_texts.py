"""Texts and numbers of any kind compare in the databases as they do in Python."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from segmentation.adapters.sqlalchemy import SqlStore
from segmentation.adapters.sqlalchemy._functions import add_functions, compare_decimals
from segmentation.contacts import Contact, ContactMailingGroup, ItemEntry
from segmentation.criteria import (
    AllOf,
    AnyOf,
    AsOf,
    Between,
    Compare,
    Cut,
    Filter,
    First,
    Like,
    Not,
    Operand,
    Operator,
    Part,
    Schema,
    Selection,
    Where,
    Wild,
    bind,
    bind_filter,
    parse,
    to_value_test,
)
from segmentation.fields import Field, FieldType
from segmentation.memory import MemoryContacts
from segmentation.segments import contact_schema
from support import trees
from support.databases import Database

AS_OF = AsOf(date(2026, 11, 22))
SOME = "aAzZ0 ._%*?[]ßẞÅåΣςσİıǅŉﬁĳ𝔘𐐀\t\u00a0\u0301\u00ad\ud7ff\ue000\U0010ffff"

stored = st.lists(
    st.text(st.sampled_from(SOME), max_size=5)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3),
    min_size=1,
    max_size=6,
)
asked = st.text(st.sampled_from(SOME + "\ud800\udfff"), max_size=4)
operands = st.builds(Operand, asked, st.booleans())
plain: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Compare, st.sampled_from(Operator), operands),
    st.builds(Between, operands, operands),
    st.builds(
        Like,
        st.lists(asked | st.sampled_from(Wild), max_size=4).map(lambda p: [*p, Wild.ANY_RUN]),
        st.booleans(),
    ),
)


def _like(text: str) -> Filter:
    return Compare(Operator.EQUAL, Operand(text, any_case=True))


def put_contacts(store: SqlStore, field: Field, values: Sequence[str]) -> list[Contact]:
    extra = field.extra
    kept = [
        Contact(no=f"C{n}", extra=((field.name, text),))
        if extra
        else Contact(no=f"C{n}", **{field.name: text})  # type: ignore[arg-type]  # a text field
        for n, text in enumerate(values)
    ]
    store.records.remove(list(store.records.all(Contact)))
    store.records.put(kept)
    return kept


def test_texts_and_codes_pass_filters_as_in_python(database: Database) -> None:
    store = database.open()
    fields = [
        Field("name", FieldType.TEXT),
        Field("territory_code", FieldType.CODE),
        Field("extra_text", FieldType.TEXT, extra=True),
        Field("extra_code", FieldType.CODE, extra=True),
    ]
    schema = contact_schema({"contact": fields[2:]})

    @settings(max_examples=40)
    @given(st.sampled_from(fields), stored, plain | trees.filters_of(fields[0]))
    @example(fields[0], ["ΑΣ", "ας", "ΑΣΑ", "Σ", "A\u0301Σ\u0301", "İ"], _like("ας"))
    def agrees(field: Field, values: list[str], item: Filter) -> None:
        passes = to_value_test(bind_filter(item, field, AS_OF), field)
        kept = put_contacts(store, field, values)
        expected = [contact.no for contact in kept if passes(contact.value(field.name))]
        bound = bind(Part("contact", (Where(field.name, item),)), schema, AS_OF)
        assert list(store.contacts.matching(bound)) == expected

    agrees()


amounts = st.decimals(places=4, min_value=-(10**9), max_value=10**9) | st.integers(-3, 3).map(
    Decimal
)
dates = st.none() | st.dates()


def test_numbers_and_dates_pass_filters_as_in_python(database: Database) -> None:
    store = database.open()
    table = attrs.evolve(contact_schema().table("value_entry"), link=None)
    schema = Schema("value_entry", "entry_no", {"value_entry": table})

    @settings(max_examples=40)
    @given(
        st.sampled_from(["amount", "entry_no", "posting_date"]),
        st.lists(st.tuples(amounts, dates), min_size=1, max_size=5),
        st.data(),
    )
    def agrees(name: str, values: list[tuple[Decimal, date | None]], data: st.DataObject) -> None:
        texts = {
            "amount": [*(str(amount) for amount, _ in values), "0", "0.50", ""],
            "entry_no": ["0", "1", str(2**63 - 1), str(-(2**63))],
            "posting_date": [*(day.isoformat() for _, day in values if day), "", "t"],
        }
        item = data.draw(_of(texts[name]))
        kept = [
            ItemEntry(entry_no=n, amount=amount, posting_date=day)
            for n, (amount, day) in enumerate(values)
        ]
        store.records.remove(list(store.records.all(ItemEntry)))
        store.records.put(kept)
        passes = to_value_test(bind_filter(item, table.field(name), AS_OF), table.field(name))
        bound = bind(Part("value_entry", (Where(name, item),)), schema, AS_OF)
        expected = [entry.entry_no for entry in kept if passes(getattr(entry, name))]
        found: list[object] = [*store.contacts.matching(bound)]
        assert found == expected

    agrees()


def test_points_in_time_pass_filters_as_in_python(database: Database) -> None:
    store = database.open()
    field = contact_schema().table("contact").field("last_modified")

    @settings(max_examples=25)
    @given(st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), max_size=5), st.data())
    def agrees(values: list[datetime | None], data: st.DataObject) -> None:
        moments = [each.isoformat() for each in values if each]
        item = data.draw(_of([*moments, *(each[:10] for each in moments), "", "t"]))
        kept = [Contact(no=f"C{n}", last_modified=each) for n, each in enumerate(values)]
        store.records.remove(list(store.records.all(Contact)))
        store.records.put(kept)
        passes = to_value_test(bind_filter(item, field, AS_OF), field)
        bound = bind(Part("contact", (Where(field.name, item),)), contact_schema(), AS_OF)
        expected = [contact.no for contact in kept if passes(contact.last_modified)]
        assert list(store.contacts.matching(bound)) == expected

    agrees()


def _of(texts: list[str]) -> st.SearchStrategy[Filter]:
    one = st.builds(Operand, st.sampled_from(texts))
    return st.one_of(
        st.builds(Compare, st.sampled_from(Operator), one), st.builds(Between, one, one)
    )


def test_long_lists_and_long_rows_of_conditions_are_answered(database: Database) -> None:
    store = database.open()
    store.records.put(Contact(no=f"C{n:05}", city=f"Town {n}") for n in range(50))
    codes = "|".join(f"C{n:05}" for n in range(0, 100_000, 2))
    towns = "|".join(f"@town {n}*" for n in range(1, 1200, 2))
    assert len(_found(store, no=codes)) == 25
    assert len(_found(store, city=towns)) == 35
    assert len(_found(store, no=f"<>({codes})")) == 25


def test_what_is_nested_too_deep_for_a_database_is_answered_all_the_same(
    database: Database,
) -> None:
    store = database.open()
    store.records.put([Contact(no="A", country_region_code="DK"), Contact(no="B")])
    store.records.put([ContactMailingGroup(contact_no="B", mailing_group_code="NEWS")])
    danish, news = _part(country_region_code="DK"), Part("mailing_groups")
    for depth in (5, 30, 45):
        node: Selection = danish
        for step in range(depth):
            node = AllOf((AnyOf((Not(node), danish)), news if step % 3 else Not(news)))
        bound = bind(node, contact_schema(), AS_OF)
        reference = MemoryContacts(store.records, store.segments).matching(bound)
        assert list(store.contacts.matching(bound)) == list(reference)
        assert store.contacts.count(bound) == len(reference)
    starts = tuple(_like_start(f"Town {n}") for n in range(5_000))
    part = Part("contact", (Where("city", AnyOf(starts)),))
    assert list(store.contacts.matching(bind(part, contact_schema(), AS_OF))) == []


def test_a_count_looks_at_all_that_pass(database: Database) -> None:
    store = database.open()
    store.records.put([Contact(no="A"), Contact(no="B"), Contact(no="C", city="Bern")])
    assert store.contacts.count(bind(None, contact_schema(), AS_OF)) == 3
    cut = Cut(_part(city="''"), First(1))
    assert store.contacts.count(bind(cut, contact_schema(), AS_OF)) == 2


def _like_start(text: str) -> Filter:
    return Like((text, Wild.ANY_RUN))


def _part(**filters: str) -> Part:
    parsed = {field: parse(text) for field, text in filters.items()}
    return Part(
        "contact", tuple(Where(field, each) for field, each in parsed.items() if each is not None)
    )


def _found(store: SqlStore, **filters: str) -> Sequence[str]:
    return store.contacts.matching(bind(_part(**filters), contact_schema(), AS_OF))


def test_a_pattern_of_what_no_database_can_hold_fits_no_text(database: Database) -> None:
    store = database.open()
    store.records.put([Contact(no="C1"), Contact(no="C2", city="Bern")])
    for pattern, expected in (((Wild.ANY_RUN,), ["C1", "C2"]), (("B\ud800", Wild.ANY_RUN), [])):
        bound = bind(Part("contact", (Where("city", Like(pattern)),)), contact_schema(), AS_OF)
        assert list(store.contacts.matching(bound)) == expected


def test_what_spells_no_number_comes_before_all_that_do() -> None:
    assert compare_decimals("much", "-1") == -1
    assert compare_decimals("1.0", "1") == 0


def test_a_missing_value_adds_nothing_to_a_sum() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        add_functions(connection)
        connection.execute("CREATE TABLE amounts AS SELECT '1.5' AS v UNION ALL SELECT NULL")
        (total,) = connection.execute("SELECT segmentation_sum(v) FROM amounts").fetchone()
    assert total == "1.5"
