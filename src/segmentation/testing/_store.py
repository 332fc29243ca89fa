"""The contract of `Store`: its transactions, and all that it keeps."""

import attrs

from segmentation.contacts import Contact
from segmentation.criteria import bind
from segmentation.errors import NotFound
from segmentation.journal import Head
from segmentation.protocols import Store
from segmentation.segments import Segment, SegmentHeader, contact_schema
from segmentation.setup import NumberSeries

from ._attachments import AttachmentsContract
from ._contacts import ContactsContract
from ._contract import Contract, raises
from ._data import AS_OF, journal_entries
from ._log import LogContract
from ._records import RecordsContract
from ._segments import SegmentsContract
from ._tree import TreeContract


class TransactionsContract(Contract):
    """What belongs together is kept together, or not at all."""

    def test_an_error_takes_back_everything(self) -> None:
        store = self.make_store()
        store.records.put([NumberSeries(code="A")])
        stored = store.segments.put(Segment(header=SegmentHeader(no="S1")))
        raises(NotFound, lambda: self._spoil(store, stored))
        assert list(store.records.all(NumberSeries)) == [NumberSeries(code="A")]
        assert store.segments.get("S1") == stored
        assert store.log.head() == Head()
        assert list(store.segments.headers()) == [stored.header]

    def _spoil(self, store: Store, stored: Segment) -> None:
        with store.transaction():
            store.records.put([NumberSeries(code="A", last_no_used="1"), NumberSeries(code="B")])
            store.segments.put(attrs.evolve(stored, lines=()))
            store.segments.put(Segment(header=SegmentHeader(no="S2")))
            store.log.append(journal_entries(2, store.log.head()))
            store.records.remove([NumberSeries(code="A")])
            raise NotFound("anything", "at all")

    def test_what_is_written_is_seen_inside(self) -> None:
        store = self.make_store()
        with store.transaction():
            store.records.put([Contact(no="C1", company_no="C1")])
            store.log.append(journal_entries(1, store.log.head()))
            assert store.records.find(Contact, "C1") is not None
            assert store.log.head().number == 1
            bound = bind(None, contact_schema(), AS_OF)
            assert list(store.contacts.matching(bound)) == ["C1"]
        assert store.log.head().number == 1

    def test_an_inner_one_is_part_of_the_outer(self) -> None:
        store = self.make_store()
        raises(NotFound, lambda: self._nest(store))
        assert list(store.records.all(NumberSeries)) == []

    def _nest(self, store: Store) -> None:
        with store.transaction():
            with store.transaction():
                store.records.put([NumberSeries(code="A")])
            raise NotFound("anything", "at all")

    def test_an_inner_one_can_fail_by_itself(self) -> None:
        store = self.make_store()
        with store.transaction():
            store.records.put([NumberSeries(code="A")])
            raises(NotFound, lambda: self._nest(store))
            store.records.put([NumberSeries(code="C")])
        assert [series.code for series in store.records.all(NumberSeries)] == ["A", "C"]


class StoreContract(
    RecordsContract,
    ContactsContract,
    SegmentsContract,
    LogContract,
    TreeContract,
    AttachmentsContract,
    TransactionsContract,
):
    """All of it."""
