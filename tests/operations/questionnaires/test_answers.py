"""Questionnaires at work: answers by hand, whom they are for, how they read on paper."""

import attrs
import pytest

from segmentation.contacts import AnswerPriority, ContactProfileAnswer, Priority
from segmentation.errors import NotFound, Refused, Rejected
from segmentation.memory import MemoryStore
from segmentation.operations.questionnaires import (
    answers_of,
    contact_count,
    form,
    get_questionnaire,
    give_answer,
    put_questionnaire,
    suitable,
    withdraw_answer,
)
from segmentation.questionnaires import (
    ClassificationMethod,
    ContactClassField,
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    QuestionnaireContactType,
    Rating,
    questionnaire_faults,
)
from support.fair import context, make_store

PEOPLE = ProfileQuestionnaire(
    code="PEOPLE", contact_type=QuestionnaireContactType.PEOPLE, priority=Priority.HIGH
)


def line(number: int, text: str, **fields: object) -> ProfileQuestionnaireLine:
    kind = LineType.QUESTION if text.endswith("?") else LineType.ANSWER
    return ProfileQuestionnaireLine(
        profile_questionnaire_code="PEOPLE",
        line_no=number,
        type=kind,
        description=text,
        **fields,  # type: ignore[arg-type]  # whatever a test gives
    )


LINES = (
    line(10, "Hobbies?", multiple_answers=True),
    line(20, "Golf", priority=AnswerPriority.LOW),
    line(30, "Chess", priority=AnswerPriority.VERY_HIGH),
    line(40, "Married?"),
    line(50, "Yes"),
    line(60, "No"),
    line(70, "Active?", auto_contact_classification=True),
    line(80, "Very"),
)


@pytest.fixture
def store() -> MemoryStore:
    return make_store(
        PEOPLE,
        *LINES,
        ProfileQuestionnaire(code="CUSTOMERS", business_relation_code="CUST"),
    )


def test_an_answer_given_by_hand_is_counted(store: MemoryStore) -> None:
    """PRF-05."""
    given = give_answer(context(store), "anna", "people", 50)
    assert given == ContactProfileAnswer(
        contact_no="ANNA",
        contact_company_no="SHOP",
        profile_questionnaire_code="PEOPLE",
        line_no=50,
        profile_questionnaire_priority=Priority.HIGH,
    )
    assert contact_count(store, "people", 50) == 1
    assert give_answer(context(store), "ANNA", "PEOPLE", 50) == given
    assert contact_count(store, "PEOPLE", 50) == 1


def test_a_question_itself_is_no_answer(store: MemoryStore) -> None:
    """PRF-13."""
    with pytest.raises(Refused, match="is a question"):
        give_answer(context(store), "ANNA", "PEOPLE", 10)
    with pytest.raises(Refused, match="is a question"):
        withdraw_answer(context(store), "ANNA", "PEOPLE", 10)
    assert answers_of(store, "ANNA") == []


def test_a_single_question_refuses_a_second_answer(store: MemoryStore) -> None:
    give_answer(context(store), "ANNA", "PEOPLE", 50)
    with pytest.raises(Refused, match="withdraw 'Yes' first"):
        give_answer(context(store), "ANNA", "PEOPLE", 60)
    withdraw_answer(context(store), "anna", "people", 50)
    withdraw_answer(context(store), "ANNA", "PEOPLE", 50)
    give_answer(context(store), "ANNA", "PEOPLE", 60)


def test_several_answers_come_with_the_most_important_first(store: MemoryStore) -> None:
    for number in (20, 30, 50):
        give_answer(context(store), "ANNA", "PEOPLE", number)
    assert [answer.line_no for answer in answers_of(store, "anna")] == [30, 50, 20]


def test_what_classification_answers_is_not_answered_by_hand(store: MemoryStore) -> None:
    with pytest.raises(Refused, match="classification"):
        give_answer(context(store), "ANNA", "PEOPLE", 80)


def test_a_questionnaire_is_not_for_everybody(store: MemoryStore) -> None:
    with pytest.raises(Refused, match="not for this contact"):
        give_answer(context(store), "SHOP", "PEOPLE", 50)
    assert [each.code for each in suitable(store, "anna")] == ["CUSTOMERS", "PEOPLE"]
    assert [each.code for each in suitable(store, "SHOP")] == ["CUSTOMERS"]
    assert [each.code for each in suitable(store, "MILL")] == []


