"""Questionnaires made, added to, changed and deleted."""

import attrs
import pytest

from segmentation.contacts import AnswerPriority, ContactProfileAnswer, Priority
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected
from segmentation.fields import Record
from segmentation.memory import MemoryStore
from segmentation.operations.questionnaires import (
    add_questionnaires,
    change_questionnaire,
    delete_questionnaire,
    get_questionnaire,
    give_answer,
    new_questionnaire,
    put_questionnaire,
    questions,
)
from segmentation.questionnaires import (
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Rating,
)
from support.fair import company, context, make_store


def line(code: str, number: int, text: str, **fields: object) -> ProfileQuestionnaireLine:
    kind = LineType.QUESTION if text.endswith("?") else LineType.ANSWER
    return ProfileQuestionnaireLine(
        profile_questionnaire_code=code,
        line_no=number,
        type=kind,
        description=text,
        **fields,  # type: ignore[arg-type]  # whatever a test gives
    )


def class_of(code: str) -> tuple[ProfileQuestionnaireLine, ProfileQuestionnaireLine]:
    """A rating question and its answer."""
    question = line(
        code,
        90,
        "Class?",
        auto_contact_classification=True,
        contact_class_field="rating",
        classification_method="defined_value",
    )
    return question, line(code, 95, "First")


def points(code: str, of: str, answer: int = 2) -> Rating:
    return Rating(
        profile_questionnaire_code=code,
        profile_questionnaire_line_no=90,
        rating_profile_quest_code=of,
        rating_profile_quest_line_no=answer,
    )


GOLF = (line("Q", 1, "Golf?"), line("Q", 2, "Yes", priority="high"), line("Q", 3, "No"))


@pytest.fixture
def store() -> MemoryStore:
    store = make_store()
    new_questionnaire(context(store), "Q", "Hobbies", lines=GOLF)
    return store


def test_a_questionnaire_is_made_with_its_lines_and_points(store: MemoryStore) -> None:
    made = new_questionnaire(
        context(store), "r", lines=class_of("R")[::-1], ratings=[points("R", "Q")], priority="low"
    )
    assert made == ProfileQuestionnaire(code="R", priority=Priority.LOW)
    assert get_questionnaire(store, "r") == get_questionnaire(store, made) == made
    assert [each.line.line_no for each in questions(store, "R")] == [90]
    assert list(store.records.all(Rating)) == [points("R", "Q")]


def test_all_faults_of_a_new_one_are_told_and_nothing_is_stored(store: MemoryStore) -> None:
    wrong = line("R", 4, "Golf?")
    with pytest.raises(Rejected) as caught:
        new_questionnaire(
            context(store),
            "R",
            "x" * 300,
            lines=[wrong, wrong, line("OTHER", 5, "Yes")],
            ratings=[points("R", "Q", answer=1)],
            business_relation_code="NONE",
        )
    assert [(str(fault.place), fault.field) for fault in caught.value.faults] == [
        ("questionnaire OTHER line 5", "profile_questionnaire_code"),
        ("questionnaire OTHER line 5", "profile_questionnaire_code"),
        ("questionnaire R", "description"),
        ("questionnaire R", "business_relation_code"),
        ("questionnaire R line 4", "profile_questionnaire_code, line_no"),
        ("questionnaire R line 4", ""),
        ("rating R 90 Q 1", "profile_questionnaire_line_no"),
        ("rating R 90 Q 1", "rating_profile_quest_line_no"),
    ]
    assert [each.code for each in store.records.all(ProfileQuestionnaire)] == ["Q"]
    with pytest.raises(Rejected, match="code: is blank"):
        new_questionnaire(context(store), " ")
    with pytest.raises(Rejected, match="code: is taken by another profile questionnaire header"):
        new_questionnaire(context(store), "q")
    with pytest.raises(InvalidValue, match="is given twice"):
        new_questionnaire(context(store), "R", "Sport", description="Hobbies")


