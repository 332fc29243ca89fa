"""Classification: answers found from the journal, the books and other answers."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from segmentation import Workspace
from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactProfileAnswer,
    LinkToTable,
)
from segmentation.criteria import make_selection
from segmentation.errors import NotFound, Refused, Rejected
from segmentation.fields import Record
from segmentation.memory import MemoryStore
from segmentation.operations.criteria import select
from segmentation.operations.questionnaires import (
    Classified,
    Move,
    classify,
    classify_all,
    contact_count,
    give_answer,
)
from segmentation.questionnaires import (
    ClassificationMethod,
    ContactClassField,
    CustomerClassField,
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    QuestionnaireContactType,
    Rating,
    SortingMethod,
    VendorClassField,
)
from support.fair import (
    NOW,
    TODAY,
    company,
    context,
    customer,
    evolved,
    interaction,
    make_store,
    person,
)


class Books:
    """A host's books: the same figures on any day."""

    def __init__(self, **figures: Mapping[str, Decimal]) -> None:
        self._figures = figures

    def of_customers(
        self, field: CustomerClassField, _start: dt.date, _end: dt.date
    ) -> Mapping[str, Decimal] | None:
        return self._figures.get(field)

    def of_vendors(
        self, field: VendorClassField, _start: dt.date, _end: dt.date
    ) -> Mapping[str, Decimal] | None:
        return self._figures.get(field)

    def of_contacts(
        self, field: ContactClassField, _start: dt.date, _end: dt.date
    ) -> Mapping[str, Decimal] | None:
        return self._figures.get(field)


def question(number: int = 10, *, code: str = "Q", **fields: Any) -> ProfileQuestionnaireLine:  # noqa: ANN401 - whatever a test gives
    values = {
        "auto_contact_classification": True,
        "classification_method": ClassificationMethod.DEFINED_VALUE,
        "starting_date_formula": "<CD-1Y>",
        "ending_date_formula": "<CD>",
        **fields,
    }
    return ProfileQuestionnaireLine(profile_questionnaire_code=code, line_no=number, **values)


def answer(
    number: int, low: int = 0, high: int = 0, *, code: str = "Q"
) -> ProfileQuestionnaireLine:
    return ProfileQuestionnaireLine(
        profile_questionnaire_code=code,
        line_no=number,
        type=LineType.ANSWER,
        from_value=Decimal(low),
        to_value=Decimal(high),
    )


def points(line: int, of: int, worth: int) -> Rating:
    return Rating(
        profile_questionnaire_code="Q",
        profile_questionnaire_line_no=line,
        rating_profile_quest_code="Q",
        rating_profile_quest_line_no=of,
        points=Decimal(worth),
    )


def world(*records: Record, contact_type: str = "") -> MemoryStore:
    questionnaire = ProfileQuestionnaire(
        code="Q", contact_type=QuestionnaireContactType(contact_type)
    )
    return make_store(questionnaire, *records)


def answers(store: MemoryStore) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for each in store.records.all(ContactProfileAnswer):
        found.setdefault(each.contact_no, []).append(each.line_no)
    return found


RATING: dict[str, Any] = {"contact_class_field": ContactClassField.RATING}


@pytest.mark.parametrize("asked", ["Q", ""])
@pytest.mark.parametrize("field", ["rating", "interaction_quantity"])
def test_every_stored_answer_is_counted(asked: str, field: str) -> None:
    """PRF-01, PRF-02, PRF-03."""
    store = world(
        question(contact_class_field=ContactClassField(field)),
        answer(20, 0, 5),
        interaction(1, "ANNA", "SHOP"),
        contact_type="people",
    )
    done = classify_all(context(store)) if not asked else classify(context(store), asked)
    assert answers(store) == {"ANNA": [20], "BO": [20], "CARL": [20]}
    assert contact_count(store, "Q", 20) == done.answers == 3
    assert done.questions == 1


