"""A killed process and a full disk leave all of a step or nothing of it."""

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore, join_store, open_store
from segmentation.contacts import Contact
from segmentation.errors import StoreError
from segmentation.journal import verify
from support.databases import INSUFFICIENT_PRIVILEGE, Database, cause_of
from support.desk import check_journal, make_desk
from support.fair import NOW, TODAY

WORK = """
    import sys
    from segmentation.adapters.sqlalchemy import open_store
    from segmentation.contacts import Contact
    from segmentation.testing import journal_entries

    store = open_store(sys.argv[1])
    while True:
        with store.transaction():
            head = store.log.head().number
            store.log.append(journal_entries(3, store.log.head()))
            store.records.put(Contact(no=f"C{head + n}") for n in (1, 2, 3))
            print(head, flush=True)
"""


@pytest.mark.parametrize("lines", [0, 1, 2, 5, 9])
def test_a_killed_process_leaves_whole_steps(lines: int, tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORK), str(path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.kill()
    store = open_store(path)
    recorded = verify(store.log.read()).number
    assert recorded % 3 == 0
    assert recorded >= 3 * (lines - 1)
    assert len(list(store.records.all(Contact))) == recorded
    store.close()


FILL = """
    import resource, sys
    from segmentation.adapters.sqlalchemy import open_store
    from segmentation.contacts import Contact
    from segmentation.errors import StoreError

    store = open_store(sys.argv[1])
    store.records.put([Contact(no="KEPT")])
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    try:
        with store.transaction():
            store.records.put(Contact(no=f"C{n}", name="x" * 100) for n in range(50_000))
    except StoreError as error:
        print("StoreError", error)
"""


def test_a_full_disk_is_an_error_and_leaves_what_was(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FILL), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"StoreError {path}")
    store = open_store(path)
    assert [contact.no for contact in store.records.all(Contact)] == ["KEPT"]
    store.records.put([Contact(no="MORE")])
    store.close()


@contextmanager
def room_for(pages: int) -> Iterator[None]:
    """SQLite files that are opened meanwhile cannot grow beyond so many pages."""

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    sa.event.listen(sa.Engine, "connect", limit)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "connect", limit)


def page_count(path: Path) -> int:
    return path.stat().st_size // 4096


def desk_at(path: Path) -> seg.Workspace:
    return seg.Workspace.open(open_store(path), user="ANNA", today=TODAY, clock=lambda: NOW)


MANY = [Contact(no=f"C{n}", name="x" * 100) for n in range(3_000)]


@pytest.mark.parametrize("more", [0, 1, 2, 4, 8])
def test_a_disk_that_fills_up_while_logging_leaves_the_worksheet(more: int, tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    with make_desk(store=open_store(path)) as crm:
        crm.new_segment("Fair", interaction_template_code="TALK").add_contacts()
        numbers = crm.segment("SM0001").contact_nos

    def log_and_more() -> None:
        with crm.store.transaction():
            crm.segment("SM0001").log()
            crm.store.records.put(MANY)

    with room_for(page_count(path) + more), desk_at(path) as crm:
        with pytest.raises(StoreError) as caught:
            log_and_more()
        assert cause_of(caught.value) == "SQLITE_FULL"
        assert crm.segment("SM0001").contact_nos == numbers
        check_journal(crm)
    with desk_at(path) as crm:
        assert crm.journal.head.number == 0
        assert len(crm.segment("SM0001").log().interactions) == len(numbers)
        check_journal(crm)


def test_after_a_full_disk_a_transaction_keeps_nothing_that_comes_later(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    open_store(path).close()

    def go_on(store: SqlStore) -> None:
        with store.transaction():
            store.records.put([Contact(no="BEFORE")])
            with suppress(StoreError):
                store.records.put(MANY)
            store.records.put([Contact(no="LATE")])

    with room_for(page_count(path) + 8):
        store = open_store(path)
        with pytest.raises(StoreError, match="given up after an error"):
            go_on(store)
        assert list(store.records.all(Contact)) == []
        store.records.put([Contact(no="ANEW")])
        store.close()


def test_a_full_disk_ends_the_transaction_of_a_host_too(tmp_path: Path) -> None:
    host = sa.create_engine(f"sqlite:///{tmp_path}/host.db")
    with host.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE own (no INTEGER)")
        join_store(connection, prefix="crm_")
    host.dispose()

    def work() -> None:
        with host.begin() as connection:
            connection.exec_driver_sql("INSERT INTO own VALUES (1)")
            with pytest.raises(StoreError) as caught:
                join_store(connection, prefix="crm_").records.put(MANY)
            assert cause_of(caught.value) == "SQLITE_FULL"
            connection.exec_driver_sql("INSERT INTO own VALUES (2)")

    with room_for(page_count(tmp_path / "host.db") + 8), pytest.raises(sa.exc.PendingRollbackError):
        work()
    with host.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM own").all() == []
    host.dispose()


def test_a_writer_who_waits_too_long_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    first, second = open_store(path), open_store(f"sqlite:///{path}?timeout=0")
    with first.transaction():
        with pytest.raises(Exception, match="somebody else is writing") as caught:
            second.records.put([Contact(no="C1")])
        assert not isinstance(caught.value, StoreError)
    second.records.put([Contact(no="C1")])
    first.close()
    second.close()


@pytest.mark.postgres
def test_a_user_who_may_only_read_reads_and_is_told_so(
    kept_postgresql: Database,
) -> None:
    schema = kept_postgresql.schema
    store = kept_postgresql.open()
    store.records.put([Contact(no="C1")])
    with kept_postgresql.engine().begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS segmentation_looker")
        connection.exec_driver_sql("CREATE ROLE segmentation_looker LOGIN")
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO segmentation_looker")
        granted = f"SELECT ON ALL TABLES IN SCHEMA {schema}"
        connection.exec_driver_sql(f"GRANT {granted} TO segmentation_looker")
    url = kept_postgresql.url.set(username="segmentation_looker")
    looking = open_store(url.render_as_string(hide_password=False), schema=schema)
    assert [contact.no for contact in looking.records.all(Contact)] == ["C1"]
    with pytest.raises(StoreError, match="the right to write is missing") as caught:
        looking.records.put([Contact(no="C2")])
    assert cause_of(caught.value) == INSUFFICIENT_PRIVILEGE
    looking.close()
    assert [contact.no for contact in store.records.all(Contact)] == ["C1"]
    with kept_postgresql.engine().begin() as connection:
        connection.exec_driver_sql("DROP OWNED BY segmentation_looker")
        connection.exec_driver_sql("DROP ROLE segmentation_looker")
