"""The rows that belong to a contact: mailing groups, business relations, addresses and the like."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    ContactComment,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactProfileAnswer,
    ContactWebSource,
)
from segmentation.definitions import contact_field
from segmentation.errors import (
    Fault,
    Identifier,
    InvalidValue,
    Message,
    Rejected,
)
from segmentation.fields import Record, key_of
from segmentation.operations.checks import Placed, record_faults
from segmentation.operations.context import Context
from segmentation.operations.followers import follow_relations
from segmentation.operations.records import get_record
from segmentation.operations.schema import contact_row_kinds, with_own_values
from segmentation.protocols import Store

from ._marks import record_members

ROWS: Sequence[type[Record]] = (
    AlternativeAddress,
    ContactBusinessRelation,
    ContactComment,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactProfileAnswer,
    ContactWebSource,
)
"""The rows that belong to a contact and go with it."""


def owner_field(row: Record) -> str:
    """The field of a row that holds the number of its contact."""
    return contact_field(type(row)) or "contact_no"


def count_rows(store: Store, kind: type[Record], contact_no: str) -> int:
    """How many records of a kind name a contact."""
    return sum(1 for _ in store.records.all(kind, contact_no=contact_no))


# -- rows -------------------------------------------------------------------------------------


def rows_of(store: Store, no: str | Contact) -> Sequence[Record]:
    """All rows that belong to a contact, table by table, in the order of their keys.

    Raises:
        NotFound: There is no such contact.
    """
    contact = get_record(store, Contact, no)
    return tuple(rows_under(store, contact.no))


def rows_under(store: Store, contact_no: str) -> Iterator[Record]:
    """All rows under a contact's number, be the contact there or not."""
    for kind in ROWS:
        yield from store.records.all(kind, contact_no=contact_no)
    for kind, field in contact_row_kinds(store).items():
        equal: dict[str, Any] = {field: contact_no}
        yield from store.records.all(kind, **equal)


def row_counts(store: Store, no: str | Contact) -> Mapping[str, int]:
    """How many rows a contact has in each table, by the table's name; 0 where it has none.

    Raises:
        NotFound: There is no such contact.
    """
    contact = get_record(store, Contact, no)
    counts = {kind.__table__: count_rows(store, kind, contact.no) for kind in ROWS}
    for kind, field in contact_row_kinds(store).items():
        equal: dict[str, Any] = {field: contact.no}
        counts[kind.__table__] = sum(1 for _ in store.records.all(kind, **equal))
    return counts


def add_rows(context: Context, *rows: Record) -> None:
    """Store rows that classify contacts, all or none; one with the same key is replaced.

    Args:
        context: Store, user, day and clock.
        *rows: Rows of one contact or of several, of one table or of several.

    Raises:
        InvalidValue: There is none at all, or something is no record.
        Rejected: Something is wrong with them: all faults. Among these: a contact or a code that
            is not there, a row of a type that only companies, or only persons, have.
    """
    store = context.store
    _need_some(rows)
    with store.transaction():
        typed = tuple(with_own_values(store, rows))
        placed = [Placed(_place(row), row) for row in typed]
        faults = [*record_faults(store, placed), *_kind_faults(store, placed)]
        if faults:
            raise Rejected("rows", sorted(faults, key=lambda fault: fault.place))
        store.records.put(typed)
        record_members(context, typed, joined=True)
        follow_relations(store, (r for r in typed if isinstance(r, ContactBusinessRelation)))


def remove_rows(context: Context, *rows: Record) -> None:
    """Take rows of contacts out, all or none; they are told by their keys.

    The journal records who left a mailing group, so that no later file joins it again unasked.

    Args:
        context: Store, user, day and clock.
        *rows: The rows, as `rows_of` gives them.

    Raises:
        InvalidValue: There is none at all, or something is no record.
        NotFound: One is not there.
        Rejected: One is no row of a contact: all such faults.
    """
    store = context.store
    _need_some(rows)
    faults = list(_kind_faults(store, [Placed(_place(row), row) for row in rows]))
    if faults:
        raise Rejected("rows", faults)
    with store.transaction():
        there = [get_record(store, type(row), row) for row in rows]
        store.records.remove(there)
        record_members(context, there, joined=False)
        follow_relations(store, (r for r in there if isinstance(r, ContactBusinessRelation)))


def _need_some(rows: Sequence[object]) -> None:
    if not rows:
        raise InvalidValue("rows", rows, "is empty; give at least one row")
    for row in rows:
        if not isinstance(row, Record):
            raise InvalidValue("rows", row, "is no record")


def _place(row: Record) -> Message:
    key = " ".join(map(str, key_of(row)))
    return Message("{table} {key}", table=Identifier(row.__table__), key=key)


def _kind_faults(store: Store, placed: Iterable[Placed]) -> Iterator[Fault]:
    kinds = {*ROWS, *contact_row_kinds(store)}
    for item in placed:
        if type(item.record) not in kinds:
            yield Fault(item.place, "", "no such rows belong to a contact")
