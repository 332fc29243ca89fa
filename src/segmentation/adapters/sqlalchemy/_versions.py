"""The version of a store, and how its tables are made and upgraded.

A store records the version of its format, its tables and columns, and the versions of Unicode
that it has functions for. When a later version of the library opens a store, it adds the tables
and columns that are new. A store with unknown columns was made by a later version.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

from segmentation.contacts import Contact
from segmentation.errors import Conflict, Message, NotFound, StoreError
from segmentation.serialization import to_json

from ._guards import make_guards, make_guards_anew
from ._letters import make_letters
from ._tables import Tables
from ._types import MARIADB, is_mariadb

ReadT = TypeVar("ReadT")

FORMAT = 1
"""The version of the stored format. It changes only if adding columns is not enough."""

_SEALED = {"sealed": Contact.__table__}
"""The note that each card has a seal. A store that was made before there were seals lacks it."""

APPLICATION_ID = 0x5E67_0001
"""Marks a SQLite file as ours (bytes 68 to 71 of its header)."""


def is_made(connection: sa.Connection, tables: Tables) -> bool:
    """Whether the tables exist."""
    return sa.inspect(connection).has_table(tables.meta.name, schema=tables.schema)


def is_current(connection: sa.Connection, tables: Tables, store: str) -> bool:
    """Whether the tables exist and are those of this version.

    Raises:
        StoreError: The tables have a later version.
    """
    stored = _read_meta(connection, tables, store)
    return stored is not None and _wanted(connection.dialect, tables).items() <= stored.items()


def is_sealed(connection: sa.Connection, tables: Tables) -> bool:
    """Whether each card has a seal."""
    own = tables.meta.c
    return connection.scalar(sa.select(own.value).where(own.name.in_(_SEALED))) is not None


def note_sealed(connection: sa.Connection, tables: Tables) -> None:
    """Note that each card has a seal."""
    rows = [{"name": name, "value": value} for name, value in _SEALED.items()]
    connection.execute(sa.delete(tables.meta).where(tables.meta.c.name.in_(_SEALED)))
    connection.execute(sa.insert(tables.meta), rows)


def set_up(connection: sa.Connection, tables: Tables, store: str) -> None:
    """Make the tables, or add the missing ones, inside an open transaction.

    Of processes that do so at once one goes first, and the others find what it made. The
    transaction must see what was committed meanwhile (``READ COMMITTED``).
    """
    if is_mariadb(connection.dialect):
        _set_up_mariadb(connection, tables, store)
        return
    if connection.dialect.name == "postgresql":
        name = sa.func.hashtext(f"{tables.schema or ''}.{tables.prefix}")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(APPLICATION_ID, name)))
    stored = _read_meta(connection, tables, store)  # another process may have made them
    if stored is None:
        _create(connection, tables, store)
        return
    _upgrade(connection, tables, stored, store)


def upgrade(script: "Script", connection: sa.Connection, tables: Tables, store: str) -> None:
    """Write what brings the tables up to date; they are looked at, and nothing is changed.

    Raises:
        NotFound: There are no tables.
        StoreError: They have a later version.
    """
    stored = _read_meta(connection, tables, store)
    if stored is None:
        raise NotFound("store", store)
    if not _wanted(connection.dialect, tables).items() <= stored.items():
        _upgrade(connection, tables, stored, store, script)


def _set_up_mariadb(connection: sa.Connection, tables: Tables, store: str) -> None:
    """Make the tables, or what is missing of them; each statement is committed by itself.

    The first table that is made is that of the record, and the record is written at the end. So
    who finds it empty goes on where another was stopped, and looks for what is there already.
    """
    place = sa.func.coalesce(tables.schema, sa.func.database())
    lock = sa.func.md5(sa.func.concat(place, ".", tables.prefix))
    if not connection.scalar(sa.select(sa.func.get_lock(lock, _PATIENCE))):
        busy = Message("somebody else is making its tables at this moment, try again")
        raise Conflict(Message("{store}", store=store), busy)
    try:
        stored = _read_meta(connection, tables, store)
        if stored is None:
            if tables.schema:
                connection.execute(sa.schema.CreateSchema(tables.schema, if_not_exists=True))
            _check_free(connection, tables, store)
            tables.meta.create(connection)
        elif stored:
            _check_known(tables, stored, store)
        _make_missing(connection, tables)
        make_letters(connection, tables)
        make_guards_anew(connection, tables)
        if not stored:
            note_sealed(connection, tables)
        _write_meta(connection, tables)
    finally:
        connection.execute(sa.select(sa.func.release_lock(lock)))


_PATIENCE = 60
"""For how many seconds one waits for another who makes the tables."""


def _make_missing(connection: sa.Connection, tables: Tables) -> None:
    """Make the tables, columns and indexes that are not there, whatever the record says."""
    seen = sa.inspect(connection)
    there = set(seen.get_table_names(schema=tables.schema))
    for table in tables.metadata.sorted_tables:
        if table.name not in there:
            table.create(connection)
            continue
        known = {each["name"] for each in seen.get_columns(table.name, schema=table.schema)}
        add_columns(connection, [each for each in table.c if each.name not in known])
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _create(connection: sa.Connection, tables: Tables, store: str) -> None:
    _check_free(connection, tables, store)
    create(connection, tables)


def _check_free(connection: sa.Connection, tables: Tables, store: str) -> None:
    """Check that there are no tables of another application in our place.

    Raises:
        StoreError: There are.
    """
    there = set(sa.inspect(connection).get_table_names(schema=tables.schema))
    ours = {table.name for table in tables.ours}
    embedded = bool(tables.schema or tables.prefix)
    if there & ours or (there and not embedded):
        named = ", ".join(sorted(there & ours or there)[:3])
        raise StoreError(
            store,
            Message(
                "holds tables of another application ({named}, ...); "
                "give ours a schema or a prefix of their own",
                named=named,
            ),
        )


class Script:
    """Takes statements instead of a connection, as text.

    Args:
        dialect: The dialect that they are written in.
    """

    def __init__(self, dialect: sa.Dialect) -> None:
        self.dialect = dialect
        self.statements: list[str] = []

    def exec_driver_sql(self, statement: str) -> None:
        """Take a text."""
        self.statements.append(statement)

    def execute(self, statement: sa.ClauseElement) -> None:
        """Take a statement of SQLAlchemy."""
        compiled = statement.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True})
        self.statements.append(str(compiled))


def create(connection: sa.Connection | Script, tables: Tables) -> None:
    """Make the tables and all that belongs to them, where nothing of ours is."""
    name = connection.dialect.name
    if name == "sqlite" and not (tables.schema or tables.prefix):
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {FORMAT}")
    if name in MARIADB:
        connection.exec_driver_sql("SET NAMES utf8mb4")  # whatever the client takes texts for
    if tables.schema and name != "sqlite":
        connection.execute(sa.schema.CreateSchema(tables.schema, if_not_exists=True))
    for statement in _definitions(tables.metadata, name):
        connection.exec_driver_sql(statement)
    make_guards(connection, tables)
    if name in _WITH_FUNCTIONS:
        make_letters(connection, tables)
    for noted, value in {**_wanted(connection.dialect, tables), **_SEALED}.items():
        connection.execute(sa.insert(tables.meta).values(name=noted, value=value))


@lru_cache(maxsize=16)
def _definitions(metadata: sa.MetaData, dialect_name: str) -> tuple[str, ...]:
    """The statements that make tables and indexes, written once, not for each new store."""
    kind = MariaDBDialect if dialect_name in MARIADB else sa.dialects.registry.load(dialect_name)
    dialect: sa.Dialect = kind()
    made: list[sa.schema.ExecutableDDLElement] = []
    for table in metadata.sorted_tables:
        made.append(sa.schema.CreateTable(table))
        made += _indexes(table.indexes)
    return tuple(str(each.compile(dialect=dialect)) for each in made)


_WITH_FUNCTIONS = frozenset({"postgresql", *MARIADB})
"""The databases that our functions are made in."""


def _shape(tables: Tables) -> Mapping[str, list[str]]:
    """The columns of each table."""
    return {table.name.removeprefix(tables.prefix): sorted(table.c.keys()) for table in tables.ours}


def _to_shape(text: str) -> Mapping[str, list[str]]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(text)
    return found


def _wanted(dialect: sa.Dialect, tables: Tables) -> Mapping[str, str]:
    """The record of a store that is up to date with this version."""
    noted = {"format": str(FORMAT), "shape": to_json(_shape(tables))}
    if dialect.name in _WITH_FUNCTIONS:
        noted[f"letters {unicodedata.unidata_version}"] = "has functions"
    return noted


def _read_meta(connection: sa.Connection, tables: Tables, store: str) -> Mapping[str, str] | None:
    """The record of the store, ``None`` if its tables do not exist."""
    if not is_made(connection, tables):
        return None
    rows = connection.execute(sa.select(tables.meta.c.name, tables.meta.c.value))
    stored = {row.name: row.value for row in rows}
    if not stored and is_mariadb(connection.dialect):
        return stored  # somebody began to make the tables, and was stopped
    check_format(_read(stored, "format", int, store), store)
    return stored


def _read(
    stored: Mapping[str, str], name: str, convert: Callable[[str], ReadT], store: str
) -> ReadT:
    """A value of the record of a store.

    Raises:
        StoreError: Somebody changed it.
    """
    try:
        return convert(stored[name])
    except (KeyError, ValueError, RecursionError) as error:
        reason = Message(
            "its record of the {name} cannot be read; take it from a backup", name=name
        )
        raise StoreError(store, reason) from error


def check_format(found: int, store: str) -> None:
    """Check the version of the format.

    Raises:
        StoreError: The version is later than this library knows.
    """
    if found > FORMAT:
        raise StoreError(
            store,
            Message(
                "is of version {found}, and this library knows {known} at most; "
                "update the library to open it",
                found=found,
                known=FORMAT,
            ),
        )


def _write_meta(target: "sa.Connection | Script", tables: Tables) -> None:
    wanted = _wanted(target.dialect, tables)
    target.execute(sa.delete(tables.meta).where(tables.meta.c.name.in_(wanted)))
    for name, value in wanted.items():
        target.execute(sa.insert(tables.meta).values(name=name, value=value))


def _upgrade(
    connection: sa.Connection,
    tables: Tables,
    stored: Mapping[str, str],
    store: str,
    script: "Script | None" = None,
) -> None:
    """Bring tables up to date, or write how into a script."""
    target = script or connection
    _add_missing(target, tables, _check_known(tables, stored, store), sa.inspect(connection))
    if connection.dialect.name in _WITH_FUNCTIONS:
        make_letters(target, tables)
    _write_meta(target, tables)


def _add_missing(
    target: "sa.Connection | Script",
    tables: Tables,
    before: Mapping[str, AbstractSet[str]],
    seen: sa.Inspector,
) -> None:
    """Add the tables and columns that are new since the store was made."""
    now = {name: set(columns) for name, columns in _shape(tables).items()}
    by_name = {table.name.removeprefix(tables.prefix): table for table in tables.ours}
    for name, table in by_name.items():
        if name not in before:
            _run(target, [sa.schema.CreateTable(table), *_indexes(table.indexes)])
            continue
        add_columns(target, [table.c[new] for new in sorted(now[name] - before[name])])
        if table.indexes:
            there = {each["name"] for each in seen.get_indexes(table.name, schema=table.schema)}
            _run(target, _indexes(each for each in table.indexes if each.name not in there))


def _run(target: "sa.Connection | Script", made: Iterable[sa.schema.ExecutableDDLElement]) -> None:
    for each in made:
        target.exec_driver_sql(str(each.compile(dialect=target.dialect)))


def _indexes(indexes: Iterable[sa.Index]) -> list[sa.schema.CreateIndex]:
    return list(map(sa.schema.CreateIndex, sorted(indexes, key=lambda each: str(each.name))))


def _check_known(
    tables: Tables, stored: Mapping[str, str], store: str
) -> Mapping[str, AbstractSet[str]]:
    """The columns of each table of a store, none of which a later version added.

    Raises:
        StoreError: A later version did.
    """
    shape = _read(stored, "shape", _to_shape, store)
    before = {name: set(columns) for name, columns in shape.items()}
    now = {name: set(columns) for name, columns in _shape(tables).items()}
    unknown = [name for name in before if before[name] - now.get(name, set())]
    if unknown:
        raise StoreError(
            store,
            Message(
                "was made by a later version of the library (tables {tables}); "
                "update the library to open it",
                tables=", ".join(sorted(unknown)),
            ),
        )
    return before


def add_columns(target: "sa.Connection | Script", columns: Iterable[sa.Column[Any]]) -> None:
    """Add columns to their tables. Existing rows get the blank of the type."""
    compiler = target.dialect.ddl_compiler(target.dialect, None)  # type: ignore[arg-type]  # it compiles no statement
    preparer = target.dialect.identifier_preparer
    for column in columns:
        specified = compiler.get_column_specification(column)
        table = preparer.format_table(column.table)
        target.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {specified}")
