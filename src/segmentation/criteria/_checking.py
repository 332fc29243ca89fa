"""Looking a selection over before it runs, and comparing it with another.

What is found is said in sentences; nothing of it stops a selection from being bound, save
what could not be bound anyway.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any, assert_never

import attrs

from segmentation.errors import FilterError, Rejected, UsageError
from segmentation.fields import Field, FieldType, Value
from segmentation.languages import ENGLISH, Phrases

from ._bind import bind
from ._bound import (
    AsOf,
    BoundFigure,
    BoundFilter,
    BoundNode,
    BoundPart,
    BoundSelection,
    FitsPattern,
    InRange,
    IsEqual,
)
from ._dates import is_relative
from ._describing import Teller
from ._nodes import AllOf, AnyOf, Between, Compare, Criteria, Figure, InSegment, Not, Part, Where
from ._predicate import to_value_test
from ._schema import Schema
from ._walk import children


class Concern(StrEnum):
    """What kind of remark it is."""

    FAULT = "fault"
    NEVER = "never"
    ALWAYS = "always"
    RELATIVE = "relative"
    UNKNOWN_CODE = "unknown_code"
    CIRCLE = "circle"


@attrs.frozen
class Remark:
    """Something worth knowing about a selection.

    Attributes:
        concern: Its kind.
        place: ``table.field``, or the table; empty for the whole selection.
        sentence: What it is, for people.
    """

    concern: Concern
    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


def check(
    criteria: Criteria,
    schema: Schema,
    as_of: AsOf,
    *,
    known: Callable[[str], Container[str] | None] | None = None,
    phrases: Phrases = ENGLISH,
) -> tuple[Remark, ...]:
    """What is wrong or remarkable about a selection; nothing, if it is sound.

    Found are faults that forbid binding; conditions that never or always hold (`>5&<3`); codes
    that do not exist; dates that move with the day.

    Args:
        criteria: The selection as it is saved.
        schema: What it speaks of.
        as_of: The day and user to bind it to.
        known: The keys of the records of a table, ``None`` if they are not known; codes are
            looked up there.
        phrases: The words that conditions are told in.
    """
    try:
        bound = bind(criteria, schema, as_of)
    except UsageError as error:
        return tuple(_faults(error, phrases))
    remarks = list(_relative(criteria, schema, phrases))
    checker = _Checker(phrases, known or _nothing_known)
    remarks += checker.remarks(bound.node) if bound.node is not None else ()
    return tuple(dict.fromkeys(remarks))


def _nothing_known(_table: str) -> None:
    return None


def _faults(error: UsageError, phrases: Phrases) -> Iterator[Remark]:
    if isinstance(error, Rejected):
        for fault in error.faults:
            place = f"{fault.place}.{fault.field}" if fault.field else fault.place
            yield Remark(Concern.FAULT, place, phrases.told(fault.reason))
    elif isinstance(error, FilterError):
        yield Remark(Concern.FAULT, error.field, phrases.told(error.at_field("")))
    else:
        yield Remark(Concern.FAULT, "", phrases.told(error))


def _relative(criteria: Criteria, schema: Schema, phrases: Phrases) -> Iterator[Remark]:
    """Remarks on dates that mean another day tomorrow."""
    for part, where in _wheres(criteria):
        table = schema.table(part.table)
        field = table.field(where.field)
        if field.type not in {FieldType.DATE, FieldType.DATETIME}:
            continue
        found = [word for word in _operands(where.filter) if ":" not in word and is_relative(word)]
        if found:
            sentence = phrases.say("relative", words=", ".join(dict.fromkeys(found)))
            yield Remark(Concern.RELATIVE, f"{table.name}.{field.name}", sentence)


def _wheres(node: object) -> Iterator[tuple[Part, Where]]:
    match node:
        case Part(_, conditions):
            yield from ((node, where) for where in conditions)
        case Figure(_, field, part, filter_) if field:
            yield from _wheres(part)
            yield part, Where(field, filter_)
        case _:
            for child in children(node):
                yield from _wheres(child)


def _operands(node: object) -> Iterator[str]:
    match node:
        case Compare(_, operand):
            yield operand.text
        case Between(low, high):
            yield from (end.text for end in (low, high) if end is not None)
        case _:
            for child in children(node):
                yield from _operands(child)


class _Checker:
    """Remarks on one bound selection."""

    def __init__(self, phrases: Phrases, known: Callable[[str], Container[str] | None]) -> None:
        self._phrases = phrases
        self._teller = Teller(phrases)
        self._known = known

    def remarks(self, node: BoundNode) -> Iterator[Remark]:
        match node:
            case BoundPart():
                yield from self._of_part(node)
            case BoundFigure():
                yield from self._of_part(node.part)
            case Not(item):
                yield from self.remarks(item)
            case AllOf(items):
                yield from self._of_parts_together(items)
            case AnyOf(items):
                for item in items:
                    yield from self.remarks(item)
            case _:
                pass

    def _of_part(self, part: BoundPart) -> Iterator[Remark]:
        for where in part.conditions:
            place = f"{part.table.name}.{where.field.name}"
            yield from self._of_filter(where.filter, where.field, place)
            yield from self._of_codes(where.filter, where.field, place)

    def _of_parts_together(self, items: Sequence[BoundNode]) -> Iterator[Remark]:
        """Several parts on the contact itself may contradict each other."""
        by_field: dict[str, list[BoundFilter]] = {}
        fields: dict[str, tuple[Field, str]] = {}
        for item in items:
            yield from self.remarks(item)
            if isinstance(item, BoundPart) and item.table.link is None:
                for where in item.conditions:
                    by_field.setdefault(where.field.name, []).append(where.filter)
                    fields[where.field.name] = (
                        where.field,
                        f"{item.table.name}.{where.field.name}",
                    )
        for name, filters in by_field.items():
            if len(filters) > 1:
                field, place = fields[name]
                yield from self._of_filter(AllOf(tuple(filters)), field, place)

    def _of_filter(self, item: BoundFilter, field: Field, place: str) -> Iterator[Remark]:
        found = outcomes(item, field)
        if len(found) == 1:
            concern = Concern.ALWAYS if True in found else Concern.NEVER
            test = self._teller.test(item, field)
            yield Remark(concern, place, self._phrases.say(f"{concern.value}_holds", test=test))
            return
        if isinstance(item, AllOf | AnyOf):
            for each in item.items:
                yield from self._of_filter(each, field, place)

    def _of_codes(self, item: BoundFilter, field: Field, place: str) -> Iterator[Remark]:
        keys = self._known(field.refers_to) if field.refers_to else None
        if keys is None:
            return
        for value in _values(item):
            if isinstance(value, str) and value and value not in keys:
                table = self._phrases.name(field.refers_to)
                sentence = self._phrases.say("unknown_code", table=table, code=value)
                yield Remark(Concern.UNKNOWN_CODE, place, sentence)


def _values(item: BoundFilter) -> Iterator[Value]:
    """The values that a filter asks for by themselves."""
    if isinstance(item, IsEqual):
        yield item.value
    for child in children(item):
        yield from _values(child)  # type: ignore[arg-type]  # below a filter are filters


def outcomes(item: BoundFilter, field: Field) -> frozenset[bool]:
    """Whether some values pass a filter, and whether some do not; empty if it is not known.

    Between two constants of a filter all values fare alike, so one of them is tried for all.
    Patterns, and comparisons without regard to case, do not divide values like that.
    """
    constants = {constant for leaf in _leaves(item) for constant in _constants(leaf)}
    if any(any_case for _, any_case in constants):
        return frozenset()
    passes = to_value_test(item, field)
    return frozenset(passes(value) for value in _tried({v for v, _ in constants}, field))


def _leaves(item: BoundFilter) -> Iterator[IsEqual | InRange | FitsPattern]:
    match item:
        case IsEqual() | InRange() | FitsPattern():
            yield item
        case Not(inner):
            yield from _leaves(inner)
        case AllOf(items) | AnyOf(items):
            for each in items:
                yield from _leaves(each)
        case _:
            assert_never(item)


def _constants(leaf: IsEqual | InRange | FitsPattern) -> Iterator[tuple[Any, bool]]:
    """The values that a leaf compares with, and whether without regard to case."""
    match leaf:
        case IsEqual(value, any_case):
            yield value, any_case
        case InRange(low, high):
            yield from ((end.value, end.any_case) for end in (low, high) if end)
        case FitsPattern():
            yield None, True
        case _:
            assert_never(leaf)


def _tried(constants: set[Any], field: Field) -> Iterator[Any]:
    """Values of a field, one at least from each stretch between the constants."""
    if field.options:
        yield from field.options
        return
    if field.type is FieldType.BOOLEAN:
        yield from (False, True)
        return
    yield field.blank
    ordered = sorted(value for value in constants if value is not None)
    yield from ordered
    if not ordered:
        ordered = [_SOME[field.type]]
        yield ordered[0]
    for value in ordered:
        yield from _neighbours(value)
    if field.type is FieldType.DECIMAL:
        yield from ((low + high) / 2 for low, high in pairwise(ordered))


def _neighbours(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any value that has an order
    """Values right before and right behind one."""
    try:
        match value:
            case str():
                # Right before a text lies one with a smaller last letter and a long tail.
                if value:
                    yield value[:-1] + chr(max(ord(value[-1]) - 1, 0)) + "\U0010ffff"
                yield value + "\0"
            case datetime():
                yield value - timedelta(microseconds=1)
                yield value + timedelta(microseconds=1)
            case date():
                yield value - timedelta(days=1)
                yield value + timedelta(days=1)
            case time():
                moment = datetime.combine(date(2000, 1, 1), value)
                yield (moment - timedelta(microseconds=1)).time()
                yield (moment + timedelta(microseconds=1)).time()
            case _:
                yield value - 1
                yield value + 1
    except OverflowError:
        return


_SOME: Mapping[FieldType, Any] = {
    FieldType.CODE: "A",
    FieldType.TEXT: "A",
    FieldType.INTEGER: 1,
    FieldType.DECIMAL: Decimal(1),
    FieldType.DATE: date(2000, 1, 1),
    FieldType.DATETIME: datetime(2000, 1, 1),  # noqa: DTZ001 - taken for UTC
    FieldType.TIME: time(12),
}


def segments_of(criteria: Criteria) -> tuple[str, ...]:
    """The numbers of the segments whose members a selection asks for, in its order."""

    def found(node: object) -> Iterator[str]:
        if isinstance(node, InSegment):
            yield node.segment_no
        for child in children(node):
            yield from found(child)

    return tuple(dict.fromkeys(found(criteria)))


def circle_from(segment_no: str, asked_for: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """The circle in which a segment refers to itself, itself at both ends; empty if none.

    Args:
        segment_no: The segment to start from.
        asked_for: The segments that the criteria of a segment ask for (`segments_of`).

    >>> circle_from("A", {"A": ["B", "C"], "B": [], "C": ["A"]}.__getitem__)
    ('A', 'C', 'A')
    """
    waiting: list[tuple[str, ...]] = [(segment_no,)]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        for following in asked_for(path[-1]):
            if following == segment_no:
                return (*path, following)
            if following not in seen:
                seen.add(following)
                waiting.append((*path, following))
    return ()


@attrs.frozen
class Difference:
    """What another selection asks for that this one does not, and the other way round.

    Attributes:
        dropped: Sentences that only the old one says.
        added: Sentences that only the new one says.
    """

    dropped: tuple[str, ...]
    added: tuple[str, ...]

    def __str__(self) -> str:
        lines = [*(f"- {each}" for each in self.dropped), *(f"+ {each}" for each in self.added)]
        return "\n".join(lines)


def compare(old: BoundSelection, new: BoundSelection, phrases: Phrases = ENGLISH) -> Difference:
    """The difference of two selections in words."""
    before, after = _told(old, phrases), _told(new, phrases)
    return Difference(
        tuple(each for each in before if each not in after),
        tuple(each for each in after if each not in before),
    )


def _told(bound: BoundSelection, phrases: Phrases) -> list[str]:
    teller = Teller(phrases)
    told = [] if bound.node is None else teller.sentences(bound.node)
    return told if bound.cut is None else [*told, teller.cut(bound.schema.base, bound.cut)]


@attrs.frozen
class Effect:
    """What becomes of a base when one selection takes the place of another.

    Attributes:
        comes_in: The numbers that only the new one finds, in its order.
        goes_out: The numbers that only the old one finds, in its order.
    """

    comes_in: tuple[str, ...]
    goes_out: tuple[str, ...]


def effect(old: Iterable[str], new: Iterable[str]) -> Effect:
    """Who comes in and who goes out, from what either selection finds.

    >>> effect(["A", "B"], ["B", "C"])
    Effect(comes_in=('C',), goes_out=('A',))
    """
    before, after = dict.fromkeys(old), dict.fromkeys(new)
    return Effect(
        tuple(each for each in after if each not in before),
        tuple(each for each in before if each not in after),
    )
