"""The tables as text, for a host that makes them by migrations of its own."""

from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

from segmentation.errors import InvalidValue, Message, NotFound

from ._dialects import check_dialect
from ._faults import translated
from ._names import check_names
from ._opening import make_engine
from ._store import name_of, url_of
from ._tables import Tables, make_tables
from ._types import MARIADB
from ._versions import Script, create, upgrade

Database = Literal["mariadb", "postgresql", "sqlite"]
"""The databases that there is a script for."""

_DIALECTS: dict[str, Any] = {
    "mariadb": MariaDBDialect,
    "postgresql": postgresql.dialect,
    "sqlite": sqlite.dialect,
}

_END = ";;"
"""Ends statements of MariaDB that have parts ended by a semicolon, for its client."""


def schema_script(
    database: Database = "postgresql", *, schema: str | None = None, prefix: str = ""
) -> str:
    """The statements that make our tables in an empty place, each ended by a semicolon.

    Who has run them as the owner need not let the application make tables: it finds them made.

    Args:
        database: The kind of database.
        schema: The database schema for our tables, by default the connection's own.
        prefix: The prefix for the names of our tables.

    Raises:
        InvalidValue: There is no script for such a database; or the prefix or the schema gives
            names that a database cannot hold.

    >>> schema_script("sqlite", prefix="crm_").splitlines()[0]
    'CREATE TABLE crm_address_mark ('
    """
    if database not in _DIALECTS:
        reason = Message(
            "is no database that there is a script for: {known}", known=", ".join(_DIALECTS)
        )
        raise InvalidValue("database", database, reason)
    tables = make_tables(schema=schema, prefix=prefix)
    check_names(tables)
    script = Script(_DIALECTS[database](paramstyle="named"))
    create(script, tables)
    return _text(script, database)


def upgrade_script(
    store: str | Path | sa.Connection, *, schema: str | None = None, prefix: str = ""
) -> str:
    """The statements that bring our tables of an earlier version up to date.

    The store is looked at, and nothing is changed. Its owner runs the statements, together and
    while nobody writes. There are none if it is up to date.

    Args:
        store: A file, an address, or a connection of SQLAlchemy.
        schema: The database schema of our tables, by default the connection's own.
        prefix: The prefix of the names of our tables.

    Raises:
        NotFound: Our tables are not there.
        StoreError: They have a later version, or the database cannot be read.
        InvalidValue: The prefix or the schema gives names that a database cannot hold.
    """
    tables = make_tables(schema=schema, prefix=prefix)
    check_names(tables)
    if isinstance(store, sa.Connection):
        return _upgrade_of(store, tables, "store")
    url = url_of(store)
    name = name_of(url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise NotFound("store", str(store))
    engine = make_engine(url, name)
    try:
        with translated(name, url.password or ""), engine.connect() as connection:
            return _upgrade_of(connection, tables, name)
    finally:
        engine.dispose()


def _upgrade_of(connection: sa.Connection, tables: Tables, store: str) -> str:
    check_dialect(connection.dialect)
    name = connection.dialect.name
    database: Database = "mariadb" if name in MARIADB else name  # type: ignore[assignment]  # checked
    script = Script(_DIALECTS[database](paramstyle="named"))
    upgrade(script, connection, tables, store)
    return _text(script, database)


def _text(script: Script, database: Database) -> str:
    return "".join(_ended(each.strip(), database) for each in script.statements)


def _ended(statement: str, database: Database) -> str:
    """A statement with its end."""
    if database == "mariadb" and ";" in statement:
        return f"DELIMITER {_END}\n{statement}{_END}\nDELIMITER ;\n"
    return f"{statement};\n"
