"""The rows of a linked table, laid out so that bit operations answer questions about them.

Each row belongs to a *group*. If the link compares the contact's number, each contact is a group.
Otherwise each value of the link is one, for example each company. The first row of each group
stands in layer 0, the second in layer 1, and so on. A layer has one position for each group::

    group      0       1       2
    layer 0    row 0   row 1   row 4
    layer 1    row 2   -       row 5
    layer 2    row 3   -       -

A group has a row that meets all conditions if its row in some layer meets them all. Some groups
have more rows than there are layers. The rows of others have changed since the layers were built.
For both the reference predicate answers, one row after the other. It finds
the rows of a group by a chain from each row to the previous row of its group. The changed rows
are in an overlay, by key.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from segmentation.bitmaps import EMPTY, Bitmap, above, from_positions, slices_of, without
from segmentation.criteria import BoundWhere
from segmentation.fields import Field

from ._index_columns import Amounts, Column, Dictionary, Ranks, Unsortable, zeros
from ._with_numpy import chained, layered

_SPARSE = 1024
"""A layer with rows for fewer than one in this many groups takes more room than it is worth."""
_MOST_LAYERS = 200
_NO_LAYER = 255
_NO_ROW = -1

Key: TypeAlias = Any
"""What decides the group of a row: one value, or a tuple of several."""


class Rows(Protocol):
    """Rows by position, which never change."""

    @property
    def size(self) -> int:
        """How many there are."""

    def __getitem__(self, at: int, /) -> Any:  # noqa: ANN401
        """The row at a position."""

    def values(self, field: Field, /) -> Iterable[Any]:
        """The stored values of a field."""

    def encoded(self, field: Field, /) -> tuple[Dictionary, Ranks]:
        """The dictionary of a field, and the rank of each row."""


class LinkedRows:
    """The rows of one table by group.

    Args:
        rows: The rows.
        groups: The group of each row, from 0. ``size`` stands for no group.
        size: The number of groups.
        key: The function from a row to its key.
        group_of: The function from a key to its group, ``None`` if it has none. The answer may
            change when contacts are added.
    """

    def __init__(
        self,
        rows: Rows,
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
        self._overlay: dict[Key, list[Any]] = {}
        self._stale_groups: set[int] = set()
        self._columns: dict[Field, tuple[Dictionary, Sequence[Column]]] = {}
        self._ranks: dict[Field, tuple[Dictionary, Sequence[Ranks]]] = {}
        self._amounts: dict[Field, tuple[Amounts, Sequence[Sequence[Bitmap]]]] = {}
        self._last = array("i", [_NO_ROW]) * (size + 1)
        self._previous = array("i", bytes(4 * rows.size))
        counts, depths = self._chain()
        layers = _layer_count(counts)
        self.deep = above(counts, layers)
        """The groups that have more rows than there are layers."""
        self._layer_of = depths.translate(bytes([*range(layers), *[_NO_LAYER] * (256 - layers)]))
        self.filled = tuple(above(counts, layer) for layer in range(layers))
        """For each layer, the groups that have a row in it."""

    def _chain(self) -> tuple[bytes, bytes]:
        """Link each row to the previous row of its group.

        Returns:
            How many rows each group has, and how many rows of its group precede each row.
        """
        made = chained(self._groups, self.size + 1, _NO_LAYER)
        if made is not None:
            self._last, self._previous, counted, deep = made
            return counted[: self.size], deep
        last, previous = self._last, self._previous
        counts, depths = bytearray(self.size + 1), bytearray(self._rows.size)
        for at, group in enumerate(self._groups):
            previous[at] = last[group]
            last[group] = at
            depths[at] = depth = counts[group]
            if depth < _NO_LAYER:
                counts[group] = depth + 1
        return bytes(counts[: self.size]), bytes(depths)

    def _layered(self, values: Ranks) -> Iterator[Ranks]:
        """The values of the rows by layer, one value for each group, 0 if it has no row there."""
        made = layered(values, self._layer_of, self._groups, len(self.filled), self.size)
        if made is not None:
            return iter(made)
        # Rows without a layer are written to a plane that is not used, and rows without a group
        # to the last place: a test for each row would take longer.
        layers = [zeros(values, self.size + 1) for _ in self.filled]
        planes = [*layers, *[zeros(values, self.size + 1)] * (_NO_LAYER + 1 - len(layers))]
        for layer, group, value in zip(self._layer_of, self._groups, values, strict=True):
            planes[layer][group] = value
        return (layer[:-1] for layer in layers)

    def _column(self, field: Field) -> tuple[Dictionary, Sequence[Column]]:
        """The dictionary of a field, and its column for each layer."""
        if field not in self._columns:
            dictionary, ranks = self._rows.encoded(field)
            columns = tuple(Column(dictionary, layer) for layer in self._layered(ranks))
            self._columns[field] = dictionary, columns
        return self._columns[field]

    @property
    def asked(self) -> tuple[Collection[Field], ...]:
        """The fields of which columns, ranks and amounts were asked for."""
        return tuple(self._columns), tuple(self._ranks), tuple(self._amounts)

    def build(self, asked: Iterable[Collection[Field]]) -> None:
        """Build what was `asked` of earlier rows of the table."""
        for fields, make in zip(asked, (self._column, self.ranks, self.amounts), strict=True):
            for field in fields:
                with suppress(Unsortable):
                    make(field)

    @property
    def changed(self) -> Bitmap:
        """The groups whose rows have changed since the layers were built."""
        if not self._stale_groups:
            return EMPTY
        return from_positions(self._stale_groups, self.size)

    # -- answers ----------------------------------------------------------------------------

    def meeting(self, conditions: Sequence[BoundWhere], within: Bitmap) -> Iterator[Bitmap]:
        """For each layer, the groups of a set whose row in it meets all conditions.

        Raises:
            Unsortable: A field cannot be indexed.
        """
        found = [self._column(where.field) for where in conditions]
        passing = [d.passing(w.filter) for (d, _), w in zip(found, conditions, strict=True)]
        for layer, filled in enumerate(self.filled):
            groups = within & filled
            for (_, columns), ranks in zip(found, passing, strict=True):
                groups = columns[layer].with_rank_in(ranks, groups)
            yield groups

    def any_with_rank_in(self, ranks: Bitmap, field: Field, layers: Sequence[Bitmap]) -> Bitmap:
        """The groups that have a row whose rank is in a set of ranks.

        Args:
            ranks: The ranks.
            field: The field that they are ranks of.
            layers: For each layer, the groups whose row in it counts.
        """
        _, columns = self._column(field)
        found = EMPTY
        for column, groups in zip(columns, layers, strict=True):
            found |= column.with_rank_in(ranks, without(groups, found))
        return found

    def dictionary(self, field: Field) -> Dictionary:
        """The values of a field."""
        return self._column(field)[0]

    def ranks(self, field: Field) -> tuple[Dictionary, Sequence[Ranks]]:
        """A field's values, and for each layer the rank of each group's row in it.

        Raises:
            Unsortable: The field cannot be indexed.
        """
        if field not in self._ranks:
            dictionary, ranks = self._rows.encoded(field)
            self._ranks[field] = dictionary, tuple(self._layered(ranks))
        return self._ranks[field]

    def amounts(self, field: Field) -> tuple[Amounts, Sequence[Sequence[Bitmap]]]:
        """A field's values as whole numbers, and their slices for each layer.

        Raises:
            Unsortable: The field has values that are not exact numbers.
        """
        if field not in self._amounts:
            stored = list(self._rows.values(field))
            amounts = Amounts(stored)
            layers = self._layered(amounts.of(stored))
            slices = tuple(slices_of(layer, amounts.width) for layer in layers)
            self._amounts[field] = amounts, slices
        return self._amounts[field]

    # -- single groups, and changes ---------------------------------------------------------

    def of(self, key: Key) -> Sequence[Any]:
        """The rows with a key, as they are now."""
        if key in self._overlay:
            return self._overlay[key]
        group = self._known_group(key)
        if group is not None:
            rows = list(self._original_rows(group))
            if rows and self._key(rows[0]) == key:
                return rows
        return self._ungrouped.get(key, ())

    def like(self, row: Any) -> Sequence[Any]:  # noqa: ANN401
        """The rows with the same key as a row, as they are now."""
        return self.of(self._key(row))

    def group(self, row: Any) -> int | None:  # noqa: ANN401
        """The group of a row, ``None`` if it has none."""
        return self._known_group(self._key(row))

    def _known_group(self, key: Key) -> int | None:
        group = self._group_of(key)
        return group if group is not None and group < self.size else None

    def _original_rows(self, group: int) -> Iterator[Any]:
        """The rows of a group as they were when the layers were built."""
        at = self._last[group]
        while at >= 0:
            yield self._rows[at]
            at = self._previous[at]

    @cached_property
    def _ungrouped(self) -> Mapping[Key, Sequence[Any]]:
        """The original rows without a group, by key."""
        found: dict[Key, list[Any]] = defaultdict(list)
        for row in self._original_rows(self.size):
            found[self._key(row)].append(row)
        return dict(found)

    def on_row_changed(self, old: Any, new: Any) -> None:  # noqa: ANN401
        """Record that a row was added (``old`` is ``None``), changed or removed.

        Args:
            old: The row before.
            new: The row now, ``None`` if it was removed.
        """
        if old is not None:
            self._overlay_rows(old).remove(old)
        if new is not None:
            self._overlay_rows(new).append(new)

    def _overlay_rows(self, row: Any) -> list[Any]:  # noqa: ANN401
        """The overlay's list of the rows with the same key as this one."""
        key = self._key(row)
        if key not in self._overlay:
            self._overlay[key] = list(self.of(key))
            group = self._known_group(key)
            if group is not None:
                self._stale_groups.add(group)
        return self._overlay[key]

    @property
    def changes(self) -> int:
        """How many keys have rows that have changed."""
        return len(self._overlay)


def _layer_count(counts: bytes) -> int:
    """How many layers are worth their room, given how many rows each group has."""
    deeper = counts.translate(None, bytes([0]))
    least = len(deeper) // _SPARSE
    layers = 0
    while layers < _MOST_LAYERS and len(deeper) > least:
        layers += 1
        deeper = deeper.translate(None, bytes([layers]))
    return layers
