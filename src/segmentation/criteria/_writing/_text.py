"""Filter texts: reading and writing them.

For every tree within the limits, ``parse`` and ``to_text`` are inverse to each other. This module
knows only the grammar. What a value means is decided when a filter is bound to a field.

The grammar is closed under negation: ``<>( ... )`` negates a group. Wildcards stand only for
themselves after ``=`` and ``<>`` or without an operator; an interval and an order need plain
values.
"""

import re
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import TypeAlias

from segmentation.criteria._trees import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    Filter,
    Letters,
    Like,
    Not,
    Operand,
    Operator,
    Pattern,
    Token,
    Wild,
    nesting,
)
from segmentation.errors import FilterError, InvalidValue, Message, unexpected

MAX_LENGTH = 1_000_000
"""The greatest number of characters of a filter text."""

MAX_DEPTH = 50
"""The greatest number of brackets that may be open at once."""

MAX_CONDITIONS = 5_000
"""The greatest number of conditions of a selection. A list of values is one condition."""

_NO_CASE, _NO_ACCENT = _SIGNS = ("@", "~")
_SIGN = {
    Letters.AS_WRITTEN: "",
    Letters.ANY_CASE: _NO_CASE,
    Letters.ANY_ACCENT: _NO_ACCENT,
}
_TERM = "a value, such as DK, 1..5, <>DK or '' for blank"
_VALUE = "a value, or '' for blank"
_JOINT = "& or | or the end"
_INTERVAL = Message("an interval")
_COMPARISON = {
    operator: Message("a comparison with {operator}", operator=operator.value)
    for operator in Operator
}
_JOINTS = frozenset(["&", "|", "end"])
_ENDS = _JOINTS | {")"}
_VALUES = frozenset(["bare", "quoted"])
_WORDS = _VALUES | {"unclosed"}
_COMPARISONS = {operator.value: operator for operator in Operator}

_NO_TEXT = "is not the filter of one field; `describe` tells a selection in words"

# Early releases of Python 3.11 keep the text that the failed last round of a possessive group read:
# 1..5 is read as "1..", then "5". So `bare` repeats a plain group; nothing behind it asks it back.
_LEXEME = re.compile(
    r"""\s*+(?:
        (?P<sign> <> | <= | >= | [<>=&|()] | \.\. )
      | (?P<quoted> [@~]?\s*+' (?: [^']++ | '' )*+ ' )
      | (?P<unclosed> [@~]?\s*+' )
      | (?P<bare> (?!\.\.) [^&|()<>=] [^&|()<>=.]*+ (?: \.(?!\.) [^&|()<>=.]*+ )* )
    )""",
    re.VERBOSE | re.DOTALL,
)
_SPECIAL = re.compile(r"[@~%*?]")
_WILD = re.compile(r"()([*?])")
_WILD_OR_MEANT = re.compile(r"\\([*?@~\\])|([*?])")
_TOKEN = re.compile(r"%([A-Za-z_][A-Za-z0-9_]*)")
_UNSAFE = re.compile(r"[&|()<>=']|\.\.")


_Read: TypeAlias = Operand | Like | Token
"""A value that was read, before it is known how it is compared."""


class _Group:
    """The content read so far of an open bracket, or of the whole text."""

    def __init__(self, at: int, *, negated: bool = False) -> None:
        self.at = at
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
    """The tree of a filter text. An empty text is no filter and gives ``None``.

    Brackets are kept as they are written: ``(a&b)&c`` is not ``a&b&c``. A text may have a million
    characters and fifty open brackets. The time is proportional to its length.

    Raises:
        FilterError: The text does not parse. The error points to the place.

    >>> parse("( DK | 'SE' )").items
    (parse('DK'), parse('SE'))
    """
    if not isinstance(text, str):
        raise InvalidValue("filter", text, "is no text")
    if len(text) > MAX_LENGTH:
        raise FilterError(
            Message("the text is longer than {limit} characters", limit=MAX_LENGTH),
            text=text,
            position=MAX_LENGTH,
        )
    if not text.strip():
        return None
    return _Parser(text).filter()


