"""Finding records by a field other than their key, without looking at all of them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from segmentation.codes import Option
from segmentation.fields import Record, key_of

Key: TypeAlias = Any
"""A key of one field as it is, of several as a tuple."""
Buckets: TypeAlias = dict[Any, list[Key]]


LONG = 256
"""Records with one value, from which on an index is rather made anew than searched."""


class Indexes:
    """Keys by the values of a field: made when first asked for, then kept current.

    Options and booleans have too few values to be worth it.
    """

    def __init__(self) -> None:
        self._kinds: dict[type[Record], dict[str, Buckets]] = {}

    def keys(
        self, kind: type[Record], equal: Mapping[str, Any], records: Callable[[], Iterable[Record]]
    ) -> Iterable[Key] | None:
        """The keys of those records that may have these values, in no order; ``None`` for all."""
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
        """Whether there is any index of a kind, which its changes must be told to."""
        return kind in self._kinds

    def put(self, item: Record, before: Record | None) -> None:
        """A record was stored in the place of another, or of none."""
        fields = self._kinds[type(item)]
        for field in list(fields):
            value = getattr(item, field)
            if before is None or getattr(before, field) != value:
                fields[field].setdefault(value, []).append(kept_key(item))
                if before is not None:
                    self._leave(fields, field, before)

    def remove(self, before: Record) -> None:
        """A record was taken out."""
        fields = self._kinds[type(before)]
        for field in list(fields):
            self._leave(fields, field, before)

    def forget(self, kind: type[Record]) -> None:
        """What was known of a kind no longer holds; it is found out anew when asked for."""
        self._kinds.pop(kind, None)

    @staticmethod
    def _leave(fields: dict[str, Buckets], field: str, before: Record) -> None:
        bucket = fields[field][getattr(before, field)]
        if len(bucket) > LONG:  # many may leave at once, and each would look for its place
            del fields[field]
        else:
            bucket.remove(kept_key(before))


def kept_key(item: Record) -> Key:
    """The key under which a record is kept: a tuple takes room, so one value goes without."""
    key = key_of(item)
    return key[0] if len(key) == 1 else key
