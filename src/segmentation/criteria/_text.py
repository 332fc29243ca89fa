"""Filter texts: reading and writing them.

``parse`` and ``to_text`` are inverse to each other for every tree within the limits. Knows
the grammar only: what a value means is settled when a filter is bound to a field.

The grammar is closed under negation: ``<>( ... )`` negates a group. Wildcards stand only for
themselves after ``=`` and ``<>`` or without an operator; an interval and an order need plain
values.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, assert_never

from segmentation.errors import FilterError, InvalidValue

from ._nodes import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    Filter,
    Like,
    Not,
    Operand,
    Operator,
    Pattern,
    Token,
    Wild,
)
from ._walk import nesting

MAX_LENGTH = 1_000_000
"""The greatest number of characters of a filter text."""

MAX_DEPTH = 50
"""The greatest number of brackets that may be open at once."""

_TERM = "a value, such as DK, 1..5, <>DK or '' for blank"
_VALUE = "a value, or '' for blank"
_JOINT = "& or | or the end"
_JOINTS = frozenset("&|")
_ENDS = frozenset("&|)")
_COMPARISONS = {operator.value: operator for operator in Operator}

_LEXEME = re.compile(
    r"""\s*+(?:
        (?P<sign> <> | <= | >= | [<>=&|()] | \.\. )
      | (?P<quoted> @?\s*+' (?: [^']++ | '' )*+ ' )
      | (?P<unclosed> @?\s*+' )
      | (?P<bare> (?: (?!\.\.) [^&|()<>=] )++ )
    )""",
    re.VERBOSE | re.DOTALL,
)
_SPECIAL = re.compile(r"[@%*?]")
_WILD = re.compile(r"()([*?])")
_WILD_OR_MEANT = re.compile(r"\\([*?@\\])|([*?])")
_TOKEN = re.compile(r"%([A-Za-z_][A-Za-z0-9_]*)")
_UNSAFE = re.compile(r"[&|()<>=']|\.\.")


class _Lexeme(NamedTuple):
    """A sign or a value of the text; the last one is ``end``."""

    kind: str
    text: str
    start: int


class _Value(NamedTuple):
    """A value that was read, not yet an operand, a pattern or a token.

    Attributes:
        text: The value without its signs; of a token its name.
        pattern: The pieces, if there are wildcards among them; ``None`` if not.
        any_case: Whether an ``@`` stands in front.
        is_token: Whether it is a token's name.
        start: Where it stands in the text.
    """

    text: str
    pattern: Pattern | None
    any_case: bool
    is_token: bool
    start: int


class _Group:
    """An open bracket, or the whole text: what was read of it so far."""

    def __init__(self, start: int, *, negated: bool = False) -> None:
        self.start = start
        self.negated = negated
        self.either: list[Filter] = []
        self.both: list[Filter] = []

    def close_both(self) -> None:
        self.either.append(self.both[0] if len(self.both) == 1 else AllOf(self.both))
        self.both = []

    def closed(self) -> Filter:
        self.close_both()
        item: Filter = self.either[0] if len(self.either) == 1 else AnyOf(self.either)
        return Not(item) if self.negated else item


def parse(text: str) -> Filter | None:
    """The tree of a filter text; ``None`` if the text is empty, which is no filter.

    Brackets nest as they are written: ``(a&b)&c`` is not ``a&b&c``. A text may have a million
    characters and fifty open brackets; the time it takes grows with its length only.

    Raises:
        FilterError: The text does not parse; the error points to the place.

    >>> parse("DK|SE")  # doctest: +NORMALIZE_WHITESPACE
    AnyOf(items=(Compare(operator=<Operator.EQUAL: '='>, operand=Operand(text='DK',
    any_case=False)), Compare(operator=<Operator.EQUAL: '='>, operand=Operand(text='SE',
    any_case=False))))
    """
    if not isinstance(text, str):
        raise InvalidValue("filter", text, "is no text")
    if len(text) > MAX_LENGTH:
        raise FilterError(
            f"the text is longer than {MAX_LENGTH} characters", text=text, position=MAX_LENGTH
        )
    if not text.strip():
        return None
    return _Parser(text).filter()


class _Parser:
    """Reads one text from left to right; open brackets are a list, not calls."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lexemes = _lexemes(text)
        self._groups = [_Group(0)]
        self._next = _Lexeme("start", "", 0)
        self._sign = ""
        self._take()

    def filter(self) -> Filter:
        while True:
            negated = self._open_groups()
            self._groups[-1].both.append(self._term(negated=negated))
            self._close_groups()
            if self._next.kind == "end":
                break
            if self._take().text == "|":
                self._groups[-1].close_both()
        if len(self._groups) > 1:
            raise self._error("a bracket is not closed", self._groups[-1].start, "a ) for it")
        return self._groups[0].closed()

    def _open_groups(self) -> bool:
        """Take all brackets that open here; whether a ``<>`` stands behind them."""
        negated = False
        while self._sign == "(" or (self._sign == "<>" and not negated):
            sign = self._take()
            if sign.text == "(":
                self._groups.append(_Group(sign.start, negated=negated))
                if len(self._groups) > MAX_DEPTH + 1:
                    raise self._error(f"more than {MAX_DEPTH} brackets are open", sign.start)
            negated = sign.text == "<>"
        return negated

    def _close_groups(self) -> None:
        while self._sign == ")":
            bracket = self._take()
            if len(self._groups) == 1:
                raise self._error("a bracket closes that was not opened", bracket.start, _JOINT)
            closed = self._groups.pop().closed()
            self._groups[-1].both.append(closed)
        if self._next.kind != "end" and self._sign not in _JOINTS:
            raise self._unfit(_JOINT)

    def _term(self, *, negated: bool) -> Filter:
        if negated:
            return Not(self._exact(self._value(), "<>"))
        if self._sign == "..":
            self._take()
            return Between(None, self._plain(self._value(), "an interval"))
        if self._sign in _COMPARISONS:
            operator = _COMPARISONS[self._take().text]
            value = self._value()
            if operator is Operator.EQUAL:
                return self._exact(value, "=")
            self._refuse_interval(operator.value)
            return Compare(operator, self._plain(value, f"a comparison with {operator.value}"))
        value = self._value(_TERM)
        return self._interval(value) if self._sign == ".." else self._exact(value, "")

    def _interval(self, start: _Value) -> Filter:
        low = self._plain(start, "an interval")
        self._take()
        if self._next.kind == "end" or self._sign in _ENDS:
            return Between(low, None)
        return Between(low, self._plain(self._value(), "an interval"))

    def _exact(self, value: _Value, sign: str) -> Filter:
        self._refuse_interval(sign)
        if value.is_token:
            return Token(value.text)
        if value.pattern is not None:
            return Like(value.pattern, value.any_case)
        return Compare(Operator.EQUAL, Operand(value.text, value.any_case))

    def _refuse_interval(self, sign: str) -> None:
        if self._sign == "..":
            hint = "; write <>(1..5)" if sign == "<>" else ""
            raise self._error(f"an interval cannot follow {sign}{hint}", self._next.start, _JOINT)

    def _plain(self, value: _Value, where: str) -> Operand:
        """The operand of a value that may be neither a pattern nor a token."""
        if value.is_token:
            raise self._error(
                f"%{value.text} stands for a whole condition and does not fit {where}",
                value.start,
                "a value (in quotes if the % itself is meant)",
            )
        if value.pattern is not None:
            raise self._error(
                f"* and ? do not fit {where}",
                value.start,
                r"a plain value ('\*' if the sign itself is meant)",
            )
        return Operand(value.text, value.any_case)

    def _value(self, expected: str = _VALUE) -> _Value:
        lexeme = self._next
        if lexeme.kind == "unclosed":
            raise self._error("a quote is not closed", lexeme.start, "a second '")
        if lexeme.kind not in {"bare", "quoted"}:
            raise self._unfit(expected)
        if lexeme.text == "@":
            raise self._error("@ has nothing behind it", lexeme.start + 1, _VALUE)
        self._take()
        return _read(lexeme)

    def _take(self) -> _Lexeme:
        """Go on to the next lexeme; the sign that it is, if it is one, stands in ``_sign``."""
        taken = self._next
        self._next = next(self._lexemes)
        self._sign = self._next.text if self._next.kind == "sign" else ""
        return taken

    def _unfit(self, expected: str) -> FilterError:
        """What stands next does not fit."""
        reasons = {"end": "the filter ends too early", "sign": f"{self._sign} does not fit here"}
        reason = reasons.get(self._next.kind, "a value does not fit here")
        return self._error(reason, self._next.start, expected)

    def _error(self, reason: str, position: int, expected: str = "") -> FilterError:
        return FilterError(reason, text=self._text, position=position, expected=expected)


