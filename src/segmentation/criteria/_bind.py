"""Binding: names are resolved, types checked, relative dates and tokens worked out.

What a selection means is settled here, once; compilers only translate. All faults of a
selection are found in one go.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar, assert_never

import attrs

from segmentation.codes import to_code
from segmentation.errors import (
    Fault,
    FilterError,
    InvalidValue,
    Name,
    Rejected,
    Said,
    UnknownName,
    UsageError,
    unexpected,
)
from segmentation.fields import Field, FieldType

from ._bound import (
    AsOf,
    Bound,
    BoundFigure,
    BoundFilter,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    FitsPattern,
    InRange,
    IsEqual,
)
from ._nodes import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    Criteria,
    Cut,
    Figure,
    Filter,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Like,
    Measure,
    Not,
    Operand,
    Operator,
    Part,
    Pattern,
    Sample,
    Selection,
    Token,
    Where,
)
from ._schema import Schema, Table
from ._text import MAX_DEPTH, MAX_LENGTH, parse, place_of, to_text
from ._values import Span, make_reader
from ._walk import nesting

_COUNT = Field("count", FieldType.INTEGER)
_TEN_THOUSANDTHS = 10_000
_SUMMED = frozenset([FieldType.INTEGER, FieldType.DECIMAL])
_TIMED = frozenset([FieldType.DATE, FieldType.DATETIME, FieldType.TIME])

_Result = TypeVar("_Result")


def bind(criteria: Criteria | None, schema: Schema, as_of: AsOf) -> BoundSelection:
    """The selection with names resolved, values typed and relative dates worked out.

    Args:
        criteria: What to bind; ``None`` for no condition at all: everybody passes.
        schema: The tables and fields that it may name.
        as_of: The day, the user and the tokens that it is bound to.

    Raises:
        UnknownName: It names a table, field, option or token that is not known.
        FilterError: A filter does not fit its field; the error names the field.
        InvalidValue: A count, share or nesting that cannot be.
        Rejected: Several of these at once.
    """
    if nesting(criteria) > 2 * MAX_DEPTH:
        reason = Said("are nested deeper than {limit} groups", limit=2 * MAX_DEPTH)
        raise InvalidValue("criteria", "...", reason)
    binder = _Binder(schema, as_of)
    node = binder.bound_criteria(criteria)
    if len(binder.faults) == 1:
        raise binder.faults[0][1]
    if binder.faults:
        raise Rejected("selection", [_fault(place, error) for place, error in binder.faults])
    selection, cut = node
    return BoundSelection(schema, as_of, selection, cut)


def bind_filter(item: Filter, field: Field, as_of: AsOf, *, place: str = "") -> BoundFilter:
    """One filter, bound to one field.

    Args:
        item: The filter.
        field: The field whose values it is for.
        as_of: The day, the user and the tokens that it is bound to.
        place: ``table.field``, for errors; the field's name if not given.
    """
    where = place or field.name
    depth = nesting(item)
    if depth > MAX_DEPTH:
        reason = Said("is nested deeper than {limit} groups", limit=MAX_DEPTH)
        raise InvalidValue(where, "...", reason)
    try:
        return _FilterBinder(field, as_of, depth).bound(item)
    except FilterError as error:
        raise _in_whole(error, item, where) from error
    except UnknownName as error:
        error.where = where
        raise


def _in_whole(error: FilterError, item: Filter, where: str) -> FilterError:
    """The error of an operand, pointing into the text of the whole filter."""
    whole = to_text(item)
    start = place_of(error.text, whole)
    if start is None or error.field:
        return error.at_field(error.field or where)
    return FilterError(
        error.reason,
        text=whole,
        position=start + error.position,
        expected=error.expected,
        field=where,
    )


def _fault(place: str, error: UsageError) -> Fault:
    table, _, field = place.partition(".")
    told = error.at_field("") if isinstance(error, FilterError) else error
    return Fault(Name(table), field, told.said.indented())


class _Binder:
    """Binds one selection and collects its faults."""

    def __init__(self, schema: Schema, as_of: AsOf) -> None:
        self._schema = schema
        self._as_of = as_of
        self.faults: list[tuple[str, UsageError]] = []

    def bound_criteria(
        self, criteria: Criteria | None
    ) -> tuple[BoundNode | None, First | Sample | None]:
        if criteria is None:
            return None, None
        if isinstance(criteria, Cut):
            return self._node(criteria.selection), self._cut(criteria.by)
        return self._node(criteria), None

    def _node(self, node: Selection) -> BoundNode:
        match node:
            case Part():
                return self._part(node)
            case Figure():
                return self._figure(node)
            case InSegment(segment_no):
                return InSegment(to_code(segment_no))
            case InLoggedSegment(entry_no):
                self._tried("logged segment", lambda: _check_whole("entry_no", entry_no))
                return node
            case InShare():
                self._tried("share", lambda: _check_share(node))
                return node
            case Not(item):
                return Not(self._node(item))
            case AllOf(items):
                return AllOf(tuple(self._node(item) for item in items))
            case AnyOf(items):
                return AnyOf(tuple(self._node(item) for item in items))
            case _:
                raise unexpected("criteria", node, "is no selection of ours; `make_selection` is")

    def _part(self, part: Part) -> BoundPart:
        table = self._tried(part.table, lambda: self._schema.table(part.table))
        if table is None:
            return BoundPart(Table(part.table, {}), ())
        wheres = [self._where(table, where) for where in part.conditions]
        return BoundPart(table, tuple(where for where in wheres if where is not None))

    def _where(self, table: Table, where: Where) -> BoundWhere | None:
        place = f"{table.name}.{where.field}"

        def bound() -> BoundWhere:
            field = table.field(where.field)
            return BoundWhere(
                field,
                bind_filter(where.filter, field, self._as_of, place=f"{table.name}.{field.name}"),
            )

        return self._tried(place, bound)

    def _figure(self, figure: Figure) -> BoundFigure:
        part = self._part(figure.part)
        place = f"{part.table.name}.{figure.field or figure.measure}"

        def bound() -> tuple[Field | None, BoundFilter]:
            field = _measured(figure, part.table)
            compared = _compared(figure.measure, field)
            return field, bind_filter(figure.filter, compared, self._as_of, place=place)

        known = bool(part.table.fields)
        found = self._tried(place, bound) if known else None
        field, passed = found or (None, IsEqual(0))
        return BoundFigure(figure.measure, field, part, passed)

    def _cut(self, by: First | Sample) -> First | Sample:
        self._tried("cut", lambda: _check_count(by.count))
        if isinstance(by, Sample):
            self._tried("cut", lambda: _check_seed(by.seed))
            return by
        base = self._schema.table(self._schema.base)
        named = [self._tried(f"{base.name}.{o.field}", _finder(base, o.field)) for o in by.order]
        order = [
            attrs.evolve(each, field=field.name)
            for each, field in zip(by.order, named, strict=True)
            if field is not None
        ]
        return First(by.count, order)

    def _tried(self, place: str, step: Callable[[], _Result]) -> _Result | None:
        """The result of a step; ``None`` where it fails, and the fault is kept."""
        try:
            return step()
        except UsageError as error:
            self.faults.append((place, error))
            return None


def _finder(table: Table, name: str) -> Callable[[], Field]:
    return lambda: table.field(name)


def _check_whole(name: str, number: object) -> None:
    if not isinstance(number, int) or isinstance(number, bool):
        raise InvalidValue(name, number, "is no whole number")


def _check_count(count: int) -> None:
    _check_whole("count", count)
    if count < 0:
        raise InvalidValue("count", count, "is less than 0")


def _check_seed(seed: object) -> None:
    if not isinstance(seed, str):
        raise InvalidValue("seed", seed, "is no text")


def _check_share(share: InShare) -> None:
    _check_seed(share.seed)
    _check_whole("share", share.start)
    _check_whole("share", share.stop)
    if not 0 <= share.start <= share.stop <= _TEN_THOUSANDTHS:
        raise InvalidValue(
            "share", (share.start, share.stop), "does not lie between 0 and 10000 ten-thousandths"
        )


def _measured(figure: Figure, table: Table) -> Field | None:
    """The field that a figure looks at; ``None`` for a count."""
    if figure.measure is Measure.COUNT:
        return None
    field = table.field(figure.field)
    fitting = _SUMMED if figure.measure is Measure.SUM else _TIMED
    if field.type not in fitting:
        reason = Said(
            "needs a field of type {types}, and this one is {type}",
            types=Said(" or ".join(sorted(fitting))),
            type=Said(field.type.value),
        )
        raise InvalidValue(f"{table.name}.{field.name}", figure.measure.value, reason)
    return field


def _compared(measure: Measure, field: Field | None) -> Field:
    """The field that stands for a figure when its filter is bound."""
    if field is None:
        return _COUNT
    return attrs.evolve(field, type=FieldType.DECIMAL) if measure is Measure.SUM else field


class _FilterBinder:
    """Binds one filter of a field; knows which tokens it is working out.

    Tokens that stand for tokens make a filter deep and long that looks small, so it is measured
    as it grows.
    """

    def __init__(self, field: Field, as_of: AsOf, depth: int) -> None:
        self._field = field
        self._as_of = as_of
        self._read = make_reader(field, as_of)
        self._lettered = field.type in {FieldType.CODE, FieldType.TEXT}
        self._depth = depth
        self._length = 0
        self._tokens: list[str] = []

    def bound(self, item: Filter) -> BoundFilter:
        match item:
            case Compare(operator, operand):
                return self._compare(operator, operand)
            case Between(low, high):
                return self._between(low, high)
            case Like(pattern, any_case):
                return self._like(pattern, any_case=any_case)
            case Token(name):
                return self._token(name)
            case Not(inner):
                return Not(self.bound(inner))
            case AllOf(items):
                return AllOf(tuple(self.bound(each) for each in items))
            case AnyOf(items):
                return AnyOf(tuple(self.bound(each) for each in items))
            case _:
                raise unexpected("filter", item, "is no filter, such as `parse` makes")

    def _compare(self, operator: Operator, operand: Operand) -> BoundFilter:
        span, any_case = self._span(operand)
        if operator is Operator.EQUAL:
            if span.single:
                return IsEqual(span.start, any_case)
            return InRange(_from(span), _until(span))
        match operator:
            case Operator.LESS:
                return InRange(None, Bound(span.start, inclusive=False, any_case=any_case))
            case Operator.AT_MOST:
                return InRange(None, _until(span, any_case=any_case))
            case Operator.GREATER:
                return _range_behind(span, any_case=any_case)
            case Operator.AT_LEAST:
                return InRange(_from(span, any_case=any_case), None)
            case _:
                assert_never(operator)

    def _between(self, low: Operand | None, high: Operand | None) -> BoundFilter:
        first = last = None
        if low is not None:
            span, any_case = self._span(low)
            first = _from(span, any_case=any_case)
        if high is not None:
            span, any_case = self._span(high)
            last = _until(span, any_case=any_case)
        return InRange(first, last)

    def _span(self, operand: Operand) -> tuple[Span, bool]:
        span = self._read(operand.text)
        if operand.any_case and self._lettered:
            return Span(str(span.start).lower()), True
        return span, False

    def _like(self, pattern: Pattern, *, any_case: bool) -> BoundFilter:
        if not self._lettered:
            text = to_text(Like(pattern))
            raise FilterError(
                Said(
                    "* and ? do not fit a field of type {type}", type=Said(self._field.type.value)
                ),
                text=text,
                expected="a value or an interval",
            )
        change = str.lower if any_case else str.upper
        if any_case or self._field.type is FieldType.CODE:
            pattern = tuple(change(p) if isinstance(p, str) else p for p in pattern)
        return FitsPattern(pattern, any_case)

    def _token(self, name: str) -> BoundFilter:
        if name in {"me", "user"} and name not in self._as_of.tokens:
            if not self._as_of.user:
                raise FilterError("nobody is at work, so it stands for no one", text=f"%{name}")
            return self._compare(Operator.EQUAL, Operand(self._as_of.user))
        if name not in self._as_of.tokens:
            raise UnknownName("token", f"%{name}", known=self._known_tokens())
        if name in self._tokens:
            circle = " → ".join(f"%{each}" for each in [*self._tokens, name])
            reason = Said("the tokens refer to each other: {circle}", circle=circle)
            raise FilterError(reason, text=f"%{name}")
        item = parse(self._as_of.tokens[name])
        if item is None:
            raise FilterError("the token stands for no filter at all", text=f"%{name}")
        deeper = nesting(item) + 1
        self._tokens.append(name)
        self._depth += deeper
        self._length += len(self._as_of.tokens[name])
        if self._depth > MAX_DEPTH or self._length > MAX_LENGTH:
            raise FilterError("the tokens stand for more than a filter can hold", text=f"%{name}")
        try:
            return self.bound(item)
        finally:
            self._depth -= deeper
            self._tokens.pop()

    def _known_tokens(self) -> Iterable[str]:
        return [f"%{name}" for name in ("me", "user", *self._as_of.tokens)]


def _from(span: Span, *, any_case: bool = False) -> Bound:
    return Bound(span.start, any_case=any_case)


def _until(span: Span, *, any_case: bool = False) -> Bound | None:
    """The upper end of a range up to a span, which belongs to it."""
    if span.single:
        return Bound(span.start, any_case=any_case)
    return None if span.stop is None else Bound(span.stop, inclusive=False)


def _range_behind(span: Span, *, any_case: bool) -> BoundFilter:
    if span.single:
        return InRange(Bound(span.start, inclusive=False, any_case=any_case), None)
    if span.stop is None:
        return Not(InRange(None, None))
    return InRange(Bound(span.stop), None)
