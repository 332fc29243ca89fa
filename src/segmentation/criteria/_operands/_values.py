"""Operands as values of their field's type, and days as spans of time.

The meaning of an operand is decided here for all engines.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from typing import assert_never, cast

import attrs

from segmentation.codes import to_code
from segmentation.criteria._trees import AsOf
from segmentation.errors import FilterError, InvalidValue, Message, UnknownName
from segmentation.fields import GREATEST, LEAST, Field, FieldType, Value
from segmentation.languages import truths

from ._dates import to_date
from ._times import to_moment, to_time

_INTEGER = re.compile(r"[+-]?\d{1,4000}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d{1,4000}(?:\.\d{0,4000})?|\.\d{1,4000})", re.ASCII)
_PLACE = re.compile(r"\d{1,4}", re.ASCII)
TOO_LARGE = Message("is too large, it has more than 64 bits")
_WHOLE = "a whole number such as 1000"
_ANY = "a number such as 1000 or -3.5"


@attrs.frozen
class Span:
    """The values that an operand stands for: all from a start up to an end, exclusive.

    Attributes:
        start: The first value.
        stop: The end. ``None`` if the span is ``start`` alone, or if the calendar ends first.
        single: Whether the span is one value.
        again: The second of two single values: the same time by the clock an hour later.
    """

    start: Value
    stop: Value = None
    single: bool = True
    again: Value = None


def make_reader(field: Field, as_of: AsOf) -> Callable[[str], Span]:
    """The function from an operand to the values of a field that it stands for.

    That is one value, or a whole day for a datetime field, or the position of an option. The
    function raises `FilterError` if the field cannot hold the value, `InvalidValue` if it is
    a whole number of more than 64 bits, and `UnknownName` if the field does not have the option.
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
            return _filled(field, lambda text: Span(_whole(field, text)))
        case FieldType.DECIMAL:
            return _filled(field, lambda text: Span(Decimal(_matched(text, _DECIMAL, _ANY))))
        case FieldType.BOOLEAN:
            return _filled(field, lambda text: Span(_truth(text)))
        case FieldType.DATE:
            return _filled(field, lambda text: Span(to_date(text, as_of)))
        case FieldType.TIME:
            return _filled(field, lambda text: Span(to_time(text)))
        case FieldType.DATETIME:
            return _filled(field, lambda text: _span_of_moment(text, as_of))
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


def _whole(field: Field, text: str) -> int:
    number = int(_matched(text, _INTEGER, _WHOLE))
    if not LEAST <= number <= GREATEST:
        raise InvalidValue(field.name, number, TOO_LARGE)
    return number


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


def _span_of_moment(text: str, as_of: AsOf) -> Span:
    day, at, _ = to_moment(text, as_of)
    if isinstance(day, datetime):
        return Span(_in_utc(day, text)) if day.tzinfo else _by_clock(day, as_of.zone, text)
    if at is not None:
        return _by_clock(datetime.combine(day, at), as_of.zone, text)
    try:
        following = day + timedelta(days=1)
    except OverflowError:
        return Span(midnight(day, as_of), single=False)
    return Span(midnight(day, as_of), midnight(following, as_of), single=False)


def midnight(day: date, as_of: AsOf) -> datetime:
    """The moment at which a day begins in the zone of a binding, in UTC."""
    start = _by_clock(datetime.combine(day, time()), as_of.zone, str(day)).start
    return cast("datetime", start)


def _by_clock(wall: datetime, zone: tzinfo, text: str) -> Span:
    """The point in time at which a clock of a zone shows a time.

    In the hour that comes twice there are two. In the hour that is left out there is none: the
    span is empty, where the clock goes on.
    """
    first = _in_utc(wall.replace(tzinfo=zone, fold=0), text)
    second = _in_utc(wall.replace(tzinfo=zone, fold=1), text)
    if first == second:
        return Span(first)
    if first < second:
        return Span(first, again=second)
    edge = _where_the_clock_jumps(second, first, zone)
    return Span(edge, edge, single=False)


def _where_the_clock_jumps(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first second with another distance from UTC between two points in time."""
    low, high = int(before.timestamp()), int(after.timestamp()) + 1
    offset = before.astimezone(zone).utcoffset()
    while low + 1 < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _in_utc(moment: datetime, text: str) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise FilterError("this is not in the calendar", text=text) from None


def number_text(value: Decimal) -> str:
    """A number as people write it: whatever noughts its database keeps behind the point.

    >>> number_text(Decimal("476.50")), number_text(Decimal("240.00")), number_text(Decimal("1E3"))
    ('476.5', '240', '1000')
    """
    told = f"{value:f}"
    return told.rstrip("0").rstrip(".") if "." in told else told
