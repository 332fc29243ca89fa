"""Signs that XML cannot hold, as workbooks spell them: ``_x000D_``."""

import re

_SPECIAL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

_SPELLED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    r"""A text with the signs spelled out that XML cannot hold.

    >>> escaped("a\r_x0041_")
    'a_x000D__x005F_x0041_'
    """
    return _SPECIAL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    r"""A text whose spelled out signs stand for themselves again.

    >>> unescaped("a_x000D__x005F_x0041_")
    'a\r_x0041_'
    """
    return _SPELLED.sub(lambda found: chr(int(found[1], 16)), text)
