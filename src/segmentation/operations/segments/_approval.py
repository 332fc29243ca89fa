"""Approval: a second user says yes to the very plan that is then logged.

A plan that needs approval is kept with its content when it is made. Who approves it is an entry of
the journal. Logging works out the plan anew: it must have the hash that was approved.
"""

import datetime as dt
from collections.abc import Mapping
from unicodedata import normalize

import attrs

from segmentation.errors import JournalBroken, Message, NotFound, Refused, Rejected
from segmentation.journal import Head, PlanApproved, happening_of, verify
from segmentation.operations.context import Context
from segmentation.operations.journal import get_entry, record
from segmentation.operations.records import require_segment
from segmentation.protocols import Store
from segmentation.segments import LeftOutReason, Segment, SegmentHeader, SegmentPlan
from segmentation.setup import MarketingSetup
from segmentation.showing import shown_by
from segmentation.templates import InteractionTemplate

from ._log_plan import LoggingPlan, Prepared, prepare
from ._plan_content import PlanContent, changes_since, plan_content
from ._recipients import Sharing, going_out

_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


@shown_by("segment_no", "plan_hash", "planned_by", "approved_by", "entry_no")
@attrs.frozen(kw_only=True)
class Approval:
    """A plan of a segment that a second user approved.

    Attributes:
        segment_no: The segment.
        plan_hash: The hash of the plan.
        planned_by: Who made it.
        approved_by: Who approved it.
        entry_no: The entry of the journal that records it.
    """

    segment_no: str
    plan_hash: str
    planned_by: str
    approved_by: str
    entry_no: int


@attrs.frozen
class _Planned:
    """A segment prepared for logging, with nothing kept of its letters."""

    segment: Segment
    prepared: Prepared
    sharing: Sharing

    def content(self, store: Store) -> PlanContent:
        return plan_content(store, self.segment, self.prepared, self.sharing)

    @property
    def left(self) -> Mapping[str, LeftOutReason]:
        return {each.contact_no: each.reason for each in self.prepared.passed_over}


def _planned(context: Context, segment: Segment, sharing: Sharing, *, deliver: bool) -> _Planned:
    going, passed, held_back = going_out(context, segment, sharing)
    prepared = prepare(
        context.store,
        going,
        deliver=deliver,
        rendering=context.rendering,
        passed_over=passed,
        held_back=held_back,
        everybody=sharing.one_letter_per_household,
    )
    return _Planned(segment, prepared, sharing)


def needs_approval(store: Store, prepared: Prepared) -> bool:
    """Whether a second user must approve what would be recorded."""
    setup = store.records.find(MarketingSetup)
    lines = prepared.lines
    if setup is not None and 0 < setup.approval_required_from <= len(lines):
        return True
    counts = lines.counted("interaction_template_code").items()
    found = ((store.records.find(InteractionTemplate, code), n) for (code,), n in counts)
    return any(each and 0 < each.approval_required_from <= count for each, count in found)


def with_approval(
    context: Context,
    segment: Segment,
    prepared: Prepared,
    plan: LoggingPlan,
    sharing: Sharing,
) -> LoggingPlan:
    """A plan with its hash if it needs approval; it is kept, with who made it first."""
    store = context.store
    if not needs_approval(store, prepared):
        return plan
    content = _Planned(segment, prepared, sharing).content(store)
    with store.transaction():
        kept = store.records.find(SegmentPlan, segment.no, content.hash)
        if kept is None:
            kept = SegmentPlan(
                segment_no=segment.no,
                plan_hash=content.hash,
                planned_by=context.user,
                planned_at=context.clock(),
                content=content.text,
            )
            store.records.put([kept])
    return attrs.evolve(
        plan, needs_approval=True, plan_hash=kept.plan_hash, approved_by=kept.approved_by
    )


def approve_plan(context: Context, segment_no: str | SegmentHeader, plan_hash: str) -> Approval:
    """Approve a plan of a segment; the entry of the journal says by whom.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        plan_hash: The hash of the plan, as `LoggingPlan.plan_hash` has it.

    Raises:
        NotFound: There is no such segment.
        Refused: The same user made the plan, or one of both has no name; or the hash is that of
            no plan of this segment.
        Rejected: Something has changed since the plan was made: all of it.
    """
    context = context.stopped
    store = context.store
    with store.transaction():
        segment = require_segment(store, segment_no)
        step = Message("approve the plan of segment {no}", no=segment.no)
        plan = _kept(store, segment, str(plan_hash).strip().lower(), step)
        both = _person(plan.planned_by), _person(context.user)
        if not all(both):
            raise Refused(step, "who made the plan and who approves it must have names")
        if both[0] == both[1]:
            reason = Message(
                "{planned!r} made the plan, and {user!r} cannot approve it; another user must",
                planned=plan.planned_by,
                user=context.user,
            )
            raise Refused(step, reason)
        _check_unchanged(context, segment, plan, step)
        approved = PlanApproved(
            segment_no=segment.no, plan_hash=plan.plan_hash, planned_by=plan.planned_by
        )
        [number] = record(store, [approved], context.stamp)
        done = attrs.evolve(plan, approved_by=context.user, approval_entry_no=number)
        store.records.put([done])
    return _approval(done)


