"""What Jinja finds wrong, in words that can be told in any language."""

import re
from collections.abc import Mapping

import jinja2

from segmentation.errors import Message

_READING: Mapping[str, str] = {
    r"[Uu]nexpected end of template|Missing end of": "it ends before all in it is closed",
    r"unknown tag '(?P<name>.*?)'": "the tag {name!r} is unknown here",
    r"No (?:filter|test) named '(?P<name>.*?)'": "there is no filter or test {name!r}",
    r"expected token '(?P<wanted>.*?)', got '(?P<found>.*)'": (
        "{found!r} stands where {wanted!r} should"
    ),
    r"Expected an expression, got '(?P<found>.*)'": "{found!r} stands where a value should",
    r"unexpected (?:char )?'(?P<found>.*?)'": "{found!r} does not belong here",
}
"""What Jinja says of a text that is no template, and what we say for it."""

_FILLING: Mapping[str, str] = {
    r"'(?P<name>.*?)' is undefined": "there is no value {name!r}",
    r"has no (?:element|attribute) '?(?P<name>.*?)'?$": "a value has no part {name!r}",
    r"No (?:filter|test) named '(?P<name>.*?)'": "there is no filter or test {name!r}",
    r"access to attribute '(?P<name>.*?)'": "templates may not see the part {name!r} of a value",
}
"""What Jinja says of a template that cannot be filled, and what we say for it."""


def reading_fault(error: jinja2.TemplateSyntaxError) -> Message:
    """Why a text is no template."""
    return _in_our_words(error.message or "", _READING)


def filling_fault(error: Exception) -> Message:
    """Why a template cannot be filled with its data."""
    match error:
        case jinja2.TemplateRuntimeError():  # of these are what is unsafe, and what is undefined
            return _in_our_words(error.message or "", _FILLING)
        case ArithmeticError():
            return Message("a figure in it cannot be worked out")
        case LookupError():
            return Message("it asks for what is not there")
        case _:
            return Message("it does with a value what the value does not allow")


def _in_our_words(said: str, known: Mapping[str, str]) -> Message:
    for pattern in known:
        found = re.search(pattern, said)
        if found:
            return Message(known[pattern], **found.groupdict())
    return Message("Jinja says: {said}", said=said)
