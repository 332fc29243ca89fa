"""Interaction templates: what is sent or done, at what cost, in which languages.

A template's texts are attachments, known here by the SHA-256 of their content only: a
thousand copies cost one. Knows nothing of segments.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated

import attrs

from .code_tables import Language, PurposeCode
from .codes import Option, to_code
from .contacts import CorrespondenceType
from .errors import Fault, Message, UnknownName
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
    to_extra,
    to_option,
    with_converters,
)


class InformationFlow(Option):
    """Which way an interaction goes."""

    BLANK = ""
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class InitiatedBy(Option):
    """Who began an interaction."""

    BLANK = ""
    US = "us"
    THEM = "them"


class WizardAction(Option):
    """What is done with a template's attachment when an interaction is made."""

    BLANK = ""
    OPEN = "open"
    IMPORT = "import"
    MERGE = "merge"


_HTML = (".html", ".htm")

TemplateCode = Annotated[ShortCode, RefersTo("interaction_template")]
GroupCode = Annotated[ShortCode, RefersTo("interaction_group")]
CampaignNo = Annotated[Code, RefersTo("campaign")]
Cost = Annotated[Decimal, AlsoCalled("unit_cost_lcy")]


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class InteractionGroup(Record, table="interaction_group", key=("code",)):
    """Templates that belong together, for figures."""

    code: ShortCode
    description: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class InteractionTemplate(Record, table="interaction_template", key=("code",)):
    """A kind of interaction: its values are copied to the segments that choose it.

    Attributes:
        unit_cost: What one interaction costs, in the currency of the host.
        unit_duration_min: How long one takes, in minutes.
        correspondence_type_default: Email, unless said otherwise.
        ignore_contact_corres_type: The default goes before what the contact wishes.
        language_code_default: One of the template's languages, or empty.
        one_mail_per_address: Of several contacts with one mail address the first gets the mail.
        one_letter_per_household: Contacts at one postal address get one letter together.
        purpose_code: What it is for: only who may be written to for it joins, is logged, gets it.
            Empty for none, so that nobody's consent is asked for.
        promotional: It promotes something: who is held out of promotions does not get it.
        answers_within: How long after a contact was asked this kind of interaction answers, as a
            date formula such as ``14D``; empty if it answers only what it names.
        approval_required_from: From how many recipients on a second user must approve what is
            logged with it; 0 for never, 1 for always.
    """

    code: ShortCode
    description: Text = ""
    interaction_group_code: GroupCode = ""
    unit_cost: Cost = Decimal(0)
    unit_duration_min: Decimal = Decimal(0)
    information_flow: InformationFlow = attrs.field(
        default=InformationFlow.BLANK, converter=to_option
    )
    initiated_by: InitiatedBy = attrs.field(default=InitiatedBy.BLANK, converter=to_option)
    campaign_no: CampaignNo = ""
    campaign_target: bool = False
    campaign_response: bool = False
    correspondence_type_default: CorrespondenceType = attrs.field(
        default=CorrespondenceType.EMAIL, converter=to_option
    )
    language_code_default: Language = ""
    ignore_contact_corres_type: bool = False
    wizard_action: WizardAction = attrs.field(default=WizardAction.BLANK, converter=to_option)
    word_template_code: LongCode = ""
    one_mail_per_address: bool = False
    one_letter_per_household: bool = False
    purpose_code: PurposeCode = ""
    promotional: bool = False
    answers_within: ShortCode = ""
    approval_required_from: int = 0
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class TemplateLanguage(
    Record, table="interaction_tmpl_language", key=("interaction_template_code", "language_code")
):
    """A template's text in one language.

    Attributes:
        attachment: SHA-256 of the attachment's content, hexadecimal; empty if none.
        attachment_name: The file name that the attachment came with.
        word_template_code: A Word template instead of an attachment.
    """

    interaction_template_code: TemplateCode
    language_code: Language = ""
    description: Text = ""
    subject: Text = ""
    attachment: LongText = ""
    attachment_name: Text = ""
    word_template_code: LongCode = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)

    @property
    def is_html(self) -> bool:
        """Whether it is the body of a mail, merged for each contact."""
        return bool(self.attachment) and is_html(self.attachment_name)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class WordTemplate(Record, table="word_template", key=("code",)):
    """A mail merge document made in Word, under a code.

    Attributes:
        attachment: SHA-256 of its content, hexadecimal.
        attachment_name: The file name that it came with.
    """

    code: LongCode
    name: Text = ""
    language_code: Language = ""
    attachment: LongText = ""
    attachment_name: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class InteractionTemplateSetup(
    Record,
    table="interaction_template_setup",
    key=(),
    shown=("sales_invoices", "sales_quotes", "e_mails", "cover_sheets", "outg_calls"),
):
    """Which template records which kind of document of the host."""

    sales_invoices: TemplateCode = ""
    sales_cr_memo: TemplateCode = ""
    sales_ord_cnfrmn: TemplateCode = ""
    sales_draft_invoices: TemplateCode = ""
    sales_quotes: TemplateCode = ""
    sales_blnkt_ord: TemplateCode = ""
    sales_shpt_note: TemplateCode = ""
    sales_statement: TemplateCode = ""
    sales_rmdr: TemplateCode = ""
    sales_return_order: TemplateCode = ""
    sales_finance_charge_memo: TemplateCode = ""
    sales_return_receipt: TemplateCode = ""
    purch_invoices: TemplateCode = ""
    purch_cr_memos: TemplateCode = ""
    purch_orders: TemplateCode = ""
    purch_quotes: TemplateCode = ""
    purch_blnkt_ord: TemplateCode = ""
    purch_rcpt: TemplateCode = ""
    purch_return_shipment: TemplateCode = ""
    purch_return_ord_cnfrmn: TemplateCode = ""
    serv_ord_create: TemplateCode = ""
    serv_ord_post: TemplateCode = ""
    e_mails: TemplateCode = ""
    e_mail_draft: TemplateCode = ""
    cover_sheets: TemplateCode = ""
    outg_calls: TemplateCode = ""
    service_contract: TemplateCode = ""
    service_contract_quote: TemplateCode = ""
    service_quote: TemplateCode = ""
    meeting_invitation: TemplateCode = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


