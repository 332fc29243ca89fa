"""Tables and texts as HTML, for what a notebook shows when a cell ends.

Plain tags, without a look of their own: each notebook gives them its own. Knows nothing of
what is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any

SHOWN = 10
"""How many rows of many are shown."""

_RIGHT = ' style="text-align: right"'
_CELL, _CAPTION, _PAGE = 200, 500, 10_000
"""How many characters of a text are shown: a notebook keeps all that it was ever shown."""


def to_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "", more: int = 0
) -> str:
    """A table; numbers stand on the right, ``None`` is left blank.

    Args:
        columns: The heads of its columns.
        rows: The values, row by row.
        caption: What stands above it.
        more: How many rows there are that are not given.

    >>> to_table(["no", "lines"], [("<1>", 3)])
    '<table><thead><tr><th>no</th><th>lines</th></tr></thead><tbody><tr><td>&lt;1&gt;</td>...
    """
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    if more:
        body += f'<tr><td colspan="{len(columns)}">… and {more:,} more</td></tr>'
    above = f"<caption>{_text(caption, _CAPTION)}</caption>" if caption else ""
    return f"<table>{above}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"<td{_RIGHT}>{value}</td>"
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
    '<pre>yes a &lt; b</pre>'
    """
    more = text.count("\n", _PAGE)
    shown = f"{text[:_PAGE]}…\n… and {more:,} more lines" if len(text) > _PAGE else text
    return f"<pre>{escape(shown)}</pre>"
