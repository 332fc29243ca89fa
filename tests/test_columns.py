"""Records kept by what they share are the records that they were made of."""

from collections import Counter
from decimal import Decimal
from operator import attrgetter

import attrs
import hypothesis.strategies as st
from hypothesis import given

from segmentation.columns import Columns, gathered, joined, like
from segmentation.segments import SegmentLine

LINES = st.lists(
    st.builds(
        SegmentLine,
        segment_no=st.just("SM1"),
        line_no=st.sampled_from([10_000, 20_000, 30_000]),
        contact_no=st.sampled_from(["A", "B"]),
        unit_cost=st.sampled_from([Decimal(1), Decimal("1.0")]),
        extra=st.sampled_from([(), (("a", 1),)]),
    ),
    max_size=4,
)


def columns_of(lines: list[SegmentLine]) -> Columns[SegmentLine]:
    return gathered(SegmentLine, lines)


def same(found: Columns[SegmentLine], lines: list[SegmentLine]) -> bool:
    """Equal, and alike in what a comparison of numbers does not see."""
    return found == lines and repr([*map(attrs.astuple, found)]) == repr(
        [*map(attrs.astuple, lines)]
    )


@given(LINES)
def test_they_are_what_they_were_gathered_from(lines: list[SegmentLine]) -> None:
    found = columns_of(lines)
    assert same(found, lines)
    assert len(found) == len(lines)
    assert [found[place] for place in range(len(lines))] == lines
    assert same(found[1:], lines[1:])
    assert same(found[::-1], lines[::-1])


@given(LINES, LINES)
def test_one_after_another_they_are_both(one: list[SegmentLine], other: list[SegmentLine]) -> None:
    assert same(joined(SegmentLine, [columns_of(one), columns_of(other)]), one + other)


@given(LINES, st.data())
def test_others_take_the_place_of_some(lines: list[SegmentLine], data: st.DataObject) -> None:
    others = data.draw(LINES)
    places = data.draw(st.permutations(range(len(lines))))
    put = dict(zip(places, others, strict=False))
    wanted = [put.get(place, line) for place, line in enumerate(lines)]
    assert same(columns_of(lines).replaced(put), wanted)


@given(LINES)
def test_combinations_of_values_are_counted(lines: list[SegmentLine]) -> None:
    names = ("contact_no", "line_no")
    assert columns_of(lines).counted(*names) == Counter(map(attrgetter(*names), lines))
    assert columns_of(lines).counted("segment_no", "description") == (
        {("SM1", ""): len(lines)} if lines else {}
    )


def test_a_value_may_be_given_to_all_of_them_or_one_to_each() -> None:
    lines = like(SegmentLine(segment_no="SM1", line_no=0), 2, {"line_no": range(1, 3)})
    both = lines.having(segment_no="SM2", line_no=5)
    assert [(line.segment_no, line.line_no) for line in both] == [("SM2", 5)] * 2
    apart = both.with_columns(contact_no=["A", "B"])
    assert [line.contact_no for line in apart] == ["A", "B"]
    assert "contact_no" not in apart.shared


def test_equal_is_not_the_same_for_numbers_but_for_texts() -> None:
    lines = [
        SegmentLine(segment_no="SM1", line_no=1, description="".join("ab"), unit_cost=cost)
        for cost in (Decimal("1.5"), Decimal("1.50"))
    ]
    assert columns_of(lines).columns == {"unit_cost": (Decimal("1.5"), Decimal("1.50"))}
    assert columns_of(lines) != lines[:1]
    assert columns_of(lines) != "ab"
    assert columns_of(lines) != 1
