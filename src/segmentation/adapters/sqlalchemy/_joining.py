"""The host's connection: what is taken for one, and whether we may work in its transaction now.

A connection of a driver, such as Django or Tryton has one, is used through SQLAlchemy without the
power to commit, roll back or close it.
"""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session, scoped_session

from segmentation.errors import InvalidValue, Message, Refused, StoreError
from segmentation.serialization import to_json

from ._dialects import check_dialect
from ._functions import add_functions
from ._types import is_mariadb


class DriverConnection(Protocol):
    """A connection of sqlite3, psycopg or PyMySQL, as Python's database drivers have them."""

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
_DRIVERS = {
    ("sqlite3", "Connection"): "sqlite",
    ("psycopg", "Connection"): "postgresql+psycopg",
    ("pymysql", "Connection"): "mysql+pymysql",
}
"""The connections of drivers that are known, by module and class, with SQLAlchemy's names."""

_IN_TRANSACTION = 1
"""MariaDB's flag of a session that has a transaction open."""

_ASYNCHRONOUS = frozenset({"aiosqlite", "asyncpg", "asyncmy", "aiomysql"})

_OTHERS = {
    "psycopg2": "psycopg2; connect with psycopg 3",
    "MySQLdb": "MySQLdb; connect with PyMySQL",
    "mysql": "MySQL Connector; connect with PyMySQL",
    "mariadb": "MariaDB Connector; connect with PyMySQL",
    "pyodbc": "ODBC",
    "pymssql": "SQL Server",
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
    if callable(host) and not _is_connection(host):  # one of sqlite3 can be called as well
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
        "sqlite3, psycopg or PyMySQL, or a function that returns one of them"
    )
    raise InvalidValue("host", name, reason)


def _is_connection(host: object) -> bool:
    return isinstance(host, sa.Connection | Session | scoped_session) or bool(_driver_of(host))


def _driver_of(host: object) -> str:
    """SQLAlchemy's name for the driver of a connection; empty if it is no connection of one."""
    named = ((cls.__module__.partition(".")[0], cls.__name__) for cls in type(host).__mro__)
    return next(filter(None, map(_DRIVERS.get, named)), "")


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
            found = given.connection()
        else:
            found = self._of_driver(given)
        check_dialect(found.dialect)
        prepare(found)
        return found

    def _of_driver(self, raw: object) -> sa.Connection:
        if self._made is None or self._raw is not raw:
            check_host(raw)
            _check_state(raw)
            self._raw, self._made = raw, _lend(raw)
        return self._made


class Borrowed:
    """A connection of a driver that can end nothing: commit, rollback and close do nothing.

    Args:
        raw: The connection.
        cursor: The function that makes a cursor whose rows are tuples of the driver's own values.
    """

    def __init__(self, raw: Any, cursor: Callable[..., Any]) -> None:  # noqa: ANN401 - of any driver
        self.raw = raw
        self.cursor = cursor

    def commit(self) -> None:
        """Do nothing."""

    def rollback(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of any driver
        return getattr(self.raw, name)


def _lend(raw: object) -> sa.Connection:
    """A connection of SQLAlchemy on a connection of a driver, which asks nothing by itself."""
    url = sa.make_url(f"{_driver_of(raw)}://")
    kind: Any = url.get_dialect()
    if isinstance(raw, sqlite3.Connection):
        dialect = kind(dbapi=kind.import_dbapi(), json_serializer=to_json)
        dialect.colspecs = {**kind.colspecs, **_TOLERANT}
        borrowed = Borrowed(raw, lambda: _plain_cursor(raw))
    elif _driver_of(raw) == _DRIVERS["pymysql", "Connection"]:
        dialect = kind(dbapi=kind.import_dbapi(), json_serializer=to_json)
        borrowed = Borrowed(raw, _pymysql_cursors(raw))
    else:
        dialect = kind(dbapi=kind.import_dbapi(), json_serializer=to_json, use_native_hstore=False)
        borrowed = Borrowed(raw, _psycopg_cursors(raw))
    pool = sa.StaticPool(lambda: borrowed, reset_on_return=None, dialect=dialect)
    # `create_engine` would set the connection up as its own, and roll back.
    connection = sa.Engine(pool, dialect, url, hide_parameters=True).connect()
    if is_mariadb(dialect):
        dialect.initialize(connection)  # it asks how the server quotes names, and what it is
    return connection


def _pymysql_cursors(raw: Any) -> Callable[..., Any]:  # noqa: ANN401 - PyMySQL's
    """The function that makes cursors as PyMySQL has them, whatever the host made of its own."""
    from pymysql.converters import decoders, encoders  # noqa: PLC0415 - it is the host's
    from pymysql.cursors import Cursor  # noqa: PLC0415

    class Plain(Cursor):
        def execute(self, query: str, args: object = None) -> int:
            """Run a statement by the driver's own conversion of values."""
            own = raw.encoders, raw.decoders
            raw.encoders, raw.decoders = encoders, decoders
            try:
                return int(super().execute(query, args))
            finally:
                raw.encoders, raw.decoders = own

    return lambda *_: Plain(raw)


def _plain_cursor(raw: sqlite3.Connection) -> sqlite3.Cursor:
    cursor = sqlite3.Cursor(raw)
    cursor.row_factory = None
    return cursor


def _psycopg_cursors(raw: Any) -> Callable[..., Any]:  # noqa: ANN401 - psycopg's
    """The function that makes cursors as psycopg has them, whatever the host made of its own."""
    import psycopg  # noqa: PLC0415 - it is the host's
    from psycopg.rows import tuple_row  # noqa: PLC0415

    class Plain(psycopg.Cursor[Any]):
        @property
        def adapters(self) -> Any:  # noqa: ANN401 - psycopg's
            return psycopg.adapters

    class PlainOnServer(psycopg.ServerCursor[Any]):
        @property
        def adapters(self) -> Any:  # noqa: ANN401 - psycopg's
            return psycopg.adapters

    def cursor(name: str = "", **options: Any) -> Any:  # noqa: ANN401 - psycopg's
        if name:
            return PlainOnServer(raw, name, row_factory=tuple_row, **options)
        return Plain(raw, row_factory=tuple_row)

    return cursor


class _Tolerant:
    """Reads values that the host's own converters may have made already."""

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Any]:
        """The function that reads texts, and takes all else as it is."""
        process = super().result_processor(dialect, coltype)  # type: ignore[misc]  # a mixin
        return lambda value: process(value) if isinstance(value, str) else value


class _Date(_Tolerant, sqlite.DATE):
    pass


class _DateTime(_Tolerant, sqlite.DATETIME):
    pass


class _Time(_Tolerant, sqlite.TIME):
    pass


_TOLERANT = {sa.Date: _Date, sa.DateTime: _DateTime, sa.Time: _Time}


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
    if isinstance(raw, sqlite3.Connection) or type(raw).__module__.startswith("aiosqlite"):
        _check_sqlite(raw)
    elif any(cls.__module__.partition(".")[0] == "psycopg" for cls in type(raw).__mro__):
        _check_psycopg(raw)
    elif any(cls.__module__.partition(".")[0] == "pymysql" for cls in type(raw).__mro__):
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
    status = raw.info.transaction_status.name
    if status == "INERROR":
        reason = "its transaction has failed; roll it back first"
        raise Refused(_STEP, reason)
    if raw.autocommit and status == "IDLE":
        raise Refused(_STEP, _COMMITS)


def _closed() -> Refused:
    return Refused(_STEP, "its connection is closed")