def _person(user: str) -> str:
    """A user's name, however it is spelled: by case, blanks, accents in one letter or two."""
    return " ".join(normalize("NFKC", user).casefold().split())


def _approval(plan: SegmentPlan) -> Approval:
    return Approval(
        segment_no=plan.segment_no,
        plan_hash=plan.plan_hash,
        planned_by=plan.planned_by,
        approved_by=plan.approved_by,
        entry_no=plan.approval_entry_no,
    )


def _kept(store: Store, segment: Segment, plan_hash: str, step: Message) -> SegmentPlan:
    """The plan of a segment with this hash.

    Raises:
        Refused: There is none.
    """
    plan = store.records.find(SegmentPlan, segment.no, plan_hash)
    if plan is not None:
        return plan
    plans = list(store.records.all(SegmentPlan))
    other = next((each.segment_no for each in plans if each.plan_hash == plan_hash), "")
    if other:
        raise Refused(step, Message("the hash is that of a plan of segment {no}", no=other))
    mine = [each for each in plans if each.segment_no == segment.no]
    if not mine:
        raise Refused(step, Message("no plan of it was made that needs approval"))
    present = max(mine, key=_when)
    reason = Message(
        "the hash given is {given}, and that of its plan is {present}",
        given=plan_hash,
        present=present.plan_hash,
    )
    raise Refused(step, reason)


def _when(plan: SegmentPlan) -> dt.datetime:
    return plan.planned_at or _LONG_AGO


def _check_unchanged(context: Context, segment: Segment, plan: SegmentPlan, what: Message) -> None:
    """Check that a plan is the present one.

    Raises:
        Rejected: Something has changed since: all of it.
    """
    before = PlanContent(plan.content)
    data = before.data
    now = _planned(context, segment, before.sharing, deliver=data["deliver"])
    present = now.content(context.store)
    if present.hash != plan.plan_hash:
        raise Rejected(what, changes_since(before, present, now.left))


def require_approval(
    store: Store, segment: Segment, prepared: Prepared, sharing: Sharing
) -> Approval | None:
    """The approval of what is about to be logged; ``None`` if none is needed.

    Args:
        store: Where everything is kept.
        segment: The segment.
        prepared: The very lines and letters that are recorded then.
        sharing: What contacts have together.

    Raises:
        Refused: Nobody has approved a plan of it, or the journal does not say so.
        Rejected: Something has changed since: who came, who went, what text changed.
    """
    if not needs_approval(store, prepared):
        return None
    now = _Planned(segment, prepared, sharing)
    step = Message("log segment {no}", no=segment.no)
    approved = [p for p in store.records.all(SegmentPlan, segment_no=segment.no) if p.approved_by]
    content = now.content(store)
    plan = next((each for each in approved if each.plan_hash == content.hash), None)
    if plan is not None:
        _check_recorded(store, plan, step)
        return _approval(plan)
    if approved:
        last = max(approved, key=_number)
        changed = changes_since(PlanContent(last.content), content, now.left)
        raise Rejected(Message("segment {no}", no=segment.no), changed)
    reason = Message("it needs approval: plan it, and let another user approve the plan's hash")
    raise Refused(step, reason)


def _number(plan: SegmentPlan) -> int:
    return plan.approval_entry_no


def _check_recorded(store: Store, plan: SegmentPlan, step: Message) -> None:
    """Check that the journal says what a plan says of its approval.

    Raises:
        Refused: It does not.
    """
    expected = PlanApproved(
        segment_no=plan.segment_no, plan_hash=plan.plan_hash, planned_by=plan.planned_by
    )
    try:
        entry = get_entry(store, plan.approval_entry_no)
        verify([entry], after=Head(entry.number - 1, entry.previous))
        said = happening_of(entry)
    except (NotFound, JournalBroken):
        said = None
    user = entry.user if said == expected else plan.planned_by
    if user != plan.approved_by or _person(user) in {"", _person(plan.planned_by)}:
        raise Refused(step, Message("the journal does not say that its plan was approved"))


def drop_plans(store: Store, segment_no: str) -> None:
    """Remove the plans of a segment that is gone: what was approved stands in the journal."""
    store.records.remove(list(store.records.all(SegmentPlan, segment_no=segment_no)))
