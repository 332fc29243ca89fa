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
from typing import TypeAlias, TypeGuard

import attrs

from segmentation.documents import Formats, field_text
from segmentation.errors import Message
from segmentation.fields import Value

_TOKEN = re.compile(
    r""""(?P<quoted>(?:\\.|[^"\\])*)"|“(?P<curly>[^”]*)”|(?P<bare><>|[<>]=?|=|[^\s"“<>=]+)"""
)
_MARK = re.compile("\ue000([0-9]+)\ue001")
_WORDS = re.compile(r"\S+")
_COMPOSED = {"ADDRESSBLOCK": "address_block", "GREETINGLINE": "formal_salutation"}
_IF_TOKENS = 4
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
_GROUP = 3
_SEPARATOR = re.compile("[.,'\u2019 \u00a0\u202f]")
_DIGITS = re.compile("[#0x](?:[#0x.,'\u2019 \u00a0\u202f]*[#0x])?")

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

    Numbers are compared as numbers, however they are written.

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

        def operand(text: str) -> str:
            mark = _MARK.fullmatch(text)
            field = self.inner[int(mark[1])] if mark else None
            value = values[field.name] if isinstance(field, Merge) else None
            return str(value) if _is_number(value) else put(text)

        holds = _compared(operand(self.left), self.operator, operand(self.right))
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

    Raises:
        ValueError: It is one that a merge fills, but not as it stands, or that no letter has.
    """
    kind, *rest = list(_tokens(text)) or [""]
    kind = kind.upper()
    if kind in _REFUSED:
        raise ValueError(Message("the field {kind} {why}", kind=kind, why=Message(_REFUSED[kind])))
    if kind in _COMPOSED:
        return Merge(_COMPOSED[kind])
    if kind == "MERGEFIELD":
        if not rest:
            raise ValueError(Message("a MERGEFIELD names no field"))
        return Merge(rest[0], tuple(_switches(rest)))
    if kind == "IF":
        if len(rest) < _IF_TOKENS:
            field = _MARK.sub("...", text).strip()
            raise ValueError(Message("the field {field} is not complete", field=field))
        left, operator, right, then, *more = rest
        otherwise = more[0] if more and not more[0].startswith("\\") else ""
        return Choice(left, operator, right, then, otherwise, tuple(inner))
    return None


def _tokens(text: str) -> Iterator[str]:
    for found in _TOKEN.finditer(text):
        if found["quoted"] is not None:
            yield re.sub(r"\\(.)", r"\1", found["quoted"])
        else:
            yield found["bare"] or found["curly"] or ""


def _switches(tokens: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Switches with their arguments, which may stand with or without a blank between."""
    field, *rest = tokens
    waiting = ""
    for token in rest:
        if waiting:
            yield _switch(field, waiting, token)
            waiting = ""
        elif re.match(r"\\[mv]", token, re.IGNORECASE):
            continue
        elif re.match(r"\\[*@#bf]", token, re.IGNORECASE):
            switch, argument = token[:2].lower(), token[2:]
            if argument:
                yield _switch(field, switch, argument)
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
    if switch == "\\@" and isinstance(value, date):
        return formats.date(value, to_ldml(argument))
    if switch == "\\#" and _is_number(value):
        return _by_picture(value, argument, formats)
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


def _is_number(value: Value) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _by_picture(value: int | Decimal, picture: str, formats: Formats) -> str:
    """A number by a picture of Word; what is around the digits is text.

    A picture may have parts for positive, negative and zero, with semicolons between.
    """
    positive, *others = picture.split(";")
    part = positive
    if others and value < 0:
        part, value = others[0], -value
    elif len(others) > 1 and value == 0:
        part = others[1]
    found = _DIGITS.search(part)
    if found is None:
        return part.replace("'", "")
    before, after = part[: found.start()], part[found.end() :]
    number = formats.number(value, to_number_pattern(found[0]))
    return before.replace("'", "") + number + after.replace("'", "")


def to_number_pattern(picture: str) -> str:
    """The digits of a number's picture as a pattern of Unicode's LDML.

    Word writes a picture with the separators of the country it was made in.

    >>> [to_number_pattern(each) for each in ("#,##0.00", "#.##0,00", "#'##0.00", "0,0", "# ##0")]
    ['#,##0.00', '#,##0.00', '#,##0.00', '0.0', '#,##0']
    >>> to_number_pattern("00")
    '00'
    """
    digits = picture.replace("x", "#")
    separators, places = _SEPARATOR.findall(digits), _SEPARATOR.split(digits)
    if not separators:
        return digits
    mixed = len(set(separators)) > 1
    thousands = not mixed and "#" in places[0] and len(places[-1]) == _GROUP
    if thousands or separators[-1] not in ".,":
        return "#,##" + digits[-1]
    whole = "#,##" + places[-2][-1] if mixed else places[0]
    return f"{whole}.{places[-1]}"


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
