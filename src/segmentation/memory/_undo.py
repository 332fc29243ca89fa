"""Transactions in memory: each change records how to undo it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class UndoLog:
    """Records how to undo each change while a transaction is open."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []
        self._start = 0
        self._depth = 0
        self._at_end: list[Callable[[Sequence[object]], object]] = []
        self._lock = RLock()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A block whose changes are undone, the last first, if an error leaves it.

        Only one thread at a time can be inside. Others wait.
        """
        with self._lock:
            yield from self._undoing_on_error()

    def _undoing_on_error(self) -> Iterator[None]:
        outer, start = self._start, len(self._steps)
        self._start = start
        self._depth += 1
        try:
            yield
        except BaseException:
            while len(self._steps) > start:
                self._steps.pop()()
            raise
        finally:
            self._start = outer
            self._depth -= 1
            if self._depth == 0:
                self._end()

    def _end(self) -> None:
        steps, waiting = self._steps, self._at_end
        self._steps, self._at_end = [], []
        for each in waiting:
            each(steps)

    def at_end(self, step: Callable[[Sequence[object]], object]) -> None:
        """Do something once the outermost transaction has ended.

        Args:
            step: Called with how to undo each change that was kept; with none if no transaction is
                open.
        """
        if self._depth:
            self._at_end.append(step)
        else:
            step(())

    @property
    def last(self) -> Callable[[], object] | None:
        """How to undo the last change of the open transaction, ``None`` if there is none."""
        return self._steps[-1] if len(self._steps) > self._start else None

    def remember(self, step: Callable[[], object]) -> None:
        """Record how to undo a change that is about to be made."""
        if self._depth:
            self._steps.append(step)

    def set(self, target: dict[K, V], key: K, value: V) -> None:
        """Set a key so that it can be undone."""
        if key in target:
            self.remember(lambda old=target[key]: target.__setitem__(key, old))  # type: ignore[misc]
        else:
            self.remember(lambda: target.pop(key, None))
        target[key] = value

    def delete(self, target: dict[K, V], key: K) -> None:
        """Delete a key so that it can be undone. A missing key is skipped."""
        if key in target:
            old = target.pop(key)
            self.remember(lambda: target.__setitem__(key, old))
