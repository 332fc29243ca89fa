"""Numbers and names that contacts had before, and those of who was merged into them."""

from collections.abc import Iterable, Iterator

import attrs

from segmentation.contacts import Contact, FormerName, FormerNumber
from segmentation.operations.records import find_record
from segmentation.protocols import Store


def contact_now(store: Store, no: str) -> Contact | None:
    """The contact with this number; or else the one that had it, or took in who had it."""
    contact = find_record(store, Contact, no)
    if contact is not None:
        return contact
    former = find_record(store, FormerNumber, no)
    return find_record(store, Contact, former.contact_no) if former else None


def former_numbers(store: Store, no: str) -> Iterator[FormerNumber]:
    """The numbers that a contact, and whoever was merged into it, had before."""
    return store.records.all(FormerNumber, contact_no=no)


def keep_former_number(store: Store, *, old: str, new: str) -> None:
    """Note that a contact goes by another number from now on, with all that it had before."""
    earlier = [each.former_no for each in former_numbers(store, old)]
    kept = [FormerNumber(former_no=each, contact_no=new) for each in (*earlier, old) if each != new]
    again = store.records.find(FormerNumber, new)
    if again is not None:
        store.records.remove([again])
    store.records.put(kept)


NAMING = (
    "name",
    "name_2",
    "surname",
    "address",
    "e_mail",
    "e_mail_2",
    "phone_no",
    "mobile_phone_no",
)
"""The fields by which others may name a contact."""


def former_names(store: Store, no: str) -> Iterator[FormerName]:
    """The names and addresses that a contact, and whoever was merged into it, had before."""
    return store.records.all(FormerName, contact_no=no)


def keep_former_names(store: Store, changed: Iterable[tuple[Contact | None, Contact]]) -> None:
    """Note what contacts are not called any more, so that erasing them finds it.

    Args:
        store: Where everything is kept.
        changed: Contacts before and after; ``None`` before for new ones, which are passed over.
    """
    store.records.put(
        FormerName(contact_no=after.no, field=name, value=getattr(before, name))
        for before, after in changed
        if before is not None
        for name in NAMING
        if getattr(before, name) not in {"", getattr(after, name)}
    )


def move_former_names(store: Store, *, old: str, new: str) -> None:
    """Let the former names of a contact be those of another number."""
    moving = list(former_names(store, old))
    store.records.remove(moving)
    store.records.put(attrs.evolve(each, contact_no=new) for each in moving)
