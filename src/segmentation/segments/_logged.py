"""Logged segments: closed segments, with the actions that selected their contacts."""

import datetime as dt

import attrs

from segmentation.fields import Code, Extra, LongText, Record, Text, to_extra, with_converters

from ._stored_actions import OwnFields, own_fields_from_json


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class LoggedSegment(
    Record,
    table="logged_segment",
    key=("entry_no",),
    shown=("entry_no", "segment_no", "description", "date", "canceled"),
):
    """A segment that was logged. It is closed, and its interactions are recorded.

    Attributes:
        entry_no: The number of the journal entry that records it.
        reason: The actions that built it, in their stored form: criteria, computed dates,
            changes by hand, contacts left out and the reasons (see `actions_to_json`).
        meaning: The version of the filter language's meaning that the criteria had.
        split_arms: The arms that its contacts were divided into, with their weights, or empty.
        held_back_arm: The arm whose contacts got nothing, or empty.
        chain_no: The first segment of the chain that repeating made, or empty.
        canceled_by: The number of the journal entry that canceled it, 0 if there is none.
        plan_hash: The hash of the plan that was approved; empty if none had to be.
        approved_by: The user who approved it.
    """

    entry_no: int = 0
    segment_no: Code = ""
    description: Text = ""
    date: dt.date | None = None
    user_id: LongText = ""
    meaning: int = 0
    reason: LongText = ""
    split_arms: LongText = ""
    held_back_arm: Text = ""
    chain_no: Code = ""
    canceled: bool = False
    canceled_by: int = 0
    plan_hash: LongText = ""
    approved_by: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)

    @property
    def own_fields(self) -> OwnFields:
        """The fields of a host's own that its actions ask for, as they were defined then."""
        return own_fields_from_json(self.reason) if self.reason else OwnFields(0, ())
