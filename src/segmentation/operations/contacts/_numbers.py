"""A contact under another number, wherever it is named.

Where a host keeps the contacts, it has given the number, and this is recorded here.
"""

import json
import re
from collections.abc import Iterable, Iterator

import attrs

from segmentation.codes import to_code
from segmentation.contacts import Contact, ContactType
from segmentation.errors import InvalidValue, Message
from segmentation.journal import ContactRenumbered
from segmentation.operations.checks import Placed, check_records
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.records import find_record, get_record, is_of_host, key_in
from segmentation.protocols import Store
from segmentation.segments import CriteriaAction, SavedCriteria, actions_from_json
from segmentation.serialization import criteria_to_data

from ._card import persons_of
from ._marks import marks_as_they_are
from ._moved_lines import Move, move_lines, moved_criteria, moved_segment
from ._moved_rows import move_rows, rows_to_move
from ._refusals import refuse


def renumber(context: Context, *, old_no: str | Contact, new_no: str) -> Contact:
    """Give a contact another number; all that is kept of it follows.

    That is rows, persons, lines, interactions, targets, marks and consent. What the journal
    recorded is not rewritten: one entry says that the contact goes by another number. Who was left
    out of a logged segment is still told by the number that it had.

    Where a host keeps the contacts, it has changed the number already, and this records it.

    Args:
        context: Store, user, day and clock.
        old_no: The contact.
        new_no: The number that it gets; no contact may have it. In a host's table: that it has.

    Returns:
        The contact under its new number.

    Raises:
        NotFound: There is no such contact; or the host has none with the new number.
        InvalidValue: A number is blank.
        Refused: The new number is in use, or a filter of a segment's actions or of saved criteria
            names the old one; the error lists all of them. Or the host still has the old number.
        Rejected: The new number is too long.
    """
    store = context.store
    new = to_code(new_no)
    if not new:
        raise InvalidValue("new_no", new_no, "is blank")
    with store.transaction():
        if is_of_host(store, Contact):
            return _record_renumbering(context, str(key_in(Contact, old_no)[0]), new)
        old = get_record(store, Contact, old_no)
        move = Move(old=old.no, new=new, as_company=old.type is ContactType.COMPANY)
        step = Message("give contact {old} number {new}", old=old.no, new=new)
        refuse(step, _in_the_way(store, move))
        moved = attrs.evolve(
            old,
            no=new,
            no_series="",
            company_no=new if move.as_company else old.company_no,
            last_modified=context.now,
        )
        place = Message("contact {no}", no=new)
        check_records(store, [Placed(place, moved)], what=place)
        persons = [
            attrs.evolve(person, company_no=new, last_modified=context.now)
            for person in persons_of(store, old)
        ]
        store.records.put([moved, *persons])
        store.records.remove([old])
        _follow(context, move)
        if corrected := list(marks_as_they_are(store, moved)):
            record(store, corrected, context.stamp)
        return moved


def _follow(context: Context, move: Move) -> None:
    """Record another number, and let follow what is kept under the old one."""
    store = context.store
    rows = rows_to_move(store, move)
    record(store, [ContactRenumbered(old_no=move.old, new_no=move.new)], context.stamp)
    move_lines(store, move)
    move_rows(store, move, rows)


def _record_renumbering(context: Context, old: str, new: str) -> Contact:
    """Record that a host gave a contact another number.

    Raises:
        NotFound: The host has none with the new number.
        InvalidValue: The old number is blank.
        Refused: The host still has one with the old number.
    """
    store = context.store
    if not old:
        raise InvalidValue("old_no", old, "is blank")
    moved = get_record(store, Contact, new)
    step = Message("give contact {old} number {new}", old=old, new=moved.no)
    refuse(step, still_there(store, old))
    is_company = moved.type is ContactType.COMPANY
    _follow(context, Move(old=old, new=moved.no, as_company=is_company))
    return moved


def still_there(store: Store, no: str) -> Iterator[Message]:
    """A contact that its host still has, as a reason against recording that it is gone."""
    if find_record(store, Contact, no) is not None:
        yield Message("the host still has contact {no}; change its own table first", no=no)


def _in_the_way(store: Store, move: Move) -> Iterator[Message]:
    """All that keeps a contact with its number.

    A text that only looks like the number counts too: better refused than left behind.
    """
    if find_record(store, Contact, move.new) is not None:
        yield Message("{code} is in use already", code=move.new)
    spelled = re.escape(json.dumps(move.old, ensure_ascii=False)[1:-1])
    named = re.compile(rf"(?<!\w){spelled}(?!\w)", re.IGNORECASE)
    for header in store.segments.headers():
        segment = moved_segment(store.segments.get(header.no), move)
        if named.search(_criteria_of((*segment.actions, *(u.action for u in segment.undone)))):
            reason = "segment {segment} names it in its actions; log or delete the segment first"
            yield Message(reason, segment=header.no)
    moved = {saved.code: after for saved, after in moved_criteria(store, move)}
    for saved in store.records.all(SavedCriteria):
        if named.search(_criteria_of(actions_from_json(moved.get(saved.code, saved).actions))):
            reason = "saved criteria {code} name it; change or delete them first"
            yield Message(reason, code=saved.code)


def _criteria_of(actions: Iterable[CriteriaAction]) -> str:
    """What actions choose by, as a text."""
    return json.dumps(
        [criteria_to_data(each.criteria) for each in actions if each.criteria is not None],
        ensure_ascii=False,
    )
