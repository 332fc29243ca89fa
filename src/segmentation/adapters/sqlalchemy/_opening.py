"""Opening a store: create it, upgrade it, or refuse it and leave it unchanged."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from segmentation.errors import Message, MissingExtra, NotFound, StoreError, text_of
from segmentation.serialization import to_json

from ._dialects import check_dialect
from ._faults import translated
from ._functions import add_functions
from ._tables import Tables
from ._types import MARIADB
from ._units import WRITES
from ._versions import APPLICATION_ID, check_format, is_current, is_made, set_up

_MAGIC = b"SQLite format 3\0"
_BUSY_SECONDS = 10

_NEVER = 2**31
"""The number of runs after which a statement is prepared: never, in effect.

PostgreSQL plans a prepared statement for any values. A plan for the actual values is better.
Statements that insert many rows are prepared nevertheless.
"""


_SEEING_OTHERS: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "READ COMMITTED"},
    "mysql": {"isolation_level": "READ COMMITTED"},
}
"""The options of a transaction that sees what others commit while it waits for them."""


def make_engine(url: sa.URL, store: str) -> sa.Engine:
    """An engine with the settings that our statements need.

    Args:
        url: The address.
        store: The name of the store in errors.

    Raises:
        StoreError: The address has parts or options that the driver does not know, now or when it
            connects first.
    """
    try:
        engine = _make_engine(url)
    except (sa.exc.ArgumentError, ValueError):  # it shows the address
        raise StoreError(store, "the address cannot be read") from None

    @sa.event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: object, args: Any, options: Any) -> Any:  # noqa: ANN401 - of any driver
        try:
            return dialect.connect(*args, **options)
        except (TypeError, ValueError) as error:
            said = Message("the database says: {reason}", reason=text_of(error))
            raise StoreError(store, said) from error

    return engine


def _make_engine(url: sa.URL) -> sa.Engine:
    options: dict[str, Any] = {"json_serializer": to_json, "hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        patience = {} if "timeout" in url.query else {"timeout": _BUSY_SECONDS}
        engine = sa.create_engine(url, connect_args=patience, **options)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.get_backend_name() in MARIADB:
        return _make_mariadb(url, options)
    engine = sa.create_engine(
        url,
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
        connect_args={"prepare_threshold": _NEVER},
        **options,
    )
    sa.event.listen(engine, "connect", _set_up_postgresql)
    return engine


_ON_MARIADB = (
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', "
    "collation_connection = utf8mb4_nopad_bin"
)
"""The settings of a session of ours, whatever the server's are."""


def _make_mariadb(url: sa.URL, options: dict[str, Any]) -> sa.Engine:
    try:
        import pymysql  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("mariadb", "a store in MariaDB") from error
    return sa.create_engine(
        url.set(drivername="mysql+pymysql"),  # as such, SQLAlchemy finds out what the server is
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
        connect_args={"charset": "utf8mb4", "init_command": _ON_MARIADB},
        **options,
    )


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin only when we begin them
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")  # erased data is removed from the file too
    add_functions(connection)


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that will write takes the lock at once. If two transactions had both read
    # before, neither could go on to write.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _set_up_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def check_file(path: Path, store: str) -> None:
    """Check by its first bytes that a file is a store, without opening it as a database.

    A file that does not exist, or is empty, is accepted.

    Raises:
        StoreError: The file is not a SQLite database, is not ours, or has a later version.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        if not path.parent.is_dir():
            reason = Message("there is no folder {folder}", folder=str(path.parent))
            raise StoreError(store, reason) from None
        return
    except OSError as error:
        reason = Message("cannot be read: {error}", error=error.strerror)
        raise StoreError(store, reason) from error
    if not head:
        return
    if not head.startswith(_MAGIC):
        raise StoreError(store, "is not a SQLite database")
    if int.from_bytes(head[68:72]) != APPLICATION_ID:
        raise StoreError(store, "is a SQLite database, but of another application")
    check_format(int.from_bytes(head[60:64]), store)


def open_tables(engine: sa.Engine, tables: Tables, store: str, *, create: bool) -> None:
    """Make the tables if they do not exist, and upgrade them if they are of an earlier version.

    Raises:
        StoreError: The database is of another application or has a later version.
        NotFound: The tables do not exist and must not be created.
    """
    with translated(store, engine.url.password or ""):
        with engine.connect() as connection:
            check_dialect(connection.dialect)
            if is_current(connection, tables, store):
                return
            if not (create or is_made(connection, tables)):
                raise NotFound("store", store)
        seeing = engine.execution_options(**{WRITES: True}, **_SEEING_OTHERS[engine.dialect.name])
        with seeing.begin() as connection:
            set_up(connection, tables, store)
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                # Readers and one writer do not block each other. The setting stays in the file.
                raw: Any = connection.connection.driver_connection
                raw.execute("PRAGMA journal_mode = WAL")
