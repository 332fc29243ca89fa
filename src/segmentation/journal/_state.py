"""The state that results from the entries: interactions, comments, campaign entries, segments.

`changes` gives the records that an entry changes. Every store applies it, so that all stores have
the same state. `State` keeps the same records in dictionaries, for any earlier time. This module
does not know storage.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeAlias, TypeVar, assert_never

import attrs

from segmentation.campaigns import CampaignEntry, HeldBackContact
from segmentation.columns import Columns
from segmentation.consents import Consent
from segmentation.contacts import AddressMark, ContactMark
from segmentation.errors import Identifier, InvalidValue, JournalBroken, Message
from segmentation.fields import Record, RecordT, key_of
from segmentation.interactions import Interaction, InteractionComment
from segmentation.markup import to_table
from segmentation.segments import LoggedSegment
from segmentation.showing import shown_by

from ._entries import Entry, happening_of, written_time
from ._happenings import (
    PERSONAL,
    AddressMarked,
    ApprovalSet,
    AttemptNoted,
    Canceled,
    Commented,
    ConsentRecorded,
    ContactMarked,
    ContactMerged,
    ContactRenumbered,
    Deleted,
    DeliveryRecorded,
    Dropped,
    EntryType,
    Evaluated,
    Happening,
    OpportunityLinked,
    PersonErased,
    PlanApproved,
    Ranges,
    Revised,
    TextsErased,
    Uncanceled,
    numbers_in,
)


class Known(Protocol):
    """The current records. `segmentation.protocols.Records` is an example."""

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """The records of a kind whose fields have these values, in the order of their keys."""


@shown_by("before", "after")
@attrs.frozen
class Change:
    """A record before an entry and after it. At least one of both exists.

    Attributes:
        before: The record before, ``None`` if the entry made it.
        after: The record after, ``None`` if the entry removed it.
    """

    before: Record | None
    after: Record | None


Done: TypeAlias = Change | Columns[Interaction]
"""An effect of an entry: one record changed, or many similar interactions were made."""


def changes(  # noqa: C901, PLR0912 - an arm for each kind of happening
    entry: Entry, happening: Happening, known: Known
) -> Iterator[Change]:
    """The records that an entry changes.

    Args:
        entry: The entry.
        happening: What it records.
        known: The records before the entry.

    Raises:
        JournalBroken: The entry refers to a record that does not exist.
    """
    number = entry.number
    match happening:
        case LoggedSegment() | CampaignEntry() | Interaction() | HeldBackContact():
            made = happening if happening.entry_no == number else _numbered(happening, number)
            yield Change(None, made)
        case Commented(interaction_no=of, date=on, text=text):
            _get(known, Interaction, of, entry)
            yield Change(
                None,
                InteractionComment(
                    entry_no=number, interaction_no=of, date=on, text=text, user_id=entry.user
                ),
            )
        case Revised(interaction):
            before = _get(known, Interaction, interaction.entry_no, entry)
            yield Change(before, interaction)
        case Dropped(interaction_no=of):
            yield from _gone(known, _get(known, Interaction, of, entry))
        case Evaluated(interaction_no=of, evaluation=evaluation):
            yield _evolved(_get(known, Interaction, of, entry), evaluation=evaluation)
        case AttemptNoted(interaction_no=of, failed=failed):
            yield _evolved(_get(known, Interaction, of, entry), attempt_failed=failed)
        case OpportunityLinked(interaction_no=of, opportunity_no=no):
            yield _evolved(_get(known, Interaction, of, entry), opportunity_no=no)
        case DeliveryRecorded(interaction_no=of):
            yield _delivered(_get(known, Interaction, of, entry), happening)
        case Canceled():
            for item in _affected(known, happening, entry):
                yield _evolved(item, canceled=True, canceled_by=number)
        case Uncanceled():
            for item in _affected(known, happening, entry):
                yield _evolved(item, canceled=False, canceled_by=0)
        case Deleted():
            yield from _deleted(known, happening, entry)
        case PersonErased():
            yield from _person_erased(known, happening, entry)
        case TextsErased(emptied=emptied):
            yield from _emptied(known, emptied, entry)
        case ContactMarked():
            yield _marked(known, happening, number)
        case AddressMarked():
            yield from _address_marked(known, happening, entry)
        case ConsentRecorded():
            yield Change(None, _consent(happening, entry))
        case PlanApproved() | ApprovalSet():
            pass  # they are looked up in the journal itself
        case ContactRenumbered():
            yield from _renumbered(known, happening)
        case ContactMerged():
            yield from _merged(known, happening)
        case _:
            assert_never(happening)


def _consent(happening: ConsentRecorded, entry: Entry) -> Consent:
    values = attrs.asdict(happening)
    return Consent(entry_no=entry.number, recorded_at=entry.at, user_id=entry.user, **values)


def _delivered(interaction: Interaction, happening: DeliveryRecorded) -> Change:
    """How the delivery stands now; each time that something was sent stays known."""
    sent, before = happening.delivered_at, interaction.delivered_before
    if sent and interaction.delivered_at:
        before = f"{before} {written_time(interaction.delivered_at.astimezone(UTC))}".strip()
    return _evolved(
        interaction,
        delivery_status=happening.status,
        delivery_attempts=happening.attempts,
        delivery_error=happening.reason,
        delivered_at=sent or interaction.delivered_at,
        delivered_before=before,
    )


def _marked(known: Known, happening: ContactMarked, number: int) -> Change:
    """What is known to have been decided last."""
    made = ContactMark(
        contact_no=happening.contact_no,
        mark=happening.mark,
        mailing_group_code=happening.mailing_group_code,
        value=happening.value,
        entry_no=number,
    )
    return Change(known.find(ContactMark, *key_of(made)), made)


def _address_marked(known: Known, happening: AddressMarked, entry: Entry) -> Iterator[Change]:
    """The address as it is marked now; of an entry that was erased nothing is known."""
    if not happening.address:
        return
    before = known.find(AddressMark, happening.address)
    made = AddressMark(
        address=happening.address,
        state=happening.state,
        reason=happening.reason,
        marked_at=entry.at,
        entry_no=entry.number,
        key_id=happening.key_id,
    )
    after = made if happening.state else None
    if before or after:
        yield Change(before, after)


def _interactions_of(known: Known, no: str) -> Iterable[Interaction]:
    """The interactions with a contact or with its persons, in the order of their numbers."""
    names = ("contact_no", "contact_company_no")
    found = {each.entry_no: each for name in names for each in known.all(Interaction, **{name: no})}
    return [found[number] for number in sorted(found)]


def _renumbered(known: Known, happening: ContactRenumbered) -> Iterator[Change]:
    """What was recorded of a contact, under its other number."""
    old, new = happening.old_no, happening.new_no
    for item in _interactions_of(known, old):
        names = ("contact_no", "contact_company_no")
        yield _evolved(item, **{name: new for name in names if getattr(item, name) == old})
    for kind in (Consent, HeldBackContact):
        for each in known.all(kind, contact_no=old):
            yield _evolved(each, contact_no=new)
    for mark in known.all(ContactMark, contact_no=old):
        yield Change(mark, None)
        moved = attrs.evolve(mark, contact_no=new)
        before = known.find(ContactMark, *key_of(moved))
        if before is None or before.entry_no < mark.entry_no:
            yield Change(before, moved)


def _merged(known: Known, happening: ContactMerged) -> Iterator[Change]:
    """The interactions of who is gone, as they are of who stays.

    What was recorded for an earlier employer stays that one's.
    """
    kept, gone = happening.kept_no, happening.gone_no
    passing = {gone, happening.gone_company_no, ""}
    for item in _interactions_of(known, gone):
        recorded = item.contact_company_no
        yield _evolved(
            item,
            contact_no=kept if item.contact_no == gone else item.contact_no,
            contact_company_no=happening.kept_company_no if recorded in passing else recorded,
        )


def _numbered(
    item: LoggedSegment | CampaignEntry | Interaction | HeldBackContact, number: int
) -> LoggedSegment | CampaignEntry | Interaction | HeldBackContact:
    return attrs.evolve(item, entry_no=number)


def _evolved(item: Any, **values: Any) -> Change:  # noqa: ANN401 - any record
    return Change(item, attrs.evolve(item, **values))


def _get(known: Known, kind: type[RecordT], number: int, entry: Entry) -> RecordT:
    found = known.find(kind, number)
    if found is None:
        reason = Message(
            "speaks of {table} {number}, which is not there",
            table=Identifier(kind.__table__),
            number=number,
        )
        raise JournalBroken(entry.number, reason)
    return found


def _affected(known: Known, happening: Canceled | Uncanceled, entry: Entry) -> Iterator[Record]:
    """The records that are canceled or valid again, with those that belong to them."""
    match happening.what:
        case EntryType.INTERACTION:
            yield _get(known, Interaction, happening.number, entry)
        case EntryType.CAMPAIGN_ENTRY:
            yield _get(known, CampaignEntry, happening.number, entry)
        case EntryType.LOGGED_SEGMENT:
            yield _get(known, LoggedSegment, happening.number, entry)
        case _:
            assert_never(happening.what)
    for number in numbers_in(happening.campaign_entries):
        yield _get(known, CampaignEntry, number, entry)
    for number in numbers_in(happening.interactions):
        yield _get(known, Interaction, number, entry)


def _deleted(known: Known, happening: Deleted, entry: Entry) -> Iterator[Change]:
    entries = [
        _get(known, CampaignEntry, number, entry)
        for number in numbers_in(happening.campaign_entries)
    ]
    interactions = (
        _get(known, Interaction, number, entry) for number in numbers_in(happening.interactions)
    )
    match happening.what:
        case EntryType.INTERACTION:
            yield from _gone(known, _get(known, Interaction, happening.number, entry))
        case EntryType.CAMPAIGN_ENTRY:
            yield Change(_get(known, CampaignEntry, happening.number, entry), None)
            for interaction in interactions:
                yield from _gone(known, interaction)
        case EntryType.LOGGED_SEGMENT:
            yield Change(_get(known, LoggedSegment, happening.number, entry), None)
            for item in (*entries, *interactions):
                yield _evolved(item, logged_segment_entry_no=0)
        case _:
            assert_never(happening.what)


def _gone(known: Known, interaction: Interaction) -> Iterator[Change]:
    """The removal of an interaction and its comments."""
    yield Change(interaction, None)
    for comment in known.all(InteractionComment, interaction_no=interaction.entry_no):
        yield Change(comment, None)


def _person_erased(known: Known, erased: PersonErased, entry: Entry) -> Iterator[Change]:
    """The removal of what was recorded of a contact."""
    no = erased.contact_no
    yield from _emptied(known, erased.emptied, entry)
    yield from (Change(mark, None) for mark in known.all(ContactMark, contact_no=no))
    yield from (Change(act, None) for act in known.all(Consent, contact_no=no))
    gone = set(numbers_in(erased.emptied))
    marks = list(known.all(AddressMark))
    yield from (Change(mark, None) for mark in marks if mark.entry_no in gone)


def _emptied(known: Known, emptied: Ranges, entry: Entry) -> Iterator[Change]:
    """The removal of personal content from the records of these entries."""
    for first, last in emptied:
        if not 0 < first <= last < entry.number:
            reason = Message(
                "speaks of entries {first} to {last}, which are not there", first=first, last=last
            )
            raise JournalBroken(entry.number, reason)
    for number in numbers_in(emptied):
        comment = known.find(InteractionComment, number)
        if comment is not None:
            yield Change(comment, None)
        if interaction := known.find(Interaction, number):
            yield Change(interaction, without_personal(interaction))
        if campaign_entry := known.find(CampaignEntry, number):
            yield Change(campaign_entry, without_personal(campaign_entry))
        if logged := known.find(LoggedSegment, number):
            yield Change(logged, without_personal(logged))


MadeT = TypeVar("MadeT", Interaction, CampaignEntry, LoggedSegment)


def without_personal(item: MadeT) -> MadeT:
    """A record without its personal content."""
    fields = attrs.fields_dict(type(item))
    blanks: dict[str, Any] = {name: fields[name].default for name in PERSONAL[type(item)]}
    return attrs.evolve(item, **blanks)


_Groups: TypeAlias = defaultdict[Any, set[tuple[Any, ...]]]
"""Keys by the values of a field, built when first needed and then kept current."""


@shown_by("number", "counts")
class State:
    """The state of a journal after one of its entries.

    Attributes:
        number: The number of the last entry that it includes.
    """

    def __init__(self) -> None:
        self.number = 0
        self._tables: dict[type[Record], dict[tuple[Any, ...], Any]] = {}
        self._groups: dict[tuple[type[Record], str], _Groups] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of records of each table."""
        found = {kind.__table__: len(table) for kind, table in self._tables.items()}
        return {table: count for table, count in sorted(found.items()) if count}

    def _plain_(self) -> Mapping[str, object]:
        return {"number": self.number, "counts": self.counts}

    def _repr_html_(self) -> str:
        """The number of records of each table."""
        return to_table(
            ["table", "records"], self.counts.items(), caption=f"as of entry {self.number:,}"
        )

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""
        return self._tables.get(kind, {}).get(key)

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """The records of a kind whose fields have these values, in the order of their keys."""
        table = self._tables.get(kind, {})
        for key in sorted(self._keys(kind, equal) if equal else table):
            item = table[key]
            if all(getattr(item, field) == value for field, value in equal.items()):
                yield item

    def _keys(self, kind: type[Record], equal: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        """The keys of the records that have the first of these values."""
        field, value = next(iter(equal.items()))
        if (kind, field) not in self._groups:
            groups = self._groups[kind, field] = defaultdict(set)
            for key, item in self._tables.get(kind, {}).items():
                groups[getattr(item, field)].add(key)
        return self._groups[kind, field].get(value, ())

    def apply(self, entry: Entry) -> None:
        """Apply the next entry.

        Raises:
            JournalBroken: The entry cannot be read, or refers to a record that does not exist.
        """
        for change in list(changes(entry, happening_of(entry), self)):
            if change.before is not None:
                del self._tables[type(change.before)][key_of(change.before)]
                for groups, value in self._grouped(change.before):
                    groups[value].discard(key_of(change.before))
            if change.after is not None:
                self._tables.setdefault(type(change.after), {})[key_of(change.after)] = change.after
                for groups, value in self._grouped(change.after):
                    groups[value].add(key_of(change.after))
        self.number = entry.number

    def _grouped(self, item: Record) -> Iterator[tuple[_Groups, Any]]:
        """The indexed fields of a record, and its values in them."""
        for (kind, field), groups in self._groups.items():
            if type(item) is kind:
                yield groups, getattr(item, field)


def fold(
    entries: Iterable[Entry], *, number: int | None = None, at: datetime | None = None
) -> State:
    """The state that results from entries.

    Args:
        entries: The journal, from its first entry.
        number: The number of the last entry to include, by default all.
        at: The time of the last entry to include, with a zone, by default all.

    Raises:
        InvalidValue: The time has no zone.
        JournalBroken: An entry cannot be read, or refers to a record that does not exist.
    """
    if at is not None and at.tzinfo is None:
        raise InvalidValue("at", at, "has no time zone")
    state = State()
    for entry in entries:
        if (number is not None and entry.number > number) or (at is not None and entry.at > at):
            break
        state.apply(entry)
    return state
