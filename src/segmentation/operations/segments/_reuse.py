"""Criteria used again: run on a segment, followed and refreshed; logged segments used again."""

from collections.abc import Mapping, Sequence

import attrs

from segmentation.criteria import InLoggedSegment
from segmentation.errors import Message, Refused
from segmentation.frozen import freeze_within
from segmentation.interactions import Interaction
from segmentation.markup import SHOWN, to_table
from segmentation.operations.context import Context
from segmentation.operations.records import get_record, require_segment
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    Lines,
    Listed,
    LoggedSegment,
    Options,
    SavedCriteria,
    Segment,
    SegmentHeader,
    SegmentRefreshed,
    actions_from_json,
)
from segmentation.showing import shown_by

from ._apply_action import (
    apply_action,
    check_actions,
    denied_contacts,
    lines_for,
    overruled_in,
    partition_candidates,
)
from ._circles import check_circle
from ._live import is_unchanged, look
from ._worksheet import save_segment


def reuse_criteria(
    context: Context, segment_no: str | SegmentHeader, code: str | SavedCriteria
) -> Segment:
    """Run saved criteria on a segment, action by action, against today's data.

    Each is recorded as an action of the segment, after those that it has already.

    Raises:
        NotFound: There are no such criteria.
        UnknownName: They name a table or field that the schema does not have; nothing is done.
        Refused: They go round in a circle.
    """
    store = context.store
    as_of = context.day
    with store.transaction():
        segment = require_segment(store, segment_no)
        saved = get_record(store, SavedCriteria, code)
        actions = actions_from_json(saved.actions)
        check_circle(store, saved.code)
        check_actions(store, actions, as_of)
        for action in actions:
            after = apply_action(context, segment, attrs.evolve(action, as_of=as_of), as_of)
            segment = save_segment(context, segment, after)
        return segment


# -- dynamic segments -------------------------------------------------------------------------


def follow_criteria(
    context: Context, segment_no: str | SegmentHeader, code: str | SavedCriteria
) -> Segment:
    """Make a segment follow saved criteria: `refresh` brings it up to date with them.

    Raises:
        NotFound: There is no such segment, or there are no such criteria.
        Refused: Criteria and segments would go round in a circle.
    """
    store = context.store
    with store.transaction():
        before = require_segment(store, segment_no)
        saved = get_record(store, SavedCriteria, code)
        after = _following(context, before, saved.code)
        check_circle(store, saved.code)
        return after


def unfollow_criteria(context: Context, segment_no: str | SegmentHeader) -> Segment:
    """Let a segment follow no saved criteria any more; its lines stay.

    Raises:
        NotFound: There is no such segment.
        Refused: It follows none.
    """
    with context.store.transaction():
        before = require_segment(context.store, segment_no)
        if not before.header.saved_criteria_code:
            step = Message("unfollow criteria of segment {no}", no=before.no)
            raise Refused(step, "it follows no saved criteria")
        return _following(context, before, "")


def _following(context: Context, before: Segment, code: str) -> Segment:
    header = attrs.evolve(before.header, saved_criteria_code=code)
    return save_segment(context, before, attrs.evolve(before, header=header))


@shown_by("segment.no", "joining", "leaving", "left_out", "lines_before", "lines_after")
@attrs.frozen(kw_only=True, repr=False, field_transformer=freeze_within)
class Refreshed:
    """What a refresh did to a segment.

    Attributes:
        segment: The segment as it is now.
        joining: The lines that came in.
        leaving: The lines that went, as they were.
        left_out: Contacts that meet the criteria and did not join, and why.
        lines_before: How many lines there were.
        lines_after: How many there are.
    """

    segment: Segment
    joining: Lines
    leaving: Lines
    left_out: Sequence[LeftOut]
    lines_before: int
    lines_after: int

    @property
    def entered(self) -> Sequence[str]:
        """The contacts that came in, in the order of their lines."""
        return self.joining.contact_nos

    @property
    def left(self) -> Sequence[str]:
        """The contacts that went."""
        return self.leaving.contact_nos

    def _repr_html_(self) -> str:
        """The first contacts that came or went."""
        rows = [("entered", no) for no in self.entered[:SHOWN]]
        rows += [("left", no) for no in self.left[:SHOWN]]
        more = len(self.entered) + len(self.left) - len(rows)
        caption = f"{self.segment.no}: {self.lines_before:,} → {self.lines_after:,} lines"
        return to_table(["", "contact"], rows, caption=caption, more=more)

    def _plain_(self) -> Mapping[str, object]:
        return {
            "segment_no": self.segment.no,
            "entered": len(self.entered),
            "left": len(self.left),
            "left_out": self.left_out,
            "lines_before": self.lines_before,
            "lines_after": self.lines_after,
        }


