"""Comments on contacts: written, read, and where they go with the contact."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.contacts import ContactComment
from segmentation.errors import Rejected
from segmentation.memory import MemoryStore
from segmentation.operations.data import copy_store
from support.desk import make_desk
from support.fair import TODAY, person


@pytest.fixture(params=["memory", "sql"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store."""
    store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "crm.db")
    with make_desk(person("EVE", name="Eve Lund"), store=store) as made:
        yield made


def texts(crm: seg.Workspace, no: str) -> list[str]:
    return [comment.text for comment in crm.contacts.comments(no)]


def test_comments_come_back_in_the_order_in_which_they_were_written(crm: seg.Workspace) -> None:
    """EXM-48, the comments."""
    crm.contacts.comment("MILL", "Of another")
    first = crm.contacts.comment("anna", "b")
    second = crm.contacts.comment(crm.contacts["ANNA"], "a, " * 200)
    assert crm.contacts.comments("Anna") == (first, second)
    assert (first.date, first.user_id, first.code) == (TODAY, "ANNA", "")
    assert first.line_no < second.line_no
    assert repr(first) == "ContactComment('ANNA', 10000, 2026-11-22, 'b')"
    assert crm.contacts.comments("BO") == ()


def test_a_comment_is_of_the_day_of_the_workspace() -> None:
    """FRT-18, of a comment on a contact."""
    clock = dt.datetime(2026, 11, 22, 23, 30, 20, tzinfo=dt.UTC)
    store = make_desk().store
    for today in (None, dt.date(2026, 6, 1)):
        with seg.Workspace.open(
            store, clock=lambda: clock, zone=ZoneInfo("Europe/Zurich"), today=today
        ) as crm:
            made = crm.contacts.comment("ANNA", "Well")
            assert made.date == (today or dt.date(2026, 11, 23))


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "is blank"), (" \n", "is blank"), (7, "is no value of type text")],
)
def test_a_comment_says_something(crm: seg.Workspace, text: Any, reason: str) -> None:  # noqa: ANN401
    with pytest.raises(Rejected, match=rf"contact ANNA: text: (7 )?{reason}"):
        crm.contacts.comment("ANNA", text)
    row = ContactComment(contact_no="ANNA", line_no=1, text=text)
    with pytest.raises(Rejected, match=rf"contact_comment ANNA 1: text: (7 )?{reason}"):
        crm.contacts.add_rows(row)
    assert crm.contacts.comments("ANNA") == ()


def test_comments_are_rows_of_the_contact(crm: seg.Workspace) -> None:
    made = crm.contacts.comment("CARL", "Likes trains")
    assert crm.contacts.rows("CARL") == (made,)
    assert crm.contacts.row_counts("CARL")["contact_comment"] == 1
    better = attrs.evolve(made, text="Likes boats", code="HOBBY")
    crm.contacts.add_rows(better)
    assert crm.contacts.comments("CARL") == (better,)
    crm.contacts.remove_rows(better)
    assert crm.contacts.comments("CARL") == ()
    with pytest.raises(Rejected, match="there is no contact 'NOBODY'"):
        crm.contacts.add_rows(attrs.evolve(made, contact_no="NOBODY"))


def test_comments_follow_a_contact_to_another_number(crm: seg.Workspace) -> None:
    made = [crm.contacts.comment("CARL", text) for text in ("one", "two")]
    crm.contacts.renumber(old_no="CARL", new_no="KARL")
    moved = tuple(attrs.evolve(each, contact_no="KARL") for each in made)
    assert crm.contacts.comments("KARL") == moved
    assert list(crm.store.records.all(ContactComment, contact_no="CARL")) == []


def test_of_two_contacts_that_are_made_one_no_comment_is_lost(crm: seg.Workspace) -> None:
    kept = [crm.contacts.comment("CARL", text) for text in ("one", "two")]
    gone = [crm.contacts.comment("EVE", text) for text in ("three", "four")]
    crm.contacts.add_rows(attrs.evolve(gone[1], line_no=5, text="two and a half"))
    crm.contacts.merge(kept_no="CARL", gone_no="EVE")
    assert texts(crm, "CARL") == ["one", "two", "two and a half", "three", "four"]
    assert crm.contacts.comments("CARL")[:2] == tuple(kept)
    assert {each.user_id for each in crm.contacts.comments("CARL")} == {"ANNA"}
    assert list(crm.store.records.all(ContactComment, contact_no="EVE")) == []


def test_comments_go_with_the_contact(crm: seg.Workspace) -> None:
    for no in ("BO", "CARL", "EVE"):
        crm.contacts.comment(no, f"About {no}")
    crm.contacts.delete("CARL")
    kept = crm.contacts.access("EVE")
    assert [row.text for row in kept.rows if isinstance(row, ContactComment)] == ["About EVE"]
    assert "contact_comment" in kept._repr_html_()
    plan = crm.contacts.plan_erasing("EVE")
    assert plan.proof.rows == (("contact", 1), ("contact_comment", 1))
    assert crm.contacts.erase("EVE").proof == plan.proof
    assert [each.contact_no for each in crm.store.records.all(ContactComment)] == ["BO"]


def test_comments_are_taken_in_from_files(crm: seg.Workspace, tmp_path: Path) -> None:
    file = tmp_path / "contact_comment.csv"
    file.write_text(
        "Contact No.,Line No.,Date,Code,Comment\n"
        "bo,20000,2026-11-02,visit,Second\n"
        "bo,10000,2026-11-01,,First\n",
        encoding="utf-8",
    )
    crm.import_data(file)
    assert texts(crm, "BO") == ["First", "Second"]
    visit = crm.contacts.comments("BO")[1]
    assert (visit.date, visit.code, visit.user_id) == (dt.date(2026, 11, 2), "VISIT", "")
    file.write_text("Contact No.,Line No.,Text\nNOBODY,1, \n", encoding="utf-8")
    with pytest.raises(Rejected) as caught:
        crm.import_data(file)
    assert {fault.code for fault in caught.value.faults} == {"missing_reference", "blank"}


def test_comments_are_copied_with_a_store(crm: seg.Workspace) -> None:
    made = crm.contacts.comment("BO", "Calls back")
    target = MemoryStore()
    copy_store(crm.store, target)
    assert list(target.records.all(ContactComment)) == [made]
