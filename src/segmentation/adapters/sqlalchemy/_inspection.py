"""What stands in the tables, whatever somebody made of it: for inspections of the journal."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from segmentation.contacts import Contact
from segmentation.errors import SegmentationError
from segmentation.journal import EntryRow, Finding, FindingKind

from ._faults import UNREADABLE
from ._seals import field_changed, seal_of
from ._tables import SEAL, Layout, Tables
from ._types import Moment
from ._versions import is_sealed
from ._writing import BATCH, Writer, batches, streamed

_KINDS = {"text", "integer", "null"}


def entry_rows(connection: sa.Connection, tables: Tables) -> Iterator[EntryRow]:
    """The rows of the journal in the order of their numbers, each value as it stands."""
    journal = tables.journal
    names = [column.name for column in journal.c]
    for values in _as_they_stand(connection, list(journal.c), journal.c.number):
        yield dict(zip(names, values, strict=True))


def _as_they_stand(
    connection: sa.Connection,
    columns: Sequence[sa.Column[Any]],
    order: sa.Column[Any],
    *,
    at_once: int = BATCH,
    offset: int = 0,
) -> Iterator[list[object]]:
    """The values of columns in some order, of whatever type they are: reading them never fails.

    Args:
        connection: Where they are read.
        columns: The columns.
        order: The column that they are ordered by.
        at_once: How many rows are held at once.
        offset: How many rows are passed over.
    """
    dialect = connection.dialect.name
    is_sqlite = dialect == "sqlite"
    read = list(_typed(columns)) if is_sqlite else [_plain(each, dialect) for each in columns]
    query = sa.select(*read).order_by(order)
    with streamed(connection, query.offset(offset) if offset else query, at_once) as rows:
        for row in rows:
            yield list(map(_value, row[::2], row[1::2])) if is_sqlite else list(map(_in_utc, row))


def _plain(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    """A column without what is made of its values.

    PostgreSQL has times that no driver can read: they are asked for as texts.
    """
    if dialect == "postgresql" and isinstance(column.type, Moment):
        in_utc = sa.func.timezone("UTC", column)
        return sa.func.to_char(in_utc, _WRITTEN, type_=sa.types.NullType())
    return sa.type_coerce(column, sa.types.NullType())


_WRITTEN = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'
"""How a time is written in an entry, in PostgreSQL's words."""


def _in_utc(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _typed(columns: Iterable[sa.Column[Any]]) -> Iterator[sa.ColumnElement[Any]]:
    """SQLite's own type of each column's value, and its bytes: reading these never fails."""
    for column in columns:
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
    both = [own.sha256, own.content]
    for digest, content in _as_they_stand(connection, both, own.sha256, at_once=1):
        if not _is_of(content, digest):
            yield Finding(f"attachment {digest}", FindingKind.CONTENT_CHANGED)


def _is_of(content: object, digest: object) -> bool:
    if not isinstance(content, bytes | memoryview):
        return False
    return hashlib.sha256(content).hexdigest() == digest


def card_findings(connection: sa.Connection, tables: Tables) -> Iterator[Finding]:
    """Cards that somebody changed or put in by hand; those older than seals are passed over."""
    all_sealed = is_sealed(connection, tables)
    for no, kept, card in _cards(connection, tables):
        item = f"{Contact.__table__} {no}"
        if card is None:
            yield Finding(item, FindingKind.RECORD_UNREADABLE)
        elif not kept:
            if all_sealed:
                yield Finding(item, FindingKind.RECORD_UNSEALED)
        elif kept != seal_of(card):
            changed = field_changed(kept, card)
            fields = (changed,) if changed else ()
            yield Finding(item, FindingKind.RECORD_CHANGED, fields=fields)


def _cards(
    connection: sa.Connection, tables: Tables
) -> Iterator[tuple[object, str, Contact | None]]:
    """The number, seal and card of each contact, in their order; no card if it cannot be read."""
    layout = tables.of(Contact)
    columns = layout.columns
    query = sa.select(*columns, layout.table.c[SEAL]).order_by(layout.table.c.no)
    read = 0
    try:
        with streamed(connection, query) as rows:
            for row in rows:
                yield row[0], str(row[-1]), layout.from_row(row[:-1])
                read += 1
    except (sa.exc.DBAPIError, SegmentationError, *UNREADABLE):
        number = layout.table.c.no
        for (no,) in list(_as_they_stand(connection, [number], number, offset=read)):
            found = query.where(sa.type_coerce(number, sa.types.NullType()) == no)
            yield no, *_card(connection, layout, found)


def _card(
    connection: sa.Connection, layout: Layout[Contact], query: sa.Select[Any]
) -> tuple[str, Contact | None]:
    """The seal and card of one contact."""
    try:
        row = connection.execute(query).one_or_none()
        return (str(row[-1]), layout.from_row(row[:-1])) if row else ("", None)
    except (sa.exc.DBAPIError, SegmentationError, *UNREADABLE):
        return "", None


def seal_cards(connection: sa.Connection, tables: Tables) -> None:
    """Seal the cards that have none yet."""
    layout = tables.of(Contact)
    writer = Writer(layout, connection.dialect)
    unsealed = sa.select(*layout.columns).where(layout.table.c[SEAL] == "")
    rows = connection.execute(unsealed).all()
    for some in batches(map(layout.from_row, rows)):
        writer.put(connection, some)
