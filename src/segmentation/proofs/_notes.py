"""Signed notes (C2SP signed-note): a text, and signatures under it by keys that have names.

Signing and verifying are asked of a `Signer` and a `Verifier`; this module knows no cryptography
but the hash that names a key. Only what is written in the one right way is read.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Protocol

import attrs

from segmentation.errors import BadDocument, InvalidValue, Message
from segmentation.showing import shown_by

_DASH = "\N{EM DASH}"
_ID_BYTES = 4
_LARGEST = 1_000_000
"""Characters of a note; nothing of ours is nearly as long."""


class Signer(Protocol):
    """Signs notes under a name."""

    @property
    def name(self) -> str:
        """The name of the key, such as ``example.com/journal``."""

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell keys of one name apart; see `key_id_of`."""

    def sign(self, text: str) -> bytes:
        """What stands after the key's four bytes: the signature of a text."""


class Verifier(Protocol):
    """Verifies the signatures of one key."""

    @property
    def name(self) -> str:
        """The name of the key."""

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell keys of one name apart."""

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether the key signed this text."""


@shown_by("name")
@attrs.frozen
class Signature:
    """A line under a note.

    Attributes:
        name: The name of the key.
        key_id: The four bytes of the key.
        content: What the key signed with.
    """

    name: str
    key_id: bytes
    content: bytes

    @property
    def line(self) -> str:
        """The line as it is written."""
        return f"{_DASH} {self.name} {to_base64(self.key_id + self.content)}\n"

    def is_of(self, key: Verifier) -> bool:
        """Whether it says that it is of this key."""
        return (self.name, self.key_id) == (key.name, key.key_id)


@shown_by("text", "signatures")
@attrs.frozen
class Note:
    """A text with its signatures, not yet verified.

    Attributes:
        text: The text, which ends with a line feed.
        signatures: The signatures, in their order.
    """

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(each.line for each in self.signatures)}"

    def signed_by(self, signer: Signer) -> "Note":
        """The note with one more signature at its end."""
        added = Signature(check_name(signer.name), signer.key_id, signer.sign(self.text))
        return attrs.evolve(self, signatures=(*self.signatures, added))

    def verified_by(self, keys: Iterable[Verifier]) -> Sequence[Verifier]:
        """Those of the keys that signed it."""
        return [
            key
            for key in keys
            if any(s.is_of(key) and key.verify(self.text, s.content) for s in self.signatures)
        ]


def parse_note(note: str, what: str = "note") -> Note:
    """Read a signed note.

    Args:
        note: The note.
        what: What it is called in errors.

    Raises:
        BadDocument: It is none, or is not written as the format asks.
    """
    text, blank, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = signatures.split("\n")
    sound = all(char == "\n" or ord(char) >= ord(" ") for char in note)
    if not (blank and sound and lines[:-1] and not lines[-1]) or len(note) > _LARGEST:
        raise BadDocument(what, Message("is no text with a blank line and signatures"))
    return Note(text, tuple(_parse_signature(line, what) for line in lines[:-1]))


def _parse_signature(line: str, what: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    content = from_base64(encoded)
    if dash != _DASH or not _is_name(name) or content is None or len(content) <= _ID_BYTES:
        raise BadDocument(what, Message("has a line that is no signature: {line!r}", line=line))
    return Signature(name, content[:_ID_BYTES], content[_ID_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def check_name(name: str) -> str:
    """The name of a key, if it can be one.

    Raises:
        InvalidValue: It is empty, or holds blanks or plus signs.
    """
    if not _is_name(name) or not name.isprintable():
        raise InvalidValue("name", name, Message("is empty, or holds blanks or a plus sign"))
    return name


def key_id_of(name: str, kind: int, public_key: bytes) -> bytes:
    """The four bytes that a key is recognised by.

    Args:
        name: The name of the key.
        kind: The kind of its signatures: 1 for Ed25519, 4 for cosignatures by Ed25519.
        public_key: The public key.
    """
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:_ID_BYTES]


def to_key_text(name: str, kind: int, public_key: bytes) -> str:
    """A public key as people hand it on: name, the four bytes, kind and key."""
    key_id = key_id_of(name, kind, public_key).hex()
    return f"{name}+{key_id}+{to_base64(bytes([kind]) + public_key)}"


def parse_key_text(text: str) -> tuple[str, int, bytes]:
    """The inverse of `to_key_text`: name, kind and public key.

    Raises:
        InvalidValue: It is no key, or the four bytes are not those of the key.
    """
    name, _, rest = text.strip().partition("+")
    _, _, encoded = rest.partition("+")
    content = from_base64(encoded)
    if not (
        _is_name(name) and content and to_key_text(name, content[0], content[1:]) == text.strip()
    ):
        raise InvalidValue("key", text[:80], Message("is no key of the form NAME+ID+KEY"))
    return name, content[0], content[1:]


def to_base64(content: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(content).decode()


def from_base64(text: str) -> bytes | None:
    """The inverse of `to_base64`; ``None`` for what it never gives."""
    try:
        content = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return content if to_base64(content) == text else None
