"""Records, worksheets, the journal and attachments in tables."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any, TypeVar

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from segmentation.errors import Conflict, NotFound
from segmentation.fields import Record, RecordT, key_of
from segmentation.journal import Entry, EntryKind, Head
from segmentation.segments import (
    Segment,
    SegmentHeader,
    actions_from_json,
    actions_to_json,
    undone_from_json,
)
from segmentation.serialization import from_data, from_json, to_data, to_json
from segmentation.templates import TemplateLanguage

from ._tables import Layout, Tables
from ._types import GREATEST, LEAST, ExactDecimal, can_hold_text
from ._units import Unit
from ._versions import add_columns
from ._words import Words, words_of

T = TypeVar("T")

BATCH = 2_000
"""How many rows are sent or fetched at a time."""


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Items in lists of a size that neither memory nor database minds."""
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def can_hold(value: Any) -> bool:  # noqa: ANN401 - part of any key
    """Whether a database could hold a value at all; what it cannot hold is not there."""
    if isinstance(value, str):
        return can_hold_text(value)
    return not isinstance(value, int) or LEAST <= value <= GREATEST


class SqlRecords:
    """Records, each kind in a table of its own."""

    def __init__(self, unit: Unit, tables: Tables) -> None:
        self._unit = unit
        self._tables = tables

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""
        if not all(map(can_hold, key)):
            return None
        layout = self._tables.of(kind)
        wanted = [str(part) if isinstance(part, str) else part for part in key]
        with self._unit.connection() as connection:
            if not is_there(connection, self._tables, layout):
                return None
            found = connection.execute(
                sa.select(*layout.columns).where(layout.where_key(wanted))
            ).one_or_none()
        return None if found is None else layout.from_row(found)

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """All records of a kind, in the order of their keys, whose fields have these values."""
        if not all(map(can_hold, equal.values())):
            return
        layout = self._tables.of(kind)
        query = sa.select(*layout.columns).order_by(*layout.key)
        with self._unit.connection() as connection:
            words = words_of(connection.dialect, self._tables)
            query = query.where(*(_equals(layout, name, equal[name], words) for name in equal))
            if is_there(connection, self._tables, layout):
                for row in connection.execute(query.execution_options(yield_per=BATCH)):
                    yield layout.from_row(row)

    def put(self, records: Iterable[Record]) -> None:
        """Store records; one with the same key is replaced."""
        with self._unit.transaction() as connection:
            for kind, items in groupby(records, type):
                layout: Layout[Any] = self._tables.of(kind)
                make_ready(connection, self._tables, layout)
                statement = upsert(connection, layout)
                for batch in batches(items):
                    connection.execute(statement, [layout.to_row(item) for item in batch])

    def remove(self, records: Iterable[Record]) -> None:
        """Remove records by their keys; one that is not there is passed over."""
        with self._unit.transaction() as connection:
            for item in records:
                layout = self._tables.of(type(item))
                there = is_there(connection, self._tables, layout)
                if there and all(map(can_hold, key_of(item))):
                    key = [str(p) if isinstance(p, str) else p for p in key_of(item)]
                    connection.execute(sa.delete(layout.table).where(layout.where_key(key)))


def _equals(layout: Layout[Any], name: str, value: Any, words: Words) -> sa.ColumnElement[bool]:  # noqa: ANN401
    column: sa.ColumnElement[Any] = layout.table.c[name]
    if value is None:
        return column.is_(None)
    if isinstance(column.type, ExactDecimal):
        column = words.number(column)
    return column == (str(value) if isinstance(value, str) else value)


def is_there(connection: sa.Connection, tables: Tables, layout: Layout[Any]) -> bool:
    """Whether the table of a kind is there; that of a host's own kind may not be yet."""
    if layout.table in tables.ours or layout.table.name in tables.ready:
        return True
    return sa.inspect(connection).has_table(layout.table.name, schema=layout.table.schema)


