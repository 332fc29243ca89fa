"""Binding of selections: names are resolved, types are checked, relative dates are computed.

The meaning of a selection is decided here. Compilers only translate it. All faults of a selection
are found and reported together.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

import attrs

from segmentation.criteria._operands import TOO_LARGE
from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    AsOf,
    Aspect,
    BoundFigure,
    BoundFilter,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    Criteria,
    Cut,
    Figure,
    Filter,
    First,
    Followed,
    InLoggedSegment,
    InSegment,
    InShare,
    IsEqual,
    Measure,
    Not,
    Part,
    Sample,
    Schema,
    Selection,
    Table,
    Where,
    nesting,
)
from segmentation.criteria._writing import MAX_DEPTH
from segmentation.errors import (
    Fault,
    FilterError,
    Identifier,
    InvalidValue,
    Message,
    Rejected,
    UsageError,
    unexpected,
)
from segmentation.fields import GREATEST, LEAST, Field, FieldType

from ._aspects import bind_aspect
from ._bind_filter import bind_filter, check_count

_COUNT = Field("count", FieldType.INTEGER)
_TEN_THOUSANDTHS = 10_000
_SUMMED = frozenset([FieldType.INTEGER, FieldType.DECIMAL])
_TIMED = frozenset([FieldType.DATE, FieldType.DATETIME, FieldType.TIME])
_DATED = frozenset([FieldType.DATE, FieldType.DATETIME])

_Result = TypeVar("_Result")


def bind(criteria: Criteria | None, schema: Schema, as_of: AsOf) -> BoundSelection:
    """The selection with names resolved, values typed and relative dates computed.

    Args:
        criteria: The selection, ``None`` for no condition, so that every contact passes.
        schema: The tables and fields that it may name.
        as_of: The day, the user and the tokens to bind it to.

    Raises:
        UnknownName: The selection names an unknown table, field, option or token.
        FilterError: A filter does not fit its field. The error names the field.
        InvalidValue: A number is out of range, or the selection is nested too deep or has more
            than `MAX_CONDITIONS` conditions.
        Rejected: Several of these at once.
    """
    if nesting(criteria) > 2 * MAX_DEPTH:
        reason = Message("are nested deeper than {limit} groups", limit=2 * MAX_DEPTH)
        raise InvalidValue("criteria", "...", reason)
    check_count("criteria", criteria)
    binder = _Binder(schema, as_of)
    node = binder.bound_criteria(criteria)
    if len(binder.faults) == 1:
        raise binder.faults[0][1]
    if binder.faults:
        raise Rejected("selection", [_fault(place, error) for place, error in binder.faults])
    selection, cut = node
    return BoundSelection(schema, as_of, selection, cut)


def _fault(place: str, error: UsageError) -> Fault:
    table, _, field = place.partition(".")
    told = error.at_field("") if isinstance(error, FilterError) else error
    return Fault(Identifier(table), field, told.message.indented())


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
            case Followed():
                return self._followed(node)
            case InSegment():
                return node
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
        conditions = tuple(where for where in wheres if where is not None)
        named = table.alias if part.table == table.alias else table.name
        return BoundPart(table, conditions, named)

    def _where(self, table: Table, where: Where) -> BoundWhere | None:
        place = f"{table.name}.{where.field}"

        def bound() -> BoundWhere:
            field = table.field(where.field)
            named = f"{table.name}.{field.name}"
            item = self._filter(where.filter, where.aspect, field, named)
            return BoundWhere(field, item, where.filter)

        return self._tried(place, bound)

    def _filter(self, item: Filter, aspect: Aspect | None, field: Field, place: str) -> BoundFilter:
        if aspect is None:
            return bind_filter(item, field, self._as_of, place=place)
        return bind_aspect(item, aspect, field, self._as_of, place=place)

    def _figure(self, figure: Figure) -> BoundFigure:
        part = self._part(figure.part)
        place = f"{part.table.name}.{figure.field or figure.measure}"

        def bound() -> tuple[Field | None, BoundFilter]:
            field = _measured(figure, part.table)
            compared = _compared(figure.measure, field)
            return field, self._filter(figure.filter, figure.aspect, compared, place)

        known = bool(part.table.fields)
        found = self._tried(place, bound) if known else None
        field, passed = found or (None, IsEqual(0))
        return BoundFigure(figure.measure, field, part, passed, figure.filter)

    def _followed(self, node: Followed) -> BoundFollowed:
        first, then = self._part(node.first), self._part(node.then)
        without = None if node.without is None else self._part(node.without)
        parts = [first, then] if without is None else [first, then, without]
        tables = sorted({part.table.name for part in parts})
        if len(tables) > 1:
            error = InvalidValue("parts", tables, "are not over one table")
            self.faults.append((first.table.name, error))
        place = f"{first.table.name}.{node.field}"
        known = bool(first.table.fields)
        field = self._tried(place, lambda: _dated(node.field, first.table)) if known else None
        if node.within is not None:
            self._tried(place, lambda: _check_days(node.within))
        field = field or Field(node.field, FieldType.DATE)
        zone = self._as_of.zone if field.type is FieldType.DATETIME else None
        return BoundFollowed(field, first, then, node.within, node.later_day, without, zone)

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
        """The result of a step. If it fails, the fault is recorded and the result is ``None``."""
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
    if not LEAST <= number <= GREATEST:
        raise InvalidValue(name, number, TOO_LARGE)


def _check_days(within: object) -> None:
    _check_whole("within", within)
    if isinstance(within, int) and within < 0:
        raise InvalidValue("within", within, "is less than 0")


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
    """The field that a figure is computed from, ``None`` for a count."""
    if figure.measure is Measure.COUNT:
        return None
    field = table.field(figure.field)
    if figure.measure is not Measure.DISTINCT:
        fitting = _SUMMED if figure.measure is Measure.SUM else _TIMED
        _check_type(field, fitting, table, figure.measure.value)
    return field


def _dated(name: str, table: Table) -> Field:
    """The field by which rows come one after the other."""
    field = table.field(name)
    _check_type(field, _DATED, table, "followed")
    return field


def _check_type(field: Field, fitting: Iterable[FieldType], table: Table, what: str) -> None:
    fitting = sorted(fitting)
    if field.type not in fitting:
        reason = Message(
            "needs a field of type {types}, and this one is {type}",
            types=Message(" or ".join(fitting)),
            type=Message(field.type.value),
        )
        raise InvalidValue(f"{table.name}.{field.name}", what, reason)


def _compared(measure: Measure, field: Field | None) -> Field:
    """A field of the type of a figure, to bind the figure's filter to."""
    if field is None or measure is Measure.DISTINCT:
        return _COUNT
    return attrs.evolve(field, type=FieldType.DECIMAL) if measure is Measure.SUM else field
