"""Sets of positions as whole numbers: bit *i* of a `Bitmap` is 1 if position *i* is in the set.

``a & b`` is the intersection of two sets, ``a | b`` the union, ``a ^ b`` the symmetric
difference and ``a.bit_count()`` the size. Python works on a machine word at a time, so each takes
microseconds for a million positions. This module does not know what the positions stand for.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain, compress, repeat
from operator import or_
from typing import TYPE_CHECKING, TypeVar

ItemT = TypeVar("ItemT")

if TYPE_CHECKING:

    class Bitmap(int):
        """A set of positions, told apart from counts and positions by type checkers."""

        def __and__(self, other: "Bitmap", /) -> "Bitmap": ...  # type: ignore[override]
        def __or__(self, other: "Bitmap", /) -> "Bitmap": ...  # type: ignore[override]
        def __xor__(self, other: "Bitmap", /) -> "Bitmap": ...  # type: ignore[override]
        def __lshift__(self, places: int, /) -> "Bitmap": ...

else:
    # A class of our own, or a call of `NewType` at each step, would cost time.
    Bitmap = int

EMPTY = Bitmap(0)
"""The set of no positions."""

_DENSE = 24
"""A set with fewer than one in this many positions is sparse: empty words are skipped."""
_LISTED = 64
"""The same where items are there already, and positions need not be made."""
_WORD = 64
_BITS = [bytes(byte >> bit & 1 for byte in range(256)) for bit in range(8)]
"""For each bit, the table that translates a byte to that bit."""


def from_flags(flags: bytes | bytearray) -> Bitmap:
    """The set of the positions whose byte is 1. All other bytes are 0."""
    return _interleaved(_eighths(flags))


def _eighths(values: bytes | bytearray, size: int = 1, byte: int = 0) -> list[int]:
    """One byte of every value, as eight whole numbers.

    The first number holds the bytes of the values 0, 8, 16 and so on, the second those of the
    values 1, 9, 17 and so on. `_interleaved` shifts them over each other, so that no byte needs
    a step of its own.

    Args:
        values: The values.
        size: How many bytes each value has.
        byte: Which byte of each value to take.
    """
    starts = range(byte, byte + 8 * size, size)
    return [int.from_bytes(values[start :: 8 * size], "little") for start in starts]


def _interleaved(eighths: Iterable[int]) -> Bitmap:
    """The set of positions, from eight numbers with a byte of 1 or 0 for every eighth position."""
    return Bitmap(reduce(or_, (eighth << n for n, eighth in enumerate(eighths))))


def above(values: bytes, limit: int) -> Bitmap:
    """The set of the positions whose byte is greater than a limit.

    >>> above(bytes([0, 3, 1]), 0)
    6
    """
    return from_flags(values.translate(bytes(value > limit for value in range(256))))


def to_flags(bitmap: Bitmap, size: int) -> bytes:
    """A byte for each position: 1 if it is in the set, or else 0."""
    raw = bitmap.to_bytes(size // 8 + 1, "little")
    flags = bytearray(8 * len(raw))
    for bit, table in enumerate(_BITS):
        flags[bit::8] = raw.translate(table)
    return bytes(flags[:size])


def from_positions(positions: Iterable[int], size: int) -> Bitmap:
    """The set of these positions. Each must be below ``size``."""
    flags = bytearray(size // 8 + 1)
    for position in positions:
        flags[position >> 3] |= 1 << (position & 7)
    return Bitmap.from_bytes(flags, "little")


def to_positions(bitmap: Bitmap) -> Iterable[int]:
    """The positions in a set, ascending.

    >>> list(to_positions(from_positions([3, 1, 40], 41)))
    [1, 3, 40]
    """
    size = bitmap.bit_length()
    if bitmap.bit_count() * _DENSE > size:
        return compress(range(size), to_flags(bitmap, size))
    return _sparse(bitmap.to_bytes((size // _WORD + 1) * 8, "little"))


def picked(items: Sequence[ItemT], bitmap: Bitmap) -> Iterable[ItemT]:
    """The items at the positions in a set.

    >>> list(picked("abcd", from_positions([3, 1], 4)))
    ['b', 'd']
    """
    size = bitmap.bit_length()
    if bitmap.bit_count() * _LISTED > size:
        return compress(items, to_flags(bitmap, size))
    return map(items.__getitem__, to_positions(bitmap))


def _sparse(raw: bytes) -> Iterator[int]:
    """The positions in a set, one machine word after the other. Empty words are skipped."""
    words = memoryview(raw).cast("Q")
    for at in compress(range(len(words)), words):
        behind, rest = at * _WORD - 1, words[at]
        while rest:
            lowest = rest & -rest
            yield behind + lowest.bit_length()
            rest ^= lowest


def full(size: int) -> Bitmap:
    """The set of all positions below ``size``."""
    return Bitmap((1 << size) - 1)


def without(bitmap: Bitmap, others: Bitmap) -> Bitmap:
    """The positions in the first set that are not in the second. Faster than ``a & ~b``."""
    return bitmap ^ (bitmap & others)


def runs(bitmap: Bitmap) -> Sequence[tuple[int, int]]:
    """The runs of consecutive positions in a set, each as its start and its end (exclusive).

    >>> runs(Bitmap(0b0111_0010))
    [(1, 2), (4, 7)]
    """
    starts = to_positions(without(bitmap, bitmap << 1))
    stops = to_positions(without(bitmap << 1, bitmap))
    return list(zip(starts, stops, strict=True))


def slices_of(numbers: "bytes | bytearray | array[int]", width: int) -> tuple[Bitmap, ...]:
    """Numbers cut into slices: slice *n* is the set of the positions whose number has bit *n*.

    Args:
        numbers: A number for each position.
        width: How many slices to make.
    """
    size = 1 if isinstance(numbers, bytes | bytearray) else numbers.itemsize
    raw = bytes(numbers)
    ones = int.from_bytes(b"\1" * (len(raw) // size // 8 + 1), "little")
    planes = [_eighths(raw, size, byte) for byte in range((width + 7) // 8)]
    return tuple(
        _interleaved(eighth >> bit % 8 & ones for eighth in planes[bit // 8])
        for bit in range(width)
    )


def added(numbers: Iterable[Sequence[Bitmap]], width: int) -> list[Bitmap]:
    """The sum of sliced numbers at each position, sliced as well.

    Args:
        numbers: The slices of each number. The last slice is the sign (two's complement).
        width: How many slices the sums need.
    """
    total = [EMPTY] * width
    for slices in numbers:
        carry = EMPTY
        sign = repeat(slices[-1], width - len(slices))
        for level, digit in enumerate(chain(slices, sign)):
            mine = total[level]
            both = mine ^ digit
            total[level] = both ^ carry
            carry = (mine & digit) | (carry & both)
    return total


def pick(slices: Sequence[Bitmap], chosen: Sequence[tuple[int, int]], within: Bitmap) -> Bitmap:
    """The positions of a set whose rank lies in one of these runs of ranks.

    A run of ranks costs at most two steps for each slice. Blocks of ranks that are chosen as a
    whole, or not at all, need no steps of their own (after O'Neil and Quass, "Improved query
    performance with variant indexes", 1997).

    Args:
        slices: The ranks of all positions, sliced.
        chosen: The runs, ascending, each as its start and its end (exclusive).
        within: The set to pick from.
    """
    if not within or not chosen:
        return EMPTY
    if not slices:
        return within
    level = len(slices) - 1
    size = 1 << level
    if chosen[0] == (0, size << 1):
        return within
    ones = within & slices[level]
    low = [(start, min(stop, size)) for start, stop in chosen if start < size]
    high = [(max(start - size, 0), stop - size) for start, stop in chosen if stop > size]
    lower = slices[:level]
    if not low:
        return pick(lower, high, ones)
    if not high:
        return pick(lower, low, within ^ ones)
    return pick(lower, low, within ^ ones) | pick(lower, high, ones)
