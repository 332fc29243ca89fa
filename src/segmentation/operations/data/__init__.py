"""Data: files and records taken in, and stores copied."""

from ._copy_store import (
    copy_store,
)
from ._files import (
    SourceFile,
    column_name,
    read_rows,
)
from ._importer import (
    Imported,
    import_files,
    import_records,
)

__all__ = [
    "Imported",
    "SourceFile",
    "column_name",
    "copy_store",
    "import_files",
    "import_records",
    "read_rows",
]
