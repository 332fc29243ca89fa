"""Columns: the values of one field of many records, each held in the way that takes least room.

A column gives back exactly what was put in: 1 is not ``True``, and 1.0 is not 1.00. What values a
field has decides how they are held, and it is decided again each time that a column has doubled:

- few different values: a number for each row, which stands for its value (`Coded`);
- texts and decimals: one long text for each block of rows (`Texts`);
- whole numbers, dates, moments: machine numbers (`Numbers`);
- own fields: a column for each of their names (`Extras`);
- anything else: a list (`Listed`).

Values are added at the end and never changed; with other values there is another column.
Knows no records.
"""

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate, chain, groupby, pairwise, repeat
from operator import is_
from typing import Any, Protocol, TypeAlias

import attrs

from segmentation.codes import Option
from segmentation.fields import Extra

_BITS = 10
BLOCK = 1 << _BITS
"""How many rows are laid in columns together."""
_REST = BLOCK - 1
_FEW = 256
_MANY = 65_536
_OFTEN = 16
"""Values that occur so often on average are worth a code."""
_SELDOM = 8
"""Codes are given up once values occur less often than this on average."""


class Column(Protocol):
    """The values of one field, from position 0 on."""

    def __len__(self) -> int:
        """How many there are."""

    def at(self, position: int) -> Any:  # noqa: ANN401
        """The value at a position."""

    def part(self, start: int, stop: int) -> Iterable[Any]:
        """The values from one position to another (exclusive)."""

    def taken(self, positions: Iterable[int]) -> list[Any]:
        """The values at some positions, in their order."""

    def added(self, values: Sequence[Any]) -> "Column":
        """The column with values added at its end: this one, or another that replaces it."""

    def replaced(self, values: Mapping[int, Any]) -> "Column":
        """A copy with other values at some positions."""

    def overwrite(self, position: int, value: Any) -> None:  # noqa: ANN401
        """Let nothing be left of the value at a position, for whoever reads it.

        Args:
            position: The position.
            value: The value to put there; if the column cannot hold it, another takes its place.
        """


class Coded:
    """Few different values: each has a code, from 0 on, and each position holds one.

    Attributes:
        values: The value of each code.
        codes: The code at each position; ``None`` as long as there is one value only.
    """

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.codes: bytearray | array[int] | None = None
        self._size = 0
        self._known: dict[Hashable, int] = {}
        self._types: set[type] = set()
        self._key: Callable[[Any], Hashable] | None = None

    @classmethod
    def of(cls, values: list[Any], codes: "bytearray | array[int] | None", size: int) -> "Coded":
        """The column of values, as they were taken apart before.

        Raises:
            ValueError: They do not fit together.
        """
        made = cls()
        made._look_at_types(values)
        keys = values if made._key is None else map(made._key, values)
        made.values, made.codes, made._size = values, codes, size
        made._known = {key: code for code, key in enumerate(keys)}
        held = [0] * min(size, 1) if codes is None else codes
        if max(held, default=-1) >= len(values) or (codes is not None and len(codes) != size):
            raise ValueError
        return made

    def __len__(self) -> int:
        return self._size

    def at(self, position: int) -> Any:  # noqa: ANN401
        """The value at a position."""
        return self.values[self.codes[position] if self.codes is not None else 0]

    def part(self, start: int, stop: int) -> Iterable[Any]:
        """The values from one position to another (exclusive)."""
        if self.codes is None:
            return repeat(self.values[0], stop - start) if self.values else ()
        return map(self.values.__getitem__, self.codes[start:stop])

    def taken(self, positions: Iterable[int]) -> list[Any]:
        """The values at some positions, in their order."""
        if self.codes is None:
            return [self.values[0] for _ in positions]
        return list(map(self.values.__getitem__, map(self.codes.__getitem__, positions)))

    def added(self, values: Sequence[Any]) -> Column:
        """The column with values added, as codes if these are still worth it."""
        if self.codes is None and self.values and _all_are(self.values[0], values):
            self._size += len(values)
            return self
        before = self._size
        try:
            self.take(values)
        except TypeError:  # a value that cannot be looked up
            return Listed([*self.part(0, before), *values])
        if len(self.values) > _FEW and len(self.values) * _SELDOM > self._size:
            return fitting([*self.part(0, self._size)])
        return self

    def replaced(self, values: Mapping[int, Any]) -> Column:
        """A copy with other values at some positions."""
        made: Coded = copy(self)
        made.values, made._known, made._types = [*self.values], {**self._known}, {*self._types}
        made.codes = self.codes if self.codes is None else self.codes[:]
        try:
            codes = made._codes_of(list(values.values()))
        except TypeError:  # a value that cannot be looked up
            return _listed(self.part(0, self._size), values)
        made._widen()
        if made.codes is not None:
            for at, code in zip(values, codes, strict=True):
                made.codes[at] = code
        return made

    def overwrite(self, position: int, value: Any) -> None:  # noqa: ANN401
        """Put another value at a position, and forget the one before if no other has it."""
        old = 0 if self.codes is None else self.codes[position]
        try:
            (code,) = self._codes_of([value])
        except TypeError:  # a value that cannot be looked up
            value = None
            (code,) = self._codes_of([value])
        self._widen()
        if code == old or self.codes is None:
            return
        self.codes[position] = code
        if old not in self.codes:
            gone = self.values[old]
            del self._known[gone if self._key is None else self._key(gone)]
            self.values[old] = value

    def first(self, size: int) -> "bytes | bytearray | array[int]":
        """The codes of the first positions."""
        return bytes(size) if self.codes is None else self.codes[:size]

    def take(self, values: Sequence[Any]) -> None:
        """Add values, whether codes are worth it or not."""
        codes = self._codes_of(values)
        self._widen()
        if self.codes is not None:
            self.codes.extend(codes)
        self._size += len(values)

    def _widen(self) -> None:
        """Make room for the codes of all values."""
        if self.codes is None and len(self.values) > 1:
            self.codes = bytearray(self._size)
        if self.codes is not None:
            self.codes = _wide_enough(self.codes, len(self.values))

    def _codes_of(self, values: Sequence[Any]) -> list[int]:
        self._look_at_types(values)
        keys = values if self._key is None else list(map(self._key, values))
        found = list(map(self._known.get, keys))
        if None in found:
            for at, key in enumerate(keys):
                if found[at] is None:
                    code = found[at] = self._known.setdefault(key, len(self.values))
                    if code == len(self.values):
                        self.values.append(values[at])
        return found  # type: ignore[return-value]  # none is None any more

    def _look_at_types(self, values: Sequence[Any]) -> None:
        new = set(map(type, values)) - self._types
        if new:
            self._types |= new
            if self._key is None and not _told_apart(self._types):
                self._key = _exactly
                self._known = {_exactly(value): code for code, value in enumerate(self.values)}


