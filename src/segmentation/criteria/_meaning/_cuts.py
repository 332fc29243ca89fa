"""Cuts: taking only some of the contacts that pass.

A cut depends on all contacts that pass, so it is not a predicate. It gets them with their rows and
returns those that it takes.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_never

from segmentation.criteria._trees import (
    SHARES,
    BoundSelection,
    First,
    InShare,
    Order,
    Sample,
    hash_of,
)
from segmentation.errors import InvalidValue
from segmentation.fields import FieldType

from ._code import Code
from ._predicate import Row, names_in


def share(seed: str, percent: Decimal | float) -> InShare:
    """The condition that a contact is in a percentage of all, chosen by a seed.

    Whether a contact is in depends on its number and the seed alone.

    >>> share("spring", 12.5)
    InShare('spring', 0, 1250)
    """
    return split(seed, {"in": percent, "out": 100 - _exact(percent)})["in"]


def split(seed: str, weights: Mapping[str, int | Decimal | float | Fraction]) -> dict[str, InShare]:
    """Conditions that divide all contacts into groups of given weights.

    The group of a contact does not depend on other contacts. The sizes of the groups are rounded
    to ten-thousandths of all contacts.

    Raises:
        InvalidValue: A weight is negative or not finite, or all weights are 0.

    >>> split("spring", {"A": 1, "B": 1, "control": 2})["B"]
    InShare('spring', 2500, 5000)
    """
    exact = {name: _exact(weight) for name, weight in weights.items()}
    whole = sum(exact.values())
    if whole <= 0 or min(exact.values()) < 0:
        raise InvalidValue("weights", dict(weights), "are negative, or all of them 0")
    groups, passed, start = {}, Fraction(0), 0
    for name, weight in exact.items():
        passed += weight
        stop = round(passed * SHARES / whole)
        groups[name] = InShare(seed, start, stop)
        start = stop
    return groups


def _exact(weight: Decimal | float | Fraction) -> Fraction:
    try:
        return Fraction(weight)
    except (TypeError, ValueError, OverflowError):
        raise InvalidValue("weight", weight, "is no finite number") from None


def cut(
    bound: BoundSelection,
    matches: Iterable[tuple[str, Row]],
    *,
    items: Container[str] = (),
) -> list[str]:
    """The numbers that the selection's cut takes, or all of them if it has no cut.

    The first by an order are in that order, and a sample is in the order of its hashes. Without a
    cut, the numbers stay in the given order.

    Args:
        bound: The selection.
        matches: Number and row of each contact that passes, in any order.
        items: Names of the tables whose rows are mappings, as for ``to_predicate``.
    """
    match bound.cut:
        case None:
            return [number for number, _ in matches]
        case First(count, order):
            return _ordered(bound, matches, order, items)[:count]
        case Sample(count, seed):
            hashed = hash_of(seed)
            return sorted((number for number, _ in matches), key=hashed)[:count]
        case _:
            assert_never(bound.cut)


def _ordered(
    bound: BoundSelection,
    matches: Iterable[tuple[str, Row]],
    order: Iterable[Order],
    items: Container[str],
) -> list[str]:
    found = sorted(matches, key=lambda pair: pair[0])
    # Sorting keeps the order of equals, so the most important field comes last.
    for each in reversed(tuple(order)):
        value = _sort_key(bound, each.field, items)
        found.sort(key=_of_row(value), reverse=each.descending)
    return [number for number, _ in found]


def _of_row(value: Callable[[Any], Any]) -> Callable[[tuple[str, Any]], Any]:
    return lambda pair: value(pair[1])


def _sort_key(bound: BoundSelection, name: str, items: Container[str]) -> Callable[[Any], Any]:
    """The function from a row to the sort key of a field. Blank dates come first."""
    base = bound.schema.table(bound.schema.base)
    field = base.field(name)
    code = Code()
    value = code.read_filled(field, "row", items=base.name in names_in(items))
    match field.type:
        case FieldType.DATE | FieldType.DATETIME | FieldType.TIME:
            lines = [f"value = {value}", "return (value is not None, value)"]
        case FieldType.OPTION:
            positions = {str(option): n for n, option in enumerate(field.options)}
            lines = [f"return {code.constant(positions)}.get({value}, 0)"]
        case FieldType.BOOLEAN:
            lines = [f"return not not {value}"]
        case _:
            lines = [f"return {value}"]
    return code.made(code.function("row", lines))
