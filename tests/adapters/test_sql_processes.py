"""Several processes at one database: they wait for each other and get through."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import join_store, open_store
from segmentation.code_tables import SalespersonPurchaser
from segmentation.errors import Conflict
from segmentation.interactions import Interaction
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate
from segmentation.testing import ProcessesContract
from segmentation.testing._trials import LINES, LOGGING, run_together
from support.databases import Database
from support.fair import NOW, TODAY

_numbers = count(1)


class TestSqlite(ProcessesContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make_address(self) -> str:
        return str(self.folder / f"crm{next(_numbers)}.db")


@pytest.fixture
def empty(postgresql: str) -> Iterator[Database]:
    made = Database(postgresql, f"test_processes_{next(_numbers)}")
    yield made
    made.drop()


@pytest.mark.postgres
class TestPostgresql(ProcessesContract):
    """HST-15, HST-16: each of the three times in a database of its own."""

    @pytest.fixture(autouse=True, params=range(3))
    def _database(self, empty: Database) -> None:
        self.database = empty

    def make_address(self) -> str:
        return self.database.own_address()


# -- hosts that log in transactions of their own ----------------------------------------------

pytestmark = pytest.mark.slow


def connect(address: str) -> psycopg.Connection:
    url = sa.make_url(address).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False))


def workspace(connection: object) -> seg.Workspace:
    store = join_store(connection)  # type: ignore[arg-type]  # one of psycopg
    return seg.Workspace.open(store, user="HOST", today=TODAY, clock=lambda: NOW)


@pytest.fixture
def address(empty: Database) -> str:
    made = empty.own_address()
    with seg.Workspace.open(open_store(made), today=TODAY) as crm:
        crm.store.records.put(
            [
                MarketingSetup(segment_nos="S"),
                NumberSeries(code="S", starting_no="SM01", manual_nos=True),
                InteractionTemplate(code="TALK"),
                SalespersonPurchaser(code="JO"),
            ]
        )
        crm.add(
            *(seg.Contact(no=f"C{n}", name="Anna", salesperson_code="JO") for n in range(LINES))
        )
        for _ in range(LOGGING):
            segment = crm.new_segment("Fair", interaction_template_code="TALK")
            segment.add_contacts()
    return made


def log_in_a_transaction(address: str, number: int, _folder: Path) -> None:
    with connect(address) as connection:
        workspace(connection).segment(f"SM{number:02}").log()


@pytest.mark.postgres
def test_hosts_that_log_at_once_all_get_through(address: str, tmp_path: Path) -> None:
    """HST-14."""
    with connect(address) as connection:
        before = workspace(connection).journal.head.number
    run_together(log_in_a_transaction, address, LOGGING, tmp_path)
    with connect(address) as connection:
        crm = workspace(connection)
        logged = {each.entry_no for each in crm.logged_segments}
        made = [each.entry_no for each in crm.store.records.all(Interaction)]
        assert len(logged) == LOGGING
        assert len(made) == LOGGING * LINES
        assert sorted([*made, *logged]) == list(range(before + 1, crm.journal.verify().number + 1))
        assert crm.journal.audit() == []


def make_x1(crm: seg.Workspace) -> None:
    crm.new_segment("By hand", no="X1")


def log_sm1(crm: seg.Workspace) -> None:
    crm.segment("SM01").log()


@pytest.mark.postgres
@pytest.mark.parametrize("step", [log_sm1, make_x1])
def test_of_two_transactions_that_do_the_same_the_second_gets_a_conflict(
    address: str, step: Callable[[seg.Workspace], None]
) -> None:
    """HST-17."""
    raised = list[BaseException]()
    with closing(connect(address)) as first, closing(connect(address)) as second:
        step(workspace(first))

        def do_second() -> None:
            try:
                step(workspace(second))
            except Exception as error:  # noqa: BLE001 - looked at below
                raised.append(error)

        thread = threading.Thread(target=do_second)
        thread.start()
        until_waiting(address, thread)
        first.commit()
        thread.join()
        assert [type(each) for each in raised] == [Conflict]
        second.rollback()
        crm = workspace(second)
        assert crm.segment("SM02").log().segment.segment_no == "SM02"
        second.commit()
        assert len(crm.logged_segments) == (2 if step is log_sm1 else 1)
        crm.journal.verify()


def until_waiting(address: str, thread: threading.Thread) -> None:
    """Wait until a transaction waits for another."""
    with closing(connect(address)) as other:
        other.autocommit = True
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while thread.is_alive() and other.execute(waiting).fetchone() == (0,):
            time.sleep(0.01)


@pytest.mark.postgres
def test_who_logs_waits_for_the_host_before_and_who_reads_does_not(address: str) -> None:
    """HST-18."""
    with closing(connect(address)) as first, closing(connect(address)) as second:
        workspace(first).segment("SM01").log()
        done = threading.Event()

        def log_another() -> None:
            workspace(second).segment("SM02").log()
            done.set()

        thread = threading.Thread(target=log_another)
        thread.start()
        until_waiting(address, thread)
        with connect(address) as third:
            crm = workspace(third)
            assert len(crm.select()) == LINES
            assert list(crm.interactions) == []
        assert not done.is_set()
        first.commit()
        thread.join()
        assert done.is_set()
        second.commit()
        crm = workspace(second)
        assert len(crm.interactions) == 2 * LINES
        crm.journal.verify()


def test_threads_with_workspaces_of_their_own_take_each_number_once(tmp_path: Path) -> None:
    """HST-19."""
    path = tmp_path / "crm.db"
    with seg.Workspace.open(path) as crm:
        crm.store.records.put(
            [MarketingSetup(segment_nos="S"), NumberSeries(code="S", starting_no="SM01")]
        )
    failed = list[BaseException]()

    def make_one() -> None:
        try:
            with seg.Workspace.open(path, today=TODAY) as own:
                own.new_segment("Fair")
        except BaseException as error:  # noqa: BLE001 - looked at below
            failed.append(error)

    threads = [threading.Thread(target=make_one) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with seg.Workspace.open(path) as crm:
        assert {header.no for header in crm.segments} == {f"SM{n:02}" for n in range(1, 31)}
        assert len(crm.segments) == 30
