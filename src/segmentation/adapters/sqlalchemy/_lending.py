"""A driver's connection lent to SQLAlchemy, without the power to commit, roll back or close it.

What a host made of its driver (rows of its own, other types for numbers) does not reach us.
"""

import json
import sqlite3
from collections.abc import Callable
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from segmentation.serialization import to_json

from ._types import is_mariadb

_DRIVERS = {
    ("sqlite3", "Connection"): "sqlite",
    ("psycopg", "Connection"): "postgresql+psycopg",
    ("psycopg2", "connection"): "postgresql+psycopg2",
    ("pymysql", "Connection"): "mysql+pymysql",
}
"""The connections of drivers that are known, by module and class, with SQLAlchemy's names."""


def driver_of(host: object) -> str:
    """SQLAlchemy's name for the driver of a connection; empty if it is no connection of one."""
    named = ((cls.__module__.partition(".")[0], cls.__name__) for cls in type(host).__mro__)
    return next(filter(None, map(_DRIVERS.get, named)), "")


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


def lend(raw: object) -> sa.Connection:
    """A connection of SQLAlchemy on a connection of a driver, which asks nothing by itself."""
    url = sa.make_url(f"{driver_of(raw)}://")
    kind: Any = url.get_dialect()
    if isinstance(raw, sqlite3.Connection):
        dialect = kind(dbapi=kind.import_dbapi(), json_serializer=to_json)
        dialect.colspecs = {**kind.colspecs, **_TOLERANT}
        borrowed = Borrowed(raw, lambda: _plain_cursor(raw))
    elif driver_of(raw) == _DRIVERS["pymysql", "Connection"]:
        dialect = kind(dbapi=kind.import_dbapi(), json_serializer=to_json)
        borrowed = Borrowed(raw, _pymysql_cursors(raw))
    else:
        dialect = kind(dbapi=kind.import_dbapi(), json_serializer=to_json, use_native_hstore=False)
        is_older = driver_of(raw) == _DRIVERS["psycopg2", "connection"]
        borrowed = Borrowed(raw, (_psycopg2_cursors if is_older else _psycopg_cursors)(raw))
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


def _psycopg2_cursors(raw: Any) -> Callable[..., Any]:  # noqa: ANN401 - psycopg2's
    """The function that makes cursors as psycopg2 has them, whatever the host made of its own.

    Odoo has decimals read as floats everywhere.
    """
    driver, extensions, extras = map(import_module, _PSYCOPG2)
    kinds = [driver.BINARY, *(getattr(extensions, name) for name in _READ_BY_PSYCOPG2)]

    def cursor(name: str | None = None) -> Any:  # noqa: ANN401 - psycopg2's
        made = extensions.cursor(raw, name)
        for kind in kinds:
            extensions.register_type(kind, made)
        extras.register_default_json(made, loads=json.loads)
        extras.register_default_jsonb(made, loads=json.loads)
        return made

    return cursor


_PSYCOPG2 = ("psycopg2", "psycopg2.extensions", "psycopg2.extras")

_READ_BY_PSYCOPG2 = (
    *("INTEGER", "LONGINTEGER", "FLOAT", "DECIMAL", "BOOLEAN", "UNICODE"),
    *("PYDATE", "PYTIME", "PYDATETIME", "PYDATETIMETZ"),
)
"""The types that psycopg2 reads by itself, of those that our statements ask for."""


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
