"""Several users at once: nobody's change is lost, numbers have no gaps."""

import multiprocessing
import threading
from collections.abc import Callable

import attrs
import pytest
import sqlalchemy as sa

from databases import Database
from segmentation.adapters.sqlalchemy import SqlStore, open_store
from segmentation.contacts import Contact
from segmentation.errors import Conflict, StoreError
from segmentation.journal import verify
from segmentation.operations.numbering import take_no
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.testing import journal_entries

ROUNDS, USERS = 15, 3


def until_done(step: Callable[[], object]) -> None:
    """A step, again and again until nobody is quicker."""
    while True:
        try:
            step()
        except Conflict:
            continue
        return


def together(step: Callable[[], object]) -> None:
    """Several users take a step several times each, at once."""

    def work() -> None:
        for _ in range(ROUNDS):
            until_done(step)

    threads = [threading.Thread(target=work) for _ in range(USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_users_who_record_at_once_leave_no_gap(database: Database) -> None:
    store = database.open()

    def record() -> None:
        with store.transaction():
            store.log.append(journal_entries(2, store.log.head()))

    together(record)
    assert store.log.head().number == ROUNDS * USERS * 2
    assert verify(store.log.read()) == store.log.head()


def test_users_who_number_at_once_never_get_the_same(database: Database) -> None:
    store = database.open()
    store.records.put([MarketingSetup(segment_nos="S"), NumberSeries(code="S", starting_no="S001")])

    def number() -> None:
        with store.transaction():
            no = take_no(store, "segment_nos")
            store.segments.put(Segment(header=SegmentHeader(no=no)))

    together(number)
    nos = [header.no for header in store.segments.headers()]
    assert nos == [f"S{n:03}" for n in range(1, ROUNDS * USERS + 1)]


def test_users_who_change_one_segment_at_once_lose_no_line(database: Database) -> None:
    store = database.open()
    store.segments.put(Segment(header=SegmentHeader(no="S1")))

    def add() -> None:
        with store.transaction():
            segment = store.segments.get("S1")
            line = SegmentLine(segment_no="S1", line_no=len(segment.lines) + 1)
            store.segments.put(attrs.evolve(segment, lines=(*segment.lines, line)))

    together(add)
    assert len(store.segments.get("S1").lines) == ROUNDS * USERS


def _record_in_a_process(path: str) -> None:
    store = open_store(path)
    for _ in range(ROUNDS):
        until_done(lambda: _append(store))
    store.close()


def _append(store: SqlStore) -> None:
    with store.transaction():
        store.log.append(journal_entries(2, store.log.head()))


def test_processes_share_a_file_from_its_making_on(tmp_path: object) -> None:
    path = f"{tmp_path}/crm.db"
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_record_in_a_process, args=(path,)) for _ in range(USERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * USERS
    store = open_store(path)
    assert verify(store.log.read()).number == ROUNDS * USERS * 2
    store.close()


def test_reading_sees_one_moment_and_does_not_wait(database: Database) -> None:
    store, other = database.open(), database.open()
    store.records.put(Contact(no=f"C{n:05}") for n in range(5_000))
    reading = other.records.all(Contact)
    assert next(reading).no == "C00000"
    with store.transaction():
        store.records.remove([Contact(no="C04999")])
        assert other.records.find(Contact, "C04999") is not None
    assert [contact.no for contact in reading][-1] == "C04999"
    assert other.records.find(Contact, "C04999") is None


@pytest.mark.postgres
def test_a_database_that_goes_away_is_an_error_and_comes_back(
    postgresql: str, database: Database
) -> None:
    if database.is_sqlite:
        pytest.skip("a file does not go away")
    store = database.open()
    server = sa.create_engine(sa.make_url(postgresql).set(drivername="postgresql+psycopg"))

    def interrupted() -> None:
        with store.transaction():
            store.records.put([Contact(no="C1")])
            with server.begin() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND state = 'idle in transaction'"
                )
            store.records.put([Contact(no="C2")])

    with pytest.raises(StoreError, match="terminat"):
        interrupted()
    server.dispose()
    assert list(store.records.all(Contact)) == []
    store.records.put([Contact(no="C3")])
    assert store.records.find(Contact, "C3") is not None


@pytest.mark.postgres
def test_a_connection_that_was_cut_while_nobody_used_it_is_made_anew(
    kept_postgresql: Database,
) -> None:
    store = kept_postgresql.open()
    store.records.put([Contact(no="C1")])
    with kept_postgresql.engine().begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND state = 'idle'"
        )
    assert store.records.find(Contact, "C1") is not None
