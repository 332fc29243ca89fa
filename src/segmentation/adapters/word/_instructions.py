r"""What a field's instruction says: name, switches, conditions, sums; and its value as text.

Word's own syntax: ``MERGEFIELD Name \* Upper``, ``MERGEFIELD Date \@ "d MMMM yyyy"``,
``IF { MERGEFIELD City } = "Oslo" "here" "there"``, ``= { MERGEFIELD Price } * 2 \# 0.00``. Names
of fields and switches may be in upper or lower case.
"""

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypeGuard

import attrs

from segmentation.documents import Formats, field_text
from segmentation.errors import Message
from segmentation.fields import Value

from ._dates import by_date_picture, date_in, moment
from ._expressions import Expression, is_sum, read_expression
from ._numbers import by_picture, number_in, plain_number

_TOKEN = re.compile(
    r""""(?P<quoted>(?:\\.|[^"\\])*)"|„(?P<low>[^“”„]*)[“”]|[“”](?P<curly>[^”]*)”"""
    r"""|(?P<operator>[<>=!]{2,}|[<>=])|(?P<bare>[^\s"“”„<>=!]+|!)""",
    re.DOTALL,
)
_MARK = re.compile("\ue000([0-9]+)\ue001")
_WORDS = re.compile(r"\S+")
_COMPOSED = {"ADDRESSBLOCK": "address_block", "GREETINGLINE": "formal_salutation"}
_OPERATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_MIXES = "would bring another contact's data into a letter"
_COUNTS = "counts letters, each of which is made by itself"
_REFUSED = {
    "NEXT": _MIXES,
    "NEXTIF": _MIXES,
    "SKIPIF": _MIXES,
    "MERGEREC": _COUNTS,
    "MERGESEQ": _COUNTS,
    "MERGEBARCODE": "makes a bar code, which only Word can draw",
}
"""Fields of a mail merge that no letter can have, and why."""
_FORMS = frozenset({"mergeformat", "charformat", "arabic"})
"""Arguments of ``\\*`` that leave the text as it is."""
_CENTS = Decimal("0.01")
"""What Word rounds the result of a sum to that has no picture."""

Values: TypeAlias = Mapping[str, Value]
Switches: TypeAlias = tuple[tuple[str, str], ...]


@attrs.frozen
class Merge:
    """A merge field.

    Attributes:
        name: The field, as the template spells it.
        switches: Pairs of switch and argument, as they stand there, in order.
    """

    name: str
    switches: Switches = ()

    @property
    def names(self) -> Sequence[str]:
        """The fields that it needs."""
        return (self.name,)

    def text(self, values: Values, formats: Formats) -> str:
        """The value as text, as the switches want it."""
        value = values[self.name]
        text = field_text(value, formats)
        for switch, argument in self.switches:
            text = _switched(switch, argument, value, text, formats)
        return text


@attrs.frozen
class Formula:
    """A sum with merge fields in it: ``= { MERGEFIELD Price } * 2``.

    Attributes:
        expression: What is worked out.
        switches: How the result is shown.
        inner: The fields that the marks stand for.
    """

    expression: Expression
    switches: Switches
    inner: tuple["Readable", ...]

    @property
    def names(self) -> Sequence[str]:
        """The fields that it needs."""
        return [name for field in self.inner for name in field.names]

    def text(self, values: Values, formats: Formats) -> str:
        """The result as text, as the switches want it.

        Raises:
            ValueError: It cannot be worked out.
        """
        value = _worked_out(self.expression, self.inner, values, formats)
        text = formats.number(_tidy(value))
        for switch, argument in self.switches:
            text = _switched(switch, argument, value, text, formats)
        return text


@attrs.frozen
class Operand:
    """One side of a condition.

    Attributes:
        text: As it stands there, with marks.
        expression: What it works out, if it is a sum.
    """

    text: str
    expression: Expression | None = None


