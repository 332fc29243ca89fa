"""What is kept of a contact; and erasing it, so that only the proof of that remains.

The journal's entries keep their facts under the contact's number, which says nothing any
more; their hashes stay, so that the chain holds. What other entries say of the person in free
words is found and named, for a human to judge.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import attrs

from segmentation.contacts import Contact, ContactBusinessRelation
from segmentation.errors import InvalidValue
from segmentation.fields import Record
from segmentation.interactions import Interaction, InteractionComment
from segmentation.journal import PersonErased, Ranges, numbers_in, to_ranges
from segmentation.markup import to_figures
from segmentation.operations.addresses import address_marks_of, entries_of_addresses
from segmentation.operations.consents import acts_of, entries_of_consents
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_lines, follow_relations
from segmentation.operations.journal import attachments_only_of, entries_about, record
from segmentation.operations.records import find_record, get_record, key_in
from segmentation.protocols import Store
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
from segmentation.showing import shown_by

from ._former import former_numbers
from ._marks import entries_of_marks, marks_of
from ._pairs import pairs_with
from ._rows import rows_under

_TELLING = 4
"""How many characters a name or number must have to be looked for."""


@shown_by("contact_no", "contact", "rows", "interactions", "lines")
@attrs.frozen(kw_only=True, repr=False)
class KeptOfContact:
    """What is kept of a contact.

    Attributes:
        contact_no: Its number.
        contact: The contact; ``None`` if only the journal still knows of it.
        rows: Its rows, comments on it among them, table by table, whom it is known to be
            different from, what was decided of contacting it, and what it agreed to or withdrew.
        interactions: Its interactions, postponed and canceled ones among them, by number.
        comments: Comments on these interactions.
        lines: Its lines on worksheets.
        entries: Numbers of the journal's entries that speak of its interactions, or say why it
            is not contacted.
    """

    contact_no: str
    contact: Contact | None
    rows: tuple[Record, ...]
    interactions: tuple[Interaction, ...]
    comments: tuple[InteractionComment, ...]
    lines: tuple[SegmentLine, ...]
    entries: Ranges

    def _repr_html_(self) -> str:
        """How much there is of each kind."""
        kinds = ("contact", *(row.__table__ for row in self.rows))
        counts = dict(_counts(kinds if self.contact else kinds[1:]))
        figures: dict[str, object] = {
            **counts,
            "interactions": len(self.interactions),
            "comments": len(self.comments),
            "lines": len(self.lines),
            "entries": _count(self.entries),
        }
        return to_figures(figures, caption=repr(self))


@shown_by("proof.contact_no", "rows", "entries")
@attrs.frozen(kw_only=True, repr=False)
class ErasurePlan:
    """What erasing a contact would do; nothing is done yet.

    Attributes:
        proof: What the proving entry would say: the entries to be emptied, the rows, lines and
            attachments that would go.
        mentions: Other entries whose free words name the contact: they would stay as they are;
            give their numbers as ``also`` to have them emptied too.
    """

    proof: PersonErased
    mentions: Ranges = ()

    @property
    def rows(self) -> int:
        """How many rows and lines would go."""
        return sum(count for _, count in self.proof.rows)

    @property
    def entries(self) -> int:
        """How many entries would lose their personal content."""
        return _count(self.proof.emptied)

    def _repr_html_(self) -> str:
        """What would go, and how much of it."""
        return _erased(self.proof, self.mentions, repr(self))


@shown_by("entry_no", "proof.contact_no", "rows", "entries")
@attrs.frozen(kw_only=True, repr=False)
class Erasure:
    """What erasing a contact did.

    Attributes:
        entry_no: Number of the entry that proves it.
        proof: What that entry says: the entries emptied, the rows and attachments that went.
        mentions: Other entries whose free words name the contact: left as they are; give
            their numbers as ``also`` to have them emptied too.
    """

    entry_no: int
    proof: PersonErased
    mentions: Ranges = ()

    @property
    def rows(self) -> int:
        """How many rows and lines went."""
        return sum(count for _, count in self.proof.rows)

    @property
    def entries(self) -> int:
        """How many entries lost their personal content."""
        return _count(self.proof.emptied)

    def _repr_html_(self) -> str:
        """What went, and how much of it."""
        return _erased(self.proof, self.mentions, repr(self))


def _erased(proof: PersonErased, mentions: Ranges, caption: str) -> str:
    figures: dict[str, object] = {
        **dict(proof.rows),
        "entries": _count(proof.emptied),
        "attachments": len(proof.attachments),
        "mentions": _count(mentions),
    }
    return to_figures(figures, caption=caption)


def kept_of_contact(store: Store, no: str | Contact) -> KeptOfContact:
    """What is kept of a contact: the contact, its rows, interactions, lines, entries.

    Args:
        store: Where everything is kept.
        no: The contact; it may be deleted already, if the journal still knows of it.

    Raises:
        NotFound: Nothing is known of such a contact.
    """
    contact, interactions = _known(store, no)
    number = key_in(Contact, no)[0]
    entry_nos = [each.entry_no for each in interactions]
    return KeptOfContact(
        contact_no=str(number),
        contact=contact,
        rows=(
            *rows_under(store, str(number)),
            *pairs_with(store, str(number)),
            *former_numbers(store, str(number)),
            *marks_of(store, str(number)),
            *acts_of(store, str(number)),
            *(address_marks_of(store, contact) if contact else ()),
        ),
        interactions=tuple(interactions),
        comments=tuple(
            comment
            for entry_no in entry_nos
            for comment in store.records.all(InteractionComment, interaction_no=entry_no)
        ),
        lines=tuple(_lines_of(store, str(number))),
        entries=to_ranges(_entries(store, str(number), interactions)),
    )


def _known(store: Store, no: str | Contact) -> tuple[Contact | None, Sequence[Interaction]]:
    """A contact and its interactions.

    Raises:
        NotFound: There is neither, and nothing was decided of it.
    """
    contact = find_record(store, Contact, no)
    number = key_in(Contact, no)[0]
    interactions = list(store.records.all(Interaction, contact_no=number))
    decided = (*marks_of(store, str(number)), *acts_of(store, str(number)))
    if contact is None and not interactions and not decided:
        get_record(store, Contact, no)
    return contact, interactions


def _entries(store: Store, no: str, interactions: Iterable[Interaction]) -> Iterator[int]:
    """Numbers of the entries that speak of a contact and may hold personal content."""
    yield from chain(*entries_about(store, interactions).values())
    yield from entries_of_marks(store, no)
    yield from entries_of_consents(store, no)
    contact = find_record(store, Contact, no)
    if contact is not None:
        yield from entries_of_addresses(store, contact)


def _lines_of(store: Store, no: str) -> Iterator[SegmentLine]:
    for header in store.segments.headers():
        lines = store.segments.get(header.no).lines
        if lines.known({no}):
            yield from (line for line in lines if line.contact_no == no)


# -- erasing ----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Steps:
    """What erasing a contact takes, worked out before anything is done."""

    rows: tuple[Record, ...]
    segments: tuple[tuple[Segment, Segment], ...]
    saved: tuple[SavedCriteria, ...]
    plan: ErasurePlan


def plan_erasing(store: Store, no: str | Contact, *, also: Iterable[int] = ()) -> ErasurePlan:
    """What `erase_contact` would do, without doing it.

    Args:
        store: Where everything is kept.
        no: The contact; it may be deleted already, if the journal still knows of it.
        also: Numbers of further entries whose personal content names the contact.

    Raises:
        NotFound: Nothing is known of such a contact.
        InvalidValue: A further entry is none of the journal's.
    """
    return _steps(store, no, also).plan


def erase_contact(context: Context, no: str | Contact, *, also: Iterable[int] = ()) -> Erasure:
    """Remove all that is kept of a contact.

    The contact with its rows, its lines on worksheets, and the personal content of its
    entries go, with the attachments that nothing else needs. Doing it again finds what came
    in since.

    Args:
        context: Store, user, day and clock.
        no: The contact; it may be deleted already, if the journal still knows of it.
        also: Numbers of further entries whose personal content names the contact.

    Raises:
        NotFound: Nothing is known of such a contact.
        InvalidValue: A further entry is none of the journal's.
    """
    store = context.store
    stamp = context.stamp
    with store.transaction():
        steps = _steps(store, no, also)
        proof = steps.plan.proof
        store.records.remove(steps.rows)
        relations = (row for row in steps.rows if isinstance(row, ContactBusinessRelation))
        follow_relations(store, relations)
        for before, cleared in steps.segments:
            follow_lines(store, before, store.segments.put(cleared))
        store.records.put(steps.saved)
        numbers = record(store, [proof], stamp)
        store.log.erase(numbers_in(proof.emptied))
        store.attachments.remove(proof.attachments)
    return Erasure(entry_no=numbers[0], proof=proof, mentions=steps.plan.mentions)


def _steps(store: Store, no: str | Contact, also: Iterable[int]) -> _Steps:
    """Work out what erasing a contact takes.

    Raises:
        NotFound: Nothing is known of such a contact.
        InvalidValue: A further entry is none of the journal's.
    """
    further = list(also)
    _check_numbers(further, store.log.head().number)
    contact, interactions = _known(store, no)
    number = str(key_in(Contact, no)[0])
    emptied = to_ranges(chain(_entries(store, number, interactions), further))
    rows = (
        *rows_under(store, number),
        *pairs_with(store, number),
        *former_numbers(store, number),
        *([contact] if contact else ()),
    )
    segments = tuple(_cleared_worksheets(store, number))
    saved = tuple(_cleared_criteria(store, number))
    lines = sum(_held(before) - _held(cleared) for before, cleared in segments)
    lines += sum(_removed_in(before) - _removed_in(cleared) for before, cleared in saved)
    proof = PersonErased(
        contact_no=number,
        emptied=emptied,
        rows=_counts([*(row.__table__ for row in rows), *["segment_line"] * lines]),
        attachments=attachments_only_of(
            store, interactions, changed={cleared.no: cleared for _, cleared in segments}
        ),
    )
    mentions = () if contact is None else _mentions(store, contact, emptied)
    return _Steps(
        rows=rows,
        segments=segments,
        saved=tuple(cleared for _, cleared in saved),
        plan=ErasurePlan(proof=proof, mentions=mentions),
    )


def _count(numbers: Ranges) -> int:
    return sum(last - first + 1 for first, last in numbers)


def _check_numbers(numbers: Iterable[object], last: int) -> None:
    for number in numbers:
        if not isinstance(number, int) or not 0 < number <= last:
            raise InvalidValue("also", number, "is no number of an entry")


def _counts(tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for table in tables:
        counts[table] = counts.get(table, 0) + 1
    return tuple(sorted(counts.items()))


def _cleared_worksheets(store: Store, no: str) -> Iterator[tuple[Segment, Segment]]:
    """Worksheets without the contact's lines, those that could come back included: old and new."""
    for header in store.segments.headers():
        segment = store.segments.get(header.no)
        cleared = _without(segment, no)
        if _held(cleared) < _held(segment):
            yield segment, cleared


def _without(segment: Segment, no: str) -> Segment:
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


def _cleared_criteria(store: Store, no: str) -> Iterator[tuple[SavedCriteria, SavedCriteria]]:
    """Saved criteria without the contact's lines: old and new."""
    for saved in store.records.all(SavedCriteria):
        actions = actions_from_json(saved.actions)
        cleared = _actions_without(actions, no)
        if _removed(cleared) < _removed(actions):
            yield saved, attrs.evolve(saved, actions=actions_to_json(cleared))


def _removed_in(saved: SavedCriteria) -> int:
    return _removed(actions_from_json(saved.actions))


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
