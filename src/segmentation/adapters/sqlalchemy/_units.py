"""Units of work: which connection a step uses, and what makes several steps one."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import sqlalchemy as sa

from segmentation.errors import Message, StoreError
from segmentation.segments import Segment

from ._faults import translated
from ._functions import add_functions

_REMEMBERED = 8
"""How many segments are remembered."""

_PREPARED = "segmentation_prepared"
WRITES = "segmentation_writes"
"""Execution option of a connection whose transaction is going to write."""


class Unit(Protocol):
    """Gives connections to the repositories of one store."""

    def connection(self) -> AbstractContextManager[sa.Connection]:
        """A connection to read with: that of the open transaction, if one is open."""

    def transaction(self) -> AbstractContextManager[sa.Connection]:
        """A connection to write with; all of it is kept, or on an error nothing."""

    def remember(self, no: str, stamp: str, segment: Segment) -> None:
        """Remember a segment as it is stored under a stamp, once that is for good."""

    def recall(self, no: str, stamp: str) -> Segment | None:
        """The segment as it is stored under a stamp, if it is remembered."""

    def close(self) -> None:
        """Let go of what was opened here."""


class OwnUnit:
    """Transactions on an engine of our own; each thread has its own."""

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._writing = engine.execution_options(**{WRITES: True})
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
        """A transaction; one inside another is a part of it that can be undone by itself."""
        with translated(self._name, self._password):
            if self._open is not None:
                with self._part_of(self._open):
                    yield self._open
                return
            try:
                with self._writing.begin() as connection:
                    self._local.connection, self._local.stored = connection, {}
                    try:
                        yield connection
                    finally:
                        self._local.connection = None
                for no, stored in self._local.stored.items():
                    self._keep(no, stored)
            finally:
                self._local.stored = {}

    @contextmanager
    def _part_of(self, connection: sa.Connection) -> Iterator[None]:
        """A transaction inside another, which forgets what it stored if it is undone."""
        before = dict(self._local.stored)
        try:
            with savepoint(connection):
                yield
        except BaseException:
            self._local.stored = before
            raise

    def remember(self, no: str, stamp: str, segment: Segment) -> None:
        """Remember a segment: what a transaction stored, only when that is committed."""
        if self._open is not None:
            self._local.stored[no] = (stamp, segment)
        else:
            self._keep(no, (stamp, segment))

    def _keep(self, no: str, stored: tuple[str, Segment]) -> None:
        self._recent.pop(no, None)
        self._recent[no] = stored
        while len(self._recent) > _REMEMBERED:
            self._recent.pop(next(iter(self._recent)), None)

    def recall(self, no: str, stamp: str) -> Segment | None:
        """The segment as it is stored under a stamp, if it is remembered."""
        stored = getattr(self._local, "stored", {}).get(no) or self._recent.get(no)
        return stored[1] if stored and stored[0] == stamp else None

    @property
    def _open(self) -> sa.Connection | None:
        return getattr(self._local, "connection", None)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._engine.dispose()


class HostUnit:
    """Steps inside a transaction of the host, which alone commits it or rolls it back.

    Args:
        connect: Gives the connection of the host's open transaction.
        name: How to call the store in errors.
    """

    def __init__(self, connect: Callable[[], sa.Connection], name: str) -> None:
        self._connect = connect
        self._name = name

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """The host's connection."""
        with translated(self._name):
            yield self._connected()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A savepoint in the host's transaction."""
        with translated(self._name):
            connection = self._connected()
            with savepoint(connection):
                yield connection

    def _connected(self) -> sa.Connection:
        connection = self._connect()
        if connection.dialect.name == "sqlite":
            _prepare_sqlite(connection)
        return connection

    def remember(self, no: str, stamp: str, segment: Segment) -> None:
        """Nothing: whether the host commits is not known here."""

    def recall(self, no: str, stamp: str) -> Segment | None:  # noqa: ARG002
        """Nothing."""
        return None

    def close(self) -> None:
        """Nothing: the connection is the host's."""


@contextmanager
def savepoint(connection: sa.Connection) -> Iterator[None]:
    """A part of a transaction that is undone by itself, unless an error ended the whole of it.

    SQLite gives a whole transaction up where a disk is full; what is done on its connection
    afterwards would be kept, whatever became of the rest. So the connection is given up too.
    """
    with connection.begin_nested():
        try:
            yield
        except BaseException:
            if _has_ended(connection):
                connection.invalidate()
            raise


def _has_ended(connection: sa.Connection) -> bool:
    raw = None if connection.invalidated else connection.connection.driver_connection
    return isinstance(raw, sqlite3.Connection) and not raw.in_transaction


def _prepare_sqlite(connection: sa.Connection) -> None:
    """Give a host's connection our functions, and see that its transaction has begun.

    Python's driver begins a transaction with the first change only: a savepoint before that
    would be a transaction by itself, and its end the end of the host's.
    """
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        raise StoreError(
            Message("the host's database"), "is SQLite by another driver than Python's own"
        )
    if _PREPARED not in connection.info:
        add_functions(raw)
        connection.info[_PREPARED] = True
    if not raw.in_transaction:
        connection.exec_driver_sql("BEGIN")
