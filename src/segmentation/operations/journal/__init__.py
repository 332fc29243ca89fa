"""The journal: recording, reading, verifying, auditing, exporting and importing."""

from ._approval import record_approval_changes
from ._audit import (
    KINDS,
    Discrepancy,
    Found,
    audit,
    is_reparable,
    restore_records,
)
from ._entries import (
    entries_where,
    export_journal,
    find_entry,
    get_entries,
    get_entry,
    last_entries,
    state_as_of,
    verify_export,
    verify_journal,
)
from ._export import (
    import_entries,
    read_export,
)
from ._proofs import (
    EntryProof,
    prove_consistency,
    prove_entry,
    sign_checkpoint,
    write_tiles,
)
from ._record import (
    next_entry_no,
    record,
)
from ._references import (
    AttachmentUses,
    Renumbering,
    attachments_only_of,
    entries_about,
    entries_naming,
    interaction_spoken_of,
    numbers_had,
    renumberings,
    unneeded_attachments,
)
from ._retention import LogRetention, apply_log_retention, day_back, plan_log_retention

__all__ = [
    "KINDS",
    "AttachmentUses",
    "Discrepancy",
    "EntryProof",
    "Found",
    "LogRetention",
    "Renumbering",
    "apply_log_retention",
    "attachments_only_of",
    "audit",
    "day_back",
    "entries_about",
    "entries_naming",
    "entries_where",
    "export_journal",
    "find_entry",
    "get_entries",
    "get_entry",
    "import_entries",
    "interaction_spoken_of",
    "is_reparable",
    "last_entries",
    "next_entry_no",
    "numbers_had",
    "plan_log_retention",
    "prove_consistency",
    "prove_entry",
    "read_export",
    "record",
    "record_approval_changes",
    "renumberings",
    "restore_records",
    "sign_checkpoint",
    "state_as_of",
    "unneeded_attachments",
    "verify_export",
    "verify_journal",
    "write_tiles",
]
