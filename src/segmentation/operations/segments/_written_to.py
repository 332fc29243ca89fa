"""Who is left out of a segment that repeats, because its chain has written to them before."""

from collections.abc import Mapping

from segmentation.campaigns import HeldBackContact
from segmentation.interactions import Interaction
from segmentation.operations.context import Context
from segmentation.protocols import Store
from segmentation.segments import LeftOut, LeftOutReason, LoggedSegment, Segment

from ._passed_over import PassedOver, without_lines


def leave_out_written_to(
    context: Context, segment: Segment
) -> tuple[Segment, tuple[PassedOver, ...]]:
    """A segment without those whom its chain wrote to, if it leaves them out, and who they are.

    Who was held back counts as written to; an entry that is canceled does not.
    """
    header = segment.header
    if not (header.leave_out_written_to and header.chain_no):
        return segment, ()
    before = _written_to(context.store, header.chain_no)
    rows = segment.lines.by_field().rows("line_no", "contact_no") if before else ()
    found = tuple(
        PassedOver(
            line_no=number,
            contact_no=no,
            reason=LeftOutReason.WRITTEN_TO_BEFORE,
            because=str(before[no]),
        )
        for number, no in rows
        if no in before
    )
    if not found:
        return segment, ()
    left_out = [LeftOut(each.contact_no, each.reason) for each in found]
    return without_lines(context, segment, {each.line_no for each in found}, left_out), found


def _written_to(store: Store, chain_no: str) -> Mapping[str, int]:
    """Who was written to or held back by a segment of a chain, with the last entry."""
    found: dict[str, int] = {}
    for logged in store.records.all(LoggedSegment, chain_no=chain_no):
        asked = {"logged_segment_entry_no": logged.entry_no}
        for each in store.records.all(Interaction, **asked):
            if each.counts:
                found[each.contact_no] = each.entry_no
        for held in () if logged.canceled else store.records.all(HeldBackContact, **asked):
            found[held.contact_no] = held.entry_no
    return found