class _Parser:
    """Reads one text from left to right, with a list of open brackets in place of recursion.

    The text is cut into lexemes, each with a kind. The kind of a symbol is the symbol itself. The
    others are ``bare``, ``quoted``, ``unclosed`` and, for the last one, ``end``.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._kinds, self._texts = _lexemes(text)
        self._at = 0
        self._kind = self._kinds[0]
        self._groups = [_Group(0)]

    def filter(self) -> Filter:
        while True:
            negated = self._open_groups()
            self._groups[-1].both.append(self._term(negated=negated))
            self._close_groups()
            if self._kind == "end":
                break
            if self._kinds[self._take()] == "|":
                self._groups[-1].close_both()
        if len(self._groups) > 1:
            raise self._error("a bracket is not closed", self._groups[-1].at, "a ) for it")
        return self._groups[0].closed()

    def _open_groups(self) -> bool:
        """Read all brackets that open here. Returns whether a ``<>`` follows them."""
        negated = False
        while self._kind == "(" or (self._kind == "<>" and not negated):
            bracket = self._kind == "("
            taken = self._take()
            if bracket:
                self._groups.append(_Group(taken, negated=negated))
                if len(self._groups) > MAX_DEPTH + 1:
                    reason = Message("more than {limit} brackets are open", limit=MAX_DEPTH)
                    raise self._error(reason, taken)
            negated = not bracket
        return negated

    def _close_groups(self) -> None:
        while self._kind == ")":
            bracket = self._take()
            if len(self._groups) == 1:
                raise self._error("a bracket closes that was not opened", bracket, _JOINT)
            closed = self._groups.pop().closed()
            self._groups[-1].both.append(closed)
        if self._kind not in _JOINTS:
            raise self._unfit(_JOINT)

    def _term(self, *, negated: bool) -> Filter:
        if negated:
            return Not(self._exact(self._value(), "<>"))
        if self._kind == "..":
            self._take()
            return Between(None, self._plain(self._value(), _INTERVAL))
        operator = _COMPARISONS.get(self._kind)
        if operator is None:
            value = self._value(_TERM)
            return self._interval(value) if self._kind == ".." else self._exact(value, "")
        self._take()
        value = self._value()
        if operator is Operator.EQUAL:
            return self._exact(value, "=")
        self._refuse_interval(operator.value)
        return Compare(operator, self._plain(value, _COMPARISON[operator]))

    def _interval(self, start: _Read) -> Filter:
        low = self._plain(start, _INTERVAL)
        self._take()
        if self._kind in _ENDS:
            return Between(low, None)
        return Between(low, self._plain(self._value(), _INTERVAL))

    def _exact(self, value: _Read, sign: str) -> Filter:
        self._refuse_interval(sign)
        return Compare(Operator.EQUAL, value) if isinstance(value, Operand) else value

    def _refuse_interval(self, sign: str) -> None:
        if self._kind == "..":
            hint = Message("; write <>(1..5)") if sign == "<>" else ""
            reason = Message("an interval cannot follow {sign}{hint}", sign=sign, hint=hint)
            raise self._error(reason, self._at, _JOINT)

    def _plain(self, value: _Read, where: Message) -> Operand:
        """The value that was just read, which must be neither a pattern nor a token."""
        if isinstance(value, Operand):
            return value
        taken = self._at - 1
        if isinstance(value, Token):
            reason = "{token} stands for a whole condition and does not fit {where}"
            raise self._error(
                Message(reason, token=self._texts[taken], where=where),
                taken,
                "a value (in quotes if the % itself is meant)",
            )
        raise self._error(
            Message("* and ? do not fit {where}", where=where),
            taken,
            r"a plain value ('\*' if the sign itself is meant)",
        )

    def _value(self, expected: str = _VALUE) -> _Read:
        if self._kind == "unclosed":
            raise self._error("a quote is not closed", self._at, "a second '")
        if self._kind not in _VALUES:
            raise self._unfit(expected)
        taken = self._take()
        text = self._texts[taken]
        if text in _SIGNS:
            reason = Message("{sign} has nothing behind it", sign=text)
            raise self._error(reason, taken, _VALUE, offset=1)
        return _read(text, quoted=self._kinds[taken] == "quoted")

    def _take(self) -> int:
        """Go on to the next lexeme. Returns the place of the current one."""
        taken = self._at
        self._at += 1
        self._kind = self._kinds[self._at]
        return taken

    def _unfit(self, expected: str) -> FilterError:
        """The error that the next lexeme is not allowed here."""
        if self._kind == "end":
            return self._error("the filter ends too early", self._at, expected)
        what = Message("a value") if self._kind in _WORDS else self._kind
        return self._error(Message("{what} does not fit here", what=what), self._at, expected)

    def _error(self, reason: str, at: int, expected: str = "", *, offset: int = 0) -> FilterError:
        """An error that points to a lexeme, or to a character inside it."""
        starts = [found.start(str(found.lastgroup)) for found in _LEXEME.finditer(self._text)]
        position = [*starts, len(self._text)][at] + offset
        return FilterError(reason, text=self._text, position=position, expected=expected)


def _lexemes(text: str) -> tuple[list[str], list[str]]:
    """The kinds and the texts of all lexemes, without blanks around them."""
    # Every character but a blank at the end is part of a lexeme, so none is skipped.
    kinds, texts = [], []
    for sign, quoted, unclosed, bare in _LEXEME.findall(text):
        kinds.append(sign or (bare and "bare") or (quoted and "quoted") or "unclosed")
        texts.append(sign or bare.rstrip() or quoted or unclosed)
    return [*kinds, "end"], [*texts, ""]


def place_of(value: str, text: str) -> int | None:
    """The place of a value in a filter text that parses, ``None`` if it is not there.

    Args:
        value: The value, with or without its quotes.
        text: The filter text.
    """
    for found in _LEXEME.finditer(text):
        kind = str(found.lastgroup)
        shown = found[kind].rstrip()
        if kind in _VALUES and value in {shown.lstrip("@~"), _meant(shown, kind)}:
            return found.start(kind) + max(shown.find(value), 0)
    return None


def _meant(shown: str, kind: str) -> str:
    read = _read(shown, quoted=kind == "quoted")
    return read.text if isinstance(read, Operand) else shown


def _read(text: str, *, quoted: bool) -> _Read:
    """The kind of a value: an operand, a pattern if it has wildcards, or a token."""
    if not quoted and not _SPECIAL.search(text):
        return Operand(text)
    sign = text[0] if text.startswith(_SIGNS) else ""
    text = text[1:].lstrip() if sign else text
    if not quoted:
        if not sign and (token := _TOKEN.fullmatch(text)):
            return Token(token[1])
        return _with_pieces(text, _WILD, sign)
    text = text[1:-1].replace("''", "'")
    if text.startswith(_SIGNS) and not sign:
        text, sign = text[1:], text[0]
    return _with_pieces(text, _WILD_OR_MEANT, sign)


def _with_pieces(text: str, wild: "re.Pattern[str]", sign: str) -> Operand | Like:
    """The value cut into literal pieces and wildcards, with backslashes resolved."""
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
    any_case, any_accent = sign != "", sign == _NO_ACCENT
    if pieces:
        return Like((*pieces, rest), any_case, any_accent)
    return Operand(rest, any_case, any_accent)


def to_text(item: Filter | None) -> str:
    """The filter text of a tree, from which ``parse`` makes an equal tree.

    Raises:
        InvalidValue: The tree exceeds the limits of ``parse``, or is not a filter. Use `describe`
            for a selection.

    >>> to_text(parse("( DK | 'SE' ) & <> ( N* )"))
    '(DK|SE)&<>N*'
    """
    if item is None:
        return ""
    if nesting(item) > MAX_DEPTH:
        reason = Message("has more than {limit} groups", limit=MAX_DEPTH)
        raise InvalidValue("filter", type(item).__name__, reason)
    text = "".join(pieces_of(item))
    if len(text) > MAX_LENGTH:
        reason = Message("has more than {limit} characters", limit=MAX_LENGTH)
        raise InvalidValue("filter", type(item).__name__, reason)
    return text


def pieces_of(item: Filter) -> Iterator[str]:
    """The text of a filter from left to right, piece by piece, without recursion."""
    waiting: list[Iterator[str | Filter]] = [iter((item,))]
    while waiting:
        for piece in waiting[-1]:
            if isinstance(piece, str):
                yield piece
            else:
                waiting.append(_level(piece))
                break
        else:
            waiting.pop()


def _level(item: Filter) -> Iterator[str | Filter]:
    """One level of a filter: pieces of text, and the filters between them."""
    match item:
        case Compare(Operator.EQUAL, operand):
            yield _operand_text(operand)
        case Compare(operator, operand):
            yield operator.value + _operand_text(operand)
        case Between(low, high):
            yield f"{_operand_text(low)}..{_operand_text(high)}"
        case Like(pattern):
            yield _value_text(pattern, item.letters)
        case Token(name):
            yield f"%{name}"
        case Not(Compare(Operator.EQUAL) | Like() | Token() as inner):
            yield from ("<>", inner)
        case Not(inner):
            yield from ("<>(", inner, ")")
        case AllOf(items):
            yield from _joined(items, "&", AllOf | AnyOf)
        case AnyOf(items):
            yield from _joined(items, "|", AnyOf)
        case _:
            raise unexpected("filter", item, _NO_TEXT)


def _joined(
    items: Iterable[Filter], sign: str, bracketed: UnionType | type
) -> Iterator[str | Filter]:
    """Filters with an operator between them. Some kinds need brackets."""
    for number, item in enumerate(items):
        if number:
            yield sign
        yield from ("(", item, ")") if isinstance(item, bracketed) else (item,)


def _operand_text(operand: Operand | None) -> str:
    return "" if operand is None else _value_text((operand.text,), operand.letters)


def _value_text(pattern: Pattern, letters: Letters) -> str:
    sign = _SIGN[letters]
    bare = "".join(p.value if isinstance(p, Wild) else p for p in pattern)
    return sign + (bare if _reads_back(bare, pattern) else f"'{_quoted(pattern)}'")


def _reads_back(bare: str, pattern: Pattern) -> bool:
    """Whether a value means the same without quotes."""
    return (
        bare == bare.strip(". \t\n\r\f\v")
        and bare == bare.strip()
        and bare != ""
        and not bare.startswith((*_SIGNS, "%"))
        and not _UNSAFE.search(bare)
        and not any("*" in piece or "?" in piece for piece in pattern if isinstance(piece, str))
    )


def _quoted(pattern: Pattern) -> str:
    pieces = [p.value if isinstance(p, Wild) else re.sub(r"([*?\\])", r"\\\1", p) for p in pattern]
    if isinstance(pattern[0], str) and pattern[0].startswith(_SIGNS):
        pieces[0] = "\\" + pieces[0]
    return "".join(pieces).replace("'", "''")
