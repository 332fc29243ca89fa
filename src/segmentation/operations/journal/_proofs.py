"""Proofs for outsiders: checkpoints signed, entries proved, tiles written.

The leaf of entry n has the index n - 1, and its data are the 32 bytes of the entry's hash. Of the
tree's nodes every fourth level is kept in the store, worked out when a checkpoint is signed: for
what is new since the one before, if the nodes that are kept are those of that one. A proof then
reads a few dozen hashes, however long the journal is. Recording does not know of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice, starmap
from pathlib import Path

import attrs

from segmentation.errors import JournalBroken, Message, Refused
from segmentation.interactions import Interaction
from segmentation.journal import Entry, hashed_lines
from segmentation.operations.whole_files import whole_file
from segmentation.proofs import (
    Checkpoint,
    ConsistencyProof,
    InclusionProof,
    Node,
    Signer,
    Tile,
    Tree,
    check_size,
    leaf_hash,
    make_checkpoint,
    node_hash,
    parse_checkpoint,
    tiles_of,
    to_bundle,
    verify_inclusion,
)
from segmentation.protocols import Store
from segmentation.showing import shown_by

from ._entries import get_entry

STEP = 4
"""Every how many levels the nodes are kept."""

_CHECKPOINT = "checkpoint"


@shown_by("entry_no", "proof.checkpoint.size")
@attrs.frozen
class EntryProof:
    """That an entry is in the journal, for somebody who has neither journal nor library.

    Attributes:
        proof: The proof.
        lines: The seven lines that the entry's hash is of, without personal content.
    """

    proof: InclusionProof
    lines: str

    @property
    def entry_no(self) -> int:
        """The number of the entry."""
        return self.proof.entry_no

    @property
    def text(self) -> str:
        """The proof as a file of the format tlog-proof."""
        return str(self.proof)


def sign_checkpoint(store: Store, signer: Signer, *, after: Checkpoint | str | None) -> Checkpoint:
    """Sign the size and the root of the journal as it is.

    The hashes of the entries since the last checkpoint are read for it, and the nodes above them
    are kept. Without one, or where the nodes that are kept do not have its root, all are read.

    Args:
        store: Where the journal is.
        signer: The key; its name is the origin of the checkpoint.
        after: The checkpoint signed last, which was kept elsewhere; ``None`` for the first, and to
            have all nodes worked out again.

    Raises:
        BadDocument: What is kept is no checkpoint.
        Refused: The journal has fewer entries than the one kept, or others; nothing is signed.
    """
    kept = _read(after) if after is not None else None
    size = store.log.head().number
    _keep_nodes(store, _first_leaf(store, kept, size), size)
    tree = Tree(StoredNodes(store))
    if kept is not None:
        _check_continues(tree, size, kept, signer.name)
    return make_checkpoint(signer.name, size, tree.root(size)).signed_by(signer)


def prove_entry(
    store: Store, entry: int | Entry | Interaction, checkpoint: Checkpoint | str
) -> EntryProof:
    """Prove that an entry is in the journal that a checkpoint is of.

    Args:
        store: Where the journal is.
        entry: The entry, its number, or the interaction that it records.
        checkpoint: The checkpoint, with the signatures that the proof is to show.

    Raises:
        NotFound: There is no such entry.
        Refused: The checkpoint is not of this journal.
        InvalidValue: The entry came after the checkpoint.
        BadDocument: The checkpoint is none.
    """
    found = get_entry(store, entry.entry_no if isinstance(entry, Interaction) else entry)
    of = _read(checkpoint)
    _check_length(store, of)
    index = found.number - 1
    hashes = tuple(Tree(StoredNodes(store)).inclusion(index, of.size))
    leaf = leaf_hash(bytes.fromhex(found.sha256))
    if not verify_inclusion(hashes, leaf, index=index, size=of.size, root=of.root):
        raise _of_another(of.size, _PROVE)
    return EntryProof(InclusionProof(index, hashes, of), hashed_lines(found))


def prove_consistency(
    store: Store, checkpoint: Checkpoint | str, *, kept: Checkpoint | str
) -> ConsistencyProof:
    """Prove that the journal of a checkpoint continues that of an earlier one.

    Args:
        store: Where the journal is.
        checkpoint: The later checkpoint.
        kept: The earlier one.

    Raises:
        Refused: One of the checkpoints is not of this journal, or the earlier one is larger.
        BadDocument: A checkpoint is none.
    """
    of, before = _read(checkpoint), _read(kept)
    _check_length(store, of)
    tree = Tree(StoredNodes(store))
    _check_continues(tree, of.size, before, of.origin)
    if tree.root(of.size) != of.root:
        raise _of_another(of.size, _PROVE)
    return ConsistencyProof(before.size, tuple(tree.consistency(before.size, of.size)), of)


def write_tiles(store: Store, folder: Path, checkpoint: Checkpoint | str) -> Sequence[Path]:
    """Write the tree and its leaves as files, and the checkpoint after them.

    Files that are there and never change are left alone.

    Args:
        store: Where the journal is.
        folder: The folder; it is made if it is not there.
        checkpoint: The checkpoint.

    Returns:
        The files that were written.

    Raises:
        Refused: The checkpoint is not of this journal, or does not continue the one in the folder.
        BadDocument: The checkpoint, or the one in the folder, is none.
        StoreError: A file cannot be written.
    """
    of = _read(checkpoint)
    _check_length(store, of)
    nodes = StoredNodes(store)
    tree = Tree(nodes)
    if tree.root(of.size) != of.root:
        raise _of_another(of.size, _WRITE)
    last = folder / _CHECKPOINT
    if last.is_file():
        text = last.read_bytes().decode(errors="replace")
        _check_continues(tree, of.size, parse_checkpoint(text, str(last)), of.origin)
    written = [path for tile in tiles_of(of.size) for path in _write_tile(nodes, folder, tile)]
    with whole_file(last) as file:
        file.write(str(of).encode())
    return [*written, last]


def _write_tile(nodes: "StoredNodes", folder: Path, tile: Tile) -> Iterator[Path]:
    path = folder / tile.path
    if path.is_file():  # what it holds never changes
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        if tile.level is None:
            file.write(to_bundle([data for _, data in nodes.data([tile.span])]))
        else:
            wanted = [(tile.level, index) for index in tile.span]
            found = nodes.find(wanted)
            file.write(b"".join(map(found.__getitem__, wanted)))
    yield path


_PROVE = Message("prove it")
_WRITE = Message("write tiles")
_SIGN = Message("sign a checkpoint")


def _read(checkpoint: Checkpoint | str) -> Checkpoint:
    return parse_checkpoint(checkpoint) if isinstance(checkpoint, str) else checkpoint


def _of_another(size: int, step: str) -> Refused:
    reason = Message("the first {size} entries do not have the root of the checkpoint", size=size)
    return Refused(step, reason)


def _check_length(store: Store, checkpoint: Checkpoint) -> None:
    check_size(store.log.head().number, checkpoint.size, _PROVE)


def _check_continues(tree: Tree, size: int, kept: Checkpoint, origin: str) -> None:
    """Check that the journal up to a size begins with that of a checkpoint."""
    if kept.origin != origin:
        reason = Message(
            "the one kept is of {kept!r}, not of {origin!r}", kept=kept.origin, origin=origin
        )
        raise Refused(_SIGN, reason)
    check_size(size, kept.size, _SIGN)
    found = make_checkpoint(origin, kept.size, tree.root(kept.size))
    if found.root != kept.root:
        reason = Message(
            "of {size} entries the first {kept} have the root {found}, and the one kept has {root}",
            size=size,
            kept=kept.size,
            found=found.root_text,
            root=kept.root_text,
        )
        raise Refused(_SIGN, reason)


class StoredNodes:
    """The nodes of the tree: those that are kept, and the others worked out from them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, nodes: Collection[Node]) -> Mapping[Node, bytes]:
        """The hashes of all these nodes."""
        below = {node: _at_kept_level(node) for node in nodes}
        kept = self._kept({each for bases in below.values() for each in bases})
        return {node: _joined([kept[each] for each in bases]) for node, bases in below.items()}

    def data(self, spans: Iterable[range]) -> Iterator[tuple[int, bytes]]:
        """The data of leaves, with their indexes."""
        numbers = [range(span.start + 1, span.stop + 1) for span in spans]
        for number, digest in self._store.log.hashes(numbers):
            yield number - 1, _digest(number, digest)

    def _kept(self, wanted: Collection[Node]) -> Mapping[Node, bytes]:
        """The hashes of nodes at the levels that are kept; one that is missing is worked out."""
        upper = {node for node in wanted if node[0]}
        found = dict(self._store.tree.find(upper)) if upper else {}
        missing = upper - found.keys()
        children = {node: _children(node) for node in missing}
        leaves = {index for level, index in wanted if not level}
        found |= {(0, i): leaf_hash(data) for i, data in self.data(_runs(leaves))}
        if children:
            under = self._kept({each for nodes in children.values() for each in nodes})
            found |= {n: _joined([under[each] for each in c]) for n, c in children.items()}
        return found


