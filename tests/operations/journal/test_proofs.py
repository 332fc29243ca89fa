"""The journal proved to outsiders: checkpoints, proofs and tiles, on every store."""

import base64
import gzip
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import attrs
import pytest

import segmentation as seg
from segmentation.errors import InvalidValue, JournalBroken, NotFound, Refused
from segmentation.interactions import Interaction
from segmentation.journal import Head, make_entries
from segmentation.memory import MemoryStore
from segmentation.operations.journal import prove_entry, record, sign_checkpoint, write_tiles
from segmentation.proofs import (
    Checkpoint,
    LeafSource,
    Tree,
    cosign,
    make_checkpoint,
    parse_checkpoint,
    verify_consistency,
    verify_proof,
)
from segmentation.protocols import Log, Store
from support.desk import make_desk
from support.fair import STAMP, TODAY
from support.logs import LOG, WITNESS, leaf
from support.stores import STORES, workspaces

world = pytest.fixture(params=STORES)(workspaces)

KEY = LOG.verifier


def record_some(store: Store, count: int) -> None:
    record(store, [Interaction(contact_no=f"CT{number}") for number in range(count)], STAMP)


def root_by_hashlib(hashes: Sequence[str]) -> bytes:
    """The root of RFC 6962, by its definition."""
    if len(hashes) == 1:
        return hashlib.sha256(b"\0" + bytes.fromhex(hashes[0])).digest()
    middle = 1 << ((len(hashes) - 1).bit_length() - 1)
    left, right = root_by_hashlib(hashes[:middle]), root_by_hashlib(hashes[middle:])
    return hashlib.sha256(b"\1" + left + right).digest()


def hashes_of(crm: seg.Workspace) -> list[str]:
    return [json.loads(line)["sha256"] for line in crm.journal.export()]


def test_a_journal_is_proved_as_it_grows(world: seg.Workspace) -> None:
    """TRU-40, TRU-41, TRU-47: the root is that of the exported hashes; every entry is proved."""
    store = world.context.store
    kept: Checkpoint | None = None
    for more in (1, 6, 9, 250, 40, 1000):
        record_some(store, more)
        signed = world.journal.sign_checkpoint(LOG, after=kept)
        hashes = hashes_of(world)
        assert (signed.size, signed.root) == (len(hashes), root_by_hashlib(hashes))
        if kept is not None:
            growth = world.journal.prove_consistency(signed, kept=str(kept))
            assert verify_consistency(
                growth.hashes,
                old_size=kept.size,
                old_root=kept.root,
                size=signed.size,
                root=signed.root,
            )
        kept = signed
    for number in (1, 7, 16, 17, 256, 257, 300, signed.size):
        proof = world.journal.prove(number, str(signed))
        assert proof.entry_no == number
        assert verify_proof(proof.text, proof.lines, key=KEY) == []
        assert hashlib.sha256(proof.lines.encode()).hexdigest() == hashes[number - 1]


def test_what_was_recorded_since_is_proved_only_by_a_later_checkpoint(
    world: seg.Workspace,
) -> None:
    store = world.context.store
    record_some(store, 20)
    signed = world.journal.sign_checkpoint(LOG, after=None)
    record_some(store, 300)
    with pytest.raises(InvalidValue, match="20 is no leaf of a tree of size 20"):
        world.journal.prove(21, signed)
    assert verify_proof(world.journal.prove(20, signed).text, _leaf(world, 20), key=KEY) == []
    with pytest.raises(NotFound):
        world.journal.prove(999, signed)


def _leaf(world: seg.Workspace, number: int) -> bytes:
    return bytes.fromhex(world.journal[number].sha256)


def test_a_smaller_journal_or_another_is_not_signed(world: seg.Workspace) -> None:
    """TRU-48."""
    record_some(world.context.store, 5)
    five = world.journal.sign_checkpoint(LOG, after=None)
    record_some(world.context.store, 3)
    leaves = [_leaf(world, number) for number in range(1, 9)]
    tree = Tree(LeafSource([*leaves[:2], leaf(3), *leaves[3:]]))
    forked = make_checkpoint(LOG.name, 7, tree.root(7)).signed_by(LOG)
    with pytest.raises(Refused, match="of 8 entries the first 7 have the root") as caught:
        world.journal.sign_checkpoint(LOG, after=forked)
    assert forked.root_text in str(caught.value)
    longer = make_checkpoint(LOG.name, 9, leaf(9)).signed_by(LOG)
    with pytest.raises(Refused, match="it has 8 entries, and the one kept has 9"):
        world.journal.sign_checkpoint(LOG, after=str(longer))
    for wrong in (forked, longer):
        with pytest.raises(Refused):
            world.journal.prove(1, wrong)
        with pytest.raises(Refused):
            world.journal.prove_consistency(wrong, kept=five)
    with pytest.raises(Refused, match=r"is of 'example.com/journal', not of 'witness"):
        world.journal.sign_checkpoint(WITNESS, after=five)
    assert world.journal.sign_checkpoint(LOG, after=five).size == 8


