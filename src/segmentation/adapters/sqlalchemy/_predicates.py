"""Predicates on one value: bound filters as SQL conditions.

Every condition is true or false, never unknown (``NULL``).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, assert_never

import attrs
import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping

from segmentation.criteria import (
    BEYOND_ASCII,
    AllOf,
    AnyOf,
    Bound,
    BoundFilter,
    FitsPattern,
    HasAspect,
    InCalendar,
    InRange,
    IsEqual,
    Letters,
    Not,
    Pattern,
    Wild,
    merged_filter,
    to_value_test,
)
from segmentation.fields import GREATEST, LEAST, Field, FieldType, Value

from ._dialects import Dialect
from ._tables import Element, Test
from ._types import WholeSum, can_hold_text

_NULLABLE = frozenset({FieldType.DATE, FieldType.DATETIME, FieldType.TIME})
_FLAT = 50
"""How many conditions are joined at once. SQLAlchemy would nest longer lists too deep."""


class _Bracketed(Grouping[Any]):
    """Conditions that stay in brackets beside others that are joined in the same way.

    SQLAlchemy looks for the operator of what stands in brackets, and would flatten it.
    """

    inherit_cache = True
    operator = None


def all_of(tests: Sequence[Test]) -> Test:
    """The condition that all conditions are true."""
    return _joined(tests, sa.and_, sa.true())


def any_of(tests: Sequence[Test]) -> Test:
    """The condition that at least one condition is true."""
    return _joined(tests, sa.or_, sa.false())


def _joined(tests: Sequence[Test], join: Any, empty: Test) -> Test:  # noqa: ANN401 - and_ or or_
    while len(tests) > _FLAT:
        tests = [
            _Bracketed(join(*tests[start : start + _FLAT])) for start in range(0, len(tests), _FLAT)
        ]
    if len(tests) == 1:
        return tests[0]
    joined: Test = join(*tests) if tests else empty
    return joined


def is_filled(field: Field, value: Element) -> Test:
    """The condition that a value is not blank."""
    match field.type:
        case FieldType.CODE | FieldType.TEXT | FieldType.OPTION:
            return value != ""
        case FieldType.INTEGER | FieldType.DECIMAL:
            return value != 0
        case FieldType.BOOLEAN:
            return value
        case FieldType.DATE | FieldType.DATETIME | FieldType.TIME:
            return value.is_not(None)
        case _:
            assert_never(field.type)


def to_clause(item: BoundFilter, field: Field, value: Element, dialect: Dialect) -> Test:
    """The condition that a value passes a filter.

    Args:
        item: The filter.
        field: The field of the value.
        value: The value, the blank of its type if it is missing.
        dialect: The dialect of the database.
    """
    if field.type in {FieldType.OPTION, FieldType.BOOLEAN}:
        return _finite(item, field, value)
    return _Clauses(field, value, dialect).test(merged_filter(item))


def compares_whole(item: BoundFilter) -> bool:
    """Whether a filter of decimals can be asked of a sum of whole numbers (see `WholeSum`)."""
    match item:
        case IsEqual(value):
            return isinstance(value, Decimal) and WholeSum.compares(value)
        case InRange():
            ends = [end.value for end in (item.low, item.high) if end is not None]
            return all(isinstance(end, Decimal) and WholeSum.compares(end) for end in ends)
        case Not(inner):
            return compares_whole(inner)
        case AllOf(items) | AnyOf(items):
            return all(map(compares_whole, items))
        case _:
            return False


def _finite(item: BoundFilter, field: Field, value: Element) -> Test:
    """The condition for a field that has few values: the filter is tried on each of them here."""
    test = to_value_test(item, Field(field.name, FieldType.INTEGER))
    if field.type is FieldType.BOOLEAN:
        if test(0) and test(1):
            return sa.true()
        return value if test(1) else sa.not_(value) if test(0) else sa.false()
    passing = [name for place, name in enumerate(field.options) if test(place)]
    failing = [name for name in field.options if name not in passing]
    # A value that is no option counts as blank, so every value passes this or its negation.
    if test(0):
        return value.not_in(failing) if failing else sa.true()
    return value.in_(passing) if passing else sa.false()


class _Clauses:
    """Conditions on one value."""

    def __init__(self, field: Field, value: Element, dialect: Dialect) -> None:
        self._field = field
        if isinstance(value.type, sa.Integer):
            # A host's column may hold fewer bits than the number it is compared with.
            value = sa.type_coerce(value, sa.BigInteger())
        self._value = value
        self._dialect = dialect
        self._nullable = field.type in _NULLABLE
        self._is_text = field.type in {FieldType.CODE, FieldType.TEXT}

    def test(self, item: BoundFilter) -> Test:
        """The condition that the value passes a filter."""
        match item:
            case IsEqual(value, letters):
                return self._one_of([value], letters)
            case InRange(low, high):
                return self._in_range(low, high)
            case FitsPattern(pattern, letters):
                return self._fits(pattern, letters)
            case InCalendar():
                return self._in_calendar(item)
            case HasAspect(days=days):
                return self.test(days)
            case Not(inner):
                return sa.not_(self.test(inner))
            case AllOf(items):
                return all_of([self.test(each) for each in items])
            case AnyOf(items):
                return self._any_of(items)
            case _:
                assert_never(item)

    def _changed(self, letters: Letters) -> Element:
        if letters is Letters.AS_WRITTEN:
            return self._value
        return self._dialect.text(self._dialect.changed(self._value, letters))

    def _comparable(self, letters: Letters, texts: Iterable[object]) -> Element:
        """The value as it equals texts, or holds them, where letters are changed."""
        sought = "".join(text for text in texts if isinstance(text, str))
        if letters is not Letters.ANY_CASE or not sought.isascii():
            return self._changed(letters)
        # Only those letters count that become one of ASCII: a database changes them quickly.
        others = {other: each for each in sought for other in BEYOND_ASCII.get(each, "")}
        return self._dialect.text(self._dialect.lowered(self._value, others))

    def _any_of(self, items: Sequence[BoundFilter]) -> Test:
        """The condition that the value passes one of these filters. Equal values make one list."""
        tests = []
        for letters in Letters:
            values = [
                each.value
                for each in items
                if isinstance(each, IsEqual) and each.letters is letters
            ]
            if values:
                tests.append(self._one_of(values, letters))
        tests += [self.test(each) for each in items if not isinstance(each, IsEqual)]
        return any_of(tests)

    def _one_of(self, values: Sequence[Value], letters: Letters) -> Test:
        value = self._comparable(letters, values)
        held = list(dict.fromkeys(each for each in values if self._can_hold(each)))
        tests: list[Test] = [value.is_(None)] if None in held else []
        held = [each for each in held if each is not None]
        if len(held) > self._dialect.one_by_one:
            tests.append(self._known(self._dialect.among(value, held)))
        elif len(held) == 1:
            tests.append(self._known(value == held[0]))
        elif held:
            tests.append(self._known(value.in_(held)))
        return any_of(tests)

    def _can_hold(self, value: Value) -> bool:
        """Whether a column can store a value. If not, no stored value is equal to it."""
        if isinstance(value, str):
            return can_hold_text(value)
        if self._field.type is FieldType.INTEGER and isinstance(value, int):
            return LEAST <= value <= GREATEST
        return True

    def _known(self, test: Test) -> Test:
        """A comparison that is false, not unknown, for a missing value."""
        return sa.and_(self._value.is_not(None), test) if self._nullable else test

    def _in_range(self, low: Bound | None, high: Bound | None) -> Test:
        if not self._nullable:
            return all_of(self._ends(low, high))
        blank_passes = (low is None or (low.value is None and low.inclusive)) and (
            high is None or high.value is not None or high.inclusive
        )
        if high is not None and high.value is None:
            return self._value.is_(None) if blank_passes else sa.false()
        if low is not None and low.value is None:
            low = None  # every value is above the blank
        ends = self._ends(low, high)
        if blank_passes:
            return any_of([self._value.is_(None), all_of(ends)]) if ends else sa.true()
        return all_of([self._value.is_not(None), *ends])

    def _in_calendar(self, item: InCalendar) -> Test:
        day = self._value if item.zone is None else self._dialect.day(self._value, item.zone)
        met = self._dialect.in_calendar(item.unit, day, item.runs())
        return all_of([self._value.is_not(None), any_of(met)])

    def _ends(self, low: Bound | None, high: Bound | None) -> list[Test]:
        tests = []
        if low is not None:
            end = _storable(low, is_low=True)
            value = self._changed(low.letters)
            tests.append(value >= end.value if end.inclusive else value > end.value)
        if high is not None:
            end = _storable(high, is_low=False)
            value = self._changed(high.letters)
            tests.append(value <= end.value if end.inclusive else value < end.value)
        return tests

    def _fits(self, pattern: Pattern, letters: Letters) -> Test:
        if not all(can_hold_text(piece) for piece in pattern if isinstance(piece, str)):
            return sa.false()
        value = self._comparable(letters, pattern)
        match [piece for piece, _ in groupby(pattern)]:
            case [Wild.ANY_RUN]:
                return sa.true()
            case [str(start), Wild.ANY_RUN] if letters is Letters.AS_WRITTEN:
                return _starts_with(value, start)
            case _:
                return self._dialect.fits(value, pattern)


def _storable(end: Bound, *, is_low: bool) -> Bound:
    """An end that the database can store, with the same values on each side of it.

    A text with a lone surrogate is none; numbers have their 64 bits and texts no NUL here.
    """
    text = end.value
    if not isinstance(text, str) or can_hold_text(text):
        return end
    place = next(n for n in range(len(text)) if not can_hold_text(text[n]))
    return attrs.evolve(end, value=f"{text[:place]}\ue000", inclusive=is_low)


def _starts_with(value: Element, start: str) -> Test:
    """The condition that a text starts with another, as a range, which can use an index."""
    stop = _behind(start)
    return value >= start if stop is None else sa.and_(value >= start, value < stop)


def _behind(start: str) -> str | None:
    """The first text after all texts that start with this one, ``None`` if there is none."""
    kept = start.rstrip("\U0010ffff")
    if not kept:
        return None
    last = ord(kept[-1]) + 1
    return kept[:-1] + ("\ue000" if last == 0xD800 else chr(last))  # noqa: PLR2004 - surrogates
