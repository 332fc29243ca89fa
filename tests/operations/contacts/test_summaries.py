"""Summaries: what a host shows of a company, a person, a campaign."""

import datetime as dt
from decimal import Decimal

import pytest

from segmentation.contacts import ContactMailingGroup, RelationSummary
from segmentation.criteria import make_selection
from segmentation.errors import Refused
from segmentation.operations.campaigns import activate, campaign_details
from segmentation.operations.contacts import company_summary, person_summary
from segmentation.operations.segments import add_contacts, log_segment, new_segment
from segmentation.tasks import Task, TaskPriority
from segmentation.templates import InformationFlow, InitiatedBy
from support.fair import TODAY, context, interaction, make_store


def test_a_company_is_shown_with_its_persons() -> None:
    """REP-03."""
    store = make_store(
        interaction(1, "ANNA", "SHOP"),
        ContactMailingGroup(contact_no="SHOP", mailing_group_code="NEWS"),
    )
    found = company_summary(store, "shop")
    assert [person.name for person in found.persons] == ["Anna", "Bo"]
    assert found.company.name == "SHOP Ltd"
    assert found.relations is RelationSummary.CUSTOMER
    assert found.figures.figures.cost == Decimal(2)
    assert found.row_counts["contact_mailing_group"] == 1
    with pytest.raises(Refused, match="it is a person, not a company"):
        company_summary(store, "ANNA")


def test_a_person_is_shown_with_tasks_and_interactions() -> None:
    """REP-11."""
    made = interaction(
        1,
        "ANNA",
        "SHOP",
        information_flow=InformationFlow.INBOUND,
        initiated_by=InitiatedBy.THEM,
    )
    store = make_store(made, interaction(2, "BO", "SHOP"))
    tasks = [
        Task(contact_no="ANNA", description="Some day"),
        Task(contact_no="BO"),
        Task(contact_no="ANNA", salesperson_code="JO", priority=TaskPriority.HIGH, date=TODAY),
        Task(contact_no="ANNA", date=TODAY - dt.timedelta(days=1)),
    ]
    found = person_summary(store, "ANNA", tasks)
    assert found.tasks == (tasks[3], tasks[2], tasks[0])
    assert found.interactions == (made,)
    assert found.answers == ()
    assert found.relations is RelationSummary.CUSTOMER
    with pytest.raises(Refused, match="it is a company, not a person"):
        person_summary(store, "SHOP")


def test_a_campaign_is_shown_with_its_entries() -> None:
    store = make_store()
    segment = new_segment(context(store), interaction_template_code="INVITE", description="Fair")
    add_contacts(context(store), segment.no, make_selection(contact={"no": "SHOP|ANNA"}))
    log_segment(context(store), segment.no)
    activate(context(store), "FAIR")
    found = campaign_details(store, "fair")
    assert found.description == "Spring fair"
    [entry] = found.entries
    assert entry.segment_no == segment.no
    assert (entry.interactions, entry.cost) == (found.interactions, found.cost)
    assert found.targets == 2
    assert [target.no for target in found.target_group] == ["C1"]
