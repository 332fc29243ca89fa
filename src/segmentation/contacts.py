"""Contacts: companies and persons, and the rows that classify them.

Knows nothing of segments, and not that a contact can be filtered. All records here are
frozen; the rows that classify a contact are records of their own, keyed by its number.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated

import attrs

from .code_tables import Country, Language, Salesperson
from .codes import Option
from .fields import (
    AlsoCalled,
    Code,
    Extra,
    LongText,
    Mail,
    Phone,
    Record,
    RefersTo,
    ShortCode,
    Text,
    Value,
    to_extra,
    to_option,
    with_converters,
)


class ContactType(Option):
    """What a contact is."""

    COMPANY = "company"
    PERSON = "person"


class CorrespondenceType(Option):
    """How a contact wants to be written to."""

    BLANK = ""
    HARD_COPY = "hard_copy"
    EMAIL = "email"


class LinkToTable(Option):
    """The table of the host that a business relation links a contact to."""

    BLANK = ""
    CUSTOMER = "customer"
    VENDOR = "vendor"
    BANK_ACCOUNT = "bank_account"
    EMPLOYEE = "employee"


class RelationSummary(Option):
    """What the business relations of a contact add up to; begins like `LinkToTable`."""

    NONE = ""
    CUSTOMER = "customer"
    VENDOR = "vendor"
    BANK_ACCOUNT = "bank_account"
    EMPLOYEE = "employee"
    MULTIPLE = "multiple"
    OTHER = "other"


class Priority(Option):
    """How important a questionnaire or an answer is."""

    VERY_LOW = "very_low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    VERY_HIGH = "very_high"


class AnswerPriority(Option):
    """How important an answer is; the lowest is not shown."""

    VERY_LOW_HIDDEN = "very_low_hidden"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    VERY_HIGH = "very_high"


ContactNo = Annotated[Code, RefersTo("contact")]


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Contact(Record, table="contact", key=("no",)):
    """A company, or a person who may work for one.

    Attributes:
        no: The number; a code.
        company_no: A company's own number; a person's employer, or empty.
        exclude_from_segment: Joins segments only where exclusion is ignored.
        privacy_blocked: Never joins a segment and never receives an interaction.
        minor: Needs ``parental_consent_received`` to join or to receive one.
        time_zone: Where its clock goes, by the IANA's name ("Europe/Copenhagen"), for quiet hours;
            the zone of the workspace if blank.
        no_series: The number series that ``no`` was taken from, empty if it was given by hand.
        extra: Fields that a host added.
    """

    no: Code
    type: ContactType = attrs.field(default=ContactType.COMPANY, converter=to_option)
    name: Text = ""
    name_2: Text = ""
    search_name: Text = ""
    first_name: Text = ""
    middle_name: Text = ""
    surname: Text = ""
    initials: Phone = ""
    job_title: Text = ""
    company_no: ContactNo = ""
    company_name: Text = ""
    address: Text = ""
    address_2: Text = ""
    city: Text = ""
    post_code: Code = ""
    county: Text = ""
    country_region_code: Country = ""
    territory_code: Annotated[ShortCode, RefersTo("territory")] = ""
    currency_code: ShortCode = ""
    language_code: Language = ""
    format_region: Text = ""
    time_zone: Text = ""
    salesperson_code: Salesperson = ""
    phone_no: Phone = ""
    mobile_phone_no: Phone = ""
    e_mail: Mail = ""
    e_mail_2: Mail = ""
    home_page: Text = ""
    vat_registration_no: Code = ""
    registration_number: Text = ""
    external_id: Text = ""
    organizational_level_code: Annotated[ShortCode, RefersTo("organizational_level")] = ""
    salutation_code: Annotated[ShortCode, RefersTo("salutation")] = ""
    correspondence_type: CorrespondenceType = attrs.field(
        default=CorrespondenceType.BLANK, converter=to_option
    )
    exclude_from_segment: bool = False
    privacy_blocked: bool = False
    minor: bool = False
    parental_consent_received: bool = False
    no_series: Annotated[Code, RefersTo("number_series")] = ""
    last_modified: dt.datetime | None = None
    extra: Extra = attrs.field(default=(), converter=to_extra)

    @property
    def may_be_contacted(self) -> bool:
        """Whether privacy allows it: not blocked, and no minor without consent."""
        return not self.privacy_blocked and (not self.minor or self.parental_consent_received)

    def value(self, name: str) -> Value:
        """The value of a field, of ours or of the host's."""
        return dict(self.extra)[name] if name in dict(self.extra) else getattr(self, name)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ContactMailingGroup(
    Record, table="contact_mailing_group", key=("contact_no", "mailing_group_code")
):
    """A contact is in a mailing group."""

    contact_no: ContactNo
    mailing_group_code: Annotated[ShortCode, RefersTo("mailing_group")]
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ContactIndustryGroup(
    Record, table="contact_industry_group", key=("contact_no", "industry_group_code")
):
    """A company is in an industry group."""

    contact_no: ContactNo
    industry_group_code: Annotated[ShortCode, RefersTo("industry_group")]
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ContactBusinessRelation(
    Record, table="contact_business_relation", key=("contact_no", "business_relation_code")
):
    """A company is a customer, a vendor, ... of ours, under a number of the host's."""

    contact_no: ContactNo
    business_relation_code: Annotated[ShortCode, RefersTo("business_relation")]
    link_to_table: LinkToTable = attrs.field(default=LinkToTable.BLANK, converter=to_option)
    no: Code = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ContactJobResponsibility(
    Record, table="contact_job_responsibility", key=("contact_no", "job_responsibility_code")
):
    """A person answers for something in its company."""

    contact_no: ContactNo
    job_responsibility_code: Annotated[ShortCode, RefersTo("job_responsibility")]
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ContactWebSource(Record, table="contact_web_source", key=("contact_no", "web_source_code")):
    """A place on the web where to read about a company."""

    contact_no: ContactNo
    web_source_code: Annotated[ShortCode, RefersTo("web_source")]
    search_word: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ContactProfileAnswer(
    Record,
    table="contact_profile_answer",
    key=("contact_no", "profile_questionnaire_code", "line_no"),
):
    """A contact's answer to a question of a profile questionnaire."""

    contact_no: ContactNo
    contact_company_no: ContactNo = ""
    profile_questionnaire_code: Annotated[Code, RefersTo("profile_questionnaire_header")]
    line_no: int
    profile_questionnaire_priority: Priority = attrs.field(
        default=Priority.NORMAL, converter=to_option
    )
    answer_priority: AnswerPriority = attrs.field(
        default=AnswerPriority.NORMAL, converter=to_option
    )
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class AlternativeAddress(Record, table="contact_alt_address", key=("contact_no", "code")):
    """Another address of a contact, for good or between two dates."""

    contact_no: ContactNo
    code: ShortCode
    company_name: Text = ""
    address: Text = ""
    address_2: Text = ""
    city: Text = ""
    post_code: Code = ""
    county: Text = ""
    country_region_code: Country = ""
    phone_no: Phone = ""
    extension_no: Phone = ""
    mobile_phone_no: Phone = ""
    e_mail: Mail = ""
    home_page: Text = ""
    fax_no: Phone = ""
    telex_answer_back: Phone = ""
    starting_date: dt.date | None = None
    ending_date: dt.date | None = None
    extra: Extra = attrs.field(default=(), converter=to_extra)

    def holds(self, on: dt.date) -> bool:
        """Whether the range of dates holds this one; an empty end is open."""
        started = self.starting_date is None or self.starting_date <= on
        return started and (self.ending_date is None or on <= self.ending_date)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ContactComment(
    Record,
    table="contact_comment",
    key=("contact_no", "line_no"),
    shown=("contact_no", "line_no", "date", "text"),
):
    """A comment on a contact.

    Attributes:
        line_no: Its place among the comments on the contact.
        date: The day that the comment is of.
        code: What the comment is filed under; the host's own choice.
        user_id: Who wrote it.
    """

    contact_no: ContactNo
    line_no: int
    date: dt.date | None = None
    code: ShortCode = ""
    text: Annotated[LongText, AlsoCalled("comment")] = ""
    user_id: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class NotDuplicate(Record, table="contact_not_duplicate", key=("contact_no", "other_no")):
    """Two contacts that look alike and are known to be different.

    Attributes:
        contact_no: The one with the lower number.
        other_no: The other.
    """

    contact_no: ContactNo
    other_no: ContactNo


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class FormerNumber(Record, table="contact_former_no", key=("former_no",)):
    """A number that a contact had before it was renumbered, or merged into another.

    Attributes:
        former_no: The number that it had.
        contact_no: The contact of now.
    """

    former_no: Code
    contact_no: ContactNo


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class FormerName(Record, table="contact_former_name", key=("contact_no", "field", "value")):
    """A name or address that a contact had before, or that who was merged into it had.

    It is kept so that erasing the contact finds who else names it so.

    Attributes:
        contact_no: The contact of now.
        field: The field that held it: "surname", "e_mail".
        value: What the field held.
    """

    contact_no: ContactNo
    field: Text
    value: Text


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ErasureListed(Record, table="erasure_listed", key=("number",)):
    """An erasure that the list of erasures names, and that this store has done.

    Attributes:
        number: Its place in the list, from 1.
        line: What the list says of it: salted hashes, and no names.
    """

    number: int
    line: LongText