def make_ready(connection: sa.Connection, tables: Tables, layout: Layout[Any]) -> None:
    """Make the table of a host's own kind, or add its new columns; ours are there."""
    if layout.table in tables.ours or layout.table.name in tables.ready:
        return
    if is_there(connection, tables, layout):
        inspector = sa.inspect(connection)
        columns = inspector.get_columns(layout.table.name, schema=layout.table.schema)
        there = {column["name"] for column in columns}
        add_columns(connection, [c for c in layout.table.columns if c.name not in there])
    else:
        layout.table.create(connection)
    tables.ready.add(layout.table.name)


def upsert(connection: sa.Connection, layout: Layout[Any]) -> sa.Insert:
    """The statement that stores a row in place of one with the same key."""
    key = list(layout.table.primary_key.columns)
    rest = [column for column in layout.columns if column not in set(key)]
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(layout.table)
    if not rest:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(
        index_elements=key,
        set_={column.name: statement.excluded[column.name] for column in rest},
    )


class SqlSegments:
    """Worksheets: a header with version, actions and texts, and a row for each line."""

    def __init__(self, unit: Unit, tables: Tables) -> None:
        self._unit = unit
        self._tables = tables

    def get(self, no: str) -> Segment:
        """The segment with this number."""
        headers, lines = self._tables.headers, self._tables.lines
        own = headers.table.c
        if not can_hold_text(no):
            raise NotFound("segment", no)
        with self._unit.connection() as connection:
            found = connection.execute(
                sa.select(*headers.columns, own.version, own.actions, own.languages).where(
                    own.no == str(no)
                )
            ).one_or_none()
            if found is None:
                raise NotFound("segment", no)
            rows = connection.execute(
                sa.select(*lines.columns)
                .where(lines.table.c.segment_no == str(no))
                .order_by(lines.table.c.line_no)
            )
            *header, version, actions, languages = found
            return Segment(
                header=headers.from_row(header),
                lines=tuple(map(lines.from_row, rows)),
                actions=actions_from_json(actions),
                undone=undone_from_json(actions),
                languages=tuple(from_data(TemplateLanguage, row) for row in from_json(languages)),
                version=version,
            )

    def headers(self) -> Iterator[SegmentHeader]:
        """The headers of all segments, in the order of their numbers."""
        layout = self._tables.headers
        query = sa.select(*layout.columns).order_by(layout.table.c.no)
        with self._unit.connection() as connection:
            for row in connection.execute(query.execution_options(yield_per=BATCH)):
                yield layout.from_row(row)

    def put(self, segment: Segment) -> Segment:
        """Store a segment; what is returned bears the new version."""
        newer = attrs.evolve(segment, version=segment.version + 1)
        with self._unit.transaction() as connection:
            self._put_header(connection, segment.version, newer)
            self._remove_lines(connection, segment.no)
            layout = self._tables.lines
            for batch in batches(segment.lines):
                rows = [layout.to_row(line) for line in batch]
                connection.execute(sa.insert(layout.table), rows)
        return newer

    def _put_header(self, connection: sa.Connection, version: int, newer: Segment) -> None:
        table = self._tables.headers.table
        row = self._tables.headers.to_row(newer.header) | {
            "version": newer.version,
            "actions": actions_to_json(newer.actions, newer.undone),
            "languages": to_json([to_data(text) for text in newer.languages]),
        }
        if version == 0:
            if self._version(connection, newer.no) is not None:
                raise _changed(newer)
            connection.execute(sa.insert(table), row)
            return
        own = (table.c.no == newer.no) & (table.c.version == version)
        if connection.execute(sa.update(table).where(own).values(row)).rowcount != 1:
            raise _changed(newer)

    def _version(self, connection: sa.Connection, no: str) -> int | None:
        table = self._tables.headers.table
        return connection.scalar(sa.select(table.c.version).where(table.c.no == no))

    def _remove_lines(self, connection: sa.Connection, no: str) -> None:
        table = self._tables.lines.table
        connection.execute(sa.delete(table).where(table.c.segment_no == no))

    def remove(self, segment: Segment) -> None:
        """Remove a segment."""
        table = self._tables.headers.table
        own = (table.c.no == segment.no) & (table.c.version == segment.version)
        with self._unit.transaction() as connection:
            if connection.execute(sa.delete(table).where(own)).rowcount != 1:
                raise _changed(segment)
            self._remove_lines(connection, segment.no)


