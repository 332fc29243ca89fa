"""A segment's header: the default values for its lines.

This module knows templates, whose values the header copies. It does not know lines.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated

import attrs

from segmentation.code_tables import Language, Salesperson
from segmentation.contacts import CorrespondenceType
from segmentation.experiments import Split, arms_from_text
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
from segmentation.setup import SeriesCode
from segmentation.templates import (
    CampaignNo,
    GroupCode,
    InformationFlow,
    InitiatedBy,
    InteractionTemplate,
    TemplateCode,
    TemplateLanguage,
)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SegmentHeader(
    Record,
    table="segment_header",
    key=("no",),
    shown=("no", "description", "date", "interaction_template_code"),
):
    """A segment's defaults for its lines.

    Attributes:
        no_series: The number series that ``no`` was taken from, empty if it was given by hand.
        ignore_contact_corres_type: Whether the default has priority over the contact's wish.
        send_word_docs_as_attachment: Whether letters made in Word are attached to their mails,
            and not used as the body.
        attachment: The SHA-256 of the text in the default language, or empty.
        saved_criteria_code: The saved criteria that a refresh runs, or empty.
        split_arms: The arms that the contacts are divided into when it is logged, with their
            weights: ``letter 40, mail 40, control 20``; empty for none.
        split_seed: What the contacts' numbers are hashed with to divide them; the segment's
            number if empty.
        held_back_arm: The arm whose contacts get nothing, or empty.
        repeat: The date formula by which it is logged again and again (``1W``), or empty.
        next_run: The day on which it is due next; never if blank.
        leave_out_written_to: Whether those are left out whom a segment of the same chain wrote to.
        chain_no: The first segment of the chain that repeating made, or empty.
    """

    no: Code
    no_series: SeriesCode = ""
    description: Text = ""
    campaign_no: CampaignNo = ""
    campaign_target: bool = False
    campaign_response: bool = False
    salesperson_code: Salesperson = ""
    date: dt.date | None = None
    interaction_template_code: TemplateCode = ""
    interaction_group_code: GroupCode = ""
    language_code_default: Language = ""
    subject_default: Text = ""
    correspondence_type_default: CorrespondenceType = attrs.field(
        default=CorrespondenceType.BLANK, converter=to_option
    )
    ignore_contact_corres_type: bool = False
    unit_cost: Decimal = Decimal(0)
    unit_duration_min: Decimal = Decimal(0)
    information_flow: InformationFlow = attrs.field(
        default=InformationFlow.BLANK, converter=to_option
    )
    initiated_by: InitiatedBy = attrs.field(default=InitiatedBy.BLANK, converter=to_option)
    send_word_docs_as_attachment: Annotated[bool, AlsoCalled("send_word_docs_as_attmt")] = False
    word_template_code: LongCode = ""
    attachment: LongText = ""
    saved_criteria_code: Annotated[ShortCode, RefersTo("saved_segment_criteria")] = ""
    split_arms: LongText = ""
    split_seed: Text = ""
    held_back_arm: Text = ""
    repeat: ShortCode = ""
    next_run: dt.date | None = None
    leave_out_written_to: bool = False
    chain_no: Code = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)

    @property
    def split(self) -> Split | None:
        """How the contacts are divided into arms, if they are.

        Raises:
            InvalidValue: What stands in the fields is no split.
        """
        if not self.split_arms:
            return None
        return Split(
            arms=arms_from_text(self.split_arms),
            seed=self.split_seed or self.no,
            held_back_arm=self.held_back_arm,
        )

    def with_template(
        self, template: InteractionTemplate | None, languages: Sequence[TemplateLanguage] = ()
    ) -> "SegmentHeader":
        """The header with the values of another template.

        The template's campaign replaces the header's if it has one. If the template is removed,
        its values are removed too, except for the campaign.
        """
        values = template or InteractionTemplate(
            code="", correspondence_type_default=CorrespondenceType.BLANK
        )
        header = attrs.evolve(
            self,
            interaction_template_code=values.code,
            interaction_group_code=values.interaction_group_code,
            unit_cost=values.unit_cost,
            unit_duration_min=values.unit_duration_min,
            information_flow=values.information_flow,
            initiated_by=values.initiated_by,
            campaign_no=values.campaign_no or self.campaign_no,
            campaign_target=values.campaign_target,
            campaign_response=values.campaign_response,
            language_code_default=values.language_code_default,
            correspondence_type_default=values.correspondence_type_default,
            ignore_contact_corres_type=values.ignore_contact_corres_type,
            word_template_code=values.word_template_code,
        )
        return header.with_texts(languages)

    def with_texts(self, texts: Iterable[TemplateLanguage]) -> "SegmentHeader":
        """The header with subject and attachment of the text in its default language."""
        code = self.language_code_default
        default = next((text for text in texts if text.language_code == code), None)
        return attrs.evolve(
            self,
            subject_default=default.subject if default else "",
            attachment=default.attachment if default else "",
        )
