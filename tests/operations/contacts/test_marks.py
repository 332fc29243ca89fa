"""Marks that keep a contact from being contacted: who decided them, when and why."""

from datetime import date

import pytest

import segmentation as seg
from segmentation.contacts import Contact, ContactMailingGroup, ContactMark
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.journal import ContactMarked, EntryKind, happening_of
from segmentation.memory import MemoryStore
from support.desk import check_journal

NEWS = ContactMailingGroup(contact_no="C1", mailing_group_code="NEWS")


@pytest.fixture
def crm() -> seg.Workspace:
    crm = seg.Workspace.open(MemoryStore(), user="ANNA", today=date(2026, 11, 30))
    crm.contacts.add(Contact(no="C1"), Contact(no="C2"))
    return crm


def decided(crm: seg.Workspace) -> list[tuple[str, str, str, bool, str]]:
    """Contact, mark, mailing group, value and reason of what the journal says was decided."""
    found = [happening_of(entry) for entry in crm.journal]
    return [
        (each.contact_no, each.mark, each.mailing_group_code, each.value, each.reason)
        for each in found
        if isinstance(each, ContactMarked)
    ]


def marks(crm: seg.Workspace) -> list[tuple[str, str, str, bool]]:
    return [
        (each.contact_no, each.mark, each.mailing_group_code, each.value)
        for each in crm.store.records.all(ContactMark)
    ]


def test_an_exclusion_is_recorded_with_its_reason(crm: seg.Workspace) -> None:
    assert crm.contacts.exclude("C1", "asked by phone").exclude_from_segment
    assert crm.contacts["C1"].exclude_from_segment
    assert not crm.contacts.admit(crm.contacts["C1"], "asked for news again").exclude_from_segment
    assert decided(crm) == [
        ("C1", "exclude_from_segment", "", True, "asked by phone"),
        ("C1", "exclude_from_segment", "", False, "asked for news again"),
    ]
    assert [(entry.user, entry.kind) for entry in crm.journal] == [
        ("ANNA", EntryKind.CONTACT_MARKED)
    ] * 2
    (mark,) = crm.store.records.all(ContactMark)
    assert (mark.value, mark.entry_no, mark.protects) == (False, 2, False)
    check_journal(crm)


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_exclusion_needs_a_reason_and_a_contact(crm: seg.Workspace, reason: str) -> None:
    with pytest.raises(InvalidValue, match="reason"):
        crm.contacts.exclude("C1", reason)
    with pytest.raises(InvalidValue, match="say why"):
        crm.contacts.admit("C1", reason)
    with pytest.raises(NotFound):
        crm.contacts.exclude("C9", "asked")
    assert crm.journal.head.number == 0


def test_a_change_of_the_card_names_the_verbs_of_exclusion(crm: seg.Workspace) -> None:
    with pytest.raises(Refused, match="use exclude or admit"):
        crm.contacts.change("C1", exclude_from_segment=True)
    crm.contacts.exclude("C1", "asked")
    crm.contacts.change("C1", exclude_from_segment=True, city="Oslo")
    assert crm.contacts["C1"].city == "Oslo"


def test_other_marks_of_privacy_are_recorded_when_they_change(crm: seg.Workspace) -> None:
    crm.contacts.change("C1", privacy_blocked=True, minor=True, city="Oslo")
    crm.contacts.change("C1", privacy_blocked=True, parental_consent_received=True)
    crm.contacts.change("C1", city="Moss")
    crm.contacts.new("Dahl", no="C3", exclude_from_segment=True)
    crm.contacts.new("Ek", no="C4")
    assert decided(crm) == [
        ("C1", "privacy_blocked", "", True, ""),
        ("C1", "minor", "", True, ""),
        ("C1", "parental_consent_received", "", True, ""),
        ("C3", "exclude_from_segment", "", True, ""),
    ]
    check_journal(crm)


def test_a_mailing_group_that_is_left_is_recorded(crm: seg.Workspace) -> None:
    crm.contacts.add_rows(NEWS)
    assert decided(crm) == []
    crm.contacts.remove_rows(NEWS)
    assert decided(crm) == [("C1", "mailing_group", "NEWS", False, "")]
    crm.contacts.add_rows(NEWS)
    assert marks(crm) == [("C1", "mailing_group", "NEWS", True)]
    check_journal(crm)


