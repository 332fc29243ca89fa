"""Figures of the rows of any table that belong to contacts: the last day, how many, how much."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs

from segmentation.contacts import Contact
from segmentation.criteria import AsOf, BoundSelection, RowReader, Schema, Table
from segmentation.errors import Message, UnknownName
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction
from segmentation.operations.schema import rows_in, schema_of
from segmentation.protocols import Store
from segmentation.questionnaires import ContactClassField, ProfileQuestionnaireLine

_DAYS = frozenset({FieldType.DATE, FieldType.DATETIME})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL})


@attrs.frozen
class RowFigures:
    """What the rows of a contact in a period come to.

    Attributes:
        last: The day of the latest.
        rows: How many there are.
        amount: What they add up to; 0 where no field is added up.
    """

    last: date
    rows: int = 1
    amount: Decimal = Decimal(0)

    def plus(self, other: "RowFigures") -> "RowFigures":
        """The figures of both together."""
        return RowFigures(
            max(self.last, other.last), self.rows + other.rows, self.amount + other.amount
        )

    def of(self, field: ContactClassField, end: date) -> Decimal:
        """The figure that a question asks for, in a period with this end."""
        match field:
            case ContactClassField.DAYS_SINCE_ROW:
                return Decimal((end - self.last).days)
            case ContactClassField.ROW_AMOUNT:
                return self.amount
            case _:
                return Decimal(self.rows)


def source_faults(
    schema: Schema, table: str, *, date_field: str, amount_field: str
) -> Iterator[tuple[str, Message]]:
    """What is wrong with where the figures of rows come from.

    Args:
        schema: The tables that there are.
        table: The table.
        date_field: Its field of days.
        amount_field: Its field of numbers; blank for none.

    Yields:
        The argument that is wrong, and why.
    """
    try:
        found = schema.table(table)
    except UnknownName as error:
        yield "table", Message("{error}", error=error)
        return
    wanted = [("date_field", date_field, _DAYS)]
    wanted += [("amount_field", amount_field, _NUMBERS)] if amount_field else []
    for argument, name, types in wanted:
        reason = _field_reason(found, name, types)
        if reason:
            yield argument, reason


def _field_reason(table: Table, name: str, types: frozenset[FieldType]) -> Message | None:
    """Why a field cannot be used; nothing if it can."""
    try:
        field = table.field(name)
    except UnknownName as error:
        return Message("{error}", error=error)
    if field.type in types:
        return None
    named = {"name": name, "type": Message(field.type)}
    if types is _DAYS:
        return Message("{name!r} is of type {type}, not a date", **named)
    return Message("{name!r} is of type {type}, not a number", **named)


def row_figures(
    store: Store,
    as_of: AsOf,
    contacts: Iterable[Contact],
    line: ProfileQuestionnaireLine,
    period: tuple[date, date],
) -> Mapping[str, RowFigures]:
    """The figures of the rows in a period, by contact; who has none is left out.

    A row belongs to contacts as criteria have it. One that does not count among interactions
    is passed over.

    Args:
        store: Where the rows are; the table is read once.
        as_of: In which zone a time has its day.
        contacts: Whose figures are wanted.
        line: What says table and fields.
        period: The first day and the last.
    """
    schema = schema_of(store)
    table = schema.table(line.source_table)
    reader = RowReader(BoundSelection(schema, as_of, None), _Rows(store, schema, as_of))
    linked = reader.linked(table)
    figures = _to_figures(reader, table, line, as_of)
    start, end = period
    found: dict[str, RowFigures] = {}
    for contact in contacts:
        for row in linked(contact):
            each = figures(row)
            if each is not None and start <= each.last <= end:
                there = found.get(contact.no)
                found[contact.no] = each if there is None else there.plus(each)
    return found


def _to_figures(
    reader: RowReader, table: Table, line: ProfileQuestionnaireLine, as_of: AsOf
) -> Callable[[Any], RowFigures | None]:
    """The function from a row to its figures; there are none without a date."""
    day_of = reader.value(table, table.field(line.source_date_field))
    amount: Field | None = None
    if line.source_amount_field:
        amount = table.field(line.source_amount_field)
    amount_of = reader.value(table, amount) if amount else None

    def figures(row: Any) -> RowFigures | None:  # noqa: ANN401 - a row of any table
        when: Any = day_of(row)
        if when is None or (isinstance(row, Interaction) and not row.counts):
            return None
        day = when.astimezone(as_of.zone).date() if isinstance(when, datetime) else when
        value: Any = amount_of(row) if amount_of else 0
        return RowFigures(day, amount=Decimal(value))

    return figures


class _Rows:
    """The rows of linked tables, each table read once, as a source of the reference predicate."""

    def __init__(self, store: Store, schema: Schema, as_of: AsOf) -> None:
        self._store = store
        self._reader = RowReader(BoundSelection(schema, as_of, None), self)
        self._tables: dict[str, Mapping[tuple[Any, ...], list[Any]]] = {}

    def rows(self, table: Table, key: tuple[Any, ...]) -> Iterable[Any]:
        """The rows of a linked table whose link fields equal the key."""
        if table.name not in self._tables:
            self._tables[table.name] = self._by_key(table)
        return self._tables[table.name].get(key, ())

    def _by_key(self, table: Table) -> Mapping[tuple[Any, ...], list[Any]]:
        on = table.link.on if table.link else ()
        fields = [table.field(name) for name, _ in on]
        values = [(field.blank, self._reader.value(table, field)) for field in fields]
        found = defaultdict[tuple[Any, ...], list[Any]](list)
        for row in rows_in(self._store, table, {}):
            key = ((blank, value(row)) for blank, value in values)
            found[tuple(blank if each is None else each for blank, each in key)].append(row)
        return found

    def segment_members(self, segment_no: str) -> frozenset[str]:
        """Nobody: no question of figures asks for members."""
        raise NotImplementedError(segment_no)  # pragma: no cover - what the docstring says

    def logged_members(self, entry_no: int) -> frozenset[str]:
        """Nobody: no question of figures asks for members."""
        raise NotImplementedError(entry_no)  # pragma: no cover - what the docstring says
