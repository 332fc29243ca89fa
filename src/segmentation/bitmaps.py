"""Sets of positions as whole numbers: bit *i* says whether position *i* is in the set.

Python works on such numbers a machine word at a time, so that and, or, not of a million
positions take microseconds. Knows nothing of what stands at a position.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, repeat

_DENSE = 24
"""With fewer positions than one in so many, empty bytes are skipped over."""
_OFFSETS = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))
_NOT_EMPTY = re.compile(rb"[^\0]", re.DOTALL)
_TO_FLAGS = bytes.maketrans(b"01", b"\0\1")
_TO_DIGITS = bytes.maketrans(b"\0\1", b"01")


def from_flags(flags: bytes | bytearray) -> int:
    """The set of the positions at which a byte is 1, not 0."""
    return int(flags[::-1].translate(_TO_DIGITS), 2) if flags else 0


def above(values: bytes, limit: int) -> int:
    """The set of the positions at which a byte is greater than a limit.

    >>> above(bytes([0, 3, 1]), 0)
    6
    """
    digits = bytes(48 + (value > limit) for value in range(256))
    return int(values[::-1].translate(digits), 2) if values else 0


def to_flags(bits: int, size: int) -> bytes:
    """For each position a byte, 1 or 0."""
    return f"{bits:0{size}b}".encode()[::-1].translate(_TO_FLAGS)


def from_positions(positions: Iterable[int], size: int) -> int:
    """The set of these positions, each below ``size``."""
    flags = bytearray(size // 8 + 1)
    for position in positions:
        flags[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(flags, "little")


def to_positions(bits: int) -> Iterable[int]:
    """The positions in a set, ascending.

    >>> list(to_positions(from_positions([3, 1, 40], 41)))
    [1, 3, 40]
    """
    size = bits.bit_length()
    if bits.bit_count() * _DENSE > size:
        return compress(range(size), to_flags(bits, size))
    return _sparse(bits.to_bytes(size // 8 + 1, "little"))


def _sparse(raw: bytes) -> Iterator[int]:
    for found in _NOT_EMPTY.finditer(raw):
        at = found.start()
        for offset in _OFFSETS[raw[at]]:
            yield at * 8 + offset


def full(size: int) -> int:
    """The set of all positions below ``size``."""
    return (1 << size) - 1


def without(bits: int, others: int) -> int:
    """Those in the first set that are not in the second; quicker than with ``~``."""
    return bits ^ (bits & others)


def runs(bits: int) -> Sequence[tuple[int, int]]:
    """The stretches of neighbours in a set: first position, and the one behind the last.

    >>> runs(0b0111_0010)
    [(1, 2), (4, 7)]
    """
    starts = to_positions(without(bits, bits << 1))
    stops = to_positions(without(bits << 1, bits))
    return list(zip(starts, stops, strict=True))


def slices_of(numbers: "bytes | bytearray | array[int]", width: int) -> tuple[int, ...]:
    """Bit-sliced numbers: the set of positions whose number has bit 0, bit 1, ...

    Args:
        numbers: A byte for each position, or an array.
        width: How many bits are looked at.
    """
    size = 1 if isinstance(numbers, bytes | bytearray) else numbers.itemsize
    raw = memoryview(numbers).cast("B")[::-1]
    planes = [bytes(raw[size - 1 - byte :: size]) for byte in range((width + 7) // 8)]
    digits = (planes[bit // 8].translate(_DIGIT_OF[bit % 8]) for bit in range(width))
    return tuple(int(each, 2) if each else 0 for each in digits)


_DIGIT_OF = tuple(bytes(48 + (byte >> bit & 1) for byte in range(256)) for bit in range(8))


def added(numbers: Iterable[Sequence[int]], width: int) -> list[int]:
    """The sums, position by position, of bit-sliced numbers.

    Args:
        numbers: The slices of each; the last of them is the sign (two's complement).
        width: How many slices hold every sum.
    """
    total = [0] * width
    for slices in numbers:
        carry = 0
        sign = repeat(slices[-1], width - len(slices))
        for level, digit in enumerate(chain(slices, sign)):
            mine = total[level]
            both = mine ^ digit
            total[level] = both ^ carry
            carry = (mine & digit) | (carry & both)
    return total


def pick(slices: Sequence[int], chosen: Sequence[tuple[int, int]], within: int) -> int:
    """Those positions of a set whose rank lies in one of these stretches of ranks.

    A stretch of ranks costs at most two steps for each slice: a block of ranks that is chosen
    as a whole, or not at all, is not looked into (after O'Neil and Quass, "Improved query
    performance with variant indexes", 1997).
    """
    if not within or not chosen:
        return 0
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
    return pick(lower, low, within ^ ones) | pick(lower, high, ones)
