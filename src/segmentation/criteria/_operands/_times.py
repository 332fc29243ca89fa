"""Times of day, and days with a time, as people type them in filters.

A time is ``8:05``, ``08:05:30``, ``0805``, ``080530``, ``16``, ``4p`` or ``4:30 pm``. A fraction
of a second follows after ``.`` or ``,``, or as three digits more. A day with a time is any date
of `to_date` and a time behind a blank, or a date and time in ISO form.
"""

import re
from datetime import date, datetime, time

from segmentation.criteria._trees import AsOf
from segmentation.errors import FilterError, Message

from ._dates import EXPECTED, to_date, to_neutral_date

_PARTED = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<part>\d{1,6}))?)?)?"
    r"(?:\s*(?P<half>[ap])m?)?",
    re.ASCII | re.IGNORECASE,
)
_DIGITS = re.compile(
    r"(?P<hour>\d{2})(?P<minute>\d{2})(?:(?P<second>\d{2})(?:[.,]?(?P<part>\d{3}))?)?"
    r"(?:\s*(?P<half>[ap])m?)?",
    re.ASCII | re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}.*", re.ASCII | re.IGNORECASE)
_NOON = 12
_EXAMPLE = "a time such as 14:30"


def to_time(text: str) -> time:
    """The time of day that a text stands for.

    Raises:
        FilterError: The text is no time of day.

    >>> str(to_time("8:05")), str(to_time("4p")), str(to_time("12a"))
    ('08:05:00', '16:00:00', '00:00:00')
    """
    word = text.strip()
    found = _PARTED.fullmatch(word) or _DIGITS.fullmatch(word)
    try:
        if found is not None:
            return _from_parts(found)
        iso = time.fromisoformat(word)
    except ValueError:
        iso = None
    if iso is None or iso.tzinfo is not None:
        raise FilterError("this is no time of day", text=text, expected=_EXAMPLE)
    return iso


def _from_parts(found: "re.Match[str]") -> time:
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        if not 1 <= hour <= _NOON:
            raise ValueError(hour)
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    fraction = int((found["part"] or "").ljust(6, "0"))
    return time(hour, int(found["minute"] or 0), int(found["second"] or 0), fraction)


def to_neutral_time(text: str) -> str:
    """The time in ISO form.

    Raises:
        FilterError: The text is no time of day.

    >>> to_neutral_time("4p"), to_neutral_time("080530")
    ('16:00', '08:05:30')
    """
    return _iso(to_time(text))


def _iso(found: time) -> str:
    return found.isoformat("auto" if found.second or found.microsecond else "minutes")


def to_moment(text: str, as_of: AsOf) -> tuple[date, time | None, str]:
    """A day, its time if one was typed, and the neutral spelling of both.

    The day is itself a date and time if it was typed in ISO form, with a zone or without.

    Raises:
        FilterError: The text is neither a date nor a date and time.
    """
    word = text.strip()
    if _ISO.fullmatch(word):
        try:
            return datetime.fromisoformat(word), None, word
        except ValueError:
            pass
    try:
        return to_date(word, as_of), None, to_neutral_date(word, as_of)
    except FilterError as error:
        no_date = error
    for blank in re.finditer(r"\s+", word):
        day, at = word[: blank.start()], word[blank.end() :]
        try:
            clock = to_time(at)
            return to_date(day, as_of), clock, f"{to_neutral_date(day, as_of)} {_iso(clock)}"
        except FilterError:
            continue
    if ":" not in word:
        raise no_date
    raise FilterError(
        "this is no date and time",
        text=text,
        expected=Message("2026-11-22 14:30, or {date}", date=Message(EXPECTED)),
    )
