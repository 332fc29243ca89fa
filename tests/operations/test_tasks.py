"""Tasks and opportunities for a segment, and calls that a task asked for."""

import datetime as dt

import attrs
import pytest

from segmentation.errors import NotFound, Refused, Rejected
from segmentation.interactions import InteractionComment
from segmentation.memory import MemoryStore
from segmentation.operations.interactions import record_call
from segmentation.operations.segments import add_contact, new_segment
from segmentation.operations.tasks import (
    opportunities_for_segment,
    opportunity_candidates,
    tasks_for_segment,
)
from segmentation.segments import Segment, SegmentHeader
from segmentation.tasks import Opportunity, Task, TaskKind, TaskType, Team, TeamSalesperson
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from segmentation.workspace import Workspace
from support.desk import Diary
from support.fair import TODAY, context, make_store


@pytest.fixture
def store() -> MemoryStore:
    """A store with the segment SM0001 of ANNA and CARL for the campaign FAIR."""
    store = make_store(
        Team(code="SALE"),
        TeamSalesperson(team_code="SALE", salesperson_code="RB"),
        InteractionTemplate(code="CALL"),
        InteractionTemplateSetup(outg_calls="CALL"),
    )
    segment = new_segment(
        context(store),
        description="Fair",
        interaction_template_code="INVITE",
        salesperson_code="JO",
    )
    for no in ("ANNA", "CARL"):
        add_contact(context(store), segment.no, no)
    return store


def test_each_line_makes_a_task(store: MemoryStore) -> None:
    """TSK-01."""
    diary = Diary()
    tasks = tasks_for_segment(context(store, agenda=diary), "sm0001", salesperson_code="jo")
    assert diary.tasks == list(tasks)
    assert [(t.contact_no, t.contact_company_no, t.date) for t in tasks] == [
        ("ANNA", "SHOP", TODAY),
        ("CARL", "", TODAY),
    ]
    for task in tasks:
        assert task.kind is TaskKind.ORGANIZER
        assert (task.salesperson_code, task.segment_no) == ("JO", "SM0001")
        assert (task.description, task.campaign_no) == ("Fair", "FAIR")


def test_a_team_has_an_organizer_s_task_and_one_for_each_member(store: MemoryStore) -> None:
    """TSK-03."""
    tasks = tasks_for_segment(context(store), "SM0001", team_code="sale", description="Ask")
    organizers = [task for task in tasks if task.kind is TaskKind.ORGANIZER]
    members = [task for task in tasks if task.salesperson_code == "RB"]
    assert len(organizers) == len(members) == 2
    assert {task.salesperson_code for task in organizers} == {""}
    assert {task.team_code for task in tasks} == {"SALE"}
    assert {task.description for task in tasks} == {"Ask"}


def test_a_team_s_meeting_needs_an_organizer(store: MemoryStore) -> None:
    """TSK-05."""
    with pytest.raises(Rejected, match="organizer_code: is blank"):
        tasks_for_segment(context(store), "SM0001", type=TaskType.MEETING, team_code="SALE")
    tasks = tasks_for_segment(
        context(store), "SM0001", type=TaskType.MEETING, team_code="SALE", organizer_code="rb"
    )
    (meeting,) = tasks
    assert (meeting.salesperson_code, len(meeting.attendees)) == ("RB", 2)


def test_the_line_s_salesperson_does_it_if_nobody_is_named(store: MemoryStore) -> None:
    tasks = tasks_for_segment(context(store), "SM0001", follow_up="<2W>")
    assert {task.salesperson_code for task in tasks} == {"JO"}
    assert {task.followed_up() for task in tasks if task.contact_no == "ANNA"} == {
        Task(
            contact_no="ANNA",
            contact_company_no="SHOP",
            description="Fair",
            salesperson_code="JO",
            segment_no="SM0001",
            campaign_no="FAIR",
            date=TODAY + dt.timedelta(days=14),
            follow_up="<2W>",
        )
    }


