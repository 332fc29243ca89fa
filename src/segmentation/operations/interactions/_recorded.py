"""What a host does, recorded as interactions: phone calls, mails and documents.

The template set-up says which template records which kind. Where it names none, or where no
contact is found, a document is not recorded, and the caller is told so.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Unpack

import attrs

from segmentation.codes import Option, to_code
from segmentation.contacts import Contact, ContactBusinessRelation, CorrespondenceType, LinkToTable
from segmentation.documents import Attachment
from segmentation.errors import Fault, InvalidValue, Message, NotFound, Refused
from segmentation.interactions import SETUP_FIELDS, DocumentType, Interaction
from segmentation.operations.context import Context
from segmentation.operations.field_values import CallValues, DocumentValues, MailValues
from segmentation.operations.records import find_record, key_in, require_segment
from segmentation.operations.values import parse_field_values
from segmentation.protocols import Store
from segmentation.segments import SegmentLine
from segmentation.showing import shown_by
from segmentation.tasks import Task
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup, TemplateLanguage

from ._checks import check_interaction, check_record
from ._drafts import compose
from ._record import as_comments, comment_faults, record_interaction


def record_call(
    context: Context,
    contact_no: str | Contact,
    phone_no: str,
    *,
    line: SegmentLine | tuple[str, int] | None = None,
    task: Task | None = None,
    attachment: Path | Attachment | str | None = None,
    comments: Iterable[str] = (),
    **fields: Unpack[CallValues],
) -> Interaction:
    """Record a phone call that was made, with the template that the set-up names for calls.

    Description, salesperson and campaign are those of the line or task, unless given.

    Args:
        context: Store, user, day and clock.
        contact_no: Who was called.
        phone_no: The number that was dialled.
        line: The segment's line that the call was made from, or its segment's number and its
            own; the line stays as it is.
        task: The task that asked for the call.
        attachment: A file that belongs to it: a path, an attachment, or the hash of a stored one.
        comments: Comments on it, in their order.
        **fields: Fields of the interaction: description, evaluation, attempt_failed, ...

    Raises:
        NotFound: There is no such segment or line.
        InvalidValue: Line and task are given together, or are of another contact.
        Refused: The set-up names no template for calls.
        UnknownName: An interaction has no such field, or no caller gives it.
        Rejected: Fields are blank or do not fit: all of them; the number may not be blank.
    """
    context = context.stopped
    store, stamp, texts = context.store, context.stamp, as_comments(comments)
    with store.transaction():
        template_code = _call_template(store)
        taken = _taken(store, contact_no, line, task)
        known = {
            "interaction_template_code": template_code,
            "date": stamp.day,
            "correspondence_type": CorrespondenceType.BLANK,
        }
        given = {**known, **taken, **fields, "contact_via": phone_no}
        own = "" if attachment is None else attachment
        draft, faults = compose(context, contact_no, own, given)
        faults = [*_number_faults(phone_no), *faults, *comment_faults(texts)]
        check_interaction(store, draft, faults, needs_text=False)
        return record_interaction(store, draft, stamp, texts)


def _call_template(store: Store) -> str:
    setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
    if not setup.outg_calls:
        raise Refused(
            "record a call",
            "the template set-up's field outg_calls is blank; name a template in it",
        )
    return setup.outg_calls


def _number_faults(phone_no: object) -> Sequence[Fault]:
    if isinstance(phone_no, str) and phone_no.strip():
        return []
    return [Fault("call", "contact_via", "is blank; a call needs a phone number")]


def _taken(
    store: Store,
    contact_no: str | Contact,
    line: SegmentLine | tuple[str, int] | None,
    task: Task | None,
) -> Mapping[str, object]:
    """What a call takes from the line or the task that it was made from."""
    if line is not None and task is not None:
        reason = Message("is given together with a line; give one of them")
        raise InvalidValue("task", task, reason)
    if line is not None:
        return _filled(_of_line(store, contact_no, line))
    return _filled(_of_task(contact_no, task)) if task is not None else {}


def _of_line(
    store: Store, contact_no: str | Contact, line: SegmentLine | tuple[str, int]
) -> Mapping[str, object]:
    segment_no, line_no = key_in(SegmentLine, line)
    segment = require_segment(store, str(segment_no))
    found = segment.line(line_no)  # type: ignore[arg-type]  # one that is no number is not found
    _same_contact("line", contact_no, found.contact_no)
    return {
        "description": found.description,
        "salesperson_code": found.salesperson_code,
        "campaign_no": found.campaign_no,
        "segment_no": segment.no,
        "line_no": found.line_no,
    }


def _of_task(contact_no: str | Contact, task: Task) -> Mapping[str, object]:
    _same_contact("task", contact_no, task.contact_no)
    return {
        "description": task.description,
        "salesperson_code": task.salesperson_code,
        "campaign_no": task.campaign_no,
        "opportunity_no": task.opportunity_no,
    }


def _filled(values: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in values.items() if value}


def _same_contact(argument: str, contact_no: str | Contact, of: str) -> None:
    (no,) = key_in(Contact, contact_no)
    if of and no != of:
        reason = Message("is not the contact of the {what}, {no}", what=Message(argument), no=of)
        raise InvalidValue("contact_no", no, reason)


def record_mail(
    context: Context,
    contact_no: str | Contact,
    subject: str,
    *,
    attachment: Path | Attachment | str | None = None,
    comments: Iterable[str] = (),
    **fields: Unpack[MailValues],
) -> Interaction:
    """Record a mail that was sent, with the template that the set-up names for mails.

    The mail itself is the host's, so no attachment is asked for.

    Args:
        context: Store, user, day and clock.
        contact_no: Who received it.
        subject: What it is about.
        attachment: A file that belongs to it: a path, an attachment, or the hash of a stored one.
        comments: Comments on it, in their order.
        **fields: Fields of the interaction: description, campaign_no, ...

    Raises:
        Refused: The set-up names no template for mails.
        UnknownName: An interaction has no such field, or no caller gives it.
        Rejected: Fields are blank or do not fit: all of them.
    """
    context = context.stopped
    store, stamp, texts = context.store, context.stamp, as_comments(comments)
    with store.transaction():
        setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
        if not setup.e_mails:
            raise Refused(
                "record a mail",
                "the template set-up's field e_mails is blank; name a template in it",
            )
        known = {
            "interaction_template_code": setup.e_mails,
            "date": stamp.day,
            "correspondence_type": CorrespondenceType.EMAIL,
        }
        given = {**known, **fields, "subject": subject}
        draft, faults = compose(context, contact_no, attachment, given)
        check_interaction(store, draft, [*faults, *comment_faults(texts)], needs_text=False)
        return record_interaction(store, draft, stamp, texts)


class NotRecorded(Option):
    """Why a document was not recorded."""

    BLANK = ""
    NO_TEMPLATE = "no_template"
    NO_CONTACT = "no_contact"
    BLOCKED = "blocked"
    NO_CONSENT = "no_consent"


@shown_by("reason", "interaction")
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
    contact_no: str | Contact = "",
    customer_no: str = "",
    vendor_no: str = "",
    attachment: Path | Attachment | str | None = None,
    **fields: Unpack[DocumentValues],
) -> DocumentRecorded:
    """Record a document of the host.

    Args:
        context: Store, user, day and clock.
        document_type: What kind of document it is.
        document_no: Its number.
        contact_no: Whom it went to or came from; or else one of the next two.
        customer_no: A customer, whose contact is found by its business relation.
        vendor_no: A vendor, likewise.
        attachment: The document itself: a path, an attachment, or the hash of a stored one.
        **fields: Fields of the interaction: description, campaign_no, cost, ...

    Returns:
        The interaction, or why there is none: no template for this kind of document in the
        set-up, no such contact, or one that may not be contacted.

    Raises:
        InvalidValue: Not exactly one of contact, customer and vendor is given; or the kind of
            document is blank.
        Refused: The template has languages, which documents of a host cannot use.
        NotFound: The set-up names a template that is not there.
        UnknownName: An interaction has no such field, or no caller gives it.
        Rejected: There is no such kind of document, or values do not fit their fields: all of
            them.
    """
    context = context.stopped
    store, stamp = context.store, context.stamp
    kind = _kind(document_type)
    with store.transaction():
        setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
        code: str = getattr(setup, SETUP_FIELDS[kind])
        contact = _contact(store, contact_no, customer_no, vendor_no)
        reason = _reason(code, contact)
        if reason or contact is None:
            return DocumentRecorded(reason=reason)
        _check_template(store, code, kind)
        known = {
            "interaction_template_code": code,
            "date": stamp.day,
            **{name: value for name, value in fields.items() if name != "description" or value},
            "document_type": kind,
            "document_no": document_no,
        }
        draft, faults = compose(context, contact, attachment, known)
        if draft.correspondence_type is CorrespondenceType.EMAIL and not contact.e_mail:
            draft = attrs.evolve(draft, correspondence_type=CorrespondenceType.BLANK)
        check_record(store, draft, faults)
        return DocumentRecorded(interaction=record_interaction(store, draft, stamp))


def _kind(document_type: DocumentType | str) -> DocumentType:
    read = parse_field_values(Interaction, {"document_type": document_type})
    kind = DocumentType(read["document_type"])
    if not kind:
        reason = Message("is blank; name the kind of document, such as sales_invoice")
        raise InvalidValue("document_type", document_type, reason)
    return kind


def _contact(
    store: Store, contact_no: str | Contact, customer_no: str, vendor_no: str
) -> Contact | None:
    given = [no for no in (contact_no, customer_no, vendor_no) if no]
    if len(given) != 1:
        reason = Message("give one of contact_no, customer_no and vendor_no")
        raise InvalidValue("contact_no", contact_no, reason)
    if contact_no:
        return find_record(store, Contact, contact_no)
    table, no = LinkToTable.VENDOR, vendor_no
    if customer_no:
        table, no = LinkToTable.CUSTOMER, customer_no
    relations = store.records.all(ContactBusinessRelation, link_to_table=table, no=to_code(no))
    found = next((relation.contact_no for relation in relations), "")
    return find_record(store, Contact, found)


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
        step = Message("record document {kind}", kind=str(kind))
        reason = Message(
            "template {code} has languages, and one for documents may have none", code=code
        )
        raise Refused(step, reason)
