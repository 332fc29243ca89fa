"""Records in memory found by any field: always those that a look at all of them finds."""

from collections.abc import Iterator
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from segmentation.contacts import ContactBusinessRelation, LinkToTable
from segmentation.memory import MemoryStore

rows = st.builds(
    ContactBusinessRelation,
    contact_no=st.sampled_from(["A", "B", "C"]),
    business_relation_code=st.sampled_from(["X", "Y"]),
    link_to_table=st.sampled_from(LinkToTable),
    no=st.sampled_from(["", "1", "2"]),
)
steps = st.lists(st.tuples(st.sampled_from(["put", "remove", "fail"]), st.lists(rows, max_size=3)))
MANY = 256
CALLS: tuple[dict[str, str], ...] = (
    {},
    {"contact_no": "A"},
    {"no": "1"},
    {"link_to_table": LinkToTable.CUSTOMER},
    {"link_to_table": LinkToTable.CUSTOMER, "no": "1"},
    {"contact_no": "NOBODY"},
)


def looked_at(store: MemoryStore, equal: dict[str, str]) -> Iterator[ContactBusinessRelation]:
    for row in list(store.records.all(ContactBusinessRelation)):
        if all(getattr(row, field) == value for field, value in equal.items()):
            yield row


@given(st.sampled_from([1, 2, 1024]), steps)
def test_changes_and_changes_taken_back_reach_the_indexes(
    block: int, done: list[tuple[str, list[ContactBusinessRelation]]]
) -> None:
    store = MemoryStore(block=block)
    for step, records in done:
        for equal in CALLS:
            found = store.records.all(ContactBusinessRelation, **equal)
            assert list(found) == list(looked_at(store, equal))
        match step:
            case "put":
                store.records.put(records)
            case "remove":
                store.records.remove(records)
            case _:
                with suppress(ZeroDivisionError), store.transaction():
                    store.records.put(records)
                    store.records.remove(records[:1])
                    list(store.records.all(ContactBusinessRelation, no="2"))
                    raise ZeroDivisionError


def test_many_with_one_value_may_leave_at_once() -> None:
    store = MemoryStore()
    many = [
        ContactBusinessRelation(contact_no=f"C{number}", business_relation_code="X", no="1")
        for number in range(MANY + 2)
    ]
    store.records.put(many)
    assert len(list(store.records.all(ContactBusinessRelation, no="1"))) == MANY + 2
    store.records.remove(many[:2])
    assert list(store.records.all(ContactBusinessRelation, no="1")) == sorted(
        many[2:], key=lambda row: row.contact_no
    )
