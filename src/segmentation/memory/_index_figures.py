"""Figures over linked rows by bit operations: counts, sums, earliest and latest values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import getcontext
from fractions import Fraction
from math import ceil, floor
from typing import Any

import attrs

from segmentation.bitmaps import (
    EMPTY,
    Bitmap,
    added,
    from_positions,
    full,
    pick,
    runs,
    to_positions,
    without,
)
from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFilter,
    FitsPattern,
    HasAspect,
    InCalendar,
    InRange,
    IsEqual,
    Measure,
    Not,
    to_value_test,
)
from segmentation.fields import Field, FieldType

from ._index_columns import Unsortable
from ._index_links import LinkedTable

_NUMBER = Field("figure", FieldType.DECIMAL)


def having_figure(figure: BoundFigure, linked: LinkedTable, within: Bitmap) -> Bitmap:
    """The contacts of a set whose figure passes its filter.

    If the figure of no rows passes, this finds the contacts whose figure fails and takes the
    others.

    Raises:
        Unsortable: The index cannot answer.
    """
    number = figure.measure in {Measure.COUNT, Measure.DISTINCT, Measure.SUM}
    compared, blank = (_NUMBER, 0) if number else (figure.field or _NUMBER, None)
    if to_value_test(figure.filter, compared)(blank):
        opposite = attrs.evolve(figure, filter=Not(figure.filter))
        return within ^ linked.contacts(_groups(opposite, linked, within), within)
    return linked.contacts(_groups(figure, linked, within), within)


def _groups(figure: BoundFigure, linked: LinkedTable, within: Bitmap) -> Bitmap:
    """The groups whose figure passes."""
    groups = linked.groups(within)
    layers = linked.rows.meeting(figure.part.conditions, groups)
    if figure.field is None:
        return _counted(figure.filter, list(layers), groups)
    if figure.measure is Measure.DISTINCT:
        return _different(figure.filter, figure.field, linked, layers)
    if figure.measure is Measure.SUM:
        return _summed(figure.filter, figure.field, linked, layers, groups)
    return _extreme(figure, figure.field, linked, list(layers))


def _counted(item: BoundFilter, layers: Sequence[Bitmap], groups: Bitmap) -> Bitmap:
    """The groups whose count of rows passes. Each row that meets the conditions adds 1."""
    width = len(layers).bit_length() + 1
    return _Sums(added(((layer, EMPTY) for layer in layers), width), 1, groups).passing(item)


def _summed(
    item: BoundFilter, field: Field, linked: LinkedTable, layers: Iterable[Bitmap], groups: Bitmap
) -> Bitmap:
    """The groups whose sum passes. Each row that meets the conditions adds its whole number."""
    amounts, of_layers = linked.rows.amounts(field)
    width = amounts.width + len(of_layers).bit_length()
    if 1 << width > 10 ** getcontext().prec:
        raise Unsortable  # decimals would be rounded
    numbers = (
        [digit & layer for digit in slices] for slices, layer in zip(of_layers, layers, strict=True)
    )
    return _Sums(added(numbers, width), amounts.scale, groups).passing(item)


def _different(
    item: BoundFilter, field: Field, linked: LinkedTable, layers: Iterable[Bitmap]
) -> Bitmap:
    """The groups whose rows have so many different values that the number passes.

    The number of a group without a value does not pass (see `having_figure`).
    """
    dictionary, of_layers = linked.rows.ranks(field)
    size = len(dictionary)
    blanks = {rank for rank, value in enumerate(dictionary.values) if value == field.blank}
    seen: set[int] = set()
    for ranks, layer in zip(of_layers, layers, strict=True):
        seen.update(group * size + ranks[group] for group in to_positions(layer))
    counts = Counter(each // size for each in seen if each % size not in blanks)
    passes = to_value_test(item, _NUMBER)
    passing = (group for group, count in counts.items() if passes(count))
    return from_positions(passing, linked.rows.size)


class _Sums:
    """The sums of groups, sliced, to be compared with the values of filters.

    Args:
        slices: The sums. The last slice is the sign (two's complement).
        scale: The factor that the values of filters are multiplied by.
        groups: The groups to look at.
    """

    def __init__(self, slices: Sequence[Bitmap], scale: int, groups: Bitmap) -> None:
        # Inverting the sign adds a constant to each sum, so that the least possible one is 0.
        self._slices = [*slices[:-1], groups ^ (groups & slices[-1])]
        self._zero = 1 << len(slices) - 1
        self._scale = scale
        self._groups = groups

    def passing(self, item: BoundFilter) -> Bitmap:
        """The groups whose sum passes a filter."""
        match item:
            case IsEqual(value):
                exact = self._scaled(value)
                return self._between(ceil(exact), floor(exact) + 1)
            case InRange(low, high):
                start, stop = -self._zero, self._zero
                if low is not None:
                    exact = self._scaled(low.value)
                    start = ceil(exact) if low.inclusive else floor(exact) + 1
                if high is not None:
                    exact = self._scaled(high.value)
                    stop = floor(exact) + 1 if high.inclusive else ceil(exact)
                return self._between(start, stop)
            case Not(inner):
                return self._groups ^ self.passing(inner)
            case AllOf(items):
                found = self._groups
                for each in items:
                    found &= self.passing(each)
                return found
            case AnyOf(items):
                found = EMPTY
                for each in items:
                    found |= self.passing(each)
                return found
            case FitsPattern() | InCalendar() | HasAspect():  # pragma: no cover - not of numbers
                raise Unsortable

    def _scaled(self, value: Any) -> Fraction:  # noqa: ANN401 - a number
        return Fraction(value) * self._scale

    def _between(self, start: int, stop: int) -> Bitmap:
        """The groups whose sum is at least ``start`` and below ``stop``."""
        low = max(start + self._zero, 0)
        high = min(stop + self._zero, 2 * self._zero)
        return pick(self._slices, [(low, high)], self._groups) if low < high else EMPTY


def _extreme(
    figure: BoundFigure, field: Field, linked: LinkedTable, layers: Sequence[Bitmap]
) -> Bitmap:
    """The groups whose latest, or earliest, value passes. Blank values are ignored.

    The latest value is in a run of ranks if some row's rank is in the run and no row's is above.
    """
    dictionary = linked.rows.dictionary(field)
    filled = without(full(len(dictionary)), full(dictionary.blanks))
    found = EMPTY
    for start, stop in runs(dictionary.passing(figure.filter) & filled):
        below, above = filled & full(start), without(filled, full(stop))
        beyond = above if figure.measure is Measure.LATEST else below
        inside = without(full(stop), full(start))
        some = linked.rows.any_with_rank_in(inside, field, layers)
        found |= without(some, linked.rows.any_with_rank_in(beyond, field, layers))
    return found