@attrs.frozen
class Choice:
    """An IF field; its operands and texts may hold other fields, as marks.

    Numbers are compared as numbers and dates as dates, however they are written.

    Attributes:
        left: What is compared.
        operator: One of ``=``, ``<>``, ``<``, ``<=``, ``>``, ``>=``.
        right: What it is compared with; ``*`` and ``?`` stand for any text.
        then: The text if it holds.
        otherwise: The text if it does not.
        inner: The fields that the marks stand for.
    """

    left: Operand
    operator: str
    right: Operand
    then: str
    otherwise: str
    inner: tuple["Readable", ...]

    @property
    def names(self) -> Sequence[str]:
        """The fields that it needs."""
        return [name for field in self.inner for name in field.names]

    def holds(self, values: Values, formats: Formats) -> bool:
        """Whether the condition holds.

        Raises:
            ValueError: A sum in it cannot be worked out.
        """
        left, right = (self._side(side, values, formats) for side in (self.left, self.right))
        return _compared(left, self.operator, right)

    def text(self, values: Values, formats: Formats) -> str:
        """The text that the condition chooses.

        Raises:
            ValueError: A sum in it cannot be worked out.
        """
        chosen = self.then if self.holds(values, formats) else self.otherwise
        return _put(chosen, self.inner, values, formats)

    def _side(self, side: Operand, values: Values, formats: Formats) -> "_Side":
        if side.expression:
            number = _worked_out(side.expression, self.inner, values, formats)
            return _Side(plain_number(number))
        mark_alone = _MARK.fullmatch(side.text)
        field = self.inner[int(mark_alone[1])] if mark_alone else None
        value = values[field.name] if isinstance(field, Merge) else None
        if _is_number(value):
            return _Side(plain_number(value))
        text = _put(side.text, self.inner, values, formats)
        if isinstance(value, date) and isinstance(field, Merge):
            return _Side(text, value, has_picture=bool(field.switches))
        return _Side(text, date_in(text))


@attrs.frozen
class Composed:
    """Text with marks of fields in it: what a bookmark holds.

    Attributes:
        content: The text.
        inner: The fields that the marks stand for.
    """

    content: str
    inner: Sequence["Instruction"]

    @property
    def names(self) -> Sequence[str]:
        """The fields that it needs."""
        found = _MARK.findall(self.content)
        return [name for number in found for name in self.inner[int(number)].names]

    def text(self, values: Values, formats: Formats) -> str:
        """The text."""
        return _MARK.sub(
            lambda found: self.inner[int(found[1])].text(values, formats), self.content
        )


@attrs.frozen
class Setting:
    """A SET field: it gives a text a name, by which REF shows it, and shows nothing itself.

    Attributes:
        bookmark: The name.
        content: The text, with marks.
        inner: The fields that the marks stand for.
    """

    bookmark: str
    content: Composed

    @property
    def names(self) -> Sequence[str]:
        """The fields that it needs."""
        return self.content.names

    def text(self, _values: Values, _formats: Formats) -> str:
        """Nothing."""
        return ""


@attrs.frozen
class Inside:
    """A merge field inside an instruction that Word itself works out, such as a hyperlink.

    Attributes:
        field: The field; its text can neither end the argument nor the instruction.
    """

    field: "Readable"

    @property
    def names(self) -> Sequence[str]:
        """The fields that it needs."""
        return self.field.names

    def text(self, values: Values, formats: Formats) -> str:
        """The text on one line and without quotes."""
        text = " ".join(self.field.text(values, formats).split())
        return text.replace('"', "'").replace("\\", "/")


Readable: TypeAlias = Merge | Choice | Formula | Setting | Composed
"""What an instruction can say."""

Instruction: TypeAlias = Readable | Inside
"""What fills a hole."""


def mark(number: int) -> str:
    """What stands in an instruction for the inner field of this number."""
    return f"\ue000{number}\ue001"


def kind_of(text: str) -> str:
    """The kind of field that an instruction is of, in upper case; empty if it is blank."""
    if text.lstrip().startswith("="):
        return "="
    return next((word.upper() for word in _WORDS.findall(text)), "")


def read_instruction(text: str, inner: Sequence["Readable"]) -> "Readable | None":
    """What an instruction says; ``None`` if it is none that a merge fills.

    Args:
        text: The instruction, with a `mark` for each field inside it.
        inner: What the fields inside it say.

    Raises:
        ValueError: It is one that a merge fills, but not as it stands, or that no letter has.
    """
    kind = kind_of(text)
    tokens = list(tokens_of(text))
    rest = tokens[1:]
    if kind in _REFUSED:
        raise ValueError(Message("the field {kind} {why}", kind=kind, why=Message(_REFUSED[kind])))
    if kind in _COMPOSED:
        return Merge(_COMPOSED[kind])
    if kind == "MERGEFIELD":
        if not rest:
            raise ValueError(Message("a MERGEFIELD names no field"))
        return Merge(rest[0].text, tuple(_switches(rest)))
    if not inner:
        return None  # Word has worked it out already
    if kind == "=":
        return _read_formula(text, inner)
    if kind == "IF":
        return read_choice(text, inner)
    if kind == "SET":
        return _read_setting(rest, inner)
    return None


