"""A PostgreSQL server for benchmarks."""

from collections.abc import Iterator

import pytest

from support.databases import serve_postgresql


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    yield from serve_postgresql()
