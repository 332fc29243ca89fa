"""What stands in the tables, whatever somebody made of it: for inspections of the journal."""

import hashlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from segmentation.contacts import Contact
from segmentation.errors import SegmentationError
from segmentation.journal import EntryRow, Finding, FindingKind

from ._seals import field_changed, seal_of
from ._tables import SEAL, Layout, Tables
from ._versions import is_sealed
from ._writing import Writer, batches, streamed

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


_UNREADABLE = (
    sa.exc.DBAPIError,
    SegmentationError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What comes of a value that is none of its column's type."""


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
    except _UNREADABLE:
        number = sa.type_coerce(layout.table.c.no, sa.types.NullType())
        nos = connection.scalars(sa.select(number).order_by(number).offset(read)).all()
        for no in nos:
            yield no, *_card(connection, layout, query.where(number == no))


def _card(
    connection: sa.Connection, layout: Layout[Contact], query: sa.Select[Any]
) -> tuple[str, Contact | None]:
    """The seal and card of one contact."""
    try:
        row = connection.execute(query).one()
        return str(row[-1]), layout.from_row(row[:-1])
    except _UNREADABLE:
        return "", None


def seal_cards(connection: sa.Connection, tables: Tables) -> None:
    """Seal the cards that have none yet."""
    layout = tables.of(Contact)
    writer = Writer(layout, connection.dialect)
    unsealed = sa.select(*layout.columns).where(layout.table.c[SEAL] == "")
    rows = connection.execute(unsealed).all()
    for some in batches(map(layout.from_row, rows)):
        writer.put(connection, some)
