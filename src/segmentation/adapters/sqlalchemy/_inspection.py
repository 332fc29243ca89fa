"""What stands in the tables, whatever somebody made of it: for inspections of the journal."""

import hashlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from segmentation.journal import EntryRow, Finding, FindingKind

from ._tables import Tables
from ._writing import streamed

_KINDS = {"text", "integer", "null"}


def entry_rows(connection: sa.Connection, tables: Tables) -> Iterator[EntryRow]:
    """The rows of the journal in the order of their numbers, each value as it stands."""
    journal = tables.journal
    names = [column.name for column in journal.c]
    is_sqlite = connection.dialect.name == "sqlite"
    columns = _typed(journal) if is_sqlite else journal.c
    query = sa.select(*columns).order_by(journal.c.number)
    with streamed(connection, query) as rows:
        for row in rows:
            values = list(map(_value, row[::2], row[1::2])) if is_sqlite else list(row)
            yield dict(zip(names, values, strict=True))


def _typed(table: sa.Table) -> Iterator[sa.ColumnElement[Any]]:
    """SQLite's own type of each column's value, and its bytes: reading these never fails."""
    for column in table.c:
        plain = sa.type_coerce(column, sa.types.NullType())
        yield sa.func.typeof(plain).label(f"type_of_{column.name}")
        yield sa.cast(plain, sa.LargeBinary()).label(f"bytes_of_{column.name}")


def _value(kind: str, content: bytes | None) -> object:
    if content is None or kind not in _KINDS:
        return content
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    return int(text) if kind == "integer" else text


def content_findings(connection: sa.Connection, tables: Tables) -> Iterator[Finding]:
    """Contents of attachments that are not those of their hash."""
    own = tables.attachments.c
    query = sa.select(own.sha256, own.content).order_by(own.sha256)
    with streamed(connection, query, 1) as rows:
        for row in rows:
            if not _is_of(row.content, row.sha256):
                yield Finding(f"attachment {row.sha256}", FindingKind.CONTENT_CHANGED)


def _is_of(content: object, digest: object) -> bool:
    if not isinstance(content, bytes | memoryview):
        return False
    return hashlib.sha256(content).hexdigest() == digest
