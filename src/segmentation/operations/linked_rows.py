"""The rows of any table that belong to contacts, each with its day and an amount.

A row belongs to contacts as criteria have it. Interactions that do not count are passed over.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from segmentation.contacts import Contact
from segmentation.criteria import AsOf, BoundSelection, RowReader, Schema, Table
from segmentation.errors import Message, UnknownName
from segmentation.fields import Field, FieldType
from segmentation.interactions import Interaction
from segmentation.operations.schema import rows_in, schema_of
from segmentation.protocols import Store

_DAYS = frozenset({FieldType.DATE, FieldType.DATETIME})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL})


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


class LinkedRows:
    """The rows of a table by contact; the table is read once.

    Args:
        store: Where the rows are.
        as_of: In which zone a time has its day.
        table: The table.
        date_field: Its field of days; a row without one is passed over.
        amount_field: Its field of numbers; blank for none, and amounts of 0.
    """

    def __init__(
        self, store: Store, as_of: AsOf, table: str, *, date_field: str, amount_field: str = ""
    ) -> None:
        schema = schema_of(store)
        found = schema.table(table)
        reader = RowReader(BoundSelection(schema, as_of, None), _Rows(store, schema, as_of))
        self._zone = as_of.zone
        self._linked: Callable[[Contact], Iterable[Any]] = reader.linked(found)
        self._day = reader.value(found, found.field(date_field))
        amount: Field | None = found.field(amount_field) if amount_field else None
        self._amount = reader.value(found, amount) if amount else None

    def of(self, contact: Contact) -> Iterator[tuple[date, Decimal]]:
        """Day and amount of each of a contact's rows."""
        for row in self._linked(contact):
            when: Any = self._day(row)
            if when is None or (isinstance(row, Interaction) and not row.counts):
                continue
            day = when.astimezone(self._zone).date() if isinstance(when, datetime) else when
            value: Any = self._amount(row) if self._amount else 0
            yield day, Decimal(value)


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
