"""Arms beside each other: the numbers that published methods and R give."""

import json
import math
import random  # noqa: TID251 - of a simulation
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import InvalidValue, Rejected, UnknownName
from segmentation.experiments import Amounts, Group, Method, compared, size_needed
from segmentation.plain import to_plain


def group(name: str, responses: int, contacts: int) -> Group:
    return Group(name=name, contacts=contacts, responses=responses)


def pair(one: tuple[int, int], other: tuple[int, int]) -> tuple[Group, Group]:
    return group("letter", *one), group("mail", *other)


def rounded(*values: float) -> list[float]:
    return [round(value, 4) for value in values]


def test_arms_go_by_their_names_with_rates_and_intervals() -> None:
    """EXM-18."""
    found = compared(*pair((50, 1000), (80, 1000)))
    assert [each.name for each in found.groups] == ["letter", "mail"]
    letter, mail = found.groups
    assert rounded(*letter.interval(), *mail.interval()) == [0.0381, 0.0653, 0.0647, 0.0985]
    told = found["mail"]
    assert (told.base, told.method) == ("letter", Method.CHI_SQUARE)
    assert rounded(told.difference, told.low, told.high) == [0.03, 0.0084, 0.052]
    assert rounded(told.p_value, told.p_corrected) == [0.0065, 0.0065]
    assert told.is_significant
    assert found.is_significant


@pytest.mark.parametrize(
    ("confidence", "low", "high"), [(0.99, 0.0015, 0.0591), (0.9, 0.0119, 0.0483)]
)
def test_the_interval_follows_the_confidence(confidence: float, low: float, high: float) -> None:
    """EXM-18."""
    told = compared(*pair((50, 1000), (80, 1000)), confidence=confidence)["mail"]
    assert rounded(told.low, told.high) == [low, high]


@pytest.mark.parametrize(
    ("one", "other", "low", "high", "p", "method", "significant"),
    [
        ((0, 2), (2, 2), 0.07, 1.0, 0.3333, "fisher", False),
        ((0, 5), (5, 5), 0.3855, 1.0, 0.0079, "fisher", True),
        ((1, 40), (7, 40), 0.0142, 0.296, 0.0568, "fisher", False),
        ((2, 20), (9, 20), 0.0721, 0.5701, 0.0132, "chi_square", True),
        ((0, 20), (0, 20), -0.1611, 0.1611, 1.0, "fisher", False),
        ((20, 20), (20, 20), -0.1611, 0.1611, 1.0, "fisher", False),
    ],
)
def test_small_arms_are_tested_exactly(
    one: tuple[int, int],
    other: tuple[int, int],
    *,
    low: float,
    high: float,
    p: float,
    method: str,
    significant: bool,
) -> None:
    """EXM-19, EXM-20, EXM-21."""
    told = compared(*pair(one, other))["mail"]
    assert rounded(told.low, told.high, told.p_value) == [low, high, p]
    assert (told.method, told.is_significant) == (method, significant)


def test_rates_at_the_ends_have_exact_bounds() -> None:
    """EXM-21."""
    low, high = group("none", 0, 20).interval()
    assert (low, round(high, 4)) == (0.0, 0.1611)
    low, high = group("all", 20, 20).interval()
    assert (round(low, 4), high) == (0.8389, 1.0)


counts = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts, st.floats(0.01, 0.999))
def test_bounds_stay_within_what_is_possible(
    one: tuple[int, int], other: tuple[int, int], confidence: float
) -> None:
    """EXM-21."""
    found = compared(*pair(one, other), confidence=confidence)
    told, back = found["mail"], compared(*pair(other, one), confidence=confidence)["mail"]
    for each in found.groups:
        low, high = each.interval(confidence)
        assert 0 <= low <= high <= 1
    assert -1 <= told.low <= told.difference + 1e-12
    assert told.difference - 1e-12 <= told.high <= 1
    assert 0 <= told.p_value <= 1
    assert told.low == pytest.approx(-back.high)
    assert told.p_value == pytest.approx(back.p_value)


def test_several_arms_are_corrected_by_holm() -> None:
    """EXM-22."""
    control = group("control", 40, 1000)
    others = [group("letter", 62, 1000), group("mail", 60, 1000), group("call", 45, 1000)]
    found = compared(control, *others)
    assert rounded(*(each.p_value for each in found.differences)) == [0.0253, 0.0402, 0.5794]
    assert rounded(*(each.p_corrected for each in found.differences)) == [0.0760, 0.0803, 0.5794]
    assert not found.is_significant
    assert compared(control, others[0]).is_significant


LETTER = [20, 25, 15, 20, 22, 18]
MAIL = [0, 90, 10, 80, 0, 75, 95, 5, 60, 85]


