"""The commands of ``journal`` for outsiders: keys, checkpoints, proofs and tiles."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.errors import BadDocument, Message
from segmentation.operations.whole_files import whole_file
from segmentation.proofs import Verifier, cosign, verify_proof

from ._arguments import Commands, add_journal_store
from ._output import DONE, WrongUse, say
from ._stores import existing

if TYPE_CHECKING:
    from segmentation.adapters.cryptography import LogKey, WitnessKey

_LINES = ".entry"


def add_proofs(verbs: Commands) -> None:
    """Add the commands, their arguments and what they run."""
    _add_key(verbs)
    _add_checkpoint(verbs)
    _add_proof(verbs)
    _add_verify_proof(verbs)
    _add_witness(verbs)
    _add_tiles(verbs)


def _add_key(verbs: Commands) -> None:
    key = verbs.add_parser("key", help="make a key that signs checkpoints; print its public part")
    key.add_argument("name", help="a host and a path, such as example.com/journal")
    key.add_argument("--output", type=Path, required=True, help="the file of the secret part")
    key.add_argument("--witness", action="store_true", help="a key for the other party")
    key.set_defaults(run=_make_key)


def _add_checkpoint(verbs: Commands) -> None:
    checkpoint = verbs.add_parser("checkpoint", help="sign how long the journal is, and its root")
    add_journal_store(checkpoint)
    checkpoint.add_argument("--key", type=Path, required=True, help="the file of the secret key")
    checkpoint.add_argument(
        "--output",
        type=Path,
        required=True,
        help="the checkpoint; one that is there must be of an earlier state of the journal",
    )
    checkpoint.set_defaults(run=_sign)


def _add_proof(verbs: Commands) -> None:
    proof = verbs.add_parser("proof", help="prove an entry, or the growth since a checkpoint")
    add_journal_store(proof)
    proof.add_argument("--checkpoint", type=Path, required=True, help="the checkpoint")
    what = proof.add_mutually_exclusive_group(required=True)
    what.add_argument("--entry", type=int, metavar="NUMBER", help="the entry")
    what.add_argument("--kept", type=Path, help="the earlier checkpoint")
    proof.add_argument(
        "--output",
        type=Path,
        required=True,
        help=f"the proof; the hashed lines of an entry go beside it, into a file with {_LINES}",
    )
    proof.set_defaults(run=_prove)


def _add_verify_proof(verbs: Commands) -> None:
    verify = verbs.add_parser("verify-proof", help="verify a proof of an entry; needs no store")
    verify.add_argument("proof", type=Path, help="the proof")
    verify.add_argument("lines", type=Path, help="the hashed lines of the entry")
    verify.add_argument("--key", required=True, help="the public key of the journal")
    verify.add_argument(
        "--witness", action="append", default=[], help="the public key of a witness; repeatable"
    )
    verify.set_defaults(run=_verify)


def _add_witness(verbs: Commands) -> None:
    witness = verbs.add_parser("cosign", help="sign, as a witness, a checkpoint of another party")
    witness.add_argument("proof", type=Path, help="the checkpoint, or the proof that leads to it")
    witness.add_argument("--key", type=Path, required=True, help="the file of the secret key")
    witness.add_argument("--log-key", required=True, help="the public key of the journal")
    witness.add_argument(
        "--output",
        type=Path,
        required=True,
        help="the checkpoint with both signatures; one that is there must be an earlier one",
    )
    witness.set_defaults(run=_cosign)


def _add_tiles(verbs: Commands) -> None:
    tiles = verbs.add_parser("tiles", help="write the tree as files for a web server")
    add_journal_store(tiles)
    tiles.add_argument("--checkpoint", type=Path, required=True, help="the checkpoint")
    tiles.add_argument("--folder", type=Path, required=True, help="where the files go")
    tiles.set_defaults(run=_write_tiles)


def _make_key(options: argparse.Namespace) -> int:
    from segmentation.adapters.cryptography import LogKey, WitnessKey  # noqa: PLC0415

    if options.output.exists():
        raise WrongUse(
            Message("{path}: is there already; name another file", path=str(options.output))
        )
    seed = os.urandom(32)
    key: LogKey | WitnessKey = LogKey(options.name, seed)
    if options.witness:
        key = WitnessKey(options.name, seed, at=datetime.now(UTC))
    descriptor = os.open(options.output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{key.secret_text}\n")
    say(key.verifier.text)
    return DONE


def _sign(options: argparse.Namespace) -> int:
    kept = _text(options.output) if options.output.exists() else None
    with existing(options.store, options.erasures_key) as workspace:
        signed = workspace.journal.sign_checkpoint(_secret(options.key), after=kept)
    _write(options.output, str(signed))
    say(f"signed: {signed.size} entries, root {signed.root_text}")
    return DONE


def _prove(options: argparse.Namespace) -> int:
    checkpoint = _text(options.checkpoint)
    with existing(options.store, options.erasures_key) as workspace:
        if options.kept is not None:
            growth = workspace.journal.prove_consistency(checkpoint, kept=_text(options.kept))
            _write(options.output, str(growth))
        else:
            proof = workspace.journal.prove(options.entry, checkpoint)
            _write(options.output.with_name(options.output.name + _LINES), proof.lines)
            _write(options.output, proof.text)
    return DONE


def _verify(options: argparse.Namespace) -> int:
    from segmentation.adapters.cryptography import parse_key  # noqa: PLC0415

    witnesses: list[Verifier] = list(map(parse_key, options.witness))
    seen = verify_proof(
        _text(options.proof),
        _text(options.lines),
        key=parse_key(options.key),
        witnesses=witnesses,
    )
    names = "".join(f", seen by {witness.name}" for witness in seen)
    say(f"the proof holds: the entry is in the journal{names}")
    return DONE


def _cosign(options: argparse.Namespace) -> int:
    from segmentation.adapters.cryptography import parse_key  # noqa: PLC0415

    kept = _text(options.output) if options.output.exists() else None
    signed = cosign(
        _text(options.proof), _secret(options.key), key=parse_key(options.log_key), kept=kept
    )
    _write(options.output, str(signed))
    say(f"signed: {signed.size} entries, root {signed.root_text}")
    return DONE


def _write_tiles(options: argparse.Namespace) -> int:
    checkpoint = _text(options.checkpoint)
    with existing(options.store, options.erasures_key) as workspace:
        written = workspace.journal.write_tiles(options.folder, checkpoint)
    say(f"{len(written)} files written")
    return DONE


def _secret(path: Path) -> "LogKey | WitnessKey":
    from segmentation.adapters.cryptography import parse_secret_key  # noqa: PLC0415

    return parse_secret_key(_text(path), at=datetime.now(UTC))


def _text(path: Path) -> str:
    """The text of a file, its line feeds as they are."""
    if not path.is_file():
        raise WrongUse(Message("{path}: there is no such file", path=str(path)))
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise BadDocument(str(path), Message("is no text in UTF-8")) from error


def _write(path: Path, text: str) -> None:
    with whole_file(path) as file:
        file.write(text.encode())
