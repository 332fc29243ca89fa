"""Approval: a second user says yes to the very plan that is logged, on every store."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import attrs
import pytest

import segmentation as seg
from segmentation.code_tables import SalespersonPurchaser
from segmentation.definitions import OwnField
from segmentation.documents import Attachment
from segmentation.errors import Refused, Rejected
from segmentation.fields import Field, FieldType
from segmentation.journal import ApprovalSet, EntryKind, PlanApproved, happening_of
from segmentation.memory import MemoryStore
from segmentation.operations.segments import LoggingPlan
from segmentation.protocols import Store
from segmentation.segments import SegmentPlan
from segmentation.templates import InteractionTemplate, WordTemplate
from segmentation.workspace import Worksheet
from support.desk import make_template
from support.fair import SETUP, TODAY, evolved, person
from support.stores import STORES, workspaces

anna = pytest.fixture(params=STORES)(workspaces)

ENGLISH, GERMAN = b"Dear customer, see our offers", b"Liebe Kundin, unsere Angebote"
CHANGED = ENGLISH.replace(b"see", b"sea")


def make_world(store: Store) -> None:
    """A, B, C and D have addresses, B reads German; the template OF needs approval."""
    store.records.put(SETUP)
    store.records.put(
        person(
            no,
            e_mail=f"{no.lower()}@example.com",
            language_code="DEU" if no == "B" else "",
            salesperson_code="RB",
        )
        for no in "ABCD"
    )
    store.records.put(
        [
            make_template(
                "OF",
                interaction_group_code="",
                correspondence_type_default="email",
                approval_required_from=1,
            )
        ]
    )


def make_texts(crm: seg.Workspace) -> None:
    for code, content in (("ENU", ENGLISH), ("DEU", GERMAN)):
        text = Attachment("offer.txt", content)
        crm.templates.put_language("OF", code, attachment=text, subject=f"Offers {code}")
    crm.templates.change("OF", language_code_default="ENU")


@pytest.fixture
def ben(anna: seg.Workspace) -> seg.Workspace:
    """The same store, worked on by a second user."""
    make_world(anna.context.store)
    make_texts(anna)
    return evolved(anna, user="BEN")


def sheet_of(crm: seg.Workspace, *nos: str) -> Worksheet:
    sheet = crm.new_segment("Offers", interaction_template_code="OF", salesperson_code="RB")
    for no in nos:
        sheet.add_contact(no)
    return sheet


def approved(anna: seg.Workspace, ben: seg.Workspace) -> Worksheet:
    """A segment with A, B and C, planned by ANNA and approved by BEN."""
    sheet = sheet_of(anna, "A", "B", "C")
    ben.segment(sheet.no).approve(sheet.plan_logging().plan_hash)
    return sheet


def faults_of(sheet: Worksheet) -> list[str]:
    with pytest.raises(Rejected) as caught:
        sheet.log()
    return [str(fault) for fault in caught.value.faults]


def test_what_a_second_user_approved_is_logged(anna: seg.Workspace, ben: seg.Workspace) -> None:
    """TRU-49."""
    sheet = sheet_of(anna, "A", "B", "C")
    plan = sheet.plan_logging()
    assert plan.needs_approval
    assert sheet.plan_logging() == plan
    with pytest.raises(Refused, match="needs approval: plan it, and let another user approve"):
        sheet.log()
    approval = ben.segment(sheet.no).approve(f" {plan.plan_hash.upper()} ")
    assert (approval.planned_by, approval.approved_by) == ("ANNA", "BEN")
    assert ben.segment(sheet.no).plan_logging().approved_by == "BEN"
    entry = anna.journal[approval.entry_no]
    assert entry.user == "BEN"
    assert happening_of(entry) == PlanApproved(
        segment_no=sheet.no, plan_hash=plan.plan_hash, planned_by="ANNA"
    )
    logged = sheet.log()
    assert len(logged.interactions) == 3
    assert logged.segment.plan_hash == plan.plan_hash
    assert logged.segment.approved_by == "BEN"
    assert list(anna.context.store.records.all(SegmentPlan)) == []


def test_a_plan_has_one_hash_on_every_store(anna: seg.Workspace, ben: seg.Workspace) -> None:
    """TRU-49."""
    here = sheet_of(ben, "A", "B", "C").plan_logging().plan_hash
    store = MemoryStore()
    make_world(store)
    with seg.Workspace.open(store, user="EVA", today=TODAY) as other:
        make_texts(other)
        sheet = sheet_of(other, "C", "A", "D", "B")
        sheet.remove_line(sheet.lines[2].line_no)
        there = sheet.plan_logging()
    assert anna.context.store is ben.context.store
    assert (there.plan_hash, there.interactions) == (here, 3)


Step: TypeAlias = Callable[[seg.Workspace, Worksheet], object]


def _remove(sheet: Worksheet, no: str) -> None:
    sheet.remove_line(next(line.line_no for line in sheet.lines if line.contact_no == no))


def _put(content: bytes, code: str, name: str = "offer.txt") -> Step:
    return lambda _crm, sheet: sheet.put_text(code, attachment=Attachment(name, content))


CHANGES: dict[str, tuple[Step, list[str]]] = {
    "a recipient more": (
        lambda _crm, sheet: sheet.add_contact("D"),
        ["contact D: came since then"],
    ),
    "a recipient less": (
        lambda _crm, sheet: _remove(sheet, "B"),
        ["contact B: went since then"],
    ),
    "a letter of the text": (
        _put(CHANGED, "ENU"),
        [
            f"text OF ENU: attachment: '{ENGLISH.decode()}' became '{CHANGED.decode()}'",
        ],
    ),
    "the subject": (
        lambda _crm, sheet: sheet.put_text("ENU", subject="Offers now"),
        ["text OF ENU: subject: 'Offers ENU' became 'Offers now'"],
    ),
    "the German text only": (
        _put(GERMAN + b"!", "DEU"),
        [
            f"text OF DEU: attachment: '{GERMAN.decode()}' became '{GERMAN.decode()}!'",
        ],
    ),
    "the salesperson's name": (
        lambda crm, _sheet: crm.tables["salesperson_purchaser"].put(
            SalespersonPurchaser(code="RB", name="Robin")
        ),
        ["sender: name: '' became 'Robin'"],
    ),
    "the company's address": (
        lambda crm, _sheet: crm.setup.change_company(e_mail="us@example.com"),
        ["sender: e_mail: '' became 'us@example.com'"],
    ),
    "a mail address": (
        lambda crm, _sheet: crm.contacts.change("B", e_mail="bea@example.com"),
        ["contact B: e_mail: 'b@example.com' became 'bea@example.com'"],
    ),
    "who may not be written to": (
        lambda crm, _sheet: crm.addresses.mark("b@example.com", "suppressed"),
        ["contact B: went since then (suppressed)"],
    ),
    "the description": (
        lambda _crm, sheet: sheet.change_header(description="Other offers"),
        ["header: description: 'Offers' became 'Other offers'"],
    ),
    "a second line of one": (
        lambda _crm, sheet: sheet.add_contact("A"),
        ["contact A: has 2 lines now, and had 1"],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_since_is_named(
    anna: seg.Workspace, ben: seg.Workspace, change: str
) -> None:
    """TRU-50."""
    step, told = CHANGES[change]
    sheet = approved(anna, ben)
    step(anna, sheet)
    before = (anna.journal.head, sheet.lines, anna.context.store.segments.get(sheet.no))
    assert faults_of(sheet) == told
    assert (anna.journal.head, sheet.lines, anna.context.store.segments.get(sheet.no)) == before


def test_the_last_byte_of_an_attachment_is_named(anna: seg.Workspace, ben: seg.Workspace) -> None:
    """TRU-50."""
    anna.templates.put_language("OF", "ENU", attachment=Attachment("offer.pdf", b"%PDF-1"))
    sheet = approved(anna, ben)
    _put(b"%PDF-2", "ENU", "offer.pdf")(anna, sheet)
    assert faults_of(sheet) == ["text OF ENU: attachment: has another content"]


def test_the_document_of_a_word_template_is_part_of_the_plan(
    anna: seg.Workspace, ben: seg.Workspace
) -> None:
    """TRU-50."""
    store = anna.context.store
    for content in (b"first", b"second"):
        digest = store.attachments.put(content)
        word = WordTemplate(code="W", attachment=digest, attachment_name="w.docx")
        store.records.put([word])
        if content == b"first":
            anna.templates.change("OF", language_code_default="")
            for code in ("ENU", "DEU"):
                anna.templates.remove_language("OF", code)
            anna.templates.change("OF", word_template_code="W")
            sheet = approved(anna, ben)
    assert faults_of(sheet) == ["text OF: attachment: has another content"]


def test_how_it_is_logged_is_part_of_the_plan(anna: seg.Workspace, ben: seg.Workspace) -> None:
    """TRU-50."""
    sheet = approved(anna, ben)
    with pytest.raises(Rejected, match="deliver: False became True"):
        sheet.log(deliver=True)
    with pytest.raises(Rejected, match="one_mail_per_address: False became True"):
        sheet.log(one_mail_per_address=True)


def test_how_a_letter_is_filled_is_part_of_the_plan(
    anna: seg.Workspace, ben: seg.Workspace
) -> None:
    """TRU-50."""
    anna.templates.put_language("OF", "ENU", attachment=Attachment("a.txt", b"Dear {{ name }}"))
    sheet = sheet_of(anna, "A", "C")
    ben.segment(sheet.no).approve(sheet.plan_logging(deliver=True).plan_hash)
    anna.contacts.change("A", name="Anna Berg")
    with pytest.raises(Rejected) as caught:
        sheet.log(deliver=True)
    assert [str(fault) for fault in caught.value.faults] == [
        "contact A: merge_data: the letter is filled otherwise"
    ]


def test_letters_on_paper_are_planned_without_a_mail_address(
    anna: seg.Workspace, ben: seg.Workspace
) -> None:
    """TRU-49."""
    anna.templates.change("OF", correspondence_type_default="hard_copy")
    sheet = approved(anna, ben)
    anna.contacts.change("A", e_mail="other@example.com")
    assert len(sheet.log().interactions) == 3


def test_a_text_whose_content_is_missing_is_planned_by_its_hash(
    anna: seg.Workspace, ben: seg.Workspace
) -> None:
    """TRU-49."""
    store = anna.context.store
    sheet = sheet_of(anna, "A")
    before = sheet.plan_logging().plan_hash
    store.attachments.remove([sheet.lines[0].attachment])
    assert ben.segment(sheet.no).plan_logging().plan_hash != before


def trial_world() -> tuple[MemoryStore, str]:
    """A segment that follows criteria on the days around today, approved with A, B and C."""
    store = MemoryStore()
    make_world(store)
    first = dt.date(2026, 11, 22)
    with seg.Workspace.open(store, user="ANNA", today=first) as anna:
        make_texts(anna)
        anna.tables.define("contact", Field("trial_ends", FieldType.DATE))
        ends = {"A": "2026-10-23", "B": "2026-11-01", "C": "2026-11-01", "D": "2026-11-23"}
        for no, end in ends.items():
            anna.contacts.change(no, extra={"trial_ends": dt.date.fromisoformat(end)})
        chosen = anna.new_segment("Trials")
        chosen.add_contacts(contact={"trial_ends": "-30D..t"})
        chosen.save_criteria("TRIAL")
        sheet = sheet_of(anna)
        sheet.follow_criteria("TRIAL")
        sheet.refresh()
        assert set(sheet.contact_nos) == {"A", "B", "C"}
        ben = evolved(anna, user="BEN")
        ben.segment(sheet.no).approve(sheet.plan_logging().plan_hash)
        return store, sheet.no


NEXT_DAY = dt.date(2026, 11, 23)


def test_what_a_passing_day_changes_is_named() -> None:
    """TRU-51."""
    store, no = trial_world()
    with seg.Workspace.open(store, user="ANNA", today=NEXT_DAY) as anna:
        sheet = anna.segment(no)
        sheet.refresh()
        told = faults_of(sheet)
    assert told[0].startswith("criteria: ")
    before, _, now = told[0].partition("became")
    assert before.count("(2026-10-23)") == before.count("(2026-11-22)") == 1
    assert now.count("(2026-10-24)") == now.count("(2026-11-23)") == 1
    assert told[1:] == ["contact D: came since then", "contact A: went since then"]


def test_a_passing_day_alone_changes_nothing() -> None:
    """TRU-51."""
    store, no = trial_world()
    with seg.Workspace.open(store, user="ANNA", today=NEXT_DAY) as anna:
        logged = anna.segment(no).log()
    assert {each.contact_no for each in logged.interactions} == {"A", "B", "C"}


def test_what_may_not_be_approved_is_refused(anna: seg.Workspace, ben: seg.Workspace) -> None:
    """TRU-52."""
    sheet, other = sheet_of(anna, "A", "B"), sheet_of(anna, "A")
    mine = sheet.plan_logging().plan_hash
    theirs = other.plan_logging().plan_hash
    head = anna.journal.head
    for crm in (anna, evolved(anna, user="anna")):
        with pytest.raises(Refused, match=r"'ANNA' made the plan, and '(ANNA|anna)' cannot"):
            crm.segment(sheet.no).approve(mine)
    wrong = f"{mine[:-1]}{'0' if mine[-1] != '0' else '1'}"
    with pytest.raises(Refused, match=f"given is {wrong}, and that of its plan is {mine}"):
        ben.segment(sheet.no).approve(wrong)
    with pytest.raises(Refused, match=f"is that of a plan of segment {other.no}"):
        ben.segment(sheet.no).approve(theirs)
    sheet.add_contact("C")
    with pytest.raises(Rejected, match="contact C: came since then"):
        ben.segment(sheet.no).approve(mine)
    unplanned = sheet_of(anna, "A")
    with pytest.raises(Refused, match="no plan of it was made"):
        ben.segment(unplanned.no).approve("0" * 64)
    assert anna.journal.head == head
    assert not [p for p in anna.context.store.records.all(SegmentPlan) if p.approved_by]


def test_who_withdraws_since_then_is_named(anna: seg.Workspace, ben: seg.Workspace) -> None:
    """TRU-50."""
    anna.tables["purpose"].new("OFFERS", description="Offers", needs_consent=False)
    anna.templates.change("OF", purpose_code="OFFERS")
    sheet = approved(anna, ben)
    anna.consents.withdraw("B", purpose_code="OFFERS", channel="email")
    head = anna.journal.head
    assert faults_of(sheet) == ["contact B: went since then (withdrawn)"]
    assert anna.journal.head == head


def test_who_is_held_back_is_part_of_the_plan(anna: seg.Workspace, ben: seg.Workspace) -> None:
    """TRU-50."""
    sheet = sheet_of(anna, *"ABCD")
    sheet.split({"letter": 1, "control": 1}, held_back_arm="control")
    ben.segment(sheet.no).approve(sheet.plan_logging().plan_hash)
    sheet.split({"letter": 1, "nothing": 1}, held_back_arm="nothing")
    told = faults_of(sheet)
    assert told
    assert all("'control' became 'nothing'" in each for each in told)


@pytest.mark.parametrize(
    ("lines", "withdrew", "needed"), [(99, 0, False), (100, 0, True), (101, 2, False)]
)
def test_approval_is_asked_for_from_so_many_recipients_on(
    anna: seg.Workspace, ben: seg.Workspace, lines: int, withdrew: int, needed: bool
) -> None:
    """TRU-53."""
    ben.templates.change("OF", approval_required_from=0)
    ben.setup.change_marketing(approval_required_from=100)
    anna.tables["purpose"].new("NEWS", description="News")
    anna.templates.change("OF", purpose_code="NEWS")
    nos = [f"P{number:03}" for number in range(lines)]
    anna.context.store.records.put(person(no, e_mail=f"{no}@example.com") for no in nos)
    for no in nos:
        anna.consents.give(no, purpose_code="NEWS", channel="email")
    sheet = sheet_of(anna)
    sheet.add_contacts(contact={"no": "P*"})
    assert len(sheet.lines) == lines
    for no in nos[:withdrew]:
        ben.consents.withdraw(no, purpose_code="NEWS", channel="email")
    assert sheet.plan_logging().needs_approval is needed
    if needed:
        with pytest.raises(Refused, match="needs approval"):
            sheet.log()
    else:
        assert len(sheet.log().interactions) == 99


def test_a_template_asks_for_approval_by_its_own_lines(
    anna: seg.Workspace, ben: seg.Workspace
) -> None:
    """TRU-53."""
    ben.templates.change("OF", approval_required_from=3)
    assert not sheet_of(anna, "A", "B").plan_logging().needs_approval
    assert sheet_of(anna, "A", "B", "C").plan_logging().needs_approval


def test_switching_approval_on_or_off_is_an_entry(
    anna: seg.Workspace, ben: seg.Workspace, tmp_path: Path
) -> None:
    """TRU-53."""
    start = anna.journal.head.number
    anna.setup.change_marketing(approval_required_from=100)
    sheet_of(anna, "A").plan_logging()
    ben.setup.change_marketing(approval_required_from=0)
    ben.setup.change_marketing(inherit_language_code=True)
    ben.templates.change("OF", approval_required_from=0)
    anna.templates.new("OG", approval_required_from=7, interaction_group_code="LETTERS")
    anna.templates.delete("OG")
    file = tmp_path / "interaction_template.csv"
    file.write_text("code,approval_required_from\nOF,2\n", encoding="utf-8")
    evolved(anna, user="EVA").import_data(file, mode="update")
    entries = [entry for entry in anna.journal if entry.number > start]
    assert [(entry.kind, entry.user, happening_of(entry)) for entry in entries] == [
        (EntryKind.APPROVAL_SET, user, ApprovalSet(template_code=code, before=old, after=new))
        for user, code, old, new in [
            ("ANNA", "", 0, 100),
            ("BEN", "", 100, 0),
            ("BEN", "OF", 1, 0),
            ("ANNA", "OG", 0, 7),
            ("ANNA", "OG", 7, 0),
            ("EVA", "OF", 0, 2),
        ]
    ]


def test_approval_that_the_journal_does_not_know_is_refused(
    anna: seg.Workspace, ben: seg.Workspace
) -> None:
    """TRU-52: forged in the database, or taken from the approval of something else."""
    store = anna.context.store
    other = approved(anna, ben)
    [real] = store.records.all(SegmentPlan)
    sheet = sheet_of(anna, "A")
    sheet.plan_logging()
    plan = store.records.find(SegmentPlan, sheet.no, sheet.plan_logging().plan_hash)
    assert plan is not None
    forged = [
        attrs.evolve(plan, approved_by="BEN"),
        attrs.evolve(plan, approved_by="BEN", approval_entry_no=999),
        attrs.evolve(plan, approved_by="BEN", approval_entry_no=real.approval_entry_no),
        attrs.evolve(plan, approved_by="BEN", approval_entry_no=1),
    ]
    for each in forged:
        store.records.put([each])
        with pytest.raises(Refused, match="journal does not say that its plan was approved"):
            sheet.log()
    store.records.put([attrs.evolve(real, approved_by="EVA")])
    with pytest.raises(Refused, match="journal does not say that its plan was approved"):
        other.log()
    store.records.put([real])
    assert len(other.log().interactions) == 3


def test_plans_go_with_their_segment_and_with_an_erased_contact(
    anna: seg.Workspace, ben: seg.Workspace
) -> None:
    store = anna.context.store
    first, second = approved(anna, ben), sheet_of(anna, "D")
    second.plan_logging()
    erased = anna.contacts.erase("B")
    assert ("segment_plan", 1) in erased.proof.rows
    assert [plan.segment_no for plan in store.records.all(SegmentPlan)] == [second.no]
    with pytest.raises(Refused, match="needs approval"):
        first.log()
    second.delete()
    assert list(store.records.all(SegmentPlan)) == []


def test_a_plan_tells_itself_in_a_line(anna: seg.Workspace, ben: seg.Workspace) -> None:
    plan = sheet_of(anna, "A").plan_logging()
    assert isinstance(plan, LoggingPlan)
    for value in (plan, next(ben.context.store.records.all(SegmentPlan))):
        assert len(repr(value)) <= 120


def test_criteria_of_a_field_that_is_gone_are_told_as_they_are_kept() -> None:
    """TRU-50."""
    store, no = trial_world()
    with seg.Workspace.open(store, user="ANNA", today=NEXT_DAY) as anna:
        before = anna.segment(no).plan_logging().plan_hash
        store.records.remove(list(store.records.all(OwnField)))
        assert anna.segment(no).plan_logging().plan_hash != before


def test_a_template_without_attachment_is_planned() -> None:
    """TRU-49."""
    store = MemoryStore()
    make_world(store)
    with seg.Workspace.open(store, user="ANNA", today=TODAY) as anna:
        sheet = sheet_of(anna, "A")
        assert sheet.plan_logging().plan_hash
        [template] = store.records.all(InteractionTemplate, code="OF")
        assert template.approval_required_from == 1
