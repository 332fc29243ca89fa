"""The journal's entries in their table."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from segmentation.columns import Columns, gathered
from segmentation.errors import Conflict, JournalBroken
from segmentation.journal import Entry, EntryKind, Head, inspect

from ._inspection import entry_rows
from ._tables import Tables
from ._types import can_hold, is_mariadb
from ._units import Unit
from ._writing import Row, batches, insert_rows, moment_as_text, moment_without_zone, streamed

_SPANS = 100
"""Of how many runs of entries the hashes are asked for at once."""

_FEW = 16
"""How many entries are read first: often no more is wanted."""

_ENTRY = tuple(attribute.name for attribute in attrs.fields(Entry))

_KINDS: Mapping[str, EntryKind] = {str(kind): kind for kind in EntryKind}


class SqlLog:
    """The journal's entries. Triggers of the database protect them as well."""

    def __init__(self, unit: Unit, tables: Tables) -> None:
        self._unit = unit
        self._tables = tables
        self._table = tables.journal
        self._erasing = tables.erasing
        own = self._table.c  # building a question takes longer than asking it
        self._from = (
            sa.select(*(own[name] for name in _ENTRY))
            .where(own.number >= sa.bindparam("start"))
            .order_by(own.number)
        )
        self._first = self._from.limit(_FEW)
        self._last = sa.select(own.number, own.sha256).order_by(own.number.desc()).limit(1)
        self._hashes: dict[int, sa.Select[Any]] = {}

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries after the last."""
        with self._unit.transaction() as connection:
            self._unit.wait_for_turn()
            last = self._head(connection).number
            for block in _blocks(entries):
                numbers = range(last + 1, last + 1 + len(block))
                if list(block.column("number")) != list(numbers):
                    raise Conflict(
                        "journal", "others recorded entries meanwhile; nothing was added"
                    )
                rows = _entries_to_rows(block, connection.dialect)
                insert_rows(connection, self._table, _ENTRY, rows)
                last += len(block)

    def read(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this number on, in order."""
        try:
            with self._unit.connection() as connection:
                first = [*_entries_of(connection.execute(self._first, {"start": start}))]
                yield from first
                if len(first) < _FEW:
                    return
                rest = self._from.params(start=first[-1].number + 1)
                with streamed(connection, rest) as rows:
                    yield from _entries_of(rows)
        except ValueError:
            self._check_legible()
            raise

    def _check_legible(self) -> None:
        """Name the first entry that does not hold.

        Raises:
            JournalBroken: There is one.
        """
        with self._unit.connection() as connection:
            for found in inspect(entry_rows(connection, self._tables)).findings[:1]:
                reason = found.state
                raise JournalBroken(found.entry_no, reason)

    def hashes(self, spans: Iterable[range]) -> Iterator[tuple[int, str]]:
        """The numbers and hashes of entries, in order."""
        for batch in batches(spans, _SPANS):
            asked = {f"first_{place}": each.start for place, each in enumerate(batch)}
            asked |= {f"last_{place}": each.stop - 1 for place, each in enumerate(batch)}
            query = self._of_spans(len(batch)).params(asked)
            with self._unit.connection() as connection, streamed(connection, query) as rows:
                yield from map(tuple, rows)

    def _of_spans(self, count: int) -> sa.Select[Any]:
        """The question for the hashes of entries in so many runs."""
        if count not in self._hashes:
            number = self._table.c.number
            runs = (
                number.between(sa.bindparam(f"first_{place}"), sa.bindparam(f"last_{place}"))
                for place in range(count)
            )
            chosen = sa.select(number, self._table.c.sha256).where(sa.or_(*runs))
            self._hashes[count] = chosen.order_by(number)
        return self._hashes[count]

    def head(self) -> Head:
        """The last entry's number and hash. Inside a transaction nobody else adds one after it."""
        self._unit.wait_for_turn()
        with self._unit.connection() as connection:
            return self._head(connection)

    def erase(self, numbers: Iterable[int]) -> None:
        """Remove the personal content of entries. Its hash and everything else are kept."""
        own, erasing = self._table, self._erasing
        with self._unit.transaction() as connection:
            self._unit.note_erasure()
            for batch in batches(sorted(set(filter(can_hold, numbers)))):
                connection.execute(sa.insert(erasing), [{"number": n} for n in batch])
                chosen = own.c.number.in_(sa.select(erasing.c.number))
                filled = chosen & own.c.personal.is_not(None)
                connection.execute(sa.update(own).where(filled).values(personal=None))
                connection.execute(sa.delete(erasing))

    def _head(self, connection: sa.Connection) -> Head:
        last = connection.execute(self._last).one_or_none()
        return Head() if last is None else Head(last.number, last.sha256)


def _entries_of(rows: Iterable[Any]) -> Iterator[Entry]:
    """The entries that rows hold; those recorded together have one time and one user.

    Raises:
        ValueError: An entry is of no kind.
    """
    at: datetime | None = None
    user = ""
    for number, row_at, row_user, kind, facts, personal, said, previous, sha256 in rows:
        if row_at != at:
            at = row_at
        if row_user != user:
            user = row_user
        yield Entry(
            number=number,
            at=at,
            user=user,
            kind=_KINDS.get(kind) or EntryKind(kind),
            facts=facts,
            personal=personal,
            personal_sha256=said,
            previous=previous,
            sha256=sha256,
        )


def _blocks(entries: Iterable[Entry]) -> Iterable[Columns[Entry]]:
    """The entries in batches, as columns."""
    if isinstance(entries, Columns):
        return [entries]
    return (gathered(Entry, batch) for batch in batches(entries))


def _entries_to_rows(entries: Columns[Entry], dialect: sa.Dialect) -> Iterator[Row]:
    written: dict[str, list[Any]] = {"kind": list(map(str, entries.column("kind")))}
    if dialect.name != "postgresql":
        moments = entries.column("at")
        as_text = moment_without_zone if is_mariadb(dialect) else moment_as_text
        texts = {at: as_text(at) for at in set(moments)}
        written["at"] = [texts[at] for at in moments]
    return entries.with_columns(**written).rows(*_ENTRY)