def _at_kept_level(node: Node) -> Sequence[Node]:
    """The nodes that one consists of, at the next level below that is kept."""
    level, index = node
    down = level % STEP
    return [(level - down, each) for each in range(index << down, (index + 1) << down)]


def _children(node: Node) -> Sequence[Node]:
    """The nodes that one consists of, at the kept level below its own."""
    level, index = node
    return [(level - STEP, each) for each in range(index << STEP, (index + 1) << STEP)]


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The hash above as many nodes as a power of two."""
    while len(hashes) > 1:
        hashes = list(map(node_hash, hashes[::2], hashes[1::2]))
    return hashes[0]


def _runs(indexes: Iterable[int]) -> Iterator[range]:
    """Indexes that follow each other, together."""
    run = range(0)
    for index in sorted(indexes):
        if run and run.stop == index:
            run = range(run.start, index + 1)
            continue
        if run:
            yield run
        run = range(index, index + 1)
    if run:
        yield run


_DIGEST = 32


def _digest(number: int, text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != _DIGEST:
        raise JournalBroken(number, "its hash is none")
    return found


def _first_leaf(store: Store, kept: Checkpoint | None, size: int) -> int:
    """The leaf from which on nodes are worked out: that of the block in which a checkpoint ends.

    It is the first of all if the nodes that are kept are not of this checkpoint, or if the journal
    has other entries there by now: each entry's hash is also of all entries before it.
    """
    if kept is None or not 0 < kept.size <= size:
        return 0
    source = StoredNodes(store)
    if Tree(source).root(kept.size) != kept.root:
        return 0
    first = (kept.size - 1) >> STEP << STEP
    block = (STEP, first >> STEP)
    leaves = [leaf_hash(data) for _, data in source.data([range(first, kept.size)])]
    if len(leaves) == 1 << STEP and _joined(leaves) != source.find([block])[block]:
        return 0
    return first


def _keep_nodes(store: Store, first: int, size: int) -> None:
    """Work out the nodes over the entries, and keep those that are not kept as they are.

    Args:
        store: Where the journal is.
        first: The first leaf, with which a block begins.
        size: How many leaves there are.
    """
    source = StoredNodes(store)
    made = dict(_nodes_over(_lowest(store, first, size), first, _before(source, first)))
    kept = store.tree.find(made) if made else {}
    new = {node: found for node, found in made.items() if kept.get(node) != found}
    if new:
        with store.transaction():
            store.tree.put(new)


def _before(source: "StoredNodes", first: int) -> list[list[bytes]]:
    """The nodes before a leaf that stand in one block with it, level by level."""
    rows: list[list[Node]] = []
    level, index = STEP, first >> STEP
    while index:
        rows.append([(level, each) for each in range(index >> STEP << STEP, index)])
        level, index = level + STEP, index >> STEP
    found = source.find({node for row in rows for node in row}) if rows else {}
    return [[found[node] for node in row] for row in rows]


_AT_ONCE = 256 << STEP
"""Of how many leaves the hashes are worked out together."""


def _lowest(store: Store, first: int, size: int) -> Iterator[bytes]:
    """The lowest nodes that are kept over leaves, those of whole blocks."""
    whole = size >> STEP << STEP
    hashes = store.log.hashes([range(first + 1, whole + 1)]) if first < whole else iter(())
    while batch := list(islice(hashes, _AT_ONCE)):
        data = b"".join(starmap(_digest, batch))
        nodes = [
            sha256(b"\0" + data[at : at + _DIGEST]).digest() for at in range(0, len(data), _DIGEST)
        ]
        for _ in range(STEP):
            nodes = [
                sha256(b"\1" + left + right).digest()
                for left, right in zip(nodes[::2], nodes[1::2], strict=False)
            ]
        yield from nodes


def _nodes_over(
    lowest: Iterable[bytes], first: int, waiting: list[list[bytes]]
) -> Iterator[tuple[Node, bytes]]:
    """The nodes to be kept, those of all levels.

    Args:
        lowest: The lowest of them, in order.
        first: The first leaf below these.
        waiting: The nodes before it in one block with it, level by level.
    """
    for index, node in enumerate(lowest, start=first >> STEP):
        level, place, found = 0, index, node
        while True:
            yield ((level + 1) * STEP, place), found
            if level == len(waiting):
                waiting.append([])
            waiting[level].append(found)
            if len(waiting[level]) < 1 << STEP:
                break
            found = _joined(waiting[level])
            waiting[level] = []
            level, place = level + 1, place >> STEP
