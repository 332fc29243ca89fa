"""Erasing a person: what is personal goes everywhere, what remains is the proof that it went.

The journal's entries keep their facts under the contact's number, which says nothing any
more; their hashes stay, so that the chain holds. What other entries say of the person in free
words is found and named, for a human to judge.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain

import attrs

from segmentation.codes import to_code
from segmentation.contacts import Contact, ContactBusinessRelation
from segmentation.errors import InvalidValue, NotFound
from segmentation.interactions import Interaction
from segmentation.journal import PersonErased, Ranges, numbers_in, to_ranges
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_lines, follow_relations
from segmentation.operations.journal import attachments_only_of, entries_about, record
from segmentation.protocols import Store
from segmentation.segments import (
    CriteriaAction,
    Lines,
    SavedCriteria,
    Segment,
    Undone,
    actions_from_json,
    actions_to_json,
    to_lines,
)

from ._rows import rows_of

_TELLING = 4
"""How many characters a name or number must have to be looked for."""


@attrs.frozen(kw_only=True)
class Erasure:
    """What erasing a person did.

    Attributes:
        entry_no: Number of the entry that proves it.
        proof: What that entry says: the entries emptied, the rows and attachments that went.
        mentions: Other entries whose free words name the person: left as they are; give
            their numbers as ``also`` to have them emptied too.
    """

    entry_no: int
    proof: PersonErased
    mentions: Ranges = ()


def erase_person(context: Context, contact_no: str, *, also: Iterable[int] = ()) -> Erasure:
    """Remove all that is kept of a contact.

    The contact with its rows, its lines on worksheets, and the personal content of its
    entries go, with the attachments that nothing else needs. Doing it again finds what came
    in since.

    Args:
        context: Store, user, day and clock.
        contact_no: The contact.
        also: Numbers of further entries whose personal content names the person.

    Raises:
        NotFound: Nothing is known of such a contact.
        InvalidValue: A further entry is none of the journal's.
    """
    store = context.store
    stamp = context.stamp
    no, also = to_code(contact_no), list(also)
    with store.transaction():
        _check_numbers(also, store.log.head().number)
        contact = store.records.find(Contact, no)
        interactions = list(store.records.all(Interaction, contact_no=no))
        if contact is None and not interactions:
            raise NotFound("contact", contact_no)
        emptied = to_ranges(chain(*entries_about(store, interactions).values(), also))
        mentions = () if contact is None else _mentions(store, contact, emptied)
        rows = [*rows_of(store, no), *([contact] if contact else ())]
        store.records.remove(rows)
        follow_relations(store, (r for r in rows if isinstance(r, ContactBusinessRelation)))
        lines = _clear_worksheets(store, no) + _clear_saved_criteria(store, no)
        unneeded = attachments_only_of(store, interactions)
        proof = PersonErased(
            contact_no=no,
            emptied=emptied,
            rows=_counts([*(row.__table__ for row in rows), *["segment_line"] * lines]),
            attachments=unneeded,
        )
        numbers = record(store, [proof], stamp)
        store.log.erase(numbers_in(emptied))
        store.attachments.remove(unneeded)
    return Erasure(entry_no=numbers[0], proof=proof, mentions=mentions)


def _check_numbers(numbers: Iterable[object], last: int) -> None:
    for number in numbers:
        if not isinstance(number, int) or not 0 < number <= last:
            raise InvalidValue("also", number, "is no number of an entry")


def _counts(tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for table in tables:
        counts[table] = counts.get(table, 0) + 1
    return tuple(sorted(counts.items()))


def _clear_worksheets(store: Store, no: str) -> int:
    """Take the contact's lines off the worksheets, those that could come back included."""
    count = 0
    for header in list(store.segments.headers()):
        segment = store.segments.get(header.no)
        cleared, gone = _without(segment, no)
        if gone:
            follow_lines(store, segment, store.segments.put(cleared))
            count += gone
    return count


def _without(segment: Segment, no: str) -> tuple[Segment, int]:
    lines = _lines_without(segment.lines, no)
    actions = _actions_without(segment.actions, no)
    undone = tuple(
        Undone(
            action=_actions_without([each.action], no)[0],
            inserted=_lines_without(each.inserted, no),
        )
        for each in segment.undone
    )
    cleared = attrs.evolve(segment, lines=lines, actions=actions, undone=undone)
    return cleared, _held(segment) - _held(cleared)


def _held(segment: Segment) -> int:
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


def _clear_saved_criteria(store: Store, no: str) -> int:
    count = 0
    for saved in list(store.records.all(SavedCriteria)):
        actions = actions_from_json(saved.actions)
        cleared = _actions_without(actions, no)
        gone = _removed(actions) - _removed(cleared)
        if gone:
            store.records.put([attrs.evolve(saved, actions=actions_to_json(cleared))])
            count += gone
    return count


def _mentions(store: Store, contact: Contact, emptied: Ranges) -> Ranges:
    """Entries whose personal content has the person's name, mail address or phone number."""
    known = (contact.name, contact.e_mail, contact.e_mail_2)
    words = {
        spelled.casefold()
        for word in (*known, *_phones(contact))
        if len(word.strip()) >= _TELLING
        for spelled in _spellings(word)
    }
    ours = set(numbers_in(emptied))
    return to_ranges(
        entry.number
        for entry in store.log.read()
        if entry.personal is not None and entry.number not in ours
        if any(word in entry.personal.casefold() for word in words)
    )


def _spellings(word: str) -> Iterator[str]:
    """A word as it may stand in JSON, in JSON within JSON, and there in the quotes of a filter."""
    for text in (word, word.replace("'", "''")):
        once = json.dumps(text, ensure_ascii=False)[1:-1]
        yield from (once, json.dumps(once, ensure_ascii=False)[1:-1])


def _phones(contact: Contact) -> Iterator[str]:
    yield from (contact.phone_no, contact.mobile_phone_no)
