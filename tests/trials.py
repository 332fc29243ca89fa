"""Repeat the trials with several processes: ``python tests/trials.py --times 100``.

Each time in an empty schema of a PostgreSQL server, which is started here unless
``SEGMENTATION_TEST_POSTGRES`` names one. Ends at the first that fails.
"""

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]

from segmentation.testing._trials import (  # noqa: E402
    check_capping,
    check_delivering,
    check_logging,
    check_opening,
)
from support.databases import Database, serve_postgresql  # noqa: E402

CHECKS = {
    "open": check_opening,
    "log": check_logging,
    "deliver": check_delivering,
    "cap": check_capping,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=3, help="how often; 3 if not given")
    parser.add_argument("--only", choices=CHECKS, help="one of the trials")
    options = parser.parse_args()
    checks = {options.only: CHECKS[options.only]} if options.only else CHECKS
    with contextmanager(serve_postgresql)(durable=False) as address:
        for number in range(1, options.times + 1):
            for name, check in checks.items():
                database = Database(address, f"trial_{name}_{number}")
                try:
                    check(database.own_address())
                finally:
                    database.drop()
            print(f"{number} of {options.times}: clean")


if __name__ == "__main__":
    main()
