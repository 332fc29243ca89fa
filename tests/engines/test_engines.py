"""Every engine gives the same answers: those of the table of truth, and those of the reference."""

import re
from collections.abc import Sequence
from datetime import timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from dateutil.tz import tzoffset
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.generated import few_rows, many_rows
from engines.registry import (
    CLUSTERS,
    DATABASES,
    ENGINES,
    HOSTS,
    Answer,
    Engine,
    SparkAnswer,
    reference_on_mappings,
)
from segmentation.criteria import (
    AllOf,
    AnyOf,
    Aspect,
    BoundSelection,
    Criteria,
    Followed,
    Measure,
    Not,
    Part,
    Selection,
    Where,
    bind,
    parse,
)
from segmentation.errors import SegmentationError
from segmentation.serialization import criteria_to_json
from support import trees, truth


@pytest.fixture(scope="module", params=[*ENGINES, *DATABASES, *HOSTS, *CLUSTERS])
def engine(request: pytest.FixtureRequest) -> Engine:
    if isinstance(request.param, tuple):
        place, make = request.param
        in_database: Engine = make(request.getfixturevalue(place))
        return in_database
    engine: Engine = request.param
    return engine


@pytest.fixture(scope="module")
def answer(engine: Engine) -> Answer:
    return engine(truth.ROWS)


def bound_to(criteria: Criteria | None) -> BoundSelection:
    return bind(criteria, truth.SCHEMA, truth.AS_OF)


def ask(answer: Answer, criteria: Criteria | None) -> list[str]:
    return list(answer(bound_to(criteria)))


def ask_all(answer: Answer, criteria: Sequence[Criteria]) -> list[Sequence[str]]:
    """The answers; a cluster's that it may refuse are those of the reference."""
    bounds = [bound_to(each) for each in criteria]
    if not isinstance(answer, SparkAnswer):
        return [list(answer(bound)) for bound in bounds]
    return [
        refused(each, found) if isinstance(found, SegmentationError) else found
        for each, found in zip(criteria, answer.many(bounds), strict=True)
    ]


def refused(criteria: Criteria, error: SegmentationError) -> list[str]:
    """What the reference finds, where a cluster may refuse and says why."""
    stored = criteria_to_json(criteria)
    own = "in_share" if "in_share" in stored else "figure"
    letters = "~" if "~" in stored else "@"
    because = {"@ or ~": letters, "a link": '"item"', "opens": '"opens"'}
    because |= {"a share or": own, "rows that may meet": "followed", "the day of a": '"changed"'}
    named = [name for reason, name in because.items() if reason in str(error)]
    assert named, error
    assert all(name in stored for name in named), error
    return ask(reference_on_mappings(truth.ROWS), criteria)


def filtered(case: truth.Case) -> Part:
    item = parse(case.filter)
    assert item is not None
    return Part("contact", (Where(case.field, item),))


@pytest.mark.parametrize("field", sorted({case.field for case in truth.CASES}))
def test_filters_mean_what_the_table_of_truth_says(answer: Answer, field: str) -> None:
    cases = [case for case in truth.CASES if case.field == field]
    answers = ask_all(answer, [filtered(case) for case in cases])
    found = {case.filter: " ".join(nos) for case, nos in zip(cases, answers, strict=True)}
    assert found == {case.filter: case.expected for case in cases}


def test_selections_mean_what_the_table_of_truth_says(answer: Answer) -> None:
    answers = ask_all(answer, [each.criteria for each in truth.SELECTIONS])
    found = {
        each.sentence: " ".join(nos) for each, nos in zip(truth.SELECTIONS, answers, strict=True)
    }
    assert found == {each.sentence: each.expected for each in truth.SELECTIONS}


@pytest.mark.parametrize("engine", [*ENGINES, *DATABASES, *HOSTS], indirect=True)
@pytest.mark.parametrize("zone", [ZoneInfo("Europe/Zurich"), timezone(timedelta(hours=1))], ids=str)
def test_days_of_times_are_those_of_the_zone(answer: Answer, zone: tzinfo) -> None:
    check_days(answer, zone)


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_a_zone_needs_no_name(answer: Answer) -> None:
    check_days(answer, tzoffset(None, 3600))


def check_days(answer: Answer, zone: tzinfo) -> None:
    as_of = attrs.evolve(truth.AS_OF, zone=zone)
    bar, hall = (truth.part("visit", room=room) for room in ("BAR", "HALL"))
    asked: list[tuple[Selection, str]] = [
        (truth.seen("contact", "changed", Aspect.DAY_OF_YEAR, "1"), "C E"),
        (truth.seen("contact", "changed", Aspect.WEEKDAY, "sunday"), "A B"),
        (truth.seen("visit", "at", Aspect.AGE_IN_DAYS, "1"), "C"),
        (Followed("at", bar, hall, 0), "A B C"),
        (Followed("at", bar, hall, later_day=True), ""),
    ]
    for criteria, expected in asked:
        assert " ".join(answer(bind(criteria, truth.SCHEMA, as_of))) == expected, criteria


