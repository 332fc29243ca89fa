"""Selections from plain mappings: table, field, filter text."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from segmentation.criteria._trees import AllOf, Part, Selection, Where
from segmentation.errors import Fault, FilterError, Identifier, InvalidValue, Rejected

from ._building import Condition, OfTable, to_filter

if TYPE_CHECKING:
    from typing_extensions import TypeAliasType
else:
    from segmentation.aliases import TypeAliasType

Conditions = TypeAliasType("Conditions", Mapping[str, Condition])
"""The condition on each field. One and the same row must meet all of them."""

TableConditions = TypeAliasType("TableConditions", Conditions | OfTable[Selection])
"""The same, or a condition on the rows such as ``none(date="-3M..")``."""


def make_selection(
    tables: Mapping[str, TableConditions] | None = None, /, **more: TableConditions
) -> Selection | None:
    """The selection of the contacts that pass every part.

    A table without any filter is left out, and so is a field whose text is empty. Names are
    looked up when the selection is bound.

    Args:
        tables: The conditions by table and field: a filter as text or tree, a value, or several
            values.
        more: Further conditions as keywords.

    Raises:
        FilterError: A text does not parse. The error names table and field.
        InvalidValue: A condition is neither a filter nor a possible value of a field.
        Rejected: Several of these at once.

    >>> from segmentation.criteria import to_text
    >>> made = make_selection(contact={"country_region_code": "DK|SE", "city": ""})
    >>> [(where.field, to_text(where.filter)) for where in made.conditions]
    [('country_region_code', 'DK|SE')]
    """
    faults: list[tuple[str, FilterError | InvalidValue]] = []
    parts: list[Selection] = []
    for table, conditions in {**(tables or {}), **more}.items():
        if isinstance(conditions, OfTable):
            parts.append(conditions.of(table))
            continue
        if not isinstance(conditions, Mapping):
            raise InvalidValue(
                table, conditions, "is no mapping of filters by field, such as {'name': 'A*'}"
            )
        wheres = _wheres(table, conditions, faults)
        if wheres:
            parts.append(Part(table, wheres))
    _raise(faults)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _wheres(
    table: str, conditions: Conditions, faults: list[tuple[str, FilterError | InvalidValue]]
) -> tuple[Where, ...]:
    found = []
    for field, given in conditions.items():
        place = f"{table}.{field}"
        try:
            item = to_filter(given)
        except FilterError as error:
            faults.append((place, error.at_field(place)))
            continue
        except InvalidValue as error:
            faults.append((place, InvalidValue(place, error.value, error.reason)))
            continue
        if item is not None:
            found.append(Where(field, item))
    return tuple(found)


def _raise(faults: list[tuple[str, FilterError | InvalidValue]]) -> None:
    if len(faults) == 1:
        raise faults[0][1]
    if faults:
        raise Rejected("selection", [_fault(*pair) for pair in faults])


def _fault(place: str, error: FilterError | InvalidValue) -> Fault:
    table, _, field = place.partition(".")
    told = error.at_field("") if isinstance(error, FilterError) else error
    return Fault(Identifier(table), field, told.message.indented())
