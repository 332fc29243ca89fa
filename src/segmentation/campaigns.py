"""Campaigns: what several segments and interactions are done for, and what came of it.

A campaign is judged by figures: how many targets were contacted, how many contacts responded,
at what cost. Figures are sums, so they are kept as tallies, one for each day and each part of
a campaign, and any range is added up from these. Knows nothing of where they are kept.
"""

import datetime as dt
import hmac
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

import attrs

from .code_tables import Salesperson
from .codes import Option, to_code
from .contacts import ContactNo
from .criteria import AllOf, Compare, Not, Operand, Operator, Part, Selection, Where
from .errors import Fault, Message
from .fields import (
    Code,
    Extra,
    LongText,
    Record,
    RefersTo,
    ShortCode,
    Text,
    to_extra,
    to_option,
    with_converters,
)
from .interactions import DocumentType, Interaction
from .templates import CampaignNo, TemplateCode


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class CampaignStatus(Record, table="campaign_status", key=("code",)):
    """How far a campaign has come."""

    code: ShortCode
    description: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Campaign(
    Record,
    table="campaign",
    key=("no",),
    shown=("no", "description", "starting_date", "ending_date"),
):
    """A campaign; its ending date is not before its starting date.

    Attributes:
        no_series: The number series that ``no`` was taken from, empty if it was given by hand.
    """

    no: Code
    description: Text = ""
    starting_date: dt.date | None = None
    ending_date: dt.date | None = None
    salesperson_code: Salesperson = ""
    status_code: Annotated[ShortCode, RefersTo("campaign_status")] = ""
    no_series: Annotated[Code, RefersTo("number_series")] = ""
    last_modified: dt.datetime | None = None
    extra: Extra = attrs.field(default=(), converter=to_extra)

    def holds(self, on: dt.date) -> bool:
        """Whether the campaign runs on this day; a blank date is open."""
        started = self.starting_date is None or self.starting_date <= on
        return started and (self.ending_date is None or on <= self.ending_date)

    @property
    def place(self) -> Message:
        """The campaign as faults name it."""
        return Message("campaign {no}", no=self.no)

    def faults(self) -> Iterator[Fault]:
        """What is wrong with the campaign's own values."""
        start, end = self.starting_date, self.ending_date
        if start is not None and end is not None and end < start:
            reason = Message("{end} is before {start}, the start", end=end, start=start)
            yield Fault(self.place, "ending_date", reason, "wrong_order")


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class CampaignEntry(
    Record,
    table="campaign_entry",
    key=("entry_no",),
    shown=("entry_no", "campaign_no", "description", "date", "canceled"),
):
    """Something done for a campaign: one for each campaign, segment and document type.

    Attributes:
        entry_no: Number of the journal entry that records it.
        canceled_by: Number of the journal entry that canceled it; 0 if none.
    """

    entry_no: int = 0
    campaign_no: CampaignNo = ""
    description: Text = ""
    date: dt.date | None = None
    segment_no: Code = ""
    document_type: DocumentType = attrs.field(default=DocumentType.BLANK, converter=to_option)
    salesperson_code: Salesperson = ""
    user_id: LongText = ""
    logged_segment_entry_no: int = 0
    canceled: bool = False
    canceled_by: int = 0
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class HeldBackContact(
    Record,
    table="held_back_contact",
    key=("entry_no",),
    shown=("entry_no", "contact_no", "segment_no", "arm", "date"),
):
    """A contact that a segment was logged without, because it is in the held-back arm.

    It is no interaction: no filter, figure or cost counts it, and nothing was sent.

    Attributes:
        entry_no: Number of the journal entry that records it.
        contact_company_no: The company that it belonged to.
        campaign_no: The campaign that it would have been written to for.
        arm: The arm that it is in.
        date: When it would have been written to.
    """

    entry_no: int = 0
    contact_no: ContactNo = ""
    contact_company_no: ContactNo = ""
    date: dt.date | None = None
    campaign_no: CampaignNo = ""
    segment_no: Code = ""
    logged_segment_entry_no: int = 0
    interaction_template_code: TemplateCode = ""
    arm: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Holdout(
    Record,
    table="holdout",
    key=("entry_no",),
    shown=("entry_no", "share", "starting_date", "ending_date"),
):
    """A share of all contacts that no promotion reaches for a while, drawn once.

    Who is in follows from its number and a secret key alone, so contacts that come later are in by
    the same share, and nobody changes sides.

    >>> Holdout(entry_no=1, share=Decimal("0.5"), key="00").has("CT1")
    True

    Attributes:
        share: The share as a fraction.
        starting_date: The first day.
        ending_date: The last day.
        key: What the numbers are hashed with, in hexadecimal digits.
    """

    entry_no: int
    share: Decimal = Decimal(0)
    starting_date: dt.date | None = None
    ending_date: dt.date | None = None
    key: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is in force on a day."""
        start, end = self.starting_date, self.ending_date
        return start is not None and end is not None and start <= day <= end

    def has(self, contact_no: str) -> bool:
        """Whether a contact is in, on the days on which it is in force."""
        found = hmac.digest(bytes.fromhex(self.key), contact_no.encode(), "sha256")
        return int.from_bytes(found[:8], "big") < self.share * 2**64


# -- target groups ----------------------------------------------------------------------------


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class CampaignActivation(
    Record, table="campaign_activation", key=("campaign_no",), shown=("campaign_no", "activated_at")
):
    """A campaign is active: it has a target group, which follows its lines and entries."""

    campaign_no: CampaignNo
    activated_at: dt.datetime | None = None
    user_id: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


class TargetType(Option):
    """As what a target is in the group."""

    CUSTOMER = "customer"
    CONTACT = "contact"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class CampaignTarget(
    Record,
    table="campaign_target_group",
    key=("campaign_no", "type", "no"),
    shown=("campaign_no", "type", "no", "no_of_targets"),
):
    """A company that an active campaign is aimed at: as our customer, else as a contact.

    Attributes:
        no: Number of the customer or contact; a person without company stands for itself.
        contact_no: The contact that the target was found through.
        no_of_targets: How many lines and entries make it a target; it leaves with the last.
    """

    campaign_no: CampaignNo
    type: TargetType = attrs.field(converter=to_option)
    no: Code
    contact_no: ContactNo = ""
    no_of_targets: int = 0
    extra: Extra = attrs.field(default=(), converter=to_extra)


# -- figures ----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class CampaignTally(
    Record,
    table="campaign_tally",
    key=("campaign_no", "date", "campaign_entry_no", "segment_no", "salesperson_code"),
    shown=("campaign_no", "date", "interactions", "cost", "targets", "responses"),
):
    """The figures of one day and one part of a campaign; all ranges are added up from these.

    Attributes:
        date: The day; the first of the calendar for interactions without date.
    """

    campaign_no: CampaignNo
    date: dt.date
    campaign_entry_no: int = 0
    segment_no: Code = ""
    salesperson_code: Salesperson = ""
    interactions: int = 0
    targets: int = 0
    responses: int = 0
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)
    extra: Extra = attrs.field(default=(), converter=to_extra)


class Period(Option):
    """A stretch of time that figures are given for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def start(self, day: dt.date) -> dt.date:
        """The first day of the period that holds a day; weeks begin on Monday.

        >>> str(Period.WEEK.start(dt.date(2026, 11, 22)))
        '2026-11-16'
        """
        match self:
            case Period.WEEK:
                return day - dt.timedelta(days=day.weekday())
            case Period.MONTH:
                return day.replace(day=1)
            case _:
                return day


# -- responses --------------------------------------------------------------------------------


def was_target(campaign_no: str) -> Selection:
    """Contacts whom a campaign was aimed at, by interactions that count."""
    return _marked(campaign_no, "campaign_target")


def has_responded(campaign_no: str) -> Selection:
    """Contacts whom a campaign was aimed at and who have responded."""
    return AllOf((was_target(campaign_no), _marked(campaign_no, "campaign_response")))


def has_not_responded(campaign_no: str) -> Selection:
    """Contacts whom a campaign was aimed at and who have not responded: for a follow-up."""
    return AllOf((was_target(campaign_no), Not(_marked(campaign_no, "campaign_response"))))


def _marked(campaign_no: str, mark: str) -> Part:
    wanted = {"campaign_no": to_code(campaign_no), mark: "yes", "canceled": "no", "postponed": "no"}
    return Part(
        Interaction.__table__,
        tuple(
            Where(field, Compare(Operator.EQUAL, Operand(value))) for field, value in wanted.items()
        ),
    )
