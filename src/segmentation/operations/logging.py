"""Logging a segment: one interaction for each line enters the journal, the worksheet closes.

What would be recorded is planned first, with all that is wrong; only a plan without faults is
carried out, in one transaction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import attrs

from segmentation.campaigns import Campaign, CampaignEntry
from segmentation.columns import Columns, like
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    CorrespondenceType,
    SalespersonPurchaser,
)
from segmentation.criteria import MEANING, AllOf, AsOf, Conditions, InSegment, bind, make_selection
from segmentation.errors import Fault, Refused, Rejected, Said
from segmentation.fields import Record, key_of
from segmentation.frozen import freeze_within
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.journal import Stamp, reason_of
from segmentation.phrases import phrase
from segmentation.protocols import Store
from segmentation.segments import (
    LoggedSegment,
    Segment,
    SegmentLine,
    SegmentLogged,
    SegmentLogging,
    Tell,
    tell_nobody,
)
from segmentation.templates import InteractionTemplate

from .freezing import freeze_all
from .keeping import get_segment
from .opening import new_segment
from .playing import schema_of
from .recording import record
from .rendering import Rendering
from .reusing import reuse_logged_segment
from .targeting import follow_lines


@attrs.frozen(kw_only=True)
class LoggingPlan:
    """What logging a segment would do.

    Attributes:
        segment_no: The segment.
        faults: All that is wrong: with any of them nothing is recorded.
        interactions: How many interactions would be recorded.
        campaign_nos: The campaigns that would get an entry.
        cost: What the interactions cost, in the currency of the host.
        duration_min: How long they take, in minutes.
        deliveries: How many documents would be delivered.
        skipped: Numbers of lines without a contact, of which nothing is recorded.
        without_address: Numbers of lines whose correspondence type would be left empty,
            because it is e-mail and the contact has no address.
    """

    segment_no: str
    faults: tuple[Fault, ...] = ()
    interactions: int = 0
    campaign_nos: tuple[str, ...] = ()
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)
    deliveries: int = 0
    skipped: tuple[int, ...] = ()
    without_address: tuple[int, ...] = ()


@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Logged:
    """What logging a segment did.

    Attributes:
        segment: The logged segment.
        interactions: What was recorded, one for each line, in the order of the lines.
        follow_up: The follow-up segment, if one was asked for.
        plan: What was planned: the same counts, the lines passed over.
    """

    segment: LoggedSegment
    interactions: Sequence[Interaction]
    follow_up: Segment | None = None
    plan: LoggingPlan


def plan_logging(
    store: Store, segment_no: str, *, deliver: bool = False, rendering: Rendering | None = None
) -> LoggingPlan:
    """Say what logging a segment would do; nothing is changed.

    Args:
        store: Where everything is kept.
        segment_no: The segment.
        deliver: Whether its documents are to be delivered.
        rendering: With ``deliver``: how letters are made. Each is made once to see that it
            can be.

    Raises:
        NotFound: There is no such segment; it may have been logged already.
    """
    segment = get_segment(store, segment_no)
    plan = _plan(store, segment, deliver=deliver, rendering=rendering)[0]
    if _was_logged(store, segment.no):
        again = Fault("header", "no", _LOGGED_BEFORE)
        plan = attrs.evolve(plan, faults=(again, *plan.faults))
    return plan


def log_segment(
    store: Store,
    segment_no: str,
    *,
    as_of: AsOf,
    stamp: Stamp,
    follow_up: bool = False,
    deliver: bool = False,
    rendering: Rendering | None = None,
    tell: Tell = tell_nobody,
) -> Logged:
    """Log a segment: all of it, or, on any fault, nothing.

    Args:
        store: Where everything is kept.
        segment_no: The segment.
        as_of: The user who logs, and the work date of the follow-up.
        stamp: When and by whom it is recorded.
        follow_up: Make a segment with the same contacts and campaign.
        deliver: Mark the interactions whose documents are to be delivered; delivering them
            comes afterwards.
        rendering: With ``deliver``: how letters are made. Each is made once to see that it
            can be, and what it was filled with is kept with its interaction.
        tell: Is told before anything is recorded and after; an error of it undoes all.

    Raises:
        NotFound: There is no such segment; it may have been logged already.
        Refused: A segment with this number was logged before.
        Rejected: The segment has faults: all of them, line by line.
        Conflict: Somebody else logged or recorded at the same moment.
    """
    with store.transaction():
        segment = get_segment(store, segment_no)
        if _was_logged(store, segment.no):
            raise Refused(Said("log segment {no}", no=segment.no), _LOGGED_BEFORE)
        plan, lines, kept = _plan(store, segment, deliver=deliver, rendering=rendering)
        if plan.faults:
            raise Rejected(Said("segment {no}", no=segment.no), plan.faults)
        tell(SegmentLogging(segment))
        logged, interactions = _record(store, segment, lines, stamp, deliver=deliver, kept=kept)
        store.segments.remove(segment)
        follow_lines(store, segment, None)
        tell(SegmentLogged(segment, logged))
        again = _follow_up(store, segment, logged, as_of) if follow_up else None
    return Logged(segment=logged, interactions=interactions, follow_up=again, plan=plan)


# -- planning -------------------------------------------------------------------------------


_LOGGED_BEFORE = "one with this number was logged before"


def _was_logged(store: Store, segment_no: str) -> bool:
    return any(True for _ in store.records.all(LoggedSegment, segment_no=segment_no))


def _plan(
    store: Store, segment: Segment, *, deliver: bool, rendering: Rendering | None
) -> tuple[LoggingPlan, Columns[SegmentLine], Mapping[int, str]]:
    """The plan, the lines as they would be recorded, and what their letters are filled with."""
    everyone = segment.lines.by_field()
    contacted = [place for place, no in enumerate(everyone.column("contact_no")) if no]
    lines = everyone.taken(contacted)
    checker = _Checker(store, lines, deliver=deliver)
    without_address = checker.without_address
    numbers = lines.column("line_no")
    if without_address and not deliver:
        ways = list(lines.column("correspondence_type"))
        for place in without_address:
            ways[place] = CorrespondenceType.BLANK
        lines = lines.with_columns(correspondence_type=ways)
    kept, unmade = freeze_all(store, segment, rendering) if deliver and rendering else ({}, ())
    plan = LoggingPlan(
        segment_no=segment.no,
        faults=(*_header_faults(segment, lines), *checker.faults(lines), *unmade),
        interactions=len(lines),
        campaign_nos=tuple(sorted(no for (no,) in lines.counted("campaign_no") if no)),
        cost=_sum(lines, "unit_cost"),
        duration_min=_sum(lines, "unit_duration_min"),
        deliveries=sum(map(bool, lines.column("correspondence_type"))) if deliver else 0,
        skipped=tuple(no for no, contact in everyone.rows("line_no", "contact_no") if not contact),
        without_address=tuple(numbers[place] for place in without_address),
    )
    return plan, lines, kept


def _sum(lines: Columns[SegmentLine], field: str) -> Decimal:
    counts = lines.counted(field).items()
    return sum((value * count for (value,), count in counts), Decimal(0))


_ADDRESS = ("contact_no", "contact_alt_address_code")


def _header_faults(segment: Segment, lines: Sequence[SegmentLine]) -> Iterator[Fault]:
    if not segment.header.description:
        yield Fault("header", "description", "is blank")
    if not lines:
        yield Fault("lines", "", "there is no line with a contact")


_NEEDED: Mapping[str, type[Record]] = {
    "salesperson_code": SalespersonPurchaser,
    "interaction_template_code": InteractionTemplate,
}


_FILLED = ("date", *_NEEDED)

MANY = 1_000
"""From how many contacts on they are asked for by a selection first, and not one by one."""


def _those(
    store: Store, segment_no: str, nos: frozenset[str], filters: Conditions
) -> frozenset[str]:
    """Those contacts of a segment who pass filters; if all do, they are not listed anew."""
    here, passing = InSegment(segment_no), make_selection(contact=filters)
    wanted = AllOf((here, passing)) if passing else here
    bound = bind(wanted, schema_of(store), AsOf(date.min))
    everyone = store.contacts.count(bound) == len(nos)
    return nos if everyone else frozenset(store.contacts.matching(bound))


def _other_addresses(
    store: Store, lines: Columns[SegmentLine]
) -> Iterator[tuple[tuple[str, str], str]]:
    """The mail addresses of the lines' alternative addresses, by contact and code."""
    keys = {(no, code) for no, code in lines.rows(*_ADDRESS) if code}
    if len(keys) > MANY:
        found = (a for a in store.records.all(AlternativeAddress) if key_of(a) in keys)
    else:
        each = (store.records.find(AlternativeAddress, *key) for key in keys)
        found = (address for address in each if address is not None)
    return (((address.contact_no, address.code), address.e_mail) for address in found)


