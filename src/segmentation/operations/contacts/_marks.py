"""Marks that keep a contact from being contacted: set, taken away, recorded.

What is decided here is an entry of the journal, so that no later file takes it back unsaid.
"""

from collections.abc import Iterable, Iterator

import attrs

from segmentation.contacts import MARKS, Contact, ContactMailingGroup, ContactMark
from segmentation.errors import InvalidValue, Message
from segmentation.journal import ContactMarked
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.records import get_record
from segmentation.protocols import Store

FIELDS = tuple(name for name in MARKS if name != "mailing_group")
"""The marks that are fields of a contact."""


def exclude_contact(context: Context, no: str | Contact, reason: str) -> Contact:
    """Exclude a contact from segments; the journal records by whom, when and why.

    A later file does not take it back, unless it is asked to.

    Args:
        context: Store, user, day and clock.
        no: The contact.
        reason: Why.

    Returns:
        The contact as it is now.

    Raises:
        NotFound: There is no such contact.
        InvalidValue: The reason is blank.
    """
    return _set_exclusion(context, no, reason, excluded=True)


def admit_contact(context: Context, no: str | Contact, reason: str) -> Contact:
    """Let a contact join segments again; the journal records by whom, when and why.

    Args:
        context: Store, user, day and clock.
        no: The contact.
        reason: Why.

    Returns:
        The contact as it is now.

    Raises:
        NotFound: There is no such contact.
        InvalidValue: The reason is blank.
    """
    return _set_exclusion(context, no, reason, excluded=False)


def _set_exclusion(context: Context, no: str | Contact, reason: str, *, excluded: bool) -> Contact:
    if not reason.strip():
        raise InvalidValue("reason", reason, Message("is blank; say why"))
    store, stamp = context.store, context.stamp
    with store.transaction():
        before = get_record(store, Contact, no)
        after = attrs.evolve(before, exclude_from_segment=excluded, last_modified=context.now)
        store.records.put([after])
        decided = ContactMarked(
            contact_no=after.no,
            mark="exclude_from_segment",
            value=excluded,
            before=before.exclude_from_segment,
            reason=reason,
        )
        record(store, [decided], stamp)
        return after


def record_marks(context: Context, before: Contact | None, after: Contact) -> None:
    """Record which marks of a contact were decided by a change of its card.

    Args:
        context: Store, user, day and clock.
        before: The contact before; ``None`` if it is new, which decides what it is marked with.
        after: The contact after.
    """
    values = {name: getattr(before, name) if before else False for name in FIELDS}
    decided = [
        ContactMarked(
            contact_no=after.no, mark=name, value=getattr(after, name), before=values[name]
        )
        for name in FIELDS
        if getattr(after, name) is not values[name]
    ]
    if decided:
        record(context.store, decided, context.stamp)


def record_members(context: Context, rows: Iterable[object], *, joined: bool) -> None:
    """Record which mailing groups contacts left, and which they joined again.

    Args:
        context: Store, user, day and clock.
        rows: Rows that came or went; those of other tables are passed over.
        joined: Whether they came.
    """
    members = [row for row in rows if isinstance(row, ContactMailingGroup)]
    decided = [
        ContactMarked(
            contact_no=row.contact_no,
            mark="mailing_group",
            mailing_group_code=row.mailing_group_code,
            value=joined,
            before=not joined,
        )
        for row in members
        if not joined or _has_left(context.store, row)
    ]
    if decided:
        record(context.store, decided, context.stamp)


def _has_left(store: Store, row: ContactMailingGroup) -> bool:
    key = (row.contact_no, "mailing_group", row.mailing_group_code)
    mark = store.records.find(ContactMark, *key)
    return mark is not None and mark.protects


def marks_as_they_are(store: Store, contact: Contact) -> Iterator[ContactMarked]:
    """The marks of a contact, where an earlier one with its number was decided about otherwise."""
    for mark in list(store.records.all(ContactMark, contact_no=contact.no)):
        if mark.mark in FIELDS and (value := getattr(contact, mark.mark)) is not mark.value:
            yield ContactMarked(
                contact_no=contact.no, mark=mark.mark, value=value, before=mark.value
            )


def passed_marks(store: Store, kept: Contact, gone_no: str) -> Iterator[ContactMarked]:
    """The protecting marks of a contact that is merged into another, as they are of that one."""
    for mark in list(store.records.all(ContactMark, contact_no=gone_no)):
        if not mark.protects:
            continue
        if mark.mark in FIELDS and getattr(kept, mark.mark) is not mark.value:
            continue
        yield ContactMarked(
            contact_no=kept.no,
            mark=mark.mark,
            mailing_group_code=mark.mailing_group_code,
            value=mark.value,
        )