def _lexemes(text: str) -> Iterator[_Lexeme]:
    # Whatever is no blank at the end is some lexeme, so that nothing is passed over.
    for found in _LEXEME.finditer(text):
        kind = str(found.lastgroup)
        yield _Lexeme(kind, found[kind].rstrip(), found.start(kind))
    while True:
        yield _Lexeme("end", "", len(text))


def _read(lexeme: _Lexeme) -> _Value:
    text, start = lexeme.text, lexeme.start
    if lexeme.kind == "bare" and not _SPECIAL.search(text):
        return _Value(text, None, any_case=False, is_token=False, start=start)
    any_case = text.startswith("@")
    text = text[1:].lstrip() if any_case else text
    if lexeme.kind == "bare":
        if not any_case and (token := _TOKEN.fullmatch(text)):
            return _Value(token[1], None, any_case=False, is_token=True, start=start)
        return _with_pieces(text, _WILD, any_case=any_case, start=start)
    text = text[1:-1].replace("''", "'")
    if text.startswith("@") and not any_case:
        text, any_case = text[1:], True
    return _with_pieces(text, _WILD_OR_MEANT, any_case=any_case, start=start)


def _with_pieces(text: str, wild: "re.Pattern[str]", *, any_case: bool, start: int) -> _Value:
    """The value with its wildcards found, and its backslashes taken for what they are."""
    pieces: list[str | Wild] = []
    literal, done = [], 0
    for found in wild.finditer(text):
        literal.append(text[done : found.start()])
        done = found.end()
        if found[2]:
            pieces += ["".join(literal), Wild(found[2])]
            literal = []
        else:
            literal.append(found[1])
    rest = "".join([*literal, text[done:]])
    pattern = (*pieces, rest) if pieces else None
    return _Value(rest, pattern, any_case=any_case, is_token=False, start=start)


