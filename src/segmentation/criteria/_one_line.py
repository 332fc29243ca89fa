"""What a value of the filter language looks like in one line.

A line tells the essence and never the whole tree, however large it is. How each value is written
stands in ``_showing``, which knows them all; this module knows none of them.
"""

from collections.abc import Iterable

MOST = 120
"""The greatest number of characters of a line."""


class OneLine:
    """What shows itself in one line: Python that makes it again, or its beginning."""

    __slots__ = ()

    def __repr__(self) -> str:
        # What shows the nodes knows all of them, so it is imported when all of them are there.
        from ._showing import shown  # noqa: PLC0415

        return shown(self)


def to_line(text: str, most: int = MOST) -> str:
    """A text in one line, of a long one the beginning.

    >>> to_line("one two three", 8)
    'one two…'
    """
    beginning = text[: most + 1]
    line = "".join(c if c.isprintable() else "·" for c in beginning)
    return line if len(line) <= most else line[: most - 1] + "…"


def in_brackets(text: str) -> str:
    """A line about a value that is no Python: ``<3 of 100 contacts>``."""
    return f"<{to_line(text, MOST - 2)}>"


def listed(names: Iterable[str], most: int) -> str:
    """Names in a row; of many the first, and how many more there are."""
    names = list(names)
    shown, told = len(names), ", ".join(names)
    while len(told) > most and shown:
        shown -= 1
        told = f"{', '.join(names[:shown])} and {len(names) - shown} more".strip()
    return told
