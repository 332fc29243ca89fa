"""Columns of files that ``"*"`` passes over, looked at row by row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from segmentation.column_names import Column
from segmentation.errors import Fault, Identifier
from segmentation.excluding_values import excluding_fault, passed_over

from ._raw import Block, RawRow

_REMEMBERED = 1_000
"""How many different texts of a column are remembered."""


class PassedOver:
    """Looks at the values of columns that nobody passed over by their names.

    Args:
        place: The file, for faults.
        columns: The columns of the file.
        ignore: What the caller wishes to pass over.
    """

    def __init__(self, place: str, columns: Iterable[Column], ignore: Iterable[str]) -> None:
        self._place = Identifier(place)
        self._left = passed_over(columns, ignore)
        self._seen: defaultdict[str, set[str]] = defaultdict(set)

    def look(self, rows: Block | Sequence[RawRow]) -> list[Fault]:
        """The faults of columns whose values say that somebody must not be contacted.

        Each column is told once, with the first such value.
        """
        looked = ((name, self._unseen(name, rows)) for name in self._left)
        told = (excluding_fault(self._place, name, values) for name, values in looked)
        faults = [fault for fault in told if fault is not None]
        told_of = {fault.field for fault in faults}
        self._left = [name for name in self._left if name not in told_of]
        return faults

    def _unseen(self, name: str, rows: Block | Sequence[RawRow]) -> Iterator[object]:
        """The values of a column, those aside that were looked at before."""
        seen = self._seen[name]
        for value in _values(name, rows):
            if not isinstance(value, str):
                yield value
            elif value not in seen:
                if len(seen) < _REMEMBERED:
                    seen.add(value)
                yield value


def _values(name: str, rows: Block | Sequence[RawRow]) -> Iterator[object]:
    """The values of a column."""
    if not isinstance(rows, Block):
        yield from (row.values.get(name) for row in rows)
        return
    for place in (at for at, column in enumerate(rows.header) if column == name):
        yield from (cells[place] for cells in rows.cells if len(cells) > place)
