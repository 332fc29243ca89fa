"""Writing many rows at once, as plain tuples with one statement for each table.

SQLAlchemy's own conversion of each value would take most of the time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import chain, count, islice, repeat
from operator import attrgetter
from typing import Any, TypeVar, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.types import TypeEngine

from segmentation.columns import Columns
from segmentation.errors import InvalidValue, Message
from segmentation.fields import GREATEST, LEAST, Extra, Field, FieldType, Record, aware
from segmentation.serialization import to_json

from ._seals import seal_of, seals_of
from ._tables import EXTRA, SEAL, Layout, extra_to_row
from ._types import (
    BEFORE,
    PLACES,
    check_value,
    compares_exactly,
    is_mariadb,
    text_type,
)

T = TypeVar("T")

BATCH = 2_000
"""How many rows are sent or fetched at a time."""

FEW = 8
"""Up to so many columns are written faster as whole columns than row by row."""

TOGETHER = 50
"""How many rows one statement inserts. With a trigger, SQLite is slow to start a statement."""

Row = tuple[Any, ...]


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The items in lists of limited size."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def insert_rows(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    replacing: Sequence[str] | None = None,
) -> None:
    """Insert rows whose values have the types of the driver.

    Args:
        connection: The connection to write with.
        table: The table.
        columns: The names of the columns, in the order of the values.
        rows: The rows.
        replacing: The key columns by which rows replace stored ones, ``None`` to replace none.
    """
    by_driver = replacing or is_mariadb(connection.dialect)  # PyMySQL joins rows by itself
    statements: dict[int, str] = {}
    for batch in batches(rows):
        for size, items in _grouped(batch, 1 if by_driver else TOGETHER):
            if size not in statements:
                signs = batches(_signs(connection, [*columns] * size), len(columns))
                values = (f"({', '.join(of_row)})" for of_row in signs)
                source = f"VALUES {', '.join(values)}"
                statements[size] = _insert(connection, table, columns, source, replacing)
            connection.exec_driver_sql(statements[size], items)


def _grouped(rows: list[Row], size: int) -> Iterator[tuple[int, list[Row]]]:
    """Groups of rows for statements that insert many at once, then those left over one by one."""
    whole = len(rows) - len(rows) % size if size > 1 else 0
    if whole:
        yield size, [tuple(chain(*rows[at : at + size])) for at in range(0, whole, size)]
    if whole < len(rows):
        yield 1, rows[whole:]


def insert_columns(
    connection: sa.Connection,
    table: sa.Table,
    shared: Mapping[str, Any],
    own: Mapping[str, Sequence[Any]],
    *,
    replacing: Sequence[str] | None = None,
) -> None:
    """Insert rows that share most of their values, as whole columns.

    Args:
        connection: The connection to write with.
        table: The table.
        shared: The values that all rows share, by column, in the types of the driver.
        own: The values of the other columns, one for each row.
        replacing: The key columns by which rows replace stored ones, ``None`` to replace none.
    """
    signs = _signs(connection, shared)
    if connection.dialect.name == "postgresql":
        arrays = [
            f"{_sign(connection, number)}::{_type_name(table.c[name], connection.dialect)}[]"
            for number, name in enumerate(own, len(signs) + 1)
        ]
        places = [f"own_{place}" for place, _ in enumerate(own)]
        source = f"unnest({', '.join(arrays)}) AS own ({', '.join(places)})"
        values = [
            f"CAST({place} AS jsonb)" if name == EXTRA else place
            for name, place in zip(own, places, strict=True)
        ]
    elif is_mariadb(connection.dialect):
        arrays = [
            f"own_{place} {_whole_type_name(table.c[name], connection.dialect)} PATH '$[{place}]'"
            for place, name in enumerate(own)
        ]
        source = f"json_table(%s, '$[*]' COLUMNS ({', '.join(arrays)})) AS own"
        values = [f"own_{place}" for place, _ in enumerate(own)]
    else:
        source = "json_each(?)"
        values = [f"json_extract(value, '$[{place}]')" for place, _ in enumerate(own)]
    taken = ", ".join([*signs, *values])
    chosen = f"SELECT {taken} FROM {source} WHERE true"  # noqa: S608 - names of ours
    statement = _insert(connection, table, (*shared, *own), chosen, replacing)
    for batch in batches(zip(*own.values(), strict=True)):
        if connection.dialect.name == "postgresql":
            sent: list[Any] = [list(column) for column in zip(*batch, strict=True)]
        else:
            sent = [to_json(batch)]
        connection.exec_driver_sql(statement, (*shared.values(), *sent))


def _signs(connection: sa.Connection, columns: Iterable[str]) -> list[str]:
    """The placeholders of a statement."""
    signs = (_sign(connection, number) for number in count(1))
    is_cast = connection.dialect.name == "postgresql"
    return [
        f"CAST({sign} AS jsonb)" if is_cast and column == EXTRA else sign
        for column, sign in zip(columns, signs, strict=False)
    ]


def _sign(connection: sa.Connection, number: int) -> str:
    """The placeholder of a value, in the style of the driver."""
    match connection.dialect.paramstyle:
        case "qmark":
            return "?"
        case "numeric_dollar":
            return f"${number}"
        case _:
            return "%s"


def _insert(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    source: str,
    replacing: Sequence[str] | None,
) -> str:
    preparer = connection.dialect.identifier_preparer
    names = {column: preparer.format_column(table.c[column]) for column in columns}
    text = f"INSERT INTO {preparer.format_table(table)} ({', '.join(names.values())}) {source}"
    if replacing is None:
        return text
    if is_mariadb(connection.dialect):
        own = [names[column] for column in columns if column not in replacing] or [*names.values()]
        changes = ", ".join(f"{name} = VALUES({name})" for name in own)
        return f"{text} ON DUPLICATE KEY UPDATE {changes}"
    rest = [
        f"{name} = excluded.{name}" for column, name in names.items() if column not in replacing
    ]
    found = ", ".join(names[column] for column in replacing)
    does = f"UPDATE SET {', '.join(rest)}" if rest else "NOTHING"
    return f"{text} ON CONFLICT ({found}) DO {does}"


def put_row(connection: sa.Connection, table: sa.Table, changed: Sequence[str] = ()) -> sa.Insert:
    """The statement that stores a row; of one with its key some columns are changed, or none."""
    keys = [column.name for column in table.primary_key.columns]
    if is_mariadb(connection.dialect):
        on_mariadb = mysql.insert(table)
        return on_mariadb.on_duplicate_key_update(
            {name: on_mariadb.inserted[name] for name in changed or keys}
        )
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table)
    if not changed:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in changed}
    )


def streamed(
    connection: sa.Connection, query: sa.Select[Any], size: int = BATCH
) -> AbstractContextManager[sa.CursorResult[Any]]:
    """The rows of a question, some at a time.

    MariaDB sends them all at once: while rows are still to come, it answers no other question on
    the same connection.
    """
    options = {} if is_mariadb(connection.dialect) else {"yield_per": size}
    return connection.execute(query.execution_options(**options))


def _getter(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The function that reads some attributes as a tuple, however few."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda item: tuple(getattr(item, name) for name in names)


class Writer:
    """Writes the records of one kind to one database."""

    def __init__(self, layout: Layout[Any], dialect: sa.Dialect) -> None:
        self._table = layout.table
        self._place = layout.kind.__table__
        self.columns = layout.names
        self._key = [column.name for column in layout.table.primary_key.columns]
        if not layout.key:
            self.columns.append(*self._key)
        names = [field.name for field in layout.fields]
        self._fields = layout.fields
        self._has_extra = layout.has_extra
        self._values = _getter(names)
        self._text_fields = [field for field in layout.fields if field.type in _TEXTS]
        self._texts = _getter([field.name for field in self._text_fields])
        changes = (
            _change(field, self._place, dialect, layout.table.c[field.name])
            for field in layout.fields
        )
        self._changes = {
            place: change for place, change in enumerate(changes) if change is not None
        }
        self._rest: tuple[Any, ...] = () if layout.key else (1,)
        self._has_seal = layout.has_seal
        self.columns += [SEAL] * layout.has_seal

    def row(self, item: Record) -> Row:
        """The values of a record in the types of the driver.

        Raises:
            InvalidValue: The database cannot store a value.
        """
        texts = self._texts(item)
        if not _is_plain(texts):
            for field, text in zip(self._text_fields, texts, strict=True):
                check_value(field, text, self._place)
        row = list(self._values(item))
        for place, change in self._changes.items():
            row[place] = change(row[place])
        if self._has_extra:
            row.append(self._extra(item.extra))  # type: ignore[attr-defined]  # of most kinds
        if self._has_seal:
            row.append(seal_of(item))  # type: ignore[arg-type]  # of cards
        return (*row, *self._rest)

    def _extra(self, extra: Extra) -> str:
        return to_json(extra_to_row(extra, self._place)) if extra else "{}"

    def rows(self, items: Columns[Any]) -> Iterator[Row]:
        """The rows of many records. Values that all of them share are converted once.

        Raises:
            InvalidValue: The database cannot store a value.
        """
        if not items:
            return iter(())
        parts: list[Iterable[Any]] = [repeat(value, items.size) for value in self.row(items[0])]
        for name, column in items.columns.items():
            place = self.columns.index(name)
            parts[place] = self._column(place, column)
        if self._has_seal:
            parts[self.columns.index(SEAL)] = seals_of(items)
        return zip(*parts, strict=True)

    def _column(self, place: int, values: Sequence[Any]) -> Iterable[Any]:
        if place == len(self._fields):
            return map(self._extra, values)
        field = self._fields[place]
        if field.type in _TEXTS and not _is_plain(values):
            for text in values:
                check_value(field, text, self._place)
        if field.type is FieldType.INTEGER and min(values) >= LEAST and max(values) <= GREATEST:
            return values
        change = self._changes.get(place)
        return map(change, values) if change else values

    def put(self, connection: sa.Connection, items: Iterable[Record]) -> None:
        """Store records. Stored records with the same key are replaced."""
        rows = map(self.row, items)
        insert_rows(connection, self._table, self.columns, rows, replacing=self._key)

    def put_columns(self, connection: sa.Connection, items: Columns[Any]) -> None:
        """Store many records. Stored records with the same key are replaced."""
        last = {key: place for place, key in enumerate(items.rows(*items.kind.__key__))}
        kept = items if len(last) == len(items) else items.taken([*last.values()])
        self._store(connection, kept, self._key)

    def insert_columns(self, connection: sa.Connection, items: Columns[Any]) -> None:
        """Store many records whose keys are not stored yet."""
        self._store(connection, items, None)

    def _store(
        self, connection: sa.Connection, items: Columns[Any], replacing: Sequence[str] | None
    ) -> None:
        """Store many records, as whole columns if only a few columns differ."""
        if not 0 < len(items.columns) <= FEW:
            rows = self.rows(items)
            insert_rows(connection, self._table, self.columns, rows, replacing=replacing)
            return
        shared = dict(zip(self.columns, self.row(items[0]), strict=True))
        own = {
            name: list(self._column(self.columns.index(name), column))
            for name, column in items.columns.items()
        }
        if self._has_seal:
            own[SEAL] = list(seals_of(items))
        for name in own:
            del shared[name]
        insert_columns(connection, self._table, shared, own, replacing=replacing)


def _whole_type_name(column: sa.Column[Any], dialect: sa.Dialect) -> str:
    kind = text_type() if column.name == EXTRA else column.type
    return kind.compile(dialect)


def _type_name(column: sa.Column[Any], dialect: sa.Dialect) -> str:
    return column.type.compile(dialect).split(" COLLATE")[0]


_TEXTS = frozenset({FieldType.CODE, FieldType.TEXT})


def _is_plain(texts: Iterable[str]) -> bool:
    """Whether texts are ASCII without NUL, which every database can store."""
    text = "".join(texts)
    return text.isascii() and "\0" not in text


def _change(
    field: Field, place: str, dialect: sa.Dialect, column: sa.Column[Any]
) -> Callable[[Any], Any] | None:
    """The conversion of a value to the driver's type, ``None`` if none is needed."""
    if is_mariadb(dialect):
        return _change_for_mariadb(field, place, column.type.dialect_impl(dialect))
    sqlite = dialect.name == "sqlite"
    match field.type:
        case FieldType.OPTION:
            return {str(name): str(name) for name in field.options}.__getitem__
        case FieldType.INTEGER:
            return _integer(field, place)
        case FieldType.DECIMAL:
            return _checked(field, place, str if sqlite else lambda value: value)
        case FieldType.BOOLEAN:
            return int if sqlite else None
        case FieldType.DATE:
            return _iso if sqlite else None
        case FieldType.DATETIME:
            return moment_as_text if sqlite else _moment
        case FieldType.TIME:
            return _time_as_text if sqlite else _time
        case _:
            return None


