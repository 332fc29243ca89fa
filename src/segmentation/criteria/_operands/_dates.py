"""Dates as people write them in filters, computed for a given day.

A date is one of:

* ISO: ``2026-11-22``; ``--11-22`` is the 22 November of the work date's year.
* a word: ``t`` or ``today``, ``w`` or ``workdate``, ``yesterday``, ``tomorrow``, or the same in
  the reader's language. It may be shortened as long as it stands for one day only (``yest``).
* numbers parted by ``.``, ``/``, ``-``, ``,`` or a blank, in the order that `AsOf.date_order`
  says: ``22.11.2026``, ``22/11/26``, ``22 11``.
* digits: two are a day of the work date's month, four a day and month of its year, six or
  eight a date, in the same order.
* a day of the week: ``mon`` or ``monday`` in the work date's week; ``mon25``: in week 25 of
  its year; ``mon25 2027``: of that year. Weeks are ISO 8601: they begin on Monday, week 1 holds
  the first Thursday.
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

A year of two digits is the one from 50 years before the work date's to 49 after it.

What depends on the reader's language, order of digits or century has a neutral spelling, which
means the same to everybody: ``oggi`` is ``t``, ``22.11.26`` is ``2026-11-22``.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TypeAlias

from dateutil.relativedelta import relativedelta

from segmentation.criteria._trees import AsOf
from segmentation.errors import FilterError, Message

from ._day_words import WEEKDAYS, name_of_day

EXPECTED = "a date such as 2026-11-22, today, -3M, CM or mon25"

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIGITS = re.compile(r"\d{2}|\d{4}|\d{6}|\d{8}", re.ASCII)
_MONTH_DAY = re.compile(r"--(\d{2})-(\d{2})", re.ASCII)
_PARTED = re.compile(
    r"(\d{1,5})(?:\s*[./,-]\s*|\s+)(\d{1,5})(?:(?:\s*[./,-]\s*|\s+)(\d{1,5}))?", re.ASCII
)
_NAMED_DAY = re.compile(
    r"(?P<name>[^\W\d](?:[^\d+]*[^\W\d])?)"
    r"(?:\s*(?P<week>[0-9]{1,2})(?:(?:\s*[./,-]\s*|\s+)(?P<year>[0-9]{2}|[0-9]{4}))?)?"
)
_UNIT_AND_NUMBER = re.compile(r"(?:wd|[dwmqy])\d+", re.ASCII)
_SHORT_YEAR = re.compile(r"(?<![a-z])y(\d{2})(?!\d)", re.ASCII | re.IGNORECASE)
_YEAR_DIGITS = 4
_NEAR = {"today": "t", "yesterday": "t-1D", "tomorrow": "t+1D", "workdate": "w"}
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
    return _read(text, as_of)[0]


def to_neutral_date(text: str, as_of: AsOf) -> str:
    """The spelling of a date that means the same in every language and order of digits.

    Raises:
        FilterError: The text is not a date.

    >>> as_of = AsOf(today=date(2026, 11, 22))
    >>> to_neutral_date("22/11/26", as_of), to_neutral_date("yest", as_of)
    ('2026-11-22', 't-1D')
    """
    return _read(text, as_of)[1]


def is_relative(text: str) -> bool:
    """Whether the date that a text stands for depends on the current day.

    >>> is_relative("-3M"), is_relative("2026-11-22"), is_relative("22112026")
    (True, False, False)
    """
    word = text.strip().lower()
    if word == "" or _ISO.fullmatch(word) or re.fullmatch(r"\d{8}", word):
        return False
    parts = _PARTED.fullmatch(word)
    whole = parts is not None and parts[3] is not None
    return not (whole and any(len(each) == _YEAR_DIGITS for each in re.findall(r"\d+", word)))


def has_short_year(text: str) -> bool:
    """Whether a date formula names a year by two digits (``Y27``)."""
    return _SHORT_YEAR.search(text) is not None


_Read: TypeAlias = tuple[date, str]
"""A date, and its neutral spelling."""


def _read(text: str, as_of: AsOf) -> _Read:
    word = text.strip().lower()
    try:
        return _day(word, text, as_of)
    except (ValueError, OverflowError) as error:
        if isinstance(error, FilterError):
            raise
        reason = Message("{word} is not in the calendar", word=word)
        raise FilterError(reason, text=text, expected=EXPECTED) from error


def _day(word: str, text: str, as_of: AsOf) -> _Read:
    if _ISO.fullmatch(word):
        return date.fromisoformat(word), word
    if found := _MONTH_DAY.fullmatch(word):
        return date(as_of.workdate.year, int(found[1]), int(found[2])), word
    if _DIGITS.fullmatch(word):
        return _from_parts(_cut(word, as_of), text, as_of)
    if found := _PARTED.fullmatch(word):
        return _from_parts(_in_order([each for each in found.groups() if each], as_of), text, as_of)
    starts = _START.fullmatch(word) or _UNIT_AND_NUMBER.fullmatch(word)
    if not starts and (found := _NAMED_DAY.fullmatch(word)):
        named = _from_name(found, text, as_of)
        if named is not None:
            return named
    neutral = _SHORT_YEAR.sub(lambda found: f"Y{_full_year(found[1], as_of):04}", text.strip())
    return _from_formula(word, text, as_of), neutral


def _in_order(parts: list[str], as_of: AsOf) -> dict[str, str]:
    """The parts of a date by what they are, for numbers that stand apart."""
    if len(parts) == 2:  # noqa: PLR2004 - without a year
        order = as_of.date_order.replace("y", "")
    else:
        order = "ymd" if len(parts[0]) == _YEAR_DIGITS else as_of.date_order
    return dict(zip(order, parts, strict=True))


def _cut(word: str, as_of: AsOf) -> dict[str, str]:
    """The parts of a date by what they are, for digits in a row."""
    order = {2: "d", 4: as_of.date_order.replace("y", "")}.get(len(word), as_of.date_order)
    found, rest = {}, word
    for part in order:
        width = 4 if part == "y" and len(word) == len("31122026") else 2
        found[part], rest = rest[:width], rest[width:]
    return found


def _from_parts(parts: dict[str, str], text: str, as_of: AsOf) -> _Read:
    """The date of a day, perhaps with its month, perhaps with its year."""
    short = all(len(number) <= 2 for part, number in parts.items() if part != "y")  # noqa: PLR2004
    if not short or len(parts.get("y", "26")) not in {2, _YEAR_DIGITS}:
        raise FilterError("this is no date", text=text, expected=EXPECTED)
    workdate, number = as_of.workdate, int(parts["d"])
    month = int(parts.get("m", workdate.month))
    year = _full_year(parts["y"], as_of) if "y" in parts else workdate.year
    day = date(year, month, number)
    if "y" in parts:
        return day, day.isoformat()
    return day, f"--{month:02}-{number:02}" if "m" in parts else f"{number:02}"


def _full_year(digits: str, as_of: AsOf) -> int:
    """The year of some digits. Two are of the year from 50 before the work date's to 49 after."""
    first = as_of.workdate.year - 50
    return first + (int(digits) - first) % 100 if len(digits) == 2 else int(digits)  # noqa: PLR2004


