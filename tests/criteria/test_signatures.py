"""Who reads a signature needs no page of the docs: it is short and names what is to be given."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from segmentation import criteria as language


def callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in language.__all__:
        value = getattr(language, name)
        if not (inspect.isfunction(value) or inspect.isclass(value)):
            continue
        yield name, value
        if inspect.isclass(value):
            methods = inspect.getmembers(value, inspect.isroutine)
            yield from ((f"{name}.{verb}", each) for verb, each in methods if verb[0] != "_")


CALLABLES = dict(callables())


@pytest.mark.parametrize("name", CALLABLES)
def test_a_signature_is_short_and_shows_no_table_frt_02(name: str) -> None:
    """FRT-02."""
    try:
        signature = inspect.signature(CALLABLES[name])
    except ValueError:  # of a method that is written in C
        return
    assert len(str(signature)) <= 500, name
    for parameter in signature.parameters.values():
        assert not attrs.has(type(parameter.default)), (name, parameter)
        assert len(repr(parameter.default)) < 60, (name, parameter)
