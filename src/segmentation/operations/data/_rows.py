"""Rows of a table read as the values of its fields."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from segmentation.column_names import Column, ColumnUse, letters_of, match_columns
from segmentation.criteria import to_nfc
from segmentation.errors import Fault, Identifier, Message
from segmentation.fields import Field, FieldType, Record, Value, fields_of
from segmentation.frozen import freeze_within
from segmentation.operations.values import Misfit, read_value
from segmentation.showing import shown_by

from ._kinds import NUMBERED_BY_US
from ._notation import Notation
from ._pages import SourceTable
from ._passed_over import PassedOver
from ._raw import Block, RawRow
from ._sheets import Unread


@shown_by("place", "values")
@attrs.frozen(field_transformer=freeze_within)
class ReadRow:
    """The values of a row, of those fields alone that it has columns for.

    Attributes:
        place: File and row, for errors.
        values: Values of our fields, by name.
        extra: Values of the host's own fields, by name; ``None`` where it says nothing.
    """

    place: str
    values: Mapping[str, Any]
    extra: Mapping[str, Value]


@shown_by("kind", "name", "rows")
@attrs.frozen(field_transformer=freeze_within)
class ReadTable:
    """A table as it was read.

    Attributes:
        kind: The class of its records.
        name: Its file, or the first of several.
        columns: Its columns, and what is done with each.
        rows: The rows that could be read.
        latest_change: The latest change that its rows name, ``None`` if they name none.
        normalized: Number of texts by field that were brought to Unicode's normal form C.
    """

    kind: type[Record]
    name: str
    columns: tuple[Column, ...]
    rows: Sequence[ReadRow]
    latest_change: datetime | None = None
    normalized: tuple[tuple[str, int], ...] = ()


_AT_ONCE = 1_000
"""After how many rows it is told how many were read."""


def _unheard(_rows: int) -> None:
    """Let a number of rows pass."""


def read_table(
    table: SourceTable,
    *,
    own: Iterable[Field],
    ignore: Iterable[str],
    notation: Notation,
    on_rows: Callable[[int], object] = _unheard,
) -> tuple[ReadTable, list[Fault]]:
    """Read the rows of a table.

    Args:
        table: The table.
        own: The host's own fields that are declared for it.
        ignore: Columns to pass over, as for `segmentation.column_names.match_columns`.
        notation: How texts write dates and numbers.
        on_rows: Is called now and then with the number of rows that were read since.

    Returns:
        What could be read, and all faults. A table without a column for its key has this one
        fault alone.
    """
    read, faults = read_header(table, own=own, ignore=ignore)
    if _keyless(table, read.columns) is not None:
        return read, faults
    rows: list[ReadRow] = []
    reader = RowReader(table.kind, read.columns, notation)
    passed_over = PassedOver(table.name, read.columns, ignore)
    for number, raw in enumerate(table.rows, start=1):
        if number % _AT_ONCE == 0:
            on_rows(_AT_ONCE)
        row, wrong = reader.read(raw)
        faults += wrong
        faults += passed_over.look((raw,))
        if row is not None:
            rows.append(row)
    read = attrs.evolve(
        read,
        rows=rows,
        latest_change=latest_in(table.rows, read.columns),
        normalized=tuple(reader.normalized.items()),
    )
    return read, faults


def read_header(
    table: SourceTable, *, own: Iterable[Field], ignore: Iterable[str]
) -> tuple[ReadTable, list[Fault]]:
    """A table without its rows, and what is wrong with its columns."""
    columns, wrong = match_pages(table, own=own, ignore=ignore)
    keyless = _keyless(table, columns)
    read = ReadTable(table.kind, table.name, tuple(columns), ())
    return read, [*wrong] if keyless is None else [keyless]


def match_pages(
    table: SourceTable, *, own: Iterable[Field], ignore: Iterable[str] = ()
) -> tuple[Sequence[Column], Sequence[Fault]]:
    """What the columns of all pages mean; each page may call a field otherwise."""
    place = Identifier(table.name)
    declared = list(own)
    columns: dict[str, Column] = {}
    faults: dict[Fault, None] = {}
    for header in table.headers:
        found, wrong = match_columns(
            table.kind,
            header,
            place=place,
            own=declared,
            ignore=ignore,
            assigned=table.assigned,
        )
        columns |= {column.name: column for column in found}
        faults |= dict.fromkeys(wrong)
    left_out = [Column(name, ColumnUse.LEFT_OUT) for name in table.left_out]
    return [*columns.values(), *left_out], [*faults]


_SHOWN = 20
"""How many columns of a file that fits nothing are listed."""


def _keyless(table: SourceTable, columns: Iterable[Column]) -> Fault | None:
    """The fault of a table none of whose columns holds the key."""
    key = table.kind.__key__[:1]
    if table.kind in NUMBERED_BY_US:
        return None
    if not key or not table.columns or any(c.field and c.field.name == key[0] for c in columns):
        return None
    shown = ", ".join(table.columns[:_SHOWN])
    more = ", ..." if len(table.columns) > _SHOWN else ""
    reason = Message(
        "no column is the number or code, {field}; map one to it: {columns}",
        field=Identifier(key[0]),
        columns=f"{shown}{more}",
    )
    return Fault(Identifier(table.name), key[0], reason, "unknown_column")


_NO_CELL = object()
"""What a row has in a column that it does not have."""

REMEMBERED = 1_000
"""How many different texts of a column are remembered with their values."""


class RowReader:
    """Reads the rows of a table, one by one."""

    def __init__(self, kind: type[Record], columns: Iterable[Column], notation: Notation) -> None:
        self._notation = notation
        self._kind = kind
        self._filled = [(column.name, column.field) for column in columns if column.field]
        self._key = [field for field in fields_of(kind) if field.name in kind.__key__]
        self._known: dict[str, dict[str, tuple[Value, bool]]] = defaultdict(dict)
        self._blank = {field.name: field.blank for field in self._key}
        self.normalized = Counter[str]()
        """How many texts of each field were brought to Unicode's normal form C."""

    def read(self, raw: RawRow) -> tuple[ReadRow | None, list[Fault]]:
        """A row, or its faults."""
        values: dict[str, Any] = dict(self._blank)
        extra: dict[str, Value] = {}
        faults: list[Fault] = []
        for column, field in self._filled:
            given = raw.values.get(column, _NO_CELL)
            if given is _NO_CELL:
                continue
            if given is None:
                (extra if field.extra else values)[field.name] = (
                    None if field.extra else field.blank
                )
                continue
            if isinstance(given, Unread):
                faults.append(Fault(raw.place, field.name, _unread(given), "unread"))
                continue
            try:
                value = self._value(field, given)
            except Misfit as misfit:
                faults.append(Fault(raw.place, field.name, misfit.reason, misfit.code))
            else:
                (extra if field.extra else values)[field.name] = value
        faults += self._blank_key(raw.place, values, {fault.field for fault in faults})
        return (None if faults else ReadRow(raw.place, values, extra)), faults

    def _value(self, field: Field, given: object) -> Value:
        """A value; what was read before in the same column is not read again.

        Raises:
            Misfit: It does not fit.
        """
        if type(given) is not str:
            return read_value(field, self._notation.plain(field, given))
        known = self._known[field.name]
        found = known.get(given)
        if found is None:
            value = read_value(field, self._notation.plain(field, given))
            found = (value, not given.isascii() and to_nfc(given) != given)
            if len(known) < REMEMBERED:
                known[given] = found
        if found[1]:
            self.normalized[field.name] += 1
        return found[0]

    def _blank_key(
        self, place: str, values: Mapping[str, Any], faulty: Iterable[str]
    ) -> Iterator[Fault]:
        for name in () if self._kind in NUMBERED_BY_US else self._kind.__key__[:1]:
            if not values.get(name) and name not in faulty:
                yield Fault(place, name, Message("is blank"), "blank")


