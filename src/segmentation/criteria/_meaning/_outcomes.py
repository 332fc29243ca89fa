"""The possible outcomes of a filter: whether any value passes it, and whether any fails."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise, product
from typing import Any, TypeAlias, assert_never

from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    BoundFilter,
    BoundPart,
    FitsPattern,
    HasAspect,
    InCalendar,
    InRange,
    IsEqual,
    Letters,
    Not,
    Wild,
)
from segmentation.fields import Field, FieldType

from ._predicate import to_value_test

_Leaf: TypeAlias = IsEqual | InRange | FitsPattern | InCalendar

_MOST = 8
"""The greatest number of unpredictable conditions for which every combination is tried."""

_ALWAYS: BoundFilter = InRange(None, None)


def outcomes(item: BoundFilter, field: Field, *, least: int | None = None) -> frozenset[bool]:
    """The possible outcomes of a filter, empty if they are not known.

    All values between two neighbouring constants of a filter have the same outcome, so one of
    them is tried. Patterns and comparisons that ignore case or accents are unpredictable: each of
    them is assumed once to hold and once not to hold. So a single outcome is certain, and of two
    outcomes both are possible.

    Args:
        item: The filter.
        field: The field that the filter is for.
        least: The least possible value, if there is one.
    """
    leaves = dict.fromkeys(_leaves(item))
    unforeseen = [leaf for leaf in leaves if _is_unforeseen(leaf)]
    if len(unforeseen) > _MOST:
        return frozenset()
    constants = {v for leaf in leaves if leaf not in unforeseen for v in _constants(leaf)}
    exact, between = _tried(constants, field)
    found = set(map(to_value_test(item, field), _from(exact, least)))
    for held in product((True, False), repeat=len(unforeseen)):
        passes = to_value_test(_supposed(item, dict(zip(unforeseen, held, strict=True))), field)
        found |= set(map(passes, _from(between, least)))
    return frozenset(found)


def never_both(one: BoundPart, other: BoundPart) -> bool:
    """Whether it is certain that no row meets both of two parts over one table."""
    pairs = product(one.conditions, other.conditions)
    same = ((a, b) for a, b in pairs if a.field == b.field)
    return any(outcomes(AllOf((a.filter, b.filter)), a.field) == {False} for a, b in same)


def _from(values: Iterable[Any], least: int | None) -> Iterator[Any]:
    return (value for value in values if least is None or value >= least)


def _leaves(item: BoundFilter) -> Iterator[_Leaf]:
    match item:
        case IsEqual() | InRange() | FitsPattern() | InCalendar():
            yield item
        case HasAspect(days=days):
            yield from _leaves(days)
        case Not(inner):
            yield from _leaves(inner)
        case AllOf(items) | AnyOf(items):
            for each in items:
                yield from _leaves(each)
        case _:
            assert_never(item)


def _is_unforeseen(leaf: _Leaf) -> bool:
    match leaf:
        case IsEqual(_, letters):
            return letters is not Letters.AS_WRITTEN
        case InRange(low, high):
            return any(end.letters is not Letters.AS_WRITTEN for end in (low, high) if end)
        case FitsPattern(pattern):
            return any(piece is not Wild.ANY_RUN for piece in pattern)
        case InCalendar(numbers=numbers):
            return bool(numbers)
        case _:
            assert_never(leaf)


def _constants(leaf: _Leaf) -> Iterator[Any]:
    """The values that a leaf compares with."""
    match leaf:
        case IsEqual(value):
            yield value
        case InRange(low, high):
            yield from (end.value for end in (low, high) if end)
        case FitsPattern() | InCalendar():
            pass
        case _:
            assert_never(leaf)


def _supposed(item: BoundFilter, held: Mapping[_Leaf, bool]) -> BoundFilter:
    """The filter with some of its leaves assumed to hold or not to hold."""
    if not held:
        return item
    match item:
        case IsEqual() | InRange() | FitsPattern() | InCalendar():
            if item not in held:
                return item
            return _ALWAYS if held[item] else Not(_ALWAYS)
        case HasAspect(days=days):
            return _supposed(days, held)
        case Not(inner):
            return Not(_supposed(inner, held))
        case AllOf(items):
            return AllOf(tuple(_supposed(each, held) for each in items))
        case AnyOf(items):
            return AnyOf(tuple(_supposed(each, held) for each in items))
        case _:
            assert_never(item)


def _tried(constants: set[Any], field: Field) -> tuple[list[Any], list[Any]]:
    """The values to try: each constant, and one value between neighbouring constants."""
    if field.options:
        return list(field.options), []
    if field.type is FieldType.BOOLEAN:
        return [False, True], []
    ordered = sorted(value for value in constants if value is not None)
    exact = [field.blank, *ordered]
    between = [] if ordered else [_SOME[field.type]]
    for value in ordered or between[:]:
        between += _neighbours(value)
    if field.type is FieldType.DECIMAL:
        between += [(low + high) / 2 for low, high in pairwise(ordered)]
    return exact, between


def _neighbours(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any value that has an order
    """The values right before and right after a value."""
    try:
        match value:
            case str():
                # The text right before ends with a smaller last letter and a long tail.
                if value:
                    yield value[:-1] + chr(max(ord(value[-1]) - 1, 0)) + "\U0010ffff"
                yield value + "\0"
            case datetime():
                yield value - timedelta(microseconds=1)
                yield value + timedelta(microseconds=1)
            case date():
                yield value - timedelta(days=1)
                yield value + timedelta(days=1)
            case time():
                moment = datetime.combine(date(2000, 1, 1), value)
                yield (moment - timedelta(microseconds=1)).time()
                yield (moment + timedelta(microseconds=1)).time()
            case _:
                yield value - 1
                yield value + 1
    except OverflowError:
        return


_SOME: Mapping[FieldType, Any] = {
    FieldType.CODE: "A",
    FieldType.TEXT: "A",
    FieldType.INTEGER: 1,
    FieldType.DECIMAL: Decimal(1),
    FieldType.DATE: date(2000, 1, 1),
    FieldType.DATETIME: datetime(2000, 1, 1),  # noqa: DTZ001 - taken for UTC
    FieldType.TIME: time(12),
}
