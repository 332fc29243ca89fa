"""A contact under another number, wherever it is named."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain

import attrs

from segmentation.codes import to_code
from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactProfileAnswer,
    ContactType,
    ItemEntry,
)
from segmentation.errors import InvalidValue, Message
from segmentation.fields import Record, RecordT
from segmentation.interactions import Interaction
from segmentation.journal import Revised
from segmentation.operations.checks import Placed, check_records
from segmentation.operations.consents import acts_of
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_relations
from segmentation.operations.journal import record
from segmentation.operations.records import find_record, get_record
from segmentation.protocols import Store
from segmentation.segments import SavedCriteria, actions_to_json

from ._card import persons_of
from ._former import keep_former_number, move_former_names
from ._marks import marks_of
from ._pairs import move_pairs
from ._refusals import lines_in_the_way, refuse
from ._rows import owner_field, rows_of


def renumber(context: Context, *, old_no: str | Contact, new_no: str) -> Contact:
    """Give a contact another number; rows, persons, interactions and item entries follow.

    What the journal recorded is not rewritten: each interaction passes over by an entry of its
    own. Who was left out of a logged segment is still told by the number that it had.

    Args:
        context: Store, user, day and clock.
        old_no: The contact.
        new_no: The number that it gets; no contact may have it.

    Returns:
        The contact under its new number.

    Raises:
        NotFound: There is no such contact.
        InvalidValue: The new number is blank.
        Refused: The new number is in use; or the old one stands on a segment's line, in a
            segment's actions or in saved criteria. The error lists all of them.
        Rejected: The new number is too long.
    """
    store = context.store
    new = to_code(new_no)
    if not new:
        raise InvalidValue("new_no", new_no, "is blank")
    with store.transaction():
        old = get_record(store, Contact, old_no)
        step = Message("give contact {old} number {new}", old=old.no, new=new)
        refuse(step, _in_the_way(store, old, new))
        is_company = old.type is ContactType.COMPANY
        moved = attrs.evolve(
            old,
            no=new,
            no_series="",
            company_no=new if is_company else old.company_no,
            last_modified=context.now,
        )
        place = Message("contact {no}", no=new)
        check_records(store, [Placed(place, moved)], what=place)
        persons = [
            attrs.evolve(person, company_no=new, last_modified=context.now)
            for person in persons_of(store, old)
        ]
        recorded = [_passed(each, old.no, new) for each in _recorded(store, old.no)]
        record(store, map(Revised, recorded), context.stamp)
        rows = _naming(store, old)
        passed = [_passed(row, old.no, new) for row in rows]
        store.records.put([moved, *persons])
        store.records.remove([*rows, old])
        store.records.put(passed)
        move_pairs(store, old.no, new)
        keep_former_number(store, old=old.no, new=new)
        move_former_names(store, old=old.no, new=new)
        both = (*rows, *passed)
        follow_relations(store, (r for r in both if isinstance(r, ContactBusinessRelation)))
        return moved


def _naming(store: Store, contact: Contact) -> Sequence[Record]:
    """The rows of a contact, and what else names it outside the journal."""
    answers = store.records.all(ContactProfileAnswer, contact_company_no=contact.no)
    others = (answer for answer in answers if answer.contact_no != contact.no)
    return (*rows_of(store, contact), *others, *store.records.all(ItemEntry, contact_no=contact.no))


def _recorded(store: Store, no: str) -> Sequence[Interaction]:
    """The interactions with a contact or with its persons, in the order of their numbers."""
    names = ("contact_no", "contact_company_no")
    named = (store.records.all(Interaction, **{name: no}) for name in names)
    found = {each.entry_no: each for each in chain(*named)}
    return [each for _, each in sorted(found.items())]


def _passed(row: RecordT, old: str, new: str) -> RecordT:
    names = (owner_field(row), "contact_company_no")
    values = {name: new for name in names if getattr(row, name, "") == old}
    return attrs.evolve(row, **values)  # type: ignore[misc]  # every record is an attrs class


def _in_the_way(store: Store, contact: Contact, new: str) -> Iterator[Message]:
    """All that keeps a contact with its number."""
    if find_record(store, Contact, new) is not None:
        yield Message("{code} is in use already", code=new)
    acts = sum(1 for _ in acts_of(store, contact.no))
    if acts:
        reason = (
            "{count} acts of consent are recorded with its number, and the journal is not changed"
        )
        yield Message(reason, count=acts)
    decided = sum(1 for _ in marks_of(store, contact.no))
    if decided:
        reason = "{count} marks are recorded with its number, and the journal is not changed"
        yield Message(reason, count=decided)
    yield from lines_in_the_way(store, [contact.no, *(p.no for p in persons_of(store, contact))])
    yield from _naming_criteria(store, contact.no)


def _naming_criteria(store: Store, no: str) -> Iterator[Message]:
    """Segments and saved criteria whose filters or actions name a number.

    A text that only looks like the number counts too: better refused than left behind.
    """
    spelled = re.escape(json.dumps(no, ensure_ascii=False)[1:-1])
    named = re.compile(rf"(?<!\w){spelled}(?!\w)", re.IGNORECASE)
    for header in store.segments.headers():
        segment = store.segments.get(header.no)
        if named.search(actions_to_json(segment.actions, segment.undone)):
            reason = "segment {segment} names it in its actions; log or delete the segment first"
            yield Message(reason, segment=header.no)
    for saved in store.records.all(SavedCriteria):
        if named.search(saved.actions):
            reason = "saved criteria {code} name it; change or delete them first"
            yield Message(reason, code=saved.code)
