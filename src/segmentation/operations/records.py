"""Records looked up: by their key, with near keys where there is none.

A contact is asked of the store's contacts, wherever the host keeps them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from functools import cache
from itertools import islice, zip_longest
from typing import Any, cast

from segmentation.codes import to_code
from segmentation.contacts import Contact, ContactBusinessRelation, LinkToTable
from segmentation.criteria import AsOf, BoundSelection, bind
from segmentation.errors import Identifier, Message, NotFound, Refused
from segmentation.fields import FieldType, Record, RecordT, fields_of, key_of
from segmentation.protocols import (
    AnswersAtOnce,
    FindsMany,
    HostContacts,
    RecordsOfHost,
    Store,
)
from segmentation.segments import (
    LeftOut,
    LeftOutReason,
    SavedCriteria,
    Segment,
    SegmentHeader,
    contact_schema,
)
from segmentation.setup import UserSetup

_NEAR_AMONG = 10_000
"""Among how many keys the one that looks most like a wrong one is looked for."""


def key_in(kind: type[Record], key: object) -> tuple[object, ...]:
    """A key as its parts, as they are stored.

    Args:
        kind: The kind of record.
        key: A key, its parts as a tuple, or a record in place of its key.
    """
    if isinstance(key, Record):
        return key_of(key)
    parts = key if isinstance(key, tuple) else (key,)
    types = {field.name: field.type for field in fields_of(kind)}
    return tuple(
        to_code(part) if types.get(name) is FieldType.CODE and isinstance(part, str) else part
        for name, part in zip_longest(kind.__key__, parts)
    )


def name_of(kind: type[Record]) -> str:
    """What a kind of record is called in errors."""
    return _CALLED.get(kind.__table__) or kind.__table__.replace("_", " ")


_CALLED = {
    SegmentHeader.__table__: "segment",
    SavedCriteria.__table__: "saved criteria",
}
"""Kinds that are called otherwise than their table."""


def find_record(store: Store, kind: type[RecordT], key: object) -> RecordT | None:
    """The record with this key, or ``None``; contacts are those of the host."""
    parts = key_in(kind, key)
    if not _is_whole(kind, parts):
        return None
    if kind.__table__ == Contact.__table__:
        found = store.contacts.get_many([str(parts[0])])
        return cast("RecordT", found[0]) if found else None
    if kind.__table__ == SegmentHeader.__table__:
        return cast("RecordT | None", _header(store, str(parts[0])))
    return store.records.find(kind, *parts)


def _is_whole(kind: type[Record], parts: Sequence[object]) -> bool:
    return len(parts) == len(kind.__key__) and None not in parts


def _header(store: Store, no: str) -> SegmentHeader | None:
    """The header of a worksheet; its lines are not read."""
    try:
        return store.segments.header(no)
    except NotFound:
        return None


def all_records(store: Store, kind: type[RecordT], equal: Mapping[str, Any]) -> Iterator[RecordT]:
    """The records whose fields are equal, in the order of their keys; headers of worksheets too."""
    if kind.__table__ != SegmentHeader.__table__:
        yield from store.records.all(kind, **equal)
        return
    for header in store.segments.headers():
        if all(getattr(header, name) == value for name, value in equal.items()):
            yield cast("RecordT", header)


def get_record(store: Store, kind: type[RecordT], key: object) -> RecordT:
    """The record with this key.

    Raises:
        NotFound: There is none; the error names the key that looks most like it.
        Refused: It is a contact whose row in a host's table cannot be read safely.
    """
    found = find_record(store, kind, key)
    if found is None:
        asked = _as_text(key_in(kind, key))
        if kind.__table__ == Contact.__table__:
            _check_read(store, asked)
        keys = (_as_text(key_of(each)) for each in all_records(store, kind, {}))
        raise NotFound(name_of(kind), asked, known=islice(keys, _NEAR_AMONG))
    return found


def get_records(store: Store, kind: type[RecordT], keys: Iterable[object]) -> Sequence[RecordT]:
    """The records with these keys, in the order asked, in few questions.

    Raises:
        NotFound: Some are not there; the error names all of them.
    """
    asked = [key_in(kind, key) for key in keys]
    found = find_records(store, kind, asked)
    missing = [_as_text(key) for key in asked if key not in found]
    if missing:
        raise NotFound(name_of(kind), ", ".join(missing))
    return [found[key] for key in asked]


_FEW = 8
"""Up to how many keys are looked up one by one."""


def find_records(
    store: Store, kind: type[RecordT], keys: Sequence[tuple[object, ...]]
) -> Mapping[tuple[object, ...], RecordT]:
    """Those records with these keys that are there, by their keys, in few questions.

    Args:
        store: Where everything is kept.
        kind: The kind of record.
        keys: Keys as `key_in` gives them.
    """
    rows: Iterable[Record | None]
    if kind.__table__ == Contact.__table__:
        rows = store.contacts.get_many([str(key[0]) for key in keys])
    elif isinstance(store.records, FindsMany) and kind.__table__ != SegmentHeader.__table__:
        rows = store.records.find_many(kind, [key for key in keys if _is_whole(kind, key)])
    elif len(keys) > _FEW:
        wanted = set(keys)
        rows = (row for row in all_records(store, kind, {}) if key_of(row) in wanted)
    else:
        rows = (find_record(store, kind, key) for key in keys)
    return {key_of(row): cast("RecordT", row) for row in rows if row is not None}


def _as_text(key: tuple[object, ...]) -> str:
    return " ".join(str(part) for part in key if part is not None)


def require_segment(store: Store, segment_no: str | SegmentHeader) -> Segment:
    """The segment with this number, or with this header.

    Raises:
        NotFound: There is none; it may have been logged or deleted.
    """
    no = str(key_in(SegmentHeader, segment_no)[0])
    try:
        return store.segments.get(no)
    except NotFound:
        known = (header.no for header in store.segments.headers())
        raise NotFound("segment", no, known=islice(known, _NEAR_AMONG)) from None


def require_contact(store: Store, contact_no: str) -> Contact:
    """The contact with this number, wherever the host keeps its contacts.

    Raises:
        NotFound: There is none.
        Refused: Its row in a host's table cannot be read safely.
    """
    found = store.contacts.get_many([to_code(contact_no)])
    if not found:
        _check_read(store, to_code(contact_no))
        raise NotFound("contact", contact_no)
    return found[0]


def is_of_host(store: Store, kind: type[Record]) -> bool:
    """Whether a host writes the records of a kind itself, so that we only read them."""
    return isinstance(store.records, RecordsOfHost) and store.records.is_of_host(kind)


def unread_in(store: Store, chosen: BoundSelection | Collection[str]) -> Sequence[LeftOut]:
    """The rows of a host's that pass a selection or have these numbers, and cannot be read safely.

    A store that keeps its contacts itself has none.
    """
    contacts = store.contacts
    return contacts.unread(chosen) if isinstance(contacts, HostContacts) else ()


def at_once(store: Store) -> AbstractContextManager[None]:
    """A block in which a store's contacts answer several questions of one moment."""
    contacts = store.contacts
    return contacts.at_once() if isinstance(contacts, AnswersAtOnce) else nullcontext()


