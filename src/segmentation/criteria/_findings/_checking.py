"""Checking a selection before it runs, and comparing it with another.

The remarks are sentences for people. They do not keep a selection from being bound, except for
faults that make binding impossible.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, assert_never

import attrs

from segmentation.criteria._binding import bind, compared_of
from segmentation.criteria._meaning import outcomes
from segmentation.criteria._operands import is_relative
from segmentation.criteria._trees import (
    SHARES,
    AllOf,
    AnyOf,
    AsOf,
    Aspect,
    Between,
    BoundFigure,
    BoundFilter,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    Compare,
    Criteria,
    Figure,
    InLoggedSegment,
    InSegment,
    InShare,
    IsEqual,
    Measure,
    Not,
    OneLine,
    Part,
    Schema,
    Where,
    children,
)
from segmentation.criteria._words import Teller
from segmentation.errors import FilterError, Rejected, UsageError
from segmentation.fields import Field, FieldType, Value
from segmentation.languages import ENGLISH, Phrases


class Concern(StrEnum):
    """The kind of a remark."""

    FAULT = "fault"
    NEVER = "never"
    ALWAYS = "always"
    RELATIVE = "relative"
    UNKNOWN_CODE = "unknown_code"
    CIRCLE = "circle"
    CHANGED = "changed"
    NO_VALUE = "no_value"
    OPEN_END = "open_end"
    NOT_FOLLOWED = "not_followed"


@attrs.frozen(repr=False)
class Remark(OneLine):
    """Something worth knowing about a selection.

    Attributes:
        concern: Its kind.
        place: ``table.field``, or the table. Empty if it is about the whole selection.
        sentence: The remark in words.
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
    phrases: Phrases | None = None,
) -> tuple[Remark, ...]:
    """The remarks on a selection. There are none if it is sound.

    This finds faults that make binding impossible, conditions and combinations of conditions that
    never or always hold (`>5&<3`), codes and segments that do not exist, and relative dates.

    Args:
        criteria: The selection as it is saved.
        schema: The schema to bind it to.
        as_of: The day and the user to bind it to.
        known: The function from a table to the keys of its records, in which codes are looked up.
            ``None`` if the keys are not known.
        phrases: The words for conditions, English by default.
    """
    phrases = phrases or ENGLISH
    try:
        bound = bind(criteria, schema, as_of)
    except UsageError as error:
        return tuple(_faults(error, phrases))
    checker = _Checker(phrases, known or _nothing_known)
    remarks = [*_relative(criteria, schema, phrases), *checker.all_remarks(bound)]
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
    """Remarks on relative dates, which mean another day tomorrow."""
    for part, where in wheres_of(criteria):
        table = schema.table(part.table)
        field = table.field(where.field)
        if field.type not in {FieldType.DATE, FieldType.DATETIME}:
            continue
        if where.aspect is not None:
            if where.aspect in _MOVING:
                sentence = phrases.say("relative", words=phrases.say(where.aspect.value))
                yield Remark(Concern.RELATIVE, f"{table.name}.{field.name}", sentence)
            continue
        found = [word for word in _operands(where.filter) if ":" not in word and is_relative(word)]
        if found:
            sentence = phrases.say("relative", words=", ".join(dict.fromkeys(found)))
            yield Remark(Concern.RELATIVE, f"{table.name}.{field.name}", sentence)


def wheres_of(node: object) -> Iterator[tuple[Part, Where]]:
    """The conditions on fields in a selection, each with the part that it is of."""
    match node:
        case Part(_, conditions):
            yield from ((node, where) for where in conditions)
        case Figure(_, field, part, filter_, aspect) if field:
            yield from wheres_of(part)
            if node.measure is not Measure.DISTINCT:
                yield part, Where(field, filter_, aspect)
        case _:
            for child in children(node):
                yield from wheres_of(child)


def _operands(node: object) -> Iterator[str]:
    match node:
        case Compare(_, operand):
            yield operand.text
        case Between(low, high):
            yield from (end.text for end in (low, high) if end is not None)
        case _:
            for child in children(node):
                yield from _operands(child)


