"""The engines that must all answer alike; a new one is added to `ENGINES`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import pytest

from reference import MappingRows, RecordRows, numbers
from segmentation.criteria import BoundSelection, cut
from segmentation.memory._index import ContactIndex

Rows: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""Plain rows for each table of the schema of the table of truth."""

Answer: TypeAlias = Callable[[BoundSelection], Sequence[str]]
"""The numbers that pass, ascending; of a cut in its order."""

Engine: TypeAlias = Callable[[Rows], Answer]
"""Takes rows in; members of segments are those of the table of truth."""


def reference_on_mappings(rows: Rows) -> Answer:
    source = MappingRows(rows)
    return lambda bound: numbers(bound, source)


def reference_on_records(rows: Rows) -> Answer:
    source = RecordRows(rows)
    return lambda bound: numbers(bound, source)


def index(rows: Rows) -> Answer:
    made = ContactIndex(RecordRows(rows))

    def answer(bound: BoundSelection) -> Sequence[str]:
        if bound.cut is not None:
            return cut(bound, made.matches(bound))
        found = made.numbers(bound)
        assert made.count(bound) == len(found)
        return found

    return answer


ENGINES = [
    pytest.param(reference_on_mappings, id="reference-mappings"),
    pytest.param(reference_on_records, id="reference-records"),
    pytest.param(index, id="index"),
]
