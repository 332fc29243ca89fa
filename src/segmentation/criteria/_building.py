"""Selections written in Python, with fields and tables as attributes.

What is built is the tree that the same words would parse to. Two parts joined with ``&`` may
be met by two different rows; ``any_`` asks for one row that meets both.
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Generic, TypeVar, overload

import attrs
from typing_extensions import TypeAliasType

from segmentation.errors import InvalidValue, UnknownName
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
from ._one_line import MOST, in_brackets, listed
from ._schema import Schema, Table
from ._text import parse

_LISTED = MOST - 40  # leaves room for the name of a table

ResultT = TypeVar("ResultT")
Selected_co = TypeVar("Selected_co", bound=Selection, covariant=True)

Given = TypeAliasType("Given", Value | float)
"""A value to compare with; a text is taken as it is, only dates and options are read."""

Condition = TypeAliasType("Condition", str | Filter | Given | Collection[Given])
"""What a field must pass: a filter, as text or tree; a value that it equals, ``None`` for the
blank; or several values, of which it equals one."""


class _Compared(Untrue, Generic[ResultT]):
    """What can be compared with values, as fields and figures can."""

    __slots__ = ()

    @abstractmethod
    def _passing(self, item: Filter) -> ResultT:
        """What says that this passes a filter."""

    def __eq__(self, value: Given | Token) -> ResultT:  # type: ignore[override]
        return self._passing(_equal(value))

    def __ne__(self, value: Given | Token) -> ResultT:  # type: ignore[override]
        return self._passing(Not(_equal(value)))

    def __lt__(self, value: Given) -> ResultT:
        return self._passing(Compare(Operator.LESS, _operand(value)))

    def __le__(self, value: Given) -> ResultT:
        return self._passing(Compare(Operator.AT_MOST, _operand(value)))

    def __gt__(self, value: Given) -> ResultT:
        return self._passing(Compare(Operator.GREATER, _operand(value)))

    def __ge__(self, value: Given) -> ResultT:
        return self._passing(Compare(Operator.AT_LEAST, _operand(value)))

    __hash__ = None  # type: ignore[assignment]  # equality makes a condition

    def between(self, low: Given, high: Given) -> ResultT:
        """From one value to another, both included."""
        return self._passing(Between(_operand(low), _operand(high)))

    def is_in(self, values: Given | Iterable[Given]) -> ResultT:
        """One of these values; a value that stands alone is one.

        Raises:
            InvalidValue: There is none.
        """
        if isinstance(values, str) or not isinstance(values, Iterable):
            return self._passing(_equal(values))
        return self._passing(_one_of(values))

    def like(self, pattern: str) -> ResultT:
        r"""Fits a pattern: ``*`` any run, ``?`` any one character, ``@`` in front: any case.

        A backslash before one of these takes its meaning away.
        """
        if not isinstance(pattern, str):
            raise InvalidValue("filter", pattern, "is no text")
        quoted = pattern.replace("'", "''")
        return self._passing(_parsed(f"'{quoted}'"))

    def is_blank(self) -> ResultT:
        """The blank of its type: no text, 0, no, the first option, no date."""
        return self._passing(_equal(None))

    def passes(self, item: str | Filter) -> ResultT:
        """What a filter says, as text or tree."""
        return self._passing(_parsed(item) if isinstance(item, str) else item)


def to_filter(given: Condition) -> Filter | None:
    """What is given for a field as a filter; ``None`` for an empty text, which is none.

    Raises:
        FilterError: A text does not parse.
        InvalidValue: It is neither a filter nor what a field could hold.
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


def _one_of(values: Iterable[Given]) -> Filter:
    items = tuple(map(_equal, values))
    if not items:
        raise InvalidValue("filter", (), "has no value; nothing could be found")
    return items[0] if len(items) == 1 else AnyOf(items)


def _parsed(text: str) -> Filter:
    found = parse(text)
    if found is None:
        raise InvalidValue("filter", text, "is empty")
    return found


def _equal(value: Given | Token) -> Filter:
    return value if isinstance(value, Token) else Compare(Operator.EQUAL, _operand(value))


def _operand(value: Given) -> Operand:
    """A value as it would be typed."""
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
class FieldOf(_Compared[Part]):
    """A field of a table, to be compared.

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


@attrs.frozen(eq=False, repr=False)
class FigureOf(_Compared[Figure]):
    """A figure over rows, to be compared: their number, a sum, the latest or earliest."""

    measure: Measure
    field: str
    part: Part

    def _passing(self, item: Filter) -> Figure:
        return Figure(self.measure, self.field, self.part, item)


class Fields:
    """The fields of one table, as attributes or items."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __getattr__(self, name: str) -> FieldOf:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except UnknownName as error:
            raise AttributeError(str(error)) from error

    def __getitem__(self, name: str) -> FieldOf:
        return FieldOf(self._table.name, self._table.field(name).name)

    def __iter__(self) -> Iterator[FieldOf]:
        return (self[name] for name in self._table.fields)

    def __dir__(self) -> Iterable[str]:
        return list(self._table.fields)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._table.fields)

    def __repr__(self) -> str:
        return in_brackets(f"{self._table.name}: {listed(self._table.fields, _LISTED)}")

    def any_row(self) -> Part:
        """Any row at all."""
        return Part(self._table.name)


