"""Erasing a contact, so that only the proof of that remains.

The journal's entries keep their facts under the contact's number, which says nothing any
more; their hashes stay, so that the chain holds. What other entries and records say of the
person in free words is named, for a human to judge; what is judged to go is given as ``also``.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeAlias

import attrs

from segmentation.campaigns import CampaignTarget
from segmentation.contacts import Contact, ContactBusinessRelation, ErasureListed
from segmentation.errors import InvalidValue, NotFound
from segmentation.fields import Record, key_of
from segmentation.interactions import Interaction
from segmentation.journal import (
    DeliveryRecorded,
    Entry,
    EntryKind,
    PersonErased,
    Ranges,
    Revised,
    Stamp,
    happening_of,
    numbers_in,
    to_ranges,
    without_personal,
)
from segmentation.markup import to_figures
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_lines, follow_relations
from segmentation.operations.interactions import without_letter
from segmentation.operations.journal import (
    KINDS,
    entries_about,
    get_entries,
    record,
)
from segmentation.operations.records import key_in
from segmentation.protocols import NotesChanges, Store
from segmentation.segments import SavedCriteria, Segment
from segmentation.showing import shown_by

from ._access import Item, KeptOfContact, counts_of, kept_by, kept_of_contact
from ._cleared import cleared_criteria, cleared_worksheets, lines_held, lines_removed
from ._erasure_list import ListedErasure, begin_list, lines_ahead, listing
from ._evidence import Evidence, EvidenceOfMany
from ._mentions import (
    Mention,
    blanked_records,
    blanked_segment,
    is_of_worksheet,
    unknown,
)
from ._words import Words

Also: TypeAlias = Iterable[int | Mention]
"""What else is to go: numbers of entries, and mentions as a plan hands them out."""


@shown_by("proof.contact_no", "rows", "entries")
@attrs.frozen(kw_only=True, repr=False)
class ErasurePlan:
    """What erasing a contact would do; nothing is done yet.

    Attributes:
        proof: What the proving entry would say: the entries to be emptied, the rows, lines and
            attachments that would go.
        kept: All that is kept of the contact.
    """

    proof: PersonErased
    kept: KeptOfContact

    @property
    def items(self) -> tuple[Item, ...]:
        """What is kept of the contact, by table and key: the list of `kept_of_contact`."""
        return self.kept.items

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Where else it is named: it stays so unless it is given as ``also``."""
        return self.kept.mentions

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
        items: What was kept of the contact, by table and key, as the plan had it.
        mentions: Where else it was named: left as it is, unless it was given as ``also``.
    """

    entry_no: int
    proof: PersonErased
    items: tuple[Item, ...] = ()
    mentions: tuple[Mention, ...] = ()

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


def _erased(proof: PersonErased, mentions: Sequence[Mention], caption: str) -> str:
    figures: dict[str, object] = {
        **dict(proof.rows),
        "entries": _count(proof.emptied),
        "attachments": len(proof.attachments),
        "mentions": len(mentions),
    }
    return to_figures(figures, caption=caption)


def _count(numbers: Ranges) -> int:
    return sum(last - first + 1 for first, last in numbers)


def plan_erasing(store: Store, no: str | Contact, *, also: Also = ()) -> ErasurePlan:
    """What `erase_contact` would do, without doing it.

    Args:
        store: Where everything is kept.
        no: The contact; it may be deleted already, if the journal still knows of it.
        also: Numbers of further entries whose personal content names the contact, and mentions
            as a plan hands them out.

    Raises:
        NotFound: Nothing is known of such a contact.
        InvalidValue: Something further is neither an entry's number nor a mention.
    """
    return _steps(Evidence(store), no, also).plan


def erase_contact(context: Context, no: str | Contact, *, also: Also = ()) -> Erasure:
    """Remove all that is kept of a contact.

    The contact with its rows, its lines on worksheets, and the personal content of its
    entries go, with the attachments that nothing else needs. Doing it again finds what came
    in since. The list of erasures, if the context has one, names it first.

    Args:
        context: Store, user, day and clock.
        no: The contact; it may be deleted already, if the journal still knows of it.
        also: Numbers of further entries whose personal content names the contact, and mentions
            as a plan hands them out: in their place stands an ellipsis.

    Raises:
        NotFound: Nothing is known of such a contact.
        InvalidValue: Something further is neither an entry's number nor a mention.
        Conflict: Somebody else erased or recorded something meanwhile.
        StoreError: The list of erasures cannot be written.
    """
    store, stamp = context.store, context.stamp
    with listing(context) as erasing, store.transaction():
        steps = _steps(Evidence(store), no, also)
        erasing.name(
            stamp,
            [steps.plan.proof.contact_no],
            entries=get_entries(store, steps.further),
            mentions=steps.places,
        )
        return _erase(context, stamp, steps)


def erase_contacts(context: Context, nos: Iterable[str | Contact]) -> Sequence[Erasure]:
    """Erase many contacts, just as one after another would be, in far less time.

    The journal and all tables are read for up to five hundred contacts at once. These are named
    in the list of erasures together, and go in one transaction, all or none.

    Args:
        context: Store, user, day and clock.
        nos: The contacts, in the order in which they are erased.

    Returns:
        What was erased, in this order.

    Raises:
        NotFound: Nothing is known of such a contact; those that it is erased with stay.
        Conflict: Somebody else erased or recorded something meanwhile.
        StoreError: The list of erasures cannot be written.
    """
    numbers = list(dict.fromkeys(str(key_in(Contact, no)[0]) for no in nos))
    done: list[Erasure] = []
    for start in range(0, len(numbers), _TOGETHER):
        batch = numbers[start : start + _TOGETHER]
        stamp = context.stamp
        with listing(context) as erasing, context.store.transaction():
            erasing.name(stamp, batch)
            evidence = EvidenceOfMany(context.store, batch)
            done += _erase_in_turn(context, stamp, evidence, batch)
    return done


_TOGETHER = 500
"""How many contacts are erased together: their numbers make one line of the list of erasures."""


def _erase_in_turn(
    context: Context,
    stamp: Stamp,
    evidence: EvidenceOfMany,
    nos: Iterable[str],
    *,
    again: bool = False,
) -> Iterator[Erasure]:
    """Erase contacts one after another; call it in a transaction.

    Args:
        context: The store.
        stamp: When and by whom it is done.
        evidence: What the store has of them.
        nos: The contacts.
        again: Whether those are passed over of whom nothing is kept any more.
    """
    for no in nos:
        steps = _steps(evidence, no, ())
        if again and not steps.plan.items:
            continue
        done = _erase(context, stamp, steps)
        yield done
        changed = [cleared for _, cleared in steps.segments]
        evidence.forget(done.proof, steps.plan.kept.interactions, changed)
        if steps.shared:
            evidence.take_in(done.entry_no)


def _erase(context: Context, stamp: Stamp, steps: "_Steps") -> Erasure:
    store, plan, proof = context.store, steps.plan, steps.plan.proof
    store.records.remove(row for row in steps.rows if not isinstance(row, CampaignTarget))
    relations = (row for row in steps.rows if isinstance(row, ContactBusinessRelation))
    follow_relations(store, relations)
    for earlier, cleared in steps.segments:
        follow_lines(store, earlier, store.segments.put(cleared))
    store.records.put(steps.changed)
    numbers = record(store, [proof, *map(Revised, steps.shared)], stamp)
    store.log.erase(numbers_in(proof.emptied))
    store.attachments.remove(proof.attachments)
    _leave_targets(store, proof.contact_no)
    if isinstance(store, NotesChanges):
        store.changes.forget()
    return Erasure(entry_no=numbers[0], proof=proof, items=plan.items, mentions=plan.mentions)


def catch_up(context: Context) -> Sequence[Erasure]:
    """Do the erasures that the list names and the store has not done: a copy of before lacks them.

    Args:
        context: Store, list, user, day and clock.

    Returns:
        What was erased here; nothing where the store does not know who was meant.

    Raises:
        StoreError: The list is not that of the store, is behind it, or is missing.
    """
    ahead, erasures, store = lines_ahead(context), context.erasures, context.store
    if erasures is None:
        return ()
    done: list[Erasure] = []
    for line in ahead:
        with store.transaction():
            done += _erase_meant(context, erasures.key, line)
            number = sum(1 for _ in store.records.all(ErasureListed)) + 1
            store.records.put([ErasureListed(number=number, line=line)])
    begin_list(context)
    return done


def erase_all_listed(context: Context) -> Sequence[Erasure]:
    """Do all that the list names once more: for what was taken in from an older export.

    Args:
        context: Store, list, user, day and clock.
    """
    erasures = context.erasures
    if erasures is None:
        return ()
    with context.store.transaction():
        lines = [each.line for each in context.store.records.all(ErasureListed)]
        return [each for line in lines for each in _erase_meant(context, erasures.key, line)]


def _erase_meant(context: Context, key: bytes, line: str) -> Iterator[Erasure]:
    """Erase whom a line of the list means, with what else it means."""
    listed, store = ListedErasure(key, line), context.store
    unlisted = attrs.evolve(context, erasures=None)
    meant = listed.meant(store)
    if not listed.others:
        evidence = EvidenceOfMany(store, meant)
        yield from _erase_in_turn(unlisted, context.stamp, evidence, meant, again=True)
        return
    for kept in (each for no in meant if (each := kept_of_contact(store, no)).items):
        also = list(listed.further(store, kept.mentions))
        yield erase_contact(unlisted, kept.contact_no, also=also)


def _leave_targets(store: Store, no: str) -> None:
    """Let nothing name a contact in target groups; a company found through it stays in them."""
    targets = list(store.records.all(CampaignTarget, contact_no=no))
    store.records.remove(each for each in targets if each.no == no)
    store.records.put(attrs.evolve(each, contact_no="") for each in targets if each.no != no)


@attrs.frozen(kw_only=True)
class _Steps:
    """What erasing a contact takes, worked out before anything is done."""

    rows: tuple[Record, ...]
    segments: tuple[tuple[Segment, Segment], ...]
    changed: tuple[Record, ...]
    plan: ErasurePlan
    further: frozenset[int]
    places: tuple[Mention, ...]
    shared: tuple[Interaction, ...]


def _steps(evidence: Evidence, no: str | Contact, also: Also) -> _Steps:
    """Work out what erasing a contact takes.

    Raises:
        NotFound: Nothing is known of such a contact.
        InvalidValue: Something further is neither an entry's number nor a mention.
    """
    store = evidence.store
    kept = kept_by(evidence, no)
    named = list(also)
    further = _further_entries(store, named)
    places = [each for each in named if isinstance(each, Mention) and not each.entry_no]
    words = evidence.words(kept.contact) if kept.contact else Words(())
    rows = tuple(row for row in (*kept.rows, kept.contact) if row and type(row) not in KINDS)
    segments = tuple(_changed_worksheets(evidence, kept.contact_no, words, places))
    criteria = evidence.records(SavedCriteria, kept.contact_no)
    saved = list(cleared_criteria(criteria, kept.contact_no))
    base = {(new.__table__, key_of(new)): new for _, new in saved}
    others = [each for each in places if not is_of_worksheet(each)]
    lines = sum(lines_held(before) - lines_held(cleared) for before, cleared in segments)
    lines += sum(lines_removed(before) - lines_removed(cleared) for before, cleared in saved)
    also_emptied = [*_interactions_of(store, further)]
    alone = {each: without_letter(store, each) for each in kept.shared if each not in also_emptied}
    gone = (each for each, left in alone.items() if each.attachment != left.attachment)
    leaving = {*kept.interactions, *also_emptied, *gone}
    entries = evidence.entries(kept.contact_no)
    proof = PersonErased(
        contact_no=kept.contact_no,
        emptied=_filled(entries, further.union(numbers_in(kept.entries)), {*leaving, *alone}),
        rows=counts_of([*(row.__table__ for row in rows), *["segment_line"] * lines]),
        attachments=evidence.uses(leaving).only_of(
            leaving, changed={cleared.no: cleared for _, cleared in segments}
        ),
    )
    return _Steps(
        rows=rows,
        segments=segments,
        changed=tuple(blanked_records(store, words, others, base)),
        plan=ErasurePlan(proof=proof, kept=kept),
        further=further,
        places=tuple(places),
        shared=tuple(alone.values()),
    )


def _filled(
    entries: Iterable[Entry], numbers: Collection[int], interactions: Iterable[Interaction]
) -> Ranges:
    """Those of some entries that have personal content, be it what later entries gave them.

    An interaction that was emptied, and then revised, has its content by the later entry.
    """
    if not numbers:
        return ()
    asked = frozenset(numbers)
    filled = {e.number for e in entries if e.personal is not None} & asked
    revised = {each.entry_no for each in interactions if each != without_personal(each)} & asked
    return to_ranges(filled | revised)


def _further_entries(store: Store, also: Iterable[object]) -> frozenset[int]:
    """The numbers of the further entries, and of those that tell the same interactions.

    Raises:
        InvalidValue: Something is neither an entry's number nor a mention.
    """
    named = list(also)
    if not named:
        return frozenset()
    last = store.log.head().number
    numbers: set[int] = set()
    for each in named:
        number = each.entry_no if isinstance(each, Mention) else each
        if isinstance(each, Mention) and not number:
            continue
        if type(number) is not int or not 0 < number <= last:
            raise InvalidValue("also", each, "is no number of an entry")
        numbers.add(number)
    about = entries_about(store, _interactions_of(store, numbers))
    telling = get_entries(store, chain(*about.values()))
    commented = EntryKind.INTERACTION_COMMENTED
    return frozenset({*numbers, *(each.number for each in telling if each.kind is not commented)})


def _interactions_of(store: Store, numbers: Iterable[int]) -> Iterator[Interaction]:
    """The interactions whose texts stand in entries; those that are deleted are passed over."""
    asked = list(numbers)
    for entry in get_entries(store, asked) if asked else ():
        match happening_of(entry):
            case Interaction(entry_no=number) | DeliveryRecorded(interaction_no=number):
                found = store.records.find(Interaction, number)
            case Revised(interaction):
                found = store.records.find(Interaction, interaction.entry_no)
            case _:
                found = None
        if found is not None:
            yield found


def _changed_worksheets(
    evidence: Evidence, contact_no: str, words: Words, places: Iterable[Mention]
) -> Iterator[tuple[Segment, Segment]]:
    """Worksheets without the contact's lines, and without the words in some places: old and new.

    Raises:
        InvalidValue: There is no such mention.
    """
    worksheets = evidence.worksheets(contact_no)
    cleared = {
        before.no: (before, after) for before, after in cleared_worksheets(worksheets, contact_no)
    }
    for mention in filter(is_of_worksheet, places):
        before, after = cleared.get(mention.segment_no) or _worksheet(evidence.store, mention)
        cleared[before.no] = (before, blanked_segment(after, words, mention))
    yield from cleared.values()


def _worksheet(store: Store, mention: Mention) -> tuple[Segment, Segment]:
    try:
        segment = store.segments.get(mention.segment_no)
    except NotFound:
        raise unknown(mention) from None
    return segment, segment
