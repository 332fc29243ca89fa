"""Phone calls as interactions: by hand, or from a segment's line."""

from collections.abc import Iterable, Iterator
from typing import Any

from segmentation.contacts import CorrespondenceType
from segmentation.criteria import AsOf
from segmentation.errors import Fault, NotFound, Refused, Rejected
from segmentation.interactions import Interaction
from segmentation.journal import Stamp
from segmentation.protocols import Store
from segmentation.templates import InteractionTemplateSetup

from .interacting import check_interaction, draft_interaction, record_interaction
from .keeping import get_segment


def record_call(
    store: Store,
    contact_no: str,
    phone_no: str,
    stamp: Stamp,
    *,
    as_of: AsOf,
    comments: Iterable[str] = (),
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> Interaction:
    """Record a phone call that was made, with the template that the set-up names for calls.

    Args:
        store: Where everything is kept.
        contact_no: Who was called.
        phone_no: The number that was dialled.
        stamp: When and by whom it is recorded; the call's date is its day.
        as_of: The user who called.
        comments: Comments on it.
        **given: Fields that the caller sets: description, evaluation, attempt_failed, ...

    Raises:
        Refused: The set-up names no template for calls.
        Rejected: Fields are blank or do not fit: all of them; the number may not be blank.
    """
    setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
    if not setup.outg_calls:
        raise Refused("record a call", "the template set-up's field outg_calls is blank")
    defaults = {
        "date": stamp.at.date(),
        "correspondence_type": CorrespondenceType.BLANK,
        "attachment": "",
        "attachment_name": "",
    }
    with store.transaction():
        draft = draft_interaction(
            store,
            contact_no,
            setup.outg_calls,
            as_of=as_of,
            at=stamp.at,
            **defaults | given | {"contact_via": phone_no},
        )
        try:
            check_interaction(store, draft, needs_text=False)
        except Rejected as error:
            raise Rejected(
                error.what, [*_number_faults(draft.contact_via), *error.faults]
            ) from None
        if faults := list(_number_faults(draft.contact_via)):
            raise Rejected("call", faults)
        return record_interaction(store, draft, stamp, comments)


def _number_faults(phone_no: str) -> Iterator[Fault]:
    if not phone_no.strip():
        yield Fault("call", "contact_via", "is blank; a call needs a phone number")


def record_call_of_line(
    store: Store,
    segment_no: str,
    line_no: int,
    phone_no: str,
    stamp: Stamp,
    *,
    as_of: AsOf,
    comments: Iterable[str] = (),
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> Interaction:
    """Record a phone call made from a segment's line; the line stays as it is.

    Description, salesperson and campaign are the line's, unless given.

    Raises:
        NotFound: There is no such segment or line.
        Refused: The set-up names no template for calls.
        Rejected: As for `record_call`.
    """
    with store.transaction():
        lines = get_segment(store, segment_no).lines
        line = next((line for line in lines if line.line_no == line_no), None)
        if line is None:
            raise NotFound("segment line", f"{segment_no} {line_no}")
        taken = {
            "description": line.description,
            "salesperson_code": line.salesperson_code,
            "campaign_no": line.campaign_no,
            "segment_no": segment_no,
            "line_no": line_no,
        }
        filled = {name: value for name, value in taken.items() if value}
        return record_call(
            store,
            line.contact_no,
            phone_no,
            stamp,
            as_of=as_of,
            comments=comments,
            **filled | given,
        )
