"""The host's connection: what is taken for one, and whether we may work in its transaction now.

A connection of a driver, such as Django or Tryton has one, is used through SQLAlchemy without the
power to commit, roll back or close it.
"""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from segmentation.errors import InvalidValue, Message, Refused, StoreError

from ._dialects import check_dialect
from ._functions import add_functions
from ._lending import Borrowed, driver_of, lend
from ._types import is_mariadb


class DriverConnection(Protocol):
    """A connection of sqlite3, psycopg, psycopg2 or PyMySQL, as Python's drivers have them."""

    def commit(self) -> None:
        """Commit; never called by us."""

    def rollback(self) -> None:
        """Roll back; never called by us."""

    def close(self) -> None:
        """Close; never called by us."""


Connected: TypeAlias = sa.Connection | Session | scoped_session[Session] | DriverConnection
"""A connection or session of SQLAlchemy, or a connection of a driver."""

Host: TypeAlias = Connected | Callable[[], Connected]
"""What a host's open transaction is reached by."""

_PREPARED = "segmentation_prepared"
_STEP = Message("work in the host's transaction")
_IN_TRANSACTION = 1
"""MariaDB's flag of a session that has a transaction open."""

_ASYNCHRONOUS = frozenset({"aiosqlite", "asyncpg", "asyncmy", "aiomysql"})

_OTHERS = {
    "MySQLdb": "MySQLdb; connect with PyMySQL",
    "mysql": "MySQL Connector; connect with PyMySQL",
    "mariadb": "MariaDB Connector; connect with PyMySQL",
    "pyodbc": "ODBC",
    "pymssql": "SQL Server",
    "pg8000": "pg8000; connect with psycopg",
    "apsw": "APSW; connect with Python's own sqlite3",
    "duckdb": "DuckDB",
    "trino": "Trino",
    "oracledb": "Oracle",
    "cx_Oracle": "Oracle",
}
"""Drivers whose connections are refused by name."""


def connecting(host: Host) -> Callable[[], sa.Connection]:
    """The function that returns the connection of the host's open transaction.

    A connection or session belongs to the thread that joins it. What a function returns is the
    host's affair.

    Raises:
        InvalidValue: It is nothing to connect by.
    """
    makes_new = isinstance(host, type | sessionmaker)  # and none that has a transaction open
    if callable(host) and not makes_new and not _is_connection(host):  # one of sqlite3 is callable
        lent = _Lent()
        return lambda: lent.connection(host())
    check_host(host)
    owner, lent = threading.get_ident(), _Lent()

    def connect() -> sa.Connection:
        if threading.get_ident() != owner:
            reason = (
                "the store belongs to the thread that joined it; "
                "join the host's connection in each thread"
            )
            raise Refused(_STEP, reason)
        return lent.connection(host)

    return connect


def check_host(host: object) -> None:
    """Check that something is a connection that we can work on.

    Raises:
        InvalidValue: It is none.
    """
    if _is_connection(host):
        return
    name = type(host).__name__
    modules = {cls.__module__.partition(".")[0] for cls in type(host).__mro__}
    if "Async" in name or modules & _ASYNCHRONOUS:
        reason = Message("is asynchronous; call join_store by its run_sync")
        raise InvalidValue("host", name, reason)
    other = next(filter(None, map(_OTHERS.get, modules)), "")
    if other and hasattr(host, "commit"):
        raise InvalidValue("host", name, Message("is a connection of {other}", other=other))
    reason = Message(
        "is no connection; wanted is a connection or session of SQLAlchemy, a connection of "
        "sqlite3, psycopg, psycopg2 or PyMySQL, or a function that returns one of them"
    )
    raise InvalidValue("host", name, reason)


def _is_connection(host: object) -> bool:
    return isinstance(host, sa.Connection | Session | scoped_session) or bool(driver_of(host))


class _Lent(threading.local):
    """The connection of SQLAlchemy for what a host gives, made once for each of a driver."""

    def __init__(self) -> None:
        self._raw: object = None
        self._made: sa.Connection | None = None

    def connection(self, given: Any) -> sa.Connection:  # noqa: ANN401 - whatever a host gives
        """The connection, ready for statements of ours."""
        if isinstance(given, scoped_session):
            given = given()
        if isinstance(given, sa.Connection):
            found = given
        elif isinstance(given, Session):
            found = _of_session(given)
        else:
            found = self._of_driver(given)
        check_dialect(found.dialect)
        prepare(found)
        return found

    def _of_driver(self, raw: object) -> sa.Connection:
        if self._made is None or self._raw is not raw:
            check_host(raw)
            _check_state(raw)
            self._raw, self._made = raw, lend(raw)
        return self._made


def _of_session(session: Session) -> sa.Connection:
    try:
        return session.connection()
    except sa.exc.UnboundExecutionError as error:
        reason = Message("has no connection or engine; bind it to one")
        raise InvalidValue("host", type(session).__name__, reason) from error


# -- before each step -------------------------------------------------------------------------


