"""What every test may ask for, and how much chance Hypothesis is given."""

import itertools
import os
import resource
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import segmentation as seg
from segmentation.adapters.libreoffice import LibreOffice, find_programs
from segmentation.errors import NotFound
from support.databases import Database, MariadbDatabase, serve_postgresql
from support.desk import check_journal, make_desk
from support.mariadb import serve_mariadb

ROOT = Path(__file__).parent.parent

collect_ignore = ["support/tryton_host.py"]  # it needs Tryton, and a process of its own

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


@pytest.fixture
def crm() -> Iterator[seg.Workspace]:
    """A workspace whose journal is checked after the test."""
    crm = make_desk()
    yield crm
    check_journal(crm)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out: a line for each cause, which names what to install."""
    skipped = terminalreporter.stats.get("skipped", ())
    causes = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    if causes:
        terminalreporter.section("left out on this machine")
    for cause, number in causes.most_common():
        terminalreporter.write_line(f"{number} test{'s' if number > 1 else ''}: {cause}")


@pytest.fixture(scope="session")
def programs_of_office() -> None:
    """Leave a test out where LibreOffice is not installed."""
    try:
        find_programs()
    except NotFound:
        pytest.skip("needs LibreOffice: install libreoffice-writer, python3-uno, poppler-utils")


@pytest.fixture(scope="module")
def office(programs_of_office: None) -> Iterator[LibreOffice]:  # noqa: ARG001
    """A LibreOffice of the module's own, where one is installed."""
    with LibreOffice(timeout=120) as office:
        yield office


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], None]]:
    """Lets no file grow beyond so many bytes: what a full disk looks like to a process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture(scope="session")
def data() -> Path:
    """What the tests read of Business Central: a demo company, and templates made in Word."""
    return ROOT / "tests" / "data"


# -- databases: SQLite files, schemas of one PostgreSQL server, databases of one MariaDB server --

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
EVERY_KIND = [*KINDS, pytest.param("mariadb", marks=pytest.mark.mariadb)]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server: a given one, or one that is started here."""
    yield from serve_postgresql(durable=False)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """The address of a MariaDB server: a given one, or one that is started here."""
    yield from serve_mariadb()


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database for one test."""
    if request.param == "sqlite":
        yield from _file(tmp_path)
    else:
        yield from _schema(request.getfixturevalue("postgresql"))


@pytest.fixture(params=EVERY_KIND)
def every_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The same on every kind of database; that of MariaDB is kept for a module and emptied."""
    if request.param == "mariadb":
        kept: Database = request.getfixturevalue("kept_mariadb")
        kept.empty()
        yield kept
    elif request.param == "sqlite":
        yield from _file(tmp_path)
    else:
        yield from _schema(request.getfixturevalue("postgresql"))


@pytest.fixture(params=EVERY_KIND, scope="module")
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


@pytest.fixture(scope="module")
def kept_mariadb(mariadb: str) -> Iterator[Database]:
    yield from _database(mariadb)


def _database(address: str) -> Iterator[Database]:
    made = MariadbDatabase(address, f"test_{os.getpid()}_{next(_numbers)}")
    yield made
    made.drop()


def _file(folder: Path) -> Iterator[Database]:
    made = Database(str(folder / "crm.db"))
    yield made
    made.drop()


def _schema(address: str) -> Iterator[Database]:
    made = Database(address, f"test_{os.getpid()}_{next(_numbers)}")
    yield made
    made.drop()
