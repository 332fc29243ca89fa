"""Rows one after the other, from the ranks of their dates and sets of those that meet a part."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import combinations
from operator import or_

from segmentation.bitmaps import EMPTY, Bitmap, from_positions, to_flags, to_positions
from segmentation.criteria import (
    BoundFollowed,
    BoundPart,
    DatedRow,
    never_both,
    to_rows_test,
)

from ._index_columns import Ranks
from ._index_links import LinkedTable


def having_followed(followed: BoundFollowed, linked: LinkedTable, within: Bitmap) -> Bitmap:
    """The contacts of a set that have rows one after the other.

    Raises:
        Unsortable: The index cannot answer.
    """
    groups = linked.groups(within)
    first, then = (_meeting(part, linked, groups) for part in (followed.first, followed.then))
    both = reduce(or_, first, EMPTY) & reduce(or_, then, EMPTY)
    met = [[layer & both for layer in layers] for layers in (first, then)]
    met.append(_meeting(followed.without, linked, both))
    apart = all(never_both(*pair) for pair in combinations(followed.parts, 2))
    found = (_by_places if apart or followed.later_day else _by_rows)(followed, linked, met)
    return linked.contacts(from_positions(found, linked.rows.size), within)


def _meeting(part: BoundPart | None, linked: LinkedTable, groups: Bitmap) -> list[Bitmap]:
    """For each layer, the groups whose row in it meets a part."""
    if part is None:
        return [EMPTY] * len(linked.rows.filled)
    return list(linked.rows.meeting(part.conditions, groups))


class _Dates:
    """The dates of rows by rank: the first ranks are those of no date."""

    def __init__(self, followed: BoundFollowed, linked: LinkedTable) -> None:
        dictionary, self.of_layers = linked.rows.ranks(followed.field)
        self.blanks = blanks = dictionary.blanks
        self.days = [0] * blanks + list(map(followed.day_of, dictionary.values[blanks:]))


# -- where no row can be taken for two ----------------------------------------------------------


def _by_places(
    followed: BoundFollowed, linked: LinkedTable, met: Sequence[Sequence[Bitmap]]
) -> Iterator[int]:
    """The groups that have such rows, where the order of dates alone tells.

    Each row is a number: its group, and behind it the place of its date among all dates. So sorted
    numbers hold the rows of each group side by side, in their order.
    """
    dates = _Dates(followed, linked)
    days = sorted(set(dates.days)) if followed.later_day else dates.days
    place = {day: place for place, day in enumerate(days)}
    places = [place[day] for day in dates.days] if followed.later_day else range(len(days))
    size = len(days) + 1
    firsts, thens, others = (_numbers(layers, dates, places, size) for layers in met)
    before, behind = (bisect_left, bisect_right)
    if followed.later_day:
        before, behind = behind, before
    most = followed.within
    for then in thens:
        at = behind(firsts, then)
        if not at or firsts[at - 1] // size != then // size:
            continue
        first = firsts[at - 1]
        if most is not None and days[then % size] - days[first % size] > most:
            continue
        if behind(others, then) <= before(others, first):
            yield then // size


def _numbers(
    layers: Iterable[Bitmap], dates: _Dates, places: Sequence[int], size: int
) -> list[int]:
    """The rows with a date as numbers, ascending."""
    found: list[int] = []
    for ranks, groups in zip(dates.of_layers, layers, strict=True):
        found += _of_layer(ranks, groups, dates.blanks, places, size)
    found.sort()
    return found


def _of_layer(
    ranks: Ranks, groups: Bitmap, blanks: int, places: Sequence[int], size: int
) -> list[int]:
    if not blanks:
        return [group * size + places[ranks[group]] for group in to_positions(groups)]
    dated = (group for group in to_positions(groups) if ranks[group] >= blanks)
    return [group * size + places[ranks[group]] for group in dated]


# -- where one row may meet two parts -----------------------------------------------------------


def _by_rows(
    followed: BoundFollowed, linked: LinkedTable, met: Sequence[Sequence[Bitmap]]
) -> Iterator[int]:
    """The groups that have such rows, told as the reference does."""
    dates, passes = _Dates(followed, linked), to_rows_test(followed)
    found: dict[int, list[DatedRow]] = defaultdict(list)
    for layer, (ranks, *sets) in enumerate(zip(dates.of_layers, *met, strict=True)):
        flags = [to_flags(each, linked.rows.size) for each in sets]
        for group in to_positions(reduce(or_, sets)):
            rank = ranks[group]
            if rank >= dates.blanks:
                first, then, without = (bool(each[group]) for each in flags)
                found[group].append(DatedRow(rank, dates.days[rank], layer, first, then, without))
    return (group for group, rows in found.items() if passes(rows))
