"""Criteria in words, and read back from words."""

from ._describing import Teller, describe, describe_parts
from ._reading import from_words

__all__ = [
    "Teller",
    "describe",
    "describe_parts",
    "from_words",
]
