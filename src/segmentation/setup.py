"""How a host has set things up: number series, defaults for contacts, users, the sender.

Each set-up is one record without a key. Knows nothing of where they are kept.
"""

import re
from typing import Annotated

import attrs

from .code_tables import Country, Language, Salesperson
from .contacts import CorrespondenceType
from .errors import InvalidValue, Message, Refused
from .fields import (
    Code,
    Extra,
    FieldType,
    Length,
    LongCode,
    Mail,
    Phone,
    Record,
    RefersTo,
    ShortCode,
    Text,
    to_extra,
    to_option,
    with_converters,
)

_DIGITS = re.compile(r"(?P<head>.*?)(?P<digits>\d+)(?P<tail>\D*)", re.DOTALL)

SeriesCode = Annotated[Code, RefersTo("number_series")]
RelationCode = Annotated[ShortCode, RefersTo("business_relation")]


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class NumberSeries(
    Record, table="number_series", key=("code",), shown=("code", "description", "last_no_used")
):
    """A series of numbers, such as ``SM00001``, ``SM00002``, ...

    The last run of digits counts up and keeps its width.

    Attributes:
        starting_no: The first number that is given.
        last_no_used: The number given last; empty before the first.
        ending_no: The last number that may be given; empty if only the width limits it.
        manual_nos: Whether numbers given by hand are allowed.
    """

    code: Code
    description: Text = ""
    starting_no: Code = ""
    last_no_used: Code = ""
    ending_no: Code = ""
    manual_nos: bool = False
    extra: Extra = attrs.field(default=(), converter=to_extra)

    def next_no(self) -> str:
        """The number that comes next.

        Raises:
            InvalidValue: The series has no number with digits to count up from.
            Refused: The series has run out.

        >>> NumberSeries(code="SEGM", starting_no="SM00001", last_no_used="SM00009").next_no()
        'SM00010'
        """
        found = _DIGITS.fullmatch(self.last_no_used or self.starting_no)
        if found is None:
            reason = Message("has no digits that could count up")
            raise InvalidValue("starting_no", self.starting_no, reason)
        digits = found["digits"]
        counted = str(int(digits) + 1).zfill(len(digits)) if self.last_no_used else digits
        number = f"{found['head']}{counted}{found['tail']}"
        past = self.ending_no and (len(number), number) > (len(self.ending_no), self.ending_no)
        if len(counted) > len(digits) or past:
            raise Refused(Message("number series {code}", code=self.code), self._used_up())
        return number

    def _used_up(self) -> Message:
        last = self.last_no_used
        return Message(
            "no number is left{after}; lengthen or renew the series",
            after=Message(" after {number!r}", number=last) if last else "",
        )

    def used(self, number: str) -> "NumberSeries":
        """The series after ``number`` was given."""
        return attrs.evolve(self, last_no_used=number)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class MarketingSetup(
    Record, table="marketing_setup", key=(), shown=("contact_nos", "segment_nos", "campaign_nos")
):
    """Which series number what, what new contacts start with, what persons inherit.

    Attributes:
        approval_required_from: From how many recipients on a second user must approve what is
            logged; 0 for never.
    """

    contact_nos: SeriesCode = ""
    segment_nos: SeriesCode = ""
    campaign_nos: SeriesCode = ""
    default_salesperson_code: Salesperson = ""
    default_territory_code: Annotated[ShortCode, RefersTo("territory")] = ""
    default_country_region_code: Country = ""
    default_language_code: Language = ""
    default_correspondence_type: CorrespondenceType = attrs.field(
        default=CorrespondenceType.BLANK, converter=to_option
    )
    default_company_salutation_code: Annotated[ShortCode, RefersTo("salutation")] = ""
    default_person_salutation_code: Annotated[ShortCode, RefersTo("salutation")] = ""
    bus_rel_code_for_customers: RelationCode = ""
    bus_rel_code_for_vendors: RelationCode = ""
    bus_rel_code_for_bank_accs: RelationCode = ""
    bus_rel_code_for_employees: RelationCode = ""
    inherit_salesperson_code: bool = False
    inherit_territory_code: bool = False
    inherit_country_region_code: bool = False
    inherit_language_code: bool = False
    inherit_address_details: bool = False
    inherit_communication_details: bool = False
    approval_required_from: int = 0
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class UserSetup(
    Record, table="user_setup", key=("user_id",), shown=("user_id", "full_name", "salesperson_code")
):
    """What the library knows of a user of the host."""

    user_id: Code
    full_name: Text = ""
    salesperson_code: Salesperson = ""
    e_mail: Mail = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class CompanyInformation(Record, table="company_information", key=()):
    """The sender: the company whose segments these are."""

    name: Text = ""
    name_2: Text = ""
    address: Text = ""
    address_2: Text = ""
    post_code: Code = ""
    city: Text = ""
    county: Text = ""
    country_region_code: Country = ""
    contact_person: Text = ""
    phone_no: Phone = ""
    phone_no_2: Phone = ""
    fax_no: Phone = ""
    e_mail: Mail = ""
    home_page: Text = ""
    vat_registration_no: Code = ""
    registration_no: Code = ""
    bank_name: Text = ""
    bank_branch_no: Code = ""
    bank_account_no: LongCode = ""
    giro_no: Code = ""
    iban: Annotated[str, FieldType.CODE, Length(50)] = ""
    swift_code: Code = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)
