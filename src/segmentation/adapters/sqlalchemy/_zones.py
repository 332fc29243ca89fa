"""Zones as lists of numbers, for a database that has no table of zones."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

import attrs

_START = datetime(1, 1, 2, tzinfo=UTC)
_ORIGIN = datetime(1, 1, 1, tzinfo=UTC)
_REGULAR = datetime(2100, 1, 1, tzinfo=UTC)
"""From here on every zone follows the rule that it ends with."""

AGAIN = 146_097 * 86_400
"""The seconds of 400 years, after which the calendar and every such rule come again."""

_SECOND = timedelta(seconds=1)


@attrs.frozen
class Offsets:
    """The distances of a zone from UTC, in seconds.

    Attributes:
        changes: When they change, in seconds since the first day of the year 1.
        seconds: The distances: one before the first change, and one after each.
    """

    changes: tuple[int, ...]
    seconds: tuple[int, ...]


REGULAR = (_REGULAR - _ORIGIN) // _SECOND
"""The seconds up to the day from which on rules alone hold."""


@lru_cache(maxsize=64)
def offsets_of(zone: tzinfo) -> Offsets:
    """The distances of a zone, up to 400 years after its rule alone holds."""
    changes, seconds = list[int](), [_offset(zone, _START)]
    before = _START
    stop = _REGULAR + timedelta(seconds=AGAIN)
    first_zones = datetime(1800, 1, 1, tzinfo=UTC)
    day = first_zones
    while day < stop:
        if _offset(zone, day) != seconds[-1]:
            changed = _change(zone, before, day)
            changes.append((changed - _ORIGIN) // _SECOND)
            seconds.append(_offset(zone, changed))
            day = changed
        before = day
        day += timedelta(days=1 if day < _REGULAR else 7)
    return Offsets(tuple(changes), tuple(seconds))


def _offset(zone: tzinfo, moment: datetime) -> int:
    distance = moment.astimezone(zone).utcoffset() or timedelta()
    return distance // _SECOND


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first second that has another distance than the one before."""
    known = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        before, after = (middle, after) if _offset(zone, middle) == known else (before, middle)
    return after
