"""Records in memory: found by their keys and read in the order of these, however they came."""

import random  # noqa: TID251 - from a seed
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from segmentation.contacts import ContactMailingGroup
from segmentation.memory import MemoryStore

KEYS = [(no, group) for no in "ABCD" for group in ("EVENTS", "NEWS", "XMAS")]


def row(key: tuple[str, str]) -> ContactMailingGroup:
    return ContactMailingGroup(contact_no=key[0], mailing_group_code=key[1])


@given(
    st.sampled_from([1, 2, 1024]),
    st.lists(
        st.tuples(
            st.sampled_from(["put", "remove", "read", "undo"]),
            st.lists(st.sampled_from(KEYS), max_size=4),
        )
    ),
)
def test_what_was_put_last_is_found_and_read_in_order(
    block: int, steps: list[tuple[str, list[tuple[str, str]]]]
) -> None:
    store, model = MemoryStore(block=block), set[tuple[str, str]]()
    for step, keys in steps:
        match step:
            case "put":
                store.records.put(map(row, keys))
                model |= set(keys)
            case "remove":
                store.records.remove(map(row, keys))
                model -= set(keys)
            case "undo":
                with suppress(ZeroDivisionError), store.transaction():
                    store.records.put(map(row, keys))
                    store.records.remove(map(row, keys[1:]))
                    raise ZeroDivisionError
            case _:
                assert list(store.records.all(ContactMailingGroup)) == list(map(row, sorted(model)))
        for key in KEYS:
            found = store.records.find(ContactMailingGroup, *key)
            assert found == (row(key) if key in model else None)


def test_many_may_come_in_any_order() -> None:
    keys = [(f"C{number:04d}", "NEWS") for number in range(3000)]
    mixed = random.Random(1).sample(keys, len(keys))  # noqa: S311 - data for tests
    store = MemoryStore()
    store.records.put(map(row, mixed))
    assert all(store.records.find(ContactMailingGroup, *key) for key in keys)
    store.records.remove(map(row, mixed[:1500]))
    assert list(store.records.all(ContactMailingGroup)) == list(map(row, sorted(mixed[1500:])))