def _unread(cell: Unread) -> Message:
    if cell.error:
        return Message("cell {cell} holds the error {error}", cell=cell.cell, error=cell.error)
    if cell.merged_with:
        return Message(
            "cell {cell} is merged with {other}; split them, and fill each",
            cell=cell.cell,
            other=cell.merged_with,
        )
    return Message(
        "cell {cell} holds a formula without a value; open the workbook and save it again",
        cell=cell.cell,
    )


_CHANGED = frozenset({"lastmodifieddatetime", "lastmodified", "systemmodifiedat"})
"""Columns that say when a row was changed, by their letters."""


def latest_in(rows: Block | Sequence[RawRow], columns: Iterable[Column]) -> datetime | None:
    """The latest change that rows name; what is no time of a change is no fault here."""
    field = Field("changed", FieldType.DATETIME)
    names = [
        column.name
        for column in columns
        if letters_of(column.name) in _CHANGED or (column.field and column.field.name == _STAMP)
        if column.use is not ColumnUse.IGNORED
    ]
    if not names:
        return None
    raws = rows.rows() if isinstance(rows, Block) else rows
    cells = (raw.values.get(name) for raw in raws for name in names)
    said = {cell for cell in cells if isinstance(cell, str)}
    return max(filter(None, (_moment(field, each) for each in said)), default=None)


_STAMP = "last_modified"


def _moment(field: Field, raw: object) -> datetime | None:
    try:
        value = read_value(field, raw)
    except Misfit:
        return None
    return value if isinstance(value, datetime) else None
