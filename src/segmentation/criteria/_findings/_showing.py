"""Values of the filter language in one line each.

A filter, a selection or a cut is shown as the Python expression that makes it, cut off at the end
of the line. Trees may be large and deep, so they are written from left to right and only as far as
the line goes. Bound trees are shown in words.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from segmentation.criteria._trees import (
    FILTERS,
    MOST,
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFollowed,
    BoundPart,
    BoundSelection,
    BoundWhere,
    Figure,
    Followed,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Not,
    OneLine,
    Part,
    Schema,
    Table,
    Untrue,
    in_brackets,
    listed,
    to_line,
)
from segmentation.criteria._words import Teller, describe
from segmentation.criteria._writing import FieldOf, FigureOf, OfTable, pieces_of
from segmentation.errors import InvalidValue
from segmentation.languages import ENGLISH

from ._checking import Difference, Effect, Remark
from ._counting import Counts, PartCount
from ._explaining import Explanation, Finding, RowFindings

_VERBS = {
    Measure.COUNT: "count",
    Measure.DISTINCT: "count",
    Measure.SUM: "total",
    Measure.LATEST: "latest",
    Measure.EARLIEST: "earliest",
}
_JOINED = (Not, AllOf, AnyOf)
_BOUND = (BoundPart, BoundFigure, BoundFollowed)


def shown(value: object) -> str:
    """A value in one line."""
    words = _in_words(value)
    if words:
        return in_brackets(words)
    code = _beginning(_written(value))
    if len(code) <= MOST:
        return code
    return in_brackets(f"{_kind(value)} {_inner(value, code)}".strip())


# The trees lie below and cannot import this module.
OneLine.__repr__ = shown  # type: ignore[method-assign]


def _beginning(pieces: Iterable[str]) -> str:
    """The beginning of a text, long enough to tell whether it fits in a line."""
    text = ""
    for piece in pieces:
        text += piece
        if len(text) > MOST:
            break
    return text


def _first_leaf(value: object) -> object:
    """The first leaf below and, or, not, in filters, selections and bound trees alike."""
    while isinstance(value, _JOINED):
        value = value.item if isinstance(value, Not) else value.items[0]
    return value


def _kind(value: object) -> str:
    leaf = _first_leaf(value)
    if isinstance(leaf, FILTERS):
        return "filter"
    if isinstance(leaf, Part | Figure | Followed | InSegment | InLoggedSegment | InShare):
        return "selection"
    return ""


def _inner(value: object, code: str) -> str:
    """The beginning of a filter's text, or of the Python expression of another value."""
    if isinstance(value, FILTERS) and _kind(value) == "filter":
        return _beginning(pieces_of(value))
    return code


def _in_words(value: object) -> str:
    """A value in words, if it has no Python expression or no shorter one."""
    match value:
        case BoundSelection(as_of=as_of):
            return f"selection on {as_of.today}: {describe(value, shortened=True)}"
        case BoundPart() | BoundFigure() | BoundFollowed():
            return f"bound: {Teller(ENGLISH).node(value)}"
        case Not() | AllOf() | AnyOf() if isinstance(_first_leaf(value), _BOUND):
            return f"bound: {Teller(ENGLISH).node(value)}"
        case BoundWhere(field, item):
            return f"bound: {field.name} {Teller(ENGLISH).test(item, field)}"
        case Schema(base=base, tables=tables):
            return f"schema of {base}: {listed(tables, MOST - len(base) - 15)}"
        case Table(name=name, fields=fields):
            return f"table {name}: {listed(fields, MOST - len(name) - 10)}"
        case OfTable(wheres, made):
            return f"for a table to be named: {to_line(repr(made(Part('table', wheres))))}"
        case _:
            return _found(value)


def _found(value: object) -> str:
    """The result of a selection in words."""
    match value:
        case Explanation(sentence=sentence, holds=holds, parts=parts):
            more = f", {len(parts)} parts" if parts else ""
            return f"{_yes(holds=holds)}{more}: {sentence}"
        case RowFindings(findings):
            told = ", ".join(each.shown for each in findings)
            return f"{_yes(holds=value.holds)}: {told or 'any row'}"
        case Finding():
            return f"{_yes(holds=value.holds)}: {value.shown}, asked: {value.sentence}"
        case Counts(base, parts, passing):
            return f"{passing} of {base} contacts pass, {len(parts)} parts"
        case PartCount(sentence, alone, so_far):
            return f"{so_far} left, {alone} by this alone: {sentence}"
        case Remark(concern):
            return f"{concern.value}: {value}"
        case Difference(dropped, added):
            return f"{len(dropped)} dropped, {len(added)} added"
        case Effect(comes_in, goes_out):
            return f"{len(comes_in)} come in, {len(goes_out)} go out"
        case _:
            return ""


def _yes(*, holds: bool) -> str:
    return "yes" if holds else "no"


def _written(value: object) -> Iterator[str]:
    """The Python expression that makes a value, piece by piece, without recursion."""
    waiting: list[Iterator[object]] = [iter((value,))]
    while waiting:
        for piece in waiting[-1]:
            if isinstance(piece, _Text):
                yield piece
            else:
                waiting.append(_level(piece))
                break
        else:
            waiting.pop()


class _Text(str):
    """A piece of text that is written unchanged."""

    __slots__ = ()


