"""Interactions: what took place with a contact, as it is recorded for good.

An interaction is one value, complete in itself: it repeats what it took from contact, segment
and template, so that it says the same in ten years. What happens to it later (an evaluation,
a comment, a cancellation) is recorded beside it, see `segmentation.journal`.
"""

import datetime as dt
from decimal import Decimal
from typing import Annotated

import attrs

from .codes import Option
from .contacts import ContactNo, CorrespondenceType, Language, Salesperson
from .fields import (
    AlsoCalled,
    Code,
    Extra,
    LongCode,
    LongText,
    Record,
    RefersTo,
    ShortCode,
    Text,
    with_converters,
)
from .templates import CampaignNo, GroupCode, InformationFlow, InitiatedBy, TemplateCode


class Evaluation(Option):
    """How an interaction went."""

    BLANK = ""
    VERY_POSITIVE = "very_positive"
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    VERY_NEGATIVE = "very_negative"


class DocumentType(Option):
    """The kind of a host's document that an interaction records."""

    BLANK = ""
    SALES_QUOTE = "sales_quote"
    SALES_BLANKET_ORDER = "sales_blanket_order"
    SALES_ORDER_CONFIRMATION = "sales_order_confirmation"
    SALES_INVOICE = "sales_invoice"
    SALES_SHIPMENT_NOTE = "sales_shipment_note"
    SALES_CREDIT_MEMO = "sales_credit_memo"
    SALES_STATEMENT = "sales_statement"
    SALES_REMINDER = "sales_reminder"
    SERVICE_ORDER_CREATED = "service_order_created"
    SERVICE_ORDER_POSTED = "service_order_posted"
    PURCHASE_QUOTE = "purchase_quote"
    PURCHASE_BLANKET_ORDER = "purchase_blanket_order"
    PURCHASE_ORDER = "purchase_order"
    PURCHASE_INVOICE = "purchase_invoice"
    PURCHASE_RECEIPT = "purchase_receipt"
    PURCHASE_CREDIT_MEMO = "purchase_credit_memo"
    COVER_SHEET = "cover_sheet"
    SALES_RETURN_ORDER = "sales_return_order"
    SALES_FINANCE_CHARGE_MEMO = "sales_finance_charge_memo"
    SALES_RETURN_RECEIPT = "sales_return_receipt"
    PURCHASE_RETURN_SHIPMENT = "purchase_return_shipment"
    PURCHASE_RETURN_ORDER_CONFIRMATION = "purchase_return_order_confirmation"
    SERVICE_CONTRACT = "service_contract"
    SERVICE_CONTRACT_QUOTE = "service_contract_quote"
    SERVICE_QUOTE = "service_quote"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Interaction(Record, table="interaction_log_entry", key=("entry_no",)):
    """One interaction with one contact, as recorded.

    Attributes:
        entry_no: Number of the journal entry that records it; 0 before it is recorded.
        logged_segment_entry_no: Entry number of the logged segment that it belongs to; 0 if none.
        campaign_entry_no: Entry number of the campaign entry that counts it; 0 if none.
        attempt_failed: The contact was not reached.
        postponed: Put off half filled in; counts nowhere.
        canceled: Cancelled, by itself or with its logged segment or campaign entry.
    """

    entry_no: int = 0
    contact_no: ContactNo = ""
    contact_company_no: ContactNo = ""
    contact_alt_address_code: ShortCode = ""
    date: dt.date | None = None
    time_of_interaction: dt.time | None = None
    description: Text = ""
    subject: Text = ""
    interaction_group_code: GroupCode = ""
    interaction_template_code: TemplateCode = ""
    interaction_language_code: Language = ""
    cost: Annotated[Decimal, AlsoCalled("cost_lcy")] = Decimal(0)
    duration_min: Decimal = Decimal(0)
    information_flow: InformationFlow = InformationFlow.BLANK
    initiated_by: InitiatedBy = InitiatedBy.BLANK
    evaluation: Evaluation = Evaluation.BLANK
    attempt_failed: bool = False
    salesperson_code: Salesperson = ""
    campaign_no: CampaignNo = ""
    campaign_entry_no: int = 0
    campaign_target: bool = False
    campaign_response: bool = False
    segment_no: Code = ""
    logged_segment_entry_no: int = 0
    correspondence_type: CorrespondenceType = CorrespondenceType.BLANK
    document_type: DocumentType = DocumentType.BLANK
    document_no: Code = ""
    opportunity_no: Annotated[Code, RefersTo("opportunity")] = ""
    attachment: LongText = ""
    attachment_name: Text = ""
    word_template_code: LongCode = ""
    user_id: LongText = ""
    postponed: bool = False
    canceled: bool = False
    extra: Extra = ()
