"""The databases of the tests: none is kept alive, or waited for, because a test failed."""

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from segmentation.contacts import Contact
from support.databases import Database

pytestmark = pytest.mark.postgres


@pytest.fixture
def left_open(postgresql: str) -> Iterator[Database]:
    """A database whose test failed in the middle of a transaction, in a session of its own."""
    made = Database(postgresql, "test_left_open")
    made.open().records.put([Contact(no="C1")])
    yield made
    made.drop()


def begun(database: Database) -> psycopg.Connection:
    """A session that nobody closes, which has read and written and not committed."""
    url = sa.make_url(database.own_address()).set(drivername="postgresql")
    session = psycopg.connect(url.render_as_string(hide_password=False))
    session.execute("UPDATE contact SET name = 'Left' WHERE no = 'C1'")
    return session


def schemas(address: str) -> set[str]:
    engine = sa.create_engine(sa.make_url(address).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        found = set(sa.inspect(connection).get_schema_names())
    engine.dispose()
    return found


def test_a_database_is_dropped_though_a_transaction_is_left_open_in_it(
    left_open: Database, postgresql: str
) -> None:
    session = begun(left_open)
    assert "test_left_open" in schemas(postgresql)
    left_open.drop()
    assert "test_left_open" not in schemas(postgresql)
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT 1")
    session.close()


def test_a_kept_database_is_emptied_though_a_transaction_is_left_open_in_it(
    left_open: Database,
) -> None:
    session = begun(left_open)
    left_open.empty()
    assert left_open.open().records.find(Contact, "C1") is None
    session.close()


def test_a_database_is_dropped_though_a_store_cannot_be_closed(
    left_open: Database, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = left_open.open()

    def fail() -> None:
        raise RuntimeError("it stays open")

    monkeypatch.setattr(store, "close", fail)
    with pytest.raises(RuntimeError, match="it stays open"):
        left_open.drop()
    assert "test_left_open" not in schemas(postgresql)
    monkeypatch.undo()
    store.close()
