"""Rows that can be read only once, kept small: packed a thousand at a time.

They stay in memory, and on no disk, as what they say is for nobody else.
"""

import pickle  # only what was packed here is unpacked
import zlib
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")

_AT_ONCE = 1_000
_QUICK = 1


class Packed(Generic[ItemT]):
    """Items in their order, which are gone through as often as is wanted.

    Args:
        items: The first of them.
    """

    def __init__(self, items: Iterable[ItemT] = ()) -> None:
        self._blocks: list[bytes] = []
        self._last: list[ItemT] = []
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return _AT_ONCE * len(self._blocks) + len(self._last)

    def __iter__(self) -> Iterator[ItemT]:
        for block in self._blocks:
            yield from pickle.loads(zlib.decompress(block))  # noqa: S301 - it was packed here
        yield from self._last

    def append(self, item: ItemT) -> None:
        """Add an item at the end."""
        self._last.append(item)
        if len(self._last) == _AT_ONCE:
            self._blocks.append(zlib.compress(pickle.dumps(self._last), _QUICK))
            self._last = []
