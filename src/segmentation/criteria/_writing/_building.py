"""Selections written in Python, with fields and tables as attributes.

The result is the same tree that the equivalent filter text gives. Two parts joined with ``&`` may
be met by two different rows. ``any_`` asks for one row that meets both.
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, Never, TypeAlias, TypeVar, overload

import attrs

from segmentation.criteria._trees import (
    FILTERS,
    AllOf,
    AnyOf,
    Aspect,
    Between,
    Compare,
    Figure,
    Filter,
    Followed,
    Measure,
    Not,
    Operand,
    Operator,
    Order,
    Part,
    Selection,
    Token,
    Untrue,
    Where,
)
from segmentation.errors import InvalidValue
from segmentation.fields import Value

from ._text import parse

if TYPE_CHECKING:
    from typing_extensions import TypeAliasType
else:
    from segmentation.aliases import TypeAliasType

ValueT_contra = TypeVar("ValueT_contra", contravariant=True)
ResultT = TypeVar("ResultT")
Selected_co = TypeVar("Selected_co", bound=Selection, covariant=True)

Given = TypeAliasType("Given", Value | float)
"""A value to compare with. A text is taken literally, except for dates and options."""

Number: TypeAlias = int | float | Decimal
"""A value to compare a decimal field with."""

Condition = TypeAliasType("Condition", str | Filter | Given | Collection[Given])
"""A condition on a field: a filter as text or tree, a value to equal (``None`` is the blank), or
several values, one of which to equal."""


class _Compared(Untrue, Generic[ValueT_contra, ResultT]):
    """The comparisons of fields and figures with values."""

    __slots__ = ()

    @abstractmethod
    def _passing(self, item: Filter) -> ResultT:
        """The condition that this passes a filter."""

    def __eq__(self, value: ValueT_contra | Token | None) -> ResultT:  # type: ignore[override]
        return self._passing(_equal(value))

    def __ne__(self, value: ValueT_contra | Token | None) -> ResultT:  # type: ignore[override]
        return self._passing(Not(_equal(value)))

    def __lt__(self, value: ValueT_contra) -> ResultT:
        return self._passing(Compare(Operator.LESS, _operand(value)))

    def __le__(self, value: ValueT_contra) -> ResultT:
        return self._passing(Compare(Operator.AT_MOST, _operand(value)))

    def __gt__(self, value: ValueT_contra) -> ResultT:
        return self._passing(Compare(Operator.GREATER, _operand(value)))

    def __ge__(self, value: ValueT_contra) -> ResultT:
        return self._passing(Compare(Operator.AT_LEAST, _operand(value)))

    __hash__ = None  # type: ignore[assignment]  # equality makes a condition

    def between(self, low: ValueT_contra, high: ValueT_contra) -> ResultT:
        """The condition that this is between two values, both included."""
        return self._passing(Between(_operand(low), _operand(high)))

    def is_in(self, values: ValueT_contra | Iterable[ValueT_contra | None]) -> ResultT:
        """The condition that this is one of these values. A single value counts as one.

        Raises:
            InvalidValue: There are no values.
        """
        if isinstance(values, str) or not isinstance(values, Iterable):
            return self._passing(_equal(values))
        return self._passing(_one_of(values))

    def like(self: "_Compared[str, ResultT]", pattern: str) -> ResultT:
        r"""The condition that this fits a pattern.

        ``*`` stands for any characters and ``?`` for any single one. With ``@`` in front, case is
        ignored; with ``~``, accents and case. A backslash before one of these makes it literal.
        """
        if not isinstance(pattern, str):
            raise InvalidValue("filter", pattern, "is no text")
        quoted = pattern.replace("'", "''")
        return self._passing(_parsed(f"'{quoted}'"))

    def is_blank(self) -> ResultT:
        """The condition that this is blank: no text, 0, no, the first option, no date."""
        return self._passing(_equal(None))

    def passes(self, item: str | Filter) -> ResultT:
        """The condition that this passes a filter, given as text or tree."""
        return self._passing(_parsed(item) if isinstance(item, str) else item)


def to_filter(given: Condition) -> Filter | None:
    """A condition on a field as a filter. An empty text is no filter and gives ``None``.

    Raises:
        FilterError: A text does not parse.
        InvalidValue: The condition is neither a filter nor a possible value of a field.
    """
    if isinstance(given, str):
        return parse(given)
    if isinstance(given, FILTERS):
        return given
    if isinstance(given, Collection):
        if isinstance(given, bytes | Mapping):
            raise InvalidValue("filter", given, "is no value of a field")
        return _one_of(given)
    return _equal(given)


def _one_of(values: Iterable[object]) -> Filter:
    items = tuple(map(_equal, values))
    if not items:
        raise InvalidValue("filter", (), "has no value; nothing could be found")
    return items[0] if len(items) == 1 else AnyOf(items)


def _parsed(text: str) -> Filter:
    found = parse(text)
    if found is None:
        raise InvalidValue("filter", text, "is empty")
    return found


def _equal(value: object) -> Filter:
    return value if isinstance(value, Token) else Compare(Operator.EQUAL, _operand(value))


def _operand(value: object) -> Operand:
    """A value as one would type it in a filter text."""
    match value:
        case None:
            return Operand("")
        case bool():
            return Operand("yes" if value else "no")
        case str():
            return Operand(str(value))
        case Decimal() | int() | float():
            number = Decimal(str(value))
            if not number.is_finite():
                raise InvalidValue("filter", value, "is no finite number")
            return Operand(f"{number:f}")
        case date() | time():
            return Operand(value.isoformat())
        case _:
            raise InvalidValue("filter", value, "is no value of a field")


@attrs.frozen(eq=False, repr=False)
class Seen(_Compared[ValueT_contra, ResultT]):
    """A field or a figure looked at in another way, to be compared with values."""

    made: Callable[[Filter], ResultT]

    def _passing(self, item: Filter) -> ResultT:
        return self.made(item)


class _Dated(_Compared[ValueT_contra, ResultT]):
    """What is looked at of a date. A blank date has none of it, so no comparison finds it."""

    __slots__ = ()

    @abstractmethod
    def _passing_with(self, item: Filter, aspect: Aspect | None) -> ResultT:
        """The condition that the value, or an aspect of it, passes a filter."""

    def _passing(self, item: Filter) -> ResultT:
        return self._passing_with(item, None)

    def _seen(self, aspect: Aspect) -> Seen[Any, ResultT]:
        return Seen(lambda item: self._passing_with(item, aspect))

    @property
    def known(self) -> "Seen[ValueT_contra, ResultT]":
        """The value, if it is not blank: comparisons find no blank one."""
        return Seen(lambda item: self._passing(_known(item)))

    @property
    def day_of_year(self: "_Dated[date, ResultT]") -> "Seen[int, ResultT]":
        """The day of the year, whatever the year, in days on from today.

        ``born.day_of_year.between(0, 7)`` are birthdays of the next week, and ``== 0`` those of
        today. Numbers below 0 are days back. 29 February counts as the 28th in years without it.
        """
        return self._seen(Aspect.DAY_OF_YEAR)

    @property
    def month(self: "_Dated[date, ResultT]") -> "Seen[int | str, ResultT]":
        """The month: a name in any of the languages ("November"), or a number from 1 to 12."""
        return self._seen(Aspect.MONTH)

    @property
    def weekday(self: "_Dated[date, ResultT]") -> "Seen[int | str, ResultT]":
        """The weekday: a name in any of the languages ("Monday"), or a number from 1 to 7."""
        return self._seen(Aspect.WEEKDAY)

    @property
    def age_in_days(self: "_Dated[date, ResultT]") -> "Seen[int, ResultT]":
        """The days from this date to today. They are negative for a date to come."""
        return self._seen(Aspect.AGE_IN_DAYS)

    @property
    def age_in_years(self: "_Dated[date, ResultT]") -> "Seen[int, ResultT]":
        """The whole years from this date to today, as people count their age."""
        return self._seen(Aspect.AGE_IN_YEARS)


def _known(item: Filter) -> Filter:
    """The filter that passes no blank."""
    known = Not(_equal(None))
    return AllOf((*(item if isinstance(item, AllOf) else (item,)), known))


@attrs.frozen(eq=False, repr=False)
class FieldOf(_Dated[ValueT_contra, Part]):
    """A field of a table, to be compared with values of one type.

    Attributes:
        table: The table's name.
        name: The field's name.
    """

    table: str
    name: str

    def _passing_with(self, item: Filter, aspect: Aspect | None) -> Part:
        return Part(self.table, (Where(self.name, item, aspect),))

    def ascending(self) -> Order:
        """The order of a cut: lowest first."""
        return Order(self.name)

    def descending(self) -> Order:
        """The order of a cut: highest first."""
        return Order(self.name, descending=True)


TextField: TypeAlias = FieldOf[str]
"""A field of type text, code or option. It compares with texts and options."""

IntegerField: TypeAlias = FieldOf[int]
"""A field of whole numbers."""

DecimalField: TypeAlias = FieldOf[Number]
"""A field of numbers."""

BooleanField: TypeAlias = FieldOf[bool]
"""A field of yes and no."""

DateField: TypeAlias = FieldOf[date | str | None]
"""A field of dates, or of dates and times. A text may be a relative date ("-3M")."""

TimeField: TypeAlias = FieldOf[time | str | None]
"""A field of times of day. It compares with times and with texts of times."""

Timed: TypeAlias = date | time | str | None
"""A value to compare a date or a time with."""

TimedField: TypeAlias = FieldOf[date] | FieldOf[time]
"""A field of dates or times, for `latest` and `earliest`."""

AnyField: TypeAlias = FieldOf[Given]
"""A field whose type is checked when the selection is bound."""


@attrs.frozen(eq=False, repr=False)
class FigureOf(_Dated[ValueT_contra, Figure]):
    """A figure over rows, to be compared: their number, a sum, the latest or earliest."""

    measure: Measure
    field: str
    part: Part

    def _passing_with(self, item: Filter, aspect: Aspect | None) -> Figure:
        return Figure(self.measure, self.field, self.part, item, aspect)


@attrs.frozen(repr=False)
class OfTable(Untrue, Generic[Selected_co]):
    """A condition on the rows of a table that is named later."""

    wheres: tuple[Where, ...]
    made: Callable[[Part], Selected_co]

    def of(self, table: str) -> Selected_co:
        """The condition on the rows of a table."""
        return self.made(Part(table, self.wheres))


def row(*parts: Part) -> Part:
    """One part from several over the same table: one and the same row must meet all of them.

    Raises:
        InvalidValue: There is no part, or what is none, or the parts are over several tables.
    """
    given: tuple[object, ...] = parts
    unfit = [part for part in given if not isinstance(part, Part)]
    if unfit:
        reason = "is no condition on rows; that there is a row is any_row() of a table"
        raise InvalidValue("parts", unfit[0], reason)
    tables = sorted({part.table for part in parts})
    if len(tables) != 1:
        raise InvalidValue("parts", tables, "are not over one table")
    return Part(tables[0], tuple(where for part in parts for where in part.conditions))


def _wheres(filters: Mapping[str, Condition]) -> tuple[Where, ...]:
    given = ((field, to_filter(condition)) for field, condition in filters.items())
    return tuple(Where(field, item) for field, item in given if item is not None)


def _made(
    make: Callable[[Part], Selected_co],
    parts: tuple[Part, ...],
    filters: Mapping[str, Condition],
) -> "Selected_co | OfTable[Selected_co]":
    if parts:
        joined = row(*parts)
        return make(Part(joined.table, joined.conditions + _wheres(filters)))
    return OfTable(_wheres(filters), make)


@overload
def any_(part: Part, /, *parts: Part, **filters: Condition) -> Part: ...
@overload
def any_(**filters: Condition) -> OfTable[Part]: ...
def any_(*parts: Part, **filters: Condition) -> Part | OfTable[Part]:
    """At least one row meets all of these conditions.

    Args:
        parts: Conditions over one table. Without any, the table is named later, as in
            ``make_selection(interactions=any_(cost=">100"))``.
        filters: Further filters by field.
    """
    return _made(_itself, parts, filters)


@overload
def none(part: Part, /, *parts: Part, **filters: Condition) -> Not[Part]: ...
@overload
def none(**filters: Condition) -> OfTable[Not[Part]]: ...
def none(*parts: Part, **filters: Condition) -> Not[Part] | OfTable[Not[Part]]:
    """No row meets all of these conditions. The arguments are those of `any_`."""
    return _made(_negated, parts, filters)


def _itself(part: Part) -> Part:
    return part


def _negated(part: Part) -> Not[Part]:
    return Not(part)


def _counted(
    operator: Operator, count: int, distinct: FieldOf[Never] | str | None
) -> Callable[[Part], Figure]:
    passes = Compare(operator, Operand(str(count)))
    measure = Measure.COUNT if distinct is None else Measure.DISTINCT
    return lambda part: Figure(measure, _field_in(part, distinct), part, passes)


def _field_in(part: Part, distinct: FieldOf[Never] | str | None) -> str:
    """The name of the field whose values are counted, ``""`` if rows are."""
    if not isinstance(distinct, FieldOf):
        return distinct or ""
    if distinct.table != part.table:
        raise InvalidValue("distinct", f"{distinct.table}.{distinct.name}", "is of another table")
    return distinct.name


def _counting(
    make: Callable[[Part], Figure],
    parts: tuple[Part, ...],
    filters: Mapping[str, Condition],
    distinct: FieldOf[Never] | str | None,
) -> Figure | OfTable[Figure]:
    rows = (Part(distinct.table),) if isinstance(distinct, FieldOf) and not parts else parts
    return _made(make, rows, filters)


@overload
def at_least(
    count: int,
    part: Part,
    /,
    *parts: Part,
    distinct: FieldOf[Never] | None = None,
    **filters: Condition,
) -> Figure: ...
@overload
def at_least(count: int, /, *, distinct: FieldOf[Never], **filters: Condition) -> Figure: ...
@overload
def at_least(
    count: int, /, *, distinct: str | None = None, **filters: Condition
) -> OfTable[Figure]: ...
def at_least(
    count: int,
    /,
    *parts: Part,
    distinct: FieldOf[Never] | str | None = None,
    **filters: Condition,
) -> Figure | OfTable[Figure]:
    """At least so many rows meet all of these conditions, which are given as for `any_`.

    Args:
        count: How many.
        parts: Conditions over one table, as for `any_`.
        distinct: A field of the table, or its name: not rows are counted then, but the different
            values of the field in them. A blank counts as none.
        filters: Further filters by field.
    """
    return _counting(_counted(Operator.AT_LEAST, count, distinct), parts, filters, distinct)


@overload
def at_most(
    count: int,
    part: Part,
    /,
    *parts: Part,
    distinct: FieldOf[Never] | None = None,
    **filters: Condition,
) -> Figure: ...
@overload
def at_most(count: int, /, *, distinct: FieldOf[Never], **filters: Condition) -> Figure: ...
@overload
def at_most(
    count: int, /, *, distinct: str | None = None, **filters: Condition
) -> OfTable[Figure]: ...
def at_most(
    count: int,
    /,
    *parts: Part,
    distinct: FieldOf[Never] | str | None = None,
    **filters: Condition,
) -> Figure | OfTable[Figure]:
    """At most so many rows, perhaps none, meet all of these conditions (see `at_least`)."""
    return _counting(_counted(Operator.AT_MOST, count, distinct), parts, filters, distinct)


@overload
def exactly(
    count: int,
    part: Part,
    /,
    *parts: Part,
    distinct: FieldOf[Never] | None = None,
    **filters: Condition,
) -> Figure: ...
@overload
def exactly(count: int, /, *, distinct: FieldOf[Never], **filters: Condition) -> Figure: ...
@overload
def exactly(
    count: int, /, *, distinct: str | None = None, **filters: Condition
) -> OfTable[Figure]: ...
def exactly(
    count: int,
    /,
    *parts: Part,
    distinct: FieldOf[Never] | str | None = None,
    **filters: Condition,
) -> Figure | OfTable[Figure]:
    """Exactly so many rows meet all of these conditions, which are given as for `at_least`."""
    return _counting(_counted(Operator.EQUAL, count, distinct), parts, filters, distinct)


def count(
    part: Part, /, *parts: Part, distinct: FieldOf[Never] | str | None = None
) -> FigureOf[int]:
    """The number of rows that meet all of these conditions, to compare with a value.

    Args:
        part: A condition.
        parts: Further conditions on the same rows.
        distinct: A field whose different values are counted in place of rows (see `at_least`).
    """
    joined = row(part, *parts)
    measure = Measure.COUNT if distinct is None else Measure.DISTINCT
    return FigureOf(measure, _field_in(joined, distinct), joined)


def _any_row_with(field: FieldOf[Never]) -> Part:
    """Any row of the table of a field."""
    given: object = field
    if not isinstance(given, FieldOf):
        raise InvalidValue("field", given, "is no field of a table")
    return Part(field.table)


def total(field: FieldOf[int], /, *parts: Part) -> FigureOf[Number]:
    """The sum of a field over the rows that meet all of these conditions, 0 if there are none."""
    rows = row(_any_row_with(field), *parts)
    return FigureOf(Measure.SUM, field.name, rows)


def latest(field: TimedField, /, *parts: Part) -> FigureOf[Timed]:
    """The latest value of a field in rows that meet all of these conditions, or else blank."""
    rows = row(_any_row_with(field), *parts)
    return FigureOf(Measure.LATEST, field.name, rows)


def earliest(field: TimedField, /, *parts: Part) -> FigureOf[Timed]:
    """The earliest value of a field in rows that meet all of these conditions, or else blank."""
    rows = row(_any_row_with(field), *parts)
    return FigureOf(Measure.EARLIEST, field.name, rows)


def followed(
    first: Part,
    /,
    *,
    by: Part,
    on: FieldOf[date],
    within: int | None = None,
    later_day: bool = False,
    without: Part | None = None,
) -> Followed:
    """A row meets a condition, and after it another row of the contact meets a second one.

    Args:
        first: What the earlier row meets. Several conditions on one row are joined with `row`.
        by: What the later row meets.
        on: The field of dates by which rows come one after the other.
        within: The most days from the one to the other. By default any number of them.
        later_day: Whether the later row must be on a later day. Otherwise the same day counts, and
            with times the same time.
        without: What no other row from the one to the other meets.

    Raises:
        InvalidValue: The conditions and the field are not over one table.

    >>> sold = followed(
    ...     Part("orders", (Where("article", parse("TENT")),)),
    ...     by=Part("orders", (Where("article", parse("LAMP")),)),
    ...     on=FieldOf("orders", "date"),
    ...     within=30,
    ... )
    >>> sold.within, sold.later_day
    (30, False)
    """
    between = () if without is None else (without,)
    row(_any_row_with(on), first, by, *between)
    return Followed(on.name, first, by, within, later_day, without)