def _all_are(value: Any, others: Sequence[Any]) -> bool:  # noqa: ANN401
    """Whether all values are one and the same, told by a look at few of them where they are not."""
    if others[0] is not value or others[-1] is not value:
        return False
    return all(map(is_, others, repeat(value)))


def _wide_enough(codes: "bytearray | array[int]", count: int) -> "bytearray | array[int]":
    code = "B" if count <= _FEW else "H" if count <= _MANY else "I"
    held = "B" if isinstance(codes, bytearray) else codes.typecode
    return codes if code == held else array(code, iter(codes))


def _told_apart(types: set[type]) -> bool:
    """Whether values of these types are the same whenever they are equal."""
    others = types - {type(None)}
    if others <= {str, date}:
        return True
    return len(others) == 1 and issubclass(next(iter(others)), (int, Option))


def _exactly(value: Any) -> Hashable:  # noqa: ANN401
    """What tells a value apart from others that equal it."""
    match value:
        case Decimal() | float():
            return type(value), str(value)
        case datetime() | time():
            return type(value), value.replace(tzinfo=None), value.fold, id(value.tzinfo)
        case tuple():
            return type(value), tuple(map(_exactly, value))
        case _:
            return type(value), value


class Texts:
    """Texts of which most differ: each block of rows is one long text, with the end of each."""

    def __init__(
        self,
        values: Iterable[Any],
        type_: type,
        write: Callable[[Any], str] | None = None,
        read: Callable[[str], Any] | None = None,
    ) -> None:
        self._type = type_
        self._write = write
        self._read = read
        self._blocks: list[tuple[str, array[int]]] = []
        self._last: list[str] = []
        self._take(values)
        self._check = 2 * len(self)

    @classmethod
    def of_blocks(
        cls, type_: str, blocks: "Sequence[tuple[str, array[int]]]", last: list[str]
    ) -> "Texts":
        """The column of texts, or decimals, as they were taken apart before.

        Raises:
            KeyError: There are no texts of such a type.
        """
        made = {"str": cls((), str), "Decimal": cls((), Decimal, str, Decimal)}[type_]
        made.take_blocks(blocks, last)
        return made

    def take_blocks(self, blocks: "Sequence[tuple[str, array[int]]]", last: list[str]) -> None:
        """Take blocks as they were taken apart, and the texts behind them."""
        narrow = [(text, array("H", e) if len(text) < _MANY else e) for text, e in blocks]
        self._blocks, self._last = narrow, last
        self._check = 2 * len(self)

    @property
    def of(self) -> type:
        """What the texts stand for."""
        return self._type

    @property
    def blocks(self) -> "tuple[Sequence[tuple[str, array[int]]], Sequence[str]]":
        """Each block as one text with the ends of its texts, and the texts behind all blocks."""
        return self._blocks, self._last

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._last)

    def at(self, position: int) -> Any:  # noqa: ANN401
        """The value at a position."""
        block, place = position >> _BITS, position & _REST
        if block < len(self._blocks):
            text, ends = self._blocks[block]
            found = text[ends[place] : ends[place + 1]]
        else:
            found = self._last[place]
        return found if self._read is None else self._read(found)

    def part(self, start: int, stop: int) -> Iterable[Any]:
        """The values from one position to another (exclusive)."""
        texts = chain.from_iterable(self._texts(start, stop))
        return texts if self._read is None else map(self._read, texts)

    def _texts(self, start: int, stop: int) -> Iterator[list[str]]:
        while start < stop:
            block, first = divmod(start, BLOCK)
            end = min(first + stop - start, BLOCK)
            if block < len(self._blocks):
                text, ends = self._blocks[block]
                some = ends[first : end + 1]
                yield [text[low:high] for low, high in pairwise(some)]
            else:
                yield self._last[first:end]
            start += end - first

    def taken(self, positions: Iterable[int]) -> list[Any]:
        """The values at some positions, in their order."""
        return list(self._each(positions) if self._read is None else map(self.at, positions))

    def _each(self, positions: Iterable[int]) -> Iterator[str]:
        blocks, last = self._blocks, self._last
        full = len(blocks)
        for position in positions:
            number, place = position >> _BITS, position & _REST
            if number < full:
                text, ends = blocks[number]
                yield text[ends[place] : ends[place + 1]]
            else:
                yield last[place]

    def added(self, values: Sequence[Any]) -> Column:
        """The column with values added; at each doubling all are looked at again."""
        size = len(self) + len(values)
        if size >= self._check or not _are_texts(values, self._type):
            return fitting([*self.part(0, len(self)), *values])
        self._take(values)
        return self

    def replaced(self, values: Mapping[int, Any]) -> Column:
        """A copy with other values at some positions."""
        if values and not _are_texts(values.values(), self._type):
            return _listed(self.part(0, len(self)), values)
        made: Texts = copy(self)
        made._blocks, made._last = self._blocks[:], self._last[:]
        for block, places in groupby(sorted(values), lambda place: place >> _BITS):
            made._replace(block, {place: values[place] for place in places})
        return made

    def overwrite(self, position: int, value: Any) -> None:  # noqa: ANN401
        """Put another text at a position."""
        fits = _are_texts((value,), self._type)
        self._replace(position >> _BITS, {position: value if fits else self._type()})

    def _replace(self, block: int, values: Mapping[int, Any]) -> None:
        texts = next(self._texts(block * BLOCK, min((block + 1) * BLOCK, len(self))))
        for place, value in values.items():
            texts[place & _REST] = value if self._write is None else self._write(value)
        if block < len(self._blocks):
            self._blocks[block] = _joined(texts)
        else:
            self._last = texts

    def _take(self, values: Iterable[Any]) -> None:
        last = self._last
        last += values if self._write is None else map(self._write, values)
        while len(last) >= BLOCK:
            self._blocks.append(_joined(last[:BLOCK]))
            del last[:BLOCK]


