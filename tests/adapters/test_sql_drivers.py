"""A store inside the transaction of a connection that is a driver's own."""

import sqlite3
import threading
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions
from pymysql.cursors import DictCursor
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from segmentation import make_selection
from segmentation.adapters.sqlalchemy import join_store
from segmentation.contacts import Contact
from segmentation.criteria import AsOf, bind
from segmentation.errors import InvalidValue, Refused, SegmentationError
from segmentation.segments import contact_schema
from support.databases import Database
from support.fair import NOW, TODAY
from support.hosts import Host, insert, joined, ours, workspace


@pytest.fixture
def host(every_database: Database) -> Iterator[Host]:
    made = Host(every_database)
    yield made
    made.close()


@pytest.fixture
def postgres(postgresql: str) -> Iterator[Host]:
    database = Database(postgresql, "test_drivers")
    made = Host(database)
    yield made
    made.close()
    database.drop()


def test_the_host_alone_commits_its_connection(host: Host) -> None:
    """HST-01."""
    connection = host.connect()
    insert(connection, 1)
    crm = workspace(connection)
    assert ours(crm) == "SM1"
    insert(connection, 2)
    assert host.seen() == ([], [])
    connection.commit()
    assert host.seen() == ([1, 2], ["SM1 1"])


def test_a_rollback_of_the_host_leaves_nothing_of_ours(host: Host) -> None:
    """HST-02."""
    connection = host.connect()
    insert(connection, 1)
    crm = workspace(connection)
    head = crm.journal.head
    ours(crm)
    crm.contacts.exclude("C1", "asked")
    insert(connection, 2)
    connection.rollback()
    assert host.seen() == ([], [])
    assert connection.execute("SELECT 1").fetchone() == (1,)
    assert crm.journal.head == head
    assert ours(crm) == "SM1"


def test_ours_may_be_the_first_statement_of_a_transaction(host: Host) -> None:
    """HST-03."""
    connection = host.connect()
    crm = workspace(connection)
    connection.rollback()
    ours(crm)
    if host.database.is_sqlite:
        assert connection.in_transaction
    assert host.seen() == ([], [])
    connection.rollback()
    assert host.seen() == ([], [])


def test_sqlite_that_commits_each_statement_is_refused(tmp_path: object) -> None:
    """HST-04."""
    host = Host(Database(f"{tmp_path}/host.db"))
    connection = host.connect(isolation_level=None)
    with pytest.raises(Refused, match="commits each statement by itself"):
        workspace(connection)
    assert not connection.in_transaction
    connection.execute("BEGIN")
    crm = workspace(connection)
    ours(crm)
    assert connection.in_transaction
    connection.execute("ROLLBACK")
    assert host.seen() == ([], [])
    with pytest.raises(Refused, match="commits each statement by itself"):
        ours(crm)
    host.close()


@pytest.mark.postgres
def test_psycopg_with_autocommit_is_refused_outside_a_block(postgres: Host) -> None:
    """HST-05."""
    connection = postgres.connect(autocommit=True)
    with pytest.raises(Refused, match="commits each statement by itself"):
        workspace(connection)

    def fail() -> None:
        with connection.transaction():
            ours(workspace(connection))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert postgres.seen() == ([], [])
    with connection.transaction():
        crm = workspace(connection)
        ours(crm)
    assert postgres.seen() == ([], ["SM1 1"])
    with pytest.raises(Refused, match="commits each statement by itself"):
        ours(crm)


@pytest.mark.postgres
def test_a_transaction_that_has_failed_is_refused_until_it_is_rolled_back(postgres: Host) -> None:
    """HST-06."""
    connection = postgres.connect()
    crm = workspace(connection)
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM nowhere")
    for step in (lambda: joined(connection), lambda: ours(crm)):
        with pytest.raises(Refused, match="has failed; roll it back first"):
            step()
    connection.rollback()
    assert ours(crm) == "SM1"


