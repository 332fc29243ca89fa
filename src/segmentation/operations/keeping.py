"""Keeping a segment after a step: hosts are told before and after, then all or nothing stays."""

from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.errors import NotFound
from segmentation.fields import check_fit
from segmentation.protocols import Store
from segmentation.segments import Segment, SegmentChanged, SegmentChanging, Tell

from .targeting import follow_lines


def get_segment(store: Store, segment_no: str) -> Segment:
    """The segment with this number.

    Raises:
        NotFound: There is none; it may have been logged or deleted.
    """
    return store.segments.get(to_code(segment_no))


def known_contact(store: Store, contact_no: str) -> Contact:
    """The contact with this number, wherever the host keeps its contacts.

    Raises:
        NotFound: There is none.
    """
    found = store.contacts.get_many([to_code(contact_no)])
    if not found:
        raise NotFound("contact", contact_no)
    return found[0]


def keep(store: Store, before: Segment | None, after: Segment, tell: Tell) -> Segment:
    """Store a segment after a step; call this inside the step's transaction.

    Raises:
        InvalidValue: A text of the header is longer than its field can hold.
        Conflict: Somebody else changed, logged or deleted the segment meanwhile.
    """
    check_fit(after.header)
    tell(SegmentChanging(before, after))
    kept = store.segments.put(after)
    follow_lines(store, before, kept)
    tell(SegmentChanged(before, kept))
    return kept


def drop(store: Store, segment: Segment, tell: Tell) -> None:
    """Delete a segment; call this inside the step's transaction.

    Raises:
        Conflict: Somebody else changed, logged or deleted the segment meanwhile.
    """
    tell(SegmentChanging(segment, None))
    store.segments.remove(segment)
    follow_lines(store, segment, None)
    tell(SegmentChanged(segment, None))
