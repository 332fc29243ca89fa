"""Repeat the trials with several processes: ``python tests/trials.py --times 100``.

Each time in an empty database: on PostgreSQL a schema, on MariaDB a database of a server, which is
started here unless ``SEGMENTATION_TEST_POSTGRES`` or ``SEGMENTATION_TEST_MARIADB`` names one
(``--on mariadb``); on SQLite a file (``--on sqlite``). Ends at the first that fails.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parent)]

from segmentation.testing._trials import (  # noqa: E402
    check_capping,
    check_delivering,
    check_logging,
    check_opening,
)
from support.databases import Database, MariadbDatabase, serve_postgresql  # noqa: E402
from support.mariadb import serve_mariadb  # noqa: E402

CHECKS = {
    "open": check_opening,
    "log": check_logging,
    "deliver": check_delivering,
    "cap": check_capping,
}


@contextmanager
def on_postgresql() -> Iterator[Callable[[str], Database]]:
    with contextmanager(serve_postgresql)(durable=False) as address:
        yield lambda name: Database(address, name)


@contextmanager
def on_mariadb() -> Iterator[Callable[[str], Database]]:
    with contextmanager(serve_mariadb)() as server:
        yield lambda name: MariadbDatabase(server, name)


@contextmanager
def on_sqlite() -> Iterator[Callable[[str], Database]]:
    with TemporaryDirectory(prefix="segmentation_trials_") as folder:
        yield lambda name: Database(str(Path(folder) / f"{name}.db"))


DATABASES = {"postgresql": on_postgresql, "mariadb": on_mariadb, "sqlite": on_sqlite}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=3, help="how often; 3 if not given")
    parser.add_argument("--only", choices=CHECKS, help="one of the trials")
    parser.add_argument("--on", choices=DATABASES, default="postgresql", help="the database")
    options = parser.parse_args()
    checks = {options.only: CHECKS[options.only]} if options.only else CHECKS
    with DATABASES[options.on]() as make:
        for number in range(1, options.times + 1):
            for name, check in checks.items():
                database = make(f"trial_{name}_{number}")
                try:
                    check(database.own_address())
                finally:
                    database.drop()
            print(f"{number} of {options.times}: clean", flush=True)


if __name__ == "__main__":
    main()
