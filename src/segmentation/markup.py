"""Tables and texts as HTML, for what a notebook shows when a cell ends.

Plain tags: each notebook gives them its look. Only where texts and captions stand is told, as
Jupyter puts all to the right, and that words stay whole. Knows nothing of what is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from itertools import chain, repeat
from typing import Any

SHOWN = 10
"""How many rows of many are shown."""

_RIGHT = ' style="text-align: right"'
_LOOK = (
    "<style>table.segmentation :not([style]) { text-align: left !important } "
    "table.segmentation caption { min-width: 24em }</style>"
)
"""Goes before a notebook's own rules; above a narrow table a caption is not folded up."""
_WHOLE_WORDS = ' style="white-space: pre-wrap; word-break: normal"'
"""Jupyter breaks a long line of text anywhere."""
_CELL, _CAPTION, _PAGE = 200, 500, 10_000
"""How many characters of a text are shown: a notebook keeps all that it was ever shown."""


def to_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "", more: int = 0
) -> str:
    """A table; numbers and their heads stand on the right, ``None`` is left blank.

    Args:
        columns: The heads of its columns.
        rows: The values, row by row.
        caption: What stands above it.
        more: How many rows there are that are not given.

    >>> to_table(["no", "city"], [("<1>", "Bern")])
    '<table class="segmentation"><thead><tr><th>no</th><th>city</th></tr></thead><tbody><tr>...
    """
    shown = list(rows)
    first: Iterable[object] = shown[0] if shown else ()
    head = "".join(map(_head, columns, chain(first, repeat(None))))
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in shown)
    if more:
        body += f'<tr><td colspan="{len(columns)}">… and {more:,} more</td></tr>'
    above = f"<caption>{_text(caption, _CAPTION)}</caption>" if caption else ""
    begin = f'<table class="segmentation">{above}'
    return f"{begin}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{_LOOK}"


def _head(column: str, first: object) -> str:
    return f"<th{_RIGHT if _is_number(first) else ''}>{escape(column)}</th>"


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _cell(value: object) -> str:
    if _is_number(value):
        return f"<td{_RIGHT}>{value}</td>"
    if isinstance(value, tuple):  # lines of an address, marks
        value = ", ".join(str(each) for each in value if each)
    return f"<td>{'' if value is None else _text(str(value), _CELL)}</td>"


def _text(text: str, most: int) -> str:
    return escape(text if len(text) <= most else f"{text[: most - 1]}…")


def to_rows(items: Sequence[Any], names: Sequence[str], *, caption: str = "") -> str:
    """A table of the first of many values, and how many there are besides.

    Args:
        items: The values, all of a kind; no more than the first are looked at.
        names: Their fields that are shown, which are the heads of the columns.
        caption: What stands above it.
    """
    shown = [[getattr(item, name) for name in names] for item in items[:SHOWN]]
    return to_table(names, shown, caption=caption, more=len(items) - len(shown))


def to_figures(figures: Mapping[str, object], *, caption: str = "") -> str:
    """A table with a row for each figure.

    >>> to_figures({"lines": 3}).count("<tr>")
    2
    """
    return to_table(["", ""], figures.items(), caption=caption)


def to_percent(share: float) -> str:
    """A share as people read it.

    >>> to_percent(0.25)
    '25.0 %'
    """
    return f"{share * 100:.1f} %"


def to_text(text: str) -> str:
    """A text of several lines as it stands; a very long one ends with how much is not shown.

    >>> to_text("yes a < b")
    '<pre style="white-space: pre-wrap; word-break: normal">yes a &lt; b</pre>'
    """
    more = text.count("\n", _PAGE)
    shown = f"{text[:_PAGE]}…\n… and {more:,} more lines" if len(text) > _PAGE else text
    return f"<pre{_WHOLE_WORDS}>{escape(shown)}</pre>"
