"""For a host's tests: contracts that a store must keep, a fixed clock, contacts to begin with.

`segmentation.testing.strategies` draws filters, selections and contacts for Hypothesis.

Each contract is a class with a test for every promise of a protocol. A host makes a subclass
that says how to make an empty store, and lets pytest collect it::

    class TestMyStore(StoreContract):
        def make_store(self) -> Store:
            return MyStore()
"""

from ._building import FixedClock, make_company, make_person
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
    "FixedClock",
    "LogContract",
    "RecordsContract",
    "SegmentsContract",
    "StoreContract",
    "TransactionsContract",
    "contacts",
    "journal_entries",
    "make_company",
    "make_person",
]
