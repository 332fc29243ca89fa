"""Whom logging a segment writes to: the lines that go out, those passed over, who is held back."""

from segmentation.campaigns import HeldBackContact
from segmentation.operations.context import Context
from segmentation.segments import Segment

from ._passed_over import PassedOver, pass_over
from ._split import hold_back
from ._written_to import leave_out_written_to


def going_out(
    context: Context, segment: Segment, *, one_mail_per_address: bool
) -> tuple[Segment, tuple[PassedOver, ...], tuple[HeldBackContact, ...]]:
    """A segment with the lines that are written to, which are not, and who is held back.

    Args:
        context: Store, user, day and clock.
        segment: The segment.
        one_mail_per_address: As for logging.
    """
    new, before = leave_out_written_to(context, segment)
    mailable, unmailed = pass_over(context, new, one_mail_per_address=one_mail_per_address)
    going, held_back = hold_back(context, mailable)
    return going, (*before, *unmailed), held_back
