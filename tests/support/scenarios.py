"""The key to the scenarios that tests name: an id, what it says, and the files that show it.

The sentences are written by hand in ``tests/scenarios.md``; the files are looked up. Run it after a
test has named another id::

    python tests/support/scenarios.py
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

TESTS = Path(__file__).parents[1]
KEY = TESTS / "scenarios.md"
_ID = re.compile(r"\b(?!SHA|UTF)[A-Z]{3}-[0-9]{2,3}\b")
_NAME = re.compile(r"def test_\w+")
_ID_IN_NAME = re.compile(r"_([a-z]{3})_([0-9]{2,3})(?=_|$)")
_ROW = re.compile(r"^\| ([A-Z]{3}-[0-9]{2,3}) \| (.*?) \| ([^|]*) \|$", flags=re.MULTILINE)

HEAD = """# Scenarios

What the ids in the names and docstrings of tests mean. Most come from what the tests of Business
Central check, told in Given, When and Then; the letters name the subject.

| id | scenario | shown in |
|---|---|---|
"""


def named() -> Mapping[str, Sequence[str]]:
    """The ids that tests name, each with the files that do."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in TESTS.rglob("*.py"):
        for each in _ids_in(path.read_text(encoding="utf-8")):
            found[each].add(path.relative_to(TESTS).as_posix())
    return {each: sorted(found[each]) for each in sorted(found)}


def _ids_in(source: str) -> Iterator[str]:
    """The ids in docstrings, and those at the end of a test's name."""
    yield from _ID.findall(source)
    for name in _NAME.findall(source):
        for subject, number in _ID_IN_NAME.findall(name):
            yield f"{subject.upper()}-{number}"


def sentences() -> Mapping[str, str]:
    """What each id says, as the key has it."""
    text = KEY.read_text(encoding="utf-8") if KEY.exists() else ""
    return {row[1]: row[2] for row in _ROW.finditer(text)}


def source(said: Mapping[str, str]) -> str:
    """The text of the key."""
    rows = (
        f"| {each} | {said.get(each, 'TO BE WRITTEN')} | {', '.join(files)} |\n"
        for each, files in named().items()
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    KEY.write_text(source(sentences()), encoding="utf-8")
