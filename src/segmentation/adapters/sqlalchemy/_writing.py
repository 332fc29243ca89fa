"""Many rows at once: plain tuples, and statements that are made once for each table.

What SQLAlchemy does for each value of each row would take most of the time.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import chain, compress, islice
from operator import attrgetter
from typing import Any, TypeVar

import sqlalchemy as sa

from segmentation.fields import Field, FieldType, Record, aware
from segmentation.serialization import to_json

from ._tables import EXTRA, Layout, extra_to_row
from ._types import GREATEST, LEAST, check_value

T = TypeVar("T")

BATCH = 2_000
"""How many rows are sent or fetched at a time."""

_KINDS = 500
"""How many kinds of rows one statement is told of: there is a limit to its parameters."""

Row = tuple[Any, ...]


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Items in lists of a size that neither memory nor database minds."""
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def insert_rows(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    replacing: Sequence[str] | None = None,
) -> None:
    """Insert rows of values that the driver understands.

    Args:
        connection: Where to.
        table: The table.
        columns: The names of the columns that the values are for.
        rows: The rows.
        replacing: The key by which rows replace those that are there; ``None`` if none are.
    """
    statement = _insert(connection, table, columns, replacing)
    for batch in batches(rows):
        connection.exec_driver_sql(statement, batch)


def _insert(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], key: Sequence[str] | None
) -> str:
    preparer = connection.dialect.identifier_preparer
    names = {column: preparer.format_column(table.c[column]) for column in columns}
    sign = "%s" if connection.dialect.name == "postgresql" else "?"
    values = [
        f"CAST({sign} AS jsonb)" if column == EXTRA and sign == "%s" else sign for column in columns
    ]
    text = (
        f"INSERT INTO {preparer.format_table(table)} ({', '.join(names.values())}) "  # noqa: S608 - names of ours
        f"VALUES ({', '.join(values)})"
    )
    if key is None:
        return text
    rest = [f"{name} = excluded.{name}" for column, name in names.items() if column not in key]
    found = ", ".join(preparer.format_column(table.c[column]) for column in key)
    does = f"UPDATE SET {', '.join(rest)}" if rest else "NOTHING"
    return f"{text} ON CONFLICT ({found}) DO {does}"


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
        self._values = attrgetter(*names) if len(names) > 1 else _only(names[0])
        texts = [f.name for f in layout.fields if f.type in {FieldType.CODE, FieldType.TEXT}]
        self._texts: Callable[[Any], Any] = attrgetter(*texts, *texts[:1]) if texts else _nothing
        self._changes = [
            (place, change)
            for place, field in enumerate(layout.fields)
            if (change := _change(field, self._place, dialect.name)) is not None
        ]
        self._rest: tuple[Any, ...] = () if layout.key else (1,)

    def row(self, item: Record) -> Row:
        """A record as values that the driver understands.

        Raises:
            InvalidValue: A value that no database can hold.
        """
        texts = "".join(self._texts(item))
        if not texts.isascii() or "\0" in texts:
            for field in self._fields:
                check_value(field, getattr(item, field.name), self._place)
        row = list(self._values(item))
        for place, change in self._changes:
            row[place] = change(row[place])
        if self._has_extra:
            extra = item.extra  # type: ignore[attr-defined]  # of most kinds
            row.append(to_json(extra_to_row(extra, self._place)) if extra else "{}")
        return (*row, *self._rest)

    def put(self, connection: sa.Connection, items: Iterable[Record]) -> None:
        """Store records in place of those with the same key."""
        self.put_rows(connection, map(self.row, items))

    def put_rows(self, connection: sa.Connection, rows: Iterable[Row]) -> None:
        """Store rows in place of those with the same key."""
        insert_rows(connection, self._table, self.columns, rows, replacing=self._key)

    def insert_rows(self, connection: sa.Connection, rows: Iterable[Row]) -> None:
        """Store rows whose keys are not there yet."""
        insert_rows(connection, self._table, self.columns, rows)

    def insert_alike(
        self,
        connection: sa.Connection,
        likes: Sequence[Record],
        like_of: Sequence[int],
        own: Mapping[str, Sequence[Any]],
    ) -> None:
        """Store records that are alike but for some fields, none of which is there yet.

        One statement makes all rows, of whole columns and of a row of each kind.

        Args:
            connection: Where to.
            likes: One record of each kind.
            like_of: For each record which of these it is like.
            own: What each has for itself: whole numbers or texts, by field.

        Raises:
            InvalidValue: A value that no database can hold.
        """
        for field in self._fields:
            if field.name in own and field.type is not FieldType.INTEGER:
                _check_texts(field, own[field.name], self._place)
        for start in range(0, len(likes), _KINDS):
            some = range(start, min(start + _KINDS, len(likes)))
            columns: list[Sequence[Any]] = [like_of, *own.values()]
            if len(some) < len(likes):
                flags = list(map(some.__contains__, like_of))
                columns = [list(compress(column, flags)) for column in columns]
            kinds = [(kind, *self._shared(likes[kind], own)) for kind in some]
            statement = self._insert_alike(connection.dialect, list(own), len(kinds))
            connection.exec_driver_sql(statement, (*chain(*kinds), *_sent(connection, columns)))

    def _shared(self, item: Record, own: Container[str]) -> Iterator[Any]:
        row = zip(self.columns, self.row(item), strict=True)
        return (value for name, value in row if name not in own)

    def _insert_alike(self, dialect: sa.Dialect, own: Sequence[str], kinds: int) -> str:
        """The statement that makes rows out of so many kinds and of columns, their kind first."""
        table, preparer = self._table, dialect.identifier_preparer
        shared = [name for name in self.columns if name not in own]
        places = range(len(own) + 1)
        if dialect.name == "postgresql":
            types = [_type_name(table.c[name], dialect) for name in shared]
            row = ", ".join(f"CAST(%s AS {each})" for each in ("bigint", *types))
            numbers = ", ".join(f"c{place}" for place in places)
            lists = ", ".join("json_array_elements_text(CAST(%s AS json))" for _ in places)
            source = f"ROWS FROM ({lists}) AS own ({numbers})"
            own_types = ["bigint", *(_type_name(table.c[name], dialect) for name in own)]
            kind, *values = (f"CAST(own.c{n} AS {each})" for n, each in enumerate(own_types))
        else:
            row = ", ".join("?" for _ in ("kind", *shared))
            source = "json_each(?) AS own"
            kind, *values = (f"json_extract(own.value, '$[{place}]')" for place in places)
        alike = [preparer.format_column(table.c[name]) for name in shared]
        names = [*alike, *(preparer.format_column(table.c[name]) for name in own)]
        # The columns stand on the left so that they are gone through once, in their order.
        return (
            f"WITH alike (kind, {', '.join(alike)}) AS "  # noqa: S608 - names of ours
            f"(VALUES {', '.join([f'({row})'] * kinds)}) "
            f"INSERT INTO {preparer.format_table(table)} ({', '.join(names)}) "
            f"SELECT {', '.join((*(f'alike.{name}' for name in alike), *values))} "
            f"FROM {source} LEFT JOIN alike ON alike.kind = {kind}"
        )


