"""All kinds of records that the library declares, in one place."""

from collections.abc import Mapping
from functools import cache

from . import (
    campaigns,
    code_tables,
    consents,
    contacts,
    definitions,
    interactions,
    questionnaires,
    reach,
    salutations,
    segments,
    setup,
    tasks,
    templates,
)
from .fields import Record
from .frozen import FrozenMapping

_HOMES = (
    contacts,
    code_tables,
    consents,
    reach,
    salutations,
    templates,
    interactions,
    segments,
    campaigns,
    questionnaires,
    setup,
    definitions,
    tasks,
)


@cache
def record_kinds() -> Mapping[str, type[Record]]:
    """Every kind of record that the library declares, by the name of its table."""
    return FrozenMapping(
        (value.__table__, value)
        for home in _HOMES
        for value in vars(home).values()
        if isinstance(value, type) and issubclass(value, Record) and value is not Record
    )