class _Checker:
    """Finds what is wrong with lines; what they refer to is looked up once for all of them."""

    def __init__(self, store: Store, lines: Columns[SegmentLine], *, deliver: bool) -> None:
        self._deliver = deliver
        nos = frozenset(lines.column("contact_no"))
        many = len(nos) > MANY
        sound = {"privacy_blocked": "no", "minor": "no"}
        self._unsure = nos - _those(store, lines[0].segment_no, nos, sound) if many else nos
        found = store.contacts.get_many(sorted(self._unsure))
        self._contacts = {contact.no: contact for contact in found}
        if many and (CorrespondenceType.EMAIL,) in lines.counted("correspondence_type"):
            self._mailed = _those(store, lines[0].segment_no, nos, {"e_mail": "<>''"})
        else:
            self._mailed = frozenset(contact.no for contact in found if contact.e_mail)
        self._missing = {
            field: _unknown(store, kind, (code for (code,) in lines.counted(field)))
            for field, kind in {**_NEEDED, "campaign_no": Campaign}.items()
        }
        self.without_address = self._unreachable(lines, dict(_other_addresses(store, lines)))
        numbers = lines.column("line_no")
        unmailed = self.without_address if deliver else ()
        self._unmailed = frozenset(map(numbers.__getitem__, unmailed))

    def _unreachable(
        self, lines: Columns[SegmentLine], others: Mapping[tuple[str, str], str]
    ) -> Sequence[int]:
        """Which lines are to be mailed to nobody knows where; the other address counts."""
        mailed = self._mailed
        return [
            place
            for place, (way, no, code) in enumerate(lines.rows("correspondence_type", *_ADDRESS))
            if way is CorrespondenceType.EMAIL and no not in mailed and not others.get((no, code))
        ]

    def faults(self, lines: Columns[SegmentLine]) -> Iterator[Fault]:
        """All that is wrong with lines, in their order."""
        for line in lines.taken(self._doubtful(lines)):
            yield from self._faults(line)

    def _doubtful(self, lines: Columns[SegmentLine]) -> Sequence[int]:
        """Where it is not plain that nothing is wrong; mostly that is nowhere."""
        if self._deliver or any(self._missing.values()):
            return range(len(lines))
        blanks = any(not value for field in _FILLED for (value,) in lines.counted(field))
        if not (self._unsure or blanks):
            return ()
        return [
            place
            for place, (no, *needed) in enumerate(lines.rows("contact_no", *_FILLED))
            if no in self._unsure or not all(needed)
        ]

    def _faults(self, line: SegmentLine) -> Iterator[Fault]:
        place = line.place
        if line.contact_no in self._unsure:
            reason = _contact_fault(line.contact_no, self._contacts.get(line.contact_no))
            if reason:
                yield Fault(place, "contact_no", reason)
        if line.date is None:
            yield Fault(place, "date", "is blank")
        for field in _NEEDED:
            if not getattr(line, field):
                yield Fault(place, field, "is blank")
        for field, values in self._missing.items():
            if values and getattr(line, field) in values:
                missing = Said("{value!r} does not exist", value=getattr(line, field))
                yield Fault(place, field, missing)
        if self._deliver:
            yield from self._delivery_faults(line, place)

    def _delivery_faults(self, line: SegmentLine, place: str) -> Iterator[Fault]:
        if line.line_no in self._unmailed:
            reason = Said("is blank: contact {no} cannot get a mail", no=line.contact_no)
            yield Fault(place, "e_mail", reason)
        if line.correspondence_type and not (line.attachment or line.word_template_code):
            yield Fault(place, "attachment", "is missing: there is nothing to deliver")


