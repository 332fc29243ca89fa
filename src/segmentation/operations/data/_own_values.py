"""Values of own fields of many new records, as a look at each record keeps them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from segmentation.columns import Columns
from segmentation.criteria import to_nfc
from segmentation.fields import Extra, Field, Value, is_value_of, to_extra
from segmentation.operations.schema import declared_fields
from segmentation.operations.values import Misfit, different, has_own_values, read_extra
from segmentation.protocols import Store


def with_kept_values(store: Store, found: Columns[Any]) -> Columns[Any] | None:
    """Records with the values of their own fields as they are kept.

    ``None`` if one does not fit, or is not in Unicode's normal form C.
    """
    if not has_own_values(found):
        return found
    values = _OwnValues({field.name: field for field in declared_fields(store, found.kind)})
    kept: list[Extra] = []
    for given in different(found, "extra"):
        extra = values.kept(given)
        if extra is None:
            return None
        kept.append(extra)
    return (
        found.with_columns(extra=kept) if "extra" in found.columns else found.having(extra=kept[0])
    )


_EXACT = (str, date)
"""Types whose equal values are written alike; 1.0 and 1.00 are not."""


class _OwnValues:
    """Reads the values of a table's own fields, each text and date once.

    Args:
        declared: The fields, by name.
    """

    def __init__(self, declared: Mapping[str, Field]) -> None:
        self._declared = declared
        self._known: dict[tuple[str, Value], Value] = {}

    def kept(self, extra: Extra) -> Extra | None:
        """The values of a record as they are kept; ``None`` if one does not fit."""
        if any(isinstance(value, str) and not _is_in_nfc(value) for _, value in extra):
            return None
        try:
            read = tuple((name, self._read(name, value)) for name, value in extra)
        except Misfit:
            return None
        if read != extra:
            return to_extra(read)
        return extra if all(self._is_of_its_type(*each) for each in extra) else None

    def _is_of_its_type(self, name: str, value: Value) -> bool:
        return value is None or is_value_of(self._declared[name].type, value)

    def _read(self, name: str, value: Value) -> Value:
        """A value as it is read.

        Raises:
            Misfit: It does not fit.
        """
        if type(value) not in _EXACT:
            return read_extra(self._declared, name, value)
        if (name, value) not in self._known:
            self._known[name, value] = read_extra(self._declared, name, value)
        return self._known[name, value]


def _is_in_nfc(text: str) -> bool:
    return text.isascii() or to_nfc(text) == text
