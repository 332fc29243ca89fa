"""A MariaDB server for tests: a given one, or one that is started here."""

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest
import sqlalchemy as sa

NO_MARIADB = "needs MariaDB: install mariadb-server"
"""Why a test that needs a server is left out."""

_CARELESS = (
    "--skip-networking",
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-innodb-doublewrite",
    "--innodb-flush-method=nosync",
    "--innodb-buffer-pool-size=64M",
    "--skip-performance-schema",
    "--max-connections=200",
)
"""The settings of a server that keeps nothing after the tests, and does not wait for its disk."""


def serve_mariadb() -> Iterator[str]:
    """The address of a MariaDB server, whose user may make databases."""
    given = os.environ.get("SEGMENTATION_TEST_MARIADB")
    if given:
        yield given
        return
    if not (shutil.which("mariadbd") and shutil.which("mariadb-install-db")):
        pytest.skip(NO_MARIADB)
    with tempfile.TemporaryDirectory(prefix="segmentation_mariadb_") as folder:
        yield from _serve(Path(folder))


def _serve(folder: Path) -> Iterator[str]:
    data, user, log = folder / "data", getpass.getuser(), folder / "log"
    making = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={user}"]
    making += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run([*making, "--innodb-flush-method=nosync"], check=True, capture_output=True)
    socket = folder / "socket"
    # A server that starts removes the temporary tables of every other one in its folder for them.
    own = [f"--datadir={data}", f"--tmpdir={folder}"]
    serving = ["mariadbd", "--no-defaults", *own, f"--user={user}", *_CARELESS]
    with log.open("wb") as file:
        server = subprocess.Popen(
            [*serving, f"--socket={socket}", f"--pid-file={folder / 'pid'}"],
            stdout=file,
            stderr=file,
        )
    try:
        _wait_for(socket, server)
        yield f"mariadb+pymysql://root@/?unix_socket={socket}"
    finally:
        server.kill()
        server.wait()


def _wait_for(socket: Path, server: "subprocess.Popen[bytes]") -> None:
    while not socket.exists():
        assert server.poll() is None, "the server did not start"
        time.sleep(0.05)


class Executing(pymysql.connections.Connection):
    """A connection of PyMySQL's own that runs a statement as other drivers' connections do."""

    def execute(self, statement: str) -> Any:  # noqa: ANN401 - a cursor
        cursor = self.cursor()
        cursor.execute(statement)
        return cursor

    def close(self) -> None:
        """Close it, as other drivers' connections can be closed twice."""
        if self.open:
            super().close()


def connect(url: sa.URL, **options: Any) -> Executing:  # noqa: ANN401 - of the driver
    """A connection of PyMySQL, in its default mode."""
    place: dict[str, Any] = {"user": url.username or "", "database": url.database}
    if url.password:
        place["password"] = url.password
    if socket := url.query.get("unix_socket"):
        place["unix_socket"] = str(socket)
    else:
        place |= {"host": url.host or "", "port": url.port or 3306}
    return Executing(**{"charset": "utf8mb4", **place, **options})


def in_database(address: str, name: str) -> sa.URL:
    """The address of one database on the server."""
    return sa.make_url(address).set(database=name)
