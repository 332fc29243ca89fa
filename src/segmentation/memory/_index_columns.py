"""Dictionary-encoded, bit-sliced columns.

The values of a field are sorted and numbered. Each row keeps the rank of its value, cut into
bits. A filter is looked up among the sorted values, or tried once on each of them. The ranks that
pass then give the positions that pass. This module does not know contacts.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import chain, compress, count
from operator import attrgetter
from typing import Any, TypeAlias

from segmentation.bitmaps import (
    EMPTY,
    Bitmap,
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
    Bound,
    BoundFilter,
    FitsPattern,
    HasAspect,
    InRange,
    IsEqual,
    Letters,
    Not,
    Wild,
    share_of,
    to_value_test,
)
from segmentation.fields import Field, FieldType, aware, extra_value


class Unsortable(Exception):  # noqa: N818 - says what it is, and never leaves this package
    """A field holds values without an order, so the reference predicate has to answer."""


Ranks: TypeAlias = "bytes | bytearray | array[int]"
"""A rank for each row: one byte each where there are few values."""

_FEW = 256
_MANY = 65_536
_LONGEST = 64
"""The most bits of whole numbers that are added up."""
_MANY_RUNS = 64
_FILTERS = 64
"""How many filters of a field have their ranks cached."""
_SPARSE = 8
"""For fewer than one in this many positions, sorting is faster than a pass over all."""
_FINITE = frozenset([FieldType.BOOLEAN, FieldType.OPTION])


def reader(field: Field) -> Callable[[Any], Any]:
    """The function that reads the stored value of a field from a record."""
    if not field.extra:
        return attrgetter(field.name)
    return partial(_read_extra, field)


def _read_extra(field: Field, record: Any) -> Any:  # noqa: ANN401 - any record with extra fields
    return extra_value(record, field)


def zeros(ranks: Ranks, size: int) -> "bytearray | array[int]":
    """An array of zeros with the number type of these ranks."""
    if isinstance(ranks, bytes | bytearray):
        return bytearray(size)
    return array(ranks.typecode, bytes(ranks.itemsize * size))


class Dictionary:
    """The values of a field, sorted and numbered.

    Args:
        field: The field.
        values: Its different values, ascending. The blank of a date or time comes first.
        blanks: 1 if there is such a blank, or else 0.
    """

    def __init__(self, field: Field, values: Sequence[Any], blanks: int = 0) -> None:
        self.values = values
        self.blanks = blanks
        self._field = field
        self._passing: dict[BoundFilter, Bitmap] = {}

    def __len__(self) -> int:
        return len(self.values)

    def ranks(self, ranks: Iterable[int]) -> Ranks:
        """The ranks in the smallest array that can hold them."""
        if len(self.values) <= _FEW:
            return bytes(ranks)
        return array("H" if len(self.values) <= _MANY else "I", ranks)

    def ranks_in(self, values: AbstractSet[Any]) -> Bitmap:
        """The set of the ranks whose value is one of these."""
        return from_flags(bytes(map(values.__contains__, self.values)))

    def passing(self, item: BoundFilter) -> Bitmap:
        """The set of the ranks whose value passes a filter. Recent filters are cached."""
        if item not in self._passing:
            if len(self._passing) == _FILTERS:
                self._passing.clear()
            few = len(self.values) <= _FEW or self._field.type in _FINITE
            self._passing[item] = self._try_each(item) if few else self._look_up(item)
        return self._passing[item]

    def _look_up(self, item: BoundFilter) -> Bitmap:
        """The ranks that pass, by bisection where the filter allows it."""
        match item:
            case IsEqual(value, Letters.AS_WRITTEN):
                return self._between(self._left(value), self._right(value))
            case InRange(low, high) if _are_as_written(low, high):
                start = 0 if low is None else self._end(low.value, after=not low.inclusive)
                stop = len(self) if high is None else self._end(high.value, after=high.inclusive)
                return self._between(start, stop)
            case FitsPattern((str(head), Wild.ANY_RUN), Letters.AS_WRITTEN):
                length = len(head)
                start = bisect_left(self.values, head)
                stop = bisect_right(self.values, head, start, key=lambda value: value[:length])
                return self._between(start, stop)
            case HasAspect(days=days):
                return self._look_up(days)
            case Not(inner):
                return without(full(len(self)), self._look_up(inner))
            case AllOf(items):
                found = full(len(self))
                for each in items:
                    found &= self._look_up(each)
                return found
            case AnyOf(items):
                found = EMPTY
                for each in items:
                    found |= self._look_up(each)
                return found
            case _:
                return self._try_each(item)

    def _try_each(self, item: BoundFilter) -> Bitmap:
        """The ranks that pass, by a test of each value."""
        return from_flags(bytes(map(to_value_test(item, self._field), self.values)))

    def _between(self, start: int, stop: int) -> Bitmap:
        return full(stop) ^ full(start) if start < stop else EMPTY

    def _end(self, value: Any, *, after: bool) -> int:  # noqa: ANN401
        return self._right(value) if after else self._left(value)

    def _left(self, value: Any) -> int:  # noqa: ANN401
        return 0 if value is None else bisect_left(self.values, value, self.blanks)

    def _right(self, value: Any) -> int:  # noqa: ANN401
        if value is None:
            return self.blanks
        return bisect_right(self.values, value, self.blanks)


def _are_as_written(*ends: Bound | None) -> bool:
    return all(end is None or end.letters is Letters.AS_WRITTEN for end in ends)


def encode(field: Field, stored: Sequence[Any]) -> tuple[Dictionary, Ranks]:
    """The dictionary of a field, and the rank of each stored value.

    Raises:
        Unsortable: The values have no order.
    """
    dictionary, rank_of = _ranked(field, stored)
    return dictionary, dictionary.ranks(map(rank_of.__getitem__, stored))


def encode_codes(
    field: Field, values: Sequence[Any], codes: Ranks, rest: Sequence[Any]
) -> tuple[Dictionary, Ranks]:
    """The same for values that have codes already.

    Args:
        field: The field.
        values: The stored value of each code.
        codes: The code of each row.
        rest: The stored values of further rows.

    Raises:
        Unsortable: The values have no order.
    """
    dictionary, rank_of = _ranked(field, [*values, *rest])
    ranks = list(map(rank_of.__getitem__, values))
    behind = map(rank_of.__getitem__, rest)
    if len(dictionary) <= _FEW and isinstance(codes, bytes | bytearray):
        return dictionary, bytes(codes).translate(bytes(ranks).ljust(_FEW, b"\0")) + bytes(behind)
    return dictionary, dictionary.ranks(chain(map(ranks.__getitem__, codes), behind))


def _ranked(field: Field, stored: Iterable[Any]) -> tuple[Dictionary, Mapping[Any, int]]:
    """The dictionary of a field, and the rank of each different stored value."""
    try:
        meant = {each: _normalize(field, each) for each in set(stored)}
        values = set(meant.values())
        known = sorted(values - {None}, key=field.options.index if field.options else None)
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise Unsortable from error
    if any(value != value for value in known):  # noqa: PLR0124 - only NaN differs from itself
        raise Unsortable
    blanks = len(values) - len(known)
    dictionary = Dictionary(field, [*[None] * blanks, *known], blanks)
    rank = dict(zip(dictionary.values, count(), strict=False))
    return dictionary, {each: rank[value] for each, value in meant.items()}


def _normalize(field: Field, stored: Any) -> Any:  # noqa: ANN401
    """A stored value in the form in which filters compare it, blank if it is missing."""
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
    """The ranks of one field, with one row at each position.

    Args:
        dictionary: The values that the ranks stand for.
        ranks: The rank at each position.
    """

    def __init__(self, dictionary: Dictionary, ranks: Ranks) -> None:
        self._count = len(dictionary)
        self._ranks = None if self._count <= _FEW else ranks
        self._slices = slices_of(ranks, max(self._count - 1, 0).bit_length())

    def with_rank_in(self, ranks: Bitmap, within: Bitmap) -> Bitmap:
        """The positions of a set whose rank is in a set of ranks."""
        chosen = runs(ranks)
        if self._ranks is not None and len(chosen) > _MANY_RUNS:
            flags = bytearray(self._count)
            for start, stop in chosen:
                flags[start:stop] = b"\1" * (stop - start)
            return within & from_flags(bytes(map(flags.__getitem__, self._ranks)))
        if chosen and chosen[-1][1] == self._count:
            # Higher ranks do not occur. With them, the last run fills whole blocks of ranks.
            chosen = [*chosen[:-1], (chosen[-1][0], 1 << len(self._slices))]
        return pick(self._slices, chosen, within)

    def top_n(self, within: Bitmap, count: int, *, descending: bool) -> tuple[Bitmap, Bitmap]:
        """The first ``count`` positions of a set in the order of their ranks.

        Returns:
            The positions before the last rank, and all positions that tie at the last rank.
        """
        sure = EMPTY
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
    """The numbers of a field, multiplied so that all are whole numbers.

    Args:
        stored: The stored values, in any order.

    Raises:
        Unsortable: A value is neither a whole number nor a decimal, or it is too long.

    Attributes:
        scale: The factor, a power of ten.
        width: How many bits each whole number needs, with its sign.
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
        """The whole numbers of stored values."""
        return array("q", map(self._amounts.__getitem__, stored))