def _change_for_mariadb(
    field: Field, place: str, kind: TypeEngine[Any]
) -> Callable[[Any], Any] | None:
    """The same for MariaDB, as texts and numbers, which stand in JSON as well."""
    match field.type:
        case FieldType.OPTION:
            return {str(name): str(name) for name in field.options}.__getitem__
        case FieldType.CODE | FieldType.TEXT:
            most = getattr(kind, "length", None)
            return _limited(field, place, most) if most else str
        case FieldType.INTEGER:
            return _integer(field, place)
        case FieldType.DECIMAL:
            return _exact_for_mariadb(field, place)
        case FieldType.BOOLEAN:
            return int
        case FieldType.DATE:
            return _iso
        case FieldType.DATETIME:
            return moment_without_zone
        case FieldType.TIME:
            return _time_as_text
        case _:
            assert_never(field.type)


def _limited(field: Field, place: str, most: int) -> Callable[[str], str]:
    def checked(value: str) -> str:
        if len(value) > most:
            reason = Message(
                "has {count} characters, and MariaDB finds rows by {most} at most",
                count=len(value),
                most=most,
            )
            raise InvalidValue(f"{place}.{field.name}", value, reason)
        return str(value)

    return checked


def _exact_for_mariadb(field: Field, place: str) -> Callable[[Decimal], str]:
    def checked(value: Decimal) -> str:
        check_value(field, value, place)
        if not compares_exactly(value):
            reason = Message(
                "has more digits than MariaDB compares: {before} before the point, {after} after",
                before=BEFORE,
                after=PLACES,
            )
            raise InvalidValue(f"{place}.{field.name}", value, reason)
        return str(value)

    return checked


def _integer(field: Field, place: str) -> Callable[[int], int]:
    def checked(value: int) -> int:
        if not LEAST <= value <= GREATEST:
            check_value(field, value, place)
        return value

    return checked


def _checked(field: Field, place: str, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:  # noqa: ANN401 - a number
        check_value(field, value, place)
        return change(value)

    return checked


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _moment(value: datetime | None) -> datetime | None:
    return None if value is None else aware(value).astimezone(UTC)


def moment_without_zone(value: datetime | None) -> str | None:
    """A point in time as MariaDB reads it: in UTC, and without saying so."""
    moment = _moment(value)
    return None if moment is None else moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def moment_as_text(value: datetime | None) -> str | None:
    """A point in time as SQLite keeps it: in UTC, of fixed length."""
    moment = _moment(value)
    return None if moment is None else moment.isoformat(timespec="microseconds")


def _time(value: time | None) -> time | None:
    return value if value is None else value.replace(tzinfo=None)


def _time_as_text(value: time | None) -> str | None:
    return None if value is None else value.replace(tzinfo=None).isoformat(timespec="microseconds")
