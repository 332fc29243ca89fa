"""The store in memory: for tests, notebooks and hosts that keep things elsewhere."""

from ._contacts import MemoryContacts
from ._store import MemoryStore

__all__ = ["MemoryContacts", "MemoryStore"]
