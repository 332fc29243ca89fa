"""Many records that are alike: what they share is kept once, what differs as columns.

A worksheet's lines, and the interactions that they become, differ in a few fields only. Who
goes through them field by field (a writer, a sum, a check) looks once at what they share.
Knows nothing of what records say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, repeat
from operator import attrgetter, eq, is_
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload

import attrs

from .frozen import freeze_within
from .markup import SHOWN, to_rows
from .showing import shown_by

ItemT = TypeVar("ItemT")


_EXACT = (str, date)
"""Types whose values are the same whenever they are equal; 1.0 and 1.00 are not."""


@shown_by("kind", count="records")
@attrs.frozen(eq=False, field_transformer=freeze_within)
class Columns(Sequence[ItemT], Generic[ItemT]):
    """Records of one kind; looking at one makes it.

    Values are taken as they are: they were converted when a record was made with them.

    Attributes:
        kind: Their class.
        shared: The values that are the same in all of them, by field.
        columns: The values of all other fields, in the order of the records.
        size: How many there are.

    >>> from segmentation.contacts import ContactMailingGroup as Row
    >>> rows = gathered(Row, [Row(contact_no=no, mailing_group_code="NEWS") for no in "ABA"])
    >>> rows.shared["mailing_group_code"], rows.columns["contact_no"]
    ('NEWS', ('A', 'B', 'A'))
    >>> rows[1].contact_no, rows.counted("contact_no")[("A",)]
    ('B', 2)
    """

    kind: type[ItemT]
    shared: Mapping[str, Any]
    columns: Mapping[str, Sequence[Any]]
    size: int

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[ItemT]:
        names = _names(self.kind)
        fills = [getattr(self.kind, name).__set__ for name in names]
        for row in self.rows(*names):
            item = object.__new__(self.kind)
            for fill, value in zip(fills, row, strict=True):
                fill(item, value)
            yield item

    @overload
    def __getitem__(self, index: int) -> ItemT: ...
    @overload
    def __getitem__(self, index: slice) -> "Columns[ItemT]": ...
    def __getitem__(self, index: int | slice) -> "ItemT | Columns[ItemT]":
        places = range(self.size)[index]
        if isinstance(places, range):
            return self.taken(places)
        return next(iter(self.taken((places,))))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # equal to any sequence of equal records

    def _repr_html_(self) -> str:
        """The first records, by the fields that they are shown by."""
        names = getattr(self.kind, "__shown__", None) or _names(self.kind)[:SHOWN]
        return to_rows(self, names)

    def column(self, name: str) -> Sequence[Any]:
        """The values of a field."""
        if name in self.columns:
            return self.columns[name]
        return [self.shared[name]] * self.size

    def rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """The values of some fields, record by record."""
        return zip(
            *(
                self.columns[name] if name in self.columns else repeat(self.shared[name], self.size)
                for name in names
            ),
            strict=True,
        )

    def counted(self, *names: str) -> Mapping[tuple[Any, ...], int]:
        """How many records there are for each combination of values of some fields."""
        if self.size and not any(name in self.columns for name in names):
            return {tuple(self.shared[name] for name in names): self.size}
        return Counter(self.rows(*names))

    def taken(self, places: Sequence[int]) -> "Columns[ItemT]":
        """The records at these places, in their order; a place may come more than once."""
        columns = {
            name: [column[place] for place in places] for name, column in self.columns.items()
        }
        return attrs.evolve(self, columns=columns, size=len(places))

    def having(self, **values: Any) -> "Columns[ItemT]":  # noqa: ANN401 - of any field
        """These records with other values that all of them share."""
        columns = {name: each for name, each in self.columns.items() if name not in values}
        return attrs.evolve(self, shared={**self.shared, **values}, columns=columns)

    def with_columns(self, **columns: Sequence[Any]) -> "Columns[ItemT]":
        """These records with other values, one for each."""
        return _parted(self.kind, {**self.columns, **columns}, self.size, self.shared)

    def replaced(self, records: Mapping[int, ItemT]) -> "Columns[ItemT]":
        """These records, with others at some places."""
        if not records:
            return self
        differ = [
            name
            for name in _names(self.kind)
            if name in self.columns
            or any(getattr(each, name) is not self.shared[name] for each in records.values())
        ]
        columns = {name: list(self.column(name)) for name in differ}
        for place, record in records.items():
            for name, column in columns.items():
                column[place] = getattr(record, name)
        return self.with_columns(**columns)


def gathered(kind: type[ItemT], records: Iterable[ItemT]) -> Columns[ItemT]:
    """Records that are at hand, by what they share."""
    names = _names(kind)
    rows = list(map(attrgetter(*names), records))
    columns = zip(*rows, strict=True) if rows else repeat(())
    return _parted(kind, dict(zip(names, columns, strict=False)), len(rows))


def like(pattern: ItemT, size: int, columns: Mapping[str, Sequence[Any]]) -> Columns[ItemT]:
    """Records that are all like one, but for the values of some fields."""
    shared = {name: getattr(pattern, name) for name in _names(type(pattern))}
    return _parted(type(pattern), columns, size, shared)


def joined(kind: type[ItemT], parts: Iterable[Columns[ItemT]]) -> Columns[ItemT]:
    """Records one after another."""
    found = [part for part in parts if part]
    if len(found) == 1:
        return found[0]
    columns = {name: [*chain(*(part.column(name) for part in found))] for name in _names(kind)}
    return _parted(kind, columns, sum(map(len, found)))


def _parted(
    kind: type[ItemT],
    columns: Mapping[str, Sequence[Any]],
    size: int,
    rest: Mapping[str, Any] = MappingProxyType({}),
) -> Columns[ItemT]:
    """Records by what they share and what differs; the rest is what has no column."""
    shared = {name: value for name, value in rest.items() if name not in columns}
    differ = {}
    for name, column in columns.items():
        if size and _is_one(column):
            shared[name] = column[0]
        else:
            differ[name] = column
    return Columns(kind, shared, differ, size)


def _is_one(column: Sequence[Any]) -> bool:
    """Whether all values are the same, not only equal."""
    first = column[0]
    if type(first) in _EXACT:
        return column[-1] == first and column.count(first) == len(column)
    return all(map(is_, column, repeat(first)))


def _names(kind: type[ItemT]) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(kind))  # type: ignore[arg-type]  # an attrs class