def _level(value: object) -> Iterator[object]:
    """One level of a value: pieces of text, and the values between them."""
    match value:
        case Not() | AllOf() | AnyOf() if _kind(value) == "selection":
            yield from _joined(value)
        case Part() if _is_plain(value):
            yield from _part(value)
        case Part(_, conditions) if any(where.aspect for where in conditions):
            yield from _seen(value)
        case Followed():
            yield from _followed(value)
        case Figure(measure, field, part, item, aspect):
            yield from _figure(measure, field, part)
            seen = f".{aspect}" if aspect else ""
            yield _Text(f"{seen}.passes({_filter_text(item)})")
        case FigureOf(measure, field, part):
            yield from _figure(measure, field, part)
        case FieldOf(table, name):
            yield _Text(f"{table}.{name}")
        case tuple():
            yield _Text("(")
            yield from _separated(value)
            yield _Text(",)" if len(value) == 1 else ")")
        case _ if _kind(value) == "filter":
            yield _Text(f"parse({_filter_text(value)})")
        case _ if attrs.has(type(value)):
            yield from _constructed(value)
        case _:
            yield _Text(repr(value))


def _filter_text(item: Any) -> str:  # noqa: ANN401 - a filter, if the tree is sound
    """The text of a filter as a Python literal. A long one is cut off."""
    try:
        return repr(_beginning(pieces_of(item)))
    except InvalidValue:
        return "..."


def _joined(value: Not[Any] | AllOf[Any] | AnyOf[Any]) -> Iterator[object]:
    if isinstance(value, Not):
        yield _Text("~")
        yield from _grouped(value.item)
    elif type(value.items[0]) is type(value):  # with an operator, the two would become one
        yield from _call(type(value).__name__, value.items)
    else:
        sign = _Text(" & " if isinstance(value, AllOf) else " | ")
        for number, item in enumerate(value.items):
            if number:
                yield sign
            yield from _grouped(item)


def _grouped(item: object) -> Iterator[object]:
    if isinstance(item, AllOf | AnyOf):
        yield from (_Text("("), item, _Text(")"))
    else:
        yield item


def _is_plain(part: Part) -> bool:
    """Whether a mapping from fields to texts gives this part."""
    names = [where.field for where in part.conditions]
    plain = not any(where.aspect for where in part.conditions)
    return plain and part.table.isidentifier() and bool(names) and len(set(names)) == len(names)


def _part(part: Part) -> Iterator[object]:
    yield _Text(f"make_selection({part.table}={{")
    for number, where in enumerate(part.conditions):
        yield _Text(f"{', ' if number else ''}{where.field!r}: {_filter_text(where.filter)}")
    yield _Text("})")


def _seen(part: Part) -> Iterator[object]:
    """Comparisons of fields, of which one looks at an aspect of a date."""
    several = len(part.conditions) > 1
    if several:
        yield _Text("row(")
    for number, where in enumerate(part.conditions):
        aspect = f".{where.aspect}" if where.aspect else ""
        yield _Text(f"{', ' if number else ''}{part.table}.{where.field}{aspect}")
        yield _Text(f".passes({_filter_text(where.filter)})")
    if several:
        yield _Text(")")


def _followed(followed: Followed) -> Iterator[object]:
    yield _Text("followed(")
    yield followed.first
    yield _Text(", by=")
    yield followed.then
    yield _Text(f", on={followed.first.table}.{followed.field}")
    if followed.within is not None:
        yield _Text(f", within={followed.within}")
    if followed.later_day:
        yield _Text(", later_day=True")
    if followed.without is not None:
        yield _Text(", without=")
        yield followed.without
    yield _Text(")")


def _figure(measure: Measure, field: str, part: Part) -> Iterator[object]:
    yield _Text(f"{_VERBS[measure]}(")
    if measure in {Measure.COUNT, Measure.DISTINCT}:
        yield part
        if field:
            yield _Text(f", distinct={part.table}.{field}")
    else:
        yield _Text(f"{part.table}.{field}")
        if part.conditions:
            yield _Text(", ")
            yield part
    yield _Text(")")


def _constructed(value: Any) -> Iterator[object]:  # noqa: ANN401 - of any attrs class
    """A call of a class with the arguments that are not the default."""
    given: list[object] = []
    named: dict[str, object] = {}
    positional = True
    for field in attrs.fields(type(value)):
        held = getattr(value, field.name)
        if not field.repr or _is_same(held, _default(field, value)):
            positional = False
        elif positional:
            given.append(held)
        else:
            named[field.name] = held
    return _call(type(value).__name__, *given, **named)


def _is_same(held: object, default: object) -> bool:
    """Whether a value is the default. With a field, ``==`` would give a condition."""
    return not isinstance(held, Untrue) and held == default


def _default(field: "attrs.Attribute[Any]", value: object) -> object:
    made: Any = field.default
    if not isinstance(made, attrs.Factory):  # type: ignore[arg-type]  # a class at run time
        return made
    return made.factory(value) if made.takes_self else made.factory()


def _call(name: str, *given: object, **named: object) -> Iterator[object]:
    yield _Text(f"{name}(")
    yield from _separated(given)
    for number, (argument, value) in enumerate(named.items()):
        yield _Text(f"{', ' if number or given else ''}{argument}=")
        yield value
    yield _Text(")")


def _separated(items: Iterable[object]) -> Iterator[object]:
    for number, item in enumerate(items):
        if number:
            yield _Text(", ")
        yield item
