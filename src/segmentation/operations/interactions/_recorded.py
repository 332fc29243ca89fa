"""What a host does, recorded as interactions: phone calls, mails and documents.

The template set-up says which template records which kind. Where it names none, or where no
contact is found, a document is not recorded, and the caller is told so.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from segmentation.codes import Option, to_code
from segmentation.contacts import Contact, ContactBusinessRelation, CorrespondenceType, LinkToTable
from segmentation.errors import Fault, InvalidValue, NotFound, Refused, Rejected
from segmentation.interactions import SETUP_FIELDS, DocumentType, Interaction
from segmentation.journal import Happening, Stamp
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.records import require_segment
from segmentation.protocols import Store
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup, TemplateLanguage

from ._checks import check_interaction
from ._drafts import draft_interaction, interaction_of, record_interaction, with_campaign_entry


def record_call(
    context: Context,
    contact_no: str,
    phone_no: str,
    *,
    comments: Iterable[str] = (),
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> Interaction:
    """Record a phone call that was made, with the template that the set-up names for calls.

    Args:
        context: Store, user, day and clock.
        contact_no: Who was called.
        phone_no: The number that was dialled.
        comments: Comments on it.
        **given: Fields that the caller sets: description, evaluation, attempt_failed, ...

    Raises:
        Refused: The set-up names no template for calls.
        Rejected: Fields are blank or do not fit: all of them; the number may not be blank.
    """
    store = context.store
    stamp = context.stamp
    setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
    if not setup.outg_calls:
        raise Refused("record a call", "the template set-up's field outg_calls is blank")
    defaults = {
        "date": stamp.day,
        "correspondence_type": CorrespondenceType.BLANK,
        "attachment": "",
        "attachment_name": "",
    }
    with store.transaction():
        draft = draft_interaction(
            context, contact_no, setup.outg_calls, **defaults | given | {"contact_via": phone_no}
        )
        try:
            check_interaction(store, draft, needs_text=False)
        except Rejected as error:
            raise Rejected(
                error.what, [*_number_faults(draft.contact_via), *error.faults]
            ) from None
        if faults := list(_number_faults(draft.contact_via)):
            raise Rejected("call", faults)
        return record_interaction(store, draft, stamp, comments)


def _number_faults(phone_no: str) -> Iterator[Fault]:
    if not phone_no.strip():
        yield Fault("call", "contact_via", "is blank; a call needs a phone number")


def record_call_of_line(
    context: Context,
    segment_no: str,
    line_no: int,
    phone_no: str,
    *,
    comments: Iterable[str] = (),
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> Interaction:
    """Record a phone call made from a segment's line; the line stays as it is.

    Description, salesperson and campaign are the line's, unless given.

    Raises:
        NotFound: There is no such segment or line.
        Refused: The set-up names no template for calls.
        Rejected: As for `record_call`.
    """
    store = context.store
    with store.transaction():
        lines = require_segment(store, segment_no).lines
        line = next((line for line in lines if line.line_no == line_no), None)
        if line is None:
            raise NotFound("segment line", f"{segment_no} {line_no}")
        taken = {
            "description": line.description,
            "salesperson_code": line.salesperson_code,
            "campaign_no": line.campaign_no,
            "segment_no": segment_no,
            "line_no": line_no,
        }
        filled = {name: value for name, value in taken.items() if value}
        return record_call(context, line.contact_no, phone_no, comments=comments, **filled | given)


def record_mail(
    context: Context,
    contact_no: str,
    subject: str,
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> Interaction:
    """Record a mail that was sent, with the template that the set-up names for mails.

    The mail itself is the host's, so no attachment is asked for.

    Args:
        context: Store, user, day and clock.
        contact_no: Who received it.
        subject: What it is about.
        **given: Fields that the caller sets: description, campaign_no, ...

    Raises:
        Refused: The set-up names no template for mails.
        Rejected: Fields are blank or do not fit: all of them.
    """
    store = context.store
    stamp = context.stamp
    setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
    if not setup.e_mails:
        raise Refused("record a mail", "the template set-up's field e_mails is blank")
    known = {
        "date": stamp.day,
        "subject": subject,
        "correspondence_type": CorrespondenceType.EMAIL,
    }
    with store.transaction():
        draft = draft_interaction(context, contact_no, setup.e_mails, **known | given)
        check_interaction(store, draft, needs_text=False)
        return record_interaction(store, draft, stamp, ())


class NotRecorded(Option):
    """Why a document was not recorded."""

    BLANK = ""
    NO_TEMPLATE = "no_template"
    NO_CONTACT = "no_contact"
    BLOCKED = "blocked"
    NO_CONSENT = "no_consent"


@attrs.frozen(kw_only=True)
class DocumentRecorded:
    """What came of recording a document.

    Attributes:
        interaction: The interaction; ``None`` if nothing was recorded.
        reason: Why nothing was recorded; blank if something was.
    """

    interaction: Interaction | None = None
    reason: NotRecorded = NotRecorded.BLANK


def record_document(
    context: Context,
    document_type: DocumentType | str,
    document_no: str,
    *,
    contact_no: str = "",
    customer_no: str = "",
    vendor_no: str = "",
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> DocumentRecorded:
    """Record a document of the host.

    Args:
        context: Store, user, day and clock.
        document_type: What kind of document it is.
        document_no: Its number.
        contact_no: Whom it went to or came from; or else one of the next two.
        customer_no: A customer, whose contact is found by its business relation.
        vendor_no: A vendor, likewise.
        **given: Fields that the caller sets: description, campaign_no, cost, ...

    Raises:
        InvalidValue: Not exactly one of contact, customer and vendor is given; or the kind of
            document is none.
        Refused: The template has languages, which documents of a host cannot use.
        NotFound: The set-up names a template that is not there.
    """
    store = context.store
    stamp = context.stamp
    kind = _kind(document_type)
    with store.transaction():
        setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
        code: str = getattr(setup, SETUP_FIELDS[kind])
        contact = _contact(store, contact_no, customer_no, vendor_no)
        reason = _reason(code, contact)
        if reason or contact is None:
            return DocumentRecorded(reason=reason)
        _check_template(store, code, kind)
        known = {"document_type": kind, "document_no": document_no, "date": stamp.day}
        filled = {name: value for name, value in given.items() if name != "description" or value}
        draft = draft_interaction(context, contact.no, code, **known | filled)
        if draft.correspondence_type is CorrespondenceType.EMAIL and not contact.e_mail:
            draft = attrs.evolve(draft, correspondence_type=CorrespondenceType.BLANK)
        return DocumentRecorded(interaction=_record(store, draft, stamp))


def _kind(document_type: DocumentType | str) -> DocumentType:
    if document_type not in SETUP_FIELDS:
        raise InvalidValue("document_type", document_type, "is no kind of document")
    return DocumentType(document_type)


def _contact(store: Store, contact_no: str, customer_no: str, vendor_no: str) -> Contact | None:
    given = [no for no in (contact_no, customer_no, vendor_no) if no]
    if len(given) != 1:
        raise InvalidValue("contact_no", given, "give one of contact, customer and vendor")
    if not contact_no:
        table = LinkToTable.CUSTOMER if customer_no else LinkToTable.VENDOR
        relations = store.records.all(
            ContactBusinessRelation, link_to_table=table, no=to_code(given[0])
        )
        contact_no = next((relation.contact_no for relation in relations), "")
    return next(iter(store.contacts.get_many([to_code(contact_no)])), None)


def _reason(template_code: str, contact: Contact | None) -> NotRecorded:
    if not template_code:
        return NotRecorded.NO_TEMPLATE
    if contact is None:
        return NotRecorded.NO_CONTACT
    if contact.privacy_blocked:
        return NotRecorded.BLOCKED
    return NotRecorded.BLANK if contact.may_be_contacted else NotRecorded.NO_CONSENT


def _check_template(store: Store, code: str, kind: DocumentType) -> None:
    if store.records.find(InteractionTemplate, code) is None:
        raise NotFound("interaction template", code)
    if any(store.records.all(TemplateLanguage, interaction_template_code=code)):
        raise Refused(
            f"record {kind}", f"template {code} has languages, and one for documents may have none"
        )


def _record(store: Store, draft: Interaction, stamp: Stamp) -> Interaction:
    made, entry = with_campaign_entry(store, attrs.evolve(draft, user_id=stamp.user), stamp)
    happenings: list[Happening] = [entry, made] if entry else [made]
    return interaction_of(store, record(store, happenings, stamp)[-1])
