"""What logging a segment would do, kept until a second user approved it and it is logged."""

import datetime as dt

import attrs

from segmentation.fields import Code, LongText, Record, with_converters


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SegmentPlan(
    Record,
    table="segment_plan",
    key=("segment_no", "plan_hash"),
    shown=("segment_no", "plan_hash", "planned_by", "approved_by"),
):
    """A plan of logging a segment that needs the approval of a second user.

    Attributes:
        plan_hash: SHA-256 of the content, hexadecimal.
        planned_by: Who made it.
        planned_at: When.
        approved_by: Who approved it; empty as long as nobody has.
        approval_entry_no: The entry of the journal that says so; 0 if there is none.
        content: What would be recorded and sent, as canonical JSON.
    """

    segment_no: Code
    plan_hash: LongText
    planned_by: LongText = ""
    planned_at: dt.datetime | None = None
    approved_by: LongText = ""
    approval_entry_no: int = 0
    content: LongText = ""