@pytest.mark.parametrize(
    ("field", "figure"),
    [
        ("interaction_quantity", 2),
        ("interaction_frequency_no_year", 2),  # in 366 days
        ("avg_interaction_cost_lcy", 3),
        ("avg_interaction_duration_min", 5),
    ],
)
def test_figures_of_the_journal_leave_out_what_does_not_count(field: str, figure: int) -> None:
    store = world(
        question(contact_class_field=ContactClassField(field)),
        answer(20, figure, figure),
        interaction(1, "ANNA", "SHOP", cost=Decimal(2), duration_min=Decimal(4)),
        interaction(2, "ANNA", "SHOP", cost=Decimal(4), duration_min=Decimal(6)),
        interaction(3, "ANNA", "SHOP", canceled=True),
        interaction(4, "ANNA", "SHOP", postponed=True),
        interaction(5, "ANNA", "SHOP", date=TODAY - dt.timedelta(days=400)),
        interaction(6, "ANNA", "SHOP", date=None),
    )
    classify_all(context(store))
    assert answers(store) == {"ANNA": [20], "SHOP": [20]}  # a company's cover its persons


def test_running_it_twice_changes_nothing_and_moves_are_told() -> None:
    store = world(
        question(contact_class_field=ContactClassField.INTERACTION_QUANTITY),
        answer(20, 0, 1),
        answer(30, 2, 0),
        interaction(1, "CARL"),
        contact_type="people",
    )
    assert len(classify_all(context(store)).moves) == 3
    before = answers(store)
    assert classify_all(context(store)) == Classified(questions=1, answers=3, moves=())
    assert answers(store) == before
    store.records.put([interaction(2, "CARL")])
    assert classify_all(context(store)).moves == (Move("CARL", "Q", 10, (20,), (30,)),)
    assert answers(store)["CARL"] == [30]
    store.records.remove([Contact(no="CARL")])
    assert classify_all(context(store)).moves == (Move("CARL", "Q", 10, (30,), ()),)


def test_days_since_the_last_interaction_are_the_whole_period_where_there_was_none() -> None:
    store = world(
        question(contact_class_field=ContactClassField.DAYS_SINCE_INTERACTION),
        answer(20, 0, 3),
        answer(30, 4, 365),
        answer(40, 366, 0),
        interaction(1, "ANNA", "SHOP", date=TODAY - dt.timedelta(days=9)),
        interaction(2, "ANNA", "SHOP", date=TODAY - dt.timedelta(days=2)),
        interaction(3, "BO", "SHOP", date=TODAY - dt.timedelta(days=9)),
        contact_type="people",
    )
    classify_all(context(store))
    assert answers(store) == {"ANNA": [20], "BO": [30], "CARL": [40]}


def vendor(contact_no: str, no: str) -> ContactBusinessRelation:
    return ContactBusinessRelation(
        contact_no=contact_no,
        business_relation_code="VEND",
        link_to_table=LinkToTable.VENDOR,
        no=no,
    )


def test_a_vendor_s_figure_answers_for_its_contact() -> None:
    """PRF-15."""
    store = world(
        question(vendor_class_field=VendorClassField.PURCHASE),
        answer(20, 0, 50),
        answer(30, 50, 0),
        vendor("MILL", "V1"),
    )
    classify_all(context(store, ledgers=Books(purchase_lcy={"V1": Decimal(100)})))
    assert answers(store) == {"MILL": [30]}


def test_shares_of_the_value_of_purchases() -> None:
    """PRF-17."""
    store = world(
        question(
            vendor_class_field=VendorClassField.PURCHASE,
            classification_method=ClassificationMethod.PERCENTAGE_OF_VALUE,
            sorting_method=SortingMethod.ASCENDING,
        ),
        answer(20, 0, 20),
        answer(30, 21, 40),
        answer(40, 41, 100),
        company("THIRD"),
        *(vendor(no, no) for no in ("SHOP", "MILL", "THIRD")),
        contact_type="companies",
    )
    spent = {"SHOP": Decimal(70), "MILL": Decimal(140), "THIRD": Decimal(210)}
    classify_all(context(store, ledgers=Books(purchase_lcy=spent)))
    assert answers(store) == {"SHOP": [20], "MILL": [30], "THIRD": [40]}


