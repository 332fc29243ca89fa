"""Campaigns: their dates, what their figures say."""

import datetime as dt

import pytest

from segmentation.campaigns import (
    Campaign,
    Period,
)


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
