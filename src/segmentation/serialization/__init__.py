"""Values to plain data and back.

Plain data is what JSON can hold. Stored data bears tags of ours, never class names; what a
record leaves at its default is left out, so that a field added later does not change what was
stored before. Canonical JSON (keys sorted, no blanks, UTF-8 as it is) gives the same bytes for
the same value on every machine.
"""

from ._criteria import (
    CRITERIA_VERSION,
    criteria_from_data,
    criteria_from_json,
    criteria_json_schema,
    criteria_to_data,
    criteria_to_json,
)
from ._definition_reader import DefinitionFault, DefinitionReader
from ._definitions import criteria_to_definition
from ._placed import Path, Place, PlacedData, Unreadable, read_placed, to_ordered_json, to_toml
from ._values import (
    JSON,
    fragments,
    from_data,
    from_json,
    reason_of,
    to_data,
    to_json,
    value_from_data,
    value_to_data,
)

__all__ = [
    "CRITERIA_VERSION",
    "JSON",
    "DefinitionFault",
    "DefinitionReader",
    "Path",
    "Place",
    "PlacedData",
    "Unreadable",
    "criteria_from_data",
    "criteria_from_json",
    "criteria_json_schema",
    "criteria_to_data",
    "criteria_to_definition",
    "criteria_to_json",
    "fragments",
    "from_data",
    "from_json",
    "read_placed",
    "reason_of",
    "to_data",
    "to_json",
    "to_ordered_json",
    "to_toml",
    "value_from_data",
    "value_to_data",
]
