"""The records of one kind, laid out in columns, and made into records again when asked for.

Each record has a position. Records that come are kept as they are until there are enough of them
to be laid in columns together. **What lies in columns is never changed**: a record that is changed
or removed is kept beside, by its position. So whoever reads an earlier state (an index, a roster,
a loop over all records) reads the same columns. Once much has changed, all is laid out anew.

The first records stand in the order of their keys (``ordered``); those that came out of order
stand behind them, until all is laid out anew.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import partial
from itertools import chain, compress, count, islice, repeat
from operator import attrgetter, eq, lt
from typing import Any, TypeAlias

import attrs

from segmentation.definitions import contact_field
from segmentation.fields import Field, Record

from ._by_field import ByField
from ._chains import Chains
from ._columns import Coded, Column, Extras, Listed, constant
from ._index_columns import reader

Key: TypeAlias = Any
"""The value of the key field, or a tuple if there are several."""

EXTRA = "extra"
_CONTACT = "contact_no"
_PART = 65_536
"""How many values are laid out anew together."""
_STRETCH = 512
"""How many records are made together."""
EIGHTH = 8
"""All are laid out anew once more than one in so many was changed, or came out of order."""
ANYWAY = 4
"""So many blocks may always be out of order, or changed, however few there are."""
_SEARCHES = 32
"""Of so many records one may be sought by its key before it is worth it to make chains."""
SAME = object()
"""Stands for the record that lies in the columns."""


class Shape:
    """What is known of a kind of records: its fields, its key, and how to make one of values."""

    def __init__(self, kind: type[Record]) -> None:
        self.kind = kind
        self.names = tuple(each.name for each in attrs.fields(kind))  # type: ignore[arg-type]
        self.place = {name: place for place, name in enumerate(self.names)}
        self.key: Callable[[Any], Key] = attrgetter(*kind.__key__) if kind.__key__ else lambda _: ()
        self.key_places = tuple(map(self.place.__getitem__, kind.__key__))
        self.looked_up = [name for name in (_CONTACT, contact_field(kind)) if name in self.names]
        """Fields by which records are looked up often: that of their contact."""
        self.reads = [attrgetter(name) for name in self.names]
        self._filled = _filling(kind, self.names)

    def default(self, name: str) -> Any:  # noqa: ANN401
        """What a record has in a field that nobody gives; ``None`` if it must be given."""
        default = getattr(attrs.fields(self.kind), name).default  # type: ignore[arg-type]
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
            return default.factory()
        return None if default is attrs.NOTHING else default

    def emptied(self, record: Any) -> Any:  # noqa: ANN401
        """A record of which only its number or code is left, and what has no text."""
        number = self.kind.__key__ if len(self.kind.__key__) == 1 else ()
        return self.make(
            _emptied(each, getattr(record, each.name), kept=each.name in number)
            for each in attrs.fields(self.kind)  # type: ignore[arg-type]
        )

    def make(self, values: Iterable[Any]) -> Any:  # noqa: ANN401
        """A record of values, which are taken as they are."""
        record = self._filled(*values)
        record.__class__ = self.kind
        return record


def _emptied(field: "attrs.Attribute[Any]", value: Any, *, kept: bool) -> Any:  # noqa: ANN401
    """The default of a field; a text becomes empty where there is none."""
    if kept:
        return value
    if field.default is not attrs.NOTHING and not isinstance(field.default, attrs.Factory):  # type: ignore[arg-type]
        return field.default
    return "" if type(value) is str else value


def _filling(kind: type[Record], names: Sequence[str]) -> Callable[..., Any]:
    """A class whose objects are filled as they are made, and become records of a kind then.

    A record's own class looks at each value once more, and its fields cannot be set in any quicker
    way than one call for each.
    """
    return attrs.make_class(
        kind.__name__, list(names), bases=kind.__bases__, slots=True, eq=False, repr=False
    )


class Layout:
    """Records of one kind by position.

    Args:
        shape: Their kind.
        block: How many records wait to be laid in columns together.

    Attributes:
        changed: The records that were changed since they came, and ``None`` for those that were
            removed, by position.
        ordered: So many records, from the first on, stand in the order of their keys.
    """

    def __init__(self, shape: Shape, block: int) -> None:
        self.shape = shape
        self.changed: dict[int, Any] = {}
        self.ordered = 0
        self._block = block
        self._columns: list[Column] = [
            Extras() if name == EXTRA else Coded() for name in shape.names
        ]
        self._held: tuple[int, list[Any]] = (0, [])
        self._by_key: Chains | None = Chains()
        self._sought = 0
        """How often a key was sought without chains."""
        self._greatest: Key = None
        self._plan = self._planned()
        self._by_field = {name: ByField(self, name) for name in shape.looked_up}
        self._gone: set[int] = set()
        """Positions of records that were removed and forgotten, with their keys."""

    def __len__(self) -> int:
        laid, waiting = self._held
        return laid + len(waiting)

    # -- single records ---------------------------------------------------------------------

    def place(self, key: Key) -> int | None:
        """The position of a key; that of a record that was removed is kept for its key."""
        gone = self._gone
        places = self._places(key)
        return next((at for at in places if at not in gone and self.key(at) == key), None)

    def _places(self, key: Key) -> Iterable[int]:
        """The positions that may have a key: by chains, or by the order until these are made."""
        if self._by_key is None:
            self._sought += 1
            if self.ordered == len(self) and self._sought * _SEARCHES < len(self):
                at = bisect_left(range(self.ordered), key, key=self._place_in_order)
                return range(at, min(at + 1, self.ordered))
            self._by_key = Chains(map(self.key, range(len(self))), 2 * len(self))
        return self._by_key.places(key)

    def key(self, position: int) -> Key:
        """The key at a position."""
        laid, waiting = self._held
        if position >= laid:
            return self.shape.key(waiting[position - laid])
        places = self.shape.key_places
        if len(places) == 1:
            return self._columns[places[0]].at(position)
        return tuple([self._columns[place].at(position) for place in places])

    def original(self, position: int) -> Any:  # noqa: ANN401
        """The record at a position as it came first."""
        laid, waiting = self._held
        if position >= laid:
            return waiting[position - laid]
        shared, coded, others = self._plan
        values = shared.copy()
        for place, column in coded:
            values[place] = column.values[column.codes[position]]  # type: ignore[index]
        for place, other in others:
            values[place] = other.at(position)
        return self.shape.make(values)

    def current(self, position: int) -> Any:  # noqa: ANN401
        """The record at a position; ``None`` if it was removed."""
        found = self.changed.get(position, SAME)
        return self.original(position) if found is SAME else found

    def _planned(self) -> tuple[list[Any], list[tuple[int, Coded]], list[tuple[int, Column]]]:
        """How a record is made: values that all have, columns of codes, and other columns."""
        shared: list[Any] = [None] * len(self._columns)
        coded: list[tuple[int, Coded]] = []
        others: list[tuple[int, Column]] = []
        for place, column in enumerate(self._columns):
            if isinstance(column, Extras) and column.is_empty:
                shared[place] = ()
            elif not isinstance(column, Coded):
                others.append((place, column))
            elif column.codes is not None:
                coded.append((place, column))
            elif column.values:
                shared[place] = column.values[0]
        return shared, coded, others

    # -- many records -----------------------------------------------------------------------

    def parted(self, field: Field, size: int) -> tuple[Column, int, list[Any]]:
        """The values of a field of the first records, as they came.

        Returns:
            A column, how many of its values count, and the values behind these.
        """
        laid, waiting = self._held
        rest = list(map(reader(field), waiting[: max(size - laid, 0)]))
        if not field.extra:
            return self._columns[self.shape.place[field.name]], min(laid, size), rest
        column = self._columns[self.shape.place[EXTRA]]
        if isinstance(column, Extras):
            return column.named(field.name), min(laid, size), rest
        return Listed(list(map(reader(field), self.originals(range(laid))))), min(laid, size), rest

    def values(self, name: str, size: int) -> Iterator[Any]:
        """The values of a field of the first records, as they came."""
        laid, waiting = self._held
        column = self._columns[self.shape.place[name]]
        rest = map(attrgetter(name), waiting[: max(size - laid, 0)])
        return chain(column.part(0, min(laid, size)), rest)

    def reads(self, names: Sequence[str]) -> Callable[[int], tuple[Any, ...]]:
        """The function from a position to the values of some fields, two at least."""
        read = attrgetter(*names)
        places = [self.shape.place[name] for name in names]

        def values(position: int) -> tuple[Any, ...]:
            laid, waiting = self._held
            if position >= laid:
                found: tuple[Any, ...] = read(waiting[position - laid])
                return found
            return tuple([self._columns[place].at(position) for place in places])

        return values

    def originals(self, places: range) -> Iterator[Any]:
        """Records as they came first, at neighbouring positions."""
        laid, waiting = self._held
        stop = min(places.stop, laid)
        for start in range(places.start, stop, _STRETCH):
            parts = [each.part(start, min(start + _STRETCH, stop)) for each in self._columns]
            yield from map(self.shape.make, zip(*parts, strict=True))
        yield from waiting[max(places.start - laid, 0) : max(places.stop - laid, 0)]

    def in_order(self, size: int) -> Iterator[range]:
        """The first positions in the order of their keys, as runs of neighbours."""
        ordered = start = min(self.ordered, size)
        if ordered < size:
            start = 0
            behind = range(ordered, size)
            for key, at in sorted(zip(map(self.key, behind), behind, strict=True)):
                stop = bisect_left(range(ordered), key, start, key=self._place_in_order)
                yield range(start, stop)
                yield range(at, at + 1)
                start = stop
            yield range(start, ordered)
        else:
            yield range(size)

    def _place_in_order(self, position: int) -> Key:
        """The key of a record, or of the one before if it was forgotten."""
        kept = (at for at in range(position, -1, -1) if at not in self._gone)
        return self.key(next(kept, position))

    def having(self, field: str, value: Any) -> Collection[int] | None:  # noqa: ANN401
        """The positions that may have a value in a field, found by its index.

        ``None`` means that the field cannot be looked up.
        """
        try:
            if field not in self._by_field:
                self._by_field[field] = ByField(self, field)
            return self._by_field[field].places(value)
        except TypeError:  # some values have no hash
            return None

    def scanned(self, field: str, value: Any, size: int) -> Iterator[int]:  # noqa: ANN401
        """The positions that may have a value in a field, found by a look at each."""
        same = map(eq, self.values(field, size), repeat(value))
        return chain(compress(count(), same), (at for at in self.changed if at < size))

    # -- changes ----------------------------------------------------------------------------

    def are_new(self, keys: Sequence[Key]) -> bool:
        """Whether there never was a record with any of these keys, and no two are the same."""
        if self.ordered == len(self) and self._ascending(keys) == len(keys):
            return True
        return len(set(keys)) == len(keys) and not any(self.place(k) is not None for k in keys)

    def _ascending(self, keys: Sequence[Key]) -> int:
        """How many keys, from the first on, ascend from the greatest so far."""
        befores = chain((self._greatest,), keys) if len(self) else keys
        ascending = list(map(lt, befores, keys if len(self) else islice(keys, 1, None)))
        first = 0 if len(self) else 1
        return ascending.index(False) + first if False in ascending else len(keys)

    def add(self, records: Sequence[Record], keys: Sequence[Key]) -> int:
        """Add records of new keys at the next positions, of which the first is returned."""
        start = len(self)
        if self._by_key is not None:
            self._by_key.extend(keys)
        if self.ordered == start:
            more = self._ascending(keys)
            if more:
                self.ordered, self._greatest = start + more, keys[more - 1]
        self._held[1].extend(records)
        for field, index in list(self._by_field.items()):
            self._noted(field, index, partial(index.extend, records))
        if len(self._held[1]) >= self._block:
            self._lay()
        return start

    def _lay(self) -> None:
        """Lay the records that wait in columns."""
        laid, waiting = self._held
        for place, read in enumerate(self.shape.reads):
            self._columns[place] = self._columns[place].added(list(map(read, waiting)))
        self._plan = self._planned()
        self._held = laid + len(waiting), []
        if self._by_key is not None and self._by_key.crowded:
            self._by_key = Chains(map(self.key, range(len(self))), 4 * len(self))

    def change(self, position: int, record: Record | None) -> None:
        """Put another record of the same key in place of one; ``None`` removes it."""
        before = self.current(position)
        self.changed[position] = record
        self._note(position, before, record)

    def change_back(self, position: int, record: Any) -> None:  # noqa: ANN401
        """Put back what `changed` held of a position; `SAME` if it held nothing."""
        before = self.current(position)
        if record is SAME:
            del self.changed[position]
        else:
            self.changed[position] = record
        self._note(position, before, self.current(position))

    def _note(self, position: int, before: Any, after: Any) -> None:  # noqa: ANN401
        for field, index in list(self._by_field.items()):
            self._noted(field, index, partial(index.note, position, before, after))

    def _noted(self, field: str, index: ByField, note: Callable[[], None]) -> None:
        try:
            note()
        except TypeError:  # a value without a hash
            del self._by_field[field]
            return
        if index.crowded:
            self._by_field[field] = ByField(self, field)

    def forget(self, key: Key, record: Any) -> None:  # noqa: ANN401
        """Let nothing be left of what a record was, for whoever reads it, but a number or code.

        Args:
            key: Its key.
            record: The record as it is now, ``None`` if it was removed.
        """
        at = self.place(key)
        if at is None:
            return
        now = self.shape.emptied(self.original(at)) if record is None else record
        if at in self.changed:
            self.changed[at] = record
        if record is None:
            self._gone.update([at] if len(self.shape.key_places) > 1 else ())
        laid, waiting = self._held
        if at >= laid:
            waiting[at - laid] = now
        else:
            for column, read in zip(self._columns, self.shape.reads, strict=True):
                column.overwrite(at, read(now))
            self._plan = self._planned()
        if at == self.ordered - 1:
            self._greatest = self._place_in_order(at)

    def worn(self, much: int) -> bool:
        """Whether more than so many records were changed, or came out of order."""
        return max(len(self) - self.ordered, len(self.changed)) > much

    def anew(self, much: int) -> "Layout":
        """The records as they are now.

        Unless more than so many were removed or came out of order, they keep their positions.
        """
        removed = {at: None for at, record in self.changed.items() if record is None}
        if max(len(self) - self.ordered, len(removed)) > much:
            return self._in_new_order()
        laid, waiting = self._held
        made: Layout = copy(self)
        made.changed = removed
        records = {at: each for at, each in self.changed.items() if each is not None}
        made._held = laid, [records.pop(at, each) for at, each in enumerate(waiting, laid)]
        made._columns = [
            column.replaced(dict(_different(records, column, name)))
            for column, name in zip(self._columns, self.shape.names, strict=True)
        ]
        made._plan = made._planned()
        made._by_key = self._by_key and self._by_key.copied()
        made._gone = {*self._gone}
        made._by_field = {field: ByField(made, field) for field in self._by_field}
        return made

    def settled(self) -> Mapping[str, Column]:
        """The columns of the records as they are now, in the order of their keys, by field."""
        whole = len(self.changed) == 0 and self.ordered == len(self)
        made = self.anew(len(self)) if whole else self._in_new_order()
        return made.laid()

    def laid(self) -> Mapping[str, Column]:
        """The columns by field, once all records are laid in them."""
        if self._held[1]:
            self._lay()
        return dict(zip(self.shape.names, self._columns, strict=True))

    @classmethod
    def of(cls, shape: Shape, block: int, columns: Mapping[str, Column], size: int) -> "Layout":
        """The records of columns, in the order of their keys.

        Args:
            shape: Their kind.
            block: How many records wait to be laid in columns together.
            columns: The values by field. Fields that are not among them have their defaults.
            size: How many there are.
        """
        made = cls(shape, block)
        made._columns = [
            columns[name] if name in columns else constant(shape.default(name), size)
            for name in shape.names
        ]
        made._held = size, []
        made._plan = made._planned()
        made._by_key, made._by_field = None, {}
        made.ordered, made._greatest = size, made.key(size - 1)
        return made

    def much(self, part: int, blocks: int) -> int:
        """One in so many records, or as many as wait for so many blocks if these are more."""
        return max(len(self) // part, blocks * self._block)

    def _in_new_order(self) -> "Layout":
        """The records as they are now, in the order of their keys."""
        places = chain.from_iterable(self.in_order(len(self)))
        there = array("I", (at for at in places if self.changed.get(at, SAME) is not None))
        made = Layout(self.shape, self._block)
        laid = len(there) // self._block * self._block
        parts = [
            self._found(there[start : min(start + _PART, laid)]) for start in range(0, laid, _PART)
        ]
        made._columns = [self._taken(place, parts) for place in range(len(self._columns))]
        made._held = laid, list(map(self.current, there[laid:]))
        made._plan = made._planned()
        made._by_key = Chains(map(made.key, range(len(there))), 2 * len(there))
        made.ordered = len(there)
        made._greatest = made.key(len(there) - 1) if there else None
        made._by_field = {field: ByField(made, field) for field in self._by_field}
        return made

    def _found(self, places: "array[int]") -> "_Found":
        """Where records at some positions are: in columns, or records by their index."""
        laid, waiting = self._held
        records: dict[int, Any] = {}
        for index, at in enumerate(places):
            if at in self.changed:
                records[index] = self.changed[at]
            elif at >= laid:
                records[index] = waiting[at - laid]
        for index in records:
            places[index] = 0
        return places, records

    def _taken(self, place: int, parts: Sequence["_Found"]) -> Column:
        """The column of a field, laid out anew."""
        old, name = self._columns[place], self.shape.names[place]
        if isinstance(old, Coded) and old.codes is None and old.values:
            others = chain.from_iterable(records.values() for _, records in parts)
            if all(getattr(each, name) is old.values[0] for each in others):
                return constant(old.values[0], sum(len(places) for places, _ in parts))
        made: Column = Extras() if name == EXTRA else Coded()
        for places, records in parts:
            values = old.taken(places)
            for index, record in records.items():
                values[index] = getattr(record, name)
            made = made.added(values)
        return made


def _different(records: Mapping[int, Any], column: Column, name: str) -> Iterator[tuple[int, Any]]:
    """The values of a field that are others than those in its column, by position."""
    for at, record in records.items():
        old, new = column.at(at), getattr(record, name)
        if old is not new and not (type(old) is type(new) is str and old == new):
            yield at, new


_Found: TypeAlias = "tuple[array[int], Mapping[int, Any]]"
