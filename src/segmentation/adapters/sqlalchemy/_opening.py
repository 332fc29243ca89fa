"""Opening a store: created on first use, brought up to date, or refused and left untouched."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from segmentation.errors import StoreError
from segmentation.serialization import to_json

from ._faults import translated
from ._tables import Tables
from ._units import WRITES

FORMAT = 1
"""Version of the stored form; raised only by a change that adding columns cannot bring about."""

APPLICATION_ID = 0x5E67_0001
"""Marks a SQLite file as one of ours (bytes 68 to 71 of its header)."""

_MAGIC = b"SQLite format 3\0"
_BUSY_SECONDS = 10


def make_engine(url: sa.URL) -> sa.Engine:
    """An engine with what our statements rely on."""
    options: dict[str, Any] = {"json_serializer": to_json, "hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, **options)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = sa.create_engine(url, isolation_level="REPEATABLE READ", pool_pre_ping=True, **options)
    sa.event.listen(engine, "connect", _set_up_postgresql)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that writes takes its turn at the beginning: two that have both read could
    # never both go on to write.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _set_up_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def check_file(path: Path, store: str) -> None:
    """Refuse a file that is no store of ours, by its first bytes: nothing is opened.

    Raises:
        StoreError: It is no SQLite database, or not one of ours, or of a later version.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise StoreError(store, f"there is no folder {path.parent}") from None
        return
    except OSError as error:
        raise StoreError(store, f"cannot be read: {error.strerror}") from error
    if not head:
        return
    if not head.startswith(_MAGIC):
        raise StoreError(store, "is not a SQLite database")
    if int.from_bytes(head[68:72]) != APPLICATION_ID:
        raise StoreError(store, "is a SQLite database, but of another application")
    _check_format(int.from_bytes(head[60:64]), store)


def _check_format(found: int, store: str) -> None:
    if found > FORMAT:
        raise StoreError(
            store,
            f"is of version {found}, and this library knows {FORMAT} at most; "
            "update the library to open it",
        )


def open_tables(engine: sa.Engine, tables: Tables, store: str) -> None:
    """Make the tables, or bring them up to date, or see that they are.

    Raises:
        StoreError: The database is of another application or of a later version.
    """
    with translated(store, engine.url.password or ""):
        with engine.connect() as connection:
            stored = _read_meta(connection, tables, store)
        if stored == _meta(tables):
            return
        writing = engine.execution_options(**{WRITES: True})
        with writing.begin() as connection:
            set_up(connection, tables, store)
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                # Readers and one writer do not wait for each other; the file remembers it.
                raw = connection.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA journal_mode = WAL")


def set_up(connection: sa.Connection, tables: Tables, store: str) -> None:
    """Make the tables, or add what is missing, inside an open transaction."""
    stored = _read_meta(connection, tables, store)  # somebody may have been quicker
    if stored is None:
        _create(connection, tables, store)
    elif stored != _meta(tables):
        _add_missing(connection, tables, stored, store)


def _create(connection: sa.Connection, tables: Tables, store: str) -> None:
    there = set(sa.inspect(connection).get_table_names(schema=tables.schema))
    ours = {table.name for table in tables.metadata.tables.values()}
    embedded = bool(tables.schema or tables.prefix)
    if there & ours or (there and not embedded):
        named = ", ".join(sorted(there & ours or there)[:3])
        raise StoreError(
            store,
            f"holds tables of another application ({named}, ...); "
            "give ours a schema or a prefix of their own",
        )
    if connection.dialect.name == "sqlite" and not embedded:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {FORMAT}")
    tables.metadata.create_all(connection, checkfirst=False)
    _write_meta(connection, tables)


def _meta(tables: Tables) -> Mapping[str, str]:
    shape = {
        name.removeprefix(f"{tables.schema}.").removeprefix(tables.prefix): sorted(table.c.keys())
        for name, table in tables.metadata.tables.items()
    }
    return {"format": str(FORMAT), "shape": to_json(shape)}


def _read_meta(connection: sa.Connection, tables: Tables, store: str) -> Mapping[str, str] | None:
    """What the store says of itself; ``None`` if it says nothing, being new."""
    inspector = sa.inspect(connection)
    if not inspector.has_table(tables.meta.name, schema=tables.schema):
        return None
    rows = connection.execute(sa.select(tables.meta.c.name, tables.meta.c.value))
    stored = {row.name: row.value for row in rows}
    _check_format(int(stored.get("format", "0")), store)
    return stored


def _write_meta(connection: sa.Connection, tables: Tables) -> None:
    connection.execute(sa.delete(tables.meta))
    rows = [{"name": name, "value": value} for name, value in _meta(tables).items()]
    connection.execute(sa.insert(tables.meta), rows)


def _add_missing(
    connection: sa.Connection, tables: Tables, stored: Mapping[str, str], store: str
) -> None:
    """Add tables and columns that are new since the store was made."""
    before = {name: set(columns) for name, columns in json.loads(stored["shape"]).items()}
    now = {name: set(columns) for name, columns in json.loads(_meta(tables)["shape"]).items()}
    unknown = [name for name in before if before[name] - now.get(name, set())]
    if unknown:
        raise StoreError(
            store,
            f"was made by a later version of the library (tables {', '.join(sorted(unknown))}); "
            "update the library to open it",
        )
    by_name = {
        table.name.removeprefix(tables.prefix): table for table in tables.metadata.tables.values()
    }
    for name, table in by_name.items():
        if name not in before:
            table.create(connection)
            continue
        for column in sorted(now[name] - before[name]):
            _add_column(connection, table.c[column])
    _write_meta(connection, tables)


def _add_column(connection: sa.Connection, column: sa.Column[Any]) -> None:
    compiler = connection.dialect.ddl_compiler(connection.dialect, None)  # type: ignore[arg-type]  # it compiles no statement
    preparer = connection.dialect.identifier_preparer
    specified = compiler.get_column_specification(column)
    table = preparer.format_table(column.table)
    connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {specified}")
