"""Worksheets and saved criteria without the lines of a contact that is erased."""

from collections.abc import Iterable, Iterator
from itertools import chain

import attrs

from segmentation.segments import (
    CriteriaAction,
    Lines,
    SavedCriteria,
    Segment,
    SegmentLine,
    Undone,
    actions_from_json,
    actions_to_json,
    to_lines,
)


def lines_of(worksheets: Iterable[Segment], no: str) -> Iterator[SegmentLine]:
    """The lines of a contact on worksheets."""
    for segment in worksheets:
        if segment.lines.known({no}):
            yield from (line for line in segment.lines if line.contact_no == no)


def contacts_held(segment: Segment, nos: frozenset[str]) -> frozenset[str]:
    """Those of some contacts that have lines on a worksheet, or lines that could come back."""
    undone = segment.undone
    actions = (*segment.actions, *(each.action for each in undone))
    lines = (
        segment.lines,
        *(action.removed for action in actions),
        *(each.inserted for each in undone),
    )
    return frozenset(chain(*(each.known(nos) for each in lines)))


def contacts_removed(saved: SavedCriteria, nos: frozenset[str]) -> frozenset[str]:
    """Those of some contacts whose lines were removed by saved criteria."""
    actions = actions_from_json(saved.actions)
    return frozenset(chain(*(action.removed.known(nos) for action in actions)))


def cleared_worksheets(worksheets: Iterable[Segment], no: str) -> Iterator[tuple[Segment, Segment]]:
    """Worksheets without the contact's lines, those that could come back included: old and new."""
    for segment in worksheets:
        cleared = without_contact(segment, no)
        if lines_held(cleared) < lines_held(segment):
            yield segment, cleared


def without_contact(segment: Segment, no: str) -> Segment:
    """A worksheet without the lines of a contact, those that could come back included."""
    lines = _lines_without(segment.lines, no)
    actions = _actions_without(segment.actions, no)
    undone = tuple(
        Undone(
            action=_actions_without([each.action], no)[0],
            inserted=_lines_without(each.inserted, no),
        )
        for each in segment.undone
    )
    return attrs.evolve(segment, lines=lines, actions=actions, undone=undone)


def lines_held(segment: Segment) -> int:
    """How many lines a worksheet holds, those that could come back included."""
    undone = segment.undone
    actions = (*segment.actions, *(each.action for each in undone))
    return len(segment.lines) + _removed(actions) + sum(len(each.inserted) for each in undone)


def _removed(actions: Iterable[CriteriaAction]) -> int:
    return sum(len(action.removed) for action in actions)


def _lines_without(lines: Lines, no: str) -> Lines:
    """The lines of all others, written out: nothing of the contact stays behind a mask."""
    if not any(part.block.who.shared({no}) for part in lines.parts):
        return lines
    return to_lines([line for line in lines if line.contact_no != no])


def _actions_without(actions: Iterable[CriteriaAction], no: str) -> tuple[CriteriaAction, ...]:
    return tuple(
        attrs.evolve(action, removed=_lines_without(action.removed, no)) for action in actions
    )


def cleared_criteria(
    criteria: Iterable[SavedCriteria], no: str
) -> Iterator[tuple[SavedCriteria, SavedCriteria]]:
    """Saved criteria without the contact's lines: old and new."""
    for saved in criteria:
        cleared = criteria_without(saved, no)
        if cleared is not saved:
            yield saved, cleared


def criteria_without(saved: SavedCriteria, no: str) -> SavedCriteria:
    """Saved criteria without the lines of a contact; the same if they have none."""
    actions = actions_from_json(saved.actions)
    cleared = _actions_without(actions, no)
    if _removed(cleared) == _removed(actions):
        return saved
    return attrs.evolve(saved, actions=actions_to_json(cleared))


def lines_removed(saved: SavedCriteria) -> int:
    """How many removed lines saved criteria hold."""
    return _removed(actions_from_json(saved.actions))
