"""The tree of hashes of RFC 6962, and the proofs that it gives.

A node is named by its level and its index in that level: leaves have level 0, and the node
``(level, index)`` covers ``2**level`` leaves. Nodes of which all leaves exist never change. This
module does not know where they are kept: a `Source` gives them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Protocol, TypeAlias

from segmentation.errors import InvalidValue, Message

Node: TypeAlias = tuple[int, int]
"""A level and an index in it."""

_Range: TypeAlias = tuple[int, int]
"""The first leaf, and the one after the last."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf with these data."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node above two others."""
    return sha256(b"\1" + left + right).digest()


EMPTY_ROOT = sha256().digest()
"""The root of a tree without leaves."""


class Source(Protocol):
    """Gives the hashes of nodes of which all leaves exist."""

    def find(self, nodes: Collection[Node]) -> Mapping[Node, bytes]:
        """The hashes of all these nodes."""


class LeafSource:
    """The nodes above leaves that are all at hand.

    Args:
        data: The data of the leaves, in order.
    """

    def __init__(self, data: Iterable[bytes]) -> None:
        self._levels = [list(map(leaf_hash, data))]
        while len(below := self._levels[-1]) > 1:
            self._levels.append(list(map(node_hash, below[::2], below[1::2])))

    def find(self, nodes: Collection[Node]) -> Mapping[Node, bytes]:
        """The hashes of all these nodes."""
        return {(level, index): self._levels[level][index] for level, index in nodes}


class Tree:
    """Roots and proofs of the tree over the leaves of a source.

    Args:
        source: Where the hashes of nodes are.

    >>> tree = Tree(LeafSource([b"a", b"b", b"c"]))
    >>> root = tree.root(3)
    >>> verify_inclusion(tree.inclusion(1, 3), leaf_hash(b"b"), index=1, size=3, root=root)
    True
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    def root(self, size: int) -> bytes:
        """The root of the tree of this size."""
        return self._hashes([(0, size)])[0] if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        """The proof that a leaf is in the tree: hashes from its sibling up to the root's child.

        Args:
            index: The leaf, from 0 on.
            size: The size of the tree.

        Raises:
            InvalidValue: The tree has no such leaf.
        """
        if not 0 <= index < size:
            reason = Message("is no leaf of a tree of size {size}", size=size)
            raise InvalidValue("index", index, reason)
        return self._hashes(_siblings(index, 0, size))

    def consistency(self, old_size: int, size: int) -> Sequence[bytes]:
        """The proof that a tree is the beginning of another.

        Args:
            old_size: The size of the smaller tree.
            size: The size of the other.

        Raises:
            InvalidValue: The smaller one is not smaller, or of the same size.
        """
        if not 0 <= old_size <= size:
            reason = Message("is no size before {size}", size=size)
            raise InvalidValue("old_size", old_size, reason)
        return self._hashes(_between(old_size, 0, size, known=True)) if old_size else ()

    def _hashes(self, ranges: Sequence[_Range]) -> Sequence[bytes]:
        """The hash of each range, all asked of the source at once."""
        parts = [complete_nodes(*each) for each in ranges]
        found = self._source.find({node for nodes in parts for node in nodes})
        return [_joined([found[node] for node in nodes]) for nodes in parts]


def complete_nodes(start: int, stop: int) -> Sequence[Node]:
    """The largest nodes that together cover leaves, from left to right.

    Args:
        start: The first leaf; a multiple of the largest power of two below the number of leaves.
        stop: The leaf after the last.

    >>> complete_nodes(0, 7)
    [(2, 0), (1, 2), (0, 6)]
    """
    nodes = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The hash above complete nodes of which each is smaller than the one before."""
    *lefts, joined = hashes
    for left in reversed(lefts):
        joined = node_hash(left, joined)
    return joined


def _middle(start: int, stop: int) -> int:
    """Where a range is divided: after the largest power of two that is less than its length."""
    return start + (1 << ((stop - start - 1).bit_length() - 1))


def _siblings(index: int, start: int, stop: int) -> list[_Range]:
    if stop - start == 1:
        return []
    middle = _middle(start, stop)
    if index < middle:
        return [*_siblings(index, start, middle), (middle, stop)]
    return [*_siblings(index, middle, stop), (start, middle)]


def _between(old: int, start: int, stop: int, *, known: bool) -> list[_Range]:
    """SUBPROOF of RFC 6962; ``old`` is where the smaller tree ends."""
    if old == stop:
        return [] if known else [(start, stop)]
    middle = _middle(start, stop)
    if old <= middle:
        return [*_between(old, start, middle, known=known), (middle, stop)]
    return [*_between(old, middle, stop, known=False), (start, middle)]


def verify_inclusion(
    proof: Sequence[bytes], leaf: bytes, *, index: int, size: int, root: bytes
) -> bool:
    """Whether a proof shows that a leaf is in a tree.

    Args:
        proof: The hashes from the leaf's sibling up to the root's child.
        leaf: The hash of the leaf.
        index: The leaf, from 0 on.
        size: The size of the tree.
        root: The root of the tree.
    """
    if not 0 <= index < size:
        return False
    ranges = _siblings(index, 0, size)
    if len(ranges) != len(proof):
        return False
    found = leaf
    for (start, _), sibling in zip(ranges, proof, strict=True):
        found = node_hash(found, sibling) if start > index else node_hash(sibling, found)
    return found == root


def verify_consistency(
    proof: Sequence[bytes], *, old_size: int, old_root: bytes, size: int, root: bytes
) -> bool:
    """Whether a proof shows that a tree is the beginning of another.

    Args:
        proof: The hashes, as `Tree.consistency` gives them.
        old_size: The size of the smaller tree.
        old_root: Its root.
        size: The size of the other tree.
        root: Its root.
    """
    if not 0 <= old_size <= size:
        return False
    if old_size in {0, size}:
        expected = EMPTY_ROOT if old_size == 0 else root
        return not proof and old_root == expected and (size > 0 or root == EMPTY_ROOT)
    ranges = _between(old_size, 0, size, known=True)
    if len(ranges) != len(proof):
        return False
    steps = list(zip(ranges, proof, strict=True))
    if _is_power_of_two(old_size):
        old = new = old_root
    else:
        old = new = steps.pop(0)[1]
    for (start, _), sibling in steps:
        if start >= old_size:
            new = node_hash(new, sibling)
        else:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
    return old == old_root and new == root


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0
