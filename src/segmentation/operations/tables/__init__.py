"""Tables of codes: read, made, changed, renamed everywhere, deleted when nothing needs them."""

from ._definition_faults import single_faults, table_faults
from ._definitions import define, define_schema
from ._field_changes import change_field, delete_field
from ._kinds import (
    NOUNS,
    code_kinds,
    table_kind,
    table_kinds,
)
from ._own_fields import own_fields_in
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
    check_unused,
    uses,
    uses_of,
    uses_of_field,
)
from ._versions import DefinitionsWarning, definition_faults, definitions_version, look_over

__all__ = [
    "NOUNS",
    "DefinitionsWarning",
    "Given",
    "Use",
    "add_records",
    "change_field",
    "change_record",
    "check_unused",
    "code_kinds",
    "define",
    "define_schema",
    "definition_faults",
    "definitions_version",
    "delete_field",
    "delete_record",
    "look_over",
    "new_record",
    "own_fields_in",
    "put_records",
    "rename",
    "single_faults",
    "table_faults",
    "table_kind",
    "table_kinds",
    "uses",
    "uses_of",
    "uses_of_field",
]
