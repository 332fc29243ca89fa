"""The workspace: what a notebook or a host holds in its hand.

It binds a store, a user, the day and the clock. Every method is a thin front of a plain
function of `segmentation.operations`, which a host with its own transactions calls directly.
"""

from ._journal import Journal, verify_export
from ._selected import Selected
from ._system import system_clock, system_random_bytes
from ._worksheet import Worksheet
from ._workspace import Workspace, open_store

__all__ = [
    "Journal",
    "Selected",
    "Worksheet",
    "Workspace",
    "open_store",
    "system_clock",
    "system_random_bytes",
    "verify_export",
]
