"""Interactions: what took place with a contact, as it is recorded for good.

An interaction is one value, complete in itself: it repeats what it took from contact, segment
and template, so that it says the same in ten years. What happens to it later (an evaluation,
a comment, a cancellation) is recorded beside it, see `segmentation.journal`.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Annotated, Self

import attrs

from .code_tables import Language, Salesperson
from .codes import Option
from .contacts import ContactNo, CorrespondenceType
from .fields import (
    AlsoCalled,
    Code,
    Extra,
    FieldType,
    Length,
    LongCode,
    LongText,
    Record,
    RefersTo,
    ShortCode,
    Text,
    aware,
    to_extra,
    to_option,
    with_converters,
)
from .phrases import phrase
from .showing import shown_by
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


class DeliveryStatus(Option):
    """How far the delivery of an interaction's document has come."""

    BLANK = ""
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    ERROR = "error"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Interaction(
    Record,
    table="interaction_log_entry",
    key=("entry_no",),
    shown=(
        "entry_no",
        "contact_no",
        "date",
        "interaction_template_code",
        "description",
        "postponed",
        "canceled",
    ),
):
    """One interaction with one contact, as recorded.

    Attributes:
        entry_no: Number of the journal entry that records it; 0 before it is recorded.
        logged_segment_entry_no: Entry number of the logged segment that it belongs to; 0 if none.
        campaign_entry_no: Entry number of the campaign entry that counts it; 0 if none.
        line_no: Number of the segment's line that it was logged from; 0 if none.
        attempt_failed: The contact was not reached.
        contact_via: The phone number that was called.
        send_word_docs_as_attachment: A letter made in Word is attached to its mail, and not the
            mail's body.
        postponed: Put off half filled in; counts nowhere.
        canceled: Canceled, by itself or with its logged segment or campaign entry.
        canceled_by: Number of the journal entry that canceled it; 0 if none.
        delivery_error: Why the last delivery failed; empty if it did not.
        delivery_attempts: How often delivery was tried.
        delivered_at: When its document was sent last; it stays when it is sent again.
        delivered_before: When it was sent before that, oldest first, in ISO 8601, parted by blanks.
        merge_data: What its letter was filled with when it was logged, as canonical JSON.
        arm: The arm of its segment's split that the contact was in; empty without a split.
        answers_entry_no: Entry number of the interaction that it answers; 0 if none is named.
        household_entry_no: Entry number of the first interaction of those that have one letter
            together, its own included; 0 if it has its letter for itself.
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
    information_flow: InformationFlow = attrs.field(
        default=InformationFlow.BLANK, converter=to_option
    )
    initiated_by: InitiatedBy = attrs.field(default=InitiatedBy.BLANK, converter=to_option)
    evaluation: Evaluation = attrs.field(default=Evaluation.BLANK, converter=to_option)
    attempt_failed: bool = False
    salesperson_code: Salesperson = ""
    campaign_no: CampaignNo = ""
    campaign_entry_no: int = 0
    campaign_target: bool = False
    campaign_response: bool = False
    segment_no: Code = ""
    line_no: int = 0
    logged_segment_entry_no: int = 0
    correspondence_type: CorrespondenceType = attrs.field(
        default=CorrespondenceType.BLANK, converter=to_option
    )
    document_type: DocumentType = attrs.field(default=DocumentType.BLANK, converter=to_option)
    document_no: Code = ""
    opportunity_no: Annotated[Code, RefersTo("opportunity")] = ""
    contact_via: Annotated[str, FieldType.TEXT, Length(80)] = ""
    send_word_docs_as_attachment: Annotated[bool, AlsoCalled("send_word_docs_as_attmt")] = False
    attachment: LongText = ""
    attachment_name: Text = ""
    word_template_code: LongCode = ""
    user_id: LongText = ""
    postponed: bool = False
    canceled: bool = False
    canceled_by: int = 0
    delivery_status: DeliveryStatus = attrs.field(default=DeliveryStatus.BLANK, converter=to_option)
    delivery_error: LongText = ""
    delivery_attempts: int = 0
    delivered_at: dt.datetime | None = None
    delivered_before: LongText = ""
    merge_data: LongText = ""
    arm: Text = ""
    answers_entry_no: int = 0
    household_entry_no: int = 0
    extra: Extra = attrs.field(default=(), converter=to_extra)

    @property
    def counts(self) -> bool:
        """Whether figures count it: it is neither canceled nor postponed."""
        return not (self.canceled or self.postponed)


@shown_by("entry_no", "contact_no", "correspondence_type", "delivered_at")
@attrs.frozen(kw_only=True)
class Dispatch:
    """What was sent to a contact, or is being sent: as much of an interaction as caps ask for.

    Attributes:
        entry_no: Entry number of the interaction.
        contact_no: The contact.
        correspondence_type: By which way.
        interaction_template_code: The template, which says for what.
        delivered_at: When it was sent last; ``None`` if somebody is about to.
        delivered_before: When it was sent before that, as an interaction has it.
    """

    entry_no: int
    contact_no: str
    correspondence_type: CorrespondenceType
    interaction_template_code: str
    delivered_at: dt.datetime | None
    delivered_before: str = ""

    @classmethod
    def of(cls, interaction: Interaction) -> Self:
        """What an interaction says of it."""
        return cls(**{each.name: getattr(interaction, each.name) for each in attrs.fields(cls)})

    @property
    def moments(self) -> Sequence[dt.datetime]:
        """Each moment at which it was sent, oldest first; none if somebody is about to."""
        return [*_moments(self.delivered_before), self.delivered_at] if self.delivered_at else []


def _moments(text: str) -> Iterator[dt.datetime]:
    """The moments in a text; what is none is passed over, as an audit names it."""
    for word in text.split():
        with suppress(ValueError):
            yield aware(dt.datetime.fromisoformat(word))


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class DeliveryClaim(
    Record, table="delivery_claim", key=("entry_no",), shown=("entry_no", "worker", "until")
):
    """Who is delivering an interaction's document, or until when it is left alone.

    Attributes:
        entry_no: Entry number of the interaction.
        worker: Who took it up; empty if it waits for another attempt.
        until: Before this moment nobody else takes it up.
    """

    entry_no: int
    worker: LongText = ""
    until: dt.datetime


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class InteractionComment(
    Record,
    table="interaction_comment",
    key=("entry_no",),
    shown=("entry_no", "interaction_no", "date", "text"),
):
    """A comment on an interaction.

    Attributes:
        entry_no: Number of the journal entry that records it.
        interaction_no: Entry number of the interaction.
        date: The day that the comment is of.
        user_id: Who wrote it.
    """

    entry_no: int = 0
    interaction_no: int = 0
    date: dt.date | None = None
    text: LongText = ""
    user_id: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


class Dimension(Option):
    """What totals are kept by; those of campaigns are kept apart."""

    TEMPLATE = "template"
    GROUP = "group"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class InteractionTotal(
    Record,
    table="interaction_total",
    key=("dimension", "code", "date"),
    shown=("dimension", "code", "date", "interactions", "cost", "targets", "responses"),
):
    """The figures of one day for one template or group.

    Kept up to date entry by entry, without canceled and postponed interactions; days add up
    to any range of dates.

    Attributes:
        code: Code of the template or group.
        interactions: How many there are.
        cost: What they cost, in the currency of the host.
        duration_min: How long they took, in minutes.
        targets: How many are marked campaign target.
        responses: How many are marked campaign response.
    """

    dimension: Dimension = attrs.field(converter=to_option)
    code: Code
    date: dt.date
    interactions: int = 0
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)
    targets: int = 0
    responses: int = 0


def title_of(
    interaction: Interaction,
    *,
    template: str,
    contact: str = "",
    sender: str = "",
    language: str = "en",
) -> str:
    """What an interaction is called in a list: what it was, and from or by whom.

    Args:
        interaction: The interaction.
        template: The description of its template.
        contact: The contact's name, for what came in.
        sender: The salesperson's name, or else the user's, for what went out.
        language: The language of the words between.

    >>> letter = Interaction(information_flow="inbound")
    >>> title_of(letter, template="Letter", contact="Anna Berg")
    'Letter, from Anna Berg'
    """
    what = template or interaction.description
    match interaction.information_flow:
        case InformationFlow.INBOUND if contact:
            return phrase("from", language, what=what, who=contact)
        case InformationFlow.OUTBOUND if sender:
            return phrase("by", language, what=what, who=sender)
        case _:
            return what
