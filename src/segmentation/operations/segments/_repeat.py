"""Segments that repeat: each that is due is logged, and leaves a next one that goes on.

Every run is a transaction of its own: a segment that cannot be logged stays as it was, and holds up
no other.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import attrs

from segmentation.criteria import AsOf
from segmentation.errors import (
    Conflict,
    Fault,
    InvalidValue,
    Rejected,
    SegmentationError,
)
from segmentation.experiments import day_after
from segmentation.frozen import freeze_within
from segmentation.operations.context import Context
from segmentation.operations.records import find_record, require_segment
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment, Segment, SegmentHeader
from segmentation.showing import shown_by

from ._changes import change_header
from ._log import log_segment, plan_logging
from ._reuse import refresh
from ._worksheet import next_number, save_segment

_TIMES = 3
"""How often a run is begun that others got in the way of."""


@shown_by("segment_no", "logged", "next_segment_no", "next_run", "entered", "left", "error")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class SegmentRun:
    """What became of a segment that was due.

    Attributes:
        segment_no: The segment.
        logged: What was logged; ``None`` if nobody was to be written to, or it failed.
        next_segment_no: The segment that goes on; the same one if nothing was logged.
        next_run: When that is due.
        entered: Contacts that came since the run before.
        left: Contacts that went since.
        error: Why it failed; it is as it was before, and due again.
    """

    segment_no: str
    logged: LoggedSegment | None = None
    next_segment_no: str = ""
    next_run: date | None = None
    entered: Sequence[str] = ()
    left: Sequence[str] = ()
    error: SegmentationError | None = None

    @property
    def faults(self) -> Sequence[Fault]:
        """What is wrong with the segment, line by line, if it failed for that."""
        return self.error.faults if isinstance(self.error, Rejected) else ()


def run_due(
    context: Context, *, on: date | None = None, deliver: bool = False
) -> Sequence[SegmentRun]:
    """Log every segment that is due, and let a next one go on in its place.

    It may be called as often as one likes, by several processes too: what was run is not due again.

    Args:
        context: Store, user, day and clock.
        on: The day; today if not given.
        deliver: Mark the interactions whose documents are to be delivered.

    Returns:
        What became of each that was due, in the order of their numbers.

    Raises:
        InvalidValue: ``on`` is not a date.
    """
    if on is not None:
        _check_day(on)
        context = context.on(attrs.evolve(context.day, today=on, workdate=on))
    due = [header.no for header in _due(context.store, context.day)]
    runs = (_run(context, no, deliver=deliver) for no in due)
    return [run for run in runs if run is not None]


def _check_day(on: object) -> None:
    if isinstance(on, datetime) or not isinstance(on, date):
        raise InvalidValue("on", on, "is no date; give a `datetime.date`")


def _due(store: Store, as_of: AsOf) -> Iterator[SegmentHeader]:
    for header in store.segments.headers():
        if _is_due(header, as_of.today):
            yield header


def _is_due(header: SegmentHeader, day: date) -> bool:
    return bool(header.repeat) and header.next_run is not None and header.next_run <= day


def _run(context: Context, no: str, *, deliver: bool) -> SegmentRun | None:
    """One run; nothing if somebody else has done it meanwhile."""
    for _ in range(_TIMES):
        try:
            with context.store.transaction():
                header = find_record(context.store, SegmentHeader, no)
                if header is None or not _is_due(header, context.day.today):
                    return None
                return _logged(context, header, deliver=deliver)
        except Conflict as error:
            failed = error
        except SegmentationError as error:
            return SegmentRun(segment_no=no, error=error)
    return SegmentRun(segment_no=no, error=failed)


def _logged(context: Context, header: SegmentHeader, *, deliver: bool) -> SegmentRun:
    no, today = header.no, context.day.today
    change_header(context, no, date=today, update_lines=True)
    done = refresh(context, no) if header.saved_criteria_code else None
    segment = require_segment(context.store, no)
    run = SegmentRun(
        segment_no=no,
        next_segment_no=no,
        next_run=_next_run(header, today),
        entered=done.entered if done else (),
        left=done.left if done else (),
    )
    plan = plan_logging(context, no, deliver=deliver)
    if not (plan.interactions or plan.held_back):
        after = attrs.evolve(segment.header, next_run=run.next_run)
        save_segment(context, segment, attrs.evolve(segment, header=after))
        return run
    logged = log_segment(context, no, deliver=deliver).segment
    going_on = _go_on(context, segment, run.next_run)
    return attrs.evolve(run, logged=logged, next_segment_no=going_on.no)


def _next_run(header: SegmentHeader, today: date) -> date:
    """The first day of the rhythm after today."""
    day = header.next_run or today
    while day <= today:
        day = day_after(header.repeat, day)
    return day


def _go_on(context: Context, segment: Segment, next_run: date | None) -> Segment:
    """A next segment with the same header, lines and criteria."""
    number = next_number(context.store)
    header = attrs.evolve(
        segment.header,
        no=number.no,
        no_series=number.series,
        next_run=next_run,
        chain_no=segment.header.chain_no or segment.no,
    )
    return save_segment(context, None, segment.copied(header))
