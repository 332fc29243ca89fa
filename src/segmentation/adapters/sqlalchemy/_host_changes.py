"""What a host changed in its own tables, found by a column that says when a row was written last.

Of each row is kept, beside ours, whose it is and a hash of what stood in it. Rows written since the
last look, and in the same moment as its latest, are read again and compared; where the table has
another number of rows than are known, all are. So moved and deleted rows are found as well. What
changed is noted as if it had been written by us.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

import sqlalchemy as sa

from segmentation.changes import MOST, owner_field
from segmentation.serialization import from_json, to_json

from ._dialects import dialect_of
from ._mapping import MappedTable
from ._tables import Tables
from ._units import Unit
from ._writing import batches, streamed


class _Row(NamedTuple):
    """A row of a host's: whose it is, and a hash of what stands in it."""

    owner: str
    digest: str


class _State(NamedTuple):
    """How far a table was looked at.

    Attributes:
        mark: The latest moment that stood in it.
        rows: How many rows are known.
        words: Tells apart how it is mapped.
    """

    mark: Any
    rows: int
    words: str

    def to_text(self) -> str:
        kind = next((name for name, of, _ in _MARKS if isinstance(self.mark, of)), "")
        mark = self.mark.isoformat() if isinstance(self.mark, date) else f"{self.mark}"
        return to_json([kind, mark, self.rows, self.words])

    @classmethod
    def from_text(cls, text: str) -> "_State":
        kind, mark, rows, words = from_json(text)
        read = {name: reader for name, _, reader in _MARKS}
        return cls(read[kind](mark) if kind else None, rows, words)


_MARKS: tuple[tuple[str, type, Callable[[str], Any]], ...] = (
    ("datetime", datetime, datetime.fromisoformat),
    ("date", date, date.fromisoformat),
    ("number", int, int),
    ("decimal", Decimal, Decimal),
    ("float", float, float),
    ("text", str, str),
)
"""The types of what stands in a column of last change."""


class HostChanges:
    """The changes of the tables that a host writes itself.

    Args:
        unit: The unit of work.
        tables: Our tables.
        mapped: The tables of the host, by name.
        note: What notes the links of changed rows of a table; ``None`` for any.
    """

    def __init__(
        self,
        unit: Unit,
        tables: Tables,
        mapped: Mapping[str, MappedTable],
        note: Callable[[sa.Connection, str, set[str] | None], None],
    ) -> None:
        self._unit = unit
        self._tables = tables
        self._mapped = mapped
        self._followed = [name for name, host in mapped.items() if host.changed is not None]
        self._note = note

    def follows(self, table: str) -> bool:
        """Whether a table is ours, or the mapping says when a row of it was written last."""
        return table not in self._mapped or table in self._followed

    def bring_up(self, tables: Iterable[str] | None = None) -> None:
        """Note what the host changed in some tables since the last look, or in all."""
        wanted = self._followed if tables is None else set(self._followed).intersection(tables)
        if not wanted:
            return
        with self._unit.transaction() as connection:
            self._unit.wait_for_turn()
            for name in sorted(wanted):
                self._bring_up(connection, _HostTable(self._tables, name, self._mapped[name]))

    def _bring_up(self, connection: sa.Connection, table: "_HostTable") -> None:
        before = table.state(connection)
        mark, count = table.latest(connection)
        words = table.words(connection)
        if before is None or before.words != words:
            table.compare_all(connection)
            self._note(connection, table.name, None)
            table.keep(connection, _State(mark, count, words))
            return
        owners, new = table.compare_since(connection, before.mark)
        if before.rows + new != count:
            owners |= table.compare_all(connection)
        if owners:
            known = table.owner and len(owners) <= MOST
            self._note(connection, table.name, owners if known else None)
        after = _State(mark, count, words)
        if after != before:
            table.keep(connection, after)

    def forget(self, connection: sa.Connection) -> None:
        """Keep nothing of any row; all are compared anew."""
        for name in self._followed:
            _HostTable(self._tables, name, self._mapped[name]).forget(connection)


