"""Selections written in Python, with fields and tables as attributes.

The result is the same tree that the equivalent filter text gives. Two parts joined with ``&`` may
be met by two different rows. ``any_`` asks for one row that meets both.
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, overload

import attrs

from segmentation.errors import InvalidValue
from segmentation.fields import Value

from ._nodes import (
    FILTERS,
    AnyOf,
    Between,
    Compare,
    Figure,
    Filter,
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
class FieldOf(_Compared[ValueT_contra, Part]):
    """A field of a table, to be compared with values of one type.

    Attributes:
        table: The table's name.
        name: The field's name.
    """

    table: str
    name: str

    def _passing(self, item: Filter) -> Part:
        return Part(self.table, (Where(self.name, item),))

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
class FigureOf(_Compared[ValueT_contra, Figure]):
    """A figure over rows, to be compared: their number, a sum, the latest or earliest."""

    measure: Measure
    field: str
    part: Part

    def _passing(self, item: Filter) -> Figure:
        return Figure(self.measure, self.field, self.part, item)


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
        InvalidValue: There is no part, or the parts are over several tables.
    """
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


def _counted(operator: Operator, count: int) -> Callable[[Part], Figure]:
    passes = Compare(operator, Operand(str(count)))
    return lambda part: Figure(Measure.COUNT, "", part, passes)


@overload
def at_least(count: int, part: Part, /, *parts: Part, **filters: Condition) -> Figure: ...
@overload
def at_least(count: int, /, **filters: Condition) -> OfTable[Figure]: ...
def at_least(count: int, /, *parts: Part, **filters: Condition) -> Figure | OfTable[Figure]:
    """At least so many rows meet all of these conditions, which are given as for `any_`."""
    return _made(_counted(Operator.AT_LEAST, count), parts, filters)


@overload
def at_most(count: int, part: Part, /, *parts: Part, **filters: Condition) -> Figure: ...
@overload
def at_most(count: int, /, **filters: Condition) -> OfTable[Figure]: ...
def at_most(count: int, /, *parts: Part, **filters: Condition) -> Figure | OfTable[Figure]:
    """At most so many rows, perhaps none, meet all of these conditions (see `any_`)."""
    return _made(_counted(Operator.AT_MOST, count), parts, filters)


@overload
def exactly(count: int, part: Part, /, *parts: Part, **filters: Condition) -> Figure: ...
@overload
def exactly(count: int, /, **filters: Condition) -> OfTable[Figure]: ...
def exactly(count: int, /, *parts: Part, **filters: Condition) -> Figure | OfTable[Figure]:
    """Exactly so many rows meet all of these conditions, which are given as for `any_`."""
    return _made(_counted(Operator.EQUAL, count), parts, filters)


def count(part: Part, /, *parts: Part) -> FigureOf[int]:
    """The number of rows that meet all of these conditions, to compare with a value."""
    return FigureOf(Measure.COUNT, "", row(part, *parts))


def total(field: FieldOf[int], /, *parts: Part) -> FigureOf[Number]:
    """The sum of a field over the rows that meet all of these conditions, 0 if there are none."""
    return FigureOf(Measure.SUM, field.name, row(Part(field.table), *parts))


def latest(field: TimedField, /, *parts: Part) -> FigureOf[Timed]:
    """The latest value of a field in rows that meet all of these conditions, or else blank."""
    return FigureOf(Measure.LATEST, field.name, row(Part(field.table), *parts))


def earliest(field: TimedField, /, *parts: Part) -> FigureOf[Timed]:
    """The earliest value of a field in rows that meet all of these conditions, or else blank."""
    return FigureOf(Measure.EARLIEST, field.name, row(Part(field.table), *parts))
