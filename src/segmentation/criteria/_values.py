"""Operands as values of their field's type, and days as spans of time.

The meaning of an operand is decided here for all engines.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import assert_never

import attrs

from segmentation.codes import to_code
from segmentation.errors import FilterError, Message, UnknownName
from segmentation.fields import Field, FieldType, Value
from segmentation.languages import truths

from ._bound import AsOf
from ._dates import EXPECTED, to_date

_INTEGER = re.compile(r"[+-]?\d{1,4000}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d{1,4000}(?:\.\d{0,4000})?|\.\d{1,4000})", re.ASCII)
_PLACE = re.compile(r"\d{1,4}", re.ASCII)
_WHOLE = "a whole number such as 1000"
_ANY = "a number such as 1000 or -3.5"


@attrs.frozen
class Span:
    """The values that an operand stands for: all from a start up to an end, exclusive.

    Attributes:
        start: The first value.
        stop: The end. ``None`` if the span is ``start`` alone, or if the calendar ends first
            (``open_end``).
        single: Whether the span is one value.
    """

    start: Value
    stop: Value = None
    single: bool = True


def make_reader(field: Field, as_of: AsOf) -> Callable[[str], Span]:
    """The function from an operand to the values of a field that it stands for.

    That is one value, or a whole day for a datetime field, or the position of an option. The
    function raises `FilterError` if the field cannot hold the value, and `UnknownName` if it does
    not have the option.
    """
    match field.type:
        case FieldType.TEXT:
            return Span
        case FieldType.CODE:
            return lambda text: Span(to_code(text))
        case FieldType.OPTION:
            words = _option_words(field.options, field.captions)
            return lambda text: Span(_position(field, words, text))
        case FieldType.INTEGER:
            return _filled(field, lambda text: Span(int(_matched(text, _INTEGER, _WHOLE))))
        case FieldType.DECIMAL:
            return _filled(field, lambda text: Span(Decimal(_matched(text, _DECIMAL, _ANY))))
        case FieldType.BOOLEAN:
            return _filled(field, lambda text: Span(_truth(text)))
        case FieldType.DATE:
            return _filled(field, lambda text: Span(to_date(text, as_of)))
        case FieldType.TIME:
            return _filled(field, lambda text: Span(_time(text)))
        case FieldType.DATETIME:
            return _filled(field, lambda text: _span_of_time(text, as_of))
        case _:
            assert_never(field.type)


def _filled(field: Field, read: Callable[[str], Span]) -> Callable[[str], Span]:
    """A reader that gives the field's blank for a text of blanks."""
    blank = Span(field.blank)

    def reader(text: str) -> Span:
        text = text.strip()
        return read(text) if text else blank

    return reader


def _matched(text: str, pattern: "re.Pattern[str]", expected: str) -> str:
    if not pattern.fullmatch(text):
        raise FilterError("this is no number", text=text, expected=expected)
    return text


def _truth(text: str) -> bool:
    truth = truths().get(text.lower())
    if truth is None:
        raise FilterError("this is neither yes nor no", text=text, expected="yes or no")
    return truth


@cache
def _option_words(
    options: tuple[str, ...], captions: tuple[tuple[str, str], ...]
) -> Mapping[str, int]:
    """The positions of options by their normalized names and captions."""
    positions = {name: position for position, name in enumerate(options)}
    words = {_plain(caption): positions[name] for caption, name in captions}
    return words | {_plain(name): position for name, position in positions.items()}


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word).strip().casefold()


def _position(field: Field, words: Mapping[str, int], text: str) -> int:
    plain = _plain(text)
    if plain in words:
        return words[plain]
    if not plain:
        return 0
    if _PLACE.fullmatch(plain) and int(plain) < len(field.options):
        return int(plain)
    captions: Iterable[str] = (caption for caption, _ in field.captions)
    raise UnknownName("option", text, known=field.options, called=captions, where=field.name)


def _time(text: str) -> time:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise FilterError("this is no time of day", text=text, expected="a time such as 14:30")
    return found


def _span_of_time(text: str, as_of: AsOf) -> Span:
    if ":" in text:
        return Span(_moment(text, as_of))
    day = to_date(text, as_of)
    try:
        following = day + timedelta(days=1)
    except OverflowError:
        return Span(midnight(day, as_of), single=False)
    return Span(midnight(day, as_of), midnight(following, as_of), single=False)


def midnight(day: date, as_of: AsOf) -> datetime:
    """The moment at which a day begins in the zone of a binding, in UTC."""
    return _in_utc(datetime.combine(day, time(), tzinfo=as_of.zone), str(day))


def _moment(text: str, as_of: AsOf) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise FilterError(
            "this is no date and time",
            text=text,
            expected=Message("2026-11-22 14:30, or {date}", date=Message(EXPECTED)),
        ) from None
    return _in_utc(found if found.tzinfo else found.replace(tzinfo=as_of.zone), text)


def _in_utc(moment: datetime, text: str) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise FilterError("this is not in the calendar", text=text) from None