@pytest.mark.parametrize(
    ("contact_type", "expected"),
    [("", ["ANNA", "BO", "SHOP"]), ("companies", ["SHOP"]), ("people", ["ANNA", "BO"])],
)
def test_a_customer_s_figure_is_that_of_its_persons_too(
    contact_type: str, expected: list[str]
) -> None:
    """PRF-07."""
    store = world(
        question(customer_class_field=CustomerClassField.SALES_FREQUENCY),
        answer(20, 5, 0),
        contact_type=contact_type,
    )
    books = Books(sales_frequency_invoices_year={"C1": Decimal(12)})
    done = classify_all(context(store, ledgers=books))
    assert sorted(answers(store)) == expected
    assert contact_count(store, "Q", 20) == done.answers


def test_who_is_not_in_the_books_has_nothing() -> None:
    store = world(
        question(customer_class_field=CustomerClassField.SALES),
        answer(20, 0, 5),
        customer("MILL", ""),
    )
    classify_all(context(store, ledgers=Books(sales_lcy={})))
    assert sorted(answers(store)) == ["ANNA", "BO", "SHOP"]


def test_a_questionnaire_for_a_business_relation_is_for_its_persons_too() -> None:
    store = make_store(
        ProfileQuestionnaire(code="Q", business_relation_code="CUST"),
        question(contact_class_field=ContactClassField.INTERACTION_QUANTITY),
        answer(20, 0, 5),
        vendor("MILL", "V1"),
    )
    classify_all(context(store))
    assert sorted(answers(store)) == ["ANNA", "BO", "SHOP"]


def test_opportunities_won_come_from_the_host() -> None:
    store = world(
        question(contact_class_field=ContactClassField.OPPORTUNITY_WON_PCT), answer(20, 50, 100)
    )
    classify_all(context(store, ledgers=Books(opportunity_won_pct={"ANNA": Decimal(60)})))
    assert answers(store) == {"ANNA": [20]}


def test_figures_that_nobody_supplies_are_named_all_at_once() -> None:
    store = world(
        question(10, customer_class_field=CustomerClassField.SALES),
        question(20, vendor_class_field=VendorClassField.PURCHASE),
        question(30, contact_class_field=ContactClassField.OPPORTUNITY_WON_PCT),
    )
    with pytest.raises(Rejected) as caught:
        classify_all(context(store))
    assert [str(fault) for fault in caught.value.faults] == [
        "questionnaire Q line 10: customer_class_field: nobody supplies the figure sales_lcy",
        "questionnaire Q line 20: vendor_class_field: nobody supplies the figure purchase_lcy",
        (
            "questionnaire Q line 30: contact_class_field: "
            "nobody supplies the figure opportunity_won_pct"
        ),
    ]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"classification_method": ClassificationMethod.BLANK}, "classification_method: is blank"),
        ({"starting_date_formula": "soon"}, "starting_date_formula: "),
        ({"ending_date_formula": "<CD-2Y>"}, "ending_date_formula: the period ends on 2024-11-22"),
    ],
)
def test_questions_with_faults_are_not_answered(fields: dict[str, Any], fault: str) -> None:
    values = {"contact_class_field": ContactClassField.INTERACTION_QUANTITY, **fields}
    with pytest.raises(Rejected) as caught:
        classify_all(context(world(question(**values))))
    assert str(caught.value.faults[0]).startswith(f"questionnaire Q line 10: {fault}")


def test_an_unknown_questionnaire_is_not_found() -> None:
    with pytest.raises(NotFound):
        classify(context(world()), "NONE")


def by_hand(number: int) -> ProfileQuestionnaireLine:
    return ProfileQuestionnaireLine(profile_questionnaire_code="Q", line_no=number)


def rated(least: int = 0) -> MemoryStore:
    """Two questions by hand (10, 40), and a rating of both (70): low to 4, high from 5."""
    return world(
        by_hand(10),
        answer(20),
        answer(30),
        by_hand(40),
        answer(50),
        question(70, **RATING, min_pct_questions_answered=Decimal(least)),
        answer(80, 0, 4),
        answer(90, 5, 0),
        points(70, 20, 1),
        points(70, 30, 3),
        points(70, 50, 2),
        contact_type="people",
    )


