"""Records in memory: those of each kind laid out in columns, found by key or by any field."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby, islice
from typing import Any, Protocol
from weakref import WeakSet

import attrs

from segmentation.codes import Option
from segmentation.fields import Record, RecordT, fields_of

from ._columns import BLOCK
from ._layout import ANYWAY, EIGHTH, SAME, Layout, Shape
from ._saved_tables import SavedTable, table_of
from ._snapshots import Snapshot
from ._undo import UndoLog

_HUNDREDTH = 100
_FEW = 1000
"""So many records are looked up at once; of more, each when it is asked for."""

_TOGETHER = 1024
"""So many records are stored together."""


class Watcher(Protocol):
    """Who is told of each change, and of each change that is undone."""

    def on_record_changed(self, table: str, old: Any, new: Any) -> None:  # noqa: ANN401
        """Take note of a change.

        Args:
            table: The table of the record.
            old: The record before, ``None`` if there was none.
            new: The record now, ``None`` if there is none; where neither is, the table itself was
                defined anew.
        """

    def on_records_added(self, table: str, records: Sequence[Any]) -> None:
        """Take note of records that were added."""

    def on_forgotten(self, records: Collection[tuple[str, Any, Any]]) -> None:
        """Forget what records were before.

        Args:
            records: The table of each, its key, and what it is now, ``None`` if it was removed.
        """


@attrs.define
class _Kept:
    """The records of one kind.

    Attributes:
        layout: Where they lie.
        tell: What to call when one changes.
        table: The name of their table.
        earlier: Where they lay before, as far as somebody still reads it.
    """

    layout: Layout
    tell: Callable[[Any, Any], None]
    table: str
    earlier: "WeakSet[Layout]" = attrs.field(factory=WeakSet)


@attrs.define
class _Added:
    """Undoes that records came at some positions."""

    kept: _Kept
    start: int
    stop: int

    def __call__(self) -> None:
        """Take them away, the last first."""
        for at in reversed(range(self.start, self.stop)):
            record = self.kept.layout.current(at)
            self.kept.layout.change(at, None)
            self.kept.tell(record, None)


@attrs.frozen
class _Changed:
    """Undoes that a record was changed or removed.

    Attributes:
        key: Its key.
        before: What was kept beside the columns at its position.
    """

    kept: _Kept
    at: int
    key: Any
    before: Any

    def __call__(self) -> None:
        """Put it back."""
        layout = self.kept.layout
        record = layout.current(self.at)
        layout.change_back(self.at, self.before)
        self.kept.tell(record, layout.current(self.at))


@attrs.frozen
class _LaidAnew:
    """Undoes that all were laid out anew."""

    kept: _Kept
    before: Layout

    def __call__(self) -> None:
        """Go back to the columns of before: the positions of earlier steps are positions there."""
        self.kept.layout = self.before


class MemoryRecords:
    """Records of each kind, by key.

    Args:
        undo: Where to record how to undo changes.
        block: How many new records of a kind are kept as they came before they are laid in columns.
    """

    def __init__(self, undo: UndoLog, block: int = BLOCK) -> None:
        self._undo = undo
        self._block = block
        self._tables: dict[type[Record], _Kept] = {}
        self._opened: dict[str, SavedTable] = {}
        self._defined: dict[str, type[Record]] = {}
        self._watchers: list[Watcher] = []
        self.changes = 0
        """The number of changes so far, by which caches of computed values see their age."""

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""
        kept = self._known(kind)
        if kept is None:
            return None
        layout = kept.layout
        at = layout.place(key if len(key) != 1 else key[0])
        found: RecordT | None = None if at is None else layout.current(at)
        return found

    def find_many(
        self, kind: type[RecordT], keys: Collection[tuple[Any, ...]]
    ) -> Iterator[RecordT]:
        """The records with these keys; those that are not there are passed over."""
        found = (self.find(kind, *key) for key in keys)
        return (each for each in found if each is not None)

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """The records of a kind whose fields have these values, in the order of their keys."""
        kept = self._known(kind)
        if kept is None:
            return iter(())
        layout = self._settle(kept)
        if not equal:
            return Snapshot(layout).records()
        found = self._having(layout, equal)
        return (item for item in found if all(getattr(item, f) == v for f, v in equal.items()))

    def snapshot(self, kind: type[Record]) -> Snapshot | None:
        """The records of a kind as they are now, for an index; ``None`` if there never was one.

        They are laid out anew if much of them has changed, or came out of order.
        """
        kept = self._known(kind)
        if kept is None:
            return None
        return Snapshot(self._settle(kept, _HUNDREDTH, 0))

    def _having(self, layout: Layout, equal: Mapping[str, Any]) -> Iterable[Any]:
        """The records that may have these values, in the order of their keys."""
        fields = [field for field in equal if field in layout.shape.place]
        if not fields:
            return Snapshot(layout).records()
        looked_up = next((f for f in fields if not isinstance(equal[f], Option | bool)), None)
        places = layout.having(looked_up, equal[looked_up]) if looked_up else None
        if places is None:
            places = set(layout.scanned(fields[0], equal[fields[0]], len(layout)))
        found = sorted(places)
        if found and found[-1] >= layout.ordered:
            found.sort(key=layout.key)
        if len(found) < _FEW:
            return [each for each in map(layout.current, found) if each is not None]
        return Snapshot(layout).at(found)

    def put(self, records: Iterable[Record]) -> None:
        """Store records. A record with the same key is replaced."""
        rest = iter(records)
        while some := list(islice(rest, _TOGETHER)):
            for kind, those in groupby(some, type):
                self._put(self._kept(kind), list(those))
        self._count_change()

    def _put(self, kept: _Kept, items: Sequence[Record]) -> None:
        """Store records of one kind: all at once if their keys are new, or else one by one."""
        keys = list(map(kept.layout.shape.key, items))
        if kept.layout.are_new(keys):
            self._add(kept, items, keys)
            return
        for item, key in zip(items, keys, strict=True):
            at = kept.layout.place(key)
            if at is None:
                self._add(kept, (item,), (key,))
            else:
                self._change(kept, at, key, item)

    def remove(self, records: Iterable[Record]) -> None:
        """Remove records by their keys. Records that are not there are skipped."""
        for item in records:
            kept = self._kept(type(item))
            key = kept.layout.shape.key(item)
            at = kept.layout.place(key)
            if at is not None and kept.layout.current(at) is not None:
                self._change(kept, at, key, None)
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

    def forget(self) -> None:
        """Let nothing be left of what the records were that this transaction changed or removed.

        It is done once the transaction ends. Earlier states of the store, which others read, then
        show these records as they are now; those that were removed show their keys alone.
        """
        self._undo.at_end(self._forget)

    def _forget(self, steps: Iterable[object]) -> None:
        changed = {
            (id(step.kept), step.key): step.kept for step in steps if isinstance(step, _Changed)
        }
        now = []
        for (_, key), kept in changed.items():
            at = kept.layout.place(key)
            record = None if at is None else kept.layout.current(at)
            for layout in (kept.layout, *kept.earlier):
                layout.forget(key, record)
            now.append((kept.table, key, record))
        for watcher in self._watchers:
            watcher.on_forgotten(now)

    def watch(self, watcher: Watcher) -> None:
        """Tell a watcher of every change, and when a change is undone."""
        self._watchers.append(watcher)

    def saved(self) -> Iterator[SavedTable]:
        """The tables that have records, as they are now."""
        for kind, kept in self._tables.items():
            columns = kept.layout.settled()
            size = max(map(len, columns.values()), default=0)
            if size:
                yield table_of(kind, columns, size)
        yield from self._opened.values()

    def open(self, tables: Iterable[SavedTable]) -> None:
        """Take the tables of a file; each is read by the kind that is asked for first."""
        self._opened.update((each.name, each) for each in tables)

    def _known(self, kind: type[Record]) -> _Kept | None:
        """The records of a kind, ``None`` if there never was one."""
        if kind in self._tables or kind.__table__ in self._opened:
            return self._kept(kind)
        return None

    def _kept(self, kind: type[Record]) -> _Kept:
        if kind not in self._tables:
            table = kind.__table__
            tell = partial(self._tell_watchers, table)
            self._tables[kind] = _Kept(self._layout(kind), tell, table)
        return self._tables[kind]

    def _layout(self, kind: type[Record]) -> Layout:
        shape = Shape(kind)
        opened = self._opened.pop(kind.__table__, None)
        if opened is None:
            return Layout(shape, self._block)
        return Layout.of(shape, self._block, opened.columns(kind), opened.size)

    def _add(self, kept: _Kept, items: Sequence[Record], keys: Sequence[Any]) -> None:
        start = kept.layout.add(items, keys)
        stop, last = start + len(items), self._undo.last
        if isinstance(last, _Added) and last.kept is kept and last.stop == start:
            last.stop = stop
        else:
            self._undo.remember(_Added(kept, start, stop))
        for watcher in self._watchers:
            watcher.on_records_added(kept.table, items)

    def _change(self, kept: _Kept, at: int, key: Any, item: Record | None) -> None:  # noqa: ANN401
        old = kept.layout.current(at)
        self._undo.remember(_Changed(kept, at, key, kept.layout.changed.get(at, SAME)))
        kept.layout.change(at, item)
        kept.tell(old, item)
        self._settle(kept)

    def _settle(self, kept: _Kept, part: int = EIGHTH, blocks: int = ANYWAY) -> Layout:
        """Lay records out anew if too many were changed, or came out of order."""
        much = kept.layout.much(part, blocks)
        if kept.layout.worn(much):
            self._undo.remember(_LaidAnew(kept, kept.layout))
            kept.earlier.add(kept.layout)
            kept.layout = kept.layout.anew(much)
        return kept.layout

    def _tell_watchers(self, table: str, old: Any, new: Any) -> None:  # noqa: ANN401
        for watcher in self._watchers:
            watcher.on_record_changed(table, old, new)

    def _count_change(self) -> None:
        self.changes += 1
        self._undo.remember(self._count)

    def _count(self) -> None:
        self.changes += 1
