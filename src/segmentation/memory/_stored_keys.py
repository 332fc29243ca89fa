"""The values of a column as numbers that compare like them, without a text for each row."""

from array import array
from collections.abc import Sequence
from typing import Any

from segmentation.fields import Value

from ._columns import BLOCK, Coded, Column, Texts
from ._with_numpy import Keys


def keys_of(column: Column, laid: int, rest: Sequence[Any], blank: Value | None) -> Keys | None:
    """The first values of a column, and further ones, as numbers, ``None`` if they do not suit.

    Args:
        column: The column.
        laid: How many of its values count.
        rest: The values behind these.
        blank: What to take for a missing value; ``None`` if there must be none.
    """
    if isinstance(column, Texts) and column.of is str and laid:
        length = len(column.at(0))
        text = _in_one(column, laid, length) if length else None
        return None if text is None else Keys.of_text(text, length, _meant(rest, blank))
    if isinstance(column, Coded):
        known = Keys.of(_meant([*column.values, *rest], blank), laid + len(rest))
        return known and known.at(column.first(laid), len(column.values))
    return Keys.of(_meant([*column.part(0, laid), *rest], blank), laid + len(rest))


def _meant(values: Sequence[Any], blank: Value | None) -> list[Any]:
    return [blank if value is None else value for value in values]


def _in_one(column: Texts, size: int, length: int) -> str | None:
    """The first texts of a column in one, ``None`` if one has another length."""
    blocks, _ = column.blocks
    full = size // BLOCK
    narrow = length * BLOCK < 1 << 16
    even = array("H" if narrow else "I", range(0, length * BLOCK + 1, length))
    if any(ends != even for _, ends in blocks[:full]):
        return None
    behind = list(column.part(full * BLOCK, size))
    if any(len(text) != length for text in behind):
        return None
    return "".join([text for text, _ in blocks[:full]] + behind)