_MOVING = frozenset([Aspect.DAY_OF_YEAR, Aspect.AGE_IN_DAYS, Aspect.AGE_IN_YEARS])
"""The aspects of a date that are others tomorrow."""


class _Checker:
    """Remarks on one bound selection."""

    def __init__(self, phrases: Phrases, known: Callable[[str], Container[str] | None]) -> None:
        self._phrases = phrases
        self._teller = Teller(phrases)
        self._known = known

    def all_remarks(self, bound: BoundSelection) -> Iterator[Remark]:
        """Remarks on the whole, its cut included."""
        if bound.node is not None:  # pragma: no branch - there is one wherever there is a selection
            yield from self.remarks(bound.node)
        if bound.cut is not None and bound.cut.count == 0:
            yield self._verdict("", self._teller.cut(bound.schema.base, bound.cut), holds=False)

    def remarks(self, node: BoundNode) -> Iterator[Remark]:
        match node:
            case BoundPart():
                yield from self._of_part(node)
            case BoundFigure():
                yield from self._of_figure(node)
            case BoundFollowed():
                for part in node.parts:
                    yield from self._of_part(part)
            case InSegment(no):
                yield from self._of_key("segment_header", no, "no_segment")
            case InLoggedSegment(entry_no):
                yield from self._of_key("logged_segment", str(entry_no), "no_logged")
            case InShare(_, start, stop) if stop - start in {0, SHARES}:
                yield self._verdict("", self._teller.node(node), holds=stop > start)
            case InShare():
                pass
            case Not(item):
                yield from self.remarks(item)
            case AllOf(items) | AnyOf(items):
                for item in items:
                    yield from self.remarks(item)
                yield from self._of_joined(node, items)
            case _:
                assert_never(node)

    def _verdict(self, place: str, test: str, *, holds: bool) -> Remark:
        concern = Concern.ALWAYS if holds else Concern.NEVER
        return Remark(concern, place, self._phrases.say(f"{concern.value}_holds", test=test))

    def _of_part(self, part: BoundPart) -> Iterator[Remark]:
        by_place: dict[str, list[BoundWhere]] = {}
        for where in part.conditions:
            place = f"{part.table.name}.{where.field.name}"
            yield from self._of_filter(where.filter, where.field, place)
            yield from self._of_codes(where.filter, where.field, place)
            by_place.setdefault(place, []).append(where)
        yield from self._of_places(by_place, AllOf)

    def _of_figure(self, figure: BoundFigure) -> Iterator[Remark]:
        yield from self._of_part(figure.part)
        compared = compared_of(figure.measure, figure.field)
        place = f"{figure.part.table.name}.{compared.name}"
        least = 0 if figure.measure in {Measure.COUNT, Measure.DISTINCT} else None
        yield from self._of_filter(figure.filter, compared, place, least=least)

    def _of_joined(self, node: BoundNode, items: Sequence[BoundNode]) -> Iterator[Remark]:
        """Remarks on items that contradict each other, or leave no value of a field."""
        joined = AllOf if isinstance(node, AllOf) else AnyOf
        if any(item.item in items for item in items if isinstance(item, Not)):
            yield self._verdict("", self._teller.node(node), holds=joined is AnyOf)
            return
        by_place: dict[str, list[BoundWhere]] = {}
        for item in items:
            for table, where in _on_contact(item, joined):
                by_place.setdefault(f"{table}.{where.field.name}", []).append(where)
        yield from self._of_places(by_place, joined)

    def _of_places(
        self, by_place: Mapping[str, list[BoundWhere]], joined: type[AllOf[Any] | AnyOf[Any]]
    ) -> Iterator[Remark]:
        for place, wheres in by_place.items():
            if len(wheres) > 1:
                whole = joined(tuple(where.filter for where in wheres))
                yield from self._of_filter(whole, wheres[0].field, place)

    def _of_filter(
        self, item: BoundFilter, field: Field, place: str, *, least: int | None = None
    ) -> Iterator[Remark]:
        found = outcomes(item, field, least=least)
        if len(found) == 1:
            yield self._verdict(place, self._teller.test(item, field), holds=True in found)
            return
        if isinstance(item, AllOf | AnyOf):
            for each in item.items:
                yield from self._of_filter(each, field, place, least=least)

    def _of_key(self, table: str, key: str, phrase: str) -> Iterator[Remark]:
        """A remark if there is no record with this key."""
        keys = self._known(table)
        if keys is not None and key not in keys:
            yield Remark(Concern.UNKNOWN_CODE, "", self._phrases.say(phrase, no=key))

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
    """The single values that a filter names."""
    if isinstance(item, IsEqual):
        yield item.value
    for child in children(item):
        yield from _values(child)  # type: ignore[arg-type]  # below a filter are filters