def test_means_are_compared_by_welch() -> None:
    """EXM-23, from the amounts of each contact."""
    found = compared(Amounts.of("letter", LETTER), Amounts.of("mail", MAIL))
    assert [(each.name, each.contacts) for each in found.groups] == [("letter", 6), ("mail", 10)]
    told = found["mail"]
    assert rounded(told.difference, told.low, told.high) == [30.0, 0.6306, 59.3694]
    assert (round(told.p_value, 4), told.method, told.is_significant) == (0.0462, "welch", True)


def test_means_without_any_spread_differ_or_do_not() -> None:
    """EXM-25."""
    found = compared(Amounts.of("letter", [0] * 5), Amounts.of("mail", [0] * 7))
    told = found["mail"]
    assert (told.difference, told.low, told.high, told.p_value) == (0, 0, 0, 1)
    assert json.loads(json.dumps(to_plain(found)))["differences"]["first"][0]["p_value"] == 1
    told = compared(Amounts.of("letter", [0, 0, 0]), Amounts.of("mail", [6, 0, 9, 3]))["mail"]
    assert rounded(told.difference, told.low, told.high) == [4.5, -1.6628, 10.6628]
    assert round(told.p_value, 4) == 0.1027
    apart = compared(Amounts.of("letter", [5, 5]), Amounts.of("mail", [7, 7]))["mail"]
    assert (apart.low, apart.p_value, apart.is_significant) == (2, 0, True)


def test_a_mean_needs_two_contacts() -> None:
    """EXM-25."""
    with pytest.raises(InvalidValue, match="1 contacts in arm letter are too few; a mean needs 2"):
        Amounts.of("letter", [7])


def test_the_interval_of_a_mean_is_student_s() -> None:
    """20 and 2.5706 times the root of 11.6 / 6: the tables' t of five degrees."""
    assert rounded(*Amounts.of("letter", LETTER).interval()) == [16.4258, 23.5742]


@pytest.mark.parametrize(
    ("shares", "sizes", "remarks"),
    [
        (
            {"letter": 90, "control": 10},
            (9180, 820),
            ["letter 9,180 (9,000), control 820 (1,000); p 2.0e-09"],
        ),
        ({"letter": 50, "control": 50}, (5100, 4900), []),
        ({"letter": 0, "control": 0}, (5100, 4900), []),
        (None, (9180, 820), []),
    ],
)
def test_the_sample_ratio_is_looked_at(
    shares: dict[str, float] | None, sizes: tuple[int, int], remarks: list[str]
) -> None:
    """EXM-26."""
    arms = group("letter", 5, sizes[0]), group("control", 5, sizes[1])
    off = "the sample ratio is off, found and expected: "
    assert list(compared(*arms, shares=shares).remarks) == [off + each for each in remarks]


@pytest.mark.parametrize(("arms", "apart"), [("abcd", 29), ("abcde", 31)])
def test_the_sample_ratio_of_many_arms_takes_their_degrees_of_freedom(
    arms: str, apart: int
) -> None:
    """The tables' chi-square of 0.001 is 16.27 for three degrees, 18.47 for four."""
    for off, remarks in ((apart, 1), (apart - 1, 0)):
        sizes = [100 + off, 100 - off, *[100] * (len(arms) - 2)]
        groups = [group(name, 5, size) for name, size in zip(arms, sizes, strict=True)]
        assert len(compared(*groups, shares=dict.fromkeys(arms, 1.0)).remarks) == remarks


@pytest.mark.parametrize(
    ("rate", "size", "least", "most"),
    [
        (0.3, 20, 0, 550),
        (0.3, 200, 0, 550),
        (0.3, 5000, 450, 550),
        (0.05, 20, 0, 59),
        (0.05, 200, 0, 550),
        (0.05, 5000, 450, 550),
    ],
)
def test_false_alarms_are_as_rare_as_the_confidence_says(
    rate: float, size: int, least: int, most: int
) -> None:
    """EXM-29: both arms have the same true rate; 10,000 runs."""
    drawn = list(_drawn(random.Random(2026), size, rate))  # noqa: S311 - of a simulation
    alarms = sum(
        compared(*pair((one, size), (other, size))).is_significant
        for one, other in zip(drawn[::2], drawn[1::2], strict=True)
    )
    assert least <= alarms <= most


def _drawn(chance: random.Random, size: int, rate: float) -> Iterator[int]:
    """20,000 counts of a binomial distribution, by the inverse of its distribution function."""
    log_odds = math.log(rate / (1 - rate))
    logs = [
        math.lgamma(size + 1) - math.lgamma(n + 1) - math.lgamma(size - n + 1) + n * log_odds
        for n in range(size + 1)
    ]
    below = list(accumulate(math.exp(each + size * math.log(1 - rate)) for each in logs))
    for _ in range(20_000):
        yield min(bisect_right(below, chance.random()), size)