def test_what_fails_is_undone_to_its_savepoint_only(host: Host) -> None:
    """HST-07."""
    connection = host.connect()
    ours(workspace(connection))
    connection.commit()
    head = workspace(connection).journal.head
    insert(connection, 1)
    crm = workspace(connection)
    with pytest.raises(SegmentationError):
        ours(crm, no="SM1")
    insert(connection, 2)
    connection.commit()
    assert host.seen() == ([1, 2], ["SM1 1"])
    assert crm.journal.head == head


class Cursorless:
    """Some object of a host's."""


@pytest.mark.parametrize(
    "given", [7, None, "postgresql://u:s3cr3t@h/d", Cursorless(), lambda: 7, lambda: None]
)
def test_what_is_no_connection_is_refused_with_what_is_wanted(given: object) -> None:
    """HST-08."""
    with pytest.raises(InvalidValue, match="is no connection; wanted is") as caught:
        join_store(given)  # type: ignore[arg-type]  # what is wrong
    assert "s3cr3t" not in str(caught.value)


def test_a_cursor_and_a_closed_connection_are_refused(host: Host) -> None:
    """HST-08."""
    connection = host.connect()
    with pytest.raises(InvalidValue, match="is no connection"):
        joined(connection.cursor())
    crm = workspace(connection)
    connection.close()
    for step in (lambda: joined(connection), lambda: ours(crm)):
        with pytest.raises(Refused, match="its connection is closed"):
            step()
    engine = host.database.engine()
    with engine.connect() as of_sqlalchemy:
        pass
    with pytest.raises(Refused, match="its connection is closed"):
        joined(of_sqlalchemy)


def test_a_connection_that_is_asynchronous_is_refused(tmp_path: object) -> None:
    """HST-08."""
    pytest.importorskip("aiosqlite", reason="needs aiosqlite: pip install aiosqlite")
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/host.db")
    with pytest.raises(InvalidValue, match="call join_store by its run_sync"):
        join_store(engine.connect())  # type: ignore[arg-type]  # what is wrong


def connection_of(module: str) -> object:
    """A connection as another driver has it, as far as it is looked at."""
    kind = type("Connection", (), {"__module__": f"{module}.connections", "commit": None})
    return kind()


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("MySQLdb", "MySQLdb; connect with PyMySQL"),
        ("oracledb", "Oracle"),
        ("pg8000", "pg8000; connect with psycopg"),
        ("apsw", "APSW; connect with Python's own sqlite3"),
        ("duckdb", "DuckDB"),
    ],
)
def test_a_connection_of_another_database_is_refused_by_name(module: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=f"is a connection of {said}"):
        join_store(connection_of(module))  # type: ignore[arg-type]  # what is wrong


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mysql", "'MySQL' is not supported; MariaDB is"),
        ("mssql", "'mssql' is not supported"),
        ("oracle", "'oracle' is not supported"),
    ],
)
def test_a_database_that_is_not_supported_is_refused_by_name(
    name: str, said: str, tmp_path: object
) -> None:
    host = Host(Database(f"{tmp_path}/host.db"))
    store = joined(host.connect())
    dialect = import_module(f"sqlalchemy.dialects.{name}").dialect()
    bound = bind(make_selection(), contact_schema(), AsOf(TODAY))
    with pytest.raises(InvalidValue, match=said):
        store.contacts.statement(bound, dialect)
    host.close()


class MadeUp(DefaultDialect):
    """The dialect of a database that nobody knows."""

    name = "made_up"


def test_a_dialect_that_nobody_knows_is_refused_by_name(tmp_path: object) -> None:
    host = Host(Database(f"{tmp_path}/host.db"))
    bound = bind(make_selection(), contact_schema(), AsOf(TODAY))
    with pytest.raises(InvalidValue, match="'made_up' is not supported; segments are kept in SQ"):
        joined(host.connect()).contacts.statement(bound, MadeUp())
    host.close()


