"""Units of work: the connection that a step uses, and the transaction that steps share."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Protocol

import sqlalchemy as sa

from segmentation.errors import Message, Refused
from segmentation.segments import Segment

from ._faults import translated
from ._joining import driver_connection, is_over
from ._tables import Tables
from ._types import is_mariadb

_REMEMBERED, _MOST, _LINES = 8, 256, 1_000_000
"""How many segments are cached; and at most, while they have no more lines together."""

MAKING = Message("make tables in the host's transaction")
COMMITS = Message(
    "MariaDB would commit what the host has done before; make them before, by open_store or "
    "`segmentation schema sql --database mariadb`"
)
"""Why no table is made in a host's transaction."""

_PATIENCE = 5
"""For how many seconds the making of a table waits for others who use it."""

WRITES = "segmentation_writes"
"""The execution option of connections whose transaction will write."""


def writing(engine: sa.Engine) -> sa.Engine:
    """The engine for transactions that write.

    In MariaDB each statement of such a transaction sees what is committed, as a table that is made
    meanwhile is not seen otherwise. Nobody else writes at the same time.
    """
    options: dict[str, Any] = {WRITES: True}
    if is_mariadb(engine.dialect):
        options["isolation_level"] = "READ COMMITTED"
    return engine.execution_options(**options)


class Unit(Protocol):
    """Gives connections to the repositories of one store."""

    def connection(self) -> AbstractContextManager[sa.Connection]:
        """A connection to read with: that of the open transaction, if there is one."""

    def transaction(self) -> AbstractContextManager[sa.Connection]:
        """A connection to write with. An error that leaves the block undoes all changes in it."""

    def wait_for_turn(self) -> None:
        """Inside a transaction, wait until nobody else writes entries or takes numbers."""

    def making(self) -> AbstractContextManager[sa.Connection]:
        """Inside a transaction, a connection to make a table with that nobody has used yet."""

    @property
    def is_open(self) -> bool:
        """Whether a transaction is open, whose changes nobody else sees and which may be undone."""

    def remember(self, no: str, stamp: str, segment: Segment) -> None:
        """Cache a segment as it is stored under a stamp, once its transaction is committed."""

    def recall(self, no: str, stamp: str) -> Segment | None:
        """The segment as it is stored under a stamp, if it is cached."""

    def note_erasure(self) -> None:
        """Leave no copy of what the open transaction erases, once it is committed."""

    def close(self) -> None:
        """Close the connections that were opened here."""


class OwnUnit:
    """Transactions on an engine of our own. Each thread has its own transaction.

    Those that write come one after the other, in all processes, and each sees what the one before
    has committed. SQLite locks by itself.

    Args:
        engine: The engine.
        tables: Our tables.
        name: The name of the store in errors.
    """

    def __init__(self, engine: sa.Engine, tables: Tables, name: str) -> None:
        self._engine = engine
        self._tables = tables
        self._writing = writing(engine)
        self._name = name
        self._password = engine.url.password or ""
        self._local = threading.local()
        self._recent: dict[str, tuple[str, Segment]] = {}

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """A connection to read with."""
        with translated(self._name, self._password):
            if self._open is not None:
                yield self._open
            else:
                with self._engine.connect() as connection, connection.begin():
                    yield connection

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A transaction. One inside another is a savepoint."""
        with translated(self._name, self._password):
            if self._open is not None:
                with self._part_of(self._open):
                    yield self._open
                return
            try:
                with self._writing.begin() as connection:
                    lock_writers(connection, self._tables)  # before anything is seen
                    self._local.connection, self._local.stored = connection, {}
                    self._local.erased = False
                    try:
                        yield connection
                    finally:
                        self._local.connection = None
                for no, stored in self._local.stored.items():
                    self._keep(no, stored)
                if self._local.erased:
                    self._empty_log()
            finally:
                self._local.stored = {}

    def wait_for_turn(self) -> None:
        """Do nothing: a transaction begins when it is its turn."""

    @contextmanager
    def making(self) -> Iterator[sa.Connection]:
        """The open transaction's, or in MariaDB another: there, making a table commits."""
        with self.transaction() as connection:
            if not is_mariadb(connection.dialect):
                yield connection
                return
            with self._engine.connect() as other:
                other.exec_driver_sql(f"SET SESSION lock_wait_timeout = {_PATIENCE}")
                try:
                    yield other
                finally:
                    other.exec_driver_sql("SET SESSION lock_wait_timeout = DEFAULT")

    @contextmanager
    def _part_of(self, connection: sa.Connection) -> Iterator[None]:
        """A transaction inside another. If it is undone, the segments it stored are not cached."""
        before = dict(self._local.stored)
        try:
            with savepoint(connection):
                yield
        except BaseException:
            self._local.stored = before
            raise

    def note_erasure(self) -> None:
        """Empty SQLite's write-ahead log once the transaction is committed."""
        self._local.erased = True

    def _empty_log(self) -> None:
        """Bring SQLite's write-ahead log into the file, which is overwritten where data went.

        While others read an earlier state the log stays; whoever closes the store last empties it.
        """
        self._recent.clear()
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                raw: Any = connection.connection.driver_connection
                with suppress(sqlite3.Error):  # all is committed; the log is emptied later
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def remember(self, no: str, stamp: str, segment: Segment) -> None:
        """Cache a segment. One that a transaction stored is cached when that is committed."""
        if self._open is not None:
            self._local.stored[no] = (stamp, segment)
        else:
            self._keep(no, (stamp, segment))

    def _keep(self, no: str, stored: tuple[str, Segment]) -> None:
        self._recent.pop(no, None)
        self._recent[no] = stored
        while len(self._recent) > _REMEMBERED and self._is_full:
            self._recent.pop(next(iter(self._recent)), None)

    @property
    def _is_full(self) -> bool:
        recent = list(self._recent.values())
        return len(recent) > _MOST or sum(len(each.lines) for _, each in recent) > _LINES

    def recall(self, no: str, stamp: str) -> Segment | None:
        """The segment as it is stored under a stamp, if it is cached."""
        stored = getattr(self._local, "stored", {}).get(no) or self._recent.get(no)
        return stored[1] if stored and stored[0] == stamp else None

    @property
    def is_open(self) -> bool:
        """Whether this thread has a transaction open."""
        return self._open is not None

    @property
    def _open(self) -> sa.Connection | None:
        return getattr(self._local, "connection", None)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._engine.dispose()