def _joined(texts: Sequence[str]) -> "tuple[str, array[int]]":
    """Texts as one, with the end of each."""
    text = "".join(texts)
    ends = accumulate(map(len, texts), initial=0)
    return text, array("H" if len(text) < _MANY else "I", ends)


Convert: TypeAlias = Callable[[Any], Any]


@attrs.frozen
class _Numbering:
    """How values of a type become whole numbers, and these the values again."""

    of: type
    write: Convert
    read: Convert | None = None

    def suits(self, types: set[type]) -> bool:
        """Whether values of these types, and no others, can be written."""
        return types <= {self.of, type(None)}


class _UnfitError(Exception):
    """A value has no number."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def _ticks(moment: datetime) -> int:
    if moment.tzinfo is not UTC or moment.fold:
        raise _UnfitError
    return (moment - _EPOCH) // _TICK


_NUMBERINGS = (
    _Numbering(int, int),
    _Numbering(date, date.toordinal, date.fromordinal),
    _Numbering(datetime, _ticks, lambda ticks: _EPOCH + timedelta(microseconds=ticks)),
)


class Numbers:
    """Whole numbers, dates or moments as machine numbers; the least number stands for ``None``."""

    def __init__(self, values: Sequence[Any], numbering: _Numbering) -> None:
        self._numbering = numbering
        self._numbers = array("i")
        self._none = -(2**31)
        self._take(values)
        self._check = 2 * len(values)

    @classmethod
    def holding(cls, type_: str, numbers: "array[int]") -> "Numbers":
        """The column of these numbers, as they were taken apart before.

        Raises:
            KeyError: No values of such a type are numbers.
        """
        made = cls((), {each.of.__name__: each for each in _NUMBERINGS}[type_])
        made._numbers = numbers
        made._none = -(2**31) if numbers.typecode == "i" else -(2**63)
        made._check = 2 * len(numbers)
        return made

    @property
    def of(self) -> type:
        """What the numbers stand for."""
        return self._numbering.of

    @property
    def numbers(self) -> "array[int]":
        """The numbers."""
        return self._numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def _take(self, values: Sequence[Any]) -> None:
        written = [None if each is None else self._numbering.write(each) for each in values]
        known = [each for each in written if each is not None]
        least, greatest = min(known, default=0), max(known, default=0)
        if self._numbers.typecode == "i" and not -(2**31) < least <= greatest < 2**31:
            old, self._none = self._none, -(2**63)
            wider = (self._none if each == old else each for each in self._numbers)
            self._numbers = array("q", wider)
        if not self._none < least <= greatest < 2**63:
            raise _UnfitError
        self._numbers.extend([self._none if each is None else each for each in written])

    def replaced(self, values: Mapping[int, Any]) -> Column:
        """A copy with other values at some positions."""
        made: Numbers = copy(self)
        size = len(self._numbers)
        made._numbers = self._numbers[:]
        if not self._numbering.suits(set(map(type, values.values()))):
            return _listed(self.part(0, size), values)
        try:
            made._take(list(values.values()))
        except _UnfitError:
            return _listed(self.part(0, size), values)
        new = made._numbers[size:]
        del made._numbers[size:]
        for at, number in zip(values, new, strict=True):
            made._numbers[at] = number
        return made

    def overwrite(self, position: int, value: Any) -> None:  # noqa: ANN401
        """Put another number at a position."""
        number = self._none
        if type(value) is self._numbering.of:
            with suppress(_UnfitError):
                number = self._numbering.write(value)
        try:
            self._numbers[position] = number
        except OverflowError:
            self._numbers[position] = self._none

    def at(self, position: int) -> Any:  # noqa: ANN401
        """The value at a position."""
        return self._value(self._numbers[position])

    def _value(self, number: int) -> Any:  # noqa: ANN401
        if number == self._none:
            return None
        return number if self._numbering.read is None else self._numbering.read(number)

    def part(self, start: int, stop: int) -> Iterable[Any]:
        """The values from one position to another (exclusive)."""
        return map(self._value, self._numbers[start:stop])

    def taken(self, positions: Iterable[int]) -> list[Any]:
        """The values at some positions, in their order."""
        return [self.at(position) for position in positions]

    def added(self, values: Sequence[Any]) -> Column:
        """The column with values added; at each doubling all are looked at again."""
        size = len(self._numbers)
        if size + len(values) < self._check and self._numbering.suits(set(map(type, values))):
            try:
                self._take(values)
            except _UnfitError:
                return Listed([*self.part(0, size), *values])
            return self
        return fitting([*self.part(0, size), *values])


class Listed:
    """Any values, as they came."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values
        self._check = 2 * len(values)

    def __len__(self) -> int:
        return len(self._values)

    def at(self, position: int) -> Any:  # noqa: ANN401
        """The value at a position."""
        return self._values[position]

    def part(self, start: int, stop: int) -> Iterable[Any]:
        """The values from one position to another (exclusive)."""
        return self._values[start:stop]

    def taken(self, positions: Iterable[int]) -> list[Any]:
        """The values at some positions, in their order."""
        return list(map(self._values.__getitem__, positions))

    def added(self, values: Sequence[Any]) -> Column:
        """The column with values added; at each doubling all are looked at again."""
        self._values += values
        return self if len(self._values) < self._check else fitting(self._values)

    def replaced(self, values: Mapping[int, Any]) -> Column:
        """A copy with other values at some positions."""
        return _listed(self._values, values)

    def overwrite(self, position: int, value: Any) -> None:  # noqa: ANN401
        """Put another value at a position."""
        self._values[position] = value