def _unknown(store: Store, kind: type[Record], codes: Iterable[str]) -> frozenset[str]:
    return frozenset(code for code in codes if code and store.records.find(kind, code) is None)


def _contact_fault(no: str, contact: Contact | None) -> str:
    if contact is None:
        return Said("{value!r} does not exist", value=no)
    if contact.privacy_blocked:
        return "is blocked for privacy"
    return "" if contact.may_be_contacted else "is a minor without consent"


# -- recording ------------------------------------------------------------------------------


def _record(
    store: Store,
    segment: Segment,
    lines: Columns[SegmentLine],
    stamp: Stamp,
    *,
    deliver: bool,
    kept: Mapping[int, str],
) -> tuple[LoggedSegment, Columns[Interaction]]:
    """Write the entries: the logged segment, its campaign entries, its interactions."""
    logged_no = store.log.head().number + 1
    logged = LoggedSegment(
        entry_no=logged_no,
        segment_no=segment.no,
        description=segment.header.description,
        date=stamp.at.date(),
        user_id=stamp.user,
        meaning=MEANING,
        reason=reason_of(segment),
    )
    entries = [
        attrs.evolve(entry, entry_no=number)
        for number, entry in enumerate(
            _campaign_entries(segment, lines, logged_no, stamp.user), start=logged_no + 1
        )
    ]
    first_no = logged_no + 1 + len(entries)
    numbers = {entry.campaign_no: entry.entry_no for entry in entries}
    interactions = _interactions(lines, logged_no, stamp.user).with_columns(
        entry_no=range(first_no, first_no + len(lines)),
        campaign_entry_no=[numbers.get(no, 0) for no in lines.column("campaign_no")],
        delivery_status=[
            DeliveryStatus.IN_PROGRESS if deliver and way else DeliveryStatus.BLANK
            for way in lines.column("correspondence_type")
        ],
        merge_data=[kept.get(line_no, "") for line_no in lines.column("line_no")],
    )
    record(store, [logged, *entries, interactions], stamp)
    return logged, interactions