MARKS: Mapping[str, bool] = MappingProxyType(
    {
        "exclude_from_segment": True,
        "privacy_blocked": True,
        "minor": True,
        "parental_consent_received": False,
        "mailing_group": False,
    }
)
"""What says whether somebody is contacted, each with the value that keeps from it.

All but the last are fields of a contact; the last is whether it is in a mailing group.
"""


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ContactMark(
    Record,
    table="contact_mark",
    key=("contact_no", "mark", "mailing_group_code"),
    shown=("contact_no", "mark", "mailing_group_code", "value"),
):
    """What was last decided here of whether a contact is contacted, as the journal records it.

    Attributes:
        contact_no: The contact; the mark stays when it is deleted and comes again.
        mark: Which: one of `MARKS`.
        mailing_group_code: The mailing group that it is about; empty for all others.
        value: The value that the field got; whether the contact joined the mailing group or left.
        entry_no: The entry of the journal that says who decided it, when and why.
    """

    contact_no: Code
    mark: Text
    mailing_group_code: ShortCode = ""
    value: bool
    entry_no: int = 0

    @property
    def protects(self) -> bool:
        """Whether it keeps the contact from being contacted."""
        return self.value is MARKS.get(self.mark)


class AddressState(Option):
    """Why no mail goes to an address."""

    BLANK = ""
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class AddressMark(
    Record, table="address_mark", key=("address",), shown=("address", "state", "reason")
):
    """An address that no mail goes to, as the journal records it.

    Attributes:
        address: The address, in small letters (see `mail_addresses`); of one that was suppressed
            under a key its HMAC-SHA256, hexadecimal.
        state: Why: mails came back, somebody complained of one, or the host suppressed it.
        reason: What a server or a person said of it.
        marked_at: When it was recorded.
        entry_no: The entry of the journal that says who recorded it.
        key_id: Which key the address is kept under; empty if it is kept as it is.
    """

    address: LongText
    state: AddressState = attrs.field(default=AddressState.BLANK, converter=to_option)
    reason: LongText = ""
    marked_at: dt.datetime | None = None
    entry_no: int = 0
    key_id: LongText = ""


