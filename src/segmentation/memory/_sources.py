"""Where the index reads: rows by position, as they were when it was built.

A store in memory gives columns (`Snapshot`), which are read as they lie. A host's own records are
read one by one (`PlainSource`).
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, Protocol

from segmentation.criteria import Row, Table
from segmentation.fields import Field, Value

from ._chains import Chains
from ._index_columns import Dictionary, Ranks, encode, reader
from ._snapshots import Snapshot
from ._with_numpy import Keys


class Source(Protocol):
    """Rows by position."""

    @property
    def size(self) -> int:
        """How many positions there are."""

    def __getitem__(self, at: int) -> Row:
        """The row at a position."""

    def values(self, field: Field, places: Sequence[int] | None = None) -> Iterable[Any]:
        """The stored values of a field, at some positions or, by default, at all."""

    def encoded(self, field: Field) -> tuple[Dictionary, Ranks]:
        """The dictionary of a field, and the rank at each position.

        Raises:
            Unsortable: The values have no order.
        """

    def keys(self, field: Field, blank: Value | None) -> Keys | None:
        """All values of a field as numbers, ``None`` if they do not suit.

        Args:
            field: The field.
            blank: What to take for a missing value; ``None`` if there must be none.
        """

    def differ(self, field: Field) -> bool:
        """Whether there are many values in a field, most of them different."""

    def reads(self, names: Sequence[str]) -> Callable[[int], tuple[Any, ...]]:
        """The function from a position to the values of some fields of ours, two at least."""

    @property
    def changed(self) -> Mapping[int, Row | None]:
        """The rows that are now others than these, ``None`` for those that are gone."""

    def behind(self) -> Iterator[Row]:
        """Rows without a position, since they came out of order."""

    def forget(self, at: int) -> None:
        """Forget as what the row at a position was changed."""


class PlainSource:
    """Rows in a list."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)
        self.size = len(self._rows)
        self.changed: Mapping[int, Row | None] = {}

    def __getitem__(self, at: int) -> Row:
        return self._rows[at]

    def values(self, field: Field, places: Sequence[int] | None = None) -> Iterable[Any]:
        """The stored values of a field, at some positions or, by default, at all."""
        rows = self._rows if places is None else map(self._rows.__getitem__, places)
        return map(reader(field), rows)

    def encoded(self, field: Field) -> tuple[Dictionary, Ranks]:
        """The dictionary of a field, and the rank at each position."""
        return encode(field, list(self.values(field)))

    def keys(self, field: Field, blank: Value | None) -> Keys | None:
        """All values of a field as numbers, ``None`` if they do not suit."""
        return Keys.of(_meant(self.values(field), blank), self.size)

    def differ(self, _field: Field) -> bool:
        """Whether there are many different values: nobody knows."""
        return False

    def reads(self, names: Sequence[str]) -> Callable[[int], tuple[Any, ...]]:
        """The function from a position to the values of some fields of ours, two at least."""
        read = attrgetter(*names)
        return lambda at: read(self._rows[at])

    def behind(self) -> Iterator[Row]:
        """No rows."""
        return iter(())

    def forget(self, at: int) -> None:
        """Do nothing: no row is changed."""


class Some:
    """The rows of a source at some positions. They get new ones.

    Args:
        source: The source.
        places: The positions there, ascending.
    """

    def __init__(self, source: Source, places: "array[int]") -> None:
        self._source = source
        self._places = places
        self.size = len(places)

    def __getitem__(self, at: int) -> Row:
        return self._source[self._places[at]]

    def values(self, field: Field) -> Iterable[Any]:
        """The stored values of a field, in the order of positions."""
        return self._source.values(field, self._places)

    def encoded(self, field: Field) -> tuple[Dictionary, Ranks]:
        """The dictionary of a field, and the rank at each position."""
        return encode(field, list(self.values(field)))


def source_of(rows: Iterable[Row], *, ordered: bool = False) -> Source:
    """Rows as a source.

    Args:
        rows: The rows.
        ordered: Whether positions must follow the order of keys.
    """
    if isinstance(rows, Snapshot):
        return rows.in_order() if ordered else rows
    return PlainSource(rows)


class RowsByKey:
    """The rows of a table that is linked in a way which no index can compare, by their key.

    Args:
        table: Their table. A missing value of a field that its link compares counts as blank.
        source: The rows.
    """

    def __init__(self, table: Table, source: Source) -> None:
        self.table = table
        self._source = source
        fields = [table.field(name) for name, _ in table.link.on] if table.link else []
        self._fields = [(reader(field), field.blank) for field in fields]
        columns = [_meant(source.values(field), field.blank) for field in fields]
        keys = zip(*columns, strict=True) if fields else repeat((), source.size)
        self._chains = Chains(keys, source.size)
        self._changed: dict[tuple[Any, ...], list[Row]] = {}
        for at, row in source.changed.items():
            self.on_row_changed(source[at], row)

    def rows(self, key: tuple[Any, ...]) -> Sequence[Row]:
        """The rows with a key."""
        if key in self._changed:
            return self._changed[key]
        found = map(self._source.__getitem__, self._chains.places(key))
        return [row for row in found if self._key(row) == key][::-1]

    def on_row_changed(self, old: Row | None, new: Row | None) -> None:
        """Record that a row was added (``old`` is ``None``), changed or removed."""
        if old is not None:
            self._of(old).remove(old)
        if new is not None:
            self._of(new).append(new)

    @property
    def changes(self) -> int:
        """How many keys have rows that have changed."""
        return len(self._changed)

    def _of(self, row: Row) -> list[Row]:
        """The rows with the same key as this one, to be changed."""
        key = self._key(row)
        if key not in self._changed:
            self._changed[key] = list(self.rows(key))
        return self._changed[key]

    def _key(self, row: Row) -> tuple[Any, ...]:
        values = [(read(row), blank) for read, blank in self._fields]
        return tuple([blank if value is None else value for value, blank in values])


def _meant(values: Iterable[Any], blank: Value | None) -> Iterator[Any]:
    return (blank if value is None else value for value in values)
