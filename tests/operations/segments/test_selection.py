"""Choosing contacts for a segment, step by step."""

import pytest

from segmentation.code_tables import MailingGroup
from segmentation.contacts import AlternativeAddress, ContactMailingGroup, CorrespondenceType
from segmentation.criteria import Criteria, make_selection
from segmentation.errors import Conflict, NotFound, Refused, UnknownName
from segmentation.fields import Record
from segmentation.memory import MemoryStore
from segmentation.operations import segments
from segmentation.operations.segments import delete_segment, log_segment, new_segment
from segmentation.segments import (
    ActionKind,
    Event,
    LeftOut,
    LeftOutReason,
    Options,
    SegmentChanged,
    SegmentChanging,
    history_of,
)
from support.fair import TODAY, company, context, make_store, person


def open_segment(*more: Record) -> tuple[MemoryStore, str]:
    store = make_store(*more)
    segment = new_segment(
        context(store),
        description="Fair",
        interaction_template_code="INVITE",
        salesperson_code="JO",
    )
    return store, segment.no


def numbered(nos: str) -> Criteria | None:
    return make_selection(contact={"no": nos})


def of_salesperson(code: str) -> Criteria | None:
    return make_selection(contact={"salesperson_code": code})


def plain_segment(store: MemoryStore) -> str:
    """A segment whose lines take the contact's own salesperson."""
    return new_segment(context(store)).no


# -- adding -----------------------------------------------------------------------------------


def test_one_contact_joins_by_its_number() -> None:
    """SEG-01, CSG-03."""
    store, _ = open_segment(
        company("ACME", salesperson_code="RB", correspondence_type=CorrespondenceType.EMAIL)
    )
    segment = segments.add_contacts(context(store), plain_segment(store), numbered("ACME"))
    (line,) = segment.lines
    assert line.contact_no == "ACME"
    assert line.salesperson_code == "RB"
    assert line.correspondence_type is CorrespondenceType.EMAIL
    assert len(segment.lines) == 1


def test_contacts_join_by_company_then_person_and_count_by_ten_thousands() -> None:
    store, no = open_segment()
    segment = segments.add_contacts(context(store), no, None)
    assert segment.contact_nos == ("CARL", "ANNA", "BO", "MILL", "SHOP")
    assert [line.line_no for line in segment.lines] == [10_000, 20_000, 30_000, 40_000, 50_000]


def test_whom_privacy_or_exclusion_bars_is_left_out_with_the_reason() -> None:
    store, no = open_segment(
        company("OUT", exclude_from_segment=True),
        company("SHUT", privacy_blocked=True),
        person("KID", minor=True),
        person("TEEN", minor=True, parental_consent_received=True),
    )
    segments.add_contacts(context(store), no, numbered("MILL"))
    chosen = numbered("OUT|SHUT|KID|TEEN|MILL|CARL")
    segment = segments.add_contacts(context(store), no, chosen)
    assert set(segment.contact_nos) == {"MILL", "TEEN", "CARL"}
    action = segment.actions[-1]
    assert set(action.left_out) == {
        LeftOut("OUT", LeftOutReason.EXCLUDED),
        LeftOut("SHUT", LeftOutReason.BLOCKED),
        LeftOut("KID", LeftOutReason.NO_CONSENT),
        LeftOut("MILL", LeftOutReason.ALREADY_THERE),
    }
    assert len(action.inserted) + len(action.left_out) == 6


def test_excluded_contacts_join_when_exclusion_is_ignored_blocked_ones_never() -> None:
    store, no = open_segment(
        company("OUT", exclude_from_segment=True), company("SHUT", privacy_blocked=True)
    )
    options = Options(ignore_exclusion=True)
    segment = segments.add_contacts(context(store), no, numbered("OUT|SHUT"), options)
    assert segment.contact_nos == ("OUT",)


def test_a_contact_that_is_there_gets_a_second_line_only_when_allowed() -> None:
    store, no = open_segment()
    segments.add_contacts(context(store), no, numbered("MILL"))
    assert len(segments.add_contacts(context(store), no, numbered("MILL")).lines) == 1
    twice = segments.add_contacts(
        context(store), no, numbered("MILL"), Options(allow_existing=True)
    )
    assert twice.contact_nos == ("MILL", "MILL")


