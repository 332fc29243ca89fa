"""Consent by purpose and channel: given, withdrawn, and whether somebody may be written to."""

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar, Unpack

from segmentation.code_tables import Purpose
from segmentation.consents import Consent
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.operations import consents, permission
from segmentation.operations.consents import Moment
from segmentation.operations.field_values import ConsentValues
from segmentation.operations.permission import Permission

from ._noun import Noun


class Consents(Noun[Consent, int]):
    """What contacts agreed to and withdrew, by the entries of the journal that record it.

    >>> from segmentation import Workspace
    >>> crm = Workspace.open()
    >>> _ = crm.tables["purpose"].new("NEWS", description="Our news")
    >>> anna = crm.contacts.new("Anna Berg", no="CT1", type="person")
    >>> bool(crm.consents.may(anna, purpose_code="NEWS", channel="email"))
    False
    >>> given = crm.consents.give(anna, purpose_code="NEWS", channel="email", source="form")
    >>> crm.consents.may(anna, purpose_code="NEWS", channel="email").entry_nos == (given.entry_no,)
    True
    """

    _kind: ClassVar[type[Consent]] = Consent

    def where(self, **fields: Unpack[ConsentValues]) -> Sequence[Consent]:
        """The acts whose fields have these values, in the order of their entries.

        Args:
            **fields: Fields and values: ``purpose_code="NEWS"``.

        Raises:
            UnknownName: An act has no such field.
            Rejected: A value does not fit its field.
        """
        return list(self._all(fields))

    def of(self, contact_no: str | Contact) -> Sequence[Consent]:
        """What a contact gave and withdrew, in the order of the entries; it may be gone by now.

        Args:
            contact_no: The contact.

        Raises:
            NotFound: There is no such contact, and no act of one.
        """
        return consents.consents_of(self._store, contact_no)

    def give(
        self,
        contact_no: str | Contact,
        *,
        purpose_code: str | Purpose,
        channel: CorrespondenceType | str,
        date: Moment | None = None,
        until: dt.date | None = None,
        text: str = "",
        source: str = "",
    ) -> Consent:
        """Record that a contact agreed to be written to.

        Args:
            contact_no: The contact.
            purpose_code: For what.
            channel: By which way: "email" or "hard_copy".
            date: When it agreed, now if not given; never later than now. A date is the beginning
                of its day.
            until: The last day of the consent, to its end; no end if not given.
            text: What it read or said.
            source: Where the consent came from.

        Raises:
            Rejected: There is no such contact, purpose or channel, or the dates do not fit: all
                of it.
        """
        return consents.give_consent(
            self._context,
            contact_no,
            purpose_code=purpose_code,
            channel=channel,
            date=date,
            until=until,
            text=text,
            source=source,
        )

    def withdraw(
        self,
        contact_no: str | Contact,
        *,
        purpose_code: str | Purpose,
        channel: CorrespondenceType | str,
        date: Moment | None = None,
        text: str = "",
        source: str = "",
    ) -> Consent:
        """Record that a contact does not want to be written to any more, or objected.

        Args:
            contact_no: The contact.
            purpose_code: For what.
            channel: By which way: "email" or "hard_copy".
            date: When it said so, now if not given; never later than now. A date is the beginning
                of its day.
            text: What it read or said.
            source: Where this came from.

        Raises:
            Rejected: There is no such contact, purpose or channel, or the date does not fit: all
                of it.
        """
        return consents.withdraw_consent(
            self._context,
            contact_no,
            purpose_code=purpose_code,
            channel=channel,
            date=date,
            text=text,
            source=source,
        )

    def may(
        self,
        contact_no: str | Contact,
        *,
        purpose_code: str | Purpose,
        channel: CorrespondenceType | str,
        at: Moment | None = None,
        entry_no: int | None = None,
    ) -> Permission:
        """Whether a contact may be written to, and why.

        Of several acts the latest counts, by its date; of one date that with the higher entry.
        Marks of privacy count too, and a mail address that no mail goes to; so do caps and quiet
        hours, as they are set now: the answer says when it is possible next.

        Args:
            contact_no: The contact. It may be gone if a moment is given and acts of it are kept.
            purpose_code: For what.
            channel: By which way: "email" or "hard_copy".
            at: The moment; now if not given. A date is the beginning of its day.
            entry_no: The last entry of the journal that counts; all if not given.

        Raises:
            Rejected: There is no such contact, purpose or channel, or the time has no zone: all
                of it.
            NotFound: The journal has no such entry.
        """
        return permission.may_write_to(
            self._context,
            contact_no,
            purpose_code=purpose_code,
            channel=channel,
            at=at,
            entry_no=entry_no,
        )
