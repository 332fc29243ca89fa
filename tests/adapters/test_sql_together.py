"""Several users at once: nobody's change is lost, numbers have no gaps."""

import multiprocessing
import threading
from collections.abc import Callable
from functools import partial

import attrs
import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore, open_store
from segmentation.contacts import Contact
from segmentation.errors import Conflict, NotFound, StoreError
from segmentation.interactions import Interaction
from segmentation.journal import verify
from segmentation.memory import MemoryStore
from segmentation.operations.data import copy_store
from segmentation.operations.number_series import take_no
from segmentation.operations.segments import Logged
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.testing import journal_entries
from segmentation.workspace import Worksheet
from support.databases import Database, cause_of
from support.desk import check_journal, make_desk
from support.fair import NOW, TODAY

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


def test_users_who_record_at_once_leave_no_gap(every_database: Database) -> None:
    store = every_database.open()

    def record() -> None:
        with store.transaction():
            store.log.append(journal_entries(2, store.log.head()))

    together(record)
    assert store.log.head().number == ROUNDS * USERS * 2
    assert verify(store.log.read()) == store.log.head()


def test_users_who_number_at_once_never_get_the_same(every_database: Database) -> None:
    store = every_database.open()
    store.records.put([MarketingSetup(segment_nos="S"), NumberSeries(code="S", starting_no="S001")])

    def number() -> None:
        with store.transaction():
            no = take_no(store, "segment_nos")
            store.segments.put(Segment(header=SegmentHeader(no=no)))

    together(number)
    nos = [header.no for header in store.segments.headers()]
    assert nos == [f"S{n:03}" for n in range(1, ROUNDS * USERS + 1)]


def test_users_who_change_one_segment_at_once_lose_no_line(every_database: Database) -> None:
    store = every_database.open()
    store.segments.put(Segment(header=SegmentHeader(no="S1")))

    def add() -> None:
        with store.transaction():
            segment = store.segments.get("S1")
            line = SegmentLine(segment_no="S1", line_no=len(segment.lines) + 1)
            store.segments.put(attrs.evolve(segment, lines=(*segment.lines, line)))

    together(add)
    assert len(store.segments.get("S1").lines) == ROUNDS * USERS


def desk_at(database: Database) -> seg.Workspace:
    return seg.Workspace.open(database.open(), user="BEN", today=TODAY, clock=lambda: NOW)


def at_once(*steps: Callable[[], object]) -> list[object]:
    """What several users get, each in a thread, who begin at the same moment."""
    start = threading.Barrier(len(steps))
    got: list[object] = []

    def work(step: Callable[[], object]) -> None:
        start.wait()
        try:
            got.append(step())
        except (Conflict, NotFound) as error:
            got.append(error)

    threads = [threading.Thread(target=work, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_of_users_who_log_one_segment_at_once_one_does(every_database: Database) -> None:
    crm = make_desk(store=every_database.open())
    crm.new_segment("Fair", interaction_template_code="TALK").add_contacts()
    numbers = crm.segment("SM0001").contact_nos
    got = at_once(*[desk_at(every_database).segment("SM0001").log for _ in range(USERS)])
    assert sum(isinstance(each, Logged) for each in got) == 1
    assert [each.contact_no for each in crm.store.records.all(Interaction)] == list(numbers)
    assert len(crm.logged_segments) == 1
    check_journal(crm)


def test_who_joins_while_another_logs_is_logged_or_told(database: Database) -> None:
    crm = make_desk(store=database.open())
    everybody = [contact.no for contact in crm.store.records.all(Contact)]
    for _ in range(5):
        first, *others = everybody
        no = crm.new_segment("Fair", interaction_template_code="TALK").no
        crm.segment(no).add_contacts(contact={"no": first})
        adding = [
            partial(desk_at(database).segment(no).add_contacts, contact={"no": other})
            for other in others[:USERS]
        ]
        got = at_once(*adding, desk_at(database).segment(no).log)
        added = sum(isinstance(each, Worksheet) for each in got)
        logged = list(crm.store.records.all(Interaction, segment_no=no))
        assert (len(logged) or len(crm.segment(no))) == 1 + added
        if not logged:
            crm.segment(no).log()
    check_journal(crm)


def test_a_store_that_is_copied_while_others_write_is_copied_as_of_one_moment(
    database: Database,
) -> None:
    store, done = database.open(), threading.Event()

    def write() -> None:
        while not done.is_set():
            until_done(step)

    def step() -> None:
        with store.transaction():
            head = store.log.head()
            store.log.append(journal_entries(3, head))
            store.records.put(Contact(no=f"C{head.number + n}") for n in (1, 2, 3))

    step()
    writer = threading.Thread(target=write)
    writer.start()
    heads = []
    for _ in range(5):
        copy = MemoryStore()
        heads.append(copy_store(database.open(), copy))
        assert len(list(copy.records.all(Contact))) == heads[-1].number
    done.set()
    writer.join()
    assert all(head.number % 3 == 0 for head in heads)
    assert verify(store.log.read()).number >= heads[-1].number


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
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_goes_away_is_an_error_and_comes_back(
    postgresql: str, database: Database
) -> None:
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

    with pytest.raises(StoreError) as caught:
        interrupted()
    assert cause_of(caught.value) == "57P01"  # PostgreSQL's state for a session that it ended
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
