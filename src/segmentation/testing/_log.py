"""The contract of `Log`."""

from segmentation.errors import Conflict
from segmentation.journal import Head, verify

from ._contract import Contract, raises
from ._data import NASTY, journal_entries


class LogContract(Contract):
    """The journal only grows."""

    def test_it_begins_empty(self) -> None:
        log = self.make_store().log
        assert log.head() == Head()
        assert list(log.read()) == []

    def test_what_was_appended_is_read_in_order_and_verifies(self) -> None:
        log = self.make_store().log
        first = journal_entries(3, log.head())
        log.append(first)
        log.append(journal_entries(2, log.head(), note=NASTY[3]))
        assert list(log.read())[:3] == first
        assert [entry.number for entry in log.read(4)] == [4, 5]
        assert list(log.read(6)) == []
        assert [entry.number for entry in log.read(-1)] == [1, 2, 3, 4, 5]
        assert verify(log.read()) == log.head()

    def test_many_are_appended_together(self) -> None:
        log = self.make_store().log
        many = journal_entries(100, log.head())
        log.append(many)
        assert list(log.read()) == many

    def test_entries_that_do_not_follow_are_refused_whole(self) -> None:
        log = self.make_store().log
        one, two, three = journal_entries(3, Head())
        raises(Conflict, lambda: log.append([two]))
        raises(Conflict, lambda: log.append([one, three]))
        assert list(log.read()) == []
        log.append([one])
        raises(Conflict, lambda: log.append([one]))
        raises(Conflict, lambda: log.append([two, two]))
        assert list(log.read()) == [one]

    def test_hashes_are_read_without_the_entries(self) -> None:
        log = self.make_store().log
        assert list(log.hashes([range(1, 5)])) == []
        entries = journal_entries(9, log.head())
        log.append(entries)
        hashes = [(entry.number, entry.sha256) for entry in entries]
        assert list(log.hashes([range(1, 10)])) == hashes
        assert list(log.hashes([range(2, 4), range(9, 20)])) == [*hashes[1:3], hashes[8]]
        assert list(log.hashes([])) == []

    def test_personal_content_can_go_and_the_chain_holds(self) -> None:
        log = self.make_store().log
        log.append(journal_entries(3, Head()))
        log.erase([2, 99])
        assert [entry.personal is None for entry in log.read()] == [False, True, False]
        assert [entry.erased for entry in log.read()] == [False, True, False]
        log.erase([2])
        assert verify(log.read()) == log.head()
