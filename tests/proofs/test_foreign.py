"""Verifiers of other projects accept what is proved here, and refuse what was changed."""

import attrs
import pytest

import segmentation as seg
from segmentation.proofs import cosign, parse_checkpoint, parse_proof
from support.logs import CP7, LOG, PROOF, WITNESS, leaf, tree_of
from support.verifiers import VERIFIERS, Ask, Question, verifiers

verifier = pytest.fixture(params=VERIFIERS, scope="module")(verifiers)


def question(proof: str, data: bytes) -> Question:
    parsed = parse_proof(proof)
    checkpoint = parsed.checkpoint
    return Question(
        note=str(checkpoint),
        key=LOG.verifier.text,
        size=checkpoint.size,
        root=checkpoint.root,
        hashes=parsed.hashes,
        leaf=data,
        index=parsed.index,
    )


def test_they_accept_the_proof_of_a_log(verifier: Ask) -> None:
    """TRU-45."""
    asked = question(PROOF, leaf(3))
    [answer] = verifier([asked])
    assert answer["note"]
    assert answer["inclusion"]


def test_they_refuse_what_was_changed(verifier: Ask) -> None:
    """TRU-45: the size is refused by the signature, as the path of index 2 is the same among 6."""
    asked = question(PROOF, leaf(3))
    first, second, third = asked.hashes
    flipped = CP7.replace("DF0zAV8H", "DF0zAV8G", 1)
    assert flipped != CP7
    wrong = {
        "index": attrs.evolve(asked, index=3),
        "hashes": attrs.evolve(asked, hashes=[second, first, third]),
        "leaf": attrs.evolve(asked, leaf=leaf(4)),
    }
    for name, answer in zip(wrong, verifier(list(wrong.values())), strict=True):
        assert not answer["inclusion"], name
    unsigned = [
        attrs.evolve(asked, note=flipped),
        attrs.evolve(asked, note=CP7.replace("\n7\n", "\n6\n")),
    ]
    assert [answer["note"] for answer in verifier(unsigned)] == [False, False]


def test_they_accept_the_proofs_of_a_journal(verifier: Ask, crm: seg.Workspace) -> None:
    """TRU-45."""
    for number in range(20):
        crm.interactions.create("ANNA", interaction_template_code="TALK", description=f"{number}")
    signed = cosign(
        crm.journal.sign_checkpoint(LOG, after=None), WITNESS, key=LOG.verifier, kept=None
    )
    asked = [
        question(
            crm.journal.prove(each, signed).text,
            bytes.fromhex(crm.journal[each.entry_no].sha256),
        )
        for each in crm.interactions
    ]
    assert len(asked) == 20
    for answer in verifier(asked):
        assert answer["note"]
        assert answer["inclusion"]


@pytest.mark.parametrize("verifier", ["go"], indirect=True)
def test_go_accepts_that_a_tree_continues_another(verifier: Ask) -> None:
    """TRU-41."""
    tree = tree_of(40)
    asked = [
        Question(
            note="",
            key="",
            size=size,
            root=tree.root(size),
            hashes=tree.consistency(old_size, size),
            old_size=old_size,
            old_root=tree.root(old_size),
        )
        for size in range(1, 41)
        for old_size in range(1, size + 1)
    ]
    assert all(answer["consistency"] for answer in verifier(asked))
    wrong = [attrs.evolve(each, old_root=tree.root(each.old_size + 1)) for each in asked[:-1]]
    changed = [each for each in wrong if each.old_size < 40]
    assert not any(answer["consistency"] for answer in verifier(changed))


def test_checkpoints_are_read_as_they_were_written() -> None:
    assert str(parse_checkpoint(CP7)) == CP7
    assert str(parse_proof(PROOF)) == PROOF
