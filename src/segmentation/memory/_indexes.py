"""Lookup of records by a field other than their key."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from segmentation.codes import Option
from segmentation.fields import Record, key_of

Key: TypeAlias = Any
"""The value of the key field, or a tuple if there are several."""
Buckets: TypeAlias = dict[Any, list[Key]]
"""The keys of the records by the value of a field."""

LONG = 256
"""An index is built again, and not searched, to remove a record from a bucket longer than this."""


class Indexes:
    """The keys of records by the value of a field. Built when first needed, then kept current.

    Options and booleans are not indexed: they have too few values.
    """

    def __init__(self) -> None:
        self._kinds: dict[type[Record], dict[str, Buckets]] = {}

    def keys(
        self, kind: type[Record], equal: Mapping[str, Any], records: Callable[[], Iterable[Record]]
    ) -> Iterable[Key] | None:
        """The keys of the records that may have these values, in no order.

        ``None`` means that no field can be looked up, so that all records have to be tested.
        """
        field = next((f for f, v in equal.items() if not isinstance(v, Option | bool)), None)
        if field is None:
            return None
        fields = self._kinds.setdefault(kind, {})
        if field not in fields:
            fields[field] = {}
            for item in records():
                fields[field].setdefault(getattr(item, field), []).append(kept_key(item))
        return fields[field].get(equal[field], ())

    def covers(self, kind: type[Record]) -> bool:
        """Whether a kind has an index, so that its changes must be recorded."""
        return kind in self._kinds

    def put(self, item: Record, before: Record | None) -> None:
        """Record that a record was stored, in place of ``before`` if that is not ``None``."""
        fields = self._kinds[type(item)]
        for field in list(fields):
            value = getattr(item, field)
            if before is None or getattr(before, field) != value:
                fields[field].setdefault(value, []).append(kept_key(item))
                if before is not None:
                    self._drop_key(fields, field, before)

    def remove(self, before: Record) -> None:
        """Record that a record was removed."""
        fields = self._kinds[type(before)]
        for field in list(fields):
            self._drop_key(fields, field, before)

    def forget(self, kind: type[Record]) -> None:
        """Discard the indexes of a kind. They are built again when needed."""
        self._kinds.pop(kind, None)

    @staticmethod
    def _drop_key(fields: dict[str, Buckets], field: str, before: Record) -> None:
        bucket = fields[field][getattr(before, field)]
        if len(bucket) > LONG:  # many may be removed in a row, each by a search
            del fields[field]
        else:
            bucket.remove(kept_key(before))


def kept_key(item: Record) -> Key:
    """The key under which a record is stored. A tuple takes room, so one value stands alone."""
    key = key_of(item)
    return key[0] if len(key) == 1 else key
