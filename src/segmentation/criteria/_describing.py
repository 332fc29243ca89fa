"""Selections in words, for people.

The words are kept apart from the code (`segmentation.languages.Phrases`). A host can pass its own
for another language or other names. The text describes the bound selection, so relative dates are
shown as dates.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import assert_never

from segmentation.fields import Field, FieldType, Value
from segmentation.languages import ENGLISH, Phrases

from ._bound import (
    Bound,
    BoundFigure,
    BoundFilter,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    FitsPattern,
    InRange,
    IsEqual,
)
from ._hashing import SHARES
from ._letters import Letters
from ._nodes import (
    AllOf,
    AnyOf,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Not,
    Order,
    Sample,
    Wild,
)
from ._schema import Table

_CALENDAR = frozenset([FieldType.DATE, FieldType.DATETIME, FieldType.TIME])
_LISTED = 20


def describe(bound: BoundSelection, phrases: Phrases | None = None) -> str:
    """A selection in words, English by default.

    >>> from datetime import date
    >>> from segmentation.criteria import AsOf, Link, Schema, bind, make_selection, make_table
    >>> country = Field("country", FieldType.CODE)
    >>> schema = Schema("contact", "no", {"contact": make_table("contact", [country])})
    >>> criteria = make_selection(contact={"country": "DK|SE"})
    >>> describe(bind(criteria, schema, AsOf(date(2026, 11, 22))))
    'country is DK or SE'
    """
    phrases = phrases or ENGLISH
    teller = Teller(phrases)
    sentences = teller.sentences(bound.node)
    if bound.cut is not None:
        sentences.append(teller.cut(bound.schema.base, bound.cut))
    return phrases.say("next").join(sentences)


def compared_of(measure: Measure, field: Field | None) -> Field:
    """A field of the type of a figure, for comparisons."""
    if field is None:
        return Field("count", FieldType.INTEGER)
    return Field(field.name, FieldType.DECIMAL) if measure is Measure.SUM else field


class Teller:
    """Puts nodes into words."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._say = phrases.say

    def sentences(self, node: BoundNode | None) -> list[str]:
        """One sentence for each thing that must hold."""
        match node:
            case None:
                return [self._say("everybody")]
            case AllOf(items):
                return [
                    sentence
                    for item in items
                    for sentence in (
                        [self._grouped(item)] if isinstance(item, AnyOf) else self.sentences(item)
                    )
                ]
            case BoundPart(table, conditions) if table.link is None and conditions:
                return [self._condition(table, where) for where in conditions]
            case _:
                return [self.node(node)]

    def node(self, node: BoundNode) -> str:
        """A node as one sentence, with brackets where it could be misread."""
        match node:
            case BoundPart():
                return self._part(node, negated=False)
            case BoundFigure():
                return self._figure(node)
            case InSegment(no):
                return self._say("in_segment", no=no)
            case InLoggedSegment(no):
                return self._say("in_logged", no=no)
            case InShare(seed, start, stop):
                percent = [f"{Decimal(each * 100) / SHARES:f}" for each in (start, stop)]
                return self._say("share", start=percent[0], stop=percent[1], seed=seed)
            case Not(item):
                return self._negated(item)
            case AllOf(items):
                return self._joined("and", map(self._grouped, items))
            case AnyOf(items):
                return self._joined("or", map(self._grouped, items))
            case _:
                assert_never(node)

    def _negated(self, node: BoundNode) -> str:
        match node:
            case BoundPart(table) if table.link is not None:
                return self._part(node, negated=True)
            case InSegment(no):
                return self._say("in_segment_not", no=no)
            case InLoggedSegment(no):
                return self._say("in_logged_not", no=no)
            case _:
                return self._say("not", item=self.node(node))

    def _grouped(self, node: BoundNode) -> str:
        several = isinstance(node, AllOf | AnyOf) or (
            isinstance(node, BoundPart) and len(node.conditions) > 1
        )
        return self._say("group", item=self.node(node)) if several else self.node(node)

    def _joined(self, word: str, items: Iterable[str]) -> str:
        return self._say(word).join(items)

    def _part(self, part: BoundPart, *, negated: bool) -> str:
        conditions = self._conditions(part)
        if part.table.link is None:
            return conditions or self._say("everybody")
        phrase = ("has_no" if negated else "has") + ("_where" if conditions else "")
        return self._say(phrase, table=self._table(part.table), conditions=conditions)

    def _rows(self, part: BoundPart) -> str:
        conditions = self._conditions(part)
        phrase = "rows_where" if conditions else "rows"
        return self._say(phrase, table=self._table(part.table), conditions=conditions)

    def _conditions(self, part: BoundPart) -> str:
        told = [self._condition(part.table, where) for where in part.conditions]
        if len(told) > 1:
            told = [
                self._say("group", item=each) if isinstance(where.filter, AllOf | AnyOf) else each
                for each, where in zip(told, part.conditions, strict=True)
            ]
        return self._joined("and", told)

    def _condition(self, table: Table, where: BoundWhere) -> str:
        field = self._phrases.name(table.name, where.field.name)
        return self._say("condition", field=field, test=self.test(where.filter, where.field))

    def _table(self, table: Table) -> str:
        return self._phrases.name(table.name)

    def _figure(self, figure: BoundFigure) -> str:
        field, compared = figure.field, compared_of(figure.measure, figure.field)
        name = self._phrases.name(figure.part.table.name, field.name) if field else ""
        return self._say(
            figure.measure.value,
            field=name,
            rows=self._rows(figure.part),
            test=self.test(figure.filter, compared),
        )

    def cut(self, base: str, cut: First | Sample) -> str:
        """A cut in words."""
        match cut:
            case First(count, ()):
                return self._say("first", count=count)
            case First(count, order):
                told = self._joined("comma", (self._order(base, each) for each in order))
                return self._say("first_by", count=count, order=told)
            case Sample(count, seed):
                return self._say("sample", count=count, seed=self._say("quoted", text=seed))
            case _:
                assert_never(cut)

    def _order(self, base: str, order: Order) -> str:
        field = self._phrases.name(base, order.field)
        return self._say("descending", field=field) if order.descending else field

    def test(self, item: BoundFilter, field: Field) -> str:
        """A filter of a field in words."""
        match item:
            case IsEqual(value, letters):
                return self._say("equal", value=self._lettered(value, field, letters))
            case InRange(low, high):
                return self._range(low, high, field)
            case FitsPattern():
                return self._say("like", pattern=self._pattern(item))
            case Not(IsEqual(value, letters)):
                return self._say("equal_not", value=self._lettered(value, field, letters))
            case Not(FitsPattern() as inner):
                return self._say("like_not", pattern=self._pattern(inner))
            case Not(AnyOf(items)) if all(isinstance(each, IsEqual) for each in items):
                return self._say("none_of", values=self._list(items, field))
            case Not(inner):
                return self._say("not", item=self.test(inner, field))
            case AllOf(items):
                return self._joined("and", (self._grouped_test(each, field) for each in items))
            case AnyOf(items) if all(isinstance(each, IsEqual) for each in items):
                return self._say("equal", value=self._list(items, field))
            case AnyOf(items):
                return self._joined("or", (self._grouped_test(each, field) for each in items))
            case _:
                assert_never(item)

    def shown(self, table: Table, field: Field, value: Value) -> str:
        """A field and its value in words."""
        is_option = field.options and isinstance(value, str)
        told = self._option(str(value), field) if is_option else self.value(value, field)
        return self._say("finding", field=self._phrases.name(table.name, field.name), value=told)

    def _grouped_test(self, item: BoundFilter, field: Field) -> str:
        test = self.test(item, field)
        return self._say("group", item=test) if isinstance(item, AllOf | AnyOf) else test

    def _list(self, items: tuple[BoundFilter, ...], field: Field) -> str:
        """A list of values. Only the beginning of a long list is shown."""
        told = [
            self._lettered(each.value, field, each.letters)
            for each in items[:_LISTED]
            if isinstance(each, IsEqual)
        ]
        if len(items) > _LISTED:
            told.append(self._say("more", count=len(items) - _LISTED))
        return self._joined("comma", told[:-1]) + self._say("or") + told[-1]

    def _range(self, low: Bound | None, high: Bound | None, field: Field) -> str:
        if low and high and low.inclusive and high.inclusive:
            return self._say("range", low=self._end(low, field), high=self._end(high, field))
        calendar = field.type in _CALENDAR
        told = []
        if low:
            phrases = ("since", "after") if calendar else ("from", "above")
            phrase = phrases[0] if low.inclusive else phrases[1]
            told.append(self._say(phrase, value=self._end(low, field)))
        if high:
            # With a lower end beside it, a blank date does not pass.
            phrases = ("until", "before") if calendar and not low else ("to", "below")
            phrase = phrases[0] if high.inclusive else phrases[1]
            told.append(self._say(phrase, value=self._end(high, field)))
        return self._joined("and", told) if told else self._say("always")

    def _end(self, end: Bound, field: Field) -> str:
        return self._lettered(end.value, field, end.letters)

    def _lettered(self, value: Value, field: Field, letters: Letters) -> str:
        return self._without(self.value(value, field), letters)

    def _without(self, told: str, letters: Letters) -> str:
        """A value with words for what is left out of account."""
        match letters:
            case Letters.AS_WRITTEN:
                return told
            case Letters.ANY_CASE:
                return self._say("any_case", value=told)
            case Letters.ANY_ACCENT:
                return self._say("any_accent", value=told)
            case _:
                assert_never(letters)

    def _pattern(self, item: FitsPattern) -> str:
        text = "".join(p.value if isinstance(p, Wild) else p for p in item.pattern)
        return self._without(self._say("quoted", text=text), item.letters)

    def value(self, value: Value, field: Field) -> str:
        """A value as people write it. The value of an option is its position, shown as its name."""
        match value:
            case None | "":
                return self._say("blank")
            case bool():
                return self._say("yes" if value else "no")
            case int() if field.options:
                return self._option(field.options[value], field)
            case Decimal():
                return f"{value:f}"
            case datetime():
                return value.isoformat(" ", "minutes" if not value.second else "auto")
            case str() if field.type is FieldType.TEXT:
                return self._say("quoted", text=value)
            case _:
                return str(value)

    def _option(self, name: str, field: Field) -> str:
        return self._phrases.name("*", field.name, name) if name else self._say("blank")
