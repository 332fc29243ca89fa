"""Whom single conditions find, remembered from one question to the next.

Selections differ, but what they are made of comes again: the same mailing group, the same list of
countries, the same text. A condition that was asked before costs one operation on bitmaps.
"""

from collections.abc import Callable, Collection, Hashable
from typing import Generic, TypeVar

from segmentation.bitmaps import Bitmap

AskedT = TypeVar("AskedT", bound=Hashable)

_MOST = 64
"""How many conditions are remembered, each with a bit for every contact."""


class Remembered(Generic[AskedT]):
    """The answers to the latest conditions. What they were found from must not change."""

    def __init__(self) -> None:
        self._found: dict[AskedT, Bitmap] = {}

    @property
    def asked(self) -> Collection[AskedT]:
        """The conditions that are remembered."""
        return tuple(self._found)

    def get(self, asked: AskedT, find: Callable[[], Bitmap]) -> Bitmap:
        """Whom a condition finds.

        Args:
            asked: The condition. One without a hash is not remembered.
            find: Finds them, if the condition is not remembered.
        """
        try:
            found = self._found.get(asked)
        except TypeError:  # for example a zone without a hash
            return find()
        if found is None:
            found = find()
            while len(self._found) >= _MOST:
                self._found.pop(next(iter(self._found)), None)
        else:
            self._found.pop(asked, None)
        self._found[asked] = found
        return found