def _read_formula(text: str, inner: Sequence["Readable"]) -> Formula | None:
    sum_text, backslash, more = text.strip()[1:].partition("\\")
    expression = read_expression(sum_text)
    if expression is None:
        return None
    switches = list(tokens_of(f"= {backslash}{more}"))
    return Formula(expression, tuple(_switches(switches)), tuple(inner))


def _read_setting(rest: Sequence["Token"], inner: Sequence["Readable"]) -> Setting:
    name, *texts = rest
    text = texts[0].text if texts else ""
    return Setting(name.text, Composed(text, tuple(inner)))


def read_choice(text: str, inner: Sequence["Readable"]) -> Choice:
    """What an IF field says.

    Raises:
        ValueError: It is not complete, or compares by a sign that is none.
    """
    tokens = list(tokens_of(text))
    then, otherwise = branches_of(tokens)
    at = _operator_at(tokens)
    end = tokens.index(then) if then else 0
    shown = _MARK.sub("...", text).strip()
    if not then or not 1 < at < end - 1:
        raise ValueError(Message("the field {field} is not complete", field=shown))
    operator = tokens[at].text
    if operator not in _OPERATORS:
        raise ValueError(_unknown(operator, shown))
    return Choice(
        _operand(text, tokens[1:at]),
        operator,
        _operand(text, tokens[at + 1 : end]),
        then.text,
        otherwise.text if otherwise else "",
        tuple(inner),
    )


def _unknown(operator: str, field: str) -> Message:
    return Message(
        "the field {field} compares by {operator}, which is none of =, <>, <, <=, >, >=",
        field=field,
        operator=operator,
    )


@attrs.frozen
class Token:
    """A word of an instruction, or a text in quotes.

    Attributes:
        text: Without its quotes.
        kind: ``quoted``, ``operator`` or ``bare``.
        start: Where it begins in the instruction, with its quotes.
        end: Where it ends.
    """

    text: str
    kind: str
    start: int
    end: int


def tokens_of(text: str) -> Iterator[Token]:
    """The words of an instruction."""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        said = found[kind]
        if kind == "quoted":
            said = re.sub(r"\\(.)", r"\1", said, flags=re.DOTALL)
        quoted = kind not in {"operator", "bare"}
        yield Token(said, "quoted" if quoted else kind, found.start(), found.end())


def _operator_at(tokens: Sequence[Token]) -> int:
    """Where the sign stands that an IF field compares by; the third word, if none is one."""
    found = (at for at, token in enumerate(tokens) if token.kind == "operator")
    return next(found, 2)


def branches_of(tokens: Sequence[Token]) -> tuple[Token | None, Token | None]:
    """The two texts that an IF field chooses from; the second may be missing."""
    at = _operator_at(tokens) + 1
    side = at
    while side + 1 < len(tokens) and _goes_on(tokens[side], tokens[side + 1]):
        side += 1
    texts = [token for token in tokens[side + 1 :] if not token.text.startswith("\\")]
    then = texts[0] if texts else None
    more = texts[1] if len(texts) > 1 else None
    switched = more is not None and any(
        token.text.startswith("\\") for token in tokens[side + 1 : tokens.index(more)]
    )
    return then, None if switched else more


def _goes_on(token: Token, after: Token) -> bool:
    """Whether a sum goes on with the next word: "2 + 3"."""
    if token.kind != "bare" or after.kind != "bare":
        return False
    return token.text[-1] in "+-*/^(" or after.text[0] in "+-*/^)"


def _operand(text: str, tokens: Sequence[Token]) -> Operand:
    """One side of a condition; a sum is worked out if it is not quoted."""
    if len(tokens) == 1:
        (token,) = tokens
        bare = token.kind == "bare"
        sum_text = token.text if bare and is_sum(token.text) else ""
        known_date = date_in(token.text) is not None
        expression = read_expression(sum_text) if sum_text and not known_date else None
        return Operand(token.text, expression)
    whole = text[tokens[0].start : tokens[-1].end]
    return Operand(whole, read_expression(whole))


