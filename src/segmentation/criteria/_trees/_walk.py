"""Walking through trees of any depth without recursion."""

from typing import Any

from ._nodes import (
    AllOf,
    AnyOf,
    Aspect,
    Compare,
    Cut,
    Figure,
    Followed,
    Like,
    Not,
    Operator,
    Part,
    Token,
    Where,
)


def children(node: object) -> tuple[object, ...]:
    """The nodes right below a node: of a selection, a part or a filter."""
    match node:
        case AllOf(items) | AnyOf(items):
            return items
        case Not(item):
            return (item,)
        case Part(_, conditions):
            return conditions
        case Where(filter=filter_):
            return (filter_,)
        case Figure(part=part, filter=filter_):
            return (part, filter_)
        case Followed(first=first, then=then, without=without):
            return (first, then) if without is None else (first, then, without)
        case Cut(selection, _):
            return (selection,)
        case _:
            return ()


def nesting(node: object) -> int:
    """How deep the brackets of a tree are nested when it is written as text."""
    deepest, waiting = 0, [(node, 0)]
    while waiting:
        parent, depth = waiting.pop()
        deepest = max(deepest, depth)
        # A leaf needs brackets only right below a negation. Most nodes are leaves.
        waiting += [
            (child, depth + _bracketed(parent, child))
            for child in children(parent)
            if type(child) in _BRANCHES or type(parent) is Not
        ]
    return deepest


def conditions_in(node: object) -> int:
    """How many conditions a tree is of.

    A list of values to equal is one condition, but each age is one: it is a span of days.
    """
    count, waiting = 0, [(node, False)]
    while waiting:
        parent, of_ages = waiting.pop()
        below = children(parent)
        if not below:
            count += 1
        elif isinstance(parent, AnyOf) and not of_ages:
            equal = [each for each in below if _is_equality(each)]
            count += min(len(equal), 1)
            waiting += [(each, False) for each in below if not _is_equality(each)]
        elif isinstance(parent, Where | Figure):
            *part, filter_ = below
            waiting += [*((each, False) for each in part), (filter_, parent.aspect in _AGES)]
        else:
            waiting += [(each, of_ages) for each in below]
    return count


_AGES = frozenset([Aspect.AGE_IN_DAYS, Aspect.AGE_IN_YEARS])


def _is_equality(node: object) -> bool:
    return isinstance(node, Compare) and node.operator is Operator.EQUAL


_BRANCHES = frozenset([AllOf, AnyOf, Not, Part, Where, Figure, Followed, Cut])


def _bracketed(parent: Any, child: Any) -> bool:  # noqa: ANN401 - any node of either tree
    match parent, child:
        case (Not(), Compare(Operator.EQUAL) | Like() | Token()):
            return False
        case (Not(), _) | (AllOf(), AllOf() | AnyOf()) | (AnyOf(), AnyOf()):
            return True
        case _:
            return False