def test_whole_companies_join_when_they_are_expanded() -> None:
    store, no = open_segment()
    options = Options(expand_companies=True)
    segment = segments.add_contacts(context(store), no, numbered("ANNA|CARL"), options)
    assert set(segment.contact_nos) == {"SHOP", "ANNA", "BO", "CARL"}


@pytest.mark.parametrize(
    ("members", "related", "expected"),
    [
        pytest.param("SHOP CARL ANNA", True, "SHOP CARL ANNA", id="CSG-30"),
        pytest.param("SHOP CARL ANNA", False, "SHOP CARL ANNA", id="CSG-31"),
        pytest.param("CARL ANNA", True, "SHOP CARL ANNA", id="CSG-33"),
        pytest.param("CARL ANNA", False, "CARL ANNA", id="CSG-35"),
    ],
)
def test_companies_come_along_with_their_persons(
    members: str,
    related: bool,
    expected: str,
) -> None:
    rows = [ContactMailingGroup(contact_no=no, mailing_group_code="M") for no in members.split()]
    store, no = open_segment(MailingGroup(code="M"), *rows)
    segment = segments.add_contacts(
        context(store),
        no,
        make_selection(mailing_groups={"mailing_group_code": "M"}),
        Options(allow_related_companies=related),
    )
    assert sorted(segment.contact_nos) == sorted(expected.split())


def test_a_line_takes_the_alternative_address_that_is_active_on_its_date() -> None:
    store, no = open_segment(
        AlternativeAddress(contact_no="MILL", code="SUMMER", starting_date=TODAY)
    )
    segment = segments.add_contacts(context(store), no, numbered("MILL|SHOP"))
    assert [line.contact_alt_address_code for line in segment.lines] == ["SUMMER", ""]


# -- reducing and refining --------------------------------------------------------------------


def test_reduce_takes_out_those_who_match() -> None:
    """CSG-04."""
    store, _ = open_segment()
    no = plain_segment(store)
    segments.add_contacts(context(store), no, None)
    segment = segments.reduce_contacts(context(store), no, of_salesperson("JO"))
    assert {line.salesperson_code for line in segment.lines} == {"RB"}


def test_refine_keeps_those_who_match() -> None:
    """CSG-05, SEG-06, CSG-19."""
    store, _ = open_segment()
    no = plain_segment(store)
    segments.add_contacts(context(store), no, None)
    segment = segments.refine_contacts(context(store), no, of_salesperson("JO"))
    assert {line.salesperson_code for line in segment.lines} == {"JO"}
    assert segments.refine_contacts(context(store), no, numbered("ANNA")).contact_nos == ("ANNA",)


def test_an_action_that_removes_nothing_counts_too() -> None:
    """SEG-07."""
    store, _ = open_segment()
    no = plain_segment(store)
    segments.add_contact(context(store), no, "SHOP")
    segments.add_contact(context(store), no, "MILL")
    once = segments.refine_contacts(context(store), no, of_salesperson("RB"))
    again = segments.refine_contacts(context(store), no, of_salesperson("RB"))
    assert again.contact_nos == once.contact_nos == ("MILL",)
    assert len(again.actions) == len(once.actions) + 1


def test_one_colleague_outside_the_segment_makes_the_entire_company_match() -> None:
    store, no = open_segment()
    segments.add_contacts(context(store), no, numbered("SHOP|ANNA|MILL"))
    options = Options(entire_companies=True)
    kept = segments.refine_contacts(context(store), no, numbered("BO"), options)
    assert kept.contact_nos == ("ANNA", "SHOP")
    gone = segments.reduce_contacts(context(store), no, numbered("BO|CARL"), options)
    assert gone.contact_nos == ()


def test_without_any_filter_everybody_matches() -> None:
    store, no = open_segment()
    segments.add_contacts(context(store), no, None)
    assert len(segments.refine_contacts(context(store), no, None).lines) == 5
    assert len(segments.reduce_contacts(context(store), no, None).lines) == 0


def test_emptying_a_segment_forgets_its_actions_when_asked_to() -> None:
    """SEG-04."""
    store, _ = open_segment()
    no = plain_segment(store)
    segments.add_contact(context(store), no, "SHOP")
    segment = segments.reduce_contacts(
        context(store), no, of_salesperson("JO"), reset_when_empty=True
    )
    assert not segment.lines
    assert segment.actions == ()
    with pytest.raises(Refused):
        segments.go_back(context(store), no)


