"""Saved criteria, dynamic segments, logged segments used again."""

import json

import attrs
import pytest

from segmentation.contacts import Contact
from segmentation.criteria import AllOf, Cut, First, InSegment, Not, make_selection
from segmentation.errors import InvalidValue, NotFound, Refused, UnknownName
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.operations import segments
from segmentation.operations.segments import copy_segment, log_segment, new_segment
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    Event,
    LeftOut,
    LeftOutReason,
    Options,
    SavedCriteria,
    SegmentRefreshed,
    actions_from_json,
    actions_to_json,
    history_of,
)
from support.fair import NOW, company, context, make_store

RB = make_selection(contact={"salesperson_code": "RB"})


def open_segment(store: MemoryStore) -> str:
    return new_segment(
        context(store), description="Fair", interaction_template_code="INVITE", salesperson_code="JO"
    ).no


def save(store: MemoryStore, no: str, code: str = "KEPT") -> SavedCriteria:
    return segments.save_criteria(context(store), no, code, "For the fair")


# -- saved criteria ---------------------------------------------------------------------------


def test_criteria_are_saved_with_who_and_when_and_nothing_of_what_they_did() -> None:
    store = make_store()
    no = open_segment(store)
    with pytest.raises(Refused, match="no action yet"):
        save(store, no)
    segments.add_contacts(context(store), no, None)
    segments.reduce_contacts(context(store), no, RB)
    saved = save(store, no, " kept ")
    assert (saved.code, saved.saved_by, saved.saved_at) == ("KEPT", "ANNA", NOW)
    actions = actions_from_json(saved.actions)
    assert [action.kind for action in actions] == [ActionKind.ADD, ActionKind.REDUCE]
    assert all(not a.inserted and not a.removed and not a.left_out for a in actions)
    with pytest.raises(InvalidValue, match="blank"):
        save(store, no, " ")


def test_saved_criteria_make_the_same_lines_on_another_segment() -> None:
    """CSG-13."""
    store = make_store()
    first, second = open_segment(store), open_segment(store)
    segments.add_contacts(context(store), first, make_selection(contact={"no": "A..MILL"}))
    save(store, first)
    segments.reuse_criteria(context(store), second, "kept")

    def lines(no: str) -> list[tuple[int, str, str]]:
        found = store.segments.get(no).lines
        return [(ln.line_no, ln.interaction_template_code, ln.contact_no) for ln in found]

    assert lines(first)
    assert lines(first) == lines(second)


def test_reuse_looks_at_the_data_of_today_and_keeps_the_options() -> None:
    store = make_store()
    first = open_segment(store)
    segments.add_contacts(context(store), first, None)
    options = Options(entire_companies=True)
    bo = make_selection(contact={"no": "BO"})
    segments.refine_contacts(context(store), first, bo, options)
    save(store, first)
    store.records.put([company("NEWCO"), Contact(no="NEW", type="person", company_no="SHOP")])
    second = segments.reuse_criteria(context(store), open_segment(store), "KEPT")
    assert set(second.contact_nos) == {"SHOP", "ANNA", "BO", "NEW"}
    assert [action.options for action in second.actions] == [Options(), options]


def test_a_field_that_is_gone_is_named_before_anything_is_done() -> None:
    store = make_store()
    no = open_segment(store)
    gone = make_selection(contact={"colour": "red"})
    actions = [
        CriteriaAction(kind=ActionKind.ADD),
        CriteriaAction(kind=ActionKind.ADD, criteria=gone),
    ]
    store.records.put([SavedCriteria(code="OLD", actions=actions_to_json(actions))])
    with pytest.raises(UnknownName, match="colour"):
        segments.reuse_criteria(context(store), no, "OLD")
    assert store.segments.get(no).actions == ()
    with pytest.raises(NotFound, match="saved criteria"):
        segments.reuse_criteria(context(store), no, "NONE")


def test_saved_criteria_are_renamed_and_their_followers_follow() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    save(store, no, "OTHER")
    segments.follow_criteria(context(store), no, "KEPT")
    renamed = segments.rename_criteria(store, "kept", to="fair", description="New words")
    assert (renamed.code, renamed.description) == ("FAIR", "New words")
    assert store.segments.get(no).header.saved_criteria_code == "FAIR"
    with pytest.raises(Refused, match="OTHER is in use"):
        segments.rename_criteria(store, "FAIR", to="OTHER")
    assert segments.rename_criteria(store, "FAIR", description="x").description == "x"
    assert segments.rename_criteria(store, "FAIR", to="LAST").description == "x"
    with pytest.raises(NotFound):
        segments.find_criteria(store, "FAIR")


