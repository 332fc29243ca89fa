"""What changed in a database, by contact: a row for each step that wrote records of one kind."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any

import sqlalchemy as sa

from segmentation.changes import MOST, Changed, owner_field
from segmentation.columns import Columns
from segmentation.fields import Record, key_of
from segmentation.serialization import to_json

from ._dialects import dialect_of
from ._host_changes import HostChanges
from ._kept import run_kept
from ._mapping import MappedTable
from ._steps import EVERYTHING, NUMBER, Key, SharedSteps, Steps, changed, has_numbers
from ._tables import Layout, Tables
from ._types import is_mariadb
from ._units import Unit, lock_writers

_KEPT, _LOOK = 10_000, 500
"""How many steps are kept, and after how many of its own a process looks whether there are more."""


class SqlChanges:
    """The changes of the records of one database.

    Args:
        unit: The unit of work.
        tables: Our tables.
        mapped: The tables that the host writes itself, by name.
    """

    def __init__(
        self, unit: Unit, tables: Tables, mapped: Mapping[str, MappedTable] | None = None
    ) -> None:
        self._unit = unit
        self._tables = tables
        self._table = tables.changes
        self._host = HostChanges(unit, tables, mapped or {}, _noting_in(tables))
        self._shared = SharedSteps()

    def follows(self, table: str) -> bool:
        """Whether the changes of a table are noted, or are found in the host's."""
        return self._host.follows(table)

    def position(self) -> str:
        """Where the changes have come to, inside the open transaction."""
        self._host.bring_up()
        with self._unit.connection() as connection:
            return str(Steps(connection, self._tables).position())

    def since(self, position: str, tables: Collection[str]) -> Changed | None:
        """What changed in some tables after a position.

        Steps that were read are shared, but not inside a transaction, which may be undone.
        """
        if not all(map(self.follows, tables)):
            return None
        self._host.bring_up(tables)
        with self._unit.connection() as connection:
            steps = Steps(connection, self._tables)
            before = steps.position_of(position)
            if not self._unit.is_open:
                found = self._shared.since(steps, before, tables)
            elif before.is_before(steps.position()):
                found = steps.read_from(before.lowest, tables)
            else:
                found = None
            return None if found is None else changed(before, found)

    def forget(self) -> None:
        """Keep nothing that names a contact."""
        with self._unit.transaction() as connection:
            before = connection.scalar(sa.select(sa.func.max(self._table.c.step))) or 0
            number = connection.scalar(sa.select(NUMBER)) if has_numbers(connection) else 0
            connection.execute(sa.delete(self._table))
            self._host.forget(connection)
            _forget(connection, self._table, (number or 0, before + 1))


def _forget(connection: sa.Connection, own: sa.Table, key: Key) -> None:
    """Let one step stand for all up to it."""
    upto = sa.or_(own.c.txid < key[0], (own.c.txid == key[0]) & (own.c.step <= key[1]))
    connection.execute(sa.delete(own).where(upto))
    values = {"txid": key[0], "step": key[1], "table": EVERYTHING, "owners": None}
    connection.execute(sa.insert(own), values)


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
        if len(keys) == 1:

            def owner_of() -> sa.Select[Any]:
                is_it = first == sa.bindparam("key", type_=first.type)
                return sa.select(column).where(is_it).distinct()

            key = str(keys[0]) if isinstance(keys[0], str) else keys[0]
            found = run_kept(connection, self._tables, layout.table, owner_of, key=key)
            return {owner for (owner,) in found}
        among = dialect_of(connection.dialect, self._tables).among(first, keys)
        return set(connection.scalars(sa.select(column).where(among).distinct()))

    def _note(self, connection: sa.Connection, owners: set[Any] | None) -> None:
        note(connection, self._tables, self._layout.kind.__table__, owners)


def note(
    connection: sa.Connection, tables: Tables, table: str, owners: AbstractSet[Any] | None
) -> None:
    """Note the links of rows of a table that change; ``None`` for any."""
    own = tables.changes
    if is_mariadb(connection.dialect):
        lock_writers(connection, tables)

    def noting() -> sa.Insert:
        number = NUMBER if has_numbers(connection) else sa.literal(0)
        last = sa.select(sa.func.max(own.c.step)).where(own.c.txid == number).scalar_subquery()
        return sa.insert(own).values(
            txid=number,
            step=sa.func.coalesce(last, 0) + 1,
            table=sa.bindparam("noted"),
            owners=sa.bindparam("links"),
        )

    links = None if owners is None else to_json(sorted(owners))
    run_kept(connection, tables, own, noting, noted=table, links=links)
    tables.noted += 1
    if tables.noted % _LOOK == 1:
        _forget_old(connection, own)


def _noting_in(tables: Tables) -> Callable[[sa.Connection, str, set[str] | None], None]:
    return lambda connection, table, owners: note(connection, tables, table, owners)


def _forget_old(connection: sa.Connection, own: sa.Table) -> None:
    """Keep no more steps than are worth it: of too many, the later half."""
    latest = sa.select(own.c.txid, own.c.step).order_by(own.c.txid.desc(), own.c.step.desc())
    if connection.execute(latest.offset(_KEPT).limit(1)).first() is not None:
        last = connection.execute(latest.offset(_KEPT // 2).limit(1)).one()
        _forget(connection, own, (last.txid, last.step))


def _chained(first: Iterable[Record], rest: Iterator[Record]) -> Iterator[Record]:
    yield from first
    yield from rest
