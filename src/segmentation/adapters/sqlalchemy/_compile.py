"""Bound selections as one SQL statement.

Every condition is true or false, never unknown (``NULL``). A missing value counts as the blank of
its type. Dates and times have no blank, so a condition on one tests first whether it is there.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias, assert_never

import attrs
import sqlalchemy as sa

from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFilter,
    BoundFollowed,
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
    merged,
    to_value_test,
)
from segmentation.fields import Field, FieldType

from ._amounts import is_keyed
from ._dialects import Dialect
from ._following import FollowedRows
from ._links import (
    are_never_met,
    both_equal,
    both_filled,
    decided,
    filled,
    keyed,
    may_be_listed,
    needed,
)
from ._narrowing import is_narrowed
from ._predicates import all_of, any_of, compares_whole, is_filled, to_clause
from ._source import Source
from ._tables import Element, FromTable, Test

_NUMBER = "segmentation_number"

Chain: TypeAlias = Sequence[tuple[Table, FromTable]]
"""Tables that are linked one to the next, each with its place in the statement."""


def to_statement(
    bound: BoundSelection, source: Source, dialect: Dialect, in_front: BoundPart | None = None
) -> sa.Select[Any]:
    """The statement that selects the numbers of the contacts that pass.

    The numbers are in ascending order, or in the order of the cut.

    Args:
        bound: The selection.
        source: Where rows are found.
        dialect: The dialect of the database.
        in_front: The part whose rows are better begun with than own fields (see `_amounts`).
    """
    compiler = _Compiler(bound, source, dialect, in_front)
    number = compiler.number
    statement = sa.select(number).select_from(compiler.base.element)
    if bound.node is not None:
        statement = statement.where(compiler.test(merged(bound.node)))
    match bound.cut:
        case None:
            return statement.order_by(number)
        case First(count, order):
            by = [compiler.order(each.field, descending=each.descending) for each in order]
            return statement.order_by(*by, number).limit(count)
        case Sample(count, seed):
            return statement.order_by(dialect.hashed(seed, number), number).limit(count)
        case _:
            assert_never(bound.cut)


def to_test(
    bound: BoundSelection, source: Source, dialect: Dialect, *, of_few: bool = False
) -> Test:
    """The condition that a row of contacts passes a selection, whose cut is not made.

    Args:
        bound: The selection.
        source: Where rows are found; it gives the contacts that the condition is for.
        dialect: The dialect of the database.
        of_few: Whether few contacts are asked about, as something else narrows them.
    """
    if bound.node is None:
        return sa.true()
    return _Compiler(bound, source, dialect, of_few=of_few).test(merged(bound.node))


class _Compiler:
    """Translates one selection."""

    def __init__(
        self,
        bound: BoundSelection,
        source: Source,
        dialect: Dialect,
        in_front: BoundPart | None = None,
        *,
        of_few: bool = False,
    ) -> None:
        self._bound = bound
        self._in_front = in_front
        self._schema = bound.schema
        self._source = source
        self._dialect = dialect
        self._base = self._schema.table(self._schema.base)
        self._of_many = not (of_few or is_narrowed(bound.node))
        self.base = source.rows(self._base)

    @property
    def number(self) -> Element:
        """The number of the contact in the current row."""
        return self.base.value(self._base.field(self._schema.key))

    def test(self, node: BoundNode) -> Test:
        """The condition that the contact passes a node."""
        match node:
            case BoundPart():
                return self._part(node)
            case BoundFigure():
                return self._aggregate(node)
            case BoundFollowed():
                return self._followed(node)
            case InSegment(segment_no):
                return self.number.in_(self._source.segment_members(segment_no))
            case InLoggedSegment(entry_no):
                return self.number.in_(self._source.logged_members(entry_no))
            case InShare(seed, start, stop):
                share = self._dialect.share(seed, self.number)
                return sa.and_(share >= start, share < stop)
            case Not(BoundPart() as part):
                return sa.not_(self._part(part, sought=False))
            case Not(item):
                return sa.not_(self.test(item))
            case AllOf(items):
                return all_of([self.test(each) for each in items])
            case AnyOf(items):
                return any_of([self.test(each) for each in items])
            case _:
                assert_never(node)

    def order(self, name: str, *, descending: bool) -> sa.UnaryExpression[Any]:
        """The sort key for a field. Blank dates come first, options are in their defined order."""
        field = self._base.field(name)
        value = self.base.value(field)
        if field.type is FieldType.OPTION:
            places = {option: place for place, option in enumerate(field.options)}
            value = sa.case(places, value=value, else_=0)
        return self._dialect.ordered(value, descending=descending)

    def _conditions(self, conditions: Iterable[BoundWhere], rows: FromTable) -> list[Test]:
        return needed(self._condition(where, rows) for where in conditions)

    def _condition(self, where: BoundWhere, rows: FromTable) -> Test:
        field = where.field
        passes = to_value_test(where.filter, field)
        for value in rows.known(field):
            return decided(passes(value))
        if field.name not in rows.bare:
            return to_clause(where.filter, field, rows.value(field), self._dialect)
        bare = rows.bare[field.name]
        test = to_clause(where.filter, field, bare, self._dialect)
        blank = bare.is_(None)
        return sa.or_(blank, test) if passes(field.blank) else sa.and_(sa.not_(blank), test)

    def _part(self, part: BoundPart, *, sought: bool = True) -> Test:
        """The condition that the contact's own fields, or one of its rows, meet all conditions.

        Args:
            part: The part.
            sought: Whether those who pass are sought, and not all others.
        """
        if part.table.link is None:
            return all_of(self._conditions(part.conditions, self.base))
        chain = self._chain(part.table)
        rows = chain[0][1]
        conditions = self._conditions(part.conditions, rows)
        is_first = self._of_many or part == self._in_front
        at_once = sought and is_first and self._dialect.lists_keys and not rows.of_host
        if at_once and conditions and is_keyed(part.table, self._schema.key):
            return self._listed(part.table, chain, conditions)
        return _exists(chain, [*conditions, *self._linked(chain)])

    def _listed(self, table: Table, chain: Chain, conditions: Sequence[Test]) -> Test:
        """The condition that the contact's number is among those of rows that meet conditions."""
        if are_never_met(conditions):
            return sa.false()
        names = [name for name, _ in (table.link.on if table.link else ())]
        field = table.field(names[0])
        number = chain[0][1].value(field)
        return self.number.in_(_select([number], chain, [is_filled(field, number), *conditions]))

    def _chain(self, table: Table, rows: FromTable | None = None) -> Chain:
        """A table, the tables that its link goes through, and last the table of contacts."""
        chain = [(table, rows or self._source.rows(table))]
        while (link := chain[-1][0].link) is not None:
            other = self._schema.table(link.through or self._schema.base)
            chain.append((other, self._source.rows(other) if other.link else self.base))
        return chain

    def _linked(self, chain: Chain) -> list[Test]:
        """The conditions that each row is linked to the next, and the last to the contact."""
        return [
            test
            for (table, rows), (other, others) in pairwise(chain)
            for test in (*keyed(table, rows, other, others), *self._only(table, rows))
        ]

    def _semi_join(self, chain: Chain) -> list[Test]:
        """The conditions that a row is linked to the contact, in whatever way.

        Unlike with a join, the row counts once even if several rows of another table link it.
        """
        (table, rows), *behind = chain
        if len(behind) == 1:
            return self._linked(chain)
        if not may_be_listed(table):
            return [_exists(behind, self._linked(chain))]
        (other, others), *_ = behind
        pairs = table.link.on if table.link else ()
        fields = [(table.field(name), other.field(other_name)) for name, other_name in pairs]
        keys = [rows.value(field) for field, _ in fields]
        theirs = [others.value(field) for _, field in fields]
        tests = [*filled(others, fields[0][1]), *self._linked(behind)]
        if are_never_met(tests):
            return [sa.false()]
        listed = _select(theirs, behind, tests)
        return [sa.tuple_(*keys).in_(listed), *self._only(table, rows)]

    def _only(self, table: Table, rows: FromTable) -> list[Test]:
        """The condition on the further pair of fields that a link compares, if it has one.

        Contacts with a certain value in a field of their own are exempt from it.
        """
        link = table.link
        if link is None or link.only is None:
            return []
        own = self._base.field(link.only[1])
        either = [all_of(both_filled(rows, table.field(link.only[0]), self.base, own))]
        if link.unless is not None:
            field = self._base.field(link.unless[0])
            equal = Compare(Operator.EQUAL, Operand(link.unless[1]))
            exempt = BoundWhere(field, bind_filter(equal, field, self._bound.as_of))
            either.insert(0, self._condition(exempt, self.base))
        possible = [test for test in either if test is not sa.false()]
        return [any_of(possible)] if len(needed(possible)) == len(possible) else []

    def _followed(self, followed: BoundFollowed) -> Test:
        """The condition that the contact has rows one after the other."""
        table = followed.table
        if table.link is None:
            return sa.false()  # it is one row, and two are asked for
        pair = FollowedRows(followed, self._dialect)
        copies = self._source.copies(table, len(followed.parts), numbered=pair.is_identity_asked)
        chains = [self._chain(table, rows) for rows in copies]
        tests = [
            [*self._linked(chain), *self._conditions(part.conditions, rows)]
            for chain, part, rows in zip(chains, followed.parts, copies, strict=True)
        ]
        first, then = copies[:2]
        met = [*tests[0], *tests[1], *pair.tests(first, then)]
        if followed.without is not None:
            between = [*tests[2], *pair.between(*copies)]
            met.append(sa.not_(_exists(chains[2], between)))
        return _exists([*chains[0][:-1], *chains[1]], met)

    def _aggregate(self, figure: BoundFigure) -> Test:
        """The condition that a figure over the contact's rows passes its filter."""
        table = figure.part.table
        link = table.link
        if link is None:
            rows = self._source.rows(table)
            key = self._base.field(self._schema.key)
            return self._measure(figure, rows, [rows.value(key) == self.number])
        chain = self._chain(table)
        rows = chain[0][1]
        is_quick = self._dialect.groups_quickly and not rows.of_host
        at_once = rows.unindexed or (self._of_many and is_quick)
        if at_once and may_be_listed(table) and not (link.through or link.only):
            return self._in_groups(figure, link, rows)
        if link.through and chain[0][1].of_host and may_be_listed(table):
            return self._in_groups_behind(figure, link, rows)
        return self._measure(figure, rows, self._semi_join(chain))

    def _measure(self, figure: BoundFigure, rows: FromTable, linked: Iterable[Test]) -> Test:
        """The condition that the figure over the linked rows passes, by a subquery per contact."""
        measured, field = self._measured(figure, rows)
        conditions = self._conditions(figure.part.conditions, rows)
        value: Element = (
            sa.select(measured)
            .select_from(rows.element)
            .where(*linked, *conditions)
            .correlate_except(rows.element)
            .scalar_subquery()
        )
        return self._filtered(figure.filter, field, value)

    def _in_groups(self, figure: BoundFigure, link: Link, rows: FromTable) -> Test:
        """The same by one subquery for all contacts, grouped by the fields of the link."""
        measured, field = self._measured(figure, rows)
        pairs = [(figure.part.table.field(name), self._base.field(own)) for name, own in link.on]
        keys = [rows.value(field) for field, _ in pairs]
        conditions = [*filled(rows, pairs[0][0]), *self._conditions(figure.part.conditions, rows)]
        groups = sa.select(*keys).select_from(rows.element).where(*conditions)
        contact = [self.base.value(own) for _, own in pairs]
        return self._among(contact, groups.group_by(*keys), figure, field, measured)

    def _in_groups_behind(self, figure: BoundFigure, link: Link, rows: FromTable) -> Test:
        """The same where rows belong to contacts through another table, which is worked out once.

        A row counts once for a contact, even if several rows of the other table link it.
        """
        table = figure.part.table
        measured, field = self._measured(figure, rows)
        conditions = self._conditions(figure.part.conditions, rows)
        inner = _Compiler(self._bound, self._source, self._dialect)
        behind = inner._chain(table, rows)[1:]
        other, others = behind[0]
        on = [(table.field(name), other.field(theirs)) for name, theirs in link.on]
        only = inner._only(table, rows)
        last, last_rows = behind[-2]
        keys = [] if only else inner._keys(last, last_rows)
        via = behind[:-1] if keys else behind
        linked = [*filled(others, on[0][1]), *inner._linked(via)]
        linked += filled(last_rows, keys[0][0]) if keys else []
        named = [last_rows.value(key) for key, _ in keys] or [inner.number]
        columns = {f"segmentation_key_{place}": key for place, key in enumerate(named)}
        columns |= {f.name: others.value(f) for _, f in on if not others.known(f)}
        asked = sa.select(*(value.label(name) for name, value in columns.items())).where(*linked)
        asked = asked.select_from(*(each.element for _, each in via))
        apart = {f.name for _, f in on} | {key.name for key, _ in keys}
        if not (keys and len(via) == 1 and others.once & apart):
            asked = asked.distinct()
        pairs = asked.subquery()
        linking = attrs.evolve(
            others,
            element=pairs,
            value=lambda f: pairs.c[f.name] if f.name in columns else others.value(f),
        )
        equal = [test for key, f in on for test in both_equal(rows, key, linking, f)]
        if are_never_met([*linked, *equal, *only, *conditions]):
            return sa.true() if _blank_passes(figure, field) else sa.false()
        found = list(pairs.c)[: len(named)]
        groups = sa.select(*found).select_from(rows.element, pairs).where(*equal)
        if only:
            groups = groups.select_from(inner.base.element)
            groups = groups.where(inner.number == found[0], *only)
        groups = groups.where(*conditions).group_by(*found)
        contact = [self.base.value(own) for _, own in keys] or [self.number]
        return self._among(contact, groups, figure, field, measured)

    def _keys(self, table: Table, rows: FromTable) -> list[tuple[Field, Field]]:
        """The fields by which rows belong to contacts, with the contacts', if nothing else counts.

        Groups by them need no table of contacts.
        """
        on = table.link.on if table.link else ()
        pairs = [(table.field(name), self._base.field(own)) for name, own in on]
        is_free = not self._only(table, rows) and may_be_listed(table)
        return pairs if is_free and not any(rows.known(field) for field, _ in pairs) else []

    def _among(
        self,
        contact: Sequence[Element],
        groups: sa.Select[Any],
        figure: BoundFigure,
        field: Field,
        measured: Element,
    ) -> Test:
        """The condition that a contact is among the groups whose figure passes its filter."""
        blank_passes = _blank_passes(figure, field)
        sought = Not(figure.filter) if blank_passes else figure.filter
        groups = groups.having(self._filtered(sought, field, measured))
        if not blank_passes:
            return sa.tuple_(*contact).in_(groups)
        if not self._dialect.groups_quickly:
            return sa.tuple_(*contact).not_in(groups)
        # PostgreSQL would go through all groups for each contact: NOT IN asks for what is missing.
        listed = groups.subquery()
        equal = (key == own for key, own in zip(listed.c, contact, strict=True))
        same: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(listed)
        return sa.not_(sa.exists(same.where(*equal).correlate_except(listed)))

    def _filtered(self, item: BoundFilter, field: Field, value: Element) -> Test:
        """The condition that a figure passes a filter."""
        counted = self._dialect.number(value) if field.type is FieldType.DECIMAL else value
        return to_clause(item, field, counted, self._dialect)

    def _measured(self, figure: BoundFigure, rows: FromTable) -> tuple[Element, Field]:
        """The aggregate over the rows, and a field of the type that it is compared as."""
        if figure.field is None:
            return sa.type_coerce(sa.func.count(), sa.BigInteger()), Field("", FieldType.INTEGER)
        value = rows.value(figure.field)
        match figure.measure:
            case Measure.DISTINCT:
                filled = sa.case((_has_value(figure.field, value), value))
                counted = sa.func.count(sa.distinct(filled))
                return sa.type_coerce(counted, sa.BigInteger()), Field("", FieldType.INTEGER)
            case Measure.COUNT | Measure.SUM:
                return self._total(figure, figure.field, rows), Field("", FieldType.DECIMAL)
            case Measure.EARLIEST:
                return sa.func.min(value, type_=value.type), figure.field
            case Measure.LATEST:
                return sa.func.max(value, type_=value.type), figure.field
            case _:
                assert_never(figure.measure)

    def _total(self, figure: BoundFigure, field: Field, rows: FromTable) -> Element:
        """The exact sum of a field, by the database itself where the host has whole numbers."""
        if field.name in rows.whole and compares_whole(figure.filter):
            return self._dialect.whole_total(rows.whole[field.name])
        return self._dialect.total(rows.value(field))


def _blank_passes(figure: BoundFigure, field: Field) -> bool:
    """Whether the figure of a contact without rows passes its filter."""
    return to_value_test(figure.filter, field)(field.blank)


def _has_value(field: Field, value: Element) -> Test:
    """The condition that a value is not blank. A value that is no option is."""
    return value.in_(field.options[1:]) if field.options else is_filled(field, value)


def _exists(chain: Chain, tests: Iterable[Test]) -> Test:
    """The condition that there are such rows in all tables of a chain but that of contacts."""
    tests = list(tests)
    if are_never_met(tests):
        return sa.false()
    return sa.exists(_select([sa.literal_column("1")], chain, tests))


def _select(
    columns: Iterable[sa.ColumnElement[Any]], chain: Chain, tests: Iterable[Test]
) -> sa.Select[Any]:
    elements = [rows.element for _, rows in chain[:-1]]
    found: sa.Select[Any] = sa.select(*columns).select_from(*elements).where(*tests)
    return found.correlate_except(*elements)
