"""Worksheets and saved criteria in which a contact goes by another number.

Lines keep their numbers. What a filter asks for stays as it was written.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

import attrs

from segmentation.criteria import Compare, Criteria, Operand, Operator, Part, Where
from segmentation.operations.followers import follow_lines
from segmentation.protocols import Store
from segmentation.segments import (
    CriteriaAction,
    LeftOut,
    LeftOuts,
    Lines,
    SavedCriteria,
    Segment,
    SegmentLine,
    SegmentPlan,
    Undone,
    actions_from_json,
    actions_to_json,
    to_lines,
)

from ._plans import plans_with


@attrs.frozen(kw_only=True)
class Move:
    """A contact that goes by another number from now on.

    Attributes:
        old: The number that it had.
        new: The number that it has.
        as_company: Whether it is the company of others.
        company_no: The company of the contact from now on; ``None`` if it stays the same.
    """

    old: str
    new: str
    as_company: bool
    company_no: str | None = None


def move_lines(store: Store, move: Move) -> None:
    """Let lines and actions of worksheets, and saved criteria, follow a contact.

    Where both numbers have lines, those of the new one stay and the others go.

    Args:
        store: Where everything is kept; call this inside the transaction of the change.
        move: The old number and the new one.
    """
    for header in store.segments.headers():
        before = store.segments.get(header.no)
        after = moved_segment(before, move)
        if after is not before:
            follow_lines(store, before, store.segments.put(after))
    store.records.put([after for _, after in moved_criteria(store, move)])
    store.records.remove(list(plans_with(store.records.all(SegmentPlan), move.old)))


def moved_segment(segment: Segment, move: Move) -> Segment:
    """A worksheet in which a contact goes by another number; the same if it is not named."""
    held = _line_sets(segment)
    named = any(_names(lines, move) for lines in held)
    if not named and not _is_left_out((*segment.actions, *_actions(segment.undone)), move.old):
        return segment
    has_new = [bool(lines.known({move.new})) for lines in held]
    has_old = [bool(lines.known({move.old})) for lines in held]
    going: set[str] = set()
    if any(has_new) and any(has_old):  # two lines of one contact could come back otherwise
        going = {move.old} if has_new[0] or not has_old[0] else {move.new}
    return attrs.evolve(
        segment,
        lines=_moved_lines(segment.lines, move, going),
        actions=_moved_actions(segment.actions, move, going),
        undone=tuple(
            Undone(
                action=_moved_actions([each.action], move, going)[0],
                inserted=_moved_lines(each.inserted, move, going),
            )
            for each in segment.undone
        ),
    )


def _line_sets(segment: Segment) -> Sequence[Lines]:
    """The lines of a worksheet first, then those that could come back."""
    actions = (*segment.actions, *_actions(segment.undone))
    return (
        segment.lines,
        *(action.removed for action in actions),
        *(each.inserted for each in segment.undone),
    )


def _actions(undone: Iterable[Undone]) -> Iterator[CriteriaAction]:
    return (each.action for each in undone)


def _names(lines: Lines, move: Move) -> bool:
    if lines.known({move.old}):
        return True
    if not move.as_company:
        return False
    return any(move.old in roster.listed().company_nos for roster in lines.rosters)


def _is_left_out(actions: Iterable[CriteriaAction], no: str) -> bool:
    return any(_names_contact(action, no) for action in actions)


def _names_contact(action: CriteriaAction, no: str) -> bool:
    return (
        no in action.left_out.who
        or no in (action.overruled or ())
        or (action.by_hand and action.criteria == _only(no))
    )


def _moved_lines(lines: Lines, move: Move, going: set[str]) -> Lines:
    """Lines without those of some contacts, and the others of the old number under the new."""
    if going:
        lines = lines.split(going)[1]
    if not _names(lines, move):
        return lines
    numbers = frozenset(
        line.line_no
        for line in lines
        if move.old in {line.contact_no, line.contact_company_no if move.as_company else ""}
    )
    chosen, others = lines.picked(numbers)
    moved = to_lines([_moved_line(line, move) for line in chosen])
    return attrs.evolve(others.merged(moved), segment_no=lines.segment_no)


def _moved_line(line: SegmentLine, move: Move) -> SegmentLine:
    company_no = line.contact_company_no
    if move.as_company and company_no == move.old:
        company_no = move.new
    if line.contact_no != move.old:
        return attrs.evolve(line, contact_company_no=company_no)
    if move.company_no is not None:
        company_no = move.company_no
    return attrs.evolve(line, contact_no=move.new, contact_company_no=company_no)


def _moved_actions(
    actions: Iterable[CriteriaAction], move: Move, going: set[str]
) -> tuple[CriteriaAction, ...]:
    return tuple(_moved_action(action, move, going) for action in actions)


def _moved_action(action: CriteriaAction, move: Move, going: set[str]) -> CriteriaAction:
    removed = _moved_lines(action.removed, move, going)
    if not _names_contact(action, move.old):
        return attrs.evolve(action, removed=removed) if removed is not action.removed else action
    by_hand = action.by_hand and action.criteria == _only(move.old)
    overruled = action.overruled
    return attrs.evolve(
        action,
        criteria=_only(move.new) if by_hand else action.criteria,
        removed=removed,
        left_out=_moved_left_outs(action.left_out, move),
        overruled=overruled and tuple(_moved_no(no, move) for no in overruled),
    )


def _moved_left_outs(left_out: LeftOuts, move: Move) -> LeftOuts | tuple[LeftOut, ...]:
    if move.old not in left_out.who:
        return left_out
    return tuple(
        attrs.evolve(each, contact_no=_moved_no(each.contact_no, move)) for each in left_out
    )


def _moved_no(no: str, move: Move) -> str:
    return move.new if no == move.old else no


def _only(no: str) -> Criteria:
    """The criteria of what is done by hand to one contact."""
    return Part("contact", (Where("no", Compare(Operator.EQUAL, Operand(no))),))


def moved_criteria(store: Store, move: Move) -> Iterator[tuple[SavedCriteria, SavedCriteria]]:
    """Saved criteria whose lines bear a contact's old number, and how they are with the new."""
    spelled = json.dumps(move.old, ensure_ascii=False)
    for saved in list(store.records.all(SavedCriteria)):
        if spelled not in saved.actions:
            continue
        before = actions_from_json(saved.actions)
        after = _moved_actions(before, move, set())
        if any(one is not other for one, other in zip(before, after, strict=True)):
            yield saved, attrs.evolve(saved, actions=actions_to_json(after))
