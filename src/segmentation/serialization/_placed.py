"""Plain data as text that people write and compare: TOML and JSON, and where what stands in it.

Both parsers of Python are used to read; they tell no places, so a walk of our own over the same
text finds the line of each key.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import attrs

from segmentation.errors import Message

from ._values import JSON

Path: TypeAlias = tuple[str | int, ...]
"""The keys and places in lists that lead to a value."""


class Unreadable(Exception):  # noqa: N818 - never leaves this package's callers
    """A text that is neither TOML nor JSON: where, and why.

    Whoever reads a text makes a fault of it, among those of other texts.
    """

    def __init__(self, place: "Place", reason: Message) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason


@attrs.frozen
class Place:
    """A line and a place in it, both from 1.

    Attributes:
        line: The line.
        column: The first character, behind the quote if it is a text.
    """

    line: int
    column: int

    def behind(self, count: int) -> "Place":
        """The place so many characters further on the same line."""
        return attrs.evolve(self, column=self.column + count)

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


# -- reading ------------------------------------------------------------------------------------


class PlacedData(NamedTuple):
    """What a text says, and where.

    Attributes:
        data: The plain data.
        keys: Where each key stands, or the header of a table.
        values: Where each value stands.
    """

    data: dict[str, JSON]
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]

    def key(self, path: Path) -> Place:
        """Where a key stands, or else what it is in."""
        while path:
            found = self.keys.get(path) or self.values.get(path)
            if found:
                return found
            path = path[:-1]
        return Place(1, 1)

    def value(self, path: Path) -> Place:
        """Where a value stands, or else its key."""
        return self.values.get(path) or self.key(path)


def read_placed(text: str) -> PlacedData:
    """Plain data out of TOML, or out of JSON, which begins with a brace, and where it stands.

    Raises:
        Unreadable: It is neither.
    """
    is_json = text.lstrip().startswith("{")
    walk = _Walk(text, is_json=is_json)
    try:
        data = json.loads(text) if is_json else tomllib.loads(text)
        walk.document()
    except (ValueError, RecursionError) as error:
        raise Unreadable(_place_of(error, text), _reason(error)) from error
    return PlacedData(data, walk.keys, walk.values)


def _reason(error: Exception) -> Message:
    if isinstance(error, RecursionError):
        return Message("is nested too deep")
    said = re.sub(r" \(at [^)]*\)|: line \d+ column.*", "", str(error))
    return Message("is neither TOML nor JSON: {error}", error=said)


def _place_of(error: Exception, text: str) -> Place:
    if isinstance(error, json.JSONDecodeError):
        return Place(error.lineno, error.colno)
    found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    if found:
        return Place(int(found[1]), int(found[2]))
    return Place(text.count("\n") + 1, 1)


_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_TEXT = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL
)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[^,\]}\n#]+")


class _Walk:
    """A walk over a text that a parser has read without fault."""

    def __init__(self, text: str, *, is_json: bool) -> None:
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self._text = text
        self._is_json = is_json
        self._at = 0
        self._line, self._counted = 1, 0
        self._lists: dict[Path, int] = {}

    def document(self) -> None:
        """Note where everything in the text stands."""
        if self._is_json:
            self._skip()
            self._value(())
            return
        table: Path = ()
        self._skip()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._entry(table)
            self._skip()

    def _header(self) -> Path:
        start, is_list = self._at, self._text.startswith("[[", self._at)
        self._at += 2 if is_list else 1
        *outer, last = self._keys()
        path: Path = ()
        for key in outer:
            self.keys.setdefault((*path, key), self._place(start))
            path = self._newest((*path, key))
        path = (*path, last)
        if is_list:
            self._lists[path] = self._lists.get(path, -1) + 1
            self.keys.setdefault(path, self._place(start))
        path = self._newest(path)
        self.keys[path] = self._place(start)
        self._at = self._text.index("]", self._at) + (2 if is_list else 1)
        return path

    def _newest(self, path: Path) -> Path:
        """The last element, if the path leads to a list of tables."""
        return (*path, self._lists[path]) if path in self._lists else path

    def _entry(self, table: Path) -> None:
        start = self._at
        path = table
        for key in self._keys():
            path = (*path, key)
            self.keys.setdefault(path, self._place(start))
        self._at += 1  # the sign between key and value
        self._skip()
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip()
            found = next(_KEY.finditer(self._text, self._at))
            self._at = found.end()
            keys.append(self._unquoted(found[0]))
            self._skip()
            if self._is_json or self._text[self._at] != ".":
                return keys
            self._at += 1

    def _unquoted(self, key: str) -> str:
        """What a key says; TOML knows other escapes than JSON."""
        if key[0] not in "\"'":
            return key
        return str(json.loads(key)) if self._is_json else next(iter(tomllib.loads(f"{key} = 0")))

    def _value(self, path: Path) -> None:
        text, at = self._text, self._at
        if text[at] == "{":
            self._each("}", path, lambda _: self._entry(path))
        elif text[at] == "[":
            self._each("]", path, lambda place: self._value((*path, place)))
        elif found := _TEXT.match(text, at):
            quote = 3 if found[0][:3] in {'"""', "'''"} else 1
            self.values[path] = self._place(at + quote)
            self._at = found.end()
        else:
            self.values[path] = self._place(at)
            bare = _BARE.match(text, at)
            self._at = bare.end() if bare else at + 1

    def _each(self, end: str, path: Path, on_item: Any) -> None:  # noqa: ANN401
        self.values[path] = self._place(self._at)
        self._at += 1
        place = 0
        self._skip()
        while self._text[self._at] != end:
            on_item(place)
            place += 1
            self._skip()
            if self._text[self._at] == ",":
                self._at += 1
                self._skip()
        self._at += 1

    def _skip(self) -> None:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _place(self, at: int) -> Place:
        """The line and column of a place; places are asked for in their order."""
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return Place(self._line, at - self._text.rfind("\n", 0, at))


