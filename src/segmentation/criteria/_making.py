"""Selections from plain mappings: table, field, filter text."""

from collections.abc import Mapping
from typing import TypeAlias

from segmentation.errors import Fault, FilterError, Name, Rejected

from ._building import OfTable
from ._nodes import AllOf, Filter, Part, Selection, Where
from ._text import parse

Conditions: TypeAlias = Mapping[str, str | Filter]
"""Filters by field, as texts or trees; one and the same row must meet all of them."""

TableConditions: TypeAlias = Conditions | OfTable[Selection]
"""The same, or a condition on the rows such as ``none(date="-3M..")``."""


def make_selection(
    tables: Mapping[str, TableConditions] | None = None, /, **more: TableConditions
) -> Selection | None:
    """The selection of those contacts that pass every part.

    A table without any filter is left out, and so is a field whose text is empty. Names are
    looked up when the selection is bound.

    Args:
        tables: Filters by table and field.
        more: The same, as keywords.

    Raises:
        FilterError: A text does not parse; the error names table and field.
        Rejected: Several do not.

    >>> from segmentation.criteria import to_text
    >>> made = make_selection(contact={"country_region_code": "DK|SE", "city": ""})
    >>> [(where.field, to_text(where.filter)) for where in made.conditions]
    [('country_region_code', 'DK|SE')]
    """
    faults: list[FilterError] = []
    parts: list[Selection] = []
    for table, conditions in {**(tables or {}), **more}.items():
        if isinstance(conditions, OfTable):
            parts.append(conditions.of(table))
            continue
        wheres = _wheres(table, conditions, faults)
        if wheres:
            parts.append(Part(table, wheres))
    _raise(faults)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _wheres(table: str, conditions: Conditions, faults: list[FilterError]) -> tuple[Where, ...]:
    found = []
    for field, given in conditions.items():
        try:
            item = parse(given) if isinstance(given, str) else given
        except FilterError as error:
            faults.append(error.at_field(f"{table}.{field}"))
            continue
        if item is not None:
            found.append(Where(field, item))
    return tuple(found)


def _raise(faults: list[FilterError]) -> None:
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise Rejected("selection", [_fault(error) for error in faults])


def _fault(error: FilterError) -> Fault:
    table, _, field = error.field.partition(".")
    return Fault(Name(table), field, error.at_field("").said.indented())
