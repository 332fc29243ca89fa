"""The journal in a database: guarded against changes from outside the library."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from segmentation.adapters.sqlalchemy import SqlStore
from segmentation.journal import Head, verify
from segmentation.testing import journal_entries
from support.databases import Database


@pytest.fixture
def store(database: Database) -> SqlStore:
    made = database.open()
    made.log.append(journal_entries(3, Head()))
    return made


@pytest.fixture
def outside(database: Database, store: SqlStore) -> Iterator[sa.Connection]:
    """A connection that knows nothing of the library."""
    engine = database.engine()
    with engine.connect() as connection:
        yield connection
    engine.dispose()
    assert verify(store.log.read()) == store.log.head()
    assert store.log.head().number == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET facts = '{}' WHERE number = 2",
        "UPDATE journal SET personal = NULL WHERE number = 2",
        "UPDATE journal SET personal = '{}' WHERE number = 2",
        "UPDATE journal SET number = 9 WHERE number = 3",
        "DELETE FROM journal WHERE number = 3",
        "DELETE FROM journal",
    ],
)
def test_entries_cannot_be_changed_or_removed(outside: sa.Connection, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="the journal only grows"):
        outside.exec_driver_sql(statement)


def test_entries_cannot_be_replaced(outside: sa.Connection) -> None:
    columns = 'number, at, "user", kind, facts, personal_sha256, previous, sha256'
    values = "2, '2026-01-01 00:00:00+00:00', '', '', '', '', '', ''"
    insert = "INSERT" if outside.dialect.name == "postgresql" else "INSERT OR REPLACE"
    with pytest.raises(sa.exc.DBAPIError):
        outside.exec_driver_sql(f"{insert} INTO journal ({columns}) VALUES ({values})")


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_table_cannot_be_emptied_at_once(outside: sa.Connection) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="the journal only grows"):
        outside.exec_driver_sql("TRUNCATE journal")


def test_the_library_erases_what_is_personal(store: SqlStore, outside: sa.Connection) -> None:
    store.log.erase([2])
    personal = outside.exec_driver_sql("SELECT personal FROM journal WHERE number = 2")
    assert personal.scalar_one() is None
    allowed = outside.exec_driver_sql("SELECT count(*) FROM journal_erasing")
    assert allowed.scalar_one() == 0