def mail_addresses(text: str) -> tuple[str, ...]:
    """The addresses in a field for mail addresses, told apart as servers do, case aside.

    >>> mail_addresses("Anna@Example.com; jon@example.com")
    ('anna@example.com', 'jon@example.com')
    """
    return tuple(filter(None, (each.strip().lower() for each in text.split(";"))))


def active_address(
    addresses: Iterable[AlternativeAddress], on: dt.date
) -> AlternativeAddress | None:
    """The alternative address that is active on a date: of those that hold it, the last to start.

    Args:
        addresses: One contact's alternative addresses.
        on: The date.
    """
    holding = [address for address in addresses if address.holds(on)]
    return max(holding, key=lambda a: (a.starting_date or dt.date.min, a.code), default=None)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ItemEntry(Record, table="value_entry", key=("entry_no",)):
    """What the host's ledgers say of an item sold to a customer or bought from a vendor.

    Attributes:
        source_type: Whether ``source_no`` is a customer or a vendor.
        contact_no: The person named on the document; empty if none is.
    """

    entry_no: int
    source_type: LinkToTable = attrs.field(default=LinkToTable.BLANK, converter=to_option)
    source_no: Code = ""
    contact_no: ContactNo = ""
    item_no: Code = ""
    variant_code: ShortCode = ""
    posting_date: dt.date | None = None
    document_no: Code = ""
    location_code: ShortCode = ""
    quantity: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    extra: Extra = attrs.field(default=(), converter=to_extra)


def composed_name(contact: Contact) -> str:
    """A person's name, made of first name, middle name and surname."""
    return " ".join(filter(None, (contact.first_name, contact.middle_name, contact.surname)))


ORDERED_BY = ("company_name", "company_no", "type", "name", "no")
"""The fields that contacts are ordered by when they join a segment."""


def segment_key(company_name: str, company_no: str, kind: str, name: str, no: str) -> str:
    """What contacts are ordered by, of the values of these fields."""
    # One text compares several times faster than a tuple of texts, and in the same order: a NUL
    # comes before every other character.
    return f"{company_name}\0{company_no}\0{kind}\0{name}\0{no}"


def segment_order(contact: Contact) -> str:
    """What contacts are ordered by when they join a segment.

    By company name, company number, type (company before person), name, number.
    """
    c = contact
    return segment_key(c.company_name, c.company_no, c.type, c.name, c.no)


def in_segment_order(contacts: Iterable[Contact]) -> list[Contact]:
    """Contacts in the order in which they join a segment."""
    return sorted(contacts, key=segment_order)
