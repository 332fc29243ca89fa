"""An index built with numpy answers like one that is built without."""

import sys
from array import array
from collections.abc import Sequence
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import mix, reference_data
from segmentation.bitmaps import from_positions
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore, _with_numpy
from segmentation.memory._columns import fitting
from segmentation.memory._index_rows import LinkedRows
from segmentation.memory._sources import PlainSource
from segmentation.memory._stored_keys import keys_of
from segmentation.memory._with_numpy import Keys, places

GROUPS = 5
always = mock.patch.object(_with_numpy, "_LEAST", 1)
never = mock.patch.object(_with_numpy, "_installed", return_value=False)


def answers(*, shortened: bool) -> list[Sequence[str]]:
    """Whom the mix of twenty finds; shortened, some numbers have other lengths than others."""
    store = MemoryStore(block=8)
    for table, of_table in mix.make_columns(120).items():
        columns = dict(of_table)
        for name in ("no", "contact_no", "company_no", "contact_company_no"):
            if shortened and name in columns:
                columns[name] = [f"C{int(no[2:])}" for no in columns[name]]
        store.records.put(reference_data.records_of(table, columns))
    return [store.contacts.matching(each.bound) for each in mix.questions()]


@pytest.mark.parametrize("shortened", [False, True])
def test_answers_are_those_without_it(shortened: bool) -> None:
    without = answers(shortened=shortened)
    with always:
        assert answers(shortened=shortened) == without
        with never:
            assert answers(shortened=shortened) == without


def linked(groups: list[int]) -> LinkedRows:
    rows = [Interaction(entry_no=n) for n in range(len(groups))]
    group_of = {group: group for group in range(GROUPS)}.get
    return LinkedRows(
        PlainSource(rows), array("I", groups), GROUPS, lambda row: groups[row.entry_no], group_of
    )


@given(st.lists(st.integers(0, GROUPS), max_size=40))
def test_rows_are_laid_in_the_same_layers(groups: list[int]) -> None:
    entry_no = Field("entry_no", FieldType.INTEGER)
    found = []
    for numpy in (always, never):
        with numpy:
            rows = linked(groups)
            layers = [list(layer) for layer in rows.ranks(entry_no)[1]]
            each = [[row.entry_no for row in rows.of(group)] for group in range(GROUPS + 1)]
            found.append((layers, each, rows.filled, rows.deep, rows.amounts(entry_no)[1]))
    assert found[0] == found[1]


def test_more_rows_than_can_be_counted_are_deep() -> None:
    with always:
        found = linked([1] * 300)
    with never:
        expected = linked([1] * 300)
    assert (found.deep, found.filled) == (expected.deep, expected.filled)


texts = st.text("AB0", min_size=2, max_size=2).map("CT0000".__add__)


@given(st.sets(texts, min_size=1), st.lists(texts, min_size=1))
def test_keys_are_found_and_compared(known: set[str], sought: list[str]) -> None:
    with always:
        ascending = sorted(known)
        of_known, keys = Keys.of(ascending, len(ascending)), Keys.of(sought, len(sought))
        assert of_known is not None
        assert keys is not None
        place_of = {text: place for place, text in enumerate(ascending)}
        places = keys.places_in(of_known)
        assert list(places or ()) == [place_of.get(text, len(known)) for text in sought]
        different, ranks = keys.different()
        assert different.texts() == sorted(set(sought))
        assert [different.texts()[rank] for rank in ranks] == sought
        at = array("I", range(len(sought)))
        assert keys.differing(of_known, at) == [
            row
            for row, (one, other) in enumerate(zip(sought, ascending, strict=False))
            if one != other
        ]


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["A", "BB"],
        ["", ""],
        ["A", None],
        [1, 2],
        ["\xe9", "A"],
        ["AB1234567890", "AC1234567890"],
    ],
)
def test_other_keys_do_not_suit(values: list[Any]) -> None:
    with always:
        assert Keys.of(values, max(len(values), 1)) is None


def test_keys_of_different_shapes_are_not_compared() -> None:
    with always:
        short, long = Keys.of(["A"], 1), Keys.of(["AB"], 1)
        assert short is not None
        assert long is not None
        assert short.places_in(long) is None
        assert short.differing(long, array("I", [0])) is None


def test_few_rows_do_without() -> None:
    assert Keys.of(["A"], 1) is None


def numbers(keys: Keys | None) -> tuple[list[int], tuple[int, bytes]] | None:
    """What keys hold, to be compared."""
    return None if keys is None else (keys.numbers.tolist(), keys.shape)


EVEN = [f"CT{number:05}" for number in range(2_500)]


@pytest.mark.parametrize(
    ("values", "suits"),
    [
        pytest.param(EVEN, True, id="texts of one length"),
        pytest.param([f"{text:>70}" for text in EVEN], True, id="long texts of one length"),
        pytest.param([*EVEN, "CT1"], False, id="another length, not laid in a block"),
        pytest.param(["CT1", *EVEN], False, id="another length first"),
        pytest.param([*EVEN[:9], "CT1", *EVEN], False, id="another length in a block"),
        pytest.param(["", *EVEN], False, id="a blank first"),
        pytest.param([*EVEN, "ÅÅ00001"], False, id="letters beyond ASCII"),
        pytest.param(EVEN[:3] * 99, True, id="few different"),
        pytest.param([*EVEN[:3] * 99, None], False, id="few different, and none"),
        pytest.param(["CT00001"], True, id="a single one"),
        pytest.param(list(range(2_500)), False, id="whole numbers"),
    ],
)
def test_a_column_has_the_keys_of_its_values(values: list[Any], suits: bool) -> None:
    with always:
        expected = numbers(Keys.of(values, len(values)))
        assert (expected is not None) == suits
        for laid in {len(values), len(values) * 2 // 3, 1}:
            column, rest = fitting(values), values[laid:]
            assert numbers(keys_of(column, laid, rest, None)) == expected


def test_a_missing_value_has_the_key_of_the_blank() -> None:
    with always:
        expected = numbers(Keys.of(["A", "B", "A", "B", "B"], 5))
        assert numbers(keys_of(fitting(["A", None, "A"]), 3, ["B", None], "B")) == expected
        assert numbers(keys_of(fitting(EVEN), 2_500, [None], "CT00007")) == numbers(
            Keys.of([*EVEN, "CT00007"], 2_501)
        )


def test_further_values_of_another_shape_do_not_suit() -> None:
    with always:
        assert keys_of(fitting(EVEN), 2_500, ["CT1"], None) is None


@given(st.sets(st.integers(0, 999)))
def test_the_same_positions_are_listed(positions: set[int]) -> None:
    bitmap = from_positions(positions, 1_000)
    with always, mock.patch.dict(sys.modules, numpy=np):
        for size in (1_000, 1_008):
            listed = places(bitmap, size)
            assert listed in (None, sorted(positions))
            assert (listed is None) == (not size / 256 <= len(positions) <= size / 16)
        with never:
            assert places(bitmap, 1_000) is None
    with always, mock.patch.dict(sys.modules):
        sys.modules.pop("numpy", None)
        assert places(bitmap, 1_000) is None


def test_few_rows_of_a_column_do_without() -> None:
    assert keys_of(fitting(EVEN), 2_500, [], None) is None
