"""For a host's tests: contracts that a store must keep, a fixed clock, contacts to begin with.

`segmentation.testing.strategies` draws filters, selections and contacts for Hypothesis.

Each contract is a class with a test for every promise of a protocol. A host makes a subclass
that says how to make an empty store, and lets pytest collect it::

    class TestMyStore(StoreContract):
        def make_store(self) -> Store:
            return MyStore()

`ProcessesContract` runs real processes at one store.
"""

from ._attachments import AttachmentsContract
from ._building import FixedClock, make_company, make_person
from ._contacts import ContactsContract
from ._data import contacts, journal_entries
from ._log import LogContract
from ._processes import ProcessesContract
from ._records import RecordsContract
from ._segments import SegmentsContract
from ._store import StoreContract, TransactionsContract
from ._tree import TreeContract

__all__ = [
    "AttachmentsContract",
    "ContactsContract",
    "FixedClock",
    "LogContract",
    "ProcessesContract",
    "RecordsContract",
    "SegmentsContract",
    "StoreContract",
    "TransactionsContract",
    "TreeContract",
    "contacts",
    "journal_entries",
    "make_company",
    "make_person",
]