def _changed(segment: Segment) -> Conflict:
    return Conflict(
        f"segment {segment.no}", "was changed, logged or deleted meanwhile; read it again"
    )


class SqlLog:
    """The journal's entries; triggers of the database guard them too."""

    def __init__(self, unit: Unit, tables: Tables) -> None:
        self._unit = unit
        self._table = tables.journal
        self._erasing = tables.erasing

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries after the last."""
        with self._unit.transaction() as connection:
            last = self._head(connection).number
            for batch in batches(entries):
                numbers = [entry.number for entry in batch]
                if numbers != list(range(last + 1, last + 1 + len(batch))):
                    raise Conflict(
                        "journal", "others recorded entries meanwhile; nothing was added"
                    )
                connection.execute(sa.insert(self._table), [_entry_to_row(e) for e in batch])
                last = numbers[-1]

    def read(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this number on, in order."""
        query = (
            sa.select(self._table)
            .where(self._table.c.number >= start)
            .order_by(self._table.c.number)
            .execution_options(yield_per=BATCH)
        )
        with self._unit.connection() as connection:
            for row in connection.execute(query):
                yield Entry(**{**row._mapping, "kind": EntryKind(row.kind)})  # noqa: SLF001 - public, in spite of its name

    def head(self) -> Head:
        """The last entry's number and hash."""
        with self._unit.connection() as connection:
            return self._head(connection)

    def erase(self, numbers: Iterable[int]) -> None:
        """Remove the personal content of entries; its hash and all else stay."""
        own, erasing = self._table, self._erasing
        with self._unit.transaction() as connection:
            for batch in batches(sorted(set(filter(can_hold, numbers)))):
                connection.execute(sa.insert(erasing), [{"number": n} for n in batch])
                chosen = own.c.number.in_(sa.select(erasing.c.number))
                filled = chosen & own.c.personal.is_not(None)
                connection.execute(sa.update(own).where(filled).values(personal=None))
                connection.execute(sa.delete(erasing))

    def _head(self, connection: sa.Connection) -> Head:
        own = self._table.c
        last = connection.execute(
            sa.select(own.number, own.sha256).order_by(own.number.desc()).limit(1)
        ).one_or_none()
        return Head() if last is None else Head(last.number, last.sha256)


def _entry_to_row(entry: Entry) -> dict[str, Any]:
    row = attrs.asdict(entry)
    row["kind"] = str(entry.kind)
    return row


class SqlAttachments:
    """Contents by their SHA-256."""

    def __init__(self, unit: Unit, tables: Tables) -> None:
        self._unit = unit
        self._table = tables.attachments

    def put(self, content: bytes) -> str:
        """Keep a content; returns its SHA-256, hexadecimal."""
        digest = hashlib.sha256(content).hexdigest()
        with self._unit.transaction() as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            statement = insert(self._table).on_conflict_do_nothing()
            connection.execute(statement, {"sha256": digest, "content": content})
        return digest

    def get(self, digest: str) -> bytes:
        """The content."""
        found = None
        if can_hold_text(digest):
            with self._unit.connection() as connection:
                found = connection.scalar(
                    sa.select(self._table.c.content).where(self._table.c.sha256 == digest)
                )
        if found is None:
            raise NotFound("attachment", digest)
        return bytes(found)

    def remove(self, digests: Iterable[str]) -> None:
        """Remove contents; one that is not there is passed over."""
        with self._unit.transaction() as connection:
            for batch in batches(filter(can_hold, digests)):
                connection.execute(sa.delete(self._table).where(self._table.c.sha256.in_(batch)))
