"""The tree of RFC 6962 and its proofs, by numbers that are known."""

from base64 import b64encode
from collections.abc import Sequence

import pytest

from segmentation.errors import InvalidValue
from segmentation.proofs import (
    EMPTY_ROOT,
    LeafSource,
    Tree,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from support.logs import PROOF, leaf, tree_of

RFC_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
IN_PROOF = PROOF.splitlines()[2:5]


def written(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(each).decode() for each in hashes]


def test_roots_are_those_of_certificate_transparency() -> None:
    """TRU-38."""
    tree = Tree(LeafSource(RFC_LEAVES))
    assert tree.root(0).hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert tree.root(1).hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert tree.root(8).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


@pytest.mark.parametrize(
    ("size", "root"),
    [
        (3, "zOAJjnO7C6G6OI4aPF9Eo8r7IFneGaAP6hEKAfwbTAI="),
        (7, "U6ZWbquwbqWpiLla92Ef3frXy4LKpc8GhCPofd4TNYw="),
        (256, "BjCZbjqzTUHdwR+1MlaKr2YbOW01HYYNSUaNAaEP47k="),
        (257, "FyMW+kv0YyqlBRMpmmqqKrC+5C6S8Vl4tmar0TWugB4="),
        (1000, "1rTtYfp9N9pQcScMHKAdNMLReoOGBF0ipGaQd1Gwjrk="),
    ],
)
def test_roots_of_longer_logs(size: int, root: str) -> None:
    """TRU-39."""
    assert written([tree_of(1000).root(size)]) == [root]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (2, 7, IN_PROOF),
        (
            6,
            7,
            [
                "NDvMBvA9k/SG5xK64BdV24qrjzgEjZbrSTzNrM9RBGo=",
                "TmHlYJIT0OJN/jQFX0r/PclTye3S4vA2YPyxpqtB9h0=",
            ],
        ),
        (0, 1, []),
    ],
)
def test_a_leaf_is_proved(index: int, size: int, proof: list[str]) -> None:
    """TRU-40."""
    assert written(tree_of(7).inclusion(index, size)) == proof


@pytest.mark.parametrize(("index", "size"), [(7, 7), (-1, 7), (0, 0)])
def test_a_leaf_that_is_not_there_is_a_fault(index: int, size: int) -> None:
    """TRU-40."""
    with pytest.raises(InvalidValue, match=f"{index} is no leaf of a tree of size {size}"):
        tree_of(7).inclusion(index, size)
    assert not verify_inclusion([], leaf_hash(leaf(1)), index=index, size=size, root=EMPTY_ROOT)


@pytest.mark.parametrize(
    ("old_size", "size", "proof"),
    [
        (3, 7, ["JGZeOpvglr1LLUPNwtv+7uGJpD72m7b8nKiT4BYrl7k=", *IN_PROOF]),
        (4, 7, ["PDQ9ibn+2RCIj3G3Ylob9/RggDdcPO1nz5IMG6cucQU="]),
        (7, 7, []),
    ],
)
def test_a_tree_is_proved_to_continue_another(old_size: int, size: int, proof: list[str]) -> None:
    """TRU-41."""
    assert written(tree_of(7).consistency(old_size, size)) == proof


def test_a_tree_continues_none_that_is_larger() -> None:
    """TRU-41."""
    with pytest.raises(InvalidValue, match="8 is no size before 7"):
        tree_of(8).consistency(8, 7)
    root = tree_of(8).root
    assert not verify_consistency([], old_size=8, old_root=root(8), size=7, root=root(7))


SIZES = range(34)


def test_every_proof_of_inclusion_holds_for_its_leaf_alone() -> None:
    """TRU-40."""
    tree = tree_of(SIZES[-1])
    for size in SIZES:
        root = tree.root(size)
        for index in range(size):
            proof = tree.inclusion(index, size)
            mine = leaf_hash(leaf(index + 1))
            assert verify_inclusion(proof, mine, index=index, size=size, root=root)
            assert not verify_inclusion(proof, mine, index=index + 1, size=size, root=root)
            assert not verify_inclusion(proof, leaf_hash(b""), index=index, size=size, root=root)
            longer = [*proof, root]
            assert not verify_inclusion(longer, mine, index=index, size=size, root=root)


def test_every_proof_of_consistency_holds_for_its_roots_alone() -> None:
    """TRU-41."""
    tree = tree_of(SIZES[-1])
    for size in SIZES:
        root = tree.root(size)
        for old_size in range(size + 1):
            old_root = tree.root(old_size)
            proof = tree.consistency(old_size, size)

            def holds(
                proof: Sequence[bytes] = proof,
                old_root: bytes = old_root,
                root: bytes = root,
                old_size: int = old_size,
                size: int = size,
            ) -> bool:
                return verify_consistency(
                    proof, old_size=old_size, old_root=old_root, size=size, root=root
                )

            assert holds()
            assert not holds(old_root=leaf(1))
            assert not holds([*proof, root])
            if old_size:
                assert not holds(root=leaf(1))
            if proof:
                assert not holds([leaf(1), *proof[1:]])
                assert not holds(proof[1:])
