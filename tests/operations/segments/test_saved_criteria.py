"""Saved criteria, dynamic segments, logged segments used again."""

import attrs
import pytest

from segmentation.contacts import Contact
from segmentation.criteria import AllOf, Cut, First, InSegment, Not, make_selection
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
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
        context(store),
        description="Fair",
        interaction_template_code="INVITE",
        salesperson_code="JO",
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
    renamed = segments.rename_criteria(context(store), old_code="kept", new_code="fair")
    assert renamed.code == "FAIR"
    assert store.segments.get(no).header.saved_criteria_code == "FAIR"
    with pytest.raises(Refused, match="OTHER is in use"):
        segments.rename_criteria(context(store), old_code="FAIR", new_code="OTHER")
    assert segments.change_criteria(context(store), "FAIR", description="x").description == "x"
    again = segments.rename_criteria(context(store), old_code=renamed, new_code="LAST")
    assert again.description == "x"
    assert segments.rename_criteria(context(store), old_code="last", new_code="LAST") == again
    with pytest.raises(NotFound):
        segments.find_criteria(store, "FAIR")


def test_saved_criteria_are_deleted_unless_a_segment_follows_them() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    segments.follow_criteria(context(store), no, "KEPT")
    with pytest.raises(Refused, match=no):
        segments.delete_criteria(context(store), "KEPT")
    segments.unfollow_criteria(context(store), no)
    segments.delete_criteria(context(store), "KEPT")
    assert list(store.records.all(SavedCriteria)) == []


def test_no_criteria_at_all_are_an_error() -> None:
    """FRT-13."""
    store = make_store()
    with pytest.raises(InvalidValue, match="give at least one code"):
        segments.criteria_to_text(store)
    with pytest.raises(InvalidValue, match="give at least one record"):
        segments.add_criteria(context(store))
    with pytest.raises(NotFound, match="saved criteria 'NONE'"):
        segments.criteria_to_text(store, "NONE")


def test_a_selection_is_saved_without_a_segment() -> None:
    store = make_store()
    saved = segments.save_selection(context(store), "rb", RB, description="Those of RB")
    assert (saved.code, saved.description, saved.saved_by) == ("RB", "Those of RB", "ANNA")
    segment = segments.reuse_criteria(context(store), open_segment(store), saved)
    assert segment.contact_nos == ("CARL", "BO", "MILL")
    gone = make_selection(contact={"colour": "red"})
    with pytest.raises(UnknownName, match="colour"):
        segments.save_selection(context(store), "RED", gone)
    with pytest.raises(InvalidValue, match="blank"):
        segments.save_selection(context(store), " ", RB)
    with pytest.raises(Rejected, match="code"):
        segments.save_selection(context(store), "X" * 30, RB)
    assert [each.code for each in store.records.all(SavedCriteria)] == ["RB"]


def test_a_selection_that_asks_for_who_follows_it_is_not_saved() -> None:
    store = make_store()
    no = open_segment(store)
    first = segments.save_selection(context(store), "RB", RB)
    segments.follow_criteria(context(store), no, first)
    with pytest.raises(Refused, match="circle"):
        segments.save_selection(context(store), "RB", InSegment(no))
    assert segments.find_criteria(store, "RB") == first


def test_made_criteria_are_added_all_or_none_and_every_fault_is_told() -> None:
    store = make_store()
    kept = segments.save_selection(context(store), "RB", RB)
    good = attrs.evolve(kept, code="NEW")
    bad = [
        kept,
        attrs.evolve(kept, code=""),
        SavedCriteria(code="A", description="x" * 101, actions=kept.actions),
        SavedCriteria(code="B", actions="?"),
    ]
    with pytest.raises(Rejected) as caught:
        segments.add_criteria(context(store), good, *bad)
    found = {(fault.place, fault.field) for fault in caught.value.faults}
    assert found == {
        ("criteria RB", "code"),
        ("criteria ", "code"),
        ("criteria A", "description"),
        ("criteria B", "actions"),
    }
    assert list(store.records.all(SavedCriteria)) == [kept]
    assert segments.add_criteria(context(store), good) == (good,)
    assert segments.find_criteria(store, "new") == good


@pytest.mark.parametrize("field", ["code", "actions", "saved_by", "saved_at"])
def test_what_saving_makes_is_not_changed_by_hand(field: str) -> None:
    store = make_store()
    kept = segments.save_selection(context(store), "RB", RB)
    with pytest.raises(Refused, match="rename" if field == "code" else "save them anew"):
        segments.change_criteria(context(store), "RB", **{field: "X"})  # type: ignore[arg-type]
    assert segments.find_criteria(store, "RB") == kept
    with pytest.raises(UnknownName, match="did you mean 'description'"):
        segments.change_criteria(context(store), "RB", descripton="x")  # type: ignore[call-arg]


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
    done = segments.refresh(context(store, on_event=heard.append), no)
    segment = done.segment
    assert (done.entered, done.left) == (("ZOO",), ("MILL",))
    assert (done.lines_before, done.lines_after) == (3, 3)
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
    segment = segments.refresh(context(store), no).segment
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
    assert segments.refresh(context(store), no).segment.contact_nos == ("MILL",)


def test_a_refresh_reports_who_was_left_out() -> None:
    store = make_store()
    no = open_segment(store)
    segments.add_contacts(context(store), no, RB)
    save(store, no)
    segments.follow_criteria(context(store), no, "KEPT")
    carl = store.records.find(Contact, "CARL")
    assert carl is not None
    store.records.put([attrs.evolve(carl, privacy_blocked=True)])
    segment = segments.refresh(context(store), no).segment
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
    with pytest.raises(Refused, match="criteria KEPT → criteria KEPT"):
        save(store, no, "KEPT")


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
    assert len(segments.refresh(context(store), no).segment.lines) == 3


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


@pytest.mark.parametrize(
    ("ignore_exclusion", "joining", "left_out"),
    [
        (False, ("BO",), {"CARL": "excluded", "MILL": "blocked"}),
        (True, ("CARL", "BO"), {"MILL": "blocked"}),
    ],
)
def test_who_is_excluded_since_does_not_join_again_unless_asked_for_mng_45(
    ignore_exclusion: bool,
    joining: tuple[str, ...],
    left_out: dict[str, str],
) -> None:
    """MNG-45."""
    store = make_store()
    entry_no = logged(store)
    carl, mill = (store.records.find(Contact, no) for no in ("CARL", "MILL"))
    assert carl is not None
    assert mill is not None
    store.records.put([attrs.evolve(carl, exclude_from_segment=True)])
    store.records.put([attrs.evolve(mill, privacy_blocked=True)])
    segment = segments.reuse_logged_segment(
        context(store), open_segment(store), entry_no, ignore_exclusion=ignore_exclusion
    )
    assert tuple(dict.fromkeys(segment.contact_nos)) == joining
    assert {each.contact_no: str(each.reason) for each in segment.actions[-1].left_out} == left_out


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