def _from_name(found: "re.Match[str]", text: str, as_of: AsOf) -> _Read | None:
    """The day of a name, perhaps of a week, perhaps of a year."""
    week = found["week"]
    name = name_of_day(found["name"], as_of.language, only_weekdays=week is not None, text=text)
    if not name:
        return None
    if name in _NEAR:
        return _from_formula(_NEAR[name].lower(), text, as_of), _NEAR[name]
    year, current, _ = as_of.workdate.isocalendar()
    if found["year"]:
        year = _full_year(found["year"], as_of)
    day = date.fromisocalendar(year, int(week or current), WEEKDAYS.index(name) + 1)
    return day, day.isoformat() if found["year"] else f"{name}{week or ''}"


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
        day = _moved(day, term, as_of)
        position = term.end()
    return day


def _moved(day: date, term: "re.Match[str]", as_of: AsOf) -> date:
    sign = -1 if term["sign"] == "-" else 1
    if term["current"]:
        first, last = _current(day, term["current"])
        return first if sign < 0 else last
    if term["unit"]:
        return _shifted(day, sign * int(term["count"]), term["unit"])
    if term["name"] == "y":
        return date(_full_year(term["number"], as_of), 1, 1)
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
    """The next (or last) day with this number of its week, month or quarter."""
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
