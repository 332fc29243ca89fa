"""An exported journal that somebody changed, cut, reordered or mixed is not taken for the whole."""

from collections.abc import Iterator

import pytest

import segmentation as seg
from segmentation.errors import JournalBroken, SegmentationError
from segmentation.journal import Head
from segmentation.memory import MemoryStore
from segmentation.operations.journal import verify_export
from segmentation.proofs import LeafSource, Tree
from support.checker import check
from support.desk import make_desk, segment_of
from support.logs import LOG

DAMAGES = (1, 2, 4, 8, 16, 32)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """A short journal with letters of several bytes, personal content, an erasure."""
    crm = make_desk()
    logged = segment_of(crm, "ANNA", "BO").log()
    crm.interactions.comment(logged.interactions[0].entry_no, "Æ “quoted” \\ text")
    crm.contacts.erase("BO")
    return list(crm.journal.export())


def refused(lines: list[str], kept: Head) -> bool:
    try:
        return verify_export(lines, kept=kept) != kept
    except JournalBroken:
        return True


def kept_head(lines: list[str]) -> Head:
    return verify_export(lines)


def test_every_changed_character_is_found(lines: list[str]) -> None:
    kept = kept_head(lines)
    assert not refused(lines, kept)
    for number, line in enumerate(lines):
        for place, sign in enumerate(line):
            bit = DAMAGES[place % len(DAMAGES)]
            changed = f"{line[:place]}{chr(ord(sign) ^ bit)}{line[place + 1 :]}"
            if not changed.strip() or "\n" in changed:
                continue
            assert refused([*lines[:number], changed, *lines[number + 1 :]], kept), changed


def test_every_missing_character_is_found(lines: list[str]) -> None:
    kept = kept_head(lines)
    same = 0
    for number, line in enumerate(lines):
        for place in range(len(line)):
            shorter = line[:place] + line[place + 1 :]
            found = refused([*lines[:number], shorter, *lines[number + 1 :]], kept)
            same += not found
            assert found or line[place] == " ", shorter  # a blank of JSON says nothing
    assert same


def test_cut_tails_are_found(lines: list[str]) -> None:
    kept = kept_head(lines)
    for length in range(len(lines)):
        assert refused(lines[:length], kept)
        assert refused([*lines[:length], lines[length][: len(lines[length]) // 2]], kept)


def rearranged(lines: list[str]) -> Iterator[list[str]]:
    """Entries left out, told twice, in another place, in another order."""
    for one in range(len(lines)):
        yield lines[:one] + lines[one + 1 :]
        yield [*lines[: one + 1], lines[one], *lines[one + 1 :]]
        yield [*lines, lines[one]]
        for other in range(one):
            swapped = [*lines]
            swapped[one], swapped[other] = lines[other], lines[one]
            yield swapped


def checked(lines: list[str], kept: Head) -> bool:
    """What the program of the journal's page says, which needs nothing of the library."""
    try:
        return check(lines) == (kept.number, kept.sha256)
    except ValueError:
        return False


def test_replayed_and_moved_entries_are_found(lines: list[str]) -> None:
    kept = kept_head(lines)
    assert checked(lines, kept)
    for changed in rearranged(lines):
        with pytest.raises(JournalBroken):
            verify_export(changed, kept=kept)
        assert not checked(changed, kept)


def test_entries_of_another_journal_are_found(lines: list[str]) -> None:
    crm = make_desk(user="EVA")
    segment_of(crm, "ANNA", "BO", "CARL").log()
    others = list(crm.journal.export())
    kept = kept_head(lines)
    for place in range(min(len(lines), len(others))):
        mixed = [*lines[:place], others[place], *lines[place + 1 :]]
        assert refused(mixed, kept)
        assert refused([*lines[:place], *others[place:]], kept)


def test_nothing_of_a_changed_journal_is_taken_in(lines: list[str]) -> None:
    for changed in rearranged(lines):
        with seg.Workspace.open(MemoryStore()) as crm:
            if changed[: len(lines)] == lines or changed == lines[: len(changed)]:
                continue  # what was cut off is found by a kept head alone
            with pytest.raises(SegmentationError):
                crm.journal.import_entries(changed)
            assert len(crm.journal) == 0
            assert len(crm.interactions) == 0


def test_a_checkpoint_tells_a_forked_journal_from_a_longer_one() -> None:
    """TRU-48: a journal whose hashes were all worked out anew does not continue the old one."""
    crm, forged = make_desk(), make_desk(user="MALLORY")
    for each in (crm, forged):
        segment_of(each, "ANNA", "BO", "CARL").log()
    signed = crm.journal.sign_checkpoint(LOG, after=None)
    segment_of(forged, "ANNA").log()
    assert forged.journal.verify().number > signed.size
    with pytest.raises(SegmentationError, match="have the root"):
        forged.journal.sign_checkpoint(LOG, after=signed)
    leaves = [bytes.fromhex(entry.sha256) for entry in forged.journal]
    assert Tree(LeafSource(leaves)).root(signed.size) != signed.root
