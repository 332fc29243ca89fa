"""Checkpoints, notes and proofs as texts: written byte for byte, and read only if they are so."""

import datetime as dt
from collections.abc import Callable
from hashlib import sha256

import attrs
import pytest

from segmentation.adapters.cryptography import (
    LogKey,
    WitnessKey,
    parse_key,
    parse_secret_key,
)
from segmentation.errors import BadDocument, InvalidValue, Refused, SegmentationError
from segmentation.proofs import (
    ConsistencyProof,
    InclusionProof,
    LeafSource,
    Note,
    Signature,
    Tree,
    Verifier,
    cosign,
    key_id_of,
    make_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_consistency_proof,
    parse_note,
    parse_proof,
    to_key_text,
    verify_proof,
)
from support.logs import (
    CP7,
    CP7_SIGNED_ONCE,
    LOG,
    PROOF,
    SEEN,
    WITNESS,
    WITNESS_SEED,
    leaf,
    tree_of,
)

KEY = LOG.verifier
SEER = WITNESS.verifier


def test_a_checkpoint_is_signed_byte_for_byte() -> None:
    """TRU-42."""
    signed = make_checkpoint(LOG.name, 7, tree_of(7).root(7)).signed_by(LOG)
    assert str(signed) == CP7_SIGNED_ONCE
    assert len(str(signed).encode()) == 185
    assert KEY.text == ("example.com/journal+e7aaf24a+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
    empty = make_checkpoint(LOG.name, 0, tree_of(0).root(0))
    assert empty.note.text.splitlines()[2] == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert parse_key(KEY.text) == KEY


def test_another_party_signs_it_with_the_time() -> None:
    """TRU-43."""
    assert str(cosign(CP7_SIGNED_ONCE, WITNESS, key=KEY, kept=None)) == CP7
    assert SEER.text == ("witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X")
    assert parse_key(SEER.text) == SEER
    assert open_checkpoint(CP7, key=KEY, witnesses=[SEER]) == [SEER]


def _other_text(text: str) -> str:
    """CP7 with another line of the witness: of another size, root, time or key."""
    lines = text.splitlines()
    return CP7.replace(CP7.splitlines()[5], lines[-1])


def _cosigned(size: int = 7, root: bytes | None = None, seed: bytes = WITNESS_SEED) -> str:
    checkpoint = make_checkpoint(LOG.name, size, root or tree_of(7).root(7)).signed_by(LOG)
    return str(checkpoint.signed_by(WitnessKey(WITNESS.name, seed, at=SEEN)))


@pytest.mark.parametrize(
    "text",
    [
        _other_text(_cosigned(size=6)),
        _other_text(_cosigned(root=leaf(1))),
        _other_text(_cosigned(seed=bytes(32))),
        CP7.replace("IDJKvgAAAABqsTuA", "IDJKvgAAAABqsTuB"),
    ],
    ids=["size", "root", "key", "time"],
)
def test_another_signature_is_not_counted(text: str) -> None:
    """TRU-43."""
    assert text != CP7
    assert open_checkpoint(text, key=KEY, witnesses=[SEER], needed=0) == []
    with pytest.raises(Refused, match="0 of 1 witnesses"):
        open_checkpoint(text, key=KEY, witnesses=[SEER])


def test_a_witness_signs_what_continues_the_last() -> None:
    """TRU-43."""
    tree = tree_of(9)

    def signed(size: int) -> ConsistencyProof:
        checkpoint = make_checkpoint(LOG.name, size, tree.root(size)).signed_by(LOG)
        return ConsistencyProof(7, tuple(tree.consistency(7, size)), checkpoint)

    grown = signed(9)
    assert parse_consistency_proof(str(grown)) == grown
    again = cosign(str(grown), WITNESS, key=KEY, kept=CP7)
    assert again.size == 9
    assert again.verified_by([SEER]) == [SEER]
    assert cosign(CP7_SIGNED_ONCE, WITNESS, key=KEY, kept=parse_checkpoint(CP7)).size == 7
    with pytest.raises(Refused, match="nothing proves that the 9 entries begin with the 7"):
        cosign(attrs.evolve(grown, hashes=grown.hashes[1:]), WITNESS, key=KEY, kept=CP7)
    with pytest.raises(Refused, match="it has 7 entries, and the one kept has 9"):
        cosign(CP7_SIGNED_ONCE, WITNESS, key=KEY, kept=str(again))
    with pytest.raises(Refused, match="not signed by the key"):
        cosign(CP7_SIGNED_ONCE, WITNESS, key=SEER, kept=None)
    other = make_checkpoint("example.com/other", 7, tree.root(7)).signed_by(LOG)
    with pytest.raises(Refused, match=r"is of 'example.com/other', not of 'example.com/journal'"):
        cosign(CP7_SIGNED_ONCE, WITNESS, key=KEY, kept=other)


def test_a_proof_is_written_byte_for_byte_and_holds() -> None:
    """TRU-40."""
    proof = InclusionProof(2, tuple(tree_of(7).inclusion(2, 7)), parse_checkpoint(CP7))
    assert str(proof) == PROOF
    assert len(PROOF.encode()) == 480
    assert verify_proof(PROOF, leaf(3), key=KEY, witnesses=[SEER]) == [SEER]
    extra = PROOF.replace("\nindex", "\nextra YWJj\nindex")
    assert parse_proof(extra) == proof
    with pytest.raises(Refused, match="does not lead to the root"):
        verify_proof(PROOF, leaf(4), key=KEY)


SIGNS = "Aa0+= \n\0"


def test_a_proof_with_any_character_changed_is_refused() -> None:
    """TRU-46: another character, one more and one less, at every place; base64 by its rule."""
    for place in range(len(PROOF)):
        rest = PROOF[place + 1 :]
        near = {chr(ord(PROOF[place]) ^ bit) for bit in (1, 2, 4, 8, 16, 32)}
        others = {PROOF[:place] + sign + rest for sign in {*SIGNS, *near, ""}}
        others |= {PROOF[:place] + sign + PROOF[place:] for sign in "A=\n"}
        for changed in others - {PROOF}:
            with pytest.raises((BadDocument, Refused)):
                verify_proof(changed, leaf(3), key=KEY, witnesses=[SEER])


NO_NOTES = [
    "",
    "\n\n",
    "text",
    "text\n\n",
    "text\n\n\n",
    "text\n\nno signature\n",
    "text\n\n- name AAAAAAAA\n",
    "text\n\n— na+me AAAAAAAA\n",
    "text\n\n— name AAAAAA==\n",
    "text\n\n— name AAAAAAA=",
    "text\r\n\n— name AAAAAAA=\n",
    "t" * 1_000_001 + "\n\n— name AAAAAAA=\n",
]


@pytest.mark.parametrize("text", NO_NOTES, ids=range(len(NO_NOTES)))
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(BadDocument):
        parse_note(text)


SIGNED = "\n\n— name AAAAAAA=\n"
ROOT = "U6ZWbquwbqWpiLla92Ef3frXy4LKpc8GhCPofd4TNYw="


NO_PROOFS = [
    (parse_checkpoint, f"name\n7{SIGNED}"),
    (parse_checkpoint, f"name\n07\n{ROOT}{SIGNED}"),
    (parse_checkpoint, f"name\n-7\n{ROOT}{SIGNED}"),
    (parse_checkpoint, f"name\n\N{ARABIC-INDIC DIGIT SEVEN}\n{ROOT}{SIGNED}"),
    (parse_checkpoint, f"name\n{'9' * 19}\n{ROOT}{SIGNED}"),
    (parse_checkpoint, f"name\n7\nAAAA{SIGNED}"),
    (parse_checkpoint, f"\n7\n{ROOT}{SIGNED}"),
    (parse_proof, f"c2sp.org/tlog-proof@v2\nindex 2\n\n{CP7}"),
    (parse_proof, f"c2sp.org/tlog-proof@v1\n\n{CP7}"),
    (parse_proof, f"c2sp.org/tlog-proof@v1\nextra ABC\nindex 2\n\n{CP7}"),
    (parse_proof, f"c2sp.org/tlog-proof@v1\nindex 02\n\n{CP7}"),
    (parse_proof, f"c2sp.org/tlog-proof@v1\nindex 2\nAAAA\n\n{CP7}"),
    (parse_consistency_proof, f"new 2\n\n{CP7}"),
    (parse_consistency_proof, f"old x\n\n{CP7}"),
]


@pytest.mark.parametrize(("parse", "text"), NO_PROOFS, ids=range(len(NO_PROOFS)))
def test_what_is_no_checkpoint_or_proof_is_refused(
    parse: Callable[[str], object], text: str
) -> None:
    with pytest.raises(BadDocument):
        parse(text)


def test_the_right_lines_under_another_number_are_refused() -> None:
    """TRU-46."""
    lines = "3\nlines"
    tree = Tree(LeafSource([sha256(lines.encode()).digest()]))
    signed = make_checkpoint(LOG.name, 1, tree.root(1)).signed_by(LOG)
    proof = InclusionProof(0, (), signed)
    with pytest.raises(Refused, match="another entry"):
        verify_proof(proof, lines, key=KEY)


def _another_kind() -> str:
    return to_key_text("name", 9, bytes(32))


NO_KEYS = [
    "",
    "name",
    "name+00000000+AAAA",
    KEY.text[:-1],
    KEY.text.replace("e7aaf24a", "e7aaf24b"),
    "a b" + KEY.text,
    _another_kind(),
    to_key_text("name", 1, bytes(31)),
]


@pytest.mark.parametrize("text", NO_KEYS, ids=range(len(NO_KEYS)))
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_key(text)


def test_keys_are_kept_as_texts() -> None:
    for key in (LOG, WITNESS):
        again = parse_secret_key(f"{key.secret_text}\n", at=SEEN)
        assert type(again) is type(key)
        assert again.verifier == key.verifier
        assert str(list(key.sign("text"))) == str(list(again.sign("text")))
        assert key.secret_text not in repr(key)


NO_SECRETS = [
    "",
    "PRIVATE+KEY+",
    "PRIVATE+KEY+a+b+*",
    KEY.text,
    LOG.secret_text[:-4],
    LOG.secret_text.replace("e7", "e8"),
]


@pytest.mark.parametrize("text", NO_SECRETS, ids=range(len(NO_SECRETS)))
def test_what_is_no_secret_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="is no secret key") as caught:
        parse_secret_key(text, at=SEEN)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LogKey("two words", bytes(32)),
        lambda: LogKey("", bytes(32)),
        lambda: LogKey("a+b", bytes(32)),
        lambda: LogKey("name", bytes(31)),
        lambda: WitnessKey("name", bytes(32), at=dt.datetime(2026, 11, 22)),  # noqa: DTZ001
        lambda: WitnessKey("name", bytes(32), at=dt.datetime(1969, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_a_key_that_cannot_be_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(SegmentationError):
        make()


def test_values_tell_themselves_in_a_line() -> None:
    checkpoint = parse_checkpoint(CP7)
    [first, second] = checkpoint.note.signatures
    assert isinstance(first, Signature)
    assert isinstance(checkpoint.note, Note)
    assert first.key_id == key_id_of(LOG.name, 1, KEY.public_key)
    assert second.key_id == key_id_of(WITNESS.name, 4, SEER.public_key)
    keys: list[Verifier] = [KEY, SEER]
    assert checkpoint.verified_by(keys) == keys
    for value in (checkpoint, first, checkpoint.note, KEY, SEER, LOG, WITNESS):
        assert len(repr(value)) <= 120
