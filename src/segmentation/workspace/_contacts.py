"""The contacts of a workspace: a thin front of `segmentation.operations.contacts`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import ClassVar, Unpack

from segmentation.contacts import Contact, ContactComment, ContactType, NotDuplicate
from segmentation.fields import Record
from segmentation.operations import contacts
from segmentation.operations.contacts import (
    Also,
    CompanySummary,
    Duplicate,
    Erasure,
    ErasurePlan,
    KeptOfContact,
    PersonSummary,
    Retained,
    RetentionPlan,
)
from segmentation.operations.field_values import ContactValues
from segmentation.operations.interactions import ContactFigures, contact_figures
from segmentation.operations.records import all_contacts, count_contacts
from segmentation.tasks import Task

from ._noun import Noun


class Contacts(Noun[Contact, str]):
    """The contacts of a workspace and the rows that belong to them.

    Iterating gives the contacts in the order of their numbers. Wherever a contact's number is
    asked, in any case, the contact itself may be given.
    """

    _kind: ClassVar[type[Record]] = Contact

    def __iter__(self) -> Iterator[Contact]:
        return all_contacts(self._store)

    def __len__(self) -> int:
        return count_contacts(self._store)

    def where(self, **fields: Unpack[ContactValues]) -> Sequence[Contact]:
        """The contacts whose fields have exactly these values, in the order of their numbers.

        Args:
            **fields: Fields of a contact and their values.

        Raises:
            UnknownName: A contact has no such field.
            Rejected: Values do not fit their fields: all of them.
        """
        return list(self._all(fields))

    # -- making, changing, deleting ---------------------------------------------------------

    def new(self, name: str = "", /, **fields: Unpack[ContactValues]) -> Contact:
        """Make a contact: with the set-up's defaults, and what a person inherits.

        A person's name may be given by its parts instead. A person who names its company only by
        ``company_name`` is joined to the one company of that name.

        Args:
            name: Its name.
            **fields: Fields of the contact; without ``no`` it takes the next number of the
                series.

        Returns:
            The contact as it is stored.

        Raises:
            TypeError: The name is given twice.
            UnknownName: A contact has no such field.
            Refused: No number can be given.
            Rejected: Something is wrong with it, a number that is taken included: all faults;
                nothing is stored.
        """
        if not name:
            return contacts.new_contact(self._context, **fields)
        return contacts.new_contact(self._context, name=name, **fields)  # type: ignore[misc]  # twice is an error

    def add(self, *records: Contact) -> Sequence[Contact]:
        """Store contacts made in Python, all or none.

        They keep what they say; only names, search name and company follow from their other
        fields where these are blank. Nothing is inherited, and no defaults are taken.

        Args:
            *records: The contacts, each with its number; persons may name companies among them.

        Returns:
            The contacts as they are stored.

        Raises:
            InvalidValue: There is none at all, or one is no contact.
            Rejected: Something is wrong with them, a number that is taken included: all faults;
                nothing is stored.
        """
        return contacts.add_contacts(self._context, records)

    def change(self, no: str | Contact, /, **fields: Unpack[ContactValues]) -> Contact:
        """Change fields of a contact; a company's change reaches the persons who had its value.

        A company's ``company_name`` follows its name, a person's name the parts of its name. The
        journal records a change of what keeps the contact from being contacted.
        `segmentation.operations.contacts.change_contact` returns the persons that changed, too.

        Args:
            no: The contact.
            **fields: The fields that change, with their new values; ``extra`` replaces all own
                fields of the contact.

        Returns:
            The contact as it is now.

        Raises:
            NotFound: There is no such contact.
            UnknownName: A contact has no such field.
            Refused: Number, type, company or exclusion would differ; `renumber`, `change_type`,
                `set_company`, `exclude` and `admit` see to these.
            Rejected: Something is wrong with the contact as it would be: all faults.
        """
        return contacts.change_contact(self._context, no, **fields)[0]

    def exclude(self, no: str | Contact, reason: str) -> Contact:
        """Exclude a contact from segments; the journal records by whom, when and why.

        A later file does not take it back, unless it is asked to.

        Args:
            no: The contact.
            reason: Why.

        Returns:
            The contact as it is now.

        Raises:
            NotFound: There is no such contact.
            InvalidValue: The reason is blank.
        """
        return contacts.exclude_contact(self._context, no, reason)

    def admit(self, no: str | Contact, reason: str) -> Contact:
        """Let a contact join segments again; the journal records by whom, when and why.

        Args:
            no: The contact.
            reason: Why.

        Returns:
            The contact as it is now.

        Raises:
            NotFound: There is no such contact.
            InvalidValue: The reason is blank.
        """
        return contacts.admit_contact(self._context, no, reason)

    def change_type(self, no: str | Contact, type: ContactType | str) -> Contact:  # noqa: A002 - the field's name
        """Make a person of a company, or the other way round.

        Its name parts and salutation start anew.

        Args:
            no: The contact.
            type: What it becomes: "company" or "person"; nothing is done if it is that already.

        Returns:
            The contact as it is now.

        Raises:
            NotFound: There is no such contact.
            InvalidValue: There is no such type.
            Refused: It has recorded interactions; a company has persons, business relations,
                industry groups or web sources; a person has job responsibilities. The error lists
                all of them.
        """
        return contacts.change_type(self._context, no, type)

    def set_company(self, no: str | Contact, company_no: str | Contact = "") -> Contact:
        """Let a person work for a company, or without one for none.

        Codes are taken from the new company, the address if it is blank or was the old company's,
        communication details one by one likewise; blank values of the company are not taken.

        Args:
            no: The person.
            company_no: The company; empty for none.

        Returns:
            The person as it is now.

        Raises:
            NotFound: There is no such contact.
            Refused: It is a company, or stands on a line of a segment.
            Rejected: The new company is not there or is none: all faults.
        """
        return contacts.set_company(self._context, no, company_no)

    def delete(self, no: str | Contact, *, with_persons: bool = False) -> Sequence[str]:
        """Take a contact and its rows out; what the journal recorded of it stays there.

        Args:
            no: The contact.
            with_persons: A company's persons go with it.

        Returns:
            The numbers of the contacts that are gone.

        Raises:
            NotFound: There is no such contact.
            Refused: It, or one who would go with it, stands on a line of a segment; or it is a
                company that has persons, and they are not to go. The error lists all that needs
                it.
        """
        return contacts.delete_contact(self._context, no, with_persons=with_persons)

    def renumber(self, *, old_no: str | Contact, new_no: str) -> Contact:
        """Give a contact another number; all that is kept of it follows.

        That is rows, persons, lines, interactions, targets, marks and consent. What the journal
        recorded is not rewritten: one entry says that the contact goes by another number. Who was
        left out of a logged segment is still told by the number that it had.

        Where a host keeps the contacts, it has changed the number already, and this records it.

        Args:
            old_no: The contact.
            new_no: The number that it gets; no contact may have it. In a host's table: that it
                has.

        Returns:
            The contact under its new number.

        Raises:
            NotFound: There is no such contact; or the host has none with the new number.
            InvalidValue: A number is blank.
            Refused: The new number is in use, or a filter of a segment's actions or of saved
                criteria names the old one; the error lists all of them. Or the host still has the
                old number.
            Rejected: The new number is too long.
        """
        return contacts.renumber(self._context, old_no=old_no, new_no=new_no)

    # -- persons, rows, comments ------------------------------------------------------------

    def persons(self, company_no: str | Contact) -> Sequence[Contact]:
        """The persons who work for a company, in the order of their numbers.

        Args:
            company_no: The company.

        Raises:
            NotFound: There is no such contact.
        """
        return contacts.persons_of(self._store, company_no)

    def rows(self, no: str | Contact) -> Sequence[Record]:
        """All rows that belong to a contact, table by table, in the order of their keys.

        Args:
            no: The contact.

        Raises:
            NotFound: There is no such contact.
        """
        return contacts.rows_of(self._store, no)

    def row_counts(self, no: str | Contact) -> Mapping[str, int]:
        """How many rows a contact has in each table, by the table's name; 0 where it has none.

        Args:
            no: The contact.

        Raises:
            NotFound: There is no such contact.
        """
        return contacts.row_counts(self._store, no)

    def add_rows(self, *rows: Record) -> None:
        """Store rows that classify contacts, all or none; one with the same key is replaced.

        Args:
            *rows: Rows of one contact or of several, of one table or of several.

        Raises:
            InvalidValue: There is none at all, or something is no record.
            Rejected: Something is wrong with them: all faults. Among these: a contact or a code
                that is not there, a row of a type that only companies, or only persons, have.
        """
        contacts.add_rows(self._context, *rows)

    def remove_rows(self, *rows: Record) -> None:
        """Take rows of contacts out, all or none; they are told by their keys.

        The journal records who left a mailing group, so that no later file joins it again unasked.

        Args:
            *rows: The rows, as `rows` gives them.

        Raises:
            InvalidValue: There is none at all, or something is no record.
            NotFound: One is not there.
            Rejected: One is no row of a contact: all such faults.
        """
        contacts.remove_rows(self._context, *rows)

    def of_customer(self, no: str) -> Contact:
        """The contact that a business relation links to a customer of the host.

        Args:
            no: The customer's number in the host's books.

        Raises:
            NotFound: No contact is linked to such a customer.
        """
        return contacts.contact_of_customer(self._store, no)

    def of_vendor(self, no: str) -> Contact:
        """The contact that a business relation links to a vendor of the host.

        Args:
            no: The vendor's number in the host's books.

        Raises:
            NotFound: No contact is linked to such a vendor.
        """
        return contacts.contact_of_vendor(self._store, no)

    def comment(self, no: str | Contact, text: str) -> ContactComment:
        """Comment on a contact.

        Args:
            no: The contact.
            text: The comment; it bears the day and the user.

        Returns:
            The comment as it is stored, the last of the contact; `remove_rows` takes it out.

        Raises:
            NotFound: There is no such contact.
            Rejected: The comment is blank, or no text.
        """
        return contacts.comment_contact(self._context, no, text)

    def comments(self, no: str | Contact) -> Sequence[ContactComment]:
        """The comments on a contact, in the order in which they were written.

        Args:
            no: The contact.

        Raises:
            NotFound: There is no such contact.
        """
        return contacts.comments_of(self._store, no)

    # -- what is known of one ---------------------------------------------------------------

    def summary(
        self, no: str | Contact, *, tasks: Iterable[Task] = ()
    ) -> CompanySummary | PersonSummary:
        """A company with its persons, or a person with its answers, tasks and interactions.

        Args:
            no: The contact.
            tasks: The host's tasks; those with other contacts are passed over, and a company
                shows none.

        Raises:
            NotFound: There is no such contact.
        """
        return contacts.contact_summary(self._store, no, tasks=tasks)

    def figures(
        self, no: str | Contact, *, since: date | None = None, until: date | None = None
    ) -> ContactFigures:
        """Number, cost and duration of a contact's interactions, and when the last was.

        A company's cover its persons too. Canceled and postponed interactions do not count.

        Args:
            no: The contact.
            since: The first day; from the beginning if not given.
            until: The last day; to the end if not given.

        Raises:
            NotFound: There is no such contact.
        """
        return contact_figures(self._store, self[no].no, since=since, until=until)

    # -- duplicates -------------------------------------------------------------------------

    def duplicates(self, *, hit_share: float = 0.6) -> Sequence[Duplicate]:
        """Contacts of the same type that are likely the same, in the order of their numbers.

        Two that are known to be different (`not_duplicates`) are left out.

        Args:
            hit_share: The share of search strings that two must have in common; above 0, at
                most 1.

        Raises:
            InvalidValue: The share is none.
        """
        return contacts.duplicates_in(self._store, hit_share=hit_share)

    def not_duplicates(self, *, no: str | Contact, other_no: str | Contact) -> NotDuplicate:
        """Keep that two contacts are different, so that they are not told as duplicates again.

        Args:
            no: One of them.
            other_no: The other.

        Returns:
            What is kept, the lower number first.

        Raises:
            NotFound: There is no such contact.
            Refused: They are the same contact.
        """
        return contacts.not_duplicates(self._context, no=no, other_no=other_no)

    def merge(self, *, kept_no: str | Contact, gone_no: str | Contact) -> Contact:
        """Make two contacts one: the first stays, the second goes.

        Blank fields of the first are filled from the second; rows, persons, lines and recorded
        interactions pass over, and an entry of the journal says so. What the second had withdrawn
        is withdrawn by the first; what it had agreed to is not taken over.

        Where a host keeps the contacts, it has taken the second out already, and this records it.

        Args:
            kept_no: Who stays.
            gone_no: Who goes.

        Returns:
            Who stays, as it is now.

        Raises:
            NotFound: There is no such contact; or the host has not the one that stays.
            InvalidValue: A number is blank.
            Refused: They are the same, or of different types. Or the host still has the one that
                goes.
        """
        return contacts.merge(self._context, kept_no=kept_no, gone_no=gone_no)

    # -- privacy ----------------------------------------------------------------------------

    def access(self, no: str | Contact) -> KeptOfContact:
        """All that is kept of a contact: the very list that `erase` works through.

        Its card, rows of every table, own ones too, interactions with comments and letters, lines
        on worksheets, the journal's entries, and where free words of others name it.

        Args:
            no: The contact; it may be deleted or erased already, if the journal still knows of it.

        Raises:
            NotFound: Nothing is known of such a contact.
        """
        return contacts.kept_of_contact(self._store, no)

    def plan_erasing(self, no: str | Contact, *, also: Also = ()) -> ErasurePlan:
        """What `erase` would do, without doing it.

        Args:
            no: The contact; it may be deleted already, if the journal still knows of it.
            also: Numbers of further entries whose personal content names the contact, and
                mentions as a plan hands them out, in whose place an ellipsis stands.

        Raises:
            NotFound: Nothing is known of such a contact.
            InvalidValue: Something further is neither an entry's number nor a mention.
        """
        return contacts.plan_erasing(self._store, no, also=also)

    def erase(self, no: str | Contact, *, also: Also = ()) -> Erasure:
        """Remove all that is kept of a contact; the journal's chain still holds.

        Args:
            no: The contact; it may be deleted already, if the journal still knows of it.
            also: Numbers of further entries whose personal content names the contact, and
                mentions as a plan hands them out, in whose place an ellipsis stands.

        Raises:
            NotFound: Nothing is known of such a contact.
            InvalidValue: Something further is neither an entry's number nor a mention.
        """
        return contacts.erase_contact(self._context, no, also=also)

    def plan_retention(self, *, months: int) -> RetentionPlan:
        """Whom `apply_retention` would erase, and who would stay; nothing is done.

        Args:
            months: For how many months contacts are kept without interaction or consent.

        Raises:
            InvalidValue: It is no number of months.
        """
        return contacts.plan_retention(self._context, months=months)

    def apply_retention(self, *, months: int) -> Retained:
        """Erase who had neither interaction nor consent for so long: one call for a scheduler.

        Each erasure is an entry of the journal; running it again finds nobody. Who stands on an
        open worksheet, has persons or is a customer, vendor or bank account stays and is told.

        Args:
            months: For how many months contacts are kept without interaction or consent. A month
                back is the same day of that month, or its last; what is dated before has run out.

        Raises:
            InvalidValue: It is no number of months.
        """
        return contacts.apply_retention(self._context, months=months)
