"""Rows of frames as records of a store, read one slice after the other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import narwhals as nw

from segmentation.codes import to_code
from segmentation.criteria import IsEqual, Table
from segmentation.fields import Field, FieldType, RecordT, Value

from ._frames import Column, Frame, Frames, collected, lazily, narrowed
from ._predicates import InexactError, Test, kept, to_test
from ._values import is_readable, plain_values

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
        passes_over: Whether a row with a value that its field cannot hold is passed over; else it
            is an error.
    """

    frames: Frames
    table: Table
    kind: type[Any]
    passes_over: bool = False

    def columns(self) -> list[Column]:
        """The columns of the table's fields; a field without one is blank in every row."""
        fields = [name for name in self.table.fields if self.frames.has(self.table, name)]
        return [self.frames.column(self.table, name) for name in fields]

    def where(self, equal: Mapping[str, Any]) -> tuple[Frame, Mapping[str, Any]]:
        """The rows whose fields are equal, and what of it the engine cannot tell."""
        frame, rest = self.frames.of(self.table), {}
        known = next(iter(frame.collect_schema()))
        for name, value in equal.items():
            field = self.table.field(name)
            if self.frames.has(self.table, name):
                test = _equals(self.frames.column(self.table, name), value)
            else:
                test = value == field.blank
            if test is None:
                rest[name] = value
            else:
                frame = kept(frame, test, known)
        return frame, rest

    def records(self, frame: Frame) -> Iterator[Any]:
        """The rows of a frame of the table as records, in their order."""
        columns = self.columns()
        read = collected(narrowed(frame, (column.name for column in columns)))
        for start in range(0, len(read), _AT_ONCE):
            part = read[start : start + _AT_ONCE]
            values = [plain_values(part[each.name], each.field, each.zone) for each in columns]
            if self.passes_over:
                values = _readable(values, columns, self.kind.__key__)
            yield from _records(values, self.kind, columns)


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
        column.typed(counted[column.name]), counted[_COUNT].to_list(), strict=True
    ):
        known = field.blank if value is None else value
        found[to_code(str(known)) if field.type is FieldType.CODE else known] += count
    return found


def _equals(column: Column, value: Any) -> Test | None:  # noqa: ANN401 - of any field
    """The test that a column is equal to a value, if the engine can tell it exactly."""
    options, blank_passes = column.field.options, value == column.field.blank
    try:
        item = IsEqual(options.index(str(value)) if options else value)
        return to_test(column, item, blank_passes=blank_passes)
    except InexactError:
        return None


def _readable(
    values: list[list[Any]], columns: Sequence[Column], key: Sequence[str]
) -> list[list[Any]]:
    """The values of the rows that have a key, and nothing that its field cannot hold."""
    bad: set[int] = set()
    for read, column in zip(values, columns, strict=True):
        field = column.field
        if column.may_be_unreadable:
            bad.update(at for at, value in enumerate(read) if not is_readable(value, field))
        if field.name in key:
            bad.update(at for at, value in enumerate(read) if not (value and str(value).strip()))
    if not bad:
        return values
    return [[value for at, value in enumerate(read) if at not in bad] for read in values]


def _records(
    read: Iterable[list[Any]], kind: type[RecordT], columns: Sequence[Column]
) -> Iterator[RecordT]:
    """The records of these values of the columns."""
    pairs = zip(read, columns, strict=True)
    values = [column.typed_values(each) for each, column in pairs]
    own = [column.field.name for column in columns if column.field.extra]
    ours = [column.field.name for column in columns if not column.field.extra]
    place = {column.field.name: at for at, column in enumerate(columns)}
    for row in zip(*values, strict=True):
        given = {name: row[place[name]] for name in ours if row[place[name]] is not None}
        if own:
            extra = {name: row[place[name]] for name in own}
            given["extra"] = {name: value for name, value in extra.items() if value is not None}
        yield kind(**given)
