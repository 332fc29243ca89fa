"""Comments on contacts, in the order in which they were written."""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from segmentation.contacts import Contact, ContactComment
from segmentation.errors import Message
from segmentation.fields import Record
from segmentation.operations.checks import Placed, check_records
from segmentation.operations.context import Context
from segmentation.operations.records import get_record
from segmentation.operations.values import in_nfc
from segmentation.protocols import Store

_STEP = 10_000
"""How far the numbers of two comments lie apart, so that others fit between."""


def comment_contact(context: Context, no: str | Contact, text: str) -> ContactComment:
    """Comment on a contact.

    Args:
        context: Store, user, day and clock.
        no: The contact.
        text: The comment; it bears the day and the user.

    Returns:
        The comment as it is stored, the last of the contact.

    Raises:
        NotFound: There is no such contact.
        Rejected: The comment is blank, or no text.
    """
    store, stamp = context.store, context.stamp
    with store.transaction():
        contact = get_record(store, Contact, no)
        made = ContactComment(
            contact_no=contact.no,
            line_no=last_line_no(store, contact.no) + _STEP,
            date=stamp.day,
            text=text,
            user_id=stamp.user,
        )
        comment = in_nfc(made)
        place = Message("contact {no}", no=contact.no)
        check_records(store, [Placed(place, comment)], what=place)
        store.records.put([comment])
        return comment


def comments_of(store: Store, no: str | Contact) -> Sequence[ContactComment]:
    """The comments on a contact, in the order in which they were written.

    Raises:
        NotFound: There is no such contact.
    """
    contact = get_record(store, Contact, no)
    return tuple(store.records.all(ContactComment, contact_no=contact.no))


def last_line_no(store: Store, contact_no: str) -> int:
    """The number of the last comment on a contact; 0 if there is none."""
    comments = store.records.all(ContactComment, contact_no=contact_no)
    return max((comment.line_no for comment in comments), default=0)


def placed_after(rows: Iterable[Record], line_no: int) -> Iterator[Record]:
    """Rows of a contact, the comments among them with numbers that come after another.

    So no comment takes the place of another where the rows of two contacts become those of one.
    """
    for row in rows:
        if isinstance(row, ContactComment):
            line_no += _STEP
            yield attrs.evolve(row, line_no=line_no)
        else:
            yield row
