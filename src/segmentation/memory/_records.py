"""Records in memory: a dictionary or a list for each kind, read in the order of their keys."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Protocol, TypeAlias

import attrs

from segmentation.fields import Record, RecordT, fields_of

from ._indexes import Indexes
from ._undo import UndoLog

_WAITING = 8
"""Waiting records are sorted in once they are more than one in this many."""
_ALWAYS_WAITING = 1000
"""So many records may always wait, however few there are."""

Watcher: TypeAlias = Callable[[str, Any, Any], None]
"""Called with the table, the old record and the new one. ``None`` means that there is none; where
neither is, the table itself was defined anew."""


class _Kept(Protocol):
    """The records of one kind by key."""

    kind: type[Record]
    key: Callable[[Any], Any]

    def get(self, key: Any) -> Any:  # noqa: ANN401
        """The record with a key, or ``None``."""

    def set(self, key: Any, item: Any) -> None:  # noqa: ANN401
        """Store a record under a key. ``None`` removes it."""

    def all(self) -> list[Any]:
        """The records in the order of their keys."""


@attrs.define
class _ByKey:
    """The records of one kind in a dictionary, for keys of one field.

    Most records are added in the order of their keys, so that sorting is rarely needed.
    """

    kind: type[Record]
    key: Callable[[Any], Any]
    rows: dict[Any, Any] = attrs.field(factory=dict)
    last: Any = None
    sorted: bool = True

    def get(self, key: Any) -> Any:  # noqa: ANN401
        return self.rows.get(key)

    def set(self, key: Any, item: Any) -> None:  # noqa: ANN401
        if item is None:
            del self.rows[key]
            return
        if key not in self.rows:
            if self.last is None or key > self.last:
                self.last = key
            else:
                self.sorted = False
        self.rows[key] = item

    def all(self) -> list[Any]:
        if not self.sorted:
            self.rows = dict(sorted(self.rows.items(), key=itemgetter(0)))
            self.sorted = True
        return list(self.rows.values())


@attrs.define
class _InOrder:
    """The records of one kind in a sorted list, for keys of several fields.

    A dictionary would need a tuple for each key, which takes as much room as a small record. A
    record that does not belong at the end waits in a dictionary until the list is read.
    """

    kind: type[Record]
    key: Callable[[Any], Any]
    rows: list[Any] = attrs.field(factory=list)
    waiting: dict[Any, Any] = attrs.field(factory=dict)

    def get(self, key: Any) -> Any:  # noqa: ANN401
        if key in self.waiting:
            return self.waiting[key]
        at = self._place(key)
        return None if at is None else self.rows[at]

    def set(self, key: Any, item: Any) -> None:  # noqa: ANN401
        at = self._place(key)
        if at is not None and item is not None:
            self.rows[at] = item
            self.waiting.pop(key, None)
        elif at is None and item is None:
            self.waiting.pop(key, None)
        elif at is None and self._is_next(key):
            self.rows.append(item)
        else:
            self.waiting[key] = item
            if len(self.waiting) > max(len(self.rows) // _WAITING, _ALWAYS_WAITING):
                self._settle()

    def all(self) -> list[Any]:
        if self.waiting:
            self._settle()
        return list(self.rows)

    def _place(self, key: Any) -> int | None:  # noqa: ANN401
        if self._is_next(key):
            return None
        at = bisect_left(self.rows, key, key=self.key)
        return at if self.key(self.rows[at]) == key else None

    def _is_next(self, key: Any) -> bool:  # noqa: ANN401
        return not self.rows or key > self.key(self.rows[-1])

    def _settle(self) -> None:
        kept = [row for row in self.rows if self.key(row) not in self.waiting]
        kept += filter(None, self.waiting.values())
        self.rows = sorted(kept, key=self.key)
        self.waiting = {}


_Done: TypeAlias = tuple[_Kept, Any, Any, Any]
"""A change: the records of the kind, the key, the old record and the new one."""


def _key_getter(kind: type[Record]) -> Callable[[Any], Any]:
    """The function from a record to its key: one value, or a tuple of several."""
    return attrgetter(*kind.__key__) if kind.__key__ else lambda _: ()


class MemoryRecords:
    """Records of each kind, by key."""

    def __init__(self, undo: UndoLog) -> None:
        self._undo = undo
        self._tables: dict[type[Record], _Kept] = {}
        self._defined: dict[str, type[Record]] = {}
        self._indexes = Indexes()
        self._watchers: list[Watcher] = []
        self.changes = 0
        """The number of changes so far, by which caches of computed values see their age."""

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""
        kept = self._tables.get(kind)
        return kept.get(key if len(key) != 1 else key[0]) if kept else None

    def find_many(
        self, kind: type[RecordT], keys: Collection[tuple[Any, ...]]
    ) -> Iterator[RecordT]:
        """The records with these keys; those that are not there are passed over."""
        found = (self.find(kind, *key) for key in keys)
        return (each for each in found if each is not None)

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """The records of a kind whose fields have these values, in the order of their keys."""
        kept = self._tables.get(kind)
        if kept is None:
            return iter(())
        if not equal:
            return iter(kept.all())
        keys = self._indexes.keys(kind, equal, kept.all)
        found = kept.all() if keys is None else map(kept.get, sorted(keys))
        return (item for item in found if all(getattr(item, f) == v for f, v in equal.items()))

    def put(self, records: Iterable[Record]) -> None:
        """Store records. A record with the same key is replaced."""
        done = self._undoable()
        for item in records:
            kept = self._kept(type(item))
            key = kept.key(item)
            old = kept.get(key)
            if self._indexes.covers(kept.kind):
                self._indexes.put(item, old)
            done.append((kept, key, old, item))
            self._write(kept, key, old, item)
        self._count_change()

    def remove(self, records: Iterable[Record]) -> None:
        """Remove records by their keys. Records that are not there are skipped."""
        done = self._undoable()
        for item in records:
            kept = self._kept(type(item))
            key = kept.key(item)
            old = kept.get(key)
            if old is not None:
                if self._indexes.covers(kept.kind):
                    self._indexes.remove(old)
                done.append((kept, key, old, None))
                self._write(kept, key, old, None)
        self._count_change()

    def prepare(self, kind: type[Record]) -> None:
        """Read the records of a table that a host defined anew with the fields of its new kind."""
        before = self._defined.get(kind.__table__)
        self._undo.set(self._defined, kind.__table__, kind)
        if before is not None and before is not kind:
            names = [field.name for field in fields_of(kind) if hasattr(before, field.name)]
            rows = list(self.all(before))
            self.remove(rows)
            self.put(kind(**{name: getattr(row, name) for name in names}) for row in rows)
            self._undo.remember(lambda: self._tell_watchers(kind.__table__, None, None))
            self._tell_watchers(kind.__table__, None, None)

    def watch(self, watcher: Watcher) -> None:
        """Call a watcher at every change, and when a change is undone."""
        self._watchers.append(watcher)

    def _kept(self, kind: type[Record]) -> _Kept:
        if kind not in self._tables:
            kept = _InOrder if len(kind.__key__) > 1 else _ByKey
            self._tables[kind] = kept(kind, _key_getter(kind))
        return self._tables[kind]

    def _undoable(self) -> list[_Done]:
        """A list to add changes to. A failing transaction undoes the changes in it."""
        done: list[_Done] = []
        self._undo.remember(lambda: self._undo_changes(done))
        return done

    def _undo_changes(self, done: Sequence[_Done]) -> None:
        for kept, key, old, new in reversed(done):
            self._write(kept, key, new, old)
            self._indexes.forget(kept.kind)

    def _write(self, kept: _Kept, key: Any, old: Any, new: Any) -> None:  # noqa: ANN401
        kept.set(key, new)
        self._tell_watchers(kept.kind.__table__, old, new)

    def _tell_watchers(self, table: str, old: Any, new: Any) -> None:  # noqa: ANN401
        for watcher in self._watchers:
            watcher(table, old, new)

    def _count_change(self) -> None:
        self.changes += 1
        self._undo.remember(self._count)

    def _count(self) -> None:
        self.changes += 1
