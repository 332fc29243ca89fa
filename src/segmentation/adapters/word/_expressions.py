"""Sums in fields: what Word works out from numbers and merge fields."""

import math
import re
from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from typing import TypeAlias

import attrs

from segmentation.errors import Message

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)|\ue000(?P<mark>[0-9]+)\ue001"
    r"|(?P<name>[A-Za-z]+)(?=\s*\()|(?P<sign>[-+*/^%(),;]))"
)
_LONGEST = 500
"""Tokens of a sum; more are no sum that a person wrote."""
_HIGHEST = 1000
"""The highest power."""

Lookup: TypeAlias = Callable[[int], Decimal]
"""Finds the value of an inner field by its number."""
_Node: TypeAlias = Callable[[Lookup], Decimal]


@attrs.frozen
class Expression:
    """A sum that was read.

    Attributes:
        text: As it was typed, for errors.
    """

    text: str
    _node: _Node

    def value(self, lookup: Lookup) -> Decimal:
        """The result.

        Raises:
            ValueError: It cannot be worked out: it divides by zero, or is too large.
        """
        try:
            with localcontext():
                return +self._node(lookup)
        except ArithmeticError as error:
            shown = re.sub("\ue000[0-9]+\ue001", "...", self.text).strip()
            reason = Message("the sum {text} cannot be worked out", text=shown)
            raise ValueError(reason) from error


def read_expression(text: str) -> Expression | None:
    """A sum, with a mark for each field inside it; ``None`` if it is none."""
    tokens = _tokens(text)
    if not tokens or len(tokens) > _LONGEST:
        return None
    reader = _Reader(tokens)
    try:
        node = reader.sum()
    except _NoSum:
        return None
    return Expression(text, node) if reader.is_done else None


def is_sum(text: str) -> bool:
    """Whether a text works out more than one number."""
    return any(kind == "sign" and said in "+-*/^%" for kind, said in _tokens(text))


def _tokens(text: str) -> Sequence[tuple[str, str]]:
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return ()
        found.append((token.lastgroup or "", token[token.lastgroup or 0]))
        at = token.end()
    return found


class _NoSum(Exception):  # noqa: N818 - a way out
    pass


class _Reader:
    """Reads a sum from left to right, as everyone does: points before lines."""

    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def is_done(self) -> bool:
        """Whether all was read."""
        return self._at == len(self._tokens)

    def _take(self, signs: str) -> str:
        """The next sign, if it is one of these."""
        if not self.is_done:
            kind, token = self._tokens[self._at]
            if kind == "sign" and token in signs:
                self._at += 1
                return token
        return ""

    def sum(self) -> _Node:
        node = self._product()
        while sign := self._take("+-"):
            node = _joined(sign, node, self._product())
        return node

    def _product(self) -> _Node:
        node = self._power()
        while sign := self._take("*/"):
            node = _joined(sign, node, self._power())
        return node

    def _power(self) -> _Node:
        node = self._signed()
        while self._take("^"):
            node = _joined("^", node, self._signed())
        return node

    def _signed(self) -> _Node:
        negative = False
        while sign := self._take("+-"):
            negative ^= sign == "-"
        node = self._atom()
        while self._take("%"):
            node = _joined("/", node, lambda _: Decimal(100))
        return _joined("-", lambda _: Decimal(0), node) if negative else node

    def _atom(self) -> _Node:
        if self._take("("):
            node = self.sum()
            if not self._take(")"):
                raise _NoSum
            return node
        if self.is_done:
            raise _NoSum
        kind, token = self._tokens[self._at]
        self._at += 1
        match kind:
            case "number":
                number = Decimal(token)
                return lambda _: number
            case "mark":
                place = int(token)
                return lambda lookup: lookup(place)
            case "name" if token.upper() in _FUNCTIONS:
                return self._call(_FUNCTIONS[token.upper()])
            case _:
                raise _NoSum

    def _call(self, function: "_Function") -> _Node:
        self._take("(")
        arguments = [self.sum()]
        while self._take(",;"):
            arguments.append(self.sum())
        if not self._take(")") or len(arguments) not in function.counts:
            raise _NoSum
        return lambda lookup: function.run([each(lookup) for each in arguments])


def _joined(sign: str, left: _Node, right: _Node) -> _Node:
    work = _WORK[sign]
    return lambda lookup: work(left(lookup), right(lookup))


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > _HIGHEST:
        raise OverflowError
    return base**exponent


_WORK: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "^": _power,
}


@attrs.frozen
class _Function:
    """A function, and how many arguments it takes."""

    run: Callable[[Sequence[Decimal]], Decimal]
    counts: range


def _rounded(arguments: Sequence[Decimal]) -> Decimal:
    number, places = arguments
    if abs(places) > _HIGHEST:
        raise OverflowError
    return number.quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)


def _whole(arguments: Sequence[Decimal]) -> Decimal:
    return arguments[0].to_integral_value(rounding=ROUND_DOWN)


def _sign_of(arguments: Sequence[Decimal]) -> Decimal:
    return Decimal((arguments[0] > 0) - (arguments[0] < 0))


_ONE, _TWO, _MANY = range(1, 2), range(2, 3), range(1, _LONGEST)
_FUNCTIONS = {
    "ABS": _Function(lambda numbers: abs(numbers[0]), _ONE),
    "AVERAGE": _Function(lambda numbers: sum(numbers, Decimal(0)) / len(numbers), _MANY),
    "COUNT": _Function(lambda numbers: Decimal(len(numbers)), _MANY),
    "INT": _Function(_whole, _ONE),
    "MAX": _Function(max, _MANY),
    "MIN": _Function(min, _MANY),
    "MOD": _Function(lambda numbers: numbers[0] % numbers[1], _TWO),
    "PRODUCT": _Function(lambda numbers: math.prod(numbers, start=Decimal(1)), _MANY),
    "ROUND": _Function(_rounded, _TWO),
    "SIGN": _Function(_sign_of, _ONE),
    "SUM": _Function(lambda numbers: sum(numbers, Decimal(0)), _MANY),
}
