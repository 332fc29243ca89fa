"""Cuts, shares and splits: chance that is the same everywhere and moves nobody else."""

from collections import Counter
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.criteria import (
    SHARES,
    Cut,
    InShare,
    Part,
    Sample,
    bind,
    hash_of,
    share,
    share_of,
    split,
)
from segmentation.errors import InvalidValue
from support import truth
from support.reference import MappingRows, numbers

NUMBERS = [f"CT{n:06}" for n in range(20_000)]


@given(st.text(max_size=10), st.text(max_size=10))
def test_a_hash_is_what_the_docs_say(seed: str, number: str) -> None:
    digits = sha256(f"{seed}\0{number}".encode()).hexdigest()
    assert hash_of(seed)(number) == digits
    assert share_of(seed)(number) == int(digits[:8], 16) * 10_000 // 2**32 < SHARES


def test_the_groups_of_a_split_tile_the_whole() -> None:
    groups = split("spring", {"A": 1, "B": 1, "C": 1})
    assert [(each.start, each.stop) for each in groups.values()] == [
        (0, 3333),
        (3333, 6667),
        (6667, 10_000),
    ]
    of = share_of("spring")
    found = Counter(
        name
        for number in NUMBERS
        for name, each in groups.items()
        if each.start <= of(number) < each.stop
    )
    assert found.total() == len(NUMBERS)
    assert all(abs(count - len(NUMBERS) / 3) < 300 for count in found.values())


@given(st.dictionaries(st.text(), st.integers(0, 1000), min_size=1))
def test_any_weights_tile_the_whole(weights: dict[str, int]) -> None:
    if not any(weights.values()):
        with pytest.raises(InvalidValue):
            split("x", weights)
        return
    groups = list(split("x", weights).values())
    assert groups[0].start == 0
    assert groups[-1].stop == SHARES
    assert all(one.stop == other.start for one, other in pairwise(groups))


def test_weights_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidValue, match="negative"):
        split("x", {"A": -1, "B": 2})
    with pytest.raises(InvalidValue):
        split("x", {})
    with pytest.raises(InvalidValue):
        share("x", 101)
    for weight in (float("nan"), float("inf"), "many", None):
        with pytest.raises(InvalidValue, match="no finite number"):
            split("x", {"A": weight, "B": 1})  # type: ignore[dict-item]
        with pytest.raises(InvalidValue, match="no finite number"):
            share("x", weight)  # type: ignore[arg-type]


def test_a_share_is_a_percentage() -> None:
    assert share("x", 0) == InShare("x", 0, 0)
    assert share("x", Decimal("33.33")) == InShare("x", 0, 3333)
    assert share("x", 100) == InShare("x", 0, SHARES)


def test_other_seeds_split_otherwise() -> None:
    one, other = share_of("spring"), share_of("autumn")
    both = sum(one(number) < 5000 and other(number) < 5000 for number in NUMBERS)
    assert abs(both - len(NUMBERS) / 4) < 300


@given(st.sets(st.sampled_from("ABCDEF")))
def test_a_sample_changes_only_by_those_who_come_and_go(gone: set[str]) -> None:
    class Fewer(MappingRows):
        def all(self, table: str) -> list[truth.Row]:
            return [row for row in truth.ROWS[table] if row["no"] not in gone]

    bound = bind(Cut(Part("contact"), Sample(3, "spring")), truth.SCHEMA, truth.AS_OF)
    before, after = numbers(bound, MappingRows()), numbers(bound, Fewer())
    assert after[: len(set(before) - gone)] == [each for each in before if each not in gone]
