"""Whom logging a segment writes to: the lines that go out, those passed over, who is held back."""

import attrs

from segmentation.campaigns import HeldBackContact
from segmentation.operations.context import Context
from segmentation.segments import Segment

from ._passed_over import PassedOver, pass_over
from ._split import hold_back
from ._written_to import leave_out_written_to


@attrs.frozen(kw_only=True)
class Sharing:
    """What contacts have together, besides what the templates of their lines say.

    Attributes:
        one_mail_per_address: Of several lines with one mail address the first gets the mail.
        one_letter_per_household: Lines with one postal address get one letter.
    """

    one_mail_per_address: bool = False
    one_letter_per_household: bool = False


def going_out(
    context: Context, segment: Segment, sharing: Sharing
) -> tuple[Segment, tuple[PassedOver, ...], tuple[HeldBackContact, ...]]:
    """A segment with the lines that are written to, which are not, and who is held back.

    Args:
        context: Store, user, day and clock.
        segment: The segment.
        sharing: What contacts have together.
    """
    new, before = leave_out_written_to(context, segment)
    mailable, unmailed = pass_over(context, new, one_mail_per_address=sharing.one_mail_per_address)
    going, held_back = hold_back(context, mailable)
    return going, (*before, *unmailed), held_back
