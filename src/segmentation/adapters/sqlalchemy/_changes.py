"""What changed in a database, by contact: a row for each step that wrote records of one kind.

PostgreSQL commits transactions in another order than they began in. So a position there is the
snapshot that was seen, and what was not visible in it has changed since. SQLite has one writer at a
time, MariaDB too from the first step that is noted on, and their steps are numbered.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa

from segmentation.changes import MOST, Changed, joined, owner_field
from segmentation.columns import Columns
from segmentation.fields import Record, key_of
from segmentation.serialization import from_json, to_json

from ._dialects import dialect_of
from ._tables import Layout, Tables
from ._types import is_mariadb
from ._units import Unit, lock_writers

_KEPT, _LOOK = 10_000, 500
"""How many steps are kept, and after how many of its own a process looks whether there are more."""

_EVERYTHING = ""
"""Stands for all tables, in place of steps that are not kept."""


class SqlChanges:
    """The changes of the records of one database.

    Args:
        unit: The unit of work.
        tables: Our tables.
        mapped: The names of the tables that the host writes itself.
    """

    def __init__(self, unit: Unit, tables: Tables, mapped: Collection[str] = ()) -> None:
        self._unit = unit
        self._tables = tables
        self._table = tables.changes
        self._mapped = frozenset(mapped)

    def follows(self, table: str) -> bool:
        """Whether the changes of a table are noted: unless the host writes it."""
        return table not in self._mapped

    def position(self) -> str:
        """Where the changes have come to, inside the open transaction."""
        own = self._table.c
        with self._unit.connection() as connection:
            step = sa.func.coalesce(sa.func.max(own.step), 0)
            if connection.dialect.name != "postgresql":
                return f"{connection.scalar(sa.select(step))}"
            snapshot, number = connection.execute(sa.select(_SNAPSHOT, _NUMBER)).one()
            last = connection.scalar(sa.select(step).where(own.txid == number))
            return f"{snapshot} {number} {last}"

    def since(self, position: str, tables: Collection[str]) -> Changed | None:
        """What changed in some tables after a position."""
        if not all(map(self.follows, tables)):
            return None
        own = self._table.c
        with self._unit.connection() as connection:
            later = _later(connection, own, position)
            if later is None:
                return None
            asked = own.table.in_([*tables, _EVERYTHING])
            rows = connection.execute(sa.select(own.table, own.owners).where(later, asked)).all()
        if any(row.table == _EVERYTHING for row in rows):
            return None
        return joined(
            [
                (row.table, None if row.owners is None else set(from_json(row.owners)))
                for row in rows
            ]
        )

    def forget(self) -> None:
        """Keep nothing that names a contact."""
        with self._unit.transaction() as connection:
            _forget(connection, self._table)


def _forget(connection: sa.Connection, own: sa.Table) -> None:
    """Let one step stand for all that are there."""
    before = connection.scalar(sa.select(sa.func.max(own.c.step))) or 0
    connection.execute(sa.delete(own))
    number = connection.scalar(sa.select(_NUMBER)) if _has_numbers(connection) else 0
    values = {"txid": number, "step": before + 1, "table": _EVERYTHING, "owners": None}
    connection.execute(sa.insert(own), values)


def _has_numbers(connection: sa.Connection) -> bool:
    """Whether transactions have numbers that tell what was committed."""
    return connection.dialect.name == "postgresql"


_SNAPSHOT = sa.cast(sa.func.txid_current_snapshot(), sa.Text())
_NUMBER = sa.func.txid_current()


def _later(connection: sa.Connection, own: Any, position: str) -> Any | None:  # noqa: ANN401 - clauses
    """The condition that a step was not seen yet; ``None`` if the position is not of here."""
    if not _has_numbers(connection):
        return own.step > int(position)
    snapshot, number, step = position.split()
    if int(snapshot.split(":")[1]) > (connection.scalar(sa.select(_XMAX)) or 0):
        return None  # of another server: the database was restored
    seen = sa.cast(sa.literal(snapshot), _Snapshot())
    unseen = (own.txid >= sa.func.txid_snapshot_xmin(seen)) & sa.not_(
        sa.func.txid_visible_in_snapshot(own.txid, seen)
    )
    return sa.or_(unseen, (own.txid == int(number)) & (own.step > int(step)))


_XMAX = sa.func.txid_snapshot_xmax(sa.func.txid_current_snapshot())


class _Snapshot(sa.types.UserDefinedType[str]):
    """PostgreSQL's type of snapshots."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - of SQLAlchemy
        return "txid_snapshot"


class Noting:
    """Notes what a step writes of one kind.

    Args:
        tables: Our tables.
        layout: The kind's.
    """

    def __init__(self, tables: Tables, layout: Layout[Any]) -> None:
        self._table = tables.changes
        self._tables = tables
        self._layout = layout
        owner = owner_field(layout.kind)
        self._owner = owner or ""
        self._is_noted = owner is not None

    def put(self, connection: sa.Connection, items: Iterable[Record]) -> Iterable[Record]:
        """Note records that are about to be put; gives the same records."""
        if not self._is_noted:
            return items
        if not self._owner:
            self._note(connection, None)
            return items
        if isinstance(items, Columns):
            few = None if len(items) > MOST else list(items)
            self._note_records(connection, few)
            return items
        rest = iter(items)
        first = list(islice(rest, MOST + 1))
        self._note_records(connection, None if len(first) > MOST else first)
        return _chained(first, rest)

    def _note_records(self, connection: sa.Connection, records: list[Any] | None) -> None:
        if records is None:
            self._note(connection, None)
        elif records:
            owners = {getattr(record, self._owner) for record in records}
            self._note(connection, owners | self._before(connection, records))

    def _before(self, connection: sa.Connection, records: list[Any]) -> set[Any]:
        """Whose the records are that are replaced or removed, where their keys do not say it."""
        layout = self._layout
        if self._owner in layout.kind.__key__ or not layout.kind.__key__:
            return set()
        column, first = layout.table.c[self._owner], layout.key[0]
        keys = [key_of(record)[0] for record in records]
        among = dialect_of(connection.dialect, self._tables).among(first, keys)
        return set(connection.scalars(sa.select(column).where(among).distinct()))

    def _note(self, connection: sa.Connection, owners: set[Any] | None) -> None:
        own = self._table
        if is_mariadb(connection.dialect):
            lock_writers(connection, self._tables)
        number = _NUMBER if _has_numbers(connection) else sa.literal(0)
        step = sa.select(sa.func.coalesce(sa.func.max(own.c.step), 0) + 1).where(
            own.c.txid == number
        )
        connection.execute(
            sa.insert(own).values(
                txid=number,
                step=step.scalar_subquery(),
                table=self._layout.kind.__table__,
                owners=None if owners is None else to_json(sorted(owners)),
            )
        )
        self._forget_old(connection)

    def _forget_old(self, connection: sa.Connection) -> None:
        """Keep no more steps than are worth it: now and then they are counted."""
        self._tables.noted += 1
        if self._tables.noted % _LOOK == 1:
            some = sa.select(self._table.c.step).limit(_KEPT + 1).subquery()
            if (connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0) > _KEPT:
                _forget(connection, self._table)


def _chained(first: Iterable[Record], rest: Iterator[Record]) -> Iterator[Record]:
    yield from first
    yield from rest
