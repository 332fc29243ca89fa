"""The rows of a linked table, arranged so that parts are answered by bit operations.

Rows belong to *groups*: to contacts where the link goes by the contact's number, or else to
the values of the link, say companies. The first row of each group makes up the first layer,
the second row the second, and so on; a layer has one position for each group. A part is true
of a group if some layer's row meets all its conditions. Groups with more rows than there are
layers, and those whose rows have changed since, are left to the reference predicate, which
finds their rows by the chain that links each row to the one before it in its group.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from segmentation.bitmaps import above, from_positions, slices_of, without
from segmentation.criteria import BoundWhere
from segmentation.fields import Field

from ._index_columns import Amounts, Column, Dictionary, Ranks, encode, reader, zeros

_SPARSE = 1024
"""A layer with rows for less than one in so many groups is not worth its bits."""
_MOST_LAYERS = 200
_NOWHERE = 255
_NONE = -1

Key: TypeAlias = Any


class LinkedRows:
    """The rows of one table by the groups that they belong to.

    Args:
        rows: The rows.
        groups: The group of each, a number from 0; the number of groups for none.
        size: The number of groups.
        key: From a row to what its group goes by, one value or a tuple of several.
        group_of: The group of a key as things stand later; ``None`` for none.
    """

    def __init__(
        self,
        rows: Sequence[Any],
        groups: "array[int]",
        size: int,
        key: Callable[[Any], Key],
        group_of: Callable[[Key], int | None],
    ) -> None:
        self.size = size
        self._rows = rows
        self._groups = groups
        self._key = key
        self._group_of = group_of
        self._changed: dict[Key, list[Any]] = {}
        self._stale: set[int] = set()
        self._columns: dict[Field, tuple[Dictionary, Sequence[Column]]] = {}
        self._amounts: dict[Field, tuple[Amounts, Sequence[Sequence[int]]]] = {}
        self._last = array("i", [_NONE]) * (size + 1)
        self._before = array("i", bytes(4 * len(rows)))
        counts, depths = self._chain()
        layers = _worth(counts)
        self._deep = above(counts, layers)
        self._layer_of = depths.translate(bytes([*range(layers), *[_NOWHERE] * (256 - layers)]))
        self.filled = tuple(above(counts, layer) for layer in range(layers))
        """For each layer the groups that have a row in it."""

    def _chain(self) -> tuple[bytes, bytes]:
        """Link each row to the one before it.

        Returns how many rows each group has, and how many come before each row in its group.
        """
        last, before = self._last, self._before
        counts, depths = bytearray(self.size + 1), bytearray(len(self._rows))
        for at, group in enumerate(self._groups):
            before[at] = last[group]
            last[group] = at
            depths[at] = depth = counts[group]
            if depth < _NOWHERE:
                counts[group] = depth + 1
        return bytes(counts[: self.size]), bytes(depths)

    def _layered(self, values: Ranks) -> Iterator[Ranks]:
        """The values of rows by layer, one for each group; where it has no row, 0.

        What has no layer goes to one that is thrown away; what has no group to the last place.
        """
        layers = [zeros(values, self.size + 1) for _ in self.filled]
        planes = [*layers, *[zeros(values, self.size + 1)] * (_NOWHERE + 1 - len(layers))]
        for layer, group, value in zip(self._layer_of, self._groups, values, strict=True):
            planes[layer][group] = value
        return (layer[:-1] for layer in layers)

    def _column(self, field: Field) -> tuple[Dictionary, Sequence[Column]]:
        """The dictionary of a field and its column for each layer."""
        if field not in self._columns:
            dictionary, ranks = encode(field, list(map(reader(field), self._rows)))
            columns = tuple(Column(dictionary, layer) for layer in self._layered(ranks))
            self._columns[field] = dictionary, columns
        return self._columns[field]

    @property
    def undecided(self) -> int:
        """Groups with more rows than there are layers, and groups whose rows have changed."""
        return self._deep | from_positions(self._stale, self.size) if self._stale else self._deep

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

    def amounts(self, field: Field) -> tuple[Amounts, Sequence[Sequence[int]]]:
        """How a field's values are whole numbers, and these, bit-sliced, for each layer.

        Raises:
            Unsortable: The field cannot be added up in whole numbers.
        """
        if field not in self._amounts:
            stored = list(map(reader(field), self._rows))
            amounts = Amounts(stored)
            layers = self._layered(amounts.of(stored))
            slices = tuple(slices_of(layer, amounts.width) for layer in layers)
            self._amounts[field] = amounts, slices
        return self._amounts[field]

    # -- single groups, and changes ---------------------------------------------------------

    def of(self, key: Key) -> Sequence[Any]:
        """The rows with a key as they are now."""
        if key in self._changed:
            return self._changed[key]
        group = self._known_group(key)
        if group is not None:
            rows = list(self._chained(group))
            if rows and self._key(rows[0]) == key:
                return rows
        return self._strangers.get(key, ())

    def _known_group(self, key: Key) -> int | None:
        group = self._group_of(key)
        return group if group is not None and group < self.size else None

    def _chained(self, group: int) -> Iterator[Any]:
        """The rows of a group as they were in the beginning."""
        at = self._last[group]
        while at >= 0:
            yield self._rows[at]
            at = self._before[at]

    @cached_property
    def _strangers(self) -> Mapping[Key, Sequence[Any]]:
        """The rows that had no group in the beginning, by their keys."""
        found: dict[Key, list[Any]] = defaultdict(list)
        for row in self._chained(self.size):
            found[self._key(row)].append(row)
        return dict(found)

    def replace(self, old: Any, new: Any) -> None:  # noqa: ANN401
        """Take note of a row that came (no old one), changed, or went (no new one)."""
        if old is not None:
            self._listed(old).remove(old)
        if new is not None:
            self._listed(new).append(new)

    def _listed(self, row: Any) -> list[Any]:  # noqa: ANN401
        """The rows with the key of this one, which are about to change."""
        key = self._key(row)
        if key not in self._changed:
            self._changed[key] = list(self.of(key))
            group = self._known_group(key)
            if group is not None:
                self._stale.add(group)
        return self._changed[key]

    @property
    def changes(self) -> int:
        """How many keys have other rows by now."""
        return len(self._changed)


def _worth(counts: bytes) -> int:
    """How many layers have rows for enough groups, given how many rows each group has."""
    deeper = counts.translate(None, bytes([0]))
    least = len(deeper) // _SPARSE
    layers = 0
    while layers < _MOST_LAYERS and len(deeper) > least:
        layers += 1
        deeper = deeper.translate(None, bytes([layers]))
    return layers
