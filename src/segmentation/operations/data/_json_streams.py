"""JSON read value by value, so that a large file is never held as a whole.

What is a list of objects, or a page of a web service, is read; anything else is left to who reads
files as a whole, and tells what is wrong with them.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, TextIO

_BLANK = " \t\r\n"

_AT_ONCE = 1 << 18
"""How many characters are read at a time; more if a value is longer."""


class NamedTwice(dict[str, Any]):
    """An object of JSON that has a name twice."""

    names: Sequence[str]


def to_object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON."""
    made = dict(pairs)
    if len(made) < len(pairs):
        made = NamedTwice(made)
        made.names = [name for name, _ in pairs]
    return made


_decoder = json.JSONDecoder(parse_float=Decimal, object_pairs_hook=to_object)


def objects_in(
    text: TextIO, is_page: Callable[[object], bool], about: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The objects of a list or of a page.

    Args:
        text: A file, from its beginning on.
        is_page: Tells an object that is a page itself.
        about: Gets what else a page says.

    Raises:
        ValueError: It is something else, or malformed.
    """
    scanner = _Scanner(text)
    items = _array(scanner) if scanner.sign() == "[" else _page(scanner, about)
    for item in items:
        if not isinstance(item, dict) or isinstance(item, NamedTwice) or is_page(item):
            raise ValueError(type(item))
        yield item
    if scanner.sign():
        raise ValueError(scanner.sign())


def _array(scanner: "_Scanner") -> Iterator[object]:
    scanner.take("[")
    if scanner.sign() == "]":
        scanner.take("]")
        return
    yield scanner.value()
    while scanner.sign() == ",":
        scanner.take(",")
        yield scanner.value()
    scanner.take("]")


def _page(scanner: "_Scanner", about: dict[str, Any]) -> Iterator[object]:
    """The objects under ``value``; what else is said is put into a dictionary."""
    sign = "{"
    while sign != "}":
        scanner.take(sign)
        name = scanner.value()
        scanner.take(":")
        if not isinstance(name, str) or name in about:
            raise ValueError(name)
        if name == "value":
            about[name] = None
            yield from _array(scanner)
        else:
            about[name] = scanner.value()
        sign = scanner.sign() if scanner.sign() == "}" else ","
    scanner.take("}")
    if "value" not in about:
        raise ValueError(sign)


class _Scanner:
    """Takes signs and values from a text of which only a part is held."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._held = ""
        self._at = 0

    def sign(self) -> str:
        """The next sign that is not blank; empty at the end."""
        while True:
            while self._at < len(self._held):
                if self._held[self._at] not in _BLANK:
                    return self._held[self._at]
                self._at += 1
            if not self._read_more():
                return ""

    def take(self, sign: str) -> None:
        """Go beyond this sign.

        Raises:
            ValueError: There is another one.
        """
        if self.sign() != sign:
            raise ValueError(sign)
        self._at += 1

    def value(self) -> object:
        """The next value.

        Raises:
            ValueError: There is none.
        """
        self.sign()
        while True:
            try:
                value, end = _decoder.raw_decode(self._held, self._at)
            except ValueError:
                if not self._read_more():
                    raise
                continue
            if end == len(self._held) and self._read_more():
                continue  # a number may go on
            self._at = end
            return value

    def _read_more(self) -> bool:
        held = self._held[self._at :]
        more = self._text.read(max(_AT_ONCE, len(held)))
        self._held, self._at = held + more, 0
        return bool(more)
