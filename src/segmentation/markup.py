"""Tables and texts as HTML, for what a notebook shows when a cell ends.

Plain tags, without a look of their own: each notebook gives them its own. Knows nothing of
what is shown.
"""

from collections.abc import Iterable, Sequence
from html import escape

SHOWN = 10
"""How many rows of many are shown."""

_RIGHT = ' style="text-align: right"'


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
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{above}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"<td{_RIGHT}>{value}</td>"
    return f"<td>{'' if value is None else escape(str(value))}</td>"


def to_text(text: str) -> str:
    """A text of several lines as it stands.

    >>> to_text("yes a < b")
    '<pre>yes a &lt; b</pre>'
    """
    return f"<pre>{escape(text)}</pre>"
