"""The tables as text, for a host that makes them by migrations of its own."""

from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

from segmentation.errors import InvalidValue, Message

from ._names import check_names
from ._tables import make_tables
from ._versions import Script, create

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
    dialect: sa.Dialect = _DIALECTS[database](paramstyle="named")
    script = Script(dialect)
    create(script, tables)
    return "".join(_ended(each.strip(), database) for each in script.statements)


def _ended(statement: str, database: Database) -> str:
    """A statement with its end."""
    if database == "mariadb" and ";" in statement:
        return f"DELIMITER {_END}\n{statement}{_END}\nDELIMITER ;\n"
    return f"{statement};\n"
