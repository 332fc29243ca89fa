"""Questionnaires as a noun: each verb reaches its operation with all that it is given."""

import inspect
from collections.abc import Sequence
from decimal import Decimal

import attrs
import pytest

from segmentation import Workspace
from segmentation.contacts import Priority
from segmentation.errors import InvalidValue, NotFound, Rejected, UnknownName
from segmentation.questionnaires import (
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Rating,
)
from segmentation.scoring import INACTIVE, in_group, make_scoring
from support.fair import NOW, customer, evolved, interaction, make_store


def lines(code: str) -> Sequence[ProfileQuestionnaireLine]:
    """A question and its answers."""
    kinds = (LineType.QUESTION, LineType.ANSWER, LineType.ANSWER)
    return [
        ProfileQuestionnaireLine(
            profile_questionnaire_code=code, line_no=number, type=kind, description=text
        )
        for number, kind, text in zip((1, 2, 3), kinds, ("Golf?", "Yes", "No"), strict=True)
    ]


@pytest.fixture
def crm() -> Workspace:
    """A workspace with the questionnaire Q."""
    crm = Workspace.open(make_store(), user="ANNA", clock=lambda: NOW)
    crm.questionnaires.new("Q", "Hobbies", lines=lines("Q"))
    return crm


def test_a_questionnaire_is_made_read_changed_and_deleted(crm: Workspace) -> None:
    verbs = crm.questionnaires
    made = verbs.new("p", "Press", lines=lines("P"), business_relation_code="press")
    assert made == ProfileQuestionnaire(
        code="P", description="Press", business_relation_code="PRESS"
    )
    assert [each.code for each in verbs] == ["P", "Q"]
    assert len(verbs) == 2
    assert "q" in verbs
    assert verbs.get_many(["q", made]) == [verbs["Q"], made]
    changed = verbs.change(made, priority="high", business_relation_code="")
    assert (
        changed
        == verbs["p"]
        == attrs.evolve(made, priority=Priority.HIGH, business_relation_code="")
    )
    assert verbs.where(priority="high") == [changed]
    (question,) = verbs.questions("p")
    assert [answer.description for answer in question.answers] == ["Yes", "No"]
    verbs.delete(changed)
    assert verbs.find("P") is None
    verbs.add(ProfileQuestionnaire(code="R"), *lines("R"))
    assert len(verbs.questions("R")) == 1
    verbs.put(ProfileQuestionnaire(code="R"), lines=[])
    assert verbs.questions("R") == []


def test_every_verb_that_takes_a_questionnaire_or_contact_says_when_it_is_not_there(
    crm: Workspace,
) -> None:
    """FRT-03."""
    verbs = crm.questionnaires
    questionnaires = (
        lambda: verbs["NOBODY"],
        lambda: verbs.change("NOBODY", priority="high"),
        lambda: verbs.delete("NOBODY"),
        lambda: verbs.questions("NOBODY"),
        lambda: verbs.give("ANNA", "NOBODY", 2),
        lambda: verbs.withdraw("ANNA", "NOBODY", 2),
        lambda: verbs.form("NOBODY"),
        lambda: verbs.contact_count("NOBODY", 2),
        lambda: verbs.classify("Q", "NOBODY"),
    )
    contacts = (
        lambda: verbs.suitable("NOBODY"),
        lambda: verbs.give("NOBODY", "Q", 2),
        lambda: verbs.withdraw("NOBODY", "Q", 2),
        lambda: verbs.answers("NOBODY"),
        lambda: verbs.form("Q", contact_no="NOBODY"),
    )
    for kind, steps in (("profile questionnaire header", questionnaires), ("contact", contacts)):
        for step in steps:
            with pytest.raises(NotFound) as caught:
                step()
            assert (caught.value.kind, caught.value.key) == (kind, "NOBODY")
    for step in (
        lambda: verbs.give("ANNA", "Q", 9),
        lambda: verbs.withdraw("ANNA", "Q", 9),
        lambda: verbs.contact_count("Q", 9),
    ):
        with pytest.raises(NotFound, match="profile questionnaire line 'Q 9'"):
            step()


