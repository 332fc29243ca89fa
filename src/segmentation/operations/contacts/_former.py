"""Numbers and names that contacts had before, and those of who was merged into them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias, cast

import attrs

from segmentation.contacts import Contact, FormerName, FormerNumber
from segmentation.journal import ContactMerged, ContactRenumbered, Entry, EntryKind, happening_of
from segmentation.operations.records import find_record
from segmentation.protocols import Store


def contacts_meant(store: Store, no: str) -> Sequence[Contact]:
    """The contact with this number, and the one that had it, or took in who had it."""
    former = find_record(store, FormerNumber, no)
    nos = {no, former.contact_no} if former else {no}
    found = (find_record(store, Contact, each) for each in sorted(nos))
    return [contact for contact in found if contact is not None]


def former_numbers(store: Store, no: str) -> Iterator[FormerNumber]:
    """The numbers that a contact, and whoever was merged into it, had before."""
    return store.records.all(FormerNumber, contact_no=no)


def keep_former_number(store: Store, *, old: str, new: str) -> None:
    """Note that a contact goes by another number from now on, with all that it had before."""
    earlier = [each.former_no for each in former_numbers(store, old)]
    kept = [FormerNumber(former_no=each, contact_no=new) for each in (*earlier, old) if each != new]
    again = store.records.find(FormerNumber, new)
    if again is not None and again.contact_no == old:
        store.records.remove([again])  # it has that number again
    store.records.put(kept)


Handover: TypeAlias = tuple[str, str]
"""A number that was given up, and by which its holder goes since: renumbered, or merged."""


def handovers(store: Store) -> Sequence[Handover]:
    """All numbers that were given up, in the order of the journal."""
    return [each for entry in store.log.read() for each in handover_in(entry)]


def handover_in(entry: Entry) -> Iterator[Handover]:
    """The number that an entry says was given up."""
    if entry.kind not in _HANDOVERS:
        return
    happening = cast("ContactRenumbered | ContactMerged", happening_of(entry))
    if isinstance(happening, ContactRenumbered):
        yield happening.old_no, happening.new_no
    else:
        yield happening.gone_no, happening.kept_no


_HANDOVERS = frozenset({EntryKind.CONTACT_RENUMBERED, EntryKind.CONTACT_MERGED})


def turns_of(moves: Sequence[Handover]) -> Counter[str]:
    """How often each number was given up so far: that tells its holders apart."""
    return Counter(old for old, _ in moves)


def numbers_held(moves: Sequence[Handover], no: str) -> Iterator[tuple[str, int]]:
    """The numbers of a contact and of whoever was merged into it, each with its turn.

    Args:
        moves: Who gave up which number; those up to when the contact had its number.
        no: The number.
    """
    yield no, turns_of(moves)[no]
    for at in reversed(range(len(moves))):
        old, new = moves[at]
        if old == no:
            return  # who has it since has it from nobody here
        if new == no:
            yield from numbers_held(moves[:at], old)


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
