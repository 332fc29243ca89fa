"""Errors of databases, translated into ours, without passwords."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from segmentation.errors import Conflict, Message, SegmentationError, StoreError, text_of

_RACES = frozenset({"40001", "40P01", "55P03"})
"""Errors that another writer causes: serialization failure, deadlock, lock not available."""


_NO_RIGHT = "42501"
"""The state of a statement that the user may not run."""

_RACES_OF_MARIADB = frozenset({1020, 1205, 1213, 1412})
"""The same of MariaDB: changed since it was read, lock not available, deadlock, other tables."""

_NO_RIGHTS_OF_MARIADB = frozenset({1044, 1142, 1143, 1227, 1370, 1419})
"""What MariaDB says of a statement that the user may not run."""


@contextmanager
def translated(store: str, password: str = "") -> Iterator[None]:
    """Translate errors of the database that leave the block into ours.

    Args:
        store: The name of the store in errors.
        password: The password, which must not appear in errors.
    """
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _as_ours(error, store, password) from error
    except sa.exc.PendingRollbackError as error:
        raise StoreError(store, "the transaction was given up after an error in it") from error
    except sa.exc.TimeoutError as error:
        raise StoreError(store, "all connections are in use") from error


UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What comes of a value that is none of its column's type, or of JSON that is too deep."""


@contextmanager
def legible(table: str) -> Iterator[None]:
    """Translate errors about values in a table that cannot be read into ours."""
    try:
        yield
    except SegmentationError:
        raise
    except UNREADABLE as error:
        raise StoreError(
            table, Message("holds what cannot be read: {error}", error=text_of(error))
        ) from error


def _as_ours(error: sa.exc.DBAPIError, store: str, password: str) -> SegmentationError:
    origin = error.orig
    code, text = _said(origin)
    lines = text.strip().splitlines() or [type(origin).__name__]
    reason = lines[0].replace(password, "***") if password else lines[0]
    state = getattr(origin, "sqlstate", None) or getattr(origin, "pgcode", None)
    is_race = state in _RACES or code in _RACES_OF_MARIADB
    if is_race or "database is locked" in reason or "is busy" in reason:
        busy = "somebody else is writing at this moment, try again ({reason})"
        return Conflict(Message("{store}", store=store), Message(busy, reason=reason))
    if isinstance(error, sa.exc.IntegrityError):
        late = "somebody else was quicker; nothing was done ({reason})"
        return Conflict(Message("{store}", store=store), Message(late, reason=reason))
    if state == _NO_RIGHT or code in _NO_RIGHTS_OF_MARIADB:
        return StoreError(store, _missing_right(error.statement or "", reason))
    return StoreError(store, Message("the database says: {reason}", reason=reason))


def _said(origin: BaseException | None) -> tuple[int, str]:
    """The number and the text of a driver's error; 0 from drivers that number none."""
    match getattr(origin, "args", ()):
        case (int(code), str(text)):
            return code, text
        case _:
            return 0, str(origin)


def _missing_right(statement: str, reason: str) -> Message:
    """What may not be done, by the statement that was refused."""
    match statement.split(maxsplit=1)[:1]:
        case ["SELECT" | "WITH"] if not statement.endswith("FOR UPDATE"):
            return Message("the right to read is missing ({reason})", reason=reason)
        case ["CREATE" | "ALTER"]:
            return Message(
                "the right to make tables is missing; let their owner make them, by "
                "`segmentation schema sql` ({reason})",
                reason=reason,
            )
        case _:
            return Message("the right to write is missing ({reason})", reason=reason)
