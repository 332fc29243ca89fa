"""Dates as people write them in filters, computed for a given day.

A date is one of:

* ISO: ``2026-11-22``.
* a word: ``t`` or ``today``, ``w`` or ``workdate``.
* digits: two are a day of the work date's month, four a day and month of its year, six or
  eight a date, in the order that `AsOf.date_order` says. Of a two-digit year, the one within
  fifty years of the work date is meant.
* a day of the week: ``mon`` or ``monday`` in the work date's week; ``mon25``: in week 25 of
  its year. Weeks are ISO 8601: they begin on Monday, week 1 holds the first Thursday.
* a date formula: terms joined by ``+`` or ``-``, worked out from left to right, starting
  today (or at the ``t`` or ``w`` in front):

  - a number and a unit: so much later or earlier (``10D``, ``-3M``). Months are clipped to
    their last day. ``WD`` are the days Monday to Friday.
  - ``C`` and a unit: the last day of the current one (``CM``), with ``-`` its first
    (``-CM``). Of a day (``CD``, ``CWD``) that is the day itself.
  - a unit and a number: the next of that name, with ``-`` the last before: ``D10`` the next
    10th, ``WD4`` the next Thursday, ``W25`` the Monday of week 25, ``M3`` the next 1st of
    March, ``Q2`` the next 1st of April, ``Y2027`` the 1st of January 2027. The day itself is
    neither next nor last.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from segmentation.errors import FilterError, Message

from ._bound import AsOf

EXPECTED = "a date such as 2026-11-22, today, -3M, CM or mon25"

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIGITS = re.compile(r"\d{2}|\d{4}|\d{6}|\d{8}", re.ASCII)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = {day[:length]: n for n, day in enumerate(_DAY_NAMES, 1) for length in (3, len(day))}
_WEEKDAY = re.compile(rf"({'|'.join(sorted(_WEEKDAYS, reverse=True))})(\d{{1,2}})?", re.ASCII)
_START = re.compile(r"(?P<today>t|today)|(?P<workdate>w|workdate)")
_TERM = re.compile(
    r"""\s* (?P<sign>[+-]?) \s* (?:
        c (?P<current> wd | [dwmqy] )
      | (?P<count> \d{1,6} ) \s* (?P<unit> wd | [dwmqy] )
      | (?P<name> wd | [dwmqy] ) (?P<number> \d{1,4} )
    ) \s* (?= [+-] | $ )""",
    re.VERBOSE | re.ASCII,
)


def to_date(text: str, as_of: AsOf) -> date:
    """The date that a text stands for.

    Raises:
        FilterError: The text is not a date, or the date is not in the years 1 to 9999.

    >>> as_of = AsOf(today=date(2026, 11, 22))
    >>> str(to_date("-CM", as_of)), str(to_date("CM+10D", as_of)), str(to_date("WD4", as_of))
    ('2026-11-01', '2026-12-10', '2026-11-26')
    """
    word = text.strip().lower()
    try:
        return _day(word, text, as_of)
    except (ValueError, OverflowError) as error:
        if isinstance(error, FilterError):
            raise
        reason = Message("{word} is not in the calendar", word=word)
        raise FilterError(reason, text=text) from error


def is_relative(text: str) -> bool:
    """Whether the date that a text stands for depends on the current day.

    >>> is_relative("-3M"), is_relative("2026-11-22"), is_relative("22112026")
    (True, False, False)
    """
    word = text.strip().lower()
    return word != "" and not _ISO.fullmatch(word) and not re.fullmatch(r"\d{8}", word)


def _day(word: str, text: str, as_of: AsOf) -> date:
    if _ISO.fullmatch(word):
        return date.fromisoformat(word)
    if _DIGITS.fullmatch(word):
        return _from_digits(word, as_of)
    if found := _WEEKDAY.fullmatch(word):
        year, week, _ = as_of.workdate.isocalendar()
        return date.fromisocalendar(year, int(found[2] or week), _WEEKDAYS[found[1]])
    return _from_formula(word, text, as_of)


def _from_digits(word: str, as_of: AsOf) -> date:
    year, month, day = as_of.workdate.year, as_of.workdate.month, 0
    rest = word
    shown = {2: "d", 4: as_of.date_order.replace("y", "")}.get(len(word), as_of.date_order)
    for part in shown:
        width = 4 if part == "y" and len(word) == len("31122026") else 2
        number, rest = int(rest[:width]), rest[width:]
        match part:
            case "y":
                year = number if width > len("26") else _near_year(number, year)
            case "m":
                month = number
            case _:
                day = number
    return date(year, month, day)


def _near_year(short: int, reference: int) -> int:
    """The year with these last two digits, from 50 years before to 49 after a year."""
    first = reference - 50
    return first + (short - first) % 100


def _from_formula(word: str, text: str, as_of: AsOf) -> date:
    day, position = as_of.today, 0
    if found := re.match(rf"(?:{_START.pattern})\s*(?=[+-]|$)", word):
        day = as_of.today if found["today"] else as_of.workdate
        position = found.end()
    elif not word:
        raise FilterError("a date is missing", text=text, expected=EXPECTED)
    while position < len(word):
        term = _TERM.match(word, position)
        if term is None or (position > 0 and not term["sign"]):
            offset = len(text) - len(text.lstrip()) + position
            raise FilterError("this is no date", text=text, position=offset, expected=EXPECTED)
        day = _moved(day, term)
        position = term.end()
    return day


def _moved(day: date, term: "re.Match[str]") -> date:
    sign = -1 if term["sign"] == "-" else 1
    if term["current"]:
        first, last = _current(day, term["current"])
        return first if sign < 0 else last
    if term["unit"]:
        return _shifted(day, sign * int(term["count"]), term["unit"])
    return _named(day, sign, term["name"], int(term["number"]))


def _current(day: date, unit: str) -> tuple[date, date]:
    """The first and the last day of the week, month, quarter or year of a day."""
    match unit:
        case "w":
            first = day - timedelta(days=day.weekday())
            return first, first + timedelta(days=6)
        case "m":
            months = (day.month, day.month)
        case "q":
            months = ((day.month - 1) // 3 * 3 + 1, (day.month - 1) // 3 * 3 + 3)
        case "y":
            months = (1, 12)
        case _:
            return day, day
    return date(day.year, months[0], 1), day + relativedelta(month=months[1], day=31)


def _shifted(day: date, count: int, unit: str) -> date:
    match unit:
        case "d":
            return day + timedelta(days=count)
        case "wd":
            return _weekdays_later(day, count)
        case "w":
            return day + timedelta(weeks=count)
        case "m":
            return day + relativedelta(months=count)
        case "q":
            return day + relativedelta(months=3 * count)
        case _:
            return day + relativedelta(years=count)


def _weekdays_later(day: date, count: int) -> date:
    """The day so many weekdays later or earlier. Saturdays and Sundays are not counted."""
    if count == 0:
        return day
    step = 1 if count > 0 else -1
    while day.isoweekday() > 5:  # noqa: PLR2004 - Friday
        day -= timedelta(days=step)
    weeks, rest = divmod(abs(count), 5)
    day += timedelta(weeks=step * weeks)
    while rest:
        day += timedelta(days=step)
        rest -= day.isoweekday() <= 5  # noqa: PLR2004
    return day


def _named(day: date, sign: int, name: str, number: int) -> date:
    """The next (or last) day with this number of its week, month or year."""
    if name == "y":
        return date(number, 1, 1)
    if not 0 < number <= {"d": 31, "wd": 7, "w": 53, "m": 12, "q": 4}[name]:
        raise ValueError(number)
    if name == "wd":
        distance = (sign * (number - day.isoweekday()) - 1) % 7 + 1
        return day + timedelta(days=sign * distance)
    # Of years with 53 weeks, the next is never more than seven years away.
    years = range(max(1, day.year - 8), min(9999, day.year + 8) + 1)
    days = (found for year in years for found in _NAMED[name](year, number))
    if sign > 0:
        return min(found for found in days if found > day)
    return max(found for found in days if found < day)


def _days(year: int, number: int) -> Iterator[date]:
    for month in range(1, 13):
        yield date(year, month, min(number, monthrange(year, month)[1]))


def _weeks(year: int, number: int) -> Iterator[date]:
    if number <= date(year, 12, 28).isocalendar().week:
        yield date.fromisocalendar(year, number, 1)


def _months(year: int, number: int) -> Iterator[date]:
    yield date(year, number, 1)


def _quarters(year: int, number: int) -> Iterator[date]:
    yield date(year, 3 * number - 2, 1)


_NAMED: dict[str, Callable[[int, int], Iterator[date]]] = {
    "d": _days,
    "w": _weeks,
    "m": _months,
    "q": _quarters,
}
