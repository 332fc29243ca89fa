"""Contacts, beyond choosing among them: a thin front of `segmentation.operations`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from segmentation.contacts import Contact, ContactType, RelationSummary
from segmentation.fields import Record
from segmentation.operations import contacts
from segmentation.operations.contacts import Duplicate
from segmentation.operations.context import Context
from segmentation.operations.records import require_contact
from segmentation.protocols import Store


class Contacts:
    """The contacts of a workspace."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def __iter__(self) -> Iterator[Contact]:
        return self._store.records.all(Contact)

    def __getitem__(self, no: str) -> Contact:
        return require_contact(self._store, no)

    def new(self, name: str = "", **given: Any) -> Contact:  # noqa: ANN401
        """Make a contact: with the set-up's defaults, and what a person inherits.

        Args:
            name: Its name; a person's may be given by its parts instead.
            **given: Fields of a contact; without a number it takes the next of the series.

        Raises:
            Refused: No number can be given.
            Rejected: The number is taken, or the company is none.
        """
        contact = Contact(**{"no": "", "name": name, **given})
        return contacts.new_contact(self._context, contact)

    def change(self, contact: Contact) -> Sequence[Contact]:
        """Store a contact as it is now; returns it, and the persons who changed with it."""
        return contacts.change_contact(self._context, contact)

    def set_company(self, contact_no: str, company_no: str) -> Contact:
        """Let a person work for a company, or with an empty number for none."""
        return contacts.set_company(self._context, contact_no, company_no)

    def change_type(self, contact_no: str, to: ContactType | str) -> Contact:
        """Make a person of a company, or the other way round."""
        return contacts.change_type(self._context, contact_no, ContactType(to))

    def delete(self, contact_no: str, *, with_persons: bool = False) -> Sequence[str]:
        """Take a contact and its rows out; the journal keeps what it recorded."""
        return contacts.delete_contact(self._store, contact_no, with_persons=with_persons)

    def persons_of(self, company_no: str) -> Sequence[Contact]:
        """The persons who work for a company."""
        return contacts.persons_of(self._store, company_no)

    def add_row(self, row: Record) -> None:
        """Store a row that classifies a contact."""
        contacts.add_row(self._store, row)

    def remove_row(self, row: Record) -> None:
        """Take a row of a contact out."""
        contacts.remove_row(self._store, row)

    def rows(self, contact_no: str) -> Iterator[Record]:
        """All rows that belong to a contact, table by table."""
        return contacts.rows_of(self._store, contact_no)

    def row_counts(self, contact_no: str) -> Mapping[str, int]:
        """How many rows a contact has in each table."""
        return contacts.row_counts(self._store, contact_no)

    def relation_summary(self, contact_no: str) -> RelationSummary:
        """What a contact's business relations add up to."""
        return contacts.relation_summary(self._store, self[contact_no])

    def duplicates(self, *, hit_share: float = 0.6) -> Sequence[Duplicate]:
        """Contacts that are likely the same, with this share of search strings in common."""
        return contacts.duplicates_in(self._store, hit_share=hit_share)

    def merge(self, kept_no: str, gone_no: str) -> Contact:
        """Make two contacts one: the first stays, the second goes.

        Raises:
            Refused: They cannot be merged; the error says why.
        """
        return contacts.merge(self._context, kept_no, gone_no)

    @property
    def _store(self) -> Store:
        return self._context.store
