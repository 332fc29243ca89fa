"""Segments made, copied, stored and deleted: hosts are told before and after each step."""

from collections.abc import Mapping
from typing import Unpack, cast

import attrs

from segmentation.errors import InvalidValue, Message
from segmentation.fields import check_fit
from segmentation.operations.context import Context
from segmentation.operations.field_values import SegmentHeaderValues
from segmentation.operations.followers import follow_lines
from segmentation.operations.journal import unneeded_attachments
from segmentation.operations.number_series import Numbered, take_number
from segmentation.operations.records import find_record, require_segment, salesperson_of
from segmentation.operations.schema import parse_values
from segmentation.operations.tables import check_unused
from segmentation.protocols import Store
from segmentation.segments import (
    LoggedSegment,
    Segment,
    SegmentChanged,
    SegmentChanging,
    SegmentHeader,
    SegmentPlan,
)

from ._header import changed_header, check_references


def save_segment(context: Context, before: Segment | None, after: Segment) -> Segment:
    """Store a segment after a step; call this inside the step's transaction.

    Raises:
        InvalidValue: A text of the header is longer than its field can hold.
        Conflict: Somebody else changed, logged or deleted the segment meanwhile.
    """
    store = context.store
    check_fit(after.header)
    context.on_event(SegmentChanging(before, after))
    kept = store.segments.put(after)
    follow_lines(store, before, kept)
    context.on_event(SegmentChanged(before, kept))
    return kept


def new_segment(
    context: Context, description: str = "", /, **fields: Unpack[SegmentHeaderValues]
) -> Segment:
    """Make and store an empty segment.

    An empty number takes the next of the series; an empty salesperson becomes the one of the
    user at work, if that user has one; the date is the work date. A template brings its values
    and a copy of its texts; what is given goes before them.

    Args:
        context: Store, user, day and clock.
        description: What the segment is for; logging asks for it.
        **fields: Fields of the header: ``no`` for a number given by hand, ``no_series`` for
            another number series than the one that is set up, ``campaign_no``,
            ``interaction_template_code``, ``salesperson_code`` and all others but
            ``saved_criteria_code`` and ``chain_no``.

    Raises:
        UnknownName: The header has no such field, or it cannot be given.
        Rejected: Values do not fit their fields, or name a campaign, template or salesperson
            that does not exist: all of them.
        NotFound: There is no such number series.
        Refused: No number can be given.
    """
    store = context.store
    fixed = ("saved_criteria_code", "chain_no")
    values = parse_values(store, SegmentHeader, _described(description, fields), fixed=fixed)
    with store.transaction():
        check_references(store, "segment header", values)
        number = next_number(store, fields.get("no", ""), values.pop("no_series", ""))
        values.pop("no", None)
        salesperson = values.pop("salesperson_code", "") or salesperson_of(store, context.user)
        empty = SegmentHeader(
            no=number.no,
            no_series=number.series,
            salesperson_code=salesperson,
            date=context.day.workdate,
        )
        made = changed_header(store, Segment(header=empty), values)
        return save_segment(context, None, made)


def _described(description: str, fields: SegmentHeaderValues) -> Mapping[str, object]:
    if not description:
        return cast("Mapping[str, object]", fields)
    if "description" in fields:
        raise InvalidValue("description", fields["description"], "is given twice")
    return {"description": description, **fields}


def next_number(store: Store, no: str = "", series: str = "") -> Numbered:
    """A number that no segment has, and none that was logged."""

    def taken(number: str) -> bool:
        is_open = find_record(store, SegmentHeader, number) is not None
        return is_open or was_logged(store, number)

    return take_number(store, "segment_nos", no, series=series, taken=taken)


def was_logged(store: Store, segment_no: str) -> bool:
    """Whether a segment with this number was logged."""
    return any(True for _ in store.records.all(LoggedSegment, segment_no=segment_no))


def copy_segment(
    context: Context,
    segment_no: str | SegmentHeader,
    description: str | None = None,
    *,
    no: str = "",
    no_series: str = "",
) -> Segment:
    """Make a segment like another: header, lines and actions, under a number of its own.

    It is in no chain of repeated segments, and not due before a day is set.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment to copy; it stays as it is.
        description: The copy's description; the other's if not given.
        no: A number given by hand; empty to take the next of the series.
        no_series: Another number series than the one that is set up.

    Raises:
        NotFound: There is no such segment or number series.
        Rejected: The number or the description does not fit its field.
        Refused: No number can be given.
    """
    store = context.store
    given = {"no": no, "no_series": no_series}
    if description is not None:
        given["description"] = description
    values = parse_values(store, SegmentHeader, given)
    with store.transaction():
        source = require_segment(store, segment_no)
        values.pop("no")
        number = next_number(store, no, values.pop("no_series"))
        header = attrs.evolve(
            source.header,
            no=number.no,
            no_series=number.series,
            next_run=None,
            chain_no="",
            **values,
        )
        return save_segment(context, None, source.copied(header))


def delete_segment(context: Context, segment_no: str | SegmentHeader) -> None:
    """Delete a segment with its lines, history and texts; what is logged stays.

    Contents of attachments that nothing else needs go with it.

    Raises:
        NotFound: There is none; it may have been logged or deleted already.
        Conflict: Somebody else changed, logged or deleted it meanwhile.
        Refused: Saved criteria or other segments ask who is in it: all are named.
    """
    store = context.store
    with store.transaction():
        segment = require_segment(store, segment_no)
        check_unused(store, segment.header, Message("delete segment {no}", no=segment.no))
        context.on_event(SegmentChanging(segment, None))
        store.segments.remove(segment)
        store.records.remove(list(store.records.all(SegmentPlan, segment_no=segment.no)))
        follow_lines(store, segment, None)
        context.on_event(SegmentChanged(segment, None))
        store.attachments.remove(unneeded_attachments(store, segment.attachments))
