"""What logging a segment would do, with all that is wrong; nothing is changed."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import attrs

from segmentation.columns import Columns
from segmentation.contacts import CorrespondenceType
from segmentation.errors import Fault
from segmentation.operations.letters import snapshot_all
from segmentation.protocols import Rendering, Store
from segmentation.segments import (
    Segment,
    SegmentLine,
)

from ._log_checks import Checker


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


def make_plan(
    store: Store, segment: Segment, *, deliver: bool, rendering: Rendering | None
) -> tuple[LoggingPlan, Columns[SegmentLine], Mapping[int, str]]:
    """The plan, the lines as they would be recorded, and what their letters are filled with."""
    everyone = segment.lines.by_field()
    contacted = [place for place, no in enumerate(everyone.column("contact_no")) if no]
    lines = everyone.taken(contacted)
    checker = Checker(store, lines, deliver=deliver)
    without_address = checker.without_address
    numbers = lines.column("line_no")
    if without_address and not deliver:
        ways = list(lines.column("correspondence_type"))
        for place in without_address:
            ways[place] = CorrespondenceType.BLANK
        lines = lines.with_columns(correspondence_type=ways)
    kept, unmade = snapshot_all(store, segment, rendering) if deliver and rendering else ({}, ())
    plan = LoggingPlan(
        segment_no=segment.no,
        faults=(*header_faults(segment, lines), *checker.faults(lines), *unmade),
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


def header_faults(segment: Segment, lines: Sequence[SegmentLine]) -> Iterator[Fault]:
    if not segment.header.description:
        yield Fault("header", "description", "is blank")
    if not lines:
        yield Fault("lines", "", "there is no line with a contact")
