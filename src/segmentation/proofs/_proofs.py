"""Proofs (C2SP tlog-proof): that an entry is in the journal that a checkpoint is of."""

from collections.abc import Collection, Sequence
from hashlib import sha256

import attrs

from segmentation.errors import BadDocument, Message, Refused
from segmentation.showing import shown_by

from ._checkpoints import Checkpoint, check_follows, is_decimal, parse_checkpoint
from ._notes import Signer, Verifier, from_base64, to_base64
from ._tree import leaf_hash, verify_inclusion

_HEADER = "c2sp.org/tlog-proof@v1"
_EXTRA = "extra "
_INDEX = "index "
_OLD = "old "
_HASH_BYTES = 32


@shown_by("index", "checkpoint.size", "checkpoint.origin")
@attrs.frozen
class InclusionProof:
    """That an entry is in a journal; not yet verified.

    Attributes:
        index: The leaf: the number of the entry less one.
        hashes: The hashes from the leaf's sibling up to the root's child.
        checkpoint: The checkpoint of the journal.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def entry_no(self) -> int:
        """The number of the entry."""
        return self.index + 1

    def __str__(self) -> str:
        hashes = "".join(f"{to_base64(each)}\n" for each in self.hashes)
        return f"{_HEADER}\n{_INDEX}{self.index}\n{hashes}\n{self.checkpoint}"


@shown_by("old_size", "checkpoint.size", "checkpoint.origin")
@attrs.frozen
class ConsistencyProof:
    """That a journal continues an earlier state of itself; not yet verified.

    As a text it is what witnesses of C2SP are sent (tlog-witness).

    Attributes:
        old_size: How many entries the journal had.
        hashes: The hashes of the proof.
        checkpoint: The checkpoint of the later state.
    """

    old_size: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint

    def __str__(self) -> str:
        hashes = "".join(f"{to_base64(each)}\n" for each in self.hashes)
        return f"{_OLD}{self.old_size}\n{hashes}\n{self.checkpoint}"


def parse_consistency_proof(text: str, what: str = "proof") -> ConsistencyProof:
    """Read a proof of consistency. It is not verified by reading.

    Args:
        text: The proof.
        what: What it is called in errors.

    Raises:
        BadDocument: It is none, or is not written as the format asks.
    """
    head, _, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    size = first.removeprefix(_OLD)
    if first != f"{_OLD}{size}" or not is_decimal(size):
        raise BadDocument(what, Message("does not begin as a proof does"))
    return ConsistencyProof(int(size), _hashes(lines, what), parse_checkpoint(checkpoint, what))


def cosign(
    proof: str | Checkpoint | ConsistencyProof,
    signer: Signer,
    *,
    key: Verifier,
    kept: str | Checkpoint | None,
) -> Checkpoint:
    """Sign, as another party, a checkpoint that continues the one signed before.

    Args:
        proof: The checkpoint, with a proof of consistency unless it is the first, or of the size
            of the one before.
        signer: The key of the other party.
        key: The key of the journal.
        kept: The checkpoint signed before; ``None`` for the first.

    Returns:
        The checkpoint with the signature added.

    Raises:
        BadDocument: The checkpoint or the proof is none.
        Refused: The journal did not sign it, or nothing proves that it continues the one before.
    """
    if isinstance(proof, str):
        is_proof = proof.startswith(_OLD)
        proof = parse_consistency_proof(proof) if is_proof else parse_checkpoint(proof)
    checkpoint = proof.checkpoint if isinstance(proof, ConsistencyProof) else proof
    hashes = proof.hashes if isinstance(proof, ConsistencyProof) else ()
    open_checkpoint(checkpoint, key=key)
    if kept is not None:
        before = parse_checkpoint(kept) if isinstance(kept, str) else kept
        check_follows(checkpoint, before, hashes, Message("sign the checkpoint"))
    return checkpoint.signed_by(signer)


def parse_proof(text: str, what: str = "proof") -> InclusionProof:
    """Read a proof. It is not verified by reading.

    Args:
        text: The proof.
        what: What it is called in errors.

    Raises:
        BadDocument: It is none, or is not written as the format asks.
    """
    head, _, checkpoint = text.partition("\n\n")
    header, *lines = head.split("\n")
    if lines and lines[0].startswith(_EXTRA):
        if from_base64(lines[0].removeprefix(_EXTRA)) is None:
            raise BadDocument(what, Message("does not begin as a proof does"))
        lines = lines[1:]
    index = lines[0].removeprefix(_INDEX) if lines else ""
    if header != _HEADER or lines[:1] != [f"{_INDEX}{index}"] or not is_decimal(index):
        raise BadDocument(what, Message("does not begin as a proof does"))
    return InclusionProof(int(index), _hashes(lines[1:], what), parse_checkpoint(checkpoint, what))


def _hashes(lines: Sequence[str], what: str) -> tuple[bytes, ...]:
    hashes = [from_base64(line) for line in lines]
    sound = tuple(each for each in hashes if each is not None and len(each) == _HASH_BYTES)
    if len(sound) != len(hashes):
        raise BadDocument(what, Message("has a line that is no hash"))
    return sound


def verify_proof(
    proof: str | InclusionProof,
    data: str | bytes,
    *,
    key: Verifier,
    witnesses: Collection[Verifier] = (),
    needed: int | None = None,
) -> Sequence[Verifier]:
    """Verify that an entry is in a journal.

    Args:
        proof: The proof.
        data: The hashed lines of the entry, as a text; or the 32 bytes of its hash.
        key: The key of the journal.
        witnesses: The keys of other parties that signed checkpoints of it.
        needed: How many of these must have signed; all of them if not given.

    Returns:
        The witnesses that signed.

    Raises:
        BadDocument: The proof is none.
        Refused: It does not hold.
    """
    parsed = parse_proof(proof) if isinstance(proof, str) else proof
    checkpoint = parsed.checkpoint
    seen = open_checkpoint(checkpoint, key=key, witnesses=witnesses, needed=needed)
    leaf = data if isinstance(data, bytes) else sha256(data.encode()).digest()
    fits = verify_inclusion(
        parsed.hashes,
        leaf_hash(leaf),
        index=parsed.index,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    if not fits:
        raise Refused(Message("accept the proof"), Message("it does not lead to the root"))
    if isinstance(data, str) and data.partition("\n")[0] != str(parsed.entry_no):
        raise Refused(Message("accept the proof"), Message("it is of another entry"))
    return seen


def open_checkpoint(
    checkpoint: str | Checkpoint,
    *,
    key: Verifier,
    witnesses: Collection[Verifier] = (),
    needed: int | None = None,
) -> Sequence[Verifier]:
    """Verify the signatures of a checkpoint.

    Args:
        checkpoint: The checkpoint.
        key: The key of the journal.
        witnesses: The keys of other parties.
        needed: How many of these must have signed; all of them if not given.

    Returns:
        The witnesses that signed.

    Raises:
        BadDocument: The checkpoint is none.
        Refused: Signatures are missing or wrong.
    """
    parsed = parse_checkpoint(checkpoint) if isinstance(checkpoint, str) else checkpoint
    step = Message("accept the checkpoint")
    if parsed.origin != key.name or not parsed.verified_by([key]):
        raise Refused(step, Message("it is not signed by the key of {name!r}", name=key.name))
    seen = parsed.verified_by(witnesses)
    wanted = len(witnesses) if needed is None else needed
    if len(seen) < wanted:
        reason = Message(
            "{found} of {wanted} witnesses that are needed have signed it",
            found=len(seen),
            wanted=wanted,
        )
        raise Refused(step, reason)
    return seen
