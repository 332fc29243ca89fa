"""Questionnaires: whom they suit, what a range holds, how figures become answers."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.questionnaires import (
    ClassificationMethod,
    ContactClassField,
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Question,
    QuestionnaireContactType,
    SortingMethod,
    classified,
    questions_of,
)
from support.fair import company, person


def line(number: int, **fields: Any) -> ProfileQuestionnaireLine:  # noqa: ANN401 - whatever a test gives
    return ProfileQuestionnaireLine(profile_questionnaire_code="Q", line_no=number, **fields)


def answer(number: int, low: float = 0, high: float = 0) -> ProfileQuestionnaireLine:
    return line(
        number,
        type=LineType.ANSWER,
        from_value=Decimal(str(low)),
        to_value=Decimal(str(high)),
    )


def automatic(*answers: ProfileQuestionnaireLine, **fields: Any) -> Question:  # noqa: ANN401 - whatever a test gives
    """A question on the number of interactions."""
    values = {
        "auto_contact_classification": True,
        "contact_class_field": ContactClassField.INTERACTION_QUANTITY,
        "classification_method": ClassificationMethod.DEFINED_VALUE,
        "starting_date_formula": "<-1Y>",
        "ending_date_formula": "<CD>",
        **fields,
    }
    return Question(line(1, **values), answers)


def percentages(method: str, *ranges: tuple[float, float], sorting: str = "ascending") -> Question:
    answers = [answer(number, low, high) for number, (low, high) in enumerate(ranges, start=2)]
    return automatic(
        *answers,
        classification_method=ClassificationMethod(method),
        sorting_method=SortingMethod(sorting),
    )


@pytest.mark.parametrize(
    ("low", "high", "held"),
    [(0, 0, []), (0, 5, [-1, 0, 4, 5]), (5, 0, [5, 6]), (4, 5, [4, 5])],
)
def test_a_bound_of_nothing_is_open_and_two_hold_nothing(
    low: int, high: int, held: list[int]
) -> None:
    assert [n for n in (-1, 0, 4, 5, 6) if answer(1, low, high).holds(Decimal(n))] == held


def test_a_questionnaire_suits_by_type_and_business_relation() -> None:
    anyone = ProfileQuestionnaire(code="Q")
    people = ProfileQuestionnaire(code="Q", contact_type=QuestionnaireContactType.PEOPLE)
    customers = ProfileQuestionnaire(code="Q", business_relation_code="CUST")
    shop, anna = company("SHOP"), person("ANNA", "SHOP")
    assert anyone.suits(shop)
    assert anyone.suits(anna)
    assert people.suits(anna)
    assert not people.suits(shop)
    assert customers.suits(shop, {"CUST"})
    assert not customers.suits(shop, {"VEND"})


def test_answers_follow_their_question_within_their_questionnaire() -> None:
    other = ProfileQuestionnaireLine(
        profile_questionnaire_code="R", line_no=1, type=LineType.ANSWER
    )
    lines = [answer(1), line(2), answer(3), line(4), other]
    found = list(questions_of(lines))
    assert [(q.key, [a.line_no for a in q.answers]) for q in found] == [
        (("Q", 2), [3]),
        (("Q", 4), []),
    ]
    assert list(questions_of([])) == []


def test_figures_are_rounded_before_they_are_compared() -> None:
    assert automatic(answer(2, 17, 20)).found(Decimal("16.5")) == (2,)
    assert automatic(answer(2, 17, 20), no_of_decimals=1).found(Decimal("16.5")) == ()


def test_only_the_first_answer_that_holds_is_found_unless_several_are_allowed() -> None:
    overlapping = (answer(2, 0, 50), answer(3, 50, 0))
    assert automatic(*overlapping).found(Decimal(50)) == (2,)
    assert automatic(*overlapping, multiple_answers=True).found(Decimal(50)) == (2, 3)


def test_shares_of_the_value_are_each_one_s_own() -> None:
    question = percentages("percentage_of_value", (0, 20), (21, 40), (41, 100))
    values = {"A": Decimal(1), "B": Decimal(2), "C": Decimal(3)}
    assert classified(question, values) == {"A": (2,), "B": (3,), "C": (4,)}


@pytest.mark.parametrize(
    ("sorting", "expected"),
    [
        ("descending", {"D": 2, "C": 3, "B": 3, "A": 4}),
        ("ascending", {"A": 2, "B": 3, "C": 3, "D": 4}),
    ],
)
def test_shares_of_contacts_go_by_rank(sorting: str, expected: dict[str, int]) -> None:
    question = percentages("percentage_of_contacts", (0, 25), (26, 75), (76, 0), sorting=sorting)
    values = {no: Decimal(value) for value, no in enumerate("ABCD")}
    assert {no: lines[0] for no, lines in classified(question, values).items()} == expected


def test_an_abc_analysis_goes_by_what_those_before_make_together() -> None:
    question = percentages("cumulated_value", (0, 79), (80, 94), (95, 0), sorting="descending")
    values = {"A": Decimal(90), "B": Decimal(6), "C": Decimal(4)}
    assert classified(question, values) == {"A": (2,), "B": (3,), "C": (4,)}


def test_equal_figures_rank_alike() -> None:
    question = percentages("percentage_of_contacts", (0, 50), (51, 0))
    values = {"A": Decimal(1), "B": Decimal(0), "C": Decimal(0), "D": Decimal(0)}
    assert classified(question, values) == {"A": (3,), "B": (2,), "C": (2,), "D": (2,)}


@pytest.mark.parametrize("method", ["percentage_of_value", "cumulated_value"])
def test_nobody_has_a_share_of_nothing(method: str) -> None:
    question = percentages(method, (0, 100), sorting="descending")
    assert classified(question, {"A": Decimal(0)}) == {}
    assert classified(question, {}) == {}


@given(
    st.dictionaries(st.text("ABCDEF", min_size=1, max_size=3), st.decimals(1, 9, places=1)),
    st.sampled_from(["percentage_of_contacts", "cumulated_value"]),
    st.sampled_from(["ascending", "descending"]),
)
def test_ranges_that_tile_the_whole_leave_nobody_out_and_keep_the_order(
    values: dict[str, Decimal], method: str, sorting: str
) -> None:
    question = percentages(method, (0, 50), (51, 0), sorting=sorting)
    found = classified(question, values)
    assert found.keys() == values.keys()
    low = [values[no] for no, lines in found.items() if lines == (2,)]
    high = [values[no] for no, lines in found.items() if lines == (3,)]
    if low and high:
        first, last = (low, high) if sorting == "ascending" else (high, low)
        assert max(first) < min(last)


bounds = st.decimals(-5, 12, places=2)


@given(
    st.lists(st.tuples(bounds, bounds), max_size=4),
    st.dictionaries(st.text("ABCDEF", min_size=1, max_size=3), st.decimals(-9, 9, places=3)),
    st.integers(0, 2),
    st.booleans(),
    st.sampled_from(["", "defined_value", "percentage_of_value"]),
)
def test_answers_are_those_of_each_rounded_figure(
    ranges: list[tuple[Decimal, Decimal]],
    values: dict[str, Decimal],
    decimals: int,
    several: bool,
    method: str,
) -> None:
    answers = [
        line(number, type=LineType.ANSWER, from_value=low, to_value=high)
        for number, (low, high) in enumerate(ranges, start=2)
    ]
    question = automatic(
        *answers,
        multiple_answers=several,
        no_of_decimals=decimals,
        classification_method=ClassificationMethod(method),
        sorting_method=SortingMethod.ASCENDING,
    )
    total = sum(values.values(), Decimal(0)) if method == "percentage_of_value" else Decimal(100)
    expected = {
        no: found
        for no, value in values.items()
        if total and method and (found := question.found(value * 100 / total))
    }
    assert classified(question, values) == expected


@given(
    st.lists(st.tuples(bounds, bounds), max_size=4),
    st.dictionaries(st.text("ABCDEF", min_size=1, max_size=3), st.decimals(-2, 5, places=0)),
    st.integers(0, 1),
    st.sampled_from(["percentage_of_contacts", "cumulated_value"]),
    st.sampled_from(["ascending", "descending"]),
)
def test_answers_by_rank_are_those_of_each_rounded_share(
    ranges: list[tuple[Decimal, Decimal]],
    values: dict[str, Decimal],
    decimals: int,
    method: str,
    sorting: str,
) -> None:
    answers = [
        line(number, type=LineType.ANSWER, from_value=low * 10, to_value=high * 10)
        for number, (low, high) in enumerate(ranges, start=2)
    ]
    question = automatic(
        *answers,
        no_of_decimals=decimals,
        classification_method=ClassificationMethod(method),
        sorting_method=SortingMethod(sorting),
    )
    counting = {no: max(value, Decimal(0)) for no, value in values.items()}
    expected = {}
    for no, value in values.items():
        if method == "cumulated_value":
            total = sum(counting.values(), Decimal(0))
            own = counting[no]
            before = [
                each
                for each in counting.values()
                if (each > own if sorting == "descending" else each < own)
            ]
            share = sum(before, Decimal(0)) * 100 / total if total else None
        else:
            better = [
                v for v in values.values() if (v > value if sorting == "descending" else v < value)
            ]
            share = Decimal(len(better) + 1) * 100 / len(values)
        if share is not None and (lines := question.found(share)):
            expected[no] = lines
    assert classified(question, values) == expected


def test_figures_that_differ_less_than_floating_point_tells_are_ranked() -> None:
    question = percentages("percentage_of_contacts", (0, 50), (51, 0))
    low = Decimal("0.1000000000000000000000001")
    assert classified(question, {"A": low, "B": Decimal("0.1")}) == {"B": (2,), "A": (3,)}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"contact_class_field": ""},
            ["customer_class_field: one class field is wanted, not none"],
        ),
        (
            {"customer_class_field": "sales_lcy"},
            [
                (
                    "customer_class_field: one class field is wanted, "
                    "not customer_class_field, contact_class_field"
                )
            ],
        ),
        ({"classification_method": ""}, ["classification_method: is blank"]),
        (
            {"starting_date_formula": "", "ending_date_formula": ""},
            ["starting_date_formula: is blank", "ending_date_formula: is blank"],
        ),
        (
            {"classification_method": "percentage_of_value"},
            ["sorting_method: is blank; percentages need one"],
        ),
        (
            {"min_pct_questions_answered": Decimal(101)},
            ["min_pct_questions_answered: is not between 0 and 100"],
        ),
        (
            {"contact_class_field": "row_quantity"},
            ["source_table: is blank", "source_date_field: is blank"],
        ),
        (
            {"contact_class_field": "row_amount", "source_table": "orders"},
            ["source_date_field: is blank", "source_amount_field: is blank"],
        ),
        ({"contact_class_field": "rating", "starting_date_formula": ""}, []),
        ({"auto_contact_classification": False, "classification_method": ""}, []),
    ],
)
def test_what_an_automatic_question_needs(fields: dict[str, Any], expected: list[str]) -> None:
    question = automatic(**fields)
    assert [str(fault) for fault in question.faults()] == [
        f"questionnaire Q line 1: {each}" for each in expected
    ]


def test_an_empty_range_and_a_percentage_over_a_hundred_are_faults() -> None:
    question = percentages("percentage_of_value", (5, 4), (50, 101), (60, 0))
    assert [str(fault) for fault in question.faults()] == [
        "questionnaire Q line 2: to_value: 4 is less than 5: the range is empty",
        "questionnaire Q line 3: to_value: a percentage cannot be over 100",
    ]


@pytest.mark.parametrize(
    ("sorting", "expected"),
    [("ascending", {"C": (2,), "D": (2,), "E": (4,)}), ("descending", {"A": (4,), "B": (2,)})],
)
def test_scores_count_those_that_are_ranked_before(
    sorting: str, expected: dict[str, tuple[int, ...]]
) -> None:
    values = dict(zip("ABCDE", map(Decimal, (1, 2, 3, 3, 4)), strict=True))
    question = percentages("quintile", (3, 4), (120, 130), (5, 5), sorting=sorting)
    assert list(question.faults()) == []
    assert classified(question, values) == expected


def test_a_question_knows_whether_it_is_a_rating() -> None:
    assert automatic(contact_class_field=ContactClassField.RATING).is_rating
    assert not automatic().is_rating
    assert not Question(line(1)).is_rating