def test_tiles_are_written_as_the_format_asks(tmp_path: Path) -> None:
    """TRU-44."""
    store = _LeavesOnly(257)
    written = write_tiles(store, tmp_path, sign_checkpoint(store, LOG, after=None))
    sizes = {
        str(path.relative_to(tmp_path)): path.stat().st_size
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name != "checkpoint"
    }
    assert sizes == {
        "tile/0/000": 8192,
        "tile/0/001.p/1": 32,
        "tile/1/000.p/1": 32,
        "tile/entries/000": 8704,
        "tile/entries/001.p/1": 34,
    }
    assert len(written) == 6
    upper = (tmp_path / "tile/1/000.p/1").read_bytes()
    assert hashlib.sha256(upper).hexdigest() == (
        "5aeb5e661fd3b54cd18b974ab62571017ae5ba2aed867b52c5ddd58dd2484d5c"
    )
    assert parse_checkpoint((tmp_path / "checkpoint").read_text()).size == 257


def test_full_tiles_are_left_alone(tmp_path: Path) -> None:
    """TRU-44."""
    store = _LeavesOnly(256)
    first = sign_checkpoint(store, LOG, after=None)
    write_tiles(store, tmp_path, first)
    assert not list(tmp_path.rglob("001*"))
    full = tmp_path / "tile/0/000"
    full.write_bytes(b"as it was")
    store.grow(1000)
    second = sign_checkpoint(store, LOG, after=first)
    written = write_tiles(store, tmp_path, second)
    assert full not in written
    assert full.read_bytes() == b"as it was"
    assert (tmp_path / "tile/0/003.p/232").stat().st_size == 232 * 32
    assert write_tiles(store, tmp_path, second) == [tmp_path / "checkpoint"]
    with pytest.raises(Refused, match="it has 256 entries, and the one kept has 1000"):
        write_tiles(store, tmp_path, first)
    other = make_checkpoint(LOG.name, 1000, leaf(1)).signed_by(LOG)
    with pytest.raises(Refused, match="do not have the root"):
        write_tiles(store, tmp_path, other)
    assert parse_checkpoint((tmp_path / "checkpoint").read_text()) == second


class _LeavesOnly(MemoryStore):
    """A store whose entries have the hashes of the scenarios."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.grow(count)

    def grow(self, count: int) -> None:
        first = self.log.head().number + 1
        some = [Interaction(contact_no="CT1")] * (count + 1 - first)
        for block in make_entries(some, after=self.log.head(), stamp=STAMP):
            self.log.append(attrs.evolve(entry, sha256=leaf(entry.number).hex()) for entry in block)


def test_no_contact_but_the_entrys_own_is_in_a_proof() -> None:
    """TRU-46."""
    crm = make_desk()
    for no in ("ANNA", "BO", "CARL"):
        crm.interactions.create(no, interaction_template_code="TALK", description=f"about {no}")
    signed = crm.journal.sign_checkpoint(LOG, after=None)
    mine = next(each for each in crm.interactions if each.contact_no == "BO")
    proof = crm.journal.prove(mine, cosign(signed, WITNESS, key=KEY, kept=None))
    everything = proof.text + proof.lines
    assert "BO" in proof.lines
    assert not [name for name in ("CARL", "about", '"contact_no":"ANNA"') if name in everything]
    for place, sign in enumerate(proof.lines):
        changed = proof.lines[:place] + chr(ord(sign) ^ 1) + proof.lines[place + 1 :]
        with pytest.raises(Refused):
            verify_proof(proof.text, changed, key=KEY, witnesses=[WITNESS.verifier])


def test_an_old_journal_goes_on(tmp_path: Path) -> None:
    """TRU-47."""
    packed = Path(__file__).parents[2] / "samples" / "store-of-the-first-meaning.db.gz"
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    with closing(sqlite3.connect(path)) as connection, connection:
        before = connection.execute("SELECT number, sha256 FROM journal ORDER BY number").fetchall()
    connection.close()
    with seg.Workspace.open(str(path), user="ANNA", today=TODAY) as crm:
        lines = list(crm.journal.export())
        hashes = [json.loads(line)["sha256"] for line in lines]
        assert hashes == [digest for _, digest in before]
        first = crm.journal.sign_checkpoint(LOG, after=None)
        assert (first.size, first.root) == (len(before), root_by_hashlib(hashes))
        assert list(crm.journal.export()) == lines
        record_some(crm.context.store, 3)
        second = crm.journal.sign_checkpoint(LOG, after=first)
        growth = crm.journal.prove_consistency(second, kept=first)
        assert verify_consistency(
            growth.hashes,
            old_size=first.size,
            old_root=first.root,
            size=second.size,
            root=second.root,
        )


def test_the_seed_is_in_no_file_of_the_store(tmp_path: Path) -> None:
    """TRU-48."""
    with seg.Workspace.open(str(tmp_path / "crm.db"), user="ANNA", today=TODAY) as crm:
        record_some(crm.context.store, 40)
        signed = crm.journal.sign_checkpoint(LOG, after=None)
        crm.journal.write_tiles(tmp_path / "tiles", signed)
        content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    seed = bytes(range(32))
    for form in (seed, seed.hex().encode(), base64.b64encode(seed)[:40]):
        assert form not in content


def test_damaged_nodes_are_worked_out_again_when_signing() -> None:
    crm = make_desk()
    record_some(crm.context.store, 40)
    signed = crm.journal.sign_checkpoint(LOG, after=None)
    store = crm.context.store
    store.tree.put({(4, 1): bytes(32)})
    with pytest.raises(Refused, match="do not have the root"):
        crm.journal.prove(3, signed)
    assert crm.journal.sign_checkpoint(LOG, after=None) == signed
    assert crm.journal.prove(3, signed).entry_no == 3


class _Watched:
    """A log that counts the hashes that are read."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.read = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def hashes(self, spans: Iterable[range]) -> Iterator[tuple[int, str]]:
        for each in self._log.hashes(spans):
            self.read += 1
            yield each


