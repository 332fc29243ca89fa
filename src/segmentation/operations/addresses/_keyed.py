"""Addresses kept as HMAC-SHA256 under a key, so that nobody reads or guesses them from a list.

The key is never in the store; an identifier, worked out from it, says which one it was.
"""

import hmac
from collections.abc import Iterator, Sequence
from contextlib import suppress

from segmentation.contacts import AddressMark, AddressState
from segmentation.errors import Message, Refused
from segmentation.operations.context import Context

_FEW = 20
"""Up to how many addresses are looked up one by one."""


def keyed(key: bytes, address: str) -> str:
    """An address in small letters under a key; its domain in the letters of the domain system.

    >>> keyed(bytes(range(32)), "max@müller.example")[:16]
    '9cf73b8ac06b6b05'
    """
    local, at, domain = address.rpartition("@")
    with suppress(UnicodeError):  # no domain that any server has
        domain = domain.encode("idna").decode()
    return hmac.digest(key, f"{local}{at}{domain}".encode(), "sha256").hex()


def key_id(key: bytes) -> str:
    """Says which key it is, and nothing more of it."""
    return hmac.digest(key, b"register of addresses", "sha256").hex()[:16]


def keyed_mark(context: Context, address: str) -> AddressMark | None:
    """The mark of an address that is kept under one of the keys, or ``None``."""
    for key in context.address_keys:
        mark = context.store.records.find(AddressMark, keyed(key, address))
        if mark is not None:
            return mark
    return None


def check_keys(context: Context) -> None:
    """See that every address that is kept under a key can be found again.

    Raises:
        Refused: Some cannot: the key is not given, or another is.
    """
    ours = set(map(key_id, context.address_keys))
    missing = [mark for mark in _keyed_marks(context) if mark.key_id not in ours]
    if missing:
        reason = Message(
            "{count} suppressed addresses in crm.addresses are kept under a key that is not given; "
            "open the workspace with it among address_keys",
            count=len(missing),
        )
        raise Refused(Message("read the register of addresses"), reason)


def _keyed_marks(context: Context) -> Iterator[AddressMark]:
    marks = context.store.records.all(AddressMark, state=AddressState.SUPPRESSED)
    return (mark for mark in marks if mark.key_id)


def found_under_keys(context: Context, addresses: Sequence[str]) -> dict[str, AddressMark]:
    """The marks of those addresses that are kept under one of the keys."""
    if len(addresses) <= _FEW:
        marks = ((address, keyed_mark(context, address)) for address in addresses)
        return {address: mark for address, mark in marks if mark is not None}
    kept = {mark.address: mark for mark in _keyed_marks(context)}
    return {
        address: kept[hashed]
        for key in (context.address_keys if kept else ())
        for address in addresses
        if (hashed := keyed(key, address)) in kept
    }
