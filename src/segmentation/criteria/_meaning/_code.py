"""Tests of values as Python expressions.

No text that people typed becomes part of an expression: every value is a constant that the
expression refers to by a number. Names of fields come from the schema, and only plain identifiers
are written out. This module does not know links between tables.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time
from itertools import groupby
from keyword import iskeyword
from typing import Any, assert_never

from segmentation.codes import to_code
from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    Bound,
    BoundFilter,
    BoundWhere,
    FitsPattern,
    HasAspect,
    InCalendar,
    InRange,
    IsEqual,
    Letters,
    Not,
    Pattern,
    Wild,
)
from segmentation.fields import Field, FieldType, Value, aware, extra_value

_NULLABLE = frozenset([FieldType.DATE, FieldType.DATETIME, FieldType.TIME])
_FINITE = frozenset([FieldType.BOOLEAN, FieldType.OPTION])
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Code:
    """Functions made of expressions, and the constants that the expressions refer to."""

    def __init__(self) -> None:
        self._namespace: dict[str, Any] = {"__builtins__": {}}
        self._count = 0

    def constant(self, value: object) -> str:
        """The name by which expressions refer to a value."""
        name = self.fresh("c")
        self._namespace[name] = value
        return name

    def fresh(self, letter: str) -> str:
        """A name that is not used yet."""
        self._count += 1
        return f"{letter}{self._count}"

    def function(self, parameter: str, lines: Iterable[str]) -> str:
        """The name of a new function of one parameter."""
        name = self.fresh("f")
        body = "\n".join(f"    {line}" for line in lines)
        source = f"def {name}({parameter}):\n{body}\n"
        # Only numbered names, keywords and identifiers of the schema get here.
        exec(compile(source, "<criteria>", "exec"), self._namespace)  # noqa: S102
        return name

    def made(self, name: str) -> Callable[[Any], Any]:
        """The function of that name."""
        function: Callable[[Any], Any] = self._namespace[name]
        return function

    def read(self, field: Field, row: str, *, items: bool) -> str:
        """An expression for the stored value of a field."""
        if items:
            return f"{row}.get({self.constant(field.name)})"
        if field.extra:
            return f"{self.constant(extra_value)}({row}, {self.constant(field)})"
        if _IDENTIFIER.fullmatch(field.name) and not iskeyword(field.name):
            return f"{row}.{field.name}"
        return f"{self.constant(getattr)}({row}, {self.constant(field.name)})"

    def read_filled(self, field: Field, row: str, *, items: bool) -> str:
        """An expression for the value of a field, blank if it is missing."""
        stored = items or field.extra
        return self.filled(field, self.read(field, row, items=items), as_typed=stored)

    def read_key(self, field: Field, row: str, *, items: bool) -> str:
        """An expression for a value that a link compares, blank if it is missing."""
        value = self.read_filled(field, row, items=items)
        if field.type in {FieldType.OPTION, FieldType.BOOLEAN}:
            return f"({value} or {self.constant(field.blank)})"
        return value

    def filled(self, field: Field, value: str, *, as_typed: bool) -> str:
        """An expression for a value, blank if it is missing.

        Args:
            field: The field of the value.
            value: The expression for the stored value.
            as_typed: Whether codes may be stored as typed, and not yet as codes.
        """
        match field.type:
            case FieldType.CODE if as_typed:
                return f'{self.constant(to_code)}({value} or "")'
            case FieldType.CODE | FieldType.TEXT:
                return f'({value} or "")'
            case FieldType.INTEGER | FieldType.DECIMAL:
                return f"({value} or 0)"
            case FieldType.DATETIME:
                return f"{self.constant(_moment)}({value})"
            case FieldType.TIME:
                return f"{self.constant(_time_of_day)}({value})"
            case FieldType.DATE | FieldType.OPTION | FieldType.BOOLEAN:
                return value
            case _:
                assert_never(field.type)


def _moment(value: datetime | None) -> datetime | None:
    """In UTC: datetimes of two other zones are never equal in a repeated hour."""
    if value is None or value.tzinfo is UTC:
        return value
    return aware(value).astimezone(UTC)


def _time_of_day(value: time | None) -> time | None:
    return value and value.replace(tzinfo=None)


class _Reading:
    """An expression that is computed at its first use and reused at the others."""

    def __init__(self, code: Code, expression: str) -> None:
        self._name = code.fresh("v")
        self._first: str | None = f"({self._name} := {expression})"

    def __str__(self) -> str:
        first, self._first = self._first, None
        return first or self._name


def row_code(code: Code, where: BoundWhere, row: str, *, items: bool) -> str:
    """An expression that is true if a row meets a condition. It can stand between two ``and``."""
    value = code.read(where.field, row, items=items)
    tested = value_code(code, where.filter, where.field, value, as_typed=items or where.field.extra)
    return f"({tested})" if isinstance(where.filter, AnyOf) else tested


def value_code(
    code: Code, item: BoundFilter, field: Field, value: str, *, as_typed: bool = True
) -> str:
    """An expression that is true if a value passes a filter.

    Args:
        code: Keeps the constants.
        item: The filter.
        field: The field of the value.
        value: An expression for the stored value.
        as_typed: Whether codes may be stored as typed, and not yet as codes.
    """
    if field.type in _FINITE:
        return _finite(code, item, field, value)
    reading = _Reading(code, code.filled(field, value, as_typed=as_typed))
    return _Tests(code, reading, nullable=field.type in _NULLABLE).test(item)


def _finite(code: Code, item: BoundFilter, field: Field, value: str) -> str:
    """A test of a field that has few values. The filter is tried once on each of them here."""
    plain = Field(field.name, FieldType.INTEGER)
    passes = code.made(code.function("value", [f"return {value_code(code, item, plain, 'value')}"]))
    if field.type is FieldType.BOOLEAN:
        return {
            (True, True): "True",
            (True, False): f"not {value}",
            (False, True): f"not not {value}",
            (False, False): "False",
        }[passes(False), passes(True)]  # noqa: FBT003 - the two values of the field
    passing = {str(name): passes(position) for position, name in enumerate(field.options)}
    # A value that is no option counts as blank, so every value passes this or its negation.
    if passes(0):
        return f"{value} not in {code.constant({n for n, does in passing.items() if not does})}"
    return f"{value} in {code.constant({n for n, does in passing.items() if does})}"


class _Tests:
    """Expressions for the filters of one value."""

    def __init__(self, code: Code, value: _Reading, *, nullable: bool) -> None:
        self._code = code
        self._value = value
        self._nullable = nullable

    def test(self, item: BoundFilter) -> str:
        match item:
            case IsEqual(value, letters):
                return self._equal(value, letters)
            case InRange(low, high):
                return self._in_range(low, high)
            case FitsPattern(pattern, letters):
                return self._fits(pattern, letters)
            case InCalendar():
                number = f"{self._code.constant(item.number_of())}"
                numbers = self._code.constant(item.numbers)
                return f"({self._value} is not None and {number}({self._value}) in {numbers})"
            case HasAspect(days=days):
                return f"({self.test(days)})"
            case Not(inner):
                return f"not ({self.test(inner)})"
            case AllOf(items):
                return " and ".join(
                    f"({self.test(each)})" if isinstance(each, AllOf | AnyOf) else self.test(each)
                    for each in items
                )
            case AnyOf(items):
                return self._any_of(items)
            case _:
                assert_never(item)

    def _any_of(self, items: tuple[BoundFilter, ...]) -> str:
        """An expression for one of several filters. Their single values become sets."""
        values: dict[Letters, set[Value]] = {}
        rest = []
        for each in items:
            if isinstance(each, IsEqual):
                values.setdefault(each.letters, set()).add(each.value)
            else:
                rest.append(each)
        tests = [
            f"{self._changed(letters)} in {self._code.constant(chosen)}"
            for letters, chosen in values.items()
        ]
        tests += [
            f"({self.test(each)})" if isinstance(each, AnyOf) else self.test(each) for each in rest
        ]
        return " or ".join(tests)

    def _equal(self, value: Value, letters: Letters) -> str:
        if value is None:
            return f"{self._value} is None"
        return f"{self._changed(letters)} == {self._code.constant(value)}"

    def _in_range(self, low: Bound | None, high: Bound | None) -> str:
        if not self._nullable:
            return self._between(low, high) if low or high else self._always()
        blank_passes = (low is None or (low.value is None and low.inclusive)) and (
            high is None or high.value is not None or high.inclusive
        )
        if high is not None and high.value is None:
            return f"{self._value} is None" if blank_passes else self._never()
        if low is not None and low.value is None:
            low = None  # every value is above the blank
        if not low and not high:
            return self._always() if blank_passes else f"{self._value} is not None"
        blank = f"{self._value} is None or" if blank_passes else f"{self._value} is not None and"
        return f"({blank} {self._between(low, high)})"

    def _between(self, low: Bound | None, high: Bound | None) -> str:
        if low and high and low.letters is not high.letters:
            return f"({self._between(low, None)} and {self._between(None, high)})"
        letters = next(end.letters for end in (low, high) if end)
        test = ""
        if low:
            test = f"{self._code.constant(low.value)} {'<=' if low.inclusive else '<'} "
        test += self._changed(letters)
        if high:
            test += f" {'<=' if high.inclusive else '<'} {self._code.constant(high.value)}"
        return test

    def _changed(self, letters: Letters) -> str:
        if letters is Letters.AS_WRITTEN:
            return f"{self._value}"
        return f"{self._code.constant(letters.change)}({self._value})"

    # A test that does not depend on the value uses it all the same: the first use
    # of a value must be one that runs before all others.

    def _always(self) -> str:
        return f"({self._value} is None or True)"

    def _never(self) -> str:
        return f"({self._value} is None and False)"

    def _fits(self, pattern: Pattern, letters: Letters) -> str:
        value = self._changed(letters)
        match [piece for piece, _ in groupby(pattern)]:
            case [Wild.ANY_RUN]:
                return f"({value} is None or True)"
            case [str(start), Wild.ANY_RUN]:
                return f"{value}.startswith({self._code.constant(start)})"
            case [Wild.ANY_RUN, str(end)]:
                return f"{value}.endswith({self._code.constant(end)})"
            case [Wild.ANY_RUN, str(middle), Wild.ANY_RUN]:
                return f"{self._code.constant(middle)} in {value}"
            case _:
                fits = re.compile(expression_of(pattern), re.DOTALL).fullmatch
                return f"{self._code.constant(fits)}({value}) is not None"


def expression_of(pattern: Pattern) -> str:
    """The regular expression for a pattern. The whole text must match it.

    The pieces between stars are searched from left to right without backtracking. So no pattern
    takes longer than its length times the length of the text.
    """
    chunks = [""]
    for piece in pattern:
        match piece:
            case Wild.ANY_RUN:
                chunks.append("")
            case Wild.ANY_ONE:
                chunks[-1] += "."
            case _:
                chunks[-1] += re.escape(piece)
    if len(chunks) == 1:
        return chunks[0]
    first, *middle, last = chunks
    return first + "".join(f"(?>.*?{chunk})" for chunk in middle if chunk) + ".*" + last
