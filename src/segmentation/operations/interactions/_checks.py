"""What is wrong with an interaction that is to be recorded: all of it at once."""

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from typing import cast

from segmentation.campaigns import Campaign
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.errors import Fault, Message, NotFound, Rejected
from segmentation.fields import Record, RecordT, fields_of, fits_plainly, misfits, mistyped
from segmentation.interactions import Interaction
from segmentation.operations.checks import Placed, extra_faults
from segmentation.operations.field_values import InteractionDraftValues
from segmentation.protocols import Store
from segmentation.templates import InteractionTemplate, WizardAction

PLACE = "interaction"
"""Where faults of one interaction are."""


def check_interaction(
    store: Store, draft: Interaction, known: Sequence[Fault] = (), *, needs_text: bool = True
) -> None:
    """See whether an interaction can be recorded.

    Args:
        store: Where contacts, templates, salespersons and campaigns are.
        draft: The interaction.
        known: What is known to be wrong already; nothing more is told of its fields.
        needs_text: An e-mail needs an attachment or a Word template.

    Raises:
        Rejected: Everything that is wrong: what is known, then contact, template, salesperson,
            date, description, attachment, then the rest.
    """
    lookups = Lookups(store, [draft])
    refuse(draft, with_known(known, interaction_faults(lookups, draft, needs_text=needs_text)))


def check_record(store: Store, draft: Interaction, known: Sequence[Fault] = ()) -> None:
    """See whether an interaction can be stored, though it may lack what a person would give.

    Raises:
        Rejected: Everything that is wrong.
    """
    refuse(draft, with_known(known, _further_faults(Lookups(store, [draft]), draft)))


def refuse(draft: Interaction, faults: Sequence[Fault]) -> None:
    """Raise what is wrong with an interaction, if anything is.

    Raises:
        Rejected: There are faults.
    """
    if faults:
        raise Rejected(Message("interaction with contact {no!r}", no=draft.contact_no), faults)


def with_known(known: Sequence[Fault], found: Iterable[Fault]) -> Sequence[Fault]:
    """Faults that are known, and those that are found of other fields."""
    told = {fault.field for fault in known}
    return [*known, *(fault for fault in found if fault.field not in told)]


class Lookups:
    """What interactions refer to, each looked up once for all that are checked together.

    Args:
        store: Where it is.
        drafts: The interactions; their contacts are asked for in one question.
    """

    def __init__(self, store: Store, drafts: Iterable[Interaction]) -> None:
        self._store = store
        asked = list(dict.fromkeys(draft.contact_no for draft in drafts if draft.contact_no))
        self._contacts = {contact.no: contact for contact in store.contacts.get_many(asked)}
        self._found: dict[tuple[type[Record], str | int], Record | None] = {}

    def contact(self, no: str) -> Contact | None:
        """The contact of one of the interactions."""
        return self._contacts.get(no)

    def find(self, kind: type[RecordT], code: str | int) -> RecordT | None:
        """The record with this code."""
        if (kind, code) not in self._found:
            self._found[kind, code] = self._store.records.find(kind, code)
        return cast("RecordT | None", self._found[kind, code])

    def extra_faults(self, draft: Interaction) -> Iterator[Fault]:
        """What is wrong with the host's fields of an interaction."""
        return extra_faults(self._store, [Placed(PLACE, draft)])


def interaction_faults(
    lookups: Lookups, draft: Interaction, *, needs_text: bool = True
) -> Iterator[Fault]:
    """What is wrong with an interaction, in the order of the form."""
    yield from _contact_faults(lookups, draft)
    yield from _reference_faults(lookups, draft, "interaction_template_code", InteractionTemplate)
    yield from _reference_faults(lookups, draft, "salesperson_code", SalespersonPurchaser)
    yield from _blank_faults(draft, "date", "description")
    if needs_text:
        yield from _text_faults(lookups, draft)
    yield from _further_faults(lookups, draft)


def missing_attachments(store: Store, drafts: Iterable[Interaction]) -> Collection[str]:
    """The hashes that drafts name and under which nothing is stored; each is looked up once."""
    named = {draft.attachment for draft in drafts} - {""}
    return {digest for digest in named if not _is_stored(store, digest)}


def _is_stored(store: Store, digest: str) -> bool:
    try:
        store.attachments.get(digest)
    except NotFound:
        return False
    return True


