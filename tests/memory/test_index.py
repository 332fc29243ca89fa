"""Indexes in memory stay true while contacts and rows come, change and go."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactMailingGroup,
    ItemEntry,
    LinkToTable,
)
from segmentation.criteria import (
    AllOf,
    AnyOf,
    AsOf,
    BoundSelection,
    Criteria,
    Cut,
    Figure,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Not,
    Order,
    Part,
    Sample,
    Selection,
    Table,
    Where,
    bind,
    parse,
)
from segmentation.fields import Field, FieldType, Record, Value
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.memory._contacts import MemoryContacts, _IndexedTables
from segmentation.memory._index import ContactIndex
from segmentation.memory._index_links import KnownRows
from segmentation.protocols import Contacts
from segmentation.segments import Segment, SegmentHeader, SegmentLine, contact_schema

SCHEMA = contact_schema({"contact": [Field("points", FieldType.INTEGER, extra=True)]})
AS_OF = AsOf(date(2026, 11, 22))


def part(table: str, **filters: str) -> Part:
    wheres = [(name, parse(text)) for name, text in filters.items()]
    return Part(table, tuple(Where(name, item) for name, item in wheres if item is not None))


NEWS = part("mailing_groups", mailing_group_code="NEWS")
RETAIL = part("industry_groups", industry_group_code="RETAIL")
RECENT = part("interactions", date="2026-06-01..")
ITEMS = part("item_entries", item_no="BIKE")
MANY = parse(">=2")
assert MANY is not None
COSTLY = Figure(Measure.SUM, "cost", RECENT, MANY)
SELECTIONS: list[Criteria | None] = [
    None,
    part("contact", country_region_code="DK|SE"),
    part("contact", no="C3..C5|X1"),
    part("contact", points=">5"),
    NEWS,
    RETAIL,
    RECENT,
    ITEMS,
    AllOf((NEWS, RECENT)),
    AnyOf((NEWS, Not(RETAIL))),
    Figure(Measure.COUNT, "", Part("interactions"), MANY),
    *[
        Figure(Measure.SUM, "cost", some, item)
        for some in (Part("interactions"), RECENT)
        for item in (MANY, parse("<=0"), parse("-2.5..4|>10.25"), parse("<>0&<>2"), parse("1.005"))
        if item is not None
    ],
    Figure(Measure.LATEST, "date", Part("interactions"), RECENT.conditions[0].filter),
    InSegment("S1"),
    InLoggedSegment(4),
    InShare("spring", 2000, 7000),
    AllOf((NEWS, InShare("spring", 7000, 10_000))),
    Cut(NEWS, First(2)),
    Cut(AnyOf((NEWS, Not(RETAIL))), First(3, (Order("points", descending=True), Order("name")))),
    Cut(Not(RETAIL), First(2, (Order("country_region_code"), Order("no", descending=True)))),
    Cut(Not(RETAIL), Sample(2, "spring")),
]


def answers(contacts: ContactIndex | Contacts) -> list[list[str]]:
    return [list(contacts.matching(bound)) for bound in map(bound_to, SELECTIONS)]


def bound_to(criteria: Criteria | None) -> BoundSelection:
    return bind(criteria, SCHEMA, AS_OF)


def contact(no: str, country: str = "DK", company: str = "C1", points: int = 1) -> Contact:
    return Contact(
        no=no, country_region_code=country, company_no=company, extra=(("points", points),)
    )


def spoken(number: int, no: str, day: date | None, company: str = "C1") -> Interaction:
    return Interaction(
        entry_no=number,
        contact_no=no,
        contact_company_no=company,
        date=day,
        cost=COSTS[number % len(COSTS)],
        logged_segment_entry_no=number,
    )


COSTS = [Decimal(0), Decimal("1.005"), Decimal(-3), Decimal(2), Decimal("10.25"), Decimal("-0.5")]
DAYS = [date(2026, 1, 1), date(2026, 7, 1), None]


def records_of(nos: list[str]) -> st.SearchStrategy[Record]:
    """Contacts with these numbers, the first of which are companies, and rows of anybody."""
    anybody = st.sampled_from([*nos, "X1", ""])
    companies = st.sampled_from([*nos[:3], ""])
    return st.one_of(
        st.builds(
            contact,
            st.sampled_from([*nos, "X1"]),
            st.sampled_from(["DK", "SE", "NO", ""]),
            companies,
            st.integers(0, 9),
        ),
        st.builds(
            ContactMailingGroup,
            contact_no=anybody,
            mailing_group_code=st.sampled_from(["NEWS", "EVENTS"]),
        ),
        st.builds(
            ContactIndustryGroup,
            contact_no=companies,
            industry_group_code=st.sampled_from(["RETAIL", "PRESS"]),
        ),
        st.builds(spoken, st.integers(1, 60), anybody, st.sampled_from(DAYS), companies),
        st.builds(
            ContactBusinessRelation,
            contact_no=companies,
            business_relation_code=st.just("CUST"),
            link_to_table=st.just(LinkToTable.CUSTOMER),
            no=st.sampled_from(["1", "2"]),
        ),
        st.builds(
            ItemEntry,
            entry_no=st.integers(1, 9),
            source_type=st.just(LinkToTable.CUSTOMER),
            source_no=st.sampled_from(["1", "2", ""]),
            contact_no=st.sampled_from(["", *nos]),
            item_no=st.sampled_from(["BIKE", "BELL"]),
        ),
    )


records = records_of([f"C{n}" for n in range(1, 9)])
batches = st.lists(records, max_size=6)
changes = st.lists(records_of([f"C{n}" for n in range(10, 14)]), max_size=3)


class BrokenOffError(Exception):
    """Breaks a transaction off."""


def put_and_break_off(store: MemoryStore, batch: list[Record]) -> None:
    with store.transaction():
        store.records.put(batch)
        store.records.remove(batch[:2])
        raise BrokenOffError


BLOCKS = st.sampled_from([1, 2, 1024])
PATIENCE = st.sampled_from([0, 1, 5, 5000])
"""How many changes an index lives through."""


def watching(store: MemoryStore, anyway: int) -> ContactIndex:
    """An index of a store that is discarded, or built again, after so many changes."""
    tables = _IndexedTables(store.records, store.segments)
    index = ContactIndex(tables, SCHEMA.table("contact"), anyway=anyway)
    store.records.watch(index)
    return index


def make_store(first: Iterable[Record], block: int = 1024) -> MemoryStore:
    store = MemoryStore(block=block)
    store.records.put(first)
    header = SegmentHeader(no="S1")
    lines = (SegmentLine(segment_no="S1", line_no=10000, contact_no="C2"),)
    store.segments.put(Segment(header=header, lines=lines))
    return store


@settings(max_examples=60)
@given(
    BLOCKS,
    PATIENCE,
    st.lists(records, max_size=30),
    st.lists(st.tuples(st.sampled_from(["put", "remove", "undo"]), batches), max_size=5),
)
def test_after_any_changes_the_index_finds_what_the_reference_finds(
    block: int, anyway: int, first: list[Record], steps: list[tuple[str, list[Record]]]
) -> None:
    store = make_store(first, block)
    index = watching(store, anyway)
    reference = MemoryContacts(store.records, store.segments)
    assert answers(index) == answers(reference)
    for verb, batch in steps:
        if verb == "undo":
            with pytest.raises(BrokenOffError):
                put_and_break_off(store, batch)
        elif verb == "put":
            store.records.put(batch)
        else:
            store.records.remove(batch)
        assert answers(index) == answers(reference)


MANY_NOS = [f"C{n}" for n in range(10, 90)]
LINKED: list[Selection] = [
    NEWS,
    RETAIL,
    RECENT,
    Not(RECENT),
    COSTLY,
    Figure(Measure.COUNT, "", RECENT, MANY),
]
asked = st.tuples(
    st.sampled_from(LINKED), st.integers(0, 80), st.one_of(st.integers(1, 4), st.just(80))
)


@settings(max_examples=60)
@given(
    BLOCKS,
    PATIENCE,
    st.lists(records_of(MANY_NOS), max_size=60),
    st.lists(st.one_of(asked, changes), max_size=8),
)
def test_whoever_is_asked_about_first_the_index_finds_what_the_reference_finds(
    block: int,
    anyway: int,
    rows: list[Record],
    steps: list[tuple[Selection, int, int] | list[Record]],
) -> None:
    store = make_store([*(contact(no, company=MANY_NOS[0]) for no in MANY_NOS), *rows], block)
    index = watching(store, anyway)
    reference = MemoryContacts(store.records, store.segments)
    for step in steps:
        if isinstance(step, list):
            store.records.put(step)
        else:
            linked, start, count = step
            nos = "|".join(MANY_NOS[start : start + count]) or "C10"
            bound = bound_to(AllOf((part("contact", no=nos), linked)))
            assert index.matching(bound) == reference.matching(bound)


@pytest.mark.parametrize("few", ["", "P00*"])
@pytest.mark.parametrize("step", [1, 7, 1499])
def test_many_rows_are_linked_whatever_their_order(step: int, few: str) -> None:
    nos = [f"P{n * step % 1500:04d}" for n in range(1500)]
    company = {no: "C1" if at % 3 else "C2" for at, no in enumerate(nos)}
    store = make_store(
        [
            *(contact(no, company=company[no]) for no in nos),
            *(spoken(n, no, DAYS[n % 2], "C1") for n, no in enumerate(["", *nos])),
            *(ContactMailingGroup(contact_no=no, mailing_group_code="NEWS") for no in nos[::2]),
            ContactIndustryGroup(contact_no="C2", industry_group_code="RETAIL"),
        ]
    )
    reference = MemoryContacts(store.records, store.segments)
    for linked in LINKED:
        bound = bound_to(AllOf((part("contact", no=few), linked)))
        assert store.contacts.matching(bound) == reference.matching(bound)


def test_a_count_is_that_of_those_who_pass() -> None:
    store = make_store([contact("C1"), contact("C2", "SE"), contact("C3", "FR")])
    assert store.contacts.count(bound_to(SELECTIONS[1])) == 2


def test_contacts_that_come_later_are_found_in_the_order_of_numbers() -> None:
    store = make_store([contact("C2"), contact("C9")])
    bound = bound_to(SELECTIONS[1])
    store.contacts.matching(bound)
    store.records.put([contact("C1"), contact("C5")])
    assert store.contacts.matching(bound) == ["C1", "C2", "C5", "C9"]
    store.contacts.matching(bound_to(RECENT))
    store.records.put([spoken(1, "C5", DAYS[1]), spoken(2, "C9", DAYS[0])])
    assert store.contacts.matching(bound_to(RECENT)) == ["C5"]


class Counted:
    """What an index reads, with how often it read a whole table."""

    def __init__(self, store: MemoryStore) -> None:
        self._tables = _IndexedTables(store.records, store.segments)
        self.reads = 0

    def read(self, table: Table) -> Iterable[Any]:
        self.reads += 1
        return self._tables.read(table)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._tables, name)


def test_the_rows_of_a_changed_contact_are_looked_up_and_no_table_is_read_for_it() -> None:
    nos = [f"P{n:04d}" for n in range(1200)]
    store = make_store(
        [
            *(contact(no, company=nos[n // 100 * 100]) for n, no in enumerate(nos)),
            *(spoken(n, no, DAYS[n % 2], nos[n // 100 * 100]) for n, no in enumerate(nos)),
            ContactIndustryGroup(contact_no=nos[0], industry_group_code="RETAIL"),
            ContactIndustryGroup(contact_no=nos[900], industry_group_code="RETAIL"),
        ]
    )
    tables: Any = Counted(store)
    index = ContactIndex(tables, SCHEMA.table("contact"))
    store.records.watch(index)
    reference = MemoryContacts(store.records, store.segments)
    bound = bound_to(AllOf((part("contact", no="P000*|P095*"), RECENT, RETAIL)))
    assert index.matching(bound) == reference.matching(bound)
    reads = tables.reads
    moved = [contact("P0953", company=nos[0]), contact("P0957", company=nos[100])]
    store.records.put([*moved, contact("P0959X", company=nos[0]), contact("P0955", "SE", nos[900])])
    assert index.matching(bound) == reference.matching(bound)
    assert set(index.matching(bound)) & {"P0953", "P0955", "P0957", "P0959"} == {"P0955", "P0959"}
    assert tables.reads == reads


CHANGES: list[Callable[[int], Record]] = [
    lambda n: contact(f"P{n:04d}", "SE"),
    lambda n: spoken(n, f"P{n:04d}", DAYS[0]),
    lambda n: ContactIndustryGroup(contact_no="C1", industry_group_code=f"G{n}"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_after_many_changes_it_is_built_anew_by_whoever_changes_and_not_in_a_question(
    change: Callable[[int], Record],
) -> None:
    first = [contact(f"P{n:04d}") for n in range(60)]
    store = make_store([*first, *(spoken(n, f"P{n:04d}", DAYS[1]) for n in range(60))])
    reference = MemoryContacts(store.records, store.segments)
    tables: Any = Counted(store)
    index = ContactIndex(tables, SCHEMA.table("contact"), anyway=20)
    store.records.watch(index)
    for start in range(0, 60, 15):
        assert answers(index) == answers(reference)
        store.records.put(map(change, range(start, start + 15)))
        reads = tables.reads
        assert answers(index) == answers(reference)
        assert tables.reads == reads


def test_what_changes_and_is_not_asked_about_is_built_anew_for_the_next_question() -> None:
    store = make_store(contact(f"P{n:04d}") for n in range(60))
    reference = MemoryContacts(store.records, store.segments)
    index = watching(store, 5)
    for change in CHANGES:
        assert answers(index) == answers(reference)
        for _ in range(3):
            store.records.put(map(change, range(60)))
        assert answers(index) == answers(reference)


def test_rows_of_the_few_who_were_asked_about_are_followed_without_reading_a_table() -> None:
    nos = [f"P{n:04d}" for n in range(60)]
    store = make_store(
        [
            *(contact(no, company=nos[n // 10 * 10]) for n, no in enumerate(nos)),
            *(spoken(n, no, DAYS[1], nos[n // 10 * 10]) for n, no in enumerate(nos)),
            *(ContactMailingGroup(contact_no=no, mailing_group_code="NEWS") for no in nos[::2]),
            ContactIndustryGroup(contact_no=nos[0], industry_group_code="RETAIL"),
        ]
    )
    tables: Any = Counted(store)
    index = ContactIndex(tables, SCHEMA.table("contact"))
    store.records.watch(index)
    reference = MemoryContacts(store.records, store.segments)
    asked = [
        bound_to(AllOf((part("contact", no="P000*|P0010"), linked)))
        for linked in (NEWS, RETAIL, RECENT, COSTLY)
    ]
    for bound in asked:
        assert index.matching(bound) == reference.matching(bound)
    reads = tables.reads
    for no in (nos[0], nos[3], nos[10], nos[40], "X9", ""):
        rows = [
            ContactMailingGroup(contact_no=no, mailing_group_code="NEWS"),
            ContactIndustryGroup(contact_no=no, industry_group_code="RETAIL"),
            spoken(100, no, DAYS[1], nos[0]),
            spoken(13, no, DAYS[0], nos[10]),
        ]
        for change in (store.records.put, store.records.remove):
            change(rows)
            for bound in asked:
                assert index.matching(bound) == reference.matching(bound)
    assert tables.reads == reads


def test_whoever_comes_later_may_be_on_a_segment_already() -> None:
    store = make_store([contact("C1"), spoken(4, "C2", DAYS[0])])
    for criteria in (InSegment("S1"), InLoggedSegment(4)):
        assert store.contacts.matching(bound_to(criteria)) == []
    store.records.put([contact("C2"), contact("C3")])
    for criteria in (InSegment("S1"), InLoggedSegment(4)):
        assert store.contacts.matching(bound_to(criteria)) == ["C2"]


def test_of_many_contacts_the_rows_of_the_latest_are_remembered() -> None:
    known = KnownRows(SCHEMA.table("mailing_groups"))
    for number in range(10_001):
        known.remember((f"C{number}",), iter([number]))
    assert known.find(("C9999",)) is None
    assert known.find(("C10000",)) == [10_000]


def test_a_field_with_values_of_no_order_is_left_to_the_reference() -> None:
    odd: list[Any] = [[7], 7]
    for city in odd:
        store = make_store(
            [attrs.evolve(contact("C1"), city="Bergen"), attrs.evolve(contact("C2"), city=city)]
        )
        for order in ((), (Order("country_region_code"), Order("city"))):
            bound = bound_to(Cut(part("contact", city="Bergen"), First(2, order)))
            assert store.contacts.matching(bound) == ["C1"]


def test_a_number_that_is_none_is_left_to_the_reference() -> None:
    costly = bound_to(part("interactions", cost="<>0"))
    spoken_to = attrs.evolve(spoken(1, "C1", DAYS[1]), cost=Decimal("NaN"))
    store = make_store([contact("C1"), contact("C2"), spoken_to])
    assert store.contacts.matching(costly) == ["C1"]


def test_values_that_are_not_of_their_field_count_as_blank() -> None:
    odd: list[Any] = [[7], float("nan"), "many"]
    for points in odd:
        store = make_store([contact("C1"), contact("C2", points=points)])
        found = [store.contacts.matching(bound_to(part("contact", points=p))) for p in ("1", "0")]
        assert found == [["C1"], ["C2"]]


def test_numbers_that_cannot_be_added_up_in_whole_ones_are_left_to_the_reference() -> None:
    costly = bound_to(COSTLY)
    odd: list[Any] = [1.5, Decimal("1E+90"), Decimal("1E-90"), Decimal(10) ** 30]
    for cost in odd:
        rows = [attrs.evolve(spoken(n, "C1", DAYS[1]), cost=cost) for n in (1, 2)]
        store = make_store([contact("C1"), contact("C2"), *rows])
        reference = MemoryContacts(store.records, store.segments)
        assert store.contacts.matching(costly) == reference.matching(costly)


def test_rows_that_go_are_gone_whichever_came_first() -> None:
    spoken_to = [spoken(number, "C1", DAYS[1]) for number in (1, 2, 3)]
    nobody = [spoken(4, "X9", DAYS[1]), spoken(5, "X9", DAYS[1])]
    store = make_store([contact("C1"), *spoken_to, *nobody])
    reference = MemoryContacts(store.records, store.segments)
    assert answers(store.contacts) == answers(reference)
    for gone in (nobody[0], spoken_to[1], spoken_to[0], spoken_to[2]):
        store.records.remove([gone])
        assert answers(store.contacts) == answers(reference)
    store.records.put([contact("X9")])
    assert answers(store.contacts) == answers(reference)
    assert store.contacts.matching(bound_to(RECENT)) == ["X9"]


def test_what_is_remembered_of_filters_and_seeds_makes_room_for_more() -> None:
    store = MemoryStore()
    store.records.put(Contact(no=f"C{number}") for number in range(9))
    for number in range(200):
        for criteria in (part("contact", no=f"C{number}"), InShare(f"seed {number}", 0, 5_000)):
            bound = bind(criteria, SCHEMA, AS_OF)
            reference = MemoryContacts(store.records, store.segments)
            assert store.contacts.matching(bound) == reference.matching(bound)


def test_a_sum_too_long_for_exact_decimals_is_left_to_the_reference() -> None:
    store = MemoryStore()
    store.records.put([Contact(no="C1", company_no="C1"), Contact(no="C2", company_no="C2")])
    long = Decimal("12345678901234567890123.4567890")
    costly = Interaction(entry_no=1, contact_no="C1", contact_company_no="C1", cost=long)
    store.records.put([costly])
    figure = attrs.evolve(COSTLY, part=Part("interactions"))
    bound = bind(figure, SCHEMA, AS_OF)
    reference = MemoryContacts(store.records, store.segments)
    assert store.contacts.matching(bound) == reference.matching(bound) == ["C1"]


def test_the_first_by_values_without_an_order_among_them_are_left_to_the_reference() -> None:
    store = MemoryStore()
    mixed: list[Value] = [3, "many"]
    store.records.put(Contact(no=f"C{n}", extra=(("points", v),)) for n, v in enumerate(mixed))
    bound = bind(Cut(part("contact", no="C0"), First(1, (Order("points"),))), SCHEMA, AS_OF)
    assert store.contacts.matching(bound) == ["C0"]


def test_where_a_host_counts_with_fewer_digits_sums_are_left_to_the_reference() -> None:
    store = MemoryStore()
    store.records.put([Contact(no="C1", company_no="C1"), Contact(no="C2", company_no="C2")])
    costly = Interaction(entry_no=1, contact_no="C1", contact_company_no="C1", cost=Decimal(98765))
    store.records.put([costly])
    bound = bind(attrs.evolve(COSTLY, part=Part("interactions")), SCHEMA, AS_OF)
    with localcontext(prec=4):
        reference = MemoryContacts(store.records, store.segments)
        assert store.contacts.matching(bound) == reference.matching(bound) == ["C1"]
