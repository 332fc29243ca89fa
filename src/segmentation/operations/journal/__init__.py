"""The journal: recording, auditing, exporting and importing."""

from ._audit import (
    KINDS,
    Difference,
    audit,
    restore_records,
)
from ._export import (
    import_journal,
    read_export,
)
from ._record import (
    next_entry_no,
    record,
)
from ._references import (
    attachments_only_of,
    entries_about,
    unneeded_attachments,
)

__all__ = [
    "KINDS",
    "Difference",
    "attachments_only_of",
    "audit",
    "entries_about",
    "import_journal",
    "next_entry_no",
    "read_export",
    "record",
    "restore_records",
    "unneeded_attachments",
]
