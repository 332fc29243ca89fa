"""Reach: how often and when somebody is written to, and when it is possible next.

A cap says how much somebody gets in a window at most, quiet hours when nobody is written to by the
clock of the contact's own zone. What they mean at a moment is worked out here. Knows nothing of
storage, nor of what else keeps somebody from being written to.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from math import ceil
from zoneinfo import ZoneInfo, available_timezones

import attrs

from .code_tables import PurposeCode
from .codes import Option
from .contacts import CorrespondenceType
from .errors import Identifier, Message, near_hint, near_name
from .fields import (
    Extra,
    Record,
    ShortCode,
    Text,
    to_extra,
    to_option,
    with_converters,
)
from .frozen import freeze_within
from .showing import shown_by

LONGEST_WINDOW = 24 * 366
"""Hours of the longest window of a cap."""


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ContactCap(Record, table="contact_cap", key=("code",)):
    """How much a contact gets in a window of time at most.

    Attributes:
        at_most: How many mails and letters are sent in any window of that length.
        window_hours: The length of the window; a day has 24 hours.
        channel: The channel that it is about; blank for all of them together.
        purpose_code: The purpose that it is about; blank for all, and what has none.
    """

    code: ShortCode
    description: Text = ""
    at_most: int = 1
    window_hours: int = 24
    channel: CorrespondenceType = attrs.field(default=CorrespondenceType.BLANK, converter=to_option)
    purpose_code: PurposeCode = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)

    def free_from(self, sent: Iterable[dt.datetime], at: dt.datetime) -> dt.datetime:
        """The first moment, not before the one asked about, at which one more may be sent.

        Args:
            sent: When something was sent that counts for it.
            at: The moment that is asked about, in UTC.
        """
        window = dt.timedelta(hours=self.window_hours)
        counted = sorted(each for each in sent if abs(each - at) < window)
        if len(counted) < self.at_most:
            return at
        return counted[len(counted) - self.at_most] + window


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class QuietHours(Record, table="quiet_hours", key=("code",)):
    """When nobody is written to, by the clock of the contact's own zone.

    Attributes:
        starting_time: When they begin; this moment is quiet.
        ending_time: When they end, which may be on the next day; this moment is not quiet.
        channel: The channel that they are about; blank for all.
        purpose_code: The purpose that they are about; blank for all, and what has none.
    """

    code: ShortCode
    description: Text = ""
    starting_time: dt.time | None = None
    ending_time: dt.time | None = None
    channel: CorrespondenceType = attrs.field(default=CorrespondenceType.BLANK, converter=to_option)
    purpose_code: PurposeCode = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)

    def hold(self, at: dt.datetime, zone: dt.tzinfo) -> bool:
        """Whether a moment is quiet by the clock of a zone."""
        start, end = self.starting_time, self.ending_time
        if start is None or end is None or start == end:
            return False
        wall = at.astimezone(zone).time()
        return start <= wall < end if start < end else wall >= start or wall < end

    def over_from(self, at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
        """The first moment, not before the one asked about, that is not quiet.

        Clocks that are set forward may end quiet hours, and clocks that are set back begin them
        once more.

        Args:
            at: The moment that is asked about, in UTC.
            zone: The contact's zone.
        """
        if not self.hold(at, zone):
            return at
        ends = sorted(each for each in self._ends(at, zone) if each > at)
        over = next(each for each in ends if not self.hold(each, zone))
        jumps = clock_changes(zone, at, over)
        return next((each for each in jumps if not self.hold(each, zone)), over)

    def _ends(self, at: dt.datetime, zone: dt.tzinfo) -> Iterator[dt.datetime]:
        """When a clock shows the ending time, on the days around a moment."""
        day = at.astimezone(zone).date()
        for days in range(-1, _DAYS_AHEAD):
            wall = dt.datetime.combine(day + dt.timedelta(days), self.ending_time or dt.time())
            for fold in (0, 1):
                yield wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC)


_DAYS_AHEAD = 4
"""A zone may leave out a day of the calendar."""
_STEP = dt.timedelta(hours=6)
_SECOND = dt.timedelta(seconds=1)


def clock_changes(zone: dt.tzinfo, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """The moments at which the clocks of a zone are set forward or back, to the second.

    Args:
        zone: The zone.
        start: After this moment, in UTC.
        end: Until this one.

    >>> day = dt.datetime(2027, 3, 28, tzinfo=dt.UTC)
    >>> [str(each) for each in clock_changes(ZoneInfo("Europe/Oslo"), day, day + dt.timedelta(1))]
    ['2027-03-28 01:00:00+00:00']
    """
    at = start.replace(microsecond=0)
    while at < end:
        then = min(at + _STEP, end)
        if _offset(zone, at) != _offset(zone, then):
            yield _changed(zone, at, then)
        at = then


def _changed(zone: dt.tzinfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """The first second of the new time, between a moment of the old and one of the new."""
    old, low, high = _offset(zone, before), 0, ceil((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        is_old = _offset(zone, before + middle * _SECOND) == old
        low, high = (middle, high) if is_old else (low, middle)
    return before + high * _SECOND


def _offset(zone: dt.tzinfo, at: dt.datetime) -> dt.timedelta | None:
    return at.astimezone(zone).utcoffset()


# -- zones ------------------------------------------------------------------------------------


@cache
def zone_names() -> frozenset[str]:
    """The names of all zones, as the IANA has them."""
    return frozenset(available_timezones())


def zone_named(name: str) -> dt.tzinfo | None:
    """The zone with a name, ``None`` if there is none.

    >>> zone_named("Europe/Copenhagen"), zone_named("Europe/Kopenhagen")
    (zoneinfo.ZoneInfo(key='Europe/Copenhagen'), None)
    """
    return ZoneInfo(name) if name in zone_names() else None


def unknown_zone(name: str) -> Message:
    """Why a name is no zone, with the nearest name that is one.

    >>> str(unknown_zone("Europe/Kopenhagen"))
    "'Europe/Kopenhagen' is no time zone of the IANA; did you mean 'Europe/Copenhagen'?"
    """
    hint = near_hint(near_name(name, zone_names()))
    return Message("{value!r} is no time zone of the IANA{hint}", value=name, hint=hint)


# -- what rules mean --------------------------------------------------------------------------


class WaitReason(Option):
    """Why somebody is not written to yet."""

    CAP_REACHED = "cap_reached"
    QUIET_HOURS = "quiet_hours"
    ZONE_UNKNOWN = "zone_unknown"


@shown_by("reason", "code", "field", "value")
@attrs.frozen(kw_only=True)
class Hindrance:
    """One reason why a contact is not written to yet.

    Attributes:
        reason: The reason.
        code: The cap, or the quiet hours.
        field: The field of the contact that cannot be read.
        value: What stands there.
        near: The name of a zone that looks most like it; empty if none does.
    """

    reason: WaitReason
    code: str
    field: str = ""
    value: str = ""
    near: str = ""

    @property
    def message(self) -> Message:
        """The reason in words."""
        if self.reason is WaitReason.CAP_REACHED:
            return Message("cap {code} is reached", code=self.code)
        if self.reason is WaitReason.QUIET_HOURS:
            return Message("quiet hours {code}", code=self.code)
        told = unknown_zone(self.value)
        return Message("{field}: {reason}", field=Identifier(self.field), reason=told)

    def __str__(self) -> str:
        return str(self.message)


@shown_by("reasons", "next_time")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Wait:
    """That a contact is not written to yet.

    Attributes:
        reasons: Why: all that stands in the way until the next possible time.
        next_time: When it is possible next, as far as is known now, in UTC; ``None`` if time alone
            changes nothing.
    """

    reasons: tuple[Hindrance, ...]
    next_time: dt.datetime | None

    @property
    def message(self) -> Message:
        """Why, and until when."""
        why = Message.joined("; ", [each.message for each in self.reasons])
        if self.next_time is None:
            return why
        return Message("{why}; possible from {time} on", why=why, time=self.next_time.isoformat())

    def __str__(self) -> str:
        return str(self.message)


@shown_by("contact_no", "channel", "purpose_code", "at")
@attrs.frozen
class Sending:
    """Something that was sent to a contact.

    Attributes:
        contact_no: The contact.
        channel: By which way.
        purpose_code: For what; empty if it has no purpose.
        at: When it was sent.
    """

    contact_no: str
    channel: CorrespondenceType
    purpose_code: str
    at: dt.datetime


@shown_by("caps", "quiet_hours")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class ReachRules:
    """All caps and quiet hours that hold for what is sent.

    Attributes:
        caps: The caps.
        quiet_hours: The quiet hours.
    """

    caps: tuple[ContactCap, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.caps or self.quiet_hours)

    def about(self, channel: CorrespondenceType, purpose_code: str) -> "ReachRules":
        """Those that are about a channel and a purpose."""
        return ReachRules(
            caps=tuple(each for each in self.caps if _is_about(each, channel, purpose_code)),
            quiet_hours=tuple(
                each for each in self.quiet_hours if _is_about(each, channel, purpose_code)
            ),
        )

    @property
    def longest_window(self) -> dt.timedelta:
        """How far what was sent is looked back at."""
        return dt.timedelta(hours=max((each.window_hours for each in self.caps), default=0))

    def wait(
        self, at: dt.datetime, sent: Sequence[Sending], zone: dt.tzinfo | None, zone_name: str = ""
    ) -> Wait | None:
        """Why a contact is not written to at a moment; ``None`` if it is.

        Args:
            at: The moment, in UTC.
            sent: What was sent to the contact in the longest window around the moment.
            zone: The contact's zone; ``None`` if its name is that of none.
            zone_name: The name that stands in the contact's field.
        """
        found, time = dict[Hindrance, None](), at
        for _ in range(_ROUNDS):
            before = time
            for hindrance, free in self._passed(time, sent, zone):
                found[hindrance] = None
                time = max(time, free)
            if time == before:
                break
        lasts = time != before
        if self.quiet_hours and zone is None:
            found[_without_zone(self.quiet_hours[0], zone_name)] = None
            lasts = True
        return Wait(reasons=tuple(found), next_time=None if lasts else time) if found else None

    def _passed(
        self, at: dt.datetime, sent: Sequence[Sending], zone: dt.tzinfo | None
    ) -> Iterator[tuple[Hindrance, dt.datetime]]:
        """What stands in the way at a moment, each with when that is over."""
        for cap in self.caps:
            free = cap.free_from((each.at for each in sent if _counts(cap, each)), at)
            if free > at:
                yield Hindrance(reason=WaitReason.CAP_REACHED, code=cap.code), free
        if zone is None:
            return
        for quiet in self.quiet_hours:
            over = quiet.over_from(at, zone)
            if over > at:
                yield Hindrance(reason=WaitReason.QUIET_HOURS, code=quiet.code), over


_ROUNDS = 100
"""After so many rounds quiet hours of several rules leave no moment between them."""


def _is_about(
    rule: ContactCap | QuietHours, channel: CorrespondenceType, purpose_code: str
) -> bool:
    return rule.channel in {CorrespondenceType.BLANK, channel} and rule.purpose_code in {
        "",
        purpose_code,
    }


def _counts(cap: ContactCap, sending: Sending) -> bool:
    return _is_about(cap, sending.channel, sending.purpose_code)


def _without_zone(quiet: QuietHours, name: str) -> Hindrance:
    near = near_name(name, zone_names())
    return Hindrance(
        reason=WaitReason.ZONE_UNKNOWN, code=quiet.code, field="time_zone", value=name, near=near
    )
