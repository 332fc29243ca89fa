"""Values of frames as the library knows them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from math import isfinite
from typing import Any

from segmentation.errors import InvalidValue, Message
from segmentation.fields import Field, FieldType, aware, is_value_of


def plain_values(column: Any, field: Field, zone: tzinfo = UTC) -> list[Any]:  # noqa: ANN401
    """The values of a column as the library knows them: missing ones are ``None``."""
    days = field.type is FieldType.DATE
    pairs = zip(column.to_list(), column.is_null().to_list(), strict=True)
    return [
        None
        if missing or value != value  # noqa: PLR0124 - not a number, where that is a value
        else _day_of(value, zone)
        if days and isinstance(value, datetime)
        else value
        for value, missing in pairs
    ]


def _day_of(at: datetime, zone: tzinfo) -> date:
    """The day of a point in time in the zone; without a zone of its own, the day that it shows."""
    return (at.astimezone(zone) if at.tzinfo else at).date()


def typed_values(values: Iterable[Any], field: Field, place: str) -> list[Any]:
    """Values as the library knows them, as a field has them.

    Raises:
        InvalidValue: One is none of the field's type; the error names the first.
    """
    convert = _CONVERTERS.get(field.type)
    read = list(values)
    if convert is not None:
        read = [None if value is None else convert(value) for value in read]
    for value in read:
        if value is not None and not is_value_of(field.type, value):
            reason = Message("is no value of type {type}", type=Message(field.type.value))
            raise InvalidValue(place, value, reason)
    return read


def is_readable(value: Any, field: Field) -> bool:  # noqa: ANN401
    """Whether a field can hold one of `plain_values`: an option one of its options."""
    convert = _CONVERTERS.get(field.type)
    read = value if convert is None or value is None else convert(value)
    if read is None:
        return True
    return read in field.options if field.options else is_value_of(field.type, read)


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
