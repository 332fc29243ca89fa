"""A PostgreSQL server for benchmarks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.databases import serve_postgresql

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let benchmarks take their time: no limit, and no alarm that is set for one."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(0))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    yield from serve_postgresql()