def is_html(attachment_name: str) -> bool:
    """Whether an attachment of that file name is the body of a mail, merged for each contact.

    >>> is_html("News.HTML"), is_html("news.docx")
    (True, False)
    """
    return attachment_name.lower().endswith(_HTML)


def with_default_language(
    template: InteractionTemplate, languages: Iterable[TemplateLanguage], language_code: str
) -> InteractionTemplate:
    """The template with another of its languages as the default.

    If that one's attachment is HTML, the wizard action is merge, as nothing else will do; if
    not, merge is taken away. So does Business Central with its report layouts.

    Args:
        template: The template.
        languages: All its languages.
        language_code: The one that becomes the default; empty for none.

    Raises:
        UnknownName: It is none of them.
    """
    code = to_code(language_code)
    texts = {text.language_code: text for text in languages}
    if code and code not in texts:
        where = Message("template {code}", code=template.code)
        raise UnknownName("language", code, known=texts, where=where)
    action = template.wizard_action
    if code and texts[code].is_html:
        action = WizardAction.MERGE
    elif action is WizardAction.MERGE:
        action = WizardAction.BLANK
    return attrs.evolve(template, language_code_default=code, wizard_action=action)


def template_faults(
    template: InteractionTemplate,
    languages: Iterable[TemplateLanguage],
    *,
    records_documents: bool = False,
) -> Iterator[Fault]:
    """What does not go together in a template and its languages.

    Args:
        template: The template.
        languages: All its languages.
        records_documents: Whether the set-up uses it for documents of the host.
    """
    place = Message("template {code}", code=template.code)
    texts = {text.language_code: text for text in languages}
    if records_documents and texts:
        reason = Message("records documents of the host, and may have no languages")
        yield Fault(place, "", reason, "records_documents")
    code = template.language_code_default
    default = texts.get(code)
    if code and default is None:
        reason = Message("{value!r} is none of its languages", value=code)
        yield Fault(place, "language_code_default", reason, "missing_reference")
    for text in texts.values():
        if text.attachment and text.word_template_code:
            yield Fault(
                text_place(text),
                "word_template_code",
                Message("excludes an attachment"),
                "two_texts",
            )
    if template.word_template_code and default and default.attachment:
        reason = Message("excludes the attachment of its language")
        yield Fault(place, "word_template_code", reason, "two_texts")
    yield from _action_faults(template, default, place)


def text_place(text: TemplateLanguage) -> Message:
    """Which of a template's texts it is, for faults."""
    return Message(
        "template {code} in {language}",
        code=text.interaction_template_code,
        language=text.language_code or Message("no language"),
    )


def _action_faults(
    template: InteractionTemplate, default: TemplateLanguage | None, place: Message
) -> Iterator[Fault]:
    """HTML is merged; a Word template is merged or opened; anything else is never merged."""
    if default and default.is_html:
        if template.wizard_action is not WizardAction.MERGE:
            reason = Message("must be merge: its attachment is HTML")
            yield Fault(place, "wizard_action", reason, "wrong_action")
        return
    word = bool(template.word_template_code or (default and default.word_template_code))
    if word and template.wizard_action is WizardAction.IMPORT:
        reason = Message("cannot be import: it has a Word template")
        yield Fault(place, "wizard_action", reason, "wrong_action")
    if default and not word and template.wizard_action is WizardAction.MERGE:
        reason = Message("cannot be merge: it has no Word template")
        yield Fault(place, "wizard_action", reason, "wrong_action")
