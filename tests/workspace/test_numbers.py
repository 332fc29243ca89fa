"""Contacts that get another number, or become one: worksheets, criteria and frames follow."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import segmentation as seg
from segmentation.campaigns import CampaignTarget, HeldBackContact
from segmentation.contacts import ContactMailingGroup, ContactMark
from segmentation.errors import NotFound, Refused
from segmentation.fields import Record
from segmentation.journal import EntryKind
from segmentation.operations.journal import record
from segmentation.segments import actions_from_json
from support.desk import check_journal, make_desk, segment_of
from support.fair import STAMP
from support.stores import STORES, workspaces


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    for opened in workspaces(request, tmp_path):
        yield make_desk(store=opened.store)


def test_lines_and_actions_of_a_worksheet_follow_a_number(crm: seg.Workspace) -> None:
    fair = crm.new_segment("Fair", interaction_template_code="TALK")
    fair.add_contacts(contact={"type": "person"})
    fair.add_contact("SHOP")
    fair.remove_line(fair.lines[0].line_no)
    crm.contacts.exclude("BO", "asked")
    fair.add_contacts(contact={"salesperson_code": "RB"})
    before = fair.lines
    crm.contacts.renumber(old_no="ANNA", new_no="ANNE")
    crm.contacts.renumber(old_no="BO", new_no="BOB")
    crm.contacts.renumber(old_no="SHOP", new_no="STORE")
    crm.contacts.renumber(old_no="CARL", new_no="KARL")
    names = {"ANNA": "ANNE", "BO": "BOB", "SHOP": "STORE", "CARL": "KARL"}
    assert list(fair.lines) == [
        attrs.evolve(
            line,
            contact_no=names.get(line.contact_no, line.contact_no),
            contact_company_no=names.get(line.contact_company_no, line.contact_company_no),
        )
        for line in before
    ]
    left_out = {each.contact_no for action in fair.actions for each in action.left_out}
    assert left_out == {"BOB"}
    steps = len(fair.actions)
    for _ in range(steps):
        fair.go_back()
    assert list(fair.lines) == []
    for _ in range(steps):
        fair.go_forward()
    assert list(fair.contact_nos) == [names.get(no, no) for no in before.contact_nos]
    check_journal(crm)


def test_what_was_undone_comes_back_under_the_new_number(crm: seg.Workspace) -> None:
    fair = segment_of(crm, "CARL", "BO")
    fair.reduce_contacts(contact={"company_no": "SHOP"})
    fair.go_back()
    fair.go_back()
    crm.contacts.renumber(old_no="BO", new_no="BOB")
    found = []
    for step in (fair.go_forward, fair.go_forward, fair.go_back):
        step()
        found.append(fair.contact_nos)
    assert found == [("CARL", "BOB"), ("CARL",), ("CARL", "BOB")]


def test_saved_criteria_put_the_same_contact_in_under_its_new_number(crm: seg.Workspace) -> None:
    segment_of(crm, "CARL").save_criteria("ONE")
    crm.saved_criteria.save("ALL", seg.make_selection(), description="CARL's choice")
    crm.contacts.renumber(old_no="CARL", new_no="KARL")
    fair = crm.new_segment("Fair")
    fair.reuse_criteria("ONE")
    assert fair.contact_nos == ("KARL",)
    (action,) = actions_from_json(crm.saved_criteria["ONE"].actions)
    assert action.by_hand


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        (["ANNA", "BO"], None, ["BO"]),
        (["ANNA"], None, ["BO"]),
        (["BO"], None, ["BO"]),
        (["BO", "ANNA"], "ANNA", ["BO"]),
        (["ANNA", "BO"], "BO", ["BO"]),
        (["ANNA"], "ANNA", []),
    ],
)
def test_two_lines_of_one_contact_never_stand_on_a_worksheet(
    first: list[str], then: str | None, expected: list[str]
) -> None:
    crm = make_desk()
    fair = segment_of(crm, *first)
    if then:
        fair.reduce_contacts(contact={"no": then})
    crm.contacts.merge(kept_no="BO", gone_no="ANNA")
    assert list(fair.contact_nos) == expected
    steps = len(fair.actions)
    for _ in range(steps):
        fair.go_back()
        assert len(set(fair.contact_nos)) == len(fair.contact_nos)
        assert "ANNA" not in fair.contact_nos
    for _ in range(steps):
        fair.go_forward()
        assert len(set(fair.contact_nos)) == len(fair.contact_nos)
        assert "ANNA" not in fair.contact_nos


def test_who_was_held_back_and_marked_is_so_under_the_new_number(crm: seg.Workspace) -> None:
    crm.contacts.exclude("CARL", "asked")
    held = HeldBackContact(entry_no=2, contact_no="CARL", segment_no="S", arm="control")
    record(crm.store, [held], STAMP)
    crm.contacts.renumber(old_no="CARL", new_no="KARL")
    assert [each.contact_no for each in crm.store.records.all(HeldBackContact)] == ["KARL"]
    check_journal(crm)


def test_marks_of_a_contact_hold_and_not_those_of_who_had_its_number(crm: seg.Workspace) -> None:
    """A contact that was deleted leaves its marks, and another gets its number."""
    for no, reason in (("BO", "first"), ("CARL", "second")):
        crm.contacts.exclude(no, reason)
    crm.contacts.admit("BO", "again")
    crm.contacts.delete("BO")
    crm.contacts.renumber(old_no="CARL", new_no="BO")
    (mark,) = crm.store.records.all(ContactMark)
    assert (mark.contact_no, mark.entry_no, mark.value) == ("BO", 5, True)
    assert list(crm.contacts.access("BO").entries) == [(1, 5)]
    crm.contacts.renumber(old_no="ANNA", new_no="CARL")
    assert list(crm.contacts.access("CARL").entries) == [(6, 6)]
    assert crm.contacts["BO"].exclude_from_segment


def test_targets_of_both_numbers_are_counted_together() -> None:
    crm = make_desk()
    targets: list[Record] = [
        CampaignTarget(campaign_no="OLD", type="contact", no=no, contact_no=no, no_of_targets=count)
        for no, count in (("ANNA", 1), ("BO", 2))
    ]
    crm.store.records.put(targets)
    crm.contacts.merge(kept_no="ANNA", gone_no="BO")
    (target,) = crm.store.records.all(CampaignTarget)
    assert (target.no, target.contact_no, target.no_of_targets) == ("ANNA", "ANNA", 3)


FRAME = {"no": ["A", "B"], "name": ["Anna", "Bo"], "type": ["person", "person"]}


def test_contacts_in_a_frame_are_renumbered_and_merged_as_their_host_did(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars", reason="needs polars")
    path = tmp_path / "crm.db"
    with seg.Workspace.open(path, frames={"contact": polars.DataFrame(FRAME)}) as crm:
        crm.contacts.add_rows(ContactMailingGroup(contact_no="A", mailing_group_code="NEWS"))
        crm.new_segment("Fair", no="S1").add_contact("A")
        with pytest.raises(Refused, match="the host still has contact A"):
            crm.contacts.merge(kept_no="B", gone_no="A")
        with pytest.raises(NotFound):
            crm.contacts.renumber(old_no="A", new_no="C")
    changed = polars.DataFrame({**FRAME, "no": ["C", "B"]})
    with seg.Workspace.open(path, frames={"contact": changed}) as crm:
        crm.contacts.renumber(old_no="A", new_no="C")
        assert crm.segment("S1").contact_nos == ("C",)
        assert [each.contact_no for each in crm.contacts.rows("C")] == ["C"]  # type: ignore[attr-defined]
    one = polars.DataFrame(FRAME).head(1).with_columns(no=polars.lit("B"))
    with seg.Workspace.open(path, frames={"contact": one}) as crm:
        crm.contacts.merge(kept_no="B", gone_no="C")
        assert crm.segment("S1").contact_nos == ("B",)
        assert [each.contact_no for each in crm.contacts.rows("B")] == ["B"]  # type: ignore[attr-defined]
        kinds = [entry.kind for entry in crm.journal]
        assert kinds == [EntryKind.CONTACT_RENUMBERED, EntryKind.CONTACT_MERGED]
