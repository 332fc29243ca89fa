"""Sets of positions as whole numbers: bit *i* says whether position *i* is in the set.

Python works on such numbers a machine word at a time, so that and, or, not of a million
positions take microseconds. Knows nothing of what stands at a position.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain, compress, repeat
from operator import or_

_DENSE = 24
"""With fewer positions than one in so many, empty words are skipped over."""
_WORD = 64
_TO_FLAGS = bytes.maketrans(b"01", b"\0\1")


def from_flags(flags: bytes | bytearray) -> int:
    """The set of the positions at which a byte is 1, not 0."""
    return _interleaved(_eighths(flags))


def _eighths(values: bytes | bytearray, size: int = 1, byte: int = 0) -> list[int]:
    """Eight whole numbers: the bytes of values 0, 8, 16, ..., those of values 1, 9, 17, ...

    Shifting them packs bits of eight values into a byte, and no byte is looked at for itself.

    Args:
        values: The values.
        size: How many bytes each has.
        byte: Which of them is taken.
    """
    starts = range(byte, byte + 8 * size, size)
    return [int.from_bytes(values[start :: 8 * size], "little") for start in starts]


def _interleaved(eighths: Iterable[int]) -> int:
    """The set of positions, of eight numbers whose bytes say 1 or 0 for every eighth one."""
    return reduce(or_, (eighth << n for n, eighth in enumerate(eighths)))


def above(values: bytes, limit: int) -> int:
    """The set of the positions at which a byte is greater than a limit.

    >>> above(bytes([0, 3, 1]), 0)
    6
    """
    return from_flags(values.translate(bytes(value > limit for value in range(256))))


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
    return _sparse(bits.to_bytes((size // _WORD + 1) * 8, "little"))


def _sparse(raw: bytes) -> Iterator[int]:
    words = memoryview(raw).cast("Q")
    for at in compress(range(len(words)), words):
        behind, rest = at * _WORD - 1, words[at]
        while rest:
            lowest = rest & -rest
            yield behind + lowest.bit_length()
            rest ^= lowest


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
    raw = bytes(numbers)
    ones = int.from_bytes(b"\1" * (len(raw) // size // 8 + 1), "little")
    planes = [_eighths(raw, size, byte) for byte in range((width + 7) // 8)]
    return tuple(
        _interleaved(eighth >> bit % 8 & ones for eighth in planes[bit // 8])
        for bit in range(width)
    )


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
    if not low:
        return pick(lower, high, ones)
    if not high:
        return pick(lower, low, within ^ ones)
    return pick(lower, low, within ^ ones) | pick(lower, high, ones)
