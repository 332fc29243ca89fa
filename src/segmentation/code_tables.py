"""Code tables: what the codes of contacts, templates and campaigns stand for.

A row has its code and a text. Knows nothing of the records that refer to it.
"""

from typing import Annotated

import attrs

from .fields import (
    Code,
    Extra,
    LongText,
    Mail,
    Phone,
    Record,
    RefersTo,
    ShortCode,
    Text,
    to_extra,
    with_converters,
)

Salesperson = Annotated[Code, RefersTo("salesperson_purchaser")]
Country = Annotated[ShortCode, RefersTo("country_region")]
Language = Annotated[ShortCode, RefersTo("language")]
PurposeCode = Annotated[ShortCode, RefersTo("purpose")]


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class MailingGroup(Record, table="mailing_group", key=("code",)):
    """A group of contacts who are written to together."""

    code: ShortCode
    description: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Purpose(Record, table="purpose", key=("code",)):
    """What contacts are written to for.

    Attributes:
        needs_consent: Whether nobody is written to without consent; if not, everybody is who did
            not object.
    """

    code: ShortCode
    description: Text = ""
    needs_consent: bool = True
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class IndustryGroup(Record, table="industry_group", key=("code",)):
    """A line of business."""

    code: ShortCode
    description: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class BusinessRelation(Record, table="business_relation", key=("code",)):
    """A kind of relation between a company and us."""

    code: ShortCode
    description: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class JobResponsibility(Record, table="job_responsibility", key=("code",)):
    """Something that a person may answer for."""

    code: ShortCode
    description: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class OrganizationalLevel(Record, table="organizational_level", key=("code",)):
    """A person's place in its company."""

    code: ShortCode
    description: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class WebSource(Record, table="web_source", key=("code",)):
    """A place on the web."""

    code: ShortCode
    description: Text = ""
    url: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Territory(Record, table="territory", key=("code",)):
    """A region that salespeople share among them."""

    code: ShortCode
    name: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class CountryRegion(Record, table="country_region", key=("code",)):
    """A country or region."""

    code: ShortCode
    name: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class LanguageCode(Record, table="language", key=("code",)):
    """A language, under the code that contacts and templates use."""

    code: ShortCode
    name: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SalespersonPurchaser(Record, table="salesperson_purchaser", key=("code",)):
    """Somebody of ours who sells or buys."""

    code: Code
    name: Text = ""
    job_title: Text = ""
    e_mail: Mail = ""
    phone_no: Phone = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)
