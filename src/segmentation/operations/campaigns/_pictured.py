"""What pictures of a logged segment show, read from the journal."""

from collections.abc import Iterable
from datetime import date

from segmentation.experiments import Funnel, Outcome, RateFrom, ResponseCurve
from segmentation.operations.context import Context
from segmentation.operations.records import get_record
from segmentation.protocols import Store
from segmentation.segments import LeftOutReason, LoggedSegment, actions_from_json

from ._figures import Scope
from ._outcomes import amounts_after, check_outcome
from ._responses import Credit, credits_in


def response_curve(store: Store, entry_no: int | LoggedSegment) -> ResponseCurve:
    """How large a share of each arm of a logged segment had responded from which day on.

    Raises:
        NotFound: There is no such logged segment.
    """
    logged = get_record(store, LoggedSegment, entry_no)
    by_arm: dict[str, list[Credit]] = {}
    for each in _credits_of(store, logged):
        by_arm.setdefault(each.asked.arm, []).append(each)
    return ResponseCurve(
        segment_no=logged.segment_no,
        description=logged.description,
        day=logged.date,
        arms={arm: tuple(_curve(by_arm[arm])) for arm in sorted(by_arm)},
    )


def _credits_of(store: Store, logged: LoggedSegment) -> list[Credit]:
    found = credits_in(store, Scope(segment_no=logged.segment_no))
    return [each for each in found if each.asked.logged_segment_entry_no == logged.entry_no]


def _curve(arm: Iterable[Credit]) -> list[RateFrom]:
    first: dict[str, date | None] = {}
    for each in arm:
        days = [answer.date or date.min for answer in each.answers]
        known = first.get(each.asked.contact_no)
        found = min([*days, *([known] if known else [])], default=None)
        first[each.asked.contact_no] = found
    ordered = sorted(day for day in first.values() if day is not None)
    rates = {day: place / len(first) for place, day in enumerate(ordered, start=1)}
    return [RateFrom(day, rate) for day, rate in rates.items()]


def funnel(
    context: Context, entry_no: int | LoggedSegment, *, outcome: Outcome | None = None
) -> Funnel:
    """The way of a logged segment's contacts from being selected to an order.

    Args:
        context: Store and zone.
        entry_no: The logged segment.
        outcome: What counts as an order; not looked at if not given.

    Raises:
        NotFound: There is no such logged segment.
        Rejected: The outcome cannot be had: all that is wrong.
    """
    store = context.store
    logged = get_record(store, LoggedSegment, entry_no)
    if outcome is not None:
        check_outcome(store, outcome)
    found = _credits_of(store, logged)
    there = {each.asked.contact_no for each in found}
    sent = [each for each in found if not each.is_held_back]
    left_out = {
        each.contact_no
        for action in (actions_from_json(logged.reason) if logged.reason else ())
        for each in action.left_out
        if each.reason is not LeftOutReason.HELD_BACK
    }
    return Funnel(
        segment_no=logged.segment_no,
        description=logged.description,
        day=logged.date,
        selected=len(there | left_out),
        may_join=len(there),
        sent=len({each.asked.contact_no for each in sent}),
        responded=len({each.asked.contact_no for each in sent if each.answers}),
        bought=None if outcome is None else _bought(context, sent, outcome),
    )


def _bought(context: Context, sent: Iterable[Credit], outcome: Outcome) -> int:
    """How many of those who were written to have rows in the window."""
    days: dict[str, list[date]] = {}
    for each in sent:
        days.setdefault(each.asked.contact_no, []).append(each.asked.date or date.min)
    rows = Outcome(table=outcome.table, date_field=outcome.date_field, within=outcome.within)
    counts = amounts_after(context.store, context.day, rows, days)
    return sum(1 for count in counts.values() if count)
