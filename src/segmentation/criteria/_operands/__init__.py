"""Operands as people type them, as values: days, times, numbers, texts."""

from ._dates import has_short_year, is_relative, to_date, to_neutral_date
from ._times import to_moment, to_neutral_time
from ._values import TOO_LARGE, Span, make_reader, midnight, number_text

__all__ = [
    "TOO_LARGE",
    "Span",
    "has_short_year",
    "is_relative",
    "make_reader",
    "midnight",
    "number_text",
    "to_date",
    "to_moment",
    "to_neutral_date",
    "to_neutral_time",
]
