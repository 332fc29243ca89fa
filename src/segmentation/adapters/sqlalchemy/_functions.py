"""Functions that SQLite lacks. They are added to each connection."""

import json
import sqlite3
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from segmentation.codes import to_code
from segmentation.criteria import bare, fold, hash_of, share_of
from segmentation.fields import FieldType, Value, aware, is_value_of
from segmentation.serialization import value_from_data


def add_functions(connection: sqlite3.Connection) -> None:
    """Add the functions that our statements use to a connection.

    Stores do so by themselves. A host that runs a statement of ours on a connection of its own
    calls this before.
    """
    connection.create_collation("segmentation_decimal", compare_decimals)
    connection.create_aggregate("segmentation_sum", 1, _Sum)  # type: ignore[arg-type]  # shape
    for name, count, function in (
        ("segmentation_fold", 1, fold),
        ("segmentation_bare", 1, bare),
        ("segmentation_code", 1, to_code),
        ("segmentation_moment", 1, _moment),
        ("segmentation_day", 2, _day),
        ("segmentation_hash", 2, lambda seed, number: _hash_of(seed)(number)),
        ("segmentation_share", 2, lambda seed, number: _share_of(seed)(number)),
        ("segmentation_extra", 3, _extra),
        ("segmentation_is_number", 1, _is_number),
    ):
        connection.create_function(name, count, function, deterministic=True)


_hash_of = lru_cache(maxsize=64)(hash_of)
_share_of = lru_cache(maxsize=64)(share_of)


def compare_decimals(one: str, other: str) -> int:
    """Compare two texts as decimals: -1, 0 or 1. A text that is not a number comes first."""
    left, right = _decimal(one), _decimal(other)
    return (left > right) - (left < right)


@lru_cache(maxsize=4096)
def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except ArithmeticError:
        return Decimal("-Infinity")
    return value if value == value else Decimal("-Infinity")  # noqa: PLR0124 - only NaN differs from itself


def _is_number(text: str | None) -> bool:
    """Whether a text is a decimal number."""
    return _decimal(str(text)).is_finite()


class _Sum:
    """The exact sum of decimals that are stored as texts."""

    def __init__(self) -> None:
        self._total = Decimal(0)

    def step(self, value: str | float | None) -> None:
        """Add a value."""
        if value is not None:
            self._total += Decimal(str(value))

    def finalize(self) -> str:
        """The sum."""
        return str(self._total)


def _moment(text: str | None) -> str | None:
    """A point in time in the form of our columns, from any ISO form."""
    if text is None:
        return None
    moment = aware(datetime.fromisoformat(text))
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _day(text: str | None, zone: str) -> str | None:
    """The day of a point in time in a zone."""
    if text is None:
        return None
    return aware(datetime.fromisoformat(text)).astimezone(_zone(zone)).date().isoformat()


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    """A zone by its name, or by its distance from UTC as `timezone` is shown."""
    if not name.startswith("UTC"):
        return ZoneInfo(name)
    return datetime.strptime(name.removeprefix("UTC") or "+0000", "%z").tzinfo or UTC


def _extra(data: str, name: str, field_type: str) -> Any:  # noqa: ANN401 - any value of SQLite
    """An extra field in the form of a column of its type, ``NULL`` if it is missing.

    A value that is not of the type was stored before fields were checked, and counts as missing.
    """
    kind = FieldType(field_type)
    found: Value = value_from_data(json.loads(data).get(name))
    value: Any = found if is_value_of(kind, found) else None
    match kind:
        case FieldType.CODE:
            return value if value is None else to_code(value)
        case FieldType.TEXT | FieldType.OPTION:
            return value
        case FieldType.INTEGER | FieldType.DECIMAL:
            return str(value or 0)
        case FieldType.BOOLEAN:
            return bool(value)
        case FieldType.DATETIME:
            return value if value is None else _moment(value.isoformat())
        case FieldType.DATE | FieldType.TIME:
            return _iso(value)
        case _:
            assert_never(kind)


def _iso(value: Any) -> str | None:  # noqa: ANN401 - a date or time, or a wrong value
    if value is None:
        return None
    if hasattr(value, "microsecond"):
        return str(value.replace(tzinfo=None).isoformat(timespec="microseconds"))
    return str(value.isoformat())