@pytest.mark.parametrize(
    ("base_rate", "effect", "more", "size"),
    [
        (0.10, 0.02, {}, 3841),
        (0.50, 0.25, {"power": 0.9}, 77),
        (0.10, -0.02, {}, 3213),
        (0.10, 0.02, {"confidence": 0.99}, 5716),
        (0, 0.01, {}, 780),
    ],
)
def test_the_size_is_that_of_r(
    base_rate: float, effect: float, more: dict[str, float], size: int
) -> None:
    """EXM-30, EXM-31."""
    assert size_needed(base_rate, effect, **more) == size


@pytest.mark.parametrize(
    ("base_rate", "effect", "power", "told"),
    [
        (0.1, 0, 0.8, ["effect: 0 is no effect; give a rise or a fall"]),
        (0.1, math.nan, 0.8, ["effect: nan is no effect; give a rise or a fall"]),
        (1.2, 0.1, 0.8, ["base_rate: 1.2 is not from 0 to 1"]),
        (
            0.95,
            0.1,
            0.8,
            ["effect: 0.1 leads from 0.95 out of 0 to 1; it may be -0.95 to 0.05"],
        ),
        (0.1, 0.1, 1, ["power: 1 is not between 0 and 1"]),
        (
            -1,
            0,
            0,
            [
                "base_rate: -1 is not from 0 to 1",
                "effect: 0 is no effect; give a rise or a fall",
                "power: 0 is not between 0 and 1",
            ],
        ),
    ],
)
def test_a_size_that_cannot_be_worked_out_is_refused(
    base_rate: float, effect: float, power: float, told: list[str]
) -> None:
    """EXM-31."""
    with pytest.raises(Rejected) as caught:
        size_needed(base_rate, effect, power=power)
    assert [str(fault) for fault in caught.value.faults] == [f"experiment: {x}" for x in told]


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_lies_between_nothing_and_certainty(confidence: float) -> None:
    """EXM-27."""
    arms = pair((1, 3), (1, 3))
    for step in (
        lambda: compared(*arms, confidence=confidence),
        lambda: arms[0].interval(confidence),
        lambda: Amounts.of("mail", [1, 2]).interval(confidence),
        lambda: size_needed(0.1, 0.1, confidence=confidence),
    ):
        with pytest.raises(InvalidValue, match=r"confidence: .* is not between 0 and 1"):
            step()


@pytest.mark.parametrize(
    ("arms", "reason"),
    [
        ((), "arms: 0 is not enough"),
        ((group("letter", 1, 2),), "arms: 1 is not enough"),
        ((group("mail", 1, 2), group("mail", 1, 2)), "'mail' is the name of two arms"),
        ((group("mail", 1, 2), group("call", 0, 0)), "0 contacts in arm call"),
        ((group("mail", 1, 2), group("call", 4, 3)), "3 contacts in arm call cannot have 4"),
        ((group("mail", 1, 2), Amounts.of("call", [1, 2])), "'call' is an arm of another kind"),
    ],
)
def test_arms_that_cannot_be_compared_are_refused(
    arms: tuple[Group | Amounts, ...], reason: str
) -> None:
    """EXM-27."""
    with pytest.raises(InvalidValue, match=reason):
        compared(*arms)


def test_an_arm_that_is_not_there_has_no_difference() -> None:
    found = compared(*pair((1, 3), (1, 3)))
    for name in ("letter", "male"):
        with pytest.raises(UnknownName):
            found[name]
    assert group("none", 0, 0).rate == 0


def test_newcombe_s_interval_is_the_published_one() -> None:
    """Newcombe 1998, table II, method 10: 56 of 70 less 48 of 80 gives 0.0524 to 0.3339."""
    told = compared(*pair((48, 80), (56, 70)))["mail"]
    assert rounded(told.low, told.high) == [0.0524, 0.3339]


def test_a_notebook_shows_arms_differences_and_doubts() -> None:
    arms = group("control", 4, 500), group("mail", 80, 1000)
    shown = compared(*arms, shares={"control": 1, "mail": 1}, in_several=["B", "A"])._repr_html_()
    assert "significant" in shown
    assert "in several arms, counted in none: A, B" in shown
    assert "the sample ratio is off" in shown
    means = compared(Amounts.of("letter", LETTER), Amounts.of("mail", MAIL))._repr_html_()
    assert "50.00" in means
    assert "0.63 to 59.37" in means
