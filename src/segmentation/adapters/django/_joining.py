"""Stores in a project's own database: in its transactions, or beside them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from django.db import connections, transaction

from segmentation.adapters.sqlalchemy import MappedTable, SqlStore, join_store, open_store
from segmentation.errors import InvalidValue, Message
from segmentation.protocols import Couriers


def join_django(
    using: str = "default",
    *,
    schema: str | None = None,
    prefix: str = "segmentation_",
    mapped: Mapping[str, MappedTable] | None = None,
    create: bool = False,
) -> SqlStore:
    """Open a store in the open `atomic` block of a Django connection.

    Each thread works on its own connection of that alias, as everywhere in Django. Only Django
    commits and rolls back.

    Args:
        using: The alias of the connection, to SQLite or PostgreSQL.
        schema: The database schema of our tables, by default the connection's own.
        prefix: The prefix of their names.
        mapped: Models that replace our tables, by the name of ours (see `map_model`).
        create: Whether to make the tables if they are not there; a migration does (see
            `make_tables`).

    Raises:
        Refused: There is no open `atomic` block.
        NotFound: The tables are not there; run the migrations.
        InvalidValue: The database is neither SQLite nor PostgreSQL.
    """

    def connection() -> Any:  # noqa: ANN401 - of any driver
        wrapper = connections[using]
        wrapper.ensure_connection()
        return wrapper.connection

    return join_store(connection, schema=schema, prefix=prefix, mapped=mapped, create=create)


def open_django(
    using: str = "default",
    *,
    schema: str | None = None,
    prefix: str = "segmentation_",
    mapped: Mapping[str, MappedTable] | None = None,
) -> SqlStore:
    """Open a store on connections of its own to a project's database; it commits each step.

    That is for commands and jobs: what was delivered is recorded before the next mail goes out.

    Args:
        using: The alias of the database: SQLite in a file, or PostgreSQL.
        schema: The database schema of our tables, by default the connection's own.
        prefix: The prefix of their names.
        mapped: Models that replace our tables, by the name of ours (see `map_model`).

    Raises:
        InvalidValue: The database is neither a file of SQLite nor PostgreSQL.
        NotFound: The tables are not there; run the migrations.
        StoreError: The database cannot be reached.
    """
    address = address_of(using)
    return open_store(address, create=False, schema=schema, prefix=prefix, mapped=mapped)


def address_of(using: str) -> str | Path:
    """The address of a database by the project's settings."""
    connection = connections[using]
    settings = connection.settings_dict
    name = str(settings["NAME"])
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():
        return Path(name).absolute()
    if connection.vendor != "postgresql":
        reason = Message("is neither a file of SQLite nor PostgreSQL")
        raise InvalidValue("using", using, reason)
    options = settings["OPTIONS"].items()
    url = sa.URL.create(
        "postgresql",
        username=settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        host=None if settings["HOST"].startswith("/") else settings["HOST"] or None,
        port=int(settings["PORT"]) if settings["PORT"] else None,
        database=name or None,
        query={
            **{key: str(value) for key, value in options if key not in _OF_DJANGO},
            **({"host": settings["HOST"]} if settings["HOST"].startswith("/") else {}),
        },
    )
    return url.render_as_string(hide_password=False)


_OF_DJANGO = frozenset({"assume_role", "isolation_level", "pool", "server_side_binding"})
"""Options of a connection to PostgreSQL that are Django's, and none of libpq."""


def make_tables(
    *, schema: str | None = None, prefix: str = "segmentation_"
) -> Callable[[Any, Any], None]:
    """What makes or upgrades our tables in a migration: ``RunPython(make_tables())``.

    Args:
        schema: The database schema of our tables, by default the connection's own.
        prefix: The prefix of their names.
    """

    def make(_apps: object, editor: Any) -> None:  # noqa: ANN401 - Django's schema editor
        join_django(editor.connection.alias, schema=schema, prefix=prefix, create=True)

    return make


class Letters(Protocol):
    """The letters of a workspace, as far as they are delivered here."""

    def deliver(self, couriers: Couriers, /) -> object:
        """Deliver what is outstanding."""


class Delivering(Protocol):
    """A workspace, as far as it delivers here."""

    @property
    def letters(self) -> Letters:
        """Its letters."""


def deliver_on_commit(crm: Delivering, couriers: Couriers, *, using: str = "default") -> None:
    """Deliver what is outstanding once the open `atomic` block is committed.

    Nothing is delivered if it is rolled back. What is delivered is recorded in a block of its
    own; if the process dies in it, its mails go out again.

    Args:
        crm: The workspace on a store of `join_django`.
        couriers: Who delivers, by the correspondence type.
        using: The alias of the connection.
    """

    def deliver() -> None:
        with transaction.atomic(using):
            crm.letters.deliver(couriers)

    transaction.on_commit(deliver, using)
