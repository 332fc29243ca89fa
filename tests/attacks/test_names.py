"""A person's name in every field that takes it is where it may be, and nowhere else."""

from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import CorrespondenceType
from segmentation.documents import Attachment, Document
from segmentation.errors import NotDelivered
from segmentation.fields import FieldType, fields_of
from segmentation.interactions import Interaction
from segmentation.journal import hashed_lines
from segmentation.operations.journal import record
from segmentation.segments import SegmentPlan
from segmentation.workspace import open_store
from support.desk import make_desk, make_template, segment_of
from support.fair import SETUP, STAMP, TODAY, evolved, person
from support.logs import LOG

NAME = "Anna Østberg"
_NO_PERSONS = {"user_id", "attachment", "merge_data", "arm", "delivered_before"}
FREE = {
    field.name: NAME
    for field in fields_of(Interaction)
    if field.type is FieldType.TEXT and field.name not in _NO_PERSONS
}
"""The fields of an interaction that hold any text about a person."""


def forms(text: str) -> list[bytes]:
    """A text as files hold it: in UTF-8, in UTF-16, as an escape of JSON."""
    escaped = text.encode("unicode_escape").replace(b"\\x", b"\\u00")
    return [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), escaped]


def test_a_name_in_any_field_of_an_interaction_is_in_no_proof() -> None:
    """TRU-46."""
    crm = make_desk()
    assert {"description", "subject", "contact_via", "delivery_error"} <= FREE.keys()
    values: dict[str, Any] = FREE
    for name in FREE:
        record(crm.context.store, [Interaction(contact_no="BO", **{name: values[name]})], STAMP)
    record(crm.context.store, [Interaction(contact_no="BO", **values)], STAMP)
    signed = crm.journal.sign_checkpoint(LOG, after=None)
    for entry in crm.journal:
        assert NAME in (entry.personal or "")
        proof = crm.journal.prove(entry, signed)
        assert "Østberg" not in proof.text + proof.lines
        assert proof.lines == hashed_lines(entry)


def test_a_name_in_tiles_is_none(tmp_path: Path) -> None:
    """TRU-46."""
    crm = make_desk()
    values: dict[str, Any] = FREE
    record(crm.context.store, [Interaction(contact_no="BO", **values)], STAMP)
    signed = crm.journal.sign_checkpoint(LOG, after=None)
    content = b"".join(path.read_bytes() for path in crm.journal.write_tiles(tmp_path, signed))
    for form in (*forms("Østberg"), b"BO"):
        assert form not in content


@pytest.mark.parametrize("name", ["name", "name_2", "e_mail", "job_title"])
def test_an_erased_person_is_in_no_plan_and_in_no_byte(tmp_path: Path, name: str) -> None:
    """The plan of a segment holds addresses, and letters; erasing takes it away."""
    told = "anna.ostberg@example.com" if name == "e_mail" else NAME
    path = tmp_path / "crm.db"
    with seg.Workspace.open(str(path), user="ANNA", today=TODAY) as crm:
        values: dict[str, Any] = {"e_mail": "a@example.com", name: told}
        someone = attrs.evolve(person("CT1", salesperson_code="RB"), **values)
        template = make_template(
            "OF",
            interaction_group_code="",
            correspondence_type_default="email",
            approval_required_from=1,
        )
        crm.context.store.records.put([*SETUP, someone, template])
        crm.templates.put_language("OF", "ENU", attachment=Attachment("a.txt", b"Dear {{ name }}"))
        crm.templates.change("OF", language_code_default="ENU")
        sheet = crm.new_segment("Offers", interaction_template_code="OF", salesperson_code="RB")
        sheet.add_contact("CT1")
        plan = sheet.plan_logging(deliver=True)
        evolved(crm, user="BEN").segment(sheet.no).approve(plan.plan_hash)
        assert told.encode() in _bytes_in(tmp_path)
        crm.contacts.erase("CT1")
        assert list(crm.context.store.records.all(SegmentPlan)) == []
        assert crm.journal.audit() == []
        crm.journal.verify()
    content = _bytes_in(tmp_path)
    for form in forms(told):
        assert form not in content


def _bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


