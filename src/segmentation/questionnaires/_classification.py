"""Answers found from figures: by value, by share of the whole, by rank, by score."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import accumulate, islice, pairwise
from operator import ge, le, neg

from ._questions import (
    WHOLE,
    ClassificationMethod,
    ProfileQuestionnaireLine,
    Question,
    SortingMethod,
)

SCORES = 5
"""The greatest score; the least is 1."""


def classified(question: Question, values: Mapping[str, Decimal]) -> dict[str, tuple[int, ...]]:
    """The answers that figures give, by contact; who gets none is left out.

    Contacts with equal figures rank alike, all as the first of them. Where figures are
    cumulated, those below 0 count as 0.

    Args:
        question: The question, with method, sorting and answers.
        values: Each contact's figure.
    """
    match question.line.classification_method:
        case ClassificationMethod.DEFINED_VALUE:
            return _one_by_one(question, values, Decimal(WHOLE))
        case ClassificationMethod.PERCENTAGE_OF_VALUE:
            return _one_by_one(question, values, sum(values.values(), Decimal(0)))
        case ClassificationMethod.PERCENTAGE_OF_CONTACTS:
            nos, figures = _ranked(question.line, values)
            return _by_rank(question, nos, figures, range(1, len(nos) + 1), Decimal(len(nos)))
        case ClassificationMethod.CUMULATED_VALUE:
            nos, figures = _ranked(question.line, _counting(values))
            *before, total = accumulate(figures, initial=Decimal(0))
            return _by_rank(question, nos, figures, before, total)
        case ClassificationMethod.QUINTILE:
            return _by_score(question, values)
        case _:
            return {}


def _counting(values: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """The figures, those below 0 as 0."""
    zero = Decimal(0)
    if min(values.values(), default=zero) >= zero:
        return values
    return {no: max(value, zero) for no, value in values.items()}


def _one_by_one(
    question: Question, values: Mapping[str, Decimal], whole: Decimal
) -> dict[str, tuple[int, ...]]:
    if not whole:
        return {}
    starts, answers = _steps(question, whole)
    found = {}
    for no, value in values.items():
        if value < 0 or whole < 0:  # rounding goes the other way there
            lines = question.found(value * WHOLE / whole)
        else:
            lines = answers[bisect_right(starts, value)]
        if lines:
            found[no] = lines
    return found


def _by_rank(
    question: Question,
    nos: Sequence[str],
    figures: Sequence[Decimal],
    measures: Sequence[int | Decimal],
    whole: Decimal,
) -> dict[str, tuple[int, ...]]:
    """The answers of ranked contacts: where measures ascend, each step takes a slice of them."""
    if not whole:
        return {}
    starts, answers = _steps(question, whole)
    places = [0, *(_after_tie(figures, bisect_left(measures, start)) for start in starts), len(nos)]
    found: dict[str, tuple[int, ...]] = {}
    for lines, (first, last) in zip(answers, pairwise(places), strict=True):
        if lines:
            found |= dict.fromkeys(nos[first:last], lines)
    return found


def _by_score(question: Question, values: Mapping[str, Decimal]) -> dict[str, tuple[int, ...]]:
    """The answers of scored contacts: 1, and a fifth of all for each step that is ranked before."""
    nos, figures = _ranked(question.line, values)
    found: dict[str, tuple[int, ...]] = {}
    first = 0
    while first < len(nos):
        after = _after_tie(figures, first + 1)
        lines = question.found(Decimal(1 + SCORES * first // len(nos)))
        if lines:
            found |= dict.fromkeys(nos[first:after], lines)
        first = after
    return found


def _after_tie(figures: Sequence[Decimal], place: int) -> int:
    """The place, or where the run of equal figures ends that begins before it and goes on."""
    if not 0 < place < len(figures) or figures[place] != figures[place - 1]:
        return place
    if figures[0] > figures[-1]:
        return bisect_right(figures, -figures[place], key=neg)
    return bisect_right(figures, figures[place])


def _ranked(
    line: ProfileQuestionnaireLine, values: Mapping[str, Decimal]
) -> tuple[Sequence[str], Sequence[Decimal]]:
    """Contacts and their figures in order; floating point sorts faster, and is then checked."""
    descending = line.sorting_method is SortingMethod.DESCENDING
    nos, figures = list(values), list(values.values())
    quick = list(map(float, figures))
    order = sorted(range(len(nos)), key=quick.__getitem__, reverse=descending)
    ranked = [figures[place] for place in order]
    right = ge if descending else le
    if not all(map(right, ranked, islice(ranked, 1, None))):
        order = sorted(order, key=figures.__getitem__, reverse=descending)
        ranked = [figures[place] for place in order]
    return [nos[place] for place in order], ranked


def _steps(
    question: Question, whole: Decimal
) -> tuple[Sequence[Decimal], Sequence[tuple[int, ...]]]:
    """Where the answers to figures from 0 on change, and the answers before and after.

    Figures are of a whole that stands for 100; instead of each figure, the bounds of the answers
    are converted, and rounding is part of them.
    """
    unit = Decimal(1).scaleb(-question.line.no_of_decimals)
    bounds = {Decimal(0)}
    for answer in question.answers:
        bounds.add((answer.from_value / unit).to_integral_value(ROUND_CEILING) * unit)
        bounds.add((answer.to_value / unit).to_integral_value(ROUND_FLOOR) * unit + unit)
    reached = sorted(bound for bound in bounds if bound >= 0)
    starts = [(bound - unit / 2) * whole / WHOLE for bound in reached[1:]]
    return starts, [question.found(bound) for bound in reached]
