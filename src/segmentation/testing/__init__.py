"""For those who bring their own store: contracts that it must keep.

Each contract is a class with a test for every promise of a protocol. A host makes a subclass
that says how to make an empty store, and lets pytest collect it::

    class TestMyStore(StoreContract):
        def make_store(self) -> Store:
            return MyStore()
"""

from ._contracts import (
    AttachmentsContract,
    ContactsContract,
    LogContract,
    RecordsContract,
    SegmentsContract,
    StoreContract,
    TransactionsContract,
    contacts,
    journal_entries,
)

__all__ = [
    "AttachmentsContract",
    "ContactsContract",
    "LogContract",
    "RecordsContract",
    "SegmentsContract",
    "StoreContract",
    "TransactionsContract",
    "contacts",
    "journal_entries",
]
