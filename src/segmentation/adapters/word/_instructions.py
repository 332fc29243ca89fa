r"""What a field's instruction says: name, switches, conditions; and its value as text.

Word's own syntax: ``MERGEFIELD Name \* Upper``, ``MERGEFIELD Date \@ "d MMMM yyyy"``,
``IF { MERGEFIELD City } = "Oslo" "here" "there"``. Names of fields and switches may be in
upper or lower case.
"""

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

import attrs

from segmentation.documents import Formats, field_text
from segmentation.fields import Value

_TOKEN = re.compile(r'"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<bare>[^\s"]+)')
_MARK = re.compile("\ue000([0-9]+)\ue001")
_WORDS = re.compile(r"\S+")
_COMPOSED = {"ADDRESSBLOCK": "address_block", "GREETINGLINE": "formal_salutation"}
_IF_TOKENS = 4
NEXT_RECORD = frozenset({"NEXT", "NEXTIF", "SKIPIF"})
"""Fields that would bring another contact's data into a letter, or leave a letter out."""

Values: TypeAlias = Mapping[str, Value]


@attrs.frozen
class Merge:
    """A merge field.

    Attributes:
        name: The field, as the template spells it.
        switches: Pairs of switch and argument, as they stand there, in order.
    """

    name: str
    switches: tuple[tuple[str, str], ...] = ()

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
class Choice:
    """An IF field; its operands and texts may hold other fields, as marks.

    Attributes:
        left: What is compared.
        operator: One of ``=``, ``<>``, ``<``, ``<=``, ``>``, ``>=``.
        right: What it is compared with; ``*`` and ``?`` stand for any text.
        then: The text if it holds.
        otherwise: The text if it does not.
        inner: The fields that the marks stand for.
    """

    left: str
    operator: str
    right: str
    then: str
    otherwise: str
    inner: tuple["Readable", ...]

    @property
    def names(self) -> Sequence[str]:
        """The fields that it needs."""
        return [name for field in self.inner for name in field.names]

    def text(self, values: Values, formats: Formats) -> str:
        """The text that the condition chooses."""

        def put(text: str) -> str:
            return _MARK.sub(lambda m: self.inner[int(m[1])].text(values, formats), text)

        holds = _compared(put(self.left), self.operator, put(self.right))
        return put(self.then if holds else self.otherwise)


@attrs.frozen
class Inside:
    """A merge field inside an instruction that Word itself works out, such as a hyperlink.

    Attributes:
        field: The field; its text can neither end the argument nor the instruction.
    """

    field: Merge | Choice

    @property
    def names(self) -> Sequence[str]:
        """The fields that it needs."""
        return self.field.names

    def text(self, values: Values, formats: Formats) -> str:
        """The text on one line and without quotes."""
        text = " ".join(self.field.text(values, formats).split())
        return text.replace('"', "'").replace("\\", "/")


Readable: TypeAlias = Merge | Choice
"""What an instruction can say."""

Instruction: TypeAlias = Merge | Choice | Inside
"""What fills a hole."""


def mark(number: int) -> str:
    """What stands in an instruction for the inner field of this number."""
    return f"\ue000{number}\ue001"


def kind_of(text: str) -> str:
    """The kind of field that an instruction is of, in upper case; empty if it is blank."""
    return next((word.upper() for word in _WORDS.findall(text)), "")


def read_instruction(text: str, inner: Sequence["Readable"]) -> "Readable | None":
    """What an instruction says; ``None`` if it is none that a merge fills.

    Args:
        text: The instruction, with a `mark` for each field inside it.
        inner: What the fields inside it say.
    """
    kind, *rest = list(_tokens(text)) or [""]
    kind = kind.upper()
    if kind in _COMPOSED:
        return Merge(_COMPOSED[kind])
    if kind == "MERGEFIELD" and rest:
        return Merge(rest[0], tuple(_switches(rest[1:])))
    if kind == "IF" and len(rest) >= _IF_TOKENS:
        left, operator, right, then, *more = rest
        otherwise = more[0] if more and not more[0].startswith("\\") else ""
        return Choice(left, operator, right, then, otherwise, tuple(inner))
    return None


def _tokens(text: str) -> Iterator[str]:
    for found in _TOKEN.finditer(text):
        quoted = found["quoted"]
        yield found["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)


def _switches(tokens: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Switches with their arguments, which may stand with or without a blank between."""
    waiting = ""
    for token in tokens:
        if waiting:
            yield waiting, token
            waiting = ""
        elif re.match(r"\\[mv]", token, re.IGNORECASE):
            continue
        elif re.match(r"\\[*@#bf]", token, re.IGNORECASE):
            switch, argument = token[:2].lower(), token[2:]
            if argument:
                yield switch, argument
            else:
                waiting = switch


def _switched(switch: str, argument: str, value: Value, text: str, formats: Formats) -> str:
    if switch == "\\@" and isinstance(value, date):
        return formats.date(value, to_ldml(argument))
    if switch == "\\#" and isinstance(value, int | Decimal):
        return formats.number(value, argument.replace("x", "#"))
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


def to_ldml(picture: str) -> str:
    """A date picture of Word as a pattern of Unicode's LDML.

    >>> to_ldml("dddd, d MMMM yyyy")
    'EEEE, d MMMM yyyy'
    """
    pattern = picture.replace("am/pm", "a").replace("AM/PM", "a")
    pattern = re.sub(r"d{3,}|D{3,}", lambda found: "E" * len(found[0]), pattern)
    return pattern.replace("D", "d").replace("Y", "y")


def _compared(left: str, operator: str, right: str) -> bool:
    if operator in {"=", "<>"}:
        return _alike(left, right) is (operator == "=")
    sides = _numbers(left, right) or (left.casefold(), right.casefold())
    match operator:
        case "<":
            return sides[0] < sides[1]  # type: ignore[operator]
        case "<=":
            return sides[0] <= sides[1]  # type: ignore[operator]
        case ">":
            return sides[0] > sides[1]  # type: ignore[operator]
        case ">=":
            return sides[0] >= sides[1]  # type: ignore[operator]
        case _:
            return False


def _alike(left: str, right: str) -> bool:
    numbers = _numbers(left, right)
    if numbers:
        return numbers[0] == numbers[1]
    pattern = right.casefold().replace("[", "[[]")
    return fnmatch.fnmatchcase(left.casefold(), pattern)


def _numbers(left: str, right: str) -> tuple[Decimal, Decimal] | None:
    try:
        return Decimal(left.strip()), Decimal(right.strip())
    except InvalidOperation:
        return None
