"""Cryptography (extra ``proofs``): signs and verifies checkpoints of the journal, by Ed25519.

A key is made of a seed of 32 random bytes, which is an argument and is kept nowhere by the
library.
"""

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("proofs", "signing and verifying checkpoints") from error

import base64
import datetime as dt
from typing import ClassVar, Generic, TypeVar

import attrs

from segmentation.errors import InvalidValue, Message
from segmentation.proofs import Verifier, check_name, key_id_of, parse_key_text, to_key_text

_ED25519 = 1
_COSIGNATURE = 4
_KEY_BYTES = 32
_TIME_BYTES = 8
_PREFIX = "PRIVATE+KEY+"


@attrs.frozen(repr=False)
class _Key:
    """A public key: its name and its 32 bytes."""

    name: str
    public_key: bytes
    _kind: ClassVar[int]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell keys of one name apart."""
        return key_id_of(self.name, self._kind, self.public_key)

    @property
    def text(self) -> str:
        """The key as people hand it on."""
        return to_key_text(self.name, self._kind, self.public_key)


@attrs.frozen(repr=False)
class LogVerifier(_Key):
    """The public key of a journal.

    Attributes:
        name: The name of the key.
        public_key: Its 32 bytes.
    """

    _kind = _ED25519

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether the key signed this text."""
        return _verified(self.public_key, signature, text.encode())


@attrs.frozen(repr=False)
class WitnessVerifier(_Key):
    """The public key of another party that signs checkpoints.

    Attributes:
        name: The name of the key.
        public_key: Its 32 bytes.
    """

    _kind = _COSIGNATURE

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether the key signed this text, with the time that the signature names."""
        at = int.from_bytes(signature[:_TIME_BYTES])
        return _verified(self.public_key, signature[_TIME_BYTES:], _with_time(at, text))


VerifierT = TypeVar("VerifierT", LogVerifier, WitnessVerifier)


class _SecretKey(Generic[VerifierT]):
    """A key that signs, of the kind of its verifier."""

    _verifier: type[VerifierT]

    def __init__(self, name: str, seed: bytes) -> None:
        self.name = check_name(name)
        if len(seed) != _KEY_BYTES:
            raise InvalidValue("seed", "...", Message("is not 32 bytes long"))
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell keys of one name apart."""
        return self.verifier.key_id

    @property
    def verifier(self) -> VerifierT:
        """The public key, to be handed on."""
        return self._verifier(self.name, self._key.public_key().public_bytes_raw())

    @property
    def secret_text(self) -> str:
        """The key with its seed, as a file holds it; to be kept secret."""
        name, key_id, public = self.verifier.text.split("+", 2)
        kind = base64.b64decode(public)[:1]
        seed = base64.b64encode(kind + self._key.private_bytes_raw()).decode()
        return f"{_PREFIX}{name}+{key_id}+{seed}"


class LogKey(_SecretKey[LogVerifier]):
    """The key that a journal's checkpoints are signed with.

    Args:
        name: The name of the key, which is the origin of the checkpoints: a host and a path,
            without ``https://``.
        seed: 32 random bytes, to be kept secret.

    Raises:
        InvalidValue: The name has blanks or a plus sign, or the seed is not 32 bytes long.

    >>> key = LogKey("example.com/journal", bytes(range(32)))
    >>> key.verifier.text
    'example.com/journal+e7aaf24a+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4'
    """

    _verifier = LogVerifier

    def sign(self, text: str) -> bytes:
        """The signature of a text."""
        return self._key.sign(text.encode())


class WitnessKey(_SecretKey[WitnessVerifier]):
    """The key of another party, who signs that it saw a checkpoint, and when.

    Args:
        name: The name of the key.
        seed: 32 random bytes, to be kept secret.
        at: When it signs; zone-aware.

    Raises:
        InvalidValue: The name has blanks or a plus sign, the seed is not 32 bytes long, or the
            time has no zone or is before 1970.
    """

    _verifier = WitnessVerifier

    def __init__(self, name: str, seed: bytes, *, at: dt.datetime) -> None:
        super().__init__(name, seed)
        if at.tzinfo is None or at.timestamp() < 0:
            raise InvalidValue("at", at, Message("has no time zone, or is before 1970"))
        self._at = int(at.timestamp())

    def sign(self, text: str) -> bytes:
        """The time and the signature of a text with it."""
        return self._at.to_bytes(_TIME_BYTES) + self._key.sign(_with_time(self._at, text))


def _with_time(at: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _verified(public_key: bytes, signature: bytes, content: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, content)
    except InvalidSignature:
        return False
    return True


def parse_secret_key(text: str, *, at: dt.datetime) -> LogKey | WitnessKey:
    """A key from the text of its file.

    Args:
        text: The text, as ``secret_text`` gives it.
        at: When it signs; only for the key of a witness.

    Raises:
        InvalidValue: It is no key.
    """
    stripped = text.strip()
    name, _, rest = stripped.removeprefix(_PREFIX).partition("+")
    try:
        content = base64.b64decode(rest.partition("+")[2], validate=True)
    except ValueError:
        content = b""
    kind, seed = content[:1], content[1:]
    key: LogKey | WitnessKey | None = None
    if len(seed) == _KEY_BYTES and kind == bytes([_ED25519]):
        key = LogKey(name, seed)
    elif len(seed) == _KEY_BYTES and kind == bytes([_COSIGNATURE]):
        key = WitnessKey(name, seed, at=at)
    if key is None or key.secret_text != stripped:
        raise InvalidValue("key", "...", Message("is no secret key"))
    return key


def parse_key(text: str) -> Verifier:
    """A public key from the text that people hand on.

    Raises:
        InvalidValue: It is none, or of a kind that is not known here.
    """
    name, kind, public_key = parse_key_text(text)
    kinds: dict[int, type[LogVerifier | WitnessVerifier]] = {
        _ED25519: LogVerifier,
        _COSIGNATURE: WitnessVerifier,
    }
    if kind not in kinds or len(public_key) != _KEY_BYTES:
        raise InvalidValue("key", text[:80], Message("is of a kind that is not known here"))
    return kinds[kind](name, public_key)
