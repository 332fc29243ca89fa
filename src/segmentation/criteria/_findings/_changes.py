"""What a later version of the meaning changed for criteria that were saved under an earlier one.

Criteria run under the meaning of the library that runs them. Each condition that may answer
otherwise than under the meaning it was saved with is named, with the reason.
"""

from collections.abc import Iterator
from functools import cache

from segmentation.criteria._operands import has_short_year, make_reader
from segmentation.criteria._trees import (
    MEANING,
    AsOf,
    Between,
    Compare,
    Criteria,
    Filter,
    Like,
    Operand,
    Schema,
    Wild,
    characters,
    children,
    fold,
    to_nfc,
)
from segmentation.errors import FilterError, UnknownName
from segmentation.fields import Field, FieldType
from segmentation.languages import ENGLISH, Phrases

from ._checking import Concern, Remark, wheres_of

_BY_LETTERS = 2
"""The version since which letters are compared one by one, and hours and short years are exact."""
_LETTERED = frozenset([FieldType.CODE, FieldType.TEXT])


def changes_since(
    criteria: Criteria,
    schema: Schema,
    as_of: AsOf,
    meaning: int,
    phrases: Phrases | None = None,
) -> tuple[Remark, ...]:
    """The conditions that may answer otherwise now, none if the meaning is the same.

    Args:
        criteria: The selection as it is saved.
        schema: The schema that it is for.
        as_of: The day, and the zone in which hours come twice.
        meaning: The version of the meaning that it was saved with.
        phrases: The words for the reasons, English by default.
    """
    if meaning >= _BY_LETTERS:
        return ()
    said = phrases or ENGLISH
    found = []
    for part, where in wheres_of(criteria):
        if where.aspect is not None:
            continue  # numbers mean what they meant
        try:
            table = schema.table(part.table)
            field = table.field(where.field)
        except UnknownName:
            continue
        reasons = dict.fromkeys(_reasons(where.filter, field, as_of))
        for reason in reasons:
            sentence = said.say(reason, meaning=meaning, now=MEANING)
            found.append(Remark(Concern.CHANGED, f"{table.name}.{field.name}", sentence))
    return tuple(dict.fromkeys(found))


def _reasons(item: Filter, field: Field, as_of: AsOf) -> Iterator[str]:
    """The phrases for what may make a filter answer otherwise."""
    match item:
        case Compare(_, operand):
            yield from _of_operand(operand, field, as_of)
        case Between(low, high):
            for end in (low, high):
                if end is not None:
                    yield from _of_operand(end, field, as_of)
        case Like(pattern):
            yield from _of_letters(
                "".join(piece for piece in pattern if isinstance(piece, str)),
                item,
                field,
                counted=Wild.ANY_ONE in pattern,
            )
        case _:
            for child in children(item):
                yield from _reasons(child, field, as_of)  # type: ignore[arg-type]  # a filter


def _of_operand(operand: Operand, field: Field, as_of: AsOf) -> Iterator[str]:
    yield from _of_letters(operand.text, operand, field, counted=False)
    if field.type is FieldType.DATE and has_short_year(operand.text):
        yield "changed_year"
    if field.type is FieldType.DATETIME and _is_uneven(operand.text, field, as_of):
        yield "changed_hour"


def _of_letters(text: str, value: Operand | Like, field: Field, *, counted: bool) -> Iterator[str]:
    if field.type not in _LETTERED:
        return
    if value.any_accent:
        yield "changed_sign"
    elif value.any_case and (counted or not _moved().isdisjoint(fold(text))):
        yield "changed_letters"
    if to_nfc(text) != text:
        yield "changed_form"


@cache
def _moved() -> frozenset[str]:
    """The letters that another letter becomes now, and did not in the lower case of its text."""
    moved = {fold(each) for each in characters() if fold(each) != each.lower()}
    return frozenset("".join(moved)) | frozenset("\u03c3")


def _is_uneven(text: str, field: Field, as_of: AsOf) -> bool:
    """Whether a time lies in the hour that comes twice or is left out."""
    try:
        span = make_reader(field, as_of)(text)
    except FilterError:
        return False
    return span.again is not None or (not span.single and span.start == span.stop)
