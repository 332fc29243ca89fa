"""The one line in which a value shows itself, and the fields that tell its essence.

A class names the few fields that matter; all that are shown of values, in a line, a row or
short data, are taken from there. Nothing is worked out before somebody looks. Knows no value.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sized
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

ClassT = TypeVar("ClassT")

_LINE = 120
_TEXT = 40
_NESTED = 60
_FEW = 6


def shown_by(*names: str, count: str = "") -> Callable[[type[ClassT]], type[ClassT]]:
    """Make the values of a class show themselves in one line, by some of their fields.

    Args:
        *names: Fields or properties in the order of their weight, the key first; with a point
            for one of a field's own ("action.kind").
        count: What a sequence counts: its length is shown under this name.

    >>> @shown_by("no", "when", "prices", count="days")
    ... class Trip(list):
    ...     no, when, prices = "T1", dt.date(2026, 11, 22), (5, 7)
    >>> Trip([1, 2, 3])
    Trip('T1', 2026-11-22, prices=2, days=3)
    """

    def decorate(cls: type[ClassT]) -> type[ClassT]:
        show(cls, names, count)
        return cls

    return decorate


def show(cls: Any, names: tuple[str, ...], count: str = "") -> None:  # noqa: ANN401 - any class
    """Do what `shown_by` does, for a class that is still being made."""
    cls.__shown__ = names
    cls.__counted__ = count
    cls.__repr__ = one_line


def essence_of(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - of any class
    """The fields that tell a value's essence, with their values; blank ones are left out."""
    for path in value.__shown__:
        found = _at(value, path)
        if not is_blank(found):
            yield path.rpartition(".")[2], found
    if value.__counted__:
        yield value.__counted__, len(value)


def _at(value: Any, path: str) -> Any:  # noqa: ANN401
    for name in path.split("."):
        if value is None:
            return None
        value = getattr(value, name)
    return value


def is_blank(value: object) -> bool:
    """Whether a value says nothing: a blank text, no date, nothing in it; a number says 0."""
    if value is None or value is False:
        return True
    return isinstance(value, Sized) and not len(value)


def has_few_numbers(value: Mapping[Any, Any]) -> bool:
    """Whether a mapping holds no more than a few counts, which are shown as they are."""
    return len(value) <= _FEW and all(type(each) is int for each in value.values())


def one_line(value: Any) -> str:  # noqa: ANN401 - of any class
    """A value in one line of at most 120 characters: its class and what tells its essence."""
    key = getattr(value, "__key__", ())
    parts = [
        _part(name, found, bare=name in key or (not place and name.endswith(("no", "number"))))
        for place, (name, found) in enumerate(essence_of(value))
    ]
    line = f"{type(value).__name__}({', '.join(parts)})"
    return line if len(line) <= _LINE else f"{line[: _LINE - 2]}…)"


def _part(name: str, value: object, *, bare: bool) -> str:
    """A field in a line; texts, options and dates stand by themselves, and flags are named."""
    match value:
        case bool():
            return name
        case Enum():
            return str(value.value)
        case str():
            return repr(_cut(value, _TEXT))
        case dt.datetime():
            return value.isoformat(" ", "minutes")
        case dt.date():
            return value.isoformat()
        case type():
            return value.__name__
        case int() | Decimal() | float() if bare:
            return str(value)
        case _:
            return _named(name, value)


def _named(name: str, value: object) -> str:
    match value:
        case float():
            return f"{name}={value:.4g}"
        case bytes():
            return f"{name}={len(value)} bytes"
        case Mapping() if has_few_numbers(value):
            return ", ".join(f"{key}={each}" for key, each in value.items())
        case Sized():
            return f"{name}={len(value)}"
        case int() | Decimal() | dt.time() | dt.timedelta():
            return f"{name}={_cut(str(value), _NESTED)}"
        case _:
            return f"{name}={_cut(repr(value), _NESTED)}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
