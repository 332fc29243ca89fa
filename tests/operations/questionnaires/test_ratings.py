"""Rating questions made by one call."""

from decimal import Decimal
from typing import Any

import pytest

import segmentation as seg
from segmentation.errors import NotFound, Rejected
from segmentation.questionnaires import (
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Rating,
)
from support.desk import make_desk
from support.fair import person

POINTS = {"P100": 100, "P99": 99, "P50": 50, "P49": 49}


@pytest.fixture
def crm() -> seg.Workspace:
    """A questionnaire with one question, whose answers are worth 100, 99, 50 and 49 points."""
    crm = make_desk(*(person(no) for no in POINTS))
    crm.questionnaires.add(
        ProfileQuestionnaire(code="CUST"),
        ProfileQuestionnaireLine(
            profile_questionnaire_code="CUST", line_no=10_000, description="Which?"
        ),
        *(
            ProfileQuestionnaireLine(
                profile_questionnaire_code="CUST",
                line_no=10_000 + place,
                type=LineType.ANSWER,
                description=no,
            )
            for place, no in enumerate(POINTS, start=1)
        ),
    )
    for place, no in enumerate(POINTS, start=1):
        crm.questionnaires.give(no, "CUST", 10_000 + place)
    return crm


def worth(crm: seg.Workspace, lines: Any) -> dict[str, str]:  # noqa: ANN401
    """What each contact is by a rating question, by the points of the answers."""
    crm.questionnaires.add(
        *(
            Rating(
                profile_questionnaire_code="CUST",
                profile_questionnaire_line_no=lines[0].line_no,
                rating_profile_quest_code="CUST",
                rating_profile_quest_line_no=10_000 + place,
                points=Decimal(points),
            )
            for place, points in enumerate(POINTS.values(), start=1)
        )
    )
    crm.questionnaires.classify("CUST")
    names = {line.line_no: line.description for line in lines}
    return {
        no: names[answer.line_no]
        for no in POINTS
        for answer in crm.questionnaires.answers(no)
        if answer.line_no in names
    }


def test_one_call_makes_a_high_low_rating(crm: seg.Workspace) -> None:
    """EXM-47."""
    lines = crm.questionnaires.new_high_low_rating("cust", "Worth", high_from=100)
    assert [line.type for line in lines] == ["question", "answer", "answer"]
    assert worth(crm, lines) == {"P100": "High", "P99": "Low", "P50": "Low", "P49": "Low"}


def test_one_call_makes_an_abc_rating(crm: seg.Workspace) -> None:
    """EXM-47."""
    lines = crm.questionnaires.new_abc_rating("CUST", "Class", a_from=100, b_from=50)
    assert [line.description for line in lines] == ["Class", "A", "B", "C"]
    assert worth(crm, lines) == {"P100": "A", "P99": "B", "P50": "B", "P49": "C"}


def test_bounds_with_decimals_leave_no_gap(crm: seg.Workspace) -> None:
    _, a, b, c = crm.questionnaires.new_abc_rating("CUST", "Class", a_from=99.5, b_from=49.25)
    assert (a.from_value, a.to_value) == (Decimal("99.5"), Decimal(0))
    assert (b.from_value, b.to_value) == (Decimal("49.25"), Decimal("99.49"))
    assert (c.from_value, c.to_value) == (Decimal(0), Decimal("49.24"))


@pytest.mark.parametrize(
    ("a_from", "b_from", "told"),
    [
        (100, 100, ["b_from: 100 is not below 100, the bound above it"]),
        (100, 120, ["b_from: 120 is not below 100, the bound above it"]),
        (0, -1, ["a_from: 0 is not above 0", "b_from: -1 is not above 0"]),
        ("much", True, ["a_from: 'much' is no number", "b_from: True is no number"]),
    ],
)
def test_bounds_that_do_not_fit_are_refused(
    crm: seg.Workspace,
    a_from: Any,  # noqa: ANN401
    b_from: Any,  # noqa: ANN401
    told: list[str],
) -> None:
    """EXM-47: no line is made."""
    before = list(crm.questionnaires.questions("CUST"))
    with pytest.raises(Rejected) as caught:
        crm.questionnaires.new_abc_rating("CUST", "Class", a_from=a_from, b_from=b_from)
    place = "rating of questionnaire CUST: "
    assert [str(fault) for fault in caught.value.faults] == [place + each for each in told]
    assert list(crm.questionnaires.questions("CUST")) == before
    with pytest.raises(NotFound, match="NONE"):
        crm.questionnaires.new_high_low_rating("NONE", "Worth", high_from=1)
