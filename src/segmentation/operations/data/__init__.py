"""Data: files and records taken in, tables written as files, and stores copied."""

from ._copy_store import (
    copy_store,
)
from ._departures import (
    RowGone,
    RowKept,
)
from ._export import (
    Exported,
    ExportOptions,
    Format,
    export_contacts,
    export_path,
)
from ._exported_forms import (
    csv_cell,
    lines_of_cells,
)
from ._exported_tables import contacts_of
from ._files import (
    SourceFile,
    read_rows,
)
from ._folders import (
    import_path,
)
from ._importer import (
    ImportOptions,
    import_files,
    import_records,
)
from ._kinds import (
    NOT_IMPORTED,
    imported_kinds,
    kind_named,
)
from ._maps import (
    ColumnMap,
    ImportMap,
    MapLike,
    TableMap,
    to_map,
)
from ._marks import (
    HeldMark,
)
from ._pages import (
    NextPage,
)
from ._progress import (
    ImportProgress,
    OnImportProgress,
)
from ._raw import (
    RawRow,
    RawTable,
)
from ._results import (
    Imported,
    ImportedColumn,
)
from ._sheets import (
    Cell,
    ReadWorkbook,
    Sheet,
    Unread,
    WriteWorkbook,
)
from ._suggestions import (
    SuggestedField,
    suggest_fields,
)
from ._updates import (
    Mode,
    RowChange,
)

__all__ = [
    "NOT_IMPORTED",
    "Cell",
    "ColumnMap",
    "ExportOptions",
    "Exported",
    "Format",
    "HeldMark",
    "ImportMap",
    "ImportOptions",
    "ImportProgress",
    "Imported",
    "ImportedColumn",
    "MapLike",
    "Mode",
    "NextPage",
    "OnImportProgress",
    "RawRow",
    "RawTable",
    "ReadWorkbook",
    "RowChange",
    "RowGone",
    "RowKept",
    "Sheet",
    "SourceFile",
    "SuggestedField",
    "TableMap",
    "Unread",
    "WriteWorkbook",
    "contacts_of",
    "copy_store",
    "csv_cell",
    "export_contacts",
    "export_path",
    "import_files",
    "import_path",
    "import_records",
    "imported_kinds",
    "kind_named",
    "lines_of_cells",
    "read_rows",
    "suggest_fields",
    "to_map",
]