def read_ahead(store: Store, nos: Iterable[str]) -> None:
    """Have contacts read together that are asked for one by one next, within `at_once`.

    Contacts that answer anew each time are not read: whoever looks at one wants it as it is then.
    """
    if isinstance(store.contacts, AnswersAtOnce):
        store.contacts.get_many(dict.fromkeys(nos))


def _check_read(store: Store, contact_no: str) -> None:
    """See that a contact is not missing because its row cannot be read safely.

    Raises:
        Refused: That is why.
    """
    for each in unread_in(store, [contact_no]):
        reason = unread_reason(each)
        raise Refused(Message("read contact {no}", no=contact_no), reason)


def unread_reason(left_out: LeftOut) -> Message:
    """Why a row of a host's cannot be read safely, in a sentence."""
    match left_out.reason:
        case LeftOutReason.BLANK_NUMBER:
            return Message("the row has no number")
        case LeftOutReason.DOUBLED:
            return Message("{rows} rows have this number, and differ", rows=left_out.rows)
        case LeftOutReason.UNKNOWN_OPTION:
            reason = "{field} is {value!r}, which is no option of it and stands for none"
        case _:
            reason = "{field} is {value!r}, which cannot be read"
    return Message(reason, field=Identifier(left_out.field), value=left_out.value)


def all_contacts(store: Store) -> Iterator[Contact]:
    """All contacts, wherever the host keeps them, in the order of their numbers."""
    return contacts_numbered(store, contact_nos(store))


def contacts_numbered(store: Store, nos: Iterable[str]) -> Iterator[Contact]:
    """The contacts with these numbers, read a few at a time. Unknown numbers are skipped."""
    waiting = iter(nos)
    while some := list(islice(waiting, _AT_ONCE)):
        yield from store.contacts.get_many(some)


def contact_nos(store: Store) -> Sequence[str]:
    """The numbers of all contacts, wherever the host keeps them, in their order."""
    return store.contacts.matching(_everybody())


def count_contacts(store: Store) -> int:
    """How many contacts there are, wherever the host keeps them."""
    return store.contacts.count(_everybody())


_AT_ONCE = 1_000
"""How many contacts are got at once."""


@cache
def _everybody() -> BoundSelection:
    return bind(None, contact_schema(), AsOf(date.min))


def salesperson_of(store: Store, user: str) -> str:
    """The salesperson that a user of the host is; empty if none."""
    setup = store.records.find(UserSetup, to_code(user))
    return setup.salesperson_code if setup else ""


def relations_of(store: Store, contact_no: str) -> Iterator[ContactBusinessRelation]:
    """A contact's own business relations, in the order of their codes."""
    return store.records.all(ContactBusinessRelation, contact_no=contact_no)


def linked_no(store: Store, contact_no: str, table: LinkToTable) -> str:
    """The number under which the host keeps a contact as customer, vendor, ...; empty if none."""
    numbers = (each.no for each in relations_of(store, contact_no) if each.link_to_table is table)
    return next(filter(None, numbers), "")
