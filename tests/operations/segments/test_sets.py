"""Segments as sets, and mailing groups for all."""

import pytest

from segmentation.code_tables import MailingGroup
from segmentation.contacts import ContactMailingGroup
from segmentation.criteria import Criteria, InSegment, make_selection
from segmentation.errors import NotFound
from segmentation.memory import MemoryStore
from segmentation.operations import segments
from segmentation.operations.segments import log_segment, new_segment
from support.fair import context, make_store


def segment_of(store: MemoryStore, nos: str) -> str:
    segment = new_segment(
        context(store), description="A", interaction_template_code="INVITE", salesperson_code="JO"
    )
    segments.add_contacts(context(store), segment.no, make_selection(contact={"no": nos}))
    return segment.no


def test_union_intersection_and_difference_are_actions_that_go_back() -> None:
    store = make_store()
    no, other = segment_of(store, "ANNA|BO"), segment_of(store, "BO|CARL")
    united = segments.unite(context(store), no, other)
    assert set(united.contact_nos) == {"ANNA", "BO", "CARL"}
    both = segments.intersect(context(store), no, other)
    assert set(both.contact_nos) == {"BO", "CARL"}
    neither = segments.subtract(context(store), no, other)
    assert neither.contact_nos == ()
    assert [action.criteria for action in neither.actions[1:]] == [InSegment(other)] * 3
    for _ in range(3):
        segments.go_back(context(store), no)
    assert set(store.segments.get(no).contact_nos) == {"ANNA", "BO"}


def test_a_segment_combines_with_logged_segments_and_selections() -> None:
    store = make_store()
    logged = log_segment(context(store), segment_of(store, "MILL|BO"))
    no = segment_of(store, "ANNA|BO")
    found = segments.intersect(context(store), no, logged.segment.entry_no)
    assert found.contact_nos == ("BO",)
    mill = make_selection(contact={"no": "MILL"})
    assert mill is not None
    assert set(segments.unite(context(store), no, mill).contact_nos) == {"BO", "MILL"}


@pytest.mark.parametrize("source", ["SM9999", 99])
def test_what_is_not_there_cannot_be_combined_with(source: str | int) -> None:
    store = make_store()
    no = segment_of(store, "ANNA")
    with pytest.raises(NotFound, match="segment"):
        segments.unite(context(store), no, source)


def test_overlaps_add_up_to_all_who_are_in_any() -> None:
    store = make_store()
    a, b = segment_of(store, "ANNA|BO|MILL"), segment_of(store, "BO|CARL")
    persons: Criteria | None = make_selection(contact={"type": "person"})
    assert persons is not None
    counts = segments.overlaps(context(store), {"a": a, "b": b, "persons": persons})
    assert counts == {
        ("a",): 1,
        ("a", "persons"): 1,
        ("b", "persons"): 1,
        ("a", "b", "persons"): 1,
    }
    assert sum(counts.values()) == 4


def test_a_mailing_group_is_given_to_every_contact_of_a_segment() -> None:
    """CSG-17."""
    old = ContactMailingGroup(contact_no="CARL", mailing_group_code="M")
    kept = ContactMailingGroup(contact_no="ANNA", mailing_group_code="M", extra=(("since", "1"),))
    other = ContactMailingGroup(contact_no="CARL", mailing_group_code="N")
    store = make_store(MailingGroup(code="M"), MailingGroup(code="N"), old, kept, other)
    no = segment_of(store, "ANNA|BO")
    assert segments.apply_mailing_group(context(store), no, "m") == 2
    assert set(store.records.all(ContactMailingGroup)) == {
        old,
        kept,
        other,
        ContactMailingGroup(contact_no="BO", mailing_group_code="M"),
    }
    assert segments.apply_mailing_group(context(store), no, "M", delete_old=True) == 2
    rows = {(r.contact_no, r.mailing_group_code) for r in store.records.all(ContactMailingGroup)}
    assert rows == {("ANNA", "M"), ("BO", "M"), ("CARL", "N")}
    with pytest.raises(NotFound, match="mailing group"):
        segments.apply_mailing_group(context(store), no, "NONE")
