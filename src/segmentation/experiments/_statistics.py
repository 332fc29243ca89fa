"""Intervals and tests for rates and means, each by a published method, on numbers alone.

Rates: Wilson's interval (1927), Newcombe's hybrid score interval of a difference (1998, method 10),
Pearson's chi-square without correction, Fisher's exact two-sided test. Means: Welch's test (1947).
Several tests: Holm's correction (1979).
"""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Protocol, TypeAlias

Interval: TypeAlias = tuple[float, float]

_SAME = 1 + 1e-7
"""Two chances that differ by less are one, as in R."""

_SMALLEST_EXPECTED = 5
"""Below this expected count the chi-square distribution does not hold."""


def normal_quantile(confidence: float) -> float:
    """How many standard deviations to both sides hold this share of a normal distribution."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


# -- rates ------------------------------------------------------------------------------------


def wilson(hits: int, of: int, confidence: float) -> Interval:
    """The interval of a rate; it never leaves 0 to 1.

    >>> [round(bound, 4) for bound in wilson(50, 1000, 0.95)]
    [0.0381, 0.0653]
    """
    z = normal_quantile(confidence)
    rate = hits / of
    middle = rate + z * z / (2 * of)
    half = z * math.sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    low = (middle - half) / scale if hits else 0.0
    high = (middle + half) / scale if hits < of else 1.0
    return low, high


def newcombe(hits_1: int, of_1: int, hits_2: int, of_2: int, confidence: float) -> Interval:
    """The interval of the second rate less the first; it never leaves -1 to 1."""
    rate_1, rate_2 = hits_1 / of_1, hits_2 / of_2
    low_1, high_1 = wilson(hits_1, of_1, confidence)
    low_2, high_2 = wilson(hits_2, of_2, confidence)
    difference = rate_2 - rate_1
    low = difference - math.hypot(rate_2 - low_2, high_1 - rate_1)
    high = difference + math.hypot(high_2 - rate_2, rate_1 - low_1)
    return max(low, -1.0), min(high, 1.0)


def smallest_expected(hits_1: int, of_1: int, hits_2: int, of_2: int) -> float:
    """The smallest count that the two by two table would have if both rates were one."""
    hits = hits_1 + hits_2
    return min(of_1, of_2) * min(hits, of_1 + of_2 - hits) / (of_1 + of_2)


def needs_exact(hits_1: int, of_1: int, hits_2: int, of_2: int) -> bool:
    """Whether an expected count is too small for the chi-square distribution."""
    return smallest_expected(hits_1, of_1, hits_2, of_2) < _SMALLEST_EXPECTED


def pearson(hits_1: int, of_1: int, hits_2: int, of_2: int) -> float:
    """The p of the chi-square test of two rates, without correction.

    >>> round(pearson(50, 1000, 80, 1000), 4)
    0.0065
    """
    hits, of = hits_1 + hits_2, of_1 + of_2
    crossed = hits_1 * (of_2 - hits_2) - hits_2 * (of_1 - hits_1)
    return chi_square(crossed * crossed * of / (of_1 * of_2 * hits * (of - hits)), 1)


def fisher(hits_1: int, of_1: int, hits_2: int, of_2: int) -> float:
    """The p of Fisher's exact test: the chance of all tables that are no likelier than this one.

    >>> round(fisher(0, 2, 2, 2), 4)
    0.3333
    """
    hits, of = hits_1 + hits_2, of_1 + of_2
    least, most = max(0, hits - of_2), min(hits, of_1)
    whole = _log_choose(of, hits)
    chances = [
        math.exp(_log_choose(of_1, found) + _log_choose(of_2, hits - found) - whole)
        for found in range(least, most + 1)
    ]
    own = chances[hits_1 - least] * _SAME
    return min(1.0, math.fsum(chance for chance in chances if chance <= own))


def _log_choose(of: int, taken: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(taken + 1) - math.lgamma(of - taken + 1)


def chi_square(value: float, degrees: int) -> float:
    """The chance that a chi-square value is at least this one, by its closed form.

    >>> round(chi_square(3.841459, 1), 4), round(chi_square(5.991465, 2), 4)
    (0.05, 0.05)
    """
    half = value / 2
    factor = math.exp(-half)
    if degrees % 2:
        tail, term, place = math.erfc(math.sqrt(half)), 2 * math.sqrt(half / math.pi), 1.5
    else:
        tail, term, place = factor, half, 2.0
    for _ in range((degrees - 1) // 2):
        tail += term * factor
        term *= half / place
        place += 1
    return min(1.0, tail)


def sample_ratio(found: Sequence[int], expected: Sequence[float]) -> float:
    """The p of the counts that were found where others were expected."""
    pairs = [(count, mean) for count, mean in zip(found, expected, strict=True) if mean]
    value = math.fsum((count - mean) ** 2 / mean for count, mean in pairs)
    return chi_square(value, len(pairs) - 1)


# -- means ------------------------------------------------------------------------------------


class Sampled(Protocol):
    """What a mean was found from: at least two figures."""

    @property
    def contacts(self) -> int:
        """How many figures there are."""

    @property
    def mean(self) -> float:
        """Their mean."""

    @property
    def variance(self) -> float:
        """Their variance, of a sample."""


def welch(first: Sampled, other: Sampled, confidence: float) -> tuple[Interval, float]:
    """The interval of the other mean less the first, and p."""
    difference = other.mean - first.mean
    errors = [each.variance / each.contacts for each in (first, other)]
    error = sum(errors)
    if not error:
        return (difference, difference), 0.0 if difference else 1.0
    degrees = error**2 / sum(
        own**2 / (each.contacts - 1) for own, each in zip(errors, (first, other), strict=True)
    )
    spread = t_quantile(confidence, degrees) * math.sqrt(error)
    p_value = t_tails(difference / math.sqrt(error), degrees)
    return (difference - spread, difference + spread), p_value


def t_tails(value: float, degrees: float) -> float:
    """The chance that Student's t is at least this far from 0, to either side.

    >>> round(t_tails(2.228139, 10), 4)
    0.05
    """
    # Not quite 0, which has no logarithm, however far it is.
    return _beta(max(degrees / (degrees + value * value), 1e-300), degrees / 2, 0.5)


def t_quantile(confidence: float, degrees: float) -> float:
    """How far to both sides of 0 this share of Student's t lies, by bisection."""
    low, high = 0.0, 1.0
    while t_tails(high, degrees) > 1 - confidence:
        low, high = high, high * 2
    for _ in range(80):
        middle = (low + high) / 2
        if t_tails(middle, degrees) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function, from the side where its fraction converges."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    whole = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(whole + a * math.log(x) + b * math.log1p(-x))
    return front / a * _beta_fraction(x, a, b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, 10_000):  # pragma: no branch - it converges long before
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / ((1 + step * d) or tiny)
            c = (1 + step / c) or tiny
            found *= c * d
        if abs(c * d - 1) < 1e-15:  # noqa: PLR2004 - as exact as a float is
            break
    return found


# -- several tests ----------------------------------------------------------------------------


def holm(p_values: Sequence[float]) -> Sequence[float]:
    """The p of several tests, corrected for how many there are, in their order.

    >>> [round(p, 4) for p in holm([0.0253, 0.0402, 0.5794])]
    [0.0759, 0.0804, 0.5794]
    """
    corrected = [0.0] * len(p_values)
    least = 0.0
    ascending = sorted(range(len(p_values)), key=p_values.__getitem__)
    for before, place in enumerate(ascending):
        least = min(1.0, max(least, p_values[place] * (len(p_values) - before)))
        corrected[place] = least
    return corrected
