"""Data: files and records taken in, and stores copied."""

from ._copy_store import (
    copy_store,
)
from ._files import (
    SourceFile,
    column_name,
    read_rows,
)
from ._folders import (
    import_path,
)
from ._importer import (
    Imported,
    import_files,
    import_records,
)
from ._kinds import (
    NOT_IMPORTED,
    imported_kinds,
)

__all__ = [
    "NOT_IMPORTED",
    "Imported",
    "SourceFile",
    "column_name",
    "copy_store",
    "import_files",
    "import_path",
    "import_records",
    "imported_kinds",
    "read_rows",
]
