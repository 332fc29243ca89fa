"""Rows one after the other: the conditions that compare the rows of a pair."""

from itertools import combinations

import sqlalchemy as sa

from segmentation.criteria import BoundFollowed, never_both

from ._dialects import Dialect
from ._tables import Element, FromTable, Test

_WHOLE_CALENDAR = 4_000_000
"""More days than there are in the calendar."""


class FollowedRows:
    """The conditions on rows of which one comes after the other.

    Args:
        followed: What is asked of them.
        dialect: The dialect of the database.
    """

    def __init__(self, followed: BoundFollowed, dialect: Dialect) -> None:
        self._followed = followed
        self._dialect = dialect
        apart = [never_both(*pair) for pair in combinations(followed.parts, 2)]
        self.is_identity_asked = not followed.later_day and not all(apart)
        """Whether one row could be taken for two: it may meet two parts, and its time is one."""

    def tests(self, first: FromTable, then: FromTable) -> list[Test]:
        """The conditions that a row comes after another, and soon enough."""
        tests = self._after(first, then)
        within = self._followed.within
        if within is not None and within < _WHOLE_CALENDAR:
            days = [self._dialect.day_number(self._day(rows)) for rows in (then, first)]
            tests.append(days[0] - days[1] <= within)
        return tests

    def between(self, first: FromTable, then: FromTable, without: FromTable) -> list[Test]:
        """The conditions that a third row lies from the first to the second."""
        return [*self._after(first, without), *self._after(without, then)]

    def _after(self, one: FromTable, other: FromTable) -> list[Test]:
        if self._followed.later_day:
            return [self._day(other) > self._day(one)]
        tests = [self._when(other) >= self._when(one)]
        if self.is_identity_asked:
            pairs = zip(one.identity, other.identity, strict=True)
            tests.append(sa.or_(*(own.is_distinct_from(theirs) for own, theirs in pairs)))
        return tests

    def _when(self, rows: FromTable) -> Element:
        return rows.value(self._followed.field)

    def _day(self, rows: FromTable) -> Element:
        zone, when = self._followed.zone, self._when(rows)
        return when if zone is None else self._dialect.day(when, zone)