def _put(text: str, inner: Sequence["Readable"], values: Values, formats: Formats) -> str:
    return _MARK.sub(lambda found: inner[int(found[1])].text(values, formats), text)


def _worked_out(
    expression: Expression, inner: Sequence["Readable"], values: Values, formats: Formats
) -> Decimal:
    def number(place: int) -> Decimal:
        field = inner[place]
        value = values[field.name] if isinstance(field, Merge) else None
        if _is_number(value):
            return Decimal(value)
        text = field.text(values, formats)
        found = number_in(text)
        if found is None:
            names = ", ".join(field.names)
            reason = Message("{names} is {text!r}, which is no number", names=names, text=text)
            raise ValueError(reason)
        return found

    return expression.value(number)


def _tidy(value: Decimal) -> Decimal | int:
    """A result as Word shows it without a picture: with two decimals at most."""
    if abs(value) > _LARGE:
        return int(value)
    rounded = value.quantize(_CENTS)
    return int(rounded) if rounded == int(rounded) else rounded.normalize()


_LARGE = Decimal(10) ** 20


# -- switches -----------------------------------------------------------------------------------


def _switches(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Switches with their arguments, which may stand with or without a blank between."""
    field, *rest = tokens
    waiting = ""
    for token in rest:
        if waiting:
            yield _switch(field.text, waiting, token.text)
            waiting = ""
        elif re.match(r"\\[mv]", token.text, re.IGNORECASE):
            continue
        elif re.match(r"\\[*@#bf]", token.text, re.IGNORECASE):
            switch, argument = token.text[:2].lower(), token.text[2:]
            if argument:
                yield _switch(field.text, switch, argument)
            else:
                waiting = switch


def _switch(field: str, switch: str, argument: str) -> tuple[str, str]:
    form = argument.casefold()
    if switch == "\\*" and form not in _CASES and form not in _FORMS:
        raise ValueError(
            Message(
                "the field {field} has the switch \\* {argument}, which only Word knows",
                field=field,
                argument=argument,
            )
        )
    return switch, argument


def _switched(switch: str, argument: str, value: Value, text: str, formats: Formats) -> str:
    if switch == "\\@":
        day = date_in(value) if isinstance(value, str) else value
        return by_date_picture(day, argument, formats) if isinstance(day, date) else text
    if switch == "\\#":
        number = number_in(value) if isinstance(value, str) else value
        return by_picture(number, argument, formats) if _is_number(number) else text
    if switch == "\\b":
        return argument + text if text else ""
    if switch == "\\f":
        return text + argument if text else ""
    change = _CASES.get(argument.casefold()) if switch == "\\*" else None
    return change(text) if change else text


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


_CASES: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "firstcap": _first_upper,
    "caps": lambda text: _WORDS.sub(lambda word: _first_upper(word[0]), text),
}


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


# -- comparing ----------------------------------------------------------------------------------


@attrs.frozen
class _Side:
    """What is compared.

    Attributes:
        text: As a text.
        day: As a date, if it is one.
        has_picture: Whether the text was written as a picture wants it: it may be a month alone.
    """

    text: str
    day: date | None = None
    has_picture: bool = False


def _compared(left: _Side, operator: str, right: _Side) -> bool:
    numbers = number_in(left.text), number_in(right.text)
    if numbers[0] is not None and numbers[1] is not None:
        return _ordered(numbers[0], operator, numbers[1])
    pictured = left.has_picture or right.has_picture
    equality = operator in {"=", "<>"}
    if left.day and right.day and not (pictured and equality):
        return _ordered(moment(left.day), operator, moment(right.day))
    if equality:
        return _alike(left.text, right.text) is (operator == "=")
    return _ordered(left.text.casefold(), operator, right.text.casefold())


def _ordered(left: object, operator: str, right: object) -> bool:
    return _ORDERS[operator](left, right)


_ORDERS: Mapping[str, Callable[[object, object], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,  # type: ignore[operator]  # both are of one kind
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
}


def _alike(left: str, right: str) -> bool:
    pattern = right.casefold().replace("[", "[[]")
    return fnmatch.fnmatchcase(left.casefold(), pattern)
