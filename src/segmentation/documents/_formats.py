"""How dates and numbers are written in a document."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol

from segmentation.codes import Option
from segmentation.fields import Value
from segmentation.showing import shown_by


class Formats(Protocol):
    """Writes dates, times and numbers in the manner of one language and country."""

    def date(self, value: date, pattern: str = "") -> str:
        """A date or datetime; by a pattern of Unicode's LDML ("d MMMM yyyy") if one is given."""

    def number(self, value: Decimal | int, pattern: str = "") -> str:
        """A number; by a pattern of Unicode's LDML ("#,##0.00") if one is given."""


FormatsFor = Callable[[str, str, str], Formats]
"""Formats by language code, country code and format region, each of which may be empty."""

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOKEN = re.compile(r"'([^']*)'|(y+|M+|d+|E+|H+|h+|m+|s+|a+)")
_NUMBER = re.compile(r"[#0,]*[#0](\.[#0]+)?")
_SHORT = 3
_SHORT_YEAR = "yy"


@shown_by()
class PlainFormats:
    """The same for everybody: ISO 8601 dates and points in numbers; names are English.

    >>> PlainFormats().date(date(2026, 11, 22))
    '2026-11-22'
    >>> PlainFormats().date(date(2026, 11, 22), "EEEE, d MMMM yyyy")
    'Sunday, 22 November 2026'
    >>> PlainFormats().number(Decimal("1234.5"), "#,##0.00")
    '1,234.50'
    """

    def date(self, value: date, pattern: str = "") -> str:
        """A date in ISO 8601, or by the pattern."""
        if not pattern:
            return value.isoformat()
        return _TOKEN.sub(lambda found: _token(value, found[1], found[2]), pattern)

    def number(self, value: Decimal | int, pattern: str = "") -> str:
        """A number with a decimal point, or by the pattern."""
        found = _NUMBER.search(pattern)
        if found is None:
            return str(value)
        decimals = len(found[1]) - 1 if found[1] else 0
        comma = "," if "," in found[0] else ""
        return pattern[: found.start()] + f"{value:{comma}.{decimals}f}" + pattern[found.end() :]


def _token(value: date, quoted: str | None, token: str | None) -> str:
    if token is None:
        return quoted or "'"
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    if token[0] == "M" and len(token) >= _SHORT:
        name = _MONTHS[value.month - 1]
        return name if len(token) > _SHORT else name[:_SHORT]
    if token[0] == "E":
        name = _DAYS[value.weekday()]
        return name if len(token) > _SHORT else name[:_SHORT]
    if token[0] == "a":
        return f"{at:%p}"
    numbers = {
        "y": at.year % 100 if token == _SHORT_YEAR else at.year,
        "M": at.month,
        "d": at.day,
        "H": at.hour,
        "h": (at.hour - 1) % 12 + 1,
        "m": at.minute,
        "s": at.second,
    }
    return str(numbers[token[0]]).zfill(len(token))


def plain_formats(language_code: str, country_code: str, region: str) -> Formats:  # noqa: ARG001
    """Formats that are the same for every language and country."""
    return PlainFormats()


def field_text(value: Value, formats: Formats) -> str:
    """A value as it stands in a document; blanks are empty.

    >>> field_text(None, PlainFormats())
    ''
    """
    match value:
        case None:
            return ""
        case bool():
            return "✓" if value else ""
        case Option():
            return value.replace("_", " ")
        case str():
            return value
        case date():
            return formats.date(value)
        case time():
            return value.isoformat(timespec="minutes")
        case _:
            return formats.number(value)
