"""The arms of a split when a segment is logged: who is in which, and who is held back.

Who is held back leaves the segment by an action of its own, as those do who get no mail, so that
its history, and the journal, say who was left out and why.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from segmentation.campaigns import HeldBackContact
from segmentation.columns import Columns
from segmentation.experiments import Split, arms_to_text
from segmentation.operations.context import Context
from segmentation.operations.records import require_segment
from segmentation.segments import LeftOut, LeftOutReason, Segment, SegmentHeader, SegmentLine

from ._changes import change_header
from ._passed_over import without_lines

_KEPT = (
    "contact_no",
    "contact_company_no",
    "date",
    "campaign_no",
    "interaction_template_code",
)


def split_segment(
    context: Context,
    segment_no: str | SegmentHeader,
    arms: Mapping[str, Decimal | float],
    *,
    split_seed: str = "",
    held_back_arm: str = "",
) -> Segment:
    """Divide a segment's contacts into arms when it is logged; without any arm, not any more.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        arms: The weight of each arm, by name.
        split_seed: What the contacts' numbers are hashed with; the segment's number if not given.
        held_back_arm: The arm whose contacts get nothing; empty for none.

    Raises:
        NotFound: There is no such segment.
        InvalidValue: A name is blank or holds a comma, a weight is no number, is negative, or all
            are 0; or the held-back arm is none of the arms.
    """
    no = require_segment(context.store, segment_no).no
    if not arms:
        return change_header(context, no, split_arms="", split_seed="", held_back_arm="")
    found = Split(arms=arms, seed=split_seed or no, held_back_arm=held_back_arm)
    return change_header(
        context,
        no,
        split_arms=arms_to_text(found.arms),
        split_seed=found.seed,
        held_back_arm=held_back_arm,
    )


def hold_back(context: Context, segment: Segment) -> tuple[Segment, tuple[HeldBackContact, ...]]:
    """A segment without the lines of its held-back arm, and whom that concerns, each once."""
    split = segment.header.split
    if split is None or not split.held_back_arm:
        return segment, ()
    lines = segment.lines.by_field()
    numbers, nos = lines.column("line_no"), lines.column("contact_no")
    held = [
        row for row, arm in enumerate(split.arms_of(nos)) if arm == split.held_back_arm and nos[row]
    ]
    if not held:
        return segment, ()
    found = _entries(lines.taken(held), segment.no, split.held_back_arm)
    left_out = [LeftOut(each.contact_no, LeftOutReason.HELD_BACK) for each in found]
    kept = without_lines(context, segment, {numbers[row] for row in held}, left_out)
    return kept, found


def _entries(lines: Columns[SegmentLine], segment_no: str, arm: str) -> tuple[HeldBackContact, ...]:
    first: dict[str, tuple[str, date | None, str, str]] = {}
    for no, *rest in lines.rows(*_KEPT):
        company_no, day, campaign_no, template_code = rest
        first.setdefault(no, (company_no, day, campaign_no, template_code))
    return tuple(
        HeldBackContact(
            contact_no=no,
            contact_company_no=company_no,
            date=day,
            campaign_no=campaign_no,
            segment_no=segment_no,
            interaction_template_code=template_code,
            arm=arm,
        )
        for no, (company_no, day, campaign_no, template_code) in first.items()
    )


def arms_in(split: Split | None, lines: Columns[SegmentLine]) -> Sequence[str]:
    """The arm of each line; blank without a split."""
    nos = lines.column("contact_no")
    return [""] * len(nos) if split is None else list(split.arms_of(nos))
