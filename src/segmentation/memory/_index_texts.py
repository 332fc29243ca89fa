"""Texts of which most differ, searched as one long text.

All values of a field are joined, each between two separators. Where the letters of a pattern stand
in the long text, a value may fit it, and the separators before tell which value that is. Python
searches and counts at the speed of memory, so values are not tried one by one, and need neither be
sorted nor be told apart. Texts compared in any case are searched in a second long text, whose
letters are folded.

Filters that are no matter of letters are tried on each value. Once that was done some times,
sorted values serve better.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, compress, count
from typing import Any, TypeAlias

from segmentation.bitmaps import EMPTY, Bitmap, from_flags, full, without
from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFilter,
    FitsPattern,
    IsEqual,
    Letters,
    Not,
    Wild,
    replacements,
    to_value_test,
)
from segmentation.fields import Field, FieldType

_BETWEEN = b"\0"
_ASCII = bytes(range(128))
_LETTERS = 64
"""A text with more letters beyond ASCII that change is folded letter by letter."""
_PATIENCE = 64
"""How long values are tried, before they are sorted."""
_TRYING = 8
"""What it costs to try each value, where it costs 1 to look for an equal one."""

Values: TypeAlias = Callable[[Sequence[int] | None], Iterable[Any]]
"""The function that reads the stored values at some positions, or all."""


class TextColumn:
    """The values of a text field, one at each position.

    Args:
        field: The field.
        values: Reads them.
        size: How many there are.
    """

    def __init__(self, field: Field, values: Values, size: int) -> None:
        # Codes are stored as codes, so they are not to be made codes again.
        self._field = Field(field.name, FieldType.TEXT)
        self._values = values
        self._size = size
        self._long: dict[Letters, bytes | None] = {}
        self._patience = _PATIENCE

    def passing(self, item: BoundFilter) -> Bitmap | None:
        """The positions whose value passes a filter, ``None`` if sorted values serve better."""
        cost = _cost(item)
        if cost > self._patience:
            return None
        self._patience -= cost
        return self._passing(item)

    def _passing(self, item: BoundFilter) -> Bitmap:
        match item:
            case FitsPattern(pattern, letters):
                return self._fitting(item, pattern, letters)
            case IsEqual(str(value), letters):
                return self._fitting(item, (value,), letters)
            case Not(inner):
                return without(full(self._size), self._passing(inner))
            case AllOf(items) if _cost(item) < _TRYING:
                found = full(self._size)
                for each in items:
                    found &= self._passing(each)
                return found
            case AnyOf(items) if _cost(item) < _TRYING:
                found = EMPTY
                for each in items:
                    found |= self._passing(each)
                return found
            case _:
                return self._trying(item)

    def _trying(self, item: BoundFilter) -> Bitmap:
        """The positions that pass, by a test of each value."""
        return from_flags(bytes(map(to_value_test(item, self._field), self._values(None))))

    def _fitting(
        self, item: BoundFilter, pattern: Sequence[str | Wild], letters: Letters
    ) -> Bitmap:
        """The positions whose value fits a pattern."""
        sought, before, is_sure = _sought(pattern)
        long = self._joined(letters) if sought else None
        if long is None:
            return self._trying(item)
        flags = bytearray(self._size)
        for place in _places(long, sought, before):
            flags[place] = 1
        if not is_sure:
            places = list(compress(count(), flags))
            passing = map(to_value_test(item, self._field), self._values(places))
            for place, passes in zip(places, passing, strict=True):
                flags[place] = passes
        return from_flags(flags)

    def _joined(self, letters: Letters) -> bytes | None:
        """All values between separators, their letters changed; ``None`` if that cannot be."""
        if letters not in self._long:
            if letters is Letters.AS_WRITTEN:
                self._long[letters] = self._join()
            else:
                written = self._joined(Letters.AS_WRITTEN)
                self._long[letters] = None if written is None else _changed(written, letters)
        return self._long[letters]

    def _join(self) -> bytes | None:
        try:
            text = "\0".join(self._values(None))
        except TypeError:  # not all are texts
            return None
        long = b"\0%b\0" % _to_bytes(text)
        return long if long.count(_BETWEEN) == self._size + 1 else None


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _cost(item: BoundFilter) -> int:
    match item:
        case FitsPattern():
            return 0
        case IsEqual(str()):
            return 1
        case Not(inner):
            return _cost(inner)
        case AllOf(items) | AnyOf(items):
            return min(sum(map(_cost, items)), _TRYING)
        case _:
            return _TRYING


def _changed(long: bytes, letters: Letters) -> bytes:
    """A long text with its letters changed, so that those are equal which count as equal."""
    found = set(long.translate(None, _ASCII).decode("utf-8", "surrogatepass"))
    table = {old: new for old, new in replacements(letters).items() if old in found}
    if len(table) > _LETTERS or any(letter in table for new in table.values() for letter in new):
        return _to_bytes(letters.change(long.decode("utf-8", "surrogatepass")))
    long = long.lower()
    for old, new in table.items():
        long = long.replace(_to_bytes(old), _to_bytes(new))
    return long


def _sought(pattern: Sequence[str | Wild]) -> tuple[bytes, int, bool]:
    """What to look for in the long text, for a pattern.

    Returns:
        The longest piece of the pattern, with the separator before it or behind it if it begins
        or ends values; whether that separator stands behind; and whether all values that have the
        piece fit the pattern.
    """
    literals = [(len(piece), at) for at, piece in enumerate(pattern) if isinstance(piece, str)]
    length, at = max(literals, default=(0, 0))
    piece = _to_bytes(str(pattern[at])) if length else b""
    if not piece or _BETWEEN in piece:
        return b"", 0, False
    others = {*pattern[:at], *pattern[at + 1 :]}
    is_sure = others == {Wild.ANY_RUN} and len(pattern) <= 3  # noqa: PLR2004
    if at == 0:
        return _BETWEEN + piece, 0, is_sure
    if at == len(pattern) - 1:
        return piece + _BETWEEN, 1, is_sure
    return piece, 0, is_sure


def _places(long: bytes, sought: bytes, before: int) -> Iterator[int]:
    """The positions of the values that hold what is sought; some come more than once.

    Args:
        long: The long text.
        sought: What is sought; with a separator, it counts as one that comes before its value.
        before: 1 if that separator stands behind the value, or else 0.
    """
    *parts, _ = long.split(sought)
    held = sought.count(_BETWEEN)
    seen = accumulate([part.count(_BETWEEN) + held for part in parts])
    return (place - 1 - before for place in seen)
