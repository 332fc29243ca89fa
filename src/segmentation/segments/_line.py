"""A segment's line, and the terms: the values that a new line takes from segment and contact.

A line has its own copy of all values that its interaction will record. Later changes of header,
template or contact change a line only by a rule of `_changes`. This module does not know other
lines.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, TypedDict

import attrs

from segmentation.code_tables import Language, Salesperson
from segmentation.contacts import AlternativeAddress, ContactNo, CorrespondenceType, active_address
from segmentation.errors import Message
from segmentation.fields import (
    AlsoCalled,
    Code,
    Extra,
    LongCode,
    LongText,
    Record,
    RefersTo,
    ShortCode,
    Text,
    to_extra,
    to_option,
    with_converters,
)
from segmentation.frozen import freeze_within
from segmentation.interactions import Evaluation
from segmentation.serialization import from_data, from_json, to_data, to_json
from segmentation.showing import shown_by
from segmentation.templates import (
    CampaignNo,
    GroupCode,
    InformationFlow,
    InitiatedBy,
    InteractionTemplate,
    TemplateCode,
    TemplateLanguage,
    is_html,
)

from ._header import SegmentHeader
from ._rosters import Joining


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SegmentLine(
    Record,
    table="segment_line",
    key=("segment_no", "line_no"),
    shown=("segment_no", "line_no", "contact_no", "description"),
):
    """A contact of a segment, with the values that its interaction will record.

    Attributes:
        line_no: The number, in steps of ten thousand. It gives the order of the lines.
        time_of_interaction: The minute in which the line was made, unless it was set otherwise.
            Blank if the segment was for another day then, and in older stores.
        attachment: The SHA-256 of the text in the line's language, or empty.
        own_texts: The texts of the line's own template in their stored form, copied when it was
            chosen. Empty if the line uses the segment's texts.
    """

    segment_no: Annotated[Code, RefersTo("segment_header")]
    line_no: int
    contact_no: ContactNo = ""
    contact_company_no: ContactNo = ""
    contact_alt_address_code: ShortCode = ""
    description: Text = ""
    date: dt.date | None = None
    time_of_interaction: dt.time | None = None
    salesperson_code: Salesperson = ""
    campaign_no: CampaignNo = ""
    campaign_target: bool = False
    campaign_response: bool = False
    interaction_template_code: TemplateCode = ""
    interaction_group_code: GroupCode = ""
    unit_cost: Decimal = Decimal(0)
    unit_duration_min: Decimal = Decimal(0)
    information_flow: InformationFlow = attrs.field(
        default=InformationFlow.BLANK, converter=to_option
    )
    initiated_by: InitiatedBy = attrs.field(default=InitiatedBy.BLANK, converter=to_option)
    correspondence_type: CorrespondenceType = attrs.field(
        default=CorrespondenceType.BLANK, converter=to_option
    )
    language_code: Language = ""
    subject: Text = ""
    send_word_docs_as_attachment: Annotated[bool, AlsoCalled("send_word_doc_as_attmt")] = False
    word_template_code: LongCode = ""
    attachment: LongText = ""
    attachment_name: Text = ""
    evaluation: Evaluation = attrs.field(default=Evaluation.BLANK, converter=to_option)
    own_texts: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)

    @property
    def place(self) -> Message:
        """The name of the line in errors."""
        return Message("line {no} (contact {contact})", no=self.line_no, contact=self.contact_no)

    @property
    def texts(self) -> tuple[TemplateLanguage, ...]:
        """The texts of the line's own template, none if it uses the segment's."""
        rows = from_json(self.own_texts) if self.own_texts else ()
        return tuple(from_data(TemplateLanguage, row) for row in rows)

    @property
    def is_html(self) -> bool:
        """Whether the attachment is the body of a mail, with values of the contact filled in."""
        return bool(self.attachment) and is_html(self.attachment_name)

    @property
    def attachments(self) -> frozenset[str]:
        """The hashes of the attachments that the line needs."""
        return frozenset((self.attachment, *(text.attachment for text in self.texts))) - {""}


class TextValues(TypedDict):
    """The fields of a line that depend on its language."""

    language_code: str
    subject: str
    word_template_code: str
    attachment: str
    attachment_name: str


def texts_to_json(texts: Iterable[TemplateLanguage]) -> str:
    """Texts in the stored form of a line, empty if there are none."""
    rows = [to_data(text) for text in texts]
    return to_json(rows) if rows else ""


@shown_by("header", "template", "texts")
@attrs.frozen(field_transformer=freeze_within)
class Terms:
    """The values of a segment that a new line takes, as they are at that moment.

    Attributes:
        header: The segment's header.
        template: The header's template, if it has one.
        texts: The segment's texts by language.
        time_of_interaction: The time of what is made now; None if the segment is for another day.
    """

    header: SegmentHeader
    template: InteractionTemplate | None = None
    texts: Mapping[str, TemplateLanguage] = attrs.field(factory=dict)
    time_of_interaction: dt.time | None = None

    def line(self, contact: Joining, line_no: int, address_code: str = "") -> SegmentLine:
        """A new line for a contact.

        Args:
            contact: The contact.
            line_no: The line's number.
            address_code: The contact's alternative address that is active on the header's date.
        """
        header = self.header
        return SegmentLine(
            segment_no=header.no,
            line_no=line_no,
            contact_no=contact.no,
            contact_company_no=contact.company_no,
            contact_alt_address_code=address_code,
            description=header.description,
            date=header.date,
            time_of_interaction=self.time_of_interaction,
            salesperson_code=header.salesperson_code or contact.salesperson_code,
            campaign_no=header.campaign_no,
            campaign_target=header.campaign_target,
            campaign_response=header.campaign_response,
            interaction_template_code=header.interaction_template_code,
            interaction_group_code=header.interaction_group_code,
            unit_cost=header.unit_cost,
            unit_duration_min=header.unit_duration_min,
            information_flow=header.information_flow,
            initiated_by=header.initiated_by,
            correspondence_type=self.correspondence_type(contact),
            send_word_docs_as_attachment=header.send_word_docs_as_attachment,
            **self.text_values(self.language(contact)),
        )

    def text_values(self, language_code: str) -> TextValues:
        """The values that depend on a language: from the text in it, or else from the header."""
        header, text = self.header, self.texts.get(language_code)
        attachment = text.attachment if text else header.attachment
        own_word_template = text.word_template_code if text else ""
        return {
            "language_code": language_code,
            "subject": text.subject if text else header.subject_default,
            "word_template_code": own_word_template
            or ("" if attachment else header.word_template_code),
            "attachment": attachment,
            "attachment_name": text.attachment_name if text else "",
        }

    @property
    def attachments(self) -> frozenset[str]:
        """The hashes of the attachments that new lines may have."""
        texts = (text.attachment for text in self.texts.values())
        return frozenset((self.header.attachment, *texts)) - {""}

    def language(self, contact: Joining) -> str:
        """The contact's language if the segment has a text in it, or else the header's default."""
        wished = contact.language_code
        return wished if wished in self.texts else self.header.language_code_default

    def correspondence_type(self, contact: Joining) -> CorrespondenceType:
        """The correspondence type of a new line.

        The header's default, if it has priority over the contact's. Or else the template's, if
        that has priority or the contact has none. Or else the contact's own.
        """
        header, template = self.header, self.template
        if header.ignore_contact_corres_type and header.correspondence_type_default:
            return header.correspondence_type_default
        if template and (template.ignore_contact_corres_type or not contact.correspondence_type):
            return template.correspondence_type_default
        return contact.correspondence_type

    def inherited(self, line: SegmentLine) -> bool:
        """Whether the attachment of a line is inherited from segment or template, or empty."""
        own = (text.attachment for text in line.texts)
        return not line.attachment or line.attachment in self.attachments.union(own)


def address_on(addresses: Iterable[AlternativeAddress], on: dt.date | None) -> str:
    """The code of the alternative address that is active on a date, or empty."""
    address = active_address(addresses, on) if on else None
    return address.code if address else ""
