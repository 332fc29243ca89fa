"""Happenings: everything that an entry of the journal can record.

Each kind of happening is a frozen value with a tag of its own. Its stored form has two parts:
facts, which are permanent, and personal content, which can be erased. This module does not know
numbers, hashes or storage.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from segmentation.campaigns import CampaignEntry, HeldBackContact
from segmentation.codes import Option
from segmentation.columns import Columns
from segmentation.consents import ConsentAct
from segmentation.contacts import AddressState, CorrespondenceType
from segmentation.interactions import DeliveryStatus, Evaluation, Interaction
from segmentation.segments import LoggedSegment
from segmentation.serialization import fragments, from_data, to_data, to_json
from segmentation.showing import shown_by

if TYPE_CHECKING:
    from typing_extensions import TypeAliasType
else:
    from segmentation.aliases import TypeAliasType


class EntryKind(Option):
    """What an entry records."""

    SEGMENT_LOGGED = "segment_logged"
    CAMPAIGN_ENTRY_MADE = "campaign_entry_made"
    INTERACTION_LOGGED = "interaction_logged"
    INTERACTION_REVISED = "interaction_revised"
    INTERACTION_DROPPED = "interaction_dropped"
    INTERACTION_EVALUATED = "interaction_evaluated"
    INTERACTION_COMMENTED = "interaction_commented"
    ATTEMPT_NOTED = "attempt_noted"
    OPPORTUNITY_LINKED = "opportunity_linked"
    DELIVERY_RECORDED = "delivery_recorded"
    CANCELED = "canceled"
    UNCANCELED = "uncanceled"
    DELETED = "deleted"
    PERSON_ERASED = "person_erased"
    CONTACT_MARKED = "contact_marked"
    ADDRESS_MARKED = "address_marked"
    CONSENT_RECORDED = "consent_recorded"
    CONTACT_HELD_BACK = "contact_held_back"
    PLAN_APPROVED = "plan_approved"
    APPROVAL_SET = "approval_set"
    CONTACT_RENUMBERED = "contact_renumbered"
    CONTACT_MERGED = "contact_merged"
    TEXTS_ERASED = "texts_erased"


class EntryType(Option):
    """What can be canceled and deleted."""

    INTERACTION = "interaction"
    CAMPAIGN_ENTRY = "campaign_entry"
    LOGGED_SEGMENT = "logged_segment"


Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Numbers of entries, ascending, as pairs of first and last number."""


def to_ranges(numbers: Iterable[int]) -> Ranges:
    """Numbers in their short form.

    >>> to_ranges([7, 3, 4, 5])
    ((3, 5), (7, 7))
    """
    ranges: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return tuple(ranges)


def numbers_in(ranges: Ranges) -> Iterable[int]:
    """The inverse of `to_ranges`.

    >>> list(numbers_in(((3, 5), (7, 7))))
    [3, 4, 5, 7]
    """
    return (number for first, last in ranges for number in range(first, last + 1))


@shown_by("interaction")
@attrs.frozen
class Revised:
    """A postponed interaction was resumed.

    In older journals a contact was merged or renumbered by one such entry for each interaction.

    Attributes:
        interaction: The changed interaction, under the same number.
    """

    interaction: Interaction


@shown_by("interaction_no")
@attrs.frozen(kw_only=True)
class Dropped:
    """A postponed interaction was given up."""

    interaction_no: int


@shown_by("interaction_no", "evaluation")
@attrs.frozen(kw_only=True)
class Evaluated:
    """Somebody said how an interaction went."""

    interaction_no: int
    evaluation: Evaluation


@shown_by("interaction_no", "date", "text")
@attrs.frozen(kw_only=True)
class Commented:
    """Somebody commented on an interaction."""

    interaction_no: int
    date: dt.date | None = None
    text: str = ""


@shown_by("interaction_no", "failed")
@attrs.frozen(kw_only=True)
class AttemptNoted:
    """Somebody said whether the contact was reached."""

    interaction_no: int
    failed: bool


@shown_by("interaction_no", "opportunity_no")
@attrs.frozen(kw_only=True)
class OpportunityLinked:
    """An interaction was linked to an opportunity of the host, to none if the number is empty."""

    interaction_no: int
    opportunity_no: str = ""