class HostUnit:
    """Steps inside a transaction of the host. Only the host commits it or rolls it back.

    Args:
        connect: The function that returns the connection of the host's open transaction, ready
            for our statements (see `segmentation.adapters.sqlalchemy._joining`).
        tables: Our tables.
        name: The name of the store in errors.
    """

    def __init__(self, connect: Callable[[], sa.Connection], tables: Tables, name: str) -> None:
        self._connect = connect
        self._tables = tables
        self._name = name
        self._depth = _Depth()

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """The host's connection."""
        with translated(self._name):
            yield self._connect()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A savepoint in the host's transaction."""
        with translated(self._name):
            connection = self._connect()
            with savepoint(connection), self._depth.deeper():
                yield connection

    def wait_for_turn(self) -> None:
        """Wait until no other transaction writes entries or takes numbers; until the host ends it.

        Only inside a transaction: who reads waits for nobody.
        """
        if self._depth.value:
            with translated(self._name):
                lock_writers(self._connect(), self._tables)

    @contextmanager
    def making(self) -> Iterator[sa.Connection]:
        """The host's connection.

        Raises:
            Refused: It is to MariaDB, where making a table commits.
        """
        with self.transaction() as connection:
            if is_mariadb(connection.dialect):
                raise Refused(MAKING, COMMITS)
            yield connection

    @property
    def is_open(self) -> bool:
        """Always: the host's."""
        return True

    def remember(self, no: str, stamp: str, segment: Segment) -> None:
        """Do nothing: nobody tells us whether the host commits."""

    def recall(self, no: str, stamp: str) -> Segment | None:  # noqa: ARG002
        """``None``: segments are not cached."""
        return None

    def note_erasure(self) -> None:
        """Do nothing: the host commits, and sees to the files of its database."""

    def close(self) -> None:
        """Do nothing: the connection is the host's."""


class _Depth(threading.local):
    """How many transactions of ours are open in this thread, one inside another."""

    def __init__(self) -> None:
        self.value = 0

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One more for a while."""
        self.value += 1
        try:
            yield
        finally:
            self.value -= 1


def lock_writers(connection: sa.Connection, tables: Tables) -> None:
    """Wait for the other writers, and let the next ones wait for this transaction.

    SQLite does so by itself. A lock sees nothing of the database yet, so that the transaction sees
    what those before it have committed, whatever its isolation.
    """
    if is_mariadb(connection.dialect):
        own = tables.meta.c
        connection.execute(sa.select(own.name).where(own.name == "format").with_for_update())
    if connection.dialect.name == "postgresql":
        table = connection.dialect.identifier_preparer.format_table(tables.meta)
        connection.exec_driver_sql(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


@contextmanager
def savepoint(connection: sa.Connection) -> Iterator[None]:
    """A part of a transaction that is undone by itself, unless an error ended the transaction.

    SQLite ends a whole transaction when the disk is full, and MariaDB when two transactions wait
    for each other. Later changes on the connection would
    then be committed without the earlier ones. So the connection is invalidated as well.
    """
    with connection.begin_nested():
        try:
            yield
        except BaseException:
            if _has_ended(connection):
                connection.invalidate()
            raise


def _has_ended(connection: sa.Connection) -> bool:
    raw = None if connection.invalidated else driver_connection(connection)
    if isinstance(raw, sqlite3.Connection):
        return not raw.in_transaction
    return raw is not None and is_mariadb(connection.dialect) and is_over(raw)
