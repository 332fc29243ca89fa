"""Records, the journal and attachments in tables."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Sized
from datetime import datetime
from itertools import groupby
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from segmentation.columns import Columns
from segmentation.contacts import Contact
from segmentation.definitions import OwnField, OwnTable, is_row_kind
from segmentation.errors import Identifier, Message, NotFound, Refused
from segmentation.fields import Field, Record, RecordT, key_of
from segmentation.interactions import Dispatch, Interaction

from ._changes import Noting
from ._dialects import Dialect, dialect_of
from ._dispatches import dispatch_queries, to_dispatch
from ._faults import legible
from ._host_rows import HostReading
from ._mapping import MappedTable
from ._tables import Element, Layout, Tables, Test
from ._types import ExactDecimal, can_hold, can_hold_text, is_mariadb
from ._units import Unit
from ._versions import add_columns
from ._writing import (
    Writer,
    batches,
    put_row,
    streamed,
)


class SqlRecords:
    """Records, each kind in a table of its own. Kinds that the host keeps are read from its tables.

    Args:
        unit: The unit of work.
        tables: Our tables.
        mapped: Tables of the host, by the name of the table that they replace.
    """

    def __init__(
        self, unit: Unit, tables: Tables, mapped: Mapping[str, MappedTable] | None = None
    ) -> None:
        self._unit = unit
        self._tables = tables
        self._mapped = mapped or {}
        ours = tables.by_name()
        self._declarations = [
            each
            for name, host in self._mapped.items()
            for each in host.definitions(name, ours=name in ours)
        ]

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""
        equal = dict(zip(kind.__key__, key, strict=True))
        if kind.__table__ in self._mapped or is_definition(kind):
            return next(self.all(kind, **equal), None)
        if not all(map(can_hold, key)):
            return None
        layout = self._tables.of(kind)
        with self._unit.connection() as connection, legible(kind.__table__):
            if not is_there(connection, self._tables, layout):
                return None
            dialect = dialect_of(connection.dialect, self._tables)
            query = _where(layout, layout.columns, dict(layout.table.c), equal, dialect)
            found = connection.execute(query).first()
            return None if found is None else layout.from_row(found)

    def find_many(
        self, kind: type[RecordT], keys: Collection[tuple[Any, ...]]
    ) -> Iterator[RecordT]:
        """The records with these keys; those that are not there are passed over.

        They are looked up by the first part of their keys, many in one question.
        """
        if kind.__table__ in self._mapped or is_definition(kind) or not kind.__key__:
            found = (self.find(kind, *key) for key in keys)
            yield from (each for each in found if each is not None)
            return
        wanted = {key for key in keys if all(map(can_hold, key))}
        layout = self._tables.of(kind)
        with self._unit.connection() as connection, legible(kind.__table__):
            if not is_there(connection, self._tables, layout):
                return
            dialect = dialect_of(connection.dialect, self._tables)
            first = layout.table.c[kind.__key__[0]]
            firsts = {str(key[0]) if isinstance(key[0], str) else key[0] for key in wanted}
            for some in batches(sorted(firsts)):
                query = sa.select(*layout.columns).where(dialect.among(first, some))
                for row in _streamed(connection, query):
                    record = layout.from_row(row)
                    if key_of(record) in wanted:
                        yield record

    def dispatches(
        self, nos: Collection[str], *, since: datetime, now: datetime, until: datetime
    ) -> Iterator[Dispatch]:
        """What was sent to contacts, and what is being sent to them; see `FindsDispatches`."""
        with self._unit.connection() as connection, legible(Interaction.__table__):
            dialect = dialect_of(connection.dialect, self._tables)
            for query in dispatch_queries(self._tables, dialect, nos, since, now, until):
                yield from map(to_dispatch, _streamed(connection, query))

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """The records of a kind whose fields have these values, in the order of their keys.

        Definitions of a host's tables and fields are also those that its mapping declares.
        """
        if not all(map(can_hold, equal.values())):
            return
        declared = self._declared(kind, equal)
        if declared:
            known = {key_of(each): each for each in (*declared, *self._stored(kind, equal))}
            yield from (known[key] for key in sorted(known))
            return
        host = self._mapped.get(kind.__table__)
        if host is None or host.beside:
            yield from self._stored(kind, equal)
        else:
            yield from self._of_host(kind, host, equal)

    def rows(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """The records that criteria are asked of: ours, and those of a host that stand beside."""
        yield from SqlRecords.all(self, kind, **equal)
        host = self._mapped.get(kind.__table__)
        if host is not None and host.beside and all(map(can_hold, equal.values())):
            yield from self._of_host(kind, host, equal)

    def _declared(self, kind: type[RecordT], equal: Mapping[str, Any]) -> Sequence[RecordT]:
        """The definitions that the mapping declares."""
        if not is_definition(kind):
            return []
        return [
            each
            for each in self._declarations
            if isinstance(each, kind)
            and all(getattr(each, name) == value for name, value in equal.items())
        ]

    def _stored(self, kind: type[RecordT], equal: Mapping[str, Any]) -> Iterator[RecordT]:
        """The records in our table."""
        layout = self._tables.of(kind)
        with self._unit.connection() as connection, legible(kind.__table__):
            if is_there(connection, self._tables, layout):
                dialect = dialect_of(connection.dialect, self._tables)
                query = _where(layout, layout.columns, dict(layout.table.c), equal, dialect)
                for row in _streamed(connection, query):
                    yield layout.from_row(row)

    def _of_host(
        self, kind: type[RecordT], host: MappedTable, equal: Mapping[str, Any]
    ) -> Iterator[RecordT]:
        """The records in a table of the host's."""
        layout = self._tables.of(kind)
        own = () if is_row_kind(kind) else self.own_fields(kind, host)
        with self._unit.connection() as connection, legible(kind.__table__):
            dialect = dialect_of(connection.dialect, self._tables)
            reading = HostReading(layout, host, own, dialect)
            if kind.__table__ != Contact.__table__ or equal.keys() <= {"no"}:
                query = _where(layout, reading.columns, reading.values, equal, dialect)
                yield from reading.records(_streamed(connection, query))
                return
            for contact in self._with_numbers(connection, reading, layout, equal):
                if all(getattr(contact, name) == value for name, value in equal.items()):
                    yield contact

    def _with_numbers(
        self,
        connection: sa.Connection,
        reading: HostReading[RecordT],
        layout: Layout[RecordT],
        equal: Mapping[str, Any],
    ) -> Iterator[RecordT]:
        """The contacts of whom a row has these values, read with all rows of their numbers."""
        dialect = dialect_of(connection.dialect, self._tables)
        found = _where(layout, [reading.values["no"]], reading.values, equal, dialect)
        nos = connection.scalars(found.distinct().limit(_FEW + 1)).all()
        query = _where(layout, reading.columns, reading.values, {}, dialect)
        if len(nos) <= _FEW:
            query = query.where(dialect.among(reading.values["no"], nos))
        yield from reading.records(_streamed(connection, query))

    def contacts(self, nos: Sequence[str]) -> Mapping[str, Contact]:
        """The contacts with these numbers, by number. Unknown numbers are not in it."""
        host, layout = self._mapped.get(Contact.__table__), self._tables.of(Contact)
        own = self.own_fields(Contact, host) if host else ()
        with self._unit.connection() as connection, legible(Contact.__table__):
            dialect = dialect_of(connection.dialect, self._tables)
            if host is None:
                query = sa.select(*layout.columns)
                query = query.where(dialect.among(layout.table.c.no, nos))
                found = map(layout.from_row, connection.execute(query).all())
                return {contact.no: contact for contact in found}
            reading = HostReading(layout, host, own, dialect)
            query = _where(layout, reading.columns, reading.values, {}, dialect)
            query = query.where(dialect.among(reading.values["no"], nos))
            read = reading.records(connection.execute(query).all())
            return {contact.no: contact for contact in read}

    def own_fields(self, kind: type[Record], host: MappedTable) -> Sequence[Field]:
        """The fields of a table of ours that the host defined, with those that it declares."""
        named = {field.name for field in (*self._tables.of(kind).fields, *host.fields)}
        if host.values.keys() <= named:
            return [attrs.evolve(field, extra=True) for field in host.fields]
        found = self.all(OwnField, table=kind.__table__)
        return [own.field for own in found if own.is_sound]

    def put(self, records: Iterable[Record]) -> None:
        """Store records. A record with the same key is replaced."""
        if isinstance(records, Sized) and not records:
            return  # no savepoint for nothing
        with self._unit.transaction() as connection:
            if isinstance(records, Columns) and records.kind.__key__:
                writer = self._writer(connection, records.kind)
                self._noting(records.kind).put(connection, records)
                writer.put_columns(connection, records)
                return
            for kind, items in groupby(records, type):
                writer = self._writer(connection, kind)
                noted = self._noting(kind).put(connection, map(self._checked, items))
                writer.put(connection, noted)

    def _noting(self, kind: type[Record]) -> Noting:
        return Noting(self._tables, self._tables.of(kind))

    def _writer(self, connection: sa.Connection, kind: type[Record]) -> Writer:
        self._check_ours(kind)
        layout: Layout[Any] = self._tables.of(kind)
        make_ready(self._unit, connection, self._tables, layout)
        return Writer(layout, connection.dialect)

    def remove(self, records: Iterable[Record]) -> None:
        """Remove records by their keys. Records that are not there are skipped."""
        if isinstance(records, Sized) and not records:
            return
        with self._unit.transaction() as connection:
            for kind, items in groupby(records, type):
                self._check_ours(kind)
                layout: Layout[Any] = self._tables.of(kind)
                if is_there(connection, self._tables, layout):
                    storable = (item for item in items if all(map(can_hold, key_of(item))))
                    for item in self._noting(kind).put(connection, storable):
                        key = [str(p) if isinstance(p, str) else p for p in key_of(item)]
                        connection.execute(sa.delete(layout.table).where(layout.where_key(key)))

    def prepare(self, kind: type[Record]) -> None:
        """Make the table of a kind that a host defined, or add its new columns."""
        layout: Layout[Any] = self._tables.of(kind)
        self._tables.ready.pop(layout.table.name, None)  # another transaction may have failed
        with self._unit.transaction() as connection:
            make_ready(self._unit, connection, self._tables, layout)

    def _checked(self, record: Record) -> Record:
        """A record, unless it defines what the host's mapping declares.

        Raises:
            Refused: It does.
        """
        if self._mapped and is_definition(type(record)):
            declared = {key_of(each) for each in self._declarations}
            table = key_of(record)[0]
            is_whole = table in self._mapped and table not in self._tables.by_name()
            if is_whole or key_of(record) in declared:
                step = Message("define {name}", name=Identifier(".".join(key_of(record))))
                raise Refused(step, "the host's mapping has it already, and declares what it is")
        return record

    def is_of_host(self, kind: type[Record]) -> bool:
        """Whether the records of a kind are the host's."""
        host = self._mapped.get(kind.__table__)
        return host is not None and not host.beside

    def _check_ours(self, kind: type[Record]) -> None:
        if self.is_of_host(kind):
            step = Message("change {table}", table=Identifier(kind.__table__))
            raise Refused(step, "the host keeps these rows, and changes them")


