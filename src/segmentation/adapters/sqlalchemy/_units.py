"""Units of work: the connection that a step uses, and the transaction that steps share."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import sqlalchemy as sa

from segmentation.segments import Segment

from ._faults import translated
from ._joining import driver_connection

_REMEMBERED = 8
"""How many segments are cached."""

WRITES = "segmentation_writes"
"""The execution option of connections whose transaction will write."""


class Unit(Protocol):
    """Gives connections to the repositories of one store."""

    def connection(self) -> AbstractContextManager[sa.Connection]:
        """A connection to read with: that of the open transaction, if there is one."""

    def transaction(self) -> AbstractContextManager[sa.Connection]:
        """A connection to write with. An error that leaves the block undoes all changes in it."""

    def remember(self, no: str, stamp: str, segment: Segment) -> None:
        """Cache a segment as it is stored under a stamp, once its transaction is committed."""

    def recall(self, no: str, stamp: str) -> Segment | None:
        """The segment as it is stored under a stamp, if it is cached."""

    def close(self) -> None:
        """Close the connections that were opened here."""


class OwnUnit:
    """Transactions on an engine of our own. Each thread has its own transaction."""

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
        """A transaction. One inside another is a savepoint."""
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
        """A transaction inside another. If it is undone, the segments it stored are not cached."""
        before = dict(self._local.stored)
        try:
            with savepoint(connection):
                yield
        except BaseException:
            self._local.stored = before
            raise

    def remember(self, no: str, stamp: str, segment: Segment) -> None:
        """Cache a segment. One that a transaction stored is cached when that is committed."""
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
        """The segment as it is stored under a stamp, if it is cached."""
        stored = getattr(self._local, "stored", {}).get(no) or self._recent.get(no)
        return stored[1] if stored and stored[0] == stamp else None

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
        name: The name of the store in errors.
    """

    def __init__(self, connect: Callable[[], sa.Connection], name: str) -> None:
        self._connect = connect
        self._name = name

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
            with savepoint(connection):
                yield connection

    def remember(self, no: str, stamp: str, segment: Segment) -> None:
        """Do nothing: nobody tells us whether the host commits."""

    def recall(self, no: str, stamp: str) -> Segment | None:  # noqa: ARG002
        """``None``: segments are not cached."""
        return None

    def close(self) -> None:
        """Do nothing: the connection is the host's."""


@contextmanager
def savepoint(connection: sa.Connection) -> Iterator[None]:
    """A part of a transaction that is undone by itself, unless an error ended the transaction.

    SQLite ends a whole transaction when the disk is full. Later changes on the connection would
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
    return isinstance(raw, sqlite3.Connection) and not raw.in_transaction
