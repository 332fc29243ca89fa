"""The rows that belong to a contact: mailing groups, business relations, addresses and the like."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from segmentation.code_tables import BusinessRelation
from segmentation.codes import to_code
from segmentation.contacts import (
    AlternativeAddress,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactProfileAnswer,
    ContactType,
    ContactWebSource,
)
from segmentation.errors import NotFound, Refused
from segmentation.fields import Record
from segmentation.operations.followers import follow_relations
from segmentation.operations.records import require_contact
from segmentation.protocols import Store
from segmentation.setup import MarketingSetup

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


ONLY_TYPE: Mapping[type[Record], ContactType] = {
    ContactBusinessRelation: ContactType.COMPANY,
    ContactIndustryGroup: ContactType.COMPANY,
    ContactWebSource: ContactType.COMPANY,
    ContactJobResponsibility: ContactType.PERSON,
}


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


def rename_business_relation(store: Store, code: str, new_code: str) -> int:
    """Give a business relation another code; rows and set-up follow.

    Returns:
        The number of contacts that have it.

    Raises:
        NotFound: There is no such business relation.
        Refused: The new code is another's.
    """
    old, new = to_code(code), to_code(new_code)
    with store.transaction():
        relation = store.records.find(BusinessRelation, old)
        if relation is None:
            raise NotFound("business relation", code)
        if store.records.find(BusinessRelation, new) is not None:
            raise Refused(f"rename business relation {old}", f"{new} is another's code")
        rows = list(store.records.all(ContactBusinessRelation, business_relation_code=old))
        store.records.remove([relation, *rows])
        store.records.put([attrs.evolve(relation, code=new)])
        store.records.put([attrs.evolve(row, business_relation_code=new) for row in rows])
        setup = store.records.find(MarketingSetup) or MarketingSetup()
        fields = [f.name for f in attrs.fields(MarketingSetup) if f.name.startswith("bus_rel_code")]
        named: dict[str, Any] = {name: new for name in fields if getattr(setup, name) == old}
        store.records.put([attrs.evolve(setup, **named)])
        return len(rows)
