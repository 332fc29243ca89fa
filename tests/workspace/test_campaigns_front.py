"""The fronts of campaigns and questionnaires: each verb reaches its operation."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest

from segmentation import Workspace
from segmentation.code_tables import SalespersonPurchaser
from segmentation.errors import Refused
from segmentation.questionnaires import LineType, ProfileQuestionnaire, ProfileQuestionnaireLine
from segmentation.scoring import in_group
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from support.fair import NOW, TODAY, customer, evolved, interaction, make_store


@pytest.fixture
def crm() -> Workspace:
    store = make_store(
        InteractionTemplate(code="INVOICE"), InteractionTemplateSetup(sales_invoices="INVOICE")
    )
    return Workspace.open(store, user="ANNA", clock=lambda: NOW)


def test_a_campaign_from_beginning_to_end(crm: Workspace) -> None:
    campaign = crm.campaigns.new("Autumn", starting_date=TODAY, salesperson_code="JO")
    assert [each.no for each in crm.campaigns] == [campaign.no, "FAIR"]
    changed = crm.campaigns.change(attrs.evolve(campaign, description="Winter"))
    assert crm.campaigns[campaign.no] == changed
    fair = crm.new_segment("Fair", template="INVITE")
    fair.add_contact("SHOP").add_contact("CARL")
    assert [target.no for target in crm.campaigns.activate("FAIR")] == ["CARL", "C1"]
    assert [each.no for each in crm.campaigns.active_for(customer_no="C1")] == ["FAIR"]
    fair.log()
    assert [target.no for target in crm.campaigns.targets("FAIR")] == ["CARL", "C1"]
    assert crm.campaigns.record_invoice("C1", "O1") is not None
    assert len(crm.campaigns.entries("FAIR")) == 2
    assert crm.campaigns.figures("FAIR").targets == 2
    assert crm.campaigns.figures("FAIR", salesperson_code="RB").interactions == 1
    assert list(crm.campaigns.figures_by("segment_no", "FAIR")) == ["", fair.no]
    assert list(crm.campaigns.figures_over_time("month", "FAIR")) == [dt.date(2026, 11, 1)]
    assert crm.campaigns.compare("FAIR", ["SHOP"], ["CARL"]).difference == 0
    crm.campaigns.deactivate("FAIR")
    assert crm.campaigns.active_for(contact_no="SHOP", on=TODAY) == []
    crm.campaigns.delete(campaign.no)
    assert [each.no for each in crm.campaigns] == ["FAIR"]


def test_a_questionnaire_from_beginning_to_end(crm: Workspace) -> None:
    lines = [
        ProfileQuestionnaireLine(profile_questionnaire_code="Q", line_no=1, description="Golf?"),
        ProfileQuestionnaireLine(
            profile_questionnaire_code="Q", line_no=2, type=LineType.ANSWER, description="Yes"
        ),
    ]
    crm.questionnaires.put(ProfileQuestionnaire(code="Q"), lines)
    assert [each.code for each in crm.questionnaires] == ["Q"]
    assert crm.questionnaires["q"].code == "Q"
    assert [each.code for each in crm.questionnaires.suitable("ANNA")] == ["Q"]
    assert len(crm.questionnaires.questions("Q")) == 1
    given = crm.questionnaires.answer("ANNA", "Q", 2)
    assert crm.questionnaires.answers("ANNA") == [given]
    assert [row.chosen for row in crm.questionnaires.hand_out("Q", "ANNA")] == [False, True]
    crm.questionnaires.take_back("ANNA", "Q", 2)
    assert crm.questionnaires.answers("ANNA") == []


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
    questionnaire = crm.questionnaires.add_scoring(contact_type="companies")
    done = crm.questionnaires.classify(questionnaire.code)
    assert done.questions == 4
    assert list(crm.select(in_group("Champions"))) == ["SHOP"]
    assert crm.questionnaires.classify().moves == ()


def test_a_segment_makes_tasks_and_opportunities(crm: Workspace) -> None:
    fair = crm.new_segment("Fair", template="INVITE")
    with pytest.raises(Refused):
        fair.tasks()
    fair.add_contact("ANNA")
    crm.add(SalespersonPurchaser(code="HR"))
    assert [task.salesperson_code for task in fair.tasks(salesperson_code="HR")] == ["HR"]
    assert [each.contact_no for each in fair.opportunities()] == ["ANNA"]
