"""Which tests there are does not depend on the process, the clock or chance.

Processes that run tests together each collect them, each with hashes of its own; pytest-xdist
fails a run in which two find other tests, or in another order. So a test's name is made of plain
words, and never of bytes or of an object's place in memory.
"""

import re
from collections.abc import Iterator

import pytest

ODD = re.compile(r"0x[0-9a-f]{6}|\\x[01][0-9a-f]|\\x7f")
"""A place in memory, or a character that is no sign."""
LONGEST = 150


def named(parameters: str, name: str, value: object) -> bool:
    """Whether a value that cannot be a name of its own was given one."""
    match value:
        case bytes():
            plain, written = re.fullmatch(rb"[ -~]{0,40}", value) is not None, repr(value)[2:-1]
        case str():
            plain, written = len(value) <= LONGEST, ascii(value)[1:-1]
        case _:
            return True
    around = f"-{parameters}-"
    numbered = re.search(rf"-{re.escape(name)}\d+-", around)
    return plain or not (numbered or f"-{written}-" in around)


def faults_of(parameters: str, values: dict[str, object]) -> Iterator[str]:
    if ODD.search(parameters):
        yield "holds bytes or a place in memory"
    if len(parameters) > LONGEST:
        yield f"is longer than {LONGEST} characters"
    for name, value in values.items():
        if not named(parameters, name, value):
            yield f"has {name!r}, which needs an id"


def test_names_of_tests_are_short_and_hold_no_bytes_and_no_places_in_memory(
    request: pytest.FixtureRequest,
) -> None:
    assert [
        f"{item.nodeid[:LONGEST]} {fault}"
        for item in request.session.items
        if (call := getattr(item, "callspec", None))
        for fault in faults_of(call.id, call.params)
    ] == []


@pytest.mark.parametrize(
    ("parameters", "values"),
    [
        ("<object object at 0x7f3a52d0>", {}),
        (r"a\x00b", {}),
        ("long" * 40, {}),
        (r"PK\\x03\\x04", {"content": rb"PK\x03\x04"}),
        ("content1-too large", {"content": b"PK\3\4"}),
        ("5-text7", {"text": "x" * 1000}),
    ],
    ids=["object", "NUL", "long", "bytes", "numbered bytes", "numbered text"],
)
def test_a_name_that_is_none_is_found(parameters: str, values: dict[str, object]) -> None:
    assert list(faults_of(parameters, values))
