"""The reference predicate against the table of truth, over mappings and over records."""

import pytest

import truth
from reference import MappingRows, RecordRows, found

SOURCES = [MappingRows(), RecordRows()]
sources = pytest.mark.parametrize("source", SOURCES, ids=["mappings", "records"])


@sources
@pytest.mark.parametrize("case", truth.CASES, ids=lambda case: f"{case.field}: {case.filter}")
def test_a_filter_finds_those_that_it_says(case: truth.Case, source: MappingRows) -> None:
    assert found(truth.part("contact", **{case.field: case.filter}), source) == case.expected


@sources
@pytest.mark.parametrize("case", truth.SELECTIONS, ids=lambda case: case.sentence)
def test_a_selection_finds_those_that_it_says(case: truth.Selected, source: MappingRows) -> None:
    assert found(case.criteria, source) == case.expected


@sources
def test_no_selection_finds_everybody(source: MappingRows) -> None:
    assert found(None, source) == "A B C D E F"
