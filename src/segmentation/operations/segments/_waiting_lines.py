"""Lines by which somebody is written to later: they stay on the segment, and wait when sent."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from segmentation.columns import Columns
from segmentation.frozen import freeze_within
from segmentation.markup import to_rows
from segmentation.operations.context import Context
from segmentation.operations.permission import denials, not_yet
from segmentation.operations.records import require_segment
from segmentation.reach import Hindrance, Wait
from segmentation.segments import SegmentHeader, SegmentLine
from segmentation.showing import shown_by


@shown_by("line_no", "contact_no", "reasons", "next_time")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class WaitingLine:
    """A line by which somebody is written to later.

    Attributes:
        line_no: The line.
        contact_no: Its contact.
        reasons: Why: caps that are reached, quiet hours, a time zone that is none.
        next_time: When it is possible next, as far as is known now, in UTC; ``None`` if time alone
            changes nothing.
    """

    line_no: int
    contact_no: str
    reasons: tuple[Hindrance, ...]
    next_time: datetime | None

    @property
    def why(self) -> str:
        """The reasons, and the next possible time, in words."""
        return str(Wait(reasons=self.reasons, next_time=self.next_time))


def waiting_lines(context: Context, segment_no: str | SegmentHeader) -> tuple[WaitingLine, ...]:
    """The lines of a segment by which somebody would be written to later, if it were sent now.

    Args:
        context: Store, clock and zone.
        segment_no: The segment.

    Raises:
        NotFound: There is no such segment.
    """
    return waiting_among(context, require_segment(context.store, segment_no).lines.by_field())


def waiting_among(context: Context, lines: Columns[SegmentLine]) -> tuple[WaitingLine, ...]:
    """Those of some lines by which somebody would be written to later."""
    found = denials(context, lines, [not_yet]) if lines else {}
    rows = list(lines.rows("line_no", "contact_no")) if found else []
    return tuple(
        WaitingLine(
            line_no=rows[place][0],
            contact_no=rows[place][1],
            reasons=denial.wait.reasons,
            next_time=denial.wait.next_time,
        )
        for place, denial in sorted(found.items())
        if denial.wait
    )


def to_waiting(lines: Sequence[WaitingLine]) -> str:
    """A table of the first lines that wait; empty if none does."""
    names = ["line_no", "contact_no", "why"]
    return to_rows(lines, names, caption="written to later") if lines else ""
