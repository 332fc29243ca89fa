"""Auditing: whether journal, guards and records are as the library left them.

The chain guards the entries; the records that are kept beside them for filters and reports
follow from the entries, and this is where that is checked. What only follows from another
finding is not told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

import attrs

from segmentation.campaigns import CampaignEntry, CampaignTally, HeldBackContact
from segmentation.consents import Consent
from segmentation.contacts import MARKS, AddressMark, Contact, ContactMark
from segmentation.errors import JournalBroken, Message, SegmentationError, StoreError
from segmentation.fields import Record, RecordT, key_of
from segmentation.interactions import Interaction, InteractionComment, InteractionTotal
from segmentation.journal import (
    EntryRow,
    Finding,
    FindingKind,
    Head,
    State,
    finding_of_entry,
    from_row,
    inspect,
    to_row,
)
from segmentation.operations.context import Context
from segmentation.operations.followers import tallies_of, totals_of
from segmentation.operations.records import find_record
from segmentation.protocols import HostContacts, Inspectable, Store
from segmentation.segments import LoggedSegment
from segmentation.showing import shown_by

KINDS: tuple[type[Record], ...] = (
    Interaction,
    InteractionComment,
    CampaignEntry,
    LoggedSegment,
    ContactMark,
    AddressMark,
    Consent,
    HeldBackContact,
)
"""The records that follow from the journal."""


@shown_by("item", "state")
@attrs.frozen
class Discrepancy:
    """A record that is not what the journal says.

    Attributes:
        recorded: The record as the journal's entries add up to it; ``None`` if to none.
        kept: The record as it is kept; ``None`` if it is missing.
    """

    recorded: Record | None
    kept: Record | None

    @property
    def item(self) -> str:
        """The record's table and key."""
        item = self.recorded if self.recorded is not None else self.kept
        return _item(item.__table__, key_of(item)) if item else ""

    @property
    def kind(self) -> FindingKind:
        """What is wrong with it."""
        if self.kept is None:
            return FindingKind.RECORD_MISSING
        if self.recorded is None:
            return FindingKind.RECORD_SURPLUS
        return FindingKind.RECORD_DIFFERS

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ; none if one of the records is not there."""
        if self.kept is None or self.recorded is None:
            return ()
        one, other = self.recorded, self.kept
        names = attrs.fields_dict(cast("Any", type(one)))
        return tuple(name for name in names if getattr(one, name) != getattr(other, name))

    @property
    def state(self) -> Message:
        """What is wrong with it, in words: "is missing", "is not in the journal" or "differs"."""
        return Finding(self.item, self.kind).state

    def __str__(self) -> str:
        told = f"{self.item} {self.state}"
        return f"{told} ({', '.join(self.fields)})" if self.fields else told

    def _plain_(self) -> Mapping[str, object]:
        return {
            "item": self.item,
            "kind": self.kind,
            "state": self.state,
            "fields": self.fields,
            "recorded": self.recorded,
            "kept": self.kept,
        }


Found: TypeAlias = Finding | Discrepancy
"""What an audit finds: of entries, guards and contents, or of records."""


def _item(table: str, key: Iterable[object]) -> str:
    return f"{table} {' '.join(map(str, key))}"


def audit(store: Store, *, kept: Head | None = None) -> list[Found]:
    """All that is not as the library left it; nothing if all is well.

    That is, in this order: entries of the journal that do not hold, its guards in a database,
    contents that are not those of their hash, cards that others changed, records that are not
    what the entries say.

    Args:
        store: Where everything is kept.
        kept: A head kept elsewhere, which the journal must still contain. Without one, entries
            cut off at the end are noticed by their records only.
    """
    found = inspect(_rows(store), kept=kept)
    outside = list(store.findings()) if isinstance(store, Inspectable) else []
    unread = set(found.unread)
    state, unfit = _folded(store, unread)
    cards = [each.item for each in outside if each.kind is FindingKind.RECORD_UNREADABLE]
    records = list(_records(store, state, unread, cards))
    told = {(each.item, each.fields) for each in records if isinstance(each, Discrepancy)}
    others = (each for each in outside if (each.item, each.fields) not in told)
    return [*found.findings, *unfit, *others, *records]


def _rows(store: Store) -> Iterable[EntryRow]:
    return store.entry_rows() if isinstance(store, Inspectable) else map(to_row, store.log.read())


def _folded(store: Store, unread: set[int]) -> tuple[State, list[Finding]]:
    """What the readable entries add up to, and those that do not fit what is before them.

    Entries that speak of what an unreadable one made are passed over, and added to these.
    """
    state, unfit, last = State(), [], 0
    for row in _rows(store):
        number = row["number"]
        if type(number) is not int or number <= last or number in unread:
            continue
        last = number
        try:
            state.apply(from_row(row))
        except JournalBroken:
            if not unread:
                unfit.append(finding_of_entry(number, FindingKind.FACTS_UNREADABLE))
            unread.add(number)
    return state, unfit


# -- records ----------------------------------------------------------------------------------


def _records(
    store: Store, state: State, unread: set[int], cards: Collection[str]
) -> Iterator[Found]:
    """Records that are otherwise than the entries say; what hangs on unread ones is left out.

    Args:
        store: Where they are kept.
        state: What the entries add up to.
        unread: The entries that say nothing.
        cards: The cards of contacts that cannot be read, as items.
    """
    for kind in KINDS:
        recorded = {key_of(item): item for item in state.all(kind)}
        yield from (
            each
            for each in _compared(store, kind, recorded)
            if not (isinstance(each, Discrepancy) and _hangs_on(each, unread))
        )
    yield from _marked(store, state, cards)
    if not unread:
        yield from _figures(store, state)


def _hangs_on(found: Discrepancy, unread: set[int]) -> bool:
    """Whether a record may be what an entry says that cannot be read."""
    numbers = {getattr(found.kept, name, 0) for name in ("entry_no", "interaction_no")}
    return found.recorded is None and not unread.isdisjoint(numbers)


def _compared(
    store: Store, kind: type[RecordT], recorded: Mapping[tuple[Any, ...], RecordT]
) -> Iterator[Found]:
    kept, unreadable = _kept(store, kind, recorded)
    yield from (Finding(item, FindingKind.RECORD_UNREADABLE) for item in unreadable.values())
    yield from _differing({k: v for k, v in recorded.items() if k not in unreadable}, kept)


def _kept(
    store: Store, kind: type[RecordT], recorded: Iterable[tuple[Any, ...]]
) -> tuple[Mapping[tuple[Any, ...], RecordT], Mapping[tuple[Any, ...], str]]:
    """The records of a table by key; and, where some cannot be read, what these are."""
    try:
        return {key_of(item): item for item in store.records.all(kind)}, {}
    except SegmentationError:
        kept: dict[tuple[Any, ...], RecordT] = {}
        unreadable: dict[tuple[Any, ...], str] = {}
    for key in recorded:
        try:
            found = store.records.find(kind, *key)
        except SegmentationError:
            unreadable[key] = _item(kind.__table__, key)
        else:
            kept |= {key: found} if found is not None else {}
    return kept, unreadable or {(): kind.__table__}


def _differing(
    recorded: Mapping[tuple[Any, ...], Record], kept: Mapping[tuple[Any, ...], Record]
) -> Iterator[Discrepancy]:
    for key in sorted(recorded.keys() | kept.keys(), key=str):
        if recorded.get(key) != kept.get(key):
            yield Discrepancy(recorded.get(key), kept.get(key))


def _figures(store: Store, state: State) -> Iterator[Found]:
    """Totals and tallies that are not those of the interactions."""
    totals = {key_of(item): item for item in totals_of(state.all(Interaction))}
    for each in _compared(store, InteractionTotal, totals):
        if not isinstance(each, Discrepancy) or _counts(each.recorded) or _counts(each.kept):
            yield each
    tallies = {key_of(item): item for item in tallies_of(state.all(Interaction))}
    yield from _compared(store, CampaignTally, tallies)


def _counts(total: Record | None) -> bool:
    """Whether a total is more than one that was emptied."""
    return isinstance(total, InteractionTotal) and total.interactions > 0


def _marked(store: Store, state: State, cards: Collection[str]) -> Iterator[Discrepancy]:
    """Contacts whose marks are not those that were decided last; not where a host keeps them."""
    ours = not isinstance(store, Inspectable) or store.keeps_contacts
    if isinstance(store.contacts, HostContacts) and not ours:
        return
    for mark in state.all(ContactMark):
        unread = _item(Contact.__table__, [mark.contact_no]) in cards
        if mark.mark not in MARKS or mark.mailing_group_code or unread:
            continue
        contact = find_record(store, Contact, mark.contact_no)
        if contact is not None and getattr(contact, mark.mark) is not mark.value:
            fields: dict[str, Any] = {mark.mark: mark.value}
            yield Discrepancy(attrs.evolve(contact, **fields), contact)


# -- putting right ----------------------------------------------------------------------------


def restore_records(context: Context) -> list[Found]:
    """Make guards and records again what they should be; return what was otherwise.

    A card that was changed stays: the journal does not have it, see `is_reparable`. Cards that
    never had a seal get one.

    Args:
        context: Store, user, day and clock.

    Raises:
        JournalBroken: An entry does not hold; nothing is changed. The records cannot be worked
            out from it: a backup has them.
        StoreError: A record or a content cannot be read; nothing is changed.
    """
    store = context.store
    with store.transaction():
        found = audit(store)
        for each in found:
            _check_reparable(each)
        if isinstance(store, Inspectable):
            if any(isinstance(each, Finding) and each.kind in _GUARDS for each in found):
                store.make_guards_anew()
            if not store.is_sealed:
                store.seal()
        differing = [each for each in found if isinstance(each, Discrepancy)]
        surplus = (each.kept for each in differing if each.recorded is None)
        store.records.remove(kept for kept in surplus if kept is not None)
        store.records.put(each.recorded for each in differing if each.recorded is not None)
        return found


_GUARDS = frozenset({FindingKind.GUARD_MISSING, FindingKind.GUARD_CHANGED, FindingKind.GUARD_OPEN})


_CARDS = frozenset({FindingKind.RECORD_CHANGED, FindingKind.RECORD_UNSEALED})


def is_reparable(found: Found) -> bool:
    """Whether the journal has what is right. It has no card: who looked at it changes it."""
    return found.kind not in _CARDS


def _check_reparable(found: Found) -> None:
    if isinstance(found, Discrepancy) or found.kind in _GUARDS | _CARDS:
        return
    reason = found.state
    if found.entry_no:
        raise JournalBroken(found.entry_no, reason)
    raise StoreError(found.item, reason)
