"""Entries are found by their number, and the chain is walked from the beginning or a known head."""

import attrs
import pytest

import segmentation as seg
from segmentation.errors import JournalBroken, NotFound
from segmentation.journal import Head, head_of
from segmentation.operations.journal import (
    export_journal,
    find_entry,
    get_entries,
    get_entry,
    last_entries,
    state_as_of,
    verify_export,
    verify_journal,
)
from support.desk import make_desk, segment_of


@pytest.fixture
def crm() -> seg.Workspace:
    """A workspace with a journal of four entries."""
    crm = make_desk()
    segment_of(crm, "ANNA", "BO", "CARL").log()
    return crm


def test_an_entry_is_found_by_its_number_or_by_itself(crm: seg.Workspace) -> None:
    entries = list(crm.store.log.read())
    assert [get_entry(crm.store, each.number) for each in entries] == entries
    assert get_entry(crm.store, entries[2]) == entries[2]
    assert find_entry(crm.store, 4) == entries[3]
    for number in (0, -1, 5):
        assert find_entry(crm.store, number) is None
        with pytest.raises(NotFound, match=f"journal entry '{number}'"):
            get_entry(crm.store, number)


def test_several_come_in_the_order_asked_and_all_that_are_missing_are_named(
    crm: seg.Workspace,
) -> None:
    asked = [each.number for each in get_entries(crm.store, [4, 1, 4, 2])]
    assert asked == [4, 1, 4, 2]
    assert get_entries(crm.store, []) == []
    with pytest.raises(NotFound) as caught:
        get_entries(crm.store, [1, 7, 2, 9])
    assert caught.value.key == "7, 9"


def test_the_last_entries_come_in_their_order(crm: seg.Workspace) -> None:
    assert [each.number for each in last_entries(crm.store, 2)] == [3, 4]
    assert [each.number for each in last_entries(crm.store, 9)] == [1, 2, 3, 4]
    assert last_entries(make_desk().store, 3) == []


def test_the_chain_is_walked_from_a_known_head_on(crm: seg.Workspace) -> None:
    first, *_, last = crm.store.log.read()
    head = head_of(last)
    assert verify_journal(crm.store) == head
    assert verify_journal(crm.store, after=Head()) == head
    assert verify_journal(crm.store, after=head_of(first), kept=head) == head
    assert verify_journal(crm.store, after=head) == head
    with pytest.raises(JournalBroken, match="is missing, and the head to begin at names it"):
        verify_journal(crm.store, after=Head(9, "0" * 64))
    with pytest.raises(JournalBroken, match="another hash than the head to begin at"):
        verify_journal(crm.store, after=Head(1, "0" * 64))
    with pytest.raises(JournalBroken, match="another hash than the head kept elsewhere"):
        verify_journal(crm.store, kept=attrs.evolve(head, sha256="0" * 64))


def test_an_export_is_verified_without_a_store(crm: seg.Workspace) -> None:
    lines = list(export_journal(crm.store))
    assert verify_export(["", *lines]) == crm.store.log.head()
    with pytest.raises(JournalBroken):
        verify_export(lines[1:])
    kept = attrs.evolve(crm.store.log.head(), sha256="0" * 64)
    with pytest.raises(JournalBroken, match="another hash than the head kept elsewhere"):
        verify_export(lines, kept=kept)
    with pytest.raises(JournalBroken, match="no JSON") as caught:
        verify_export([*lines[:2], "", "?"])
    assert caught.value.number == 3


def test_the_past_is_asked_by_an_entry_that_is_there(crm: seg.Workspace) -> None:
    assert state_as_of(crm.store, entry_no=0).number == 0
    assert state_as_of(crm.store, entry_no=2).number == 2
    assert state_as_of(crm.store).number == 4
    with pytest.raises(NotFound, match="journal entry '5'"):
        state_as_of(crm.store, entry_no=5)
