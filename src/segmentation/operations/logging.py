"""Logging a segment: one interaction for each line enters the journal, the worksheet closes.

What would be recorded is planned first, with all that is wrong; only a plan without faults is
carried out, in one transaction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import attrs

from segmentation.campaigns import Campaign, CampaignEntry
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    CorrespondenceType,
    SalespersonPurchaser,
)
from segmentation.criteria import MEANING, AllOf, AsOf, InSegment, make_selection
from segmentation.errors import Fault, Refused, Rejected, Said
from segmentation.fields import Record, key_of
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.journal import Happening, Stamp, reason_of
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
from .playing import select
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


@attrs.frozen(kw_only=True)
class Logged:
    """What logging a segment did.

    Attributes:
        segment: The logged segment.
        interactions: What was recorded, one for each line, in the order of the lines.
        follow_up: The follow-up segment, if one was asked for.
        plan: What was planned: the same counts, the lines passed over.
    """

    segment: LoggedSegment
    interactions: tuple[Interaction, ...]
    follow_up: Segment | None = None
    plan: LoggingPlan


def plan_logging(store: Store, segment_no: str, *, deliver: bool = False) -> LoggingPlan:
    """Say what logging a segment would do; nothing is changed.

    Args:
        store: Where everything is kept.
        segment_no: The segment.
        deliver: Whether its documents are to be delivered.

    Raises:
        NotFound: There is no such segment; it may have been logged already.
    """
    return _plan(store, get_segment(store, segment_no), deliver=deliver)[0]


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
        if any(store.records.all(LoggedSegment, segment_no=segment.no)):
            step = Said("log segment {no}", no=segment.no)
            raise Refused(step, "one with this number was logged before")
        plan, lines = _plan(store, segment, deliver=deliver)
        kept, unmade = freeze_all(store, segment, rendering) if deliver and rendering else ({}, ())
        if plan.faults or unmade:
            raise Rejected(Said("segment {no}", no=segment.no), [*plan.faults, *unmade])
        tell(SegmentLogging(segment))
        logged, interactions = _record(store, segment, lines, stamp, deliver=deliver, kept=kept)
        store.segments.remove(segment)
        follow_lines(store, segment, None)
        tell(SegmentLogged(segment, logged))
        again = _follow_up(store, segment, logged, as_of) if follow_up else None
    return Logged(segment=logged, interactions=interactions, follow_up=again, plan=plan)


# -- planning -------------------------------------------------------------------------------


def _plan(
    store: Store, segment: Segment, *, deliver: bool
) -> tuple[LoggingPlan, Sequence[SegmentLine]]:
    """The plan, and the lines as they would be recorded."""
    everyone = list(segment.lines)
    lines = [line for line in everyone if line.contact_no]
    checker = _Checker(store, lines, deliver=deliver)
    faults = list(_header_faults(segment, lines))
    ready, without_address = [], []
    for line in lines:
        if line.correspondence_type is CorrespondenceType.EMAIL and not checker.has_address(line):
            without_address.append(line.line_no)
            if not deliver:
                line = attrs.evolve(line, correspondence_type=CorrespondenceType.BLANK)  # noqa: PLW2901 - the line as it is recorded
        faults += checker.faults(line)
        ready.append(line)
    plan = LoggingPlan(
        segment_no=segment.no,
        faults=tuple(faults),
        interactions=len(ready),
        campaign_nos=tuple(sorted({line.campaign_no for line in ready} - {""})),
        cost=sum((line.unit_cost for line in ready), Decimal(0)),
        duration_min=sum((line.unit_duration_min for line in ready), Decimal(0)),
        deliveries=sum(bool(line.correspondence_type) for line in ready) if deliver else 0,
        skipped=tuple(line.line_no for line in everyone if not line.contact_no),
        without_address=tuple(without_address),
    )
    return plan, ready


def _header_faults(segment: Segment, lines: Sequence[SegmentLine]) -> Iterator[Fault]:
    if not segment.header.description:
        yield Fault("header", "description", "is blank")
    if not lines:
        yield Fault("lines", "", "there is no line with a contact")


_NEEDED: Mapping[str, type[Record]] = {
    "salesperson_code": SalespersonPurchaser,
    "interaction_template_code": InteractionTemplate,
}


MANY = 1_000
"""From how many contacts on they are asked for by a selection first, and not one by one."""

_MAY_BE_CONTACTED = make_selection({"contact": {"privacy_blocked": "no", "minor": "no"}})
_HAS_ADDRESS = make_selection({"contact": {"e_mail": "<>''"}})


def _sound(store: Store, segment_no: str, *, mail: bool) -> frozenset[str]:
    """Contacts of a segment with whom nothing can be wrong; not all of them, but most."""
    wanted = [InSegment(segment_no), _MAY_BE_CONTACTED, *([_HAS_ADDRESS] if mail else ())]
    return frozenset(select(store, AllOf(tuple(wanted)), AsOf(date.min)))


def _other_addresses(
    store: Store, lines: Sequence[SegmentLine]
) -> Iterator[tuple[tuple[str, str], str]]:
    """The mail addresses of the lines' alternative addresses, by contact and code."""
    keys = {(x.contact_no, x.contact_alt_address_code) for x in lines if x.contact_alt_address_code}
    if len(keys) > MANY:
        found = (a for a in store.records.all(AlternativeAddress) if key_of(a) in keys)
    else:
        each = (store.records.find(AlternativeAddress, *key) for key in keys)
        found = (address for address in each if address is not None)
    return (((address.contact_no, address.code), address.e_mail) for address in found)


