"""Logged segments: asked about, canceled, deleted."""

from collections.abc import Mapping, Sequence
from itertools import chain

import attrs

from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.criteria import Remark
from segmentation.errors import InvalidValue, Message, NotFound
from segmentation.frozen import freeze_within
from segmentation.journal import (
    Canceled,
    Figures,
    Membership,
    Uncanceled,
    explain_membership,
    rebuilt_segment,
)
from segmentation.markup import SHOWN, to_table
from segmentation.operations import interactions
from segmentation.operations.context import Context
from segmentation.operations.records import get_record, get_records, key_in
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment, Segment, SegmentHeader
from segmentation.showing import shown_by

from ._apply_action import replayed
from ._saved_criteria import changes_of


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


@shown_by("segment.no", "contact_nos", "came", "went", "remarks")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Rerun:
    """Whom the actions of a logged segment would choose now, on the data and meaning of now.

    Attributes:
        segment: The segment as they would make it.
        came: The contacts who would be on it and were not logged.
        went: The contacts who were logged and would not be on it.
        remarks: The conditions that may answer otherwise than under the meaning they had then.
    """

    segment: Segment
    came: tuple[str, ...]
    went: tuple[str, ...]
    remarks: tuple[Remark, ...]

    @property
    def contact_nos(self) -> Sequence[str]:
        """The contacts who would be chosen, in the order of the lines."""
        return self.segment.contact_nos

    def _repr_html_(self) -> str:
        """Who would come and go, and why the answer may differ."""
        rows = [*(("came", no) for no in self.came), *(("went", no) for no in self.went)]
        rows += [("remark", str(remark)) for remark in self.remarks]
        more = max(len(rows) - SHOWN, 0)
        return to_table(["", "contact"], rows[:SHOWN], caption=repr(self), more=more)

    def _plain_(self) -> Mapping[str, object]:
        return {
            "segment_no": self.segment.no,
            "contact_nos": self.contact_nos,
            "came": self.came,
            "went": self.went,
            "remarks": self.remarks,
        }


def rerun_logged(context: Context, entry_no: int | LoggedSegment) -> Rerun:
    """Whom the actions of a logged segment would choose now; nothing is stored.

    What was logged stays as it was. What a later version of the meaning may answer otherwise is
    told condition by condition.

    Args:
        context: Store and day.
        entry_no: The logged segment.

    Raises:
        NotFound: There is no such logged segment; or saved criteria that it was refreshed by are
            not there any more.
        FilterError: A filter does not fit its field any more.
        UnknownName: A table or field is not there any more.
    """
    store = context.store
    before = rebuild_logged(store, entry_no)
    actions = before.actions
    now = replayed(context, Segment(header=before.header), actions, context.day)
    then, there = set(before.contact_nos), set(now.contact_nos)
    remarks = chain.from_iterable(changes_of(context, action) for action in actions)
    return Rerun(
        segment=now,
        came=tuple(no for no in now.contact_nos if no not in then),
        went=tuple(no for no in before.contact_nos if no not in there),
        remarks=tuple(dict.fromkeys(remarks)),
    )


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
