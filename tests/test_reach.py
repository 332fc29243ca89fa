"""Caps and quiet hours: when somebody may be written to, and when next."""

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from segmentation.contacts import CorrespondenceType
from segmentation.operations.permission import Denial
from segmentation.reach import (
    ContactCap,
    QuietHours,
    ReachRules,
    Sending,
    WaitReason,
    clock_changes,
    zone_named,
)
from segmentation.segments import LeftOutReason

EMAIL, LETTER = CorrespondenceType.EMAIL, CorrespondenceType.HARD_COPY
COPENHAGEN, NEW_YORK = ZoneInfo("Europe/Copenhagen"), ZoneInfo("America/New_York")
NIGHT = QuietHours(code="NIGHT", starting_time=dt.time(21), ending_time=dt.time(8))
SMALL_HOURS = QuietHours(code="SMALL", starting_time=dt.time(0, 30), ending_time=dt.time(2, 30))
HOUR = dt.timedelta(hours=1)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def mail(at: str, channel: CorrespondenceType = EMAIL, purpose: str = "NEWS") -> Sending:
    return Sending("A", channel, purpose, moment(at))


# -- quiet hours ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quiet", "zone", "at", "over"),
    [
        (NIGHT, COPENHAGEN, "2027-03-27T20:30Z", "2027-03-28T06:00Z"),
        (NIGHT, COPENHAGEN, "2027-10-30T19:30Z", "2027-10-31T07:00Z"),
        (NIGHT, COPENHAGEN, "2027-03-27T19:59:59Z", "2027-03-27T19:59:59Z"),
        (NIGHT, COPENHAGEN, "2027-03-28T06:00:00Z", "2027-03-28T06:00:00Z"),
        (NIGHT, COPENHAGEN, "2027-03-27T20:00:00Z", "2027-03-28T06:00:00Z"),
        (NIGHT, NEW_YORK, "2027-03-28T06:00Z", "2027-03-28T12:00Z"),
        (NIGHT, dt.UTC, "2027-03-28T07:59:59.999999Z", "2027-03-28T08:00Z"),
        (SMALL_HOURS, COPENHAGEN, "2027-03-28T00:30Z", "2027-03-28T01:00Z"),
        (SMALL_HOURS, COPENHAGEN, "2027-03-27T23:30:00.5Z", "2027-03-28T01:00Z"),
        (SMALL_HOURS, COPENHAGEN, "2027-10-31T00:30:00Z", "2027-10-31T00:30:00Z"),
        (SMALL_HOURS, COPENHAGEN, "2027-10-31T00:59:59Z", "2027-10-31T00:59:59Z"),
        (SMALL_HOURS, COPENHAGEN, "2027-10-31T01:00:00Z", "2027-10-31T01:30Z"),
        (SMALL_HOURS, COPENHAGEN, "2027-10-30T23:00:00Z", "2027-10-31T00:30Z"),
        # This zone left out the whole of 2011-12-30.
        (NIGHT, ZoneInfo("Pacific/Apia"), "2011-12-30T08:00Z", "2011-12-30T18:00Z"),
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(
    quiet: QuietHours, zone: dt.tzinfo, at: str, over: str
) -> None:
    """TRU-55, TRU-56."""
    assert quiet.over_from(moment(at), zone) == moment(over)
    assert quiet.hold(moment(at), zone) is (at != over)


def test_clocks_that_are_set_back_may_end_quiet_hours_too() -> None:
    late = QuietHours(code="LATE", starting_time=dt.time(2, 30), ending_time=dt.time(4))
    assert late.over_from(moment("2027-10-31T00:45Z"), COPENHAGEN) == moment("2027-10-31T01:00Z")
    assert late.over_from(moment("2027-10-31T01:30Z"), COPENHAGEN) == moment("2027-10-31T03:00Z")


@pytest.mark.parametrize("zone", ["Europe/Copenhagen", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_the_end_is_the_first_moment_that_is_not_quiet(zone: str) -> None:
    """TRU-55, TRU-56: held against looking at every quarter of an hour of a year."""
    there, step = ZoneInfo(zone), dt.timedelta(minutes=15)
    at, last = moment("2026-12-31T12:00Z"), None
    moments = [at + number * step for number in range(366 * 24 * 4)]
    for each in reversed(moments):
        for quiet in (NIGHT, SMALL_HOURS):
            if quiet.hold(each, there) and last is not None and not quiet.hold(last, there):
                assert quiet.over_from(each, there) == last
        last = each


def test_quiet_hours_without_a_beginning_or_an_end_hold_never() -> None:
    whole = QuietHours(code="Q", starting_time=dt.time(8), ending_time=dt.time(8))
    for quiet in (QuietHours(code="Q"), QuietHours(code="Q", starting_time=dt.time(8)), whole):
        assert not quiet.hold(moment("2027-03-28T08:00Z"), dt.UTC)


def test_changes_of_a_clock_are_found_to_the_second() -> None:
    start = moment("2027-01-01T00:00Z")
    found = list(clock_changes(COPENHAGEN, start, start + dt.timedelta(days=365)))
    assert found == [moment("2027-03-28T01:00Z"), moment("2027-10-31T01:00Z")]


def test_a_zone_has_a_name_of_the_iana() -> None:
    assert zone_named("Europe/Copenhagen") == COPENHAGEN
    assert [zone_named(name) for name in ("Europe", "../etc", "europe/copenhagen", "")] == [
        None
    ] * 4


# -- caps -------------------------------------------------------------------------------------

WEEKLY = ContactCap(
    code="WEEKLY", at_most=2, window_hours=7 * 24, channel="email", purpose_code="NEWS"
)


@pytest.mark.parametrize(
    ("at", "free"),
    [
        ("2026-11-03T08:59:59Z", "2026-11-08T09:00Z"),
        ("2026-11-07T09:00Z", "2026-11-08T09:00Z"),
        ("2026-11-08T08:59:59Z", "2026-11-08T09:00Z"),
        ("2026-11-08T09:00Z", "2026-11-08T09:00Z"),
    ],
)
def test_a_window_is_open_at_its_end(at: str, free: str) -> None:
    """TRU-54."""
    sent = [moment("2026-11-03T09:00Z"), moment("2026-11-01T09:00Z")]
    assert WEEKLY.free_from(sent, moment(at)) == moment(free)


def test_more_than_a_cap_allows_is_waited_for_until_enough_has_run_out() -> None:
    sent = [moment(f"2026-11-01T{hour:02}:00Z") for hour in range(6)]
    daily = ContactCap(code="DAILY", at_most=2)
    assert daily.free_from(sent, moment("2026-11-01T06:00Z")) == moment("2026-11-02T04:00Z")


def test_a_rule_is_about_its_channel_and_purpose() -> None:
    any_mail = ContactCap(code="MAIL", channel="email")
    offers = QuietHours(code="OFFERS", purpose_code="OFFERS")
    rules = ReachRules(caps=(WEEKLY, any_mail), quiet_hours=(NIGHT, offers))
    assert rules.about(EMAIL, "NEWS") == ReachRules(caps=rules.caps, quiet_hours=(NIGHT,))
    assert rules.about(EMAIL, "") == ReachRules(caps=(any_mail,), quiet_hours=(NIGHT,))
    assert rules.about(LETTER, "OFFERS") == ReachRules(quiet_hours=rules.quiet_hours)
    assert not ReachRules(caps=(WEEKLY,)).about(LETTER, "NEWS")
    assert rules.longest_window == dt.timedelta(days=7)
    assert ReachRules().longest_window == dt.timedelta(0)
    sent = [
        mail("2026-11-01T09:00Z", LETTER),
        mail("2026-11-01T09:00Z", purpose="OFFERS"),
        mail("2026-11-01T09:00Z"),
    ]
    assert ReachRules(caps=(WEEKLY,)).wait(moment("2026-11-01T10:00Z"), sent, dt.UTC) is None
    assert ReachRules(caps=(any_mail,)).wait(moment("2026-11-01T10:00Z"), sent, dt.UTC) is not None


# -- both -------------------------------------------------------------------------------------

DAILY = ContactCap(code="DAILY", channel="email")


def test_the_next_time_is_free_of_cap_and_quiet_hours() -> None:
    """TRU-57."""
    rules = ReachRules(caps=(DAILY,), quiet_hours=(NIGHT,))
    wait = rules.wait(moment("2027-03-28T10:00Z"), [mail("2027-03-27T19:59Z")], COPENHAGEN)
    assert wait is not None
    assert wait.next_time == moment("2027-03-29T06:00Z")
    assert [(each.reason, each.code) for each in wait.reasons] == [
        (WaitReason.CAP_REACHED, "DAILY"),
        (WaitReason.QUIET_HOURS, "NIGHT"),
    ]
    assert str(wait) == (
        "cap DAILY is reached; quiet hours NIGHT; possible from 2027-03-29T06:00:00+00:00 on"
    )


def test_quiet_hours_that_follow_each_other_are_waited_for_together() -> None:
    morning = QuietHours(code="MORNING", starting_time=dt.time(7, 30), ending_time=dt.time(10))
    rules = ReachRules(quiet_hours=(morning, NIGHT))
    wait = rules.wait(moment("2027-06-01T03:00Z"), (), dt.UTC)
    assert wait is not None
    assert wait.next_time == moment("2027-06-01T10:00Z")
    assert [each.code for each in wait.reasons] == ["NIGHT", "MORNING"]


def test_quiet_hours_that_leave_no_moment_have_no_next_time() -> None:
    day = QuietHours(code="DAY", starting_time=dt.time(7), ending_time=dt.time(22))
    wait = ReachRules(quiet_hours=(day, NIGHT)).wait(moment("2027-06-01T03:00Z"), (), dt.UTC)
    assert wait is not None
    assert wait.next_time is None
    assert str(wait) == "quiet hours NIGHT; quiet hours DAY"


def test_a_zone_that_is_none_is_told_with_the_near_one() -> None:
    """TRU-58."""
    rules = ReachRules(caps=(DAILY,), quiet_hours=(NIGHT,))
    at, name = moment("2027-03-28T10:00Z"), "Europe/Kopenhagen"
    wait = rules.wait(at, [mail("2027-03-28T09:00Z")], None, name)
    assert wait is not None
    assert wait.next_time is None
    assert [each.reason for each in wait.reasons] == ["cap_reached", "zone_unknown"]
    told = wait.reasons[-1]
    assert (told.field, told.value, told.near) == ("time_zone", name, "Europe/Copenhagen")
    assert str(told) == (
        "time_zone: 'Europe/Kopenhagen' is no time zone of the IANA; "
        "did you mean 'Europe/Copenhagen'?"
    )
    assert ReachRules(caps=(DAILY,)).wait(at, (), None, name) is None


# -- simulation -------------------------------------------------------------------------------


def sent_hours(at_most: int, window: int, hours: int) -> list[int]:
    """At which hours something is sent, if it is tried every hour."""
    cap = ContactCap(code="CAP", at_most=at_most, window_hours=window)
    rules, start = ReachRules(caps=(cap,)), moment("2027-01-01T00:00Z")
    sent: list[Sending] = []
    for hour in range(hours):
        at = start + hour * HOUR
        lately = [each for each in sent[-at_most:] if each.at > at - rules.longest_window]
        if rules.wait(at, lately, dt.UTC) is None:
            sent.append(Sending("A", EMAIL, "", at))
    return [(each.at - start) // HOUR for each in sent]


def test_in_no_window_more_is_sent_than_a_cap_allows() -> None:
    """TRU-63: for one contact; it is the same for each of a thousand."""
    expected = [week * 168 + number for week in range(9) for number in range(3)]
    expected = [hour for hour in expected if hour < 1440]
    assert sent_hours(3, 168, 1440) == expected
    assert len(expected) * 1000 == 27_000
    for start in range(1440):
        assert sum(start <= hour < start + 168 for hour in expected) <= 3


@pytest.mark.parametrize(("at_most", "window"), [(1, 1), (1, 24), (2, 5), (5, 3), (4, 100)])
def test_every_cap_sends_as_much_as_it_allows_and_no_more(at_most: int, window: int) -> None:
    """TRU-63: others of its kind."""
    hours = sent_hours(at_most, window, 300)
    counts = Counter(hours)
    per_window = [sum(counts[hour + ahead] for ahead in range(window)) for hour in range(300)]
    assert max(per_window) == min(at_most, window)


def test_a_denial_that_waits_says_why_not_yet() -> None:
    wait = ReachRules(caps=(WEEKLY,)).wait(
        moment("2026-11-01T10:00Z"), [mail("2026-11-01T09:00Z")] * 9, dt.UTC
    )
    assert wait is not None
    assert Denial(reason=LeftOutReason.NOT_YET, wait=wait).message == wait.message