def test_emptying_a_segment_keeps_its_actions_unless_asked_otherwise() -> None:
    """SEG-05."""
    store, _ = open_segment()
    no = plain_segment(store)
    before = segments.add_contact(context(store), no, "SHOP")
    segment = segments.reduce_contacts(context(store), no, of_salesperson("JO"))
    assert not segment.lines
    assert len(segment.actions) == len(before.actions) + 1 == 2


def test_a_segment_that_keeps_a_line_or_had_one_action_only_is_not_reset() -> None:
    store, no = open_segment()
    segments.reduce_contacts(context(store), no, None, reset_when_empty=True)
    assert len(store.segments.get(no).actions) == 1
    segments.add_contacts(context(store), no, numbered("MILL|SHOP"))
    segment = segments.refine_contacts(context(store), no, numbered("MILL"), reset_when_empty=True)
    assert len(segment.actions) == 3
    segment = segments.remove_line(context(store), no, 10_000, reset_when_empty=True)
    assert segment.actions == ()


# -- by hand ----------------------------------------------------------------------------------


def test_a_contact_put_in_by_hand_is_an_action() -> None:
    """SEG-03."""
    store, no = open_segment()
    segment = segments.add_contact(context(store), no, " mill ")
    (action,) = segment.actions
    assert (action.kind, action.by_hand) == (ActionKind.ADD, True)
    assert segment.contact_nos == ("MILL",)


def test_a_hand_does_not_heed_exclusion_but_privacy() -> None:
    store, no = open_segment(
        company("OUT", exclude_from_segment=True),
        company("SHUT", privacy_blocked=True),
        person("KID", minor=True),
    )
    assert segments.add_contact(context(store), no, "OUT").contact_nos == ("OUT",)
    with pytest.raises(Refused, match="blocked for privacy"):
        segments.add_contact(context(store), no, "SHUT")
    with pytest.raises(Refused, match="minor without consent"):
        segments.add_contact(context(store), no, "KID")
    with pytest.raises(NotFound, match="contact 'NOBODY'"):
        segments.add_contact(context(store), no, "NOBODY")


def test_a_line_taken_out_by_hand_is_an_action_unless_it_is_not_recorded() -> None:
    store, no = open_segment()
    segments.add_contacts(context(store), no, numbered("MILL|SHOP"))
    assert len(segments.remove_line(context(store), no, 10_000, recorded=False).actions) == 1
    segment = segments.remove_line(context(store), no, 20_000)
    assert len(segment.actions) == 2
    assert not segment.lines
    with pytest.raises(NotFound, match="segment line"):
        segments.remove_line(context(store), no, 20_000)
    assert segments.go_back(context(store), no).contact_nos == ("SHOP",)


# -- back and forward -------------------------------------------------------------------------


def test_lines_come_back_exactly_as_they_were() -> None:
    store, no = open_segment()
    before = segments.add_contacts(context(store), no, None)
    segments.reduce_contacts(context(store), no, numbered("MILL"))
    segment = segments.go_back(context(store), no)
    assert segment.lines == before.lines
    assert segment.actions == before.actions


def test_what_was_gone_back_on_can_be_done_again_until_something_else_is_done() -> None:
    store, no = open_segment()
    segments.add_contacts(context(store), no, None)
    after = segments.reduce_contacts(context(store), no, numbered("MILL"))
    segments.go_back(context(store), no)
    segments.go_back(context(store), no)
    segments.go_forward(context(store), no)
    again = segments.go_forward(context(store), no)
    assert again.lines == after.lines
    assert again.actions == after.actions
    segments.go_back(context(store), no)
    segments.add_contact(context(store), no, "MILL")
    with pytest.raises(Refused, match="no action to do again"):
        segments.go_forward(context(store), no)


def test_an_action_done_again_notes_the_lines_that_it_puts_in_this_time() -> None:
    store, no = open_segment()
    segments.add_contacts(context(store), no, numbered("MILL|SHOP"))
    segments.remove_line(context(store), no, 10_000, recorded=False)
    segments.go_back(context(store), no)
    again = segments.go_forward(context(store), no)
    assert list(again.lines.numbers) == list(again.actions[0].inserted) == [20_000]
    assert (again.actions[0].lines_before, again.actions[0].lines_after) == (0, 1)


def test_going_back_with_nothing_to_undo_is_refused() -> None:
    store, no = open_segment()
    with pytest.raises(Refused, match="no action to undo"):
        segments.go_back(context(store), no)


