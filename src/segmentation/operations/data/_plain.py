"""Blocks of rows read by their columns, where that gives what reading row by row gives.

Most cells need no more than a look at their whole column. A block in which anything is out of the
ordinary is left to who reads rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from segmentation.column_names import Column
from segmentation.columns import Columns, like
from segmentation.criteria import to_nfc
from segmentation.fields import Field, FieldType, Record, Value, converter_of
from segmentation.operations.values import Misfit, read_value

from ._guard import unguarded
from ._notation import Notation
from ._raw import Block
from ._rows import REMEMBERED, RowReader
from ._updates import made

_Values: TypeAlias = Sequence[Any]
_Read: TypeAlias = Callable[[Sequence[str]], _Values | None]
"""Reads a column; ``None`` if it holds anything that is out of the ordinary."""


class ColumnReader:
    """Reads the blocks of a table.

    Args:
        kind: The class of its records.
        columns: What its columns mean.
        notation: How texts write dates and numbers.
    """

    def __init__(self, kind: type[Record], columns: Iterable[Column], notation: Notation) -> None:
        self._kind = kind
        self._notation = notation
        filled = [(column.name, column.field) for column in columns if column.field]
        self._fields = {name: field for name, field in filled if not field.extra}
        self._own = {name: field for name, field in filled if field.extra}
        self._read = {name: self._reading(field) for name, field in filled}

    def read(self, block: Block, rows: RowReader) -> Columns[Any] | None:
        """The records of a block as they would be by themselves; ``None`` if it is not plain.

        Args:
            block: The rows.
            rows: Reads the first row, for what all of them share.
        """
        header = block.header
        if len({*header}) < len(header) or {*map(len, block.cells)} != {len(header)}:
            return None
        first, wrong = rows.read(next(block.rows()))
        if first is None or wrong:
            return None
        cells = dict(zip(header, zip(*block.cells, strict=True), strict=True))
        read: dict[str, _Values] = {}
        for name, reading in self._read.items():
            values = reading(cells[name]) if name in cells else ()
            if values is None:
                return None
            read[name] = values
        columns = {field.name: read[name] for name, field in self._fields.items() if name in cells}
        own = {field.name: read[name] for name, field in self._own.items() if name in cells}
        if own:
            columns["extra"] = _extras(own)
        if not all(columns[self._kind.__key__[0]]):
            return None
        return like(made(self._kind, first), len(block), columns)

    def _reading(self, field: Field) -> _Read:
        if field.type in {FieldType.TEXT, FieldType.CODE} and not field.extra:
            return partial(_texts, field)
        convert = None if field.extra else converter_of(self._kind, field.name)
        convert = convert or _unchanged
        blank = None if field.extra else field.blank
        return partial(self._remembered, field, convert, {"": convert(blank)})

    def _remembered(
        self,
        field: Field,
        convert: Callable[[Any], Any],
        known: dict[str, Any],
        cells: Sequence[str],
    ) -> _Values | None:
        """The values of cells, each different one read once."""
        if len(known) > REMEMBERED:
            known = {"": known[""]}
        for cell in {*cells} - known.keys():
            given = unguarded(cell)
            if not given.isascii() and to_nfc(given) != given:
                return None
            try:
                value = read_value(field, self._notation.plain(field, given))
            except Misfit:
                return None
            known[cell] = convert(value)
        return list(map(known.__getitem__, cells))


def _unchanged(value: Value) -> Any:  # noqa: ANN401 - of any field
    return value


def _texts(field: Field, cells: Sequence[str]) -> _Values | None:
    joined = "".join(cells)
    if "\0" in joined:
        return None
    if not joined.isascii() and any(not c.isascii() and to_nfc(c) != c for c in cells):
        return None
    if "'" in joined:
        cells = list(map(unguarded, cells))
    if field.type is FieldType.CODE:
        cells = _as_codes(cells)
    return None if field.length and max(map(len, cells)) > field.length else cells


def _as_codes(cells: Sequence[str]) -> Sequence[str]:
    """Codes as they are stored; equal ones of a block share one text."""
    known = {cell: cell.strip().upper() for cell in {*cells}}
    return list(map(known.__getitem__, cells))


def _extras(own: Mapping[str, _Values]) -> Sequence[Any]:
    """The own fields of each row, without those that say nothing."""
    names = sorted(own)
    rows = zip(*(own[name] for name in names), strict=True)
    return [
        tuple((name, value) for name, value in zip(names, row, strict=True) if value is not None)
        for row in rows
    ]