class Extras:
    """Own fields of records: which names each row has, and a column for each name."""

    def __init__(self) -> None:
        self._names: Column = Coded()
        self._columns: dict[str, Column] = {}
        self._size = 0

    @classmethod
    def of(cls, names: Column, columns: dict[str, Column]) -> "Extras":
        """The column of names and values, as they were taken apart before."""
        made = cls()
        made._names, made._columns, made._size = names, columns, len(names)
        return made

    @property
    def columns(self) -> tuple[Column, Mapping[str, Column]]:
        """The names of each row, and the values of each name."""
        return self._names, self._columns

    def __len__(self) -> int:
        return self._size

    def at(self, position: int) -> Extra:
        """The names and values at a position."""
        names = self._names.at(position)
        return tuple((name, self._columns[name].at(position)) for name in names)

    def part(self, start: int, stop: int) -> Iterable[Extra]:
        """The names and values from one position to another (exclusive)."""
        return map(self.at, range(start, stop))

    def taken(self, positions: Iterable[int]) -> list[Extra]:
        """The names and values at some positions, in their order."""
        return list(map(self.at, positions))

    @property
    def is_empty(self) -> bool:
        """Whether no row has own fields."""
        return not self._columns

    def named(self, name: str) -> Column:
        """The values under a name; ``None`` where a row has no such name."""
        return self._columns.get(name) or constant(None, self._size)

    def added(self, values: Sequence[Any]) -> Column:
        """The column with values added."""
        if self.is_empty and _all_are((), values):
            self._names = self._names.added(values)
            self._size += len(values)
            return self
        if not all(map(_is_extra, values)):
            return Listed([*self.part(0, self._size), *values])
        self._names = self._names.added([tuple(name for name, _ in each) for each in values])
        rows = list(map(dict, values))
        for name in dict.fromkeys(chain(self._columns, *rows)):
            column = self._columns.get(name) or constant(None, self._size)
            self._columns[name] = column.added([row.get(name) for row in rows])
        self._size += len(values)
        return self

    def replaced(self, values: Mapping[int, Any]) -> Column:
        """A copy with other values at some positions."""
        if not all(map(_is_extra, values.values())):
            return _listed(self.part(0, self._size), values)
        made: Extras = copy(self)
        made._names = self._names.replaced(
            {at: tuple(name for name, _ in each) for at, each in values.items()}
        )
        rows = {at: dict(each) for at, each in values.items()}
        made._columns = {
            name: self.named(name).replaced({at: row.get(name) for at, row in rows.items()})
            for name in dict.fromkeys(chain(self._columns, *rows.values()))
        }
        return made

    def overwrite(self, position: int, value: Any) -> None:  # noqa: ANN401
        """Put other values at a position, as far as other rows have their names."""
        row = dict(value) if _is_extra(value) else {}
        self._names.overwrite(position, tuple(name for name in row if name in self._columns))
        for name, column in self._columns.items():
            column.overwrite(position, row.get(name))


