"""What is wrong with records, by whichever way they come: files, Python, frames, a change by hand.

One function finds all of it, so that no way in is laxer than another. Knows the rules of single
records and of what they refer to; nothing is stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import attrs

from segmentation.campaigns import Campaign
from segmentation.contacts import Contact, ContactType
from segmentation.errors import Fault, Identifier, Message, Rejected
from segmentation.fields import Field, Record, Value, fields_of, key_of, misfits, mistyped
from segmentation.interactions import Interaction
from segmentation.operations.records import KINDS, find_record, name_of
from segmentation.protocols import Store


@attrs.frozen
class Placed:
    """A record and where it came from."""

    place: str
    record: Record


def record_faults(store: Store, placed: Sequence[Placed]) -> Iterator[Fault]:
    """All that is wrong with records that are to be stored together, in no order.

    Args:
        store: Where they are to be stored.
        placed: The records; they may refer to each other.
    """
    yield from own_faults(placed)
    yield from duplicate_faults(placed)
    yield from reference_faults(store, placed)


def check_records(store: Store, placed: Sequence[Placed], *, what: str) -> None:
    """See that nothing is wrong with records.

    Raises:
        Rejected: There are faults: all of them.
    """
    found = sorted(record_faults(store, placed), key=place_order)
    if found:
        raise Rejected(what, found)


def own_faults(placed: Iterable[Placed]) -> Iterator[Fault]:
    """Values of records that their fields cannot hold."""
    for item in placed:
        for field, reason in (*misfits(item.record), *mistyped(item.record)):
            yield Fault(item.place, field, reason)
        if isinstance(item.record, Campaign):
            for fault in item.record.faults():
                yield attrs.evolve(fault, place=item.place)


def place_order(fault: Fault) -> tuple[str, int]:
    """Faults by file, and in it by row; those of a whole file come first."""
    file, _, row = fault.place.partition(" row ")
    return file, int(row) if row.isdigit() else 0


def duplicate_faults(placed: Iterable[Placed]) -> Iterator[Fault]:
    """Keys that several of the records have."""
    seen: dict[tuple[str, tuple[Any, ...]], str] = {}
    for item in placed:
        kind, key = item.record.__table__, key_of(item.record)
        if (kind, key) in seen:
            named = ", ".join(item.record.__key__)
            yield Fault(item.place, named, f"has the same key as {seen[kind, key]}")
        seen.setdefault((kind, key), item.place)


def taken_faults(store: Store, placed: Iterable[Placed]) -> Iterator[Fault]:
    """Keys that a stored record of the same kind has already."""
    for item in placed:
        if find_record(store, type(item.record), item.record) is not None:
            named = ", ".join(item.record.__key__)
            kind = Message(name_of(type(item.record)))
            yield Fault(item.place, named, Message("is taken by another {kind}", kind=kind))


def reference_faults(store: Store, placed: Sequence[Placed]) -> Iterator[Fault]:
    """Values that name a record of another table which is not there.

    A code table that holds no row at all is taken for not kept, and is not asked.
    """
    known = _Known(store, placed)
    references = {kind: _references(kind) for kind in {type(item.record) for item in placed}}
    for item in placed:
        for field in references[type(item.record)]:
            value = getattr(item.record, field.name)
            if value and not known.has(field.refers_to, value):
                yield Fault(item.place, field.name, _missing(field.refers_to, value))
        if isinstance(item.record, Contact):
            yield from _company_faults(item.place, item.record, known)
        if isinstance(item.record, Interaction):
            yield from _past_faults(item.place, item.record)


def _missing(table: str, key: Value) -> Message:
    return Message("there is no {kind} {key!r}{hint}", kind=Identifier(table), key=key, hint="")


def _references(kind: type[Record]) -> Sequence[Field]:
    """The fields that must name a record which is there; of the past, only the contact must."""
    found = [field for field in fields_of(kind) if field.refers_to]
    return [field for field in found if field.name == "contact_no" or kind is not Interaction]


def _company_faults(place: str, contact: Contact, known: "_Known") -> Iterator[Fault]:
    if contact.type is ContactType.COMPANY and contact.company_no != contact.no:
        yield Fault(place, "company_no", "a company's company_no is its own number")
    employer = known.contact(contact.company_no)
    if employer and contact.type is ContactType.PERSON and employer.type is ContactType.PERSON:
        yield Fault(place, "company_no", f"contact {employer.no!r} is a person, not a company")


def _past_faults(place: str, past: Interaction) -> Iterator[Fault]:
    """What keeps an interaction of the past from being taken in."""
    if not past.contact_no:
        yield Fault(place, "contact_no", "is blank")
    if past.date is None:
        yield Fault(place, "date", "is blank")


class _Known:
    """Which keys there are, in the store and among what is being taken in."""

    def __init__(self, store: Store, placed: Iterable[Placed]) -> None:
        self._store = store
        self._new: dict[str, dict[Value, Record]] = defaultdict(dict)
        for item in placed:
            first = key_of(item.record)[:1]
            self._new[item.record.__table__].update(dict.fromkeys(first, item.record))
        self._old: dict[str, frozenset[Value]] = {}

    def has(self, table: str, value: Value) -> bool:
        if value in self._new[table]:
            return True
        if table == Contact.__table__:
            return find_record(self._store, Contact, value) is not None
        stored = self._stored(table)
        return value in stored or not (stored or self._new[table])

    def contact(self, no: str) -> Contact | None:
        found = self._new[Contact.__table__].get(no) or find_record(self._store, Contact, no)
        return cast("Contact | None", found)

    def _stored(self, table: str) -> frozenset[Value]:
        if table not in self._old:
            kind = KINDS.get(table)
            rows = self._store.records.all(kind) if kind else ()
            self._old[table] = frozenset(key_of(row)[0] for row in rows)
        return self._old[table]
