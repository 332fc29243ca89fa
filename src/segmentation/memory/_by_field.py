"""The positions of records by the value of one field other than their key."""

from collections.abc import Hashable, Iterable, Iterator
from operator import attrgetter
from typing import Any, Protocol

from ._chains import Chains


class Rows(Protocol):
    """Records by position."""

    changed: dict[int, Any]

    def __len__(self) -> int:
        """How many positions there are."""

    def values(self, name: str, size: int) -> Iterator[Any]:
        """The values of a field of the first records, as they came."""


class ByField:
    """The positions of records by the value of a field. It has to be told of each change.

    Args:
        rows: The records.
        field: The field.

    Raises:
        TypeError: A value has no hash.
    """

    def __init__(self, rows: Rows, field: str) -> None:
        self._read = attrgetter(field)
        self._chains = Chains(rows.values(field, len(rows)), 2 * len(rows))
        self._changed: dict[Hashable, set[int]] = {}
        for at, record in rows.changed.items():
            self.note(at, None, record)

    def places(self, value: Hashable) -> set[int]:
        """The positions that may have a value, and perhaps others."""
        return {*self._chains.places(value), *self._changed.get(value, ())}

    def extend(self, records: Iterable[Any]) -> None:
        """Take note of records that were added at the next positions."""
        self._chains.extend(map(self._read, records))

    def note(self, position: int, before: Any, after: Any) -> None:  # noqa: ANN401
        """Take note that a record was changed, removed, or put back.

        Args:
            position: Its position.
            before: The record before, ``None`` if it was removed.
            after: The record now, ``None`` if it was removed.
        """
        if before is not None:
            value = self._read(before)
            known = self._changed.get(value, set())
            known.discard(position)
            if not known:  # nothing is left of a value that nobody has any more
                self._changed.pop(value, None)
        if after is not None:
            self._changed.setdefault(self._read(after), set()).add(position)

    @property
    def crowded(self) -> bool:
        """Whether it is better made anew."""
        return self._chains.crowded or len(self._changed) > len(self._chains)
