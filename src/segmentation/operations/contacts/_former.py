"""Numbers that contacts had before they were renumbered, or merged into others."""

from collections.abc import Iterator

from segmentation.contacts import Contact, FormerNumber
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
