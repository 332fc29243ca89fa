"""The store in memory: for tests, notebooks and hosts that keep things elsewhere."""

from ._store import MemoryStore

__all__ = ["MemoryStore"]
