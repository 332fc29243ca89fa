"""Logging a segment: one interaction for each line enters the journal, the worksheet closes."""

from collections.abc import Iterator

import attrs

from segmentation.campaigns import Campaign, CampaignEntry
from segmentation.contacts import SalespersonPurchaser
from segmentation.criteria import AsOf
from segmentation.errors import Fault, Rejected
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.journal import Stamp
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment, Segment, SegmentLine, actions_to_json
from segmentation.templates import InteractionTemplate

from .opening import new_segment
from .recording import record
from .reusing import reuse_logged_segment
from .targeting import follow_lines


@attrs.frozen(kw_only=True)
class Logged:
    """What logging a segment did.

    Attributes:
        segment: The logged segment.
        interactions: What was recorded, one for each line, in the order of the lines.
        follow_up: The follow-up segment, if one was asked for.
    """

    segment: LoggedSegment
    interactions: tuple[Interaction, ...]
    follow_up: Segment | None = None


def log_segment(
    store: Store,
    segment_no: str,
    *,
    as_of: AsOf,
    stamp: Stamp,
    follow_up: bool = False,
) -> Logged:
    """Log a segment: all of it, or, on any fault, nothing.

    Args:
        store: Where everything is kept.
        segment_no: The segment.
        as_of: The user who logs, and the work date of the follow-up.
        stamp: When and by whom it is recorded.
        follow_up: Make a segment with the same contacts and campaign.

    Raises:
        NotFound: There is no such segment; it may have been logged already.
        Rejected: The segment has faults: all of them, line by line.
        Conflict: Somebody else logged or recorded at the same moment.
    """
    with store.transaction():
        segment = store.segments.get(segment_no)
        faults = list(_faults(store, segment))
        if faults:
            raise Rejected(f"segment {segment_no}", faults)
        logged, interactions = _record(store, segment, stamp)
        store.segments.remove(segment)
        follow_lines(store, segment, None)
        again = _follow_up(store, segment, logged, as_of) if follow_up else None
    return Logged(segment=logged, interactions=interactions, follow_up=again)


def _faults(store: Store, segment: Segment) -> Iterator[Fault]:
    if not segment.header.description:
        yield Fault("header", "description", "is blank")
    lines = [line for line in segment.lines if line.contact_no]
    if not lines:
        yield Fault("lines", "", "there is no line with a contact")
    missing = _missing(store, lines)
    for line in lines:
        yield from _line_faults(line, missing)


def _missing(store: Store, lines: list[SegmentLine]) -> dict[str, frozenset[str]]:
    """For each field that refers to a record: the values that name none."""
    named = {line.contact_no for line in lines}
    found = {contact.no for contact in store.contacts.get_many(sorted(named))}
    kinds: dict[str, type[Record]] = {
        "salesperson_code": SalespersonPurchaser,
        "interaction_template_code": InteractionTemplate,
        "campaign_no": Campaign,
    }
    missing = {"contact_no": frozenset(named - found)}
    for field, kind in kinds.items():
        values = {getattr(line, field) for line in lines} - {""}
        missing[field] = frozenset(v for v in values if store.records.find(kind, v) is None)
    return missing


def _line_faults(line: SegmentLine, missing: dict[str, frozenset[str]]) -> Iterator[Fault]:
    place = f"line {line.line_no} (contact {line.contact_no})"
    if line.date is None:
        yield Fault(place, "date", "is blank")
    for field in ("salesperson_code", "interaction_template_code"):
        if not getattr(line, field):
            yield Fault(place, field, "is blank")
    for field, values in missing.items():
        value = getattr(line, field)
        if value in values:
            yield Fault(place, field, f"{value!r} does not exist")


def _record(
    store: Store, segment: Segment, stamp: Stamp
) -> tuple[LoggedSegment, tuple[Interaction, ...]]:
    """Write the entries: the logged segment, its campaign entries, its interactions."""
    head = store.log.head()
    logged = LoggedSegment(
        segment_no=segment.no,
        description=segment.header.description,
        date=stamp.at.date(),
        user_id=stamp.user,
        reason=actions_to_json(segment.actions),
    )
    logged_no = head.number + 1
    lines = [line for line in segment.lines if line.contact_no]
    campaigns = sorted({line.campaign_no for line in lines} - {""})
    campaign_entries = [
        _campaign_entry(segment, lines, campaign_no, logged_no, stamp.user)
        for campaign_no in campaigns
    ]
    entry_nos = {no: logged_no + step for step, no in enumerate(campaigns, start=1)}
    interactions = [_interaction(line, logged_no, entry_nos, stamp.user) for line in lines]
    numbers = record(store, [logged, *campaign_entries, *interactions], stamp)
    first = 1 + len(campaign_entries)
    return (
        attrs.evolve(logged, entry_no=numbers[0]),
        tuple(
            attrs.evolve(interaction, entry_no=number)
            for interaction, number in zip(interactions, numbers[first:], strict=True)
        ),
    )


def _campaign_entry(
    segment: Segment, lines: list[SegmentLine], campaign_no: str, logged_no: int, user: str
) -> CampaignEntry:
    """The entry that all lines of a campaign share; its date is that of the earliest line."""
    first = min(
        (line for line in lines if line.campaign_no == campaign_no and line.date),
        key=lambda line: (line.date, line.line_no),
    )
    return CampaignEntry(
        campaign_no=campaign_no,
        description=segment.header.description,
        date=first.date,
        segment_no=segment.no,
        salesperson_code=first.salesperson_code,
        user_id=user,
        logged_segment_entry_no=logged_no,
    )


def _interaction(
    line: SegmentLine, logged_no: int, campaign_entry_nos: dict[str, int], user: str
) -> Interaction:
    return Interaction(
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
        campaign_entry_no=campaign_entry_nos.get(line.campaign_no, 0),
        campaign_target=line.campaign_target,
        campaign_response=line.campaign_response,
        segment_no=line.segment_no,
        logged_segment_entry_no=logged_no,
        correspondence_type=line.correspondence_type,
        attachment=line.attachment,
        attachment_name=line.attachment_name,
        word_template_code=line.word_template_code,
        user_id=user,
    )


def _follow_up(store: Store, segment: Segment, logged: LoggedSegment, as_of: AsOf) -> Segment:
    """A segment with the contacts that were logged and the same campaign."""
    made = new_segment(
        store,
        workdate=as_of.workdate,
        user=as_of.user,
        description=f"Follow-up on segment {segment.no}",
        campaign_no=segment.header.campaign_no,
    )
    return reuse_logged_segment(store, made.no, logged.entry_no, as_of)
