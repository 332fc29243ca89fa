"""Tables of codes: read, made, changed, renamed everywhere, deleted when nothing needs them."""

from ._kinds import (
    NOUNS,
    table_kind,
    table_kinds,
)
from ._records import (
    Given,
    add_records,
    change_record,
    delete_record,
    new_record,
    put_records,
    rename,
)
from ._uses import (
    Use,
    uses,
    uses_of,
)

__all__ = [
    "NOUNS",
    "Given",
    "Use",
    "add_records",
    "change_record",
    "delete_record",
    "new_record",
    "put_records",
    "rename",
    "table_kind",
    "table_kinds",
    "uses",
    "uses_of",
]