class Tables:
    """The tables of a schema, as attributes or items, by name or alias."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def __getattr__(self, name: str) -> Fields:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except UnknownName as error:
            raise AttributeError(str(error)) from error

    def __getitem__(self, name: str) -> Fields:
        return Fields(self._schema.table(name))

    def __dir__(self) -> Iterable[str]:
        tables = self._schema.tables.values()
        return [name for table in tables for name in (table.name, table.alias) if name]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.__dir__())

    def __repr__(self) -> str:
        return in_brackets(f"tables: {listed(self._schema.tables, _LISTED)}")


def fields(schema: Schema) -> Tables:
    """The tables of a schema with their fields, to build selections from.

    >>> from segmentation.criteria import Link, make_selection, make_table
    >>> from segmentation.fields import Field, FieldType
    >>> city = Field("city", FieldType.TEXT)
    >>> the = fields(Schema("contact", "no", {"contact": make_table("contact", [city])}))
    >>> (the.contact.city == "Bern") == make_selection(contact={"city": "Bern"})
    True
    """
    return Tables(schema)


@attrs.frozen(repr=False)
class OfTable(Untrue, Generic[Selected_co]):
    """A condition on the rows of a table that is still to be named."""

    wheres: tuple[Where, ...]
    made: Callable[[Part], Selected_co]

    def of(self, table: str) -> Selected_co:
        """The condition on the rows of this table."""
        return self.made(Part(table, self.wheres))


def row(*parts: Part) -> Part:
    """The part that one and the same row must meet, out of parts over one table.

    Raises:
        InvalidValue: There is no part, or they are over several tables.
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
    """One row at least meets all of this.

    Args:
        parts: Conditions over one table; without any, the table is named later, as in
            ``make_selection(interactions=any_(cost=">100"))``.
        filters: Further filters by field.
    """
    return _made(_itself, parts, filters)


@overload
def none(part: Part, /, *parts: Part, **filters: Condition) -> Not[Part]: ...
@overload
def none(**filters: Condition) -> OfTable[Not[Part]]: ...
def none(*parts: Part, **filters: Condition) -> Not[Part] | OfTable[Not[Part]]:
    """No row meets all of this; arguments as for `any_`."""
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
    """So many rows or more meet all of this; arguments as for `any_`."""
    return _made(_counted(Operator.AT_LEAST, count), parts, filters)


@overload
def at_most(count: int, part: Part, /, *parts: Part, **filters: Condition) -> Figure: ...
@overload
def at_most(count: int, /, **filters: Condition) -> OfTable[Figure]: ...
def at_most(count: int, /, *parts: Part, **filters: Condition) -> Figure | OfTable[Figure]:
    """So many rows or fewer, also none, meet all of this; arguments as for `any_`."""
    return _made(_counted(Operator.AT_MOST, count), parts, filters)


@overload
def exactly(count: int, part: Part, /, *parts: Part, **filters: Condition) -> Figure: ...
@overload
def exactly(count: int, /, **filters: Condition) -> OfTable[Figure]: ...
def exactly(count: int, /, *parts: Part, **filters: Condition) -> Figure | OfTable[Figure]:
    """Just so many rows meet all of this; arguments as for `any_`."""
    return _made(_counted(Operator.EQUAL, count), parts, filters)


def count(part: Part, /, *parts: Part) -> FigureOf:
    """The number of rows that meet all of this, to be compared."""
    return FigureOf(Measure.COUNT, "", row(part, *parts))


def total(field: FieldOf, /, *parts: Part) -> FigureOf:
    """The sum of a field over the rows that meet all of this; 0 without any."""
    return FigureOf(Measure.SUM, field.name, row(Part(field.table), *parts))


def latest(field: FieldOf, /, *parts: Part) -> FigureOf:
    """The latest of a field over the rows that meet all of this; blank without any."""
    return FigureOf(Measure.LATEST, field.name, row(Part(field.table), *parts))


def earliest(field: FieldOf, /, *parts: Part) -> FigureOf:
    """The earliest of a field over the rows that meet all of this; blank without any."""
    return FigureOf(Measure.EARLIEST, field.name, row(Part(field.table), *parts))