def test_what_is_wrong_is_told_before_anything_is_handed_over(store: MemoryStore) -> None:
    diary = Diary()
    store.segments.put(Segment(header=SegmentHeader(no="EMPTY")))
    with pytest.raises(NotFound, match="segment 'NONE'"):
        tasks_for_segment(context(store, agenda=diary), "NONE")
    with pytest.raises(Rejected) as error:
        tasks_for_segment(
            context(store, agenda=diary),
            "SM0001",
            type="walk",
            team_code="NONE",
            salesperson_code="NONE",
            organizer_code="NONE",
            follow_up="soon",
        )
    assert [fault.field for fault in error.value.faults] == [
        "type",
        "salesperson_code",
        "team_code",
        "organizer_code",
        "follow_up",
    ]
    with pytest.raises(Refused, match="no line"):
        tasks_for_segment(context(store, agenda=diary), "EMPTY")
    assert diary.tasks == []


def test_each_line_makes_an_opportunity(store: MemoryStore) -> None:
    diary = Diary()
    made = opportunities_for_segment(context(store, agenda=diary), "SM0001", sales_cycle_code="NEW")
    assert (
        diary.opportunities
        == list(made)
        == list(opportunities_for_segment(context(store), "SM0001", sales_cycle_code="NEW"))
    )
    [anna] = [each for each in made if each.contact_no == "ANNA"]
    assert anna == Opportunity(
        description="Fair",
        contact_no="ANNA",
        contact_company_no="SHOP",
        salesperson_code="JO",
        campaign_no="FAIR",
        segment_no="SM0001",
        segment_description="Fair",
        sales_cycle_code="NEW",
        date=TODAY,
    )


def test_a_call_from_a_task_is_its_salesperson_s() -> None:
    """TSK-07, TSK-08, TSK-09, TSK-11, and INT-99: so are the comments."""
    store = make_store(
        InteractionTemplate(code="CALL"), InteractionTemplateSetup(outg_calls="CALL")
    )
    task = Task(contact_no="ANNA", salesperson_code="RB", description="Ask", campaign_no="FAIR")
    day, at = dt.date(2026, 11, 20), dt.time(14, 30)
    said = ["First", "Second", "Third"]
    made = record_call(
        context(store), "ANNA", "031 1", task=task, comments=said, date=day, time_of_interaction=at
    )
    kept = store.records.all(InteractionComment, interaction_no=made.entry_no)
    assert [comment.text for comment in kept] == said
    assert (made.contact_no, made.salesperson_code, made.campaign_no) == ("ANNA", "RB", "FAIR")
    assert (made.date, made.time_of_interaction) == (day, at)


def six_opportunities() -> list[Opportunity]:
    """Two salespeople's, with two companies and a person of each."""
    company_of = {"FIRM": "FIRM", "FRED": "FIRM", "ANNA": "SHOP", "SHOP": "SHOP"}
    owned = [(code, no) for code, nos in OWNED.items() for no in nos]
    return [
        Opportunity(
            no=f"{code}-{no}",
            contact_no=no,
            contact_company_no=company_of[no],
            salesperson_code=code,
        )
        for code, no in owned
    ]


OWNED = {"JO": ["ANNA", "SHOP", "FRED"], "RB": ["ANNA", "FRED", "FIRM"]}


def test_open_opportunities_of_the_company_are_offered(store: MemoryStore) -> None:
    """IUI-06."""
    offered = [attrs.evolve(each, closed=each.no == "JO-ANNA") for each in six_opportunities()]
    found = opportunity_candidates(store, "anna", offered)
    assert [each.no for each in found] == ["JO-SHOP", "RB-ANNA"]


@pytest.mark.parametrize("contact_no", ["SHOP", "ANNA"])
def test_a_salespersons_own_opportunities_are_offered(store: MemoryStore, contact_no: str) -> None:
    """IUI-07, IUI-11, IUI-13: for an interaction as for a call."""
    crm = Workspace.open(store)
    found = crm.tasks.candidates(contact_no, six_opportunities(), salesperson_code="jo")
    assert [each.no for each in found] == ["JO-ANNA", "JO-SHOP"]


def test_a_contact_without_a_company_is_offered_its_own_opportunities_only(
    store: MemoryStore,
) -> None:
    own = Opportunity(no="1", contact_no="CARL")
    found = opportunity_candidates(store, "CARL", [*six_opportunities(), own, Opportunity(no="2")])
    assert found == [own]
    with pytest.raises(NotFound, match="contact 'NOBODY'"):
        opportunity_candidates(store, "NOBODY", [own])
