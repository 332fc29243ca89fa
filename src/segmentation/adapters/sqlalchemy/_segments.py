"""Segments in tables: a header with version, actions and texts, and a row for each line.

Segments that were read or stored recently are cached. Each change gives a segment a new stamp, so
that a cached segment is used only if nobody else has changed it. A step on a cached segment reads
no lines and writes only those that it changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import attrs
import sqlalchemy as sa

from segmentation.errors import Conflict, Message, NotFound
from segmentation.fields import FieldType, fields_of
from segmentation.segments import (
    ActionTexts,
    Alike,
    Lines,
    Part,
    Segment,
    SegmentHeader,
    SegmentLine,
    actions_from_json,
    actions_to_json,
    of_nobody,
    undone_from_json,
)
from segmentation.serialization import from_data, from_json, to_data, to_json
from segmentation.templates import TemplateLanguage

from ._dialects import dialect_of
from ._kept import run_kept
from ._tables import EXTRA, Layout, Tables, extra_to_row
from ._types import can_hold_text, check_value, is_mariadb
from ._units import Unit
from ._writing import Writer, streamed

_OWN = ("line_no", "contact_no", "contact_company_no")
"""The columns that differ between lines that are otherwise alike."""


class SqlSegments:
    """The segments of one database."""

    def __init__(self, unit: Unit, tables: Tables) -> None:
        self._unit = unit
        self._tables = tables
        self._texts = ActionTexts()

    def get(self, no: str) -> Segment:
        """The segment with this number."""
        if not can_hold_text(no):
            raise NotFound("segment", no)
        with self._unit.connection() as connection:
            stamp = self._stamp(connection, no)
            if stamp is None:
                raise NotFound("segment", no)
            remembered = self._unit.recall(str(no), stamp)
            if remembered is not None:
                return remembered
            segment = self._read(connection, str(no))
            self._unit.remember(str(no), stamp, segment)
            return segment

    def _read(self, connection: sa.Connection, no: str) -> Segment:
        headers, lines = self._tables.headers, self._tables.lines
        own = headers.table.c
        kept = (own.version, own.actions, own.languages, own.seen)
        *header, version, actions, languages, seen = connection.execute(
            sa.select(*headers.columns, *kept).where(own.no == no)
        ).one()
        rows = connection.execute(
            sa.select(*lines.columns)
            .where(lines.table.c.segment_no == no)
            .order_by(lines.table.c.line_no)
        )
        return Segment(
            header=headers.from_row(header),
            lines=_read_lines(rows, lines, no),
            actions=actions_from_json(actions),
            undone=undone_from_json(actions),
            languages=tuple(from_data(TemplateLanguage, row) for row in from_json(languages)),
            version=version,
            seen=seen,
        )

    def header(self, no: str) -> SegmentHeader:
        """The header of the segment with this number."""
        layout = self._tables.headers
        row = None
        if can_hold_text(no):
            query = sa.select(*layout.columns).where(layout.where_key([str(no)]))
            with self._unit.connection() as connection:
                row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("segment", no)
        return layout.from_row(row)

    def headers(self) -> Iterator[SegmentHeader]:
        """The headers of all segments, in the order of their numbers."""
        layout = self._tables.headers
        query = sa.select(*layout.columns).order_by(layout.table.c.no)
        with self._unit.connection() as connection, streamed(connection, query) as rows:
            for row in rows:
                yield layout.from_row(row)

    def put(self, segment: Segment) -> Segment:
        """Store a segment. Returns it with its new version."""
        newer = attrs.evolve(segment, version=segment.version + 1)
        with self._unit.transaction() as connection:
            before = self._stamp(connection, segment.no)
            known = self._unit.recall(segment.no, before) if before else None
            stamp = self._new_stamp(connection)
            is_new = before is None
            if is_new != (segment.version == 0):
                raise _changed(newer)
            if known is not None and known.header is newer.header:
                self._put_effects(connection, newer, stamp)
            else:
                self._put_header(connection, newer, is_new=is_new, stamp=stamp)
            if known is None:
                self._remove_lines(connection, newer.no)
            self._put_changed(connection, known.lines if known else Lines(), newer)
            self._unit.remember(segment.no, stamp, newer)
        return newer

    def _put_header(
        self, connection: sa.Connection, newer: Segment, *, is_new: bool, stamp: str
    ) -> None:
        table, version = self._tables.headers.table, newer.version - 1
        row = _row_of(newer.header) | self._effects(newer, stamp)
        if is_new:
            connection.execute(sa.insert(table), row)
            return
        own = (table.c.no == newer.no) & (table.c.version == version)
        if connection.execute(sa.update(table).where(own).values(row)).rowcount != 1:
            raise _changed(newer)

    def _effects(self, newer: Segment, stamp: str) -> dict[str, str | int]:
        """What stands beside the header's own fields."""
        actions = (
            actions_to_json(newer.actions, newer.undone)
            if newer.undone
            else self._texts.to_json(newer.no, newer.actions)
        )
        return {
            "version": newer.version,
            "stamp": stamp,
            "actions": actions,
            "languages": to_json([to_data(text) for text in newer.languages]),
            "seen": newer.seen,
        }

    def _put_effects(self, connection: sa.Connection, newer: Segment, stamp: str) -> None:
        """Store a segment whose header is as it was."""
        table = self._tables.headers.table
        row = self._effects(newer, stamp)

        def update() -> sa.Update:
            own = (table.c.no == sa.bindparam("own_no")) & (
                table.c.version == sa.bindparam("own_version")
            )
            return sa.update(table).where(own).values({name: sa.bindparam(name) for name in row})

        own: dict[str, str | int] = {"own_no": str(newer.no), "own_version": newer.version - 1}
        done = run_kept(connection, self._tables, (table, "effects"), update, **own, **row)
        if done.rowcount != 1:
            raise _changed(newer)

    def _stamp(self, connection: sa.Connection, no: str) -> str | None:
        table = self._tables.headers.table

        def stamp() -> sa.Select[Any]:
            return sa.select(table.c.stamp).where(table.c.no == sa.bindparam("own_no"))

        found = run_kept(connection, self._tables, (table, "stamp"), stamp, own_no=str(no))
        return found.scalar()

    def _new_stamp(self, connection: sa.Connection) -> str:
        """A stamp that no other change of any segment has."""
        if connection.dialect.name == "postgresql":
            return str(connection.scalar(sa.select(sa.func.txid_current())))
        if is_mariadb(connection.dialect):
            return str(connection.scalar(sa.select(sa.func.uuid())))
        meta = self._tables.meta

        def counted() -> sa.Update:
            more = sa.cast(meta.c.value, sa.Integer) + 1
            return sa.update(meta).where(meta.c.name == "changes").values(value=more)

        def now() -> sa.Select[Any]:
            return sa.select(meta.c.value).where(meta.c.name == "changes")

        if run_kept(connection, self._tables, (meta, "counted"), counted).rowcount == 0:
            connection.execute(sa.insert(meta), {"name": "changes", "value": "1"})
        return str(run_kept(connection, self._tables, (meta, "now"), now).scalar())

    def _put_changed(self, connection: sa.Connection, old: Lines, segment: Segment) -> None:
        """Write only the lines that differ from those that are stored."""
        writer = self._writer(connection)
        new = attrs.evolve(segment.lines, segment_no=segment.no)
        gone, come = old.without_parts(new), new.without_parts(old)
        self._remove_numbers(connection, segment.no, gone.numbers)
        writer.insert_columns(connection, come.by_field())
        rewritten = (
            new.find(number)
            for number in sorted({*old.changed, *new.changed})
            if old.changed.get(number) is not new.changed.get(number) and not come.find(number)
        )
        writer.put(connection, filter(None, rewritten))

    def _writer(self, connection: sa.Connection) -> Writer:
        return Writer(self._tables.lines, connection.dialect)

    def _remove_numbers(self, connection: sa.Connection, no: str, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        table = self._tables.lines.table
        dialect = dialect_of(connection.dialect, self._tables)
        among = dialect.among(table.c.line_no, numbers)
        connection.execute(sa.delete(table).where(table.c.segment_no == no, among))

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


def _row_of(header: SegmentHeader) -> dict[str, Any]:
    """The values of a header by column.

    Raises:
        InvalidValue: The database cannot store a value.
    """
    place = header.__table__
    row: dict[str, Any] = {EXTRA: extra_to_row(header.extra, place)}
    for field in fields_of(SegmentHeader):
        value = getattr(header, field.name)
        check_value(field, value, place)
        row[field.name] = str(value) if field.type is FieldType.OPTION else value
    return row


def _changed(segment: Segment) -> Conflict:
    return Conflict(
        Message("segment {no}", no=segment.no),
        "was changed, logged or deleted meanwhile; read it again",
    )


def _read_lines(rows: Iterable[Any], layout: Layout[SegmentLine], segment_no: str) -> Lines:
    """The lines in rows. Of rows that differ only in number and contact, one is converted."""
    of_own = itemgetter(*(layout.names.index(name) for name in _OWN))
    of_others = itemgetter(*(n for n, name in enumerate(layout.names) if name not in _OWN))
    likes: dict[str, int] = {}
    columns: list[tuple[int, str, str]] = []
    read: list[SegmentLine] = []
    like_of: list[int] = []
    for row in rows:
        kind = repr(of_others(row))
        if kind not in likes:
            likes[kind] = len(likes)
            read.append(of_nobody(layout.from_row(row)))
        like_of.append(likes[kind])
        columns.append(of_own(row))
    if not columns:
        return Lines()
    block = Alike.of(read, like_of, *zip(*columns, strict=True))
    return Lines((Part(block, block.who.everyone),), segment_no=segment_no)