@shown_by("interaction_no", "status", "attempts", "reason")
@attrs.frozen(kw_only=True)
class DeliveryRecorded:
    """The state of the delivery of an interaction's document.

    Attributes:
        attempts: How often delivery has been tried.
        reason: Why it failed, empty if it did not.
        delivered_at: When it was sent; ``None`` if it was not, and in entries that did not record
            it yet.
    """

    interaction_no: int
    status: DeliveryStatus
    attempts: int = 0
    reason: str = ""
    delivered_at: dt.datetime | None = None


@shown_by("what", "number")
@attrs.frozen(kw_only=True)
class Canceled:
    """An entry was canceled, with the interactions and campaign entries that belong to it.

    Attributes:
        what: What was canceled.
        number: Its entry's number.
        interactions: The interactions that this cancels, without those canceled before.
        campaign_entries: The campaign entries that this cancels, without those canceled before.
    """

    what: EntryType
    number: int
    interactions: Ranges = ()
    campaign_entries: Ranges = ()


@shown_by("what", "number")
@attrs.frozen(kw_only=True)
class Uncanceled:
    """A canceled entry is valid again, with exactly the entries that were canceled with it.

    Attributes:
        what: What is valid again.
        number: Its entry's number.
        interactions: The interactions that are valid again.
        campaign_entries: The campaign entries that are valid again.
    """

    what: EntryType
    number: int
    interactions: Ranges = ()
    campaign_entries: Ranges = ()


@shown_by("what", "number")
@attrs.frozen(kw_only=True)
class Deleted:
    """A canceled entry was deleted.

    Attributes:
        what: What was deleted.
        number: Its entry's number.
        interactions: The deleted interactions, or those of the deleted logged segment.
        campaign_entries: The deleted campaign entries, or those of the deleted logged segment.
        emptied: The entries whose personal content was erased.
        attachments: The deleted attachments, which nothing else needs.
    """

    what: EntryType
    number: int
    interactions: Ranges = ()
    campaign_entries: Ranges = ()
    emptied: Ranges = ()
    attachments: tuple[str, ...] = ()


@shown_by("contact_no")
@attrs.frozen(kw_only=True)
class PersonErased:
    """All data of a contact was erased. This entry is the proof.

    Attributes:
        contact_no: The contact's number, which no longer leads to any data.
        emptied: The entries whose personal content was erased.
        rows: The number of deleted rows for each table.
        attachments: The deleted attachments, which nothing else needs.
    """

    contact_no: str
    emptied: Ranges = ()
    rows: tuple[tuple[str, int], ...] = ()
    attachments: tuple[str, ...] = ()


@shown_by("contact_no", "mark", "mailing_group_code", "value")
@attrs.frozen(kw_only=True)
class ContactMarked:
    """Somebody decided whether a contact is contacted.

    Attributes:
        contact_no: The contact.
        mark: What was decided: one of `segmentation.contacts.MARKS`.
        mailing_group_code: The mailing group that it is about; empty for all others.
        value: The value that the field got; whether the contact joined the mailing group or left.
        before: The value before; ``None`` in entries that did not record it yet.
        reason: Why; empty if nobody said so.
    """

    contact_no: str
    mark: str
    mailing_group_code: str = ""
    value: bool
    before: bool | None = None
    reason: str = ""


@shown_by("state", "address", "reason")
@attrs.frozen(kw_only=True)
class AddressMarked:
    """An address was marked as one that no mail goes to, or was released.

    Attributes:
        state: Why no mail goes to it; blank if it was released.
        address: The address, in small letters, or its HMAC under a key; empty once it was erased.
        reason: What a server or a person said of it.
        key_id: Which key the address is recorded under; empty if it is recorded as it is.
    """

    state: AddressState
    address: str = ""
    reason: str = ""
    key_id: str = ""