# -- writing ------------------------------------------------------------------------------------


def to_ordered_json(data: JSON) -> str:
    """Plain data as JSON with a value a line, in the order given."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def to_toml(data: Mapping[str, JSON]) -> str:
    """Plain data as TOML with a value a line, in the order given; values before tables.

    >>> print(to_toml({"NORTH": {"meaning": 2, "where": {"contact": {"city": "Bern"}}}}))
    [NORTH]
    meaning = 2
    <BLANKLINE>
    [NORTH.where.contact]
    city = "Bern"
    <BLANKLINE>
    """
    return "\n\n".join(filter(None, _tables((), data))) + "\n"


def _tables(path: tuple[str, ...], table: Mapping[str, JSON], header: str = "") -> Iterator[str]:
    """The parts of the text: each a header with its values."""
    values = {key: value for key, value in table.items() if not _is_table(value)}
    lines = [f"{_key(key)} = {_in_toml(value)}" for key, value in values.items()]
    if header and (lines or not table):
        yield "\n".join([header, *lines])
    elif lines:
        yield "\n".join(lines)
    elif header.startswith("[["):
        yield header
    for key, value in table.items():
        if key in values:
            continue
        inner = (*path, key)
        named = ".".join(map(_key, inner))
        if isinstance(value, Mapping):
            yield from _tables(inner, value, f"[{named}]")
        else:
            for each in value:
                yield from _tables(inner, each, f"[[{named}]]")


def _is_table(value: JSON) -> bool:
    if isinstance(value, Mapping):
        return True
    return bool(value) and isinstance(value, Sequence) and isinstance(value[0], Mapping)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _text(key)


def _in_toml(value: JSON, *, is_row: bool = False) -> str:
    """A value; the items of a list a line each, but for a list in a list."""
    match value:
        case str():
            return _text(value)
        case bool():
            return "true" if value else "false"
        case list() | tuple() if len(value) > 1 and not is_row:
            lines = [f"  {_in_toml(each, is_row=True)}," for each in value]
            return "\n".join(["[", *lines, "]"])
        case list() | tuple():
            return f"[{', '.join(_in_toml(each, is_row=True) for each in value)}]"
        case _:
            return str(value)


def _text(text: str) -> str:
    """A text in quotes; but for one sign, JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
