"""Entries of one journal in another, and twice: no splice passes for the journal that was."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.errors import JournalBroken, Refused
from segmentation.journal import Finding
from segmentation.operations.journal import verify_export
from support.desk import make_desk
from support.logs import LOG

LENGTH, CUT = 6, 4


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stores, `ours` and `theirs`, whose journals are of one length and tell of the same."""
    folder = tmp_path_factory.mktemp("journals")
    for name in ("ours", "theirs"):
        with make_desk(store=open_store(folder / name), user=name.upper()) as crm:
            for number in range(1, LENGTH + 1):
                talk = f"Talk {number}"
                crm.interactions.create("BO", interaction_template_code="TALK", description=talk)
            assert len(crm.journal) == LENGTH
    return folder


@pytest.fixture
def ours(originals: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(originals / "ours", tmp_path / "ours"))


def opened(path: Path) -> seg.Workspace:
    return seg.Workspace.open(path, user="ANNA")


def edited(path: Path, *statements: str, theirs: Path | None = None) -> None:
    """Run statements in a file without its guards, which come back; the other one is `b`."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = dict(guards.fetchall())
        for name in kept:
            connection.execute(f"DROP TRIGGER {name}")
        if theirs:
            connection.execute("ATTACH ? AS b", [str(theirs)])
        for each in (*statements, *kept.values()):
            connection.execute(each)


TAIL = (
    f"DELETE FROM journal WHERE number > {CUT}",  # noqa: S608 - of this file
    f"INSERT INTO journal SELECT * FROM b.journal WHERE number > {CUT}",  # noqa: S608 - likewise
)
HEAD = tuple(each.replace(">", "<=") for each in TAIL)
ONE = tuple(each.replace(">", "=") for each in TAIL)
TWICE = (
    "CREATE TABLE other AS SELECT * FROM journal",
    "DROP TABLE journal",
    "ALTER TABLE other RENAME TO journal",
)
MOVED = f"{CUT}, at, user, kind, facts, personal, personal_sha256, previous, sha256"
SPLICES: dict[str, tuple[Sequence[str], list[int]]] = {
    "their tail": (TAIL, [CUT + 1]),
    "their head": (HEAD, [CUT + 1]),
    "one of theirs": (ONE, [CUT, CUT + 1]),
    "one of theirs at another place": (
        [ONE[0], ONE[1].replace("*", MOVED).replace(f"= {CUT}", "= 2")],
        [CUT],
    ),
}
"""By name: statements, and the entries that an audit names."""


@pytest.mark.parametrize("name", SPLICES)
def test_a_splice_of_two_journals_is_named(originals: Path, ours: Path, name: str) -> None:
    """TRU-31, TRU-34: of one length, told of by an audit, and by the first misfit elsewhere."""
    statements, named = SPLICES[name]
    edited(ours, *statements, theirs=originals / "theirs")
    with opened(ours) as crm:
        found = [each for each in crm.journal.audit() if isinstance(each, Finding)]
        assert [each.entry_no for each in found] == named
        first = f"journal entry {named[0]}: does not name the hash of the entry before it"
        with pytest.raises(JournalBroken, match=first):
            crm.journal.verify()
        with pytest.raises(JournalBroken, match=first):
            verify_export(crm.journal.export())


@pytest.mark.parametrize("besides", ["itself", "one of theirs"])
def test_two_entries_of_one_number_are_named(originals: Path, ours: Path, besides: str) -> None:
    """TRU-34: in a table that somebody made without its key."""
    again = ONE[1].replace("b.", "") if besides == "itself" else ONE[1]
    edited(ours, *TWICE, again, theirs=originals / "theirs")
    said = f"journal entry {CUT + 1}: entry {CUT} stands in its place"
    with opened(ours) as crm:
        row = f"journal row {CUT}: bears no number of an entry"
        assert list(map(str, crm.journal.audit())) == [row]
        with pytest.raises(JournalBroken, match=said):
            crm.journal.verify()
        with pytest.raises(JournalBroken, match=said):
            verify_export(crm.journal.export())


def test_a_splice_that_was_hashed_anew_is_not_the_journal_that_was_signed(
    originals: Path, ours: Path
) -> None:
    """TRU-33: with all records of the others' besides, so that nothing differs inside."""
    with opened(ours) as crm:
        kept, signed = crm.journal.head, crm.journal.sign_checkpoint(LOG, after=None)
    records = ("interaction_log_entry", "interaction_total")
    moved = [f"DELETE FROM {each}" for each in records]  # noqa: S608 - of this file
    moved += [f"INSERT INTO {each} SELECT * FROM b.{each}" for each in records]  # noqa: S608 - likewise
    whole = [each.replace(f"number > {CUT}", "true") for each in TAIL]
    edited(ours, *whole, *moved, theirs=originals / "theirs")
    with opened(ours) as crm:
        assert crm.journal.audit() == []
        other = f"journal entry {LENGTH}: has another hash than the head kept elsewhere"
        assert list(map(str, crm.journal.audit(kept=kept))) == [other]
        with pytest.raises(JournalBroken):
            crm.journal.verify(kept=kept)
        for refused in (
            lambda: crm.journal.sign_checkpoint(LOG, after=signed),
            lambda: crm.journal.prove(1, signed),
            lambda: crm.journal.prove_consistency(signed, kept=signed),
        ):
            with pytest.raises(Refused):
                refused()
