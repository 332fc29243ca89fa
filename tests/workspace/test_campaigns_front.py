"""The fronts of campaigns, questionnaires and contacts: each verb reaches its operation."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest

from segmentation import Workspace
from segmentation.contacts import ContactMailingGroup, ContactType, RelationSummary
from segmentation.questionnaires import LineType, ProfileQuestionnaire, ProfileQuestionnaireLine
from segmentation.scoring import in_group
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from support.fair import NOW, TODAY, customer, evolved, interaction, make_store, person


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
    fair = crm.new_segment("Fair", interaction_template_code="INVITE")
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


def test_contacts_from_beginning_to_end(crm: Workspace) -> None:
    acme = crm.contacts.new("Acme", salesperson_code="JO")
    eve = crm.contacts.new("Eve Berg", type="person", company_name="acme")
    assert (eve.no, eve.company_no, eve.surname) == ("CT0002", acme.no, "Berg")
    assert crm.contacts[eve.no] == eve
    assert [each.no for each in crm.contacts.persons_of(acme.no)] == [eve.no]
    told = crm.contacts.change(attrs.evolve(acme, name="Acme AG"))
    assert [each.company_name for each in told] == ["Acme AG", "Acme AG"]
    assert crm.contacts.set_company(eve.no, "").company_no == ""
    assert crm.contacts.change_type(eve.no, "company").type is ContactType.COMPANY
    row = ContactMailingGroup(contact_no=eve.no, mailing_group_code="NEWS")
    crm.contacts.add_row(row)
    assert list(crm.contacts.rows(eve.no)) == [row]
    crm.contacts.remove_row(row)
    assert sum(crm.contacts.row_counts(eve.no).values()) == 0
    assert crm.contacts.relation_summary("SHOP") is RelationSummary.CUSTOMER
    crm.store.records.put([person("BO2", "SHOP", name="Bo")])
    assert [(d.contact_no, d.other_no) for d in crm.contacts.duplicates()] == [("BO", "BO2")]
    assert crm.contacts.merge("BO", "BO2").no == "BO"
    assert crm.contacts.delete("SHOP", with_persons=True) == ["SHOP", "ANNA", "BO"]
    assert [each.no for each in crm.contacts] == ["CARL", "CT0001", "CT0002", "MILL"]