def is_definition(kind: type[Record]) -> bool:
    """Whether a host defines its fields and tables by records of a kind."""
    return kind in (OwnField, OwnTable)


_FEW = 500
"""For how many contacts rows are looked up by number, instead of reading all."""


def _where(
    layout: Layout[Any],
    columns: Iterable[Element],
    values: Mapping[str, Element],
    equal: Mapping[str, Any],
    dialect: Dialect,
) -> sa.Select[Any]:
    """The statement that reads columns of the rows whose fields are equal, in order of the key."""
    tests = [_equals(values[name], value, dialect) for name, value in equal.items()]
    keys = [values[name] for name in layout.kind.__key__]
    return sa.select(*columns).where(*tests).order_by(*keys)


def _streamed(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
    with streamed(connection, query) as rows:
        yield from rows


def _equals(column: Element, value: Any, dialect: Dialect) -> Test:  # noqa: ANN401 - of any field
    if value is None:
        return column.is_(None)
    if isinstance(column.type, ExactDecimal):
        column = dialect.number(column)
    return column == (str(value) if isinstance(value, str) else value)


def is_there(connection: sa.Connection, tables: Tables, layout: Layout[Any]) -> bool:
    """Whether the table of a kind exists. That of a host's own kind is made when first needed."""
    if layout.table in tables.ours or tables.ready.get(layout.table.name) is layout.table:
        return True
    return sa.inspect(connection).has_table(layout.table.name, schema=layout.table.schema)


def make_ready(unit: Unit, connection: sa.Connection, tables: Tables, layout: Layout[Any]) -> None:
    """Make the table of a host's own kind, or add its new columns. Our own tables exist.

    A column that is to be of another type makes the table anew, and so does one that has gone,
    if it has no rows.
    """
    table = layout.table
    if table in tables.ours or tables.ready.get(table.name) is table:
        return
    if not is_there(connection, tables, layout):
        with unit.making() as making:
            table.create(making)
    else:
        _adapt(unit, connection, table)
    tables.ready[table.name] = table


def _adapt(unit: Unit, connection: sa.Connection, table: sa.Table) -> None:
    """Give a table the columns that it is to have. In MariaDB, one that has gone stays behind."""
    there = _columns_there(connection, table)
    known = [each for each in table.columns if each.name in there]
    is_other = any(there[each.name] != _type_of(connection, each) for each in known)
    has_gone = bool(there.keys() - table.c.keys()) and not is_mariadb(connection.dialect)
    new = [each for each in table.columns if each.name not in there]
    if is_other and is_mariadb(connection.dialect):
        step = Message("change the table {table}", table=Identifier(table.name))
        raise Refused(step, "a column of MariaDB gets no other type; define a new field for it")
    if is_other or (has_gone and not _has_rows(connection, table)):
        _make_anew(connection, table)
    elif new:
        with unit.making() as making:
            add_columns(making, new)


def _columns_there(connection: sa.Connection, table: sa.Table) -> Mapping[str, str]:
    """The columns that a table has in the database, with their types."""
    columns = sa.inspect(connection).get_columns(table.name, schema=table.schema)
    return {each["name"]: _word_of(each["type"], connection.dialect) for each in columns}


def _type_of(connection: sa.Connection, column: sa.Column[Any]) -> str:
    return _word_of(column.type, connection.dialect)


def _word_of(kind: TypeEngine[Any], dialect: sa.Dialect) -> str:
    """The type of a column as it is declared; MariaDB tells some by other words."""
    word = kind.compile(dialect).split()[0]
    return _OTHER_WORDS.get(word, word) if is_mariadb(dialect) else word


_OTHER_WORDS = {"BIGINT(20)": "BIGINT", "BOOL": "TINYINT(1)", "JSON": "LONGTEXT"}


def _has_rows(connection: sa.Connection, table: sa.Table) -> bool:
    return bool(connection.scalar(sa.select(sa.exists().select_from(table))))


def _make_anew(connection: sa.Connection, table: sa.Table) -> None:
    if _has_rows(connection, table):
        step = Message("change the table {table}", table=Identifier(table.name))
        raise Refused(step, "it has rows; a column gets another type only while it has none")
    table.drop(connection)
    table.create(connection)


class SqlAttachments:
    """Contents of attachments by their SHA-256."""

    def __init__(self, unit: Unit, tables: Tables) -> None:
        self._unit = unit
        self._table = tables.attachments

    def put(self, content: bytes) -> str:
        """Store a content. Returns its SHA-256 in hexadecimal."""
        digest = hashlib.sha256(content).hexdigest()
        with self._unit.transaction() as connection:
            statement = put_row(connection, self._table)
            connection.execute(statement, {"sha256": digest, "content": content})
        return digest

    def get(self, digest: str) -> bytes:
        """The content with this SHA-256."""
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
        """Remove contents. Contents that are not there are skipped."""
        with self._unit.transaction() as connection:
            for batch in batches(filter(can_hold, digests)):
                connection.execute(sa.delete(self._table).where(self._table.c.sha256.in_(batch)))