def test_points_of_other_answers_make_a_rating() -> None:
    store = rated()
    give_answer(context(store), "ANNA", "Q", 30)
    give_answer(context(store), "ANNA", "Q", 50)
    give_answer(context(store), "BO", "Q", 20)
    classify_all(context(store))
    assert answers(store) == {"ANNA": [30, 50, 90], "BO": [20, 80], "CARL": [80]}


def test_who_answered_too_few_questions_is_not_rated() -> None:
    store = rated(least=51)
    give_answer(context(store), "ANNA", "Q", 30)
    give_answer(context(store), "ANNA", "Q", 50)
    give_answer(context(store), "BO", "Q", 20)
    classify_all(context(store))
    assert answers(store) == {"ANNA": [30, 50, 90], "BO": [20]}


def test_ratings_come_after_those_that_they_count_on() -> None:
    store = world(
        question(10, **RATING),
        answer(20, 2, 0),
        question(30, contact_class_field=ContactClassField.INTERACTION_QUANTITY),
        answer(40, 1, 0),
        question(50, **RATING),
        answer(60, 1, 0),
        points(10, 60, 2),
        points(50, 40, 1),
        points(50, 999, 9),  # of an answer that is no more
        interaction(1, "CARL"),
    )
    classify_all(context(store))
    assert answers(store) == {"CARL": [20, 40, 60]}


def test_ratings_that_count_on_each_other_are_named() -> None:
    store = world(
        question(10, **RATING),
        answer(20, 1, 0),
        question(30, **RATING),
        answer(40, 1, 0),
        points(10, 40, 1),
        points(30, 20, 1),
    )
    with pytest.raises(Refused) as caught:
        classify_all(context(store))
    assert caught.value.reason in {
        "ratings count on each other: Q 10 -> Q 30 -> Q 10",
        "ratings count on each other: Q 30 -> Q 10 -> Q 30",
    }


def test_what_was_found_can_be_filtered_like_any_answer() -> None:
    store = world(
        question(contact_class_field=ContactClassField.INTERACTION_QUANTITY),
        answer(20, 1, 0),
        interaction(1, "CARL"),
        person("DORA"),
    )
    classify_all(context(store))
    chosen = make_selection(profile_answers={"profile_questionnaire_code": "Q", "line_no": "20"})
    assert list(select(context(store), chosen)) == ["CARL"]


def test_questions_of_a_questionnaire_without_header_are_passed_over() -> None:
    lost = attrs.evolve(question(**RATING), profile_questionnaire_code="LOST")
    stray = ContactProfileAnswer(contact_no="CARL", profile_questionnaire_code="GONE", line_no=1)
    assert classify_all(context(world(lost, stray))) == Classified(questions=0, answers=0, moves=())


def test_the_demo_company_s_questionnaires_are_classified(data: Path) -> None:
    crm = Workspace.open(MemoryStore(), workdate=TODAY, clock=lambda: NOW)
    crm.import_data(data / "cronus")
    figures = {f"{number}0000": Decimal(1000 * number) for number in range(1, 6)}
    kept = {str(field): figures for field in CustomerClassField if field}
    crm = evolved(crm, ledgers=Books(**kept))
    before = list(crm.store.records.all(ContactProfileAnswer))
    done = crm.questionnaires.classify("CUSTOMER")
    assert done.questions == 8
    assert done.answers == sum(
        contact_count(crm.store, "CUSTOMER", answer.line_no)
        for question in crm.questionnaires.questions("CUSTOMER")
        for answer in question.answers
    )
    assert crm.questionnaires.classify("CUSTOMER").moves == ()
    after = list(crm.store.records.all(ContactProfileAnswer))
    others = [each for each in after if each.profile_questionnaire_code != "CUSTOMER"]
    assert others == [each for each in before if each.profile_questionnaire_code != "CUSTOMER"]
