"""The reason outlives the logging: a selection is rebuilt and explained from the journal alone."""

import datetime as dt

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import Contact, ContactMailingGroup
from segmentation.errors import InvalidValue, NotFound
from segmentation.interactions import Interaction
from segmentation.journal import StepEffect, explain_membership, fold, from_line, rebuilt_segment
from segmentation.operations.segments import Logged
from segmentation.segments import ActionKind, LeftOutReason, actions_from_json
from support.desk import check_journal, make_desk, segment_of
from support.fair import NOW, company, person


@pytest.fixture
def logged(crm: seg.Workspace) -> Logged:
    """Everybody joined but for two, the MILL was taken out, BO went by hand, and came again."""
    crm.store.records.put(
        [
            person("KIM", exclude_from_segment=True, salesperson_code="JO"),
            person("LOU", privacy_blocked=True, salesperson_code="JO"),
        ]
    )
    segment = segment_of(crm, "ANNA")
    segment.add_contacts(contact={"no": "<>C*"})
    segment.reduce_contacts(contact={"no": "MILL"})
    bo = next(line for line in segment.lines if line.contact_no == "BO")
    segment.remove_line(bo.line_no)
    segment.add_contact("BO")
    return segment.log()


def test_a_member_is_explained(crm: seg.Workspace, logged: Logged) -> None:
    found = crm.logged_segments.explain(logged.segment.entry_no, "bo")
    assert found.logged
    assert [step.effect for step in found.steps] == [
        StepEffect.JOINED,
        StepEffect.REMOVED,
        StepEffect.JOINED,
    ]
    assert [step.action_no for step in found.steps] == [2, 4, 5]
    assert [step.by_hand for step in found.steps] == [False, True, True]
    assert str(found).splitlines() == [
        "BO was logged",
        "  joined by action 2 (add on 2026-11-22)",
        "  removed by action 4 (by hand on 2026-11-22)",
        "  joined by action 5 (by hand on 2026-11-22)",
    ]


def test_who_was_left_out_is_explained(crm: seg.Workspace, logged: Logged) -> None:
    entry_no = logged.segment.entry_no
    excluded = crm.logged_segments.explain(entry_no, "KIM")
    assert not excluded.logged
    assert [step.reason for step in excluded.steps] == [LeftOutReason.EXCLUDED]
    assert str(excluded).endswith("left out by action 2 (add on 2026-11-22): excluded")
    assert crm.logged_segments.explain(entry_no, "LOU").steps[0].reason is LeftOutReason.BLOCKED
    removed = crm.logged_segments.explain(entry_no, "MILL")
    assert [step.kind for step in removed.steps] == [ActionKind.ADD, ActionKind.REDUCE]
    assert crm.logged_segments.explain(entry_no, "CARL").steps == ()


def test_those_logged_and_those_left_out_add_up_to_those_who_matched(
    crm: seg.Workspace, logged: Logged
) -> None:
    segment = crm.logged_segments.rebuild(logged.segment.entry_no)
    matched = crm.select(contact={"no": "<>C*"})
    action = segment.actions[1]
    assert len(action.inserted) + len(action.left_out) == len(matched)
    came = sum(len(each.inserted) for each in segment.actions)
    went = sum(len(each.removed) for each in segment.actions)
    assert came - went == len(segment.lines) == len(logged.interactions)


def test_the_selection_is_rebuilt_without_the_contacts(crm: seg.Workspace, logged: Logged) -> None:
    entries = [from_line(line, no) for no, line in enumerate(crm.journal.export(), start=1)]
    state = fold(entries)
    segment = rebuilt_segment(state, logged.segment.entry_no)
    assert segment.no == logged.segment.segment_no
    assert set(segment.contact_nos) == {item.contact_no for item in logged.interactions}
    assert segment.actions[1].as_of is not None
    assert segment.actions[1].as_of.today == dt.date(2026, 11, 22)
    assert explain_membership(state, 1, "BO") == crm.logged_segments.explain(1, "BO")


def test_the_reason_of_an_erased_entry_is_gone(crm: seg.Workspace, logged: Logged) -> None:
    crm.contacts.erase("ANNA", also=[logged.segment.entry_no])
    assert crm.logged_segments.rebuild(logged.segment.entry_no).actions == ()
    assert crm.logged_segments.explain(logged.segment.entry_no, "ANNA").logged


def test_a_logged_segment_that_is_none_is_not_found() -> None:
    with pytest.raises(NotFound, match="logged segment"):
        make_desk().logged_segments.rebuild(1)


def test_lines_that_went_leave_no_words_behind(crm: seg.Workspace) -> None:
    segment = segment_of(crm, "ANNA", "BO", description="Private words")
    segment.remove_line(20000)
    logged = segment.log()
    (line,) = actions_from_json(logged.segment.reason)[-1].removed
    assert (line.contact_no, line.description, line.date) == ("BO", "", None)


def test_the_past_can_be_asked_by_number_and_by_time() -> None:
    time = [NOW]
    crm = seg.Workspace.open(make_desk().store, user="ANNA", clock=lambda: time[-1])
    first = crm.interactions.create("ANNA", interaction_template_code="TALK")
    time.append(NOW + dt.timedelta(hours=1))
    crm.interactions.evaluate(first.entry_no, evaluation="negative")
    before = crm.journal.as_of(entry_no=first.entry_no)
    assert before.number == first.entry_no
    assert before.find(Interaction, first.entry_no) == first
    assert crm.journal.as_of(at=NOW).find(Interaction, first.entry_no) == first
    now = crm.journal.as_of().find(Interaction, first.entry_no)
    assert now == crm.interactions[first.entry_no]
    assert now != first
    assert list(before.all(Interaction, contact_no="BO")) == []
    assert list(crm.journal.as_of(entry_no=0).all(Interaction)) == []
    assert list(crm.journal.as_of(at=NOW - dt.timedelta(seconds=1)).all(Interaction)) == []
    with pytest.raises(InvalidValue, match="no time zone"):
        crm.journal.as_of(at=NOW.replace(tzinfo=None))
    check_journal(crm)


def test_companies_and_persons_can_be_members(crm: seg.Workspace) -> None:
    crm.store.records.put(
        [
            company("FIRM", salesperson_code="JO"),
            ContactMailingGroup(contact_no="FIRM", mailing_group_code="NEWS"),
        ]
    )
    segment = segment_of(crm)
    segment.add_contacts(mailing_groups={"mailing_group_code": "NEWS"})
    logged = segment.log()
    assert crm.store.records.find(Contact, "FIRM") is not None
    assert crm.logged_segments.explain(logged.segment.entry_no, "FIRM").logged


def test_what_is_explained_is_shown_in_a_notebook(crm: seg.Workspace, logged: Logged) -> None:
    found = crm.logged_segments.explain(logged.segment.entry_no, "KIM")
    step = found.steps[0]
    assert str(step) in found._repr_html_()
    undated = attrs.evolve(step, as_of=None)
    assert "2026" in str(step)
    assert "2026" not in str(undated)


def test_a_segment_that_was_never_logged_cannot_be_rebuilt(crm: seg.Workspace) -> None:
    with pytest.raises(NotFound, match="logged segment '99'"):
        crm.logged_segments.rebuild(99)
    with pytest.raises(NotFound, match="logged segment '99'"):
        rebuilt_segment(fold(crm.store.log.read()), 99)
