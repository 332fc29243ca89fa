"""Documents of the host as interactions: a posted invoice, a quote sent, a shipment note.

The template set-up says which template records which kind of document. Where it names none,
or where no contact is found, nothing is recorded, and the caller is told so.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from segmentation.codes import Option, to_code
from segmentation.contacts import Contact, ContactBusinessRelation, CorrespondenceType, LinkToTable
from segmentation.criteria import AsOf
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.interactions import DocumentType, Interaction
from segmentation.journal import Happening, Stamp
from segmentation.protocols import Store
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup, TemplateLanguage

from .interacting import draft_interaction, interaction_of, with_campaign_entry
from .recording import record

SETUP_FIELDS: Mapping[DocumentType, str] = {
    DocumentType.SALES_QUOTE: "sales_quotes",
    DocumentType.SALES_BLANKET_ORDER: "sales_blnkt_ord",
    DocumentType.SALES_ORDER_CONFIRMATION: "sales_ord_cnfrmn",
    DocumentType.SALES_INVOICE: "sales_invoices",
    DocumentType.SALES_SHIPMENT_NOTE: "sales_shpt_note",
    DocumentType.SALES_CREDIT_MEMO: "sales_cr_memo",
    DocumentType.SALES_STATEMENT: "sales_statement",
    DocumentType.SALES_REMINDER: "sales_rmdr",
    DocumentType.SERVICE_ORDER_CREATED: "serv_ord_create",
    DocumentType.SERVICE_ORDER_POSTED: "serv_ord_post",
    DocumentType.PURCHASE_QUOTE: "purch_quotes",
    DocumentType.PURCHASE_BLANKET_ORDER: "purch_blnkt_ord",
    DocumentType.PURCHASE_ORDER: "purch_orders",
    DocumentType.PURCHASE_INVOICE: "purch_invoices",
    DocumentType.PURCHASE_RECEIPT: "purch_rcpt",
    DocumentType.PURCHASE_CREDIT_MEMO: "purch_cr_memos",
    DocumentType.COVER_SHEET: "cover_sheets",
    DocumentType.SALES_RETURN_ORDER: "sales_return_order",
    DocumentType.SALES_FINANCE_CHARGE_MEMO: "sales_finance_charge_memo",
    DocumentType.SALES_RETURN_RECEIPT: "sales_return_receipt",
    DocumentType.PURCHASE_RETURN_SHIPMENT: "purch_return_shipment",
    DocumentType.PURCHASE_RETURN_ORDER_CONFIRMATION: "purch_return_ord_cnfrmn",
    DocumentType.SERVICE_CONTRACT: "service_contract",
    DocumentType.SERVICE_CONTRACT_QUOTE: "service_contract_quote",
    DocumentType.SERVICE_QUOTE: "service_quote",
}
"""The field of the template set-up for each kind of document."""


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
    store: Store,
    document_type: DocumentType | str,
    document_no: str,
    stamp: Stamp,
    *,
    as_of: AsOf,
    contact_no: str = "",
    customer_no: str = "",
    vendor_no: str = "",
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> DocumentRecorded:
    """Record a document of the host.

    Args:
        store: Where everything is kept.
        document_type: What kind of document it is.
        document_no: Its number.
        stamp: When and by whom it is recorded; the interaction's date is its day.
        as_of: The user at work.
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
    kind = _kind(document_type)
    with store.transaction():
        setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
        code: str = getattr(setup, SETUP_FIELDS[kind])
        contact = _contact(store, contact_no, customer_no, vendor_no)
        reason = _reason(code, contact)
        if reason or contact is None:
            return DocumentRecorded(reason=reason)
        _check_template(store, code, kind)
        known = {"document_type": kind, "document_no": document_no, "date": stamp.at.date()}
        filled = {name: value for name, value in given.items() if name != "description" or value}
        draft = draft_interaction(
            store, contact.no, code, as_of=as_of, at=stamp.at, **known | filled
        )
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
