"""Hashes of millions of keys, 8 bytes each, looked through without an object for each."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable

_PARTS = 256


class KeyHashes:
    """Hashes of keys, in parts by their last bits: only a part at a time becomes objects."""

    def __init__(self) -> None:
        self._parts = [array("q") for _ in range(_PARTS)]

    def add(self, hashes: Iterable[int]) -> None:
        """Add hashes."""
        parts = self._parts
        for each in hashes:
            parts[each % _PARTS].append(each)

    def are_different(self) -> bool:
        """Whether no hash came twice."""
        return all(len({*part}) == len(part) for part in self._parts)

    def sort(self) -> None:
        """Sort them, so that they can be looked for."""
        self._parts = [array("q", sorted(part)) for part in self._parts]

    def __contains__(self, wanted: int) -> bool:
        """Whether a hash is one of these, which are sorted."""
        part = self._parts[wanted % _PARTS]
        at = bisect_left(part, wanted)
        return at < len(part) and part[at] == wanted