@shown_by("contact_no", "purpose_code", "channel", "act", "date", "until")
@attrs.frozen(kw_only=True)
class ConsentRecorded:
    """A contact agreed to be written to, or withdrew that.

    Attributes:
        contact_no: The contact.
        purpose_code: For what.
        channel: By which way.
        act: Whether consent was given or withdrawn.
        date: When.
        until: The last day of a consent, ``None`` if it has no end.
        text: What the contact read or said.
        source: Where it came from.
        gone_no: The contact that was merged into this one and had withdrawn; empty if none was.
        gone_entry_no: The entry by which that one had; 0 if none was.
    """

    contact_no: str
    purpose_code: str
    channel: CorrespondenceType
    act: ConsentAct
    date: dt.datetime
    until: dt.date | None = None
    text: str = ""
    source: str = ""
    gone_no: str = ""
    gone_entry_no: int = 0


@shown_by("segment_no", "plan_hash", "planned_by")
@attrs.frozen(kw_only=True)
class PlanApproved:
    """A second user approved what logging a segment would do.

    Attributes:
        segment_no: The segment.
        plan_hash: The hash of the plan.
        planned_by: The user who made the plan.
    """

    segment_no: str
    plan_hash: str
    planned_by: str = ""


@shown_by("template_code", "before", "after")
@attrs.frozen(kw_only=True)
class ApprovalSet:
    """Somebody decided from how many recipients on a plan needs approval.

    Attributes:
        template_code: The interaction template that it holds for; empty if it holds for all.
        before: The number before; 0 for never.
        after: The number since.
    """

    template_code: str = ""
    before: int = 0
    after: int = 0


@shown_by("before", "emptied", "attachments")
@attrs.frozen(kw_only=True)
class TextsErased:
    """The texts of what was logged long ago were erased by a rule. This entry is the proof.

    Attributes:
        before: What is dated before this day was erased.
        emptied: The entries whose personal content was erased.
        attachments: The deleted attachments, which nothing else needs.
    """

    before: dt.date
    emptied: Ranges = ()
    attachments: tuple[str, ...] = ()


@shown_by("old_no", "new_no")
@attrs.frozen(kw_only=True)
class ContactRenumbered:
    """A contact got another number. What is recorded under the old one is its own from then on.

    Attributes:
        old_no: The number that it had.
        new_no: The number that it has since.
    """

    old_no: str
    new_no: str


@shown_by("kept_no", "gone_no")
@attrs.frozen(kw_only=True)
class ContactMerged:
    """Two contacts were made one. The interactions of the one that is gone are the other's.

    Attributes:
        kept_no: The contact that stays.
        gone_no: The contact that is gone.
        kept_company_no: The company of the one that stays; its own number if it is one.
        gone_company_no: The company of the one that is gone; empty if it is not known any more.
    """

    kept_no: str
    gone_no: str
    kept_company_no: str = ""
    gone_company_no: str = ""


Happening = TypeAliasType(
    "Happening",
    LoggedSegment
    | CampaignEntry
    | Interaction
    | Revised
    | Dropped
    | Evaluated
    | Commented
    | AttemptNoted
    | OpportunityLinked
    | DeliveryRecorded
    | Canceled
    | Uncanceled
    | Deleted
    | PersonErased
    | ContactMarked
    | AddressMarked
    | ConsentRecorded
    | HeldBackContact
    | PlanApproved
    | ApprovalSet
    | ContactRenumbered
    | ContactMerged
    | TextsErased,
)
"""Everything that an entry can record. Every reader handles all of them."""

_CLASSES: Mapping[EntryKind, type[Any]] = {
    EntryKind.SEGMENT_LOGGED: LoggedSegment,
    EntryKind.CAMPAIGN_ENTRY_MADE: CampaignEntry,
    EntryKind.INTERACTION_LOGGED: Interaction,
    EntryKind.INTERACTION_REVISED: Revised,
    EntryKind.INTERACTION_DROPPED: Dropped,
    EntryKind.INTERACTION_EVALUATED: Evaluated,
    EntryKind.INTERACTION_COMMENTED: Commented,
    EntryKind.ATTEMPT_NOTED: AttemptNoted,
    EntryKind.OPPORTUNITY_LINKED: OpportunityLinked,
    EntryKind.DELIVERY_RECORDED: DeliveryRecorded,
    EntryKind.CANCELED: Canceled,
    EntryKind.UNCANCELED: Uncanceled,
    EntryKind.DELETED: Deleted,
    EntryKind.PERSON_ERASED: PersonErased,
    EntryKind.CONTACT_MARKED: ContactMarked,
    EntryKind.ADDRESS_MARKED: AddressMarked,
    EntryKind.CONSENT_RECORDED: ConsentRecorded,
    EntryKind.CONTACT_HELD_BACK: HeldBackContact,
    EntryKind.PLAN_APPROVED: PlanApproved,
    EntryKind.APPROVAL_SET: ApprovalSet,
    EntryKind.CONTACT_RENUMBERED: ContactRenumbered,
    EntryKind.CONTACT_MERGED: ContactMerged,
    EntryKind.TEXTS_ERASED: TextsErased,
}
_KINDS = {cls: kind for kind, cls in _CLASSES.items()}

