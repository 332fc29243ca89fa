"""Steps that were noted in a database, and positions among them.

PostgreSQL commits transactions in another order than they began in. So a position there is the
snapshot that was seen, and what was not visible in it has changed since. SQLite has one writer at a
time, MariaDB too from the first step that is noted on, and their steps are numbered.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import chain
from operator import itemgetter
from threading import Lock
from typing import Any, NamedTuple, Protocol, Self, TypeAlias

import attrs
import sqlalchemy as sa

from segmentation.changes import Changed, joined
from segmentation.serialization import from_json

from ._kept import run_kept
from ._tables import Tables

EVERYTHING = ""
"""Stands for all tables, in place of steps that are not kept."""

_MOST = 200_000
"""How many links one process keeps of the steps that it has read."""

Key: TypeAlias = tuple[int, int]
"""The transaction and the number of a step."""

Noted: TypeAlias = tuple[str, AbstractSet[str] | None]


class Position(Protocol):
    """Where the changes had come to when somebody looked."""

    @property
    def lowest(self) -> Key:
        """What was noted below it had been seen."""

    def saw(self, key: Key) -> bool:
        """Whether a step had been seen."""

    def is_before(self, now: Any) -> bool:  # noqa: ANN401 - of the same kind
        """Whether this is a position of the same server, and not later than another."""


class Counted(NamedTuple):
    """A position among numbered steps."""

    step: int

    @property
    def lowest(self) -> Key:
        """The next step."""
        return 0, self.step + 1

    def saw(self, key: Key) -> bool:
        """Whether a step had this number or a lower one."""
        return key[1] <= self.step

    def is_before(self, now: Any) -> bool:  # noqa: ANN401 - of the same kind
        """Whether no step was counted since that the other did not count."""
        return self.step <= int(now.step)

    def __str__(self) -> str:
        return str(self.step)


@attrs.frozen
class Snapshot:
    """A position in PostgreSQL.

    Attributes:
        xmin: All transactions below were over.
        xmax: All from this one on had not begun.
        open: Those between that were not over.
        number: The transaction in which was looked; 0 for none that writes.
        step: The last step of it.
    """

    xmin: int
    xmax: int
    open: frozenset[int] = frozenset()
    number: int = 0
    step: int = 0

    @classmethod
    def of(cls, text: str) -> Self:
        """The inverse of ``str``."""
        snapshot, number, step = text.split(" ")
        xmin, xmax, others = snapshot.split(":")
        return cls(
            int(xmin),
            int(xmax),
            frozenset(map(int, filter(None, others.split(",")))),
            int(number),
            int(step),
        )

    @property
    def lowest(self) -> Key:
        """The first step of the first transaction that was not over."""
        return self.xmin, 0

    def saw(self, key: Key) -> bool:
        """Whether a step was committed, or of the same transaction."""
        if key[0] == self.number:
            return key[1] <= self.step
        return key[0] < self.xmin or (key[0] < self.xmax and key[0] not in self.open)

    def is_before(self, now: Any) -> bool:  # noqa: ANN401 - of the same kind
        """Whether no transaction had begun that had not when the other was taken."""
        return self.xmax <= int(now.xmax)

    def __str__(self) -> str:
        others = ",".join(map(str, sorted(self.open)))
        return f"{self.xmin}:{self.xmax}:{others} {self.number} {self.step}"


class Steps:
    """The steps of one database, as its tables hold them.

    Args:
        connection: The connection.
        tables: Our tables.
    """

    def __init__(self, connection: sa.Connection, tables: Tables) -> None:
        self._connection = connection
        self._tables = tables
        self._own = tables.changes
        self._has_numbers = has_numbers(connection)

    def position(self) -> Position:
        """Where the changes have come to."""
        about = self._own, "position"
        found: Any = run_kept(self._connection, self._tables, about, self._last).one()
        if not self._has_numbers:
            return Counted(found[0] or 0)
        snapshot, number, step = found
        return Snapshot.of(f"{snapshot} {number or 0} {step or 0}")

    def _last(self) -> sa.Select[Any]:
        own = self._own.c
        if not self._has_numbers:
            return sa.select(sa.func.max(own.step)).where(own.txid == sa.literal_column("0"))
        last = sa.select(sa.func.max(own.step)).where(own.txid == _NUMBER)
        return sa.select(_SNAPSHOT, _NUMBER, last.scalar_subquery())

    def position_of(self, text: str) -> Position:
        """A position that was kept as text."""
        return Snapshot.of(text) if self._has_numbers else Counted(int(text))

    def read_from(self, lowest: Key, tables: Collection[str] = ()) -> Iterator[tuple[Key, Noted]]:
        """The steps from one on, of some tables or of all."""
        about = self._own, "steps", tuple(tables)
        txid, step = lowest
        values = {"lowest": txid} if self._has_numbers else {"lowest": txid, "first": step}

        def steps() -> sa.Select[Any]:
            return self._from(tables)

        found: Any = run_kept(self._connection, self._tables, about, steps, **values).all()
        for txid, step, table, owners in found:
            yield (txid, step), (table, None if owners is None else frozenset(from_json(owners)))

    def _from(self, tables: Collection[str]) -> sa.Select[Any]:
        own = self._own.c
        lowest = sa.bindparam("lowest", type_=own.txid.type)
        query = sa.select(own.txid, own.step, own.table, own.owners)
        if self._has_numbers:
            query = query.where(own.txid >= lowest)
        else:
            first = sa.bindparam("first", type_=own.step.type)
            query = query.where(own.txid == lowest, own.step >= first)
        if not tables:
            return query
        return query.where(sa.or_(*(own.table == name for name in [*tables, EVERYTHING])))


def has_numbers(connection: sa.Connection) -> bool:
    """Whether transactions have numbers that tell what was committed."""
    return connection.dialect.name == "postgresql"


_SNAPSHOT = sa.cast(sa.func.txid_current_snapshot(), sa.Text())
_NUMBER = sa.func.txid_current_if_assigned()

NUMBER = sa.func.txid_current()
"""The number of the transaction, which has one from then on."""


@attrs.define
class _Read:
    """What one process has read.

    Attributes:
        lowest: Steps below were not read.
        now: Where the changes had come to at the last look.
        by_table: The steps, by table, in order.
        size: How many links are in them.
    """

    lowest: Key
    now: Position
    by_table: dict[str, list[tuple[Key, Noted]]] = attrs.field(factory=dict)
    size: int = 0

    def grow(self, steps: Iterable[tuple[Key, Noted]]) -> None:
        """Take in later steps. What the database does not keep any more is forgotten."""
        for step in sorted(steps, key=_KEY):
            key, (table, owners) = step
            if table == EVERYTHING:
                self.by_table = {name: _from(those, key) for name, those in self.by_table.items()}
            known = self.by_table.setdefault(table, [])
            place = bisect_left(known, key, key=_KEY)
            if known[place : place + 1] != [step]:
                known.insert(place, step)
                self.size += len(owners or ())

    def after(self, position: Position, tables: Iterable[str]) -> list[tuple[Key, Noted]]:
        found = (_from(self.by_table.get(name, []), position.lowest) for name in tables)
        return list(chain.from_iterable(found))


_KEY = itemgetter(0)


def _from(steps: list[tuple[Key, Noted]], key: Key) -> list[tuple[Key, Noted]]:
    return steps[bisect_left(steps, key, key=_KEY) :]


class SharedSteps:
    """The steps that one process has read: all who look share them, and read on from there."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._read: _Read | None = None
        self._floor: Key = (0, 0)

    def since(
        self, steps: Steps, position: Position, tables: Collection[str]
    ) -> Iterable[tuple[Key, Noted]] | None:
        """The steps of some tables that may be later than a position; all that are.

        Returns:
            The steps; ``None`` if the position is of another server: the database was restored.
        """
        now = steps.position()
        if not position.is_before(now):
            return None
        if position.lowest < self._floor:
            return steps.read_from(position.lowest, tables)
        with self._lock:
            read = self._read
            if read is None or position.lowest < read.lowest:
                read = self._read = _Read(position.lowest, position)
            if read.now != now:
                read.grow(steps.read_from(read.now.lowest))
                read.now = now
            if read.size > _MOST:
                self._read, self._floor = None, now.lowest
            return read.after(position, [*tables, EVERYTHING])


def changed(position: Position, steps: Iterable[tuple[Key, Noted]]) -> Changed | None:
    """What steps say that were not seen at a position; ``None`` if some are not kept."""
    later: list[Noted] = []
    for key, (table, owners) in steps:
        if table == EVERYTHING:
            if key >= position.lowest and not _is_own(position, key):
                return None
        elif not position.saw(key):
            later.append((table, owners))
    return joined(later)


def _is_own(position: Position, key: Key) -> bool:
    return isinstance(position, Snapshot) and key[0] == position.number and position.saw(key)