def test_lines_are_added_to_a_questionnaire_that_is_there(store: MemoryStore) -> None:
    add_questionnaires(
        context(store), *class_of("Q"), ProfileQuestionnaire(code="R"), points("Q", "Q")
    )
    assert [each.line.line_no for each in questions(store, "Q")] == [1, 90]
    assert get_questionnaire(store, "R").code == "R"
    with pytest.raises(Rejected) as caught:
        add_questionnaires(
            context(store), ProfileQuestionnaire(code="R"), GOLF[1], points("Q", "Q")
        )
    assert [fault.reason for fault in caught.value.faults] == [
        "is taken by another profile questionnaire line",
        "is taken by another profile questionnaire header",
        "is taken by another rating",
    ]
    assert caught.value.what == "questionnaires"


def test_what_belongs_to_no_questionnaire_is_not_added(store: MemoryStore) -> None:
    with pytest.raises(Rejected, match="there is no profile_questionnaire_header 'GONE'"):
        add_questionnaires(context(store), line("GONE", 1, "Golf?"))
    with pytest.raises(InvalidValue, match="names none; give at least one"):
        add_questionnaires(context(store))
    other: Record = company("OTHER")
    with pytest.raises(InvalidValue, match="is no questionnaire, line or rating"):
        add_questionnaires(context(store), other)  # type: ignore[arg-type]


def test_lines_of_another_questionnaire_are_not_taken_in_with_one(store: MemoryStore) -> None:
    new_questionnaire(context(store), "R")
    for step in (
        lambda: new_questionnaire(context(store), "S", lines=[line("R", 1, "Golf?")]),
        lambda: put_questionnaire(
            context(store), get_questionnaire(store, "Q"), lines=[*GOLF, line("R", 1, "Golf?")]
        ),
    ):
        with pytest.raises(Rejected, match="belongs to another questionnaire than"):
            step()
    assert questions(store, "R") == []
    assert [each.line for each in questions(store, "Q")] == [GOLF[0]]


def test_a_change_leaves_the_lines_and_passes_priorities_on(store: MemoryStore) -> None:
    given = give_answer(context(store), "ANNA", "Q", 2)
    changed = change_questionnaire(context(store), "q", priority="very_high", code="Q")
    assert (changed.description, changed.priority) == ("Hobbies", Priority.VERY_HIGH)
    expected = attrs.evolve(given, profile_questionnaire_priority=Priority.VERY_HIGH)
    assert list(store.records.all(ContactProfileAnswer)) == [expected]
    low = attrs.evolve(GOLF[1], priority=AnswerPriority.LOW)
    put_questionnaire(context(store), changed, lines=[GOLF[0], low])
    assert list(store.records.all(ContactProfileAnswer)) == [
        attrs.evolve(expected, answer_priority=AnswerPriority.LOW)
    ]


def test_a_code_stays_and_what_does_not_fit_is_told(store: MemoryStore) -> None:
    before = get_questionnaire(store, "Q")
    with pytest.raises(Refused, match="change questionnaire Q: its code is its key and stays"):
        change_questionnaire(context(store), before, code="R")
    with pytest.raises(Rejected, match="business_relation_code"):
        change_questionnaire(context(store), "Q", business_relation_code="NONE")
    with pytest.raises(NotFound, match="profile questionnaire header 'QX'"):
        change_questionnaire(context(store), "QX", priority="low")
    assert get_questionnaire(store, "Q") == before


def test_a_questionnaire_that_is_needed_is_not_deleted(store: MemoryStore) -> None:
    new_questionnaire(context(store), "R", lines=class_of("R"), ratings=[points("R", "Q")])
    for contact_no in ("ANNA", "BO"):
        give_answer(context(store), contact_no, "Q", 2)
    needed = "the answers of 2 contacts, the rating of questionnaire R"
    with pytest.raises(Refused, match=f"delete questionnaire Q: it is still needed by {needed}"):
        delete_questionnaire(context(store), "q")
    delete_questionnaire(context(store), "R")
    store.records.remove(list(store.records.all(ContactProfileAnswer)))
    delete_questionnaire(context(store), get_questionnaire(store, "Q"))
    for kind in (ProfileQuestionnaire, ProfileQuestionnaireLine, Rating):
        assert list(store.records.all(kind)) == []
    with pytest.raises(NotFound):
        delete_questionnaire(context(store), "Q")
