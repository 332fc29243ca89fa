"""The frames of a source as one question sees them: where a table is, what its columns hold."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any, TypeAlias

import attrs
import narwhals as nw

from segmentation.criteria import Table
from segmentation.errors import InvalidValue, Message, UnknownName
from segmentation.fields import Field, FieldType, Record, Value

from ._values import plain_values, typed_values

Native: TypeAlias = Any
"""A frame of any engine that Narwhals knows."""

Frame: TypeAlias = Any
"""A Narwhals frame, eager or lazy."""

_TEXTS = (nw.String, nw.Categorical, nw.Enum)
_HELD = {
    FieldType.CODE: _TEXTS,
    FieldType.TEXT: _TEXTS,
    FieldType.OPTION: _TEXTS,
    FieldType.INTEGER: (nw.dtypes.NumericType,),
    FieldType.DECIMAL: (nw.dtypes.NumericType,),
    FieldType.BOOLEAN: (nw.Boolean,),
    FieldType.DATE: (nw.Date, nw.Datetime),
    FieldType.DATETIME: (nw.Datetime,),
    FieldType.TIME: (nw.Time,),
}
_DAYS = {
    FieldType.DATE: nw.Date(),
    FieldType.DATETIME: nw.Datetime("us"),  # DuckDB knows no zone but its connection's
    FieldType.TIME: nw.Time(),
}
"""Types of columns whose fields have no value for the blank."""

_UNTYPED = (nw.Object, nw.Unknown)


@attrs.frozen
class Column:
    """A column of a frame, and the field that it holds."""

    name: str
    field: Field
    dtype: Any
    made_by: Any
    place: str
    zone: tzinfo = UTC
    """The zone in which points in time are days of a date field."""

    @property
    def value(self) -> nw.Expr:
        """The value: null where it is missing, be it as what is not a number."""
        value = nw.col(self.name)
        return value.fill_nan(None) if self.dtype.is_float() else value

    @property
    def may_be_unreadable(self) -> bool:
        """Whether a value may stand there that the field cannot hold."""
        is_number = self.field.type in {FieldType.INTEGER, FieldType.DECIMAL}
        is_float = is_number and self.dtype.is_float()
        return not self.is_typed or self.field.type is FieldType.OPTION or is_float

    @property
    def is_typed(self) -> bool:
        """Whether the engine itself knows what the values are."""
        return not isinstance(self.dtype, _UNTYPED)

    def values(self, series: Any) -> list[Any]:  # noqa: ANN401 - of Narwhals
        """The values of a series as the library knows them: missing ones are ``None``.

        Raises:
            InvalidValue: The engine knows no type of them, and one is none of the field's.
        """
        read = plain_values(series, self.field, self.zone)
        if not self.is_typed:
            self.typed_values(read)
        return read

    def typed(self, series: Any) -> list[Any]:  # noqa: ANN401 - of Narwhals
        """The values of a series as the field has them; missing ones are ``None``.

        Raises:
            InvalidValue: One is none of the field's type.
        """
        return self.typed_values(plain_values(series, self.field, self.zone))

    def typed_values(self, values: Iterable[Any]) -> list[Any]:
        """Values as the field has them; missing ones are ``None``.

        Raises:
            InvalidValue: One is none of the field's type.
        """
        return typed_values(values, self.field, self.place)

    @property
    def shows_days(self) -> bool:
        """Whether the days of a date field are those that the engine shows.

        Points in time show the day of their own zone. Of zones, only UTC has the same length of
        day all year.
        """
        stored = getattr(self.dtype, "time_zone", None)
        is_day = self.field.type is FieldType.DATE
        return not is_day or stored is None or stored == str(self.zone) == "UTC"


class Frames:
    """The frames of a source.

    Names and types are asked of the engine once for each question, and not once for all: the
    frames of some engines can be changed.
    """

    def __init__(
        self,
        base: str,
        contacts: Frame,
        rows: Mapping[str, Frame],
        columns: Mapping[str, Mapping[str, str]],
        zone: tzinfo = UTC,
        stored: Callable[[Table], Iterable[Record]] | None = None,
    ) -> None:
        self._zone = zone
        self._stored = stored
        self._base = base
        self._contacts = contacts
        self._rows = rows
        self._columns = columns
        self._schemas: dict[str, Any] = {}

    @property
    def made_by(self) -> Any:  # noqa: ANN401
        """The engine, as Narwhals names it."""
        return self._contacts.implementation

    @property
    def at_hand(self) -> bool:
        """Whether the data are here, so that Python can finish what the engine cannot do."""
        made_by = self.made_by
        local = made_by.is_polars() or made_by.is_pandas_like() or made_by.is_pyarrow()
        return bool(local or made_by.is_duckdb())

    def is_stored(self, table: Table) -> bool:
        """Whether a table has no frame, but rows in a store beside the frames."""
        named = {table.name, table.alias}
        return self._stored is not None and table.name != self._base and not named & {*self._rows}

    def stored_rows(self, table: Table) -> Iterable[Record]:
        """The rows of a table in the store."""
        return self._stored(table) if self._stored is not None else ()

    def of(self, table: Table) -> Frame:
        """The frame of a table.

        Raises:
            UnknownName: There is none.
        """
        if table.name == self._base:
            return self._contacts
        for name in (table.name, table.alias):
            if name in self._rows:
                return self._rows[name]
        raise UnknownName("frame", table.name, known=self._rows)

    def column(self, table: Table, field: str) -> Column:
        """The column that holds a field.

        Raises:
            UnknownName: There is none, or no frame.
            InvalidValue: It holds what the field cannot be.
        """
        known = self._schema_of(table)
        name = self._columns.get(table.name, {}).get(field, field)
        if name not in known:
            where = Message("frame {name}", name=table.name)
            raise UnknownName("column", name, known=known, where=where)
        place = f"{table.name}.{field}"
        found = Column(name, table.field(field), known[name], self.made_by, place, self._zone)
        if not found.is_typed or isinstance(found.dtype, _HELD[found.field.type]):
            return found
        if _is_empty(self.of(table), name):
            return attrs.evolve(found, dtype=nw.Unknown())
        reason = Message(
            "in column {name!r} is not what a field of type {type} is read from",
            name=name,
            type=Message(found.field.type.value),
        )
        raise InvalidValue(found.place, str(found.dtype), reason)

    def has(self, table: Table, field: str) -> bool:
        """Whether a field of a table has a column."""
        name = self._columns.get(table.name, {}).get(field, field)
        return name in self._schema_of(table)

    def _schema_of(self, table: Table) -> Any:  # noqa: ANN401 - a schema of Narwhals
        if table.name not in self._schemas:
            self._schemas[table.name] = self.of(table).collect_schema()
        return self._schemas[table.name]

    def key(self, table: Table, field: str) -> str:
        """The name of a column that frames are joined on.

        Raises:
            UnknownName: There is none.
            InvalidValue: It is of a type that frames are not joined on, such as polars' and
                PyArrow's for a column of nothing, or holds a value that its field cannot.
        """
        column = self.column(table, field)
        strict = self.made_by.is_polars() or self.made_by.is_pyarrow()
        unequal = (nw.Categorical, nw.Enum, *([nw.Unknown] if strict else []))
        if isinstance(column.dtype, unequal):
            raise InvalidValue(column.place, str(column.dtype), "links contacts: cast it to text")
        frame = self.of(table)
        if not column.is_typed and is_eager(frame):
            column.typed(frame[column.name])
        return column.name

    def plain_rows(self, frame: Frame, table: Table, fields: Iterable[str]) -> list[dict[str, Any]]:
        """The rows of a frame of a table, as mappings that the reference can read."""
        columns = [self.column(table, name) for name in dict.fromkeys(fields)]
        found = collected(narrowed(frame, (column.name for column in columns)))
        values = [column.values(found[column.name]) for column in columns]
        names = [column.field.name for column in columns]
        return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def is_held(frame: Frame, name: str, dtype: Any, field: Field) -> bool:  # noqa: ANN401 - of Narwhals
    """Whether a column may hold the values of a field."""
    return isinstance(dtype, (*_UNTYPED, *_HELD[field.type])) or _is_empty(frame, name)


def _is_empty(frame: Frame, name: str) -> bool:
    """Whether nothing stands in a column, which a library may then take for one of any type."""
    if not (is_eager(frame) or frame.implementation.is_polars()):
        return False
    return bool(collected(frame.select(nw.col(name).is_null().all())).item())


def with_blanks(frame: Frame, fields: Iterable[Field]) -> Frame:
    """A frame with columns for fields that it has none for, blank in every row."""
    is_pandas = frame.implementation.is_pandas_like()
    blanks = [
        nw.lit(None, None if is_pandas else _DAYS[field.type]).alias(field.name)
        if field.blank is None
        else nw.lit(str(field.blank) if field.options else _plain(field.blank)).alias(field.name)
        for field in fields
    ]
    return frame.with_columns(*blanks) if blanks else frame


def _plain(blank: Value) -> Value:
    """A blank that every engine takes: a whole number for a decimal."""
    return int(blank) if isinstance(blank, Decimal) else blank


def named(frame: Frame, name: str) -> Frame:
    """The frame by a name that no other has, where joined frames are told apart by names."""
    if not frame.implementation.is_duckdb():
        return frame
    return nw.from_native(frame.to_native().set_alias(f"segmentation_{name}"))


def timed(frame: Frame) -> Frame:
    """The frame with times of day as Python reads them: DuckDB's nanoseconds are of no use."""
    if not frame.implementation.is_duckdb():
        return frame
    relation = frame.to_native()
    typed = zip(relation.columns, relation.types, strict=True)
    fine = [name for name, kind in typed if str(kind) == "TIME_NS"]
    if not fine:
        return frame
    quoted = ['"' + name.replace('"', '""') + '"' for name in fine]
    casts = ", ".join(f"{name}::TIME AS {name}" for name in quoted)
    return nw.from_native(relation.project(f"* REPLACE ({casts})"))


def narrowed(frame: Frame, names: Iterable[str]) -> Frame:
    """The frame with these columns only.

    Some versions of Narwhals hand bare names to DuckDB, which reads them as SQL: a column named
    ``E-Mail`` would be a difference.
    """
    return frame.select(nw.col(*dict.fromkeys(names)))


def distinct(frame: Frame) -> Frame:
    """The different rows of a frame. For DuckDB, Narwhals would number the rows of each kind."""
    if frame.implementation.is_duckdb():
        return nw.from_native(frame.to_native().distinct())
    return frame.unique()


def is_eager(frame: Frame) -> bool:
    """Whether a frame's rows are there already."""
    return isinstance(frame, nw.DataFrame)


def lazily(frame: Frame) -> Frame:
    """The frame as its engine plans best: a whole query of polars at once."""
    return frame.lazy() if is_eager(frame) and frame.implementation.is_polars() else frame


def collected(frame: Frame) -> Any:  # noqa: ANN401
    """The frame with its rows."""
    return frame if is_eager(frame) else frame.collect()
