"""Whether a selection is about a few contacts, as far as its conditions tell."""

from typing import assert_never

from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFollowed,
    BoundNode,
    BoundPart,
    InLoggedSegment,
    InSegment,
    InShare,
    Not,
)


def is_narrowed(node: BoundNode | None) -> bool:
    """Whether a contact's own fields or a segment narrow a selection, perhaps to a few contacts.

    Rows of a few contacts are quickest found by the contact, those of many by going through them.
    """
    match node:
        case BoundPart(table, conditions):
            return table.link is None and bool(conditions)
        case InSegment() | InLoggedSegment() | InShare():
            return True
        case Not(item):
            return is_narrowed(item)
        case AllOf(items):
            return any(is_narrowed(each) for each in items)
        case AnyOf(items):
            return all(is_narrowed(each) for each in items)
        case BoundFigure() | BoundFollowed() | None:
            return False
        case _:
            assert_never(node)
