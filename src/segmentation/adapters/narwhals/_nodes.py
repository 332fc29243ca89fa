"""Bound selections as frames like them: negation at the leaves, and what they read."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import TypeAlias, TypeGuard, assert_never

from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Not,
    Schema,
    Table,
    never_both,
)
from segmentation.fields import FieldType

Linked: TypeAlias = BoundPart | BoundFigure | BoundFollowed
"""What looks at rows of a table."""


def at_leaves(node: BoundNode, *, negated: bool = False) -> BoundNode:
    """The same with negation at the leaves; conditions of a contact's own take it inside."""
    match node:
        case Not(item):
            return at_leaves(item, negated=not negated)
        case AllOf(items) | AnyOf(items):
            kind = AllOf if isinstance(node, AllOf) is not negated else AnyOf
            found = [at_leaves(each, negated=negated) for each in items]
            return kind(tuple(part for each in found for part in _parts_of(each, kind)))
        case BoundPart(table, conditions) if negated and conditions and table.link is None:
            opposite = [BoundWhere(each.field, Not(each.filter)) for each in conditions]
            parts = tuple(BoundPart(table, (each,)) for each in opposite)
            return AnyOf(parts) if len(parts) > 1 else parts[0]
        case _:
            return Not(node) if negated else node


def _parts_of(node: BoundNode, kind: type) -> tuple[BoundNode, ...]:
    return node.items if isinstance(node, AllOf | AnyOf) and type(node) is kind else (node,)


def part_of(node: Linked) -> BoundPart:
    """The part whose rows are looked at, and of rows one after the other the first."""
    match node:
        case BoundPart():
            return node
        case BoundFigure(part=part) | BoundFollowed(first=part):
            return part
        case _:
            assert_never(node)


def is_linked(node: BoundNode) -> TypeGuard[Linked]:
    """Whether a node looks at rows of a table."""
    return isinstance(node, BoundPart | BoundFigure | BoundFollowed)


def linked_in(node: BoundNode) -> int:
    """How many parts of a node look at rows of other tables."""
    match node:
        case Not(item):
            return linked_in(item)
        case AllOf(items) | AnyOf(items):
            return sum(map(linked_in, items))
        case BoundFollowed(parts=parts):
            return len(parts)
        case _:
            return is_linked(node) and part_of(node).table.link is not None


def is_joined(node: BoundNode) -> TypeGuard[Linked]:
    """Whether a node is answered by a join: its link is of the plain kind."""
    if not is_linked(node):
        return False
    if isinstance(node, BoundFollowed) and not is_told_by_days(node):
        return False
    link = part_of(node).table.link
    return link is not None and not link.through and not link.only


def is_told_by_days(followed: BoundFollowed) -> bool:
    """Whether days tell rows one after the other: no row can be taken for two on the same day."""
    pairs = combinations(followed.parts, 2)
    apart = followed.later_day or all(never_both(*pair) for pair in pairs)
    return apart and followed.field.type is FieldType.DATE


def is_own(node: BoundNode) -> bool:
    """Whether a node looks at nothing but a contact's own fields and number."""
    match node:
        case BoundPart(table, _):
            return table.link is None
        case InSegment() | InLoggedSegment():
            return True
        case BoundFigure() | BoundFollowed() | InShare():
            return False
        case Not(item):
            return is_own(item)
        case AllOf(items) | AnyOf(items):
            return all(is_own(each) for each in items)
        case _:
            assert_never(node)


def own_needed(node: BoundNode, is_asked: Callable[[BoundNode], bool]) -> BoundNode | None:
    """What a contact's own fields must meet to pass a node, ``None`` if they need meet nothing.

    Args:
        node: The node, with negation at the leaves.
        is_asked: Tells whether a node looks at own fields alone.
    """
    if is_asked(node):
        return node
    if not isinstance(node, AllOf | AnyOf):
        return None
    items = [own_needed(each, is_asked) for each in node.items]
    found = [each for each in items if each is not None]
    if not found or (isinstance(node, AnyOf) and len(found) < len(items)):
        return None
    return type(node)(tuple(found)) if len(found) > 1 else found[0]


def why_at_hand(node: BoundNode) -> str:
    """Why rows must be at hand."""
    if isinstance(node, BoundFollowed) and not is_told_by_days(node):
        return "rows that may meet two parts at one time need rows at hand"
    if not is_linked(node) or part_of(node).table.link is None:
        return "a share or a contact's own figure needs rows at hand"
    return "a link through another table needs rows at hand"


def segments_in(node: BoundNode) -> Iterator[InSegment | InLoggedSegment]:
    """The segments whose contacts a node asks for."""
    match node:
        case InSegment() | InLoggedSegment():
            yield node
        case Not(item):
            yield from segments_in(item)
        case AllOf(items) | AnyOf(items):
            for each in items:
                yield from segments_in(each)
        case BoundPart() | BoundFigure() | BoundFollowed() | InShare():
            pass
        case _:
            assert_never(node)


def fields_asked(bound: BoundSelection) -> Iterator[tuple[Table, str]]:
    """The fields that a selection and its cut look at, each with its table."""
    base = bound.schema.table(bound.schema.base)
    if bound.node is not None:
        yield from fields_read(bound.node, bound.schema)
    if isinstance(bound.cut, First):
        yield from ((base, each.field) for each in bound.cut.order)


def fields_read(node: BoundNode, schema: Schema) -> Iterator[tuple[Table, str]]:
    """The fields that a node looks at, each with its table; some more than once."""
    base = schema.table(schema.base)
    yield base, schema.key
    match node:
        case BoundPart(table, conditions):
            yield from ((table, each.field.name) for each in conditions)
            yield from _fields_of_link(table, schema, base)
        case BoundFigure(_, field, part, _):
            yield from fields_read(part, schema)
            if field is not None:
                yield part.table, field.name
        case BoundFollowed(field, table=table, parts=parts):
            yield table, field.name
            for part in parts:
                yield from fields_read(part, schema)
        case Not(item):
            yield from fields_read(item, schema)
        case AllOf(items) | AnyOf(items):
            for each in items:
                yield from fields_read(each, schema)
        case InSegment() | InLoggedSegment() | InShare():
            pass
        case _:
            assert_never(node)


def _fields_of_link(table: Table, schema: Schema, base: Table) -> Iterator[tuple[Table, str]]:
    link = table.link
    if link is None:
        return
    between = schema.table(link.through) if link.through else base
    for row, own in link.on:
        yield table, row
        yield between, own
    if link.only:
        yield table, link.only[0]
        yield base, link.only[1]
    if link.unless:
        yield base, link.unless[0]
    yield from _fields_of_link(between, schema, base)
