"""Steps of building and reading an index that numpy takes faster, where it is installed.

Everything here is optional: each function gives ``None`` if there is no numpy, if there is so
little that it does not matter, or if the values do not suit; then plain Python does the same.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any

from segmentation.bitmaps import Bitmap

from ._index_columns import Ranks

_LEAST = 10_000
"""For fewer rows, numpy is not even imported."""
_PART = 65_536
"""How many texts are read together."""
_WORD = 8
_FEW = 256
_MANY = 16
"""Sets with at least one in so many positions, but fewer than one in so many, are listed by it."""


@cache
def _installed() -> bool:
    return find_spec("numpy") is not None


def _numpy(rows: int) -> Any:  # noqa: ANN401 - a module
    """The module, ``None`` if it is not installed or not worth it for so many rows."""
    return import_module("numpy") if rows >= _LEAST and _installed() else None


def places(bitmap: Bitmap, size: int) -> list[int] | None:
    """The positions in a set, ascending, where they are neither few nor many of so many.

    Nothing is imported for that: a list is there before numpy would be.
    """
    found = bitmap.bit_count()
    if found * _FEW < size or found * _MANY > size or "numpy" not in sys.modules:
        return None
    np = _numpy(size)
    if np is None:
        return None
    raw = np.frombuffer(bitmap.to_bytes(size // 8 + 1, "little"), np.uint8)
    listed: list[int] = np.flatnonzero(np.unpackbits(raw, bitorder="little")).tolist()
    return listed


def chained(
    groups: "array[int]", size: int, most: int
) -> "tuple[array[int], array[int], bytes, bytes] | None":
    """Link each row to the previous row of its group.

    Args:
        groups: The group of each row.
        size: How many groups there are, one for no group included.
        most: Where counting ends.

    Returns:
        The last row of each group and the previous one of each row, -1 for none; how many rows
        each group has, and how many rows of its group precede each row.
    """
    np = _numpy(len(groups))
    if np is None:
        return None
    of_rows = np.frombuffer(groups, np.uint32)
    order = np.argsort(of_rows, kind="stable").astype(np.int32)
    counts = np.bincount(of_rows, minlength=size)
    ends = np.cumsum(counts)
    last, previous = np.full(size, -1, np.int32), np.empty(len(groups), np.int32)
    last[counts > 0] = order[ends[counts > 0] - 1]
    depths = np.empty(len(groups), np.int64)
    depths[order] = np.arange(len(groups)) - np.repeat(ends - counts, counts)
    previous[order[1:]] = order[:-1]
    previous[depths == 0] = -1
    return (
        array("i", last.tobytes()),
        array("i", previous.tobytes()),
        np.minimum(counts, most).astype(np.uint8).tobytes(),
        np.minimum(depths, most).astype(np.uint8).tobytes(),
    )


def layered(
    values: Ranks, layer_of: bytes, groups: "array[int]", layers: int, size: int
) -> list[Ranks] | None:
    """The values of rows by layer, one for each group, 0 if it has no row there.

    Args:
        values: The value of each row.
        layer_of: The layer of each row; rows with others have none.
        groups: The group of each row.
        layers: How many layers there are.
        size: How many groups.
    """
    np = _numpy(len(groups))
    if np is None:
        return None
    code = "B" if isinstance(values, bytes | bytearray) else values.typecode
    held = np.frombuffer(values, code)
    of_rows, in_layer = np.frombuffer(groups, np.uint32), np.frombuffer(layer_of, np.uint8)
    made = []
    for layer in range(layers):
        rows = np.flatnonzero(in_layer == layer)
        plane = np.zeros(size + 1, held.dtype)
        plane[of_rows[rows]] = held[rows]
        raw = plane[:size].tobytes()
        made.append(raw if code == "B" else array(code, raw))
    return made


class Keys:
    """Texts of one length, as numbers in the same order.

    Args:
        numbers: A number for each text.
        shape: The length of all, and the letters that all begin with.
    """

    def __init__(self, numbers: Any, shape: tuple[int, bytes]) -> None:  # noqa: ANN401
        self.numbers = numbers
        self.shape = shape

    @classmethod
    def of(cls, values: Iterable[Any], size: int) -> "Keys | None":
        """So many values, if they are texts of one length that differ in eight letters at most."""
        np = _numpy(size)
        if np is None:
            return None
        parts, shapes, rest = [], set(), iter(values)
        while some := list(islice(rest, _PART)):
            part = _numbered(np, some)
            if part is None:
                return None
            parts.append(part[0])
            shapes.add(part[1])
        return cls(np.concatenate(parts), shapes.pop()) if len(shapes) == 1 else None

    @classmethod
    def of_text(cls, text: str, length: int, more: Sequence[Any]) -> "Keys | None":
        """The same for texts of one length that stand in one, and further values."""
        np = _numpy(len(text) // length + len(more))
        known = np and _of_letters(np, text, length)
        rest = _numbered(np, more) if known and more else known
        if known is None or rest is None or rest[1] != known[1]:
            return None
        return cls(np.concatenate([known[0], rest[0]]) if more else known[0], known[1])

    def at(self, codes: Ranks, behind: int) -> "Keys":
        """The key of each code, and after these those from one on."""
        np = _numpy(_LEAST)
        code = "B" if isinstance(codes, bytes | bytearray) else codes.typecode
        found = self.numbers[np.frombuffer(codes, code)]
        return Keys(np.concatenate([found, self.numbers[behind:]]), self.shape)

    def different(self) -> "tuple[Keys, array[int]]":
        """Each different key once, ascending, and the place of each key among them."""
        np = _numpy(_LEAST)
        different, places = np.unique(self.numbers, return_inverse=True)
        return Keys(different, self.shape), _array(np, places)

    def texts(self) -> list[str]:
        """The texts again."""
        length, head = self.shape
        text, width = self.numbers.astype(">u8").tobytes().decode(), length - len(head)
        return [head.decode() + text[at : at + width] for at in range(0, len(text), _WORD)]

    def places_in(self, known: "Keys") -> "array[int] | None":
        """The place of each key among known ones, which ascend; their number if it is not there."""
        if self.shape != known.shape:
            return None
        np = _numpy(_LEAST)
        size = len(known.numbers)
        places = np.searchsorted(known.numbers, self.numbers)
        found = known.numbers[np.minimum(places, size - 1)] == self.numbers
        return _array(np, np.where(found, places, size))

    def differing(self, others: "Keys", places: "array[int]") -> list[int] | None:
        """Which keys are others than those at their places. Places behind the last one are left."""
        if self.shape != others.shape:
            return None
        np = _numpy(_LEAST)
        at = np.frombuffer(places, np.uint32)
        inside = at < len(others.numbers)
        theirs = others.numbers[np.where(inside, at, 0)]
        found: list[int] = np.flatnonzero(inside & (theirs != self.numbers)).tolist()
        return found


def _numbered(np: Any, values: Sequence[Any]) -> tuple[Any, tuple[int, bytes]] | None:  # noqa: ANN401
    """Texts as numbers, and their shape; ``None`` if they do not suit."""
    try:
        lengths = set(map(len, values))
        text = "".join(values)
    except TypeError:  # not all are texts
        return None
    length = lengths.pop()
    return None if lengths or not length else _of_letters(np, text, length)


def _of_letters(np: Any, text: str, length: int) -> tuple[Any, tuple[int, bytes]] | None:  # noqa: ANN401
    """Texts of one length, which stand in one, as numbers, and their shape."""
    if not text.isascii():
        return None
    letters = np.frombuffer(text.encode(), np.uint8).reshape(-1, length)
    start = max(length - _WORD, 0)
    if (letters[:, :start] != letters[0, :start]).any():
        return None
    padded = np.zeros((len(letters), _WORD), np.uint8)
    padded[:, : length - start] = letters[:, start:]
    return padded.view(">u8").ravel().astype(np.uint64), (length, text[:start].encode())


def _array(np: Any, numbers: Any) -> "array[int]":  # noqa: ANN401
    return array("I", numbers.astype(np.uint32).tobytes())
