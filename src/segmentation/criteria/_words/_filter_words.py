"""Filters in words: as they were written, or as they were bound where nobody wrote them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import assert_never

from segmentation.criteria._binding import bind_filter, number_field
from segmentation.criteria._operands import number_text
from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    AsOf,
    Aspect,
    Between,
    Bound,
    BoundFilter,
    Compare,
    Filter,
    FitsPattern,
    HasAspect,
    InCalendar,
    InRange,
    IsEqual,
    Letters,
    Like,
    Not,
    Operand,
    Operator,
    Token,
)
from segmentation.fields import Field, FieldType, Value
from segmentation.languages import Phrases

from ._operand_words import OperandWords, escaped
from ._wording import Wording

_CALENDAR = frozenset([FieldType.DATE, FieldType.DATETIME, FieldType.TIME])
_LISTED = 20
_KNOWN = (Not(IsEqual(None)), Not(Compare(Operator.EQUAL, Operand(""))))
_COMPARED = {
    Operator.AT_LEAST: ("from", "not_before", "not_before"),
    Operator.GREATER: ("above", "after", "after"),
    Operator.AT_MOST: ("to", "not_after", "known_not_after"),
    Operator.LESS: ("below", "before", "known_before"),
}
"""The phrases of a comparison: of other values, of dates, of dates that are not blank anyway."""


class FilterTeller:
    """Puts filters into words.

    Args:
        phrases: The words.
        as_of: The day that relative dates are shown for; without one, they are not.
        shortened: Whether of long lists only the beginning is shown.
    """

    def __init__(self, phrases: Phrases, as_of: AsOf | None = None, *, shortened: bool) -> None:
        self._phrases = phrases
        self._say = phrases.say
        self._wording = Wording(phrases)
        self._operands = OperandWords(self._wording, as_of)
        self._as_of = as_of
        self._shortened = shortened

    def _joined(self, word: str, items: Iterable[str]) -> str:
        return self._say(word).join(items)

    def test(self, item: Filter | BoundFilter, field: Field) -> str:
        """A filter of a field in words, as it was written or as it was bound."""
        match item:
            case Compare() | Between() | Like() | Token():
                return self._written(item, field)
            case Not(Compare(Operator.EQUAL) | Like() | Token() as written):
                return self._written(written, field, negated=True)
            case Not(IsEqual() | FitsPattern() as bound):
                return self._bound(bound, field, negated=True)
            case IsEqual() | FitsPattern() | InRange() | InCalendar() | HasAspect():
                return self._bound(item, field)
            case Not(AnyOf(items)) if all(map(_is_equality, items)):
                return self._say("none_of", values=self._list(items, field))
            case Not(inner):
                return self._say("not", item=self.test(inner, field))
            case AllOf(items):
                return self._all_of(items, field)
            case AnyOf(items):
                return self._any_of(items, field)
            case _:
                assert_never(item)

    def _bound(
        self,
        item: IsEqual | FitsPattern | InRange | InCalendar | HasAspect,
        field: Field,
        *,
        negated: bool = False,
    ) -> str:
        """A filter that was bound, without others in it."""
        match item:
            case IsEqual(value, letters):
                phrase = "equal_not" if negated else "equal"
                return self._say(phrase, value=self._lettered(value, field, letters))
            case FitsPattern():
                return self._say("like_not" if negated else "like", pattern=self._pattern(item))
            case InRange(low, high):
                return self._range(low, high, field)
            case HasAspect(aspect, asked):
                return self._seen(aspect, self.test(asked, number_field(aspect)))
            case InCalendar():
                return self._say("in_calendar")
            case _:
                assert_never(item)

    def _written(
        self,
        item: Compare | Between | Like | Token,
        field: Field,
        *,
        negated: bool = False,
        known: bool = False,
    ) -> str:
        """A filter without others in it.

        Args:
            item: The filter.
            field: The field.
            negated: Whether it is denied.
            known: Whether another filter sees to it that no blank passes.
        """
        match item:
            case Compare(Operator.EQUAL, operand):
                phrase = "equal_not" if negated else "equal"
                return self._say(phrase, value=self._operands.value(operand, field))
            case Like():
                phrase = "like_not" if negated else "like"
                return self._say(phrase, pattern=self._operands.pattern(item))
            case Token():
                phrase = "equal_not" if negated else "equal"
                return self._say(phrase, value=self._token(item, field))
            case Compare(operator, operand):
                number, day, known_day = _COMPARED[operator]
                phrase = number if field.type not in _CALENDAR else known_day if known else day
                return self._say(phrase, value=self._operands.value(operand, field))
            case Between(Operand() as low, Operand() as high):
                ends = {"low": low, "high": high}
                told = {name: self._operands.value(end, field) for name, end in ends.items()}
                return self._say("range", **told)
            case Between(low, high):
                return self._without_end(low, high, field, known=known)
            case _:
                assert_never(item)

    def _without_end(
        self, low: Operand | None, high: Operand | None, field: Field, *, known: bool
    ) -> str:
        calendar = field.type in _CALENDAR
        if low is not None:
            phrase = "since" if calendar else "or_more"
            last = self._operands.last(low, field)
            return last or self._say(phrase, value=self._operands.value(low, field))
        phrase = "or_less"
        if calendar:
            phrase = "known_until" if known else "until"
        return self._say(phrase, value=self._operands.value(high or Operand(""), field))

    def _token(self, token: Token, field: Field) -> str:
        """A token, with what it stands for in brackets behind it."""
        said = f"%{token.name}"
        if self._as_of is None:
            return said
        found = bind_filter(token, field, self._as_of)
        shown = FilterTeller(self._phrases, self._as_of, shortened=True).test(found, field)
        return f"{said} {self._say('group', item=shown)}"

    def _any_of(self, items: Sequence[Filter] | Sequence[BoundFilter], field: Field) -> str:
        if all(map(_is_equality, items)):
            return self._say("equal", value=self._list(items, field))
        return self._joined("or", (self._grouped_test(each, field) for each in items))

    def _seen(self, aspect: Aspect, test: str) -> str:
        return self._say("aspect", aspect=self._say(aspect.value), test=test)

    def _all_of(self, items: Sequence[Filter] | Sequence[BoundFilter], field: Field) -> str:
        """Several filters. Where one lets no blank of a date pass, none says that it does."""
        known = field.type in _CALENDAR and any(map(_passes_no_blank, items))
        told = [self._beside(each, field, known=known) for each in items]
        if known and any(each in _KNOWN for each in items):
            told = self._with_known(items, told)
        return self._joined("and", told)

    def _beside(self, item: Filter | BoundFilter, field: Field, *, known: bool) -> str:
        if known and isinstance(item, Compare | Between) and not _is_equality(item):
            return self._written(item, field, known=True)
        if known and isinstance(item, InRange):
            return self._range(item.low, item.high, field, known=True)
        return self._grouped_test(item, field)

    def _with_known(
        self, items: Sequence[Filter] | Sequence[BoundFilter], told: Sequence[str]
    ) -> list[str]:
        """The filters of a date, of which one says no more than that there is a date."""
        return [
            self._say("known" if place else "is_known") if item in _KNOWN else each
            for place, (item, each) in enumerate(zip(items, told, strict=True))
        ]

    def _grouped_test(self, item: Filter | BoundFilter, field: Field) -> str:
        test = self.test(item, field)
        return self._say("group", item=test) if needs_group(item, field) else test

    def _list(self, items: Sequence[Filter] | Sequence[BoundFilter], field: Field) -> str:
        """A list of values. If it is shortened, only the beginning of a long one is shown."""
        most = _LISTED if self._shortened else len(items)
        told = [self._equal(each, field) for each in items[:most]]
        if len(items) > most:
            told.append(self._say("more", count=len(items) - most))
        return self._joined("comma", told[:-1]) + self._say("or") + told[-1]

    def _equal(self, item: Filter | BoundFilter, field: Field) -> str:
        match item:
            case IsEqual(value, letters):
                return self._lettered(value, field, letters)
            case Compare(_, operand):
                return self._operands.value(operand, field)
            case _:  # pragma: no cover - lists are of these two
                return self.test(item, field)

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
        return self._operands.without(self.value(value, field), letters)

    def _pattern(self, item: FitsPattern) -> str:
        told = self._wording.quote(escaped(item.pattern))
        return self._operands.without(told, item.letters)

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
                return number_text(value)
            case datetime():
                return value.isoformat(" ", "minutes" if not value.second else "auto")
            case str() if field.type is FieldType.TEXT:
                return self._wording.quote(value)
            case _:
                return str(value)

    def _day_of_year(self, number: int) -> str:
        months = number_field(Aspect.MONTH)
        month = self._option(months.options[number // 100], months)
        return self._say("day_and_month", day=number % 100, month=month)

    def _option(self, name: str, field: Field) -> str:
        return self._phrases.name("*", field.name, name) if name else self._say("blank")


def _is_equality(item: Filter | BoundFilter) -> bool:
    return isinstance(item, IsEqual) or (
        isinstance(item, Compare) and item.operator is Operator.EQUAL
    )


def _passes_no_blank(item: Filter | BoundFilter) -> bool:
    """Whether a filter of a date finds no blank for sure."""
    match item:
        case InRange(low, _):
            return low is not None and low.value is not None
        case Compare(Operator.GREATER | Operator.AT_LEAST, operand) | Between(
            Operand() as operand, _
        ):
            return bool(operand.text.strip())
        case _:
            return item in _KNOWN


def needs_group(item: Filter | BoundFilter, field: Field) -> bool:
    """Whether a filter is said in several words joined by and, or."""
    match item:
        case AllOf() | AnyOf():
            return True
        case Not(AnyOf(items)):
            return all(map(_is_equality, items))
        case Compare(Operator.LESS | Operator.AT_MOST) | Between(None, _):
            return field.type in _CALENDAR
        case _:
            return False
