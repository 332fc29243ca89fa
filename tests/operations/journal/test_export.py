"""Journals move from store to store as JSON Lines, and old ones stay readable."""

from pathlib import Path

import attrs
import pytest

import segmentation as seg
from segmentation.errors import JournalBroken, Refused
from segmentation.interactions import DeliveryStatus
from segmentation.journal import DeliveryRecorded, EntryKind, from_line
from segmentation.memory import MemoryStore
from segmentation.operations.interactions import cancel, uncancel
from segmentation.operations.journal import KINDS, record
from segmentation.protocols import Store
from segmentation.workspace import open_store
from support.checker import check
from support.desk import check_journal, make_desk, segment_of
from support.fair import STAMP

SAMPLES = Path(__file__).parents[2] / "samples"


def busy_desk(store: Store | None = None) -> seg.Workspace:
    """A desk whose journal holds entries of every kind."""
    crm = make_desk(store=store)
    logged = segment_of(crm, "ANNA", "BO", "CARL", campaign="SALE").log()
    one, two, three = logged.interactions
    crm.interactions.evaluate(one.entry_no, evaluation="positive")
    crm.interactions.comment(two.entry_no, "Æ, “ø”, å")
    crm.interactions.set_attempt(two.entry_no, attempt_failed=True)
    crm.interactions.link_opportunity(two.entry_no, "OP1")
    sent = DeliveryRecorded(
        interaction_no=one.entry_no, status=DeliveryStatus.DELIVERED, attempts=1
    )
    record(crm.store, [sent], STAMP)
    cancel(crm.context, logged.segment)
    uncancel(crm.context, logged.segment)
    crm.interactions.cancel(three)
    crm.interactions.delete_all_canceled()
    put_off = crm.interactions.postpone("ANNA", interaction_template_code="TALK")
    crm.interactions.finish(put_off.entry_no, cost=1)
    crm.interactions.discard(
        crm.interactions.postpone("BO", interaction_template_code="TALK").entry_no
    )
    crm.contacts.erase("BO")
    return crm


def test_a_journal_taken_in_adds_up_to_the_same() -> None:
    crm = busy_desk()
    other = seg.Workspace.open(MemoryStore())
    assert other.journal.import_entries(crm.journal.export()) == crm.journal.head
    for kind in KINDS:
        assert list(other.store.records.all(kind)) == list(crm.store.records.all(kind))
    check_journal(other)
    assert list(other.journal) == list(crm.journal)


def test_a_database_keeps_the_same_journal_and_the_same_records(tmp_path: Path) -> None:
    in_memory = busy_desk()
    with busy_desk(store=open_store(tmp_path / "crm.db")) as crm:
        check_journal(crm)
        assert list(crm.journal.export()) == list(in_memory.journal.export())
        for kind in KINDS:
            assert list(crm.store.records.all(kind)) == list(in_memory.store.records.all(kind))
    with seg.Workspace.open(tmp_path / "other.db") as other:
        assert other.journal.import_entries(in_memory.journal.export()) == in_memory.journal.head
        check_journal(other)


def test_an_erased_word_is_not_in_the_file_of_the_database(tmp_path: Path) -> None:
    file = tmp_path / "crm.db"
    with make_desk(store=open_store(file)) as crm:
        crm.interactions.create(
            "BO", interaction_template_code="TALK", description="Xylophone lessons"
        )
        crm.contacts.erase("BO")
    assert not any(b"Xylophone" in path.read_bytes() for path in tmp_path.iterdir())


def test_a_journal_goes_into_an_empty_one_only(crm: seg.Workspace) -> None:
    crm.interactions.create("ANNA", interaction_template_code="TALK")
    with pytest.raises(Refused, match="not empty"):
        crm.journal.import_entries(crm.journal.export())


def test_a_broken_journal_is_not_taken_in() -> None:
    lines = list(busy_desk().journal.export())
    other = seg.Workspace.open(MemoryStore())
    with pytest.raises(JournalBroken) as error:
        other.journal.import_entries([*lines[:4], *lines[5:]])
    assert error.value.number == 5
    assert other.journal.head.number == 0


def test_an_entry_that_speaks_of_nothing_is_named() -> None:
    crm = make_desk()
    made = crm.interactions.create("ANNA", interaction_template_code="TALK")
    crm.interactions.evaluate(made.entry_no, evaluation="positive")
    *_, evaluated = crm.journal
    state = crm.journal.as_of(entry_no=0)
    with pytest.raises(JournalBroken, match="interaction_log_entry 1, which is not there"):
        state.apply(evaluated)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("journal-*.jsonl")), ids=lambda p: p.name)
def test_journals_of_every_released_form_stay_readable(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    crm = seg.Workspace.open(MemoryStore())
    head = crm.journal.import_entries(lines)
    assert check(lines) == attrs.astuple(head)
    assert list(crm.journal.export()) == lines
    check_journal(crm)


def test_the_samples_hold_entries_of_every_kind() -> None:
    kinds = {
        from_line(line, number).kind
        for path in SAMPLES.glob("journal-*.jsonl")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    }
    assert kinds == set(EntryKind)


def test_the_page_of_the_journal_shows_the_checker_that_the_tests_use() -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs" / "journal.md").read_text(encoding="utf-8")
    checker = root / "tests" / "support" / "checker.py"
    assert checker.read_text(encoding="utf-8").strip() in page
