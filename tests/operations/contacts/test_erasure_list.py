"""The list of erasures: older copies of a store are caught up before anything of them is read."""

import datetime as dt
import hashlib
import hmac
import shutil
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.command_line import main
from segmentation.contacts import Contact, ErasureListed
from segmentation.documents import Attachment
from segmentation.errors import Conflict, InvalidValue, StoreError
from segmentation.interactions import Interaction
from segmentation.journal import EntryKind
from segmentation.memory import MemoryStore
from segmentation.operations.contacts import ErasureFile
from segmentation.workspace import open_store
from support.databases import Database
from support.desk import check_journal, make_desk, segment_of
from support.fair import NOW, TODAY, person
from support.killing import COMMIT, apply_retention, erase, is_killed, later, moments
from support.killing import ERASURE_KEY as KEY

OTHER_KEY = bytes(range(1, 33))
NOS = ("CT1", "CT2", "CT3")
NEVER = 1_000_000
"""More statements than a test runs."""


def fill(path: Path | str) -> None:
    """A store with three persons who are in each other's letters."""
    people = [
        person("CT1", "SHOP", name="Anna Berg", first_name="Anna", surname="Berg"),
        person("CT2", "SHOP", name="Carl Lund", first_name="Carl", surname="Lund"),
        person("CT3", "SHOP", name="Dora Vik", first_name="Dora", surname="Vik"),
    ]
    made = [attrs.evolve(each, salesperson_code="JO") for each in people]
    with make_desk(*made, store=open_store(path)) as crm:
        for no in NOS:
            crm.interactions.create(
                no,
                interaction_template_code="TALK",
                description=f"Of {crm.contacts[no].name}",
                attachment=Attachment("letter.txt", f"Dear {crm.contacts[no].name}".encode()),
            )
        crm.interactions.create(
            "BO", interaction_template_code="TALK", description="Anna Berg is well"
        )
        segment_of(crm, "CT1", "BO", description="Anna Berg and friends")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    fill(path)
    return path


def opened(path: Path, erasures: Any = KEY) -> seg.Workspace:  # noqa: ANN401
    return seg.Workspace.open(
        path, user="BEN", today=TODAY, clock=lambda: NOW + dt.timedelta(days=1), erasures=erasures
    )


def erase_all(path: Path) -> list[str]:
    """Erase three persons, with all mentions; gives the list after each."""
    texts = []
    with opened(path) as crm:
        for no in NOS:
            crm.contacts.erase(no, also=crm.contacts.plan_erasing(no).mentions)
            texts.append(list_of(path).read_text())
    return texts


def list_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.erasures")


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_an_older_copy_is_caught_up_when_it_is_opened(path: Path, tmp_path: Path) -> None:
    """TRU-26."""
    backup = Path(shutil.copy(path, tmp_path / "backup.db"))
    erase_all(path)
    assert b"Berg" in bytes_of(backup)
    shutil.copy(list_of(path), list_of(backup))
    with opened(backup) as crm:
        assert not any(no in crm.contacts for no in NOS)
        assert b"Berg" not in bytes_of(backup)
        assert b"Lund" not in bytes_of(backup)
        proofs = crm.journal.where(kind=EntryKind.PERSON_ERASED)
        assert [entry.user for entry in proofs] == ["BEN"] * 3
        assert all(each.description == "" for each in crm.store.records.all(Interaction))
        check_journal(crm)
        head = crm.journal.head
    before = backup.read_bytes()
    with opened(backup) as crm:
        assert crm.journal.head == head
    assert backup.read_bytes() == before


def test_a_list_that_does_not_fit_opens_nothing(path: Path, tmp_path: Path) -> None:
    """TRU-27."""
    two, three = erase_all(path)[1:]
    other = tmp_path / "other.db"
    fill(other)
    erase_all(other)
    changed = three[:-5] + ("0" if three[-5] != "0" else "1") + three[-4:]
    lists = {
        "has 2 erasures, and the store names 3": (two, KEY),
        "has 0 erasures, and the store names 3": (None, KEY),
        "is not given, and the store names erasure 3": (three, None),
        "was changed in erasure 3": (changed, KEY),
        "is under another key": (three, OTHER_KEY),
        "is none, or was changed in its first line": (f"x{three}", KEY),
        "is that of another store": (list_of(other).read_text(), KEY),
    }
    before = path.read_bytes()
    for said, (text, key) in lists.items():
        list_of(path).unlink() if text is None else list_of(path).write_text(text)
        with pytest.raises(StoreError, match=f"the list of erasures: {said}"):
            opened(path, key)
        assert path.read_bytes() == before
    list_of(path).write_bytes(b"\xff")
    with pytest.raises(StoreError, match="erasures: cannot be read"):
        opened(path)
    list_of(path).write_text(three)
    with opened(path) as crm:
        assert len(crm.journal.where(kind=EntryKind.PERSON_ERASED)) == 3