SPELLED = {
    "Max Gro\u00df": ("Herr GROSS rief an", "gross!", "Gro\u1e9e", "Gro\u00df kam"),
    "Pat O'Neil": ("O\u2019Neil called", "O\u2018NEIL", "o'neil"),
    "Zo\u00eb M\u00fcller": ("Frau Mu\u0308ller", "MU\u0308LLER", "M\u00fcller"),
    "Zoe\u0308 Bru\u0308n": ("Frau Br\u00fcn", "BRU\u0308N!"),
    "Kai Dahl-Ravn": ("Dahl\u2011Ravn", "DAHL\u2010RAVN"),
    "Al B.rg[z]+": ("Al B.rg[z]+ kam", "b.rg[z]+"),
    "\u0130pek \u0130nanov": ("\u0130NANOV", "inanov"),
    "Ann\u00a0Lund": ("Ann Lund", "ann  LUND", "Lund\u200b"),
    "G. Hope": ("I hope so", "G. M. Hope", "Hope\u2019s", "2026_Hope_1"),
    "May Von der Lyng": ("lyng", "Mrs LYNG, May", "Von_der_Lyng"),
}
NOT_NAMED = (
    "May came",
    "G. rang",
    "hopes",
    "Gr\u00f6\u00dfe",
    "Neil",
    "Borgz war da",
    "Ravnsborg",
    "Lunden",
)


@pytest.mark.parametrize("name", SPELLED)
def test_a_name_is_found_however_it_is_spelled(tmp_path: Path, name: str) -> None:
    """TRU-23, in letters, whose text is as others wrote it; after erasing it is in no byte."""
    path = tmp_path / "crm.db"
    letters = [*SPELLED[name], *NOT_NAMED]
    with make_desk(person("X1", name=name), store=open_store(path)) as crm:
        for letter in letters:
            crm.interactions.create(
                "BO",
                interaction_template_code="TALK",
                attachment=Attachment("a.txt", letter.encode()),
            )
        plan = crm.contacts.plan_erasing("X1")
        named = [mention.entry_no for mention in plan.mentions]
        assert named == list(range(1, len(SPELLED[name]) + 1))
        assert crm.contacts.access("X1").items == plan.items
        crm.contacts.erase("X1", also=plan.mentions)
        assert crm.journal.audit() == []
    content = _bytes_in(tmp_path)
    for letter in SPELLED[name]:
        assert letter.encode() not in content
    assert all(letter.encode() in content for letter in NOT_NAMED)


def test_a_name_of_common_words_is_found_in_every_place(tmp_path: Path) -> None:
    """TRU-23: in names of files, of campaigns and segments, logged or not, in what a mail met."""
    path = tmp_path / "crm.db"
    told = "Talk of Will_May"
    with make_desk(person("X1", name="Mark Will-May"), store=open_store(path), user="EVA") as crm:
        crm.contacts.change("BO", e_mail="bo@example.com")
        crm.interactions.create(
            "CARL", interaction_template_code="TALK", attachment=Attachment(f"{told}.txt", b"x")
        )
        crm.campaigns.new(told)
        segment_of(crm, "BO", description=told, template="LETTER").log(deliver=True)
        segment_of(crm, "BO", description=told)
        crm.letters.deliver({CorrespondenceType.EMAIL: Refusing(told)})
        plan = crm.contacts.plan_erasing("X1")
        found = {(mention.table, mention.field) for mention in plan.mentions}
        assert found == PLACES
        crm.contacts.erase("X1", also=plan.mentions)
        assert crm.contacts.plan_erasing("X1").mentions == ()
        assert crm.journal.audit() == []
    assert b"Will_May" not in _bytes_in(tmp_path)


PLACES = {
    ("interaction_log_entry", "attachment_name"),
    ("interaction_log_entry", "description"),
    ("interaction_log_entry", "reason"),
    ("logged_segment", "description"),
    ("campaign", "description"),
    ("segment_header", "description"),
}


@attrs.frozen
class Refusing:
    """A courier of a server that refuses, and says for whom it was."""

    said: str

    def deliver(self, document: Document) -> str:
        raise NotDelivered(document.contact_no, self.said)