def test_the_state_of_the_past_knows_what_was_decided(crm: seg.Workspace) -> None:
    crm.contacts.exclude("C1", "asked")
    crm.contacts.admit("C1", "asked again")
    before = crm.journal.as_of(entry_no=1)
    assert [mark.value for mark in before.all(ContactMark)] == [True]
    other = seg.Workspace.open(MemoryStore())
    other.journal.import_entries(crm.journal.export())
    assert marks(other) == marks(crm) == [("C1", "exclude_from_segment", "", False)]


def test_an_audit_finds_a_mark_that_was_tampered_with(crm: seg.Workspace) -> None:
    crm.contacts.exclude("C1", "asked")
    (mark,) = crm.store.records.all(ContactMark)
    crm.store.records.remove([mark])
    assert [str(each) for each in crm.journal.audit()] == [
        "contact_mark C1 exclude_from_segment  is missing"
    ]
    crm.journal.repair()
    check_journal(crm)


def test_a_mark_stays_when_its_contact_goes(crm: seg.Workspace) -> None:
    crm.contacts.exclude("C1", "asked")
    crm.contacts.delete("C1")
    assert marks(crm) == [("C1", "exclude_from_segment", "", True)]
    kept = crm.contacts.access("C1")
    assert (kept.contact, [row.__table__ for row in kept.rows]) == (None, ["contact_mark"])
    crm.add(Contact(no="C1"))
    assert crm.contacts["C1"].exclude_from_segment


def test_erasing_takes_the_marks_and_their_reasons(crm: seg.Workspace) -> None:
    crm.contacts.exclude("C1", "wrote from anna@x.no")
    crm.contacts.exclude("C2", "asked")
    crm.contacts.admit("C1", "wrote again")
    assert crm.contacts.access("C1").entries == ((1, 1), (3, 3))
    plan = crm.contacts.plan_erasing("C1")
    assert plan.proof.emptied == ((1, 1), (3, 3))
    erasure = crm.contacts.erase("C1")
    assert erasure.proof == plan.proof
    assert marks(crm) == [("C2", "exclude_from_segment", "", True)]
    assert [entry.erased for entry in crm.journal] == [True, False, True, False]
    assert "anna@x.no" not in "".join(crm.journal.export())
    check_journal(crm)
    assert crm.contacts.access("C1").items == ()


def test_what_was_erased_of_one_is_passed_over_when_the_next_is_erased(
    crm: seg.Workspace,
) -> None:
    crm.contacts.exclude("C1", "asked")
    crm.contacts.exclude("C2", "asked too")
    crm.contacts.erase("C1")
    assert crm.contacts.erase("C2").proof.emptied == ((2, 2),)
    assert marks(crm) == []
    check_journal(crm)


def test_merging_keeps_the_consent_of_who_stays(crm: seg.Workspace) -> None:
    for consent in (True, False):
        crm.contacts.change("C1", parental_consent_received=consent)
    crm.contacts.change("C2", parental_consent_received=True)
    assert crm.contacts.merge(kept_no="C2", gone_no="C1").parental_consent_received
    assert [mark for mark in marks(crm) if mark[0] == "C2"] == [
        ("C2", "parental_consent_received", "", True)
    ]
    check_journal(crm)


def test_merging_passes_on_what_protects(crm: seg.Workspace) -> None:
    crm.contacts.add_rows(NEWS)
    crm.contacts.remove_rows(NEWS)
    crm.contacts.exclude("C1", "asked")
    crm.contacts.change("C1", minor=True)
    crm.contacts.change("C1", minor=False)
    merged = crm.contacts.merge(kept_no="C2", gone_no="C1")
    assert (merged.exclude_from_segment, merged.minor) == (True, False)
    assert [mark for mark in marks(crm) if mark[0] == "C2"] == [
        ("C2", "exclude_from_segment", "", True),
        ("C2", "mailing_group", "NEWS", False),
    ]
    check_journal(crm)


def test_what_was_decided_of_a_contact_follows_its_number(crm: seg.Workspace) -> None:
    crm.contacts.exclude("C1", "asked")
    assert crm.contacts.renumber(old_no="C1", new_no="C7").exclude_from_segment
    assert marks(crm) == [("C7", "exclude_from_segment", "", True)]
    check_journal(crm)


@pytest.mark.parametrize(
    ("mark", "value", "protects"),
    [
        ("minor", True, True),
        ("minor", False, False),
        ("parental_consent_received", False, True),
        ("parental_consent_received", True, False),
        ("mailing_group", False, True),
    ],
)
def test_what_protects_is_known_of_each_mark(mark: str, *, value: bool, protects: bool) -> None:
    assert ContactMark(contact_no="C1", mark=mark, value=value).protects is protects
