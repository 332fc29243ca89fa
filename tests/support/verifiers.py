"""Verifiers of other projects: Go's x/mod, npm's @sigstore/verify, PyPI's sigstore.

Each is asked the same questions and answers by its own code; what is missing on a machine is left
out, with what to install.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from segmentation.adapters.cryptography import LogVerifier, parse_key
from support.npm import node_with

SOURCES = Path(__file__).parents[1] / "data" / "verifiers"
_GO_PACKAGES = Path("/usr/share/gocode")
_NPM_PACKAGE = "@sigstore/verify@^3.1"


@attrs.frozen(kw_only=True)
class Question:
    """What a verifier is asked: a note and a proof, of inclusion or of consistency."""

    note: str
    key: str
    size: int
    root: bytes
    hashes: Sequence[bytes]
    leaf: bytes = b""
    index: int = 0
    old_size: int = 0
    old_root: bytes = b""

    def data(self) -> dict[str, object]:
        return {
            "Note": self.note,
            "Key": self.key,
            "Size": self.size,
            "Root": _encoded(self.root),
            "Hashes": list(map(_encoded, self.hashes)),
            "Leaf": _encoded(self.leaf),
            "Index": self.index,
            "OldSize": self.old_size,
            "OldRoot": _encoded(self.old_root),
        }


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


Ask: TypeAlias = Callable[[Sequence[Question]], Sequence[dict[str, bool]]]
"""Answers questions: whether the note holds, and the proof."""


def _asking(*command: str | Path) -> Ask:
    def ask(questions: Sequence[Question]) -> Sequence[dict[str, bool]]:
        asked = json.dumps([question.data() for question in questions])
        ran = subprocess.run(command, input=asked.encode(), capture_output=True, check=True)
        answers: Sequence[dict[str, bool]] = json.loads(ran.stdout)
        return answers

    return ask


def go(folder: Path) -> Ask:
    """Go's sumdb/note and sumdb/tlog."""
    program = shutil.which("go")
    if program is None or not (_GO_PACKAGES / "src/golang.org/x/mod").is_dir():
        pytest.skip("needs Go: install golang-go, golang-golang-x-mod-dev")
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOPATH": str(_GO_PACKAGES),
        "GOCACHE": str(folder / "cache"),
    }
    made = folder / "verify"
    subprocess.run([program, "build", "-o", made, SOURCES / "main.go"], env=environment, check=True)
    return _asking(made)


def npm(folder: Path) -> Ask:
    """The checkpoint and inclusion parts of @sigstore/verify."""
    node = node_with(_NPM_PACKAGE, folder)
    return _asking(node, SOURCES / "main.cjs", folder)


def sigstore(_folder: Path) -> Ask:
    """The checkpoint and inclusion parts of PyPI's sigstore."""
    parts = pytest.importorskip("sigstore", reason="needs sigstore from PyPI")
    assert parts
    return lambda questions: [_sigstore_answer(question) for question in questions]


def _sigstore_answer(asked: Question) -> dict[str, bool]:
    from sigstore._internal.merkle import verify_merkle_inclusion  # noqa: PLC0415
    from sigstore._internal.rekor.checkpoint import SignedCheckpoint  # noqa: PLC0415
    from sigstore._internal.trust import Keyring, RekorKeyring  # noqa: PLC0415
    from sigstore._utils import KeyID  # noqa: PLC0415
    from sigstore_models.common import v1  # noqa: PLC0415

    key = parse_key(asked.key)
    assert isinstance(key, LogVerifier)
    der = Ed25519PublicKey.from_public_bytes(key.public_key).public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    public = v1.PublicKey(
        raw_bytes=base64.b64encode(der), key_details=v1.PublicKeyDetails.PKIX_ED25519
    )
    keyring = RekorKeyring(Keyring([public]))
    proof = SimpleNamespace(
        log_index=asked.index, tree_size=asked.size, hashes=list(asked.hashes), root_hash=asked.root
    )
    entry: Any = SimpleNamespace(
        _inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=asked.leaf)
    )
    return {
        "note": _holds(
            lambda: SignedCheckpoint.from_text(asked.note).signed_note.verify(
                keyring, KeyID(key.key_id)
            )
        ),
        "inclusion": _holds(lambda: verify_merkle_inclusion(entry)),
    }


def _holds(check: Callable[[], None]) -> bool:
    from sigstore.errors import VerificationError  # noqa: PLC0415

    try:
        check()
    except VerificationError:
        return False
    return True


VERIFIERS: dict[str, Callable[[Path], Ask]] = {"go": go, "npm": npm, "sigstore": sigstore}


def verifiers(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """One verifier, made once for a module."""
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    yield VERIFIERS[request.param](factory.mktemp(request.param))