def test_a_list_that_is_ahead_is_applied(path: Path, tmp_path: Path) -> None:
    """TRU-27, with the fourth."""
    erase_all(path)
    earlier = Path(shutil.copy(path, tmp_path / "earlier.db"))
    with opened(path) as crm:
        crm.contacts.erase("CARL")
    shutil.copy(list_of(path), list_of(earlier))
    with opened(earlier) as crm:
        assert "CARL" not in crm.contacts
        assert len(crm.journal.where(kind=EntryKind.PERSON_ERASED)) == 4


def test_the_list_is_written_anew_from_the_store(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """TRU-27: the command makes list 3 again."""
    three = erase_all(path)[-1]
    key = tmp_path / "key"
    key.write_bytes(KEY)
    list_of(path).unlink()
    verify = ["--erasures-key", str(key), "journal", "verify", str(path)]
    assert main(verify) == 1
    assert main(["journal", "verify", str(path)]) == 1
    assert main(["journal", "erasures", str(path)]) == 2
    assert main(["--erasures-key", str(key), "journal", "erasures", "sqlite:///x"]) == 2
    assert "name the file of its list of erasures" in capsys.readouterr().err
    assert main(["--erasures-key", str(key), "journal", "erasures", str(path)]) == 0
    assert capsys.readouterr().out == "the list names 3 erasures\n"
    assert list_of(path).read_text() == three
    assert main(verify) == 0
    elsewhere = ["--output", str(tmp_path / "list")]
    assert main(["--erasures-key", str(key), "journal", "erasures", str(path), *elsewhere]) == 0
    assert (tmp_path / "list").read_text() == three


def test_the_list_says_nothing_of_the_persons(path: Path, tmp_path: Path) -> None:
    """TRU-28."""
    text = erase_all(path)[-1]
    assert len(text) < 1024
    for word in ("Anna", "Berg", "Lund", "Vik", *NOS):
        assert word not in text
        for spelled in (word, word.lower()):
            assert hashlib.sha256(spelled.encode()).hexdigest()[:16] not in text
            assert hmac.new(KEY, spelled.encode(), "sha256").hexdigest()[:16] not in text
    other = tmp_path / "other.db"
    fill(other)
    erase_all(other)
    ours, theirs = (set(each.read_text().split()[4:]) for each in (list_of(path), list_of(other)))
    assert ours & theirs <= {"-"}


def test_erasing_that_fails_leaves_list_and_store(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRU-29, with a folder that cannot be written, and with an error after the list."""
    with opened(path) as crm:
        head, before = crm.journal.head, list_of(path).read_text()
        context = crm.context

        class Unwritable(ErasureFile):
            def write(self, text: str) -> None:  # noqa: ARG002 - as in the class
                raise StoreError("list", "cannot be written")

        bad = attrs.evolve(context, erasures=Unwritable(KEY, list_of(path)))
        with pytest.raises(StoreError, match="cannot be written"):
            seg.Workspace(bad).contacts.erase("CT1")
        monkeypatch.setattr(type(crm.store.attachments), "remove", fail)
        with pytest.raises(ZeroDivisionError):
            crm.contacts.erase("CT1")
        assert (crm.journal.head, list_of(path).read_text()) == (head, before)
        assert "CT1" in crm.contacts


def fail(*_: object) -> None:
    raise ZeroDivisionError


def test_what_others_wrote_meanwhile_is_not_taken_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as crm:

        def others(*_: object) -> None:
            list_of(path).write_text(list_of(path).read_text() + "\n")
            raise ZeroDivisionError

        monkeypatch.setattr(type(crm.store.attachments), "remove", others)
        with pytest.raises(ZeroDivisionError):
            crm.contacts.erase("CT1")
        assert list_of(path).read_text().endswith("\n\n")


def test_a_list_that_others_changed_is_a_conflict(path: Path) -> None:
    with opened(path) as one, opened(path) as two:
        list_of(path).write_text(erase_elsewhere(path))
        for crm in (one, two):
            with pytest.raises(Conflict, match="open the store again"):
                crm.contacts.erase("CT1")
            assert "CT1" in crm.contacts


def erase_elsewhere(path: Path) -> str:
    """The list of a copy in which somebody was erased."""
    copy = Path(shutil.copy(path, path.with_name("copy.db")))
    shutil.copy(list_of(path), list_of(copy))
    with opened(copy) as crm:
        crm.contacts.erase("CT2")
    return list_of(copy).read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX: run on Linux or macOS")
def test_a_process_that_is_killed_leaves_all_or_nothing(path: Path, tmp_path: Path) -> None:
    """TRU-29: whatever statement it is killed at, the next opening finds one or the other."""
    opened(path).close()
    for at in moments():
        copy = Path(shutil.copy(path, tmp_path / "copy.db"))
        shutil.copy(list_of(path), list_of(copy))
        done = not is_killed(erase, str(copy), at=at)
        with opened(copy) as crm:
            gone = "CT1" not in crm.contacts
            named = len(list(crm.store.records.all(ErasureListed)))
            entries = len(crm.journal.where(kind=EntryKind.PERSON_ERASED))
            assert (named, entries) == ((1, 1) if gone else (0, 0))
            assert gone or not done
            assert len(list_of(copy).read_text().splitlines()) == 1 + named
            check_journal(crm)
        for file in tmp_path.glob("copy.db*"):
            file.unlink()
        if done:
            break
    assert at > 3


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX: run on Linux or macOS")
def test_a_rule_of_retention_that_is_killed_is_ended(path: Path, tmp_path: Path) -> None:
    """TRU-29, TRU-30: a batch is named in the list first, so the next opening ends it."""
    with seg.Workspace.open(path, clock=later, erasures=KEY) as crm:
        due = crm.contacts.plan_retention(months=12).due
    assert due == ("CT2", "CT3")
    for at in (COMMIT, 1, 16, NEVER):
        copy = Path(shutil.copy(path, tmp_path / "copy.db"))
        shutil.copy(list_of(path), list_of(copy))
        done = not is_killed(apply_retention, str(copy), at=at)
        assert len(list_of(copy).read_text().splitlines()) == 2
        with seg.Workspace.open(copy, clock=later, erasures=KEY) as crm:
            assert not any(no in crm.contacts for no in due)
            assert len(crm.journal.where(kind=EntryKind.PERSON_ERASED)) == 2
            assert len(list(crm.store.records.all(ErasureListed))) == 1
            assert crm.contacts.apply_retention(months=12).erasures == ()
            check_journal(crm)
        for file in tmp_path.glob("copy.db*"):
            file.unlink()
        assert done == (at == NEVER)


def test_former_numbers_are_found_in_older_copies(path: Path, tmp_path: Path) -> None:
    backup = Path(shutil.copy(path, tmp_path / "backup.db"))
    with opened(path) as crm:
        crm.segment("SM0001").remove_line(10000)
        crm.contacts.merge(kept_no="CT2", gone_no="CT1")
        crm.contacts.renumber(old_no="CT2", new_no="CT22")
        crm.contacts.erase("CT22")
    shutil.copy(list_of(path), list_of(backup))
    with opened(backup) as crm:
        assert [contact.no for contact in crm.contacts if contact.no in NOS] == ["CT3"]


def test_who_was_erased_before_there_was_a_list_is_on_it(path: Path, tmp_path: Path) -> None:
    backup = Path(shutil.copy(path, tmp_path / "backup.db"))
    with opened(path, None) as crm:
        crm.contacts.erase("CT1")
    opened(path).close()
    shutil.copy(list_of(path), list_of(backup))
    with opened(backup) as crm:
        assert "CT1" not in crm.contacts
        assert "CT2" in crm.contacts


def test_an_older_export_is_caught_up_when_it_is_imported(path: Path, tmp_path: Path) -> None:
    """TRU-26, with an export of the journal."""
    with opened(path, None) as crm:
        lines = list(crm.journal.export())
    erase_all(path)
    new = tmp_path / "new.db"
    shutil.copy(list_of(path), list_of(new))
    with opened(new) as crm:
        head = crm.journal.import_entries(lines)
        assert head == crm.journal.head
        texts = [entry.personal for entry in crm.journal if entry.personal]
        assert not any(word in text for text in texts for word in ("Berg", "Lund", "Vik"))
        check_journal(crm)


@pytest.mark.parametrize(
    ("store", "key"),
    [("crm.db", b"short"), (":memory:", KEY), ("sqlite:///crm.db", KEY)],
    ids=["short key", "no file", "address"],
)
def test_a_key_must_be_long_and_the_list_have_a_place(store: str, key: bytes) -> None:
    told = r"erasures: '\.\.\.' (has less than 16 bytes|a key alone)"
    with pytest.raises(InvalidValue, match=told):
        seg.Workspace.open(store, erasures=key)


def test_a_list_may_lie_anywhere(tmp_path: Path, database: Database) -> None:
    """A list of a database on a server, or of a store in memory, is a file that is named."""
    erasures = ErasureFile(KEY, tmp_path / "list")
    assert repr(erasures) == f"ErasureFile('{tmp_path / 'list'}')"
    for store in (MemoryStore(), database.open()):
        (tmp_path / "list").unlink(missing_ok=True)
        store.records.put([Contact(no="CT1", name="Berg & Co")])
        with seg.Workspace.open(store, erasures=erasures) as crm:
            crm.contacts.erase("CT1")
            assert len((tmp_path / "list").read_text().splitlines()) == 2
            with pytest.raises(StoreError, match="is not given"):
                seg.Workspace.open(store)
