"""Values of the filter language in one line.

A line shows the beginning of a large tree, never the whole.
"""

from collections.abc import Iterable

MOST = 120
"""The greatest number of characters of a line."""


class OneLine:
    """A value that is shown in one line, as the Python expression that makes it.

    How each class is shown needs to know all of them, so ``_findings`` gives it its ``__repr__``.
    """

    __slots__ = ()


def to_line(text: str, most: int = MOST) -> str:
    """A text in one line. A long one is cut off.

    >>> to_line("one two three", 8)
    'one two…'
    """
    beginning = text[: most + 1]
    line = "".join(c if c.isprintable() else "·" for c in beginning)
    return line if len(line) <= most else line[: most - 1] + "…"


def in_brackets(text: str) -> str:
    """A line that is not a Python expression: ``<3 of 100 contacts>``."""
    return f"<{to_line(text, MOST - 2)}>"


def listed(names: Iterable[str], most: int) -> str:
    """A list of names. If there are many, the first ones and the number of the others."""
    names = list(names)
    shown, told = len(names), ", ".join(names)
    while len(told) > most and shown:
        shown -= 1
        told = f"{', '.join(names[:shown])} and {len(names) - shown} more".strip()
    return told