def test_what_is_not_there_is_not_found(store: MemoryStore) -> None:
    with pytest.raises(NotFound, match="line 'PEOPLE 99'"):
        give_answer(context(store), "ANNA", "PEOPLE", 99)
    with pytest.raises(NotFound, match="profile questionnaire header 'NONE'"):
        get_questionnaire(store, "NONE")
    with pytest.raises(NotFound, match="contact"):
        suitable(store, "NOBODY")


def test_a_questionnaire_is_stored_whole(store: MemoryStore) -> None:
    put_questionnaire(context(store), PEOPLE, lines=[LINES[3], LINES[5], LINES[4]])
    rows = form(store, "PEOPLE")
    assert [row.line.description for row in rows] == ["Married?", "Yes", "No"]


def test_all_faults_of_a_questionnaire_are_told_together(store: MemoryStore) -> None:
    """PRF-09."""
    stray = ProfileQuestionnaireLine(profile_questionnaire_code="OTHER", line_no=90)
    with pytest.raises(Rejected) as caught:
        put_questionnaire(context(store), PEOPLE, lines=[*LINES[1:], line(85, "Empty?"), stray])
    assert [str(fault) for fault in caught.value.faults] == [
        (
            "questionnaire OTHER line 90: profile_questionnaire_code: "
            "there is no profile_questionnaire_header 'OTHER'"
        ),
        (
            "questionnaire OTHER line 90: profile_questionnaire_code: "
            "belongs to another questionnaire than PEOPLE"
        ),
        "questionnaire PEOPLE line 20: type: an answer comes before any question",
        "questionnaire PEOPLE line 70: customer_class_field: one class field is wanted, not none",
        "questionnaire PEOPLE line 70: classification_method: is blank",
        "questionnaire PEOPLE line 70: starting_date_formula: is blank",
        "questionnaire PEOPLE line 70: ending_date_formula: is blank",
        "questionnaire PEOPLE line 85: a question without any answer",
    ]
    assert questionnaire_faults(PEOPLE, []) == []
    assert next(map(str, questionnaire_faults(PEOPLE, [LINES[0], stray]))) == (
        "questionnaire OTHER line 90: profile_questionnaire_code: "
        "belongs to another questionnaire than PEOPLE"
    )


def test_points_and_relations_must_speak_of_what_is_there(store: MemoryStore) -> None:
    rating = line(
        90,
        "Class?",
        auto_contact_classification=True,
        contact_class_field=ContactClassField.RATING,
        classification_method=ClassificationMethod.DEFINED_VALUE,
    )

    def points(question: int, code: str, answer: int) -> Rating:
        return Rating(
            profile_questionnaire_code="PEOPLE",
            profile_questionnaire_line_no=question,
            rating_profile_quest_code=code,
            rating_profile_quest_line_no=answer,
        )

    lost = attrs.evolve(PEOPLE, business_relation_code="NONE")
    lines = [*LINES[:6], rating, line(95, "First")]
    wrong = [points(10, "PEOPLE", 20), points(90, "PEOPLE", 10), points(90, "GONE", 1)]
    with pytest.raises(Rejected) as caught:
        put_questionnaire(context(store), lost, lines=lines, ratings=wrong)
    assert [str(fault) for fault in caught.value.faults] == [
        "questionnaire PEOPLE: business_relation_code: there is no business_relation 'NONE'",
        "rating PEOPLE 10 PEOPLE 20: profile_questionnaire_line_no: is no rating question of it",
        (
            "rating PEOPLE 90 GONE 1: rating_profile_quest_code: "
            "there is no profile_questionnaire_header 'GONE'"
        ),
        (
            "rating PEOPLE 90 GONE 1: rating_profile_quest_line_no: "
            "line 1 is no answer of questionnaire GONE"
        ),
        (
            "rating PEOPLE 90 PEOPLE 10: rating_profile_quest_line_no: "
            "line 10 is no answer of questionnaire PEOPLE"
        ),
    ]
    put_questionnaire(context(store), PEOPLE, lines=lines, ratings=[points(90, "PEOPLE", 20)])
    assert len(list(store.records.all(Rating))) == 1


def test_a_form_shows_each_line_and_how_many_answers_are_allowed(store: MemoryStore) -> None:
    """REP-08 and REP-09, PRF-11."""
    give_answer(context(store), "ANNA", "PEOPLE", 30)
    blank = form(store, "people", classification=False)
    assert [row.line.description for row in blank] == [each.description for each in LINES[:6]]
    assert [row.line.description for row in blank if row.several] == ["Hobbies?"]
    assert not any(row.chosen for row in blank)
    filled = form(store, "PEOPLE", contact_no="anna")
    assert len(filled) == len(LINES)
    assert [row.line.description for row in filled if row.chosen] == ["Chess"]