def _campaign_entries(
    segment: Segment, lines: Columns[SegmentLine], logged_no: int, user: str
) -> Iterator[CampaignEntry]:
    """One for each campaign, shared by its lines; its date is that of the earliest line."""
    first: dict[str, tuple[date | None, str]] = {}
    for campaign_no, day, salesperson_code in lines.counted(
        "campaign_no", "date", "salesperson_code"
    ):
        known = first.get(campaign_no)
        if known is None or (day and known[0] and day < known[0]):
            first[campaign_no] = (day, salesperson_code)
    for campaign_no in sorted(first.keys() - {""}):
        day, salesperson_code = first[campaign_no]
        yield CampaignEntry(
            campaign_no=campaign_no,
            description=segment.header.description,
            date=day,
            segment_no=segment.no,
            salesperson_code=salesperson_code,
            user_id=user,
            logged_segment_entry_no=logged_no,
        )


_RENAMED = {
    "language_code": "interaction_language_code",
    "unit_cost": "cost",
    "unit_duration_min": "duration_min",
}


def _interactions(lines: Columns[SegmentLine], logged_no: int, user: str) -> Columns[Interaction]:
    """The lines as interactions, without numbers of their own."""
    fields = attrs.fields_dict(Interaction)
    taken = {
        new: name
        for name in attrs.fields_dict(SegmentLine)
        if (new := _RENAMED.get(name, name)) in fields
    }
    first = lines[0]
    pattern = Interaction(
        **{new: getattr(first, name) for new, name in taken.items()},
        logged_segment_entry_no=logged_no,
        user_id=user,
    )
    columns = {new: lines.columns[name] for new, name in taken.items() if name in lines.columns}
    return like(pattern, len(lines), columns)


def _follow_up(store: Store, segment: Segment, logged: LoggedSegment, as_of: AsOf) -> Segment:
    """A segment with the contacts that were logged and the same campaign."""
    made = new_segment(
        store,
        workdate=as_of.workdate,
        user=as_of.user,
        description=phrase("follow_up", no=segment.no),
        campaign_no=segment.header.campaign_no,
    )
    return reuse_logged_segment(store, made.no, logged.entry_no, as_of)
