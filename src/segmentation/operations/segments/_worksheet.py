"""Segments made, copied, stored and deleted: hosts are told before and after each step."""

import attrs

from segmentation.campaigns import Campaign
from segmentation.code_tables import SalespersonPurchaser
from segmentation.fields import Record, check_fit
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_lines
from segmentation.operations.journal import unneeded_attachments
from segmentation.operations.number_series import Numbered, take_number
from segmentation.operations.records import require_record, require_segment, salesperson_of
from segmentation.operations.templates import languages_of, template_of
from segmentation.protocols import Store
from segmentation.segments import (
    LoggedSegment,
    Segment,
    SegmentChanged,
    SegmentChanging,
    SegmentHeader,
)
from segmentation.templates import InteractionTemplate


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


REFERRED: dict[str, tuple[type[Record], str]] = {
    "campaign_no": (Campaign, "campaign"),
    "salesperson_code": (SalespersonPurchaser, "salesperson"),
    "interaction_template_code": (InteractionTemplate, "interaction template"),
}
"""Fields of headers and lines that must name a record which exists, if they name any."""


def new_segment(
    context: Context,
    *,
    no: str = "",
    series: str = "",
    description: str = "",
    campaign_no: str = "",
    template_code: str = "",
    salesperson_code: str = "",
) -> Segment:
    """Make and store an empty segment.

    An empty number takes the next of the series; an empty salesperson becomes the one of the
    user at work, if that user has one; the date is the work date.

    Args:
        context: Store, user, day and clock.
        no: A number given by hand.
        series: Another number series than the one that is set up.
        description: What the segment is for; logging asks for it.
        campaign_no: The campaign that it belongs to.
        template_code: The interaction template whose values and texts are copied.
        salesperson_code: Who stands for the segment.

    Raises:
        NotFound: A campaign, template, salesperson or series that is named does not exist.
        Refused: No number can be given.
    """
    store = context.store
    with store.transaction():
        template = template_of(store, template_code) if template_code else None
        check_references(store, {"campaign_no": campaign_no, "salesperson_code": salesperson_code})
        number = _number(store, no, series)
        header = SegmentHeader(
            no=number.no,
            no_series=number.series,
            description=description,
            campaign_no=campaign_no,
            salesperson_code=salesperson_code or salesperson_of(store, context.user),
            date=context.day.workdate,
        )
        languages = languages_of(store, template.code) if template else ()
        if template:
            header = header.with_template(template, languages)
        return save_segment(context, None, Segment(header=header, languages=languages))


def _number(store: Store, no: str, series: str) -> Numbered:
    """A number that no segment bears, and none that was logged."""
    open_nos = {header.no for header in store.segments.headers()}

    def taken(number: str) -> bool:
        return number in open_nos or any(store.records.all(LoggedSegment, segment_no=number))

    return take_number(store, "segment_nos", no, series=series, taken=taken)


def check_references(store: Store, values: dict[str, str]) -> None:
    """See that the campaign, salesperson and template that are named exist.

    Raises:
        NotFound: One does not.
    """
    for field, value in values.items():
        if field in REFERRED and value:
            kind, name = REFERRED[field]
            require_record(store, kind, name, value)


def copy_segment(
    context: Context,
    segment_no: str,
    *,
    no: str = "",
    series: str = "",
    description: str | None = None,
) -> Segment:
    """Make a segment like another: header, lines and actions, under a number of its own.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment to copy; it stays as it is.
        no: A number given by hand; empty to take the next of the series.
        series: Another number series than the one that is set up.
        description: The copy's description; the other's if not given.

    Raises:
        NotFound: There is no such segment.
        Refused: No number can be given.
    """
    store = context.store
    with store.transaction():
        source = require_segment(store, segment_no)
        number = _number(store, no, series)
        header = attrs.evolve(
            source.header,
            no=number.no,
            no_series=number.series,
            description=source.header.description if description is None else description,
        )
        return save_segment(context, None, source.copied(header))


def delete_segment(context: Context, segment_no: str) -> None:
    """Delete a segment with its lines, history and texts; what is logged stays.

    Contents of attachments that nothing else needs go with it.

    Raises:
        NotFound: There is none; it may have been logged or deleted already.
        Conflict: Somebody else changed, logged or deleted it meanwhile.
    """
    store = context.store
    with store.transaction():
        segment = require_segment(store, segment_no)
        context.on_event(SegmentChanging(segment, None))
        store.segments.remove(segment)
        follow_lines(store, segment, None)
        context.on_event(SegmentChanged(segment, None))
        store.attachments.remove(unneeded_attachments(store, segment.attachments))
