"""Filters as Narwhals expressions over one column."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from itertools import groupby
from operator import and_, ge, gt, le, lt, or_
from typing import Any, NoReturn, TypeAlias, assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals as nw

from segmentation.criteria import (
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
    Unit,
    Wild,
    merged_filter,
    to_value_test,
)
from segmentation.errors import Message
from segmentation.fields import Field, FieldType, Value

from ._frames import Column, Frame
from ._letters import as_letters, is_plain, regex_of_changed

Test: TypeAlias = nw.Expr | bool
"""An expression that is true of what passes, or what it comes to for every row.

Of what does not pass it is false, or null where a value is missing: filters do not tell these
apart, and neither do *and* and *or*. Where a test is negated it must not be null.
"""

_INTEGERS = 2**63
_MANY = 20
_LONG = 1000
"""Patterns of more letters make regular expressions that engines refuse."""
_TOLD = 50
"""How many conditions on a column an engine is told. More are tried by Python on each value."""
DAY_OF_TIME = Message("the day of a time")
"""What an engine cannot tell exactly where the day depends on a zone."""
_LETTERED = frozenset([FieldType.CODE, FieldType.TEXT])


class InexactError(Exception):
    """An engine cannot do this exactly; it is done in Python, or refused."""

    def __init__(self, what: Message) -> None:
        super().__init__(what)
        self.what = what


def to_test(column: Column, item: BoundFilter, *, blank_passes: bool) -> Test:
    """The test of a column, where a missing value is the blank of its type.

    Raises:
        InexactError: The engine cannot do it exactly.
    """
    item = merged_filter(item)
    test = _Tests(column).test(item)
    if not blank_passes and not isinstance(test, bool) and _has_not(item):
        return ~column.value.is_null() & test
    return with_missing(column.value, test, blank_passes=blank_passes)


def with_missing(value: nw.Expr, test: Test, *, blank_passes: bool) -> Test:
    """A test of what is there, and of what is missing.

    What is missing equals nothing and lies between nothing, whichever the engine: so the test
    is not true of it, and stands as it is if the blank does not pass.
    """
    if isinstance(test, bool):
        if test is blank_passes:
            return test
        return value.is_null() if blank_passes else ~value.is_null()
    return value.is_null() | test if blank_passes else test


def _has_not(item: BoundFilter) -> bool:
    match item:
        case Not():
            return True
        case HasAspect(days=days):
            return _has_not(days)
        case AllOf(items) | AnyOf(items):
            return any(_has_not(each) for each in items)
        case _:
            return False


def is_filled(key: str, field: Field, made_by: Any) -> nw.Expr:  # noqa: ANN401
    """The test that a field that links rows is not blank, for a filter, which drops nulls."""
    value, blank = nw.col(key), field.blank
    if blank is None or made_by.is_pandas_like():
        # Pandas finds what is missing unequal to everything.
        there = ~value.is_null()
        return there if blank is None else there & (value != blank)
    return value != blank


def is_value(column: Column) -> nw.Expr:
    """The test that a value is not blank, for a filter. A value that is no option is blank."""
    value, field = column.value, column.field
    if field.options:
        return value.is_in(list(field.options[1:]))
    if field.type is FieldType.BOOLEAN:
        return value.fill_null(value=False)
    there = ~value.is_null()
    if field.blank is None:
        return there
    return there & (value != (0 if field.type is FieldType.DECIMAL else field.blank))


def different(column: Column) -> nw.Expr:
    """The value, equal where the library finds no difference: days may be stored as times."""
    is_day = column.field.type is FieldType.DATE and isinstance(column.dtype, nw.Datetime)
    return column.value.dt.truncate("1d") if is_day else column.value


def negated(test: Test) -> Test:
    """The opposite of a test that is never null."""
    return not test if isinstance(test, bool) else ~test


def all_of(tests: Iterable[Test]) -> Test:
    """The test that all pass."""
    found = [test for test in tests if test is not True]
    if any(test is False for test in found):
        return False
    return _balanced(and_, found) if found else True


def any_of(tests: Iterable[Test]) -> Test:
    """The test that any passes."""
    found = [test for test in tests if test is not False]
    if any(test is True for test in found):
        return True
    return _balanced(or_, found) if found else False


def among(column: str, values: Collection[Any]) -> Test:
    """The test that a column holds one of some values; some engines look up nothing in no list."""
    return nw.col(column).is_in(list(values)) if values else False


def kept(frame: Frame, test: Test, column: str) -> Frame:
    """The rows that pass; for a test that none passes, a column lends itself."""
    if isinstance(test, bool):
        missing = nw.col(column).is_null()
        return frame if test else frame.filter(missing & ~missing)
    return frame.filter(test)


def _balanced(join: Callable[[Any, Any], Any], tests: Sequence[Test]) -> Test:
    """The tests joined in pairs, and the pairs in pairs: engines recurse into what is joined."""
    while len(tests) > 1:
        pairs = [tests[start : start + 2] for start in range(0, len(tests), 2)]
        tests = [join(*pair) if len(pair) > 1 else pair[0] for pair in pairs]
    return tests[0]


def _size(item: BoundFilter, listed: Callable[[BoundFilter], bool]) -> int:
    """How many conditions a filter is of, a list of values counting as one."""
    match item:
        case Not(inner) | HasAspect(days=inner):
            return _size(inner, listed)
        case AllOf(items) | AnyOf(items):
            return 1 + sum(_size(each, listed) for each in items if not listed(each))
        case _:
            return 1


class _Tests:
    """Tests of one column for values that are not missing."""

    def __init__(self, column: Column) -> None:
        self._field = column.field
        self._dtype = column.dtype
        self._value = column.value
        self._made_by = column.made_by
        self._day_zone = column.zone
        self._shows_days = column.shows_days
        self._pandas = column.made_by.is_pandas_like()
        if not column.is_typed:
            self._no_exact(Message("a column of type {type}", type=str(column.dtype)))
        if self._field.type in _LETTERED and not isinstance(column.dtype, nw.String):
            self._no_exact(Message("a text in a column of type {type}", type=str(column.dtype)))

    @staticmethod
    def _no_exact(what: Message) -> NoReturn:
        raise InexactError(what)

    def test(self, item: BoundFilter) -> Test:
        """The test of a filter."""
        match self._field.type:
            case FieldType.OPTION:
                return self._option(to_value_test(item, self._field))
            case FieldType.BOOLEAN:
                passes = to_value_test(item, self._field)
                yes, no = passes(True), passes(False)  # noqa: FBT003 - the values of the field
                return yes if yes is no else self._value if yes else ~self._value
            case _:
                if not self._made_by.is_spark_like() and _size(item, self._is_in_list) > _TOLD:
                    self._no_exact(Message("so many conditions"))
                return self._test(item)

    def _option(self, passes: Callable[[Any], bool]) -> Test:
        """What is no option counts as blank."""
        names: dict[str, bool] = {name: passes(name) for name in self._field.options}
        if passes(self._field.blank):
            failing = [name for name, does in names.items() if not does]
            return ~self._value.is_in(failing) if failing else True
        passing = [name for name, does in names.items() if does]
        return self._value.is_in(passing) if passing else False

    def _test(self, item: BoundFilter) -> Test:
        match item:
            case IsEqual(value, letters):
                if letters is not Letters.AS_WRITTEN:
                    return self._fits_changed([(str(value),)], letters)
                return False if value is None else self._equal(value)
            case InRange(low, high):
                return self._in_range(low, high)
            case FitsPattern(pattern, letters):
                if letters is not Letters.AS_WRITTEN:
                    return self._fits_changed([pattern], letters)
                return self._fits(pattern)
            case InCalendar():
                return self._in_calendar(item)
            case HasAspect(days=days):
                return self._test(days)
            case Not(inner):
                return negated(self._test(inner))
            case AllOf(items):
                return all_of(self._test(each) for each in items)
            case AnyOf(items):
                return self._any_of(items)
            case _:
                assert_never(item)

    def _in_range(self, low: Bound | None, high: Bound | None) -> Test:
        if any(end.letters is not Letters.AS_WRITTEN for end in (low, high) if end):
            self._no_exact(Message("@ or ~ in an order of texts"))
        if high is not None and high.value is None:
            return False  # only a missing value is not behind the blank
        return self._within(low, high)

    def _fits_changed(self, patterns: Sequence[Pattern], letters: Letters) -> Test:
        """The test that a text fits one of these patterns where letters are changed.

        An engine is asked by an expression that names all letters which become one. Python itself
        changes them where the data are at hand and accents are left out, or the engine is pandas.
        """
        if self._made_by.is_spark_like():
            return as_letters(self._value, letters).str.contains(
                regex_of_changed(patterns, letters)
            )
        size = sum(len(piece) for each in patterns for piece in each if isinstance(piece, str))
        if self._pandas or letters is not Letters.ANY_CASE or size > _LONG:
            self._no_exact(Message("@ or ~, comparing without regard to case or accents,"))
        if self._made_by.is_duckdb() and all(map(is_plain, patterns)):
            # It finds a text in another quicker than a regular expression.
            lower = self._value.str.to_lowercase()
            return any_of(self._fits(each, lower) for each in patterns)
        return self._value.str.contains(regex_of_changed(patterns, letters))

    def _any_of(self, items: Sequence[BoundFilter]) -> Test:
        """Values are looked up in a list, however long it is.

        Spark skips what it need not read of its files for equal values, and for a list of
        Narwhals it does not: a short one is taken apart there. Of each condition it is told in
        another process, so many patterns are one expression.
        """
        changed: dict[Letters, list[Pattern]] = {}
        equal: list[Value] = []
        patterns: list[Pattern] = []
        rest = []
        for each in items:
            match each:
                case IsEqual(str(value), Letters.AS_WRITTEN):
                    equal.append(value)
                case IsEqual(str(value), letters):
                    changed.setdefault(letters, []).append((value,))
                case FitsPattern(pattern, letters) if letters is not Letters.AS_WRITTEN:
                    changed.setdefault(letters, []).append(pattern)
                case FitsPattern(pattern):
                    patterns.append(pattern)
                case IsEqual(value) if self._is_listed(value):
                    equal.append(value)
                case _:
                    rest.append(each)
        tests = [self._fits_changed(those, letters) for letters, those in changed.items()]
        is_spark = self._made_by.is_spark_like()
        if is_spark and len(patterns) >= _MANY:
            tests.append(self._value.str.contains(_regex(*patterns)))
        else:
            tests += map(self._fits, patterns)
        if len(equal) < (_MANY if is_spark else 2):
            tests += [self._equal(value) for value in equal]
        else:
            tests.append(self._value.is_in([self._literal(value) for value in equal]))
        return any_of([*tests, *(self._test(each) for each in rest)])

    def _is_in_list(self, item: BoundFilter) -> bool:
        return isinstance(item, IsEqual) and (
            isinstance(item.value, str) or self._is_listed(item.value)
        )

    def _is_listed(self, value: Value) -> bool:
        """Whether a value is of the very type of the column, and found there by a list."""
        match value:
            case bool() | None:
                return False
            case int():
                return bool(self._dtype.is_integer())
            case datetime():
                return self._made_by.is_spark_like() and isinstance(self._dtype, nw.Datetime)
            case Decimal():
                return self._made_by.is_spark_like() and isinstance(self._dtype, nw.Decimal)
            case date():
                return isinstance(self._dtype, nw.Date)
            case _:
                return False

    def _equal(self, value: Any) -> Test:  # noqa: ANN401
        if self._is_day_of_times:
            return self._within(Bound(value), Bound(value))
        literal = self._literal(value)
        if self._dtype.is_integer() and literal != math.floor(literal):
            return False
        if self._beyond(value):
            return False
        equal: nw.Expr = self._value == literal
        return equal

    def _within(self, low: Bound | None, high: Bound | None) -> Test:
        tests = [
            self._from(low) if low is not None and low.value is not None else True,
            self._until(high) if high is not None else True,
        ]
        return all_of(tests)

    def _from(self, low: Bound) -> Test:
        if self._is_day_of_times and not low.inclusive:
            following = _day_after(low.value)
            return False if following is None else self._compared(ge, following)
        return self._compared(ge if low.inclusive else gt, low.value)

    def _until(self, high: Bound) -> Test:
        if self._is_day_of_times and high.inclusive:
            following = _day_after(high.value)
            return True if following is None else self._compared(lt, following)
        return self._compared(le if high.inclusive else lt, high.value)

    @property
    def _is_day_of_times(self) -> bool:
        """Whether days are stored as times, any of which belongs to its day."""
        return self._field.type is FieldType.DATE and isinstance(self._dtype, nw.Datetime)

    def _in_calendar(self, item: InCalendar) -> Test:
        if item.zone is not None or not self._shows_days:
            self._no_exact(DAY_OF_TIME)
        number = self._number_of_day(item.unit)
        return any_of((number >= first) & (number <= last) for first, last in item.runs())

    def _number_of_day(self, unit: Unit) -> nw.Expr:
        day = self._value.dt
        match unit:
            case Unit.MONTH:
                return day.month()
            case Unit.WEEKDAY:
                # Spark's Sunday is 0 in some versions, and pandas on Arrow divides nothing.
                return day.weekday() if self._pandas else (day.weekday() + 6) % 7 + 1
            case Unit.MONTH_AND_DAY:
                # Some engines count months in a byte, and others have no whole number for none.
                month = day.month() if self._pandas else day.month().cast(nw.Int32)
                return month * 100 + day.day()
            case _:
                assert_never(unit)

    def _compared(self, how: Callable[[Any, Any], Any], value: Any) -> nw.Expr:  # noqa: ANN401
        literal, beyond = self._literal(value), self._beyond(value)
        if beyond:
            how = {ge: gt, lt: le}.get(how, how) if beyond < 0 else {gt: ge, le: lt}.get(how, how)
        compared: nw.Expr = how(self._lettered(), literal)
        return compared

    def _beyond(self, value: Any) -> int:  # noqa: ANN401
        """Whether a column of floats has no such whole number, but one below (-1) or above (1)."""
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if not (is_number and self._dtype.is_float()) or value != int(value):
            return 0
        nearest = float(value)
        return int(nearest > value) - int(nearest < value)

    def _lettered(self) -> nw.Expr:
        """The value; pandas puts no missing text in order, and fits it to no pattern."""
        fill = self._pandas and self._field.type in _LETTERED
        return self._value.fill_null("") if fill else self._value

    def _literal(self, value: Any) -> Any:  # noqa: ANN401
        """A value as the column's engine compares it."""
        match value:
            case bool() | str():
                return value
            case int() | Decimal():
                return self._number(value)
            case datetime():
                zone = self._zone()
                return (
                    value.astimezone(zone) if zone else value.astimezone(UTC).replace(tzinfo=None)
                )
            case date() if isinstance(self._dtype, nw.Datetime):
                return self._midnight(value)
            case _:
                return value

    def _midnight(self, day: date) -> datetime:
        """Where a day begins: in the workspace's zone, or as a column without a zone shows it."""
        zone = self._zone()
        if zone is None:
            return datetime.combine(day, time())
        try:
            return datetime.combine(day, time(), tzinfo=self._day_zone).astimezone(zone)
        except OverflowError:
            edge = datetime.min if day.year == 1 else datetime.max  # noqa: DTZ901 - in its zone
            return edge.replace(tzinfo=zone)

    def _zone(self) -> tzinfo | None:
        """The zone of a column of times; polars compares times of the same zone only."""
        name = self._dtype.time_zone
        if not name:
            return None
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            self._no_exact(Message("the time zone {name}", name=name))

    def _number(self, value: int | Decimal) -> int | float | Decimal:
        if not -_INTEGERS <= value < _INTEGERS:
            self._no_exact(Message("{value}, a very large number,", value=value))
        if self._dtype.is_float():
            return float(value)
        if isinstance(value, Decimal) and not isinstance(self._dtype, nw.Decimal):
            return int(value) if value == int(value) else float(value)
        return value

    def _fits(self, pattern: Pattern, value: nw.Expr | None = None) -> Test:
        """The test that the value, or what was made of it, fits a pattern."""
        value = self._lettered() if value is None else value
        text = value.str
        match [piece for piece, _ in groupby(pattern)]:
            case [Wild.ANY_RUN]:
                return True
            case [str(whole)]:
                equal: nw.Expr = value == whole
                return equal
            case [str(start), Wild.ANY_RUN]:
                return text.starts_with(start)
            case [Wild.ANY_RUN, str(end)]:
                return text.ends_with(end)
            case [Wild.ANY_RUN, str(middle), Wild.ANY_RUN]:
                return text.contains(middle, literal=True)
            case _:
                if self._pandas:
                    self._no_exact(Message("a pattern with ? or more stars than one"))
                return text.contains(_regex(pattern))


def _day_after(day: Any) -> date | None:  # noqa: ANN401 - the value of an end
    return None if day == date.max else day + timedelta(days=1)


def _regex(*patterns: Pattern) -> str:
    """The regular expression of any of these, as RE2, Rust and Java alike understand it."""
    return rf"(?s)\A(?:{'|'.join(map(_regex_of_one, patterns))})\z"


def _regex_of_one(pattern: Pattern) -> str:
    pieces = [
        {Wild.ANY_RUN: ".*", Wild.ANY_ONE: "."}[piece]
        if isinstance(piece, Wild)
        else re.sub(r"[^\w]", lambda found: f"\\x{{{ord(found[0]):x}}}", piece)
        for piece in pattern
    ]
    return "".join(pieces)