_OF_INTERACTION = frozenset(
    {
        "description",
        "subject",
        "attachment",
        "attachment_name",
        "contact_via",
        "delivery_error",
        "merge_data",
        "extra",
    }
)
PERSONAL: Mapping[type[Any], frozenset[str]] = {
    LoggedSegment: frozenset({"description", "reason", "extra"}),
    CampaignEntry: frozenset({"description", "extra"}),
    Interaction: _OF_INTERACTION,
    Revised: _OF_INTERACTION,
    Commented: frozenset({"text"}),
    DeliveryRecorded: frozenset({"reason"}),
    ContactMarked: frozenset({"reason"}),
    AddressMarked: frozenset({"address", "reason"}),
    ConsentRecorded: frozenset({"text", "source"}),
    HeldBackContact: frozenset({"extra"}),
}
"""Fields that may contain personal content. They are kept apart, so that they can be erased."""

_NOTHING: frozenset[str] = frozenset()

SALT = "salt"
"""The name of the salt in personal content. Without a salt, short texts could be guessed."""


def kind_of(happening: Happening) -> EntryKind:
    """The kind of entry that records a happening."""
    return _KINDS[type(happening)]


def contents_of(
    items: Columns[Interaction], salts: Iterable[str]
) -> tuple[Sequence[str], Sequence[str | None]]:
    """The stored forms of many interactions: their facts and their personal contents."""
    names = attrs.fields_dict(Interaction).keys() - {"entry_no"}
    facts = fragments(items, names - _OF_INTERACTION)
    salted = [f',"{SALT}":"{salt}"' for salt in islice(salts, len(items))]
    personal = [
        f"{{{said[1:]}}}" if said != salt else None
        for said, salt in zip(
            fragments(items, _OF_INTERACTION, {SALT: salted}), salted, strict=True
        )
    ]
    return [f"{{{fact[1:]}}}" for fact in facts], personal


def content_of(happening: Happening, salt: str) -> tuple[str, str | None]:
    """The stored form of a happening: its facts, and its personal content with a salt.

    The personal content is ``None`` if there is none.
    """
    facts = to_data(happening.interaction if isinstance(happening, Revised) else happening)
    number = facts.pop("entry_no", 0)
    if isinstance(happening, Revised):
        facts["interaction_no"] = number
    apart = PERSONAL.get(type(happening), _NOTHING) & facts.keys()
    said = {name: facts.pop(name) for name in apart}
    return to_json(facts), to_json({**said, SALT: salt}) if said else None


def from_content(number: int, kind: EntryKind, content: Mapping[str, Any]) -> Happening:
    """A happening from its stored form.

    Args:
        number: The entry's number, which is also the number of the record that it makes.
        kind: What the entry records.
        content: The facts, and the personal content unless it was erased.

    Raises:
        InvalidValue: The content is not that of a happening of this kind.
    """
    cls = _CLASSES[kind]
    if cls is Revised:
        interaction_no = content.get("interaction_no", 0)
        rest = {name: value for name, value in content.items() if name != "interaction_no"}
        return Revised(from_data(Interaction, {**rest, "entry_no": interaction_no}))
    if cls in {LoggedSegment, CampaignEntry, Interaction, HeldBackContact}:
        content = {**content, "entry_no": number}
    happening: Happening = from_data(cls, content)
    return happening
