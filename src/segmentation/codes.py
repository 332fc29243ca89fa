"""Codes and options.

A code is compared and stored in upper case, without blanks around it. An option is one of a
closed list of values. Knows nothing of the records that bear them.
"""

from enum import StrEnum
from typing import NoReturn, Self

from .errors import InvalidValue, Message


def to_code(value: str) -> str:
    """A code as it is stored: upper case, no blanks around it.

    Raises:
        InvalidValue: It is no text.

    >>> to_code(" news ")
    'NEWS'
    """
    try:
        stripped = str.strip(value)
    except TypeError:
        raise InvalidValue("code", value, "is no text") from None
    upper = stripped.upper()
    return stripped if upper == stripped else upper  # most are: then all share one text


class Option(StrEnum):
    """A closed list of values with an order; the blank value, if there is one, comes first.

    Options are ordered by their position, not by their spelling. What is none of them raises
    `InvalidValue`, which says what there is.
    """

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        reason = Message("is none of {known}", known=", ".join(filter(None, cls)))
        raise InvalidValue(cls.__name__, value, reason)

    @property
    def position(self) -> int:
        """The place in the list, from 0, as Business Central numbers options."""
        return list(type(self)).index(self)

    @classmethod
    def blank(cls) -> Self:
        """The option that a missing value stands for: the first."""
        return next(iter(cls))