def _type_name(column: sa.Column[Any], dialect: sa.Dialect) -> str:
    return column.type.compile(dialect).split(" COLLATE")[0]


def _sent(connection: sa.Connection, columns: Sequence[Sequence[Any]]) -> Sequence[str]:
    """Columns as few texts in JSON: each by itself, or together as one row after the other."""
    if connection.dialect.name == "postgresql":
        return [to_json(list(column)) for column in columns]
    return [to_json(list(zip(*columns, strict=True)))]


def _check_texts(field: Field, texts: Sequence[str], place: str) -> None:
    joined = "".join(texts)
    if not joined.isascii() or "\0" in joined:
        for text in texts:
            check_value(field, text, place)


def _only(name: str) -> Callable[[Any], tuple[Any]]:
    return lambda item: (getattr(item, name),)


def _nothing(_item: object) -> tuple[str, ...]:
    return ()


def _change(field: Field, place: str, dialect: str) -> Callable[[Any], Any] | None:
    """What makes a value one that the driver understands; ``None`` if it is one already."""
    sqlite = dialect == "sqlite"
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
            return _moment_as_text if sqlite else _moment
        case FieldType.TIME:
            return _time_as_text if sqlite else _time
        case _:
            return None


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


def _moment_as_text(value: datetime | None) -> str | None:
    moment = _moment(value)
    return None if moment is None else moment.isoformat(timespec="microseconds")


def _time(value: time | None) -> time | None:
    return value if value is None else value.replace(tzinfo=None)


def _time_as_text(value: time | None) -> str | None:
    return None if value is None else value.replace(tzinfo=None).isoformat(timespec="microseconds")
