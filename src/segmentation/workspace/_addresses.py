"""Mail addresses that no mail goes to: bounced, complained, suppressed."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Unpack

from segmentation.contacts import AddressMark, AddressState, mail_addresses
from segmentation.operations import addresses
from segmentation.operations.addresses import Reported
from segmentation.operations.field_values import AddressMarkValues

from ._noun import Noun


class Addresses(Noun[AddressMark, str]):
    """The register of mail addresses that no mail goes to, in any case of their letters.

    A mail to an address in it is neither logged nor delivered. Each mark and each release is an
    entry of the journal.

    >>> from segmentation import Workspace
    >>> crm = Workspace.open()
    >>> crm.addresses.mark("Anna@Example.com", "bounced", "550 5.1.1 User unknown")
    AddressMark('anna@example.com', bounced, '550 5.1.1 User unknown')
    """

    _kind: ClassVar[type[AddressMark]] = AddressMark

    def __contains__(self, key: object) -> bool:
        return super().__contains__(self._key(key) if isinstance(key, str | AddressMark) else key)

    def __getitem__(self, key: str | AddressMark) -> AddressMark:
        return super().__getitem__(self._key(key))

    def find(self, key: str | AddressMark) -> AddressMark | None:
        """The mark of this address, or ``None``."""
        return super().find(self._key(key))

    def get_many(self, keys: Iterable[str | AddressMark]) -> Sequence[AddressMark]:
        """The marks of these addresses, in the order asked.

        Raises:
            NotFound: Some are not marked; the error names all of them.
        """
        return super().get_many(map(self._key, keys))

    def where(self, **fields: Unpack[AddressMarkValues]) -> Sequence[AddressMark]:
        """The marks whose fields have these values, in the order of their addresses.

        Args:
            **fields: Fields and values: ``state="bounced"``.

        Raises:
            UnknownName: A mark has no such field.
            Rejected: A value does not fit its field.
        """
        return list(self._all(fields))

    def mark(self, address: str, state: AddressState | str, reason: str = "") -> AddressMark:
        """Mark an address as one that no mail goes to; the journal records by whom and why.

        One that is marked so already stays as it is; a complaint is stronger than a bounce, and a
        suppression than both. A suppressed one is kept as HMAC-SHA256 under the first of the
        workspace's ``address_keys``, if it has any: so it stays when the contact is erased.

        Args:
            address: The address, in any case.
            state: "bounced", "complained" or "suppressed".
            reason: What a server or a person said.

        Raises:
            InvalidValue: It is not one address, or there is no such state.
            Refused: Addresses are kept under a key that is not given.
        """
        return addresses.mark_address(self._context, address, state, reason)

    def release(self, address: str | AddressMark, reason: str) -> None:
        """Let mails go to an address again; the journal records by whom, when and why.

        Args:
            address: The address, in any case.
            reason: Why.

        Raises:
            NotFound: It is not marked.
            InvalidValue: The reason is blank.
            Refused: Addresses are kept under a key that is not given.
        """
        addresses.release_address(self._context, address, reason)

    def take_in(self, message: bytes) -> Sequence[Reported]:
        """Take in a bounce (RFC 3464) or a complaint (RFC 5965) as a mail server sent it.

        An address that failed for good is marked as bounced, one where somebody complained as
        complained. What is marked already is not recorded again; what is delayed, or failed for
        another reason than the address, marks nothing.

        Args:
            message: The whole mail.

        Returns:
            What it says of each address.

        Raises:
            BadDocument: It is no such report, or was cut; nothing is changed.
            Refused: Addresses are kept under a key that is not given.
        """
        return addresses.take_in_report(self._context, message)

    def _key(self, key: str | AddressMark) -> str | AddressMark:
        """A key as it is kept; what is no single address is left as it is, and not found."""
        found = mail_addresses(key) if isinstance(key, str) else ()
        if len(found) != 1:
            return key
        mark = addresses.mark_of(self._context, found[0])
        return found[0] if mark is None else mark.address
