"""Values that a caller gives for fields, by name: read as their fields hold them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs

from segmentation.errors import Fault, InvalidValue, Rejected, Said, UnknownName
from segmentation.fields import Extra, Field, Record, fields_of, to_extra

from .reading import read_value


def read_given(
    kind: type[Record],
    given: Mapping[str, object],
    *,
    fixed: Iterable[str] = (),
    long: bool = False,
) -> dict[str, Any]:
    """The values of some fields of a record, such as ``date="2026-11-22"`` or ``cost=2.5``.

    Args:
        kind: The record's class.
        given: Values by field; ``None`` and an empty text are the blank of the field.
        fixed: Fields that no caller gives.
        long: Let texts be longer than their fields, for who looks at that later.

    Raises:
        UnknownName: The record has no such field, or no caller gives it.
        InvalidValue: A value does not fit its field.
        Rejected: Several do not.
    """
    fields = {field.name: field for field in fields_of(kind)}
    known = {*fields, "extra"} - set(fixed)
    read: dict[str, Any] = {}
    faults: list[InvalidValue] = []
    for name, value in given.items():
        if name not in known:
            raise UnknownName("field", name, known=sorted(known), where=kind.__table__)
        try:
            read[name] = _extra(value) if name == "extra" else _read(fields[name], value, long=long)
        except (ValueError, TypeError) as error:
            faults.append(InvalidValue(name, value, str(error).removeprefix(f"{value!r} ")))
    if len(faults) == 1:
        raise faults[0]
    if faults:
        what = kind.__table__.replace("_", " ")
        raise Rejected(what, [Fault(what, fault.field, _told(fault)) for fault in faults])
    return read


def _read(field: Field, value: object, *, long: bool) -> object:
    return read_value(attrs.evolve(field, length=0) if long else field, _exact(value))


def _extra(values: Any) -> Extra:  # noqa: ANN401 - what is no mapping is refused
    return tuple((name, _exact(value)) for name, value in to_extra(values))


def _exact(value: Any) -> Any:  # noqa: ANN401 - any value
    """A value, a float as the number that it shows."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _told(fault: InvalidValue) -> Said:
    return Said("{value!r} {reason}", value=fault.value, reason=fault.reason)