def driver_connection(connection: sa.Connection) -> Any:  # noqa: ANN401 - of any driver
    """The driver's own connection."""
    found = connection.connection.driver_connection
    return found.raw if isinstance(found, Borrowed) else found


def prepare(connection: sa.Connection) -> None:
    """Check that we may work on a host's connection, and begin a transaction of SQLite.

    Python's driver begins a transaction only at the first change. Before that, a savepoint would
    be a transaction of its own, and releasing it would commit.

    Raises:
        Refused: It is closed, commits each statement by itself, or its transaction has failed.
    """
    if connection.closed:
        raise _closed()
    if connection.invalidated:
        return  # SQLAlchemy says so with the first statement
    if not connection.in_transaction():
        connection.begin()  # as the first statement would; the host's own events may begin more
    raw = driver_connection(connection)
    _check_state(raw)
    if connection.dialect.driver == "asyncpg":
        _check_asyncpg(connection)
    if connection.dialect.name == "sqlite":
        _prepare_sqlite(connection, raw)
    if is_mariadb(connection.dialect) and connection.dialect.driver != "pymysql":
        raise StoreError(
            Message("the host's database"), "is MariaDB by another driver than PyMySQL"
        )


def _prepare_sqlite(connection: sa.Connection, raw: Any) -> None:  # noqa: ANN401 - of a driver
    is_aiosqlite = connection.dialect.driver == "aiosqlite"
    if not isinstance(raw, sqlite3.Connection) and not is_aiosqlite:
        raise StoreError(
            Message("the host's database"), "is SQLite by another driver than Python's own"
        )
    if _PREPARED not in connection.info:
        if is_aiosqlite:
            _add_by_aiosqlite(connection)
        else:
            add_functions(raw)
        connection.info[_PREPARED] = True
    if not raw.in_transaction:
        connection.exec_driver_sql(f"BEGIN {raw.isolation_level}")


def _add_by_aiosqlite(connection: sa.Connection) -> None:
    """Add our functions in the thread that aiosqlite works in."""
    adapted: Any = connection.connection.dbapi_connection
    # It has no verb for collations and sums; this is how its own verbs reach the connection.
    adapted.run_async(lambda own: own._execute(add_functions, own._conn))  # noqa: SLF001


def _check_asyncpg(connection: sa.Connection) -> None:
    adapted: Any = connection.connection.dbapi_connection
    if adapted.isolation_level == "autocommit":
        raise Refused(_STEP, _COMMITS)


def _check_state(raw: Any) -> None:  # noqa: ANN401 - of any driver
    modules = {cls.__module__.partition(".")[0] for cls in type(raw).__mro__}
    if isinstance(raw, sqlite3.Connection) or type(raw).__module__.startswith("aiosqlite"):
        _check_sqlite(raw)
    elif modules & {"psycopg", "psycopg2"}:
        _check_psycopg(raw)
    elif "pymysql" in modules:
        _check_pymysql(raw)


def is_over(raw: Any) -> bool:  # noqa: ANN401 - PyMySQL's
    """Whether a session of MariaDB has no transaction open."""
    return not raw.open or not raw.server_status & _IN_TRANSACTION


def _check_pymysql(raw: Any) -> None:  # noqa: ANN401 - PyMySQL's
    if not raw.open:
        raise _closed()
    if raw.charset != "utf8mb4":
        reason = Message(
            "its texts are sent in {charset}, which has not all letters; connect with "
            "charset='utf8mb4'",
            charset=raw.charset,
        )
        raise Refused(_STEP, reason)
    if raw.get_autocommit() and is_over(raw):
        raise Refused(_STEP, _COMMITS)


def _check_sqlite(raw: Any) -> None:  # noqa: ANN401 - aiosqlite's has the same attributes
    try:
        in_transaction = raw.in_transaction and raw.total_changes >= 0
    except sqlite3.ProgrammingError:
        raise _closed() from None
    commits = raw.isolation_level is None or getattr(raw, "autocommit", -1) is True
    if commits and not in_transaction:
        raise Refused(_STEP, _COMMITS)


_COMMITS = Message(
    "the connection commits each statement by itself; begin a transaction before (BEGIN; "
    "Django: atomic; psycopg: transaction)"
)


def _check_psycopg(raw: Any) -> None:  # noqa: ANN401 - psycopg's
    if raw.closed:
        raise _closed()
    if getattr(getattr(raw, "pgconn", None), "pipeline_status", 0):  # psycopg2 has none
        raise Refused(
            _STEP, "its connection is in pipeline mode, which answers later; leave it first"
        )
    status = raw.info.transaction_status
    if status == _FAILED:
        reason = "its transaction has failed; roll it back first"
        raise Refused(_STEP, reason)
    if raw.autocommit and status == _IDLE:
        raise Refused(_STEP, _COMMITS)


_IDLE, _FAILED = 0, 3
"""No transaction, and one that a statement has failed, as PostgreSQL's own library numbers them."""


def _closed() -> Refused:
    return Refused(_STEP, "its connection is closed")
