"""Texts searched as one long text: always those whose values pass one by one."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.bitmaps import to_positions
from segmentation.contacts import Contact
from segmentation.criteria import (
    BoundFilter,
    FitsPattern,
    IsEqual,
    Letters,
    Wild,
    bind,
    bind_filter,
    make_selection,
    parse,
    to_value_test,
)
from segmentation.fields import Field, FieldType
from segmentation.memory import MemoryStore
from segmentation.memory._index_texts import TextColumn
from segmentation.segments import contact_schema
from support import truth

NAME = Field("name", FieldType.TEXT)
LETTERS = "abAB\xe9\xc9\u0301\u0130\u0131i\xdf\u03a3\u03c3\u03c2\u212ak \n"
texts = st.text(LETTERS, max_size=5)
pieces = st.one_of(st.text(LETTERS, min_size=1, max_size=2), st.sampled_from(Wild))


def column(values: Sequence[Any]) -> TextColumn:
    def read(places: Sequence[int] | None) -> Iterable[Any]:
        return values if places is None else map(values.__getitem__, places)

    return TextColumn(NAME, read, len(values))


def filter_of(text: str) -> BoundFilter:
    item = parse(text)
    assert item is not None
    return bind_filter(item, NAME, truth.AS_OF)


def agrees(values: Sequence[Any], item: BoundFilter) -> bool:
    found = column(values).passing(item)
    assert found is not None
    passes = to_value_test(item, NAME)
    return list(to_positions(found)) == [at for at, value in enumerate(values) if passes(value)]


@given(
    st.lists(st.one_of(texts, st.none()), max_size=9),
    st.lists(pieces, min_size=1, max_size=4),
    st.sampled_from(Letters),
)
def test_patterns_find_what_fits(
    values: list[str | None], pattern: list[str | Wild], letters: Letters
) -> None:
    changed = [each if isinstance(each, Wild) else letters.change(each) for each in pattern]
    kept = [each for each in changed if each != ""]
    assert agrees(values, FitsPattern(tuple(kept), letters))
    assert agrees(values, IsEqual("".join(each for each in kept if isinstance(each, str)), letters))


@pytest.mark.parametrize(
    "text",
    ["<>a*", "(@*b*|A)&<>*c", "a|b|c|d|e|f|g|h|i|''", "''", "b..", "*", "?", "@\u03a3*", "~*e*"],
)
@pytest.mark.parametrize(
    "values",
    [["a", "AB", "abc", "", None, "e\u0301", "\u03c3\u03c2"], ["a\0b", "b", "\0"], []],
    ids=["plain", "with the separator", "none"],
)
def test_filters_find_what_passes(values: list[str | None], text: str) -> None:
    assert agrees(values, filter_of(text))


def test_a_separator_in_a_pattern_reaches_over_no_two_values() -> None:
    assert agrees(["a", "b"], FitsPattern((Wild.ANY_RUN, "a\0b", Wild.ANY_RUN)))


def test_many_letters_are_folded_one_by_one() -> None:
    greek_and_cyrillic = [chr(code) for code in range(0x391, 0x450) if chr(code).isalpha()]
    assert agrees(greek_and_cyrillic, filter_of("@*\u0434*|@\u03c3"))


def test_values_are_sorted_once_they_were_often_tried() -> None:
    tried = column(["b", "c"])
    assert [tried.passing(filter_of("b..")) for _ in range(9)] == [*[3] * 8, None]
    assert tried.passing(filter_of("@*B*")) == 1


def test_other_values_than_texts_are_tried_one_by_one() -> None:
    assert agrees(["a", None, ""], filter_of("a"))
    assert column([5]).passing(IsEqual("a")) == 0


def test_contacts_are_found_by_names_that_all_differ() -> None:
    """First by a search, later by sorted names, and no other way when a name changes."""
    store = MemoryStore(block=8)
    names = {f"C{n:03}": f"{'Anna' if n % 3 else 'anna'} {n}" for n in range(600)}
    store.records.put(Contact(no=no, name=name) for no, name in names.items())

    def found(text: str) -> list[str]:
        bound = bind(make_selection(contact={"name": text}), contact_schema(), truth.AS_OF)
        return list(store.contacts.matching(bound))

    for _ in range(9):
        assert found("@ANNA 1?") == [f"C{n:03}" for n in range(10, 20)]
        assert found("Anna*") == [no for no, name in names.items() if name.startswith("A")]
        assert found("b..") == []
        assert found("anna 99|Anna 100") == ["C099", "C100"]
    assert [found(f"anna 59..{n}") for n in range(10)] == [[]] * 10
    store.records.put([Contact(no="C015", name="Berta")])
    assert found("@ANNA 1?") == [f"C{n:03}" for n in range(10, 20) if n != 15]
    assert found("b..|Berta") == ["C015"]
