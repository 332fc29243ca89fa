"""Data: files and records taken in, and stores copied."""

from ._copy_store import (
    copy_store,
    record_kinds,
)
from ._files import (
    SourceFile,
    column_name,
    read_rows,
)
from ._importer import (
    Imported,
    take_in,
    take_in_files,
)

__all__ = [
    "Imported",
    "SourceFile",
    "column_name",
    "copy_store",
    "read_rows",
    "record_kinds",
    "take_in",
    "take_in_files",
]
