"""Records in memory: a dictionary for each kind, read in the order of keys."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any, TypeAlias

import attrs

from segmentation.fields import Record, RecordT

from ._indexes import Indexes
from ._undo import UndoLog

Watcher: TypeAlias = Callable[[str, Any, Any], None]
"""Is told the table, the old record and the new one; ``None`` stands for none."""


@attrs.define
class _Kept:
    """The records of one kind by key.

    Most records come in the order of their keys, so that nothing need be sorted.
    """

    kind: type[Record]
    key: Callable[[Any], Any]
    rows: dict[Any, Any] = attrs.field(factory=dict)
    last: Any = None
    sorted: bool = True

    def set(self, key: Any, item: Any) -> None:  # noqa: ANN401
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


def _key_getter(kind: type[Record]) -> Callable[[Any], Any]:
    """The function from records to their keys: one bare value, or a tuple of several."""
    return attrgetter(*kind.__key__) if kind.__key__ else lambda _: ()


class MemoryRecords:
    """Records in a dictionary for each kind, by key."""

    def __init__(self, undo: UndoLog) -> None:
        self._undo = undo
        self._tables: dict[type[Record], _Kept] = {}
        self._indexes = Indexes()
        self._watchers: list[Watcher] = []
        self.changes = 0
        """Counts changes, so that what was worked out from records knows its age."""

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""
        kept = self._tables.get(kind)
        return kept.rows.get(key if len(key) != 1 else key[0]) if kept else None

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """All records of a kind, in the order of their keys, whose fields have these values."""
        kept = self._tables.get(kind)
        if kept is None:
            return iter(())
        if not equal:
            return iter(kept.all())
        keys = self._indexes.keys(kind, equal, kept.rows)
        found = (kept.rows[key] for key in sorted(keys))
        return (item for item in found if all(getattr(item, f) == v for f, v in equal.items()))

    def put(self, records: Iterable[Record]) -> None:
        """Store records; one with the same key is replaced."""
        done = self._undoable()
        for item in records:
            kept = self._kept(type(item))
            key = kept.key(item)
            old = kept.rows.get(key)
            if self._indexes.covers(kept.kind):
                self._indexes.put(item, old)
            done.append((kept, key, old))
            self._write(kept, key, item)
        self._changed()

    def remove(self, records: Iterable[Record]) -> None:
        """Remove records by their keys; one that is not there is passed over."""
        done = self._undoable()
        for item in records:
            kept = self._kept(type(item))
            key = kept.key(item)
            old = kept.rows.get(key)
            if old is not None:
                if self._indexes.covers(kept.kind):
                    self._indexes.remove(old)
                done.append((kept, key, old))
                self._write(kept, key, None)
        self._changed()

    def watch(self, watcher: Watcher) -> None:
        """Have somebody told of every change, those that are taken back among them."""
        self._watchers.append(watcher)

    def _kept(self, kind: type[Record]) -> _Kept:
        if kind not in self._tables:
            self._tables[kind] = _Kept(kind, _key_getter(kind))
        return self._tables[kind]

    def _undoable(self) -> list[tuple[_Kept, Any, Any]]:
        """A list for what records were, by kind and key, before each change that follows."""
        done: list[tuple[_Kept, Any, Any]] = []
        self._undo.remember(lambda: self._take_back(done))
        return done

    def _take_back(self, done: Sequence[tuple[_Kept, Any, Any]]) -> None:
        for kept, key, old in reversed(done):
            self._write(kept, key, old)
            self._indexes.forget(kept.kind)

    def _write(self, kept: _Kept, key: Any, new: Any) -> None:  # noqa: ANN401
        old = kept.rows.get(key)
        if new is None:
            del kept.rows[key]
        else:
            kept.set(key, new)
        for watcher in self._watchers:
            watcher(kept.kind.__table__, old, new)

    def _changed(self) -> None:
        self.changes += 1
        self._undo.remember(self._count)

    def _count(self) -> None:
        self.changes += 1