@pytest.mark.parametrize("size", [1, 15, 16, 500, 4096])
def test_only_the_hashes_since_the_last_checkpoint_are_read_to_sign_the_next(size: int) -> None:
    store = _LeavesOnly(size)
    first = sign_checkpoint(store, LOG, after=None)
    store.grow(size + 300)
    watched = _Watched(store.log)
    store.log = watched  # type: ignore[assignment]  # it answers as a log does
    second = sign_checkpoint(store, LOG, after=first)
    assert watched.read < 300 + 5 * 16
    assert second == sign_checkpoint(_LeavesOnly(size + 300), LOG, after=None)


def test_a_journal_rewritten_under_the_nodes_that_are_kept_is_not_signed() -> None:
    store, other = _LeavesOnly(32), _LeavesOnly(31)
    first = sign_checkpoint(store, LOG, after=None)
    other.tree.put(store.tree.find([(4, 0), (4, 1)]))
    [block] = make_entries([Interaction(contact_no="CT2")], after=other.log.head(), stamp=STAMP)
    other.log.append(block)
    with pytest.raises(Refused, match="of 32 entries the first 32 have the root"):
        sign_checkpoint(other, LOG, after=first)


def test_nodes_that_are_not_kept_are_worked_out(tmp_path: Path) -> None:
    store = _LeavesOnly(600)
    signed = sign_checkpoint(store, LOG, after=None)
    fresh = _LeavesOnly(600)
    assert prove_entry(fresh, 300, signed) == prove_entry(store, 300, signed)
    write_tiles(fresh, tmp_path, signed)
    assert (tmp_path / "tile/1/000.p/2").stat().st_size == 64


@pytest.mark.parametrize("digest", ["no hash", "00" * 31])
def test_a_hash_that_is_none_is_told(digest: str) -> None:
    store = _LeavesOnly(0)
    [block] = make_entries([Interaction(contact_no="CT1")] * 3, after=Head(), stamp=STAMP)
    one, two, three = block
    store.log.append([one, attrs.evolve(two, sha256=digest), three])
    with pytest.raises(JournalBroken, match="entry 2: its hash is none"):
        sign_checkpoint(store, LOG, after=None)


def test_an_empty_journal_is_signed(tmp_path: Path) -> None:
    """TRU-42."""
    crm = make_desk()
    signed = crm.journal.sign_checkpoint(LOG, after=None)
    assert (signed.size, signed.root) == (0, hashlib.sha256().digest())
    assert crm.journal.write_tiles(tmp_path, signed) == [tmp_path / "checkpoint"]
    record_some(crm.context.store, 2)
    grown = crm.journal.sign_checkpoint(LOG, after=signed)
    assert crm.journal.prove_consistency(grown, kept=signed).hashes == ()
