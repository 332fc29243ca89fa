"""Selections in words, for people and for `from_words`.

The words are kept apart from the code (`segmentation.languages.Phrases`). A host can pass its own
for another language or other names. The text says what was asked, with the day of each relative
date in brackets behind it.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, assert_never

from segmentation.criteria._binding import compared_of, number_field
from segmentation.criteria._meaning import Reason, Why
from segmentation.criteria._trees import (
    SHARES,
    AllOf,
    AnyOf,
    AsOf,
    BoundFigure,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    First,
    HasAspect,
    InLoggedSegment,
    InSegment,
    InShare,
    Not,
    Order,
    Sample,
    Schema,
    Table,
)
from segmentation.fields import Field, Value
from segmentation.languages import ENGLISH, Phrases

from ._filter_words import FilterTeller, needs_group


def describe(
    bound: BoundSelection, phrases: Phrases | None = None, *, shortened: bool = False
) -> str:
    """A selection in words, English by default.

    `from_words` reads them back.

    Args:
        bound: The selection.
        phrases: The words.
        shortened: Whether of long lists only the beginning is shown. Such a text is not read back.

    >>> from datetime import date
    >>> from segmentation.criteria import AsOf, Link, Schema, bind, make_selection, make_table
    >>> from segmentation.fields import Field, FieldType
    >>> country = Field("country", FieldType.CODE)
    >>> schema = Schema("contact", "no", {"contact": make_table("contact", [country])})
    >>> criteria = make_selection(contact={"country": "DK|SE"})
    >>> describe(bind(criteria, schema, AsOf(date(2026, 11, 22))))
    'country is DK or SE'
    """
    phrases = phrases or ENGLISH
    teller = Teller(phrases, bound.as_of, bound.schema, shortened=shortened)
    sentences = teller.whole(bound.node)
    if bound.cut is not None:
        sentences.append(teller.cut(bound.schema.base, bound.cut))
    return phrases.say("next").join(sentences)


def describe_parts(
    bound: BoundSelection, parts: Iterable[BoundNode], phrases: Phrases | None = None
) -> list[str]:
    """Parts of a selection in words, a sentence each; of long lists the beginning is shown.

    Args:
        bound: The selection.
        parts: Nodes of it, such as `parts_of` gives.
        phrases: The words, English by default.
    """
    teller = Teller(phrases or ENGLISH, bound.as_of, bound.schema)
    return [teller.node(part) for part in parts]


class Teller(FilterTeller):
    """Puts nodes into words.

    Args:
        phrases: The words.
        as_of: The day that relative dates are shown for; without one, they are not.
        schema: The tables whose names must not be mixed up.
        shortened: Whether of long lists only the beginning is shown.
    """

    def __init__(
        self,
        phrases: Phrases,
        as_of: AsOf | None = None,
        schema: Schema | None = None,
        *,
        shortened: bool = True,
    ) -> None:
        super().__init__(phrases, as_of, shortened=shortened)
        self._schema = schema

    def whole(self, node: BoundNode | None) -> list[str]:
        """A selection, one sentence for each of its items."""
        match node:
            case None:
                return [self._say("everybody")]
            case AllOf(items):
                return [
                    self._in_group(item) if isinstance(item, AllOf | AnyOf) else self.node(item)
                    for item in items
                ]
            case _:
                return [self.node(node)]

    def sentences(self, node: BoundNode) -> list[str]:
        """One sentence for each thing that must hold."""
        match node:
            case AllOf(items):
                return [
                    sentence
                    for item in items
                    for sentence in (
                        [self._in_group(item)] if isinstance(item, AnyOf) else self.sentences(item)
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
                return self._say("in_segment", no=self._operands.code(no))
            case InLoggedSegment(no):
                return self._say("in_logged", no=no)
            case InShare(seed, start, stop):
                percent = [f"{Decimal(each * 100) / SHARES:f}" for each in (start, stop)]
                seed = self._operands.code(seed)
                return self._say("share", start=percent[0], stop=percent[1], seed=seed)
            case Not(item):
                return self._negated(item)
            case AllOf(items):
                return self._joined_nodes("and", items)
            case AnyOf(items):
                return self._joined_nodes("or", items)
            case _:
                assert_never(node)

    def _joined_nodes(self, joint: Literal["and", "or"], items: Sequence[BoundNode]) -> str:
        told = (
            self._in_group(item) if _is_grouped(item, items, place, joint) else self.node(item)
            for place, item in enumerate(items)
        )
        return self._joined(joint, told)

    def _negated(self, node: BoundNode) -> str:
        match node:
            case BoundPart(table) if table.link is not None:
                return self._part(node, negated=True)
            case InSegment(no):
                return self._say("in_segment_not", no=self._operands.code(no))
            case InLoggedSegment(no):
                return self._say("in_logged_not", no=no)
            case _:
                return self._say("not", item=self.node(node))

    def _in_group(self, node: BoundNode) -> str:
        return self._say("group", item=self.node(node))

    def _part(self, part: BoundPart, *, negated: bool) -> str:
        conditions = self._conditions(part)
        if part.table.link is None:
            return conditions or self._say("any_contact")
        phrase = ("has_no" if negated else "has") + ("_where" if conditions else "")
        return self._say(phrase, table=self._table(part, phrase), conditions=conditions)

    def _rows(self, part: BoundPart, *, grouped: bool) -> str:
        conditions = self._conditions(part)
        phrase = "rows_where" if conditions else "rows"
        if grouped or len(part.conditions) > 1 or any(map(_is_compound, part.conditions)):
            conditions = self._say("group", item=conditions)
        return self._say(phrase, table=self._table(part, phrase), conditions=conditions)

    def _conditions(self, part: BoundPart) -> str:
        several = len(part.conditions) > 1
        told = (self._condition(part.table, where, beside=several) for where in part.conditions)
        return self._joined("and", told)

    def _condition(self, table: Table, where: BoundWhere, *, beside: bool = False) -> str:
        field = self._field(table, where.field)
        test = self.asked(where, where.field, beside=beside)
        return self._say("condition", field=field, test=test)

    def asked(self, where: BoundWhere | BoundFigure, field: Field, *, beside: bool = False) -> str:
        """What is asked of a value, as it was written if anybody wrote it.

        Args:
            where: The condition or figure.
            field: The field, or one of the type of the figure.
            beside: Whether another condition stands beside it.
        """
        if where.asked is None:
            return self.test(where.filter, field)
        aspect = where.filter.aspect if isinstance(where.filter, HasAspect) else None
        asked = self.test(where.asked, field if aspect is None else number_field(aspect))
        if beside and _is_compound(where):
            asked = self._say("group", item=asked)
        return asked if aspect is None else self._seen(aspect, asked)

    def _field(self, table: Table, field: Field, phrase: str = "condition") -> str:
        names = self._wording.field_names(table)
        return self._wording.written_name(
            field.name, names, quoted=self._wording.is_quoted(phrase, "field")
        )

    def _table(self, part: BoundPart, phrase: str) -> str:
        if self._schema is None:
            return self._phrases.name(part.named)
        names = self._wording.table_names(self._schema)
        quoted = self._wording.is_quoted(phrase, "table")
        return self._wording.written_name(part.named, names, quoted=quoted)

    def _figure(self, figure: BoundFigure) -> str:
        measure, field = figure.measure.value, figure.field
        name = self._field(figure.part.table, field, measure) if field else ""
        test = self.asked(figure, compared_of(figure.measure, field))
        # What stands in brackets right behind a value is the day that it is.
        rows = self._rows(figure.part, grouped=test.startswith("("))
        return self._say(measure, field=name, rows=rows, test=test)

    def _followed(self, followed: BoundFollowed) -> str:
        told = self._say(
            "followed",
            table=self._table(followed.first, "followed"),
            first=self._asked_of(followed.first),
            then=self._asked_of(followed.then),
        )
        by = self._field(followed.table, followed.field, "followed_by")
        told += self._say("followed_by", field=by)
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
                return self._say("sample", count=count, seed=self._wording.quote(seed))
            case _:
                assert_never(cut)

    def _order(self, base: str, order: Order) -> str:
        field = self._phrases.name(base, order.field)
        if self._schema is not None:
            table = self._schema.table(base)
            field = self._field(table, table.field(order.field))
        return self._say("descending", field=field) if order.descending else field

    def shown(self, table: Table, field: Field, value: Value) -> str:
        """A field and its value in words."""
        is_option = field.options and isinstance(value, str)
        told = self._option(str(value), field) if is_option else self.value(value, field)
        return self._say("finding", field=self._phrases.name(table.name, field.name), value=told)


def _is_compound(where: BoundWhere | BoundFigure) -> bool:
    """Whether a condition needs brackets beside another one."""
    field = where.field
    if isinstance(where, BoundFigure):
        field = compared_of(where.measure, where.field)
    item = where.filter if where.asked is None else where.asked
    if field is None or isinstance(where.filter, HasAspect):
        return isinstance(item, AllOf | AnyOf)
    return needs_group(item, field)


def _is_grouped(
    node: BoundNode, items: Sequence[BoundNode], place: int, joint: Literal["and", "or"]
) -> bool:
    """Whether a node needs brackets among others that it is joined with."""
    match node:
        case AllOf() | AnyOf():
            return True
        case BoundFigure():
            return _is_compound(node)
        case BoundPart(table, conditions) if table.link is None:
            beside = (*items[max(place - 1, 0) : place], *items[place + 1 : place + 2])
            mixed = joint == "and" and any(map(_is_of_contact, beside))
            return (
                len(conditions) > 1
                or any(map(_is_compound, conditions))
                or (mixed and bool(conditions))
            )
        case BoundPart(conditions=()) | Not(BoundPart(conditions=())):
            return False
        case BoundPart() | BoundFollowed():
            return place + 1 < len(items)
        case Not(BoundPart(table)):
            return table.link is not None and place + 1 < len(items)
        case _:
            return False


def _is_of_contact(node: BoundNode) -> bool:
    """Whether a node is conditions on the contact's own fields."""
    return isinstance(node, BoundPart) and node.table.link is None and bool(node.conditions)