UNBOUND = [
    pytest.param(Session(), "has no connection or engine; bind it", id="session"),
    pytest.param(scoped_session(sessionmaker()), "has no connection or engine", id="scoped"),
    pytest.param(sessionmaker(), "'sessionmaker' is no connection", id="maker"),
    pytest.param(sqlite3.Connection, "'type' is no connection", id="class"),
]


@pytest.mark.parametrize(("given", "said"), UNBOUND)
def test_what_makes_connections_or_has_none_is_refused(given: Any, said: str) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValue, match=said):
        join_store(given)


class Rows(sqlite3.Connection):
    """A connection whose rows are mappings, as some hosts want them."""


@pytest.mark.filterwarnings("ignore:The default .* converter is deprecated")  # the host's own
def test_what_the_host_set_for_its_own_rows_does_not_reach_ours(host: Host) -> None:
    types = sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES
    if host.database.is_sqlite:
        connection = host.connect(detect_types=types, factory=Rows)
        connection.row_factory = sqlite3.Row
    elif host.database.is_mariadb:
        decoders = {**conversions, FIELD_TYPE.DATE: str, FIELD_TYPE.DATETIME: str}
        connection = host.connect(conv=decoders, cursorclass=DictCursor)
    else:
        connection = host.connect(row_factory=dict_row)
        connection.adapters.register_loader("timestamptz", TextLoader)
        connection.adapters.register_loader("jsonb", TextLoader)
    crm = workspace(connection)
    worksheet = crm.segment(ours(crm, date=TODAY))
    assert worksheet.header.date == TODAY
    store = crm.store
    made = Contact(no="C2", last_modified=NOW, extra={"points": 7})
    store.records.put([made])
    assert store.records.find(Contact, "C2") == made
    assert list(store.records.all(Contact)) == [store.records.find(Contact, "C1"), made]
    connection.rollback()


def test_a_store_belongs_to_the_thread_that_joined_it(host: Host) -> None:
    """HST-19."""
    crm = workspace(host.connect())
    head, raised = crm.journal.head, list[BaseException]()

    def use() -> None:
        for step in (lambda: ours(crm), crm.select):
            try:
                step()
            except SegmentationError as error:
                raised.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(raised) == 2
    for each in raised:
        assert "the store belongs to the thread that joined it" in str(each)
    assert crm.journal.head == head
    assert ours(crm) == "SM1"


def test_a_function_gives_each_thread_its_own_connection(host: Host) -> None:
    local = threading.local()
    options = {"check_same_thread": False} if host.database.is_sqlite else {}

    def connection() -> object:
        if not hasattr(local, "made"):
            local.made = host.connect(**options)  # closed by the thread of the test as well
        return local.made

    crm = workspace(connection)
    ours(crm)
    local.made.commit()
    done = list[str]()

    def use() -> None:
        done.append(ours(crm))
        local.made.commit()
        local.made.close()

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert done == ["SM2"]
    assert host.seen() == ([], ["SM1 1", "SM2 1"])


def test_a_connection_of_sqlalchemy_that_commits_each_statement_is_refused(host: Host) -> None:
    with host.database.engine().connect() as connection:
        committing = connection.execution_options(isolation_level="AUTOCOMMIT")
        with pytest.raises(Refused, match="commits each statement by itself"):
            joined(committing)


def test_transactions_that_the_host_begins_by_an_event_are_its_own(host: Host) -> None:
    engine = host.database.engine()
    if host.database.is_sqlite:
        sa.event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
        sa.event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN"))
    with engine.begin() as connection:
        ours(workspace(connection))
        connection.rollback()
    assert host.seen() == ([], [])
    with engine.begin() as connection:
        ours(workspace(connection))
    assert host.seen() == ([], ["SM1 1"])


@pytest.mark.postgres
def test_a_pipeline_of_psycopg_is_refused_until_it_is_left(postgres: Host) -> None:
    connection = postgres.connect()
    with connection.pipeline(), pytest.raises(Refused, match="in pipeline mode"):
        ours(workspace(connection))
    assert ours(workspace(connection)) == "SM1"
    connection.rollback()
