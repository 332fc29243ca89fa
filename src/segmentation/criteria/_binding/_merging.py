"""Bound selections with like conditions joined, for engines that are slow with many of them.

A merged selection finds the same contacts. It is not shown to people.
"""

from collections.abc import Callable, Iterable, Sequence

import attrs

from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    BoundFilter,
    BoundNode,
    BoundPart,
    BoundWhere,
    HasAspect,
    InRange,
    IsEqual,
    Not,
)
from segmentation.fields import Field


def merged(node: BoundNode) -> BoundNode:
    """The selection in which parts on one field of one table are one part where they can be.

    "Has a row of group A, or has a row of group B" is "has a row of group A or B". "Has no row
    of group A, and none of group B" is the same, denied.
    """
    match node:
        case Not(item):
            return Not(merged(item))
        case AnyOf(items):
            return _joined(AnyOf, _alike(map(merged, items), _part_of_one_field, _any_part))
        case AllOf(items):
            return _joined(AllOf, _alike(map(merged, items), _denied_part, _no_part))
        case _:
            return node


def merged_filter(item: BoundFilter) -> BoundFilter:
    """The filter in which single values stand together in lists.

    An interval of one value is that value, and "neither A nor B" is a denied list.
    """
    match item:
        case InRange(low, high) if low == high and low is not None and low.inclusive:
            return IsEqual(low.value, low.letters)
        case HasAspect(days=days):
            return attrs.evolve(item, days=merged_filter(days))
        case Not(inner):
            return Not(merged_filter(inner))
        case AnyOf(items):
            return AnyOf(tuple(map(merged_filter, items)))
        case AllOf(items):
            found = [merged_filter(each) for each in items]
            denied = [each.item for each in found if isinstance(each, Not)]
            unequal = [each for each in denied if isinstance(each, IsEqual)]
            if len(unequal) < 2:  # noqa: PLR2004 - one value is no list
                return AllOf(tuple(found))
            rest = [
                each
                for each in found
                if not (isinstance(each, Not) and isinstance(each.item, IsEqual))
            ]
            listed = Not(AnyOf(tuple(unequal)))
            return AllOf((listed, *rest)) if rest else listed
        case _:
            return item


def _joined(
    kind: type[AllOf[BoundNode]] | type[AnyOf[BoundNode]], items: Sequence[BoundNode]
) -> BoundNode:
    return items[0] if len(items) == 1 else kind(tuple(items))


def _alike(
    items: Iterable[BoundNode],
    part_in: Callable[[BoundNode], BoundPart | None],
    join: Callable[[BoundPart, Field, tuple[BoundFilter, ...]], BoundNode],
) -> Sequence[BoundNode]:
    """The items, those of one field of one table joined where the first of them stands."""
    grouped: dict[object, list[BoundNode]] = {}
    for place, item in enumerate(items):
        part = part_in(item)
        key = place if part is None else (part.table.name, part.conditions[0].field.name)
        grouped.setdefault(key, []).append(item)
    found = []
    for group in grouped.values():
        parts = [part for part in map(part_in, group) if part is not None]
        if len(group) == 1:
            found += group
        else:
            wheres = [part.conditions[0] for part in parts]
            filters = tuple(filter_ for where in wheres for filter_ in _either(where.filter))
            found.append(join(parts[0], wheres[0].field, filters))
    return found


def _either(item: BoundFilter) -> Sequence[BoundFilter]:
    return item.items if isinstance(item, AnyOf) else (item,)


def _part_of_one_field(node: BoundNode) -> BoundPart | None:
    return node if isinstance(node, BoundPart) and len(node.conditions) == 1 else None


def _denied_part(node: BoundNode) -> BoundPart | None:
    return _part_of_one_field(node.item) if isinstance(node, Not) else None


def _any_part(part: BoundPart, field: Field, filters: tuple[BoundFilter, ...]) -> BoundNode:
    return BoundPart(part.table, (BoundWhere(field, AnyOf(filters)),))


def _no_part(part: BoundPart, field: Field, filters: tuple[BoundFilter, ...]) -> BoundNode:
    return Not(_any_part(part, field, filters))
