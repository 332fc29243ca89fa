"""Bound selections as one statement.

Every condition is either true or false, never unknown: values are filled with the blank of
their type before they are compared, and those of dates and times are asked for first.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, assert_never

import attrs
import sqlalchemy as sa

from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    Compare,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Link,
    Measure,
    Not,
    Operand,
    Operator,
    Sample,
    Table,
    bind_filter,
)
from segmentation.fields import Field, FieldType

from ._tests import all_of, any_of, is_filled, passes
from ._words import Element, Test, Words


@attrs.frozen
class Rows:
    """The rows of a table at one place of a statement.

    Attributes:
        element: What stands behind ``FROM``.
        value: The value of a field, filled with the blank of its type where it is missing.
    """

    element: sa.FromClause
    value: Callable[[Field], Element]


class Source(Protocol):
    """Where a statement finds rows and members."""

    def rows(self, table: Table) -> Rows:
        """The rows of a table of the schema, under a name of their own at each call."""

    def segment_members(self, segment_no: str) -> sa.Select[Any]:
        """The numbers of the contacts on the lines of a segment."""

    def logged_members(self, entry_no: int) -> sa.Select[Any]:
        """The numbers of the contacts that a logged segment was logged for."""


def to_statement(bound: BoundSelection, source: Source, words: Words) -> sa.Select[Any]:
    """The statement that selects the numbers of the contacts that pass.

    They come in ascending order; those of a cut in the order of the cut.
    """
    compiler = _Compiler(bound, source, words)
    number = compiler.number
    statement = sa.select(number).select_from(compiler.base.element)
    if bound.node is not None:
        statement = statement.where(compiler.test(bound.node))
    match bound.cut:
        case None:
            return statement.order_by(number)
        case First(count, order):
            by = [compiler.order(each.field, descending=each.descending) for each in order]
            return statement.order_by(*by, number).limit(count)
        case Sample(count, seed):
            return statement.order_by(words.hashed(seed, number), number).limit(count)
        case _:
            assert_never(bound.cut)


class _Compiler:
    """Translates one selection."""

    def __init__(self, bound: BoundSelection, source: Source, words: Words) -> None:
        self._bound = bound
        self._schema = bound.schema
        self._source = source
        self._words = words
        self._base = self._schema.table(self._schema.base)
        self.base = source.rows(self._base)

    @property
    def number(self) -> Element:
        """The number of the contact that is looked at."""
        return self.base.value(self._base.field(self._schema.key))

    def test(self, node: BoundNode) -> Test:
        """Whether the contact passes."""
        match node:
            case BoundPart():
                return self._part(node)
            case BoundFigure():
                return self._figure(node)
            case InSegment(segment_no):
                return self.number.in_(self._source.segment_members(segment_no))
            case InLoggedSegment(entry_no):
                return self.number.in_(self._source.logged_members(entry_no))
            case InShare(seed, start, stop):
                share = self._words.share(seed, self.number)
                return sa.and_(share >= start, share < stop)
            case Not(item):
                return sa.not_(self.test(item))
            case AllOf(items):
                return all_of([self.test(each) for each in items])
            case AnyOf(items):
                return any_of([self.test(each) for each in items])
            case _:
                assert_never(node)

    def order(self, name: str, *, descending: bool) -> sa.UnaryExpression[Any]:
        """What to order contacts by: blanks of dates first, options by their position."""
        field = self._base.field(name)
        value = self.base.value(field)
        if field.type is FieldType.OPTION:
            places = {option: place for place, option in enumerate(field.options)}
            value = sa.case(places, value=value, else_=0)
        return value.desc().nulls_last() if descending else value.asc().nulls_first()

    def _conditions(self, conditions: Iterable[BoundWhere], rows: Rows) -> list[Test]:
        return [
            passes(where.filter, where.field, rows.value(where.field), self._words)
            for where in conditions
        ]

    def _part(self, part: BoundPart) -> Test:
        table = part.table
        if table.link is None:
            return all_of(self._conditions(part.conditions, self.base))
        rows = self._source.rows(table)
        conditions = self._conditions(part.conditions, rows)
        linked = self._linked(table, table.link, rows)
        return _exists(rows, [*linked, *conditions])

    def _linked(self, table: Table, link: Link, rows: Rows) -> list[Test]:
        """That a row belongs to the contact."""
        between = self._schema.table(link.through) if link.through else self._base
        if between.link is None:
            tests = self._keyed(link, table, rows, between, self.base)
        else:
            middle = self._source.rows(between)
            keyed = self._keyed(link, table, rows, between, middle)
            tests = [_exists(middle, [*keyed, *self._linked(between, between.link, middle)])]
        return tests if link.only is None else [*tests, self._only(link, link.only, table, rows)]

    def _keyed(
        self, link: Link, table: Table, rows: Rows, other: Table, others: Rows
    ) -> list[Test]:
        """That two rows have equal values, pair by pair, the first of them not blank."""
        tests: list[Test] = []
        for name, other_name in link.on:
            own = table.field(name)
            value, others_value = rows.value(own), others.value(other.field(other_name))
            if not tests:
                # Few rows are ever asked whether they are filled, once an index has found them.
                tests = [value == others_value, is_filled(own, value)]
            elif own.blank is None:
                tests.append(value.is_not_distinct_from(others_value))
            else:
                tests.append(value == others_value)
        return tests

    def _only(self, link: Link, only: tuple[str, str], table: Table, rows: Rows) -> Test:
        """That the further pair of a link is equal, which some contacts are spared."""
        own = self._base.field(only[1])
        value = self.base.value(own)
        test = all_of([rows.value(table.field(only[0])) == value, is_filled(own, value)])
        if link.unless is None:
            return test
        field = self._base.field(link.unless[0])
        equal = Compare(Operator.EQUAL, Operand(link.unless[1]))
        spared = BoundWhere(field, bind_filter(equal, field, self._bound.as_of))
        return any_of([*self._conditions([spared], self.base), test])

    def _figure(self, figure: BoundFigure) -> Test:
        table = figure.part.table
        rows = self._source.rows(table)
        conditions = self._conditions(figure.part.conditions, rows)
        if table.link is None:
            key = self._base.field(self._schema.key)
            linked = [rows.value(key) == self.number]
        else:
            linked = self._linked(table, table.link, rows)
        measured, field = self._measured(figure, rows)
        value: Element = (
            sa.select(measured)
            .select_from(rows.element)
            .where(*linked, *conditions)
            .correlate_except(rows.element)
            .scalar_subquery()
        )
        if field.type is FieldType.DECIMAL:
            value = self._words.number(value)
        return passes(figure.filter, field, value, self._words)

    def _measured(self, figure: BoundFigure, rows: Rows) -> tuple[Element, Field]:
        """What is worked out over the rows, and the field that it compares as."""
        if figure.field is None:
            return sa.type_coerce(sa.func.count(), sa.BigInteger()), Field("", FieldType.INTEGER)
        value = rows.value(figure.field)
        match figure.measure:
            case Measure.COUNT | Measure.SUM:
                return self._words.total(value), Field("", FieldType.DECIMAL)
            case Measure.EARLIEST:
                return sa.func.min(value, type_=value.type), figure.field
            case Measure.LATEST:
                return sa.func.max(value, type_=value.type), figure.field
            case _:
                assert_never(figure.measure)


def _exists(rows: Rows, tests: Iterable[Test]) -> Test:
    found: sa.Select[Any] = (
        sa.select(sa.literal_column("1")).select_from(rows.element).where(*tests)
    )
    return sa.exists(found.correlate_except(rows.element))
