"""Logging a segment: planned, checked, recorded as a whole."""

import datetime as dt
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.campaigns import Campaign, CampaignEntry
from segmentation.contacts import AlternativeAddress, Contact
from segmentation.criteria import MEANING
from segmentation.errors import NotFound, Refused, Rejected
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.journal import DeliveryRecorded
from segmentation.operations.interactions import (
    campaign_entry_figures,
    cancel,
    logged_segment_figures,
)
from segmentation.operations.journal import record
from segmentation.operations.segments import MANY, log_segment
from segmentation.segments import LoggedSegment, SegmentHeader, SegmentLogged, SegmentLogging
from support.desk import COST, DURATION, make_desk, segment_of
from support.fair import STAMP, TODAY, context, person


def change_lines(crm: seg.Workspace, segment: seg.Worksheet, **values: Any) -> None:  # noqa: ANN401
    """Set fields of all lines directly, as a host could that keeps worksheets itself."""
    before = crm.store.segments.get(segment.no)
    crm.store.segments.put(
        before.with_changed(attrs.evolve(line, **values) for line in before.lines)
    )


def change_header(crm: seg.Workspace, segment: seg.Worksheet, **values: Any) -> None:  # noqa: ANN401
    before = crm.store.segments.get(segment.no)
    header: SegmentHeader = attrs.evolve(before.header, **values)
    crm.store.segments.put(attrs.evolve(before, header=header))


def test_figures_of_a_group_grow_by_what_was_logged(crm: seg.Workspace) -> None:
    """INT-03."""
    segment_of(crm, "ANNA").log()
    found = crm.templates.group_figures("TALKS")
    assert (found.cost, found.duration_min, found.interactions) == (COST, DURATION, 1)


def test_lines_of_a_campaign_share_an_entry_and_a_follow_up_is_made(crm: seg.Workspace) -> None:
    """BAT-01."""
    segment = segment_of(crm, "ANNA", "BO", campaign="SALE")
    logged = segment.log(follow_up=True)
    (entry,) = crm.store.records.all(CampaignEntry, campaign_no="SALE")
    assert entry.segment_no == segment.no
    assert entry.logged_segment_entry_no == logged.segment.entry_no
    assert (entry.date, entry.salesperson_code) == (TODAY, "JO")
    assert campaign_entry_figures(crm.store, entry.entry_no).interactions == 2
    assert logged_segment_figures(crm.store, logged.segment.entry_no).cost == 2 * COST
    again = logged.follow_up
    assert again is not None
    assert again.header.campaign_no == "SALE"
    assert again.header.description == f"Follow-up on segment {segment.no}"
    assert sorted(again.contact_nos) == ["ANNA", "BO"]
    assert len(again.actions) == 1


