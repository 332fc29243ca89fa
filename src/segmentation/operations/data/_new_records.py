"""Many new records taken in by their columns, where that gives what a look at each of them gives.

Records of which anything is out of the ordinary are left to who looks at each.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from segmentation.columns import Columns, gathered
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactMailingGroup,
    ContactMark,
    ContactType,
    composed_name,
)
from segmentation.criteria import to_nfc
from segmentation.fields import Field, FieldType, Record, Value, fields_of, key_of
from segmentation.kinds import record_kinds
from segmentation.operations.contacts import fitting, named_company
from segmentation.operations.records import find_records
from segmentation.operations.values import all_fit_plainly, different
from segmentation.protocols import Store
from segmentation.reach import zone_named

from ._marks import marks_by_contact
from ._own_values import with_kept_values
from ._results import Imported

PLAIN = (Contact, ContactMailingGroup, AlternativeAddress)
"""Kinds whose records have no rules but those of their fields, or have them here."""

MARKED = (Contact, ContactMailingGroup)
"""Kinds that say something of whether somebody is contacted."""


class Known:
    """What is asked of the store for many records and does not change meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._codes: dict[str, Collection[Value]] = {}
        self.marks: Mapping[str, Sequence[ContactMark]] = marks_by_contact(
            store.records.all(ContactMark)
        )

    def have(self, field: Field, values: Iterable[Value]) -> bool:
        """Whether there is what values of a field refer to; a table without any is not asked."""
        named = {value for value in values if value}
        if field.refers_to == Contact.__table__:
            keys = [(no,) for no in named]
            return len(find_records(self._store, Contact, keys)) == len(keys)
        codes = self._codes.get(field.refers_to)
        if codes is None:
            kind = record_kinds().get(field.refers_to)
            rows = self._store.records.all(kind) if kind else ()
            codes = self._codes[field.refers_to] = frozenset(key_of(row)[0] for row in rows)
        return not codes or named <= frozenset(codes)

    def companies(self, nos: Collection[str]) -> dict[str, str] | None:
        """The names of companies that are stored; ``None`` if one is not, or is a person."""
        found = find_records(self._store, Contact, [(no,) for no in nos]) if nos else {}
        contacts = [*found.values()]
        if len(contacts) < len(nos) or any(c.type is ContactType.PERSON for c in contacts):
            return None
        return {contact.no: named_company(contact) for contact in contacts}

    def are_new(self, found: Columns[Any]) -> bool:
        """Whether no two records have one key, none is stored, and nothing was decided of them."""
        keys = [*found.rows(*found.kind.__key__)]
        if len({*keys}) < len(keys):
            return False
        if found.kind in MARKED and any(key[0] in self.marks for key in keys):
            return False
        return not find_records(self._store, found.kind, keys)


def references_of(kind: type[Record]) -> Sequence[Field]:
    """The fields that must name a record which is there; companies are looked at by themselves."""
    return [
        field
        for field in fields_of(kind)
        if field.refers_to and not (kind is Contact and field.name == "company_no")
    ]


def take_in_new(store: Store, records: Sequence[Record]) -> Imported | None:
    """Take in new records, inside a transaction.

    Returns:
        What was taken in; ``None`` if a record is not new, or anything is out of the ordinary with
        it. Then nothing was stored.
    """
    kinds = [*dict.fromkeys(map(type, records))]
    if not {*kinds}.issubset(PLAIN):
        return None
    given = {
        kind: gathered(kind, [each for each in records if type(each) is kind])
        for kind in PLAIN
        if kind in kinds
    }
    known, whole = Known(store), list[Columns[Any]]()
    nos = frozenset(different(given[Contact], "no")) if Contact in given else frozenset()
    for found in given.values():
        kept = with_kept_values(store, found)
        made = None if kept is None else _sound(known, kept, nos)
        if made is None:
            return None
        whole.append(made)
    for each in whole:
        store.records.put(each)
    counts = Counter(each.__table__ for each in records)
    return Imported(counts=tuple(counts.items()), new=len(records))


def _sound(known: Known, found: Columns[Any], contact_nos: Collection[str]) -> Columns[Any] | None:
    """Records as they are kept; ``None`` if they are not new, or might have a fault."""
    if not all_fit_plainly(found) or not _are_in_nfc(found):
        return None
    if not all(different(found, found.kind.__key__[0])) or not known.are_new(found):
        return None
    for field in references_of(found.kind):
        values = {*different(found, field.name)}
        if field.refers_to == Contact.__table__:
            values.difference_update(contact_nos)
        if not known.have(field, values):
            return None
    return _sound_contacts(known, found) if found.kind is Contact else found


def _are_in_nfc(found: Columns[Any]) -> bool:
    """Whether all texts are in Unicode's normal form C."""
    texts = (
        different(found, field.name)
        for field in fields_of(found.kind)
        if field.type in {FieldType.TEXT, FieldType.CODE}
    )
    return all(
        "".join(column).isascii() or all(text.isascii() or to_nfc(text) == text for text in column)
        for column in texts
    )


def _sound_contacts(known: Known, found: Columns[Contact]) -> Columns[Contact] | None:
    zones = {*different(found, "time_zone")} - {""}
    if any(zone_named(zone) is None for zone in zones):
        return None
    named = with_names(found)
    companies: dict[str, str] = {}
    wanted: set[str] = set()
    for no, kind, name, company_no in named.rows("no", "type", "name", "company_no"):
        if kind is ContactType.PERSON:
            wanted.add(company_no)
        elif company_no and company_no != no:
            return None
        else:
            companies[no] = fitting("company_name", name)
    stored = known.companies(wanted - companies.keys() - {""})
    return None if stored is None else completed_by(named, {**companies, **stored})


# -- contacts with what follows from their fields ---------------------------------------------


def with_names(found: Columns[Contact]) -> Columns[Contact]:
    """Contacts with their names; one that is blank is made of its parts."""
    if all(different(found, "name")):
        return found
    names = [name or composed_name(found[at]) for at, name in enumerate(found.column("name"))]
    return found.with_columns(name=names)


def completed_by(named: Columns[Contact], companies: Mapping[str, str]) -> Columns[Contact]:
    """New contacts with what follows from their names and their companies.

    Args:
        named: The contacts, with their names; a company is its own.
        companies: The names of companies, by number.
    """
    filled: list[tuple[str, str, str]] = []
    for no, kind, name, search_name, company_no, company_name in named.rows(*_FOLLOWING):
        company = no if kind is ContactType.COMPANY else company_no
        filled.append(
            (
                search_name or fitting("search_name", name.upper()),
                company,
                company_name or companies.get(company, ""),
            )
        )
    search_names, company_nos, company_names = zip(*filled, strict=True)
    return named.with_columns(
        search_name=search_names, company_no=company_nos, company_name=company_names
    )


_FOLLOWING = ("no", "type", "name", "search_name", "company_no", "company_name")
