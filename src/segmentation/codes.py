"""Codes and options.

A code is compared and stored in upper case, without blanks around it. An option is one of a
closed list of values. Knows nothing of the records that bear them.
"""

from enum import StrEnum
from typing import Self


def to_code(value: str) -> str:
    """A code as it is stored: upper case, no blanks around it.

    >>> to_code(" news ")
    'NEWS'
    """
    stripped = value.strip()
    upper = stripped.upper()
    return stripped if upper == stripped else upper  # most are: then all share one text


class Option(StrEnum):
    """A closed list of values with an order; the blank value, if there is one, comes first.

    Options are ordered by their position, not by their spelling.
    """

    @property
    def position(self) -> int:
        """The place in the list, from 0, as Business Central numbers options."""
        return list(type(self)).index(self)

    @classmethod
    def blank(cls) -> Self:
        """The option that a missing value stands for: the first."""
        return next(iter(cls))
