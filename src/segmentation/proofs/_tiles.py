"""Tiles (C2SP tlog-tiles): the files that a journal's tree and its leaves are published in."""

from collections.abc import Iterator, Sequence

import attrs

from segmentation.showing import shown_by

HEIGHT = 8
"""The levels of the tree that one tile spans."""

WIDTH = 1 << HEIGHT
"""The hashes in a full tile."""


@shown_by("path")
@attrs.frozen
class Tile:
    """One file: a run of hashes of one level, or of leaves.

    Attributes:
        level: The level of its hashes in the tree, 0, 8, 16, ...; ``None`` for leaves.
        number: Its place among the tiles of its level.
        width: How many hashes or leaves it has.
    """

    level: int | None
    number: int
    width: int

    @property
    def is_full(self) -> bool:
        """Whether it never changes again."""
        return self.width == WIDTH

    @property
    def path(self) -> str:
        """The path of its file, with slashes."""
        kind = "entries" if self.level is None else str(self.level // HEIGHT)
        partial = "" if self.is_full else f".p/{self.width}"
        return f"tile/{kind}/{_digits(self.number)}{partial}"

    @property
    def span(self) -> range:
        """The indexes of its hashes or leaves."""
        return range(self.number * WIDTH, self.number * WIDTH + self.width)


def _digits(number: int) -> str:
    """A number in groups of three digits, all but the last with an x.

    >>> _digits(1_234_067)
    'x001/x234/067'
    """
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))


def tiles_of(size: int) -> Iterator[Tile]:
    """All tiles of a tree, leaves first."""
    levels: Sequence[int] = range(0, max(size - 1, 0).bit_length() + 1, HEIGHT)
    for level in (None, *levels):
        hashes = size >> (level or 0)
        for number in range(-(-hashes // WIDTH)):
            yield Tile(level, number, min(WIDTH, hashes - number * WIDTH))


def to_bundle(leaves: Sequence[bytes]) -> bytes:
    """The content of a file of leaves: each after its length in two bytes."""
    return b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves)