def _is_extra(value: Any) -> bool:  # noqa: ANN401
    """Whether it is what a record holds as its own fields: pairs, no name twice."""
    return type(value) is tuple and len(dict(value)) == len(value)


def constant(value: Any, size: int) -> Coded:  # noqa: ANN401
    """The column that holds one value so many times."""
    column = Coded()
    column.take([value] * size)
    return column


def _listed(held: Iterable[Any], values: Mapping[int, Any]) -> Listed:
    """The list of values, with others at some positions."""
    found = list(held)
    for at, value in values.items():
        found[at] = value
    return Listed(found)


def fitting(values: list[Any]) -> Column:
    """The column that holds these values in the least room."""
    try:
        different = len(set(values))
    except TypeError:
        return Listed(values)
    if different <= _FEW or different * _OFTEN <= len(values):
        return _coded(values)
    types = set(map(type, values))
    if types == {str}:
        return Texts(values, str)
    if types == {Decimal} and _are_texts(values, Decimal):
        return Texts(values, Decimal, str, Decimal)
    try:
        return next(Numbers(values, each) for each in _NUMBERINGS if each.suits(types))
    except (StopIteration, _UnfitError):
        return Listed(values)


def _are_texts(values: Iterable[Any], type_: type) -> bool:
    """Whether all are texts, or decimals that their text gives back: NaN is never the same."""
    if set(map(type, values)) != {type_}:
        return False
    return type_ is str or all(map(Decimal.is_finite, values))


def _coded(values: list[Any]) -> Column:
    column = Coded()
    column.take(values)
    return column