def test_unknown_fields_have_a_near_name_and_nothing_is_stored(crm: Workspace) -> None:
    """FRT-05."""
    verbs = crm.questionnaires
    steps = (
        lambda: verbs.new("X", contact_typ="people"),  # type: ignore[call-arg]
        lambda: verbs.new_scoring(contact_typ="people"),  # type: ignore[call-arg]
        lambda: verbs.change("Q", contact_typ="people"),  # type: ignore[call-arg]
        lambda: verbs.where(contact_typ="people"),  # type: ignore[call-arg]
    )
    for step in steps:
        with pytest.raises(UnknownName, match="did you mean 'contact_type'"):
            step()
    with pytest.raises(Rejected, match="contact_type: 'peeple' is not an option"):
        verbs.new("X", contact_type="peeple")
    with pytest.raises(UnknownName, match="did you mean 'profit_lcy'"):
        verbs.new_scoring(value="profit")
    assert [each.code for each in verbs] == ["Q"]


def test_none_at_all_is_an_error(crm: Workspace) -> None:
    """FRT-13."""
    for step in (crm.questionnaires.add, crm.questionnaires.classify):
        with pytest.raises(InvalidValue, match="names none; give at least one"):
            step()
    assert crm.questionnaires.classify_all().questions == 0


def test_answers_are_given_counted_and_withdrawn(crm: Workspace) -> None:
    verbs, anna = crm.questionnaires, crm.contacts["ANNA"]
    assert [each.code for each in verbs.suitable("anna")] == ["Q"]
    given = verbs.give("anna", "q", 2)
    assert verbs.give(anna, verbs["Q"], 2) == given
    assert verbs.answers(anna) == verbs.answers("anna") == [given]
    assert verbs.contact_count("q", 2) == 1
    assert verbs.contact_count("Q", 3) == 0
    form = verbs.form("q", contact_no=anna)
    assert [row.chosen for row in form] == [False, True, False]
    assert not any(row.chosen for row in verbs.form("Q"))
    verbs.withdraw(anna, verbs["Q"], 2)
    assert verbs.answers("ANNA") == []


class Sales:
    """Books that know what C1 bought."""

    def of_customers(self, *_asked: object) -> dict[str, Decimal]:
        return {"C1": Decimal(500)}

    def of_vendors(self, *_asked: object) -> None:
        return None

    of_contacts = of_vendors


def test_scores_are_ready_made(crm: Workspace) -> None:
    crm = evolved(crm, ledgers=Sales())
    crm.store.records.put([interaction(1, "SHOP", "SHOP"), customer("MILL", "C2")])
    made = crm.questionnaires.new_scoring(contact_type="companies", description="Scores")
    assert (made.code, made.description) == ("RFM", "Scores")
    done = crm.questionnaires.classify("rfm")
    assert done.questions == 4
    assert list(crm.select(in_group("Lost"))) == ["SHOP"]  # of one nobody is worse
    assert list(crm.select(in_group(INACTIVE))) == ["MILL"]
    assert crm.questionnaires.classify(made).moves == ()
    assert crm.questionnaires.classify_all().moves == ()


def test_scores_take_the_period_the_figure_and_a_code_of_their_own(crm: Workspace) -> None:
    crm.questionnaires.new_scoring(
        code="half", since="<-6M>", until="<-1D>", value="profit_lcy", business_relation_code="CUST"
    )
    recency, _, value, group = crm.questionnaires.questions("HALF")
    assert recency.line.starting_date_formula == "<-6M>"
    assert recency.line.ending_date_formula == "<-1D>"
    assert value.line.customer_class_field == "profit_lcy"
    assert {each.profile_questionnaire_code for each in group.answers} == {"HALF"}
    assert {each.rating_profile_quest_code for each in crm.store.records.all(Rating)} == {"HALF"}
    with pytest.raises(Rejected, match="code: is taken by another profile questionnaire header"):
        crm.questionnaires.new_scoring(code="HALF")
    questionnaire, new_lines, ratings = make_scoring(code="HALF", value="sales_lcy")
    crm.questionnaires.put(questionnaire, lines=new_lines, ratings=ratings)
    assert crm.questionnaires.questions("HALF")[2].line.customer_class_field == "sales_lcy"


def test_the_noun_and_its_verbs_show_themselves_shortly(crm: Workspace) -> None:
    """FRT-02, FRT-08."""
    assert repr(crm.questionnaires) == "Questionnaires(1)"
    assert "Hobbies" in crm.questionnaires._repr_html_()
    for name, verb in inspect.getmembers(crm.questionnaires, inspect.ismethod):
        assert name.startswith("_") or len(str(inspect.signature(verb))) <= 500, name
