"""Logged segments: asked about, canceled, deleted."""

from collections.abc import Sequence

from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.errors import InvalidValue, Message, NotFound
from segmentation.journal import (
    Canceled,
    Figures,
    Membership,
    Uncanceled,
    explain_membership,
    rebuilt_segment,
)
from segmentation.operations import interactions
from segmentation.operations.context import Context
from segmentation.operations.records import get_record, get_records, key_in
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment, Segment, SegmentHeader


def explain_logged(
    store: Store, entry_no: int | LoggedSegment, contact_no: str | Contact
) -> Membership:
    """Why a contact was or was not logged with a segment, from the journal alone.

    Args:
        store: Where the journal is.
        entry_no: The logged segment.
        contact_no: The contact. It need not exist any more if the logged segment speaks of it.

    Raises:
        NotFound: There is no such logged segment; or the contact neither exists nor had anything
            to do with it.
    """
    logged = get_record(store, LoggedSegment, entry_no)
    found = explain_membership(store.records, logged.entry_no, str(key_in(Contact, contact_no)[0]))
    if not found.logged and not found.steps:
        get_record(store, Contact, found.contact_no)
    return found


def rebuild_logged(store: Store, entry_no: int | LoggedSegment) -> Segment:
    """The worksheet of a logged segment, as far as the journal keeps it.

    Raises:
        NotFound: There is no such logged segment.
    """
    return rebuilt_segment(store.records, get_record(store, LoggedSegment, entry_no).entry_no)


def logged_figures(store: Store, entry_no: int | LoggedSegment) -> Figures:
    """Number, cost and duration of a logged segment's interactions; canceled ones do not count.

    Raises:
        NotFound: There is no such logged segment.
    """
    logged = get_record(store, LoggedSegment, entry_no)
    return interactions.logged_segment_figures(store, logged.entry_no)


def cancel_logged(context: Context, *entry_nos: int | LoggedSegment) -> Sequence[Canceled]:
    """Cancel logged segments, with their campaign entries and interactions: all, or none.

    Args:
        context: Store, user, day and clock.
        *entry_nos: The logged segments.

    Raises:
        InvalidValue: None is named.
        NotFound: Some are not there; the error names all of them.
        Refused: One is canceled already.
    """
    with context.store.transaction():
        found = _named(context.store, entry_nos)
        return [interactions.cancel(context, logged) for logged in found]


def uncancel_logged(context: Context, *entry_nos: int | LoggedSegment) -> Sequence[Uncanceled]:
    """Let canceled logged segments count again, with what was canceled with them: all, or none.

    Args:
        context: Store, user, day and clock.
        *entry_nos: The logged segments.

    Raises:
        InvalidValue: None is named.
        NotFound: Some are not there; the error names all of them.
        Refused: One is not canceled.
    """
    with context.store.transaction():
        found = _named(context.store, entry_nos)
        return [interactions.uncancel(context, logged) for logged in found]


def _named(store: Store, entry_nos: Sequence[int | LoggedSegment]) -> Sequence[LoggedSegment]:
    if not entry_nos:
        reason = Message("names no logged segment; give at least one entry number")
        raise InvalidValue("entry_nos", (), reason)
    return get_records(store, LoggedSegment, entry_nos)


def delete_canceled_logged(context: Context, *, segment_no: str | SegmentHeader) -> int:
    """Delete the canceled logged segments of a segment; returns how many.

    Their interactions and campaign entries stay, canceled, and belong to no logged segment.

    Args:
        context: Store, user, day and clock.
        segment_no: The number of the segment that was logged.

    Raises:
        NotFound: No segment was logged under this number.
    """
    store = context.store
    no = to_code(str(key_in(SegmentHeader, segment_no)[0]))
    with store.transaction():
        if not any(True for _ in store.records.all(LoggedSegment, segment_no=no)):
            known = (logged.segment_no for logged in store.records.all(LoggedSegment))
            raise NotFound("segment", no, known=known)
        return interactions.delete_canceled_logged_segments(context, segment_no=no)


def delete_all_canceled_logged(context: Context) -> int:
    """Delete all canceled logged segments; returns how many.

    Their interactions and campaign entries stay, canceled, and belong to no logged segment.
    """
    return interactions.delete_canceled_logged_segments(context)
