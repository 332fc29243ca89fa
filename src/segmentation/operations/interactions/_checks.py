"""What is wrong with an interaction that is to be recorded: all of it at once."""

from collections.abc import Iterator

from segmentation.campaigns import Campaign
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import CorrespondenceType
from segmentation.errors import Fault, Message, Rejected
from segmentation.fields import Record, misfits, mistyped
from segmentation.interactions import Interaction
from segmentation.protocols import Store
from segmentation.templates import InteractionTemplate, WizardAction

# -- checks ---------------------------------------------------------------------------------


def check_interaction(store: Store, draft: Interaction, *, needs_text: bool = True) -> None:
    """See whether an interaction can be recorded.

    Args:
        store: Where contacts, templates, salespersons and campaigns are.
        draft: The interaction.
        needs_text: An e-mail needs an attachment or a Word template.

    Raises:
        Rejected: Everything that is wrong: contact, template, salesperson, date, description,
            attachment, then the rest.
    """
    faults = [
        *_contact_faults(store, draft),
        *_reference_faults(store, draft, "interaction_template_code", InteractionTemplate),
        *_reference_faults(store, draft, "salesperson_code", SalespersonPurchaser),
        *_blank_faults(draft, "date", "description"),
        *(_text_faults(store, draft) if needs_text else ()),
        *_further_faults(store, draft),
    ]
    if faults:
        raise Rejected(Message("interaction with contact {no!r}", no=draft.contact_no), faults)


_PLACE = "interaction"


def _contact_faults(store: Store, draft: Interaction) -> Iterator[Fault]:
    found = store.contacts.get_many([draft.contact_no])
    if not draft.contact_no:
        yield Fault(_PLACE, "contact_no", "is blank; choose a contact")
    elif not found:
        yield Fault(
            _PLACE, "contact_no", Message("{value!r} does not exist", value=draft.contact_no)
        )
    elif found[0].privacy_blocked:
        reason = Message("{no} is blocked for privacy", no=draft.contact_no)
        yield Fault(_PLACE, "contact_no", reason)
    elif not found[0].may_be_contacted:
        reason = Message("{no} is a minor without consent", no=draft.contact_no)
        yield Fault(_PLACE, "contact_no", reason)


def _reference_faults(
    store: Store, draft: Interaction, field: str, kind: type[Record], *, needed: bool = True
) -> Iterator[Fault]:
    value = getattr(draft, field)
    if not value:
        if needed:
            yield Fault(_PLACE, field, "is blank")
    elif store.records.find(kind, value) is None:
        yield Fault(_PLACE, field, Message("{value!r} does not exist", value=value))


def _blank_faults(draft: Interaction, *fields: str) -> Iterator[Fault]:
    for field in fields:
        if not getattr(draft, field):
            yield Fault(_PLACE, field, "is blank")


def _text_faults(store: Store, draft: Interaction) -> Iterator[Fault]:
    if draft.attachment or draft.word_template_code:
        return
    template = store.records.find(InteractionTemplate, draft.interaction_template_code)
    if template and template.wizard_action is WizardAction.OPEN:
        yield Fault(_PLACE, "attachment", "is missing, and the template says to open it")
    if draft.correspondence_type is CorrespondenceType.EMAIL:
        yield Fault(_PLACE, "attachment", "is missing: an e-mail needs one, or a Word template")


def _further_faults(store: Store, draft: Interaction) -> Iterator[Fault]:
    yield from _reference_faults(store, draft, "campaign_no", Campaign, needed=False)
    for field, reason in (*misfits(draft), *mistyped(draft)):
        yield Fault(_PLACE, field, reason)
