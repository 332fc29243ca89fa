"""Selections in a form that means the same to everybody: what is typed, as it is kept.

Words of a language, orders of digits and short years become neutral, what moves with the day
still does; texts are brought to Unicode's normal form C. What cannot be read stays as it is:
`bind` says what is wrong with it.
"""

from collections.abc import Callable, Mapping

import attrs

from segmentation.criteria._operands import to_moment, to_neutral_date, to_neutral_time
from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    AsOf,
    Between,
    Compare,
    Criteria,
    Cut,
    Figure,
    Filter,
    Followed,
    Like,
    Measure,
    Not,
    Operand,
    Part,
    Schema,
    Selection,
    Where,
    to_nfc,
)
from segmentation.errors import FilterError, UnknownName
from segmentation.fields import Field, FieldType

_SPELLED: Mapping[FieldType, Callable[[str, AsOf], str]] = {
    FieldType.DATE: to_neutral_date,
    FieldType.DATETIME: lambda text, as_of: to_moment(text, as_of)[2],
    FieldType.TIME: lambda text, _as_of: to_neutral_time(text),
    FieldType.TEXT: lambda text, _as_of: to_nfc(text),
    FieldType.CODE: lambda text, _as_of: to_nfc(text),
}


def to_neutral(criteria: Criteria, schema: Schema, as_of: AsOf) -> Criteria:
    """The selection that is kept of one that was typed.

    Args:
        criteria: The selection as it was typed.
        schema: The schema that it is for.
        as_of: The day, the language and the order of digits of who typed it.

    >>> from datetime import date
    >>> from segmentation.criteria import make_selection, make_table
    >>> contact = make_table("contact", [Field("born", FieldType.DATE)])
    >>> schema = Schema("contact", "no", {"contact": contact})
    >>> as_of = AsOf(date(2026, 11, 22), language="it")
    >>> to_neutral(make_selection(contact={"born": "oggi|22/11/26"}), schema, as_of)
    make_selection(contact={'born': 't|2026-11-22'})
    """
    if isinstance(criteria, Cut):
        return attrs.evolve(criteria, selection=_selection(criteria.selection, schema, as_of))
    return _selection(criteria, schema, as_of)


def _selection(node: Selection, schema: Schema, as_of: AsOf) -> Selection:
    match node:
        case Part():
            return _part(node, schema, as_of)
        case Figure(_, name, part, item):
            field = _field(schema, part.table, name)
            if field is not None and _is_of_values(node):
                item = to_neutral_filter(item, field, as_of)
            return attrs.evolve(node, part=_part(part, schema, as_of), filter=item)
        case Followed(first=first, then=then, without=without):
            return attrs.evolve(
                node,
                first=_part(first, schema, as_of),
                then=_part(then, schema, as_of),
                without=None if without is None else _part(without, schema, as_of),
            )
        case Not(item):
            return Not(_selection(item, schema, as_of))
        case AllOf(items):
            return AllOf(tuple(_selection(each, schema, as_of) for each in items))
        case AnyOf(items):
            return AnyOf(tuple(_selection(each, schema, as_of) for each in items))
        case _:
            return node


def _is_of_values(figure: Figure) -> bool:
    """Whether the filter of a figure is one of the field's values, and not of numbers."""
    return figure.measure in {Measure.EARLIEST, Measure.LATEST} and figure.aspect is None


def _part(part: Part, schema: Schema, as_of: AsOf) -> Part:
    def kept(where: Where) -> Where:
        field = _field(schema, part.table, where.field)
        if field is None or where.aspect is not None:
            return where
        return attrs.evolve(where, filter=to_neutral_filter(where.filter, field, as_of))

    return Part(part.table, tuple(map(kept, part.conditions)))


def _field(schema: Schema, table: str, name: str) -> Field | None:
    try:
        return schema.table(table).field(name) if name else None
    except UnknownName:
        return None


def to_neutral_filter(item: Filter, field: Field, as_of: AsOf) -> Filter:
    """The filter that is kept of one that was typed for a field."""
    spelled = _SPELLED.get(field.type)
    if spelled is None:
        return item

    def kept(operand: Operand | None) -> Operand | None:
        return None if operand is None else _operand(operand, spelled, as_of)

    match item:
        case Compare(operator, operand):
            return Compare(operator, _operand(operand, spelled, as_of))
        case Between(low, high):
            return Between(kept(low), kept(high))
        case Like(pattern):
            pieces = (to_nfc(each) if isinstance(each, str) else each for each in pattern)
            return attrs.evolve(item, pattern=tuple(pieces))
        case Not(inner):
            return Not(to_neutral_filter(inner, field, as_of))
        case AllOf(items):
            return AllOf(tuple(to_neutral_filter(each, field, as_of) for each in items))
        case AnyOf(items):
            return AnyOf(tuple(to_neutral_filter(each, field, as_of) for each in items))
        case _:
            return item


def _operand(operand: Operand, spelled: Callable[[str, AsOf], str], as_of: AsOf) -> Operand:
    if not operand.text.strip():
        return operand
    try:
        return attrs.evolve(operand, text=spelled(operand.text, as_of))
    except FilterError:
        return operand
