"""Checkpoints (C2SP tlog-checkpoint): the size and the root of a tree, as a signed note."""

from collections.abc import Iterable, Sequence

import attrs

from segmentation.errors import BadDocument, Message, Refused
from segmentation.showing import shown_by

from ._notes import Note, Signer, Verifier, check_name, from_base64, parse_note, to_base64
from ._tree import verify_consistency

_HASH_BYTES = 32
_LINES = 3


@shown_by("origin", "size", "root_text")
@attrs.frozen
class Checkpoint:
    """The size and the root of a tree, with signatures that are not yet verified.

    Attributes:
        origin: The name of the log.
        size: How many leaves the tree has: how many entries the journal.
        root: The root of the tree.
        note: The note that says so.
    """

    origin: str
    size: int
    root: bytes
    note: Note

    def __str__(self) -> str:
        return str(self.note)

    @property
    def root_text(self) -> str:
        """The root as it is written."""
        return to_base64(self.root)

    def signed_by(self, signer: Signer) -> "Checkpoint":
        """The checkpoint with one more signature: that of another party, who saw it."""
        return attrs.evolve(self, note=self.note.signed_by(signer))

    def verified_by(self, keys: Iterable[Verifier]) -> Sequence[Verifier]:
        """Those of the keys that signed it."""
        return self.note.verified_by(keys)


def make_checkpoint(origin: str, size: int, root: bytes) -> Checkpoint:
    """A checkpoint without a signature.

    Raises:
        InvalidValue: The origin cannot be the name of a key.
    """
    text = f"{check_name(origin)}\n{size}\n{to_base64(root)}\n"
    return Checkpoint(origin, size, root, Note(text, ()))


def parse_checkpoint(text: str, what: str = "checkpoint") -> Checkpoint:
    """Read a checkpoint. Its signatures are not verified by reading.

    Args:
        text: The checkpoint.
        what: What it is called in errors.

    Raises:
        BadDocument: It is none, or is not written as the format asks.
    """
    note = parse_note(text, what)
    lines = note.text.split("\n")[:-1]
    if len(lines) < _LINES or not all(lines):
        raise BadDocument(what, Message("does not begin with origin, size and root"))
    origin, size, encoded = lines[:_LINES]
    root = from_base64(encoded)
    if root is None or len(root) != _HASH_BYTES or not is_decimal(size):
        raise BadDocument(what, Message("does not begin with origin, size and root"))
    return Checkpoint(origin, int(size), root, note)


_MOST_DIGITS = 18


def is_decimal(text: str) -> bool:
    """Whether it is a number without leading zeros."""
    digits = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return digits and str(int(text)) == text


def check_follows(
    checkpoint: Checkpoint, kept: Checkpoint, proof: Sequence[bytes], step: str
) -> None:
    """Check that a checkpoint continues the journal of another, by a proof.

    Args:
        checkpoint: The later one.
        kept: The earlier one.
        proof: The proof of consistency.
        step: What is refused, for the error.

    Raises:
        Refused: It is of another log or smaller, or the proof does not hold.
    """
    if checkpoint.origin != kept.origin:
        reason = Message(
            "the one kept is of {kept!r}, not of {origin!r}",
            kept=kept.origin,
            origin=checkpoint.origin,
        )
        raise Refused(step, reason)
    check_size(checkpoint.size, kept.size, step)
    fits = verify_consistency(
        proof,
        old_size=kept.size,
        old_root=kept.root,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    if not fits:
        reason = Message(
            "nothing proves that the {size} entries begin with the {kept} of the one kept",
            size=checkpoint.size,
            kept=kept.size,
        )
        raise Refused(step, reason)


def check_size(size: int, kept: int, step: str) -> None:
    """Check that a journal is not shorter than a checkpoint says.

    Args:
        size: How many entries it has.
        kept: How many the checkpoint has.
        step: What is refused, for the error.

    Raises:
        Refused: It is shorter.
    """
    if size < kept:
        reason = Message(
            "it has {size} entries, and the one kept has {kept}: entries are missing",
            size=size,
            kept=kept,
        )
        raise Refused(step, reason)
