"""Windows: how long after a day something still counts, and formulas that lead on from day to day.

A formula is one of the dates that filters know, worked out from the day in question: ``14D`` is 14
days later, ``1D+CM`` the end of the next month.
"""

from datetime import date, timedelta

from segmentation.criteria import AsOf, to_date
from segmentation.errors import FilterError, InvalidValue

_TRIED = [date(2399, 1, 1) + timedelta(days=day) for day in range(1461)]
"""Four years, a leap year among them: a formula that leads on from these leads on from all."""


def day_after(formula: str, day: date) -> date:
    """The day that a formula leads to from another day.

    >>> str(day_after("1D+CM", date(2027, 1, 31)))
    '2027-02-28'

    Raises:
        FilterError: It is no date formula.
    """
    return to_date(formula, AsOf(day, day))


def check_window(field: str, formula: str) -> None:
    """See that a formula leads from no day back.

    Raises:
        InvalidValue: It is no date formula, or leads back.
    """
    if not _leads(formula, least=0):
        raise InvalidValue(field, formula, "is no length of time; write 14D for 14 days")


def check_repeat(field: str, formula: str) -> None:
    """See that a formula leads on from every day, so that what is repeated by it goes on for ever.

    Raises:
        InvalidValue: It is no date formula, or does not lead on from each day.
    """
    if not _leads(formula, least=1):
        reason = "does not lead on from every day; write 1W for each week, 1D+CM for each month end"
        raise InvalidValue(field, formula, reason)


def _leads(formula: str, *, least: int) -> bool:
    try:
        return all((day_after(formula, day) - day).days >= least for day in _TRIED)
    except (FilterError, ValueError, OverflowError):
        return False
