"""Positions by a value, in eight bytes for each: chains of positions whose values hash alike.

Where a dictionary would keep a list for each value, each position knows the position before it
whose value falls into the same of many pots. Who asks tests what is found.
"""

from array import array
from collections.abc import Hashable, Iterable, Iterator
from copy import copy

_LEAST = 16
_NOBODY = -1


class Chains:
    """Positions, from 0 on, by the hash of their values.

    Args:
        values: The value at each position.
        count: How many values to make room for.
    """

    def __init__(self, values: Iterable[Hashable] = (), count: int = 0) -> None:
        pots = max(_LEAST, 1 << count.bit_length())
        self._mask = pots - 1
        self._last = array("i", [_NOBODY]) * pots
        self._before = array("i")
        self.extend(values)

    def __len__(self) -> int:
        return len(self._before)

    def extend(self, values: Iterable[Hashable]) -> None:
        """Add values at the next positions.

        Raises:
            TypeError: A value has no hash.
        """
        last, before, mask = self._last, self._before, self._mask
        for at, number in enumerate(list(map(hash, values)), len(before)):
            pot = number & mask
            before.append(last[pot])
            last[pot] = at

    def copied(self) -> "Chains":
        """A copy."""
        made: Chains = copy(self)
        made._last, made._before = self._last[:], self._before[:]
        return made

    @property
    def crowded(self) -> bool:
        """Whether there are so many positions that more pots are worth it."""
        return len(self._before) > 2 * len(self._last)

    def places(self, value: Hashable) -> Iterator[int]:
        """The positions that may have a value, the last first.

        Raises:
            TypeError: The value has no hash.
        """
        at = self._last[hash(value) & self._mask]
        while at >= 0:
            yield at
            at = self._before[at]
