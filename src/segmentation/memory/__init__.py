"""The store in memory: for tests, notebooks and hosts that keep things elsewhere."""

from ._contacts import MemoryContacts, candidates_of
from ._store import MemoryStore

__all__ = ["MemoryContacts", "MemoryStore", "candidates_of"]
