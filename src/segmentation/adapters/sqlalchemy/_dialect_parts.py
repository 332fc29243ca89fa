"""What the dialects of several databases share."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timezone, tzinfo
from decimal import Decimal
from typing import Any, TypeAlias

import sqlalchemy as sa

from segmentation.criteria import Pattern, Wild
from segmentation.fields import Field, FieldType

from ._tables import Element, Test
from ._types import ExactDecimal, column_type

TAGS = {
    FieldType.INTEGER: "decimal",
    FieldType.DECIMAL: "decimal",
    FieldType.DATE: "date",
    FieldType.DATETIME: "datetime",
    FieldType.TIME: "time",
}
"""The tags of the plain data in which the values of extra fields are stored."""

BLANKS = " \t\n\r\v\f\x1c\x1d\x1e\x1f"
"""The characters of ASCII that Python takes for blanks."""

_KINDS: Mapping[type, FieldType] = {
    str: FieldType.TEXT,
    int: FieldType.INTEGER,
    Decimal: FieldType.DECIMAL,
    date: FieldType.DATE,
    datetime: FieldType.DATETIME,
    time: FieldType.TIME,
}
"""The types of field whose values can be a list, by the type of their values."""

Run: TypeAlias = tuple[int, int]
"""A first and a last number, both included."""


def kind_of(values: Sequence[object]) -> FieldType:
    """The type of field that such values are of."""
    return _KINDS[type(values[0])] if values else FieldType.TEXT


def between(value: Element, runs: Iterable[tuple[Any, Any]]) -> Sequence[Test]:
    """The conditions that a value is in one of these runs."""
    return [value == first if first == last else value.between(first, last) for first, last in runs]


_SIGNS = {Wild.ANY_RUN: "%", Wild.ANY_ONE: "_"}


def like(value: Element, pattern: Pattern) -> Test:
    """The condition by ``LIKE`` that a text fits a pattern; it goes by the collation."""
    pieces = (_escaped(piece) if isinstance(piece, str) else _SIGNS[piece] for piece in pattern)
    return value.like("".join(pieces), escape="!")


def _escaped(text: str) -> str:
    return "".join(f"!{each}" if each in "!%_" else each for each in text)


def exact_total(value: Element) -> Element:
    """The sum, where the database adds decimals exactly; 0 if there are none."""
    return sa.func.coalesce(sa.func.sum(value), 0, type_=ExactDecimal())


def zone_name(zone: tzinfo) -> str:
    """The name by which a database knows a zone, or its distance from UTC; empty without either."""
    if isinstance(zone, timezone):
        return str(timezone(zone.utcoffset(None)))
    return str(getattr(zone, "key", "") or "")


def cast_constant(value: object, field: Field) -> Element:
    """A value by itself, declared as one of a field's type."""
    return sa.cast(sa.literal(value, column_type(field)), column_type(field))


def ordered_with_blanks(value: Element, *, descending: bool) -> sa.UnaryExpression[Any]:
    """The sort key; what is missing is the least."""
    return value.desc().nulls_last() if descending else value.asc().nulls_first()


def materialized(query: sa.Select[Any]) -> sa.CTE:
    """Rows that a statement finds once, in databases that have a word for it.

    SQLAlchemy tells what has no name by its place in memory, and a word makes a copy of it. What
    was copied lives as long, so that nothing else of a statement comes to its place and name.
    """
    first = found = query.cte()
    for database in ("sqlite", "postgresql"):
        found = found.prefix_with("MATERIALIZED", dialect=database)
    vars(found)["copied_from"] = first
    return found
