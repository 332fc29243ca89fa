"""Dictionary-encoded, bit-sliced columns.

The values of a field are sorted and numbered; what is kept for each row is the rank of its
value, cut into bits. A filter is tried on the values, once each, or looked up among them; the
ranks that pass become the set of rows that pass. Knows no contact.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from itertools import compress, count
from operator import attrgetter
from typing import Any, TypeAlias

from segmentation.bitmaps import (
    from_flags,
    from_positions,
    full,
    pick,
    runs,
    slices_of,
    to_flags,
    to_positions,
    without,
)
from segmentation.codes import to_code
from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFilter,
    FitsPattern,
    InRange,
    IsEqual,
    Not,
    Wild,
    share_of,
    to_value_test,
)
from segmentation.fields import Field, FieldType, aware


class Unsortable(Exception):  # noqa: N818 - says what it is, and never leaves this package
    """A field holds values without an order; it is left to the reference predicate."""


Ranks: TypeAlias = "bytes | bytearray | array[int]"
"""A rank for each row: a byte each where there are few."""

_FEW = 256
_MANY = 65_536
_LONGEST = 64
"""Bits of the longest whole numbers that are added up."""
_MANY_RUNS = 64
_FILTERS = 64
"""Of so many filters of a field it is remembered what passes."""
_SPARSE = 8
"""With fewer than one in so many, sorting is quicker than going through all."""
_FINITE = frozenset([FieldType.BOOLEAN, FieldType.OPTION])


def reader(field: Field) -> Callable[[Any], Any]:
    """The function from records to the value of a field as it is stored."""
    if not field.extra:
        return attrgetter(field.name)
    name = field.name

    def read(record: Any) -> Any:  # noqa: ANN401 - any record with extra fields
        return next((value for key, value in record.extra if key == name), None)

    return read


def zeros(ranks: Ranks, size: int) -> "bytearray | array[int]":
    """Room for so many numbers like these."""
    if isinstance(ranks, bytes | bytearray):
        return bytearray(size)
    return array(ranks.typecode, bytes(ranks.itemsize * size))


class Dictionary:
    """The values of a field, sorted and numbered.

    Args:
        field: The field.
        values: Its values, ascending, each once; first of all the blank of a date or time.
        blanks: How many values, 1 or 0, are such blanks.
    """

    def __init__(self, field: Field, values: Sequence[Any], blanks: int = 0) -> None:
        self.values = values
        self.blanks = blanks
        self._field = field
        self._passing: dict[BoundFilter, int] = {}

    def __len__(self) -> int:
        return len(self.values)

    def ranks(self, ranks: Iterable[int]) -> Ranks:
        """Ranks in as little room as they need."""
        if len(self.values) <= _FEW:
            return bytes(ranks)
        return array("H" if len(self.values) <= _MANY else "I", ranks)

    def among(self, values: AbstractSet[Any]) -> int:
        """The set of ranks whose values are among others."""
        return from_flags(bytes(map(values.__contains__, self.values)))

    def passing(self, item: BoundFilter) -> int:
        """The set of ranks whose values pass a filter; the last filters are remembered."""
        if item not in self._passing:
            if len(self._passing) == _FILTERS:
                self._passing.clear()
            few = len(self.values) <= _FEW or self._field.type in _FINITE
            self._passing[item] = self._tried(item) if few else self._sought(item)
        return self._passing[item]

    def _sought(self, item: BoundFilter) -> int:
        match item:
            case IsEqual(value, False):
                return self._stretch(self._left(value), self._right(value))
            case InRange(low, high) if not any(end and end.any_case for end in (low, high)):
                start = 0 if low is None else self._end(low.value, after=not low.inclusive)
                stop = len(self) if high is None else self._end(high.value, after=high.inclusive)
                return self._stretch(start, stop)
            case FitsPattern((str(head), Wild.ANY_RUN), False):
                length = len(head)
                start = bisect_left(self.values, head)
                stop = bisect_right(self.values, head, start, key=lambda value: value[:length])
                return self._stretch(start, stop)
            case Not(inner):
                return without(full(len(self)), self._sought(inner))
            case AllOf(items):
                found = full(len(self))
                for each in items:
                    found &= self._sought(each)
                return found
            case AnyOf(items):
                found = 0
                for each in items:
                    found |= self._sought(each)
                return found
            case _:
                return self._tried(item)

    def _tried(self, item: BoundFilter) -> int:
        return from_flags(bytes(map(to_value_test(item, self._field), self.values)))

    def _stretch(self, start: int, stop: int) -> int:
        return full(stop) ^ full(start) if start < stop else 0

    def _end(self, value: Any, *, after: bool) -> int:  # noqa: ANN401
        return self._right(value) if after else self._left(value)

    def _left(self, value: Any) -> int:  # noqa: ANN401
        return 0 if value is None else bisect_left(self.values, value, self.blanks)

    def _right(self, value: Any) -> int:  # noqa: ANN401
        if value is None:
            return self.blanks
        return bisect_right(self.values, value, self.blanks)


def encode(field: Field, stored: Sequence[Any]) -> tuple[Dictionary, Ranks]:
    """The dictionary of a field, and the rank of each of its values as they are stored.

    Raises:
        Unsortable: They have no order.
    """
    try:
        meant = {each: _meant(field, each) for each in set(stored)}
        values = set(meant.values())
        known = sorted(values - {None}, key=field.options.index if field.options else None)
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise Unsortable from error
    if any(value != value for value in known):  # noqa: PLR0124 - what is not a number
        raise Unsortable
    blanks = len(values) - len(known)
    dictionary = Dictionary(field, [*[None] * blanks, *known], blanks)
    rank = dict(zip(dictionary.values, count(), strict=False))
    rank_of = {each: rank[value] for each, value in meant.items()}
    return dictionary, dictionary.ranks(map(rank_of.__getitem__, stored))


def _meant(field: Field, stored: Any) -> Any:  # noqa: ANN401
    """What a stored value means: its blank where it is missing, codes and times as compared."""
    match field.type:
        case FieldType.CODE if field.extra:
            return to_code(stored or "")
        case FieldType.CODE | FieldType.TEXT:
            return stored or ""
        case FieldType.INTEGER | FieldType.DECIMAL:
            return stored or 0
        case FieldType.BOOLEAN:
            return bool(stored)
        case FieldType.OPTION:
            return stored if stored in field.options else field.blank
        case FieldType.DATETIME if stored is not None:
            return aware(stored).astimezone(UTC)
        case FieldType.TIME if stored is not None:
            return stored.replace(tzinfo=None)
        case _:
            return stored


class Column:
    """The ranks of one field, for one row at each position.

    Args:
        dictionary: What the ranks stand for.
        ranks: The rank at each position.
    """

    def __init__(self, dictionary: Dictionary, ranks: Ranks) -> None:
        self._count = len(dictionary)
        self._ranks = None if self._count <= _FEW else ranks
        self._slices = slices_of(ranks, max(self._count - 1, 0).bit_length())

    def those(self, passing: int, within: int) -> int:
        """Those positions of a set whose rank is in a set of ranks."""
        chosen = runs(passing)
        if self._ranks is not None and len(chosen) > _MANY_RUNS:
            flags = bytearray(self._count)
            for start, stop in chosen:
                flags[start:stop] = b"\1" * (stop - start)
            return within & from_flags(bytes(map(flags.__getitem__, self._ranks)))
        if chosen and chosen[-1][1] == self._count:
            # Ranks behind the last do not occur: chosen along, they end the search sooner.
            chosen = [*chosen[:-1], (chosen[-1][0], 1 << len(self._slices))]
        return pick(self._slices, chosen, within)

    def foremost(self, within: int, count: int, *, descending: bool) -> tuple[int, int]:
        """The first so many positions of a set in the order of their ranks.

        Returns those that are surely among them, and those that share the last rank.
        """
        sure = 0
        for digit in reversed(self._slices):
            high = within & digit
            low = within ^ high
            near, far = (high, low) if descending else (low, high)
            if near.bit_count() < count:
                sure |= near
                count -= near.bit_count()
                within = far
            else:
                within = near
        return sure, within


class Amounts:
    """Numbers of a field as whole numbers of its smallest decimal place.

    Args:
        stored: The values as they are stored, in any order and number.

    Raises:
        Unsortable: They are no whole or decimal numbers, or too long.

    Attributes:
        scale: By what values are multiplied.
        width: How many bits hold each of them, its sign among them.
    """

    def __init__(self, stored: Iterable[Any]) -> None:
        try:
            exact = {each: _exact(each) for each in set(stored)}
        except (TypeError, ValueError, OverflowError) as error:
            raise Unsortable from error
        places = {each.denominator for each in exact.values()}
        self.scale = 10 ** max((_places(each) for each in places), default=0)
        self._amounts = {each: int(value * self.scale) for each, value in exact.items()}
        self.width = max(map(int.bit_length, self._amounts.values()), default=0) + 1
        if self.width > _LONGEST:
            raise Unsortable

    def of(self, stored: Iterable[Any]) -> "array[int]":
        """The whole numbers for values as they are stored."""
        return array("q", map(self._amounts.__getitem__, stored))


def _exact(stored: Any) -> Fraction:  # noqa: ANN401
    if not stored or isinstance(stored, int):
        return Fraction(stored or 0)
    if isinstance(stored, Decimal) and abs(stored.adjusted()) < _LONGEST:
        return Fraction(stored)
    raise TypeError  # of floats the sum depends on the order


def _places(denominator: int) -> int:
    """How many decimal places make a fraction with this denominator whole."""
    return next(places for places in count() if 10**places % denominator == 0)


class Shares:
    """The shares of numbers with a seed; as hashing is dear, each is kept once it was asked for.

    Args:
        seed: The seed.
        nos: The number at each position.
    """

    def __init__(self, seed: str, nos: Sequence[str]) -> None:
        self._share = share_of(seed)
        self._nos = nos
        self._shares = array("H", bytes(2 * len(nos)))
        self._known = 0

    def those(self, start: int, stop: int, within: int) -> int:
        """Those positions of a set whose share lies between two ends, the second left out."""
        shares = self._shares
        for at in to_positions(without(within, self._known)):
            shares[at] = self._share(self._nos[at])
        self._known |= within
        found = (at for at in to_positions(within) if start <= shares[at] < stop)
        return from_positions(found, len(shares))


class Order:
    """The positions in the order of some values, so that a set of them need not be sorted.

    Args:
        values: The value at each position.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self._positions = array("I", sorted(range(len(values)), key=values.__getitem__))
        self._places = array("I", self._positions)
        for place, position in enumerate(self._positions):
            self._places[position] = place

    def of(self, bits: int) -> list[int]:
        """The positions of a set in this order."""
        size = len(self._positions)
        if bits.bit_count() * _SPARSE < size:
            return sorted(to_positions(bits), key=self._places.__getitem__)
        flags = to_flags(bits, size)
        return list(compress(self._positions, map(flags.__getitem__, self._positions)))
