"""The stored form of a selection: there and back, and what is not ours."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from segmentation.criteria import (
    AllOf,
    Criteria,
    Cut,
    First,
    InSegment,
    Not,
    Order,
    Sample,
    Selection,
    make_selection,
)
from segmentation.errors import FilterError, InvalidValue
from segmentation.serialization import (
    criteria_from_json,
    criteria_json_schema,
    criteria_to_json,
)
from support import trees, truth

PUBLISHED = Path(__file__).parents[2] / "docs" / "criteria.schema.json"


@given(trees.selections)
def test_a_stored_selection_reads_back(selection: Selection) -> None:
    assert criteria_from_json(criteria_to_json(selection)) == selection


@pytest.mark.parametrize("case", truth.SELECTIONS, ids=lambda case: case.sentence)
def test_every_kind_of_selection_can_be_stored(case: truth.Selected) -> None:
    assert criteria_from_json(criteria_to_json(case.criteria)) == case.criteria


@pytest.mark.parametrize(
    "criteria",
    [
        Cut(InSegment("S1"), First(3, (Order("name", descending=True),))),
        Cut(InSegment("S1"), Sample(3, "seed")),
    ],
)
def test_cuts_can_be_stored(criteria: Criteria) -> None:
    assert criteria_from_json(criteria_to_json(criteria)) == criteria


CUT_INSIDE = json.dumps(
    {
        "version": 1,
        "meaning": 1,
        "criteria": {"not": {"sample": {"count": 1, "seed": "x", "of": {"in_segment": "A"}}}},
    }
)


def test_relative_dates_stay_relative() -> None:
    criteria = make_selection(contact={"born": "-3M..t"})
    assert criteria is not None
    assert json.loads(criteria_to_json(criteria)) == {
        "version": 1,
        "meaning": 2,
        "criteria": {"part": {"table": "contact", "where": [["born", "-3M..t"]]}},
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        pytest.param("[" * 100_000, id="nested"),
        '{"version":1,"criteria":{}}',
        '{"version":2,"meaning":1,"criteria":{"in_segment":"A"}}',
        '{"version":1,"meaning":9,"criteria":{"in_segment":"A"}}',
        '{"version":true,"meaning":1,"criteria":{"in_segment":"A"}}',
        '{"version":1,"meaning":1,"criteria":{}}',
        '{"version":1,"meaning":1,"criteria":5}',
        '{"version":1,"meaning":1,"criteria":{"or":[]}}',
        '{"version":1,"meaning":1,"criteria":{"any":[]}}',
        '{"version":1,"meaning":1,"criteria":{"in_segment":5}}',
        '{"version":1,"meaning":1,"criteria":{"in_logged_segment":"5"}}',
        '{"version":1,"meaning":1,"criteria":{"in_logged_segment":true}}',
        '{"version":1,"meaning":1,"criteria":{"part":{"table":"contact"}}}',
        '{"version":1,"meaning":1,"criteria":{"part":{"table":"c","where":[["f",""]]}}}',
        '{"version":1,"meaning":1,"criteria":{"part":{"table":"c","where":[["f"]]}}}',
        '{"version":1,"meaning":1,"criteria":{"part":{"table":"c","where":[],"x":1}}}',
        pytest.param(CUT_INSIDE, id="cut inside"),
    ],
)
def test_what_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        criteria_from_json(text)


@pytest.mark.parametrize("nothing", [None, 5, pytest.param(b"\xff", id="bytes")])
def test_what_is_no_text_is_no_stored_selection(nothing: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValue, match="cannot be read"):
        criteria_from_json(nothing)


def test_a_filter_that_does_not_parse_is_pointed_at() -> None:
    text = '{"version":1,"meaning":1,"criteria":{"part":{"table":"c","where":[["f","a|"]]}}}'
    with pytest.raises(FilterError, match="ends too early"):
        criteria_from_json(text)


@pytest.mark.parametrize("nothing", [None, "DK", 5, Not("DK")])
def test_what_is_no_selection_is_not_stored(nothing: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValue, match=r"criteria: .* is no selection of ours"):
        criteria_to_json(nothing)


def test_what_is_nested_too_deep_is_not_stored() -> None:
    deep: Selection = InSegment("A")
    for _ in range(5_000):
        deep = Not(deep)
    with pytest.raises(InvalidValue, match="nested too deep"):
        criteria_to_json(deep)


def test_the_published_schema_is_the_one_of_the_code() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == criteria_json_schema()


def test_the_schema_names_every_node() -> None:
    schema = criteria_json_schema()
    tags = [next(iter(each["properties"])) for each in schema["$defs"]["selection"]["anyOf"]]
    stored = json.loads(criteria_to_json(AllOf((InSegment("A"), Not(InSegment("B"))))))
    assert {"all", "in_segment", "not"} <= set(tags)
    assert set(stored) == set(schema["required"])