def test_saved_criteria_are_deleted_unless_a_segment_follows_them() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    segments.follow_criteria(context(store), no, "KEPT")
    with pytest.raises(Refused, match=no):
        segments.delete_criteria(store, "KEPT")
    segments.follow_criteria(context(store), no, "")
    segments.delete_criteria(store, "KEPT")
    assert list(store.records.all(SavedCriteria)) == []


def test_saved_criteria_travel_as_json() -> None:
    store, other = make_store(), make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB, Options(expand_companies=True))
    saved = save(store, no)
    save(store, no, "TWO")
    text = segments.export_criteria(store, ["kept"])
    assert json.loads(text)["saved_criteria"][0]["saved_by"] == "ANNA"
    assert segments.import_criteria(other, text) == [saved]
    with pytest.raises(Refused, match="in use already"):
        segments.import_criteria(other, segments.export_criteria(store))
    assert len(list(other.records.all(SavedCriteria))) == 1
    assert len(segments.import_criteria(other, segments.export_criteria(store), replace=True)) == 2


def test_criteria_without_a_time_travel_too() -> None:
    store, other = make_store(), make_store()
    store.records.put([SavedCriteria(code="OLD", actions=actions_to_json([]))])
    (read,) = segments.import_criteria(other, segments.export_criteria(store))
    assert read.saved_at is None


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "[]",
        '{"format": 99}',
        '{"format": 1}',
        '{"format": 1, "saved_criteria": 5}',
        '{"format": 1, "saved_criteria": [5]}',
        '{"format": 1, "saved_criteria": [{"code": "A"}]}',
        (
            '{"format": 1, "saved_criteria": [{"code": 5, "description": "", "saved_by": "",'
            ' "saved_at": "x", "actions": []}]}'
        ),
        (
            '{"format": 1, "saved_criteria": [{"code": "A", "description": "", "saved_by": "",'
            ' "saved_at": null, "actions": [{}]}]}'
        ),
    ],
)
def test_what_is_no_export_is_refused_whole(text: str) -> None:
    store = make_store()
    with pytest.raises(InvalidValue):
        segments.import_criteria(store, text)
    assert list(store.records.all(SavedCriteria)) == []


# -- dynamic segments -------------------------------------------------------------------------


def test_a_refresh_lets_in_who_matches_now_and_lets_go_who_does_not() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    segments.follow_criteria(context(store), no, "kept")
    segments.change_line(context(store), no, 10_000, description="Dear")
    store.records.put(
        [company("MILL", salesperson_code="JO"), company("ZOO", salesperson_code="RB")]
    )
    seen = segments.preview(context(store), no, ActionKind.REFRESH, None)
    assert (seen.joining.contact_nos, seen.leaving.contact_nos) == (("ZOO",), ("MILL",))
    heard: list[Event] = []
    segment = segments.refresh(context(store, on_event=heard.append), no)
    assert segment.contact_nos == ("CARL", "BO", "ZOO")
    assert segment.lines[0].description == "Dear"
    told = [event for event in heard if isinstance(event, SegmentRefreshed)]
    assert [(event.entered, event.left) for event in told] == [(("ZOO",), ("MILL",))]
    assert str(history_of(segment)[-1]) == "2 refresh from KEPT: 1 joined, 1 left (3 → 3 lines)"
    assert segments.go_back(context(store), no).contact_nos == ("CARL", "BO", "MILL")


def test_a_refresh_leaves_alone_what_was_done_by_hand() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    segments.follow_criteria(context(store), no, "KEPT")
    segments.add_contact(context(store), no, "SHOP")
    segments.remove_line(context(store), no, 10_000)
    segment = segments.refresh(context(store), no)
    assert segment.contact_nos == ("BO", "MILL", "SHOP")
    assert segment.actions[-1].left_out == (LeftOut("CARL", LeftOutReason.REMOVED_BY_HAND),)


def test_a_line_of_the_same_number_as_one_put_in_by_hand_is_no_handwork() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contact(context(store), no, "SHOP")
    segments.remove_line(context(store), no, 10_000)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    other = open_segment(store)
    segments.add_contacts(context(store), other, make_selection(contact={"no": "MILL"}))
    save(store, other, "MILL")
    segments.follow_criteria(context(store), no, "MILL")
    assert segments.refresh(context(store), no).contact_nos == ("MILL",)


def test_a_refresh_reports_who_was_left_out() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    segments.follow_criteria(context(store), no, "KEPT")
    carl = store.records.find(Contact, "CARL")
    assert carl is not None
    store.records.put([attrs.evolve(carl, privacy_blocked=True)])
    segment = segments.refresh(context(store), no)
    assert segment.contact_nos == ("BO", "MILL")
    assert segment.actions[-1].left_out == (LeftOut("CARL", LeftOutReason.BLOCKED),)


