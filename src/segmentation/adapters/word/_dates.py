r"""Dates as Word writes them, by a picture, ``\@ "d MMMM yyyy"``; and texts that hold dates."""

import re
from datetime import date, datetime, time

from segmentation.documents import Formats

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")
_PIECE = re.compile(
    r"'(?P<quoted>[^']*)'|(?P<half>[aA][mM]/[pP][mM])|(?P<code>[dD]+|M+|[yY]+|[hHms]+)"
    r"|(?P<letters>[^\W\d_]+)|(?P<other>.)",
    re.DOTALL,
)
_SAME = re.compile(r"(.)\1*")
_NAMES = 3
"""From so many letters on, a day is told by its name."""


def date_in(text: str) -> date | None:
    """The date that a text holds, in ISO 8601; ``None`` if it holds none.

    >>> date_in("2026-03-05"), date_in("soon")
    (datetime.date(2026, 3, 5), None)
    """
    plain = text.strip()
    if not _ISO.fullmatch(plain):
        return None
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return found if ":" in plain else found.date()


def by_date_picture(value: date, picture: str, formats: Formats) -> str:
    """A date as a picture shows it; one without a time is its midnight."""
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    return formats.date(at, to_ldml(picture))


def moment(value: date) -> datetime:
    """A date as a moment, so that dates with and without a time can be compared."""
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    return at.replace(tzinfo=None)


def to_ldml(picture: str) -> str:
    """A date picture of Word as a pattern of Unicode's LDML; what is no code is text.

    >>> to_ldml("dddd, d MMMM yyyy")
    'EEEE, d MMMM yyyy'
    >>> to_ldml("d. MMMM yyyy um HH:mm")
    "d. MMMM yyyy 'um' HH:mm"
    """
    return "".join(_piece(found) for found in _PIECE.finditer(picture))


def _piece(found: "re.Match[str]") -> str:
    if found["half"]:
        return "a"
    if found["code"]:
        return "".join(_code(each[0]) for each in _SAME.finditer(found["code"]))
    if found["letters"]:
        return f"'{found['letters']}'"
    if found["quoted"]:
        return f"'{found['quoted']}'"
    return found["other"] or ""


def _code(code: str) -> str:
    if code[0] in "dD":
        return ("E" if len(code) >= _NAMES else "d") * len(code)
    return code.replace("Y", "y")