class _HostTable:
    """A table of a host's, and what is known of its rows."""

    def __init__(self, tables: Tables, name: str, host: MappedTable) -> None:
        layout = tables.by_name().get(name)
        known = (*(layout.fields if layout else ()), *host.fields)
        self._fields = {each.name: each for each in known}
        self._host = host.only(self._fields)
        self._changed = sa.type_coerce(host.changed, sa.types.NULLTYPE)  # as the driver has it
        self._tables = tables
        self._rows = tables.host_rows
        self._meta = tables.meta
        self.name = name
        key = layout.kind.__key__ if layout else host.key
        self._key = key if host.values.keys() >= set(key) else ()
        if layout:
            owner = owner_field(layout.kind) or ""
        else:
            owner = host.link.on[0][0] if host.link and not host.link.through else ""
        self.owner = owner if owner in self._host.values else ""
        self._state_name = f"host {sha256(name.encode()).hexdigest()[:40]}"

    # -- how far it was looked at -------------------------------------------------------------

    def state(self, connection: sa.Connection) -> _State | None:
        own = self._meta.c
        text = connection.scalar(sa.select(own.value).where(own.name == self._state_name))
        return _State.from_text(text) if text else None

    def keep(self, connection: sa.Connection, state: _State) -> None:
        self._remove_state(connection)
        values = {"name": self._state_name, "value": state.to_text()}
        connection.execute(sa.insert(self._meta), values)

    def _remove_state(self, connection: sa.Connection) -> None:
        connection.execute(sa.delete(self._meta).where(self._meta.c.name == self._state_name))

    def forget(self, connection: sa.Connection) -> None:
        self._remove_state(connection)
        connection.execute(sa.delete(self._rows).where(self._rows.c.table == self.name))

    def latest(self, connection: sa.Connection) -> tuple[Any, int]:
        """The latest moment that stands in the table, and how many rows it has."""
        query = sa.select(sa.func.max(self._changed), sa.func.count())
        mark, count = connection.execute(query.select_from(self._host.source)).one()
        return mark, count

    def words(self, connection: sa.Connection) -> str:
        """Tells apart how the table is mapped."""
        host = self._host
        query = self._query(connection).compile(dialect=connection.dialect)
        return _hash(str(query), sorted(query.params.items()), list(host.values), host.words)

    # -- rows ---------------------------------------------------------------------------------

    def compare_since(self, connection: sa.Connection, mark: Any) -> tuple[set[str], int]:  # noqa: ANN401 - of any type
        """Whose the rows are, and were, that differ since a moment; how many were not known."""
        changed = self._changed
        query = self._query(connection)
        if mark is not None:
            query = query.where(sa.or_(changed >= mark, changed.is_(None)))
        found = self._found(connection, query)
        before = self._before(connection, found)
        return self._replace(connection, before, found), len(found.keys() - before.keys())

    def compare_all(self, connection: sa.Connection) -> set[str]:
        """Whose the rows are, and were, that differ or are gone."""
        found = self._found(connection, self._query(connection))
        return self._replace(connection, self._before(connection, None), found, all_=True)

    def _query(self, connection: sa.Connection) -> sa.Select[Any]:
        columns = self._host.columns(self._fields, dialect_of(connection.dialect, self._tables))
        return sa.select(*columns, self._changed).select_from(self._host.source)

    def _found(self, connection: sa.Connection, query: sa.Select[Any]) -> Mapping[str, _Row]:
        """Rows of the host's by their keys; those that have one key count as one."""
        names = [name for name in self._fields if name in self._host.values]
        key_at = [names.index(name) for name in self._key]
        owner_at = names.index(self.owner) if self.owner else None
        found: dict[str, _Row] = {}
        with streamed(connection, query) as rows:
            for row in rows:
                values = tuple(row)
                key = _hash(self.name, [values[at] for at in key_at] or values)
                owner = "" if owner_at is None else str(values[owner_at])
                other = found.get(key)
                digest = _hash(values, *(other or ()))
                found[key] = _Row(owner, digest)
        return found

    def _before(self, connection: sa.Connection, keys: Iterable[str] | None) -> Mapping[str, _Row]:
        own = self._rows.c
        query = sa.select(own.key, own.owner, own.digest).where(own.table == self.name)
        some = [query] if keys is None else (query.where(own.key.in_(b)) for b in batches(keys))
        return {
            key: _Row(owner, digest)
            for each in some
            for key, owner, digest in connection.execute(each)
        }

    def _replace(
        self,
        connection: sa.Connection,
        before: Mapping[str, _Row],
        found: Mapping[str, _Row],
        *,
        all_: bool = False,
    ) -> set[str]:
        new = {key: row for key, row in found.items() if before.get(key) != row}
        gone = {
            key: row for key, row in before.items() if key in new or (all_ and key not in found)
        }
        for keys in batches(gone):
            connection.execute(sa.delete(self._rows).where(self._rows.c.key.in_(keys)))
        for rows in batches(_to_store(self.name, new)):
            connection.execute(sa.insert(self._rows), rows)
        return {row.owner for row in (*new.values(), *gone.values())}


def _to_store(table: str, rows: Mapping[str, _Row]) -> Iterator[dict[str, str]]:
    for key, row in rows.items():
        yield {"key": key, "table": table, "owner": row.owner, "digest": row.digest}


def _hash(*told: object) -> str:
    return sha256(repr(told).encode()).hexdigest()
