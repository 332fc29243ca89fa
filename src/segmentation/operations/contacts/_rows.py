"""The rows that belong to a contact: mailing groups, business relations, addresses and the like."""

from collections.abc import Iterator, Mapping, Sequence

from segmentation.codes import to_code
from segmentation.contacts import (
    AlternativeAddress,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactProfileAnswer,
    ContactWebSource,
)
from segmentation.errors import Refused
from segmentation.fields import Record
from segmentation.operations.checks import ONLY_TYPE
from segmentation.operations.followers import follow_relations
from segmentation.operations.records import require_contact
from segmentation.protocols import Store

ROWS: Sequence[type[Record]] = (
    AlternativeAddress,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactProfileAnswer,
    ContactWebSource,
)
"""The rows that belong to a contact and go with it."""


def count_rows(store: Store, kind: type[Record], contact_no: str) -> int:
    return sum(1 for _ in store.records.all(kind, contact_no=contact_no))


# -- rows -------------------------------------------------------------------------------------


def rows_of(store: Store, contact_no: str) -> Iterator[Record]:
    """All rows that belong to a contact, table by table."""
    for kind in ROWS:
        yield from store.records.all(kind, contact_no=to_code(contact_no))


def row_counts(store: Store, contact_no: str) -> Mapping[str, int]:
    """How many rows a contact has in each table, by the table's name."""
    no = to_code(contact_no)
    return {kind.__table__: count_rows(store, kind, no) for kind in ROWS}


def add_row(store: Store, row: Record) -> None:
    """Store a row that classifies a contact; one with the same key is replaced.

    Raises:
        NotFound: There is no such contact.
        Refused: The row is none of a contact, or only the other type of contact has such rows.
    """
    with store.transaction():
        if type(row) not in ROWS:
            raise Refused(f"add a row of {row.__table__}", "no such rows belong to a contact")
        contact = require_contact(store, getattr(row, "contact_no"))  # noqa: B009 - all of ROWS have it
        only = ONLY_TYPE.get(type(row), contact.type)
        if contact.type is not only:
            raise Refused(
                f"add a {row.__table__} to contact {contact.no}",
                f"only a {only} has such rows, and it is a {contact.type}",
            )
        store.records.put([row])
        follow_relations(store, [row] if isinstance(row, ContactBusinessRelation) else [])


def remove_row(store: Store, row: Record) -> None:
    """Take a row of a contact out; one that is not there is passed over."""
    with store.transaction():
        store.records.remove([row])
        follow_relations(store, [row] if isinstance(row, ContactBusinessRelation) else [])