def test_a_segment_that_follows_nothing_cannot_be_refreshed() -> None:
    store = make_store()
    no = open_segment(store)
    with pytest.raises(Refused, match="follows no saved criteria"):
        segments.refresh(context(store), no)
    with pytest.raises(NotFound):
        segments.follow_criteria(context(store), no, "NONE")


def test_circles_are_found_and_named_before_anything_runs() -> None:
    store = make_store()
    a, b = open_segment(store), open_segment(store)
    segments.add_contacts(context(store), a, AllOf((RB, Not(InSegment(b)))))  # type: ignore[arg-type]
    segments.add_contacts(context(store), b, Cut(InSegment(a), First(3)))
    save(store, a, "OF-A")
    save(store, b, "OF-B")
    segments.follow_criteria(context(store), a, "OF-A")
    segments.refresh(context(store), a)
    with pytest.raises(Refused, match="criteria OF-B → segment SM0001 → criteria OF-A → segment"):
        segments.follow_criteria(context(store), b, "OF-B")
    assert store.segments.get(b).header.saved_criteria_code == ""


def test_criteria_that_refresh_from_themselves_are_a_circle() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    segments.follow_criteria(context(store), no, "KEPT")
    segments.refresh(context(store), no)
    other = open_segment(store)
    save(store, no, "TWICE")
    assert segments.reuse_criteria(context(store), other, "TWICE").contact_nos == (
        "CARL",
        "BO",
        "MILL",
    )
    save(store, no, "KEPT")
    with pytest.raises(Refused, match="criteria KEPT → criteria KEPT"):
        segments.refresh(context(store), no)


def test_two_ways_to_the_same_criteria_are_no_circle() -> None:
    store = make_store()
    base, no = open_segment(store), open_segment(store)
    segments.add_contacts(context(store), base, RB)
    save(store, base, "BASE")
    segments.follow_criteria(context(store), base, "BASE")
    segments.add_contacts(context(store), no, InSegment(base))
    segments.refine_contacts(context(store), no, InSegment(base))
    save(store, no)
    segments.follow_criteria(context(store), no, "KEPT")
    assert len(segments.refresh(context(store), no).lines) == 3


def test_criteria_that_are_gone_are_named_when_a_segment_is_refreshed() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    segments.follow_criteria(context(store), no, "KEPT")
    store.records.remove([SavedCriteria(code="KEPT")])
    with pytest.raises(NotFound, match="saved criteria 'KEPT'"):
        segments.refresh(context(store), no)


# -- logged segments --------------------------------------------------------------------------


def logged(store: MemoryStore) -> int:
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    segments.add_contact(context(store), no, "MILL")
    return log_segment(context(store), no).segment.entry_no


def test_a_logged_segment_brings_a_line_for_each_interaction_with_its_campaign() -> None:
    store = make_store()
    entry_no = logged(store)
    no = new_segment(context(store)).no
    segments.add_contacts(context(store), no, make_selection(contact={"no": "CARL"}))
    segment = segments.reuse_logged_segment(context(store), no, entry_no)
    assert segment.contact_nos == ("CARL", "CARL", "BO", "MILL", "MILL")
    assert [line.campaign_no for line in segment.lines] == ["", *["FAIR"] * 4]
    assert len(segment.actions) == 2
    assert segments.go_back(context(store), no).contact_nos == ("CARL",)


def test_cancelled_interactions_and_contacts_that_may_not_join_do_not_come_along() -> None:
    store = make_store()
    entry_no = logged(store)
    for each in list(store.records.all(Interaction)):
        if each.contact_no == "BO":
            store.records.put([attrs.evolve(each, canceled=True)])
    carl, mill = (store.records.find(Contact, no) for no in ("CARL", "MILL"))
    assert carl is not None
    assert mill is not None
    store.records.put([attrs.evolve(carl, privacy_blocked=True)])
    store.records.remove([mill])
    segment = segments.reuse_logged_segment(context(store), open_segment(store), entry_no)
    assert segment.contact_nos == ()
    assert segment.actions[-1].left_out == (
        LeftOut("CARL", LeftOutReason.BLOCKED),
        LeftOut("MILL", LeftOutReason.GONE),
    )
    with pytest.raises(NotFound, match="logged segment"):
        segments.reuse_logged_segment(context(store), segment.no, 999)


def test_what_a_copy_of_a_dynamic_segment_follows_is_the_same() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    segments.follow_criteria(context(store), no, "KEPT")
    assert copy_segment(context(store), no).header.saved_criteria_code == "KEPT"
