"""The fields of records as callers give them by keyword.

Made from the records by ``tests/support/value_types.py``; not to be changed by hand. What is
given for a field that refers to another record may be that record; dates and times may be texts
in ISO form, and so may numbers; ``None`` and an empty text are the blank of a field.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypedDict

from segmentation.campaigns import Campaign, CampaignStatus
from segmentation.code_tables import (
    BusinessRelation,
    CountryRegion,
    LanguageCode,
    OrganizationalLevel,
    Purpose,
    SalespersonPurchaser,
    Territory,
)
from segmentation.contacts import Contact
from segmentation.fields import Extra, Value
from segmentation.salutations import Salutation
from segmentation.segments import SavedCriteria, SegmentHeader
from segmentation.setup import NumberSeries
from segmentation.templates import InteractionGroup, InteractionTemplate


class ContactValues(TypedDict, total=False):
    """Fields of the table ``contact``."""

    no: str
    type: str
    name: str
    name_2: str
    search_name: str
    first_name: str
    middle_name: str
    surname: str
    initials: str
    job_title: str
    company_no: str | Contact
    company_name: str
    address: str
    address_2: str
    city: str
    post_code: str
    county: str
    country_region_code: str | CountryRegion
    territory_code: str | Territory
    currency_code: str
    language_code: str | LanguageCode
    format_region: str
    time_zone: str
    salesperson_code: str | SalespersonPurchaser
    phone_no: str
    mobile_phone_no: str
    e_mail: str
    e_mail_2: str
    home_page: str
    vat_registration_no: str
    registration_number: str
    external_id: str
    organizational_level_code: str | OrganizationalLevel
    salutation_code: str | Salutation
    correspondence_type: str
    exclude_from_segment: bool
    privacy_blocked: bool
    minor: bool
    parental_consent_received: bool
    no_series: str | NumberSeries
    last_modified: datetime | str | None
    extra: Mapping[str, Value] | Extra


class AddressMarkValues(TypedDict, total=False):
    """Fields of the table ``address_mark``."""

    address: str
    state: str
    reason: str
    marked_at: datetime | str | None
    entry_no: int
    key_id: str


class ConsentValues(TypedDict, total=False):
    """Fields of the table ``consent``."""

    entry_no: int
    contact_no: str
    purpose_code: str | Purpose
    channel: str
    act: str
    date: datetime | str | None
    until: date | str | None
    text: str
    source: str
    gone_no: str
    gone_entry_no: int
    recorded_at: datetime | str | None
    user_id: str


class CampaignValues(TypedDict, total=False):
    """Fields of the table ``campaign``."""

    no: str
    description: str
    starting_date: date | str | None
    ending_date: date | str | None
    salesperson_code: str | SalespersonPurchaser
    status_code: str | CampaignStatus
    no_series: str | NumberSeries
    last_modified: datetime | str | None
    extra: Mapping[str, Value] | Extra


class InteractionTemplateValues(TypedDict, total=False):
    """Fields of the table ``interaction_template``."""

    code: str
    description: str
    interaction_group_code: str | InteractionGroup
    unit_cost: Decimal | float | str
    unit_duration_min: Decimal | float | str
    information_flow: str
    initiated_by: str
    campaign_no: str | Campaign
    campaign_target: bool
    campaign_response: bool
    correspondence_type_default: str
    language_code_default: str | LanguageCode
    ignore_contact_corres_type: bool
    wizard_action: str
    word_template_code: str
    one_mail_per_address: bool
    one_letter_per_household: bool
    purpose_code: str | Purpose
    promotional: bool
    answers_within: str
    approval_required_from: int
    extra: Mapping[str, Value] | Extra


class TemplateLanguageValues(TypedDict, total=False):
    """Fields of the table ``interaction_tmpl_language``."""

    interaction_template_code: str | InteractionTemplate
    language_code: str | LanguageCode
    description: str
    subject: str
    attachment_name: str
    word_template_code: str
    extra: Mapping[str, Value] | Extra


class WordTemplateValues(TypedDict, total=False):
    """Fields of the table ``word_template``."""

    code: str
    name: str
    language_code: str | LanguageCode
    attachment: str
    attachment_name: str
    extra: Mapping[str, Value] | Extra


class InteractionTemplateSetupValues(TypedDict, total=False):
    """Fields of the table ``interaction_template_setup``."""

    sales_invoices: str | InteractionTemplate
    sales_cr_memo: str | InteractionTemplate
    sales_ord_cnfrmn: str | InteractionTemplate
    sales_draft_invoices: str | InteractionTemplate
    sales_quotes: str | InteractionTemplate
    sales_blnkt_ord: str | InteractionTemplate
    sales_shpt_note: str | InteractionTemplate
    sales_statement: str | InteractionTemplate
    sales_rmdr: str | InteractionTemplate
    sales_return_order: str | InteractionTemplate
    sales_finance_charge_memo: str | InteractionTemplate
    sales_return_receipt: str | InteractionTemplate
    purch_invoices: str | InteractionTemplate
    purch_cr_memos: str | InteractionTemplate
    purch_orders: str | InteractionTemplate
    purch_quotes: str | InteractionTemplate
    purch_blnkt_ord: str | InteractionTemplate
    purch_rcpt: str | InteractionTemplate
    purch_return_shipment: str | InteractionTemplate
    purch_return_ord_cnfrmn: str | InteractionTemplate
    serv_ord_create: str | InteractionTemplate
    serv_ord_post: str | InteractionTemplate
    e_mails: str | InteractionTemplate
    e_mail_draft: str | InteractionTemplate
    cover_sheets: str | InteractionTemplate
    outg_calls: str | InteractionTemplate
    service_contract: str | InteractionTemplate
    service_contract_quote: str | InteractionTemplate
    service_quote: str | InteractionTemplate
    meeting_invitation: str | InteractionTemplate
    extra: Mapping[str, Value] | Extra


class InteractionValues(TypedDict, total=False):
    """Fields of the table ``interaction_log_entry``."""

    entry_no: int
    contact_no: str | Contact
    contact_company_no: str | Contact
    contact_alt_address_code: str
    date: date | str | None
    time_of_interaction: time | str | None
    description: str
    subject: str
    interaction_group_code: str | InteractionGroup
    interaction_template_code: str | InteractionTemplate
    interaction_language_code: str | LanguageCode
    cost: Decimal | float | str
    duration_min: Decimal | float | str
    information_flow: str
    initiated_by: str
    evaluation: str
    attempt_failed: bool
    salesperson_code: str | SalespersonPurchaser
    campaign_no: str | Campaign
    campaign_entry_no: int
    campaign_target: bool
    campaign_response: bool
    segment_no: str
    line_no: int
    logged_segment_entry_no: int
    correspondence_type: str
    document_type: str
    document_no: str
    opportunity_no: str
    contact_via: str
    send_word_docs_as_attachment: bool
    attachment: str
    attachment_name: str
    word_template_code: str
    user_id: str
    postponed: bool
    canceled: bool
    canceled_by: int
    delivery_status: str
    delivery_error: str
    delivery_attempts: int
    delivered_at: datetime | str | None
    delivered_before: str
    merge_data: str
    arm: str
    answers_entry_no: int
    household_entry_no: int
    extra: Mapping[str, Value] | Extra


class SegmentHeaderValues(TypedDict, total=False):
    """Fields of the table ``segment_header``."""

    no: str
    no_series: str | NumberSeries
    description: str
    campaign_no: str | Campaign
    campaign_target: bool
    campaign_response: bool
    salesperson_code: str | SalespersonPurchaser
    date: date | str | None
    interaction_template_code: str | InteractionTemplate
    interaction_group_code: str | InteractionGroup
    language_code_default: str | LanguageCode
    subject_default: str
    correspondence_type_default: str
    ignore_contact_corres_type: bool
    unit_cost: Decimal | float | str
    unit_duration_min: Decimal | float | str
    information_flow: str
    initiated_by: str
    send_word_docs_as_attachment: bool
    word_template_code: str
    attachment: str
    saved_criteria_code: str | SavedCriteria
    split_arms: str
    split_seed: str
    held_back_arm: str
    repeat: str
    next_run: date | str | None
    leave_out_written_to: bool
    chain_no: str
    extra: Mapping[str, Value] | Extra


class SegmentLineValues(TypedDict, total=False):
    """Fields of the table ``segment_line``."""

    segment_no: str | SegmentHeader
    line_no: int
    contact_no: str | Contact
    contact_company_no: str | Contact
    contact_alt_address_code: str
    description: str
    date: date | str | None
    time_of_interaction: time | str | None
    salesperson_code: str | SalespersonPurchaser
    campaign_no: str | Campaign
    campaign_target: bool
    campaign_response: bool
    interaction_template_code: str | InteractionTemplate
    interaction_group_code: str | InteractionGroup
    unit_cost: Decimal | float | str
    unit_duration_min: Decimal | float | str
    information_flow: str
    initiated_by: str
    correspondence_type: str
    language_code: str | LanguageCode
    subject: str
    send_word_docs_as_attachment: bool
    word_template_code: str
    attachment_name: str
    evaluation: str
    own_texts: str
    extra: Mapping[str, Value] | Extra


class LoggedSegmentValues(TypedDict, total=False):
    """Fields of the table ``logged_segment``."""

    entry_no: int
    segment_no: str
    description: str
    date: date | str | None
    user_id: str
    meaning: int
    reason: str
    split_arms: str
    held_back_arm: str
    chain_no: str
    canceled: bool
    canceled_by: int
    plan_hash: str
    approved_by: str
    extra: Mapping[str, Value] | Extra


class SavedCriteriaValues(TypedDict, total=False):
    """Fields of the table ``saved_segment_criteria``."""

    code: str
    description: str
    saved_by: str
    saved_at: datetime | str | None
    actions: str
    extra: Mapping[str, Value] | Extra


class ProfileQuestionnaireValues(TypedDict, total=False):
    """Fields of the table ``profile_questionnaire_header``."""

    code: str
    description: str
    contact_type: str
    business_relation_code: str | BusinessRelation
    priority: str
    extra: Mapping[str, Value] | Extra


class MarketingSetupValues(TypedDict, total=False):
    """Fields of the table ``marketing_setup``."""

    contact_nos: str | NumberSeries
    segment_nos: str | NumberSeries
    campaign_nos: str | NumberSeries
    default_salesperson_code: str | SalespersonPurchaser
    default_territory_code: str | Territory
    default_country_region_code: str | CountryRegion
    default_language_code: str | LanguageCode
    default_correspondence_type: str
    default_company_salutation_code: str | Salutation
    default_person_salutation_code: str | Salutation
    bus_rel_code_for_customers: str | BusinessRelation
    bus_rel_code_for_vendors: str | BusinessRelation
    bus_rel_code_for_bank_accs: str | BusinessRelation
    bus_rel_code_for_employees: str | BusinessRelation
    inherit_salesperson_code: bool
    inherit_territory_code: bool
    inherit_country_region_code: bool
    inherit_language_code: bool
    inherit_address_details: bool
    inherit_communication_details: bool
    approval_required_from: int
    extra: Mapping[str, Value] | Extra


class CompanyInformationValues(TypedDict, total=False):
    """Fields of the table ``company_information``."""

    name: str
    name_2: str
    address: str
    address_2: str
    post_code: str
    city: str
    county: str
    country_region_code: str | CountryRegion
    contact_person: str
    phone_no: str
    phone_no_2: str
    fax_no: str
    e_mail: str
    home_page: str
    vat_registration_no: str
    registration_no: str
    bank_name: str
    bank_branch_no: str
    bank_account_no: str
    giro_no: str
    iban: str
    swift_code: str
    extra: Mapping[str, Value] | Extra


class InteractionDraftValues(TypedDict, total=False):
    """Fields of the table ``interaction_log_entry`` that are given by keyword."""

    contact_company_no: str | Contact
    contact_alt_address_code: str
    date: date | str | None
    time_of_interaction: time | str | None
    description: str
    subject: str
    interaction_group_code: str | InteractionGroup
    interaction_template_code: str | InteractionTemplate
    interaction_language_code: str | LanguageCode
    cost: Decimal | float | str
    duration_min: Decimal | float | str
    information_flow: str
    initiated_by: str
    evaluation: str
    attempt_failed: bool
    salesperson_code: str | SalespersonPurchaser
    campaign_no: str | Campaign
    campaign_target: bool
    campaign_response: bool
    segment_no: str
    line_no: int
    correspondence_type: str
    document_type: str
    document_no: str
    opportunity_no: str
    contact_via: str
    send_word_docs_as_attachment: bool
    attachment_name: str
    word_template_code: str
    answers_entry_no: int
    extra: Mapping[str, Value] | Extra


class CallValues(TypedDict, total=False):
    """Fields of the table ``interaction_log_entry`` that are given by keyword."""

    contact_company_no: str | Contact
    contact_alt_address_code: str
    date: date | str | None
    time_of_interaction: time | str | None
    description: str
    subject: str
    interaction_group_code: str | InteractionGroup
    interaction_template_code: str | InteractionTemplate
    interaction_language_code: str | LanguageCode
    cost: Decimal | float | str
    duration_min: Decimal | float | str
    information_flow: str
    initiated_by: str
    evaluation: str
    attempt_failed: bool
    salesperson_code: str | SalespersonPurchaser
    campaign_no: str | Campaign
    campaign_target: bool
    campaign_response: bool
    segment_no: str
    line_no: int
    correspondence_type: str
    document_type: str
    document_no: str
    opportunity_no: str
    send_word_docs_as_attachment: bool
    attachment_name: str
    word_template_code: str
    answers_entry_no: int
    extra: Mapping[str, Value] | Extra


class MailValues(TypedDict, total=False):
    """Fields of the table ``interaction_log_entry`` that are given by keyword."""

    contact_company_no: str | Contact
    contact_alt_address_code: str
    date: date | str | None
    time_of_interaction: time | str | None
    description: str
    interaction_group_code: str | InteractionGroup
    interaction_template_code: str | InteractionTemplate
    interaction_language_code: str | LanguageCode
    cost: Decimal | float | str
    duration_min: Decimal | float | str
    information_flow: str
    initiated_by: str
    evaluation: str
    attempt_failed: bool
    salesperson_code: str | SalespersonPurchaser
    campaign_no: str | Campaign
    campaign_target: bool
    campaign_response: bool
    segment_no: str
    line_no: int
    correspondence_type: str
    document_type: str
    document_no: str
    opportunity_no: str
    contact_via: str
    send_word_docs_as_attachment: bool
    attachment_name: str
    word_template_code: str
    answers_entry_no: int
    extra: Mapping[str, Value] | Extra


class DocumentValues(TypedDict, total=False):
    """Fields of the table ``interaction_log_entry`` that are given by keyword."""

    contact_company_no: str | Contact
    contact_alt_address_code: str
    date: date | str | None
    time_of_interaction: time | str | None
    description: str
    subject: str
    interaction_group_code: str | InteractionGroup
    interaction_template_code: str | InteractionTemplate
    interaction_language_code: str | LanguageCode
    cost: Decimal | float | str
    duration_min: Decimal | float | str
    information_flow: str
    initiated_by: str
    evaluation: str
    attempt_failed: bool
    salesperson_code: str | SalespersonPurchaser
    campaign_no: str | Campaign
    campaign_target: bool
    campaign_response: bool
    segment_no: str
    line_no: int
    correspondence_type: str
    opportunity_no: str
    contact_via: str
    send_word_docs_as_attachment: bool
    attachment_name: str
    word_template_code: str
    answers_entry_no: int
    extra: Mapping[str, Value] | Extra


class SavedSelectionValues(TypedDict, total=False):
    """Fields of the table ``saved_segment_criteria`` that are given by keyword."""

    description: str
    extra: Mapping[str, Value] | Extra


class TemplateTextValues(TypedDict, total=False):
    """Fields of the table ``interaction_tmpl_language`` that are given by keyword."""

    description: str
    subject: str
    attachment_name: str
    word_template_code: str
    extra: Mapping[str, Value] | Extra
