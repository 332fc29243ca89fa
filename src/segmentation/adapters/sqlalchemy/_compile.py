"""Bound selections as one statement.

Every condition is either true or false, never unknown: values are filled with the blank of
their type before they are compared, and those of dates and times are asked for first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Protocol, TypeAlias, assert_never

import attrs
import sqlalchemy as sa

from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFilter,
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
    to_value_test,
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
        unindexed: Whether to find those of one contact means to go through all of them.
    """

    element: sa.FromClause
    value: Callable[[Field], Element]
    unindexed: bool = False


Chain: TypeAlias = Sequence[tuple[Table, Rows]]
"""Tables that lead from one to the next, each with its rows."""


class Source(Protocol):
    """Where a statement finds rows and members."""

    def rows(self, table: Table) -> Rows:
        """The rows of a table of the schema, under a name of their own at each call.

        Those of a linked table are looked up by the fields of the link.
        """

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
        if part.table.link is None:
            return all_of(self._conditions(part.conditions, self.base))
        chain = self._chain(part.table)
        conditions = self._conditions(part.conditions, chain[0][1])
        return _exists(chain, [*self._linked(chain), *conditions])

    def _chain(self, table: Table) -> Chain:
        """A table, those that its link goes through, and at last that of the contacts."""
        chain = [(table, self._source.rows(table))]
        while (link := chain[-1][0].link) is not None:
            other = self._schema.table(link.through or self._schema.base)
            chain.append((other, self._source.rows(other) if other.link else self.base))
        return chain

    def _linked(self, chain: Chain) -> list[Test]:
        """That each row belongs to the next, and the last to the contact."""
        return [
            test
            for (table, rows), (other, others) in pairwise(chain)
            for test in (*_keyed(table, rows, other, others), *self._only(table, rows))
        ]

    def _belonging(self, chain: Chain) -> list[Test]:
        """That a row belongs to the contact: it is there once, however many lead to it."""
        (table, rows), *behind = chain
        if len(behind) == 1:
            return self._linked(chain)
        if not _may_be_listed(table):
            return [_exists(behind, self._linked(chain))]
        (other, others), *_ = behind
        pairs = table.link.on if table.link else ()
        fields = [(table.field(name), other.field(other_name)) for name, other_name in pairs]
        keys = [rows.value(field) for field, _ in fields]
        theirs = [others.value(field) for _, field in fields]
        filled = is_filled(fields[0][1], theirs[0])
        listed = _select(theirs, behind, [filled, *self._linked(behind)])
        return [sa.tuple_(*keys).in_(listed), *self._only(table, rows)]

    def _only(self, table: Table, rows: Rows) -> list[Test]:
        """That the further pair of a link is equal, which some contacts are spared."""
        link = table.link
        if link is None or link.only is None:
            return []
        own = self._base.field(link.only[1])
        value = self.base.value(own)
        test = all_of([rows.value(table.field(link.only[0])) == value, is_filled(own, value)])
        if link.unless is None:
            return [test]
        field = self._base.field(link.unless[0])
        equal = Compare(Operator.EQUAL, Operand(link.unless[1]))
        spared = BoundWhere(field, bind_filter(equal, field, self._bound.as_of))
        return [any_of([*self._conditions([spared], self.base), test])]

    def _figure(self, figure: BoundFigure) -> Test:
        table = figure.part.table
        link = table.link
        if link is None:
            rows = self._source.rows(table)
            key = self._base.field(self._schema.key)
            return self._measure(figure, rows, [rows.value(key) == self.number])
        chain = self._chain(table)
        rows = chain[0][1]
        if rows.unindexed and _may_be_listed(table) and not (link.through or link.only):
            return self._in_groups(figure, link, rows)
        return self._measure(figure, rows, self._belonging(chain))

    def _measure(self, figure: BoundFigure, rows: Rows, linked: Iterable[Test]) -> Test:
        """That the figure over the rows that belong to the contact passes."""
        measured, field = self._measured(figure, rows)
        conditions = self._conditions(figure.part.conditions, rows)
        value: Element = (
            sa.select(measured)
            .select_from(rows.element)
            .where(*linked, *conditions)
            .correlate_except(rows.element)
            .scalar_subquery()
        )
        return self._passes(figure.filter, field, value)

    def _in_groups(self, figure: BoundFigure, link: Link, rows: Rows) -> Test:
        """The same by the figures of all contacts' rows, grouped by what links them."""
        measured, field = self._measured(figure, rows)
        pairs = [(figure.part.table.field(name), self._base.field(own)) for name, own in link.on]
        keys = [rows.value(field) for field, _ in pairs]
        filled = is_filled(pairs[0][0], keys[0])
        conditions = self._conditions(figure.part.conditions, rows)
        groups = sa.select(*keys).select_from(rows.element).where(filled, *conditions)
        blank_passes = to_value_test(figure.filter, field)(field.blank)
        sought = Not(figure.filter) if blank_passes else figure.filter
        groups = groups.group_by(*keys).having(self._passes(sought, field, measured))
        found = sa.tuple_(*(self.base.value(own) for _, own in pairs)).in_(groups)
        return sa.not_(found) if blank_passes else found

    def _passes(self, item: BoundFilter, field: Field, value: Element) -> Test:
        counted = self._words.number(value) if field.type is FieldType.DECIMAL else value
        return passes(item, field, counted, self._words)

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


def _keyed(table: Table, rows: Rows, other: Table, others: Rows) -> Iterator[Test]:
    """That two rows have equal values, pair by pair, the first of them not blank."""
    pairs = table.link.on if table.link else ()
    for place, (name, other_name) in enumerate(pairs):
        field = table.field(name)
        value, others_value = rows.value(field), others.value(other.field(other_name))
        if place == 0:
            # Few rows are ever asked whether they are filled, once an index has found them.
            yield from (value == others_value, is_filled(field, value))
        elif field.blank is None:
            yield value.is_not_distinct_from(others_value)
        else:
            yield value == others_value


def _may_be_listed(table: Table) -> bool:
    """Whether keys of rows are found in a list of keys, where what is missing equals nothing."""
    pairs = table.link.on if table.link else ()
    return all(table.field(name).blank is not None for name, _ in pairs)


def _exists(chain: Chain, tests: Iterable[Test]) -> Test:
    """That there are rows of all tables of a chain but the contacts'."""
    tests = list(tests)
    if any(test is sa.false() for test in tests):  # which would fold away what joins the tables
        return sa.false()
    return sa.exists(_select([sa.literal_column("1")], chain, tests))


def _select(
    columns: Iterable[sa.ColumnElement[Any]], chain: Chain, tests: Iterable[Test]
) -> sa.Select[Any]:
    elements = [rows.element for _, rows in chain[:-1]]
    found: sa.Select[Any] = sa.select(*columns).select_from(*elements).where(*tests)
    return found.correlate_except(*elements)
