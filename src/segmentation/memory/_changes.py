"""What changed in a store in memory, by contact. The latest changes of each table are kept."""

from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import takewhile
from operator import attrgetter
from typing import Any

import attrs

from segmentation.changes import MOST, Changed, owner_field
from segmentation.fields import Record


@attrs.define(eq=False)
class _Noted:
    """The changes of one table.

    Attributes:
        owner: The field that is noted; empty if only the table is.
        latest: When what is linked by a value changed last, in that order.
        floor: The last change that is not kept by value.
    """

    owner: str
    latest: dict[Any, int] = attrs.field(factory=dict)
    floor: int = 0

    def note(self, number: int, records: Iterable[Any]) -> None:
        if not self.owner:
            self.floor = number
            return
        latest = self.latest
        for value in map(attrgetter(self.owner), records):
            latest.pop(value, None)
            latest[value] = number
        if len(latest) > MOST:
            self.forget(number)

    def since(self, number: int) -> AbstractSet[Any] | None:
        if self.floor > number:
            return None
        later = takewhile(lambda pair: pair[1] > number, reversed(self.latest.items()))
        return {value for value, _ in later}

    def forget(self, number: int) -> None:
        self.latest.clear()
        self.floor = number


def _noted(owner: str | None, floor: int) -> _Noted | None:
    return None if owner is None else _Noted(owner, floor=floor)


_UNKNOWN = _Noted("")
"""In place of a table of which nothing was told yet."""


class MemoryChanges:
    """The changes of the records of one store. It has to be told of each.

    Args:
        forget: What else is to be done when nothing that names a contact may be kept.
    """

    def __init__(self, forget: Callable[[], None]) -> None:
        self._forget = forget
        self._tables: dict[str, _Noted | None] = {}
        self._floors: dict[str, int] = {}
        self._number = self._floor = 0

    def follows(self, table: str) -> bool:  # noqa: ARG002 - any
        """Every table's changes are noted."""
        return True

    def on_record_changed(self, table: str, old: Any, new: Any) -> None:  # noqa: ANN401 - records
        """Note that a record was added, changed or removed, or its table was defined anew."""
        if old is None and new is None:
            self._number += 1
            self._anew(table)
            return
        noted = self._noted(table, type(old if new is None else new))
        if noted is not None:
            self._number += 1
            noted.note(self._number, [each for each in (old, new) if each is not None])

    def on_records_added(self, table: str, records: Sequence[Any]) -> None:
        """Note that records were added."""
        noted = self._noted(table, type(records[0]))
        if noted is not None:
            self._number += 1
            noted.note(self._number, records)

    def _noted(self, table: str, kind: type[Record]) -> _Noted | None:
        """The changes of a table, ``None`` if they are not noted."""
        noted = self._tables.get(table, _UNKNOWN)
        if noted is _UNKNOWN:
            noted = self._tables[table] = _noted(
                owner_field(kind), self._floors.get(table, self._floor)
            )
        return noted

    def _anew(self, table: str) -> None:
        """Begin again with a table that was defined anew: the field that is noted may differ."""
        self._floors[table] = self._number
        self._tables.pop(table, None)

    def go_on_from(self, position: str) -> None:
        """Go on from where the changes of a saved store have come to."""
        self._number = self._floor = int(position)

    def position(self) -> str:
        """Where the changes have come to."""
        return str(self._number)

    def since(self, position: str, tables: Collection[str]) -> Changed | None:
        """What changed in some tables after a position."""
        number = int(position)
        asked = {name: self._tables.get(name) for name in tables}
        found = {name: noted.since(number) for name, noted in asked.items() if noted}
        anew = {name: None for name in asked if self._floors.get(name, self._floor) > number}
        return {name: those for name, those in (found | anew).items() if those is None or those}

    def forget(self) -> None:
        """Keep nothing that names a contact: all that changed before counts as any row."""
        self._number += 1
        for noted in filter(None, self._tables.values()):
            noted.forget(self._number)
        self._forget()

    def on_forgotten(self, records: Collection[tuple[str, Any, Any]]) -> None:
        """Do nothing: `forget` has."""
