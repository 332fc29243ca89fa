"""Contacts that look alike and are known to be different."""

from collections.abc import Iterator

from segmentation.contacts import Contact, NotDuplicate
from segmentation.errors import Message, Refused
from segmentation.operations.context import Context
from segmentation.operations.records import get_record
from segmentation.protocols import Store


def not_duplicates(context: Context, *, no: str | Contact, other_no: str | Contact) -> NotDuplicate:
    """Keep that two contacts are different, so that they are not told as duplicates again.

    Args:
        context: Store, user, day and clock.
        no: One of them.
        other_no: The other.

    Returns:
        What is kept, the lower number first.

    Raises:
        NotFound: There is no such contact.
        Refused: They are the same contact.
    """
    store = context.store
    with store.transaction():
        one, other = get_record(store, Contact, no), get_record(store, Contact, other_no)
        if one.no == other.no:
            step = Message("keep {one} and {other} apart", one=one.no, other=other.no)
            raise Refused(step, "they are the same contact")
        pair = pair_of(one.no, other.no)
        store.records.put([pair])
        return pair


def pair_of(no: str, other_no: str) -> NotDuplicate:
    """Two numbers of contacts, the lower one first."""
    lower, higher = sorted((no, other_no))
    return NotDuplicate(contact_no=lower, other_no=higher)


def pairs_with(store: Store, no: str) -> Iterator[NotDuplicate]:
    """The pairs that a contact belongs to."""
    yield from store.records.all(NotDuplicate, contact_no=no)
    yield from store.records.all(NotDuplicate, other_no=no)


def move_pairs(store: Store, old: str, new: str) -> None:
    """Let the pairs of a contact be those of another number; one with itself goes."""
    before = list(pairs_with(store, old))
    others = [pair.other_no if pair.contact_no == old else pair.contact_no for pair in before]
    store.records.remove(before)
    store.records.put(pair_of(new, other) for other in others if other != new)