def _on_contact(
    item: BoundNode, joined: type[AllOf[Any] | AnyOf[Any]]
) -> Iterator[tuple[str, BoundWhere]]:
    """The conditions on the contact's own fields that must hold by themselves."""
    match item:
        case BoundPart(table, conditions) if table.link is None:
            if joined is AllOf or len(conditions) == 1:
                yield from ((table.name, where) for where in conditions)
        case Not(BoundPart(table, (where,))) if table.link is None:
            yield table.name, BoundWhere(where.field, Not(where.filter))
        case _:
            pass


def segments_of(criteria: Criteria) -> tuple[str, ...]:
    """The numbers of the segments that a selection tests membership in, in its order."""

    def found(node: object) -> Iterator[str]:
        if isinstance(node, InSegment):
            yield node.segment_no
        for child in children(node):
            yield from found(child)

    return tuple(dict.fromkeys(found(criteria)))


def circle_from(segment_no: str, asked_for: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """The circle of segments by which a segment refers to itself, empty if there is none.

    The segment is the first and the last of the circle.

    Args:
        segment_no: The segment to start from.
        asked_for: The function from a segment to those that its criteria name (`segments_of`).

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


@attrs.frozen(repr=False)
class Difference(OneLine):
    """The difference between two selections, in words.

    Attributes:
        dropped: The sentences of the old selection that the new one does not have.
        added: The sentences of the new selection that the old one does not have.
    """

    dropped: tuple[str, ...]
    added: tuple[str, ...]

    def __str__(self) -> str:
        lines = [*(f"- {each}" for each in self.dropped), *(f"+ {each}" for each in self.added)]
        return "\n".join(lines)


def compare(old: BoundSelection, new: BoundSelection, phrases: Phrases | None = None) -> Difference:
    """The difference between two selections in words, English by default."""
    before, after = (_told(bound, phrases or ENGLISH) for bound in (old, new))
    return Difference(
        tuple(each for each in before if each not in after),
        tuple(each for each in after if each not in before),
    )


def _told(bound: BoundSelection, phrases: Phrases) -> list[str]:
    teller = Teller(phrases, bound.as_of, bound.schema)
    told = [] if bound.node is None else teller.sentences(bound.node)
    return told if bound.cut is None else [*told, teller.cut(bound.schema.base, bound.cut)]


@attrs.frozen(repr=False)
class Effect(OneLine):
    """The change in the contacts that are found when a new selection replaces an old one.

    Attributes:
        comes_in: The numbers that only the new selection finds, in its order.
        goes_out: The numbers that only the old selection finds, in its order.
    """

    comes_in: tuple[str, ...]
    goes_out: tuple[str, ...]


def effect(old: Iterable[str], new: Iterable[str]) -> Effect:
    """The difference between the numbers that an old and a new selection find.

    >>> changed = effect(["A", "B"], ["B", "C"])
    >>> changed.comes_in, changed.goes_out
    (('C',), ('A',))
    """
    before, after = (
        dict.fromkeys([found] if isinstance(found, str) else found) for found in (old, new)
    )
    return Effect(
        tuple(each for each in after if each not in before),
        tuple(each for each in before if each not in after),
    )
