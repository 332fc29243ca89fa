"""Campaigns: their dates, what their figures say, and groups compared."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.campaigns import (
    Campaign,
    Group,
    Period,
    compared,
)
from segmentation.errors import InvalidValue


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True),
        (dt.date(2026, 11, 22), dt.date(2026, 11, 22), True),
        (dt.date(2026, 11, 23), None, False),
        (None, dt.date(2026, 11, 21), False),
    ],
)
def test_a_campaign_runs_between_its_dates_and_blank_ones_are_open(
    start: dt.date | None, end: dt.date | None, *, holds: bool
) -> None:
    campaign = Campaign(no="C", starting_date=start, ending_date=end)
    assert campaign.holds(dt.date(2026, 11, 22)) is holds
    assert list(campaign.faults()) == []


def test_an_ending_before_the_start_is_a_fault() -> None:
    campaign = Campaign(no="C", starting_date=dt.date(2026, 2, 1), ending_date=dt.date(2026, 1, 31))
    assert [str(fault) for fault in campaign.faults()] == [
        "campaign C: ending_date: 2026-01-31 is before 2026-02-01, the start"
    ]


@pytest.mark.parametrize(
    ("period", "start"),
    [
        (Period.DAY, dt.date(2026, 11, 22)),
        (Period.WEEK, dt.date(2026, 11, 16)),
        (Period.MONTH, dt.date(2026, 11, 1)),
    ],
)
def test_a_period_starts_on_its_first_day(period: Period, start: dt.date) -> None:
    assert period.start(dt.date(2026, 11, 22)) == start


def test_newcombe_s_interval_is_the_published_one() -> None:
    """Newcombe 1998, table II, method 10: 56 of 70 less 48 of 80 gives 0.0524 to 0.3339."""
    found = compared(
        Group(name="B", contacts=80, responses=48), Group(name="A", contacts=70, responses=56)
    )
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    assert found.is_significant


@given(
    st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
)
def test_the_interval_holds_the_difference_and_turns_round_with_the_groups(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    first = Group(name="A", contacts=one[0], responses=one[1])
    second = Group(name="B", contacts=other[0], responses=other[1])
    there, back = compared(first, second), compared(second, first)
    assert there.low - 1e-9 <= there.difference <= there.high + 1e-9
    assert there.low == pytest.approx(-back.high)
    assert there.is_significant is back.is_significant


@pytest.mark.parametrize(("contacts", "responses"), [(0, 0), (3, 4), (3, -1)])
def test_an_empty_group_or_too_many_responses_cannot_be_compared(
    contacts: int, responses: int
) -> None:
    good = Group(name="A", contacts=3, responses=1)
    with pytest.raises(InvalidValue, match="group B"):
        compared(good, Group(name="B", contacts=contacts, responses=responses))


def test_the_rate_of_an_empty_group_is_nothing() -> None:
    assert Group(name="A", contacts=0, responses=0).rate == 0


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_lies_between_nothing_and_certainty(confidence: float) -> None:
    group = Group(name="A", contacts=3, responses=1)
    with pytest.raises(InvalidValue, match="confidence"):
        compared(group, group, confidence=confidence)
