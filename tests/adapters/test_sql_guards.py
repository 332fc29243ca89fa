"""The journal in a database: guarded against changes from outside the library."""

from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from segmentation.adapters.sqlalchemy import SqlStore, open_store
from segmentation.errors import StoreError
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


_DAMAGES = {
    "sqlite": {
        "guard journal_guard_update: is missing": ["DROP TRIGGER journal_guard_update"],
        "guard journal_guard_delete: is another than the library made": [
            "DROP TRIGGER journal_guard_delete",
            "CREATE TRIGGER journal_guard_delete BEFORE DELETE ON journal BEGIN SELECT 1; END",
        ],
        "table journal_erasing: lets personal content be removed": [
            "INSERT INTO journal_erasing VALUES (1)"
        ],
    },
    "postgresql": {
        "guard journal_guard_row: is missing": ["DROP TRIGGER journal_guard_row ON journal"],
        "guard journal_guard_statement: is another than the library made": [
            "ALTER TABLE journal DISABLE TRIGGER journal_guard_statement"
        ],
        "guard journal_guard_row: is another than the library made": [
            "DROP TRIGGER journal_guard_row ON journal",
            (
                "CREATE TRIGGER journal_guard_row AFTER UPDATE ON journal"
                " FOR EACH ROW EXECUTE FUNCTION journal_guard()"
            ),
        ],
        "guard journal_guard: is another than the library made": [
            (
                "CREATE OR REPLACE FUNCTION journal_guard() RETURNS trigger LANGUAGE plpgsql"
                " AS 'BEGIN RETURN NEW; END'"
            )
        ],
        "table journal_erasing: lets personal content be removed": [
            "INSERT INTO journal_erasing VALUES (1)"
        ],
    },
}


def test_damaged_guards_are_named_and_put_back(store: SqlStore, outside: sa.Connection) -> None:
    """TRU-35: dropped, disabled, replaced, or opened, on each database."""
    assert list(store.findings()) == []
    for found, statements in _DAMAGES[outside.dialect.name].items():
        for statement in statements:
            outside.exec_driver_sql(statement)
        outside.commit()
        assert list(map(str, store.findings())) == [found]
        store.make_guards_anew()
        assert list(store.findings()) == []
        with pytest.raises(sa.exc.DBAPIError, match="the journal only grows"):
            outside.exec_driver_sql("UPDATE journal SET facts = '' WHERE number = 2")
        outside.rollback()


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_function_that_is_gone_is_put_back(store: SqlStore, outside: sa.Connection) -> None:
    outside.exec_driver_sql("DROP FUNCTION journal_guard() CASCADE")
    outside.commit()
    names = ("journal_guard", "journal_guard_row", "journal_guard_statement")
    assert list(map(str, store.findings())) == [f"guard {name}: is missing" for name in names]
    store.make_guards_anew()
    assert list(store.findings()) == []


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("made_in", ["schema", "search path"])
def test_a_schema_and_a_search_path_lead_to_the_same_guards(
    database: Database, made_in: str
) -> None:
    """TRU-35: what makes a store and what audits it may name its schema or not."""
    by_path = open_store(database.own_address())
    with closing(database.open() if made_in == "schema" else by_path) as made:
        made.make_guards_anew()
    with closing(by_path if made_in == "schema" else database.open()) as other:
        assert list(other.findings()) == []


@pytest.mark.parametrize("value", ["'x'", "'0x'", "'[]'"])
def test_a_format_that_cannot_be_read_is_an_error_of_ours(
    database: Database, store: SqlStore, outside: sa.Connection, value: str
) -> None:
    assert store.log.head().number == 3
    for name in ("format", "shape"):
        outside.exec_driver_sql(
            f"UPDATE segmentation_meta SET value = {value} WHERE name = '{name}'"  # noqa: S608
        )
        outside.commit()
        with pytest.raises(StoreError, match=f"its record of the {name} cannot be read"):
            database.open()
        outside.exec_driver_sql("UPDATE segmentation_meta SET value = '1' WHERE name = 'format'")
        outside.commit()
