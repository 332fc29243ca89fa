"""A SQLite file that opening a store makes; taken away again if nothing comes of it."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

_BESIDE = ("", "-journal", "-wal", "-shm")
"""What a database is made of, behind its name."""


def file_to_make(url: sa.URL) -> Path | None:
    """The file that opening a store will make; ``None`` if it is there, or is no file."""
    if url.get_backend_name() != "sqlite" or not url.database or "file:" in url.database:
        return None
    path = Path(url.database)
    return None if url.database == ":memory:" or path.exists() else path


def take_away(path: Path, *, but_for: str) -> None:
    """Take away a file that was made, unless somebody has stored something in it.

    Args:
        path: The file.
        but_for: The table that is not empty from the beginning.
    """
    with suppress(sqlite3.Error, OSError):  # what cannot be taken away stays, and does no harm
        if not path.exists():
            return
        with closing(sqlite3.connect(path)) as base:
            if _is_used(base, but_for):
                return
        for ending in _BESIDE:
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def _is_used(base: sqlite3.Connection, but_for: str) -> bool:
    names = base.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> ?", (but_for,)
    )
    quoted = [name.replace('"', '""') for (name,) in names]
    return any(
        base.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()  # noqa: S608 - names of ours
        for name in quoted
    )
