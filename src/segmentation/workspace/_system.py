"""The machine: its clock, its random bytes, and a name for who delivers on it.

The one place where the library reads any of them; everything else is given what it needs.
"""

import os
import platform
import threading
from datetime import UTC, datetime


def system_clock() -> datetime:
    """The time of the machine, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - a workspace's default


def system_random_bytes() -> bytes:
    """Thirty-two random bytes of the machine."""
    return os.urandom(32)  # noqa: TID251 - likewise


def system_worker() -> str:
    """A name that no other process or thread has while this one lives."""
    return f"{platform.node()}:{os.getpid()}:{threading.get_ident()}"