def test_the_campaign_entry_has_the_date_of_its_earliest_line(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA", "BO", campaign="SALE")
    before = crm.store.segments.get(segment.no)
    early = attrs.evolve(before.lines[1], date=TODAY - dt.timedelta(3))
    other = attrs.evolve(before.lines[0], campaign_no="FAIR")
    crm.store.segments.put(before.with_changed([early, other]))
    segment.log()
    (entry,) = crm.store.records.all(CampaignEntry, campaign_no="SALE")
    assert (entry.date, entry.salesperson_code) == (early.date, "RB")
    assert len(list(crm.store.records.all(CampaignEntry))) == 2


def test_every_line_becomes_an_interaction_with_all_its_values(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA", "CARL", template="LETTER")
    lines = list(segment.lines)
    change_lines(crm, segment, evaluation="positive", correspondence_type="hard_copy")
    logged = segment.log()
    for line, made in zip(lines, logged.interactions, strict=True):
        assert (made.contact_no, made.line_no) == (line.contact_no, line.line_no)
        assert (made.attachment, made.subject) == (line.attachment, line.subject)
        assert (made.evaluation, made.correspondence_type) == ("positive", "hard_copy")
        assert (made.user_id, made.logged_segment_entry_no) == ("ANNA", logged.segment.entry_no)
    assert list(crm.store.records.all(Interaction)) == list(logged.interactions)


def test_the_worksheet_is_found_among_the_logged_segments(crm: seg.Workspace) -> None:
    """INT-92 in part: a logged segment for the segment exists."""
    segment = segment_of(crm, "ANNA")
    segment.log()
    assert list(crm.segments) == []
    (logged,) = crm.logged_segments
    assert (logged.segment_no, logged.description) == (segment.no, "Round of talks")
    assert (logged.meaning, logged.user_id) == (MEANING, "ANNA")
    with pytest.raises(NotFound):
        segment.log()


def test_a_number_is_logged_once_only(crm: seg.Workspace) -> None:
    """Rule 59: also while the first is canceled."""
    segment = segment_of(crm, "ANNA")
    before = crm.store.segments.get(segment.no)
    cancel(crm.context, segment.log().segment)
    crm.store.segments.put(attrs.evolve(before, version=0))
    with pytest.raises(Refused, match="logged before"):
        segment.log()
    (fault,) = segment.plan_logging().faults
    assert str(fault) == "header: no: one with this number was logged before"


def test_all_faults_of_all_lines_are_told_together(crm: seg.Workspace) -> None:
    crm.store.records.put([person("DORA")])
    segment = segment_of(crm, "ANNA", "DORA", campaign="SALE")
    change_header(crm, segment, description="")
    change_lines(crm, segment, date=None, interaction_template_code="")
    crm.store.records.remove([Campaign(no="SALE"), Contact(no="ANNA")])
    with pytest.raises(Rejected) as error:
        segment.log()
    found = {(fault.place, fault.field) for fault in error.value.faults}
    anna, dora = "line 10000 (contact ANNA)", "line 20000 (contact DORA)"
    both = {(p, f) for p in (anna, dora) for f in ("date", "interaction_template_code")}
    assert found == both | {
        ("header", "description"),
        (anna, "contact_no"),
        (anna, "campaign_no"),
        (dora, "campaign_no"),
        (dora, "salesperson_code"),
    }
    assert segment.plan_logging().faults == error.value.faults
    assert crm.journal.head.number == 0
    assert len(segment) == 2


def test_an_empty_segment_is_not_logged(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected, match="no line with a contact"):
        segment_of(crm).log()


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"privacy_blocked": True}, "blocked for privacy"), ({"minor": True}, "without consent")],
)
def test_who_was_blocked_since_stops_the_logging(
    crm: seg.Workspace, change: dict[str, bool], reason: str
) -> None:
    segment = segment_of(crm, "ANNA")
    crm.store.records.put([person("ANNA", "SHOP", salesperson_code="JO", **change)])
    with pytest.raises(Rejected, match=reason):
        segment.log()


