"""Rows of frames as records of a store, read one slice after the other."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any

import attrs
import narwhals as nw

from segmentation.codes import to_code
from segmentation.criteria import IsEqual, Table
from segmentation.errors import InvalidValue, Message
from segmentation.fields import Field, FieldType, RecordT, Value, aware, is_value_of

from ._frames import Column, Frame, Frames, collected, lazily, narrowed, plain_values
from ._predicates import InexactError, Test, kept, to_test

_COUNT = "segmentation_count"
_AT_ONCE = 10_000
"""How many rows become values of Python at once."""


@attrs.frozen
class Reader:
    """Reads the rows of one frame as records.

    Attributes:
        frames: The frames.
        table: The table of the frame.
        kind: The class of the records.
        sound: Leaves out the rows of a frame that cannot be read.
    """

    frames: Frames
    table: Table
    kind: type[Any]
    sound: Callable[[Frame], Frame] = lambda frame: frame

    def columns(self) -> list[Column]:
        """The columns of the table's fields; a field without one is blank in every row."""
        fields = [name for name in self.table.fields if self.frames.has(self.table, name)]
        return [self.frames.column(self.table, name) for name in fields]

    def where(self, equal: Mapping[str, Any]) -> tuple[Frame, Mapping[str, Any]]:
        """The rows whose fields are equal, and what of it the engine cannot tell."""
        frame, rest = self.frames.of(self.table), {}
        there = {column.field.name: column for column in self.columns()}
        for name, value in equal.items():
            column = there.get(name)
            test = None if column is None else _equals(column, value)
            if test is None:
                rest[name] = value
            else:
                frame = kept(frame, test, column.name if column else name)
        return frame, rest

    def records(self, frame: Frame) -> Iterator[Any]:
        """The rows of a frame of the table as records, in their order."""
        columns = self.columns()
        read = collected(narrowed(self.sound(frame), (column.name for column in columns)))
        for start in range(0, len(read), _AT_ONCE):
            yield from _records(read[start : start + _AT_ONCE], self.kind, columns)


def counted_values(frames: Frames, table: Table, field: Field) -> Mapping[Value, int]:
    """How many rows of a table hold each value of a field, counted by the engine."""
    frame = frames.of(table)
    if not frames.has(table, field.name):
        return {field.blank: int(collected(lazily(frame).select(nw.len())).item())}
    column = frames.column(table, field.name)
    values = narrowed(lazily(frame), [column.name])
    counted = collected(values.group_by(column.name).agg(nw.len().alias(_COUNT)))
    found = Counter[Value]()
    for value, count in zip(
        typed_values(counted[column.name], column), counted[_COUNT].to_list(), strict=True
    ):
        known = field.blank if value is None else value
        found[to_code(known) if field.type is FieldType.CODE else known] += count
    return found


def _equals(column: Column, value: Any) -> Test | None:  # noqa: ANN401 - of any field
    """The test that a column is equal to a value, if the engine can tell it exactly."""
    if column.field.options:
        value = str(value)
    try:
        return to_test(column, IsEqual(value), blank_passes=value == column.field.blank)
    except InexactError:
        return None


def _records(read: Any, kind: type[RecordT], columns: Sequence[Column]) -> Iterator[RecordT]:  # noqa: ANN401 - an eager frame of Narwhals
    values = [typed_values(read[column.name], column) for column in columns]
    own = [column.field.name for column in columns if column.field.extra]
    ours = [column.field.name for column in columns if not column.field.extra]
    place = {column.field.name: at for at, column in enumerate(columns)}
    for row in zip(*values, strict=True):
        given = {name: row[place[name]] for name in ours if row[place[name]] is not None}
        if own:
            extra = {name: row[place[name]] for name in own}
            given["extra"] = {name: value for name, value in extra.items() if value is not None}
        yield kind(**given)


def typed_values(values: Any, column: Column) -> list[Any]:  # noqa: ANN401 - a series of Narwhals
    """The values of a column as its field has them; missing ones are ``None``.

    Raises:
        InvalidValue: One is none of the field's type.
    """
    read = plain_values(values, column.field, column.zone)
    convert = _CONVERTERS.get(column.field.type)
    if convert is not None:
        read = [None if value is None else convert(value) for value in read]
    check_values(read, column)
    return read


def check_values(values: Iterable[Any], column: Column) -> None:
    """See that values are of the type of a column's field.

    Raises:
        InvalidValue: One is not; the error names the first.
    """
    field = column.field
    for value in values:
        if value is not None and not is_value_of(field.type, value):
            reason = Message("is no value of type {type}", type=Message(field.type.value))
            raise InvalidValue(column.place, value, reason)


def _whole(value: Any) -> Any:  # noqa: ANN401
    """A whole number, also of a column of floats; what is none stays as it is."""
    is_whole = isinstance(value, float | Decimal) and isfinite(value) and value == int(value)
    return int(value) if is_whole else value


def _exact(value: Any) -> Any:  # noqa: ANN401
    """A decimal; one without a fraction bears no zeros for it."""
    found = Decimal(str(value)) if isinstance(value, float) else value
    is_whole = isinstance(found, Decimal) and found.is_finite() and found == found.to_integral()
    return Decimal(int(found)) if is_whole else found


def _filled(value: Any) -> Any:  # noqa: ANN401
    return None if value == "" else value


def _yes_or_no(value: Any) -> Any:  # noqa: ANN401
    return bool(value) if value in (True, False) else value


def _time(value: Any) -> Any:  # noqa: ANN401
    """A point in time; pandas has a class of its own for them."""
    plain = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
    return aware(plain) if isinstance(plain, datetime) else plain


_CONVERTERS: Mapping[FieldType, Callable[[Any], Any]] = {
    FieldType.OPTION: _filled,
    FieldType.INTEGER: _whole,
    FieldType.DECIMAL: _exact,
    FieldType.BOOLEAN: _yes_or_no,
    FieldType.DATETIME: _time,
}