def draft_faults(draft: Interaction, missing: Container[str]) -> Iterator[Fault]:
    """What cannot be wrong with an interaction that was composed here, but with a draft.

    Args:
        draft: The draft, as its caller changed it.
        missing: Hashes under which nothing is stored.
    """
    blank = Interaction()
    for field in fields_of(Interaction):
        if field.name in SET_BY_US and getattr(draft, field.name) != getattr(blank, field.name):
            yield Fault(PLACE, field.name, Message("is set when it is recorded; leave it blank"))
    if draft.attachment in missing:
        reason = Message(
            "nothing is stored under {digest!r}; "
            "give a Path or an Attachment, or the hash of a stored attachment",
            digest=draft.attachment,
        )
        yield Fault(PLACE, "attachment", reason)


SET_BY_US = frozenset(
    {field.name for field in fields_of(Interaction)}
    - {"contact_no", "attachment", *InteractionDraftValues.__annotations__}
)
"""Fields that follow from what happens and are never set by a caller."""


def _contact_faults(lookups: Lookups, draft: Interaction) -> Iterator[Fault]:
    found = lookups.contact(draft.contact_no)
    if not draft.contact_no:
        yield Fault(PLACE, "contact_no", "is blank; choose a contact")
    elif not found:
        yield Fault(
            PLACE, "contact_no", Message("{value!r} does not exist", value=draft.contact_no)
        )
    elif found.privacy_blocked:
        reason = Message("{no} is blocked for privacy", no=draft.contact_no)
        yield Fault(PLACE, "contact_no", reason)
    elif not found.may_be_contacted:
        reason = Message("{no} is a minor without consent", no=draft.contact_no)
        yield Fault(PLACE, "contact_no", reason)


def _reference_faults(
    lookups: Lookups, draft: Interaction, field: str, kind: type[Record], *, needed: bool = True
) -> Iterator[Fault]:
    value = getattr(draft, field)
    if not value:
        if needed:
            yield Fault(PLACE, field, "is blank")
    elif lookups.find(kind, value) is None:
        yield Fault(PLACE, field, Message("{value!r} does not exist", value=value))


def _blank_faults(draft: Interaction, *fields: str) -> Iterator[Fault]:
    for field in fields:
        if not getattr(draft, field):
            yield Fault(PLACE, field, "is blank")


def _text_faults(lookups: Lookups, draft: Interaction) -> Iterator[Fault]:
    if draft.attachment or draft.word_template_code:
        return
    template = lookups.find(InteractionTemplate, draft.interaction_template_code)
    if template and template.wizard_action is WizardAction.OPEN:
        yield Fault(PLACE, "attachment", "is missing, and the template says to open it")
    if draft.correspondence_type is CorrespondenceType.EMAIL:
        yield Fault(PLACE, "attachment", "is missing: an e-mail needs one, or a Word template")


def _further_faults(lookups: Lookups, draft: Interaction) -> Iterator[Fault]:
    yield from _reference_faults(lookups, draft, "campaign_no", Campaign, needed=False)
    yield from _answer_faults(lookups, draft)
    if not fits_plainly(draft):
        for field, reason in (*misfits(draft), *mistyped(draft)):
            yield Fault(PLACE, field, reason)
    yield from lookups.extra_faults(draft)


def _answer_faults(lookups: Lookups, draft: Interaction) -> Iterator[Fault]:
    """Whether the entry that is answered asked the contact, a colleague or the company."""
    number = draft.answers_entry_no
    if not number:
        return
    asked = lookups.find(Interaction, number)
    if asked is None:
        reason = Message("entry {number} is no interaction", number=number)
        yield Fault(PLACE, "answers_entry_no", reason)
    elif (found := lookups.contact(draft.contact_no)) and not _may_answer(found, asked):
        reason = Message(
            "entry {number} is of contact {other}, which is neither {no} nor of its company",
            number=number,
            other=asked.contact_no,
            no=draft.contact_no,
        )
        yield Fault(PLACE, "answers_entry_no", reason)


def _may_answer(contact: Contact, asked: Interaction) -> bool:
    of_asked = {asked.contact_no, asked.contact_company_no} - {""}
    return contact.no in of_asked or contact.company_no in of_asked