def test_the_history_tells_what_each_action_did() -> None:
    store, no = open_segment(company("OUT", exclude_from_segment=True))
    segments.add_contacts(context(store), no, numbered("MILL|SHOP|OUT"))
    segments.reduce_contacts(context(store), no, numbered("SHOP"))
    segments.add_contact(context(store), no, "CARL")
    segments.refine_contacts(context(store), no, None)
    segment = store.segments.get(no)
    summaries = history_of(segment)
    assert [str(summary) for summary in summaries] == [
        "1 add: 2 joined, 1 left out (0 → 2 lines)",
        "2 reduce: 1 left (2 → 1 lines)",
        "3 add by hand: 1 joined (1 → 2 lines)",
        "4 refine: nothing changed (2 → 2 lines)",
    ]
    # CARL bears the number that SHOP had, and the history is not misled.
    assert summaries[0].joined == {10_000: "MILL", 20_000: "SHOP"}
    assert summaries[1].left == {20_000: "SHOP"}
    assert summaries[2].joined == {20_000: "CARL"}


# -- looking ahead, faults, events ------------------------------------------------------------


def test_a_preview_says_who_joins_who_goes_and_who_is_left_out_and_changes_nothing() -> None:
    store, no = open_segment(company("OUT", exclude_from_segment=True))
    before = segments.add_contacts(context(store), no, numbered("MILL"))
    adding = segments.preview(context(store), no, ActionKind.ADD, numbered("MILL|OUT|SHOP"))
    assert adding.joining.contact_nos == ("SHOP",)
    assert {each.contact_no for each in adding.left_out} == {"MILL", "OUT"}
    assert (adding.lines_before, adding.lines_after) == (1, 2)
    refining = segments.preview(context(store), no, ActionKind.REFINE, numbered("SHOP"))
    assert refining.leaving.contact_nos == ("MILL",)
    assert store.segments.get(no) == before


def test_a_segment_that_is_gone_is_not_found() -> None:
    store, no = open_segment()
    segments.add_contacts(context(store), no, numbered("MILL"))
    log_segment(context(store), no)
    with pytest.raises(NotFound, match="segment"):
        segments.add_contacts(context(store), no, None)


def test_a_change_made_from_an_older_state_is_a_conflict() -> None:
    store, no = open_segment()
    old = store.segments.get(no)
    segments.add_contacts(context(store), no, numbered("MILL"))
    with pytest.raises(Conflict):
        store.segments.put(old)
    delete_segment(context(store), no)
    with pytest.raises(Conflict):
        store.segments.put(old)
    with pytest.raises(Conflict):
        store.segments.remove(old)


def test_a_fault_in_the_criteria_changes_nothing() -> None:
    store, no = open_segment()
    with pytest.raises(UnknownName):
        segments.add_contacts(context(store), no, make_selection(contact={"colour": "red"}))
    assert store.segments.get(no).actions == ()


def test_hosts_are_told_before_and_after_and_may_refuse() -> None:
    store, no = open_segment()
    heard: list[Event] = []
    segments.add_contacts(context(store, on_event=heard.append), no, numbered("MILL|SHOP"))
    segments.remove_line(context(store, on_event=heard.append), no, 10_000)
    kinds = [type(event) for event in heard]
    assert kinds == [SegmentChanging, SegmentChanged] * 2
    assert [
        (event.joining.contact_nos, event.leaving.contact_nos)
        for event in heard
        if isinstance(event, SegmentChanging)
    ] == [(("MILL", "SHOP"), ()), ((), ("MILL",))]

    def refuse(event: Event) -> None:
        if isinstance(event, SegmentChanged):
            raise Refused("add contacts", "the host says no")

    before = store.segments.get(no)
    with pytest.raises(Refused, match="the host says no"):
        segments.add_contacts(context(store, on_event=refuse), no, None)
    assert store.segments.get(no) == before


def test_a_line_deleted_in_the_data_comes_back_when_the_criteria_are_reused() -> None:
    """SEG-09."""
    store, _ = open_segment()
    no = plain_segment(store)
    segments.add_contact(context(store), no, "SHOP")
    segments.add_contact(context(store), no, "MILL")
    segments.save_criteria(context(store), no, "KEPT", "")
    segments.remove_line(context(store), no, 20_000, recorded=False)
    segment = segments.reuse_criteria(context(store), no, "KEPT")
    assert segment.contact_nos == ("SHOP", "MILL")
    assert len(segment.actions) == 4
