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

from ._aspects import number_field
from ._bound import (
    Bound,
    BoundFigure,
    BoundFilter,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    FitsPattern,
    HasAspect,
    InRange,
    IsEqual,
)
from ._calendar import InCalendar
from ._following import Reason, Why
from ._hashing import SHARES
from ._letters import Letters
from ._nodes import (
    AllOf,
    AnyOf,
    Aspect,
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
_KNOWN = Not(IsEqual(None))


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
    if measure is Measure.DISTINCT:
        return Field(field.name, FieldType.INTEGER)
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
            case BoundFollowed():
                return self._followed(node)
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

    def _followed(self, followed: BoundFollowed) -> str:
        told = self._say(
            "followed",
            table=self._table(followed.table),
            first=self._asked_of(followed.first),
            then=self._asked_of(followed.then),
        )
        if followed.within is not None:
            told += self._say("followed_within", days=self._days(followed.within))
        if followed.later_day:
            told += self._say("followed_later_day")
        if followed.without is not None:
            told += self._say("followed_without", conditions=self._asked_of(followed.without))
        return told

    def _asked_of(self, part: BoundPart) -> str:
        return self._conditions(part) or self._say("nothing_asked")

    def _days(self, days: int) -> str:
        return self._say("day" if days == 1 else "days", count=days)

    def reason(self, followed: BoundFollowed, reason: Reason) -> str:
        """Why rows come one after the other, or why not, in words."""
        first, then = self._asked_of(followed.first), self._asked_of(followed.then)
        between = reason.pair.days if reason.pair else 0
        match reason.why:
            case Why.NEAR_ENOUGH:
                return self._say("near_enough", days=self._days(between))
            case Why.TOO_LATE:
                over = between - (followed.within or 0)
                return self._say("too_late", days=self._days(between), over=over)
            case Why.NO_FIRST:
                return self._say("no_first", first=first)
            case Why.NO_THEN:
                return self._say("no_then", then=then)
            case Why.NEVER_AFTER:
                return self._say("never_after", first=first, then=then)
            case Why.SAME_DAY_ONLY:
                return self._say("same_day_only", first=first, then=then)
            case Why.ONE_BETWEEN:
                without = self._asked_of(followed.without) if followed.without else ""
                return self._say("one_between", conditions=without)
            case _:
                assert_never(reason.why)

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
            case HasAspect(aspect, asked):
                return self._aspect(aspect, asked)
            case InCalendar():
                return self._say("in_calendar")
            case AllOf(items):
                return self._all_of(items, field)
            case AnyOf(items):
                return self._any_of(items, field)
            case _:
                assert_never(item)

    def _any_of(self, items: tuple[BoundFilter, ...], field: Field) -> str:
        if all(isinstance(each, IsEqual) for each in items):
            return self._say("equal", value=self._list(items, field))
        return self._joined("or", (self._grouped_test(each, field) for each in items))

    def _aspect(self, aspect: Aspect, asked: BoundFilter) -> str:
        test = self.test(asked, number_field(aspect))
        return self._say("aspect", aspect=self._say(aspect.value), test=test)

    def _all_of(self, items: tuple[BoundFilter, ...], field: Field) -> str:
        """Several filters. Of a date that is known, nothing is said of blanks."""
        if field.type not in _CALENDAR or _KNOWN not in items:
            return self._joined("and", (self._grouped_test(each, field) for each in items))
        told = [
            self._range(each.low, each.high, field, known=True)
            if isinstance(each, InRange)
            else self._grouped_test(each, field)
            for each in items
            if each != _KNOWN
        ]
        return self._joined("and", [*told, self._say("known")]) if told else self._say("is_known")

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

    def _range(
        self, low: Bound | None, high: Bound | None, field: Field, *, known: bool = False
    ) -> str:
        if low and high and low.inclusive and high.inclusive:
            return self._say("range", low=self._end(low, field), high=self._end(high, field))
        calendar = field.type in _CALENDAR
        told: list[str] = []
        if low:
            phrases = ("since", "after") if calendar else ("from", "above")
            phrase = phrases[0] if low.inclusive else phrases[1]
            told.append(self._say(phrase, value=self._end(low, field)))
        if high:
            # With a lower end beside it, a blank date does not pass.
            phrases = ("until", "before") if calendar and not low else ("to", "below")
            if calendar and known:
                phrases = ("known_until", "known_before")
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
            case int() if field is number_field(Aspect.DAY_OF_YEAR):
                return self._day_of_year(value)
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

    def _day_of_year(self, number: int) -> str:
        months = number_field(Aspect.MONTH)
        month = self._option(months.options[number // 100], months)
        return self._say("day_and_month", day=number % 100, month=month)

    def _option(self, name: str, field: Field) -> str:
        return self._phrases.name("*", field.name, name) if name else self._say("blank")