def test_lines_without_a_contact_are_passed_over_and_named(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA", "BO")
    before = crm.store.segments.get(segment.no)
    crm.store.segments.put(before.with_changed([attrs.evolve(before.lines[0], contact_no="")]))
    logged = segment.log()
    assert logged.plan.skipped == (10000,)
    assert [item.contact_no for item in logged.interactions] == ["BO"]


def test_a_plan_says_what_logging_would_do(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA", "BO", campaign="SALE", template="LETTER")
    plan = segment.plan_logging()
    assert (plan.interactions, plan.campaign_nos, plan.faults) == (2, ("SALE",), ())
    assert (plan.cost, plan.duration_min, plan.deliveries) == (2 * COST, 2 * DURATION, 0)
    assert plan.without_address == (10000, 20000)
    assert crm.journal.head.number == 0


def test_without_an_address_a_mail_cannot_be_delivered(crm: seg.Workspace) -> None:
    """INT-81: the error names field and contact, nothing is recorded."""
    segment = segment_of(crm, "ANNA", template="LETTER")
    with pytest.raises(Rejected, match="e_mail: is blank: contact ANNA"):
        segment.log(deliver=True)
    assert crm.interactions.of("ANNA") == []
    assert [str(f) for f in segment.plan_logging(deliver=True).faults] != []
    assert segment.log().interactions[0].correspondence_type == ""


def test_the_address_of_the_line_counts(crm: seg.Workspace) -> None:
    crm.store.records.put(
        [
            AlternativeAddress(contact_no="ANNA", code="AWAY", e_mail="anna@example.com"),
            person("MIA", e_mail="mia@example.com", salesperson_code="JO"),
        ]
    )
    segment = segment_of(crm, "ANNA", "MIA", template="LETTER")
    before = crm.store.segments.get(segment.no)
    away = attrs.evolve(before.lines[0], contact_alt_address_code="AWAY")
    crm.store.segments.put(before.with_changed([away]))
    logged = segment.log(deliver=True)
    assert logged.plan.deliveries == 2
    assert {item.delivery_status for item in logged.interactions} == {DeliveryStatus.IN_PROGRESS}


def test_a_document_needs_something_to_deliver(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA")
    change_lines(crm, segment, correspondence_type="hard_copy")
    with pytest.raises(Rejected, match="there is nothing to deliver"):
        segment.log(deliver=True)
    assert segment.log().interactions[0].delivery_status is DeliveryStatus.BLANK


def test_how_a_delivery_went_is_recorded(crm: seg.Workspace) -> None:
    made = crm.interactions.create("ANNA", interaction_template_code="TALK")
    failed = DeliveryRecorded(
        interaction_no=made.entry_no,
        status=DeliveryStatus.ERROR,
        attempts=1,
        reason="no such mailbox",
    )
    record(crm.store, [failed], STAMP)
    current = crm.interactions[made.entry_no]
    assert (current.delivery_status, current.delivery_attempts) == ("error", 1)
    assert current.delivery_error == "no such mailbox"


def test_a_host_is_told_and_can_say_no() -> None:
    crm = make_desk()
    segment = segment_of(crm, "ANNA")
    told: list[object] = []
    log_segment(context(crm.store, on_event=told.append), segment.no)
    assert [type(event) for event in told] == [SegmentLogging, SegmentLogged]

    def refuse(_event: object) -> None:
        raise Refused("log", "not today")

    again = segment_of(crm, "BO")
    with pytest.raises(Refused, match="not today"):
        log_segment(context(crm.store, on_event=refuse), again.no)
    assert len(again) == 1
    assert len(list(crm.store.records.all(LoggedSegment))) == 1


def test_many_contacts_are_checked_like_few(crm: seg.Workspace) -> None:
    many = [
        person(f"P{number:04}", salesperson_code="JO", e_mail="p@example.com")
        for number in range(MANY + 5)
    ]
    away = [AlternativeAddress(contact_no=each.no, code="AWAY") for each in many]
    crm.store.records.put([*many, *away])
    segment = segment_of(crm, template="LETTER").add_contacts(contact={"no": "P*"})
    crm.store.records.put(
        [
            attrs.evolve(many[0], privacy_blocked=True),
            attrs.evolve(many[1], e_mail=""),
            attrs.evolve(many[2], e_mail=""),
            attrs.evolve(many[3], minor=True, parental_consent_received=True),
            attrs.evolve(away[2], e_mail="away@example.com"),
        ]
    )
    crm.store.records.remove([many[4]])
    with pytest.raises(Rejected) as error:
        segment.log(deliver=True)
    assert [(fault.place, fault.field) for fault in error.value.faults if fault.field] == [
        ("line 10000 (contact P0000)", "contact_no"),
        ("line 20000 (contact P0001)", "e_mail"),
        ("line 50000 (contact P0004)", "contact_no"),
        ("line 50000 (contact P0004)", "e_mail"),
    ]
    crm.store.records.put([many[0], many[4]])
    logged = segment.log()
    assert logged.plan.without_address == (20000,)
    assert len(logged.interactions) == MANY + 5
