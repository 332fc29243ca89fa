"""Selections as people write them into files: tables with their fields and filters.

A selection is an object. A table's name leads to its conditions, a field each; several names must
all hold. ``any``, ``all`` and ``not`` join, and every other kind of selection goes by the tag of
its stored form (see `_criteria`). Whatever cannot be said with fields by name is said in the stored
form, so that every selection has one text, and every text one selection.
"""

from collections.abc import Mapping, Sequence

from segmentation.criteria import (
    AllOf,
    AnyOf,
    Criteria,
    Cut,
    Figure,
    First,
    Followed,
    Not,
    Part,
    Sample,
    Where,
    to_text,
)

from ._criteria import criteria_to_data
from ._values import JSON

TAGS: tuple[str, ...] = (
    "all",
    "any",
    "not",
    "part",
    "figure",
    "followed",
    "in_segment",
    "in_logged_segment",
    "in_share",
    "first",
    "sample",
)
"""The names of an object that lead to another kind of selection; a table called so is said by
``part``."""


def criteria_to_definition(criteria: Criteria) -> dict[str, JSON]:
    """A selection as people write it.

    >>> from segmentation.criteria import make_selection
    >>> criteria_to_definition(make_selection(contact={"city": "Bern"}))
    {'contact': {'city': 'Bern'}}
    """
    match criteria:
        case Part(table, conditions):
            fields = _fields(conditions)
            if table in TAGS or fields is None:
                return criteria_to_data(criteria)  # type: ignore[no-any-return]  # tagged
            return {table: fields}
        case AllOf(items):
            each = [criteria_to_definition(item) for item in items]
            merged = {key: value for item in each for key, value in item.items()}
            can_merge = len(merged) == sum(map(len, each)) and len(each) > 1
            is_one_each = all(len(item) == 1 for item in each)
            if can_merge and is_one_each and all(map(_is_table, merged.values())):
                return merged
            return {"all": each}
        case AnyOf(items):
            return {"any": [criteria_to_definition(item) for item in items]}
        case Not(item):
            return {"not": criteria_to_definition(item)}
        case Cut(selection, First(count, order)):
            orders = [[each.field, each.descending] for each in order]
            of = criteria_to_definition(selection)
            return {"first": {"count": count, "order": orders, "of": of}}
        case Cut(selection, Sample(count, seed)):
            of = criteria_to_definition(selection)
            return {"sample": {"count": count, "seed": seed, "of": of}}
        case Figure(part=part):
            tagged: dict[str, JSON] = criteria_to_data(criteria)["figure"]
            return {"figure": tagged | {"of": criteria_to_definition(part)}}
        case Followed(first=first, then=then, without=without):
            parts = {"first": first, "then": then, "without": without}
            tagged = criteria_to_data(criteria)["followed"]
            known = {name: value for name, value in tagged.items() if value is not None}
            inner = {
                name: criteria_to_definition(part)
                for name, part in parts.items()
                if part is not None
            }
            return {"followed": known | inner}
        case _:
            return criteria_to_data(criteria)  # type: ignore[no-any-return]  # tagged


def _fields(conditions: Sequence[Where]) -> dict[str, JSON] | None:
    """The filters by field; ``None`` if a field comes twice with another between."""
    fields: dict[str, JSON] = {}
    last = ""
    for each in conditions:
        name = f"{each.field}.{each.aspect}" if each.aspect else each.field
        text = to_text(each.filter)
        if name not in fields:
            fields[name] = text
        elif name == last:
            before = fields[name]
            fields[name] = [*(before if isinstance(before, list) else [before]), text]
        else:
            return None
        last = name
    return None if any("." in each.field for each in conditions) else fields


def _is_table(value: JSON) -> bool:
    """Whether TOML writes it as a table, which keeps the order among others."""
    if isinstance(value, Mapping):
        return True
    return bool(value) and isinstance(value, list) and isinstance(value[0], Mapping)
