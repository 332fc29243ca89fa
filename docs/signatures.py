"""Signatures of the reference without what the types of fields say besides."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_ANNOTATED = re.compile(r"~?(?:typing\.)?Annotated\[")
_TWICE = re.compile(r"~[\w.]*~")
_OBJECT = re.compile(r"<(?:[^<>]|<[^<>]*>)*>|\bNOTHING\b")
"""A default that is an object, or one that is made for each value."""


def plain_signature(signature: str) -> str:
    """A signature that Sphinx can read, so that it links the types.

    >>> plain_signature("(no: ~typing.Annotated[str, <FieldType.CODE: 'code'>, Length(20)] = '')")
    "(no: str = '')"
    >>> plain_signature("(cost: ~decimal.~decimal.Decimal)")
    '(cost: ~decimal.Decimal)'
    >>> plain_signature("(by: Annotated[dict[str, int], Of('a')] = NOTHING)")
    '(by: dict[str, int] = ...)'
    >>> plain_signature("(on=<function f.<lambda>>)")
    '(on=...)'
    """
    while found := _ANNOTATED.search(signature):
        first, after = _first_of(signature, found.end())
        signature = signature[: found.start()] + first + signature[after:]
    return _OBJECT.sub("...", _TWICE.sub("~", signature))


def _first_of(text: str, start: int) -> tuple[str, int]:
    """The first of the parts in brackets that are open, and where the brackets are closed."""
    depth, first_end = 1, 0
    for at in range(start, len(text)):
        depth += (text[at] in "[(") - (text[at] in "])")
        if depth == 0:
            return text[start : first_end or at], at + 1
        if depth == 1 and text[at] == "," and not first_end:
            first_end = at
    raise ValueError(text)


def _process(*given: str | None) -> tuple[str | None, str | None]:
    signature, returned = given[-2:]
    return signature and plain_signature(signature), returned


def setup(app: "Sphinx") -> dict[str, bool]:
    """Listen to autodoc."""
    app.connect("autodoc-process-signature", _process)
    return {"parallel_read_safe": True}
