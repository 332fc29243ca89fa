"""Logging a segment: one interaction for each line enters the journal, the worksheet closes.

What would be recorded is planned first, with all that is wrong; only a plan without faults is
carried out, in one transaction.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import attrs

from segmentation.campaigns import CampaignEntry
from segmentation.columns import Columns, gathered, like
from segmentation.criteria import MEANING
from segmentation.errors import Fault, Message, Refused, Rejected
from segmentation.frozen import freeze_within
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.journal import Stamp, reason_of
from segmentation.markup import to_rows
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_lines
from segmentation.operations.journal import next_entry_no, record
from segmentation.operations.letters import Snapshot, apart
from segmentation.operations.records import require_segment
from segmentation.operations.tables import own_fields_in
from segmentation.phrases import phrase
from segmentation.protocols import Store
from segmentation.segments import (
    LoggedSegment,
    Segment,
    SegmentHeader,
    SegmentLine,
    SegmentLogged,
    SegmentLogging,
)
from segmentation.showing import shown_by

from ._approval import Approval, drop_plans, require_approval, with_approval
from ._log_plan import LoggingPlan, Prepared, prepare
from ._passed_over import shared_addresses
from ._recipients import Sharing, going_out
from ._reuse import reuse_logged_segment
from ._waiting_lines import waiting_among
from ._worksheet import new_segment, was_logged


@shown_by("segment", "interactions", "follow_up")
@attrs.frozen(kw_only=True, repr=False, field_transformer=freeze_within)
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

    def _repr_html_(self) -> str:
        """What was planned, and the first interactions."""
        names = ["entry_no", "contact_no", "date", "description"]
        return self.plan._repr_html_() + to_rows(self.interactions, names)


def plan_logging(
    context: Context,
    segment_no: str | SegmentHeader,
    *,
    deliver: bool = False,
    one_mail_per_address: bool = False,
    one_letter_per_household: bool = False,
) -> LoggingPlan:
    """Say what logging a segment would do; nothing is changed.

    A plan that needs approval is kept until the segment is logged or deleted, with who made it.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        deliver: Whether its documents are to be delivered.
        one_mail_per_address: As for `log_segment`.
        one_letter_per_household: As for `log_segment`.

    Raises:
        NotFound: There is no such segment; it may have been logged already.
    """
    store = context.store
    segment = require_segment(store, segment_no)
    sharing = _sharing(one_mail_per_address, one_letter_per_household)
    going, passed_over, held_back = going_out(context, segment, sharing)
    prepared = prepare(
        store,
        going,
        deliver=deliver,
        rendering=context.rendering,
        passed_over=passed_over,
        held_back=held_back,
        everybody=one_letter_per_household,
    )
    plan = attrs.evolve(
        prepared.plan(),
        shared_addresses=shared_addresses(store, going),
        waiting=waiting_among(context, prepared.lines),
        shared_households=apart(store, prepared.lines, prepared.households, deliver=deliver),
    )
    plan = with_approval(context, segment, prepared, plan, sharing)
    if was_logged(store, segment.no):
        again = Fault("header", "no", _LOGGED_BEFORE)
        plan = attrs.evolve(plan, faults=(again, *plan.faults))
    return plan


def log_segment(
    context: Context,
    segment_no: str | SegmentHeader,
    *,
    follow_up: bool = False,
    deliver: bool = False,
    one_mail_per_address: bool = False,
    one_letter_per_household: bool = False,
) -> Logged:
    """Log a segment: all of it, or, on any fault, nothing.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        follow_up: Make a segment with the same contacts and campaign.
        deliver: Mark the interactions whose documents are to be delivered; delivering them
            comes afterwards.
        one_mail_per_address: Of several lines whose mails would go to one address, case aside,
            the first gets the mail and the others are passed over; templates can say so too.
        one_letter_per_household: Lines by post whose contacts are at one address have one letter,
            with all of their names; templates can say so too. Each has an interaction.

    Raises:
        NotFound: There is no such segment; it may have been logged already.
        Refused: A segment with this number was logged before, or it needs approval that nobody
            gave.
        Rejected: The segment has faults: all of them, line by line; or it is not what was approved
            any more: who came, who went, what text changed.
        Conflict: Somebody else logged or recorded at the same moment.
    """
    context = context.stopped
    store, stamp = context.store, context.stamp
    with store.transaction():
        segment = require_segment(store, segment_no)
        if was_logged(store, segment.no):
            raise Refused(Message("log segment {no}", no=segment.no), _LOGGED_BEFORE)
        sharing = _sharing(one_mail_per_address, one_letter_per_household)
        going, passed_over, held_back = going_out(context, segment, sharing)
        prepared = prepare(
            store,
            going,
            deliver=deliver,
            rendering=context.rendering,
            keep=store.attachments.put,
            passed_over=passed_over,
            held_back=held_back,
            everybody=one_letter_per_household,
        )
        approval = require_approval(store, segment, prepared, sharing)
        if prepared.faults:
            raise Rejected(Message("segment {no}", no=segment.no), prepared.faults)
        context.on_event(SegmentLogging(segment))
        logged, interactions = _record(store, prepared, stamp, approval)
        store.segments.remove(segment)
        drop_plans(store, segment.no)
        follow_lines(store, segment, None)
        context.on_event(SegmentLogged(segment, logged))
        again = _follow_up(context, segment, logged) if follow_up else None
    return Logged(segment=logged, interactions=interactions, follow_up=again, plan=prepared.plan())


# -- planning -------------------------------------------------------------------------------


def _sharing(one_mail_per_address: bool, one_letter_per_household: bool) -> Sharing:  # noqa: FBT001 - in the order of the arguments above
    return Sharing(
        one_mail_per_address=one_mail_per_address,
        one_letter_per_household=one_letter_per_household,
    )


_LOGGED_BEFORE = "one with this number was logged before"


# -- recording ------------------------------------------------------------------------------


def _record(
    store: Store, prepared: Prepared, stamp: Stamp, approval: Approval | None
) -> tuple[LoggedSegment, Columns[Interaction]]:
    """Write the entries: the logged segment, its campaign entries, its interactions."""
    segment, lines = prepared.segment, prepared.lines
    logged_no = next_entry_no(store)
    logged = LoggedSegment(
        entry_no=logged_no,
        segment_no=segment.no,
        description=segment.header.description,
        date=stamp.day,
        user_id=stamp.user,
        meaning=MEANING,
        reason=reason_of(segment, own_fields_in(store, segment.actions)),
        split_arms=segment.header.split_arms,
        held_back_arm=segment.header.held_back_arm,
        chain_no=segment.header.chain_no or (segment.no if segment.header.repeat else ""),
        plan_hash=approval.plan_hash if approval else "",
        approved_by=approval.approved_by if approval else "",
    )
    entries = [
        attrs.evolve(entry, entry_no=number)
        for number, entry in enumerate(
            _campaign_entries(segment, lines, logged_no, stamp.user), start=logged_no + 1
        )
    ]
    first_no = logged_no + 1 + len(entries)
    campaign_entry_nos = {entry.campaign_no: entry.entry_no for entry in entries}
    deliver = prepared.deliver
    interactions = _interactions(lines, logged_no, stamp.user).with_columns(
        entry_no=range(first_no, first_no + len(lines)),
        campaign_entry_no=[campaign_entry_nos.get(no, 0) for no in lines.column("campaign_no")],
        delivery_status=[
            DeliveryStatus.IN_PROGRESS if deliver and sent_by else DeliveryStatus.BLANK
            for sent_by in lines.column("correspondence_type")
        ],
        arm=prepared.arms,
        household_entry_no=_household_entry_nos(prepared, first_no),
        **_letters(prepared),
    )
    held_back = [
        attrs.evolve(each, entry_no=number, logged_segment_entry_no=logged_no)
        for number, each in enumerate(prepared.held_back, start=first_no + len(lines))
    ]
    sent = [interactions] if len(lines) else []
    record(store, [logged, *entries, *sent, *held_back], stamp)
    return logged, interactions


def _household_entry_nos(prepared: Prepared, first_no: int) -> Sequence[int]:
    """The entry number of the first of those who have one letter, for each line; else 0."""
    shared = {number: group[0] for group in prepared.households for number in group}
    numbers = prepared.lines.column("line_no")
    if not shared:
        return [0] * len(numbers)
    entry_nos = dict(zip(numbers, itertools.count(first_no)))
    return [entry_nos[shared[number]] if number in shared else 0 for number in numbers]


def _letters(prepared: Prepared) -> Mapping[str, Sequence[str]]:
    """What is kept of the letters, by field; lines without a letter keep what they have."""
    if not prepared.letters:
        return {}
    rows = prepared.lines.rows("line_no", "attachment", "attachment_name")
    kept = [
        prepared.letters.get(
            line_no, Snapshot(merge_data="", attachment=digest, attachment_name=name)
        )
        for line_no, digest, name in rows
    ]
    return {
        field.name: [getattr(each, field.name) for each in kept] for field in attrs.fields(Snapshot)
    }


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
    if not len(lines):
        return gathered(Interaction, [])
    first = lines[0]
    pattern = Interaction(
        **{new: getattr(first, name) for new, name in taken.items()},
        logged_segment_entry_no=logged_no,
        user_id=user,
    )
    columns = {new: lines.columns[name] for new, name in taken.items() if name in lines.columns}
    return like(pattern, len(lines), columns)


def _follow_up(context: Context, segment: Segment, logged: LoggedSegment) -> Segment:
    """A segment with the contacts that were logged and the same campaign."""
    made = new_segment(
        context,
        phrase("follow_up", context.language, no=segment.no),
        campaign_no=segment.header.campaign_no,
    )
    return reuse_logged_segment(context, made.no, logged.entry_no, ignore_exclusion=True)
