"""What the calendar says of a day: its month, its weekday, its place in the year.

Knows nothing of filters, except the leaf of bound filters that asks for these numbers.
"""

from collections.abc import Callable
from datetime import date, tzinfo
from enum import Enum
from typing import Any, assert_never

import attrs

from ._one_line import OneLine


class Unit(Enum):
    """How the calendar numbers a day."""

    MONTH = "month"
    """1 to 12."""
    WEEKDAY = "weekday"
    """1 to 7, Monday first."""
    MONTH_AND_DAY = "month_and_day"
    """A hundred times the month and the day: 101 to 1231."""

    def number(self, day: date) -> int:
        """The number of a day."""
        match self:
            case Unit.MONTH:
                return day.month
            case Unit.WEEKDAY:
                return day.isoweekday()
            case Unit.MONTH_AND_DAY:
                return day.month * 100 + day.day
            case _:
                assert_never(self)


_LEAP = date(2024, 1, 1).toordinal()
_NUMBERS = {
    unit: tuple(sorted({unit.number(date.fromordinal(_LEAP + day)) for day in range(366)}))
    for unit in Unit
}
"""All numbers of a unit, ascending."""


@attrs.frozen(repr=False)
class InCalendar(OneLine):
    """The date is not blank, and its number is one of these.

    Attributes:
        unit: How days are numbered.
        numbers: The numbers.
        zone: The zone in which a datetime has its day, ``None`` for a date.
    """

    unit: Unit
    numbers: frozenset[int]
    zone: tzinfo | None = attrs.field(default=None, hash=False)  # some zones have no hash

    def number_of(self) -> Callable[[Any], int]:
        """The function from a date, or from a datetime where there is a zone, to its number."""
        number, zone = self.unit.number, self.zone
        return number if zone is None else lambda moment: number(moment.astimezone(zone))

    def runs(self) -> tuple[tuple[int, int], ...]:
        """The numbers in runs from a first to a last one, both included, ascending.

        No number of a day lies between two neighbours of a run.
        """
        found: list[tuple[int, int]] = []
        before = 0
        for number in _NUMBERS[self.unit]:
            if number in self.numbers:
                start = found.pop()[0] if found and found[-1][1] == before else number
                found.append((start, number))
            before = number
        return tuple(found)
