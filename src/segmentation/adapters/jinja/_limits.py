"""How far a template may go: steps, time, size, calls within calls.

A thread cannot be stopped from outside, so whatever a template does is counted while it does it:
each turn of a loop, each call, each filter, each value that is written, and how large it is. What
a template may do grows with its data, so that a long report is not taken for an endless one.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import attrs
import jinja2

from segmentation.errors import Message

_STEPS = 1_000_000
_STEPS_OF_A_VALUE = 100
_SECONDS = 5
_VALUES_IN_A_SECOND = 1_000
_SIZE = 10_000_000
_SIZE_OF_A_CHARACTER = 10
_DEPTH = 50
_DIGITS = 4_000
"""Digits of a number: Python itself writes none that has many more."""
_BITS_OF_A_DIGIT = 3.4
_WIDEST = 10_000
"""Characters to which a format can fill up a value."""
_LOOKS = 64
"""Steps between two looks at the clock, which cost as much as several steps."""
_CHARACTERS_IN_A_STEP = 100
_FORMAT = re.compile(r"%(?:\([^)]*\))?(?P<widths>[^a-zA-Z%]*)[a-zA-Z%]")


class BeyondLimit(jinja2.TemplateRuntimeError):
    """A template went too far.

    Attributes:
        reason: How far it may go.
    """

    def __init__(self, limit: Message) -> None:
        self.reason = Message("goes beyond the limit of {limit}", limit=limit)
        super().__init__(self.reason)


@attrs.define
class _Budget:
    """What is left to one run of a template."""

    steps: int
    size: int
    seconds: float
    most_steps: int
    until: float
    depth: int = 0
    looks: int = _LOOKS

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise BeyondLimit(Message("{count} steps", count=self.most_steps))
        self.looks -= 1
        if self.looks <= 0:
            self.looks = _LOOKS
            if time.thread_time() > self.until:
                raise BeyondLimit(Message("{count} seconds", count=round(self.seconds)))

    def check_size(self, size: int) -> None:
        if size > self.size:
            raise BeyondLimit(Message("{count} characters", count=self.size))


_BUDGET: ContextVar[_Budget | None] = ContextVar("_BUDGET", default=None)


@contextmanager
def limited(data: object) -> Iterator[None]:
    """Count what a template does with these data; a run inside another counts for itself.

    Raises:
        BeyondLimit: It does too much.
    """
    values, characters = _extent(data)
    steps = _STEPS + _STEPS_OF_A_VALUE * values
    seconds = _SECONDS + values / _VALUES_IN_A_SECOND
    budget = _Budget(
        steps=steps,
        most_steps=steps,
        size=_SIZE + _SIZE_OF_A_CHARACTER * characters,
        seconds=seconds,
        until=time.thread_time() + seconds,
    )
    token = _BUDGET.set(budget)
    try:
        yield
    finally:
        _BUDGET.reset(token)


def _extent(data: object) -> tuple[int, int]:
    """How many values there are in plain data, and how many characters."""
    values = characters = 0
    waiting = [data]
    while waiting:
        value = waiting.pop()
        values += 1
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
    return values, characters


def spend(steps: int = 1) -> None:
    """Count steps of the template that is being filled, if one is."""
    budget = _BUDGET.get()
    if budget:
        budget.spend(steps)


def check_size(size: int) -> None:
    """See that something does not become too large, before it is made."""
    budget = _BUDGET.get()
    if budget:
        budget.check_size(size)


@contextmanager
def deeper() -> Iterator[None]:
    """Count one call, and the calls that it is within."""
    budget = _BUDGET.get()
    if budget is None:
        yield
        return
    budget.spend(1)
    if budget.depth >= _DEPTH:
        raise BeyondLimit(Message("{count} calls within calls", count=_DEPTH))
    budget.depth += 1
    try:
        yield
    finally:
        budget.depth -= 1


def measured(value: object) -> int:
    """The size of a value, told by going through it; that it is not too large is seen to.

    A list that holds one list twice is as large as if it held two.
    """
    if isinstance(value, str):
        size = len(value)
        spend(1 + size // _CHARACTERS_IN_A_STEP)
        check_size(size)
        return size
    size = 0
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        size += len(inner) + 1 if isinstance(inner, str) else 1
        spend()
        check_size(size)
        if isinstance(inner, Mapping):
            waiting += [*inner.keys(), *inner.values()]
        elif isinstance(inner, list | tuple | set | frozenset):
            waiting += inner
    return size


@attrs.frozen
class Counted:
    """What a loop goes through, with each turn counted."""

    _items: Any
    _cost: int

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            spend(self._cost)
            yield item


@attrs.frozen
class CountedAll(Counted):
    """The same of something whose length is known, which ``loop.length`` tells."""

    def __len__(self) -> int:
        return len(self._items)


def counted(items: Any, cost: int = 1) -> Counted:  # noqa: ANN401 - whatever a loop is given
    """What a loop goes through, with so many steps for each turn."""
    return (CountedAll if isinstance(items, Sized) else Counted)(items, cost)


def joined(pieces: Iterable[str]) -> str:
    """Texts in a row, as long as they are not too long."""
    kept: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        check_size(size)
        kept.append(piece)
    return "".join(kept)


def check_operation(operator: str, left: object, right: object) -> None:
    """See that the result of an operation is not too large, before it is worked out."""
    spend()
    if isinstance(left, int) and isinstance(right, int):
        _check_number(operator, left, right)
    elif operator == "*":
        for value, times in ((left, right), (right, left)):
            if isinstance(times, int) and isinstance(value, str | list | tuple):
                check_size(measured(value) * max(times, 0))
    elif operator == "+" and isinstance(left, str | list | tuple):
        check_size(measured(left) + measured(right))
    elif operator == "%" and isinstance(left, str):
        check_format(left, right)


def _check_number(operator: str, left: int, right: int) -> None:
    bits = left.bit_length() + right.bit_length()
    if operator == "**":
        bits = left.bit_length() * max(right, 1)
    if operator in {"*", "**"} and bits > _DIGITS * _BITS_OF_A_DIGIT:
        raise BeyondLimit(Message("{count} digits", count=_DIGITS))


def check_format(pattern: str, values: object) -> None:
    """See that a format with percent signs fills nothing up beyond all measure."""
    places = 0
    for found in _FORMAT.finditer(pattern):
        places += 1
        widths = re.findall(r"\d+|\*", found["widths"])
        if any(width == "*" or int(width[:_DIGITS]) > _WIDEST for width in widths):
            raise BeyondLimit(Message("{count} characters", count=_WIDEST))
    check_size(len(pattern) + (places + 1) * measured(values))
