"""Binding: names are resolved, types are checked, relative dates are computed."""

from ._aspects import compared_of, number_field
from ._bind import bind
from ._bind_filter import bind_filter
from ._merging import merged, merged_filter
from ._neutral import to_neutral, to_neutral_filter

__all__ = [
    "bind",
    "bind_filter",
    "compared_of",
    "merged",
    "merged_filter",
    "number_field",
    "to_neutral",
    "to_neutral_filter",
]
