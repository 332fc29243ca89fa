"""Mails that somebody wrote to a contact by hand, recorded as interactions."""

from typing import Any

from segmentation.contacts import CorrespondenceType
from segmentation.criteria import AsOf
from segmentation.errors import Refused
from segmentation.interactions import Interaction
from segmentation.journal import Stamp
from segmentation.protocols import Store
from segmentation.templates import InteractionTemplateSetup

from .interacting import check_interaction, draft_interaction, record_interaction


def record_mail(
    store: Store,
    contact_no: str,
    subject: str,
    stamp: Stamp,
    *,
    as_of: AsOf,
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> Interaction:
    """Record a mail that was sent, with the template that the set-up names for mails.

    The mail itself is the host's, so no attachment is asked for.

    Args:
        store: Where everything is kept.
        contact_no: Who received it.
        subject: What it is about.
        stamp: When and by whom it is recorded; the mail's date is its day.
        as_of: The user who wrote it.
        **given: Fields that the caller sets: description, campaign_no, ...

    Raises:
        Refused: The set-up names no template for mails.
        Rejected: Fields are blank or do not fit: all of them.
    """
    setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
    if not setup.e_mails:
        raise Refused("record a mail", "the template set-up's field e_mails is blank")
    known = {
        "date": stamp.at.date(),
        "subject": subject,
        "correspondence_type": CorrespondenceType.EMAIL,
    }
    with store.transaction():
        draft = draft_interaction(
            store, contact_no, setup.e_mails, as_of=as_of, at=stamp.at, **known | given
        )
        check_interaction(store, draft, needs_text=False)
        return record_interaction(store, draft, stamp, ())