def to_text(item: Filter | None) -> str:
    """The filter text of a tree, from which ``parse`` makes an equal tree.

    Raises:
        InvalidValue: The tree is beyond the limits of ``parse``.

    >>> to_text(parse("( DK | 'SE' ) & <> ( N* )"))
    '(DK|SE)&<>N*'
    """
    if item is None:
        return ""
    if nesting(item) > MAX_DEPTH:
        raise InvalidValue("filter", type(item).__name__, f"has more than {MAX_DEPTH} groups")
    text = _written(item)
    if len(text) > MAX_LENGTH:
        raise InvalidValue("filter", type(item).__name__, f"has more than {MAX_LENGTH} characters")
    return text


def _written(item: Filter) -> str:
    match item:
        case Compare(Operator.EQUAL, operand):
            return _value_text((operand.text,), any_case=operand.any_case)
        case Compare(operator, operand):
            return operator.value + _operand_text(operand)
        case Between(low, high):
            return f"{_operand_text(low)}..{_operand_text(high)}"
        case Like(pattern, any_case):
            return _value_text(pattern, any_case=any_case)
        case Token(name):
            return f"%{name}"
        case Not(Compare(Operator.EQUAL) | Like() | Token() as inner):
            return f"<>{_written(inner)}"
        case Not(inner):
            return f"<>({_written(inner)})"
        case AllOf(items):
            return "&".join(_in_brackets(each, AllOf | AnyOf) for each in items)
        case AnyOf(items):
            return "|".join(_in_brackets(each, AnyOf) for each in items)
        case _:
            assert_never(item)


def _in_brackets(item: Filter, kinds: type | object) -> str:
    text = _written(item)
    return f"({text})" if isinstance(item, kinds) else text  # type: ignore[arg-type]


def _operand_text(operand: Operand | None) -> str:
    return "" if operand is None else _value_text((operand.text,), any_case=operand.any_case)


def _value_text(pattern: Pattern, *, any_case: bool) -> str:
    sign = "@" if any_case else ""
    bare = "".join(p.value if isinstance(p, Wild) else p for p in pattern)
    return sign + (bare if _reads_back(bare, pattern) else f"'{_quoted(pattern)}'")


def _reads_back(bare: str, pattern: Pattern) -> bool:
    """Whether a value means the same without quotes."""
    return (
        bare == bare.strip(". \t\n\r\f\v")
        and bare == bare.strip()
        and bare != ""
        and not bare.startswith(("@", "%"))
        and not _UNSAFE.search(bare)
        and not any("*" in piece or "?" in piece for piece in pattern if isinstance(piece, str))
    )


def _quoted(pattern: Pattern) -> str:
    pieces = [p.value if isinstance(p, Wild) else re.sub(r"([*?\\])", r"\\\1", p) for p in pattern]
    if isinstance(pattern[0], str) and pattern[0].startswith("@"):
        pieces[0] = "\\" + pieces[0]
    return "".join(pieces).replace("'", "''")
