"""The rows of a linked table, arranged so that parts are answered by bit operations.

Rows belong to *groups*: to contacts where the link goes by the contact's number, or else to
the values of the link, say companies. The first row of each group makes up the first layer,
the second row the second, and so on; a layer has one position for each group. A part is true
of a group if some layer's row meets all its conditions. Groups with more rows than there are
layers, and those whose rows have changed since, are left to the reference predicate, which
finds their rows by the chain that links each row to the one before it in its group.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, repeat
from typing import Any, TypeAlias

from segmentation.bitmaps import from_flags, from_positions, without
from segmentation.criteria import BoundWhere
from segmentation.fields import Field

from ._index_columns import Column, Dictionary, reader

_SPARSE = 256
"""A layer with rows for less than one in so many groups is not worth its bits."""
_MOST_LAYERS = 200
_NOWHERE = 255
_NONE = -1

Key: TypeAlias = Any
"""What a group goes by: one value, or a tuple of several."""


class LinkedRows:
    """The rows of one table by the groups that they belong to.

    Args:
        rows: All rows of the table.
        key: From a row to its group's key.
        groups: From keys to groups, numbers from 0, at this moment.
        group_of: The same as things stand later; ``None`` for a key without a group.
        size: The number of groups.
        fits: Whether rows meet what else the link asks for, given the rows and their groups;
            ``None`` if their keys say it all.
    """

    def __init__(
        self,
        rows: Iterable[Any],
        key: Callable[[Any], Key],
        groups: Mapping[Key, int],
        group_of: Callable[[Key], int | None],
        size: int,
        fits: Callable[[Sequence[Any], Sequence[int]], Iterable[bool]] | None = None,
    ) -> None:
        self.size = size
        self.stale: set[int] = set()
        """Groups whose rows have changed since."""
        self._rows = list(rows)
        self._key = key
        self._group_of = group_of
        self._strangers: dict[Key, list[Any]] = {}
        self._columns: dict[Field, tuple[Dictionary, Sequence[Column]]] = {}
        self._group = array("i", map(groups.get, map(key, self._rows), repeat(_NONE)))
        self._last = array("i", [_NONE]) * size
        self._before = array("i")
        depths = self._chained(fits(self._rows, self._group) if fits else repeat(1))
        self._layer(depths)

    def _chained(self, fits: Iterable[object]) -> "array[int]":
        """Link each row to the one before it; returns how many that fit came before it."""
        last, before = self._last, array("i", bytes(4 * len(self._rows)))
        count = array("i", bytes(4 * self.size))
        depths = array("i", [_NONE]) * len(self._rows)
        for at, (group, fit) in enumerate(zip(self._group, fits, strict=False)):
            if group < 0:
                row = self._rows[at]
                self._strangers.setdefault(self._key(row), []).append(row)
                continue
            before[at] = last[group]
            last[group] = at
            if fit:
                depths[at] = depth = count[group]
                count[group] = depth + 1
        self._before = before
        return depths

    def _layer(self, depths: "array[int]") -> None:
        """Decide how many layers are worth their bits, and which groups are left out."""
        rows_at = Counter(depths)
        worth = max(self.size // _SPARSE, 1)
        layers = 0
        while layers < _MOST_LAYERS and rows_at[layers] >= worth:
            layers += 1
        deepest = max(rows_at, default=0)
        self._deep = from_positions(compress(self._group, map(layers.__eq__, depths)), self.size)
        place = bytes([*range(layers), *[_NOWHERE] * (deepest - layers + 2)])
        self._layer_of = bytes(map(place.__getitem__, depths))
        self._layers = layers
        flags = [bytearray(self.size + 1) for _ in range(layers)]
        self._scatter(flags, repeat(1))
        self.filled = tuple(from_flags(each[: self.size]) for each in flags)
        """For each layer the groups that have a row in it."""

    def _scatter(self, layers: "Sequence[bytearray | array[int]]", values: Iterable[int]) -> None:
        """Put one value for each row into its layer, at its group.

        What has no layer goes to one that is thrown away; what has no group to the last place.
        """
        nowhere = layers[0][:] if layers else bytearray(self.size + 1)
        planes = [*layers, *[nowhere] * (_NOWHERE + 1 - len(layers))]
        for layer, group, value in zip(self._layer_of, self._group, values, strict=False):
            planes[layer][group] = value

    def _column(self, field: Field) -> tuple[Dictionary, Sequence[Column]]:
        """The dictionary of a field and its column for each layer."""
        found = self._columns.get(field)
        if found is None:
            stored = list(map(reader(field), self._rows))
            dictionary = Dictionary(field, stored)
            layers = [dictionary.empty(self.size + 1) for _ in range(self._layers)]
            self._scatter(layers, map(dictionary.rank_of.__getitem__, stored))
            columns = tuple(Column(dictionary, layer[: self.size]) for layer in layers)
            found = self._columns[field] = dictionary, columns
        return found

    @property
    def undecided(self) -> int:
        """Groups with more rows than there are layers, and groups whose rows have changed."""
        return self._deep | from_positions(self.stale, self.size) if self.stale else self._deep

    # -- answers ----------------------------------------------------------------------------

    def meeting(self, conditions: Sequence[BoundWhere], within: int) -> Iterator[int]:
        """For each layer, those groups of a set whose row in it meets all conditions.

        Raises:
            Unsortable: A field cannot be indexed.
        """
        found = [self._column(where.field) for where in conditions]
        passing = [d.passing(w.filter) for (d, _), w in zip(found, conditions, strict=True)]
        for layer, filled in enumerate(self.filled):
            groups = within & filled
            for (_, columns), ranks in zip(found, passing, strict=True):
                groups = columns[layer].those(ranks, groups)
            yield groups

    def any_ranked(self, field: Field, layers: Sequence[int], ranks: int) -> int:
        """Those groups that have a row, in one of these sets for each layer, of such a rank."""
        _, columns = self._column(field)
        found = 0
        for column, groups in zip(columns, layers, strict=True):
            found |= column.those(ranks, without(groups, found))
        return found

    def dictionary(self, field: Field) -> Dictionary:
        """The values of a field."""
        return self._column(field)[0]

    def of(self, key: Key) -> Iterator[Any]:
        """The rows with a key as they are now."""
        group = self._group_of(key)
        if group is not None and group < len(self._last):
            at = self._last[group]
            while at >= 0:
                yield self._rows[at]
                at = self._before[at]
        yield from self._strangers.get(key, ())

    # -- changes ----------------------------------------------------------------------------

    def replace(self, old: Any, new: Any) -> None:  # noqa: ANN401
        """Take note of a row that came (no old one), changed, or went (no new one)."""
        if old is not None:
            self._unlink(old)
        if new is not None:
            self._link(new)

    def _link(self, row: Any) -> None:  # noqa: ANN401
        key = self._key(row)
        group = self._group_of(key)
        if group is None:
            self._strangers.setdefault(key, []).append(row)
            return
        if group >= len(self._last):
            self._last.extend([_NONE] * (group + 1 - len(self._last)))
        self._before.append(self._last[group])
        self._last[group] = len(self._rows)
        self._rows.append(row)
        self._mark(group)

    def _unlink(self, row: Any) -> None:  # noqa: ANN401
        key = self._key(row)
        group = self._group_of(key)
        strangers = self._strangers.get(key, [])
        if group is None or any(each is row for each in strangers):
            self._strangers[key] = [each for each in strangers if each is not row]
            return
        after, at = _NONE, self._last[group]
        while self._rows[at] is not row:
            after, at = at, self._before[at]
        if after < 0:
            self._last[group] = self._before[at]
        else:
            self._before[after] = self._before[at]
        self._mark(group)

    def _mark(self, group: int) -> None:
        if group < self.size:
            self.stale.add(group)
