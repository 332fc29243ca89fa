"""Binding of what is asked of a date in place of the date itself: its age, its place in a year.

Ages become days, and days of the year become numbers of the calendar. So no engine knows either.
29 February counts as the 28th in years without it.
"""

from calendar import isleap
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, assert_never

import attrs

from segmentation.criteria._meaning import to_value_test
from segmentation.criteria._operands import midnight
from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    AsOf,
    Aspect,
    Bound,
    BoundFilter,
    Filter,
    FitsPattern,
    HasAspect,
    InCalendar,
    InRange,
    IsEqual,
    Measure,
    Not,
    Unit,
)
from segmentation.criteria._writing import to_text
from segmentation.errors import FilterError, InvalidValue, Message
from segmentation.fields import Field, FieldType
from segmentation.languages import captions

from ._bind_filter import bind_filter

_DATED = (FieldType.DATE, FieldType.DATETIME)
_ALWAYS = InRange(None, None)
_KNOWN = Not(IsEqual(None))
_LAST = date.max.toordinal()
_YEAR = 366
"""So many days in a row hold every day of the year."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@cache
def number_field(aspect: Aspect) -> Field:
    """A field of the numbers of an aspect. Months and weekdays are options, from the second on."""
    match aspect:
        case Aspect.MONTH:
            return _named(aspect, _MONTHS)
        case Aspect.WEEKDAY:
            return _named(aspect, _WEEKDAYS)
        case Aspect.DAY_OF_YEAR | Aspect.AGE_IN_DAYS | Aspect.AGE_IN_YEARS:
            return Field(aspect.value, FieldType.INTEGER)
        case _:
            assert_never(aspect)


def _named(aspect: Aspect, names: tuple[str, ...]) -> Field:
    called = tuple((each, name) for name in names for each in captions("*", aspect.value, name))
    return Field(aspect.value, FieldType.OPTION, options=("", *names), captions=called)


def compared_of(measure: Measure, field: Field | None) -> Field:
    """A field of the type of a figure, for comparisons."""
    if field is None:
        return Field("count", FieldType.INTEGER)
    if measure is Measure.DISTINCT:
        return Field(field.name, FieldType.INTEGER)
    return Field(field.name, FieldType.DECIMAL) if measure is Measure.SUM else field


def bind_aspect(
    item: Filter, aspect: Aspect, field: Field, as_of: AsOf, *, place: str
) -> HasAspect:
    """A filter of an aspect of a date, bound to the field of the date.

    Args:
        item: The filter, of numbers or names.
        aspect: The aspect.
        field: The field of the date.
        as_of: The day, the user and the tokens to bind it to.
        place: ``table.field`` for errors.

    Raises:
        InvalidValue: The field is not one of dates.
        FilterError: The filter does not fit the aspect, or leads out of the calendar.
        UnknownName: There is no month or weekday of that name.
    """
    if field.type not in _DATED:
        reason = Message(
            "needs a field of type {types}, and this one is {type}",
            types=Message(" or ".join(_DATED)),
            type=Message(field.type.value),
        )
        raise InvalidValue(place, aspect.value, reason)
    asked = bind_filter(item, number_field(aspect), as_of, place=place)
    zone = as_of.zone if field.type is FieldType.DATETIME else None
    match aspect:
        case Aspect.MONTH:
            numbers = _passing(asked, len(_MONTHS))
            return HasAspect(aspect, asked, InCalendar(Unit.MONTH, numbers, zone))
        case Aspect.WEEKDAY:
            numbers = _passing(asked, len(_WEEKDAYS))
            return HasAspect(aspect, asked, InCalendar(Unit.WEEKDAY, numbers, zone))
        case Aspect.DAY_OF_YEAR:
            year = _Year(as_of.today, to_text(item), place)
            days = InCalendar(Unit.MONTH_AND_DAY, year.days(asked), zone)
            return HasAspect(aspect, year.told(asked), days)
        case Aspect.AGE_IN_DAYS | Aspect.AGE_IN_YEARS:
            return HasAspect(aspect, asked, AllOf((_KNOWN, _Ages(aspect, field, as_of).of(asked))))
        case _:
            assert_never(aspect)


def _passing(asked: BoundFilter, count: int) -> frozenset[int]:
    passes = to_value_test(asked, Field("", FieldType.INTEGER))
    return frozenset(filter(passes, range(1, count + 1)))


class _Year:
    """Days of the year, from a first to a last one, as counted from a day.

    Args:
        today: The day to count from.
        text: The text of the filter, for errors.
        place: ``table.field`` for errors.
    """

    def __init__(self, today: date, text: str, place: str) -> None:
        self._today = today
        self._text = text
        self._place = place

    def days(self, asked: BoundFilter) -> frozenset[int]:
        """The numbers of the days that are so many days on."""
        match asked:
            case Not(item):
                return _EVERY_DAY - self.days(item)
            case AllOf(items):
                return _EVERY_DAY.intersection(*map(self.days, items))
            case AnyOf(items):
                return frozenset[int]().union(*map(self.days, items))
            case _:
                first, last = self._ends(asked)
                if last - first + 1 >= _YEAR:
                    return _EVERY_DAY
                return frozenset(n for on in range(first, last + 1) for n in self._numbers(on))

    def _numbers(self, days_on: int) -> tuple[int, ...]:
        day = self._day(days_on)
        number = Unit.MONTH_AND_DAY.number(day)
        return (number, _LEAP_DAY) if number == _BEFORE and not isleap(day.year) else (number,)

    def told(self, asked: BoundFilter) -> BoundFilter:
        """The same with days in place of how many days on they are."""
        match asked:
            case Not(item):
                return Not(self.told(item))
            case AllOf(items):
                return AllOf(tuple(map(self.told, items)))
            case AnyOf(items):
                return AnyOf(tuple(map(self.told, items)))
            case _:
                return self._told(*self._ends(asked))

    def _told(self, first: int, last: int) -> BoundFilter:
        if last < first:
            return Not(_ALWAYS)
        if last - first + 1 >= _YEAR:
            return _ALWAYS
        low, high = (Unit.MONTH_AND_DAY.number(self._day(on)) for on in (first, last))
        return IsEqual(low) if first == last else InRange(Bound(low), Bound(high))

    def _ends(self, asked: BoundFilter) -> tuple[int, int]:
        match asked:
            case IsEqual(int(on)):
                return on, on
            case InRange(Bound(int(first), inclusive=True), Bound(int(last), inclusive=True)):
                return first, last
            case _:
                raise FilterError(
                    "a day of the year is so many days on, or between two such numbers",
                    text=self._text,
                    expected="days on, such as 0 or 0..7",
                    field=self._place,
                )

    def _day(self, days_on: int) -> date:
        try:
            return self._today + timedelta(days=days_on)
        except OverflowError:
            raise FilterError(
                "this is not in the calendar", text=self._text, field=self._place
            ) from None


_BEFORE, _LEAP_DAY = 228, 229
_EVERY_DAY = frozenset(
    Unit.MONTH_AND_DAY.number(date(2024, 1, 1) + timedelta(days)) for days in range(_YEAR)
)


@attrs.frozen
class _Ages:
    """Ages as spans of days: an age of 25 years is that of who was born in a certain year."""

    aspect: Aspect
    field: Field
    as_of: AsOf

    def of(self, asked: BoundFilter) -> BoundFilter:
        """A filter of ages as one of the dates themselves."""
        match asked:
            case IsEqual(value):
                return self._from_to(_whole(value), _whole(value))
            case InRange(low, high):
                least = None if low is None else _whole(low.value) + (not low.inclusive)
                most = None if high is None else _whole(high.value) - (not high.inclusive)
                return self._from_to(least, most)
            case Not(item):
                return Not(self.of(item))
            case AllOf(items):
                return AllOf(tuple(map(self.of, items)))
            case AnyOf(items):
                return AnyOf(tuple(map(self.of, items)))
            case FitsPattern() | InCalendar() | HasAspect():  # pragma: no cover - not of numbers
                return _ALWAYS
            case _:
                assert_never(asked)

    def _from_to(self, least: int | None, most: int | None) -> BoundFilter:
        """The days of who is at least so old and at most so old."""
        last = _LAST if least is None else min(self._youngest(least), _LAST)
        first = 1 if most is None else max(self._youngest(most + 1) + 1, 1)
        if first > last:
            return Not(_ALWAYS)
        start = None if first == 1 else Bound(self._value(first))
        if self.field.type is FieldType.DATE:
            return InRange(start, Bound(date.fromordinal(last)))
        if last == _LAST:
            return InRange(start, None)
        return InRange(start, Bound(self._value(last + 1), inclusive=False))

    def _youngest(self, age: int) -> int:
        """The last day, as an ordinal, that has reached an age. It may lie outside the calendar."""
        today = self.as_of.today
        if self.aspect is Aspect.AGE_IN_DAYS:
            return today.toordinal() - age
        year = today.year - age
        if not date.min.year <= year <= date.max.year:
            return 0 if age > 0 else _LAST + 1
        month, day = today.month, today.day
        if (month, day) == (2, 29) and not isleap(year):
            day = 28
        elif (month, day) == (2, 28) and isleap(year) and not isleap(today.year):
            day = 29
        return date(year, month, day).toordinal()

    def _value(self, ordinal: int) -> date | datetime:
        day = date.fromordinal(ordinal)
        if self.field.type is FieldType.DATE:
            return day
        return midnight(day, self.as_of)


def _whole(value: Any) -> int:  # noqa: ANN401 - a whole number, since the filter is of integers
    return int(value)
