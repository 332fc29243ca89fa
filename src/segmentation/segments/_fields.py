"""The tables and fields of a contact as type checkers know them.

Made from the records by ``tests/support/field_classes.py``; not to be changed by hand. Without
values: which tables and fields there are at run time says the schema.
"""

from segmentation.criteria import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    KnownFields,
    KnownTables,
    TextField,
    TimeField,
)


class ContactFields(KnownFields):
    """The fields of the table ``contact``."""

    no: TextField
    type: TextField
    name: TextField
    name_2: TextField
    search_name: TextField
    first_name: TextField
    middle_name: TextField
    surname: TextField
    initials: TextField
    job_title: TextField
    company_no: TextField
    company_name: TextField
    address: TextField
    address_2: TextField
    city: TextField
    post_code: TextField
    county: TextField
    country_region_code: TextField
    territory_code: TextField
    currency_code: TextField
    language_code: TextField
    format_region: TextField
    time_zone: TextField
    salesperson_code: TextField
    phone_no: TextField
    mobile_phone_no: TextField
    e_mail: TextField
    e_mail_2: TextField
    home_page: TextField
    vat_registration_no: TextField
    registration_number: TextField
    external_id: TextField
    organizational_level_code: TextField
    salutation_code: TextField
    correspondence_type: TextField
    exclude_from_segment: BooleanField
    privacy_blocked: BooleanField
    minor: BooleanField
    parental_consent_received: BooleanField
    no_series: TextField
    last_modified: DateField


class ContactProfileAnswerFields(KnownFields):
    """The fields of the table ``contact_profile_answer``."""

    contact_no: TextField
    contact_company_no: TextField
    profile_questionnaire_code: TextField
    line_no: IntegerField
    profile_questionnaire_priority: TextField
    answer_priority: TextField


class ContactMailingGroupFields(KnownFields):
    """The fields of the table ``contact_mailing_group``."""

    contact_no: TextField
    mailing_group_code: TextField


class InteractionFields(KnownFields):
    """The fields of the table ``interaction_log_entry``."""

    entry_no: IntegerField
    contact_no: TextField
    contact_company_no: TextField
    contact_alt_address_code: TextField
    date: DateField
    time_of_interaction: TimeField
    description: TextField
    subject: TextField
    interaction_group_code: TextField
    interaction_template_code: TextField
    interaction_language_code: TextField
    cost: DecimalField
    duration_min: DecimalField
    information_flow: TextField
    initiated_by: TextField
    evaluation: TextField
    attempt_failed: BooleanField
    salesperson_code: TextField
    campaign_no: TextField
    campaign_entry_no: IntegerField
    campaign_target: BooleanField
    campaign_response: BooleanField
    segment_no: TextField
    line_no: IntegerField
    logged_segment_entry_no: IntegerField
    correspondence_type: TextField
    document_type: TextField
    document_no: TextField
    opportunity_no: TextField
    contact_via: TextField
    send_word_docs_as_attachment: BooleanField
    attachment: TextField
    attachment_name: TextField
    word_template_code: TextField
    user_id: TextField
    postponed: BooleanField
    canceled: BooleanField
    canceled_by: IntegerField
    delivery_status: TextField
    delivery_error: TextField
    delivery_attempts: IntegerField
    delivered_at: DateField
    delivered_before: TextField
    merge_data: TextField
    arm: TextField
    answers_entry_no: IntegerField
    household_entry_no: IntegerField


class ContactJobResponsibilityFields(KnownFields):
    """The fields of the table ``contact_job_responsibility``."""

    contact_no: TextField
    job_responsibility_code: TextField


class ContactIndustryGroupFields(KnownFields):
    """The fields of the table ``contact_industry_group``."""

    contact_no: TextField
    industry_group_code: TextField


class ContactBusinessRelationFields(KnownFields):
    """The fields of the table ``contact_business_relation``."""

    contact_no: TextField
    business_relation_code: TextField
    link_to_table: TextField
    no: TextField


class ContactWebSourceFields(KnownFields):
    """The fields of the table ``contact_web_source``."""

    contact_no: TextField
    web_source_code: TextField
    search_word: TextField


class AlternativeAddressFields(KnownFields):
    """The fields of the table ``contact_alt_address``."""

    contact_no: TextField
    code: TextField
    company_name: TextField
    address: TextField
    address_2: TextField
    city: TextField
    post_code: TextField
    county: TextField
    country_region_code: TextField
    phone_no: TextField
    extension_no: TextField
    mobile_phone_no: TextField
    e_mail: TextField
    home_page: TextField
    fax_no: TextField
    telex_answer_back: TextField
    starting_date: DateField
    ending_date: DateField


class ItemEntryFields(KnownFields):
    """The fields of the table ``value_entry``."""

    entry_no: IntegerField
    source_type: TextField
    source_no: TextField
    contact_no: TextField
    item_no: TextField
    variant_code: TextField
    posting_date: DateField
    document_no: TextField
    location_code: TextField
    quantity: DecimalField
    amount: DecimalField


class ContactTables(KnownTables):
    """The tables that a selection of contacts may speak of; others as items."""

    contact: ContactFields
    contact_profile_answer: ContactProfileAnswerFields
    profile_answers: ContactProfileAnswerFields
    contact_mailing_group: ContactMailingGroupFields
    mailing_groups: ContactMailingGroupFields
    interaction_log_entry: InteractionFields
    interactions: InteractionFields
    contact_job_responsibility: ContactJobResponsibilityFields
    job_responsibilities: ContactJobResponsibilityFields
    contact_industry_group: ContactIndustryGroupFields
    industry_groups: ContactIndustryGroupFields
    contact_business_relation: ContactBusinessRelationFields
    business_relations: ContactBusinessRelationFields
    contact_web_source: ContactWebSourceFields
    web_sources: ContactWebSourceFields
    contact_alt_address: AlternativeAddressFields
    alternative_addresses: AlternativeAddressFields
    value_entry: ItemEntryFields
    item_entries: ItemEntryFields