def _exact(stored: Any) -> Fraction:  # noqa: ANN401
    if not stored or isinstance(stored, int):
        return Fraction(stored or 0)
    if isinstance(stored, Decimal) and abs(stored.adjusted()) < _LONGEST:
        return Fraction(stored)
    raise TypeError  # the sum of floats depends on their order


def _places(denominator: int) -> int:
    """How many decimal places a fraction with this denominator needs."""
    return next(places for places in count() if 10**places % denominator == 0)


class Shares:
    """The share of each contact with a seed. Hashing is slow, so each share is computed once.

    Args:
        seed: The seed.
        nos: The contact's number at each position.
    """

    def __init__(self, seed: str, nos: Sequence[str]) -> None:
        self._share = share_of(seed)
        self._nos = nos
        self._shares = array("H", bytes(2 * len(nos)))
        self._known = EMPTY

    def between(self, start: int, stop: int, within: Bitmap) -> Bitmap:
        """The positions of a set whose share is at least ``start`` and below ``stop``."""
        shares = self._shares
        for at in to_positions(without(within, self._known)):
            shares[at] = self._share(self._nos[at])
        self._known |= within
        found = (at for at in to_positions(within) if start <= shares[at] < stop)
        return from_positions(found, len(shares))


class Order:
    """All positions sorted once, so that a set of them need not be sorted again.

    Args:
        values: The value at each position.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self._positions = array("I", sorted(range(len(values)), key=values.__getitem__))
        self._places = array("I", self._positions)
        for place, position in enumerate(self._positions):
            self._places[position] = place

    def of(self, bitmap: Bitmap) -> list[int]:
        """The positions of a set in this order."""
        size = len(self._positions)
        if bitmap.bit_count() * _SPARSE < size:
            return sorted(to_positions(bitmap), key=self._places.__getitem__)
        flags = to_flags(bitmap, size)
        return list(compress(self._positions, map(flags.__getitem__, self._positions)))
