"""Campaigns: what several segments and interactions are done for, and what came of it.

A campaign is judged by figures: how many targets were contacted, how many contacts responded,
at what cost. Figures are sums, so they are kept as tallies, one for each day and each part of
a campaign, and any range is added up from these. Knows nothing of where they are kept.
"""

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated

import attrs

from .code_tables import Salesperson
from .codes import Option, to_code
from .contacts import ContactNo
from .criteria import AllOf, Compare, Not, Operand, Operator, Part, Selection, Where
from .errors import Fault, InvalidValue, Message
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
from .markup import to_percent, to_table
from .showing import shown_by
from .templates import CampaignNo


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
    """A campaign; its ending date is not before its starting date."""

    no: Code
    description: Text = ""
    starting_date: dt.date | None = None
    ending_date: dt.date | None = None
    salesperson_code: Salesperson = ""
    status_code: Annotated[ShortCode, RefersTo("campaign_status")] = ""
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


def _to_numbers(given: Iterable[str] | str) -> tuple[str, ...]:
    """Numbers of contacts, each once; a text is one."""
    nos = (given,) if isinstance(given, str) else given
    return tuple(dict.fromkeys(map(to_code, nos)))


@shown_by("name", "contact_nos")
@attrs.frozen
class Arm:
    """Contacts that were asked in the same way, to be compared with others.

    >>> Arm("letter", ["ct1", "CT2"]).contact_nos
    ('CT1', 'CT2')

    Attributes:
        name: What the arm is called.
        contact_nos: Numbers of its contacts, each once.
    """

    name: str
    contact_nos: tuple[str, ...] = attrs.field(converter=_to_numbers)


@shown_by("name", "contacts", "responses")
@attrs.frozen(kw_only=True)
class Group:
    """One group of a comparison: how many were asked, how many responded.

    Attributes:
        name: What the group is called.
        contacts: Contacts in it.
        responses: How many of them responded; each counts once.
    """

    name: str
    contacts: int
    responses: int

    @property
    def rate(self) -> float:
        """Responses for each contact, 0.25 for one of four; 0 in an empty group."""
        return self.responses / self.contacts if self.contacts else 0.0


@shown_by("first.name", "second.name", "difference", "low", "high", "confidence")
@attrs.frozen(kw_only=True)
class Comparison:
    """Two groups side by side.

    Attributes:
        difference: Rate of the second less that of the first.
        low: Lower end of the difference's confidence interval.
        high: Upper end.
        confidence: How often such an interval holds the true difference, from 0 to 1.
    """

    first: Group
    second: Group
    difference: float
    low: float
    high: float
    confidence: float

    def _repr_html_(self) -> str:
        """Both groups with their rates, and by how much these differ."""
        rows = [
            (group.name, group.contacts, group.responses, to_percent(group.rate))
            for group in (self.first, self.second)
        ]
        less, more = to_percent(self.low), to_percent(self.high)
        told = f"difference {to_percent(self.difference)}, {less} to {more}"
        caption = f"{told} with a confidence of {to_percent(self.confidence)}"
        return to_table(["group", "contacts", "responses", "rate"], rows, caption=caption)

    @property
    def is_significant(self) -> bool:
        """Whether the interval leaves out 0: the groups truly differ, with that confidence."""
        return self.low > 0 or self.high < 0


def compared(first: Group, second: Group, *, confidence: float = 0.95) -> Comparison:
    """Two groups compared by the rates of their responses.

    The interval is Newcombe's (1998, method 10), made of Wilson's intervals of the two rates:
    it holds for small groups and for rates near 0 too.

    Raises:
        InvalidValue: A group is empty, or the confidence is not between 0 and 1.

    >>> a = Group(name="A", contacts=1000, responses=50)
    >>> b = Group(name="B", contacts=1000, responses=80)
    >>> found = compared(a, b)
    >>> f"{found.difference:.3f} ({found.low:.3f} to {found.high:.3f})", found.is_significant
    ('0.030 (0.008 to 0.052)', True)
    """
    for group in (first, second):
        if not 0 <= group.responses <= group.contacts or not group.contacts:
            reason = Message(
                "contacts in group {name} cannot have {count} responses; each contact counts once",
                name=group.name,
                count=group.responses,
            )
            raise InvalidValue("contacts", group.contacts, reason)
    z = _normal_quantile(confidence)
    low_1, high_1 = _wilson(first, z)
    low_2, high_2 = _wilson(second, z)
    difference = second.rate - first.rate
    return Comparison(
        first=first,
        second=second,
        difference=difference,
        low=difference - math.hypot(second.rate - low_2, high_1 - first.rate),
        high=difference + math.hypot(high_2 - second.rate, first.rate - low_1),
        confidence=confidence,
    )


def _wilson(group: Group, z: float) -> tuple[float, float]:
    n, rate = group.contacts, group.rate
    middle = rate + z * z / (2 * n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (middle - half) / scale, (middle + half) / scale


def _normal_quantile(confidence: float) -> float:
    """How many standard deviations hold this share of a normal distribution, by bisection."""
    if not 0 < confidence < 1:
        raise InvalidValue("confidence", confidence, "is not between 0 and 1")
    low, high = 0.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        if math.erf(middle / math.sqrt(2)) < confidence:
            low = middle
        else:
            high = middle
    return low
