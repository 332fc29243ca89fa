"""A segment at work: what a notebook holds in its hand."""

import pytest

import segmentation as seg
from segmentation.code_tables import MailingGroup
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.fields import Record
from segmentation.segments import Event, Options, SegmentChanged, SegmentLogged, SegmentRefreshed
from segmentation.setup import ExtraField
from support.fair import NOW, TODAY, company, make_store


def open_crm(*more: Record, **bound: object) -> seg.Workspace:
    store = make_store(*more)
    return seg.Workspace.open(store, user="ANNA", today=TODAY, clock=lambda: NOW, **bound)  # type: ignore[arg-type]


def open_fair(crm: seg.Workspace) -> seg.Worksheet:
    return crm.new_segment("Fair", interaction_template_code="INVITE", salesperson_code="JO")


def test_a_segment_is_built_step_by_step_and_each_step_can_be_undone() -> None:
    crm = open_crm(company("OUT", exclude_from_segment=True))
    fair = open_fair(crm).add_contacts()
    assert len(fair) == 5
    fair.reduce_contacts(contact={"salesperson_code": "JO"})
    fair.refine_contacts(contact={"type": "company"})
    assert fair.contact_nos == ("MILL",)
    fair.add_contact("CARL").remove_line(40_000).go_back().go_back()
    assert fair.go_back().contact_nos == ("CARL", "BO", "MILL")
    assert [str(summary) for summary in fair.history] == [
        "1 add: 5 joined, 1 left out (0 → 5 lines)",
        "2 reduce: 2 left (5 → 3 lines)",
    ]
    assert len(fair.go_forward()) == 1
    assert len(fair.actions) == 3
    assert [line.line_no for line in fair.lines] == [40_000]


def test_criteria_are_given_as_trees_or_by_table_but_not_both() -> None:
    crm = open_crm()
    fair = open_fair(crm)
    selection = seg.make_selection(contact={"no": "MILL"})
    with pytest.raises(InvalidValue, match="cannot stand beside filters by table"):
        fair.add_contacts(selection, contact={"no": "SHOP"})
    assert fair.add_contacts(selection).contact_nos == ("MILL",)


def test_a_preview_changes_nothing() -> None:
    fair = open_fair(open_crm())
    seen = fair.preview(seg.ActionKind.ADD, contact={"no": "ANNA"}, options=Options())
    assert seen.joining.contact_nos == ("ANNA",)
    assert len(fair) == 0
    with pytest.raises(InvalidValue, match="kind: 'join' is none of add, reduce, refine, refresh"):
        fair.preview("join")  # type: ignore[arg-type]


def test_a_text_that_is_too_long_for_the_header_makes_no_segment() -> None:
    crm = open_crm()
    with pytest.raises(InvalidValue, match=r"description: .* has 101 characters, 100 at most"):
        crm.new_segment("x" * 101)
    assert list(crm.segments) == []


def test_segments_are_combined_compared_copied_and_deleted() -> None:
    crm = open_crm()
    one = open_fair(crm).add_contacts(contact={"no": "ANNA|BO"})
    two = open_fair(crm).add_contacts(contact={"no": "BO|CARL"})
    assert crm.overlaps(one=one.no, two=two.no) == {("one",): 1, ("two",): 1, ("one", "two"): 1}
    copy = one.copy("Copy")
    assert copy.segment.header.description == "Copy"
    assert crm.overlaps(one=one, copy=copy) == {("one", "copy"): 2}
    assert set(copy.unite(two).contact_nos) == {"ANNA", "BO", "CARL"}
    assert set(copy.intersect(two.no).contact_nos) == {"BO", "CARL"}
    assert copy.subtract(two).contact_nos == ()
    copy.delete()
    with pytest.raises(NotFound):
        crm.segment(copy.no)


def test_header_texts_and_lines_are_changed_by_hand() -> None:
    crm = open_crm()
    fair = open_fair(crm).add_contacts(contact={"no": "ANNA"})
    fair.change_header(update_lines=True, description="Autumn fair")
    fair.put_text("ENU", b"Dear you", subject="Hello").put_text("DAN", subject="Hej")
    fair.remove_text("DAN")
    fair.change_line(10_000, evaluation="positive")
    (line,) = fair.lines
    assert (line.description, line.subject, line.evaluation) == ("Autumn fair", "Hello", "positive")
    assert crm.store.attachments.get(line.attachment) == b"Dear you"
    assert fair.line_contact(10_000).contact_name == "Anna"


def test_saved_criteria_are_reused_renamed_exported_and_followed() -> None:
    heard: list[Event] = []
    crm = open_crm(on_event=heard.append)
    fair = open_fair(crm).add_contacts(contact={"salesperson_code": "RB"})
    fair.save_criteria("KEPT")
    crm.rename_criteria("KEPT", to="RB")
    again = open_fair(crm).reuse_criteria("RB").follow_criteria("RB")
    assert again.contact_nos == fair.contact_nos
    crm.add(company("ZOO", salesperson_code="RB"))
    assert "ZOO" in again.refresh().contact_nos
    assert [event.entered for event in heard if isinstance(event, SegmentRefreshed)] == [("ZOO",)]
    again.follow_criteria("")
    text = crm.export_criteria("RB")
    assert crm.export_criteria() == text
    crm.delete_criteria("RB")
    assert list(crm.saved_criteria) == []
    assert [saved.code for saved in crm.import_criteria(text)] == ["RB"]


def test_a_mailing_group_and_a_logged_segment_are_used_again() -> None:
    heard: list[Event] = []
    crm = open_crm(MailingGroup(code="M"), on_event=heard.append)
    fair = open_fair(crm).add_contacts(contact={"no": "ANNA|BO"})
    assert fair.apply_mailing_group("M") == 2
    logged = fair.log()
    assert any(isinstance(event, SegmentLogged) for event in heard)
    assert open_fair(crm).reuse_logged_segment(logged.segment.entry_no).contact_nos == (
        "ANNA",
        "BO",
    )


def test_a_segment_says_why_a_contact_is_in_or_not() -> None:
    crm = open_crm(company("OUT", exclude_from_segment=True))
    fair = open_fair(crm).add_contacts(contact={"salesperson_code": "RB"})
    fair.add_contacts(contact={"no": "OUT"}).remove_line(10_000)
    why = fair.explain("mill")
    assert why.line_nos == (30_000,)
    assert str(why).startswith("MILL is in the segment\n  joined by action 1 (add on 2026-11-22)")
    out = str(fair.explain("OUT"))
    assert "OUT is not in the segment" in out
    assert "left out by action 2 (add on 2026-11-22): excluded" in out
    carl = fair.explain("CARL")
    assert [step.effect for step in carl.steps] == ["joined", "removed"]
    assert [number for number, _ in carl.findings] == [1, 2, 3]
    with pytest.raises(NotFound):
        fair.explain("NOBODY")


def test_a_host_that_refuses_stops_the_step() -> None:
    def refuse(event: Event) -> None:
        if isinstance(event, SegmentChanged) and event.before is not None:
            raise Refused("change a segment", "not today")

    crm = open_crm(on_event=refuse)
    fair = open_fair(crm)
    with pytest.raises(Refused, match="not today"):
        fair.add_contacts()
    assert len(fair) == 0


def test_fields_of_a_host_can_be_chosen_by() -> None:
    crm = open_crm(
        ExtraField(table="contact", name="tier", type="code"),
        company("ZOO", extra={"tier": "GOLD"}),
    )
    assert open_fair(crm).add_contacts(contact={"tier": "gold"}).contact_nos == ("ZOO",)
