"""The journal as a noun: read like any other, verified, repaired, exported and imported."""

import datetime as dt
import json

import attrs
import pytest

import segmentation as seg
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.interactions import Evaluation, Interaction
from segmentation.journal import EntryKind
from segmentation.memory import MemoryStore
from support.desk import check_journal, make_desk, segment_of
from support.fair import NOW


@pytest.fixture
def crm() -> seg.Workspace:
    """A workspace with a journal of three entries."""
    crm = make_desk()
    segment_of(crm, "ANNA", "BO").log()
    return crm


def test_entries_are_read_like_the_records_of_any_noun(crm: seg.Workspace) -> None:
    """FRT-04."""
    entries = list(crm.journal)
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert len(crm.journal) == crm.journal.head.number == 3
    assert crm.journal[2] == crm.journal.find(2) == entries[1]
    assert crm.journal[entries[1]] == entries[1]
    assert crm.journal.get_many([3, 1]) == [entries[2], entries[0]]
    assert [number in crm.journal for number in (0, 1, 3, 4, "1", None)] == [
        *(False, True, True, False),
        *(False, False),
    ]
    assert crm.journal.find(4) is None
    with pytest.raises(NotFound, match="journal entry '4'"):
        _ = crm.journal[4]
    with pytest.raises(NotFound, match="'8, 9'"):
        crm.journal.get_many([8, 1, 9])


def test_entries_are_found_by_what_they_are(crm: seg.Workspace) -> None:
    logged, *letters = list(crm.journal)
    with seg.Workspace.open(crm.store, user="EVA", clock=lambda: NOW) as eva:
        eva.interactions.comment(letters[0].number, "Well")
    (comment,) = crm.journal.where(user="EVA")
    assert crm.journal.where() == [logged, *letters, comment]
    assert crm.journal.where(kind="interaction_logged") == letters
    assert crm.journal.where(kind=EntryKind.INTERACTION_LOGGED, user="EVA") == []
    assert crm.journal.where(number=2) == crm.journal.where(number=letters[0]) == [letters[0]]
    assert crm.journal.where(number=2, user="EVA") == crm.journal.where(number=9) == []
    assert crm.journal.where(at=NOW) == [logged, *letters, comment]
    assert crm.journal.where(at=NOW + dt.timedelta(seconds=1)) == []
    with pytest.raises(InvalidValue, match="'logged' is none of segment_logged, "):
        crm.journal.where(kind="logged")


def test_entries_are_a_frame(crm: seg.Workspace) -> None:
    entries = list(crm.journal)
    polars, pandas = crm.journal.to_frame("polars"), crm.journal.to_frame("pandas")
    assert list(polars["number"]) == list(pandas["number"]) == [1, 2, 3]
    assert list(polars["sha256"]) == [entry.sha256 for entry in entries]
    assert list(polars["at"]) == [NOW] * 3
    assert list(pandas["kind"]) == [str(entry.kind) for entry in entries]
    assert list(polars["personal"]) == [entry.personal for entry in entries]
    with pytest.raises(InvalidValue, match=r"installed are: .*polars"):
        crm.journal.to_frame()


def test_the_journal_shows_its_count_and_its_last_entries(crm: seg.Workspace) -> None:
    assert repr(crm.journal) == "Journal(3)"
    for _ in range(20):
        crm.interactions.create("ANNA", interaction_template_code="TALK")
    shown = crm.journal._repr_html_()
    assert "<caption>Journal(23)</caption>" in shown
    assert "<td>interaction_logged</td>" in shown
    assert shown.count("<tr>") == 11
    plain = seg.to_plain(crm.journal)
    assert json.loads(json.dumps(plain)) == {
        "count": 23,
        "head": {"number": 23, "sha256": crm.journal.head.sha256},
    }


def test_the_chain_is_walked_and_the_past_is_asked(crm: seg.Workspace) -> None:
    head = crm.journal.verify()
    crm.interactions.create("ANNA", interaction_template_code="TALK")
    assert crm.journal.verify(after=head, kept=head) == crm.journal.head
    assert crm.journal.as_of(entry_no=head.number).number == 3
    assert crm.journal.as_of(at=NOW).number == crm.journal.as_of().number == 4


def test_records_changed_behind_its_back_are_told_and_put_right(crm: seg.Workspace) -> None:
    sent = next(crm.store.records.all(Interaction))
    crm.store.records.put([attrs.evolve(sent, evaluation=Evaluation.POSITIVE)])
    found = crm.journal.audit()
    assert [repr(each) for each in found] == [
        f"Discrepancy('interaction_log_entry {sent.entry_no}', 'differs')"
    ]
    plain = seg.to_plain(found[0])
    assert isinstance(plain, dict)
    assert plain["state"] == "differs"
    assert crm.journal.repair() == found
    assert crm.journal.repair() == []
    check_journal(crm)


def test_an_exported_journal_goes_into_an_empty_one_only(crm: seg.Workspace) -> None:
    other = seg.Workspace.open(MemoryStore())
    assert other.journal.import_entries(crm.journal.export()) == crm.journal.head
    assert list(other.journal.export()) == list(crm.journal.export())
    with pytest.raises(Refused, match="not empty; use an empty store"):
        other.journal.import_entries(crm.journal.export())
