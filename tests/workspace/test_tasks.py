"""The noun of tasks: each verb reaches its operation, and the agenda takes over what is made."""

import attrs
import pytest

import segmentation as seg
from segmentation.code_tables import SalespersonPurchaser
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected
from segmentation.tasks import Opportunity, TaskKind, TaskType, Team, TeamSalesperson
from support.desk import Diary, segment_of
from support.fair import evolved


def test_tasks_of_a_segment_take_every_field_that_is_given(crm: seg.Workspace) -> None:
    """FRT-04: segment, team and salespeople are given as codes or as records."""
    diary = Diary()
    crm = evolved(crm, agenda=diary)
    team, jo, rb = (
        Team(code="SALE"),
        SalespersonPurchaser(code="JO"),
        SalespersonPurchaser(code="RB"),
    )
    crm.store.records.put([team, TeamSalesperson(team_code="SALE", salesperson_code="RB")])
    segment = segment_of(crm, "ANNA")
    made = crm.tasks.for_segment(
        segment.no.lower(),
        type="meeting",
        description="Meet",
        salesperson_code="rb",
        team_code="sale",
        organizer_code="jo",
        follow_up="2W",
    )
    again = crm.tasks.for_segment(
        crm.store.segments.get(segment.no),
        type="meeting",
        description="Meet",
        salesperson_code=rb,
        team_code=team,
        organizer_code=jo,
        follow_up="2W",
    )
    assert made == again
    assert diary.tasks == [*made, *again]
    organized, of_team = made
    assert (organized.kind, organized.salesperson_code) == (TaskKind.ORGANIZER, "JO")
    assert (of_team.kind, of_team.salesperson_code) == (TaskKind.TEAM, "RB")
    assert {(t.type, t.description, t.team_code, t.follow_up) for t in made} == {
        ("meeting", "Meet", "SALE", "2W")
    }


def test_without_a_team_the_salesperson_given_does_it(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA")
    (own,) = crm.tasks.for_segment(segment.no)
    (given,) = crm.tasks.for_segment(segment.no, salesperson_code="RB")
    assert (own.salesperson_code, given.salesperson_code) == ("JO", "RB")
    assert given == attrs.evolve(own, salesperson_code="RB")


def test_an_empty_or_unknown_segment_has_no_tasks(crm: seg.Workspace) -> None:
    """FRT-03."""
    empty = segment_of(crm)
    with pytest.raises(Refused, match=f"tasks for segment {empty.no}: there is no line"):
        crm.tasks.for_segment(empty.no)
    with pytest.raises(Refused, match=f"opportunities for segment {empty.no}: there is no line"):
        crm.tasks.opportunities_for_segment(empty.no, sales_cycle_code="")
    for step in (
        lambda: crm.tasks.for_segment("NONE"),
        lambda: crm.tasks.opportunities_for_segment("NONE", sales_cycle_code=""),
    ):
        with pytest.raises(NotFound, match="segment 'NONE'"):
            step()
    with pytest.raises(NotFound, match="interaction log entry '999999'"):
        crm.tasks.opportunity_of(999_999, sales_cycle_code="")
    with pytest.raises(NotFound, match="contact 'NOBODY'"):
        crm.tasks.candidates("NOBODY", [])


def test_a_formula_is_told_by_name(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA")
    with pytest.raises(Rejected) as error:
        crm.tasks.for_segment(segment.no, follow_up="soon")
    assert [str(fault) for fault in error.value.faults] == [
        "task: follow_up: 'soon' is not a date formula; write 2W for two weeks"
    ]


def test_a_meeting_needs_an_organizer_and_every_fault_is_told(crm: seg.Workspace) -> None:
    """EXM-49."""
    diary = Diary()
    crm = evolved(crm, agenda=diary)
    segment = segment_of(crm, "ANNA", "BO")
    for given in ("meeting", TaskType.MEETING):
        with pytest.raises(Rejected, match="organizer_code: is blank; a meeting needs an org"):
            crm.tasks.for_segment(segment.no, type=given)
    with pytest.raises(Rejected) as error:
        crm.tasks.for_segment(segment.no, type="nonsense", salesperson_code="NOBODY")
    assert [fault.field for fault in error.value.faults] == ["type", "salesperson_code"]
    assert diary.tasks == []


def test_a_held_meeting_is_recorded_with_each_attendee(crm: seg.Workspace) -> None:
    """EXM-49."""
    segment = segment_of(crm, "ANNA", "BO", "ANNA")
    (meeting,) = crm.tasks.for_segment(segment.no, type="meeting", organizer_code="RB")
    assert meeting.attendees == ("ANNA", "BO")
    assert (meeting.salesperson_code, meeting.contact_no) == ("RB", "")
    made = crm.tasks.record_meeting(meeting, interaction_template_code="TALK")
    assert [(each.contact_no, each.salesperson_code) for each in made] == [
        ("ANNA", "RB"),
        ("BO", "RB"),
    ]
    assert {(each.date, each.description) for each in made} == {(meeting.date, meeting.description)}
    head = crm.journal.head
    with pytest.raises(Rejected, match="interaction_template_code"):
        crm.tasks.record_meeting(meeting)
    (call,) = crm.tasks.for_segment(segment_of(crm, "ANNA").no, type="phone_call")
    for wrong in (call, attrs.evolve(meeting, attendees=())):
        with pytest.raises(InvalidValue, match="is no meeting with attendees"):
            crm.tasks.record_meeting(wrong)
    assert crm.journal.head == head


def test_opportunities_are_handed_to_the_agenda(crm: seg.Workspace) -> None:
    diary = Diary()
    crm = evolved(crm, agenda=diary)
    segment = segment_of(crm, "ANNA")
    (of_line,) = crm.tasks.opportunities_for_segment(segment.no, sales_cycle_code="NEW")
    made = crm.interactions.create("BO", interaction_template_code="TALK", comments="Well")
    of_entry = crm.tasks.opportunity_of(made, sales_cycle_code="OLD")
    assert (of_line.contact_no, of_line.sales_cycle_code) == ("ANNA", "NEW")
    assert (of_entry.contact_no, of_entry.sales_cycle_code) == ("BO", "OLD")
    assert [text for _, text in of_entry.comments] == ["Well"]
    assert diary.opportunities == [of_line, of_entry]


def test_candidates_are_those_of_the_company_and_the_salesperson(crm: seg.Workspace) -> None:
    chances = [
        Opportunity(no=str(number), contact_company_no=company, salesperson_code=code)
        for number, (company, code) in enumerate([("SHOP", "JO"), ("SHOP", "RB"), ("MILL", "JO")])
    ]
    assert crm.tasks.candidates("ANNA", chances) == chances[:2]
    jo = SalespersonPurchaser(code="JO")
    anna = crm.contacts["ANNA"]
    assert crm.tasks.candidates("anna", chances, salesperson_code="jo") == chances[:1]
    assert crm.tasks.candidates(anna, chances, salesperson_code=jo) == chances[:1]


def test_it_tells_whether_there_is_an_agenda(crm: seg.Workspace) -> None:
    """FRT-08, FRT-09."""
    assert repr(crm.tasks) == "Tasks(no agenda)"
    assert repr(evolved(crm, agenda=Diary()).tasks) == "Tasks(agenda)"
    assert seg.to_plain(crm.tasks) == {"agenda": False}
