"""Rows one after the other: the nearest pair of them, found in one pass over sorted dates.

This module does not know where rows come from, nor what they must meet.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import attrs

from segmentation.criteria._trees import BoundFollowed


class DatedRow(NamedTuple):
    """A row with a date, and which of the parts it meets.

    It is ordered by ``when``, its date or whatever is in the same order; ``day`` is the day of it
    as a number (see `BoundFollowed.day_of`). ``row`` is the row, or what stands for it. ``first``
    and ``then`` say whether it meets the first and the second part, ``without`` whether it meets
    the part that no row between may meet.
    """

    when: Any
    day: int
    row: Any
    first: bool
    then: bool
    without: bool


class Pair(NamedTuple):
    """Two rows, the second after the first, and the days from the one to the other."""

    days: int
    first: Any
    then: Any


def nearest(dated: Iterable[DatedRow], *, later_day: bool) -> Pair | None:
    """The pair with the fewest days between, ``None`` if there is no pair.

    Of all first rows before a second one, only the last needs to be looked at: there are fewest
    days and fewest other rows between.
    """
    key = attrgetter("day" if later_day else "when")
    best: Pair | None = None
    earlier: DatedRow | None = None
    for _, group in groupby(sorted(dated, key=key), key):
        rows = list(group)
        others = [each for each in rows if each.without]
        found = None if later_day else _together(rows, others)
        if found is not None:
            return found
        if earlier is not None:
            counted = [] if later_day else others
            then = next((each for each in rows if each.then and _only(counted, each)), None)
            days = rows[0].day - earlier.day
            if then is not None and (best is None or days < best.days):
                best = Pair(days, earlier.row, then.row)
        if others:
            earlier = None
            others = [] if later_day else others
        earlier = next((each for each in rows if each.first and _only(others, each)), earlier)
    return best


def _only(others: Sequence[DatedRow], *those: DatedRow) -> bool:
    """Whether the rows that must not be between are among those of the pair themselves."""
    return all(any(each is one for one in those) for each in others)


def _together(rows: Sequence[DatedRow], others: Sequence[DatedRow]) -> Pair | None:
    """A pair among rows of the same time. Two of each kind suffice, with those not allowed."""
    if len(others) > 2:  # noqa: PLR2004 - a pair has two rows
        return None
    firsts = [*[each for each in rows if each.first][:2], *(e for e in others if e.first)]
    thens = [*[each for each in rows if each.then][:2], *(e for e in others if e.then)]
    for first in firsts:
        for then in thens:
            if first is not then and _only(others, first, then):
                return Pair(0, first.row, then.row)
    return None


def to_rows_test(followed: BoundFollowed) -> Callable[[Iterable[DatedRow]], bool]:
    """The function that tells whether some pair among the rows of a contact passes.

    Rows that meet no part may be left out.
    """
    later_day, most = followed.later_day, followed.within

    def passes(rows: Iterable[DatedRow]) -> bool:
        pair = nearest(rows, later_day=later_day)
        return pair is not None and (most is None or pair.days <= most)

    return passes


class Why(Enum):
    """Why there is a pair of rows, or why not."""

    NEAR_ENOUGH = "near_enough"
    TOO_LATE = "too_late"
    NO_FIRST = "no_first"
    NO_THEN = "no_then"
    NEVER_AFTER = "never_after"
    SAME_DAY_ONLY = "same_day_only"
    ONE_BETWEEN = "one_between"


@attrs.frozen
class Reason:
    """Why there is a pair of rows, or why not, and the pair that comes nearest."""

    why: Why
    pair: Pair | None = None


def reason_of(followed: BoundFollowed, dated: Sequence[DatedRow]) -> Reason:
    """Why rows pass, or why they do not: what is looked at first is what is missing most."""
    if not any(each.first for each in dated):
        return Reason(Why.NO_FIRST)
    if not any(each.then for each in dated):
        return Reason(Why.NO_THEN)
    pair = nearest(dated, later_day=followed.later_day)
    if pair is not None:
        return Reason(_how_near(followed, pair), pair)
    allowed = [each._replace(without=False) for each in dated]
    pair = nearest(allowed, later_day=followed.later_day)
    if pair is not None:
        near = _how_near(followed, pair)
        return Reason(Why.ONE_BETWEEN if near is Why.NEAR_ENOUGH else near, pair)
    pair = nearest(allowed, later_day=False)
    return Reason(Why.SAME_DAY_ONLY if pair else Why.NEVER_AFTER, pair)


def _how_near(followed: BoundFollowed, pair: Pair) -> Why:
    near = followed.within is None or pair.days <= followed.within
    return Why.NEAR_ENOUGH if near else Why.TOO_LATE
