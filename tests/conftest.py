"""What every test may ask for, and how much chance Hypothesis is given."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from databases import Database, serve_postgresql
from segmentation.adapters.libreoffice import LibreOffice, find_programs
from segmentation.errors import NotFound

ROOT = Path(__file__).parent.parent

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the benchmarks out unless they are asked for by name."""
    benchmarks = ROOT / "tests" / "benchmarks"
    if collection_path != benchmarks:
        return None
    asked = (config.invocation_params.dir / arg.split("::")[0] for arg in config.args)
    named = any(path.resolve().is_relative_to(benchmarks) for path in asked)
    return None if named else True


@pytest.fixture(scope="module")
def office() -> Iterator[LibreOffice]:
    """A LibreOffice of the module's own, where one is installed."""
    try:
        find_programs()
    except NotFound as missing:
        pytest.skip(str(missing))
    with LibreOffice(timeout=120) as office:
        yield office


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data shared by several projects, next to the checkout."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"no folder {folder.name!r} next to the checkout")
    return folder


# -- databases: a SQLite file each, and a PostgreSQL schema each on one server ------------------

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server: a given one, or one that is started here."""
    yield from serve_postgresql(durable=False)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database for one test."""
    if request.param == "sqlite":
        yield from _file(tmp_path)
    else:
        yield from _schema(request.getfixturevalue("postgresql"))


@pytest.fixture(params=KINDS, scope="module")
def kept_database(request: pytest.FixtureRequest) -> Database:
    """A database for all tests of a module, which only read it or empty it first."""
    kept: Database = request.getfixturevalue(f"kept_{request.param}")
    return kept


@pytest.fixture(scope="module")
def kept_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    yield from _file(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def kept_postgresql(postgresql: str) -> Iterator[Database]:
    yield from _schema(postgresql)


def _file(folder: Path) -> Iterator[Database]:
    made = Database(str(folder / "crm.db"))
    yield made
    made.drop()


def _schema(address: str) -> Iterator[Database]:
    made = Database(address, f"test_{os.getpid()}_{next(_numbers)}")
    yield made
    made.drop()