def refresh(context: Context, segment_no: str | SegmentHeader) -> Refreshed:
    """Bring a segment up to date with the criteria that it follows, as one action.

    Contacts that match now enter, those that do not any more leave. A line put in by hand
    stays as it is; a contact taken out by hand stays out. The observer is called with the same
    as `SegmentRefreshed`. Where nothing changed since the last refresh, on the same day, no
    action is recorded and nothing is written.

    Raises:
        NotFound: There is no such segment.
        Refused: The segment follows no criteria, or they go round in a circle.
        UnknownName: They name a table or field that the schema does not have.
    """
    store = context.store
    as_of = context.day
    before = require_segment(store, segment_no)
    if is_unchanged(store, before, as_of):
        return _told(context, before, None)
    with store.transaction():
        before = require_segment(store, segment_no)
        code = before.header.saved_criteria_code
        if not code:
            step = Message("refresh segment {no}", no=before.no)
            raise Refused(step, "it follows no saved criteria")
        seen = look(context, before, as_of)
        action = CriteriaAction(kind=ActionKind.REFRESH, saved_code=code, as_of=as_of)
        after = apply_action(context, before, action, as_of, seen.few)
        if seen.found_nothing(before, after):
            return _told(context, before, None)
        after = save_segment(context, before, seen.kept_with(after))
        return _told(context, after, after.actions[-1])


def _told(context: Context, segment: Segment, done: CriteriaAction | None) -> Refreshed:
    """Tell what a refresh did to a segment: an action, or nothing."""
    joining = segment.lines.picked(done.inserted)[0] if done else Lines()
    leaving = done.removed if done else Lines()
    context.on_event(SegmentRefreshed(segment, joining=joining, leaving=leaving))
    return Refreshed(
        segment=segment,
        joining=joining,
        leaving=leaving,
        left_out=segment.actions[-1].left_out,
        lines_before=done.lines_before if done else len(segment.lines),
        lines_after=len(segment.lines),
    )


# -- logged segments --------------------------------------------------------------------------


def reuse_logged_segment(
    context: Context,
    segment_no: str | SegmentHeader,
    entry_no: int | LoggedSegment,
    *,
    ignore_exclusion: bool = False,
) -> Segment:
    """The contacts that were logged join again, as one action, existing ones too.

    One line for each interaction; canceled ones are left out of account. Each line has the
    campaign of its interaction. Who is excluded, blocked or gone since stands in the action's
    ``left_out``.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        entry_no: The logged segment.
        ignore_exclusion: Whether contacts that are excluded from segments join as well.

    Raises:
        NotFound: There is no such segment or logged segment.
    """
    store = context.store
    with store.transaction():
        before = require_segment(store, segment_no)
        logged_no = get_record(store, LoggedSegment, entry_no).entry_no
        campaigns = _logged_campaigns(store, logged_no)
        action = CriteriaAction(
            kind=ActionKind.ADD,
            criteria=InLoggedSegment(logged_no),
            options=Options(allow_existing=True, ignore_exclusion=ignore_exclusion),
            as_of=context.day,
        )
        found = store.contacts.candidates(campaigns.keys(), Options())
        joining, barred = partition_candidates(found, before, action.options)
        gone = sorted(campaigns.keys() - found.who.nos)
        left_out = [*barred, *(LeftOut(no, LeftOutReason.GONE) for no in gone)]
        denied = denied_contacts(context, lines_for(context, before, joining))
        left_out += [
            LeftOut(no, each.reason, entry_no=each.entry_no) for no, each in denied.items()
        ]
        everyone = [joining.at(place) for place in joining.in_order(joining.everyone)]
        contacts = [each for each in everyone if each.no not in denied]
        repeated = Listed.of(each for each in contacts for _ in campaigns[each.no])
        inserted = lines_for(context, before, repeated)
        borne = [campaign for each in contacts for campaign in campaigns[each.no]]
        if any(campaign != before.header.campaign_no for campaign in borne):
            pairs = zip(inserted, borne, strict=True)
            inserted = inserted.with_changed(
                attrs.evolve(line, campaign_no=campaign) for line, campaign in pairs
            )
        overruled = overruled_in(found, repeated, action.options)
        action = attrs.evolve(action, left_out=tuple(left_out), overruled=overruled)
        return save_segment(context, before, before.acted(action, inserted=inserted))


def _logged_campaigns(store: Store, entry_no: int) -> dict[str, list[str]]:
    """The campaigns of a logged segment's interactions, by contact."""
    campaigns: dict[str, list[str]] = {}
    for entry in store.records.all(Interaction, logged_segment_entry_no=entry_no):
        if entry.contact_no and not entry.canceled:
            campaigns.setdefault(entry.contact_no, []).append(entry.campaign_no)
    return campaigns
