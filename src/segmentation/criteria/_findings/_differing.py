"""Selections of few contacts: those of given numbers, and those that another day may let pass.

A bound selection is followed by looking at the contacts that changed, and at those whose rows went
over the edge of a relative date. This module does not know where changes come from.
"""

from collections.abc import Collection, Iterator, Sequence

import attrs

from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFilter,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    InLoggedSegment,
    InSegment,
    IsEqual,
    Letters,
    Not,
    Table,
)
from segmentation.fields import Field


def among(bound: BoundSelection, values: Collection[str], field: str = "") -> BoundSelection:
    """The selection of those that pass and have one of some values in a field of contacts.

    Args:
        bound: The selection.
        values: The values, one at least.
        field: The field; their number if not given.
    """
    base = bound.schema.table(bound.schema.base)
    only = _having(base, base.field(field or bound.schema.key), values)
    return attrs.evolve(bound, node=only if bound.node is None else AllOf((only, bound.node)))


def apart(bound: BoundSelection) -> tuple[Sequence[str], BoundSelection] | None:
    """The inverse of `among` where the values are numbers of contacts.

    Returns:
        The numbers, and the selection among all; ``None`` if it is not among a few.
    """
    match bound.node:
        case AllOf((BoundPart(table, (BoundWhere(field, equal),)), node)):
            is_key = (table.name, field.name) == (bound.schema.base, bound.schema.key)
            nos = _equal_to(equal) if is_key else ()
            return (nos, attrs.evolve(bound, node=node)) if nos else None
        case _:
            return None


def _equal_to(filter_: BoundFilter) -> Sequence[str]:
    """The texts that a filter finds, as they are written; nothing if it finds others."""
    items = filter_.items if isinstance(filter_, AnyOf) else (filter_,)
    found = [
        each.value
        for each in items
        if isinstance(each, IsEqual)
        and isinstance(each.value, str)
        and each.letters is Letters.AS_WRITTEN
    ]
    return found if len(found) == len(items) else ()


def _having(base: Table, field: Field, values: Collection[str]) -> BoundPart:
    equal = [IsEqual(value) for value in sorted(values)]
    filter_: BoundFilter = equal[0] if len(equal) == 1 else AnyOf(equal)
    return BoundPart(base, (BoundWhere(field, filter_),))


def leaves(node: BoundNode | None) -> Iterator[BoundNode]:
    """The conditions of a selection, left to right."""
    match node:
        case Not(item):
            yield from leaves(item)
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from leaves(item)
        case None:
            return
        case _:
            yield node


def tables_of(bound: BoundSelection) -> Iterator[Table]:
    """The tables whose rows decide who passes, that of the contacts among them."""
    yield bound.schema.table(bound.schema.base)
    for leaf in leaves(bound.node):
        match leaf:
            case BoundPart():
                asked: Table | None = leaf.table
            case BoundFigure():
                asked = leaf.part.table
            case BoundFollowed():
                asked = leaf.table
            case InLoggedSegment():
                asked = bound.schema.table("interaction_log_entry")
            case _:
                asked = None
        while asked is not None:
            yield asked
            through = asked.link.through if asked.link else ""
            asked = bound.schema.table(through) if through else None


def segments_in(bound: BoundSelection) -> Iterator[str]:
    """The segments that a selection asks for membership."""
    for leaf in leaves(bound.node):
        if isinstance(leaf, InSegment):
            yield leaf.segment_no


def differing(before: BoundSelection, after: BoundSelection) -> BoundSelection | None:
    """The selection of those who may pass one of two selections and not the other.

    Args:
        before: A selection, bound to one day.
        after: The same selection, bound to another.

    Returns:
        The selection, which may have more; ``None`` if the two differ in more than in filters.

    Raises:
        ValueError: They do not differ.
    """
    pairs = list(zip(leaves(before.node), leaves(after.node), strict=False))
    if _shape(before.node) != _shape(after.node):
        return None
    found: list[BoundNode] = []
    for old, new in pairs:
        nodes = _differing(old, new)
        if nodes is None:
            return None
        found += nodes
    if not found:
        raise ValueError("they do not differ")
    node = found[0] if len(found) == 1 else AnyOf(found)
    return attrs.evolve(after, node=node, cut=None)


def _shape(node: BoundNode | None) -> object:
    """The tree without its leaves."""
    match node:
        case Not(item):
            return ("not", _shape(item))
        case AllOf(items):
            return ("all", *map(_shape, items))
        case AnyOf(items):
            return ("any", *map(_shape, items))
        case _:
            return type(node)


def _differing(old: BoundNode, new: BoundNode) -> list[BoundNode] | None:
    """Who may pass one leaf and not the other; ``None`` if they cannot be compared."""
    if old == new:
        return []
    match old, new:
        case BoundPart(), BoundPart():
            return _parts(old, new)
        case BoundFigure(), BoundFigure():
            if (old.measure, old.field) != (new.measure, new.field):
                return None
            found = _parts(old.part, new.part)
            if found is not None and old.filter != new.filter:
                found.append(attrs.evolve(new, filter=_one_of(old.filter, new.filter), asked=None))
            return found
        case BoundFollowed(), BoundFollowed():
            if _frame(old) != _frame(new) or len(old.parts) != len(new.parts):
                return None
            pairs = [_parts(*pair) for pair in zip(old.parts, new.parts, strict=True)]
            return None if None in pairs else [node for each in pairs for node in each or ()]
        case _:
            return None


def _frame(followed: BoundFollowed) -> tuple[object, ...]:
    return followed.field, followed.within, followed.later_day, followed.zone


def _parts(old: BoundPart, new: BoundPart) -> list[BoundNode] | None:
    """Who has a row that meets one part and not the other."""
    if old.table != new.table or len(old.conditions) != len(new.conditions):
        return None
    same = [each for each in new.conditions if each in old.conditions]
    found: list[BoundNode] = []
    for one, other in zip(old.conditions, new.conditions, strict=True):
        if one.field != other.field:
            return None
        if one != other:
            where = BoundWhere(other.field, _one_of(one.filter, other.filter))
            found.append(attrs.evolve(new, conditions=(where, *same)))
    return found


def _one_of(old: BoundFilter, new: BoundFilter) -> BoundFilter:
    """The values that pass one of two filters and not the other."""
    return AnyOf((AllOf((old, Not(new))), AllOf((Not(old), new))))