class _Checker:
    """Finds what is wrong with lines; what they refer to is looked up once for all of them."""

    def __init__(self, store: Store, lines: Sequence[SegmentLine], *, deliver: bool) -> None:
        self._deliver = deliver
        nos = {line.contact_no for line in lines}
        mail = any(line.correspondence_type is CorrespondenceType.EMAIL for line in lines)
        self._sound = (
            _sound(store, lines[0].segment_no, mail=mail) if len(nos) > MANY else frozenset()
        )
        found = store.contacts.get_many(sorted(nos - self._sound))
        self._contacts = {contact.no: contact for contact in found}
        self._missing = {
            field: _unknown(store, kind, {getattr(line, field) for line in lines})
            for field, kind in {**_NEEDED, "campaign_no": Campaign}.items()
        }
        self._addresses = dict(_other_addresses(store, lines))

    def has_address(self, line: SegmentLine) -> bool:
        """Whether the line's contact has a mail address; that of the other address counts."""
        if line.contact_no in self._sound:
            return True
        contact = self._contacts.get(line.contact_no)
        other = self._addresses.get((line.contact_no, line.contact_alt_address_code), "")
        return bool(other or (contact and contact.e_mail))

    def faults(self, line: SegmentLine) -> Iterator[Fault]:
        """All that is wrong with a line."""
        if self._is_sound(line):
            return
        place = line.place
        if line.contact_no not in self._sound:
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

    def _is_sound(self, line: SegmentLine) -> bool:
        """Whether it is plain that nothing is wrong: so it is with most lines, and quickly."""
        return (
            line.contact_no in self._sound
            and line.date is not None
            and bool(line.salesperson_code and line.interaction_template_code)
            and not (self._deliver or any(self._missing.values()))
        )

    def _delivery_faults(self, line: SegmentLine, place: str) -> Iterator[Fault]:
        if line.correspondence_type is CorrespondenceType.EMAIL and not self.has_address(line):
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
    lines: Sequence[SegmentLine],
    stamp: Stamp,
    *,
    deliver: bool,
    kept: Mapping[int, str],
) -> tuple[LoggedSegment, tuple[Interaction, ...]]:
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
    numbers = {entry.campaign_no: entry.entry_no for entry in entries}
    interactions = tuple(
        _interaction(
            line,
            entry_no=number,
            logged_no=logged_no,
            campaign_entry_no=numbers.get(line.campaign_no, 0),
            stamp=stamp,
            deliver=deliver,
            merge_data=kept.get(line.line_no, ""),
        )
        for number, line in enumerate(lines, start=logged_no + 1 + len(entries))
    )
    happenings: list[Happening] = [logged, *entries, *interactions]
    record(store, happenings, stamp)
    return logged, interactions


def _campaign_entries(
    segment: Segment, lines: Iterable[SegmentLine], logged_no: int, user: str
) -> Iterator[CampaignEntry]:
    """One for each campaign, shared by its lines; its date is that of the earliest line."""
    first: dict[str, SegmentLine] = {}
    for line in lines:
        if line.campaign_no and _earlier(line, first.get(line.campaign_no)):
            first[line.campaign_no] = line
    for campaign_no in sorted(first):
        yield CampaignEntry(
            campaign_no=campaign_no,
            description=segment.header.description,
            date=first[campaign_no].date,
            segment_no=segment.no,
            salesperson_code=first[campaign_no].salesperson_code,
            user_id=user,
            logged_segment_entry_no=logged_no,
        )


def _earlier(line: SegmentLine, than: SegmentLine | None) -> bool:
    return than is None or bool(line.date and than.date and line.date < than.date)


def _interaction(
    line: SegmentLine,
    *,
    entry_no: int,
    logged_no: int,
    campaign_entry_no: int,
    stamp: Stamp,
    deliver: bool,
    merge_data: str,
) -> Interaction:
    delivered = deliver and bool(line.correspondence_type)
    return Interaction(
        entry_no=entry_no,
        contact_no=line.contact_no,
        contact_company_no=line.contact_company_no,
        contact_alt_address_code=line.contact_alt_address_code,
        date=line.date,
        description=line.description,
        subject=line.subject,
        interaction_group_code=line.interaction_group_code,
        interaction_template_code=line.interaction_template_code,
        interaction_language_code=line.language_code,
        cost=line.unit_cost,
        duration_min=line.unit_duration_min,
        information_flow=line.information_flow,
        initiated_by=line.initiated_by,
        evaluation=line.evaluation,
        salesperson_code=line.salesperson_code,
        campaign_no=line.campaign_no,
        campaign_entry_no=campaign_entry_no,
        campaign_target=line.campaign_target,
        campaign_response=line.campaign_response,
        segment_no=line.segment_no,
        line_no=line.line_no,
        logged_segment_entry_no=logged_no,
        correspondence_type=line.correspondence_type,
        send_word_docs_as_attachment=line.send_word_docs_as_attachment,
        attachment=line.attachment,
        attachment_name=line.attachment_name,
        word_template_code=line.word_template_code,
        delivery_status=DeliveryStatus.IN_PROGRESS if delivered else DeliveryStatus.BLANK,
        merge_data=merge_data,
        extra=line.extra,
        user_id=stamp.user,
    )


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
