"""Hashes of keys are told apart and found as a set would."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from segmentation.operations.data._key_hashes import KeyHashes

_HASHES = st.integers(-(2**63), 2**63 - 1) | st.integers(-600, 600)


@given(hashes=st.lists(_HASHES), others=st.lists(_HASHES))
def test_hashes_are_found_and_told_apart(hashes: Sequence[int], others: Sequence[int]) -> None:
    kept = KeyHashes()
    kept.add(hashes)
    assert kept.are_different() is (len({*hashes}) == len(hashes))
    kept.sort()
    assert all(each in kept for each in hashes)
    assert [each in kept for each in others] == [each in {*hashes} for each in others]
