"""Databases for tests: a SQLite file each, and a PostgreSQL schema each on one server."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from databases import Database, serve_postgresql

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server: a given one, or one that is started here."""
    yield from serve_postgresql(durable=False)


KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database for one test."""
    yield from _place(request, tmp_path)


@pytest.fixture(params=KINDS, scope="module")
def kept_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database for all tests of a module, which only read it or empty it first."""
    yield from _place(request, tmp_path_factory.mktemp("kept"))


def _place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(str(folder / "crm.db"))
        yield made
        made.close()
        return
    address = request.getfixturevalue("postgresql")
    made = Database(address, f"test_{os.getpid()}_{next(_numbers)}")
    yield made
    made.close()
    engine = sa.create_engine(made.url)
    with engine.begin() as connection:
        connection.execute(sa.schema.DropSchema(str(made.schema), cascade=True, if_exists=True))
    engine.dispose()