def test_no_criteria_at_all_mean_everybody(answer: Answer) -> None:
    assert ask(answer, None) == list("ABCDEF")


@pytest.mark.parametrize("engine", [*ENGINES, *DATABASES, *HOSTS], indirect=True)
@given(seed=st.integers(0, 10_000), selection=trees.selections)
@settings(max_examples=40)
def test_on_any_rows_any_selection_finds_what_the_reference_finds(
    engine: Engine, seed: int, selection: Selection
) -> None:
    rows = few_rows(seed)
    assert ask(engine(rows), selection) == ask(reference_on_mappings(rows), selection)


class Many:
    """Many rows, and what the reference finds in them."""

    def __init__(self) -> None:
        self.rows = many_rows(400, seed=1)
        self.reference = reference_on_mappings(self.rows)


@pytest.fixture(scope="module")
def many() -> Many:
    return Many()


CHEAP, DEAR = (truth.part("interaction", cost=cost) for cost in ("<4", ">=8"))
FILTERS: Sequence[Any] = [
    truth.part("contact", post_code="0100..0900", name="Hansen*"),
    truth.part("contact", name="@*nsen1?*|hanson5|Å1..Å3"),
    truth.part("contact", name="<>Hansen*&<>''"),
    truth.part("contact", name="<@b"),
    truth.part("contact", post_code="<>*5*"),
    truth.part("contact", post_code="0100|0200..0300|<>(0000..0900)"),
    truth.part("contact", born="''|2025-01-01..2025-12-31"),
    truth.part("contact", born="<=''"),
    truth.part("contact", born="<''"),
    truth.part("contact", changed=">t"),
    truth.part("contact", opens="..12:00", points="-3..100"),
    truth.part("contact", no="C0010..C0020|C0300"),
    truth.part("contact", name="*1|*3|*5&<>*55*"),
    AllOf((truth.part("contact", no="C0010..C0020"), truth.part("industry", code="DK|SE"))),
    truth.part("contact", no="*7", employees=">=100", credit="1.5..9"),
    truth.part("interaction", date="2026-11-01..", cost=">5"),
    truth.part("mailing", code="NEWS", since="2025-01-01.."),
    truth.part("industry", code="RETAIL|SE"),
    truth.part("item", item="N*"),
    truth.figure(Measure.COUNT, "", truth.part("interaction"), ">2"),
    truth.figure(Measure.COUNT, "", truth.part("interaction"), "0|3.."),
    truth.figure(Measure.COUNT, "", truth.part("industry", code="<>DK"), "2..3"),
    truth.figure(Measure.SUM, "cost", truth.part("interaction"), "5..20"),
    truth.figure(Measure.SUM, "cost", truth.part("interaction"), "<5"),
    truth.seen("contact", "born", Aspect.DAY_OF_YEAR, "0..30"),
    truth.seen("contact", "born", Aspect.WEEKDAY, "6..7"),
    truth.seen("contact", "born", Aspect.AGE_IN_YEARS, "1..2"),
    truth.seen("interaction", "date", Aspect.MONTH, "12|1"),
    truth.figure(Measure.DISTINCT, "date", truth.part("interaction"), ">2"),
    truth.figure(Measure.DISTINCT, "code", truth.part("mailing"), "..1"),
    Followed("since", truth.part("mailing", code="NEWS"), truth.part("mailing", code="DK"), 200),
    Followed("date", CHEAP, DEAR, 30),
    Followed("date", CHEAP, CHEAP, 30, later_day=True),
    Followed("date", CHEAP, DEAR, 400, without=truth.part("interaction", cost="5..7")),
    truth.figure(Measure.LATEST, "date", truth.part("interaction"), "2026-06-01.."),
    truth.figure(Measure.LATEST, "date", truth.part("interaction"), "2025-06-01..t"),
    truth.figure(Measure.EARLIEST, "date", truth.part("interaction"), "''|..2025-01-01"),
    truth.figure(Measure.EARLIEST, "since", truth.part("mailing", code="NEWS"), "t..CY"),
]


CLUSTER_FILTERS = [
    each for each in FILTERS if not re.search('@|"item"|"opens"', criteria_to_json(each))
]


@pytest.mark.parametrize("engine", [*ENGINES, *DATABASES, *CLUSTERS], indirect=True)
def test_among_many_rows_it_finds_what_the_reference_finds(engine: Engine, many: Many) -> None:
    answer = engine(many.rows)
    filters = CLUSTER_FILTERS if isinstance(answer, SparkAnswer) else FILTERS
    selections = [*filters, AllOf(tuple(filters[-3:])), Not(filters[0]), Not(AnyOf(filters[-2:]))]
    for selection, found in zip(selections, ask_all(answer, selections), strict=True):
        assert list(found) == ask(many.reference, selection), selection
